//! What a configuration says.

use std::time::Duration;

use super::{LAB, conf};
use crate::ErrorKind;
use crate::formats::Client;
use crate::formats::pxe::{Action, First, Kind, PxeConf, SysAppend, Target};
use crate::text::{Document as _, Includes, NoIncludes, Settings as _, Source};

fn label_target(menu: &crate::formats::pxe::Menu, target: Option<Target>) -> String {
    match target {
        Some(Target::Label { entry, options }) => {
            let label = menu.entries[entry].label.clone().unwrap_or_default();
            if options.is_empty() { label.to_string() } else { format!("{label} + {options}") }
        }
        Some(Target::File(file)) => format!("file {file}"),
        Some(Target::Refused(name)) => format!("refused {name}"),
        None => "nothing".to_owned(),
    }
}

#[test]
fn labels_are_read_in_order_with_all_that_belongs_to_them() {
    let menu = conf(LAB).resolve(&NoIncludes).unwrap();
    let thin = menu.label(b"thin").unwrap();
    assert_eq!(thin.title, *"^Thin client");
    assert_eq!(thin.hotkey, Some('T'));
    let image = menu.image(b"thin").unwrap();
    assert_eq!(image.kind, Kind::Kernel);
    assert_eq!(image.file_kind(), Kind::Linux);
    assert_eq!(image.file(), b"ltsp/vmlinuz");
    assert_eq!(image.command_line().get(b"root").unwrap(), *"/dev/nbd0");
    assert_eq!(image.sysappend.as_ref().unwrap().value.names(), ["ip", "BOOTIF"]);
    assert_eq!(image.append.as_ref().unwrap().origin.place.line, 10);
    assert_eq!(image.append.as_ref().unwrap().origin.to_string(), "default:10:3 [thin] (label)");
    let disk = menu.label(b"disk").unwrap();
    assert!(matches!(&disk.action, Action::Boot(image) if image.kind == Kind::LocalBoot));
    assert_eq!(disk.help.as_ref().unwrap().value, *"  Boots what is on the disk.\n");
    let old = menu.image(b"thin-4.9").unwrap();
    assert_eq!(old.initrds(), ["ltsp/initrd-4.9", "ltsp/extra"]);
    assert_eq!(old.command_line().to_string(), "ro quiet initrd=ltsp/initrd-4.9,ltsp/extra");
    assert_eq!(old.append.as_ref().unwrap().origin.rule, "for all labels below");
    assert_eq!(menu.menus.len(), 2);
    assert_eq!(menu.menus[1].title.as_deref().unwrap(), b"Older ^kernels");
    assert_eq!(menu.entries[menu.menus[1].entry.unwrap()].title, *"Older ^kernels");
    assert_eq!(menu.menus[1].parent, Some(0));
    assert_eq!(menu.label(b"thin-4.9").unwrap().menu, 1);
    assert_eq!(menu.timeout.as_ref().unwrap().value, Duration::from_secs(10));
    assert!(serde_json::to_string(&menu).unwrap().contains("thin-4.9"));
}

#[test]
fn what_is_booted_unattended_depends_on_ui_prompt_and_times() {
    let cases: [(&str, &str, u64); 16] = [
        ("", "nothing", 0),
        ("default a", "a", 0),
        ("default a quiet", "a + quiet", 0),
        ("default a\nontimeout b\ntimeout 50", "a", 0),
        ("default a\nontimeout b\ntimeout 50\nprompt 1", "b", 5000),
        ("default a\ntimeout 50\nprompt 1", "a", 5000),
        ("default a\nprompt 1", "nothing", 0),
        ("default a\nprompt 1\ntotaltimeout 600\ntimeout 900", "a", 60_000),
        ("default menu.c32\ntimeout 10", "a", 1000),
        ("default vesamenu\ntimeout 10\nontimeout b x", "b + x", 1000),
        ("ui menu.c32\ndefault b\nprompt 1\ntimeout 10", "b", 1000),
        ("ui menu.c32\ndefault c\ntimeout 10", "a", 1000),
        ("ui menu.c32\nmenu shiftkey\ndefault b", "b", 0),
        ("default c", "file c", 0),
        ("default c\nimplicit 0", "refused c", 0),
        ("default A", "file A", 0),
    ];
    for (head, expected, after) in cases {
        let text = format!("{head}\nlabel a\nkernel x\nlabel b\nkernel y\nlabel a\nkernel z\n");
        let menu = conf(&text).resolve(&NoIncludes).unwrap();
        let unattended = menu.unattended();
        assert_eq!(label_target(&menu, unattended.target), expected, "{head}");
        assert_eq!(unattended.after, Duration::from_millis(after), "{head}");
    }
    let menu = conf(
        "default sub1\nui menu.c32\nlabel a\nkernel x\nmenu begin m\nlabel sub1\nkernel z\nmenu end\n",
    );
    let menu = menu.resolve(&NoIncludes).unwrap();
    assert_eq!(menu.first(), First::Menu(1), "DEFAULT opens the submenu of its label");
    let waits = conf("ui menu.c32\ntimeout 10\nlabel -\nmenu disable\nlabel a\nkernel x\n");
    assert_eq!(waits.resolve(&NoIncludes).unwrap().unattended().target, None);
}

#[test]
fn of_labels_with_one_name_the_first_counts_and_of_lines_the_last() {
    let text = "label a\nkernel one\nappend x\nappend y\nlabel a\nkernel two\nlabel b\nmenu disable\nlabel b\nlinux three\n";
    let menu = conf(text).resolve(&NoIncludes).unwrap();
    assert_eq!(menu.image(b"a").unwrap().file(), b"one");
    assert_eq!(menu.image(b"a").unwrap().append.as_ref().unwrap().value, *"y");
    assert_eq!(menu.image(b"b").unwrap().file(), b"three", "a disabled label has no name");
    assert!(menu.label(b"A").is_none());
    assert_eq!(conf(text).get(Some(b"a"), b"APPEND").unwrap().unwrap().0, *"y");
}

#[test]
fn what_stands_before_the_labels_is_for_those_without_their_own() {
    let text = "append common\nipappend 2\nlabel a\nlabel b\nappend own\nipappend 0\nlabel c\nappend -\n\
                menu separator\nappend late\nlabel d\nkernel k x\n";
    let menu = conf(text).resolve(&NoIncludes).unwrap();
    let line = |label: &str| menu.image(label.as_bytes()).unwrap().command_line().to_string();
    assert_eq!(["a", "b", "c", "d"].map(line), ["common", "own", "", "x late"]);
    assert_eq!(menu.image(b"a").unwrap().file(), b"a", "without KERNEL it is the label's name");
    let bits = menu.image(b"a").unwrap().sysappend.as_ref().unwrap();
    assert!(bits.value.contains(SysAppend::BOOTIF));
    let client = Client { mac: Some("52:54:00:ab:cd:ef".parse().unwrap()), ..Client::default() };
    assert_eq!(bits.value.strings(&client), ["BOOTIF=01-52-54-00-ab-cd-ef"]);
    assert!(menu.image(b"b").unwrap().sysappend.is_none());
}

#[test]
fn hidden_disabled_and_other_entries_are_told_apart() {
    let text = "label h\nmenu hide\nkernel x\nmenu separator\nlabel d\nmenu disabled\nmenu indent 2\n\
                menu begin m\nmenu label ^Sub\nmenu default\nlabel g\nmenu goto .top\nlabel e\nmenu exit\n\
                label q\nmenu quit\nlabel w\nmenu goto nowhere\nlabel p\nmenu passwd x\nkernel k\nmenu default\nmenu end\n";
    let menu = conf(text).resolve(&NoIncludes).unwrap();
    assert!(menu.label(b"h").unwrap().hidden);
    assert!(menu.label(b"d").is_none());
    let entries: Vec<_> = menu.menus[0].entries.iter().map(|at| &menu.entries[*at]).collect();
    assert_eq!(entries.len(), 3, "separator, heading, submenu");
    assert_eq!(entries[0].action, Action::Separator);
    assert!(entries[1].disabled && entries[1].indent == 2);
    assert_eq!(entries[2].action, Action::Submenu(1));
    assert_eq!(entries[2].hotkey, Some('S'));
    assert_eq!(menu.menus[1].title.as_deref().unwrap(), b"Sub");
    assert_eq!(menu.menus[0].default, menu.menus[1].entry);
    let action = |label: &[u8]| menu.label(label).unwrap().action.clone();
    assert_eq!(action(b"g"), Action::Goto(Some(0)));
    assert_eq!(action(b"e"), Action::Goto(Some(0)));
    assert_eq!(action(b"q"), Action::Quit);
    assert_eq!(action(b"w"), Action::Goto(None));
    assert!(menu.label(b"w").unwrap().disabled && menu.label(b"p").unwrap().password);
    assert_eq!(menu.menus[1].default, menu.find(b"p"));
    assert!(!format!("{menu:?}").contains("passwd x"));
}

#[test]
fn lines_are_read_as_far_as_the_original_reads_them() {
    let long = format!("append {}\nlabel a\n", "x".repeat(5000));
    let it = conf(&long);
    assert_eq!(it.get(None, b"append").unwrap().unwrap().0.len(), 4095 - "append ".len());
    let swallowed = format!("#{}default b\nlabel a\n", "x".repeat(4094));
    assert_eq!(conf(&swallowed).get(None, b"default").unwrap().unwrap().0, *"b");
    assert_eq!(conf("default a\rb\nlabel x").get(None, b"default").unwrap().unwrap().0, *"a");
    assert_eq!(conf("default a\0b\n").get(None, b"default").unwrap().unwrap().0, *"a");
    assert_eq!(conf("default  a b \n").get(None, b"default").unwrap().unwrap().0, *"a b ");
    assert!(conf("\u{feff}default a\n").get(None, b"default").unwrap().is_none());
    assert!(conf("label a\ntext help\ndefault x\n").get(None, b"default").unwrap().is_none());
    assert_eq!(conf("label a b\n").sections()[0].0, *"a");
    let error = conf("label a\n").get(Some(b"b"), b"append").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn includes_are_read_where_they_stand() {
    let files: &[(&str, &str)] = &[
        ("more", "append more\nlabel b\nkernel k2\ninclude deep\n"),
        ("deep", "default b\nlabel c\n"),
        ("sub", "menu label ^Sub\nlabel d\nkernel k4\n"),
    ];
    let it = conf(
        "default a\nlabel a\nkernel k1\ninclude more\nappend for-c\ninclude none\nmenu include sub Its name\nlabel e\n",
    );
    let menu = it.resolve(files).unwrap();
    let labels: Vec<_> = menu.entries.iter().filter_map(|entry| entry.label.clone()).collect();
    assert_eq!(labels, ["a", "b", "c", "d", "e"]);
    assert_eq!(menu.image(b"a").unwrap().append.as_ref().unwrap().value, *"more");
    let append = menu.image(b"c").unwrap().append.clone().unwrap();
    assert_eq!((append.value, append.origin.place.line), ("for-c".into(), 5));
    assert_eq!(menu.default.as_ref().unwrap().origin.place.file.to_str(), Some("deep"));
    assert_eq!(menu.missing[0].value.to_str(), Some("none"));
    assert_eq!(menu.menus[1].name.as_deref().unwrap(), b"Its name");
    assert_eq!((menu.label(b"d").unwrap().menu, menu.label(b"e").unwrap().menu), (1, 0));
}

/// Every name is a file that includes what its name says.
struct Endless;

impl Includes for Endless {
    fn read(&self, name: &std::path::Path, _from: &std::path::Path) -> crate::Result<Source> {
        let name = name.to_str().unwrap();
        let text = match name.strip_prefix("fan") {
            Some(depth) => {
                let depth: u32 = depth.parse().unwrap();
                format!("include fan{}\n", depth + 1).repeat(if depth < 12 { 1000 } else { 0 })
            }
            None => format!("include {name}x\n"),
        };
        Ok(Source::new(name, text))
    }
}

#[test]
fn circles_depth_and_number_of_includes_are_bounded() {
    let circle: &[(&str, &str)] = &[("a", "include b\n"), ("b", "label x\n include a\n")];
    let error = conf("include a\n").resolve(circle).unwrap_err();
    assert_eq!((error.kind(), error.line(), error.column()), (ErrorKind::Parse, Some(2), Some(2)));
    assert_eq!(error.path().unwrap().to_str(), Some("b"));
    let own: &[(&str, &str)] = &[("default", "include default\n")];
    assert!(conf("include default\n").resolve(own).is_err());
    let error = conf("include a\n").resolve(&Endless).unwrap_err();
    assert!(error.to_string().contains("16 deep"), "{error}");
    let error = conf("include fan0\n").resolve(&Endless).unwrap_err();
    assert!(error.to_string().contains("too often"), "{error}");
}

#[test]
fn very_many_labels_and_very_deep_menus_are_read() {
    let mut text = String::new();
    for number in 0..20_000 {
        text.push_str(&format!("menu begin m{number}\nlabel l{number}\nkernel k\n"));
    }
    let it: PxeConf = conf(&text);
    let menu = it.resolve(&NoIncludes).unwrap();
    assert_eq!(menu.menus.len(), 20_001);
    assert_eq!(menu.label(b"l19999").unwrap().menu, 20_000);
    assert_eq!(it.get(Some(b"l19999"), b"kernel").unwrap().unwrap().0, *"k");
    assert!(it.check().len() >= 20_000);
}
