//! What a progress function is told.

use std::path::{Path, PathBuf};

use ltsp_core::Error;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;

use crate::errors::exception;

/// What happened, kept until the calling thread can tell it.
#[derive(Debug)]
pub(crate) enum Note {
    Started { homes: usize },
    HomeStarted { home: PathBuf },
    HomeProgress { home: PathBuf, entries: u64, bytes: u64 },
    HomeFinished { home: PathBuf, error: Option<Error> },
}

/// Something happened: what a progress function is called with.
#[pyclass(frozen, module = "ltsp")]
pub(crate) struct Event(Note, Option<Py<PyBaseException>>);

impl Event {
    pub(crate) fn new(py: Python<'_>, note: Note) -> PyResult<Self> {
        let error = match &note {
            Note::HomeFinished { error: Some(error), .. } => Some(exception(py, error)?),
            _ => None,
        };
        Ok(Self(note, error))
    }
}

#[pymethods]
impl Event {
    /// `"started"`, `"home-started"`, `"home-progress"` or `"home-finished"`.
    #[getter]
    fn kind(&self) -> &'static str {
        match &self.0 {
            Note::Started { .. } => "started",
            Note::HomeStarted { .. } => "home-started",
            Note::HomeProgress { .. } => "home-progress",
            Note::HomeFinished { .. } => "home-finished",
        }
    }

    /// Number of homes, when it started.
    #[getter]
    fn homes(&self) -> Option<usize> {
        match &self.0 {
            Note::Started { homes } => Some(*homes),
            _ => None,
        }
    }

    /// The home it is about, as it was given.
    #[getter]
    fn home(&self) -> Option<&Path> {
        match &self.0 {
            Note::Started { .. } => None,
            Note::HomeStarted { home }
            | Note::HomeProgress { home, .. }
            | Note::HomeFinished { home, .. } => Some(home),
        }
    }

    /// Entries made, replaced or removed since the last event of this home.
    #[getter]
    fn entries(&self) -> u64 {
        match &self.0 {
            Note::HomeProgress { entries, .. } => *entries,
            _ => 0,
        }
    }

    /// Bytes of file content written since the last event of this home.
    #[getter]
    fn bytes(&self) -> u64 {
        match &self.0 {
            Note::HomeProgress { bytes, .. } => *bytes,
            _ => 0,
        }
    }

    /// Why the home failed, if it did.
    #[getter]
    fn error(&self) -> Option<&Py<PyBaseException>> {
        self.1.as_ref()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut text = format!("<ltsp.Event {}", self.kind());
        if let Some(home) = self.home() {
            text += &format!(" home={}", home.as_os_str().into_pyobject(py)?.repr()?);
        }
        match &self.0 {
            Note::Started { homes } => text += &format!(" homes={homes}"),
            Note::HomeProgress { entries, bytes, .. } => {
                text += &format!(" entries={entries} bytes={bytes}");
            }
            Note::HomeStarted { .. } | Note::HomeFinished { .. } => {}
        }
        if let Some(error) = &self.1 {
            text += &format!(" error={}", error.bind(py).repr()?);
        }
        text.push('>');
        Ok(text)
    }
}
