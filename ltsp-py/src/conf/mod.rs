//! Configuration documents: what every format can do.

mod excludes;
mod held;
mod limits;
mod lts;
mod ltsp;
mod pxe;
mod shell;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use ltsp_core::Result;
use ltsp_core::conf::Kind;
use ltsp_core::text::{Edit, Includes, Source, Span};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyType};

use crate::args::{BytesArg, Many, PathArg, choice};
use crate::errors::raise;
use crate::values::{self, Class, value};
pub(crate) use excludes::Excludes;
pub(crate) use held::{Format, Held};
use held::{Where, other_format};
pub(crate) use limits::{LimitsConf, effective_limits};
pub(crate) use lts::LtsConf;
pub(crate) use ltsp::LtspConf;
pub(crate) use pxe::{PxeConf, pxe_search_order};
pub(crate) use shell::ShellConf;

/// A configuration file, understood and changeable without touching any other byte of it.
///
/// It is one of `LtsConf`, `LtspConf`, `PxeConf`, `LimitsConf`, `Excludes` and `ShellConf`. Text is
/// taken and given as by `os.fsencode` and `os.fsdecode`, so bytes that are no UTF-8 survive. A
/// `section` is None for what stands before or outside all sections.
#[pyclass(subclass, frozen, module = "ltsp")]
pub(crate) struct Conf(RwLock<Held>);

impl From<Held> for Conf {
    fn from(held: Held) -> Self {
        Self(RwLock::new(held))
    }
}

impl Conf {
    /// A document of bytes, for a constructor.
    fn memory(py: Python<'_>, kind: Kind, text: BytesArg, name: PathArg) -> Self {
        py.detach(|| Held::parse(kind, Source::new(name.0, text.0))).into()
    }

    // The lock is taken and left without the interpreter: who waits for one never has the other.

    /// Looks at the document without the interpreter.
    fn read<T: Send>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&Held) -> Result<T> + Send,
    ) -> PyResult<T> {
        py.detach(|| look(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
            .map_err(|error| raise(py, &error))
    }

    /// Changes the document without the interpreter.
    fn write<T: Send>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut Held) -> Result<T> + Send,
    ) -> PyResult<T> {
        py.detach(|| change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)))
            .map_err(|error| raise(py, &error))
    }

    /// As [`read`](Self::read), with the document of its own format.
    fn read_as<F: Format, T: Send>(
        &self,
        py: Python<'_>,
        look: impl FnOnce(&F, &dyn Includes) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.read(py, |held| {
            look(F::of(held.document()).ok_or_else(other_format)?, &*held.includes())
        })
    }

    /// As [`write`](Self::write), with the document of its own format.
    fn write_as<F: Format, T: Send>(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut F, &dyn Includes) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.write(py, |held| {
            let includes = held.includes();
            change(F::of_mut(held.document_mut()).ok_or_else(other_format)?, &*includes)
        })
    }
}

/// An object of the class that fits the document's format.
fn object(py: Python<'_>, held: Held) -> PyResult<Py<PyAny>> {
    let kind = held.document().kind();
    let conf = PyClassInitializer::from(Conf::from(held));
    Ok(match kind {
        Kind::Lts => Py::new(py, conf.add_subclass(LtsConf))?.into_any(),
        Kind::Ltsp => Py::new(py, conf.add_subclass(LtspConf))?.into_any(),
        Kind::Pxe => Py::new(py, conf.add_subclass(PxeConf))?.into_any(),
        Kind::Limits => Py::new(py, conf.add_subclass(LimitsConf))?.into_any(),
        Kind::Excludes => Py::new(py, conf.add_subclass(Excludes))?.into_any(),
        Kind::Shell => Py::new(py, conf.add_subclass(ShellConf))?.into_any(),
    })
}

/// The format of a class; none for `Conf` itself.
fn kind_of(class: &Bound<'_, PyType>) -> Option<Kind> {
    let py = class.py();
    let classes = [
        (py.get_type::<LtsConf>(), Kind::Lts),
        (py.get_type::<LtspConf>(), Kind::Ltsp),
        (py.get_type::<PxeConf>(), Kind::Pxe),
        (py.get_type::<LimitsConf>(), Kind::Limits),
        (py.get_type::<Excludes>(), Kind::Excludes),
        (py.get_type::<ShellConf>(), Kind::Shell),
    ];
    classes.into_iter().find(|(known, _)| class.is(known)).map(|(_, kind)| kind)
}

fn open(
    py: Python<'_>,
    path: &PathArg,
    root: &PathArg,
    kind: Option<Kind>,
    create: bool,
) -> PyResult<Py<PyAny>> {
    let at = Where { root: &root.0, path: &path.0, kind, create };
    let held = py.detach(|| Held::open(&at)).map_err(|error| raise(py, &error))?;
    object(py, held)
}

/// Open the configuration file at `path` below `root`, as an object of the class for its format.
///
/// The file's name tells the format (`lts.conf`, `pxelinux.cfg/default`, `limits.d/*`, ...) unless
/// `format` does. A relative path counts from the working directory, below another root from there.
/// With `create` a missing file is an empty document, which `save` makes. ValueError if the name
/// does not tell the format.
#[pyfunction]
#[pyo3(
    signature = (path, root = PathArg("/".into()), format = None, *, create = false),
    text_signature = "(path, root='/', format=None, *, create=False)"
)]
pub(crate) fn open_conf(
    py: Python<'_>,
    path: PathArg,
    root: PathArg,
    format: Option<&str>,
    create: bool,
) -> PyResult<Py<PyAny>> {
    let kind = format.map(|format| choice(py, format)).transpose()?;
    open(py, &path, &root, kind, create)
}

/// A change of bytes: anything with `start`, `end` and `text`.
#[derive(FromPyObject)]
struct EditArg {
    start: usize,
    end: usize,
    text: BytesArg,
}

#[pymethods]
impl Conf {
    /// Open the file at `path` below `root` as a document of this class; `Conf.open` goes by the
    /// file's name. With `create` a missing file is an empty document, which `save` makes with
    /// mode 0644. Files that it includes are read below the root.
    #[classmethod]
    #[pyo3(
        signature = (path, root = PathArg("/".into()), *, create = false),
        text_signature = "($cls, path, root='/', *, create=False)"
    )]
    fn open(
        cls: &Bound<'_, PyType>,
        path: PathArg,
        root: PathArg,
        create: bool,
    ) -> PyResult<Py<PyAny>> {
        open(cls.py(), &path, &root, kind_of(cls), create)
    }

    /// `"lts"`, `"ltsp"`, `"pxe"`, `"limits"`, `"excludes"` or `"shell"`.
    #[getter]
    fn format(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.read(py, |held| Ok(held.document().kind().name()))
    }

    /// The file's path below its root; None for a document made of bytes.
    #[getter]
    fn path(&self, py: Python<'_>) -> PyResult<Option<PathBuf>> {
        self.read(py, |held| Ok(held.file().map(|file| file.path().to_path_buf())))
    }

    /// What it is called in messages: the path from outside its root, or the name it was given.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<PathBuf> {
        self.read(py, |held| Ok(held.document().source().name().to_path_buf()))
    }

    /// Whether it differs from the file, or from the bytes it was made of.
    #[getter]
    fn is_changed(&self, py: Python<'_>) -> PyResult<bool> {
        self.read(py, |held| Ok(held.is_changed()))
    }

    /// All of it, byte for byte as it was but for the changes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        // A source is cheap to clone, and bytes are copied only once.
        let source = self.read(py, |held| Ok(held.document().source().clone()))?;
        Ok(PyBytes::new(py, source.bytes()))
    }

    fn __bytes__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.to_bytes(py)
    }

    /// Every mistake and every silent trap in it, in the order of the file.
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let found = self.read(py, |held| Ok(held.check()))?;
        values::list(py, found, values::diagnostic)
    }

    /// Make every change that `check` suggests and calls safe; what was mended.
    fn fix<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let mended = self.write(py, |held| Ok(held.document_mut().fix()))?;
        values::list(py, mended, values::diagnostic)
    }

    /// The value of `key`, as the program that reads the file takes it from that section alone;
    /// None if it has none. NotFoundError if there is no such section. See `resolve` for what a
    /// client gets.
    #[pyo3(signature = (key, section = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: BytesArg,
        section: Option<BytesArg>,
    ) -> PyResult<Option<Bound<'py, PyString>>> {
        let found = self.read(py, |held| held.document().get(name(&section), &key.0))?;
        values::maybe_text(py, found.map(|(value, _)| value))
    }

    /// Give `key` that value: in its line if it has one, else in a new line at the end of the
    /// section. A missing section is added at the end of the file. ValueError, and nothing is
    /// changed, if the format cannot express it or if an error above would keep it from being read.
    #[pyo3(signature = (key, value, section = None))]
    fn set(
        &self,
        py: Python<'_>,
        key: BytesArg,
        value: BytesArg,
        section: Option<BytesArg>,
    ) -> PyResult<()> {
        self.write(py, |held| held.document_mut().set(name(&section), &key.0, &value.0))
    }

    /// Remove every line that gives `key` a value in that section; whether there was one.
    /// NotFoundError if there is no such section.
    #[pyo3(signature = (key, section = None))]
    fn unset(&self, py: Python<'_>, key: BytesArg, section: Option<BytesArg>) -> PyResult<bool> {
        self.write(py, |held| held.document_mut().unset(name(&section), &key.0))
    }

    /// Turn the lines that give `key` a value in that section into comments; whether there was one.
    /// NotFoundError if there is no such section.
    #[pyo3(signature = (key, section = None))]
    fn comment_out(
        &self,
        py: Python<'_>,
        key: BytesArg,
        section: Option<BytesArg>,
    ) -> PyResult<bool> {
        self.write(py, |held| held.document_mut().comment_out(name(&section), &key.0))
    }

    /// Make the last commented-out line of `key` in that section count, with the value it has;
    /// whether there was one. Errors as of `set`.
    #[pyo3(signature = (key, section = None))]
    fn uncomment(
        &self,
        py: Python<'_>,
        key: BytesArg,
        section: Option<BytesArg>,
    ) -> PyResult<bool> {
        self.write(py, |held| held.document_mut().uncomment(name(&section), &key.0))
    }

    /// Add an empty section at the end, if it is missing; whether it was. ValueError if the format
    /// has no sections or cannot express the name, RefusedError if an empty one would be an error.
    fn add_section(&self, py: Python<'_>, section: BytesArg) -> PyResult<bool> {
        self.write(py, |held| held.document_mut().add_section(&section.0))
    }

    /// The sections, in the order of the file.
    fn sections<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("Section");
        let sections = self.read(py, |held| Ok(held.document().sections()))?;
        values::list(py, sections, |py, (name, place)| {
            value!(py, CLASS, at & place, values::text(py, &name)?)
        })
    }

    /// Every line that gives a name a value, in the order of the file.
    fn settings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let settings = self.read(py, |held| Ok(held.document().settings()))?;
        values::list(py, settings, values::setting)
    }

    /// Make these changes (`Edit`) of the bytes that it has now, all at once. ValueError, and
    /// nothing is changed, if they overlap or reach beyond its end.
    fn edit(&self, py: Python<'_>, edits: Many<EditArg>) -> PyResult<()> {
        self.write(py, |held| {
            let edits: Vec<Edit> = edits
                .0
                .into_iter()
                .map(|edit| Edit {
                    span: Span { start: edit.start, end: edit.end },
                    text: edit.text.0.into(),
                })
                .collect();
            held.document_mut().edit(&edits)
        })
    }

    /// The changes since it was opened or saved, as `diff -u` prints them; empty if there are none.
    fn diff<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let diff = self.read(py, |held| Ok(held.diff()))?;
        values::text(py, &diff)
    }

    /// What must be done, in this order, for the changes since it was opened or saved to take
    /// effect, by the rules of LTSP 5.18 and 23.02. Ask before `save`.
    fn follow_ups<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let found = self.read(py, |held| Ok(held.follow_ups()))?;
        values::list(py, found, values::follow_up)
    }

    /// Write it back to its file in one step; owner, group, mode and extended attributes stay.
    /// Whether there was anything to write.
    ///
    /// ChangedError, and nothing is written, if somebody else has changed the file since it was
    /// read; RefusedError if somebody untrusted could exchange it meanwhile; ValueError if it was
    /// made of bytes and belongs to no file.
    fn save(&self, py: Python<'_>) -> PyResult<bool> {
        self.write(py, Held::save)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let py = slf.py();
        let class = slf.get_type().name()?;
        let (name, changed) = slf.get().read(py, |held| {
            Ok((held.document().source().name().to_path_buf(), held.is_changed()))
        })?;
        let name = name.as_os_str().into_pyobject(py)?.repr()?;
        Ok(format!("<ltsp.{class} {name}{}>", if changed { " changed" } else { "" }))
    }
}

fn name(section: &Option<BytesArg>) -> Option<&[u8]> {
    section.as_ref().map(|section| &*section.0)
}
