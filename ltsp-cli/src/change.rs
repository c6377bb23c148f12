//! Changing one configuration file: open, change, save, and say what to run next.

use clap::Args;
use ltsp_core::Result;
use ltsp_core::conf::{ConfFile, FollowUp};
use ltsp_core::text::Diagnostic;

use crate::exit::Exit;
use crate::output;

/// How a verb that changes a file does it.
#[derive(Args, Debug)]
pub(crate) struct Change {
    /// Print what would change, as a unified diff, and change nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is to be said of a change besides the difference.
#[derive(Default)]
pub(crate) struct Told {
    /// Mistakes that were mended.
    pub(crate) mended: Vec<Diagnostic>,
    /// What somebody has to know.
    pub(crate) notes: Vec<String>,
}

impl Change {
    /// Opens, changes, writes, and says what to run next.
    pub(crate) fn make(
        &self,
        opened: Result<ConfFile>,
        change: impl FnOnce(&mut ConfFile) -> Result<Told>,
    ) -> Exit {
        let work = || -> Result<Exit> {
            let mut file = opened?;
            let told = change(&mut file)?;
            let (diff, follow_ups) = (file.diff(), file.follow_ups());
            let changed = if self.dry_run { file.is_changed() } else { file.save()? };
            Ok(self.answer(changed, &diff, &follow_ups, &told))
        };
        match work() {
            Ok(exit) => exit,
            Err(error) => self.fail(&error),
        }
    }

    /// Says what went wrong, on standard output too if a program reads that.
    pub(crate) fn fail(&self, error: &ltsp_core::Error) -> Exit {
        if self.json {
            output::text((serde_json::json!({ "error": error }).to_string() + "\n").as_bytes());
        }
        output::fail(error)
    }

    fn answer(&self, changed: bool, diff: &[u8], follow_ups: &[FollowUp], told: &Told) -> Exit {
        if self.json {
            let answer = serde_json::json!({
                "changed": changed,
                "diff": String::from_utf8_lossy(diff),
                "mended": told.mended,
                "notes": told.notes,
                "follow_ups": follow_ups,
            });
            return output::text((answer.to_string() + "\n").as_bytes());
        }
        let mut text = Vec::new();
        for found in &told.mended {
            text.extend_from_slice(format!("mended: {found}\n").as_bytes());
        }
        if self.dry_run {
            text.extend_from_slice(diff);
        }
        for note in &told.notes {
            text.extend_from_slice(format!("# {note}\n").as_bytes());
        }
        text.extend_from_slice(next(follow_ups).as_bytes());
        output::text(&text)
    }
}

/// What to run now, as lines that a shell takes.
pub(crate) fn next(follow_ups: &[FollowUp]) -> String {
    if follow_ups.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = follow_ups.iter().map(ToString::to_string).collect();
    format!("# For this to take effect, in this order:\n{}\n", lines.join("\n"))
}
