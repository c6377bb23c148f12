//! One value at a time: `DOMAIN TYPE ITEM` is the name, and the last line that sets it counts.

use super::document::LimitsConf;
use super::domain::{Domain, Ids};
use super::grammar::{PIECE, is_blank, pieces};
use super::item::{Item, Unit};
use super::rule::{Fields, Kind, Statement};
use super::value::{Number, Value};
use super::write::{insert_behind, line_like, retype};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Document, Edit, Place, Setting, Settings, Source, Span, line_end_near};

/// `DOMAIN TYPE ITEM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    pub(super) domain: &'a [u8],
    pub(super) kind: Kind,
    pub(super) item: Item,
}

impl<'a> Key<'a> {
    fn read(key: &'a [u8]) -> Result<Self> {
        let wrong = |what: &str| {
            let text = Bytes::from(key);
            Err(invalid(format!("`{text}` names no limit: {what}"))
                .help_with("write DOMAIN TYPE ITEM, such as `@guests hard nproc`"))
        };
        if key.iter().any(|byte| matches!(byte, b'#' | 0)) {
            return wrong("`#` and NUL end a line");
        }
        let words: Vec<&[u8]> =
            key.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty()).collect();
        let [domain, kind, item] = words[..] else {
            return wrong("it is not made of three words");
        };
        let Some(kind) = Kind::of_name(kind) else {
            return wrong("its type is not soft, hard or -");
        };
        let Some(item) = Item::of_name(item) else {
            return wrong("there is no such item");
        };
        Ok(Self { domain, kind, item })
    }

    /// Whether a line of that kind sets something of it.
    fn meets(&self, kind: Kind) -> bool {
        self.item.has_one_value()
            || (kind.is_soft() && self.kind.is_soft())
            || (kind.is_hard() && self.kind.is_hard())
    }

    /// Whether a line of that kind sets nothing but it.
    fn covers(&self, kind: Kind) -> bool {
        self.item.has_one_value() || self.kind == Kind::Both || self.kind == kind
    }
}

pub(super) fn invalid(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, what.into())
}

/// Refuses what pam_limits would read otherwise than it is meant, or not at all.
pub(super) fn check_rule(domain: &[u8], item: Item, value: &[u8]) -> Result<()> {
    let text = Bytes::from(domain);
    let unfit = |byte: &u8| is_blank(*byte) || matches!(byte, b'#' | 0);
    if domain.is_empty() || domain.iter().any(unfit) {
        return Err(invalid(format!("`{text}` is no domain: it would not be read as one word")));
    }
    match Domain::read(domain) {
        None => {
            return Err(invalid(format!("`{text}` is no range of ids"))
                .help_with("write 1000:2000, 1000: or :1000, with @ before it for groups"));
        }
        Some(Domain::Group(name) | Domain::GroupCount(name)) if name.is_empty() => {
            return Err(invalid(format!("`{text}` names no group")));
        }
        Some(Domain::All | Domain::GroupCount(_) | Domain::GidCount(_))
            if item != Item::Maxlogins =>
        {
            return Err(invalid(format!("pam_limits ignores {item} for `{text}`"))
                .help_with("% is for maxlogins only; use * or @group"));
        }
        Some(Domain::GidCount(Ids::From(_) | Ids::Between(..))) => {
            return Err(invalid(format!("pam_limits supports no range after %: `{text}`"))
                .help_with("write %:GID or %group"));
        }
        Some(_) => {}
    }
    let wrong = |what: &str| {
        let value = Bytes::from(value);
        Err(invalid(format!("{item} cannot be `{value}`: {what}")))
    };
    if value.is_empty() || value.iter().any(unfit) {
        return wrong("a value is one word");
    }
    let Some(read) = Value::read(item, value) else {
        return wrong("pam_limits would pass the line over");
    };
    let number = Number::read(value).filter(|number| number.len == value.len());
    match read {
        Value::Switch(_) if !matches!(value, b"0" | b"1") => wrong("it is neither 0 nor 1"),
        Value::Unlimited | Value::Switch(_) => Ok(()),
        Value::Path(path) if *path != *value => wrong("pam_limits turns it into lower case"),
        Value::Path(_) if !value.starts_with(b"/") => wrong("the path does not begin with a slash"),
        Value::Path(_) => Ok(()),
        _ if number.is_none_or(|number| number.digits.is_none()) => wrong("it is no number"),
        Value::Signed(nice) if item.unit() == Unit::Nice && !(-20..=19).contains(&nice) => {
            wrong("nice values are from -20 to 19")
        }
        Value::Signed(count) if item.unit() != Unit::Nice && count < 0 => wrong("it is negative"),
        Value::Number(_) if number.is_some_and(|number| number.negative) => wrong("it is negative"),
        Value::Number(most) if item.unit() == Unit::Realtime && most > 99 => {
            wrong("real-time priorities are from 0 to 99")
        }
        Value::Number(_) | Value::Signed(_) => Ok(()),
    }
}

impl LimitsConf {
    /// Every line of that domain and item, as it is written, in the order of the file.
    fn lines_of(&self, domain: &[u8], item: Item) -> Vec<(Fields<'_>, Kind)> {
        let numbers = if domain.contains(&b':') {
            self.with_ids().to_vec()
        } else {
            self.with_domain(domain)
        };
        let fields = numbers.iter().map(|number| self.fields(*number));
        let same = fields.filter(|fields| fields.domain() == domain);
        same.filter_map(|fields| match fields.read() {
            Ok((_, Statement::Set(kind, of, _))) if of == item => Some((fields, kind)),
            _ => None,
        })
        .collect()
    }

    /// The last lines that set the soft and the hard limit.
    fn last_lines(&self, key: Key<'_>) -> (Option<Fields<'_>>, Option<Fields<'_>>) {
        let lines = self.lines_of(key.domain, key.item);
        let one = key.item.has_one_value();
        let last = |sets: fn(Kind) -> bool| {
            lines.iter().rev().find(|(_, kind)| one || sets(*kind)).map(|(fields, _)| *fields)
        };
        (last(Kind::is_soft), last(Kind::is_hard))
    }

    fn line_that_counts(&self, key: Key<'_>) -> Option<Fields<'_>> {
        match (key.kind, self.last_lines(key)) {
            (Kind::Soft, (soft, _)) => soft,
            (Kind::Hard, (_, hard)) => hard,
            (Kind::Both, (Some(soft), Some(hard))) => {
                let same = soft.value().eq_ignore_ascii_case(hard.value());
                same.then_some(if soft.piece.start > hard.piece.start { soft } else { hard })
            }
            (Kind::Both, _) => None,
        }
    }

    /// The value that `key` would have after `edits`, and whether the file can be had.
    fn edit_to(&mut self, edits: &[Edit], key: Key<'_>, value: &[u8]) -> Result<()> {
        let mut after = self.clone();
        after.edit(edits)?;
        let got = after.line_that_counts(key).map(Fields::value);
        if got != Some(value) {
            let value = Bytes::from(value);
            return Err(invalid(format!("pam_limits would not read `{value}` there"))
                .at(self.source().name())
                .help_with("another line for the same counts; remove it first"));
        }
        *self = after;
        Ok(())
    }

    /// The line of a piece; refused where it is longer than pam_limits reads at once.
    fn line_of(&self, fields: Fields<'_>) -> Result<Span> {
        let line = self.source().whole_line_at(fields.piece.start);
        if line.len() > PIECE {
            let position = self.source().position(line.start);
            return Err(Error::new(
                ErrorKind::Refused,
                "pam_limits reads this line in pieces, so a change would not stay in one of them",
            )
            .at(self.source().name())
            .at_line(position.line, position.column)
            .help_with(format!("break the line: it is longer than {PIECE} bytes")));
        }
        Ok(line)
    }

    /// Takes the lines away that set something of `key`, or what they set of it.
    fn without(&self, key: Key<'_>, comment: bool) -> Result<Vec<Edit>> {
        let mut edits = Vec::new();
        for (fields, kind) in self.lines_of(key.domain, key.item) {
            if !key.meets(kind) {
                continue;
            }
            let line = self.line_of(fields)?;
            if key.covers(kind) {
                edits.push(if comment {
                    Edit::insert(line.start, "#")
                } else {
                    Edit::delete(line)
                });
                continue;
            }
            let other = if key.kind == Kind::Soft { Kind::Hard } else { Kind::Soft };
            edits.push(retype(fields, other));
            if comment {
                let words = [key.domain, key.kind.name().as_bytes(), fields.item(), fields.value()];
                let text = [b"#", &line_like(Some(fields), words)[..]].concat();
                edits.push(insert_behind(self.source(), line, &text));
            }
        }
        Ok(edits)
    }

    /// Where a new line for that domain and item goes, and the line that it shall look like.
    fn place_for(&self, key: Key<'_>) -> (Spot, Option<Fields<'_>>) {
        let behind = self.lines_of(key.domain, key.item).last().map(|(fields, _)| *fields);
        let last = self.all_fields().rfind(|fields| fields.piece.count() >= 4);
        let Some(behind) = behind else { return (Spot::End, last) };
        let line = self.source().whole_line_at(behind.piece.start);
        let blocks = self.blocks().unwrap_or_default();
        let block = blocks
            .iter()
            .find(|block| block.whole.start <= line.start && line.end <= block.whole.end);
        (Spot::Behind(block.map_or(line, |block| block.whole)), Some(behind))
    }
}

/// Where a new line goes.
enum Spot {
    Behind(Span),
    End,
}

/// Behind everything, but above a last comment that says so (`# End of file`).
fn insert_at_end(source: &Source, line: &[u8]) -> Edit {
    let bytes = source.bytes();
    let used = bytes.trim_ascii_end().len();
    let last = source.whole_line_at(used.saturating_sub(1));
    if !bytes.is_empty() && is_end_of_file(source.slice(last)) {
        let text = [line, line_end_near(source, last.start)].concat();
        return Edit::insert(last.start, text);
    }
    match source.line_count() as u64 {
        0 => Edit::insert(0, [line, b"\n"].concat()),
        count => {
            let whole = source.whole_line(count).expect("the last line is there");
            insert_behind(source, whole, line)
        }
    }
}

fn is_end_of_file(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    text.strip_prefix(b"#")
        .is_some_and(|text| text.trim_ascii().trim_ascii_end().eq_ignore_ascii_case(b"end of file"))
}

fn no_sections(section: Option<&[u8]>, kind: ErrorKind) -> Result<()> {
    match section {
        None => Ok(()),
        Some(_) => Err(Error::new(kind, "limits.conf has no sections")),
    }
}

impl Settings for LimitsConf {
    /// `key` is `DOMAIN TYPE ITEM` with blanks between; with the type `-`, the value that both
    /// limits have.
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        no_sections(section, ErrorKind::NotFound)?;
        let found = self.line_that_counts(Key::read(key)?);
        Ok(found.map(|fields| {
            let place = Place::new(self.source(), fields.piece.field(3));
            (fields.value().into(), place)
        }))
    }

    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        no_sections(section, ErrorKind::InvalidInput)?;
        let key = Key::read(key)?;
        check_rule(key.domain, key.item, value)?;
        let (soft, hard) = self.last_lines(key);
        let counts: Vec<Fields<'_>> = match key.kind {
            _ if key.item.has_one_value() => soft.into_iter().collect(),
            Kind::Both if soft.is_some() && hard.is_some() => {
                soft.into_iter().chain(hard).collect()
            }
            Kind::Both => Vec::new(),
            Kind::Soft => soft.into_iter().collect(),
            Kind::Hard => hard.into_iter().collect(),
        };
        // A line for both limits is not changed for the sake of one.
        let one_only = |fields: &Fields<'_>| {
            key.item.has_one_value()
                || key.kind == Kind::Both
                || Kind::of_name(fields.kind()) == Some(key.kind)
        };
        let mut edits = Vec::new();
        if !counts.is_empty() && counts.iter().all(one_only) {
            for fields in counts {
                self.line_of(fields)?;
                let edit = Edit::replace(fields.piece.field(3), value);
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
        } else {
            let (place, neighbour) = self.place_for(key);
            let words = [key.domain, key.kind.name().as_bytes(), key.item.name().as_bytes(), value];
            let line = line_like(neighbour, words);
            edits.push(match place {
                Spot::Behind(line_above) => insert_behind(self.source(), line_above, &line),
                Spot::End => insert_at_end(self.source(), &line),
            });
        }
        self.edit_to(&edits, key, value)
    }

    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        no_sections(section, ErrorKind::NotFound)?;
        let edits = self.without(Key::read(key)?, false)?;
        self.edit(&edits)?;
        Ok(!edits.is_empty())
    }

    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        no_sections(section, ErrorKind::NotFound)?;
        let edits = self.without(Key::read(key)?, true)?;
        self.edit(&edits)?;
        Ok(!edits.is_empty())
    }

    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        no_sections(section, ErrorKind::InvalidInput)?;
        let key = Key::read(key)?;
        let source = self.source().clone();
        for number in (1..=source.line_count() as u64).rev() {
            let Some(line) = source.line(number).filter(|line| line.len() < PIECE) else {
                continue;
            };
            let Some((mark, value)) = commented(&source, line, key) else { continue };
            check_rule(key.domain, key.item, &value)?;
            self.edit_to(&[Edit::delete(mark)], key, &value)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn add_section(&mut self, section: &[u8]) -> Result<bool> {
        no_sections(Some(section), ErrorKind::InvalidInput).map(|()| false)
    }

    fn settings(&self) -> Vec<Setting> {
        let rules =
            self.all_fields().filter(|fields| matches!(fields.read(), Ok((_, Statement::Set(..)))));
        rules
            .map(|fields| Setting {
                section: None,
                key: [fields.domain(), fields.kind(), fields.item()].join(&b' ').into(),
                value: fields.value().into(),
                place: fields.place(),
            })
            .collect()
    }

    fn sections(&self) -> Vec<(Bytes, Place)> {
        Vec::new()
    }
}

/// If the line is a commented-out one of `key`: what makes it a comment, and its value.
fn commented(source: &Source, line: Span, key: Key<'_>) -> Option<(Span, Vec<u8>)> {
    let bytes = source.slice(line);
    let hash = bytes.iter().position(|byte| !is_blank(*byte)).filter(|at| bytes[*at] == b'#')?;
    let text = Source::new("", &bytes[hash + 1..]);
    let [piece] = pieces(text.bytes())[..] else { return None };
    let fields = Fields { source: &text, piece };
    let Ok((_, Statement::Set(kind, item, _))) = fields.read() else { return None };
    let same = fields.domain() == key.domain
        && item == key.item
        && (kind == key.kind || item.has_one_value());
    let start = line.start + hash;
    let mark = Span::new(start, start + 1 + piece.field(0).start);
    same.then(|| (mark, fields.value().to_vec()))
}
