//! Errors, and the numbers they have in C.

use std::ffi::{c_char, c_int};

use ltsp_core::{Error, ErrorKind};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};

/// How a call went: LTSP_OK, or the kind of its error, which is the part that programs branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_status {
    /// It was done.
    LTSP_OK = 0,
    /// An argument makes no sense: NULL, a bad pattern, a name with a slash.
    LTSP_INVALID_INPUT = 1,
    /// A file of the system could not be understood; line and column say where.
    LTSP_PARSE = 2,
    /// A file, directory or account does not exist.
    LTSP_NOT_FOUND = 3,
    /// The kernel said EACCES or EPERM.
    LTSP_PERMISSION_DENIED = 4,
    /// The library declines to do it, for the reason in the message.
    LTSP_REFUSED = 5,
    /// Somebody is using it: processes of the account, or another reset.
    LTSP_BUSY = 6,
    /// A symbolic link, a mount point or a swapped directory stood where a directory was expected.
    LTSP_UNSAFE = 7,
    /// The kernel or the file system cannot do it.
    LTSP_UNSUPPORTED = 8,
    /// The disk or the quota is full.
    LTSP_NO_SPACE = 9,
    /// The process or the system has no file descriptors left.
    LTSP_TOO_MANY_OPEN_FILES = 10,
    /// The file system is mounted read-only.
    LTSP_READ_ONLY = 11,
    /// A time limit passed.
    LTSP_TIMED_OUT = 12,
    /// The caller asked to stop.
    LTSP_CANCELLED = 13,
    /// The tree was changed by somebody else while it was being worked on.
    LTSP_CHANGED = 14,
    /// Any other failure that the kernel reported.
    LTSP_IO = 15,
    /// A bug in the library.
    LTSP_INTERNAL = 16,
}

/// An [`ltsp_status`] that a caller gives.
pub type StatusNumber = i32;

impl From<ErrorKind> for ltsp_status {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidInput => Self::LTSP_INVALID_INPUT,
            ErrorKind::Parse => Self::LTSP_PARSE,
            ErrorKind::NotFound => Self::LTSP_NOT_FOUND,
            ErrorKind::PermissionDenied => Self::LTSP_PERMISSION_DENIED,
            ErrorKind::Refused => Self::LTSP_REFUSED,
            ErrorKind::Busy => Self::LTSP_BUSY,
            ErrorKind::Unsafe => Self::LTSP_UNSAFE,
            ErrorKind::Unsupported => Self::LTSP_UNSUPPORTED,
            ErrorKind::NoSpace => Self::LTSP_NO_SPACE,
            ErrorKind::TooManyOpenFiles => Self::LTSP_TOO_MANY_OPEN_FILES,
            ErrorKind::ReadOnly => Self::LTSP_READ_ONLY,
            ErrorKind::TimedOut => Self::LTSP_TIMED_OUT,
            ErrorKind::Cancelled => Self::LTSP_CANCELLED,
            ErrorKind::Changed => Self::LTSP_CHANGED,
            ErrorKind::Io => Self::LTSP_IO,
            // The kinds that have no number here yet are a mistake of this crate.
            _ => Self::LTSP_INTERNAL,
        }
    }
}

/// Why something could not be done.
///
/// An error that a function gave by its last parameter is freed with ltsp_error_free(). One that
/// was read out of a report, a plan or an event is borrowed from it and is not freed.
#[derive(Debug)]
pub struct ltsp_error {
    error: Error,
    text: Text,
    message: Text,
    help: Option<Text>,
    path: Option<Text>,
}

impl From<Error> for ltsp_error {
    fn from(error: Error) -> Self {
        Self {
            text: Text::new(error.to_string()),
            message: Text::new(error.message()),
            help: error.help().map(Text::new),
            path: error.path().map(Text::of_path),
            error,
        }
    }
}

impl ltsp_error {
    #[cfg(test)]
    pub(crate) fn error(&self) -> &Error {
        &self.error
    }
}

/// Frees an error that a function gave by its last parameter.
///
/// @param error The error, or NULL. Everything that was read from it is gone with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_free(error: *mut ltsp_error) {
    // SAFETY: the caller gives NULL or an error that is its own.
    unsafe { boundary::free(error) };
}

/// Answers the kind of an error: the status that the failed call answered, too.
///
/// @param error The error.
/// @return The kind; LTSP_OK if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_kind(error: *const ltsp_error) -> ltsp_status {
    boundary!(else ltsp_status::LTSP_OK; error: handle => { Some(error.error.kind().into()) })
}

/// Answers the whole error as people should see it, in one line: where, what, and what to do about
/// it. What is not printable in a path is escaped, so that it cannot harm a terminal.
///
/// @param error The error.
/// @return The text, borrowed from the error; none if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_text(error: *const ltsp_error) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; error: handle => { Some(error.text.lend()) })
}

/// Answers what went wrong, without the path and without what to do about it.
///
/// @param error The error.
/// @return The text, borrowed from the error; none if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_message(error: *const ltsp_error) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; error: handle => { Some(error.message.lend()) })
}

/// Answers what the reader can do about it.
///
/// @param error The error.
/// @return The text, borrowed from the error; none if there is none or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_help(error: *const ltsp_error) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; error: handle => { error.help.as_ref().map(Text::lend) })
}

/// Answers the path at which it happened, unescaped.
///
/// @param error The error.
/// @return The path, borrowed from the error; none if there is none or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_path(error: *const ltsp_error) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; error: handle => { error.path.as_ref().map(Text::lend) })
}

/// Answers the kernel's error number, as in `errno.h`.
///
/// @param error The error.
/// @return The number; 0 if the error is not the kernel's or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_errno(error: *const ltsp_error) -> c_int {
    boundary!(else 0; error: handle => { error.error.errno() })
}

/// Answers the line, counted from 1, of the file at ltsp_error_path() that is not understood.
///
/// @param error The error.
/// @return The line; 0 if there is none or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_line(error: *const ltsp_error) -> u64 {
    boundary!(else 0; error: handle => { error.error.line() })
}

/// Answers the column, counted from 1 and in bytes, in ltsp_error_line().
///
/// @param error The error.
/// @return The column; 0 if there is none or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_column(error: *const ltsp_error) -> u64 {
    boundary!(else 0; error: handle => { error.error.column() })
}

/// Answers how many processes stand in the way (LTSP_BUSY).
///
/// @param error The error.
/// @return The number of processes; 0 if `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_pid_count(error: *const ltsp_error) -> usize {
    boundary!(else 0; error: handle => { Some(error.error.pids().len()) })
}

/// Answers the number of one process that stands in the way. It may have ended by now, and its
/// number may be another process's.
///
/// @param error The error.
/// @param index From 0 to below ltsp_error_pid_count().
/// @return The process's number; 0 if there is none at `index` or `error` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_error_pid(error: *const ltsp_error, index: usize) -> i32 {
    boundary!(else 0; error: handle => { error.error.pids().get(index).copied() })
}

/// Answers the name of a status, such as `no-space`: the one that stands in JSON.
///
/// @param status The status.
/// @return A string that is never freed; `unknown` for a number that is none.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_status_name(status: StatusNumber) -> *const c_char {
    let name = match status {
        0 => c"ok",
        1 => c"invalid-input",
        2 => c"parse",
        3 => c"not-found",
        4 => c"permission-denied",
        5 => c"refused",
        6 => c"busy",
        7 => c"unsafe",
        8 => c"unsupported",
        9 => c"no-space",
        10 => c"too-many-open-files",
        11 => c"read-only",
        12 => c"timed-out",
        13 => c"cancelled",
        14 => c"changed",
        15 => c"io",
        16 => c"internal",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn a_status_has_the_number_and_the_name_of_its_kind() {
        for kind in ErrorKind::ALL {
            let status = ltsp_status::from(kind) as i32;
            assert_eq!(status, kind as i32, "{kind}");
            // SAFETY: the name is a literal.
            let name = unsafe { CStr::from_ptr(ltsp_status_name(status)) };
            assert_eq!(name.to_str(), Ok(kind.name()));
        }
    }

    #[test]
    fn everything_an_error_knows_can_be_read() {
        let error = Error::new(ErrorKind::Parse, "this is no uid")
            .at("/etc/passwd")
            .at_line(3, 7)
            .with_pids(vec![11, 12])
            .help_with("correct it");
        let error = ltsp_error::from(error);
        let it = &raw const error;
        let read = |bytes: ltsp_bytes| {
            // SAFETY: borrowed from `error`, which is alive, and a NUL byte follows.
            let all = unsafe { std::slice::from_raw_parts(bytes.ptr, bytes.len + 1) };
            CStr::from_bytes_with_nul(all).expect("one NUL byte, at the end").to_owned()
        };
        // SAFETY: `error` is alive (and so below).
        assert_eq!(unsafe { ltsp_error_kind(it) }, ltsp_status::LTSP_PARSE);
        // SAFETY: as above.
        let text = read(unsafe { ltsp_error_text(it) });
        assert_eq!(
            text.to_str(),
            Ok("/etc/passwd:3:7: this is no uid (process 11, 12); correct it")
        );
        // SAFETY: as above.
        assert_eq!(read(unsafe { ltsp_error_message(it) }).to_bytes(), b"this is no uid");
        // SAFETY: as above.
        assert_eq!(read(unsafe { ltsp_error_help(it) }).to_bytes(), b"correct it");
        // SAFETY: as above.
        assert_eq!(read(unsafe { ltsp_error_path(it) }).to_bytes(), b"/etc/passwd");
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_line(it) }, 3);
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_column(it) }, 7);
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_errno(it) }, 0);
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_pid_count(it) }, 2);
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_pid(it, 1) }, 12);
        // SAFETY: as above.
        assert_eq!(unsafe { ltsp_error_pid(it, 2) }, 0);
    }
}
