//! Files of shell assignments.

use ltsp_core::conf::{Kind, Request};
use ltsp_core::formats::shell::{self, Certainty};
use pyo3::prelude::*;

use super::Conf;
use crate::args::{BytesArg, PathArg};
use crate::values::{self, Class, value};

/// A file of shell assignments, such as `ltsp-update-image.conf`, read but never run.
///
/// `ShellConf(text)` is a document in memory, which belongs to no file. `ShellConf.open` opens a
/// file; those of the directory called like it with `.d` behind are read after it.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct ShellConf;

#[pymethods]
impl ShellConf {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("shell.conf".into())),
        text_signature = "(text=b'', name='shell.conf')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Shell, text, name)).add_subclass(Self)
    }

    /// What a shell has that sources the file. A variable whose value is not certain is an entry
    /// without a value, whose rule says why.
    fn resolve<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let resolved = slf.as_super().get().read(py, |held| held.resolve(&Request::default()))?;
        values::resolved(py, &resolved, false)
    }

    /// Every variable that this file assigns or may assign, as if it were read alone.
    fn variables<'py>(slf: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("ShellVariable");
        let py = slf.py();
        let found = slf
            .as_super()
            .get()
            .read_as(py, |conf: &shell::ShellConf, _| Ok(conf.variables().to_vec()))?;
        values::list(py, &found, |py, found| {
            let (certainty, reason) = match &found.certainty {
                Certainty::Known => ("known", None),
                Certainty::Conditional(why) => ("conditional", Some(why.as_str())),
                Certainty::Code(why) => ("code", Some(why.as_str())),
            };
            value!(
                py,
                CLASS,
                at & found.place,
                values::text(py, &found.name)?,
                values::maybe_text(py, found.value.as_ref())?,
                certainty,
                reason,
                found.exported,
            )
        })
    }

    /// Every command of the file that is no assignment: whatever reads the file runs it, as root.
    fn code<'py>(slf: &Bound<'py, Self>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("ShellCode");
        let py = slf.py();
        let found =
            slf.as_super().get().read_as(py, |conf: &shell::ShellConf, _| Ok(conf.opaque()))?;
        values::list(py, &found, |py, found| {
            value!(py, CLASS, at & found.place, values::text(py, &found.text)?)
        })
    }
}
