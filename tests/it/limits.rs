//! Where something runs out or is refused: clear errors, nothing lost, and a way out where there is one.
use ltsp_core::home::{Busy, HomeReport, HomeReset, Policy, Strategy};
use ltsp_core::{Error, ErrorKind, SysRoot};
use std::fs;
use std::num::NonZeroUsize;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::kernel::{Refusal, refusing};
use testkit::mount::{btrfs_quota, tmpfs, tmpfs_at};
use testkit::tree::{dir, filler};
use testkit::{
    Digest, FileSystem, Host, Ignore, Snapshot, Tree, assert_same, diff, new_ids, oracle, tree,
};

const NAME: &str = "mallory";
const UID: u32 = 4631;
const GID: u32 = 4632;

fn template() -> Tree {
    tree! {
        ".profile" => file("umask 077\n"),
        ".config/app/settings" => file(filler(1, 9_000)),
        ".config/app/again" => hard_link(".config/app/settings"),
        "Desktop/to" => symlink("../.profile"),
        "pipe" => fifo().mode(0o600),
    }
    .dated(1_400_000_000, 5)
}

fn home() -> Tree {
    tree! {
        ".profile" => file("changed\n"),
        ".config/app" => file("a file now\n"),
        "junk/a/b" => file("x"),
        "notes" => file("notes\n"),
        "kept/mine" => file("mine\n"),
    }
    .dated(1_600_000_000, 7)
}

fn host_on(dir: &Path) -> Host {
    host_of(dir, UID, GID)
}

fn host_of(dir: &Path, uid: u32, gid: u32) -> Host {
    let home_path = format!("/home/{NAME}");
    Host::on(dir).account(NAME, uid, gid, &home_path).template(template()).home_tree(NAME, home())
}

fn reset(host: &Host, strategy: Strategy) -> HomeReset {
    HomeReset::new(Policy::Exact)
        .root(SysRoot::open(host.root()).expect("the scratch root can be opened"))
        .template(host.template_inside())
        .strategy(strategy)
        .threads(NonZeroUsize::new(2).expect("not zero"))
        .user(NAME)
}

fn run(reset: &HomeReset) -> HomeReport {
    let mut report = reset.run(&()).expect("template and rules are in order");
    report.homes.remove(0)
}

#[track_caller]
fn succeed(reset: &HomeReset) -> HomeReport {
    let report = run(reset);
    if let Some(error) = report.error() {
        panic!("{error}");
    }
    report
}

#[track_caller]
fn fail(reset: &HomeReset) -> Error {
    let report = run(reset);
    report.error().cloned().unwrap_or_else(|| panic!("it succeeded: {report:?}"))
}

fn is_template(host: &Host) -> Vec<String> {
    let account = host.of(NAME);
    let ignore = Ignore::reset_for(account.uid, account.gid).any_extents();
    diff(&Digest::of(host.template_path()), &Digest::of(host.home(NAME)), &ignore)
}

#[track_caller]
fn assert_template(host: &Host, what: &str) {
    let found = is_template(host);
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[track_caller]
fn assert_tidy(host: &Host) {
    let staging = host.path("home/.ltsp-staging");
    for dir in [staging, host.home(NAME)] {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries {
            let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
            let left = name.starts_with("run-") || name.starts_with(".ltsp");
            assert!(!left, "{name} is left in {}", dir.display());
        }
    }
}

fn command(host: &Host, options: &str) -> Command {
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", "reset", "--user", NAME, "--template", host.template_inside()]);
    command.arg("--root").arg(host.root()).args(options.split_whitespace()).current_dir("/");
    command
}

/// The command with a limit that only it has.
fn limited(command: &Command, files: u64) -> Command {
    let mut limited = Command::new(oracle::need("prlimit"));
    limited.arg(format!("--nofile={files}:{files}")).arg("--").arg(command.get_program());
    limited.args(command.get_args()).current_dir("/");
    limited
}

/// Many entries in one directory, many directories in one, and directories deeper than descriptors reach.
fn vast() -> Tree {
    let mut tree = tree! { "deep" => deep(3_000), "kept/deep" => deep(12) };
    for number in 0..1_500 {
        tree = tree
            .with(format!("wide/file{number}"), testkit::tree::file("x"))
            .with(format!("dirs/dir{number}/file"), testkit::tree::file("y"));
    }
    tree
}

#[test]
fn sixty_four_descriptors_are_enough_for_any_home() {
    let mount = tmpfs("size=512m");
    for options in [
        "--strategy swap --threads 4",
        "--strategy in-place --threads 4",
        "--strategy swap --keep kept/** --threads 2",
        "--strategy in-place --keep kept/** --threads 2",
    ] {
        let host = Host::on(mount.path())
            .account(NAME, UID, GID, &format!("/home/{NAME}"))
            .template(template().and(tree! { "dirs/dir7" => file("a file here\n") }))
            .home_tree(NAME, vast());
        let output = limited(&command(&host, options), 64).output().expect("prlimit can start");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{options}: {}: {told}", output.status);
        let ignore = Ignore::reset_for(UID, GID).without("kept").any_extents();
        let found = diff(&Digest::of(host.template_path()), &Digest::of(host.home(NAME)), &ignore);
        assert!(found.is_empty(), "{options}:\n  {}", found.join("\n  "));
        let kept = host.home(NAME).join("kept/deep");
        assert_eq!(kept.exists(), options.contains("keep"), "{options}");
        assert_tidy(&host);
    }
}

#[test]
fn a_deep_template_needs_fewer_threads_or_more_descriptors_and_says_so() {
    let mount = tmpfs("size=64m");
    let branches = (0..4).fold(template(), |tree, branch| {
        let path = format!("branch{branch}{}", "/d".repeat(150));
        (0..80).fold(tree, |tree, number| {
            tree.with(format!("{path}/end{number}"), testkit::tree::file("end\n"))
        })
    });
    let host = Host::on(mount.path())
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .template(branches)
        .home_tree(NAME, home());
    let mut failed = 0;
    for (threads, files) in [(8, 64), (4, 64), (2, 64), (1, 64), (8, 1024)] {
        let old = Digest::of(host.home(NAME));
        let options = format!("--threads {threads}");
        let output = limited(&command(&host, &options), files).output();
        let output = output.expect("prlimit can start");
        let what = format!(
            "{threads} threads, {files} descriptors: {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        if output.status.success() {
            assert_template(&host, &what);
            continue;
        }
        assert!(threads > 1 && files == 64, "enough for one thread whatever the depth: {what}");
        let kind = i32::from(ErrorKind::TooManyOpenFiles.exit_code());
        assert_eq!(output.status.code(), Some(kind), "{what}");
        assert!(what.contains("fewer threads"), "says what to do: {what}");
        assert_same(&old, &Digest::of(host.home(NAME)), &Ignore::nothing());
        assert_tidy(&host);
        failed += 1;
    }
    println!("{failed} of 5 lacked descriptors");
}

#[test]
fn too_few_descriptors_are_a_clear_error_and_nothing_is_lost() {
    let mount = tmpfs("size=64m");
    for strategy in ["swap", "in-place"] {
        let (mut failed, mut succeeded) = (0, 0);
        for files in (4..=40).step_by(2) {
            let host = host_on(mount.path());
            let old = Digest::of(host.home(NAME));
            let mut limited =
                limited(&command(&host, &format!("--strategy {strategy} --threads 2")), files);
            let output = limited.output().expect("prlimit can start");
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            let what = format!("{files} descriptors, {strategy}: {}: {told}", output.status);
            assert!(!told.contains("panicked"), "{what}");
            if output.status.success() {
                assert_template(&host, &what);
                succeeded += 1;
                continue;
            }
            // With next to none not even the program's libraries can be loaded.
            let loaded = !told.contains("error while loading shared libraries");
            if loaded {
                let kind = i32::from(ErrorKind::TooManyOpenFiles.exit_code());
                assert_eq!(output.status.code(), Some(kind), "{what}");
                assert!(told.contains("ulimit -n"), "says what to do: {what}");
                failed += 1;
            }
            if strategy == "swap" {
                let now = Digest::of(host.home(NAME));
                let moved = diff(&old, &now, &Ignore::nothing());
                let new = is_template(&host);
                assert!(moved.is_empty() || new.is_empty(), "{what}:\n  {}", moved.join("\n  "));
            }
            let output = command(&host, &format!("--strategy {strategy}")).output();
            let output = output.expect("the command can start");
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "after {what}: {told}");
            assert_template(&host, &what);
            assert_tidy(&host);
        }
        assert!(failed >= 2 && succeeded >= 2, "{strategy}: {failed} failed, {succeeded} did not");
    }
}

#[test]
fn a_read_only_file_system_is_named_and_nothing_changes() {
    let mount = FileSystem::Ext4.mount_sized(64, "");
    let host = host_on(mount.path());
    let before = Snapshot::of(host.root());
    mount.make_read_only();
    for strategy in [Strategy::Swap, Strategy::InPlace, Strategy::Auto] {
        let error = fail(&reset(&host, strategy));
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
        assert_eq!(error.errno(), Some(libc::EROFS));
        assert!(error.path().is_some_and(|path| path.starts_with(host.root())), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("read-write")), "{error}");
    }
    let error = reset(&host, Strategy::Swap).stage(&()).expect("a report").homes.remove(0);
    assert_eq!(error.error().map(Error::kind), Some(ErrorKind::ReadOnly));
    // Looking needs no writing.
    let plan = reset(&host, Strategy::Swap).plan(&()).expect("it can be compared");
    assert!(plan.failed().next().is_none() && !plan.is_empty(), "{plan}");
    before.assert_untouched();
    mount.make_writable();
    succeed(&reset(&host, Strategy::Swap));
    assert_template(&host, "writable again");
}

fn free(dir: &Path) -> u64 {
    let found = nix::sys::statvfs::statvfs(dir).expect("it is mounted");
    found.blocks_free() * found.fragment_size()
}

#[test]
fn a_full_disk_leaves_the_old_home_and_gives_the_space_back() {
    for file_system in [FileSystem::Tmpfs, FileSystem::Ext4] {
        let mount = file_system.mount_sized(64, "");
        let big = |seed, mebibytes: u64| testkit::tree::file(filler(seed, mebibytes << 20));
        let host = Host::on(mount.path())
            .account(NAME, UID, GID, &format!("/home/{NAME}"))
            .template(template().with("film", big(2, 8)).with("songs/one", big(3, 8)))
            .home_tree(NAME, home().with("film", big(4, 8)).with("mine", big(5, 28)));
        let old = Snapshot::of(host.home(NAME));
        let before = free(mount.path());
        let error = fail(&reset(&host, Strategy::Swap));
        assert_eq!(
            (error.kind(), error.errno()),
            (ErrorKind::NoSpace, Some(libc::ENOSPC)),
            "{error}"
        );
        assert!(error.help().is_some_and(|help| help.contains("make room")), "{error}");
        old.assert_untouched();
        assert_tidy(&host);
        let after = free(mount.path());
        assert!(
            after + (1 << 20) > before,
            "{file_system:?}: {before} bytes were free, now {after}"
        );
        // In place, room is needed for one file at a time only, once the garbage is gone.
        let report = succeed(&reset(&host, Strategy::InPlace));
        assert!(report.counts.removed > 0, "{report:?}");
        assert_template(&host, "in place there is room");
    }
}

#[test]
fn no_inodes_left_is_no_space_and_the_old_home_stays() {
    let mount = tmpfs("size=64m,nr_inodes=120");
    let many = (0..40).fold(template(), |tree, number| {
        tree.with(format!("many/{number}"), testkit::tree::file("x"))
    });
    let host = Host::on(mount.path())
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .template(many)
        .home_tree(NAME, home());
    let filler = (0..).take_while(|number| {
        fs::File::create(host.home(NAME).join(format!("full{number}"))).is_ok()
    });
    assert!(filler.count() > 5);
    fs::remove_file(host.home(NAME).join("full0")).expect("it was made");
    for _ in 1..4 {
        drop(fs::remove_file(host.home(NAME).join("full1")));
    }
    let old = Snapshot::of(host.home(NAME));
    let error = fail(&reset(&host, Strategy::Swap));
    assert_eq!(error.kind(), ErrorKind::NoSpace, "{error}");
    old.assert_untouched();
    assert_tidy(&host);
}

#[test]
fn an_exceeded_quota_leaves_the_old_home() {
    let mount = FileSystem::Btrfs.mount_sized(512, "");
    let homes = btrfs_quota(&mount, "homes", 24 << 20);
    // The template is in the same subvolume, or its blocks could be shared whatever their size.
    let host = Host::on(&homes)
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .home_tree(NAME, home().with("mine", testkit::tree::file(filler(5, 6 << 20))));
    let outside = tmpfs_at(&host.path("srv"));
    let big = testkit::tree::file(filler(2, 20 << 20));
    let host = host.template(template().with("film", big));
    nix::unistd::sync();
    let old = Digest::of(host.home(NAME));
    let error = fail(&reset(&host, Strategy::Swap));
    assert_eq!((error.kind(), error.errno()), (ErrorKind::NoSpace, Some(libc::EDQUOT)), "{error}");
    assert!(error.help().is_some_and(|help| help.contains("quota")), "{error}");
    assert_same(&old, &Digest::of(host.home(NAME)), &Ignore::nothing());
    assert_tidy(&host);
    drop(outside);
}

#[test]
fn a_refused_exchange_is_mended_in_place_and_said() {
    for file_system in [FileSystem::Tmpfs, FileSystem::Ext4] {
        let mount = file_system.mount();
        let host = host_on(mount.path());
        let inode =
            fs::metadata(host.home(NAME)).map(|found| std::os::unix::fs::MetadataExt::ino(&found));
        let reset = reset(&host, Strategy::Swap).keep("kept/**");
        // As NFS answers, as a kernel without the call, and as a sandbox.
        for errno in [libc::EINVAL, libc::ENOSYS] {
            let refusal = Refusal { errno, ..Refusal::rename_exchange() };
            let report = refusing(&[refusal], || succeed(&reset));
            assert_eq!(report.strategy, Some(Strategy::InPlace));
            let why = report.fallback.expect("the report says why");
            assert!(why.contains("in place") && why.contains("exchange"), "{why}");
            assert_tidy(&host);
        }
        let now =
            fs::metadata(host.home(NAME)).map(|found| std::os::unix::fs::MetadataExt::ino(&found));
        assert_eq!(inode.expect("there"), now.expect("still there"), "in place is in place");
        let ignore = Ignore::reset_for(UID, GID).without("kept").any_extents();
        assert_same(&Digest::of(host.template_path()), &Digest::of(host.home(NAME)), &ignore);
        assert_eq!(fs::read(host.home(NAME).join("kept/mine")).expect("kept"), b"mine\n");
    }
}

#[test]
fn refused_links_are_mended_in_place_and_shared_blocks_are_copied() {
    let mount = FileSystem::Btrfs.mount();
    let host = host_on(mount.path());
    let reset = reset(&host, Strategy::Swap).keep("kept/**");
    // The template's own hard link would need the same call.
    fs::remove_file(host.template_path().join(".config/app/again")).expect("of the template");
    let report = refusing(&[Refusal::always(libc::SYS_linkat, libc::EPERM)], || succeed(&reset));
    assert_eq!(report.strategy, Some(Strategy::InPlace), "{report:?}");
    assert!(report.fallback.is_some());
    let ignore = Ignore::reset_for(UID, GID).without("kept").any_extents();
    assert_same(&Digest::of(host.template_path()), &Digest::of(host.home(NAME)), &ignore);

    fs::write(host.home(NAME).join(".profile"), "changed again\n").expect("root may");
    let report = refusing(&[Refusal::always(libc::SYS_ioctl, libc::ENOTTY)], || succeed(&reset));
    assert!(report.counts.bytes_shared == 0 && report.counts.bytes_written > 9_000, "{report:?}");
    assert_same(&Digest::of(host.template_path()), &Digest::of(host.home(NAME)), &ignore);
    let report = succeed(&reset);
    assert!(report.counts.bytes_shared >= 9_000, "a file system that can: {report:?}");
}

#[test]
fn without_openat2_there_is_an_error_and_no_way_by_paths() {
    let mount = tmpfs("size=64m");
    let host = host_on(mount.path());
    let before = Snapshot::of(host.root());
    let reset = reset(&host, Strategy::Swap);
    for errno in [libc::ENOSYS, libc::EPERM] {
        let refusal = Refusal::always(libc::SYS_openat2, errno);
        let answer =
            refusing(&[refusal], || reset.run(&()).and_then(|report| report.into_result()));
        let error = answer.expect_err("without openat2 nothing is safe");
        let kinds = [ErrorKind::Unsupported, ErrorKind::PermissionDenied];
        assert!(kinds.contains(&error.kind()), "{error}");
    }
    before.assert_untouched();
}

#[test]
fn a_home_that_is_a_mount_point_or_a_subvolume_is_mended_in_place() {
    for mounted in [true, false] {
        let mount = FileSystem::Btrfs.mount();
        let host = Host::on(mount.path())
            .account_without_home(NAME, UID, GID, &format!("/home/{NAME}"))
            .template(template());
        let path = host.home(NAME);
        let own = mounted.then(|| tmpfs_at(&path));
        if !mounted {
            oracle::run("btrfs", ["subvolume".as_ref(), "create".as_ref(), path.as_os_str()]);
        }
        home().owned_by(UID, GID).with_root(dir().mode(0o700)).build_at(&path);
        let report = succeed(&reset(&host, Strategy::Swap));
        assert_eq!(report.strategy, Some(Strategy::InPlace), "{report:?}");
        let why = report.fallback.expect("the report says why");
        assert!(why.contains("file system of its own"), "{why}");
        assert_template(&host, "mended in place");
        assert_tidy(&host);
        let again = succeed(&reset(&host, Strategy::Auto));
        assert!(again.fallback.is_none(), "nothing else was asked for: {again:?}");
        assert_template(&host, "and again");
        drop(own);
        if !mounted {
            // A directory of another subvolume cannot be taken away like others.
            oracle::run("btrfs", ["subvolume".as_ref(), "delete".as_ref(), path.as_os_str()]);
        }
    }
}

#[test]
fn a_template_on_another_file_system_is_copied() {
    let mount = FileSystem::Xfs.mount();
    let host = Host::on(mount.path())
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .home_tree(NAME, home());
    let other = tmpfs_at(&host.path("srv"));
    let host = host.template(template());
    for strategy in [Strategy::Swap, Strategy::InPlace] {
        fs::write(host.home(NAME).join("notes"), "more notes\n").expect("root may");
        let report = succeed(&reset(&host, strategy));
        assert_eq!(
            (report.strategy, report.counts.bytes_shared),
            (Some(strategy), 0),
            "{report:?}"
        );
        assert_template(&host, "from another file system");
    }
    // What is mounted in the scratch root ends before it.
    drop(other);
    drop(host);
}

/// An ordinary user on a root of its own; the program where that user can reach it.
#[test]
fn an_ordinary_user_resets_homes_of_a_root_of_its_own_and_no_others() {
    // Its processes must not make another test's account busy.
    let (uid, gid, other) = (new_ids(1), new_ids(1), new_ids(1));
    let mount = tmpfs("size=256m");
    let host = host_of(mount.path(), uid, gid)
        .account("other", other, other, "/home/other")
        .home_tree("other", tree! { "hers" => file("hers\n") });
    let shut = tree! {
        "shut/below" => dir().mode(0),
        "shut/below/file" => file("x"),
        "readonly/file" => file("y").mode(0o400),
    };
    shut.owned_by(uid, gid).build_at(host.home(NAME));
    for name in ["readonly", "shut"] {
        let mode = if name == "shut" { 0o000 } else { 0o500 };
        fs::set_permissions(host.home(NAME).join(name), fs::Permissions::from_mode(mode))
            .expect("root may");
    }
    let program = mount.path().join("ltspctl");
    fs::copy(oracle::ltspctl(), &program).expect("there is room");
    // Everything but the other's home is this user's own.
    for path in oracle::find(host.root(), &["-not", "-path", "*/home/other*"]) {
        let path = host.root().join(String::from_utf8(path).expect("plain names"));
        lchown(path, Some(uid), Some(gid)).expect("root may");
    }
    lchown(host.root(), Some(uid), Some(gid)).expect("root may");
    let as_user = |account: &str, options: &str| {
        let mut command = Command::new(&program);
        command.args(["home", "reset", "--user", account, "--template", host.template_inside()]);
        command.arg("--root").arg(host.root()).args(options.split_whitespace());
        command.uid(uid).gid(gid).current_dir("/").env_clear();
        command.output().expect("the command can start")
    };
    for strategy in ["swap", "in-place"] {
        let output = as_user(NAME, &format!("--busy ignore --strategy {strategy}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{strategy}: {told}");
        assert_template(&host, strategy);
        assert_tidy(&host);
        fs::write(host.home(NAME).join(".config/app/settings"), "changed").expect("root may");
        tree! { "new/file" => file("x") }.owned_by(uid, gid).build_at(host.home(NAME));
        fs::set_permissions(host.home(NAME).join("new"), fs::Permissions::from_mode(0o000))
            .expect("root may");
    }
    let others = Snapshot::of(host.home("other"));
    let output = as_user("other", "--busy ignore");
    let told = String::from_utf8_lossy(&output.stderr);
    let refused = [ErrorKind::PermissionDenied, ErrorKind::Refused]
        .map(|kind| Some(i32::from(kind.exit_code())));
    assert!(refused.contains(&output.status.code()), "{}: {told}", output.status);
    others.assert_untouched();
}

/// Whether a reset succeeds with that many MiB of memory for data. (The largest resident size that
/// wait4 tells is the test's own, which the child had until it began.)
fn fits_in(host: &Host, options: &str, mebibytes: u64) -> bool {
    let reset = command(host, options);
    let mut limited = Command::new(oracle::need("prlimit"));
    limited.arg(format!("--data={}", mebibytes << 20)).arg(reset.get_program());
    limited.args(reset.get_args()).stdout(Stdio::null()).stderr(Stdio::null());
    limited.status().expect("prlimit can start").success()
}

#[test]
fn memory_stays_bounded_whatever_the_tree() {
    let mount = tmpfs("size=1g");
    let mut large = template();
    for number in 0..50_000_u32 {
        let path = format!("d{}/d{}/file{number}", number % 50, number % 500);
        large = large.with(path, testkit::tree::file("x"));
    }
    let host = Host::on(mount.path())
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .template(large)
        .home_tree(NAME, home());
    for options in ["--strategy swap", "--strategy in-place", "--strategy swap --spare never"] {
        assert!(fits_in(&host, options, 64), "{options}: more than 64 MiB for 50,000 entries");
    }
    assert!(!fits_in(&host, "--strategy swap", 4), "the limit is one that a reset can meet");
    // What is in the home only is not remembered at all.
    for number in 0..30_000 {
        let path = host.home(NAME).join(format!("d1/extra{number}"));
        fs::write(path, "").expect("root may");
    }
    assert!(fits_in(&host, "--strategy swap", 64), "more than 64 MiB for a large home");
}

#[test]
fn a_tree_of_thirty_thousand_levels_goes_with_few_descriptors() {
    let mount = tmpfs("size=512m");
    for options in ["--strategy swap --threads 2", "--strategy in-place --threads 2"] {
        let host = host_on(mount.path())
            .home_tree(NAME, tree! { "abyss" => deep(30_000), "abyss2" => deep(30_000) });
        let mut command = command(&host, options);
        let mut child = command.stdout(Stdio::null()).spawn().expect("the command can start");
        let (mut most, mut looks) = (0, 0);
        let start = Instant::now();
        let status = loop {
            if let Ok(entries) = fs::read_dir(format!("/proc/{}/fd", child.id())) {
                most = most.max(entries.count());
                looks += 1;
            }
            if let Some(status) = child.try_wait().expect("one may wait for one's own child") {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "{options}: does not end");
        };
        assert!(status.success(), "{options}: {status}");
        println!("{options}: {most} descriptors at most in {looks} looks, {:?}", start.elapsed());
        assert!(looks >= 20, "{options}: too short to see anything");
        // Two threads with two dozen directories each, the staging, the chain to the home, and the standard ones.
        assert!(most <= 96, "{options}: {most} descriptors");
        assert_template(&host, options);
        assert_tidy(&host);
    }
}

#[test]
fn many_homes_at_once_share_the_descriptors() {
    let mount = tmpfs("size=256m");
    let mut host = Host::on(mount.path()).accounts("guest", 40, 64_000).template(template());
    for number in 1..=40 {
        host = host.home_tree(&format!("guest{number}"), home());
    }
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", "reset", "--template", host.template_inside(), "--threads", "4"]);
    command.arg("--root").arg(host.root()).current_dir("/");
    for number in 1..=40 {
        command.args(["--user", &format!("guest{number}")]);
    }
    let output = limited(&command, 128).output().expect("prlimit can start");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {told}", output.status);
    for number in 1..=40_u32 {
        let id = 63_999 + number;
        assert_same(
            &Digest::of(host.template_path()),
            &Digest::of(host.home(&format!("guest{number}"))),
            &Ignore::reset_for(id, id).any_extents(),
        );
    }
}

#[test]
fn a_failure_in_one_home_leaves_the_others_alone() {
    let mount = tmpfs("size=64m");
    let host = host_on(mount.path())
        .account("other", 64_100, 64_100, "/home/other")
        .home_tree("other", home());
    // Not this account's home by its owner.
    host.chown_chmod(&format!("/home/{NAME}"), 64_200, 64_200, 0o700);
    let both = reset(&host, Strategy::Swap).user("other").busy(Busy::Refuse);
    let report = both.run(&()).expect("something can be begun");
    let kinds: Vec<_> = report.homes.iter().map(|home| home.error().map(Error::kind)).collect();
    assert_eq!(kinds, [Some(ErrorKind::Refused), None]);
    let ignore = Ignore::reset_for(64_100, 64_100).any_extents();
    assert_same(&Digest::of(host.template_path()), &Digest::of(host.home("other")), &ignore);
}
