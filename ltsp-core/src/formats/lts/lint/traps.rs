//! What is read, but not as it looks: bytes, quotes, includes.

use super::super::include::{BLOCK, cut};
use super::super::line::declared_in;
use super::{Lint, Way};
use crate::text::{Diagnostic, Edit, Span, returns_before_ends};

impl Lint<'_> {
    /// Byte order mark, carriage returns, NUL bytes.
    pub(super) fn whole_file(&mut self) {
        if self.bytes.starts_with(super::super::BOM) {
            let span = Span::new(0, super::super::BOM.len());
            let what = "a byte order mark is read as a name: a syntax error, and nothing in the \
                        file counts";
            let way = Way::Safe("remove it".into(), vec![Edit::delete(span)]);
            self.say(Diagnostic::error("lts-bom", self.source, span, what), way);
        }
        let returns = returns_before_ends(self.source);
        if let Some(first) = returns.first().copied() {
            let what = "the lines end as on Windows: behind a section's header or a quoted value \
                        the carriage return is a syntax error, and nothing more is read";
            let way = Way::Safe(
                "end the lines with a newline only".into(),
                returns.into_iter().map(Edit::delete).collect(),
            );
            self.say(Diagnostic::error("lts-crlf", self.source, first, what), way);
        }
        if let Some(at) = self.bytes.iter().position(|byte| *byte == 0) {
            let what = "a NUL byte ends the word it stands in";
            let way = Way::Words("save the file as plain text (UTF-8)".into());
            let span = Span::new(at, at + 1);
            self.say(Diagnostic::error("lts-nul", self.source, span, what), way);
        }
    }

    /// Characters that are printed, and with that break what the client's shell is given.
    pub(super) fn strays(&mut self) {
        let consequence =
            "it is printed in front of all settings, which the client's shell then cannot read";
        for at in self.body.parsed.strays.clone() {
            let line = self.line(at);
            if !self.told.insert(line.start) {
                continue;
            }
            let span = Span::new(at, at + 1);
            let (code, what, way) = match self.bytes[at] {
                b'#' => (
                    "lts-comment-at-end",
                    "a comment needs its newline, which is missing at the end of the file",
                    Way::Safe(
                        "end the file with a newline".into(),
                        vec![Edit::insert(self.bytes.len(), "\n")],
                    ),
                ),
                b'\'' => {
                    ("lts-single-quote", "single quotes quote nothing", self.double_quotes(at))
                }
                _ => (
                    "lts-unclosed-quote",
                    "this quote has no partner in its line",
                    self.close_quote(at),
                ),
            };
            let said = Diagnostic::error(code, self.source, span, format!("{what}: {consequence}"));
            self.say(said, way);
        }
        // What follows the mark of a comment without newline is read; that was said already.
        if self.bytes.last() != Some(&b'\n') {
            let line = self.line(self.bytes.len());
            let is_comment = self.bytes[line.range()].trim_ascii_start().starts_with(b"#");
            if is_comment {
                let told = |one: &Diagnostic| {
                    one.code != "lts-comment-at-end" && one.place.span.start >= line.start
                };
                self.found.retain(|one| !told(one));
                if !self.found.iter().any(|one| one.code == "lts-comment-at-end") {
                    let way = Way::Safe(
                        "end the file with a newline".into(),
                        vec![Edit::insert(self.bytes.len(), "\n")],
                    );
                    let what = format!(
                        "a comment needs its newline, which is missing at the end of the file: \
                         {consequence}"
                    );
                    let said = Diagnostic::error("lts-comment-at-end", self.source, line, what);
                    self.say(said, way);
                }
            }
        }
    }

    /// The declaration around an offset in its line: where its `=` stands.
    fn around(&self, offset: usize) -> Option<(usize, Span)> {
        let all = &self.body.parsed.declarations;
        let line = self.line(offset);
        let at = all.partition_point(|one| one.equals < line.start);
        let one = all.get(at).filter(|one| one.equals < line.end)?;
        Some((one.equals, one.key.text))
    }

    /// `NAME='value'` with double quotes.
    fn double_quotes(&self, at: usize) -> Way {
        let words = || Way::Words("use double quotes".into());
        let Some((equals, key)) = self.around(at) else { return words() };
        let line = self.line(at);
        let rest = &self.bytes[equals + 1..line.end];
        let quotes: Vec<usize> = (0..rest.len()).filter(|at| rest[*at] == b'\'').collect();
        if let [first, second] = quotes[..] {
            let inner = &rest[first + 1..second];
            let mut new = self.bytes[line.start..line.end].to_vec();
            let from = equals + 1 - line.start;
            new[from + first] = b'"';
            new[from + second] = b'"';
            new.push(b'\n');
            let key = &self.bytes[key.range()];
            if declared_in(&new, key).is_some_and(|value| value == inner) {
                let edits = [first, second]
                    .map(|at| Edit::replace(Span::new(equals + 1 + at, equals + 2 + at), "\""));
                let message = "use double quotes".to_owned();
                // In double quotes these would come alive.
                let live = inner.iter().any(|byte| matches!(byte, b'$' | b'`' | b'\\'));
                return match live {
                    true => Way::Look(message, edits.to_vec()),
                    false => Way::Safe(message, edits.to_vec()),
                };
            }
        }
        match self.quote_rest(equals, &self.bytes[key.range()]) {
            Some(edits) => Way::Safe("put the whole value in double quotes".into(), edits),
            None => words(),
        }
    }

    fn close_quote(&self, at: usize) -> Way {
        let words = || Way::Words("add the other quote, or take this one away".into());
        let Some((equals, key)) = self.around(at) else { return words() };
        let key = &self.bytes[key.range()];
        let line = self.line(at);
        let text = &self.bytes[line.start..line.end];
        if at < equals || text.contains(&b'#') || text.contains(&b'\'') {
            return words();
        }
        let value = &self.bytes[equals + 1..line.end];
        let inner = value.trim_ascii();
        let start = equals + 1 + value.len() - value.trim_ascii_start().len();
        let end = start + inner.len();
        // Before the value, or behind it; elsewhere nobody can tell.
        let (edit, bare) = match (inner.strip_prefix(b"\""), inner.strip_suffix(b"\"")) {
            (Some(bare), _) => (Edit::insert(end, "\""), bare),
            (None, Some(bare)) => (Edit::insert(start, "\""), bare),
            _ => return words(),
        };
        let new = [&self.bytes[line.start..start], b"\"", bare, b"\"\n"].concat();
        match declared_in(&new, key) {
            Some(found) if found == bare => Way::Safe("add the other quote".into(), vec![edit]),
            _ => words(),
        }
    }

    pub(super) fn includes(&mut self) {
        let includes = self.body.parsed.includes.clone();
        let length = self.bytes.len();
        let Some(first) = includes.first() else { return };
        let end = cut(first, length);
        for (at, include) in includes.iter().enumerate() {
            let span = include.span;
            let line = self.line(span.start);
            let behind = self.slice(span.end, line.end).trim_ascii_start();
            if behind.starts_with(b"=") || include.name.text.is_empty() {
                let what = "a line that begins with the word include names a file, and getltscfg \
                            crashes if there is none of that name";
                let way = Way::Words("a setting cannot have such a name".into());
                self.told.insert(line.start);
                self.say(Diagnostic::error("lts-include-as-name", self.source, span, what), way);
            } else if at + 1 < includes.len() {
                let last = includes[includes.len() - 1].span;
                let what = "this file is not read: of several includes only the last one counts";
                let way = Way::Words("include the next file at the end of this one".into());
                let said = Diagnostic::error("lts-include-ignored", self.source, span, what).label(
                    self.source,
                    last,
                    "the include that counts",
                );
                self.say(said, way);
            } else if span.start < end && !self.nothing_behind(span) {
                let what = "the file is read behind this one, wherever the include stands: \
                            sections that both have count here only";
                let way = Way::Words("put it at the end, where it takes effect".into());
                self.say(Diagnostic::advice("lts-include-early", self.source, span, what), way);
            }
        }
        if end < length {
            let what = format!(
                "because of the include, only the first {end} bytes of this file are read (its \
                 reader takes {BLOCK} at once): nothing from here on counts"
            );
            let way = Way::Words("put the include at the end of the file".into());
            let said = Diagnostic::error("lts-include-cuts", self.source, Span::at(end), what)
                .label(self.source, first.span, "the include");
            self.say(said, way);
        }
        if end == length && self.bytes.last() != Some(&b'\n') {
            let what = "without a newline at its end, the file's last line goes on in the \
                        included file";
            let way =
                Way::Safe("end the file with a newline".into(), vec![Edit::insert(length, "\n")]);
            let said =
                Diagnostic::warning("lts-include-no-newline", self.source, Span::at(length), what);
            self.say(said, way);
        }
    }

    fn nothing_behind(&self, span: Span) -> bool {
        let parsed = &self.body.parsed;
        let behind = |at: usize| at >= span.end;
        !parsed.declarations.last().is_some_and(|one| behind(one.equals))
            && !parsed.sections.last().is_some_and(|one| behind(one.header.start))
            && !parsed.stops.last().is_some_and(|one| behind(one.token.span.start))
    }
}
