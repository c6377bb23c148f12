//! `ltspctl conf convert`: from lts.conf of LTSP 5 to ltsp.conf.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use ltsp_core::conf::{AnyDocument, ConfFile, Kind};
use ltsp_core::formats::ltsp::{Conversion, Converted, Verdict};
use ltsp_core::text::Document as _;
use ltsp_core::{Error, ErrorKind, Result};

use super::look::{answer, json};
use super::target::Root;
use crate::change::next;
use crate::exit::Exit;
use crate::{exit, output};

/// Make an ltsp.conf (LTSP 19 and later) of an lts.conf (LTSP 5)
///
/// Prints what became of each line, and the new file: on standard output, with the report on
/// standard error, or into --output. What changes its meaning and what has no successor is said
/// with its line.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Convert {
    /// The lts.conf
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Write the new file there
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Replace the file that is there
    #[arg(long, requires = "output")]
    force: bool,
    /// End with 1 if somebody has to look at something
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    root: Root,
    /// Print the report only, and write nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Convert {
    pub(crate) fn run(&self) -> Exit {
        let work = || {
            let done = self.convert()?;
            let target = self.output.as_deref().map(|output| self.target(output, &done));
            let mut target = target.transpose()?;
            let follow_ups = target.as_ref().map(ConfFile::follow_ups).unwrap_or_default();
            let written = match &mut target {
                Some(file) if !self.dry_run => file.save()?,
                _ => false,
            };
            let open = done.open().next().is_some() || done.stops_at.is_some();
            let exit = if self.check && open { Exit::Differences } else { Exit::Fine };
            if self.json {
                let document = serde_json::json!({
                    "conf": String::from_utf8_lossy(done.conf.to_bytes()),
                    "report": done.report,
                    "stops_at": done.stops_at,
                    "open": done.open().count(),
                    "written": written,
                    "follow_ups": follow_ups,
                });
                return Ok((json(&document), exit));
            }
            let report = report(&done);
            if self.output.is_none() && !self.dry_run {
                output::note(&report);
                return Ok((done.conf.to_bytes().to_vec(), exit));
            }
            Ok(((report + &next(&follow_ups)).into_bytes(), exit))
        };
        answer(self.json, work())
    }

    fn convert(&self) -> Result<Conversion> {
        let path = self.root.path(&self.file)?;
        if let Some(kind) = Kind::of(&path).filter(|kind| *kind != Kind::Lts) {
            let what = format!("this is a file of the format {kind}, not an lts.conf");
            return Err(Error::new(ErrorKind::InvalidInput, what).at(&self.file));
        }
        let file = self.root.open_as(&self.file, Kind::Lts)?;
        let AnyDocument::Lts(document) = file.document() else {
            return Err(Error::new(ErrorKind::Internal, "this is no lts.conf").at(&self.file));
        };
        let name = self.output.as_deref().unwrap_or(Path::new("ltsp.conf"));
        document.to_ltsp(name, &file.includes())
    }

    /// The new file, not yet written.
    fn target(&self, output: &Path, done: &Conversion) -> Result<ConfFile> {
        if !self.force {
            match self.root.open_as(output, Kind::Ltsp) {
                Ok(_) => {
                    return Err(Error::new(ErrorKind::Refused, "there is such a file already")
                        .at(output)
                        .help_with("--force replaces it"));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let mut file = self.root.open_or_new_as(output, Kind::Ltsp)?;
        let source = file.document().source().with_bytes(done.conf.to_bytes());
        *file.document_mut() = AnyDocument::parse(Kind::Ltsp, source);
        Ok(file)
    }
}

/// What became of each line, for people.
fn report(done: &Conversion) -> String {
    let mut text: String = done.report.iter().map(line).collect();
    if let Some(place) = &done.stops_at {
        text.push_str(&format!(
            "{place}: not read: LTSP 5 stops reading here, so nothing behind it is converted\n"
        ));
    }
    let count = |verdict: Verdict| done.report.iter().filter(|row| row.verdict == verdict).count();
    text.push_str(&format!(
        "{} kept, {} renamed, {} without effect before; {} changed, {} gone\n",
        count(Verdict::Kept),
        count(Verdict::Renamed),
        count(Verdict::Unread),
        count(Verdict::Changed),
        count(Verdict::Gone),
    ));
    text
}

fn line(row: &Converted) -> String {
    let key = row.key.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
    let verdict = match row.verdict {
        Verdict::Kept => "kept",
        Verdict::Renamed => "renamed",
        Verdict::Unread => "without effect before",
        Verdict::Changed => "CHANGED",
        Verdict::Gone => "GONE",
    };
    let to = match &row.to {
        Some((section, key)) if row.verdict != Verdict::Kept => {
            let gap = if key.is_empty() { "" } else { " " };
            format!(", now [{section}]{gap}{key}")
        }
        _ => String::new(),
    };
    let note = if row.note.is_empty() { String::new() } else { format!(": {}", row.note) };
    format!("{}: [{}]{key}: {verdict}{to}{note}\n", row.place, row.section)
}
