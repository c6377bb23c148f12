//! Running a command under strace.
use super::Call;
use crate::oracle;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What happens instead of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The process is killed at its entry, so the call before was its last.
    Kill,
    /// It does nothing and returns this error.
    Errno(i32),
}

/// A command under strace.
#[derive(Debug)]
pub struct Traced {
    command: Command,
    time_limit: Duration,
}

/// How a traced command ended.
#[derive(Debug)]
pub struct Run {
    /// Its exit status; that of a killed command is the signal.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Its system calls in the order of their beginning.
    pub calls: Vec<Call>,
    /// Whether the fault came to pass.
    pub hit: bool,
}

impl Run {
    /// Whether it was killed.
    pub fn killed(&self) -> bool {
        self.status.signal() == Some(libc::SIGKILL)
    }
}

impl Traced {
    /// A command, with its arguments, environment and working directory; it may run for a minute.
    pub fn new(command: &Command) -> Self {
        let mut copy = Command::new(command.get_program());
        copy.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => copy.env(name, value),
                None => copy.env_remove(name),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            copy.current_dir(dir);
        }
        Self { command: copy, time_limit: Duration::from_secs(60) }
    }

    /// Panics if the command, slowed by strace, runs for longer.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Runs it and records every system call of all its threads and children.
    #[track_caller]
    pub fn record(&self) -> Run {
        self.strace(&["--trace=all".to_owned()])
    }

    /// Runs it with a fault at the `nth` call of this name, counted in each thread on its own.
    #[track_caller]
    pub fn inject(&self, syscall: &str, nth: u64, fault: Fault) -> Run {
        let what = match fault {
            Fault::Kill => "signal=KILL".to_owned(),
            Fault::Errno(errno) => format!("error={errno}"),
        };
        let mut options =
            vec![format!("--trace={syscall}"), format!("--inject={syscall}:{what}:when={nth}")];
        if fault != Fault::Kill {
            // Stops at this call only. With it strace 6.1 kills nobody, so a kill has to do without.
            options.push("--seccomp-bpf".to_owned());
        }
        let mut run = self.strace(&options);
        run.hit = match fault {
            Fault::Kill => run.killed(),
            Fault::Errno(_) => run.calls.iter().any(|call| call.injected),
        };
        run
    }

    /// Runs it with every call of this name failing, as on a kernel or file system without it.
    #[track_caller]
    pub fn refuse(&self, syscall: &str, errno: i32) -> Run {
        let mut run = self.strace(&[
            "--seccomp-bpf".to_owned(),
            format!("--trace={syscall}"),
            format!("--inject={syscall}:error={errno}"),
        ]);
        run.hit = run.calls.iter().any(|call| call.injected);
        run
    }

    #[track_caller]
    fn strace(&self, options: &[String]) -> Run {
        let scratch = Scratch::new();
        let (out, err) = (scratch.0.join("stdout"), scratch.0.join("stderr"));
        let sink =
            |path| Stdio::from(fs::File::create(path).expect("the scratch directory is writable"));
        let mut strace = Command::new(oracle::need("strace"));
        // A file per thread: in a common one, calls of several threads interrupt each other.
        strace.args([
            "--follow-forks",
            "--output-separately",
            "--decode-fds=path",
            "--string-limit=65536",
        ]);
        strace
            .args(["--absolute-timestamps=format:unix,precision:ns", "--quiet=attach,personality"]);
        strace.arg("--output").arg(scratch.0.join("trace")).args(options).arg("--");
        strace.arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => strace.env(name, value),
                None => strace.env_remove(name),
            };
        }
        if let Some(dir) = self.command.get_current_dir() {
            strace.current_dir(dir);
        }
        strace.stdin(Stdio::null()).stdout(sink(&out)).stderr(sink(&err)).process_group(0);
        let mut child = strace.spawn().expect("strace can start");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("one may wait for one's own child") {
                break status;
            }
            if start.elapsed() > self.time_limit {
                let group = nix::unistd::Pid::from_raw(
                    i32::try_from(child.id()).expect("a process id fits in pid_t"),
                );
                let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
                drop(child.wait());
                panic!("{:?} hangs under strace {options:?}", self.command);
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let text = |path| {
            String::from_utf8_lossy(&fs::read(path).expect("strace's output was made")).into_owned()
        };
        let (stdout, stderr) = (text(out), text(err));
        let calls = scratch.calls();
        assert!(!stderr.starts_with("strace: "), "strace {options:?}: {stderr}");
        Run { status, stdout, stderr, calls, hit: false }
    }
}

struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("testkit-strace-{}-{serial}", std::process::id()));
        fs::create_dir(&path).expect("the name is this process's own");
        Self(path)
    }

    fn calls(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        for entry in fs::read_dir(&self.0).expect("it exists") {
            let path = entry.expect("it can be read").path();
            let Some(thread) = path.extension().and_then(|thread| thread.to_str()?.parse().ok())
            else {
                continue;
            };
            let trace = fs::read(&path).expect("strace has written it");
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for line in String::from_utf8_lossy(&trace).lines() {
                let Some((time, line)) = line.split_once(' ') else { continue };
                let Some(mut call) = Call::parse(thread, line) else { continue };
                let count = counts.entry(call.name.clone()).or_default();
                *count += 1;
                call.nth = *count;
                calls.push((time.to_owned(), call));
            }
        }
        // Seconds and nanoseconds of equal width sort as text; one thread's own order stays.
        calls.sort_by(|a, b| a.0.cmp(&b.0));
        calls.into_iter().map(|(_, call)| call).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
