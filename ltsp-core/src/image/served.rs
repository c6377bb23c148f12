//! What serves an image to clients: lines of the files that nbd-server, the NFS server, pxelinux,
//! iPXE and the DHCP servers read.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::client_image::{ClientImage, ImageKind, path_text};
use super::files;
use super::pxelinux::{self, PxeLabel};
use super::store::{Generation, Place};
use crate::error::{Error, Result};
use crate::formats::{exports, ipxe, nbd};
use crate::sys::SysRoot;
use crate::text::{Bytes, Source};

/// A line by which clients get an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    /// By what means.
    pub by: ServedBy,
    /// The file, below the root.
    #[serde(serialize_with = "path_text")]
    pub file: PathBuf,
    /// The line in it, from 1.
    pub line: u64,
    /// What stands there, in words.
    pub what: String,
}

/// A way for clients to get an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ServedBy {
    /// A label of pxelinux boots it.
    Pxelinux,
    /// nbd-server exports the file.
    Nbd,
    /// The NFS server exports the directory it is in.
    Nfs,
    /// An item of the iPXE menu boots it.
    Ipxe,
    /// The DHCP server names it as root path.
    Dhcp,
}

impl ServedBy {
    /// The word for it in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pxelinux => "pxelinux",
            Self::Nbd => "nbd",
            Self::Nfs => "nfs",
            Self::Ipxe => "ipxe",
            Self::Dhcp => "dhcp",
        }
    }
}

/// Larger configuration files are none.
pub(super) const LARGEST: usize = 16 << 20;

/// What the files say, read once for all images.
pub(super) struct Serving {
    exports: Vec<(PathBuf, exports::Export)>,
    nbd: Vec<(PathBuf, nbd::Export)>,
    items: Vec<(PathBuf, ipxe::Item)>,
    root_paths: Vec<RootPath>,
    labels: Vec<PxeLabel>,
    /// Files that are there and could not be read.
    pub(super) problems: Vec<Error>,
}

/// A root path that a DHCP server hands out.
struct RootPath {
    file: PathBuf,
    line: u64,
    value: Vec<u8>,
}

impl Serving {
    pub(super) fn read(root: &SysRoot, tftp: &[PathBuf]) -> Self {
        let mut this = Self {
            exports: Vec::new(),
            nbd: Vec::new(),
            items: Vec::new(),
            root_paths: Vec::new(),
            labels: Vec::new(),
            problems: Vec::new(),
        };
        this.read_exports(root);
        this.read_nbd(root);
        this.read_dhcp(root);
        for directory in tftp {
            this.read_ipxe(root, directory);
            this.read_pxelinux(root, directory);
        }
        this
    }

    fn note<T>(&mut self, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) if files::is_absent(&error) => None,
            Err(error) => {
                self.problems.push(error);
                None
            }
        }
    }

    /// Reads one file, if it is there. Its name is its path without symbolic links.
    fn source(&mut self, root: &SysRoot, path: &Path) -> Option<Source> {
        let read = files::read(root, path, LARGEST);
        self.note(read).map(|(bytes, path)| Source::new(path, bytes))
    }

    /// The files in `directory` whose names `wanted` takes.
    fn sources(
        &mut self,
        root: &SysRoot,
        directory: &Path,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Vec<Source> {
        let names = files::names(root, directory);
        let names = self.note(names).unwrap_or_default();
        let names = names.iter().filter(|name| wanted(name.as_bytes()));
        names.filter_map(|name| self.source(root, &directory.join(name.as_path()))).collect()
    }

    fn read_exports(&mut self, root: &SysRoot) {
        let mut sources = Vec::from_iter(self.source(root, Path::new("/etc/exports")));
        let more = |name: &[u8]| name.ends_with(b".exports");
        sources.extend(self.sources(root, Path::new("/etc/exports.d"), more));
        for source in &sources {
            let found = exports::exports(source).into_iter();
            self.exports.extend(found.map(|export| (source.name().to_owned(), export)));
        }
    }

    fn read_nbd(&mut self, root: &SysRoot) {
        let mut sources = Vec::from_iter(self.source(root, Path::new("/etc/nbd-server/config")));
        let more = |name: &[u8]| name.ends_with(b".conf");
        sources.extend(self.sources(root, Path::new("/etc/nbd-server/conf.d"), more));
        for source in &sources {
            let found = nbd::exports(source).into_iter();
            self.nbd.extend(found.map(|export| (source.name().to_owned(), export)));
        }
    }

    fn read_dhcp(&mut self, root: &SysRoot) {
        let mut dnsmasq = Vec::from_iter(self.source(root, Path::new("/etc/dnsmasq.conf")));
        // What packages leave behind is not read by dnsmasq either.
        let more = |name: &[u8]| !name.ends_with(b"~") && !name.windows(6).any(|w| w == b".dpkg-");
        dnsmasq.extend(self.sources(root, Path::new("/etc/dnsmasq.d"), more));
        for source in &dnsmasq {
            self.read_root_paths(source, dnsmasq_root_path);
        }
        for path in ["/etc/ltsp/dhcpd.conf", "/etc/dhcp/dhcpd.conf"] {
            if let Some(source) = self.source(root, Path::new(path)) {
                self.read_root_paths(&source, dhcpd_root_path);
            }
        }
    }

    fn read_root_paths(&mut self, source: &Source, of_line: fn(&[u8]) -> Option<&[u8]>) {
        for (index, span) in source.lines().enumerate() {
            if let Some(value) = of_line(source.slice(span).trim_ascii()) {
                self.root_paths.push(RootPath {
                    file: source.name().to_owned(),
                    line: index as u64 + 1,
                    value: without_server(value).to_vec(),
                });
            }
        }
    }

    fn read_ipxe(&mut self, root: &SysRoot, tftp: &Path) {
        if let Some(source) = self.source(root, &tftp.join("ltsp/ltsp.ipxe")) {
            let labels = ipxe::labels(&source);
            // An item without its label boots nothing.
            let mut items = ipxe::items(&source);
            items.retain(|item| labels.iter().any(|(label, _)| *label == item.name));
            let file = source.name().to_owned();
            self.items.extend(items.into_iter().map(|item| (file.clone(), item)));
        }
    }

    fn read_pxelinux(&mut self, root: &SysRoot, tftp: &Path) {
        self.read_pxelinux_of(root, tftp, tftp, None);
        let below = tftp.join("ltsp");
        let names = files::names(root, &below);
        for name in self.note(names).unwrap_or_default() {
            self.read_pxelinux_of(root, tftp, &below.join(name.as_path()), Some(name.as_bytes()));
        }
    }

    fn read_pxelinux_of(
        &mut self,
        root: &SysRoot,
        tftp: &Path,
        loaded_from: &Path,
        directory: Option<&[u8]>,
    ) {
        let includes = pxelinux::Included { root, tftp, loaded_from };
        let sources = self.sources(root, &loaded_from.join("pxelinux.cfg"), pxelinux::is_asked_for);
        for source in sources {
            let labels = pxelinux::labels(source, directory, &includes);
            let labels = self.note(labels).unwrap_or_default();
            self.labels.extend(labels);
        }
    }

    /// The lines that serve `image`, which is of `place`.
    pub(super) fn of(&self, image: &ClientImage, place: &Place) -> Vec<Served> {
        let mut found = Vec::new();
        let path = image.path.as_os_str().as_encoded_bytes();
        if !image.backup && matches!(image.kind, ImageKind::Chroot | ImageKind::Squashfs) {
            self.by_name(image, place, &mut found);
        }
        for (file, export) in &self.nbd {
            if *export.file == *path {
                let access = if export.read_only { "" } else { ", writable" };
                let what = format!("nbd-server export [{}]{access}", export.name);
                found.push(served(ServedBy::Nbd, file, export.line, what));
            }
        }
        for (file, export) in &self.exports {
            if export.covers(path) {
                let hosts: Vec<_> =
                    export.clients.iter().map(|client| client.host.text()).collect();
                let what = format!("NFS export of {} to {}", export.path, hosts.join(", "));
                found.push(served(ServedBy::Nfs, file, export.line, what));
            }
        }
        found
    }

    fn by_name(&self, image: &ClientImage, place: &Place, found: &mut Vec<Served>) {
        let name: &[u8] = &image.name;
        let squashfs = image.kind == ImageKind::Squashfs;
        match place.generation {
            Generation::Ltsp5 => {
                for label in self.labels.iter().filter(|label| label.boots(name, squashfs)) {
                    let default = if label.is_default { ", the default" } else { "" };
                    let what = format!("label {}{default}", label.name);
                    found.push(served(ServedBy::Pxelinux, &label.file, label.line, what));
                }
            }
            Generation::Ltsp19 => {
                // LTSP's menu has `NAME` for an image and `r_NAME` for a chroot.
                let wanted = if squashfs { name.to_vec() } else { [b"r_", name].concat() };
                for (file, item) in self.items.iter().filter(|(_, item)| *item.name == *wanted) {
                    let what = format!("menu item {} ({})", item.name, item.title);
                    found.push(served(ServedBy::Ipxe, file, item.line, what));
                }
            }
        }
        for root_path in &self.root_paths {
            let value = root_path.value.strip_suffix(b"/").unwrap_or(&root_path.value);
            let full = place.base.join(std::ffi::OsStr::from_bytes(name));
            let item = if squashfs { name.to_vec() } else { [b"r_", name].concat() };
            let is_item = place.generation == Generation::Ltsp19 && *value == *item;
            if is_item || value == full.as_os_str().as_encoded_bytes() {
                let what = format!("root-path {}", Bytes::from(value));
                found.push(served(ServedBy::Dhcp, &root_path.file, root_path.line, what));
            }
        }
    }
}

fn served(by: ServedBy, file: &Path, line: u64, what: String) -> Served {
    Served { by, file: file.to_owned(), line, what }
}

/// The value of `dhcp-option=[tag:X,...]17,VALUE` or `...option:root-path,VALUE`.
fn dnsmasq_root_path(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_prefix(b"dhcp-option")?;
    let line = line.strip_prefix(b"-force").unwrap_or(line).trim_ascii_start();
    let mut rest = line.strip_prefix(b"=")?.trim_ascii_start();
    loop {
        let comma = rest.iter().position(|byte| *byte == b',')?;
        let (word, behind) = (rest[..comma].trim_ascii(), rest[comma + 1..].trim_ascii());
        if matches!(word, b"17" | b"option:root-path") {
            let end = behind.windows(2).position(|pair| pair == b" #").unwrap_or(behind.len());
            let value = behind[..end].trim_ascii();
            let quoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
            return Some(quoted.unwrap_or(value)).filter(|value| !value.is_empty());
        }
        // Only tags may stand before the option.
        let is_tag = word.starts_with(b"tag:") || word.starts_with(b"net:");
        if !is_tag && !word.starts_with(b"encap:") && !word.starts_with(b"vendor:") {
            return None;
        }
        rest = behind;
    }
}

/// The value of dhcpd's `option root-path "VALUE";`.
fn dhcpd_root_path(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"option")?.trim_ascii_start().strip_prefix(b"root-path")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"")?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    Some(&rest[..end]).filter(|value| !value.is_empty())
}

/// The path of `SERVER:/path`.
fn without_server(value: &[u8]) -> &[u8] {
    match value.windows(2).position(|pair| pair == b":/") {
        Some(colon) => &value[colon + 1..],
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_path_is_found_in_dnsmasq_and_dhcpd() {
        for (line, value) in [
            ("dhcp-option=17,/opt/ltsp/i386", Some("/opt/ltsp/i386")),
            ("dhcp-option = tag:lab, option:root-path, \"x86_64\" # note", Some("x86_64")),
            ("dhcp-option-force=net:a,17,10.0.0.1:/opt/ltsp/a", Some("10.0.0.1:/opt/ltsp/a")),
            ("dhcp-option=6,17,1", None),
            ("dhcp-option=vendor:pxe,6,2b", None),
            ("#dhcp-option=17,/x", None),
            ("dhcp-option=17,", None),
        ] {
            assert_eq!(dnsmasq_root_path(line.as_bytes()), value.map(str::as_bytes), "{line}");
        }
        assert_eq!(without_server(b"10.0.0.1:/opt/ltsp/a"), b"/opt/ltsp/a");
        assert_eq!(
            dhcpd_root_path(b"option root-path \"/opt/ltsp/i386\";"),
            Some(&b"/opt/ltsp/i386"[..])
        );
        assert_eq!(dhcpd_root_path(b"option root-path;"), None);
    }
}
