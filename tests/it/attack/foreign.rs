//! Somebody else's directory that an owner may move but not empty: root must not empty it on the owner's behalf.
use super::arena::{Arena, UID};
use super::policies;
use ltsp_core::home::{Policy, Strategy};
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use nix::sys::stat::{Mode, mkdirat};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use testkit::attack::{Canary, custom};
use testkit::{Digest, FileSystem, Ignore, Tree, diff, tree};

/// Whose directory it is.
const TEACHER: u32 = 4602;

/// A directory of the teacher's that the attacker's group may write: so it may be moved about. It is sticky, so what is
/// in it can be removed by the teacher only.
fn lend(path: &Path) {
    // Enough that it takes a while to go through them.
    let many = (0..200).fold(Tree::new(), |tree, number| {
        tree.with(format!("pupil{number}"), testkit::tree::file("1\n"))
    });
    let known = tree! {
        "marks" => file("all of them\n").mode(0o600),
        "term/week/one" => file("1\n"),
        "term/week/two" => file("2\n"),
        "term/plan" => file("plan\n"),
        "f0" => file("0\n"), "f1" => file("1\n"), "f2" => file("2\n"), "f3" => file("3\n"),
    };
    known.and(many).owned_by(TEACHER, UID).dated(1_500_000_000, 7).build_at(path);
    fs::set_permissions(path, Permissions::from_mode(0o1770)).expect("root may change modes");
}

/// Moves the directory into the home and out again, as fast as it can, at many names; stops as soon as something is
/// missing in it.
#[test]
fn a_directory_of_another_user_outside_the_home_loses_nothing() {
    for (policy, strategy) in policies::combinations() {
        let what = format!("{policy} {strategy}");
        let arena = Arena::on(FileSystem::Tmpfs);
        let place = arena.host.outside().join("lent");
        fs::create_dir(&place).expect("the name is free");
        lchown(&place, Some(UID), Some(UID)).expect("root may");
        let lent = place.join("lent");
        lend(&lent);
        let whole = Digest::of(&lent);
        let names = count(&lent).expect("it is there");
        let canary = Canary::plant(&arena.host.path("other"));
        let reset = policies::reset(&arena.host, policy, strategy);
        let torn = Arc::new(AtomicBool::new(false));
        let mover = {
            let (home, from, torn) = (arena.home(), lent.clone(), Arc::clone(&torn));
            let mut turn = 0_usize;
            // Held while the homes change places, so that the old one can still be reached.
            let mut held = fs::File::open(&home).expect("the home is there");
            custom("mover", UID, UID, move || {
                if torn.load(Ordering::Relaxed) {
                    return Ok(());
                }
                turn += 1;
                if turn % 64 == 0 {
                    held = fs::File::open(&home)?;
                }
                let _ = mkdirat(&held, "mover", Mode::S_IRWXU);
                // At names that are the template's, that are not, and that volatile rules match.
                let name =
                    [".config", "churn", "mover/mine", "a", ".cache", "mover/.config"][turn % 6];
                let free = RenameFlags::RENAME_NOREPLACE;
                renameat2(AT_FDCWD, &from, &held, name, free)?;
                std::thread::sleep(Duration::from_micros(20 * (turn % 7) as u64));
                renameat2(&held, name, AT_FDCWD, &from, free)?;
                torn.store(count(&from)? < names, Ordering::Relaxed);
                Ok(())
            })
        };
        let (start, mut lost) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_secs(2) && !torn.load(Ordering::Relaxed) {
            // A reset may lose a race and say so.
            let _ = policies::run(&reset);
            // What is in the home when it is reset goes with it. The mover cannot make it anew; root does.
            if !lent.exists() {
                std::thread::sleep(Duration::from_millis(1));
                let again = place.join(format!("again{lost}"));
                lend(&again);
                lost += u32::from(fs::rename(&again, &lent).is_ok());
                testkit::remove_tree(&again).expect("nobody else knows it");
            }
        }
        let stats = mover.stop();
        assert!(stats.churned > 20, "{what}: {stats:?}, {lost} lost");
        canary.assert_untouched();
        if let Ok(now) = Digest::try_of(&lent) {
            let found = diff(&whole, &now, &Ignore::nothing());
            assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
        }
        assert!(!torn.load(Ordering::Relaxed), "{what}: something was missing");
    }
}

/// Entries in the teacher's directory and the one below it.
fn count(lent: &Path) -> std::io::Result<usize> {
    Ok(fs::read_dir(lent)?.count() + fs::read_dir(lent.join("term"))?.count())
}

/// Where a home is a file system of its own, root makes its workshop inside of it; its owner can rename that.
#[test]
fn a_directory_of_another_user_in_the_workshops_place_is_left_alone() {
    let arena = Arena::mounted();
    let home = arena.home();
    let lent = home.join("lent");
    let reset = policies::reset(&arena.host, Policy::Volatile, Strategy::InPlace);
    lend(&lent);
    let whole = Digest::of(&lent);
    let (place, mut swapped) = (home.clone(), 0_u64);
    let mover = custom("mover", UID, UID, move || {
        let held = fs::File::open(&place)?;
        let names = fs::read_dir(&place)?.filter_map(|entry| Some(entry.ok()?.file_name()));
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(b".ltsp-staging-")) {
            renameat2(&held, "lent", &held, name.as_os_str(), RenameFlags::RENAME_EXCHANGE)?;
            swapped += 1;
            // Long enough for root to look at it.
            std::thread::sleep(Duration::from_micros(50 * (swapped % 8)));
            renameat2(&held, "lent", &held, name.as_os_str(), RenameFlags::RENAME_EXCHANGE)?;
        }
        Ok(())
    });
    let (start, mut lost) = (Instant::now(), 0_u32);
    while start.elapsed() < Duration::from_secs(3) {
        // A reset may lose a race and say so.
        lost += u32::from(policies::run(&reset).is_err());
        let found = found_whole(&whole, &home);
        assert!(found.is_empty(), "after {lost} lost races:\n  {}", found.join("\n  "));
    }
    let stats = mover.stop();
    assert!(stats.churned > 100, "{stats:?}");
    println!("{lost} resets lost a race");
    let found = found_whole(&whole, &home);
    assert!(found.is_empty(), "{}", found.join("\n  "));
}

/// How the teacher's directory differs from what it was, whatever its name is by now.
fn found_whole(whole: &Digest, home: &Path) -> Vec<String> {
    for _ in 0..200 {
        let entries = fs::read_dir(home).expect("the home is there");
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let theirs = paths.filter(|path| {
            use std::os::unix::fs::MetadataExt;
            path.symlink_metadata().is_ok_and(|metadata| metadata.uid() == TEACHER)
        });
        let Some(lent) = theirs.last() else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        let Ok(now) = Digest::try_of(&lent) else { continue };
        let found = diff(whole, &now, &Ignore::nothing());
        if found.is_empty() {
            return Vec::new();
        }
        // Exchanged in the middle of looking: look again.
        if lent.join("marks").exists() && Digest::try_of(&lent).is_ok_and(|again| again == now) {
            return found;
        }
    }
    let left = testkit::oracle::find(home, &["-uid", &TEACHER.to_string()]);
    vec![format!("of it there is left: {left:?}")]
}
