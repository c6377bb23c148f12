//! Values as pam_limits reads them: with the C library's strtol and strtoull.

use std::fmt;

use serde::Serialize;

use super::item::{Item, Unit};
use crate::text::Bytes;

/// What a rule sets its item to, in the unit of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// `unlimited`, `infinity`, `-1` or `-`.
    Unlimited,
    /// A number in the unit of the item.
    Number(u64),
    /// A nice value or a number of logins. Nice values are not cut to -20..19 here.
    Signed(i32),
    /// Of `nonewprivs`.
    Switch(bool),
    /// Of `chroot`: in lower case, as the module has it.
    Path(Bytes),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.pad("unlimited"),
            Self::Number(number) => number.fmt(f),
            Self::Signed(number) => number.fmt(f),
            Self::Switch(on) => u8::from(*on).fmt(f),
            Self::Path(path) => path.fmt(f),
        }
    }
}

impl Value {
    /// As pam_limits takes it; `None` if it refuses the line.
    pub(super) fn read(item: Item, text: &[u8]) -> Option<Self> {
        let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
        let endless = is("-1") || is("-") || is("unlimited") || is("infinity");
        match item.unit() {
            Unit::Path => Some(Self::Path(text.to_ascii_lowercase().into())),
            // It complains about all others, and sets them to 0.
            Unit::Switch => Some(Self::Switch(text == b"1")),
            Unit::Nice => Number::read(text).map(|number| Self::Signed(number.to_int())),
            _ if endless => Some(Self::Unlimited),
            _ => {
                let number = Number::read(text)?;
                Some(match item {
                    Item::Maxlogins | Item::Maxsyslogins => Self::Signed(number.to_int()),
                    _ => Self::Number(number.to_unsigned()),
                })
            }
        }
    }
}

/// A number at the start of a text, as the C library's functions find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Whether it has a minus sign.
    pub(super) negative: bool,
    /// Its digits; `None` if they are more than 64 bits.
    pub(super) digits: Option<u64>,
    /// Number of bytes read.
    pub(super) len: usize,
}

impl Number {
    /// The number at the start of `text`, if there is one: a sign perhaps, then digits.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let negative = text.first() == Some(&b'-');
        let sign = usize::from(negative || text.first() == Some(&b'+'));
        let count = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = text[sign..sign + count].iter().try_fold(0u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        (count > 0).then_some(Self { negative, digits, len: sign + count })
    }

    /// As strtoull(3) has it: a minus sign wraps around, what is too large becomes the largest.
    pub(super) fn to_unsigned(self) -> u64 {
        match self.digits {
            None => u64::MAX,
            Some(digits) if self.negative => digits.wrapping_neg(),
            Some(digits) => digits,
        }
    }

    /// As strtol(3) has it, then cut to an `int`.
    fn to_int(self) -> i32 {
        let most = if self.negative { i32::MIN } else { i32::MAX };
        let digits = self.digits.and_then(|digits| i64::try_from(digits).ok());
        let signed = digits.map(|digits| if self.negative { -digits } else { digits });
        signed.and_then(|signed| i32::try_from(signed).ok()).unwrap_or(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<Value> {
        Value::read(Item::Nproc, text.as_bytes())
    }

    #[test]
    fn numbers_end_where_their_digits_do() {
        for (text, value) in [("5", 5), ("+7", 7), ("0x10", 0), ("010", 10), ("5x", 5), ("1G", 1)] {
            assert_eq!(number(text), Some(Value::Number(value)), "{text}");
        }
        for text in ["", "x5", "+", "+-5", "--1", "unlimite", "\u{a0}5"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_wrap_and_saturate_as_in_c() {
        let most = u64::MAX;
        for (text, value) in [
            ("-2", most - 1),
            ("18446744073709551615", most),
            ("18446744073709551614", most - 1),
            ("99999999999999999999999", most),
            ("-99999999999999999999999", most),
        ] {
            assert_eq!(number(text), Some(Value::Number(value)), "{text}");
        }
        let logins = |text: &str| Value::read(Item::Maxlogins, text.as_bytes());
        assert_eq!(logins("99999999999"), Some(Value::Signed(i32::MAX)));
        assert_eq!(logins("-99999999999999999999"), Some(Value::Signed(i32::MIN)));
        assert_eq!(logins("-3"), Some(Value::Signed(-3)));
    }

    #[test]
    fn words_for_endless_do_not_suit_every_item() {
        for word in ["-1", "-", "unlimited", "UNLIMITED", "Infinity"] {
            for item in [Item::Cpu, Item::Nofile, Item::Rtprio, Item::Maxlogins] {
                assert_eq!(Value::read(item, word.as_bytes()), Some(Value::Unlimited));
            }
        }
        for item in [Item::Nice, Item::Priority] {
            assert_eq!(Value::read(item, b"-1"), Some(Value::Signed(-1)));
            assert_eq!(Value::read(item, b"unlimited"), None);
        }
        assert_eq!(Value::read(Item::Nonewprivs, b"1"), Some(Value::Switch(true)));
        assert_eq!(Value::read(Item::Nonewprivs, b"01"), Some(Value::Switch(false)));
        assert_eq!(Value::read(Item::Chroot, b"/FTP"), Some(Value::Path("/ftp".into())));
    }
}
