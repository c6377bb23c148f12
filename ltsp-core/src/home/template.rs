//! The template: found, trusted and scanned once for any number of homes.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::memory::Remembered;
use super::refusal::Refusal;
use super::target::{LiveHome, Target};
use crate::accounts::Accounts;
use crate::error::Result;
use crate::progress::Observer;
use crate::sys::{Dir, FileNameBuf, FileType, Links, Meta, SysRoot, current_uid};
use crate::tree::Manifest;
use crate::tree::copy::Source;

/// The template that homes are reset to.
pub(super) struct Template {
    dir: Dir,
    /// The path with the root's, for messages.
    shown: PathBuf,
    meta: Meta,
    /// Device and inode of every directory above it.
    chain: Vec<(u64, u64)>,
    owners: Vec<u32>,
    allow_empty: bool,
    manifest: OnceLock<Result<Manifest>>,
    /// It has just been scanned, and nobody has remembered it yet.
    is_news: AtomicBool,
}

/// What the caller allows a template to be.
pub(super) struct Trust<'a> {
    pub(super) accounts: &'a Accounts,
    /// The users whose homes are to be reset.
    pub(super) targets: &'a [u32],
    pub(super) owner: Option<u32>,
    pub(super) allow_empty: bool,
}

impl Template {
    /// Finds the template and checks who can change it. It is scanned when it is first needed.
    pub(super) fn find(root: &SysRoot, path: &Path, trust: &Trust<'_>) -> Result<Self> {
        let given = root.outside(path);
        let at = root.locate(path, Links::Follow)?;
        let shown = root.outside(&at.path);
        let found = at
            .parent
            .meta_of(&at.name)
            .map_err(|error| error.because("cannot find the template").at(&given))?;
        if found.kind != FileType::Directory {
            return Err(Refusal::TemplateNotADirectory(found.kind.name()).at(&shown));
        }
        let dir = at
            .parent
            .open_dir_across(&at.name)
            .map_err(|error| error.because("cannot open the template").at(&shown))?;
        let meta =
            dir.meta().map_err(|error| error.because("cannot look at the template").at(&shown))?;
        let mut owners = vec![0, current_uid()];
        owners.extend(trust.owner);
        // The account that staff log in to in order to change the template.
        owners.extend(
            trust
                .accounts
                .with_home(&at.path)
                .map(|account| account.uid)
                .filter(|uid| !trust.targets.contains(uid)),
        );
        if !owners.contains(&meta.uid) {
            return Err(Refusal::TemplateOwner(meta.uid).at(&shown));
        }
        if may_be_written(&meta, 0) {
            return Err(Refusal::TemplateWritable(meta.mode).at(&shown));
        }
        Ok(Self {
            dir,
            shown,
            meta,
            chain: at.chain,
            owners,
            allow_empty: trust.allow_empty,
            manifest: OnceLock::new(),
            is_news: AtomicBool::new(false),
        })
    }

    pub(super) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The template, if it has been scanned.
    pub(super) fn scanned(&self) -> Option<Source<'_>> {
        let manifest = self.manifest.get()?.as_ref().ok()?;
        Some(Source { manifest, dir: &self.dir, path: &self.shown })
    }

    /// The template as it is: as `recall` remembers it, if that is still true, or scanned.
    pub(super) fn source(
        &self,
        observer: &dyn Observer,
        recall: impl FnOnce(Remembered<'_>) -> Result<Option<Manifest>>,
    ) -> Result<Source<'_>> {
        let manifest = self.manifest.get_or_init(|| match recall(self.remembered())? {
            Some(manifest) => self.checked(manifest),
            None => self.scan(observer),
        });
        match manifest {
            Ok(manifest) => Ok(Source { manifest, dir: &self.dir, path: &self.shown }),
            Err(error) => Err(error.clone()),
        }
    }

    fn remembered(&self) -> Remembered<'_> {
        Remembered { dir: &self.dir, path: &self.shown, meta: &self.meta }
    }

    /// What is to be remembered of the template, if it was scanned and this has not been asked
    /// before.
    pub(super) fn news(&self) -> Option<(Remembered<'_>, &Manifest)> {
        let source = self.scanned()?;
        let first = self.is_news.swap(false, Ordering::Relaxed);
        first.then_some((self.remembered(), source.manifest))
    }

    /// What to say about entries that no user is given.
    pub(super) fn devices_note(&self) -> Option<String> {
        let devices = self.scanned()?.manifest.devices_skipped();
        (devices > 0).then(|| format!("{devices} devices of the template were left out"))
    }

    fn scan(&self, observer: &dyn Observer) -> Result<Manifest> {
        let manifest = self.checked(Manifest::scan(&self.dir, &self.shown, observer)?)?;
        self.is_news.store(true, Ordering::Relaxed);
        Ok(manifest)
    }

    /// Insists that nobody else can change any part of it.
    fn checked(&self, manifest: Manifest) -> Result<Manifest> {
        if manifest.is_empty() && !self.allow_empty {
            return Err(Refusal::TemplateEmpty.at(&self.shown));
        }
        // Nobody gets past a private top directory.
        let reachable = self.meta.mode & 0o011 != 0;
        for node in manifest.all() {
            let meta = manifest.meta(node);
            if !self.owners.contains(&meta.uid) {
                let path = self.shown.join(manifest.path(node));
                return Err(Refusal::TemplatePartOwner(meta.uid).at(&path));
            }
            if reachable && may_be_written(meta, self.meta.gid) {
                let path = self.shown.join(manifest.path(node));
                return Err(Refusal::TemplateWritable(meta.mode).at(&path));
            }
        }
        Ok(manifest)
    }

    /// Refuses a home that contains the template, is it, or lies in it.
    pub(super) fn check_apart(&self, target: &Target, home: Option<&LiveHome>) -> Result<()> {
        let own = self.meta.id();
        let overlaps = target.at.chain.contains(&own)
            || home
                .is_some_and(|home| home.meta.id() == own || self.chain.contains(&home.meta.id()));
        if overlaps {
            return Err(Refusal::Overlap(self.shown.clone()).at(&target.shown));
        }
        Ok(())
    }
}

/// Whether somebody beside the owner, root and the group `trusted_gid` may write it.
fn may_be_written(meta: &Meta, trusted_gid: u32) -> bool {
    if meta.kind == FileType::Symlink {
        return false;
    }
    let by_group = meta.mode & 0o020 != 0 && meta.gid != 0 && meta.gid != trusted_gid;
    by_group || meta.mode & 0o002 != 0
}

/// The skeleton of useradd(8) and adduser(8).
pub(super) fn default_skeleton() -> &'static Path {
    Path::new("/etc/skel")
}

/// A name under which things about one home are kept: short, whatever the home is called.
pub(super) fn key(target: &Target) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hash = DefaultHasher::new();
    target.at.name.hash(&mut hash);
    format!("{}-{:016x}", target.owner.uid, hash.finish())
}

/// A file name made by this module's own rules.
pub(super) fn plain_name(name: &str) -> FileNameBuf {
    FileNameBuf::new(name).unwrap_or_else(|_| unreachable!("made of letters, digits and dashes"))
}
