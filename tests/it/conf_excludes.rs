//! Lists of excludes leave out what mksquashfs leaves out, and are merged as `ltsp image` merges them.
use crate::conf_shell::{Random, Scratch, corpus};
use ltsp_core::formats::excludes::{Excludes, merge};
use ltsp_core::text::{Document, Settings, Source};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::ffi::CString;
use std::path::Path;
use std::process::Command;
use testkit::oracle::need;

fn parse(bytes: impl Into<Vec<u8>>) -> Excludes {
    Excludes::parse(Source::new("image.excludes", bytes))
}

fn codes(list: &Excludes) -> Vec<&'static str> {
    list.check().iter().map(|found| found.code).collect()
}

/// What the C library of this host says.
fn fnmatch(pattern: &[u8], name: &[u8]) -> bool {
    const FNM_PATHNAME: i32 = 1;
    const FNM_PERIOD: i32 = 1 << 2;
    const FNM_EXTMATCH: i32 = 1 << 5;
    let pattern = CString::new(pattern).expect("no NUL in the pattern");
    let name = CString::new(name).expect("no NUL in the name");
    let flags = FNM_PATHNAME | FNM_PERIOD | FNM_EXTMATCH;
    // SAFETY: both are strings that end in NUL and live until the call returns.
    unsafe { libc::fnmatch(pattern.as_ptr(), name.as_ptr(), flags) == 0 }
}

/// A pattern for one name. Left out is what the C library reads as one pattern with what follows
/// the group: an alternative that ends in a backslash, and a parenthesis behind a group.
fn pattern(random: &mut Random, depth: u32) -> Vec<u8> {
    let mut pattern = Vec::new();
    for _ in 0..random.below(5) {
        match random.below(if depth > 2 { 9 } else { 12 }) {
            0 => pattern.push(b'*'),
            1 => pattern.push(b'?'),
            2 => pattern.push(b'.'),
            3 => pattern.extend_from_slice(random.pick(&[
                &b"[ab]"[..],
                b"[!a]",
                b"[^b.]",
                b"[a-c]",
                b"[]a]",
                b"[!]]",
                b"[a-]",
                b"[.a]",
                b"[[:alpha:]]",
                b"[[:digit:]b]",
                b"[![:punct:]]",
                b"[[:nope:]]",
                b"[[=a=]]",
                b"[[.a.]-c]",
                b"[[.-.]b]",
                b"[a[:nope:]]",
                b"[!a[:nope:]]",
                b"[c-a]",
                b"[[.ab.]]",
                b"[[:alpha]",
                b"[!-b]",
                b"[--b]",
                b"[[a]",
                b"[[]",
                b"[\xc3\xa9]",
            ])),
            4 if depth == 0 => pattern.extend_from_slice(random.pick(&[
                &b"\\*"[..],
                b"\\a",
                b"\\\\",
                b"\\[",
                b"[\\]a]",
                b"[\\a]",
                b"[a\\]",
            ])),
            5 if depth == 0 => {
                pattern.extend_from_slice(random.pick(&[&b"["[..], b"[a", b"@(a", b"!(", b"[]"]));
            }
            // Nor a star before a group within a group, see the matcher.
            9..=11 => {
                if depth > 0 && pattern.last() == Some(&b'*') {
                    pattern.pop();
                }
                pattern.push(random.pick(b"?*+@!"));
                pattern.push(b'(');
                for number in 0..=random.below(3) {
                    if number > 0 {
                        pattern.push(b'|');
                    }
                    pattern.extend(self::pattern(random, depth + 1));
                    // Before the end of the alternative, so that no group's sign ends it.
                    if pattern.last().is_some_and(|last| b"?*+@!".contains(last)) {
                        pattern.push(b'a');
                    }
                }
                pattern.push(b')');
            }
            _ => pattern.push(random.pick(b"aabbc\xc3-")),
        }
    }
    pattern
}

#[test]
fn one_component_matches_exactly_what_fnmatch_matches() {
    let mut random = Random::new(7);
    let mut matched = 0;
    for _ in 0..60_000 {
        let pattern = pattern(&mut random, 0);
        let name: Vec<u8> =
            (0..=random.below(5)).map(|_| random.pick(b"aaabbbcc.*[]-\\\xc3\xa9)@")).collect();
        if matches!(&*name, b"." | b"..") || pattern.is_empty() {
            continue;
        }
        // The one backslash that is dropped protects what the pattern begins with.
        let list = parse([b"\\", &pattern[..]].concat());
        let ours = list.matches(&name).is_some();
        let theirs = fnmatch(&pattern, &name);
        matched += u32::from(theirs);
        assert_eq!(ours, theirs, "{} on {}", pattern.escape_ascii(), name.escape_ascii());
    }
    assert!(matched > 3_000, "the generator is too wild: {matched}");
}

/// A tree with names that patterns stumble over, and its paths.
fn grow(root: &Path) -> Vec<String> {
    let dirs =
        ["etc", "home", "home/u", "var", "var/log", "var/log/j", ".git", "c d", "... x", "tmp"];
    let names = ["a", "b", ".a", "a.gz", "x.1", "a b", " a", "a ", "#a", "[a", "é", "a*", "..."];
    let mut paths = Vec::new();
    for dir in std::iter::once("").chain(dirs) {
        let dir = root.join(dir);
        std::fs::create_dir_all(&dir).expect("scratch can be written");
        for name in names {
            let path = dir.join(name);
            std::fs::write(&path, "").expect("scratch can be written");
        }
    }
    for path in testkit::oracle::find(root, &[]) {
        paths.push(String::from_utf8(path).expect("names are text"));
    }
    paths
}

/// What is in the image that mksquashfs makes with that list; `None` if it makes none.
fn kept_by_mksquashfs(tree: &Path, work: &Path, list: &[u8]) -> Option<BTreeSet<String>> {
    let (ef, image) = (work.join("list"), work.join("image"));
    std::fs::write(&ef, list).expect("scratch can be written");
    let _ = std::fs::remove_file(&image);
    let output = Command::new(need("mksquashfs"))
        .arg(tree)
        .arg(&image)
        .args(["-noappend", "-no-xattrs", "-noI", "-noD", "-noF", "-processors", "1", "-wildcards"])
        .arg("-ef")
        .arg(&ef)
        .output()
        .expect("mksquashfs can start");
    if !output.status.success() {
        assert!(String::from_utf8_lossy(&output.stderr).contains("FATAL"), "{output:?}");
        return None;
    }
    let output = Command::new(need("unsquashfs"))
        .arg("-l")
        .arg(&image)
        .output()
        .expect("unsquashfs can start");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("names are text");
    let paths = text.lines().filter_map(|line| line.strip_prefix("squashfs-root/"));
    Some(paths.map(str::to_owned).collect())
}

#[track_caller]
fn agrees(tree: &Path, work: &Path, paths: &[String], bytes: &[u8]) -> bool {
    let list = parse(bytes);
    let stops = list
        .check()
        .iter()
        .any(|found| matches!(found.code, "excludes-rooted" | "excludes-long-line"));
    let theirs = kept_by_mksquashfs(tree, work, bytes);
    let said = bytes.escape_ascii();
    assert_eq!(stops, theirs.is_none(), "whether mksquashfs stops at {said}");
    let Some(theirs) = theirs else { return false };
    for path in paths {
        let why = list.matches(path.as_bytes());
        assert_eq!(why.is_none(), theirs.contains(path), "{path} with {said}: {why:?}");
    }
    true
}

/// A list of up to six lines for [`grow`]'s tree.
fn generated(random: &mut Random) -> Vec<u8> {
    let mut list = Vec::new();
    for _ in 0..=random.below(6) {
        list.extend_from_slice(random.pick(&[
            &b""[..],
            b"",
            b"",
            b"",
            b" ",
            b"\t\x0b",
            b"\\",
            b"... ",
            b"...",
            b"#",
            b" # ",
        ]));
        if random.below(40) == 0 {
            list.extend_from_slice(random.pick(&[&b"/"[..], b"./", b"../", b"\\/"]));
        }
        for number in 0..=random.below(3) {
            if number > 0 {
                list.extend_from_slice(random.pick(&[&b"/"[..], b"/", b"/", b"//"]));
            }
            if random.below(2) == 0 {
                list.extend_from_slice(random.pick(&[
                    &b"etc"[..],
                    b"home",
                    b"var",
                    b"log",
                    b"*",
                    b".*",
                    b"u",
                    b"a b",
                    b"a*",
                    b"?",
                    b"!(etc)",
                    b".!(git)",
                    b"@(a|b)*",
                    b"*.[1-9]",
                    b"*.gz",
                    b"\\#a",
                    b"\xc3\xa9",
                    b"[h]ome",
                    b".",
                    b"..",
                    b"*(?)",
                    b"+([!.])",
                    b"...",
                    b" a",
                    b"t?p",
                ]));
            } else {
                list.extend(pattern(random, 0));
            }
        }
        list.extend_from_slice(random.pick(&[
            &b"\n"[..],
            b"\n",
            b"\n",
            b"\n",
            b"/\n",
            b" \n",
            b"\r\n",
            b" # x\n",
            b"\0z\n",
            b"\n\n",
        ]));
    }
    if random.below(4) == 0 {
        list.pop();
    }
    list
}

#[test]
fn mksquashfs_leaves_out_what_we_say_it_leaves_out() {
    let scratch = Scratch::new("excludes-oracle");
    let tree = scratch.path().join("tree");
    let paths = grow(&tree);
    let mut random = Random::new(11);
    let mut built = 0;
    for _ in 0..260 {
        let list = generated(&mut random);
        built += u32::from(agrees(&tree, scratch.path(), &paths, &list));
    }
    assert!(built >= 150, "only {built} images were built");
    let long = |length: usize| [&b"home\n"[..], &vec![b'a'; length], b"\netc\n"].concat();
    for list in [
        long(16_383),
        long(16_384),
        b"\xef\xbb\xbfhome\netc\n".to_vec(),
        b"home\r\netc\r\n".to_vec(),
        b"... home/u\n".to_vec(),
        b"home/*\n".to_vec(),
        b"\\/home".to_vec(),
        Vec::new(),
    ] {
        agrees(&tree, scratch.path(), &paths, &list);
    }
}

#[test]
fn the_lists_of_the_corpus_are_sound_and_read_as_mksquashfs_reads_them() {
    let scratch = Scratch::new("excludes-corpus");
    let tree = scratch.path().join("tree");
    let mut paths = Vec::new();
    for path in [
        "etc/.git/x",
        "etc/.java/x",
        "etc/epoptes/server.key",
        "etc/epoptes/other",
        "home/u/x",
        "home/.x",
        "root/.ssh/x",
        "root/x",
        "var/log/a.gz",
        "var/log/a.1",
        "var/log/a",
        "var/log/journal/x",
        "var/tmp/.x",
        "var/swap",
        "swapfile",
        "opt/ltsp/x",
        "opt/other/x",
        "etc/udev/rules.d/70-persistent-net.rules",
        "etc/ssh/ssh_host_rsa_key",
        "proc/x",
        "snap/x",
        "var/cache/apt/archives/a.deb",
        "var/cache/apt/archives/lock",
        "usr/bin/x",
    ] {
        let path = tree.join(path);
        std::fs::create_dir_all(path.parent().expect("in the tree")).expect("scratch");
        std::fs::write(&path, "").expect("scratch can be written");
    }
    for path in testkit::oracle::find(&tree, &[]) {
        paths.push(String::from_utf8(path).expect("names are text"));
    }
    let Some(files) = corpus("excludes") else { return };
    assert!(files.len() >= 2);
    for (name, bytes) in files {
        let list = Excludes::parse(Source::new(&name, &*bytes));
        assert_eq!(codes(&list), [""; 0], "{}", name.display());
        assert!(list.matches(b"home/u/x").is_some() && list.matches(b"home").is_none());
        assert!(agrees(&tree, scratch.path(), &paths, &bytes));
    }
}

#[test]
fn lists_are_merged_as_the_original_merges_them() {
    let scratch = Scratch::new("excludes-merge");
    let mut random = Random::new(13);
    let lines = ["home/*", "srv/*", "#a", " #b", "etc/.!(java)", "", "a b", "Z", "é", "home/", "x"];
    for _ in 0..150 {
        let mut text = |most| {
            let mut text = String::new();
            for _ in 0..random.below(most) {
                text.push_str(random.pick(&lines));
                text.push('\n');
            }
            if random.below(2) == 0 {
                text.pop();
            }
            text
        };
        let (list, add, omit) = (text(8), text(4), text(4));
        for (name, text) in [("list", &list), ("add", &add), ("omit", &omit)] {
            std::fs::write(scratch.path().join(name), text).expect("scratch can be written");
        }
        // Literal values are printed with one newline, files as they are: the same lines.
        let script = "sort list >sorted; A=$(cat add; echo x) O=$(cat omit; echo x)
            A=${A%x} O=${O%x}
            left=$(printf '%s\\n' \"${O}\" | sort | comm -13 - sorted)
            { printf '%s\\n' \"$A\"; printf '%s\\n' \"$left\"; } | grep -v '^#' | sort -u";
        let output = Command::new(need("dash"))
            .args(["-c", script])
            .env("LC_ALL", "C")
            .current_dir(scratch.path())
            .output()
            .expect("dash can start");
        // With neither value the list is used as it is.
        let theirs = if add.is_empty() && omit.is_empty() {
            list.clone().into_bytes()
        } else {
            output.stdout
        };
        let merged = merge(&parse(list.as_str()), add.as_bytes(), omit.as_bytes());
        let drop_blank =
            |bytes: &[u8]| -> Vec<u8> { bytes.strip_prefix(b"\n").unwrap_or(bytes).to_vec() };
        // The script prints `add` and `omit` that end in a newline with one more.
        assert_eq!(
            drop_blank(merged.to_bytes()).escape_ascii().to_string(),
            drop_blank(&theirs).escape_ascii().to_string(),
            "{list:?} + {add:?} - {omit:?}"
        );
    }
}

#[test]
fn lines_of_omit_that_drop_nothing_are_reported() {
    let list = parse("home/*\nsrv/*\nsrv/*\n");
    let omit =
        Excludes::parse(Source::new("OMIT_IMAGE_EXCLUDES", "/home/*\nsrv/*\nnot/there\n# x\n"));
    let found = omit.check_omit(&list);
    let said: Vec<_> = found.iter().map(|found| (found.code, found.place.line)).collect();
    assert_eq!(
        said,
        [("excludes-omit-nothing", 1), ("excludes-omit-some", 2), ("excludes-omit-nothing", 3)]
    );
    let mend = found[0].mend.as_ref().expect("the line that was meant");
    assert_eq!(*mend.edits[0].text, *b"home/*");
}

#[test]
fn every_trap_is_reported_and_what_can_be_mended_without_asking_is_mended() {
    for (list, code, mended) in [
        ("/etc/x\n", "excludes-rooted", Some("etc/x\n")),
        ("  .//etc/x\n", "excludes-rooted", Some("  etc/x\n")),
        ("/#x\n", "excludes-rooted", Some("\\#x\n")),
        ("../x\n", "excludes-rooted", None),
        ("/\n", "excludes-rooted", None),
        ("\u{feff}etc/x\n", "excludes-bom", Some("etc/x\n")),
        ("# a\r\netc/x\r\n", "excludes-crlf", Some("# a\netc/x\n")),
        ("etc/x \t\n", "excludes-trailing-blank", Some("etc/x\n")),
        ("etc/x # why\n", "excludes-inline-comment", None),
        ("\\*\n", "excludes-lost-backslash", None),
        ("...\n", "excludes-dots", None),
        ("...\t*.o\n", "excludes-dots", None),
        ("... etc/x\n", "excludes-sticky-path", None),
        ("... \n", "excludes-nothing", None),
        ("etc/./x\n", "excludes-dot-component", Some("etc/x\n")),
        ("etc/../x\n", "excludes-dot-component", None),
        ("etc/.git\netc/.git/\n", "excludes-duplicate", Some("etc/.git\n")),
        ("etc/x/*\netc\n", "excludes-covered", None),
        ("etc/[ab\n", "excludes-open-bracket", None),
        ("*\n", "excludes-everything", None),
        ("a\0b\n", "excludes-nul", None),
    ] {
        let mut read = parse(list);
        assert!(codes(&read).contains(&code), "{list:?}: {:?}", codes(&read));
        let done = read.fix();
        match mended {
            Some(mended) => {
                assert_eq!(read.to_bytes(), mended.as_bytes(), "{list:?}");
                assert!(done.iter().any(|done| done.code == code), "{list:?}");
                assert!(!codes(&read).contains(&code), "{list:?}");
            }
            None => assert!(codes(&read).contains(&code), "{list:?}"),
        }
    }
    let long = "a".repeat(16_384);
    assert_eq!(codes(&parse(long)), ["excludes-long-line"]);
    let deep = format!("{}a{}", "@(".repeat(50), ")".repeat(50));
    assert_eq!(codes(&parse(deep)), ["excludes-too-deep"]);
    let sound = "# a comment\n\n  home/*\n\\ odd\netc/.!(java)\n... *.o\nroot/.*\nroot/*\n";
    assert_eq!(codes(&parse(sound)), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_loses_nothing_and_changes_read_back(
        bytes in proptest::collection::vec(
            prop_oneof![proptest::sample::select(&b"a/.*#\\ \n\r\0[(@!"[..]), any::<u8>()], 0..80),
        key in proptest::collection::vec(
            prop_oneof![proptest::sample::select(&b"a/.*#\\ \r["[..]), any::<u8>()], 0..8),
    ) {
        let mut list = parse(bytes.clone());
        prop_assert_eq!(list.to_bytes(), &*bytes);
        let before: Vec<_> = list.settings().into_iter().map(|setting| setting.key).collect();
        if list.set(None, &key, b"").is_ok() {
            prop_assert!(list.get(None, &key).expect("no section").is_some());
            let added = usize::from(!before.iter().any(|known| **known == *key));
            prop_assert_eq!(list.settings().len(), before.len() + added);
            prop_assert!(list.comment_out(None, &key).expect("no section"));
            prop_assert!(list.get(None, &key).expect("no section").is_none());
            prop_assert!(list.uncomment(None, &key).expect("it counted before"));
            prop_assert!(list.unset(None, &key).expect("no section"));
            let after: Vec<_> = list.settings().into_iter().map(|setting| setting.key).collect();
            let kept: Vec<_> = before.into_iter().filter(|known| **known != *key).collect();
            prop_assert_eq!(after, kept);
        } else {
            prop_assert_eq!(list.to_bytes(), &*bytes);
        }
    }
}
