//! The scratch system is what a real one is to a reset, and is gone afterwards.
use std::fs;
use std::os::unix::fs::MetadataExt;
use testkit::mount::on_each;
use testkit::{Digest, Host, new_ids, tree};

#[test]
fn a_host_has_accounts_homes_a_template_and_goes_away_with_everything() {
    on_each(|_, dir| {
        let host = Host::on(dir)
            .account("anna", 1001, 1002, "/home/anna")
            .accounts("guest", 2, 3001)
            .account_without_home("ghost", 4000, 4000, "/home/ghost")
            .home_tree(
                "anna",
                tree! { "Documents/letter" => file("dear"), "root's" => file("x").owner(0, 0) },
            )
            .home_tree("guest2", tree! { "deep" => deep(6000) })
            .template(tree! { ".profile" => file("umask 077\n") })
            .skeleton(tree! { ".bashrc" => file("") });
        let passwd = fs::read_to_string(host.path("/etc/passwd")).expect("it exists");
        assert!(passwd.contains("anna:x:1001:1002:anna:/home/anna:/bin/bash\n"));
        assert!(passwd.contains("guest2:x:3002:3002:") && passwd.contains("ghost:x:4000:"));
        assert!(
            fs::read_to_string(host.path("etc/group"))
                .expect("it exists")
                .contains("anna:x:1002:\n")
        );
        assert!(!host.home("ghost").exists());
        let home = Digest::of(host.home("anna"));
        for (path, mode, owner) in [
            (".", 0o700, (1001, 1002)),
            ("Documents", 0o755, (1001, 1002)),
            ("Documents/letter", 0o644, (1001, 1002)),
            ("root's", 0o644, (0, 0)),
        ] {
            let record = home.at(path);
            assert_eq!((record.mode, (record.uid, record.gid)), (mode, owner), "{path}");
        }
        for parent in host.home("anna").ancestors().skip(1) {
            let metadata = parent.metadata().expect("a directory");
            assert_eq!(
                (metadata.uid(), metadata.mode() & 0o7777),
                (0, 0o755),
                "{}",
                parent.display()
            );
        }
        assert!(host.path(host.template_inside()).join(".profile").is_file());
        assert_eq!(Digest::of(host.template_path()).at(".").uid, 0);
        let canaries = host.canaries();
        canaries.iter().for_each(testkit::attack::Canary::assert_untouched);
        let root = host.root().to_path_buf();
        drop(host);
        assert!(!root.exists());
    });
}

#[test]
fn two_hosts_on_one_file_system_do_not_meet() {
    let mount = testkit::mount::tmpfs("");
    let (one, two) = (Host::on(mount.path()), Host::on(mount.path()));
    assert_ne!(one.root(), two.root());
    let own = Host::new().account("anna", 1001, 1001, "/home/anna");
    assert!(own.home("anna").is_dir());
}

#[test]
fn ids_are_handed_out_once_and_are_far_from_those_of_people() {
    let shares = [3, 1, 2, 1].map(|count| {
        std::thread::spawn(move || {
            let first = new_ids(count);
            first..first + count
        })
    });
    let mut ids: Vec<u32> =
        shares.into_iter().flat_map(|share| share.join().expect("there are enough")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7, "{ids:?}");
    assert!(ids.iter().all(|id| (1_000_000_000..2_100_000_000).contains(id)), "{ids:?}");
}
