//! What is inside an image: the system, its kernels and its packages.

use std::cmp::Ordering;

use serde::Serialize;

use super::architecture::{self, Architecture};
use super::files::is_absent;
use super::inside::Inside;
use crate::error::{Error, Result};
use crate::text::Bytes;

/// What os-release(5) says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Os {
    /// `ID`, such as `ubuntu`.
    pub id: Bytes,
    /// `VERSION_ID`, such as `18.04`; empty in rolling releases.
    pub version: Bytes,
    /// `VERSION_CODENAME`, such as `bionic`.
    pub codename: Bytes,
    /// `PRETTY_NAME`, such as `Ubuntu 18.04.6 LTS`.
    pub name: Bytes,
}

/// A kernel in `/boot`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kernel {
    /// The file in `/boot`, `vmlinuz-...`.
    pub file: Bytes,
    /// The version behind `vmlinuz-`.
    pub version: Bytes,
    /// The initial RAM disk of the same version in `/boot`; without one it does not boot.
    pub initrd: Option<Bytes>,
}

/// A package that dpkg has installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Package {
    /// Its name.
    pub name: Bytes,
    /// Its version.
    pub version: Bytes,
    /// Its architecture, `all` for those that suit every one.
    pub architecture: Bytes,
}

/// Everything that was found inside.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) architecture: Option<Architecture>,
    pub(super) os: Option<Os>,
    pub(super) kernels: Vec<Kernel>,
    /// `None` if there is no dpkg.
    pub(super) packages: Option<Vec<Package>>,
    pub(super) problems: Vec<Error>,
}

/// The largest text files that are looked at.
const OS_RELEASE: u32 = 64 * 1024;
/// Some ten times what a full desktop has.
const DPKG_STATUS: u32 = 64 << 20;

impl Contents {
    pub(super) fn of(inside: &dyn Inside) -> Self {
        let mut problems = Vec::new();
        let mut note = |error| problems.push(error);
        let architecture = architecture::of(inside).unwrap_or_else(|error| {
            note(error);
            None
        });
        let os = os(inside).unwrap_or_else(|error| {
            note(error);
            None
        });
        let kernels = kernels(inside).unwrap_or_else(|error| {
            note(error);
            Vec::new()
        });
        let packages = packages(inside).unwrap_or_else(|error| {
            note(error);
            None
        });
        Self { architecture, os, kernels, packages, problems }
    }
}

fn os(inside: &dyn Inside) -> Result<Option<Os>> {
    // Systems from before 2012 have only the last.
    for path in ["etc/os-release", "usr/lib/os-release", "etc/lsb-release"] {
        match inside.read(path, OS_RELEASE) {
            Ok(text) => return Ok(Some(os_release(&text))),
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn os_release(text: &[u8]) -> Os {
    let mut os = Os::default();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else { continue };
        let value = || Bytes::from(unquote(line[equals + 1..].trim_ascii()));
        match line[..equals].trim_ascii() {
            b"ID" | b"DISTRIB_ID" => os.id = value(),
            b"VERSION_ID" | b"DISTRIB_RELEASE" => os.version = value(),
            b"VERSION_CODENAME" | b"DISTRIB_CODENAME" => os.codename = value(),
            b"PRETTY_NAME" | b"DISTRIB_DESCRIPTION" => os.name = value(),
            _ => {}
        }
    }
    os
}

/// A value as the shell would read it, as far as os-release(5) allows one.
fn unquote(value: &[u8]) -> Vec<u8> {
    let (inner, escapes) = match value {
        [b'"', inner @ .., b'"'] => (inner, true),
        [b'\'', inner @ .., b'\''] => (inner, false),
        plain => (plain, true),
    };
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if escapes => plain.extend(bytes.next()),
            other => plain.push(other),
        }
    }
    plain
}

fn kernels(inside: &dyn Inside) -> Result<Vec<Kernel>> {
    let names = inside.names("boot")?;
    let mut kernels: Vec<Kernel> = Vec::new();
    for name in &names {
        let Some(version) = name.strip_prefix(b"vmlinuz-") else { continue };
        // Debian and Ubuntu; Fedora; Arch and others.
        let initrds = [("initrd.img-", ""), ("initramfs-", ".img"), ("initrd-", "")];
        let mut initrds = initrds
            .iter()
            .map(|(before, behind)| [before.as_bytes(), version, behind.as_bytes()].concat());
        let initrd = initrds.find(|initrd| names.binary_search(initrd).is_ok());
        kernels.push(Kernel {
            file: Bytes::from(name.as_slice()),
            version: Bytes::from(version),
            initrd: initrd.map(Bytes::from),
        });
    }
    kernels.sort_by(|a, b| by_version(&b.version, &a.version));
    Ok(kernels)
}

/// Compares versions: runs of digits as numbers, everything else as bytes.
fn by_version(mut a: &[u8], mut b: &[u8]) -> Ordering {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    loop {
        let (of_a, of_b) = (digits(a), digits(b));
        if of_a > 0 && of_b > 0 {
            let strip = |text: &[u8]| {
                let zeros = text.iter().take_while(|byte| **byte == b'0').count();
                text[zeros..].to_vec()
            };
            let (x, y) = (strip(&a[..of_a]), strip(&b[..of_b]));
            match x.len().cmp(&y.len()).then(x.cmp(&y)) {
                Ordering::Equal => (a, b) = (&a[of_a..], &b[of_b..]),
                unequal => return unequal,
            }
            continue;
        }
        match (a.split_first(), b.split_first()) {
            (Some((x, rest_a)), Some((y, rest_b))) if x == y => (a, b) = (rest_a, rest_b),
            (x, y) => return x.map(|(byte, _)| byte).cmp(&y.map(|(byte, _)| byte)),
        }
    }
}

fn packages(inside: &dyn Inside) -> Result<Option<Vec<Package>>> {
    match inside.read("var/lib/dpkg/status", DPKG_STATUS) {
        Ok(text) => Ok(Some(dpkg_status(&text))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The packages that are installed according to dpkg's status file, sorted.
fn dpkg_status(text: &[u8]) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut one = Stanza::default();
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            packages.extend(std::mem::take(&mut one).package());
        } else if !line[0].is_ascii_whitespace() {
            one.set(line);
        }
    }
    packages.extend(one.package());
    packages.sort();
    packages
}

#[derive(Default)]
struct Stanza<'a> {
    name: &'a [u8],
    version: &'a [u8],
    architecture: &'a [u8],
    installed: bool,
}

impl<'a> Stanza<'a> {
    fn set(&mut self, line: &'a [u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return };
        let value = line[colon + 1..].trim_ascii();
        match &line[..colon] {
            b"Package" => self.name = value,
            b"Version" => self.version = value,
            b"Architecture" => self.architecture = value,
            b"Status" => {
                let state = value.split(|byte| *byte == b' ').next_back().unwrap_or_default();
                // Those whose files are all in place and configured.
                self.installed =
                    matches!(state, b"installed" | b"triggers-pending" | b"triggers-awaited");
            }
            _ => {}
        }
    }

    fn package(self) -> Option<Package> {
        (self.installed && !self.name.is_empty()).then(|| Package {
            name: Bytes::from(self.name),
            version: Bytes::from(self.version),
            architecture: Bytes::from(self.architecture),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_is_read_as_the_shell_would() {
        let os = os_release(
            b"NAME=\"X\"\nID=ubuntu\r\nVERSION_ID='18.04'\nPRETTY_NAME=\"A \\\"b\\\" c\"\n# ID=no\n",
        );
        assert_eq!((os.id.text(), os.version.text()), ("ubuntu".into(), "18.04".into()));
        assert_eq!(os.name.text(), "A \"b\" c");
        let old = os_release(b"DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n");
        assert_eq!((old.id.text(), old.codename.text()), ("Ubuntu".into(), "lucid".into()));
    }

    #[test]
    fn versions_compare_by_their_numbers() {
        let mut versions =
            ["4.15.0-29-generic", "5.4.0", "4.15.0-9-generic", "4.15.0-029", "4.9.0", "4.15.0"];
        versions.sort_by(|a, b| by_version(b.as_bytes(), a.as_bytes()));
        assert_eq!(
            versions,
            ["5.4.0", "4.15.0-29-generic", "4.15.0-029", "4.15.0-9-generic", "4.15.0", "4.9.0"]
        );
    }

    #[test]
    fn only_installed_packages_count() {
        let text =
            b"Package: b\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2-3\n\
            Description: x\n Package: no\n\nPackage: gone\nStatus: deinstall ok config-files\n\n\
            Package: a\nVersion: 1\nStatus: hold ok triggers-awaited\nArchitecture: all";
        let found = dpkg_status(text);
        let names: Vec<_> = found.iter().map(|one| one.name.text()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(found[1].version.text(), "1:2-3");
        assert_eq!(found[0].architecture.text(), "all");
    }
}
