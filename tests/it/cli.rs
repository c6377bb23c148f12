//! `ltspctl` as people, scripts and cron meet it: what it does, prints and answers, option by option.

mod conf;
mod goal;
mod image;
mod look;
mod pages;
mod screen;
mod signals;
mod way;
mod which;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use testkit::session::{OnTerm, Session};
use testkit::{Digest, Host, Ignore, Snapshot, Tree, assert_same, diff, new_ids, oracle, tree};

/// The exit codes that scripts rely on; the numbers are the promise.
mod code {
    pub(super) const FINE: i32 = 0;
    pub(super) const DIFFERENCES: i32 = 1;
    pub(super) const USAGE: i32 = 2;
    pub(super) const INVALID_INPUT: i32 = 11;
    pub(super) const PARSE: i32 = 12;
    pub(super) const NOT_FOUND: i32 = 13;
    pub(super) const REFUSED: i32 = 15;
    pub(super) const BUSY: i32 = 16;
    pub(super) const NO_SPACE: i32 = 19;
    pub(super) const CANCELLED: i32 = 23;
}

/// What one run answered.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        let text =
            |bytes| String::from_utf8(bytes).expect("messages are UTF-8 whatever the names are");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self
    }

    /// It was done without a word on standard error.
    #[track_caller]
    fn fine(self) -> Self {
        let answer = self.ends_with(code::FINE);
        assert_eq!(answer.err, "", "{answer:#?}");
        answer
    }

    /// Standard output is one JSON document and nothing else.
    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:#?}");
        match serde_json::from_str(&self.out) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {self:#?}"),
        }
    }
}

fn ltspctl<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(oracle::ltspctl());
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Answer {
    Answer::of(ltspctl(arguments).output().expect("ltspctl starts"))
}

/// `ltspctl home VERB --root ROOT OPTIONS...`, the options split at spaces.
fn home(host: &Host, verb_and_options: &str) -> Command {
    let (verb, options) = verb_and_options.split_once(' ').unwrap_or((verb_and_options, ""));
    let mut command = ltspctl(["home", verb, "--root"]);
    command.arg(host.root()).args(options.split_whitespace());
    command
}

fn run_home(host: &Host, verb_and_options: &str) -> Answer {
    Answer::of(home(host, verb_and_options).output().expect("ltspctl starts"))
}

fn template() -> Tree {
    tree! {
        ".bashrc" => file("PS1='$ '\n").mode(0o600),
        ".config/app/settings.ini" => file("theme=light\n"),
        "Desktop/app" => symlink("../.config/app"),
        "Documents" => dir(),
    }
    .with_root(tree::dir().mode(0o700))
}

/// A home after a session.
fn used() -> Tree {
    tree! {
        ".bashrc" => file("alias ls=rm\n").mode(0o777),
        ".cache/thumbnails/1.png" => file("png"),
        "Documents/essay.txt" => file("An essay.\n"),
        "locked" => dir().mode(0),
        "locked/file" => file("x"),
    }
}

/// A system with a template, and guest1 and guest2 after a session.
fn host() -> Host {
    let host = Host::new().template(template()).accounts("guest", 2, new_ids(2));
    host.home_tree("guest1", used()).home_tree("guest2", used())
}

const TO_TEMPLATE: &str = "--template /srv/template";

#[track_caller]
fn assert_reset(host: &Host, name: &str) {
    let account = host.of(name);
    let (template, home) = (Digest::of(host.template_path()), Digest::of(host.home(name)));
    assert_same(&template, &home, &Ignore::reset_for(account.uid, account.gid));
}

/// A process of guest1 that only SIGKILL ends.
#[track_caller]
fn session(host: &Host) -> Session {
    let guest = host.of("guest1");
    Session::start(guest.uid, guest.gid, &host.home("guest1"), OnTerm::Ignores)
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}

/// All entries below /home that are neither homes nor in them.
fn beside_the_homes(host: &Host) -> Vec<Vec<u8>> {
    let mut found = oracle::find(&host.path("home"), &["-maxdepth", "3"]);
    found.retain(|path| !path.starts_with(b"guest"));
    found
}

/// Starts it and waits until it handles signals and is busy with what it was told to wait for.
#[track_caller]
fn spawn(mut command: Command) -> Child {
    let child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("ltspctl starts");
    let status = format!("/proc/{}/status", child.id());
    let begun = Instant::now();
    loop {
        let status = fs::read_to_string(&status).expect("the process was not waited for yet");
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
        if caught.expect("a mask in hex") & (1 << (libc::SIGINT - 1)) != 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "ltspctl does not handle SIGINT");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(300));
    child
}

#[track_caller]
fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).expect("a process id fits in pid_t");
    kill(Pid::from_raw(pid), signal).expect("the process was not waited for yet");
}

#[track_caller]
fn wait(child: &mut Child) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("one may wait for one's own child") {
            return status;
        }
        if begun.elapsed() > Duration::from_secs(20) {
            drop(child.kill());
            panic!("ltspctl did not end within 20 s of the signal");
        }
        sleep(Duration::from_millis(2));
    }
}
