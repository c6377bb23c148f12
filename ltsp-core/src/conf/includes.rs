//! Included files, read from a root.

use std::path::{Component, Path, PathBuf};

use super::file::MOST;
use crate::error::{ErrorKind, Result};
use crate::sys::SysRoot;
use crate::text::{Includes, Source};

/// Finds included files below a root: absolute names from its `/`, others beside the including file
/// and, as pxelinux counts them from the directory that it was loaded from, one directory above.
#[derive(Clone, Debug)]
pub struct RootIncludes {
    root: SysRoot,
}

impl RootIncludes {
    /// Files below `root`.
    #[must_use]
    pub fn new(root: &SysRoot) -> Self {
        Self { root: root.clone() }
    }

    fn open(&self, path: &Path) -> Result<Source> {
        let bytes = self.root.read_any(path, MOST)?;
        Ok(Source::new(self.root.outside(path), bytes))
    }
}

impl Includes for RootIncludes {
    fn read(&self, name: &Path, from: &Path) -> Result<Source> {
        if name.is_absolute() {
            return self.open(name);
        }
        // Sources are called by their path from outside the root.
        let from = from.strip_prefix(self.root.path()).unwrap_or(from);
        let beside = Path::new("/").join(from).parent().map(Path::to_path_buf).unwrap_or_default();
        match self.open(&plain(&beside.join(name))) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let above = beside.parent().unwrap_or(&beside).join(name);
                // The first answer names the place where people look for it.
                self.open(&plain(&above)).map_err(|_| error)
            }
            answer => answer,
        }
    }
}

/// Without `.` and, as far as names tell, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    plain
}
