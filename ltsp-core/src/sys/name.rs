//! One checked component of a path.

use std::borrow::Borrow;
use std::ffi::{CStr, CString, OsStr};
use std::fmt;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result, show};

/// The name of one directory entry: not empty, no slash, no NUL, not `.` and not `..`.
///
/// The bytes are otherwise free, as they are on a file system: newlines, a leading dash and
/// non-UTF-8 are ordinary. It is stored with its closing NUL, so that it goes to the kernel as it
/// is.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct FileName(CStr);

impl FileName {
    /// Checks `name`.
    #[must_use]
    pub fn from_c_str(name: &CStr) -> Option<&Self> {
        let bytes = name.to_bytes();
        if bytes.is_empty() || bytes == b"." || bytes == b".." || bytes.contains(&b'/') {
            return None;
        }
        Some(Self::from_checked(name))
    }

    fn from_checked(name: &CStr) -> &Self {
        let pointer = std::ptr::from_ref(name) as *const FileName;
        // SAFETY: FileName is a transparent wrapper of CStr, so the pointer (with its length) is
        // valid for it, for the same lifetime.
        unsafe { &*pointer }
    }

    /// Checks bytes that end in their NUL.
    #[must_use]
    pub fn from_bytes_with_nul(bytes: &[u8]) -> Option<&Self> {
        CStr::from_bytes_with_nul(bytes).ok().and_then(Self::from_c_str)
    }

    /// The name as the kernel takes it.
    #[must_use]
    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }

    /// The name's bytes, without the NUL.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.to_bytes()
    }

    /// The name as a path of one component.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(self.as_bytes()))
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", show(self.as_path()))
    }
}

impl ToOwned for FileName {
    type Owned = FileNameBuf;
    fn to_owned(&self) -> FileNameBuf {
        FileNameBuf(self.0.to_owned())
    }
}

/// An owned [`FileName`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNameBuf(CString);

impl FileNameBuf {
    /// Checks `name`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it is empty, `.`, `..`, or contains a slash or a NUL.
    pub fn new(name: impl AsRef<[u8]>) -> Result<Self> {
        let name = name.as_ref();
        let wrong = || {
            Error::new(
                ErrorKind::InvalidInput,
                format!("\"{}\" is not a file name", name.escape_ascii()),
            )
            .help_with("give one component without a slash, other than . and ..")
        };
        let owned = CString::new(name).map_err(|_| wrong())?;
        if FileName::from_c_str(&owned).is_none() {
            return Err(wrong());
        }
        Ok(Self(owned))
    }
}

impl Deref for FileNameBuf {
    type Target = FileName;
    fn deref(&self) -> &FileName {
        FileName::from_checked(&self.0)
    }
}

impl Borrow<FileName> for FileNameBuf {
    fn borrow(&self) -> &FileName {
        self
    }
}

impl AsRef<FileName> for FileNameBuf {
    fn as_ref(&self) -> &FileName {
        self
    }
}

impl fmt::Debug for FileNameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_lead_elsewhere_is_refused() {
        for bad in [&b""[..], b".", b"..", b"a/b", b"/", b"a\0b"] {
            let error = FileNameBuf::new(bad).expect_err("not a name");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn any_other_bytes_are_a_name() {
        for good in [&b"-rf"[..], b"a\nb", b"\xff", b"...", b".profile"] {
            let name = FileNameBuf::new(good).expect("a name");
            assert_eq!(name.as_bytes(), good);
        }
    }
}
