//! Content of a regular file: a hash that does not depend on where the holes are, and the holes apart.
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use nix::unistd::{Whence, lseek};
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;

/// Content in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Hash of all blocks that are not zero, with their offsets, and the length.
    pub hash: u64,
    /// The first bytes, for people.
    pub head: Vec<u8>,
}

pub(super) fn read(dir: BorrowedFd<'_>, name: &[u8]) -> io::Result<(Content, Vec<(u64, u64)>)> {
    let flags = OFlag::O_RDONLY
        | OFlag::O_NOFOLLOW
        | OFlag::O_NONBLOCK
        | OFlag::O_CLOEXEC
        | OFlag::O_NOATIME;
    let file = File::from(nix::fcntl::openat(dir, name, flags, Mode::empty())?);
    let len = file.metadata()?.len();
    let extents = extents(&file, len)?;
    Ok((Content { hash: hash(&file, len, &extents)?, head: head(&file)? }, extents))
}

fn head(file: &File) -> io::Result<Vec<u8>> {
    let mut head = vec![0; 48];
    let length = file.read_at(&mut head, 0)?;
    head.truncate(length);
    Ok(head)
}

fn seek(file: &File, offset: u64, whence: Whence) -> io::Result<Option<u64>> {
    let offset = i64::try_from(offset).expect("a file offset fits in off_t");
    match lseek(file, offset, whence) {
        Ok(at) => Ok(Some(u64::try_from(at).expect("a file offset is not negative"))),
        Err(Errno::ENXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn extents(file: &File, len: u64) -> io::Result<Vec<(u64, u64)>> {
    let mut extents = Vec::new();
    let mut at = 0;
    while at < len {
        let Some(start) = seek(file, at, Whence::SeekData)? else { break };
        let end = seek(file, start, Whence::SeekHole)?.unwrap_or(len).min(len);
        extents.push((start, end - start));
        at = end;
    }
    Ok(extents)
}

fn hash(file: &File, len: u64, extents: &[(u64, u64)]) -> io::Result<u64> {
    const BLOCK: u64 = 4096;
    const BLOCKS_AT_ONCE: u64 = 64;
    let mut buffer = vec![0_u8; usize::try_from(BLOCK * BLOCKS_AT_ONCE).expect("a small constant")];
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(len);
    let mut next = 0;
    for &(start, length) in extents {
        // Whole blocks, each once, so that another file system's extent borders give the same hash.
        next = next.max(start / BLOCK * BLOCK);
        while next < start + length {
            let mut filled = 0;
            while filled < buffer.len() {
                match file.read_at(&mut buffer[filled..], next + filled as u64)? {
                    0 => break,
                    more => filled += more,
                }
            }
            if filled == 0 {
                break;
            }
            let wanted = (start + length - next).div_ceil(BLOCK).min(BLOCKS_AT_ONCE) * BLOCK;
            let wanted = filled.min(usize::try_from(wanted).expect("no more than the buffer"));
            for block in buffer[..wanted].chunks(usize::try_from(BLOCK).expect("a small constant"))
            {
                if block.iter().any(|&byte| byte != 0) {
                    hasher.write_u64(next);
                    hasher.write(block);
                }
                next += BLOCK;
            }
        }
    }
    Ok(hasher.finish())
}
