//! Remembered inodes, by which an untouched entry is known.

use super::cursor::Cursor;
use super::manifest::{Manifest, NodeId};
use crate::sys::{Dir, FileType, Meta, Timestamp};

/// What an entry looked like when it was known to be right.
///
/// Whatever a user does to an entry moves its change time or puts another inode in its place, and
/// no user can set either. The content of files has exceptions, which the file system decides
/// ([`Telling`](crate::sys::Telling)); and a store through an old mapping into a page that is dirty
/// already goes unseen on all of them, which is up to whoever takes the witness.
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

    /// The latest change time among them.
    pub(crate) fn latest(&self) -> Timestamp {
        self.0.iter().flatten().map(|witness| witness.ctime).max().unwrap_or_default()
    }
}

/// Takes the witnesses of `nodes` in a copy that nobody else can reach.
///
/// Those that are gone or have become something else stay unknown.
pub(crate) fn observe(
    manifest: &Manifest,
    copy: &Dir,
    nodes: impl Iterator<Item = NodeId>,
    witnesses: &mut Witnesses,
) {
    let mut cursor = Cursor::new(manifest, copy, NodeId::TOP);
    for node in nodes {
        witnesses.set(node.index(), look(manifest, copy, &mut cursor, node));
    }
}

fn look(manifest: &Manifest, top: &Dir, cursor: &mut Cursor<'_>, node: NodeId) -> Option<Witness> {
    let meta = if node == NodeId::TOP {
        top.meta()
    } else {
        cursor.go(manifest.parent(node)).and_then(|dir| dir.meta_of(manifest.name(node)))
    };
    let meta = meta.ok().filter(|meta| meta.kind == manifest.meta(node).kind)?;
    Some(Witness::of(&meta))
}
