//! A scratch root with a template and guests, and what is done to the guests' homes other than by the library.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ltsp_core::home::{Busy, HomeReset, Policy};
use ltsp_core::{Observer, SysRoot};
use signal_hook::{consts::SIGINT, flag};

use crate::{Result, template};

/// How many guests there are.
pub(crate) const GUESTS: u32 = 30;
/// Ids that nobody on a real machine should have: far above people's, below the system's dynamic ones.
const FIRST_ID: u32 = 58_001;
const TEMPLATE: &str = "home/guest";

/// What a guest does in a session; each line is something that a script trips over.
const MESS: &str = r#"
echo 'alias ls="rm -r"' >> .bashrc
# Changed, but size and time say that it was not.
prefs=$(echo .mozilla/firefox/*/prefs.js)
touch -r "$prefs" stamp; printf EVIL | dd of="$prefs" conv=notrunc status=none; touch -r stamp "$prefs"; rm stamp
rm -r .config/gtk-3.0 .local/share/applications/app-1*
mkdir -p .cache/thumbnails Downloads
for i in $(seq 40); do echo "$i" > ".cache/thumbnails/$i.png"; done
head -c 400000 /dev/zero | tr '\0' 'v' > Downloads/video.mkv
mkdir locked; echo x > locked/file; chmod 000 locked
deep=deep; for i in $(seq 200); do deep=$deep/d; done; mkdir -p "$deep"
: > "$(printf 'two\nlines')"; : > "$(printf 'caf\351')"; : > ./-rf; : > ' '
mkfifo pipe; ln -s /etc etc
rm -r Pictures; ln -s /usr Pictures
echo 'An essay that took all afternoon.' > Documents/essay.txt
chmod 777 .
"#;

/// The usual way, for one home. (`..` is left out where the original relies on rm to refuse it.)
const SCRIPT: &str = r#"cd "$1" || exit; rm -rf ..?* .[!.]* *; rsync -a "$2/" .; chown -R "$3" ."#;

/// The scratch root; it is removed when dropped.
pub(crate) struct Lab {
    pub(crate) root: PathBuf,
    pub(crate) stop: Stop,
    uid: u32,
    gid: u32,
}

/// Ctrl-C, which the library asks about.
pub(crate) struct Stop(Arc<AtomicBool>);

impl Observer for Stop {
    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Lab {
    /// Makes the scratch root, with a template, accounts, and no homes yet.
    pub(crate) fn new() -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        // The first Ctrl-C ends the demo and removes its scratch root, the second only ends it.
        flag::register_conditional_default(SIGINT, Arc::clone(&stop))?;
        flag::register(SIGINT, Arc::clone(&stop))?;
        let parent = std::env::var_os("LTSP_DEMO_DIR").unwrap_or("/var/tmp".into());
        let root = Path::new(&parent).join(format!("ltsp-demo-{}", std::process::id()));
        fs::create_dir(&root)
            .map_err(|error| format!("cannot make {}: {error}", root.display()))?;
        let own = fs::metadata(&root)?;
        let lab = Self { root, uid: own.uid(), gid: own.gid(), stop: Stop(stop) };
        let mut passwd = String::from("root:x:0:0:root:/root:/bin/sh\n");
        for guest in 1..=GUESTS {
            let (uid, gid) = lab.ids(guest);
            passwd += &format!("guest{guest}:x:{uid}:{gid}::/home/guest{guest}:/bin/sh\n");
        }
        for dir in ["etc", "home", "var", "var/lib", TEMPLATE] {
            fs::create_dir(lab.root.join(dir))?;
        }
        for dir in ["", "etc", "home", "var", "var/lib"] {
            fs::set_permissions(lab.root.join(dir), Permissions::from_mode(0o755))?;
        }
        fs::write(lab.root.join("etc/passwd"), passwd)?;
        template::make(&lab.root.join(TEMPLATE))?;
        Ok(lab)
    }

    /// Where a guest's home is, from outside.
    pub(crate) fn home(&self, guest: u32) -> PathBuf {
        self.root.join(format!("home/guest{guest}"))
    }

    /// A guest's own ids, or the caller's where only root could give a home to somebody else.
    fn ids(&self, guest: u32) -> (u32, u32) {
        match self.is_root() {
            true => (FIRST_ID + guest, FIRST_ID + guest),
            false => (self.uid, self.gid),
        }
    }

    /// Whether every guest has ids of its own.
    pub(crate) fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// A reset of all guests' homes to the template.
    pub(crate) fn reset(&self) -> Result<HomeReset> {
        let mut reset = HomeReset::new(Policy::Exact)
            .root(SysRoot::open(&self.root)?)
            .template(format!("/{TEMPLATE}"));
        if !self.is_root() {
            reset = reset.busy(Busy::Ignore);
        }
        for guest in 1..=GUESTS {
            reset = reset.user(format!("guest{guest}"));
        }
        Ok(reset)
    }

    /// Lets every guest have a session.
    pub(crate) fn mess_up(&self) -> Result {
        for guest in 1..=GUESTS {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-euc", MESS]).current_dir(self.home(guest));
            if self.is_root() {
                let (uid, gid) = self.ids(guest);
                shell.uid(uid).gid(gid);
            }
            if !shell.status()?.success() {
                return Err(format!("guest{guest} could not mess up").into());
            }
        }
        self.sync()
    }

    /// Writes everything to the disk, so that no measurement pays for what came before it.
    fn sync(&self) -> Result {
        match Command::new("sync").arg("-f").arg(&self.root).status()?.success() {
            true => Ok(()),
            false => Err("the scratch root could not be written to the disk".into()),
        }
    }

    /// Runs the usual script on all homes, one after the other as is usual, and says how long it
    /// took; nothing without rsync.
    pub(crate) fn script(&self) -> Result<Option<Duration>> {
        if Command::new("rsync").arg("--version").stdout(Stdio::null()).status().is_err() {
            return Ok(None);
        }
        let before = Instant::now();
        for guest in 1..=GUESTS {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", SCRIPT, "sh"]).arg(self.home(guest)).arg(self.root.join(TEMPLATE));
            let (uid, gid) = self.ids(guest);
            // What it cannot remove it complains about; what it leaves behind is found later.
            shell.arg(format!("{uid}:{gid}")).stderr(Stdio::null()).status()?;
        }
        Ok(Some(before.elapsed()))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let clean = r#"chmod -R u+rwX "$1" 2>/dev/null; rm -rf "$1""#;
        let removed = Command::new("/bin/sh").args(["-c", clean, "sh"]).arg(&self.root).status();
        if !removed.is_ok_and(|status| status.success()) {
            eprintln!("demo: remove {} by hand", self.root.display());
        }
    }
}
