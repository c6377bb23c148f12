//! What was done, in numbers.

use serde::Serialize;

/// Numbers of entries and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries that were missing and have been made.
    pub created: u64,
    /// Entries that differed and have been made anew.
    pub replaced: u64,
    /// Entries that are gone. In a swap: all of the old home's.
    pub removed: u64,
    /// Directories whose owner, mode, times or attributes were set right.
    pub metadata: u64,
    /// Entries that survived by a keep rule; a directory that is kept whole counts as one where
    /// there was no need to look into it.
    pub kept: u64,
    /// Entries that were as they should be.
    pub unchanged: u64,
    /// Bytes of content written.
    pub bytes_written: u64,
    /// Bytes of content shared with the template on disk (reflink).
    pub bytes_shared: u64,
}

impl Counts {
    /// Adds another count to this one.
    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.replaced += other.replaced;
        self.removed += other.removed;
        self.metadata += other.metadata;
        self.kept += other.kept;
        self.unchanged += other.unchanged;
        self.bytes_written += other.bytes_written;
        self.bytes_shared += other.bytes_shared;
    }

    /// Whether anything was done.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.created + self.replaced + self.removed + self.metadata > 0
    }
}
