//! Real files: read without loss, and what is wrong with each is found, and nothing else.
use ltsp_core::formats::ltsp::{Autologin, LtspConf, Request, autologin, passwords};
use ltsp_core::text::{Document, Source};
use std::path::{Path, PathBuf};

#[allow(clippy::print_stdout, reason = "whoever runs the tests shall know what was not there")]
fn directory() -> Option<PathBuf> {
    let corpus = std::env::var_os("LTSP_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
        PathBuf::from,
    );
    let directory = corpus.join("ltsp.conf");
    if !directory.is_dir() {
        println!("no corpus at {}: its files are not read", directory.display());
        return None;
    }
    Some(directory)
}

#[test]
fn every_file_is_kept_and_its_mistakes_are_found() {
    let Some(directory) = directory() else { return };
    let expected: [(&str, &[&str]); 4] = [
        (
            "dur0k-guests.ltsp.conf",
            &["ltsp-undefined-variable", "ltsp-public-secret", "ltsp-password-base64"],
        ),
        ("generated.ltsp.conf", &[]),
        ("ltsp23-default.ltsp.conf", &[]),
        ("toddobryan-template.ltsp.conf", &["ltsp-undefined-variable"]),
    ];
    let mut files: Vec<String> = std::fs::read_dir(&directory)
        .expect("the corpus can be listed")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, expected.map(|(name, _)| name));
    for (name, codes) in expected {
        let bytes = std::fs::read(directory.join(name)).expect("a file of the corpus");
        let conf = LtspConf::parse(Source::new(name, bytes.clone()));
        assert_eq!(conf.to_bytes(), bytes);
        let found = conf.check();
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), codes, "{found:#?}");
        conf.resolve(&Request::default(), &[]).expect(name);
    }
}

#[test]
fn the_guests_of_a_real_file_have_the_passwords_and_logins_they_get() {
    let Some(directory) = directory() else { return };
    let bytes =
        std::fs::read(directory.join("dur0k-guests.ltsp.conf")).expect("a file of the corpus");
    let conf = LtspConf::parse(Source::new("ltsp.conf", bytes));
    let resolved = conf.resolve(&Request::default(), &[]).expect("a sound file");
    assert_eq!(autologin(&resolved, b"ltsp07"), Autologin::User("guest07".into()));
    assert_eq!(autologin(&resolved, b"pc07"), Autologin::User("pc07".into()));
    let all = passwords(&resolved);
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0].users[..], &all[0].password), (&b"guest"[..], &None));
}
