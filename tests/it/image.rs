//! Client images: the reader of squashfs against the real mksquashfs and unsquashfs, and what is found in a system.

mod damage;
mod reader;
pub(crate) mod store;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ltsp_core::SysRoot;
use ltsp_core::image::squashfs::Squashfs;
use ltsp_core::sys::FileNameBuf;
use testkit::oracle;

/// Makes an image of `source` with the real program.
#[track_caller]
fn mksquashfs(source: &Path, image: &Path, options: &str) {
    let fixed = ["-noappend", "-no-progress", "-quiet", "-no-recovery"];
    let arguments = [source.as_os_str(), image.as_os_str()].into_iter();
    let arguments = arguments.chain(fixed.map(OsStr::new));
    oracle::run("mksquashfs", arguments.chain(options.split_whitespace().map(OsStr::new)));
}

/// Opens an image as the library does: by a held file.
#[track_caller]
fn open(image: &Path) -> Squashfs {
    let directory = SysRoot::open(image.parent().expect("an image is in a directory"));
    let directory = directory.expect("the scratch directory opens");
    let name = FileNameBuf::new(image.file_name().expect("a name").as_encoded_bytes());
    let file = directory.dir().open_file(&name.expect("a name")).expect("the image opens");
    Squashfs::open(file).unwrap_or_else(|error| panic!("{}: {error}", image.display()))
}

/// A scratch directory on a tmpfs of this thread's own.
fn scratch() -> (testkit::mount::Mount, PathBuf) {
    let mount = testkit::mount::tmpfs("size=2g");
    let path = mount.path().to_owned();
    (mount, path)
}
