//! Files of real sites, where they are at hand.
use ltsp_core::formats::limits::LimitsConf;
use ltsp_core::text::{Document, Source};
use std::fs;
use std::path::{Path, PathBuf};

/// Name and bytes of every file of the corpus; none, and a line that says so, where it is absent.
pub(super) fn files() -> Vec<(String, Vec<u8>)> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let corpus = std::env::var_os("LTSP_CORPUS").map_or(beside, PathBuf::from);
    let Ok(entries) = fs::read_dir(corpus.join("limits.conf")) else {
        #[allow(clippy::print_stdout, reason = "an absence that nobody is told of hides a test")]
        {
            println!("no corpus of limits.conf at {}", corpus.display());
        }
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the corpus can be listed").path();
            let name = path.file_name().expect("a listed file has a name").to_string_lossy();
            (name.into_owned(), fs::read(&path).expect("the corpus can be read"))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "the corpus is empty");
    found
}

/// What is said about each file. Only advice where the file does what its author wanted.
const EXPECTED: [(&str, &[&str]); 2] = [
    ("guest-limits.conf.fragment", &["limits-root", "limits-cpu-minutes", "limits-logins-local"]),
    ("hashbang.limits.conf", &["limits-nproc-low", "limits-nproc-low"]),
];

#[test]
fn real_limits_files_come_back_byte_for_byte_and_give_no_false_alarm() {
    for (name, bytes) in files() {
        let file = LimitsConf::parse(Source::new(&name, bytes.clone()));
        assert_eq!(file.to_bytes(), bytes, "{name}");
        let codes: Vec<_> = file.check().iter().map(|found| found.code).collect();
        let expected = EXPECTED.iter().find(|(known, _)| *known == name);
        let (_, expected) = expected.unwrap_or_else(|| panic!("{name} is new: {codes:?}"));
        assert_eq!(codes, *expected, "{name}: {:#?}", file.check());
    }
}

#[test]
fn the_script_of_a_real_site_is_imported_without_a_loss() {
    for (name, bytes) in files() {
        let mut file = LimitsConf::parse(Source::new(&name, bytes.clone()));
        let rules: Vec<_> = file.rules().map(|rule| rule.value).collect();
        let imported = file.import_script_block("guests").expect("it has no block yet");
        assert_eq!(imported.is_some(), name.starts_with("guest"), "{name}");
        assert_eq!(file.rules().map(|rule| rule.value).collect::<Vec<_>>(), rules);
        if let Some(imported) = imported {
            assert_eq!((imported.rules.len(), imported.more_behind), (4, false));
            assert!(file.remove_block("guests").expect("sound markers"));
            assert_eq!(file.rules().count(), 0);
        } else {
            assert_eq!(file.to_bytes(), bytes);
        }
    }
}
