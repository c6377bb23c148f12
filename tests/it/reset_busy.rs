//! Processes of the account: refused with their numbers, ended, or left alone.
use std::io::{PipeWriter, pipe};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ltsp_core::ErrorKind;
use ltsp_core::home::{Busy, HomeReset, Policy};
use testkit::session::{OnTerm, Session};
use testkit::{Host, Snapshot, new_ids, oracle, tree};

use crate::reset_support::{
    STRATEGIES, exact, fails, guest, is_the_template, plain, reset, run, verified,
};

fn ready() -> Host {
    guest().template(plain()).home_tree("guest", tree! { "mine" => file("x") })
}

fn session(host: &Host, on_term: OnTerm) -> Session {
    let account = host.of("guest");
    Session::start(account.uid, account.gid, &host.home("guest"), on_term)
}

/// With limits that a test can wait for.
fn terminating(host: &Host) -> HomeReset {
    let limits = (Duration::from_millis(300), Duration::from_secs(5));
    exact(host).busy(Busy::Terminate).busy_limits(limits.0, limits.1)
}

#[test]
fn a_busy_home_is_refused_with_its_processes() {
    for strategy in STRATEGIES {
        let host = ready();
        let mut sessions = [session(&host, OnTerm::Ends), session(&host, OnTerm::Ignores)];
        let mut pids = sessions.each_ref().map(Session::pid);
        pids.sort_unstable();
        let reset = exact(&host).strategy(strategy);
        let home = Snapshot::of(host.home("guest"));
        let errors = [
            fails(&reset),
            reset.plan(&()).and_then(ltsp_core::home::Plan::into_result).expect_err("it is busy"),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
            let mut found = error.pids().to_vec();
            found.sort_unstable();
            assert_eq!(found, pids, "{error}");
            let uid = host.of("guest").uid;
            assert!(error.message().contains(&format!("user {uid} has running")), "{error}");
            assert!(error.help().is_some(), "{error}");
        }
        home.assert_untouched();
        for session in &mut sessions {
            assert_eq!(session.ended(), None, "it was not asked to end");
        }
        // To look is always allowed.
        let found = reset.verify(&()).expect("it begins");
        assert!(!found.is_empty() && found.failed().next().is_none(), "{found}");
        drop(sessions);
        run(&reset);
        is_the_template(&host);
    }
}

#[test]
fn terminate_ends_every_process_of_the_account() {
    for strategy in STRATEGIES {
        let host = ready();
        let other = new_ids(1);
        let mut bystander = Session::start(other, other, Path::new("/"), OnTerm::Ends);
        let mut sessions =
            [OnTerm::Ends, OnTerm::Ignores, OnTerm::Ends].map(|on_term| session(&host, on_term));
        let report = run(&terminating(&host).strategy(strategy));
        assert!(sessions.iter_mut().all(|session| session.ended().is_some()));
        assert_eq!(bystander.ended(), None, "it is somebody else's");
        let note = report.notes.iter().find(|note| note.contains("processes of the account"));
        assert!(note.is_some_and(|note| note.contains("were ended")), "{report:?}");
        is_the_template(&host);
    }
}

#[test]
fn who_listens_to_sigterm_is_not_killed() {
    let host = ready();
    let mut polite = session(&host, OnTerm::Ends);
    let begun = Instant::now();
    run(&terminating(&host).busy_limits(Duration::from_secs(20), Duration::from_secs(20)));
    assert!(begun.elapsed() < Duration::from_secs(10), "it waits no longer than it has to");
    let status = polite.ended().expect("it has ended");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(libc::SIGTERM));
}

#[test]
fn ignore_goes_on() {
    for strategy in STRATEGIES {
        let host = ready();
        let mut session = session(&host, OnTerm::Ends);
        let reset = exact(&host).strategy(strategy).busy(Busy::Ignore);
        run(&reset);
        is_the_template(&host);
        verified(&reset);
        assert_eq!(session.ended(), None);
    }
}

#[test]
fn processes_of_another_account_do_not_count() {
    let other = new_ids(1);
    let host = ready().account("other", other, other, "/home/other");
    let _session = session(&host, OnTerm::Ends);
    run(&reset(&host, Policy::Exact).user("other"));
}

/// `fork` in the child of a program with many threads: only calls that POSIX allows there.
fn fork() -> libc::pid_t {
    // SAFETY: whoever calls this makes only async-signal-safe calls in the child.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "{}", std::io::Error::last_os_error());
    pid
}

/// The C library's function would look for threads to tell.
fn become_user(uid: u32) {
    // SAFETY: plain numbers.
    if unsafe { libc::syscall(libc::SYS_setresuid, uid, uid, uid) } != 0 {
        exit(99);
    }
}

fn exit(status: i32) -> ! {
    // SAFETY: it does not return, and runs no handlers.
    unsafe { libc::_exit(status) }
}

fn wait_for(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: the status is ours.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } == -1
        && std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR)
    {}
    status
}

#[test]
fn those_that_the_caller_descends_from_are_not_ended() {
    let host = ready();
    let mut other = session(&host, OnTerm::Ends);
    let uid = host.of("guest").uid;
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", "reset", "--user", "guest", "--busy", "terminate"]);
    command.args(["--template", host.template_inside(), "--root"]).arg(host.root());
    // As in a login hook: between the test and the command is a process of the account, which waits for it.
    let between = move || {
        let pid = fork();
        if pid > 0 {
            become_user(uid);
            let status = wait_for(pid);
            exit(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 98 });
        }
        Ok(())
    };
    // SAFETY: only system calls.
    let output = unsafe { command.pre_exec(between) }.output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(other.ended().is_some(), "the account's other process goes");
    is_the_template(&host);
}

/// A process of the account that is never at the same place: it forks, and the parent ends, again and again.
struct Hopper {
    /// Who inherits and reaps the hopping process; of another user.
    reaper: libc::pid_t,
    /// The hops end with it.
    _life: PipeWriter,
}

impl Hopper {
    #[track_caller]
    fn start(uid: u32) -> Self {
        let (end, life) = pipe().expect("a pipe");
        let reaper = fork();
        if reaper == 0 {
            // SAFETY: plain numbers.
            unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
            // SAFETY: nothing in this child uses it again.
            unsafe { libc::close(life.as_raw_fd()) };
            // SAFETY: between fork and exit there are only system calls.
            if unsafe { libc::fork() } == 0 {
                become_user(uid);
                hop(end.as_raw_fd());
            }
            // SAFETY: nobody wants to know the status.
            while unsafe { libc::wait(std::ptr::null_mut()) } > 0 {}
            exit(0);
        }
        // Until the account has a process.
        let uid = libc::id_t::from(uid);
        // SAFETY: plain numbers.
        while unsafe { libc::getpriority(libc::PRIO_USER, uid) } == -1 {
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { reaper, _life: life }
    }

    /// Whether there is nothing left to reap.
    fn ended(&self) -> bool {
        let mut info = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        let id = libc::id_t::try_from(self.reaper).expect("a process id");
        // SAFETY: the place is ours, and all zeros are a value.
        let answer = unsafe { libc::waitid(libc::P_PID, id, info.as_mut_ptr(), options) };
        assert_eq!(answer, 0);
        // SAFETY: all zeros are a value, and the kernel may have filled it in.
        let info = unsafe { info.assume_init() };
        // SAFETY: it is about a child, or all zeros.
        let pid = unsafe { info.si_pid() };
        pid == self.reaper
    }
}

impl Drop for Hopper {
    fn drop(&mut self) {
        let (_, life) = pipe().expect("a pipe");
        drop(std::mem::replace(&mut self._life, life));
        wait_for(self.reaper);
    }
}

fn hop(end: i32) -> ! {
    loop {
        let mut end = libc::pollfd { fd: end, events: 0, revents: 0 };
        // SAFETY: one open descriptor.
        if unsafe { libc::poll(&raw mut end, 1, 3) } != 0 {
            exit(0);
        }
        // SAFETY: between fork and exit there are only system calls.
        if unsafe { libc::fork() } > 0 {
            exit(0);
        }
    }
}

#[test]
fn a_process_that_keeps_forking_is_ended_or_named_in_time() {
    for strategy in STRATEGIES {
        let host = ready();
        let uid = host.of("guest").uid;
        let hopper = Hopper::start(uid);
        let home = Snapshot::of(host.home("guest"));
        let limits = (Duration::from_millis(200), Duration::from_millis(1300));
        let reset = terminating(&host).strategy(strategy).busy_limits(limits.0, limits.1);
        let begun = Instant::now();
        let report = reset.run(&()).and_then(ltsp_core::home::Report::into_result);
        let took = begun.elapsed();
        assert!(took < limits.0 + limits.1 + Duration::from_secs(2), "it took {took:?}");
        match report {
            Ok(_) => {
                // Its reaper has to notice.
                let noticed = (0..1000).any(|_| {
                    std::thread::sleep(Duration::from_millis(2));
                    hopper.ended()
                });
                assert!(noticed, "it still hops");
                is_the_template(&host);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
                assert!(!error.pids().is_empty(), "{error}");
                assert!(error.message().contains(&format!("processes of user {uid}")), "{error}");
                home.assert_untouched();
            }
        }
        drop(hopper);
        run(&exact(&host).strategy(strategy));
        is_the_template(&host);
    }
}
