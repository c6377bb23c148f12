//! Homes built ahead, clean-up left for later, and what `auto` chooses.
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ltsp_core::ErrorKind;
use ltsp_core::home::{HomeReport, HomeReset, Outcome, Policy, SpareUse, Strategy};
use testkit::mount::{on_each, tmpfs_at};
use testkit::tree::dir;
use testkit::{Host, tree};

use crate::reset_support::{
    disorder, everything, exact, guest, guest_on, is_the_template, only, plain, reset, run, staged,
    verified,
};

/// What a report says where a spare was used.
const USED: &str = "a spare was swapped in";

fn used_a_spare(report: &HomeReport) -> bool {
    report.notes.iter().any(|note| note == USED)
}

#[track_caller]
fn stage(reset: &HomeReset) -> HomeReport {
    only(reset.stage(&()).expect("it begins").homes)
}

#[track_caller]
fn staged_anew(reset: &HomeReset) {
    let report = stage(reset);
    assert!(matches!(report.outcome, Outcome::Staged), "{report:?}");
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it exists").ino()
}

fn messy(place: &Path) -> Host {
    guest_on(place).template(everything()).home_tree("guest", disorder())
}

#[test]
fn a_staged_home_is_swapped_in_and_used_once() {
    on_each(|_, place| {
        let host = messy(place);
        let reset = exact(&host);
        staged_anew(&reset);
        let spares = staged(&host, "spare-");
        assert_eq!(spares.len(), 1, "{spares:?}");
        let ready = inode(&spares[0].join("home"));
        let report = run(&reset);
        assert!(used_a_spare(&report), "{report:?}");
        assert_eq!((report.strategy, report.counts.created), (Some(Strategy::Swap), 0));
        assert_eq!(inode(&host.home("guest")), ready);
        is_the_template(&host);
        verified(&reset);
        for left in ["spare-", "run-"] {
            assert_eq!(staged(&host, left), Vec::<PathBuf>::new());
        }
        let report = run(&reset);
        assert!(!used_a_spare(&report), "{report:?}");
        is_the_template(&host);
    });
}

#[test]
fn a_spare_that_is_ready_is_left_as_it_is() {
    let host = guest().template(plain());
    let reset = exact(&host);
    staged_anew(&reset);
    let before = inode(&staged(&host, "spare-")[0].join("home"));
    let again = stage(&reset);
    assert!(matches!(again.outcome, Outcome::Unchanged), "{again:?}");
    assert_eq!(inode(&staged(&host, "spare-")[0].join("home")), before);
    // It is not what an interrupted run left.
    reset.clean(&()).expect("it begins");
    assert_eq!(inode(&staged(&host, "spare-")[0].join("home")), before);
    fs::write(host.template_path().join("new"), "").expect("root may");
    staged_anew(&reset);
    assert_eq!(staged(&host, "spare-").len(), 1);
    assert_eq!(staged(&host, "run-"), Vec::<PathBuf>::new(), "the outdated one is gone");
    assert!(used_a_spare(&run(&reset)));
    is_the_template(&host);
}

#[test]
fn a_spare_of_a_template_that_changed_is_used_only_by_those_who_trust_it() {
    for (spare, uses) in
        [(SpareUse::Checked, false), (SpareUse::Trusted, true), (SpareUse::Never, false)]
    {
        for (change, unchanged_too) in [(false, spare != SpareUse::Never), (true, uses)] {
            let host = guest().template(plain());
            let reset = exact(&host).spare(spare);
            staged_anew(&exact(&host));
            if change {
                fs::write(host.template_path().join("Desktop/readme"), "Good-bye.\n")
                    .expect("root");
            }
            let report = run(&reset);
            assert_eq!(used_a_spare(&report), unchanged_too, "{spare}, changed: {change}");
            let outdated = change && uses;
            let plan = reset.verify(&()).expect("it begins");
            assert_eq!(plan.is_empty(), !outdated, "{spare}, changed: {change}: {plan}");
            if !outdated {
                is_the_template(&host);
            }
        }
    }
}

#[test]
fn what_is_kept_moves_into_a_spare() {
    on_each(|_, place| {
        let host = guest_on(place).template(plain()).home_tree(
            "guest",
            tree! {
                "Documents/essay" => file("mine").mode(0o600),
                "Documents/old/deep" => file("mine, too"),
                ".profile" => file("evil"),
                ".ssh/key" => file("secret").mode(0o600),
            },
        );
        let reset = exact(&host).keep("Documents/**").keep(".ssh/key");
        staged_anew(&reset);
        let essay = inode(&host.home("guest").join("Documents/essay"));
        let report = run(&reset);
        assert!(used_a_spare(&report), "{report:?}");
        assert_eq!(inode(&host.home("guest").join("Documents/essay")), essay);
        let content = |path: &str| fs::read(host.home("guest").join(path)).expect("it exists");
        assert_eq!(content("Documents/old/deep"), b"mine, too");
        assert_eq!(content(".ssh/key"), b"secret");
        assert_eq!(content(".profile"), b"umask 077\n");
        verified(&reset);
    });
}

#[test]
fn a_deferred_clean_up_is_done_later() {
    for strategy in [Strategy::Swap, Strategy::InPlace] {
        for by_clean in [true, false] {
            let host = guest().template(everything()).home_tree("guest", disorder());
            let reset = exact(&host).strategy(strategy);
            run(&reset.clone().defer_cleanup(true));
            is_the_template(&host);
            assert_eq!(staged(&host, "run-").len(), 1, "{strategy}");
            if by_clean {
                let report = only(reset.clean(&()).expect("it begins").homes);
                assert!(matches!(report.outcome, Outcome::Cleaned), "{report:?}");
                assert!(report.counts.removed > 800, "{report:?}");
                let again = only(reset.clean(&()).expect("it begins").homes);
                assert!(matches!(again.outcome, Outcome::Unchanged), "{again:?}");
            } else {
                let report = run(&reset);
                let note = report.notes.iter().find(|note| note.contains("interrupted run left"));
                assert!(note.is_some(), "{report:?}");
            }
            assert_eq!(staged(&host, "run-"), Vec::<PathBuf>::new());
            is_the_template(&host);
        }
    }
}

#[test]
fn auto_takes_a_spare_then_a_receipt_and_else_swaps() {
    on_each(|file_system, place| {
        let host = guest_on(place).template(plain()).home_tree("guest", tree! { "x" => file("") });
        let reset = exact(&host).strategy(Strategy::Auto);
        assert_eq!(run(&reset).strategy, Some(Strategy::Swap), "there is nothing yet");
        assert_eq!(run(&reset).strategy, Some(Strategy::InPlace), "there is a receipt");
        staged_anew(&reset);
        let report = run(&reset);
        assert_eq!(report.strategy, Some(Strategy::Swap), "{file_system:?}");
        assert!(used_a_spare(&report), "{report:?}");
        assert_eq!(report.fallback, None, "it is no fallback from what was asked for");
        is_the_template(&host);
    });
    let host = guest().template(plain()).home_tree("guest", tree! { "x" => file("") });
    let revert = reset(&host, Policy::Revert).user("guest").strategy(Strategy::Auto);
    assert_eq!(run(&revert).strategy, Some(Strategy::InPlace), "most of the home stays");
}

#[test]
fn a_home_that_is_a_mount_is_mended_in_place_without_a_trace() {
    for (strategy, fallback) in
        [(Strategy::Auto, false), (Strategy::Swap, true), (Strategy::InPlace, false)]
    {
        let host = guest().template(plain().with_root(dir().mode(0o710)));
        let _mount = tmpfs_at(&host.home("guest"));
        let account = host.of("guest");
        disorder().owned_by(account.uid, account.gid).build_at(host.home("guest"));
        let reset = exact(&host).strategy(strategy);
        // As a run that was killed leaves it.
        let left = host.home("guest").join(".ltsp-staging-0123");
        testkit::Tree::new()
            .with("run-1-2/x", testkit::tree::file("x"))
            .with_root(dir().mode(0o700))
            .build_at(&left);
        let report = run(&reset);
        assert_eq!(report.strategy, Some(Strategy::InPlace), "{strategy}");
        assert_eq!(report.fallback.is_some(), fallback, "{strategy}: {report:?}");
        is_the_template(&host);
        verified(&reset);
        run(&reset);
        is_the_template(&host);
        let staged = reset.stage(&()).and_then(ltsp_core::home::Report::into_result);
        let error = staged.expect_err("nothing can be exchanged with a mount");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}
