//! lts.conf to ltsp.conf: what the report calls the same is what clients get.
use ltsp_core::formats::lts::{GuestLogin, LtsConf, guest, is_true_in_shell};
use ltsp_core::formats::ltsp::{
    Autologin, Conversion, Converted, LtspConf, Request, Verdict, autologin,
};
use ltsp_core::formats::{Client, MacAddr};
use ltsp_core::text::{Document, NoIncludes, Settings, Severity, Source};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0x12, 0x34, 0x56]);

/// Clients by host name, by address, and by both where only a wildcard knows the host.
fn clients() -> Vec<Client> {
    let mac = |host: Option<&str>| Client {
        host: host.map(Into::into),
        mac: Some(MAC),
        ..Client::default()
    };
    let mut clients: Vec<Client> = ["pc01", "pc02", "ws1", "other"].map(Client::named).into();
    clients.extend([mac(None), mac(Some("pc99")), mac(Some("other"))]);
    clients
}

/// The row of the setting at that place.
fn row<'a>(done: &'a Conversion, origin: &ltsp_core::text::Origin) -> &'a Converted {
    let mut rows = done.report.iter().filter(|row| row.key.is_some() && row.place == origin.place);
    let row = rows.next().expect("every setting has a row");
    assert!(rows.next().is_none(), "{origin} has two rows");
    row
}

/// What was said to be the same is the same for every client; says how many values were compared.
fn judge(text: &[u8]) -> usize {
    let old = LtsConf::parse(Source::new("lts.conf", text));
    let Ok(done) = old.to_ltsp("ltsp.conf", &NoIncludes) else { return 0 };
    let new = LtspConf::parse(Source::new("ltsp.conf", done.conf.to_bytes()));
    let shown = || {
        let new = String::from_utf8_lossy(new.to_bytes()).into_owned();
        format!("{}\n---\n{new}\n---\n{:#?}", String::from_utf8_lossy(text), done.report)
    };
    let settings = old.settings().len();
    assert_eq!(done.report.len(), settings + old.sections().len(), "{}", shown());
    for found in new.check().iter().filter(|found| found.severity == Severity::Error) {
        // What somebody has to finish by hand is wrong until then, and the report says so.
        let settings = new.settings();
        let at = settings.iter().find(|one| one.place.line == found.place.line);
        let told = at.is_some_and(|one| {
            let to = Some((one.section.clone().unwrap_or_default(), one.key.clone()));
            done.open().any(|row| row.to == to)
        });
        assert!(told, "{found}\n{}", shown());
    }
    // Where a section is left out or applies to others too, which the report says, clients get
    // others in its place.
    let is_open = |row: &Converted| row.key.is_none() && row.verdict >= Verdict::Changed;
    if done.report.iter().any(is_open) {
        return 0;
    }
    let mut compared = 0;
    for client in clients() {
        let Ok(before) = old.resolve(&client, &NoIncludes) else { continue };
        let request = Request { client: client.clone(), ..Request::default() };
        let after = new.resolve(&request, &[]).expect("nothing in it is code");
        for entry in before.entries() {
            let row = row(&done, &entry.origin);
            let Some((_, to)) = row.to.as_ref().filter(|_| row.verdict <= Verdict::Renamed) else {
                continue;
            };
            if *to == *"AUTOLOGIN" {
                continue;
            }
            let mut wanted = entry.value.clone().unwrap_or_default();
            if *to == *"LOCAL_SWAP" && entry.value.is_some() {
                wanted = if is_true_in_shell(&wanted) { "1".into() } else { "0".into() };
            }
            let got = after.get(to).cloned().unwrap_or_default();
            assert_eq!(got, wanted, "{client:?} {}\n{}", entry.key, shown());
            compared += 1;
        }
        let told = ["LDM_AUTOLOGIN", "LDM_USERNAME"].iter().all(|key| {
            let entry = before.entry(key.as_bytes());
            entry.is_none_or(|entry| row(&done, &entry.origin).verdict <= Verdict::Renamed)
        });
        let host = client.host.clone().unwrap_or_else(|| "ltsp20".into());
        if told && before.entry(b"LDM_AUTOLOGIN").is_some() {
            let wanted = guest(&before, &host)
                .filter(|guest| guest.login == GuestLogin::Automatic)
                .map_or(Autologin::Nobody, |guest| Autologin::User(guest.user));
            assert_eq!(autologin(&after, &host), wanted, "{client:?}\n{}", shown());
            compared += 1;
        }
    }
    compared
}

#[test]
fn a_client_gets_its_own_values_then_those_of_like_of_its_wildcard_and_of_all() {
    let text = b"[Default]\nSERVER=a\nDNS_SERVER=b\nX_HORZSYNC=c\nLDM_SSHOPTIONS=d\n\
        LDM_AUTOLOGIN=True\nLDM_USERNAME=guest\n\
        [pc*]\nDNS_SERVER=e\nX_HORZSYNC=f\nLDM_SSHOPTIONS=g\n\
        [lab]\nX_HORZSYNC=h\nLDM_SSHOPTIONS=i\n\
        [PC01]\nLIKE=lab\nLDM_SSHOPTIONS=j\nLDM_AUTOLOGIN=no\n\
        [52:54:00:12:34:56]\nSERVER=k\nLDM_USERNAME=kiosk\n";
    assert!(judge(text) > 20);
    let old = LtsConf::parse(Source::new("lts.conf", &text[..]));
    let done = old.to_ltsp("ltsp.conf", &NoIncludes).expect("no circle");
    let open: Vec<_> = done.open().collect();
    assert!(open.is_empty(), "{open:#?}");
}

#[test]
fn what_another_rank_changes_is_said() {
    // The wildcard of the host name now goes before the section of the address.
    let text = b"[pc*]\nSERVER=a\n[52:54:00:12:34:56]\nSERVER=b\n";
    judge(text);
    let old = LtsConf::parse(Source::new("lts.conf", &text[..]));
    let done = old.to_ltsp("ltsp.conf", &NoIncludes).expect("no circle");
    let open: Vec<_> = done.open().map(|row| row.place.line).collect();
    assert_eq!(open, [4], "{:#?}", done.report);
    assert!(done.report[3].note.contains("[pc*]"), "{:#?}", done.report);
}

fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("LTSP_CORPUS").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    Some(given.unwrap_or_else(beside)).filter(|found| found.is_dir())
}

#[test]
fn real_files_become_files_that_say_the_same() {
    let Some(corpus) = corpus() else {
        eprintln!("there is no corpus: no real file is converted");
        return;
    };
    let mut compared = 0;
    for entry in std::fs::read_dir(corpus.join("lts.conf")).expect("the corpus can be listed") {
        let path = entry.expect("an entry").path();
        compared += judge(&std::fs::read(path).expect("a file of the corpus"));
    }
    assert!(compared > 20, "only {compared} values were compared");
}

fn file() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Default",
        "pc01",
        "PC02",
        "pc*",
        "ws?",
        "*",
        "lab",
        "room",
        "p*",
        "52:54:00:12:34:56",
        "server",
        "\"pc[0-9]*\"",
        "\"x y\"",
    ]);
    let target = prop::sample::select(vec!["lab", "room", "pc01", "pc*", "nobody", "Default"]);
    let setting = (
        prop::sample::select(vec![
            "SERVER",
            "server",
            "DNS_SERVER",
            "X_HORZSYNC",
            "LDM_SSHOPTIONS",
            "XSERVER",
            "X_DRIVER",
            "MY_OWN",
            "CRONTAB_01",
            "SOUND",
        ]),
        prop::sample::select(vec!["a", "b", "\"c d\"", "NONE", "\"$e\"", "\"\"", "'"]),
    )
        .prop_map(|(key, value)| format!("{key}={value}\n"));
    let login = (
        prop::sample::select(vec!["LDM_AUTOLOGIN", "LDM_USERNAME", "LDM_PASSWORD"]),
        prop::sample::select(vec!["True", "no", "guest", "NONE", "\"\"", "a/b"]),
    )
        .prop_map(|(key, value)| format!("{key}={value}\n"));
    let like = target.prop_map(|name| format!("LIKE={name}\n"));
    let line = prop_oneof![5 => setting, 2 => login, 2 => like];
    let section = (name, prop::collection::vec(line, 1..5))
        .prop_map(|(name, lines)| format!("[{name}]\n{}", lines.concat()));
    prop::collection::vec(section, 0..7).prop_map(|sections| sections.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn what_is_said_to_be_the_same_is_the_same(file in file()) {
        judge(file.as_bytes());
    }
}
