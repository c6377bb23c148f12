//! A scratch system: a root directory with accounts, homes, a template and things that must not change.
use crate::attack::Canary;
use crate::mount::{self, Mount};
use crate::tree::{Tree, dir, tree_root};
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::{Path, PathBuf};

/// An account of a scratch system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Home as in passwd, absolute as seen from the scratch root.
    pub home: String,
}

/// The scratch system; it is removed when dropped.
#[derive(Debug)]
pub struct Host {
    root: PathBuf,
    accounts: Vec<Account>,
    // After the root's removal, so that a directory on somebody else's mount is emptied too.
    mount: Option<Mount>,
}

impl Host {
    /// A scratch system on a tmpfs of its own, in this thread's private mount namespace.
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "making a file system is no default")]
    pub fn new() -> Self {
        let mount = mount::tmpfs("size=1g");
        let root = mount.path().join("root");
        let mut host = Self::at(root);
        host.mount = Some(mount);
        host
    }

    /// A scratch system below an existing directory, on whatever file system that is.
    #[track_caller]
    pub fn on(dir: &Path) -> Self {
        let root =
            (0..).map(|serial| dir.join(format!("root{serial}"))).find(|root| !root.exists());
        Self::at(root.expect("some number is free"))
    }

    fn at(root: PathBuf) -> Self {
        tree_root(0o755)
            .with("etc/passwd", crate::tree::file("root:x:0:0:root:/root:/bin/bash\n"))
            .with("etc/group", crate::tree::file("root:x:0:\n"))
            .with("home", dir())
            .with("var/lib", dir())
            .with("tmp", dir().mode(0o1777))
            .build_at(&root);
        Self { root, accounts: Vec::new(), mount: None }
    }

    /// The scratch root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the scratch root; a leading slash is that root.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// A directory where every account may write (mode 1777), outside of all homes, on the same file system.
    pub fn outside(&self) -> PathBuf {
        self.path("tmp")
    }

    /// Adds an account and its group, and makes its home (mode 0700) empty.
    #[track_caller]
    pub fn account(mut self, name: &str, uid: u32, gid: u32, home: &str) -> Self {
        self = self.account_without_home(name, uid, gid, home);
        let home = self.path(home);
        tree_root(0o700).owned_by(uid, gid).build_at(&home);
        self
    }

    /// Adds an account and its group only.
    #[track_caller]
    pub fn account_without_home(mut self, name: &str, uid: u32, gid: u32, home: &str) -> Self {
        self.append("etc/passwd", &format!("{name}:x:{uid}:{gid}:{name}:{home}:/bin/bash\n"));
        self.append("etc/group", &format!("{name}:x:{gid}:\n"));
        self.accounts.push(Account { name: name.to_owned(), uid, gid, home: home.to_owned() });
        self
    }

    /// Adds accounts `prefix`1 to `prefix``count` with homes below /home, and ids from `first_id` on.
    #[track_caller]
    pub fn accounts(mut self, prefix: &str, count: u32, first_id: u32) -> Self {
        for number in 0..count {
            let (name, id) = (format!("{prefix}{}", number + 1), first_id + number);
            self = self.account(&name, id, id, &format!("/home/{name}"));
        }
        self
    }

    /// Builds a tree in an account's home, owned by the account where the tree does not say otherwise.
    #[track_caller]
    pub fn home_tree(self, name: &str, tree: Tree) -> Self {
        let account = self.of(name).clone();
        let mut tree = tree;
        tree.owner = tree.owner.or(Some((account.uid, account.gid)));
        if tree.root.is_none() {
            tree.root = Some(dir().mode(0o700));
        }
        tree.build_at(self.path(&account.home));
        self
    }

    /// Builds the template, owned by root, at `/srv/template`.
    #[track_caller]
    pub fn template(self, tree: Tree) -> Self {
        tree.build_at(self.template_path());
        self
    }

    /// Builds the skeleton, owned by root, at `/etc/skel`.
    #[track_caller]
    pub fn skeleton(self, tree: Tree) -> Self {
        tree.build_at(self.path("etc/skel"));
        self
    }

    /// Where the template is, from outside of the scratch root.
    pub fn template_path(&self) -> PathBuf {
        self.path("srv/template")
    }

    /// Where the template is, as seen from the scratch root.
    pub fn template_inside(&self) -> &'static str {
        "/srv/template"
    }

    /// An account by name.
    #[track_caller]
    pub fn of(&self, name: &str) -> &Account {
        let found = self.accounts.iter().find(|account| account.name == name);
        found.expect("the account was added to the host before")
    }

    /// An account's home, from outside of the scratch root.
    #[track_caller]
    pub fn home(&self, name: &str) -> PathBuf {
        self.path(&self.of(name).home)
    }

    /// Plants a canary at `/canary`, and one among the things of others in [`Host::outside`].
    #[track_caller]
    pub fn canaries(&self) -> [Canary; 2] {
        [Canary::plant(&self.path("canary")), Canary::plant(&self.outside().join("bystander"))]
    }

    fn append(&self, file: &str, line: &str) {
        let mut file = OpenOptions::new()
            .append(true)
            .open(self.path(file))
            .expect("the host has its account files");
        file.write_all(line.as_bytes()).expect("an account file can be written");
    }

    /// Gives a path of the scratch system another owner and mode.
    #[track_caller]
    pub fn chown_chmod(&self, path: &str, uid: u32, gid: u32, mode: u32) {
        let path = self.path(path);
        lchown(&path, Some(uid), Some(gid)).expect("root may change owners");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("root may change modes");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if self.mount.is_none() {
            let removed = crate::remove_tree(&self.root);
            if !std::thread::panicking() {
                removed.expect("a scratch root can be removed");
            }
        }
    }
}
