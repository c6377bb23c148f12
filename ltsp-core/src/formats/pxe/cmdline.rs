//! Kernel command lines: parameters in the order they stand in.

use std::fmt;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Span};

/// A kernel command line, such as the value of APPEND.
///
/// Parameters are found as the kernel finds them: white space separates them, except between `"`
/// and `"`; quotes around a value, or around a whole parameter, are no part of it. What stands
/// behind a `--` is for init. Every byte that is not changed stays as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct KernelCommandLine {
    text: Vec<u8>,
}

/// One parameter of a [`KernelCommandLine`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: Bytes,
    /// What stands behind the `=`; `None` for a flag such as `ro`.
    pub value: Option<Bytes>,
    /// Whether it stands behind `--`, for init and not for the kernel.
    pub for_init: bool,
    /// Where it stands in the line, with its quotes.
    pub span: Span,
}

/// White space of the kernel, which counts the no-break space of Latin-1 too.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r' | 0xa0)
}

impl KernelCommandLine {
    /// Takes the line as it is.
    #[must_use]
    pub fn parse(text: &[u8]) -> Self {
        Self { text: text.to_vec() }
    }

    /// The line.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Every parameter, in order. The `--` before those for init is not one of them.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        self.scan().0
    }

    /// The parameters, and where `--` stands.
    fn scan(&self) -> (Vec<Parameter>, Option<Span>) {
        // A NUL ends it for the kernel.
        let end = self.text.iter().position(|byte| *byte == 0).unwrap_or(self.text.len());
        let text = &self.text[..end];
        let mut parameters = Vec::new();
        let mut separator = None;
        let mut at = 0;
        while at < end {
            if is_space(text[at]) {
                at += 1;
                continue;
            }
            let (parameter, span) = next(text, at, separator.is_some());
            if separator.is_none() && parameter.value.is_none() && parameter.name == *"--" {
                separator = Some(span);
            } else {
                parameters.push(parameter);
            }
            at = span.end;
        }
        (parameters, separator)
    }

    /// The value of `name` for the kernel: of several the last. `None` if it is missing or a flag.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Bytes> {
        self.all(name).pop()
    }

    /// Every value of `name` for the kernel, in order, as with `console=`.
    #[must_use]
    pub fn all(&self, name: &[u8]) -> Vec<Bytes> {
        self.parameters()
            .into_iter()
            .filter(|parameter| parameter.name == *name && !parameter.for_init)
            .filter_map(|parameter| parameter.value)
            .collect()
    }

    /// Whether the flag `name` (without `=`) is there for the kernel.
    #[must_use]
    pub fn has_flag(&self, name: &[u8]) -> bool {
        self.parameters().iter().any(|parameter| {
            parameter.name == *name && parameter.value.is_none() && !parameter.for_init
        })
    }

    /// Gives `name` that value: where it stands last, or as a new parameter before `--` and before
    /// the `---` of Debian's installer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if a command line cannot express the name or the value: no name
    /// with white space, `=` or `"`, no value with `"` or control characters.
    pub fn set(&mut self, name: &[u8], value: &[u8]) -> Result<()> {
        let text = assignment(name, value)?;
        let last = self.parameters().into_iter().rfind(|parameter| {
            parameter.name == *name && parameter.value.is_some() && !parameter.for_init
        });
        match last {
            Some(parameter) => self.replace(parameter.span, &text),
            None => self.insert(&text),
        }
    }

    /// Adds `name=value` behind the others of that name.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn add(&mut self, name: &[u8], value: &[u8]) -> Result<()> {
        let text = assignment(name, value)?;
        self.insert(&text)
    }

    /// Adds the flag `name` if it is missing.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_flag(&mut self, name: &[u8]) -> Result<()> {
        check_name(name)?;
        if self.has_flag(name) { Ok(()) } else { self.insert(name) }
    }

    /// Removes every parameter of that name for the kernel, with or without a value; says how many.
    pub fn remove(&mut self, name: &[u8]) -> usize {
        let mut removed = 0;
        for parameter in self.parameters().into_iter().rev() {
            if parameter.name != *name || parameter.for_init {
                continue;
            }
            let Span { start, mut end } = parameter.span;
            let mut from = start;
            // The blanks behind it go with it; at the end, those before it.
            while self.text.get(end).is_some_and(|byte| is_space(*byte)) {
                end += 1;
            }
            if end == self.text.len() {
                while from > 0 && is_space(self.text[from - 1]) {
                    from -= 1;
                }
                end = parameter.span.end.max(from);
                self.text.drain(from..end);
            } else {
                self.text.drain(from..end);
            }
            removed += 1;
        }
        removed
    }

    fn replace(&mut self, span: Span, text: &[u8]) -> Result<()> {
        self.text.splice(span.range(), text.iter().copied());
        Ok(())
    }

    fn insert(&mut self, text: &[u8]) -> Result<()> {
        let (parameters, separator) = self.scan();
        let open = parameters.iter().any(|one| !is_closed(&self.text[one.span.range()]));
        let refuse = |what: &'static str| Err(Error::new(ErrorKind::InvalidInput, what));
        if open {
            return refuse(
                "a quote in the command line is not closed: it would swallow what is added",
            );
        }
        if self.text.contains(&0) {
            return refuse("the command line has a NUL, behind which nothing is read");
        }
        let installer = parameters.iter().find(|one| one.name == *"---" && one.value.is_none());
        let before = separator.into_iter().chain(installer.map(|one| one.span)).min();
        let mut added = text.to_vec();
        match before {
            Some(span) => {
                added.push(b' ');
                self.text.splice(span.start..span.start, added);
            }
            None => {
                if self.text.last().is_some_and(|byte| !is_space(*byte)) {
                    added.insert(0, b' ');
                }
                self.text.extend(added);
            }
        }
        Ok(())
    }
}

/// Whether the quotes of a parameter are closed.
fn is_closed(text: &[u8]) -> bool {
    text.iter().filter(|byte| **byte == b'"').count() % 2 == 0
}

/// Whether a quote of the line is never closed.
pub(super) fn has_open_quote(text: &[u8]) -> bool {
    !is_closed(text)
}

/// The parameter at `at`, where there is no white space.
fn next(text: &[u8], at: usize, for_init: bool) -> (Parameter, Span) {
    let whole_quoted = text[at] == b'"';
    let from = at + usize::from(whole_quoted);
    let mut in_quote = whole_quoted;
    // A `=` in the first place does not end a name.
    let mut equals = None;
    let mut end = from;
    while end < text.len() && (in_quote || !is_space(text[end])) {
        match text[end] {
            b'=' if equals.is_none() && end > from => equals = Some(end),
            b'"' => in_quote = !in_quote,
            _ => {}
        }
        end += 1;
    }
    let mut inner_end = end;
    let mut value = None;
    if let Some(equals) = equals {
        let mut start = equals + 1;
        if text.get(start) == Some(&b'"') && start < end {
            start += 1;
            if end > start && text[end - 1] == b'"' {
                inner_end = end - 1;
            }
        }
        value = Some(start);
    }
    if whole_quoted && end > from && inner_end == end && text[end - 1] == b'"' {
        inner_end = end - 1;
    }
    let name_end = equals.unwrap_or(inner_end);
    let parameter = Parameter {
        name: text[from..name_end].into(),
        value: value.map(|start| text[start.min(inner_end)..inner_end].into()),
        for_init,
        span: Span::new(at, end),
    };
    (parameter, Span::new(at, end))
}

fn check_name(name: &[u8]) -> Result<()> {
    let wrong = name.is_empty()
        || name == b"--"
        || name.iter().any(|byte| is_space(*byte) || *byte < b' ' || matches!(byte, b'=' | b'"'));
    if wrong {
        let name = Bytes::from(name);
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("{name:?} cannot be the name of a kernel parameter"),
        ));
    }
    Ok(())
}

fn assignment(name: &[u8], value: &[u8]) -> Result<Vec<u8>> {
    check_name(name)?;
    if value.iter().any(|byte| *byte == b'"' || (*byte < b' ' && *byte != b'\t')) {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "a kernel parameter cannot hold a quote, a line end or another control character",
        ));
    }
    let quote: &[u8] = if value.iter().any(|byte| is_space(*byte)) { b"\"" } else { b"" };
    Ok([name, b"=", quote, value, quote].concat())
}

impl fmt::Display for KernelCommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Bytes::from(&self.text[..]).fmt(f)
    }
}

impl fmt::Debug for KernelCommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.text.escape_ascii())
    }
}

impl From<KernelCommandLine> for String {
    fn from(line: KernelCommandLine) -> Self {
        line.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> KernelCommandLine {
        KernelCommandLine::parse(text.as_bytes())
    }

    fn shown(text: &str) -> Vec<String> {
        line(text)
            .parameters()
            .iter()
            .map(|one| match &one.value {
                Some(value) => {
                    format!("{}={value}{}", one.name, if one.for_init { "!" } else { "" })
                }
                None => format!("{}{}", one.name, if one.for_init { "!" } else { "" }),
            })
            .collect()
    }

    #[test]
    fn parameters_are_found_as_the_kernel_finds_them() {
        assert_eq!(shown(" ro  quiet\troot=/dev/nbd0 "), ["ro", "quiet", "root=/dev/nbd0"]);
        assert_eq!(shown("a=\"b c\" d"), ["a=b c", "d"]);
        assert_eq!(shown("\"a=b c\" d"), ["a=b c", "d"]);
        assert_eq!(shown("a=b\"c d\"e f"), ["a=b\"c d\"e", "f"]);
        assert_eq!(shown("a=b=c"), ["a=b=c"]);
        assert_eq!(shown("=a=b"), ["=a=b"], "a name may begin with the sign");
        assert_eq!(line("=a=b").get(b"=a").as_deref(), Some(&b"b"[..]));
        assert_eq!(shown("a= b"), ["a=", "b"]);
        assert_eq!(shown("a=\"b c"), ["a=b c"]);
        assert_eq!(shown("ro -- single x=1"), ["ro", "single!", "x=1!"]);
        assert_eq!(shown("ro --- x=1"), ["ro", "---", "x=1"]);
        assert_eq!(shown("--=x a"), ["--=x", "a"]);
        assert_eq!(shown("a=\"\" \""), ["a=", ""]);
        assert_eq!(shown("a\0b c"), ["a"]);
        assert!(shown("  ").is_empty());
    }

    #[test]
    fn the_last_of_several_counts_and_flags_are_no_values() {
        let it = line("console=tty0 ro console=ttyS0,115200 ip");
        assert_eq!(it.get(b"console").unwrap(), *"ttyS0,115200");
        assert_eq!(it.all(b"console").len(), 2);
        assert!(it.has_flag(b"ro") && !it.has_flag(b"console") && it.get(b"ip").is_none());
        assert!(line("-- ro").parameters()[0].for_init && !line("-- ro").has_flag(b"ro"));
    }

    #[test]
    fn a_change_touches_only_its_parameter() {
        let mut it = line("ro   root=/dev/nbd0  a=1 a=2 -- x");
        it.set(b"root", b"/dev/nfs").unwrap();
        it.set(b"a", b"3 4").unwrap();
        it.set(b"ip", b"dhcp").unwrap();
        it.set_flag(b"quiet").unwrap();
        it.set_flag(b"ro").unwrap();
        assert_eq!(it.to_string(), "ro   root=/dev/nfs  a=1 a=\"3 4\" ip=dhcp quiet -- x");
        assert_eq!(it.remove(b"a"), 2);
        assert_eq!(it.remove(b"x"), 0, "it is for init");
        assert_eq!(it.to_string(), "ro   root=/dev/nfs  ip=dhcp quiet -- x");
        let mut it = line("a b");
        assert_eq!(it.remove(b"b") + it.remove(b"a"), 2);
        assert_eq!(it.to_string(), "");
        let mut it = line("priority=low --- quiet");
        it.add(b"console", b"ttyS0").unwrap();
        assert_eq!(it.to_string(), "priority=low console=ttyS0 --- quiet");
    }

    #[test]
    fn what_a_command_line_cannot_express_is_refused() {
        let mut it = line("ro");
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a=b", "x"),
            ("a\"", "x"),
            ("--", "x"),
            ("a", "\""),
            ("a", "b\n"),
        ] {
            let error = it.set(name.as_bytes(), value.as_bytes()).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
        assert_eq!(it.to_string(), "ro");
        for broken in ["a=\"b", "a\0b"] {
            assert!(line(broken).set(b"x", b"y").is_err(), "{broken:?}");
        }
    }
}
