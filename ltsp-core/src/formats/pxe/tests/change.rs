//! Changes touch their line and nothing else.

use super::{LAB, conf};
use crate::ErrorKind;
use crate::formats::pxe::{KernelCommandLine, PxeConf};
use crate::text::{Document as _, NoIncludes, Settings as _};

/// The lines that differ, as `-old` and `+new`.
fn changes(before: &str, after: &PxeConf) -> Vec<String> {
    String::from_utf8(after.diff(conf(before).source()))
        .unwrap()
        .lines()
        .skip(2)
        .filter(|line| line.starts_with(['+', '-']))
        .map(ToOwned::to_owned)
        .collect()
}

fn set(text: &str, label: Option<&str>, key: &str, value: &str) -> Vec<String> {
    let mut it = conf(text);
    it.set(label.map(str::as_bytes), key.as_bytes(), value.as_bytes()).unwrap();
    changes(text, &it)
}

#[test]
fn a_value_is_replaced_in_its_line() {
    assert_eq!(set(LAB, None, "timeout", "50"), ["-TIMEOUT 100", "+TIMEOUT 50"]);
    assert_eq!(
        set(LAB, Some("disk"), "menu label", "Disk"),
        ["-  MENU LABEL Local ^disk", "+  MENU LABEL Disk"]
    );
    assert_eq!(set("append\nlabel a\n", None, "append", "ro"), ["-append", "+append ro"]);
    assert_eq!(
        set("label a\n\tkernel\tx\n", Some("a"), "kernel", "y"),
        ["-\tkernel\tx", "+\tkernel\ty"]
    );
}

#[test]
fn a_new_line_looks_like_its_neighbours() {
    assert_eq!(set(LAB, Some("thin"), "menu hide", ""), ["+  MENU HIDE"]);
    assert_eq!(set(LAB, Some("thin-4.9"), "append", "ro"), ["+    APPEND ro"]);
    assert_eq!(set(LAB, None, "ontimeout", "disk"), ["+ONTIMEOUT disk"]);
    assert_eq!(set("label a\n\tkernel\tx\n", Some("a"), "append", "y"), ["+\tappend\ty"]);
    let mut it = conf("default a\r\nlabel a\r\n kernel x");
    it.set(Some(b"a"), b"append", b"ro").unwrap();
    it.set(None, b"timeout", b"50").unwrap();
    assert_eq!(it.to_bytes(), b"default a\r\ntimeout 50\r\nlabel a\r\n kernel x\r\n append ro");
    let mut it = conf("# mine\n\n# a\nlabel a\n");
    it.set(None, b"prompt", b"1").unwrap();
    assert_eq!(it.to_bytes(), b"# mine\nprompt 1\n\n# a\nlabel a\n");
}

#[test]
fn a_missing_label_is_added_at_the_end() {
    let mut it = conf("default a\n\nLABEL a\n  KERNEL x\n");
    it.set(Some(b"b"), b"localboot", b"0").unwrap();
    assert_eq!(it.to_bytes(), b"default a\n\nLABEL a\n  KERNEL x\n\nLABEL b\n  LOCALBOOT 0\n");
    assert!(!it.add_section(b"b").unwrap());
    for wrong in ["", "a b", "a\n"] {
        let error = it.add_section(wrong.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong:?}");
    }
}

#[test]
fn what_a_label_boots_is_said_in_one_line() {
    assert_eq!(
        set(LAB, Some("thin"), "localboot", "0"),
        ["-  KERNEL ltsp/vmlinuz", "+  LOCALBOOT 0"]
    );
    assert_eq!(set(LAB, Some("thin"), "sysappend", "2"), ["-  IPAPPEND 3", "+  IPAPPEND 2"]);
}

#[test]
fn what_cannot_be_expressed_is_refused_and_nothing_changes() {
    let mut it = conf(LAB);
    for (label, key, value) in [
        (None, "timeout", "5s"),
        (None, "timeout", ""),
        (None, "prompt", "yes"),
        (None, "kernel", "x"),
        (None, "menu label", "x"),
        (Some("thin"), "timeout", "50"),
        (Some("thin"), "append", "a\nb"),
        (Some("thin"), "append", " a"),
        (Some("thin"), "append", "a\0"),
        (Some("thin"), "kernel", ""),
        (Some("thin"), "menu hide", "x"),
        (Some("thin"), "ipappend", "yes"),
        (Some("thin"), "text help", "x"),
        (Some("thin"), "label", "x"),
        (Some("thin"), "apend", "x"),
        (Some("no label"), "append", "x"),
    ] {
        let error = it.set(label.map(str::as_bytes), key.as_bytes(), value.as_bytes());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidInput, "{key}={value}");
    }
    let long = "x".repeat(4090);
    assert!(it.set(Some(b"thin"), b"append", long.as_bytes()).is_err());
    assert_eq!(it.to_bytes(), LAB.as_bytes());
    let mut swallowed = conf("label a\ntext help\n");
    assert!(swallowed.set(Some(b"a"), b"append", b"x").is_err());
    assert!(swallowed.add_section(b"b").is_err());
    assert_eq!(swallowed.to_bytes(), b"label a\ntext help\n");
}

#[test]
fn lines_are_deleted_commented_out_and_brought_back() {
    let mut it = conf(LAB);
    assert!(it.comment_out(Some(b"thin"), b"append").unwrap());
    assert_eq!(changes(LAB, &it).len(), 2);
    assert!(it.get(Some(b"thin"), b"append").unwrap().is_none());
    assert!(it.uncomment(Some(b"thin"), b"append").unwrap());
    assert_eq!(it.to_bytes(), LAB.as_bytes());
    assert!(!it.uncomment(Some(b"thin"), b"append").unwrap());
    assert!(it.unset(Some(b"thin"), b"append").unwrap());
    assert_eq!(changes(LAB, &it), ["-  APPEND ro initrd=ltsp/initrd.img root=/dev/nbd0"]);
    assert!(!it.unset(Some(b"thin"), b"append").unwrap());
    let mut it = conf("# default is what boots\n#timeout 50\n#timeout 70\nlabel a\n#kernel x\n");
    assert!(it.uncomment(None, b"timeout").unwrap());
    assert!(it.uncomment(Some(b"a"), b"kernel").unwrap());
    assert_eq!(
        it.to_bytes(),
        b"# default is what boots\n#timeout 50\ntimeout 70\nlabel a\nkernel x\n"
    );
}

#[test]
fn a_colour_is_found_by_its_element() {
    let text = "menu color title * #fff\nmenu color sel 7 #000\n";
    let mut it = conf(text);
    assert_eq!(it.get(None, b"menu color title").unwrap().unwrap().0, *"* #fff");
    it.set(None, b"MENU COLOR sel", b"*").unwrap();
    it.set(None, b"menu colour border", b"30").unwrap();
    assert_eq!(
        it.to_bytes(),
        b"menu color title * #fff\nmenu color sel *\nmenu colour border 30\n"
    );
}

#[test]
fn every_setting_is_listed_with_its_label() {
    let settings = conf(LAB).settings();
    let shown: Vec<String> = settings
        .iter()
        .take(6)
        .map(|one| {
            let section = one.section.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{section}/{}={}", one.key, one.value)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "/UI=vesamenu.c32",
            "/DEFAULT=thin",
            "/TIMEOUT=100",
            "/APPEND=ro quiet",
            "thin/MENU LABEL=^Thin client",
            "thin/KERNEL=ltsp/vmlinuz"
        ]
    );
}

#[test]
fn the_default_becomes_another_label() {
    let mut it = conf(LAB);
    it.set_default(b"thin-4.9").unwrap();
    it.set_ontimeout(b"disk").unwrap();
    assert_eq!(changes(LAB, &it), ["-DEFAULT thin", "+DEFAULT thin-4.9", "+ONTIMEOUT disk"]);
    let menu = it.resolve(&NoIncludes).unwrap();
    assert_eq!(menu.start, 1);
    let error = it.set_default(b"thin-4.8").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("thin-4.9"), "{error}");
}

#[test]
fn a_menu_started_by_default_stays_a_menu() {
    let text = "default menu.c32\ntimeout 50\nlabel a\nkernel x\nlabel b\nkernel y\n";
    let mut it = conf(text);
    it.set_default(b"b").unwrap();
    assert_eq!(changes(text, &it), ["-default menu.c32", "+default b", "+ui menu.c32"]);
    let unattended = it.resolve(&NoIncludes).unwrap().unattended();
    assert!(format!("{unattended:?}").contains("entry: 1"), "{unattended:?}");
    let mut it = conf("ui menu.c32\nlabel a\nmenu hide\nkernel x\nlabel d\nmenu disable\n");
    for label in ["a", "d"] {
        let error = it.set_default(label.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{label}");
    }
}

#[test]
fn a_default_that_an_include_takes_back_is_refused() {
    let files: &[(&str, &str)] = &[("more", "default b\nlabel b\nkernel y\n")];
    let mut it = conf("default a\nlabel a\nkernel x\ninclude more\n");
    let error = it.set_default_with(b"a", files).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let files: &[(&str, &str)] = &[("more", "label b\nkernel y\n")];
    it.set_default_with(b"b", files).unwrap();
    assert_eq!(it.set_default(b"c").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(it.to_bytes(), b"default b\nlabel a\nkernel x\ninclude more\n");
}

#[test]
fn one_machine_gets_a_file_that_follows_the_common_one() {
    let mac = "52:54:00:AB:CD:EF".parse().unwrap();
    for (text, expected) in [
        (LAB, "include pxelinux.cfg/default\ndefault disk\nontimeout disk\n"),
        (
            "default menu.c32\nontimeout a\ntimeout 10\nlabel a\nkernel x\nlabel disk\nlocalboot 0",
            "include pxelinux.cfg/default\nui menu.c32\ndefault disk\nontimeout disk\n",
        ),
    ] {
        let common = conf(text);
        let file = common.for_mac(mac, b"disk").unwrap();
        assert_eq!(file.name, "01-52-54-00-ab-cd-ef");
        assert_eq!(file.content, *expected);
        let files: &[(&str, &str)] = &[("pxelinux.cfg/default", text)];
        let before = common.resolve(&NoIncludes).unwrap();
        let menu = file.document().resolve(files).unwrap();
        let disk = menu.find(b"disk").unwrap();
        let unattended = menu.unattended();
        assert!(format!("{:?}", unattended.target).contains(&format!("entry: {disk}")));
        assert_eq!(unattended.after, before.unattended().after);
        assert_eq!(menu.first(), before.first(), "the menu stays");
        assert!(file.document().check_with(files).is_empty());
    }
    assert_eq!(conf(LAB).for_mac(mac, b"x").unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn kernel_parameters_change_one_by_one() {
    let mut it = conf(LAB);
    it.set_parameter(b"thin", b"root", Some(b"/dev/nfs")).unwrap();
    it.set_parameter(b"thin", b"ip", Some(b"dhcp")).unwrap();
    it.set_parameter(b"thin-4.9", b"splash", None).unwrap();
    assert_eq!(it.remove_parameter(b"thin", b"ro").unwrap(), 1);
    assert_eq!(
        changes(LAB, &it),
        [
            "-  APPEND ro initrd=ltsp/initrd.img root=/dev/nbd0",
            "+  APPEND initrd=ltsp/initrd.img root=/dev/nfs ip=dhcp",
            "+    APPEND ro quiet splash"
        ]
    );
    it.set_command_line(b"thin", &KernelCommandLine::default()).unwrap();
    assert_eq!(it.get(Some(b"thin"), b"append").unwrap().unwrap().0, *"-");
    assert!(it.command_line(b"thin").unwrap().as_bytes().is_empty());
    assert_eq!(it.command_line(b"no").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(it.set_parameter(b"thin", b"a", Some(b"\"")).is_err());
}
