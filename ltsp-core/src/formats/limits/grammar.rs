//! What pam_limits takes from the bytes: at most 1023 of them at a time, cut into fields by blanks.

use nom::bytes::complete::{take_till, take_till1, take_while};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::text::Span;

/// The module reads this many bytes of a line at a time, and takes each such piece for a line.
pub(super) const PIECE: usize = 1023;

/// A piece of the file with something in it that is no comment.
///
/// Pieces are short, so places in them fit 16 bits: a file may have millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Number of bytes, the newline among them.
    len: u16,
    /// Number of fields, but 5 also for more.
    count: u8,
    fields: [(u16, u16); 5],
}

impl Piece {
    /// All of it.
    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.start + usize::from(self.len))
    }

    /// Number of fields; 5 stands for all greater numbers.
    pub(super) fn count(&self) -> usize {
        usize::from(self.count)
    }

    /// Where field `index` stands; at the end of the last one if there are not so many. Number 4 is
    /// everything behind the fourth field.
    pub(super) fn field(&self, index: usize) -> Span {
        let (start, end) = if index < self.count() {
            self.fields[index]
        } else {
            let end = self.fields[self.count() - 1].1;
            (end, end)
        };
        Span::new(self.start + usize::from(start), self.start + usize::from(end))
    }

    /// From the first field to the end of the last.
    pub(super) fn content(&self) -> Span {
        self.field(0).to(self.field(self.count() - 1))
    }
}

/// What the C library calls a blank.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Every piece of `bytes` that is neither empty nor a comment, in their order.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let most = &bytes[start..bytes.len().min(start + PIECE)];
        let len = most.iter().position(|byte| *byte == b'\n').map_or(most.len(), |at| at + 1);
        found.extend(piece(start, &most[..len]));
        start += len;
    }
    found
}

/// The fields of one piece, if it has any.
fn piece(start: usize, bytes: &[u8]) -> Option<Piece> {
    let small = |offset: usize| u16::try_from(offset).expect("a piece is short");
    let content = content(bytes);
    let mut fields = [(0, 0); 5];
    let mut count = 0;
    let mut rest = content;
    while count < 4 {
        let Ok((left, word)) = word(rest) else { break };
        let end = content.len() - left.len();
        fields[usize::from(count)] = (small(end - word.len()), small(end));
        count += 1;
        rest = left;
    }
    if let Ok((_, first)) = word(rest) {
        let begin = content.len() - rest.len() + blanks(rest);
        debug_assert!(content[begin..].starts_with(first));
        let end = content.len() - content.iter().rev().take_while(|byte| is_blank(**byte)).count();
        fields[usize::from(count)] = (small(begin), small(end));
        count += 1;
    }
    (count > 0).then(|| Piece { start, len: small(bytes.len()), count, fields })
}

/// What stands before the comment. A NUL ends a line as a `#` does; the newline is only a blank.
fn content(piece: &[u8]) -> &[u8] {
    let taken: IResult<&[u8], &[u8]> =
        take_till(|byte| byte == b'#' || byte == 0).parse_complete(piece);
    taken.map_or(piece, |(_, content)| content)
}

fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(take_while(is_blank), take_till1(is_blank)).parse_complete(input)
}

fn blanks(input: &[u8]) -> usize {
    input.iter().take_while(|byte| is_blank(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
        let field = |piece: &Piece, at| &bytes[piece.field(at).range()];
        let all = |piece: &Piece| (0..piece.count()).map(|at| field(piece, at)).collect();
        pieces(bytes).iter().map(all).collect()
    }

    #[test]
    fn fields_are_what_stands_between_blanks() {
        assert_eq!(
            fields(b"a b c d\n \tguest\x0b-\r\n\n# x\n * hard core 0 # no\na b c 1#2"),
            [
                vec![&b"a"[..], b"b", b"c", b"d"],
                vec![b"guest", b"-"],
                vec![b"*", b"hard", b"core", b"0"],
                vec![b"a", b"b", b"c", b"1"],
            ]
        );
        assert_eq!(fields(b"a b c d  e f \n"), [vec![&b"a"[..], b"b", b"c", b"d", b"e f"]]);
        assert_eq!(fields(b"a b c d\0e\n\0f\n"), [vec![&b"a"[..], b"b", b"c", b"d"]]);
        assert!(fields(b"").is_empty() && fields(b"\n \r\n#\n").is_empty());
    }

    #[test]
    fn a_long_line_is_several() {
        let text = [&b"a b c 1"[..], &b" ".repeat(PIECE - 8), b"2 e", b"\nf -"].concat();
        let found = fields(&text);
        assert_eq!(found[0][4], b"2", "the piece ends within the line");
        assert_eq!(found[1], [b"e"]);
        assert_eq!(found[2], [&b"f"[..], b"-"]);
    }

    #[test]
    fn a_missing_field_is_behind_the_last() {
        let piece = pieces(b" a -  \n")[0];
        assert_eq!((piece.field(2), piece.content()), (Span::at(4), Span::new(1, 4)));
        assert_eq!(piece.span(), Span::new(0, 7));
    }
}
