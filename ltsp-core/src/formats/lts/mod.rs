//! lts.conf of LTSP 5, exactly as its reader, getltscfg, takes it.
//!
//! Sections (`[Default]`, `[host name]`, `[IP address]`, `[MAC address]`, wildcards) hold
//! `NAME = value` lines. The format is full of silent traps: newlines mean nothing, a quote reaches
//! to the last quote of its line, `#` starts a comment anywhere, the first mistake ends the reading
//! without an exit status to show for it. [`LtsConf::resolve`] tells what a client really gets and
//! from which line, [`Document::check`](crate::text::Document::check) every mistake, and
//! [`Settings`](crate::text::Settings) changes one line without touching another byte.

mod convert;
mod document;
mod edit;
mod getltscfg;
mod glob;
mod guest;
mod include;
mod lexer;
mod line;
mod lint;
pub mod params;
mod parser;
mod resolve;
mod values;
mod version_sort;

pub use document::LtsConf;
pub use getltscfg::GetltscfgOutput;
pub use guest::{
    Guest, GuestLogin, Mapped, generated_host_name, guest, host_name, host_to_username,
};
pub use values::{family, is_none, is_true_in_ldm, is_true_in_shell, on_screen};

/// What some editors put in front of UTF-8; the original takes it for a word.
const BOM: &[u8] = b"\xef\xbb\xbf";
