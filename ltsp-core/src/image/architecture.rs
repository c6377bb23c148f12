//! What processor a system is made for.

use std::fmt;

use serde::Serialize;

use super::files::is_absent;
use super::inside::Inside;
use crate::error::Result;

/// A processor architecture, under Debian's name for it except `x86_64` (Debian's `amd64`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Architecture {
    /// 64-bit PCs, `amd64`.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 32-bit PCs.
    I386,
    /// 64-bit ARM.
    Arm64,
    /// 32-bit ARM with floating point registers.
    Armhf,
    /// 32-bit ARM without.
    Armel,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit PowerPC, little-endian.
    Ppc64el,
    /// Another one: Debian's name, or the number of the machine in ELF headers.
    #[serde(untagged)]
    Other(String),
}

impl Architecture {
    /// The word for it in tables and JSON.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::X86_64 => "x86_64",
            Self::I386 => "i386",
            Self::Arm64 => "arm64",
            Self::Armhf => "armhf",
            Self::Armel => "armel",
            Self::Riscv64 => "riscv64",
            Self::Ppc64el => "ppc64el",
            Self::Other(name) => name,
        }
    }

    /// Debian's name, which LTSP 5 gives to images.
    #[must_use]
    pub fn debian(&self) -> &str {
        match self {
            Self::X86_64 => "amd64",
            other => other.name(),
        }
    }

    /// The name that LTSP 19 and newer give to the image of a server without a chroot: `uname -m`,
    /// but `x86_32` for every 32-bit PC.
    #[must_use]
    pub fn uname(&self) -> &str {
        match self {
            Self::I386 => "x86_32",
            Self::Arm64 => "aarch64",
            Self::Armhf | Self::Armel => "armv7l",
            Self::Ppc64el => "ppc64le",
            other => other.name(),
        }
    }

    fn of_debian(name: &str) -> Self {
        match name {
            "amd64" => Self::X86_64,
            "i386" => Self::I386,
            "arm64" => Self::Arm64,
            "armhf" => Self::Armhf,
            "armel" => Self::Armel,
            "riscv64" => Self::Riscv64,
            "ppc64el" => Self::Ppc64el,
            other => Self::Other(other.to_owned()),
        }
    }

    /// From the header of a program (elf(5)).
    pub(super) fn of_elf(header: &[u8]) -> Option<Self> {
        if header.get(..4)? != b"\x7fELF" {
            return None;
        }
        let wide = header.get(4)? == &2;
        let little = header.get(5)? == &1;
        let number = |at: usize| -> Option<u16> {
            let field = header.get(at..at + 2)?.try_into().ok()?;
            Some(if little { u16::from_le_bytes(field) } else { u16::from_be_bytes(field) })
        };
        Some(match (number(18)?, wide, little) {
            (62, true, true) => Self::X86_64,
            (62, false, true) => Self::Other("x32".to_owned()),
            (3, false, true) => Self::I386,
            (183, true, true) => Self::Arm64,
            // e_flags: EF_ARM_ABI_FLOAT_HARD.
            (40, false, true) if number(36)? & 0x400 != 0 => Self::Armhf,
            (40, false, true) => Self::Armel,
            (243, true, true) => Self::Riscv64,
            (21, true, true) => Self::Ppc64el,
            (machine, ..) => Self::Other(format!("ELF machine {machine}")),
        })
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Programs that every system has; what is a symbolic link is followed.
const PROGRAMS: [&str; 4] = ["bin/true", "usr/bin/true", "bin/sh", "usr/bin/dpkg"];

/// What the system inside is made for: by its programs, else by what dpkg notes.
pub(super) fn of(inside: &dyn Inside) -> Result<Option<Architecture>> {
    for program in PROGRAMS {
        match inside.read_start(program, 64) {
            Ok(header) => {
                if let Some(found) = Architecture::of_elf(&header) {
                    return Ok(Some(found));
                }
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
    }
    match inside.read("var/lib/dpkg/arch", 4096) {
        // The first line is the native one, those behind are foreign.
        Ok(text) => {
            let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let name = String::from_utf8_lossy(line.trim_ascii()).into_owned();
            Ok((!name.is_empty()).then(|| Architecture::of_debian(&name)))
        }
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(class: u8, order: u8, machine: u16, flags: u16) -> Vec<u8> {
        let mut header = vec![0; 64];
        header[..4].copy_from_slice(b"\x7fELF");
        (header[4], header[5]) = (class, order);
        let bytes = |value: u16| if order == 1 { value.to_le_bytes() } else { value.to_be_bytes() };
        header[18..20].copy_from_slice(&bytes(machine));
        header[36..38].copy_from_slice(&bytes(flags));
        header
    }

    #[test]
    fn a_program_says_what_it_is_made_for() {
        for (header, name) in [
            (header(2, 1, 62, 0), "x86_64"),
            (header(1, 1, 62, 0), "x32"),
            (header(1, 1, 3, 0), "i386"),
            (header(2, 1, 183, 0), "arm64"),
            (header(1, 1, 40, 0x400), "armhf"),
            (header(1, 1, 40, 0x200), "armel"),
            (header(2, 2, 22, 0), "ELF machine 22"),
        ] {
            assert_eq!(Architecture::of_elf(&header).expect("a header").name(), name);
        }
        assert_eq!(Architecture::of_elf(b"#!/bin/sh\n"), None);
        assert_eq!(Architecture::of_elf(&header(2, 1, 62, 0)[..19]), None);
    }

    #[test]
    fn names_are_those_of_the_two_generations() {
        assert_eq!(Architecture::X86_64.debian(), "amd64");
        assert_eq!(Architecture::I386.uname(), "x86_32");
        assert_eq!(Architecture::of_debian("amd64"), Architecture::X86_64);
        let json = serde_json::to_string(&[Architecture::X86_64, Architecture::Armhf]);
        assert_eq!(json.expect("plain data"), "[\"x86_64\",\"armhf\"]");
        let json = serde_json::to_string(&Architecture::Other("sparc".into()));
        assert_eq!(json.expect("plain data"), "\"sparc\"");
    }
}
