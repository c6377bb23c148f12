//! The only module that makes system calls.
//!
//! Everything below a [`SysRoot`] is reached by a held directory ([`Dir`]) and one checked name
//! ([`FileName`]): no path is looked up twice, no symbolic link is followed, no mount point is
//! crossed, no FIFO is waited for. What the kernel refuses comes back as a [`SysError`], which
//! names the call; the rooms above add the path and the reason.
#![allow(unsafe_code, reason = "the one room for it: every use has its SAFETY")]
#![allow(
    clippy::disallowed_methods,
    reason = "here is where a path is opened once, at a root, and where /proc is read"
)]

mod clock;
mod dir;
mod error;
mod file;
mod list;
mod lock;
mod look;
mod meta;
mod mounts;
mod name;
mod process;
mod replace;
mod root;
mod xattr;

pub use dir::{Dir, Rename};
pub use error::{SysError, SysResult};
pub use file::File;
pub use list::{DirEntry, ListBuf};
pub use meta::{FileType, Meta, Timestamp};
pub use name::{FileName, FileNameBuf};
pub(crate) use root::{Links, is_foreign};
pub use root::{Located, SysRoot};

pub(crate) use clock::{Clocks, file_clock, is_past, tick_passed};
pub(crate) use file::{Copied, CopyBuf};
pub(crate) use lock::Lock;
pub(crate) use mounts::{FsKind, Telling, mount_points_below};
pub(crate) use process::{
    Deadline, Process, any_process_of, current_uid, kill_all_of, processes_of,
};
pub(crate) use xattr::Xattrs;
