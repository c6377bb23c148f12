//! What one entry of a tree is.
use super::content::{self, Content};
use crate::walk::Visit;
use crate::xattr;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::ffi::OsStringExt;

/// The type of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    File,
    Dir,
    Symlink,
    Fifo,
    Socket,
    CharDevice,
    BlockDevice,
}

/// What one entry is, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Type.
    pub kind: Kind,
    /// Permission bits, setuid, setgid, sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Modification time: seconds, nanoseconds.
    pub mtime: (i64, i64),
    /// Length of a file or symlink; 0 for other types, whose size belongs to the file system.
    pub size: u64,
    /// Content of a regular file.
    pub content: Option<Content>,
    /// Where a symlink points.
    pub target: Option<Vec<u8>>,
    /// Device number of a device file.
    pub rdev: u64,
    /// Extended attributes, ACLs among them.
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// First name of the hard-link group inside the tree, for all its members.
    pub link_group: Option<Vec<u8>>,
    /// Names the inode has outside of the tree.
    pub links_outside: u64,
    /// Offset and length of each piece of data of a regular file.
    pub extents: Vec<(u64, u64)>,
    /// Number of names.
    pub links: u64,
    /// Inode number.
    pub inode: u64,
    /// Device it lies on.
    pub device: u64,
    /// Change time: seconds, nanoseconds.
    pub ctime: (i64, i64),
}

impl Record {
    pub(super) fn read(visit: &Visit<'_>) -> io::Result<Self> {
        let stat = &visit.stat;
        let kind = match stat.st_mode & libc::S_IFMT {
            libc::S_IFREG => Kind::File,
            libc::S_IFDIR => Kind::Dir,
            libc::S_IFLNK => Kind::Symlink,
            libc::S_IFIFO => Kind::Fifo,
            libc::S_IFSOCK => Kind::Socket,
            libc::S_IFCHR => Kind::CharDevice,
            libc::S_IFBLK => Kind::BlockDevice,
            other => return Err(io::Error::other(format!("unknown file type {other:o}"))),
        };
        let path = xattr::entry_path(visit.dir, visit.name);
        let mut xattrs = BTreeMap::new();
        for name in xattr::list(&path)? {
            let value = xattr::get(&path, &name)?;
            xattrs.insert(name, value);
        }
        let (content, extents) = match kind {
            Kind::File => {
                let (content, extents) = content::read(visit.dir, visit.name)?;
                (Some(content), extents)
            }
            _ => (None, Vec::new()),
        };
        let target = match kind {
            Kind::Symlink => Some(nix::fcntl::readlinkat(visit.dir, visit.name)?.into_vec()),
            _ => None,
        };
        let sized = matches!(kind, Kind::File | Kind::Symlink);
        let device = matches!(kind, Kind::CharDevice | Kind::BlockDevice);
        Ok(Self {
            kind,
            mode: stat.st_mode & 0o7777,
            uid: stat.st_uid,
            gid: stat.st_gid,
            mtime: (stat.st_mtime, stat.st_mtime_nsec),
            size: if sized {
                u64::try_from(stat.st_size).expect("a size is not negative")
            } else {
                0
            },
            content,
            target,
            rdev: if device { stat.st_rdev } else { 0 },
            xattrs,
            link_group: None,
            links_outside: 0,
            extents,
            links: stat.st_nlink,
            inode: stat.st_ino,
            device: stat.st_dev,
            ctime: (stat.st_ctime, stat.st_ctime_nsec),
        })
    }
}
