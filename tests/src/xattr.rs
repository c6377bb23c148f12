//! Extended attributes by path, never following a symlink at its end.
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// A path of the entry `name` of the held directory `dir`, for the calls that know only paths.
pub(crate) fn entry_path(dir: impl AsFd, name: &[u8]) -> CString {
    let mut path = format!("/proc/self/fd/{}/", dir.as_fd().as_raw_fd()).into_bytes();
    path.extend_from_slice(name);
    CString::new(path).expect("a name read from a directory has no NUL")
}

fn checked(length: isize) -> io::Result<usize> {
    usize::try_from(length).map_err(|_| io::Error::last_os_error())
}

/// All attribute names, sorted, as root sees them. A file system without attributes has none.
pub(crate) fn list(path: &CString) -> io::Result<Vec<Vec<u8>>> {
    let mut buffer = vec![0_u8; 65536];
    // SAFETY: the path ends in NUL and the buffer is as long as told.
    let length =
        unsafe { libc::llistxattr(path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
    let length = match checked(length) {
        Ok(length) => length,
        Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => 0,
        Err(error) => return Err(error),
    };
    let mut names: Vec<Vec<u8>> = buffer[..length]
        .split(|&byte| byte == 0)
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    names.sort();
    Ok(names)
}

pub(crate) fn get(path: &CString, name: &[u8]) -> io::Result<Vec<u8>> {
    let name = CString::new(name)?;
    let mut buffer = vec![0_u8; 65536];
    // SAFETY: both strings end in NUL and the buffer is as long as told.
    let length = unsafe {
        libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len())
    };
    buffer.truncate(checked(length)?);
    Ok(buffer)
}

pub(crate) fn set(path: &CString, name: &[u8], value: &[u8]) -> io::Result<()> {
    let name = CString::new(name)?;
    // SAFETY: both strings end in NUL and the value is as long as told.
    let status = unsafe {
        libc::lsetxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0)
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
