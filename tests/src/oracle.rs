//! The real programs a test compares with, and the command under test.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The full path of a program; panics with the package to install when it is missing, because a test never skips.
#[track_caller]
pub fn need(program: &str) -> PathBuf {
    let package = match program {
        "mkfs.ext4" => "e2fsprogs",
        "mkfs.xfs" | "xfs_io" => "xfsprogs",
        "mkfs.btrfs" | "btrfs" => "btrfs-progs",
        "setfacl" | "getfacl" => "acl",
        "setfattr" | "getfattr" => "attr",
        "unshare" | "mount" | "umount" | "setpriv" => "util-linux",
        "find" => "findutils",
        "cp" | "chown" | "timeout" | "sort" => "coreutils",
        "grub-syslinux2cfg" => "grub-common",
        "mksquashfs" | "unsquashfs" => "squashfs-tools",
        other => other,
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let mut found = places.map(|place| place.join(program)).filter(|file| {
        file.metadata()
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    });
    match found.next() {
        Some(file) => file,
        None => panic!("the tests need `{program}`: apt install {package}"),
    }
}

/// Runs a program to its end; panics with its messages when it fails.
#[track_caller]
pub fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> Output {
    let output = Command::new(need(program))
        .args(arguments)
        .output()
        .expect("a program that was found can start");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}: {messages}", output.status);
    output
}

fn contents(dir: &Path) -> PathBuf {
    let mut path = dir.as_os_str().to_owned();
    path.push("/.");
    path.into()
}

/// `cp -a`: the content of one directory, with everything, into another.
#[track_caller]
pub fn cp_a(from: &Path, to: &Path) {
    run("cp", [OsStr::new("-a"), contents(from).as_os_str(), to.as_os_str()]);
}

/// `rsync -aHAXS --delete`: makes one directory equal to another.
#[track_caller]
pub fn rsync(from: &Path, to: &Path) {
    run(
        "rsync",
        [
            OsStr::new("-aHAXS"),
            OsStr::new("--delete"),
            contents(from).as_os_str(),
            contents(to).as_os_str(),
        ],
    );
}

/// `find DIR -mindepth 1 TESTS... -printf '%P\0'`: relative paths, sorted.
#[track_caller]
pub fn find(dir: &Path, tests: &[&str]) -> Vec<Vec<u8>> {
    let mut arguments = vec![dir.as_os_str(), OsStr::new("-mindepth"), OsStr::new("1")];
    arguments.extend(tests.iter().map(OsStr::new));
    arguments.extend([OsStr::new("-printf"), OsStr::from_bytes(b"%P\\0")]);
    let output = run("find", arguments);
    let paths = output.stdout.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    let mut paths: Vec<Vec<u8>> = paths.map(<[u8]>::to_vec).collect();
    paths.sort();
    paths
}

/// Lets what is started from here on be interrupted: a shell that starts the tests in the background
/// has them ignore SIGINT, and a program rightly goes on to ignore what it was told to.
fn heed_interrupts() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    // SAFETY: the default action is no handler that could do anything unsafe.
    unsafe { signal(Signal::SIGINT, SigHandler::SigDfl) }.expect("SIGINT can be handled");
}

/// The `ltspctl` of this build, built now if it is not there yet.
#[track_caller]
pub fn ltspctl() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        heed_interrupts();
        let this = std::env::current_exe().expect("a test knows its own path");
        let profile = this.ancestors().nth(2).expect("a test lies in target/<profile>/deps");
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        build.args([
            "build",
            "--quiet",
            "--package",
            "ltsp-cli",
            "--bin",
            "ltspctl",
            "--manifest-path",
        ]);
        build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
        build
            .arg("--target-dir")
            .arg(profile.parent().expect("a profile lies in the target directory"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let output = build.output().expect("cargo can start");
        assert!(
            output.status.success(),
            "cannot build ltspctl: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        profile.join("ltspctl")
    })
}
