//! Where a server's own configuration says that images and boot files are.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::store::Generation;
use crate::conf::{ConfFile, Kind, Request};
use crate::error::{ErrorKind, Result};
use crate::sys::SysRoot;
use crate::text::Resolved;

/// Where a TFTP server's files are in the distributions that LTSP 5 knows; LTSP 19+ knows the last.
const TFTP: &str = "/var/lib/tftpboot /tftpboot /srv/tftp";

/// What the configuration of both generations says.
pub(super) struct Settings {
    ltsp5: Option<PathBuf>,
    ltsp19: Option<PathBuf>,
    /// The directories that a TFTP server may serve.
    pub(super) tftp: Vec<PathBuf>,
}

impl Settings {
    /// Reads ltsp-server.conf with its `.d` directory (LTSP 5: `BASE`, `TFTP_DIRS`), and ltsp.conf
    /// (LTSP 19+: `BASE_DIR`, `TFTP_DIR`, as `ltsp image` takes them). What only a shell could tell
    /// counts as not set.
    ///
    /// # Errors
    /// If one of them is there and cannot be read.
    pub(super) fn read(root: &SysRoot) -> Result<Self> {
        let server = Request::default();
        let old = resolve(root, "/etc/ltsp/ltsp-server.conf", Kind::Shell, &server)?;
        let image = Request { server: true, applet: Some("image".to_owned()), ..server };
        let new = resolve(root, "/etc/ltsp/ltsp.conf", Kind::Ltsp, &image)?;
        let mut tftp = Vec::new();
        let dirs = old.get(b"TFTP_DIRS").map_or(TFTP.as_bytes(), |dirs| dirs);
        let dirs = dirs.split(u8::is_ascii_whitespace).filter(|dir| !dir.is_empty());
        for dir in dirs.map(path).chain(directory(&new, b"TFTP_DIR")) {
            if !tftp.contains(&dir) {
                tftp.push(dir);
            }
        }
        Ok(Self { ltsp5: directory(&old, b"BASE"), ltsp19: directory(&new, b"BASE_DIR"), tftp })
    }

    /// The directory of chroots and images.
    pub(super) fn base(&self, generation: Generation) -> PathBuf {
        let said = match generation {
            Generation::Ltsp5 => &self.ltsp5,
            Generation::Ltsp19 => &self.ltsp19,
        };
        said.clone().unwrap_or_else(|| generation.base().to_owned())
    }
}

/// What a file says; nothing if there is no such file.
fn resolve(root: &SysRoot, file: &str, kind: Kind, request: &Request) -> Result<Resolved> {
    match ConfFile::open_as(root, file, kind).and_then(|file| file.resolve(request)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Resolved::default()),
        answer => answer,
    }
}

fn directory(resolved: &Resolved, key: &[u8]) -> Option<PathBuf> {
    resolved.get(key).filter(|value| !value.is_empty()).map(|value| path(value))
}

/// A path from the root, whatever was written: it is compared with paths in configuration files.
fn path(value: &[u8]) -> PathBuf {
    Path::new("/").join(OsStr::from_bytes(value))
}
