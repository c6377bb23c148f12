//! Files of shell assignments are read as dash reads them, without running them.
use ltsp_core::ErrorKind;
use ltsp_core::formats::shell::{Certainty, ShellConf, Tool, drop_in_order, resolve, variables};
use ltsp_core::text::{Document, Settings, Source};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use testkit::oracle::need;

/// A directory that is gone when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ltsp-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("scratch can be made");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers that are the same in every run (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).expect("smaller than a usize")
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// The files in that folder of the corpus of real files. `None`, and a line that says so, where
/// there is no corpus.
#[expect(clippy::print_stderr, reason = "a test that had nothing to read says so")]
pub(crate) fn corpus(folder: &str) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let place = std::env::var_os("LTSP_CORPUS").map_or_else(beside, PathBuf::from);
    if !place.is_dir() {
        eprintln!("no corpus of real files at {}", place.display());
        return None;
    }
    let mut files: Vec<_> = std::fs::read_dir(place.join(folder))
        .expect("the corpus has that folder")
        .map(|entry| {
            let path = entry.expect("a folder can be listed").path();
            let bytes = std::fs::read(&path).expect("the corpus can be read");
            (path, bytes)
        })
        .collect();
    files.sort();
    Some(files)
}

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> ShellConf {
    ShellConf::parse(Source::new(name, bytes))
}

fn parse(bytes: impl Into<Vec<u8>>) -> ShellConf {
    named("tool.conf", bytes)
}

fn codes(conf: &ShellConf) -> Vec<&'static str> {
    conf.check().iter().map(|found| found.code).collect()
}

const VARIABLES: [&str; 5] = ["A", "B", "C", "LONG_NAME", "d"];

/// Reads the files one after the other in dash, then prints the variables, each as `NAME=value`
/// behind a NUL, and `end`. Nothing can be found in its PATH.
fn dash(place: &Path, files: &[Vec<u8>], names: &[String]) -> Output {
    let mut script = String::from("set --\n");
    for (number, file) in files.iter().enumerate() {
        std::fs::write(place.join(format!("file{number}")), file).expect("scratch can be written");
        script.push_str(&format!(". ./file{number}\n"));
    }
    for name in names {
        script.push_str(&format!("printf '\\0{name}=%s' \"${{{name}-}}\"\n"));
    }
    script.push_str("printf '\\0end'\n");
    Command::new(need("dash"))
        .args(["-c", &script])
        .env_clear()
        .env("PATH", "/nonexistent")
        .stdin(Stdio::null())
        .current_dir(place)
        .output()
        .expect("dash can start")
}

/// Compares what dash says; returns how many variables were known, and whether dash came to the end.
#[track_caller]
fn agrees(place: &Path, files: &[Vec<u8>]) -> (usize, bool) {
    let documents: Vec<ShellConf> = files.iter().map(|file| parse(file.clone())).collect();
    let said =
        files.iter().map(|file| file.escape_ascii().to_string()).collect::<Vec<_>>().join(" // ");
    // Also names that only come about where two pieces meet.
    let mut names: Vec<String> = VARIABLES.map(str::to_owned).to_vec();
    names.extend(variables(&documents).iter().map(|variable| variable.name.to_string()));
    let output = dash(place, files, &names);
    let messages = String::from_utf8_lossy(&output.stderr);
    let ended = output.stdout.ends_with(b"\0end");
    let found: Vec<Vec<&'static str>> = documents.iter().map(codes).collect();
    let has = |codes: &[&str]| found.iter().flatten().any(|code| codes.contains(code));
    if !has(&["shell-intricate", "shell-stop", "shell-code"]) {
        let wrong = has(&["shell-syntax", "shell-open-quote"]);
        let stops = messages.contains("Syntax error");
        assert_eq!(wrong, stops, "{said}: {found:?}: {messages}");
    }
    if !ended {
        return (0, false);
    }
    let mut known = 0;
    for variable in variables(&documents) {
        let Some(value) = &variable.value else { continue };
        let line = [&variable.name[..], b"=", value].concat();
        known += 1;
        assert!(
            output.stdout.split(|byte| *byte == 0).any(|theirs| theirs == line),
            "{}={value} in {said}: {}",
            variable.name,
            output.stdout.escape_ascii()
        );
    }
    (known, true)
}

/// A word, or what is next to one.
fn word(random: &mut Random) -> Vec<u8> {
    let mut word = Vec::new();
    for _ in 0..random.below(4) {
        word.extend_from_slice(random.pick(&[
            &b"a"[..],
            b"b1",
            b"/opt",
            b"$A",
            b"${B}",
            b"\"x y\"",
            b"'x  y'",
            b"\\ ",
            b"\\$",
            b"$",
            b"\"$A\"",
            b"\"${B}z\"",
            b"\"a\\\"b\\$c\\\\d\\e\"",
            b"'it'",
            b"~",
            b":~",
            b"#",
            b"=",
            b",",
            b"\\\n",
            b"\"a\\\nb\"",
            b"'a\nb'",
            b"\"a\nb\"",
            b"${A:-d}",
            b"\"${A-d e}\"",
            b"${C:+$B}",
            b"\"${A:+x${B}y}\"",
            b"$(echo hi)",
            b"`echo hi`",
            b"$((1+2))",
            b"\xc3\xa9",
            b"\xff",
            b"\x81\x82",
            b"\x88",
            b"%",
            b"*",
            b"[ab]",
            b"$'x'",
            b"$\"x\"",
            b"{a,b}",
            b"\r",
            b"!",
            b"$%",
            b"\"'\"",
            b"'\"'",
            b"\\\\",
            b"${#A}",
            b"${A%x}",
            b"\\a",
            b"''",
            b"\"\"",
            b"$1",
            b"}",
            b"{",
        ]));
    }
    word
}

fn assignment(random: &mut Random) -> Vec<u8> {
    let name = random.pick(&VARIABLES);
    [name.as_bytes(), b"=", &word(random)].concat()
}

/// One line, mostly of assignments.
fn line(random: &mut Random) -> Vec<u8> {
    let (one, other) = (assignment(random), assignment(random));
    let join = |parts: &[&[u8]]| parts.concat();
    match random.below(46) {
        0 => join(&[&one, b" ", &other]),
        1 => join(&[&one, b"; ", &other]),
        2 => join(&[b"export ", &one]),
        3 => join(&[b"export ", &one, b" ", &other]),
        4 => join(&[&one, b" # comment ' \" ` ("]),
        5 => b"# a comment with ' and \" and $( and ` and \\".to_vec(),
        6 => join(&[&one, b" && ", &other]),
        7 => join(&[&one, b" || ", &other]),
        8 => join(&[&one, b" | ", &other]),
        9 => join(&[&one, b" &"]),
        10 => join(&[b"if ", &one, b"; then ", &other, b"; fi"]),
        11 => join(&[b"if true\nthen\n", &one, b"\nelse\n", &other, b"\nfi"]),
        12 => join(&[b"for d in x y; do ", &one, b"; done"]),
        13 => join(&[b"while false; do ", &one, b"; done"]),
        14 => join(&[b"case x in\n(a|b) ", &one, b";;\nx) ", &other, b"\nesac"]),
        15 => join(&[b"{ ", &one, b"; }"]),
        16 => join(&[b"( ", &one, b" )"]),
        17 => join(&[b"f() { ", &one, b"; }"]),
        18 => join(&[b"f() {\n", &one, b"\n}\nf"]),
        19 => join(&[&one, b" :"]),
        20 => join(&[&one, b" nothing ", b"x"]),
        21 => b"cat <<END\nA='\nB=1\nEND".to_vec(),
        22 => b"cat <<-'END' ; B=2\n\tA=\"$(\n\tEND".to_vec(),
        23 => join(&[&one, b" >/dev/null"]),
        24 => b"unset A".to_vec(),
        25 => join(&[b": ${A:=", b"x}"]),
        26 => join(&[b"! ", &one]),
        27 => b"read A B".to_vec(),
        28 => join(&[b"eval '", b"A=evil'"]),
        29 => random
            .pick(&[
                &b"A = b"[..],
                b"A= b",
                b"A =b",
                b"A+=b",
                b"A-B=c",
                b"1A=b",
                b"A=(a b)",
                b";",
                b"&&",
                b")",
                b"A=1 ;; B=2",
                b"fi",
                b"A='",
                b"A=\"",
                b"A=$(",
                b"A=`",
                b"A=${B",
                b"if x; then",
                b"{",
                b"(",
                b"export A-B=1",
                b"return",
                b"exit 0",
                b"[ -f x ] || return",
                b"do",
                b"case x",
                b"A=1 |",
                b"A=1 &&",
                b"f() (",
                b"f ( )",
                b"then A=1",
                b"( )",
                b"{ }",
                b"for x y",
                b"A=1 > ",
                b"<<",
                b"2>/dev/null A=5",
                b"A=1 2>&1 B=3",
                b"if",
                b"in",
                b"esac",
                b"a\\\nb",
                b"if\\\n true; then A=9; fi",
                b"A\\\n=1",
                b"e\\\nxit",
                b"A=1&B=2",
                b"A=1;B=2;",
                b"A=1 B",
                b"function g { A=1; }",
                b"}",
                b"! ! A=1",
                b"alias A=B",
                b"set -u",
                b". ./nothing",
                b"A=$B$C$d",
                b"A=1 A=2",
                b"\xef\xbb\xbfA=1",
                b"break",
                b"A=1 export B=2",
                b"export A",
                b"readonly d=1",
                b"command A=1",
                b"[ x = x ] && A=5",
                b"f() A=1",
                b"f()\n\n{ A=1; }",
                b"while f; do break; done",
                b"if A=1; then B=2; elif A=3; then :; fi",
            ])
            .to_vec(),
        _ => one,
    }
}

#[test]
fn what_we_call_known_is_what_dash_has_when_it_has_read_the_files() {
    let scratch = Scratch::new("shell-oracle");
    let mut random = Random::new(5);
    let (mut known, mut ended) = (0, 0);
    for _ in 0..1_200 {
        let files: Vec<Vec<u8>> = (0..=random.below(2))
            .map(|_| {
                let lines: Vec<_> = (0..=random.below(5)).map(|_| line(&mut random)).collect();
                let mut file = lines.join(&b'\n');
                if random.below(4) > 0 {
                    file.push(b'\n');
                }
                file
            })
            .collect();
        let (values, end) = agrees(scratch.path(), &files);
        known += values;
        ended += u32::from(end);
    }
    assert!(ended > 300 && known > 500, "the generator is too wild: {ended} files, {known} values");
}

#[test]
fn drop_ins_are_ordered_as_sort_orders_them() {
    let scratch = Scratch::new("shell-drop-ins");
    let mut random = Random::new(3);
    for _ in 0..100 {
        let names: Vec<Vec<u8>> = (0..8)
            .map(|_| (0..=random.below(4)).map(|_| random.pick(b"0012-9_aZ.~")).collect())
            .collect();
        let list = scratch.path().join("list");
        std::fs::write(&list, [names.join(&b'\n'), vec![b'\n']].concat()).expect("scratch");
        let output = Command::new(need("dash"))
            .args(["-c", "grep '^[A-Za-z0-9_-]*$' list | sort -n | uniq"])
            .env("LC_ALL", "C")
            .current_dir(scratch.path())
            .output()
            .expect("dash can start");
        let ours = drop_in_order(names.iter().map(|name| &name[..]));
        let mut text = ours.join(&b'\n');
        if !ours.is_empty() {
            text.push(b'\n');
        }
        assert_eq!(text.escape_ascii().to_string(), output.stdout.escape_ascii().to_string());
    }
}

#[test]
fn later_files_win_and_say_where_each_value_comes_from() {
    let files = [
        named("/etc/ltsp/x.conf", "BASE=/opt/ltsp\nIMAGES=\"$BASE/images\"\nBASE=/srv\n"),
        named("/etc/ltsp/x.conf.d/10-a", "export IMAGES=/i\nif x; then BASE=/y; fi\n"),
    ];
    let resolved = resolve(&files);
    assert_eq!(resolved.get(b"IMAGES").map(|value| value.to_string()).as_deref(), Some("/i"));
    let images = resolved.entry(b"IMAGES").expect("it is assigned");
    assert_eq!(images.origin.to_string(), "/etc/ltsp/x.conf.d/10-a:1:8 (export)");
    assert_eq!(images.hidden[0].0, "/opt/ltsp/images");
    assert_eq!(images.hidden[0].1.place.line, 2);
    let base = resolved.entry(b"BASE").expect("it is assigned");
    assert_eq!((&base.value, &*base.origin.rule), (&None, "it is assigned within `if`"));
    assert_eq!(base.hidden.len(), 2);
    let error = files[1].get(None, b"BASE").expect_err("only running it tells");
    assert_eq!((error.kind(), error.line()), (ErrorKind::Unsupported, Some(2)));
    let all = variables(&files);
    assert!(matches!(&all[0].certainty, Certainty::Conditional(_)));
    assert_eq!(files[1].opaque().len(), 1);
}

#[test]
fn every_trap_is_reported_and_what_can_be_mended_without_asking_is_mended() {
    let image = "/etc/ltsp/ltsp-update-image.conf";
    let kernels = "/etc/ltsp/update-kernels.conf";
    for (name, text, code, mended) in [
        ("x", "A=1\r\nB=2\r\n", "shell-crlf", Some("A=1\nB=2\n")),
        ("x", "\u{feff}A=1\n", "shell-bom", Some("A=1\n")),
        ("x", "A = 1\n", "shell-blank-equals", Some("A=1\n")),
        ("x", "A =1\n", "shell-blank-equals", Some("A=1\n")),
        ("x", "A = b c\n", "shell-blank-equals", Some("A=\"b c\"\n")),
        ("x", "A = 'b' c\n", "shell-blank-equals", None),
        ("x", "A= b\n", "shell-blank-equals", None),
        ("x", "A=b c\n", "shell-unquoted-blank", None),
        ("x", "A='b\nB=1\n", "shell-open-quote", None),
        ("x", "A=(a b)\n", "shell-syntax", None),
        ("x", "A+=x\n", "shell-plus-equals", None),
        ("x", "A-B=x\n", "shell-bad-name", None),
        ("x", "export A-B=x\n", "shell-bad-name", None),
        ("x", "A=$'x'\n", "shell-dollar-quote", None),
        ("x", "A=\u{201c}x\u{201d}\n", "shell-curly-quotes", None),
        ("x", "A=1 B=$A\n", "shell-same-command", None),
        ("x", "exit 0\nA=1\n", "shell-stop", None),
        ("x", "A=1\nA=2\n", "shell-twice", None),
        ("x", "[ -f x ] && A=1\n", "shell-conditional", None),
        ("x", "A=$(date)\n", "shell-code", None),
        ("x", "touch /x\n", "shell-code", None),
        ("x", "alias a=b\n", "shell-intricate", None),
        ("/etc/ltsp/x.conf.d/a.conf", "A=1\n", "shell-ignored-name", None),
        (image, "NO_COMP=true\n", "shell-obsolete", None),
        (image, "CLEENUP=true\n", "shell-unknown-name", None),
        (image, "CLEANUP=1\n", "shell-bool", None),
        (image, "COMPRESSION=zip\n", "shell-choice", None),
        (image, "EXCLUDED_MOUNTS='/a /b'\n", "shell-list", None),
        (image, "EXCLUDE='a b'\n", "shell-exclude-list", None),
        (image, "EXCLUDE=a,b\n", "shell-exclude-list", None),
        (image, "EXCLUDE=/a\n", "shell-exclude-rooted", None),
        (image, "EXCLUDE=a\nNO_COMPRESS=true\n", "shell-exclude-swallows", None),
        (image, "EXCLUDE=a\nCOMPRESSION=xz\n", "shell-exclude-swallows", None),
        (kernels, "TIMEOUT=5\n", "shell-timeout", None),
        (kernels, "TIMEOUT=1000\n", "shell-timeout", None),
        (kernels, "TIMEOUT=5s\n", "shell-number", None),
        (kernels, "PXELINUX_DEFAULT=ltsp-NFS\n", "shell-no-ontimeout", None),
        (kernels, "IPAPPEND=0\n", "shell-ipappend", None),
        (kernels, "BOOTPROMPT_OPTS=quiet\n", "shell-overwritten", None),
        (kernels, "BOOT_METHODS='NFS HTTP'\n", "shell-boot-method", None),
        ("/etc/ltsp/ltsp-build-client.conf", "EXCLUDE='a b'\n", "shell-list", None),
        ("/etc/ltsp/ltsp-build-client.conf", "ROOTPASS=x\n", "shell-secret", None),
        ("/etc/ltsp/ltsp-chroot.conf", "ROOT=/a\nARCH=i386\n", "shell-root-wins", None),
    ] {
        let mut conf = named(name, text);
        assert!(codes(&conf).contains(&code), "{text:?}: {:?}", codes(&conf));
        let done = conf.fix();
        match mended {
            Some(mended) => {
                assert_eq!(conf.to_bytes(), mended.as_bytes(), "{text:?}");
                assert!(done.iter().any(|done| done.code == code), "{text:?}");
                assert!(!codes(&conf).contains(&code), "{text:?}");
            }
            None => {
                assert!(codes(&conf).contains(&code), "{text:?}");
                assert_eq!(conf.to_bytes(), text.as_bytes());
            }
        }
    }
}

#[test]
fn passwords_are_in_no_message_and_in_no_debug_output() {
    for text in [
        "ROOTPASS='hunter2'\n",
        "ROOTPASS=x hunter2\n",
        "ROOTPASS= hunter2\n",
        "ROOTPASS = hunter2\n",
        "echo root_password:hunter2\n",
    ] {
        let conf = named("/etc/ltsp/ltsp-build-client.conf", text);
        let said = format!("{:?} {:?} {conf:?}", conf.check(), conf.variables());
        assert!(!conf.check().is_empty() && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn sound_files_raise_no_alarm() {
    for (name, text) in [
        ("/etc/ltsp/ltsp-update-image.conf", "# make it small\nCOMPRESSION=\"xz\"\nCLEANUP=true\n"),
        ("/etc/ltsp/ltsp-update-image.conf", "EXCLUDE='etc/apache2'\nNO_COMPRESS=false\n"),
        ("/etc/ltsp/update-kernels.conf", "TIMEOUT=100\nIPAPPEND=3\nBOOT_METHODS=\"NFS NBD\"\n"),
        ("/etc/ltsp/update-kernels.conf", "PXELINUX_DEFAULT=ltsp-NFS\nONTIMEOUT=ltsp-NFS\n"),
        ("/etc/ltsp/update-kernels.conf", "BOOT_METHODS='NFS NBD'\nPXELINUX_DEFAULT=ltsp-NFS\n"),
        ("/etc/ltsp/update-kernels.conf.d/10-menu", "PXELINUX_DEFAULT=menu\nTIMEOUT=50\n"),
        ("/etc/ltsp/ltsp-server.conf", "BASE=/srv/ltsp\nTFTP_DIRS=\"$BASE/tftp /srv/tftp\"\n"),
        (
            "/etc/ltsp/ltsp-build-client.conf",
            "LATE_PACKAGES=\"\n  vim\n  htop\n\"\nLATE_PACKAGES=\"$LATE_PACKAGES x\"\n",
        ),
        ("/etc/ltsp/ltsp-chroot.conf", "MOUNT_ALL=yes\n"),
        ("/etc/default/something", "ENABLED=1\nOPTIONS='-a -b'\nexport LANG=C\n"),
    ] {
        assert_eq!(codes(&named(name, text)), [""; 0], "{text}");
    }
    for tool in Tool::ALL {
        let mut conf = named(&format!("/etc/ltsp/{}.conf", tool.name()), "");
        for param in tool.params() {
            conf.set(None, param.name.as_bytes(), b"x").expect("every name can be set");
        }
        let unknown = conf.check().into_iter().any(|found| found.code == "shell-unknown-name");
        assert!(!unknown, "{}", tool.name());
    }
}

#[test]
fn mistakes_behind_the_first_are_reported_and_hostile_files_take_no_time() {
    let conf = parse("A=1\nB=2 )\nC=3\nfi\nD='x\n");
    let lines: Vec<_> = conf.check().iter().map(|found| (found.code, found.place.line)).collect();
    assert_eq!(lines, [("shell-syntax", 2), ("shell-syntax", 4), ("shell-open-quote", 5)]);
    assert_eq!(resolve(std::slice::from_ref(&conf)).iter().count(), 1, "only A is read");
    for part in [
        "(",
        "$(",
        "${A:-",
        "\"$(",
        "`",
        "{ ",
        "if ",
        "case x in x) ",
        "A=\"\n",
        "A=$A$A\n",
        "!",
        "a|",
    ] {
        let start = std::time::Instant::now();
        let conf = parse(part.repeat(20_000));
        let _ = (conf.check(), resolve(&[conf]));
        assert!(start.elapsed().as_secs() < 10, "{part}");
    }
    let grows = format!("A=aaaaaaaa\n{}", "A=$A$A\n".repeat(200));
    let conf = parse(grows);
    assert!(conf.get(None, b"A").is_err(), "no value is that long");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_loses_nothing_and_what_is_set_is_what_dash_reads(
        pieces in proptest::collection::vec(proptest::sample::select(&[
            "A=1\n", "A=", "B=", "'", "\"", "x y", "\n", "# ", "#A=5\n", ";", " ", "$A", "\\", "export ",
            "if x; then ", "fi\n", "\r\n", "exit\n", "$(", ")", "&& ", "C='z'\n",
        ][..]), 0..12),
        value in proptest::collection::vec(
            prop_oneof![proptest::sample::select(&b"a '\"$`\\\n#~=;&"[..]), 1u8..=255], 0..8),
    ) {
        let text = pieces.concat();
        let mut conf = parse(text.as_str());
        prop_assert_eq!(conf.to_bytes(), text.as_bytes());
        if conf.set(None, b"A", &value).is_ok() {
            let (read, _) = conf.get(None, b"A").expect("it is certain").expect("it was set");
            prop_assert_eq!(&read[..], &value[..]);
            let scratch = Scratch::new("shell-set");
            agrees(scratch.path(), &[conf.to_bytes().to_vec()]);
        } else {
            prop_assert_eq!(conf.to_bytes(), text.as_bytes());
        }
    }
}
