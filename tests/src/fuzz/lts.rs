//! lts

/// To be written.
pub fn lts(_data: &[u8]) {}
