//! What the tests of home reset share: a template with everything in it, a home in disorder, and short ways to run.
use std::fs::{self, File, OpenOptions};
use std::num::NonZeroUsize;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use ltsp_core::home::{HomeReport, HomeReset, Outcome, Plan, Policy, Strategy};
use ltsp_core::{Error, SysRoot};
use testkit::tree::Tree;
use testkit::{Digest, Host, Ignore, assert_same, new_ids, tree};

/// Both ways to reset, with one thread and with two.
pub(crate) const WAYS: [(Strategy, usize); 4] =
    [(Strategy::Swap, 1), (Strategy::Swap, 2), (Strategy::InPlace, 1), (Strategy::InPlace, 2)];

pub(crate) const STRATEGIES: [Strategy; 2] = [Strategy::Swap, Strategy::InPlace];

/// A host with the account `guest` (uid and gid differ) and its empty home.
#[track_caller]
pub(crate) fn guest_on(dir: &Path) -> Host {
    let uid = new_ids(2);
    Host::on(dir).account("guest", uid, uid + 1, "/home/guest")
}

/// The same on a tmpfs of its own.
#[track_caller]
pub(crate) fn guest() -> Host {
    let uid = new_ids(2);
    Host::new().account("guest", uid, uid + 1, "/home/guest")
}

pub(crate) fn root(host: &Host) -> SysRoot {
    SysRoot::open(host.root()).expect("the scratch root is a directory")
}

/// A reset under `policy` in the host's root, of no home yet.
pub(crate) fn reset(host: &Host, policy: Policy) -> HomeReset {
    HomeReset::new(policy).root(root(host)).template(host.template_inside())
}

/// A reset of the account `guest` to the host's template.
pub(crate) fn exact(host: &Host) -> HomeReset {
    reset(host, Policy::Exact).user("guest")
}

pub(crate) fn threads(reset: HomeReset, count: usize) -> HomeReset {
    reset.threads(NonZeroUsize::new(count).expect("not zero"))
}

/// Runs a reset of one home that must succeed.
#[track_caller]
pub(crate) fn run(reset: &HomeReset) -> HomeReport {
    let report = match reset.run(&()) {
        Ok(report) => report,
        Err(error) => panic!("cannot begin: {error}"),
    };
    only(report.homes)
}

/// The only home of a report; panics if it failed.
#[track_caller]
pub(crate) fn only(mut homes: Vec<HomeReport>) -> HomeReport {
    assert_eq!(homes.len(), 1, "{homes:?}");
    let home = homes.remove(0);
    if let Some(error) = home.error() {
        panic!("{} was not reset: {error}", home.home.display());
    }
    home
}

/// Runs a reset of one home that must fail, at once or in its report.
#[track_caller]
pub(crate) fn fails(reset: &HomeReset) -> Error {
    match reset.run(&()).and_then(ltsp_core::home::Report::into_result) {
        Ok(report) => panic!("it was not refused:\n{report}"),
        Err(error) => error,
    }
}

/// The plan of one home that could be looked at.
#[track_caller]
pub(crate) fn plan(reset: &HomeReset) -> Plan {
    match reset.plan(&()).and_then(Plan::into_result) {
        Ok(plan) => plan,
        Err(error) => panic!("no plan: {error}"),
    }
}

/// Insists that the home is what its rules and its template make of it, content and all.
#[track_caller]
pub(crate) fn verified(reset: &HomeReset) {
    match reset.verify(&()).and_then(Plan::into_result) {
        Ok(plan) => assert!(plan.is_empty(), "verify finds differences:\n{plan}"),
        Err(error) => panic!("cannot verify: {error}"),
    }
}

/// Insists that guest's home is the template, with its owner, and without what no user is given.
#[track_caller]
pub(crate) fn is_the_template(host: &Host) {
    let account = host.of("guest");
    assert_same(
        &Digest::of(host.template_path()),
        &Digest::of(host.home("guest")),
        &Ignore::reset_for(account.uid, account.gid),
    );
}

/// Waits until the clock of the file systems has moved on: what has the time of this moment is not vouched for.
pub(crate) fn tick() {
    std::thread::sleep(std::time::Duration::from_millis(30));
}

#[track_caller]
pub(crate) fn unchanged(report: &HomeReport) {
    assert!(matches!(report.outcome, Outcome::Unchanged), "{report:?}");
    assert!(!report.counts.changed(), "{report:?}");
}

/// A small template of plain things.
pub(crate) fn plain() -> Tree {
    tree! {
        ".profile" => file("umask 077\n").mode(0o600),
        ".config/app/settings" => file("size = 3\n"),
        "Desktop/readme" => file("Welcome.\n"),
        "Documents" => dir().mode(0o700),
    }
    .with_root(testkit::tree::dir().mode(0o700))
    .dated(1_500_000_000, 123_456_789)
}

/// Changes content without moving size or modification time.
#[track_caller]
pub(crate) fn change_by_stealth(path: &Path) {
    let before = fs::metadata(path).expect("it exists");
    let file = OpenOptions::new().read(true).write(true).open(path).expect("root may write");
    let mut first = [0];
    file.read_exact_at(&mut first, 0).expect("it is not empty");
    file.write_all_at(&[first[0] ^ 0x20], 0).expect("it can be written");
    file.set_modified(before.modified().expect("there is a time")).expect("root may set times");
    drop(file);
    let after = fs::metadata(path).expect("it exists");
    assert_eq!((before.len(), before.mtime_nsec()), (after.len(), after.mtime_nsec()));
}

/// Inode and change time of a file, as the bytes that a receipt has of them.
#[track_caller]
pub(crate) fn stamp(path: &Path) -> Vec<u8> {
    let meta = fs::metadata(path).expect("it exists");
    let nanos = u32::try_from(meta.ctime_nsec()).expect("less than a second");
    [&meta.ino().to_le_bytes()[..], &meta.ctime().to_le_bytes(), &nanos.to_le_bytes()].concat()
}

/// The staging directory beside guest's home.
pub(crate) fn staging(host: &Host) -> PathBuf {
    host.path("/home/.ltsp-staging")
}

/// The names in the staging directory that begin with `prefix`.
#[track_caller]
pub(crate) fn staged(host: &Host, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(staging(host)) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(prefix))
        })
        .collect();
    found.sort();
    found
}

/// The receipt of the only home that has one.
#[track_caller]
pub(crate) fn receipt(host: &Host) -> PathBuf {
    let found = staged(host, "receipt-");
    assert_eq!(found.len(), 1, "receipts: {found:?}");
    found[0].clone()
}

/// Many empty files.
#[track_caller]
pub(crate) fn many_files(dir: &Path, count: u32) {
    fs::create_dir_all(dir).expect("root may make it");
    for number in 0..count {
        File::create(dir.join(format!("f{number}"))).expect("there is room");
    }
}

/// Everything a template can have in it. Its top is private, so parts of it may be writable for all.
pub(crate) fn everything() -> Tree {
    let acl = || testkit::tree::Acl::new(6, 4, 0).user(4321, 6).group(54_321, 4);
    let dir_acl = || testkit::tree::Acl::new(7, 5, 0).user(4321, 7);
    tree! {
        ".profile" => file("umask 077\n").mode(0o600).mtime(1_400_000_000, 999_999_999),
        ".config/dconf/user" => file(filler(1, 70_000)),
        ".config/empty" => dir().mode(0o700).mtime(1_300_000_000, 1),
        "big" => file(filler(2, 3_000_001)),
        "empty" => file("").mode(0o444),
        "no-permission" => file("x").mode(0),
        "program" => file("#!/bin/sh\n").mode(0o755),
        "setuid" => file("s").mode(0o4755),
        "setgid" => file("g").mode(0o2755),
        "setgid-dir" => dir().mode(0o2775),
        "setgid-dir/below" => file("below"),
        "locked" => dir().mode(0),
        "locked/inside" => file("y").mode(0o400),
        "locked/deeper/file" => file("z"),
        "read-only" => dir().mode(0o555),
        "read-only/inside" => file("r").mode(0o444),
        "public" => dir().mode(0o1777),
        "before-the-epoch" => file("old").mtime(-5, 7),
        "far-future" => file("new").mtime(4_000_000_000, 5),
        "link" => symlink(".profile").mtime(1_200_000_000, 7),
        "dangling" => symlink("nowhere/at all"),
        "absolute" => symlink("/etc/passwd"),
        "outside" => symlink("../../../../var"),
        "to-dir" => symlink(".config"),
        "long" => symlink("a/".repeat(500)),
        "pair/one" => file("a pair").mode(0o640).xattr("user.pair", "1"),
        "pair/two" => hard_link("pair/one"),
        "elsewhere/deep/three" => hard_link("pair/one"),
        "same-link" => hard_link("link"),
        "fifo" => fifo().mode(0o622),
        "same-fifo" => hard_link("fifo"),
        "fifo-acl" => fifo().mode(0o640).acl(&acl()),
        "socket" => socket().mode(0o755),
        "hole" => sparse(1 << 22, [(0, vec![1; 4096]), (1 << 21, vec![2; 65_536])]),
        "only-hole" => sparse(1 << 20, Vec::<(u64, Vec<u8>)>::new()),
        "hole-first" => sparse((1 << 20) + 5, [(1 << 20, b"12345".to_vec())]),
        "noted" => file("n").xattr("user.note", "remember").xattr("user.empty", ""),
        "noted-dir" => dir().xattr("user.note", b"\xff\0\x01"),
        "acl" => file("a").acl(&acl()),
        "acl-dir" => dir().mode(0o750).acl(&dir_acl()).default_acl(&dir_acl()),
        "acl-dir/child" => file("child").mode(0o600),
        "acl-dir/sub" => dir().mode(0o700),
        "null" => char_device(1, 3),
        "devices/loop" => block_device(7, 0),
        "new\nline" => file("nl"),
        b"not-utf-8-\xff\xfe" => file("bytes"),
        "-rf" => file("dash"),
        " " => file("space"),
        "back\\slash*?[a" => dir(),
        vec![b'n'; 255] => file("255 bytes"),
        "chain" => deep(120),
    }
    .with_root(testkit::tree::dir().mode(0o740).xattr("user.home", "template"))
    .dated(1_500_000_000, 123_456_789)
}

/// A home in which nothing is as it should be, but everything could lead astray.
pub(crate) fn disorder() -> Tree {
    tree! {
        ".profile/was/a/file" => file("now a directory"),
        ".config" => symlink("/etc"),
        "big" => file(filler(3, 3_000_001)).mtime(1_500_000_000, 123_456_789),
        "empty" => fifo(),
        "program" => file("#!/bin/sh\n").mode(0o4777),
        "locked" => file("a file"),
        "read-only" => dir().mode(0),
        "read-only/mine" => dir().mode(0),
        "read-only/mine/too" => file("x").mode(0),
        "public" => dir().mode(0o777),
        "link" => symlink("elsewhere"),
        "pair/one" => file("a pair").mode(0o640),
        "pair/two" => file("a pair").mode(0o640),
        "fifo" => file("no fifo"),
        "socket" => socket().mode(0o777),
        "noted" => file("n").xattr("user.other", "x").mtime(1_500_000_000, 123_456_789),
        "acl-dir" => dir().acl(&Acl::new(7, 7, 7).user(1, 7)).default_acl(&Acl::new(7, 7, 7)),
        "acl-dir/child" => symlink("/etc/shadow"),
        "null" => file("no device"),
        "root's" => file("somebody else's").owner(0, 0),
        "mine/\n" => file("newline"),
        b"\xff\xfe/\x01" => file("bytes"),
        "--help" => file("dash"),
        "-rf /" => dir(),
        vec![b'x'; 255] => dir(),
        "chain" => deep(400),
        "chain2" => deep(400),
        ".ssh/authorized_keys" => file("ssh-rsa").mode(0o600),
    }
    .with_root(testkit::tree::dir().mode(0o777).xattr("user.home", "mine"))
}

/// Counts this process's open descriptors until it is asked.
pub(crate) struct Descriptors {
    stop: std::sync::Arc<std::sync::atomic::AtomicBool>,
    thread: std::thread::JoinHandle<usize>,
}

impl Descriptors {
    pub(crate) fn watch() -> Self {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = std::sync::Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut most = 0;
            while !seen.load(Ordering::Relaxed) {
                most = most.max(open_descriptors());
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            most
        });
        Self { stop, thread }
    }

    /// The most there were at a time.
    #[track_caller]
    pub(crate) fn most(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only counts")
    }
}

pub(crate) fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
