//! A file's bytes with its name and its lines.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

/// A range of bytes of a [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span does not end before it starts: {start}..{end}");
        Self { start, end }
    }

    /// The place before the byte at `offset`: nothing, but somewhere.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self { start: offset, end: offset }
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether there is no byte in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// From the start of this one to the end of `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Self {
        Self::new(self.start, other.end)
    }

    /// As a range, to slice with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place that people can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// From 1.
    pub line: u64,
    /// From 1, in bytes, as compilers count.
    pub column: u64,
}

/// A file's bytes and what it is called in messages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Source(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: Arc<Path>,
    bytes: Vec<u8>,
    /// Where each line starts; made when first asked for.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// `bytes` under the name that messages shall say, usually the file's path.
    pub fn new(name: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::shared(name.into().into(), bytes.into())
    }

    fn shared(name: Arc<Path>, bytes: Vec<u8>) -> Self {
        Self(Arc::new(Inner { name, bytes, lines: OnceLock::new() }))
    }

    /// The same name over other bytes.
    #[must_use]
    pub fn with_bytes(&self, bytes: impl Into<Vec<u8>>) -> Self {
        Self::shared(Arc::clone(&self.0.name), bytes.into())
    }

    /// What it is called in messages.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.0.name
    }

    /// The name, for places, of which there may be millions.
    pub(super) fn shared_name(&self) -> Arc<Path> {
        Arc::clone(&self.0.name)
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The bytes of `span`.
    ///
    /// # Panics
    /// If the span is of another source.
    #[must_use]
    pub fn slice(&self, span: Span) -> &[u8] {
        &self.0.bytes[span.range()]
    }

    /// Everything.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(0, self.0.bytes.len())
    }

    /// The line and column of the byte at `offset`.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let starts = self.starts();
        let index = starts.partition_point(|start| *start <= offset) - 1;
        Position { line: index as u64 + 1, column: (offset - starts[index]) as u64 + 1 }
    }

    /// Number of lines. What follows the last newline is a line if it is not empty.
    #[must_use]
    pub fn line_count(&self) -> usize {
        Lines { source: self, next: 0 }.len()
    }

    /// Line `number` (from 1) without its line end (`\n` or `\r\n`), if there is such a line.
    #[must_use]
    pub fn line(&self, number: u64) -> Option<Span> {
        let whole = self.whole_line(number)?;
        Some(trim_line_end(self, whole))
    }

    /// Line `number` (from 1) with its line end.
    #[must_use]
    pub fn whole_line(&self, number: u64) -> Option<Span> {
        let starts = self.starts();
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).copied().unwrap_or(self.0.bytes.len());
        (start < end).then(|| Span::new(start, end))
    }

    /// The line, with its line end, in which the byte at `offset` stands.
    #[must_use]
    pub fn whole_line_at(&self, offset: usize) -> Span {
        let bytes = self.bytes();
        let start =
            bytes[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
        let end = bytes[offset..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |found| offset + found + 1);
        Span::new(start, end)
    }

    /// Each line without its line end.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines { source: self, next: 0 }
    }

    fn starts(&self) -> &[usize] {
        self.0.lines.get_or_init(|| {
            let newlines = self.0.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(offset, _)| offset + 1)).collect()
        })
    }
}

fn trim_line_end(source: &Source, whole: Span) -> Span {
    let line = source.slice(whole);
    let line =
        line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line));
    Span::new(whole.start, whole.start + line.len())
}

/// The lines of a [`Source`], see [`Source::lines`].
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    source: &'a Source,
    next: usize,
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        self.next += 1;
        self.source.line(self.next as u64)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let starts = self.source.starts();
        let all = match starts.last() {
            Some(last) if *last == self.source.bytes().len() => starts.len() - 1,
            _ => starts.len(),
        };
        let left = all.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Lines<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
        let source = Source::new("f", bytes);
        assert_eq!(source.lines().len(), source.lines().count());
        source.lines().map(|line| source.slice(line).to_vec()).collect()
    }

    #[test]
    fn lines_come_without_their_ends_whatever_these_are() {
        assert_eq!(lines(b"a\nb\r\n\nc"), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(lines(b"a\n"), [b"a"]);
        assert_eq!(lines(b"\n"), [b""]);
        assert_eq!(lines(b"a\rb"), [b"a\rb"]);
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn a_position_counts_lines_and_columns_from_one() {
        let source = Source::new("f", "ab\ncd");
        let at = |offset| {
            let position = source.position(offset);
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(2), (1, 3));
        assert_eq!(at(3), (2, 1));
        assert_eq!(at(5), (2, 3));
    }

    #[test]
    fn the_line_of_an_offset_is_whole() {
        let source = Source::new("f", "ab\r\ncd\ne");
        let at = |offset| source.slice(source.whole_line_at(offset)).to_vec();
        assert_eq!(at(0), b"ab\r\n");
        assert_eq!(at(3), b"ab\r\n");
        assert_eq!(at(4), b"cd\n");
        assert_eq!(at(8), b"e");
    }
}
