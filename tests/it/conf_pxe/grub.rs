//! What GRUB's converter of syslinux configuration reads in a file, compared with what we read.
//!
//! Where it is known to differ from pxelinux: a label is the whole line; MENU LABEL below MENU BEGIN renames the
//! label above; APPEND and MENU LABEL above all labels end it; `APPEND -` is a parameter; with a DEFAULT and no
//! TIMEOUT it shows only that label; submenus are flat; MENU HIDE, MENU DISABLE, IPAPPEND are not known.
use ltsp_core::formats::pxe::{Action, Image, Kind, PxeConf};
use ltsp_core::text::{Document, NoIncludes, Source};
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::oracle::need;

/// What GRUB read.
#[derive(Debug)]
pub(super) struct Grub {
    default: Option<String>,
    timeout: String,
    labels: Vec<Label>,
}

/// A label as GRUB read it.
#[derive(Debug, Default)]
struct Label {
    id: String,
    title: String,
    /// The line that boots it, without files' directories.
    boots: String,
    append: String,
    initrds: Vec<String>,
}

/// GRUB's reading of a file, or `None` if it gave up.
pub(super) fn read(text: &[u8]) -> Option<Grub> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("ltsp-pxe-{}-{number}", std::process::id()));
    fs::create_dir(&directory).expect("a directory of our own");
    let file = directory.join("pxelinux.cfg");
    fs::write(&file, text).expect("a file in it");
    let output = Command::new(need("grub-syslinux2cfg")).arg("--pxelinux").arg(&file).output();
    fs::remove_dir_all(&directory).expect("our own directory");
    let output = output.expect("a program that was found can start");
    let text: String = output.stdout.iter().map(|byte| char::from(*byte)).collect();
    output.status.success().then(|| understand(&text))
}

fn understand(text: &str) -> Grub {
    let mut grub = Grub { default: None, timeout: String::new(), labels: Vec::new() };
    for line in text.lines() {
        if let Some(timeout) = line.strip_prefix("set timeout=") {
            grub.timeout = timeout.to_owned();
        } else if let Some(default) = line.strip_prefix(" default=") {
            grub.default = Some(quoted(default).0);
        } else if let Some(rest) = line.strip_prefix("menuentry ") {
            let (title, rest) = quoted(rest);
            let rest = rest.trim_start();
            let rest =
                rest.strip_prefix("--hotkey ").map_or(rest, |rest| quoted(rest).1.trim_start());
            let (id, _) = quoted(rest.strip_prefix("--id ").expect("each entry has its label"));
            grub.labels.push(Label { id, title, ..Label::default() });
        } else if let Some(label) = grub.labels.last_mut() {
            label.take(line.trim_start());
        }
    }
    grub
}

impl Label {
    fn take(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("linux$linux_suffix ") {
            let (name, append) = file(rest);
            self.boots = format!("linux {name}");
            append[1..].clone_into(&mut self.append);
        } else if let Some(mut rest) = line.strip_prefix("initrd$linux_suffix ") {
            while !rest.trim().is_empty() {
                let (name, behind) = file(rest);
                self.initrds.extend(name.split(',').map(str::to_owned));
                rest = behind.trim_start();
            }
        } else if let Some(rest) = line.strip_prefix("chainloader --bpb ") {
            self.boots = format!("bpb {}", file(rest).0);
        } else if let Some(rest) = line.strip_prefix("chainloader '") {
            self.boots = format!("chainloader {}", file(&format!("'{rest}")).0);
        } else if let Some(rest) = line.strip_prefix("# UNSUPPORTED com(32) ") {
            self.boots = format!("program {rest}");
        } else if let Some(rest) = line.strip_prefix("# UNSUPPORTED entry type ") {
            self.boots = format!("type {rest}");
        } else if let Some(rest) = line.strip_prefix("root=") {
            self.boots = format!("local {rest}");
        } else if let Some(rest) = line.strip_prefix("#'") {
            self.boots = format!("config {}", file(&format!("'{rest}")).0);
        } else if line == "reboot" {
            "program reboot.c32".clone_into(&mut self.boots);
        }
    }
}

/// A file's name without the directory that GRUB puts before it, and the rest of the line.
fn file(text: &str) -> (String, &str) {
    let (_, rest) = quoted(text);
    quoted(rest.strip_prefix('/').expect("a directory and a file"))
}

/// A string in the shell's single quotes, and what follows it.
fn quoted(text: &str) -> (String, &str) {
    let mut rest = text.strip_prefix('\'').unwrap_or_else(|| panic!("no quote: {text}"));
    let mut string = String::new();
    loop {
        let end = rest.find('\'').expect("a quote is closed");
        string.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix("\\''") {
            Some(behind) => {
                string.push('\'');
                rest = behind;
            }
            None => return (string, rest),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// A title as GRUB shows it.
fn shown(title: &[u8]) -> String {
    let title: Vec<char> = text(title).chars().collect();
    let mut shown = String::new();
    let mut at = 0;
    while at < title.len() {
        if title[at] == '^' && at + 1 < title.len() {
            at += 1;
        }
        shown.push(title[at]);
        at += 1;
    }
    shown
}

fn boots(image: &Image) -> String {
    let name = text(&image.kernel.value);
    let base = name.rsplit('/').next().unwrap_or_default().to_owned();
    match (image.kind, image.file_kind()) {
        (Kind::Kernel, _) if image.kernel.origin.rule == "the label's name" => "type 0".to_owned(),
        (Kind::Kernel, Kind::Boot) if name.ends_with(".bin") => "type 3".to_owned(),
        (_, Kind::Linux | Kind::Kernel) => format!("linux {name}"),
        (_, Kind::Boot) => format!("chainloader {name}"),
        (_, Kind::Bss) => format!("bpb {name}"),
        (_, Kind::Pxe) => "type 4".to_owned(),
        (_, Kind::FdImage) => "type 8".to_owned(),
        (_, Kind::Com32 | Kind::ComBoot) => format!("program {base}"),
        (_, Kind::Config) => format!("config {name}"),
        (_, Kind::LocalBoot) => match name.as_str() {
            "0" => "local fd0;".to_owned(),
            "0x80" => "local hd0;".to_owned(),
            other => panic!("GRUB has no words for LOCALBOOT {other}"),
        },
    }
}

/// Compares; says how many labels there were.
#[track_caller]
pub(super) fn agrees(file: &[u8]) -> usize {
    let mut file = file.to_vec();
    if !has_timeout(&file) {
        // Else GRUB shows the default only.
        file.extend_from_slice(b"\ntimeout 50\n");
    }
    let conf = PxeConf::parse(Source::new("pxelinux.cfg", file.clone()));
    let menu = conf.resolve(&NoIncludes).expect("what is not there is not included");
    let shown_file = String::from_utf8_lossy(&file);
    let grub = read(&file).unwrap_or_else(|| panic!("GRUB gave up: {shown_file}"));
    let ours: Vec<usize> =
        (0..menu.entries.len()).filter(|at| menu.entries[*at].label.is_some()).collect();
    let ids: Vec<_> = grub.labels.iter().map(|label| label.id.clone()).collect();
    let names: Vec<_> =
        ours.iter().map(|at| text(menu.entries[*at].label.as_ref().expect("it has"))).collect();
    assert_eq!(names, ids, "{shown_file}");
    for (at, theirs) in ours.iter().zip(&grub.labels) {
        let entry = &menu.entries[*at];
        let submenu =
            menu.entries.get(at + 1).filter(|next| matches!(next.action, Action::Submenu(_)));
        let titles = [Some(entry), submenu].map(|entry| entry.map(|entry| shown(&entry.title)));
        assert!(
            titles.contains(&Some(theirs.title.clone())),
            "{theirs:?} {titles:?}\n{shown_file}"
        );
        if let Action::Boot(image) = &entry.action {
            assert_eq!(boots(image), theirs.boots, "{theirs:?}\n{shown_file}");
            if theirs.boots.starts_with("linux ") {
                let append =
                    image.append.as_ref().map_or(String::new(), |append| text(&append.value));
                let written = if theirs.append == "-" { "" } else { &theirs.append };
                assert_eq!(append, written, "{theirs:?}\n{shown_file}");
                let initrds: Vec<_> = image.initrds().iter().map(|file| text(file)).collect();
                assert_eq!(initrds, theirs.initrds, "{theirs:?}\n{shown_file}");
            }
        }
    }
    if !ours.is_empty() {
        let default = menu.default.as_ref().map(|default| text(&default.value));
        assert_eq!(default, grub.default, "{shown_file}");
        let timeout = menu.timeout.as_ref().expect("there is one").value;
        assert_eq!(timeout.as_millis().div_ceil(1000).to_string(), grub.timeout, "{shown_file}");
    }
    ours.len()
}

fn has_timeout(file: &[u8]) -> bool {
    let conf = PxeConf::parse(Source::new("pxelinux.cfg", file));
    conf.resolve(&NoIncludes).expect("what is not there is not included").timeout.is_some()
}
