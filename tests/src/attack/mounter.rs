//! Mounts a file system inside the home, in a user namespace: a process, because threads cannot have their own.
use super::Target;
use super::running::{Count, Tally};
use crate::oracle;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

const LOOP: &str = r#"
while :; do
    mkdir -p "$0/mounted" 2>/dev/null
    if mount -t tmpfs mine "$0/mounted" 2>/dev/null; then
        # Opened for both, since the name may lead to somebody's FIFO by now.
        echo hello 2>/dev/null 1<>"$0/mounted/file"
        echo mounted
        umount -l "$0/mounted"
    else
        echo refused
    fi
done
"#;

pub(super) fn run(target: &Target, tally: &Tally) {
    while !tally.stopping() {
        let mut command = Command::new(oracle::need("unshare"));
        command.args([
            "--user",
            "--map-root-user",
            "--mount",
            "--propagation",
            "slave",
            "sh",
            "-c",
            LOOP,
        ]);
        command.arg(&target.home).uid(target.uid).gid(target.gid).current_dir("/").process_group(0);
        // Writing to a pipe that nobody reads any more ends the shell, should this process be killed.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("unshare can start");
        let output = BufReader::new(child.stdout.take().expect("the output is piped"));
        for line in output.lines() {
            let mounted = if line.is_ok_and(|line| line == "mounted") { Ok(()) } else { Err(()) };
            tally.count(Count::Mounts, &mounted);
            if tally.stopping() {
                break;
            }
        }
        let group = nix::unistd::Pid::from_raw(
            i32::try_from(child.id()).expect("a process id fits in pid_t"),
        );
        // The whole group: the shell and what it just runs.
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        let status = child.wait().expect("one may wait for one's own child");
        if !tally.stopping() {
            // Ended by somebody, or the machine allows no user namespaces.
            tally.count(Count::Mounts, &Err(status));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
