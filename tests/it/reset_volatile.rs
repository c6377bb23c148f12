//! Policy volatile: what matches is removed, nothing more.
use ltsp_core::ErrorKind;
use ltsp_core::home::{Action, HomeReset, Outcome, Policy, Strategy};
use testkit::mount::on_each;
use testkit::tree::{Tree, dir};
use testkit::{Digest, Host, Ignore, Snapshot, assert_same, tree};

use crate::reset_support::{
    WAYS, fails, guest, guest_on, plan, root, run, threads, unchanged, verified,
};

fn browser() -> Tree {
    tree! {
        ".config/google-chrome/SingletonLock" => symlink("host-1234"),
        ".config/google-chrome/SingletonSocket" => symlink("/tmp/x/s"),
        ".config/google-chrome/Default/Bookmarks" => file("mine"),
        ".config/google-chrome/Default/Cache" => dir().mode(0),
        ".config/google-chrome/Default/Cache/data_0" => file(filler(1, 9000)),
        ".cache/thumbnails/normal/1.png" => file("thumb"),
        ".cache/mozilla/x/y" => deep(100),
        ".cache/x" => fifo(),
        "Documents/Cache" => file("an essay about caches"),
        "Documents/Singleton" => file("mine"),
    }
    .with_root(dir().mode(0o700))
    .dated(1_600_000_000, 5)
}

fn volatile(host: &Host) -> HomeReset {
    HomeReset::new(Policy::Volatile).root(root(host)).user("guest")
}

#[test]
fn volatile_removes_what_matches_and_nothing_more() {
    on_each(|_, place| {
        for (strategy, count) in WAYS {
            let host = guest_on(place).home_tree("guest", browser());
            let before = Digest::of(host.home("guest"));
            let reset = threads(volatile(&host), count)
                .strategy(strategy)
                .volatile(".config/google-chrome/Singleton*")
                .volatile(".config/**/Cache")
                .volatile(".cache/**");
            let planned = plan(&reset);
            let report = run(&reset);
            assert!(matches!(report.outcome, Outcome::Reset), "{report:?}");
            assert_eq!(report.strategy, Some(Strategy::InPlace));
            assert_eq!(report.fallback.is_some(), strategy == Strategy::Swap, "{report:?}");
            let after = Digest::of(host.home("guest"));
            let mut was = before.clone();
            was.entries.retain(|path, _| {
                let path = String::from_utf8_lossy(path);
                !path.contains("google-chrome/Singleton")
                    && !path.contains("Default/Cache")
                    && !path.starts_with(".cache/")
            });
            assert_same(&was, &after, &Ignore::nothing().any_directory_mtime());
            for (path, record) in &after.entries {
                assert_eq!(record.inode, was.at(path).inode, "{}", path.escape_ascii());
            }
            for path in [".", "Documents", ".config"] {
                assert_eq!(before.at(path).mtime, after.at(path).mtime, "{path}");
            }
            let removals: Vec<_> = planned.homes[0]
                .changes
                .iter()
                .map(|change| (change.action, change.path.to_str().expect("text")))
                .collect();
            assert_eq!(
                removals,
                [
                    (Action::Remove, ".cache/mozilla"),
                    (Action::Remove, ".cache/thumbnails"),
                    (Action::Remove, ".cache/x"),
                    (Action::Remove, ".config/google-chrome/Default/Cache"),
                    (Action::Remove, ".config/google-chrome/SingletonLock"),
                    (Action::Remove, ".config/google-chrome/SingletonSocket"),
                ]
            );
            verified(&reset);
            unchanged(&run(&reset));
        }
    });
}

#[test]
fn a_keep_rule_narrows_what_is_volatile() {
    let host = guest().home_tree("guest", browser());
    let before = Digest::of(host.home("guest"));
    let reset =
        volatile(&host).volatile(".cache").keep(".cache/thumbnails/**/*.png").keep(".cache/none");
    run(&reset);
    let after = Digest::of(host.home("guest"));
    assert!(!after.has(".cache/mozilla") && !after.has(".cache/x"));
    let png = ".cache/thumbnails/normal/1.png";
    assert_eq!(before.at(png), after.at(png));
    let config = ".config/google-chrome/SingletonLock";
    assert_eq!(before.at(config), after.at(config));
    verified(&reset);
    unchanged(&run(&reset));
}

#[test]
fn nothing_that_matches_is_nothing_touched() {
    let host = guest().home_tree("guest", browser());
    let home = Snapshot::of(host.home("guest"));
    let reset = volatile(&host).volatile(".nothing/**").volatile("Documents/Cache/**");
    unchanged(&run(&reset));
    home.assert_untouched();
}

#[test]
fn volatile_without_rules_is_an_error_and_not_a_reset() {
    let host = guest().home_tree("guest", browser());
    let home = Snapshot::of(host.home("guest"));
    let error = fails(&volatile(&host).keep("x"));
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("no volatile rules"), "{error}");
    home.assert_untouched();
}

#[test]
fn what_goes_is_reported_even_if_its_removal_is_left_for_later() {
    let host = guest().home_tree("guest", browser());
    let report = run(&volatile(&host).volatile(".cache").defer_cleanup(true));
    assert!(matches!(report.outcome, Outcome::Reset), "{report:?}");
    assert_eq!(report.counts.removed, 1, "one directory was taken away: {report:?}");
    assert!(!host.home("guest").join(".cache").exists());
}
