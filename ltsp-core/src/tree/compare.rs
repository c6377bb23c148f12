//! What in a home differs from a scanned template.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Owner;
use super::copy::{Source, mode_given};
use super::cursor::Cursor;
use super::manifest::{Manifest, NodeId};
use super::pool::{Progress, Queue, parallel};
use super::rules::{Fate, Mark, Rules};
use super::witness::{Witness, Witnesses};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{
    CopyBuf, Dir, File, FileName, FileNameBuf, FileType, ListBuf, Meta, SysError, SysResult,
    Xattrs, is_foreign, is_past,
};

/// One thing in a home that is not as it should be.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    /// The template's entry is not there.
    Missing { node: NodeId },
    /// Something else is there; the whole of `node` is to be made anew.
    Differs { node: NodeId, why: &'static str },
    /// A directory is there, but not with its owner, mode, time or attributes.
    Metadata { node: NodeId, why: &'static str },
    /// The template has no such entry.
    Extra { dir: NodeId, name: FileNameBuf, kind: FileType },
    /// A directory without a counterpart in the template, in which some entries stay and some do
    /// not.
    Mixed {
        dir: NodeId,
        name: FileNameBuf,
        mark: Mark,
        /// The template's entry of that name, to be made if nothing of the directory stays.
        node: Option<NodeId>,
    },
}

/// What a comparison found.
#[derive(Default)]
pub(crate) struct Comparison {
    pub(crate) findings: Vec<Finding>,
    /// Entries that are as they should be although no witness said so, as they were seen. From
    /// then on any change of them is sure to show: it was made certain that their change time lies
    /// behind and that no page of them was dirty before they were compared.
    pub(crate) confirmed: Vec<(NodeId, Witness)>,
    /// How many entries are as they should be.
    pub(crate) unchanged: u64,
    /// How many survive by a rule.
    pub(crate) kept: u64,
    /// Sets of hard links that are not links to one another in the home, without those of their
    /// members that are kept.
    pub(crate) relink: Vec<Vec<NodeId>>,
    /// Inode and number of names of what the home has for hard-linked entries.
    links: HashMap<NodeId, (u64, u32)>,
    /// Hard-linked entries that are kept, or that cannot be made because of what is kept there.
    kept_links: HashSet<NodeId>,
}

impl Comparison {
    /// Adds to the sets of hard links that are to be restored an entry of the template that will be
    /// made after all: nothing of the directory in its place was to be kept.
    pub(crate) fn relink_too(&mut self, manifest: &Manifest, node: NodeId) {
        let Some(group) = manifest.link_groups().iter().find(|group| group.contains(&node)) else {
            return;
        };
        self.kept_links.remove(&node);
        if let Some(known) = self.relink.iter_mut().find(|set| group.contains(&set[0])) {
            known.push(node);
            return;
        }
        let is_there = |member: &&NodeId| **member != node && !self.kept_links.contains(*member);
        let first = group.iter().find(is_there).copied();
        self.relink.push(first.into_iter().chain([node]).collect());
    }
}

/// A home, and what it is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) home: &'a Dir,
    /// What the home is called in messages.
    pub(crate) path: &'a Path,
    pub(crate) owner: Owner,
    pub(crate) rules: &'a Rules,
    /// Whether the home directory's own metadata is to be the template's.
    pub(crate) top: Fate,
    /// An entry at the top that is not part of the home.
    pub(crate) ignore: Option<&'a FileName>,
    /// What was seen at the last reset, if that can be believed.
    pub(crate) witnesses: Option<&'a Witnesses>,
    /// Whether a witness speaks for the content of a file, too.
    pub(crate) believe_content: bool,
    pub(crate) threads: usize,
    pub(crate) progress: &'a Progress<'a>,
}

/// How many directories must wait for it to be worth while to hand some over.
const SHARE: usize = 4;

/// Compares a home with its template.
///
/// An entry is only believed to be unchanged if its witness says so, or if everything about it,
/// content too, was compared.
pub(crate) fn compare(subject: Subject<'_>) -> Result<Comparison> {
    let manifest = subject.source.manifest;
    let mut marks: Vec<Mark> = Vec::with_capacity(manifest.dirs_of(NodeId::TOP).len());
    for &dir in manifest.dirs_of(NodeId::TOP) {
        let mark = if dir == NodeId::TOP {
            subject.rules.top()
        } else {
            let above = &marks[manifest.dir_index(manifest.parent(dir))];
            subject.rules.below(above, manifest.name(dir).as_bytes())
        };
        marks.push(mark);
    }
    let comparer = Comparer {
        subject,
        marks,
        queue: Queue::new([NodeId::TOP]),
        total: Mutex::new(Comparison::default()),
        linked: manifest.link_groups().iter().flatten().copied().collect(),
    };
    let worth = manifest.dirs_of(NodeId::TOP).len() / SHARE;
    parallel(subject.threads.min(worth), || {
        let mut worker = Worker {
            comparer: &comparer,
            found: Comparison::default(),
            home: Cursor::new(manifest, subject.home, NodeId::TOP),
            template: Cursor::new(manifest, subject.source.dir, NodeId::TOP),
            names: ListBuf::new(),
            buf: None,
        };
        comparer.queue.drain(|top| worker.subtree(top))?;
        comparer.merge(worker.found);
        Ok(())
    })?;
    subject.progress.flush();
    let mut found = comparer.total.into_inner().unwrap_or_else(PoisonError::into_inner);
    check_links(&subject, &mut found);
    Ok(found)
}

struct Comparer<'a> {
    subject: Subject<'a>,
    marks: Vec<Mark>,
    queue: Queue<NodeId>,
    total: Mutex<Comparison>,
    /// The template's entries that are hard links to one another.
    linked: HashSet<NodeId>,
}

struct Worker<'c, 'a> {
    comparer: &'c Comparer<'a>,
    found: Comparison,
    home: Cursor<'a>,
    template: Cursor<'a>,
    names: ListBuf,
    buf: Option<CopyBuf>,
}

impl Comparer<'_> {
    fn merge(&self, found: Comparison) {
        let mut total = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        total.findings.extend(found.findings);
        total.confirmed.extend(found.confirmed);
        total.links.extend(found.links);
        total.kept_links.extend(found.kept_links);
        total.unchanged += found.unchanged;
        total.kept += found.kept;
    }

    fn mark(&self, dir: NodeId) -> &Mark {
        &self.marks[self.subject.source.manifest.dir_index(dir)]
    }

    fn path_of(&self, node: NodeId) -> PathBuf {
        self.subject.path.join(self.subject.source.manifest.path(node))
    }

    fn fail(&self, node: NodeId, error: SysError, what: &'static str) -> Error {
        error.because(what).at(self.path_of(node))
    }
}

impl<'c> Worker<'c, '_> {
    fn manifest(&self) -> &'c Manifest {
        self.comparer.subject.source.manifest
    }

    /// Compares the directory `top` and what is below it, or leaves parts of that to others.
    fn subtree(&mut self, top: NodeId) -> Result<()> {
        let mut todo = vec![top];
        let mut below = Vec::new();
        while let Some(dir) = todo.pop() {
            self.comparer.subject.progress.check()?;
            self.directory(dir, &mut below)?;
            todo.extend(below.drain(..).rev());
            // The half that would be done last: nearest to the top, so most is below it.
            if todo.len() >= SHARE && self.comparer.queue.is_hungry() {
                let rest = todo.split_off(todo.len() / 2);
                self.comparer.queue.extend(std::mem::replace(&mut todo, rest));
            }
        }
        Ok(())
    }

    /// Compares one directory and its entries; `below` gets the subdirectories that both have.
    fn directory(&mut self, node: NodeId, below: &mut Vec<NodeId>) -> Result<()> {
        let manifest = self.manifest();
        let subject = &self.comparer.subject;
        let mark = self.comparer.mark(node);
        let fate = if node == NodeId::TOP { subject.top } else { mark.fate };
        let dir = match self.home.go(node) {
            Ok(dir) => dir,
            Err(error) => return self.not_opened(node, error),
        };
        let fail = |error| self.comparer.fail(node, error, "cannot look at it");
        let meta = dir.meta().map_err(fail)?;
        let something_stays = fate == Fate::Keep || mark.mixed;
        if something_stays && is_foreign(&meta, subject.owner.uid) {
            // A third user's directory in which something is kept stays as it is, with all that is
            // in it.
            self.no_links_below(node);
            return Ok(());
        }
        if meta.uid != subject.owner.uid && node != NodeId::TOP && !something_stays {
            self.found.findings.push(Finding::Differs { node, why: "belongs to another user" });
            return Ok(());
        }
        let witness = Witness::of(&meta);
        let known = subject.witnesses.and_then(|witnesses| witnesses.get(node.index()));
        let untouched = known == Some(witness);
        if fate == Fate::Reset && !untouched {
            match self.directory_differs(node, &meta) {
                Ok(Some(why)) => self.found.findings.push(Finding::Metadata { node, why }),
                Ok(None) => {
                    // It was looked at before its entries will be: one that is added in between
                    // is found, one that is added later moves the time.
                    if is_past(meta.ctime) {
                        self.found.confirmed.push((node, witness));
                    }
                    self.found.unchanged += 1;
                }
                Err(error) => return Err(fail(error)),
            }
        } else if fate == Fate::Reset {
            self.found.unchanged += 1;
        }
        if untouched && !mark.mixed && fate == Fate::Reset {
            // Its change time says that it has the entries it had: no need to list them.
            for child in manifest.children(node) {
                self.entry(child, below)?;
            }
            return Ok(());
        }
        self.listed(node, below)
    }

    /// What it means that there is no directory to open.
    fn not_opened(&mut self, node: NodeId, error: SysError) -> Result<()> {
        let differs = |why| Finding::Differs { node, why };
        if error.is_denied() {
            self.found.findings.push(differs("cannot be entered"));
            return Ok(());
        }
        if !(error.is_not_found() || error.is_not_directory() || error.is_cross_device()) {
            return Err(self.comparer.fail(node, error, "cannot open it"));
        }
        let manifest = self.manifest();
        let finding = match self.look(manifest.parent(node), manifest.name(node)) {
            Ok(None) => Finding::Missing { node },
            Ok(Some(meta)) if !meta.is_dir() => differs("is of another type"),
            Ok(Some(_)) if error.is_cross_device() => {
                return Err(self.comparer.fail(node, error, "cannot open it"));
            }
            Err(error) if error.kind() == ErrorKind::Unsafe && error.errno().is_none() => {
                return Err(error);
            }
            // It is there now, or what it is in has gone: somebody is at work here.
            Ok(Some(_)) | Err(_) => differs("changes all the time"),
        };
        self.found.findings.push(finding);
        Ok(())
    }

    /// If `node` is a hard link of the template it cannot be made.
    fn no_link_at(&mut self, node: NodeId) {
        if self.comparer.linked.contains(&node) {
            self.found.kept_links.insert(node);
        }
    }

    /// No hard link of the template below `node` can be made.
    fn no_links_below(&mut self, node: NodeId) {
        if self.comparer.linked.is_empty() {
            return;
        }
        let manifest = self.manifest();
        for &dir in manifest.dirs_of(node) {
            manifest.children(dir).for_each(|child| self.no_link_at(child));
        }
    }

    fn directory_differs(&mut self, node: NodeId, meta: &Meta) -> SysResult<Option<&'static str>> {
        let wanted = self.manifest().meta(node);
        let owner = self.comparer.subject.owner;
        Ok(if (meta.uid, meta.gid) != (owner.uid, owner.gid) {
            Some("owner")
        } else if meta.mode != mode_given(wanted.mode) {
            Some("mode")
        } else if meta.mtime != wanted.mtime {
            Some("time")
        } else {
            let xattrs = Xattrs::read(self.home.go(node)?.as_fd())?;
            let same = match self.manifest().xattrs(node) {
                Some(wanted) => *wanted == xattrs,
                None => xattrs.is_empty(),
            };
            (!same).then_some("attributes")
        })
    }

    /// Compares a directory's entries with those that it lists.
    fn listed(&mut self, node: NodeId, below: &mut Vec<NodeId>) -> Result<()> {
        let manifest = self.manifest();
        let mut present = vec![false; manifest.children(node).count()];
        let mut extra = Vec::new();
        let first = manifest.first_child(node);
        let ignore = self.comparer.subject.ignore;
        let home = &mut self.home;
        let names = &mut self.names;
        home.go(node)
            .and_then(|dir| {
                dir.list::<SysError>(names, |entry| {
                    match manifest.child(node, entry.name) {
                        Some(child) => present[child.index() - first] = true,
                        None if node == NodeId::TOP && ignore == Some(entry.name) => {}
                        None => extra.push(entry.name.to_owned()),
                    }
                    Ok(())
                })
            })
            .map_err(|error| self.comparer.fail(node, error, "cannot read this directory"))?;
        for (child, present) in manifest.children(node).zip(present) {
            if present {
                self.entry(child, below)?;
            } else {
                self.found.findings.push(Finding::Missing { node: child });
            }
        }
        for name in extra {
            self.extra(node, name)?;
        }
        Ok(())
    }

    /// Looks at an entry that the template does not have.
    fn extra(&mut self, dir: NodeId, name: FileNameBuf) -> Result<()> {
        let rules = self.comparer.subject.rules;
        let mark = rules.below(self.comparer.mark(dir), name.as_bytes());
        if mark.fate == Fate::Keep && !mark.mixed {
            self.found.kept += 1;
            return Ok(());
        }
        let Some(meta) = self.look(dir, &name)? else { return Ok(()) };
        let finding = match (mark.fate, mark.mixed && meta.is_dir()) {
            (_, true) => Finding::Mixed { dir, name, mark, node: None },
            (Fate::Reset, false) => Finding::Extra { dir, name, kind: meta.kind },
            (Fate::Keep, false) => {
                self.found.kept += 1;
                return Ok(());
            }
        };
        self.found.findings.push(finding);
        Ok(())
    }

    /// The metadata of an entry of the home; `None` if it has just gone.
    fn look(&mut self, dir: NodeId, name: &FileName) -> Result<Option<Meta>> {
        match self.home.go(dir).and_then(|dir| dir.meta_of(name)) {
            Ok(meta) if meta.mount_root => {
                Err(Error::new(ErrorKind::Unsafe, "a file system is mounted here, inside the home")
                    .at(self.comparer.path_of(dir).join(name.as_path()))
                    .help_with("unmount it"))
            }
            Ok(meta) => Ok(Some(meta)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error
                .because("cannot look at it")
                .at(self.comparer.path_of(dir).join(name.as_path()))),
        }
    }

    /// Compares an entry that both may have.
    fn entry(&mut self, node: NodeId, below: &mut Vec<NodeId>) -> Result<()> {
        let manifest = self.manifest();
        let dir = manifest.parent(node);
        let name = manifest.name(node);
        let wanted = manifest.meta(node);
        let above = self.comparer.mark(dir);
        if wanted.is_dir() && !above.mixed && above.fate == Fate::Reset {
            // Nearly always it is one: it is opened when its turn comes, and looked at then.
            below.push(node);
            return Ok(());
        }
        let Some(meta) = self.look(dir, name)? else {
            self.found.findings.push(Finding::Missing { node });
            return Ok(());
        };
        let (fate, mixed) = if above.mixed {
            let mark = self.comparer.subject.rules.below(above, name.as_bytes());
            (mark.fate, mark.mixed)
        } else {
            (above.fate, false)
        };
        if wanted.is_dir() && meta.is_dir() {
            if fate == Fate::Keep {
                self.found.kept += 1;
            }
            below.push(node);
            return Ok(());
        }
        if meta.is_dir() && mixed {
            let mark = self.comparer.subject.rules.below(above, name.as_bytes());
            // Something in it may stay.
            self.no_link_at(node);
            let (name, node) = (name.to_owned(), Some(node));
            self.found.findings.push(Finding::Mixed { dir, name, mark, node });
            return Ok(());
        }
        if fate == Fate::Keep {
            self.found.kept += 1;
            self.no_link_at(node);
            if wanted.is_dir() {
                // It stands where the template has a directory.
                self.no_links_below(node);
            }
            return Ok(());
        }
        if meta.kind != wanted.kind {
            self.found.findings.push(Finding::Differs { node, why: "is of another type" });
            return Ok(());
        }
        if self.comparer.linked.contains(&node) {
            self.found.links.insert(node, (meta.ino, meta.nlink));
        }
        let witness = Witness::of(&meta);
        match self.comparer.subject.witnesses.and_then(|known| known.get(node.index())) {
            Some(known) if known == witness => {
                let content = meta.kind == FileType::File && !self.comparer.subject.believe_content;
                match content.then(|| self.content_differs(node, &meta)) {
                    None | Some(Ok(None)) => self.found.unchanged += 1,
                    Some(Ok(Some(why))) => {
                        self.found.findings.push(Finding::Differs { node, why });
                    }
                    Some(Err(error)) => self.could_not_compare(node, error)?,
                }
            }
            // What has been touched is made anew: nothing is known of its content.
            Some(_) => {
                let why = "changed since the last reset";
                self.found.findings.push(Finding::Differs { node, why });
            }
            None => match self.differs(node, &meta) {
                Ok(Some(why)) => self.found.findings.push(Finding::Differs { node, why }),
                Ok(None) => {
                    if is_past(meta.ctime) {
                        self.found.confirmed.push((node, witness));
                    }
                    self.found.unchanged += 1;
                }
                Err(error) => self.could_not_compare(node, error)?,
            },
        }
        Ok(())
    }

    /// What a failure to read an entry of the home means.
    fn could_not_compare(&mut self, node: NodeId, error: SysError) -> Result<()> {
        // EAGAIN: somebody holds a lease on it (fcntl(2), F_SETLEASE).
        let unreadable =
            error.is_denied() || error.is_not_directory() || error.kind() == ErrorKind::Busy;
        if error.is_not_found() {
            self.found.findings.push(Finding::Missing { node });
        } else if unreadable {
            self.found.findings.push(Finding::Differs { node, why: "cannot be read" });
        } else {
            return Err(self.comparer.fail(node, error, "cannot compare it"));
        }
        Ok(())
    }

    /// Compares everything about an entry that is no directory.
    fn differs(&mut self, node: NodeId, meta: &Meta) -> SysResult<Option<&'static str>> {
        let manifest = self.manifest();
        let wanted = manifest.meta(node);
        let owner = self.comparer.subject.owner;
        let is_link = meta.kind == FileType::Symlink;
        if (meta.uid, meta.gid) != (owner.uid, owner.gid) {
            return Ok(Some("owner"));
        }
        if !is_link && meta.mode != mode_given(wanted.mode) {
            return Ok(Some("mode"));
        }
        if meta.nlink != 1 && !self.comparer.linked.contains(&node) {
            return Ok(Some("has another name"));
        }
        if !matches!(meta.kind, FileType::Fifo | FileType::Socket) && meta.size != wanted.size {
            return Ok(Some("size"));
        }
        if meta.mtime != wanted.mtime {
            return Ok(Some("time"));
        }
        let dir = manifest.parent(node);
        let name = manifest.name(node);
        let home = self.home.go(dir)?;
        match meta.kind {
            FileType::Symlink => {
                let same = home.read_link(name)? == self.template.go(dir)?.read_link(name)?;
                Ok((!same).then_some("target"))
            }
            FileType::Fifo | FileType::Socket => {
                let xattrs = Xattrs::read_of(home, name)?;
                let same = match manifest.xattrs(node) {
                    Some(wanted) => *wanted == xattrs,
                    None => xattrs.is_empty(),
                };
                Ok((!same).then_some("attributes"))
            }
            _ => {
                let theirs = home.open_file(name)?;
                let ours = self.template.go(dir)?.open_file(name)?;
                if Xattrs::read(theirs.as_fd())? != Xattrs::read(ours.as_fd())? {
                    return Ok(Some("attributes"));
                }
                if self.comparer.subject.believe_content {
                    // Its witness will speak for its content: from here on every store must show.
                    theirs.write_back()?;
                }
                self.opened_differs(node, &theirs, &ours, meta)
            }
        }
    }

    /// Compares nothing but the content of a file that is otherwise known to be right.
    fn content_differs(&mut self, node: NodeId, meta: &Meta) -> SysResult<Option<&'static str>> {
        if meta.size == 0 {
            return Ok(None);
        }
        let manifest = self.manifest();
        let (dir, name) = (manifest.parent(node), manifest.name(node));
        let theirs = self.home.go(dir)?.open_file(name)?;
        let ours = self.template.go(dir)?.open_file(name)?;
        self.opened_differs(node, &theirs, &ours, meta)
    }

    fn opened_differs(
        &mut self,
        node: NodeId,
        theirs: &File,
        ours: &File,
        meta: &Meta,
    ) -> SysResult<Option<&'static str>> {
        let holes = meta.has_holes() || self.manifest().meta(node).has_holes();
        let buf = self.buf.get_or_insert_with(CopyBuf::new);
        let same = theirs.same_content(ours, meta.size, holes, buf)?;
        // The same inode as before, and nothing has happened to it since.
        let now = theirs.meta()?;
        let steady = now.id() == meta.id() && now.ctime == meta.ctime;
        Ok(match (steady, same) {
            (true, true) => None,
            (true, false) => Some("content"),
            (false, _) => Some("changes all the time"),
        })
    }
}

/// Finds hard links of the template that are not right in the home: not links to one another, or
/// links to something that is to be made anew, which concerns all of them.
fn check_links(subject: &Subject<'_>, found: &mut Comparison) {
    let groups = subject.source.manifest.link_groups();
    if groups.is_empty() {
        return;
    }
    let differing: HashSet<NodeId> = found
        .findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Differs { node, .. } => Some(*node),
            _ => None,
        })
        .collect();
    let mut wrong: HashSet<NodeId> = HashSet::new();
    for group in groups {
        let mut members = group.clone();
        members.retain(|node| !found.kept_links.contains(node));
        let some_kept = members.len() < group.len();
        let names = u32::try_from(group.len()).unwrap_or(u32::MAX);
        let mut inodes = members.iter().map(|node| found.links.get(node));
        let Some(first) = inodes.next() else { continue };
        let right = first.is_some_and(|(_, nlink)| some_kept || *nlink == names)
            && inodes.all(|inode| inode == first)
            && !members.iter().any(|node| differing.contains(node));
        if !right {
            let present = members.iter().filter(|node| found.links.contains_key(node));
            wrong.extend(present.filter(|node| !differing.contains(node)));
            found.relink.push(members);
        }
    }
    found.unchanged = found.unchanged.saturating_sub(wrong.len() as u64);
    found.confirmed.retain(|(node, _)| !wrong.contains(node));
    let why = "hard links";
    found.findings.extend(wrong.into_iter().map(|node| Finding::Differs { node, why }));
}
