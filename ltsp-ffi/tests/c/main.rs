//! The C face, seen from C: the header, the built libraries, and programs that use them.
//!
//! The programs are compiled against an installation in a scratch directory, as a packager would
//! make it, and reset homes below a scratch root. They need root.

#![allow(
    clippy::disallowed_methods,
    reason = "a test prepares files and starts compilers and programs"
)]

mod header;
mod install;
mod kit;
mod programs;
mod scenes;
