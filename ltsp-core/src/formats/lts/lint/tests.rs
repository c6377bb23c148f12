use super::super::LtsConf;
use crate::text::{Diagnostic, Document as _, Severity, Source};

fn document(text: impl Into<Vec<u8>>) -> LtsConf {
    LtsConf::parse(Source::new("lts.conf", text))
}

/// Each trap alone: what is in the file, what is said, and what it is after everything safe is
/// mended (the same if nothing is).
const TRAPS: &[(&str, &[&str], &str)] = &[
    ("A=1\n", &["lts-setting-before-section"], "A=1\n"),
    ("[a]\n[b]\nA=1\n", &["lts-empty-section"], "#[a]\n[b]\nA=1\n"),
    ("[a]\nA=1\n[b]", &["lts-empty-section"], "[a]\nA=1\n#[b]\n"),
    ("[]\nA=1\n", &["lts-section-header"], "[]\nA=1\n"),
    ("[a\nA=1\n", &["lts-section-header"], "[a]\nA=1\n"),
    ("[p[a-z]]\nA=1\n", &["lts-section-header"], "[\"p[a-z]\"]\nA=1\n"),
    ("[[a-z]]\nA=1\n", &["lts-section-header"], "[\"[a-z]\"]\nA=1\n"),
    ("[a]\nA=1\n; x\nB=1\n", &["lts-comment-mark"], "[a]\nA=1\n# x\nB=1\n"),
    ("[a]\nA=1\n//B=1", &["lts-comment-mark"], "[a]\nA=1\n#B=1\n"),
    ("[a]\nA=1\njunk\nB=1\n", &["lts-missing-equals"], "[a]\nA=1\njunk\nB=1\n"),
    ("[a]\nA=1\nLIKE a\n", &["lts-missing-equals"], "[a]\nA=1\nLIKE a\n"),
    ("[a]\nA=\nB=1\n", &["lts-missing-value"], "[a]\nA=\"\"\nB=1\n"),
    ("[a]\nA=\n[b]\nB=1\n", &["lts-missing-value"], "[a]\nA=\"\"\n[b]\nB=1\n"),
    ("[a]\nA=\nB\n", &["lts-missing-value"], "[a]\nA=\nB\n"),
    ("[a]\nA\n=\nB\n", &["lts-missing-value"], "[a]\nA\n=\nB\n"),
    ("[a]\nA=b=c # d\n", &["lts-equals-in-value"], "[a]\nA=\"b=c\" # d\n"),
    ("[a]\nA==b\n", &["lts-equals-in-value"], "[a]\nA=\"=b\"\n"),
    ("[a]\nA=b[1]\nB=1\n", &["lts-bracket-in-value"], "[a]\nA=\"b[1]\"\nB=1\n"),
    ("[a]\nA=[1]\nB=1\n", &["lts-bracket-in-value"], "[a]\nA=\"[1]\"\nB=1\n"),
    ("[a]\nA=b]\nB=1\n", &["lts-bracket-in-value"], "[a]\nA=\"b]\"\nB=1\n"),
    ("[a]\nA=1 [b]\nB=1\n", &["lts-bracket-in-value"], "[a]\nA=1 [b]\nB=1\n"),
    ("[a]\nA=1 B=2\n", &["lts-two-on-a-line"], "[a]\nA=1 B=2\n"),
    ("[a]\nA=\"b\" c\n", &["lts-text-after-value"], "[a]\nA=\"b\" c\n"),
    ("[a]\n=1\nB=1\n", &["lts-stray-sign"], "[a]\n=1\nB=1\n"),
    ("[a]\nA='b c'\n", &["lts-single-quote"], "[a]\nA=\"b c\"\n"),
    ("[a]\nA='$b'\n", &["lts-single-quote", "lts-shell-variable"], "[a]\nA='$b'\n"),
    ("[a]\nA=it's\n", &["lts-single-quote"], "[a]\nA=\"it's\"\n"),
    ("[a]\nA=\"b\nB=c\"\n", &["lts-unclosed-quote"; 2], "[a]\nA=\"b\"\nB=\"c\"\n"),
    ("[a]\nA=\"b # c\n", &["lts-unclosed-quote"], "[a]\nA=\"b # c\n"),
    ("[a]\nA=\"b\" # \"c\"\n", &["lts-greedy-quote"], "[a]\nA=\"b\" # 'c'\n"),
    ("[a]\nA=\"b\" \"c\"\n", &["lts-greedy-quote"], "[a]\nA=\"b\" \"c\"\n"),
    ("[a]\nA=b#c\n", &["lts-hash-in-value"], "[a]\nA=b#c\n"),
    ("[a]\nA=1\n# end", &["lts-comment-at-end"], "[a]\nA=1\n# end\n"),
    ("[a]\nA=1\n# \"x\" it's = y", &["lts-comment-at-end"], "[a]\nA=1\n# \"x\" it's = y\n"),
    ("\u{feff}[a]\nA=1\n", &["lts-bom"], "[a]\nA=1\n"),
    ("[a]\r\nA=\"1\"\r\n", &["lts-crlf"], "[a]\nA=\"1\"\n"),
    ("[a]\nA=1\0x\n", &["lts-nul"], "[a]\nA=1\0x\n"),
    ("[a]\nA=1\n[A]\nA=2\n", &["lts-duplicate-section"], "[a]\nA=1\n[A]\nA=2\n"),
    ("[a]\nA=1\na=2\n", &["lts-duplicate-name"], "[a]\nA=1\na=2\n"),
    ("[a]\nLIKE=x\n", &["lts-like-nothing"], "[a]\nLIKE=x\n"),
    (
        "[a]\nLIKE=\"b c\"\n[b]\nX=1\n[c]\nX=1\n",
        &["lts-like-nothing"],
        "[a]\nLIKE=\"b c\"\n[b]\nX=1\n[c]\nX=1\n",
    ),
    ("[a]\nLIKE=a\n", &["lts-like-circle"], "[a]\nLIKE=a\n"),
    ("[a]\nLIKE=b\n[b]\nLIKE=A\n", &["lts-like-circle"], "[a]\nLIKE=b\n[b]\nLIKE=A\n"),
    ("[Default]\nLIKE=a\n[a]\nX=1\n", &["lts-like-in-default"], "[Default]\nLIKE=a\n[a]\nX=1\n"),
    (
        "[x*]\nX=1\n[x_*]\nX=2\n",
        &["lts-host-section", "lts-wildcard-hidden"],
        "[x*]\nX=1\n[x_*]\nX=2\n",
    ),
    ("[pc01]\nX=1\n", &["lts-host-section"], "[pc01]\nX=1\n"),
    (
        "[00:11:22:33:44:55]\nHOSTNAME=lab_1\n[lab_1]\nX=1\n",
        &["lts-hidden-section"],
        "[00:11:22:33:44:55]\nHOSTNAME=lab_1\n[lab_1]\nX=1\n",
    ),
    ("[a]\nA=$(id)\n", &["lts-shell-command"], "[a]\nA=$(id)\n"),
    ("[a]\nA=`id`\n", &["lts-shell-command"], "[a]\nA=`id`\n"),
    ("[a]\nA=$HOME\n", &["lts-shell-variable"], "[a]\nA=$HOME\n"),
    ("[a]\nA=b\\\n", &["lts-backslash-at-end"], "[a]\nA=b\\\n"),
    ("[a]\nA=\"b  c\"\n", &["lts-blanks"], "[a]\nA=\"b  c\"\n"),
    ("[a]\nA-B=1\n", &["lts-name"], "[a]\nA-B=1\n"),
    ("[a]\nA B=1\n", &["lts-name"], "[a]\nA B=1\n"),
    ("[a]\nLDM_AUTOLOGN=True\n", &["lts-unknown-name"], "[a]\nLDM_AUTOLOGN=True\n"),
    ("[a]\nSCREN_07=ldm\n", &["lts-unknown-name"], "[a]\nSCREN_07=ldm\n"),
    ("[a]\nXRANDR_MOED_1=x\n", &["lts-unknown-name"], "[a]\nXRANDR_MOED_1=x\n"),
    ("[a]\nLDM_ALLOW_USER=x\n", &["lts-unread-name"], "[a]\nLDM_ALLOW_USER=x\n"),
    ("[a]\nNBD_SWAP_PORT=9572\n", &["lts-unread-name"], "[a]\nNBD_SWAP_PORT=9572\n"),
    ("[a]\nX_TOUCH_RTPDELAY=1\n", &["lts-unread-name"], "[a]\nX_TOUCH_RTPDELAY=1\n"),
    ("[a]\nX_VIDEORAM=1\n", &["lts-old-name"], "[a]\nX_VIDEORAM=1\n"),
    ("[a]\nSCREEN_7=ldm\n", &["lts-number"], "[a]\nSCREEN_7=ldm\n"),
    ("[a]\nSCREEN_13=ldm\n", &["lts-number"], "[a]\nSCREEN_13=ldm\n"),
    ("[a]\nSOUND=1\n", &["lts-bool"], "[a]\nSOUND=True\n"),
    ("[a]\nSOUND=\"on\"\n", &["lts-bool"], "[a]\nSOUND=\"True\"\n"),
    ("[a]\nLDM_DIRECTX=t\n", &["lts-bool"], "[a]\nLDM_DIRECTX=True\n"),
    ("[a]\nSOUND=maybe\n", &["lts-bool"], "[a]\nSOUND=maybe\n"),
    ("[a]\nLTSP_NBD_TO_RAM=True\n", &["lts-bool"], "[a]\nLTSP_NBD_TO_RAM=true\n"),
    ("[a]\nVOLUME=101\n", &["lts-value"], "[a]\nVOLUME=101\n"),
    ("[a]\nSHUTDOWN_TIME=25:00\n", &["lts-value"], "[a]\nSHUTDOWN_TIME=25:00\n"),
    ("[a]\nX_HORZSYNC=fast\n", &["lts-value"], "[a]\nX_HORZSYNC=fast\n"),
    ("[a]\nX_COLOR_DEPTH=12\n", &["lts-value"], "[a]\nX_COLOR_DEPTH=12\n"),
    ("[a]\nHOST_TO_USERNAME=pc\n", &["lts-value"], "[a]\nHOST_TO_USERNAME=pc\n"),
    ("[a]\nLDM_PASSWORD=hidden\n", &["lts-secret"], "[a]\nLDM_PASSWORD=hidden\n"),
    (
        "[a]\nX=1\ninclude x\nY=1\n",
        &["lts-include-early", "lts-setting-after-include"],
        "[a]\nX=1\ninclude x\nY=1\n",
    ),
    ("include x\ninclude y\n", &["lts-include-ignored"], "include x\ninclude y\n"),
    ("[a]\nX=1\ninclude y", &["lts-include-no-newline"], "[a]\nX=1\ninclude y\n"),
];

#[test]
fn every_trap_has_its_code_and_what_is_safe_is_mended() {
    for (text, expected, mended) in TRAPS {
        let said = document(*text).check();
        let codes: Vec<&str> = said.iter().map(|one| one.code).collect();
        assert_eq!(codes, *expected, "{text:?}: {said:#?}");
        let mut fixed = document(*text);
        fixed.fix();
        assert_eq!(String::from_utf8_lossy(fixed.to_bytes()), *mended, "{text:?}");
    }
}

#[test]
fn a_name_that_is_a_directive_is_said_whatever_else_stops_there() {
    let said = document("[a]\nX=1\ninclude y = 1\n").check();
    assert!(said.iter().any(|one| one.code == "lts-include-as-name"), "{said:#?}");
}

#[test]
fn statements_that_go_on_in_the_next_line_are_no_trouble() {
    for text in
        ["\n\r", "[a\n]\n[b]\nA=1\n", "[\na]\n", "include x\r\n[a]\nA=1\n", "[a]\nA\n=\nB=\n\n1\n"]
    {
        let mut document = document(text);
        assert!(!document.check().is_empty(), "{text:?}");
        document.fix();
    }
}

#[test]
fn sound_files_are_left_alone() {
    for text in [
        "",
        "# nothing\n",
        "[Default]\nLDM_GUESTLOGIN=True\nX_OPTION_01 = \"\\\"NoAccel\\\"\"\n",
        "[default]\n  SOUND = no\n  VOLUME=50 # \"half\"\n",
        "[Default]\nFSTAB_1=\"server:/home    /home  nfs defaults,nolock 0 0\"\n",
        "[Default]\nRCFILE_01=\"sed 's,^Exec=x,Exec=y,' -i /usr/share/applications/z.desktop\"\n",
        "[Default]\nINIT_COMMAND_MV=\"mv /a /b\"\nSITE_THING=whatever\nX_BLANKING=NONE\n",
        "[00:11:22:33:44:55]\nLIKE=OLD\nLDM_USERNAME=pc\nLDM_PASSWORD=pc\n[OLD]\nX_HORZSYNC=30.0-88.0\n",
        "[Default]\nA=\"1\" B=2\n",
        "[Default]\nSCREEN_07=ldm\nSCREEN_08_LDM_USERNAME=x\nLDM_PASSWORD_HASH=True\n",
        "[Default]\nX=1\ninclude \"more\"\n",
    ] {
        let said = document(text).check();
        assert!(said.is_empty(), "{text:?}: {said:#?}");
    }
}

#[test]
fn all_mistakes_are_reported_and_the_first_says_that_nothing_more_is_read() {
    let said = document("[a]\nA=b=c\nB=\nC=1\njunk\nD='x'\n").check();
    let lines: Vec<u64> = said.iter().map(|one| one.place.line).collect();
    assert_eq!(lines, [2, 3, 5, 6], "{said:#?}");
    assert!(said[0].message.contains("counts for nothing"), "{}", said[0]);
    assert!(said[1].message.contains("once the mistakes above"), "{}", said[1]);
    assert!(said.iter().all(|one| one.severity == Severity::Error));
}

#[test]
fn a_secret_is_in_no_message() {
    for text in [
        "[a]\nLDM_PASSWORD=hunter2\n",
        "[a]\nLDM_PASSWORD=\nhunter2\n",
        "[a]\nLDM_PASSWORD='hunter2'\n",
        "[a]\nLDM_PASSWORD=\"hunter2\n",
        "[a]\nLDM_PASSWORD=x=hunter2\n",
        "[a]\nLDM_PASSWORD=hunter2[1]\n",
        "[a]\nLDM_PASSWORD=hunter2#x\n",
        "[a]\nLDM_PASSWORD=hunter2 hunter2=x\n",
        "[a]\nLDM_PASSWORD=\nhunter2=x\n",
        "[a]\nLDM_PASSWORD=x[hunter2]\nA=1\n",
        "[a]\nLDM_PASSWORD=\"x\" hunter2=1\nA=1\n",
        "[a]\nLDM_PASSWORD=\"x\" hunter2\nA=1\n",
    ] {
        let said = document(text).check();
        assert!(!said.is_empty(), "{text:?}");
        for one in said {
            assert!(!one.message.contains("hunter2") || one.code == "lts-name", "{one}");
        }
    }
}

#[test]
fn a_suggestion_makes_its_diagnostic_go_away() {
    for text in [
        "A=1\n",
        "[a]\nA=1 B=2\n",
        "[a]\nA=1\n[A]\nB=2\nC=3\n[c]\nX=1\n",
        "[a]\nA=1\nLIKE a\nB=1\n",
        "[a]\nSCREEN_7=ldm\n",
        "[a]\nSCREN_07=ldm\n",
        "[a]\nLDM_ALLOW_USER=x\n",
        "[a]\nX=1\ninclude x\nY=1\n",
        "[Default]\nA=1\n[lab]\nLIKE=Defautl\n",
        "[a]\nA=b#c # d\n",
        "[a]\nLDM-SERVER=x\n",
        "[a]\nA=1\nA=2\n",
    ] {
        let before = document(text);
        let said = before.check();
        let with_edits = |one: &&Diagnostic| one.mend.as_ref().is_some_and(|m| !m.edits.is_empty());
        let first = said.iter().find(with_edits).expect(text);
        let mut after = before.clone();
        after.edit(&first.mend.as_ref().expect("it has one").edits).expect("they fit");
        let left = after.check();
        assert!(left.iter().all(|one| one.code != first.code), "{text:?}: {left:#?}");
    }
}

#[test]
fn a_file_cut_off_by_its_include_says_so() {
    let mut text = b"[a]\nX=1\ninclude y\n".to_vec();
    text.extend_from_slice("[b]\nX=2\n".repeat(2_000).as_bytes());
    let document = document(text);
    assert_eq!(document.stops_at(), None);
    let codes: Vec<&str> = document.check().iter().map(|one| one.code).collect();
    assert!(codes.contains(&"lts-include-cuts"), "{codes:?}");
}

#[test]
fn what_is_in_large_files_takes_no_time() {
    for text in [
        "'".repeat(200_000),
        "[a]x=1".repeat(30_000),
        "[a]\nLIKE=b\n[b]\nLIKE=a\n".repeat(5_000),
        "A=\n".repeat(50_000),
        "[a]\nA=b=c\n".repeat(20_000),
        "\"".repeat(200_001),
        (0..20_000).map(|n| format!("[s{n}]\nLIKE=s{}\nHOSTNAME=s0\n", (n + 1) % 20_000)).collect(),
        (0..3_000).map(|n| format!("[*{n}*]\nUNKNOWN_{n}=1\n")).collect(),
    ] {
        let start = std::time::Instant::now();
        let mut document = document(text.clone());
        let found = document.check().len();
        document.fix();
        let took = start.elapsed();
        eprintln!("{:?}: {took:?}", &text[..20]);
        assert!(found > 0 && took.as_secs() < 20, "{:?}: {took:?}", &text[..20]);
    }
}
