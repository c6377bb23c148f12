//! Every trap is found, and what is mended is no trap any more.
use ltsp_core::formats::Client;
use ltsp_core::formats::ltsp::{LtspConf, Request};
use ltsp_core::text::{Document, Source};

fn conf(text: &str) -> LtspConf {
    LtspConf::parse(Source::new("/etc/ltsp/ltsp.conf", text))
}

fn codes(text: &str) -> Vec<&'static str> {
    conf(text).check().iter().map(|one| one.code).collect()
}

#[test]
fn every_trap_is_found_and_nothing_else() {
    for (text, expected) in [
        ("[clients]\nDNS_SERVER=\"1.1.1.1 8.8.8.8\"\n", &[][..]),
        ("[clients]\nRELOGIN=0\n[server]\n[clients]\nMULTISEAT=1\n", &["ltsp-duplicate-section"]),
        ("[pc-01]\nRELOGIN=0\n[pc_01]\nRELOGIN=1\n", &["ltsp-section-collision"]),
        ("[pc*]\n[pc01]\n", &["ltsp-section-hidden"]),
        ("[pc01]\n[pc*]\n", &[]),
        ("[c*]\n", &["ltsp-greedy-section"]),
        ("[*]\n", &["ltsp-greedy-section"]),
        ("[PC02]\n", &["ltsp-uppercase-section"]),
        ("[52:54:00:AA:BB:CC]\n", &[]),
        ("[pc[0-9]]\n", &["ltsp-bracket-glob"]),
        ("[pc01] tail\n", &["ltsp-text-after-header"]),
        ("[pc01] # tail\n", &[]),
        ("[a]\n\t[pc01]\n", &["ltsp-tab-header"]),
        ("", &["ltsp-no-section"]),
        ("RELOGIN=0\n", &["ltsp-before-sections", "ltsp-no-section"]),
        ("[ -f /x ] && RELOGIN=0\n", &["ltsp-test-as-header"]),
        ("[lab]\n[a]\n  INCLUDE=lab\n", &["ltsp-indented-include"]),
        ("[lab]\n[a]\n  INCLUDE = lab\n", &["ltsp-indented-include"]),
        ("[a]\n  RELOGIN = 4\n", &["ltsp-indented-assignment"]),
        ("[a]\n  RELOGIN=0\n", &[]),
        ("[a]\nLIGHTDM_CONF=\"x\n[Seat:*]\ny\"\n", &["ltsp-header-in-value"]),
        ("[a]\r\nRELOGIN=0\r\n", &["ltsp-crlf"]),
        ("\u{feff}[a]\n", &["ltsp-bom", "ltsp-code", "ltsp-no-section"]),
        ("[a]\nHOSTNAME=a\0b\n", &["ltsp-nul"]),
        ("[clients]\nADD_IMAGE_EXCLUDES=x\n", &["ltsp-wrong-section"]),
        ("[server]\nAUTOLOGIN=guest\n", &["ltsp-wrong-section"]),
        ("[52:54:*]\nDEFAULT_IMAGE=x\n", &["ltsp-wrong-section"]),
        ("[a]\nAUTOLOGN=guest\n", &["ltsp-unknown-parameter"]),
        ("[a]\nSITE_NAME=x\n", &["ltsp-unknown-parameter"]),
        ("[a]\nSITE_NAME=x\nPOST_INIT_A='echo $SITE_NAME'\n", &[]),
        ("[a]\nLDM_AUTOLOGIN=True\n", &["ltsp-old-parameter"]),
        ("[a]\nPASSWORDS_X=guest:MTIz\n", &["ltsp-public-secret", "ltsp-password-separator"]),
        ("[a]\nPASSWORDS_X=guest/a/bc\n", &["ltsp-public-secret", "ltsp-password-slash"]),
        ("[a]\nPASSWORDS_X=guest/guest\n", &["ltsp-public-secret", "ltsp-password-base64"]),
        ("[a]\nPASSWORDS_X=guest/MTIz\n", &["ltsp-public-secret"]),
        ("[a]\nPASSWORDS_X='guest[0-9]*/'\n", &[]),
        ("[a]\nAUTOLOGIN=1\n", &["ltsp-autologin"]),
        ("[a]\nAUTOLOGIN=pc/guest/g\n", &["ltsp-autologin"]),
        ("[server]\nKERNEL_PARAMETERS='a|b'\n", &["ltsp-sed-character"]),
        ("[a]\nLIGHTDM_CONF=x\nLIGHTDM_CONF=y\n", &["ltsp-duplicate-parameter"]),
        ("[a]\nLIGHTDM_CONF=x\nLIGHTDM_CONF=\"$LIGHTDM_CONF y\"\n", &[]),
        ("[a]\nFSTAB_X='server:/d /data nfs ro 0 0'\n", &["ltsp-mount-point"]),
        ("[a]\nFSTAB_X='server:/d /data nfs ro 0 0'\nPOST_INIT_X='mkdir -p /data'\n", &[]),
        ("[a]\nFSTAB_X='server:/d /home'\n", &["ltsp-value"]),
        ("[a]\nCRONTAB_X='30 15 * * * poweroff'\n", &["ltsp-crontab-user"]),
        ("[a]\nCRONTAB_X='30 15 * * * root poweroff'\n", &[]),
        ("[a]\nINCLUDE=nothing\n", &["ltsp-include-missing"]),
        ("[a]\nINCLUDE=a\n", &["ltsp-include-cycle"]),
        ("[a]\nINCLUDE=b\n[b]\nINCLUDE=a\n", &["ltsp-include-cycle"]),
        ("[server]\nKERNEL_PARAMETERS=nomodeset noapic\n", &["ltsp-unquoted-blank"]),
        ("[clients]\nRELOGIN=0\n[common]\nRELOGIN=1\n", &["ltsp-common-overrides"]),
        ("[a]\nHOSTNAME=\"$NOBODY\"\n", &["ltsp-undefined-variable"]),
        ("[a]\nCUPS_SERVER=\"$SERVER\"\n", &[]),
        ("[a]\nsection=x\n", &["ltsp-reserved-name"]),
        ("[call]\n", &["ltsp-reserved-section"]),
        ("[a]\nRELOGIN=yes\n", &["ltsp-value"]),
        ("[server]\nMENU_TIMEOUT=soon\n", &["ltsp-value"]),
        ("[a]\n1A=x\n", &["ltsp-bad-name"]),
        ("[a]\nunset A-B\n", &["ltsp-bad-name"]),
        ("RELOGIN=0\n[a]\n", &["ltsp-before-sections"]),
        ("[52:54:00:aa:bb:cc]\nHOSTNAME=PC01\n[pc01]\n", &["ltsp-uppercase-host"]),
        ("[a]\nHOSTNAME=$(hostname)\n", &["ltsp-code"]),
        ("[a]\nif true; then\nRELOGIN=0\nfi\n", &["ltsp-code"]),
        ("[a]\nHOSTNAME='x\n", &["ltsp-syntax"]),
        ("[a]\nHOSTNAME=(a b)\n", &["ltsp-syntax"]),
        ("[a]\nif true; then\n[b]\nfi\n", &["ltsp-syntax", "ltsp-syntax"]),
        ("[]\n", &["ltsp-syntax"]),
        ("[a]\nHOSTNAME=x\\\n[b]\n", &["ltsp-syntax"]),
    ] {
        let mut found = codes(text);
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text:?} {:#?}", conf(text).check());
    }
}

#[test]
fn safe_mends_make_the_file_mean_what_was_seen_in_it() {
    for (before, after) in [
        (
            "[clients]\nRELOGIN=0\n# c\n[server]\nNAT=1\n[clients]\nMULTISEAT=1",
            "[clients]\nRELOGIN=0\n# c\nMULTISEAT=1\n[server]\nNAT=1\n",
        ),
        ("\t[pc01]\n\tRELOGIN = 0\n", "[pc01]\nRELOGIN = 0\n"),
        ("[lab]\n[a]\n INCLUDE=lab\n", "[lab]\n[a]\nINCLUDE=lab\n"),
        ("\u{feff}[a]\r\nRELOGIN=0\r\n", "[a]\nRELOGIN=0\n"),
        ("[server]\nKERNEL_PARAMETERS=a b\n", "[server]\nKERNEL_PARAMETERS=\"a b\"\n"),
    ] {
        let mut mended = conf(before);
        let done = mended.fix();
        assert!(!done.is_empty());
        assert_eq!(String::from_utf8_lossy(mended.to_bytes()), after);
        assert!(mended.check().is_empty(), "{:#?}", mended.check());
    }
}

#[test]
fn groups_of_epoptes_are_not_moved_without_asking() {
    let text = "[clients]\nRELOGIN=0\n# EPOPTES_GROUP=A\n[52:54:00:00:00:01]\nHOSTNAME=a\n[clients]\nMULTISEAT=1\n";
    let mut one = conf(text);
    assert!(one.fix().is_empty());
    assert_eq!(one.to_bytes(), text.as_bytes());
}

#[test]
fn a_password_is_in_no_message() {
    let text =
        "[a]\nPASSWORDS_X='bob:c2VjcmV0 eve/c2VjcmV0/x tom/c2VjcmV'\nPASSWORDS_Y=$(c2VjcmV0)\n";
    for said in conf(text).check() {
        assert!(!format!("{} {:?}", said, said.labels).contains("c2Vjcm"), "{said}");
    }
}

#[test]
fn the_origin_of_a_value_says_which_section_and_why() {
    let text = "[clients]\nAUTOLOGIN=a\n[common]\nAUTOLOGIN=b\n[lab]\nAUTOLOGIN=c\n[pc*]\nINCLUDE=lab\nRELOGIN=$(x)\n";
    let request = Request { client: Client::named("pc01"), ..Request::default() };
    let resolved = conf(text).resolve(&request, &[]).expect("a sound file");
    let entry = resolved.entry(b"AUTOLOGIN").expect("set");
    assert_eq!(entry.origin.to_string(), "/etc/ltsp/ltsp.conf:6:1 [lab] (INCLUDE of [pc*])");
    let hidden: Vec<_> =
        entry.hidden.iter().map(|(value, origin)| (value.to_string(), &origin.rule[..])).collect();
    assert_eq!(hidden, [("b".to_owned(), "server and clients"), ("a".to_owned(), "every client")]);
    let code = resolved.entry(b"RELOGIN").expect("set");
    assert_eq!(code.value, None);
    assert_eq!(code.origin.rule, "host name, wildcard pc*; shell code decides the value");
}
