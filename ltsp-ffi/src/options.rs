//! The choices that a reset is made of, as numbers.

use std::ffi::c_char;

use ltsp_core::home::{Busy, Counts, Policy, ReceiptUse, SpareUse, Strategy};
use ltsp_core::{Error, ErrorKind, Result};

/// What a home is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_policy {
    /// The template, and nothing else: for guests.
    LTSP_POLICY_EXACT = 1,
    /// Top-level dot entries become the skeleton's, ordinary files stay: for pupils.
    LTSP_POLICY_REVERT = 2,
    /// What it was, without what matches the volatile rules.
    LTSP_POLICY_VOLATILE = 3,
}

/// How a home becomes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_strategy {
    /// In reports and plans: none, since nothing was done.
    LTSP_STRATEGY_NONE = 0,
    /// Whatever suits the home: a ready spare is swapped in; a home with a trusted receipt, a
    /// mount point and the policies that leave most of a home alone are mended in place; all
    /// others are swapped.
    LTSP_STRATEGY_AUTO = 1,
    /// Build a fresh home beside it and exchange the two in one step. Where that cannot be done,
    /// it is mended in place, and the report says why.
    LTSP_STRATEGY_SWAP = 2,
    /// Mend only what differs. The home keeps its inode, each entry is old or new, and a reset
    /// that was interrupted is completed by the next.
    LTSP_STRATEGY_IN_PLACE = 3,
}

/// What to do about processes of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_busy {
    /// Fail with their process numbers.
    LTSP_BUSY_REFUSE = 1,
    /// End them: SIGTERM, then SIGKILL.
    LTSP_BUSY_TERMINATE = 2,
    /// Go on. Nothing outside the home is at risk, but they may write into the fresh home.
    LTSP_BUSY_IGNORE = 3,
}

/// Whether a swap may use a home that ltsp_home_reset_stage() built ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_spare {
    /// If the template has not changed since.
    LTSP_SPARE_CHECKED = 1,
    /// At once, without looking at the template: a reset in about a millisecond, whatever its
    /// size.
    LTSP_SPARE_TRUSTED = 2,
    /// Never.
    LTSP_SPARE_NEVER = 3,
}

/// What a reset in place makes of the receipt of the last one: inode, change time and size of every
/// entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_receipts {
    /// Believe it where no user can deceive it: for everything but the content of files, and on
    /// btrfs for that, too. Content is compared.
    LTSP_RECEIPTS_CHECKED = 1,
    /// Believe it for the content of files on ext4 and xfs as well: several times faster, but only
    /// for homes whose owners cannot run programs of their own.
    LTSP_RECEIPTS_TRUSTED = 2,
    /// Neither believe one nor write one.
    LTSP_RECEIPTS_NEVER = 3,
}

/// What reports and plans count. It is asked for by number, one by one, so that there can be more
/// of them without any structure growing under a program that was compiled before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_counter {
    /// Entries that were missing and have been made.
    LTSP_COUNTER_CREATED = 1,
    /// Entries that differed and have been made anew.
    LTSP_COUNTER_REPLACED = 2,
    /// Entries that are gone. In a swap: all of the old home's.
    LTSP_COUNTER_REMOVED = 3,
    /// Directories whose owner, mode, times or attributes were set right.
    LTSP_COUNTER_METADATA = 4,
    /// Entries that survived by a keep rule; a directory that is kept whole may count as one.
    LTSP_COUNTER_KEPT = 5,
    /// Entries that were as they should be.
    LTSP_COUNTER_UNCHANGED = 6,
    /// Bytes of content written.
    LTSP_COUNTER_BYTES_WRITTEN = 7,
    /// Bytes of content shared with the template on disk (reflink).
    LTSP_COUNTER_BYTES_SHARED = 8,
}

/// An [`ltsp_policy`] that a caller gives.
pub type PolicyNumber = i32;
/// An [`ltsp_strategy`] that a caller gives.
pub type StrategyNumber = i32;
/// An [`ltsp_busy`] that a caller gives.
pub type BusyNumber = i32;
/// An [`ltsp_spare`] that a caller gives.
pub type SpareNumber = i32;
/// An [`ltsp_receipts`] that a caller gives.
pub type ReceiptsNumber = i32;
/// An [`ltsp_counter`] that a caller gives.
pub type CounterNumber = i32;

fn unknown(what: &str, number: i32) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("{number} is no {what}"))
        .help_with(format!("give one of the constants of ltsp_{what}"))
}

pub(crate) fn policy(number: PolicyNumber) -> Result<Policy> {
    Ok(match number {
        1 => Policy::Exact,
        2 => Policy::Revert,
        3 => Policy::Volatile,
        _ => return Err(unknown("policy", number)),
    })
}

pub(crate) fn strategy(number: StrategyNumber) -> Result<Strategy> {
    Ok(match number {
        1 => Strategy::Auto,
        2 => Strategy::Swap,
        3 => Strategy::InPlace,
        _ => return Err(unknown("strategy", number)),
    })
}

pub(crate) fn busy(number: BusyNumber) -> Result<Busy> {
    Ok(match number {
        1 => Busy::Refuse,
        2 => Busy::Terminate,
        3 => Busy::Ignore,
        _ => return Err(unknown("busy", number)),
    })
}

pub(crate) fn spare(number: SpareNumber) -> Result<SpareUse> {
    Ok(match number {
        1 => SpareUse::Checked,
        2 => SpareUse::Trusted,
        3 => SpareUse::Never,
        _ => return Err(unknown("spare", number)),
    })
}

pub(crate) fn receipts(number: ReceiptsNumber) -> Result<ReceiptUse> {
    Ok(match number {
        1 => ReceiptUse::Checked,
        2 => ReceiptUse::Trusted,
        3 => ReceiptUse::Never,
        _ => return Err(unknown("receipts", number)),
    })
}

pub(crate) fn counter(counts: &Counts, number: CounterNumber) -> Option<u64> {
    Some(match number {
        1 => counts.created,
        2 => counts.replaced,
        3 => counts.removed,
        4 => counts.metadata,
        5 => counts.kept,
        6 => counts.unchanged,
        7 => counts.bytes_written,
        8 => counts.bytes_shared,
        _ => return None,
    })
}

impl From<Option<Strategy>> for ltsp_strategy {
    fn from(strategy: Option<Strategy>) -> Self {
        match strategy {
            None => Self::LTSP_STRATEGY_NONE,
            Some(Strategy::Auto) => Self::LTSP_STRATEGY_AUTO,
            Some(Strategy::Swap) => Self::LTSP_STRATEGY_SWAP,
            Some(Strategy::InPlace) => Self::LTSP_STRATEGY_IN_PLACE,
        }
    }
}

/// Answers the name of a strategy, such as `in-place`.
///
/// @param strategy The strategy.
/// @return A string that is never freed; `none` for LTSP_STRATEGY_NONE, `unknown` for a number
/// that is no strategy.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_strategy_name(strategy: StrategyNumber) -> *const c_char {
    let name = match strategy {
        0 => c"none",
        1 => c"auto",
        2 => c"swap",
        3 => c"in-place",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    /// Checks that `convert` takes the numbers 1 to the number of values, and nothing else, to
    /// `values`.
    fn takes_exactly<T: Copy + PartialEq + std::fmt::Debug>(
        values: &[T],
        convert: impl Fn(i32) -> Result<T>,
    ) {
        let given: Vec<T> = (-1..100).filter_map(|number| convert(number).ok()).collect();
        assert_eq!(given, values);
        assert_eq!(convert(1).ok(), values.first().copied());
    }

    #[test]
    fn every_choice_of_the_library_has_one_number_and_no_other_number_is_taken() {
        takes_exactly(Policy::ALL, policy);
        takes_exactly(Strategy::ALL, strategy);
        takes_exactly(Busy::ALL, busy);
        takes_exactly(SpareUse::ALL, spare);
        takes_exactly(ReceiptUse::ALL, receipts);
        for policy_zero in [policy(0).err(), policy(i32::MIN).err()] {
            assert_eq!(policy_zero.map(|error| error.kind()), Some(ErrorKind::InvalidInput));
        }
    }

    #[test]
    fn the_constants_are_the_numbers_that_are_understood() {
        use {ltsp_busy::*, ltsp_policy::*, ltsp_receipts::*, ltsp_spare::*, ltsp_strategy::*};
        assert_eq!(policy(LTSP_POLICY_EXACT as i32).ok(), Some(Policy::Exact));
        assert_eq!(policy(LTSP_POLICY_REVERT as i32).ok(), Some(Policy::Revert));
        assert_eq!(policy(LTSP_POLICY_VOLATILE as i32).ok(), Some(Policy::Volatile));
        assert_eq!(strategy(LTSP_STRATEGY_AUTO as i32).ok(), Some(Strategy::Auto));
        assert_eq!(strategy(LTSP_STRATEGY_SWAP as i32).ok(), Some(Strategy::Swap));
        assert_eq!(strategy(LTSP_STRATEGY_IN_PLACE as i32).ok(), Some(Strategy::InPlace));
        assert_eq!(busy(LTSP_BUSY_REFUSE as i32).ok(), Some(Busy::Refuse));
        assert_eq!(busy(LTSP_BUSY_TERMINATE as i32).ok(), Some(Busy::Terminate));
        assert_eq!(busy(LTSP_BUSY_IGNORE as i32).ok(), Some(Busy::Ignore));
        assert_eq!(spare(LTSP_SPARE_CHECKED as i32).ok(), Some(SpareUse::Checked));
        assert_eq!(spare(LTSP_SPARE_TRUSTED as i32).ok(), Some(SpareUse::Trusted));
        assert_eq!(spare(LTSP_SPARE_NEVER as i32).ok(), Some(SpareUse::Never));
        assert_eq!(receipts(LTSP_RECEIPTS_CHECKED as i32).ok(), Some(ReceiptUse::Checked));
        assert_eq!(receipts(LTSP_RECEIPTS_TRUSTED as i32).ok(), Some(ReceiptUse::Trusted));
        assert_eq!(receipts(LTSP_RECEIPTS_NEVER as i32).ok(), Some(ReceiptUse::Never));
        for known in Strategy::ALL {
            let number = ltsp_strategy::from(Some(*known)) as i32;
            assert_eq!(strategy(number).ok(), Some(*known));
            // SAFETY: the name is a literal.
            let name = unsafe { CStr::from_ptr(ltsp_strategy_name(number)) };
            assert_eq!(name.to_str(), Ok(known.name()));
        }
    }

    #[test]
    fn each_counter_reads_its_own_number() {
        use ltsp_counter::*;
        let counts = Counts {
            created: 10,
            replaced: 20,
            removed: 30,
            metadata: 40,
            kept: 50,
            unchanged: 60,
            bytes_written: 70,
            bytes_shared: 80,
        };
        for (constant, value) in [
            (LTSP_COUNTER_CREATED, 10),
            (LTSP_COUNTER_REPLACED, 20),
            (LTSP_COUNTER_REMOVED, 30),
            (LTSP_COUNTER_METADATA, 40),
            (LTSP_COUNTER_KEPT, 50),
            (LTSP_COUNTER_UNCHANGED, 60),
            (LTSP_COUNTER_BYTES_WRITTEN, 70),
            (LTSP_COUNTER_BYTES_SHARED, 80),
        ] {
            assert_eq!(counter(&counts, constant as i32), Some(value));
        }
        assert_eq!(counter(&counts, 0), None);
        assert_eq!(counter(&counts, 9), None);
    }
}
