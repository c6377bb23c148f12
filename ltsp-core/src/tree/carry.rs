//! Giving what is kept of a live home a second name in the fresh one.
//!
//! Files are linked, not moved and not copied: until the two homes change places the old one is
//! complete, afterwards the new one is, and a program that goes on writing writes into both.
//! Directories are made anew with their owner, mode, attributes and times.

use std::os::fd::AsFd as _;
use std::path::Path;

use super::Progress;
use super::rules::{Fate, Mark, Rules};
use super::sweep::Grave;
use super::trail::Trail;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{
    Dir, FileName, FileNameBuf, FileType, ListBuf, Meta, SysError, SysResult, Xattrs,
};

/// The deepest directory whose entries are carried over. Two directories are open for each level.
const DEEPEST: usize = 64;

struct Frame {
    old: Dir,
    /// Its counterpart, once something is known to be kept below.
    new: Option<Dir>,
    name: Option<FileNameBuf>,
    mark: Mark,
    /// What the counterpart is to look like in the end.
    finish: Finish,
    below: Vec<(FileNameBuf, Mark)>,
    listed: bool,
}

enum Finish {
    /// As its original.
    Original,
    /// As it was before something was put into it.
    Time(Meta),
    /// Nothing has been done to it.
    Nothing,
}

struct Carrier<'a> {
    grave: &'a Grave<'a>,
    rules: &'a Rules,
    home: &'a Path,
    progress: &'a Progress<'a>,
    kept: u64,
}

/// Walks `old`, a home that its owner may be changing, and gives every entry that the rules keep a
/// name in `new`, a fresh copy of the template that nobody else can reach. What `new` has there
/// already goes to `grave`.
///
/// Answers how many entries were kept.
///
/// # Errors
/// [`ErrorKind::Unsupported`] if the file system cannot link an entry, or something that may be
/// kept lies too deep.
pub(crate) fn carry(
    old: &Dir,
    new: &Dir,
    rules: &Rules,
    grave: &Grave<'_>,
    home: &Path,
    progress: &Progress<'_>,
) -> Result<u64> {
    let mut carrier = Carrier { grave, rules, home, progress, kept: 0 };
    let hold =
        |dir: &Dir| dir.try_clone().map_err(|error| error.because("cannot hold it").at(home));
    old.rewind().map_err(|error| error.because("cannot read this home").at(home))?;
    let top = Frame {
        old: hold(old)?,
        new: Some(hold(new)?),
        name: None,
        mark: rules.top(),
        finish: Finish::Nothing,
        below: Vec::new(),
        listed: false,
    };
    carrier.walk(top)?;
    Ok(carrier.kept)
}

impl Carrier<'_> {
    fn walk(&mut self, top: Frame) -> Result<()> {
        let mut buf = ListBuf::new();
        let mut trail = Trail::new(self.home);
        let mut frames = vec![top];
        while let Some(frame) = frames.last_mut() {
            if let Some((name, mark)) = frame.below.pop() {
                match frame.old.open_dir(&name) {
                    Ok(old) => {
                        let keep = mark.fate == Fate::Keep;
                        trail.push(&name);
                        frames.push(Frame::new(old, name, mark));
                        if keep {
                            self.kept += 1;
                            self.counterpart(&mut frames, &trail)?;
                        }
                    }
                    Err(error) if error.is_not_found() || error.is_not_directory() => {}
                    Err(error) => {
                        return Err(trail.fail(&name, error, "cannot open this directory"));
                    }
                }
                continue;
            }
            if !frame.listed {
                self.progress.check()?;
                self.list(&mut frames, &trail, &mut buf)?;
                continue;
            }
            if let Some(done) = frames.pop() {
                done.finish().map_err(|error| {
                    trail.fail_here(error, "cannot give the kept directory its attributes")
                })?;
                trail.pop();
            }
        }
        Ok(())
    }

    /// Deals with one reading of the directory on top.
    fn list(&mut self, frames: &mut [Frame], trail: &Trail, buf: &mut ListBuf) -> Result<()> {
        let mut files = Vec::new();
        let depth = frames.len();
        let Some(frame) = frames.last_mut() else { return Ok(()) };
        let Frame { old, mark, below, .. } = frame;
        let more = old.list_some::<Error>(buf, |entry| {
            let mark = self.rules.below(mark, entry.name.as_bytes());
            if mark.fate == Fate::Reset && !mark.mixed {
                return Ok(());
            }
            let kind = match entry.kind {
                Some(kind) => kind,
                None => match old.meta_of(entry.name) {
                    Ok(meta) => meta.kind,
                    Err(error) if error.is_not_found() => return Ok(()),
                    Err(error) => return Err(trail.fail(entry.name, error, "cannot look at it")),
                },
            };
            match (kind, mark.fate) {
                (FileType::Directory, _) if depth < DEEPEST => {
                    below.push((entry.name.to_owned(), mark));
                }
                (FileType::Directory, _) => {
                    return Err(Error::new(
                        ErrorKind::Unsupported,
                        format!("what is kept lies more than {DEEPEST} directories deep"),
                    ));
                }
                (_, Fate::Keep) => files.push(entry.name.to_owned()),
                (_, Fate::Reset) => {}
            }
            Ok(())
        })?;
        frame.listed = !more;
        for name in files {
            self.counterpart(frames, trail)?;
            if let Some(Frame { old, new: Some(new), .. }) = frames.last() {
                link(old, new, &name, self.grave)
                    .map_err(|error| cannot_link(trail, &name, error))?;
                self.kept += 1;
                self.progress.done(1, 0);
            }
        }
        Ok(())
    }

    /// Sees to it that every directory on the way has a counterpart.
    fn counterpart(&mut self, frames: &mut [Frame], trail: &Trail) -> Result<()> {
        for index in 1..frames.len() {
            let (above, rest) = frames.split_at_mut(index);
            let (Some(Frame { new: Some(parent), .. }), Some(frame)) =
                (above.last(), rest.first_mut())
            else {
                continue;
            };
            if frame.new.is_some() {
                continue;
            }
            let Some(name) = &frame.name else { continue };
            let (new, finish) = open_or_make(parent, name, frame.mark.fate, self.grave)
                .map_err(|error| trail.fail_here(error, "cannot make a place for what is kept"))?;
            frame.new = Some(new);
            frame.finish = finish;
        }
        Ok(())
    }
}

fn cannot_link(trail: &Trail, name: &FileName, error: SysError) -> Error {
    let unlinkable = error.is_too_many_links()
        || error.is_denied()
        || error.is_cross_device()
        || error.is_unsupported();
    let full = trail.fail(name, error, "cannot carry it over to the fresh home");
    if unlinkable { full.with_kind(ErrorKind::Unsupported) } else { full }
}

/// Links one entry, in place of whatever has its name.
fn link(old: &Dir, new: &Dir, name: &FileName, grave: &Grave<'_>) -> SysResult<()> {
    let mut answer = old.link(name, new, name);
    if answer.is_err_and(SysError::is_exists) {
        grave.take(new, name)?;
        answer = old.link(name, new, name);
    }
    match answer {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer,
    }
}

/// The directory called `name` of the fresh home, which may have to be made.
fn open_or_make(
    parent: &Dir,
    name: &FileName,
    fate: Fate,
    grave: &Grave<'_>,
) -> SysResult<(Dir, Finish)> {
    match parent.open_dir_anyhow(name) {
        Ok(dir) if fate == Fate::Keep => return Ok((dir, Finish::Original)),
        Ok(dir) => {
            let meta = dir.meta()?;
            return Ok((dir, Finish::Time(meta)));
        }
        Err(error) if error.is_not_found() => {}
        Err(error) if error.is_not_directory() => grave.take(parent, name)?,
        Err(error) => return Err(error),
    }
    parent.make_dir(name, 0o700)?;
    Ok((parent.open_dir(name)?, Finish::Original))
}

impl Frame {
    fn new(old: Dir, name: FileNameBuf, mark: Mark) -> Self {
        Self {
            old,
            new: None,
            name: Some(name),
            mark,
            finish: Finish::Nothing,
            below: Vec::new(),
            listed: false,
        }
    }

    fn finish(&self) -> SysResult<()> {
        let Some(new) = &self.new else { return Ok(()) };
        match &self.finish {
            Finish::Nothing => Ok(()),
            Finish::Time(meta) => new.set_mtime(meta.mtime),
            Finish::Original => copy_attributes(&self.old, new),
        }
    }
}

/// Gives `new` everything that `old` has except its entries.
pub(crate) fn copy_attributes(old: &Dir, new: &Dir) -> SysResult<()> {
    let meta = old.meta()?;
    let current = new.meta()?;
    if (meta.uid, meta.gid) != (current.uid, current.gid) {
        new.set_owner(meta.uid, meta.gid)?;
    }
    new.set_mode(meta.mode)?;
    Xattrs::read(old.as_fd())?.replace(new.as_fd())?;
    new.set_mtime(meta.mtime)
}
