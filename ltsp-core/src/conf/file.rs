//! One configuration file of a root.

use std::path::{Path, PathBuf};

use super::{AnyDocument, FollowUp, Kind, RootIncludes, follow_ups};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::SysRoot;
use crate::text::{Diagnostic, Source, unified_diff};

/// The most that is read of a configuration file, in bytes.
pub(super) const MOST: usize = 64 * 1024 * 1024;

/// A file, the document in it, and what the document was when it was read.
#[derive(Clone, Debug)]
pub struct ConfFile {
    root: SysRoot,
    path: PathBuf,
    document: AnyDocument,
    /// What is on disk, as far as is known; `None` if there is no such file yet.
    on_disk: Option<Source>,
}

impl ConfFile {
    /// Opens the file at `path` below `root`; its name tells the format (see [`Kind::of`]).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the name does not tell the format, or if it is no regular
    /// file; [`ErrorKind::NotFound`] and [`ErrorKind::PermissionDenied`] as the kernel says;
    /// [`ErrorKind::Refused`] if it is larger than 64 MiB.
    pub fn open(root: &SysRoot, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let kind = kind_of(root, path)?;
        Self::open_as(root, path, kind)
    }

    /// Opens the file at `path` below `root` as one of that format.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_as(root: &SysRoot, path: impl AsRef<Path>, kind: Kind) -> Result<Self> {
        let path = path.as_ref();
        let bytes = root.read_any(path, MOST)?;
        let source = Source::new(root.outside(path), bytes);
        Ok(Self {
            root: root.clone(),
            path: path.to_path_buf(),
            document: AnyDocument::parse(kind, source.clone()),
            on_disk: Some(source),
        })
    }

    /// Opens the file, or begins a new, empty one if there is none; [`save`](Self::save) makes it,
    /// with mode 0644.
    ///
    /// # Errors
    /// As [`open`](Self::open), except that it need not exist.
    pub fn open_or_new(root: &SysRoot, path: impl AsRef<Path>, kind: Option<Kind>) -> Result<Self> {
        let path = path.as_ref();
        let kind = kind.map_or_else(|| kind_of(root, path), Ok)?;
        match Self::open_as(root, path, kind) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let source = Source::new(root.outside(path), Vec::new());
                Ok(Self {
                    root: root.clone(),
                    path: path.to_path_buf(),
                    document: AnyDocument::parse(kind, source),
                    on_disk: None,
                })
            }
            opened => opened,
        }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &AnyDocument {
        &self.document
    }

    /// The document, to change it.
    pub fn document_mut(&mut self) -> &mut AnyDocument {
        &mut self.document
    }

    /// Its path below the root.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The root it is in.
    #[must_use]
    pub fn root(&self) -> &SysRoot {
        &self.root
    }

    /// Where the files that it includes come from.
    #[must_use]
    pub fn includes(&self) -> RootIncludes {
        RootIncludes::new(&self.root)
    }

    /// Every mistake and every silent trap in it, as [`AnyDocument::check`]; for pxelinux also what
    /// is wrong with the files that it includes: missing ones, circles, labels that none of them has.
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        match &self.document {
            AnyDocument::Pxe(menu) => menu.check_with(&self.includes()),
            document => document.check(),
        }
    }

    /// Whether the document differs from what was read.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.on_disk.as_ref().is_none_or(|was| was.bytes() != self.document.to_bytes())
    }

    /// What [`save`](Self::save) would change, as `diff -u` prints it; empty if nothing.
    #[must_use]
    pub fn diff(&self) -> Vec<u8> {
        unified_diff(&self.before(), self.document.source())
    }

    /// What must be done, in this order, for the changes since the file was read to take effect.
    #[must_use]
    pub fn follow_ups(&self) -> Vec<FollowUp> {
        let before = AnyDocument::parse(self.document.kind(), self.before());
        follow_ups(&self.path, &before, &self.document)
    }

    fn before(&self) -> Source {
        let empty = || self.document.source().with_bytes(Vec::new());
        self.on_disk.clone().unwrap_or_else(empty)
    }

    /// Writes the document back in one step; owner, group, mode and extended attributes stay. Says
    /// whether there was anything to write.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] if somebody else has changed the file since it was read; nothing is
    /// written then. [`ErrorKind::Refused`] if somebody untrusted could exchange the file while it
    /// is written.
    pub fn save(&mut self) -> Result<bool> {
        if !self.is_changed() {
            return Ok(false);
        }
        let old = self.on_disk.as_ref().map(Source::bytes);
        self.root.replace(&self.path, old, self.document.to_bytes())?;
        self.on_disk = Some(self.document.source().clone());
        Ok(true)
    }
}

fn kind_of(root: &SysRoot, path: &Path) -> Result<Kind> {
    Kind::of(path).ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, "the name of this file does not tell its format")
            .at(root.outside(path))
            .help_with("say which it is: lts, ltsp, pxe, limits, excludes or shell")
    })
}
