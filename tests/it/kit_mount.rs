//! The file systems of the kit are real, private, and gone afterwards.
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::panic::catch_unwind;
use testkit::mount::{self, FileSystem, on_each, private, tmpfs};
use testkit::{Digest, Ignore, assert_same, tree};

fn mounts(of: &str) -> String {
    fs::read_to_string(format!("/proc/{of}/mountinfo")).expect("proc is mounted")
}

fn in_thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(body).join().expect("the thread has not panicked")
}

#[test]
fn every_kind_is_what_it_says_and_below_root_owned_directories() {
    on_each(|file_system, dir| {
        let kind =
            testkit::oracle::run("stat", ["-fc".as_ref(), "%T".as_ref(), dir.as_os_str()]).stdout;
        let expected = match file_system {
            FileSystem::Tmpfs => "tmpfs\n",
            FileSystem::Ext4 => "ext2/ext3\n",
            FileSystem::Xfs => "xfs\n",
            FileSystem::Btrfs => "btrfs\n",
        };
        assert_eq!(String::from_utf8_lossy(&kind), expected);
        for parent in dir.ancestors() {
            let metadata = parent.metadata().expect("a directory");
            assert_eq!(
                (metadata.uid(), metadata.mode() & 0o7777),
                (0, 0o755),
                "{}",
                parent.display()
            );
        }
    });
}

#[test]
fn reflinks_are_where_they_are_said_to_be() {
    on_each(|file_system, dir| {
        fs::write(dir.join("a"), vec![1; 8192]).expect("writable");
        let (from, to) = (dir.join("a"), dir.join("b"));
        let mut copy = std::process::Command::new(testkit::oracle::need("cp"));
        let copied = copy.arg("--reflink=always").args([from, to]).output().expect("cp can start");
        assert_eq!(copied.status.success(), file_system.has_reflinks());
    });
}

#[test]
fn nobody_else_sees_a_mount_and_it_ends_with_its_value() {
    let mount = FileSystem::Ext4.mount();
    let path = mount.path().to_str().expect("plain names").to_owned();
    assert!(mounts("thread-self").contains(&format!(" {path} ")));
    assert!(!mounts("1").contains(&format!(" {path} ")));
    let seen = path.clone();
    assert!(
        in_thread(move || mounts("thread-self").contains(&seen)),
        "a thread started here shares it"
    );
    let again = path.clone();
    in_thread(move || {
        private();
        assert!(mounts("thread-self").contains(&again), "and asking again changes nothing");
    });
    drop(mount);
    assert!(!mounts("thread-self").contains(&format!(" {path} ")));
}

#[test]
fn loop_devices_are_freed_even_when_nobody_unmounts() {
    let device = in_thread(|| {
        let mount = FileSystem::Ext4.mount();
        let table = mounts("thread-self");
        let line =
            table.lines().find(|line| line.contains(mount.path().to_str().expect("plain names")));
        let device = line
            .and_then(|line| line.split(" - ").nth(1)?.split(' ').nth(1))
            .expect("it is mounted");
        let device = device.to_owned();
        // As if the test were killed: the namespace ends, the value never does.
        std::mem::forget(mount);
        device
    });
    let name = device.strip_prefix("/dev/").expect("a device");
    let autoclear = format!("/sys/block/{name}/loop/autoclear");
    let start = std::time::Instant::now();
    // Another test may have taken the device over since; then its file is another one, which nobody can name.
    while fs::read_to_string(&autoclear).is_ok() {
        let users = fs::read_dir("/proc/self/task").expect("proc is mounted").filter(|task| {
            let task = task.as_ref().expect("it can be read").path().join("mountinfo");
            fs::read_to_string(task).is_ok_and(|table| table.contains(&format!("{device} ")))
        });
        if users.count() > 0 {
            break;
        }
        assert!(start.elapsed().as_secs() < 20, "{device} is still attached");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn a_full_a_read_only_and_a_limited_file_system_refuse() {
    let errno = |result: io::Result<()>| result.expect_err("it must refuse").raw_os_error();
    let mount = FileSystem::Tmpfs.mount_sized(1, "");
    assert_eq!(errno(fs::write(mount.path().join("big"), vec![1; 2 << 20])), Some(libc::ENOSPC));
    mount.make_read_only();
    assert_eq!(errno(fs::write(mount.path().join("x"), "x")), Some(libc::EROFS));
    mount.make_writable();
    fs::remove_file(mount.path().join("big")).expect("writable again");

    let mount = FileSystem::Btrfs.mount();
    let limited = mount::btrfs_quota(&mount, "home", 4 << 20);
    let written = fs::write(limited.join("big"), vec![1; 16 << 20]);
    assert_eq!(errno(written), Some(libc::EDQUOT));
}

#[test]
fn overlays_and_binds_show_the_other_directory() {
    let mount = tmpfs("");
    let at = |name: &str| mount.path().join(name);
    tree! { "lower/file" => file("from below"), "upper" => dir(), "work" => dir() }
        .build_at(mount.path());
    let over = mount::overlay(&at("lower"), &at("upper"), &at("work"));
    fs::write(over.path().join("new"), "x").expect("the upper directory is writable");
    assert!(over.path().join("file").is_file() && at("upper/new").is_file());
    let bound = mount::bind(&at("lower"), &at("bound"));
    assert_same(&Digest::of(at("lower")), &Digest::of(bound.path()), &Ignore::nothing());
    let inner = mount::tmpfs_at(&at("lower/inner"));
    assert_ne!(
        fs::metadata(inner.path()).expect("a directory").dev(),
        fs::metadata(at("lower")).expect("a directory").dev()
    );
}

#[test]
fn a_failure_on_one_file_system_is_told_with_its_name() {
    let failed = catch_unwind(|| {
        on_each(|file_system, _| assert!(file_system != FileSystem::Xfs, "not on this one"));
    });
    let message = failed.expect_err("it fails");
    let message = message.downcast_ref::<String>().expect("a formatted message");
    assert!(message.starts_with("failed on [Xfs]"), "{message}");
}
