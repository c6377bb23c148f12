//! What is printed.

use std::fmt;

use serde::Serialize;

use crate::figures::{Figures, median};

/// One comparison.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

/// One contender.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// Median time.
    pub(crate) milliseconds: f64,
    /// Median time with what was done ahead and left for later, where that is more.
    pub(crate) total_milliseconds: Option<f64>,
    /// Median time on all processors together.
    pub(crate) processor_milliseconds: f64,
    /// Times faster than the script, or than rsync where the home was unchanged.
    pub(crate) ratio: Option<f64>,
    /// Peak memory of the largest of its processes.
    pub(crate) megabytes: f64,
    /// Differences from the template that it left.
    pub(crate) differences: Option<usize>,
    /// What it said, if it failed.
    pub(crate) failure: Option<String>,
}

impl Row {
    /// A contender's row; `None` if it has no figures.
    pub(crate) fn of(name: &str, figures: &Figures, against: Option<&Figures>) -> Option<Self> {
        let milliseconds = median(figures.milliseconds.clone())?;
        let total = median(figures.total.clone()).filter(|total| *total > milliseconds);
        Some(Self {
            name: name.to_owned(),
            milliseconds,
            total_milliseconds: total,
            processor_milliseconds: median(figures.processor.clone())?,
            ratio: against.and_then(|against| figures.times_faster_than(against)),
            megabytes: figures.kibibytes as f64 / 1000.0 * 1.024,
            differences: Some(figures.differences),
            failure: figures.failure.clone(),
        })
    }
}

fn ratio(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.1}x") } else { format!("{ratio:.0}x") }
}

fn time(milliseconds: f64) -> String {
    if milliseconds < 99.95 { format!("{milliseconds:.1}") } else { format!("{milliseconds:.0}") }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        let (name, first, all, cpu) = ("contender", "ms", "ms in all", "cpu ms");
        writeln!(
            f,
            "  {name:42} {first:>8} {all:>10} {cpu:>8} {:>8} {:>9} {:>12}",
            "ratio", "memory MB", "differences"
        )?;
        for row in &self.rows {
            write!(
                f,
                "  {:42} {:>8} {:>10} {:>8} {:>8} {:>9.1} {:>12}",
                row.name,
                time(row.milliseconds),
                row.total_milliseconds.map(time).unwrap_or_default(),
                time(row.processor_milliseconds),
                row.ratio.map(ratio).unwrap_or_default(),
                row.megabytes,
                row.differences.map(|count| count.to_string()).unwrap_or_default(),
            )?;
            match &row.failure {
                Some(failure) => writeln!(f, "  FAILED: {failure}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}
