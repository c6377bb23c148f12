//! What is remembered of a template: what that saves, that every change of the template is seen nevertheless, and when it is
//! not believed.
use std::ffi::CString;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use ltsp_core::home::{HomeReset, ReceiptUse, Strategy};
use testkit::faults::{Call, Traced};
use testkit::mount::on_each;
use testkit::tree::{Tree, dir};
use testkit::{Host, oracle, tree};

use crate::reset_support::{
    change_by_stealth, exact, guest, guest_on, is_the_template, run, staged, tick,
};

fn in_place(host: &Host) -> HomeReset {
    exact(host).strategy(Strategy::InPlace)
}

fn some_of_each() -> Tree {
    tree! {
        ".profile" => file("umask 077\n"),
        "Desktop/readme" => file("Welcome.\n"),
        "Desktop/again" => hard_link("Desktop/readme"),
        "Desktop/link" => symlink("readme"),
        "Desktop/inner/deep/file" => file("deep\n"),
        "disk" => sparse(1 << 24, [(1 << 23, "middle")]),
        "pipe" => fifo().mode(0o600),
        b"a\xff\nname" => file("odd\n"),
    }
    .with_root(dir().mode(0o700))
    .dated(1_500_000_000, 7)
}

/// The file in which the template is remembered.
#[track_caller]
fn memory(host: &Host) -> PathBuf {
    let found = staged(host, "template-");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// A host whose template is remembered.
#[track_caller]
fn remembering(host: Host) -> Host {
    tick();
    run(&in_place(&host));
    assert!(memory(&host).is_file());
    host
}

/// How often the command makes a call on something in the template, in a reset in place.
#[track_caller]
fn calls_in_template(host: &Host, name: &str) -> usize {
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", "reset", "--user", "guest", "--strategy", "in-place"]);
    command.args(["--template", host.template_inside(), "--root"]).arg(host.root());
    let traced = Traced::new(&command).record();
    assert!(traced.status.success(), "{}", traced.stderr);
    let template = host.template_path();
    let within = |call: &&Call| {
        call.descriptor(0)
            .and_then(|(_, path)| path)
            .is_some_and(|path| path.starts_with(template.as_os_str().as_bytes()))
    };
    traced.calls.iter().filter(|call| call.name == name).filter(within).count()
}

#[test]
fn a_template_that_is_remembered_is_not_listed_again_but_looked_at() {
    on_each(|file_system, place| {
        let host = guest_on(place).template(some_of_each());
        tick();
        assert!(calls_in_template(&host, "getdents64") >= 4, "{file_system:?}");
        tick();
        // Content is compared where change times do not tell of it, so directories are opened.
        assert_eq!(calls_in_template(&host, "getdents64"), 0, "{file_system:?}");
        assert!(calls_in_template(&host, "statx") >= 11, "{file_system:?}");
        is_the_template(&host);
    });
}

#[track_caller]
fn set_attribute(path: &Path, value: &str) {
    let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
    let name = c"user.note";
    // SAFETY: both strings end in a NUL and the value is as long as is said.
    let status = unsafe {
        libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0)
    };
    assert_eq!(status, 0, "{}", std::io::Error::last_os_error());
}

type Change = (&'static str, fn(&Path));

const CHANGES: [Change; 12] = [
    ("content, time put back", |top| change_by_stealth(&top.join("Desktop/inner/deep/file"))),
    ("a new file", |top| fs::write(top.join("Desktop/new"), "new").expect("root may")),
    ("a new directory", |top| fs::create_dir(top.join("Desktop/inner/dir")).expect("root may")),
    ("a file less", |top| fs::remove_file(top.join(".profile")).expect("root may")),
    ("a directory less", |top| fs::remove_dir_all(top.join("Desktop/inner")).expect("root may")),
    ("another name", |top| {
        fs::rename(top.join("Desktop/inner"), top.join("Desktop/other")).expect("root may");
    }),
    ("a mode", |top| {
        let mode = fs::Permissions::from_mode(0o750);
        fs::set_permissions(top.join("Desktop/inner/deep"), mode).expect("root may");
    }),
    ("the top's mode", |top| {
        fs::set_permissions(top, fs::Permissions::from_mode(0o701)).expect("root may");
    }),
    ("an attribute of a directory", |top| set_attribute(&top.join("Desktop/inner"), "x")),
    ("an attribute of a file", |top| set_attribute(&top.join("Desktop/inner/deep/file"), "x")),
    ("a link's target", |top| {
        fs::remove_file(top.join("Desktop/link")).expect("root may");
        symlink("other", top.join("Desktop/link")).expect("root may");
    }),
    ("a link less", |top| {
        fs::remove_file(top.join("Desktop/again")).expect("root may");
        fs::write(top.join("Desktop/again"), "Welcome.\n").expect("root may");
    }),
];

#[test]
fn a_change_of_a_template_is_seen_although_it_is_remembered() {
    on_each(|file_system, place| {
        for receipts in [ReceiptUse::Checked, ReceiptUse::Trusted] {
            for (what, change) in CHANGES {
                let host = remembering(guest_on(place).template(some_of_each()));
                let before = fs::read(memory(&host)).expect("it is there");
                change(&host.template_path());
                let report = run(&in_place(&host).receipts(receipts));
                assert!(report.counts.changed(), "{file_system:?}, {what}: {report:?}");
                is_the_template(&host);
                tick();
                run(&in_place(&host).receipts(receipts));
                is_the_template(&host);
                let after = fs::read(memory(&host)).expect("it is there");
                assert_ne!(before, after, "{file_system:?}, {what}: it is remembered as it is");
            }
        }
    });
}

#[test]
fn what_changed_just_before_a_scan_is_not_remembered() {
    let host = remembering(guest().template(some_of_each()));
    let before = fs::read(memory(&host)).expect("it is there");
    // A change within the same tick of the clock could have the same time.
    let mut kept = 0;
    for round in 0..20 {
        fs::write(host.template_path().join("Desktop/readme"), format!("{round}")).expect("root");
        run(&in_place(&host));
        is_the_template(&host);
        kept += usize::from(fs::read(memory(&host)).expect("it is there") == before);
    }
    assert!(kept > 0, "each of 20 changes was believed to be old");
}

/// The layout of the file, as far as the tests lie about it.
mod at {
    pub(super) const TEMPLATE: usize = 16;
    pub(super) const SECONDS: usize = 24;
    pub(super) const SINCE_BOOT: usize = 36;
    pub(super) const BOOT: usize = 44;
    pub(super) const COUNT: usize = 61;
    pub(super) const FIRST_INODE: usize = COUNT + 4 + 15;
    /// From the end of what is sealed.
    pub(super) const DEVICES: usize = 16;
}

const SAID: &str = "7 devices of the template were left out";

/// Lets the memory of a template say that it has devices, with `fault`; answers whether that is believed.
#[track_caller]
fn is_believed(host: &Host, reset: &HomeReset, fault: impl FnOnce(&mut Vec<u8>)) -> bool {
    let path = memory(host);
    let mut bytes = fs::read(&path).expect("it is there");
    bytes.truncate(bytes.len() - 8);
    let devices = bytes.len() - at::DEVICES;
    bytes[devices] = 7;
    fault(&mut bytes);
    let mut hash = DefaultHasher::new();
    hash.write(&bytes);
    bytes.extend(hash.finish().to_le_bytes());
    fs::write(&path, bytes).expect("root may");
    let report = run(reset);
    is_the_template(host);
    report.notes.iter().any(|note| note == SAID)
}

fn add(bytes: &mut [u8], at: usize, number: i64) {
    let field: &mut [u8; 8] = (&mut bytes[at..at + 8]).try_into().expect("eight bytes");
    *field = i64::from_le_bytes(*field).wrapping_add(number).to_le_bytes();
}

#[test]
fn a_memory_that_does_not_fit_is_not_believed() {
    type Fault = (&'static str, fn(&mut Vec<u8>));
    let faults: [Fault; 11] = [
        ("another format", |bytes| bytes[7] += 1),
        ("another template", |bytes| add(bytes, at::TEMPLATE, 1)),
        ("another inode", |bytes| add(bytes, at::FIRST_INODE, 1)),
        ("taken in the future", |bytes| add(bytes, at::SECONDS, 60)),
        ("the clock was set back", |bytes| add(bytes, at::SINCE_BOOT, -60_000_000_000)),
        ("another run of the machine", |bytes| bytes[at::BOOT] ^= 1),
        ("too many entries", |bytes| bytes[at::COUNT] += 1),
        ("too few entries", |bytes| bytes[at::COUNT] -= 1),
        ("4 thousand million entries", |bytes| bytes[at::COUNT..at::COUNT + 4].fill(255)),
        ("bytes too many", |bytes| bytes.push(0)),
        ("cut off", |bytes| bytes.truncate(bytes.len() / 2)),
    ];
    on_each(|_, place| {
        let host = remembering(guest_on(place).template(some_of_each()));
        let reset = in_place(&host);
        // One that lies is believed as long as all else about it is right, but not by everybody.
        assert!(is_believed(&host, &reset, |_| {}));
        assert!(!is_believed(&host, &reset.clone().receipts(ReceiptUse::Never), |_| {}));
        for (what, fault) in faults {
            fs::remove_file(memory(&host)).expect("root may");
            run(&reset);
            assert!(!is_believed(&host, &reset, fault), "{what}");
        }
    });
}

#[test]
fn a_memory_with_any_wrong_byte_does_no_harm() {
    let host = remembering(guest().template(some_of_each()));
    let good = fs::read(memory(&host)).expect("it is there");
    let sealed = good.len() - 8;
    for at in (0..sealed).step_by(3) {
        fs::write(memory(&host), &good).expect("root may");
        // Whatever it says, the reset ends, and the template is what it was.
        let path = memory(&host);
        let mut bytes = good[..sealed].to_vec();
        bytes[at] ^= 0x81;
        let mut hash = DefaultHasher::new();
        hash.write(&bytes);
        bytes.extend(hash.finish().to_le_bytes());
        fs::write(&path, bytes).expect("root may");
        let outcome = in_place(&host).run(&());
        assert!(outcome.is_ok(), "byte {at}: {outcome:?}");
    }
    fs::write(memory(&host), &good[..sealed]).expect("root may");
    run(&in_place(&host));
    is_the_template(&host);
}

#[test]
fn holes_of_both_are_not_read() {
    let huge = tree! { "disk" => sparse(1 << 36, [(0, "head"), (1 << 35, "middle")]) };
    let host = guest().template(huge.with_root(dir().mode(0o700)).dated(1_500_000_000, 7));
    run(&exact(&host));
    let begun = std::time::Instant::now();
    let plan = exact(&host).verify(&()).expect("it can be compared");
    assert!(plan.is_empty(), "{plan}");
    // To read 64 GiB of nothing takes longer, twice over.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    // In a hole of the template, in one of the home, and where both have data.
    for place in [(1_u64 << 34) + 5, (1 << 35) + 2, 1] {
        let disk = host.home("guest").join("disk");
        let before = fs::metadata(&disk).and_then(|meta| meta.modified()).expect("it exists");
        let file = fs::OpenOptions::new().write(true).open(&disk).expect("root may");
        std::os::unix::fs::FileExt::write_all_at(&file, b"!", place).expect("there is room");
        file.set_modified(before).expect("root may");
        let plan = exact(&host).verify(&()).expect("it can be compared");
        assert_eq!(plan.homes[0].changes.len(), 1, "{place}: {plan}");
        run(&in_place(&host).receipts(ReceiptUse::Never));
        let plan = exact(&host).verify(&()).expect("it can be compared");
        assert!(plan.is_empty(), "{place}: {plan}");
    }
}
