//! One entry of a tree: its type, and what is set on it.
use super::{Acl, Content};

/// The type of an entry, with what only this type has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(Content),
    /// A directory.
    Dir,
    /// A symlink to these bytes.
    Symlink(Vec<u8>),
    /// A named pipe.
    Fifo,
    /// A socket file nobody listens on.
    Socket,
    /// A device file.
    Device {
        /// Block device, else character device.
        block: bool,
        /// Major number.
        major: u64,
        /// Minor number.
        minor: u64,
    },
    /// One more name of an earlier entry, given by its path in the tree.
    HardLink(Vec<u8>),
    /// A directory with this many directories below it, each inside the one before.
    Deep(u32),
}

/// An entry; whatever is not said stays as the kernel makes it (files 0644, directories 0755, mtime now).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The type.
    pub node: Node,
    /// Permission bits, setuid, setgid, sticky.
    pub mode: Option<u32>,
    /// Owner uid and gid.
    pub owner: Option<(u32, u32)>,
    /// Modification time: seconds and nanoseconds.
    pub mtime: Option<(i64, u32)>,
    /// Extended attributes by full name (`user.x`).
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Entry {
    /// An entry of this type with nothing set.
    pub fn new(node: Node) -> Self {
        Self { node, mode: None, owner: None, mtime: None, xattrs: Vec::new() }
    }

    /// Sets permission bits, setuid, setgid and sticky; without effect on symlinks.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Sets the owner.
    #[must_use]
    pub fn owner(mut self, uid: u32, gid: u32) -> Self {
        self.owner = Some((uid, gid));
        self
    }

    /// Sets the modification time.
    #[must_use]
    pub fn mtime(mut self, seconds: i64, nanoseconds: u32) -> Self {
        self.mtime = Some((seconds, nanoseconds));
        self
    }

    /// Sets an extended attribute by its full name.
    #[must_use]
    pub fn xattr(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.xattrs.push((name.as_ref().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// Sets the access ACL.
    #[must_use]
    pub fn acl(self, acl: &Acl) -> Self {
        self.xattr("system.posix_acl_access", acl.to_xattr())
    }

    /// Sets the default ACL of a directory.
    #[must_use]
    pub fn default_acl(self, acl: &Acl) -> Self {
        self.xattr("system.posix_acl_default", acl.to_xattr())
    }
}

/// A regular file.
pub fn file(content: impl Into<Content>) -> Entry {
    Entry::new(Node::File(content.into()))
}

/// A regular file with holes: its length, and the data with their offsets.
pub fn sparse<B: AsRef<[u8]>>(len: u64, data: impl IntoIterator<Item = (u64, B)>) -> Entry {
    let data = data.into_iter().map(|(offset, bytes)| (offset, bytes.as_ref().to_vec())).collect();
    Entry::new(Node::File(Content::Sparse { len, data }))
}

/// A directory.
pub fn dir() -> Entry {
    Entry::new(Node::Dir)
}

/// A symlink.
pub fn symlink(target: impl AsRef<[u8]>) -> Entry {
    Entry::new(Node::Symlink(target.as_ref().to_vec()))
}

/// A named pipe.
pub fn fifo() -> Entry {
    Entry::new(Node::Fifo)
}

/// A socket file.
pub fn socket() -> Entry {
    Entry::new(Node::Socket)
}

/// A character device, such as 1:3.
pub fn char_device(major: u64, minor: u64) -> Entry {
    Entry::new(Node::Device { block: false, major, minor })
}

/// A block device.
pub fn block_device(major: u64, minor: u64) -> Entry {
    Entry::new(Node::Device { block: true, major, minor })
}

/// One more name of the entry at this path of the tree, which must come earlier.
pub fn hard_link(to: impl AsRef<[u8]>) -> Entry {
    Entry::new(Node::HardLink(to.as_ref().to_vec()))
}

/// A directory with a chain of `levels` directories below it, deeper than any path can name.
pub fn deep(levels: u32) -> Entry {
    Entry::new(Node::Deep(levels))
}
