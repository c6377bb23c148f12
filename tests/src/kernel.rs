//! Another kernel for one thread: system calls that are refused, by a seccomp filter.
use std::io;

/// A system call to refuse, with what error, and only if the argument has one of the bits.
#[derive(Clone, Copy, Debug)]
pub struct Refusal {
    /// Number (`libc::SYS_...`).
    pub syscall: i64,
    /// Error it returns.
    pub errno: i32,
    /// Index of an argument, and the bits of which at least one must be set.
    pub only_if: Option<(u8, u32)>,
}

impl Refusal {
    /// Refuses every such call.
    pub fn always(syscall: i64, errno: i32) -> Self {
        Self { syscall, errno, only_if: None }
    }

    /// `renameat2` with RENAME_EXCHANGE, as NFS and some FUSE file systems refuse it.
    pub fn rename_exchange() -> Self {
        Self {
            syscall: libc::SYS_renameat2,
            errno: libc::EINVAL,
            only_if: Some((4, libc::RENAME_EXCHANGE)),
        }
    }
}

/// Runs `body` in a thread of its own where these calls are refused (threads it starts inherit that).
#[track_caller]
pub fn refusing<T: Send>(refusals: &[Refusal], body: impl FnOnce() -> T + Send) -> T {
    let ended = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            install(refusals).expect("root may install a seccomp filter");
            body()
        });
        thread.join()
    });
    match ended {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn statement(code: u32, value: u32) -> libc::sock_filter {
    jump(code, value, 0, 0)
}

fn jump(code: u32, value: u32, yes: u8, no: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: u16::try_from(code).expect("a BPF code has 16 bits"),
        jt: yes,
        jf: no,
        k: value,
    }
}

fn install(refusals: &[Refusal]) -> io::Result<()> {
    const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    const HAS_BITS: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
    const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
    // Offsets in struct seccomp_data: nr, arch, instruction pointer, then six 64-bit arguments, low word first.
    let low_word =
        |argument: u8| if cfg!(target_endian = "big") { 20 } else { 16 } + 8 * u32::from(argument);
    let mut program = Vec::new();
    for refusal in refusals {
        let number = u32::try_from(refusal.syscall).expect("a system call number is small");
        let errno = u32::try_from(refusal.errno).expect("an errno is positive");
        let answer = libc::SECCOMP_RET_ERRNO | (errno & libc::SECCOMP_RET_DATA);
        program.push(statement(LOAD, 0));
        match refusal.only_if {
            None => program.push(jump(EQUAL, number, 0, 1)),
            Some((argument, bits)) => {
                program.push(jump(EQUAL, number, 0, 3));
                program.push(statement(LOAD, low_word(argument)));
                program.push(jump(HAS_BITS, bits, 0, 1));
            }
        }
        program.push(statement(RETURN, answer));
    }
    program.push(statement(RETURN, libc::SECCOMP_RET_ALLOW));
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).expect("a short program"),
        filter: program.as_mut_ptr(),
    };
    // SAFETY: the filter points at a program of the given length that outlives the call; the kernel copies it.
    let status = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const filter)
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
