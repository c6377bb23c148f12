//! A tree's metadata in one flat table.

mod memory;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::cursor::Cursor;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::{Observer, check};
use crate::sys::{Dir, FileName, FileType, ListBuf, Meta, SysError, Timestamp, Xattrs, file_clock};

/// An entry of a [`Manifest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// The tree's top directory.
    pub(crate) const TOP: NodeId = NodeId(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A tree as it was when it was scanned: one table of entries and one of names. The entries of a
/// directory stand together, sorted by name; directories stand in the order of a depth-first walk,
/// so that a subtree's directories stand together, too.
pub(crate) struct Manifest {
    nodes: Vec<Node>,
    names: Vec<u8>,
    dirs: Vec<NodeId>,
    xattrs: HashMap<NodeId, Xattrs>,
    /// Entries that are one inode, where there are at least two of them.
    groups: Vec<Vec<NodeId>>,
    devices_skipped: u64,
    fingerprint: u64,
    settled: bool,
}

struct Node {
    meta: Meta,
    parent: NodeId,
    name: Range<u32>,
    /// Directory: its entries.
    children: Range<u32>,
    /// Directory: its place in `dirs` and the end of its subtree there.
    subtree: Range<u32>,
    /// The first entry with the same inode, if that is another one.
    first_link: Option<NodeId>,
}

impl Manifest {
    /// A tree with nothing in it but its top directory.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.len() == 1
    }

    /// Changes whenever anything in the tree does.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// How many devices the tree has, which are not in the manifest.
    pub(crate) fn devices_skipped(&self) -> u64 {
        self.devices_skipped
    }

    pub(crate) fn meta(&self, node: NodeId) -> &Meta {
        &self.nodes[node.index()].meta
    }

    pub(crate) fn parent(&self, node: NodeId) -> NodeId {
        self.nodes[node.index()].parent
    }

    /// The entry's name. The top has none.
    pub(crate) fn name(&self, node: NodeId) -> &FileName {
        let Range { start, end } = self.nodes[node.index()].name;
        FileName::from_bytes_with_nul(&self.names[start as usize..end as usize])
            .unwrap_or_else(|| unreachable!("only checked names are stored, and the top has none"))
    }

    /// The entries of a directory, sorted by name.
    pub(crate) fn children(&self, node: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        self.nodes[node.index()].children.clone().map(NodeId)
    }

    /// The directory's entry called `name`.
    pub(crate) fn child(&self, dir: NodeId, name: &FileName) -> Option<NodeId> {
        let Range { start, end } = self.nodes[dir.index()].children;
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.name(NodeId(middle)).cmp(name) {
                std::cmp::Ordering::Equal => return Some(NodeId(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Position of the first entry of a directory in the table; the others follow.
    pub(crate) fn first_child(&self, dir: NodeId) -> usize {
        self.nodes[dir.index()].children.start as usize
    }

    /// The number of entries in the table, the top directory among them.
    pub(crate) fn table_len(&self) -> usize {
        self.nodes.len()
    }

    /// `top`, if it is a directory, and every directory below it, parents first.
    pub(crate) fn dirs_of(&self, top: NodeId) -> &[NodeId] {
        let Range { start, end } = self.nodes[top.index()].subtree;
        &self.dirs[start as usize..end as usize]
    }

    /// Place of a directory among all directories.
    pub(crate) fn dir_index(&self, dir: NodeId) -> usize {
        self.nodes[dir.index()].subtree.start as usize
    }

    /// The attributes of a directory, FIFO or socket. (Those of a file are read when it is
    /// copied: opening every file only to scan it would double the cost.)
    pub(crate) fn xattrs(&self, node: NodeId) -> Option<&Xattrs> {
        self.xattrs.get(&node)
    }

    /// The earlier entry that is the same inode, if there is one.
    pub(crate) fn first_link(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.index()].first_link
    }

    /// The sets of entries that are hard links to one inode.
    pub(crate) fn link_groups(&self) -> &[Vec<NodeId>] {
        &self.groups
    }

    /// The entry's path below the top.
    pub(crate) fn path(&self, node: NodeId) -> PathBuf {
        let mut names = Vec::new();
        let mut at = node;
        while at != NodeId::TOP {
            names.push(self.name(at).as_path());
            at = self.parent(at);
        }
        names.into_iter().rev().collect()
    }

    /// How many entries and bytes of content `node` stands for, with everything below it.
    pub(crate) fn weight(&self, node: NodeId) -> (u64, u64) {
        let mut weight = (1, self.content_size(node));
        for &dir in self.dirs_of(node) {
            for child in self.children(dir) {
                weight.0 += 1;
                weight.1 += self.content_size(child);
            }
        }
        weight
    }

    fn content_size(&self, node: NodeId) -> u64 {
        let entry = &self.nodes[node.index()];
        if entry.meta.kind == FileType::File && entry.first_link.is_none() {
            entry.meta.size
        } else {
            0
        }
    }

    /// Every entry.
    pub(crate) fn all(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    fn find_groups(&mut self) {
        let mut groups: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for node in self.all() {
            if let Some(first) = self.first_link(node) {
                groups.entry(first).or_insert_with(|| vec![first]).push(node);
            }
        }
        self.groups = groups.into_values().collect();
    }

    /// Whether the scan began later than anything in the tree was changed, by the clock that
    /// changes are stamped with: any further change shows.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled
    }

    /// Scans the tree at `top`, which `path` names in messages.
    ///
    /// # Errors
    /// A mount point, or a directory that cannot be read.
    pub(crate) fn scan(top: &Dir, path: &Path, observer: &dyn Observer) -> Result<Self> {
        Scan::new(top, path)?.run(top, observer)
    }
}

/// A manifest that is being made.
struct Scan<'a> {
    manifest: Manifest,
    path: &'a Path,
    buf: ListBuf,
    hash: DefaultHasher,
    begun: Option<Timestamp>,
    links: HashMap<(u64, u64), NodeId>,
}

impl<'a> Scan<'a> {
    fn new(top: &Dir, path: &'a Path) -> Result<Self> {
        let begun = file_clock();
        let meta = top.meta().map_err(|error| error.because("cannot look at it").at(path))?;
        let node = Node {
            meta,
            parent: NodeId::TOP,
            name: 0..0,
            children: 0..0,
            subtree: 0..0,
            first_link: None,
        };
        let manifest = Manifest {
            nodes: vec![node],
            names: Vec::new(),
            dirs: Vec::new(),
            xattrs: HashMap::new(),
            groups: Vec::new(),
            devices_skipped: 0,
            fingerprint: 0,
            settled: false,
        };
        Ok(Self {
            manifest,
            path,
            buf: ListBuf::new(),
            hash: DefaultHasher::new(),
            begun,
            links: HashMap::new(),
        })
    }

    fn run(mut self, top: &Dir, observer: &dyn Observer) -> Result<Manifest> {
        // A directory is entered when it is taken from the stack, and its subdirectories are put
        // there in reverse: the order of a depth-first walk. `false` closes a subtree.
        let mut todo = vec![(NodeId::TOP, true)];
        let mut way: Vec<(NodeId, Dir)> = Vec::new();
        while let Some((node, enter)) = todo.pop() {
            if !enter {
                let end = self.count_dirs();
                self.manifest.nodes[node.index()].subtree.end = end;
                if way.last().is_some_and(|(open, _)| *open == node) {
                    way.pop();
                }
                continue;
            }
            check(observer)?;
            let start = self.count_dirs();
            self.manifest.dirs.push(node);
            self.manifest.nodes[node.index()].subtree.start = start;
            todo.push((node, false));
            let opened = self.open(top, &mut way, node)?;
            let dir = opened.as_ref().unwrap_or(top);
            let children = self.enter(dir, node)?;
            for child in children.rev() {
                if self.manifest.meta(child).is_dir() {
                    todo.push((child, true));
                }
            }
            if let Some(dir) = opened {
                if way.len() < 24 {
                    way.push((node, dir));
                }
            }
        }
        self.manifest.fingerprint = self.hash.finish();
        let latest = self.manifest.nodes.iter().map(|node| node.meta.ctime).max();
        self.manifest.settled = latest < self.begun;
        self.manifest.find_groups();
        Ok(self.manifest)
    }

    fn count_dirs(&self) -> u32 {
        u32::try_from(self.manifest.dirs.len()).unwrap_or(u32::MAX)
    }

    /// Opens `node`; `None` if it is the top.
    fn open(&self, top: &Dir, way: &mut [(NodeId, Dir)], node: NodeId) -> Result<Option<Dir>> {
        if node == NodeId::TOP {
            return Ok(None);
        }
        let fail = |error: SysError| {
            let what = if error.is_cross_device() {
                "a file system is mounted here"
            } else {
                "cannot open this directory"
            };
            error.because(what).at(self.path.join(self.manifest.path(node)))
        };
        let parent = self.manifest.parent(node);
        let name = self.manifest.name(node);
        match way.last() {
            Some((open, dir)) if *open == parent => dir.open_dir(name).map_err(fail).map(Some),
            _ => {
                let mut cursor = Cursor::new(&self.manifest, top, NodeId::TOP);
                cursor.go(parent).and_then(|dir| dir.open_dir(name)).map_err(fail).map(Some)
            }
        }
    }

    /// Reads one directory into the table.
    fn enter(
        &mut self,
        dir: &Dir,
        node: NodeId,
    ) -> Result<impl DoubleEndedIterator<Item = NodeId> + use<>> {
        let fail = |error: SysError, manifest: &Manifest| {
            error.because("cannot read this directory").at(self.path.join(manifest.path(node)))
        };
        let mut names: Vec<(usize, usize)> = Vec::new();
        let arena = &mut self.manifest.names;
        if node == NodeId::TOP {
            dir.rewind()
                .map_err(|error| error.because("cannot read this directory").at(self.path))?;
        }
        dir.list_fresh::<SysError>(&mut self.buf, |entry| {
            let start = arena.len();
            arena.extend_from_slice(entry.name.as_c_str().to_bytes_with_nul());
            names.push((start, arena.len()));
            Ok(())
        })
        .map_err(|error| fail(error, &self.manifest))?;
        let arena = &self.manifest.names;
        names.sort_unstable_by(|a, b| arena[a.0..a.1].cmp(&arena[b.0..b.1]));
        if let Ok(xattrs) = Xattrs::read(std::os::fd::AsFd::as_fd(dir)) {
            self.keep_xattrs(node, xattrs);
        }
        self.hash_node(node);

        let start = self.next_id()?;
        for (from, to) in names {
            let id = self.next_id()?;
            let name = FileName::from_bytes_with_nul(&self.manifest.names[from..to])
                .unwrap_or_else(|| unreachable!("it was one when it was listed"));
            let meta = dir.meta_of(name).map_err(|error| {
                error
                    .because("cannot look at it")
                    .at(self.path.join(self.manifest.path(node)).join(name.as_path()))
            })?;
            if meta.kind == FileType::Device {
                self.manifest.devices_skipped += 1;
                continue;
            }
            if matches!(meta.kind, FileType::Fifo | FileType::Socket) {
                if let Ok(xattrs) = Xattrs::read_of(dir, name) {
                    self.keep_xattrs(id, xattrs);
                }
            }
            let mut first_link = None;
            if meta.nlink > 1 && !meta.is_dir() {
                let first = *self.links.entry(meta.id()).or_insert(id);
                first_link = (first != id).then_some(first);
            }
            let too_many = |_| self.too_large();
            let range =
                u32::try_from(from).map_err(too_many)?..u32::try_from(to).map_err(too_many)?;
            self.manifest.nodes.push(Node {
                meta,
                parent: node,
                name: range,
                children: 0..0,
                subtree: 0..0,
                first_link,
            });
            if !meta.is_dir() {
                self.hash_node(id);
            }
        }
        let end = self.next_id()?;
        self.manifest.nodes[node.index()].children = start.0..end.0;
        Ok((start.0..end.0).map(NodeId))
    }

    fn keep_xattrs(&mut self, node: NodeId, xattrs: Xattrs) {
        if !xattrs.is_empty() {
            xattrs.hash(&mut self.hash);
            self.manifest.xattrs.insert(node, xattrs);
        }
    }

    fn next_id(&self) -> Result<NodeId> {
        u32::try_from(self.manifest.nodes.len()).map(NodeId).map_err(|_| self.too_large())
    }

    fn too_large(&self) -> Error {
        Error::new(
            ErrorKind::Unsupported,
            "this tree has more than 4 billion entries or 4 GB of names",
        )
        .at(self.path)
    }

    fn hash_node(&mut self, node: NodeId) {
        let Node { meta, parent, name, .. } = &self.manifest.nodes[node.index()];
        (parent, meta.ino, meta.dev, meta.ctime, meta.mode, meta.size).hash(&mut self.hash);
        self.manifest.names[name.start as usize..name.end as usize].hash(&mut self.hash);
    }
}
