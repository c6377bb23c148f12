//! Who a client is, as Python callers say it.

use std::net::Ipv4Addr;

use ltsp_core::formats::{Client, MacAddr};
use pyo3::prelude::*;

use crate::args::BytesArg;
use crate::errors::{invalid, raise};

/// An IPv4 address: `str | ipaddress.IPv4Address`.
pub(crate) struct IpArg(Ipv4Addr);

impl FromPyObject<'_, '_> for IpArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let said = object.str()?;
        let said = said.to_string_lossy();
        said.parse().map(Self).map_err(|_| {
            invalid(object.py(), format!("{said:?} is no IPv4 address; write it as 192.168.67.20"))
        })
    }
}

/// A hardware address as text.
pub(crate) struct MacArg(pub(crate) MacAddr);

impl FromPyObject<'_, '_> for MacArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let said: String = object.extract()?;
        said.parse().map(Self).map_err(|error| raise(object.py(), &error))
    }
}

/// A UUID: `str | uuid.UUID`.
pub(crate) struct UuidArg(String);

impl FromPyObject<'_, '_> for UuidArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        Ok(Self(object.str()?.to_string_lossy().into_owned()))
    }
}

/// What is known of a client.
pub(crate) fn client(
    host: Option<BytesArg>,
    ip: Option<IpArg>,
    mac: Option<MacArg>,
    uuid: Option<UuidArg>,
) -> Client {
    Client {
        host: host.map(|host| host.0.into()),
        ip: ip.map(|ip| ip.0),
        mac: mac.map(|mac| mac.0),
        uuid: uuid.map(|uuid| uuid.0),
    }
}
