//! Advisory locks that end with their process, however it ends.

use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use nix::errno::Errno;

use super::dir::Dir;
use super::error::{SysError, SysResult, retry_raw};
use super::name::FileName;

/// A held flock(2); dropping it lets go.
#[derive(Debug)]
pub(crate) struct Lock {
    // The lock belongs to the open file description, so holding the descriptor holds the lock.
    _fd: OwnedFd,
}

impl Lock {
    /// Locks a directory itself; `None` if somebody else has it.
    pub(crate) fn try_dir(dir: &Dir) -> SysResult<Option<Self>> {
        // A description of its own: a duplicated descriptor would share the lock, and `dir` may
        // be closed before the lock is to end.
        let fd = nix::fcntl::openat(
            dir,
            c".",
            nix::fcntl::OFlag::O_RDONLY
                | nix::fcntl::OFlag::O_DIRECTORY
                | nix::fcntl::OFlag::O_CLOEXEC,
            nix::sys::stat::Mode::empty(),
        )
        .map_err(|errno| SysError::new("openat", errno))?;
        Self::try_fd(fd)
    }

    /// Locks the file called `name`, which is made if need be; `None` if somebody else has it.
    pub(crate) fn try_file(dir: &Dir, name: &FileName) -> SysResult<Option<Self>> {
        let flags = nix::fcntl::OFlag::O_RDWR
            | nix::fcntl::OFlag::O_CREAT
            | nix::fcntl::OFlag::O_NOFOLLOW
            | nix::fcntl::OFlag::O_CLOEXEC;
        let fd = super::error::retry("openat", || {
            nix::fcntl::openat(dir, name.as_c_str(), flags, super::dir::bits(0o600))
        })?;
        Self::try_fd(fd)
    }

    /// Locks an open file; `None` if somebody else has it. The lock ends when both this and `fd`
    /// are gone.
    pub(super) fn try_open(fd: &OwnedFd) -> SysResult<Option<Self>> {
        let same = fd.try_clone().map_err(|_| SysError::last("fcntl"))?;
        Self::try_fd(same)
    }

    fn try_fd(fd: OwnedFd) -> SysResult<Option<Self>> {
        let answer = retry_raw("flock", || {
            // SAFETY: the descriptor is open.
            unsafe { libc::flock(fd.as_fd().as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) }
        });
        match answer {
            Ok(_) => Ok(Some(Self { _fd: fd })),
            Err(error) if error.errno() == Errno::EWOULDBLOCK as i32 => Ok(None),
            Err(error) => Err(error),
        }
    }
}
