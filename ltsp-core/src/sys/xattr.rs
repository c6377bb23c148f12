//! Extended attributes: those that belong to a user's files, and no others.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd as _, BorrowedFd};

use super::dir::{Dir, fd_path};
use super::error::{SysResult, retry_raw};
use super::name::FileName;

/// The user attributes and access control lists of one inode, sorted by name.
///
/// `security.*` (capabilities, labels) and `trusted.*` are privileges or policy, not content: they
/// are neither read nor given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Xattrs(Vec<(CString, Vec<u8>)>);

const ACL_ACCESS: &CStr = c"system.posix_acl_access";
const ACL_DEFAULT: &CStr = c"system.posix_acl_default";

fn belongs_to_the_user(name: &CStr) -> bool {
    name.to_bytes().starts_with(b"user.") || name == ACL_ACCESS || name == ACL_DEFAULT
}

impl Xattrs {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &(CString, Vec<u8>)> {
        self.0.iter()
    }

    /// Those that were [pairs](Self::pairs) before.
    pub(crate) fn from_pairs(mut pairs: Vec<(CString, Vec<u8>)>) -> Self {
        pairs.retain(|(name, _)| belongs_to_the_user(name));
        pairs.sort();
        Self(pairs)
    }

    /// Reads those of an open file or directory. A file system without them has none.
    pub(crate) fn read(fd: BorrowedFd<'_>) -> SysResult<Self> {
        Self::read_those(fd, belongs_to_the_user)
    }

    /// Reads all of an open file, labels included: for a file of the system that gets a new inode.
    pub(super) fn read_all(fd: BorrowedFd<'_>) -> SysResult<Self> {
        Self::read_those(fd, |_| true)
    }

    fn read_those(fd: BorrowedFd<'_>, wanted: fn(&CStr) -> bool) -> SysResult<Self> {
        let mut names = [0_u8; 1024];
        let listed = list(fd, &mut names);
        let names = match listed {
            Ok(0) => return Ok(Self::default()),
            Ok(length) => names[..length].to_vec(),
            Err(error) if error.is_unsupported() => return Ok(Self::default()),
            // ERANGE: many names. The list may be at most 64 KiB.
            Err(_) => {
                let mut names = vec![0; 64 * 1024];
                let length = list(fd, &mut names)?;
                names.truncate(length);
                names
            }
        };
        let mut found = Vec::new();
        for name in names.split_inclusive(|byte| *byte == 0) {
            let Ok(name) = CStr::from_bytes_with_nul(name) else { continue };
            if wanted(name) {
                found.push((name.to_owned(), value(fd, name)?));
            }
        }
        found.sort();
        Ok(Self(found))
    }

    /// Reads those of a FIFO, socket or device, which must not be opened.
    pub(crate) fn read_of(dir: &Dir, name: &FileName) -> SysResult<Self> {
        let held = dir.hold(name)?;
        let path = fd_path(std::os::fd::AsFd::as_fd(&held));
        let mut value = vec![0; 64 * 1024];
        let answer = retry_raw("getxattr", || {
            // SAFETY: both strings are NUL-terminated and the buffer is writable for its length.
            unsafe {
                libc::getxattr(
                    path.as_ptr(),
                    ACL_ACCESS.as_ptr(),
                    value.as_mut_ptr().cast(),
                    value.len(),
                )
            }
        });
        // The kernel allows nothing but an access list there.
        match answer {
            Ok(length) => {
                value.truncate(usize::try_from(length).unwrap_or(0));
                Ok(Self(vec![(ACL_ACCESS.to_owned(), value)]))
            }
            Err(error) if error.errno() == libc::ENODATA || error.is_unsupported() => {
                Ok(Self::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Sets them on an open file or directory.
    pub(crate) fn write(&self, fd: BorrowedFd<'_>) -> SysResult<()> {
        for (name, value) in &self.0 {
            retry_raw("fsetxattr", || {
                // SAFETY: the name is NUL-terminated and the value readable for its length.
                unsafe {
                    libc::fsetxattr(
                        fd.as_raw_fd(),
                        name.as_ptr(),
                        value.as_ptr().cast(),
                        value.len(),
                        0,
                    )
                }
            })?;
        }
        Ok(())
    }

    /// Sets them on a FIFO or socket that this process has just made.
    pub(crate) fn write_of_new(&self, dir: &Dir, name: &FileName) -> SysResult<()> {
        if self.is_empty() {
            return Ok(());
        }
        let held = dir.hold(name)?;
        let path = fd_path(std::os::fd::AsFd::as_fd(&held));
        for (name, value) in &self.0 {
            retry_raw("setxattr", || {
                // SAFETY: both strings are NUL-terminated and the value readable for its length.
                unsafe {
                    libc::setxattr(
                        path.as_ptr(),
                        name.as_ptr(),
                        value.as_ptr().cast(),
                        value.len(),
                        0,
                    )
                }
            })?;
        }
        Ok(())
    }

    /// Makes the attributes of an open directory exactly these, removing others that belong to
    /// the user.
    pub(crate) fn replace(&self, fd: BorrowedFd<'_>) -> SysResult<()> {
        let present = Self::read(fd)?;
        if present == *self {
            return Ok(());
        }
        for (name, _) in &present.0 {
            if !self.0.iter().any(|(kept, _)| kept == name) {
                retry_raw("fremovexattr", || {
                    // SAFETY: the name is NUL-terminated.
                    unsafe { libc::fremovexattr(fd.as_raw_fd(), name.as_ptr()) }
                })?;
            }
        }
        self.write(fd)
    }
}

fn list(fd: BorrowedFd<'_>, names: &mut [u8]) -> SysResult<usize> {
    retry_raw("flistxattr", || {
        // SAFETY: the buffer is writable for its length.
        unsafe { libc::flistxattr(fd.as_raw_fd(), names.as_mut_ptr().cast(), names.len()) }
    })
    .map(|length| usize::try_from(length).unwrap_or(0))
}

fn value(fd: BorrowedFd<'_>, name: &CStr) -> SysResult<Vec<u8>> {
    // The largest value that Linux allows.
    let mut value = vec![0; 64 * 1024];
    let length = retry_raw("fgetxattr", || {
        // SAFETY: the name is NUL-terminated and the buffer writable for its length.
        unsafe {
            libc::fgetxattr(fd.as_raw_fd(), name.as_ptr(), value.as_mut_ptr().cast(), value.len())
        }
    })?;
    value.truncate(usize::try_from(length).unwrap_or(0));
    value.shrink_to_fit();
    Ok(value)
}
