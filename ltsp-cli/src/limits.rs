//! `ltspctl limits`: what PAM limits somebody to.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use ltsp_core::conf::{effective_limits, who};
use ltsp_core::{Result, SysRoot};

use crate::conf::look::{answer, json};
use crate::conf::resolve::explained;
use crate::exit::{self, Exit};

/// What PAM limits the sessions of an account to
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    Effective(Effective),
}

/// Show each limit of an account's sessions, with the line that it comes from
///
/// As pam_limits reads /etc/security/limits.conf and limits.d.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Effective {
    /// The account's name
    #[arg(value_hint = ValueHint::Username)]
    user: OsString,
    /// Take this directory for /: a chroot, an unpacked image
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Verb {
    pub(crate) fn run(self) -> Exit {
        match self {
            Self::Effective(verb) => answer(verb.json, verb.text().map(|text| (text, Exit::Fine))),
        }
    }
}

impl Effective {
    fn text(&self) -> Result<Vec<u8>> {
        let root = match &self.root {
            Some(root) => SysRoot::open(root)?,
            None => SysRoot::host()?,
        };
        let effective = effective_limits(&root, &who(&root, self.user.as_bytes())?)?;
        if self.json {
            return Ok(json(&serde_json::json!(effective)));
        }
        if let Some(origin) = &effective.exempt {
            return Ok(format!("no limits at all, from {origin}\n").into_bytes());
        }
        let resolved = effective.to_resolved();
        if resolved.entries().is_empty() {
            return Ok(b"no file limits this account\n".to_vec());
        }
        Ok(explained(resolved.entries()).into_bytes())
    }
}
