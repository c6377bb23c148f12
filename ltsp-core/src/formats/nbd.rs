//! What nbd-server(5) exports: the sections of its configuration files.
//!
//! The files are GLib key files: `[section]`, `key = value`, `#` at the start of a line; of a key
//! that stands twice in a section, the last value counts.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_till1};
use nom::character::complete::space0;
use nom::combinator::rest;
use nom::sequence::{delimited, separated_pair};
use nom::{IResult, Parser};
use serde::Serialize;

use crate::text::{Bytes, Source};

/// A section that exports something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// The section's name, which clients ask for; for LTSP 5 the path of the chroot.
    pub name: Bytes,
    /// The file or device behind it (`exportname`).
    pub file: Bytes,
    /// Whether clients cannot write into it (`readonly`).
    pub read_only: bool,
    /// The line of `exportname`, from 1.
    pub line: u64,
}

/// The exports of one file, in its order. `[generic]`, which sets up the server itself, exports
/// nothing; neither does a section without `exportname`.
#[must_use]
pub fn exports(source: &Source) -> Vec<Export> {
    let mut found: Vec<Export> = Vec::new();
    let mut section: Option<Section<'_>> = None;
    for (index, span) in source.lines().enumerate() {
        match line(source.slice(span)) {
            Ok((_, Line::Section(name))) => {
                found.extend(section.take().and_then(Section::export));
                section = Some(Section { name, file: None, read_only: false });
            }
            Ok((_, Line::Value(key, value))) => {
                if let Some(section) = &mut section {
                    section.set(key, value, index as u64 + 1);
                }
            }
            Ok((_, Line::Nothing)) | Err(_) => {}
        }
    }
    found.extend(section.and_then(Section::export));
    found
}

struct Section<'a> {
    name: &'a [u8],
    file: Option<(Vec<u8>, u64)>,
    read_only: bool,
}

impl Section<'_> {
    fn set(&mut self, key: &[u8], value: &[u8], line: u64) {
        match key {
            b"exportname" => self.file = Some((unescape(value), line)),
            // The two words that GLib takes, and its older numbers.
            b"readonly" => self.read_only = matches!(value, b"true" | b"1"),
            _ => {}
        }
    }

    fn export(self) -> Option<Export> {
        let (file, line) = self.file.filter(|_| self.name != b"generic")?;
        let name = Bytes::from(self.name);
        Some(Export { name, file: Bytes::from(file), read_only: self.read_only, line })
    }
}

enum Line<'a> {
    Section(&'a [u8]),
    Value(&'a [u8], &'a [u8]),
    Nothing,
}

fn line(input: &[u8]) -> IResult<&[u8], Line<'_>> {
    let (input, _) = space0(input)?;
    let section = delimited(tag("["), take_till1(|byte| byte == b']'), tag("]"));
    let value = separated_pair(take_till1(|byte| byte == b'='), tag("="), rest);
    alt((
        tag("#").map(|_| Line::Nothing),
        section.map(Line::Section),
        value.map(|(key, value): (&[u8], &[u8])| {
            Line::Value(key.trim_ascii_end(), value.trim_ascii())
        }),
        take_till(|_| true).map(|_: &[u8]| Line::Nothing),
    ))
    .parse(input)
}

/// GLib's escapes in a string: `\s`, `\n`, `\t`, `\r`, `\\`.
fn unescape(value: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next() {
                Some(b's') => b' ',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(other) => other,
                None => b'\\',
            },
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, String, bool, u64)> {
        let found = exports(&Source::new("conf", text)).into_iter();
        found
            .map(|one| (one.name.text().into(), one.file.text().into(), one.read_only, one.line))
            .collect()
    }

    #[test]
    fn a_section_exports_the_file_it_names() {
        let text = "[generic]\nexportname = /no\n# [x]\n[/opt/ltsp/i386]\n\
                    exportname = /opt/ltsp/images/i386.img\nreadonly=true\n\
                    authfile = /etc/ltsp/nbd-server.allow\n\n[swap]\r\n  exportname\t=\t/tmp/%s \r\n";
        assert_eq!(
            of(text),
            [
                ("/opt/ltsp/i386".into(), "/opt/ltsp/images/i386.img".into(), true, 5),
                ("swap".into(), "/tmp/%s".into(), false, 10),
            ]
        );
    }

    #[test]
    fn what_exports_nothing_hides_nothing() {
        let text = "exportname = /before/any/section\n[empty]\nport = 1\n[]\n[broken\n=x\nrubbish\n\
                    [twice]\nexportname=/a\nexportname=/b\\sc\n";
        assert_eq!(of(text), [("twice".into(), "/b c".into(), false, 10)]);
        assert_eq!(of(""), []);
    }
}
