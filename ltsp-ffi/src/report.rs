//! Reports: what a reset did.

use std::ffi::c_char;
use std::sync::OnceLock;
use std::time::Duration;

use ltsp_core::home::{Counts, HomeReport, Outcome, Report};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::error::ltsp_error;
use crate::options::{CounterNumber, counter, ltsp_strategy};

/// How the work on one home ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_outcome {
    /// Answered for NULL.
    LTSP_OUTCOME_NONE = 0,
    /// It was put back.
    LTSP_OUTCOME_RESET = 1,
    /// It was as it should be.
    LTSP_OUTCOME_UNCHANGED = 2,
    /// A spare is ready.
    LTSP_OUTCOME_STAGED = 3,
    /// Leftovers were removed.
    LTSP_OUTCOME_CLEANED = 4,
    /// It failed; the home is what it was before, or, in place, is completed by the next reset.
    LTSP_OUTCOME_FAILED = 5,
}

/// An [`ltsp_outcome`] that a caller gives.
pub type OutcomeNumber = i32;

impl From<&Outcome> for ltsp_outcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Reset => Self::LTSP_OUTCOME_RESET,
            Outcome::Unchanged => Self::LTSP_OUTCOME_UNCHANGED,
            Outcome::Staged => Self::LTSP_OUTCOME_STAGED,
            Outcome::Cleaned => Self::LTSP_OUTCOME_CLEANED,
            Outcome::Failed(_) => Self::LTSP_OUTCOME_FAILED,
        }
    }
}

/// What happened to each home, in the order the homes were given. It never changes, so threads may
/// read it together.
#[derive(Debug)]
pub struct ltsp_report {
    report: Report,
    homes: Vec<ltsp_home_report>,
    totals: Counts,
    json: OnceLock<Text>,
    text: OnceLock<Text>,
}

/// What happened to one home; borrowed from its report.
#[derive(Debug)]
pub struct ltsp_home_report {
    path: Text,
    user: Option<Text>,
    uid: u32,
    gid: u32,
    outcome: ltsp_outcome,
    strategy: ltsp_strategy,
    fallback: Option<Text>,
    counts: Counts,
    notes: Vec<Text>,
    elapsed: Duration,
    error: Option<ltsp_error>,
}

impl From<Report> for ltsp_report {
    fn from(report: Report) -> Self {
        Self {
            homes: report.homes.iter().map(ltsp_home_report::from).collect(),
            totals: report.totals(),
            json: OnceLock::new(),
            text: OnceLock::new(),
            report,
        }
    }
}

impl From<&HomeReport> for ltsp_home_report {
    fn from(home: &HomeReport) -> Self {
        Self {
            path: Text::of_path(&home.home),
            user: home.user.as_ref().map(Text::new),
            uid: home.uid,
            gid: home.gid,
            outcome: (&home.outcome).into(),
            strategy: home.strategy.into(),
            fallback: home.fallback.as_ref().map(Text::new),
            counts: home.counts,
            notes: home.notes.iter().map(Text::new).collect(),
            elapsed: home.elapsed,
            error: home.error().cloned().map(ltsp_error::from),
        }
    }
}

fn nanoseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}

/// Frees a report, and everything that was read from it.
///
/// @param report The report, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_free(report: *mut ltsp_report) {
    // SAFETY: the caller gives NULL or a report that is its own.
    unsafe { boundary::free(report) };
}

/// Answers how many homes a report is about.
///
/// @param report The report.
/// @return The number of homes; 0 if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_count(report: *const ltsp_report) -> usize {
    boundary!(else 0; report: handle => { Some(report.homes.len()) })
}

/// Answers how many of the homes failed.
///
/// @param report The report.
/// @return The number of homes that failed; 0 if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_failed(report: *const ltsp_report) -> usize {
    boundary!(else 0; report: handle => { Some(report.report.failed().count()) })
}

/// Answers the error of the first home that failed: enough to know where there is one home.
///
/// @param report The report.
/// @return The error, borrowed from the report; NULL if none failed or `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_error(report: *const ltsp_report) -> *const ltsp_error {
    boundary!(else std::ptr::null(); report: handle => {
        report.homes.iter().find_map(|home| home.error.as_ref()).map(std::ptr::from_ref)
    })
}

/// Answers what happened to one home.
///
/// @param report The report.
/// @param index From 0 to below ltsp_report_count(), in the order the homes were given.
/// @return The home's report, borrowed from the report; NULL if there is none at `index` or
/// `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_home(
    report: *const ltsp_report,
    index: usize,
) -> *const ltsp_home_report {
    boundary!(else std::ptr::null(); report: handle => {
        report.homes.get(index).map(std::ptr::from_ref)
    })
}

/// Answers one number, summed over all homes.
///
/// @param report The report.
/// @param which What is counted.
/// @return The sum; 0 if `which` is no counter or `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_total(
    report: *const ltsp_report,
    which: CounterNumber,
) -> u64 {
    boundary!(else 0; report: handle => { counter(&report.totals, which) })
}

/// Answers how long the whole operation took.
///
/// @param report The report.
/// @return Nanoseconds of wall time; 0 if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_elapsed_ns(report: *const ltsp_report) -> u64 {
    boundary!(else 0; report: handle => { Some(nanoseconds(report.report.elapsed)) })
}

/// Answers the whole report as JSON, in one line. What is no text in a path is escaped in it.
///
/// @param report The report.
/// @return The JSON, borrowed from the report; none if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_json(report: *const ltsp_report) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; report: handle => {
        Some(report.json.get_or_init(|| Text::new(report.report.to_json())).lend())
    })
}

/// Answers the whole report as a table for people, with notes and errors below it.
///
/// @param report The report.
/// @return The table, borrowed from the report; none if `report` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_report_text(report: *const ltsp_report) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; report: handle => {
        Some(report.text.get_or_init(|| Text::new(report.report.to_string())).lend())
    })
}

/// Answers the home's path below the root.
///
/// @param home The home's report.
/// @return The path, borrowed from the report; none if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_path(home: *const ltsp_home_report) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { Some(home.path.lend()) })
}

/// Answers the account's name, if the home was given by it.
///
/// @param home The home's report.
/// @return The name, borrowed from the report; none if it was given by path or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_user(home: *const ltsp_home_report) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { home.user.as_ref().map(Text::lend) })
}

/// Answers the account's user id.
///
/// @param home The home's report.
/// @return The user id; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_uid(home: *const ltsp_home_report) -> u32 {
    boundary!(else 0; home: handle => { Some(home.uid) })
}

/// Answers the account's group id.
///
/// @param home The home's report.
/// @return The group id; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_gid(home: *const ltsp_home_report) -> u32 {
    boundary!(else 0; home: handle => { Some(home.gid) })
}

/// Answers how the work on a home ended.
///
/// @param home The home's report.
/// @return The outcome; LTSP_OUTCOME_NONE if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_outcome(home: *const ltsp_home_report) -> ltsp_outcome {
    boundary!(else ltsp_outcome::LTSP_OUTCOME_NONE; home: handle => { Some(home.outcome) })
}

/// Answers the strategy that was used.
///
/// @param home The home's report.
/// @return The strategy; LTSP_STRATEGY_NONE if none was used or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_strategy(home: *const ltsp_home_report) -> ltsp_strategy {
    boundary!(else ltsp_strategy::LTSP_STRATEGY_NONE; home: handle => { Some(home.strategy) })
}

/// Answers why the strategy is not the one that was asked for.
///
/// @param home The home's report.
/// @return The reason, borrowed from the report; none if it is the one or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_fallback(home: *const ltsp_home_report) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { home.fallback.as_ref().map(Text::lend) })
}

/// Answers one number of what was done in a home.
///
/// @param home The home's report.
/// @param which What is counted.
/// @return The number; 0 if `which` is no counter or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_count(
    home: *const ltsp_home_report,
    which: CounterNumber,
) -> u64 {
    boundary!(else 0; home: handle => { counter(&home.counts, which) })
}

/// Answers how many notes there are about a home.
///
/// @param home The home's report.
/// @return The number of notes; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_note_count(home: *const ltsp_home_report) -> usize {
    boundary!(else 0; home: handle => { Some(home.notes.len()) })
}

/// Answers what else is worth knowing about a home.
///
/// @param home The home's report.
/// @param index From 0 to below ltsp_home_report_note_count().
/// @return The note, borrowed from the report; none if there is none at `index` or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_note(
    home: *const ltsp_home_report,
    index: usize,
) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { home.notes.get(index).map(Text::lend) })
}

/// Answers how long the work on a home took.
///
/// @param home The home's report.
/// @return Nanoseconds of wall time; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_elapsed_ns(home: *const ltsp_home_report) -> u64 {
    boundary!(else 0; home: handle => { Some(nanoseconds(home.elapsed)) })
}

/// Answers why a home failed.
///
/// @param home The home's report.
/// @return The error, borrowed from the report; NULL if it did not fail or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_report_error(
    home: *const ltsp_home_report,
) -> *const ltsp_error {
    boundary!(else std::ptr::null(); home: handle => { home.error.as_ref().map(std::ptr::from_ref) })
}

/// Answers the name of an outcome, such as `reset`.
///
/// @param outcome The outcome.
/// @return A string that is never freed; `none` for LTSP_OUTCOME_NONE, `unknown` for a number that
/// is no outcome.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_outcome_name(outcome: OutcomeNumber) -> *const c_char {
    let name = match outcome {
        0 => c"none",
        1 => c"reset",
        2 => c"unchanged",
        3 => c"staged",
        4 => c"cleaned",
        5 => c"failed",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ltsp_core::{Error, ErrorKind};
    use std::ffi::CStr;

    #[test]
    fn an_outcome_has_the_name_it_has_elsewhere() {
        let failed = Outcome::Failed(Error::new(ErrorKind::Io, "broken"));
        let all = [Outcome::Reset, Outcome::Unchanged, Outcome::Staged, Outcome::Cleaned, failed];
        for outcome in &all {
            // SAFETY: the name is a literal.
            let name =
                unsafe { CStr::from_ptr(ltsp_outcome_name(ltsp_outcome::from(outcome) as i32)) };
            assert_eq!(name.to_str(), Ok(outcome.name()));
        }
    }
}
