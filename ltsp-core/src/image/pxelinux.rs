//! The labels of pxelinux that boot images of LTSP 5.

use std::path::{Component, Path, PathBuf};

use super::files;
use super::served::LARGEST;
use crate::error::Result;
use crate::formats::pxe::{Action, Image, Menu, PxeConf, Target};
use crate::sys::SysRoot;
use crate::text::{Bytes, Document as _, Includes, Source};

/// A label in a file that pxelinux reads, or in a file that one includes.
pub(super) struct PxeLabel {
    pub(super) file: PathBuf,
    pub(super) line: u64,
    pub(super) name: Bytes,
    /// Whether it boots when nobody touches the keyboard.
    pub(super) is_default: bool,
    /// The directory below the TFTP directory's `ltsp` whose menu it is in.
    directory: Option<Vec<u8>>,
    image: Image,
}

/// The labels of a file that pxelinux reads; `directory` as in [`PxeLabel`].
///
/// # Errors
/// Those of what it includes: circles, files that cannot be read.
pub(super) fn labels(
    source: Source,
    directory: Option<&[u8]>,
    includes: &impl Includes,
) -> Result<Vec<PxeLabel>> {
    let menu = PxeConf::parse(source).resolve(includes)?;
    let default = default(&menu);
    let labels = menu.entries.into_iter().enumerate().filter_map(|(number, entry)| {
        let (Some(name), Action::Boot(image)) = (entry.label, entry.action) else { return None };
        Some(PxeLabel {
            file: (*entry.origin.place.file).to_owned(),
            line: entry.origin.place.line,
            name,
            is_default: default == Some(number),
            directory: directory.map(<[u8]>::to_vec),
            image: *image,
        })
    });
    Ok(labels.collect())
}

/// The entry that boots when nobody touches the keyboard; where that is nothing, the one that a
/// person gets who only presses the return key.
fn default(menu: &Menu) -> Option<usize> {
    let unattended = menu.unattended().target;
    let target = unattended.or_else(|| Some(menu.target(&menu.default.as_ref()?.value)));
    match target? {
        Target::Label { entry, .. } => Some(entry),
        Target::File(_) | Target::Refused(_) => None,
    }
}

impl PxeLabel {
    /// Whether it boots the image or (not `squashfs`) the chroot called `name`.
    pub(super) fn boots(&self, name: &[u8], squashfs: bool) -> bool {
        let line = self.image.command_line();
        let below = [b"ltsp/", name, b"/"].concat();
        let is_below = |file: &[u8]| file.windows(below.len()).any(|part| part == below);
        let is_here = match &self.directory {
            Some(directory) => directory == name,
            None => {
                is_below(self.image.file())
                    || self.image.initrds().iter().any(|file| is_below(file))
                    || line
                        .parameters()
                        .iter()
                        .any(|parameter| parameter.value.as_deref().is_some_and(is_below))
            }
        };
        let root = line.get(b"root").unwrap_or_default();
        let has = |name: &[u8]| line.get(name).is_some();
        let by_nfs = *root == *b"/dev/nfs" || has(b"nfsroot");
        let by_blocks =
            root.starts_with(b"/dev/nbd") || root.starts_with(b"/dev/etherd/") || has(b"nbdroot");
        let fits = if squashfs { by_blocks || !by_nfs } else { by_nfs || !by_blocks };
        is_here && fits
    }
}

/// Whether pxelinux asks for a file of that name: a UUID, `01-` and a MAC, an address in hex or its
/// beginning, or the default.
pub(super) fn is_asked_for(name: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    let is_address =
        (1..=8).contains(&name.len()) && hex(name) && !name.iter().any(u8::is_ascii_lowercase);
    // Both are groups of hex digits with dashes between.
    let is_id = matches!(name.len(), 20 | 36)
        && name.split(|byte| *byte == b'-').all(|group| !group.is_empty() && hex(group));
    name == b"default" || is_address || is_id
}

/// What files in a TFTP directory include: pxelinux counts names from the directory that it was
/// loaded from, the one with its `pxelinux.cfg`, and a leading `/` from the top of the TFTP server.
pub(super) struct Included<'a> {
    pub(super) root: &'a SysRoot,
    /// The directory that the TFTP server serves.
    pub(super) tftp: &'a Path,
    /// The directory that pxelinux was loaded from.
    pub(super) loaded_from: &'a Path,
}

impl Includes for Included<'_> {
    fn read(&self, name: &Path, _from: &Path) -> Result<Source> {
        let start = if name.is_absolute() { self.tftp } else { self.loaded_from };
        let mut path = start.to_owned();
        for component in name.components() {
            match component {
                Component::Normal(name) => path.push(name),
                // A TFTP server lets nobody out of its directory.
                Component::ParentDir if path != self.tftp => drop(path.pop()),
                _ => {}
            }
        }
        let (bytes, path) = files::read(self.root, &path, LARGEST)?;
        Ok(Source::new(path, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::NoIncludes;

    fn read(text: &str, directory: Option<&str>) -> Vec<PxeLabel> {
        labels(Source::new("default", text), directory.map(str::as_bytes), &NoIncludes)
            .expect("nothing is included")
    }

    #[test]
    fn only_files_that_pxelinux_asks_for_count() {
        for name in ["default", "01-00-11-22-aa-bb-cc", "C0A84301", "C0A8", "C"] {
            assert!(is_asked_for(name.as_bytes()), "{name}");
        }
        assert!(is_asked_for(b"b8945908-d6a6-41a9-611d-74a6ab80b83d"));
        for name in ["ltsp", "ltsp-NBD", "c0a8", "default.old", "C0A843011", "01-00-11"] {
            assert!(!is_asked_for(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_label_boots_an_image_or_a_chroot_by_its_command_line() {
        let text = "default ltsp-NBD\nlabel ltsp-NBD\nkernel vmlinuz\nappend root=/dev/nbd0\n\
                    LABEL ltsp-NFS\n  KERNEL vmlinuz\n  APPEND root=/dev/nfs ip=dhcp\n";
        let labels = read(text, Some("i386"));
        let which = |squashfs| -> Vec<u64> {
            let found = labels.iter().filter(|label| label.boots(b"i386", squashfs));
            found.map(|label| label.line).collect()
        };
        assert_eq!((which(true), which(false)), (vec![2], vec![5]));
        assert!(labels[0].is_default && !labels[1].is_default);
        assert!(!labels[0].boots(b"amd64", true));
        let top = read("label x\nkernel ltsp/i386/vmlinuz\n", None);
        assert!(top[0].boots(b"i386", true) && top[0].boots(b"i386", false));
        assert!(!top[0].boots(b"i38", true));
    }

    #[test]
    fn the_default_of_a_menu_is_what_boots_by_itself() {
        let text = "ui menu.c32\ntimeout 50\nontimeout b\nlabel a\nmenu default\nkernel ltsp/x/a\n\
                    label b\nkernel ltsp/x/b\n";
        let labels = read(text, None);
        assert_eq!(labels.iter().map(|label| label.is_default).collect::<Vec<_>>(), [false, true]);
    }
}
