//! What a reset did: as a type, as JSON and as a table.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::options::Strategy;
use crate::error::{Error, Result, show};
use crate::tree::Counts;

/// What happened to each home.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One entry a home, in the order the homes were given.
    pub homes: Vec<HomeReport>,
    /// Wall time of the whole operation, in JSON as seconds.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
}

/// What happened to one home.
#[derive(Clone, Debug, Serialize)]
pub struct HomeReport {
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
    /// How it ended.
    pub outcome: Outcome,
    /// The strategy that was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Why it is not the strategy that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// What was done, in numbers.
    pub counts: Counts,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Wall time for this home, in JSON as seconds.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
}

/// How the work on one home ended.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was put back.
    Reset,
    /// It was as it should be.
    Unchanged,
    /// A spare is ready.
    Staged,
    /// Leftovers were removed.
    Cleaned,
    /// It failed; the home is what it was before, or, in place, is completed by the next reset.
    Failed(Error),
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Unchanged => "unchanged",
            Self::Staged => "staged",
            Self::Cleaned => "cleaned",
            Self::Failed(_) => "failed",
        }
    }
}

impl HomeReport {
    /// The error, if this home failed.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl Report {
    /// The homes that failed.
    pub fn failed(&self) -> impl Iterator<Item = &HomeReport> {
        self.homes.iter().filter(|home| home.error().is_some())
    }

    /// The sum over all homes.
    #[must_use]
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for home in &self.homes {
            totals.add(&home.counts);
        }
        totals
    }

    /// The first home's error, if any home failed: for callers with one home.
    ///
    /// # Errors
    /// That error.
    pub fn into_result(self) -> Result<Self> {
        match self.homes.iter().find_map(HomeReport::error) {
            Some(error) => Err(error.clone()),
            None => Ok(self),
        }
    }

    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .homes
            .iter()
            .map(|home| show(&home.home).to_string().chars().count())
            .chain(["HOME".len(), "TOTAL".len()])
            .max()
            .unwrap_or(4);
        writeln!(
            f,
            "{:width$}  {:9}  {:8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>10}  {:>9}",
            "HOME",
            "OUTCOME",
            "STRATEGY",
            "CREATED",
            "REPLACED",
            "REMOVED",
            "KEPT",
            "WRITTEN",
            "TIME"
        )?;
        for home in &self.homes {
            writeln!(
                f,
                "{:width$}  {:9}  {:8}  {}  {:>9}",
                show(&home.home).to_string(),
                home.outcome.name(),
                home.strategy.map_or("-", Strategy::name),
                Row(&home.counts),
                time(home.elapsed),
            )?;
        }
        if self.homes.len() > 1 {
            writeln!(
                f,
                "{:width$}  {:9}  {:8}  {}  {:>9}",
                "TOTAL",
                "",
                "",
                Row(&self.totals()),
                time(self.elapsed),
            )?;
        }
        for home in &self.homes {
            if let Some(fallback) = &home.fallback {
                writeln!(f, "{}: {fallback}", show(&home.home))?;
            }
            for note in &home.notes {
                writeln!(f, "{}: {note}", show(&home.home))?;
            }
            if let Some(error) = home.error() {
                writeln!(f, "error: {error}")?;
            }
        }
        Ok(())
    }
}

struct Row<'a>(&'a Counts);

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { created, replaced, removed, kept, bytes_written, bytes_shared, .. } = self.0;
        write!(
            f,
            "{created:>8}  {replaced:>8}  {removed:>8}  {kept:>8}  {:>10}",
            bytes(bytes_written + bytes_shared)
        )
    }
}

/// A number of bytes for people: `1.5 MB`, in powers of ten as disks are sold.
#[must_use]
pub(crate) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 || unit == "GB" {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    unreachable!("the last unit returns")
}

/// A duration for people, in milliseconds up to ten seconds.
#[must_use]
pub(crate) fn time(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(10) {
        format!("{:.1} ms", elapsed.as_secs_f64() * 1e3)
    } else {
        format!("{:.1} s", elapsed.as_secs_f64())
    }
}

pub(super) fn json(value: &impl Serialize) -> String {
    // Plain data with text keys always serialises.
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"bug\":\"{error}\"}}"))
}

pub(super) fn seconds<S: Serializer>(elapsed: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(elapsed.as_secs_f64())
}

/// JSON has no bytes: a path that is no text is escaped as in messages.
pub(super) fn path_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&show(path))
}
