//! Configuration files on disk: opened whatever they are, replaced in one step or not at all.
use ltsp_core::conf::{ConfFile, Kind};
use ltsp_core::text::{Diagnostic, Edit, Severity};
use ltsp_core::{Error, ErrorKind, SysRoot};
use nix::sys::stat::Mode;
use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::faults::{Fault, Traced, each_fault};
use testkit::mount::Mount;
use testkit::{FileSystem, oracle};

const LIST: &str = "/etc/ltsp/image.excludes";

/// A scratch root on a file system of its own, with one list of excludes.
struct Scratch {
    mount: Mount,
}

impl Scratch {
    fn new() -> Self {
        let scratch = Self { mount: FileSystem::Ext4.mount() };
        fs::create_dir_all(scratch.path("/etc/ltsp")).expect("a scratch root");
        scratch.write("home/*\n");
        scratch
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.mount.path().join(inside.trim_start_matches('/'))
    }

    fn write(&self, text: &str) {
        fs::write(self.path(LIST), text).expect("a scratch file");
    }

    fn read(&self) -> String {
        fs::read_to_string(self.path(LIST)).expect("the list is there")
    }

    fn root(&self) -> SysRoot {
        SysRoot::open(self.mount.path()).expect("the scratch root is there")
    }

    fn open(&self) -> ConfFile {
        ConfFile::open(&self.root(), LIST).expect("the list can be opened")
    }

    fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.path("/etc/ltsp")).expect("a scratch directory");
        entries
            .map(|entry| {
                let name = entry.expect("it can be listed").file_name();
                name.into_string().expect("our names are text")
            })
            .collect()
    }

    fn assert_tidy(&self) {
        assert_eq!(self.names(), BTreeSet::from(["image.excludes".to_owned()]), "nothing is left");
    }
}

/// Adds a line at the end.
fn add(file: &mut ConfFile, line: &str) {
    let end = file.document().to_bytes().len();
    let edit = Edit::insert(end, format!("{line}\n"));
    file.document_mut().edit(&[edit]).expect("one edit overlaps no other");
}

#[track_caller]
fn refused(result: Result<impl Sized, Error>, kind: ErrorKind, words: &str) {
    let error = result.err().expect("it is refused");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn a_saved_file_keeps_its_owner_mode_and_attributes_and_leaves_nothing_beside_it() {
    let scratch = Scratch::new();
    let path = scratch.path(LIST);
    chown(&path, Some(0), Some(42)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    oracle::run("setfattr", ["-n", "user.note", "-v", "by hand", path.to_str().unwrap()]);
    oracle::run("setfattr", ["-n", "trusted.label", "-v", "t", path.to_str().unwrap()]);
    oracle::run("setfacl", ["-m", "u:77:r", path.to_str().unwrap()]);
    let acl = |path: &Path| oracle::run("getfacl", ["-cn", path.to_str().unwrap()]).stdout;
    let (before, list) = (fs::metadata(&path).unwrap(), acl(&path));
    let mut file = scratch.open();
    add(&mut file, "tmp/*");
    assert!(file.is_changed());
    assert!(file.save().unwrap());
    assert!(!file.is_changed() && !file.save().unwrap(), "there is nothing more to save");
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.gid(), after.mode()), (0, 42, before.mode()));
    assert_eq!(acl(&path), list);
    let shown = oracle::run("getfattr", ["-d", "-m", "-", path.to_str().unwrap()]).stdout;
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.contains("by hand") && shown.contains("trusted.label"), "{shown}");
    assert_eq!(scratch.read(), "home/*\ntmp/*\n");
    scratch.assert_tidy();
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_never_overwritten() {
    let scratch = Scratch::new();
    let mut file = scratch.open();
    add(&mut file, "tmp/*");
    scratch.write("home/*\nby hand\n");
    refused(file.save(), ErrorKind::Changed, "read it again");
    assert_eq!(scratch.read(), "home/*\nby hand\n");
    fs::remove_file(scratch.path(LIST)).unwrap();
    refused(file.save(), ErrorKind::Changed, "somebody else changed this file");
    assert!(scratch.names().is_empty(), "a removed file does not come back");

    let mut new = ConfFile::open_or_new(&scratch.root(), LIST, None).unwrap();
    add(&mut new, "mine");
    scratch.write("theirs\n");
    refused(new.save(), ErrorKind::Changed, "somebody else changed this file");
    assert_eq!(scratch.read(), "theirs\n");
    scratch.assert_tidy();
}

#[test]
fn a_new_file_is_made_readable_for_all_and_writable_for_none() {
    let scratch = Scratch::new();
    fs::remove_file(scratch.path(LIST)).unwrap();
    refused(ConfFile::open(&scratch.root(), LIST), ErrorKind::NotFound, "image.excludes");
    let mut file = ConfFile::open_or_new(&scratch.root(), LIST, None).unwrap();
    add(&mut file, "srv/*");
    assert!(String::from_utf8_lossy(&file.diff()).contains("+srv/*\n"));
    assert!(file.save().unwrap());
    let mode = fs::metadata(scratch.path(LIST)).unwrap().mode();
    assert_eq!((scratch.read().as_str(), mode & 0o7777), ("srv/*\n", 0o644));
    scratch.assert_tidy();
}

#[test]
fn many_writers_at_once_lose_no_line() {
    let scratch = Scratch::new();
    let root = scratch.root();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let root = &root;
            scope.spawn(move || {
                for line in 0..20 {
                    loop {
                        let mut file = ConfFile::open(root, LIST).expect("never missing");
                        add(&mut file, &format!("line/{writer}/{line}"));
                        match file.save() {
                            Ok(saved) => break assert!(saved),
                            Err(error) => assert_eq!(error.kind(), ErrorKind::Changed, "{error}"),
                        }
                    }
                }
            });
        }
    });
    let text = scratch.read();
    let lines: BTreeSet<&str> = text.lines().collect();
    assert_eq!((lines.len(), text.lines().count()), (161, 161));
    scratch.assert_tidy();
}

#[test]
fn a_file_behind_a_link_is_saved_there_and_the_link_stays() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path("/srv/shared")).unwrap();
    fs::rename(scratch.path(LIST), scratch.path("/srv/shared/list")).unwrap();
    // An absolute link counts from the root in hand, not from the machine's.
    symlink("/srv/shared/list", scratch.path(LIST)).unwrap();
    let mut file = scratch.open();
    add(&mut file, "tmp/*");
    file.save().unwrap();
    assert!(fs::symlink_metadata(scratch.path(LIST)).unwrap().is_symlink());
    let text = fs::read_to_string(scratch.path("/srv/shared/list")).unwrap();
    assert_eq!(text, "home/*\ntmp/*\n");
}

#[test]
fn what_is_no_file_is_named_and_nothing_waits_for_it() {
    let scratch = Scratch::new();
    let open = |inside: &str| ConfFile::open_as(&scratch.root(), inside, Kind::Lts);
    let shown = scratch.path("/etc/ltsp").display().to_string();
    refused(open("/etc/ltsp"), ErrorKind::InvalidInput, &format!("{shown}: this is a directory"));
    nix::unistd::mkfifo(&scratch.path("/pipe"), Mode::from_bits_truncate(0o644)).unwrap();
    refused(open("/pipe"), ErrorKind::InvalidInput, "not a file that can be read");
    refused(open("/missing"), ErrorKind::NotFound, "missing");
    symlink("loop", scratch.path("/loop")).unwrap();
    refused(open("/loop"), ErrorKind::Unsafe, "loop");
    let large = fs::File::create(scratch.path("/large")).unwrap();
    large.set_len(1 << 40).unwrap();
    refused(open("/large"), ErrorKind::Refused, "which no configuration is");
    let nameless = ConfFile::open(&scratch.root(), "/etc/passwd");
    refused(nameless, ErrorKind::InvalidInput, "say which it is");
}

#[test]
fn a_link_out_of_the_root_leads_nowhere() {
    let scratch = Scratch::new();
    symlink("/../../../../../etc/passwd", scratch.path("/out")).unwrap();
    let opened = ConfFile::open_as(&scratch.root(), "/out", Kind::Lts);
    refused(opened, ErrorKind::NotFound, "out");
}

#[test]
fn a_file_that_others_could_exchange_is_read_but_not_written() {
    let scratch = Scratch::new();
    let path = "/shared/lts.conf";
    fs::create_dir(scratch.path("/shared")).unwrap();
    fs::write(scratch.path(path), "[Default]\nX=1\n").unwrap();
    fs::set_permissions(scratch.path("/shared"), Permissions::from_mode(0o777)).unwrap();
    let mut file = ConfFile::open(&scratch.root(), path).unwrap();
    add(&mut file, "Y=2");
    refused(file.save(), ErrorKind::Refused, "others than its owner may write");
    chown(scratch.path("/shared"), Some(1234), None).unwrap();
    fs::set_permissions(scratch.path("/shared"), Permissions::from_mode(0o755)).unwrap();
    refused(file.save(), ErrorKind::Refused, "belongs to user 1234");
    // As in /tmp, nobody can remove what is another's.
    chown(scratch.path("/shared"), Some(0), None).unwrap();
    fs::set_permissions(scratch.path("/shared"), Permissions::from_mode(0o1777)).unwrap();
    chown(scratch.path(path), Some(1234), None).unwrap();
    refused(file.save(), ErrorKind::Refused, "user 1234 could exchange this file");
    chown(scratch.path(path), Some(0), None).unwrap();
    assert!(file.save().unwrap());
}

#[test]
fn a_save_that_is_killed_or_fails_leaves_the_old_or_the_new_file() {
    let scratch = Scratch::new();
    let command = || {
        let mut command = Command::new(oracle::ltspctl());
        command.args(["conf", "set", LIST, "tmp/*", "", "--root"]).arg(scratch.mount.path());
        command
    };
    let (old, new) = ("home/*\n", "home/*\ntmp/*\n");
    for fault in [Fault::Kill, Fault::Errno(libc::ENOSPC), Fault::Errno(libc::EIO)] {
        let mut outcomes = BTreeSet::new();
        let tried = each_fault(
            command,
            fault,
            usize::MAX,
            || {
                for name in scratch.names() {
                    fs::remove_file(scratch.path("/etc/ltsp").join(name)).unwrap();
                }
                scratch.write(old);
            },
            |point, run| {
                let now = scratch.read();
                assert!(now == old || now == new, "{fault:?} at {point:?}: {now:?}");
                if run.status.success() {
                    assert_eq!(now, new, "{fault:?} at {point:?} was reported as done");
                }
                outcomes.insert(now == new);
                let next = command().output().unwrap();
                let said = String::from_utf8_lossy(&next.stderr);
                assert!(next.status.success(), "after {fault:?} at {point:?}: {said}");
                assert_eq!(scratch.read(), new);
                if now == old {
                    scratch.assert_tidy();
                }
            },
        );
        assert!(tried.hits >= 5, "{fault:?} came to pass only {} times", tried.hits);
        assert_eq!(outcomes.len(), 2, "{fault:?} came before and after the exchange");
    }
}

#[test]
fn nothing_that_a_file_says_is_executed_to_read_it() {
    let scratch = Scratch::new();
    let canary = scratch.path("/canary");
    let touch = format!("touch {}", canary.display());
    // Each way in which a shell, which is the original reader, would start a program.
    let text = format!(
        "[common]\nA=$({touch})\nB=`{touch}`\n{touch}\nC=${{D:-$({touch})}}\n. {0}/code\n\
         eval '{touch}'\nE=\"$({touch})\"\n[clients]\nPOST_INIT_X=\"{touch}\"\nF=$(({touch}))\n",
        scratch.path("").display()
    );
    fs::write(scratch.path("/code"), &touch).expect("a scratch file");
    for file in ["/etc/ltsp/ltsp.conf", "/etc/ltsp/ltsp-server.conf"] {
        let sections = file.ends_with("ltsp.conf");
        let text = if sections { text.clone() } else { text.replace('[', "#[") };
        // The shell does start it, so the test can fail.
        fs::write(scratch.path(file), text.replace("[common]", "").replace("[clients]", ""))
            .expect("a scratch file");
        let shell = Command::new("sh").arg(scratch.path(file)).output().expect("there is a shell");
        assert!(canary.exists(), "{shell:?}");
        fs::remove_file(&canary).expect("it was made");

        fs::write(scratch.path(file), &text).expect("a scratch file");
        for verb in ["check", "resolve", "explain", "list", "fix"] {
            let mut command = Command::new(oracle::ltspctl());
            command.args(["conf", verb, file, "--root"]).arg(scratch.path(""));
            let run = Traced::new(&command).record();
            let started: Vec<_> = run
                .calls
                .iter()
                .filter(|call| call.name.starts_with("exec") || call.name.contains("fork"))
                .map(testkit::faults::Call::shown)
                .collect();
            assert!(started.len() <= 1, "conf {verb} {file} started {started:?}");
            assert!(run.calls.iter().any(|call| call.name == "openat2"), "the run was seen");
            assert!(!canary.exists(), "conf {verb} {file} executed something");
        }
    }
}

#[test]
fn a_circle_of_menus_is_told_by_a_check_of_the_file() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.path("/srv/tftp/pxelinux.cfg")).expect("a scratch directory");
    let file = "/srv/tftp/pxelinux.cfg/default";
    fs::write(scratch.path(file), "label a\nkernel k\ninclude pxelinux.cfg/more\n").expect("ours");
    fs::write(scratch.path("/srv/tftp/pxelinux.cfg/more"), "include pxelinux.cfg/default\n")
        .expect("ours");
    let conf = ConfFile::open(&scratch.root(), file).expect("it is there");
    let is_circle = |found: &Diagnostic| {
        found.severity == Severity::Error && found.message.contains("more:1:1: the files include")
    };
    assert!(conf.check().iter().any(is_circle), "{:?}", conf.check());
    let mut command = Command::new(oracle::ltspctl());
    command.args(["conf", "check", file, "--root"]).arg(scratch.path(""));
    let output = command.output().expect("ltspctl can start");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    fs::write(scratch.path("/srv/tftp/pxelinux.cfg/more"), "label b\nkernel k\n").expect("ours");
    let sound = ConfFile::open(&scratch.root(), file).expect("it is there");
    assert!(sound.check().iter().all(|found| found.severity != Severity::Error));
}
