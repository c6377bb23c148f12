//! A hostile owner at work in its home while root resets it: nothing outside of the home changes, nothing hangs.
//!
//! `LTSP_SOAK_SECONDS` makes the fights longer.
mod arena;
mod foreign;
mod planted;
mod policies;

use arena::{Arena, Fight, NAME, UID, next_file_system, seconds};
use ltsp_core::home::{Policy, Strategy};
use std::sync::Mutex;
use std::time::Duration;
use testkit::attack::Attacker;
use testkit::{FileSystem, naive};

/// Fights that go on at the same time: each has as many attackers as there are kinds.
const AT_ONCE: usize = 2;

#[test]
fn a_swapping_owner_changes_nothing_outside() {
    let mut combinations: Vec<_> = policies::combinations()
        .into_iter()
        .map(|(policy, strategy)| (policy, strategy, false))
        .collect();
    // Where a home is a file system of its own, all the work is done under its owner's eyes.
    combinations.push((Policy::Exact, Strategy::InPlace, true));
    combinations.push((Policy::Revert, Strategy::InPlace, true));
    let rounds = combinations.len().div_ceil(AT_ONCE);
    let time = seconds() / u32::try_from(rounds).expect("few rounds");
    let todo = Mutex::new(combinations);
    // Each in a thread, and so in a mount namespace, of its own.
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((policy, strategy, mounted)) = next(&todo) {
                    let arena =
                        if mounted { Arena::mounted() } else { Arena::on(next_file_system()) };
                    all_against(&arena, (policy, strategy, mounted), time);
                }
            });
        }
    });
}

fn next<T>(todo: &Mutex<Vec<T>>) -> Option<T> {
    // Others may have panicked while they held it, which changes nothing about the rest.
    todo.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop()
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "what a soak has come to, shown by --nocapture")]
fn all_against(
    arena: &Arena,
    (policy, strategy, mounted): (Policy, Strategy, bool),
    time: Duration,
) {
    let what = format!("{policy} {strategy}{}", if mounted { " on its own" } else { "" });
    let reset = policies::reset(&arena.host, policy, strategy);
    let fighting = reset.clone();
    let fight = arena.fight(&Attacker::all(), time, move || policies::run(&fighting));
    println!("{what}: {}", shown(&fight));
    assert!(fight.damage.is_empty(), "{what}:\n  {}", fight.damage.join("\n  "));
    assert!(!fight.hung, "{what}: a reset does not end: {fight:?}");
    // A reset may lose a race and say so; it may not lose them all.
    let won = fight.tried - fight.failures();
    assert!(fight.tried >= 5 && won * 4 >= fight.tried, "{what}: {fight:?}");
    // Not every kernel lets users mount; and a file system of its own is left by no move and no link.
    let idle = ["Mounter", "Escapee", "HardLinker"];
    let idle = if mounted { &idle[..] } else { &idle[..1] };
    for attack in fight.attacks.iter().filter(|attack| !idle.contains(&attack.attacker.as_str())) {
        assert!(attack.total() > 0, "{what}: the attacker did nothing: {attack:?}");
    }

    policies::run(&reset).expect("nobody is in the way any more");
    let wrong = policies::wrong(arena, policy);
    assert!(wrong.is_empty(), "{what}, when it is quiet again:\n  {}", wrong.join("\n  "));
    let left = policies::left_over(&arena.host.path("home"), &arena.home());
    assert!(left.is_empty(), "{what}: {left:?}");
}

fn shown(fight: &Fight) -> String {
    let attacks: Vec<_> = fight
        .attacks
        .iter()
        .map(|attack| format!("{} {}", attack.attacker, attack.total()))
        .collect();
    format!(
        "{} resets, {} failed {:?}; {}",
        fight.tried,
        fight.failures(),
        fight.failed,
        attacks.join(", ")
    )
}

#[test]
fn the_attackers_catch_a_reset_by_path() {
    let arena = Arena::on(FileSystem::Tmpfs);
    let (template, home) = (arena.host.template_path(), arena.home());
    // Not the planters: by path, root would wait on their first FIFO for ever.
    let attackers = [Attacker::SymlinkSwapper, Attacker::HardLinker, Attacker::DirChurner];
    let fight = arena.fight(&attackers, Duration::from_secs(30), move || {
        naive::reset(&template, &home, UID, UID);
        Ok(())
    });
    assert!(!fight.damage.is_empty(), "a reset by path was not caught: {fight:?}");
}

#[test]
fn the_watchdog_catches_a_reset_that_waits_on_a_fifo() {
    let arena = Arena::on(FileSystem::Tmpfs);
    let (template, home) = (arena.host.template_path(), arena.home());
    let planter = Attacker::FifoPlanter.start(&arena.target());
    planter.wait_for(50);
    let from = template.clone();
    // The script's second step alone is enough: files are opened by name to be written.
    let fight = arena.resets(Duration::from_secs(20), Duration::from_secs(2), move || {
        naive::reset(&from, &home, UID, UID);
        Ok(())
    });
    planter.stop();
    assert!(fight.hung, "a reset that opens FIFOs was not caught: {fight:?}");
    // Somebody at the other end lets the waiting thread go.
    for path in testkit::oracle::find(&arena.home(), &["-type", "p"]) {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::OpenOptionsExt;
        let path = arena.home().join(std::ffi::OsStr::from_bytes(&path));
        let reader =
            std::fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path);
        drop(reader.expect("a FIFO can be opened for reading at any time"));
    }
    assert_eq!(arena.host.of(NAME).uid, UID);
}
