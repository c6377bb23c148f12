//! The reset as the usual shell script does it, by path at every step: what the attackers must be able to catch.
use std::fs;
use std::io;
use std::os::unix::fs::lchown;
use std::path::Path;

/// Removes all entries of `home`, copies `template` over it, gives everything to the account.
///
/// Entries that vanish in the middle are passed over, as the script's `2>/dev/null` does.
/// Never call this on a home outside of a scratch directory.
pub fn reset(template: &Path, home: &Path, uid: u32, gid: u32) {
    for step in [empty(home), copy(template, home), give(home, uid, gid)] {
        // A script goes on after an error, and so does this: what counts is what it does outside of the home.
        drop(step);
    }
}

fn each(dir: &Path, mut step: impl FnMut(&Path, bool) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if let Ok(metadata) = path.symlink_metadata() {
            drop(step(&path, metadata.is_dir()));
        }
    }
    Ok(())
}

fn empty(dir: &Path) -> io::Result<()> {
    each(dir, |path, is_dir| {
        if is_dir {
            empty(path)?;
            fs::remove_dir(path)
        } else {
            fs::remove_file(path)
        }
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    each(from, |path, is_dir| {
        let to = to.join(path.file_name().expect("an entry has a name"));
        if is_dir {
            drop(fs::create_dir(&to));
            copy(path, &to)
        } else if path.symlink_metadata()?.is_file() {
            fs::copy(path, &to).map(drop)
        } else {
            Ok(())
        }
    })
}

fn give(path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    lchown(path, Some(uid), Some(gid))?;
    each(
        path,
        |path, is_dir| {
            if is_dir { give(path, uid, gid) } else { lchown(path, Some(uid), Some(gid)) }
        },
    )
}
