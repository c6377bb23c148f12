//! What changed, as `diff -u` prints it.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};

use super::Source;
use crate::error::show;

/// How long to look for the smallest difference of two large files.
const LONGEST: Duration = Duration::from_secs(2);

/// The unified difference of two versions of a file, with three lines of context, as bytes that
/// patch(1) takes; empty if they are equal.
#[must_use]
pub fn unified_diff(old: &Source, new: &Source) -> Vec<u8> {
    if old.bytes() == new.bytes() {
        return Vec::new();
    }
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(LONGEST)
        .diff_lines(old.bytes(), new.bytes());
    let mut out = format!("--- {}\n+++ {}\n", show(old.name()), show(new.name())).into_bytes();
    // Written by hand, because the crate's own writer turns bytes that are not UTF-8 into others.
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        out.extend_from_slice(format!("{}\n", hunk.header()).as_bytes());
        for change in hunk.iter_changes() {
            out.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            out.extend_from_slice(change.value());
            if change.missing_newline() {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_names_context_and_every_byte() {
        let old = Source::new("/etc/lts.conf", &b"a\nG\xfcn\nc\nlast"[..]);
        let new = old.with_bytes(&b"a\nG\xfcn=2\nc\nlast"[..]);
        assert_eq!(
            unified_diff(&old, &new),
            b"--- /etc/lts.conf\n+++ /etc/lts.conf\n@@ -1,4 +1,4 @@\n a\n-G\xfcn\n+G\xfcn=2\n c\n last\n\
              \\ No newline at end of file\n"
        );
        assert!(unified_diff(&old, &old).is_empty());
    }
}
