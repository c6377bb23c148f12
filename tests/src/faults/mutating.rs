//! Which calls change a file system.
use super::Call;

const ALWAYS: &[&str] = &[
    "chmod",
    "chown",
    "copy_file_range",
    "creat",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchownat",
    "fdatasync",
    "fremovexattr",
    "fsetxattr",
    "fsync",
    "ftruncate",
    "futimesat",
    "lchown",
    "link",
    "linkat",
    "lremovexattr",
    "lsetxattr",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "mount",
    "removexattr",
    "removexattrat",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "setxattr",
    "setxattrat",
    "symlink",
    "symlinkat",
    "sync",
    "sync_file_range",
    "syncfs",
    "truncate",
    "umount2",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimes",
    // Numbers of calls that an older strace has no name for, on x86-64 and arm64 alike.
    "syscall_0x1c4",
    "syscall_0x1cf",
    "syscall_0x1d2",
];
const DATA: &[&str] = &["write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice"];

/// Whether a call as shown changes a file, a directory or a file system, or makes a change durable.
pub fn mutates(call: &Call) -> bool {
    let name = call.name.as_str();
    match name {
        _ if ALWAYS.contains(&name) => true,
        "open" | "openat" | "openat2" => {
            let shown = call.args.join(" ");
            ["O_CREAT", "O_TMPFILE", "O_TRUNC"].iter().any(|flag| shown.contains(flag))
        }
        "ioctl" => call.args.get(1).is_some_and(|request| {
            ["FICLONE", "FS_IOC_SET", "FS_IOC_FSSET"].iter().any(|known| request.starts_with(known))
        }),
        _ if DATA.contains(&name) => {
            let to = if name == "splice" { 2 } else { 0 };
            // Standard output, pipes, sockets and event descriptors are not files.
            call.descriptor(to).is_some_and(|(fd, path)| {
                !matches!(fd, "0" | "1" | "2")
                    && path
                        .is_some_and(|path| path.starts_with(b"/") && !path.starts_with(b"/dev/"))
            })
        }
        _ => false,
    }
}
