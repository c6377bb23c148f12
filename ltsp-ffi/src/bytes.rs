//! Strings on their way out.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Bytes that belong to somebody else: they live as long as what they were taken from.
///
/// A NUL byte follows them, which `len` does not count, so `(const char *)bytes.ptr` is a C
/// string. Texts are UTF-8; paths and names are whatever bytes they are on disk, and may contain
/// line breaks. Where there is nothing, such as the path of an error that has none, `ptr` is NULL
/// and `len` 0.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ltsp_bytes {
    /// The first byte, or NULL.
    pub ptr: *const u8,
    /// The number of bytes, without the NUL byte that follows.
    pub len: usize,
}

impl ltsp_bytes {
    /// What is answered where there is nothing.
    pub(crate) const NONE: Self = Self { ptr: std::ptr::null(), len: 0 };
}

/// Bytes with a NUL byte behind them.
#[derive(Debug)]
pub(crate) struct Text(Box<[u8]>);

impl Text {
    pub(crate) fn new(bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let mut held = Vec::with_capacity(bytes.len() + 1);
        held.extend_from_slice(bytes);
        held.push(0);
        Self(held.into_boxed_slice())
    }

    pub(crate) fn of_path(path: &Path) -> Self {
        Self::new(path.as_os_str().as_bytes())
    }

    /// The bytes, without the NUL byte.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0[..self.0.len() - 1]
    }

    /// The bytes, borrowed from this text: it must outlive them and stay unchanged.
    pub(crate) fn lend(&self) -> ltsp_bytes {
        ltsp_bytes { ptr: self.0.as_ptr(), len: self.0.len() - 1 }
    }
}
