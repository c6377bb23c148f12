//! The parameters as data: type, section, default, what they do.

use serde::Serialize;

use super::params_table::{PARAMS, SUCCESSORS};

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParamType {
    /// `0` or `1`.
    Bool,
    /// A whole number, perhaps negative.
    Number,
    /// Any text.
    Text,
    /// Words separated by blanks.
    List,
    /// A regular expression; variables as `%{NAME}`.
    Regex,
    /// Lines of text, or the name of a file that has them.
    TextOrFile,
    /// Shell code.
    Code,
    /// A path.
    Path,
    /// The name of a section.
    Section,
    /// Accounts and base64 passwords: `regex/base64 ...`.
    Passwords,
}

/// Where a parameter has to stand so that somebody reads it. `[common]` always counts as both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Anywhere.
    Any,
    /// Where the server reads it.
    Server,
    /// Where clients read it.
    Client,
    /// Where the server reads it; or in the section of one hardware address, from which the boot
    /// menu is made.
    ServerOrMac,
}

/// One parameter, or one family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Param {
    /// Its name; `*` stands for letters, digits and `_`, perhaps none.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// Where it belongs.
    pub place: Place,
    /// What counts without it; empty if nothing does.
    pub default: &'static str,
    /// Whether ltsp.conf(5) knows it; the scripts read the others all the same.
    pub documented: bool,
    /// What it does.
    pub note: &'static str,
}

/// What became of a parameter of LTSP 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Successor {
    /// Its name in lts.conf; `*` stands for letters, digits and `_`, perhaps none.
    pub name: &'static str,
    /// Names in ltsp.conf that do its work; empty if there are none.
    pub by: &'static [&'static str],
    /// Whether the value means the same under the first of those names.
    pub same: bool,
    /// What is different.
    pub note: &'static str,
}

/// Every parameter.
#[must_use]
pub fn params() -> &'static [Param] {
    PARAMS
}

/// The parameter called `name`.
#[must_use]
pub fn param(name: &[u8]) -> Option<&'static Param> {
    PARAMS
        .iter()
        .find(|param| param.name.as_bytes() == name)
        .or_else(|| PARAMS.iter().find(|param| fits(param.name, name)))
}

/// What became of the parameter of lts.conf called `name`.
#[must_use]
pub fn successor(name: &[u8]) -> Option<&'static Successor> {
    SUCCESSORS
        .iter()
        .find(|successor| successor.name.as_bytes() == name)
        .or_else(|| SUCCESSORS.iter().find(|successor| fits(successor.name, name)))
}

fn fits(pattern: &str, name: &[u8]) -> bool {
    pattern.contains('*')
        && name.iter().all(|byte| super::grammar::is_name(*byte))
        && super::pattern::matches(pattern.as_bytes(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_its_own_comes_before_its_family() {
        assert_eq!(param(b"PASSWORDS_LAB").unwrap().name, "PASSWORDS_*");
        assert_eq!(param(b"POST_INIT_X").unwrap().kind, ParamType::Code);
        assert_eq!(param(b"AUTOLOGIN").unwrap().place, Place::Client);
        assert!(param(b"autologin").is_none() && param(b"PASSWORDS").is_none());
        assert_eq!(successor(b"LDM_AUTOLOGIN").unwrap().by, ["AUTOLOGIN"]);
        assert!(successor(b"SCREEN_07").unwrap().by.is_empty());
    }

    #[test]
    fn the_tables_name_nothing_twice_and_only_what_exists() {
        for (at, one) in PARAMS.iter().enumerate() {
            assert!(PARAMS[at + 1..].iter().all(|other| other.name != one.name), "{}", one.name);
            assert!(one.note.ends_with('.'), "{}", one.name);
        }
        for one in SUCCESSORS {
            for name in one.by {
                assert!(param(name.replace('*', "X").as_bytes()).is_some(), "{name}");
            }
            assert!(!one.same || one.by.len() == 1, "{}", one.name);
        }
    }
}
