//! Directories: the names in them, one after the other.

use super::field::Record;
use super::inode::{Content, Inode};
use super::metadata::Cursor;
use super::{Squashfs, corrupt};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::FileType;
use crate::text::Bytes;

/// Most entries behind one header.
const PER_HEADER: u32 = 256;

/// Longest name in bytes.
const LONGEST_NAME: usize = 256;

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name: without a slash, neither `.` nor `..`.
    pub name: Bytes,
    /// What kind of inode has that name.
    pub kind: FileType,
    /// Where that inode is, for [`Squashfs::inode_of`].
    pub(super) reference: u64,
}

/// A listing that goes on where it was.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    cursor: Cursor,
    /// Bytes that are left.
    left: usize,
    /// Entries that are left of this header's.
    of_header: u32,
    /// The block of the inode table that this header's inodes are in.
    block: u32,
}

impl Listing {
    /// Lets go of memory until the next entry is asked for.
    pub(super) fn rest(&mut self) {
        self.cursor.rest();
    }

    fn take(&mut self, bytes: usize) -> Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            corrupt(self.cursor.block(), "directory entries that end where the directory does")
        })?;
        Ok(())
    }
}

impl Squashfs {
    /// The entries of a directory, in the order of their names.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the image is damaged there; [`ErrorKind::Refused`] if there are more
    /// entries than [`Limits::entries`](super::Limits::entries); [`ErrorKind::InvalidInput`] if it
    /// is no directory.
    pub fn list(&self, directory: &Inode) -> Result<Vec<Entry>> {
        let mut listing = self.listing(directory)?;
        let mut entries = Vec::new();
        while let Some(entry) = self.next_entry(&mut listing)? {
            self.within_limit(entries.len())?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// The inode that an entry is a name of.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the image is damaged there.
    pub fn inode_of(&self, entry: &Entry) -> Result<Inode> {
        self.inode(entry.reference)
    }

    /// The entry called `name`, if there is one.
    pub(super) fn entry(&self, directory: &Inode, name: &[u8]) -> Result<Option<Entry>> {
        let mut listing = self.listing(directory)?;
        let mut seen = 0;
        while let Some(entry) = self.next_entry(&mut listing)? {
            self.within_limit(seen)?;
            seen += 1;
            if *entry.name == *name {
                return Ok(Some(entry));
            }
            // Entries are sorted by their bytes.
            if *entry.name > *name {
                break;
            }
        }
        Ok(None)
    }

    fn within_limit(&self, seen: usize) -> Result<()> {
        if seen < self.limits.entries {
            return Ok(());
        }
        let what = format!("a directory has more than {} entries", self.limits.entries);
        Err(Error::new(ErrorKind::Refused, what))
    }

    pub(super) fn listing(&self, directory: &Inode) -> Result<Listing> {
        let Content::Directory { block, offset, length } = directory.content else {
            let what = format!("a {} has no entries", directory.kind.name());
            return Err(Error::new(ErrorKind::InvalidInput, what));
        };
        let start = self.superblock.directory_table.saturating_add(u64::from(block));
        Ok(Listing {
            cursor: Cursor::new(start, usize::from(offset), self.superblock.directory_end),
            left: usize::try_from(length).unwrap_or(usize::MAX),
            of_header: 0,
            block: 0,
        })
    }

    pub(super) fn next_entry(&self, listing: &mut Listing) -> Result<Option<Entry>> {
        if listing.of_header == 0 {
            if listing.left == 0 {
                return Ok(None);
            }
            listing.take(12)?;
            let header: [u8; 12] = self.read_record(&mut listing.cursor)?;
            let count = Record(&header).u32(0).saturating_add(1);
            if count > PER_HEADER {
                let what = format!("a header of 1 to {PER_HEADER} entries, found {count}");
                return Err(corrupt(listing.cursor.block(), &what));
            }
            listing.of_header = count;
            listing.block = Record(&header).u32(4);
        }
        listing.of_header -= 1;
        listing.take(8)?;
        let head: [u8; 8] = self.read_record(&mut listing.cursor)?;
        let head = Record(&head);
        let length = usize::from(head.u16(6)) + 1;
        if length > LONGEST_NAME {
            let what = format!("a name of 1 to {LONGEST_NAME} bytes, found {length}");
            return Err(corrupt(listing.cursor.block(), &what));
        }
        listing.take(length)?;
        let mut name = vec![0; length];
        self.read_metadata(&mut listing.cursor, &mut name)?;
        if name == b"." || name == b".." || name.contains(&b'/') || name.contains(&0) {
            let what = format!("a file name, found \"{}\"", name.escape_ascii());
            return Err(corrupt(listing.cursor.block(), &what));
        }
        let kind = match head.u16(4) {
            1 => FileType::Directory,
            2 => FileType::File,
            3 => FileType::Symlink,
            4 | 5 => FileType::Device,
            6 => FileType::Fifo,
            7 => FileType::Socket,
            other => {
                let what = format!("a kind of entry, 1 to 7, found {other}");
                return Err(corrupt(listing.cursor.block(), &what));
            }
        };
        let reference = u64::from(listing.block) << 16 | u64::from(head.u16(0));
        Ok(Some(Entry { name: Bytes::from(name), kind, reference }))
    }
}
