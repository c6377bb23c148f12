//! A template and homes on a fresh file system.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use benchkit::{GID, Size, UID, use_for_a_session};
use ltsp_core::home::{HomeReset, Policy, ReceiptUse, Strategy};
use testkit::mount::Mount;
use testkit::{Digest, FileSystem, Ignore, diff};

/// Where a comparison takes place.
pub(crate) struct Place {
    mount: Mount,
    pub(crate) template: PathBuf,
    digest: Digest,
}

/// A home and the account it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) path: PathBuf,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Place {
    /// A file system with the template on it, and room for `mebibytes`.
    pub(crate) fn new(file_system: FileSystem, size: Size, mebibytes: u64) -> Self {
        let options = match file_system {
            // Else the kernel goes on making the file system while the clock runs.
            FileSystem::Ext4 => "noinit_itable",
            _ => "",
        };
        let mount = file_system.mount_sized(mebibytes, options);
        let template = mount.path().join("template");
        size.tree().build_at(&template);
        let digest = Digest::of(&template);
        Self { mount, template, digest }
    }

    /// The home with this number; it need not exist yet.
    pub(crate) fn home(&self, number: u32) -> Home {
        let path = self.mount.path().join(format!("home/g{number}"));
        Home { path, uid: UID + number, gid: GID + number }
    }

    /// Number of entries of the template and bytes of content.
    pub(crate) fn extent(&self) -> (usize, u64) {
        let bytes = self.digest.entries.values().filter(|record| record.content.is_some());
        (
            self.digest.entries.len() - 1,
            bytes.map(|r| r.extents.iter().map(|e| e.1).sum::<u64>()).sum(),
        )
    }

    /// Makes the homes what the template is, with a complete receipt each; also if they do not exist yet.
    pub(crate) fn make_pristine(&self, homes: &[Home]) {
        std::fs::create_dir_all(self.mount.path().join("home")).expect("there is room");
        let reset = HomeReset::new(Policy::Exact)
            .template(&self.template)
            .strategy(Strategy::InPlace)
            .receipts(ReceiptUse::Trusted)
            .lock_limit(Duration::from_secs(300))
            .create_missing(true);
        let reset =
            homes.iter().fold(reset, |reset, home| reset.home(&home.path, home.uid, home.gid));
        // A receipt vouches only for what a reset has found in its place, so the second one completes it.
        for _ in 0..2 {
            let report = reset.run(&()).and_then(ltsp_core::home::Report::into_result);
            report.expect("homes can be prepared");
        }
    }

    /// Lets the homes be used and reset as every day, so that receipts know of most files but not of all.
    pub(crate) fn live_another_day(&self, homes: &[Home], seed: u64) {
        for home in homes {
            use_for_a_session(&home.path, seed).expect("a home can be used");
        }
        let reset = HomeReset::new(Policy::Exact)
            .template(&self.template)
            .strategy(Strategy::InPlace)
            .receipts(ReceiptUse::Trusted);
        let reset =
            homes.iter().fold(reset, |reset, home| reset.home(&home.path, home.uid, home.gid));
        let report = reset.run(&()).and_then(ltsp_core::home::Report::into_result);
        report.expect("homes can be reset");
    }

    /// How many differences from the template a home has.
    pub(crate) fn differences(&self, home: &Home) -> usize {
        match Digest::try_of(&home.path) {
            Ok(digest) => diff(&self.digest, &digest, &Ignore::reset_for(home.uid, home.gid)).len(),
            Err(_) => self.digest.entries.len(),
        }
    }

    /// Waits until nothing is left to be written, so that no contender pays for what was before it.
    pub(crate) fn settle(&self) {
        let top = File::open(self.mount.path()).expect("a mounted directory");
        nix::unistd::syncfs(&top).expect("a file system can be synced");
    }
}

/// `ltspctl home VERB` for these homes, with more options.
pub(crate) fn ltspctl(program: &Path, verb: &str, homes: &[Home], more: &[&str]) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![program.into(), "home".into(), verb.into()];
    words.extend(more.iter().map(OsString::from));
    for home in homes {
        words.extend(["--home".into(), home.path.clone().into_os_string()]);
        words.extend(["--uid".into(), home.uid.to_string().into()]);
        words.extend(["--gid".into(), home.gid.to_string().into()]);
    }
    words
}
