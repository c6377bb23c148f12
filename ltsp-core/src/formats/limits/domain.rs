//! Whom a rule is for.

use std::fmt;

use serde::Serialize;

use super::value::Number;
use crate::text::Bytes;

/// Which ids a rule with a colon is for.
///
/// Ids are cut to 32 bits, as pam_limits does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ids {
    /// `:ID`
    Exactly(u32),
    /// `ID:`
    From(u32),
    /// `ID:ID`; nobody if the first is the greater.
    Between(u32, u32),
}

impl Ids {
    /// Whether `id` is one of them.
    #[must_use]
    pub fn contains(self, id: u32) -> bool {
        match self {
            Self::Exactly(only) => id == only,
            Self::From(first) => id >= first,
            Self::Between(first, last) => id >= first && id <= last,
        }
    }

    /// Of what stands behind the sign of the domain, which has a colon.
    fn read(text: &[u8]) -> Option<Self> {
        let colon = text.iter().position(|byte| *byte == b':')?;
        let (first, last) = (&text[..colon], &text[colon + 1..]);
        match (first.is_empty(), last.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Self::Exactly(id(last)?)),
            (false, true) => Some(Self::From(id(first)?)),
            (false, false) => Some(Self::Between(id(first)?, id(last)?)),
        }
    }
}

/// A whole text as strtoul(3) reads it, cut to the 32 bits of an id.
fn id(text: &[u8]) -> Option<u32> {
    let number = Number::read(text)?;
    let whole = number.digits.is_some() && number.len == text.len();
    #[expect(clippy::cast_possible_truncation, reason = "the module stores it as an id")]
    let id = number.to_unsigned() as u32;
    whole.then_some(id)
}

impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(only) => write!(f, ":{only}"),
            Self::From(first) => write!(f, "{first}:"),
            Self::Between(first, last) => write!(f, "{first}:{last}"),
        }
    }
}

/// Whom a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// `NAME`: that user.
    User(Bytes),
    /// `@NAME`: who is in that group. Not root.
    Group(Bytes),
    /// `%NAME`: all who are in that group, counted together. Not root.
    GroupCount(Bytes),
    /// `*`: everybody but root.
    Any,
    /// `%`: everybody but root, counted together.
    All,
    /// `1000:2000`: users of these ids, root too.
    Uids(Ids),
    /// `@1000:2000`: users with such a primary group or, with `@:1000`, in that group. For root its
    /// *user id* counts.
    Gids(Ids),
    /// `%:1000`: all who are in that group, counted together; other ranges are not supported. For
    /// root its *user id* counts.
    GidCount(Ids),
}

impl Domain {
    /// As pam_limits takes it; `None` if it refuses the line.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let has_ids = text.contains(&b':');
        Some(match (text.first(), has_ids) {
            (Some(b'@'), false) => Self::Group(text[1..].into()),
            (Some(b'%'), false) if text.len() == 1 => Self::All,
            (Some(b'%'), false) => Self::GroupCount(text[1..].into()),
            (Some(b'@'), true) => Self::Gids(Ids::read(&text[1..])?),
            (Some(b'%'), true) => Self::GidCount(Ids::read(&text[1..])?),
            (_, true) => Self::Uids(Ids::read(text)?),
            (_, false) if text == b"*" => Self::Any,
            (_, false) => Self::User(text.into()),
        })
    }

    /// The ids, if it names any.
    pub(super) fn ids(&self) -> Option<Ids> {
        match self {
            Self::Uids(ids) | Self::Gids(ids) | Self::GidCount(ids) => Some(*ids),
            _ => None,
        }
    }

    /// In words, for the origin of a value.
    pub(super) fn rule(&self) -> String {
        match self {
            Self::User(_) => "user name".to_owned(),
            Self::Group(name) => format!("member of {name}"),
            Self::GroupCount(name) => format!("members of {name} together"),
            Self::Any => "everybody".to_owned(),
            Self::All => "everybody together".to_owned(),
            Self::Uids(_) => "user id".to_owned(),
            Self::Gids(_) => "group id".to_owned(),
            Self::GidCount(_) => "members of a group id together".to_owned(),
        }
    }
}

/// As it stands in the file.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => name.fmt(f),
            Self::Group(name) => write!(f, "@{name}"),
            Self::GroupCount(name) => write!(f, "%{name}"),
            Self::Any => f.write_str("*"),
            Self::All => f.write_str("%"),
            Self::Uids(ids) => ids.fmt(f),
            Self::Gids(ids) => write!(f, "@{ids}"),
            Self::GidCount(ids) => write!(f, "%{ids}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Domain> {
        Domain::read(text.as_bytes())
    }

    #[test]
    fn every_form_of_the_manual_is_known() {
        for text in ["guest", "@guests", "%guests", "*", "%", "1000:", ":7", "1:2", "@1:", "@:7"] {
            assert_eq!(read(text).map(|domain| domain.to_string()).as_deref(), Some(text));
        }
        assert_eq!(read("%:7"), Some(Domain::GidCount(Ids::Exactly(7))));
        assert_eq!(read("@1:2"), Some(Domain::Gids(Ids::Between(1, 2))));
        assert_eq!(read("@"), Some(Domain::Group(Bytes::default())));
    }

    #[test]
    fn ids_are_whole_numbers_of_any_size() {
        for text in [":", "@:", "%:", "x:", ":x", "1x:2", "1:2x", "1:2:3", "a:b", ":+", ":-"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("1:99999999999999999999999"), None);
        assert_eq!(read(":4294968297"), Some(Domain::Uids(Ids::Exactly(1001))));
        assert_eq!(read("-1:+5"), Some(Domain::Uids(Ids::Between(u32::MAX, 5))));
    }

    #[test]
    fn a_range_includes_its_ends() {
        let ids = Ids::Between(3, 5);
        assert_eq!((2..7).filter(|id| ids.contains(*id)).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(Ids::From(3).contains(3) && !Ids::From(3).contains(2));
        assert!(!Ids::Between(5, 3).contains(4));
    }
}
