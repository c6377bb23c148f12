//! Inodes: what a name in the image stands for.

use super::field::Record;
use super::metadata::Cursor;
use super::{Squashfs, corrupt};
use crate::error::Result;
use crate::sys::FileType;
use crate::text::Bytes;

/// As a table's index: there is no fragment.
const NO_FRAGMENT: u32 = u32::MAX;

/// The longest symbolic link that any mksquashfs could write.
const LONGEST_LINK: u32 = 65_535;

/// One inode of an image.
#[derive(Clone, Debug)]
pub struct Inode {
    /// Its number.
    pub number: u32,
    /// What kind of inode it is.
    pub kind: FileType,
    /// Permission bits with setuid, setgid and sticky (`07777`).
    pub mode: u16,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Time of the last change of content, in seconds since 1970 UTC.
    pub mtime: u32,
    /// Number of names.
    pub nlink: u32,
    /// Bytes of content of a regular file, of a symbolic link's target; else 0.
    pub size: u64,
    pub(super) content: Content,
    /// Where it stands, which no other inode does.
    pub(super) reference: u64,
}

/// What an inode has beside the fields that all have.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Directory {
        /// Where the listing begins: a block of the directory table, a byte of that.
        block: u32,
        offset: u16,
        /// Bytes of the listing.
        length: u32,
    },
    File {
        /// Where the first block of data begins.
        start: u64,
        /// The fragment that holds the end, and where in it.
        fragment: Option<(u32, u32)>,
        /// The sizes of the blocks.
        blocks: Cursor,
    },
    Symlink(Bytes),
    Device(u32),
    Other,
}

impl Inode {
    /// Where a symbolic link points to.
    #[must_use]
    pub fn target(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Symlink(target) => Some(target),
            _ => None,
        }
    }

    /// The number of a device as the kernel encodes it.
    #[must_use]
    pub fn device(&self) -> Option<u32> {
        match self.content {
            Content::Device(number) => Some(number),
            _ => None,
        }
    }
}

impl Squashfs {
    /// The top directory.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`](crate::ErrorKind::Parse) if the image is damaged there.
    pub fn root(&self) -> Result<Inode> {
        let root = self.inode(self.superblock.root)?;
        if root.kind != FileType::Directory {
            let what = format!("a directory as the top, found a {}", root.kind.name());
            return Err(corrupt(32, &what));
        }
        Ok(root)
    }

    /// The inode at `reference`: its block behind the start of the table, and a byte in that.
    pub(super) fn inode(&self, reference: u64) -> Result<Inode> {
        let table = self.superblock.inode_table;
        let block = (reference >> 16).checked_add(table);
        let block = block.ok_or_else(|| corrupt(table, "an inode within the table"))?;
        let offset = usize::from(u16::try_from(reference & 0xffff).unwrap_or(u16::MAX));
        let mut cursor = Cursor::new(block, offset, self.superblock.directory_table);
        let head: [u8; 16] = self.read_record(&mut cursor)?;
        let head = Record(&head);
        let kind = head.u16(0);
        let (uid, gid) = (self.id(head.u16(4))?, self.id(head.u16(6))?);
        let mut inode = Inode {
            number: head.u32(12),
            kind: FileType::File,
            mode: head.u16(2) & 0o7777,
            uid,
            gid,
            mtime: head.u32(8),
            nlink: 1,
            size: 0,
            content: Content::Other,
            reference,
        };
        match kind {
            1 | 8 => self.directory(&mut inode, &mut cursor, kind == 8)?,
            2 => self.file(&mut inode, &mut cursor)?,
            9 => self.large_file(&mut inode, &mut cursor)?,
            3 | 10 => self.symlink(&mut inode, &mut cursor)?,
            4 | 5 | 11 | 12 => {
                let body: [u8; 8] = self.read_record(&mut cursor)?;
                inode.kind = FileType::Device;
                inode.nlink = Record(&body).u32(0);
                inode.content = Content::Device(Record(&body).u32(4));
            }
            6 | 7 | 13 | 14 => {
                let body: [u8; 4] = self.read_record(&mut cursor)?;
                inode.kind = if matches!(kind, 6 | 13) { FileType::Fifo } else { FileType::Socket };
                inode.nlink = Record(&body).u32(0);
            }
            _ => return Err(corrupt(block, &format!("a kind of inode, 1 to 14, found {kind}"))),
        }
        Ok(inode)
    }

    fn id(&self, index: u16) -> Result<u32> {
        self.ids.get(usize::from(index)).copied().ok_or_else(|| {
            let what = format!("one of {} user and group ids, found {index}", self.ids.len());
            corrupt(self.superblock.inode_table, &what)
        })
    }

    fn directory(&self, inode: &mut Inode, cursor: &mut Cursor, large: bool) -> Result<()> {
        inode.kind = FileType::Directory;
        let (nlink, size, block, offset);
        if large {
            let body: [u8; 24] = self.read_record(cursor)?;
            let body = Record(&body);
            (nlink, size, block, offset) = (body.u32(0), body.u32(4), body.u32(8), body.u16(18));
        } else {
            let body: [u8; 16] = self.read_record(cursor)?;
            let body = Record(&body);
            (block, nlink) = (body.u32(0), body.u32(4));
            (size, offset) = (u32::from(body.u16(8)), body.u16(10));
        }
        inode.nlink = nlink;
        // The size counts three bytes for `.` and `..`, which are not there.
        inode.content = Content::Directory { block, offset, length: size.saturating_sub(3) };
        Ok(())
    }

    fn file(&self, inode: &mut Inode, cursor: &mut Cursor) -> Result<()> {
        let body: [u8; 16] = self.read_record(cursor)?;
        let body = Record(&body);
        inode.size = u64::from(body.u32(12));
        inode.content = Content::File {
            start: u64::from(body.u32(0)),
            fragment: fragment(body.u32(4), body.u32(8)),
            blocks: resting(cursor),
        };
        Ok(())
    }

    fn large_file(&self, inode: &mut Inode, cursor: &mut Cursor) -> Result<()> {
        let body: [u8; 40] = self.read_record(cursor)?;
        let body = Record(&body);
        inode.size = body.u64(8);
        inode.nlink = body.u32(24);
        inode.content = Content::File {
            start: body.u64(0),
            fragment: fragment(body.u32(28), body.u32(32)),
            blocks: resting(cursor),
        };
        Ok(())
    }

    fn symlink(&self, inode: &mut Inode, cursor: &mut Cursor) -> Result<()> {
        let body: [u8; 8] = self.read_record(cursor)?;
        let body = Record(&body);
        let length = body.u32(4);
        if length == 0 || length > LONGEST_LINK {
            let what =
                format!("the length of a symbolic link, 1 to {LONGEST_LINK}, found {length}");
            return Err(corrupt(cursor.block(), &what));
        }
        let mut target = vec![0; length as usize];
        self.read_metadata(cursor, &mut target)?;
        inode.kind = FileType::Symlink;
        inode.nlink = body.u32(0);
        inode.size = u64::from(length);
        inode.content = Content::Symlink(Bytes::from(target));
        Ok(())
    }
}

fn fragment(index: u32, offset: u32) -> Option<(u32, u32)> {
    (index != NO_FRAGMENT).then_some((index, offset))
}

fn resting(cursor: &Cursor) -> Cursor {
    let mut cursor = cursor.clone();
    cursor.rest();
    cursor
}
