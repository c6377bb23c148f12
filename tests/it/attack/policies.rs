//! What is fought over: the template, the home, each policy with its rules, and what a home must be when it is quiet.
use super::arena::{Arena, NAME, UID};
use ltsp_core::home::{Busy, HomeReset, Policy, Strategy};
use ltsp_core::{ErrorKind, SysRoot};
use std::path::Path;
use testkit::{Digest, Host, Ignore, Tree, diff, tree};

/// Names that attackers use, too, so that theirs and root's work meet.
pub(super) fn template() -> Tree {
    tree! {
        ".profile" => file("umask 077\n").mode(0o640),
        ".config/app/file" => file(filler(1, 20_000)),
        ".config/app/below/again/file" => file("x\n"),
        ".config/app/other" => hard_link(".config/app/file"),
        ".local/share/list" => file("y\n").acl(&Acl::new(6, 4, 0).user(77, 4)),
        ".local/state" => dir().mode(0o700),
        "Documents/sub/file" => file("z\n").mode(0o4755),
        "Documents/to" => symlink("sub/file"),
        "a/sub/sub/sub/file" => file("at the bottom of it\n"),
        "churn/sub/x/file" => file("churned\n"),
        "deep/run1/laid" => file("laid into what is kept\n"),
        "deep/run1/f0" => file("of the same name\n"),
        "pipe" => fifo().mode(0o644),
        "sparse" => sparse(1 << 20, [(0, "head"), (524_288, "middle")]),
    }
    .dated(1_400_000_000, 123_456_789)
    .with_root(testkit::tree::dir().mode(0o750).mtime(1_300_000_000, 5))
}

/// A home after a session.
pub(super) fn messy_home() -> Tree {
    tree! {
        ".profile" => file("changed\n"),
        ".cache/thumbnails/one" => file(filler(2, 5_000)),
        ".config/app/file" => dir(),
        ".config/app/file/not" => file("a directory now\n"),
        "Documents" => symlink("/etc"),
        "a/sub/file" => file("mine\n"),
        "notes" => file("my notes\n"),
        "shut" => dir().mode(0),
        "deep/run2/mine" => file("kept\n"),
        b"-rf \n\xff" => file("a name\n"),
    }
}

/// Every policy with every strategy.
pub(super) fn combinations() -> Vec<(Policy, Strategy)> {
    let strategies = [Strategy::Swap, Strategy::InPlace];
    let policies = Policy::ALL.iter();
    policies.flat_map(|policy| strategies.map(|strategy| (*policy, strategy))).collect()
}

/// The reset of one home under a policy with rules that meet the attackers.
pub(super) fn reset(host: &Host, policy: Policy, strategy: Strategy) -> HomeReset {
    let root = SysRoot::open(host.root()).expect("the scratch root can be opened");
    let reset = HomeReset::new(policy)
        .root(root)
        .template(host.template_inside())
        .strategy(strategy)
        .busy(Busy::Ignore)
        .user(NAME);
    match policy {
        Policy::Volatile => ["a/**", ".cache", "churn/**", "deep/**", ".config/app/**", "linked"]
            .into_iter()
            .fold(reset.keep("deep/run2/**"), HomeReset::volatile),
        _ => reset.keep("deep/**").keep(".kept/*/x"),
    }
}

/// One reset; an error that says nothing useful is worse than none.
pub(super) fn run(reset: &HomeReset) -> Result<(), String> {
    let report = reset.run(&()).expect("template and rules are in order");
    let Some(error) = report.homes[0].error() else { return Ok(()) };
    assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    assert!(error.path().is_some(), "says where: {error}");
    // Without the path, which is another one each time.
    Err(format!("{}: {}", error.kind(), error.message()))
}

/// What is not as the policy wants it in a home that nobody is working in.
pub(super) fn wrong(arena: &Arena, policy: Policy) -> Vec<String> {
    let (wanted, home) = (Digest::of(arena.host.template_path()), Digest::of(arena.home()));
    let same = Ignore::reset_for(UID, UID);
    match policy {
        // What is kept is the owner's, and the directory it is in shows that.
        Policy::Exact => diff(&wanted, &home, &same.without("deep").without(".kept")),
        Policy::Revert => {
            let dots = |digest: &Digest| {
                let mut digest = digest.clone();
                digest.entries.retain(|path, _| path.starts_with(b".") && path != b".");
                digest
            };
            let mut found = diff(&dots(&wanted), &dots(&home), &same.without(".kept"));
            found.extend(missing(&home, &["deep"]));
            found
        }
        Policy::Volatile => {
            let gone: [&[u8]; 4] = [b"a/", b".cache/", b"churn/", b".config/app/"];
            let left = home.entries.keys().filter(|path| {
                gone.iter().any(|prefix| path.starts_with(prefix))
                    || (path.starts_with(b"deep/") && !path.starts_with(b"deep/run2"))
                    || [&b".cache"[..], b"linked"].contains(&path.as_slice())
            });
            left.map(|path| format!("{} is still there", path.escape_ascii())).collect()
        }
    }
}

fn missing(home: &Digest, names: &[&str]) -> Vec<String> {
    let gone = names.iter().filter(|name| !home.has(name));
    gone.map(|name| format!("{name} has been removed")).collect()
}

/// Nothing of an interrupted or failed run is left beside the homes, nor in this home.
pub(super) fn left_over(homes: &Path, home: &Path) -> Vec<String> {
    let staging = homes.join(".ltsp-staging");
    let mut found = Vec::new();
    for (dir, prefix) in [(staging.as_path(), "run-"), (home, ".ltsp-staging")] {
        let Ok(entries) = std::fs::read_dir(dir) else { continue };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        found.extend(names.filter(|name| name.starts_with(prefix)));
    }
    found
}
