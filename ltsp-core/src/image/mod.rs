//! Client images: which there are, what is inside, what serves them.

pub mod squashfs;
