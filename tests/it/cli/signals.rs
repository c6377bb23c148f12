//! Ctrl-C and its kin.

use super::*;

/// A reset that waits for a minute, for a process that does not end.
fn waiting_reset(host: &Host) -> (Session, Command) {
    let session = session(host);
    let line =
        format!("reset {TO_TEMPLATE} --user guest1 --busy terminate --term-limit 60 --threads 1");
    (session, home(host, &line))
}

#[test]
fn each_signal_of_the_terminal_stops_a_reset_and_leaves_the_old_home() {
    let host = host();
    let before = Digest::of(host.home("guest1"));
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let (_session, command) = waiting_reset(&host);
        let mut child = spawn(command);
        send(&child, signal);
        assert_eq!(wait(&mut child).code(), Some(code::CANCELLED), "{signal}");
        assert_same(&before, &Digest::of(host.home("guest1")), &Ignore::nothing());
    }
}

#[test]
fn a_second_signal_kills_at_once() {
    let host = host();
    let (_session, command) = waiting_reset(&host);
    let mut child = spawn(command);
    // Stopped, it cannot act upon the first before the second is there.
    for signal in [Signal::SIGSTOP, Signal::SIGINT, Signal::SIGTERM, Signal::SIGCONT] {
        send(&child, signal);
    }
    let status = wait(&mut child);
    assert!(matches!(status.signal(), Some(libc::SIGINT | libc::SIGTERM)), "{status}");
}

#[test]
fn a_hangup_that_nohup_ignores_stays_ignored() {
    let host = host();
    let (_session, command) = waiting_reset(&host);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    let mut child = spawn(shell);
    send(&child, Signal::SIGHUP);
    sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("one's own child").is_none(), "it ended by the hangup");
    send(&child, Signal::SIGINT);
    assert_eq!(wait(&mut child).code(), Some(code::CANCELLED));
}

#[test]
fn ctrl_c_in_the_middle_leaves_each_home_old_or_new() {
    let mut big = template();
    for number in 0..20_000 {
        let path = format!("many/{}/{number}", number % 100);
        big = big.with(path, testkit::tree::file("content"));
    }
    let mut host = Host::new().template(big).accounts("guest", 5, new_ids(5));
    for number in 1..=5 {
        host = host.home_tree(&format!("guest{number}"), used());
    }
    let template = Digest::of(host.template_path());
    let homes = beside_the_homes(&host).len();
    let mut stopped = 0;
    for (number, delay) in [0, 20, 60, 150, 400].into_iter().enumerate() {
        let name = format!("guest{}", number + 1);
        let account = host.of(&name);
        let old = Digest::of(host.home(&name));
        let mut child = home(&host, &format!("reset {TO_TEMPLATE} --user {name}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("ltspctl starts");
        let begun = Instant::now();
        while beside_the_homes(&host).len() == homes && begun.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(delay));
        send(&child, Signal::SIGINT);
        let status = wait(&mut child);
        let home = Digest::of(host.home(&name));
        let from_old = diff(&old, &home, &Ignore::nothing());
        let from_new = diff(&template, &home, &Ignore::reset_for(account.uid, account.gid));
        match status.code() {
            Some(code::CANCELLED) => stopped += 1,
            Some(code::FINE) => assert!(from_new.is_empty(), "{from_new:?}"),
            _ => panic!("{status}"),
        }
        let whole = from_old.is_empty() || from_new.is_empty();
        assert!(whole, "neither old: {from_old:?}\nnor new: {from_new:?}");
        run_home(&host, &format!("clean --user {name}")).fine();
    }
    assert!(stopped > 0, "no reset was caught in the middle");
}
