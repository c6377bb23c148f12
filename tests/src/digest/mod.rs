//! What a tree is, in full: compared with another tree ([`diff`]) or with itself later ([`Snapshot`]).
mod content;
mod diff;
mod record;
mod snapshot;

pub use content::Content;
pub use diff::{Ignore, assert_same, diff};
pub use record::{Kind, Record};
pub use snapshot::Snapshot;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

/// Every entry of a tree by relative path (the root is `.`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Relative path and what is there.
    pub entries: BTreeMap<Vec<u8>, Record>,
}

impl Digest {
    /// Reads a whole tree; panics where it cannot, because a test cannot go on then.
    #[track_caller]
    pub fn of(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref();
        match Self::try_of(root) {
            Ok(digest) => digest,
            Err(error) => panic!("cannot digest {}: {error}", root.display()),
        }
    }

    /// Reads a whole tree.
    pub fn try_of(root: &Path) -> io::Result<Self> {
        let mut entries = BTreeMap::new();
        let mut groups: HashMap<(u64, u64), Vec<Vec<u8>>> = HashMap::new();
        crate::walk::walk(root, &mut |visit| {
            let record = Record::read(&visit)?;
            if record.kind != Kind::Dir && record.links > 1 {
                groups.entry((record.device, record.inode)).or_default().push(visit.key.clone());
            }
            entries.insert(visit.key, record);
            Ok(())
        })?;
        for names in groups.values() {
            for name in names {
                let record: &mut Record =
                    entries.get_mut(name).expect("a grouped name was visited");
                record.links_outside = record.links - names.len() as u64;
                if names.len() > 1 {
                    record.link_group = names.iter().min().cloned();
                }
            }
        }
        Ok(Self { entries })
    }

    /// The record at a relative path.
    #[track_caller]
    pub fn at(&self, path: impl AsRef<[u8]>) -> &Record {
        let path = path.as_ref();
        match self.entries.get(path) {
            Some(record) => record,
            None => panic!("no entry {:?} in the digest", path.escape_ascii().to_string()),
        }
    }

    /// Whether there is an entry at a relative path.
    pub fn has(&self, path: impl AsRef<[u8]>) -> bool {
        self.entries.contains_key(path.as_ref())
    }
}
