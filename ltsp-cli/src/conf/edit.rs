//! `ltspctl conf set|unset|comment|uncomment|add-section|fix`: changing a file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use ltsp_core::conf::{AnyDocument, ConfFile, FollowUp};
use ltsp_core::text::Diagnostic;
use ltsp_core::{Error, ErrorKind, Result};

use super::target::Where;
use crate::exit::Exit;
use crate::{exit, output};

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

/// Remove a setting
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Unset {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    how: How,
}

/// Turn a setting into a comment
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Comment {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    how: How,
}

/// Turn a commented-out setting into one that counts
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Uncomment {
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
    /// Print what would change, as a unified diff, and change nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl How {
    /// Opens, changes, writes, and says what to run next.
    fn change(
        &self,
        opened: Result<ConfFile>,
        change: impl FnOnce(&mut AnyDocument) -> Result<Vec<Diagnostic>>,
    ) -> Exit {
        let work = || -> Result<()> {
            let mut file = opened?;
            let mended = change(file.document_mut())?;
            let (diff, follow_ups) = (file.diff(), file.follow_ups());
            let changed = if self.dry_run { file.is_changed() } else { file.save()? };
            self.answer(changed, &diff, &follow_ups, &mended);
            Ok(())
        };
        match work() {
            Ok(()) => Exit::Fine,
            Err(error) if self.json => {
                output::text((serde_json::json!({ "error": error }).to_string() + "\n").as_bytes());
                output::fail(&error)
            }
            Err(error) => output::fail(&error),
        }
    }

    fn answer(&self, changed: bool, diff: &[u8], follow_ups: &[FollowUp], mended: &[Diagnostic]) {
        if self.json {
            let answer = serde_json::json!({
                "changed": changed,
                "diff": String::from_utf8_lossy(diff),
                "mended": mended,
                "follow_ups": follow_ups,
            });
            output::text((answer.to_string() + "\n").as_bytes());
            return;
        }
        let mut text = Vec::new();
        for found in mended {
            text.extend_from_slice(format!("mended: {found}\n").as_bytes());
        }
        if self.dry_run {
            text.extend_from_slice(diff);
        }
        text.extend_from_slice(next(follow_ups).as_bytes());
        output::text(&text);
    }
}

/// What to run now, as lines that a shell takes.
pub(super) fn next(follow_ups: &[FollowUp]) -> String {
    if follow_ups.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = follow_ups.iter().map(ToString::to_string).collect();
    format!("# For this to take effect, in this order:\n{}\n", lines.join("\n"))
}

impl Set {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open_or_new(&self.what.file), |document| {
            document.set(self.what.section(), self.what.key.as_bytes(), self.value.as_bytes())?;
            Ok(Vec::new())
        })
    }
}

impl Unset {
    pub(crate) fn run(&self) -> Exit {
        // What is not there is unset already: a script may run twice.
        self.how.change(self.how.place.open(&self.what.file), |document| {
            document.unset(self.what.section(), self.what.key.as_bytes())?;
            Ok(Vec::new())
        })
    }
}

impl Comment {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open(&self.what.file), |document| {
            let done = document.comment_out(self.what.section(), self.what.key.as_bytes())?;
            self.what.must(done, "setting").map(|()| Vec::new())
        })
    }
}

impl Uncomment {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open(&self.what.file), |document| {
            let done = document.uncomment(self.what.section(), self.what.key.as_bytes())?;
            self.what.must(done, "commented-out setting").map(|()| Vec::new())
        })
    }
}

impl AddSection {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open_or_new(&self.file), |document| {
            document.add_section(self.section.as_bytes())?;
            Ok(Vec::new())
        })
    }
}

impl Fix {
    pub(crate) fn run(&self) -> Exit {
        self.how.change(self.how.place.open(&self.file), |document| Ok(document.fix()))
    }
}
