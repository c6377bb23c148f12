//! One call of a [`HomeReset`] method: what all its homes share, and the threads that share them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::available_parallelism;
use std::time::Instant;

use super::memory::Remembered;
use super::one::{Done, HomeJob};
use super::options::{Policy, Strategy};
use super::plan::{HomePlan, Plan};
use super::report::{HomeReport, Outcome, Report};
use super::reset::{HomeReset, Wanted};
use super::staging::Staging;
use super::target::{self, Target};
use super::template::{Template, Trust, default_skeleton};
use crate::accounts::Accounts;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::{Event, Observer, check};
use crate::sys::SysRoot;
use crate::tree::copy::Source;
use crate::tree::{Counts, Fate, Manifest, Patterns, Progress, Rules, parallel};

pub(super) struct Job<'a> {
    pub(super) options: &'a HomeReset,
    pub(super) observer: &'a dyn Observer,
    pub(super) rules: Rules,
    /// Tells these rules from others.
    pub(super) rules_id: u64,
    pub(super) template: Option<Template>,
    homes: Vec<(&'a Wanted, Result<Target>)>,
    threads: OnceLock<usize>,
    /// What is remembered of the template may be believed.
    recalls: bool,
}

impl<'a> Job<'a> {
    /// Looks at everything that the homes share. `with_template` is false where no home will be
    /// compared with one.
    pub(super) fn new(
        options: &'a HomeReset,
        observer: &'a dyn Observer,
        with_template: bool,
    ) -> Result<Self> {
        let root = match &options.root {
            Some(root) => root.clone(),
            None => SysRoot::host()?,
        };
        let (rules, rules_id) = rules(options, with_template)?;
        if options.targets.is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput, "no homes were given")
                .help_with("name an account, or a home with its uid and gid"));
        }
        let accounts = accounts(&root, options)?;
        let homes: Vec<_> = options
            .targets
            .iter()
            .map(|wanted| (wanted, target::find(wanted, &root, &accounts)))
            .collect();
        let template = match (&options.template, options.policy) {
            (_, Policy::Volatile) => None,
            _ if !with_template => None,
            (Some(path), _) => Some(path.as_path()),
            (None, Policy::Revert) => Some(default_skeleton()),
            (None, Policy::Exact) => {
                return Err(Error::new(ErrorKind::InvalidInput, "no template was given")
                    .help_with("name the directory that the homes are to become"));
            }
        };
        let uids: Vec<_> =
            homes.iter().filter_map(|(_, home)| Some(home.as_ref().ok()?.owner.uid)).collect();
        let trust = Trust {
            accounts: &accounts,
            targets: &uids,
            owner: options.template_owner,
            allow_empty: options.allow_empty_template,
        };
        let template = template.map(|path| Template::find(&root, path, &trust)).transpose()?;
        let threads = OnceLock::new();
        Ok(Self { options, observer, rules, rules_id, template, homes, threads, recalls: false })
    }

    /// Believes what is remembered of the template, as far as the options allow.
    fn recalling(mut self) -> Self {
        self.recalls = self.options.receipts != super::ReceiptUse::Never;
        self
    }

    pub(super) fn run(self) -> Result<Report> {
        let job = self.recalling();
        job.run_homes()
    }

    fn run_homes(&self) -> Result<Report> {
        if self.options.spare != super::SpareUse::Trusted {
            self.scan()?;
        }
        Ok(self.report(|home| home.reset()))
    }

    pub(super) fn stage(self) -> Result<Report> {
        let job = self.recalling();
        job.stage_homes()
    }

    fn stage_homes(&self) -> Result<Report> {
        if self.template.is_none() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the volatile policy has no template to build spares from",
            ));
        }
        self.scan()?;
        Ok(self.report(|home| home.stage()))
    }

    pub(super) fn clean(&self) -> Result<Report> {
        Ok(self.report(|home| home.clean()))
    }

    pub(super) fn plan(&self) -> Result<Plan> {
        self.scan()?;
        Ok(self.plans(true))
    }

    pub(super) fn verify(&self) -> Result<Plan> {
        self.scan()?;
        Ok(self.plans(false))
    }

    /// Scans the template before any home is touched: what is wrong with it concerns all.
    fn scan(&self) -> Result<()> {
        match &self.template {
            Some(_) => self.source().map(drop),
            None => Ok(()),
        }
    }

    /// The template, scanned or remembered; the volatile policy has none.
    pub(super) fn source(&self) -> Result<Source<'_>> {
        match &self.template {
            Some(template) => template.source(self.observer, |remembered| self.recall(remembered)),
            None => Err(Error::new(ErrorKind::Internal, "this policy has no template")),
        }
    }

    /// What is remembered beside one of the homes.
    fn recall(&self, template: Remembered<'_>) -> Result<Option<Manifest>> {
        let mut seen = Vec::new();
        for target in self.homes.iter().filter_map(|(_, home)| home.as_ref().ok()) {
            let parent = target.at.chain.last();
            if !self.recalls || seen.contains(&parent) {
                continue;
            }
            seen.push(parent);
            let shown = target.shown.parent().unwrap_or(Path::new(""));
            // What is wrong with it the home will say.
            let Ok(Some(staging)) = Staging::existing(&target.at.parent, shown) else { continue };
            let recalled = template.recall(&staging, self.threads(), self.observer)?;
            if recalled.is_some() {
                return Ok(recalled);
            }
        }
        Ok(None)
    }

    /// How many threads there may be at once. Looked up when it is first asked for: the answer
    /// takes more calls than to exchange a home.
    pub(super) fn threads(&self) -> usize {
        *self.threads.get_or_init(|| {
            let wanted = self.options.threads.or_else(|| available_parallelism().ok());
            wanted.map_or(1, std::num::NonZero::get)
        })
    }

    fn report(&self, work: impl Fn(&HomeJob<'_>) -> Result<Done> + Sync) -> Report {
        let started = Instant::now();
        let homes = self.each(|wanted, home, at_once, shown| {
            let started = Instant::now();
            let progress = Progress::new(self.observer, shown);
            let result = home.and_then(|target| {
                check(self.observer)?;
                work(&HomeJob { job: self, target, at_once, progress: &progress })
            });
            progress.flush();
            let mut report = HomeReport {
                home: shown.to_path_buf(),
                user: user(wanted),
                uid: 0,
                gid: 0,
                outcome: Outcome::Unchanged,
                strategy: None,
                fallback: None,
                counts: Counts::default(),
                notes: Vec::new(),
                elapsed: started.elapsed(),
            };
            (report.uid, report.gid) = ids(wanted, self.target_of(wanted));
            match result {
                Ok(done) => {
                    report.outcome = done.outcome;
                    report.strategy = done.strategy;
                    report.fallback = done.fallback;
                    report.counts = done.counts;
                    report.notes = done.notes;
                }
                Err(error) => report.outcome = Outcome::Failed(error),
            }
            let error = report.error();
            self.observer.event(&Event::HomeFinished { home: shown, error });
            report
        });
        Report { homes, elapsed: started.elapsed() }
    }

    fn plans(&self, for_run: bool) -> Plan {
        let homes = self.each(|wanted, home, at_once, shown| {
            let progress = Progress::new(self.observer, shown);
            let (uid, gid) = ids(wanted, self.target_of(wanted));
            let result = home.and_then(|target| {
                check(self.observer)?;
                HomeJob { job: self, target, at_once, progress: &progress }.plan(for_run)
            });
            let mut plan = HomePlan {
                home: shown.to_path_buf(),
                user: user(wanted),
                uid,
                gid,
                strategy: None,
                fallback: None,
                changes: Vec::new(),
                counts: Counts::default(),
                error: None,
            };
            match result {
                Ok(found) => {
                    plan.strategy = Some(found.strategy);
                    plan.fallback = found.fallback;
                    plan.changes = found.changes;
                    plan.counts = found.counts;
                }
                Err(error) => plan.error = Some(error),
            }
            let error = plan.error.as_ref();
            self.observer.event(&Event::HomeFinished { home: shown, error });
            plan
        });
        Plan { homes }
    }

    fn target_of(&self, wanted: &Wanted) -> Option<&Target> {
        self.homes
            .iter()
            .find(|(own, _)| std::ptr::eq(*own, wanted))
            .and_then(|(_, target)| target.as_ref().ok())
    }

    /// Does `work` for every home, several at once, and answers the results in the homes' order.
    /// `work` is told how many.
    fn each<T: Send>(
        &self,
        work: impl Fn(&Wanted, Result<&Target>, usize, &Path) -> T + Sync,
    ) -> Vec<T> {
        self.observer.event(&Event::Started { homes: self.homes.len() });
        let at_once = match self.homes.len() {
            0 | 1 => 1,
            several => self.threads().min(several),
        };
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<T>>> = self.homes.iter().map(|_| Mutex::new(None)).collect();
        let outcome = parallel(at_once, || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some((wanted, home)) = self.homes.get(index) else { return Ok(()) };
                let shown = shown(wanted, home);
                self.observer.event(&Event::HomeStarted { home: &shown });
                let home = home.as_ref().map_err(Clone::clone);
                let result = work(wanted, home, at_once, &shown);
                *results[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            }
        });
        debug_assert!(outcome.is_ok(), "the work above has no errors of its own");
        results
            .into_iter()
            .filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }
}

fn shown(wanted: &Wanted, home: &Result<Target>) -> std::path::PathBuf {
    match (home, wanted) {
        (Ok(target), _) => target.at.path.clone(),
        (Err(_), Wanted::Home { path, .. }) => path.clone(),
        // An account that is not there has no home, either: its name must do.
        (Err(_), Wanted::User(name)) => {
            use std::os::unix::ffi::OsStrExt as _;
            Path::new(std::ffi::OsStr::from_bytes(name)).to_path_buf()
        }
    }
}

fn user(wanted: &Wanted) -> Option<String> {
    match wanted {
        Wanted::User(name) => Some(String::from_utf8_lossy(name).into_owned()),
        Wanted::Home { .. } => None,
    }
}

fn ids(wanted: &Wanted, target: Option<&Target>) -> (u32, u32) {
    match (target, wanted) {
        (Some(target), _) => (target.owner.uid, target.owner.gid),
        (None, Wanted::Home { uid, gid, .. }) => (*uid, *gid),
        // nobody and nogroup: there is no such account.
        (None, Wanted::User(_)) => (65534, 65534),
    }
}

/// The accounts of the root. A scratch root without any is fine as long as none is asked for.
fn accounts(root: &SysRoot, options: &HomeReset) -> Result<Accounts> {
    let by_name = options.targets.iter().any(|wanted| matches!(wanted, Wanted::User(_)));
    match Accounts::read(root) {
        Err(error) if !by_name && error.kind() == ErrorKind::NotFound => Ok(Accounts::default()),
        answer => answer,
    }
}

fn rules(options: &HomeReset, needed: bool) -> Result<(Rules, u64)> {
    let mut keep = Patterns::compile(&options.keep)?;
    let volatile = Patterns::compile(&options.volatile)?;
    let mut hash = DefaultHasher::new();
    (options.policy.name(), &options.keep, &options.volatile).hash(&mut hash);
    let rules = match options.policy {
        Policy::Exact => Rules::new(Fate::Reset, keep, volatile),
        Policy::Revert => {
            keep.add(b"[!.]*")?;
            Rules::new(Fate::Reset, keep, volatile)
        }
        Policy::Volatile if options.volatile.is_empty() && needed => {
            return Err(Error::new(ErrorKind::InvalidInput, "no volatile rules were given")
                .help_with("name what is to be removed, such as .cache/**"));
        }
        Policy::Volatile => Rules::new(Fate::Keep, volatile, keep),
    };
    // 0 means that no rules were in force.
    Ok((rules, hash.finish().max(1)))
}

/// What a strategy that was asked for becomes.
pub(super) struct Choice {
    pub(super) strategy: Strategy,
    pub(super) fallback: Option<String>,
}
