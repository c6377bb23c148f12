//! The C face: `#include <ltsp.h>`, `-lltsp`.
//!
//! The header `include/ltsp.h` is made from the comments and signatures of this crate, and its
//! first page holds the rules for callers: ownership, threads, errors. Here stand the rules for
//! this side:
//!
//! * Every function that is given a pointer goes through `boundary!`, which checks for NULL and
//!   catches panics. It trusts the caller in nothing but what the header says: that a pointer that
//!   is not NULL came from this library, or is a string, and is alive.
//! * Enums come in as numbers, because a caller in C can pass any.
//! * What goes out borrowed is held by what it was taken from, so that it stays where it is.

#![allow(non_camel_case_types, reason = "the types' names are those that stand in the header")]
#![allow(
    clippy::missing_safety_doc,
    reason = "what every pointer must be stands once, on the header's first page"
)]

#[macro_use]
mod boundary;
mod bytes;
mod client;
mod conf;
mod convert;
mod diagnostics;
mod error;
mod follow_ups;
mod images;
mod limits;
mod options;
mod place;
mod plan;
mod progress;
mod pxe;
mod report;
mod reset;
mod resolved;
mod settings;
mod version;

pub use bytes::*;
pub use client::*;
pub use conf::*;
pub use convert::*;
pub use diagnostics::*;
pub use error::*;
pub use follow_ups::*;
pub use images::*;
pub use limits::*;
pub use options::*;
pub use place::*;
pub use plan::*;
pub use progress::*;
pub use pxe::*;
pub use report::*;
pub use reset::*;
pub use resolved::*;
pub use settings::*;
pub use version::*;
