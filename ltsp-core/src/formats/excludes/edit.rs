//! Changing a list of excludes.

use super::document::{Excludes, Pattern};
use super::grammar::{Kind, LONGEST, Line, blank, line, rooted};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Document, Edit, Place, Setting, Settings, Span};

/// A pattern is a key without a value; there are no sections.
impl Settings for Excludes {
    /// The empty value, if the pattern is in the list.
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        self.no_section(section, ErrorKind::NotFound)?;
        let line = self.of(key).next();
        Ok(line.map(|line| (Bytes::default(), Place::new(self.source(), line.text))))
    }

    /// Adds the pattern at the end of the list, if it is missing. The value must be empty.
    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        self.no_section(section, ErrorKind::InvalidInput)?;
        if !value.is_empty() {
            return Err(self.refuse("a pattern has no value"));
        }
        self.writable()?;
        if let Some(reason) = inexpressible(key) {
            return Err(self.refuse(reason));
        }
        if self.of(key).next().is_some() {
            return Ok(());
        }
        let bytes = self.source().bytes();
        let mut text = Vec::new();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            // A carriage return would become part of the pattern there.
            text.push(b'\n');
        }
        if key.first().is_some_and(|byte| blank(*byte) || b"#\\".contains(byte)) {
            text.push(b'\\');
        }
        text.extend_from_slice(key);
        text.push(b'\n');
        let edit = Edit::insert(bytes.len(), text);
        self.try_edit(&[edit], |list| list.of(key).next().is_some())
    }

    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::NotFound)?;
        let edits: Vec<Edit> = self.of(key).map(|line| Edit::delete(self.whole(line))).collect();
        let found = !edits.is_empty();
        self.edit(&edits)?;
        Ok(found)
    }

    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::NotFound)?;
        let edits: Vec<Edit> = self
            .of(key)
            .map(|line| {
                let text = self.source().slice(line.span);
                let indent = text.iter().take_while(|byte| blank(**byte)).count();
                Edit::insert(line.span.start + indent, "#")
            })
            .collect();
        let found = !edits.is_empty();
        self.edit(&edits)?;
        Ok(found)
    }

    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.no_section(section, ErrorKind::InvalidInput)?;
        let meant =
            self.lines().iter().rev().filter(|line| line.kind == Kind::Comment).find_map(|found| {
                let text = self.text(found);
                let inner = line(text, 0);
                let fits = inner.kind == Kind::Pattern && text[inner.text.range()] == *key;
                // The comment mark stands before the text; blanks behind it belong to it.
                let blanks = text.iter().take_while(|byte| blank(**byte)).count();
                fits.then(|| Span::new(found.text.start - 1, found.text.start + blanks))
            });
        let Some(mark) = meant else { return Ok(false) };
        self.writable()?;
        self.try_edit(&[Edit::delete(mark)], |list| list.of(key).next().is_some())?;
        Ok(true)
    }

    fn add_section(&mut self, _section: &[u8]) -> Result<bool> {
        Err(self.refuse("a list of excludes has no sections"))
    }

    /// Every pattern, with the empty value.
    fn settings(&self) -> Vec<Setting> {
        let setting = |pattern: &Pattern| Setting {
            section: None,
            key: pattern.text.clone(),
            value: Bytes::default(),
            place: pattern.place.clone(),
        };
        self.patterns().iter().map(setting).collect()
    }

    fn sections(&self) -> Vec<(Bytes, Place)> {
        Vec::new()
    }
}

impl Excludes {
    /// The lines of that pattern.
    fn of<'a>(&'a self, key: &'a [u8]) -> impl Iterator<Item = &'a Line> {
        self.lines().iter().filter(move |line| line.kind == Kind::Pattern && self.text(line) == key)
    }

    /// The line with its line end.
    fn whole(&self, line: &Line) -> Span {
        let newline = self.source().bytes().get(line.span.end) == Some(&b'\n');
        Span::new(line.span.start, line.span.end + usize::from(newline))
    }

    fn no_section(&self, section: Option<&[u8]>, kind: ErrorKind) -> Result<()> {
        match section {
            None => Ok(()),
            Some(_) => {
                let what = "a list of excludes has no sections";
                Err(Error::new(kind, what).at(self.source().name()))
            }
        }
    }

    /// Refuses if mksquashfs stops at some line, so that no pattern counts.
    fn writable(&self) -> Result<()> {
        let stop =
            self.lines().iter().find(|line| matches!(line.kind, Kind::Rooted | Kind::TooLong));
        match stop {
            None => Ok(()),
            Some(line) => {
                let place = Place::new(self.source(), line.span);
                let what = "mksquashfs stops at this line, so that no pattern would count";
                Err(self.refuse(what).at_line(place.line, place.column).help_with("mend it first"))
            }
        }
    }

    /// Makes the edits if what comes out of it is as wanted.
    fn try_edit(&mut self, edits: &[Edit], wanted: impl Fn(&Self) -> bool) -> Result<()> {
        let mut after = self.clone();
        after.edit(edits)?;
        if !wanted(&after) {
            return Err(self.refuse("mksquashfs would not read the line as this pattern"));
        }
        *self = after;
        Ok(())
    }

    fn refuse(&self, what: &'static str) -> Error {
        Error::new(ErrorKind::InvalidInput, what).at(self.source().name())
    }
}

/// Why no line of the file can be this pattern.
fn inexpressible(pattern: &[u8]) -> Option<&'static str> {
    if pattern.is_empty() {
        Some("the empty pattern matches nothing")
    } else if pattern.iter().any(|byte| matches!(byte, b'\n' | 0)) {
        Some("a pattern is one line and has no NUL bytes")
    } else if rooted(pattern) {
        Some("mksquashfs stops at a pattern that begins with `/`, `./` or `../`")
    } else if pattern.len() + 2 > LONGEST {
        Some("mksquashfs stops at a line this long")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    fn list(text: &str) -> Excludes {
        Excludes::parse(Source::new("image.excludes", text))
    }

    fn text(list: &Excludes) -> &str {
        std::str::from_utf8(list.to_bytes()).expect("text")
    }

    #[test]
    fn a_pattern_is_added_once_at_the_end() {
        let mut list = list("home/*\nsrv/*");
        list.set(None, b"opt/x", b"").expect("a pattern");
        list.set(None, b"home/*", b"").expect("it is there");
        list.set(None, b"#odd", b"").expect("it can be written");
        list.set(None, b" odd", b"").expect("it can be written");
        list.set(None, b"\\odd", b"").expect("it can be written");
        assert_eq!(text(&list), "home/*\nsrv/*\nopt/x\n\\#odd\n\\ odd\n\\\\odd\n");
        assert!(list.get(None, b"\\odd").expect("no section").is_some());
        for bad in ["", "/etc", "./x", "../x", "a\nb", "a\0"] {
            let error = list.set(None, bad.as_bytes(), b"").expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        assert!(list.set(None, b"a", b"value").is_err());
        assert!(list.set(Some(b"s"), b"a", b"").is_err());
    }

    #[test]
    fn nothing_is_added_to_a_list_at_which_mksquashfs_stops() {
        let mut list = list("/etc\n");
        let error = list.set(None, b"home", b"").expect_err("it would not count");
        assert_eq!((error.line(), error.column()), (Some(1), Some(1)));
        assert_eq!(text(&list), "/etc\n");
    }

    #[test]
    fn patterns_are_removed_commented_out_and_uncommented() {
        let mut list = list("a\r\n  b\r\n# c\nb\r");
        assert!(list.comment_out(None, b"b\r").expect("no section"));
        assert_eq!(text(&list), "a\r\n  #b\r\n# c\n#b\r");
        assert!(!list.comment_out(None, b"b\r").expect("no section"));
        assert!(list.uncomment(None, b"b\r").expect("no section"));
        assert!(list.uncomment(None, b"c").expect("no section"));
        assert_eq!(text(&list), "a\r\n  #b\r\nc\nb\r");
        assert!(list.unset(None, b"b\r").expect("no section"));
        assert!(list.unset(None, b"a\r").expect("no section"));
        assert!(!list.unset(None, b"a").expect("no section"));
        assert_eq!(text(&list), "  #b\r\nc\n");
    }
}
