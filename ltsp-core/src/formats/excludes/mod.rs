//! Lists of what is left out of a client image: `ltsp-update-image.excludes`, `image.excludes`.
//!
//! Both generations of LTSP hand the list to `mksquashfs -wildcards -ef FILE`, so what counts is how
//! mksquashfs (squashfs-tools 4.3 to 4.6) reads it:
//!
//! * One pattern per line. Blanks before it do not count, blanks behind it do. A line of blanks or
//!   with `#` as its first character is skipped; a `#` further on is part of the pattern. One
//!   backslash at the start is dropped, so that a pattern may begin with a blank or with `#`.
//! * A pattern is relative to the root of the image and is matched component by component, as
//!   fnmatch(3) does in the C locale with extended patterns (`!(java)`) and with the rule that a dot
//!   at the start of a name is matched by nothing but a dot. What it matches is left out with all that is
//!   in it. So `home/*` keeps `home` and also `home/.hidden`.
//! * `... PATTERN` counts at every depth, but only its first component does.
//! * A pattern that begins with `/`, `./` or `../`, or a line of 16384 bytes, stops mksquashfs: no
//!   image is built.

mod document;
mod edit;
mod glob;
mod grammar;
mod lint;
mod matching;
mod merge;

pub use document::{Excludes, Pattern};
pub use merge::merge;
