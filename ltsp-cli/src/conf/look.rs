//! `ltspctl conf check|get|list|diff`: looking at a file without changing it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use ltsp_core::conf::follow_ups;
use ltsp_core::text::{Severity, unified_diff};
use ltsp_core::{Error, ErrorKind, Result};

use super::render::render;
use super::target::Where;
use crate::change::next;
use crate::exit::Exit;
use crate::{exit, output};

/// Show every mistake and silent trap, with line, reason and mend
///
/// Ends with 1 if there are warnings or errors. Advice alone ends with 0.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Check {
    /// The files
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// One line for each, as compilers print them
    #[arg(long)]
    short: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Print the value of a setting
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Get {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The section (lts.conf, ltsp.conf) or label (pxelinux) of the setting
    #[arg(long, short, value_name = "NAME")]
    section: Option<OsString>,
    /// The setting's name
    key: OsString,
    #[command(flatten)]
    place: Where,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// List every setting with its line
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct List {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    place: Where,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Show what differs between two versions of a file, and what to run for the new one to take effect
///
/// Ends with 1 if they differ.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Diff {
    /// The old version
    #[arg(value_hint = ValueHint::FilePath)]
    old: PathBuf,
    /// The new version
    #[arg(value_hint = ValueHint::FilePath)]
    new: PathBuf,
    #[command(flatten)]
    place: Where,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Prints what `work` answers, or why it cannot.
pub(crate) fn answer(json: bool, work: Result<(Vec<u8>, Exit)>) -> Exit {
    match work {
        Ok((text, exit)) => match output::text(&text) {
            Exit::Fine => exit,
            failed => failed,
        },
        Err(error) => {
            if json {
                output::text((serde_json::json!({ "error": error }).to_string() + "\n").as_bytes());
            }
            output::fail(&error)
        }
    }
}

/// A value as one line of JSON.
pub(crate) fn json(value: &serde_json::Value) -> Vec<u8> {
    (value.to_string() + "\n").into_bytes()
}

impl Check {
    pub(crate) fn run(&self) -> Exit {
        let mut all = Vec::new();
        let mut text = Vec::new();
        let mut exit = Exit::Fine;
        let mut errors = Vec::new();
        for path in &self.files {
            // One file that cannot be read hides no other.
            match self.place.open(path) {
                Ok(file) => {
                    let found = file.check();
                    if found.iter().any(|found| found.severity > Severity::Advice) {
                        exit = Exit::Differences;
                    }
                    if self.short {
                        for found in &found {
                            text.extend_from_slice(format!("{found}\n").as_bytes());
                        }
                    } else {
                        text.append(&mut render(file.document().source(), &found));
                    }
                    all.extend(found);
                }
                Err(error) => errors.push(error),
            }
        }
        if self.json {
            text = json(&serde_json::json!({ "diagnostics": all, "errors": errors }));
        } else if all.is_empty() && errors.is_empty() {
            text = b"no mistakes found\n".to_vec();
        }
        let mut exit = answer(false, Ok((text, exit)));
        for error in &errors {
            exit = output::fail(error);
        }
        exit
    }
}

impl Get {
    pub(crate) fn run(&self) -> Exit {
        let work = || {
            let file = self.place.open(&self.file)?;
            let section = self.section.as_deref().map(OsStr::as_bytes);
            let Some((value, place)) = file.document().get(section, self.key.as_bytes())? else {
                let what = format!("{} is not set there", self.key.to_string_lossy());
                return Err(Error::new(ErrorKind::NotFound, what).at(&self.file));
            };
            let text = match self.json {
                true => json(&serde_json::json!({ "value": value, "place": place })),
                false => [&*value, b"\n"].concat(),
            };
            Ok((text, Exit::Fine))
        };
        answer(self.json, work())
    }
}

impl List {
    pub(crate) fn run(&self) -> Exit {
        let work = || {
            let settings = self.place.open(&self.file)?.document().settings();
            if self.json {
                return Ok((json(&serde_json::json!({ "settings": settings })), Exit::Fine));
            }
            let mut text = String::new();
            for setting in settings {
                let section = setting.section.map(|name| format!("[{name}] ")).unwrap_or_default();
                let gap = if setting.value.is_empty() { "" } else { " = " };
                text.push_str(&format!(
                    "{}: {section}{}{gap}{}\n",
                    setting.place.line, setting.key, setting.value
                ));
            }
            Ok((text.into_bytes(), Exit::Fine))
        };
        answer(self.json, work())
    }
}

impl Diff {
    pub(crate) fn run(&self) -> Exit {
        let work = || {
            let (old, new) = (self.place.open(&self.old)?, self.place.open(&self.new)?);
            if old.document().kind() != new.document().kind() {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!(
                        "the files have different formats, {} and {}",
                        old.document().kind(),
                        new.document().kind()
                    ),
                )
                .at(&self.new)
                .help_with("compare two files of one format, or convert the old one first"));
            }
            let diff = unified_diff(old.document().source(), new.document().source());
            let steps = follow_ups(old.path(), old.document(), new.document());
            let exit = if diff.is_empty() { Exit::Fine } else { Exit::Differences };
            let text = match self.json {
                true => json(&serde_json::json!({
                    "diff": String::from_utf8_lossy(&diff),
                    "follow_ups": steps,
                })),
                false => [&diff, next(&steps).as_bytes()].concat(),
            };
            Ok((text, exit))
        };
        answer(self.json, work())
    }
}
