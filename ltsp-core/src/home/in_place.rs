//! Strategy in-place: mend what differs, entry by entry.
//!
//! What is made anew is built in a directory that nobody else can reach and moved to its name in
//! one step. Nothing existing is ever written to, and only directories that belong to the account
//! are worked in.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::one::{Done, HomeJob};
use super::options::{Busy, ReceiptUse};
use super::receipt::{self, Receipt};
use super::report::Outcome;
use super::staging::{Run, Staging};
use super::swap::left_over;
use super::target::LiveHome;
use super::template::plain_name;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{
    Clocks, Dir, FileName, FileNameBuf, FsKind, Rename, SysError, SysResult, Telling, Timestamp,
    is_foreign,
};
use crate::tree::compare::{Comparison, Finding, Subject, compare};
use crate::tree::copy::{Copier, Scratch};
use crate::tree::sweep::{Bin as _, Grave};
use crate::tree::witness::Witnesses;
use crate::tree::{Counts, Cursor, Fate, Manifest, NodeId, Progress, parallel};

/// Mends a home. `staging` is the one beside it, which has its receipt.
pub(super) fn reset(job: &HomeJob<'_>, staging: &Staging, live: &LiveHome) -> Result<Done> {
    if !live.is_mount {
        return persevere(|| mend(job, staging, staging, live, None));
    }
    let mut notes = Vec::new();
    for (left, name) in Staging::leftovers_inside(&live.dir, &job.target.shown)? {
        // By its descriptor: whatever has its name meanwhile is at most an empty directory.
        match left.clean(job.threads(), job.progress) {
            Ok(_) => drop(live.dir.remove_dir(&name)),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => notes.push(left_over(&error)),
        }
    }
    let (inside, name) = Staging::inside(&live.dir, &job.target.shown)?;
    let done = persevere(|| mend(job, staging, &inside, live, Some(&name)));
    let removed = live.dir.remove_dir(&name);
    let mut done = done?;
    removed.map_err(|error| error.because("cannot remove this directory").at(inside.path()))?;
    // The directory came and went in the home, which the home's time shows.
    restore_top_time(job, live)?;
    done.notes.append(&mut notes);
    Ok(done)
}

/// Tries again where somebody was at work in the home, a few times.
fn persevere(mut mend: impl FnMut() -> Result<Done>) -> Result<Done> {
    for _ in 0..4 {
        match mend() {
            Err(error) if error.kind() == ErrorKind::Changed => {}
            answer => return answer,
        }
    }
    mend()
}

fn restore_top_time(job: &HomeJob<'_>, live: &LiveHome) -> Result<()> {
    let mtime = match job.top_fate() {
        Fate::Reset if job.job.template.is_some() => job.source()?.manifest.meta(NodeId::TOP).mtime,
        _ => live.meta.mtime,
    };
    live.dir
        .set_mtime(mtime)
        .map_err(|error| error.because("cannot set the home's time").at(&job.target.shown))
}

fn mend(
    job: &HomeJob<'_>,
    staging: &Staging,
    workshop: &Staging,
    live: &LiveHome,
    ignore: Option<&FileName>,
) -> Result<Done> {
    let run = workshop.begin(job.target.owner.uid)?;
    let mut grave = Grave::new(&run.dir, &job.target.shown);
    grave.spared = ignore;
    let mut mender = Mender { job, staging, run: &run, live, grave, ignore };
    let result = if job.job.template.is_some() { mender.template() } else { mender.sweep_all() };
    let (unlinked, moved) = (mender.grave.removed(), mender.grave.moved());
    match result {
        Ok(mut done) => {
            if job.job.options.defer_cleanup && ignore.is_none() {
                // What is in the directories that were taken away is not known yet.
                done.counts.removed = unlinked + moved;
                run.leave();
            } else {
                match run.finish(job.threads(), job.progress) {
                    Ok(removed) => done.counts.removed = unlinked + removed,
                    // Inside the home it is part of what people see.
                    Err(error) if ignore.is_some() => return Err(error),
                    Err(error) => done.notes.push(left_over(&error)),
                }
            }
            let changed = done.counts.changed();
            done.outcome = if changed { Outcome::Reset } else { Outcome::Unchanged };
            Ok(done)
        }
        Err(error) => {
            let _ = run.finish(job.threads(), &Progress::new(&(), &job.target.shown));
            Err(error)
        }
    }
}

struct Mender<'a> {
    job: &'a HomeJob<'a>,
    staging: &'a Staging,
    run: &'a Run<'a>,
    live: &'a LiveHome,
    grave: Grave<'a>,
    ignore: Option<&'a FileName>,
}

/// What is to be made anew, and where hard links are to be restored.
struct Work {
    makes: Vec<NodeId>,
    /// Directories that are there and whose metadata has to be set, since it differs or since
    /// something in them was changed; those that are kept with the time they had.
    touched: BTreeMap<NodeId, Option<Timestamp>>,
    relink: Vec<Vec<NodeId>>,
}

impl Mender<'_> {
    fn done(counts: Counts) -> Done {
        let outcome = Outcome::Unchanged;
        Done { outcome, strategy: None, fallback: None, counts, notes: Vec::new() }
    }

    /// The volatile policy: nothing is made, some things go.
    fn sweep_all(&mut self) -> Result<Done> {
        let top = self.hold_top()?;
        let rules = &self.job.job.rules;
        let mut bin = &self.grave;
        let (kept, _) = self.job.sweep(top, rules.top(), Path::new(""), &mut bin)?;
        Ok(Self::done(Counts { kept, ..Counts::default() }))
    }

    fn hold_top(&self) -> Result<Dir> {
        self.live.dir.try_clone().map_err(|error| self.fail(error, "cannot hold this home"))
    }

    fn fail(&self, error: SysError, what: &'static str) -> Error {
        error.because(what).at(&self.job.target.shown)
    }

    /// The policies with a template.
    fn template(&mut self) -> Result<Done> {
        let job = self.job;
        let source = job.source()?;
        let manifest = source.manifest;
        let known = self.believed_receipt(manifest);
        let content = self.wants_content();
        let found = compare(Subject {
            source,
            home: &self.live.dir,
            path: &job.target.shown,
            owner: job.target.owner,
            rules: &job.job.rules,
            top: job.top_fate(),
            ignore: self.ignore,
            witnesses: known.as_ref().map(|receipt| &receipt.witnesses),
            believe_content: content,
            threads: job.threads(),
            progress: job.progress,
        })?;
        let mut counts =
            Counts { unchanged: found.unchanged, kept: found.kept, ..Counts::default() };
        let before = known.as_ref().map(Receipt::circumstances);
        let mut witnesses = known
            .map_or_else(|| Witnesses::unknown(manifest.table_len()), |receipt| receipt.witnesses);
        let news =
            !(found.findings.is_empty() && found.confirmed.is_empty() && found.relink.is_empty());
        for &(node, witness) in &found.confirmed {
            witnesses.set(node.index(), Some(witness));
        }
        let work = self.clear(manifest, found, &mut counts)?;
        let copier = Copier::new(source, job.target.owner, job.progress);
        self.make(manifest, &copier, &work)?;
        self.relink(manifest, &work.relink)?;
        self.finish_directories(manifest, &copier, &work)?;
        let made = copier.total();
        counts.bytes_written = made.bytes_written;
        counts.bytes_shared = made.bytes_shared;
        let mut done = Self::done(counts);
        // One that would say the same again stays.
        let now = self.basis(manifest).map(|basis| (basis, job.job.options.durable, content));
        if news || before.is_none() || before != now {
            if let Err(error) = self.take_receipt(manifest, &work, witnesses, content) {
                done.notes.push(error.to_string());
            }
        }
        Ok(done)
    }

    /// Whether witnesses, the old ones and those that are taken now, speak for content.
    fn wants_content(&self) -> bool {
        let telling = FsKind::of(&self.live.dir).map_or(Telling::No, FsKind::ctime_tells_content);
        match self.job.job.options.receipts {
            ReceiptUse::Checked => telling == Telling::Always,
            ReceiptUse::Trusted => telling != Telling::No,
            ReceiptUse::Never => false,
        }
    }

    fn believed_receipt(&self, manifest: &Manifest) -> Option<Receipt> {
        if self.job.job.options.receipts == ReceiptUse::Never {
            return None;
        }
        let receipt = receipt::load(self.staging, &self.job.key())?;
        let basis = self.basis(manifest)?;
        let fits = receipt.fits(&basis, &Clocks::now()?).is_ok()
            && receipt.witnesses.table().len() == manifest.table_len()
            && (receipt.content || !self.wants_content());
        fits.then_some(receipt)
    }

    fn basis(&self, manifest: &Manifest) -> Option<receipt::Basis> {
        let template = self.job.job.template.as_ref()?;
        Some(receipt::basis(
            template.meta(),
            manifest.fingerprint(),
            &self.live.meta,
            self.job.target.owner.gid,
            self.job.job.rules_id,
        ))
    }

    /// Removes what has no right to be there; answers what is to be made.
    fn clear(
        &mut self,
        manifest: &Manifest,
        mut found: Comparison,
        counts: &mut Counts,
    ) -> Result<Work> {
        let mut findings = std::mem::take(&mut found.findings);
        let mut work = Work { makes: Vec::new(), touched: BTreeMap::new(), relink: Vec::new() };
        let mut cursor = Cursor::new(manifest, &self.live.dir, NodeId::TOP);
        for dir in findings.iter().map(|finding| place_of(manifest, finding)) {
            if let Entry::Vacant(entry) = work.touched.entry(dir) {
                let kept = self.fate_of(manifest, dir) == Fate::Keep;
                let meta = cursor.go(dir).and_then(Dir::meta).ok();
                entry.insert(meta.filter(|_| kept).map(|meta| meta.mtime));
            }
        }
        // Each directory is opened once, near the last one.
        findings.sort_by_key(|finding| place_of(manifest, finding));
        for finding in findings {
            self.job.progress.check()?;
            match finding {
                Finding::Missing { node } => {
                    counts.created += manifest.weight(node).0;
                    work.makes.push(node);
                }
                Finding::Differs { node, .. } => {
                    counts.replaced += manifest.weight(node).0;
                    work.makes.push(node);
                }
                // It is among those that were touched.
                Finding::Metadata { .. } => counts.metadata += 1,
                Finding::Extra { dir, name, .. } => {
                    let parent = self.own_directory(&mut cursor, dir)?;
                    self.grave.take(parent, &name).map_err(|error| {
                        let path = manifest.path(dir).join(name.as_path());
                        error.because("cannot remove it").at(self.job.target.shown.join(path))
                    })?;
                }
                Finding::Mixed { dir, name, mark, node } => {
                    let path = manifest.path(dir).join(name.as_path());
                    let opened = open_mixed(self.live, manifest, dir, &name).map_err(|error| {
                        error.because("cannot open this directory").at(self
                            .job
                            .target
                            .shown
                            .join(&path))
                    })?;
                    let Some(opened) = opened else { continue };
                    let stays = mark.fate == Fate::Keep;
                    let mut bin = &self.grave;
                    let (kept, some) = self.job.sweep(opened, mark, &path, &mut bin)?;
                    counts.kept += kept;
                    if !some && !stays {
                        let parent = self.own_directory(&mut cursor, dir)?;
                        bin.remove_emptied(parent, &name, &path)?;
                        if let Some(node) = node {
                            counts.created += manifest.weight(node).0;
                            work.makes.push(node);
                            found.relink_too(manifest, node);
                        }
                    }
                }
            }
        }
        work.relink = found.relink;
        Ok(work)
    }

    /// Makes everything that is to be made, in a private directory, and moves each into place.
    fn make(&self, manifest: &Manifest, copier: &Copier<'_>, work: &Work) -> Result<()> {
        // Of the hard links to one inode the first is copied, the others are linked to it.
        let linked: BTreeSet<NodeId> =
            work.relink.iter().flat_map(|group| group.iter().skip(1)).copied().collect();
        let makes: Vec<NodeId> =
            work.makes.iter().filter(|node| !linked.contains(node)).copied().collect();
        let next = AtomicUsize::new(0);
        // A single large subtree is shared out within; many entries are shared out here.
        let (outer, inner) = match makes.len() {
            0..4 => (1, self.job.threads()),
            _ => (self.job.threads(), 1),
        };
        parallel(outer.min(makes.len()), || {
            let mut home = Cursor::new(manifest, &self.live.dir, NodeId::TOP);
            let mut scratch = copier.scratch();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(&node) = makes.get(index) else { return Ok(()) };
                if self.job.progress.has_failed() {
                    return Ok(());
                }
                let made =
                    self.make_one(manifest, copier, node, index, inner, &mut home, &mut scratch);
                self.job.progress.watch(made)?;
            }
        })
    }

    #[expect(clippy::too_many_arguments, reason = "one thread's tools, kept from entry to entry")]
    fn make_one<'c>(
        &self,
        manifest: &Manifest,
        copier: &Copier<'c>,
        node: NodeId,
        index: usize,
        threads: usize,
        home: &mut Cursor<'_>,
        scratch: &mut Scratch<'c>,
    ) -> Result<()> {
        self.job.progress.check()?;
        let name = plain_name(&format!("make-{index}"));
        copier.copy(node, &self.run.dir, &name, threads, scratch)?;
        let fail = |error: SysError| {
            error.because("cannot put it in its place").at(self
                .job
                .target
                .shown
                .join(manifest.path(node)))
        };
        let parent = self.own_directory(home, manifest.parent(node))?;
        self.place(&name, parent, manifest.name(node)).map_err(fail)?;
        if manifest.meta(node).is_dir() {
            // On xfs a directory that gets another parent gets another time.
            let dir = self.own_directory(home, node)?;
            dir.set_mtime(manifest.meta(node).mtime).map_err(fail)?;
        }
        Ok(())
    }

    /// Opens a directory of the home, which must be the account's or one that it cannot move:
    /// nothing is done in another user's directory that has been moved here and may be gone again.
    fn own_directory<'d>(&self, home: &'d mut Cursor<'_>, dir: NodeId) -> Result<&'d Dir> {
        let fail = |error: SysError| {
            let full = error.because("cannot open this directory").at(&self.job.target.shown);
            // The comparison has found it there a moment ago.
            let gone = error.is_not_found() || error.is_not_directory();
            if gone { full.with_kind(ErrorKind::Changed) } else { full }
        };
        let dir = home.go(dir).map_err(fail)?;
        let meta = dir.meta().map_err(fail)?;
        if is_foreign(&meta, self.job.target.owner.uid) {
            return Err(Error::new(
                ErrorKind::Changed,
                "a directory of another user has been put into this home while it was reset",
            )
            .at(&self.job.target.shown)
            .help_with("end the account's processes and try again"));
        }
        Ok(dir)
    }

    /// Moves a finished entry to its name in the home, in place of whatever is there.
    ///
    /// ext4 writes a file to its disk at once that replaces another one by a rename, which nobody
    /// need wait for; one that changes places with another it does not.
    fn place(&self, made: &FileName, parent: &Dir, name: &FileName) -> SysResult<()> {
        if self.run.dir.rename(made, parent, name, Rename::Exchange).is_ok() {
            // A directory is left for the end of the run.
            match self.run.dir.unlink(made) {
                Err(error) if !error.is_not_found() => self.grave.has_one_more(),
                _ => {}
            }
            return Ok(());
        }
        for _ in 0..16 {
            match self.run.dir.rename(made, parent, name, Rename::Replace) {
                Err(error)
                    if error.is_directory() || error.is_not_directory() || error.is_not_empty() =>
                {
                    self.grave.take(parent, name)?;
                }
                answer => return answer,
            }
        }
        // Somebody puts a directory there as fast as it is taken away.
        self.run.dir.rename(made, parent, name, Rename::Replace)
    }

    /// Makes the members of each group links to its first one.
    fn relink(&self, manifest: &Manifest, groups: &[Vec<NodeId>]) -> Result<()> {
        let mut from = Cursor::new(manifest, &self.live.dir, NodeId::TOP);
        let mut to = Cursor::new(manifest, &self.live.dir, NodeId::TOP);
        for group in groups {
            let Some((&first, others)) = group.split_first() else { continue };
            for &node in others {
                let fail = |error: SysError| {
                    let full = error.because("cannot restore this hard link").at(self
                        .job
                        .target
                        .shown
                        .join(manifest.path(node)));
                    let gone = error.is_not_found() || error.is_not_directory();
                    if gone { full.with_kind(ErrorKind::Changed) } else { full }
                };
                let name = plain_name(&format!("link-{}", node.index()));
                from.go(manifest.parent(first))
                    .and_then(|dir| dir.link(manifest.name(first), &self.run.dir, &name))
                    .map_err(fail)?;
                let parent = self.own_directory(&mut to, manifest.parent(node))?;
                // It may have been made as a whole just now, with its time.
                let time = parent.meta().map_err(fail)?.mtime;
                self.place(&name, parent, manifest.name(node)).map_err(fail)?;
                parent.set_mtime(time).map_err(fail)?;
                // rename(2) does nothing where both are one inode already.
                match self.run.dir.unlink(&name) {
                    Ok(()) => {}
                    // A directory that had its place.
                    Err(error) if error.is_not_found() || error.is_directory() => {}
                    Err(error) => return Err(fail(error)),
                }
            }
        }
        Ok(())
    }

    fn finish_directories(
        &self,
        manifest: &Manifest,
        copier: &Copier<'_>,
        work: &Work,
    ) -> Result<()> {
        let mut home = Cursor::new(manifest, &self.live.dir, NodeId::TOP);
        // Deepest first: a directory that its owner may not enter is closed after those below.
        for (&node, &time) in work.touched.iter().rev() {
            let fail = |error: SysError| {
                error.because("cannot set this directory's attributes").at(self
                    .job
                    .target
                    .shown
                    .join(manifest.path(node)))
            };
            let dir = match home.go(node) {
                Err(error) if error.is_not_found() || error.is_not_directory() => continue,
                answer => answer.map_err(fail)?,
            };
            let meta = dir.meta().map_err(fail)?;
            if is_foreign(&meta, self.job.target.owner.uid) && node != NodeId::TOP {
                continue;
            }
            match time {
                Some(time) => dir.set_mtime(time).map_err(fail)?,
                None if self.fate_of(manifest, node) == Fate::Keep => {}
                None => copier.mend(node, dir, &meta).map_err(fail)?,
            }
        }
        Ok(())
    }

    fn fate_of(&self, manifest: &Manifest, node: NodeId) -> Fate {
        if node == NodeId::TOP {
            return self.job.top_fate();
        }
        let mut way = vec![node];
        while let Some(&last) = way.last() {
            if manifest.parent(last) == NodeId::TOP {
                break;
            }
            way.push(manifest.parent(last));
        }
        let mut mark = self.job.job.rules.top();
        for node in way.into_iter().rev() {
            mark = self.job.job.rules.below(&mark, manifest.name(node).as_bytes());
        }
        mark.fate
    }

    /// Notes what is known of the home, for the next reset.
    ///
    /// Nothing is known of what was made or touched just now: it went into a directory that its
    /// owner, or another member of its group, can reach, and whatever was done to it there since
    /// would be vouched for. The next reset compares it and confirms it.
    fn take_receipt(
        &self,
        manifest: &Manifest,
        work: &Work,
        mut witnesses: Witnesses,
        content: bool,
    ) -> Result<()> {
        let options = self.job.job.options;
        if options.receipts == ReceiptUse::Never || options.busy == Busy::Ignore {
            return Ok(());
        }
        let honest = FsKind::of(&self.live.dir).is_ok_and(FsKind::has_honest_ctime);
        let (true, Some(taken), Some(basis)) = (honest, Clocks::now(), self.basis(manifest)) else {
            return Ok(());
        };
        let mut doubt = |node: NodeId| witnesses.set(node.index(), None);
        work.touched.keys().copied().for_each(&mut doubt);
        work.relink.iter().flatten().copied().for_each(&mut doubt);
        for &node in &work.makes {
            doubt(node);
            for &dir in manifest.dirs_of(node) {
                manifest.children(dir).for_each(&mut doubt);
            }
        }
        if options.durable {
            self.live
                .dir
                .sync_fs()
                .map_err(|error| self.fail(error, "cannot write the home to its disk"))?;
        }
        // The run's own directory comes and goes in the home.
        if self.ignore.is_some() {
            doubt(NodeId::TOP);
        }
        let receipt = Receipt { basis, taken, durable: options.durable, content, witnesses };
        if self.ignore.is_none() {
            return receipt::store(self.staging, self.run, &self.job.key(), &receipt);
        }
        // This run is on the home's own file system; the receipt is kept beside it.
        let run = self.staging.begin(self.job.target.owner.uid)?;
        let stored = receipt::store(self.staging, &run, &self.job.key(), &receipt);
        run.finish(1, self.job.progress)?;
        stored
    }
}

/// The directory that a finding is about mending.
fn place_of(manifest: &Manifest, finding: &Finding) -> NodeId {
    match finding {
        Finding::Missing { node } | Finding::Differs { node, .. } => manifest.parent(*node),
        Finding::Metadata { node, .. } => *node,
        Finding::Extra { dir, .. } | Finding::Mixed { dir, .. } => *dir,
    }
}

/// Opens a directory that has no counterpart in the template; `None` if it has just gone.
pub(super) fn open_mixed(
    live: &LiveHome,
    manifest: &Manifest,
    dir: NodeId,
    name: &FileNameBuf,
) -> SysResult<Option<Dir>> {
    let mut cursor = Cursor::new(manifest, &live.dir, NodeId::TOP);
    match cursor.go(dir).and_then(|parent| parent.open_dir_anyhow(name)) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.is_not_found() || error.is_not_directory() => Ok(None),
        Err(error) => Err(error),
    }
}
