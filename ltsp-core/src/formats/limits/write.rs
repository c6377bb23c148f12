//! Lines that look like their neighbours.

use super::grammar::is_blank;
use super::rule::{Fields, Kind};
use crate::text::{Edit, Source, Span, line_end_near};

/// Where the manual's own examples have their fields.
const COLUMNS: [usize; 3] = [16, 24, 40];

/// A line of these four fields, without its end, spaced as `neighbour` is.
pub(super) fn line_like(neighbour: Option<Fields<'_>>, words: [&[u8]; 4]) -> Vec<u8> {
    let Some(neighbour) = neighbour else { return in_columns(b"", COLUMNS, words) };
    let (source, piece) = (neighbour.source, neighbour.piece);
    let start = source.whole_line_at(piece.start).start.max(piece.start);
    let indent = source.slice(Span::new(start, piece.field(0).start));
    // What looks like an indentation may be a NUL's or a long line's.
    let indent = if indent.iter().all(|byte| matches!(byte, b' ' | b'\t')) { indent } else { b"" };
    let gap = |at: usize| source.slice(Span::new(piece.field(at).end, piece.field(at + 1).start));
    let gaps = [gap(0), gap(1), gap(2)];
    if gaps.iter().all(|gap| gap.iter().all(|byte| *byte == b' ')) {
        return in_columns(indent, [1, 2, 3].map(|at| piece.field(at).start - start), words);
    }
    let [domain, kind, item, value] = words;
    [indent, domain, gaps[0], kind, gaps[1], item, gaps[2], value].concat()
}

fn in_columns(indent: &[u8], columns: [usize; 3], words: [&[u8]; 4]) -> Vec<u8> {
    let mut line = [indent, words[0]].concat();
    for (word, column) in words[1..].iter().zip(columns) {
        let blanks = column.saturating_sub(line.len()).max(1);
        line.resize(line.len() + blanks, b' ');
        line.extend_from_slice(word);
    }
    line
}

/// Inserts a line behind the line (or lines) at `line`, which may be the last one and lack its end.
pub(super) fn insert_behind(source: &Source, line: Span, text: &[u8]) -> Edit {
    let end = line_end_near(source, line.start);
    let whole = source.slice(line).ends_with(b"\n");
    let text = if whole { [text, end].concat() } else { [end, text].concat() };
    Edit::insert(line.end, text)
}

/// Gives the line another type; the fields behind it keep their columns if there is room.
pub(super) fn retype(fields: Fields<'_>, kind: Kind) -> Edit {
    let (was, next) = (fields.piece.field(1), fields.piece.field(2));
    let name = kind.name().as_bytes();
    let gap = fields.source.slice(Span::new(was.end, next.start));
    let more = name.len().saturating_sub(was.len());
    let room = gap.len() > more && gap.iter().all(|byte| *byte == b' ');
    debug_assert!(gap.iter().all(|byte| is_blank(*byte)));
    Edit::replace(Span::new(was.start, was.end + if room { more } else { 0 }), name)
}
