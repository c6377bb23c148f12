//! Numbers as bytes, for what is remembered in files that only root can write.

use std::hash::{DefaultHasher, Hasher as _};

use crate::sys::Timestamp;

/// Adds a time.
pub(crate) fn put_time(bytes: &mut Vec<u8>, time: Timestamp) {
    bytes.extend_from_slice(&time.secs.to_le_bytes());
    bytes.extend_from_slice(&time.nanos.to_le_bytes());
}

/// Closes a file with its checksum, which tells one that was cut off or damaged from a whole one.
/// Only root can write there, so it need not withstand forgery.
pub(crate) fn seal(bytes: &mut Vec<u8>) {
    let sum = checksum(bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
}

/// What was sealed; `None` if it is not whole.
pub(crate) fn unseal(bytes: &[u8]) -> Option<Reader<'_>> {
    let (content, sum) = bytes.split_last_chunk::<8>()?;
    (checksum(content) == u64::from_le_bytes(*sum)).then_some(Reader(content))
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Takes numbers from the front of bytes; `None` once there are too few.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    /// The next bytes, preceded by their number.
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first)
    }

    /// The number of records that follow, each of at least `size` bytes.
    pub(crate) fn count(&mut self, size: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count.checked_mul(size)? <= self.0.len()).then_some(count)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    pub(crate) fn time(&mut self) -> Option<Timestamp> {
        let secs = i64::from_le_bytes(self.take()?);
        Some(Timestamp { secs, nanos: self.u32()? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
