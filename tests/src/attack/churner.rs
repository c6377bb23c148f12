//! Makes, renames and removes deep directories.
use super::Attack;
use super::account::{Random, open_dir};
use super::running::{Count, Tally};
use nix::fcntl::renameat;
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::os::fd::OwnedFd;

const DEPTH: usize = 60;

pub(super) struct DirChurner {
    random: Random,
}

impl DirChurner {
    pub(super) fn new() -> Self {
        Self { random: Random(0x5eed_0002) }
    }
}

impl Attack for DirChurner {
    fn round(&mut self, home: &OwnedFd, tally: &Tally) {
        let Ok(home) = home.try_clone() else { return };
        let mut chain = vec![home];
        for depth in 0..DEPTH {
            let parent = &chain[depth];
            let name = ["churn", "sub", "x"][depth % 3];
            let made = mkdirat(parent, name, Mode::S_IRWXU);
            if made != Err(nix::Error::EEXIST) {
                tally.count(Count::Churned, &made);
            }
            let Some(dir) = open_dir(parent, name) else { break };
            chain.push(dir);
        }
        // Pieces of the chain change places while somebody walks down it.
        for _ in 0..DEPTH {
            let (from, to) = (self.random.below(chain.len()), self.random.below(chain.len()));
            let moved = renameat(&chain[from], "sub", &chain[to], format!("moved{to}").as_str());
            tally.count(Count::Churned, &moved);
            if self.random.below(4) == 0 {
                let removed = unlinkat(&chain[from], "x", UnlinkatFlags::RemoveDir);
                tally.count(Count::Churned, &removed);
            }
        }
    }
}
