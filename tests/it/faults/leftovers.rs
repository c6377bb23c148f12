//! What interrupted runs leave beside the homes, in the worst order, and what cannot be removed at all.
use ltsp_core::home::{HomeReset, Outcome, Policy, Strategy};
use ltsp_core::{ErrorKind, SysRoot};
use std::fs;
use testkit::mount::on_each;
use testkit::{Digest, FileSystem, Host, Ignore, assert_same, oracle, tree};

const UID: u32 = 4641;

fn two_homes(dir: &std::path::Path) -> Host {
    Host::on(dir)
        .accounts("guest", 2, UID)
        .template(tree! { ".profile" => file("x"), "Documents/letter" => file("dear") })
        .home_tree("guest1", tree! { "mine" => file("mine"), ".profile" => file("y") })
        .home_tree("guest2", tree! { "hers" => file("hers"), ".profile" => file("z") })
}

fn reset(host: &Host) -> HomeReset {
    HomeReset::new(Policy::Exact)
        .root(SysRoot::open(host.root()).expect("the scratch root can be opened"))
        .template(host.template_inside())
}

#[track_caller]
fn assert_template(host: &Host, name: &str) {
    let uid = host.of(name).uid;
    let ignore = Ignore::reset_for(uid, uid).any_extents();
    assert_same(&Digest::of(host.template_path()), &Digest::of(host.home(name)), &ignore);
}

fn runs(host: &Host) -> Vec<String> {
    let entries = fs::read_dir(host.path("home/.ltsp-staging")).expect("it was made");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    names
        .filter_map(|name| name.into_string().ok().filter(|name| name.starts_with("run-")))
        .collect()
}

/// A removal takes deep trees apart, and one that is interrupted leaves the parts under names it would choose again.
#[test]
fn a_removal_that_was_interrupted_any_number_of_times_is_finished() {
    on_each(|_, dir| {
        for verb in ["clean", "reset", "stage"] {
            let host = two_homes(dir);
            let staging = host.path("home/.ltsp-staging");
            let mut left = testkit::tree::tree_root(0o700);
            for run in ["run-4641-0000000000000000", "run-4642-0000000000000001"] {
                left = left.with(run, testkit::tree::dir().mode(0o700));
                for part in [
                    "fresh/home",
                    "lifted-0",
                    "lifted-1",
                    "lifted-2",
                    "taken-1",
                    "taken-2",
                    "make-0",
                ] {
                    left = left.with(format!("{run}/{part}/tree"), testkit::tree::deep(70));
                }
                left = left.with(format!("{run}/lifted-3"), testkit::tree::file("no directory"));
            }
            left.build_at(&staging);
            let reset = reset(&host).user("guest1");
            let report = match verb {
                "clean" => reset.clean(&()),
                "stage" => reset.stage(&()),
                _ => reset.run(&()),
            };
            let report = report.and_then(|report| report.into_result());
            report.unwrap_or_else(|error| panic!("{verb}: {error}"));
            assert_eq!(runs(&host), Vec::<String>::new(), "{verb}");
            if verb == "reset" {
                assert_template(&host, "guest1");
            }
        }
    });
}

#[test]
fn what_cannot_be_removed_of_one_home_is_told_and_does_not_stop_the_others() {
    let mount = FileSystem::Ext4.mount();
    let host = two_homes(mount.path());
    // Even root can neither change nor remove it.
    oracle::run("chattr", ["+i".as_ref(), host.home("guest1").join("mine").as_os_str()]);
    let report = reset(&host).user("guest1").run(&()).expect("something can be begun");
    let first = &report.homes[0];
    assert!(matches!(first.outcome, Outcome::Reset), "the fresh home is in place: {report}");
    assert!(first.notes.iter().any(|note| note.contains("mine")), "what is left is told: {report}");
    assert_template(&host, "guest1");
    assert_eq!(runs(&host).len(), 1, "it cannot be removed");

    for strategy in [Strategy::Swap, Strategy::InPlace] {
        fs::write(host.home("guest2").join("more"), "more").expect("root may");
        let report = reset(&host).user("guest2").strategy(strategy).run(&());
        let report = report.expect("something can be begun");
        assert!(report.failed().next().is_none(), "{strategy}: another's remains: {report}");
        assert_template(&host, "guest2");
    }
    // Nor the account itself, at its next login.
    let again = reset(&host).user("guest1").run(&()).expect("something can be begun");
    assert!(again.failed().next().is_none(), "its own remains: {again}");
    // Whoever asks for nothing but cleaning up hears that it cannot be done.
    let cleaned = reset(&host).user("guest2").clean(&()).expect("something can be begun");
    let error = cleaned.homes[0].error().unwrap_or_else(|| panic!("it was not: {cleaned}"));
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");

    let left = oracle::find(&host.path("home/.ltsp-staging"), &["-name", "mine"]);
    for path in left {
        let path =
            host.path("home/.ltsp-staging").join(String::from_utf8(path).expect("plain names"));
        oracle::run("chattr", ["-i".as_ref(), path.as_os_str()]);
    }
    let cleaned = reset(&host).user("guest2").clean(&()).and_then(|report| report.into_result());
    cleaned.unwrap_or_else(|error| panic!("now it can be removed: {error}"));
    assert_eq!(runs(&host), Vec::<String>::new());
}
