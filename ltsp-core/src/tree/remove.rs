//! Removing trees that nobody vouches for, out of a directory that only this process can reach.
//!
//! The trees lie in a *grave*, a directory only root can enter. A worker goes down one tree with
//! few directories open. What it cannot or should not go into right there (too deep, no
//! descriptors left, another worker idle, a directory of a third user that somebody who still
//! holds its parent could move away) it lifts into the grave as a tree of its own, with a rename.
//! So no depth is too deep, no tree too wide, and nobody steers the removal by moving directories
//! about: what is about to be emptied is reached through the grave or through directories of the
//! home's own user.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::pool::{Progress, Queue, parallel};
use super::trail::Trail;
use crate::error::{Error, Result};
use crate::sys::{
    Dir, DirEntry, FileName, FileNameBuf, FileType, ListBuf, Rename, SysError, SysResult,
    current_uid, is_foreign,
};

/// The deepest a worker goes before it lifts what is below into the grave.
const DEEPEST: usize = 24;

/// How often a directory that does not become empty is tried again: somebody may still be making
/// entries in it.
const TRIES: usize = 64;

/// Removes everything in `grave`; answers how many entries that were.
///
/// `owner` is whose trees they are; `path` names the grave in messages.
pub(crate) fn remove_all(
    grave: &Dir,
    path: &Path,
    owner: u32,
    threads: usize,
    progress: &Progress<'_>,
) -> Result<u64> {
    let mut names = Vec::new();
    grave
        .list::<SysError>(&mut ListBuf::new(), |entry| {
            names.push(entry.name.to_owned());
            Ok(())
        })
        .map_err(|error| error.because("cannot read this directory").at(path))?;
    if names.is_empty() {
        return Ok(0);
    }
    let remover = Remover {
        grave,
        path,
        owner,
        as_root: current_uid() == 0,
        progress,
        trees: Queue::new(names),
        lifted: AtomicU64::new(0),
        mark: RandomState::new().build_hasher().finish(),
        removed: AtomicU64::new(0),
    };
    parallel(threads, || {
        let mut buf = ListBuf::new();
        remover.trees.drain(|name| remover.tree(&name, &mut buf))
    })?;
    Ok(remover.removed.into_inner())
}

struct Remover<'a> {
    grave: &'a Dir,
    path: &'a Path,
    owner: u32,
    as_root: bool,
    progress: &'a Progress<'a>,
    /// Names in the grave that nobody is working on.
    trees: Queue<FileNameBuf>,
    lifted: AtomicU64,
    /// Tells this removal's trees from those that an interrupted one lifted.
    mark: u64,
    removed: AtomicU64,
}

/// A directory that is being emptied.
struct Frame {
    dir: Dir,
    name: FileNameBuf,
    /// Subdirectories that were listed and are still there.
    below: Vec<FileNameBuf>,
    tries: usize,
    listed: bool,
}

impl Remover<'_> {
    /// Without root's privileges nothing can be removed from a directory that its owner may not
    /// write.
    fn make_writable(&self, dir: &Dir) -> SysResult<()> {
        if self.as_root { Ok(()) } else { dir.set_mode(0o700) }
    }

    /// Makes a subdirectory a tree of its own.
    fn lift(&self, from: &Dir, name: &FileName) -> SysResult<()> {
        let number = self.lifted.fetch_add(1, Ordering::Relaxed);
        let lifted = FileNameBuf::new(format!("lifted-{:016x}-{number}", self.mark))
            .unwrap_or_else(|_| unreachable!("a plain name"));
        from.rename(name, self.grave, &lifted, Rename::NoReplace)?;
        self.trees.push(lifted);
        Ok(())
    }

    fn count(&self, entries: u64) {
        self.removed.fetch_add(entries, Ordering::Relaxed);
        self.progress.done(entries, 0);
    }

    /// Removes one tree of the grave.
    fn tree(&self, name: &FileName, buf: &mut ListBuf) -> Result<()> {
        let mut trail = Trail::new(self.path);
        match self.grave.unlink(name) {
            Ok(()) => {
                self.count(1);
                return Ok(());
            }
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.is_directory() || error.is_denied() => {}
            Err(error) => return Err(trail.fail(name, error, "cannot remove it")),
        }
        let top = self
            .grave
            .open_dir_anyhow(name)
            .map_err(|error| trail.fail(name, error, "cannot open this directory to empty it"))?;
        self.make_writable(&top).map_err(|error| trail.fail(name, error, "cannot empty it"))?;
        let mut frames = vec![Frame::new(top, name.to_owned())];
        trail.push(name);
        loop {
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { return Ok(()) };
            if let Some(below) = frame.below.pop() {
                if let Some(dir) = self.descend(frame, &below, depth, &trail)? {
                    trail.push(&below);
                    frames.push(Frame::new(dir, below));
                }
                continue;
            }
            if !frame.listed {
                self.progress.check()?;
                self.clear(frame, buf, &trail)?;
                continue;
            }
            let Some(frame) = frames.pop() else { return Ok(()) };
            trail.pop();
            let parent = frames.last().map_or(self.grave, |frame| &frame.dir);
            match parent.remove_dir(&frame.name) {
                Ok(()) => self.count(1),
                Err(error) if error.is_not_found() => {}
                // Somebody who still holds it has made entries in it, or moved it away and put
                // something else here.
                Err(error) if error.is_not_empty() && frame.tries < TRIES => {
                    frame
                        .dir
                        .rewind()
                        .map_err(|error| trail.fail(&frame.name, error, "cannot read it again"))?;
                    trail.push(&frame.name);
                    frames.push(Frame { listed: false, tries: frame.tries + 1, ..frame });
                }
                Err(error) if error.is_not_directory() && frame.tries < TRIES => {
                    let _ = parent.unlink(&frame.name);
                }
                Err(error) => {
                    return Err(trail.fail(&frame.name, error, "cannot remove this directory"));
                }
            }
        }
    }

    /// Removes what one reading of the directory lists, and notes its subdirectories.
    fn clear(&self, frame: &mut Frame, buf: &mut ListBuf, trail: &Trail) -> Result<()> {
        let mut count = 0;
        let below = &mut frame.below;
        let dir = &frame.dir;
        let more = dir
            .list_some::<Error>(buf, |entry: DirEntry<'_>| {
                if entry.kind == Some(FileType::Directory) {
                    below.push(entry.name.to_owned());
                    return Ok(());
                }
                match dir.unlink(entry.name) {
                    Ok(()) => count += 1,
                    Err(error) if error.is_not_found() => {}
                    Err(error) if error.is_directory() => below.push(entry.name.to_owned()),
                    Err(error) => return Err(trail.fail(entry.name, error, "cannot remove it")),
                }
                Ok(())
            })
            .map_err(|error| if error.path().is_none() { error.at(trail.path()) } else { error })?;
        self.count(count);
        frame.listed = !more;
        Ok(())
    }

    /// Opens a subdirectory to go on there; `None` if it has been dealt with otherwise.
    fn descend(
        &self,
        frame: &Frame,
        name: &FileName,
        depth: usize,
        trail: &Trail,
    ) -> Result<Option<Dir>> {
        if depth >= DEEPEST || self.trees.is_hungry() {
            match self.lift(&frame.dir, name) {
                Ok(()) => return Ok(None),
                Err(error) if error.is_not_found() => return Ok(None),
                // Without root's privileges a directory that its owner may not write cannot be
                // moved; going into it changes its mode.
                Err(_) => {}
            }
        }
        let dir = match frame.dir.open_dir_anyhow(name) {
            Ok(dir) => dir,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) if error.is_not_directory() => {
                let _ = frame.dir.unlink(name);
                return Ok(None);
            }
            Err(error) if error.is_out_of_files() => {
                return match self.lift(&frame.dir, name) {
                    Ok(()) => Ok(None),
                    Err(_) => Err(trail.fail(name, error, "cannot open this directory")),
                };
            }
            Err(error) => {
                return Err(trail.fail(name, error, "cannot open this directory to empty it"));
            }
        };
        let meta = dir.meta().map_err(|error| trail.fail(name, error, "cannot look at it"))?;
        if is_foreign(&meta, self.owner) {
            drop(dir);
            return match self.lift(&frame.dir, name) {
                Ok(()) => Ok(None),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(trail.fail(name, error, "cannot take this directory away")),
            };
        }
        if depth >= DEEPEST {
            // It could not be lifted before; now that it is open and writable, it can.
            return match self.lift(&frame.dir, name) {
                Ok(()) => Ok(None),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(trail.fail(name, error, "cannot take this directory away")),
            };
        }
        self.make_writable(&dir).map_err(|error| trail.fail(name, error, "cannot empty it"))?;
        Ok(Some(dir))
    }
}

impl Frame {
    fn new(dir: Dir, name: FileNameBuf) -> Self {
        Self { dir, name, below: Vec::new(), tries: 0, listed: false }
    }
}
