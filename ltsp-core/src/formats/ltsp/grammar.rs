//! What each physical line is: a header, an include, an assignment, or shell that stays as it is.

use nom::bytes::complete::{tag, tag_no_case, take_till, take_while};
use nom::sequence::delimited;
use nom::{IResult, Parser};

use crate::text::Span;

/// What a line is, whatever quotes are open when it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// `[name]`, perhaps indented with spaces.
    Header,
    /// `INCLUDE=name`.
    Include,
    /// `NAME = value`; offsets from the start of the line.
    Assignment {
        /// End of the name.
        name: usize,
        /// Start of the value, behind `=` and blanks.
        value: usize,
    },
    /// Anything else.
    Shell,
}

fn spaces(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte| byte == b' ').parse(input)
}

fn header(input: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited((spaces, tag("[")), take_till(|byte| byte == b']'), tag("]")).parse(input)
}

fn include(input: &[u8]) -> IResult<&[u8], &[u8]> {
    (tag_no_case("include"), spaces, tag("="), spaces).map(|(name, _, _, _)| name).parse(input)
}

fn assignment(input: &[u8]) -> IResult<&[u8], &[u8]> {
    (take_while(is_name), spaces, tag("="), spaces).map(|(name, _, _, _)| name).parse(input)
}

/// Whether the byte can stand in a variable's name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether `name` is a variable's name for the shell.
pub(super) fn is_variable(name: &[u8]) -> bool {
    name.first().is_some_and(|first| !first.is_ascii_digit()) && name.iter().all(|b| is_name(*b))
}

/// What `line` (without `\n`, but with its `\r`) is.
pub(super) fn classify(line: &[u8]) -> Line {
    match line.first() {
        None | Some(b'#') => return Line::Shell,
        Some(b'[' | b' ') if header(line).is_ok() => return Line::Header,
        Some(b'i' | b'I') if include(line).is_ok() => return Line::Include,
        _ => {}
    }
    match assignment(line) {
        Ok((rest, name)) => Line::Assignment { name: name.len(), value: line.len() - rest.len() },
        Err(_) => Line::Shell,
    }
}

/// Keeps what a section's name is made of, in lower case, up to the first `#`.
fn filtered(text: &[u8]) -> Vec<u8> {
    text.iter()
        .take_while(|byte| **byte != b'#')
        .map(u8::to_ascii_lowercase)
        .filter(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-*./:?@_|".contains(byte)
        })
        .collect()
}

/// The name that LTSP gives to a section whose header line is `line`: lower case, without brackets,
/// blanks and all else that it does not know, and with whatever stands behind the bracket.
#[must_use]
pub fn section_name(line: &[u8]) -> Vec<u8> {
    filtered(line)
}

/// The section that an include line asks for.
pub(super) fn include_name(line: &[u8]) -> Vec<u8> {
    match include(line) {
        Ok((rest, _)) => filtered(rest),
        Err(_) => Vec::new(),
    }
}

/// The name of the function that a section becomes: what is no letter or digit is `_`.
pub(super) fn function_id(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if byte.is_ascii_alphanumeric() { *byte } else { b'_' }).collect()
}

/// The line that starts at `start`, up to its `\n`.
pub(super) fn line_from(bytes: &[u8], start: usize) -> Span {
    let rest = &bytes[start..];
    Span::new(start, start + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_classified_in_the_order_of_the_original() {
        for line in ["[a]", "  [a] tail", "[a", " [", "[Foo Bar] # c", "[]"] {
            let is_header = line.contains(']');
            assert_eq!(classify(line.as_bytes()) == Line::Header, is_header, "{line}");
        }
        assert_eq!(classify(b"\t[a]"), Line::Shell);
        assert_eq!(classify(b"Include  = x"), Line::Include);
        assert_eq!(classify(b" INCLUDE=x"), Line::Shell);
        assert_eq!(classify(b"INCLUDES=x"), Line::Assignment { name: 8, value: 9 });
        assert_eq!(classify(b"A  =  b = c"), Line::Assignment { name: 1, value: 6 });
        assert_eq!(classify(b"=x"), Line::Assignment { name: 0, value: 1 });
        for shell in ["A B=c", "export A=b", " A=b", "A\t=b", "# [a]", "", "\u{fc}=1"] {
            assert_eq!(classify(shell.as_bytes()), Line::Shell, "{shell}");
        }
    }

    #[test]
    fn a_name_is_whatever_remains_of_the_line() {
        assert_eq!(section_name(b"[Foo Bar] tail # c"), b"foobartail");
        assert_eq!(section_name(b"[pc[0-9]]\r"), b"pc0-9");
        assert_eq!(section_name(b"[a#b]"), b"a");
        assert_eq!(include_name(b"INCLUDE = \"Old_Monitor\" # x"), b"old_monitor");
        assert_eq!(function_id(b"a1:b2:*"), b"a1_b2__");
    }
}
