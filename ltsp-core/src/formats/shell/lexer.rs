//! Words, operators, comments and here-documents of the shell.

use nom::bytes::complete::{take_while, take_while1};
use nom::combinator::recognize;
use nom::{IResult, Parser as _};

use crate::text::Span;

/// Substitutions within substitutions; what is nested deeper is not followed.
const DEEPEST: usize = 32;

/// What a word has in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// Quotes or a backslash.
    pub(super) const QUOTED: Self = Self(1);
    /// A reference to a variable.
    pub(super) const REFERENCE: Self = Self(2);
    /// A command substitution or something else whose value only running it tells.
    pub(super) const CODE: Self = Self(4);
    /// An expansion that may assign a variable or stop the shell.
    pub(super) const SIDE_EFFECT: Self = Self(8);
    /// `$'` or `$"`, which shells read differently.
    pub(super) const DOLLAR_QUOTE: Self = Self(16);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) span: Span,
    pub(super) flags: Flags,
}

/// The operators between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Newline,
    Semicolon,
    DoubleSemicolon,
    And,
    AndIf,
    Or,
    Open,
    Close,
    Pipe,
    /// A redirection; `true` for a here-document.
    Redirect(bool),
    End,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Operator(Operator, Span),
}

/// Why it cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The shell stops with an error too.
    Syntax(Span, &'static str),
    /// The shell can read it, but it is not followed here.
    TooIntricate(usize),
}

/// Reads tokens one after the other.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) comments: Vec<Span>,
    /// Delimiters of here-documents that begin behind the next newline: the word, whether it is
    /// quoted, whether tabs are stripped.
    pending: Vec<(Vec<u8>, bool, bool)>,
}

/// Whether the byte can be in a word as itself.
fn plain(byte: u8) -> bool {
    !matches!(
        byte,
        b' ' | b'\t'
            | b'\n'
            | b';'
            | b'&'
            | b'|'
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'\\'
            | b'\''
            | b'"'
            | b'$'
            | b'`'
            | 0
    )
}

/// The name of a variable at the start.
pub(super) fn name(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize((
        take_while1(|byte: u8| byte.is_ascii_alphabetic() || byte == b'_'),
        take_while(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_'),
    ))
    .parse(input)
}

/// Whether that is a variable's name.
pub(super) fn is_name(bytes: &[u8]) -> bool {
    matches!(name(bytes), Ok((b"", _)))
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, comments: Vec::new(), pending: Vec::new() }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The next token. Comments and continued line ends before it are skipped.
    pub(super) fn next(&mut self) -> Result<Token, Trouble> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b' ' | b'\t'), _) => self.at += 1,
                (Some(b'\\'), Some(b'\n')) => self.at += 2,
                (Some(b'#'), _) => {
                    let start = self.at;
                    let length = self.bytes[start..].iter().position(|byte| *byte == b'\n');
                    self.at = length.map_or(self.bytes.len(), |length| start + length);
                    self.comments.push(Span::new(start, self.at));
                }
                _ => break,
            }
        }
        let start = self.at;
        let (operator, length) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (None, ..) => (Operator::End, 0),
            (Some(b'\n'), ..) => (Operator::Newline, 1),
            (Some(b';'), Some(b';'), _) => (Operator::DoubleSemicolon, 2),
            (Some(b';'), ..) => (Operator::Semicolon, 1),
            (Some(b'&'), Some(b'&'), _) => (Operator::AndIf, 2),
            (Some(b'&'), ..) => (Operator::And, 1),
            (Some(b'|'), Some(b'|'), _) => (Operator::Or, 2),
            (Some(b'|'), ..) => (Operator::Pipe, 1),
            (Some(b'('), ..) => (Operator::Open, 1),
            (Some(b')'), ..) => (Operator::Close, 1),
            (Some(b'<'), Some(b'<'), Some(b'-')) => (Operator::Redirect(true), 3),
            (Some(b'<'), Some(b'<'), _) => (Operator::Redirect(true), 2),
            (Some(b'<'), Some(b'&' | b'>'), _) | (Some(b'>'), Some(b'>' | b'&' | b'|'), _) => {
                (Operator::Redirect(false), 2)
            }
            (Some(b'<' | b'>'), ..) => (Operator::Redirect(false), 1),
            // dash skips it; no person writes it.
            (Some(0), ..) => return Err(Trouble::TooIntricate(start)),
            _ => return self.word().map(Token::Word),
        };
        // An operator that is continued on the next line is not followed.
        let joined = matches!(self.bytes.get(start), Some(b';' | b'&' | b'|' | b'<' | b'>'))
            && self.bytes.get(start + length..start + length + 2) == Some(b"\\\n");
        if joined {
            return Err(Trouble::TooIntricate(start));
        }
        self.at += length;
        if operator == Operator::Newline {
            self.here_documents()?;
        }
        Ok(Token::Operator(operator, Span::new(start, start + length)))
    }

    /// What follows a `<<` was read: its here-document begins behind the next newline.
    pub(super) fn here_document(
        &mut self,
        delimiter: Word,
        strips_tabs: bool,
    ) -> Result<(), Trouble> {
        if delimiter.flags.has(Flags::CODE) || delimiter.flags.has(Flags::REFERENCE) {
            return Err(Trouble::TooIntricate(delimiter.span.start));
        }
        let text = &self.bytes[delimiter.span.range()];
        let quoted = delimiter.flags.has(Flags::QUOTED);
        if quoted && text.iter().any(|byte| matches!(byte, b'\\' | b'\n')) {
            return Err(Trouble::TooIntricate(delimiter.span.start));
        }
        let word = text.iter().copied().filter(|byte| !matches!(byte, b'\'' | b'"')).collect();
        self.pending.push((word, quoted, strips_tabs));
        Ok(())
    }

    fn here_documents(&mut self) -> Result<(), Trouble> {
        for (delimiter, quoted, strips_tabs) in std::mem::take(&mut self.pending) {
            let start = self.at;
            loop {
                if self.at >= self.bytes.len() {
                    break;
                }
                let line = self.at;
                let end = self.bytes[line..].iter().position(|byte| *byte == b'\n');
                let end = end.map_or(self.bytes.len(), |length| line + length);
                self.at = (end + 1).min(self.bytes.len());
                let mut text = &self.bytes[line..end];
                if strips_tabs {
                    let tabs = text.iter().take_while(|byte| **byte == b'\t').count();
                    text = &text[tabs..];
                }
                if text == &*delimiter {
                    break;
                }
            }
            // In such a text substitutions count, and may go on over its end.
            let text = &self.bytes[start..self.at];
            if !quoted && text.iter().any(|byte| matches!(byte, b'`' | b'$' | b'\\')) {
                return Err(Trouble::TooIntricate(start));
            }
        }
        Ok(())
    }

    /// The word that starts here.
    fn word(&mut self) -> Result<Word, Trouble> {
        let start = self.at;
        let mut flags = Flags::default();
        loop {
            let rest = &self.bytes[self.at..];
            self.at += rest.iter().position(|byte| !plain(*byte)).unwrap_or(rest.len());
            let Some(byte) = self.peek(0) else { break };
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                0 => return Err(Trouble::TooIntricate(self.at)),
                _ => self.special(byte, &mut flags, 0)?,
            }
        }
        Ok(Word { span: Span::new(start, self.at), flags })
    }

    /// A quote, a backslash or a substitution outside double quotes.
    fn special(&mut self, byte: u8, flags: &mut Flags, depth: usize) -> Result<(), Trouble> {
        match byte {
            b'\\' => {
                // A backslash as the last byte stands for itself.
                self.at = (self.at + 2).min(self.bytes.len());
                flags.add(Flags::QUOTED);
                Ok(())
            }
            b'\'' => {
                flags.add(Flags::QUOTED);
                self.until(b'\'', "this quote is not closed")
            }
            b'"' => self.double_quotes(flags, depth),
            b'$' => self.dollar(flags, depth, false),
            _ => self.backquotes(flags),
        }
    }

    /// Behind the next `close`, of which the opening one stands here.
    fn until(&mut self, close: u8, what: &'static str) -> Result<(), Trouble> {
        let start = self.at;
        match self.bytes[start + 1..].iter().position(|byte| *byte == close || *byte == 0) {
            Some(length) if self.bytes[start + 1 + length] == 0 => {
                Err(Trouble::TooIntricate(start))
            }
            Some(length) => {
                self.at = start + length + 2;
                Ok(())
            }
            None => Err(Trouble::Syntax(Span::new(start, start + 1), what)),
        }
    }

    fn double_quotes(&mut self, flags: &mut Flags, depth: usize) -> Result<(), Trouble> {
        let start = self.at;
        flags.add(Flags::QUOTED);
        self.at += 1;
        loop {
            match self.peek(0) {
                None => {
                    let opening = Span::new(start, start + 1);
                    return Err(Trouble::Syntax(opening, "this quote is not closed"));
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(b'$') => self.dollar(flags, depth, true)?,
                Some(b'`') => self.backquotes(flags)?,
                Some(0) => return Err(Trouble::TooIntricate(self.at)),
                Some(_) => self.at += 1,
            }
        }
    }

    /// A command substitution in the old manner.
    fn backquotes(&mut self, flags: &mut Flags) -> Result<(), Trouble> {
        let start = self.at;
        flags.add(Flags::CODE);
        self.at += 1;
        loop {
            match self.peek(0) {
                None => {
                    let opening = Span::new(start, start + 1);
                    return Err(Trouble::Syntax(opening, "this backquote is not closed"));
                }
                Some(b'`') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
                Some(_) => self.at += 1,
            }
        }
        Ok(())
    }

    fn dollar(&mut self, flags: &mut Flags, depth: usize, quoted: bool) -> Result<(), Trouble> {
        let start = self.at;
        match self.peek(1) {
            Some(b'(') => {
                flags.add(Flags::CODE);
                if self.peek(2) == Some(b'(') {
                    flags.add(Flags::SIDE_EFFECT);
                }
                self.at += 2;
                self.parentheses(start, depth + 1)
            }
            Some(b'{') => {
                self.at += 2;
                self.braces(start, flags, depth + 1, quoted)
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                flags.add(Flags::REFERENCE);
                self.at += 2;
                while self.peek(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                {
                    self.at += 1;
                }
                // A name that is continued on the next line is not followed.
                if self.bytes[self.at..].starts_with(b"\\\n") {
                    return Err(Trouble::TooIntricate(start));
                }
                Ok(())
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                flags.add(Flags::CODE);
                self.at += 2;
                Ok(())
            }
            Some(b'\'' | b'"') if !quoted => {
                flags.add(Flags::DOLLAR_QUOTE);
                self.at += 1;
                Ok(())
            }
            Some(b'\\') if self.peek(2) == Some(b'\n') => Err(Trouble::TooIntricate(start)),
            _ => {
                self.at += 1;
                Ok(())
            }
        }
    }

    /// `${...}`; the lexer stands behind the brace.
    fn braces(
        &mut self,
        start: usize,
        flags: &mut Flags,
        depth: usize,
        quoted: bool,
    ) -> Result<(), Trouble> {
        if depth > DEEPEST {
            return Err(Trouble::TooIntricate(start));
        }
        flags.add(Flags::REFERENCE);
        let inner = &self.bytes[self.at..];
        let operator = match name(inner) {
            Ok((rest, _)) => rest,
            Err(_) => {
                // A special parameter, a length, or a bad substitution, at which the shell stops.
                flags.add(Flags::CODE);
                flags.add(Flags::SIDE_EFFECT);
                inner
            }
        };
        let operator = operator.strip_prefix(b":").unwrap_or(operator);
        match operator.first() {
            Some(b'}' | b'-' | b'+') => {}
            Some(b'%' | b'#') => flags.add(Flags::CODE),
            _ => {
                flags.add(Flags::CODE);
                flags.add(Flags::SIDE_EFFECT);
            }
        }
        loop {
            match self.peek(0) {
                None => {
                    let opening = Span::new(start, start + 2);
                    return Err(Trouble::Syntax(opening, "this brace is not closed"));
                }
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                // How quotes within count depends on the operator and on the quotes around it.
                Some(b'\'' | b'"' | b'\\' | b'`' | 0) if quoted => {
                    return Err(Trouble::TooIntricate(start));
                }
                Some(b'\\' | b'`' | 0) => return Err(Trouble::TooIntricate(start)),
                Some(byte @ (b'\'' | b'"')) => {
                    flags.add(Flags::CODE);
                    self.special(byte, flags, depth)?;
                }
                Some(b'$') => self.dollar(flags, depth, quoted)?,
                Some(_) => self.at += 1,
            }
        }
    }

    /// Whether the byte before this one belongs to a word.
    fn within_word(&self) -> bool {
        self.at > 0 && !b" \t\n;&|(){}".contains(&self.bytes[self.at - 1])
    }

    /// `$(...)` and `$((...))`; the lexer stands behind the first parenthesis.
    fn parentheses(&mut self, start: usize, depth: usize) -> Result<(), Trouble> {
        if depth > DEEPEST {
            return Err(Trouble::TooIntricate(start));
        }
        let mut open = 1_usize;
        loop {
            let Some(byte) = self.peek(0) else {
                let opening = Span::new(start, start + 2);
                return Err(Trouble::Syntax(opening, "this parenthesis is not closed"));
            };
            match byte {
                b'(' => {
                    open += 1;
                    self.at += 1;
                }
                b')' => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        break;
                    }
                }
                b'"' | b'\'' | b'\\' | b'$' | b'`' => {
                    let mut inner = Flags::default();
                    self.special(byte, &mut inner, depth)?;
                }
                // A `case` has parentheses of its own, comments and here-documents have quotes.
                0 => return Err(Trouble::TooIntricate(start)),
                b'#' if !self.within_word() => return Err(Trouble::TooIntricate(start)),
                b'<' if self.peek(1) == Some(b'<') => return Err(Trouble::TooIntricate(start)),
                b'c' if !self.within_word() && self.bytes[self.at..].starts_with(b"case") => {
                    return Err(Trouble::TooIntricate(start));
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }
}
