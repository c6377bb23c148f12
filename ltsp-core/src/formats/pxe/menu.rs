//! What a client finds: menus, entries, settings, with the line that each comes from.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::cmdline::KernelCommandLine;
use super::grammar::first_word;
use crate::formats::Client;
use crate::text::{Bytes, Origin};

/// A value and the line it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// What counts.
    pub value: T,
    /// Where it stands.
    pub origin: Origin,
}

/// What a configuration says in all, with everything it includes; made by
/// [`PxeConf::resolve`](super::PxeConf::resolve). Menus and entries are lists that point into each
/// other by number, because menus can be nested without end.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Menu {
    /// Every entry of every menu, in the order of the files.
    pub entries: Vec<Entry>,
    /// The menus; the first is the outermost.
    pub menus: Vec<Submenu>,
    /// The number of the menu that is shown first.
    pub start: usize,
    /// DEFAULT.
    pub default: Option<Sourced<Bytes>>,
    /// UI.
    pub ui: Option<Sourced<Bytes>>,
    /// ONTIMEOUT.
    pub on_timeout: Option<Sourced<Bytes>>,
    /// ONERROR.
    pub on_error: Option<Sourced<Bytes>>,
    /// TIMEOUT; `None` to wait for ever.
    pub timeout: Option<Sourced<Duration>>,
    /// TOTALTIMEOUT; `None` to wait for ever.
    pub total_timeout: Option<Sourced<Duration>>,
    /// PROMPT.
    pub prompt: bool,
    /// IMPLICIT: whether files can be booted that no label names.
    pub implicit: bool,
    /// ALLOWOPTIONS: whether a user can change the kernel parameters.
    pub allow_options: bool,
    /// NOESCAPE: whether Shift and Alt are ignored.
    pub no_escape: bool,
    /// MENU HIDDEN.
    pub hidden: bool,
    /// MENU SHIFTKEY.
    pub shift_key: bool,
    /// Every other directive that counts for the whole configuration or its outermost menu, by its
    /// name; no passwords.
    pub others: Vec<(String, Sourced<Bytes>)>,
    /// Includes that are not there. pxelinux goes on without them.
    pub missing: Vec<Sourced<PathBuf>>,
    /// Labels that can be booted, by name.
    #[serde(skip)]
    pub(super) by_name: HashMap<Bytes, usize>,
}

/// A menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submenu {
    /// The name behind MENU BEGIN, which MENU GOTO takes; `None` for the outermost.
    pub name: Option<Bytes>,
    /// MENU TITLE, or the entry's MENU LABEL without `^`.
    pub title: Option<Bytes>,
    /// The number of the menu above it.
    pub parent: Option<usize>,
    /// The number of the entry that leads to it.
    pub entry: Option<usize>,
    /// The numbers of its entries, hidden ones not among them.
    pub entries: Vec<usize>,
    /// The number of the entry it begins at.
    pub default: Option<usize>,
    /// Whether MENU MASTER PASSWD is set.
    pub master_password: bool,
    /// The line that begins it; `None` for the outermost.
    pub origin: Option<Origin>,
}

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The name of its label; `None` for separators and submenus.
    pub label: Option<Bytes>,
    /// What the menu shows, with the `^` of MENU LABEL; the label's name if it has no title.
    pub title: Bytes,
    /// The letter (upper case) that goes to it.
    pub hotkey: Option<char>,
    /// What it does.
    pub action: Action,
    /// The number of the menu it stands in, even if it is hidden.
    pub menu: usize,
    /// MENU HIDE: it can be booted by its name only.
    pub hidden: bool,
    /// It is shown, but cannot be chosen, nor be booted by its name.
    pub disabled: bool,
    /// MENU INDENT.
    pub indent: u32,
    /// Whether MENU PASSWD is set.
    pub password: bool,
    /// TEXT HELP.
    pub help: Option<Sourced<Bytes>>,
    /// The line that begins it.
    pub origin: Origin,
}

/// What an entry does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Boots something.
    Boot(Box<Image>),
    /// Goes to a submenu, by its number.
    Submenu(usize),
    /// Goes to another menu (MENU GOTO, MENU EXIT): its number, if there is such a menu.
    Goto(Option<usize>),
    /// Leaves the menu for the `boot:` prompt.
    Quit,
    /// Shows a file.
    Help(Bytes),
    /// Nothing: an empty line.
    Separator,
}

/// What is booted, and with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    /// The directive that names it.
    pub kind: Kind,
    /// The file, perhaps with options; for [`Kind::LocalBoot`] the type. Without any such directive
    /// it is the label's name.
    pub kernel: Sourced<Bytes>,
    /// APPEND, its own or the one for all labels; `None` if there is none, or `-`.
    pub append: Option<Sourced<Bytes>>,
    /// INITRD.
    pub initrd: Option<Sourced<Bytes>>,
    /// IPAPPEND, its own or the one for all labels.
    pub sysappend: Option<Sourced<SysAppend>>,
}

/// The kinds of what can be booted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// KERNEL: seen from the file's name.
    Kernel,
    /// Linux kernel.
    Linux,
    /// Boot sector or bootstrap program.
    Boot,
    /// Boot sector whose parameters are patched.
    Bss,
    /// Network bootstrap program.
    Pxe,
    /// Floppy disk image.
    FdImage,
    /// COMBOOT program.
    ComBoot,
    /// COM32 program.
    Com32,
    /// Configuration file.
    Config,
    /// The machine's own disk.
    LocalBoot,
}

impl Image {
    /// The file's name: the first word.
    #[must_use]
    pub fn file(&self) -> &[u8] {
        first_word(&self.kernel.value).0
    }

    /// What the file is taken for: the kind that a directive says, or for KERNEL the one that the
    /// file's name says (`.c32`, `.0`, `.bin`, ...; a Linux kernel without such an ending).
    #[must_use]
    pub fn file_kind(&self) -> Kind {
        if self.kind != Kind::Kernel {
            return self.kind;
        }
        kind_of_file(self.file())
    }

    /// The kernel command line without what IPAPPEND adds: options behind the file's name, APPEND,
    /// and INITRD as `initrd=`.
    #[must_use]
    pub fn command_line(&self) -> KernelCommandLine {
        let mut line = first_word(&self.kernel.value).1.to_vec();
        let append = self.append.as_ref().map(|append| &*append.value);
        let initrd = self.initrd.as_ref().map(|initrd| [b"initrd=", &*initrd.value].concat());
        for part in [append, initrd.as_deref()].into_iter().flatten() {
            if !line.is_empty() && !part.is_empty() {
                line.push(b' ');
            }
            line.extend_from_slice(part);
        }
        KernelCommandLine::parse(&line)
    }

    /// The files of the initial ram disk, from INITRD and `initrd=` in APPEND.
    #[must_use]
    pub fn initrds(&self) -> Vec<Bytes> {
        let line = self.command_line();
        let files = line.all(b"initrd");
        files
            .iter()
            .flat_map(|files| files.split(|byte| *byte == b','))
            .filter(|file| !file.is_empty())
            .map(Bytes::from)
            .collect()
    }
}

/// The kind of file that pxelinux sees in a name. Case counts.
pub(super) fn kind_of_file(file: &[u8]) -> Kind {
    let endings: [(&[u8], Kind); 8] = [
        (b".c32", Kind::Com32),
        (b".0", Kind::Pxe),
        (b".bs", Kind::Boot),
        (b".img", Kind::FdImage),
        (b".bin", Kind::Boot),
        (b".bss", Kind::Bss),
        (b".com", Kind::ComBoot),
        (b".cbt", Kind::ComBoot),
    ];
    endings.iter().find(|(ending, _)| file.ends_with(ending)).map_or(Kind::Linux, |(_, kind)| *kind)
}

/// The strings about the machine that IPAPPEND (SYSAPPEND) adds to the kernel parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SysAppend(pub u32);

impl SysAppend {
    /// `ip=client:server:gateway:netmask`.
    pub const IP: Self = Self(1);
    /// `BOOTIF=01-` and the hardware address of the card it boots from.
    pub const BOOTIF: Self = Self(2);
    /// `SYSUUID=` and the machine's UUID.
    pub const SYSUUID: Self = Self(4);
    /// `CPU=` and what the processor can do.
    pub const CPU: Self = Self(8);
    /// Every bit that means something.
    pub const ALL: Self = Self(0x7_ffff);

    /// The names of the strings, by bit.
    const NAMES: [&'static str; 19] = [
        "ip",
        "BOOTIF",
        "SYSUUID",
        "CPU",
        "SYSVENDOR",
        "SYSPRODUCT",
        "SYSVERSION",
        "SYSSERIAL",
        "SYSSKU",
        "SYSFAMILY",
        "MBVENDOR",
        "MBPRODUCT",
        "MBVERSION",
        "MBSERIAL",
        "MBASSET",
        "BIOSVENDOR",
        "BIOSVERSION",
        "SYSFF",
        "FSUUID",
    ];

    /// Whether all bits of `other` are in it.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The parameters it adds, such as `ip` and `BOOTIF`.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let names = Self::NAMES.iter().enumerate();
        names.filter(|(bit, _)| self.0 & (1 << bit) != 0).map(|(_, name)| *name).collect()
    }

    /// Those of its strings that are known of a client without asking anybody: `BOOTIF` and
    /// `SYSUUID`.
    #[must_use]
    pub fn strings(self, client: &Client) -> Vec<String> {
        let mut strings = Vec::new();
        if let Some(mac) = client.mac.filter(|_| self.contains(Self::BOOTIF)) {
            strings.push(format!("BOOTIF=01-{}", mac.hyphens()));
        }
        if let Some(uuid) = client.uuid.as_deref().filter(|_| self.contains(Self::SYSUUID)) {
            strings.push(format!("SYSUUID={}", uuid.to_ascii_lowercase()));
        }
        strings
    }
}

impl Menu {
    /// The number of the entry that a label's name boots: the first one of that name that is not
    /// disabled. Case counts.
    #[must_use]
    pub fn find(&self, label: &[u8]) -> Option<usize> {
        self.by_name.get(label).copied()
    }

    /// The entry that a label's name boots.
    #[must_use]
    pub fn label(&self, label: &[u8]) -> Option<&Entry> {
        self.entries.get(self.find(label)?)
    }

    /// What the label boots, if it boots anything.
    #[must_use]
    pub fn image(&self, label: &[u8]) -> Option<&Image> {
        match &self.label(label)?.action {
            Action::Boot(image) => Some(image.as_ref()),
            _ => None,
        }
    }
}
