//! Homes that are built ahead, to be swapped in when somebody logs in.

use super::one::HomeJob;
use super::options::SpareUse;
use super::receipt::{self, Basis, Receipt};
use super::staging::{Run, Staging};
use super::template::plain_name;
use crate::error::Result;
use crate::sys::{Clocks, Dir, FileNameBuf, FsKind, Rename, SysError, Telling};
use crate::tree::copy::Copier;
use crate::tree::witness::{Witnesses, observe};
use crate::tree::{Counts, Manifest, NodeId};

/// A fresh home in a directory that nobody else can reach: either a spare or made for this run.
pub(super) struct Spare {
    /// The directory that has it, under the name [`HOME`].
    pub(super) place: Dir,
    pub(super) home: Dir,
    pub(super) counts: Counts,
    pub(super) receipt: Option<Kept>,
}

/// Where the receipt of a fresh home is.
pub(super) enum Kept {
    Here(Receipt),
    /// In a file beside it.
    Beside,
}

pub(super) const HOME: &str = "home";

fn file_name(job: &HomeJob<'_>) -> FileNameBuf {
    plain_name(&format!("spare-{}", job.key()))
}

/// What the spare of this home is about, if there is one that may be used.
pub(super) fn find(job: &HomeJob<'_>, staging: &Staging) -> Option<Basis> {
    if !job.wants_spare() {
        return None;
    }
    let template = job.job.template.as_ref()?;
    let place = staging.dir().open_dir(&file_name(job)).ok()?;
    let basis = Receipt::read_basis(&place, &plain_name("receipt"))?;
    let home = place.meta_of(&plain_name(HOME)).ok()?;
    let fits = basis.home == home.id()
        && basis.gid == job.target.owner.gid
        && basis.template == template.meta().id()
        && home.uid == job.target.owner.uid;
    let current = job.job.options.spare == SpareUse::Trusted
        || job.source().is_ok_and(|source| source.manifest.fingerprint() == basis.fingerprint);
    (fits && current).then_some(basis)
}

impl Spare {
    /// Builds the spare of a home, unless there is one that fits.
    pub(super) fn build(job: &HomeJob<'_>, staging: &Staging) -> Result<Counts> {
        let source = job.source()?;
        let ready = find(job, staging);
        if ready.is_some_and(|basis| basis.fingerprint == source.manifest.fingerprint()) {
            return Ok(Counts::default());
        }
        let run = staging.begin(job.target.owner.uid)?;
        let built = Self::fresh(job, &run, true).and_then(|spare| {
            job.progress.check()?;
            let fail =
                |error: SysError| error.because("cannot put the spare in place").at(staging.path());
            if let Some(Kept::Here(receipt)) = &spare.receipt {
                receipt.write(&spare.place, &plain_name("receipt")).map_err(fail)?;
            }
            if job.job.options.durable {
                run.dir.sync_fs().map_err(fail)?;
            }
            // The old one, if there is one, changes places with it and goes with the run.
            let name = file_name(job);
            let (from, to) = (plain_name(FRESH), &name);
            match run.dir.rename(&from, staging.dir(), to, Rename::NoReplace) {
                Err(error) if error.is_exists() => {
                    let away = plain_name("outdated");
                    staging
                        .dir()
                        .rename(to, &run.dir, &away, Rename::NoReplace)
                        .and_then(|()| run.dir.rename(&from, staging.dir(), to, Rename::NoReplace))
                        .map_err(fail)?;
                }
                answer => answer.map_err(fail)?,
            }
            Ok(spare.counts)
        });
        let cleaned = run.finish(job.threads(), job.progress);
        let counts = built?;
        cleaned?;
        Ok(counts)
    }

    /// Takes the home's spare into `run`, so that nobody else can use it, too.
    pub(super) fn claim(job: &HomeJob<'_>, staging: &Staging, run: &Run<'_>) -> Option<Self> {
        find(job, staging)?;
        let name = plain_name("spare");
        staging.dir().rename(&file_name(job), &run.dir, &name, Rename::NoReplace).ok()?;
        let place = run.dir.open_dir(&name).ok()?;
        let home = place.open_dir(&plain_name(HOME)).ok()?;
        Some(Self { place, home, counts: Counts::default(), receipt: Some(Kept::Beside) })
    }

    /// Makes a fresh home in `run`, with a receipt if `with_receipt` says so and the file system
    /// is one to trust.
    pub(super) fn fresh(job: &HomeJob<'_>, run: &Run<'_>, with_receipt: bool) -> Result<Self> {
        let source = job.source()?;
        let fail = |error: SysError| error.because("cannot build the fresh home").at(&run.path);
        let name = plain_name(FRESH);
        run.dir.make_dir(&name, 0o700).map_err(fail)?;
        let place = run.dir.open_dir(&name).map_err(fail)?;
        let copier = Copier::new(source, job.target.owner, job.progress);
        let home_name = plain_name(HOME);
        copier.copy(NodeId::TOP, &place, &home_name, job.threads(), &mut copier.scratch())?;
        let home = place.open_dir_anyhow(&home_name).map_err(fail)?;
        let receipt = if with_receipt { observed(job, &home)?.map(Kept::Here) } else { None };
        Ok(Self { place, home, counts: copier.total(), receipt })
    }

    /// Takes back what the receipt says about the template's hard links: if one of them gave way
    /// to an entry that is kept, the others have changed, too.
    pub(super) fn doubt_links(&mut self, manifest: &Manifest) {
        let groups = manifest.link_groups();
        if groups.is_empty() {
            return;
        }
        if matches!(self.receipt, Some(Kept::Beside)) {
            let receipt = Receipt::read(&self.place, &plain_name("receipt"));
            self.receipt = receipt.map(Kept::Here);
        }
        if let Some(Kept::Here(receipt)) = &mut self.receipt {
            for node in groups.iter().flatten() {
                receipt.witnesses.set(node.index(), None);
            }
        }
    }
}

const FRESH: &str = "fresh";

/// The receipt of a fresh home that nobody has been able to reach yet: no process can have it
/// mapped, so its change times are to be believed from the start.
fn observed(job: &HomeJob<'_>, home: &Dir) -> Result<Option<Receipt>> {
    let manifest = job.source()?.manifest;
    let Some(template) = &job.job.template else { return Ok(None) };
    let Some(taken) = Clocks::now() else { return Ok(None) };
    let fail = |error: SysError| error.because("cannot look at the fresh home");
    let meta = home.meta().map_err(fail)?;
    let mut witnesses = Witnesses::unknown(manifest.table_len());
    let kind = FsKind::of(home).map_err(fail)?;
    if kind.has_honest_ctime() {
        // Not the top: moving it into place changes it.
        let entries = manifest.all().filter(|node| *node != NodeId::TOP);
        observe(manifest, home, entries, &mut witnesses);
        if !crate::sys::tick_passed(witnesses.latest()) {
            witnesses = Witnesses::unknown(manifest.table_len());
        }
    }
    let basis =
        receipt::basis(template.meta(), manifest.fingerprint(), &meta, job.target.owner.gid, 0);
    let durable = job.job.options.durable;
    let content = kind.ctime_tells_content() != Telling::No;
    Ok(Some(Receipt { basis, taken, durable, content, witnesses }))
}
