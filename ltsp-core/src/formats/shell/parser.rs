//! Which assignments there are, and whether they are carried out in any case.
//!
//! Commands are read one after the other, with a stack of what is open around them; the shell's
//! recursion is not needed, because only commands outside everything count without a condition.

use std::collections::HashSet;

use super::lexer::{Flags, Lexer, Operator, Token, Trouble, Word, is_name, name};
use crate::text::Span;

/// After so many errors nobody reads on.
const MOST_ERRORS: usize = 20;

/// `NAME=value`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assign {
    pub(super) name: Span,
    /// Behind the `=`, with quotes.
    pub(super) value: Span,
    pub(super) flags: Flags,
}

/// What a command does to the variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but assignments.
    Assign,
    /// `export` with names and assignments.
    Export,
    /// Another command, which changes no variable as far as anybody can tell.
    Plain,
    /// Another command, which changes the variables in [`Command::touched`].
    Touches,
    /// A command that may change any variable.
    Wild,
    /// The shell does not read on.
    Stop,
}

/// A simple command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command {
    pub(super) kind: Kind,
    pub(super) span: Span,
    words: (u32, u32),
    assigns: (u32, u32),
    touched: (u32, u32),
    /// Why it may not be carried out; `None` if it is in any case.
    pub(super) condition: Option<&'static str>,
    /// Whether the shell comes this far.
    pub(super) read: bool,
}

/// A file, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed {
    pub(super) commands: Vec<Command>,
    words: Vec<Word>,
    assigns: Vec<Assign>,
    touched: Vec<Span>,
    pub(super) comments: Vec<Span>,
    /// Where the shell stops with an error, and further mistakes behind the first.
    pub(super) errors: Vec<(Span, String)>,
    /// From here on it is too intricate to be followed.
    pub(super) intricate: Option<usize>,
}

impl Parsed {
    pub(super) fn words(&self, command: &Command) -> &[Word] {
        &self.words[command.words.0 as usize..command.words.1 as usize]
    }

    pub(super) fn assigns(&self, command: &Command) -> &[Assign] {
        &self.assigns[command.assigns.0 as usize..command.assigns.1 as usize]
    }

    pub(super) fn touched(&self, command: &Command) -> &[Span] {
        &self.touched[command.touched.0 as usize..command.touched.1 as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    File,
    /// Before `then`.
    If,
    Then,
    Else,
    /// Before `do`.
    While,
    Do,
    /// Before a pattern.
    Pattern,
    /// Behind a pattern.
    Branch,
    Braces,
    Parentheses,
}

impl Open {
    fn condition(self) -> &'static str {
        match self {
            Self::File | Self::Braces => "within braces",
            Self::If | Self::Then | Self::Else => "within `if`",
            Self::While | Self::Do => "within a loop",
            Self::Pattern | Self::Branch => "within `case`",
            Self::Parentheses => "within a sub-shell",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    open: Open,
    at: Span,
    /// Whether there is a command in the list that is being read.
    filled: bool,
    /// Whether this is the body of a function.
    function: bool,
    /// The first command of the list, and of the pipeline.
    list: usize,
    pipeline: usize,
    /// Whether `&&` or `||` stands before.
    chained: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// A command, or the end of the list.
    Command,
    /// A command; whether newlines may come first.
    Must(bool),
    /// What stands behind a whole command.
    Behind,
}

struct Parser<'a> {
    bytes: &'a [u8],
    lexer: Lexer<'a>,
    put_back: Option<Token>,
    parsed: Parsed,
    frames: Vec<Frame>,
    expect: Expect,
    /// The first command of what the shell reads before it carries out any of it, and its offset.
    unit: usize,
    unit_at: usize,
    function_next: bool,
    functions: HashSet<&'a [u8]>,
    /// Why what comes now may not be reached.
    after_stop: bool,
    stopping: bool,
    dead: bool,
}

/// Reads a file.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut parser = Parser {
        bytes,
        lexer: Lexer::new(bytes, 0),
        put_back: None,
        parsed: Parsed::default(),
        frames: Vec::new(),
        expect: Expect::Command,
        unit: 0,
        unit_at: 0,
        function_next: false,
        functions: HashSet::new(),
        after_stop: false,
        stopping: false,
        dead: false,
    };
    parser.restart();
    while let Err(trouble) = parser.file() {
        let at = match trouble {
            Trouble::TooIntricate(_) => {
                parser.give_up();
                break;
            }
            Trouble::Syntax(span, what) => {
                if parser.dead && parser.parsed.errors.is_empty() {
                    break;
                }
                parser.parsed.errors.push((span, what.to_owned()));
                span.start
            }
        };
        let unit = parser.unit;
        parser.parsed.commands[unit..].iter_mut().for_each(|command| command.read = false);
        parser.dead = true;
        let Some(line) = bytes[at..].iter().position(|byte| *byte == b'\n') else { break };
        if parser.parsed.errors.len() >= MOST_ERRORS {
            break;
        }
        let comments = std::mem::take(&mut parser.lexer.comments);
        parser.lexer = Lexer::new(bytes, at + line + 1);
        parser.lexer.comments = comments;
        parser.restart();
    }
    parser.parsed.comments = parser.lexer.comments;
    // A comment may have been read twice.
    parser.parsed.comments.sort_unstable();
    parser.parsed.comments.dedup();
    parser.parsed
}

impl<'a> Parser<'a> {
    fn restart(&mut self) {
        self.frames.clear();
        self.put_back = None;
        self.expect = Expect::Command;
        self.function_next = false;
        self.unit = self.parsed.commands.len();
        self.unit_at = self.lexer.at;
        self.push(Open::File, Span::at(self.lexer.at));
    }

    fn give_up(&mut self) {
        if !self.dead {
            self.parsed.intricate = Some(self.unit_at);
        }
        let unit = self.unit;
        self.parsed.commands[unit..].iter_mut().for_each(|command| command.read = false);
    }

    fn push(&mut self, open: Open, at: Span) {
        let next = self.parsed.commands.len();
        let function = std::mem::take(&mut self.function_next);
        self.frames.push(Frame {
            open,
            at,
            filled: false,
            function,
            list: next,
            pipeline: next,
            chained: false,
        });
        self.expect = Expect::Command;
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the file itself is never closed")
    }

    fn token(&mut self) -> Result<Token, Trouble> {
        match self.put_back.take() {
            Some(token) => Ok(token),
            None => self.lexer.next(),
        }
    }

    fn text(&self, span: Span) -> &'a [u8] {
        &self.bytes[span.range()]
    }

    /// The text of a word without quotes and substitutions.
    fn literal(&self, word: &Word) -> Option<&'a [u8]> {
        (word.flags == Flags::default()).then(|| self.text(word.span))
    }

    fn file(&mut self) -> Result<(), Trouble> {
        loop {
            match self.token()? {
                Token::Word(word) => self.word(word)?,
                Token::Operator(Operator::End, at) => {
                    if self.frames.len() > 1 {
                        let open = self.frame().at;
                        return Err(Trouble::Syntax(open, "what begins here is not closed"));
                    }
                    if let Expect::Must(_) = self.expect {
                        let at = Span::new(at.start.saturating_sub(1), at.start);
                        return Err(Trouble::Syntax(at, "a command is missing at the end"));
                    }
                    return Ok(());
                }
                Token::Operator(operator, at) => self.operator(operator, at)?,
            }
        }
    }

    fn operator(&mut self, operator: Operator, at: Span) -> Result<(), Trouble> {
        let unexpected = Err(Trouble::Syntax(at, "this is not expected here"));
        let open = self.frame().open;
        if open == Open::Pattern {
            return match operator {
                Operator::Newline => Ok(()),
                Operator::Open => self.pattern(None),
                _ => unexpected,
            };
        }
        match (operator, self.expect) {
            (Operator::Newline, Expect::Must(true)) => Ok(()),
            (Operator::Newline, Expect::Command) => {
                self.end_of_list();
                Ok(())
            }
            (Operator::Newline | Operator::Semicolon, Expect::Behind) => {
                self.end_of_list();
                if operator == Operator::Semicolon {
                    // Not the end of what is read at once.
                    self.expect = Expect::Command;
                }
                Ok(())
            }
            (Operator::And, Expect::Behind) => {
                let list = self.frame().list;
                self.doubt(list, "in the background");
                self.end_of_list();
                Ok(())
            }
            (Operator::AndIf | Operator::Or, Expect::Behind) => {
                let next = self.parsed.commands.len();
                let frame = self.frame();
                frame.chained = true;
                frame.pipeline = next;
                self.expect = Expect::Must(true);
                Ok(())
            }
            (Operator::Pipe, Expect::Behind) => {
                let pipeline = self.frame().pipeline;
                self.doubt(pipeline, "in a pipeline");
                self.frame().chained = true;
                self.expect = Expect::Must(true);
                Ok(())
            }
            (Operator::DoubleSemicolon, Expect::Command | Expect::Behind)
                if open == Open::Branch =>
            {
                self.end_of_list();
                self.frame().open = Open::Pattern;
                Ok(())
            }
            (Operator::Open, Expect::Command | Expect::Must(_)) => {
                self.push(Open::Parentheses, at);
                Ok(())
            }
            (Operator::Close, Expect::Command | Expect::Behind) if open == Open::Parentheses => {
                self.close(at)
            }
            (Operator::Redirect(here), Expect::Command | Expect::Must(_)) => {
                self.redirect(here)?;
                self.simple(at, None)
            }
            (Operator::Redirect(here), Expect::Behind) => self.redirect(here),
            _ => unexpected,
        }
    }

    /// The commands from there on may not change this shell's variables.
    fn doubt(&mut self, from: usize, why: &'static str) {
        for command in &mut self.parsed.commands[from..] {
            command.condition.get_or_insert(why);
        }
    }

    fn end_of_list(&mut self) {
        let next = self.parsed.commands.len();
        let behind = self.expect == Expect::Behind;
        let frame = self.frame();
        frame.filled |= behind;
        frame.list = next;
        frame.pipeline = next;
        frame.chained = false;
        self.expect = Expect::Command;
        let newline =
            self.lexer.at.checked_sub(1).and_then(|at| self.bytes.get(at)) == Some(&b'\n');
        if self.frames.len() == 1 && newline {
            self.unit = next;
            self.unit_at = self.lexer.at;
            self.dead |= self.stopping;
        }
    }

    /// The innermost thing that is open ends here.
    fn close(&mut self, at: Span) -> Result<(), Trouble> {
        let frame = *self.frame();
        let may_be_empty = matches!(frame.open, Open::Pattern | Open::Branch);
        if !may_be_empty && !frame.filled && self.expect != Expect::Behind {
            return Err(Trouble::Syntax(at, "a command is missing before this"));
        }
        self.frames.pop();
        self.expect = Expect::Behind;
        Ok(())
    }

    /// The same thing goes on with its next part.
    fn next_part(&mut self, from: &[Open], to: Open, at: Span) -> Result<(), Trouble> {
        let frame = *self.frame();
        if !from.contains(&frame.open) {
            return Err(Trouble::Syntax(at, "this is not expected here"));
        }
        if !frame.filled {
            return Err(Trouble::Syntax(at, "a command is missing before this"));
        }
        let next = self.parsed.commands.len();
        let frame = self.frame();
        frame.open = to;
        frame.filled = false;
        frame.list = next;
        frame.pipeline = next;
        self.expect = Expect::Command;
        Ok(())
    }

    fn word(&mut self, word: Word) -> Result<(), Trouble> {
        if self.frame().open == Open::Pattern {
            if self.literal(&word) == Some(b"esac") {
                self.frames.pop();
                self.expect = Expect::Behind;
                return Ok(());
            }
            return self.pattern(Some(word));
        }
        if self.expect == Expect::Behind {
            return Err(Trouble::Syntax(word.span, "this is not expected here"));
        }
        if word.flags.has(Flags::QUOTED)
            && self.text(word.span).windows(2).any(|two| two == b"\\\n")
            && !self.text(word.span).contains(&b'=')
        {
            return Err(Trouble::TooIntricate(word.span.start));
        }
        let unexpected = Err(Trouble::Syntax(word.span, "this is not expected here"));
        let closing = self.expect == Expect::Command;
        let open = self.frame().open;
        match self.literal(&word).unwrap_or_default() {
            b"if" => self.push(Open::If, word.span),
            b"while" | b"until" => self.push(Open::While, word.span),
            b"{" => self.push(Open::Braces, word.span),
            b"for" => return self.for_loop(word),
            b"case" => return self.case(word),
            b"!" => {
                if self.expect == Expect::Must(false) {
                    return Err(Trouble::TooIntricate(word.span.start));
                }
                self.frame().chained = true;
                self.expect = Expect::Must(false);
            }
            b"then" if closing => return self.next_part(&[Open::If], Open::Then, word.span),
            b"elif" if closing => return self.next_part(&[Open::Then], Open::If, word.span),
            b"else" if closing => return self.next_part(&[Open::Then], Open::Else, word.span),
            b"do" if closing => return self.next_part(&[Open::While], Open::Do, word.span),
            b"fi" if closing && matches!(open, Open::Then | Open::Else) => {
                return self.close(word.span);
            }
            b"done" if closing && open == Open::Do => return self.close(word.span),
            b"}" if closing && open == Open::Braces => return self.close(word.span),
            b"esac" if closing && open == Open::Branch => return self.close(word.span),
            b"then" | b"elif" | b"else" | b"do" | b"fi" | b"done" | b"}" | b"esac" => {
                return unexpected;
            }
            _ => return self.simple(word.span, Some(word)),
        }
        Ok(())
    }

    /// The next token that is not a newline must be a word.
    fn expect_word(&mut self, newlines: bool) -> Result<Word, Trouble> {
        loop {
            match self.token()? {
                Token::Word(word) => return Ok(word),
                Token::Operator(Operator::Newline, _) if newlines => {}
                Token::Operator(_, at) => {
                    return Err(Trouble::Syntax(at, "a word is missing before this"));
                }
            }
        }
    }

    fn redirect(&mut self, here: bool) -> Result<(), Trouble> {
        let strips_tabs = here && self.bytes[..self.lexer.at].ends_with(b"-");
        let target = self.expect_word(false)?;
        if here {
            self.lexer.here_document(target, strips_tabs)?;
        }
        Ok(())
    }

    fn for_loop(&mut self, keyword: Word) -> Result<(), Trouble> {
        let variable = self.expect_word(false)?;
        if !self.literal(&variable).is_some_and(is_name) {
            return Err(Trouble::Syntax(variable.span, "a loop needs the name of a variable"));
        }
        let mut command = self.command(keyword.span.to(variable.span), Kind::Touches);
        self.touch(&mut command, variable.span);
        command.condition = Some("within a loop");
        self.record(command);
        let mut newline = false;
        let mut listed = false;
        loop {
            match self.token()? {
                Token::Operator(Operator::Newline, _) => newline = true,
                Token::Operator(Operator::Semicolon, _) if !newline => newline = true,
                Token::Word(word) if self.literal(&word) == Some(b"in") && !listed => {
                    listed = true;
                    newline = false;
                    loop {
                        match self.token()? {
                            Token::Word(_) => {}
                            Token::Operator(Operator::Newline | Operator::Semicolon, _) => break,
                            Token::Operator(_, at) => {
                                return Err(Trouble::Syntax(at, "this is not expected here"));
                            }
                        }
                    }
                }
                Token::Word(word) if self.literal(&word) == Some(b"do") => {
                    self.push(Open::Do, keyword.span);
                    return Ok(());
                }
                Token::Word(word) => {
                    return Err(Trouble::Syntax(word.span, "`do` is missing before this"));
                }
                Token::Operator(_, at) => {
                    return Err(Trouble::Syntax(at, "`do` is missing before this"));
                }
            }
        }
    }

    fn case(&mut self, keyword: Word) -> Result<(), Trouble> {
        let subject = self.expect_word(false)?;
        let behind = self.expect_word(true)?;
        if self.literal(&behind) != Some(b"in") {
            return Err(Trouble::Syntax(behind.span, "`in` is missing before this"));
        }
        if subject.flags.has(Flags::SIDE_EFFECT) {
            let command = self.command(subject.span, Kind::Wild);
            self.record(command);
        }
        self.push(Open::Pattern, keyword.span);
        Ok(())
    }

    /// `a|b)`, of which the first word may have been read.
    fn pattern(&mut self, first: Option<Word>) -> Result<(), Trouble> {
        if first.is_none() {
            self.expect_word(false)?;
        }
        loop {
            match self.token()? {
                Token::Operator(Operator::Pipe, _) => {
                    self.expect_word(false)?;
                }
                Token::Operator(Operator::Close, _) => {
                    self.frame().open = Open::Branch;
                    self.expect = Expect::Command;
                    return Ok(());
                }
                Token::Word(Word { span, .. }) | Token::Operator(_, span) => {
                    return Err(Trouble::Syntax(span, "a `)` is missing before this"));
                }
            }
        }
    }

    fn command(&self, span: Span, kind: Kind) -> Command {
        let index = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let here = |length: usize| (index(length), index(length));
        Command {
            kind,
            span,
            words: here(self.parsed.words.len()),
            assigns: here(self.parsed.assigns.len()),
            touched: here(self.parsed.touched.len()),
            condition: None,
            read: true,
        }
    }

    fn touch(&mut self, command: &mut Command, name: Span) {
        self.parsed.touched.push(name);
        command.touched.1 += 1;
    }

    /// A simple command whose first word, or the target of whose first redirection, was read.
    fn simple(&mut self, start: Span, first: Option<Word>) -> Result<(), Trouble> {
        let mut command = self.command(start, Kind::Assign);
        let mut redirected = first.is_none();
        let mut next = first.map(Token::Word);
        loop {
            let token = match next.take() {
                Some(token) => token,
                None => self.token()?,
            };
            match token {
                Token::Word(word) => {
                    let digit = word.span.len() == 1
                        && self.bytes[word.span.start].is_ascii_digit()
                        && matches!(self.bytes.get(word.span.end), Some(b'<' | b'>'));
                    command.span = command.span.to(word.span);
                    if !digit {
                        self.add(&mut command, word)?;
                    }
                }
                Token::Operator(Operator::Redirect(here), _) => {
                    redirected = true;
                    self.redirect(here)?;
                    command.span.end = self.lexer.at;
                }
                Token::Operator(Operator::Open, at) => {
                    return self.function(&command, redirected, at);
                }
                other => {
                    self.put_back = Some(other);
                    break;
                }
            }
        }
        self.classify(&mut command, redirected)?;
        self.record(command);
        self.expect = Expect::Behind;
        Ok(())
    }

    fn add(&mut self, command: &mut Command, word: Word) -> Result<(), Trouble> {
        let text = self.text(word.span);
        if command.words.0 == command.words.1 {
            if let Ok((rest, variable)) = name(text) {
                if rest.first() == Some(&b'=') {
                    let end = word.span.start + variable.len();
                    self.parsed.assigns.push(Assign {
                        name: Span::new(word.span.start, end),
                        value: Span::new(end + 1, word.span.end),
                        flags: word.flags,
                    });
                    command.assigns.1 += 1;
                    return Ok(());
                }
                // A name that is continued on the next line.
                if rest.starts_with(b"\\\n") {
                    return Err(Trouble::TooIntricate(word.span.start));
                }
            }
        }
        self.parsed.words.push(word);
        command.words.1 += 1;
        Ok(())
    }

    /// `NAME (` was read.
    fn function(&mut self, command: &Command, redirected: bool, at: Span) -> Result<(), Trouble> {
        let words = &self.parsed.words[command.words.0 as usize..];
        let alone = words.len() == 1 && command.assigns.0 == command.assigns.1 && !redirected;
        let named = words.first().and_then(|word| self.literal(word)).filter(|name| is_name(name));
        let (true, Some(name)) = (alone, named) else {
            let array = alone || command.assigns.0 != command.assigns.1;
            return Err(Trouble::Syntax(
                at,
                if array {
                    "this is not expected here: the shell that reads this file has no lists"
                } else {
                    "this is not expected here"
                },
            ));
        };
        match self.token()? {
            Token::Operator(Operator::Close, _) => {}
            Token::Operator(_, span) | Token::Word(Word { span, .. }) => {
                return Err(Trouble::Syntax(span, "a `)` is missing before this"));
            }
        }
        self.functions.insert(name);
        self.parsed.words.truncate(command.words.0 as usize);
        self.function_next = true;
        self.expect = Expect::Must(true);
        Ok(())
    }

    fn record(&mut self, mut command: Command) {
        let function = std::mem::take(&mut self.function_next)
            || self.frames.iter().any(|frame| frame.function);
        let frame = *self.frame();
        let nested = self.frames.len() > 1;
        if function {
            command.condition = Some("within a function");
        } else if nested {
            command.condition = Some(frame.open.condition());
        } else if command.condition.is_none() && frame.chained {
            command.condition = Some("behind `&&`, `||`, `|` or `!`");
        } else if command.condition.is_none() && self.after_stop {
            command.condition = Some("behind a command that may end the file");
        }
        command.read = !self.dead && !self.stopping;
        let sub_shell = self.frames.iter().any(|frame| frame.open == Open::Parentheses);
        if command.kind == Kind::Stop && !function && !sub_shell {
            if nested || frame.chained {
                self.after_stop = true;
            } else {
                self.stopping = true;
            }
        }
        self.parsed.commands.push(command);
    }

    /// What the command does to the variables.
    fn classify(&mut self, command: &mut Command, redirected: bool) -> Result<(), Trouble> {
        let assigns = &self.parsed.assigns[command.assigns.0 as usize..];
        let mut side_effect = assigns.iter().any(|assign| assign.flags.has(Flags::SIDE_EFFECT));
        if command.words.0 == command.words.1 {
            // A redirection that fails ends the command, and an expansion may end the shell.
            command.kind = match (side_effect, redirected) {
                (false, false) => Kind::Assign,
                _ => Kind::Wild,
            };
            return Ok(());
        }
        let assigns = assigns.to_vec();
        let words = self.parsed.words[command.words.0 as usize..].to_vec();
        side_effect |= words.iter().any(|word| word.flags.has(Flags::SIDE_EFFECT));
        let first = &words[0];
        let Some(program) = self.literal(first) else {
            command.kind = Kind::Wild;
            return Ok(());
        };
        let arguments = &words[1..];
        let literals: Option<Vec<&[u8]>> =
            arguments.iter().map(|word| self.literal(word)).collect();
        let names = literals.filter(|all| all.iter().all(|name| is_name(name)));
        command.kind = match program {
            _ if side_effect || self.functions.contains(program) => Kind::Wild,
            b"alias" | b"unalias" => return Err(Trouble::TooIntricate(first.span.start)),
            b"exit" | b"return" => Kind::Stop,
            b"exec" if !arguments.is_empty() => Kind::Stop,
            b"export" if assigns.is_empty() && !redirected => self.export(command, arguments),
            b"." | b"eval" | b"set" | b"shift" | b"trap" | b"exec" | b"local" | b"command"
            | b"readonly" | b"export" | b"getopts" | b"source" | b"builtin" | b"declare"
            | b"typeset" => Kind::Wild,
            b":" | b"times" | b"break" | b"continue" if redirected => Kind::Wild,
            b"unset" | b"read" if names.is_some() && !redirected => {
                for name in arguments {
                    self.touch(command, name.span);
                }
                Kind::Touches
            }
            b"unset" | b"read" => Kind::Wild,
            b":" | b"times" | b"break" | b"continue" => Kind::Touches,
            b"cd" => Kind::Wild,
            _ => Kind::Plain,
        };
        // Before such a command an assignment lasts; before others it is only for the command.
        if command.kind == Kind::Touches {
            for assign in assigns {
                self.touch(command, assign.name);
            }
        }
        Ok(())
    }

    /// `export` with plain names and assignments turns the assignments into those of the command.
    fn export(&mut self, command: &mut Command, arguments: &[Word]) -> Kind {
        let mut assigns = Vec::new();
        for word in arguments {
            let text = self.text(word.span);
            match name(text) {
                Ok((b"", _)) => {}
                Ok((rest, variable)) if rest[0] == b'=' => {
                    let end = word.span.start + variable.len();
                    assigns.push(Assign {
                        name: Span::new(word.span.start, end),
                        value: Span::new(end + 1, word.span.end),
                        flags: word.flags,
                    });
                }
                _ => return Kind::Wild,
            }
        }
        for assign in assigns {
            self.parsed.assigns.push(assign);
            command.assigns.1 += 1;
        }
        Kind::Export
    }
}
