//! Which file, and which client.

use std::net::Ipv4Addr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use ltsp_core::conf::{ConfFile, Kind};
use ltsp_core::formats::{Client, MacAddr};
use ltsp_core::{Error, ErrorKind, Result, SysRoot};

/// Where files are.
#[derive(Args, Debug)]
pub(crate) struct Where {
    /// Take this directory for /: a chroot, an unpacked image
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// The format, where the file's name does not tell it
    #[arg(long, value_name = "FORMAT", value_parser = kinds())]
    format: Option<Kind>,
}

/// The word of each format.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::name))
        .map(|word| word.parse().expect("only the words of Kind::ALL are possible"))
}

impl Where {
    /// The root, and `file` as a path below it.
    pub(crate) fn find(&self, file: &Path) -> Result<(SysRoot, PathBuf)> {
        match &self.root {
            Some(root) => Ok((SysRoot::open(root)?, Path::new("/").join(file))),
            None => {
                let absolute = std::path::absolute(file)
                    .map_err(|_| Error::new(ErrorKind::InvalidInput, "this is no path").at(file))?;
                Ok((SysRoot::host()?, absolute))
            }
        }
    }

    /// Opens a file that must exist.
    pub(crate) fn open(&self, file: &Path) -> Result<ConfFile> {
        let (root, path) = self.find(file)?;
        match self.format {
            Some(kind) => ConfFile::open_as(&root, path, kind),
            None => ConfFile::open(&root, path),
        }
    }

    /// Opens a file that may be new.
    pub(crate) fn open_or_new(&self, file: &Path) -> Result<ConfFile> {
        let (root, path) = self.find(file)?;
        ConfFile::open_or_new(&root, path, self.format)
    }
}

/// Who asks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which client")]
pub(crate) struct Who {
    /// The client's host name
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Hostname)]
    host: Option<std::ffi::OsString>,
    /// The client's IPv4 address
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<Ipv4Addr>,
    /// The hardware address of the client's network card
    #[arg(long, value_name = "ADDRESS")]
    mac: Option<MacAddr>,
    /// The client's UUID, as pxelinux asks for it
    #[arg(long, value_name = "UUID")]
    uuid: Option<String>,
}

impl Who {
    /// As the library wants it.
    pub(crate) fn client(&self) -> Client {
        Client {
            host: self.host.as_ref().map(|host| host.as_bytes().into()),
            ip: self.ip,
            mac: self.mac,
            uuid: self.uuid.clone(),
        }
    }
}
