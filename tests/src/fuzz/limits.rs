//! limits.conf: reading, checking, mending, editing and computing of any bytes.
use ltsp_core::formats::limits::{Item, Kind, LimitsConf, NewRule, Who, effective};
use ltsp_core::text::{Document, Settings, Source};

/// A limits.conf; its first line is also a key and its second a value to set.
pub fn limits(data: &[u8]) {
    let data = &data[..data.len().min(16 * 1024)];
    let file = LimitsConf::parse(Source::new("limits.conf", data));
    assert_eq!(file.to_bytes(), data);
    for found in file.check() {
        assert!(found.place.span.end <= data.len() && !found.message.is_empty(), "{found}");
        for edit in found.mend.iter().flat_map(|mend| &mend.edits) {
            assert!(edit.span.end <= data.len(), "{found}");
        }
        if let Some(mend) = &found.mend {
            file.clone().edit(&mend.edits).expect("edits of one mend do not overlap");
        }
    }
    fixed(&file);
    computed(&file);
    let mut lines = data.split(|byte| *byte == b'\n');
    let (key, value) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    edited(&file, key, value);
    for setting in file.settings().iter().take(20) {
        edited(&file, &setting.key, value);
        edited(&file, &setting.key, &setting.value);
    }
    blocks(&file);
}

fn fixed(file: &LimitsConf) {
    let mut file = file.clone();
    file.fix();
    let safe = file.check().into_iter().find(|found| found.mend.as_ref().is_some_and(|m| m.safe));
    assert!(safe.is_none(), "{safe:?} is left in {}", file.to_bytes().escape_ascii());
}

fn computed(file: &LimitsConf) {
    let groups = vec![("g".into(), 7), ("h".into(), 8)];
    for (name, uid, gid) in [("root", 0, 0), ("u", 5, 7), ("toor", 0, 8)] {
        let who = Who { name: name.into(), uid, gid, groups: groups.clone() };
        let got = effective(&[file.clone(), file.clone()], &who);
        let once = effective(std::slice::from_ref(file), &who);
        // Reading a file twice hides its lines behind themselves and changes nothing.
        let soft_and_hard = |got: &ltsp_core::formats::limits::Effective| {
            got.limits.iter().map(|l| (l.item, l.hard())).collect::<Vec<_>>()
        };
        assert_eq!(got.exempt, once.exempt);
        assert_eq!(
            got.priority.map(|chosen| chosen.value),
            once.priority.as_ref().map(|c| c.value)
        );
        let resolved = once.to_resolved();
        for limit in &once.limits {
            for rule in limit.soft_rule.iter().chain(&limit.hard_rule) {
                let span = rule.origin.place.span;
                let line = &file.to_bytes()[span.range()];
                assert!(line.windows(rule.written.len()).any(|part| *part == *rule.written));
            }
            let key = format!("hard {}", limit.item);
            assert_eq!(resolved.get(key.as_bytes()).is_some(), limit.hard_rule.is_some());
        }
        assert!(soft_and_hard(&once).len() <= 15);
    }
}

fn edited(file: &LimitsConf, key: &[u8], value: &[u8]) {
    let mut after = file.clone();
    match after.set(None, key, value) {
        Ok(()) => {
            let got = after.get(None, key).expect("it was set").expect("it was set");
            assert_eq!(got.0, value);
            let again = LimitsConf::parse(after.source().clone());
            assert_eq!(again.get(None, key).expect("a key").expect("it was set").0, value);
        }
        Err(_) => assert_eq!(after.to_bytes(), file.to_bytes(), "a refused change was made"),
    }
    let mut after = file.clone();
    if after.uncomment(None, key).unwrap_or(false) {
        assert!(after.get(None, key).expect("a key").is_some());
    }
    let mut after = file.clone();
    if let Ok(done) = after.comment_out(None, key) {
        assert_eq!(done, after.to_bytes() != file.to_bytes());
        assert_eq!(after.get(None, key).expect("a key"), None);
    }
    let mut after = file.clone();
    if after.unset(None, key).is_ok() {
        assert_eq!(after.get(None, key).expect("a key"), None);
    }
}

fn blocks(file: &LimitsConf) {
    let mut after = file.clone();
    let rules = [NewRule::new("@g", Kind::Hard, Item::Nproc, 5)];
    match after.set_block("fuzz", &rules) {
        Err(_) => assert_eq!(after.to_bytes(), file.to_bytes()),
        Ok(_) => {
            let block = after.block("fuzz").expect("sound markers").expect("it was set");
            assert_eq!(after.rules_in(&block).count(), 1);
            let was = file.block("fuzz").expect("sound markers");
            let (head, tail) = was.map_or((file.to_bytes(), &b""[..]), |was| {
                (&file.to_bytes()[..was.inside.start], &file.to_bytes()[was.inside.end..])
            });
            assert!(after.to_bytes().starts_with(head) && after.to_bytes().ends_with(tail));
            assert!(after.remove_block("fuzz").expect("sound markers"));
        }
    }
    let mut after = file.clone();
    let rules = file.rules().count();
    if let Ok(Some(imported)) = after.import_script_block("guests") {
        assert_eq!(after.rules().count(), rules);
        let block = after.block("guests").expect("sound markers").expect("it was made");
        assert_eq!(after.rules_in(&block).collect::<Vec<_>>(), imported.rules);
    } else {
        assert_eq!(after.to_bytes(), file.to_bytes());
    }
}
