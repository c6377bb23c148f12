//! What getltscfg takes for a word: the tokens of lts.conf.
//!
//! The original is a flex scanner: of all rules that match, the longest wins. No token reaches
//! beyond its line, but for a comment, which needs its newline.

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while, take_while1};
use nom::combinator::verify;
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::text::Span;

/// A string: a section's name, a key, a value, a file to include.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// All of it, with its quotes.
    pub(super) span: Span,
    /// What it says: without quotes, or without the white space around it; up to a NUL.
    pub(super) text: Span,
    /// Whether it stands in quotes.
    pub(super) quoted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Equals,
    Open,
    Close,
    Word(Word),
    /// A directive that names a file; the second place is where the scanner knows that it ends.
    Include(Word, usize),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// The scanner.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Characters that fit nothing: the original prints them.
    pub(super) strays: Vec<usize>,
    /// Whether a lone carriage return at the end of a line is passed over, as its author would.
    lenient: bool,
}

/// What an unquoted string is made of.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut at = 0;
    while at < SPECIAL.len() {
        plain[SPECIAL[at] as usize] = false;
        at += 1;
    }
    plain
};

/// What ends an unquoted string.
pub(super) const SPECIAL: &[u8] = b"=\n[]\"'#";

fn is_plain(byte: u8) -> bool {
    PLAIN[usize::from(byte)]
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// isspace(3) of the C locale.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(is_blank).parse(input)
}

fn plain(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(is_plain).parse(input)
}

/// From a quote to the last one of the line.
fn quoted(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (_, line) =
        verify(take_till(|byte| byte == b'\n'), |line: &[u8]| line.first() == Some(&b'"'))
            .parse(input)?;
    let last = line.iter().rposition(|byte| *byte == b'"').unwrap_or(0);
    verify(take(last + 1), |found: &[u8]| found.len() > 1).parse(input)
}

fn comment(input: &[u8]) -> IResult<&[u8], &[u8]> {
    (tag(&b"#"[..]), terminated(take_till(|byte| byte == b'\n'), tag(&b"\n"[..])))
        .map(|(_, text)| text)
        .parse(input)
}

/// What stands before the name of an included file, and the name with its quotes.
fn include(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let (after_word, _) = (blanks, tag(&b"include"[..])).parse(input)?;
    let (after_blanks, _) = take_while1(is_blank).parse(after_word)?;
    // A bare name may begin with blanks: only one has to stand before it.
    alt((quoted, plain)).parse(after_blanks).or_else(|_| plain.parse(&after_word[1..]))
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, strays: Vec::new(), lenient: false }
    }

    /// One that passes over byte order marks and the carriage returns of line ends, to find out
    /// what else is wrong.
    pub(super) fn lenient(bytes: &'a [u8]) -> Self {
        let at = if bytes.starts_with(super::BOM) { super::BOM.len() } else { 0 };
        Self { bytes, at, strays: Vec::new(), lenient: true }
    }

    /// Goes on at another place.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn next(&mut self) -> Token {
        loop {
            let input = &self.bytes[self.at..];
            let Some(first) = input.first() else {
                return Token { kind: Kind::End, span: Span::at(self.at) };
            };
            let kind = match first {
                b'=' => Kind::Equals,
                b'[' => Kind::Open,
                b']' => Kind::Close,
                b'\n' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    match comment(input) {
                        Ok((rest, _)) => self.at = self.bytes.len() - rest.len(),
                        Err(_) => self.stray(),
                    }
                    continue;
                }
                b'"' => match quoted(input) {
                    Ok((_, found)) => {
                        let span = Span::new(self.at, self.at + found.len());
                        return self.word(span, true);
                    }
                    Err(_) => {
                        self.stray();
                        continue;
                    }
                },
                b'\'' => {
                    self.stray();
                    continue;
                }
                _ => {
                    if let Some(token) = self.include(input) {
                        return token;
                    }
                    let found = plain(input).map_or(0, |(_, found)| found.len());
                    let span = Span::new(self.at, self.at + found);
                    if input[..found].iter().all(|byte| is_blank(*byte)) {
                        self.at = span.end;
                        continue;
                    }
                    let token = self.word(span, false);
                    if self.lenient && is_line_end(self.bytes, token) {
                        continue;
                    }
                    return token;
                }
            };
            let span = Span::new(self.at, self.at + 1);
            self.at += 1;
            return Token { kind, span };
        }
    }

    fn stray(&mut self) {
        self.strays.push(self.at);
        self.at += 1;
    }

    fn word(&mut self, span: Span, quoted: bool) -> Token {
        self.at = span.end;
        let word = Word { span, text: text(self.bytes, span, quoted), quoted };
        Token { kind: Kind::Word(word), span }
    }

    fn include(&mut self, input: &[u8]) -> Option<Token> {
        if !matches!(input[0], b' ' | b'\t' | b'i')
            || !(self.at == 0 || self.bytes[self.at - 1] == b'\n')
        {
            return None;
        }
        let (rest, name) = include(input).ok()?;
        let end = self.bytes.len() - rest.len();
        let span = Span::new(end - name.len(), end);
        let quoted = name[0] == b'"';
        // To know that no longer match follows, the scanner reads to the next quote's line end.
        let seen = match quoted {
            true => rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1),
            false => usize::from(!rest.is_empty()),
        };
        let word = Word { span, text: text(self.bytes, span, quoted), quoted };
        let token = Token { kind: Kind::Include(word, end + seen), span: Span::new(self.at, end) };
        self.at = end;
        Some(token)
    }
}

fn is_line_end(bytes: &[u8], token: Token) -> bool {
    let rest = &bytes[token.span.end..];
    matches!(token.kind, Kind::Word(word) if word.text.is_empty())
        && bytes[token.span.end - 1] == b'\r'
        && (rest.is_empty() || rest[0] == b'\n')
}

/// What a word says: C strings end at a NUL, quotes fall off, and so does white space around what
/// has none.
fn text(bytes: &[u8], span: Span, quoted: bool) -> Span {
    let (mut start, mut end) = (span.start, span.end);
    if quoted {
        (start, end) = (start + 1, end - 1);
    }
    if let Some(nul) = bytes[start..end].iter().position(|byte| *byte == 0) {
        end = start + nul;
    }
    if !quoted {
        while start < end && is_space(bytes[start]) {
            start += 1;
        }
        while start < end && is_space(bytes[end - 1]) {
            end -= 1;
        }
    }
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens in short: `=`, `[`, `]`, `(word)`, `<file>`, and what is printed.
    fn short(bytes: &[u8]) -> (String, String) {
        let mut lexer = Lexer::new(bytes);
        let mut said = String::new();
        loop {
            let token = lexer.next();
            let text = |word: Word| String::from_utf8_lossy(&bytes[word.text.range()]).into_owned();
            match token.kind {
                Kind::Equals => said.push('='),
                Kind::Open => said.push('['),
                Kind::Close => said.push(']'),
                Kind::Word(word) => said.push_str(&format!("({})", text(word))),
                Kind::Include(word, _) => said.push_str(&format!("<{}>", text(word))),
                Kind::End => break,
            }
        }
        let strays = lexer.strays.iter().map(|at| char::from(bytes[*at])).collect();
        (said, strays)
    }

    #[test]
    fn words_are_what_the_original_takes_for_words() {
        for (line, tokens, strays) in [
            (&b"  FOO  =   bar baz  \n"[..], "(FOO)=(bar baz)", ""),
            (b"FOO=\"  bar  \"\n", "(FOO)=(  bar  )", ""),
            (b"FOO=\"\"", "(FOO)=()", ""),
            (b"FOO=\"a\" # say \"b\"\n", "(FOO)=(a\" # say \"b)", ""),
            (b"FOO=\"a\" # say\n", "(FOO)=(a)", ""),
            (b"FOO=\"\\\"x\\\"\"\n", "(FOO)=(\\\"x\\\")", ""),
            (b"FOO='bar'\n", "(FOO)=(bar)", "''"),
            (b"FOO=\"abc\nB=1\n", "(FOO)=(abc)(B)=(1)", "\""),
            (b"# no newline", "(no newline)", "#"),
            (b"#c\n# \"x\"\nA", "(A)", ""),
            (b"[ ]", "[]", ""),
            (b"[a b]\r\n", "[(a b)]()", ""),
            (b"A=\"x\"\r\n", "(A)=(x)()", ""),
            (b"A=x\r\n", "(A)=(x)", ""),
            (b"A=x\0y\nB=\"x\0y\"", "(A)=(x)(B)=(x)", ""),
            (b"A=\x0b1\x0c\n", "(A)=(1)", ""),
        ] {
            assert_eq!(
                short(line),
                (tokens.to_owned(), strays.to_owned()),
                "{}",
                line.escape_ascii()
            );
        }
    }

    #[test]
    fn a_directive_counts_only_at_the_start_of_a_line() {
        for (line, tokens) in [
            (&b"include \"a b\"\n"[..], "<a b>"),
            (b" \tinclude\ta/b c # x\n", "<a/b c>"),
            (b"include \"a\" # \"b\"\n", "<a\" # \"b>"),
            (b"A=1\ninclude x\n", "(A)=(1)<x>"),
            (b"A=include x\n", "(A)=(include x)"),
            (b"[a] include x\n", "[(a)](include x)"),
            (b"include=x\n", "(include)=(x)"),
            (b"include = x\n", "(include)=(x)"),
            (b"include  = x\n", "<>=(x)"),
            (b"include foo=1\n", "<foo>=(1)"),
            (b"includes x\n", "(includes x)"),
            (b"#\ninclude x", "<x>"),
        ] {
            assert_eq!(short(line).0, tokens, "{}", line.escape_ascii());
        }
    }
}
