//! The grammar above the tokens: sections of declarations, and where it breaks off.
//!
//! Newlines mean nothing to it. It stops at the first mistake; what was read before counts.

use super::lexer::{Kind, Lexer, Token, Word};
use crate::text::Span;

/// `[name]` and what follows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    /// From `[` to `]`.
    pub(super) header: Span,
    pub(super) name: Word,
    /// Its declarations: from this one to the first of the next section.
    pub(super) first: usize,
}

/// `key = value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration {
    pub(super) section: Option<usize>,
    pub(super) key: Word,
    pub(super) equals: usize,
    pub(super) value: Word,
}

impl Declaration {
    /// From the first letter of the name: the original takes blanks before it for a part of the
    /// word, people do not.
    pub(super) fn span(&self) -> Span {
        self.key.text.to(self.value.span)
    }
}

/// `include "file"`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Include {
    pub(super) span: Span,
    pub(super) name: Word,
    /// How far the scanner has looked when it opens the file.
    pub(super) seen: usize,
}

/// What the parser has read of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Outside of every section: at the start of the file or after a directive.
    Outside,
    /// After `[`.
    Opened(Span),
    /// After `[name`.
    Named(Span, Word),
    /// After `[name]`: a declaration must come.
    Headed,
    /// In a section that has a declaration.
    Inside,
    /// After `key`; says whether the section has a declaration already.
    Keyed(Word, bool),
    /// After `key =`.
    Assigned(Word, usize, bool),
}

/// A mistake that ends the reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) state: State,
    pub(super) token: Token,
}

/// A file, taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    pub(super) sections: Vec<Section>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) includes: Vec<Include>,
    pub(super) strays: Vec<usize>,
    /// At most one, unless it went on to find more.
    pub(super) stops: Vec<Stop>,
}

impl Parsed {
    /// The declarations of a section.
    pub(super) fn of(&self, section: usize) -> &[Declaration] {
        let end = match self.sections.get(section + 1) {
            Some(next) => next.first,
            None => self.declarations.len(),
        };
        &self.declarations[self.sections[section].first..end]
    }
}

/// As the original reads it.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    run(Lexer::new(bytes), None)
}

/// As it would be read if each mistake were put right: goes on behind each one.
pub(super) fn parse_on(bytes: &[u8]) -> Parsed {
    run(Lexer::lenient(bytes), Some(bytes))
}

fn run(mut lexer: Lexer<'_>, go_on: Option<&[u8]>) -> Parsed {
    let mut parsed = Parsed::default();
    let mut state = State::Outside;
    loop {
        let token = lexer.next();
        state = match step(&mut parsed, state, token) {
            Ok(Some(next)) => next,
            Ok(None) => break,
            Err(()) => {
                parsed.stops.push(Stop { state, token });
                let Some(bytes) = go_on else { break };
                if token.kind == Kind::End {
                    break;
                }
                lexer.go_to(resume(bytes, state, token));
                State::Inside
            }
        };
    }
    parsed.strays = lexer.strays;
    parsed
}

/// What comes after `token`; `None` at the end; an error if it may not stand there.
fn step(parsed: &mut Parsed, state: State, token: Token) -> Result<Option<State>, ()> {
    Ok(Some(match (state, token.kind) {
        (State::Outside | State::Inside, Kind::End) => return Ok(None),
        (State::Outside | State::Inside, Kind::Open) => State::Opened(token.span),
        (State::Outside | State::Inside, Kind::Include(name, seen)) => {
            parsed.includes.push(Include { span: token.span, name, seen });
            State::Outside
        }
        (State::Opened(open), Kind::Word(name)) => State::Named(open, name),
        (State::Named(open, name), Kind::Close) => {
            let first = parsed.declarations.len();
            parsed.sections.push(Section { header: open.to(token.span), name, first });
            State::Headed
        }
        (State::Headed, Kind::Word(key)) => State::Keyed(key, false),
        (State::Inside, Kind::Word(key)) => State::Keyed(key, true),
        (State::Keyed(key, more), Kind::Equals) => State::Assigned(key, token.span.start, more),
        (State::Assigned(key, equals, _), Kind::Word(value)) => {
            let section = parsed.sections.len().checked_sub(1);
            parsed.declarations.push(Declaration { section, key, equals, value });
            State::Inside
        }
        // The scanner opens the file before the parser sees that it may not stand there.
        (_, Kind::Include(name, seen)) => {
            parsed.includes.push(Include { span: token.span, name, seen });
            return Err(());
        }
        _ => return Err(()),
    }))
}

/// Where to go on after a mistake: at the next line, or with what stands there if the mistake was
/// made in a line above.
fn resume(bytes: &[u8], state: State, token: Token) -> usize {
    let began = match state {
        State::Opened(open) | State::Named(open, _) => Some(open.start),
        State::Keyed(key, _) | State::Assigned(key, ..) => Some(key.text.start),
        State::Headed => Some(token.span.start),
        State::Outside | State::Inside => None,
    };
    let newline = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
    match (began, state) {
        // It is the section above that is empty; what follows may be sound.
        (_, State::Headed) if matches!(token.kind, Kind::Open) => token.span.start,
        (Some(began), _) if newline(&bytes[began..token.span.start]).is_some() => token.span.start,
        _ => newline(&bytes[token.span.end..]).map_or(bytes.len(), |at| token.span.end + at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &str) -> (Vec<String>, usize) {
        let parsed = parse(bytes.as_bytes());
        let text = |word: Word| &bytes[word.text.range()];
        let mut said = Vec::new();
        for (at, section) in parsed.sections.iter().enumerate() {
            for one in parsed.of(at) {
                assert_eq!(one.section, Some(at));
                said.push(format!("{}/{}={}", text(section.name), text(one.key), text(one.value)));
            }
        }
        (said, parsed.stops.len())
    }

    #[test]
    fn what_stands_before_the_first_mistake_counts() {
        for (text, said, stops) in [
            ("[a]\nX=1\nY\n=\n2\n[b]Z=3", &["a/X=1", "a/Y=2", "b/Z=3"][..], 0),
            ("[a]\nX=a=b\nY=1\n", &["a/X=a"], 1),
            ("[a]\nX=\nY=1\nZ=2\n", &["a/X=Y"], 1),
            ("[a]\nX=a[1]\nY=1\n", &["a/X=a", "1/Y=1"], 0),
            ("[a]\nX=1 Y=2\n", &["a/X=1 Y"], 1),
            ("[a]\nX=\"1\" Y=2\n", &["a/X=1", "a/Y=2"], 0),
            ("X=1\n[a]\nY=1\n", &[], 1),
            ("[a]\n[b]\nX=1\n", &[], 1),
            ("[a]\nX=1\n[b]\n", &["a/X=1"], 1),
            ("[]\nX=1\n", &[], 1),
            ("[\"p[0-9]\"]\nX=1\n", &["p[0-9]/X=1"], 0),
            ("; c\n", &[], 1),
            ("", &[], 0),
            ("# only\n", &[], 0),
            ("\u{feff}[a]\nX=1\n", &[], 1),
        ] {
            let (read, stopped) = read(text);
            assert_eq!(
                (&read[..], stopped),
                (&said.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()[..], stops),
                "{text:?}"
            );
        }
    }

    #[test]
    fn behind_a_mistake_there_may_be_more() {
        let text = b"X=0\n[a]\nX=a=b\nY=1\njunk\nZ=2\n[b]\n[c]\nQ=\n[d]\nW=1\n";
        let parsed = parse_on(text);
        assert_eq!(parsed.stops.len(), 5);
        assert_eq!(parsed.sections.len(), 4);
        let keys: Vec<_> = parsed.declarations.iter().map(|one| text[one.key.text.start]).collect();
        assert_eq!(keys, b"XYZW");
    }
}
