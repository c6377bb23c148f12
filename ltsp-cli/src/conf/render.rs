//! Diagnostics as a good compiler shows them: the line, a caret, the reason.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use codespan_reporting::diagnostic::{Diagnostic as Shown, Label, Severity as Level};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::{self, Config, termcolor};
use ltsp_core::text::{Diagnostic, Severity, Source, Span};

/// A line longer than this is not shown: nobody finds a caret in it.
const LONGEST: usize = 400;

/// `found` with the lines of `source` that they are about, with colours if standard output is a
/// terminal.
pub(crate) fn render(source: &Source, found: &[Diagnostic]) -> Vec<u8> {
    let mut out = if io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
    {
        termcolor::Buffer::ansi()
    } else {
        termcolor::Buffer::no_color()
    };
    let text = Text::new(source);
    let mut files = SimpleFiles::new();
    let name = ltsp_core::error::show(source.name()).to_string();
    let file = files.add(name, text.text.as_ref());
    let config = Config { start_context_lines: 1, end_context_lines: 1, ..Config::default() };
    for diagnostic in found {
        let shown = text.can_show(source, diagnostic).then(|| text.show(source, file, diagnostic));
        let drawn = shown.map(|shown| term::emit_to_write_style(&mut out, &config, &files, &shown));
        if !matches!(drawn, Some(Ok(()))) {
            use std::io::Write as _;
            // Writing to memory cannot fail.
            let _ = writeln!(out, "{diagnostic}\n");
        }
    }
    out.into_inner()
}

/// A file as a terminal can show it, and where its bytes are in that.
struct Text<'a> {
    text: Cow<'a, str>,
    /// For each byte of the file where it is in `text`; empty if they are the same.
    places: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(source: &'a Source) -> Self {
        let harmless = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
        if let Ok(text) = std::str::from_utf8(source.bytes()) {
            if harmless(text) {
                return Self { text: Cow::Borrowed(text), places: Vec::new() };
            }
        }
        let mut text = String::with_capacity(source.bytes().len());
        let mut places = Vec::with_capacity(source.bytes().len() + 1);
        for chunk in source.bytes().utf8_chunks() {
            for character in chunk.valid().chars() {
                places.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
                text.push(printable(character));
            }
            for _ in chunk.invalid() {
                places.push(text.len());
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        places.push(text.len());
        Self { text: Cow::Owned(text), places }
    }

    fn span(&self, span: Span) -> std::ops::Range<usize> {
        let place = |offset: usize| self.places.get(offset).copied().unwrap_or(offset);
        place(span.start)..place(span.end)
    }

    fn can_show(&self, source: &Source, diagnostic: &Diagnostic) -> bool {
        let line = source.line(diagnostic.place.line).map_or(0, Span::len);
        line <= LONGEST && diagnostic.place.span.end <= source.bytes().len()
    }

    fn show(&self, source: &Source, file: usize, diagnostic: &Diagnostic) -> Shown<usize> {
        let level = match diagnostic.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
            Severity::Advice => Level::Note,
        };
        // A span of several lines would draw all of them: the first says enough.
        let first = |span: Span, line: u64| match source.line(line) {
            Some(line) if span.end > line.end => Span::new(span.start.min(line.end), line.end),
            _ => span,
        };
        let mut labels = vec![Label::primary(
            file,
            self.span(first(diagnostic.place.span, diagnostic.place.line)),
        )];
        let mut notes = Vec::new();
        for label in &diagnostic.labels {
            if *label.place.file == *source.name() && label.place.span.end <= source.bytes().len() {
                let span = first(label.place.span, label.place.line);
                labels.push(Label::secondary(file, self.span(span)).with_message(&label.message));
            } else {
                notes.push(format!("{}: {}", label.place, label.message));
            }
        }
        if let Some(mend) = &diagnostic.mend {
            let how = if mend.safe { "mend (`ltspctl conf fix` does it)" } else { "mend" };
            notes.push(format!("{how}: {}", mend.message));
        }
        Shown::new(level)
            .with_code(diagnostic.code)
            .with_message(&diagnostic.message)
            .with_labels(labels)
            .with_notes(notes)
    }
}

/// The picture of a control character, so that a file cannot talk to the terminal.
fn printable(character: char) -> char {
    match character {
        '\n' | '\t' => character,
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        _ if character.is_control() => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(bytes: &[u8], span: Span) -> String {
        let source = Source::new("/etc/lts.conf", bytes);
        let found =
            Diagnostic::warning("lts-quote", &source, span, "a stray quote").help("mend it");
        String::from_utf8(render(&source, &[found])).expect("text")
    }

    #[test]
    fn a_diagnostic_shows_the_line_with_a_caret_and_the_reason() {
        let text = drawn(b"[Default]\nFOO='b'\n", Span::new(14, 15));
        assert!(text.contains("warning[lts-quote]: a stray quote"), "{text}");
        assert!(text.contains("/etc/lts.conf:2:5"), "{text}");
        assert!(text.contains("FOO='b'") && text.contains('^') && text.contains("mend: mend it"));
    }

    #[test]
    fn a_file_cannot_talk_to_the_terminal_and_the_caret_stays_where_it_belongs() {
        let text = drawn(b"\x1b[2J\xffFOO='b'\r\n", Span::new(9, 10));
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
        let line = text.lines().find(|line| line.contains("FOO=")).expect("the line");
        let caret = text.lines().find(|line| line.contains('^')).expect("the caret");
        let column = |line: &str, c: char| line.chars().position(|other| other == c);
        assert_eq!(column(line, '\''), column(caret, '^'), "{text}");
    }

    #[test]
    fn a_line_without_end_is_not_drawn() {
        let text = drawn(&[b'a'; 100_000], Span::new(50_000, 50_001));
        assert!(text.len() < 1000 && text.contains(":1:50001: warning"), "{text}");
    }
}
