//! What the fuzz targets do with their bytes; the corpus replays through the same functions as an ordinary test.
//!
//! Each function panics where a promise is broken, and returns otherwise.

mod bytes;
mod dir_ops;
mod glob;
mod passwd;
mod patterns;
mod reset;

use std::path::Path;

pub use dir_ops::dir_ops;
pub use passwd::passwd;
pub use patterns::patterns;
pub use reset::reset;

/// A target's body.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also its directory of seeds.
pub const TARGETS: [(&str, Target); 4] =
    [("dir_ops", dir_ops), ("passwd", passwd), ("patterns", patterns), ("reset", reset)];

/// Removes everything in a scratch directory except `kept`.
fn empty(dir: &Path, kept: Option<&str>) {
    for entry in std::fs::read_dir(dir).expect("a scratch directory") {
        let entry = entry.expect("a scratch directory can be listed");
        if kept.is_none_or(|kept| entry.file_name() != kept) {
            crate::remove_tree(&entry.path()).expect("scratch can be removed");
        }
    }
}
