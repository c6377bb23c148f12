//! What is wrong with a file, and what will really happen.
//!
//! The original says at most one thing about a file, on a client's screen that nobody reads. Here
//! the file is read on behind each mistake, as if that one were put right.

mod sections;
mod syntax;
mod traps;
mod values;

use std::collections::BTreeSet;

use super::document::{Body, LtsConf};
use super::line::declared_in;
use super::parser::{Declaration, Parsed, Stop, parse_on};
use crate::text::{Bytes, Diagnostic, Document as _, Edit, Source, Span};

/// A file under inspection.
struct Lint<'a> {
    source: &'a Source,
    bytes: &'a [u8],
    /// What the original reads.
    read: &'a Parsed,
    /// All of it.
    body: Body,
    /// Where lines begin of which enough has been said.
    told: BTreeSet<usize>,
    found: Vec<Diagnostic>,
}

/// Every mistake and trap, in the order of the file.
pub(super) fn check(document: &LtsConf) -> Vec<Diagnostic> {
    let source = document.source();
    let body = Body::file(source.clone(), parse_on(source.bytes()));
    let read = &document.body.parsed;
    let bytes = source.bytes();
    let mut lint = Lint { source, bytes, read, body, told: BTreeSet::new(), found: Vec::new() };
    lint.whole_file();
    lint.syntax();
    lint.strays();
    lint.includes();
    lint.sections();
    lint.declarations();
    let mut found = lint.found;
    found.sort_by_key(|one| one.place.span);
    found
}

/// A way to put something right, and whether it is sure to be what the author meant.
enum Way {
    Safe(String, Vec<Edit>),
    Look(String, Vec<Edit>),
    Words(String),
}

impl Lint<'_> {
    fn say(&mut self, said: Diagnostic, way: Way) {
        self.found.push(match way {
            Way::Safe(message, edits) => said.mend(message, edits),
            Way::Look(message, edits) => said.suggest(message, edits),
            Way::Words(message) => said.help(message),
        });
    }

    /// A syntax error, with its consequence.
    fn stop(&mut self, code: &'static str, span: Span, stop: &Stop, what: &str, way: Way) {
        let real = self.read.stops.first();
        let is_real = real.is_some_and(|real| real.token.span == stop.token.span);
        let consequence = if is_real {
            "getltscfg stops reading here, and everything behind counts for nothing"
        } else {
            "reading stops here, too, once the mistakes above are put right"
        };
        self.told.insert(self.line(span.start).start);
        let said = Diagnostic::error(code, self.source, span, format!("{what}; {consequence}"));
        self.say(said, way);
    }

    /// The line around an offset, without its end.
    fn line(&self, offset: usize) -> Span {
        // By number, because looking for the ends anew each time would take long in a long line.
        let number = self.source.position(offset).line;
        let Some(whole) = self.source.whole_line(number) else { return Span::at(offset) };
        let text = &self.bytes[whole.range()];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let bom = if whole.start == 0 && text.starts_with(super::BOM) { 3 } else { 0 };
        Span::new(whole.start + bom, whole.start + text.len())
    }

    fn same_line(&self, from: usize, to: usize) -> bool {
        from <= to && !self.bytes[from..to].contains(&b'\n')
    }

    /// The last declaration that ends before an offset.
    fn before(&self, offset: usize) -> Option<Declaration> {
        let all = &self.body.parsed.declarations;
        let at = all.partition_point(|one| one.value.span.start < offset);
        all.get(at.checked_sub(1)?).copied()
    }

    /// The line with quotes around the bytes from `start` to `end`.
    fn in_quotes(&self, line: Span, start: usize, end: usize) -> Vec<u8> {
        let (before, value) = (&self.bytes[line.start..start], &self.bytes[start..end]);
        [before, b"\"", value, b"\"", &self.bytes[end..line.end], b"\n"].concat()
    }

    /// Puts everything behind `=`, up to a comment, in quotes; if that makes one sound line of it.
    fn quote_rest(&self, equals: usize, key: &[u8]) -> Option<Vec<Edit>> {
        let line = self.line(equals);
        let rest = &self.bytes[equals + 1..line.end];
        let length = rest.iter().position(|byte| *byte == b'#').unwrap_or(rest.len());
        let blank = |byte: &&u8| byte.is_ascii_whitespace();
        let before = rest[..length].iter().take_while(blank).count();
        let behind = rest[before..length].iter().rev().take_while(blank).count();
        let (start, end) = (equals + 1 + before, equals + 1 + length - behind);
        let value = &self.bytes[start..end];
        let new = self.in_quotes(line, start, end);
        let sound = declared_in(&new, key)? == value && !value.contains(&b'"');
        sound.then(|| vec![Edit::insert(start, "\""), Edit::insert(end, "\"")])
    }

    /// Makes the line a comment.
    fn comment_line(&self, offset: usize) -> Vec<Edit> {
        let line = self.line(offset);
        let text = &self.bytes[line.range()];
        let indent = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut edits = vec![Edit::insert(line.start + indent, "#")];
        edits.extend(self.missing_newline(line));
        edits
    }

    /// The newline without which a comment is none.
    fn missing_newline(&self, line: Span) -> Option<Edit> {
        (line.end == self.bytes.len()).then(|| Edit::insert(line.end, "\n"))
    }

    /// What stands between two places; nothing if the second comes first, because what was read
    /// goes on in the next line.
    fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    fn text(&self, span: Span) -> Bytes {
        Bytes::from(&self.bytes[span.range()])
    }
}

/// Whether people keep such a value to themselves.
fn is_secret(key: &[u8]) -> bool {
    let key = key.to_ascii_uppercase();
    let has = |word: &[u8]| key.windows(word.len()).any(|part| part == word);
    (has(b"PASSWORD") || has(b"PASSWD") || has(b"SECRET")) && !key.ends_with(b"PASSWORD_HASH")
}

#[cfg(test)]
mod tests;
