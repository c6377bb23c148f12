//! `ltspctl conf`: configuration files.

mod convert;
mod edit;
pub(crate) mod look;
mod render;
pub(crate) mod resolve;
pub(crate) mod target;

use clap::Subcommand;

use crate::exit::{self, Exit};

/// Read, explain, check and change configuration files without losing a byte
///
/// lts.conf, ltsp.conf, pxelinux.cfg, limits.conf, lists of image excludes and the shell files of
/// LTSP 5. The file's name tells the format, or --format does.
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    Check(look::Check),
    Resolve(resolve::Resolve),
    Explain(resolve::Explain),
    Get(look::Get),
    List(look::List),
    Set(edit::Set),
    /// Remove a setting
    Unset(edit::OfSetting),
    /// Turn a setting into a comment
    Comment(edit::OfSetting),
    /// Turn a commented-out setting into one that counts
    Uncomment(edit::OfSetting),
    AddSection(edit::AddSection),
    Fix(edit::Fix),
    Diff(look::Diff),
    Convert(convert::Convert),
}

impl Verb {
    pub(crate) fn run(self) -> Exit {
        match self {
            Self::Check(verb) => verb.run(),
            Self::Resolve(verb) => verb.run(),
            Self::Explain(verb) => verb.run(),
            Self::Get(verb) => verb.run(),
            Self::List(verb) => verb.run(),
            Self::Set(verb) => verb.run(),
            Self::Unset(verb) => verb.unset(),
            Self::Comment(verb) => verb.comment(),
            Self::Uncomment(verb) => verb.uncomment(),
            Self::AddSection(verb) => verb.run(),
            Self::Fix(verb) => verb.run(),
            Self::Diff(verb) => verb.run(),
            Self::Convert(verb) => verb.run(),
        }
    }
}
