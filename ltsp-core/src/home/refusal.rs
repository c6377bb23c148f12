//! What a reset declines to do, each with its reason and its mend.

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, show};

/// Why a home or a template is not touched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("this is a system directory, not a home")]
    SystemDirectory,
    #[error("this is a symbolic link, not a home")]
    Link,
    #[error("this is a {0}, not a home")]
    NotADirectory(&'static str),
    #[error("this home belongs to user {found}, but its account is user {account}")]
    Owner { found: u32, account: u32 },
    #[error("the accounts \"{0}\" and \"{1}\" share this home")]
    Shared(String, String),
    #[error("a file system is mounted inside this home, at {}", show(.0))]
    MountPoint(PathBuf),
    #[error("this home and the template {} overlap", show(.0))]
    Overlap(PathBuf),
    #[error("this is the home of user 0, root")]
    Root,
    #[error("the home \"{}\" of this account is no absolute path", show(.0))]
    Relative(PathBuf),
    #[error("the template belongs to user {0}")]
    TemplateOwner(u32),
    #[error("others than its owner may write this part of the template (mode {0:o})")]
    TemplateWritable(u16),
    #[error("this part of the template belongs to user {0}")]
    TemplatePartOwner(u32),
    #[error("the template is empty; every home would become empty, too")]
    TemplateEmpty,
    #[error("the template is a {0}, not a directory")]
    TemplateNotADirectory(&'static str),
    #[error("the staging directory is not private (owner {uid}, mode {mode:o})")]
    Staging { uid: u32, mode: u16 },
}

impl Refusal {
    fn help(&self) -> &'static str {
        match self {
            Self::SystemDirectory | Self::NotADirectory(_) => "check the path",
            Self::Link => "give the directory that it points to",
            Self::Owner { .. } => "check the account, or chown the home to it",
            Self::Shared(..) => "give each account a home of its own",
            Self::MountPoint(_) => "unmount it first",
            Self::Overlap(_) => "keep the template outside of the homes",
            Self::Root => "reset the homes of ordinary accounts only",
            Self::Relative(_) => "correct the account's home",
            Self::TemplateOwner(_) | Self::TemplatePartOwner(_) => {
                "chown it to root or to the template's own account, or name its owner as trusted"
            }
            Self::TemplateWritable(_) => "chmod go-w it",
            Self::TemplateEmpty => "fill it, or allow an empty template",
            Self::TemplateNotADirectory(_) => "check the path",
            Self::Staging { .. } => "remove it; it is made anew",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Link | Self::MountPoint(_) | Self::Staging { .. } => ErrorKind::Unsafe,
            _ => ErrorKind::Refused,
        }
    }

    /// The full error.
    pub(super) fn at(self, path: &Path) -> Error {
        Error::new(self.kind(), self.to_string()).help_with(self.help()).at(path)
    }
}
