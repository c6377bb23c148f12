//! One file of the system, replaced as a whole.

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;

use super::dir::{Dir, Rename, bits};
use super::error::{SysError, SysResult, retry};
use super::file::File;
use super::lock::Lock;
use super::meta::{FileType, Meta};
use super::name::{FileName, FileNameBuf};
use super::process::{Deadline, current_uid};
use super::root::{Links, Located, SysRoot};
use super::xattr::Xattrs;
use crate::error::{Error, ErrorKind, Result};

/// How long to wait for somebody else who is replacing the same file.
const PATIENCE: Duration = Duration::from_secs(10);

/// The mode of a file that did not exist before: settings are public.
const NEW: u16 = 0o644;

impl SysRoot {
    /// Makes `new` the content of the file at `path` in one step, if its content still is `old`
    /// (`None`: if there still is no such file). Owner, group, mode and extended attributes stay.
    /// Symbolic links of trusted users are followed, so that a link stays one.
    ///
    /// Interrupted at any point, the file is the old or the new one; what is left beside it, its
    /// name with a dot before it and `.ltsp-new` behind it, the next call removes.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] if the content is another one by now; [`ErrorKind::Busy`] if somebody
    /// else is replacing the file for long; [`ErrorKind::Refused`] if somebody untrusted could
    /// exchange the file or a directory above it.
    pub(crate) fn replace(&self, path: &Path, old: Option<&[u8]>, new: &[u8]) -> Result<()> {
        let at = self.locate(path, Links::FollowThroughSticky)?;
        let place = Place { shown: self.outside(&at.path), at };
        let draft = Draft::new(&place)?;
        draft.fill(old, new).and_then(|()| draft.put(old)).inspect_err(|_| draft.discard())
    }
}

/// Where the file is.
struct Place {
    at: Located,
    shown: std::path::PathBuf,
}

impl Place {
    fn failed(&self, what: &'static str) -> impl Fn(SysError) -> Error + '_ {
        move |error| error.because(what).at(&self.shown)
    }

    /// What the file is now.
    fn now(&self, name: &FileName) -> Result<Option<(File, Meta)>> {
        let file = match self.at.parent.open_file_across(name) {
            Ok(file) => file,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(self.failed("cannot read this file")(error)),
        };
        let meta = file.meta().map_err(self.failed("cannot look at this file"))?;
        if meta.kind != FileType::File {
            let what = format!("this is a {}, not a file", meta.kind.name());
            return Err(Error::new(ErrorKind::InvalidInput, what).at(&self.shown));
        }
        Ok(Some((file, meta)))
    }

    fn changed(&self) -> Error {
        Error::new(ErrorKind::Changed, "somebody else changed this file since it was read")
            .at(&self.shown)
            .help_with("read it again and repeat the change")
    }

    /// Whether what is called `name` has just that content.
    fn has(&self, name: &FileName, content: &[u8]) -> Result<bool> {
        let Some((file, meta)) = self.now(name)? else { return Ok(false) };
        if meta.size != content.len() as u64 {
            return Ok(false);
        }
        let read = file.read_all(content.len().saturating_add(1));
        Ok(read.is_ok_and(|read| read == content))
    }
}

/// The new file while it is being written, under its own name, which is also the lock.
struct Draft<'a> {
    place: &'a Place,
    name: FileNameBuf,
    file: File,
    _lock: Lock,
}

impl<'a> Draft<'a> {
    fn new(place: &'a Place) -> Result<Self> {
        let failed = place.failed("cannot write beside this file");
        let name = [b".", place.at.name.as_bytes(), b".ltsp-new"].concat();
        let name = FileNameBuf::new(&name)?;
        let deadline = Deadline::after(PATIENCE);
        loop {
            if let Some((file, lock)) = claim(&place.at.parent, &name).map_err(&failed)? {
                return Ok(Self { place, name, file, _lock: lock });
            }
            if deadline.passed() {
                return Err(Error::new(ErrorKind::Busy, "somebody else is replacing this file")
                    .at(&place.shown)
                    .help_with("wait for it to end, and try again"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Writes content, owner, mode and attributes, to disk.
    fn fill(&self, old: Option<&[u8]>, new: &[u8]) -> Result<()> {
        let place = self.place;
        let failed = place.failed("cannot write the new version of this file");
        let present = place.now(&place.at.name)?;
        if let Some((_, meta)) = &present {
            // In a directory like /tmp a file's owner can exchange it.
            let sticky = place.at.parent.meta().map_err(&failed)?.mode & 0o1000 != 0;
            if sticky && meta.uid != 0 && meta.uid != current_uid() {
                let what = format!("user {} could exchange this file meanwhile", meta.uid);
                return Err(Error::new(ErrorKind::Refused, what)
                    .at(&place.shown)
                    .help_with("move it to a directory that only root can change"));
            }
        }
        match (&present, old) {
            (Some(_), Some(old)) if place.has(&place.at.name, old)? => {}
            (None, None) => {}
            _ => return Err(place.changed()),
        }
        self.file.write_all(new).map_err(&failed)?;
        match present {
            Some((file, meta)) => {
                self.file.set_owner(meta.uid, meta.gid).map_err(&failed)?;
                let xattrs = Xattrs::read_all(file.as_fd()).map_err(&failed)?;
                xattrs.write(self.file.as_fd()).map_err(&failed)?;
                self.file.set_mode(meta.mode).map_err(&failed)?;
            }
            None => self.file.set_mode(NEW).map_err(&failed)?,
        }
        self.file.sync().map_err(&failed)
    }

    /// Removes it, if it still has its own name, which may be the next writer's by now. If even
    /// that fails, the next call does.
    fn discard(&self) {
        let parent = &self.place.at.parent;
        let is_mine = |mine: Meta| parent.meta_of(&self.name).is_ok_and(|m| m.id() == mine.id());
        if self.file.meta().is_ok_and(is_mine) {
            let _ = parent.unlink(&self.name);
        }
    }

    /// Gives it the file's name.
    fn put(&self, old: Option<&[u8]>) -> Result<()> {
        let Place { at: Located { parent, name, .. }, .. } = self.place;
        let failed = self.place.failed("cannot put the new version in place of this file");
        let Some(old) = old else {
            return match parent.rename(&self.name, parent, name, Rename::NoReplace) {
                Err(error) if error.is_exists() => Err(self.place.changed()),
                done => done.and_then(|()| parent.sync()).map_err(failed),
            };
        };
        // The last look before the rename: programs that know nothing of the lock write, too.
        if !self.place.has(name, old)? {
            return Err(self.place.changed());
        }
        parent.rename(&self.name, parent, name, Rename::Replace).map_err(&failed)?;
        parent.sync().map_err(failed)
    }
}

/// A new, empty file called `name`, locked; `None` if somebody else is at it.
fn claim(dir: &Dir, name: &FileName) -> SysResult<Option<(File, Lock)>> {
    let flags =
        OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let fd: OwnedFd =
        match retry("openat", || nix::fcntl::openat(dir, name.as_c_str(), flags, bits(0o600))) {
            Ok(fd) => fd,
            Err(error) if error.is_exists() => {
                return clear_away(dir, name).map(|()| None);
            }
            Err(error) => return Err(error),
        };
    let Some(lock) = Lock::try_open(&fd)? else { return Ok(None) };
    let file = File::from_fd(fd);
    // Somebody may have taken it for a leftover before it was locked.
    match (file.meta(), dir.meta_of(name)) {
        (Ok(mine), Ok(there)) if mine.id() == there.id() => {}
        _ => return Ok(None),
    }
    Ok(Some((file, lock)))
}

/// Removes what an interrupted call left, which is what nobody holds the lock of.
fn clear_away(dir: &Dir, name: &FileName) -> SysResult<()> {
    let file = match dir.open_file(name) {
        Ok(file) => file,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error),
    };
    let held = file.as_fd().try_clone_to_owned().map_err(|_| SysError::last("fcntl"))?;
    let Some(_lock) = Lock::try_open(&held)? else { return Ok(()) };
    // Whoever held it may have put it in place meanwhile: then the name is somebody else's, or
    // nobody's.
    match dir.meta_of(name) {
        Ok(there) if there.id() == file.meta()?.id() => dir.unlink(name),
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}
