//! `ADD_IMAGE_EXCLUDES` and `OMIT_IMAGE_EXCLUDES` of LTSP 19 and later.

use std::collections::{BTreeSet, HashMap};

use super::document::Excludes;
use crate::text::{Document as _, Source};

/// The list that `ltsp image` hands to mksquashfs: `list` without the lines of `omit` and with those
/// of `add`, which are the contents of the named files or, where no such file exists, the values
/// themselves. If both are empty that is `list` as it is.
///
/// Only lines that are exactly equal are dropped, and each line of `omit` drops one: of a line that
/// stands twice in `list`, one stays. Lines with `#` as their first byte are dropped, the rest is
/// sorted byte by byte and each line kept once.
///
/// The original prints the values with the shell's `echo`, which may rewrite backslashes; here they
/// stay as they are.
#[must_use]
pub fn merge(list: &Excludes, add: &[u8], omit: &[u8]) -> Excludes {
    if add.is_empty() && omit.is_empty() {
        return list.clone();
    }
    let mut omitted: HashMap<&[u8], usize> = HashMap::new();
    for line in lines(omit) {
        *omitted.entry(line).or_default() += 1;
    }
    let mut kept: Vec<&[u8]> = Vec::new();
    for line in lines(list.to_bytes()) {
        match omitted.get_mut(line) {
            Some(left) if *left > 0 => *left -= 1,
            _ => kept.push(line),
        }
    }
    // An empty value, and a list of which nothing or only empty lines are left, still print a line.
    let blank: &[u8] = b"";
    if add.is_empty() || kept.iter().all(|line| line.is_empty()) {
        kept.push(blank);
    }
    let sorted: BTreeSet<&[u8]> =
        kept.into_iter().chain(lines(add)).filter(|line| !line.starts_with(b"#")).collect();
    let mut bytes = Vec::new();
    for line in sorted {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    Excludes::parse(Source::new(list.source().name(), bytes))
}

/// The lines of a text as sort(1) sees them.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\n").map_or((bytes, bytes.is_empty()), |rest| (rest, false));
    bytes.0.split(|byte| *byte == b'\n').filter(move |_| !bytes.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(list: &str, add: &str, omit: &str) -> String {
        let list = Excludes::parse(Source::new("image.excludes", list));
        let merged = merge(&list, add.as_bytes(), omit.as_bytes());
        String::from_utf8(merged.to_bytes().to_vec()).expect("text")
    }

    #[test]
    fn equal_lines_are_dropped_lines_are_added_and_all_is_sorted() {
        let list = "# what\nsrv/*\nhome/*\netc/.!(java)\n";
        assert_eq!(merged(list, "opt/x\n#no\n", "home/*"), "etc/.!(java)\nopt/x\nsrv/*\n");
        assert_eq!(merged(list, "home/*", "home/"), "etc/.!(java)\nhome/*\nsrv/*\n");
        assert_eq!(merged(list, "", ""), list);
    }

    #[test]
    fn each_omitted_line_drops_one_and_no_more() {
        assert_eq!(merged("a\na\nb\n", "c", "a"), "a\nb\nc\n");
        assert_eq!(merged("a\na\nb\n", "c", "a\na"), "b\nc\n");
    }

    #[test]
    fn an_empty_value_leaves_an_empty_line() {
        assert_eq!(merged("b\na\n", "", "a"), "\nb\n");
        assert_eq!(merged("a\n", "c", "a"), "\nc\n");
    }
}
