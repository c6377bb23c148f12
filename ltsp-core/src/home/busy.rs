//! Processes of the account whose home is to be reset.

use std::time::Duration;

use super::options::Busy;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::{Observer, check};
use crate::sys::{Deadline, Process, any_process_of, current_uid, kill_all_of, processes_of};

/// Sees to it that the account has no processes, as far as `busy` asks for it. Answers how many
/// were ended.
///
/// # Errors
/// [`ErrorKind::Busy`] with their numbers; [`ErrorKind::TimedOut`] if they do not end.
pub(super) fn settle(
    uid: u32,
    busy: Busy,
    term: Duration,
    kill: Duration,
    observer: &dyn Observer,
) -> Result<usize> {
    if busy == Busy::Ignore {
        return Ok(0);
    }
    let found = look(uid)?;
    if found.is_empty() && (busy == Busy::Refuse || !any_process_of(uid)) {
        return Ok(0);
    }
    if busy == Busy::Refuse {
        return Err(Error::new(ErrorKind::Busy, format!("user {uid} has running processes"))
            .with_pids(numbers(&found))
            .help_with("log the user out, or choose to terminate them"));
    }
    let mut ended = found.len();
    for process in &found {
        signal(process, Process::terminate)?;
    }
    wait_for(&found, Deadline::after(term), observer)?;
    // Whoever has not listened, and whatever they have started meanwhile.
    let deadline = Deadline::after(kill);
    // Never as the user himself: that would be the caller's own session.
    if uid != current_uid() {
        kill_all_of(uid).map_err(|error| error.because("cannot end the account's processes"))?;
    }
    loop {
        let left = look(uid)?;
        if left.is_empty() {
            return Ok(ended);
        }
        if deadline.passed() {
            return Err(Error::new(
                ErrorKind::TimedOut,
                format!("processes of user {uid} do not end"),
            )
            .with_pids(numbers(&left))
            .help_with("they may wait for a disk or a server; restart it or the machine"));
        }
        for process in &left {
            signal(process, Process::kill)?;
        }
        ended += left.len();
        // Short, so that a user who keeps starting processes is met again soon.
        wait_for(
            &left,
            Deadline::after(deadline.left().min(Duration::from_millis(200))),
            observer,
        )?;
    }
}

fn look(uid: u32) -> Result<Vec<Process>> {
    processes_of(uid).map_err(|error| {
        error.because("cannot look at the running processes").at("/proc").help_with("mount /proc")
    })
}

fn numbers(processes: &[Process]) -> Vec<i32> {
    processes.iter().map(Process::pid).collect()
}

fn signal(process: &Process, how: fn(&Process) -> crate::sys::SysResult<()>) -> Result<()> {
    how(process).map_err(|error| {
        error.because("cannot end a process of this account").with_pids(vec![process.pid()])
    })
}

fn wait_for(processes: &[Process], deadline: Deadline, observer: &dyn Observer) -> Result<()> {
    for process in processes {
        loop {
            check(observer)?;
            let slice = Deadline::after(deadline.left().min(Duration::from_millis(50)));
            if process.wait(slice) {
                break;
            }
            if deadline.passed() {
                return Ok(());
            }
        }
    }
    Ok(())
}
