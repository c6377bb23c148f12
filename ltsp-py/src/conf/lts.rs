//! lts.conf of LTSP 5.

use ltsp_core::conf::{Kind, Request};
use ltsp_core::formats::lts;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::ltsp::converted;
use super::{Conf, Held, object};
use crate::args::{BytesArg, PathArg};
use crate::client::{IpArg, MacArg, client};
use crate::errors::invalid;
use crate::values::{self, Class, value};

/// lts.conf of LTSP 5, exactly as its reader getltscfg takes it.
///
/// `LtsConf(text)` is a document in memory: it belongs to no file, and files that it includes are
/// not read. `LtsConf.open` opens a file.
#[pyclass(extends = Conf, frozen, module = "ltsp")]
pub(crate) struct LtsConf;

#[pymethods]
impl LtsConf {
    #[new]
    #[pyo3(
        signature = (text = BytesArg::default(), name = PathArg("lts.conf".into())),
        text_signature = "(text=b'', name='lts.conf')"
    )]
    fn new(py: Python<'_>, text: BytesArg, name: PathArg) -> PyClassInitializer<Self> {
        PyClassInitializer::from(Conf::memory(py, Kind::Lts, text, name)).add_subclass(Self)
    }

    /// What the client gets, with the file and line of each value: what `getltscfg -a` prints.
    ///
    /// Its host name, IPv4 address and hardware address are tried in this order; what is not given
    /// matches nothing. ParseError where the original would never end, such as sections that name
    /// each other with LIKE in a circle. With `screen` (1 to 12) it is what the session on
    /// that screen gets: `SCREEN_07_LDM_USERNAME` takes the place of `LDM_USERNAME` on screen 7.
    #[pyo3(signature = (host = None, ip = None, mac = None, *, screen = None))]
    fn resolve<'py>(
        slf: &Bound<'py, Self>,
        host: Option<BytesArg>,
        ip: Option<IpArg>,
        mac: Option<MacArg>,
        screen: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let screen = match screen.map(u8::try_from) {
            None => None,
            Some(Ok(number @ 1..=12)) => Some(number),
            Some(_) => return Err(invalid(py, "screens have the numbers 1 to 12")),
        };
        let request = Request { client: client(host, ip, mac, None), ..Request::default() };
        let resolved = slf.as_super().get().read(py, |held| {
            let all = held.resolve(&request)?;
            Ok(match screen {
                Some(number) => lts::on_screen(&all, number),
                None => all,
            })
        })?;
        values::resolved(py, &resolved, true)
    }

    /// Byte for byte what `getltscfg -a` prints for the client, or `getltscfg KEY`. Errors as of
    /// `resolve`.
    #[pyo3(signature = (key = None, host = None, ip = None, mac = None))]
    fn getltscfg<'py>(
        slf: &Bound<'py, Self>,
        key: Option<BytesArg>,
        host: Option<BytesArg>,
        ip: Option<IpArg>,
        mac: Option<MacArg>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let py = slf.py();
        let client = client(host, ip, mac, None);
        let said = slf.as_super().get().read_as(py, |conf: &lts::LtsConf, includes| {
            conf.getltscfg(&client, includes, key.as_ref().map(|key| &*key.0))
        })?;
        Ok(PyBytes::new(py, &said.stdout))
    }

    /// The mistake at which getltscfg stops reading, without a word; None if it reads all of it.
    fn stops_at<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        static CLASS: Class = Class::conf("Place");
        let py = slf.py();
        let stop =
            slf.as_super().get().read_as(py, |conf: &lts::LtsConf, _| Ok(conf.stops_at()))?;
        stop.map(|place| value!(py, CLASS, at & place,)).transpose()
    }

    /// Make an ltsp.conf of what getltscfg reads of this file: the document, in memory, and what
    /// became of each section and setting, in the order of lts.conf.
    #[pyo3(
        signature = (name = PathArg("ltsp.conf".into())),
        text_signature = "($self, name='ltsp.conf')"
    )]
    fn to_ltsp<'py>(
        slf: &Bound<'py, Self>,
        name: PathArg,
    ) -> PyResult<(Py<PyAny>, Bound<'py, PyTuple>)> {
        let py = slf.py();
        let made = slf
            .as_super()
            .get()
            .read_as(py, |conf: &lts::LtsConf, includes| conf.to_ltsp(name.0, includes))?;
        let report = values::tuple(py, &made.report, converted)?;
        Ok((object(py, Held::made(made.conf))?, report))
    }
}
