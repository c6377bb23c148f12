//! Sessions are processes of the account that behave as told towards signals.
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};
use testkit::mount::tmpfs;
use testkit::new_ids;
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
    let (mount, id) = (tmpfs(""), new_ids(2));
    let mut polite = Session::start(id, id + 1, mount.path(), OnTerm::Ends);
    let mut stubborn = Session::start(id, id + 1, mount.path(), OnTerm::Ignores);
    for session in [&polite, &stubborn] {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", session.pid())).expect("it runs");
        let line = |what: &str, id: u32| format!("\n{what}:\t{id}\t{id}\t{id}\t{id}\n");
        assert!(status.contains(&line("Uid", id)), "{status}");
        assert!(status.contains(&line("Gid", id + 1)), "{status}");
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
