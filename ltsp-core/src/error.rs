//! One opaque error, the same on all four faces.
//!
//! A caller usually does one of three things with an error: show it, branch on its
//! [kind](ErrorKind), or look at the errno behind it. So there is one boxed type (one word, cheap
//! to return), a small closed set of kinds that become exit codes, C status codes and Python
//! exception classes, and messages that are whole sentences: where, what, and what to do.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong; the part of an error that programs branch on.
///
/// The numbers are part of the C interface and are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum ErrorKind {
    /// An argument makes no sense: a bad pattern, a name with a slash.
    InvalidInput = 1,
    /// A file of the system could not be understood; line and column say where.
    Parse = 2,
    /// A file, directory or account does not exist.
    NotFound = 3,
    /// The kernel said EACCES or EPERM.
    PermissionDenied = 4,
    /// This library declines to do it, for the reason in the message.
    Refused = 5,
    /// Somebody is using it: processes of the account, or another reset.
    Busy = 6,
    /// A symbolic link, a mount point or a swapped directory stood where a directory was expected.
    Unsafe = 7,
    /// The kernel or the file system cannot do it.
    Unsupported = 8,
    /// The disk or the quota is full.
    NoSpace = 9,
    /// The process or the system has no file descriptors left.
    TooManyOpenFiles = 10,
    /// The file system is mounted read-only.
    ReadOnly = 11,
    /// A time limit passed.
    TimedOut = 12,
    /// The caller asked to stop.
    Cancelled = 13,
    /// The tree was changed by somebody else while it was being worked on.
    Changed = 14,
    /// Any other failure reported by the kernel.
    Io = 15,
    /// A bug in this library.
    Internal = 16,
}

impl ErrorKind {
    /// Every kind, in the order of its number.
    pub const ALL: [ErrorKind; 16] = [
        Self::InvalidInput,
        Self::Parse,
        Self::NotFound,
        Self::PermissionDenied,
        Self::Refused,
        Self::Busy,
        Self::Unsafe,
        Self::Unsupported,
        Self::NoSpace,
        Self::TooManyOpenFiles,
        Self::ReadOnly,
        Self::TimedOut,
        Self::Cancelled,
        Self::Changed,
        Self::Io,
        Self::Internal,
    ];

    /// The kind's stable name, as it stands in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid-input",
            Self::Parse => "parse",
            Self::NotFound => "not-found",
            Self::PermissionDenied => "permission-denied",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::Unsafe => "unsafe",
            Self::Unsupported => "unsupported",
            Self::NoSpace => "no-space",
            Self::TooManyOpenFiles => "too-many-open-files",
            Self::ReadOnly => "read-only",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::Changed => "changed",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }

    /// The exit code of `ltspctl`: 10 plus the kind's number (1 and 2 are left to "differences
    /// found" and to usage errors).
    #[must_use]
    pub fn exit_code(self) -> u8 {
        10 + self as u8
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why something could not be done. Its `Display` is meant for people; see [`ErrorKind`] for what
/// programs need.
#[derive(thiserror::Error)]
#[error("{0}")]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    what: Cow<'static, str>,
    help: Option<Cow<'static, str>>,
    path: Option<PathBuf>,
    line: Option<u64>,
    column: Option<u64>,
    errno: Option<i32>,
    pids: Vec<i32>,
}

impl Error {
    /// An error of `kind` that says `what` went wrong.
    pub fn new(kind: ErrorKind, what: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            what: what.into(),
            help: None,
            path: None,
            line: None,
            column: None,
            errno: None,
            pids: Vec::new(),
        }))
    }

    /// An error that the kernel reported as `errno` while doing `what`.
    pub(crate) fn from_errno(
        kind: ErrorKind,
        errno: i32,
        what: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut error = Self::new(kind, what);
        error.0.errno = Some(errno);
        error.0.help = help_for(kind).map(Cow::Borrowed);
        error
    }

    /// Names the path it happened at.
    #[must_use]
    pub fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.path = Some(path.into());
        self
    }

    /// Names the line and column (both from 1) it happened at.
    #[must_use]
    pub fn at_line(mut self, line: u64, column: u64) -> Self {
        self.0.line = Some(line);
        self.0.column = Some(column);
        self
    }

    /// Says what the reader can do about it.
    #[must_use]
    pub fn help_with(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Names the processes that stand in the way.
    #[must_use]
    pub fn with_pids(mut self, pids: Vec<i32>) -> Self {
        self.0.pids = pids;
        self
    }

    /// Replaces the kind, where the errno alone does not tell it.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What kind of error this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The kernel's error number, where the kernel said one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        self.0.errno
    }

    /// The path it happened at.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The line (from 1) of the file at [`path`](Self::path).
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The column (from 1, in bytes) in [`line`](Self::line).
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.0.column
    }

    /// The processes that stand in the way ([`ErrorKind::Busy`]).
    #[must_use]
    pub fn pids(&self) -> &[i32] {
        &self.0.pids
    }

    /// What the reader can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The message without the path and without the help.
    #[must_use]
    pub fn message(&self) -> String {
        match self.0.errno {
            Some(errno) => format!("{}: {}", self.0.what, errno_text(errno)),
            None => self.0.what.to_string(),
        }
    }
}

impl Clone for Error {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({}: {})", self.0.kind, self.0)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", show(path))?;
            if let (Some(line), Some(column)) = (self.line, self.column) {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)?;
        if let Some(errno) = self.errno {
            write!(f, ": {}", errno_text(errno))?;
        }
        if !self.pids.is_empty() {
            let shown: Vec<String> = self.pids.iter().take(10).map(ToString::to_string).collect();
            write!(f, " (process {}", shown.join(", "))?;
            if self.pids.len() > 10 {
                write!(f, " and {} more", self.pids.len() - 10)?;
            }
            f.write_str(")")?;
        }
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        Ok(())
    }
}

impl serde::Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Plain<'a> {
            kind: &'static str,
            message: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            help: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            path: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            line: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            column: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            errno: Option<i32>,
            #[serde(skip_serializing_if = "<[i32]>::is_empty")]
            pids: &'a [i32],
        }
        let plain = Plain {
            kind: self.kind().name(),
            message: self.message(),
            help: self.help(),
            path: self.path().map(|path| show(path).to_string()),
            line: self.line(),
            column: self.column(),
            errno: self.errno(),
            pids: self.pids(),
        };
        serde::Serialize::serialize(&plain, serializer)
    }
}

/// A path as people can read it and as terminals cannot be harmed by it: what is not printable
/// UTF-8 is escaped (`\n`, `\x1b`, `\xff`).
pub fn show(path: &Path) -> impl fmt::Display + '_ {
    use std::os::unix::ffi::OsStrExt as _;
    Shown(path.as_os_str().as_bytes())
}

struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_control() || character == '\\' {
                    write!(f, "{}", character.escape_default())?;
                } else {
                    write!(f, "{character}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// The kernel's own words for `errno`, without Rust's "(os error N)".
fn errno_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// What usually helps when the kernel refuses.
fn help_for(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NoSpace => "make room on the file system, or raise the quota, and try again",
        ErrorKind::TooManyOpenFiles => {
            "raise the limit of open files (ulimit -n) or use fewer threads"
        }
        ErrorKind::ReadOnly => "remount the file system read-write",
        ErrorKind::PermissionDenied => "run it as root",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_what_and_what_to_do() {
        let error =
            Error::from_errno(ErrorKind::NoSpace, 28, "cannot write the file").at("/home/g1/a\nb");
        assert_eq!(
            error.to_string(),
            "/home/g1/a\\nb: cannot write the file: No space left on device; \
             make room on the file system, or raise the quota, and try again"
        );
        assert_eq!(error.kind(), ErrorKind::NoSpace);
        assert_eq!(error.errno(), Some(28));
    }

    #[test]
    fn a_path_that_is_no_text_is_shown_escaped() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"\xff\x1b[31mred"));
        assert_eq!(show(path).to_string(), "\\xff\\u{1b}[31mred");
    }

    #[test]
    fn every_kind_has_its_own_name_number_and_exit_code() {
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        for (index, kind) in ErrorKind::ALL.iter().enumerate() {
            assert_eq!(usize::from(*kind as u8), index + 1);
            assert_eq!(usize::from(kind.exit_code()), index + 11);
        }
    }

    #[test]
    fn many_processes_are_named_but_not_without_end() {
        let error = Error::new(ErrorKind::Busy, "in use").with_pids((1..=12).collect());
        assert_eq!(error.to_string(), "in use (process 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more)");
    }
}
