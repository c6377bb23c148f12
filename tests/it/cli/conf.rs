//! `ltspctl conf`, `pxe` and `limits`: what each verb prints and answers, and what it leaves alone.

use super::*;
use testkit::mount::Mount;

const LTS: &str = "/var/lib/tftpboot/ltsp/i386/lts.conf";
const LTSP: &str = "/etc/ltsp/ltsp.conf";
const PXE: &str = "/srv/tftp/pxelinux.cfg/default";
const LIMITS: &str = "/etc/security/limits.conf";
const EXCLUDES: &str = "/etc/ltsp/image.excludes";
const SHELL: &str = "/etc/ltsp/update-kernels.conf";

const MENU: &str = "default menu.c32\ntimeout 50\nontimeout ltsp-NBD\n\
    label ltsp-NBD\nmenu label LTSP, using NBD\nkernel vmlinuz\nappend ro quiet root=/dev/nbd0\n\
    ipappend 3\nlabel ltsp-NFS\nkernel vmlinuz\nappend ro root=/dev/nfs\n";

/// A root with one sound file of each format.
struct Files(Mount);

impl Files {
    fn new() -> Self {
        let files = Self(testkit::mount::tmpfs("size=192m"));
        for (path, text) in [
            (LTS, "# a lab\n[Default]\nLDM_AUTOLOGIN=True\nLDM_USERNAME=guest\n"),
            (LTSP, "[clients]\nAUTOLOGIN=\"guest\"\n"),
            (PXE, MENU),
            (LIMITS, "@guests hard nproc 400\n"),
            (EXCLUDES, "home/*\n"),
            (SHELL, "BOOT_METHODS=\"NBD\"\n"),
            ("/etc/passwd", "guest1:x:4000:4000::/home/guest1:/bin/sh\n"),
            ("/etc/group", "guests:x:4100:guest1\n"),
        ] {
            files.write(path, text);
        }
        files
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside.trim_start_matches('/'))
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a scratch directory");
        fs::write(path, text).expect("a scratch file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a scratch file")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = ltspctl(words);
        command.arg("--root").arg(self.0.path());
        command
    }

    fn run(&self, words: &[&str]) -> Answer {
        Answer::of(self.command(words).output().expect("ltspctl starts"))
    }
}

/// A change of one file of each format.
const CHANGES: [&[&str]; 14] = [
    &["conf", "set", LTS, "-s", "Default", "SERVER", "10.0.0.1"],
    &["conf", "unset", LTS, "-s", "Default", "LDM_USERNAME"],
    &["conf", "comment", LTS, "-s", "Default", "LDM_USERNAME"],
    &["conf", "set", LTSP, "-s", "clients", "AUTOLOGIN", "pc/guest"],
    &["conf", "add-section", LTSP, "pc01"],
    &["conf", "set", SHELL, "BOOT_METHODS", "NFS"],
    &["conf", "unset", EXCLUDES, "home/*"],
    &["pxe", "default", PXE, "ltsp-NFS"],
    &["pxe", "ontimeout", PXE, "ltsp-NFS"],
    &["pxe", "mac", PXE, "52:54:00:12:34:56", "ltsp-NFS"],
    &["pxe", "param", PXE, "ltsp-NBD", "nbdroot=server:/i386"],
    &["pxe", "param", PXE, "ltsp-NBD", "quiet", "--remove"],
    &["limits", "block", LIMITS, "guests", "@guests hard cpu 60", "* - core 0"],
    &["conf", "set", LIMITS, "@guests hard nproc", "500"],
];

#[test]
fn a_dry_run_shows_the_difference_and_changes_nothing_and_the_change_is_that_difference() {
    for change in CHANGES {
        let files = Files::new();
        let before = Snapshot::of(files.0.path());
        let dry = files.run(&[change, &["--dry-run"]].concat()).fine();
        before.assert_untouched();
        assert!(dry.out.starts_with("--- ") && dry.out.contains("\n@@ "), "{change:?} {dry:#?}");
        let told = files.run(&[change, &["--dry-run", "--json"]].concat()).fine().json();
        before.assert_untouched();
        assert_eq!(told["changed"], true, "{change:?}");
        let diff = told["diff"].as_str().expect("a text");
        assert!(dry.out.starts_with(diff), "{change:?}");
        let done = files.run(&[change, &["--json"]].concat()).fine().json();
        assert_eq!((&done["changed"], &done["diff"]), (&Value::Bool(true), &told["diff"]));
        assert_eq!(done["follow_ups"], told["follow_ups"]);
        assert!(done["mended"].is_array() && done["notes"].is_array());
        let again = files.run(&[change, &["--json"]].concat());
        if change[1] == "comment" {
            again.ends_with(code::NOT_FOUND);
        } else if change[1] == "unset" {
            // The header may have gone with its last setting, the rest is unset already.
            assert_eq!(again.fine().json()["changed"], false);
        } else {
            assert_eq!(again.fine().json()["changed"], false, "{change:?}");
        }
    }
}

#[test]
fn what_to_run_next_comes_in_order_for_each_kind_of_file() {
    let files = Files::new();
    for (change, wanted) in [
        (CHANGES[0], &["# reboot the clients"][..]),
        (
            &["conf", "set", LTSP, "-s", "server", "MENU_TIMEOUT", "9"],
            &["ltsp ipxe  #", "# reboot"],
        ),
        (CHANGES[3], &["ltsp initrd  #", "# reboot"]),
        (
            CHANGES[5],
            &["/usr/share/ltsp/update-kernels  #", "ltsp-update-image", "service nbd", "# re"],
        ),
        (CHANGES[6], &["ltsp image NAME  #", "# reboot"]),
        (CHANGES[7], &["# reboot"]),
        (CHANGES[9], &["# reboot"]),
        (CHANGES[12], &["# it counts for sessions that are opened"]),
    ] {
        let out = files.run(change).fine().out;
        let lines: Vec<&str> = out.lines().filter(|line| !line.contains(" boots by ")).collect();
        assert_eq!(lines[0], "# For this to take effect, in this order:", "{out}");
        assert_eq!(lines.len(), wanted.len() + 1, "{change:?}\n{out}");
        for (line, wanted) in lines[1..].iter().zip(wanted) {
            assert!(line.starts_with(wanted), "{wanted}\n{out}");
        }
    }
}

#[test]
fn a_mistake_is_shown_with_its_line_and_a_caret() {
    let files = Files::new();
    files.write(LTS, "[Default]\nSERVER=a\nSERVER='b'\n");
    let answer = files.run(&["conf", "check", LTS]).ends_with(code::DIFFERENCES);
    let at = answer.out.find("SERVER='b'").expect("the line is shown");
    assert!(answer.out[at..].contains('^'), "{}", answer.out);
    assert!(answer.out.contains("lts.conf:3:"), "{}", answer.out);
    let short = files.run(&["conf", "check", LTS, "--short"]).ends_with(code::DIFFERENCES);
    let lines: Vec<&str> = short.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", short.out);
    assert!(
        lines[0].contains("lts.conf:2:1: warning[") && lines[1].contains("lts.conf:3:8: error[")
    );
    let found = files.run(&["conf", "check", LTS, "--json"]).ends_with(code::DIFFERENCES).json();
    assert_eq!(found["diagnostics"][1]["line"], 3, "{found}");
    let sound = files.run(&["conf", "check", EXCLUDES]).fine();
    assert_eq!(sound.out, "no mistakes found\n");
}

#[test]
fn bad_files_end_in_a_clear_error_and_nothing_waits() {
    let files = Files::new();
    fs::create_dir_all(files.path("/a/lts.conf")).expect("a directory");
    fs::create_dir_all(files.path("/b")).expect("a directory");
    nix::unistd::mkfifo(&files.path("/b/lts.conf"), nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let large = File::create(files.0.path().join("lts.conf")).expect("a scratch file");
    large.set_len(70 << 20).expect("a sparse file");
    for (file, kind, says) in [
        ("/a/lts.conf", code::INVALID_INPUT, "this is a directory"),
        ("/b/lts.conf", code::INVALID_INPUT, "this is a FIFO"),
        ("/nowhere/lts.conf", code::NOT_FOUND, "No such file"),
        ("/lts.conf", code::REFUSED, "larger than"),
    ] {
        for words in [
            &["conf", "check", file][..],
            &["conf", "list", file],
            &["conf", "get", file, "-s", "Default", "A"],
            &["conf", "resolve", file],
            &["conf", "explain", file],
            &["conf", "unset", file, "-s", "Default", "A"],
            &["conf", "comment", file, "-s", "Default", "A"],
            &["conf", "uncomment", file, "-s", "Default", "A"],
            &["conf", "fix", file],
            &["conf", "convert", file],
            &["conf", "diff", file, LTS],
            &["pxe", "show", file],
            &["pxe", "default", file, "a"],
            &["pxe", "param", file, "a", "b"],
            &["limits", "block", file, "a", "--remove"],
        ] {
            let answer = files.run(words).ends_with(kind);
            assert_eq!(answer.out, "", "{words:?}");
            assert!(answer.err.starts_with("ltspctl: error: "), "{answer:#?}");
            assert!(answer.err.contains(file) && answer.err.contains(says), "{answer:#?}");
        }
        let told = files.run(&["conf", "list", file, "--json"]).ends_with(kind).json();
        assert!(told["error"]["message"].is_string(), "{told}");
    }
}

#[test]
fn what_another_user_may_not_read_or_write_is_said() {
    let files = Files::new();
    let id = new_ids(1);
    fs::set_permissions(files.path(LTSP), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("our file");
    let answer = |words: &[&str]| {
        use std::os::unix::process::CommandExt as _;
        let mut command = files.command(words);
        command.uid(id).gid(id);
        Answer::of(command.output().expect("ltspctl starts"))
    };
    const DENIED: i32 = 14;
    for words in [&["conf", "list", LTSP][..], CHANGES[0], CHANGES[9], CHANGES[12]] {
        let before = Snapshot::of(files.0.path());
        let answer = answer(words).ends_with(DENIED);
        before.assert_untouched();
        assert!(answer.err.starts_with("ltspctl: error: ") && answer.out.is_empty(), "{answer:#?}");
    }
}

#[test]
fn an_lts_conf_is_converted_with_a_line_for_each_setting() {
    let files = Files::new();
    files.write(LTS, "[Default]\nLDM_AUTOLOGIN=True\nLDM_USERNAME=guest\nSOUND=True\n[pc*]\nX=1\n");
    let before = Snapshot::of(files.0.path());
    let printed = files.run(&["conf", "convert", LTS]).ends_with(code::FINE);
    assert_eq!(printed.out, "[clients]\nAUTOLOGIN=\"guest\"\n\n[pc*]\nX=\"1\"\n");
    let shown: Vec<&str> = printed.err.lines().collect();
    assert_eq!(shown.len(), 7, "{}", printed.err);
    assert!(shown[3].contains("lts.conf:4:") && shown[3].contains("[Default] SOUND: GONE"));
    assert!(shown[6].starts_with("1 kept, 3 renamed, 0 without effect before; 1 changed, 1 gone"));
    let dry = files.run(&["conf", "convert", LTS, "--dry-run", "--check"]);
    assert_eq!(dry.ends_with(code::DIFFERENCES).out, printed.err);
    let json = files.run(&["conf", "convert", LTS, "--json"]).fine().json();
    assert_eq!((&json["conf"], &json["open"]), (&printed.out.clone().into(), &2.into()));
    assert_eq!(json["report"][3]["verdict"], "gone", "{json}");
    assert_eq!(json["written"], false);
    let refused = files.run(&["conf", "convert", LTS, "--output", LTSP]).ends_with(code::REFUSED);
    assert!(refused.err.contains("--force"), "{refused:#?}");
    before.assert_untouched();
    let done = files.run(&["conf", "convert", LTS, "--output", LTSP, "--force"]).fine();
    assert_eq!(files.read(LTSP), printed.out);
    assert!(done.out.contains("ltsp initrd  #"), "{done:#?}");
    files.run(&["conf", "convert", LTS, "-o", "/etc/ltsp/new.ltsp.conf"]).fine();
    assert_eq!(files.read("/etc/ltsp/new.ltsp.conf"), printed.out);
    files.run(&["conf", "convert", LTSP]).ends_with(code::INVALID_INPUT);
    files.write(LTS, "[Default]\nLDM_USERNAME\n[a]\n");
    let cut = files.run(&["conf", "convert", LTS, "--check"]).ends_with(code::DIFFERENCES);
    assert!(cut.err.contains("lts.conf:3:1: not read"), "{cut:#?}");
}

#[test]
fn a_menu_is_shown_with_what_is_booted_and_from_which_line() {
    let files = Files::new();
    let out = files.run(&["pxe", "show", PXE]).fine().out;
    for part in [
        "at first: the menu\n",
        "unattended: boots ltsp-NBD after 5 s\n",
        "timeout 5 s  (",
        "default:2:1",
        "\nlabel ltsp-NBD  (",
        "    title   LTSP, using NBD\n",
        "    kernel  vmlinuz\n    append  ro quiet root=/dev/nbd0\n    adds    ip BOOTIF\n",
    ] {
        assert!(out.contains(part), "{part:?} is missing: {out}");
    }
    let json = files.run(&["pxe", "show", PXE, "--json"]).fine().json();
    assert_eq!(json["boots"][0]["label"], "ltsp-NBD");
    assert_eq!(json["boots"][0]["command_line"], "ro quiet root=/dev/nbd0", "{json}");
    let order = run(["pxe", "files", "--mac", "52:54:00:AB:CD:EF", "--ip", "10.0.0.7"]).fine().out;
    let order: Vec<&str> = order.lines().collect();
    assert_eq!(order[..3], ["01-52-54-00-ab-cd-ef", "0A000007", "0A00000"]);
    assert_eq!(order.last(), Some(&"default"));
}

#[test]
fn one_machine_boots_another_label_by_a_file_of_its_own() {
    let files = Files::new();
    let own = "/srv/tftp/pxelinux.cfg/01-52-54-00-12-34-56";
    files.run(CHANGES[9]).fine();
    assert!(files.read(own).contains("default ltsp-NFS\n"));
    let back = ["pxe", "mac", PXE, "52:54:00:12:34:56", "ltsp-NBD"];
    files.run(&back).fine();
    assert!(files.read(own).contains("default ltsp-NBD\n"));
    files.write(own, "default memtest\n");
    let answer = files.run(&back).ends_with(code::REFUSED);
    assert!(answer.err.contains("--force"), "{answer:#?}");
    assert_eq!(files.read(own), "default memtest\n");
    files.run(&[&back[..], &["--force"]].concat()).fine();
    let wrong = files.run(&["pxe", "default", PXE, "ltsp-NFs"]).ends_with(code::NOT_FOUND);
    assert!(wrong.err.contains("ltsp-NFS"), "{wrong:#?}");
    assert_eq!(files.read(PXE), MENU);
    files.run(CHANGES[10]).fine();
    assert!(files.read(PXE).contains("append ro quiet root=/dev/nbd0 nbdroot=server:/i386\n"));
    files.run(&["pxe", "param", PXE, "ltsp-NBD", "a=b", "--remove"]).ends_with(code::INVALID_INPUT);
}

#[test]
fn rules_are_kept_in_a_block_and_everything_else_stays() {
    let files = Files::new();
    files.run(CHANGES[12]).fine();
    let text = files.read(LIMITS);
    assert!(text.starts_with("@guests hard nproc 400\n"), "{text}");
    assert!(text.contains("# BEGIN ltsp guests\n") && text.ends_with("# END ltsp guests\n"));
    let effective = files.run(&["limits", "effective", "guest1"]).fine().out;
    assert!(effective.contains("cpu") && effective.contains("nproc"), "{effective}");
    files.run(&["limits", "block", LIMITS, "guests", "--remove"]).fine();
    assert_eq!(files.read(LIMITS), "@guests hard nproc 400\n");
    for wrong in ["@guests hard nproc", "@guests firm nproc 4", "@guests hard beds 4"] {
        let answer = files.run(&["limits", "block", LIMITS, "a", wrong]);
        let answer = answer.ends_with(code::INVALID_INPUT);
        assert!(answer.err.contains(wrong), "{answer:#?}");
    }
    files.run(&["limits", "block", LIMITS, "a"]).ends_with(code::USAGE);
    files.run(&["limits", "block", LIMITS, "a", "--import"]).ends_with(code::NOT_FOUND);
    files.write(LIMITS, "a - core 0\n### custom\n@guests hard nproc 400\n# end\n");
    files.run(&["limits", "block", LIMITS, "guests", "--import"]).fine();
    assert!(files.read(LIMITS).contains("# BEGIN ltsp guests\n@guests hard nproc 400\n# END"));
}
