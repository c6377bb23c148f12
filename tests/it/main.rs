//! Tests that need root and real file systems.
#![allow(
    clippy::disallowed_methods,
    reason = "the tests judge from outside: they work by path and start programs on purpose"
)]
#![allow(
    clippy::incompatible_msrv,
    reason = "only what is published must build with old compilers"
)]

mod attack;
mod cli;
mod conf_bad_input;
mod conf_convert;
mod conf_excludes;
mod conf_files;
mod conf_limits;
mod conf_lts;
mod conf_ltsp;
mod conf_pxe;
mod conf_shell;
mod faults;
mod fuzz_corpus;
mod house;
mod image;
mod kit_attack;
mod kit_digest;
mod kit_faults;
mod kit_host;
mod kit_kernel;
mod kit_mount;
mod kit_session;
mod kit_tree;
mod limits;
mod readme;
mod reset_busy;
mod reset_exact;
mod reset_memory;
mod reset_plan;
mod reset_random;
mod reset_receipts;
mod reset_refusals;
mod reset_revert;
mod reset_rules;
mod reset_spares;
mod reset_support;
mod reset_unseen;
mod reset_volatile;
mod syscalls;
