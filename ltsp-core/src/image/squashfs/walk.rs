//! Everything in an image, in bounded memory and time whatever the image says.

use std::collections::HashSet;

use super::directory::Listing;
use super::inode::Inode;
use super::{Squashfs, corrupt};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::FileType;

/// Directories in one another; a path of more than 16 MiB would be needed to get there.
const DEEPEST: usize = 65_536;

struct Level {
    listing: Listing,
    /// Length of the path of the directory.
    path: usize,
}

impl Squashfs {
    /// Calls `visit` with the path (without a slash in front) and the inode of everything below the
    /// top, each directory before what is in it.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the image is damaged, also if a directory is in two places;
    /// [`ErrorKind::Refused`] if there are more names than
    /// [`Limits::names`](super::Limits::names); and the first one that `visit` returns.
    pub fn walk(&self, visit: &mut dyn FnMut(&[u8], &Inode) -> Result<()>) -> Result<()> {
        let root = self.root()?;
        let mut seen = HashSet::from([root.reference]);
        let mut levels = vec![Level { listing: self.listing(&root)?, path: 0 }];
        let mut path = Vec::new();
        let mut names = 0;
        while let Some(level) = levels.last_mut() {
            path.truncate(level.path);
            let Some(entry) = self.next_entry(&mut level.listing)? else {
                levels.pop();
                continue;
            };
            names += 1;
            if names > self.limits.names {
                let what = format!("the image has more than {} names", self.limits.names);
                return Err(Error::new(ErrorKind::Refused, what));
            }
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&entry.name);
            let inode = self.inode_of(&entry)?;
            visit(&path, &inode)?;
            if inode.kind != FileType::Directory {
                continue;
            }
            if !seen.insert(inode.reference) {
                let what = "each directory in one place, found one again";
                return Err(corrupt(self.superblock.directory_table, what));
            }
            if levels.len() >= DEEPEST {
                return Err(Error::new(ErrorKind::Refused, "the image is nested too deeply"));
            }
            if let Some(level) = levels.last_mut() {
                level.listing.rest();
            }
            levels.push(Level { listing: self.listing(&inode)?, path: path.len() });
        }
        Ok(())
    }
}
