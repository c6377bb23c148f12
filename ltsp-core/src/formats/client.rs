//! Who a client is: what the configuration of a lab is looked up by.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};
use crate::text::Bytes;

/// The hardware address of a network card.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(into = "String")]
pub struct MacAddr([u8; 6]);

impl MacAddr {
    /// From its six bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// Its six bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }

    /// Lower case with hyphens, as pxelinux names files: `52-54-00-12-34-56`.
    #[must_use]
    pub fn hyphens(self) -> String {
        self.to_string().replace(':', "-")
    }
}

/// Six pairs of hexadecimal digits, all separated by colons or all by hyphens, or not at all.
impl FromStr for MacAddr {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::new(ErrorKind::InvalidInput, format!("{text:?} is no hardware address"))
                .help_with("write it as 52:54:00:12:34:56")
        };
        let pairs: Vec<&str> = match text.len() {
            17 if text.is_ascii() && text.contains('-') => text.split('-').collect(),
            17 if text.is_ascii() => text.split(':').collect(),
            12 if text.is_ascii() => (0..6).map(|at| &text[at * 2..at * 2 + 2]).collect(),
            _ => return Err(wrong()),
        };
        let mut bytes = [0; 6];
        if pairs.len() != bytes.len() {
            return Err(wrong());
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            // from_str_radix takes a sign, too.
            if pair.len() != 2 || !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

/// Lower case with colons, as `ip link` prints it: `52:54:00:12:34:56`.
impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<MacAddr> for String {
    fn from(mac: MacAddr) -> Self {
        mac.to_string()
    }
}

/// What is known of a client; whatever is not known matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Client {
    /// Host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Bytes>,
    /// IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Ipv4Addr>,
    /// Hardware address of the card it boots from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddr>,
    /// The machine's UUID (SMBIOS), as pxelinux asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
}

impl Client {
    /// A client of whom only the host name is known.
    pub fn named(host: impl Into<Bytes>) -> Self {
        Self { host: Some(host.into()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hardware_address_is_read_in_its_usual_forms_and_written_in_one() {
        for form in ["52:54:00:AB:cd:0f", "52-54-00-ab-CD-0f", "525400abcd0f"] {
            let mac: MacAddr = form.parse().unwrap();
            assert_eq!(mac.to_string(), "52:54:00:ab:cd:0f");
            assert_eq!(mac.hyphens(), "52-54-00-ab-cd-0f");
        }
    }

    #[test]
    fn what_is_no_hardware_address_is_refused() {
        for wrong in [
            "",
            "52:54:00:ab:cd",
            "52:54:00:ab:cd:0g",
            "52:54-00:ab:cd:0f",
            "+2:54:00:ab:cd:0f",
            "52:54:00:ab:cd:0f:11",
            "5254:00:ab:cd:0f00",
            "\u{fc}2:54:00:ab:cd:0",
        ] {
            let error = wrong.parse::<MacAddr>().expect_err(wrong);
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}
