//! exports(5): which directories NFS clients may mount.

use nom::branch::alt;
use nom::bytes::complete::{is_a, tag, take, take_till1, take_while_m_n};
use nom::combinator::{map_opt, opt, value};
use nom::multi::{fold_many1, many0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};
use serde::Serialize;

use crate::text::{Bytes, Source};

/// One line of the file: a directory and who may mount it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// The directory, without quotes and escapes.
    pub path: Bytes,
    /// Who may mount it.
    pub clients: Vec<Client>,
    /// The line it begins at, from 1.
    pub line: u64,
}

/// Who may mount a directory, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// A host, network, netgroup or pattern as it stands there; empty for everybody.
    pub host: Bytes,
    /// The options in parentheses, after those that a `-` gave to the whole line.
    pub options: Vec<Bytes>,
}

impl Export {
    /// Whether `path` is this directory or below it.
    #[must_use]
    pub fn covers(&self, path: &[u8]) -> bool {
        let own = self.path.strip_suffix(b"/").unwrap_or(&self.path);
        path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }
}

/// The exports of one file, in its order. A line that ends in a backslash goes on in the next;
/// what is not understood in a line is passed over.
#[must_use]
pub fn exports(source: &Source) -> Vec<Export> {
    let mut found = Vec::new();
    let mut joined: Vec<u8> = Vec::new();
    let mut first = 1;
    let count = source.lines().len() as u64;
    for (index, span) in source.lines().enumerate() {
        let number = index as u64 + 1;
        if joined.is_empty() {
            first = number;
        }
        let bytes = source.slice(span);
        match bytes.strip_suffix(b"\\") {
            Some(bytes) if number < count => joined.extend_from_slice(bytes),
            _ => {
                joined.extend_from_slice(bytes);
                found.extend(export(&joined, first));
                joined.clear();
            }
        }
    }
    found
}

fn export(line: &[u8], number: u64) -> Option<Export> {
    let (_, words) = many0(preceded(opt(is_a(" \t")), word)).parse(line).ok()?;
    let mut words = words.into_iter();
    let path = words.next().filter(|path| path.starts_with(b"/"))?;
    let mut defaults: Vec<Bytes> = Vec::new();
    let mut clients = Vec::new();
    for word in words {
        if let Some(options) = word.strip_prefix(b"-") {
            defaults = list(options);
            continue;
        }
        let (host, options) = match word.iter().position(|byte| *byte == b'(') {
            Some(at) => (&word[..at], word[at + 1..].strip_suffix(b")").unwrap_or_default()),
            None => (&word[..], &b""[..]),
        };
        let options = defaults.iter().cloned().chain(list(options)).collect();
        clients.push(Client { host: Bytes::from(host), options });
    }
    Some(Export { path: Bytes::from(path), clients, line: number })
}

fn list(options: &[u8]) -> Vec<Bytes> {
    let options = options.split(|byte| *byte == b',').filter(|option| !option.is_empty());
    options.map(Bytes::from).collect()
}

/// A word, with its quotes and its escapes in octal taken off. A `#` outside quotes ends the line.
fn word(input: &[u8]) -> IResult<&[u8], Vec<u8>> {
    let quoted =
        delimited(tag("\""), many0(piece(b"\"")), opt(tag("\""))).map(|parts| parts.concat());
    let plain = piece(b" \t\"#");
    fold_many1(alt((quoted, plain)), Vec::new, |mut all: Vec<u8>, part| {
        all.extend_from_slice(&part);
        all
    })
    .parse(input)
}

/// Bytes up to one of `ends`, or one escape.
fn piece<'a>(
    ends: &'static [u8],
) -> impl Parser<&'a [u8], Output = Vec<u8>, Error = nom::error::Error<&'a [u8]>> {
    let octal = preceded(tag("\\"), take_while_m_n(3, 3, |byte| matches!(byte, b'0'..=b'7')));
    let octal = map_opt(octal, |digits: &[u8]| {
        let number = digits.iter().fold(0u32, |number, digit| number * 8 + u32::from(digit - b'0'));
        u8::try_from(number).ok().map(|byte| vec![byte])
    });
    let backslash = value(vec![b'\\'], (tag("\\"), take(0usize)));
    let text = take_till1(move |byte| byte == b'\\' || ends.contains(&byte));
    alt((octal, backslash, text.map(<[u8]>::to_vec)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Export> {
        exports(&Source::new("exports", text))
    }

    #[test]
    fn a_line_names_a_directory_and_its_clients() {
        let found = of("# all\n/opt/ltsp *(ro,no_root_squash,async,no_subtree_check)\n\
                        /srv/a\thost\t10.0.0.0/24(rw,sync) (ro) # end\n");
        let paths: Vec<_> = found.iter().map(|one| (one.path.text(), one.line)).collect();
        assert_eq!(paths, [("/opt/ltsp".into(), 2), ("/srv/a".into(), 3)]);
        assert_eq!(*found[0].clients[0].host, *b"*");
        assert_eq!(found[0].clients[0].options.len(), 4);
        let hosts: Vec<_> = found[1].clients.iter().map(|one| one.host.text()).collect();
        assert_eq!(hosts, ["host", "10.0.0.0/24", ""]);
        assert_eq!(*found[1].clients[2].options[0], *b"ro");
    }

    #[test]
    fn quotes_escapes_defaults_and_long_lines_are_understood() {
        let found =
            of("\"/srv/two words\" -ro,async a \\\n  b(rw)\r\n/srv/x\\040y *\n/last *(ro)\\");
        let paths: Vec<_> = found.iter().map(|one| one.path.text().into_owned()).collect();
        assert_eq!(paths, ["/srv/two words", "/srv/x y", "/last"]);
        assert_eq!(found[0].line, 1);
        assert_eq!(found[1].line, 3);
        let options: Vec<_> = found[0].clients[1].options.iter().map(|one| one.text()).collect();
        assert_eq!(options, ["ro", "async", "rw"]);
    }

    #[test]
    fn a_directory_covers_itself_and_what_is_below() {
        let one = &of("/opt/ltsp/ *")[0];
        assert!(one.covers(b"/opt/ltsp") && one.covers(b"/opt/ltsp/i386"));
        assert!(!one.covers(b"/opt/ltsp5") && !one.covers(b"/opt"));
        assert!(of("/ *")[0].covers(b"/anything"));
    }

    #[test]
    fn rubbish_is_no_export() {
        assert_eq!(of("relative *\n\"\n\\\n#\n   \n\\999 x\n"), []);
    }
}
