//! What the fuzz targets do with their bytes; the corpus replays through the same functions as an ordinary test.
//!
//! Each function panics where a promise is broken, and returns otherwise.

mod bytes;
mod dir_ops;
mod excludes;
mod glob;
mod limits;
mod lts;
mod ltsp;
mod passwd;
mod patterns;
mod pxe;
mod reset;
mod shell;
mod squashfs;

use std::path::Path;

pub use dir_ops::dir_ops;
pub use excludes::excludes;
pub use limits::limits;
pub use lts::lts;
pub use ltsp::ltsp;
pub use passwd::passwd;
pub use patterns::patterns;
pub use pxe::pxe;
pub use reset::reset;
pub use shell::shell;
pub use squashfs::squashfs;

/// A target's body.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also its directory of seeds.
pub const TARGETS: [(&str, Target); 11] = [
    ("dir_ops", dir_ops),
    ("excludes", excludes),
    ("limits", limits),
    ("lts", lts),
    ("ltsp", ltsp),
    ("passwd", passwd),
    ("patterns", patterns),
    ("pxe", pxe),
    ("reset", reset),
    ("shell", shell),
    ("squashfs", squashfs),
];

/// Removes everything in a scratch directory except `kept`.
fn empty(dir: &Path, kept: Option<&str>) {
    for entry in std::fs::read_dir(dir).expect("a scratch directory") {
        let entry = entry.expect("a scratch directory can be listed");
        if kept.is_none_or(|kept| entry.file_name() != kept) {
            crate::remove_tree(&entry.path()).expect("scratch can be removed");
        }
    }
}
