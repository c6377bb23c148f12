//! Mistakes and silent traps of a configuration.

mod labels;
mod lines;
mod raw;
mod whole;

use std::path::Path;

use super::boot::Target;
use super::document::{Line, PxeConf};
use crate::error::ErrorKind;
use crate::text::{Bytes, Diagnostic, Document as _, Includes, Span};

/// What is being gathered.
pub(super) struct Lint<'a> {
    pub(super) conf: &'a PxeConf,
    pub(super) found: Vec<Diagnostic>,
    /// Whether other files belong to this one, which are not known.
    pub(super) includes: bool,
}

pub(super) fn check(conf: &PxeConf) -> Vec<Diagnostic> {
    use super::directive::Key;
    let includes =
        conf.lines().iter().any(|line| matches!(line.key, Key::Include | Key::MenuInclude));
    let mut lint = Lint { conf, found: Vec::new(), includes };
    raw::check(&mut lint);
    lines::check(&mut lint);
    labels::check(&mut lint);
    whole::check(&mut lint);
    let mut found = lint.found;
    found.sort_by(|a, b| (a.place.span, a.code).cmp(&(b.place.span, b.code)));
    found
}

impl<'a> Lint<'a> {
    pub(super) fn value(&self, line: &Line) -> &'a [u8] {
        self.conf.source.slice(line.value)
    }

    pub(super) fn warn(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(code, &self.conf.source, span, message)
    }

    pub(super) fn advise(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::advice(code, &self.conf.source, span, message)
    }

    pub(super) fn error(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, &self.conf.source, span, message)
    }

    pub(super) fn label(
        &self,
        said: Diagnostic,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        said.label(&self.conf.source, span, message)
    }

    pub(super) fn push(&mut self, said: Diagnostic) {
        self.found.push(said);
    }
}

/// Bytes for a message: text, and not too much of it.
pub(super) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 60;
    let text = Bytes::from(&bytes[..bytes.len().min(MOST)]);
    format!("{:?}{}", text.text(), if bytes.len() > MOST { "..." } else { "" })
}

impl PxeConf {
    /// As [`check`](crate::text::Document::check), with the files that this one includes: also says
    /// which of them are missing or go round in a circle, and whether DEFAULT and ONTIMEOUT name a
    /// label of any of them. Places are all in this file.
    pub fn check_with(&self, includes: &(impl Includes + ?Sized)) -> Vec<Diagnostic> {
        let mut found = self.check();
        let lint = Lint { conf: self, found: Vec::new(), includes: true };
        let own = |file: &Path| file == self.source.name();
        match self.resolve(includes) {
            Err(error) => {
                let span = match (error.path(), error.line()) {
                    (Some(path), Some(line)) if own(path) => {
                        self.source.line(line).unwrap_or_default()
                    }
                    _ => Span::at(0),
                };
                let code = if error.kind() == ErrorKind::Parse {
                    "pxe-include-circle"
                } else {
                    "pxe-unreadable-include"
                };
                found.push(lint.error(code, span, error.to_string()));
            }
            Ok(menu) => {
                for missing in menu.missing.iter().filter(|one| own(&one.origin.place.file)) {
                    let file = crate::error::show(&missing.value);
                    let what = format!(
                        "{file} is not there: pxelinux goes on without it, and says nothing"
                    );
                    found.push(lint.warn("pxe-missing-include", missing.origin.place.span, what));
                }
                let lines = [("DEFAULT", &menu.default), ("ONTIMEOUT", &menu.on_timeout)];
                for (name, line) in lines {
                    let Some(line) = line.as_ref().filter(|one| own(&one.origin.place.file)) else {
                        continue;
                    };
                    let word = super::grammar::first_word(&line.value).0;
                    let span = line.origin.place.span;
                    let known = found.iter().any(|one| one.place.span == span);
                    let file =
                        matches!(menu.target(&line.value), Target::File(_) | Target::Refused(_));
                    if file && !known && whole::could_be_label(word) {
                        let what = format!(
                            "{name} names {}, but neither this file nor those it includes have such a label: pxelinux looks for a file of that name",
                            shown(word)
                        );
                        found.push(lint.warn("pxe-no-such-label", span, what));
                    }
                }
            }
        }
        found.sort_by(|a, b| (a.place.span, a.code).cmp(&(b.place.span, b.code)));
        found
    }
}
