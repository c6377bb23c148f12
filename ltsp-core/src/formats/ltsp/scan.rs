//! The statements of each section, found by walking through the shell code once.

use std::ops::Range;

use super::grammar::{
    Line, classify, function_id, include_name, is_name, is_variable, line_from, section_name,
};
use super::word::{Fault, Word, Words};
use crate::text::Span;

/// A header line.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The line without its end.
    pub(super) line: Span,
    /// The name LTSP gives it.
    pub(super) name: Vec<u8>,
    /// The function it becomes.
    pub(super) id: Vec<u8>,
    /// The quote that it stands in, if it does.
    pub(super) quote: Option<usize>,
}

/// What one section's lines do.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Index of its header; none for the lines before the first.
    pub(super) header: Option<usize>,
    /// Its statements.
    pub(super) statements: Range<usize>,
    /// From behind the header line to the next header.
    pub(super) body: Span,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Gives a variable a value.
    Assign {
        name: Span,
        value: Span,
        /// The value cannot be known from the file.
        code: bool,
        /// By `export`.
        exported: bool,
    },
    /// Takes in another section.
    Include { name: Vec<u8> },
    /// Runs a section's function by its name.
    Call { id: Vec<u8> },
    /// Takes a variable away.
    Unset { name: Span },
    /// Changes a variable in a way that only the shell knows.
    Touch { name: Span },
    /// Leaves the section.
    Return,
    /// Ends the shell: `export`, `readonly` or `unset` of what is no variable's name.
    Stop {
        /// The word that is no name.
        word: Span,
    },
    /// Shell code that this library does not look into.
    Code {
        /// The word that is run.
        word: Span,
        /// It stands behind an assignment, `NAME=value word`.
        prefix: Option<Span>,
    },
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// From its first to its last byte.
    pub(super) span: Span,
    /// What it does.
    pub(super) kind: Kind,
    /// It is run whenever the section is.
    pub(super) sure: bool,
}

/// Everything in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    pub(super) headers: Vec<Header>,
    pub(super) functions: Vec<Function>,
    pub(super) statements: Vec<Statement>,
    /// Why the shell refuses the file; it stops at the first.
    pub(super) faults: Vec<Fault>,
}

/// After so many faults nobody learns from more, and each may cost a walk to the end of the file.
const FAULTS: usize = 8;

/// The special built-in commands of the shell.
const SPECIAL: [&[u8]; 15] = [
    b":",
    b".",
    b"break",
    b"continue",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"times",
    b"trap",
    b"unset",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    If,
    Then,
    Loop,
    Do,
    Brace,
    Subshell,
    Pattern,
    Arm,
}

impl Open {
    fn word(self) -> &'static str {
        match self {
            Self::If | Self::Then => "if",
            Self::Loop | Self::Do => "loop",
            Self::Brace => "{",
            Self::Subshell => "(",
            Self::Pattern | Self::Arm => "case",
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A command, or none.
    Command,
    /// A command must come: behind `|`, `&&`, `||`.
    More,
    /// Words of the command.
    Words,
    /// An operator: behind `fi`, `}` and the like.
    Operator,
}

#[derive(Default)]
struct Command {
    start: usize,
    end: usize,
    assigned: Vec<(Span, Word)>,
    words: Vec<Word>,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    words: Words<'a>,
    out: Scan,
    stack: Vec<(Open, usize)>,
    expect: Expect,
    conditional: bool,
    piped: bool,
    command: Command,
    /// Statements of the pipeline that is being read.
    pipeline: usize,
    /// Statements of the and-or list that is being read.
    list: usize,
    heredocs: Vec<(Vec<u8>, bool, usize)>,
    line_start: bool,
    first: usize,
    body: usize,
    header: Option<usize>,
}

/// Finds every statement of `bytes`.
pub(super) fn scan(bytes: &[u8]) -> Scan {
    let mut scanner = Scanner {
        bytes,
        at: 0,
        words: Words::new(bytes),
        out: Scan::default(),
        stack: Vec::new(),
        expect: Expect::Command,
        conditional: false,
        piped: false,
        command: Command::default(),
        pipeline: 0,
        list: 0,
        heredocs: Vec::new(),
        line_start: true,
        first: 0,
        body: 0,
        header: None,
    };
    while scanner.at < bytes.len() {
        if let Err(fault) = scanner.step() {
            scanner.recover(fault);
        }
    }
    if let Err(fault) = scanner.section_end(bytes.len()) {
        scanner.out.faults.push(fault);
    }
    scanner.close(bytes.len());
    scanner.out
}

impl Scanner<'_> {
    fn step(&mut self) -> Result<(), Fault> {
        if self.line_start {
            self.line_start = false;
            if self.line()? {
                return Ok(());
            }
        }
        let bytes = self.bytes;
        match bytes[self.at] {
            b' ' | b'\t' => self.at += 1,
            b'\n' => {
                self.end_of_command()?;
                if self.expect != Expect::More {
                    self.new_list();
                }
                self.at += 1;
                self.line_start = true;
                self.skip_heredocs()?;
            }
            b'#' => self.at = line_from(bytes, self.at).end,
            b'\\' if bytes.get(self.at + 1) == Some(&b'\n') => {
                let mut joined = Word::default();
                self.at = self.words.join(self.at, &mut joined)?;
            }
            byte if matches!(self.stack.last(), Some((Open::Pattern, _))) => self.pattern(byte)?,
            b';' => self.semicolon()?,
            b'&' => self.ampersand()?,
            b'|' => self.bar()?,
            b'(' => self.parenthesis()?,
            b')' => self.close_with(Open::Subshell, Open::Subshell)?,
            b'<' | b'>' => self.redirection()?,
            _ => self.word()?,
        }
        Ok(())
    }

    /// What LTSP itself makes of the line that starts here; whether that was all of it.
    fn line(&mut self) -> Result<bool, Fault> {
        let line = line_from(self.bytes, self.at);
        match classify(&self.bytes[line.range()]) {
            Line::Header => {
                if let Err(fault) = self.section_end(line.start) {
                    self.out.faults.push(fault);
                    self.reset();
                }
                self.open_section(line);
                Ok(true)
            }
            Line::Include if self.expect != Expect::Words => {
                let name = include_name(&self.bytes[line.range()]);
                let sure = self.sure();
                let kind = Kind::Include { name };
                self.out.statements.push(Statement { span: line, kind, sure });
                self.at = line.end;
                self.expect = Expect::Operator;
                Ok(true)
            }
            Line::Assignment { name, value } if name > 0 && self.at_command() => {
                let name = Span::new(line.start, line.start + name);
                let word = self.words.word(line.start + value)?;
                self.command.start = line.start;
                self.assigned(name, word);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn at_command(&self) -> bool {
        matches!(self.expect, Expect::Command | Expect::More)
            && !matches!(self.stack.last(), Some((Open::Pattern, _)))
    }

    fn assigned(&mut self, name: Span, word: Word) {
        self.at = word.end;
        self.command.end = word.end;
        self.expect = Expect::Words;
        if is_variable(&self.bytes[name.range()]) {
            self.command.assigned.push((name, word));
        } else {
            // `1A=b` is the name of a program.
            self.command.words.push(Word { start: name.start, ..word });
        }
    }

    fn sure(&self) -> bool {
        self.stack.is_empty() && !self.conditional && !self.piped
    }

    fn new_list(&mut self) {
        self.conditional = false;
        self.piped = false;
        self.expect = Expect::Command;
        self.list = self.out.statements.len();
        self.pipeline = self.list;
    }

    fn reset(&mut self) {
        self.stack.clear();
        self.heredocs.clear();
        self.command = Command::default();
        self.line_start = true;
        self.new_list();
    }

    fn recover(&mut self, fault: Fault) {
        let mut at = fault.resume.unwrap_or_else(|| line_from(self.bytes, fault.at).end);
        if fault.resume.is_none() {
            at = (at + 1).min(self.bytes.len());
        }
        self.out.faults.push(fault);
        self.reset();
        // Only sections give a firm footing again.
        let enough = self.out.faults.len() >= FAULTS;
        while at < self.bytes.len() {
            let line = line_from(self.bytes, at);
            if classify(&self.bytes[line.range()]) == Line::Header {
                if !enough {
                    break;
                }
                self.open_section(line);
            }
            at = line.end + 1;
        }
        self.at = at.min(self.bytes.len());
        // Quotes that were looked through once may hold headers that are looked at again.
        self.words.swallowed.retain(|(start, _)| *start < at);
    }

    /// Complains if a section cannot end at `at`.
    fn section_end(&mut self, at: usize) -> Result<(), Fault> {
        self.end_of_command()?;
        let unclosed = |what: String, opened| Fault { at: opened, what, resume: Some(at) };
        if let Some((open, opened)) = self.stack.first() {
            let what =
                format!("the `{}` that opens here is not closed in its section", open.word());
            return Err(unclosed(what, *opened));
        }
        if self.expect == Expect::More {
            let what = "a command is missing behind the last operator of the section".to_owned();
            return Err(unclosed(what, at.saturating_sub(1)));
        }
        if let Some((_, _, opened)) = self.heredocs.first() {
            return Err(unclosed(
                "the here-document has no end in its section".to_owned(),
                *opened,
            ));
        }
        Ok(())
    }

    fn open_section(&mut self, line: Span) {
        self.close(line.start);
        let text = &self.bytes[line.range()];
        let name = section_name(text);
        let fits = name.split(|byte| *byte == b'|').all(|one| !one.is_empty())
            && name.split(|byte| *byte == b'|').next() != Some(b"esac");
        if !fits {
            let what = "a section of this name makes the shell refuse the whole file";
            self.out.faults.push(Fault::new(line.start, what));
        }
        let id = function_id(&name);
        self.header = Some(self.out.headers.len());
        self.out.headers.push(Header { line, name, id, quote: None });
        self.at = (line.end + 1).min(self.bytes.len());
        self.body = self.at;
        self.line_start = true;
        self.new_list();
    }

    /// The section that is being read ends at `at`.
    fn close(&mut self, at: usize) {
        for (start, quote) in std::mem::take(&mut self.words.swallowed) {
            let line = line_from(self.bytes, start);
            let name = section_name(&self.bytes[line.range()]);
            let id = function_id(&name);
            self.out.headers.push(Header { line, name, id, quote: Some(quote) });
        }
        let statements = self.first..self.out.statements.len();
        self.first = statements.end;
        let body = Span::new(self.body, at.max(self.body));
        self.out.functions.push(Function { header: self.header, statements, body });
    }

    fn word(&mut self) -> Result<(), Fault> {
        let word = self.words.word(self.at)?;
        let text = &self.bytes[word.span().range()];
        if self.expect == Expect::Operator {
            return Err(Fault::new(self.at, "an operator is missing in front of this word"));
        }
        if self.at_command() && self.reserved(text, word)? {
            return Ok(());
        }
        if self.command.assigned.is_empty() && self.command.words.is_empty() {
            self.command.start = word.start;
        }
        self.command.end = word.end;
        if self.command.words.is_empty() {
            let name = text.iter().take_while(|byte| is_name(**byte)).count();
            if text.get(name) == Some(&b'=') && is_variable(&text[..name]) {
                let value = Word { start: word.start + name + 1, ..word };
                self.assigned(Span::new(word.start, word.start + name), value);
                return Ok(());
            }
        }
        self.command.words.push(word);
        self.at = word.end;
        self.expect = Expect::Words;
        Ok(())
    }

    /// Takes a word that has a meaning for the shell where a command may begin.
    fn reserved(&mut self, text: &[u8], word: Word) -> Result<bool, Fault> {
        let top = self.stack.last().map(|(open, _)| *open);
        let misplaced = || {
            let text = String::from_utf8_lossy(text);
            Fault::new(word.start, format!("`{text}` has nothing that it belongs to"))
        };
        let mut turn = |from: Open, to: Open| match top {
            Some(open) if open == from => {
                if let Some(last) = self.stack.last_mut() {
                    last.0 = to;
                }
                Ok(())
            }
            _ => Err(misplaced()),
        };
        match text {
            b"then" => turn(Open::If, Open::Then)?,
            b"elif" => turn(Open::Then, Open::If)?,
            b"else" => turn(Open::Then, Open::Then)?,
            b"do" => turn(Open::Loop, Open::Do)?,
            b"fi" | b"done" | b"}" | b"esac" => {
                let from = match text {
                    b"fi" => Open::Then,
                    b"done" => Open::Do,
                    b"}" => Open::Brace,
                    _ => Open::Arm,
                };
                self.at = word.end;
                return self.close_with(from, from).map(|()| true);
            }
            b"if" => self.stack.push((Open::If, word.start)),
            b"while" | b"until" => self.stack.push((Open::Loop, word.start)),
            b"{" => self.stack.push((Open::Brace, word.start)),
            b"!" => {}
            b"for" => return self.for_loop(word).map(|()| true),
            b"case" => return self.case(word).map(|()| true),
            _ => return Ok(false),
        }
        self.at = word.end;
        self.expect = Expect::Command;
        Ok(true)
    }

    /// Closes what is open, which must be one of the two.
    fn close_with(&mut self, one: Open, other: Open) -> Result<(), Fault> {
        self.end_of_command()?;
        match self.stack.last() {
            Some((open, _)) if *open == one || *open == other => {
                self.stack.pop();
                if one == Open::Subshell {
                    self.at += 1;
                }
                self.expect = Expect::Operator;
                Ok(())
            }
            _ => Err(Fault::new(self.at, "this closes something that was never opened")),
        }
    }

    fn for_loop(&mut self, keyword: Word) -> Result<(), Fault> {
        self.at = keyword.end;
        self.blanks();
        let name = self.words.word(self.at)?;
        if !is_variable(&self.bytes[name.span().range()]) {
            return Err(Fault::new(keyword.start, "`for` needs the name of a variable"));
        }
        self.stack.push((Open::Loop, keyword.start));
        let kind = Kind::Touch { name: name.span() };
        self.out.statements.push(Statement { span: name.span(), kind, sure: false });
        self.at = name.end;
        self.blanks();
        let list = self.words.word(self.at)?;
        if &self.bytes[list.span().range()] == b"in" {
            self.at = list.end;
            loop {
                self.blanks();
                let item = self.words.word(self.at)?;
                if item.start == item.end {
                    break;
                }
                self.at = item.end;
            }
        }
        if self.bytes.get(self.at) == Some(&b';') {
            self.at += 1;
        }
        self.expect = Expect::Command;
        Ok(())
    }

    fn case(&mut self, keyword: Word) -> Result<(), Fault> {
        self.at = keyword.end;
        self.blanks();
        let subject = self.words.word(self.at)?;
        self.at = subject.end;
        self.blanks();
        let word = self.words.word(self.at)?;
        if subject.start == subject.end || &self.bytes[word.span().range()] != b"in" {
            return Err(Fault::new(keyword.start, "`case` needs a word and `in` on its line"));
        }
        self.at = word.end;
        self.stack.push((Open::Pattern, keyword.start));
        self.expect = Expect::Command;
        Ok(())
    }

    /// Patterns of a `case` up to their parenthesis.
    fn pattern(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'(' | b'|' => self.at += 1,
            b')' => {
                self.at += 1;
                if let Some(last) = self.stack.last_mut() {
                    last.0 = Open::Arm;
                }
                self.expect = Expect::Command;
            }
            b';' | b'&' | b'<' | b'>' => {
                return Err(Fault::new(self.at, "this cannot stand in the patterns of a `case`"));
            }
            _ => {
                let word = self.words.word(self.at)?;
                self.at = word.end;
                if &self.bytes[word.span().range()] == b"esac" {
                    self.stack.pop();
                    self.expect = Expect::Operator;
                }
            }
        }
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn needs_command(&self) -> Result<(), Fault> {
        match self.expect {
            Expect::Words | Expect::Operator => Ok(()),
            _ => Err(Fault::new(self.at, "a command is missing in front of this operator")),
        }
    }

    fn semicolon(&mut self) -> Result<(), Fault> {
        if self.bytes.get(self.at + 1) == Some(&b';') {
            self.end_of_command()?;
            match self.stack.last_mut() {
                Some(last) if last.0 == Open::Arm => last.0 = Open::Pattern,
                _ => return Err(Fault::new(self.at, "`;;` stands outside `case`")),
            }
            self.at += 2;
        } else {
            self.needs_command()?;
            self.end_of_command()?;
            self.at += 1;
        }
        self.new_list();
        Ok(())
    }

    fn ampersand(&mut self) -> Result<(), Fault> {
        self.needs_command()?;
        self.end_of_command()?;
        if self.bytes.get(self.at + 1) == Some(&b'&') {
            self.and_or();
        } else {
            self.in_a_process_of_its_own(self.list);
            self.at += 1;
            self.new_list();
        }
        Ok(())
    }

    fn bar(&mut self) -> Result<(), Fault> {
        self.needs_command()?;
        self.end_of_command()?;
        if self.bytes.get(self.at + 1) == Some(&b'|') {
            self.and_or();
        } else {
            self.in_a_process_of_its_own(self.pipeline);
            self.at += 1;
            self.piped = true;
            self.expect = Expect::More;
        }
        Ok(())
    }

    fn and_or(&mut self) {
        self.at += 2;
        self.conditional = true;
        self.piped = false;
        self.pipeline = self.out.statements.len();
        self.expect = Expect::More;
    }

    /// What was read from that statement on is run by a child and changes nothing.
    fn in_a_process_of_its_own(&mut self, from: usize) {
        for statement in &mut self.out.statements[from..] {
            let code = Kind::Code { word: statement.span, prefix: None };
            statement.kind = code;
        }
    }

    fn parenthesis(&mut self) -> Result<(), Fault> {
        if self.at_command() {
            self.stack.push((Open::Subshell, self.at));
            self.at += 1;
            self.expect = Expect::Command;
            return Ok(());
        }
        let opened = self.at;
        self.at += 1;
        self.blanks();
        let name = match &self.command.words[..] {
            [word] if self.command.assigned.is_empty() => &self.bytes[word.span().range()],
            _ => b"",
        };
        if is_variable(name) && self.bytes.get(self.at) == Some(&b')') {
            // A function of the file's own: its body is walked through like any other block.
            self.at += 1;
            self.command = Command::default();
            self.conditional = true;
            self.expect = Expect::More;
            return Ok(());
        }
        Err(Fault::new(opened, "the shell does not know `(` here; it has no arrays"))
    }

    fn redirection(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let here = rest.starts_with(b"<<");
        let strip = rest.starts_with(b"<<-");
        let operators: [&[u8]; 6] = [b"<<-", b"<<", b">>", b"<&", b">&", b"<>"];
        let length = if rest.starts_with(b">|") {
            2
        } else {
            operators.iter().find(|operator| rest.starts_with(operator)).map_or(1, |o| o.len())
        };
        self.at += length;
        self.blanks();
        let word = self.words.word(self.at)?;
        if word.start == word.end {
            return Err(Fault::new(start, "the redirection names no file"));
        }
        if here {
            let end: Vec<u8> = self.bytes[word.span().range()]
                .iter()
                .filter(|byte| !matches!(byte, b'"' | b'\'' | b'\\'))
                .copied()
                .collect();
            self.heredocs.push((end, strip, start));
        }
        self.at = word.end;
        if self.expect != Expect::Operator {
            if self.command.assigned.is_empty() && self.command.words.is_empty() {
                self.command.start = start;
            }
            self.command.end = word.end;
            self.expect = Expect::Words;
        }
        Ok(())
    }

    fn skip_heredocs(&mut self) -> Result<(), Fault> {
        for (end, strip, opened) in std::mem::take(&mut self.heredocs) {
            loop {
                let line = line_from(self.bytes, self.at);
                let text = &self.bytes[line.range()];
                if line.start == self.bytes.len() || classify(text) == Line::Header {
                    return Err(Fault {
                        at: opened,
                        what: "the here-document has no end in its section".to_owned(),
                        resume: Some(line.start),
                    });
                }
                self.at = (line.end + 1).min(self.bytes.len());
                let tabs = text.iter().take_while(|byte| strip && **byte == b'\t').count();
                if text[tabs..] == end {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The command that was read, if there was one, is complete.
    fn end_of_command(&mut self) -> Result<(), Fault> {
        let Command { start, end, assigned, words } = std::mem::take(&mut self.command);
        if assigned.is_empty() && words.is_empty() {
            if self.expect == Expect::Words {
                self.expect = Expect::Operator;
            }
            return Ok(());
        }
        self.expect = Expect::Operator;
        let span = Span::new(start, end);
        let apart = self.piped || self.stack.iter().any(|(open, _)| *open == Open::Subshell);
        let sure = self.sure();
        let mut push = |span: Span, kind: Kind| {
            self.out.statements.push(Statement { span, kind, sure });
        };
        let assign = |(name, word): &(Span, Word), exported| Kind::Assign {
            name: *name,
            value: word.span(),
            code: word.swallowed,
            exported,
        };
        let alone = assigned.len() == 1 && words.is_empty();
        let Some(command) = words.first() else {
            for one in &assigned {
                let own = if alone { span } else { Span::new(one.0.start, one.1.end) };
                let code = Kind::Code { word: own, prefix: None };
                push(own, if apart { code } else { assign(one, false) });
            }
            return Ok(());
        };
        let bytes = self.bytes;
        let arguments = &words[1..];
        let text = |word: &Word| &bytes[word.span().range()];
        let prefix = assigned.first().map(|(name, _)| *name);
        let stop = arguments.iter().find(|word| wrong_name(text(command), text(word)));
        let kinds: Option<Vec<Kind>> = match text(command) {
            _ if apart => None,
            _ if stop.is_some() => stop.map(|word| vec![Kind::Stop { word: word.span() }]),
            b"export" => arguments.iter().map(|word| exported(bytes, *word)).collect(),
            b"unset" => arguments
                .iter()
                .filter(|word| text(word) != b"-v")
                .map(|word| {
                    let name = word.span();
                    is_variable(text(word)).then_some(Kind::Unset { name })
                })
                .collect(),
            b"read" | b"readonly" => Some(
                arguments
                    .iter()
                    .map(|word| {
                        let length = text(word).iter().take_while(|b| is_name(**b)).count();
                        Span::new(word.start, word.start + length)
                    })
                    .filter(|name| is_variable(&bytes[name.range()]))
                    .map(|name| Kind::Touch { name })
                    .collect(),
            ),
            b"return" => Some(vec![Kind::Return]),
            b":" | b"true" if arguments.is_empty() => Some(Vec::new()),
            b"section_call" if !arguments.is_empty() => {
                let literal =
                    |word: &Word| text(word).iter().all(|b| is_name(*b) || b"-./:@".contains(b));
                let include = |word: &Word| Kind::Include { name: text(word).to_vec() };
                arguments.iter().map(|word| literal(word).then(|| include(word))).collect()
            }
            name if arguments.is_empty() && is_variable(name) => {
                name.strip_prefix(b"section_").map(|id| vec![Kind::Call { id: id.to_vec() }])
            }
            _ => None,
        };
        match kinds {
            Some(kinds) if assigned.is_empty() => {
                let kinds: Vec<Kind> = kinds.into_iter().collect();
                for kind in kinds {
                    // `export NAME` alone changes no value.
                    if kind != (Kind::Touch { name: Span::at(0) }) {
                        push(span, kind);
                    }
                }
            }
            _ => {
                push(span, Kind::Code { word: command.span(), prefix });
                // In front of these, an assignment stays.
                if !apart && SPECIAL.contains(&text(command)) {
                    for (name, _) in &assigned {
                        push(span, Kind::Touch { name: *name });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a special command ends the shell because of that argument.
fn wrong_name(command: &[u8], argument: &[u8]) -> bool {
    let name = match command {
        b"export" | b"readonly" => argument.split(|byte| *byte == b'=').next().unwrap_or_default(),
        b"unset" => argument,
        _ => return false,
    };
    !argument.starts_with(b"-")
        && !argument.iter().any(|byte| b"$`\"'\\*?[".contains(byte))
        && !is_variable(name)
}

/// What an argument of `export` does.
fn exported(bytes: &[u8], word: Word) -> Option<Kind> {
    let text = &bytes[word.span().range()];
    let length = text.iter().take_while(|byte| is_name(**byte)).count();
    let name = Span::new(word.start, word.start + length);
    if !is_variable(&text[..length]) {
        return None;
    }
    match text.get(length) {
        None => Some(Kind::Touch { name: Span::at(0) }),
        Some(b'=') => {
            let value = Span::new(name.end + 1, word.end);
            // Unlike an assignment, an argument is split at blanks and may be a pattern of files.
            let split = text[length + 1..].iter().any(|byte| b"$`*?[~".contains(byte));
            Some(Kind::Assign { name, value, code: word.swallowed || split, exported: true })
        }
        Some(_) => None,
    }
}
