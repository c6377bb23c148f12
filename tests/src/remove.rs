//! Removing a tree of any depth with a constant number of file descriptors.
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::io;
use std::path::Path;

/// Removes `path` and everything below it; a missing path is no error. Nobody else may be working in the tree.
///
/// Each nested directory is first moved up to the top, so the depth never exceeds two.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let top = match openat(AT_FDCWD, path, flags, Mode::empty()) {
        Ok(top) => top,
        Err(nix::Error::ENOENT) => return Ok(()),
        Err(nix::Error::ENOTDIR | nix::Error::ELOOP) => return std::fs::remove_file(path),
        Err(error) => return Err(error.into()),
    };
    let mut queue = Vec::new();
    let mut serial = 0_u64;
    for name in crate::walk::names(&top)? {
        if is_directory(&top, &name)? {
            queue.push(name);
        } else {
            unlinkat(&top, name.as_slice(), UnlinkatFlags::NoRemoveDir)?;
        }
    }
    while let Some(name) = queue.pop() {
        let dir = openat(&top, name.as_slice(), flags, Mode::empty())?;
        for child in crate::walk::names(&dir)? {
            if !is_directory(&dir, &child)? {
                unlinkat(&dir, child.as_slice(), UnlinkatFlags::NoRemoveDir)?;
            } else if unlinkat(&dir, child.as_slice(), UnlinkatFlags::RemoveDir).is_err() {
                let hoisted = loop {
                    serial += 1;
                    let hoisted = format!(".removing-{serial}").into_bytes();
                    match fstatat(&top, hoisted.as_slice(), AtFlags::AT_SYMLINK_NOFOLLOW) {
                        Err(nix::Error::ENOENT) => break hoisted,
                        _ => continue,
                    }
                };
                renameat(&dir, child.as_slice(), &top, hoisted.as_slice())?;
                queue.push(hoisted);
            }
        }
        unlinkat(&top, name.as_slice(), UnlinkatFlags::RemoveDir)?;
    }
    std::fs::remove_dir(path)
}

fn is_directory(dir: &std::os::fd::OwnedFd, name: &[u8]) -> io::Result<bool> {
    let stat = fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW)?;
    Ok(stat.st_mode & libc::S_IFMT == libc::S_IFDIR)
}
