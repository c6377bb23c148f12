//! One thing that clients can run from: a chroot, an image, a virtual machine's disk, the server.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use super::architecture::Architecture;
use super::contents::{Contents, Kernel, Os, Package};
use super::served::Served;
use super::squashfs::{CompressionOptions, Squashfs, Superblock};
use super::store::Generation;
use crate::error::{Error, show};
use crate::text::Bytes;

/// What kind of thing clients run from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageKind {
    /// The server itself, of which an image is made without a chroot.
    Chrootless,
    /// A directory that is a system's root.
    Chroot,
    /// The disk of a virtual machine, of which an image is made.
    VmDisk,
    /// An image that clients mount.
    Squashfs,
}

impl ImageKind {
    /// The word for it in tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chrootless => "chrootless",
            Self::Chroot => "chroot",
            Self::VmDisk => "vmdisk",
            Self::Squashfs => "squashfs",
        }
    }
}

/// What a squashfs image says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SquashfsInfo {
    /// Its superblock.
    #[serde(flatten)]
    pub superblock: Superblock,
    /// The compressor's options, where they are not its defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<CompressionOptions>,
}

/// One thing that clients can run from, and what is known of it.
///
/// What could not be read is empty here, and [`problems`](Self::problems) says why. What comes from
/// inside an image was written by whoever made it: [`Bytes`] in it may be anything.
#[derive(Clone, Debug, Serialize)]
pub struct ClientImage {
    /// What LTSP calls it: the name of the directory or of the file without `.img`.
    pub name: Bytes,
    /// What kind of thing it is.
    pub kind: ImageKind,
    /// The generation of LTSP that has it there.
    pub generation: Generation,
    /// Whether it is the backup (`.img.old`) of the image of that name.
    pub backup: bool,
    /// Where it is, below the root.
    #[serde(serialize_with = "path_text")]
    pub path: PathBuf,
    /// Size of the file in bytes; of directories it is not counted.
    pub size: Option<u64>,
    /// When file or directory was last changed, in seconds since 1970 UTC.
    pub modified: Option<i64>,
    /// What processor the system inside is made for.
    pub architecture: Option<Architecture>,
    /// Which system is inside.
    pub os: Option<Os>,
    /// What a squashfs image says of itself.
    pub squashfs: Option<SquashfsInfo>,
    /// The kernels inside, the newest first.
    pub kernels: Vec<Kernel>,
    /// Number of packages inside, if the system has dpkg.
    pub package_count: Option<usize>,
    /// The packages inside, sorted by name. In JSON only by [`to_json`](Self::to_json).
    #[serde(skip)]
    pub packages: Vec<Package>,
    /// What serves it to clients.
    pub served_by: Vec<Served>,
    /// What could not be read.
    pub problems: Vec<Error>,
}

impl ClientImage {
    pub(super) fn new(
        name: &[u8],
        kind: ImageKind,
        generation: Generation,
        path: impl Into<PathBuf>,
    ) -> Self {
        Self {
            name: Bytes::from(name),
            kind,
            generation,
            backup: false,
            path: path.into(),
            size: None,
            modified: None,
            architecture: None,
            os: None,
            squashfs: None,
            kernels: Vec::new(),
            package_count: None,
            packages: Vec::new(),
            served_by: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The package called `name` (or `name:architecture`), if it is inside.
    #[must_use]
    pub fn package(&self, name: &str) -> Option<&Package> {
        let (name, architecture) = match name.split_once(':') {
            Some((name, architecture)) => (name, Some(architecture)),
            None => (name, None),
        };
        let from = self.packages.partition_point(|package| *package.name < *name.as_bytes());
        let same = self.packages[from..].iter();
        let mut same = same.take_while(|package| *package.name == *name.as_bytes());
        same.find(|package| {
            architecture.is_none_or(|wanted| *package.architecture == *wanted.as_bytes())
        })
    }

    /// Everything as JSON, with the list of packages.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Full<'a> {
            #[serde(flatten)]
            image: &'a ClientImage,
            packages: &'a [Package],
        }
        let full = Full { image: self, packages: &self.packages };
        serde_json::to_string(&full).expect("an image is plain data")
    }

    /// Takes over what was found inside; errors name `at`.
    pub(super) fn fill(&mut self, contents: Contents, at: &Path) {
        self.architecture = contents.architecture;
        self.os = contents.os;
        self.kernels = contents.kernels;
        self.package_count = contents.packages.as_ref().map(Vec::len);
        self.packages = contents.packages.unwrap_or_default();
        for error in contents.problems {
            self.problem(error, at);
        }
    }

    pub(super) fn problem(&mut self, error: Error, at: &Path) {
        // One damaged table shows at each file that is looked for.
        let error = if error.path().is_none() { error.at(at) } else { error };
        if !self.problems.iter().any(|known| known.to_string() == error.to_string()) {
            self.problems.push(error);
        }
    }

    pub(super) fn describe(&mut self, image: &Squashfs) {
        self.squashfs = Some(SquashfsInfo {
            superblock: image.superblock().clone(),
            options: image.options().cloned(),
        });
    }
}

/// JSON has no bytes: a path that is no text is escaped as in messages.
pub(super) fn path_text<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&show(path))
}
