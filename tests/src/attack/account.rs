//! Being somebody else in one thread only, and opening directories as they are now.
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Gives this thread alone the account's ids and no other group; it has no capability from then on.
///
/// The C library's functions would do it to all threads of the process, so these are the bare system calls.
pub(super) fn become_account(uid: u32, gid: u32) -> io::Result<()> {
    let done =
        |status: libc::c_long| if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) };
    // SAFETY: no group is read from the null pointer, for the count is 0.
    done(unsafe { libc::syscall(libc::SYS_setgroups, 0, std::ptr::null::<libc::gid_t>()) })?;
    // SAFETY: plain numbers.
    done(unsafe { libc::syscall(libc::SYS_setresgid, gid, gid, gid) })?;
    // SAFETY: plain numbers.
    done(unsafe { libc::syscall(libc::SYS_setresuid, uid, uid, uid) })
}

/// Opens a directory, if there is one.
pub(super) fn open_dir(dir: impl AsFd, name: &(impl nix::NixPath + ?Sized)) -> Option<OwnedFd> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(dir, name, flags, Mode::empty()).ok()
}

/// A small generator: attackers need to be unlike each other, not unpredictable.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % bound.max(1)
    }
}
