//! What somebody really gets from a file, by the rules of the program that reads it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::file::MOST;
use super::{AnyDocument, ConfFile};
use crate::error::{Error, ErrorKind, Result};
use crate::formats::ltsp::{self, LtspConf};
use crate::formats::shell::{self, ShellConf};
use crate::formats::{Client, limits};
use crate::sys::SysRoot;
use crate::text::{Document as _, Resolved, Source};

/// Who asks, and as what.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The client.
    pub client: Client,
    /// ltsp.conf: the applet of `ltsp` that reads the file, such as `init` or `image`.
    pub applet: Option<String>,
    /// ltsp.conf: whether it is read on the server.
    pub server: bool,
    /// limits.conf: whose session it is.
    pub who: Option<limits::Who>,
}

impl ConfFile {
    /// What the program that reads this file takes from it, with the file and line of each value:
    ///
    /// * lts.conf: what `getltscfg -a` gives the client, with included files;
    /// * ltsp.conf: what `ltsp` gives the applet on the client or server; `ltsp-APPLET.conf` beside
    ///   it is read after it, if there is one;
    /// * shell files: what a shell has that sources this file and then those of its `.d` directory;
    /// * limits.conf: what pam_limits takes from this one file for [`Request::who`]; see
    ///   [`effective_limits`] for all of them.
    ///
    /// # Errors
    /// Those of the format's own resolution, such as a LIKE cycle;
    /// [`ErrorKind::InvalidInput`] if the format has no names with values (pxelinux: see
    /// [`PxeConf::resolve`](crate::formats::pxe::PxeConf::resolve); image excludes), or if the
    /// request lacks what the format needs.
    pub fn resolve(&self, request: &Request) -> Result<Resolved> {
        match self.document() {
            AnyDocument::Lts(document) => document.resolve(&request.client, &self.includes()),
            AnyDocument::Ltsp(document) => {
                let more = self.applet_conf(request)?;
                document.resolve(&ltsp_request(request), &more)
            }
            AnyDocument::Shell(document) => {
                let mut all = vec![document.clone()];
                all.extend(self.shell_directory()?);
                Ok(shell::resolve(&all))
            }
            AnyDocument::Limits(document) => {
                let who = request.who.as_ref().ok_or_else(|| {
                    self.unanswerable("limits are somebody's", "say whose: give the account")
                })?;
                Ok(limits::effective(std::slice::from_ref(document), who).to_resolved())
            }
            AnyDocument::Pxe(_) => Err(self.unanswerable(
                "a boot menu has no names with values",
                "ask for its menu instead: ltspctl pxe show",
            )),
            AnyDocument::Excludes(_) => Err(self.unanswerable(
                "a list of excludes has no names with values",
                "list its lines, or ask which of them leaves a path out",
            )),
        }
    }

    fn unanswerable(&self, what: &'static str, help: &'static str) -> Error {
        let path = self.root().outside(self.path());
        Error::new(ErrorKind::InvalidInput, what).at(path).help_with(help)
    }

    /// `/etc/ltsp/ltsp-APPLET.conf`, if there is one beside this file.
    fn applet_conf(&self, request: &Request) -> Result<Vec<LtspConf>> {
        let Some(applet) = &request.applet else { return Ok(Vec::new()) };
        let path = self.path().with_file_name(format!("ltsp-{applet}.conf"));
        if path == self.path() {
            return Ok(Vec::new());
        }
        let found = read_if_there(self.root(), &path)?;
        Ok(found.into_iter().map(LtspConf::parse).collect())
    }

    /// The files of the directory called like this file with `.d` behind, as LTSP 5 sources them.
    fn shell_directory(&self) -> Result<Vec<ShellConf>> {
        let mut name = self.path().as_os_str().to_owned();
        name.push(".d");
        let directory = PathBuf::from(name);
        let names = self.root().names(&directory)?;
        let mut documents = Vec::new();
        for name in shell::drop_in_order(names.iter().map(Vec::as_slice)) {
            let path = directory.join(OsStr::from_bytes(name));
            documents.extend(read_if_there(self.root(), &path)?.map(ShellConf::parse));
        }
        Ok(documents)
    }
}

/// The request as ltsp.conf's own rules take it.
#[must_use]
pub fn ltsp_request(request: &Request) -> ltsp::Request {
    ltsp::Request {
        client: request.client.clone(),
        applet: request.applet.as_deref().map(Into::into),
        side: if request.server { ltsp::Side::Server } else { ltsp::Side::Client },
        ..ltsp::Request::default()
    }
}

/// What pam_limits does to the session of `who`: from `/etc/security/limits.conf` and the files of
/// `/etc/security/limits.d` of that root, in the order in which pam_limits reads them.
///
/// # Errors
/// If a file cannot be read. Files that are missing limit nothing.
pub fn effective_limits(root: &SysRoot, who: &limits::Who) -> Result<limits::Effective> {
    let directory = Path::new("/etc/security/limits.d");
    let mut paths = vec![PathBuf::from("/etc/security/limits.conf")];
    let names = limits::in_reading_order(root.names(directory)?);
    paths.extend(names.iter().map(|name| directory.join(OsStr::from_bytes(name))));
    let mut documents = Vec::new();
    for path in paths {
        documents.extend(read_if_there(root, &path)?.map(limits::LimitsConf::parse));
    }
    Ok(limits::effective(&documents, who))
}

/// Whose session it is that the account `name` of `root` opens: its ids and its groups.
///
/// # Errors
/// [`ErrorKind::NotFound`] if there is no such account.
pub fn who(root: &SysRoot, name: &[u8]) -> Result<limits::Who> {
    let accounts = crate::accounts::Accounts::read(root)?;
    let account = accounts.named(name)?;
    let groups = crate::accounts::Groups::read(root)?;
    Ok(limits::Who {
        name: account.name.clone().into(),
        uid: account.uid,
        gid: account.gid,
        groups: groups.of(account).map(|group| (group.name.clone().into(), group.gid)).collect(),
    })
}

fn read_if_there(root: &SysRoot, path: &Path) -> Result<Option<Source>> {
    match root.read_any(path, MOST) {
        Ok(bytes) => Ok(Some(Source::new(root.outside(path), bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
