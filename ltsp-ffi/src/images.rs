//! Client images: which there are and what is inside.

use std::ffi::c_char;
use std::sync::OnceLock;

use ltsp_core::Result;
use ltsp_core::error::show;
use ltsp_core::image::{ClientImage, Generation, ImageKind, ImageStore, Served, Table};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::conf::{path, sys_root};
use crate::error::{ltsp_error, ltsp_status};

/// What kind of thing clients run from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_kind {
    /// Answered for NULL.
    LTSP_KIND_NONE = 0,
    /// The server itself, of which an image is made without a chroot.
    LTSP_KIND_CHROOTLESS = 1,
    /// A directory that is a system's root.
    LTSP_KIND_CHROOT = 2,
    /// The disk of a virtual machine, of which an image is made.
    LTSP_KIND_VMDISK = 3,
    /// An image that clients mount.
    LTSP_KIND_SQUASHFS = 4,
}

/// A generation of LTSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_generation {
    /// Answered for NULL.
    LTSP_GENERATION_NONE = 0,
    /// LTSP 5: `/opt/ltsp`, images exported by nbd-server, booted by pxelinux.
    LTSP_GENERATION_5 = 5,
    /// LTSP 19 and newer: `/srv/ltsp`, images exported by NFS, booted by iPXE.
    LTSP_GENERATION_19 = 19,
}

/// An [`ltsp_kind`] that a caller gives.
pub type KindNumber = i32;

impl From<ImageKind> for ltsp_kind {
    fn from(kind: ImageKind) -> Self {
        match kind {
            ImageKind::Chrootless => Self::LTSP_KIND_CHROOTLESS,
            ImageKind::Chroot => Self::LTSP_KIND_CHROOT,
            ImageKind::VmDisk => Self::LTSP_KIND_VMDISK,
            ImageKind::Squashfs => Self::LTSP_KIND_SQUASHFS,
        }
    }
}

impl From<Generation> for ltsp_generation {
    fn from(generation: Generation) -> Self {
        match generation {
            Generation::Ltsp5 => Self::LTSP_GENERATION_5,
            Generation::Ltsp19 => Self::LTSP_GENERATION_19,
        }
    }
}

/// Things that clients can run from. The list never changes, so threads may read it together.
#[derive(Debug)]
pub struct ltsp_images {
    images: Vec<ltsp_image>,
    table: Text,
}

/// One thing that clients can run from; borrowed from its list. What could not be read is missing
/// in it, and ltsp_image_problem() says why. What comes from inside an image was written by whoever
/// made it and may be any bytes.
#[derive(Debug)]
pub struct ltsp_image {
    image: ClientImage,
    name: Text,
    path: Text,
    architecture: Option<Text>,
    os: Option<Text>,
    compression: Option<Text>,
    kernels: Vec<Text>,
    /// With and without their architecture, sorted.
    packages: OnceLock<Vec<(Vec<u8>, Text)>>,
    served_by: Vec<Text>,
    problems: Vec<ltsp_error>,
    json: OnceLock<Text>,
    text: OnceLock<Text>,
}

impl From<ClientImage> for ltsp_image {
    fn from(image: ClientImage) -> Self {
        let served = |served: &Served| {
            let (what, file) = (show(path(served.what.as_bytes())), show(&served.file));
            Text::new(format!("{}: {what} ({file}:{})", served.by.name(), served.line))
        };
        let os = |os: &ltsp_core::image::Os| {
            Text::new(if os.name.is_empty() { &os.id } else { &os.name })
        };
        let squashfs = image.squashfs.as_ref();
        Self {
            name: Text::new(&image.name),
            path: Text::of_path(&image.path),
            architecture: image.architecture.as_ref().map(|found| Text::new(found.name())),
            os: image.os.as_ref().map(os),
            compression: squashfs.map(|info| Text::new(info.superblock.compression.name())),
            kernels: image.kernels.iter().map(|kernel| Text::new(&kernel.version)).collect(),
            packages: OnceLock::new(),
            served_by: image.served_by.iter().map(served).collect(),
            problems: image.problems.iter().cloned().map(ltsp_error::from).collect(),
            json: OnceLock::new(),
            text: OnceLock::new(),
            image,
        }
    }
}

impl ltsp_image {
    /// The versions of all packages, so that they can be lent.
    fn packages(&self) -> &[(Vec<u8>, Text)] {
        self.packages.get_or_init(|| {
            let mut all = Vec::with_capacity(2 * self.image.packages.len());
            for package in &self.image.packages {
                let full = [&package.name[..], b":", &package.architecture].concat();
                all.push((package.name.to_vec(), Text::new(&package.version)));
                all.push((full, Text::new(&package.version)));
            }
            // Stable: of one name for several architectures the first stays first.
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            all
        })
    }

    fn package(&self, name: &[u8]) -> Option<&Text> {
        let packages = self.packages();
        let at = packages.partition_point(|(known, _)| &known[..] < name);
        packages.get(at).filter(|(known, _)| known == name).map(|(_, version)| version)
    }
}

fn list(root: Option<&[u8]>, name: Option<&[u8]>) -> Result<*mut ltsp_images> {
    let store = ImageStore::open(&sys_root(root)?, None)?;
    let found = match name {
        Some(name) => store.images(name)?,
        None => store.list()?,
    };
    let table = Text::new(Table(&found).to_string());
    let images = found.into_iter().map(ltsp_image::from).collect();
    Ok(Box::into_raw(Box::new(ltsp_images { images, table })))
}

/// Lists the images of a system: of each generation of LTSP that is there the server itself,
/// chroots, disks of virtual machines, and squashfs images with their backups. Nothing is mounted,
/// started or changed. One that cannot be read is in the list with its problems.
///
/// @param root The directory that stands for `/`. May be NULL: then it is this machine's own root.
/// @param images Where the list goes, which the caller frees with ltsp_images_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if there are none; what the kernel says of the directories.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_list(
    root: *const c_char,
    images: *mut *mut ltsp_images,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; images: out, root: maybe_text => {
        *images = list(root, None)?;
        Ok(())
    })
}

/// Lists the images of one name: a chroot, the image that was made of it and that one's backup have
/// the same.
///
/// @param root As for ltsp_images_list().
/// @param name A name, such as `i386`; or, for one image alone, a file name (`i386.img.old`) or a
/// path below the root (`/` is the server itself).
/// @param images Where the list goes, which the caller frees with ltsp_images_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is none; what the kernel says of the directories.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_named(
    root: *const c_char,
    name: *const c_char,
    images: *mut *mut ltsp_images,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; images: out, root: maybe_text, name: text => {
        *images = list(root, Some(name))?;
        Ok(())
    })
}

/// Frees a list of images, and everything that was read from it.
///
/// @param images The list, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_free(images: *mut ltsp_images) {
    // SAFETY: the caller gives NULL or a list that is its own.
    unsafe { boundary::free(images) };
}

/// Answers how many images there are.
///
/// @param images The list.
/// @return The number; 0 if `images` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_count(images: *const ltsp_images) -> usize {
    boundary!(else 0; images: handle => { Some(images.images.len()) })
}

/// Answers one image.
///
/// @param images The list.
/// @param index From 0 to below ltsp_images_count().
/// @return The image, borrowed from the list; NULL if there is none at `index` or `images` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_at(
    images: *const ltsp_images,
    index: usize,
) -> *const ltsp_image {
    boundary!(else std::ptr::null(); images: handle => {
        images.images.get(index).map(std::ptr::from_ref)
    })
}

/// Answers all images for people: a table with a line for each.
///
/// @param images The list.
/// @return The table, borrowed from the list; none if `images` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_images_text(images: *const ltsp_images) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; images: handle => { Some(images.table.lend()) })
}

/// Answers what LTSP calls an image: the name of the directory, or of the file without `.img`.
///
/// @param image The image.
/// @return The name, borrowed from the list; none if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_name(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => { Some(image.name.lend()) })
}

/// Answers what kind of thing an image is.
///
/// @param image The image.
/// @return The kind; LTSP_KIND_NONE if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_kind(image: *const ltsp_image) -> ltsp_kind {
    boundary!(else ltsp_kind::LTSP_KIND_NONE; image: handle => {
        Some(image.image.kind.into())
    })
}

/// Answers which generation of LTSP has an image where it is.
///
/// @param image The image.
/// @return The generation; LTSP_GENERATION_NONE if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_generation(image: *const ltsp_image) -> ltsp_generation {
    boundary!(else ltsp_generation::LTSP_GENERATION_NONE; image: handle => {
        Some(image.image.generation.into())
    })
}

/// Answers whether it is the backup (`.img.old`) of the image of that name.
///
/// @param image The image.
/// @return Whether it is; false if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_is_backup(image: *const ltsp_image) -> bool {
    boundary!(else false; image: handle => { Some(image.image.backup) })
}

/// Answers where an image is, below the root.
///
/// @param image The image.
/// @return The path, borrowed from the list; none if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_path(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => { Some(image.path.lend()) })
}

/// Answers the size of an image's file.
///
/// @param image The image.
/// @return The number of bytes; 0 if it is a directory, could not be found out or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_size(image: *const ltsp_image) -> u64 {
    boundary!(else 0; image: handle => { image.image.size })
}

/// Answers when an image's file or directory was last changed.
///
/// @param image The image.
/// @return Seconds since 1970 UTC; 0 if it could not be found out or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_modified(image: *const ltsp_image) -> i64 {
    boundary!(else 0; image: handle => { image.image.modified })
}

/// Answers what processor the system inside is made for: `x86_64`, `i386`, `arm64` and so on.
///
/// @param image The image.
/// @return The name, borrowed from the list; none if it could not be found out or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_architecture(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => {
        image.architecture.as_ref().map(Text::lend)
    })
}

/// Answers which system is inside, such as `Ubuntu 18.04.6 LTS`.
///
/// @param image The image.
/// @return The name, borrowed from the list; none if it could not be found out or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_os(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => { image.os.as_ref().map(Text::lend) })
}

/// Answers how a squashfs image is compressed, such as `xz`.
///
/// @param image The image.
/// @return The compressor, borrowed from the list; none if it is no squashfs image or `image` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_compression(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => {
        image.compression.as_ref().map(Text::lend)
    })
}

/// Answers how many kernels are inside, in `/boot`.
///
/// @param image The image.
/// @return The number of kernels; 0 if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_kernel_count(image: *const ltsp_image) -> usize {
    boundary!(else 0; image: handle => { Some(image.kernels.len()) })
}

/// Answers the version of a kernel inside.
///
/// @param image The image.
/// @param index From 0, the newest, to below ltsp_image_kernel_count().
/// @return The version, borrowed from the list; none if there is none at `index` or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_kernel(image: *const ltsp_image, index: usize) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => { image.kernels.get(index).map(Text::lend) })
}

/// Answers how many packages are inside.
///
/// @param image The image.
/// @return The number of packages; 0 if the system inside has no dpkg or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_package_count(image: *const ltsp_image) -> usize {
    boundary!(else 0; image: handle => { image.image.package_count })
}

/// Answers which version of a package is inside.
///
/// @param image The image.
/// @param name The package, such as `ltsp-client` or `libc6:i386`.
/// @return The version, borrowed from the list; none if the package is not inside or an argument is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_package_version(
    image: *const ltsp_image,
    name: *const c_char,
) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle, name: text => {
        image.package(name).map(Text::lend)
    })
}

/// Answers how many lines of the configuration give an image to clients.
///
/// @param image The image.
/// @return The number of lines; 0 if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_served_count(image: *const ltsp_image) -> usize {
    boundary!(else 0; image: handle => { Some(image.served_by.len()) })
}

/// Answers what gives an image to clients, in a line such as
/// `nbd: export i386 (/etc/nbd-server/conf.d/ltsp_i386.conf:2)`. What is not printable is escaped.
///
/// @param image The image.
/// @param index From 0 to below ltsp_image_served_count().
/// @return The line, borrowed from the list; none if there is none at `index` or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_served(image: *const ltsp_image, index: usize) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => {
        image.served_by.get(index).map(Text::lend)
    })
}

/// Answers how many things of an image could not be read.
///
/// @param image The image.
/// @return The number of problems; 0 if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_problem_count(image: *const ltsp_image) -> usize {
    boundary!(else 0; image: handle => { Some(image.problems.len()) })
}

/// Answers why something of an image could not be read.
///
/// @param image The image.
/// @param index From 0 to below ltsp_image_problem_count().
/// @return The error, borrowed from the list; NULL if there is none at `index` or `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_problem(
    image: *const ltsp_image,
    index: usize,
) -> *const ltsp_error {
    boundary!(else std::ptr::null(); image: handle => {
        image.problems.get(index).map(std::ptr::from_ref)
    })
}

/// Answers everything that is known of an image as JSON, in one line, with the list of packages.
///
/// @param image The image.
/// @return The JSON, borrowed from the list; none if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_json(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => {
        Some(image.json.get_or_init(|| Text::new(image.image.to_json())).lend())
    })
}

/// Answers everything that is known of an image for people, in several lines. What is not printable
/// is escaped.
///
/// @param image The image.
/// @return The text, borrowed from the list; none if `image` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_image_text(image: *const ltsp_image) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; image: handle => {
        Some(image.text.get_or_init(|| Text::new(image.image.to_string())).lend())
    })
}

/// Answers the name of a kind of image, such as `squashfs`.
///
/// @param kind The kind.
/// @return A string that is never freed; `none` for LTSP_KIND_NONE, `unknown` for a number
/// that is no kind.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_kind_name(kind: KindNumber) -> *const c_char {
    let name = match kind {
        0 => c"none",
        1 => c"chrootless",
        2 => c"chroot",
        3 => c"vmdisk",
        4 => c"squashfs",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn kinds_of_images_have_the_names_they_have_elsewhere() {
        for kind in
            [ImageKind::Chrootless, ImageKind::Chroot, ImageKind::VmDisk, ImageKind::Squashfs]
        {
            let number = ltsp_kind::from(kind) as i32;
            // SAFETY: the name is a literal.
            let name = unsafe { CStr::from_ptr(ltsp_kind_name(number)) };
            assert_eq!(name.to_str(), Ok(kind.name()));
        }
    }

    #[test]
    fn lists_of_images_may_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<ltsp_images>();
    }
}
