//! Configuration files of large schools, the same at every run.

use std::fmt::Write as _;

use crate::Random;

/// What makes a text grow.
macro_rules! push {
    ($text:expr, $($words:tt)*) => {
        writeln!($text, $($words)*).expect("text grows")
    };
}

/// The hardware address of client `number`, as lts.conf has it.
#[must_use]
pub fn mac(number: usize) -> String {
    let [.., a, b] = number.to_be_bytes();
    format!("00:16:3e:00:{a:02x}:{b:02x}")
}

/// An lts.conf of so many sections: a default, twenty labs, ten wildcards, and clients, each with a
/// comment, a LIKE and some settings. 10,000 sections are 1.2 MB.
#[must_use]
pub fn lts(sections: usize) -> String {
    let mut text = String::from("# The school's clients\n[Default]\n    SERVER = 192.168.67.1\n");
    text.push_str("    SOUND = True\n    LDM_DIRECTX = yes\n\n");
    for lab in 0..20 {
        push!(text, "[lab{lab}]\n    XKBLAYOUT = de\n    PRINTER_0_DEVICE = /dev/usb/lp0");
        push!(text, "    LDM_SERVER = \"192.168.67.{}\"\n", lab + 10);
    }
    for room in 0..10 {
        push!(text, "[pc-{room}-*]\n    LOCALDEV = True\n    SCREEN_02 = shell\n");
    }
    for client in 0..sections.saturating_sub(31) {
        push!(text, "# row {}\n[{}]", client % 7, mac(client));
        push!(text, "    HOSTNAME = pc-{}-{client:05}\n    LIKE = lab{}", client % 10, client % 20);
        push!(text, "    XSERVER = intel\n    SCREEN_07 = ldm\n");
    }
    text
}

/// A limits.conf of so many lines: of accounts, groups, ranges of ids and everybody, with comments.
/// 100,000 lines are 2.9 MB.
#[must_use]
pub fn limits(lines: usize) -> String {
    let mut random = Random::new(5);
    let mut text = String::new();
    for line in 0..lines {
        let kind = *random.pick(&["soft", "hard", "-"]);
        let item = *random.pick(&["nproc", "nofile", "core", "as", "maxlogins"]);
        let value = 100 + random.below(9900);
        match line % 50 {
            0 => push!(text, "# form {}", line / 50),
            1 => push!(text, "@form{:03}\t{kind}\t{item}\t{value}", line / 50 % 200),
            2 if line % 1000 == 2 => push!(text, "*\t\t-\tcore\t0  # nobody needs them"),
            3 if line % 5000 == 3 => push!(text, ":{}\t{kind}\t{item}\t{value}", 1000 + line),
            _ => push!(text, "pupil{:05}\t{kind}\t{item}\t\t{value}", line % 20_000),
        }
    }
    text
}

/// A pxelinux configuration of so many labels. 2,000 labels are 0.4 MB.
#[must_use]
pub fn pxe(labels: usize) -> String {
    let mut text = String::from("# menu\nDEFAULT vesamenu.c32\nTIMEOUT 50\nONTIMEOUT image0\n");
    text.push_str("MENU TITLE The school\nIPAPPEND 2\n\n");
    for label in 0..labels {
        push!(text, "LABEL image{label}\n  MENU LABEL ^Image {label} of the school");
        push!(text, "  KERNEL vmlinuz-{label}\n  INITRD initrd-{label}.img");
        push!(
            text,
            "  APPEND ro quiet splash root=/dev/nbd0 init=/sbin/init-ltsp nbdroot=:i{label}"
        );
        push!(text, "  TEXT HELP\n    For the rooms on floor {}\n  ENDTEXT\n", label % 9);
    }
    text
}

/// A file of so many shell assignments. 10,000 are 0.4 MB.
#[must_use]
pub fn shell(assignments: usize) -> String {
    let mut text = String::from("# Read by the tools\n\n");
    for number in 0..assignments {
        match number % 5 {
            0 => push!(text, "# The next ones are for chroot {number}"),
            1 => push!(text, "MIRROR_{number}=http://mirror.example.org/debian"),
            2 => push!(text, "KERNEL_{number}=\"linux-image-{number} linux-headers\""),
            3 => push!(text, "export LOCALE_{number}='de_DE.UTF-8'"),
            _ => push!(text, "BASE_{number}=\"/opt/ltsp/$MIRROR_{}\"", number - 3),
        }
    }
    text
}

/// An ltsp.conf of so many clients. 1,000 clients are 0.1 MB.
#[must_use]
pub fn ltsp(clients: usize) -> String {
    let mut text =
        String::from("# The school\n[server]\nNFS_HOME=1\n\n[clients]\nDNS_SERVER=8.8.8.8\n");
    text.push_str("AUTOLOGIN=\"pc*/guest*\"\nPASSWORDS_LAB=\"guest[0-9]*/Z3Vlc3Q=\"\n\n");
    for lab in 0..20 {
        push!(text, "[lab{lab}]\nDEFAULT_IMAGE=x86_64\nX_MODES=\"1920x1080 {lab}\"\n");
    }
    for client in 0..clients {
        push!(text, "[{}]\nHOSTNAME=pc{client}\nINCLUDE=lab{}", mac(client), client % 20);
        push!(text, "RELOGIN=\"0\"  # row {}\n", client % 7);
    }
    text
}

/// A list of so many excludes. 10,000 lines are 0.3 MB.
#[must_use]
pub fn excludes(lines: usize) -> String {
    let mut text = String::from("# Not in the image\n");
    for line in 0..lines {
        match line % 10 {
            0 => push!(text, "# part {line}"),
            1 => push!(text, "var/lib/app{line}/*"),
            2 => push!(text, "... *.part{line}"),
            _ => push!(text, "usr/share/doc/package{line}/examples"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_the_sizes_that_are_promised() {
        assert_eq!(lts(10_000).matches("\n[").count(), 10_000);
        assert!((1_000_000..1_400_000).contains(&lts(10_000).len()), "{}", lts(10_000).len());
        assert_eq!(limits(100_000).lines().count(), 100_000);
        assert_eq!(pxe(20).matches("LABEL image").count(), 20);
        assert_eq!(shell(100).lines().count(), 102);
        assert_eq!(excludes(100).lines().count(), 101);
        assert_eq!(ltsp(100).matches("\n[00:16").count(), 100);
    }
}
