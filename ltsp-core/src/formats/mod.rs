//! Grammars of the files a server and its clients are made of.

mod client;
pub mod excludes;
pub mod exports;
pub mod group;
pub mod ipxe;
pub mod limits;
pub mod lts;
pub mod ltsp;
pub mod nbd;
pub mod passwd;
pub mod pxe;
pub mod shell;

pub use client::{Client, MacAddr};
