//! ltsp.conf: nothing is lost, mends end, edits are seen, and every client gets an answer.
use super::bytes::Bytes;
use ltsp_core::formats::ltsp::{LtspConf, Request, Side, autologin, passwords};
use ltsp_core::formats::{Client, MacAddr};
use ltsp_core::text::{Document, Settings, Source};

/// Longer files only make the fuzzer slow.
const LONGEST: usize = 4096;

/// A few bytes that choose, then the file.
pub fn ltsp(data: &[u8]) {
    let mut bytes = Bytes::new(&data[..data.len().min(LONGEST)]);
    let key = bytes.pick(&[&b"A"[..], b"HOSTNAME", b"AUTOLOGIN", b"PASSWORDS_X"]);
    let value_length = bytes.below(16);
    let value = bytes.take(value_length);
    let host = bytes.pick(&["pc01", "a", "common", "PC01"]);
    let choice = bytes.byte();
    let text = bytes.take(LONGEST);
    let source = Source::new("ltsp.conf", text);
    let conf = LtspConf::parse(source);
    assert_eq!(conf.to_bytes(), text, "no byte is lost");

    let found = conf.check();
    for one in &found {
        assert!(one.place.span.end <= text.len(), "{one}");
        let edits = one.mend.iter().flat_map(|mend| &mend.edits);
        assert!(edits.into_iter().all(|edit| edit.span.end <= text.len()), "{one}");
    }
    let mut mended = conf.clone();
    mended.fix();
    for one in mended.check() {
        assert!(!one.mend.as_ref().is_some_and(|mend| mend.safe), "not mended: {one}");
    }

    let request = Request {
        client: Client {
            mac: Some(MacAddr::new([0x52, 0x54, 0, 0, 0, 1])),
            ip: Some([10, 0, 0, choice].into()),
            ..Client::named(host)
        },
        applet: (choice & 1 == 1).then(|| "image".into()),
        side: if choice & 2 == 2 { Side::Server } else { Side::Client },
        variables: Vec::new(),
    };
    if let Ok(resolved) = conf.resolve(&request, std::slice::from_ref(&mended)) {
        let _ = (passwords(&resolved), autologin(&resolved, host.as_bytes()));
    }
    let _ = conf.epoptes_groups();

    let mut sections = vec![None];
    sections.extend(conf.sections().into_iter().take(4).map(|(name, _)| Some(name)));
    sections.push(Some("new".into()));
    for section in &sections {
        let section = section.as_deref();
        let mut one = conf.clone();
        if one.set(section, key, value).is_ok() {
            let (read, _) = one.get(section, key).expect("the section").expect("the key");
            assert_eq!(&read[..], value, "what is set is read again");
            let mut commented = one.clone();
            if commented.comment_out(section, key).is_ok_and(|done| done) {
                assert_eq!(commented.get(section, key).expect("the section"), None);
                if commented.uncomment(section, key).is_ok_and(|done| done) {
                    assert!(commented.get(section, key).expect("the section").is_some());
                }
            }
            if one.unset(section, key).is_ok_and(|done| done) {
                assert_eq!(one.get(section, key).expect("the section"), None);
            }
        } else {
            assert_eq!(one.to_bytes(), text, "what is refused changes nothing");
        }
    }
    let mut one = conf.clone();
    if one.add_section(b"new-room").is_ok_and(|done| done) {
        assert!(one.sections().iter().any(|(name, _)| *name == "new-room"));
    }
}
