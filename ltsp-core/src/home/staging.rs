//! The staging directory beside the homes, which only root can enter, and the runs in it.
//!
//! | entry | what it is |
//! |---|---|
//! | `lock-KEY` | held by whoever works on a home |
//! | `run-UID-NUMBER` | the trees a run is building or taking apart; its owner holds a lock on it, so one without is what an interrupted run left |
//! | `spare-KEY` | a home built ahead (`home`) and its receipt |
//! | `template-KEY` | what the template looked like when it was scanned |
//! | `receipt-KEY` | what the home looked like after its last reset |

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::refusal::Refusal;
use super::template::plain_name;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::{Observer, check};
use crate::sys::{Deadline, Dir, FileNameBuf, ListBuf, Lock, SysError, Xattrs, current_uid};
use crate::tree::{Progress, remove::remove_all};
use std::os::fd::AsFd as _;

const NAME: &str = ".ltsp-staging";

/// An open staging directory.
#[derive(Debug)]
pub(super) struct Staging {
    dir: Dir,
    path: PathBuf,
}

/// Holds a home against other resets.
#[derive(Debug)]
pub(super) struct HomeLock {
    _lock: Lock,
    /// Somebody else had it, who may have changed everything.
    pub(super) waited: bool,
}

fn random() -> String {
    // Unique, not secret: nobody else gets to see or make names here.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

impl Staging {
    /// The staging directory in `parent`, made if need be.
    pub(super) fn open(parent: &Dir, shown: &Path) -> Result<Self> {
        Self::make(parent, shown, &plain_name(NAME))
    }

    /// The staging directory in `parent`, if there is one.
    pub(super) fn existing(parent: &Dir, shown: &Path) -> Result<Option<Self>> {
        match parent.meta_of(&plain_name(NAME)) {
            Err(error) if error.is_not_found() => Ok(None),
            _ => Self::check(parent, shown, &plain_name(NAME)).map(Some),
        }
    }

    /// A staging directory for one run inside a home that is a file system of its own, since
    /// nothing can be moved there from outside. Its user may rename it but can neither enter nor
    /// empty it.
    pub(super) fn inside(home: &Dir, shown: &Path) -> Result<(Self, FileNameBuf)> {
        let name = plain_name(&format!("{NAME}-{}", random()));
        Ok((Self::make(home, shown, &name)?, name))
    }

    /// What interrupted runs left inside a home: directories that look like
    /// [`inside`](Self::inside) made them and that no user can have made.
    pub(super) fn leftovers_inside(home: &Dir, shown: &Path) -> Result<Vec<(Self, FileNameBuf)>> {
        let mut found = Vec::new();
        home.list::<SysError>(&mut ListBuf::new(), |entry| {
            if entry.name.as_bytes().starts_with(NAME.as_bytes()) {
                // Held first and looked at then: its user can exchange names.
                let Ok(dir) = home.open_dir(entry.name) else { return Ok(()) };
                let meta = dir.meta()?;
                if meta.uid == current_uid() && meta.mode == 0o700 {
                    let path = shown.join(entry.name.as_path());
                    found.push((Self { dir, path }, entry.name.to_owned()));
                }
            }
            Ok(())
        })
        .map_err(|error| error.because("cannot read this directory").at(shown))?;
        Ok(found)
    }

    fn make(parent: &Dir, shown: &Path, name: &FileNameBuf) -> Result<Self> {
        let path = shown.join(name.as_path());
        let fail = |error: SysError| error.because("cannot make the staging directory").at(&path);
        match parent.make_dir(name, 0o700) {
            Ok(()) => {
                // What the parent would have it inherit: group, setgid bit, default access list.
                let dir = parent.open_dir(name).map_err(fail)?;
                let meta = dir.meta().map_err(fail)?;
                // Inside a home its user can have exchanged it already.
                if meta.uid != current_uid() || meta.mode & 0o077 != 0 {
                    return Err(Refusal::Staging { uid: meta.uid, mode: meta.mode }.at(&path));
                }
                Xattrs::default().replace(dir.as_fd()).map_err(fail)?;
                dir.set_mode(0o700).map_err(fail)?;
            }
            Err(error) if error.is_exists() => {}
            Err(error) => return Err(fail(error)),
        }
        Self::check(parent, shown, name)
    }

    fn check(parent: &Dir, shown: &Path, name: &FileNameBuf) -> Result<Self> {
        let path = shown.join(name.as_path());
        let fail = |error: SysError| error.because("cannot open the staging directory").at(&path);
        let dir = parent.open_dir(name).map_err(fail)?;
        let meta = dir.meta().map_err(fail)?;
        if meta.uid != current_uid() || meta.mode & 0o077 != 0 {
            return Err(Refusal::Staging { uid: meta.uid, mode: meta.mode }.at(&path));
        }
        Ok(Self { dir, path })
    }

    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until nobody else works on the home called `key`.
    pub(super) fn lock_home(
        &self,
        key: &str,
        limit: Duration,
        observer: &dyn Observer,
    ) -> Result<HomeLock> {
        let name = plain_name(&format!("lock-{key}"));
        let deadline = Deadline::after(limit);
        let mut waited = false;
        loop {
            let tried = Lock::try_file(&self.dir, &name).map_err(|error| {
                error.because("cannot lock this home").at(self.path.join(name.as_path()))
            })?;
            if let Some(lock) = tried {
                return Ok(HomeLock { _lock: lock, waited });
            }
            check(observer)?;
            if deadline.passed() {
                return Err(Error::new(ErrorKind::Busy, "another reset of this home is running")
                    .at(self.path.join(name.as_path()))
                    .help_with("wait for it to end"));
            }
            waited = true;
            std::thread::sleep(Duration::from_millis(5).min(deadline.left()));
        }
    }

    /// Begins a run.
    pub(super) fn begin(&self, uid: u32) -> Result<Run<'_>> {
        loop {
            let name = plain_name(&format!("run-{uid}-{}", random()));
            let path = self.path.join(name.as_path());
            let fail = |error: SysError| error.because("cannot begin in this directory").at(&path);
            self.dir.make_dir(&name, 0o700).map_err(fail)?;
            // Somebody who cleans up may take it for a leftover before it is locked.
            let dir = match self.dir.open_dir(&name) {
                Ok(dir) => dir,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(fail(error)),
            };
            let Some(lock) = Lock::try_dir(&dir).map_err(fail)? else { continue };
            match self.dir.meta_of(&name) {
                Ok(_) => return Ok(Run { staging: self, dir, name, path, uid, lock }),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(fail(error)),
            }
        }
    }

    /// Removes what runs left that were interrupted; answers how many entries.
    pub(super) fn clean(&self, threads: usize, progress: &Progress<'_>) -> Result<u64> {
        let mut names = Vec::new();
        let fail = |error: SysError| error.because("cannot read this directory").at(&self.path);
        self.dir
            .list::<SysError>(&mut ListBuf::new(), |entry| {
                if entry.name.as_bytes().starts_with(b"run-") {
                    names.push(entry.name.to_owned());
                }
                Ok(())
            })
            .map_err(fail)?;
        let mut removed = 0;
        for name in names {
            let path = self.path.join(name.as_path());
            let Ok(dir) = self.dir.open_dir(&name) else { continue };
            let Ok(Some(lock)) = Lock::try_dir(&dir) else { continue };
            // Its run may have ended and removed it just before it was locked.
            let (held, there) = (dir.meta(), self.dir.meta_of(&name));
            if !matches!((held, there), (Ok(held), Ok(there)) if held.id() == there.id()) {
                continue;
            }
            let text = String::from_utf8_lossy(name.as_bytes()).into_owned();
            let uid = text.split('-').nth(1).and_then(|uid| uid.parse().ok()).unwrap_or(0);
            let run = Run { staging: self, dir, name, path, uid, lock };
            removed += run.finish(threads, progress)?;
        }
        Ok(removed)
    }
}

/// A directory for what one run builds and takes apart. Nothing in it matters once the run has
/// ended.
#[derive(Debug)]
pub(super) struct Run<'s> {
    staging: &'s Staging,
    pub(super) dir: Dir,
    name: FileNameBuf,
    pub(super) path: PathBuf,
    uid: u32,
    lock: Lock,
}

impl Run<'_> {
    /// Removes everything in it and the run itself; answers how many entries that were.
    pub(super) fn finish(self, threads: usize, progress: &Progress<'_>) -> Result<u64> {
        let removed = remove_all(&self.dir, &self.path, self.uid, threads, progress)?;
        progress.flush();
        self.staging
            .dir
            .remove_dir(&self.name)
            .map_err(|error| error.because("cannot remove this directory").at(&self.path))?;
        drop(self.lock);
        Ok(removed)
    }

    /// Leaves everything for whoever cleans up.
    pub(super) fn leave(self) {
        drop(self.lock);
    }
}
