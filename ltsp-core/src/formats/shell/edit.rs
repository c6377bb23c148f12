//! Changing a file of assignments.

use super::document::ShellConf;
use super::lexer::is_name;
use super::parser::{Assign, Command, Kind};
use super::quote::{Style, quote};
use super::resolve::{Certainty, Variable};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Document, Edit, Place, Setting, Settings, Span};

/// There are no sections.
impl Settings for ShellConf {
    /// The value that the file gives the variable. If only running it tells that, an
    /// [`ErrorKind::Unsupported`] says why and where.
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        self.no_section(section, ErrorKind::NotFound)?;
        match self.variables().iter().find(|variable| *variable.name == *key) {
            None => Ok(None),
            Some(Variable { value: Some(value), place, .. }) => {
                Ok(Some((value.clone(), place.clone())))
            }
            Some(Variable { certainty, place, .. }) => {
                let why = match certainty {
                    Certainty::Known => "its value is not known",
                    Certainty::Conditional(why) | Certainty::Code(why) => why,
                };
                let what = format!("the value of {} is not certain: {why}", Bytes::from(key));
                Err(Error::new(ErrorKind::Unsupported, what)
                    .at(self.source().name())
                    .at_line(place.line, place.column))
            }
        }
    }

    /// Changes the last assignment that is carried out in any case, or adds one at the end.
    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        self.no_section(section, ErrorKind::InvalidInput)?;
        if !is_name(key) {
            return Err(self.refuse(format!("{} is no name of a variable", Bytes::from(key))));
        }
        if value.contains(&0) {
            return Err(self.refuse("a value has no NUL bytes"));
        }
        if self.known(key).is_some_and(|known| known == value) {
            return Ok(());
        }
        let place = self.assignments(key).filter(|(command, _)| command.condition.is_none()).last();
        if let Some((_, assign)) = place {
            let style = Style::of(self.source().slice(assign.value));
            let edit = Edit::replace(assign.value, quote(value, style));
            if self.try_edit(&[edit], Some((key, value))).is_ok() {
                return Ok(());
            }
        }
        let edit = self.new_line(key, value);
        self.try_edit(&[edit], Some((key, value)))
    }

    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::NotFound)?;
        let mut edits = Vec::new();
        let mut last = None;
        for (command, assign) in self.assignments(key) {
            if command.condition.is_some() {
                return Err(self.within_code(assign.name));
            }
            let assigns = self.parsed().assigns(&command);
            let alone = self.only_assigns(&command)
                && assigns.iter().all(|assign| self.source().slice(assign.name) == key);
            if !alone {
                edits.push(Edit::delete(self.word(&assign)));
            } else if last != Some(command.span) {
                edits.push(Edit::delete(self.extent(&command)));
            }
            last = Some(command.span);
        }
        if edits.is_empty() {
            return Ok(false);
        }
        self.try_edit(&edits, None)?;
        Ok(true)
    }

    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::NotFound)?;
        let mut edits = Vec::new();
        for (command, assign) in self.assignments(key) {
            if command.condition.is_some() {
                return Err(self.within_code(assign.name));
            }
            let alone = self.parsed().assigns(&command).len() == 1 && self.only_assigns(&command);
            let Some(lines) = self.lines_of(command.span).filter(|_| alone) else {
                let place = Place::new(self.source(), assign.name);
                let what = "this assignment shares its line with something else";
                return Err(self.refuse(what).at_line(place.line, place.column));
            };
            let mut at = lines.start;
            while at < lines.end {
                let whole = self.source().whole_line_at(at);
                let text = self.source().slice(whole);
                let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                edits.push(Edit::insert(at + blanks, "#"));
                at = whole.end;
            }
        }
        if edits.is_empty() {
            return Ok(false);
        }
        self.try_edit(&edits, None)?;
        Ok(true)
    }

    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::InvalidInput)?;
        let comments = self.parsed().comments.clone();
        for (number, comment) in comments.iter().enumerate().rev() {
            let Some(value) = self.commented(&comments[number..], key) else { continue };
            let marks: Vec<Edit> = value.1.into_iter().map(Edit::delete).collect();
            // The comment itself tells the value, unless that is code.
            let wanted = value.0;
            self.try_edit(&marks, wanted.as_deref().map(|wanted| (key, wanted))).map_err(
                |error| {
                    let place = Place::new(self.source(), *comment);
                    error.at_line(place.line, place.column)
                },
            )?;
            return Ok(true);
        }
        Ok(false)
    }

    fn add_section(&mut self, _section: &[u8]) -> Result<bool> {
        Err(self.refuse("a file of assignments has no sections"))
    }

    /// Every assignment; the value of one whose value is not certain stands as it is written.
    fn settings(&self) -> Vec<Setting> {
        let source = self.source();
        let variables: std::collections::HashMap<&[u8], &Variable> =
            self.variables().iter().map(|variable| (&*variable.name, variable)).collect();
        let mut settings = Vec::new();
        for command in &self.parsed().commands {
            for assign in self.parsed().assigns(command) {
                if !matches!(command.kind, Kind::Assign | Kind::Export) {
                    continue;
                }
                let name = source.slice(assign.name);
                let span = assign.name.to(assign.value);
                let raw = source.slice(assign.value);
                let variable = variables.get(name);
                let decided = variable.filter(|variable| variable.place.span == span);
                let hidden = variable.and_then(|variable| {
                    variable.hidden.iter().find(|(_, place)| place.span == span)
                });
                let value = decided
                    .and_then(|variable| variable.value.clone())
                    .or_else(|| hidden.map(|(value, _)| value.clone()))
                    .unwrap_or_else(|| raw.into());
                settings.push(Setting {
                    section: None,
                    key: name.into(),
                    value,
                    place: Place::new(source, span),
                });
            }
        }
        settings
    }

    fn sections(&self) -> Vec<(Bytes, Place)> {
        Vec::new()
    }
}

impl ShellConf {
    fn no_section(&self, section: Option<&[u8]>, kind: ErrorKind) -> Result<()> {
        match section {
            None => Ok(()),
            Some(_) => {
                let what = "a file of assignments has no sections";
                Err(Error::new(kind, what).at(self.source().name()))
            }
        }
    }

    fn refuse(&self, what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::InvalidInput, what).at(self.source().name())
    }

    fn within_code(&self, span: Span) -> Error {
        let place = Place::new(self.source(), span);
        self.refuse("this assignment is part of code, which is not changed here")
            .at_line(place.line, place.column)
    }

    fn known(&self, key: &[u8]) -> Option<&[u8]> {
        let variable = self.variables().iter().find(|variable| *variable.name == *key)?;
        variable.value.as_deref()
    }

    /// Every assignment of that variable that the shell comes to.
    fn assignments<'a>(&'a self, key: &'a [u8]) -> impl Iterator<Item = (Command, Assign)> + 'a {
        let assigning = |command: &&Command| {
            command.read && matches!(command.kind, Kind::Assign | Kind::Export)
        };
        self.parsed().commands.iter().filter(assigning).flat_map(move |command| {
            let assigns = self.parsed().assigns(command).iter();
            assigns
                .filter(move |assign| self.source().slice(assign.name) == key)
                .map(move |assign| (*command, *assign))
        })
    }

    /// Makes the edits if the variable then has that value, and if nothing else changes: neither
    /// the other variables nor what is wrong with the file.
    fn try_edit(&mut self, edits: &[Edit], wanted: Option<(&[u8], &[u8])>) -> Result<()> {
        let mut after = self.clone();
        after.edit(edits)?;
        let worse = after.parsed().errors.len() > self.parsed().errors.len()
            || (after.parsed().intricate.is_some() && self.parsed().intricate.is_none());
        if let Some((span, what)) = after.parsed().errors.first().filter(|_| worse) {
            return Err(self.refuse(format!(
                "the file would be wrong in line {}: {what}",
                after.source().position(span.start).line
            )));
        }
        let commands = after.parsed().commands.len() > self.parsed().commands.len() + 1;
        if worse || commands {
            return Err(self.refuse("more than this variable would change"));
        }
        match wanted {
            Some((key, value)) if after.known(key) != Some(value) => {
                let why = match after.get(None, key) {
                    Err(error) => error.message(),
                    Ok(_) => "the shell does not come to the end of the file".to_owned(),
                };
                Err(self.refuse(format!("the new value would not count: {why}")))
            }
            _ => {
                *self = after;
                Ok(())
            }
        }
    }

    /// `KEY=value` at the end of the file, written as the last assignment is.
    fn new_line(&self, key: &[u8], value: &[u8]) -> Edit {
        let source = self.source();
        let bytes = source.bytes();
        let assigning = |command: &&Command| matches!(command.kind, Kind::Assign | Kind::Export);
        let last = self.parsed().commands.iter().rev().filter(assigning).find_map(|command| {
            self.parsed().assigns(command).last().map(|assign| (command, assign))
        });
        let style = last.map_or(Style::Double, |(_, assign)| Style::of(source.slice(assign.value)));
        let export = last.is_some_and(|(command, _)| {
            command.kind == Kind::Export && command.condition.is_none()
        });
        let mut text = Vec::new();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            text.push(b'\n');
        }
        if export {
            text.extend_from_slice(b"export ");
        }
        text.extend_from_slice(key);
        text.push(b'=');
        text.extend(quote(value, style));
        // Where lines end with a carriage return too, it would become part of the value.
        text.push(b'\n');
        Edit::insert(bytes.len(), text)
    }

    /// The whole lines that the span takes, if there is nothing else on them but blanks and a
    /// comment.
    fn lines_of(&self, span: Span) -> Option<Span> {
        let bytes = self.source().bytes();
        let start = self.source().whole_line_at(span.start).start;
        let end = self.source().whole_line_at(span.end).end;
        let before = &bytes[start..span.start];
        let behind = bytes[span.end..end].trim_ascii_start();
        let alone =
            before.trim_ascii().is_empty() && (behind.is_empty() || behind.starts_with(b"#"));
        alone.then(|| Span::new(start, end))
    }

    /// Whether the command does nothing else: `export` may name variables too.
    fn only_assigns(&self, command: &Command) -> bool {
        let words = self.parsed().words(command).len();
        words.saturating_sub(1) <= self.parsed().assigns(command).len()
    }

    /// The assignment and the blanks behind it.
    fn word(&self, assign: &Assign) -> Span {
        let behind = &self.source().bytes()[assign.value.end..];
        let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        Span::new(assign.name.start, assign.value.end + blanks)
    }

    /// What goes when the command goes: its lines, or itself with the semicolon behind it.
    fn extent(&self, command: &Command) -> Span {
        let bytes = self.source().bytes();
        if let Some(lines) = self.lines_of(command.span) {
            return lines;
        }
        let behind = &bytes[command.span.end..];
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let mut end = behind.iter().take_while(blank).count();
        if behind.get(end) == Some(&b';') {
            end += 1;
            end += behind[end..].iter().take_while(blank).count();
        } else {
            end = 0;
        }
        Span::new(command.span.start, command.span.end + end)
    }

    /// If these comments, from the first on, are a commented-out assignment of that variable: its
    /// value, if that can be told, and the comment marks.
    fn commented(&self, comments: &[Span], key: &[u8]) -> Option<(Option<Vec<u8>>, Vec<Span>)> {
        /// A value of more lines is not looked for.
        const MOST_LINES: usize = 50;
        let source = self.source();
        let mut text = Vec::new();
        let mut marks = Vec::new();
        let mut line_before: Option<u64> = None;
        for comment in comments.iter().take(MOST_LINES) {
            let line = source.position(comment.start).line;
            let whole = source.whole_line_at(comment.start);
            let indent = source.bytes()[whole.start..comment.start].trim_ascii().is_empty();
            if !indent || line_before.is_some_and(|before| line != before + 1) {
                return None;
            }
            line_before = Some(line);
            let inner = source.slice(*comment);
            let first = marks.is_empty();
            let length = if first {
                inner.iter().take_while(|byte| matches!(byte, b'#' | b' ' | b'\t')).count()
            } else {
                1
            };
            marks.push(Span::new(comment.start, comment.start + length));
            text.extend_from_slice(&inner[length..]);
            text.push(b'\n');
            let start = text.strip_prefix(b"export").map_or(&text[..], <[u8]>::trim_ascii_start);
            if start.strip_prefix(key).is_none_or(|rest| rest.first() != Some(&b'=')) {
                return None;
            }
            let alone = Self::parse(source.with_bytes(text.clone()));
            let commands = &alone.parsed().commands;
            let whole = alone.parsed().errors.is_empty() && alone.parsed().intricate.is_none();
            let assigns = matches!(
                &commands[..],
                [Command { kind: Kind::Assign | Kind::Export, condition: None, .. }]
            );
            if whole && assigns && alone.parsed().assigns(&commands[0]).len() == 1 {
                let value = alone.known(key).map(<[u8]>::to_vec);
                return Some((value, marks));
            }
            if whole {
                return None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    fn conf(text: &str) -> ShellConf {
        ShellConf::parse(Source::new("x.conf", text))
    }

    fn text(conf: &ShellConf) -> &str {
        std::str::from_utf8(conf.to_bytes()).expect("text")
    }

    #[test]
    fn a_value_is_changed_in_place_and_quoted_as_it_was() {
        for (before, value, after) in [
            ("# c\n  A=1 # why\nB=2\n", "3", "# c\n  A=3 # why\nB=2\n"),
            ("A='x'; B=2\n", "it's", "A=\"it's\"; B=2\n"),
            ("A=\"x\"\n", "$y", "A=\"\\$y\"\n"),
            ("export A=1 B=2", "a b", "export A=\"a b\" B=2"),
            ("A=1\r\nB=2\r\n", "9", "A=9\nB=2\r\n"),
            ("A=$(date)\n", "9", "A=9\n"),
            ("A=1\nif x; then A=2; fi\n", "3", "A=1\nif x; then A=2; fi\nA=3\n"),
            ("B='x'", "3", "B='x'\nA='3'\n"),
            ("", "3", "A=\"3\"\n"),
            ("A=1\nA=2\n", "1", "A=1\nA=1\n"),
            ("A=1\n", "two\nlines", "A=\"two\nlines\"\n"),
        ] {
            let mut conf = conf(before);
            conf.set(None, b"A", value.as_bytes()).expect(before);
            assert_eq!(text(&conf), after, "{before:?}");
            let (read, _) = conf.get(None, b"A").expect("no section").expect("it was set");
            assert_eq!(read, *value);
        }
    }

    #[test]
    fn what_would_not_count_is_refused_and_nothing_is_changed() {
        for before in ["exit 0\n", "B='x\n", "if x; then\n", "return\nA=2\n"] {
            let mut conf = conf(before);
            let error = conf.set(None, b"A", b"1").expect_err(before);
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(text(&conf), before);
        }
        assert!(conf("").set(None, b"A-B", b"1").is_err());
        assert!(conf("").set(None, b"A", b"\0").is_err());
        assert!(conf("").set(Some(b"s"), b"A", b"1").is_err());
        let error = conf("A=1\n. ./other\n").get(None, b"A").expect_err("code may change it");
        assert_eq!((error.kind(), error.line()), (ErrorKind::Unsupported, Some(2)));
    }

    #[test]
    fn assignments_are_removed_with_what_belongs_to_them() {
        for (before, after) in [
            ("A=1\nB=2\n", "B=2\n"),
            ("B=1\n  A=\"x\n y\" # why\nC=2\n", "B=1\nC=2\n"),
            ("A=1; B=2\n", "B=2\n"),
            ("B=2; A=1\n", "B=2; \n"),
            ("A=1 B=2\n", "B=2\n"),
            ("export A=1\nexport B=2 A=1\n", "export B=2 \n"),
            ("export A=1 B\n", "export B\n"),
            ("A=1\nA=2\n", ""),
        ] {
            let mut conf = conf(before);
            assert!(conf.unset(None, b"A").expect(before), "{before:?}");
            assert_eq!(text(&conf), after, "{before:?}");
            assert!(!conf.unset(None, b"A").expect(before));
        }
        let mut conf = conf("if x; then A=1; fi\n");
        assert!(conf.unset(None, b"A").is_err());
    }

    #[test]
    fn assignments_are_commented_out_and_uncommented() {
        let mut conf = conf("# A is for prose\n  A=\"x\ny\"\n#A=old\nB=1; C=2\n");
        assert!(conf.comment_out(None, b"A").expect("no section"));
        assert_eq!(text(&conf), "# A is for prose\n  #A=\"x\n#y\"\n#A=old\nB=1; C=2\n");
        assert!(!conf.comment_out(None, b"A").expect("no section"));
        assert!(conf.comment_out(None, b"C").is_err());
        assert!(conf.uncomment(None, b"A").expect("no section"));
        assert_eq!(text(&conf), "# A is for prose\n  #A=\"x\n#y\"\nA=old\nB=1; C=2\n");
        assert!(conf.uncomment(None, b"A").is_err(), "the later one would still count");
        assert!(conf.unset(None, b"A").expect("no section"));
        assert!(conf.uncomment(None, b"A").expect("no section"));
        assert_eq!(text(&conf), "# A is for prose\n  A=\"x\ny\"\nB=1; C=2\n");
        assert!(!conf.uncomment(None, b"ZZ").expect("no section"));
    }
}
