//! The first 96 bytes: what kind of image it is and where its tables are.

use serde::Serialize;

use super::codec::Compression;
use super::corrupt;
use super::field::Record;
use crate::error::{Error, ErrorKind, Result};

/// Size of the superblock of version 4.0 in bytes.
pub const SIZE: usize = 96;

/// What stands in a table's place in the superblock if there is no such table.
pub(super) const NO_TABLE: u64 = u64::MAX;

const MAGIC: [u8; 4] = *b"hsqs";

/// The superblock of a squashfs 4.0 image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Superblock {
    /// Version, as in `4.0`.
    pub version: Version,
    /// How blocks are compressed.
    pub compression: Compression,
    /// Size of a data block in bytes, 4 KiB to 1 MiB.
    pub block_size: u32,
    /// When the image was made, in seconds since 1970 UTC.
    pub created: u32,
    /// Bytes that belong to the image; the file may be longer by padding.
    pub bytes_used: u64,
    /// Number of inodes.
    pub inodes: u32,
    /// Number of fragments: blocks in which the ends of files share room.
    pub fragments: u32,
    /// Number of different user and group ids.
    pub ids: u16,
    /// What the image was made with.
    pub flags: Flags,
    /// Whether inodes can be found by number, which NFS needs to export a mounted image.
    pub exportable: bool,
    /// Whether there are extended attributes.
    pub xattrs: bool,
    #[serde(skip)]
    pub(super) root: u64,
    #[serde(skip)]
    pub(super) id_table: u64,
    #[serde(skip)]
    pub(super) inode_table: u64,
    #[serde(skip)]
    pub(super) directory_table: u64,
    #[serde(skip)]
    pub(super) directory_end: u64,
    #[serde(skip)]
    pub(super) fragment_table: u64,
}

/// A version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Version {
    /// The first number.
    pub major: u16,
    /// The second number.
    pub minor: u16,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The flags of a superblock, under the names of the options of mksquashfs(1) that set them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "they are bits of one number")]
pub struct Flags {
    /// Inodes are not compressed (`-noI`).
    pub uncompressed_inodes: bool,
    /// Data blocks are not compressed (`-noD`).
    pub uncompressed_data: bool,
    /// Fragments are not compressed (`-noF`).
    pub uncompressed_fragments: bool,
    /// There are no fragments (`-no-fragments`).
    pub no_fragments: bool,
    /// Files larger than a block have their ends in fragments, too (`-tailends`).
    pub always_fragments: bool,
    /// Equal files share their blocks (unless `-no-duplicates`).
    pub duplicates_shared: bool,
    /// Extended attributes are not compressed (`-noX`).
    pub uncompressed_xattrs: bool,
    /// Extended attributes were left out (`-no-xattrs`).
    pub no_xattrs: bool,
    /// The compressor's options are recorded.
    pub compressor_options: bool,
    /// The table of ids is not compressed (`-noId`).
    pub uncompressed_ids: bool,
}

impl Flags {
    fn of(bits: u16) -> Self {
        let bit = |number: u16| bits & (1 << number) != 0;
        Self {
            uncompressed_inodes: bit(0),
            uncompressed_data: bit(1),
            uncompressed_fragments: bit(3),
            no_fragments: bit(4),
            always_fragments: bit(5),
            duplicates_shared: bit(6),
            uncompressed_xattrs: bit(8),
            no_xattrs: bit(9),
            compressor_options: bit(10),
            uncompressed_ids: bit(11),
        }
    }
}

impl Superblock {
    /// Reads the superblock from the start of an image of `size` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if these bytes begin no squashfs image, or one that is cut short;
    /// [`ErrorKind::Unsupported`] if the image has another version or an unknown compression.
    pub fn parse(start: &[u8], size: u64) -> Result<Self> {
        check_version(start)?;
        let Some(bytes) = start.get(..SIZE) else {
            return Err(corrupt(
                start.len() as u64,
                "a superblock of 96 bytes, found the end of the file",
            ));
        };
        let record = Record(bytes);
        let compression = Compression::of(record.u16(20)).ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                format!("the squashfs image has the unknown compression {}", record.u16(20)),
            )
        })?;
        let table = |at: usize| Some(record.u64(at)).filter(|start| *start != NO_TABLE);
        let flags = record.u16(24);
        let mut this = Self {
            version: Version { major: record.u16(28), minor: record.u16(30) },
            compression,
            block_size: record.u32(12),
            created: record.u32(8),
            bytes_used: record.u64(40),
            inodes: record.u32(4),
            fragments: record.u32(16),
            ids: record.u16(26),
            flags: Flags::of(flags),
            exportable: flags & 0x80 != 0 && table(88).is_some(),
            xattrs: table(56).is_some(),
            root: record.u64(32),
            id_table: record.u64(48),
            inode_table: record.u64(64),
            directory_table: record.u64(72),
            directory_end: 0,
            fragment_table: record.u64(80),
        };
        this.check(record.u16(22), size)?;
        // The directories end where the next table begins.
        let later = [table(80), table(88), table(48), table(56), Some(this.bytes_used)];
        let later = later.into_iter().flatten().filter(|start| *start >= this.directory_table);
        this.directory_end = later.min().unwrap_or(this.bytes_used);
        Ok(this)
    }

    /// Insists on numbers that make sense, as the kernel does before it mounts an image.
    fn check(&self, block_log: u16, size: u64) -> Result<()> {
        let sizes = 4096..=1 << 20;
        if !self.block_size.is_power_of_two() || !sizes.contains(&self.block_size) {
            let what = format!("a block size from 4096 to 1048576, found {}", self.block_size);
            return Err(corrupt(12, &what));
        }
        if u32::from(block_log) != self.block_size.trailing_zeros() {
            let what = format!("the logarithm of the block size, found {block_log}");
            return Err(corrupt(22, &what));
        }
        if self.bytes_used > size {
            let used = self.bytes_used;
            let what = format!(
                "the squashfs image is cut short: it should have {used} bytes and has {size}"
            );
            return Err(Error::new(ErrorKind::Parse, what)
                .help_with("build or copy the image again; it was probably interrupted"));
        }
        if self.ids == 0 {
            return Err(corrupt(26, "at least one user id"));
        }
        if self.inodes == 0 {
            return Err(corrupt(4, "at least one inode"));
        }
        let tables = [
            (64, SIZE as u64, self.inode_table, "the inode table"),
            (72, self.inode_table, self.directory_table, "the directory table"),
            (48, self.directory_table, self.id_table, "the table of ids"),
        ];
        for (at, from, start, name) in tables {
            if start < from || start >= self.bytes_used {
                let what = format!("{name} from byte {from} on, found byte {start}");
                return Err(corrupt(at, &what));
            }
        }
        if self.fragments > 0 && self.fragment_table >= self.bytes_used {
            return Err(corrupt(80, "the fragment table within the image"));
        }
        Ok(())
    }
}

/// Tells images of other versions and byte orders from files that are none.
fn check_version(start: &[u8]) -> Result<()> {
    let magic: [u8; 4] = match start.get(..4).and_then(|magic| magic.try_into().ok()) {
        Some(magic) => magic,
        None => {
            return Err(corrupt(start.len() as u64, "a squashfs image, found the end of the file"));
        }
    };
    let number = |at: usize, big: bool| {
        let field = start.get(at..at + 2).and_then(|field| field.try_into().ok());
        field.map(|bytes| if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let (big, patched) = match &magic {
        b"hsqs" => (false, false),
        b"sqsh" => (true, false),
        b"shsq" => (false, true),
        b"qshs" => (true, true),
        _ => {
            return Err(Error::new(
                ErrorKind::Parse,
                format!(
                    "this is no squashfs image: it should begin with \"hsqs\", not with \"{}\"",
                    magic.escape_ascii()
                ),
            ));
        }
    };
    let (Some(major), Some(minor)) = (number(28, big), number(30, big)) else {
        return Err(corrupt(
            start.len() as u64,
            "a superblock of 96 bytes, found the end of the file",
        ));
    };
    if magic == MAGIC && (major, minor) == (4, 0) {
        return Ok(());
    }
    let order = if big { "big-endian" } else { "little-endian" };
    let patched = if patched { ", with a vendor's LZMA patch" } else { "" };
    Err(Error::new(
        ErrorKind::Unsupported,
        format!("this is a squashfs image of version {major}.{minor} ({order}{patched})"),
    )
    .help_with("only version 4.0 can be read, which Linux has had since 2.6.29: build it anew"))
}
