//! Real file systems in a mount namespace private to the thread; nothing is left behind even by a killed test.
mod file_system;
mod loopback;
mod namespace;

pub use file_system::{FileSystem, on_each};
pub use namespace::private;

use crate::oracle;
use nix::mount::{MntFlags, MsFlags, umount2};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A mounted file system; unmounted when dropped, with everything mounted below it.
#[derive(Debug)]
pub struct Mount {
    path: PathBuf,
    /// Whether the mount point is somebody else's directory.
    borrowed: bool,
}

impl Mount {
    /// Where it is mounted; below root-owned directories of mode 0755 only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// From now on nothing can be written.
    #[track_caller]
    pub fn make_read_only(&self) {
        self.remount(MsFlags::MS_RDONLY);
    }

    /// Writable again.
    #[track_caller]
    pub fn make_writable(&self) {
        self.remount(MsFlags::empty());
    }

    #[track_caller]
    fn remount(&self, flags: MsFlags) {
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | flags;
        let done = nix::mount::mount(None::<&str>, &self.path, None::<&str>, flags, None::<&str>);
        done.expect("one's own mount can be remounted");
    }

    fn new(source: &Path, kind: &str, options: &str) -> io::Result<Self> {
        let path = namespace::mount_point();
        let options = (!options.is_empty()).then_some(options);
        nix::mount::mount(Some(source), &path, Some(kind), MsFlags::empty(), options)?;
        let mount = Self { path, borrowed: false };
        fs::set_permissions(&mount.path, Permissions::from_mode(0o755))?;
        Ok(mount)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let detached = umount2(&self.path, MntFlags::MNT_DETACH);
        if !std::thread::panicking() {
            detached.expect("one's own mount can be unmounted");
        }
        // Most mount points are on the namespace's own tmpfs, which ends with the namespace. A
        // directory of the machine that was covered is not ours, empty or not.
        if !self.borrowed {
            drop(fs::remove_dir(&self.path));
        }
    }
}

/// A fresh tmpfs; `options` as for mount(8), such as `size=64m,nr_inodes=1000`.
#[track_caller]
pub fn tmpfs(options: &str) -> Mount {
    Mount::new(Path::new("testkit"), "tmpfs", options).expect("root can mount a tmpfs")
}

/// A fresh file system of the size in MiB, in a loop device that is freed by itself at the last unmount.
#[track_caller]
pub fn loop_mount(file_system: FileSystem, mebibytes: u64, options: &str) -> Mount {
    private();
    let device = loopback::attach(mebibytes * 1024 * 1024).expect("a free loop device");
    let (kind, arguments): (_, &[&str]) = match file_system {
        FileSystem::Tmpfs => panic!("a tmpfs needs no loop device: see `tmpfs`"),
        FileSystem::Ext4 => ("ext4", &["-F", "-q", "-b", "4096", "-I", "256", "-m", "0"]),
        FileSystem::Xfs => ("xfs", &["-f", "-q"]),
        FileSystem::Btrfs => ("btrfs", &["-f", "-q"]),
    };
    oracle::run(
        &format!("mkfs.{kind}"),
        arguments.iter().copied().map(Path::new).chain([device.path()]),
    );
    match Mount::new(device.path(), kind, options) {
        Ok(mount) => mount,
        Err(error) => panic!("cannot mount {kind} with options {options:?}: {error}"),
    }
}

/// An overlay of `upper` over `lower`; `work` is an empty directory on the file system of `upper`.
#[track_caller]
pub fn overlay(lower: &Path, upper: &Path, work: &Path) -> Mount {
    let options = format!(
        "lowerdir={},upperdir={},workdir={}",
        lower.display(),
        upper.display(),
        work.display()
    );
    Mount::new(Path::new("testkit"), "overlay", &options).expect("the kernel has overlayfs")
}

/// Mounts a directory at a second place, which is made if missing.
#[track_caller]
pub fn bind(from: &Path, to: &Path) -> Mount {
    private();
    fs::create_dir_all(to).expect("the place of a bind mount can be made");
    let bound = nix::mount::mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>);
    bound.expect("root can bind a directory");
    Mount { path: to.to_path_buf(), borrowed: true }
}

/// A fresh tmpfs at this directory, which is made if missing.
#[track_caller]
pub fn tmpfs_at(path: &Path) -> Mount {
    private();
    let borrowed = path.is_dir();
    fs::create_dir_all(path).expect("the place of a mount can be made");
    let mounted =
        nix::mount::mount(Some("testkit"), path, Some("tmpfs"), MsFlags::empty(), Some("mode=755"));
    mounted.expect("root can mount a tmpfs");
    Mount { path: path.to_path_buf(), borrowed }
}

/// A btrfs subvolume `name` on a mounted btrfs that may hold `bytes` only: EDQUOT beyond them.
#[track_caller]
pub fn btrfs_quota(mount: &Mount, name: &str, bytes: u64) -> PathBuf {
    let path = mount.path().join(name);
    let (top, sub, limit) = (mount.path().as_os_str(), path.as_os_str(), bytes.to_string());
    oracle::run("btrfs", ["quota".as_ref(), "enable".as_ref(), top]);
    oracle::run("btrfs", ["subvolume".as_ref(), "create".as_ref(), sub]);
    oracle::run("btrfs", ["qgroup".as_ref(), "limit".as_ref(), limit.as_ref(), sub]);
    path
}
