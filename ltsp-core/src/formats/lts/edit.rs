//! Changing one setting and nothing else.
//!
//! Every change is made on a copy and read again: it counts only if all other settings are what
//! they were.

use super::document::{Body, LtsConf};
use super::lexer::{SPECIAL, is_space};
use super::line::{declared_in, header_in};
use super::params::is_shell_name;
use super::parser::Declaration;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{
    Bytes, Document, Edit, Place, Setting, Settings, Source, Span, apply, line_end, line_end_near,
};

/// A setting as it is read: section, key, value.
type Read<'a> = (usize, &'a [u8], &'a [u8]);

fn settings(body: &Body) -> Vec<Read<'_>> {
    let all = (0..body.parsed.sections.len())
        .flat_map(|section| body.parsed.of(section).iter().map(move |one| (section, one)));
    all.map(|(section, one)| (section, body.text(one.key), body.text(one.value))).collect()
}

fn invalid(source: &Source, what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, what.into()).at(source.name())
}

/// Why the format cannot hold a text at all.
fn check_text(source: &Source, what: &str, text: &[u8]) -> Result<()> {
    let byte = text.iter().find(|byte| matches!(byte, 0 | b'\n'));
    match byte {
        Some(b'\n') => Err(invalid(source, format!("a {what} of lts.conf cannot hold a newline"))),
        Some(_) => Err(invalid(source, format!("a {what} of lts.conf cannot hold a NUL byte"))),
        None => Ok(()),
    }
}

fn needs_quotes(text: &[u8]) -> bool {
    text.is_empty()
        || text.iter().any(|byte| SPECIAL.contains(byte))
        || text.first().is_some_and(|byte| is_space(*byte))
        || text.last().is_some_and(|byte| is_space(*byte))
}

fn written(text: &[u8], quoted: bool) -> Vec<u8> {
    if quoted { [b"\"", text, b"\""].concat() } else { text.to_vec() }
}

/// The ways to write a text, the most fitting first.
fn spellings(text: &[u8], quoted: bool) -> Vec<Vec<u8>> {
    match (needs_quotes(text), quoted) {
        (true, _) => vec![written(text, true)],
        (false, true) => vec![written(text, true), written(text, false)],
        (false, false) => vec![written(text, false), written(text, true)],
    }
}

/// How a declaration is set: what stands before the key and around `=`, and whether its value has
/// quotes.
#[derive(Clone)]
struct Style {
    indent: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
    quoted: bool,
}

impl LtsConf {
    fn style(&self, like: Option<&Declaration>) -> Style {
        let bytes = self.source().bytes();
        let like = like.or_else(|| self.body.parsed.declarations.last());
        let Some(one) = like else {
            return Style { indent: vec![], before: vec![], after: vec![], quoted: false };
        };
        let blank = |from: usize, to: usize| -> Vec<u8> {
            let between = bytes.get(from..to).unwrap_or_default();
            let is_blank = between.iter().all(|byte| matches!(byte, b' ' | b'\t'));
            if is_blank { between.to_vec() } else { Vec::new() }
        };
        let line = self.source().whole_line_at(one.key.text.start);
        Style {
            indent: blank(line.start, key_start(one)),
            before: blank(key_end(one), one.equals),
            after: blank(one.equals + 1, value_start(one)),
            quoted: one.value.quoted,
        }
    }

    /// Makes `edits` if `judge` finds in the result what was wanted.
    fn make(&mut self, edits: &[Edit], judge: impl Fn(&LtsConf) -> bool) -> Result<bool> {
        let bytes = apply(self.source(), edits)?;
        let new = Self::parse(self.source().with_bytes(bytes));
        let good = judge(&new);
        if good {
            *self = new;
        }
        Ok(good)
    }

    /// Makes the first of several changes that has the wanted effect.
    fn first_of(
        &mut self,
        ways: impl IntoIterator<Item = Vec<Edit>>,
        judge: impl Fn(&LtsConf) -> bool,
        refusal: &str,
    ) -> Result<()> {
        for edits in ways {
            if self.make(&edits, &judge)? {
                return Ok(());
            }
        }
        let error = invalid(self.source(), refusal.to_owned());
        Err(match self.stops_at() {
            Some(stop) => error
                .at_line(stop.line, stop.column)
                .help_with("put the mistake here right first: nothing behind it is read"),
            None => error,
        })
    }

    /// Where a new line of a section goes: behind the line of its last declaration.
    fn end_of(&self, section: usize) -> usize {
        let section_of = &self.body.parsed.sections[section];
        let last = self.body.parsed.of(section).last();
        let end = last.map_or(section_of.header.end, |one| one.value.span.end);
        self.source().whole_line_at(end.saturating_sub(1)).end
    }

    /// The text of new lines at `offset`, with the line end that is missing before them.
    fn lines_at(&self, offset: usize, lines: &[Vec<u8>]) -> Edit {
        let bytes = self.source().bytes();
        let end = line_end_near(self.source(), offset.saturating_sub(1));
        let mut text = Vec::new();
        if offset > 0 && bytes[offset - 1] != b'\n' {
            text.extend_from_slice(end);
        }
        for line in lines {
            text.extend_from_slice(line);
            text.extend_from_slice(end);
        }
        Edit::insert(offset, text)
    }

    fn is_changed_only_in(&self, new: &LtsConf, changed: usize, key: &[u8], value: &[u8]) -> bool {
        let (old, new) = (settings(&self.body), settings(&new.body));
        old.len() == new.len()
            && old.iter().zip(&new).enumerate().all(|(at, (old, new))| {
                if at == changed {
                    new.1.eq_ignore_ascii_case(key) && new.2 == value
                } else {
                    old == new
                }
            })
    }

    fn is_added_only(&self, new: &LtsConf, section: usize, key: &[u8], value: &[u8]) -> bool {
        let (old, new) = (settings(&self.body), settings(&new.body));
        // It follows the section's others.
        let at = old.partition_point(|one| one.0 <= section);
        let wanted: Vec<Read<'_>> = [&old[..at], &[(section, key, value)], &old[at..]].concat();
        let same = |(old, new): (&Read<'_>, &Read<'_>)| {
            old.0 == new.0 && old.1.eq_ignore_ascii_case(new.1) && old.2 == new.2
        };
        wanted.len() == new.len() && wanted.iter().zip(&new).all(same)
    }

    fn set_existing(&mut self, section: usize, key: &[u8], value: &[u8]) -> Result<bool> {
        let Some(one) = self.body.declaration(section, key).copied() else { return Ok(false) };
        if self.body.text(one.value) == value {
            return Ok(true);
        }
        let at = self.number_of(&one);
        let before = self.clone();
        let ways = spellings(value, one.value.quoted);
        // What is not in quotes keeps the blanks around it.
        let span = if one.value.quoted || one.value.text.is_empty() {
            one.value.span
        } else {
            one.value.text
        };
        let ways = ways.into_iter().map(|text| vec![Edit::replace(span, text)]);
        self.first_of(
            ways,
            |new| before.is_changed_only_in(new, at, key, value),
            "this value cannot stand in its line: a quote behind it would become part of it, or \
             the line is not read",
        )?;
        Ok(true)
    }

    /// Which setting of the file it is.
    fn number_of(&self, one: &Declaration) -> usize {
        self.body.parsed.declarations.partition_point(|other| other.equals < one.equals)
    }

    fn set_new(&mut self, section: usize, key: &[u8], value: &[u8]) -> Result<()> {
        let style = self.style(self.body.parsed.of(section).last());
        let at = self.end_of(section);
        let name = key.to_ascii_uppercase();
        let before = self.clone();
        let ways: Vec<Vec<Edit>> = spellings(value, style.quoted)
            .into_iter()
            .map(|value| vec![self.lines_at(at, &[style.line(&name, &value)])])
            .collect();
        self.first_of(
            ways,
            |new| before.is_added_only(new, section, key, value),
            "a new line in this section would not be read as it is meant",
        )
    }

    fn set_in_new_section(&mut self, section: &[u8], key: &[u8], value: &[u8]) -> Result<()> {
        check_text(self.source(), "section's name", section)?;
        let style = self.style(None);
        let name = key.to_ascii_uppercase();
        let end = self.source().bytes().len();
        let before = self.clone();
        let mut ways = Vec::new();
        for header in spellings(section, false) {
            for value in spellings(value, style.quoted) {
                let mut lines = vec![[b"[", &header[..], b"]"].concat(), style.line(&name, &value)];
                if !self.ends_with_gap() {
                    lines.insert(0, Vec::new());
                }
                ways.push(vec![self.lines_at(end, &lines)]);
            }
        }
        let place = self.body.parsed.sections.len();
        self.first_of(
            ways,
            |new| {
                new.body.find(section) == Some(place)
                    && new.body.name(place) == section
                    && before.is_added_only(new, place, key, value)
            },
            "a new section at the end of the file would not be read as it is meant",
        )
    }

    /// Whether the file is empty or ends with an empty line.
    fn ends_with_gap(&self) -> bool {
        let bytes = self.source().bytes();
        let body = bytes.strip_suffix(line_end(self.source())).unwrap_or(bytes);
        bytes.is_empty() || body.is_empty() || body.ends_with(b"\n")
    }

    /// The declarations of a key in a section.
    fn all_of(&self, section: usize, key: &[u8]) -> Vec<Declaration> {
        let all = self.body.parsed.of(section).iter();
        all.filter(|one| self.body.text(one.key).eq_ignore_ascii_case(key)).copied().collect()
    }

    /// Takes declarations away: `alone` says what becomes of lines with nothing else in them,
    /// `shared` of a declaration that shares its line.
    fn without(
        &mut self,
        section: usize,
        key: &[u8],
        alone: impl Fn(&LtsConf, Span, Span) -> Vec<Edit>,
        shared: impl Fn(&LtsConf, Span) -> Vec<Edit>,
    ) -> Result<bool> {
        let gone = self.all_of(section, key);
        if gone.is_empty() {
            return Ok(false);
        }
        let mut edits = Vec::new();
        let mut doomed: Vec<(Span, bool)> =
            gone.iter().map(trimmed).map(|span| (span, false)).collect();
        let emptied = gone.len() == self.body.parsed.of(section).len();
        if emptied {
            // A section without a setting is a syntax error: its header goes with the last one.
            doomed.insert(0, (self.body.parsed.sections[section].header, true));
        }
        let spans: Vec<Span> = doomed.iter().map(|(span, _)| *span).collect();
        for span in &spans {
            let lines = self
                .source()
                .whole_line_at(span.start)
                .to(self.source().whole_line_at(span.end.saturating_sub(1).max(span.start)));
            if self.stands_alone(*span, lines) {
                edits.extend(alone(self, *span, lines));
            } else {
                edits.extend(shared(self, *span));
            }
        }
        let before = self.clone();
        let judge = |new: &LtsConf| {
            let mut wanted = settings(&before.body);
            wanted.retain(|one| one.0 != section || !one.1.eq_ignore_ascii_case(key));
            if emptied {
                for one in wanted.iter_mut().filter(|one| one.0 > section) {
                    one.0 -= 1;
                }
            }
            settings(&new.body) == wanted
                && new.body.parsed.stops.len() <= before.body.parsed.stops.len()
        };
        self.first_of(
            [edits],
            judge,
            "the lines cannot be taken away without changing what else is read",
        )?;
        Ok(true)
    }

    /// Whether the lines hold nothing but the declaration and perhaps a comment.
    fn stands_alone(&self, span: Span, lines: Span) -> bool {
        let bytes = self.source().bytes();
        let before = &bytes[lines.start..span.start];
        let after = &bytes[span.end..lines.end];
        let after = &after[after.iter().take_while(|byte| is_space(**byte)).count()..];
        before.iter().all(|byte| is_space(*byte)) && (after.is_empty() || after[0] == b'#')
    }
}

impl Style {
    fn line(&self, key: &[u8], value: &[u8]) -> Vec<u8> {
        [&self.indent, key, &self.before, b"=", &self.after, value].concat()
    }
}

fn key_start(one: &Declaration) -> usize {
    if one.key.quoted { one.key.span.start } else { one.key.text.start }
}

fn key_end(one: &Declaration) -> usize {
    if one.key.quoted { one.key.span.end } else { one.key.text.end }
}

fn value_start(one: &Declaration) -> usize {
    if one.value.quoted { one.value.span.start } else { one.value.text.start }
}

/// Without the blanks around it.
fn trimmed(one: &Declaration) -> Span {
    let end = if one.value.quoted || one.value.text.is_empty() {
        one.value.span.end
    } else {
        one.value.text.end
    };
    Span::new(key_start(one), end)
}

impl Settings for LtsConf {
    /// The section's own declaration; `NONE` is given as it stands, and of several LIKE lines the
    /// last one.
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        let section = self.section(section)?;
        Ok(self
            .body
            .declaration(section, key)
            .map(|one| (Bytes::from(self.body.text(one.value)), self.body.place(one.span()))))
    }

    /// A key that is new is written in upper case; it has to be one that the client's shell takes
    /// for a variable. Of several LIKE lines the last one changes.
    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        let Some(name) = section else {
            return Err(invalid(
                self.source(),
                "lts.conf can hold no setting outside of a section",
            )
            .help_with("name a section, such as Default"));
        };
        check_text(self.source(), "value", value)?;
        check_text(self.source(), "name", key)?;
        let section = self.body.find(name);
        if let Some(section) = section {
            if self.set_existing(section, key, value)? {
                return Ok(());
            }
        }
        if !is_shell_name(key) {
            return Err(invalid(
                self.source(),
                format!(
                    "{:?} is no name that the client's shell can give a value",
                    Bytes::from(key)
                ),
            )
            .help_with("use letters, digits and underscores, and no digit in front"));
        }
        match section {
            Some(section) => self.set_new(section, key, value),
            None => self.set_in_new_section(name, key, value),
        }
    }

    /// With its last setting goes the section's header, because a section without one is a syntax
    /// error.
    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let section = self.section(section)?;
        self.without(
            section,
            key,
            |_, _, lines| vec![Edit::delete(lines)],
            |this, span| {
                let bytes = this.source().bytes();
                let blanks = |byte: &&u8| matches!(byte, b' ' | b'\t');
                let after = bytes[span.end..].iter().take_while(blanks).count();
                vec![Edit::delete(Span::new(span.start, span.end + after))]
            },
        )
    }

    /// With its last setting the section's header becomes a comment, too.
    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let section = self.section(section)?;
        self.without(
            section,
            key,
            |this, span, lines| {
                let bytes = this.source().bytes();
                let mut edits = vec![Edit::insert(span.start, "#")];
                // A declaration may reach over several lines.
                let inner = span.start..span.end;
                for at in inner.filter(|at| bytes[*at] == b'\n') {
                    edits.push(Edit::insert(at + 1, "#"));
                }
                if !bytes[..lines.end].ends_with(b"\n") {
                    // A comment counts only with its newline.
                    edits.push(Edit::insert(lines.end, line_end_near(this.source(), lines.end)));
                }
                edits
            },
            |this, span| {
                let end = line_end_near(this.source(), span.start);
                vec![Edit::insert(span.start, [end, b"#"].concat()), Edit::insert(span.end, end)]
            },
        )
    }

    /// Also in a section whose header is a comment, which then counts again, too.
    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let Some(name) = section else { return self.section(None).map(|_| false) };
        check_text(self.source(), "name", key)?;
        let found = match self.body.find(name) {
            Some(section) => {
                let start = self.body.parsed.sections[section].header.end;
                let next = self.body.parsed.sections.get(section + 1);
                // Comments right above the next header, or a header in a comment, are no longer its.
                let end = next.map_or(self.source().bytes().len(), |next| next.header.start);
                self.commented(Span::new(start, end), None, key)
            }
            None => {
                let all = self.source().span();
                match self.commented(all, Some(name), key) {
                    None => return self.section(section).map(|_| false),
                    found => found,
                }
            }
        };
        let Some((edits, value)) = found else { return Ok(false) };
        let before = self.clone();
        let judge = |new: &LtsConf| {
            let (old, now) = (settings(&before.body), settings(&new.body));
            let Some(section) = new.body.find(name) else { return false };
            let added = now.iter().position(|one| {
                one.0 == section && one.1.eq_ignore_ascii_case(key) && one.2 == &value[..]
            });
            let is_new = before.body.find(name).is_none();
            added.is_some()
                && now.len() == old.len() + 1
                && (0..now.len()).any(|gone| {
                    let left = now[..gone].iter().chain(&now[gone + 1..]);
                    now[gone].0 == section
                        && now[gone].1.eq_ignore_ascii_case(key)
                        && left.zip(&old).all(|(now, old)| {
                            let shift = usize::from(is_new && now.0 > section);
                            (now.0 - shift, now.1, now.2) == *old
                        })
                })
        };
        self.first_of([edits], judge, "the line would not be read as it stands in the comment")?;
        Ok(true)
    }

    /// An empty section is a syntax error in lts.conf: [`set`](Settings::set) adds a section with
    /// its first setting.
    fn add_section(&mut self, section: &[u8]) -> Result<bool> {
        check_text(self.source(), "section's name", section)?;
        if self.body.find(section).is_some() {
            return Ok(false);
        }
        Err(Error::new(
            ErrorKind::Refused,
            "a section without a setting is a syntax error in lts.conf",
        )
        .at(self.source().name())
        .help_with("set its first value: that adds the section, too"))
    }

    /// Those that are read, LIKE and overridden ones among them.
    fn settings(&self) -> Vec<Setting> {
        let body = &self.body;
        let all = (0..body.parsed.sections.len()).flat_map(|section| {
            let name = Bytes::from(body.name(section));
            body.parsed.of(section).iter().map(move |one| Setting {
                section: Some(name.clone()),
                key: body.text(one.key).into(),
                value: body.text(one.value).into(),
                place: body.place(one.span()),
            })
        });
        all.collect()
    }

    /// Also those that are there a second time and do not count; not those behind the first
    /// mistake.
    fn sections(&self) -> Vec<(Bytes, Place)> {
        let all = self.body.parsed.sections.iter();
        all.map(|one| (Bytes::from(self.body.text(one.name)), self.body.place(one.header)))
            .collect()
    }
}

impl LtsConf {
    /// The last commented-out line of a key in `span`: the change that makes it count, and its
    /// value. If a section is named, the line has to stand below its commented-out header.
    fn commented(
        &self,
        span: Span,
        header: Option<&[u8]>,
        key: &[u8],
    ) -> Option<(Vec<Edit>, Vec<u8>)> {
        let bytes = self.source().bytes();
        let mut at = span.start;
        let mut found = None;
        // The change of the header that was met last, if it is the wanted one.
        let mut open: Option<Edit> = None;
        while at < span.end {
            let line = self.source().whole_line_at(at);
            at = line.end;
            let text = &bytes[line.range()];
            let indent = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if text.get(indent) != Some(&b'#') {
                // Another section that counts ends the one in comments.
                if text.get(indent) == Some(&b'[') {
                    open = None;
                }
                continue;
            }
            let mut gap = 1;
            if text.get(indent + 1) == Some(&b' ') && text.get(indent + 2) != Some(&b' ') {
                gap = 2;
            }
            let hash = Edit::delete(Span::new(line.start + indent, line.start + indent + gap));
            let inner = &text[indent + 1..];
            if let Some(name) = header_in(inner) {
                match header {
                    Some(wanted) => {
                        open = name.eq_ignore_ascii_case(wanted).then_some(hash);
                    }
                    // A header in a comment begins what is not this section's.
                    None => return found,
                }
                continue;
            }
            let Some(value) = declared_in(inner, key) else { continue };
            match (header, &open) {
                (None, _) => found = Some((vec![hash], value)),
                (Some(_), Some(open)) => found = Some((vec![open.clone(), hash], value)),
                (Some(_), None) => {}
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
