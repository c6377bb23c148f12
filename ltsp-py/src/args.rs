//! What Python callers may give: paths, names and patterns as text or bytes, numbers in their range.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ltsp_core::Error;
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::errors::{invalid, raise};

/// A path: `str | bytes | os.PathLike`.
pub(crate) struct PathArg(pub(crate) PathBuf);

impl FromPyObject<'_, '_> for PathArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let path = py.import("os")?.getattr("fspath")?.call1((object,))?;
        let bytes = BytesArg::extract(path.as_borrowed())?.0;
        // Every system call would end the path there.
        if bytes.contains(&0) {
            return Err(invalid(py, "a path cannot contain a NUL byte"));
        }
        Ok(Self(OsString::from_vec(bytes).into()))
    }
}

/// A name or a pattern: `str | bytes`. Text becomes bytes as in `os.fsencode`.
#[derive(Default)]
pub(crate) struct BytesArg(pub(crate) Vec<u8>);

impl FromPyObject<'_, '_> for BytesArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        if object.is_instance_of::<PyString>() {
            return Ok(Self(object.extract::<OsString>()?.as_os_str().as_bytes().to_vec()));
        }
        let kind = object.get_type().name()?;
        Err(PyTypeError::new_err(format!("expected str or bytes, not {kind}")))
    }
}

/// Any iterable of `T` but text, whose characters nobody means.
pub(crate) struct Many<T>(pub(crate) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'py, T> FromPyObject<'_, 'py> for Many<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>() {
            let kind = object.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "expected a list, not one {kind}: put it in []"
            )));
        }
        let items = object.try_iter()?.map(|item| T::extract(item?.as_borrowed()));
        items.collect::<PyResult<_>>().map(Self)
    }
}

/// A home that is not looked up: `(path, uid, gid)`.
pub(crate) struct HomeArg {
    pub(crate) path: PathBuf,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl FromPyObject<'_, '_> for HomeArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let (path, uid, gid): (PathArg, Id, Id) = object.extract()?;
        Ok(Self { path: path.0, uid: uid.0, gid: gid.0 })
    }
}

/// A user or group id.
#[derive(Clone, Copy)]
pub(crate) struct Id(pub(crate) u32);

impl FromPyObject<'_, '_> for Id {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        match object.extract::<u32>() {
            // For chown(2) the last one means "as it was".
            Ok(id) if id != u32::MAX => Ok(Self(id)),
            Err(error) if !error.is_instance_of::<PyOverflowError>(py) => Err(error),
            _ => Err(invalid(py, "a user or group id lies between 0 and 4294967294")),
        }
    }
}

/// A number of threads, from 1.
pub(crate) fn threads(py: Python<'_>, count: i64) -> PyResult<std::num::NonZeroUsize> {
    usize::try_from(count)
        .ok()
        .and_then(std::num::NonZeroUsize::new)
        .ok_or_else(|| invalid(py, "the number of threads is at least 1"))
}

/// A time limit in seconds.
pub(crate) fn seconds(py: Python<'_>, seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|error| invalid(py, format!("{seconds} is no time limit in seconds: {error}")))
}

/// One of the words of `T`.
pub(crate) fn choice<T: FromStr<Err = Error>>(py: Python<'_>, text: &str) -> PyResult<T> {
    text.parse().map_err(|error| raise(py, &error))
}
