//! The differences between two trees, in words.
use super::{Digest, Kind, Record};
use std::collections::BTreeSet;
use std::fmt::Debug;

/// What a comparison does not look at, or expects to have changed; everything else must be equal.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    any_owner: bool,
    owner_becomes: Option<(u32, u32)>,
    any_set_ids: bool,
    set_ids_dropped: bool,
    any_mtime: bool,
    any_directory_mtime: bool,
    any_extents: bool,
    any_root: bool,
    devices_dropped: bool,
    without: Vec<Vec<u8>>,
}

impl Ignore {
    /// Looks at everything two trees can have in common.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What a home reset to a template may differ in: the owner is the account, set-id bits and devices are not given.
    pub fn reset_for(uid: u32, gid: u32) -> Self {
        Self::default().owner_becomes(uid, gid).set_ids_dropped().devices_dropped()
    }

    /// Owners are not compared.
    #[must_use]
    pub fn any_owner(mut self) -> Self {
        self.any_owner = true;
        self
    }

    /// Everything on the right must belong to this uid and gid, whatever the left says.
    #[must_use]
    pub fn owner_becomes(mut self, uid: u32, gid: u32) -> Self {
        self.owner_becomes = Some((uid, gid));
        self
    }

    /// Setuid and setgid bits are not compared.
    #[must_use]
    pub fn any_set_ids(mut self) -> Self {
        self.any_set_ids = true;
        self
    }

    /// Nothing on the right may be setuid or setgid, whatever the left says.
    #[must_use]
    pub fn set_ids_dropped(mut self) -> Self {
        self.set_ids_dropped = true;
        self
    }

    /// Modification times are not compared.
    #[must_use]
    pub fn any_mtime(mut self) -> Self {
        self.any_mtime = true;
        self
    }

    /// Modification times of directories are not compared.
    #[must_use]
    pub fn any_directory_mtime(mut self) -> Self {
        self.any_directory_mtime = true;
        self
    }

    /// Places of holes are not compared: block sizes differ among file systems.
    #[must_use]
    pub fn any_extents(mut self) -> Self {
        self.any_extents = true;
        self
    }

    /// The root directory itself is not compared, only what is below it.
    #[must_use]
    pub fn any_root(mut self) -> Self {
        self.any_root = true;
        self
    }

    /// Device files of the left must be missing on the right.
    #[must_use]
    pub fn devices_dropped(mut self) -> Self {
        self.devices_dropped = true;
        self
    }

    /// Leaves out this path and everything below it, on both sides.
    #[must_use]
    pub fn without(mut self, path: impl AsRef<[u8]>) -> Self {
        self.without.push(path.as_ref().to_vec());
        self
    }

    fn leaves_out(&self, path: &[u8]) -> bool {
        (self.any_root && path == b".")
            || self.without.iter().any(|out| {
                path.strip_prefix(out.as_slice())
                    .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
            })
    }
}

/// All differences, one line each, sorted by path; empty when the trees are equal.
pub fn diff(left: &Digest, right: &Digest, ignore: &Ignore) -> Vec<String> {
    let paths: BTreeSet<&Vec<u8>> = left.entries.keys().chain(right.entries.keys()).collect();
    let mut lines = Vec::new();
    for path in paths {
        if ignore.leaves_out(path) {
            continue;
        }
        let shown = path.escape_ascii();
        let device = |record: &&Record| matches!(record.kind, Kind::CharDevice | Kind::BlockDevice);
        let a = left.entries.get(path).filter(|record| !(ignore.devices_dropped && device(record)));
        match (a, right.entries.get(path)) {
            (Some(a), Some(b)) => {
                lines.extend(
                    changes(a, b, ignore).into_iter().map(|line| format!("{shown}: {line}")),
                );
            }
            (Some(a), None) => lines.push(format!("{shown}: {:?} only on the left", a.kind)),
            (None, Some(b)) => lines.push(format!("{shown}: {:?} only on the right", b.kind)),
            (None, None) => {}
        }
    }
    lines
}

/// Panics with all differences unless there are none.
#[track_caller]
pub fn assert_same(left: &Digest, right: &Digest, ignore: &Ignore) {
    let lines = diff(left, right, ignore);
    assert!(lines.is_empty(), "{} differences:\n  {}", lines.len(), lines.join("\n  "));
}

fn changes(a: &Record, b: &Record, ignore: &Ignore) -> Vec<String> {
    let mut lines = Vec::new();
    if a.kind != b.kind {
        return vec![format!("{:?} became {:?}", a.kind, b.kind)];
    }
    let (mut mode_a, mut mode_b) = (a.mode, b.mode);
    if ignore.any_set_ids || ignore.set_ids_dropped {
        mode_a &= !0o6000;
    }
    if ignore.any_set_ids {
        mode_b &= !0o6000;
    }
    if a.kind != Kind::Symlink && mode_a != mode_b {
        lines.push(format!("mode {mode_a:04o} became {mode_b:04o}"));
    }
    if !ignore.any_owner {
        changed(
            &mut lines,
            "owner",
            &ignore.owner_becomes.unwrap_or((a.uid, a.gid)),
            &(b.uid, b.gid),
        );
    }
    let any_mtime = ignore.any_mtime || (ignore.any_directory_mtime && a.kind == Kind::Dir);
    if !any_mtime {
        changed(&mut lines, "mtime", &a.mtime, &b.mtime);
    }
    changed(&mut lines, "size", &a.size, &b.size);
    if a.content != b.content {
        let head = |record: &Record| match &record.content {
            Some(content) => content.head.escape_ascii().to_string(),
            None => String::new(),
        };
        lines.push(format!("content \"{}\"... became \"{}\"...", head(a), head(b)));
    }
    if a.target != b.target {
        let target = |record: &Record| {
            record.target.as_deref().unwrap_or_default().escape_ascii().to_string()
        };
        lines.push(format!("target \"{}\" became \"{}\"", target(a), target(b)));
    }
    changed(&mut lines, "device number", &a.rdev, &b.rdev);
    for name in a.xattrs.keys().chain(b.xattrs.keys().filter(|name| !a.xattrs.contains_key(*name)))
    {
        let (old, new) = (a.xattrs.get(name), b.xattrs.get(name));
        if old != new {
            let shown =
                |value: Option<&Vec<u8>>| value.map(|value| value.escape_ascii().to_string());
            lines.push(format!(
                "attribute {}: {:?} became {:?}",
                name.escape_ascii(),
                shown(old),
                shown(new)
            ));
        }
    }
    if a.link_group != b.link_group {
        let group = |record: &Record| {
            record.link_group.as_ref().map(|name| name.escape_ascii().to_string())
        };
        lines.push(format!("hard-link group {:?} became {:?}", group(a), group(b)));
    }
    changed(&mut lines, "names outside the tree", &a.links_outside, &b.links_outside);
    if !ignore.any_extents {
        changed(&mut lines, "data extents", &a.extents, &b.extents);
    }
    lines
}

pub(super) fn changed<T: PartialEq + Debug>(lines: &mut Vec<String>, what: &str, old: &T, new: &T) {
    if old != new {
        lines.push(format!("{what} {old:?} became {new:?}"));
    }
}
