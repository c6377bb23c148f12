//! The thread's own mount namespace.
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Mount points are made on a tmpfs here, so that even they vanish with the namespace.
const PLACE: &str = "/media";

/// Namespaces this process has made.
static PRIVATE: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

fn current() -> u64 {
    fs::metadata("/proc/thread-self/ns/mnt").expect("a thread has a mount namespace").ino()
}

/// Gives the current thread, and the threads and processes it starts from now on, a mount namespace of their own.
///
/// Further calls do nothing. Every mount of this module calls it first. Needs root.
#[track_caller]
pub fn private() {
    if PRIVATE.lock().expect("no panic while held").contains(&current()) {
        return;
    }
    // A thread shares its root and working directory with all others, and the kernel moves none of them alone.
    unshare(CloneFlags::CLONE_FS | CloneFlags::CLONE_NEWNS).expect("the tests run as root");
    let nothing = None::<&str>;
    mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing)
        .expect("the root can be made private");
    fs::create_dir_all(PLACE).expect("there is a place for mount points");
    mount(Some("testkit"), PLACE, Some("tmpfs"), MsFlags::empty(), Some("mode=755,size=1m"))
        .expect("root can mount a tmpfs");
    PRIVATE.lock().expect("no panic while held").insert(current());
}

/// A new empty directory to mount on.
#[track_caller]
pub(super) fn mount_point() -> PathBuf {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    private();
    let path = PathBuf::from(format!("{PLACE}/fs{}", SERIAL.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir(&path).expect("the serial number is new");
    path
}
