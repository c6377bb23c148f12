//! A held directory: every operation on its entries goes through its file descriptor.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use nix::fcntl::{AtFlags, OFlag, OpenHow, RenameFlags, ResolveFlag};
use nix::sys::stat::{Mode, SFlag, UtimensatFlags};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, UnlinkatFlags};

use super::error::{SysError, SysResult, retry};
use super::file::File;
use super::list::{DirEntry, ListBuf};
use super::meta::{FileType, Meta, Timestamp, statx};
use super::name::FileName;

/// An open directory. It stays the same directory whatever its name becomes.
///
/// No method follows a symbolic link in the last component, and [`open_dir`](Self::open_dir)
/// refuses to cross onto another mount, even a bind mount of the same file system.
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
}

/// What [`Dir::rename`] does with an entry that already has the new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rename {
    /// Fail with EEXIST.
    NoReplace,
    /// Replace it in one step (a directory only if it is empty).
    Replace,
    /// Let the two entries change places in one step.
    Exchange,
}

fn how(flags: OFlag, resolve: ResolveFlag) -> OpenHow {
    OpenHow::new().flags(flags | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW).resolve(resolve)
}

/// Nothing but a plain entry of this very directory on this very mount.
fn strictly_below() -> ResolveFlag {
    ResolveFlag::RESOLVE_BENEATH
        | ResolveFlag::RESOLVE_NO_SYMLINKS
        | ResolveFlag::RESOLVE_NO_MAGICLINKS
        | ResolveFlag::RESOLVE_NO_XDEV
}

const OPEN_DIR: OFlag = OFlag::O_RDONLY.union(OFlag::O_DIRECTORY);

impl Dir {
    pub(super) fn from_fd(fd: OwnedFd) -> Self {
        Self { fd }
    }

    /// The only lookup of a whole path: the start of a [`SysRoot`](super::SysRoot).
    pub(super) fn open_path(path: &CStr) -> SysResult<Self> {
        retry("open", || nix::fcntl::open(path, OPEN_DIR | OFlag::O_CLOEXEC, Mode::empty()))
            .map(Self::from_fd)
    }

    /// Opens the directory called `name`.
    ///
    /// # Errors
    /// ELOOP or ENOTDIR if it is no directory, EXDEV if something is mounted there.
    pub fn open_dir(&self, name: &FileName) -> SysResult<Self> {
        retry("openat2", || {
            nix::fcntl::openat2(self, name.as_c_str(), how(OPEN_DIR, strictly_below()))
        })
        .map(Self::from_fd)
    }

    /// Like [`open_dir`](Self::open_dir), but goes onto a file system that is mounted there.
    pub fn open_dir_across(&self, name: &FileName) -> SysResult<Self> {
        let resolve = strictly_below().difference(ResolveFlag::RESOLVE_NO_XDEV);
        retry("openat2", || nix::fcntl::openat2(self, name.as_c_str(), how(OPEN_DIR, resolve)))
            .map(Self::from_fd)
    }

    /// Like [`open_dir`](Self::open_dir), but gives the owner access first where a permission
    /// of 0 keeps him out; only needed when not running as root.
    pub fn open_dir_anyhow(&self, name: &FileName) -> SysResult<Self> {
        match self.open_dir(name) {
            Err(error) if error.is_denied() => {}
            answer => return answer,
        }
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let held = retry("openat2", || {
            nix::fcntl::openat2(self, name.as_c_str(), how(flags, strictly_below()))
        })?;
        // fchmod refuses an O_PATH descriptor; its name in /proc is the same directory, whatever
        // has happened to `name` since.
        let path = fd_path(held.as_fd());
        retry("fchmodat", || {
            nix::sys::stat::fchmodat(
                nix::fcntl::AT_FDCWD,
                path.as_c_str(),
                Mode::S_IRWXU,
                nix::sys::stat::FchmodatFlags::FollowSymlink,
            )
        })?;
        self.open_dir(name)
    }

    /// A second descriptor of the same directory.
    pub fn try_clone(&self) -> SysResult<Self> {
        self.fd.try_clone().map(Self::from_fd).map_err(|_| SysError::last("fcntl"))
    }

    /// The directory's own metadata.
    pub fn meta(&self) -> SysResult<Meta> {
        statx(self.fd.as_fd(), c"", libc::AT_EMPTY_PATH)
    }

    /// The metadata of the entry called `name`; a symbolic link's own.
    pub fn meta_of(&self, name: &FileName) -> SysResult<Meta> {
        statx(self.fd.as_fd(), name.as_c_str(), 0)
    }

    /// Calls `visit` for every entry, in the file system's order, without `.` and `..`. Begins at
    /// the beginning, and with what is there now: btrfs ends a listing where the directory ended
    /// when it was opened or rewound.
    ///
    /// # Errors
    /// Those of getdents64(2), and the first one that `visit` returns.
    pub fn list<E: From<SysError>>(
        &self,
        buf: &mut ListBuf,
        visit: impl FnMut(DirEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.rewind()?;
        self.list_fresh(buf, visit)
    }

    /// Like [`list`](Self::list) for a directory that has just been opened, which is at its
    /// beginning.
    ///
    /// # Errors
    /// Those of [`list`](Self::list).
    pub fn list_fresh<E: From<SysError>>(
        &self,
        buf: &mut ListBuf,
        mut visit: impl FnMut(DirEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.list_some(buf, &mut visit)? {}
        Ok(())
    }

    /// Calls `visit` for the next entries, as many as one call to the kernel answers; `false` once
    /// there are none left.
    ///
    /// # Errors
    /// Those of [`list`](Self::list).
    pub fn list_some<E: From<SysError>>(
        &self,
        buf: &mut ListBuf,
        mut visit: impl FnMut(DirEntry<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let more = buf.fill(self.fd.as_fd())?;
        if more {
            for entry in buf.entries() {
                visit(entry)?;
            }
        }
        Ok(more)
    }

    /// Starts listing from the beginning again, with what is there now.
    pub fn rewind(&self) -> SysResult<()> {
        retry("lseek", || nix::unistd::lseek(self, 0, nix::unistd::Whence::SeekSet)).map(drop)
    }

    /// Makes a directory.
    pub fn make_dir(&self, name: &FileName, mode: u16) -> SysResult<()> {
        retry("mkdirat", || nix::sys::stat::mkdirat(self, name.as_c_str(), bits(mode)))
    }

    /// Makes a symbolic link to `target`.
    pub fn make_symlink(&self, name: &FileName, target: &CStr) -> SysResult<()> {
        retry("symlinkat", || nix::unistd::symlinkat(target, self, name.as_c_str()))
    }

    /// Makes a FIFO or a socket.
    pub fn make_node(&self, name: &FileName, kind: FileType, mode: u16) -> SysResult<()> {
        let flag = if kind == FileType::Socket { SFlag::S_IFSOCK } else { SFlag::S_IFIFO };
        retry("mknodat", || nix::sys::stat::mknodat(self, name.as_c_str(), flag, bits(mode), 0))
    }

    /// Makes a new regular file and opens it for writing.
    pub fn create_file(&self, name: &FileName, mode: u16) -> SysResult<File> {
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        retry("openat", || nix::fcntl::openat(self, name.as_c_str(), flags, bits(mode)))
            .map(File::from_fd)
    }

    /// Opens the file called `name` for reading; never waits, not even for a FIFO.
    pub fn open_file(&self, name: &FileName) -> SysResult<File> {
        self.open_for_reading(name, strictly_below())
    }

    /// Like [`open_file`](Self::open_file), but also opens a file that is mounted there.
    pub fn open_file_across(&self, name: &FileName) -> SysResult<File> {
        let resolve = strictly_below().difference(ResolveFlag::RESOLVE_NO_XDEV);
        self.open_for_reading(name, resolve)
    }

    fn open_for_reading(&self, name: &FileName, resolve: ResolveFlag) -> SysResult<File> {
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        retry("openat2", || nix::fcntl::openat2(self, name.as_c_str(), how(flags, resolve)))
            .map(File::from_fd)
    }

    /// Holds whatever is called `name` without opening it.
    pub(super) fn hold(&self, name: &FileName) -> SysResult<OwnedFd> {
        retry("openat2", || {
            nix::fcntl::openat2(self, name.as_c_str(), how(OFlag::O_PATH, strictly_below()))
        })
    }

    /// Removes an entry that is not a directory.
    pub fn unlink(&self, name: &FileName) -> SysResult<()> {
        retry("unlinkat", || {
            nix::unistd::unlinkat(self, name.as_c_str(), UnlinkatFlags::NoRemoveDir)
        })
    }

    /// Removes an empty directory.
    pub fn remove_dir(&self, name: &FileName) -> SysResult<()> {
        retry("unlinkat", || nix::unistd::unlinkat(self, name.as_c_str(), UnlinkatFlags::RemoveDir))
    }

    /// Moves an entry to another directory of the same mount.
    pub fn rename(
        &self,
        name: &FileName,
        to: &Dir,
        to_name: &FileName,
        how: Rename,
    ) -> SysResult<()> {
        let flags = match how {
            Rename::NoReplace => RenameFlags::RENAME_NOREPLACE,
            Rename::Replace => RenameFlags::empty(),
            Rename::Exchange => RenameFlags::RENAME_EXCHANGE,
        };
        retry("renameat2", || {
            nix::fcntl::renameat2(self, name.as_c_str(), to, to_name.as_c_str(), flags)
        })
    }

    /// Gives the inode called `name` a further name in another directory. The link is to the
    /// entry itself, never to what a symbolic link points to.
    pub fn link(&self, name: &FileName, to: &Dir, to_name: &FileName) -> SysResult<()> {
        retry("linkat", || {
            nix::unistd::linkat(self, name.as_c_str(), to, to_name.as_c_str(), AtFlags::empty())
        })
    }

    /// What the symbolic link called `name` points to.
    pub fn read_link(&self, name: &FileName) -> SysResult<CString> {
        let target = retry("readlinkat", || nix::fcntl::readlinkat(self, name.as_c_str()))?;
        // The kernel does not let a NUL into a link.
        Ok(CString::new(target.into_vec()).unwrap_or_default())
    }

    /// Changes the directory's owner and group.
    pub fn set_owner(&self, uid: u32, gid: u32) -> SysResult<()> {
        set_owner(self.fd.as_fd(), uid, gid)
    }

    /// Changes the directory's permission bits.
    pub fn set_mode(&self, mode: u16) -> SysResult<()> {
        retry("fchmod", || nix::sys::stat::fchmod(self, bits(mode)))
    }

    /// Sets the directory's modification time.
    pub fn set_mtime(&self, mtime: Timestamp) -> SysResult<()> {
        set_mtime(self.fd.as_fd(), mtime)
    }

    /// Changes owner and group of an entry that this process has just made and that nobody else
    /// can reach: a symbolic link, FIFO or socket, which cannot be opened to do it by descriptor.
    pub fn set_owner_of_new(&self, name: &FileName, uid: u32, gid: u32) -> SysResult<()> {
        retry("fchownat", || {
            nix::unistd::fchownat(
                self,
                name.as_c_str(),
                Some(Uid::from_raw(uid)),
                Some(Gid::from_raw(gid)),
                AtFlags::AT_SYMLINK_NOFOLLOW,
            )
        })
    }

    /// Sets the modification time of an entry, a symbolic link's own.
    pub fn set_mtime_of(&self, name: &FileName, mtime: Timestamp) -> SysResult<()> {
        retry("utimensat", || {
            nix::sys::stat::utimensat(
                self,
                name.as_c_str(),
                &TimeSpec::UTIME_OMIT,
                &timespec(mtime),
                UtimensatFlags::NoFollowSymlink,
            )
        })
    }

    /// Changes the permission bits of a FIFO or socket that this process has just made and that
    /// nobody else can reach. (fchmodat(2) has no flag that every kernel takes to not follow.)
    pub fn set_mode_of_new(&self, name: &FileName, mode: u16) -> SysResult<()> {
        retry("fchmodat", || {
            nix::sys::stat::fchmodat(
                self,
                name.as_c_str(),
                bits(mode),
                nix::sys::stat::FchmodatFlags::FollowSymlink,
            )
        })
    }

    /// Writes everything that waits in memory for this file system to its disk.
    pub fn sync_fs(&self) -> SysResult<()> {
        retry("syncfs", || nix::unistd::syncfs(self))
    }

    /// Writes the directory's own entries to disk.
    pub fn sync(&self) -> SysResult<()> {
        retry("fsync", || nix::unistd::fsync(self))
    }

    /// The path that the kernel knows this directory by, for messages and for comparing with
    /// mount points; never for opening anything.
    pub fn kernel_path(&self) -> SysResult<PathBuf> {
        let path = fd_path(self.fd.as_fd());
        retry("readlink", || nix::fcntl::readlink(path.as_c_str())).map(PathBuf::from)
    }
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The name of an open descriptor in /proc, which leads to the very inode it holds.
pub(super) fn fd_path(fd: BorrowedFd<'_>) -> CString {
    CString::new(format!("/proc/thread-self/fd/{}", fd.as_raw_fd())).unwrap_or_default()
}

pub(super) fn bits(mode: u16) -> Mode {
    Mode::from_bits_truncate(u32::from(mode))
}

pub(super) fn set_owner(fd: BorrowedFd<'_>, uid: u32, gid: u32) -> SysResult<()> {
    retry("fchown", || nix::unistd::fchown(fd, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid))))
}

pub(super) fn set_mtime(fd: BorrowedFd<'_>, mtime: Timestamp) -> SysResult<()> {
    retry("utimensat", || nix::sys::stat::futimens(fd, &TimeSpec::UTIME_OMIT, &timespec(mtime)))
}

fn timespec(time: Timestamp) -> TimeSpec {
    TimeSpec::new(time.secs, i64::from(time.nanos))
}

/// A path of any bytes as the kernel takes it; `None` if it has a NUL.
pub(super) fn c_path(path: &std::path::Path) -> Option<CString> {
    CString::new(path.as_os_str().as_bytes()).ok()
}
