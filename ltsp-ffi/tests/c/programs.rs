//! C programs that use the library: as C99 and C++, under valgrind and the sanitizers.

use std::fs;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::header::functions;
use crate::install::Installation;
use crate::kit::{HOMES, Root, Running, need, need_root, run, scratch_root};
use crate::scenes::{configured, with_images};

/// Strict C.
const C99: &[&str] = &["-std=c99"];
/// The same sources as C++.
const CPP: &[&str] = &["-std=c++11", "-x", "c++"];
/// Every access to memory and every leak is watched, and every undefined operation ends it.
const SANITIZED: &[&str] =
    &["-std=c99", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O1"];

const TORTURE: &str = "tests/c/torture.c";
const TORTURE_CONF: &str = "tests/c/torture_conf.c";
const CONF: &str = "tests/c/conf.c";
const IMAGES: &str = "tests/c/images.c";
const LIFECYCLE: &str = "tests/c/lifecycle.c";
const ONE: &str = "tests/c/one.c";
const BUSY: &str = "tests/c/busy.c";

/// A command with the scratch root it works on.
fn on(mut command: Command, root: &Root) -> Command {
    command.arg(root.dir.path()).arg(root.first_uid.to_string());
    command
}

/// Runs a program of [`BUSY`]'s kind while a process of the last home's account runs.
fn run_busy(program: &Path) {
    need_root();
    let root = scratch_root();
    let uid = root.first_uid + HOMES;
    // The process itself is waited for when it is dropped, which the reset must not depend on.
    let running =
        Running::start(Command::new("sleep").arg("600").uid(uid).gid(uid).stdin(Stdio::null()));
    run(on(Command::new(program), &root).arg(running.pid().to_string()));
}

fn run_all_as(compiler: &str, options: &[&str]) {
    need_root();
    let installed = Installation::new();
    for torture in [TORTURE, TORTURE_CONF] {
        run(&mut Command::new(installed.compile(compiler, options, torture)));
    }
    let conf = installed.compile(compiler, options, CONF);
    run(Command::new(conf).arg(configured().path()));
    let images = installed.compile(compiler, options, IMAGES);
    run(Command::new(images).arg(with_images().path()));
    let lifecycle = installed.compile(compiler, options, LIFECYCLE);
    run(&mut on(Command::new(lifecycle), &scratch_root()));
    let one = installed.compile(compiler, options, ONE);
    run(&mut on(Command::new(one), &scratch_root()));
    run_busy(&installed.compile(compiler, options, BUSY));
}

#[test]
fn everything_works_from_c99() {
    run_all_as("gcc", C99);
}

#[test]
fn everything_works_from_cpp() {
    run_all_as("g++", CPP);
}

#[test]
fn everything_works_under_the_address_and_undefined_behaviour_sanitizers() {
    run_all_as("gcc", SANITIZED);
}

#[test]
fn the_sanitizers_find_a_leak_and_a_use_after_free() {
    let installed = Installation::new();
    for defect in ["LEAK", "USE_AFTER_FREE"] {
        let define = format!("-D{defect}");
        let options: Vec<&str> = SANITIZED.iter().copied().chain([define.as_str()]).collect();
        let program = installed.compile("gcc", &options, "tests/c/defect.c");
        let output = Command::new(program).output().expect("it was compiled");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{defect} was not found");
        assert!(said.contains("Sanitizer"), "{defect}: {said}");
    }
}

/// valgrind around a program: any error or leak ends it with 99.
fn valgrind(installed: &Installation, program: &Path) -> Command {
    need("valgrind", "valgrind libc6-dbg");
    let preload = installed.compile_preload("tests/c/old_syscalls.c");
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        .args(["--errors-for-leak-kinds=definite,possible", "--fair-sched=yes"])
        .arg(concat!("--suppressions=", env!("CARGO_MANIFEST_DIR"), "/tests/c/valgrind.supp"))
        .env("LD_PRELOAD", preload)
        .arg(program);
    command
}

#[test]
fn valgrind_finds_nothing_wrong() {
    need_root();
    let installed = Installation::new();
    for torture in [TORTURE, TORTURE_CONF] {
        run(&mut valgrind(&installed, &installed.compile("gcc", C99, torture)));
    }
    let conf = installed.compile("gcc", C99, CONF);
    run(valgrind(&installed, &conf).arg(configured().path()));
    let images = installed.compile("gcc", C99, IMAGES);
    run(valgrind(&installed, &images).arg(with_images().path()));
    let lifecycle = installed.compile("gcc", C99, LIFECYCLE);
    run(&mut on(valgrind(&installed, &lifecycle), &scratch_root()));
}

#[test]
fn valgrind_finds_a_leak_and_a_use_after_free() {
    let installed = Installation::new();
    for defect in ["-DLEAK", "-DUSE_AFTER_FREE"] {
        let program = installed.compile("gcc", &["-std=c99", defect], "tests/c/defect.c");
        let output = valgrind(&installed, &program).output().expect("it was compiled");
        assert_eq!(output.status.code(), Some(99), "{defect}: {output:?}");
    }
}

#[test]
fn the_example_resets_homes_and_says_what_it_did() {
    need_root();
    for (compiler, options) in [("gcc", C99), ("g++", CPP), ("gcc", SANITIZED)] {
        let installed = Installation::new();
        let example = installed.compile(compiler, options, "examples/reset_home.c");
        let root = scratch_root().dir;
        let start = |arguments: &[&str]| {
            let mut command = Command::new(&example);
            command.arg("--root").arg(root.path()).args(arguments).env_remove("PAM_USER");
            command
        };
        let table = run(&mut start(&["/home/guest", "guest1", "guest2"]));
        assert!(table.contains("/home/guest1") && table.contains("/home/guest2"), "{table}");
        let home = root.join("home/guest1");
        assert_eq!(
            fs::read_to_string(home.join(".profile")).expect("the template has it"),
            "umask 077\n"
        );
        assert!(!home.join("game.exe").exists());
        assert!(home.join("Documents/essay.txt").exists(), "a keep rule names it");

        // As a hook of a login.
        run(start(&["/home/guest"]).env("PAM_USER", "guest3"));
        assert!(!root.join("home/guest3/game.exe").exists());

        let output = start(&["/home/none", "guest4"]).output().expect("it was compiled");
        assert_eq!((output.status.code(), output.status.signal()), (Some(1), None));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("/home/none: "), "{said}");
        assert!(root.join("home/guest4/game.exe").exists());
        let output = start(&[]).output().expect("it was compiled");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn the_example_tells_a_client_what_it_gets_from_lts_conf() {
    need_root();
    for (compiler, options) in [("gcc", C99), ("g++", CPP), ("gcc", SANITIZED)] {
        let installed = Installation::new();
        let example = installed.compile(compiler, options, "examples/read_lts_conf.c");
        let root = configured();
        let file = root.join("etc/lts.conf");
        let start = |arguments: &[&str]| {
            let mut command = Command::new(&example);
            command.arg(&file).args(arguments);
            command
        };
        let said = run(&mut start(&["pc1"]));
        let from = format!("{}:10:1 [lab] (LIKE of [pc1])", file.display());
        assert_eq!(said, format!("session mate, from {from}\nguests welcome\n"));
        let said = run(&mut start(&["pc7", "52:54:00:12:34:56"]));
        assert!(said.starts_with("session xfce, from "), "{said}");
        assert!(said.ends_with("\nguests refused\n"), "{said}");

        let output = start(&["pc7", "nonsense"]).output().expect("it was compiled");
        assert_eq!((output.status.code(), output.status.signal()), (Some(1), None));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("nonsense"), "{said}");
        let output = Command::new(&example).arg(root.join("none/lts.conf")).output();
        let output = output.expect("it was compiled");
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("none/lts.conf"));
        let output = Command::new(&example).output().expect("it was compiled");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn the_torture_leaves_no_function_out() {
    let source = |name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        fs::read_to_string(path).expect("it is beside this file")
    };
    let source = source(TORTURE) + &source(TORTURE_CONF);
    let called = |name: &String| {
        source.match_indices(name.as_str()).any(|(at, _)| {
            matches!(source.as_bytes().get(at + name.len()), Some(b'(' | b',' | b')'))
        })
    };
    let missing: Vec<_> = functions().into_iter().filter(|name| !called(name)).collect();
    assert!(missing.is_empty(), "never given a NULL: {missing:?}");
}
