//! Ids that no other account has.
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many ids one process may use up.
const SHARE: u32 = 10_000;

/// The first of `count` ids that no person, no service and no other test has, not even one that runs at the same time in
/// another process.
///
/// The kernel knows processes by their uid on the whole machine: a reset that ends those of its account must not meet the
/// ones that another test has started.
#[track_caller]
pub fn new_ids(count: u32) -> u32 {
    static USED: AtomicU32 = AtomicU32::new(0);
    let used = USED.fetch_add(count, Ordering::Relaxed);
    assert!(used.saturating_add(count) <= SHARE, "the ids of this process are used up");
    1_000_000_000 + process::id() % 100_000 * SHARE + used
}
