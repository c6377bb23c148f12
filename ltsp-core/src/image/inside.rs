//! One way to look into a chroot, an image and the server itself.

use std::path::Path;

use super::files;
use super::squashfs::Squashfs;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{FileType, SysRoot};

/// A tree that is a system's root. Paths are from its top, and symbolic links stay in it.
pub(super) trait Inside {
    /// The content of a file of at most `limit` bytes.
    fn read(&self, path: &str, limit: u32) -> Result<Vec<u8>>;
    /// The first `length` bytes of a file, or all if it has fewer.
    fn read_start(&self, path: &str, length: u32) -> Result<Vec<u8>>;
    /// The names in a directory, sorted, without those that begin with a dot.
    fn names(&self, path: &str) -> Result<Vec<Vec<u8>>>;
    /// What kind of file it is, and its permission bits.
    fn look(&self, path: &str) -> Result<(FileType, u16)>;
}

impl Inside for SysRoot {
    fn read(&self, path: &str, limit: u32) -> Result<Vec<u8>> {
        files::read(self, Path::new(path), limit as usize).map(|(content, _)| content)
    }

    fn read_start(&self, path: &str, length: u32) -> Result<Vec<u8>> {
        let (file, _) = files::open(self, Path::new(path))?;
        file.read_start(length as usize).map_err(|error| {
            error.because("cannot read this file").at(self.outside(Path::new(path)))
        })
    }

    fn names(&self, path: &str) -> Result<Vec<Vec<u8>>> {
        let names = files::names(self, Path::new(path))?;
        Ok(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }

    fn look(&self, path: &str) -> Result<(FileType, u16)> {
        files::find(self, Path::new(path)).map(|found| (found.meta.kind, found.meta.mode))
    }
}

impl Inside for Squashfs {
    fn read(&self, path: &str, limit: u32) -> Result<Vec<u8>> {
        let inode = self.lookup(path)?;
        if inode.kind != FileType::File {
            let what = format!("expected a file, found a {}: {path}", inode.kind.name());
            return Err(Error::new(ErrorKind::Unsafe, what));
        }
        Squashfs::read(self, &inode, u64::from(limit))
    }

    fn read_start(&self, path: &str, length: u32) -> Result<Vec<u8>> {
        let inode = self.lookup(path)?;
        if inode.kind != FileType::File {
            let what = format!("expected a file, found a {}: {path}", inode.kind.name());
            return Err(Error::new(ErrorKind::Unsafe, what));
        }
        Squashfs::read_start(self, &inode, u64::from(length))
    }

    fn names(&self, path: &str) -> Result<Vec<Vec<u8>>> {
        let directory = match self.lookup(path) {
            Ok(inode) if inode.kind == FileType::Directory => inode,
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => return Ok(Vec::new()),
        };
        let names = self.list(&directory)?.into_iter().map(|entry| entry.name.into_vec());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with(b".")).collect();
        names.sort();
        Ok(names)
    }

    fn look(&self, path: &str) -> Result<(FileType, u16)> {
        self.lookup(path).map(|inode| (inode.kind, inode.mode))
    }
}
