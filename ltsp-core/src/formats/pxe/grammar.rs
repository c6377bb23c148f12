//! The lines of a file, as pxelinux reads and splits them.

use nom::bytes::complete::{take_till, take_while};
use nom::{IResult, Parser as _};

use super::directive::{Key, folds_to, function_key, of_menu_word, of_word};
use crate::text::Span;

/// pxelinux reads at most so many bytes at once; what is longer goes on as if in a line of its own.
pub(super) const LONGEST_READ: usize = 4095;

/// A blank of pxelinux: space, tab and every other control character.
pub(super) fn is_blank(byte: u8) -> bool {
    byte <= b' '
}

/// One line that is neither empty nor a comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) key: Key,
    /// The directive's name: one word, or two or three behind MENU and TEXT.
    pub(super) keyword: Span,
    /// Up to the end of what is read of the line.
    pub(super) value: Span,
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(is_blank).parse(input)
}

/// A word, and the blanks behind it.
fn word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (rest, word) = take_till(is_blank).parse(input)?;
    let (rest, _) = blanks(rest)?;
    Ok((rest, word))
}

/// What one read takes from the file at `start`: where its text ends (at the first NUL or line end)
/// and where the next read starts.
pub(super) fn read(bytes: &[u8], start: usize) -> (usize, usize) {
    let limit = bytes.len().min(start + LONGEST_READ);
    let chunk = &bytes[start..limit];
    let Some(text) = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)) else {
        return (limit, limit);
    };
    let next = match chunk[text..].iter().position(|byte| *byte == b'\n') {
        Some(newline) => start + text + newline + 1,
        None => limit,
    };
    (start + text, next)
}

/// The directive in `bytes[start..end]`, if there is anything but a comment.
pub(super) fn line(bytes: &[u8], start: usize, end: usize) -> Option<Raw> {
    let text = &bytes[start..end];
    let (rest, _) = blanks(text).ok()?;
    if rest.first().is_none_or(|byte| *byte == b'#') {
        return None;
    }
    let at = |rest: &[u8]| end - rest.len();
    let keyword = at(rest);
    let (mut value, first) = word(rest).ok()?;
    let mut keyword = Span::new(keyword, keyword + first.len());
    let mut next = |value: &mut &[u8]| {
        let from = end - value.len();
        if let Ok((rest, word)) = word(value) {
            *value = rest;
            keyword.end = from + word.len();
            return Span::new(from, from + word.len());
        }
        Span::at(from)
    };
    let key = if folds_to(first, b"menu") {
        let mut ahead = value;
        let second = next(&mut ahead);
        match of_menu_word(&bytes[second.range()]) {
            Some((key, false)) => {
                value = ahead;
                key
            }
            Some((key, true)) => {
                let third = next(&mut ahead);
                value = ahead;
                if folds_to(&bytes[third.range()], b"passwd") { key } else { Key::UnknownMenu }
            }
            None => {
                value = ahead;
                Key::UnknownMenu
            }
        }
    } else if folds_to(first, b"text") {
        let second = next(&mut value);
        if folds_to(&bytes[second.range()], b"help") { Key::TextHelp } else { Key::OtherText }
    } else if folds_to(first, b"f") {
        // The number of the key may stand apart; without any it is F11.
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ends = value.get(digits).is_none_or(|byte| is_blank(*byte));
        if digits == 0 {
            Key::F11
        } else if let Some(key) = function_key(&value[..digits]).filter(|_| ends) {
            next(&mut value);
            key
        } else {
            Key::Unknown
        }
    } else {
        of_word(first).unwrap_or(Key::Unknown)
    };
    Some(Raw { key, keyword, value: Span::new(at(value), end) })
}

/// Whether `bytes[start..end]` ends a TEXT.
pub(super) fn is_end_text(bytes: &[u8], start: usize, end: usize) -> bool {
    matches!(blanks(&bytes[start..end]).and_then(|(rest, _)| word(rest)),
        Ok((_, first)) if folds_to(first, b"endtext"))
}

/// The first word of `text`, and what follows the blanks behind it.
pub(super) fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    match word(text) {
        Ok((rest, word)) => (word, rest),
        Err(_) => (b"", text),
    }
}

/// A number as atoi(3) reads it: what is no number is 0, and what follows one is not looked at.
pub(super) fn number(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let number = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0i64, |number, digit| {
            number.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
        })
        .min(i64::from(i32::MAX));
    if negative { -number } else { number }
}

/// A mask as strtoul(3) reads it with base 0, and whether there was nothing but that.
pub(super) fn mask(text: &[u8]) -> (u32, bool) {
    if let [b'-', digits @ ..] = text {
        let (number, clean) = if digits.starts_with(b"-") { (0, false) } else { mask(digits) };
        return (number.wrapping_neg(), clean);
    }
    let (digits, radix) = match text {
        [b'0', b'x' | b'X', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => {
            (digits, 16)
        }
        [b'0', ..] => (text, 8),
        _ => (text, 10),
    };
    let mut number = 0u32;
    let mut read = 0;
    for digit in digits.iter().map_while(|byte| char::from(*byte).to_digit(radix)) {
        number = number.saturating_mul(radix).saturating_add(digit);
        read += 1;
    }
    (number, read > 0 && read == digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(text: &str) -> Option<(Key, &str, &str)> {
        let (end, _) = read(text.as_bytes(), 0);
        let raw = line(text.as_bytes(), 0, end)?;
        Some((raw.key, &text[raw.keyword.range()], &text[raw.value.range()]))
    }

    #[test]
    fn a_line_is_a_directive_and_the_rest() {
        assert_eq!(read_line("append ro  quiet \n"), Some((Key::Append, "append", "ro  quiet ")));
        assert_eq!(
            read_line("\t MENU \t Label ^Local\r\n"),
            Some((Key::MenuLabel, "MENU \t Label", "^Local"))
        );
        assert_eq!(
            read_line("menu master passwd x y"),
            Some((Key::MenuMasterPasswd, "menu master passwd", "x y"))
        );
        assert_eq!(read_line("append"), Some((Key::Append, "append", "")));
        assert_eq!(read_line("TEXT help\n"), Some((Key::TextHelp, "TEXT help", "")));
        assert_eq!(read_line("f1 a b"), Some((Key::F1, "f1", "a b")));
        assert_eq!(read_line("F 3 a"), Some((Key::F3, "F 3", "a")));
        assert_eq!(read_line("f a"), Some((Key::F11, "f", "a")));
        assert_eq!(read_line("f 13 a"), Some((Key::Unknown, "f", "13 a")));
        assert_eq!(read_line("kernelx y"), Some((Key::Unknown, "kernelx", "y")));
        assert_eq!(read_line("menu what y"), Some((Key::UnknownMenu, "menu what", "y")));
        assert_eq!(read_line("menu"), Some((Key::UnknownMenu, "menu", "")));
        for nothing in ["", "  \n", "# x", " \t# default y", "\r\n", "\0default x"] {
            assert_eq!(read_line(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_read_ends_at_the_line_end_or_when_it_is_full() {
        assert_eq!(read(b"ab\ncd", 0), (2, 3));
        assert_eq!(read(b"ab\r\ncd", 0), (2, 4));
        assert_eq!(read(b"a\rb\ncd", 0), (1, 4));
        assert_eq!(read(b"a\0b\rc\nd", 0), (1, 6));
        assert_eq!(read(b"ab", 0), (2, 2));
        let long = vec![b'x'; 5000];
        assert_eq!(read(&long, 0), (4095, 4095));
        assert_eq!(read(&long, 4095), (5000, 5000));
    }

    #[test]
    fn numbers_are_read_as_the_c_library_does() {
        for (text, expected) in [
            ("50", 50),
            ("-3", -3),
            ("+7", 7),
            ("5s", 5),
            ("x", 0),
            ("", 0),
            ("99999999999", i64::from(i32::MAX)),
        ] {
            assert_eq!(number(text.as_bytes()), expected, "{text}");
        }
        for (text, expected) in [
            ("3", (3, true)),
            ("0x1f", (31, true)),
            ("010", (8, true)),
            ("0", (0, true)),
            ("2 # x", (2, false)),
            ("yes", (0, false)),
            ("", (0, false)),
            ("0x", (0, false)),
            ("-1", (u32::MAX, true)),
            ("--1", (0, false)),
        ] {
            assert_eq!(mask(text.as_bytes()), expected, "{text}");
        }
    }
}
