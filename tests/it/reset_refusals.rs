//! What a reset declines to do: each refusal has its kind and its reason, and leaves no trace.
use std::fs;
use std::os::unix::fs::symlink;

use ltsp_core::home::{HomeReset, Plan, Policy};
use ltsp_core::{Error, ErrorKind};
use testkit::mount::{bind, tmpfs_at};
use testkit::tree::dir;
use testkit::{Host, Snapshot, new_ids, tree};

use crate::reset_support::{
    STRATEGIES, exact, fails, guest, is_the_template, plain, reset, root, run, staging,
};

/// Insists that neither a run nor a plan does it, for this reason, and that nothing at all happens.
#[track_caller]
fn refused(host: &Host, reset: &HomeReset, kind: ErrorKind, why: &str) -> Error {
    let before = Snapshot::of(host.root());
    let check = |error: &Error| {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(why), "\"{why}\" is not in: {error}");
        before.assert_untouched();
    };
    for strategy in STRATEGIES {
        check(&fails(&reset.clone().strategy(strategy)));
    }
    match reset.plan(&()).and_then(Plan::into_result) {
        Ok(plan) => panic!("it was planned:\n{plan}"),
        Err(error) => {
            check(&error);
            error
        }
    }
}

fn ready() -> Host {
    guest().template(plain()).home_tree("guest", tree! { "mine" => file("x") })
}

/// A reset of the home at `path`, said to be guest's.
fn home_at(host: &Host, path: &str) -> HomeReset {
    let account = host.of("guest");
    reset(host, Policy::Exact).home(path, account.uid, account.gid)
}

/// A reset of guest's home to the template at `path`.
fn to(host: &Host, path: &str) -> HomeReset {
    exact(host).template(path)
}

#[test]
fn a_system_directory_is_refused() {
    let host = ready();
    for path in ["/", "//", "/home", "/home/", "/etc", "/etc/skel", "/usr/x", "/var/lib", "/root"] {
        let why = "this is a system directory, not a home";
        refused(&host, &home_at(&host, path), ErrorKind::Refused, why);
    }
}

#[test]
fn a_link_to_a_home_is_refused() {
    let host = ready();
    symlink("guest", host.path("/home/link")).expect("root may");
    let error = refused(&host, &home_at(&host, "/home/link"), ErrorKind::Unsafe, "a symbolic link");
    assert_eq!(error.path(), Some(host.path("/home/link").as_path()));
    // Nor is one followed on the way.
    symlink("home", host.path("/homes")).expect("root may");
    let why = "not a directory but a symbolic link";
    refused(&host, &home_at(&host, "/homes/guest"), ErrorKind::Unsafe, why);
    // A file is no home, either.
    fs::write(host.path("/home/file"), "").expect("root may");
    refused(&host, &home_at(&host, "/home/file"), ErrorKind::Refused, "not a home");
}

#[test]
fn a_home_of_another_owner_is_refused() {
    let host = ready();
    let (uid, other) = (host.of("guest").uid, new_ids(1));
    host.chown_chmod("/home/guest", other, other, 0o700);
    let why = format!("this home belongs to user {other}, but its account is user {uid}");
    refused(&host, &exact(&host), ErrorKind::Refused, &why);
    host.chown_chmod("/home/guest", 0, 0, 0o700);
    refused(&host, &exact(&host), ErrorKind::Refused, "belongs to user 0");
}

#[test]
fn a_home_of_two_accounts_is_refused() {
    let other = new_ids(1);
    let host = ready().account_without_home("other", other, other, "/home/guest");
    let why = "\"guest\" and \"other\" share this home";
    refused(&host, &exact(&host), ErrorKind::Refused, why);
    refused(&host, &home_at(&host, "/home/guest"), ErrorKind::Refused, why);
    // However it is spelt in passwd.
    let host = ready().account_without_home("other", other, other, "/home/./guest/");
    refused(&host, &exact(&host), ErrorKind::Refused, why);
}

#[test]
fn a_home_with_a_mount_point_is_refused() {
    let host = ready();
    let inside = host.home("guest").join("a/b");
    let why = "a file system is mounted inside this home";
    {
        fs::create_dir_all(&inside).expect("root may");
        let _mount = tmpfs_at(&inside);
        fs::write(inside.join("stays"), "").expect("root may");
        let error = refused(&host, &exact(&host), ErrorKind::Unsafe, why);
        assert!(error.message().contains("a/b"), "{error}");
    }
    fs::write(host.path("/srv/precious"), "").expect("root may");
    {
        let _mount = bind(&host.path("/srv"), &inside);
        refused(&host, &exact(&host), ErrorKind::Unsafe, why);
    }
    // Without it nothing hinders.
    run(&exact(&host));
    is_the_template(&host);
    assert!(host.path("/srv/precious").exists());
}

#[test]
fn a_home_and_a_template_that_overlap_are_refused() {
    let host = ready();
    let (uid, gid) = (host.of("guest").uid, host.of("guest").gid);
    let why = "overlap";
    let trusting = |path: &str| to(&host, path).template_owner(uid);
    refused(&host, &trusting("/home/guest"), ErrorKind::Refused, why);
    {
        let _mount = bind(&host.home("guest"), &host.path("/srv/same"));
        refused(&host, &trusting("/srv/same"), ErrorKind::Refused, why);
    }
    // The home in the template.
    refused(&host, &trusting("/home"), ErrorKind::Refused, why);
    // The template in the home: whose owner could exchange it.
    plain().build_at(host.home("guest").join("template"));
    let why = format!("this directory belongs to user {uid}");
    refused(&host, &to(&host, "/home/guest/template"), ErrorKind::Refused, &why);
    assert_ne!(uid, gid, "the tests tell one from the other");
}

#[test]
fn ids_that_are_no_users_are_refused() {
    let host = ready();
    let with = |uid, gid| reset(&host, Policy::Exact).home("/home/guest", uid, gid);
    let (uid, gid) = (host.of("guest").uid, host.of("guest").gid);
    refused(&host, &with(0, gid), ErrorKind::Refused, "this is the home of user 0, root");
    for (uid, gid) in [(u32::MAX, gid), (uid, u32::MAX)] {
        let why = "4294967295 is no user or group id";
        refused(&host, &with(uid, gid), ErrorKind::InvalidInput, why);
    }
}

#[test]
fn a_template_that_is_not_there_or_empty_is_refused() {
    let host = ready();
    fs::write(host.path("/srv/file"), "").expect("root may");
    dir_at(&host, "/srv/empty", 0o755);
    let cases = [
        ("/srv/nothing", ErrorKind::NotFound, "cannot find the template"),
        ("/srv/nothing/below", ErrorKind::NotFound, "srv/nothing"),
        ("/srv/file", ErrorKind::Refused, "not a directory"),
        ("/srv/empty", ErrorKind::Refused, "the template is empty"),
    ];
    for (path, kind, why) in cases {
        refused(&host, &to(&host, path), kind, why);
    }
    let none = HomeReset::new(Policy::Exact).root(root(&host)).user("guest");
    refused(&host, &none, ErrorKind::InvalidInput, "no template was given");
    run(&to(&host, "/srv/empty").allow_empty_template(true));
    assert_eq!(fs::read_dir(host.home("guest")).expect("it exists").count(), 0);
}

#[track_caller]
fn dir_at(host: &Host, path: &str, mode: u32) {
    testkit::Tree::new().with_root(dir().mode(mode)).build_at(host.path(path));
}

#[test]
fn a_template_that_others_can_change_is_refused() {
    let host = ready();
    let (other, group) = (new_ids(1), 4711);
    let part = "/srv/template/Desktop/readme";
    type Case<'a> = (&'a str, (u32, u32, u32), (u32, u32, u32), &'a str);
    let belongs = format!("belongs to user {other}");
    // The top is passable: otherwise nobody reaches the parts.
    host.chown_chmod("/srv/template", 0, 0, 0o755);
    let (top, file, parent) = ((0, 0, 0o755), (0, 0, 0o644), (0, 0, 0o755));
    let cases: [Case<'_>; 9] = [
        ("/srv/template", (other, 0, 0o755), top, &belongs),
        ("/srv/template", (0, 0, 0o777), top, "others than its owner may write"),
        ("/srv/template", (0, group, 0o775), top, "others than its owner may write"),
        (part, (other, 0, 0o644), file, &belongs),
        (part, (0, 0, 0o646), file, "others than its owner may write"),
        (part, (0, group, 0o664), file, "others than its owner may write"),
        ("/srv", (other, 0, 0o755), parent, &belongs),
        ("/srv", (0, 0, 0o777), parent, "may write in this directory (mode 777)"),
        ("/srv", (0, group, 0o775), parent, "may write in this directory (mode 775)"),
    ];
    for (path, (uid, gid, mode), was, why) in cases {
        host.chown_chmod(path, uid, gid, mode);
        let error = refused(&host, &exact(&host), ErrorKind::Refused, why);
        assert_eq!(error.path(), Some(host.path(path).as_path()), "{error}");
        host.chown_chmod(path, was.0, was.1, was.2);
    }
    // An owner whom root trusts with it.
    host.chown_chmod(part, other, 0, 0o644);
    run(&exact(&host).template_owner(other));
    is_the_template(&host);
}

#[test]
fn a_home_below_somebody_elses_directory_is_refused() {
    let host = ready();
    let other = new_ids(1);
    let belongs = format!("this directory belongs to user {other}, who could exchange what is in");
    for (owner, group, mode, why) in [
        (other, other, 0o755, belongs.as_str()),
        (0, 0, 0o777, "others than its owner may write in this directory (mode 777)"),
        (0, 0, 0o1777, "others than its owner may write in this directory (mode 1777)"),
        (0, other, 0o775, "others than its owner may write in this directory (mode 775)"),
    ] {
        host.chown_chmod("/home", owner, group, mode);
        let error = refused(&host, &exact(&host), ErrorKind::Refused, why);
        assert!(error.help().is_some_and(|help| help.contains("chown root")), "{error}");
    }
    host.chown_chmod("/home", 0, 0, 0o755);
    // Nor may it be anybody's further up, the account's own included.
    let uid = host.of("guest").uid;
    dir_at(&host, "/srv/a/b", 0o755);
    host.chown_chmod("/srv/a", uid, uid, 0o755);
    let why = format!("belongs to user {uid}");
    refused(&host, &home_at(&host, "/srv/a/b/home").create_missing(true), ErrorKind::Refused, &why);
}

#[test]
fn paths_and_names_that_lead_nowhere_are_refused() {
    let uid = new_ids(1);
    let host = ready().account_without_home("lost", uid, uid, "home/lost");
    let cases = [
        (home_at(&host, "home/guest"), ErrorKind::InvalidInput, "does not begin with a slash"),
        (home_at(&host, ""), ErrorKind::InvalidInput, "does not begin with a slash"),
        (home_at(&host, "/home/x/../guest"), ErrorKind::InvalidInput, "contains \"..\""),
        (home_at(&host, "/home/none"), ErrorKind::NotFound, "this home does not exist"),
        (reset(&host, Policy::Exact).user("lost"), ErrorKind::Refused, "is no absolute path"),
        (reset(&host, Policy::Exact).user("nobody\x07"), ErrorKind::NotFound, "nobody\\x07"),
        (reset(&host, Policy::Exact), ErrorKind::InvalidInput, "no homes were given"),
    ];
    for (reset, kind, why) in &cases {
        refused(&host, reset, *kind, why);
    }
}

#[test]
fn a_pattern_without_sense_is_refused_with_its_place() {
    let host = ready();
    for (pattern, column) in
        [("", 1), ("/", 1), ("../x", 1), ("a/../b", 3), ("a[b", 2), ("x\\", 2), ("./a", 1)]
    {
        let why = format!("(at byte {column})");
        for reset in [exact(&host).keep(pattern), exact(&host).volatile(pattern)] {
            refused(&host, &reset.keep("fine"), ErrorKind::InvalidInput, &why);
        }
    }
}

#[test]
fn a_staging_directory_that_is_not_private_is_refused() {
    let host = ready();
    let other = new_ids(1);
    for (owner, mode) in [(other, 0o700), (0, 0o777), (0, 0o750), (0, 0o701)] {
        dir_at(&host, "/home/.ltsp-staging", 0o700);
        host.chown_chmod("/home/.ltsp-staging", owner, owner, mode);
        let why = format!("the staging directory is not private (owner {owner}, mode {mode:o})");
        let error = refused(&host, &exact(&host), ErrorKind::Unsafe, &why);
        assert_eq!(error.path(), Some(staging(&host).as_path()));
    }
    fs::remove_dir(staging(&host)).expect("it is empty");
    symlink("../tmp", staging(&host)).expect("root may");
    refused(&host, &exact(&host), ErrorKind::Unsafe, ".ltsp-staging");
    fs::remove_file(staging(&host)).expect("it is a link");
    run(&exact(&host));
    is_the_template(&host);
}
