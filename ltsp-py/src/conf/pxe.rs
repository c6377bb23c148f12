//! pxelinux and syslinux configuration.

use ltsp_core::conf::Kind;
use ltsp_core::formats::pxe::{self, Action, Entry, Menu, Sourced, Target, search_order};
use ltsp_core::text::Bytes;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::Conf;
use crate::args::{BytesArg, PathArg};
use crate::client::{IpArg, MacArg, UuidArg, client};
use crate::command_line::KernelCommandLine;
use crate::values::{self, Class, value};

/// Configuration of pxelinux and syslinux, such as `pxelinux.cfg/default`, as pxelinux 6 takes it.
/// Its sections, as of `set`, are labels.
///
/// `PxeConf(text)` is a document in memory: it belongs to no file, and files that it includes are
/// not read. `PxeConf.open` opens a file.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct PxeConf;

#[pymethods]
impl PxeConf {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("pxelinux.cfg/default".into())),
        text_signature = "(text=b'', name='pxelinux.cfg/default')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Pxe, text, name)).add_subclass(Self)
    }

    /// What a client finds, with everything that is included. ParseError if files include each
    /// other in a circle, where pxelinux would hang.
    fn menu<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let menu = slf
            .as_super()
            .get()
            .read_as(py, |conf: &pxe::PxeConf, includes| conf.resolve(includes))?;
        boot_menu(py, &menu)
    }

    /// Whether update-kernels of LTSP 5 wrote the file. It writes it anew each time: changes belong
    /// into `/etc/ltsp/update-kernels.conf` of the client's system.
    fn is_generated(slf: &Bound<'_, Self>) -> PyResult<bool> {
        slf.as_super()
            .get()
            .read_as(slf.py(), |conf: &pxe::PxeConf, _| Ok(conf.generated_by_ltsp()))
    }

    /// Make the label the one that is booted without being asked, or that the menu begins at.
    /// NotFoundError if there is no such label, ValueError if it is disabled or hidden,
    /// RefusedError if an included file says otherwise behind that line.
    fn set_default(slf: &Bound<'_, Self>, label: BytesArg) -> PyResult<()> {
        slf.as_super().get().write_as(slf.py(), |conf: &mut pxe::PxeConf, includes| {
            conf.set_default_with(&label.0, includes)
        })
    }

    /// Make the label the one that is booted when the time is over. Errors as of `set_default`.
    fn set_ontimeout(slf: &Bound<'_, Self>, label: BytesArg) -> PyResult<()> {
        slf.as_super().get().write_as(slf.py(), |conf: &mut pxe::PxeConf, includes| {
            conf.set_ontimeout_with(&label.0, includes)
        })
    }

    /// Name and content of a file, for the directory of this one, by which one machine boots
    /// another label of this configuration and else follows it. Errors as of `set_default`.
    fn for_mac<'py>(
        slf: &Bound<'py, Self>,
        mac: MacArg,
        label: BytesArg,
    ) -> PyResult<(String, Bound<'py, PyBytes>)> {
        let py = slf.py();
        let file = slf.as_super().get().read_as(py, |conf: &pxe::PxeConf, includes| {
            conf.for_mac_with(mac.0, &label.0, includes)
        })?;
        Ok((file.name, PyBytes::new(py, &file.content)))
    }

    /// A copy of the kernel parameters of a label of this file: its APPEND, or else the one for all
    /// labels. NotFoundError if there is no such label.
    fn command_line(slf: &Bound<'_, Self>, label: BytesArg) -> PyResult<KernelCommandLine> {
        let line = slf
            .as_super()
            .get()
            .read_as(slf.py(), |conf: &pxe::PxeConf, _| conf.command_line(&label.0))?;
        Ok(line.into())
    }

    /// Give a label these kernel parameters, in an APPEND of its own. Errors as of `command_line`.
    fn set_command_line(
        slf: &Bound<'_, Self>,
        label: BytesArg,
        line: &Bound<'_, KernelCommandLine>,
    ) -> PyResult<()> {
        let line = line.get().line();
        slf.as_super()
            .get()
            .write_as(slf.py(), |conf: &mut pxe::PxeConf, _| conf.set_command_line(&label.0, &line))
    }

    /// Give one kernel parameter of a label a value, or without one make it a flag; the others stay
    /// as they are. Errors as of `KernelCommandLine.set` and `command_line`.
    #[pyo3(signature = (label, name, value = None))]
    fn set_parameter(
        slf: &Bound<'_, Self>,
        label: BytesArg,
        name: BytesArg,
        value: Option<BytesArg>,
    ) -> PyResult<()> {
        slf.as_super().get().write_as(slf.py(), |conf: &mut pxe::PxeConf, _| {
            conf.set_parameter(&label.0, &name.0, value.as_ref().map(|value| &*value.0))
        })
    }

    /// Remove a kernel parameter of a label; how often it was there. Errors as of `command_line`.
    fn remove_parameter(slf: &Bound<'_, Self>, label: BytesArg, name: BytesArg) -> PyResult<usize> {
        slf.as_super().get().write_as(slf.py(), |conf: &mut pxe::PxeConf, _| {
            conf.remove_parameter(&label.0, &name.0)
        })
    }
}

/// The names below `pxelinux.cfg/` that pxelinux asks for, in order: it takes the first that there
/// is. What is not given is left out.
#[pyfunction]
#[pyo3(signature = (*, mac = None, ip = None, uuid = None))]
pub(crate) fn pxe_search_order(
    mac: Option<MacArg>,
    ip: Option<IpArg>,
    uuid: Option<UuidArg>,
) -> Vec<String> {
    search_order(&client(None, ip, mac, uuid))
}

fn boot_menu<'py>(py: Python<'py>, menu: &Menu) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("BootMenu");
    let said = |line: &Option<Sourced<Bytes>>| {
        values::maybe_text(py, line.as_ref().map(|line| &line.value))
    };
    let seconds = |time: &Option<Sourced<std::time::Duration>>| {
        time.as_ref().map(|time| time.value.as_secs_f64())
    };
    let unattended = menu.unattended();
    let booted = match &unattended.target {
        Some(Target::Label { entry, .. }) => menu.entries[*entry].label.as_ref(),
        Some(Target::File(file)) => Some(file),
        Some(Target::Refused(_)) | None => None,
    };
    let entries = values::tuple(py, &menu.entries, |py, entry| boot_entry(py, menu, entry))?;
    let missing =
        values::tuple(py, &menu.missing, |py, file| file.value.as_path().into_pyobject(py))?;
    value!(
        py,
        CLASS,
        values::maybe_text(py, menu.menus.first().and_then(|menu| menu.title.as_ref()))?,
        entries,
        said(&menu.default)?,
        said(&menu.on_timeout)?,
        seconds(&menu.timeout),
        seconds(&menu.total_timeout),
        said(&menu.ui)?,
        menu.prompt,
        values::maybe_text(py, booted)?,
        unattended.after.as_secs_f64(),
        missing,
    )
}

fn boot_entry<'py>(py: Python<'py>, menu: &Menu, entry: &Entry) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("BootEntry");
    let (action, image) = match &entry.action {
        Action::Boot(image) => ("boot", Some(image)),
        Action::Submenu(_) => ("submenu", None),
        Action::Goto(_) => ("goto", None),
        Action::Quit => ("quit", None),
        Action::Help(_) => ("help", None),
        Action::Separator => ("separator", None),
    };
    let initrds = image.map(|image| image.initrds()).unwrap_or_default();
    let initrds = values::tuple(py, &initrds, |py, file| Ok(values::text(py, file)?.into_any()))?;
    let line: Option<Bound<'_, PyString>> =
        image.map(|image| values::text(py, image.command_line().as_bytes())).transpose()?;
    let submenu = menu.menus.get(entry.menu).and_then(|menu| menu.name.as_ref());
    value!(
        py,
        CLASS,
        values::maybe_text(py, entry.label.as_ref())?,
        values::text(py, &entry.title)?,
        action,
        image.map(|image| values::text(py, image.file())).transpose()?,
        initrds,
        line,
        values::maybe_text(py, submenu)?,
        entry.hidden,
        entry.disabled,
        entry.password,
        values::maybe_text(py, entry.help.as_ref().map(|help| &help.value))?,
        values::origin(py, &entry.origin)?,
    )
}
