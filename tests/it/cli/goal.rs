//! What homes become: policies, rules, templates.

use super::*;

#[test]
fn revert_lays_the_skeleton_over_and_leaves_ordinary_files() {
    let host = host().skeleton(tree! { ".bashrc" => file("# from the skeleton\n") });
    run_home(&host, "reset --policy revert --user guest1").fine();
    let home = Digest::of(host.home("guest1"));
    assert!(home.has("Documents/essay.txt") && home.has("locked/file"));
    assert!(!home.has(".cache"));
    assert_eq!(home.at(".bashrc").size, 20);
}

#[test]
fn volatile_removes_what_matches_and_nothing_more() {
    let host = host();
    run_home(&host, "reset --policy volatile --volatile .cache/** --volatile locked --user guest1")
        .fine();
    let home = Digest::of(host.home("guest1"));
    assert!(!home.has(".cache/thumbnails") && !home.has("locked"));
    assert_eq!(home.at(".bashrc").size, 12);
    assert!(home.has("Documents/essay.txt"));
}

#[test]
fn keep_rules_save_and_volatile_rules_overrule_them() {
    let host = host();
    let rules = "--keep Documents/** --keep .cache --volatile **/*.png";
    run_home(&host, &format!("reset {TO_TEMPLATE} {rules} --user guest1")).fine();
    let home = Digest::of(host.home("guest1"));
    assert!(home.has("Documents/essay.txt"));
    assert!(home.has(".cache/thumbnails") && !home.has(".cache/thumbnails/1.png"));
    assert!(!home.has("locked"));
    run_home(&host, &format!("verify {TO_TEMPLATE} {rules} --user guest1")).fine();
}

#[test]
fn a_rule_that_makes_no_sense_is_an_invalid_argument() {
    let host = host();
    let answer =
        run_home(&host, &format!("reset {TO_TEMPLATE} --keep Documents/../.. --user guest1"));
    let answer = answer.ends_with(code::INVALID_INPUT);
    assert!(answer.out.is_empty() && answer.err.contains("Documents/../.."), "{answer:#?}");
}

#[test]
fn an_empty_template_must_be_allowed() {
    let host = host();
    fs::create_dir(host.path("srv/empty")).expect("srv is there");
    let line = "reset --template /srv/empty --user guest1";
    let before = Snapshot::of(host.root());
    run_home(&host, line).ends_with(code::REFUSED);
    before.assert_untouched();
    run_home(&host, &format!("{line} --allow-empty-template")).fine();
    assert_eq!(Digest::of(host.home("guest1")).entries.len(), 1);
}

#[test]
fn the_owner_of_a_template_must_be_trusted() {
    let host = host();
    for entry in [host.template_path(), host.template_path().join(".bashrc")] {
        lchown(entry, Some(4500), Some(4500)).expect("root may change owners");
    }
    let line = format!("reset {TO_TEMPLATE} --user guest1");
    run_home(&host, &line).ends_with(code::REFUSED);
    run_home(&host, &format!("{line} --template-owner 4501")).ends_with(code::REFUSED);
    run_home(&host, &format!("{line} --template-owner 4500")).fine();
    assert_reset(&host, "guest1");
}

#[test]
fn a_missing_home_is_made_only_on_request() {
    let id = new_ids(1);
    let host = host().account_without_home("new", id, id, "/home/new");
    let line = format!("reset {TO_TEMPLATE} --user new");
    run_home(&host, &line).ends_with(code::NOT_FOUND);
    assert!(!host.home("new").exists());
    run_home(&host, &format!("{line} --create-missing")).fine();
    assert_reset(&host, "new");
}
