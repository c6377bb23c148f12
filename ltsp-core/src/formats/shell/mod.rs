//! Files of shell assignments: `ltsp-update-image.conf`, `update-kernels.conf`, `/etc/default/*`.
//!
//! The tools of LTSP 5 read their settings with the shell's `.` command, so such a file is a
//! program, run as root. Here it is never run. [`ShellConf`] finds the assignments that are carried
//! out in any case, follows quotes, escapes, continued lines and references to variables that were
//! assigned before, and says of everything else that it is code: what stands within `if`, loops,
//! functions, behind `&&`, values from command substitutions. What dash, the `/bin/sh` of Debian and
//! Ubuntu, does is what counts.

mod document;
mod edit;
mod lexer;
mod lint;
mod names;
mod params;
mod parser;
mod quote;
mod resolve;
mod tools;
mod value;

pub use document::{Opaque, ShellConf};
pub use names::drop_in_order;
pub use params::{Kind, Param, Tool};
pub use resolve::{Certainty, Variable, resolve, variables};
