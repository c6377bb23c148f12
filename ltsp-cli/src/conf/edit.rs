//! `ltspctl conf set|unset|comment|uncomment|add-section|fix`: changing a file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use ltsp_core::conf::{AnyDocument, ConfFile};
use ltsp_core::{Error, ErrorKind, Result};

use super::target::Where;
use crate::change::{Change, Told};
use crate::exit::{self, Exit};

/// Give a setting a value
///
/// Only its line changes; a setting that is missing is added at the end of its section.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Set {
    #[command(flatten)]
    what: What,
    /// The value
    #[arg(allow_hyphen_values = true)]
    value: OsString,
    #[command(flatten)]
    how: How,
}

/// A setting that is there already.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct OfSetting {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    how: How,
}

/// Add an empty section
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct AddSection {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The section's name
    section: OsString,
    #[command(flatten)]
    how: How,
}

/// Make every mend that `check` calls safe
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Fix {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    how: How,
}

#[derive(Args, Debug)]
struct What {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The section (lts.conf, ltsp.conf) or label (pxelinux) of the setting
    #[arg(long, short, value_name = "NAME")]
    section: Option<OsString>,
    /// The setting's name; in limits.conf "DOMAIN TYPE ITEM", in a list of excludes the pattern
    key: OsString,
}

impl What {
    fn section(&self) -> Option<&[u8]> {
        self.section.as_deref().map(OsStr::as_bytes)
    }

    /// Refuses a change that found nothing to change.
    fn must(&self, done: bool, what: &str) -> Result<()> {
        if done {
            return Ok(());
        }
        let section = match &self.section {
            Some(section) => format!(" in [{}]", section.to_string_lossy()),
            None => String::new(),
        };
        let what = format!("there is no {what} {}{section}", self.key.to_string_lossy());
        Err(Error::new(ErrorKind::NotFound, what).at(&self.file))
    }
}

#[derive(Args, Debug)]
struct How {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    change: Change,
}

impl How {
    fn change(
        &self,
        opened: Result<ConfFile>,
        change: impl FnOnce(&mut AnyDocument) -> Result<()>,
    ) -> Exit {
        self.change.make(opened, |file| change(file.document_mut()).map(|()| Told::default()))
    }
}

impl Set {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open_or_new(&self.what.file), |document| {
            document.set(self.what.section(), self.what.key.as_bytes(), self.value.as_bytes())
        })
    }
}

impl OfSetting {
    fn change(&self, change: impl FnOnce(&mut AnyDocument) -> Result<()>) -> Exit {
        self.how.change(self.how.place.open(&self.what.file), change)
    }

    /// What is not there is unset already: a script may run twice.
    pub(crate) fn unset(&self) -> Exit {
        self.change(|document| {
            document.unset(self.what.section(), self.what.key.as_bytes()).map(drop)
        })
    }

    pub(crate) fn comment(&self) -> Exit {
        self.change(|document| {
            let done = document.comment_out(self.what.section(), self.what.key.as_bytes())?;
            self.what.must(done, "setting")
        })
    }

    pub(crate) fn uncomment(&self) -> Exit {
        self.change(|document| {
            let done = document.uncomment(self.what.section(), self.what.key.as_bytes())?;
            self.what.must(done, "commented-out setting")
        })
    }
}

impl AddSection {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open_or_new(&self.file), |document| {
            document.add_section(self.section.as_bytes()).map(drop)
        })
    }
}

impl Fix {
    pub(crate) fn run(&self) -> Exit {
        self.how.change.make(self.how.place.open(&self.file), |file| {
            Ok(Told { mended: file.document_mut().fix(), ..Told::default() })
        })
    }
}
