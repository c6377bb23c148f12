//! The test kit: trees as data, digests to compare them, real file systems, hostile owners and injected faults.
#![allow(
    clippy::disallowed_methods,
    reason = "the kit is the oracle: it works by path on purpose, with other means than the library it judges"
)]

pub mod attack;
pub mod digest;
pub mod faults;
pub mod fuzz;
pub mod host;
mod ids;
pub mod kernel;
pub mod mount;
pub mod naive;
pub mod naive_lts;
pub mod oracle;
pub mod remove;
pub mod session;
pub mod tree;
mod walk;
mod xattr;

pub use digest::{Digest, Ignore, Snapshot, assert_same, diff};
pub use host::Host;
pub use ids::new_ids;
pub use mount::FileSystem;
pub use remove::remove_tree;
pub use tree::{Entry, Tree};
