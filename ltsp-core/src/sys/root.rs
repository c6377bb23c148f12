//! The root below which everything is found, and the one place where paths are taken apart.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::dir::{Dir, c_path};
use super::meta::{FileType, Meta};
use super::name::{FileName, FileNameBuf};
use super::process::current_uid;
use crate::error::{Error, ErrorKind, Result};

/// The directory that stands for `/`: the server's own root, a chroot, an unpacked image or a
/// scratch directory. Paths given to this library are looked up below it and cannot leave it.
#[derive(Clone, Debug)]
pub struct SysRoot {
    dir: Arc<Dir>,
    path: Arc<Path>,
}

/// A directory entry that was reached through directories which only trusted users can change.
#[derive(Debug)]
pub struct Located {
    /// The directory it is in.
    pub parent: Dir,
    /// Its name there.
    pub name: FileNameBuf,
    /// Its path below the root, from `/`, without symbolic links.
    pub path: PathBuf,
    /// Device and inode of every directory on the way, from the root to `parent`.
    pub chain: Vec<(u64, u64)>,
}

/// What to do about symbolic links on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// An error.
    Refuse,
    /// Follow those that a trusted user made, as an administrator would expect of a template
    /// (`/etc/skel` is one in many labs).
    Follow,
    /// As [`Follow`](Self::Follow), and pass through directories in which everybody may write but
    /// only remove what is his own (`/tmp`): what a trusted user made there nobody else can
    /// exchange.
    FollowThroughSticky,
}

/// As many as the kernel itself follows.
const MOST_LINKS: usize = 40;

/// Whether an inode can only be changed by root or by the user this process runs as.
///
/// A group that may write is only trusted if it is root's: an access control list shows in the
/// same bits.
fn is_trusted(meta: &Meta) -> bool {
    let group_may_write = meta.mode & 0o020 != 0 && meta.gid != 0;
    let others_may_write = meta.mode & 0o002 != 0;
    (meta.uid == 0 || meta.uid == current_uid()) && !group_may_write && !others_may_write
}

/// Whether something in the home of user `owner` belongs to a third user, or can be written by one:
/// neither to `owner` nor to somebody whom this process trusts.
pub(crate) fn is_foreign(meta: &Meta, owner: u32) -> bool {
    meta.uid != owner && !is_trusted(meta)
}

impl SysRoot {
    /// The machine's own root.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn host() -> Result<Self> {
        Self::open("/")
    }

    /// The directory at `path`, which is trusted from here on.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::PermissionDenied`] or [`ErrorKind::Unsafe`] if it is
    /// no directory that can be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let shown = c_path(path).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "a path cannot contain a NUL byte").at(path)
        })?;
        let dir = Dir::open_path(&shown)
            .map_err(|error| error.because("cannot open the root directory").at(path))?;
        Ok(Self { dir: Arc::new(dir), path: path.into() })
    }

    /// The open directory `fd`, which is trusted from here on; `path` is what messages call it.
    ///
    /// # Errors
    /// [`ErrorKind::Unsafe`] if it is no directory.
    pub fn from_fd(fd: OwnedFd, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let dir = Dir::from_fd(fd);
        let meta = dir.meta().map_err(|error| error.because("cannot look at the root").at(path))?;
        if !meta.is_dir() {
            return Err(Error::new(ErrorKind::Unsafe, "the root is no directory").at(path));
        }
        Ok(Self { dir: Arc::new(dir), path: path.into() })
    }

    /// The root's directory.
    #[must_use]
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The path it was opened by.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How a path below this root is called from outside, for messages.
    #[must_use]
    pub fn outside(&self, path: &Path) -> PathBuf {
        self.path.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Finds the entry at `path` by holding one directory after the other, each of which must be
    /// changeable by trusted users only. The entry itself need not exist and is not looked at,
    /// except that [`Links::Follow`] goes on if it is a symbolic link.
    pub(crate) fn locate(&self, path: &Path, links: Links) -> Result<Located> {
        Walk::new(self, path, links)?.run()
    }

    /// Reads the whole file at `path`, at most `limit` bytes. Symbolic links are followed as an
    /// administrator's (`/etc/passwd` is one on some systems, and a mount point in some containers).
    pub(crate) fn read(&self, path: &Path, limit: usize) -> Result<Vec<u8>> {
        let located = self.locate(path, Links::Follow)?;
        located
            .parent
            .open_file_across(&located.name)
            .and_then(|file| file.read_all(limit))
            .map_err(|error| error.because("cannot read this file").at(self.outside(path)))
    }
}

/// The names in `path`, which must have no `..`.
fn names_of(path: &Path) -> Result<Vec<FileNameBuf>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(FileNameBuf::new(name.as_bytes())?),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => {
                return Err(Error::new(ErrorKind::InvalidInput, "the path contains \"..\"")
                    .at(path)
                    .help_with("give it from the root, without \"..\""));
            }
        }
    }
    Ok(names)
}

fn untrusted(path: &Path, meta: &Meta) -> Error {
    let why = if meta.uid != 0 && meta.uid != current_uid() {
        format!("this directory belongs to user {}, who could exchange what is in it", meta.uid)
    } else {
        format!("others than its owner may write in this directory (mode {:o})", meta.mode)
    };
    Error::new(ErrorKind::Refused, why)
        .at(path)
        .help_with("every directory above must belong to root: chown root and chmod go-w it")
}

/// One step at a time from the root towards an entry.
struct Walk<'a> {
    root: &'a SysRoot,
    given: &'a Path,
    links: Links,
    followed: usize,
    todo: VecDeque<Step>,
    /// The directories entered so far, with the name each has in the one before.
    entered: Vec<(Dir, FileNameBuf)>,
    chain: Vec<(u64, u64)>,
}

enum Step {
    Down(FileNameBuf),
    Up,
}

impl<'a> Walk<'a> {
    fn new(root: &'a SysRoot, given: &'a Path, links: Links) -> Result<Self> {
        if links == Links::Refuse {
            names_of(given)?;
        }
        let mut walk = Self {
            root,
            given,
            links,
            followed: 0,
            todo: VecDeque::new(),
            entered: Vec::new(),
            chain: Vec::new(),
        };
        walk.prepend(given)?;
        let id = walk.check(&root.dir, &root.path)?;
        walk.chain.push(id);
        Ok(walk)
    }

    /// Puts the steps of `path` before those that are still to do.
    fn prepend(&mut self, path: &Path) -> Result<()> {
        for component in path.components().rev() {
            match component {
                Component::Normal(name) => {
                    self.todo.push_front(Step::Down(FileNameBuf::new(name.as_bytes())?));
                }
                Component::ParentDir => self.todo.push_front(Step::Up),
                Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
            }
        }
        Ok(())
    }

    fn here(&self) -> &Dir {
        self.entered.last().map_or(&*self.root.dir, |(dir, _)| dir)
    }

    fn path(&self) -> PathBuf {
        let mut path = PathBuf::from("/");
        path.extend(self.entered.iter().map(|(_, name)| name.as_path()));
        path
    }

    /// Insists on a directory that only trusted users can change; answers which one it is.
    fn check(&self, dir: &Dir, path: &Path) -> Result<(u64, u64)> {
        let mut meta =
            dir.meta().map_err(|error| error.because("cannot look at this directory").at(path))?;
        if self.links == Links::FollowThroughSticky && meta.mode & 0o1000 != 0 {
            meta.mode &= !0o022;
        }
        if !is_trusted(&meta) {
            return Err(untrusted(path, &meta));
        }
        Ok(meta.id())
    }

    fn run(mut self) -> Result<Located> {
        while let Some(step) = self.todo.pop_front() {
            let name = match step {
                Step::Up => {
                    if self.entered.pop().is_some() {
                        self.chain.pop();
                    }
                    continue;
                }
                Step::Down(name) => name,
            };
            if self.follow(&name)? {
                continue;
            }
            if self.todo.is_empty() {
                return self.found(name);
            }
            let path = self.root.outside(&self.path().join(name.as_path()));
            let dir = self.here().open_dir_across(&name).map_err(|error| {
                let what = if error.is_not_directory() {
                    "this is not a directory but a symbolic link or a file"
                } else {
                    "cannot open this directory"
                };
                error.because(what).at(&path)
            })?;
            let id = self.check(&dir, &path)?;
            self.chain.push(id);
            self.entered.push((dir, name));
        }
        Err(Error::new(ErrorKind::Refused, "this is the root directory itself").at(self.given))
    }

    /// If `name` here is a symbolic link that may be followed, does so.
    fn follow(&mut self, name: &FileName) -> Result<bool> {
        if self.links == Links::Refuse {
            return Ok(false);
        }
        // A trusted directory has trusted links; what is in a sticky one must say so itself.
        let is_link = self.here().meta_of(name).is_ok_and(|meta| {
            meta.kind == FileType::Symlink && (meta.uid == 0 || meta.uid == current_uid())
        });
        if !is_link {
            return Ok(false);
        }
        self.followed += 1;
        if self.followed > MOST_LINKS {
            return Err(Error::new(ErrorKind::Unsafe, "too many symbolic links").at(self.given));
        }
        let path = self.path().join(name.as_path());
        let target = self.here().read_link(name).map_err(|error| {
            error.because("cannot read this symbolic link").at(self.root.outside(&path))
        })?;
        let target = Path::new(std::ffi::OsStr::from_bytes(target.to_bytes()));
        if target.is_absolute() {
            self.entered.clear();
            self.chain.truncate(1);
        }
        self.prepend(target)?;
        Ok(true)
    }

    fn found(mut self, name: FileNameBuf) -> Result<Located> {
        let path = self.path().join(name.as_path());
        let parent = match self.entered.pop() {
            Some((dir, _)) => dir,
            None => self
                .root
                .dir
                .try_clone()
                .map_err(|error| error.because("cannot hold this directory").at(&path))?,
        };
        Ok(Located { parent, name, path, chain: self.chain })
    }
}
