//! Making a copy of a scanned tree, or of a part of it, in a directory that nobody else can reach.
//!
//! First all directories, then everything else in units that threads share, then the further
//! names of hard links. Nothing existing is ever opened for writing, and whatever is made gets its
//! owner before its final mode.

use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::cursor::Cursor;
use super::manifest::{Manifest, NodeId};
use super::pool::{Progress, parallel};
use super::{Counts, Owner};
use crate::error::{Error, Result};
use crate::sys::{
    CopyBuf, Dir, FileName, FileType, Meta, SysError, SysResult, Xattrs, current_uid,
};

/// A scanned tree, ready to be copied any number of times.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) dir: &'a Dir,
    /// What it is called in messages.
    pub(crate) path: &'a Path,
}

/// How many entries make a unit of work: small enough to share out evenly, large enough that the
/// directories on the way are opened seldom.
const UNIT: usize = 64;

/// A part of one directory's entries.
struct Unit {
    dir: NodeId,
    from: usize,
    to: usize,
    /// The only unit of its directory, which can be finished along with it.
    whole: bool,
}

/// Makes copies of parts of one tree for one owner.
///
/// Permission bits are the source's without setuid and setgid; times, user attributes, access
/// lists, holes and hard links among the copied entries are the source's.
pub(crate) struct Copier<'a> {
    source: Source<'a>,
    owner: Owner,
    chown: bool,
    /// Whether this pair of file systems can share blocks, as far as is known.
    reflink: AtomicBool,
    progress: &'a Progress<'a>,
    total: Mutex<Counts>,
}

/// What a thread needs to copy single entries.
pub(crate) struct Scratch<'a> {
    buf: CopyBuf,
    from: Cursor<'a>,
}

impl<'a> Copier<'a> {
    pub(crate) fn new(source: Source<'a>, owner: Owner, progress: &'a Progress<'a>) -> Self {
        Self {
            source,
            owner,
            chown: current_uid() == 0 || owner.uid != current_uid(),
            reflink: AtomicBool::new(true),
            progress,
            total: Mutex::new(Counts::default()),
        }
    }

    pub(crate) fn scratch(&self) -> Scratch<'a> {
        Scratch {
            buf: CopyBuf::new(),
            from: Cursor::new(self.source.manifest, self.source.dir, NodeId::TOP),
        }
    }

    /// What all copies so far came to.
    pub(crate) fn total(&self) -> Counts {
        *self.total.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies `node` and everything below it to the new entry `name` of `to`, which nobody else
    /// can reach.
    pub(crate) fn copy(
        &self,
        node: NodeId,
        to: &Dir,
        name: &FileName,
        threads: usize,
        scratch: &mut Scratch<'a>,
    ) -> Result<()> {
        if self.source.manifest.meta(node).is_dir() {
            return self.subtree(node, to, name, threads);
        }
        let from = scratch
            .from
            .go(self.source.manifest.parent(node))
            .map_err(|error| self.fail(node, error, "cannot open its directory"))?;
        let counts = self.entry(from, node, to, name, &mut scratch.buf)?;
        self.add(counts);
        Ok(())
    }

    /// Sets a directory's owner, attributes, mode and time to what `node` says.
    ///
    /// Only when everything in it is made: default access lists would be inherited, and the time
    /// would move on.
    pub(crate) fn finish(&self, node: NodeId, dir: &Dir) -> SysResult<()> {
        let meta = self.source.manifest.meta(node);
        if self.chown {
            dir.set_owner(self.owner.uid, self.owner.gid)?;
        }
        dir.set_mode(mode_given(meta.mode))?;
        match self.source.manifest.xattrs(node) {
            Some(xattrs) => xattrs.replace(dir.as_fd())?,
            None => Xattrs::default().replace(dir.as_fd())?,
        }
        dir.set_mtime(meta.mtime)
    }
}

impl Copier<'_> {
    /// Like [`finish`](Self::finish) for a directory that was there before and looks like `meta`:
    /// changes only what has to be.
    pub(crate) fn mend(&self, node: NodeId, dir: &Dir, meta: &Meta) -> SysResult<()> {
        let wanted = self.source.manifest.meta(node);
        if self.chown && (meta.uid, meta.gid) != (self.owner.uid, self.owner.gid) {
            dir.set_owner(self.owner.uid, self.owner.gid)?;
        }
        if meta.mode != mode_given(wanted.mode) {
            dir.set_mode(mode_given(wanted.mode))?;
        }
        match self.source.manifest.xattrs(node) {
            Some(xattrs) => xattrs.replace(dir.as_fd())?,
            None => Xattrs::default().replace(dir.as_fd())?,
        }
        dir.set_mtime(wanted.mtime)
    }

    fn add(&self, counts: Counts) {
        self.progress.done(counts.created, counts.bytes_written + counts.bytes_shared);
        self.total.lock().unwrap_or_else(PoisonError::into_inner).add(&counts);
    }

    fn fail(&self, node: NodeId, error: SysError, what: &'static str) -> Error {
        // Mostly the copy's disk is at fault, but the source's name is the one people know.
        error.because(what).at(self.source.path.join(self.source.manifest.path(node)))
    }

    fn subtree(&self, top: NodeId, to: &Dir, name: &FileName, threads: usize) -> Result<()> {
        let manifest = self.source.manifest;
        let make = |error| self.fail(top, error, "cannot make a copy of this directory");
        to.make_dir(name, 0o700).map_err(make)?;
        let copy = to.open_dir(name).map_err(make)?;
        self.directories(top, &copy)?;

        // Without root's privileges a directory that its owner may not enter must be finished
        // after everything below it.
        let finish_early = current_uid() == 0;
        let mut units = Vec::new();
        let mut links = Vec::new();
        let mut late = Vec::new();
        for &dir in manifest.dirs_of(top) {
            let children: Vec<_> = manifest.children(dir).collect();
            let before = links.len();
            links.extend(
                children.iter().filter(|child| self.is_further_link(**child, top)).copied(),
            );
            let first = manifest.first_child(dir);
            let whole = children.len() <= UNIT && links.len() == before && finish_early;
            if !whole {
                late.push(dir);
            }
            if children.is_empty() {
                if whole {
                    units.push(Unit { dir, from: first, to: first, whole });
                }
                continue;
            }
            for from in (0..children.len()).step_by(UNIT) {
                let to = (from + UNIT).min(children.len());
                units.push(Unit { dir, from: first + from, to: first + to, whole });
            }
        }
        let next = AtomicUsize::new(0);
        parallel(threads.min(units.len()), || {
            self.progress.watch(self.work(top, &copy, &units, &next))
        })?;
        self.links(top, &copy, &links)?;

        let mut cursor = Cursor::new(manifest, &copy, top);
        for &dir in late.iter().rev() {
            let opened = cursor
                .go(dir)
                .map_err(|error| self.fail(dir, error, "cannot open the copy of this directory"))?;
            self.finish_copy(dir, opened)?;
        }
        self.add(Counts { created: manifest.dirs_of(top).len() as u64, ..Counts::default() });
        Ok(())
    }

    /// Makes every directory below `top`, empty and private.
    fn directories(&self, top: NodeId, copy: &Dir) -> Result<()> {
        let manifest = self.source.manifest;
        let mut cursor = Cursor::new(manifest, copy, top);
        for &dir in &manifest.dirs_of(top)[1..] {
            cursor
                .go(manifest.parent(dir))
                .and_then(|parent| parent.make_dir(manifest.name(dir), 0o700))
                .map_err(|error| self.fail(dir, error, "cannot make a copy of this directory"))?;
        }
        Ok(())
    }

    /// Takes units until there are none left.
    fn work(&self, top: NodeId, copy: &Dir, units: &[Unit], next: &AtomicUsize) -> Result<()> {
        let manifest = self.source.manifest;
        let mut buf = CopyBuf::new();
        let mut from = Cursor::new(manifest, self.source.dir, NodeId::TOP);
        let mut to = Cursor::new(manifest, copy, top);
        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            if self.progress.has_failed() {
                break;
            }
            self.progress.check()?;
            let open = |error| self.fail(unit.dir, error, "cannot open this directory");
            let to = to.go(unit.dir).map_err(open)?;
            let mut counts = Counts::default();
            let first = manifest.first_child(unit.dir);
            let entries =
                manifest.children(unit.dir).skip(unit.from - first).take(unit.to - unit.from);
            for node in entries {
                if manifest.meta(node).is_dir() || self.is_further_link(node, top) {
                    continue;
                }
                let from = from.go(unit.dir).map_err(open)?;
                counts.add(&self.entry(from, node, to, manifest.name(node), &mut buf)?);
            }
            if unit.whole {
                self.finish_copy(unit.dir, to)?;
            }
            self.add(counts);
        }
        Ok(())
    }

    /// Whether the copy of an earlier entry can be linked to.
    fn is_further_link(&self, node: NodeId, top: NodeId) -> bool {
        let manifest = self.source.manifest;
        manifest.first_link(node).is_some_and(|first| {
            // Only within the part that is copied.
            let range = manifest.dirs_of(top);
            let dir = manifest.parent(first);
            range.first().is_some_and(|start| {
                let start = manifest.dir_index(*start);
                (start..start + range.len()).contains(&manifest.dir_index(dir))
            })
        })
    }

    fn links(&self, top: NodeId, copy: &Dir, links: &[NodeId]) -> Result<()> {
        let manifest = self.source.manifest;
        let mut from = Cursor::new(manifest, copy, top);
        let mut to = Cursor::new(manifest, copy, top);
        for &node in links {
            let first = manifest.first_link(node).unwrap_or(node);
            let mut link = || {
                let from = from.go(manifest.parent(first))?;
                let to = to.go(manifest.parent(node))?;
                from.link(manifest.name(first), to, manifest.name(node))
            };
            link().map_err(|error| self.fail(node, error, "cannot make this hard link"))?;
            self.add(Counts { created: 1, ..Counts::default() });
        }
        Ok(())
    }

    fn finish_copy(&self, node: NodeId, dir: &Dir) -> Result<()> {
        self.finish(node, dir)
            .map_err(|error| self.fail(node, error, "cannot finish the copy of this directory"))
    }

    /// Copies one entry that is no directory.
    fn entry(
        &self,
        from: &Dir,
        node: NodeId,
        to: &Dir,
        name: &FileName,
        buf: &mut CopyBuf,
    ) -> Result<Counts> {
        let fail = |error| self.fail(node, error, "cannot copy it");
        let mut counts = Counts { created: 1, ..Counts::default() };
        let meta = self.source.manifest.meta(node);
        let original = self.source.manifest.name(node);
        match meta.kind {
            FileType::File => {
                let copied = self.file(from, original, node, to, name, buf).map_err(fail)?;
                counts.bytes_written = copied.written;
                counts.bytes_shared = copied.shared;
            }
            FileType::Symlink => {
                let link = || {
                    to.make_symlink(name, &from.read_link(original)?)?;
                    if self.chown {
                        to.set_owner_of_new(name, self.owner.uid, self.owner.gid)?;
                    }
                    to.set_mtime_of(name, meta.mtime)
                };
                link().map_err(fail)?;
            }
            FileType::Fifo | FileType::Socket => {
                let node = || {
                    to.make_node(name, meta.kind, 0o600)?;
                    if self.chown {
                        to.set_owner_of_new(name, self.owner.uid, self.owner.gid)?;
                    }
                    to.set_mode_of_new(name, mode_given(meta.mode))?;
                    if let Some(xattrs) = self.source.manifest.xattrs(node) {
                        xattrs.write_of_new(to, name)?;
                    }
                    to.set_mtime_of(name, meta.mtime)
                };
                node().map_err(fail)?;
            }
            FileType::Directory | FileType::Device => {
                unreachable!("directories are copied elsewhere and devices are not scanned")
            }
        }
        Ok(counts)
    }

    fn file(
        &self,
        from: &Dir,
        original: &FileName,
        node: NodeId,
        to: &Dir,
        name: &FileName,
        buf: &mut CopyBuf,
    ) -> SysResult<crate::sys::Copied> {
        let meta = self.source.manifest.meta(node);
        let source = from.open_file(original)?;
        let copy = to.create_file(name, 0o600)?;
        let copied = copy.copy_from(&source, meta, buf, &self.reflink)?;
        if self.chown {
            copy.set_owner(self.owner.uid, self.owner.gid)?;
        }
        if mode_given(meta.mode) != 0o600 {
            copy.set_mode(mode_given(meta.mode))?;
        }
        let xattrs = Xattrs::read(source.as_fd())?;
        if !xattrs.is_empty() {
            xattrs.write(copy.as_fd())?;
        }
        copy.set_mtime(meta.mtime)?;
        Ok(copied)
    }
}

/// The permission bits a user is given: a template's setuid and setgid bits are not.
pub(crate) fn mode_given(mode: u16) -> u16 {
    mode & 0o1777
}
