//! What a reset did.

use std::path::Path;

use ltsp_core::home;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyTuple};

use crate::counts::Counts;
use crate::errors::{exception, json, raise};

/// What happened to one home.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct HomeReport {
    report: home::HomeReport,
    error: Option<Py<PyBaseException>>,
}

impl HomeReport {
    pub(crate) fn new(py: Python<'_>, report: home::HomeReport) -> PyResult<Self> {
        let error = report.error().map(|error| exception(py, error)).transpose()?;
        Ok(Self { report, error })
    }
}

#[pymethods]
impl HomeReport {
    /// The home's path below the root.
    #[getter]
    fn home(&self) -> &Path {
        &self.report.home
    }

    /// The account's name, if it was given by name.
    #[getter]
    fn user(&self) -> Option<&str> {
        self.report.user.as_deref()
    }

    /// The account's user id.
    #[getter]
    fn uid(&self) -> u32 {
        self.report.uid
    }

    /// The account's group id.
    #[getter]
    fn gid(&self) -> u32 {
        self.report.gid
    }

    /// `"reset"`, `"unchanged"`, `"staged"`, `"cleaned"` or `"failed"`.
    #[getter]
    fn outcome(&self) -> &'static str {
        self.report.outcome.name()
    }

    /// Whether it did not fail.
    #[getter]
    fn ok(&self) -> bool {
        self.error.is_none()
    }

    /// Why it failed, if it did.
    #[getter]
    fn error(&self) -> Option<&Py<PyBaseException>> {
        self.error.as_ref()
    }

    /// The strategy that was used.
    #[getter]
    fn strategy(&self) -> Option<&'static str> {
        self.report.strategy.map(home::Strategy::name)
    }

    /// Why it is not the strategy that was asked for.
    #[getter]
    fn fallback(&self) -> Option<&str> {
        self.report.fallback.as_deref()
    }

    /// What was done, in numbers.
    #[getter]
    fn counts(&self) -> Counts {
        Counts(self.report.counts)
    }

    /// What else is worth knowing.
    #[getter]
    fn notes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.report.notes)
    }

    /// Seconds that this home took.
    #[getter]
    fn elapsed(&self) -> f64 {
        self.report.elapsed.as_secs_f64()
    }

    /// Raise the error, if it failed.
    fn raise_for_error(&self, py: Python<'_>) -> PyResult<()> {
        self.report.error().map_or(Ok(()), |error| Err(raise(py, error)))
    }

    /// The report as JSON.
    fn to_json(&self) -> PyResult<String> {
        json(&self.report)
    }

    fn __str__(&self) -> String {
        let homes = vec![self.report.clone()];
        home::Report { homes, elapsed: self.report.elapsed }.to_string().trim_end().to_owned()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let home = self.report.home.as_os_str().into_pyobject(py)?.repr()?;
        let mut text = format!("<ltsp.HomeReport home={home} outcome='{}'", self.outcome());
        if let Some(strategy) = self.strategy() {
            text += &format!(" strategy='{strategy}'");
        }
        if let Some(error) = &self.error {
            text += &format!(" error={}", error.bind(py).repr()?);
        }
        text.push('>');
        Ok(text)
    }
}

/// What happened to each home. A sequence of `HomeReport`, in the order the homes were given.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct Report {
    report: home::Report,
    homes: Py<PyTuple>,
}

impl Report {
    pub(crate) fn new(py: Python<'_>, report: home::Report) -> PyResult<Self> {
        let homes = report.homes.iter().map(|home| HomeReport::new(py, home.clone()));
        let homes = PyTuple::new(py, homes.collect::<PyResult<Vec<_>>>()?)?.unbind();
        Ok(Self { report, homes })
    }
}

#[pymethods]
impl Report {
    /// One entry a home.
    #[getter]
    fn homes(&self) -> &Py<PyTuple> {
        &self.homes
    }

    /// The homes that failed.
    #[getter]
    fn failed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let homes = self.homes.bind(py).iter().zip(&self.report.homes);
        let failed: Vec<_> =
            homes.filter(|(_, home)| home.error().is_some()).map(|(home, _)| home).collect();
        PyTuple::new(py, failed)
    }

    /// Whether no home failed.
    #[getter]
    fn ok(&self) -> bool {
        self.report.failed().next().is_none()
    }

    /// The sum over all homes.
    #[getter]
    fn counts(&self) -> Counts {
        Counts(self.report.totals())
    }

    /// Seconds that the whole operation took.
    #[getter]
    fn elapsed(&self) -> f64 {
        self.report.elapsed.as_secs_f64()
    }

    /// Raise the error of the first home that failed, if any did.
    fn raise_for_errors(&self, py: Python<'_>) -> PyResult<()> {
        match self.report.homes.iter().find_map(home::HomeReport::error) {
            Some(error) => Err(raise(py, error)),
            None => Ok(()),
        }
    }

    /// The report as JSON.
    fn to_json(&self) -> String {
        self.report.to_json()
    }

    fn __len__(&self) -> usize {
        self.report.homes.len()
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
        self.report.to_string().trim_end().to_owned()
    }

    fn __repr__(&self) -> String {
        format!(
            "<ltsp.Report homes={} failed={} elapsed={:.3}>",
            self.report.homes.len(),
            self.report.failed().count(),
            self.elapsed()
        )
    }
}
