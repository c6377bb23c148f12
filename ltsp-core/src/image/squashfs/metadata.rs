//! Metadata: blocks of at most 8 KiB, each behind a two-byte header, read as one stream.

use std::sync::{Arc, PoisonError};

use super::{Squashfs, corrupt};
use crate::error::Result;

/// Most bytes of a metadata block, compressed or not.
pub(super) const BLOCK: usize = 8192;

/// One block, decompressed.
#[derive(Debug)]
pub(super) struct Block {
    data: Vec<u8>,
    /// Where the next one begins.
    next: u64,
}

/// A place in a table, and the block it is in while that is being read.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    block: u64,
    offset: usize,
    /// Where the table ends: no block begins there or later.
    end: u64,
    current: Option<Arc<Block>>,
}

impl Cursor {
    /// Byte `offset` of the block that begins at byte `block` of the image.
    pub(super) fn new(block: u64, offset: usize, end: u64) -> Self {
        Self { block, offset, end, current: None }
    }

    /// Lets go of the block, so that many cursors can wait without holding memory.
    pub(super) fn rest(&mut self) {
        self.current = None;
    }

    /// Where the block begins, for messages.
    pub(super) fn block(&self) -> u64 {
        self.block
    }
}

impl Squashfs {
    /// Fills `out` with the next bytes of the table.
    pub(super) fn read_metadata(&self, cursor: &mut Cursor, mut out: &mut [u8]) -> Result<()> {
        while !out.is_empty() {
            let block = match &cursor.current {
                Some(block) => Arc::clone(block),
                None => {
                    let block = self.metadata_block(cursor.block, cursor.end)?;
                    if cursor.offset > block.data.len() {
                        let what = format!(
                            "a metadata block of more than {} bytes, found {}",
                            cursor.offset,
                            block.data.len()
                        );
                        return Err(corrupt(cursor.block, &what));
                    }
                    cursor.current = Some(Arc::clone(&block));
                    block
                }
            };
            let rest = &block.data[cursor.offset..];
            let length = rest.len().min(out.len());
            let (now, later) = out.split_at_mut(length);
            now.copy_from_slice(&rest[..length]);
            cursor.offset += length;
            out = later;
            if !out.is_empty() {
                *cursor = Cursor::new(block.next, 0, cursor.end);
            }
        }
        Ok(())
    }

    /// A record of `N` bytes.
    pub(super) fn read_record<const N: usize>(&self, cursor: &mut Cursor) -> Result<[u8; N]> {
        let mut record = [0; N];
        self.read_metadata(cursor, &mut record)?;
        Ok(record)
    }

    /// The block that begins at byte `start`, which must be before `end`.
    fn metadata_block(&self, start: u64, end: u64) -> Result<Arc<Block>> {
        if start >= end {
            return Err(corrupt(start, "more metadata, found the end of the table"));
        }
        let cached = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).get(start);
        if let Some(block) = cached {
            return Ok(block);
        }
        let block = Arc::new(self.load_metadata(start)?);
        let mut cache = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(start, Arc::clone(&block));
        Ok(block)
    }

    fn load_metadata(&self, start: u64) -> Result<Block> {
        let mut header = [0; 2];
        self.read_exact(&mut header, start)?;
        let header = u16::from_le_bytes(header);
        let (stored, length) = (header & 0x8000 != 0, usize::from(header & 0x7fff));
        if length == 0 || length > BLOCK {
            let what = format!("the length of a metadata block, 1 to {BLOCK}, found {length}");
            return Err(corrupt(start, &what));
        }
        let mut input = vec![0; length];
        self.read_exact(&mut input, start + 2)?;
        let next = start + 2 + length as u64;
        if stored {
            return Ok(Block { data: input, next });
        }
        let mut data = vec![0; BLOCK];
        let compression = self.superblock.compression;
        let Some(filled) = compression.decompress(&input, &mut data) else {
            let what = format!("a metadata block compressed with {}", compression.name());
            return Err(corrupt(start, &what));
        };
        data.truncate(filled);
        Ok(Block { data, next })
    }

    /// A cursor at entry `index` of a table that is found by a list of the places of its blocks:
    /// entries of `width` bytes, a power of two.
    pub(super) fn indexed(&self, table: u64, index: u64, width: u64) -> Result<Cursor> {
        let per_block = BLOCK as u64 / width;
        let place = (index / per_block).checked_mul(8).and_then(|place| place.checked_add(table));
        let place = place.ok_or_else(|| corrupt(table, "a table within the image"))?;
        let mut pointer = [0; 8];
        self.read_exact(&mut pointer, place)?;
        let offset = usize::try_from(index % per_block * width).unwrap_or(usize::MAX);
        Ok(Cursor::new(u64::from_le_bytes(pointer), offset, self.superblock.bytes_used))
    }
}
