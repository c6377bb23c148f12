//! Moving about in a tree that a manifest describes, holding few directories open.

use super::manifest::{Manifest, NodeId};
use crate::sys::{Dir, SysResult};

/// An open place in a tree, and the way to it.
///
/// Going to a neighbour costs one openat2; far jumps open the directories between. The first
/// [`MOST_OPEN`] levels stay open; deeper down only the last directory does, so a tree of any
/// depth takes a bounded number of descriptors.
pub(crate) struct Cursor<'t> {
    manifest: &'t Manifest,
    top: &'t Dir,
    top_node: NodeId,
    way: Vec<Place>,
}

struct Place {
    node: NodeId,
    depth: usize,
    dir: Dir,
}

const MOST_OPEN: usize = 24;

impl<'t> Cursor<'t> {
    /// A cursor in the tree whose directory `top` is the manifest's `top_node`.
    pub(crate) fn new(manifest: &'t Manifest, top: &'t Dir, top_node: NodeId) -> Self {
        Self { manifest, top, top_node, way: Vec::new() }
    }

    /// The open directory of `node`, which is `top_node` or below it.
    pub(crate) fn go(&mut self, node: NodeId) -> SysResult<&Dir> {
        if node == self.top_node {
            self.way.clear();
            return Ok(self.top);
        }
        if self.way.last().is_none_or(|place| place.node != node) {
            self.walk(node)?;
        }
        Ok(self.way.last().map_or(self.top, |place| &place.dir))
    }

    fn walk(&mut self, node: NodeId) -> SysResult<()> {
        // Upwards from the goal, until a directory is reached that is open already.
        let mut ahead = Vec::new();
        let mut at = node;
        let open = loop {
            if at == self.top_node {
                break 0;
            }
            let found = self.way.iter().rposition(|place| place.node == at);
            if let Some(index) = found {
                break index + 1;
            }
            ahead.push(at);
            at = self.manifest.parent(at);
        };
        self.way.truncate(open);
        for &step in ahead.iter().rev() {
            let here = self.way.last();
            let depth = here.map_or(1, |place| place.depth + 1);
            let dir = here.map_or(self.top, |place| &place.dir);
            let dir = dir.open_dir(self.manifest.name(step))?;
            if self.way.len() == MOST_OPEN {
                self.way.pop();
            }
            self.way.push(Place { node: step, depth, dir });
        }
        Ok(())
    }
}
