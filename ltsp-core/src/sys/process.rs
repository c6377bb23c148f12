//! Processes of an account: finding, ending and waiting for them, by pidfd.

use std::collections::HashSet;
use std::ffi::CString;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};

use super::dir::Dir;
use super::error::{SysResult, retry, retry_raw};
use super::list::ListBuf;

/// The effective user id of this process.
pub(crate) fn current_uid() -> u32 {
    nix::unistd::geteuid().as_raw()
}

/// A process that is held, so that its number cannot come to mean another one.
#[derive(Debug)]
pub(crate) struct Process {
    pid: i32,
    fd: OwnedFd,
}

/// When to stop waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(limit).unwrap_or_else(|| now + Duration::from_secs(86_400)))
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    pub(crate) fn passed(self) -> bool {
        self.left().is_zero()
    }
}

impl Process {
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) -> SysResult<()> {
        self.signal(libc::SIGTERM)
    }

    /// Ends it.
    pub(crate) fn kill(&self) -> SysResult<()> {
        self.signal(libc::SIGKILL)
    }

    fn signal(&self, signal: i32) -> SysResult<()> {
        let answer = retry_raw("pidfd_send_signal", || {
            // SAFETY: the descriptor is an open pidfd and no siginfo is given.
            unsafe {
                libc::syscall(
                    libc::SYS_pidfd_send_signal,
                    self.fd.as_raw_fd(),
                    signal,
                    std::ptr::null::<libc::siginfo_t>(),
                    0,
                )
            }
        });
        match answer {
            // It has ended already.
            Err(error) if error.errno() == libc::ESRCH => Ok(()),
            answer => answer.map(drop),
        }
    }

    /// Waits until it has ended; `false` if the time passed first.
    pub(crate) fn wait(&self, deadline: Deadline) -> bool {
        loop {
            let left = deadline.left().min(Duration::from_secs(60));
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
            let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)];
            match nix::poll::poll(&mut fds, timeout) {
                Ok(0) if deadline.passed() => return false,
                Ok(0) | Err(Errno::EINTR) => {}
                // An error cannot be waited out; the caller looks again who is left.
                Ok(_) | Err(_) => return true,
            }
        }
    }
}

/// The processes of `uid`, except this one and those it descends from.
///
/// A process counts if any of its four user ids is `uid`. Zombies do not: they have no memory and
/// no open files left.
pub(crate) fn processes_of(uid: u32) -> SysResult<Vec<Process>> {
    if !any_process_of(uid) {
        return Ok(Vec::new());
    }
    let proc = Dir::open_path(c"/proc")?;
    let mut numbers = Vec::new();
    proc.list::<super::SysError>(&mut ListBuf::new(), |entry| {
        if let Ok(Ok(pid)) = std::str::from_utf8(entry.name.as_bytes()).map(str::parse::<i32>) {
            numbers.push(pid);
        }
        Ok(())
    })?;
    let own = ancestors(&proc);
    let mut found = Vec::new();
    for pid in numbers {
        if own.contains(&pid) || !status_of(&proc, pid).is_some_and(|status| status.is_of(uid)) {
            continue;
        }
        let opened = retry_raw("pidfd_open", || {
            // SAFETY: plain integers.
            unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) }
        });
        let fd = match opened {
            // Gone meanwhile.
            Err(error) if error.errno() == libc::ESRCH => continue,
            answer => i32::try_from(answer?).unwrap_or(-1),
        };
        // SAFETY: the kernel has just given us this descriptor.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        // The number may have passed to another process before it was held: look again.
        if status_of(&proc, pid).is_some_and(|status| status.is_of(uid)) {
            found.push(Process { pid, fd });
        }
    }
    Ok(found)
}

/// Ends every process of `uid` at once, however fast they fork: kill(2) with -1 reaches all that
/// the caller may signal in one step, so it is called by a child that has become `uid`. Answers
/// `false` where that would end a process which this one descends from, and does nothing.
pub(crate) fn kill_all_of(uid: u32) -> SysResult<bool> {
    let proc = Dir::open_path(c"/proc")?;
    let own = ancestors(&proc);
    if own.iter().any(|pid| status_of(&proc, *pid).is_some_and(|status| status.is_of(uid))) {
        return Ok(false);
    }
    // No flags: a copy of this process with only this thread, whose end raises no signal here.
    // SAFETY: the child makes nothing but system calls until it ends.
    let child = retry_raw("clone", || unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) })?;
    if child == 0 {
        become_and_kill(uid);
    }
    let child = i32::try_from(child).unwrap_or(-1);
    retry_raw("waitpid", || {
        // SAFETY: the child is this function's own; its status is not asked for.
        unsafe { libc::waitpid(child, std::ptr::null_mut(), libc::__WCLONE) }
    })?;
    Ok(true)
}

/// The child's part. Allocates nothing and takes no lock: other threads may have held them when
/// it was made.
fn become_and_kill(uid: u32) -> ! {
    // SAFETY: plain integers.
    let became = unsafe { libc::syscall(libc::SYS_setresuid, uid, uid, uid) } == 0;
    // SAFETY: no arguments.
    let real = unsafe { libc::syscall(libc::SYS_getuid) };
    // SAFETY: no arguments.
    let effective = unsafe { libc::syscall(libc::SYS_geteuid) };
    // As root this call would end everything.
    if became && uid != 0 && [real, effective].iter().all(|id| u32::try_from(*id) == Ok(uid)) {
        // SAFETY: plain integers.
        unsafe { libc::syscall(libc::SYS_kill, -1, libc::SIGKILL) };
    }
    loop {
        // SAFETY: ends this process.
        unsafe { libc::syscall(libc::SYS_exit_group, 0) };
    }
}

/// A cheap first look: getpriority(2) answers ESRCH at once where no process has that real user
/// id, without a walk through /proc.
pub(crate) fn any_process_of(uid: u32) -> bool {
    Errno::clear();
    // SAFETY: plain integers.
    let answer = unsafe { libc::getpriority(libc::PRIO_USER, uid) };
    !(answer == -1 && Errno::last() == Errno::ESRCH)
}

/// This process and those it descends from: a login hook must not end its own session.
fn ancestors(proc: &Dir) -> HashSet<i32> {
    let mut chain = HashSet::new();
    let mut pid = nix::unistd::getpid().as_raw();
    while pid > 0 && chain.insert(pid) {
        match status_of(proc, pid) {
            Some(status) => pid = status.parent,
            None => break,
        }
    }
    chain
}

struct Status {
    zombie: bool,
    parent: i32,
    uids: [u32; 4],
}

impl Status {
    fn is_of(&self, uid: u32) -> bool {
        !self.zombie && self.uids.contains(&uid)
    }

    /// Reads proc_pid_status(5).
    fn parse(text: &[u8]) -> Option<Self> {
        let field = |name: &[u8]| {
            text.split(|byte| *byte == b'\n')
                .find_map(|line| line.strip_prefix(name))
                .and_then(|value| std::str::from_utf8(value).ok())
        };
        let mut uids = [0; 4];
        let mut words = field(b"Uid:")?.split_ascii_whitespace();
        for uid in &mut uids {
            *uid = words.next()?.parse().ok()?;
        }
        Some(Self {
            zombie: matches!(field(b"State:")?.trim_start().as_bytes().first()?, b'Z' | b'X'),
            parent: field(b"PPid:")?.trim().parse().ok()?,
            uids,
        })
    }
}

fn status_of(proc: &Dir, pid: i32) -> Option<Status> {
    let path = CString::new(format!("{pid}/status")).ok()?;
    let flags = nix::fcntl::OFlag::O_RDONLY | nix::fcntl::OFlag::O_CLOEXEC;
    let fd = retry("openat", || {
        nix::fcntl::openat(proc, path.as_c_str(), flags, nix::sys::stat::Mode::empty())
    })
    .ok()?;
    let text = super::file::File::from_fd(fd).read_all(64 * 1024).ok()?;
    Status::parse(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_newlines_cannot_forge_a_status() {
        // The kernel escapes newlines in Name, so the first match is its own.
        let text = b"Name:\tx\\nUid:\t0 0 0 0\nState:\tS (sleeping)\nPPid:\t7\nUid:\t5\t6\t7\t8\n";
        let status = Status::parse(text).expect("parses");
        assert_eq!((status.parent, status.uids, status.zombie), (7, [5, 6, 7, 8], false));
    }

    #[test]
    fn this_process_never_counts_as_somebody_elses() {
        let own = nix::unistd::getpid().as_raw();
        let found = processes_of(current_uid()).expect("can look");
        assert!(found.iter().all(|process| process.pid() != own));
    }
}
