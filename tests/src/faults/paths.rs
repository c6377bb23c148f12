//! Whether a command names what is below a root only as single components below held descriptors.
use super::Call;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Where a call takes a path: the argument with the directory descriptor, if any, and the argument with the path.
type Operand = (Option<usize>, usize);

fn operands(name: &str) -> &'static [Operand] {
    match name {
        "openat" | "openat2" | "mkdirat" | "mknodat" | "unlinkat" | "fchownat" | "fchmodat"
        | "fchmodat2" | "utimensat" | "futimesat" | "newfstatat" | "fstatat64" | "statx"
        | "readlinkat" | "faccessat" | "faccessat2" | "name_to_handle_at" | "open_tree"
        | "getxattrat" | "setxattrat" | "listxattrat" | "removexattrat" => &[(Some(0), 1)],
        "renameat" | "renameat2" | "linkat" | "move_mount" => &[(Some(0), 1), (Some(2), 3)],
        // The target of a symlink is content, not a path that is followed.
        "symlinkat" => &[(Some(1), 2)],
        "symlink" => &[(None, 1)],
        "rename" | "link" | "mount" | "pivot_root" => &[(None, 0), (None, 1)],
        "open" | "creat" | "stat" | "lstat" | "mkdir" | "rmdir" | "unlink" | "chmod" | "chown"
        | "lchown" | "utime" | "utimes" | "truncate" | "access" | "readlink" | "mknod"
        | "chdir" | "chroot" | "statfs" | "umount2" | "setxattr" | "lsetxattr" | "getxattr"
        | "lgetxattr" | "listxattr" | "llistxattr" | "removexattr" | "lremovexattr" => &[(None, 0)],
        "inotify_add_watch" => &[(None, 1)],
        _ => &[],
    }
}

/// Calls that do not follow a symlink in the last component although they take a plain path.
const NO_FOLLOW: &[&str] =
    &["lsetxattr", "lgetxattr", "llistxattr", "lremovexattr", "lchown", "lstat", "readlink"];

/// The calls that name something below `root` by more than one component, by `..`, from the root directory or from the
/// working directory; each with the reason. An `openat2` that resolves beneath and without symlinks may have several
/// components. The descriptor of the root itself has to come from somewhere: opening exactly `root` is no violation.
pub fn path_violations(calls: &[Call], root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for call in calls {
        for &(dir, path) in operands(&call.name) {
            let Some(path) = call.string(path) else { continue };
            let dir = dir.and_then(|dir| call.descriptor(dir));
            if let Some(why) = violation(call, dir, &path, root.as_os_str().as_bytes()) {
                found.push(format!("{why}: {}", call.shown()));
            }
        }
    }
    found
}

fn below(path: &[u8], root: &[u8]) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.starts_with(b"/") && rest.iter().any(|&byte| byte != b'/'))
}

fn violation(
    call: &Call,
    dir: Option<(&str, Option<Vec<u8>>)>,
    path: &[u8],
    root: &[u8],
) -> Option<&'static str> {
    if let Some(rest) = path.strip_prefix(b"/proc/self/fd/") {
        // A held descriptor by another name; one more component is as good as a descriptor-relative call, if not followed.
        let mut components = rest.splitn(2, |&byte| byte == b'/').skip(1);
        return match components.next() {
            Some(name) if name.contains(&b'/') || name == b".." => {
                Some("several components below a descriptor")
            }
            Some(_) if !NO_FOLLOW.contains(&call.name.as_str()) => {
                Some("a component below a descriptor is followed")
            }
            _ => None,
        };
    }
    if path.starts_with(b"/") {
        return below(path, root).then_some("an absolute path");
    }
    if path.is_empty() {
        return None;
    }
    let Some((fd, at)) = dir else { return Some("a path relative to the working directory") };
    if fd == "AT_FDCWD" {
        return Some("a path relative to the working directory");
    }
    let at = at.unwrap_or_default();
    let joined = [at.as_slice(), b"/", path].concat();
    if at != root && !below(&at, root) && !below(&joined, root) {
        return None;
    }
    if path.split(|&byte| byte == b'/').any(|component| component == b"..") {
        return Some("a parent directory");
    }
    let flags = call.args.join(" ");
    let resolved = flags.contains("RESOLVE_BENEATH") || flags.contains("RESOLVE_IN_ROOT");
    let safe = call.name == "openat2" && resolved && flags.contains("RESOLVE_NO_SYMLINKS");
    (path.contains(&b'/') && !safe).then_some("several components at once")
}
