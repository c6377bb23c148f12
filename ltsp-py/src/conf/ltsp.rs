//! ltsp.conf of LTSP 19 and newer.

use ltsp_core::conf::{Kind, Request};
use ltsp_core::formats::ltsp::{Autologin, Converted, Verdict, autologin, passwords};
use pyo3::prelude::*;

use super::Conf;
use crate::args::{BytesArg, PathArg};
use crate::client::{IpArg, MacArg, client};
use crate::values::{self, Class, value};

/// ltsp.conf of LTSP 19 and newer, and ltsp-APPLET.conf: shell code, read but never run.
///
/// `LtspConf(text)` is a document in memory, which belongs to no file. `LtspConf.open` opens a
/// file; the `ltsp-APPLET.conf` beside it is read after it.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct LtspConf;

#[pymethods]
impl LtspConf {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("ltsp.conf".into())),
        text_signature = "(text=b'', name='ltsp.conf')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Ltsp, text, name)).add_subclass(Self)
    }

    /// What the client gets, or the server with `server`, when `applet` of `ltsp` (such as `init`)
    /// reads the file. A value that only a shell can tell is an entry without a value, whose rule
    /// says so. ParseError if the shell refuses the file, or if reading it would never end.
    #[pyo3(signature = (host = None, ip = None, mac = None, *, applet = None, server = false))]
    fn resolve<'py>(
        slf: &Bound<'py, Self>,
        host: Option<BytesArg>,
        ip: Option<IpArg>,
        mac: Option<MacArg>,
        applet: Option<String>,
        server: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let client = client(host, ip, mac, None);
        let request = Request { client, applet, server, ..Request::default() };
        let resolved = slf.as_super().get().read(py, |held| held.resolve(&request))?;
        values::resolved(py, &resolved, false)
    }

    /// The accounts whose password the client knows (`PASSWORDS_x`), in the order in which it takes
    /// them. Errors as of `resolve`.
    #[pyo3(signature = (host = None, ip = None, mac = None))]
    fn passwords<'py>(
        slf: &Bound<'py, Self>,
        host: Option<BytesArg>,
        ip: Option<IpArg>,
        mac: Option<MacArg>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("Password");
        let py = slf.py();
        let request = Request { client: client(host, ip, mac, None), ..Request::default() };
        let found =
            slf.as_super().get().read(py, |held| Ok(passwords(&held.resolve(&request)?)))?;
        values::list(py, &found, |py, found| {
            let password = found.password.as_ref().map(|password| password.expose());
            value!(
                py,
                CLASS,
                values::text(py, &found.variable)?,
                values::text(py, &found.users)?,
                password,
                found.cut,
                values::origin(py, &found.origin)?,
            )
        })
    }

    /// Who is logged in when the client called `host` starts (`AUTOLOGIN`). Errors as of `resolve`.
    #[pyo3(signature = (host, ip = None, mac = None))]
    fn autologin<'py>(
        slf: &Bound<'py, Self>,
        host: BytesArg,
        ip: Option<IpArg>,
        mac: Option<MacArg>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: Class = Class::conf("Autologin");
        let py = slf.py();
        let name = host.0.clone();
        let request = Request { client: client(Some(host), ip, mac, None), ..Request::default() };
        let found =
            slf.as_super().get().read(py, |held| Ok(autologin(&held.resolve(&request)?, &name)))?;
        let (kind, user, why) = match &found {
            Autologin::Nobody => ("nobody", None, None),
            Autologin::User(user) => ("user", Some(user), None),
            Autologin::Literal(user) => ("literal", Some(user), None),
            Autologin::Unknown(why) => ("unknown", None, Some(why.as_str())),
        };
        value!(py, CLASS, kind, values::maybe_text(py, user)?, why)
    }
}

/// A line of the report about a conversion.
pub(super) fn converted<'py>(py: Python<'py>, one: &Converted) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: Class = Class::conf("Converted");
    let verdict = match one.verdict {
        Verdict::Kept => "kept",
        Verdict::Renamed => "renamed",
        Verdict::Unread => "unread",
        Verdict::Changed => "changed",
        Verdict::Gone => "gone",
    };
    let to = match &one.to {
        Some((section, key)) => Some((values::text(py, section)?, values::text(py, key)?)),
        None => None,
    };
    value!(
        py,
        CLASS,
        at & one.place,
        values::text(py, &one.section)?,
        values::maybe_text(py, one.key.as_ref())?,
        verdict,
        to,
        one.note.as_str(),
    )
}
