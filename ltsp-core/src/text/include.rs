//! Where a document's includes come from.

use std::path::Path;

use super::Source;
use crate::error::{Error, ErrorKind, Result};

/// Finds the files that documents include. Parsing is pure; whoever resolves a document says with
/// this how its includes are read.
pub trait Includes {
    /// The file called `name` in the file `from`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; whatever else stands in the way.
    fn read(&self, name: &Path, from: &Path) -> Result<Source>;
}

/// No file can be included.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIncludes;

impl Includes for NoIncludes {
    fn read(&self, name: &Path, _from: &Path) -> Result<Source> {
        Err(Error::new(ErrorKind::NotFound, "the included file is not at hand").at(name))
    }
}

/// From memory: pairs of a name, as it stands in the including file, and the file.
impl Includes for [(&str, &str)] {
    fn read(&self, name: &Path, from: &Path) -> Result<Source> {
        match self.iter().find(|(known, _)| Path::new(known) == name) {
            Some((known, text)) => Ok(Source::new(*known, *text)),
            None => NoIncludes.read(name, from),
        }
    }
}
