//! Settings with a meaning of their own: passwords, families of numbered names, Epoptes groups.

use serde::Serialize;

use super::grammar::{Line, classify, is_name};
use super::scan::Kind;
use super::secret::{Secret, base64};
use super::value::Value;
use super::{LtspConf, section_name};
use crate::formats::MacAddr;
use crate::text::{Bytes, Document, Entry, Origin, Place, Resolved};

/// One word of a `PASSWORDS_x`: the accounts whose password clients know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Password {
    /// The variable it stands in.
    pub variable: Bytes,
    /// The accounts: a basic regular expression, matched against whole names.
    pub users: Bytes,
    /// The password; `None` if it cannot be decoded, and then nobody can log in with it. An empty
    /// one lets them in without asking the server.
    pub password: Option<Secret>,
    /// The decoded bytes are not the ones that were written, because base64 with a `/` in it is
    /// cut behind the last one.
    pub cut: bool,
    /// Where it comes from.
    pub origin: Origin,
}

/// The entries of a family `PREFIX_x`, sorted by the variable's name as LTSP collects them; those
/// without a value, or with an empty one, are left out.
pub fn family<'a>(resolved: &'a Resolved, prefix: &'a str) -> impl Iterator<Item = &'a Entry> {
    let member = move |entry: &&Entry| {
        entry.key.strip_prefix(prefix.as_bytes()).is_some_and(|x| x.iter().all(|b| is_name(*b)))
            && entry.value.as_ref().is_some_and(|value| !value.is_empty())
    };
    let mut members: Vec<&Entry> = resolved.entries().iter().filter(member).collect();
    members.sort_by(|a, b| a.key.cmp(&b.key));
    members.into_iter()
}

/// One word split as LTSP splits it: accounts up to the first slash, password behind the last.
pub(super) fn split_password(word: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let first = word.iter().position(|byte| *byte == b'/')?;
    let last = word.iter().rposition(|byte| *byte == b'/')?;
    Some((&word[..first], &word[last + 1..], first != last))
}

/// The words of a list, as the shell splits them.
pub(super) fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| b" \t\n".contains(byte)).filter(|word| !word.is_empty())
}

/// What `PASSWORDS_x` say, in the order in which clients take it. A word without a slash stands
/// for both, so its accounts get that text as their password.
#[must_use]
pub fn passwords(resolved: &Resolved) -> Vec<Password> {
    let mut all = Vec::new();
    for entry in family(resolved, "PASSWORDS_") {
        for word in entry.value.iter().flat_map(|value| list(value)) {
            let (users, password, cut) = split_password(word).unwrap_or((word, word, false));
            all.push(Password {
                variable: entry.key.clone(),
                users: users.into(),
                password: base64(password).map(Secret::new),
                cut,
                origin: entry.origin.clone(),
            });
        }
    }
    all
}

/// A group of clients in Epoptes, from a comment `# EPOPTES_GROUP=name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EpoptesGroup {
    /// Its name.
    pub name: Bytes,
    /// Where the comment stands.
    pub place: Place,
    /// Its clients, in the order of the file.
    pub clients: Vec<EpoptesClient>,
}

/// A client of such a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EpoptesClient {
    /// From the section's name.
    pub mac: MacAddr,
    /// The first HOSTNAME of the section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Bytes>,
    /// Where the section begins.
    pub place: Place,
}

impl LtspConf {
    /// The groups that Epoptes reads from comments, in the order of the file. A group of the name
    /// `None` ends the one before.
    #[must_use]
    pub fn epoptes_groups(&self) -> Vec<EpoptesGroup> {
        let source = self.source();
        let mut groups: Vec<EpoptesGroup> = Vec::new();
        let mut open = false;
        let mut client = false;
        for span in source.lines() {
            let line = source.slice(span);
            if let Some(name) = epoptes_group(line) {
                open = name != b"None";
                client = false;
                if open {
                    let place = Place::new(source, span);
                    groups.push(EpoptesGroup { name: name.into(), place, clients: Vec::new() });
                }
                continue;
            }
            let Some(group) = groups.last_mut().filter(|_| open) else { continue };
            match classify(line) {
                Line::Header => {
                    let name = String::from_utf8(section_name(line)).ok();
                    let mac = name.filter(|name| name.len() == 17 && name.contains(':'));
                    let mac = mac.and_then(|name| name.parse().ok());
                    client = mac.is_some();
                    if let Some(mac) = mac {
                        let place = Place::new(source, span);
                        group.clients.push(EpoptesClient { mac, host: None, place });
                    }
                }
                Line::Assignment { name, .. } if client && &line[..name] == b"HOSTNAME" => {
                    let Some(client) = group.clients.last_mut() else { continue };
                    if client.host.is_none() {
                        client.host = self.literal_at(span.start);
                    }
                }
                _ => {}
            }
        }
        groups
    }

    /// The literal that the assignment at that offset gives.
    fn literal_at(&self, start: usize) -> Option<Bytes> {
        let function = self.functions().partition_point(|function| function.body.start <= start);
        let statements = self.statements(function.checked_sub(1)?);
        let at = statements.partition_point(|statement| statement.span.start < start);
        match statements.get(at)?.kind {
            Kind::Assign { value, code: false, .. } => match Value::read(self.source(), value) {
                Value::Literal(value) => Some(value),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The name in a comment that makes a group.
pub(super) fn epoptes_group(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"#")?.trim_ascii_start().strip_prefix(b"EPOPTES_GROUP")?;
    rest.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::super::Request;
    use super::*;
    use crate::text::Source;

    fn conf(text: &str) -> LtspConf {
        LtspConf::parse(Source::new("/etc/ltsp/ltsp.conf", text))
    }

    #[test]
    fn passwords_are_split_at_the_slashes_and_decoded() {
        let conf = conf("[clients]\nPASSWORDS_B='b/YQ==  c[0-9]*/'\nPASSWORDS_A=a/b/c=\n");
        let resolved = conf.resolve(&Request::default(), &[]).unwrap();
        let all: Vec<_> = passwords(&resolved)
            .into_iter()
            .map(|one| {
                let password = one.password.map(|secret| secret.expose().to_vec());
                (one.users.to_string(), password, one.cut)
            })
            .collect();
        assert_eq!(
            all,
            [
                ("a".to_owned(), None, true),
                ("b".to_owned(), Some(b"a".to_vec()), false),
                ("c[0-9]*".to_owned(), Some(Vec::new()), false),
            ]
        );
        assert!(!format!("{:?}", passwords(&resolved)).contains("[97"));
    }

    #[test]
    fn a_family_is_sorted_by_name_and_has_no_empty_member() {
        let conf = conf("[common]\nFSTAB_B=2\nFSTAB_A10=1\nFSTAB_A=\nFSTAB_A2=3\nFSTABX=4\n");
        let resolved = conf.resolve(&Request::default(), &[]).unwrap();
        let names: Vec<_> =
            family(&resolved, "FSTAB_").map(|entry| entry.key.to_string()).collect();
        assert_eq!(names, ["FSTAB_A10", "FSTAB_A2", "FSTAB_B"]);
    }

    #[test]
    fn comments_make_groups_of_clients() {
        let conf = conf(
            "# EPOPTES_GROUP = Lab A\n[52:54:00:00:00:01]\nHOSTNAME=\"pc01\"\nHOSTNAME=x\n\
             [lab]\nHOSTNAME=no\n[52:54:00:00:00:02]\n#EPOPTES_GROUP=None\n[52:54:00:00:00:03]\n\
             #EPOPTES_GROUP=B\n[52:54:00:00:00:04]\n",
        );
        let groups = conf.epoptes_groups();
        let names: Vec<_> = groups.iter().map(|group| group.name.to_string()).collect();
        assert_eq!(names, ["Lab A", "B"]);
        assert_eq!(groups[0].clients.len(), 2);
        assert_eq!(groups[0].clients[0].host, Some("pc01".into()));
        assert_eq!(groups[0].clients[1].host, None);
        assert_eq!(groups[1].clients[0].mac.to_string(), "52:54:00:00:00:04");
    }
}
