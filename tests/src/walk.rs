//! A quiet-tree walker that holds one directory at a time, so no depth exhausts file descriptors.
use nix::dir::Dir;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{FileStat, Mode, fstatat};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

const DIRECTORY: OFlag = OFlag::O_DIRECTORY.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// One entry: the directory that holds it, its name there, and its key in the whole tree.
pub(crate) struct Visit<'a> {
    pub(crate) dir: BorrowedFd<'a>,
    pub(crate) name: &'a [u8],
    pub(crate) key: Vec<u8>,
    pub(crate) stat: FileStat,
}

struct Frame {
    key: Vec<u8>,
    pending: Vec<Vec<u8>>,
}

/// Visits the root (key `.`) and everything below it; each directory's entries in byte order, before any descent.
pub(crate) fn walk(
    root: &Path,
    visit: &mut dyn FnMut(Visit<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut dir = openat(AT_FDCWD, root, OFlag::O_RDONLY | DIRECTORY, Mode::empty())?;
    let stat = fstatat(&dir, ".", AtFlags::AT_SYMLINK_NOFOLLOW)?;
    visit(Visit { dir: dir.as_fd(), name: b".", key: b".".to_vec(), stat })?;
    let mut frames = vec![enter(&dir, Vec::new(), visit)?];
    while let Some(frame) = frames.last_mut() {
        if let Some(name) = frame.pending.pop() {
            let key = child_key(&frame.key, &name);
            dir = openat(&dir, name.as_slice(), OFlag::O_RDONLY | DIRECTORY, Mode::empty())?;
            frames.push(enter(&dir, key, visit)?);
        } else {
            frames.pop();
            if !frames.is_empty() {
                dir = openat(&dir, "..", OFlag::O_RDONLY | DIRECTORY, Mode::empty())?;
            }
        }
    }
    Ok(())
}

fn enter(
    dir: &OwnedFd,
    key: Vec<u8>,
    visit: &mut dyn FnMut(Visit<'_>) -> io::Result<()>,
) -> io::Result<Frame> {
    let mut pending = Vec::new();
    for name in names(dir)? {
        let stat = fstatat(dir, name.as_slice(), AtFlags::AT_SYMLINK_NOFOLLOW)?;
        visit(Visit { dir: dir.as_fd(), name: &name, key: child_key(&key, &name), stat })?;
        if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
            pending.push(name);
        }
    }
    pending.reverse();
    Ok(Frame { key, pending })
}

/// The names in a directory, without `.` and `..`, in byte order.
pub(crate) fn names(dir: &OwnedFd) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::openat(dir, ".", OFlag::O_RDONLY | DIRECTORY, Mode::empty())?.iter() {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The relative path; a very long parent is replaced by its hash, else a chain of 20,000 levels would need gigabytes.
fn child_key(parent: &[u8], name: &[u8]) -> Vec<u8> {
    const LONG: usize = 2048;
    let mut key = if parent.len() > LONG {
        let mut hasher = DefaultHasher::new();
        hasher.write(parent);
        format!("<{:016x}>", hasher.finish()).into_bytes()
    } else {
        parent.to_vec()
    };
    if !key.is_empty() {
        key.push(b'/');
    }
    key.extend_from_slice(name);
    key
}
