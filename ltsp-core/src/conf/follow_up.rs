//! What must be run for a changed file to take effect, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::{AnyDocument, Kind};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FollowUp {
    #[serde(skip)]
    step: Step,
    /// What to run on the server, as root; `None` if it is no command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Why, or what to do where there is no command.
    pub why: &'static str,
    /// Whether people who work on clients will notice.
    pub disturbs: bool,
}

/// The order in which things are done: each uses what those before it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    KernelsInChroot,
    Image,
    Kernels,
    Initrd,
    Ipxe,
    Nfs,
    Dnsmasq,
    NbdServer,
    Clients,
    Logins,
}

impl fmt::Display for FollowUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{command}  # {}", self.why),
            None => write!(f, "# {}", self.why),
        }
    }
}

/// Things to do, each once, in order.
#[derive(Default)]
struct List(BTreeSet<FollowUp>);

impl List {
    fn run(&mut self, step: Step, command: impl Into<String>, why: &'static str) {
        self.0.insert(FollowUp { step, command: Some(command.into()), why, disturbs: false });
    }

    fn say(&mut self, step: Step, why: &'static str) {
        self.0.insert(FollowUp { step, command: None, why, disturbs: step == Step::Clients });
    }

    /// The image of LTSP 5 that the clients boot is made anew.
    fn image5(&mut self, chroot: &str, why: &'static str) {
        let cleanup = if chroot == "/" { "--cleanup " } else { "" };
        self.run(Step::Image, format!("ltsp-update-image {cleanup}{chroot}"), why);
        self.0.insert(FollowUp {
            step: Step::NbdServer,
            command: Some("service nbd-server restart".to_owned()),
            why: "only if clients boot over NBD; this disconnects every client that is running",
            disturbs: true,
        });
        self.reboot();
    }

    fn reboot(&mut self) {
        self.say(Step::Clients, "reboot the clients: they read this when they boot");
    }
}

/// What to do after the file at `path` (below its root) changed from `before` to `after`, in order;
/// nothing if no setting changed.
///
/// The rules are those of LTSP 5.18 and 23.02: which program reads which setting, and what it
/// writes.
#[must_use]
pub fn follow_ups(path: &Path, before: &AnyDocument, after: &AnyDocument) -> Vec<FollowUp> {
    let changed = changed_settings(before, after);
    let mut list = List::default();
    if !changed.is_empty() {
        match after.kind() {
            Kind::Lts => lts(path, &mut list),
            Kind::Ltsp => {
                for (section, key) in &changed {
                    ltsp(section, key, &mut list);
                }
            }
            Kind::Pxe => list.reboot(),
            Kind::Limits => {
                list.say(Step::Logins, "it counts for sessions that are opened from now on");
            }
            Kind::Excludes => excludes(path, &mut list),
            Kind::Shell => shell(path, &mut list),
        }
    }
    list.0.into_iter().collect()
}

/// Section and key, in lower and upper case as the original programs compare them.
type Name = (String, String);

/// The settings that are not the same in both, whatever their order.
fn changed_settings(before: &AnyDocument, after: &AnyDocument) -> BTreeSet<Name> {
    let read = |document: &AnyDocument| {
        let mut values: BTreeMap<Name, Vec<Vec<u8>>> = BTreeMap::new();
        for setting in document.settings() {
            let section = setting.section.map(|name| name.text().to_lowercase());
            let key = setting.key.text().to_uppercase();
            values
                .entry((section.unwrap_or_default(), key))
                .or_default()
                .push(setting.value.into_vec());
        }
        values
    };
    let (before, after) = (read(before), read(after));
    let names: BTreeSet<&Name> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// The name of the chroot of LTSP 5 that a file is in.
fn chroot_of(path: &Path) -> Option<&str> {
    let mut below = path.strip_prefix("/opt/ltsp").ok()?.iter().filter_map(OsStr::to_str);
    below.next().filter(|name| *name != "images")
}

fn lts(path: &Path, list: &mut List) {
    match chroot_of(path) {
        Some(name) => list.image5(name, "the image contains this file"),
        None if path == Path::new("/etc/lts.conf") => {
            list.image5("/", "the image is made of this server and contains this file");
        }
        None => list.reboot(),
    }
}

fn ltsp(section: &str, key: &str, list: &mut List) {
    const ALL_NAMES: &str = "ltsp image NAME";
    let family = |prefix: &str| key.starts_with(prefix);
    let mac = section.len() == 17 && section.split(':').count() == 6;
    let mut server_only = section == "server";
    match key {
        "ADD_IMAGE_EXCLUDES" | "OMIT_IMAGE_EXCLUDES" | "MKSQUASHFS_PARAMS" => {
            list.run(Step::Image, ALL_NAMES, "the image is made with these settings");
            list.reboot();
            server_only = true;
        }
        "BASE_DIR" | "TFTP_DIR" => {
            list.run(Step::Kernels, "ltsp kernel NAME", "kernels are looked for there");
            list.run(Step::Ipxe, "ltsp ipxe", "the boot menu names that directory");
            list.run(Step::Nfs, "ltsp nfs", "that directory is exported");
            list.run(Step::Dnsmasq, "ltsp dnsmasq", "TFTP serves that directory");
        }
        "HOME_DIR" | "NFS_HOME" | "NFS_TFTP" => {
            list.run(Step::Nfs, "ltsp nfs", "what is exported depends on it");
        }
        "DNS" | "DNS_SERVER" | "PROXY_DHCP" | "REAL_DHCP" | "TFTP" => {
            list.run(Step::Dnsmasq, "ltsp dnsmasq", "dnsmasq's configuration depends on it");
        }
        _ if matches!(key, "DEFAULT_IMAGE" | "KERNEL_PARAMETERS" | "MENU_TIMEOUT")
            || family("IPXE_")
            || (mac && key == "HOSTNAME") =>
        {
            list.run(Step::Ipxe, "ltsp ipxe", "the boot menu is made from it");
            list.reboot();
        }
        _ => {}
    }
    if !server_only {
        list.run(Step::Initrd, "ltsp initrd", "clients get ltsp.conf in ltsp.img");
        list.reboot();
    }
}

fn excludes(path: &Path, list: &mut List) {
    match path.file_name().and_then(OsStr::to_str) {
        Some("image.excludes") => {
            list.run(Step::Image, "ltsp image NAME", "the image still contains what was excluded");
            list.reboot();
        }
        _ => list.image5("/", "the image still contains what was excluded"),
    }
}

fn shell(path: &Path, list: &mut List) {
    let stem = |name: &str| {
        name.strip_suffix(".conf").or_else(|| name.strip_suffix(".conf.d")).map(str::to_owned)
    };
    let names = path.iter().rev().take(2).filter_map(OsStr::to_str);
    match names.filter_map(stem).next().as_deref() {
        Some("update-kernels") => {
            let why = "it writes the boot menu from these settings";
            match chroot_of(path) {
                Some(name) => {
                    let command =
                        format!("ltsp-chroot --arch {name} /usr/share/ltsp/update-kernels");
                    list.run(Step::KernelsInChroot, command, why);
                    let update = format!("ltsp-update-kernels {name}");
                    list.run(Step::Kernels, update, "it copies the boot menu to TFTP");
                    list.reboot();
                }
                None => {
                    list.run(Step::KernelsInChroot, "/usr/share/ltsp/update-kernels", why);
                    list.image5(
                        "/",
                        "the image contains the boot menu and TFTP gets it from there",
                    );
                }
            }
        }
        Some("ltsp-update-image") => match chroot_of(path) {
            Some(name) => list.image5(name, "the image is made with these settings"),
            None => list.image5("/", "the image is made with these settings"),
        },
        Some("ltsp-server") => {
            list.run(Step::Kernels, "ltsp-update-kernels", "TFTP is filled from these settings");
            list.reboot();
        }
        _ => {}
    }
}
