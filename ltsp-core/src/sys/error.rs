//! What the kernel refused: the call and the errno, small enough for the hot path.

use std::borrow::Cow;

use nix::errno::Errno;

use crate::error::{Error, ErrorKind};

/// A system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {errno}")]
pub struct SysError {
    call: &'static str,
    errno: Errno,
}

/// `Result` of one system call.
pub type SysResult<T> = std::result::Result<T, SysError>;

impl SysError {
    pub(crate) fn new(call: &'static str, errno: Errno) -> Self {
        Self { call, errno }
    }

    /// The error of `call` as the C library left it in errno.
    pub(crate) fn last(call: &'static str) -> Self {
        Self::new(call, Errno::last())
    }

    /// The error number.
    #[must_use]
    pub fn errno(self) -> i32 {
        self.errno as i32
    }

    /// The name of the system call.
    #[must_use]
    pub fn call(self) -> &'static str {
        self.call
    }

    /// The full error: `what` could not be done. Add the path with [`Error::at`].
    pub fn because(self, what: impl Into<Cow<'static, str>>) -> Error {
        Error::from_errno(self.kind(), self.errno(), what)
    }

    /// What kind of error this errno stands for.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        match self.errno {
            Errno::ENOENT => ErrorKind::NotFound,
            Errno::EACCES | Errno::EPERM => ErrorKind::PermissionDenied,
            Errno::ENOSPC | Errno::EDQUOT => ErrorKind::NoSpace,
            Errno::EMFILE | Errno::ENFILE => ErrorKind::TooManyOpenFiles,
            Errno::EROFS => ErrorKind::ReadOnly,
            // What openat2 answers when a symbolic link or a mount point stands in the way.
            Errno::ELOOP | Errno::EXDEV | Errno::ENOTDIR => ErrorKind::Unsafe,
            Errno::ENOSYS | Errno::EOPNOTSUPP => ErrorKind::Unsupported,
            Errno::EBUSY | Errno::EAGAIN => ErrorKind::Busy,
            Errno::ETIMEDOUT => ErrorKind::TimedOut,
            _ => ErrorKind::Io,
        }
    }

    /// Nothing has that name (any more).
    #[must_use]
    pub fn is_not_found(self) -> bool {
        self.errno == Errno::ENOENT
    }

    /// Something has that name already.
    #[must_use]
    pub fn is_exists(self) -> bool {
        self.errno == Errno::EEXIST
    }

    /// A directory stands where something else was expected.
    #[must_use]
    pub fn is_directory(self) -> bool {
        // unlink(2): EISDIR on Linux, EPERM as POSIX has it (some network file systems).
        matches!(self.errno, Errno::EISDIR)
    }

    /// Something else stands where a directory was expected, or a symbolic link does.
    #[must_use]
    pub fn is_not_directory(self) -> bool {
        matches!(self.errno, Errno::ENOTDIR | Errno::ELOOP)
    }

    /// A directory is not empty.
    #[must_use]
    pub fn is_not_empty(self) -> bool {
        // POSIX allows either.
        matches!(self.errno, Errno::ENOTEMPTY | Errno::EEXIST)
    }

    /// Permission is missing.
    #[must_use]
    pub fn is_denied(self) -> bool {
        matches!(self.errno, Errno::EACCES | Errno::EPERM)
    }

    /// No file descriptors are left.
    #[must_use]
    pub fn is_out_of_files(self) -> bool {
        matches!(self.errno, Errno::EMFILE | Errno::ENFILE)
    }

    /// Another file system, or a mount point in between.
    #[must_use]
    pub fn is_cross_device(self) -> bool {
        self.errno == Errno::EXDEV
    }

    /// The inode has as many links as its file system allows.
    #[must_use]
    pub fn is_too_many_links(self) -> bool {
        self.errno == Errno::EMLINK
    }

    /// The kernel or the file system has no such operation or flag.
    #[must_use]
    pub fn is_unsupported(self) -> bool {
        // Errno has ENOTSUP as another name of EOPNOTSUPP on Linux.
        matches!(self.errno, Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP | Errno::ENOTTY)
    }
}

impl From<SysError> for Error {
    fn from(error: SysError) -> Self {
        error.because(format!("{} failed", error.call))
    }
}

/// Calls again for as long as a signal interrupted the call.
pub(crate) fn retry<T>(
    name: &'static str,
    mut call: impl FnMut() -> nix::Result<T>,
) -> SysResult<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(SysError::new(name, errno)),
            Ok(value) => return Ok(value),
        }
    }
}

/// [`retry`] for a raw call that answers a negative number on failure.
pub(crate) fn retry_raw<T: Copy + PartialOrd + Default>(
    name: &'static str,
    mut call: impl FnMut() -> T,
) -> SysResult<T> {
    loop {
        let answer = call();
        if answer >= T::default() {
            return Ok(answer);
        }
        let error = SysError::last(name);
        if error.errno != Errno::EINTR {
            return Err(error);
        }
    }
}
