//! Which files of a `.conf.d` directory are read, and in which order.

use std::cmp::Ordering;

/// Whether a tool reads a file of that name in its `.conf.d` directory: letters, digits, `_` and `-`
/// alone. So `10-mine` is read, `10-mine.conf` and `10-mine~` are not.
pub(super) fn is_read(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The names of a `.conf.d` directory that LTSP 5 reads, in the order in which it does: as
/// `sort -n` in the C locale orders them, that is by the number at the start (none is 0, `-5` is
/// less) and then byte by byte. A later file wins over an earlier one.
#[must_use]
pub fn drop_in_order<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> Vec<&'n [u8]> {
    let mut names: Vec<&[u8]> = names.into_iter().filter(|name| is_read(name)).collect();
    names.sort_by(|a, b| number(a).cmp(&number(b)).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

/// The number at the start of a name.
#[derive(PartialEq, Eq)]
struct Number<'n> {
    negative: bool,
    /// Without leading zeros.
    digits: &'n [u8],
}

fn number(name: &[u8]) -> Number<'_> {
    let (negative, rest) = match name.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, name),
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let zeros = rest[..length].iter().take_while(|byte| **byte == b'0').count();
    let digits = &rest[zeros..length];
    Number { negative: negative && !digits.is_empty(), digits }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || {
            self.digits.len().cmp(&other.digits.len()).then_with(|| self.digits.cmp(other.digits))
        };
        match (self.negative, other.negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_ins_are_ordered_by_number_and_names_with_dots_are_not_read() {
        let names: [&[u8]; 9] =
            [b"10-b", b"9-a", b"a", b"10-a", b"20.conf", b"x~", b"-5", b"007", b"_z"];
        let order: [&[u8]; 7] = [b"-5", b"_z", b"a", b"007", b"9-a", b"10-a", b"10-b"];
        assert_eq!(drop_in_order(names), order);
    }
}
