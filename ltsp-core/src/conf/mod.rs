//! Configuration files on disk: open, explain, check, change, save.
//!
//! The grammars of [`formats`](crate::formats) know bytes only. Here is where a file of a
//! [`SysRoot`](crate::SysRoot) becomes a document and is written back: in one step, with its owner,
//! mode and attributes, and only if nobody else has changed it meanwhile.
//!
//! ```no_run
//! use ltsp_core::SysRoot;
//! use ltsp_core::conf::ConfFile;
//!
//! let mut file = ConfFile::open(&SysRoot::host()?, "/srv/tftp/ltsp/amd64/lts.conf")?;
//! file.document_mut().set(Some(b"Default"), b"LDM_GUESTLOGIN", b"True")?;
//! print!("{}", String::from_utf8_lossy(&file.diff()));
//! file.save()?;
//! # Ok::<(), ltsp_core::Error>(())
//! ```

mod any;
mod file;
mod follow_up;
mod includes;
mod kind;
mod resolve;

pub use any::AnyDocument;
pub use file::ConfFile;
pub use follow_up::{FollowUp, follow_ups};
pub use includes::RootIncludes;
pub use kind::Kind;
pub use resolve::{Request, effective_limits, ltsp_request, who};
