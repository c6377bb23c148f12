//! Changing single settings, in the way in which the file is written.

use super::grammar::{function_id, is_name, is_variable};
use super::scan::{Kind, Statement};
use super::value::{Known, Value};
use super::{LtspConf, section_name};
use crate::error::{Error, ErrorKind, Result};
use crate::formats::MacAddr;
use crate::text::{
    Bytes, Document, Edit, Place, Setting, Settings, Source, Span, line_end, line_end_near,
};

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Bare,
    Single,
    Double,
}

/// How many comment lines may become one value.
const LINES: usize = 32;

impl LtspConf {
    fn refuse(&self, kind: ErrorKind, what: impl Into<String>) -> Error {
        Error::new(kind, what.into()).at(self.source().name())
    }

    fn find(&self, section: Option<&[u8]>) -> Result<usize> {
        self.function_named(section).ok_or_else(|| {
            let name = section.unwrap_or_default();
            let what = format!("there is no section [{}]", String::from_utf8_lossy(name));
            self.refuse(ErrorKind::NotFound, what)
        })
    }

    /// The statements of a function that have to do with `key`.
    fn of_key(&self, function: usize, key: &[u8]) -> Vec<&Statement> {
        let source = self.source();
        self.statements(function)
            .iter()
            .filter(|statement| match &statement.kind {
                Kind::Assign { name, .. } | Kind::Touch { name } | Kind::Unset { name } => {
                    source.slice(*name) == key
                }
                _ => false,
            })
            .collect()
    }

    /// What a section alone gives `key`: none, unknown, or a value; and where.
    fn own_value(&self, function: usize, key: &[u8]) -> Option<(Option<Bytes>, Span)> {
        let source = self.source();
        let mut before: Vec<(Vec<u8>, Option<Bytes>)> = Vec::new();
        let mut last = None;
        let mut doubt = false;
        for statement in self.statements(function) {
            let sure = statement.sure && !doubt;
            match &statement.kind {
                Kind::Return if sure => break,
                Kind::Return => doubt = true,
                Kind::Assign { name, value, code, .. } => {
                    let name = source.slice(*name);
                    let written = if *code { Value::Code } else { Value::read(source, *value) };
                    let value = written
                        .evaluate(
                            &|name| match before.iter().rev().find(|(known, _)| known == name) {
                                Some((_, Some(value))) => Known::Set(value),
                                _ => Known::Unknown,
                            },
                        )
                        .filter(|_| sure);
                    if name == key {
                        last = Some((value.clone(), statement.span));
                    }
                    before.push((name.to_vec(), value));
                }
                Kind::Touch { name } if source.slice(*name) == key => {
                    last = Some((None, statement.span));
                }
                Kind::Unset { name } if source.slice(*name) == key => {
                    last = if sure { None } else { Some((None, statement.span)) };
                }
                _ => {}
            }
        }
        last
    }

    /// Makes `edits` if the file then gives `key` that value in that section, and all else stays.
    fn change(
        &mut self,
        section: Option<&[u8]>,
        key: &[u8],
        edits: &[Edit],
        value: Option<&[u8]>,
    ) -> Result<()> {
        let wrong = |what: &str| {
            let what = format!("{} cannot be written there: {what}", String::from_utf8_lossy(key));
            self.refuse(ErrorKind::InvalidInput, what)
        };
        let mut after = self.clone();
        after.edit(edits)?;
        if let Some(fault) = after.faults().first() {
            if self.faults().is_empty() {
                return Err(wrong(&fault.what));
            }
        }
        self.sound()
            .map_err(|error| wrong(&format!("{} (line {:?})", error.message(), error.line())))?;
        let found = after.function_named(section).and_then(|at| after.own_value(at, key));
        let fits = match (&found, value) {
            (Some((Some(found), _)), Some(value)) => **found == *value,
            (None, None) => true,
            _ => false,
        };
        if !fits {
            return Err(wrong("the shell would read something else"));
        }
        let ids = |conf: &Self| -> Vec<Vec<u8>> {
            conf.headers().iter().map(|header| header.name.clone()).collect()
        };
        if !ids(&after).starts_with(&ids(self)) {
            return Err(wrong("another section would be lost or made"));
        }
        if others(self, key) != others(&after, key) {
            return Err(wrong("other settings would change"));
        }
        *self = after;
        Ok(())
    }

    /// Where a new line at the end of a section goes: behind its last line that does something.
    fn end_of(&self, function: usize) -> usize {
        let source = self.source();
        let last = self.statements(function).last();
        let body = self.functions()[function].body;
        match last {
            Some(last) => source.whole_line_at(last.span.end.saturating_sub(1)).end,
            None => match self.functions()[function].header {
                Some(_) => body.start,
                // Comments at the top of a file belong to what follows.
                None => body.end,
            },
        }
    }

    /// How most values of a section are written, or of the file.
    fn style(&self, function: usize) -> Style {
        let count = |functions: &mut dyn Iterator<Item = usize>| {
            let (mut bare, mut single, mut double) = (0, 0, 0);
            for function in functions {
                for statement in self.statements(function) {
                    if let Kind::Assign { value, .. } = statement.kind {
                        match self.source().slice(value).first() {
                            Some(b'"') => double += 1,
                            Some(b'\'') => single += 1,
                            Some(_) => bare += 1,
                            None => {}
                        }
                    }
                }
            }
            if bare + single + double == 0 {
                None
            } else if double >= single && double >= bare {
                Some(Style::Double)
            } else if single >= bare {
                Some(Style::Single)
            } else {
                Some(Style::Bare)
            }
        };
        count(&mut std::iter::once(function))
            .or_else(|| count(&mut (0..self.functions().len())))
            .unwrap_or(Style::Double)
    }

    /// The edits that turn every line of a key's statements into what `line` makes of it.
    fn every_line(
        &self,
        function: usize,
        key: &[u8],
        line: impl Fn(Span) -> Edit,
    ) -> Result<Vec<Edit>> {
        let source = self.source();
        let mut edits: Vec<Edit> = Vec::new();
        for statement in self.of_key(function, key) {
            let start = source.whole_line_at(statement.span.start).start;
            let last = source.whole_line_at(statement.span.end.saturating_sub(1));
            let before = source.slice(Span::new(start, statement.span.start));
            let behind = source.slice(Span::new(statement.span.end, last.end)).trim_ascii();
            let alone = before.trim_ascii().is_empty()
                && (behind.is_empty() || behind.starts_with(b"#"))
                && matches!(statement.kind, Kind::Assign { .. })
                && statement.sure;
            if !alone {
                let what = format!(
                    "{} is set by shell code, which has to be changed by hand",
                    String::from_utf8_lossy(key)
                );
                return Err(self.refuse(ErrorKind::InvalidInput, what));
            }
            let mut at = start;
            while at < last.end {
                let whole = source.whole_line_at(at);
                edits.push(line(whole));
                at = whole.end;
            }
        }
        edits.dedup();
        Ok(edits)
    }

    fn remove(
        &mut self,
        section: Option<&[u8]>,
        key: &[u8],
        line: impl Fn(Span) -> Edit,
    ) -> Result<bool> {
        self.find(section)?;
        let mut edits = Vec::new();
        for function in self.functions_named(section) {
            edits.extend(self.every_line(function, key, &line)?);
        }
        if edits.is_empty() {
            return Ok(false);
        }
        self.change(section, key, &edits, None)?;
        Ok(true)
    }

    /// The header's text for a section of that name.
    fn header_for(&self, section: &[u8]) -> Result<Vec<u8>> {
        let shown = String::from_utf8_lossy(section).into_owned();
        let mac: Option<MacAddr> = shown.parse().ok().filter(|_| shown.len() == 17);
        let name = mac.map_or_else(|| section.to_vec(), |mac| mac.to_string().into_bytes());
        let wrong = |what: String| self.refuse(ErrorKind::InvalidInput, what);
        if name.is_empty() || section_name(&name) != name {
            return Err(wrong(format!(
                "[{shown}] is no name of a section: it has lower-case letters, digits and \
                 -*./:?@_| only"
            )));
        }
        let id = function_id(&name);
        if let Some(other) = self.headers().iter().find(|header| header.id == id) {
            return Err(wrong(format!(
                "[{shown}] would take the place of [{}]: for LTSP both have one name",
                String::from_utf8_lossy(&other.name)
            )));
        }
        if [&b"unnamed"[..], b"call", b"list"].contains(&&id[..]) {
            return Err(wrong(format!("[{shown}] is the name of a function of LTSP's own")));
        }
        for one in name.split(|byte| *byte == b'|') {
            if let Some((header, _)) = self.arms().find(one) {
                return Err(wrong(format!(
                    "a section [{shown}] at the end would never be run, because [{}] matches first",
                    String::from_utf8_lossy(&self.headers()[header].name)
                )));
            }
        }
        Ok(name)
    }

    /// A header, and what comes in front of it, at the end of the file.
    fn new_section(&self, section: &[u8]) -> Result<Vec<u8>> {
        let name = self.header_for(section)?;
        let bytes = self.source().bytes();
        let end = line_end(self.source());
        let mut text = Vec::new();
        if !bytes.is_empty() {
            if !bytes.ends_with(b"\n") {
                text.extend_from_slice(end);
            }
            if !bytes.ends_with(b"\n\n") && !bytes.ends_with(b"\r\n\r\n") {
                text.extend_from_slice(end);
            }
        }
        text.extend_from_slice(&[b"[", &name[..], b"]", end].concat());
        Ok(text)
    }
}

/// A setting: its section, its name, its value as it is written.
type Other<'a> = (Option<&'a [u8]>, &'a [u8], &'a [u8]);

/// Every setting of a file but `key`.
fn others<'a>(conf: &'a LtspConf, key: &[u8]) -> Vec<Other<'a>> {
    conf.assignments()
        .filter(|(_, _, name, _, _)| *name != key)
        .map(|(function, _, name, value, _)| {
            let section = conf.header_of(function).map(|header| &header.name[..]);
            (section, name, conf.source().slice(value))
        })
        .collect()
}

/// `value` in that style, or in the nearest that can hold it.
fn written(value: &[u8], style: Style) -> Vec<u8> {
    let safe = |byte: &u8| is_name(*byte) || b"-./:,@%+=^".contains(byte);
    let style = match style {
        Style::Bare if value.iter().all(safe) => return value.to_vec(),
        Style::Single if !value.contains(&b'\'') => Style::Single,
        _ => Style::Double,
    };
    let mut text = Vec::with_capacity(value.len() + 2);
    if style == Style::Single {
        text.push(b'\'');
        text.extend_from_slice(value);
        text.push(b'\'');
        return text;
    }
    text.push(b'"');
    for byte in value {
        if b"\\\"$`".contains(byte) {
            text.push(b'\\');
        }
        text.push(*byte);
    }
    text.push(b'"');
    text
}

/// A CR at the end of a line belongs to the value, unless it is in a comment.
fn guard(source: &Source, offset: usize) -> &'static [u8] {
    if line_end_near(source, offset) == b"\r\n" { b" #\r\n" } else { b"\n" }
}

impl Settings for LtspConf {
    fn get(&self, section: Option<&[u8]>, key: &[u8]) -> Result<Option<(Bytes, Place)>> {
        let function = self.find(section)?;
        match self.own_value(function, key) {
            None => Ok(None),
            Some((Some(value), at)) => Ok(Some((value, Place::new(self.source(), at)))),
            Some((None, at)) => {
                let position = self.source().position(at.start);
                let what =
                    format!("only a shell can tell what {} is", String::from_utf8_lossy(key));
                Err(self
                    .refuse(ErrorKind::Unsupported, what)
                    .at_line(position.line, position.column))
            }
        }
    }

    fn set(&mut self, section: Option<&[u8]>, key: &[u8], value: &[u8]) -> Result<()> {
        if !is_variable(key) || key.eq_ignore_ascii_case(b"include") {
            let what = format!("{} is no name of a variable", String::from_utf8_lossy(key));
            return Err(self.refuse(ErrorKind::InvalidInput, what));
        }
        if value.contains(&0) {
            return Err(self.refuse(ErrorKind::InvalidInput, "the shell loses NUL in a value"));
        }
        self.sound()?;
        if section.is_none() && self.headers().is_empty() {
            let what = "LTSP refuses a file without any section; choose one, such as [common]";
            return Err(self.refuse(ErrorKind::InvalidInput, what));
        }
        let source = self.source().clone();
        let Some(function) = self.function_named(section) else {
            let mut text = self.new_section(section.unwrap_or_default())?;
            let style = self.style(0);
            text.extend_from_slice(&[key, b"=", &written(value, style)].concat());
            text.extend_from_slice(guard(&source, source.bytes().len()));
            let edit = Edit::insert(source.bytes().len(), text);
            return self.change(section, key, &[edit], Some(value));
        };
        let last = self.of_key(function, key).last().map(|last| (last.kind.clone(), last.sure));
        if let Some((Kind::Assign { value: old, code, .. }, true)) = last {
            if !code
                && self
                    .own_value(function, key)
                    .is_some_and(|(now, _)| now.as_deref() == Some(value))
            {
                return Ok(());
            }
            let style = match source.slice(old).first() {
                Some(b'"') => Style::Double,
                Some(b'\'') => Style::Single,
                Some(b'\r') | None => self.style(function),
                Some(_) => Style::Bare,
            };
            let mut text = written(value, style);
            let line = source.slice(source.whole_line_at(old.end));
            // The CR was read as the end of the old value.
            if source.slice(old).ends_with(b"\r") && line.ends_with(b"\r\n") {
                text.extend_from_slice(b" #\r");
            }
            return self.change(section, key, &[Edit::replace(old, text)], Some(value));
        }
        let at = self.end_of(function);
        let mut text = Vec::new();
        if at > 0 && source.bytes()[at - 1] != b'\n' {
            text.extend_from_slice(line_end(&source));
        }
        let written = written(value, self.style(function));
        text.extend_from_slice(&[key, b"=", &written].concat());
        text.extend_from_slice(guard(&source, at.saturating_sub(1)));
        self.change(section, key, &[Edit::insert(at, text)], Some(value))
    }

    fn unset(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.remove(section, key, Edit::delete)
    }

    fn comment_out(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        self.remove(section, key, |line| Edit::insert(line.start, "#"))
    }

    fn uncomment(&mut self, section: Option<&[u8]>, key: &[u8]) -> Result<bool> {
        let function = self.find(section)?;
        let source = self.source().clone();
        let body = self.functions()[function].body;
        // Starts of comment lines, and where their text begins.
        let mut comments: Vec<(usize, usize)> = Vec::new();
        let mut found = None;
        let mut at = body.start;
        while at < body.end {
            let line = source.whole_line_at(at);
            let text = source.slice(line);
            let blanks = text.iter().take_while(|byte| b" \t".contains(byte)).count();
            let marks = text[blanks..].iter().take_while(|byte| **byte == b'#').count();
            if marks > 0 {
                let after = blanks + marks;
                let gap = text[after..].iter().take_while(|byte| b" \t".contains(byte)).count();
                let rest = &text[after + gap..];
                let name = rest.iter().take_while(|byte| is_name(**byte)).count();
                let equals = rest[name..].trim_ascii_start().first() == Some(&b'=');
                comments.push((line.start, line.start + after + gap));
                if &rest[..name] == key && equals {
                    found = Some(comments.len() - 1);
                }
            }
            at = line.end;
        }
        let Some(first) = found else { return Ok(false) };
        let mut edits = Vec::new();
        let mut failed = None;
        let mut best = None;
        let mut behind = None;
        for (start, text) in comments[first..].iter().take(LINES) {
            // The lines of one value follow each other.
            if behind.is_some_and(|behind| behind != *start) {
                break;
            }
            behind = Some(source.whole_line_at(*start).end);
            let text = if edits.is_empty() { *text } else { start + 1 };
            edits.push(Edit::delete(Span::new(*start, text)));
            let mut after = self.clone();
            after.edit(&edits)?;
            let value = after.function_named(section).and_then(|at| after.own_value(at, key));
            let Some((Some(value), span)) = value else { continue };
            match self.clone().change(section, key, &edits, Some(&value)) {
                Ok(()) => best = Some((edits.clone(), value)),
                Err(error) => failed = Some(error),
            }
            // Else the value runs on into lines that are still comments.
            let deleted: usize = edits.iter().map(|edit| edit.span.len()).sum();
            let end = source.whole_line_at(*start).end - deleted;
            if after.source().whole_line_at(span.end.saturating_sub(1)).end <= end {
                break;
            }
        }
        if let Some((edits, value)) = best {
            self.change(section, key, &edits, Some(&value))?;
            return Ok(true);
        }
        Err(failed.unwrap_or_else(|| {
            let what = "the comment is no setting with a value that is known";
            self.refuse(ErrorKind::InvalidInput, what)
        }))
    }

    fn add_section(&mut self, section: &[u8]) -> Result<bool> {
        if self.function_named(Some(section)).is_some() {
            return Ok(false);
        }
        self.sound()?;
        let text = self.new_section(section)?;
        let at = self.source().bytes().len();
        let mut after = self.clone();
        after.edit(&[Edit::insert(at, text)])?;
        if let Some(fault) = after.faults().first() {
            let what = format!("a section of this name cannot be added: {}", fault.what);
            return Err(self.refuse(ErrorKind::InvalidInput, what));
        }
        *self = after;
        Ok(true)
    }

    /// A value that is no literal stands there as it is written.
    fn settings(&self) -> Vec<Setting> {
        let source = self.source();
        self.assignments()
            .map(|(function, statement, key, value, code)| Setting {
                section: self.header_of(function).map(|header| header.name.as_slice().into()),
                key: key.into(),
                value: match Value::read(source, value) {
                    Value::Literal(text) if !code => text,
                    _ => source.slice(value).into(),
                },
                place: Place::new(source, statement.span),
            })
            .collect()
    }

    fn sections(&self) -> Vec<(Bytes, Place)> {
        let mut headers: Vec<_> =
            self.headers().iter().filter(|header| header.quote.is_none()).collect();
        headers.sort_by_key(|header| header.line);
        headers
            .iter()
            .map(|header| (header.name.as_slice().into(), Place::new(self.source(), header.line)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(text: &str) -> LtspConf {
        LtspConf::parse(Source::new("/etc/ltsp/ltsp.conf", text))
    }

    fn set(text: &str, section: &str, key: &str, value: &str) -> Result<String> {
        let mut conf = conf(text);
        let before = text.to_owned();
        let section = (!section.is_empty()).then_some(section.as_bytes());
        let done = conf.set(section, key.as_bytes(), value.as_bytes());
        let after = String::from_utf8(conf.to_bytes().to_vec()).unwrap();
        match done {
            Ok(()) => {
                let (read, _) = conf.get(section, key.as_bytes()).unwrap().expect("it was set");
                assert_eq!(read, value);
                Ok(after)
            }
            Err(error) => {
                assert_eq!(after, before, "nothing is changed by what is refused");
                Err(error)
            }
        }
    }

    #[test]
    fn a_value_is_written_as_its_neighbours_are() {
        for (before, key, value, after) in [
            ("[a]\nX=1\n", "X", "2", "[a]\nX=2\n"),
            ("[a]\nX = '1' # c\n", "X", "2 3", "[a]\nX = '2 3' # c\n"),
            ("[a]\nX=\"1\"", "X", "$a\"\\`", "[a]\nX=\"\\$a\\\"\\\\\\`\""),
            ("[a]\nX=1\n", "X", "two words", "[a]\nX=\"two words\"\n"),
            ("[a]\nX='1'\n\n# about b\n[b]\n", "Y", "2", "[a]\nX='1'\nY='2'\n\n# about b\n[b]\n"),
            ("[a]\n[b]\nX=1", "Y", "2", "[a]\nY=2\n[b]\nX=1"),
            ("[a]\nX=1\nX=2\n", "X", "3", "[a]\nX=1\nX=3\n"),
            ("[a]\nX=\"1\n2\"\n", "X", "3", "[a]\nX=\"3\"\n"),
            ("[a]\nX=1; Y=2\n", "Y", "3", "[a]\nX=1; Y=3\n"),
            ("[a]\r\nX=\"1\"\r\n", "X", "2", "[a]\r\nX=\"2\" #\r\n"),
            ("[a]\r\nX=\"1\"\r\n", "Y", "2", "[a]\r\nX=\"1\"\r\nY=\"2\" #\r\n"),
            ("[a]\nX=\"1\"\n", "Y", "multi\nline", "[a]\nX=\"1\"\nY=\"multi\nline\"\n"),
            ("[a]\nX=\n", "X", "", "[a]\nX=\n"),
        ] {
            assert_eq!(set(before, "a", key, value).expect(before), after, "{before}");
        }
        assert_eq!(set("# c\n[a]\n", "", "X", "1").unwrap(), "# c\nX=\"1\"\n[a]\n");
        assert_eq!(set("# c\n", "clients", "X", "1").unwrap(), "# c\n\n[clients]\nX=\"1\"\n");
        let mac = set("", "52:54:00:AA:bb:01", "X", "1");
        assert!(mac.is_ok_and(|text| text.starts_with("[52:54:00:aa:bb:01]\n")));
    }

    #[test]
    fn what_the_format_cannot_hold_is_refused_and_nothing_is_changed() {
        for (text, section, key, value) in [
            ("[a]\n", "a", "X", "a\n[Seat:*]\nb"),
            ("[a]\n", "a", "X", "a\nB = c"),
            ("[a]\n", "a", "X", "a\ninclude=c"),
            ("[a]\n", "a", "X", "a\0b"),
            ("[a]\n", "a", "1X", "1"),
            ("[a]\n", "a", "X Y", "1"),
            ("[a]\n", "a", "include", "1"),
            ("[pc*]\n", "pc01", "X", "1"),
            ("[pc-01]\n", "pc_01", "X", "1"),
            ("", "PC01", "X", "1"),
            ("", "esac", "X", "1"),
            ("", "call", "X", "1"),
            ("[a]\nreturn\n", "a", "X", "1"),
            ("[a]\nif x; then\nX=2\nfi\n", "a", "Y", "a\n[b]"),
            ("[a]\nX='\n", "a", "X", "1"),
            ("", "", "X", "1"),
        ] {
            let error = set(text, section, key, value).expect_err(key);
            assert!(
                matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Parse),
                "{text} {error}"
            );
        }
    }

    #[test]
    fn lines_are_removed_commented_out_and_brought_back() {
        let text = "[a]\n  X=1\nX='2\n3' # c\nY=4\n";
        let mut one = conf(text);
        assert!(one.comment_out(Some(b"a"), b"X").unwrap());
        assert_eq!(one.to_bytes(), b"[a]\n#  X=1\n#X='2\n#3' # c\nY=4\n");
        assert!(one.uncomment(Some(b"a"), b"X").unwrap());
        assert_eq!(one.to_bytes(), b"[a]\n#  X=1\nX='2\n3' # c\nY=4\n");
        assert!(one.unset(Some(b"a"), b"X").unwrap());
        assert_eq!(one.to_bytes(), b"[a]\n#  X=1\nY=4\n");
        let mut last = conf("[a]\nX=\"\n\nAa\n\"\n");
        assert!(last.comment_out(Some(b"a"), b"X").unwrap());
        assert!(last.uncomment(Some(b"a"), b"X").unwrap());
        assert_eq!(last.to_bytes(), b"[a]\nX=\"\n\nAa\n\"\n");
        assert!(!one.unset(Some(b"a"), b"X").unwrap());
        assert!(one.unset(Some(b"b"), b"X").is_err());
        let mut code = conf("[a]\nX=1; Y=2\n");
        assert!(code.unset(Some(b"a"), b"X").is_err());
    }

    #[test]
    fn a_section_is_added_once() {
        let mut one = conf("[a]\nX=1");
        assert!(one.add_section(b"b").unwrap());
        assert!(!one.add_section(b"B").unwrap());
        assert_eq!(one.to_bytes(), b"[a]\nX=1\n\n[b]\n");
        let names: Vec<_> = one.sections().iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn a_value_that_only_a_shell_knows_is_not_guessed() {
        let error = conf("[a]\nX=$(date)\n").get(Some(b"a"), b"X").expect_err("code");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(error.line(), Some(2));
        let known = conf("[a]\nA=1\nX=\"$A/b\"\n");
        assert_eq!(known.get(Some(b"a"), b"X").unwrap().unwrap().0, "1/b");
    }
}
