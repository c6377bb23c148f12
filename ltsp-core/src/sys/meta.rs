//! What statx(2) tells about one inode.

use serde::Serialize;

use super::error::{SysResult, retry_raw};
use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, BorrowedFd};

/// What kind of inode it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileType {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A Unix socket.
    Socket,
    /// A block or character device.
    Device,
}

impl FileType {
    pub(crate) fn from_mode(mode: u32) -> Self {
        match mode & libc::S_IFMT {
            libc::S_IFDIR => Self::Directory,
            libc::S_IFLNK => Self::Symlink,
            libc::S_IFIFO => Self::Fifo,
            libc::S_IFSOCK => Self::Socket,
            libc::S_IFBLK | libc::S_IFCHR => Self::Device,
            _ => Self::File,
        }
    }

    /// The word for it in messages and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symbolic link",
            Self::Fifo => "FIFO",
            Self::Socket => "socket",
            Self::Device => "device",
        }
    }
}

/// A point in time as file systems keep it: seconds since the epoch and nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970-01-01 UTC; negative before.
    pub secs: i64,
    /// Nanoseconds, 0 to 999,999,999.
    pub nanos: u32,
}

impl Timestamp {
    fn of(time: libc::statx_timestamp) -> Self {
        Self { secs: time.tv_sec, nanos: time.tv_nsec }
    }
}

/// The metadata of one inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// What kind of inode it is.
    pub kind: FileType,
    /// Permission bits with setuid, setgid and sticky (`07777`).
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of names.
    pub nlink: u32,
    /// Inode number.
    pub ino: u64,
    /// Device number of the file system.
    pub dev: u64,
    /// Size in bytes.
    pub size: u64,
    /// Bytes that occupy disk blocks; less than `size` in a sparse file.
    pub allocated: u64,
    /// Time of the last change of content. Its owner can set it.
    pub mtime: Timestamp,
    /// Time of the last change of inode or content. Nobody can set it.
    pub ctime: Timestamp,
    /// Whether something is mounted here (Linux 5.8 and newer; `false` before).
    pub mount_root: bool,
}

impl Meta {
    /// Device and inode: what identifies a file on this machine.
    #[must_use]
    pub fn id(&self) -> (u64, u64) {
        (self.dev, self.ino)
    }

    /// Whether it is a file with holes that are worth to be looked for.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        self.kind == FileType::File && self.size >= 128 * 1024 && self.allocated < self.size
    }

    /// Whether it is a directory.
    #[must_use]
    pub fn is_dir(&self) -> bool {
        self.kind == FileType::Directory
    }
}

/// Asks for an entry's metadata without following it or mounting anything.
pub(super) fn statx(dir: BorrowedFd<'_>, name: &CStr, flags: i32) -> SysResult<Meta> {
    let mut stat = std::mem::MaybeUninit::<libc::statx>::zeroed();
    retry_raw("statx", || {
        // SAFETY: `name` is NUL-terminated, `stat` is writable and large enough, `dir` is open.
        unsafe {
            libc::statx(
                dir.as_raw_fd(),
                name.as_ptr(),
                flags | libc::AT_SYMLINK_NOFOLLOW | libc::AT_NO_AUTOMOUNT,
                libc::STATX_BASIC_STATS,
                stat.as_mut_ptr(),
            )
        }
    })?;
    // SAFETY: zeroed integers are valid, and the kernel filled it in.
    let stat = unsafe { stat.assume_init() };
    Ok(Meta {
        kind: FileType::from_mode(u32::from(stat.stx_mode)),
        mode: stat.stx_mode & 0o7777,
        uid: stat.stx_uid,
        gid: stat.stx_gid,
        nlink: stat.stx_nlink,
        ino: stat.stx_ino,
        dev: (u64::from(stat.stx_dev_major) << 32) | u64::from(stat.stx_dev_minor),
        size: stat.stx_size,
        allocated: stat.stx_blocks.saturating_mul(512),
        mtime: Timestamp::of(stat.stx_mtime),
        ctime: Timestamp::of(stat.stx_ctime),
        mount_root: stat.stx_attributes & libc::STATX_ATTR_MOUNT_ROOT as u64 != 0,
    })
}
