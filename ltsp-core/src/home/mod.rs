//! Home reset: putting home directories back to their template.
//!
//! [`HomeReset`] says what is wanted; [`HomeReset::plan`] answers what would change without
//! changing it, [`HomeReset::run`] does it and answers a [`Report`], [`HomeReset::verify`] compares
//! homes with the template.
//!
//! # Policies
//!
//! | [`Policy`] | the home afterwards |
//! |---|---|
//! | [`Exact`](Policy::Exact) | is the template; everything else is gone |
//! | [`Revert`](Policy::Revert) | keeps every top-level entry without a leading dot; its dot entries are the skeleton's |
//! | [`Volatile`](Policy::Volatile) | has lost what matches the volatile rules, nothing more |
//!
//! *Keep* rules name what survives. In exact and revert a *volatile* rule names what goes even
//! though a keep rule matches; in volatile, a keep rule names what stays even though a volatile
//! rule matches. What survives stays as it is; a template entry whose name is free is laid beside
//! it.
//!
//! # Strategies
//!
//! [`Strategy::Swap`] builds the fresh home in a directory that only root can enter, on the same
//! file system, and exchanges it with the live one in one step (renameat2(2), `RENAME_EXCHANGE`),
//! so a home is at every instant the old one or the new one. Entries that are kept have been given
//! a second name (link(2)) in the fresh home before. [`Strategy::InPlace`] mends only what
//! differs, entry by entry, and keeps the home's inode. What has not been touched since the last
//! reset is known from a receipt of inode numbers and change times, see [`ReceiptUse`].

mod busy;
mod in_place;
mod job;
mod memory;
mod one;
mod options;
mod plan;
mod receipt;
mod refusal;
mod report;
mod reset;
mod spare;
mod staging;
mod swap;
mod target;
mod template;

pub use options::{Busy, Policy, ReceiptUse, SpareUse, Strategy};
pub use plan::{Action, Change, HomePlan, Plan};
pub use report::{HomeReport, Outcome, Report};
pub use reset::HomeReset;

pub use crate::tree::Counts;
