//! From what the caller named to a home that may be reset.

use std::path::{Component, Path, PathBuf};

use super::refusal::Refusal;
use super::reset::Wanted;
use crate::accounts::Accounts;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Dir, FileType, Links, Located, Meta, SysRoot, mount_points_below};
use crate::tree::Owner;

/// A home to be reset: where it is and whose it is.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) at: Located,
    pub(super) owner: Owner,
    /// The path with the root's, for messages.
    pub(super) shown: PathBuf,
}

/// A home that exists and passed every check.
#[derive(Debug)]
pub(super) struct LiveHome {
    pub(super) dir: Dir,
    pub(super) meta: Meta,
    /// It is a file system or a subvolume of its own.
    pub(super) is_mount: bool,
}

/// Directories that are nobody's home, whatever passwd says, and with `true` all below them.
const SYSTEM: &[(&str, bool)] = &[
    ("/bin", true),
    ("/boot", true),
    ("/dev", true),
    ("/etc", true),
    ("/home", false),
    ("/lib", true),
    ("/lib32", true),
    ("/lib64", true),
    ("/libx32", true),
    ("/lost+found", true),
    ("/media", false),
    ("/mnt", false),
    ("/opt", false),
    ("/proc", true),
    ("/root", true),
    ("/run", false),
    ("/sbin", true),
    ("/srv", false),
    ("/sys", true),
    ("/tmp", false),
    ("/usr", true),
    ("/var", false),
    ("/var/backups", true),
    ("/var/cache", false),
    ("/var/lib", false),
    ("/var/local", false),
    ("/var/lock", true),
    ("/var/log", true),
    ("/var/mail", true),
    ("/var/opt", false),
    ("/var/run", false),
    ("/var/spool", false),
    ("/var/tmp", false),
];

fn is_system_directory(path: &Path) -> bool {
    let is_root = !path.components().any(|part| matches!(part, Component::Normal(_)));
    is_root
        || SYSTEM.iter().any(|(system, below)| {
            path.components().eq(Path::new(system).components())
                || (*below && path.starts_with(system))
        })
}

/// Finds the home that `wanted` names. What is wrong with the name or the account is found here;
/// the home itself is looked at when its turn comes ([`Target::open`]).
pub(super) fn find(wanted: &Wanted, root: &SysRoot, accounts: &Accounts) -> Result<Target> {
    let (path, owner) = match wanted {
        Wanted::User(name) => {
            let account = accounts.named(name)?;
            (account.home.clone(), Owner { uid: account.uid, gid: account.gid })
        }
        Wanted::Home { path, uid, gid } => (path.clone(), Owner { uid: *uid, gid: *gid }),
    };
    let shown = root.outside(&path);
    if !path.is_absolute() {
        return Err(match wanted {
            Wanted::User(_) => Refusal::Relative(path.clone()).at(Path::new("/etc/passwd")),
            Wanted::Home { .. } => {
                Error::new(ErrorKind::InvalidInput, "the home's path does not begin with a slash")
                    .at(&path)
                    .help_with("give it from the root")
            }
        });
    }
    // chown(2) takes the largest number for "leave it as it is".
    if owner.uid == u32::MAX || owner.gid == u32::MAX {
        return Err(Error::new(ErrorKind::InvalidInput, "4294967295 is no user or group id")
            .at(&shown)
            .help_with("check the account"));
    }
    if owner.uid == 0 {
        return Err(Refusal::Root.at(&shown));
    }
    if is_system_directory(&path) {
        return Err(Refusal::SystemDirectory.at(&shown));
    }
    let sharers: Vec<_> = accounts.with_home(&path).collect();
    if let Some(other) = sharers.iter().find(|account| account.uid != owner.uid) {
        let text = |name: &[u8]| name.escape_ascii().to_string();
        let own = sharers.iter().find(|account| account.uid == owner.uid);
        let own = own.map_or_else(|| format!("user {}", owner.uid), |own| text(&own.name));
        return Err(Refusal::Shared(own, text(&other.name)).at(&shown));
    }
    let at = root.locate(&path, Links::Refuse)?;
    if is_system_directory(&at.path) {
        return Err(Refusal::SystemDirectory.at(&shown));
    }
    Ok(Target { at, owner, shown })
}

impl Target {
    /// Looks at a home again that was opened a moment ago; `None` if it has become another one,
    /// which must pass every check.
    pub(super) fn again(&self, home: LiveHome) -> Result<Option<LiveHome>> {
        match self.at.parent.meta_of(&self.at.name) {
            Ok(meta) if meta.id() == home.meta.id() && meta.uid == self.owner.uid => {
                Ok(Some(LiveHome { meta, ..home }))
            }
            _ => Ok(None),
        }
    }

    /// Opens the home, if it may be reset; `None` if there is none.
    pub(super) fn open(&self) -> Result<Option<LiveHome>> {
        let fail =
            |error: crate::sys::SysError| error.because("cannot open this home").at(&self.shown);
        let found = match self.at.parent.meta_of(&self.at.name) {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        match found.kind {
            FileType::Directory => {}
            FileType::Symlink => return Err(Refusal::Link.at(&self.shown)),
            other => return Err(Refusal::NotADirectory(other.name()).at(&self.shown)),
        }
        let dir = self.at.parent.open_dir_across(&self.at.name).map_err(fail)?;
        let meta = dir.meta().map_err(fail)?;
        if meta.uid != self.owner.uid {
            let (found, account) = (meta.uid, self.owner.uid);
            return Err(Refusal::Owner { found, account }.at(&self.shown));
        }
        if let Some(point) = mount_points_below(&dir).map_err(fail)?.into_iter().next() {
            return Err(Refusal::MountPoint(point).at(&self.shown));
        }
        let parent = self.at.parent.meta().map_err(fail)?;
        let is_mount = meta.mount_root || meta.dev != parent.dev;
        Ok(Some(LiveHome { dir, meta, is_mount }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_directories_are_refused() {
        for path in ["/", "//", "/home", "/home/", "/etc", "/etc/x/y", "/usr/local", "/var/lib"] {
            assert!(is_system_directory(Path::new(path)), "{path}");
        }
        for path in ["/home/g1", "/homes", "/srv/home/g1", "/var/lib/game", "/etcetera"] {
            assert!(!is_system_directory(Path::new(path)), "{path}");
        }
    }
}
