//! What values mean to the programs that read them.

use super::version_sort;
use crate::text::{Bytes, Entry, Resolved};

/// Whether the value means that there shall be none: `NONE` in any case.
#[must_use]
pub fn is_none(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"NONE")
}

/// A yes-or-no value as LTSP's shell scripts take it: true for exactly `true`, `y` or `yes` in any
/// case; `1` and `on` are false.
#[must_use]
pub fn is_true_in_shell(value: &[u8]) -> bool {
    [&b"true"[..], b"y", b"yes"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// A yes-or-no value as the display manager LDM takes it: true if the first character is one of
/// `t`, `T`, `y`, `Y`.
#[must_use]
pub fn is_true_in_ldm(value: &[u8]) -> bool {
    matches!(value.first(), Some(b't' | b'T' | b'y' | b'Y'))
}

/// The values of a numbered family, such as `FSTAB_`, in the order in which clients take them: that
/// of `sort -V` over `NAME=value`. Any suffix counts, also none.
#[must_use]
pub fn family<'a>(resolved: &'a Resolved, prefix: &[u8]) -> Vec<(&'a Bytes, &'a Bytes)> {
    let mut found: Vec<_> = resolved.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
    found.sort_by_cached_key(|(key, value)| Line([&key[..], b"=", value].concat()));
    found
}

#[derive(PartialEq, Eq)]
struct Line(Vec<u8>);

impl Ord for Line {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        version_sort::compare(&self.0, &other.0)
    }
}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What the session on screen `number` (1 to 12) gets: a value `SCREEN_07_LDM_USERNAME` takes the
/// place of `LDM_USERNAME` on screen 7.
#[must_use]
pub fn on_screen(resolved: &Resolved, number: u8) -> Resolved {
    let prefix = format!("SCREEN_{number:02}_").into_bytes();
    let mut entries: Vec<Entry> = resolved.entries().to_vec();
    for entry in resolved.entries() {
        let Some(name) = entry.key.strip_prefix(&prefix[..]).filter(|name| !name.is_empty()) else {
            continue;
        };
        if entry.value.is_none() {
            continue;
        }
        let own = Entry { key: Bytes::from(name), ..entry.clone() };
        match entries.iter_mut().find(|known| *known.key == *name) {
            Some(known) => {
                let mut hidden = own.hidden.clone();
                hidden.extend(known.value.clone().map(|value| (value, known.origin.clone())));
                *known = Entry { hidden, ..own };
            }
            None => entries.push(own),
        }
    }
    Resolved::new(entries)
}
