//! Receipts: what they save, and that whatever an owner does behind unchanged metadata is found.
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;
use std::process::Command;

use ltsp_core::home::{HomeReset, Policy, ReceiptUse, Strategy};
use testkit::faults::Traced;
use testkit::mount::{FileSystem, on_each};
use testkit::{Host, oracle};

use crate::reset_support::{
    STRATEGIES, change_by_stealth, exact, guest, guest_on, is_the_template, plain, receipt, reset,
    run, staged, stamp, tick, unchanged,
};

/// The file whose content the tests change.
const FILE: &str = "Desktop/readme";

/// Where change times are honest about everything an owner can do to a file.
const HONEST: FileSystem = FileSystem::Btrfs;

/// Where a receipt speaks for content, and for whom.
const BELIEVED: [(FileSystem, ReceiptUse); 4] = [
    (HONEST, ReceiptUse::Checked),
    (HONEST, ReceiptUse::Trusted),
    (FileSystem::Ext4, ReceiptUse::Trusted),
    (FileSystem::Xfs, ReceiptUse::Trusted),
];

fn in_place(host: &Host) -> HomeReset {
    exact(host).strategy(Strategy::InPlace)
}

/// The files below guest's home that a reset in place by the command opens.
#[track_caller]
fn opened(host: &Host, options: &str) -> Vec<String> {
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", "reset", "--user", "guest", "--strategy", "in-place"]);
    command.args(["--template", host.template_inside(), "--root"]).arg(host.root());
    command.args(options.split_whitespace());
    let run = Traced::new(&command).record();
    assert!(run.status.success(), "{}", run.stderr);
    let files = [".profile", "settings", "readme"];
    let opened = run.calls.iter().filter(|call| call.name.starts_with("open"));
    let names = opened.filter_map(|call| String::from_utf8(call.string(1)?).ok());
    names.filter(|name| files.contains(&name.as_str())).collect()
}

#[test]
fn a_second_reset_in_place_opens_files_only_where_the_receipt_cannot_speak_for_content() {
    on_each(|file_system, place| {
        for first in STRATEGIES {
            let host = guest_on(place).template(plain());
            run(&exact(&host).strategy(first));
            for &receipts in ReceiptUse::ALL {
                // What was made in place is not known before the next reset has confirmed it.
                tick();
                run(&in_place(&host).receipts(receipts));
                let believed = BELIEVED.contains(&(file_system, receipts));
                // One of the two opens is the template's.
                let expected = if believed { 0 } else { 6 };
                let opened = opened(&host, &format!("--receipts {receipts}"));
                assert_eq!(
                    opened.len(),
                    expected,
                    "after {first}, receipts {receipts}: {opened:?}"
                );
            }
        }
    });
}

#[test]
fn a_home_that_was_swapped_in_is_known_at_once() {
    let mount = HONEST.mount();
    let host = guest_on(mount.path()).template(plain());
    run(&exact(&host).strategy(Strategy::Swap));
    assert_eq!(opened(&host, ""), [""; 0]);
}

#[test]
fn without_receipts_none_is_written() {
    for first in STRATEGIES {
        let host = guest().template(plain());
        run(&exact(&host).strategy(first).receipts(ReceiptUse::Never));
        assert_eq!(staged(&host, "receipt-").len(), 0, "by {first}");
    }
}

#[test]
fn a_change_with_size_and_time_put_back_is_healed() {
    on_each(|_, place| {
        for first in STRATEGIES {
            let host = guest_on(place).template(plain());
            run(&exact(&host).strategy(first));
            unchanged(&run(&in_place(&host)));
            for path in [".profile", FILE, ".config/app/settings"] {
                change_by_stealth(&host.home("guest").join(path));
            }
            // What goes by size and time finds nothing.
            let left = fs::read(host.home("guest").join(FILE)).expect("it exists");
            let (from, to) = (host.template_path().join(""), host.home("guest"));
            let account = host.of("guest");
            let chown = format!("--chown={}:{}", account.uid, account.gid);
            let (delete, chown) = ("--delete".as_ref(), chown.as_ref());
            oracle::run("rsync", ["-a".as_ref(), delete, chown, from.as_os_str(), to.as_os_str()]);
            assert_eq!(fs::read(host.home("guest").join(FILE)).expect("it exists"), left);
            let report = run(&in_place(&host));
            assert_eq!(report.counts.replaced, 3, "{:?}", report.counts);
            is_the_template(&host);
        }
    });
}

#[test]
fn a_file_put_in_the_place_of_another_is_healed() {
    on_each(|_, place| {
        for first in STRATEGIES {
            let host = guest_on(place).template(plain());
            run(&exact(&host).strategy(first));
            unchanged(&run(&in_place(&host)));
            let (home, uid) = (host.home("guest"), host.of("guest"));
            let was = fs::metadata(home.join(FILE)).expect("it exists");
            let other = home.join("Desktop/other");
            fs::write(&other, "Welcome!\n").expect("root may");
            std::os::unix::fs::chown(&other, Some(uid.uid), Some(uid.gid)).expect("root may");
            let file = File::options().write(true).open(&other).expect("root may");
            file.set_modified(was.modified().expect("it has a time")).expect("root may");
            fs::rename(&other, home.join(FILE)).expect("renamed");
            let top = fs::metadata(host.template_path().join("Desktop")).expect("it exists");
            File::open(home.join("Desktop"))
                .and_then(|dir| dir.set_modified(top.modified()?))
                .expect("root may");
            assert_eq!(run(&in_place(&host)).counts.replaced, 1);
            is_the_template(&host);
        }
    });
}

/// The layout of a receipt, as far as the tests lie about it.
mod at {
    pub(super) const TEMPLATE: usize = 16;
    pub(super) const FINGERPRINT: usize = 24;
    pub(super) const HOME: usize = 40;
    pub(super) const GID: usize = 48;
    pub(super) const RULES: usize = 52;
    pub(super) const SECONDS: usize = 60;
    pub(super) const SINCE_BOOT: usize = 72;
    pub(super) const BOOT: usize = 80;
    pub(super) const CONTENT: usize = 97;
    pub(super) const COUNT: usize = 98;
}

/// Changes a receipt and makes its checksum right.
#[track_caller]
fn forge(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("there is a receipt");
    bytes.truncate(bytes.len() - 8);
    change(&mut bytes);
    let mut hash = DefaultHasher::new();
    hash.write(&bytes);
    bytes.extend(hash.finish().to_le_bytes());
    fs::write(path, bytes).expect("root may");
}

fn add(bytes: &mut [u8], at: usize, number: i64) {
    let field: &mut [u8; 8] = (&mut bytes[at..at + 8]).try_into().expect("eight bytes");
    *field = i64::from_le_bytes(*field).wrapping_add(number).to_le_bytes();
}

/// A home with a changed file and a receipt that says it is right.
#[track_caller]
fn lied_to(place: &Path, receipts: ReceiptUse) -> Host {
    let host = guest_on(place).template(plain());
    run(&exact(&host));
    fs::write(host.home("guest").join("x"), "").expect("root may");
    run(&in_place(&host).receipts(receipts));
    let file = host.home("guest").join(FILE);
    let before = stamp(&file);
    change_by_stealth(&file);
    let after = stamp(&file);
    assert_ne!(before, after, "the change time moved");
    forge(&receipt(&host), |bytes| {
        let found = bytes.windows(before.len()).position(|part| part == before);
        let at = found.expect("the receipt has the file's inode and change time");
        bytes[at..at + after.len()].copy_from_slice(&after);
    });
    host
}

#[test]
fn a_receipt_that_does_not_fit_is_not_believed() {
    for (file_system, receipts) in BELIEVED {
        let mount = file_system.mount();
        // A receipt that lies is believed as long as all else about it is right.
        unchanged(&run(&in_place(&lied_to(mount.path(), receipts)).receipts(receipts)));
        a_forged_receipt_is_not_believed(mount.path(), receipts);
    }
}

fn a_forged_receipt_is_not_believed(place: &Path, receipts: ReceiptUse) {
    type Fault = (&'static str, fn(&mut Vec<u8>));
    let faults: [Fault; 15] = [
        ("another format", |bytes| bytes[7] += 1),
        ("another template", |bytes| add(bytes, at::TEMPLATE, 1)),
        ("a changed template", |bytes| add(bytes, at::FINGERPRINT, 1)),
        ("another home", |bytes| add(bytes, at::HOME, 1)),
        ("another group", |bytes| bytes[at::GID] ^= 1),
        ("other rules", |bytes| add(bytes, at::RULES, 1)),
        ("taken in the future", |bytes| add(bytes, at::SECONDS, 60)),
        ("the clock was set back", |bytes| add(bytes, at::SINCE_BOOT, -60_000_000_000)),
        ("before the machine was started", |bytes| add(bytes, at::SINCE_BOOT, 1 << 60)),
        ("another run of the machine", |bytes| bytes[at::BOOT] ^= 1),
        ("not about content", |bytes| bytes[at::CONTENT] = 0),
        ("too many entries", |bytes| bytes[at::COUNT] += 1),
        ("4 thousand million entries", |bytes| bytes[at::COUNT..at::COUNT + 4].fill(255)),
        ("bytes too many", |bytes| bytes.push(0)),
        ("a record too few", |bytes| {
            bytes.truncate(bytes.len() - 29);
            bytes[at::COUNT] -= 1;
        }),
    ];
    for (what, fault) in faults {
        let host = lied_to(place, receipts);
        forge(&receipt(&host), fault);
        let report = run(&in_place(&host).receipts(receipts));
        assert_eq!(report.counts.replaced, 1, "receipts {receipts}, {what}");
        is_the_template(&host);
    }
}

#[test]
fn a_damaged_receipt_is_not_believed() {
    let mount = HONEST.mount();
    let length = fs::read(receipt(&lied_to(mount.path(), ReceiptUse::Checked)))
        .expect("there is a receipt")
        .len();
    for damage in [0, 1, 50, 102, length / 2, length - 9, length - 8, length - 1] {
        for cut in [true, false] {
            let host = lied_to(mount.path(), ReceiptUse::Checked);
            let path = receipt(&host);
            let mut bytes = fs::read(&path).expect("there is a receipt");
            if cut {
                bytes.truncate(damage)
            } else {
                bytes[damage] ^= 0x10
            }
            fs::write(&path, bytes).expect("root may");
            assert_eq!(run(&in_place(&host)).counts.replaced, 1, "byte {damage}, cut off: {cut}");
            is_the_template(&host);
        }
    }
    // Not even a file.
    let host = lied_to(mount.path(), ReceiptUse::Checked);
    let path = receipt(&host);
    fs::remove_file(&path).and_then(|()| fs::create_dir(&path)).expect("root may");
    let report = run(&in_place(&host));
    is_the_template(&host);
    assert!(
        report.notes.iter().any(|note| note.contains("cannot write the receipt")),
        "{report:?}"
    );
}

#[test]
fn the_receipt_of_another_home_or_policy_is_not_believed() {
    let mount = HONEST.mount();
    let host =
        lied_to(mount.path(), ReceiptUse::Checked).account("other", 59_999, 59_999, "/home/other");
    let own = receipt(&host);
    run(&reset(&host, Policy::Exact).user("other"));
    let others = staged(&host, "receipt-").into_iter().find(|path| *path != own);
    fs::copy(&own, others.as_ref().expect("both have one")).expect("root may");
    let home = host.home("other");
    change_by_stealth(&home.join(FILE));
    let report = run(&reset(&host, Policy::Exact).user("other").strategy(Strategy::InPlace));
    assert_eq!(report.counts.replaced, 1, "{report:?}");
    // The same home's, under other rules.
    type Other = fn(&Host) -> HomeReset;
    let others: [Other; 3] = [
        |host| exact(host).keep("nothing"),
        |host| exact(host).volatile("nothing"),
        |host| reset(host, Policy::Revert).user("guest").volatile("Desktop"),
    ];
    for other in others {
        let host = lied_to(mount.path(), ReceiptUse::Checked);
        let report = run(&other(&host).strategy(Strategy::InPlace));
        assert_eq!(report.counts.replaced, 1, "{report:?}");
        is_the_template(&host);
    }
}
