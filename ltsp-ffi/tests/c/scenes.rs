//! Scratch roots with configuration files and client images.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::kit::{Scratch, need, run};

/// Comments in it are in Latin-1, as in many an old file.
const LTS: &[u8] = b"\
# R\xe4ume im Erdgescho\xdf
[Default]
    LDM_SESSION = gnome
    LDM_GUESTLOGIN = False
    SOUND = True
    LANG = \"de_DE.UTF-8\"
    #XKBLAYOUT = de

[lab]
LDM_SESSION = mate
SOUND = NONE

[pc1]
    LIKE = lab
    LDM_GUESTLOGIN = Yes
    SCREEN_02_LDM_SESSION = kiosk

[52:54:00:12:34:56]
    LDM_SESSION = xfce
";

const PXE: &str = "\
default one
timeout 50

label one
kernel vmlinuz
append ro quiet root=/dev/nfs console=tty0 console=ttyS0

label two
kernel memtest
";

const LIMITS: &str = "\
*       soft nproc  200
@pupils hard nproc  100
teacher -    nofile 4096
admin   -
";

/// A root with a configuration file of each format, and a few that are no good.
pub(crate) fn configured() -> Scratch {
    let root = Scratch::new();
    for (path, content) in [
        ("etc/lts.conf", LTS),
        ("etc/circle/lts.conf", b"[pc1]\nLIKE = pc2\n[pc2]\nLIKE = pc1\n"),
        ("etc/parts/lts.conf", b"include \"/etc/parts/more\"\n[Default]\nSOUND = True\n"),
        ("etc/parts/more", b"[pc1]\nSOUND = False\n"),
        ("etc/wrong/lts.conf", b"[Default]\nLDM_SESSION = \"gnome\nSOUND = True\n"),
        ("etc/stops/lts.conf", b"[Default]\nSOUND = True\n] mistake\n[pc1]\nSOUND = False\n"),
        ("etc/made/README", b""),
        ("etc/directory/lts.conf/file", b""),
        ("etc/ltsp/ltsp.conf", b"[clients]\nLANG=de_DE.UTF-8\n\n[server]\nTFTP_DIR=/srv/tftp\n"),
        ("etc/ltsp/ltsp-image.conf", b"[server]\nIMAGE_TIMEOUT=5\n"),
        ("etc/ltsp/ltsp-update-image.conf", b"NO_COMP=\"-noF -noD\"\nKEEP=1\n"),
        ("etc/ltsp/ltsp-update-image.conf.d/10-keep", b"KEEP=2\n"),
        ("etc/ltsp/image.excludes", b"home/*\n"),
        ("srv/tftp/pxelinux.cfg/default", PXE.as_bytes()),
        ("etc/security/limits.conf", LIMITS.as_bytes()),
        ("etc/security/limits.d/more.conf", b"teacher soft core 0\n"),
        (
            "etc/passwd",
            b"root:x:0:0::/root:/bin/sh\npupil:x:5001:500::/home/pupil:/bin/sh\n\
              teacher:x:5002:501::/home/teacher:/bin/sh\nadmin:x:5003:501::/home/admin:/bin/sh\n",
        ),
        ("etc/group", b"root:x:0:\npupils:x:500:\nstaff:x:501:\n"),
    ] {
        write(&root.join(path), content);
    }
    root
}

/// A server of LTSP 5 with a chroot, its image, and an image of which the end is missing.
pub(crate) fn with_images() -> Scratch {
    let root = Scratch::new();
    let chroot = root.join("opt/ltsp/i386");
    let mut program = vec![0; 64];
    program[..4].copy_from_slice(b"\x7fELF");
    // 32 bits, little-endian, of a PC.
    (program[4], program[5], program[18]) = (1, 1, 3);
    write(&chroot.join("bin/true"), &program);
    run(Command::new("chmod").arg("755").arg(chroot.join("bin/true")));
    write(
        &chroot.join("etc/os-release"),
        b"ID=ubuntu\nVERSION_ID=\"18.04\"\nPRETTY_NAME=\"Ubuntu 18.04.6 LTS\"\n",
    );
    write(&chroot.join("boot/vmlinuz-4.15.0-9-generic"), b"kernel");
    write(&chroot.join("boot/vmlinuz-4.15.0-29-generic"), b"kernel");
    write(
        &chroot.join("var/lib/dpkg/status"),
        b"Package: ltsp-client\nStatus: install ok installed\nArchitecture: i386\n\
          Version: 5.18.07-1\n\nPackage: base-files\nStatus: install ok installed\n\
          Architecture: i386\nVersion: 10.1\n\n",
    );
    write(&root.join("etc/nbd-server/config"), b"[generic]\nincludedir = /etc/nbd-server/conf.d\n");
    write(
        &root.join("etc/nbd-server/conf.d/ltsp_i386.conf"),
        b"[/opt/ltsp/i386]\nexportname = /opt/ltsp/images/i386.img\nreadonly = true\n",
    );
    let images = root.join("opt/ltsp/images");
    fs::create_dir(&images).expect("a new directory");
    need("mksquashfs", "squashfs-tools");
    run(Command::new("mksquashfs").args([&chroot, &images.join("i386.img")]).args([
        "-noappend",
        "-no-progress",
        "-quiet",
        "-no-recovery",
    ]));
    let whole = fs::read(images.join("i386.img")).expect("it was just made");
    write(&images.join("broken.img"), &whole[..600]);
    root
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file is in a directory")).expect("a new tree");
    fs::write(path, content).expect("a new file");
}
