//! The work on one home: which strategy, and what surrounds all of them.

use std::path::{Path, PathBuf};

use super::busy::settle;
use super::job::{Choice, Job};
use super::options::{Busy, Policy, ReceiptUse, SpareUse, Strategy};
use super::plan::{Action, Change};
use super::receipt;
use super::report::Outcome;
use super::spare::{self, Spare};
use super::staging::Staging;
use super::target::{LiveHome, Target};
use super::template::key;
use super::{in_place, swap};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Dir, FileType};
use crate::tree::compare::{Comparison, Finding, Subject, compare};
use crate::tree::copy::Source;
use crate::tree::sweep::{Bin, Broom, Listing};
use crate::tree::{Counts, Fate, Mark, NodeId, Progress};

/// One home of a [`Job`].
pub(super) struct HomeJob<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) target: &'a Target,
    /// How many homes are worked on at the same time.
    pub(super) at_once: usize,
    pub(super) progress: &'a Progress<'a>,
}

/// What was done to a home.
pub(super) struct Done {
    pub(super) outcome: Outcome,
    pub(super) strategy: Option<Strategy>,
    pub(super) fallback: Option<String>,
    pub(super) counts: Counts,
    pub(super) notes: Vec<String>,
}

/// What would be done.
pub(super) struct Planned {
    pub(super) strategy: Strategy,
    pub(super) fallback: Option<String>,
    pub(super) changes: Vec<Change>,
    pub(super) counts: Counts,
}

impl HomeJob<'_> {
    /// The number of threads for the work within this home: those that have no home of their own.
    pub(super) fn threads(&self) -> usize {
        (self.job.threads() / self.at_once).max(1)
    }

    /// The parent directory's path, for messages.
    fn parent_shown(&self) -> PathBuf {
        self.target.shown.parent().map(PathBuf::from).unwrap_or_default()
    }

    fn staging(&self) -> Result<Staging> {
        Staging::open(&self.target.at.parent, &self.parent_shown())
    }

    /// Says which home an error is about that does not name a path.
    fn name_home(&self, error: Error) -> Error {
        if error.path().is_some() { error } else { error.at(&self.target.shown) }
    }

    pub(super) fn key(&self) -> String {
        key(self.target)
    }

    /// The template, scanned; the volatile policy has none.
    pub(super) fn source(&self) -> Result<Source<'_>> {
        self.job.source()
    }

    /// The template, if there was a reason to scan it.
    pub(super) fn scanned(&self) -> Option<Source<'_>> {
        self.job.template.as_ref()?.scanned()
    }

    /// Whether the home directory's own metadata becomes the template's.
    pub(super) fn top_fate(&self) -> Fate {
        if self.job.options.policy == Policy::Exact { Fate::Reset } else { Fate::Keep }
    }

    /// Opens the home and applies every check that a home must pass.
    fn open(&self) -> Result<Option<LiveHome>> {
        let home = self.target.open()?;
        if let Some(template) = &self.job.template {
            template.check_apart(self.target, home.as_ref())?;
        }
        if home.is_none() && !self.job.options.create_missing {
            return Err(Error::new(ErrorKind::NotFound, "this home does not exist")
                .at(&self.target.shown)
                .help_with("create it, or allow missing homes to be made"));
        }
        Ok(home)
    }

    pub(super) fn reset(&self) -> Result<Done> {
        let options = self.job.options;
        // Before anything is made: a refusal leaves no trace.
        let found = self.open()?;
        let staging = self.staging()?;
        let lock = staging.lock_home(&self.key(), options.lock_limit, self.job.observer)?;
        let mut notes = Vec::new();
        if !options.defer_cleanup {
            notes.extend(self.clean_leftovers(&staging)?);
        }
        let ended = settle(
            self.target.owner.uid,
            options.busy,
            options.term_limit,
            options.kill_limit,
            self.job.observer,
        )
        .map_err(|error| self.name_home(error))?;
        if ended > 0 {
            notes.push(format!("{ended} processes of the account were ended"));
        }
        let home = match found {
            Some(found) if !lock.waited && ended == 0 => match self.target.again(found)? {
                Some(same) => Some(same),
                None => self.open()?,
            },
            _ => self.open()?,
        };
        let mut choice = self.choose(home.as_ref(), Some(&staging));
        let mut done = None;
        if choice.strategy == Strategy::Swap {
            match swap::reset(self, &staging, home.as_ref())? {
                swap::Swapped::Done(swapped) => done = Some(swapped),
                swap::Swapped::Impossible(why) => {
                    choice = Choice { strategy: Strategy::InPlace, fallback: Some(why) };
                }
            }
        }
        let mut done = match (done, home) {
            (Some(done), _) => done,
            (None, Some(home)) => in_place::reset(self, &staging, &home)?,
            (None, None) => {
                return Err(Error::new(ErrorKind::Unsupported, "this home cannot be made here")
                    .at(&self.target.shown));
            }
        };
        done.strategy = Some(choice.strategy);
        done.fallback = choice.fallback;
        notes.append(&mut done.notes);
        notes.extend(self.remember_template(&staging));
        if let Some(template) = &self.job.template {
            notes.extend(template.devices_note());
        }
        done.notes = notes;
        Ok(done)
    }

    /// Remembers the template for the next time, if it was scanned. Answers what to say if that
    /// fails.
    fn remember_template(&self, staging: &Staging) -> Option<String> {
        let options = self.job.options;
        if options.receipts == ReceiptUse::Never {
            return None;
        }
        let (template, manifest) = self.job.template.as_ref()?.news()?;
        let uid = self.target.owner.uid;
        let stored = template.store(staging, uid, manifest, options.durable);
        stored.err().map(|error| error.to_string())
    }

    /// Removes what interrupted runs left. What cannot be removed may be another home's, and is no
    /// reason to fail this one.
    fn clean_leftovers(&self, staging: &Staging) -> Result<Option<String>> {
        match staging.clean(self.threads(), self.progress) {
            Ok(0) => Ok(None),
            Ok(left) => {
                Ok(Some(format!("{left} entries that an interrupted run left were removed")))
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
            Err(error) => {
                Ok(Some(format!("what an interrupted run left cannot be removed: {error}")))
            }
        }
    }

    /// Which strategy it will be, and why it is not the one that was asked for.
    fn choose(&self, home: Option<&LiveHome>, staging: Option<&Staging>) -> Choice {
        let asked = self.job.options.strategy;
        let in_place = |why: &str| Choice {
            strategy: Strategy::InPlace,
            fallback: (asked == Strategy::Swap).then(|| format!("mended in place: {why}")),
        };
        let swap = |why: &str| Choice {
            strategy: Strategy::Swap,
            fallback: (asked == Strategy::InPlace).then(|| why.to_owned()),
        };
        let Some(home) = home else {
            return swap("made as a whole: there was no home to mend");
        };
        if self.job.options.policy == Policy::Volatile {
            return in_place("the volatile policy leaves most of a home alone");
        }
        if home.is_mount {
            return in_place("the home is a file system of its own");
        }
        match asked {
            Strategy::Swap => swap(""),
            Strategy::InPlace => in_place(""),
            Strategy::Auto => {
                let has_spare = staging.is_some_and(|staging| spare::find(self, staging).is_some());
                let has_receipt =
                    staging.is_some_and(|staging| receipt::exists(staging, &self.key()));
                if has_spare {
                    swap("")
                } else if has_receipt || self.job.options.policy == Policy::Revert {
                    in_place("")
                } else {
                    swap("")
                }
            }
        }
    }

    pub(super) fn stage(&self) -> Result<Done> {
        let options = self.job.options;
        let home = self.open()?;
        if home.is_some_and(|home| home.is_mount) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "a spare cannot be swapped in: the home is a file system of its own",
            )
            .at(&self.target.shown)
            .help_with("reset it in place"));
        }
        let staging = self.staging()?;
        let _lock = staging.lock_home(&self.key(), options.lock_limit, self.job.observer)?;
        let mut notes: Vec<_> = self.clean_leftovers(&staging)?.into_iter().collect();
        let counts = Spare::build(self, &staging)?;
        notes.extend(self.remember_template(&staging));
        Ok(Done {
            outcome: if counts.changed() { Outcome::Staged } else { Outcome::Unchanged },
            strategy: None,
            fallback: None,
            counts,
            notes,
        })
    }

    pub(super) fn clean(&self) -> Result<Done> {
        let mut counts = Counts::default();
        let found = Staging::existing(&self.target.at.parent, &self.parent_shown())?;
        if let Some(staging) = found {
            counts.removed = staging.clean(self.threads(), self.progress)?;
        }
        Ok(Done {
            outcome: if counts.changed() { Outcome::Cleaned } else { Outcome::Unchanged },
            strategy: None,
            fallback: None,
            counts,
            notes: Vec::new(),
        })
    }

    /// What is different from what it should be.
    pub(super) fn plan(&self, for_run: bool) -> Result<Planned> {
        let options = self.job.options;
        let home = match self.open() {
            Err(error) if error.kind() == ErrorKind::NotFound && !for_run => return Err(error),
            answer => answer?,
        };
        if for_run && options.busy == Busy::Refuse {
            let none = std::time::Duration::ZERO;
            settle(self.target.owner.uid, Busy::Refuse, none, none, self.job.observer)
                .map_err(|error| self.name_home(error))?;
        }
        let staging = Staging::existing(&self.target.at.parent, &self.parent_shown())?;
        let Choice { strategy, fallback } = self.choose(home.as_ref(), staging.as_ref());
        let mut planned =
            Planned { strategy, fallback, changes: Vec::new(), counts: Counts::default() };
        match (home, &self.job.template) {
            (None, _) => {
                let source = self.source()?;
                let size = source.manifest.weight(NodeId::TOP);
                planned.note(
                    Action::Create,
                    PathBuf::new(),
                    FileType::Directory,
                    size,
                    "is missing",
                );
            }
            (Some(home), Some(_)) => self.plan_template(&home, &mut planned)?,
            (Some(home), None) => self.plan_sweep(&home, &mut planned)?,
        }
        planned.changes.sort_by(|a, b| a.path.cmp(&b.path).then(a.action.cmp(&b.action)));
        Ok(planned)
    }

    fn plan_template(&self, home: &LiveHome, planned: &mut Planned) -> Result<()> {
        let source = self.source()?;
        let manifest = source.manifest;
        let Comparison { findings, unchanged, kept, .. } = compare(Subject {
            source,
            home: &home.dir,
            path: &self.target.shown,
            owner: self.target.owner,
            rules: &self.job.rules,
            top: self.top_fate(),
            ignore: None,
            witnesses: None,
            believe_content: false,
            threads: self.threads(),
            progress: self.progress,
        })?;
        planned.counts.unchanged = unchanged;
        planned.counts.kept = kept;
        for finding in findings {
            match finding {
                Finding::Missing { node } => {
                    let kind = manifest.meta(node).kind;
                    let weight = manifest.weight(node);
                    planned.note(Action::Create, manifest.path(node), kind, weight, "is missing");
                }
                Finding::Differs { node, why } => {
                    let kind = manifest.meta(node).kind;
                    let weight = manifest.weight(node);
                    planned.note(Action::Replace, manifest.path(node), kind, weight, why);
                }
                Finding::Metadata { node, why } => {
                    let kind = FileType::Directory;
                    planned.note(Action::Metadata, manifest.path(node), kind, (1, 0), why);
                }
                Finding::Extra { dir, name, kind } => {
                    let path = manifest.path(dir).join(name.as_path());
                    planned.note(Action::Remove, path, kind, (1, 0), "is not in the template");
                }
                Finding::Mixed { dir, name, mark, node } => {
                    let path = manifest.path(dir).join(name.as_path());
                    let opened = in_place::open_mixed(home, manifest, dir, &name);
                    let Some(opened) = opened.map_err(|error| {
                        error
                            .because("cannot open this directory")
                            .at(self.target.shown.join(&path))
                    })?
                    else {
                        continue;
                    };
                    let mut listing = Listing::default();
                    let stays = mark.fate == Fate::Keep;
                    let (kept, some) = self.sweep(opened, mark, &path, &mut listing)?;
                    planned.counts.kept += kept;
                    planned.removals(listing, "is not in the template");
                    if !some && !stays {
                        let kind = FileType::Directory;
                        planned.note(Action::Remove, path, kind, (1, 0), "is not in the template");
                        if let Some(node) = node {
                            let (kind, weight) = (manifest.meta(node).kind, manifest.weight(node));
                            let path = manifest.path(node);
                            planned.note(Action::Create, path, kind, weight, "is missing");
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn plan_sweep(&self, home: &LiveHome, planned: &mut Planned) -> Result<()> {
        let mut listing = Listing::default();
        let top = home
            .dir
            .try_clone()
            .map_err(|error| error.because("cannot hold this home").at(&self.target.shown))?;
        let (kept, _) = self.sweep(top, self.job.rules.top(), Path::new(""), &mut listing)?;
        planned.counts.kept = kept;
        planned.removals(listing, "is volatile");
        Ok(())
    }

    /// Puts into `bin` whatever is to be reset in `top`, a directory at `path` of which the rules
    /// say `mark`. Answers how many entries were kept, and whether anything of it stays.
    pub(super) fn sweep(
        &self,
        top: Dir,
        mark: Mark,
        path: &Path,
        bin: &mut dyn Bin,
    ) -> Result<(u64, bool)> {
        let broom = Broom {
            rules: &self.job.rules,
            home: &self.target.shown,
            owner: self.target.owner.uid,
            progress: self.progress,
        };
        broom.sweep(top, mark, path, bin)
    }

    /// Whether a spare may be used at all.
    pub(super) fn wants_spare(&self) -> bool {
        self.job.options.spare != SpareUse::Never
    }
}

impl Planned {
    fn note(
        &mut self,
        action: Action,
        path: PathBuf,
        kind: FileType,
        (entries, bytes): (u64, u64),
        why: &'static str,
    ) {
        match action {
            Action::Create => self.counts.created += entries,
            Action::Replace => self.counts.replaced += entries,
            Action::Remove => self.counts.removed += entries,
            Action::Metadata => self.counts.metadata += entries,
        }
        self.counts.bytes_written += bytes;
        self.changes.push(Change { action, path, kind, size: bytes, why });
    }

    fn removals(&mut self, listing: Listing, why: &'static str) {
        for (path, kind) in listing.entries {
            self.note(Action::Remove, path, kind, (1, 0), why);
        }
    }
}
