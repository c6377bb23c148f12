//! Who is logged in on a client: AUTOLOGIN, a user's name or an expression that makes one.

use serde::Serialize;

use super::bre::{Bre, Wrong};
use crate::text::{Bytes, Resolved};

/// Who is logged in when a client starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Autologin {
    /// Nobody.
    Nobody,
    /// The account of that name. If there is none, nobody is logged in and nothing says so.
    User(Bytes),
    /// As `User`; the setting has a slash, but sed refuses it, so LTSP takes it for a name.
    Literal(Bytes),
    /// It cannot be told without the machine; why.
    Unknown(String),
}

/// Who is logged in on the client called `host`, which LTSP finds with
/// `echo HOST | sed "s/$AUTOLOGIN/"`. Ask with the settings of that client.
#[must_use]
pub fn autologin(resolved: &Resolved, host: &[u8]) -> Autologin {
    match resolved.entry(b"AUTOLOGIN") {
        None => Autologin::Nobody,
        Some(entry) => match &entry.value {
            Some(value) => evaluate(value, host),
            None => Autologin::Unknown("shell code decides AUTOLOGIN".to_owned()),
        },
    }
}

/// Splits at the slashes that end the parts of sed's command; a set may contain them.
fn parts(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'[' if parts.is_empty() => {
                if let Some(length) = set_length(&text[at..]) {
                    at += length - 1;
                }
            }
            b'/' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[start..]);
    parts
}

/// How long the set is that `text` begins with.
fn set_length(text: &[u8]) -> Option<usize> {
    let mut at = 1 + usize::from(text.get(1) == Some(&b'^'));
    let first = at;
    loop {
        match text.get(at)? {
            b']' if at > first => return Some(at + 1),
            b'[' if matches!(text.get(at + 1), Some(b':')) => {
                at += text[at..].windows(2).position(|two| two == b":]")? + 2;
            }
            _ => at += 1,
        }
    }
}

/// What AUTOLOGIN means on one host.
pub(super) fn evaluate(value: &[u8], host: &[u8]) -> Autologin {
    if value.is_empty() {
        return Autologin::Nobody;
    }
    let unknown = |why: &str| Autologin::Unknown(format!("AUTOLOGIN is not evaluated: {why}"));
    if value.contains(&b'\n') || !host.is_ascii() || host.contains(&b'\n') {
        return unknown("it has several lines, or the host name is not ASCII");
    }
    let parts = parts(value);
    let slash = value.contains(&b'/');
    let literal = || {
        let name = Bytes::from(value);
        if slash { Autologin::Literal(name) } else { Autologin::User(name) }
    };
    let [from, to] = parts[..] else { return literal() };
    if to.ends_with(b"\\") && to.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1 {
        return literal();
    }
    let bre = match Bre::new(from) {
        Ok(bre) => bre,
        Err(Wrong::Invalid) => return literal(),
        Err(Wrong::Unknown(why)) => return unknown(why),
    };
    // sed compiles the whole command before it looks at the name.
    let mut replacement = Vec::new();
    let mut bytes = to.iter();
    while let Some(byte) = bytes.next() {
        replacement.push(match byte {
            b'&' => Piece::Group(0),
            b'\\' => match bytes.next() {
                Some(digit @ b'1'..=b'9') => {
                    let group = usize::from(digit - b'0');
                    if group > bre.groups {
                        return literal();
                    }
                    if bre.vague_groups {
                        return unknown("what its groups take is not certain");
                    }
                    Piece::Group(group)
                }
                Some(b'0') => Piece::Group(0),
                Some(byte) if byte.is_ascii_alphanumeric() => {
                    return unknown("its replacement has an escape with a meaning of its own");
                }
                Some(byte) => Piece::Byte(*byte),
                None => return literal(),
            },
            byte => Piece::Byte(*byte),
        });
    }
    let (start, end, groups) = match bre.find(host) {
        Ok(Some(found)) => found,
        Ok(None) => return user(host.to_vec()),
        Err(Wrong::Unknown(why)) => return unknown(why),
        Err(Wrong::Invalid) => return literal(),
    };
    let mut name = host[..start].to_vec();
    for piece in replacement {
        match piece {
            Piece::Byte(byte) => name.push(byte),
            Piece::Group(0) => name.extend_from_slice(&host[start..end]),
            Piece::Group(group) => name.extend_from_slice(groups[group - 1]),
        }
    }
    name.extend_from_slice(&host[end..]);
    user(name)
}

enum Piece {
    Byte(u8),
    Group(usize),
}

fn user(name: Vec<u8>) -> Autologin {
    if name.is_empty() { Autologin::Nobody } else { Autologin::User(name.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(value: &str, host: &str) -> Autologin {
        evaluate(value.as_bytes(), host.as_bytes())
    }

    #[test]
    fn an_expression_makes_a_user_of_a_host() {
        for (value, host, user) in [
            ("user01", "pc07", "user01"),
            ("pc/guest", "pc07", "guest07"),
            ("ltsp/guest", "pc07", "pc07"),
            ("^pc\\([0-9]*\\)$/guest\\1", "pc07", "guest07"),
            ("pc/&-a\\&", "pc07", "pc-a&07"),
            ("[/p]c/x", "pc1", "x1"),
            ("x*/a", "pc1", "apc1"),
            ("p\\?\\(pc\\)\\?/x", "pc1", "x1"),
            ("*p/x", "*p1", "x1"),
            ("c\\{1,2\\}/x", "pcc1", "px1"),
            ("\\(a\\|ab\\)/x", "abc", "xc"),
            (".*-/", "lab-guest3", "guest3"),
            ("[[:digit:]][]0-9]*$/", "pc07", "pc"),
        ] {
            assert_eq!(on(value, host), Autologin::User(user.into()), "{value} {host}");
        }
        assert_eq!(on("", "pc1"), Autologin::Nobody);
        assert_eq!(on(".*/", "pc1"), Autologin::Nobody);
    }

    #[test]
    fn what_sed_refuses_is_a_name() {
        for value in ["pc/guest/g", "/guest", "\\(pc/x", "pc/\\1", "[a/b", "a\\{2/x"] {
            assert_eq!(on(value, "pc1"), Autologin::Literal(value.into()), "{value}");
        }
    }

    #[test]
    fn what_was_not_translated_is_said_and_not_guessed() {
        for value in ["\\bpc/x", "pc/\\U&", "\\(a\\)*\\1/x", "\\(a\\|b\\)/\\1", "a^/x", "[a-Z]/x"] {
            assert!(!matches!(on(value, "pc1"), Autologin::User(_)), "{value}");
        }
    }
}
