//! pxelinux and syslinux configuration.

mod boot;
mod cmdline;
mod default;
mod directive;
mod document;
mod grammar;
mod lint;
mod menu;
mod resolve;
mod search;
mod settings;

pub use boot::{First, Target, Unattended};
pub use cmdline::{KernelCommandLine, Parameter};
pub use default::MacFile;
pub use directive::{DIRECTIVES, Directive, Scope, Takes};
pub use document::PxeConf;
pub use menu::{Action, Entry, Image, Kind, Menu, Sourced, Submenu, SysAppend};
pub use search::search_order;

#[cfg(test)]
mod tests;
