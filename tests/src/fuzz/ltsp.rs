//! ltsp

/// To be written.
pub fn ltsp(_data: &[u8]) {}
