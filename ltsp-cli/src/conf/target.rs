//! Which file, and which client.

use std::net::Ipv4Addr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use ltsp_core::conf::{ConfFile, Kind};
use ltsp_core::formats::{Client, MacAddr};
use ltsp_core::{Error, ErrorKind, Result, SysRoot};

/// Which directory stands for `/`.
#[derive(Args, Debug)]
pub(crate) struct Root {
    /// Take this directory for /: a chroot, an unpacked image
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
}

impl Root {
    /// The root.
    pub(crate) fn open(&self) -> Result<SysRoot> {
        match &self.root {
            Some(root) => SysRoot::open(root),
            None => SysRoot::host(),
        }
    }

    /// `file` as a path below it.
    pub(crate) fn path(&self, file: &Path) -> Result<PathBuf> {
        match &self.root {
            Some(_) => Ok(Path::new("/").join(file)),
            None => std::path::absolute(file)
                .map_err(|_| Error::new(ErrorKind::InvalidInput, "this is no path").at(file)),
        }
    }

    /// Opens a file of one format that must exist.
    pub(crate) fn open_as(&self, file: &Path, kind: Kind) -> Result<ConfFile> {
        ConfFile::open_as(&self.open()?, self.path(file)?, kind)
    }

    /// Opens a file of one format that may be new.
    pub(crate) fn open_or_new_as(&self, file: &Path, kind: Kind) -> Result<ConfFile> {
        ConfFile::open_or_new(&self.open()?, self.path(file)?, Some(kind))
    }
}

/// Where files are.
#[derive(Args, Debug)]
pub(crate) struct Where {
    #[command(flatten)]
    root: Root,
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
    /// Opens a file that must exist.
    pub(crate) fn open(&self, file: &Path) -> Result<ConfFile> {
        let path = self.root.path(file)?;
        match self.format {
            Some(kind) => ConfFile::open_as(&self.root.open()?, path, kind),
            None => ConfFile::open(&self.root.open()?, path),
        }
    }

    /// Opens a file that may be new.
    pub(crate) fn open_or_new(&self, file: &Path) -> Result<ConfFile> {
        ConfFile::open_or_new(&self.root.open()?, self.root.path(file)?, self.format)
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
