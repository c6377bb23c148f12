//! Making a tree on a real file system.
use super::{Content, Entry, Node, Tree, filler_bytes};
use crate::xattr;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, SFlag, UtimensatFlags, makedev, mkdirat, mknodat, utimensat};
use nix::sys::time::TimeSpec;
use std::ffi::{CString, OsStr};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

impl Tree {
    /// Builds the tree in `root`, which is made if missing; panics naming the entry that could not be made.
    #[track_caller]
    pub fn build_at(&self, root: impl AsRef<Path>) -> &Self {
        let root = root.as_ref();
        if let Err((path, error)) = self.try_build(root) {
            panic!("cannot build {}: {error}", path.display());
        }
        self
    }

    fn try_build(&self, root: &Path) -> Result<(), (PathBuf, io::Error)> {
        let plain = super::dir();
        let at = |path: &Path| {
            let path = path.to_path_buf();
            move |error| (path, error)
        };
        make_parents(root).map_err(at(root))?;
        let mut made = vec![(root.to_path_buf(), self.root.as_ref().and_then(|root| root.mtime))];
        for (path, entry) in &self.entries {
            let path = root.join(OsStr::from_bytes(path));
            let parent = path.parent().expect("an entry lies below the root");
            for missing in missing_parents(parent) {
                fs::create_dir(&missing).map_err(at(&missing))?;
                self.dress(&missing, &plain).map_err(at(&missing))?;
                made.push((missing, None));
            }
            make(root, &path, entry).map_err(at(&path))?;
            self.dress(&path, entry).map_err(at(&path))?;
            // A further name of a file has the file's own time, unless it is said here.
            if entry.mtime.is_some() || !matches!(entry.node, Node::HardLink(_)) {
                made.push((path, entry.mtime));
            }
        }
        let dressed = if self.root.is_some() || self.owner.is_some() {
            self.dress(root, self.root.as_ref().unwrap_or(&plain))
        } else {
            Ok(())
        };
        dressed.map_err(at(root))?;
        // Last, because making an entry moves the time of the directory it is in.
        for (path, mtime) in made {
            if let Some(mtime) = mtime.or(self.mtime) {
                set_mtime(&path, mtime).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    fn dress(&self, path: &Path, entry: &Entry) -> io::Result<()> {
        if matches!(entry.node, Node::HardLink(_)) && entry.owner.is_none() && entry.mode.is_none()
        {
            return set_xattrs(path, entry);
        }
        if let Some((uid, gid)) = entry.owner.or(self.owner) {
            std::os::unix::fs::lchown(path, Some(uid), Some(gid))?;
        }
        // After the owner, because chown clears setuid; before the ACL, because chmod changes its mask.
        if !matches!(entry.node, Node::Symlink(_)) {
            let usual = if matches!(entry.node, Node::Dir | Node::Deep(_)) { 0o755 } else { 0o644 };
            let keep = path.symlink_metadata()?.permissions().mode() & 0o7777;
            let mode = if matches!(entry.node, Node::HardLink(_)) { keep } else { usual };
            fs::set_permissions(path, Permissions::from_mode(entry.mode.unwrap_or(mode)))?;
        }
        set_xattrs(path, entry)
    }
}

fn set_xattrs(path: &Path, entry: &Entry) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    entry.xattrs.iter().try_for_each(|(name, value)| xattr::set(&path, name, value))
}

/// Sets a modification time without following a symlink.
pub(crate) fn set_mtime(path: &Path, (seconds, nanoseconds): (i64, u32)) -> io::Result<()> {
    let time = TimeSpec::new(seconds, i64::from(nanoseconds));
    Ok(utimensat(AT_FDCWD, path, &time, &time, UtimensatFlags::NoFollowSymlink)?)
}

fn make_parents(path: &Path) -> io::Result<()> {
    for missing in missing_parents(path) {
        fs::create_dir(&missing)?;
        fs::set_permissions(&missing, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn missing_parents(path: &Path) -> Vec<PathBuf> {
    let missing = path.ancestors().take_while(|path| path.symlink_metadata().is_err());
    let mut missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}

fn make(root: &Path, path: &Path, entry: &Entry) -> io::Result<()> {
    let node =
        |kind, device| Ok(mknodat(AT_FDCWD, path, kind, Mode::from_bits_truncate(0o600), device)?);
    match &entry.node {
        Node::File(content) => write(path, content),
        Node::Dir => fs::create_dir(path),
        Node::Symlink(target) => std::os::unix::fs::symlink(OsStr::from_bytes(target), path),
        Node::Fifo => node(SFlag::S_IFIFO, 0),
        Node::Socket => node(SFlag::S_IFSOCK, 0),
        Node::Device { block: true, major, minor } => node(SFlag::S_IFBLK, makedev(*major, *minor)),
        Node::Device { block: false, major, minor } => {
            node(SFlag::S_IFCHR, makedev(*major, *minor))
        }
        Node::HardLink(to) => {
            let to = root.join(OsStr::from_bytes(to));
            Ok(nix::unistd::linkat(AT_FDCWD, &to, AT_FDCWD, path, AtFlags::empty())?)
        }
        Node::Deep(levels) => make_deep(path, *levels),
    }
}

fn write(path: &Path, content: &Content) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    match content {
        Content::Bytes(bytes) => file.write_all_at(bytes, 0),
        Content::Filler { seed, len } => file.write_all_at(&filler_bytes(*seed, *len), 0),
        Content::Sparse { len, data } => write_sparse(&file, *len, data),
    }
}

fn write_sparse(file: &File, len: u64, data: &[(u64, Vec<u8>)]) -> io::Result<()> {
    file.set_len(len)?;
    data.iter().try_for_each(|(offset, bytes)| file.write_all_at(bytes, *offset))
}

fn make_deep(path: &Path, levels: u32) -> io::Result<()> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    fs::create_dir(path)?;
    let mut dir = openat(AT_FDCWD, path, flags, Mode::empty())?;
    for _ in 0..levels {
        mkdirat(&dir, "d", Mode::from_bits_truncate(0o755))?;
        dir = openat(&dir, "d", flags, Mode::empty())?;
    }
    Ok(())
}
