//! The seeds of the fuzz targets hold, without a fuzzer.
use std::fs;
use std::path::Path;
use testkit::fuzz::TARGETS;

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&directory)
        .expect("every target has seeds")
        .map(|entry| {
            let path = entry.expect("a directory can be listed").path();
            (path.display().to_string(), fs::read(&path).expect("a seed can be read"))
        })
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_seed_of_the_fuzz_targets_holds() {
    for (target, body) in TARGETS {
        let seeds = seeds(target);
        assert!(seeds.len() >= 4, "{target} has only {} seeds", seeds.len());
        for (path, bytes) in seeds {
            eprintln!("{path}");
            body(&bytes);
        }
    }
}

#[test]
fn every_fuzz_target_has_its_program_and_every_program_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("the fuzz crate is there");
    let named: Vec<_> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")).collect();
    let expected: Vec<_> = TARGETS.iter().map(|(target, _)| format!("{target}.rs\"")).collect();
    assert_eq!(named, expected);
    for (target, _) in TARGETS {
        let program = fuzz.join(format!("fuzz_targets/{target}.rs"));
        let text = fs::read_to_string(program).expect("the program of the target");
        assert!(text.contains(&format!("testkit::fuzz::{target}(data)")), "{target}: {text}");
    }
}
