//! Removing from a user's live directory what has no right to stay, and only that.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::rules::{Fate, Mark, Rules};
use super::trail::Trail;
use super::{DEEPEST, Progress};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Dir, FileName, FileNameBuf, FileType, ListBuf, Rename, SysResult, Timestamp};

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

/// Walks `top`, a directory of which the rules say `mark`, and puts into `bin` whatever is to be
/// reset there. Answers how many entries were kept, and whether anything of `top` stays.
///
/// `path` is the directory's path below the home, which `home` names in messages.
pub(crate) fn sweep(
    top: Dir,
    mark: Mark,
    rules: &Rules,
    home: &Path,
    path: &Path,
    bin: &mut dyn Bin,
    progress: &Progress<'_>,
) -> Result<(u64, bool)> {
    let mut buf = ListBuf::new();
    let mut trail = Trail::new(path);
    let mut kept = 0;
    let mut frames = vec![Frame::new(top, None, mark)];
    loop {
        let depth = frames.len();
        let Some(frame) = frames.last_mut() else {
            return Ok((kept, true));
        };
        if let Some((name, mark)) = frame.below.pop() {
            let opened = frame.dir.open_dir_anyhow(&name);
            match opened {
                Ok(dir) => {
                    trail.push(&name);
                    frames.push(Frame::new(dir, Some(name), mark));
                }
                Err(error) if error.is_not_found() => {}
                Err(error) if error.is_not_directory() => {
                    if mark.fate == Fate::Reset {
                        let path = trail.path().join(name.as_path());
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
                    .at(home.join(trail.path()).join(name.as_path()))
                    .help_with("unmount it"));
                }
                Err(error) => {
                    return Err(error
                        .because("cannot open this directory")
                        .at(home.join(trail.path()).join(name.as_path())));
                }
            }
            continue;
        }
        if !frame.listed {
            progress.check()?;
            frame.listed = !list(frame, depth, rules, &trail, home, bin, &mut buf, &mut kept)?;
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

/// Deals with what one reading of a directory lists; `false` when there is no more.
#[expect(clippy::too_many_arguments, reason = "the state of one walk, in its only helper")]
fn list(
    frame: &mut Frame,
    depth: usize,
    rules: &Rules,
    trail: &Trail,
    home: &Path,
    bin: &mut dyn Bin,
    buf: &mut ListBuf,
    kept: &mut u64,
) -> Result<bool> {
    let Frame { dir, mark, below, stays, loses, .. } = frame;
    dir.list_some::<Error>(buf, |entry| {
        let mark = rules.below(mark, entry.name.as_bytes());
        let path = || trail.path().join(entry.name.as_path());
        let kind = match entry.kind {
            Some(kind) => kind,
            None => match dir.meta_of(entry.name) {
                Ok(meta) => meta.kind,
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => {
                    return Err(error.because("cannot look at it").at(home.join(path())));
                }
            },
        };
        // What lies deeper than any program can name is not searched for exceptions.
        if mark.mixed && kind == FileType::Directory && depth < DEEPEST {
            if mark.fate == Fate::Keep {
                *kept += 1;
                *stays = true;
            }
            below.push((entry.name.to_owned(), mark));
        } else if mark.fate == Fate::Reset {
            *loses = true;
            bin.remove(dir, entry.name, kind, &path())?;
        } else {
            *kept += 1;
            *stays = true;
        }
        Ok(())
    })
}

impl Frame {
    fn new(dir: Dir, name: Option<FileNameBuf>, mark: Mark) -> Self {
        let time = dir.meta().ok().map(|meta| meta.mtime);
        // A directory that was opened a while ago may have grown since.
        let _ = dir.rewind();
        Self { dir, name, mark, below: Vec::new(), listed: false, stays: false, loses: false, time }
    }
}
