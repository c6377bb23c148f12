//! A session's worth of change to a home, as its owner leaves it behind.

use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};

use testkit::tree::filler_bytes;

use crate::random::Random;

/// Changes a few files in a hundred: some grow, some are written anew, some keep size and modification time, some go, some
/// come; adds a directory nobody may enter, a deep one, a socket, and links.
///
/// Everything new belongs to the owner of `home`. The same seed does the same to the same home.
///
/// # Errors
/// Those of the file system.
pub fn use_for_a_session(home: &Path, seed: u64) -> io::Result<()> {
    let owner = home.metadata()?;
    let mut session = Session {
        random: Random::new(seed),
        owner: (owner.uid(), owner.gid()),
        files: Vec::new(),
        directories: vec![home.to_path_buf()],
    };
    session.look()?;
    session.change_files()?;
    session.add(home)
}

struct Session {
    random: Random,
    owner: (u32, u32),
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

impl Session {
    /// Finds what there is, in an order that does not depend on the file system.
    fn look(&mut self) -> io::Result<()> {
        let mut next = 0;
        while next < self.directories.len() {
            for entry in fs::read_dir(&self.directories[next])? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    self.directories.push(entry.path());
                } else if kind.is_file() {
                    self.files.push(entry.path());
                }
            }
            next += 1;
        }
        self.files.sort();
        self.directories.sort();
        Ok(())
    }

    fn change_files(&mut self) -> io::Result<()> {
        for path in std::mem::take(&mut self.files) {
            match self.random.below(100) {
                0 => append(&path)?,
                1 => self.overwrite(&path, false)?,
                2 => self.overwrite(&path, true)?,
                3 => self.replace(&path)?,
                4 => fs::remove_file(&path)?,
                5 => self.neighbour(&path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn own(&self, path: &Path) -> io::Result<()> {
        lchown(path, Some(self.owner.0), Some(self.owner.1))
    }

    /// Writes some bytes within a file, as a database does; by `stealth` the modification time is put back.
    fn overwrite(&mut self, path: &Path, stealth: bool) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        let before = file.metadata()?;
        let length = before.len().min(4096);
        let at = self.random.below(before.len() - length + 1);
        file.write_all_at(&filler_bytes(self.random.number(), length), at)?;
        if stealth {
            file.set_times(FileTimes::new().set_modified(before.modified()?))?;
        }
        Ok(())
    }

    /// Writes a file anew under its name, as editors do.
    fn replace(&mut self, path: &Path) -> io::Result<()> {
        let length = path.metadata()?.len().min(1 << 20);
        let new = path.with_file_name(".saving");
        fs::write(&new, filler_bytes(self.random.number(), length))?;
        self.own(&new)?;
        fs::rename(&new, path)
    }

    /// A new file beside `path`.
    fn neighbour(&mut self, path: &Path) -> io::Result<()> {
        let seed = self.random.number();
        let new = path.with_file_name(format!("new-{seed:016x}"));
        let bytes = filler_bytes(seed, self.random.below(60_000));
        File::create(&new)?.write_all(&bytes)?;
        self.own(&new)
    }

    /// What no application of the template's makes.
    fn add(&mut self, home: &Path) -> io::Result<()> {
        let closed = home.join("nobody may look");
        fs::create_dir(&closed)?;
        for serial in 0..5 {
            let inside = closed.join(format!("secret {serial}"));
            fs::write(&inside, "not empty\n")?;
            self.own(&inside)?;
        }
        self.own(&closed)?;
        fs::set_permissions(&closed, Permissions::from_mode(0o000))?;

        let mut deep = home.join("deep");
        for _ in 0..60 {
            fs::create_dir(&deep)?;
            self.own(&deep)?;
            deep.push("d");
        }

        let game = home.join(".local/share/game");
        fs::create_dir(&game)?;
        self.own(&game)?;
        for serial in 0..20 {
            let level = game.join(format!("level-{serial}.dat"));
            fs::write(&level, filler_bytes(serial, 20_000))?;
            self.own(&level)?;
        }
        symlink("/etc/passwd", home.join("Desktop/passwords"))?;
        self.own(&home.join("Desktop/passwords"))?;
        let socket = home.join(".cache/agent.sock");
        drop(std::os::unix::net::UnixListener::bind(&socket)?);
        self.own(&socket)?;

        let modes = [0o755, 0o700, 0o750];
        for _ in 0..3 {
            let directory = self.random.pick(&self.directories).clone();
            fs::set_permissions(&directory, Permissions::from_mode(*self.random.pick(&modes)))?;
        }
        Ok(())
    }
}

fn append(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(path)?.write_all(b"one more line, as logs have it\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GID, Size, UID};
    use testkit::mount::tmpfs;
    use testkit::{Digest, Ignore, diff};

    #[test]
    fn a_session_changes_a_few_percent_and_the_same_each_time() {
        let mount = tmpfs("size=100m");
        let home = |name: &str| {
            let home = mount.path().join(name);
            Size::S.tree().owned_by(UID, GID).build_at(&home);
            home
        };
        let (untouched, first, second) = (home("untouched"), home("first"), home("second"));
        use_for_a_session(&first, 3).expect("a writable home");
        use_for_a_session(&second, 3).expect("a writable home");
        let ignore = Ignore::nothing().any_mtime();
        let (before, after) = (Digest::of(&untouched), Digest::of(&first));
        let changes = diff(&before, &after, &ignore).len();
        assert!((60..250).contains(&changes), "{changes} changes");
        let twice = diff(&after, &Digest::of(&second), &ignore);
        assert!(twice.is_empty(), "{twice:?}");
        assert!(after.entries.values().all(|record| record.uid == UID));
    }
}
