//! How a reset goes about it: strategies, busy homes, spares, receipts, limits.

use super::*;

#[test]
fn in_place_keeps_the_homes_inode_and_swap_does_not() {
    let host = host();
    let before = (inode(&host.home("guest1")), inode(&host.home("guest2")));
    let in_place =
        run_home(&host, &format!("reset {TO_TEMPLATE} --strategy in-place --user guest1 --json"));
    let swap =
        run_home(&host, &format!("reset {TO_TEMPLATE} --strategy swap --user guest2 --json"));
    assert_eq!(in_place.fine().json()["homes"][0]["strategy"], "in-place");
    assert_eq!(swap.fine().json()["homes"][0]["strategy"], "swap");
    assert_eq!(inode(&host.home("guest1")), before.0);
    assert_ne!(inode(&host.home("guest2")), before.1);
    assert_reset(&host, "guest1");
    assert_reset(&host, "guest2");
    run_home(&host, &format!("reset {TO_TEMPLATE} --strategy auto --threads 1 --user guest1"))
        .fine();
    assert_reset(&host, "guest1");
}

#[test]
fn a_busy_home_is_refused_ignored_or_freed() {
    let host = host();
    let home = host.home("guest1");
    let mut session = session(&host);
    let line = format!("reset {TO_TEMPLATE} --user guest1 --busy");
    let before = Snapshot::of(&home);
    let answer = run_home(&host, &format!("{line} refuse")).ends_with(code::BUSY);
    assert!(answer.err.contains(&session.pid().to_string()), "{answer:#?}");
    let answer = run_home(&host, &format!("{line} refuse --json")).ends_with(code::BUSY);
    let pids = &answer.json()["homes"][0]["outcome"]["failed"]["pids"];
    assert_eq!(pids, &serde_json::json!([session.pid()]), "{answer:#?}");
    before.assert_untouched();
    run_home(&host, &format!("{line} ignore")).fine();
    assert_reset(&host, "guest1");
    assert_eq!(session.ended(), None, "an ignored process lives on");
    run_home(&host, &format!("{line} terminate --term-limit 0.1 --kill-limit 20")).fine();
    let ended = session.ended().expect("the process was ended");
    assert_eq!(ended.signal(), Some(libc::SIGKILL));
}

#[test]
fn the_time_limit_before_the_kill_is_the_callers() {
    let host = host();
    let session = session(&host);
    let begun = Instant::now();
    run_home(
        &host,
        &format!("reset {TO_TEMPLATE} --user guest1 --busy terminate --term-limit 0.3"),
    )
    .fine();
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
    assert!(waited < Duration::from_millis(2900), "the default of 3 s was taken: {waited:?}");
    drop(session);
}

#[test]
fn a_spare_is_used_as_the_caller_trusts_it() {
    let content = |host: &Host| {
        fs::read_to_string(host.home("guest1").join(".config/app/settings.ini"))
            .expect("it is text")
    };
    for (spare, expected) in
        [("checked", "theme=dark\n"), ("never", "theme=dark\n"), ("trusted", "theme=light\n")]
    {
        let host = host();
        let answer = run_home(&host, &format!("stage {TO_TEMPLATE} --user guest1")).fine();
        assert!(answer.out.contains(" staged "), "{answer:#?}");
        assert_eq!(content_of_used(&host), "An essay.\n", "staging leaves the live home alone");
        fs::write(host.template_path().join(".config/app/settings.ini"), "theme=dark\n")
            .expect("root may change the template");
        run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --spare {spare}")).fine();
        assert_eq!(content(&host), expected, "--spare {spare}");
    }
}

fn content_of_used(host: &Host) -> String {
    fs::read_to_string(host.home("guest1").join("Documents/essay.txt")).expect("it is text")
}

#[test]
fn a_deferred_cleanup_is_done_by_clean() {
    let host = host();
    // Else it is up to chance which reset remembers the template, in a file beside the homes.
    crate::reset_support::tick();
    run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1")).fine();
    let usual = beside_the_homes(&host).len();
    fs::write(host.home("guest1").join("new"), "x").expect("root may");
    run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --defer-cleanup")).fine();
    assert_reset(&host, "guest1");
    assert!(beside_the_homes(&host).len() > usual, "the old home waits for its removal");
    let answer = run_home(&host, "clean --user guest1").fine();
    assert!(answer.out.contains(" cleaned "), "{answer:#?}");
    assert_eq!(beside_the_homes(&host).len(), usual);
    assert_reset(&host, "guest1");
}

#[test]
fn receipts_are_written_unless_told_not_to() {
    let host = host();
    let receipts = || {
        let files = beside_the_homes(&host);
        files.iter().filter(|path| path.windows(8).any(|part| part == b"/receipt")).count()
    };
    run_home(
        &host,
        &format!("reset {TO_TEMPLATE} --user guest1 --strategy in-place --receipts never"),
    )
    .fine();
    assert_eq!(receipts(), 0);
    run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --strategy in-place")).fine();
    assert!(receipts() > 0);
}

/// How many calls of these names a reset of both homes makes.
fn calls(host: &Host, names: &str, options: &str) -> usize {
    let trace = host.path("tmp/trace");
    let mut strace = Command::new(oracle::need("strace"));
    strace.args(["-f", "-e", &format!("trace={names}"), "-e", "signal=none", "-o"]).arg(&trace);
    let both = "--user guest1 --user guest2";
    let ltspctl = home(host, &format!("reset {TO_TEMPLATE} --receipts never {both} {options}"));
    strace.arg(ltspctl.get_program()).args(ltspctl.get_args());
    Answer::of(strace.output().expect("strace starts")).ends_with(code::FINE);
    let trace = fs::read_to_string(trace).expect("strace writes text");
    // A call that another thread interrupts takes two lines.
    trace.lines().filter(|line| line.contains('(') && !line.contains("exited")).count()
}

#[test]
fn a_durable_reset_waits_for_the_disk() {
    let host = host();
    let usual = calls(&host, "fsync,fdatasync,syncfs", "");
    let durable = calls(&host, "fsync,fdatasync,syncfs", "--durable");
    assert!(durable > usual, "--durable added nothing to {usual} calls");
}

#[test]
fn threads_are_as_many_as_asked_for() {
    let host = host();
    assert_eq!(calls(&host, "clone,clone3", "--threads 1"), 0);
    assert!(calls(&host, "clone,clone3", "--threads 2") > 0);
}

#[test]
fn a_second_reset_waits_for_the_first_no_longer_than_asked() {
    let host = host();
    // It holds the home while its owner's process refuses to end.
    let session = session(&host);
    let line = format!("reset {TO_TEMPLATE} --user guest1 --busy terminate --term-limit 60");
    let mut first = spawn(home(&host, &line));
    let begun = Instant::now();
    let answer = run_home(&host, &format!("reset {TO_TEMPLATE} --user guest1 --lock-limit 0.2"));
    assert!(begun.elapsed() < Duration::from_secs(20), "the default of 30 s was taken");
    let answer = answer.ends_with(code::BUSY);
    assert!(
        !answer.err.contains(&session.pid().to_string()),
        "busy by its owner, not by a reset: {answer:#?}"
    );
    send(&first, Signal::SIGINT);
    assert_eq!(wait(&mut first).code(), Some(code::CANCELLED));
}
