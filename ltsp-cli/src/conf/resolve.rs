//! `ltspctl conf resolve|explain`: what somebody really gets, and from which line.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use ltsp_core::conf::{AnyDocument, ConfFile, Request, who};
use ltsp_core::text::{Entry, Resolved};
use ltsp_core::{Error, ErrorKind, Result};

use super::look::{answer, json};
use super::target::{Where, Who};
use crate::exit::{self, Exit};

/// Print what a client gets, as the program that reads the file would take it
///
/// One NAME=value line for each; a value that only a shell could tell is left out.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Resolve {
    #[command(flatten)]
    question: Question,
    /// Print byte for byte what this program prints
    #[arg(long = "as", value_name = "PROGRAM")]
    program: Option<Program>,
}

/// Show each value a client gets with its line, why that line counts, and what it hides
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Explain {
    #[command(flatten)]
    question: Question,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Program {
    /// getltscfg of LTSP 5: `getltscfg -a`, or `getltscfg NAME`
    Getltscfg,
}

#[derive(Args, Debug)]
struct Question {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Only this setting
    key: Option<OsString>,
    #[command(flatten)]
    client: Who,
    /// ltsp.conf: as this applet of `ltsp` reads it
    #[arg(long, value_name = "NAME")]
    applet: Option<String>,
    /// ltsp.conf: as the server reads it
    #[arg(long)]
    server: bool,
    /// limits.conf: for a session of this account of the root
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Username)]
    user: Option<OsString>,
    #[command(flatten)]
    place: Where,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Question {
    fn open(&self) -> Result<(ConfFile, Request)> {
        let file = self.place.open(&self.file)?;
        let request = Request {
            client: self.client.client(),
            applet: self.applet.clone(),
            server: self.server,
            who: match &self.user {
                Some(name) => Some(who(file.root(), name.as_bytes())?),
                None => None,
            },
        };
        Ok((file, request))
    }

    /// The entries that were asked for.
    fn entries(&self) -> Result<Vec<Entry>> {
        let (file, request) = self.open()?;
        let resolved: Resolved = file.resolve(&request)?;
        let Some(key) = &self.key else { return Ok(resolved.entries().to_vec()) };
        let key = key.as_bytes();
        let same = |entry: &&Entry| match file.document() {
            AnyDocument::Lts(_) => entry.key.eq_ignore_ascii_case(key),
            _ => *entry.key == *key,
        };
        match resolved.entries().iter().find(same) {
            Some(entry) => Ok(vec![entry.clone()]),
            None => Err(Error::new(
                ErrorKind::NotFound,
                format!("{} is not set for this client", String::from_utf8_lossy(key)),
            )
            .at(&self.file)),
        }
    }
}

impl Resolve {
    pub(crate) fn run(&self) -> Exit {
        answer(self.question.json, self.text().map(|text| (text, Exit::Fine)))
    }

    fn text(&self) -> Result<Vec<u8>> {
        if self.program == Some(Program::Getltscfg) {
            return self.getltscfg();
        }
        let entries = self.question.entries()?;
        if self.question.json {
            return Ok(json(&serde_json::json!({ "settings": entries })));
        }
        let mut text = Vec::new();
        for entry in &entries {
            let Some(value) = &entry.value else { continue };
            if self.question.key.is_none() {
                text.extend_from_slice(&entry.key);
                text.push(b'=');
            }
            text.extend_from_slice(value);
            text.push(b'\n');
        }
        Ok(text)
    }

    fn getltscfg(&self) -> Result<Vec<u8>> {
        let (file, request) = self.question.open()?;
        let AnyDocument::Lts(document) = file.document() else {
            return Err(Error::new(ErrorKind::InvalidInput, "getltscfg reads lts.conf only")
                .at(&self.question.file));
        };
        let key = self.question.key.as_deref().map(std::os::unix::ffi::OsStrExt::as_bytes);
        let said = document.getltscfg(&request.client, &file.includes(), key)?;
        Ok(said.stdout.into_vec())
    }
}

impl Explain {
    pub(crate) fn run(&self) -> Exit {
        let work = || {
            let entries = self.question.entries()?;
            if self.question.json {
                return Ok(json(&serde_json::json!({ "settings": entries })));
            }
            Ok(explained(&entries).into_bytes())
        };
        answer(self.question.json, work().map(|text| (text, Exit::Fine)))
    }
}

/// Each value with where it comes from.
pub(crate) fn explained(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let line = match &entry.value {
            Some(value) => format!("{} = {value}\n", entry.key),
            None => format!("{} has no value that can be known\n", entry.key),
        };
        text.push_str(&line);
        text.push_str(&format!("    from {}\n", entry.origin));
        for (value, origin) in &entry.hidden {
            text.push_str(&format!("    hides {value}, from {origin}\n"));
        }
    }
    text
}
