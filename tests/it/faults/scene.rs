//! One home that is made the same way again and again, and the command whose calls are to fail.
use std::fs;
use std::os::unix::fs::lchown;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use testkit::digest::{Kind, Record};
use testkit::faults::{Fault, Point, Traced, points};
use testkit::mount::{Mount, tmpfs_at};
use testkit::{Digest, FileSystem, Host, Ignore, Snapshot, Tree, diff, oracle, remove_tree, tree};

use crate::reset_support::tick;

const NAME: &str = "mallory";
const UID: u32 = 4611;

/// What is done before each command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Before {
    receipt: bool,
    spare: bool,
    outdated_spare: bool,
    leftovers: bool,
    depths: bool,
}

/// A scratch system and a command.
pub(super) struct Scene {
    // The home's own file system ends before the directory it is mounted on.
    own: Option<Mount>,
    host: Host,
    verb: &'static str,
    options: Vec<String>,
    before: Before,
    others: Vec<Snapshot>,
    _mount: Mount,
}

fn template() -> Tree {
    tree! {
        ".profile" => file("umask 077\n").mode(0o640),
        ".config/app/settings" => file(filler(1, 9_000)).xattr("user.note", "kept"),
        ".config/app/again" => hard_link(".config/app/settings"),
        ".config/empty" => dir().mode(0o700),
        "Desktop/link" => symlink("../.profile"),
        "Desktop/shared" => file("by list\n").acl(&Acl::new(6, 4, 0).user(77, 4)),
        "pipe" => fifo().mode(0o600),
        "sparse" => sparse(1 << 20, [(0, "head"), (524_288, "middle")]),
        "kept/laid" => file("laid beside what is kept\n"),
        "program" => file("#!/bin/sh\n").mode(0o4755),
    }
    .dated(1_400_000_000, 123_456_789)
    .with_root(testkit::tree::dir().mode(0o750).mtime(1_300_000_000, 5))
}

/// What a session has made of it: every kind of difference.
fn messy_home() -> Tree {
    tree! {
        ".profile" => file("umask 000\n").mode(0o640),
        ".config/app" => file("a file now\n"),
        ".config/empty/full" => file("x"),
        "Desktop/link" => dir(),
        "Desktop/link/one" => file("1"),
        "Desktop/shared" => file("by list\n"),
        "program" => file("#!/bin/sh\n").mode(0o755),
        "pipe" => file("no pipe\n"),
        "junk/deep/y" => file("y"),
        "junk/deep/z" => file("z"),
        "junk/to" => symlink("/etc/passwd"),
        "junk/shut" => dir().mode(0),
        // Deeper than a removal goes in one go.
        format!("deep{}/end", "/d".repeat(30)) => file("end"),
        "kept/mine" => file("mine\n").mode(0o600),
        "kept/sub/pipe" => fifo(),
        "kept/sub/to" => symlink("../mine"),
        "kept/sub/same" => hard_link("kept/mine"),
        ".k/one/x" => file("kept by a glob\n"),
        ".k/one/y" => file("not kept\n"),
        "notes" => file("notes\n"),
        b"-rf \n\xff" => file("a name\n"),
    }
    .dated(1_600_000_000, 7)
    .with_root(testkit::tree::dir().mode(0o700).mtime(1_600_000_001, 8))
}

impl Scene {
    #[track_caller]
    pub(super) fn new(file_system: FileSystem, verb: &'static str, options: &str) -> Self {
        let mount = file_system.mount();
        let host = Host::on(mount.path())
            .account(NAME, UID, UID, &format!("/home/{NAME}"))
            .account("anna", UID + 1, UID + 1, "/home/anna")
            .home_tree(
                "anna",
                tree! { "Documents/hers" => file("hers\n"), ".profile" => file("hers\n") },
            )
            .template(template())
            .skeleton(template());
        let others = [host.template_path(), host.home("anna"), host.path("etc")].map(Snapshot::of);
        // What has the time of this moment is not remembered: each run would make other calls.
        tick();
        let options = options.split_whitespace().map(str::to_owned).collect();
        let before = Before::default();
        Self { host, verb, options, before, others: others.into(), own: None, _mount: mount }
    }

    /// The home is a file system of its own.
    #[track_caller]
    pub(super) fn mounted(verb: &'static str, options: &str) -> Self {
        let mut scene = Self::new(FileSystem::Tmpfs, verb, options);
        let home = scene.host.home(NAME);
        scene.own = Some(tmpfs_at(&home));
        lchown(&home, Some(UID), Some(UID)).expect("root may");
        scene
    }

    /// The home has been reset before, and changed since.
    pub(super) fn with_receipt(mut self) -> Self {
        self.before.receipt = true;
        self
    }

    /// A spare is ready.
    pub(super) fn with_spare(mut self) -> Self {
        self.before.spare = true;
        self
    }

    /// There is a spare, but the template was another one then.
    pub(super) fn with_outdated_spare(mut self) -> Self {
        self.before.outdated_spare = true;
        self
    }

    /// A reset has left its old home to be removed by others.
    pub(super) fn with_leftovers(mut self) -> Self {
        self.before.leftovers = true;
        self
    }

    /// Among what is kept are directories a thousand levels deep.
    pub(super) fn with_depths(mut self) -> Self {
        self.before.depths = true;
        self
    }

    fn staging(&self) -> PathBuf {
        self.host.path("home/.ltsp-staging")
    }

    /// Makes the home what it is before each command; answers how it looks.
    #[track_caller]
    pub(super) fn prepare(&self) -> Digest {
        let home = self.host.home(NAME);
        remove_tree(&self.staging()).expect("a scratch directory can be removed");
        if self.own.is_none() {
            remove_tree(&home).expect("a scratch home can be removed");
        } else {
            self.empty();
        }
        if self.before.receipt {
            self.build(Tree::new().with_root(testkit::tree::dir()));
            self.succeed("reset", "--strategy in-place --keep kept/** --keep .k/*/x");
            self.meddle();
        } else {
            self.build(messy_home());
        }
        if self.before.leftovers {
            self.succeed("reset", "--strategy swap --defer-cleanup");
        }
        if self.before.outdated_spare {
            // The spare of another template is as good as one of a former time.
            let mut stage = self.base("stage");
            stage.args(["--template", "/home/anna", "--template-owner", &(UID + 1).to_string()]);
            run(&mut stage);
        }
        if self.before.spare {
            self.succeed("stage", "");
        }
        if self.before.depths {
            let depths = tree! { "kept/depth" => deep(1000), "kept/depth2" => deep(300) };
            depths.owned_by(UID, UID).build_at(&home);
        }
        self.digest()
    }

    fn build(&self, tree: Tree) {
        tree.owned_by(UID, UID).build_at(self.host.home(NAME));
    }

    fn empty(&self) {
        let home = self.host.home(NAME);
        for entry in fs::read_dir(&home).expect("the home is there") {
            let path = entry.expect("readable").path();
            remove_tree(&path).expect("a scratch directory can be removed");
        }
    }

    /// Changes of every kind to a home that was as it should be, some of them without a trace in size or time.
    fn meddle(&self) {
        let at = |name: &str| self.host.home(NAME).join(name);
        let profile = at(".profile");
        let before = fs::metadata(&profile).expect("of the template");
        fs::write(&profile, "umask 000\n").expect("as long as before");
        let file = fs::File::options().write(true).open(&profile).expect("it is there");
        file.set_modified(before.modified().expect("it has one")).expect("root may");
        fs::remove_file(at(".config/app/again")).expect("of the template");
        fs::remove_file(at("pipe")).expect("of the template");
        let extra = tree! {
            "pipe" => file("no pipe\n"),
            "junk/one" => file("1"),
            "junk/two" => symlink("one"),
            ".config/app/again" => file("no link\n"),
            "kept/mine" => file("mine\n"),
            ".k/one/x" => file("kept by a glob\n"),
            ".k/one/y" => file("not kept\n"),
        };
        extra.owned_by(UID, UID).dated(1_600_000_000, 7).build_at(self.host.home(NAME));
        // These times would tell one preparation from the next.
        for dir in ["kept", ".config/app", "."] {
            let dir = fs::File::open(at(dir)).expect("of the template");
            dir.set_modified(std::time::UNIX_EPOCH).expect("root may");
        }
    }

    fn base(&self, verb: &str) -> Command {
        let mut command = Command::new(oracle::ltspctl());
        command.args(["home", verb, "--user", NAME, "--root"]).arg(self.host.root());
        command.args(["--threads", "1"]).current_dir("/");
        command
    }

    /// Another command about the same home.
    pub(super) fn other(&self, verb: &str, options: &str) -> Command {
        let mut command = self.base(verb);
        if verb != "clean" {
            command.args(["--template", self.host.template_inside()]);
        }
        command.args(options.split_whitespace());
        command
    }

    /// The command of the scene.
    pub(super) fn command(&self) -> Command {
        self.other(self.verb, &self.options.join(" "))
    }

    #[track_caller]
    fn succeed(&self, verb: &str, options: &str) {
        run(&mut self.other(verb, options));
    }

    /// The home as it is now. Further names of kept files in a fresh home that is not in place yet do not count.
    #[track_caller]
    pub(super) fn digest(&self) -> Digest {
        let mut digest = Digest::of(self.host.home(NAME));
        for record in digest.entries.values_mut() {
            (record.links_outside, record.links, record.inode) = (0, 0, 0);
            (record.ctime, record.device) = ((0, 0), 0);
        }
        if self.before.depths {
            digest.entries.retain(|path, _| !path.starts_with(b"kept/depth"));
        }
        digest
    }

    /// What makes the home different from the template.
    pub(super) fn differs_from_template(&self) -> Vec<String> {
        let same = Ignore::reset_for(UID, UID);
        diff(&Digest::of(self.host.template_path()), &Digest::of(self.host.home(NAME)), &same)
    }

    /// Directories whose times are the owner's affair.
    pub(super) fn owned(&self) -> &'static [&'static str] {
        let volatile = self.options.iter().any(|option| option == "volatile");
        if volatile { &[".", "junk", "junk/deep"] } else { &[".k", ".k/one"] }
    }

    /// Nobody else's things have been touched, the template among them.
    #[track_caller]
    pub(super) fn assert_others_untouched(&self, what: &str) {
        let found: Vec<String> = self.others.iter().flat_map(Snapshot::changes).collect();
        assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
        let homes = oracle::find(&self.host.path("home"), &["-maxdepth", "1"]);
        let allowed: [&[u8]; 3] = [b".ltsp-staging", b"anna", NAME.as_bytes()];
        assert!(homes.iter().all(|name| allowed.contains(&name.as_slice())), "{what}: {homes:?}");
    }

    /// Nothing of this or of an interrupted run is left.
    #[track_caller]
    pub(super) fn assert_tidy(&self, what: &str) {
        for (dir, allowed) in [
            (self.staging(), &["lock-", "receipt-", "spare-", "template-"][..]),
            (self.host.home(NAME), &[][..]),
        ] {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries {
                let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
                let ours = dir == self.staging() || name.starts_with(".ltsp");
                let fine = allowed.iter().any(|prefix| name.starts_with(prefix));
                assert!(!ours || fine, "{what}: {} is left in {}", name, dir.display());
            }
        }
    }

    /// The deep directories among what is kept are whole.
    #[track_caller]
    pub(super) fn assert_depths_kept(&self, what: &str) {
        for (name, levels) in [("kept/depth", 1000), ("kept/depth2", 300)] {
            let path = self.host.home(NAME).join(name);
            assert!(path.is_dir(), "{what}: {name} is gone");
            let found = Digest::of(&path).entries.len();
            assert_eq!(found, levels + 1, "{what}: levels of {name}");
        }
    }

    /// Prepares, and interrupts the command, at calls all over it; each time the caller can look at what is there.
    pub(super) fn half_made(&self, limit: usize) -> impl Iterator<Item = Point> + '_ {
        self.prepare();
        let recorded = Traced::new(&self.command()).record();
        let all = points(&recorded.calls);
        let step = (all.len() / limit).max(1);
        all.into_iter().step_by(step).inspect(|point| {
            self.prepare();
            Traced::new(&self.command()).inject(&point.syscall, point.nth, Fault::Kill);
        })
    }
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("the command can start");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {messages}", output.status);
}

/// The exit code; a signal is 128 and its number, as in a shell.
pub(super) fn exit_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// How a home differs from what it should be.
pub(super) fn judge(wanted: &Digest, now: &Digest) -> Vec<String> {
    diff(wanted, now, &Ignore::nothing())
}

/// The same where a directory of which no template says anything may show by its time that something in it was removed.
pub(super) fn judge_healed(wanted: &Digest, now: &Digest, owned: &[&str]) -> Vec<String> {
    let mut found = judge(wanted, now);
    found.retain(|line| match line.split_once(": mtime ") {
        Some((path, _)) => !owned.contains(&path),
        None => true,
    });
    found
}

/// Entries that are neither as they were nor as they will be.
pub(super) fn torn(old: &Digest, new: &Digest, now: &Digest) -> Vec<String> {
    let content = |record: &Record| {
        let Record { kind, content, target, size, .. } = record.clone();
        (kind, content, target, size)
    };
    let mut found = Vec::new();
    for (path, record) in &now.entries {
        let shown = path.escape_ascii();
        if path.starts_with(b".ltsp-staging-") {
            continue;
        }
        let (was, will) = (old.entries.get(path), new.entries.get(path));
        let known =
            [was, will].into_iter().flatten().any(|known| content(known) == content(record));
        if !known {
            found.push(format!("{shown} is neither old nor new: {record:?}"));
        } else if record.kind != Kind::Dir && (record.uid, record.gid) != (UID, UID) {
            found.push(format!("{shown} belongs to {}", record.uid));
        }
    }
    // What was there and will be, in directories that were and will be, was there all the time.
    for (path, was) in &old.entries {
        let stays = |path: &[u8]| {
            matches!((old.entries.get(path), new.entries.get(path)), (Some(old), Some(new))
                if (old.kind == Kind::Dir) == (new.kind == Kind::Dir))
        };
        let mut above = path.as_slice();
        let mut whole = stays(path) && was.kind != Kind::Dir;
        while let Some(slash) = above.iter().rposition(|&byte| byte == b'/') {
            above = &above[..slash];
            whole &= stays(above);
        }
        if whole && !now.entries.contains_key(path) {
            found.push(format!("{} is gone", path.escape_ascii()));
        }
    }
    found
}
