//! Which homes: by account name, by path, and what one bad home means for the others.

use super::*;

#[test]
fn accounts_are_reset_by_name_and_the_table_names_them() {
    let host = host();
    let answer =
        run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --user guest2")).fine();
    for name in ["guest1", "guest2"] {
        assert_reset(&host, name);
        let row = answer.out.lines().find(|line| line.starts_with(&format!("/home/{name} ")));
        assert!(row.is_some_and(|row| row.contains(" reset ")), "{answer:#?}");
    }
    assert!(answer.out.contains("TOTAL"), "{answer:#?}");
}

#[test]
fn homes_by_path_take_their_ids_in_order() {
    let host = host();
    let (one, two) = (host.of("guest1"), host.of("guest2"));
    let homes = format!(
        "--home /home/guest2 --uid {} --gid {} --home /home/guest1 --uid {} --gid {}",
        two.uid, two.gid, one.uid, one.gid
    );
    run_home(&host, &format!("reset {TO_TEMPLATE} {homes}")).fine();
    assert_reset(&host, "guest1");
    assert_reset(&host, "guest2");
}

#[test]
fn a_home_whose_name_is_no_text_is_reset() {
    let host = host();
    let id = new_ids(1);
    let name = OsString::from_vec(b"/home/k\xe4the\n".to_vec());
    let home = host.path(&name);
    used().owned_by(id, id).with_root(tree::dir().mode(0o700)).build_at(&home);
    let mut command =
        self::home(&host, &format!("reset {TO_TEMPLATE} --uid {id} --gid {id} --json"));
    let output = command.arg("--home").arg(&name).output().expect("ltspctl starts");
    let answer = Answer::of(output).fine();
    assert_eq!(answer.json()["homes"][0]["home"], "/home/k\\xe4the\\n");
    assert_same(&Digest::of(host.template_path()), &Digest::of(&home), &Ignore::reset_for(id, id));
}

#[test]
fn an_unknown_account_is_looked_for_in_the_roots_passwd() {
    let host = host();
    let answer = run_home(&host, &format!("reset {TO_TEMPLATE} --user nobody-here"));
    let answer = answer.ends_with(code::NOT_FOUND);
    assert!(answer.err.starts_with("ltspctl: error: "), "{answer:#?}");
    assert!(
        answer.err.contains("/etc/passwd") && answer.err.contains("nobody-here"),
        "{answer:#?}"
    );
}

#[test]
fn one_bad_home_hides_no_other() {
    let host = host();
    let line = format!(
        "reset {TO_TEMPLATE} --user guest1 --user guest2 --home /home/none --uid 7 --gid 7"
    );
    let answer = run_home(&host, &format!("{line} --json")).ends_with(code::NOT_FOUND);
    assert_reset(&host, "guest1");
    assert_reset(&host, "guest2");
    let homes = answer.json()["homes"].as_array().expect("homes are a list").clone();
    assert_eq!(homes.len(), 3, "{answer:#?}");
    assert_eq!(homes[0]["outcome"], "reset");
    assert_eq!(homes[2]["outcome"]["failed"]["kind"], "not-found", "{answer:#?}");
    // Without --json the table says it, and standard error for whoever reads only that.
    let answer = run_home(&host, &line).ends_with(code::NOT_FOUND);
    assert!(answer.out.contains("/home/guest1") && answer.out.contains("failed"), "{answer:#?}");
    assert_eq!(answer.err.lines().count(), 1, "{answer:#?}");
    assert!(answer.err.contains("/home/none: "), "{answer:#?}");
}
