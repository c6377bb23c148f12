//! Small homes and rules, reset in every way, twice: the second time from a receipt.
use super::bytes::Bytes;
use super::empty;
use super::patterns::{fate, sound_rule};
use crate::digest::{Kind, Record};
use crate::mount::{Mount, tmpfs};
use crate::tree::{Acl, Node};
use crate::{Digest, Entry, Ignore, Snapshot, Tree, diff, tree};
use ltsp_core::home::{HomeReset, Policy, Report, Strategy};
use ltsp_core::tree::{Fate, Patterns, Rules};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, FileTimes, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::Path;

const UID: u32 = 61_307;
const GID: u32 = 61_308;
/// A third user.
const SOMEBODY: u32 = 61_309;

const NAMES: [&[u8]; 8] = [b"a", b"b", b".c", b"d", b"-rf", b"\xff\n", b".config", b"e"];

const RULES: [&[u8]; 14] = [
    b"a",
    b"b/**",
    b"*/d",
    b"**/d",
    b"[ab]*",
    b".c",
    b"a/b",
    b"?",
    b"**",
    b".*/a",
    b"**/.c/**",
    b"a/b/d",
    b"-rf/*",
    b"[!.]*/a",
];

/// Deeper than this, exceptions from a rule are not searched for.
const DEEPEST: usize = 250;

thread_local! {
    static SCRATCH: RefCell<Option<Mount>> = const { RefCell::new(None) };
}

/// The bytes choose policy, strategy, rules, a template and a home.
pub fn reset(data: &[u8]) {
    SCRATCH.with_borrow_mut(|scratch| {
        // Taken out, so that a panic leaves none behind of which nothing is known.
        let mount = scratch.take().unwrap_or_else(|| tmpfs("size=256m"));
        empty(mount.path(), None);
        Case::new(mount.path(), &mut Bytes::new(data)).run();
        *scratch = Some(mount);
    });
}

struct Case<'a, 'b> {
    top: &'a Path,
    policy: Policy,
    strategies: [Strategy; 2],
    keep: Vec<&'static [u8]>,
    volatile: Vec<&'static [u8]>,
    bytes: &'a mut Bytes<'b>,
}

impl<'a, 'b> Case<'a, 'b> {
    fn new(top: &'a Path, bytes: &'a mut Bytes<'b>) -> Self {
        let policy = bytes.pick(&[Policy::Exact, Policy::Revert, Policy::Volatile]);
        let strategies = [
            bytes.pick(&[Strategy::Swap, Strategy::InPlace, Strategy::Auto]),
            bytes.pick(&[Strategy::InPlace, Strategy::Swap, Strategy::Auto]),
        ];
        let rules = |bytes: &mut Bytes<'_>, least: usize| {
            let count = least + bytes.below(3);
            (0..count).map(|_| bytes.pick(&RULES)).collect::<Vec<_>>()
        };
        let keep = rules(bytes, 0);
        let volatile = rules(bytes, usize::from(policy == Policy::Volatile));
        Self { top, policy, strategies, keep, volatile, bytes }
    }

    fn run(mut self) {
        let (template, home) = (self.top.join("template"), self.top.join("home/h"));
        let sentinel = self.top.join("sentinel");
        tree! {
            "file" => file("root's\n").mode(0o600),
            "linked" => file("root's, and linked\n").mode(0o666),
            "dir/file" => file("deeper\n"),
        }
        .dated(1_000_000_000, 1)
        .build_at(&sentinel);
        self.some_tree(Whose::Template, &sentinel)
            .with_root(tree::dir().mode(0o750).mtime(1_100_000_000, 2))
            .build_at(&template);
        let root = tree::dir().mode(self.bytes.pick(&[0o755, 0o700, 0]));
        self.some_tree(Whose::Home, &sentinel).with_root(root).owned_by(UID, GID).build_at(&home);
        let outside = Snapshot::of(&sentinel).linkable("linked");
        let original = Snapshot::of(&template);
        let goal = Digest::of(&template);

        for (round, strategy) in self.strategies.into_iter().enumerate() {
            let before = Digest::of(&home);
            let context = || {
                format!(
                    "in round {round} by {strategy}\ntemplate: {}\nbefore: {}\n{}",
                    listed(&goal),
                    listed(&before),
                    self.describe()
                )
            };
            let reset = self.reset(&template, &home).strategy(strategy);
            let report = reset.run(&()).expect("it can begin");
            if let Err(error) = Report::into_result(report) {
                panic!("{error}\n{}", context());
            }
            let after = Digest::of(&home);
            let plan = reset.verify(&()).expect("it can begin");
            assert!(plan.is_empty(), "verify finds {plan}{}", context());
            let lines = self.broken(&goal, &before, &after);
            assert!(lines.is_empty(), "{}\n{}", lines.join("\n"), context());
            original.assert_untouched();
            outside.assert_untouched();
            if round == 0 {
                use_it(self.bytes, &home, &after);
                // A link that is made to the sentinel moves its change time, which is not the reset's doing.
                outside.assert_untouched();
            }
        }
    }

    fn reset(&self, template: &Path, home: &Path) -> HomeReset {
        let mut reset = HomeReset::new(self.policy)
            .template(template)
            .home(home, UID, GID)
            .allow_empty_template(true);
        for rule in &self.keep {
            reset = reset.keep(rule);
        }
        for rule in &self.volatile {
            reset = reset.volatile(rule);
        }
        reset
    }

    fn describe(&self) -> String {
        let show = |rules: &[&[u8]]| {
            rules.iter().map(|rule| rule.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
        };
        format!(
            "policy {}, keep {}, volatile {}",
            self.policy,
            show(&self.keep),
            show(&self.volatile)
        )
    }

    /// Directories that a third user owns or may write and in which something may be kept: what is in
    /// them may stay as it is.
    fn closed<'d>(&self, digest: &'d Digest) -> BTreeSet<&'d [u8]> {
        let patterns = |rules: &[&'static [u8]]| Patterns::compile(rules).expect("they compile");
        let (mut keep, volatile) = (self.keep.clone(), patterns(&self.volatile));
        if self.policy == Policy::Revert {
            keep.push(b"[!.]*");
        }
        let rules = match self.policy {
            Policy::Volatile => Rules::new(Fate::Keep, volatile, patterns(&keep)),
            _ => Rules::new(Fate::Reset, patterns(&keep), volatile),
        };
        let is_closed = |path: &[u8], record: &Record| {
            let names = path.split(|&byte| byte == b'/');
            let mark = names.fold(rules.top(), |mark, name| rules.below(&mark, name));
            let trusted = record.uid == 0 && record.mode & 0o022 == 0;
            let foreign = record.kind == Kind::Dir && record.uid != UID && !trusted;
            path != b"." && foreign && (mark.fate == Fate::Keep || mark.mixed)
        };
        let closed = digest.entries.iter().filter(|(path, record)| is_closed(path, record));
        closed.map(|(path, _)| &path[..]).collect()
    }

    /// The fate of each entry that is searched for, by the specification.
    fn fates<'d>(&self, digest: &'d Digest) -> BTreeMap<&'d [u8], Fate> {
        let rules = |rules: &[&'static [u8]]| rules.iter().map(|rule| sound_rule(rule)).collect();
        let (mut keep, volatile): (Vec<_>, Vec<_>) = (rules(&self.keep), rules(&self.volatile));
        if self.policy == Policy::Revert {
            keep.push(sound_rule(b"[!.]*"));
        }
        let fate_of = |path: &'d [u8]| {
            let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
            let fate = match self.policy {
                Policy::Volatile => fate(Fate::Keep, &volatile, &keep, &names),
                _ => fate(Fate::Reset, &keep, &volatile, &names),
            };
            (path != b"." && names.len() < DEEPEST).then_some((path, fate))
        };
        digest.entries.keys().filter_map(|path| fate_of(path)).collect()
    }

    /// Everything in the home that is not as the policy promises.
    fn broken(&self, goal: &Digest, before: &Digest, after: &Digest) -> Vec<String> {
        let mut lines = Vec::new();
        let plain = self.policy == Policy::Exact && self.keep.is_empty();
        if plain {
            lines.extend(diff(goal, after, &Ignore::reset_for(UID, GID)));
        }
        let (fates, fates_after) = (self.fates(before), self.fates(after));
        let kept: BTreeSet<&[u8]> =
            fates.iter().filter(|(_, fate)| **fate == Fate::Keep).map(|(path, _)| *path).collect();
        for path in kept.iter().filter(|path| before.at(path).kind != Kind::Dir) {
            match after.entries.get(*path) {
                Some(now) if same_entry(before.at(path), now) => {}
                Some(_) => lines.push(format!("{}: kept, but changed", path.escape_ascii())),
                None => lines.push(format!("{}: to be kept, but gone", path.escape_ascii())),
            }
        }
        let closed = self.closed(before);
        let in_closed = |path| prefixes(path).any(|prefix| closed.contains(prefix));
        let above_kept: BTreeSet<&[u8]> =
            kept.iter().chain(&closed).flat_map(|path| prefixes(path)).collect();
        for (path, _) in fates_after.iter().filter(|(_, fate)| **fate == Fate::Reset) {
            let now = after.at(path);
            let holds_kept = now.kind == Kind::Dir && above_kept.contains(path);
            let from_template = self.policy != Policy::Volatile
                && goal
                    .entries
                    .get(*path)
                    .is_some_and(|wanted| wanted.kind == now.kind && wanted.content == now.content);
            let left_alone = before.has(path) && in_closed(path);
            if !holds_kept && !from_template && !left_alone {
                lines.push(format!("{}: has no right to be there", path.escape_ascii()));
            }
        }
        if self.policy != Policy::Volatile {
            for (path, wanted) in &goal.entries {
                let blocked = prefixes(path).any(|prefix| {
                    let (there, goal) = (before.entries.get(prefix), goal.at(prefix));
                    there.is_some_and(|there| there.kind != Kind::Dir || goal.kind != Kind::Dir)
                });
                let device = matches!(wanted.kind, Kind::CharDevice | Kind::BlockDevice);
                let to_be_laid = path != b"." && !blocked && !device && !in_closed(path);
                if to_be_laid && !after.has(path) {
                    lines.push(format!("{}: of the template, but not laid", path.escape_ascii()));
                }
            }
        }
        lines
    }

    fn some_tree(&mut self, whose: Whose, sentinel: &Path) -> Tree {
        let count = self.bytes.below(if whose == Whose::Template { 12 } else { 20 });
        let mut made =
            Made { tree: Tree::new(), dirs: vec![Vec::new()], files: Vec::new(), all: Vec::new() };
        for _ in 0..count {
            made.add(self.bytes, whose, sentinel);
        }
        made.tree
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Template,
    Home,
}

/// A tree in the making.
struct Made {
    tree: Tree,
    dirs: Vec<Vec<u8>>,
    files: Vec<Vec<u8>>,
    all: Vec<Vec<u8>>,
}

impl Made {
    fn add(&mut self, bytes: &mut Bytes<'_>, whose: Whose, sentinel: &Path) {
        let mut path = self.dirs[bytes.below(self.dirs.len())].clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(bytes.pick(&NAMES));
        if self.all.contains(&path) {
            return;
        }
        self.all.push(path.clone());
        let mut entry = self.entry(bytes, sentinel, whose);
        let is_link = matches!(entry.node, Node::HardLink(_));
        match &entry.node {
            Node::Dir => self.dirs.push(path.clone()),
            Node::File(_) => self.files.push(path.clone()),
            _ => {}
        }
        if !is_link {
            let modes: &[u32] = match whose {
                // Others must not be able to write a template.
                Whose::Template => &[0o644, 0o755, 0o600, 0, 0o6755, 0o1755, 0o400],
                Whose::Home => &[0o644, 0o755, 0o777, 0, 0o6755, 0o1777, 0o222],
            };
            entry = entry.mode(bytes.pick(modes));
            let nanoseconds = u32::from(bytes.byte() & 3);
            entry = entry.mtime(1_200_000_000, nanoseconds);
            if whose == Whose::Home {
                entry = match bytes.byte() {
                    231..=243 => entry.owner(0, 0),
                    244.. => entry.owner(SOMEBODY, SOMEBODY),
                    _ => entry,
                };
            }
        }
        self.tree = std::mem::take(&mut self.tree).with(path, entry);
    }

    fn entry(&self, bytes: &mut Bytes<'_>, sentinel: &Path, whose: Whose) -> Entry {
        let outside = |name: &str| sentinel.join(name).as_os_str().as_bytes().to_vec();
        let list = Acl::new(7, 5, 0).user(4711, 5);
        match bytes.below(16) {
            0 | 1 => tree::file(vec![b'x'; bytes.below(3)]),
            2 => tree::file(tree::filler(u64::from(bytes.byte() & 1), 5000)),
            3 => tree::sparse(1 << 20, [(65_536, "data")]),
            4 => tree::file("noted").xattr("user.note", bytes.take(2)),
            5 => tree::file("listed").acl(&list),
            6 => tree::symlink(outside("file")),
            7 => tree::symlink(bytes.pick(&[&b"a"[..], b"..", b"../../template"])),
            8 => tree::fifo(),
            9 => tree::socket(),
            10 if !self.files.is_empty() => {
                tree::hard_link(&self.files[bytes.below(self.files.len())])
            }
            11 if whose == Whose::Home => tree::hard_link(outside("linked")),
            12 if whose == Whose::Home && self.all.len() == 1 => tree::deep(300),
            13 => tree::dir().default_acl(&list).xattr("user.note", "of a directory"),
            _ => tree::dir(),
        }
    }
}

/// What the owner does between two resets.
fn use_it(bytes: &mut Bytes<'_>, home: &Path, digest: &Digest) {
    let paths: Vec<&Vec<u8>> = digest.entries.keys().filter(|path| path.len() < 2000).collect();
    for _ in 0..bytes.below(8) {
        let place = bytes.below(paths.len());
        let path = home.join(OsStr::from_bytes(paths[place]));
        let kind = digest.at(paths[place]).kind;
        // It may have gone with its directory by an earlier step; then there is nothing to change.
        drop(change(bytes.below(8), &path, kind));
    }
}

fn change(how: usize, path: &Path, kind: Kind) -> std::io::Result<()> {
    // A planted link leads to a file of root's, which its owner may not change.
    let is_own = |path: &Path| {
        path.symlink_metadata().is_ok_and(|meta| std::os::unix::fs::MetadataExt::nlink(&meta) == 1)
    };
    match (how, kind) {
        (0, Kind::Dir) => crate::remove_tree(path),
        (0, _) => fs::remove_file(path),
        (1, Kind::File) if is_own(path) => {
            // In the same length, and the modification time put back.
            let before = path.metadata()?;
            let length = usize::try_from(before.len().min(5000)).expect("small");
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.write_all(&vec![b'z'; length])?;
            file.set_times(FileTimes::new().set_modified(before.modified()?))
        }
        (2, Kind::File) if is_own(path) => {
            OpenOptions::new().append(true).open(path)?.write_all(b"more")
        }
        (3, Kind::File) if is_own(path) => fs::set_permissions(path, Permissions::from_mode(0o777)),
        (3 | 4, Kind::Dir) => fs::set_permissions(path, Permissions::from_mode(0o000)),
        (5, Kind::Dir) => {
            let new = path.join("new");
            fs::create_dir(&new)?;
            fs::write(new.join("a"), "new")?;
            lchown(new.join("a"), Some(UID), Some(GID))?;
            lchown(&new, Some(UID), Some(GID))
        }
        (6, Kind::File) => {
            fs::remove_file(path)?;
            fs::create_dir(path)?;
            lchown(path, Some(UID), Some(GID))
        }
        (7, _) => fs::rename(path, path.with_file_name("moved")),
        _ => Ok(()),
    }
}

fn same_entry(a: &Record, b: &Record) -> bool {
    let of = |record: &Record| {
        (
            record.kind,
            record.mode,
            (record.uid, record.gid),
            record.mtime,
            record.size,
            record.target.clone(),
        )
    };
    of(a) == of(b) && a.content == b.content && a.xattrs == b.xattrs
}

/// The path and every directory above it, except the top.
fn prefixes(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    slashes.map(|at| &path[..at]).chain([path])
}

fn listed(digest: &Digest) -> String {
    let lines = digest.entries.iter().take(40).map(|(path, record)| {
        let links = record.link_group.as_deref().unwrap_or_default().escape_ascii();
        format!("{} {:?} {:o} {links}", path.escape_ascii(), record.kind, record.mode)
    });
    lines.collect::<Vec<_>>().join(", ")
}
