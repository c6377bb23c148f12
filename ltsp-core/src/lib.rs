//! Run an LTSP classroom server: the engine behind `ltspctl`, `import ltsp` and `libltsp`.
//!
//! LTSP lets the computers of a school, library or university lab boot over the network from one
//! server. This crate does what its administrators used to do with root shell scripts: safely,
//! because it works as root inside directories that pupils control; without losing data; and fast.
//!
//! The first room that is furnished is [`home`]: putting home directories back to their template.
//!
//! ```no_run
//! use ltsp_core::home::{HomeReset, Policy};
//!
//! let report = HomeReset::new(Policy::Exact)
//!     .template("/home/guest")
//!     .user("guest1")
//!     .user("guest2")
//!     .keep("Documents/**")
//!     .run(&())?;
//! println!("{report}");
//! # Ok::<(), ltsp_core::Error>(())
//! ```
//!
//! # How it is laid out
//!
//! | room | purpose |
//! |---|---|
//! | [`mod@error`] | one opaque [`Error`] with a small [`ErrorKind`] |
//! | [`progress`] | the [`Observer`] trait: progress and cancellation |
//! | [`sys`] | the only module that makes system calls: [`sys::Dir`], [`sys::FileName`], [`SysRoot`] |
//! | [`text`] | lossless byte documents: sources, diagnostics, edits, differences |
//! | [`formats`] | grammars and typed views of the files a lab is configured by |
//! | [`conf`] | configuration files on disk: open, explain, check, change, save |
//! | [`image`] | client images: which there are, what is inside, what serves them |
//! | [`accounts`] | who has which home |
//! | [`tree`] | scan, copy, compare and remove directory trees |
//! | [`home`] | home reset: policy, plan, engine, strategies |
//!
//! Parsing is pure, deciding is pure, and only applying touches the machine, so every change has a
//! dry run. Below a [`SysRoot`] there are no paths, only pairs of a held directory and one checked
//! name, so nothing that a user swaps, links or mounts can lead the library elsewhere.

#![deny(unsafe_code)]

pub mod accounts;
pub mod conf;
pub mod error;
pub mod formats;
pub mod home;
pub mod image;
pub mod progress;
pub mod sys;
pub mod text;
pub mod tree;

pub use error::{Error, ErrorKind, Result};
pub use progress::{CancelToken, Event, Observer};
pub use sys::SysRoot;
