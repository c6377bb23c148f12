//! The kinds of file systems homes live on.
use super::{Mount, loop_mount, tmpfs};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A kind of file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FileSystem {
    Tmpfs,
    Ext4,
    Xfs,
    Btrfs,
}

impl FileSystem {
    /// All of them.
    pub fn all() -> [Self; 4] {
        [Self::Tmpfs, Self::Ext4, Self::Xfs, Self::Btrfs]
    }

    /// Whether files can share blocks (`FICLONE`).
    pub fn has_reflinks(self) -> bool {
        matches!(self, Self::Xfs | Self::Btrfs)
    }

    /// A fresh one of 512 MiB.
    #[track_caller]
    pub fn mount(self) -> Mount {
        self.mount_sized(512, "")
    }

    /// A fresh one of this size (xfs needs 300 MiB, btrfs 120), with these mount options.
    #[track_caller]
    pub fn mount_sized(self, mebibytes: u64, options: &str) -> Mount {
        match self {
            Self::Tmpfs if options.is_empty() => tmpfs(&format!("size={mebibytes}m")),
            Self::Tmpfs => tmpfs(&format!("size={mebibytes}m,{options}")),
            _ => loop_mount(self, mebibytes, options),
        }
    }
}

/// Runs a test on a fresh file system of every kind; all of them run, then it panics naming those that failed.
#[track_caller]
pub fn on_each(mut test: impl FnMut(FileSystem, &Path)) {
    let mut failed = Vec::new();
    for file_system in FileSystem::all() {
        let mount = file_system.mount();
        // Nothing of a failed round is used again: each has a file system of its own.
        if catch_unwind(AssertUnwindSafe(|| test(file_system, mount.path()))).is_err() {
            failed.push(file_system);
        }
    }
    assert!(failed.is_empty(), "failed on {failed:?}; the messages are above");
}
