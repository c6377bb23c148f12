//! What a reset would do: the same data for a dry run and for `verify`.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::options::Strategy;
use super::report::{bytes, json, path_text};
use crate::error::{Error, Result, show};
use crate::sys::FileType;
use crate::tree::Counts;

/// What would change in each home.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// One entry a home, in the order the homes were given.
    pub homes: Vec<HomePlan>,
}

/// What would change in one home.
#[derive(Clone, Debug, Serialize)]
pub struct HomePlan {
    /// The home's path below the root.
    #[serde(serialize_with = "path_text")]
    pub home: PathBuf,
    /// The account's name, if it was given by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The account's user id.
    pub uid: u32,
    /// The account's group id.
    pub gid: u32,
    /// The strategy that would be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Why it is not the strategy that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// The differences between the home and what it should be, sorted by path.
    pub changes: Vec<Change>,
    /// Their numbers. `bytes_written` is the size of what would be made.
    pub counts: Counts,
    /// Why this home would be refused or could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// One entry that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What would be done about it.
    pub action: Action,
    /// Its path below the home; empty for the home itself.
    #[serde(serialize_with = "path_text")]
    pub path: PathBuf,
    /// What it is; for a replacement, what it would become.
    pub kind: FileType,
    /// Bytes of content that would be written, with everything below it; 0 where nothing would.
    pub size: u64,
    /// Why, in a few words.
    pub why: &'static str,
}

/// What would be done about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Made, with everything below it.
    Create,
    /// Made anew.
    Replace,
    /// Removed, with everything below it.
    Remove,
    /// A directory's owner, mode, times or attributes set right.
    Metadata,
}

impl Action {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Remove => "remove",
            Self::Metadata => "metadata",
        }
    }

    /// The sign for it at the beginning of a line.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Create => '+',
            Self::Replace => '~',
            Self::Remove => '-',
            Self::Metadata => '=',
        }
    }
}

impl Plan {
    /// Whether every home is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.homes.iter().all(|home| home.changes.is_empty() && home.error.is_none())
    }

    /// The homes that could not be looked at.
    pub fn failed(&self) -> impl Iterator<Item = &HomePlan> {
        self.homes.iter().filter(|home| home.error.is_some())
    }

    /// The first home's error, if any home has one: for callers with one home.
    ///
    /// # Errors
    /// That error.
    pub fn into_result(self) -> Result<Self> {
        match self.homes.iter().find_map(|home| home.error.clone()) {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }

    /// The plan as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for home in &self.homes {
            write!(f, "{}", show(&home.home))?;
            if let Some(error) = &home.error {
                writeln!(f, ": error: {error}")?;
                continue;
            }
            if home.changes.is_empty() {
                writeln!(f, ": as it should be ({} entries)", home.counts.unchanged)?;
                continue;
            }
            let Counts { created, replaced, removed, metadata, kept, bytes_written, .. } =
                home.counts;
            writeln!(
                f,
                ": {created} to create, {replaced} to replace, {removed} to remove, {metadata} to \
                 set right, {kept} kept, {} to write",
                bytes(bytes_written)
            )?;
            if let Some(fallback) = &home.fallback {
                writeln!(f, "  {fallback}")?;
            }
            for change in &home.changes {
                let path = match change.path.as_os_str().is_empty() {
                    true => ".".to_owned(),
                    false => show(&change.path).to_string(),
                };
                let slash = if change.kind == FileType::Directory { "/" } else { "" };
                writeln!(f, "  {} {path}{slash}  ({})", change.action.sign(), change.why)?;
            }
        }
        Ok(())
    }
}
