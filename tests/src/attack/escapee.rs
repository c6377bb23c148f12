//! Moves directories out of the home while root works below them.
use super::account::{Random, open_dir};
use super::running::{Count, Tally};
use super::{Attack, Target};
use nix::fcntl::{AT_FDCWD, OFlag, openat, renameat};
use nix::sys::stat::{Mode, mkdirat};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

pub(super) struct Escapee {
    outside: PathBuf,
    prefix: String,
    random: Random,
}

impl Escapee {
    pub(super) fn new(target: &Target) -> Self {
        let prefix = format!("escaped-{}-", target.uid);
        Self { outside: target.outside.clone(), prefix, random: Random(0x5eed_0003) }
    }
}

impl Attack for Escapee {
    fn round(&mut self, home: &OwnedFd, tally: &Tally) {
        let Some(outside) = open_dir(AT_FDCWD, &self.outside) else { return };
        let _ = mkdirat(home, "deep", Mode::S_IRWXU);
        let Some(deep) = open_dir(home, "deep") else { return };
        for serial in 0..4 {
            let name = format!("run{serial}");
            let _ = mkdirat(&deep, name.as_str(), Mode::S_IRWXU);
            let Some(dir) = open_dir(&deep, name.as_str()) else { continue };
            // Something to be busy with, and a name that also is in the directory it escapes to.
            for file in ["bystander", "f0", "f1", "f2", "f3"] {
                // Only new ones: another attacker may have put a pipe there, on which this would wait for ever.
                let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
                drop(openat(&dir, file, flags, Mode::S_IRUSR | Mode::S_IWUSR));
            }
            let _ = mkdirat(&dir, "below", Mode::S_IRWXU);
        }
        for _ in 0..50 {
            let serial = self.random.below(4);
            let (inside, out) = (format!("run{serial}"), format!("{}{serial}", self.prefix));
            let escaped = renameat(&deep, inside.as_str(), &outside, out.as_str());
            tally.count(Count::Escapes, &escaped);
            // Back again, else there would be nothing left to move.
            let _ = renameat(&outside, out.as_str(), &deep, inside.as_str());
        }
    }
}
