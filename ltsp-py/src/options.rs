//! The keywords that `reset_home` and `HomeReset` share.

use ltsp_core::SysRoot;
use ltsp_core::home::HomeReset;
use pyo3::prelude::*;

use crate::args::{BytesArg, Id, Many, PathArg, choice, seconds, threads};
use crate::errors::raise;

/// Their values, as they were given.
pub(crate) struct Options<'a> {
    pub(crate) policy: &'a str,
    pub(crate) template: Option<PathArg>,
    pub(crate) keep: Many<BytesArg>,
    pub(crate) volatile: Many<BytesArg>,
    pub(crate) strategy: &'a str,
    pub(crate) busy: &'a str,
    pub(crate) busy_limits: (f64, f64),
    pub(crate) lock_limit: f64,
    pub(crate) spare: &'a str,
    pub(crate) threads: Option<i64>,
    pub(crate) allow_empty_template: bool,
    pub(crate) template_owner: Option<Id>,
    pub(crate) create_missing: bool,
    pub(crate) receipts: &'a str,
    pub(crate) durable: bool,
    pub(crate) defer_cleanup: bool,
}

impl Options<'_> {
    /// A reset below `root` without homes.
    pub(crate) fn build(self, py: Python<'_>, root: SysRoot) -> PyResult<HomeReset> {
        let (term, kill) = self.busy_limits;
        let mut reset = HomeReset::new(choice(py, self.policy)?)
            .root(root)
            .strategy(choice(py, self.strategy)?)
            .busy(choice(py, self.busy)?)
            .busy_limits(seconds(py, term)?, seconds(py, kill)?)
            .lock_limit(seconds(py, self.lock_limit)?)
            .spare(choice(py, self.spare)?)
            .allow_empty_template(self.allow_empty_template)
            .create_missing(self.create_missing)
            .receipts(choice(py, self.receipts)?)
            .durable(self.durable)
            .defer_cleanup(self.defer_cleanup);
        if let Some(template) = self.template {
            reset = reset.template(template.0);
        }
        if let Some(count) = self.threads {
            reset = reset.threads(threads(py, count)?);
        }
        if let Some(owner) = self.template_owner {
            reset = reset.template_owner(owner.0);
        }
        for pattern in self.keep.0 {
            reset = reset.keep(pattern.0);
        }
        for pattern in self.volatile.0 {
            reset = reset.volatile(pattern.0);
        }
        Ok(reset)
    }
}

/// Opens the directory that stands for `/`.
pub(crate) fn open_root(py: Python<'_>, root: &PathArg) -> PyResult<SysRoot> {
    py.detach(|| SysRoot::open(&root.0)).map_err(|error| raise(py, &error))
}
