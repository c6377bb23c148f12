//! Many homes in one go: the builder.

use std::sync::{Mutex, PoisonError};

use ltsp_core::home;
use ltsp_core::{Observer, Result};
use pyo3::prelude::*;

use crate::args::{BytesArg, HomeArg, Id, Many, PathArg};
use crate::cancel::CancelToken;
use crate::options::{Options, open_root};
use crate::plan::Plan;
use crate::report::Report;
use crate::watch;

/// A reset of many homes: the template is read once, homes are dealt with in parallel, and one
/// that fails neither stops nor hides the others.
///
/// Nothing happens until `run`, `plan`, `verify`, `stage` or `clean` is called; each may be called
/// again, from any thread.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct HomeReset {
    /// What was asked for, for people.
    about: String,
    inside: Mutex<Inside>,
}

#[derive(Clone)]
struct Inside {
    reset: home::HomeReset,
    homes: usize,
}

impl HomeReset {
    fn change(&self, change: impl FnOnce(home::HomeReset) -> home::HomeReset) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.reset = change(inside.reset.clone());
        inside.homes += 1;
    }

    fn inside(&self) -> Inside {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs `work` on the reset as it is now.
    fn watched<T: Send>(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
        work: impl FnOnce(&home::HomeReset, &dyn Observer) -> Result<T> + Send,
    ) -> PyResult<T> {
        let reset = self.inside().reset;
        let cancel = cancel.map(|cancel| cancel.get().inner());
        watch::run(py, progress, cancel, |observer| work(&reset, observer))
    }
}

#[pymethods]
impl HomeReset {
    #[new]
    #[pyo3(signature = (
        *,
        users = Many::default(),
        homes = Many::default(),
        template = None,
        policy = "exact",
        keep = Many::default(),
        volatile = Many::default(),
        strategy = "swap",
        busy = "refuse",
        busy_limits = (3.0, 5.0),
        lock_limit = 30.0,
        root = PathArg("/".into()),
        threads = None,
        spare = "checked",
        allow_empty_template = false,
        template_owner = None,
        create_missing = false,
        receipts = "checked",
        durable = false,
        defer_cleanup = false,
    ), text_signature = "(*, users=(), homes=(), template=None, policy='exact', keep=(), \
        volatile=(), strategy='swap', busy='refuse', busy_limits=(3.0, 5.0), lock_limit=30.0, \
        root='/', threads=None, spare='checked', allow_empty_template=False, template_owner=None, \
        create_missing=False, receipts='checked', durable=False, defer_cleanup=False)")]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        py: Python<'_>,
        users: Many<BytesArg>,
        homes: Many<HomeArg>,
        template: Option<PathArg>,
        policy: &str,
        keep: Many<BytesArg>,
        volatile: Many<BytesArg>,
        strategy: &str,
        busy: &str,
        busy_limits: (f64, f64),
        lock_limit: f64,
        root: PathArg,
        threads: Option<i64>,
        spare: &str,
        allow_empty_template: bool,
        template_owner: Option<Id>,
        create_missing: bool,
        receipts: &str,
        durable: bool,
        defer_cleanup: bool,
    ) -> PyResult<Self> {
        let mut about = format!("policy='{policy}' strategy='{strategy}'");
        if let Some(template) = &template {
            about += &format!(" template={}", template.0.as_os_str().into_pyobject(py)?.repr()?);
        }
        about += &format!(" root={}", root.0.as_os_str().into_pyobject(py)?.repr()?);
        let options = Options {
            policy,
            template,
            keep,
            volatile,
            strategy,
            busy,
            busy_limits,
            lock_limit,
            spare,
            threads,
            allow_empty_template,
            template_owner,
            create_missing,
            receipts,
            durable,
            defer_cleanup,
        };
        let mut reset = options.build(py, open_root(py, &root)?)?;
        let count = users.0.len() + homes.0.len();
        for user in users.0 {
            reset = reset.user(user.0);
        }
        for home in homes.0 {
            reset = reset.home(home.path, home.uid, home.gid);
        }
        Ok(Self { about, inside: Mutex::new(Inside { reset, homes: count }) })
    }

    /// Add the home of the account called `name` in the root's /etc/passwd.
    fn user<'py>(slf: Bound<'py, Self>, name: BytesArg) -> Bound<'py, Self> {
        slf.get().change(|reset| reset.user(name.0));
        slf
    }

    /// Add the home at `path` below the root, which belongs to `uid` and `gid`.
    fn home<'py>(slf: Bound<'py, Self>, path: PathArg, uid: Id, gid: Id) -> Bound<'py, Self> {
        slf.get().change(|reset| reset.home(path.0, uid.0, gid.0));
        slf
    }

    /// Reset the homes. The error of one that fails stands in the report.
    #[pyo3(signature = (progress = None, cancel = None))]
    fn run(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Report> {
        let report = self.watched(py, progress, cancel, home::HomeReset::run)?;
        Report::new(py, report)
    }

    /// Say what `run` would do. Changes nothing.
    #[pyo3(signature = (progress = None, cancel = None))]
    fn plan(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Plan> {
        let plan = self.watched(py, progress, cancel, home::HomeReset::plan)?;
        Plan::new(py, plan)
    }

    /// Compare the homes with what they should be, content and all, busy homes too.
    #[pyo3(signature = (progress = None, cancel = None))]
    fn verify(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Plan> {
        let plan = self.watched(py, progress, cancel, home::HomeReset::verify)?;
        Plan::new(py, plan)
    }

    /// Build a spare for each home, which the next swap only has to exchange.
    #[pyo3(signature = (progress = None, cancel = None))]
    fn stage(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Report> {
        let report = self.watched(py, progress, cancel, home::HomeReset::stage)?;
        Report::new(py, report)
    }

    /// Remove what interrupted runs and `defer_cleanup` left beside the homes.
    #[pyo3(signature = (progress = None, cancel = None))]
    fn clean(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        cancel: Option<&Bound<'_, CancelToken>>,
    ) -> PyResult<Report> {
        let report = self.watched(py, progress, cancel, home::HomeReset::clean)?;
        Report::new(py, report)
    }

    /// The number of homes that were added.
    fn __len__(&self) -> usize {
        self.inside().homes
    }

    /// Always true: what is given is a reset, even if it has no homes yet.
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self) -> String {
        format!("<ltsp.HomeReset {} homes={}>", self.about, self.inside().homes)
    }
}
