//! Exchanges directories with symlinks to the canary.
use super::account::{Random, open_dir};
use super::canary::{DIRS, FILES};
use super::running::{Count, Tally};
use super::{Attack, Target};
use nix::fcntl::{OFlag, RenameFlags, openat, renameat2};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::symlinkat;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Exchanges between two looks at whether the home is still the same one.
const BURST: usize = 200;

pub(super) struct SymlinkSwapper {
    canary: PathBuf,
    random: Random,
}

impl SymlinkSwapper {
    pub(super) fn new(target: &Target) -> Self {
        Self { canary: target.canary.clone(), random: Random(0x5eed_0001) }
    }
}

/// A directory, the name of an entry there and of its symlink twin.
struct Pair {
    dir: OwnedFd,
    name: Vec<u8>,
    twin: Vec<u8>,
}

impl Attack for SymlinkSwapper {
    fn round(&mut self, home: &OwnedFd, tally: &Tally) {
        let mut pairs = Vec::new();
        // The home's own directories, which a reset walks through, and a chain of its own with the canary's names.
        for name in crate::walk::names(home).unwrap_or_default() {
            if pairs.len() < 8 && open_dir(home, name.as_slice()).is_some() {
                pairs.extend(pair(home, &name, &self.canary));
            }
        }
        let mut dir = home.try_clone().ok();
        for (depth, name) in ["a", "sub", "sub", "sub"].into_iter().enumerate() {
            let Some(parent) = dir else { break };
            furnish(&parent, name, depth);
            pairs.extend(pair(&parent, name.as_bytes(), &self.canary));
            dir = open_dir(&parent, name);
        }
        for _ in 0..BURST {
            if pairs.is_empty() || tally.stopping() {
                break;
            }
            let Pair { dir, name, twin } = &pairs[self.random.below(pairs.len())];
            let (name, twin) = (name.as_slice(), twin.as_slice());
            let swapped = renameat2(dir, name, dir, twin, RenameFlags::RENAME_EXCHANGE);
            tally.count(Count::Swaps, &swapped);
        }
    }
}

fn pair(dir: &OwnedFd, name: &[u8], canary: &Path) -> Option<Pair> {
    if name.ends_with(b"~") {
        return None;
    }
    let mut twin = name.to_vec();
    twin.push(b'~');
    // Both names may be there from the round before, the other way round.
    let _ = symlinkat(canary, dir, twin.as_slice());
    Some(Pair { dir: dir.try_clone().ok()?, name: name.to_vec(), twin })
}

/// Makes a directory that looks like the canary; what is there already stays.
fn furnish(parent: &OwnedFd, name: &str, depth: usize) {
    let _ = mkdirat(parent, name, Mode::S_IRWXU);
    let Some(dir) = open_dir(parent, name) else { return };
    for file in FILES {
        drop(openat(&dir, file, OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC, Mode::S_IRUSR));
    }
    if depth < 3 {
        for name in DIRS {
            let _ = mkdirat(&dir, name, Mode::S_IRWXU);
        }
    }
}
