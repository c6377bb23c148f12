//! Paths inside an image: symbolic links are followed there and lead nowhere else.

use super::inode::Inode;
use super::{Squashfs, show_inside};
use crate::error::{Error, ErrorKind, Result};
use crate::sys::FileType;

/// As many as the kernel itself follows.
const MOST_LINKS: usize = 40;

/// More components than any path that can be used has; links can multiply them.
const MOST_STEPS: usize = 16_384;

impl Squashfs {
    /// What `path` leads to, symbolic links followed, the last one too. An absolute target begins
    /// at the image's own top, and `..` does not leave that, as if the image were the root.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is nothing of that name; [`ErrorKind::Unsafe`] for too many
    /// links; [`ErrorKind::Parse`] if the image is damaged on the way.
    pub fn lookup(&self, path: impl AsRef<[u8]>) -> Result<Inode> {
        self.resolve(path.as_ref(), true)
    }

    /// Like [`lookup`](Self::lookup), but a symbolic link in the last place is the answer itself.
    ///
    /// # Errors
    /// Those of [`lookup`](Self::lookup).
    pub fn lookup_link(&self, path: impl AsRef<[u8]>) -> Result<Inode> {
        self.resolve(path.as_ref(), false)
    }

    fn resolve(&self, path: &[u8], follow_last: bool) -> Result<Inode> {
        let fail = |kind, what: &str| {
            Err(Error::new(kind, format!("{what} in the image: {}", show_inside(path))))
        };
        // What is still to do, the next step last.
        let mut todo: Vec<Vec<u8>> = Vec::new();
        push(&mut todo, path);
        let mut entered = vec![self.root()?];
        let (mut links, mut steps) = (0, 0);
        while let Some(step) = todo.pop() {
            steps += 1;
            if steps > MOST_STEPS || todo.len() > MOST_STEPS {
                return fail(ErrorKind::Unsafe, "this path is too long");
            }
            let here = entered.last().expect("the top is never left");
            if here.kind != FileType::Directory {
                return fail(ErrorKind::NotFound, "something on the way is no directory");
            }
            if step == b"." {
                continue;
            }
            if step == b".." {
                if entered.len() > 1 {
                    entered.pop();
                }
                continue;
            }
            let Some(entry) = self.entry(here, &step)? else {
                return fail(ErrorKind::NotFound, "there is no such file");
            };
            let inode = self.inode_of(&entry)?;
            match inode.target() {
                Some(target) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if links > MOST_LINKS {
                        return fail(ErrorKind::Unsafe, "too many symbolic links");
                    }
                    if target.first() == Some(&b'/') {
                        entered.truncate(1);
                    }
                    push(&mut todo, target);
                }
                _ => entered.push(inode),
            }
        }
        Ok(entered.pop().expect("the top is never left"))
    }
}

/// Puts the components of `path` before what is still to do.
fn push(todo: &mut Vec<Vec<u8>>, path: &[u8]) {
    let components = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    let from = todo.len();
    todo.extend(components.map(<[u8]>::to_vec));
    if path.ends_with(b"/") {
        // What a slash follows must be a directory.
        todo.push(b".".to_vec());
    }
    todo[from..].reverse();
}
