//! Looking only, and answers as JSON.

use super::*;

#[test]
fn a_dry_run_lists_the_changes_and_makes_none() {
    let host = host();
    let before = Snapshot::of(host.root());
    let answer = run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --dry-run")).fine();
    before.assert_untouched();
    for line in ["  ~ .bashrc ", "  - .cache/ ", "  + .config/ ", "  - locked/ "] {
        assert!(answer.out.contains(line), "{line:?} is missing: {answer:#?}");
    }
    let json = run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --dry-run --json"))
        .fine()
        .json();
    before.assert_untouched();
    let changes = json["homes"][0]["changes"].as_array().expect("changes are a list");
    assert!(
        changes.iter().any(|change| change["path"] == ".cache" && change["action"] == "remove"),
        "{json}"
    );
}

#[test]
fn verify_lists_differences_and_says_so_by_its_exit_code() {
    let host = host();
    let line = format!("verify {TO_TEMPLATE} --user guest1 --user guest2");
    let before = Snapshot::of(host.root());
    let answer = run_home(&host, &line).ends_with(code::DIFFERENCES);
    assert!(answer.out.contains("  ~ .bashrc ") && answer.err.is_empty(), "{answer:#?}");
    before.assert_untouched();
    run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --user guest2")).fine();
    let answer = run_home(&host, &line).fine();
    assert_eq!(answer.out.matches("as it should be").count(), 2, "{answer:#?}");
    // One byte, behind unchanged size and time.
    let file = host.home("guest2").join(".config/app/settings.ini");
    let times =
        fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("it has a time");
    fs::write(&file, "theme=LIGHT\n").expect("root may write");
    File::options()
        .write(true)
        .open(&file)
        .and_then(|file| file.set_modified(times))
        .expect("root may");
    let answer = run_home(&host, &line).ends_with(code::DIFFERENCES);
    assert!(answer.out.contains(".config/app/settings.ini"), "{answer:#?}");
    // An error outweighs differences.
    let missing = "--home /home/none --uid 7 --gid 7";
    run_home(&host, &format!("{line} {missing}")).ends_with(code::NOT_FOUND);
}

#[test]
fn every_verb_answers_one_json_document() {
    let host = host();
    for verb in ["verify", "reset --dry-run", "stage", "reset", "clean"] {
        let template = if verb == "clean" { "" } else { TO_TEMPLATE };
        let answer =
            run_home(&host, &format!("{verb} {template} --user guest1 --user guest2 --json"));
        let json = answer.json();
        assert_eq!(json["homes"].as_array().map(Vec::len), Some(2), "{verb}: {answer:#?}");
        assert_eq!(json["homes"][1]["user"], "guest2", "{verb}: {answer:#?}");
        assert!(answer.err.is_empty(), "{verb}: {answer:#?}");
    }
}

#[test]
fn a_reset_that_could_not_begin_answers_json_too() {
    let host = host();
    let before = Snapshot::of(host.root());
    let answer = run_home(&host, "reset --template /srv/none --user guest1 --json");
    let answer = answer.ends_with(code::NOT_FOUND);
    assert_eq!(answer.json()["error"]["kind"], "not-found");
    let path = answer.json()["error"]["path"].clone();
    assert!(path.as_str().is_some_and(|path| path.ends_with("/srv/none")), "{answer:#?}");
    assert!(
        answer.err.starts_with("ltspctl: error: ") && answer.err.contains("/srv/none: "),
        "{answer:#?}"
    );
    let answer = run(["home", "verify", "--root", "/nowhere/at/all", "--user", "guest1", "--json"]);
    assert_eq!(answer.ends_with(code::NOT_FOUND).json()["error"]["kind"], "not-found");
    before.assert_untouched();
}
