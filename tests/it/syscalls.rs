//! What a reset asks of the kernel: never a path below its root, and nothing new is anybody's before it is its owner's.
use std::collections::BTreeMap;
use std::process::Command;
use testkit::faults::{Call, Run, Traced, mutates, path_violations};
use testkit::{Digest, FileSystem, Host, Ignore, assert_same, oracle, tree};

const NAME: &str = "mallory";
const UID: u32 = 4621;
const GID: u32 = 4622;

fn host(dir: &std::path::Path) -> Host {
    let host = Host::on(dir)
        .account(NAME, UID, GID, &format!("/home/{NAME}"))
        .template(
            tree! {
                ".profile" => file("umask 077\n").mode(0o644),
                ".config/app/settings" => file(filler(1, 9_000)).mode(0o640).xattr("user.note", "x"),
                ".config/app/again" => hard_link(".config/app/settings"),
                ".config/private" => dir().mode(0o700),
                "Desktop/shared" => file("by list\n").acl(&Acl::new(6, 4, 0).user(77, 4)),
                "Desktop/heirs" => dir().default_acl(&Acl::new(7, 5, 0).user(77, 7)),
                "Desktop/heirs/one" => file("1").mode(0o755),
                "program" => file("#!/bin/sh\n").mode(0o4755),
                "to" => symlink(".profile"),
                "pipe" => fifo().mode(0o640).acl(&Acl::new(6, 4, 0).user(77, 4)),
                "door" => socket().mode(0o600),
                "sparse" => sparse(1 << 20, [(0, "head"), (524_288, "middle")]),
                "kept/laid" => file("laid\n"),
            }
            .dated(1_400_000_000, 5),
        )
        .home_tree(NAME, tree! {
            ".profile" => file("changed\n"),
            ".config/app" => symlink("/etc"),
            "junk/a/b/c/file" => file("x"),
            format!("deep{}/end", "/d".repeat(40)) => file("end"),
            "kept/mine" => file("mine\n"),
            "kept/sub/pipe" => fifo(),
            "shut" => dir().mode(0),
            b"-rf \n\xff" => file("a name\n"),
        });
    // The root itself may be reached by a link, as /home is in some places.
    std::os::unix::fs::symlink("template", host.path("srv/link")).expect("the name is free");
    host
}

fn command(host: &Host, verb: &str, options: &str) -> Command {
    let mut command = Command::new(oracle::ltspctl());
    command.args(["home", verb, "--user", NAME, "--root"]).arg(host.root());
    command.args(options.split_whitespace()).current_dir("/");
    command
}

#[track_caller]
fn record(host: &Host, verb: &str, options: &str) -> Run {
    let run = Traced::new(&command(host, verb, options)).record();
    assert!(run.status.success(), "{verb} {options}: {}{}", run.stdout, run.stderr);
    run
}

/// The verbs and options that take different ways through the library.
const WAYS: &[(&str, &str)] = &[
    ("verify", "--template /home/other --template-owner 4623"),
    ("reset", "--template /srv/link --strategy in-place --keep kept/** --keep .k/*/x"),
    ("reset", "--template /srv/template --strategy swap --keep kept/** --durable"),
    ("reset", "--template /srv/template --strategy in-place --policy revert"),
    ("stage", "--template /srv/template"),
    ("reset", "--template /srv/template --spare trusted --defer-cleanup --threads 3"),
    ("reset", "--policy volatile --volatile .config/** --volatile junk"),
    ("reset", "--template /srv/template --busy terminate --dry-run"),
    ("clean", ""),
];

#[test]
fn a_reset_makes_only_calls_relative_to_held_directories() {
    for file_system in [FileSystem::Tmpfs, FileSystem::Ext4, FileSystem::Btrfs] {
        let mount = file_system.mount();
        let host = host(mount.path())
            .account("other", 4623, 4623, "/home/other")
            .home_tree("other", tree! { ".profile" => file("x"), "kept/laid" => file("y") });
        for (verb, options) in WAYS {
            // A comparison that finds differences says so by its exit code.
            let run = match *verb {
                "verify" => Traced::new(&command(&host, verb, options)).record(),
                _ => record(&host, verb, options),
            };
            assert!(run.status.code().is_some_and(|code| code <= 1), "{verb}: {}", run.stderr);
            let found = path_violations(&run.calls, host.root());
            assert!(found.is_empty(), "{verb} {options}:\n  {}", found.join("\n  "));
            let relative = run.calls.iter().filter(|call| below(call, &host)).count();
            assert!(relative >= 5, "{verb} {options}: only {relative} calls were looked at");
            let roots = run.calls.iter().filter(|call| opens(call, host.root())).count();
            assert_eq!(roots, 1, "{verb} {options}: the root is opened once, by its path");
        }
    }
}

/// Whether a call names something below the root by a descriptor.
fn below(call: &Call, host: &Host) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let root = host.root().as_os_str().as_bytes();
    call.name.contains("at")
        && call
            .descriptor(0)
            .is_some_and(|(_, path)| path.is_some_and(|path| path.starts_with(root)))
}

fn opens(call: &Call, path: &std::path::Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    (0..2).any(|index| call.string(index).is_some_and(|name| name == path.as_os_str().as_bytes()))
        && call.name.starts_with("open")
}

/// An entry that was made, and what was done about who may use it, in order.
#[derive(Debug, Default)]
struct Made {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Made with these permission bits.
    Created(u32),
    /// Given to its owner.
    Given,
    /// Opened up with these bits.
    Mode(u32),
    /// An access list was set.
    List,
}

/// The history of everything that became part of a home: from its making in a private place to its moving away.
fn histories(calls: &[Call]) -> Vec<Made> {
    let mut by_path: BTreeMap<Vec<u8>, Made> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.succeeded()) {
        let octal = |index: usize| {
            let shown = call.args.get(index).map_or("", String::as_str);
            u32::from_str_radix(shown.trim_start_matches('0'), 8).unwrap_or(0)
        };
        let joined = || {
            let (_, dir) = call.descriptor(0)?;
            Some([dir?, b"/".to_vec(), call.string(1)?].concat())
        };
        let held = || call.descriptor(0).and_then(|(_, path)| path);
        // An entry by its descriptor in /proc: strace does not tell which; it is the last one made.
        let (path, step) = match call.name.as_str() {
            "openat" | "openat2" if call.args.iter().any(|arg| arg.contains("O_CREAT")) => {
                let mode = if call.name == "openat" { octal(3) } else { mode_of_how(call) };
                (joined(), Step::Created(mode))
            }
            "mkdirat" | "mknodat" => {
                let mode = call.args.get(2).map_or("", String::as_str);
                let mode = mode.rsplit('|').next().unwrap_or(mode);
                (joined(), Step::Created(u32::from_str_radix(mode, 8).unwrap_or(0o7777)))
            }
            "fchown" => (held(), Step::Given),
            "fchownat" => (joined(), Step::Given),
            "fchmod" => (held(), Step::Mode(octal(1))),
            "fchmodat" | "fchmodat2" => (joined(), Step::Mode(octal(2))),
            "fsetxattr" => (held(), Step::List),
            _ => continue,
        };
        let Some(path) = path else { continue };
        if let Step::Created(_) = step {
            let made = Made { steps: vec![step] };
            by_path.insert(path, made);
        } else if let Some(made) = by_path.get_mut(&path) {
            made.steps.push(step);
        }
    }
    by_path.into_values().collect()
}

fn mode_of_how(call: &Call) -> u32 {
    let how = call.args.join(" ");
    let mode = how.split("mode=").nth(1).unwrap_or("0");
    let digits: String = mode.chars().take_while(char::is_ascii_digit).collect();
    u32::from_str_radix(&digits, 8).unwrap_or(0)
}

#[test]
fn a_new_file_is_private_until_it_has_its_owner() {
    for strategy in ["swap", "in-place"] {
        let mount = FileSystem::Ext4.mount();
        let host = host(mount.path());
        let options = format!(
            "--template /srv/template --strategy {strategy} --keep kept/sub/** --threads 1"
        );
        let run = record(&host, "reset", &options);
        assert_same(
            &Digest::of(host.template_path()),
            &Digest::of(host.home(NAME)),
            &Ignore::reset_for(UID, GID).without("kept"),
        );
        let made = histories(&run.calls);
        // Locks, receipts and the staging directory itself stay root's.
        let given: Vec<_> = made.iter().filter(|made| made.steps.contains(&Step::Given)).collect();
        assert!(given.len() >= 10, "{strategy}: {made:#?}");
        for made in &made {
            let Some(Step::Created(mode)) = made.steps.first() else { panic!("{made:?}") };
            assert_eq!(mode & 0o077, 0, "{strategy}: open to others from the start: {made:?}");
            let owner = made.steps.iter().position(|step| *step == Step::Given);
            for (at, step) in made.steps.iter().enumerate() {
                let opened = match step {
                    Step::Mode(mode) => mode & 0o077 != 0,
                    Step::List => true,
                    Step::Created(_) | Step::Given => false,
                };
                let early = opened && owner.is_none_or(|owner| at < owner);
                assert!(!early, "{strategy}: opened before it has its owner: {made:?}");
            }
            let special = made.steps.iter().any(
                |step| matches!(step, Step::Created(mode) | Step::Mode(mode) if mode & 0o6000 != 0),
            );
            assert!(!special, "{strategy}: a set-id bit: {made:?}");
        }
        // A new file is never one that was there already.
        let creations = run.calls.iter().filter(|call| {
            mutates(call) && call.name.starts_with("open") && !call.shown().contains("lock-")
        });
        for call in creations {
            assert!(call.shown().contains("O_EXCL"), "{strategy}: {}", call.shown());
        }
    }
}

#[test]
fn an_existing_file_is_never_opened_to_be_written_nor_given_away() {
    for strategy in ["swap", "in-place"] {
        let mount = FileSystem::Tmpfs.mount();
        let host = host(mount.path());
        let options = format!("--template /srv/template --strategy {strategy} --keep kept/**");
        let run = record(&host, "reset", &options);
        let home = host.home(NAME);
        for call in run.calls.iter().filter(|call| call.succeeded()) {
            let shown = call.shown();
            let opened = call.name.starts_with("open")
                && (shown.contains("O_WRONLY") || shown.contains("O_RDWR"));
            let in_home = call.descriptor(0).is_some_and(|(_, path)| {
                path.is_some_and(|path| path.starts_with(home.as_os_str().as_encoded_bytes()))
            });
            assert!(!(opened && in_home), "{strategy}: {shown}");
            // Only directories are given owner and mode where they are; a file would have to be named.
            let named = matches!(call.name.as_str(), "fchownat" | "fchmodat" | "chown" | "chmod");
            assert!(!(named && in_home), "{strategy}: {shown}");
        }
    }
}
