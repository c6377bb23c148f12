//! The builder: what is to be reset, to what, and how.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::job::Job;
use super::options::{Busy, Policy, ReceiptUse, SpareUse, Strategy};
use super::plan::Plan;
use super::report::Report;
use crate::error::Result;
use crate::progress::Observer;
use crate::sys::SysRoot;

/// A reset of one or many homes.
///
/// Nothing happens until [`run`](Self::run), [`plan`](Self::plan), [`verify`](Self::verify),
/// [`stage`](Self::stage) or [`clean`](Self::clean) is called; each may be called again.
///
/// ```no_run
/// use ltsp_core::home::{Busy, HomeReset, Policy};
///
/// let reset = HomeReset::new(Policy::Exact)
///     .template("/home/guest")
///     .user("guest1")
///     .busy(Busy::Terminate);
/// print!("{}", reset.plan(&())?);
/// print!("{}", reset.run(&())?);
/// # Ok::<(), ltsp_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until run, plan, verify, stage or clean is called"]
pub struct HomeReset {
    pub(super) policy: Policy,
    pub(super) root: Option<SysRoot>,
    pub(super) template: Option<PathBuf>,
    pub(super) keep: Vec<Vec<u8>>,
    pub(super) volatile: Vec<Vec<u8>>,
    pub(super) strategy: Strategy,
    pub(super) busy: Busy,
    pub(super) term_limit: Duration,
    pub(super) kill_limit: Duration,
    pub(super) lock_limit: Duration,
    pub(super) spare: SpareUse,
    pub(super) threads: Option<NonZeroUsize>,
    pub(super) allow_empty_template: bool,
    pub(super) template_owner: Option<u32>,
    pub(super) create_missing: bool,
    pub(super) receipts: ReceiptUse,
    pub(super) durable: bool,
    pub(super) defer_cleanup: bool,
    pub(super) targets: Vec<Wanted>,
}

/// A home as the caller named it.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    User(Vec<u8>),
    Home { path: PathBuf, uid: u32, gid: u32 },
}

impl HomeReset {
    /// A reset under `policy` with no homes yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            root: None,
            template: None,
            keep: Vec::new(),
            volatile: Vec::new(),
            strategy: Strategy::default(),
            busy: Busy::default(),
            term_limit: Duration::from_secs(3),
            kill_limit: Duration::from_secs(5),
            lock_limit: Duration::from_secs(30),
            spare: SpareUse::default(),
            threads: None,
            allow_empty_template: false,
            template_owner: None,
            create_missing: false,
            receipts: ReceiptUse::default(),
            durable: false,
            defer_cleanup: false,
            targets: Vec::new(),
        }
    }

    /// Where `/` is; without this, the machine's own root.
    pub fn root(mut self, root: SysRoot) -> Self {
        self.root = Some(root);
        self
    }

    /// The template: a path below the root. Symbolic links on the way are followed if a trusted
    /// user made them. Without this, `Revert` takes `/etc/skel`.
    pub fn template(mut self, path: impl Into<PathBuf>) -> Self {
        self.template = Some(path.into());
        self
    }

    /// Adds a keep rule: a glob, relative to the home. `*`, `?` and `[...]` match within one
    /// name, leading dots too; `**` matches any number of directories. A rule that matches a
    /// directory is about everything below it.
    pub fn keep(mut self, pattern: impl AsRef<[u8]>) -> Self {
        self.keep.push(pattern.as_ref().to_vec());
        self
    }

    /// Adds a volatile rule, of the same form.
    pub fn volatile(mut self, pattern: impl AsRef<[u8]>) -> Self {
        self.volatile.push(pattern.as_ref().to_vec());
        self
    }

    /// Adds the home of the account called `name` in the root's `/etc/passwd`.
    pub fn user(mut self, name: impl AsRef<[u8]>) -> Self {
        self.targets.push(Wanted::User(name.as_ref().to_vec()));
        self
    }

    /// Adds the home at `path` below the root, which belongs to `uid` and `gid`.
    pub fn home(mut self, path: impl Into<PathBuf>, uid: u32, gid: u32) -> Self {
        self.targets.push(Wanted::Home { path: path.into(), uid, gid });
        self
    }

    /// How the homes become what they should be.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// What to do about processes of the accounts.
    pub fn busy(mut self, busy: Busy) -> Self {
        self.busy = busy;
        self
    }

    /// How long [`Busy::Terminate`] waits after SIGTERM (3 s without this) and after SIGKILL
    /// (5 s).
    pub fn busy_limits(mut self, term: Duration, kill: Duration) -> Self {
        self.term_limit = term;
        self.kill_limit = kill;
        self
    }

    /// How long to wait for another reset of the same home (30 s without this).
    pub fn lock_limit(mut self, limit: Duration) -> Self {
        self.lock_limit = limit;
        self
    }

    /// Whether homes that [`stage`](Self::stage) built ahead may be used.
    pub fn spare(mut self, spare: SpareUse) -> Self {
        self.spare = spare;
        self
    }

    /// The number of threads; without this, as many as there are processors.
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Accepts a template with nothing in it, which would empty the homes.
    pub fn allow_empty_template(mut self, allow: bool) -> Self {
        self.allow_empty_template = allow;
        self
    }

    /// Trusts `uid` with the template. Without this it may belong to root, to the user this
    /// process runs as, or to the account whose home it is, if that is not one of the homes to
    /// reset.
    pub fn template_owner(mut self, uid: u32) -> Self {
        self.template_owner = Some(uid);
        self
    }

    /// Makes homes that do not exist, instead of failing.
    pub fn create_missing(mut self, create: bool) -> Self {
        self.create_missing = create;
        self
    }

    /// What is made of the receipt of the last reset.
    pub fn receipts(mut self, receipts: ReceiptUse) -> Self {
        self.receipts = receipts;
        self
    }

    /// Waits until the fresh home is on the disk before it goes live, so that not even a power
    /// failure in the next half minute leaves template files empty. Costs what the disk costs.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Leaves the old home's remains in the staging directory for [`clean`](Self::clean) or the
    /// next reset, so that nobody waits for their removal.
    pub fn defer_cleanup(mut self, defer: bool) -> Self {
        self.defer_cleanup = defer;
        self
    }

    /// Resets the homes. One that fails neither hides nor stops the others: its error stands in
    /// the report.
    ///
    /// # Errors
    /// If nothing could be begun: a rule that makes no sense, a template that is missing, empty
    /// or not to be trusted, no homes given.
    pub fn run(&self, observer: &dyn Observer) -> Result<Report> {
        Job::new(self, observer, true)?.run()
    }

    /// What [`run`](Self::run) would do. Changes nothing; contents are compared, receipts are not
    /// believed.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn plan(&self, observer: &dyn Observer) -> Result<Plan> {
        Job::new(self, observer, true)?.plan()
    }

    /// Compares the homes with what they should be, content and all: an empty plan means that
    /// they are. The same as [`plan`](Self::plan), except that busy homes are compared, too.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn verify(&self, observer: &dyn Observer) -> Result<Plan> {
        Job::new(self, observer, true)?.verify()
    }

    /// Builds a spare for each home, which the next swap only has to exchange. A home has one
    /// spare; one that is ready and fits is left as it is.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn stage(&self, observer: &dyn Observer) -> Result<Report> {
        Job::new(self, observer, true)?.stage()
    }

    /// Removes what interrupted runs and [`defer_cleanup`](Self::defer_cleanup) left beside the
    /// homes. Spares stay. The template is not looked at.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn clean(&self, observer: &dyn Observer) -> Result<Report> {
        Job::new(self, observer, false)?.clean()
    }
}
