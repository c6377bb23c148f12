//! `ltspctl limits`: what PAM limits somebody to, and blocks of rules that a program keeps.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueHint};
use ltsp_core::conf::{AnyDocument, Kind, effective_limits, who};
use ltsp_core::formats::limits::{Item, Kind as Type, NewRule};
use ltsp_core::{Error, ErrorKind, Result};

use crate::change::{Change, Told};
use crate::conf::look::{answer, json};
use crate::conf::resolve::explained;
use crate::conf::target::Root;
use crate::exit::{self, Exit};

/// See and set what PAM limits the sessions of accounts to
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    Effective(Effective),
    Block(Block),
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
    #[command(flatten)]
    root: Root,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Keep rules in a block of their own, between two marker lines
///
/// All that stands in the block is replaced; every byte outside of it stays. Run again with the
/// same rules it changes nothing.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
#[command(group(ArgGroup::new("what").required(true)))]
pub(crate) struct Block {
    /// The file
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The block's name
    name: String,
    /// The rules, each as one word: "DOMAIN TYPE ITEM VALUE"
    #[arg(value_name = "RULE", group = "what")]
    rules: Vec<OsString>,
    /// Remove the block
    #[arg(long, group = "what")]
    remove: bool,
    /// Make a block of the rules that the script for guest accounts wrote below its ### custom
    #[arg(long, group = "what")]
    import: bool,
    #[command(flatten)]
    root: Root,
    #[command(flatten)]
    change: Change,
}

impl Verb {
    pub(crate) fn run(self) -> Exit {
        match self {
            Self::Effective(verb) => answer(verb.json, verb.text().map(|text| (text, Exit::Fine))),
            Self::Block(verb) => verb.run(),
        }
    }
}

impl Effective {
    fn text(&self) -> Result<Vec<u8>> {
        let root = self.root.open()?;
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

impl Block {
    fn run(&self) -> Exit {
        let opened = match self.remove || self.import {
            true => self.root.open_as(&self.file, Kind::Limits),
            false => self.root.open_or_new_as(&self.file, Kind::Limits),
        };
        self.change.make(opened, |file| {
            let AnyDocument::Limits(document) = file.document_mut() else {
                return Err(Error::new(ErrorKind::Internal, "this is no limits.conf"));
            };
            let mut told = Told::default();
            if self.remove {
                // What is not there is removed already.
                document.remove_block(&self.name)?;
            } else if self.import {
                let Some(done) = document.import_script_block(&self.name)? else {
                    let what = "the file has no rules of the script for guest accounts";
                    return Err(Error::new(ErrorKind::NotFound, what).at(&self.file));
                };
                told.notes.push(format!("{} rules are in the block now", done.rules.len()));
                if done.more_behind {
                    let note =
                        "what stands behind them the script would have deleted when run again";
                    told.notes.push(note.to_owned());
                }
            } else {
                let rules: Result<Vec<NewRule>> =
                    self.rules.iter().map(|rule| new_rule(rule.as_bytes())).collect();
                document.set_block(&self.name, &rules?)?;
            }
            Ok(told)
        })
    }
}

/// A rule as it stands in the file.
fn new_rule(text: &[u8]) -> Result<NewRule> {
    let words: Vec<&[u8]> =
        text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let wrong = |what: &str| {
        Error::new(
            ErrorKind::InvalidInput,
            format!("{:?} is no rule: {what}", String::from_utf8_lossy(text)),
        )
        .help_with("write it as in the file: \"@guests hard nproc 400\"")
    };
    let [domain, kind, item, value] = words[..] else {
        return Err(wrong("it has four words"));
    };
    let kind = Type::of_name(kind).ok_or_else(|| wrong("the type is soft, hard or -"))?;
    let item = Item::of_name(item).ok_or_else(|| wrong("there is no such item"))?;
    Ok(NewRule { domain: domain.into(), kind, item, value: value.into() })
}
