//! What is mounted where, and on what kind of file system.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use super::dir::Dir;
use super::error::{SysResult, retry};
use super::name::FileNameBuf;

/// The kinds of file system whose behaviour this library knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FsKind {
    /// ext2, ext3, ext4.
    Ext,
    Xfs,
    Btrfs,
    Tmpfs,
    Overlay,
    Other,
}

impl FsKind {
    /// The kind of file system that `dir` is on.
    pub(crate) fn of(dir: &Dir) -> SysResult<Self> {
        let kind = retry("fstatfs", || nix::sys::statfs::fstatfs(dir))?.filesystem_type();
        Ok(match kind {
            nix::sys::statfs::EXT4_SUPER_MAGIC => Self::Ext,
            nix::sys::statfs::XFS_SUPER_MAGIC => Self::Xfs,
            nix::sys::statfs::BTRFS_SUPER_MAGIC => Self::Btrfs,
            nix::sys::statfs::TMPFS_MAGIC => Self::Tmpfs,
            nix::sys::statfs::OVERLAYFS_SUPER_MAGIC => Self::Overlay,
            _ => Self::Other,
        })
    }

    /// Whether its change times come from this machine's clock, and move with every change of
    /// entries, owner, mode, times and attributes.
    pub(crate) fn has_honest_ctime(self) -> bool {
        self != Self::Other
    }

    /// Whether the change time of a file tells of every change of its content.
    ///
    /// On tmpfs a shared mapping that was only read can be stored to unseen, and an overlay may
    /// write to one.
    pub(crate) fn ctime_tells_content(self) -> Telling {
        match self {
            Self::Btrfs => Telling::Always,
            // XFS_IOC_SWAPEXT and EXT4_IOC_MOVE_EXT exchange the blocks of two files of one user.
            Self::Ext | Self::Xfs => Telling::UnlessExchanged,
            Self::Tmpfs | Self::Overlay | Self::Other => Telling::No,
        }
    }
}

/// What a change time says about a file's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    Always,
    /// All but the exchange of blocks by calls that are meant for defragmenting.
    UnlessExchanged,
    No,
}

/// The mount points strictly below `dir`, in this process's view.
pub(crate) fn mount_points_below(dir: &Dir) -> SysResult<Vec<PathBuf>> {
    let path = dir.kernel_path()?;
    // This thread's: it may be in a mount namespace of its own.
    let proc = Dir::open_path(c"/proc/thread-self")?;
    let name = FileNameBuf::new("mountinfo").unwrap_or_else(|_| unreachable!("a plain name"));
    let text = proc.open_file(&name)?.read_all(64 * 1024 * 1024)?;
    Ok(text
        .split(|byte| *byte == b'\n')
        // proc_pid_mountinfo(5): the fifth field is the mount point.
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4))
        .map(unescape)
        .filter(|point| point != &path && point.starts_with(&path))
        .collect())
}

/// Undoes the octal escapes of mountinfo (space, tab, newline, backslash).
fn unescape(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, tail)) = rest.split_first() {
        let octal = tail
            .get(..3)
            .filter(|_| first == b'\\')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    Path::new(&OsString::from_vec(bytes)).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_mount_points_are_read_back() {
        assert_eq!(unescape(br"/mnt/a\040b\134c"), Path::new("/mnt/a b\\c"));
    }
}
