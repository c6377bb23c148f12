//! What a client really gets, and from which line.

use std::fmt;

use serde::Serialize;

use super::{Bytes, Place};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The file and line.
    #[serde(flatten)]
    pub place: Place,
    /// The section it stands in, if the format has sections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Bytes>,
    /// Why that section counts for this client, such as `host name`, `LIKE of [lab]`, `wildcard`.
    pub rule: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(section) = &self.section {
            write!(f, " [{section}]")?;
        }
        write!(f, " ({})", self.rule)
    }
}

/// One name, its value, and where the value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The name.
    pub key: Bytes,
    /// The value; `None` if the file says that there shall be none (`NONE` in lts.conf).
    pub value: Option<Bytes>,
    /// Where it comes from.
    pub origin: Origin,
    /// The values that it hides, the next in rank first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<(Bytes, Origin)>,
}

/// What somebody gets from a document: names with values, in the order of the original program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Resolved {
    entries: Vec<Entry>,
}

impl Resolved {
    /// Those entries, in that order.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// The value of `key`, compared byte by byte; `None` if there is none.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<&Bytes> {
        self.entry(key)?.value.as_ref()
    }

    /// The entry of `key`, compared byte by byte.
    #[must_use]
    pub fn entry(&self, key: &[u8]) -> Option<&Entry> {
        self.entries.iter().find(|entry| *entry.key == *key)
    }

    /// Every entry.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every name that has a value, with it.
    pub fn iter(&self) -> impl Iterator<Item = (&Bytes, &Bytes)> {
        self.entries.iter().filter_map(|entry| Some((&entry.key, entry.value.as_ref()?)))
    }
}
