//! What must not change: root's own files, of every tempting kind.
use crate::digest::Snapshot;
use crate::tree;
use crate::tree::{Tree, dir};
use std::path::{Path, PathBuf};

/// Names in the canary that attackers also use in homes, so that a path led astray still ends at a file.
pub(super) const FILES: [&str; 4] = ["file", "open", "secret", "setuid"];
/// Directories in the canary, likewise.
pub(super) const DIRS: [&str; 2] = ["sub", "private"];

/// A planted directory and how it was then.
#[derive(Debug)]
pub struct Canary {
    path: PathBuf,
    snapshot: Snapshot,
}

impl Canary {
    /// Makes the directory with root's files in it and remembers everything about them.
    #[track_caller]
    pub fn plant(path: &Path) -> Self {
        Self::plant_with(path, Tree::new())
    }

    /// The same with more entries, such as those of the template, which a copy led astray would overwrite.
    #[track_caller]
    pub fn plant_with(path: &Path, more: Tree) -> Self {
        let tree = tree! {
            "file" => file("root's file\n").mode(0o644).mtime(1_000_000_000, 1).xattr("user.canary", "alive"),
            // Even with protected hard links anybody may link to a file that all may write.
            "open" => file("root's file, open to all\n").mode(0o666).mtime(1_000_000_000, 2),
            "secret" => file("root's secret\n").mode(0o600).mtime(1_000_000_000, 3),
            "setuid" => file("#!/bin/sh\n").mode(0o4755).mtime(1_000_000_000, 4),
            "shared" => file("by list\n").acl(&Acl::new(6, 4, 0).user(1, 4)).mtime(1_000_000_000, 5),
            "link" => symlink("file"),
            "sub/file" => file("deeper\n"),
            "sub/sub/file" => file("deeper still\n"),
            "sub/sub/sub/file" => file("at the bottom\n"),
            "private/file" => file("nobody looks here\n"),
        };
        let tree = tree.with("empty", dir()).and(more);
        tree.with_root(dir().mode(0o755)).build_at(path);
        let private = path.join("private");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(private, mode).expect("root may change modes");
        Self { path: path.to_path_buf(), snapshot: Snapshot::of(path).linkable("open") }
    }

    /// Every file may get further names: for tests that switch the kernel's protection of hard links off.
    #[must_use]
    pub fn linkable(mut self) -> Self {
        for file in FILES {
            self.snapshot = self.snapshot.linkable(file);
        }
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything that has changed, one line each.
    #[track_caller]
    pub fn changes(&self) -> Vec<String> {
        self.snapshot.changes()
    }

    /// Panics with all changes unless there are none.
    #[track_caller]
    pub fn assert_untouched(&self) {
        self.snapshot.assert_untouched();
    }
}
