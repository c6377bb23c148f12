//! Who asks for the configuration.

use std::ffi::{OsStr, c_char};
use std::net::Ipv4Addr;
use std::os::unix::ffi::OsStrExt as _;

use ltsp_core::conf::{Request, who};
use ltsp_core::formats::MacAddr;
use ltsp_core::formats::limits::Who;
use ltsp_core::{Error, ErrorKind, Result, SysRoot};

use crate::boundary;
use crate::error::{ltsp_error, ltsp_status};

/// Whose configuration is asked for: a client by its names and addresses, and where a format needs
/// it, who runs there. What is not set is not known and matches nothing.
///
/// **A setting that fails is remembered**, as with ltsp_home_reset: what the client is used for
/// answers its error. So the settings' results need not be looked at one by one.
#[derive(Debug)]
pub struct ltsp_client {
    asks: Result<Asks>,
}

/// Who asks, before the account is looked up in the root of the file.
#[derive(Clone, Debug, Default)]
struct Asks {
    request: Request,
    user: Option<Vec<u8>>,
}

impl ltsp_client {
    fn change(&mut self, change: impl FnOnce(&mut Asks) -> Result<()>) -> Result<()> {
        let outcome = match &mut self.asks {
            Ok(asks) => change(asks),
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = &outcome {
            self.asks = Err(error.clone());
        }
        outcome
    }
}

/// What `client` asks of a file, except for whom.
pub(crate) fn request(client: Option<&ltsp_client>) -> Result<Request> {
    let asks = client.map_or_else(|| Ok(Asks::default()), |client| client.asks.clone())?;
    Ok(asks.request)
}

/// Whose session `client` asks for, if it says so: an account of `root`.
pub(crate) fn user(client: Option<&ltsp_client>, root: &SysRoot) -> Result<Option<Who>> {
    let Some(client) = client else { return Ok(None) };
    let asks = client.asks.as_ref().map_err(Clone::clone)?;
    asks.user.as_ref().map(|name| who(root, name)).transpose()
}

/// `text` as what only text can be.
pub(crate) fn utf8<'a>(text: &'a [u8], what: &str) -> Result<&'a str> {
    std::str::from_utf8(text).map_err(|_| {
        let shown = OsStr::from_bytes(text);
        Error::new(ErrorKind::InvalidInput, format!("{shown:?} is no {what}: it is no UTF-8"))
    })
}

/// The hardware address that `text` is.
pub(crate) fn mac_addr(text: &[u8]) -> Result<MacAddr> {
    utf8(text, "hardware address")?.parse()
}

/// Makes a client of which nothing is known yet.
///
/// @return The client, which the caller frees with ltsp_client_free().
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_client_new() -> *mut ltsp_client {
    Box::into_raw(Box::new(ltsp_client { asks: Ok(Asks::default()) }))
}

/// Frees a client. What was resolved for it stays.
///
/// @param client The client, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_free(client: *mut ltsp_client) {
    // SAFETY: the caller gives NULL or a client that is its own.
    unsafe { boundary::free(client) };
}

/// Sets the client's host name.
///
/// @param client The client.
/// @param host The name, as `hostname` prints it on the client.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_host(
    client: *mut ltsp_client,
    host: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            asks.request.client.host = Some(boundary!(@take text host)?.into());
            Ok(())
        })
    })
}

/// Sets the client's IPv4 address.
///
/// @param client The client.
/// @param ip The address, such as `192.168.67.20`.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is no IPv4 address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_ip(
    client: *mut ltsp_client,
    ip: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            let ip = utf8(boundary!(@take text ip)?, "IPv4 address")?;
            asks.request.client.ip = Some(ip.parse::<Ipv4Addr>().map_err(|_| {
                Error::new(ErrorKind::InvalidInput, format!("{ip:?} is no IPv4 address"))
                    .help_with("write it as 192.168.67.20")
            })?);
            Ok(())
        })
    })
}

/// Sets the hardware address of the network card that the client boots from.
///
/// @param client The client.
/// @param mac The address: six pairs of hexadecimal digits, separated by colons or hyphens or not
/// at all.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is no hardware address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_mac(
    client: *mut ltsp_client,
    mac: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            asks.request.client.mac = Some(mac_addr(boundary!(@take text mac)?)?);
            Ok(())
        })
    })
}

/// Sets the client's UUID (SMBIOS), which pxelinux asks for.
///
/// @param client The client.
/// @param uuid The UUID, in groups separated by hyphens. What is none matches nothing.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is no text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_uuid(
    client: *mut ltsp_client,
    uuid: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            let uuid = utf8(boundary!(@take text uuid)?, "UUID")?;
            asks.request.client.uuid = Some(uuid.to_owned());
            Ok(())
        })
    })
}

/// Sets which applet of `ltsp` reads ltsp.conf; other formats do not ask for it.
///
/// @param client The client.
/// @param applet The applet, such as `init` or `image`.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is no applet's name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_applet(
    client: *mut ltsp_client,
    applet: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            let applet = utf8(boundary!(@take text applet)?, "applet")?;
            // It becomes a part of a file's name.
            if applet.is_empty() || applet.contains('/') {
                return Err(Error::new(ErrorKind::InvalidInput, format!("{applet:?} is no applet"))
                    .help_with("give its name, such as init or image"));
            }
            asks.request.applet = Some(applet.to_owned());
            Ok(())
        })
    })
}

/// Sets whether it is the server itself that reads ltsp.conf; other formats do not ask for it.
///
/// @param client The client.
/// @param server Whether it is the server; false without this.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_server(
    client: *mut ltsp_client,
    server: bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            asks.request.server = server;
            Ok(())
        })
    })
}

/// Sets whose session it is that limits.conf limits; other formats do not ask for it.
///
/// @param client The client.
/// @param name The account's login name. It is looked up when it is needed, in the root of the
/// file; on this machine for a document from memory.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_client_set_user(
    client: *mut ltsp_client,
    name: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; client: change => {
        client.change(|asks| {
            asks.user = Some(boundary!(@take text name)?.to_vec());
            Ok(())
        })
    })
}
