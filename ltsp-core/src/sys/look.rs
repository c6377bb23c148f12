//! Reading below a root without believing anything of the way.

use std::os::fd::OwnedFd;
use std::path::Path;

use nix::fcntl::{OFlag, OpenHow, ResolveFlag};

use super::dir::{Dir, c_path};
use super::error::{SysError, SysResult, retry};
use super::file::File;
use super::list::ListBuf;
use super::meta::FileType;
use super::root::SysRoot;
use crate::error::{Error, ErrorKind, Result};

impl SysRoot {
    /// Reads the regular file at `path`, at most `limit` bytes, as anybody could who may. Symbolic
    /// links are followed, but not out of the root.
    pub(crate) fn read_any(&self, path: &Path, limit: usize) -> Result<Vec<u8>> {
        let shown = self.outside(path);
        let failed = |error: SysError| error.because("cannot read this file").at(&shown);
        // Not waiting: a FIFO would have us wait for its writer.
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        let file = self.open_any(path, flags)?.map(File::from_fd).map_err(failed)?;
        let kind = file.meta().map_err(failed)?.kind;
        if kind != FileType::File {
            let what = format!("this is a {}, not a file that can be read", kind.name());
            return Err(Error::new(ErrorKind::InvalidInput, what).at(&shown));
        }
        file.read_all(limit).map_err(|error| match error.errno() {
            libc::EFBIG => Error::new(
                ErrorKind::Refused,
                format!("this file is larger than {limit} bytes, which no configuration is"),
            )
            .at(&shown),
            _ => failed(error),
        })
    }

    /// The names in the directory at `path`, sorted as bytes; none if there is no such directory.
    pub(crate) fn names(&self, path: &Path) -> Result<Vec<Vec<u8>>> {
        let failed =
            |error: SysError| error.because("cannot list this directory").at(self.outside(path));
        let dir = match self.open_any(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY)? {
            Ok(fd) => Dir::from_fd(fd),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        dir.list(&mut ListBuf::new(), |entry| {
            names.push(entry.name.as_bytes().to_vec());
            Ok::<_, SysError>(())
        })
        .map_err(failed)?;
        names.sort();
        Ok(names)
    }

    fn open_any(&self, path: &Path, flags: OFlag) -> Result<SysResult<OwnedFd>> {
        let inside = c_path(path).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "a path cannot contain a NUL byte").at(path)
        })?;
        let resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
        let how = OpenHow::new().flags(flags | OFlag::O_CLOEXEC).resolve(resolve);
        Ok(retry("openat2", || nix::fcntl::openat2(self.dir(), inside.as_c_str(), how)))
    }
}
