//! excludes

/// To be written.
pub fn excludes(_data: &[u8]) {}
