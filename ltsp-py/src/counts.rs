//! Numbers of entries and bytes.

use ltsp_core::home;
use pyo3::prelude::*;

/// What was done or would be done, in numbers.
#[pyclass(frozen, eq, module = "ltsp")]
#[derive(PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) home::Counts);

#[pymethods]
impl Counts {
    /// Entries that were missing and have been made.
    #[getter]
    fn created(&self) -> u64 {
        self.0.created
    }

    /// Entries that differed and have been made anew.
    #[getter]
    fn replaced(&self) -> u64 {
        self.0.replaced
    }

    /// Entries that are gone. In a swap: all of the old home's.
    #[getter]
    fn removed(&self) -> u64 {
        self.0.removed
    }

    /// Directories whose owner, mode, times or attributes were set right.
    #[getter]
    fn metadata(&self) -> u64 {
        self.0.metadata
    }

    /// Entries that survived by a keep rule; a directory kept whole may count as one.
    #[getter]
    fn kept(&self) -> u64 {
        self.0.kept
    }

    /// Entries that were as they should be.
    #[getter]
    fn unchanged(&self) -> u64 {
        self.0.unchanged
    }

    /// Bytes of content written.
    #[getter]
    fn bytes_written(&self) -> u64 {
        self.0.bytes_written
    }

    /// Bytes of content shared with the template on disk.
    #[getter]
    fn bytes_shared(&self) -> u64 {
        self.0.bytes_shared
    }

    fn __repr__(&self) -> String {
        let home::Counts {
            created,
            replaced,
            removed,
            metadata,
            kept,
            unchanged,
            bytes_written,
            bytes_shared,
        } = self.0;
        format!(
            "Counts(created={created}, replaced={replaced}, removed={removed}, \
             metadata={metadata}, kept={kept}, unchanged={unchanged}, \
             bytes_written={bytes_written}, bytes_shared={bytes_shared})"
        )
    }
}
