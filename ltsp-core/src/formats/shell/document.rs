//! The document: a file of shell assignments.

use std::fmt;
use std::sync::OnceLock;

use serde::Serialize;

use super::lint;
use super::params::Tool;
use super::parser::{Command, Kind, Parsed, parse};
use super::resolve::{Variable, variables};
use crate::text::{Bytes, Diagnostic, Document, Place, Source, Span};

/// A part of the file that is more than an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Opaque {
    /// The command, as it stands.
    pub text: Bytes,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
}

/// A file that the shell reads with `.`, for its assignments. `Debug` prints only its name, because
/// there may be passwords in it.
#[derive(Clone)]
pub struct ShellConf {
    source: Source,
    parsed: Parsed,
    own: OnceLock<Vec<Variable>>,
}

impl fmt::Debug for ShellConf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShellConf").field("name", &self.source.name()).finish_non_exhaustive()
    }
}

impl ShellConf {
    /// Every variable that the file assigns, as if it were read alone.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        self.own.get_or_init(|| variables(std::slice::from_ref(self)))
    }

    /// Every command of the file that is not an assignment or `export`, in the order of the file,
    /// and the part that is too intricate to be followed. It runs as root when a tool reads the
    /// file, and is never run here.
    #[must_use]
    pub fn opaque(&self) -> Vec<Opaque> {
        let code = |command: &&Command| !matches!(command.kind, Kind::Assign | Kind::Export);
        let commands = self.parsed.commands.iter().filter(code).map(|command| command.span);
        let rest = self.parsed.intricate.map(|at| Span::new(at, self.source.bytes().len()));
        commands
            .filter(|span| rest.is_none_or(|rest| span.end <= rest.start))
            .chain(rest)
            .map(|span| Opaque {
                text: self.source.slice(span).into(),
                place: Place::new(&self.source, span),
            })
            .collect()
    }

    /// The tool that reads the file, as its name tells: `/etc/ltsp/TOOL.conf`, a file in
    /// `/etc/ltsp/TOOL.conf.d`, or either in a chroot.
    #[must_use]
    pub fn tool(&self) -> Option<Tool> {
        Tool::of(self.source.name())
    }

    pub(super) fn parsed(&self) -> &Parsed {
        &self.parsed
    }
}

impl Document for ShellConf {
    fn parse(source: Source) -> Self {
        let parsed = parse(source.bytes());
        Self { source, parsed, own: OnceLock::new() }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        lint::check(self)
    }
}
