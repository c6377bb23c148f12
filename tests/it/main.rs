//! Tests that need root and real file systems.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests judge from outside: they work by path and start programs on purpose"
)]

mod kit_attack;
mod kit_digest;
mod kit_faults;
mod kit_host;
mod kit_kernel;
mod kit_mount;
mod kit_session;
mod kit_tree;
