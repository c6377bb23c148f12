//! Directory trees: scan, copy, compare and remove them, in parallel and without recursion.
//!
//! A `Manifest` is a tree's metadata in one flat table. It is taken once of a template and then
//! drives everything: what to copy, in which order, and what a home should look like. Threads take
//! units of work from it by one atomic counter. Each thread holds a bounded number of open
//! directories (`Cursor`), however deep the tree is.
//!
//! Trees that nobody vouches for, a user's garbage, are never described by a manifest: they are
//! walked as they are, by `remove`, `sweep` and `carry`, with as few assumptions as that
//! takes.

pub(crate) mod bytes;
pub(crate) mod carry;
pub(crate) mod compare;
pub(crate) mod copy;
mod counts;
mod cursor;
mod manifest;
mod pattern;
mod pool;
pub(crate) mod remove;
mod rules;
pub(crate) mod sweep;
mod trail;
pub(crate) mod witness;

pub use counts::Counts;
pub use pattern::{Match, Patterns, State};
pub use rules::{Fate, Mark, Rules};

pub(crate) use cursor::Cursor;
pub(crate) use manifest::{Manifest, NodeId};
pub(crate) use pool::{Progress, parallel};

/// Whose the entries of a tree are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The deepest directory in which a live home is searched for entries with another fate. It bounds
/// the open directories.
pub(crate) const DEEPEST: usize = 256;
