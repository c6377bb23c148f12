//! Proof that nothing at all happened to a tree: everything, and inode, link count and change time too.
use super::diff::changed;
use super::{Digest, Ignore, diff};
use std::path::{Path, PathBuf};

/// A tree as it was at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    root: PathBuf,
    digest: Digest,
    linkable: Vec<Vec<u8>>,
}

impl Snapshot {
    /// Takes the snapshot.
    #[track_caller]
    pub fn of(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref().to_path_buf();
        Self { digest: Digest::of(&root), root, linkable: Vec::new() }
    }

    /// Others may make and remove further names of this file, which moves its change time and link count.
    #[must_use]
    pub fn linkable(mut self, path: impl AsRef<[u8]>) -> Self {
        self.linkable.push(path.as_ref().to_vec());
        self
    }

    /// Everything that has changed since, one line each.
    #[track_caller]
    pub fn changes(&self) -> Vec<String> {
        let now = match Digest::try_of(&self.root) {
            Ok(now) => now,
            Err(error) => return vec![format!("cannot be read any more: {error}")],
        };
        let (mut before, mut after) = (self.digest.clone(), now);
        for path in &self.linkable {
            for digest in [&mut before, &mut after] {
                if let Some(record) = digest.entries.get_mut(path) {
                    (record.links, record.links_outside, record.ctime) = (0, 0, (0, 0));
                }
            }
        }
        let mut lines = diff(&before, &after, &Ignore::nothing());
        for (path, old) in &before.entries {
            let Some(new) = after.entries.get(path) else { continue };
            let mut found = Vec::new();
            changed(&mut found, "inode", &(old.device, old.inode), &(new.device, new.inode));
            changed(&mut found, "change time", &old.ctime, &new.ctime);
            changed(&mut found, "link count", &old.links, &new.links);
            lines.extend(found.into_iter().map(|line| format!("{}: {line}", path.escape_ascii())));
        }
        lines
    }

    /// Panics with all changes unless there are none.
    #[track_caller]
    pub fn assert_untouched(&self) {
        let lines = self.changes();
        assert!(lines.is_empty(), "{} was touched:\n  {}", self.root.display(), lines.join("\n  "));
    }
}
