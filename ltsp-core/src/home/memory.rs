//! What is remembered of a template, so that a reset need not list it again.
//!
//! It is believed by the rules of a home's receipt, and only by those who believe receipts. That
//! it is still true of every entry is looked up each time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use super::staging::Staging;
use super::template::plain_name;
use crate::error::Result;
use crate::progress::Observer;
use crate::sys::{Clocks, Dir, FileNameBuf, FsKind, Meta, Rename, SysError};
use crate::tree::Manifest;
use crate::tree::bytes::{Reader, put_time, seal, unseal};

const MAGIC: &[u8; 8] = b"ltsptpl1";

/// A memory of some 4 million entries.
const MOST: usize = 1 << 30;

/// The template that is remembered: its directory, what it is called, and what it was before it
/// was scanned or remembered.
#[derive(Clone, Copy)]
pub(super) struct Remembered<'a> {
    pub(super) dir: &'a Dir,
    pub(super) path: &'a Path,
    pub(super) meta: &'a Meta,
}

impl Remembered<'_> {
    /// One file for each template path: whatever stands there next takes its place.
    fn file_name(&self) -> FileNameBuf {
        let mut hash = DefaultHasher::new();
        self.path.hash(&mut hash);
        plain_name(&format!("template-{:016x}", hash.finish()))
    }

    fn is_honest(&self) -> bool {
        FsKind::of(self.dir).is_ok_and(FsKind::has_honest_ctime)
    }

    /// What was remembered in `staging`, if it is still true; `None` if the template has to be
    /// scanned.
    ///
    /// # Errors
    /// Only that the caller wants to stop.
    pub(super) fn recall(
        &self,
        staging: &Staging,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Option<Manifest>> {
        match self.read(staging) {
            Some(manifest) if manifest.still_holds(self.dir, threads, observer)? => {
                Ok(Some(manifest))
            }
            _ => Ok(None),
        }
    }

    fn read(&self, staging: &Staging) -> Option<Manifest> {
        let bytes = staging.dir().open_file(&self.file_name()).ok()?.read_all(MOST).ok()?;
        let mut reader = unseal(&bytes)?;
        if reader.take::<8>()? != *MAGIC || (reader.u64()?, reader.u64()?) != self.meta.id() {
            return None;
        }
        let (taken, durable) = circumstances(&mut reader)?;
        if !self.is_honest() || taken.reach_to(&Clocks::now()?, durable).is_err() {
            return None;
        }
        let manifest = Manifest::take(&mut reader)?;
        reader.is_empty().then_some(manifest)
    }

    /// Remembers `manifest` in `staging`, in one step, unless it might be deceived by a change
    /// that was made while it was scanned.
    pub(super) fn store(
        &self,
        staging: &Staging,
        uid: u32,
        manifest: &Manifest,
        durable: bool,
    ) -> Result<()> {
        let (true, true, Some(taken)) = (manifest.is_settled(), self.is_honest(), Clocks::now())
        else {
            return Ok(());
        };
        let fail = |error: SysError| {
            error.because("cannot remember what the template is").at(staging.path())
        };
        if durable {
            self.dir.sync_fs().map_err(fail)?;
        }
        let mut bytes = Vec::new();
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.meta.id().0.to_le_bytes());
        bytes.extend_from_slice(&self.meta.id().1.to_le_bytes());
        put_time(&mut bytes, taken.wall);
        bytes.extend_from_slice(&taken.since_boot.to_le_bytes());
        bytes.extend_from_slice(&taken.boot);
        bytes.push(u8::from(durable));
        manifest.put(&mut bytes);
        seal(&mut bytes);
        let run = staging.begin(uid)?;
        let name = plain_name("template");
        let written =
            run.dir.create_file(&name, 0o600).and_then(|file| file.write_all(&bytes)).and_then(
                |()| run.dir.rename(&name, staging.dir(), &self.file_name(), Rename::Replace),
            );
        run.finish(1, &crate::tree::Progress::new(&(), self.path))?;
        written.map_err(fail)
    }
}

fn circumstances(reader: &mut Reader<'_>) -> Option<(Clocks, bool)> {
    let wall = reader.time()?;
    let since_boot = reader.u64()?;
    let boot = reader.take::<16>()?;
    Some((Clocks { wall, since_boot, boot }, reader.u8()? == 1))
}
