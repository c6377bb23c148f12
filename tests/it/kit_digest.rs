//! The digest sees every kind of change, and its comparison leaves out only what it is told to.
use std::ffi::CString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, PermissionsExt, lchown, symlink};
use std::path::Path;
use testkit::mount::{FileSystem, tmpfs};
use testkit::tree::{Acl, Tree, dir};
use testkit::{Digest, Ignore, Snapshot, assert_same, diff, tree};

fn victim() -> Tree {
    let mtime = (1_600_000_000, 500);
    tree! {
        "file" => file("content\n").mode(0o4755).owner(1, 2).xattr("user.a", "b").mtime(mtime.0, mtime.1),
        "other" => hard_link("file"),
        "link" => symlink("file").mtime(mtime.0, mtime.1),
        "dir/below" => file(filler(1, 100_000)).mtime(mtime.0, mtime.1),
        "holes" => sparse(1 << 20, [(0, filler_8k())]).mtime(mtime.0, mtime.1),
        "null" => char_device(1, 3).mtime(mtime.0, mtime.1),
        "dir2" => dir().mtime(mtime.0, mtime.1),
    }
    .with_root(dir().mtime(mtime.0, mtime.1))
}

fn filler_8k() -> Vec<u8> {
    testkit::tree::filler_bytes(9, 8192)
}

fn set_mtime(path: &Path, seconds: i64, nanoseconds: i64) {
    let times = [libc::timespec { tv_sec: seconds, tv_nsec: nanoseconds }; 2];
    let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
    // SAFETY: the path ends in NUL and there are two times.
    let status = unsafe {
        libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.as_ptr(), libc::AT_SYMLINK_NOFOLLOW)
    };
    assert_eq!(status, 0);
}

fn set_xattr(path: &Path, name: &str, value: &[u8]) {
    let path = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
    let name = CString::new(name).expect("no NUL");
    // SAFETY: both strings end in NUL and the value has the given length.
    let status = unsafe {
        libc::lsetxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0)
    };
    assert_eq!(status, 0);
}

/// Puts back the times that the change has moved, so that only the change itself can be what is seen.
fn sees(change: impl Fn(&Path), expected: &[&str]) {
    for file_system in [FileSystem::Tmpfs, FileSystem::Ext4] {
        let mount = file_system.mount();
        let root = mount.path().join("tree");
        victim().build_at(&root);
        let before = Digest::of(&root);
        change(&root);
        for name in [".", "file", "link", "holes", "null", "dir/below", "dir2"] {
            if root.join(name).symlink_metadata().is_ok() {
                set_mtime(&root.join(name), 1_600_000_000, 500);
            }
        }
        let (seconds, nanoseconds) = before.at("dir").mtime;
        set_mtime(&root.join("dir"), seconds, nanoseconds);
        let lines = diff(&before, &Digest::of(&root), &Ignore::nothing());
        assert_eq!(lines, expected, "on {file_system:?}");
    }
}

#[test]
fn nothing_changed_is_no_difference() {
    sees(|_| {}, &[]);
}

#[test]
fn one_nanosecond_is_a_difference() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    victim().build_at(&root);
    for (name, shown) in [("file", "file"), ("link", "link"), ("dir2", "dir2"), (".", ".")] {
        let before = Digest::of(&root);
        set_mtime(&root.join(name), 1_600_000_000, 501);
        let lines = diff(&before, &Digest::of(&root), &Ignore::nothing());
        let line = format!("{shown}: mtime (1600000000, 500) became (1600000000, 501)");
        assert!(lines.contains(&line), "{lines:?}");
        assert_eq!(diff(&before, &Digest::of(&root), &Ignore::nothing().any_mtime()).len(), 0);
    }
}

#[test]
fn content_of_equal_size_is_a_difference_wherever_it_is() {
    let write = |root: &Path| {
        let file = OpenOptions::new().write(true).open(root.join("dir/below")).expect("it exists");
        file.write_all_at(b"!", 99_999).expect("writable");
    };
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    victim().build_at(&root);
    let before = Digest::of(&root);
    write(&root);
    set_mtime(&root.join("dir/below"), 1_600_000_000, 500);
    let lines = diff(&before, &Digest::of(&root), &Ignore::nothing());
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("dir/below: content"), "{lines:?}");
}

#[test]
fn modes_owners_and_attributes_are_differences() {
    let mode = |mode| {
        move |root: &Path| {
            fs::set_permissions(root.join("file"), Permissions::from_mode(mode)).expect("root may");
        }
    };
    sees(mode(0o755), &["file: mode 4755 became 0755", "other: mode 4755 became 0755"]);
    let own = |root: &Path| lchown(root.join("link"), Some(3), Some(0)).expect("root may");
    sees(own, &["link: owner (0, 0) became (3, 0)"]);
    let group = |root: &Path| lchown(root.join("dir2"), Some(0), Some(4)).expect("root may");
    sees(group, &["dir2: owner (0, 0) became (0, 4)"]);
    sees(
        |root| set_xattr(&root.join("dir2"), "user.x", b"y"),
        &["dir2: attribute user.x: None became Some(\"y\")"],
    );
    sees(
        |root| set_xattr(&root.join("file"), "user.a", b"c"),
        &[
            "file: attribute user.a: Some(\"b\") became Some(\"c\")",
            "other: attribute user.a: Some(\"b\") became Some(\"c\")",
        ],
    );
}

#[test]
fn an_access_list_is_a_difference() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    victim().build_at(&root);
    let before = Digest::of(&root);
    // Mode 0755 has the same group bits as the mask of this list.
    set_xattr(
        &root.join("dir2"),
        "system.posix_acl_access",
        &Acl::new(7, 5, 5).user(77, 5).to_xattr(),
    );
    let lines = diff(&before, &Digest::of(&root), &Ignore::nothing());
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].starts_with("dir2: attribute system.posix_acl_access: None became Some"),
        "{lines:?}"
    );
}

#[test]
fn types_targets_and_devices_are_differences() {
    let retarget = |root: &Path| {
        fs::remove_file(root.join("link")).expect("it exists");
        symlink("fil2", root.join("link")).expect("the name is free");
    };
    sees(retarget, &["link: target \"file\" became \"fil2\""]);
    let retype = |root: &Path| {
        fs::remove_file(root.join("link")).expect("it exists");
        fs::create_dir(root.join("link")).expect("the name is free");
    };
    sees(retype, &["link: Symlink became Dir"]);
    let device = |root: &Path| {
        fs::remove_file(root.join("null")).expect("it exists");
        tree! { "null" => char_device(1, 5) }.build_at(root);
    };
    sees(device, &["null: device number 259 became 261"]);
    let remove = |root: &Path| fs::remove_dir(root.join("dir2")).expect("it is empty");
    sees(remove, &["dir2: Dir only on the left"]);
    let add = |root: &Path| drop(File::create(root.join("dir2/\u{e9}")).expect("the name is free"));
    sees(add, &[r"dir2/\xc3\xa9: File only on the right"]);
}

#[test]
fn hard_links_inside_and_outside_are_differences() {
    let split = |root: &Path| {
        fs::remove_file(root.join("other")).expect("it exists");
        tree! { "other" => file("content\n").mode(0o4755).owner(1, 2).xattr("user.a", "b").mtime(1_600_000_000, 500) }
            .build_at(root);
    };
    sees(
        split,
        &[
            "file: hard-link group Some(\"file\") became None",
            "other: hard-link group Some(\"file\") became None",
        ],
    );
    let outside = |root: &Path| {
        fs::hard_link(root.join("dir/below"), root.with_extension("outside"))
            .expect("the name is free");
    };
    sees(outside, &["dir/below: names outside the tree 0 became 1"]);
}

#[test]
fn a_filled_hole_is_a_difference_and_equal_content_still() {
    let fill = |root: &Path| {
        let file = OpenOptions::new().write(true).open(root.join("holes")).expect("it exists");
        file.write_all_at(&[0; 8192], 65_536).expect("writable");
    };
    sees(fill, &["holes: data extents [(0, 8192)] became [(0, 8192), (65536, 8192)]"]);
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    victim().build_at(&root);
    let before = Digest::of(&root);
    fill(&root);
    assert_same(&before, &Digest::of(&root), &Ignore::nothing().any_extents().any_mtime());
}

#[test]
fn a_reset_may_differ_in_owner_set_id_bits_and_devices_only_as_promised() {
    let mount = tmpfs("");
    let (template, home) = (mount.path().join("template"), mount.path().join("home"));
    victim().build_at(&template);
    testkit::oracle::run("cp", ["-a".as_ref(), template.as_os_str(), home.as_os_str()]);
    let wanted = Digest::of(&template);
    let ignore = Ignore::reset_for(1000, 1001);
    let lines = diff(&wanted, &Digest::of(&home), &ignore);
    assert!(lines.contains(&"file: mode 0755 became 4755".to_owned()), "{lines:?}");
    assert!(lines.contains(&"dir: owner (1000, 1001) became (0, 0)".to_owned()), "{lines:?}");
    assert!(lines.contains(&"null: CharDevice only on the right".to_owned()), "{lines:?}");
    testkit::oracle::run("chown", ["-Rh".as_ref(), "1000:1001".as_ref(), home.as_os_str()]);
    fs::set_permissions(home.join("file"), Permissions::from_mode(0o755)).expect("root may");
    fs::remove_file(home.join("null")).expect("it exists");
    set_mtime(&home, 1_600_000_000, 500);
    assert_same(&wanted, &Digest::of(&home), &ignore);
    fs::write(home.join("dir/new"), "x").expect("writable");
    assert_same(&wanted, &Digest::of(&home), &ignore.clone().without("dir"));
    assert_eq!(
        diff(&wanted, &Digest::of(&home), &ignore.without("di")).len(),
        2,
        "not a prefix of a name"
    );
}

#[test]
fn a_snapshot_sees_what_was_changed_and_put_back() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    victim().build_at(&root);
    let snapshot = Snapshot::of(&root);
    snapshot.assert_untouched();
    lchown(root.join("link"), Some(0), Some(0)).expect("root may");
    let changes = snapshot.changes();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0].starts_with("link: change time"), "{changes:?}");

    let snapshot = Snapshot::of(&root);
    let linkable = Snapshot::of(&root).linkable("dir/below");
    fs::hard_link(root.join("dir/below"), mount.path().join("outside")).expect("the name is free");
    assert_eq!(snapshot.changes().len(), 3, "names outside, change time, link count");
    linkable.assert_untouched();
    fs::write(root.join("dir/below"), "x").expect("writable");
    assert!(!linkable.changes().is_empty());

    let snapshot = Snapshot::of(&root);
    fs::rename(&root, mount.path().join("away")).expect("the name is free");
    assert_eq!(snapshot.changes().len(), 1);
}
