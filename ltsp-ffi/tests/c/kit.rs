//! Scratch directories, scratch roots with homes, and running programs.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many homes a scratch root has: `guest1` and so on.
pub(crate) const HOMES: u32 = 4;

/// Insists on a program that a test cannot do without.
pub(crate) fn need(program: &str, package: &str) {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()));
    assert!(found, "{program} is missing: apt-get install {package}");
}

/// Insists on being root.
#[track_caller]
pub(crate) fn need_root() {
    let uid = fs::metadata("/proc/self").expect("/proc is mounted").uid();
    assert_eq!(uid, 0, "this test resets homes of several accounts: run it as root");
}

/// Runs a command, which must succeed, and answers what it printed to standard output.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}

/// A directory that only root can enter; gone with this value.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("ltsp-ffi-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a new name");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.join(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(why) = fs::remove_dir_all(&self.0) {
            assert!(std::thread::panicking(), "{}: {why}", self.0.display());
        }
    }
}

/// A scratch root with accounts, a template at `/home/guest` and homes that their owners messed up.
pub(crate) struct Root {
    pub(crate) dir: Scratch,
    /// The accounts' user ids follow this one: `guest1` has the next. No other root and no account
    /// of the machine has them, so that nobody else's processes keep the homes busy.
    pub(crate) first_uid: u32,
}

pub(crate) fn scratch_root() -> Root {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let first_uid = 1_000_000_000 + std::process::id() % 100_000 * 10_000 + number * 10;
    let root = Scratch::new();
    for dir in ["etc/skel", "proc", "home/guest/.config/app", "home/guest/Desktop", "var/lib"] {
        fs::create_dir_all(root.join(dir)).expect("a new tree");
    }
    let mut passwd = String::from("root:x:0:0:root:/root:/bin/sh\n");
    fs::write(root.join("etc/skel/.profile"), "umask 022\n").expect("a new file");
    let guest = root.join("home/guest");
    fs::write(guest.join(".profile"), "umask 077\n").expect("a new file");
    fs::write(guest.join(".config/app/settings"), "colour=green\n").expect("a new file");
    fs::write(guest.join("Desktop/welcome.txt"), "Welcome!\n").expect("a new file");
    symlink("Desktop/welcome.txt", guest.join("welcome")).expect("a new link");
    for number in 1..=HOMES {
        let uid = first_uid + number;
        passwd.push_str(&format!("guest{number}:x:{uid}:{uid}::/home/guest{number}:/bin/sh\n"));
        let home = root.join(format!("home/guest{number}"));
        fs::create_dir_all(home.join("Documents")).expect("a new tree");
        fs::write(home.join("Documents/essay.txt"), "To be kept\n").expect("a new file");
        fs::write(home.join("game.exe"), vec![7; 5000]).expect("a new file");
        fs::write(home.join(OsStr::new("-rf\n")), "a name").expect("a new file");
        fs::write(home.join(".profile"), "exec game\n").expect("a new file");
        for path in ["", "Documents", "Documents/essay.txt", "game.exe", "-rf\n", ".profile"] {
            chown(home.join(path), Some(uid), Some(uid)).expect("root may");
        }
    }
    fs::write(root.join("etc/passwd"), passwd).expect("a new file");
    Root { dir: root, first_uid }
}

/// A process that is ended with this value.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|why| panic!("{command:?}: {why}")))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
