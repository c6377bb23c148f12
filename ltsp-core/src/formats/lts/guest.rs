//! Who sits down at a client without a password of their own: host names, guests, automatic logins.

use std::fmt;
use std::net::Ipv4Addr;

use serde::Serialize;

use super::values::is_true_in_ldm;
use crate::formats::{Client, MacAddr};
use crate::text::{Bytes, Resolved};

/// How a guest gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuestLogin {
    /// At once, without a login screen (`LDM_AUTOLOGIN`).
    Automatic,
    /// By the button of the login screen (`LDM_GUESTLOGIN`).
    Button,
    /// By leaving the login screen alone for this many seconds (`LDM_LOGIN_TIMEOUT`).
    Timeout(u32),
}

/// With which account a client logs a guest in, and where.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Guest {
    /// How.
    pub login: GuestLogin,
    /// Account: `LDM_USERNAME`, else the client's host name.
    pub user: Bytes,
    /// Password: `LDM_PASSWORD`, else the account's name. Not printed, not serialised.
    #[serde(skip)]
    pub password: Bytes,
    /// Servers that may be asked; the one chosen at the login screen if it is among them, else the
    /// first.
    pub servers: Vec<Bytes>,
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guest")
            .field("login", &self.login)
            .field("user", &self.user)
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}

/// A value that is there and not empty.
fn filled<'a>(resolved: &'a Resolved, key: &[u8]) -> Option<&'a Bytes> {
    resolved.get(key).filter(|value| !value.is_empty())
}

/// The guest account of a client, as LDM's ssh plugin takes it from the settings; `None` if no
/// guest can log in.
///
/// `host_name` is what the client is called once it runs, see [`host_name`]. The values are those
/// of one screen if [`on_screen`](super::on_screen) made them so; [`host_to_username`] is applied
/// here.
#[must_use]
pub fn guest(resolved: &Resolved, host_name: &[u8]) -> Option<Guest> {
    let mapped = host_to_username(resolved);
    let is_on = |key: &[u8]| resolved.get(key).is_some_and(|value| is_true_in_ldm(value));
    let allowed = mapped != Mapped::Refused;
    let timeout = || {
        let value = filled(resolved, b"LDM_LOGIN_TIMEOUT")?.to_str()?;
        value.parse().ok().filter(|seconds: &u32| *seconds > 0)
    };
    let login = if allowed && is_on(b"LDM_AUTOLOGIN") {
        GuestLogin::Automatic
    } else if allowed && is_on(b"LDM_GUESTLOGIN") {
        GuestLogin::Button
    } else {
        GuestLogin::Timeout(timeout()?)
    };
    let user = match (filled(resolved, b"LDM_USERNAME"), mapped) {
        (Some(user), _) => user.clone(),
        (None, Mapped::User(user)) => user,
        (None, _) => Bytes::from(host_name),
    };
    let password = filled(resolved, b"LDM_PASSWORD").unwrap_or(&user).clone();
    let servers = [&b"LDM_GUEST_SERVER"[..], b"LDM_AUTOLOGIN_SERVER", b"LDM_SERVER"]
        .iter()
        .find_map(|key| filled(resolved, key))
        .map_or(&b"server"[..], |list| list);
    let servers = servers.split(|byte| *byte == b' ').filter(|name| !name.is_empty());
    Some(Guest { login, user, password, servers: servers.map(Bytes::from).collect() })
}

/// What HOST_TO_USERNAME makes of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mapped {
    /// It says nothing about this client.
    Unchanged,
    /// The client logs in as this account.
    User(Bytes),
    /// The client has no `HOSTNAME` of its own in the file: it may not log guests in.
    Refused,
}

/// HOST_TO_USERNAME, such as `pc/guest`: the account of a client by its `HOSTNAME`, where the file
/// gives it one (LTSP 5.18.07 and later). A generated host name does not count.
#[must_use]
pub fn host_to_username(resolved: &Resolved) -> Mapped {
    let Some(rule) = filled(resolved, b"HOST_TO_USERNAME") else { return Mapped::Unchanged };
    let Some(host) = filled(resolved, b"HOSTNAME") else { return Mapped::Refused };
    let mut halves = rule.splitn(2, |byte| *byte == b'/');
    let (from, to) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let numbered =
        host.strip_prefix(from).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit));
    match host.strip_prefix(from) {
        Some(rest) if numbered && filled(resolved, b"LDM_USERNAME").is_none() => {
            Mapped::User([to, rest].concat().into())
        }
        _ => Mapped::Unchanged,
    }
}

/// What a client is called once it runs: `HOSTNAME` up to its first blank, else the generated name.
///
/// `prefix` is the number of network bits (24 for 255.255.255.0). `None` if the address that the
/// generated name needs is not known.
#[must_use]
pub fn host_name(resolved: &Resolved, client: &Client, prefix: u8) -> Option<Bytes> {
    if let Some(name) = filled(resolved, b"HOSTNAME") {
        let first = name.split(|byte| *byte == b' ').next().unwrap_or_default();
        return Some(Bytes::from(first));
    }
    let base = filled(resolved, b"HOSTNAME_BASE").map_or(&b"ltsp"[..], |base| base);
    let extra = filled(resolved, b"HOSTNAME_EXTRA").map_or(&b"ip"[..], |extra| extra);
    generated_host_name(base, extra, client.ip, client.mac, prefix)
}

/// HOSTNAME_BASE with what HOSTNAME_EXTRA asks for: `ip` the number of the host in its network
/// (192.168.67.20/24 is 20, 10.0.5.7/16 is 1287), `mac` the hardware address with hyphens, anything
/// else itself. `None` if the address is not known or `prefix` is more than 32.
#[must_use]
pub fn generated_host_name(
    base: &[u8],
    extra: &[u8],
    ip: Option<Ipv4Addr>,
    mac: Option<MacAddr>,
    prefix: u8,
) -> Option<Bytes> {
    let extra = match extra {
        b"ip" => {
            let mask = u32::MAX.checked_shr(u32::from(prefix));
            let host_bits = if prefix == 32 { 0 } else { mask? };
            (u32::from(ip?) & host_bits).to_string().into_bytes()
        }
        b"mac" => mac?.hyphens().into_bytes(),
        other => other.to_vec(),
    };
    Some([base, &extra].concat().into())
}

#[cfg(test)]
#[path = "guest_tests.rs"]
mod tests;
