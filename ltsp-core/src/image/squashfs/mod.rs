//! Squashfs 4.0 images, read without mounting them.
//!
//! The kernel's driver trusts an image with the machine; this reader trusts it with nothing. Every
//! length and place is checked, memory and time are bounded by [`Limits`], and what is damaged or
//! cut short is an error that says where it is and what was expected there.
//!
//! ```no_run
//! use ltsp_core::image::squashfs::Squashfs;
//!
//! # let bytes: Vec<u8> = Vec::new();
//! let image = Squashfs::open(bytes)?;
//! println!("made by mksquashfs -comp {}", image.superblock().compression.name());
//! let release = image.lookup("/etc/os-release")?;
//! let text = image.read(&release, 64 * 1024)?;
//! # Ok::<(), ltsp_core::Error>(())
//! ```

mod cache;
mod codec;
mod data;
mod directory;
mod field;
mod inode;
mod metadata;
mod path;
mod source;
mod superblock;
mod walk;

use std::fmt;
use std::sync::Mutex;

use crate::error::{Error, ErrorKind, Result, show};

use self::cache::Cache;
use self::metadata::Cursor;

pub use codec::{Compression, CompressionOptions};
pub use data::Blocks;
pub use directory::Entry;
pub use inode::Inode;
pub use source::ReadAt;
pub use superblock::{Flags, SIZE, Superblock, Version};

/// How much of an image one is willing to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one file in memory.
    pub file: u64,
    /// Most entries of one directory in memory.
    pub entries: usize,
    /// Most names that a walk through all visits.
    pub names: u64,
}

impl Default for Limits {
    /// 256 MiB, a million entries, four million names: several times of what the largest image
    /// of a desktop has.
    fn default() -> Self {
        Self { file: 256 << 20, entries: 1 << 20, names: 1 << 22 }
    }
}

/// Most blocks of metadata (8 KiB each) in each half of the cache.
const CACHED_METADATA: usize = 256;

/// Most fragments (a data block each, at most 1 MiB) in each half of the cache.
const CACHED_FRAGMENTS: usize = 4;

/// An image that is open for reading, by several threads if one likes.
pub struct Squashfs {
    source: Box<dyn ReadAt>,
    superblock: Superblock,
    options: Option<CompressionOptions>,
    ids: Vec<u32>,
    limits: Limits,
    metadata: Mutex<Cache<metadata::Block>>,
    fragments: Mutex<Cache<Vec<u8>>>,
}

impl Squashfs {
    /// Reads the superblock of an image and the tables that everything else needs.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if it is no image, or one that is damaged or cut short;
    /// [`ErrorKind::Unsupported`] if it is one of another version; those of reading.
    pub fn open(source: impl ReadAt + 'static) -> Result<Self> {
        Self::open_with(source, Limits::default())
    }

    /// [`open`](Self::open) with other limits.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn open_with(source: impl ReadAt + 'static, limits: Limits) -> Result<Self> {
        let mut start = [0; SIZE];
        let length = source.read_at(&mut start, 0)?;
        let superblock = Superblock::parse(&start[..length], source.size()?)?;
        let mut this = Self {
            source: Box::new(source),
            superblock,
            options: None,
            ids: Vec::new(),
            limits,
            metadata: Mutex::new(Cache::new(CACHED_METADATA)),
            fragments: Mutex::new(Cache::new(CACHED_FRAGMENTS)),
        };
        this.options = this.read_options()?;
        this.ids = this.read_ids()?;
        this.root()?;
        Ok(this)
    }

    /// What the image says of itself.
    #[must_use]
    pub fn superblock(&self) -> &Superblock {
        &self.superblock
    }

    /// The compressor's options, where they are not its defaults.
    #[must_use]
    pub fn options(&self) -> Option<&CompressionOptions> {
        self.options.as_ref()
    }

    fn read_options(&self) -> Result<Option<CompressionOptions>> {
        if !self.superblock.flags.compressor_options {
            return Ok(None);
        }
        let start = SIZE as u64;
        let length = if self.superblock.compression == Compression::Zstd { 4 } else { 8 };
        let mut options = vec![0; length];
        let mut cursor = Cursor::new(start, 0, start + 1);
        self.read_metadata(&mut cursor, &mut options)?;
        let name = self.superblock.compression.name();
        CompressionOptions::parse(self.superblock.compression, &options)
            .map(Some)
            .ok_or_else(|| corrupt(start, &format!("no options of {name}, which has none")))
    }

    fn read_ids(&self) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        for index in 0..u64::from(self.superblock.ids) {
            let mut cursor = self.indexed(self.superblock.id_table, index, 4)?;
            ids.push(u32::from_le_bytes(self.read_record(&mut cursor)?));
        }
        Ok(ids)
    }

    /// Fills `buf` from byte `start` of the image on.
    fn read_exact(&self, buf: &mut [u8], start: u64) -> Result<()> {
        let end = start.checked_add(buf.len() as u64);
        if end.is_none_or(|end| end > self.superblock.bytes_used) {
            let used = self.superblock.bytes_used;
            let what = format!("{} bytes, found the end of the image at {used}", buf.len());
            return Err(corrupt(start, &what));
        }
        let got = self.source.read_at(buf, start)?;
        if got < buf.len() {
            // The file was cut short after it was opened.
            let what = format!("{} bytes, found the end of the file after {got}", buf.len());
            return Err(corrupt(start, &what));
        }
        Ok(())
    }
}

impl fmt::Debug for Squashfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Squashfs").field("superblock", &self.superblock).finish_non_exhaustive()
    }
}

/// The image is damaged at byte `at`, where `expected` should be.
fn corrupt(at: u64, expected: &str) -> Error {
    Error::new(
        ErrorKind::Parse,
        format!("the squashfs image is damaged at byte {at}: expected {expected}"),
    )
}

/// A path inside an image for messages, not endless.
fn show_inside(path: &[u8]) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let most = &path[..path.len().min(300)];
    show(std::path::Path::new(std::ffi::OsStr::from_bytes(most))).to_string()
}
