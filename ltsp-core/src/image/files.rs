//! Files and directories of the system that this room reads and never changes.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Dir, File, FileName, FileNameBuf, FileType, Links, ListBuf, Meta, SysRoot};

/// A file or directory that was found, symbolic links followed.
pub(super) struct Found {
    pub(super) parent: Dir,
    pub(super) name: FileNameBuf,
    pub(super) meta: Meta,
    /// Its path below the root, without symbolic links.
    pub(super) path: PathBuf,
}

/// Finds what `path` leads to.
///
/// Symbolic links count as long as only trusted users can change the directories on the way. Below
/// one that somebody else can change (a TFTP directory is often its daemon's own) only plain
/// directories and files do, so that nobody can lead the reading elsewhere.
pub(super) fn find(root: &SysRoot, path: &Path) -> Result<Found> {
    let fail = |error: crate::sys::SysError| {
        error.because("cannot look at this file").at(root.outside(path))
    };
    match root.locate(path, Links::Follow) {
        Ok(located) => {
            let meta = located.parent.meta_of(&located.name).map_err(fail)?;
            Ok(Found { parent: located.parent, name: located.name, meta, path: located.path })
        }
        Err(error) if error.kind() == ErrorKind::Refused => find_plain(root, path)?.ok_or(error),
        Err(error) => Err(error),
    }
}

/// Goes down by plain directories only; `None` if that is not possible.
fn find_plain(root: &SysRoot, path: &Path) -> Result<Option<Found>> {
    let fail = |error: crate::sys::SysError| {
        error.because("cannot look at this file").at(root.outside(path))
    };
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(FileNameBuf::new(name.as_encoded_bytes())?),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => return Ok(None),
        }
    }
    let Some(last) = names.pop() else { return Ok(None) };
    let mut here = root.dir().try_clone().map_err(fail)?;
    for name in &names {
        here = match here.open_dir_across(name) {
            Ok(next) => next,
            // A link is not followed here; below a file there is nothing.
            Err(error) if error.is_not_directory() => {
                let is_link = here.meta_of(name).is_ok_and(|meta| meta.kind == FileType::Symlink);
                return if is_link { Ok(None) } else { Err(fail(error)) };
            }
            Err(error) => return Err(fail(error)),
        };
    }
    let meta = here.meta_of(&last).map_err(fail)?;
    if meta.kind == FileType::Symlink {
        return Ok(None);
    }
    Ok(Some(Found { parent: here, name: last, meta, path: path.to_owned() }))
}

/// Opens a regular file or a device for reading.
pub(super) fn open(root: &SysRoot, path: &Path) -> Result<(File, Found)> {
    let found = find(root, path)?;
    if !matches!(found.meta.kind, FileType::File | FileType::Device) {
        let what = format!("expected a file, found a {}", found.meta.kind.name());
        return Err(Error::new(ErrorKind::Unsafe, what).at(root.outside(path)));
    }
    let file = found
        .parent
        .open_file_across(&found.name)
        .map_err(|error| error.because("cannot open this file").at(root.outside(path)))?;
    Ok((file, found))
}

/// The content of a regular file of at most `limit` bytes, and its path without symbolic links.
pub(super) fn read(root: &SysRoot, path: &Path, limit: usize) -> Result<(Vec<u8>, PathBuf)> {
    let (file, found) = open(root, path)?;
    let content = file
        .read_all(limit)
        .map_err(|error| error.because("cannot read this file").at(root.outside(path)))?;
    Ok((content, found.path))
}

/// Opens a directory, on whatever file system it is.
pub(super) fn open_dir(root: &SysRoot, path: &Path) -> Result<Dir> {
    let found = find(root, path)?;
    found
        .parent
        .open_dir_across(&found.name)
        .map_err(|error| error.because("cannot open this directory").at(root.outside(path)))
}

/// The names in a directory, sorted, without those that begin with a dot; none if there is no such
/// directory.
pub(super) fn names(root: &SysRoot, path: &Path) -> Result<Vec<FileNameBuf>> {
    let directory = match open_dir(root, path) {
        Ok(directory) => directory,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    let listed = directory.list(&mut ListBuf::new(), |entry| -> crate::sys::SysResult<()> {
        if !FileName::as_bytes(entry.name).starts_with(b".") {
            names.push(entry.name.to_owned());
        }
        Ok(())
    });
    listed.map_err(|error| error.because("cannot list this directory").at(root.outside(path)))?;
    names.sort();
    Ok(names)
}

/// Whether the error says that nothing of that name is there.
pub(super) fn is_absent(error: &Error) -> bool {
    // ENOTDIR: a file stands where a directory would be.
    error.kind() == ErrorKind::NotFound || error.errno() == Some(20)
}
