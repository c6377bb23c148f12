//! `ltspctl image`: the table, one image in full, JSON, and what a broken image means for the others.

use super::*;
use crate::image::store::{ltsp5, ltsp19};

/// `ltspctl image VERB --root ROOT OPTIONS...`, the options split at spaces.
fn image(host: &Host, line: &str) -> Answer {
    let (verb, options) = line.split_once(' ').unwrap_or((line, ""));
    let mut command = ltspctl(["image", verb, "--root"]);
    command.arg(host.root()).args(options.split_whitespace());
    Answer::of(command.output().expect("ltspctl starts"))
}

#[test]
fn images_are_listed_in_a_table_and_a_broken_one_hides_no_other() {
    let host = ltsp5();
    let before = Snapshot::of(host.root());
    let answer = image(&host, "list").ends_with(code::PARSE);
    before.assert_untouched();
    let rows: Vec<Vec<&str>> = answer.out.lines().map(|line| line.split("  ").collect()).collect();
    assert_eq!(rows[0][0], "NAME", "{}", answer.out);
    let row = |name: &str, kind: &str| {
        let row = answer.out.lines().find(|line| line.starts_with(name) && line.contains(kind));
        row.unwrap_or_else(|| panic!("no {name} {kind} in\n{}", answer.out))
    };
    assert!(row("i386 ", "chroot").contains("4.15.0-29-generic and 1 more"));
    assert!(row("i386 ", "squashfs").ends_with("pxelinux, nbd, nfs, dhcp"));
    assert!(row("i386 ", "squashfs").contains("KiB  gzip "));
    assert!(row("i386 (backup)", "squashfs").contains(" x86_64 "));
    assert!(row("amd64", "chrootless").ends_with(" -"));
    assert!(row("broken", "squashfs").contains("600 B"));
    assert!(row("failed: ", "broken.img").contains("cut short"));
    assert_eq!(answer.err.lines().count(), 1, "{answer:#?}");
    assert!(answer.err.contains("broken.img: the squashfs image is cut short"), "{answer:#?}");
}

#[test]
fn a_sound_system_is_listed_without_a_word_on_standard_error() {
    let answer = image(&ltsp19(), "list").fine();
    assert_eq!(answer.out.lines().count(), 6, "{}", answer.out);
    let host = ltsp5();
    fs::remove_file(host.path("opt/ltsp/images/broken.img")).expect("it is there");
    image(&host, "list --generation 5").fine();
    assert_eq!(image(&host, "list --generation 19").fine().out, "no images\n");
    fs::rename(host.path("opt/ltsp"), host.path("srv/clients")).expect("on one file system");
    let answer = image(&host, "list --generation 5 --base /srv/clients").fine();
    assert_eq!(answer.out.lines().count(), 5, "{}", answer.out);
}

#[test]
fn an_image_is_shown_in_full_by_its_name() {
    let host = ltsp5();
    let answer = image(&host, "show i386.img").fine();
    for part in
        ["squashfs of LTSP 5", "among them ltsp-client 5.18.07-1", "label ltsp-NBD, the default"]
    {
        assert!(answer.out.contains(part), "{part:?} is missing: {}", answer.out);
    }
    assert_eq!(image(&host, "show i386").fine().out.matches("\n\n").count(), 2);
    let all = image(&host, "show").ends_with(code::PARSE);
    assert!(all.out.contains("  failed        "), "{}", all.out);
    let answer = image(&host, "show none").ends_with(code::NOT_FOUND);
    assert!(answer.out.is_empty() && answer.err.contains("there is no image none"), "{answer:#?}");
}

#[test]
fn json_has_everything_and_the_problems_too() {
    let host = ltsp5();
    let json = image(&host, "list --json").ends_with(code::PARSE).json();
    let images = json["images"].as_array().expect("a list");
    assert_eq!(images.len(), 5, "{json:#}");
    let broken = images.iter().find(|one| one["name"] == "broken").expect("it is listed");
    assert_eq!(broken["problems"][0]["kind"], "parse");
    assert!(images.iter().all(|one| one["packages"].is_null()), "only `show` lists packages");
    let json = image(&host, "show i386.img --json").fine().json();
    assert_eq!(json["images"][0]["packages"][1]["name"], "ltsp-client");
    assert_eq!(json["images"][0]["served_by"][0]["by"], "pxelinux");
    let json = image(&host, "show none --json").ends_with(code::NOT_FOUND).json();
    assert_eq!(json["error"]["kind"], "not-found");
}

#[test]
fn words_that_mean_nothing_are_usage_errors() {
    for words in [
        &["image"][..],
        &["image", "build"],
        &["image", "list", "i386"],
        &["image", "list", "--generation", "6"],
        &["image", "list", "--base", "/srv/ltsp"],
        &["image", "show", "a", "b"],
    ] {
        let answer = run(words).ends_with(code::USAGE);
        assert!(answer.out.is_empty() && answer.err.contains("--help"), "{words:?}: {answer:#?}");
    }
    let answer = run(["image", "list", "--root", "/nowhere/at/all"]);
    answer.ends_with(code::NOT_FOUND);
}

#[test]
fn what_an_image_has_inside_cannot_write_on_the_terminal() {
    let host = Host::new();
    tree! {
        "opt/ltsp/x/bin/true" => file("#!/bin/sh\n").mode(0o755),
        "opt/ltsp/x/etc/os-release" => file("PRETTY_NAME=\"\x1b[2Jgone\"\n"),
        "opt/ltsp/x/boot/vmlinuz-\x1b]0;title\x07" => file(""),
        "opt/ltsp/x/var/lib/dpkg/status" => file(
            "Package: ltsp-\x1b[31m\nStatus: install ok installed\nVersion: 1\n"
        ),
        "opt/ltsp/x/var/lib/dpkg/arch" => file("\x1b[5marm\n"),
    }
    .build_at(host.root());
    for line in ["list", "show"] {
        let answer = image(&host, line).fine();
        assert!(answer.out.contains("\\u{1b}"), "{}", answer.out);
        assert!(!answer.out.contains(['\x1b', '\x07']), "{}", answer.out);
    }
}
