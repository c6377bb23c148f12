//! How the lines of a file end.

use super::Source;

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

#[cfg(test)]
mod tests {
    use super::*;

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
