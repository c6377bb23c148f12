//! Sequences of operations on held directories, beside a tree that must not change.
use super::bytes::Bytes;
use super::empty;
use crate::mount::{Mount, bind, tmpfs};
use crate::{Snapshot, tree};
use ltsp_core::SysRoot;
use ltsp_core::sys::{Dir, FileName, FileNameBuf, FileType, ListBuf, Rename, SysError, Timestamp};
use std::cell::RefCell;
use std::ffi::CString;
use std::path::{Path, PathBuf};

const SECRET: &[u8] = b"only root may read this\n";

/// A name in the arena where the sentinel is mounted a second time.
const MOUNT: &str = "mounted";

struct Arena {
    top: PathBuf,
    sentinel: PathBuf,
    // In this order: the inner mount goes first.
    _mounted: Mount,
    _scratch: Mount,
}

thread_local! {
    static ARENA: RefCell<Option<Arena>> = const { RefCell::new(None) };
}

/// The bytes choose operations, directories and names.
pub fn dir_ops(data: &[u8]) {
    ARENA.with_borrow_mut(|arena| {
        // Taken out, so that a panic leaves none behind of which nothing is known.
        let this = arena.take().unwrap_or_else(Arena::new);
        this.run(data);
        *arena = Some(this);
    });
}

impl Arena {
    fn new() -> Self {
        let scratch = tmpfs("size=64m");
        let sentinel = scratch.path().join("sentinel");
        tree! {
            "secret" => file(SECRET).mode(0o600).xattr("user.note", "unchanged"),
            "open to all" => file("open\n").mode(0o666),
            "a" => file("a\n"),
            "b/a" => file("deeper\n"),
            "link" => symlink("a"),
            "pipe" => fifo(),
        }
        .dated(1_000_000_000, 7)
        .build_at(&sentinel);
        let top = scratch.path().join("arena");
        let mounted = bind(&sentinel, &top.join(MOUNT));
        Self { top, sentinel, _mounted: mounted, _scratch: scratch }
    }

    fn run(&self, data: &[u8]) {
        empty(&self.top, Some(MOUNT));
        let snapshot = Snapshot::of(&self.sentinel);
        let root = SysRoot::open(&self.top).expect("the arena is a directory");
        let top = root.dir().try_clone().expect("an open directory");
        Run::new(top, &self.top, &self.sentinel).all(Bytes::new(data));
        snapshot.assert_untouched();
    }
}

struct Run<'a> {
    dirs: Vec<(Dir, (u64, u64))>,
    top: &'a Path,
    targets: [CString; 6],
}

impl<'a> Run<'a> {
    fn new(top: Dir, path: &'a Path, sentinel: &Path) -> Self {
        let absolute = sentinel.to_str().expect("a plain path");
        let targets = [
            absolute.to_owned(),
            format!("{absolute}/secret"),
            "../sentinel/secret".to_owned(),
            "..".to_owned(),
            ".".to_owned(),
            "a".to_owned(),
        ];
        let targets = targets.map(|target| CString::new(target).expect("no NUL"));
        let id = top.meta().expect("an open directory").id();
        Self { dirs: vec![(top, id)], top: path, targets }
    }

    fn all(mut self, mut bytes: Bytes<'_>) {
        for _ in 0..128 {
            if bytes.is_empty() {
                break;
            }
            // What is refused changes nothing; what counts is what the operations led to.
            if let Err(error) = self.one(&mut bytes) {
                assert!(error.errno() != libc::EBADF && error.errno() != libc::EFAULT, "{error}");
            }
        }
        for (dir, id) in &self.dirs {
            assert_eq!(dir.meta().expect("an open directory").id(), *id, "it became another one");
            let path = dir.kernel_path().expect("proc is mounted");
            assert!(path.starts_with(self.top), "{} is outside", path.display());
        }
    }

    fn dir(&self, bytes: &mut Bytes<'_>) -> &Dir {
        &self.dirs[bytes.below(self.dirs.len())].0
    }

    fn hold(&mut self, opened: Dir) -> Result<(), SysError> {
        let meta = opened.meta()?;
        assert_eq!(meta.kind, FileType::Directory);
        assert_eq!(meta.dev, self.dirs[0].1.0, "a directory of another file system");
        if self.dirs.len() < 24 {
            self.dirs.push((opened, meta.id()));
        }
        Ok(())
    }

    fn one(&mut self, bytes: &mut Bytes<'_>) -> Result<(), SysError> {
        let operation = bytes.byte() % 22;
        let dir = self.dir(bytes);
        let Some(name) = some_name(bytes) else { return Ok(()) };
        let name: &FileName = &name;
        match operation {
            0 => dir.make_dir(name, mode(bytes)),
            1 => {
                let target = &self.targets[bytes.below(self.targets.len())];
                dir.make_symlink(name, target)?;
                assert_eq!(dir.read_link(name)?, *target);
                assert_eq!(dir.meta_of(name)?.kind, FileType::Symlink);
                Ok(())
            }
            2 => {
                let kind = bytes.pick(&[FileType::Fifo, FileType::Socket]);
                dir.make_node(name, kind, mode(bytes))?;
                dir.set_mode_of_new(name, mode(bytes))?;
                assert_eq!(dir.meta_of(name)?.kind, kind);
                Ok(())
            }
            3 => {
                let file = dir.create_file(name, mode(bytes))?;
                let content = bytes.take(8);
                file.write_all(content)?;
                file.set_owner(60_000 + u32::from(bytes.byte()), 1)?;
                file.set_mode(mode(bytes))?;
                file.set_mtime(Timestamp { secs: i64::from(bytes.byte()), nanos: 5 })?;
                let meta = file.meta()?;
                assert_eq!((meta.kind, meta.size), (FileType::File, content.len() as u64));
                assert_eq!(dir.meta_of(name)?.id(), meta.id());
                Ok(())
            }
            4 => {
                let content = dir.open_file(name)?.read_all(1 << 16)?;
                assert!(content != SECRET, "what is outside was read");
                Ok(())
            }
            5 => {
                let opened = dir.open_dir(name)?;
                self.hold(opened)
            }
            6 => {
                let opened = dir.open_dir_anyhow(name)?;
                self.hold(opened)
            }
            // Across mounts only where none is: there it leads to the sentinel, as it says.
            7 if name.as_bytes() == MOUNT.as_bytes() => Ok(()),
            7 => {
                let opened = dir.open_dir_across(name)?;
                self.hold(opened)
            }
            8 => dir.unlink(name),
            9 => dir.remove_dir(name),
            10..=12 => {
                let how = bytes.pick(&[Rename::NoReplace, Rename::Replace, Rename::Exchange]);
                let to = self.dir(bytes);
                match some_name(bytes) {
                    Some(to_name) => dir.rename(name, to, &to_name, how),
                    None => Ok(()),
                }
            }
            13 | 14 => {
                let to = self.dir(bytes);
                let Some(to_name) = some_name(bytes) else { return Ok(()) };
                dir.link(name, to, &to_name)?;
                assert_eq!(dir.meta_of(name)?.id(), to.meta_of(&to_name)?.id());
                Ok(())
            }
            15 => dir.read_link(name).map(drop),
            16 => {
                dir.set_owner(60_000, u32::from(bytes.byte()))?;
                dir.set_mode(mode(bytes))
            }
            // Only for what this process has made; a mount point in the arena is not of that kind.
            17 if name.as_bytes() == MOUNT.as_bytes() => Ok(()),
            17 => dir.set_owner_of_new(name, 60_001, u32::from(bytes.byte())),
            18 if name.as_bytes() == MOUNT.as_bytes() => Ok(()),
            18 => dir.set_mtime_of(name, Timestamp { secs: i64::from(bytes.byte()), nanos: 1 }),
            19 => {
                dir.rewind()?;
                dir.list::<SysError>(&mut ListBuf::new(), |entry| {
                    let name = entry.name.as_bytes();
                    assert!(!name.contains(&b'/') && name != b"." && name != b"..");
                    let meta = dir.meta_of(entry.name)?;
                    assert!(entry.kind.is_none_or(|kind| kind == meta.kind));
                    Ok(())
                })
            }
            20 => {
                let again = dir.try_clone()?;
                assert_eq!(again.meta()?, dir.meta()?);
                Ok(())
            }
            _ => dir.meta_of(name).map(drop),
        }
    }
}

fn mode(bytes: &mut Bytes<'_>) -> u16 {
    bytes.pick(&[0o755, 0, 0o600, 0o6755, 0o1777, 0o222])
}

/// A name, mostly one that others in the same run are likely to have; `None` where the bytes are no name.
fn some_name(bytes: &mut Bytes<'_>) -> Option<FileNameBuf> {
    let common: [&[u8]; 12] = [
        b"a",
        b"b",
        b"c",
        b"secret",
        MOUNT.as_bytes(),
        b"-rf",
        b"\n",
        b"...",
        b"\xff",
        b"..",
        b".",
        b"../sentinel",
    ];
    let choice = bytes.below(common.len() + 2);
    let long = [b'n'; 255];
    let wanted = match common.get(choice) {
        Some(common) => common,
        None if choice == common.len() => &long[..],
        None => bytes.take(3),
    };
    let could_lead_elsewhere =
        matches!(wanted, b"" | b"." | b"..") || wanted.iter().any(|byte| matches!(byte, b'/' | 0));
    let checked = FileNameBuf::new(wanted).ok();
    assert_eq!(checked.is_none(), could_lead_elsewhere, "{}", wanted.escape_ascii());
    checked
}
