//! An open regular file: copying and comparing content.

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use nix::errno::Errno;
use nix::unistd::Whence;

use super::dir::{bits, set_mtime, set_owner};
use super::error::{SysError, SysResult, retry, retry_raw};
use super::meta::{Meta, Timestamp, statx};

/// An open file.
#[derive(Debug)]
pub struct File {
    fd: OwnedFd,
}

/// Two buffers for copying and comparing; kept and reused by each thread.
pub(crate) struct CopyBuf {
    left: Box<[u8]>,
    right: Box<[u8]>,
}

impl CopyBuf {
    /// Large enough that most files of a home take one read, small enough for the cache and for
    /// the pages to be had quickly.
    const SIZE: usize = 64 * 1024;

    pub(crate) fn new() -> Self {
        Self {
            left: vec![0; Self::SIZE].into_boxed_slice(),
            right: vec![0; Self::SIZE].into_boxed_slice(),
        }
    }
}

/// How the content of a file came to its copy, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Copied {
    /// Written anew.
    pub(crate) written: u64,
    /// Shared with the original on disk (reflink).
    pub(crate) shared: u64,
}

impl File {
    pub(super) fn from_fd(fd: OwnedFd) -> Self {
        Self { fd }
    }

    /// The file's metadata.
    pub fn meta(&self) -> SysResult<Meta> {
        statx(self.fd.as_fd(), c"", libc::AT_EMPTY_PATH)
    }

    /// Changes owner and group.
    pub fn set_owner(&self, uid: u32, gid: u32) -> SysResult<()> {
        set_owner(self.fd.as_fd(), uid, gid)
    }

    /// Changes the permission bits.
    pub fn set_mode(&self, mode: u16) -> SysResult<()> {
        retry("fchmod", || nix::sys::stat::fchmod(self, bits(mode)))
    }

    /// Sets the modification time.
    pub fn set_mtime(&self, mtime: Timestamp) -> SysResult<()> {
        set_mtime(self.fd.as_fd(), mtime)
    }

    /// Reads the whole file, at most `limit` bytes.
    ///
    /// # Errors
    /// EFBIG if it is larger.
    pub fn read_all(&self, limit: usize) -> SysResult<Vec<u8>> {
        let size = usize::try_from(self.meta()?.size).unwrap_or(usize::MAX).min(limit);
        // Files of /proc say that they are empty, and are best read in one go.
        let mut content = vec![0; if size == 0 { 64 * 1024 } else { size + 1 }];
        let mut filled = 0;
        loop {
            let got = retry("read", || nix::unistd::read(self, &mut content[filled..]))?;
            if got == 0 {
                content.truncate(filled);
                return Ok(content);
            }
            filled += got;
            if filled > limit {
                return Err(SysError::new("read", Errno::EFBIG));
            }
            if filled == content.len() {
                content.resize(2 * filled, 0);
            }
        }
    }

    /// Reads the first `length` bytes, or fewer if the file is shorter.
    pub fn read_start(&self, length: usize) -> SysResult<Vec<u8>> {
        let mut content = vec![0; length];
        let got = read_at(self, &mut content, 0)?;
        content.truncate(got);
        Ok(content)
    }

    /// Reads from `position` on until `buf` is full or the file ends; answers how much was read.
    pub fn read_at(&self, buf: &mut [u8], position: u64) -> SysResult<usize> {
        read_at(self, buf, position)
    }

    /// Where the file ends, in bytes; also of a block device, whose metadata say 0. Moves the
    /// file's position there.
    pub fn end(&self) -> SysResult<u64> {
        seek(self, 0, Whence::SeekEnd)
    }

    /// Writes all of `bytes` at the file's position.
    pub fn write_all(&self, mut bytes: &[u8]) -> SysResult<()> {
        while !bytes.is_empty() {
            let done = retry("write", || nix::unistd::write(self, bytes))?;
            bytes = &bytes[done..];
        }
        Ok(())
    }

    /// Writes content and metadata to disk.
    pub fn sync(&self) -> SysResult<()> {
        retry("fsync", || nix::unistd::fsync(self))
    }

    /// Fills this new, empty file with the content of `from`, which `meta` describes: by sharing
    /// its blocks where `reflink` says that works (it is cleared where it does not), else by
    /// reading and writing, leaving holes where `from` has them.
    ///
    /// # Errors
    /// Those of the calls; ESTALE if `from` became shorter meanwhile.
    pub(crate) fn copy_from(
        &self,
        from: &File,
        meta: &Meta,
        buf: &mut CopyBuf,
        reflink: &AtomicBool,
    ) -> SysResult<Copied> {
        if meta.size == 0 {
            return Ok(Copied::default());
        }
        if reflink.load(Ordering::Relaxed) {
            match self.share_blocks(from) {
                Ok(()) => return Ok(Copied { written: 0, shared: meta.size }),
                Err(error) if error.is_unsupported() || error.is_cross_device() => {
                    reflink.store(false, Ordering::Relaxed);
                }
                // A full disk will say so again below, where partial success is possible.
                Err(_) => {}
            }
        }
        let written = if meta.allocated < meta.size {
            self.copy_extents(from, meta.size, buf)?
        } else {
            copy_range(from, self, 0, meta.size, buf)?;
            meta.size
        };
        Ok(Copied { written, shared: 0 })
    }

    fn share_blocks(&self, from: &File) -> SysResult<()> {
        retry_raw("ioctl", || {
            // SAFETY: FICLONE takes a descriptor as its argument; both are open.
            unsafe { libc::ioctl(self.fd.as_raw_fd(), libc::FICLONE, from.fd.as_raw_fd()) }
        })
        .map(drop)
    }

    /// Copies only the extents that hold data; answers how many bytes those were.
    fn copy_extents(&self, from: &File, size: u64, buf: &mut CopyBuf) -> SysResult<u64> {
        let mut written = 0;
        let mut position = 0;
        while position < size {
            let start = data_from(from, position)?;
            if start >= size {
                break;
            }
            let end = seek(from, start, Whence::SeekHole)?.min(size);
            copy_range(from, self, start, end, buf)?;
            written += end - start;
            position = end;
        }
        let length = libc::off_t::try_from(size).unwrap_or(libc::off_t::MAX);
        retry("ftruncate", || nix::unistd::ftruncate(self, length))?;
        Ok(written)
    }

    /// Writes what was changed in memory to disk, which makes the kernel take notice of the next
    /// store through any mapping: pages that are clean are mapped read-only.
    pub(crate) fn write_back(&self) -> SysResult<()> {
        retry_raw("sync_file_range", || {
            // SAFETY: the descriptor is open; the range is the whole file.
            unsafe {
                libc::sync_file_range(
                    self.fd.as_raw_fd(),
                    0,
                    0,
                    libc::SYNC_FILE_RANGE_WAIT_BEFORE
                        | libc::SYNC_FILE_RANGE_WRITE
                        | libc::SYNC_FILE_RANGE_WAIT_AFTER,
                )
            }
        })
        .map(drop)
    }

    /// Whether both files have the same `size` bytes of content. If `holes` says that one of them
    /// may have some, what is a hole in both is not read.
    pub(crate) fn same_content(
        &self,
        other: &File,
        size: u64,
        holes: bool,
        buf: &mut CopyBuf,
    ) -> SysResult<bool> {
        if !holes {
            return self.same_range(other, 0, size, buf);
        }
        let mut position = 0;
        while position < size {
            let (left, right) = (data_from(self, position)?, data_from(other, position)?);
            let start = left.min(right);
            if start >= size {
                return Ok(true);
            }
            let mut end = start + 1;
            for (file, data) in [(self, left), (other, right)] {
                if data == start {
                    end = end.max(seek(file, start, Whence::SeekHole)?);
                }
            }
            position = end.min(size);
            if !self.same_range(other, start, position, buf)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn same_range(&self, other: &File, start: u64, end: u64, buf: &mut CopyBuf) -> SysResult<bool> {
        let mut position = start;
        while position < end {
            let want = chunk_at(position, end, buf.left.len());
            let left = read_at(self, &mut buf.left[..want], position)?;
            let right = read_at(other, &mut buf.right[..want], position)?;
            if left != right || buf.left[..left] != buf.right[..right] {
                return Ok(false);
            }
            if left == 0 {
                return Ok(true);
            }
            position += left as u64;
        }
        Ok(true)
    }
}

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn chunk_at(position: u64, end: u64, most: usize) -> usize {
    usize::try_from(end - position).map_or(most, |left| left.min(most))
}

fn copy_range(from: &File, to: &File, start: u64, end: u64, buf: &mut CopyBuf) -> SysResult<()> {
    let mut position = copy_in_kernel(from, to, start, end)?;
    while position < end {
        let want = chunk_at(position, end, buf.left.len());
        let got = read_at(from, &mut buf.left[..want], position)?;
        if got == 0 {
            return Err(SysError::new("pread", Errno::ESTALE));
        }
        write_at(to, &buf.left[..got], position)?;
        position += got as u64;
    }
    Ok(())
}

/// Copies what the kernel copies by itself, which spares the way through this process; answers how
/// far it came: not at all between some file systems and on some kernels.
fn copy_in_kernel(from: &File, to: &File, start: u64, end: u64) -> SysResult<u64> {
    let mut position = start;
    while position < end {
        let (mut read, mut write) = (offset(position), offset(position));
        let want = usize::try_from(end - position).unwrap_or(usize::MAX).min(1 << 30);
        let copied = retry_raw("copy_file_range", || {
            // SAFETY: both descriptors are open, both offsets are writable, and there are no flags.
            unsafe {
                libc::copy_file_range(
                    from.fd.as_raw_fd(),
                    &raw mut read,
                    to.fd.as_raw_fd(),
                    &raw mut write,
                    want,
                    0,
                )
            }
        });
        match copied {
            // Some file systems answer this where there is more; reading tells.
            Ok(0) => break,
            Ok(done) => position += u64::try_from(done).unwrap_or(0),
            // Whatever is wrong, reading and writing either do not mind or say it themselves.
            Err(_) => break,
        }
    }
    Ok(position)
}

/// Reads until `buf` is full or the file ends.
fn read_at(file: &File, buf: &mut [u8], position: u64) -> SysResult<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        let offset = offset(position + filled as u64);
        let got = retry("pread", || nix::sys::uio::pread(file, &mut buf[filled..], offset))?;
        if got == 0 {
            break;
        }
        filled += got;
    }
    Ok(filled)
}

fn write_at(file: &File, mut bytes: &[u8], mut position: u64) -> SysResult<()> {
    while !bytes.is_empty() {
        let offset = offset(position);
        let done = retry("pwrite", || nix::sys::uio::pwrite(file, bytes, offset))?;
        bytes = &bytes[done..];
        position += done as u64;
    }
    Ok(())
}

/// Where the first data at or after `position` is; far beyond every end if there is none.
fn data_from(file: &File, position: u64) -> SysResult<u64> {
    match seek(file, position, Whence::SeekData) {
        // ENXIO: nothing but a hole up to the end.
        Err(error) if error.errno() == libc::ENXIO => Ok(u64::MAX),
        answer => answer,
    }
}

fn seek(file: &File, position: u64, whence: Whence) -> SysResult<u64> {
    let found = retry("lseek", || nix::unistd::lseek(file, offset(position), whence))?;
    Ok(u64::try_from(found).unwrap_or(0))
}

fn offset(position: u64) -> libc::off_t {
    libc::off_t::try_from(position).unwrap_or(libc::off_t::MAX)
}
