//! Faults come at exactly the call they were asked for.
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use testkit::faults::{Fault, Traced, each_fault, path_violations, points};
use testkit::mount::tmpfs;
use testkit::oracle::need;
use testkit::{remove_tree, tree};

fn command(program: &str, dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(need(program));
    command.args(arguments).current_dir(dir);
    command
}

fn names(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir).expect("readable");
    entries
        .map(|entry| entry.expect("readable").file_name().into_string().expect("plain names"))
        .collect()
}

#[test]
fn a_kill_at_the_nth_call_leaves_exactly_the_calls_before() {
    for nth in 1..=3 {
        let mount = tmpfs("");
        let mkdir = command("mkdir", mount.path(), &["a", "b", "c"]);
        let run = Traced::new(&mkdir).inject("mkdir", nth, Fault::Kill);
        assert!(run.hit && run.killed(), "{run:?}");
        let done = usize::try_from(nth).expect("small") - 1;
        assert_eq!(
            names(mount.path()),
            ["a", "b", "c"].iter().take(done).map(ToString::to_string).collect()
        );
    }
}

#[test]
fn an_error_at_the_nth_call_is_seen_by_the_program_and_by_the_run() {
    let mount = tmpfs("");
    let mkdir = Traced::new(&command("mkdir", mount.path(), &["a", "b", "c"]));
    let run = mkdir.inject("mkdir", 2, Fault::Errno(libc::ENOSPC));
    assert!(run.hit && !run.killed() && !run.status.success());
    assert!(run.stderr.contains("No space left on device"), "{}", run.stderr);
    assert_eq!(names(mount.path()), ["a".to_owned(), "c".to_owned()].into());
    let run = mkdir.inject("mkdir", 9, Fault::Errno(libc::ENOSPC));
    assert!(!run.hit, "there is no ninth call");
    let run = mkdir.refuse("mkdir", libc::EPERM);
    assert!(
        run.hit && run.calls.iter().filter(|call| call.name == "mkdir").all(|call| call.injected)
    );
}

#[test]
fn a_recording_has_every_changing_call_in_order_with_its_arguments() {
    let mount = tmpfs("");
    tree! { "a b,\"c\"" => file("x"), "d/e" => file("y") }.build_at(mount.path());
    let run = Traced::new(&command("rm", mount.path(), &["-r", "a b,\"c\"", "d"])).record();
    assert!(run.status.success(), "{}", run.stderr);
    let found = points(&run.calls);
    let removals: Vec<_> = found.iter().map(|point| (point.syscall.as_str(), point.nth)).collect();
    assert_eq!(removals, [("unlinkat", 1), ("unlinkat", 2), ("unlinkat", 3)]);
    let removed: Vec<_> = run
        .calls
        .iter()
        .filter(|call| call.name == "unlinkat")
        .map(|call| call.string(1))
        .collect();
    assert_eq!(removed, [b"a b,\"c\"".to_vec(), b"e".to_vec(), b"d".to_vec()].map(Some));
    let output = Traced::new(&command("echo", mount.path(), &["hello"])).record();
    assert_eq!(
        (output.stdout.as_str(), points(&output.calls).len()),
        ("hello\n", 0),
        "standard output is no file"
    );
}

#[test]
fn each_fault_tries_every_point_from_the_same_start() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    let start = || {
        remove_tree(&root).expect("it can be removed");
        tree! { "from/a" => file("1"), "from/b/c" => file("2") }.build_at(&root);
    };
    let copy = || command("cp", &root, &["-a", "from", "to"]);
    let mut outcomes = BTreeSet::new();
    let summary = each_fault(copy, Fault::Kill, usize::MAX, start, |point, run| {
        assert!(run.killed(), "{point:?}: {run:?}");
        let made = root.join("to").exists().then(|| testkit::oracle::find(&root.join("to"), &[]));
        outcomes.insert(made);
    });
    assert!(summary.points >= 6 && summary.tried == summary.points, "{summary:?}");
    assert_eq!(summary.hits, summary.tried, "{summary:?}");
    assert!(outcomes.len() >= 4, "from nothing to everything: {outcomes:?}");

    let mut failures = 0;
    let summary = each_fault(copy, Fault::Errno(libc::EIO), 3, start, |_, run| {
        failures += u32::from(!run.status.success())
    });
    assert_eq!((summary.tried, summary.hits), (3, 3), "{summary:?}");
    assert!(failures >= 1);
}

#[test]
fn threads_and_children_are_followed() {
    let mount = tmpfs("");
    let run =
        Traced::new(&command("sh", mount.path(), &["-c", "mkdir one & wait; mkdir two three"]))
            .record();
    let made: Vec<_> =
        points(&run.calls).into_iter().map(|point| (point.syscall, point.nth)).collect();
    assert_eq!(
        made,
        [("mkdir".to_owned(), 1), ("mkdir".to_owned(), 2)],
        "counted in each thread on its own"
    );
    assert_eq!(run.calls.iter().filter(|call| call.name == "mkdir").count(), 3);
}

#[test]
fn a_command_that_hangs_is_ended_and_told() {
    let hangs = std::panic::catch_unwind(|| {
        let sleep = command("sleep", Path::new("/"), &["600"]);
        Traced::new(&sleep).time_limit(Duration::from_millis(300)).record();
    });
    let message = hangs.expect_err("it hangs");
    assert!(message.downcast_ref::<String>().is_some_and(|message| message.contains("hangs")));
}

#[test]
fn paths_below_the_root_are_told_from_components_below_descriptors() {
    let mount = tmpfs("");
    let root = mount.path().join("root");
    tree! { "home/a/b/file" => file("x") }.build_at(&root);
    let by_path = root.join("home/a/b");
    let list = command("ls", Path::new("/"), &[by_path.to_str().expect("plain names")]);
    let run = Traced::new(&list).record();
    assert!(run.status.success());
    let found = path_violations(&run.calls, &root);
    assert!(found.iter().any(|line| line.starts_with("an absolute path")), "{found:?}");
    assert!(path_violations(&run.calls, Path::new("/nowhere")).is_empty());

    // rm walks by descriptors below the directory it is told, but takes that one from the working directory.
    let run = Traced::new(&command("rm", &root, &["-r", "home"])).record();
    let found = path_violations(&run.calls, &root);
    assert!(
        !found.is_empty() && found.iter().all(|line| line.contains("working directory")),
        "{found:?}"
    );
    let below = run
        .calls
        .iter()
        .filter(|call| call.name == "unlinkat" && !call.args[0].starts_with("AT_FDCWD"));
    assert_eq!(below.count(), 3, "a, b and file");
}
