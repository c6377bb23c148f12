//! lts.conf: whatever the bytes are, they stay, edits do what they say, and a second reader agrees.
use super::bytes::Bytes;
use crate::naive_lts::{self, Ending};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ltsp_core::ErrorKind;
use ltsp_core::formats::Client;
use ltsp_core::formats::lts::LtsConf;
use ltsp_core::text::{Document, Includes, NoIncludes, Settings, Source};

/// Longer files show nothing that these do not.
const LONGEST: usize = 1 << 14;

/// Up to a byte 255: what to do. The rest: the file.
pub fn lts(data: &[u8]) {
    let data = &data[..data.len().min(LONGEST)];
    let (orders, text) = match data.iter().position(|byte| *byte == 255) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&b""[..], data),
    };
    let document = LtsConf::parse(Source::new("lts.conf", text));
    assert_eq!(document.to_bytes(), text);
    diagnostics(&document);
    mends(&document);
    resolved(&document);
    edits(document, &mut Bytes::new(orders));
}

fn diagnostics(document: &LtsConf) {
    for said in document.check() {
        assert!(said.place.span.end <= document.to_bytes().len(), "{said}");
        for edit in said.mend.iter().flat_map(|mend| &mend.edits) {
            assert!(edit.span.end <= document.to_bytes().len(), "{said}");
        }
        if let Some(mend) = said.mend.as_ref().filter(|mend| !mend.edits.is_empty()) {
            document.clone().edit(&mend.edits).expect("the edits of one mend fit together");
        }
    }
    // What stops the reading is said.
    let stops = document.stops_at().is_some();
    let errors =
        document.check().iter().any(|said| said.severity == ltsp_core::text::Severity::Error);
    assert!(!stops || errors, "{}", document.to_bytes().escape_ascii());
}

/// What is mended stays mended.
fn mends(document: &LtsConf) {
    let mut mended = document.clone();
    mended.fix();
    let safe =
        |said: &ltsp_core::text::Diagnostic| said.mend.as_ref().is_some_and(|mend| mend.safe);
    let left: Vec<_> = mended.check().into_iter().filter(safe).collect();
    assert!(
        left.is_empty(),
        "{left:?} after {} became {}",
        document.to_bytes().escape_ascii(),
        mended.to_bytes().escape_ascii()
    );
}

fn clients() -> Vec<Client> {
    let full = Client {
        ip: Some([10, 0, 0, 7].into()),
        mac: Some("52:54:00:ab:cd:0f".parse().expect("a hardware address")),
        ..Client::named("pc01")
    };
    vec![Client::named("pc01"), Client::named("default"), full, Client::default()]
}

/// Files that can be included.
struct Files;

impl Includes for Files {
    fn read(&self, name: &Path, _from: &Path) -> ltsp_core::Result<Source> {
        match name.to_str() {
            Some("a") => Ok(Source::new(name, "[pc01]\nA=included\ninclude \"b\"\n")),
            Some("b") => Ok(Source::new(name, "[x]\nB=2\n")),
            // The file itself: it was read before.
            Some("lts.conf") => Ok(Source::new(name, "")),
            _ => NoIncludes.read(name, name),
        }
    }
}

fn resolved(document: &LtsConf) {
    let text = document.to_bytes();
    for client in clients() {
        let ours = document.getltscfg(&client, &Files, None);
        let open = |name: &[u8]| {
            let name = Path::new(OsStr::from_bytes(name));
            Some(Files.read(name, name).ok()?.bytes().to_vec())
        };
        match (ours, naive_lts::getltscfg(text, &client, &open)) {
            (Ok(ours), Ending::Prints(theirs)) => assert_eq!(
                String::from_utf8_lossy(&ours.stdout),
                String::from_utf8_lossy(&theirs),
                "{}",
                text.escape_ascii()
            ),
            (Err(error), Ending::Crashes | Ending::Endless { .. }) => {
                assert!(matches!(error.kind(), ErrorKind::Parse | ErrorKind::NotFound));
                assert!(error.line().is_some(), "{error}");
            }
            (Ok(_), Ending::Endless { sure: false }) => {}
            (ours, theirs) => panic!("{ours:?} but {theirs:?}: {}", text.escape_ascii()),
        }
    }
}

/// Whether one setting was replaced or added, and all others are what they were.
fn differs_in_one(before: &LtsConf, after: &LtsConf) -> bool {
    let read = |document: &LtsConf| -> Vec<_> {
        document.settings().into_iter().map(|one| (one.section, one.key, one.value)).collect()
    };
    let (before, after) = (read(before), read(after));
    let same = |(a, b): &(&_, &_)| a == b;
    let start = before.iter().zip(&after).take_while(same).count();
    let rest = (before[start..].iter().rev()).zip(after[start..].iter().rev());
    let end = rest.take_while(same).count();
    before.len() - start - end <= 1 && after.len() - start - end <= 1
}

fn edits(mut document: LtsConf, orders: &mut Bytes<'_>) {
    while !orders.is_empty() {
        let order = orders.byte();
        let names: [&[u8]; 4] = [b"default", b"pc01", b"new section", b"a]b"];
        let own: Vec<_> = document.sections().into_iter().map(|(name, _)| name).collect();
        let section = match own.get(usize::from(order >> 4)) {
            Some(own) => own.to_vec(),
            None => orders.pick(&names).to_vec(),
        };
        let keys: Vec<Vec<u8>> = document
            .settings()
            .into_iter()
            .filter(|one| {
                one.section.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&section))
            })
            .map(|one| one.key.to_vec())
            .collect();
        let choice = orders.below(keys.len() + 2);
        let key = keys
            .get(choice)
            .cloned()
            .unwrap_or_else(|| orders.pick(&[&b"FOO"[..], b"X Y"]).to_vec());
        let before = document.clone();
        let name = section;
        let section = Some(&name[..]);
        let done = match order & 7 {
            0..=2 => {
                let value = orders.take(usize::from(order & 15)).to_vec();
                let done = document.set(section, &key, &value);
                if done.is_ok() {
                    let (found, _) = document.get(section, &key).expect("it was set").expect("too");
                    assert_eq!(found, value[..]);
                    assert!(differs_in_one(&before, &document), "{:?}", document.to_bytes());
                }
                done.map(|()| true)
            }
            3 => document.unset(section, &key),
            4 => document.comment_out(section, &key),
            5 => document.uncomment(section, &key),
            6 => document.add_section(&name),
            _ => {
                document.fix();
                Ok(true)
            }
        };
        match done {
            Err(error) => {
                assert_eq!(document.to_bytes(), before.to_bytes(), "{error}");
                let kinds = [ErrorKind::InvalidInput, ErrorKind::NotFound, ErrorKind::Refused];
                assert!(kinds.contains(&error.kind()), "{error}");
            }
            Ok(false) => assert_eq!(document.to_bytes(), before.to_bytes()),
            Ok(true) if matches!(order & 7, 3 | 4) => {
                let left = document.get(section, &key).ok().flatten();
                let first = before
                    .sections()
                    .iter()
                    .filter(|(title, _)| title.eq_ignore_ascii_case(&name))
                    .count()
                    == 1;
                assert!(left.is_none() || !first, "{key:?} is still there");
            }
            Ok(true) => {}
        }
        if document.to_bytes().len() > 4 * LONGEST {
            return;
        }
    }
}
