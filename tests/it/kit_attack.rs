//! The attackers attack: each does what it is for, and together they catch a reset that works by path.
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::attack::{AttackStats, Attacker, Canary, HardLinksUnprotected, Target};
use testkit::mount::on_each;
use testkit::{Host, naive, tree};

const UID: u32 = 4001;

fn host() -> Host {
    Host::new()
        .account("mallory", UID, UID, "/home/mallory")
        .template(tree! { ".config/app/file" => file("x"), "Documents/sub/file" => file("y"), ".profile" => file("z") })
        .home_tree("mallory", tree! { ".config/app/file" => file("x"), "file" => file("mine"), ".profile" => file("z") })
}

fn target(host: &Host) -> Target {
    Target {
        home: host.home("mallory"),
        uid: UID,
        gid: UID,
        canary: host.path("canary"),
        outside: host.outside(),
    }
}

#[track_caller]
fn attack(host: &Host, attacker: Attacker, attempts: u64) -> AttackStats {
    let running = attacker.start(&target(host));
    running.wait_for(attempts);
    running.stop()
}

#[test]
fn the_swapper_makes_thousands_of_swaps_a_second() {
    let host = host();
    let canaries = host.canaries();
    let start = Instant::now();
    let stats = attack(&host, Attacker::SymlinkSwapper, 20_000);
    let seconds = start.elapsed().as_secs_f64();
    let swaps = u32::try_from(stats.swaps).expect("a short attack");
    assert!(f64::from(swaps) / seconds > 2_000.0, "{stats:?} in {seconds} s");
    assert!(stats.refused < stats.swaps, "{stats:?}");
    canaries.iter().for_each(Canary::assert_untouched);
    let both = [".config", ".config~"].map(|name| host.home("mallory").join(name).is_symlink());
    assert_ne!(both[0], both[1], "one is the directory, the other the symlink");
}

#[test]
fn every_attacker_does_its_work_and_none_harms_the_canary_alone() {
    let host = host();
    let canaries = host.canaries();
    let home = host.home("mallory");
    let stats = attack(&host, Attacker::FifoPlanter, 50);
    assert!(stats.planted > 0 && is_kind(&home.join(".profile"), libc::S_IFIFO), "{stats:?}");
    let stats = attack(&host, Attacker::SocketPlanter, 50);
    assert!(stats.planted > 0 && is_kind(&home.join(".profile"), libc::S_IFSOCK), "{stats:?}");
    assert!(is_kind(&home.join(".config/app/file"), libc::S_IFSOCK), "below directories too");
    let stats = attack(&host, Attacker::DirChurner, 500);
    assert!(stats.churned > 50, "{stats:?}");
    let stats = attack(&host, Attacker::Escapee, 500);
    assert!(stats.escapes > 100, "{stats:?}");
    let stats = attack(&host, Attacker::HardLinker, 100);
    assert!(stats.links > 0, "the file open to all can be linked to: {stats:?}");
    assert!(stats.refused > 0, "the others are protected: {stats:?}");
    canaries.iter().for_each(Canary::assert_untouched);
}

#[test]
fn the_mounter_mounts_where_the_kernel_lets_it() {
    let host = host();
    let stats = attack(&host, Attacker::Mounter, 3);
    let allowed =
        fs::read_to_string("/proc/sys/user/max_user_namespaces").expect("the kernel says");
    if allowed.trim() == "0" {
        assert!(stats.mounts == 0 && stats.refused > 0, "{stats:?}");
    } else {
        assert!(stats.mounts > 0, "{stats:?}");
    }
    let table = fs::read_to_string("/proc/thread-self/mountinfo").expect("proc is mounted");
    assert!(!table.contains("/mounted "), "its mounts stay in its own namespace");
}

#[test]
fn attackers_are_the_account_and_the_rest_of_the_process_is_not() {
    let host = host();
    attack(&host, Attacker::FifoPlanter, 5);
    let planted = host.home("mallory").join("planted").symlink_metadata().expect("it was planted");
    assert_eq!((planted.uid(), planted.gid()), (UID, UID));
    let status = fs::read_to_string("/proc/thread-self/status").expect("proc is mounted");
    assert!(status.contains("Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n"));
}

#[test]
fn attackers_survive_homes_that_vanish_and_come_back() {
    let host = host();
    host.canaries();
    let home = host.home("mallory");
    let running: Vec<_> = Attacker::all().map(|attacker| attacker.start(&target(&host))).into();
    for round in 0..30 {
        let away = host.path(format!("home/away{round}"));
        fs::rename(&home, &away).expect("root may move a home");
        std::thread::sleep(Duration::from_millis(2));
        fs::create_dir(&home).expect("the name is free");
        lchown(&home, Some(UID), Some(UID)).expect("root may");
        std::thread::sleep(Duration::from_millis(2));
    }
    for attacker in running {
        let before = attacker.stats();
        attacker.wait_for(before.total() + before.refused + 5);
        let stats = attacker.stop();
        assert!(stats.total() > 0, "{stats:?}");
    }
}

#[test]
fn without_the_kernels_protection_every_file_can_be_linked_to_and_the_setting_comes_back() {
    let setting = || {
        fs::read_to_string("/proc/sys/fs/protected_hardlinks").expect("the kernel has the setting")
    };
    let before = setting();
    let host = host();
    let canary = Canary::plant(&host.path("canary")).linkable();
    {
        let _unprotected = HardLinksUnprotected::new();
        let stats = attack(&host, Attacker::HardLinker, 100);
        assert!(stats.links > 50, "{stats:?}");
        let home = host.home("mallory");
        let linked = fs::read_dir(&home).expect("readable").filter(|entry| {
            let metadata =
                entry.as_ref().expect("readable").path().symlink_metadata().expect("quiet by now");
            metadata.is_file() && metadata.uid() == 0 && metadata.nlink() > 1
        });
        assert!(linked.count() > 1, "root's files are in the home");
    }
    assert_eq!(setting(), before);
    canary.assert_untouched();
}

#[test]
fn a_reset_by_path_is_caught_changing_the_canary() {
    on_each(|file_system, dir| {
        let host = Host::on(dir)
            .account("mallory", UID, UID, "/home/mallory")
            .template(tree! { ".config/app/file" => file("x"), "Documents/sub/file" => file("y") });
        let [canary, bystander] = host.canaries();
        let swapper = Attacker::SymlinkSwapper.start(&target(&host));
        swapper.wait_for(200);
        let start = Instant::now();
        let changes = loop {
            naive::reset(&host.template_path(), &host.home("mallory"), UID, UID);
            let changes = canary.changes();
            if !changes.is_empty() {
                break changes;
            }
            let stats = swapper.stats();
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "not caught on {file_system:?}: {stats:?}"
            );
        };
        let stats = swapper.stop();
        assert!(stats.swaps > 0 && !changes.is_empty(), "{stats:?}");
        bystander.assert_untouched();
    });
}

#[test]
fn without_an_attacker_the_same_reset_leaves_the_canary_alone() {
    let host = host();
    let canaries = host.canaries();
    std::os::unix::fs::symlink(canaries[0].path(), host.home("mallory").join("to"))
        .expect("the name is free");
    naive::reset(&host.template_path(), &host.home("mallory"), UID, UID);
    canaries.iter().for_each(Canary::assert_untouched);
    assert!(host.home("mallory").join("Documents/sub/file").is_file());
    assert!(!host.home("mallory").join("file").exists());
}

fn is_kind(path: &Path, kind: u32) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.mode() & libc::S_IFMT == kind)
}
