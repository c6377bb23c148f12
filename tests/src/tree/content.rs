//! What is in a file of a tree.

/// The bytes of a regular file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Incompressible bytes that depend only on the seed.
    Filler {
        /// Seed of the generator.
        seed: u64,
        /// Length in bytes.
        len: u64,
    },
    /// A file of `len` bytes with data only at the given offsets, holes elsewhere.
    Sparse {
        /// Length in bytes.
        len: u64,
        /// Offset and bytes of each piece of data.
        data: Vec<(u64, Vec<u8>)>,
    },
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Content {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// Content of `len` bytes that no file system and no compressor can shrink, the same for the same seed.
pub fn filler(seed: u64, len: u64) -> Content {
    Content::Filler { seed, len }
}

/// The bytes of [`filler`] (splitmix64).
pub fn filler_bytes(seed: u64, len: u64) -> Vec<u8> {
    let len = usize::try_from(len).expect("a filler fits in memory");
    let mut bytes = Vec::with_capacity(len + 8);
    let mut state = seed;
    while bytes.len() < len {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
