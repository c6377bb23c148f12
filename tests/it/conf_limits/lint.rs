//! Every trap of limits.conf, what is said about it, and that safe mends mend.
use ltsp_core::formats::limits::{Item, LimitsConf};
use ltsp_core::text::{Document, Severity, Source};
use std::fmt::Write as _;

fn parse(text: &[u8]) -> LimitsConf {
    LimitsConf::parse(Source::new("limits.conf", text))
}

fn codes(text: &[u8]) -> Vec<&'static str> {
    parse(text).check().iter().map(|found| found.code).collect()
}

/// Every code with a file that has that trap and nothing else.
const TRAPS: [(&str, &[u8]); 43] = [
    ("limits-switch", b"a - nonewprivs yes\n"),
    ("limits-utf16", b"\xff\xfea\0 \0-\0\n\0"),
    ("limits-bom", b"\xef\xbb\xbfa hard nproc 500\n"),
    ("limits-bom", b"\xef\xbb\xbf# comment\na hard nproc 500\n"),
    ("limits-crlf", b"a hard nproc 500\r\nb hard nproc 500\r\n"),
    ("limits-nul", b"a hard nproc 500 \0 # x\n"),
    ("limits-fields", b"a hard nproc\n"),
    ("limits-fields", b"a\n"),
    ("limits-fields", b"a - nproc # 5\n"),
    ("limits-range", b"1:x hard nproc 500\n"),
    ("limits-item", b"a hard nprocs 500\n"),
    ("limits-swapped", b"a nproc hard 500\n"),
    ("limits-type", b"a both nproc 500\n"),
    ("limits-value", b"a hard nproc many\n"),
    ("limits-value", b"a hard nice unlimited\n"),
    ("limits-value-cut", b"a hard as 1G\n"),
    ("limits-negative", b"a hard nproc -2\n"),
    ("limits-value-huge", b"a hard nproc 99999999999999999999\n"),
    ("limits-exempts-nobody", b"* -\n"),
    ("limits-percent-exempt", b"%:1000 -\n"),
    ("limits-exempt-word", b"a -nproc\n"),
    ("limits-percent-item", b"% hard nproc 500\n"),
    ("limits-percent-item", b"% - maxsyslogins 50\n"),
    ("limits-percent-range", b"%1000: hard nonewprivs 1\n%1000: - priority 2\n"),
    ("limits-group-name", b"@ hard nproc 500\n"),
    ("limits-root-group", b"@root hard nproc 500\n"),
    ("limits-range-empty", b"2000:1000 hard nproc 500\n"),
    ("limits-id-wraps", b":4294968297 hard nproc 500\n"),
    ("limits-group-sign", b"students hard nproc 500\n"),
    ("limits-user-or-group", b"@lab hard nproc 500\nlab hard nofile 500\n"),
    ("limits-trailing", b"a hard nproc 500 not too few\n"),
    ("limits-cpu-minutes", b"a hard cpu 2\n"),
    ("limits-small", b"a hard as 2048\n"),
    ("limits-unheeded", b"a hard rss 1000000\n"),
    ("limits-unit-bytes", b"a hard as 8589934592\n"),
    ("limits-nproc-low", b"a hard nproc 20\n"),
    ("limits-nofile-high", b"a hard nofile 99999999\n"),
    ("limits-nice-range", b"a - priority 40\n"),
    ("limits-rtprio-range", b"a - rtprio 100\n"),
    ("limits-chroot-case", b"a - chroot /FTP\n"),
    ("limits-logins-local", b"a - maxlogins 1\n"),
    ("limits-root", b"* hard nproc 500\n"),
    ("limits-block", b"# BEGIN ltsp guests\n"),
];

#[test]
fn every_trap_of_one_line_has_its_own_word() {
    for (code, text) in TRAPS {
        let mut found = codes(text);
        found.dedup();
        let expected: &[_] = match code {
            // Such lines have two traps.
            "limits-percent-range" => &["limits-percent-item"],
            _ => &[code],
        };
        assert_eq!(found, expected, "{}", text.escape_ascii());
    }
    assert!(codes(b"%1000: - maxlogins 1\n").contains(&"limits-percent-range"));
}

#[test]
fn traps_between_lines_are_seen() {
    for (code, text) in [
        ("limits-hidden", "a hard nproc 500\nb hard nproc 500\na - nproc 600\n"),
        ("limits-hidden", "a - nproc 500\na soft nproc 600\na hard nproc 600\n"),
        ("limits-soft-above-hard", "a hard nproc 500\na soft nproc 600\n"),
        (
            "limits-soft-above-hard",
            "a soft nofile unlimited\na hard nofile unlimited\na soft nproc unlimited\na hard nproc 300\n",
        ),
        ("limits-exempt-rest", "a hard nproc 500\na -\n"),
        ("limits-last-wins", "a - priority 5\n* - priority 6\n"),
        ("limits-half-lost", "root soft nproc 300\n* - nproc 500\n"),
    ] {
        assert_eq!(codes(text.as_bytes()), [code], "{text}");
    }
    assert_eq!(
        codes(b"@g - maxlogins 1\n* - maxsyslogins 50\n"),
        ["limits-logins-local", "limits-logins-shared"]
    );
    for sound in [
        "a - nproc 500\na soft nproc 400\n",
        "a soft nproc 400\na hard nproc 500\nb hard nproc 300\n",
        "* - priority 6\na - priority 5\n",
        "* - nproc 500\nroot soft nproc 300\n",
        "root -\n@staff -\n:5 -\n1000: -\n",
        "007: hard nproc 500\n+5:+0010 hard nofile 500\n",
        "ftp hard nproc 0\na hard core unlimited\n# only a comment",
        "a hard nproc 500 # why\n\n \t\n",
    ] {
        assert_eq!(codes(sound.as_bytes()), [""; 0], "{sound}");
    }
}

#[test]
fn a_long_line_is_reported_once_and_only_where_it_matters() {
    let long =
        |rest: &str| format!("# {}{rest}\nb hard nproc 500\n", "x".repeat(1021)).into_bytes();
    assert_eq!(codes(&long("a hard nproc 500")), ["limits-long-line"]);
    assert_eq!(codes(&long(&"y ".repeat(5000))), ["limits-long-line"]);
    assert_eq!(codes(&long("   ")), [""; 0]);
    let found = parse(&long("a - nproc 500")).check();
    assert_eq!((found[0].place.line, found[0].place.column), (1, 1024));
}

#[test]
fn a_file_of_limits_d_needs_the_right_name() {
    let check = |name: &str| LimitsConf::parse(Source::new(name, "")).check().len();
    assert_eq!(check("/etc/security/limits.d/ltsp"), 1);
    assert_eq!(check("/etc/security/limits.d/.ltsp.conf"), 1);
    assert_eq!(check("limits.d/ltsp.conf.bak"), 1);
    assert_eq!(check("/etc/security/limits.d/ltsp.conf"), 0);
    assert_eq!(check("/etc/security/limits"), 0);
}

#[test]
fn the_line_that_a_script_deletes_from_is_pointed_out() {
    let script = "### custom\n@g hard nproc 1000\n";
    assert_eq!(codes(script.as_bytes()), [""; 0], "nothing would be lost");
    let more = format!("{script}\n# mine\nb hard nproc 500\n");
    assert_eq!(codes(more.as_bytes()), ["limits-script-block"]);
}

#[test]
fn safe_mends_leave_nothing_to_mend_and_say_what_was_meant() {
    let mut file = parse(
        b"\xef\xbb\xbf@g nproc hard 500\r\n@g soft nproc 300 a little less\r\n@g hard nofile 600 b # c\r\n",
    );
    let mended: Vec<_> = file.fix().iter().map(|found| found.code).collect();
    assert_eq!(mended.len(), 5, "{mended:?}");
    assert_eq!(
        file.to_bytes(),
        b"@g hard nproc 500\n@g soft nproc 300 # a little less\n@g hard nofile 600 # b # c\n"
    );
    assert_eq!(file.check(), []);
    for (_, text) in TRAPS {
        let mut file = parse(text);
        file.fix();
        let safe =
            |found: &ltsp_core::text::Diagnostic| found.mend.as_ref().is_some_and(|m| m.safe);
        assert!(!file.check().iter().any(safe), "{}", text.escape_ascii());
    }
}

#[test]
fn suggested_edits_do_what_they_say() {
    for (text, mended) in [
        ("a hard nprocs 500\n", "a hard nproc 500\n"),
        ("a both nproc 500\n", "a - nproc 500\n"),
        ("a hardd nproc 500\n", "a hard nproc 500\n"),
        ("a hard as 2G\n", "a hard as 2097152\n"),
        ("students hard nproc 500\n", "@students hard nproc 500\n"),
        ("% - maxsyslogins 5\n", "* - maxsyslogins 5\n"),
        ("%g - nproc 500\n", "@g - nproc 500\n"),
        ("@root - nproc 500\n", "root - nproc 500\n"),
        ("a - nproc 500\na - nproc 600\n", "a - nproc 600\n"),
    ] {
        let mut file = parse(text.as_bytes());
        let found = file.check();
        let mend = found[0].mend.clone().expect("there is a way");
        assert!(!mend.safe, "somebody should look at it");
        file.edit(&mend.edits).expect("edits that fit");
        assert_eq!(file.to_bytes(), mended.as_bytes());
    }
}

#[test]
fn all_mistakes_are_reported_in_order_and_fast() {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(text, "u{number} hard nproc 500\nu{number} soft nproc 600\nu{number} hard")
            .expect("memory");
    }
    let found = parse(text.as_bytes()).check();
    assert_eq!(found.len(), 40_000);
    assert!(found.is_sorted_by_key(|found| found.place.span));
    let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
    assert_eq!(errors, 20_000);
    assert_eq!(Item::ALL.len(), 20);
}
