//! Strategy swap: a fresh home takes the place of the live one in one step.

use super::one::{Done, HomeJob};
use super::options::{Busy, Policy, ReceiptUse};
use super::receipt;
use super::report::Outcome;
use super::spare::{HOME, Kept, Spare};
use super::staging::{Run, Staging};
use super::target::LiveHome;
use super::template::plain_name;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Rename, SysError};
use crate::tree::carry::{carry, copy_attributes};
use crate::tree::sweep::Grave;
use crate::tree::{Counts, Progress};

/// How a swap ended.
pub(super) enum Swapped {
    Done(Done),
    /// It cannot be done here, and nothing has been done.
    Impossible(String),
}

/// Swaps a fresh home in; makes it where there was none.
pub(super) fn reset(
    job: &HomeJob<'_>,
    staging: &Staging,
    live: Option<&LiveHome>,
) -> Result<Swapped> {
    let run = staging.begin(job.target.owner.uid)?;
    let swap = Swap { job, staging, run: &run, live };
    match swap.exchange() {
        Ok(Step::Exchanged(done)) => Ok(Swapped::Done(clean_up(job, run, live.is_some(), done))),
        Ok(Step::Impossible(why)) => {
            run.finish(job.threads(), &Progress::new(&(), &job.target.shown))?;
            Ok(Swapped::Impossible(why))
        }
        Err(error) => {
            // Nothing is lost if this fails, too: the next run finds it.
            let _ = run.finish(job.threads(), &Progress::new(&(), &job.target.shown));
            Err(error)
        }
    }
}

struct Swap<'a> {
    job: &'a HomeJob<'a>,
    staging: &'a Staging,
    run: &'a Run<'a>,
    live: Option<&'a LiveHome>,
}

enum Step {
    Exchanged(Done),
    Impossible(String),
}

impl Swap<'_> {
    /// Everything up to the moment when the fresh home is the home.
    fn exchange(&self) -> Result<Step> {
        let job = self.job;
        let with_receipt =
            job.job.options.receipts != ReceiptUse::Never && job.job.options.busy != Busy::Ignore;
        let spare = Spare::claim(job, self.staging, self.run);
        let from_spare = spare.is_some();
        let mut fresh = match spare {
            Some(spare) => spare,
            None => Spare::fresh(job, self.run, with_receipt)?,
        };
        let mut kept = 0;
        if let Some(live) = self.live {
            match self.carry(live, &fresh) {
                Ok(carried) => kept = carried,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::Unsupported | ErrorKind::TooManyOpenFiles
                    ) =>
                {
                    return Ok(Step::Impossible(format!("mended in place: {}", error.message())));
                }
                Err(error) => return Err(error),
            }
        }
        let fail = |error: SysError| {
            error.because("cannot put the fresh home in place").at(&job.target.shown)
        };
        if job.job.options.durable {
            self.run.dir.sync_fs().map_err(fail)?;
        }
        if let (true, Some(source)) = (kept > 0, job.scanned()) {
            fresh.doubt_links(source.manifest);
        }
        job.progress.check()?;
        let time = fresh.home.meta().map_err(fail)?.mtime;
        let at = &job.target.at;
        let how = if self.live.is_some() { Rename::Exchange } else { Rename::NoReplace };
        match fresh.place.rename(&plain_name(HOME), &at.parent, &at.name, how) {
            Ok(()) => {}
            Err(error)
                if self.live.is_some()
                    && (error.is_unsupported()
                        || error.is_cross_device()
                        || error.kind() == ErrorKind::Busy) =>
            {
                return Ok(Step::Impossible(
                    "mended in place: this file system cannot exchange two directories".to_owned(),
                ));
            }
            Err(error) => return Err(fail(error)),
        }
        // From here on the home is the new one, whatever happens.
        let mut notes = Vec::new();
        // On xfs a directory that gets another parent gets another time.
        if let Err(error) = fresh.home.set_mtime(time) {
            notes.push(fail(error).to_string());
        }
        let key = job.key();
        let receipt = match &fresh.receipt {
            Some(Kept::Beside) if with_receipt => {
                let installed = receipt::install(self.staging, &fresh.place, &key);
                if !job.job.options.defer_cleanup {
                    // It would count among what is removed of the old home.
                    let _ = fresh.place.unlink(&plain_name("receipt"));
                }
                installed
            }
            Some(Kept::Here(receipt)) if with_receipt => {
                receipt::store(self.staging, self.run, &key, receipt)
            }
            _ => {
                receipt::forget(self.staging, &key);
                Ok(())
            }
        };
        if let Err(error) = receipt {
            notes.push(error.to_string());
        }
        if from_spare {
            notes.push("a spare was swapped in".to_owned());
        }
        let counts = Counts { kept, ..fresh.counts };
        Ok(Step::Exchanged(Done {
            outcome: Outcome::Reset,
            strategy: None,
            fallback: None,
            counts,
            notes,
        }))
    }

    /// Gives what is kept its place in the fresh home, and the home directory itself its
    /// metadata.
    fn carry(&self, live: &LiveHome, fresh: &Spare) -> Result<u64> {
        let job = self.job;
        let fail = |error: SysError| {
            error.because("cannot give the fresh home its attributes").at(&job.target.shown)
        };
        let mut kept = 0;
        if job.job.rules.top().mixed {
            let before = fresh.home.meta().map_err(fail)?;
            let grave = Grave::new(&self.run.dir, &job.target.shown);
            kept = carry(
                &live.dir,
                &fresh.home,
                &job.job.rules,
                &grave,
                &job.target.shown,
                job.progress,
            )?;
            fresh.home.set_mtime(before.mtime).map_err(fail)?;
        }
        if job.job.options.policy == Policy::Revert {
            copy_attributes(&live.dir, &fresh.home).map_err(fail)?;
        }
        Ok(kept)
    }
}

/// Removes the old home, which by now nobody can reach by its name.
fn clean_up(job: &HomeJob<'_>, run: Run<'_>, had_home: bool, mut done: Done) -> Done {
    if job.job.options.defer_cleanup {
        run.leave();
        return done;
    }
    match run.finish(job.threads(), job.progress) {
        // Not counting the directory that the fresh home was built in.
        Ok(removed) if had_home => done.counts.removed = removed.saturating_sub(1),
        Ok(_) => {}
        Err(error) => done.notes.push(left_over(&error)),
    }
    done
}

/// What to say when an old home could not be removed although the new one is in place.
pub(super) fn left_over(error: &Error) -> String {
    format!(
        "the fresh home is in place, but the next run has to remove the rest of the old one: {error}"
    )
}
