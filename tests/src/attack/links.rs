//! Hard links to the canary's files.
use super::account::open_dir;
use super::canary::FILES;
use super::running::{Count, Tally};
use super::{Attack, Target};
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{UnlinkatFlags, linkat, unlinkat};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

pub(super) struct HardLinker {
    canary: PathBuf,
}

impl HardLinker {
    pub(super) fn new(target: &Target) -> Self {
        Self { canary: target.canary.clone() }
    }

    fn link(&self, dir: &OwnedFd, name: &[u8], serial: usize, tally: &Tally) {
        // Fails on directories and on what is gone meanwhile; then so does the link.
        let _ = unlinkat(dir, name, UnlinkatFlags::NoRemoveDir);
        let file = self.canary.join(FILES[serial % FILES.len()]);
        tally.count(Count::Links, &linkat(AT_FDCWD, &file, dir, name, AtFlags::empty()));
    }
}

impl Attack for HardLinker {
    fn round(&mut self, home: &OwnedFd, tally: &Tally) {
        let names = crate::walk::names(home).unwrap_or_default();
        let names = names.iter().map(Vec::as_slice);
        for (serial, name) in
            names.chain([&b"linked"[..], b".linked0", b".linked1", b".linked2"]).enumerate()
        {
            match open_dir(home, name) {
                Some(dir) => self.link(&dir, FILES[serial % FILES.len()].as_bytes(), serial, tally),
                None => self.link(home, name, serial, tally),
            }
        }
    }
}

const SETTING: &str = "/proc/sys/fs/protected_hardlinks";
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// While it lives, anybody may link to anybody's files, as before Linux 3.6. This holds for the whole machine.
#[derive(Debug)]
pub struct HardLinksUnprotected {
    before: String,
    _alone: MutexGuard<'static, ()>,
}

impl HardLinksUnprotected {
    /// Switches the protection off.
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "changing the kernel's settings is no default")]
    pub fn new() -> Self {
        // A test that failed while it held this has restored the setting.
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let before = fs::read_to_string(SETTING).expect("the kernel has the setting");
        fs::write(SETTING, "0").expect("root may change the setting");
        Self { before, _alone: alone }
    }
}

impl Drop for HardLinksUnprotected {
    fn drop(&mut self) {
        let restored = fs::write(SETTING, &self.before);
        if !std::thread::panicking() {
            restored.expect("root may change the setting back");
        }
    }
}
