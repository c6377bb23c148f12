//! A manifest as bytes, and whether the tree is still what they say.
//!
//! What saves time is not the reading of a file instead of a scan but what need not be asked
//! again: which entries a directory has and which attributes, since both move its change time.
//! Every entry is looked at, in parallel.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Manifest, Node, NodeId};
use crate::error::Result;
use crate::progress::{Observer, check};
use crate::sys::{Dir, FileName, FileType, Meta, Timestamp, Xattrs};
use crate::tree::bytes::{Reader, put_time};
use crate::tree::cursor::Cursor;
use crate::tree::pool::parallel;

const KINDS: [FileType; 5] =
    [FileType::File, FileType::Directory, FileType::Symlink, FileType::Fifo, FileType::Socket];

/// Bytes of a [`Node`].
const NODE: usize = 1 + 2 + 4 * 3 + 8 * 4 + 12 * 2 + 4 * 8;

/// Stands for no entry.
const NONE: u32 = u32::MAX;

/// How many directories make a unit of work.
const UNIT: usize = 16;

impl Manifest {
    /// Adds the manifest to `bytes`.
    pub(crate) fn put(&self, bytes: &mut Vec<u8>) {
        bytes.reserve(self.nodes.len() * NODE + self.names.len() + self.dirs.len() * 4 + 64);
        let put = |bytes: &mut Vec<u8>, number: u32| {
            bytes.extend_from_slice(&number.to_le_bytes());
        };
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        put(bytes, length(self.nodes.len()));
        for node in &self.nodes {
            node.put(bytes);
        }
        put(bytes, length(self.names.len()));
        bytes.extend_from_slice(&self.names);
        put(bytes, length(self.dirs.len()));
        self.dirs.iter().for_each(|dir| put(bytes, dir.0));
        put(bytes, length(self.xattrs.len()));
        for (node, xattrs) in &self.xattrs {
            put(bytes, node.0);
            put(bytes, length(xattrs.pairs().count()));
            for (name, value) in xattrs.pairs() {
                put(bytes, length(name.to_bytes_with_nul().len()));
                bytes.extend_from_slice(name.to_bytes_with_nul());
                put(bytes, length(value.len()));
                bytes.extend_from_slice(value);
            }
        }
        bytes.extend_from_slice(&self.devices_skipped.to_le_bytes());
        bytes.extend_from_slice(&self.fingerprint.to_le_bytes());
    }

    /// Takes a manifest from bytes that [`put`](Self::put) made; `None` if they make no sense.
    pub(crate) fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let count = reader.count(NODE)?;
        let mut nodes = Vec::with_capacity(count);
        for _ in 0..count {
            nodes.push(Node::take(reader)?);
        }
        let names = reader.bytes()?.to_vec();
        let count = reader.count(4)?;
        let mut dirs = Vec::with_capacity(count);
        for _ in 0..count {
            dirs.push(NodeId(reader.u32()?));
        }
        let mut xattrs = HashMap::new();
        for _ in 0..reader.count(8)? {
            let node = NodeId(reader.u32()?);
            let mut pairs = Vec::new();
            for _ in 0..reader.count(8)? {
                let name = std::ffi::CStr::from_bytes_with_nul(reader.bytes()?).ok()?;
                pairs.push((name.to_owned(), reader.bytes()?.to_vec()));
            }
            xattrs.insert(node, Xattrs::from_pairs(pairs));
        }
        let devices_skipped = reader.u64()?;
        let fingerprint = reader.u64()?;
        let mut manifest = Self {
            nodes,
            names,
            dirs,
            xattrs,
            groups: Vec::new(),
            devices_skipped,
            fingerprint,
            settled: true,
        };
        if !manifest.is_sound() {
            return None;
        }
        manifest.find_groups();
        Some(manifest)
    }

    /// Whether all that refers to something refers to what is there, so that nothing panics.
    fn is_sound(&self) -> bool {
        let count = self.nodes.len();
        let within = |range: &Range<u32>, length: usize| {
            range.start <= range.end && usize::try_from(range.end).is_ok_and(|end| end <= length)
        };
        let sound = |(index, node): (usize, &Node)| {
            let name = || {
                let bytes = self.names.get(node.name.start as usize..node.name.end as usize);
                bytes.is_some_and(|name| FileName::from_bytes_with_nul(name).is_some())
            };
            let place = || {
                node.subtree.start < node.subtree.end
                    && self.dirs.get(node.subtree.start as usize) == Some(&NodeId::from(index))
            };
            // An entry comes after the directory it is in, so every way upwards ends at the top.
            (index == 0 || (node.parent.index() < index && name()))
                && within(&node.children, count)
                && (node.children.is_empty() || node.children.start as usize > index)
                && within(&node.subtree, self.dirs.len())
                && (!node.meta.is_dir() || place())
                && node.first_link.is_none_or(|first| first.index() < index)
        };
        self.nodes.first().is_some_and(|top| top.meta.is_dir())
            && self.nodes.iter().enumerate().all(sound)
            && self
                .dirs
                .iter()
                .all(|dir| self.nodes.get(dir.index()).is_some_and(|node| node.meta.is_dir()))
    }

    /// Whether the tree at `top` is what the manifest says: whether nothing that is in it has been
    /// touched since.
    ///
    /// An answer is only to be relied on where change times are honest and the clock has not been
    /// set back, and for a manifest that was [settled](Self::is_settled).
    ///
    /// # Errors
    /// Only that the caller wants to stop.
    pub(crate) fn still_holds(
        &self,
        top: &Dir,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<bool> {
        let next = AtomicUsize::new(0);
        let changed = AtomicBool::new(false);
        let units = self.dirs.len().div_ceil(UNIT);
        parallel(threads.min(units), || {
            let mut cursor = Cursor::new(self, top, NodeId::TOP);
            loop {
                let unit = next.fetch_add(1, Ordering::Relaxed);
                let Some(dirs) = self.dirs.chunks(UNIT).nth(unit) else { return Ok(()) };
                check(observer)?;
                for &dir in dirs {
                    if changed.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    if !self.directory_holds(&mut cursor, dir) {
                        changed.store(true, Ordering::Relaxed);
                    }
                }
            }
        })?;
        Ok(!changed.into_inner())
    }

    fn directory_holds(&self, cursor: &mut Cursor<'_>, node: NodeId) -> bool {
        let Ok(dir) = cursor.go(node) else { return false };
        let same = |found: &Meta, node: NodeId| {
            // Blocks may be counted differently once they have been written.
            let known = self.meta(node);
            *known == Meta { allocated: known.allocated, ..*found }
        };
        dir.meta().is_ok_and(|meta| same(&meta, node))
            && self.children(node).all(|child| {
                // Directories have their own turn.
                self.meta(child).is_dir()
                    || dir.meta_of(self.name(child)).is_ok_and(|meta| same(&meta, child))
            })
    }
}

impl From<usize> for NodeId {
    fn from(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(NONE))
    }
}

impl Node {
    fn put(&self, bytes: &mut Vec<u8>) {
        let Meta {
            kind,
            mode,
            uid,
            gid,
            nlink,
            ino,
            dev,
            size,
            allocated,
            mtime,
            ctime,
            mount_root,
        } = self.meta;
        let kind = KINDS.iter().position(|known| *known == kind).unwrap_or(KINDS.len());
        let kind = u8::try_from(kind).unwrap_or(u8::MAX) << 1 | u8::from(mount_root);
        bytes.push(kind);
        bytes.extend_from_slice(&mode.to_le_bytes());
        for number in [uid, gid, nlink] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [ino, dev, size, allocated] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        put_time(bytes, mtime);
        put_time(bytes, ctime);
        let first_link = self.first_link.map_or(NONE, |first| first.0);
        let Node { parent, name, children, subtree, .. } = self;
        for number in [
            parent.0,
            name.start,
            name.end,
            children.start,
            children.end,
            subtree.start,
            subtree.end,
            first_link,
        ] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn take(reader: &mut Reader<'_>) -> Option<Self> {
        let kind = reader.u8()?;
        let mode = u16::from_le_bytes(reader.take()?);
        let (uid, gid, nlink) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let (ino, dev) = (reader.u64()?, reader.u64()?);
        let (size, allocated) = (reader.u64()?, reader.u64()?);
        let (mtime, ctime): (Timestamp, Timestamp) = (reader.time()?, reader.time()?);
        let meta = Meta {
            kind: *KINDS.get(usize::from(kind >> 1))?,
            mode,
            uid,
            gid,
            nlink,
            ino,
            dev,
            size,
            allocated,
            mtime,
            ctime,
            mount_root: kind & 1 == 1,
        };
        let parent = NodeId(reader.u32()?);
        let mut range = || Some(reader.u32()?..reader.u32()?);
        let (name, children, subtree) = (range()?, range()?, range()?);
        let first_link = reader.u32()?;
        let first_link = (first_link != NONE).then_some(NodeId(first_link));
        Some(Self { meta, parent, name, children, subtree, first_link })
    }
}
