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

impl<T: Includes + ?Sized> Includes for &T {
    fn read(&self, name: &Path, from: &Path) -> Result<Source> {
        (**self).read(name, from)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_in_memory_can_be_passed_by_reference() {
        fn read(includes: impl Includes, name: &str) -> Result<Source> {
            includes.read(Path::new(name), Path::new("from"))
        }
        let files = [("lab.conf", "X=1\n")];
        let found = read(&files[..], "lab.conf").expect("it is there");
        assert_eq!((found.name(), found.bytes()), (Path::new("lab.conf"), &b"X=1\n"[..]));
        let object: &dyn Includes = &&files[..];
        assert_eq!(read(object, "other").expect_err("it is not").kind(), ErrorKind::NotFound);
        assert_eq!(read(NoIncludes, "x").expect_err("there are none").kind(), ErrorKind::NotFound);
    }
}
