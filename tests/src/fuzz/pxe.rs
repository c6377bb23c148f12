//! The documents of pxelinux: nothing is lost, changes are what was asked for, and a plain model reads the same.
use ltsp_core::formats::Client;
use ltsp_core::formats::pxe::{
    Action, DIRECTIVES, KernelCommandLine, Kind, Menu, PxeConf, search_order,
};
use ltsp_core::text::{Document, Includes, NoIncludes, Settings, Source};
use ltsp_core::{ErrorKind, Result};
use std::path::Path;

/// More than one read of the original, and little enough to be quick.
const MOST: usize = 12_000;

/// The bytes of a configuration file.
pub fn pxe(data: &[u8]) {
    let data = &data[..data.len().min(MOST)];
    let conf = PxeConf::parse(Source::new("default", data));
    assert_eq!(conf.to_bytes(), data);
    mistakes(&conf);
    let menu = conf.resolve(&NoIncludes).expect("nothing is included");
    sound(&menu);
    assert_eq!(labels_of(&menu), model(data), "{}", data.escape_ascii());
    match conf.resolve(&Itself(data)) {
        Ok(menu) => sound(&menu),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Parse),
    }
    changes(&conf, data);
    defaults(&conf, &menu);
    command_line(&data[..data.len().min(600)]);
}

/// Every name is a file with these bytes.
struct Itself<'a>(&'a [u8]);

impl Includes for Itself<'_> {
    fn read(&self, name: &Path, _from: &Path) -> Result<Source> {
        Ok(Source::new(name, self.0))
    }
}

fn mistakes(conf: &PxeConf) {
    let length = conf.to_bytes().len();
    let mut suggestions = 0;
    for found in conf.check_with(&NoIncludes) {
        assert!(found.place.span.end <= length && !found.message.is_empty());
        if let Some(mend) = found.mend.filter(|mend| !mend.edits.is_empty()) {
            suggestions += 1;
            if suggestions < 20 {
                let mut mended = conf.clone();
                mended.edit(&mend.edits).expect("one mend does not contradict itself");
            }
        }
    }
    let mut fixed = conf.clone();
    fixed.fix();
    let left =
        fixed.check().into_iter().filter(|found| found.mend.as_ref().is_some_and(|mend| mend.safe));
    assert_eq!(left.count(), 0, "{}", fixed.to_bytes().escape_ascii());
}

/// The numbers in it lead somewhere.
fn sound(menu: &Menu) {
    assert!(menu.start < menu.menus.len());
    for (number, one) in menu.menus.iter().enumerate() {
        assert!(one.parent.is_none_or(|parent| parent < number));
        assert!(one.entries.iter().all(|entry| menu.entries[*entry].menu == number));
        assert!(one.default.is_none_or(|entry| menu.entries[entry].menu == number));
    }
    for (number, entry) in menu.entries.iter().enumerate() {
        match &entry.action {
            Action::Submenu(at) => assert_eq!(menu.menus[*at].entry, Some(number)),
            Action::Goto(Some(at)) => assert!(*at < menu.menus.len()),
            Action::Boot(image) => {
                let _ = (image.file_kind(), image.command_line(), image.initrds());
            }
            _ => {}
        }
    }
    let _ = (menu.first(), menu.unattended());
}

/// Some changes at some places: each is refused and changes nothing, or is what was asked for.
fn changes(conf: &PxeConf, data: &[u8]) {
    let mut sections: Vec<Option<Vec<u8>>> = vec![None, Some(b"new".to_vec())];
    sections.extend(conf.sections().iter().take(3).map(|(name, _)| Some(name.to_vec())));
    let seed = data
        .iter()
        .fold(data.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let piece = data.split(|byte| *byte == b'\n').nth(seed % 5).unwrap_or_default();
    let values: [&[u8]; 5] = [b"", b"50", b"a b  c", b"0x3", &piece[..piece.len().min(300)]];
    for section in &sections {
        let section = section.as_deref();
        for round in 0..6 {
            let directive = DIRECTIVES[(seed / 7 + round * 13) % DIRECTIVES.len()].name;
            let directive = ["append", "kernel", "timeout", directive][round % 4].as_bytes();
            let value = values[(seed + round) % values.len()];
            let mut changed = conf.clone();
            match changed.set(section, directive, value) {
                Ok(()) => {
                    let (now, _) = changed
                        .get(section, directive)
                        .expect("it is there")
                        .expect("it has a value");
                    assert_eq!(now, *value);
                    few_lines(conf.to_bytes(), changed.to_bytes());
                }
                Err(_) => assert_eq!(changed.to_bytes(), conf.to_bytes()),
            }
            for (number, change) in [PxeConf::unset, PxeConf::comment_out].into_iter().enumerate() {
                let mut changed = conf.clone();
                match change(&mut changed, section, directive) {
                    Ok(true) => {
                        assert!(changed.get(section, directive).is_ok_and(|found| found.is_none()));
                        let back = number == 1
                            && changed.uncomment(section, directive).is_ok_and(|back| back);
                        assert!(
                            !back
                                || changed
                                    .get(section, directive)
                                    .is_ok_and(|found| found.is_some())
                        );
                    }
                    Ok(false) | Err(_) => assert_eq!(changed.to_bytes(), conf.to_bytes()),
                }
            }
            let mut changed = conf.clone();
            match changed.uncomment(section, directive) {
                Ok(true) => {
                    assert!(changed.get(section, directive).expect("it is there").is_some())
                }
                Ok(false) | Err(_) => assert_eq!(changed.to_bytes(), conf.to_bytes()),
            }
        }
    }
}

/// Between what is equal before and behind it, at most one line was replaced, and few are new.
fn few_lines(before: &[u8], after: &[u8]) {
    let before: Vec<_> = before.split_inclusive(|byte| *byte == b'\n').collect();
    let after: Vec<_> = after.split_inclusive(|byte| *byte == b'\n').collect();
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = (before.len() - start).min(after.len() - start);
    let end =
        before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    assert!(before.len() - start - end <= 1, "{before:?} {after:?}");
    assert!(after.len() - start - end <= 4, "{before:?} {after:?}");
}

fn defaults(conf: &PxeConf, menu: &Menu) {
    let mac = "52:54:00:12:34:56".parse().expect("an address");
    let client = Client { mac: Some(mac), ..Client::default() };
    assert_eq!(search_order(&client).len(), 2);
    for (label, _) in conf.sections().iter().take(3) {
        let mut changed = conf.clone();
        if changed.set_default(label).is_ok() {
            let after = changed.resolve(&NoIncludes).expect("nothing is included");
            let default = after.default.expect("it was set");
            assert_eq!(default.value, **label);
            let file = conf.for_mac(mac, label).expect("what can be the default can be it for one");
            let itself = Itself(conf.to_bytes());
            // Where the file includes something it would include itself here.
            if let Ok(own) = file.document().resolve(&itself) {
                assert_eq!(own.default.expect("it is set").value, **label);
            }
        } else {
            assert_eq!(changed.to_bytes(), conf.to_bytes());
        }
        let mut changed = conf.clone();
        if changed.set_ontimeout(label).is_ok() {
            assert!(menu.find(label).is_some());
        }
        let mut changed = conf.clone();
        if changed.set_parameter(label, b"fuzz", Some(b"1 2")).is_ok() {
            let line = changed.command_line(label).expect("it is there");
            assert_eq!(line.get(b"fuzz").expect("it was set"), *"1 2");
        } else {
            assert_eq!(changed.to_bytes(), conf.to_bytes());
        }
    }
}

fn command_line(text: &[u8]) {
    let line = KernelCommandLine::parse(text);
    let before = line.parameters();
    assert!(before.windows(2).all(|two| two[0].span.end <= two[1].span.start));
    let shown = |line: &KernelCommandLine| -> Vec<_> {
        let others =
            line.parameters().into_iter().filter(|one| one.name != *"fuzz" || one.for_init);
        others.map(|one| (one.name, one.value, one.for_init)).collect()
    };
    let mut changed = line.clone();
    if changed.set(b"fuzz", b"x y").is_ok() {
        assert_eq!(changed.get(b"fuzz").expect("it was set"), *"x y");
        assert_eq!(shown(&changed), shown(&line));
    } else {
        assert_eq!(changed, line);
    }
    if let Some(first) = before.iter().find(|one| !one.for_init) {
        let mut changed = line.clone();
        assert!(changed.remove(&first.name) > 0);
        assert!(changed.get(&first.name).is_none() && !changed.has_flag(&first.name));
    }
}

/// A label as both readers tell it.
type Told =
    (Vec<u8>, &'static str, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, u32, Vec<u8>, bool, bool);

fn labels_of(menu: &Menu) -> Vec<Told> {
    let labels = menu.entries.iter().filter_map(|entry| Some((entry, entry.label.as_ref()?)));
    labels
        .map(|(entry, label)| {
            let mut told: Told = (
                label.to_vec(),
                "",
                Vec::new(),
                None,
                None,
                0,
                entry.title.to_vec(),
                entry.hidden,
                entry.disabled && !matches!(entry.action, Action::Goto(_)),
            );
            if let Action::Boot(image) = &entry.action {
                told.1 = kind_name(image.kind);
                told.2 = image.kernel.value.to_vec();
                told.3 = image.append.as_ref().map(|append| append.value.to_vec());
                told.4 = image.initrd.as_ref().map(|initrd| initrd.value.to_vec());
                told.5 = image.sysappend.as_ref().map_or(0, |bits| bits.value.0);
            }
            told
        })
        .collect()
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Kernel => "kernel",
        Kind::Linux => "linux",
        Kind::Boot => "boot",
        Kind::Bss => "bss",
        Kind::Pxe => "pxe",
        Kind::FdImage => "fdimage",
        Kind::ComBoot => "comboot",
        Kind::Com32 => "com32",
        Kind::Config => "config",
        Kind::LocalBoot => "localboot",
    }
}

const KINDS: [&str; 10] =
    ["kernel", "linux", "boot", "bss", "pxe", "fdimage", "comboot", "com32", "config", "localboot"];

#[derive(Default)]
struct Label {
    told: Told,
    own_append: bool,
    action: bool,
    goes: bool,
}

/// The labels, read line by line as one would by hand.
fn model(data: &[u8]) -> Vec<Told> {
    let pieces = data.split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(4095));
    let mut done: Vec<Told> = Vec::new();
    let mut open: Option<Label> = None;
    let (mut append, mut bits) = (None::<Vec<u8>>, 0);
    let (mut in_text, mut depth) = (false, 0usize);
    fn close(open: &mut Option<Label>, append: &Option<Vec<u8>>, done: &mut Vec<Told>) {
        let Some(mut label) = open.take() else { return };
        if label.action {
            (label.told.1, label.told.2, label.told.3, label.told.4, label.told.5) =
                Default::default();
        } else {
            let own = if label.own_append { label.told.3.take() } else { append.clone() };
            label.told.3 = own.filter(|text| !text.is_empty() && text != b"-");
        }
        // Whether it is disabled then depends on the menus there are.
        label.told.8 &= !label.goes;
        done.push(label.told);
    }
    for piece in pieces {
        let end = piece.iter().position(|byte| b"\r\n\0".contains(byte)).unwrap_or(piece.len());
        let (first, rest) = word(&piece[..end]);
        if in_text {
            in_text = first != "endtext";
            continue;
        }
        let (second, behind) = word(rest);
        let directive = if first == "menu" { format!("menu {second}") } else { first };
        let value = if directive.starts_with("menu ") { behind } else { rest }.to_vec();
        match (directive.as_str(), &mut open) {
            ("text", _) => in_text = true,
            ("label", _) => {
                close(&mut open, &append, &mut done);
                let length = rest.iter().position(|byte| *byte <= 32).unwrap_or(rest.len());
                let name = rest[..length].to_vec();
                let told =
                    (name.clone(), "kernel", name.clone(), None, None, bits, name, false, false);
                open = Some(Label { told, ..Label::default() });
            }
            ("menu separator" | "menu begin" | "menu end", _) => {
                close(&mut open, &append, &mut done);
                match second.as_str() {
                    "begin" => depth += 1,
                    "end" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            ("append", Some(label)) => (label.told.3, label.own_append) = (Some(value), true),
            ("append", None) => append = Some(value),
            ("ipappend" | "sysappend", Some(label)) => label.told.5 = c_number(&value),
            ("ipappend" | "sysappend", None) => bits = c_number(&value),
            ("initrd", Some(label)) => label.told.4 = Some(value),
            ("menu label", Some(label)) => label.told.6 = value,
            ("menu hide", Some(label)) => label.told.7 = true,
            ("menu disable" | "menu disabled", Some(label)) => label.told.8 = true,
            ("menu quit" | "menu help", Some(label)) => (label.action, label.goes) = (true, false),
            ("menu goto", Some(label)) => (label.action, label.goes) = (true, true),
            ("menu exit", Some(label)) if depth > 0 => (label.action, label.goes) = (true, true),
            (other, Some(label)) => {
                if let Some(kind) = KINDS.iter().find(|kind| **kind == other) {
                    (label.told.1, label.told.2) = (kind, value);
                }
            }
            _ => {}
        }
    }
    close(&mut open, &append, &mut done);
    done
}

/// The first word in lower case, and what follows the blanks behind it.
fn word(text: &[u8]) -> (String, &[u8]) {
    let start = text.iter().position(|byte| *byte > 32).unwrap_or(text.len());
    let text = &text[start..];
    let length = text.iter().position(|byte| *byte <= 32).unwrap_or(text.len());
    let rest = &text[length..];
    let behind = rest.iter().position(|byte| *byte > 32).unwrap_or(rest.len());
    (String::from_utf8_lossy(&text[..length]).to_ascii_lowercase(), &rest[behind..])
}

/// strtoul(3) of the C library, on a machine of 32 bits.
fn c_number(text: &[u8]) -> u32 {
    let text = String::from_utf8_lossy(text);
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest.to_owned(), true),
        None => (text.into_owned(), false),
    };
    let lower = text.to_ascii_lowercase();
    let hex =
        lower.strip_prefix("0x").filter(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
    let (digits, base) = match hex {
        Some(rest) => (rest, 16),
        None if lower.starts_with('0') => (&lower[..], 8),
        None => (&lower[..], 10),
    };
    let length = digits.find(|c: char| !c.is_digit(base)).unwrap_or(digits.len());
    let number = match u128::from_str_radix(&digits[..length.min(30)], base) {
        Ok(number) => u32::try_from(number).unwrap_or(u32::MAX),
        Err(_) => 0,
    };
    if negative { number.wrapping_neg() } else { number }
}
