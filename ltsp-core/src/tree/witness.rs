//! Remembered inodes, by which an untouched entry is known.

use super::cursor::Cursor;
use super::manifest::{Manifest, NodeId};
use crate::sys::{Dir, FileType, Meta, Timestamp};

/// What an entry looked like when its content was known to be right.
///
/// Whatever a user does to a file moves its change time or puts another inode in its place, and
/// no user can set either. The one exception, a store through an old mapping into a page that was
/// dirty already when the witness was taken, is up to whoever takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    pub(crate) ino: u64,
    pub(crate) ctime: Timestamp,
    pub(crate) size: u64,
}

impl Witness {
    pub(crate) fn of(meta: &Meta) -> Self {
        // A directory's size is the file system's own business.
        let size = if meta.kind == FileType::Directory { 0 } else { meta.size };
        Self { ino: meta.ino, ctime: meta.ctime, size }
    }
}

/// The witnesses of a manifest's entries, by their place in its table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Witnesses(Vec<Option<Witness>>);

impl Witnesses {
    /// For a table of `len` entries, none of them known.
    pub(crate) fn unknown(len: usize) -> Self {
        Self(vec![None; len])
    }

    pub(crate) fn from_table(table: Vec<Option<Witness>>) -> Self {
        Self(table)
    }

    pub(crate) fn table(&self) -> &[Option<Witness>] {
        &self.0
    }

    pub(crate) fn get(&self, index: usize) -> Option<Witness> {
        self.0.get(index).copied().flatten()
    }

    pub(crate) fn set(&mut self, index: usize, witness: Option<Witness>) {
        if let Some(place) = self.0.get_mut(index) {
            *place = witness;
        }
    }

    /// Whether every regular file is known. (Nothing else can be mapped into memory.)
    pub(crate) fn know_all_files(&self, manifest: &Manifest) -> bool {
        manifest.all().all(|node| {
            manifest.meta(node).kind != FileType::File || self.get(node.index()).is_some()
        })
    }

    /// The latest change time among them.
    pub(crate) fn latest(&self) -> Timestamp {
        self.0.iter().flatten().map(|witness| witness.ctime).max().unwrap_or_default()
    }
}

/// Takes the witnesses of `nodes` in a copy of the manifest's tree.
///
/// Those that are gone or have become something else stay unknown, and so do those that
/// somebody else than their owner may write: nothing vouches for their content.
pub(crate) fn observe(
    manifest: &Manifest,
    copy: &Dir,
    nodes: impl Iterator<Item = NodeId>,
    private: bool,
    witnesses: &mut Witnesses,
) {
    let mut cursor = Cursor::new(manifest, copy, NodeId::TOP);
    for node in nodes {
        let meta = if node == NodeId::TOP {
            copy.meta()
        } else {
            cursor.go(manifest.parent(node)).and_then(|dir| dir.meta_of(manifest.name(node)))
        };
        let witness = meta.ok().filter(|meta| {
            let shared = !private && meta.kind == FileType::File && meta.mode & 0o022 != 0;
            meta.kind == manifest.meta(node).kind && !shared
        });
        witnesses.set(node.index(), witness.as_ref().map(Witness::of));
    }
}
