//! What a reset would do.

use std::path::Path;
use std::sync::Arc;

use ltsp_core::home;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyIterator, PyTuple};

use crate::counts::Counts;
use crate::errors::{exception, json, raise};

/// One entry that is not as it should be.
#[pyclass(frozen, eq, module = "ltsp")]
#[derive(PartialEq, Eq)]
pub(crate) struct Change(home::Change);

#[pymethods]
impl Change {
    /// `"create"`, `"replace"`, `"remove"` or `"metadata"`.
    #[getter]
    fn action(&self) -> &'static str {
        self.0.action.name()
    }

    /// Its path below the home; `Path(".")` for the home itself.
    #[getter]
    fn path(&self) -> &Path {
        &self.0.path
    }

    /// What it is; for a replacement, what it would become.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind.name()
    }

    /// Size in bytes of a file's content.
    #[getter]
    fn size(&self) -> u64 {
        self.0.size
    }

    /// Why, in a few words.
    #[getter]
    fn why(&self) -> &'static str {
        self.0.why
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let path = self.0.path.as_os_str().into_pyobject(py)?.repr()?;
        let home::Change { size, why, .. } = &self.0;
        let (action, kind) = (self.action(), self.kind());
        Ok(format!(
            "Change(action='{action}', path={path}, kind='{kind}', size={size}, why='{why}')"
        ))
    }
}

/// What would change in one home.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct HomePlan {
    whole: Arc<home::Plan>,
    index: usize,
    /// Made when first asked for: there may be tens of thousands.
    changes: PyOnceLock<Py<PyTuple>>,
    error: Option<Py<PyBaseException>>,
}

impl HomePlan {
    fn new(py: Python<'_>, whole: &Arc<home::Plan>, index: usize) -> PyResult<Self> {
        let error = whole.homes[index].error.as_ref();
        let error = error.map(|error| exception(py, error)).transpose()?;
        Ok(Self { whole: Arc::clone(whole), index, changes: PyOnceLock::new(), error })
    }

    fn plan(&self) -> &home::HomePlan {
        &self.whole.homes[self.index]
    }
}

#[pymethods]
impl HomePlan {
    /// The home's path below the root.
    #[getter]
    fn home(&self) -> &Path {
        &self.plan().home
    }

    /// The account's name, if it was given by name.
    #[getter]
    fn user(&self) -> Option<&str> {
        self.plan().user.as_deref()
    }

    /// The account's user id.
    #[getter]
    fn uid(&self) -> u32 {
        self.plan().uid
    }

    /// The account's group id.
    #[getter]
    fn gid(&self) -> u32 {
        self.plan().gid
    }

    /// The strategy that would be used.
    #[getter]
    fn strategy(&self) -> Option<&'static str> {
        self.plan().strategy.map(home::Strategy::name)
    }

    /// Why it is not the strategy that was asked for.
    #[getter]
    fn fallback(&self) -> Option<&str> {
        self.plan().fallback.as_deref()
    }

    /// The differences between the home and what it should be, sorted by path.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyTuple>> {
        let changes = self.changes.get_or_try_init(py, || {
            let changes = self.plan().changes.iter().cloned().map(Change);
            PyTuple::new(py, changes.collect::<Vec<_>>()).map(Bound::unbind)
        })?;
        Ok(changes.bind(py))
    }

    /// Their numbers. `bytes_written` is the size of what would be made.
    #[getter]
    fn counts(&self) -> Counts {
        Counts(self.plan().counts)
    }

    /// Why this home would be refused or could not be looked at.
    #[getter]
    fn error(&self) -> Option<&Py<PyBaseException>> {
        self.error.as_ref()
    }

    /// Whether the home is as it should be.
    fn is_empty(&self) -> bool {
        self.plan().changes.is_empty() && self.plan().error.is_none()
    }

    /// Raise the error, if there is one.
    fn raise_for_error(&self, py: Python<'_>) -> PyResult<()> {
        self.plan().error.as_ref().map_or(Ok(()), |error| Err(raise(py, error)))
    }

    /// The plan as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(self.plan())
    }

    fn __str__(&self) -> String {
        home::Plan { homes: vec![self.plan().clone()] }.to_string().trim_end().to_owned()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let home = self.plan().home.as_os_str().into_pyobject(py)?.repr()?;
        let mut text = format!("<ltsp.HomePlan home={home} changes={}", self.plan().changes.len());
        if let Some(error) = &self.error {
            text += &format!(" error={}", error.bind(py).repr()?);
        }
        text.push('>');
        Ok(text)
    }
}

/// What would change in each home. A sequence of `HomePlan`, in the order the homes were given.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct Plan {
    plan: Arc<home::Plan>,
    homes: Py<PyTuple>,
}

impl Plan {
    pub(crate) fn new(py: Python<'_>, plan: home::Plan) -> PyResult<Self> {
        let plan = Arc::new(plan);
        let homes = (0..plan.homes.len()).map(|index| HomePlan::new(py, &plan, index));
        let homes = PyTuple::new(py, homes.collect::<PyResult<Vec<_>>>()?)?.unbind();
        Ok(Self { plan, homes })
    }
}

#[pymethods]
impl Plan {
    /// One entry a home.
    #[getter]
    fn homes(&self) -> &Py<PyTuple> {
        &self.homes
    }

    /// The homes that would be refused or could not be looked at.
    #[getter]
    fn failed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let homes = self.homes.bind(py).iter().zip(&self.plan.homes);
        let failed: Vec<_> =
            homes.filter(|(_, home)| home.error.is_some()).map(|(home, _)| home).collect();
        PyTuple::new(py, failed)
    }

    /// The sum over all homes.
    #[getter]
    fn counts(&self) -> Counts {
        let mut totals = home::Counts::default();
        for home in &self.plan.homes {
            totals.add(&home.counts);
        }
        Counts(totals)
    }

    /// Whether every home is as it should be.
    fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// Raise the error of the first home that has one, if any has.
    fn raise_for_errors(&self, py: Python<'_>) -> PyResult<()> {
        match self.plan.homes.iter().find_map(|home| home.error.as_ref()) {
            Some(error) => Err(raise(py, error)),
            None => Ok(()),
        }
    }

    /// The plan as JSON.
    fn to_json(&self) -> String {
        self.plan.to_json()
    }

    fn __len__(&self) -> usize {
        self.plan.homes.len()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        index: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.homes.bind(py).as_any().get_item(index)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.homes.bind(py).try_iter()
    }

    fn __str__(&self) -> String {
        self.plan.to_string().trim_end().to_owned()
    }

    fn __repr__(&self) -> String {
        format!(
            "<ltsp.Plan homes={} changes={} failed={}>",
            self.plan.homes.len(),
            self.plan.homes.iter().map(|home| home.changes.len()).sum::<usize>(),
            self.plan.failed().count()
        )
    }
}
