//! How the lines of a file end.

use super::{Source, Span};

/// How most lines of the file end: `\r\n` if its first line does, else `\n`.
#[must_use]
pub fn line_end(source: &Source) -> &'static [u8] {
    line_end_near(source, 0)
}

/// How a new line at `offset` should end: as the line there does, or the one before it.
#[must_use]
pub fn line_end_near(source: &Source, offset: usize) -> &'static [u8] {
    let here = source.whole_line_at(offset.min(source.bytes().len()));
    let line = match source.slice(here) {
        line if line.ends_with(b"\n") || here.start == 0 => line,
        _ => source.slice(source.whole_line_at(here.start - 1)),
    };
    if line.ends_with(b"\r\n") { b"\r\n" } else { b"\n" }
}

/// The carriage returns before each line's end, one span for each such line: how Windows ends
/// lines, and what editors make of that.
#[must_use]
pub fn returns_before_ends(source: &Source) -> Vec<Span> {
    let bytes = source.bytes();
    let mut spans = Vec::new();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    let mut from = 0;
    for end in ends.chain([bytes.len()]) {
        let line = &bytes[from..end];
        let kept = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
        if kept < line.len() {
            spans.push(Span::new(from + kept, end));
        }
        from = end + 1;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_carriage_returns_of_an_end_are_found_at_once() {
        let spans = |text| returns_before_ends(&Source::new("f", text));
        let source = "a\r\n\rb\r\r\r\n\n\r\n\r";
        let found = [(1, 2), (5, 8), (10, 11), (12, 13)];
        assert_eq!(spans(source), found.map(|(start, end)| Span::new(start, end)));
        assert_eq!(spans("\ra\n"), []);
    }

    #[test]
    fn new_lines_end_as_their_neighbours_do() {
        assert_eq!(line_end(&Source::new("f", "a\r\nb\n")), b"\r\n");
        assert_eq!(line_end(&Source::new("f", "")), b"\n");
        let source = Source::new("f", "a\nb\r\nc");
        assert_eq!(line_end_near(&source, 0), b"\n");
        assert_eq!(line_end_near(&source, 2), b"\r\n");
        assert_eq!(line_end_near(&source, 6), b"\r\n", "the last line has no end of its own");
    }
}
