//! What an owner can leave behind for root to stumble over: hard links to root's files, and FIFOs.
use super::arena::{Arena, NAME, UID};
use super::policies;
use ltsp_core::SysRoot;
use ltsp_core::home::{Busy, HomeReset, Policy};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::attack::{Attacker, Canary, HardLinksUnprotected};
use testkit::mount::on_each;
use testkit::{Digest, FileSystem, Host, Ignore, diff, tree};

#[test]
fn planted_hard_links_keep_their_owner() {
    let _unprotected = HardLinksUnprotected::new();
    on_each(|file_system, dir| {
        for (policy, strategy) in policies::combinations() {
            let host = Host::on(dir)
                .account(NAME, UID, UID, &format!("/home/{NAME}"))
                .template(policies::template());
            let canary = Canary::plant(&host.path("canary")).linkable();
            let home = host.home(NAME);
            for below in [".config/app", "deep", "churn", "notes"] {
                fs::create_dir_all(home.join(below)).expect("the home is there");
            }
            // At names of the template, beside them, among what is kept and among what goes.
            let names =
                [".profile", ".config/app/file", "deep/kept", "deep/laid", "churn/x", "notes/mine"];
            for (name, file) in
                names.iter().zip(["secret", "setuid", "file", "open"].iter().cycle())
            {
                fs::hard_link(canary.path().join(file), home.join(name)).expect("unprotected");
            }
            for dir in testkit::oracle::find(&home, &["-type", "d"]) {
                let dir = home.join(String::from_utf8(dir).expect("plain names"));
                std::os::unix::fs::lchown(dir, Some(UID), Some(UID)).expect("root may");
            }
            let reset = policies::reset(&host, policy, strategy);
            policies::run(&reset).unwrap_or_else(|error| {
                panic!("{policy} {strategy} on {file_system:?} failed: {error}")
            });
            canary.assert_untouched();
            if policy != Policy::Volatile {
                for name in [".profile", ".config/app/file"] {
                    let metadata = home.join(name).symlink_metadata().expect("of the template");
                    assert_eq!(metadata.uid(), UID, "{policy} {strategy}: {name} is a new file");
                }
            }
            let kept = home.join("deep/kept").symlink_metadata();
            match (policy, kept) {
                (Policy::Volatile, kept) => assert!(kept.is_err(), "it is volatile"),
                (_, kept) => assert_eq!(kept.expect("it is kept").uid(), 0, "as it was"),
            }
        }
    });
}

#[test]
fn links_planted_during_a_reset_keep_their_owner() {
    let _unprotected = HardLinksUnprotected::new();
    for (policy, strategy) in policies::combinations() {
        let arena = Arena::on(FileSystem::Tmpfs);
        let reset = policies::reset(&arena.host, policy, strategy);
        let attackers = [Attacker::HardLinker, Attacker::DirChurner];
        let fight =
            arena.fight(&attackers, Duration::from_millis(500), move || policies::run(&reset));
        assert!(fight.damage.is_empty(), "{policy} {strategy}:\n  {}", fight.damage.join("\n  "));
        assert!(!fight.hung && fight.tried > fight.failures(), "{policy} {strategy}: {fight:?}");
        assert!(fight.attacks[0].links > 0, "{:?}", fight.attacks);
    }
}

/// The home of a pupil in whose every file's place there is a FIFO.
fn host_full_of_fifos(dir: &Path) -> Host {
    Host::on(dir)
        .account(NAME, UID, UID, &format!("/home/{NAME}"))
        .template(tree! {
            ".profile" => file("x"),
            ".config/app/file" => file(filler(4, 9_000)),
            "Documents/letter" => file("dear"),
            "pipe" => fifo().mode(0o600),
            "door" => socket().mode(0o600),
            "kept/laid" => file("laid"),
        })
        .home_tree(
            NAME,
            tree! {
                ".profile" => fifo(),
                ".config/app/file" => fifo(),
                ".config/other" => fifo().mode(0),
                "Documents" => fifo(),
                "pipe" => fifo().mode(0o666),
                "door" => fifo(),
                "kept/mine" => fifo(),
                "kept/laid" => fifo(),
                ".cache/pipe" => fifo(),
            },
        )
}

#[test]
fn a_fifo_never_blocks_a_reset() {
    on_each(|file_system, dir| {
        for (policy, strategy) in policies::combinations() {
            let what = format!("{policy} {strategy} on {file_system:?}");
            let host = host_full_of_fifos(dir);
            let root = SysRoot::open(host.root()).expect("the scratch root can be opened");
            let reset = HomeReset::new(policy)
                .root(root)
                .template(host.template_inside())
                .strategy(strategy)
                .busy(Busy::Ignore)
                .user(NAME);
            let reset = match policy {
                Policy::Volatile => reset.volatile(".cache/**").volatile(".profile"),
                _ => reset.keep("kept/**"),
            };
            let (tell, told) = std::sync::mpsc::channel();
            let start = Instant::now();
            // A dry run and a comparison open things, too.
            std::thread::spawn(move || {
                let before = reset.verify(&()).expect("nothing is wrong with it");
                let result = reset.run(&()).and_then(ltsp_core::home::Report::into_result);
                let after = reset.verify(&()).expect("nothing is wrong with it");
                tell.send((before.is_empty(), result.map(drop), after))
            });
            let answer = told.recv_timeout(Duration::from_secs(30));
            let Ok((was_right, result, after)) = answer else {
                panic!("{what}: waits since {:?}", start.elapsed())
            };
            result.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(!was_right && after.is_empty(), "{what}: {after}");
            let kept = Digest::of(host.home(NAME));
            if policy != Policy::Volatile {
                assert_eq!(kept.at("kept/laid").kind, testkit::digest::Kind::Fifo, "{what}");
            }
            if policy == Policy::Exact {
                let wanted = Digest::of(host.template_path());
                let ignore = Ignore::reset_for(UID, UID).without("kept");
                let found = diff(&wanted, &kept, &ignore);
                assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
            }
        }
    });
}
