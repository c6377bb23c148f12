//! The exit codes, and their table in `--help` and in the manual pages.

use std::fmt::Write as _;
use std::process::ExitCode;

use ltsp_core::ErrorKind;

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is as it was asked for.
    Fine,
    /// `verify` or `diff` found differences, or `check` found mistakes.
    Differences,
    /// The command line could not be understood.
    Usage,
    /// Something failed.
    Failed(ErrorKind),
}

impl Exit {
    /// Prints what clap has to say, which may also be the help that was asked for.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        // A reader that has gone away wants no help any more.
        drop(error.print());
        if error.use_stderr() { Self::Usage } else { Self::Fine }
    }

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Differences => 1,
            Self::Usage => 2,
            Self::Failed(kind) => kind.exit_code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Every exit code with its name and meaning.
pub(crate) fn rows() -> Vec<(u8, &'static str, &'static str)> {
    let mut rows = vec![
        (Exit::Fine.code(), "", "Everything is as it was asked for"),
        (
            Exit::Differences.code(),
            "",
            "`verify` found differences, or `conf diff` did, or `conf check` found mistakes, or \
             `conf convert --check` something to look at",
        ),
        (Exit::Usage.code(), "", "The command line could not be understood"),
    ];
    rows.extend(ErrorKind::ALL.iter().map(|kind| (kind.exit_code(), kind.name(), meaning(*kind))));
    rows
}

/// What the codes are about, in one sentence.
pub(crate) const INTRODUCTION: &str =
    "Where several homes failed, the code is that of the first one.";

/// The table at the end of `--help`.
pub(crate) fn table() -> String {
    let mut table = String::from("Exit codes:\n");
    for (code, name, meaning) in rows() {
        let gap = if name.is_empty() { "" } else { ": " };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "  {code:>2}  {name}{gap}{meaning}");
    }
    table + INTRODUCTION
}

fn meaning(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidInput => "an argument makes no sense",
        ErrorKind::Parse => "a file of the system could not be understood",
        ErrorKind::NotFound => "a file, directory or account does not exist",
        ErrorKind::PermissionDenied => "the kernel did not allow it",
        ErrorKind::Refused => "declined, for the reason in the message",
        ErrorKind::Busy => "processes of the account or another reset are using the home",
        ErrorKind::Unsafe => "a symbolic link or mount point stood where a directory was expected",
        ErrorKind::Unsupported => "the kernel or the file system cannot do it",
        ErrorKind::NoSpace => "the disk or the quota is full",
        ErrorKind::TooManyOpenFiles => "no file descriptors are left",
        ErrorKind::ReadOnly => "the file system is mounted read-only",
        ErrorKind::TimedOut => "a time limit passed",
        ErrorKind::Cancelled => "stopped by SIGINT, SIGTERM or SIGHUP",
        ErrorKind::Changed => "somebody else changed the tree meanwhile",
        ErrorKind::Io => "any other failure reported by the kernel",
        ErrorKind::Internal => "a bug in ltspctl",
        _ => "another failure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_documented_once() {
        let rows = rows();
        for (at, (code, _, meaning)) in rows.iter().enumerate() {
            assert_ne!(*meaning, "another failure", "{code} has no meaning");
            assert!(rows[at + 1..].iter().all(|(other, ..)| other != code), "{code} stands twice");
        }
        assert_eq!(rows.len(), 3 + ErrorKind::ALL.len());
        assert!(table().contains("  23  cancelled: "), "{}", table());
    }
}
