//! Replaces files by named pipes or sockets.
use super::Attack;
use super::account::open_dir;
use super::running::{Count, Tally};
use nix::sys::stat::{Mode, SFlag, mknodat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::os::fd::OwnedFd;

pub(super) struct Planter {
    kind: SFlag,
}

impl Planter {
    pub(super) fn new(kind: libc::mode_t) -> Self {
        Self { kind: SFlag::from_bits_truncate(kind) }
    }

    fn plant(&self, dir: &OwnedFd, depth: u32, tally: &Tally) {
        let names = crate::walk::names(dir).unwrap_or_default();
        for name in names.iter().map(Vec::as_slice).chain([&b"planted"[..], b".profile"]) {
            if tally.stopping() {
                return;
            }
            if let Some(below) = open_dir(dir, name) {
                if depth > 0 {
                    self.plant(&below, depth - 1, tally);
                }
                continue;
            }
            let _ = unlinkat(dir, name, UnlinkatFlags::NoRemoveDir);
            tally.count(
                Count::Planted,
                &mknodat(dir, name, self.kind, Mode::S_IRUSR | Mode::S_IWUSR, 0),
            );
        }
    }
}

impl Attack for Planter {
    fn round(&mut self, home: &OwnedFd, tally: &Tally) {
        self.plant(home, 2, tally);
    }
}
