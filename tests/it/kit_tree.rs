//! The tree builder makes what it was told, on every file system.
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use testkit::digest::Kind;
use testkit::mount::{on_each, tmpfs};
use testkit::oracle;
use testkit::tree;
use testkit::tree::{RandomTrees, filler_bytes, trees};
use testkit::{Digest, Ignore, Tree, assert_same, diff, remove_tree};

fn everything() -> Tree {
    tree! {
        "plain" => file("text\n").mode(0o640).owner(7, 8).mtime(1_500_000_000, 123_456_789),
        "filled" => file(filler(3, 70_000)),
        ".hidden" => dir().mode(0o700),
        ".hidden/deeper/file" => file(b"\0\xff"),
        "to" => symlink("plain").owner(9, 10).mtime(1_400_000_000, 1),
        "dangling" => symlink(b"\xff/nowhere"),
        "pipe" => fifo().mode(0o622),
        "door" => socket(),
        "null" => char_device(1, 3),
        "disk" => block_device(7, 0).mode(0o660),
        "plain again" => hard_link("plain"),
        "holes" => sparse(1 << 20, [(0, "start"), (524_288, "middle")]),
        "listed" => file("x").acl(&Acl::new(6, 4, 0).user(1234, 4).group(99, 6)),
        "noted" => file("x").xattr("user.note", b"\0binary").mode(0o6755).owner(5, 5),
        "heirs" => dir().default_acl(&Acl::new(7, 5, 0).user(1234, 7)).mtime(1_300_000_000, 999_999_999),
        b"new\nline" => file("1"),
        b"not \xff utf-8" => dir().mode(0),
        "-rf" => file("2"),
    }
    .with_root(tree::dir().mode(0o711).mtime(1_200_000_000, 5))
}

#[test]
fn everything_a_tree_can_say_is_on_the_disk_afterwards() {
    on_each(|_, dir| {
        let root = dir.join("tree");
        everything().build_at(&root);
        let digest = Digest::of(&root);
        let plain = digest.at("plain");
        assert_eq!((plain.mode, plain.uid, plain.gid), (0o640, 7, 8));
        assert_eq!((plain.mtime, plain.size), ((1_500_000_000, 123_456_789), 5));
        assert_eq!(plain.link_group.as_deref(), Some(&b"plain"[..]));
        assert_eq!(digest.at("plain again").link_group, plain.link_group);
        assert_eq!(plain.links_outside, 0);
        assert_eq!(std::fs::read(root.join("filled")).expect("readable"), filler_bytes(3, 70_000));
        assert_eq!(digest.at(".hidden").mode, 0o700);
        assert!(digest.has(".hidden/deeper/file"));
        let to = digest.at("to");
        assert_eq!((to.kind, to.uid, to.gid, to.mtime), (Kind::Symlink, 9, 10, (1_400_000_000, 1)));
        assert_eq!(digest.at("dangling").target.as_deref(), Some(&b"\xff/nowhere"[..]));
        assert_eq!((digest.at("pipe").kind, digest.at("pipe").mode), (Kind::Fifo, 0o622));
        assert_eq!(digest.at("door").kind, Kind::Socket);
        assert_eq!((digest.at("null").kind, digest.at("null").rdev), (Kind::CharDevice, 0x103));
        assert_eq!((digest.at("disk").kind, digest.at("disk").mode), (Kind::BlockDevice, 0o660));
        let holes = digest.at("holes");
        assert_eq!((holes.size, holes.extents.len()), (1 << 20, 2));
        assert!(digest.at("listed").xattrs.contains_key(&b"system.posix_acl_access"[..]));
        assert_eq!(digest.at("listed").mode, 0o660, "the mask of the list is the group's mode");
        let noted = digest.at("noted");
        assert_eq!((noted.mode, &noted.xattrs[&b"user.note"[..]]), (0o6755, &b"\0binary".to_vec()));
        let heirs = digest.at("heirs");
        assert!(heirs.xattrs.contains_key(&b"system.posix_acl_default"[..]));
        assert_eq!(heirs.mtime, (1_300_000_000, 999_999_999));
        assert!(digest.has(b"new\nline") && digest.has("-rf"));
        assert_eq!(digest.at(b"not \xff utf-8").mode, 0);
        assert_eq!((digest.at(".").mode, digest.at(".").mtime), (0o711, (1_200_000_000, 5)));
    });
}

#[test]
fn a_dated_tree_has_no_other_time_than_those_it_names() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    tree! { "a/b/c" => file("x"), "a/own" => symlink("b").mtime(5, 6), "again" => hard_link("a/b/c") }
        .dated(1_100_000_000, 1)
        .build_at(&root);
    for (path, record) in &Digest::of(&root).entries {
        let expected = if path == b"a/own" { (5, 6) } else { (1_100_000_000, 1) };
        assert_eq!(record.mtime, expected, "{}", path.escape_ascii());
    }
}

#[test]
fn real_programs_see_the_lists_and_attributes() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    everything().build_at(&root);
    let listed = oracle::run("getfacl", ["-cn".as_ref(), root.join("listed").as_os_str()]).stdout;
    let listed = String::from_utf8(listed).expect("numbers and letters");
    for line in ["user:1234:r--", "group:99:rw-", "mask::rw-", "other::---"] {
        assert!(listed.contains(line), "no {line} in {listed}");
    }
    assert_eq!(oracle::find(&root, &["-perm", "/6000"]), [b"noted".to_vec()]);
}

#[test]
fn cp_and_rsync_make_trees_of_equal_digest() {
    on_each(|_, dir| {
        let root = dir.join("tree");
        // rsync takes two times within one second for equal, so fresh ones are no good here.
        everything().dated(1_100_000_000, 1).build_at(&root);
        let digest = Digest::of(&root);
        for (name, copy) in [("cp", oracle::cp_a as fn(&_, &_)), ("rsync", oracle::rsync)] {
            let to = dir.join(name);
            std::fs::create_dir(&to).expect("a new directory");
            copy(&root, &to);
            assert_same(&digest, &Digest::of(&to), &Ignore::nothing().any_extents());
        }
    });
}

#[test]
fn random_trees_can_be_built_and_their_copies_are_equal() {
    let mount = tmpfs("");
    let mut runner =
        TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let (seen, serial) = (Cell::new(0), Cell::new(0));
    runner
        .run(&trees(RandomTrees::default()), |tree| {
            serial.set(serial.get() + 1);
            let (root, copy) = (
                mount.path().join(format!("t{}", serial.get())),
                mount.path().join(format!("c{}", serial.get())),
            );
            tree.build_at(&root);
            std::fs::create_dir(&copy).expect("a new directory");
            oracle::cp_a(&root, &copy);
            let digest = Digest::of(&root);
            seen.set(seen.get() + digest.entries.len());
            let differences = diff(&digest, &Digest::of(&copy), &Ignore::nothing());
            prop_assert!(differences.is_empty(), "{differences:#?}");
            remove_tree(&root).expect("a tree can be removed");
            remove_tree(&copy).expect("a tree can be removed");
            Ok(())
        })
        .expect("every tree is copied");
    assert!(seen.get() > 200, "only {} entries in all trees", seen.get());
}

#[test]
fn trees_deeper_than_any_path_are_built_digested_and_removed() {
    let mount = tmpfs("");
    let root = mount.path().join("tree");
    tree! { "deep" => deep(20_000), "beside/b" => deep(3) }.build_at(&root);
    let digest = Digest::of(&root);
    assert_eq!(digest.entries.len(), 1 + 20_001 + 1 + 4);
    assert_same(&digest, &Digest::of(&root), &Ignore::nothing());
    remove_tree(&root).expect("depth does not matter");
    assert!(!root.exists());
    remove_tree(&root).expect("what is not there is removed");
}
