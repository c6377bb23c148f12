//! Lists of what is left out of a client image.

use std::os::unix::ffi::OsStrExt as _;

use ltsp_core::conf::Kind;
use ltsp_core::formats::excludes::{self, Pattern};
use pyo3::prelude::*;

use super::Conf;
use crate::args::{BytesArg, PathArg};
use crate::values::{self, Class, value};

/// What is left out of a client image, such as `ltsp-update-image.excludes`, exactly as mksquashfs
/// takes it. Its keys, as of `set`, are patterns, with empty values.
///
/// `Excludes(text)` is a document in memory, which belongs to no file. `Excludes.open` opens a file.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct Excludes;

#[pymethods]
impl Excludes {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("image.excludes".into())),
        text_signature = "(text=b'', name='image.excludes')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Excludes, text, name)).add_subclass(Self)
    }

    /// The patterns, in the order of the file.
    fn patterns<'py>(slf: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let py = slf.py();
        let found = slf
            .as_super()
            .get()
            .read_as(py, |conf: &excludes::Excludes, _| Ok(conf.patterns().to_vec()))?;
        values::list(py, &found, pattern)
    }

    /// The first pattern because of which `path` is not in the image; None if it is in it. The path
    /// is one of the image's, from its root.
    fn matches<'py>(slf: &Bound<'py, Self>, path: PathArg) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let found = slf.as_super().get().read_as(py, |conf: &excludes::Excludes, _| {
            Ok(conf.matches(path.0.as_os_str().as_bytes()).cloned())
        })?;
        found.map(|found| pattern(py, &found)).transpose()
    }
}

fn pattern<'py>(py: Python<'py>, pattern: &Pattern) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("ExcludePattern");
    value!(py, CLASS, at & pattern.place, values::text(py, &pattern.text)?, pattern.sticky)
}
