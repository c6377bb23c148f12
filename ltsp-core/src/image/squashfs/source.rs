//! Where the bytes of an image come from: a held file, or memory.

use crate::error::Result;
use crate::sys::File;

/// Bytes that can be read from any place, by several threads at once.
pub trait ReadAt: Send + Sync {
    /// Number of bytes.
    ///
    /// # Errors
    /// Those of the file.
    fn size(&self) -> Result<u64>;

    /// Reads from `offset` on until `buf` is full or the bytes end; answers how many were read.
    ///
    /// # Errors
    /// Those of the file.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize>;
}

impl ReadAt for File {
    fn size(&self) -> Result<u64> {
        self.end().map_err(|error| error.because("cannot tell the size of the image"))
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        Self::read_at(self, buf, offset).map_err(|error| error.because("cannot read the image"))
    }
}

impl ReadAt for Vec<u8> {
    fn size(&self) -> Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.get(start..).unwrap_or_default();
        let length = rest.len().min(buf.len());
        buf[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}
