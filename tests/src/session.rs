//! A process of an account, as if its owner were logged in.
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// What the process does about SIGTERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnTerm {
    /// Ends.
    Ends,
    /// Ignores it; only SIGKILL ends it.
    Ignores,
}

/// A running process; it ends with this value, and with the test process whatever becomes of it.
#[derive(Debug)]
pub struct Session {
    child: Child,
}

impl Session {
    /// Starts a process under the account's uid, with its working directory at `cwd`.
    #[track_caller]
    pub fn start(uid: u32, gid: u32, cwd: &Path, on_term: OnTerm) -> Self {
        let trap = if on_term == OnTerm::Ignores { "trap '' TERM; " } else { "" };
        // It waits on its standard input, so the end of the test process is its end too.
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{trap}echo ready; read never")]);
        command.uid(uid).gid(gid).current_dir(cwd).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a shell can start under the account");
        let mut line = String::new();
        let mut ready = BufReader::new(child.stdout.as_mut().expect("the output is piped"));
        ready.read_line(&mut line).expect("the shell's output can be read");
        assert_eq!(line, "ready\n", "the shell of the session did not start");
        Self { child }
    }

    /// Its process id.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id fits in pid_t")
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("one may wait for one's own child")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
