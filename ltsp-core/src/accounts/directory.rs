//! Looking accounts up in a root's `/etc/passwd`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::formats::passwd;
use crate::sys::SysRoot;

/// The most that is read of a passwd file: about a million accounts.
pub(super) const MOST: usize = 128 * 1024 * 1024;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Login name, as its bytes are.
    pub name: Vec<u8>,
    /// User id.
    pub uid: u32,
    /// Primary group's id.
    pub gid: u32,
    /// Home directory.
    pub home: PathBuf,
}

/// The accounts of one root, read from its `/etc/passwd` (passwd(5)), not from the name service:
/// a scratch root or an image has accounts of its own.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    accounts: Vec<Account>,
}

impl Accounts {
    /// Reads them.
    ///
    /// # Errors
    /// If the file is missing or cannot be read. Lines that are no account (comments, NIS entries,
    /// broken ones) are passed over, as the C library passes over them.
    pub fn read(root: &SysRoot) -> Result<Self> {
        Ok(Self::parse(&root.read(Path::new("/etc/passwd"), MOST)?))
    }

    /// Takes them from the file's bytes.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let accounts = passwd::entries(bytes)
            .map(|entry| Account {
                name: entry.name.to_vec(),
                uid: entry.uid,
                gid: entry.gid,
                home: Path::new(OsStr::from_bytes(entry.home)).to_path_buf(),
            })
            .collect();
        Self { accounts }
    }

    /// The account called `name`; the first, if there are several, as getpwnam(3) answers.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`].
    pub fn named(&self, name: &[u8]) -> Result<&Account> {
        self.accounts.iter().find(|account| account.name == name).ok_or_else(|| {
            Error::new(
                ErrorKind::NotFound,
                format!("there is no account \"{}\"", name.escape_ascii()),
            )
            .at("/etc/passwd")
            .help_with("check the name; accounts of LDAP or NIS are given by home, uid and gid")
        })
    }

    /// All accounts, in the file's order.
    #[must_use]
    pub fn all(&self) -> &[Account] {
        &self.accounts
    }

    /// The accounts whose home is `home`, however the path is written.
    pub fn with_home<'a>(&'a self, home: &'a Path) -> impl Iterator<Item = &'a Account> {
        self.accounts.iter().filter(move |account| {
            // Comparing components ignores doubled and closing slashes.
            account.home.components().eq(home.components())
        })
    }
}
