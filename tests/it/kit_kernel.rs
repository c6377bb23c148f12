//! Refused system calls are refused where asked, and nowhere else.
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use std::fs;
use testkit::kernel::{Refusal, refusing};
use testkit::mount::tmpfs;
use testkit::tree;

#[test]
fn a_refused_exchange_leaves_other_renames_and_other_threads_alone() {
    let mount = tmpfs("");
    let at = |name: &str| mount.path().join(name);
    tree! { "a" => dir(), "b" => dir() }.build_at(mount.path());
    let exchange =
        || renameat2(AT_FDCWD, &at("a"), AT_FDCWD, &at("b"), RenameFlags::RENAME_EXCHANGE);
    refusing(&[Refusal::always(libc::SYS_linkat, libc::EPERM), Refusal::rename_exchange()], || {
        assert_eq!(exchange(), Err(Errno::EINVAL));
        let plain =
            renameat2(AT_FDCWD, &at("a"), AT_FDCWD, &at("c"), RenameFlags::RENAME_NOREPLACE);
        assert_eq!(plain, Ok(()));
        fs::write(at("f"), "x").expect("other calls work");
        assert_eq!(
            fs::hard_link(at("f"), at("g")).expect_err("refused").raw_os_error(),
            Some(libc::EPERM)
        );
        fs::rename(at("c"), at("a")).expect("a rename without flags works");
    });
    assert_eq!(exchange(), Ok(()));
}

#[test]
fn a_panic_in_the_body_is_the_callers() {
    let caught = std::panic::catch_unwind(|| refusing(&[], || panic!("here")));
    assert_eq!(caught.expect_err("it panics").downcast_ref::<&str>(), Some(&"here"));
}
