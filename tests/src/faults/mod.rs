//! Faults by strace: what a command calls, and what becomes of it when one of those calls fails or is its last.
mod call;
mod each;
mod mutating;
mod paths;
mod strace;

pub use call::Call;
pub use each::{Point, Summary, each_fault, points};
pub use mutating::mutates;
pub use paths::path_violations;
pub use strace::{Fault, Run, Traced};
