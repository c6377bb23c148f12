//! `ltspctl pxe`: the boot menus of pxelinux.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use ltsp_core::conf::{AnyDocument, ConfFile, Kind};
use ltsp_core::formats::MacAddr;
use ltsp_core::formats::pxe::{Action, Entry, First, Menu, PxeConf, Target, search_order};
use ltsp_core::{Error, ErrorKind, Result};

use crate::change::{Change, Told};
use crate::conf::look::{answer, json};
use crate::conf::target::{Root, Who};
use crate::exit::{self, Exit};

/// See and change what clients boot over the network
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    Show(Show),
    Files(Files),
    /// Boot a label by default
    ///
    /// It is what the menu begins at, or what is booted without a menu.
    Default(OfLabel),
    /// Boot a label when nobody touches the keyboard
    Ontimeout(OfLabel),
    Mac(Mac),
    Param(Param),
}

/// Show the menu: labels, kernels, command lines, and what is booted when
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Show {
    #[command(flatten)]
    file: Menus,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// List the files that a client asks for, in that order
///
/// In the directory pxelinux.cfg; the first one that is there counts.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Files {
    #[command(flatten)]
    client: Who,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// One label of a file.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct OfLabel {
    #[command(flatten)]
    file: Menus,
    /// The label's name
    label: OsString,
    #[command(flatten)]
    change: Change,
}

/// Let one machine boot another label than the others
///
/// Writes a small file for it beside the one of all machines, which it includes.
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Mac {
    #[command(flatten)]
    file: Menus,
    /// The hardware address of the machine's network card
    mac: MacAddr,
    /// The label's name
    label: OsString,
    /// Replace a file that somebody wrote by hand
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    change: Change,
}

/// Set or remove a kernel parameter of a label
#[derive(Args, Debug)]
#[command(after_long_help = exit::table())]
pub(crate) struct Param {
    #[command(flatten)]
    file: Menus,
    /// The label's name
    label: OsString,
    /// The parameter: NAME=VALUE, or NAME for a flag
    #[arg(value_name = "NAME[=VALUE]")]
    parameter: OsString,
    /// Remove it, whatever its value is
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    change: Change,
}

#[derive(Args, Debug)]
struct Menus {
    /// The file, such as pxelinux.cfg/default
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    root: Root,
}

impl Menus {
    fn open(&self) -> Result<ConfFile> {
        self.root.open_as(&self.file, Kind::Pxe)
    }
}

fn of(document: &AnyDocument) -> Result<&PxeConf> {
    match document {
        AnyDocument::Pxe(document) => Ok(document),
        _ => Err(not_pxe()),
    }
}

fn of_mut(document: &mut AnyDocument) -> Result<&mut PxeConf> {
    match document {
        AnyDocument::Pxe(document) => Ok(document),
        _ => Err(not_pxe()),
    }
}

fn not_pxe() -> Error {
    Error::new(ErrorKind::Internal, "this is no pxelinux configuration")
}

impl Verb {
    pub(crate) fn run(&self) -> Exit {
        match self {
            Self::Show(verb) => answer(verb.json, verb.text().map(|text| (text, Exit::Fine))),
            Self::Files(verb) => answer(verb.json, Ok((verb.text(), Exit::Fine))),
            Self::Default(verb) => verb
                .change(|document, label, file| document.set_default_with(label, &file.includes())),
            Self::Ontimeout(verb) => verb.change(|document, label, file| {
                document.set_ontimeout_with(label, &file.includes())
            }),
            Self::Mac(verb) => verb.run(),
            Self::Param(verb) => verb.run(),
        }
    }
}

impl OfLabel {
    fn change(&self, change: impl FnOnce(&mut PxeConf, &[u8], &ConfFile) -> Result<()>) -> Exit {
        self.change.make(self.file.open(), |file| {
            // Cheap: the bytes are shared.
            let mut document = of(file.document())?.clone();
            change(&mut document, self.label.as_bytes(), file)?;
            *of_mut(file.document_mut())? = document;
            told(file)
        })
    }
}

/// Where a change of the file does not last.
fn told(file: &ConfFile) -> Result<Told> {
    let mut told = Told::default();
    if of(file.document())?.generated_by_ltsp() {
        let note = "update-kernels writes this file anew: change /etc/ltsp/update-kernels.conf of \
                    the clients' system, too";
        told.notes.push(note.to_owned());
    }
    Ok(told)
}

impl Mac {
    fn run(&self) -> Exit {
        let work = || {
            let common = self.file.open()?;
            if common.path().file_name() != Some("default".as_ref()) {
                let what = "a machine's file can only include the one called default";
                return Err(Error::new(ErrorKind::InvalidInput, what).at(&self.file.file));
            }
            let own = of(common.document())?.for_mac_with(
                self.mac,
                self.label.as_bytes(),
                &common.includes(),
            )?;
            let path = common.path().with_file_name(&own.name);
            let file = ConfFile::open_or_new(common.root(), path, Some(Kind::Pxe))?;
            Ok((file, own))
        };
        match work() {
            Ok((file, own)) => self.change.make(Ok(file), |file| {
                let was = file.document().source();
                let by_hand = !was.bytes().is_empty()
                    && !was.bytes().starts_with(b"include pxelinux.cfg/default\n");
                if by_hand && !self.force {
                    return Err(Error::new(ErrorKind::Refused, "somebody wrote this file by hand")
                        .at(was.name())
                        .help_with("--force replaces it"));
                }
                let source = was.with_bytes(own.content.into_vec());
                let path = source.name().to_path_buf();
                *file.document_mut() = AnyDocument::parse(Kind::Pxe, source);
                let mut told = Told::default();
                if !self.change.dry_run {
                    let path = ltsp_core::error::show(&path).to_string();
                    told.notes.push(format!("{} boots by {path}", self.mac));
                }
                Ok(told)
            }),
            Err(error) => self.change.fail(&error),
        }
    }
}

impl Param {
    fn run(&self) -> Exit {
        self.change.make(self.file.open(), |file| {
            let document = of_mut(file.document_mut())?;
            let text = self.parameter.as_bytes();
            let mut halves = text.splitn(2, |byte| *byte == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next());
            let label = self.label.as_bytes();
            match (self.remove, value) {
                // What is not there is removed already.
                (true, None) => drop(document.remove_parameter(label, name)?),
                (true, Some(_)) => {
                    let what = "--remove takes the parameter's name without a value";
                    return Err(Error::new(ErrorKind::InvalidInput, what));
                }
                (false, value) => document.set_parameter(label, name, value)?,
            }
            told(file)
        })
    }
}

impl Files {
    fn text(&self) -> Vec<u8> {
        let names = search_order(&self.client.client());
        if self.json {
            return json(&serde_json::json!({ "files": names }));
        }
        names.iter().map(|name| format!("{name}\n")).collect::<String>().into_bytes()
    }
}

impl Show {
    fn text(&self) -> Result<Vec<u8>> {
        let file = self.file.open()?;
        let menu = of(file.document())?.resolve(&file.includes())?;
        if self.json {
            return Ok(json(&document(&menu)));
        }
        Ok(drawn(&menu).into_bytes())
    }
}

/// The menu for programs: with the command line that each label's kernel gets.
fn document(menu: &Menu) -> serde_json::Value {
    let lines = menu.entries.iter().filter_map(|entry| {
        let (Some(label), Action::Boot(image)) = (&entry.label, &entry.action) else { return None };
        Some(serde_json::json!({
            "label": label,
            "kernel": String::from_utf8_lossy(image.file()),
            "initrds": image.initrds(),
            "command_line": image.command_line(),
        }))
    });
    serde_json::json!({
        "first": menu.first(),
        "unattended": menu.unattended(),
        "boots": lines.collect::<Vec<_>>(),
        "menu": menu,
    })
}

/// The menu for people.
fn drawn(menu: &Menu) -> String {
    let mut text = String::new();
    let first = match menu.first() {
        First::Prompt => "the boot: prompt".to_owned(),
        First::Menu(number) => match menu.menus.get(number).and_then(|menu| menu.title.as_ref()) {
            Some(title) => format!("the menu {title}"),
            None => "the menu".to_owned(),
        },
        First::Boot(target) => format!("boots {}", target_of(menu, &target)),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "at first: {first}");
    let unattended = menu.unattended();
    let _ = match &unattended.target {
        Some(target) if unattended.after.is_zero() => {
            writeln!(text, "unattended: boots {} at once", target_of(menu, target))
        }
        Some(target) => writeln!(
            text,
            "unattended: boots {} after {} s",
            target_of(menu, target),
            unattended.after.as_secs_f64()
        ),
        None => writeln!(text, "unattended: waits"),
    };
    let sources = [("default", &menu.default), ("ui", &menu.ui), ("ontimeout", &menu.on_timeout)];
    for (name, found) in sources {
        if let Some(found) = found {
            let _ = writeln!(text, "{name} {}  ({})", found.value, found.origin.place);
        }
    }
    if let Some(timeout) = &menu.timeout {
        let seconds = timeout.value.as_secs_f64();
        let _ = writeln!(text, "timeout {seconds} s  ({})", timeout.origin.place);
    }
    for missing in &menu.missing {
        let path = ltsp_core::error::show(&missing.value);
        let _ = writeln!(text, "not there: {path}  ({})", missing.origin.place);
    }
    for entry in &menu.entries {
        draw_entry(&mut text, menu, entry);
    }
    text
}

fn draw_entry(text: &mut String, menu: &Menu, entry: &Entry) {
    let mut marks = Vec::new();
    if entry.hidden {
        marks.push("hidden");
    }
    if entry.disabled {
        marks.push("disabled");
    }
    if entry.password {
        marks.push("password");
    }
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    let place = &entry.origin.place;
    let _ = match (&entry.label, &entry.action) {
        (_, Action::Separator) => return,
        (Some(label), _) => writeln!(text, "\nlabel {label}{marks}  ({place})"),
        (None, _) => writeln!(text, "\nentry{marks}  ({place})"),
    };
    let titled = entry.label.as_ref().is_none_or(|label| *label != entry.title);
    if titled && !entry.title.is_empty() {
        let _ = writeln!(text, "    title   {}", entry.title);
    }
    let _ = match &entry.action {
        Action::Boot(image) => {
            let _ = writeln!(text, "    kernel  {}", String::from_utf8_lossy(image.file()));
            for initrd in image.initrds() {
                let _ = writeln!(text, "    initrd  {initrd}");
            }
            let line = image.command_line();
            if !line.as_bytes().is_empty() {
                let line = String::from_utf8_lossy(line.as_bytes());
                let _ = writeln!(text, "    append  {line}");
            }
            match &image.sysappend {
                Some(adds) if !adds.value.names().is_empty() => {
                    writeln!(text, "    adds    {}", adds.value.names().join(" "))
                }
                _ => Ok(()),
            }
        }
        Action::Submenu(number) | Action::Goto(Some(number)) => {
            let title = menu.menus.get(*number).and_then(|menu| menu.title.as_ref());
            let title = title.map(ToString::to_string).unwrap_or_default();
            writeln!(text, "    goes to the menu {title}")
        }
        Action::Goto(None) => writeln!(text, "    goes to a menu that is not there"),
        Action::Quit => writeln!(text, "    leaves the menu"),
        Action::Help(file) => writeln!(text, "    shows {file}"),
        Action::Separator => Ok(()),
    };
}

fn target_of(menu: &Menu, target: &Target) -> String {
    match target {
        Target::Label { entry, options } => {
            let label = menu.entries.get(*entry).and_then(|entry| entry.label.as_ref());
            let label = label.map(ToString::to_string).unwrap_or_default();
            let gap = if options.is_empty() { "" } else { " " };
            format!("{label}{gap}{options}")
        }
        Target::File(file) => format!("the file {file}"),
        Target::Refused(name) => format!("nothing: there is no label {name}"),
    }
}
