//! Every system call of a reset may fail or be the last: afterwards a home is old or new, or healed by the next reset.
mod leftovers;
mod scene;

use ltsp_core::ErrorKind;
use scene::{Scene, exit_code, judge, judge_healed};
use std::collections::BTreeSet;
use std::process::Output;
use testkit::faults::{Call, Fault, Point, Run, Traced, points};
use testkit::{FileSystem, Ignore, diff};

/// What a fault does to a home at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Promise {
    /// It is the old one or the new one.
    OldOrNew,
    /// Each entry is the old one or the new one, and the next reset completes it.
    Healed,
    /// It is not touched at all.
    Untouched,
}

/// Records the scene's command, then repeats it with the fault at the chosen calls; judges the home after each and lets
/// an undisturbed command follow.
#[track_caller]
#[expect(clippy::print_stdout, reason = "how much was tried, shown by --nocapture")]
fn each_fault(scene: &Scene, promise: Promise, fault: Fault, limit: usize) -> BTreeSet<String> {
    let old = scene.prepare();
    let recorded = Traced::new(&scene.command()).record();
    assert!(recorded.status.success(), "without a fault: {}", recorded.stderr);
    let new = scene.digest();
    scene.assert_tidy("without a fault");
    let all = points(&recorded.calls);
    assert_one_thread(&recorded.calls);
    let chosen = choose(&all, limit);
    let (mut hits, mut outcomes) = (0, BTreeSet::new());
    for point in &chosen {
        let moved = judge(&old, &scene.prepare());
        assert!(moved.is_empty(), "the start is always the same:\n  {}", moved.join("\n  "));
        let run = Traced::new(&scene.command()).inject(&point.syscall, point.nth, fault);
        hits += usize::from(run.hit);
        let what = format!("{fault:?} at number {} of {}", point.nth, point.shown);
        let now = scene.digest();
        match promise {
            Promise::OldOrNew => {
                let (to_old, to_new) = (judge(&old, &now), judge(&new, &now));
                assert!(
                    to_old.is_empty() || to_new.is_empty(),
                    "{what}: neither old nor new\nold:\n  {}\nnew:\n  {}",
                    to_old.join("\n  "),
                    to_new.join("\n  ")
                );
                outcomes.insert(if to_old.is_empty() { "old" } else { "new" }.to_owned());
            }
            Promise::Healed => {
                let torn = scene::torn(&old, &new, &now);
                assert!(torn.is_empty(), "{what}:\n  {}", torn.join("\n  "));
                outcomes.insert(format!("{} differences", judge(&new, &now).len()));
            }
            Promise::Untouched => {
                let found = diff(&old, &now, &Ignore::nothing());
                assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
            }
        }
        if fault != Fault::Kill {
            let failed = judge_answer(&what, fault, point, &run);
            if !failed {
                let found = judge(&new, &now);
                assert!(found.is_empty(), "{what}: reported as done:\n  {}", found.join("\n  "));
            }
            outcomes.insert(format!("exit {}", exit_code(run.status)));
        }
        scene.assert_others_untouched(&what);
        let next = scene.command().output().expect("the command can start");
        assert!(next.status.success(), "{what}: the next one: {}", text(&next));
        let end = scene.digest();
        let found = match promise {
            Promise::Healed => judge_healed(&new, &end, scene.owned()),
            _ => judge(&new, &end),
        };
        assert!(found.is_empty(), "{what}: after the next one:\n  {}", found.join("\n  "));
        scene.assert_tidy(&what);
    }
    // Numbers of calls that depend on time or chance may be missed, but few.
    assert!(hits * 20 >= chosen.len() * 19, "only {hits} of {} faults came to pass", chosen.len());
    println!(
        "{fault:?}: {} of {} calls, {hits} came to pass; {outcomes:?}",
        chosen.len(),
        all.len()
    );
    outcomes
}

/// Whether a run that met an error failed; if so, it must say it rightly.
#[track_caller]
fn judge_answer(what: &str, fault: Fault, point: &Point, run: &Run) -> bool {
    let Fault::Errno(errno) = fault else { panic!("{what}: a killed run says nothing") };
    let code = exit_code(run.status);
    let shown = format!("{what}: exit {code}: {}{}", run.stdout, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{shown}");
    if code == 0 {
        return false;
    }
    let kind = match errno {
        libc::ENOSPC => ErrorKind::NoSpace,
        libc::EIO => ErrorKind::Io,
        _ => panic!("{shown}: {point:?} must be made again"),
    };
    assert_eq!(code, i32::from(kind.exit_code()), "{shown}");
    let words = std::io::Error::from_raw_os_error(errno).to_string();
    let words = words.split(" (os error").next().expect("split has a first part");
    assert!(run.stderr.contains(words), "the reason is told: {shown}");
    assert!(run.stderr.contains("error: /"), "and the place: {shown}");
    true
}

fn text(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Calls are counted by thread, so a fault is only single where one thread does the work.
#[track_caller]
fn assert_one_thread(calls: &[Call]) {
    let changing = calls.iter().filter(|call| testkit::faults::mutates(call));
    let threads: BTreeSet<u32> = changing.map(|call| call.thread).collect();
    assert_eq!(threads.len(), 1, "with --threads 1 one thread does everything");
}

/// The first, the middle and the last call of every name, and as many more as the limit allows, evenly spread.
fn choose(all: &[Point], limit: usize) -> Vec<&Point> {
    let names: BTreeSet<&str> = all.iter().map(|point| point.syscall.as_str()).collect();
    let mut chosen = BTreeSet::new();
    for name in names {
        let of_name: Vec<usize> =
            (0..all.len()).filter(|&index| all[index].syscall == name).collect();
        chosen.extend([0, of_name.len() / 2, of_name.len() - 1].map(|index| of_name[index]));
    }
    let more = limit.min(all.len());
    chosen.extend((0..more).map(|index| index * all.len() / more));
    chosen.into_iter().map(|index| &all[index]).collect()
}

const ALL: usize = usize::MAX;
const SOME: usize = 24;

#[test]
fn a_swap_killed_at_any_call_leaves_old_or_new() {
    let scene =
        Scene::new(FileSystem::Tmpfs, "reset", "--strategy swap --keep kept/** --keep .k/*/x");
    let outcomes = each_fault(&scene, Promise::OldOrNew, Fault::Kill, ALL);
    assert_eq!(outcomes, ["new", "old"].map(str::to_owned).into());
}

#[test]
fn a_swap_that_meets_an_error_leaves_old_or_new_and_says_why() {
    let scene =
        Scene::new(FileSystem::Tmpfs, "reset", "--strategy swap --keep kept/** --keep .k/*/x");
    for errno in [libc::ENOSPC, libc::EIO] {
        let outcomes = each_fault(&scene, Promise::OldOrNew, Fault::Errno(errno), SOME);
        assert!(outcomes.len() >= 3, "some errors matter, others do not: {outcomes:?}");
    }
}

#[test]
fn a_swap_of_pupils_killed_at_any_call_leaves_old_or_new() {
    let scene = Scene::new(FileSystem::Ext4, "reset", "--strategy swap --policy revert --durable");
    each_fault(&scene, Promise::OldOrNew, Fault::Kill, SOME);
    each_fault(&scene, Promise::OldOrNew, Fault::Errno(libc::EIO), SOME / 2);
}

#[test]
fn a_swap_with_shared_blocks_that_meets_an_error_leaves_old_or_new() {
    let scene = Scene::new(FileSystem::Btrfs, "reset", "--strategy swap --durable");
    each_fault(&scene, Promise::OldOrNew, Fault::Kill, SOME / 2);
    each_fault(&scene, Promise::OldOrNew, Fault::Errno(libc::EIO), SOME / 2);
    each_fault(&scene, Promise::OldOrNew, Fault::Errno(libc::ENOSPC), SOME / 2);
}

#[test]
fn an_in_place_reset_killed_at_any_call_is_healed_by_the_next() {
    let options = "--strategy in-place --keep kept/** --keep .k/*/x";
    let scene = Scene::new(FileSystem::Tmpfs, "reset", options);
    let outcomes = each_fault(&scene, Promise::Healed, Fault::Kill, ALL);
    assert!(outcomes.len() > 3, "from nothing healed to everything: {outcomes:?}");
}

#[test]
fn an_in_place_reset_with_a_receipt_killed_at_any_call_is_healed_by_the_next() {
    let options = "--strategy in-place --keep kept/** --keep .k/*/x";
    let scene = Scene::new(FileSystem::Tmpfs, "reset", options).with_receipt();
    each_fault(&scene, Promise::Healed, Fault::Kill, SOME * 3);
    each_fault(&scene, Promise::Healed, Fault::Errno(libc::EIO), SOME);
}

#[test]
fn an_in_place_reset_that_meets_an_error_is_healed_by_the_next() {
    let options = "--strategy in-place --keep kept/** --keep .k/*/x";
    let scene = Scene::new(FileSystem::Ext4, "reset", options);
    for errno in [libc::ENOSPC, libc::EIO] {
        each_fault(&scene, Promise::Healed, Fault::Errno(errno), SOME);
    }
}

#[test]
fn a_volatile_reset_killed_at_any_call_is_completed_by_the_next() {
    let options = "--policy volatile --volatile junk/** --volatile deep --keep junk/deep/z";
    let scene = Scene::new(FileSystem::Tmpfs, "reset", options);
    each_fault(&scene, Promise::Healed, Fault::Kill, ALL);
    each_fault(&scene, Promise::Healed, Fault::Errno(libc::EIO), SOME);
}

#[test]
fn a_home_with_a_file_system_of_its_own_killed_at_any_call_is_healed_by_the_next() {
    let scene = Scene::mounted("reset", "--keep kept/**");
    each_fault(&scene, Promise::Healed, Fault::Kill, SOME * 3);
    each_fault(&scene, Promise::Healed, Fault::Errno(libc::ENOSPC), SOME);
}

#[test]
fn an_interrupted_call_is_made_again() {
    for options in ["--strategy swap --keep kept/**", "--strategy in-place --keep kept/**"] {
        let scene = Scene::new(FileSystem::Btrfs, "reset", options);
        let promise = if options.contains("swap") { Promise::OldOrNew } else { Promise::Healed };
        let outcomes = each_fault(&scene, promise, Fault::Errno(libc::EINTR), SOME);
        assert!(!outcomes.contains("old") && outcomes.contains("exit 0"), "{outcomes:?}");
    }
}

#[test]
fn a_spare_whose_making_is_killed_at_any_call_harms_nothing() {
    let scene = Scene::new(FileSystem::Tmpfs, "stage", "").with_outdated_spare();
    each_fault(&scene, Promise::Untouched, Fault::Kill, SOME * 3);
    each_fault(&scene, Promise::Untouched, Fault::Errno(libc::ENOSPC), SOME);
    // What is there afterwards is a spare that may be used.
    scene.prepare();
    for point in scene.half_made(SOME) {
        let reset = scene.other("reset", "--spare trusted").output().expect("it can start");
        assert!(reset.status.success(), "{point:?}: {}", text(&reset));
        let found = scene.differs_from_template();
        assert!(found.is_empty(), "{point:?}:\n  {}", found.join("\n  "));
    }
}

#[test]
fn a_swap_of_a_spare_killed_at_any_call_leaves_old_or_new() {
    for spare in ["trusted", "checked"] {
        let options = format!("--spare {spare} --keep kept/**");
        let scene = Scene::new(FileSystem::Tmpfs, "reset", &options).with_spare();
        let outcomes = each_fault(&scene, Promise::OldOrNew, Fault::Kill, ALL);
        assert_eq!(outcomes, ["new", "old"].map(str::to_owned).into());
        each_fault(&scene, Promise::OldOrNew, Fault::Errno(libc::EIO), SOME);
    }
}

#[test]
fn cleaning_up_killed_at_any_call_is_finished_by_the_next() {
    let scene = Scene::new(FileSystem::Tmpfs, "clean", "").with_leftovers();
    each_fault(&scene, Promise::Untouched, Fault::Kill, ALL);
    each_fault(&scene, Promise::Untouched, Fault::Errno(libc::EIO), SOME);
}

/// What lies deeper than a reset links files one by one is kept, too, whatever happens when.
#[test]
fn a_kept_directory_of_any_depth_survives_a_kill_and_an_error() {
    let scene =
        Scene::new(FileSystem::Tmpfs, "reset", "--strategy swap --keep kept/**").with_depths();
    scene.prepare();
    let recorded = Traced::new(&scene.command()).record();
    assert!(recorded.status.success(), "{}", recorded.stderr);
    scene.assert_depths_kept("without a fault");
    let renames: Vec<_> =
        points(&recorded.calls).into_iter().filter(|point| point.syscall == "renameat2").collect();
    assert!(!renames.is_empty(), "at least the exchange is one");
    for point in &renames {
        for fault in [Fault::Kill, Fault::Errno(libc::EIO)] {
            scene.prepare();
            let what = format!("{fault:?} at {}", point.shown);
            let run = Traced::new(&scene.command()).inject(&point.syscall, point.nth, fault);
            assert!(run.hit, "{what}");
            let next = scene.command().output().expect("the command can start");
            assert!(next.status.success(), "{what}: the next one: {}", text(&next));
            scene.assert_depths_kept(&what);
        }
    }
}
