//! Edits of limits.conf touch one line, look like their neighbours, and are read as they were meant.
use super::random::{Random, file};
use ltsp_core::ErrorKind;
use ltsp_core::formats::limits::{Item, Kind, LimitsConf, NewRule, Value};
use ltsp_core::text::{Document, Settings, Source};

fn parse(text: &str) -> LimitsConf {
    LimitsConf::parse(Source::new("limits.conf", text))
}

fn text(file: &LimitsConf) -> &str {
    std::str::from_utf8(file.to_bytes()).expect("made of text")
}

#[track_caller]
fn set(before: &str, key: &str, value: &str, after: &str) {
    let mut file = parse(before);
    file.set(None, key.as_bytes(), value.as_bytes()).expect("it can be set");
    assert_eq!(text(&file), after);
    let got = file.get(None, key.as_bytes()).expect("a key").expect("it was set");
    assert_eq!(got.0, value);
}

#[test]
fn a_value_is_replaced_in_its_own_line() {
    set("a\tsoft nproc  5 # why\n", "a soft nproc", "70", "a\tsoft nproc  70 # why\n");
    set("a hard cpu 1\na hard cpu 2\n", "a hard cpu", "3", "a hard cpu 1\na hard cpu 3\n");
    set("a - cpu 1\n", "a - cpu", "unlimited", "a - cpu unlimited\n");
    set("a soft cpu 1\r\na hard cpu 2\r\n", "a - cpu", "9", "a soft cpu 9\r\na hard cpu 9\r\n");
    set("a x maxlogins 1", "a hard maxlogins", "2", "a x maxlogins 2");
    set("a HARD Cpu 1", "a hard cpu", "2", "a HARD Cpu 2");
}

#[test]
fn a_line_for_both_limits_is_not_changed_for_one() {
    set("a - cpu 1\nb - cpu 2\n", "a soft cpu", "9", "a - cpu 1\na soft cpu 9\nb - cpu 2\n");
    let mut file = parse("a - cpu 1\n");
    file.set(None, b"a hard cpu", b"9").expect("it can be set");
    assert_eq!(file.get(None, b"a soft cpu").expect("a key").expect("still there").0, "1");
    assert_eq!(file.get(None, b"a - cpu").expect("a key"), None, "they differ");
}

#[test]
fn a_new_line_stands_as_its_neighbours_do() {
    set("", "@g hard nproc", "5", "@g              hard    nproc           5\n");
    set("a  hard   cpu    1\n", "b hard nproc", "5", "a  hard   cpu    1\nb  hard   nproc  5\n");
    set("\ta\thard\tcpu\t1\r\n", "b - as", "70000", "\ta\thard\tcpu\t1\r\n\tb\t-\tas\t70000\r\n");
    set("a hard cpu 1", "b hard cpu", "2", "a hard cpu 1\nb hard cpu 2");
    set(
        "# x\n\n# End of file\n",
        "b - cpu",
        "2",
        "# x\n\nb               -       cpu             2\n# End of file\n",
    );
    let block = "# BEGIN ltsp g\na - cpu 1\n# END ltsp g\n";
    set(
        &format!("{block}b - as 1\n"),
        "a soft cpu",
        "2",
        &format!("{block}a soft cpu 2\nb - as 1\n"),
    );
}

#[test]
fn what_pam_limits_would_not_read_is_refused_and_nothing_changes() {
    let long = format!("a hard cpu 1{}# x\n", " ".repeat(1020));
    for (before, key, value, kind) in [
        ("", "a hard", "1", ErrorKind::InvalidInput),
        ("", "a b hard cpu", "1", ErrorKind::InvalidInput),
        ("", "a both cpu", "1", ErrorKind::InvalidInput),
        ("", "a hard cpus", "1", ErrorKind::InvalidInput),
        ("", "#a hard cpu", "1", ErrorKind::InvalidInput),
        ("", "1:x hard cpu", "1", ErrorKind::InvalidInput),
        ("", "% hard cpu", "1", ErrorKind::InvalidInput),
        ("", "%1: hard maxlogins", "1", ErrorKind::InvalidInput),
        ("", "@ hard cpu", "1", ErrorKind::InvalidInput),
        ("", "a hard cpu", "", ErrorKind::InvalidInput),
        ("", "a hard cpu", "1 2", ErrorKind::InvalidInput),
        ("", "a hard cpu", "1\nb", ErrorKind::InvalidInput),
        ("", "a hard cpu", "1#", ErrorKind::InvalidInput),
        ("", "a hard cpu", "1x", ErrorKind::InvalidInput),
        ("", "a hard cpu", "-5", ErrorKind::InvalidInput),
        ("", "a hard cpu", "99999999999999999999", ErrorKind::InvalidInput),
        ("", "a hard nice", "unlimited", ErrorKind::InvalidInput),
        ("", "a hard nice", "20", ErrorKind::InvalidInput),
        ("", "a hard rtprio", "100", ErrorKind::InvalidInput),
        ("", "a - nonewprivs", "2", ErrorKind::InvalidInput),
        ("", "a - chroot", "/Srv", ErrorKind::InvalidInput),
        ("", "a - chroot", "srv", ErrorKind::InvalidInput),
        (&long, "a hard cpu", "2", ErrorKind::Refused),
    ] {
        let mut file = parse(before);
        let error = file.set(None, key.as_bytes(), value.as_bytes()).expect_err(key);
        assert_eq!(error.kind(), kind, "{key} = {value}: {error}");
        assert_eq!(text(&file), before);
    }
    let long_name = format!("{} hard cpu", "n".repeat(1020));
    let error = parse("").set(None, long_name.as_bytes(), b"1").expect_err("it does not fit");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        parse("").set(Some(b"s"), b"a - cpu", b"1").expect_err("none").kind(),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        parse("").get(Some(b"s"), b"a - cpu").expect_err("none").kind(),
        ErrorKind::NotFound
    );
    assert_eq!(parse("").add_section(b"s").expect_err("none").kind(), ErrorKind::InvalidInput);
}

#[test]
fn one_half_of_a_line_can_be_taken_away_and_brought_back() {
    let before = "a hard cpu 1\na -    cpu 2\nb - cpu 3\n";
    let mut file = parse(before);
    assert!(file.unset(None, b"a hard cpu").expect("a key"));
    assert_eq!(text(&file), "a soft cpu 2\nb - cpu 3\n");
    assert!(!file.unset(None, b"a hard cpu").expect("a key"));
    let mut file = parse(before);
    assert!(file.comment_out(None, b"a soft cpu").expect("a key"));
    assert_eq!(text(&file), "a hard cpu 1\na hard cpu 2\n#a soft cpu 2\nb - cpu 3\n");
    assert!(file.uncomment(None, b"a soft cpu").expect("a key"));
    assert_eq!(text(&file), "a hard cpu 1\na hard cpu 2\na soft cpu 2\nb - cpu 3\n");
    let mut file = parse("#@student        -       maxlogins       4\n");
    assert!(file.uncomment(None, b"@student - maxlogins").expect("a key"));
    assert_eq!(text(&file), "@student        -       maxlogins       4\n");
    assert!(!file.uncomment(None, b"@student - maxlogins").expect("a key"));
    let mut file = parse("  # a - cpu 2 # x\na - cpu 1\n");
    let error = file.uncomment(None, b"a - cpu").expect_err("the next line counts");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(text(&file), "  # a - cpu 2 # x\na - cpu 1\n");
}

#[test]
fn settings_are_the_lines_that_count_for_somebody() {
    let file = parse("a\thard  cpu 1\nbad line\n* x maxlogins 2\n");
    let all: Vec<_> =
        file.settings().into_iter().map(|s| format!("{}={}", s.key, s.value)).collect();
    assert_eq!(all, ["a hard cpu=1", "* x maxlogins=2"]);
    assert!(file.sections().is_empty());
}

/// The lines that differ, of each side.
fn differing(before: &str, after: &str) -> (usize, usize) {
    let (old, new): (Vec<_>, Vec<_>) = (before.split('\n').collect(), after.split('\n').collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old[same..].iter().rev().zip(new[same..].iter().rev());
    let tail = rest.take_while(|(old, new)| old == new).count();
    (old.len() - same - tail, new.len() - same - tail)
}

#[test]
fn any_edit_of_any_file_is_read_as_it_was_meant_and_touches_nothing_else() {
    let random = &mut Random::new(41);
    let mut set = 0;
    for round in 0..4_000 {
        let before = String::from_utf8(file(random, false)).expect("made of text");
        let mut file = parse(&before);
        let domain = random.of(&["g1", "@guests", "*", "1001:", "@:4001", "new"]);
        let kind = random.of(&["soft", "hard", "-"]);
        let item = random.of(&["nproc", "cpu", "nofile", "maxlogins", "priority", "nonewprivs"]);
        let key = format!("{domain} {kind} {item}");
        let key = key.as_bytes();
        let value = random.of(&["0", "1"]);
        let other = match kind {
            "soft" => format!("{domain} hard {item}"),
            "hard" => format!("{domain} soft {item}"),
            _ => "nobody hard nproc".to_owned(),
        };
        let one_value =
            Item::of_name(item.as_bytes()).is_some_and(|item| item.resource().is_none());
        let kept = file.get(None, other.as_bytes()).expect("a key").map(|(value, _)| value);
        file.set(None, key, value.as_bytes()).expect("nothing stands in the way");
        let after = text(&file).to_owned();
        assert_eq!(file.get(None, key).expect("a key").expect("it is set").0, value, "{before}");
        if !one_value {
            let still = file.get(None, other.as_bytes()).expect("a key").map(|(value, _)| value);
            assert_eq!(still, kept, "{round}: {other} of\n{before}\nbecame\n{after}");
        }
        let (old, new) = differing(&before, &after);
        assert!(new <= 2 || kind == "-", "{round}: {old} lines became {new}:\n{before}\n{after}");
        let rules = file.rules().count();
        set += 1;
        if file.comment_out(None, key).expect("a key") {
            assert_eq!(file.get(None, key).expect("a key"), None, "{after}");
        }
        assert!(file.rules().count() <= rules);
        if file.uncomment(None, key).expect("nothing stands in the way") {
            assert!(file.get(None, key).expect("a key").is_some());
        }
        file.unset(None, key).expect("a key");
        assert_eq!(file.get(None, key).expect("a key"), None, "{}", text(&file));
    }
    assert_eq!(set, 4_000);
}

#[test]
fn a_block_in_any_file_leaves_everything_else_alone() {
    let random = &mut Random::new(43);
    for _ in 0..1_000 {
        let before = file(random, true);
        let mut limits = LimitsConf::parse(Source::new("limits.conf", before.clone()));
        let rules = [
            NewRule::new("@guests", Kind::Hard, Item::Nproc, random.below(9)),
            NewRule::new("*", Kind::Both, Item::Core, "unlimited"),
        ];
        limits.set_block("guests", &rules).expect("sound rules");
        assert!(limits.to_bytes().starts_with(&before));
        let block = limits.block("guests").expect("sound markers").expect("it was set");
        let read: Vec<_> = limits.rules_in(&block).map(|rule| rule.value).collect();
        assert_eq!(read[1], Value::Unlimited);
        assert!(limits.set_block("guests", &rules[1..]).expect("sound rules"));
        assert!(limits.remove_block("guests").expect("sound markers"));
        let missing: &[u8] = match before.last() {
            None | Some(b'\n') => b"",
            _ => &limits.to_bytes()[before.len()..],
        };
        assert!(missing.len() <= 2);
        assert_eq!(limits.to_bytes(), [&before[..], missing].concat());
    }
}
