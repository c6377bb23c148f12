//! Directory trees as data: `tree! { "path" => entry, ... }`, then `build_at`.
mod acl;
mod build;
mod content;
mod entry;
mod random;

pub use acl::{Acl, Perm};
pub use content::{Content, filler, filler_bytes};
pub use entry::{
    Entry, Node, block_device, char_device, deep, dir, fifo, file, hard_link, socket, sparse,
    symlink,
};
pub use random::{RandomTrees, trees};

/// A tree: entries in the order in which they are made, below a root directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// What the root directory itself is like.
    pub root: Option<Entry>,
    /// Relative path and entry; parents that are not named are made as plain directories.
    pub entries: Vec<(Vec<u8>, Entry)>,
    /// Owner of every entry (and of the root) that names none of its own.
    pub owner: Option<(u32, u32)>,
    /// Modification time of every entry (and of the root) that names none of its own.
    pub mtime: Option<(i64, u32)>,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry; `path` is relative, its components are any bytes.
    #[must_use]
    pub fn with(mut self, path: impl AsRef<[u8]>, entry: Entry) -> Self {
        let path = path.as_ref().to_vec();
        assert!(
            !path.is_empty() && path[0] != b'/',
            "the path of an entry is relative: {:?}",
            path.escape_ascii()
        );
        self.entries.push((path, entry));
        self
    }

    /// Says what the root directory is like (mode, mtime, ...).
    #[must_use]
    pub fn with_root(mut self, entry: Entry) -> Self {
        assert!(entry.node == Node::Dir, "the root of a tree is a directory");
        self.root = Some(entry);
        self
    }

    /// Gives everything that names no owner of its own to this uid and gid.
    #[must_use]
    pub fn owned_by(mut self, uid: u32, gid: u32) -> Self {
        self.owner = Some((uid, gid));
        self
    }

    /// Gives everything that names no modification time of its own this one (the levels inside a `deep` excepted).
    #[must_use]
    pub fn dated(mut self, seconds: i64, nanoseconds: u32) -> Self {
        self.mtime = Some((seconds, nanoseconds));
        self
    }

    /// Appends the entries of another tree.
    #[must_use]
    pub fn and(mut self, other: Tree) -> Self {
        self.entries.extend(other.entries);
        self
    }
}

/// An empty tree whose root has this mode.
pub fn tree_root(mode: u32) -> Tree {
    Tree::new().with_root(dir().mode(mode))
}

/// Builds a [`Tree`]: `tree! { ".profile" => file("x").mode(0o600), "a/b" => symlink("../c") }`.
///
/// The constructors (`file`, `filler`, `dir`, `symlink`, `fifo`, `socket`, `char_device`, `block_device`, `hard_link`,
/// `sparse`, `deep`) and [`Acl`] are in scope inside of it.
#[macro_export]
macro_rules! tree {
    ($($path:expr => $entry:expr),* $(,)?) => {{
        #[allow(unused_imports, reason = "a tree rarely needs every constructor")]
        use $crate::tree::{
            Acl, block_device, char_device, deep, dir, fifo, file, filler, hard_link, socket, sparse, symlink,
        };
        $crate::tree::Tree::new()$(.with($path, $entry))*
    }};
}
