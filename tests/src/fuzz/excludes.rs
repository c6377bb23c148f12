//! Lists of excludes: nothing is lost, mends mend, changes read back, matching ends.
use ltsp_core::formats::excludes::{Excludes, merge};
use ltsp_core::text::{Document, Settings, Source};

/// Fields that end in `\xff`: the list, a pattern, a path, what is added, what is omitted.
pub fn excludes(data: &[u8]) {
    let mut fields = data[..data.len().min(4096)].splitn(5, |byte| *byte == 0xff);
    let mut field = || fields.next().unwrap_or_default();
    let (list, key, path, add, omit) = (field(), field(), field(), field(), field());
    let read = Excludes::parse(Source::new("image.excludes", list));
    assert_eq!(read.to_bytes(), list);
    let stops = |list: &Excludes| {
        list.check()
            .iter()
            .any(|found| matches!(found.code, "excludes-rooted" | "excludes-long-line"))
    };

    let mut fixed = read.clone();
    fixed.fix();
    let left = fixed.check();
    assert!(
        left.iter().all(|found| found.mend.as_ref().is_none_or(|mend| !mend.safe)),
        "{} -> {}: {left:?}",
        list.escape_ascii(),
        fixed.to_bytes().escape_ascii()
    );

    if let Some(why) = read.matches(path) {
        // What leaves out a path leaves out everything below it, alone as well as in the list.
        let below = [path, b"/x"].concat();
        assert!(read.matches(&below).is_some());
        let line = [b"\\", &*why.text].concat();
        let alone = Excludes::parse(Source::new("one", line));
        assert!(alone.matches(path).is_some(), "{}", why.text);
    }

    let mut changed = read.clone();
    match changed.set(None, key, b"") {
        Ok(()) => {
            assert!(!stops(&changed));
            assert!(changed.get(None, key).expect("no section").is_some());
            assert!(changed.comment_out(None, key).expect("no section"));
            assert!(changed.get(None, key).expect("no section").is_none());
            assert!(changed.uncomment(None, key).expect("it counted before"));
            assert!(changed.get(None, key).expect("no section").is_some());
            assert!(changed.unset(None, key).expect("no section"));
            assert!(changed.get(None, key).expect("no section").is_none());
        }
        Err(_) => assert_eq!(changed.to_bytes(), list),
    }

    let merged = merge(&read, add, omit);
    if !add.is_empty() || !omit.is_empty() {
        let again = merge(&merged, b"", b"#");
        let plain = merged.to_bytes().strip_prefix(b"\n").unwrap_or(merged.to_bytes());
        let twice = again.to_bytes().strip_prefix(b"\n").unwrap_or(again.to_bytes());
        assert_eq!(plain, twice, "what is merged is sorted and has no comments");
    }
    let omit = Excludes::parse(Source::new("omit", omit));
    let _ = omit.check_omit(&read);
}
