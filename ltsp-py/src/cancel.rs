//! A switch by which one thread stops what another is doing.

use pyo3::prelude::*;

/// Stops operations: give it to one as `cancel=` and call `cancel()` from any thread.
#[pyclass(frozen, module = "ltsp")]
#[derive(Default)]
pub(crate) struct CancelToken(ltsp_core::CancelToken);

impl CancelToken {
    pub(crate) fn inner(&self) -> ltsp_core::CancelToken {
        self.0.clone()
    }
}

#[pymethods]
impl CancelToken {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Ask every operation that has this token to stop. Each home is then old or new.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether `cancel()` was called.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn __repr__(&self) -> String {
        format!("<ltsp.CancelToken cancelled={}>", python_bool(self.cancelled()))
    }
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
