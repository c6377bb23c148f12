//! What regular files contain: blocks, holes, and ends that share a fragment.

use std::sync::{Arc, PoisonError};

use super::field::Record;
use super::inode::{Content, Inode};
use super::metadata::Cursor;
use super::{Squashfs, corrupt};
use crate::error::{Error, ErrorKind, Result};

/// In the size of a data block: it is stored as it is.
const STORED: u32 = 1 << 24;

/// A regular file's content, one block after the other. Holds one block at a time.
pub struct Blocks<'a> {
    image: &'a Squashfs,
    /// The sizes of the blocks to come.
    sizes: Cursor,
    /// Where the next block begins.
    start: u64,
    fragment: Option<(u32, u32)>,
    /// Bytes of the file that are still to come.
    left: u64,
    block: Vec<u8>,
}

impl Squashfs {
    /// The whole content of a regular file.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the image is damaged there; [`ErrorKind::Refused`] if the file is
    /// larger than `limit` or [`Limits::file`](super::Limits::file) bytes;
    /// [`ErrorKind::InvalidInput`] if it is no regular file.
    pub fn read(&self, file: &Inode, limit: u64) -> Result<Vec<u8>> {
        let limit = limit.min(self.limits.file);
        if file.size > limit {
            let what = format!("the file has {} bytes, more than {limit}", file.size);
            return Err(Error::new(ErrorKind::Refused, what));
        }
        self.read_start(file, file.size)
    }

    /// The first `length` bytes of a regular file, or all if it has fewer.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), but not for the size of the file.
    pub fn read_start(&self, file: &Inode, length: u64) -> Result<Vec<u8>> {
        let length = length.min(self.limits.file).min(file.size);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut blocks = self.blocks(file)?;
        let mut content = Vec::new();
        while content.len() < length {
            let Some(block) = blocks.next_block()? else { break };
            content.extend_from_slice(&block[..block.len().min(length - content.len())]);
        }
        Ok(content)
    }

    /// The content of a regular file of any size, block by block.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is no regular file.
    pub fn blocks(&self, file: &Inode) -> Result<Blocks<'_>> {
        let Content::File { start, fragment, blocks } = &file.content else {
            let what = format!("a {} has no content", file.kind.name());
            return Err(Error::new(ErrorKind::InvalidInput, what));
        };
        Ok(Blocks {
            image: self,
            sizes: blocks.clone(),
            start: *start,
            fragment: *fragment,
            left: file.size,
            block: Vec::new(),
        })
    }

    /// Reads a block of `stored` bytes at `start` and decompresses it into at most `most` bytes.
    fn data_block(&self, start: u64, size: u32, most: usize) -> Result<Vec<u8>> {
        let stored = size & (STORED - 1);
        if stored == 0 || stored > self.superblock.block_size || size >= STORED << 1 {
            let what = format!("the size of a data block, found {size:#x}");
            return Err(corrupt(start, &what));
        }
        let mut input = vec![0; stored as usize];
        self.read_exact(&mut input, start)?;
        if size & STORED != 0 {
            return Ok(input);
        }
        let mut block = vec![0; most];
        let compression = self.superblock.compression;
        let Some(filled) = compression.decompress(&input, &mut block) else {
            let what = format!("a data block compressed with {}", compression.name());
            return Err(corrupt(start, &what));
        };
        block.truncate(filled);
        Ok(block)
    }

    /// The fragment with that index, decompressed.
    fn fragment(&self, index: u32) -> Result<Arc<Vec<u8>>> {
        if index >= self.superblock.fragments {
            let what = format!("one of {} fragments, found {index}", self.superblock.fragments);
            return Err(corrupt(self.superblock.fragment_table, &what));
        }
        let key = u64::from(index);
        let cached = self.fragments.lock().unwrap_or_else(PoisonError::into_inner).get(key);
        if let Some(fragment) = cached {
            return Ok(fragment);
        }
        let mut cursor = self.indexed(self.superblock.fragment_table, key, 16)?;
        let entry: [u8; 16] = self.read_record(&mut cursor)?;
        let entry = Record(&entry);
        let most = self.superblock.block_size as usize;
        let fragment = Arc::new(self.data_block(entry.u64(0), entry.u32(8), most)?);
        let mut cache = self.fragments.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(key, Arc::clone(&fragment));
        Ok(fragment)
    }
}

impl Blocks<'_> {
    /// The next block; `None` behind the last.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if the image is damaged there.
    pub fn next_block(&mut self) -> Result<Option<&[u8]>> {
        if self.left == 0 {
            return Ok(None);
        }
        let whole = self.image.superblock.block_size as usize;
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(whole);
        match self.fragment {
            Some((index, offset)) if length < whole => {
                let fragment = self.image.fragment(index)?;
                let from = offset as usize;
                let Some(end) = fragment.get(from..).and_then(|rest| rest.get(..length)) else {
                    let what = format!(
                        "the end of a file in fragment {index}: {length} bytes from {from} of {}",
                        fragment.len()
                    );
                    return Err(corrupt(self.image.superblock.fragment_table, &what));
                };
                self.block.clear();
                self.block.extend_from_slice(end);
            }
            _ => self.stored_block(length)?,
        }
        self.left -= length as u64;
        Ok(Some(&self.block))
    }

    fn stored_block(&mut self, length: usize) -> Result<()> {
        let size: [u8; 4] = self.image.read_record(&mut self.sizes)?;
        let size = u32::from_le_bytes(size);
        if size == 0 {
            // A hole.
            self.block.clear();
            self.block.resize(length, 0);
            return Ok(());
        }
        let block = self.image.data_block(self.start, size, length)?;
        if block.len() != length {
            let what = format!("a data block of {length} bytes, found {}", block.len());
            return Err(corrupt(self.start, &what));
        }
        self.start = self.start.saturating_add(u64::from(size & (STORED - 1)));
        self.block = block;
        Ok(())
    }
}
