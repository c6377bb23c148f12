//! Where an account fights root: a scratch system with canaries, attackers, and a watchdog over each reset.
use super::policies;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use testkit::attack::{AttackStats, Attacker, Canary, Running, Target};
use testkit::mount::{Mount, tmpfs_at};
use testkit::{FileSystem, Host, Snapshot};

/// The account under attack is its own attacker.
pub(super) const NAME: &str = "mallory";
/// The same in every arena: resets here never look for processes, so they do not meet the attackers of another one.
pub(super) const UID: u32 = 4601;

/// Far longer than any reset here takes, even when a dozen attackers share two processors.
const WATCHDOG: Duration = Duration::from_secs(60);

/// A scratch system in which one home is fought over.
pub(super) struct Arena {
    // Before the host, in which it is mounted.
    _own: Option<Mount>,
    pub(super) host: Host,
    canaries: [Canary; 2],
    template: Snapshot,
    // After the host, which lives on it.
    _mount: Mount,
}

/// What came of a fight.
#[derive(Debug, Default)]
pub(super) struct Fight {
    /// Resets that were tried.
    pub(super) tried: u64,
    /// Those that failed, by what they said.
    pub(super) failed: BTreeMap<String, u64>,
    /// Everything outside of the home that changed.
    pub(super) damage: Vec<String>,
    /// What the attackers have done.
    pub(super) attacks: Vec<AttackStats>,
    /// A reset did not end.
    pub(super) hung: bool,
}

impl Fight {
    pub(super) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}

impl Arena {
    #[track_caller]
    pub(super) fn on(file_system: FileSystem) -> Self {
        Self::make(file_system, false)
    }

    /// The home is a file system of its own, so that root has to do all its work inside of it.
    #[track_caller]
    pub(super) fn mounted() -> Self {
        Self::make(FileSystem::Tmpfs, true)
    }

    #[track_caller]
    fn make(file_system: FileSystem, mounted: bool) -> Self {
        let mount = file_system.mount();
        let host = Host::on(mount.path())
            .account(NAME, UID, UID, &format!("/home/{NAME}"))
            .template(policies::template());
        let own = mounted.then(|| tmpfs_at(&host.home(NAME)));
        let host = host.home_tree(NAME, policies::messy_home());
        // Others may make links while some other test has the kernel's protection switched off.
        let more = policies::template();
        let canaries = [host.path("canary"), host.outside().join("bystander")]
            .map(|path| Canary::plant_with(&path, more.clone()).linkable());
        let template = Snapshot::of(host.template_path());
        Self { host, canaries, template, _own: own, _mount: mount }
    }

    pub(super) fn home(&self) -> PathBuf {
        self.host.home(NAME)
    }

    pub(super) fn target(&self) -> Target {
        Target {
            home: self.home(),
            uid: UID,
            gid: UID,
            canary: self.canaries[0].path().to_path_buf(),
            outside: self.host.outside(),
        }
    }

    /// Everything outside of the home that is not as it was, or that root has put there.
    pub(super) fn damage(&self) -> Vec<String> {
        let mut found: Vec<String> = self.canaries.iter().flat_map(Canary::changes).collect();
        found.extend(self.template.changes());
        found.extend(self.others_in(&self.host.path("home"), &[NAME, ".ltsp-staging"]));
        found.extend(self.strangers());
        found
    }

    fn others_in(&self, dir: &Path, expected: &[&str]) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("the directory of the homes is there");
        entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .filter(|name| !expected.contains(&name.as_str()))
            .map(|name| format!("{} has a new entry {name}", dir.display()))
            .collect()
    }

    /// What lies where the account has moved its things to must be the account's.
    fn strangers(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut todo = vec![self.host.outside()];
        while let Some(dir) = todo.pop() {
            // Attackers move directories about while this looks.
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
                let Ok(metadata) = path.symlink_metadata() else { continue };
                if path == self.canaries[1].path() {
                    continue;
                }
                // A further name of a canary's file is the attacker's own doing.
                let linked = !metadata.is_dir() && metadata.nlink() > 1;
                if metadata.uid() != UID && !linked {
                    found.push(format!(
                        "{} belongs to user {} (mode {:o})",
                        path.display(),
                        metadata.uid(),
                        metadata.mode()
                    ));
                }
                if metadata.is_dir() {
                    todo.push(path);
                }
            }
        }
        found
    }

    /// Lets the attackers loose and resets until the time is over or something was damaged.
    #[track_caller]
    pub(super) fn fight(
        &self,
        attackers: &[Attacker],
        time: Duration,
        reset: impl Fn() -> Result<(), String> + Send + Clone + 'static,
    ) -> Fight {
        let target = self.target();
        let running: Vec<_> = attackers.iter().map(|attacker| attacker.start(&target)).collect();
        for attacker in &running {
            attacker.wait_for(3);
        }
        let mut fight = self.resets(time, WATCHDOG, reset);
        fight.attacks = running.into_iter().map(Running::stop).collect();
        fight.damage.extend(self.damage());
        fight
    }

    /// Resets again and again in a thread of its own, each under the eyes of a watchdog.
    #[track_caller]
    pub(super) fn resets(
        &self,
        time: Duration,
        watchdog: Duration,
        reset: impl Fn() -> Result<(), String> + Send + 'static,
    ) -> Fight {
        let mut fight = Fight::default();
        let (ask, asked) = channel::<()>();
        let (tell, told) = channel();
        let worker = std::thread::Builder::new().name("resetting root".into());
        let worker = worker
            .spawn(move || {
                for () in asked {
                    if tell.send(reset()).is_err() {
                        break;
                    }
                }
            })
            .expect("a thread can start");
        let start = Instant::now();
        while start.elapsed() < time && fight.damage.is_empty() {
            ask.send(()).expect("the worker listens");
            match told.recv_timeout(watchdog) {
                Ok(Ok(())) => {}
                Ok(Err(why)) => *fight.failed.entry(why).or_default() += 1,
                Err(RecvTimeoutError::Timeout) => {
                    fight.hung = true;
                    return fight;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let panic = worker.join().expect_err("only a panic ends the worker");
                    std::panic::resume_unwind(panic);
                }
            }
            fight.tried += 1;
            // Looking takes time in which nothing is reset.
            if fight.tried % 16 == 0 {
                fight.damage = self.damage();
            }
        }
        drop(ask);
        assert!(worker.join().is_ok(), "the resetting thread panicked");
        fight
    }
}

/// Seconds for the attacks in all.
pub(super) fn seconds() -> Duration {
    const DEFAULT: u64 = 60;
    let wanted = match std::env::var("LTSP_SOAK_SECONDS") {
        Ok(text) => text.parse().expect("LTSP_SOAK_SECONDS is a number of seconds"),
        Err(_) => DEFAULT,
    };
    Duration::from_secs(wanted)
}

/// A file system for each fight, all kinds in turn.
pub(super) fn next_file_system() -> FileSystem {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let all = FileSystem::all();
    let turn = NEXT.fetch_add(1, Ordering::Relaxed);
    all[usize::try_from(turn).expect("few fights") % all.len()]
}
