//! Random trees for property tests.
use super::{Acl, Content, Entry, Node, Tree};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Bounds of the random trees.
#[derive(Clone, Copy, Debug)]
pub struct RandomTrees {
    /// At most this many entries.
    pub entries: usize,
    /// Files of at most this many bytes (sparse files may be longer).
    pub file_size: u64,
    /// Also FIFOs, sockets and device files.
    pub specials: bool,
    /// Also setuid and setgid bits.
    pub set_ids: bool,
}

impl Default for RandomTrees {
    fn default() -> Self {
        Self { entries: 40, file_size: 20_000, specials: true, set_ids: true }
    }
}

#[derive(Clone, Debug)]
struct Draft {
    parent: usize,
    name: Vec<u8>,
    entry: Entry,
    link_to: Option<usize>,
}

/// Trees within the bounds; they shrink by leaving out entries.
pub fn trees(bounds: RandomTrees) -> impl Strategy<Value = Tree> {
    vec(draft(bounds), 0..=bounds.entries).prop_map(assemble)
}

fn draft(bounds: RandomTrees) -> impl Strategy<Value = Draft> {
    let link_to = prop_oneof![9 => Just(None), 1 => any::<usize>().prop_map(Some)];
    (any::<usize>(), name(), entry(bounds), link_to)
        .prop_map(|(parent, name, entry, link_to)| Draft { parent, name, entry, link_to })
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        Just(b'a'),
        Just(b'B'),
        Just(b'.'),
        Just(b'-'),
        Just(b'\n'),
        Just(b' '),
        any::<u8>()
    ];
    let odd = vec(byte, 1..12).prop_map(|mut name| {
        name.iter_mut().filter(|byte| matches!(byte, 0 | b'/')).for_each(|byte| *byte = 0xff);
        name
    });
    let usual = prop_oneof![
        Just(b".config".to_vec()),
        Just(b".cache".to_vec()),
        Just(b"Documents".to_vec()),
        Just(b".bashrc".to_vec()),
        Just(b"-rf".to_vec()),
        Just(vec![b'n'; 255]),
    ];
    prop_oneof![2 => odd, 1 => usual]
        .prop_filter("a name of its own", |name| name != b"." && name != b"..")
}

fn entry(bounds: RandomTrees) -> impl Strategy<Value = Entry> {
    let set_ids = if bounds.set_ids { 0o7777_u32 } else { 0o1777 };
    let mode = prop_oneof![3 => Just(None), 2 => any::<u32>().prop_map(move |mode| Some(mode & set_ids)), 1 => Just(Some(0))];
    let mtime =
        prop_oneof![Just(None), (0..4_000_000_000_i64, 0..1_000_000_000_u32).prop_map(Some)];
    let xattrs = prop_oneof![
        6 => Just(Vec::new()),
        1 => vec(any::<u8>(), 0..200).prop_map(|value| vec![(b"user.note".to_vec(), value)]),
        1 => (1..9999_u32, 0..8_u16)
            .prop_map(|(uid, perm)| vec![(b"system.posix_acl_access".to_vec(), Acl::new(7, 5, 0).user(uid, perm).to_xattr())]),
    ];
    (node(bounds), mode, mtime, xattrs).prop_map(|(node, mode, mtime, xattrs)| {
        let mut entry = Entry::new(node);
        entry.mode = mode;
        entry.mtime = mtime;
        // The kernel allows user attributes on files and directories only; and an ACL sets mode bits itself.
        if matches!(entry.node, Node::File(_) | Node::Dir) {
            entry.xattrs = xattrs;
        }
        entry
    })
}

fn node(bounds: RandomTrees) -> BoxedStrategy<Node> {
    let file = prop_oneof![
        3 => vec(any::<u8>(), 0..64).prop_map(Content::Bytes),
        2 => (any::<u64>(), 0..=bounds.file_size).prop_map(|(seed, len)| Content::Filler { seed, len }),
        1 => (1..64_u64, 0..64_u64, 1..5000_u64).prop_map(|(blocks, at, len)| Content::Sparse {
            len: blocks * 65536,
            data: vec![((at % blocks) * 65536, super::filler_bytes(at, len))],
        }),
    ];
    let target = prop_oneof![
        Just(b"..".to_vec()),
        Just(b"/etc/passwd".to_vec()),
        Just(b"../../../../nowhere".to_vec()),
        vec(1..=255_u8, 1..40),
    ];
    let common = prop_oneof![
        4 => file.prop_map(Node::File),
        3 => Just(Node::Dir),
        1 => target.prop_map(Node::Symlink),
    ];
    if !bounds.specials {
        return common.boxed();
    }
    let special = prop_oneof![
        Just(Node::Fifo),
        Just(Node::Socket),
        Just(Node::Device { block: false, major: 1, minor: 3 }),
        Just(Node::Device { block: true, major: 7, minor: 0 }),
    ];
    prop_oneof![9 => common, 1 => special].boxed()
}

fn assemble(drafts: Vec<Draft>) -> Tree {
    let mut directories: Vec<Vec<u8>> = vec![Vec::new()];
    let mut files: Vec<Vec<u8>> = Vec::new();
    let mut taken: BTreeMap<Vec<u8>, ()> = BTreeMap::new();
    let mut tree = Tree::new();
    for Draft { parent, name, mut entry, link_to } in drafts {
        let mut path = directories[parent % directories.len()].clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(&name);
        if path.len() > 3000 || taken.insert(path.clone(), ()).is_some() {
            continue;
        }
        match (&entry.node, link_to) {
            (Node::File(_), Some(link_to)) if !files.is_empty() => {
                entry = super::hard_link(&files[link_to % files.len()]);
            }
            (Node::File(_), _) => files.push(path.clone()),
            (Node::Dir, _) => directories.push(path.clone()),
            _ => {}
        }
        tree = tree.with(path, entry);
    }
    tree
}
