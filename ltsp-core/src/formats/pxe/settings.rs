//! Labels as sections, directives as keys: reading and surgical changes.

use super::directive::{Key, Scope, Takes, folds_to};
use super::document::{Line, NONE, PxeConf, is_global};
use super::grammar::{self, first_word, is_blank};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{
    Bytes, Document as _, Edit, Place, Setting, Settings, Source, Span, did_you_mean, line_end_near,
};

/// The directive that a caller names.
struct Wanted {
    key: Key,
    /// Which colour, of `menu color ELEMENT`.
    element: Option<Vec<u8>>,
    /// The directive as the caller calls it, in lower case.
    name: Vec<u8>,
}

impl Wanted {
    fn new(name: &[u8]) -> Result<Self> {
        let Some(key) = Key::of_name(name) else {
            let text = Bytes::from(name);
            let error = invalid(format!("pxelinux knows no directive {text:?}"));
            let known = super::DIRECTIVES.iter().map(|directive| directive.name);
            return Err(match did_you_mean(&text.text(), known) {
                Some(known) => error.help_with(format!("did you mean {known:?}?")),
                None => error,
            });
        };
        let words: Vec<&[u8]> =
            name.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty()).collect();
        let (words, element) = match words[..] {
            [ref directive @ .., element] if key == Key::MenuColor && directive.len() == 2 => {
                (directive, Some(element.to_ascii_lowercase()))
            }
            _ => (&words[..], None),
        };
        Ok(Self { key, element, name: words.join(&b' ').to_ascii_lowercase() })
    }

    /// The value that a line gives it, if it does.
    fn value_in(&self, conf: &PxeConf, line: &Line) -> Option<Span> {
        if line.key != self.key {
            return None;
        }
        let Some(element) = &self.element else { return Some(line.value) };
        let (word, rest) = first_word(conf.slice(line.value));
        let value = Span::new(line.value.end - rest.len(), line.value.end);
        folds_to(word, element).then_some(value)
    }
}

fn invalid(what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidInput, what)
}

impl PxeConf {
    fn section(&self, section: &[u8]) -> Result<usize> {
        self.label(section).ok_or_else(|| {
            let name = Bytes::from(section);
            let error = Error::new(ErrorKind::NotFound, format!("there is no label {name:?}"))
                .at(self.source.name());
            match self.similar_label(section) {
                Some(similar) => error.help_with(format!("did you mean {similar:?}?")),
                None => error,
            }
        })
    }

    /// The label that a mistyped name is nearest to.
    pub(super) fn similar_label(&self, name: &[u8]) -> Option<String> {
        /// Comparing with every label of a very long file would take too long.
        const MOST: usize = 2000;
        let labels = self.labels().iter().take(MOST);
        let names: Vec<&str> =
            labels.filter_map(|label| std::str::from_utf8(self.slice(label.name)).ok()).collect();
        did_you_mean(std::str::from_utf8(name).ok()?, names).map(ToOwned::to_owned)
    }

    /// The lines that give the directive a value in that section, with the value.
    fn found(&self, section: Option<usize>, wanted: &Wanted) -> Vec<(Line, Span)> {
        let value = |line: &Line| Some((*line, wanted.value_in(self, line)?));
        match section {
            Some(label) => self.lines_of(label).filter_map(value).collect(),
            None => self
                .lines()
                .iter()
                .filter(|line| {
                    line.key == wanted.key && is_global(line.key, line.label, line.depth)
                })
                .filter_map(value)
                .collect(),
        }
    }

    fn last(&self, section: Option<usize>, wanted: &Wanted) -> Option<(Line, Span)> {
        match section {
            None if wanted.element.is_none() => {
                let line = self.global(wanted.key)?;
                Some((*line, line.value))
            }
            None => self.found(None, wanted).pop(),
            Some(label) => self
                .lines_of(label)
                .rev()
                .find_map(|line| Some((*line, wanted.value_in(self, line)?))),
        }
    }

    /// What a caller may change, or why not.
    fn changeable(&self, section: Option<&[u8]>, wanted: &Wanted) -> Result<()> {
        let scope = wanted.key.scope();
        let name = Bytes::from(&wanted.name[..]);
        match (scope, section) {
            (Some(Scope::Structure) | None, _) => {
                Err(invalid(format!("{name} is no setting: it begins, ends or fetches something"))
                    .help_with("change it with an editor"))
            }
            (Some(Scope::Global | Scope::Menu), Some(_)) => {
                Err(invalid(format!("{name} counts for the whole configuration, not for a label")))
            }
            (Some(Scope::Label | Scope::LabelOrMenu), None)
                if !matches!(wanted.key, Key::MenuSave | Key::MenuNoSave) =>
            {
                Err(invalid(format!("{name} counts only in a label")))
            }
            _ => Ok(()),
        }
    }

    /// An edit of a line is only safe where the line is whole.
    fn whole(&self, line: &Line) -> Result<()> {
        let bytes = self.source.bytes();
        let starts = line.span.start == 0 || bytes[line.span.start - 1] == b'\n';
        let ends = line.span.end == bytes.len() || bytes[line.span.end - 1] == b'\n';
        if starts && ends {
            return Ok(());
        }
        let place = Place::new(&self.source, line.span);
        Err(invalid("the line is too long for pxelinux, which reads it as several")
            .at(&*place.file)
            .at_line(place.line, place.column))
    }

    /// Makes `edits`; takes them back if the result is not what was asked for.
    fn attempt(&mut self, edits: &[Edit], is_right: impl Fn(&Self) -> bool) -> Result<()> {
        let before = self.clone();
        self.edit(edits)?;
        if is_right(self) && self.labels().len() >= before.labels().len() {
            return Ok(());
        }
        let place = edits.first().map(|edit| Place::new(&before.source, edit.span));
        *self = before;
        let error = invalid("pxelinux would not read that line as it was meant")
            .help_with("a line has at most 4094 bytes, and no line end or NUL in it; see what check says about the lines above");
        Err(match place {
            Some(place) => error.at(&*place.file).at_line(place.line, place.column),
            None => error,
        })
    }

    /// A new line of that section: where, and what.
    fn new_line(&self, section: Option<usize>, name: &[u8], value: &[u8]) -> Edit {
        let bytes = self.source.bytes();
        let is_include = |line: &Line| matches!(line.key, Key::Include | Key::MenuInclude);
        let end_of = |line: &Line| self.source.whole_line_at(line.span.end.max(1) - 1).end;
        let (at, model) = match section {
            Some(label) => {
                let first = self.lines()[self.labels()[label].first];
                let own = || self.lines_of(label).take_while(|line| !is_include(line));
                let last = own().last().unwrap_or(&first);
                let has_style = |line: &&Line| !matches!(line.key, Key::TextHelp | Key::OtherText);
                let others = || {
                    self.lines().iter().find(|line| {
                        line.key.scope().is_some_and(|scope| {
                            matches!(scope, Scope::Label | Scope::LabelOrGlobal)
                        })
                    })
                };
                (end_of(last), own().filter(has_style).last().or_else(others).copied())
            }
            None => {
                let header = self.lines().iter().take_while(|line| {
                    !is_include(line)
                        && !matches!(line.key, Key::Label | Key::MenuBegin | Key::MenuSeparator)
                });
                let model =
                    header.filter(|line| is_global(line.key, line.label, line.depth)).last();
                (model.map_or_else(|| self.behind_comments(), end_of), model.copied())
            }
        };
        let mut line = match model {
            Some(model) => self.indent(&model).to_vec(),
            None if section.is_some() => b"  ".to_vec(),
            None => Vec::new(),
        };
        line.extend(self.in_style(name, model.as_ref()));
        if !value.is_empty() {
            let tab = model.is_some_and(|model| {
                self.slice(Span::new(model.keyword.end, model.value.start.max(model.keyword.end)))
                    == b"\t"
            });
            line.push(if tab { b'\t' } else { b' ' });
            line.extend_from_slice(value);
        }
        self.as_line(at, bytes, line)
    }

    /// `line` as an own line at `at`, with the line ends that it needs.
    fn as_line(&self, at: usize, bytes: &[u8], mut line: Vec<u8>) -> Edit {
        let end = line_end_near(&self.source, at);
        if at == 0 || bytes[at - 1] == b'\n' {
            line.extend_from_slice(end);
        } else {
            line.splice(0..0, end.iter().copied());
        }
        Edit::insert(at, line)
    }

    fn indent(&self, line: &Line) -> &[u8] {
        let start = self.source.whole_line_at(line.keyword.start).start;
        let indent = self.slice(Span::new(start, line.keyword.start));
        if indent.iter().all(|byte| matches!(byte, b' ' | b'\t')) { indent } else { b"" }
    }

    /// `name` in upper case if the neighbour is.
    fn in_style(&self, name: &[u8], model: Option<&Line>) -> Vec<u8> {
        let keyword = model.map_or(&b""[..], |model| self.slice(model.keyword));
        let upper = !keyword.is_empty() && !keyword.iter().any(u8::is_ascii_lowercase);
        if upper { name.to_ascii_uppercase() } else { name.to_vec() }
    }

    /// Behind the comments that the file begins with.
    fn behind_comments(&self) -> usize {
        let lines = (1..).map_while(|number| self.source.whole_line(number));
        lines
            .take_while(|line| self.slice(*line).starts_with(b"#"))
            .last()
            .map_or(0, |line| line.end)
    }

    /// The lines of `section` that are comments, without those inside a TEXT.
    fn comments(&self, section: Option<usize>, scope: Option<Scope>) -> Vec<Span> {
        let lines = self.lines();
        let begins = |line: &&Line| {
            matches!(
                line.key,
                Key::Label
                    | Key::MenuBegin
                    | Key::MenuEnd
                    | Key::MenuSeparator
                    | Key::Include
                    | Key::MenuInclude
            )
        };
        let end = self.source.bytes().len();
        let (mut at, to) = match section {
            Some(label) => {
                let first = self.labels()[label].first;
                let next = lines[first + 1..].iter().find(begins);
                (lines[first].span.end, next.map_or(end, |line| line.span.start))
            }
            None if scope == Some(Scope::Global) => (0, end),
            None => (0, lines.iter().find(begins).map_or(end, |line| line.span.start)),
        };
        let mut texts = lines
            .iter()
            .filter(|line| matches!(line.key, Key::TextHelp | Key::OtherText))
            .map(|line| line.span)
            .peekable();
        let mut comments = Vec::new();
        while at < to {
            while texts.next_if(|text| text.end <= at).is_some() {}
            if let Some(text) = texts.peek().filter(|text| text.start <= at) {
                at = text.end;
                continue;
            }
            let (text_end, next) = grammar::read(self.source.bytes(), at);
            comments.push(Span::new(at, text_end));
            at = next;
        }
        comments
    }
}

/// Whether the value is one that the directive takes.
fn check_value(wanted: &Wanted, value: &[u8]) -> Result<()> {
    let name = Bytes::from(&wanted.name[..]);
    let refuse = |why: &str| Err(invalid(format!("{name} takes {why}")));
    if value.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0)) {
        return refuse("one line, without line ends and NULs");
    }
    if value.first().is_some_and(|byte| is_blank(*byte)) {
        return refuse("no blank or control character at the beginning: it would be skipped");
    }
    let has_blank = value.iter().any(|byte| is_blank(*byte));
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let takes = wanted.key.directive().map_or(Takes::Text, |directive| directive.takes);
    match takes {
        Takes::Nothing if !value.is_empty() => refuse("no value"),
        Takes::File if value.is_empty() => refuse("a file's name"),
        Takes::Word if value.is_empty() || has_blank => refuse("one word"),
        Takes::Tenths if !digits(value) || value.len() > 9 => {
            refuse("a number of tenths of a second, such as 50 for five seconds")
        }
        Takes::Number if !digits(value.strip_prefix(b"-").unwrap_or(value)) || value.len() > 9 => {
            refuse("a number")
        }
        Takes::Bits if !grammar::mask(value).1 || value.starts_with(b"-") => {
            refuse("a number: the sum of 1 (ip=), 2 (BOOTIF=), 4 (SYSUUID=), ...")
        }
        _ => Ok(()),
    }
}

impl Settings for PxeConf {
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        let section = section.map(|section| self.section(section)).transpose()?;
        let Ok(wanted) = Wanted::new(key) else { return Ok(None) };
        Ok(self.last(section, &wanted).map(|(line, value)| {
            (self.slice(value).into(), Place::new(&self.source, line.keyword))
        }))
    }

    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        let wanted = Wanted::new(key)?;
        self.changeable(section, &wanted)?;
        check_value(&wanted, value)?;
        let before = self.clone();
        let result = self.set_line(section, &wanted, value);
        if result.is_err() {
            *self = before;
        }
        result
    }

    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let label = section.map(|section| self.section(section)).transpose()?;
        let Ok(wanted) = Wanted::new(key) else { return Ok(false) };
        let found = self.found(label, &wanted);
        if found.is_empty() {
            return Ok(false);
        }
        let mut edits = Vec::with_capacity(found.len());
        for (line, _) in &found {
            self.whole(line)?;
            edits.push(Edit::delete(line.span));
        }
        let lines = self.lines().len();
        self.attempt(&edits, |after| after.lines().len() + found.len() == lines)?;
        Ok(true)
    }

    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let label = section.map(|section| self.section(section)).transpose()?;
        let Ok(wanted) = Wanted::new(key) else { return Ok(false) };
        let found = self.found(label, &wanted);
        if found.is_empty() {
            return Ok(false);
        }
        if wanted.key == Key::TextHelp {
            return Err(invalid("a help text cannot be made a comment: its lines would be read"));
        }
        let mut edits = Vec::with_capacity(found.len());
        for (line, _) in &found {
            self.whole(line)?;
            edits.push(Edit::insert(line.keyword.start, "#"));
        }
        let lines = self.lines().len();
        self.attempt(&edits, |after| after.lines().len() + found.len() == lines)?;
        Ok(true)
    }

    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let label = section.map(|section| self.section(section)).transpose()?;
        let wanted = Wanted::new(key)?;
        self.changeable(section, &wanted)?;
        let bytes = self.source.bytes();
        let mut found: Option<(bool, Span, Bytes)> = None;
        for comment in self.comments(label, wanted.key.scope()) {
            let text = self.slice(comment);
            let Some(hash) = text.iter().position(|byte| !is_blank(*byte)) else { continue };
            let signs = text[hash..].iter().take_while(|byte| **byte == b'#').count();
            let from = comment.start + hash;
            let Some(raw) = (signs > 0)
                .then(|| grammar::line(bytes, from + signs, comment.end))
                .flatten()
                .filter(|raw| raw.key == wanted.key)
            else {
                continue;
            };
            let mut value = raw.value;
            if let Some(element) = &wanted.element {
                let (word, rest) = first_word(self.slice(raw.value));
                if !folds_to(word, element) {
                    continue;
                }
                value.start = value.end - rest.len();
            }
            // `#KEY` is an example; `# key ...` may be prose.
            let tight = raw.keyword.start == from + signs;
            if tight || found.as_ref().is_none_or(|(tight, ..)| !tight) {
                let signs = Span::new(from, raw.keyword.start);
                found = Some((tight, signs, self.slice(value).into()));
            }
        }
        let Some((_, signs, value)) = found else { return Ok(false) };
        let lines = self.lines().len();
        self.attempt(&[Edit::delete(signs)], |after| {
            let label = section.map(|section| after.label(section));
            after.lines().len() == lines + 1
                && label != Some(None)
                && after
                    .found(label.flatten(), &wanted)
                    .iter()
                    .any(|(_, found)| after.slice(*found) == &value[..])
        })?;
        Ok(true)
    }

    fn add_section(&mut self, section: &[u8]) -> Result<bool> {
        if section.is_empty() || section.iter().any(|byte| is_blank(*byte)) {
            let name = Bytes::from(section);
            return Err(invalid(format!("{name:?} cannot be a label"))
                .help_with("a label is one word, without blanks and control characters"));
        }
        if self.label(section).is_some() {
            return Ok(false);
        }
        let first = self.labels().first().map(|label| self.lines()[label.first]);
        let name = self.in_style(b"label", first.as_ref());
        let mut line = first.map_or(Vec::new(), |first| self.indent(&first).to_vec());
        line.extend_from_slice(&name);
        line.push(b' ');
        line.extend_from_slice(section);
        let end = self.source.bytes().len();
        let mut edit = self.as_line(end, self.source.bytes(), line);
        // Labels stand apart, unless those of this file do not.
        let apart = self.labels().iter().skip(1).all(|label| self.is_apart(label.first));
        if apart && end > 0 && !self.ends_apart() {
            let line_end = line_end_near(&self.source, end);
            edit.text = [line_end, &edit.text[..]].concat().into();
        }
        let labels = self.labels().len();
        self.attempt(&[edit], |after| {
            after.labels().len() == labels + 1 && after.label(section).is_some()
        })?;
        Ok(true)
    }

    /// Without those that count only in a submenu, and those that are not read.
    fn settings(&self) -> Vec<Setting> {
        let mut settings = Vec::with_capacity(self.lines().len());
        for line in self.lines() {
            let global = is_global(line.key, line.label, line.depth);
            let in_label = !global && line.label != NONE;
            let structure = matches!(line.key.scope(), None | Some(Scope::Structure | Scope::Menu));
            if !global && (!in_label || structure) {
                continue;
            }
            let label = in_label.then(|| self.labels()[line.label as usize].name);
            let (mut keyword, mut value) = (line.keyword, line.value);
            if line.key == Key::MenuColor {
                let (word, rest) = first_word(self.slice(value));
                keyword.end = value.start + word.len();
                value.start = value.end - rest.len();
            }
            settings.push(Setting {
                section: label.map(|label| self.slice(label).into()),
                key: self.slice(keyword).into(),
                value: self.slice(value).into(),
                place: Place::new(&self.source, line.keyword),
            });
        }
        settings
    }

    fn sections(&self) -> Vec<(Bytes, Place)> {
        self.labels()
            .iter()
            .map(|label| (self.slice(label.name).into(), Place::new(&self.source, label.name)))
            .collect()
    }
}

impl PxeConf {
    fn set_line(&mut self, section: Option<&[u8]>, wanted: &Wanted, value: &[u8]) -> Result<()> {
        if let Some(section) = section {
            self.add_section(section)?;
        }
        let label = section.map(|section| self.section(section)).transpose()?;
        // Of the directives that say what a label boots the last counts, whatever its name.
        let counts = match label.filter(|_| wanted.key.is_image()) {
            Some(label) => self
                .lines_of(label)
                .rev()
                .find(|line| line.key.is_image())
                .map(|line| (*line, line.value)),
            None => self.last(label, wanted),
        };
        let mut edits = Vec::new();
        match counts {
            Some((line, old)) => {
                self.whole(&line)?;
                if line.key != wanted.key {
                    let name = self.in_style(&wanted.name, Some(&line));
                    edits.push(Edit::replace(line.keyword, name));
                }
                if old.is_empty() && old.start == line.keyword.end && !value.is_empty() {
                    edits.push(Edit::insert(old.start, [b" ", value].concat()));
                } else {
                    edits.push(Edit::replace(old, value));
                }
            }
            None => {
                let name = match &wanted.element {
                    Some(element) => [&wanted.name[..], b" ", element].concat(),
                    None => wanted.name.clone(),
                };
                edits.push(self.new_line(label, &name, value));
            }
        }
        let lines = self.lines().len() + usize::from(counts.is_none());
        self.attempt(&edits, |after| {
            let label = section.map(|section| after.label(section));
            after.lines().len() == lines
                && label != Some(None)
                && after
                    .last(label.flatten(), wanted)
                    .is_some_and(|(_, found)| after.slice(found) == value)
        })
    }

    /// Whether the line before this one is empty.
    fn is_apart(&self, line: usize) -> bool {
        let start = self.source.whole_line_at(self.lines()[line].span.start).start;
        start == 0 || is_empty_line(&self.source, start)
    }

    fn ends_apart(&self) -> bool {
        is_empty_line(&self.source, self.source.bytes().len())
    }
}

/// Whether the line that ends at `at` has only blanks.
fn is_empty_line(source: &Source, at: usize) -> bool {
    let line = source.whole_line_at(at - 1);
    source.slice(Span::new(line.start, at)).iter().all(|byte| is_blank(*byte))
}
