//! limits.conf(5) and limits.d: what pam_limits makes of a session.
//!
//! [`LimitsConf`] is one file. Its lines are `DOMAIN TYPE ITEM VALUE`; [`effective`] computes from
//! all files what somebody gets, as pam_limits of Linux-PAM 1.5 does (Debian 12, Ubuntu 22.04 and
//! 24.04), with the line that each value comes from and the lines that it hides.
//!
//! ```
//! use ltsp_core::formats::limits::{Bound, Item, LimitsConf, Who, effective};
//! use ltsp_core::text::{Document, Source};
//!
//! let file = LimitsConf::parse(Source::new("/etc/security/limits.conf", "@guests hard cpu 2\n"));
//! let who = Who { name: "g1".into(), uid: 1001, gid: 500, groups: vec![("guests".into(), 500)] };
//! let got = effective(&[file], &who);
//! // The file counts minutes, the kernel seconds.
//! assert_eq!(got.limit(Item::Cpu).and_then(|limit| limit.hard()), Some(Bound::Most(120)));
//! ```
//!
//! Rules of our own live in a block between two marker lines ([`LimitsConf::set_block`]), so that
//! what an administrator wrote around it survives.

mod block;
mod document;
mod domain;
mod effective;
mod files;
mod grammar;
mod item;
mod lint;
mod rule;
mod settings;
mod traps;
mod value;
mod write;

pub use block::{Block, Imported};
pub use document::LimitsConf;
pub use domain::{Domain, Ids};
pub use effective::{
    Baseline, Bound, Chosen, Counted, Effective, Limit, Logins, Pair, Who, effective,
};
pub use files::{in_reading_order, is_read};
pub use item::{Item, Unit};
pub use rule::{Exemption, Kind, NewRule, Rule};
pub use value::Value;
