//! From lines to menus, in the steps of the original.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::directive::{KEY_COUNT, Key, Scope};
use super::document::{Line, PxeConf};
use super::grammar::{first_word, mask, number};
use super::menu::{Action, Entry, Image, Kind, Menu, Sourced, Submenu, SysAppend};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Bytes, Document as _, Includes, Origin, Place};

/// How deep files may include each other, as documented for pxelinux.
const DEEPEST: usize = 16;
/// How many includes are followed in all: no configuration has so many, but a few files that include
/// each other many times would.
const MOST_INCLUDES: usize = 4096;
/// How many directives are read from includes in all.
const MOST_LINES: usize = 4_000_000;

impl PxeConf {
    /// What the configuration says in all, with what it includes. An include that is not there is
    /// skipped, as pxelinux skips it, and listed in [`Menu::missing`].
    ///
    /// The files are read one after the other, as if they were one. INCLUDE takes only the file's
    /// name; MENU INCLUDE with a name behind the file makes it a submenu.
    ///
    /// # Errors
    /// [`ErrorKind::Parse`] if files include each other in a circle (pxelinux would hang), or more
    /// than 16 deep, or too often; whatever `includes` says but [`ErrorKind::NotFound`].
    pub fn resolve(&self, includes: &(impl Includes + ?Sized)) -> Result<Menu> {
        Resolver::new(self).run(includes)
    }
}

/// A label that is being read.
#[derive(Default)]
struct Open {
    label: Option<(Bytes, Origin)>,
    image: Option<(Kind, Sourced<Bytes>)>,
    append: Option<Sourced<Bytes>>,
    initrd: Option<Sourced<Bytes>>,
    sysappend: Option<Sourced<SysAppend>>,
    title: Option<Bytes>,
    help: Option<Sourced<Bytes>>,
    action: Option<Ends>,
    password: bool,
    hide: bool,
    default: bool,
    disabled: bool,
    indent: u32,
}

/// What a label does instead of booting.
enum Ends {
    Goto(Bytes),
    Exit(usize),
    Quit,
    Help(Bytes),
}

/// A file that is being read.
struct Frame {
    conf: PxeConf,
    next: usize,
    /// The menu that its directives go to; it is kept when an included file leaves one open.
    menu: usize,
    /// The submenu that ends with it.
    submenu: Option<usize>,
}

struct Resolver {
    menu: Menu,
    frames: Vec<Frame>,
    open: Open,
    current: usize,
    append: Option<Sourced<Bytes>>,
    sysappend: Option<Sourced<SysAppend>>,
    /// Where each of [`Menu::others`] is, by key; colours have one for each element.
    others: [Option<usize>; KEY_COUNT],
    colors: HashMap<String, usize>,
    /// Whether MENU LABEL has named the menu's entry.
    titled: Vec<bool>,
    hotkeys: Vec<[u64; 4]>,
    gotos: Vec<(usize, Bytes)>,
    read: HashMap<PathBuf, PxeConf>,
    includes: usize,
    lines: usize,
}

impl Resolver {
    fn new(conf: &PxeConf) -> Self {
        let menu = Menu { implicit: true, allow_options: true, ..Menu::default() };
        let mut this = Self {
            menu,
            frames: Vec::new(),
            open: Open::default(),
            current: 0,
            append: None,
            sysappend: None,
            others: [None; KEY_COUNT],
            colors: HashMap::new(),
            titled: Vec::new(),
            hotkeys: Vec::new(),
            gotos: Vec::new(),
            read: HashMap::new(),
            includes: 0,
            lines: 0,
        };
        this.menu.entries.reserve(conf.labels().len());
        this.new_menu(Submenu {
            name: None,
            title: None,
            parent: None,
            entry: None,
            entries: Vec::new(),
            default: None,
            master_password: false,
            origin: None,
        });
        this.frames.push(Frame { conf: conf.clone(), next: 0, menu: 0, submenu: None });
        this
    }

    fn run(mut self, includes: &(impl Includes + ?Sized)) -> Result<Menu> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(line) = frame.conf.lines().get(frame.next).copied() else {
                let ended = self.frames.pop().expect("it was there");
                if let Some(menu) = ended.submenu {
                    self.record(menu);
                    self.end_submenu();
                }
                continue;
            };
            frame.next += 1;
            if matches!(line.key, Key::Include | Key::MenuInclude) {
                self.include(&line, includes)?;
            } else {
                self.step(&line);
            }
            if self.frames.len() > 1 {
                self.lines += 1;
                if self.lines > MOST_LINES {
                    return Err(self.refuse(&line, "the included files have too many lines"));
                }
            }
        }
        let current = self.current;
        self.record(current);
        self.finish();
        Ok(self.menu)
    }

    fn frame(&self) -> &Frame {
        self.frames.last().expect("a line is read from a file")
    }

    fn value(&self, line: &Line) -> Bytes {
        self.frame().conf.slice(line.value).into()
    }

    fn place(&self, line: &Line) -> Place {
        Place::new(&self.frame().conf.source, line.keyword)
    }

    fn origin(&self, line: &Line) -> Origin {
        let label = self.open.label.as_ref();
        let section = label.filter(|_| line.key.scope() != Some(Scope::Global));
        let rule = match section {
            Some(_) => "label",
            None if line.key.scope() == Some(Scope::LabelOrGlobal) => "for all labels below",
            None => "whole configuration",
        };
        Origin {
            place: self.place(line),
            section: section.map(|(name, _)| name.clone()),
            rule: rule.to_owned(),
        }
    }

    fn setting<T>(&self, line: &Line, value: T) -> Sourced<T> {
        Sourced { value, origin: self.origin(line) }
    }

    fn refuse(&self, line: &Line, what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        let place = self.place(line);
        Error::new(ErrorKind::Parse, what).at(&*place.file).at_line(place.line, place.column)
    }

    fn include(&mut self, line: &Line, includes: &(impl Includes + ?Sized)) -> Result<()> {
        let value = self.value(line);
        let (file, tag) = first_word(&value);
        if file.is_empty() {
            return Ok(());
        }
        let name = Path::new(OsStr::from_bytes(file)).to_path_buf();
        self.includes += 1;
        if self.includes > MOST_INCLUDES {
            return Err(self.refuse(line, "files include each other too often"));
        }
        let conf = match self.read.get(&name) {
            Some(conf) => conf.clone(),
            None => match includes.read(&name, self.frame().conf.source.name()) {
                Ok(source) => {
                    let conf = PxeConf::parse(source);
                    self.read.insert(name.clone(), conf.clone());
                    conf
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let missing = self.setting(line, name);
                    self.menu.missing.push(missing);
                    return Ok(());
                }
                Err(error) => return Err(error),
            },
        };
        if self.frames.iter().any(|frame| frame.conf.source.name() == conf.source.name()) {
            let error = self.refuse(line, "the files include each other in a circle");
            return Err(error.help_with("take this INCLUDE out"));
        }
        if self.frames.len() > DEEPEST {
            let what = format!("files include each other more than {DEEPEST} deep");
            return Err(self.refuse(line, what));
        }
        let submenu = line.key == Key::MenuInclude && !tag.is_empty();
        if submenu {
            let menu = self.frame().menu;
            self.record(menu);
            self.begin_submenu(line, tag.into());
        }
        let submenu = submenu.then_some(self.current);
        self.frames.push(Frame { conf, next: 0, menu: self.current, submenu });
        Ok(())
    }

    fn new_menu(&mut self, menu: Submenu) -> usize {
        self.menu.menus.push(menu);
        self.titled.push(false);
        self.hotkeys.push([0; 4]);
        self.menu.menus.len() - 1
    }

    fn begin_submenu(&mut self, line: &Line, name: Bytes) {
        let origin = self.origin(line);
        let parent = self.current;
        let number = self.menu.menus.len();
        let entry = self.push_entry(Entry {
            label: None,
            title: name.clone(),
            hotkey: None,
            action: Action::Submenu(number),
            menu: parent,
            hidden: false,
            disabled: false,
            indent: 0,
            password: false,
            help: None,
            origin: origin.clone(),
        });
        self.current = self.new_menu(Submenu {
            name: Some(name),
            title: None,
            parent: Some(parent),
            entry: Some(entry),
            entries: Vec::new(),
            default: None,
            master_password: self.menu.menus[parent].master_password,
            origin: Some(origin),
        });
    }

    fn end_submenu(&mut self) {
        if let Some(parent) = self.menu.menus[self.current].parent {
            self.current = parent;
        }
    }

    fn push_entry(&mut self, entry: Entry) -> usize {
        let number = self.menu.entries.len();
        if !entry.hidden {
            self.menu.menus[entry.menu].entries.push(number);
        }
        self.menu.entries.push(entry);
        number
    }

    /// The letter behind `^`, if no entry before has it.
    fn hotkey(&mut self, menu: usize, title: &[u8]) -> Option<char> {
        let caret = title.iter().position(|byte| *byte == b'^')?;
        let key = title.get(caret + 1)? & !0x20;
        let (word, bit) = (usize::from(key / 64), 1u64 << (key % 64));
        let taken = &mut self.hotkeys[menu][word];
        if *taken & bit != 0 {
            return None;
        }
        *taken |= bit;
        Some(char::from(key))
    }

    /// Ends the label that is being read.
    fn record(&mut self, menu: usize) {
        if self.open.label.is_none() {
            return;
        }
        let open = std::mem::take(&mut self.open);
        let Some((name, origin)) = open.label else { return };
        let titled = open.title.is_some();
        let title = open.title.unwrap_or_else(|| name.clone());
        let hotkey =
            if titled && !open.disabled && !open.hide { self.hotkey(menu, &title) } else { None };
        let boots = open.action.is_none();
        let number = self.menu.entries.len();
        let action = match open.action {
            Some(Ends::Goto(target)) => {
                self.gotos.push((number, target));
                Action::Goto(None)
            }
            Some(Ends::Exit(menu)) => Action::Goto(Some(menu)),
            Some(Ends::Quit) => Action::Quit,
            Some(Ends::Help(file)) => Action::Help(file),
            None => {
                let (kind, kernel) = open.image.unwrap_or_else(|| {
                    let origin = Origin { rule: "the label's name".to_owned(), ..origin.clone() };
                    (Kind::Kernel, Sourced { value: name.clone(), origin })
                });
                let append = open.append.or_else(|| self.append.clone());
                Action::Boot(Box::new(Image {
                    kind,
                    kernel,
                    append: append.filter(|append| append.value != *"" && append.value != *"-"),
                    initrd: open.initrd,
                    sysappend: open.sysappend.filter(|mask| mask.value.0 != 0),
                }))
            }
        };
        if !open.disabled {
            self.menu.by_name.entry(name.clone()).or_insert(number);
        }
        if open.default && boots && !open.disabled && !open.hide {
            self.menu.menus[menu].default = Some(number);
        }
        self.push_entry(Entry {
            label: Some(name),
            title,
            hotkey,
            action,
            menu,
            hidden: open.hide,
            disabled: open.disabled,
            indent: open.indent,
            password: open.password && !open.disabled,
            help: open.help,
            origin,
        });
    }

    /// Takes one directive that is no include.
    fn step(&mut self, line: &Line) {
        let menu = self.frame().menu;
        match line.key {
            Key::Label => {
                self.record(menu);
                let value = self.value(line);
                let name = Bytes::from(first_word(&value).0);
                let origin = Origin {
                    place: self.place(line),
                    section: Some(name.clone()),
                    rule: "label".to_owned(),
                };
                self.open = Open {
                    label: Some((name, origin)),
                    sysappend: self.sysappend.clone(),
                    ..Open::default()
                };
            }
            Key::MenuSeparator => {
                self.record(menu);
                let origin = self.origin(line);
                self.push_entry(Entry {
                    label: None,
                    title: Bytes::default(),
                    hotkey: None,
                    action: Action::Separator,
                    menu,
                    hidden: false,
                    disabled: true,
                    indent: 0,
                    password: false,
                    help: None,
                    origin,
                });
            }
            Key::MenuBegin => {
                self.record(menu);
                let name = self.value(line);
                self.begin_submenu(line, name);
                self.set_frame_menu();
            }
            Key::MenuEnd => {
                self.record(menu);
                self.end_submenu();
                self.set_frame_menu();
            }
            Key::TextHelp => self.help(line),
            Key::Append => {
                let append = Some(self.setting(line, self.value(line)));
                if self.open.label.is_some() {
                    self.open.append = append;
                } else {
                    self.append = append;
                }
            }
            Key::SysAppend => {
                let (bits, _) = mask(&self.value(line));
                let sysappend = Some(self.setting(line, SysAppend(bits)));
                if self.open.label.is_some() {
                    self.open.sysappend = sysappend;
                } else {
                    self.sysappend = sysappend;
                }
            }
            Key::Unknown | Key::UnknownMenu | Key::OtherText => {}
            key => match key.scope() {
                Some(Scope::Label | Scope::LabelOrMenu) => self.in_label(line, menu),
                Some(Scope::Menu) => self.in_menu(line, menu),
                _ => self.global(line),
            },
        }
    }

    fn set_frame_menu(&mut self) {
        let current = self.current;
        if let Some(frame) = self.frames.last_mut() {
            frame.menu = current;
        }
    }

    fn help(&mut self, line: &Line) {
        if self.open.label.is_none() {
            return;
        }
        let mut text: Vec<u8> = Vec::new();
        let whole = self.value(line);
        // Of a line with a NUL only what stands before it counts.
        for part in whole.split_inclusive(|byte| *byte == b'\n') {
            let end = part.iter().position(|byte| *byte == 0).unwrap_or(part.len());
            text.extend_from_slice(&part[..end]);
        }
        match &mut self.open.help {
            Some(help) => {
                let both = [&help.value[..], &text].concat();
                help.value = both.into();
            }
            None => {
                let help = self.setting(line, Bytes::from(text));
                self.open.help = Some(help);
            }
        }
    }

    fn in_label(&mut self, line: &Line, menu: usize) {
        let value = self.value(line);
        if self.open.label.is_none() {
            return self.in_submenu(line, menu, value);
        }
        match line.key {
            Key::MenuLabel => self.open.title = Some(value),
            Key::MenuDefault => self.open.default = true,
            Key::MenuPasswd => self.open.password = true,
            Key::MenuHide => self.open.hide = true,
            Key::MenuDisable => self.open.disabled = true,
            Key::MenuIndent => {
                self.open.indent = u32::try_from(number(&value)).unwrap_or_default();
            }
            Key::MenuQuit => self.open.action = Some(Ends::Quit),
            Key::MenuHelp => self.open.action = Some(Ends::Help(value)),
            Key::MenuGoto => self.open.action = Some(Ends::Goto(value)),
            Key::MenuExit => {
                if let Some(parent) = self.menu.menus[menu].parent {
                    self.open.action =
                        Some(if value.is_empty() { Ends::Exit(parent) } else { Ends::Goto(value) });
                }
            }
            Key::Initrd => self.open.initrd = Some(self.setting(line, value)),
            key => {
                if let Some(kind) = kind_of(key) {
                    self.open.image = Some((kind, self.setting(line, value)));
                }
            }
        }
    }

    /// A directive that would be a label's, for the entry that leads to this menu.
    fn in_submenu(&mut self, line: &Line, menu: usize, value: Bytes) {
        let (Some(entry), Some(parent)) =
            (self.menu.menus[menu].entry, self.menu.menus[menu].parent)
        else {
            return;
        };
        match line.key {
            Key::MenuLabel => {
                let hotkey = self.hotkey(parent, &value);
                let of_menu = &mut self.menu.menus[menu];
                if of_menu.title.as_ref().is_none_or(|title| title.is_empty()) {
                    let plain: Vec<u8> =
                        value.iter().copied().filter(|byte| *byte != b'^').collect();
                    of_menu.title = Some(plain.into());
                }
                self.titled[menu] = true;
                let entry = &mut self.menu.entries[entry];
                entry.title = value;
                entry.hotkey = hotkey.or(entry.hotkey);
            }
            Key::MenuDefault => self.menu.menus[parent].default = Some(entry),
            Key::MenuPasswd => self.menu.entries[entry].password = true,
            _ => {}
        }
    }

    fn in_menu(&mut self, line: &Line, menu: usize) {
        match line.key {
            Key::MenuTitle => {
                let title = self.value(line);
                let entry = self.menu.menus[menu].entry.filter(|_| !self.titled[menu]);
                if let Some(entry) = entry {
                    self.menu.entries[entry].title = title.clone();
                    self.titled[menu] = true;
                }
                self.menu.menus[menu].title = Some(title);
            }
            Key::MenuMasterPasswd => self.menu.menus[menu].master_password = true,
            Key::MenuStart => self.menu.start = menu,
            _ if menu == 0 => self.other(line),
            _ => {}
        }
    }

    fn global(&mut self, line: &Line) {
        let value = self.value(line);
        let tenths = |value: &[u8]| {
            u64::try_from(number(value))
                .ok()
                .filter(|tenths| *tenths > 0)
                .map(|tenths| Duration::from_millis(tenths * 100))
        };
        match line.key {
            Key::Default => self.menu.default = Some(self.setting(line, value)),
            Key::Ui => self.menu.ui = Some(self.setting(line, value)),
            Key::OnTimeout => self.menu.on_timeout = Some(self.setting(line, value)),
            Key::OnError => self.menu.on_error = Some(self.setting(line, value)),
            Key::Timeout => {
                self.menu.timeout = tenths(&value).map(|time| self.setting(line, time));
            }
            Key::TotalTimeout => {
                self.menu.total_timeout = tenths(&value).map(|time| self.setting(line, time));
            }
            Key::Prompt => self.menu.prompt = number(&value) != 0,
            Key::Implicit => self.menu.implicit = number(&value) != 0,
            Key::AllowOptions => self.menu.allow_options = number(&value) != 0,
            Key::NoEscape => self.menu.no_escape = number(&value) != 0,
            Key::MenuHidden => self.menu.hidden = true,
            Key::MenuShiftKey => self.menu.shift_key = true,
            _ => self.other(line),
        }
    }

    fn other(&mut self, line: &Line) {
        let value = self.value(line);
        let setting = self.setting(line, value);
        let mut name = line.key.name().to_owned();
        let next = self.menu.others.len();
        let at = if line.key == Key::MenuColor {
            name.push(' ');
            name.push_str(&Bytes::from(first_word(&setting.value).0).text().to_ascii_lowercase());
            *self.colors.entry(name.clone()).or_insert(next)
        } else {
            *self.others[line.key as usize].get_or_insert(next)
        };
        match self.menu.others.get_mut(at) {
            Some((_, old)) => *old = setting,
            None => self.menu.others.push((name, setting)),
        }
    }

    /// What can only be said when all labels are known.
    fn finish(&mut self) {
        let mut by_name: HashMap<&[u8], usize> = HashMap::from([(&b".top"[..], 0)]);
        // Of two menus of one name the last is found.
        for (number, menu) in self.menu.menus.iter().enumerate() {
            if let Some(name) = menu.name.as_ref().filter(|name| !name.is_empty()) {
                by_name.insert(name, number);
            }
        }
        for (entry, target) in &self.gotos {
            let found = by_name.get(&target[..]).copied();
            let entry = &mut self.menu.entries[*entry];
            entry.action = Action::Goto(found);
            entry.disabled |= found.is_none();
        }
        for menu in &mut self.menu.menus {
            menu.default = menu.default.or_else(|| menu.entries.first().copied());
        }
        let default = self.menu.default.as_ref().map(|default| first_word(&default.value).0);
        if let Some(number) = default.and_then(|name| self.menu.find(name)) {
            let entry = &self.menu.entries[number];
            if !entry.hidden {
                self.menu.start = entry.menu;
                self.menu.menus[entry.menu].default = Some(number);
            }
        }
    }
}

fn kind_of(key: Key) -> Option<Kind> {
    Some(match key {
        Key::Kernel => Kind::Kernel,
        Key::Linux => Kind::Linux,
        Key::Boot => Kind::Boot,
        Key::Bss => Kind::Bss,
        Key::Pxe => Kind::Pxe,
        Key::FdImage => Kind::FdImage,
        Key::ComBoot => Kind::ComBoot,
        Key::Com32 => Kind::Com32,
        Key::Config => Kind::Config,
        Key::LocalBoot => Kind::LocalBoot,
        _ => return None,
    })
}
