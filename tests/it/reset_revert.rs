//! Policy revert: top-level dot entries become the skeleton's, ordinary files stay untouched.
use std::fs;

use ltsp_core::home::{HomeReset, Policy, Strategy};
use testkit::mount::on_each;
use testkit::tree::{Tree, dir};
use testkit::{Digest, Host, Ignore, assert_same, tree};

use crate::reset_support::{
    STRATEGIES, WAYS, guest, guest_on, root, run, threads, unchanged, verified,
};

fn skeleton() -> Tree {
    tree! {
        ".bashrc" => file("PS1='$ '\n"),
        ".config/monitors.xml" => file("<monitors/>"),
        "Desktop/school.desktop" => file("[Desktop Entry]\n"),
        "Public" => dir().mode(0o755),
    }
    .with_root(dir().mode(0o755))
    .dated(1_500_000_000, 7)
}

fn pupil() -> Tree {
    tree! {
        ".bashrc" => file("exit\n"),
        ".config/broken/a/b" => file("x"),
        ".config/monitors.xml" => dir(),
        ".local" => dir().mode(0),
        ".local/share/trash" => file("x"),
        "..." => file("three dots"),
        ".\n" => symlink("/etc"),
        ".pipe" => fifo(),
        "Desktop/homework.odt" => file(filler(4, 10_000)).mtime(1_600_000_000, 4),
        "Desktop/.hidden below" => file("not at the top"),
        "Documents" => dir().mode(0o700).mtime(1_600_000_000, 9),
        "Documents/a" => file("a").xattr("user.a", "b"),
        "Documents/b" => hard_link("Documents/a"),
        "Documents/link" => symlink(".bashrc"),
        "..\u{e9}" => dir(),
        "a.dot inside" => file("x"),
        "pipe" => fifo(),
        "-rf" => file("x"),
    }
    .with_root(dir().mode(0o751).xattr("user.home", "mine"))
    .dated(1_600_000_001, 11)
}

fn revert(host: &Host) -> HomeReset {
    HomeReset::new(Policy::Revert).root(root(host)).user("guest")
}

#[test]
fn revert_puts_dot_entries_back_and_leaves_ordinary_files_untouched() {
    on_each(|_, place| {
        for (strategy, count) in WAYS {
            let host = guest_on(place).skeleton(skeleton()).home_tree("guest", pupil());
            let before = Digest::of(host.home("guest"));
            let reset = threads(revert(&host), count).strategy(strategy);
            run(&reset);
            let after = Digest::of(host.home("guest"));
            let names: Vec<_> = after
                .entries
                .keys()
                .map(|path| String::from_utf8_lossy(path).into_owned())
                .collect();
            assert_eq!(
                names,
                [
                    "-rf",
                    ".",
                    ".bashrc",
                    ".config",
                    ".config/monitors.xml",
                    "Desktop",
                    "Desktop/.hidden below",
                    "Desktop/homework.odt",
                    "Desktop/school.desktop",
                    "Documents",
                    "Documents/a",
                    "Documents/b",
                    "Documents/link",
                    "Public",
                    "a.dot inside",
                    "pipe",
                ]
            );
            // The same, the same names, and the same inodes.
            let mut ordinary = after.clone();
            for gone in
                [".bashrc", ".config", ".config/monitors.xml", "Desktop/school.desktop", "Public"]
            {
                ordinary.entries.remove(gone.as_bytes());
            }
            let mut was = before.clone();
            was.entries.retain(|path, _| path == b"." || !path.starts_with(b"."));
            assert_same(&was, &ordinary, &Ignore::nothing().any_extents());
            for (path, record) in &ordinary.entries {
                if record.kind != testkit::digest::Kind::Dir {
                    assert_eq!(record.inode, was.at(path).inode, "{}", path.escape_ascii());
                }
            }
            let wanted = Digest::of(host.path("etc/skel"));
            for path in
                [".bashrc", ".config", ".config/monitors.xml", "Desktop/school.desktop", "Public"]
            {
                let (want, have) = (wanted.at(path), after.at(path));
                let account = host.of("guest");
                assert_eq!((account.uid, account.gid), (have.uid, have.gid), "{path}");
                assert_eq!(
                    (want.mode, want.mtime, &want.content),
                    (have.mode, have.mtime, &have.content),
                    "{path}"
                );
            }
            verified(&reset);
            unchanged(&run(&reset.strategy(Strategy::InPlace)));
        }
    });
}

#[test]
fn revert_takes_the_systems_skeleton_or_the_template_that_is_given() {
    for strategy in STRATEGIES {
        let host = guest()
            .skeleton(skeleton())
            .template(tree! { ".bashrc" => file("from the template") })
            .home_tree("guest", pupil());
        run(&revert(&host).strategy(strategy));
        let text = || fs::read_to_string(host.home("guest").join(".bashrc")).expect("laid");
        assert_eq!(text(), "PS1='$ '\n");
        run(&revert(&host).template(host.template_inside()).strategy(strategy));
        assert_eq!(text(), "from the template");
        assert!(!host.home("guest").join(".config").exists());
    }
}

#[test]
fn revert_keeps_dot_entries_by_rule_and_drops_volatile_ones_anywhere() {
    for (strategy, count) in WAYS {
        let host = guest().skeleton(skeleton()).home_tree("guest", pupil());
        let before = Digest::of(host.home("guest"));
        let reset = threads(revert(&host), count)
            .strategy(strategy)
            .keep(".local/share")
            .volatile("Desktop/*.odt")
            .volatile("pipe");
        run(&reset);
        let after = Digest::of(host.home("guest"));
        assert_eq!(before.at(".local/share/trash").inode, after.at(".local/share/trash").inode);
        assert_eq!(after.at(".local").mode, 0);
        assert!(!after.has("pipe") && !after.has("Desktop/homework.odt") && !after.has("..."));
        assert!(after.has("Desktop/.hidden below") && after.has("Desktop/school.desktop"));
        verified(&reset);
        unchanged(&run(&reset.strategy(Strategy::InPlace)));
    }
}

#[test]
fn a_removed_dot_directory_is_gone_however_full_it_is() {
    for strategy in STRATEGIES {
        let host = guest().skeleton(skeleton()).home_tree(
            "guest",
            tree! {
                ".cache/deep" => deep(3000),
                ".cache/wide/a" => file("x"),
                "stay" => file("y"),
            },
        );
        crate::reset_support::many_files(&host.home("guest").join(".cache/wide"), 3000);
        let report = run(&revert(&host).strategy(strategy));
        assert!(report.counts.removed >= 6000, "{:?}", report.counts);
        assert!(!host.home("guest").join(".cache").exists());
        assert!(host.home("guest").join("stay").exists());
    }
}
