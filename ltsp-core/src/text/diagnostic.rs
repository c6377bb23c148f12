//! What is wrong with a file, where, and how to mend it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Edit, Source, Span};
use crate::error::show;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It works, but there is something to know.
    Advice,
    /// It is read, but not as whoever wrote it will have meant.
    Warning,
    /// It, or what follows it, is not read at all, or stops the program that reads it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A span of a file that people can find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file's name, shared by all places of the file.
    #[serde(serialize_with = "name")]
    pub file: Arc<Path>,
    /// The line (from 1) in which it starts.
    pub line: u64,
    /// The column (from 1, in bytes) at which it starts.
    pub column: u64,
    /// The bytes.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `source`.
    #[must_use]
    pub fn new(source: &Source, span: Span) -> Self {
        let position = source.position(span.start);
        Self { file: source.shared_name(), line: position.line, column: position.column, span }
    }
}

fn name<S: Serializer>(file: &Arc<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    file.serialize(serializer)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", show(&self.file), self.line, self.column)
    }
}

/// Another place that has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// A way to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mend {
    /// What to do, as an instruction.
    pub message: String,
    /// The change to the file of the diagnostic that does it; empty if only a person can tell.
    pub edits: Vec<Edit>,
    /// Whether it can be done without asking: the file then means what its author saw in it.
    pub safe: bool,
}

/// One mistake or trap in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
pub struct Diagnostic {
    /// Its stable name, such as `lts-greedy-quote`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong and what really happens, in a sentence.
    pub message: String,
    /// Other places that have to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// How to put it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<Mend>,
}

impl Diagnostic {
    /// One of `severity` at `span`.
    pub fn new(
        severity: Severity,
        code: &'static str,
        source: &Source,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            place: Place::new(source, span),
            message: message.into(),
            labels: Vec::new(),
            mend: None,
        }
    }

    /// An [`Severity::Error`].
    pub fn error(
        code: &'static str,
        source: &Source,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, source, span, message)
    }

    /// A [`Severity::Warning`].
    pub fn warning(
        code: &'static str,
        source: &Source,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, source, span, message)
    }

    /// An [`Severity::Advice`].
    pub fn advice(
        code: &'static str,
        source: &Source,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Advice, code, source, span, message)
    }

    /// Points at another place.
    pub fn label(mut self, source: &Source, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { place: Place::new(source, span), message: message.into() });
        self
    }

    /// Says what a person can do.
    pub fn help(mut self, message: impl Into<String>) -> Self {
        self.mend = Some(Mend { message: message.into(), edits: Vec::new(), safe: false });
        self
    }

    /// Says what to do, and the change that does it, which somebody should look at first.
    pub fn suggest(mut self, message: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.mend = Some(Mend { message: message.into(), edits, safe: false });
        self
    }

    /// Says what to do, and the change that does it and can be made without asking.
    pub fn mend(mut self, message: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.mend = Some(Mend { message: message.into(), edits, safe: true });
        self
    }
}

/// One line as compilers print it: `file:line:column: severity[code]: message; mend`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.place, self.severity, self.code, self.message)?;
        match &self.mend {
            Some(mend) => write!(f, "; {}", mend.message),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_says_where_what_and_what_to_do() {
        let source = Source::new("/etc/lts.conf", "a\nFOO='b'\n");
        let said = Diagnostic::warning("lts-quote", &source, Span::new(6, 7), "a stray quote")
            .help("use double quotes");
        assert_eq!(
            said.to_string(),
            "/etc/lts.conf:2:5: warning[lts-quote]: a stray quote; use double quotes"
        );
        let json = serde_json::to_value(&said).unwrap();
        assert_eq!(json["line"], 2);
        assert_eq!(json["severity"], "warning");
        assert_eq!(json["mend"]["safe"], false);
    }

    #[test]
    fn worse_is_greater() {
        assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Advice);
    }
}
