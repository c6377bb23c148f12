//! The lines of the file, as mksquashfs reads them.

use nom::bytes::complete::{tag, take_till, take_while};
use nom::combinator::opt;
use nom::{IResult, Parser as _};

use crate::text::Span;

/// A line of so many bytes without its newline is too long for mksquashfs.
pub(super) const LONGEST: usize = 16_384;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Comment,
    Pattern,
    /// A pattern that begins with `/`, `./` or `../`.
    Rooted,
    /// Too long to be read.
    TooLong,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// Without its newline; a carriage return is part of it.
    pub(super) span: Span,
    /// The pattern: behind the leading blanks and the one backslash, up to a NUL.
    pub(super) text: Span,
}

/// What isspace(3) takes in the C locale.
pub(super) fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

/// Every line of the file.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let (length, next) = extent(&bytes[start..]);
        lines.push(line(&bytes[start..start + length], start));
        start += next;
    }
    lines
}

/// The length of the first line, and where the next one starts.
///
/// mksquashfs reads at most so many bytes at a time. If there is a NUL in them it does not notice
/// that the line goes on, and takes the rest of it for another line.
fn extent(bytes: &[u8]) -> (usize, usize) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let length = end.unwrap_or(bytes.len());
    if length >= LONGEST && bytes[..LONGEST].contains(&0) {
        return (LONGEST, LONGEST);
    }
    (length, length + usize::from(end.is_some()))
}

/// A line that starts at `offset`.
pub(super) fn line(bytes: &[u8], offset: usize) -> Line {
    let span = Span::new(offset, offset + bytes.len());
    let (text, kind) = match parts(bytes) {
        Ok((text, None)) if text.is_empty() => (text, Kind::Blank),
        Ok((text, Some(_))) => (text, Kind::Comment),
        Ok((text, None)) if rooted(text) => (text, Kind::Rooted),
        Ok((text, None)) => (text, Kind::Pattern),
        Err(_) => (&bytes[bytes.len()..], Kind::Blank),
    };
    let kind =
        if bytes.len() >= LONGEST && !bytes[..LONGEST].contains(&0) { Kind::TooLong } else { kind };
    // The text is a part of the line, which says where it starts.
    let start = offset + (text.as_ptr() as usize - bytes.as_ptr() as usize);
    Line { kind, span, text: Span::new(start, start + text.len()) }
}

/// The pattern, and the mark of a comment if it is one instead.
fn parts(bytes: &[u8]) -> IResult<&[u8], Option<&[u8]>> {
    let (_, string) = take_till(|byte| byte == 0).parse(bytes)?;
    let (string, _) = take_while(blank).parse(string)?;
    let (string, hash) = opt(tag(&b"#"[..])).parse(string)?;
    if hash.is_some() {
        return Ok((string, hash));
    }
    let (string, _) = opt(tag(&b"\\"[..])).parse(string)?;
    Ok((string, None))
}

/// Whether mksquashfs stops at that pattern.
pub(super) fn rooted(pattern: &[u8]) -> bool {
    [&b"/"[..], b"./", b"../"].iter().any(|prefix| pattern.starts_with(prefix))
}

/// The pattern without the mark that it counts at every depth, and whether it has that mark.
pub(super) fn sticky(pattern: &[u8]) -> (&[u8], bool) {
    match pattern.strip_prefix(b"... ") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    }
}

/// The components of a pattern. Slashes at the start, at the end and in a row are one or none; a
/// pattern of nothing but slashes has one empty component.
pub(super) fn components(pattern: &[u8]) -> Vec<&[u8]> {
    let found: Vec<&[u8]> =
        pattern.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
    if found.is_empty() { vec![&pattern[..0]] } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(Kind, Vec<u8>)> {
        lines(bytes).iter().map(|line| (line.kind, bytes[line.text.range()].to_vec())).collect()
    }

    #[test]
    fn lines_are_read_as_mksquashfs_reads_them() {
        use Kind::{Blank, Comment, Pattern, Rooted};
        let cases: [(&[u8], Kind, &[u8]); 14] = [
            (b"etc/x", Pattern, b"etc/x"),
            (b" \t\x0b\x0c\retc/x", Pattern, b"etc/x"),
            (b"etc/x ", Pattern, b"etc/x "),
            (b"etc/x\r", Pattern, b"etc/x\r"),
            (b" # a", Comment, b" a"),
            (b"etc # a", Pattern, b"etc # a"),
            (b"\\#a", Pattern, b"#a"),
            (b"\\\\#a", Pattern, b"\\#a"),
            (b"\\", Blank, b""),
            (b" \r", Blank, b""),
            (b"a\0b", Pattern, b"a"),
            (b" /etc", Rooted, b"/etc"),
            (b"\\../x", Rooted, b"../x"),
            (b"... /x", Pattern, b"... /x"),
        ];
        for (bytes, kind, text) in cases {
            assert_eq!(read(bytes), [(kind, text.to_vec())], "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_line_of_16384_bytes_is_too_long_and_one_of_16383_is_not() {
        let mut bytes = vec![b'a'; LONGEST - 1];
        assert_eq!(read(&bytes)[0].0, Kind::Pattern);
        bytes.push(b'a');
        assert_eq!(read(&bytes)[0].0, Kind::TooLong);
        bytes[0] = 0;
        bytes.push(b'b');
        assert_eq!(read(&bytes), [(Kind::Blank, vec![]), (Kind::Pattern, b"b".to_vec())]);
    }

    #[test]
    fn slashes_do_not_make_components() {
        assert_eq!(components(b"a//b/"), [b"a", b"b"]);
        assert_eq!(components(b"/"), [b""]);
    }
}
