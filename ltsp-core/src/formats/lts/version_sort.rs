//! The order of `sort -V`: digits as numbers.

use std::cmp::Ordering;

/// Compares as `sort -V` does in the C locale: by version, and where that is equal by bytes.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    versions(a, b).then_with(|| a.cmp(b))
}

fn versions(a: &[u8], b: &[u8]) -> Ordering {
    if a.is_empty() || b.is_empty() {
        return b.is_empty().cmp(&a.is_empty());
    }
    match (a.starts_with(b"."), b.starts_with(b".")) {
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (true, true) => {
            for special in [&b"."[..], b".."] {
                if a == special || b == special {
                    return (b == special).cmp(&(a == special));
                }
            }
        }
        (false, false) => {}
    }
    // What looks like a file's suffix counts only where the rest is equal.
    let (stem_a, stem_b) = (stem(a), stem(b));
    runs(&a[..stem_a], &b[..stem_b]).then_with(|| runs(a, b))
}

/// Length without suffixes of the form `.letters`.
fn stem(name: &[u8]) -> usize {
    let mut end = name.len();
    let mut at = name.len();
    while at > 0 {
        let part = name[..at].iter().rposition(|byte| *byte == b'.');
        let Some(dot) = part else { break };
        let suffix = &name[dot + 1..at];
        let first = suffix.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'~');
        let rest = suffix.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'~');
        if !first || !rest || dot == 0 {
            break;
        }
        end = dot;
        at = dot;
    }
    end
}

fn order(text: &[u8], at: usize) -> i32 {
    match text.get(at) {
        None => -1,
        Some(b'~') => -2,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}

fn runs(a: &[u8], b: &[u8]) -> Ordering {
    let is_digit = |text: &[u8], at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let is_other = |text: &[u8], at: usize| text.get(at).is_some_and(|byte| !byte.is_ascii_digit());
    let (mut x, mut y) = (0, 0);
    while x < a.len() || y < b.len() {
        while is_other(a, x) || is_other(b, y) {
            match order(a, x).cmp(&order(b, y)) {
                Ordering::Equal => (x, y) = (x + 1, y + 1),
                unequal => return unequal,
            }
        }
        while a.get(x) == Some(&b'0') {
            x += 1;
        }
        while b.get(y) == Some(&b'0') {
            y += 1;
        }
        let mut first = Ordering::Equal;
        while is_digit(a, x) && is_digit(b, y) {
            first = first.then(a[x].cmp(&b[y]));
            (x, y) = (x + 1, y + 1);
        }
        match (is_digit(a, x), is_digit(b, y)) {
            (true, _) => return Ordering::Greater,
            (_, true) => return Ordering::Less,
            _ if first.is_ne() => return first,
            _ => {}
        }
    }
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_numbers() {
        let sorted = [
            "FSTAB_1=z",
            "FSTAB_2=a",
            "FSTAB_9",
            "FSTAB_10=a",
            "FSTAB_A=1",
            "FSTAB_a",
            "FSTAB_a~",
            "X",
        ];
        let mut mixed = sorted;
        mixed.reverse();
        mixed.sort_by(|a, b| compare(a.as_bytes(), b.as_bytes()));
        assert_eq!(mixed[..4], sorted[..4]);
        assert_eq!(compare(b"X_01=b", b"X_1=a"), Ordering::Greater, "the value decides");
        assert_eq!(compare(b"X_1=a", b"X_01=a"), Ordering::Greater, "bytes decide last");
    }
}
