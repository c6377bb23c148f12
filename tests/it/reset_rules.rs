//! Keep rules: what they name survives as it is, and the template is laid around it.
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};

use ltsp_core::home::Strategy;
use testkit::digest::{Kind, Record};
use testkit::mount::on_each;
use testkit::tree::{dir, file, hard_link};
use testkit::{Digest, Host, Snapshot, Tree, tree};

use crate::reset_support::{
    STRATEGIES, WAYS, exact, guest, guest_on, is_the_template, plain, run, threads, unchanged,
    verified,
};

/// What must not change in an entry that is kept; a directory may be made anew, anything else not.
fn kept(record: &Record) -> Record {
    let mut record = record.clone();
    (record.ctime, record.extents) = ((0, 0), Vec::new());
    if record.kind == Kind::Dir {
        (record.inode, record.links) = (0, 0);
    }
    record
}

#[track_caller]
fn assert_kept(before: &Digest, after: &Digest, paths: &[&str]) {
    for path in paths {
        assert_eq!(kept(before.at(path)), kept(after.at(path)), "{path}");
    }
}

fn used(host: Host) -> Host {
    host.home_tree("guest", tree! {
        ".mozilla/firefox/abc.default/places.sqlite" => file(filler(5, 50_000)).mode(0o640).mtime(1_600_000_000, 3),
        ".mozilla/firefox/abc.default/cookies.sqlite" => file("track me"),
        ".mozilla/firefox/profiles.ini" => file("mine"),
        "Documents/essay" => file("Dear diary").xattr("user.mood", "good").mtime(1_600_000_000, 1),
        "Documents/same essay" => hard_link("Documents/essay"),
        "Documents/pictures" => dir().mode(0o750).xattr("user.album", "1").default_acl(&Acl::new(7, 5, 0).user(77, 5)).mtime(1_600_000_000, 4),
        "Documents/pictures/of.me" => symlink("/etc/passwd").mtime(1_600_000_000, 2),
        "Documents/pipe" => fifo(),
        "Documents/socket" => socket(),
        "Documents/root's" => file("by root").owner(0, 0).mode(0o4755),
        "Documents/holes" => sparse(1 << 20, [(8192, b"x".repeat(4096))]),
        "Documents/locked" => dir().mode(0),
        "junk/here" => file("junk"),
        ".profile" => file("changed"),
    })
}

#[test]
fn kept_entries_stay_as_they_are_and_all_else_becomes_the_template() {
    on_each(|_, place| {
        for (strategy, count) in WAYS {
            let host = used(guest_on(place).template(plain()));
            let before = Digest::of(host.home("guest"));
            let reset = threads(exact(&host), count)
                .strategy(strategy)
                .keep("Documents/**")
                .keep(".mozilla/firefox/*/places.sqlite");
            let report = run(&reset);
            let after = Digest::of(host.home("guest"));
            assert_kept(
                &before,
                &after,
                &[
                    ".mozilla/firefox/abc.default/places.sqlite",
                    "Documents/essay",
                    "Documents/same essay",
                    "Documents/pictures",
                    "Documents/pictures/of.me",
                    "Documents/pipe",
                    "Documents/socket",
                    "Documents/root's",
                    "Documents/holes",
                    "Documents/locked",
                ],
            );
            let paths: BTreeSet<String> =
                after.entries.keys().map(|path| path.escape_ascii().to_string()).collect();
            let others: Vec<&str> = paths
                .iter()
                .map(String::as_str)
                .filter(|path| !path.starts_with("Documents/") && !path.contains("places"))
                .collect();
            assert_eq!(
                others,
                [
                    ".",
                    ".config",
                    ".config/app",
                    ".config/app/settings",
                    ".mozilla",
                    ".mozilla/firefox",
                    ".mozilla/firefox/abc.default",
                    ".profile",
                    "Desktop",
                    "Desktop/readme",
                    "Documents",
                ]
            );
            let template = Digest::of(host.template_path());
            for path in [".", ".profile", "Desktop", "Documents"] {
                let (want, have) = (template.at(path), after.at(path));
                assert_eq!((want.mode, want.mtime), (have.mode, have.mtime), "{path}");
            }
            assert!(report.counts.kept >= 9, "{:?}", report.counts);
            verified(&reset);
            unchanged(&run(&reset.clone().strategy(Strategy::InPlace)));
            // The rules were the only thing that kept them.
            run(&exact(&host).strategy(strategy));
            is_the_template(&host);
        }
    });
}

#[test]
fn a_program_goes_on_writing_into_a_kept_file() {
    for strategy in STRATEGIES {
        let host = used(guest().template(plain()));
        let path = host.home("guest").join("Documents/essay");
        let inode = fs::metadata(&path).expect("it exists").ino();
        let mut open = OpenOptions::new().append(true).open(&path).expect("root may write");
        let stop = AtomicBool::new(false);
        let written = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut lines = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    writeln!(open, "line {lines}").expect("there is room");
                    lines += 1;
                }
                lines
            });
            for _ in 0..20 {
                run(&exact(&host).strategy(strategy).keep("Documents"));
            }
            stop.store(true, Ordering::Relaxed);
            writer.join().expect("it only writes")
        });
        let text = fs::read_to_string(&path).expect("it was kept");
        let lines: Vec<String> = (0..written).map(|line| format!("line {line}\n")).collect();
        assert_eq!(text, format!("Dear diary{}", lines.concat()));
        assert_eq!(fs::metadata(&path).expect("it exists").ino(), inode);
    }
}

#[test]
fn the_template_is_laid_beside_what_is_kept_and_never_over_it() {
    for (strategy, count) in WAYS {
        let host = guest()
            .template(
                tree! {
                    "Documents/welcome" => file("Welcome."),
                    "Documents/essay" => file("an example"),
                    "Documents/forms/blank" => file("blank"),
                    "Documents/forms/filled" => file("example"),
                    "Documents/of the school/plan" => file("plan"),
                }
                .dated(1_500_000_000, 0),
            )
            .home_tree(
                "guest",
                tree! {
                    "Documents/essay" => file("mine"),
                    "Documents/forms" => dir().mode(0o711).xattr("user.x", "y"),
                    "Documents/forms/filled" => file("filled by me"),
                    "other" => file(""),
                }
                .dated(1_600_000_000, 5),
            );
        let before = Digest::of(host.home("guest"));
        let reset = threads(exact(&host), count).strategy(strategy).keep("Documents");
        run(&reset);
        let after = Digest::of(host.home("guest"));
        assert_kept(&before, &after, &["Documents/essay", "Documents/forms/filled"]);
        for path in ["Documents", "Documents/forms"] {
            let (old, new) = (before.at(path), after.at(path));
            assert_eq!((old.mode, &old.xattrs), (new.mode, &new.xattrs), "{path}");
            assert_eq!(old.mtime, new.mtime, "{strategy}: the time of {path}");
        }
        let text = |path: &str| fs::read_to_string(host.home("guest").join(path)).expect("laid");
        assert_eq!(text("Documents/welcome"), "Welcome.");
        assert_eq!(text("Documents/forms/blank"), "blank");
        assert_eq!(text("Documents/of the school/plan"), "plan");
        assert_eq!(after.at("Documents/of the school").mtime, (1_500_000_000, 0));
        assert_eq!(after.at("Documents/welcome").uid, host.of("guest").uid);
        assert!(!after.has("other"));
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn what_is_kept_wins_over_a_template_entry_of_another_type() {
    for (strategy, count) in WAYS {
        let host = guest()
            .template(tree! {
                "file-kept" => dir(),
                "file-kept/of the template" => file("t"),
                "dir-kept" => file("t"),
                "link-kept/below" => file("t"),
                "fifo-kept" => symlink("t"),
                "partly" => file("t"),
                "becomes/dir" => file("t"),
                "becomes-file" => file("t"),
            })
            .home_tree(
                "guest",
                tree! {
                    "file-kept" => file("mine"),
                    "dir-kept/mine" => file("mine"),
                    "link-kept" => symlink("/etc"),
                    "fifo-kept" => fifo(),
                    "partly/yes" => file("mine"),
                    "partly/no" => file("mine"),
                    "becomes" => file("mine"),
                    "becomes-file/no" => file("mine"),
                },
            );
        let before = Digest::of(host.home("guest"));
        let reset = threads(exact(&host), count)
            .strategy(strategy)
            .keep("*-kept")
            .keep("partly/yes")
            .keep("becomes*/nothing here");
        run(&reset);
        let after = Digest::of(host.home("guest"));
        assert_kept(
            &before,
            &after,
            &["file-kept", "dir-kept", "dir-kept/mine", "link-kept", "fifo-kept", "partly/yes"],
        );
        let names: Vec<_> =
            after.entries.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        assert_eq!(
            names,
            [
                ".",
                "becomes",
                "becomes-file",
                "becomes/dir",
                "dir-kept",
                "dir-kept/mine",
                "fifo-kept",
                "file-kept",
                "link-kept",
                "partly",
                "partly/yes",
            ]
        );
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn volatile_rules_take_from_what_is_kept() {
    for (strategy, count) in WAYS {
        let host = guest().template(plain()).home_tree(
            "guest",
            tree! {
                ".config/chrome/SingletonLock" => symlink("host-1"),
                ".config/chrome/Bookmarks" => file("mine"),
                ".config/chrome/Default/Cache/f1" => file("cached"),
                ".config/chrome/Default/History" => file("mine"),
                ".config/app/settings" => file("mine"),
            },
        );
        let before = Digest::of(host.home("guest"));
        let reset = threads(exact(&host), count)
            .strategy(strategy)
            .keep(".config/chrome")
            .volatile("**/Cache")
            .volatile(".config/chrome/Singleton*");
        run(&reset);
        let after = Digest::of(host.home("guest"));
        assert_kept(
            &before,
            &after,
            &[".config/chrome/Bookmarks", ".config/chrome/Default/History"],
        );
        assert!(!after.has(".config/chrome/SingletonLock"));
        assert!(!after.has(".config/chrome/Default/Cache"));
        assert_ne!(before.at(".config/app/settings").inode, after.at(".config/app/settings").inode);
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn what_is_kept_survives_however_deep_it_is() {
    for (strategy, count) in WAYS {
        let host = guest().template(plain()).home_tree(
            "guest",
            tree! {
                "Documents/deep" => deep(700),
                "Pictures" => deep(300),
            },
        );
        let bottom = host.home("guest").join("Documents/deep").join("d/".repeat(700));
        fs::write(bottom.join("treasure"), "gold").expect("root may write");
        let inode = fs::metadata(bottom.join("treasure")).expect("it exists").ino();
        let reset =
            threads(exact(&host), count).strategy(strategy).keep("Documents").keep("Pictures/**");
        let report = run(&reset);
        // Too deep to be carried into a fresh home.
        assert_eq!(report.strategy, Some(Strategy::InPlace), "{report:?}");
        assert_eq!(report.fallback.is_some(), strategy == Strategy::Swap, "{report:?}");
        assert!(report.notes.is_empty(), "{report:?}");
        let metadata = fs::metadata(bottom.join("treasure")).expect("it was kept");
        assert_eq!(metadata.ino(), inode);
        assert!(host.home("guest").join("Pictures").join("d/".repeat(300)).is_dir());
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn what_is_kept_survives_in_a_directory_of_another_user() {
    for strategy in STRATEGIES {
        for (uid, mode) in [(0, 0o755), (0, 0o777), (4713, 0o755)] {
            let whose = format!("{strategy}, {uid} {mode:o}");
            let host = guest().template(tree! {
                "shared/of the template" => file("t"),
                "kept/of the template" => file("t"),
            });
            let host = host.home_tree(
                "guest",
                tree! {
                    "shared" => dir().mode(mode).owner(uid, uid),
                    "shared/mine" => file("mine"),
                    "shared/other" => file("not kept"),
                    "kept" => dir().mode(mode).owner(uid, uid),
                    "kept/mine" => file("mine"),
                    "extra" => dir().mode(mode).owner(uid, uid),
                    "extra/mine" => file("mine"),
                    "gone" => dir().mode(mode).owner(uid, uid),
                    "gone/not kept" => file("not kept"),
                },
            );
            let before = Digest::of(host.home("guest"));
            let reset =
                exact(&host).strategy(strategy).keep("shared/mine").keep("extra/mine").keep("kept");
            run(&reset);
            let after = Digest::of(host.home("guest"));
            for path in ["shared/mine", "extra/mine", "kept", "kept/mine"] {
                assert!(after.has(path), "{whose}: {path} is gone");
            }
            assert_kept(&before, &after, &["shared/mine", "extra/mine", "kept", "kept/mine"]);
            assert!(!after.has("gone"), "{whose}");
            verified(&reset);
            unchanged(&run(&reset.strategy(Strategy::InPlace)));
        }
    }
}

#[test]
fn hard_links_of_the_template_take_the_place_of_directories_with_nothing_to_keep() {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    for (strategy, subset) in STRATEGIES.iter().flat_map(|way| (1..8).map(move |set| (*way, set))) {
        for content in ["of the template", "changed"] {
            let host = guest().template(tree! {
                "a" => file("of the template").mtime(1_500_000_000, 1),
                "b" => hard_link("a"),
                "c" => hard_link("a"),
            });
            let (mut home, mut first) = (Tree::new(), None);
            for (bit, name) in NAMES.into_iter().enumerate() {
                home = if subset & (1 << bit) != 0 {
                    home.with(format!("{name}/other"), file("not kept"))
                } else if let Some(first) = first {
                    home.with(name, hard_link(first))
                } else {
                    first = Some(name);
                    home.with(name, file(content).mtime(1_500_000_000, 1))
                };
            }
            let host = host.home_tree("guest", home);
            let reset = exact(&host).strategy(strategy).keep("*/mine");
            run(&reset);
            is_the_template(&host);
            verified(&reset);
            unchanged(&run(&reset.strategy(Strategy::InPlace)));
        }
    }
}

#[test]
fn what_is_kept_below_a_directory_wins_over_hard_links_of_the_template() {
    for strategy in STRATEGIES {
        for names in [["a", "b"], ["b", "a"]] {
            let [partly, other] = names;
            let host = guest().template(tree! { "a" => file("t"), "b" => hard_link("a") });
            let host = host.home_tree(
                "guest",
                tree! {
                    format!("{partly}/mine") => file("mine"),
                    format!("{partly}/other") => file("not kept"),
                },
            );
            let before = Digest::of(host.home("guest"));
            let reset = exact(&host).strategy(strategy).keep(format!("{partly}/mine"));
            run(&reset);
            let after = Digest::of(host.home("guest"));
            let mine = format!("{partly}/mine");
            assert!(after.has(&mine), "{strategy}: {mine} is gone");
            assert_kept(&before, &after, &[&mine]);
            assert!(!after.has(format!("{partly}/other")), "{strategy}");
            assert_eq!(after.at(other).kind, Kind::File, "{strategy}");
            verified(&reset);
            unchanged(&run(&reset.strategy(Strategy::InPlace)));
        }
    }
}

#[test]
fn keep_rules_do_not_make_a_hard_link_of_the_template_part_of_the_home() {
    for strategy in STRATEGIES {
        let host = guest()
            .template(
                tree! { "a" => file("template"), "b" => hard_link("a"), "c" => hard_link("a") },
            )
            .home_tree("guest", tree! { "b" => file("mine") });
        let template = Snapshot::of(host.template_path());
        let before = Digest::of(host.home("guest"));
        let reset = exact(&host).strategy(strategy).keep("b");
        run(&reset);
        let after = Digest::of(host.home("guest"));
        assert_kept(&before, &after, &["b"]);
        assert_eq!(after.at("a").link_group.as_deref(), Some(b"a".as_slice()));
        assert_eq!((after.at("a").inode, after.at("a").links), (after.at("c").inode, 2));
        template.assert_untouched();
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn other_rules_than_last_time_are_heeded() {
    for strategy in STRATEGIES {
        let host = guest().template(plain());
        let reset = exact(&host).strategy(strategy);
        run(&reset.clone().keep("Documents/**").keep(".profile"));
        tree! { "Documents/x" => file("x"), "Desktop/x" => file("x") }
            .with_root(dir().mode(0o711))
            .build_at(host.home("guest"));
        fs::write(host.home("guest").join(".profile"), "mine").expect("root may write");
        run(&reset.clone().keep("Documents/**").keep(".profile"));
        let home = Digest::of(host.home("guest"));
        assert!(home.has("Documents/x") && !home.has("Desktop/x"));
        assert_eq!(home.at(".profile").size, 4);
        run(&reset.clone().keep(".profile"));
        assert!(!Digest::of(host.home("guest")).has("Documents/x"));
        run(&reset);
        is_the_template(&host);
    }
}
