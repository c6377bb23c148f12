//! From the library's error to the exception of `ltsp.errors` that says the same.

use std::borrow::Cow;

use ltsp_core::{Error, ErrorKind};
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

/// The exception for `error`, to be raised.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    match exception(py, error) {
        Ok(exception) => PyErr::from_value(exception.into_bound(py).into_any()),
        Err(failure) => failure,
    }
}

/// The exception for `error`, to be kept: reports hold the errors of their homes.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyResult<Py<PyBaseException>> {
    // The classes are written in Python: only there can one be an LtspError and an OSError.
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = MAKE.import(py, "ltsp.errors", "_make")?.call1((
        error.kind().name(),
        error.to_string(),
        error.message(),
        error.help(),
        error.path(),
        error.line(),
        error.column(),
        error.errno(),
        PyTuple::new(py, error.pids())?,
    ))?;
    Ok(made.cast_into::<PyBaseException>()?.unbind())
}

/// The exception for an argument that makes no sense.
pub(crate) fn invalid(py: Python<'_>, what: impl Into<Cow<'static, str>>) -> PyErr {
    raise(py, &Error::new(ErrorKind::InvalidInput, what))
}

/// `value` as JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|error| pyo3::exceptions::PyRuntimeError::new_err(error.to_string()))
}
