//! Removing from a user's live directory what has no right to stay, and only that.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::rules::{Fate, Mark, Rules};
use super::trail::Trail;
use super::{DEEPEST, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{
    Dir, FileName, FileNameBuf, FileType, ListBuf, Rename, SysError, SysResult, Timestamp,
    is_foreign,
};

/// What becomes of an entry that is to go.
pub(crate) trait Bin {
    /// The entry called `name` of `dir`, which `path` names below the home, is to go.
    fn remove(&mut self, dir: &Dir, name: &FileName, kind: FileType, path: &Path) -> Result<()>;

    /// The directory called `name` of `dir` has lost everything in it by this, and may go, too.
    fn remove_emptied(&mut self, dir: &Dir, name: &FileName, path: &Path) -> Result<()>;

    /// Something in `dir` went, but it stays: its time is to be what it was.
    fn restore_time(&mut self, dir: &Dir, time: Timestamp) -> Result<()>;
}

/// Takes entries out of a live home: what is no directory is unlinked, directories are moved to a
/// grave that nobody else can reach, to be emptied there.
pub(crate) struct Grave<'a> {
    pub(crate) dir: &'a Dir,
    pub(crate) home: &'a Path,
    /// An entry at the top of the home that stays: the grave's own directory, where it is there.
    pub(crate) spared: Option<&'a FileName>,
    moved: AtomicU64,
    removed: AtomicU64,
}

impl<'a> Grave<'a> {
    pub(crate) fn new(dir: &'a Dir, home: &'a Path) -> Self {
        Self { dir, home, spared: None, moved: AtomicU64::new(0), removed: AtomicU64::new(0) }
    }

    /// How many entries were unlinked; those in directories that were moved here are not counted.
    pub(crate) fn removed(&self) -> u64 {
        self.removed.load(Ordering::Relaxed)
    }

    /// How many directories were moved here.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Counts a directory that was moved here otherwise.
    pub(crate) fn has_one_more(&self) {
        self.moved.fetch_add(1, Ordering::Relaxed);
    }

    /// Moves a directory away, or unlinks what is none.
    pub(crate) fn take(&self, dir: &Dir, name: &FileName) -> SysResult<()> {
        // The kind was looked up a while ago and may have changed since.
        match dir.unlink(name) {
            Ok(()) => {
                self.removed.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.is_directory() || error.is_denied() => {}
            Err(error) => return Err(error),
        }
        let number = self.moved.fetch_add(1, Ordering::Relaxed);
        let place = FileNameBuf::new(format!("taken-{number}"))
            .unwrap_or_else(|_| unreachable!("a plain name"));
        match dir.rename(name, self.dir, &place, Rename::NoReplace) {
            Err(error) if error.is_not_found() => Ok(()),
            // Without root's privileges a directory that its owner may not write cannot be moved.
            Err(error) if error.is_denied() => {
                dir.open_dir_anyhow(name).and_then(|dir| dir.set_mode(0o700)).map_err(|_| error)?;
                dir.rename(name, self.dir, &place, Rename::NoReplace)
            }
            answer => answer,
        }
    }
}

impl Bin for &Grave<'_> {
    fn remove(&mut self, dir: &Dir, name: &FileName, _: FileType, path: &Path) -> Result<()> {
        if self.spared.is_some_and(|spared| spared.as_path() == path) {
            return Ok(());
        }
        self.take(dir, name)
            .map_err(|error| error.because("cannot remove it").at(self.home.join(path)))
    }

    fn remove_emptied(&mut self, dir: &Dir, name: &FileName, _: &Path) -> Result<()> {
        // Whatever is still in it has a reason to be, or has just been put there.
        if dir.remove_dir(name).is_ok() {
            self.removed.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn restore_time(&mut self, dir: &Dir, time: Timestamp) -> Result<()> {
        dir.set_mtime(time)
            .map_err(|error| error.because("cannot set a directory's time").at(self.home))
    }
}

/// Notes what would go.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<(PathBuf, FileType)>,
}

impl Bin for Listing {
    fn remove(&mut self, _: &Dir, _: &FileName, kind: FileType, path: &Path) -> Result<()> {
        self.entries.push((path.to_path_buf(), kind));
        Ok(())
    }

    fn remove_emptied(&mut self, _: &Dir, _: &FileName, path: &Path) -> Result<()> {
        self.entries.push((path.to_path_buf(), FileType::Directory));
        Ok(())
    }

    fn restore_time(&mut self, _: &Dir, _: Timestamp) -> Result<()> {
        Ok(())
    }
}

struct Frame {
    dir: Dir,
    name: Option<FileNameBuf>,
    mark: Mark,
    below: Vec<(FileNameBuf, Mark)>,
    listed: bool,
    /// Something in it stays.
    stays: bool,
    /// Something in it goes.
    loses: bool,
    /// Its time before that.
    time: Option<Timestamp>,
}

/// What one home's sweeps have in common.
pub(crate) struct Broom<'a> {
    pub(crate) rules: &'a Rules,
    /// What the home is called in messages.
    pub(crate) home: &'a Path,
    /// Whose home it is.
    pub(crate) owner: u32,
    pub(crate) progress: &'a Progress<'a>,
}

impl Broom<'_> {
    /// Walks `top`, a directory at `path` below the home of which the rules say `mark`, and puts
    /// into `bin` whatever is to be reset there. Answers how many entries were kept, and whether
    /// anything of `top` stays.
    ///
    /// A directory of a third user is not entered and stays: the home's owner may have moved it
    /// here and move it away again while it is being emptied.
    pub(crate) fn sweep(
        &self,
        top: Dir,
        mark: Mark,
        path: &Path,
        bin: &mut dyn Bin,
    ) -> Result<(u64, bool)> {
        let mut buf = ListBuf::new();
        let mut trail = Trail::new(path);
        let mut kept = 0;
        if self.is_foreign(&top, path)? {
            return Ok((1, true));
        }
        let mut frames = vec![Frame::new(top, None, mark)];
        loop {
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else {
                return Ok((kept, true));
            };
            if let Some((name, mark)) = frame.below.pop() {
                let path = trail.path().join(name.as_path());
                match frame.dir.open_dir_anyhow(&name) {
                    Ok(dir) if self.is_foreign(&dir, &path)? => {
                        kept += 1;
                        frame.stays = true;
                    }
                    Ok(dir) => {
                        trail.push(&name);
                        frames.push(Frame::new(dir, Some(name), mark));
                    }
                    Err(error) if error.is_not_found() => {}
                    Err(error) if error.is_not_directory() => {
                        if mark.fate == Fate::Reset {
                            frame.loses = true;
                            bin.remove(&frame.dir, &name, FileType::File, &path)?;
                        } else {
                            frame.stays = true;
                        }
                    }
                    Err(error) if error.is_cross_device() => {
                        return Err(Error::new(
                            ErrorKind::Unsafe,
                            "a file system is mounted here, inside the home",
                        )
                        .at(self.home.join(path))
                        .help_with("unmount it"));
                    }
                    Err(error) => {
                        return Err(self.fail(error, "cannot open this directory", &path));
                    }
                }
                continue;
            }
            if !frame.listed {
                self.progress.check()?;
                frame.listed = !self.list(frame, depth, &trail, bin, &mut buf, &mut kept)?;
                continue;
            }
            let Some(done) = frames.pop() else { continue };
            let path = trail.path().to_path_buf();
            let stays = done.stays || done.mark.fate == Fate::Keep;
            if let (true, true, Some(time)) = (stays, done.loses, done.time) {
                bin.restore_time(&done.dir, time)?;
            }
            let Some(above) = frames.last_mut() else {
                return Ok((kept, stays));
            };
            let Some(name) = &done.name else { continue };
            trail.pop();
            if stays {
                above.stays = true;
            } else {
                above.loses = true;
                bin.remove_emptied(&above.dir, name, &path)?;
            }
        }
    }

    fn fail(&self, error: SysError, what: &'static str, path: &Path) -> Error {
        error.because(what).at(self.home.join(path))
    }

    fn is_foreign(&self, dir: &Dir, path: &Path) -> Result<bool> {
        let meta = dir.meta().map_err(|error| self.fail(error, "cannot look at it", path))?;
        Ok(is_foreign(&meta, self.owner))
    }

    /// Deals with what one reading of a directory lists; `false` when there is no more.
    fn list(
        &self,
        frame: &mut Frame,
        depth: usize,
        trail: &Trail,
        bin: &mut dyn Bin,
        buf: &mut ListBuf,
        kept: &mut u64,
    ) -> Result<bool> {
        let Frame { dir, mark, below, stays, loses, .. } = frame;
        dir.list_some::<Error>(buf, |entry| {
            let mark = self.rules.below(mark, entry.name.as_bytes());
            let path = || trail.path().join(entry.name.as_path());
            let kind = match entry.kind {
                Some(kind) => kind,
                None => match dir.meta_of(entry.name) {
                    Ok(meta) => meta.kind,
                    Err(error) if error.is_not_found() => return Ok(()),
                    Err(error) => return Err(self.fail(error, "cannot look at it", &path())),
                },
            };
            let mixed = mark.mixed && kind == FileType::Directory;
            if mixed && depth < DEEPEST {
                if mark.fate == Fate::Keep {
                    *kept += 1;
                    *stays = true;
                }
                below.push((entry.name.to_owned(), mark));
            } else if mark.fate == Fate::Reset && !mixed {
                *loses = true;
                bin.remove(dir, entry.name, kind, &path())?;
            } else {
                // Also what lies so deep that it is not searched: rather too much stays than
                // something that was to be kept is lost.
                *kept += 1;
                *stays = true;
            }
            Ok(())
        })
    }
}

impl Frame {
    fn new(dir: Dir, name: Option<FileNameBuf>, mark: Mark) -> Self {
        let time = dir.meta().ok().map(|meta| meta.mtime);
        // A directory that was opened a while ago may have grown since.
        let _ = dir.rewind();
        Self { dir, name, mark, below: Vec::new(), listed: false, stays: false, loses: false, time }
    }
}
