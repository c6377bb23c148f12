//! limits

/// To be written.
pub fn limits(_data: &[u8]) {}
