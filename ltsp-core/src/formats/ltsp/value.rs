//! What is on the right of `=`: a literal, text with variables, or code.

use serde::Serialize;

use super::grammar::{Line, classify, is_name, line_from};
use crate::text::{Bytes, Source, Span};

/// A value as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// These bytes, quotes removed.
    Literal(Bytes),
    /// Text and variables.
    Expanded(Vec<Part>),
    /// Only a shell can tell: command substitution, arithmetic, pattern removal and the like.
    Code,
}

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// These bytes.
    Text(Bytes),
    /// `$NAME`, `${NAME}`, `${NAME:-other}` and the like.
    Variable {
        /// Its name.
        name: Bytes,
        /// What stands there instead, and when.
        #[serde(skip_serializing_if = "Option::is_none")]
        other: Option<(Alternative, Vec<Part>)>,
    },
}

/// When the other text of `${NAME:-other}` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// `:-`
    IfUnsetOrEmpty,
    /// `-`
    IfUnset,
    /// `:+`
    UnlessUnsetOrEmpty,
    /// `+`
    UnlessUnset,
}

/// What a variable is while a file is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// Set to this.
    Set(&'a [u8]),
    /// Certainly not set.
    Unset,
    /// Nobody knows.
    Unknown,
}

impl Value {
    /// The value that stands at `span`.
    pub(super) fn read(source: &Source, span: Span) -> Self {
        match Reader::new(source.bytes(), span).parts() {
            None => Self::Code,
            Some(parts) => match &parts[..] {
                [] => Self::Literal(Bytes::default()),
                [Part::Text(text)] => Self::Literal(text.clone()),
                _ => Self::Expanded(parts),
            },
        }
    }

    /// Its bytes, if the variables in it are known.
    pub(super) fn evaluate<'a>(&self, known: &impl Fn(&[u8]) -> Known<'a>) -> Option<Bytes> {
        match self {
            Self::Literal(text) => Some(text.clone()),
            Self::Expanded(parts) => {
                let mut out = Vec::new();
                append(parts, known, &mut out)?;
                Some(out.into())
            }
            Self::Code => None,
        }
    }

    /// The names of the variables in it.
    pub(super) fn variables(&self) -> Vec<&Bytes> {
        let mut names = Vec::new();
        let mut parts: Vec<&Part> = match self {
            Self::Expanded(parts) => parts.iter().collect(),
            _ => Vec::new(),
        };
        while let Some(part) = parts.pop() {
            if let Part::Variable { name, other } = part {
                names.push(name);
                parts.extend(other.iter().flat_map(|(_, parts)| parts));
            }
        }
        names
    }
}

fn append<'a>(
    parts: &[Part],
    known: &impl Fn(&[u8]) -> Known<'a>,
    out: &mut Vec<u8>,
) -> Option<()> {
    for part in parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text),
            Part::Variable { name, other } => {
                let value = known(name);
                let (set, text) = match value {
                    Known::Unknown => return None,
                    Known::Unset => (false, &b""[..]),
                    Known::Set(text) => (true, text),
                };
                let full = set && !text.is_empty();
                match other {
                    None => out.extend_from_slice(text),
                    Some((when, parts)) => {
                        let (instead, or) = match when {
                            Alternative::IfUnsetOrEmpty => (!full, text),
                            Alternative::IfUnset => (!set, text),
                            Alternative::UnlessUnsetOrEmpty => (full, &b""[..]),
                            Alternative::UnlessUnset => (set, &b""[..]),
                        };
                        if instead {
                            append(parts, known, out)?;
                        } else {
                            out.extend_from_slice(or);
                        }
                    }
                }
            }
        }
    }
    Some(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    span: Span,
    at: usize,
    text: Vec<u8>,
    parts: Vec<Part>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], span: Span) -> Self {
        Self { bytes, span, at: span.start, text: Vec::new(), parts: Vec::new() }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        (at < self.span.end).then(|| self.bytes[at])
    }

    /// Takes one byte of text. NUL never reaches the shell.
    fn take(&mut self, byte: u8) {
        if byte != 0 {
            self.text.push(byte);
        }
        self.at += 1;
        if byte == b'\n' {
            self.new_line();
        }
    }

    /// LTSP takes blanks around the first `=` away from lines that look like assignments, even
    /// within quotes.
    fn new_line(&mut self) {
        let line = line_from(self.bytes, self.at);
        if let Line::Assignment { name, value } = classify(&self.bytes[line.range()]) {
            let (name, value) = (line.start + name, line.start + value);
            let end = name.min(self.span.end);
            // A quote cannot stand in a name, so all of it is text.
            self.text.extend_from_slice(&self.bytes[self.at..end]);
            if value <= self.span.end {
                self.text.push(b'=');
                self.at = value;
            } else {
                self.at = end;
            }
        }
    }

    fn parts(mut self) -> Option<Vec<Part>> {
        let mut quoted = false;
        let mut start = true;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    quoted = !quoted;
                    self.at += 1;
                }
                b'\'' if !quoted => {
                    self.at += 1;
                    while let Some(byte) = self.peek(0).filter(|byte| *byte != b'\'') {
                        self.take(byte);
                    }
                    self.at += 1;
                }
                b'\\' => match self.peek(1)? {
                    b'\n' => {
                        self.at += 2;
                        self.new_line();
                    }
                    next if !quoted || b"$`\"\\".contains(&next) => {
                        self.at += 1;
                        self.take(next);
                    }
                    _ => self.take(byte),
                },
                b'`' => return None,
                b'$' => self.dollar()?,
                b'~' if !quoted && (start || self.text.last() == Some(&b':')) => return None,
                _ => self.take(byte),
            }
            start = false;
        }
        self.flush();
        Some(self.parts)
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text).into()));
        }
    }

    fn dollar(&mut self) -> Option<()> {
        match self.peek(1) {
            Some(b'{') => {
                let rest = &self.bytes[self.at + 2..self.span.end];
                let end = rest.iter().position(|byte| *byte == b'}')?;
                let variable = braced(&rest[..end], 0)?;
                self.flush();
                self.parts.push(variable);
                self.at += end + 3;
            }
            Some(first) if first.is_ascii_alphabetic() || first == b'_' => {
                let rest = &self.bytes[self.at + 1..self.span.end];
                let length = rest.iter().take_while(|byte| is_name(**byte)).count();
                let name = Bytes::from(&rest[..length]);
                self.flush();
                self.parts.push(Part::Variable { name, other: None });
                self.at += length + 1;
            }
            Some(next) if next.is_ascii_digit() || b"(@*#?-$!".contains(&next) => return None,
            _ => self.take(b'$'),
        }
        Some(())
    }
}

/// What stands between `${` and `}`, if it is simple.
fn braced(text: &[u8], depth: usize) -> Option<Part> {
    let length = text.iter().take_while(|byte| is_name(**byte)).count();
    let (name, rest) = text.split_at(length);
    if !super::grammar::is_variable(name) {
        return None;
    }
    let name = Bytes::from(name);
    if rest.is_empty() {
        return Some(Part::Variable { name, other: None });
    }
    let (when, other) = if let Some(other) = rest.strip_prefix(b":-") {
        (Alternative::IfUnsetOrEmpty, other)
    } else if let Some(other) = rest.strip_prefix(b":+") {
        (Alternative::UnlessUnsetOrEmpty, other)
    } else if let Some(other) = rest.strip_prefix(b"-") {
        (Alternative::IfUnset, other)
    } else {
        (Alternative::UnlessUnset, rest.strip_prefix(b"+")?)
    };
    // Quotes inside braces mean different things in different shells.
    if depth > 0 || other.iter().any(|byte| b"\"'\\`~{\n\0".contains(byte)) {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = other;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        if at > 0 {
            parts.push(Part::Text(rest[..at].into()));
        }
        let after = &rest[at + 1..];
        let length = after.iter().take_while(|byte| is_name(**byte)).count();
        parts.push(braced(&after[..length], depth + 1)?);
        rest = &after[length..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.into()));
    }
    Some(Part::Variable { name, other: Some((when, parts)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        let source = Source::new("f", text);
        Value::read(&source, source.span())
    }

    #[test]
    fn quotes_and_backslashes_are_taken_as_dash_takes_them() {
        for (text, value) in [
            ("", ""),
            ("a", "a"),
            ("a\\ b\\\\", "a b\\"),
            ("'a \"$x\\'", "a \"$x\\"),
            ("\"a 'b' \\\" \\$x \\y\"", "a 'b' \" $x \\y"),
            ("a\"b\"'c'd", "abcd"),
            ("\"a\\\nb\"", "ab"),
            ("$", "$"),
            ("\"$\"", "$"),
            ("a$'b'", "a$b"),
            ("\"x\nA = b = c\n B = c\"", "x\nA=b = c\n B = c"),
        ] {
            assert_eq!(read(text), Value::Literal(value.into()), "{text}");
        }
    }

    #[test]
    fn what_only_a_shell_knows_is_code() {
        for text in [
            "$(date)",
            "`date`",
            "$1",
            "$$",
            "\"$@\"",
            "${A#b}",
            "${#A}",
            "${A:=b}",
            "~/x",
            "a:~b",
            "$((1+1))",
            "${A:-\"b\"}",
            "${A:-$(b)}",
            "${A:-${B}}",
        ] {
            assert_eq!(read(text), Value::Code, "{text}");
        }
    }

    #[test]
    fn variables_are_filled_in_if_they_are_known() {
        let known = |name: &[u8]| match name {
            b"A" => Known::Set(b"1"),
            b"E" => Known::Set(b""),
            b"N" => Known::Unset,
            _ => Known::Unknown,
        };
        for (text, value) in [
            ("x$A/${A}y", Some("x1/1y")),
            ("${E:-b}${E-c}${N:-d}${N-e}", Some("bde")),
            ("${A:+b}${E:+c}${E+d}${N+e}", Some("bd")),
            ("\"${N:-a $A}\"", Some("a 1")),
            ("$U", None),
            ("${U:-x}", None),
            ("${A:-$U}", Some("1")),
        ] {
            assert_eq!(read(text).evaluate(&known), value.map(Bytes::from), "{text}");
        }
    }
}
