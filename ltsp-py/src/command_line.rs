//! Kernel command lines.

use std::sync::{Mutex, PoisonError};

use ltsp_core::Result;
use ltsp_core::formats::pxe;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::args::BytesArg;
use crate::errors::raise;
use crate::values::{self, Class, value};

/// A kernel command line, such as the value of APPEND, taken apart as the kernel does it.
///
/// What is not changed stays as it is, byte for byte. What stands behind a `--` is for init, and is
/// neither found nor changed by name.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct KernelCommandLine(Mutex<pxe::KernelCommandLine>);

impl From<pxe::KernelCommandLine> for KernelCommandLine {
    fn from(line: pxe::KernelCommandLine) -> Self {
        Self(Mutex::new(line))
    }
}

impl KernelCommandLine {
    pub(crate) fn line(&self) -> pxe::KernelCommandLine {
        self.with(|line| line.clone())
    }

    /// Nothing is waited for while the lock is held.
    fn with<T>(&self, work: impl FnOnce(&mut pxe::KernelCommandLine) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut pxe::KernelCommandLine) -> Result<()>,
    ) -> PyResult<()> {
        self.with(change).map_err(|error| raise(py, &error))
    }
}

#[pymethods]
impl KernelCommandLine {
    #[new]
    #[pyo3(signature = (text = BytesArg::default()), text_signature = "(text='')")]
    fn new(text: BytesArg) -> Self {
        pxe::KernelCommandLine::parse(&text.0).into()
    }

    /// Every parameter, in order.
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("KernelParameter");
        values::list(py, self.line().parameters(), |py, found| {
            let value = values::maybe_text(py, found.value)?;
            value!(py, CLASS, values::text(py, &found.name)?, value, found.for_init)
        })
    }

    /// The value of `name`: of several the last. None if it is missing or a flag.
    fn get<'py>(&self, py: Python<'py>, name: BytesArg) -> PyResult<Option<Bound<'py, PyString>>> {
        values::maybe_text(py, self.with(|line| line.get(&name.0)))
    }

    /// Every value of `name`, in order, as of `console`.
    fn get_all<'py>(&self, py: Python<'py>, name: BytesArg) -> PyResult<Vec<Bound<'py, PyString>>> {
        let found = self.with(|line| line.all(&name.0));
        found.iter().map(|value| values::text(py, value)).collect()
    }

    /// Whether there is a parameter of that name, with a value or as a flag such as `ro`.
    fn __contains__(&self, name: BytesArg) -> bool {
        self.with(|line| line.has_flag(&name.0) || line.get(&name.0).is_some())
    }

    /// Give `name` that value where it stands last, or as a new parameter; without a value make it
    /// a flag. ValueError if a command line cannot express the name or the value.
    #[pyo3(signature = (name, value = None))]
    fn set(&self, py: Python<'_>, name: BytesArg, value: Option<BytesArg>) -> PyResult<()> {
        self.change(py, |line| match &value {
            Some(value) => line.set(&name.0, &value.0),
            None => line.set_flag(&name.0),
        })
    }

    /// Add `name=value` behind the others of that name. ValueError as of `set`.
    fn add(&self, py: Python<'_>, name: BytesArg, value: BytesArg) -> PyResult<()> {
        self.change(py, |line| line.add(&name.0, &value.0))
    }

    /// Remove every parameter of that name, with or without a value; how many there were.
    fn remove(&self, name: BytesArg) -> usize {
        self.with(|line| line.remove(&name.0))
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.line().as_bytes())
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        values::text(py, self.line().as_bytes())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("KernelCommandLine({})", self.__str__(py)?.repr()?))
    }
}
