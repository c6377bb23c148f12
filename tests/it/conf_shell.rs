//! Files of shell assignments are read as dash reads them, without running them.
use std::path::{Path, PathBuf};

/// A directory that is gone when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ltsp-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("scratch can be made");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers that are the same in every run (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).expect("smaller than a usize")
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// The files in that folder of the corpus of real files. `None`, and a line that says so, where
/// there is no corpus.
pub(crate) fn corpus(folder: &str) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let place = std::env::var_os("LTSP_CORPUS").map_or_else(beside, PathBuf::from);
    if !place.is_dir() {
        eprintln!("no corpus of real files at {}", place.display());
        return None;
    }
    let mut files: Vec<_> = std::fs::read_dir(place.join(folder))
        .expect("the corpus has that folder")
        .map(|entry| {
            let path = entry.expect("a folder can be listed").path();
            let bytes = std::fs::read(&path).expect("the corpus can be read");
            (path, bytes)
        })
        .collect();
    files.sort();
    Some(files)
}
