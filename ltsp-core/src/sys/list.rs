//! Listing a directory without allocating per entry.

use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, BorrowedFd};

use super::error::{SysResult, retry_raw};
use super::meta::FileType;
use super::name::FileName;

/// Room for one getdents64 call; kept and reused by each thread.
pub struct ListBuf {
    // u64 for the alignment that the kernel's records have.
    words: Box<[u64]>,
    filled: usize,
}

impl Default for ListBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl ListBuf {
    const WORDS: usize = 4096;

    /// A buffer of 32 KiB, some 800 entries.
    #[must_use]
    pub fn new() -> Self {
        Self { words: vec![0; Self::WORDS].into_boxed_slice(), filled: 0 }
    }

    /// Reads the next entries of `dir`; `false` at its end.
    pub(super) fn fill(&mut self, dir: BorrowedFd<'_>) -> SysResult<bool> {
        let answer = retry_raw("getdents64", || {
            // SAFETY: the buffer is writable for the length given.
            unsafe {
                libc::syscall(
                    libc::SYS_getdents64,
                    dir.as_raw_fd(),
                    self.words.as_mut_ptr(),
                    self.words.len() * 8,
                )
            }
        })?;
        self.filled = usize::try_from(answer).unwrap_or(0);
        Ok(self.filled > 0)
    }

    /// The entries of the last [`fill`](Self::fill), without `.` and `..`.
    pub(super) fn entries(&self) -> impl Iterator<Item = DirEntry<'_>> {
        // SAFETY: the kernel filled in that many bytes, which lie within the words.
        let mut rest =
            unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast::<u8>(), self.filled) };
        std::iter::from_fn(move || {
            // struct linux_dirent64: ino u64, off i64, reclen u16, type u8, name, NUL.
            loop {
                let length = usize::from(u16::from_ne_bytes(rest.get(16..18)?.try_into().ok()?));
                let record = rest.get(..length)?;
                rest = &rest[length..];
                let ino = u64::from_ne_bytes(record.get(..8)?.try_into().ok()?);
                let kind = *record.get(18)?;
                let name = CStr::from_bytes_until_nul(record.get(19..)?).ok()?;
                // Only `.` and `..` fail the check; a file system that hands out a slash is
                // broken, and skipping its entry is safe.
                if let Some(name) = FileName::from_c_str(name) {
                    return Some(DirEntry { name, ino, kind: kind_of(kind) });
                }
            }
        })
    }
}

fn kind_of(kind: u8) -> Option<FileType> {
    Some(match kind {
        libc::DT_REG => FileType::File,
        libc::DT_DIR => FileType::Directory,
        libc::DT_LNK => FileType::Symlink,
        libc::DT_FIFO => FileType::Fifo,
        libc::DT_SOCK => FileType::Socket,
        libc::DT_BLK | libc::DT_CHR => FileType::Device,
        _ => return None,
    })
}

/// One entry of a directory as it was when it was listed.
#[derive(Clone, Copy, Debug)]
pub struct DirEntry<'a> {
    /// Its name.
    pub name: &'a FileName,
    /// Its inode number.
    pub ino: u64,
    /// What it is, where the file system tells.
    pub kind: Option<FileType>,
}
