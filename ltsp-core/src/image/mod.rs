//! Client images: which there are, what is inside, what serves them.
//!
//! [`ImageStore`] finds them where LTSP keeps them, in both generations; a [`ClientImage`] says what
//! one is. Squashfs images are read by [`squashfs`] without mounting them, chroots like any other
//! directory, and symbolic links inside either stay inside.

mod architecture;
mod client_image;
mod contents;
mod files;
mod inside;
mod pxelinux;
mod served;
mod settings;
mod show;
pub mod squashfs;
mod store;

pub use architecture::Architecture;
pub use client_image::{ClientImage, ImageKind, SquashfsInfo};
pub use contents::{Kernel, Os, Package};
pub use served::{Served, ServedBy};
pub use show::Table;
pub use store::{Generation, ImageStore};
