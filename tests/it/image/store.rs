//! Which images a system has, what is in them and what serves them, in the layouts of both generations.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, lchown};
use std::path::Path;

use ltsp_core::image::{Architecture, ClientImage, Generation, ImageKind, ImageStore, ServedBy};
use ltsp_core::{ErrorKind, SysRoot};
use serde_json::Value;
use testkit::{Host, Snapshot, Tree, oracle, tree};

use super::mksquashfs;

/// The start of a program of that machine, as far as anybody looks.
pub(crate) fn program(wide: bool, machine: u8) -> Vec<u8> {
    let mut header = vec![0; 64];
    header[..4].copy_from_slice(b"\x7fELF");
    (header[4], header[5], header[18]) = (if wide { 2 } else { 1 }, 1, machine);
    header
}

const STATUS: &str = "Package: ltsp-client\nStatus: install ok installed\nArchitecture: i386\n\
    Version: 5.18.07-1\n\nPackage: removed\nStatus: deinstall ok config-files\nVersion: 1\n\
    Architecture: all\n\nPackage: base-files\nStatus: install ok installed\n\
    Architecture: i386\nVersion: 10.1\n\n";

/// A client's system as a distribution with a merged /usr has it.
fn system(wide: bool, machine: u8) -> Tree {
    tree! {
        "bin" => symlink("usr/bin"),
        "usr/bin/true" => file(program(wide, machine)).mode(0o755),
        "usr/lib/os-release" => file("ID=ubuntu\nVERSION_ID=\"18.04\"\nPRETTY_NAME=\"Ubuntu 18.04.6 LTS\"\n"),
        "etc/os-release" => symlink("../usr/lib/os-release"),
        "boot/vmlinuz-4.15.0-9-generic" => file("kernel").mode(0o600),
        "boot/vmlinuz-4.15.0-29-generic" => file("kernel"),
        "boot/initrd.img-4.15.0-29-generic" => file("initrd"),
        "boot/config-4.15.0-29-generic" => file(""),
        "var/lib/dpkg/status" => file(STATUS),
        "proc" => dir(),
    }
    .with_root(tree::dir().mode(0o755))
}

/// A server of LTSP 5 with a chroot, its image and backup, a broken image and what serves them.
pub(crate) fn ltsp5() -> Host {
    let host = Host::new();
    system(true, 62).build_at(host.path("server"));
    system(false, 3).build_at(host.path("opt/ltsp/i386"));
    tree! {
        "bin/true" => file(program(true, 62)).mode(0o755),
        "opt/ltsp/not a chroot/etc/passwd" => file(""),
        "opt/ltsp/also none/bin/true" => file("not executable").mode(0o644),
        "opt/ltsp/images" => dir(),
        "srv" => dir(),
        "etc/nbd-server/config" => file("[generic]\nincludedir = /etc/nbd-server/conf.d\n"),
        "etc/nbd-server/conf.d/swap.conf" => file("[swap]\nexportname = /tmp/nbd-swap/%s\n"),
        "etc/nbd-server/conf.d/ltsp_i386.conf" => file(
            "[/opt/ltsp/i386]\nexportname = /opt/ltsp/images/i386.img\nreadonly = true\n"
        ),
        "etc/nbd-server/conf.d/unused" => file("[x]\nexportname = /opt/ltsp/images/i386.img\n"),
        "etc/exports" => file("# none\n/opt/ltsp *(ro,no_root_squash)\n/opt/lts *(ro)\n"),
        "etc/exports.d/more.conf" => file("/opt *(ro)\n"),
        "etc/dnsmasq.d/ltsp-server-dnsmasq.conf" => file(
            "port=0\ndhcp-option=17,/opt/ltsp/i386\n#dhcp-option=17,/opt/ltsp/i386\n"
        ),
        "var/lib/tftpboot/ltsp/i386/pxelinux.cfg/ltsp" => file(
            "default ltsp-NBD\nlabel ltsp-NBD\nkernel vmlinuz\nappend ro root=/dev/nbd0\n\
             label ltsp-NFS\nkernel vmlinuz\nappend ro root=/dev/nfs ip=dhcp\n"
        ),
        "var/lib/tftpboot/ltsp/i386/pxelinux.cfg/default" => symlink("ltsp"),
        "var/lib/tftpboot/ltsp/i386/pxelinux.cfg/ltsp-NBD" => file("label ltsp-NBD\nkernel x\n"),
    }
    .build_at(host.root());
    let images = host.path("opt/ltsp/images");
    mksquashfs(&host.path("opt/ltsp/i386"), &images.join("i386.img"), "-mkfs-time 1600000000");
    mksquashfs(&host.path("server"), &images.join("i386.img.old"), "-comp xz -b 64K");
    let whole = fs::read(images.join("i386.img")).expect("root may read");
    fs::write(images.join("broken.img"), &whole[..600]).expect("root may write");
    fs::write(images.join("notes.txt"), "no image").expect("root may write");
    host
}

/// A server of LTSP 19 or newer.
pub(crate) fn ltsp19() -> Host {
    let host = Host::new();
    system(true, 62).build_at(host.path("srv/ltsp/lab"));
    system(true, 62).build_at(host.root());
    tree! {
        "srv/ltsp/no system/etc/passwd" => file(""),
        "srv/ltsp/machine.img" => file(vec![7; 5000]),
        "srv/ltsp/linked.img" => symlink("/home/admin/disk.vmdk"),
        "home/admin/disk.vmdk" => file("disk"),
        "srv/ltsp/images" => dir().mode(0o700),
        "etc/exports.d/ltsp-nfs.exports" => file("/srv/ltsp\t*(ro,async)\n/srv/tftp/ltsp\t*(ro)\n"),
        "etc/dnsmasq.conf" => file("dhcp-option=tag:lab,option:root-path,x86_64\n"),
        "srv/tftp/ltsp/ltsp.ipxe" => file(
            "#!ipxe\nitem --key 1 x86_64   Ubuntu MATE\nitem --key 2 r_lab  lab\n\
             item --key 3 gone  no label\nchoose img\ngoto ${img}\n:x86_64\n:r_lab\n"
        ),
    }
    .build_at(host.root());
    let image = host.path("srv/ltsp/images/x86_64.img");
    mksquashfs(&host.path("srv/ltsp/lab"), &image, "-comp zstd");
    // The daemon's own, as packages of TFTP servers make it.
    for path in ["srv/tftp", "srv/tftp/ltsp"] {
        lchown(host.path(path), Some(111), Some(111)).expect("root may");
    }
    lchown(host.path("home/admin"), Some(1000), Some(1000)).expect("root may");
    host
}

#[track_caller]
fn list(host: &Host, generation: Option<Generation>) -> Vec<ClientImage> {
    let root = SysRoot::open(host.root()).expect("the scratch root opens");
    let store = ImageStore::open(&root, generation).expect("a store opens");
    let before = Snapshot::of(host.root());
    let images = store.list().expect("it can be listed");
    before.assert_untouched();
    images
}

#[track_caller]
fn named<'a>(images: &'a [ClientImage], kind: ImageKind, name: &str) -> &'a ClientImage {
    let mut found = images
        .iter()
        .filter(|image| image.kind == kind && *image.name == *name.as_bytes() && !image.backup);
    let one = found.next().unwrap_or_else(|| panic!("no {kind:?} {name} in {images:#?}"));
    assert!(found.next().is_none(), "{kind:?} {name} twice");
    one
}

fn served(image: &ClientImage) -> Vec<(ServedBy, String, u64)> {
    let lines = image.served_by.iter();
    lines.map(|one| (one.by, one.file.display().to_string(), one.line)).collect()
}

/// What `system()` has inside, whatever it is in.
#[track_caller]
fn assert_system(image: &ClientImage, architecture: &Architecture) {
    assert_eq!(image.problems.len(), 0, "{image:#?}");
    assert_eq!(image.architecture.as_ref(), Some(architecture));
    let os = image.os.as_ref().expect("it has an os-release");
    assert_eq!((os.id.text(), os.version.text()), ("ubuntu".into(), "18.04".into()));
    assert_eq!(os.name.text(), "Ubuntu 18.04.6 LTS");
    let kernels: Vec<_> =
        image.kernels.iter().map(|one| (one.version.text(), one.initrd.is_some())).collect();
    let expected = [("4.15.0-29-generic".into(), true), ("4.15.0-9-generic".into(), false)];
    assert_eq!(kernels, expected);
    assert_eq!(image.package_count, Some(2));
    let client = image.package("ltsp-client").expect("it is installed");
    assert_eq!(
        (client.version.text(), client.architecture.text()),
        ("5.18.07-1".into(), "i386".into())
    );
    assert!(
        image.package("ltsp-client:i386").is_some() && image.package("ltsp-client:amd64").is_none()
    );
    assert!(image.package("removed").is_none());
}

#[test]
fn a_server_of_ltsp_5_has_chroots_images_and_what_serves_them() {
    let host = ltsp5();
    let images = list(&host, None);
    assert!(images.iter().all(|image| image.generation == Generation::Ltsp5));
    let kinds: Vec<_> = images.iter().map(|image| (image.kind, image.name.text())).collect();
    let expected = [
        (ImageKind::Chrootless, "amd64"),
        (ImageKind::Chroot, "i386"),
        (ImageKind::Squashfs, "broken"),
        (ImageKind::Squashfs, "i386"),
        (ImageKind::Squashfs, "i386"),
    ];
    assert_eq!(kinds, expected.map(|(kind, name)| (kind, name.into())));

    let exports = (ServedBy::Nfs, "/etc/exports".to_owned(), 2);
    let dhcp = (ServedBy::Dhcp, "/etc/dnsmasq.d/ltsp-server-dnsmasq.conf".to_owned(), 2);
    let label = |line| {
        (ServedBy::Pxelinux, "/var/lib/tftpboot/ltsp/i386/pxelinux.cfg/ltsp".to_owned(), line)
    };
    let chroot = named(&images, ImageKind::Chroot, "i386");
    assert_system(chroot, &Architecture::I386);
    assert_eq!(chroot.path, Path::new("/opt/ltsp/i386"));
    assert_eq!(served(chroot), [label(5), dhcp.clone(), exports.clone()]);

    let image = named(&images, ImageKind::Squashfs, "i386");
    assert_system(image, &Architecture::I386);
    let info = &image.squashfs.as_ref().expect("it is one").superblock;
    assert_eq!((info.compression.name(), info.created), ("gzip", 1_600_000_000));
    let file = host.path("opt/ltsp/images/i386.img");
    assert_eq!(image.size, Some(file.metadata().expect("it is there").len()));
    let nbd = (ServedBy::Nbd, "/etc/nbd-server/conf.d/ltsp_i386.conf".to_owned(), 2);
    assert_eq!(served(image), [label(2), dhcp, nbd, exports.clone()]);
    assert_eq!(image.served_by[0].what, "label ltsp-NBD, the default");

    let backup = images.iter().find(|image| image.backup).expect("the backup");
    assert_system(backup, &Architecture::X86_64);
    let info = &backup.squashfs.as_ref().expect("it is one").superblock;
    assert_eq!((info.compression.name(), info.block_size), ("xz", 64 << 10));
    assert_eq!(served(backup), [exports], "only where it lies");

    // The broken one hides no other, and what is known of it is there.
    let broken = named(&images, ImageKind::Squashfs, "broken");
    assert_eq!((broken.size, broken.squashfs.is_none()), (Some(600), true));
    assert_eq!(broken.problems.len(), 1);
    let error = &broken.problems[0];
    assert_eq!(error.kind(), ErrorKind::Parse);
    assert_eq!(error.path(), Some(host.path("opt/ltsp/images/broken.img").as_path()));
    assert!(error.message().contains("cut short"), "{error}");
}

#[test]
fn a_server_of_ltsp_19_has_disks_too_and_its_tftp_directory_may_be_the_daemons() {
    let host = ltsp19();
    let images = list(&host, None);
    let kinds: Vec<_> = images.iter().map(|image| (image.kind, image.name.text())).collect();
    let expected = [
        (ImageKind::Chrootless, "x86_64"),
        (ImageKind::Chroot, "lab"),
        (ImageKind::VmDisk, "linked"),
        (ImageKind::VmDisk, "machine"),
        (ImageKind::Squashfs, "x86_64"),
    ];
    assert_eq!(kinds, expected.map(|(kind, name)| (kind, name.into())));
    let nfs = (ServedBy::Nfs, "/etc/exports.d/ltsp-nfs.exports".to_owned(), 1);
    let ipxe = |line| (ServedBy::Ipxe, "/srv/tftp/ltsp/ltsp.ipxe".to_owned(), line);
    let dhcp = (ServedBy::Dhcp, "/etc/dnsmasq.conf".to_owned(), 1);

    let server = named(&images, ImageKind::Chrootless, "x86_64");
    assert_system(server, &Architecture::X86_64);
    assert_eq!(served(server), []);
    let chroot = named(&images, ImageKind::Chroot, "lab");
    assert_system(chroot, &Architecture::X86_64);
    assert_eq!(served(chroot), [ipxe(3), nfs.clone()]);
    let image = named(&images, ImageKind::Squashfs, "x86_64");
    assert_system(image, &Architecture::X86_64);
    assert_eq!(served(image), [ipxe(2), dhcp, nfs]);
    assert_eq!(image.served_by[0].what, "menu item x86_64 (Ubuntu MATE)");
    let disk = named(&images, ImageKind::VmDisk, "machine");
    assert_eq!((disk.size, disk.architecture.is_none()), (Some(5000), true));
    // A link into somebody's home is not followed, and is no mistake either.
    let linked = named(&images, ImageKind::VmDisk, "linked");
    assert_eq!((linked.size, linked.problems.len()), (None, 0));
}

#[test]
fn both_generations_side_by_side_are_listed_unless_one_is_chosen() {
    let host = ltsp5();
    system(true, 62).build_at(host.path("srv/ltsp/lab"));
    let count = |generation| list(&host, generation).len();
    assert_eq!(count(Some(Generation::Ltsp5)), 5);
    assert_eq!(count(Some(Generation::Ltsp19)), 1);
    assert_eq!(count(None), 6);
    let empty = Host::new();
    assert_eq!(list(&empty, None).len(), 0);
}

#[test]
fn another_base_is_looked_at_and_its_absence_is_an_error() {
    let host = ltsp5();
    fs::rename(host.path("opt/ltsp"), host.path("srv/clients")).expect("on one file system");
    std::os::unix::fs::symlink("/srv/clients", host.path("srv/link")).expect("a link");
    let root = SysRoot::open(host.root()).expect("the scratch root opens");
    let store = ImageStore::open(&root, Some(Generation::Ltsp5)).expect("a store opens");
    assert_eq!(store.list().expect("nothing is there").len(), 1);
    for base in ["/srv/clients", "srv/link"] {
        let store = store.clone().with_base(Generation::Ltsp5, base);
        assert_eq!(store.list().expect("it can be listed").len(), 5, "{base}");
    }
    let error = store.clone().with_base(Generation::Ltsp5, "/none").list().expect_err("absent");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let moved = store.with_base(Generation::Ltsp5, "/srv/clients").with_tftp(["/none"]);
    let images = moved.images("i386").expect("three of that name");
    let by: Vec<_> =
        images.iter().flat_map(|one| served(one).into_iter().map(|one| one.0)).collect();
    assert_eq!(by, [], "nothing names the new place");
}

#[test]
fn images_are_found_by_name_file_and_path() {
    let host = ltsp5();
    let root = SysRoot::open(host.root()).expect("the scratch root opens");
    let store = ImageStore::open(&root, None).expect("a store opens");
    for (name, count) in [
        ("i386", 3),
        ("i386.img", 1),
        ("i386.img.old", 1),
        ("/opt/ltsp/i386", 1),
        ("/", 1),
        ("amd64", 1),
        ("broken", 1),
    ] {
        assert_eq!(store.images(name).expect(name).len(), count, "{name}");
    }
    for name in ["i38", "", "images", "notes.txt", "../i386", "no\u{1b}[0m"] {
        let error = store.images(name).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::NotFound, "{name}");
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}

#[test]
fn links_inside_a_chroot_never_leave_it_and_nothing_is_waited_for() {
    let host = Host::new();
    let secret = "ID=secret-of-the-server\n";
    tree! {
        "etc/os-release" => file(secret),
        "opt/ltsp/a/bin/true" => file(program(false, 3)).mode(0o755),
        "opt/ltsp/a/etc/os-release" => symlink("/../../../../etc/os-release"),
        "opt/ltsp/a/usr/lib/os-release" => symlink("../../../../../etc/os-release"),
        "opt/ltsp/a/etc/lsb-release" => symlink("/proc/self/cwd/../../../../../../../../../../../../etc/os-release"),
        "opt/ltsp/a/boot" => symlink("../../../etc"),
        "opt/ltsp/pipes/bin/true" => file(program(true, 62)).mode(0o755),
        "opt/ltsp/pipes/etc/os-release" => fifo(),
        "opt/ltsp/pipes/var/lib/dpkg/status" => fifo(),
        "opt/ltsp/theirs/bin/true" => file(program(true, 62)).mode(0o755),
        "opt/ltsp/theirs/etc/os-release" => symlink("/etc/real"),
        "opt/ltsp/theirs/etc/real" => file("ID=theirs\n"),
        "opt/ltsp/file" => file("no directory"),
        "opt/ltsp/dangling" => symlink("/nowhere"),
        "opt/ltsp/images/pipe.img" => fifo(),
        "opt/ltsp/images/directory.img" => dir(),
        "opt/ltsp/images/dangling.img" => symlink("none"),
    }
    .build_at(host.root());
    lchown(host.path("opt/ltsp/theirs/etc"), Some(1000), Some(1000)).expect("root may");
    fs::set_permissions(host.path("opt/ltsp/theirs/etc"), fs::Permissions::from_mode(0o777))
        .expect("root may");
    let images = list(&host, Some(Generation::Ltsp5));
    assert!(!format!("{images:#?}").contains("secret-of-the-server"), "{images:#?}");
    let chroot = named(&images, ImageKind::Chroot, "a");
    assert_eq!((&chroot.os, chroot.kernels.len()), (&None, 0));
    assert_eq!(chroot.architecture, Some(Architecture::I386));
    let pipes = named(&images, ImageKind::Chroot, "pipes");
    assert_eq!(pipes.architecture, Some(Architecture::X86_64));
    assert!(pipes.problems.len() == 2 && pipes.os.is_none(), "{pipes:#?}");
    // Where others could have put the link, it is not followed.
    let theirs = named(&images, ImageKind::Chroot, "theirs");
    assert_eq!(theirs.os, None);
    assert_eq!(theirs.problems[0].kind(), ErrorKind::Refused, "{theirs:#?}");
    for name in ["pipe", "directory", "dangling"] {
        let image = named(&images, ImageKind::Squashfs, name);
        assert_eq!((image.size, image.problems.len()), (None, 1), "{image:#?}");
    }
}

#[test]
fn packages_are_those_that_dpkg_query_lists() {
    let host = Host::new();
    let admin = host.path("var/lib/dpkg");
    for directory in ["info", "updates"] {
        fs::create_dir_all(admin.join(directory)).expect("a directory");
    }
    fs::copy("/var/lib/dpkg/status", admin.join("status")).expect("this machine has dpkg");
    fs::create_dir_all(host.path("bin")).expect("a directory");
    fs::copy("/bin/true", host.path("bin/true")).expect("this machine has true");
    let format = "${Package} ${Version} ${Architecture} ${db:Status-Status}\\n";
    let admin_option = format!("--admindir={}", admin.display());
    let output = oracle::run("dpkg-query", [admin_option.as_str(), "-W", "-f", format]);
    let output = String::from_utf8(output.stdout).expect("dpkg writes text");
    let mut expected: Vec<_> =
        output.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    expected.sort_unstable();
    assert!(expected.len() > 50, "this machine has packages: {output}");
    let images = list(&host, Some(Generation::Ltsp5));
    assert_eq!(images.len(), 1);
    let mut found: Vec<_> = images[0]
        .packages
        .iter()
        .map(|one| format!("{} {} {}", one.name, one.version, one.architecture))
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    let output = oracle::run("dpkg", ["--print-architecture"]);
    let architecture = images[0].architecture.as_ref().expect("a program").debian();
    assert_eq!(architecture, String::from_utf8_lossy(&output.stdout).trim());
    assert_eq!(*images[0].name, *architecture.as_bytes());
}

#[test]
fn everything_known_is_in_json_and_in_the_text() {
    let host = ltsp5();
    let images = list(&host, None);
    let image = named(&images, ImageKind::Squashfs, "i386");
    let json: Value = serde_json::from_str(&image.to_json()).expect("JSON");
    for (pointer, value) in [
        ("/name", Value::from("i386")),
        ("/kind", "squashfs".into()),
        ("/generation", "ltsp5".into()),
        ("/path", "/opt/ltsp/images/i386.img".into()),
        ("/architecture", "i386".into()),
        ("/os/id", "ubuntu".into()),
        ("/squashfs/version/major", 4.into()),
        ("/squashfs/compression", "gzip".into()),
        ("/squashfs/block_size", 131_072.into()),
        ("/squashfs/created", 1_600_000_000.into()),
        ("/kernels/0/version", "4.15.0-29-generic".into()),
        ("/kernels/0/initrd", "initrd.img-4.15.0-29-generic".into()),
        ("/package_count", 2.into()),
        ("/packages/1/name", "ltsp-client".into()),
        ("/served_by/0/by", "pxelinux".into()),
        ("/served_by/0/line", 2.into()),
    ] {
        assert_eq!(json.pointer(pointer), Some(&value), "{pointer}: {json:#}");
    }
    let text = image.to_string();
    for part in [
        "i386\n",
        "squashfs of LTSP 5",
        "4.0 with gzip, blocks of 128 KiB",
        "2020-09-13 12:26:40 UTC",
        "Ubuntu 18.04.6 LTS",
        "4.15.0-9-generic, no initrd",
        "2, among them ltsp-client 5.18.07-1",
        "nbd: nbd-server export [/opt/ltsp/i386] (/etc/nbd-server/conf.d/ltsp_i386.conf:2)",
    ] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn directories_are_where_the_configuration_says() {
    let host = Host::new();
    for chroot in ["data/thin/i386", "data/fat/lab"] {
        system(true, 62).build_at(host.path(chroot));
    }
    tree! {
        "etc/ltsp/ltsp-server.conf" => file("BASE=/data/old # moved\n"),
        "etc/ltsp/ltsp-server.conf.d/local" => file(
            "BASE=\"/data/thin\"\nTFTP_DIRS='/data/boot /nowhere'\n"
        ),
        "etc/ltsp/ltsp.conf" => file(
            "[common]\nTFTP_DIR=/data/tftp\n[server]\nBASE_DIR=/data/fat\n[clients]\nBASE_DIR=/x\n"
        ),
        "data/boot/pxelinux.cfg/default" => file("include ltsp/menu\nontimeout lab\n"),
        "data/boot/ltsp/menu" => file(
            "# all of them\nlabel lab\nkernel ltsp/i386/vmlinuz\nappend root=/dev/nfs\n"
        ),
        "data/tftp/ltsp/ltsp.ipxe" => file("#!ipxe\nitem r_lab The lab\n:r_lab\n"),
    }
    .build_at(host.root());
    let images = list(&host, None);
    let old = named(&images, ImageKind::Chroot, "i386");
    assert_eq!(old.path, Path::new("/data/thin/i386"));
    let [label] = old.served_by.as_slice() else { panic!("{:#?}", old.served_by) };
    assert_eq!((label.by, label.line), (ServedBy::Pxelinux, 2));
    assert_eq!(label.file, Path::new("/data/boot/ltsp/menu"));
    let new = named(&images, ImageKind::Chroot, "lab");
    assert_eq!(new.path, Path::new("/data/fat/lab"));
    let [item] = new.served_by.as_slice() else { panic!("{:#?}", new.served_by) };
    assert_eq!((item.by, item.line), (ServedBy::Ipxe, 2));

    // What nobody may read is not passed over: another directory would be the wrong one.
    std::fs::remove_file(host.path("etc/ltsp/ltsp.conf")).expect("root may");
    std::fs::create_dir(host.path("etc/ltsp/ltsp.conf")).expect("root may");
    let root = SysRoot::open(host.root()).expect("the scratch root opens");
    let error = ImageStore::open(&root, None).expect_err("ltsp.conf is a directory");
    assert!(error.to_string().contains("etc/ltsp/ltsp.conf"), "{error}");
}
