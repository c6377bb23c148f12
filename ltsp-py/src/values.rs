//! From the library's values to those of Python, whose classes are written in Python.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ltsp_core::conf::FollowUp;
use ltsp_core::text::{Diagnostic, Entry, Mend, Origin, Resolved, Setting};
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple};

/// A class of the package, looked up once.
pub(crate) struct Class {
    module: &'static str,
    name: &'static str,
    found: PyOnceLock<Py<PyAny>>,
}

impl Class {
    pub(crate) const fn conf(name: &'static str) -> Self {
        Self { module: "ltsp._conf", name, found: PyOnceLock::new() }
    }

    pub(crate) const fn image(name: &'static str) -> Self {
        Self { module: "ltsp._images", name, found: PyOnceLock::new() }
    }

    pub(crate) fn get<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        self.found.import(py, self.module, self.name)
    }

    pub(crate) fn make<'py, const N: usize>(
        &self,
        py: Python<'py>,
        fields: [Bound<'py, PyAny>; N],
    ) -> PyResult<Bound<'py, PyAny>> {
        self.get(py)?.call1(PyTuple::new(py, fields)?)
    }
}

/// A value of a class with these fields; `at` stands for those of a place.
macro_rules! value {
    ($py:expr, $class:expr, at $place:expr, $($field:expr),* $(,)?) => {{
        let place = $place;
        $crate::values::value!(
            $py, $class, $crate::values::file($py, &place.file)?, place.line, place.column, place.span.start,
            place.span.end, $($field),*
        )
    }};
    ($py:expr, $class:expr, $($field:expr),* $(,)?) => {
        $class.make($py, [$(pyo3::IntoPyObjectExt::into_bound_py_any($field, $py)?),*])
    };
}
pub(crate) use value;

/// The path of a file. A file of many lines has as many places, and a path is slow to make.
pub(crate) fn file<'py>(py: Python<'py>, path: &Path) -> PyResult<Bound<'py, PyAny>> {
    static LAST: Mutex<Option<(PathBuf, Py<PyAny>)>> = Mutex::new(None);
    // Nothing of Python is called while the lock is held.
    let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let known = match &*last() {
        Some((known, object)) if known == path => Some(object.clone_ref(py)),
        _ => None,
    };
    if let Some(object) = known {
        return Ok(object.into_bound(py));
    }
    let object = path.into_bound_py_any(py)?;
    let before = last().replace((path.to_owned(), object.clone().unbind()));
    drop(before);
    Ok(object)
}

/// Bytes of a file as `os.fsdecode` gives them.
pub(crate) fn text<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyString>> {
    Ok(OsStr::from_bytes(bytes).into_pyobject(py)?)
}

pub(crate) fn maybe_text<'py>(
    py: Python<'py>,
    bytes: Option<impl AsRef<[u8]>>,
) -> PyResult<Option<Bound<'py, PyString>>> {
    bytes.map(|bytes| text(py, bytes.as_ref())).transpose()
}

/// A tuple of what `make` makes of each.
pub(crate) fn tuple<'py, T>(
    py: Python<'py>,
    items: impl IntoIterator<Item = T>,
    make: impl Fn(Python<'py>, T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let items = items.into_iter().map(|item| make(py, item));
    PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)
}

/// A list of what `make` makes of each.
pub(crate) fn list<'py, T>(
    py: Python<'py>,
    items: impl IntoIterator<Item = T>,
    make: impl Fn(Python<'py>, T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    items.into_iter().map(|item| make(py, item)).collect()
}

pub(crate) fn setting(py: Python<'_>, setting: Setting) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::conf("Setting");
    let section = maybe_text(py, setting.section)?;
    let (key, value) = (text(py, &setting.key)?, text(py, &setting.value)?);
    value!(py, CLASS, at & setting.place, section, key, value)
}

pub(crate) fn diagnostic(py: Python<'_>, found: Diagnostic) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::conf("Diagnostic");
    static LABEL: Class = Class::conf("Label");
    let labels = tuple(py, &found.labels, |py, label| {
        value!(py, LABEL, at & label.place, label.message.as_str())
    })?;
    let severity = found.severity.to_string();
    let mend = found.mend.map(|found| mend(py, &found)).transpose()?;
    value!(py, CLASS, at & found.place, found.code, severity, found.message, labels, mend)
}

fn mend<'py>(py: Python<'py>, mend: &Mend) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("Mend");
    static EDIT: Class = Class::conf("Edit");
    let edits = tuple(py, &mend.edits, |py, edit| {
        value!(py, EDIT, edit.span.start, edit.span.end, &edit.text[..])
    })?;
    value!(py, CLASS, mend.message.as_str(), edits, mend.safe)
}

pub(crate) fn follow_up(py: Python<'_>, found: FollowUp) -> PyResult<Bound<'_, PyAny>> {
    static CLASS: Class = Class::conf("FollowUp");
    value!(py, CLASS, found.command, found.why, found.disturbs)
}

pub(crate) fn origin<'py>(py: Python<'py>, origin: &Origin) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("Origin");
    let section = maybe_text(py, origin.section.as_ref())?;
    value!(py, CLASS, at & origin.place, section, origin.rule.as_str())
}

/// The entries of what was resolved, as a tuple.
pub(crate) fn entries<'py>(py: Python<'py>, resolved: &Resolved) -> PyResult<Bound<'py, PyTuple>> {
    tuple(py, resolved.entries(), entry)
}

fn entry<'py>(py: Python<'py>, entry: &Entry) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("Entry");
    let hidden = tuple(py, &entry.hidden, |py, (value, from)| {
        (text(py, value)?, origin(py, from)?).into_bound_py_any(py)
    })?;
    let value = maybe_text(py, entry.value.as_ref())?;
    value!(py, CLASS, text(py, &entry.key)?, value, origin(py, &entry.origin)?, hidden)
}

/// A mapping; its names are found in any case if the format does not care for it.
pub(crate) fn resolved<'py>(
    py: Python<'py>,
    resolved: &Resolved,
    any_case: bool,
) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("Resolved");
    let keywords = pyo3::types::PyDict::new(py);
    keywords.set_item("fold", any_case)?;
    CLASS.get(py)?.call((entries(py, resolved)?,), Some(&keywords))
}
