//! Which images a system has, by the places that the two generations of LTSP keep them in.

use std::ffi::OsStr;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::client_image::{ClientImage, ImageKind};
use super::contents::Contents;
use super::files::{self, is_absent};
use super::inside::Inside as _;
use super::served::Serving;
use super::settings::Settings;
use super::squashfs::Squashfs;
use crate::error::{Error, ErrorKind, Result};
use crate::sys::{FileType, SysRoot};

/// A generation of LTSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    /// LTSP 5: `/opt/ltsp`, images exported by nbd-server, booted by pxelinux.
    Ltsp5,
    /// LTSP 19 and newer: `/srv/ltsp`, images exported by NFS, booted by iPXE.
    Ltsp19,
}

impl Generation {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::Ltsp5, Self::Ltsp19];

    /// The directory it keeps chroots and images in, unless its configuration says another.
    #[must_use]
    pub fn base(self) -> &'static Path {
        Path::new(match self {
            Self::Ltsp5 => "/opt/ltsp",
            Self::Ltsp19 => "/srv/ltsp",
        })
    }

    /// `LTSP 5` or `LTSP 19+`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ltsp5 => "LTSP 5",
            Self::Ltsp19 => "LTSP 19+",
        }
    }
}

/// Where one generation keeps its images.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) generation: Generation,
    pub(super) base: PathBuf,
    /// Whether somebody named the directory, so that it must be there.
    named: bool,
}

/// The images of a system.
///
/// Nothing is kept between calls: each one looks at what is there now. Reading changes nothing,
/// mounts nothing and starts nothing.
///
/// ```no_run
/// use ltsp_core::SysRoot;
/// use ltsp_core::image::ImageStore;
///
/// let store = ImageStore::open(&SysRoot::host()?, None)?;
/// for image in store.list()? {
///     let client = image.package("ltsp-client").map(|package| package.version.text());
///     println!("{}: {:?}", image.name, client);
/// }
/// # Ok::<(), ltsp_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageStore {
    root: SysRoot,
    places: Vec<Place>,
    tftp: Vec<PathBuf>,
}

impl ImageStore {
    /// The images that `generation` keeps below `root`. Without a generation: of each whose
    /// directory is there; of the newer one if there is neither.
    ///
    /// Its directory is the one that the root's configuration says: `BASE` of LTSP 5's
    /// ltsp-server.conf, `BASE_DIR` of ltsp.conf. So are the directories of the TFTP server
    /// (`TFTP_DIRS`, `TFTP_DIR`).
    ///
    /// # Errors
    /// Those of reading these files and of looking for the directories.
    pub fn open(root: &SysRoot, generation: Option<Generation>) -> Result<Self> {
        let settings = Settings::read(root)?;
        let mut generations = Vec::from_iter(generation);
        if generation.is_none() {
            for one in Generation::ALL {
                match files::find(root, &settings.base(one)) {
                    Ok(found) if found.meta.is_dir() => generations.push(one),
                    Ok(_) => {}
                    Err(error) if is_absent(&error) => {}
                    Err(error) => return Err(error),
                }
            }
            if generations.is_empty() {
                generations.push(Generation::Ltsp19);
            }
        }
        let places = generations.into_iter().map(|generation| Place {
            generation,
            base: settings.base(generation),
            named: false,
        });
        Ok(Self { root: root.clone(), places: places.collect(), tftp: settings.tftp })
    }

    /// Sets the directory of a generation, whatever the root's configuration says. From then on its
    /// absence is an error.
    #[must_use]
    pub fn with_base(mut self, generation: Generation, base: impl AsRef<Path>) -> Self {
        // From the root, whatever was given: it is compared with paths in configuration files.
        let base = Path::new("/").join(base);
        self.places.retain(|place| place.generation != generation);
        self.places.push(Place { generation, base, named: true });
        self.places.sort_by_key(|place| place.generation);
        self
    }

    /// Sets the directories that the TFTP server may serve, whatever the root's configuration says.
    #[must_use]
    pub fn with_tftp(mut self, directories: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        let directories = directories.into_iter();
        self.tftp = directories.map(|directory| Path::new("/").join(directory)).collect();
        self
    }

    /// All images: of each generation the server itself, chroots, disks of virtual machines, and
    /// squashfs images with their backups, each kind sorted by name.
    ///
    /// An image that cannot be read is in the list with its [problems](ClientImage::problems).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if a directory that was named is not there; those of listing it.
    pub fn list(&self) -> Result<Vec<ClientImage>> {
        self.collect(&|_| true)
    }

    /// The images called `name`: a chroot, the image that was made of it and that one's backup have
    /// the same name. A path (`/opt/ltsp/images/i386.img`, or `/` for the server itself) or a name
    /// with `.img` means one.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is none; those of [`list`](Self::list).
    pub fn images(&self, name: impl AsRef<[u8]>) -> Result<Vec<ClientImage>> {
        let name = name.as_ref();
        let found = self.collect(&|image| {
            let path = image.path.as_os_str().as_bytes();
            let is_path = name.starts_with(b"/") && path == name;
            let file = image.path.file_name().is_some_and(|file| file.as_bytes() == name);
            *image.name == *name || is_path || (name.contains(&b'.') && file)
        })?;
        if found.is_empty() {
            let shown = crate::error::show(Path::new(OsStr::from_bytes(name))).to_string();
            return Err(Error::new(ErrorKind::NotFound, format!("there is no image {shown}"))
                .help_with("`ltspctl image list` says which there are"));
        }
        Ok(found)
    }

    /// Finds all, then reads those that are wanted.
    fn collect(&self, wanted: &dyn Fn(&ClientImage) -> bool) -> Result<Vec<ClientImage>> {
        let serving = Serving::read(&self.root, &self.tftp);
        let mut images = Vec::new();
        for place in &self.places {
            if place.named {
                files::open_dir(&self.root, &place.base)?;
            }
            let mut found = Vec::new();
            found.extend(self.server(place));
            found.extend(self.chroots(place)?);
            found.extend(self.disks(place)?);
            found.extend(self.squashfs(place)?);
            for mut image in found {
                if !wanted(&image) {
                    continue;
                }
                self.read(&mut image);
                image.served_by = serving.of(&image, place);
                for error in &serving.problems {
                    image.problem(error.clone(), &image.path.clone());
                }
                images.push(image);
            }
        }
        Ok(images)
    }

    /// The server itself, if the root is a system's.
    fn server(&self, place: &Place) -> Option<ClientImage> {
        if !matches!(is_system(&self.root, place.generation), Ok(true)) {
            return None;
        }
        let architecture = super::architecture::of(&self.root).ok().flatten();
        let name = architecture.as_ref().map_or("server", |found| match place.generation {
            Generation::Ltsp5 => found.debian(),
            Generation::Ltsp19 => found.uname(),
        });
        Some(ClientImage::new(name.as_bytes(), ImageKind::Chrootless, place.generation, "/"))
    }

    fn chroots(&self, place: &Place) -> Result<Vec<ClientImage>> {
        let mut found = Vec::new();
        for name in files::names(&self.root, &place.base)? {
            if name.as_bytes() == b"images" {
                continue;
            }
            let path = place.base.join(name.as_path());
            let mut image =
                ClientImage::new(name.as_bytes(), ImageKind::Chroot, place.generation, &path);
            match self.chroot(&path).map(|root| match root {
                Some(root) => is_system(&root, place.generation),
                None => Ok(false),
            }) {
                Ok(Ok(true)) => found.push(image),
                Ok(Ok(false)) => {}
                // A link to the disk of a virtual machine in somebody's home.
                _ if name.as_bytes().ends_with(b".img") => {}
                // It may be one, and whoever looks for it must learn why it is not used.
                Ok(Err(error)) | Err(error) => {
                    image.problem(error, &self.root.outside(&path));
                    found.push(image);
                }
            }
        }
        Ok(found)
    }

    /// The directory at `path` as a root of its own; `None` if it is no directory.
    fn chroot(&self, path: &Path) -> Result<Option<SysRoot>> {
        let outside = self.root.outside(path);
        match files::find(&self.root, path) {
            Ok(found) if found.meta.is_dir() => {}
            Ok(_) => return Ok(None),
            // A symbolic link to something that is not there now.
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
        let directory = files::open_dir(&self.root, path)?;
        let held = directory.as_fd().try_clone_to_owned().map_err(|_| {
            Error::new(ErrorKind::TooManyOpenFiles, "cannot hold this directory").at(&outside)
        })?;
        SysRoot::from_fd(held, outside).map(Some)
    }

    /// Disks of virtual machines, which LTSP 19 and newer make images of.
    fn disks(&self, place: &Place) -> Result<Vec<ClientImage>> {
        let mut found = Vec::new();
        if place.generation == Generation::Ltsp5 {
            return Ok(found);
        }
        for name in files::names(&self.root, &place.base)? {
            let path = place.base.join(name.as_path());
            let Some(stem) = name.as_bytes().strip_suffix(b".img") else { continue };
            let image = ClientImage::new(stem, ImageKind::VmDisk, place.generation, &path);
            // Often a symbolic link to the home of whoever made the machine.
            match files::find(&self.root, &path) {
                Ok(entry) if entry.meta.is_dir() => {}
                Err(error) if is_absent(&error) => {}
                _ => found.push(image),
            }
        }
        Ok(found)
    }

    fn squashfs(&self, place: &Place) -> Result<Vec<ClientImage>> {
        let directory = place.base.join("images");
        let mut found = Vec::new();
        for name in files::names(&self.root, &directory)? {
            let (rest, backup) = match name.as_bytes().strip_suffix(b".old") {
                Some(rest) => (rest, true),
                None => (name.as_bytes(), false),
            };
            let Some(stem) = rest.strip_suffix(b".img").filter(|stem| !stem.is_empty()) else {
                continue;
            };
            let path = directory.join(name.as_path());
            let mut image = ClientImage::new(stem, ImageKind::Squashfs, place.generation, path);
            image.backup = backup;
            found.push(image);
        }
        Ok(found)
    }

    /// Looks at what an image is and has inside.
    fn read(&self, image: &mut ClientImage) {
        let outside = self.root.outside(&image.path);
        let answer = match image.kind {
            ImageKind::Chrootless => {
                image.fill(Contents::of(&self.root), &outside);
                self.root
                    .dir()
                    .meta()
                    .map(|meta| image.modified = Some(meta.mtime.secs))
                    .map_err(|error| error.because("cannot look at the root").at(&outside))
            }
            ImageKind::Chroot => self.read_chroot(image),
            ImageKind::VmDisk => {
                if let Ok(found) = files::find(&self.root, &image.path) {
                    (image.size, image.modified) =
                        (Some(found.meta.size), Some(found.meta.mtime.secs));
                }
                Ok(())
            }
            ImageKind::Squashfs => self.read_squashfs(image),
        };
        if let Err(error) = answer {
            image.problem(error, &outside);
        }
    }

    fn read_chroot(&self, image: &mut ClientImage) -> Result<()> {
        if !image.problems.is_empty() {
            return Ok(());
        }
        if let Some(root) = self.chroot(&image.path)? {
            image.modified = root.dir().meta().ok().map(|meta| meta.mtime.secs);
            image.fill(Contents::of(&root), root.path());
        }
        Ok(())
    }

    fn read_squashfs(&self, image: &mut ClientImage) -> Result<()> {
        let (file, found) = files::open(&self.root, &image.path)?;
        let outside = self.root.outside(&image.path);
        let size = match found.meta.kind {
            FileType::Device => file
                .end()
                .map_err(|error| error.because("cannot tell the size of the image").at(&outside))?,
            _ => found.meta.size,
        };
        (image.size, image.modified) = (Some(size), Some(found.meta.mtime.secs));
        let opened = Squashfs::open(file)?;
        image.describe(&opened);
        image.fill(Contents::of(&opened), &outside);
        Ok(())
    }
}

/// Whether a root is a system by the sign that the generation goes by: LTSP 5 looks for an
/// executable `bin/true`, LTSP 19 and newer for `proc`.
fn is_system(root: &SysRoot, generation: Generation) -> Result<bool> {
    let sign = match generation {
        Generation::Ltsp5 => "bin/true",
        Generation::Ltsp19 => "proc",
    };
    match root.look(sign) {
        Ok((kind, mode)) => Ok(match generation {
            Generation::Ltsp5 => kind == FileType::File && mode & 0o111 != 0,
            Generation::Ltsp19 => kind == FileType::Directory,
        }),
        Err(error) if is_absent(&error) || error.kind() == ErrorKind::Unsafe => Ok(false),
        Err(error) => Err(error),
    }
}
