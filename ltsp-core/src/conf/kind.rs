//! Which format a file has, by its name.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// The formats that [`ConfFile`](super::ConfFile) knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// lts.conf of LTSP 5.
    Lts,
    /// ltsp.conf of LTSP 19+.
    Ltsp,
    /// pxelinux and syslinux configuration.
    Pxe,
    /// limits.conf(5) and the files of limits.d.
    Limits,
    /// What a client image leaves out.
    Excludes,
    /// Shell assignments: the configuration of LTSP 5's server programs.
    Shell,
}

/// Programs of LTSP 5 that source `/etc/ltsp/PROGRAM.conf` and the files of `PROGRAM.conf.d`.
const SOURCED: [&str; 8] = [
    "ltsp-build-client",
    "ltsp-chroot",
    "ltsp-config",
    "ltsp-localapps",
    "ltsp-server",
    "ltsp-update-image",
    "ltsp-update-kernels",
    "update-kernels",
];

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 6] =
        [Self::Lts, Self::Ltsp, Self::Pxe, Self::Limits, Self::Excludes, Self::Shell];

    /// Its name, as `--format` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lts => "lts",
            Self::Ltsp => "ltsp",
            Self::Pxe => "pxe",
            Self::Limits => "limits",
            Self::Excludes => "excludes",
            Self::Shell => "shell",
        }
    }

    /// The format that a file of this path has where LTSP, syslinux and PAM look for it; `None` if
    /// the name does not tell.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let parent = path.parent().and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or("");
        let sourced = |stem: &str| SOURCED.contains(&stem);
        Some(match name {
            "limits.conf" => Self::Limits,
            "syslinux.cfg" | "isolinux.cfg" | "extlinux.conf" | "pxelinux.cfg" => Self::Pxe,
            _ if parent == "limits.d" => Self::Limits,
            _ if parent == "pxelinux.cfg" => Self::Pxe,
            _ if parent.strip_suffix(".conf.d").is_some_and(sourced) => Self::Shell,
            _ if name.strip_suffix(".conf").is_some_and(sourced) || parent == "default" => {
                Self::Shell
            }
            _ if name.ends_with(".excludes") => Self::Excludes,
            _ if name == "lts.conf" || name.ends_with(".lts.conf") => Self::Lts,
            _ if name == "ltsp.conf" || name.ends_with(".ltsp.conf") => Self::Ltsp,
            // /etc/ltsp/ltsp-APPLET.conf is read after ltsp.conf.
            _ if name.starts_with("ltsp-") && name.ends_with(".conf") && parent == "ltsp" => {
                Self::Ltsp
            }
            _ if name.ends_with(".limits.conf") => Self::Limits,
            _ if name.ends_with(".pxelinux.cfg") => Self::Pxe,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            Error::new(ErrorKind::InvalidInput, format!("{text:?} is no format"))
                .help_with(format!("take one of {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_the_format_where_the_programs_look_for_it() {
        for (path, kind) in [
            ("/var/lib/tftpboot/ltsp/amd64/lts.conf", Kind::Lts),
            ("/etc/ltsp/ltsp.conf", Kind::Ltsp),
            ("/etc/ltsp/ltsp-ipxe.conf", Kind::Ltsp),
            ("/etc/ltsp/ltsp-update-image.conf", Kind::Shell),
            ("/etc/ltsp/update-kernels.conf", Kind::Shell),
            ("/etc/ltsp/update-kernels.conf.d/local", Kind::Shell),
            ("/etc/ltsp/ltsp-update-image.excludes", Kind::Excludes),
            ("/etc/ltsp/image.excludes", Kind::Excludes),
            ("/srv/tftp/pxelinux.cfg/01-52-54-00-12-34-56", Kind::Pxe),
            ("/var/lib/tftpboot/ltsp/i386/pxelinux.cfg/default", Kind::Pxe),
            ("/etc/security/limits.conf", Kind::Limits),
            ("/etc/security/limits.d/ltsp.conf", Kind::Limits),
            ("/etc/default/ltsp-client-setup", Kind::Shell),
        ] {
            assert_eq!(Kind::of(Path::new(path)), Some(kind), "{path}");
        }
        for path in ["/etc/passwd", "/", "/etc/nfs.conf", "/etc/foo/ltsp-x.conf"] {
            assert_eq!(Kind::of(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse::<Kind>().unwrap(), kind);
        }
        assert!("ini".parse::<Kind>().is_err());
    }
}
