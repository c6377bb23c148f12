//! Policy exact: the home becomes the template, in every respect, and nothing else is left.
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use ltsp_core::home::{Outcome, ReceiptUse, Strategy};
use testkit::mount::{FileSystem, on_each};
use testkit::tree::{Tree, dir};
use testkit::{Digest, Snapshot, tree};

use crate::reset_support::{
    STRATEGIES, WAYS, disorder, everything, exact, guest, guest_on, is_the_template, many_files,
    plain, run, threads, unchanged, verified,
};

#[test]
fn an_exact_home_is_the_template_on_every_file_system() {
    on_each(|file_system, place| {
        for (strategy, count) in WAYS {
            let host = guest_on(place).template(everything()).home_tree("guest", disorder());
            let template = Snapshot::of(host.template_path());
            let before = fs::metadata(host.home("guest")).expect("it exists").ino();
            let reset = threads(exact(&host), count).strategy(strategy);
            let report = run(&reset);
            assert!(matches!(report.outcome, Outcome::Reset));
            assert_eq!((report.strategy, report.fallback.as_deref()), (Some(strategy), None));
            is_the_template(&host);
            verified(&reset);
            template.assert_untouched();
            let after = fs::metadata(host.home("guest")).expect("it exists").ino();
            assert_eq!(before == after, strategy == Strategy::InPlace, "the inode of the home");
            assert!(
                report.notes.iter().any(|note| note.contains("2 devices")),
                "{:?}",
                report.notes
            );
            if file_system.has_reflinks() {
                assert!(report.counts.bytes_shared >= 3_000_000, "{:?}", report.counts);
            }
        }
    });
}

#[test]
fn a_second_reset_in_place_finds_nothing_to_do() {
    on_each(|_, place| {
        for first in STRATEGIES {
            let host = guest_on(place).template(everything()).home_tree("guest", disorder());
            run(&exact(&host).strategy(first));
            let home = Snapshot::of(host.home("guest"));
            for &receipts in ReceiptUse::ALL {
                let reset = exact(&host).strategy(Strategy::InPlace).receipts(receipts);
                let report = run(&reset);
                unchanged(&report);
                let entries = Digest::of(host.home("guest")).entries.len() as u64;
                assert_eq!(report.counts.unchanged, entries, "after {first}, receipts {receipts}");
                home.assert_untouched();
            }
        }
    });
}

#[test]
fn setuid_bits_and_devices_are_not_given_to_a_user() {
    for (strategy, count) in WAYS {
        let host = guest()
            .template(tree! {
                "su" => file("s").mode(0o4755),
                "sg" => file("s").mode(0o2711),
                "both/dir" => dir().mode(0o6755),
                "mem" => char_device(1, 1).mode(0o644),
                "disk" => block_device(8, 0),
            })
            .home_tree(
                "guest",
                tree! {
                    "su" => file("s").mode(0o4755),
                    "mem" => char_device(1, 1).mode(0o666),
                    "x" => char_device(1, 1).mode(0o666),
                },
            );
        run(&threads(exact(&host), count).strategy(strategy));
        let home = Digest::of(host.home("guest"));
        let modes: Vec<_> =
            ["su", "sg", "both/dir"].iter().map(|path| home.at(path).mode).collect();
        assert_eq!(modes, [0o755, 0o711, 0o755]);
        assert!(!home.has("mem") && !home.has("disk") && !home.has("x"));
        is_the_template(&host);
    }
}

#[test]
fn the_template_never_changes() {
    on_each(|_, place| {
        for policy in [ltsp_core::home::Policy::Exact, ltsp_core::home::Policy::Revert] {
            for strategy in STRATEGIES {
                let host = guest_on(place).template(everything()).home_tree("guest", disorder());
                let template = Snapshot::of(host.template_path());
                let reset = crate::reset_support::reset(&host, policy)
                    .user("guest")
                    .strategy(strategy)
                    .keep("big");
                reset.plan(&()).expect("a plan");
                reset.stage(&()).expect("a spare");
                run(&reset);
                run(&reset);
                reset.verify(&()).expect("a comparison");
                reset.clean(&()).expect("nothing to clean");
                template.assert_untouched();
            }
        }
    });
}

#[test]
fn names_of_any_bytes_are_removed_and_nothing_else() {
    for (strategy, count) in WAYS {
        let host = guest().template(plain());
        let mut mess = Tree::new();
        for byte in (1..=255_u8).filter(|byte| *byte != b'/' && *byte != b'.') {
            mess = mess.with([byte], testkit::tree::file("x"));
            mess = mess.with([b"dir".as_slice(), &[byte]].concat(), dir());
            mess = mess.with([b"sub/".as_slice(), &[b'.', byte]].concat(), testkit::tree::fifo());
        }
        for name in ["...", "-rf", "--", "$(reboot)", "; rm -rf /", "\n../../etc", "**", "~root"] {
            mess = mess.with(name.replace('/', "\u{2215}"), testkit::tree::symlink("/etc"));
        }
        let host = host.home_tree("guest", mess);
        let canaries = host.canaries();
        let neighbour = host.path("/home/neighbour");
        tree! { " " => file("x"), "-rf" => file("x"), "etc/passwd" => file("x") }
            .build_at(&neighbour);
        let neighbour = Snapshot::of(neighbour);
        run(&threads(exact(&host), count).strategy(strategy));
        is_the_template(&host);
        neighbour.assert_untouched();
        canaries.iter().for_each(testkit::attack::Canary::assert_untouched);
    }
}

#[test]
fn a_link_in_a_home_is_never_followed() {
    for (strategy, count) in WAYS {
        let host = guest().template(plain());
        let outside = host.outside().join("victim");
        tree! { "app/settings" => file("size = 3\n"), "readme" => file("old") }.build_at(&outside);
        let target = outside.as_os_str().as_bytes().to_vec();
        let host = host.home_tree(
            "guest",
            tree! {
                ".config" => symlink(&target),
                "Desktop" => symlink(&target),
                ".profile" => symlink([target.as_slice(), b"/readme"].concat()),
                "Documents" => symlink("../../tmp/victim"),
                "kept" => symlink(&target),
                "kept2/x" => symlink(&target),
            },
        );
        // Names of a file outside of the home: removing or replacing one must not touch the file.
        fs::hard_link(outside.join("readme"), host.home("guest").join("hard")).expect("linked");
        let victim = Snapshot::of(&outside).linkable("readme");
        run(&threads(exact(&host), count).strategy(strategy).keep("kept/**").keep("kept2/*/**"));
        victim.assert_untouched();
        is_the_template(&host);
    }
}

#[test]
fn a_tree_of_any_depth_is_removed_with_few_descriptors() {
    // What 30,000 levels show of one file system, 3,000 show of the other: many times more than there are descriptors.
    for (file_system, levels) in [(FileSystem::Tmpfs, 30_000), (FileSystem::Ext4, 3_000)] {
        // Room for inodes.
        let mount = file_system.mount_sized(2048, "");
        for (strategy, count) in [(Strategy::Swap, 2), (Strategy::InPlace, 1)] {
            let host = guest_on(mount.path())
                .template(plain())
                .home_tree("guest", tree! { "a/b" => deep(levels), "Desktop" => deep(levels / 4) });
            let watch = crate::reset_support::Descriptors::watch();
            let report = run(&threads(exact(&host), count).strategy(strategy));
            let most = watch.most();
            assert!(most < 100 + 60 * count, "{most} descriptors with {count} threads");
            let least = u64::from(levels + levels / 4);
            assert!(report.counts.removed >= least, "{:?}", report.counts);
            is_the_template(&host);
        }
    }
}

#[test]
fn directories_without_permissions_and_with_very_many_entries_are_removed() {
    for (file_system, many) in [(FileSystem::Tmpfs, 50_000), (FileSystem::Ext4, 5_000)] {
        // Room for inodes.
        let mount = file_system.mount_sized(2048, "");
        for (strategy, count) in [(Strategy::Swap, 2), (Strategy::InPlace, 2)] {
            let host = guest_on(mount.path()).template(plain());
            many_files(&host.home("guest").join("many"), many);
            many_files(&host.home("guest").join("Desktop"), 3_000);
            for name in ["many", "Desktop"] {
                fs::set_permissions(host.home("guest").join(name), fs::Permissions::from_mode(0o0))
                    .expect("root may");
            }
            std::os::unix::fs::chown(
                host.home("guest").join("Desktop"),
                Some(host.of("guest").uid),
                None,
            )
            .expect("root may");
            let report = run(&threads(exact(&host), count).strategy(strategy));
            assert!(report.counts.removed >= u64::from(many) + 3_001, "{:?}", report.counts);
            is_the_template(&host);
        }
    }
}

#[test]
fn an_empty_template_empties_the_home_only_if_that_is_allowed() {
    for strategy in STRATEGIES {
        let host = guest()
            .template(Tree::new().with_root(dir().mode(0o711)))
            .home_tree("guest", disorder());
        let home = Snapshot::of(host.home("guest"));
        let error = crate::reset_support::fails(&exact(&host).strategy(strategy));
        assert!(error.to_string().contains("the template is empty"), "{error}");
        home.assert_untouched();
        run(&exact(&host).strategy(strategy).allow_empty_template(true));
        is_the_template(&host);
        assert_eq!(Digest::of(host.home("guest")).entries.len(), 1);
    }
}

#[test]
fn a_home_whose_name_is_no_text_is_reset_and_shown_escaped() {
    for strategy in STRATEGIES {
        let host = guest().template(plain());
        let uid = host.of("guest").uid;
        let inside = OsStr::from_bytes(b"/home/\xff\x1b[31m home");
        testkit::tree::Tree::new()
            .with("junk", testkit::tree::file("x"))
            .with_root(dir().mode(0o700))
            .owned_by(uid, uid)
            .build_at(host.path(inside));
        let reset = crate::reset_support::reset(&host, ltsp_core::home::Policy::Exact)
            .home(inside, uid, uid)
            .strategy(strategy);
        let report = reset.run(&()).expect("begins");
        assert!(report.failed().next().is_none(), "{report}");
        assert!(report.to_string().contains("/home/\\xff\\u{1b}[31m home"), "{report}");
        testkit::assert_same(
            &Digest::of(host.template_path()),
            &Digest::of(host.path(inside)),
            &testkit::Ignore::reset_for(uid, uid),
        );
    }
}

#[test]
fn a_hard_link_restored_into_a_new_directory_leaves_that_directory_its_time() {
    for (strategy, count) in WAYS {
        let pair = || {
            tree! { "a/x" => file("both"), "b/y" => hard_link("a/x") }
                .with_root(dir().mode(0o700))
                .dated(1_500_000_000, 7)
        };
        let host = guest().template(pair()).home_tree("guest", pair());
        fs::remove_dir_all(host.home("guest").join("b")).expect("root may");
        let reset = threads(exact(&host).strategy(strategy), count);
        run(&reset);
        is_the_template(&host);
        verified(&reset);
    }
}
