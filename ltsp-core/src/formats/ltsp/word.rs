//! Where a word of the shell ends, with its quotes and expansions, over as many lines as it takes.

use super::grammar::{Line, classify, line_from};
use crate::text::Span;

/// A word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it stands.
    pub(super) start: usize,
    /// Behind its last byte.
    pub(super) end: usize,
    /// A line in it is a header or an include for LTSP, so that its value is nobody's meaning.
    pub(super) swallowed: bool,
}

impl Word {
    /// Its bytes.
    pub(super) fn span(self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// Why the shell refuses the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where it begins.
    pub(super) at: usize,
    /// What is wrong, as the rest of a sentence.
    pub(super) what: String,
    /// Where to go on looking, if not behind the line.
    pub(super) resume: Option<usize>,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), resume: None }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Double,
    Brace { quoted: bool },
    Paren,
}

/// Reads words; remembers which headers stood inside quotes.
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    /// Starts of header lines that a quote swallowed.
    pub(super) swallowed: Vec<(usize, usize)>,
    open: Vec<(Open, usize)>,
}

impl<'a> Words<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, swallowed: Vec::new(), open: Vec::new() }
    }

    /// The word at `start`; empty if there is none.
    pub(super) fn word(&mut self, start: usize) -> Result<Word, Fault> {
        let bytes = self.bytes;
        let mut word = Word { start, end: start, swallowed: false };
        let mut at = start;
        self.open.clear();
        while let Some(&byte) = bytes.get(at) {
            at = match (self.open.last().map(|(open, _)| *open), byte) {
                (None, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => {
                    break;
                }
                (_, b'\\') => self.escape(at, &mut word)?,
                (_, b'`') => self.backquotes(at)?,
                (Some(Open::Double), b'"')
                | (Some(Open::Brace { .. }), b'}')
                | (Some(Open::Paren), b')') => {
                    self.open.pop();
                    at + 1
                }
                (_, b'"') => {
                    self.open.push((Open::Double, at));
                    at + 1
                }
                (open, b'$') => self.dollar(open, at),
                (None | Some(Open::Paren | Open::Brace { quoted: false }), b'\'') => {
                    self.single(at, &mut word)?
                }
                (Some(Open::Paren), b'(') => {
                    self.open.push((Open::Paren, at));
                    at + 1
                }
                (Some(Open::Paren), b'#') if b" \t\n;&|(".contains(&bytes[at - 1]) => {
                    line_from(bytes, at).end
                }
                (Some(_), b'\n') => {
                    let (_, opened) = self.open[0];
                    let plain = self.open.len() == 1 && self.open[0].0 == Open::Double;
                    self.next_line(at + 1, opened, plain, &mut word)?
                }
                _ => at + 1,
            };
        }
        if let Some((open, opened)) = self.open.first() {
            let what = match open {
                Open::Double => "the quote `\"` that opens here is never closed",
                Open::Brace { .. } => "the `${` that opens here is never closed",
                Open::Paren => "the `$(` that opens here is never closed",
            };
            return Err(Fault::new(*opened, what));
        }
        word.end = at;
        Ok(word)
    }

    fn dollar(&mut self, open: Option<Open>, at: usize) -> usize {
        match self.bytes.get(at + 1) {
            Some(b'(') => {
                self.open.push((Open::Paren, at));
                at + 2
            }
            Some(b'{') => {
                let quoted = matches!(open, Some(Open::Double | Open::Brace { quoted: true }));
                self.open.push((Open::Brace { quoted }, at));
                at + 2
            }
            _ => at + 1,
        }
    }

    /// Behind a backslash and what it protects.
    fn escape(&mut self, at: usize, word: &mut Word) -> Result<usize, Fault> {
        match self.bytes.get(at + 1) {
            Some(b'\n') => self.join(at, word),
            Some(_) => Ok(at + 2),
            None => Err(continued(at)),
        }
    }

    /// Behind a backslash at the end of a line, which joins it to the next.
    pub(super) fn join(&mut self, at: usize, word: &mut Word) -> Result<usize, Fault> {
        let next = line_from(self.bytes, at + 2);
        match classify(&self.bytes[next.range()]) {
            Line::Header if self.open.first().is_some_and(|(open, _)| *open == Open::Double) => {
                self.next_line(at + 2, self.open[0].1, self.open.len() == 1, word)
            }
            Line::Header => Err(Fault { resume: Some(next.start), ..continued(at) }),
            _ if next.start == self.bytes.len() => Err(continued(at)),
            Line::Include => {
                word.swallowed = true;
                Ok(next.end)
            }
            _ => Ok(next.start),
        }
    }

    fn single(&mut self, opened: usize, word: &mut Word) -> Result<usize, Fault> {
        let alone = self.open.is_empty();
        let mut at = opened + 1;
        while let Some(&byte) = self.bytes.get(at) {
            at = match byte {
                b'\'' => return Ok(at + 1),
                b'\n' => self.next_line(at + 1, opened, alone, word)?,
                _ => at + 1,
            };
        }
        Err(Fault::new(opened, "the quote `'` that opens here is never closed"))
    }

    /// The shell looks for the closing backquote before it looks at anything else.
    fn backquotes(&mut self, opened: usize) -> Result<usize, Fault> {
        let mut at = opened + 1;
        let mut unused = Word::default();
        while let Some(&byte) = self.bytes.get(at) {
            at = match byte {
                b'`' => return Ok(at + 1),
                b'\\' => at + 2,
                b'\n' => self.next_line(at + 1, opened, false, &mut unused)?,
                _ => at + 1,
            };
        }
        Err(Fault::new(opened, "the backquote that opens here is never closed"))
    }

    /// The start of the line at `start`, within quotes; or its end, if LTSP makes something else
    /// of it.
    fn next_line(
        &mut self,
        start: usize,
        opened: usize,
        plain: bool,
        word: &mut Word,
    ) -> Result<usize, Fault> {
        if !matches!(self.bytes.get(start), Some(b'[' | b' ' | b'i' | b'I')) {
            return Ok(start);
        }
        let line = line_from(self.bytes, start);
        match classify(&self.bytes[line.range()]) {
            Line::Header if plain => {
                self.swallowed.push((start, opened));
                word.swallowed = true;
                Ok(line.end)
            }
            Line::Header => Err(Fault {
                at: opened,
                what: "the expansion that opens here runs into the next section".to_owned(),
                resume: Some(start),
            }),
            Line::Include => {
                word.swallowed = true;
                Ok(line.end)
            }
            _ => Ok(start),
        }
    }
}

fn continued(at: usize) -> Fault {
    Fault::new(at, "the backslash joins this line to the end of its section")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Result<usize, Fault> {
        Words::new(text.as_bytes()).word(0).map(|word| word.end)
    }

    #[test]
    fn a_word_ends_where_the_shell_ends_it() {
        for (text, length) in [
            ("a b", 1),
            ("a'b c'd;", 7),
            ("\"a b\n c\" x", 8),
            ("a\\ b c", 4),
            ("$(a b | c) d", 10),
            ("$(echo ')' \")\" # )\n) d", 20),
            ("`a \\` b` c", 8),
            ("${A:-b c} d", 9),
            ("\"${A:-'}\" d", 9),
            ("a#b c", 3),
            ("a\\\nb c", 4),
        ] {
            assert_eq!(end(text).expect(text), length, "{text}");
        }
    }

    #[test]
    fn what_is_never_closed_is_a_fault_where_it_opens() {
        for (text, at) in [
            ("a\"b", 1),
            ("a'b\n", 1),
            ("`x", 0),
            ("a$(x", 1),
            ("${x", 0),
            ("x\\", 1),
            ("x\\\n", 1),
        ] {
            assert_eq!(end(text).expect_err(text).at, at, "{text}");
        }
    }

    #[test]
    fn a_header_inside_quotes_is_remembered() {
        let text = b"\"a\n[Seat:*]\nb\" c";
        let mut words = Words::new(text);
        let word = words.word(0).unwrap();
        assert!(word.swallowed);
        assert_eq!(word.end, 14);
        assert_eq!(words.swallowed, [(3, 0)]);
        assert!(Words::new(b"$(a\n[b]\n)").word(0).is_err());
    }
}
