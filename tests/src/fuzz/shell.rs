//! shell

/// To be written.
pub fn shell(_data: &[u8]) {}
