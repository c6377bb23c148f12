//! pxe

/// To be written.
pub fn pxe(_data: &[u8]) {}
