//! lts.conf against recorded runs of the original, a second reader, and the C library.
use ltsp_core::ErrorKind;
use ltsp_core::formats::Client;
use ltsp_core::formats::lts::{LtsConf, family};
use ltsp_core::text::{
    Document, Entry, Includes, NoIncludes, Origin, Place, Resolved, Settings, Source, Span,
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testkit::naive_lts;
use testkit::oracle::need;

/// Where the recorded runs lie; they belong to others and are not everywhere.
#[expect(clippy::print_stderr, reason = "whoever reads the log shall know what was not compared")]
fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("LTSP_CORPUS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let found = given.unwrap_or_else(beside);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("no corpus at {}: the recorded runs are left out", found.display());
    None
}

fn recorded(corpus: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read(corpus.join(name)).expect("the corpus has its recordings");
    serde_json::from_slice(&text).expect("the recordings are JSON")
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().expect("a recorded field")
}

struct Files(HashMap<String, String>);

impl Includes for Files {
    fn read(&self, name: &Path, from: &Path) -> ltsp_core::Result<Source> {
        match name.to_str().and_then(|name| self.0.get(name)) {
            Some(text) => Ok(Source::new(name, &text[..])),
            None => NoIncludes.read(name, from),
        }
    }
}

#[test]
fn every_recorded_run_of_the_original_is_matched_byte_for_byte() {
    let Some(corpus) = corpus() else { return };
    let cases = recorded(&corpus, "getltscfg-vectors.json");
    assert!(cases.len() > 50, "only {} cases", cases.len());
    for case in cases {
        let name = text(&case, "name");
        let document = LtsConf::parse(Source::new("lts.conf", text(&case, "conf")));
        assert_eq!(document.to_bytes(), text(&case, "conf").as_bytes());
        let files = case["inc"].as_object().expect("included files").iter();
        let files = Files(
            files.map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned())).collect(),
        );
        let argument = case["args"][0].as_str().expect("an argument");
        let keyword = (argument != "-a").then_some(argument.as_bytes());
        let client = Client::named(text(&case, "host"));
        let done = document.getltscfg(&client, &files, keyword);
        if case["rc"] != 0 {
            let error = done.expect_err("the original crashed");
            assert_eq!(error.kind(), ErrorKind::NotFound, "{name}: {error}");
            assert_eq!((error.line(), error.column().is_some()), (Some(2), true));
            continue;
        }
        let done = done.unwrap_or_else(|error| panic!("{name}: {error}"));
        // The recordings have no `export` lines.
        assert_eq!(String::from_utf8_lossy(&done.assignments()), text(&case, "out"), "{name}");
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        assert_eq!(said, text(&case, "err"), "{name}");
    }
}

#[test]
fn real_files_come_to_what_the_original_made_of_them() {
    let Some(corpus) = corpus() else { return };
    for case in recorded(&corpus, "getltscfg-realworld.json") {
        let path = corpus.join("lts.conf").join(text(&case, "file"));
        let shown = format!("lts.conf/{}", text(&case, "file"));
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        let document = LtsConf::parse(Source::new(shown, bytes));
        let client = Client::named(text(&case, "hostname"));
        let done = document.getltscfg(&client, &NoIncludes, None).expect("it can be read");
        let lines: Vec<String> =
            String::from_utf8_lossy(&done.assignments()).lines().map(str::to_owned).collect();
        let wanted: Vec<&str> =
            case["vars"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        assert_eq!(lines, wanted, "{}", path.display());
        assert_eq!(String::from_utf8_lossy(&done.stderr).trim(), text(&case, "stderr"));
    }
}

/// What is to be said of each real file, and nothing else.
const EXPECTED: &[(&str, &[&str])] = &[
    ("boospy-edubuntu.conf", &[]),
    ("dur0k.conf", &[]),
    ("enslaver.conf", &["lts-duplicate-name", "lts-duplicate-name", "lts-duplicate-name"]),
    ("jphein-boxen.conf", &["lts-secret", "lts-blanks", "lts-greedy-quote"]),
    ("leschartreux-vmview.conf", &[]),
    ("nicolasrz-latin1.conf", &["lts-unread-name"]),
    ("upstream-5.18-example.conf", &[]),
    ("upstream-getltscfg-sample.conf", &["lts-unread-name"]),
    (
        "victorcan-nosection.conf",
        &["lts-setting-before-section", "lts-single-quote", "lts-single-quote"],
    ),
];

#[test]
fn real_files_have_the_mistakes_they_have_and_no_others() {
    let Some(corpus) = corpus() else { return };
    for (file, expected) in EXPECTED {
        let bytes =
            std::fs::read(corpus.join("lts.conf").join(file)).expect("a file of the corpus");
        let document = LtsConf::parse(Source::new(*file, bytes));
        let said = document.check();
        let codes: Vec<&str> = said.iter().map(|one| one.code).collect();
        assert_eq!(codes, *expected, "{file}: {said:#?}");
        assert!(!format!("{said:?}").contains("\"password\""), "a secret is shown");
    }
}

#[test]
fn a_setting_of_a_real_file_changes_in_one_line() {
    let Some(corpus) = corpus() else { return };
    let mut changed = 0;
    for (file, _) in EXPECTED {
        let bytes =
            std::fs::read(corpus.join("lts.conf").join(file)).expect("a file of the corpus");
        let document = LtsConf::parse(Source::new(*file, bytes));
        for one in document.settings() {
            let section = one.section.as_deref();
            let mut edited = document.clone();
            edited.set(section, &one.key, b"a new=value").expect("it can be set");
            assert_eq!(edited.get(section, &one.key).unwrap().unwrap().0, "a new=value");
            let diff = String::from_utf8_lossy(&edited.diff(document.source())).into_owned();
            let lines = |sign| diff.lines().skip(2).filter(|line| line.starts_with(sign)).count();
            assert_eq!((lines('-'), lines('+')), (1, 1), "{diff}");
            let mut away = document.clone();
            assert!(away.comment_out(section, &one.key).unwrap());
            changed += 1;
        }
    }
    assert!(changed > 100, "only {changed}");
}

fn word() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "A",
        "b",
        "FOO",
        "LIKE",
        "like",
        "NONE",
        "pc01",
        "PC*",
        "x",
        "default",
        "Default",
        "10.0.0.7",
        "10.*",
        "52:54:00:AB:CD:0F",
        "*",
        "include",
        "p?01",
        "\"pc[0-9]*\"",
        "\"x y\"",
        "\"\"",
        "\"a=b\"",
        "a b",
    ]);
    pieces.prop_map(str::to_owned)
}

/// Files that are mostly sound, with LIKE, wildcards, doubles and a mistake now and then.
fn file() -> impl Strategy<Value = String> {
    let setting = (word(), word()).prop_map(|(key, value)| format!("{key}={value}\n"));
    let like = word().prop_map(|name| format!(" LIKE = {name} # \"why\"\n"));
    let odd = prop::sample::select(vec![
        "\n",
        "# comment\n",
        "include a\n",
        "include \"b\"\n",
        "A=\n",
        "junk\n",
        "A=a=b\n",
        "'\n",
        "A=x[1]\n",
        "\r\n",
        "A=\"1\" B=2\n",
        "include nothing\n",
    ])
    .prop_map(str::to_owned);
    let line = prop_oneof![6 => setting, 3 => like, 1 => odd];
    let section = (word(), prop::collection::vec(line, 1..5))
        .prop_map(|(name, lines)| format!("[{name}]\n{}", lines.concat()));
    prop::collection::vec(section, 0..8).prop_map(|sections| sections.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_second_reader_finds_the_same(file in file()) {
        // The fuzz target's body compares the two for several clients.
        testkit::fuzz::lts(file.as_bytes());
    }

    #[test]
    fn edits_hold_on_any_file(orders in prop::collection::vec(0_u8..255, 0..40), file in file()) {
        testkit::fuzz::lts(&[&orders[..], b"\xff", file.as_bytes()].concat());
    }

    #[test]
    fn wildcards_match_as_the_c_library_has_it(
        pattern in "[a-cA-C*?\\[\\]!^\\\\-]{0,9}",
        name in "[a-cA-C\\[-]{0,6}",
    ) {
        let text = format!("[\"{pattern}\"]\nHIT=1\n");
        let document = LtsConf::parse(Source::new("lts.conf", text));
        let resolved = document.resolve(&Client::named(&name[..]), &NoIncludes).unwrap();
        let hit = resolved.get(b"HIT").is_some();
        let fits = naive_lts::fnmatch(pattern.as_bytes(), name.as_bytes());
        let equal = pattern.eq_ignore_ascii_case(&name);
        prop_assert_eq!(hit, fits || equal, "{} {}", pattern, name);
    }

    #[test]
    fn families_come_in_the_order_of_sort(
        names in prop::collection::btree_set("[A-C0-2_~.]{1,6}", 0..12),
        values in prop::collection::vec("[a-c0-2.~ ]{0,4}", 12),
    ) {
        let entries = names.iter().zip(&values).map(|(name, value)| Entry {
            key: format!("F_{name}").into(),
            value: Some(value[..].into()),
            origin: Origin {
                place: Place { file: Path::new("f").into(), line: 1, column: 1, span: Span::at(0) },
                section: None,
                rule: String::new(),
            },
            hidden: Vec::new(),
        });
        let resolved = Resolved::new(entries.collect());
        let ours: Vec<String> = family(&resolved, b"F_")
            .iter()
            .map(|(key, value)| format!("{key}={value}\n"))
            .collect();
        let mut mixed = ours.clone();
        mixed.reverse();
        prop_assert_eq!(ours.concat(), sorted(&mixed.concat()));
    }
}

/// `sort -V`.
fn sorted(lines: &str) -> String {
    let mut child = Command::new(need("sort"))
        .arg("-V")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sort can start");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("sort reads");
    let output = child.wait_with_output().expect("sort ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("text comes back")
}
