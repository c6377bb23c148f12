//! Configuration files that nobody would write: a clear error or a result, in bounded memory and time.
use ltsp_core::conf::{AnyDocument, ConfFile, Kind};
use ltsp_core::{ErrorKind, SysRoot};
use nix::sys::resource::{Resource, setrlimit};
use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use testkit::mount::{Mount, tmpfs};
use testkit::oracle;

const MIB: usize = 1 << 20;

/// Address space of a program that reads one of these files.
const ROOM: u64 = 2 << 30;

/// Far more than any of them takes, far less than what is quadratic would.
const LONG: Duration = Duration::from_secs(60);

/// Runs the command in that much memory; fails if it dies or takes too long.
#[track_caller]
fn ltspctl(words: &[&str]) -> Output {
    let mut command = Command::new(oracle::ltspctl());
    command.args(words).stdin(Stdio::null());
    // SAFETY: setrlimit(2) is async-signal-safe and touches no memory of the parent.
    unsafe {
        command.pre_exec(|| Ok(setrlimit(Resource::RLIMIT_AS, ROOM, ROOM)?));
    }
    let started = Instant::now();
    let output = command.output().expect("the command can start");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some(), "{words:?}: {}: {said}", output.status);
    assert!(!said.contains("panicked"), "{words:?}: {said}");
    assert!(started.elapsed() < LONG, "{words:?}: {:?}", started.elapsed());
    output
}

fn scratch() -> Mount {
    tmpfs("size=200m,mode=755")
}

/// Checks `text` as a file of `kind`, whatever is wrong with it.
#[track_caller]
fn check(mount: &Mount, kind: Kind, text: &[u8]) -> Output {
    let path = mount.path().join("bad");
    fs::write(&path, text).expect("a scratch file");
    let path = path.to_str().expect("a plain path");
    let output = ltspctl(&["conf", "check", "--format", kind.name(), path]);
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{kind:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[test]
fn a_line_of_sixty_megabytes_is_read_in_every_format() {
    let mount = scratch();
    let long = vec![b'x'; 60 * MIB];
    for kind in Kind::ALL {
        let start: &[u8] = match kind {
            Kind::Lts => b"[default]\nSERVER = ",
            Kind::Ltsp => b"[clients]\nSERVER=",
            Kind::Pxe => b"append ",
            Kind::Limits => b"pupil hard nproc ",
            _ => b"A=",
        };
        let output = check(&mount, kind, &[start, &long, b"\n"].concat());
        let most = 16 * MIB;
        assert!(output.stdout.len() < most, "{kind:?} says {} bytes", output.stdout.len());
    }
}

#[test]
fn a_file_of_a_hundred_thousand_sections_takes_no_time_that_grows_with_its_square() {
    let mount = scratch();
    let text = |line: fn(usize) -> String| (0..100_000).map(line).collect::<String>().into_bytes();
    for (kind, line) in [
        (Kind::Lts, (|number| format!("[s{number}]\nSERVER=1\n")) as fn(usize) -> String),
        (Kind::Lts, |_| "[s]\nSERVER=1\n".to_owned()),
        (Kind::Pxe, |number| format!("label l{number}\nkernel k\n")),
        (Kind::Pxe, |_| "label l\nkernel k\n".to_owned()),
        (Kind::Limits, |number| format!("pupil{number} hard nproc 300\n")),
        (Kind::Limits, |_| "* hard nproc 300\n".to_owned()),
        (Kind::Excludes, |number| format!("a{number}/b\n")),
        (Kind::Shell, |number| format!("A{number}=1\n")),
        (Kind::Shell, |_| "A=1\n".to_owned()),
    ] {
        check(&mount, kind, &text(line));
    }
}

#[test]
fn includes_that_lead_in_a_circle_or_too_deep_end_in_an_error() {
    let mount = scratch();
    let write = |name: &str, text: &str| fs::write(mount.path().join(name), text).expect("a file");
    for number in 0..40 {
        write(&format!("deep{number}"), &format!("include deep{}\n", number + 1));
        write(&format!("ring{number}"), &format!("include ring{}\n", (number + 1) % 40));
    }
    write("deep40", "default x\n");
    let root = SysRoot::open(mount.path()).expect("the scratch root is there");
    for name in ["deep0", "ring0"] {
        let path = mount.path().join(name);
        let path = path.to_str().expect("a plain path");
        let output = ltspctl(&["conf", "resolve", "--format", "lts", path]);
        assert_ne!(output.status.code(), Some(0), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("include each other"), "{name}");
        let file = ConfFile::open_as(&root, Path::new("/").join(name), Kind::Pxe)
            .expect("the first file is sound");
        let AnyDocument::Pxe(conf) = file.document() else { panic!("it was opened as one") };
        let error = conf.resolve(&file.includes()).expect_err("pxelinux would hang or stop");
        assert_eq!(error.kind(), ErrorKind::Parse, "{name}: {error}");
    }
}

#[test]
fn what_is_no_file_of_a_sane_size_is_refused_at_once() {
    let mount = scratch();
    let at = |name: &str| mount.path().join(name);
    fs::create_dir(at("directory")).expect("a directory");
    nix::unistd::mkfifo(&at("fifo"), nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let _socket = UnixListener::bind(at("socket")).expect("a socket");
    fs::File::create(at("huge")).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    let root = SysRoot::open(mount.path()).expect("the scratch root is there");
    for kind in Kind::ALL {
        for (name, expected) in [
            ("directory", &[ErrorKind::InvalidInput, ErrorKind::Refused][..]),
            ("fifo", &[ErrorKind::InvalidInput, ErrorKind::Refused]),
            ("socket", &[ErrorKind::InvalidInput, ErrorKind::Refused, ErrorKind::Io]),
            ("huge", &[ErrorKind::Refused]),
            ("nothing", &[ErrorKind::NotFound]),
        ] {
            let started = Instant::now();
            let path = Path::new("/").join(name);
            let error = ConfFile::open_as(&root, &path, kind).expect_err("it is no file");
            assert!(expected.contains(&error.kind()), "{name}: {error}");
            assert!(error.to_string().contains(name), "it says which file: {error}");
            assert!(started.elapsed() < Duration::from_secs(1), "{name}: {:?}", started.elapsed());
        }
    }
}

#[test]
fn a_file_that_only_root_may_read_is_refused_to_others() {
    let mount = scratch();
    let path = mount.path().join("lts.conf");
    fs::write(&path, "[Default]\nSOUND=True\n").expect("a scratch file");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("our own file");
    // The command itself may lie where the other account cannot look.
    let copy = mount.path().join("ltspctl");
    fs::copy(oracle::ltspctl(), &copy).expect("a scratch copy");
    let output = Command::new(&copy)
        .args(["conf", "check"])
        .arg(&path)
        .uid(65_534)
        .gid(65_534)
        .output()
        .expect("the command can start");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("lts.conf"), "{}: {said}", output.status);
    assert!(said.to_lowercase().contains("permission denied"), "{said}");
}

#[test]
fn a_file_that_grows_while_it_is_read_ends_in_a_result_or_an_error() {
    let mount = scratch();
    let path = mount.path().join("limits.conf");
    fs::write(&path, "* hard core 0\n").expect("a scratch file");
    let root = SysRoot::open(mount.path()).expect("the scratch root is there");
    std::thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let writer = scope.spawn(|| {
            let mut file = fs::OpenOptions::new().append(true).open(&path).expect("our own file");
            let stopped = stopped;
            for _ in 0..200_000 {
                if stopped.try_recv() != Err(std::sync::mpsc::TryRecvError::Empty) {
                    break;
                }
                file.write_all(b"pupil hard nproc 300\n").expect("there is room");
            }
        });
        for _ in 0..20 {
            match ConfFile::open(&root, "/limits.conf") {
                Ok(file) => assert!(file.document().to_bytes().starts_with(b"* hard core 0\n")),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Changed | ErrorKind::Busy), "{error}")
                }
            }
        }
        drop(stop);
        writer.join().expect("the writer ends");
    });
}
