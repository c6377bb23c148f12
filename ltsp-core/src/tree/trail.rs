//! Where a walk is, for messages.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::sys::{FileName, SysError};

/// A path that grows and shrinks with a walk. It is never opened.
#[derive(Clone, Debug)]
pub(crate) struct Trail(PathBuf);

impl Trail {
    pub(crate) fn new(start: &Path) -> Self {
        Self(start.to_path_buf())
    }

    pub(crate) fn push(&mut self, name: &FileName) {
        self.0.push(name.as_path());
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// The error that `what` could not be done to the entry called `name` here.
    pub(crate) fn fail(&self, name: &FileName, error: SysError, what: &'static str) -> Error {
        error.because(what).at(self.0.join(name.as_path()))
    }

    /// The error that `what` could not be done to the directory the walk is in.
    pub(crate) fn fail_here(&self, error: SysError, what: &'static str) -> Error {
        error.because(what).at(&self.0)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}
