//! Which version this is, at compile time and at run time.

use std::ffi::c_char;

/// The version of this header: changes when programs must be changed.
pub const LTSP_VERSION_MAJOR: i32 = 0;
/// The version of this header: changes when something is new (while the major version is 0, when
/// programs must be changed).
pub const LTSP_VERSION_MINOR: i32 = 1;
/// The version of this header: changes with every release.
pub const LTSP_VERSION_PATCH: i32 = 0;

/// Answers the version of the library that the program runs with, such as `0.1.0`. It may be
/// newer than the header's, `LTSP_VERSION_MAJOR.LTSP_VERSION_MINOR.LTSP_VERSION_PATCH`.
///
/// @return A string that is never freed. May be called from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_version_of_the_crate() {
        let header = format!("{LTSP_VERSION_MAJOR}.{LTSP_VERSION_MINOR}.{LTSP_VERSION_PATCH}");
        assert_eq!(header, env!("CARGO_PKG_VERSION"));
    }
}
