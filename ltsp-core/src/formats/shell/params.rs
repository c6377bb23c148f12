//! The settings of LTSP 5's tools, as data.

use std::path::Path;

use serde::Serialize;

/// A tool of LTSP 5 that reads a file of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Tool {
    /// `ltsp-update-image`, which makes the image.
    LtspUpdateImage,
    /// `update-kernels`, which writes pxelinux files within the chroot.
    UpdateKernels,
    /// All tools of the server: `ltsp-server.conf`.
    LtspServer,
    /// `ltsp-build-client`, which makes a chroot.
    LtspBuildClient,
    /// `ltsp-chroot`, which runs something in a chroot.
    LtspChroot,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// True if `true`, `y` or `yes` in any case.
    Bool,
    /// A whole number.
    Number,
    /// A path.
    Path,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Words with blanks between them.
    Words,
    /// Words with commas between them.
    List,
    /// Any text.
    Text,
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub kind: Kind,
    /// What counts without it.
    pub default: Option<&'static str>,
    /// What it does.
    pub meaning: &'static str,
}

const fn param(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    meaning: &'static str,
) -> Param {
    Param { name, kind, default, meaning }
}

use Kind::{Bool, List, Number, OneOf, Text, Words};

const BASE: Param = param("BASE", Kind::Path, Some("/opt/ltsp"), "directory of chroots and images");

const UPDATE_IMAGE: &[Param] = &[
    BASE,
    param("CLEANUP", Bool, None, "clean a copy of the chroot before the image is made of it"),
    param("COMPRESSION", OneOf(&["gzip", "lzo", "xz", "lz4"]), None, "how the image is compressed"),
    param("EXCLUDE", Text, None, "one pattern of what is left out of the image"),
    param("EXCLUDE_FILE", Kind::Path, None, "file of patterns of what is left out of the image"),
    param("CONFIG_NBD", Bool, None, "set up nbd-server although the server exports by NFS"),
    param("NO_COMPRESS", Bool, None, "do not compress the image"),
    param("NO_BACKUP", Bool, None, "do not keep the old image"),
    param("REVERT", Bool, None, "exchange the image and the old one"),
    param("EXCLUDED_MOUNTS", List, None, "mounted file systems that are not part of the image"),
];

const UPDATE_KERNELS: &[Param] = &[
    param("PXELINUX_DEFAULT", Text, Some("ltsp-METHOD"), "label that is booted, or menu, vesamenu"),
    param("TIMEOUT", Number, None, "tenths of a second until `ONTIMEOUT` is booted"),
    param("ONTIMEOUT", Text, Some("ltsp-METHOD"), "label that is booted after `TIMEOUT`"),
    param("IFCPU64", Bool, None, "choose the kernel by the client's processor"),
    param("BOOT_METHODS", Words, None, "ways to boot, the preferred one first: NBD, NFS, AOE"),
    param("CMDLINE_LINUX_DEFAULT", Text, None, "kernel parameters of every label"),
    param("CMDLINE_NFS", Text, None, "kernel parameters of the labels for NFS"),
    param("CMDLINE_NBD", Text, None, "kernel parameters of the labels for NBD"),
    param("CMDLINE_AOE", Text, None, "kernel parameters of the labels for AOE"),
    param("KERNEL_NAMES", Text, None, "sed expression: the version out of a kernel's file name"),
    param("INITRD_NAME", Text, None, "sed expression: an initrd's file name out of the kernel's"),
    param("KERNEL_PREFIX", Text, None, "what a kernel's file name begins with"),
    param("KERNEL_SUFFIX", Text, None, "what a kernel's file name ends with"),
    param("LIST_KERNELS_64", Text, None, "order of kernels of 64 bits"),
    param("LIST_KERNELS_PAE", Text, None, "order of kernels with PAE"),
    param("LIST_KERNELS_32", Text, None, "order of kernels of 32 bits"),
    param("LIST_KERNELS_DEFAULT", Text, None, "order of kernels"),
    param("LIST_KERNELS_ARM", Text, None, "order of kernels for ARM"),
    param(
        "IPAPPEND",
        Number,
        Some("3"),
        "what pxelinux adds to the kernel parameters: 1 ip=, 2 BOOTIF=",
    ),
    param("BOOT", Kind::Path, Some("/boot"), "where kernels are"),
    param("CHROOT_NAME", Text, None, "name of the chroot"),
    param("BOOTPROMPT_OPTS", Text, None, "kernel parameters, in old versions"),
];

const SERVER: &[Param] = &[
    BASE,
    param("TFTP_DIRS", Words, Some("/var/lib/tftpboot /tftpboot /srv/tftp"), "TFTP roots"),
    param("TFTP_BOOT_DIR", Kind::Path, Some("ltsp"), "directory below the TFTP root"),
];

const BUILD_CLIENT: &[Param] = &[
    BASE,
    param("ARCH", Text, None, "architecture of the chroot"),
    param("CHROOT", Text, None, "name of the chroot"),
    param("DIST", Text, None, "release of the distribution"),
    param("COMPONENTS", Text, None, "components of the archive"),
    param("MIRROR", Text, None, "archive"),
    param("SECURITY_MIRROR", Text, None, "archive of security updates"),
    param("UPDATES_MIRROR", Text, None, "archive of updates"),
    param("EXTRA_MIRROR", Text, None, "further archives"),
    param("EARLY_MIRROR", Text, None, "archive for the first packages"),
    param("APT_KEYS", Text, None, "keys of archives"),
    param("EARLY_PACKAGES", Words, None, "packages that are installed first"),
    param("LATE_PACKAGES", Words, None, "packages that are installed last"),
    param("KERNEL_PACKAGES", Words, None, "packages of kernels"),
    param("FAT_CLIENT_DESKTOPS", Words, None, "desktops for fat clients"),
    param("DEBCONF_SEEDS", Text, None, "answers to the questions of packages"),
    param("MOUNT_PACKAGE_DIR", Kind::Path, None, "directory of packages of the server"),
    param("KEEP_PACKAGES", Text, None, "keep downloaded packages"),
    param("EXCLUDE", List, None, "packages that debootstrap leaves out"),
    param("INCLUDE", List, None, "packages that debootstrap adds"),
    param("LOCALE", Text, None, "locale"),
    param("HTTP_PROXY", Text, None, "proxy for downloads"),
    param("ROOTPASS", Text, None, "password of root in the chroot"),
    param("APT_GET_OPTS", Text, None, "options of apt-get"),
    param("DEBOOTSTRAPOPTS", Text, None, "options of debootstrap"),
    param("BOOTSTRAP", Text, None, "program that makes the first system"),
];

const CHROOT: &[Param] = &[
    param("ROOT", Kind::Path, None, "the chroot; wins over BASE and ARCH"),
    BASE,
    param("ARCH", Text, None, "name of the chroot below BASE"),
    param("MOUNT_PACKAGE_CACHE", Bool, None, "mount the server's package cache"),
    param("MOUNT_DEV", Bool, None, "mount /dev"),
    param("MOUNT_PROC", Bool, None, "mount /proc"),
    param("MOUNT_ALL", Bool, None, "mount all of these"),
    param("COPY_RESOLV_CONF", Bool, None, "copy the server's resolv.conf"),
];

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 5] = [
        Self::LtspUpdateImage,
        Self::UpdateKernels,
        Self::LtspServer,
        Self::LtspBuildClient,
        Self::LtspChroot,
    ];

    /// The name of its file without `.conf`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LtspUpdateImage => "ltsp-update-image",
            Self::UpdateKernels => "update-kernels",
            Self::LtspServer => "ltsp-server",
            Self::LtspBuildClient => "ltsp-build-client",
            Self::LtspChroot => "ltsp-chroot",
        }
    }

    /// Its settings.
    #[must_use]
    pub fn params(self) -> &'static [Param] {
        match self {
            Self::LtspUpdateImage => UPDATE_IMAGE,
            Self::UpdateKernels => UPDATE_KERNELS,
            Self::LtspServer => SERVER,
            Self::LtspBuildClient => BUILD_CLIENT,
            Self::LtspChroot => CHROOT,
        }
    }

    /// The tool that reads a file of that name: `TOOL.conf`, or any in a directory `TOOL.conf.d`.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str().unwrap_or_default();
        let directory = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
        Self::ALL.into_iter().find(|tool| {
            name.strip_suffix(".conf") == Some(tool.name())
                || directory.and_then(|name| name.strip_suffix(".conf.d")) == Some(tool.name())
        })
    }
}

/// Whether LTSP takes that value of a switch for true.
pub(super) fn is_true(value: &[u8]) -> bool {
    [&b"true"[..], b"y", b"yes"].iter().any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_tells_its_tool() {
        for (path, tool) in [
            ("/etc/ltsp/ltsp-update-image.conf", Some(Tool::LtspUpdateImage)),
            ("/etc/ltsp/ltsp-update-image.conf.d/10-mine", Some(Tool::LtspUpdateImage)),
            ("/opt/ltsp/amd64/etc/ltsp/update-kernels.conf", Some(Tool::UpdateKernels)),
            ("/etc/default/ltsp", None),
            ("/", None),
        ] {
            assert_eq!(Tool::of(Path::new(path)), tool, "{path}");
        }
    }

    #[test]
    fn no_setting_is_listed_twice() {
        for tool in Tool::ALL {
            let mut names: Vec<_> = tool.params().iter().map(|param| param.name).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{}", tool.name());
        }
    }
}
