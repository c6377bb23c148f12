//! Mistakes that end the reading.

use super::super::lexer::Kind;
use super::super::line::{declared_in, header_in};
use super::super::params::{self, is_shell_name};
use super::super::parser::{State, Stop};
use super::{Lint, Way};
use crate::text::{Edit, Span};

impl Lint<'_> {
    pub(super) fn syntax(&mut self) {
        for stop in self.body.parsed.stops.clone() {
            match stop.state {
                State::Outside => self.outside(&stop),
                State::Opened(open) | State::Named(open, _) => self.bad_header(&stop, open),
                State::Headed => self.empty(&stop),
                State::Keyed(key, _) => {
                    let start = if key.text.is_empty() { key.span.start } else { key.text.start };
                    self.no_equals(&stop, Span::new(start, key.span.end.max(start)));
                }
                State::Assigned(key, equals, _) => self.no_value(&stop, key.text, equals),
                State::Inside => self.unexpected(&stop),
            }
        }
    }

    fn outside(&mut self, stop: &Stop) {
        let span = stop.token.span;
        let Kind::Word(word) = stop.token.kind else {
            self.stray_sign(stop);
            return;
        };
        if self.is_comment_mark(word.text) {
            self.comment_mark(stop, word.text);
            return;
        }
        let behind_include =
            self.body.parsed.includes.iter().rev().find(|one| one.span.end <= span.start);
        match behind_include.copied() {
            Some(include) => {
                let line = self.source.whole_line_at(include.span.start);
                let mut moved = self.bytes[line.range()].to_vec();
                if !self.bytes.ends_with(b"\n") {
                    moved.insert(0, b'\n');
                }
                let edits = vec![Edit::delete(line), Edit::insert(self.bytes.len(), moved)];
                self.stop(
                    "lts-setting-after-include",
                    span,
                    stop,
                    "a section does not go on behind an include",
                    Way::Look(
                        "move the include to the end of the file, where it takes effect anyway"
                            .into(),
                        edits,
                    ),
                );
            }
            None => {
                let at = self.line(span.start).start;
                self.stop(
                    "lts-setting-before-section",
                    span,
                    stop,
                    "a setting cannot stand before the first section",
                    Way::Look(
                        "put [Default] above it".into(),
                        vec![Edit::insert(at, "[Default]\n")],
                    ),
                );
            }
        }
    }

    /// `=` or `]` where a statement should begin.
    fn stray_sign(&mut self, stop: &Stop) {
        let span = stop.token.span;
        let sign = self.text(span);
        let way = Way::Look("make the line a comment".into(), self.comment_line(span.start));
        self.stop("lts-stray-sign", span, stop, &format!("nothing stands before this {sign}"), way);
    }

    fn bad_header(&mut self, stop: &Stop, open: Span) {
        let line = self.line(open.start);
        let text = &self.bytes[open.start..line.end];
        let trimmed = text.trim_ascii_end();
        let end = open.start + trimmed.len();
        let span = Span::new(open.start, end);
        let inner = trimmed.strip_prefix(b"[").unwrap_or_default();
        if let Some(name) = inner.strip_suffix(b"]") {
            let quoted = [b"[\"", name, b"\"]"].concat();
            let has_sign = name.iter().any(|byte| matches!(byte, b'[' | b']' | b'='));
            if has_sign && header_in(&quoted).is_some_and(|found| found == name) {
                let edits = vec![Edit::insert(open.end, "\""), Edit::insert(end - 1, "\"")];
                let what = "brackets and = in a section's name need quotes around it";
                let way = Way::Safe("put the name in quotes".into(), edits);
                self.stop("lts-section-header", span, stop, what, way);
                return;
            }
        } else {
            let closed = [trimmed, b"]"].concat();
            let mends = header_in(&closed).is_some();
            if mends {
                let way = Way::Safe("add the ]".into(), vec![Edit::insert(end, "]")]);
                self.stop("lts-section-header", span, stop, "the section's name has no ]", way);
                return;
            }
        }
        let way = Way::Words("write it as [name], alone on its line".into());
        self.stop("lts-section-header", span, stop, "this is no section's header", way);
    }

    fn empty(&mut self, stop: &Stop) {
        if matches!(stop.token.kind, Kind::Equals | Kind::Close) {
            self.stray_sign(stop);
            return;
        }
        let headers = &self.body.parsed.sections;
        let at = headers.partition_point(|one| one.header.start < stop.token.span.start);
        let Some(section) = at.checked_sub(1).map(|at| headers[at]) else { return };
        let line = self.line(section.header.start);
        let around = [
            &self.bytes[line.start..section.header.start],
            self.slice(section.header.end, line.end)
                .split(|byte| *byte == b'#')
                .next()
                .unwrap_or_default(),
        ];
        let alone =
            section.header.end <= line.end && around.concat().iter().all(u8::is_ascii_whitespace);
        let name = self.text(section.name.text);
        let message = "make the section's header a comment".to_owned();
        let way = if alone {
            Way::Safe(message, self.comment_line(section.header.start))
        } else {
            Way::Words("give it a setting, or take its header away".into())
        };
        let what = format!("the section [{name}] is empty, which is a syntax error");
        self.stop("lts-empty-section", section.header, stop, &what, way);
    }

    fn is_comment_mark(&self, text: Span) -> bool {
        let text = &self.bytes[text.range()];
        text.starts_with(b";") || text.starts_with(b"//")
    }

    /// `; comment`.
    pub(super) fn comment_mark(&mut self, stop: &Stop, text: Span) {
        let way = self.hash(text);
        self.stop(
            "lts-comment-mark",
            text,
            stop,
            "only # begins a comment; this is read as a name",
            way,
        );
    }

    pub(super) fn hash(&self, text: Span) -> Way {
        let length = if self.bytes[text.start] == b';' { 1 } else { 2 };
        let mark = Span::new(text.start, text.start + length);
        let mut edits = vec![Edit::replace(mark, "#")];
        edits.extend(self.missing_newline(self.line(text.start)));
        Way::Safe("begin the comment with #".into(), edits)
    }

    fn no_equals(&mut self, stop: &Stop, key: Span) {
        if self.is_comment_mark(key) {
            self.comment_mark(stop, key);
            return;
        }
        // What follows a value on its line.
        if let Some(value) = self.before(key.start) {
            if self.same_line(value.value.span.start, key.start) {
                self.text_after_value(stop, &value, key);
                return;
            }
        }
        let line = self.line(key.start);
        let text = &self.bytes[key.start..line.end];
        let blank = text.iter().position(u8::is_ascii_whitespace);
        let mut way = Way::Look("make the line a comment".into(), self.comment_line(key.start));
        if let Some(blank) = blank {
            let name = &text[..blank];
            let known = params::find(name).is_some() || name.eq_ignore_ascii_case(b"LIKE");
            let new = [name, b"=", &text[blank..]].concat();
            if known && declared_in(&[&new[..], b"\n"].concat(), name).is_some() {
                way = Way::Look(
                    "put = behind the name".into(),
                    vec![Edit::insert(key.start + blank, "=")],
                );
            }
        }
        let span =
            Span::new(key.start, key.start + text.trim_ascii_end().len().max(1).min(text.len()));
        self.stop("lts-missing-equals", span, stop, "this line is no NAME=value", way);
    }

    fn text_after_value(
        &mut self,
        stop: &Stop,
        value: &super::super::parser::Declaration,
        rest: Span,
    ) {
        let key = &self.bytes[value.key.text.range()];
        let stray = self
            .body
            .parsed
            .strays
            .iter()
            .find(|at| (value.equals..rest.end).contains(at) && self.bytes[**at] == b'\'');
        let code = if stray.is_some() { "lts-single-quote" } else { "lts-text-after-value" };
        let way = match self.quote_rest(value.equals, key) {
            Some(edits) => Way::Safe("put the whole value in double quotes".into(), edits),
            None => Way::Words(
                "put the whole value in one pair of double quotes, with \\\" for those inside"
                    .into(),
            ),
        };
        let what = "the value ends before this";
        self.stop(code, Span::new(rest.start, rest.end.max(rest.start)), stop, what, way);
    }

    fn no_value(&mut self, stop: &Stop, key: Span, equals: usize) {
        let token = stop.token.span.start;
        let name = &self.bytes[key.range()];
        let shown = self.text(key);
        if self.same_line(equals, token) && stop.token.kind != Kind::End {
            let (code, what) = match stop.token.kind {
                Kind::Equals => ("lts-equals-in-value", "a value with = in it needs quotes"),
                _ => ("lts-bracket-in-value", "a value with brackets in it needs quotes"),
            };
            let way = self.quoting(equals, name);
            self.stop(code, stop.token.span, stop, what, way);
            return;
        }
        let what = format!("{shown} has no value");
        let way = self.empty_value(equals, name);
        self.stop("lts-missing-value", Span::new(key.start, equals + 1), stop, &what, way);
    }

    fn quoting(&self, equals: usize, name: &[u8]) -> Way {
        match self.quote_rest(equals, name) {
            Some(edits) => Way::Safe("put the value in quotes".into(), edits),
            None => Way::Words("put the value in quotes".into()),
        }
    }

    /// `NAME=""`.
    fn empty_value(&self, equals: usize, name: &[u8]) -> Way {
        let line = self.line(equals);
        let (before, behind) =
            (&self.bytes[line.start..=equals], &self.bytes[equals + 1..line.end]);
        let message = "write \"\" for an empty value".to_owned();
        let edits = vec![Edit::insert(equals + 1, "\"\"")];
        match declared_in(&[before, b"\"\"", behind, b"\n"].concat(), name) {
            Some(value) if value.is_empty() => Way::Safe(message, edits),
            _ => Way::Words(message),
        }
    }

    /// `=` or `]` behind a declaration.
    fn unexpected(&mut self, stop: &Stop) {
        let span = stop.token.span;
        let Some(value) = self.before(span.start) else { return self.stray_sign(stop) };
        if !self.same_line(value.value.span.start, span.start) {
            return self.stray_sign(stop);
        }
        let name = &self.bytes[value.key.text.range()];
        if stop.token.kind == Kind::Close {
            let way = self.quoting(value.equals, name);
            let what = "a value with brackets in it needs quotes";
            return self.stop("lts-bracket-in-value", span, stop, what, way);
        }
        if !self.same_line(value.equals, value.value.span.start) {
            let shown = self.text(value.key.text);
            let taken = self.shown_value(&value);
            let what = format!("{shown} has no value and takes {taken} of the next line for it");
            let way = self.empty_value(value.equals, name);
            let place = Span::new(value.key.text.start, value.equals + 1);
            return self.stop("lts-missing-value", place, stop, &what, way);
        }
        // `FOO=1 BAR=2`: the value ends with what looks like a name.
        let text = &self.bytes[value.value.text.range()];
        let last = text.iter().rposition(u8::is_ascii_whitespace).map(|at| at + 1);
        if let Some(at) = last.filter(|_| !value.value.quoted) {
            let next = &text[at..];
            let shouted = next.iter().all(|byte| !byte.is_ascii_lowercase());
            if is_shell_name(next) && (shouted || params::find(next).is_some()) {
                let start = value.value.text.start + at;
                let way = Way::Look(
                    "begin a new line before the second name".into(),
                    vec![Edit::insert(start, "\n")],
                );
                let what = "two settings on one line: the second name becomes a part of the first \
                            value";
                return self.stop("lts-two-on-a-line", span, stop, what, way);
            }
        }
        let way = self.quoting(value.equals, name);
        let what = "a value with = in it needs quotes: it ends here";
        self.stop("lts-equals-in-value", span, stop, what, way);
    }
}
