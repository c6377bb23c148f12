//! Sessions are processes of the account that behave as told towards signals.
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};
use testkit::mount::tmpfs;
use testkit::session::{OnTerm, Session};

fn wait_for_end(session: &mut Session) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        if let Some(status) = session.ended() {
            return status.signal();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the session goes on");
}

#[test]
fn a_session_runs_as_the_account_in_the_directory_and_ends_by_term_or_only_by_kill() {
    let mount = tmpfs("");
    let mut polite = Session::start(1234, 1235, mount.path(), OnTerm::Ends);
    let mut stubborn = Session::start(1234, 1235, mount.path(), OnTerm::Ignores);
    for session in [&polite, &stubborn] {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", session.pid())).expect("it runs");
        assert!(
            status.contains("Uid:\t1234\t1234\t1234\t1234\nGid:\t1235\t1235\t1235\t1235\n"),
            "{status}"
        );
        let cwd = std::fs::read_link(format!("/proc/{}/cwd", session.pid())).expect("it runs");
        assert_eq!(cwd, mount.path());
        kill(Pid::from_raw(session.pid()), Signal::SIGTERM).expect("it runs");
    }
    assert_eq!(wait_for_end(&mut polite), Some(libc::SIGTERM));
    std::thread::sleep(Duration::from_millis(50));
    assert!(stubborn.ended().is_none());
    kill(Pid::from_raw(stubborn.pid()), Signal::SIGKILL).expect("it runs");
    assert_eq!(wait_for_end(&mut stubborn), Some(libc::SIGKILL));
}
