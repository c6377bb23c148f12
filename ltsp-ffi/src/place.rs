//! Where something stands in a file.

use ltsp_core::text::{Origin, Place};

use crate::bytes::{Text, ltsp_bytes};

/// A place in a file that people can find; borrowed from what it was read from.
#[derive(Debug)]
pub struct ltsp_place {
    file: Text,
    place: Place,
}

/// Where a value comes from and why it counts; borrowed from what it was read from.
#[derive(Debug)]
pub struct ltsp_origin {
    place: ltsp_place,
    section: Option<Text>,
    rule: Text,
    text: Text,
}

impl From<&Place> for ltsp_place {
    fn from(place: &Place) -> Self {
        Self { file: Text::of_path(&place.file), place: place.clone() }
    }
}

impl From<&Origin> for ltsp_origin {
    fn from(origin: &Origin) -> Self {
        Self {
            place: ltsp_place::from(&origin.place),
            section: origin.section.as_ref().map(Text::new),
            rule: Text::new(&origin.rule),
            text: Text::new(origin.to_string()),
        }
    }
}

/// Answers the file in which something stands, as it is called from outside of the root.
///
/// @param place The place.
/// @return The path, borrowed from the place; none if `place` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_place_file(place: *const ltsp_place) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; place: handle => { Some(place.file.lend()) })
}

/// Answers the line in which something begins.
///
/// @param place The place.
/// @return The line, counted from 1; 0 if `place` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_place_line(place: *const ltsp_place) -> u64 {
    boundary!(else 0; place: handle => { Some(place.place.line) })
}

/// Answers the column at which something begins.
///
/// @param place The place.
/// @return The column, counted from 1 and in bytes; 0 if `place` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_place_column(place: *const ltsp_place) -> u64 {
    boundary!(else 0; place: handle => { Some(place.place.column) })
}

/// Answers how many bytes of the file stand before something.
///
/// @param place The place.
/// @return The number of bytes; 0 if `place` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_place_offset(place: *const ltsp_place) -> usize {
    boundary!(else 0; place: handle => { Some(place.place.span.start) })
}

/// Answers how long something is, from where it begins.
///
/// @param place The place.
/// @return The number of bytes; 0 for something that is missing there, and if `place` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_place_length(place: *const ltsp_place) -> usize {
    boundary!(else 0; place: handle => { Some(place.place.span.len()) })
}

/// Answers the file and line that a value comes from.
///
/// @param origin The origin.
/// @return The place, borrowed from the origin; NULL if `origin` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_origin_place(origin: *const ltsp_origin) -> *const ltsp_place {
    boundary!(else std::ptr::null(); origin: handle => { Some(&raw const origin.place) })
}

/// Answers the section that a value comes from.
///
/// @param origin The origin.
/// @return Its name, borrowed from the origin; none if it stands in no section or `origin` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_origin_section(origin: *const ltsp_origin) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; origin: handle => { origin.section.as_ref().map(Text::lend) })
}

/// Answers why that line counts, in a few words such as `wildcard for the host name` or
/// `LIKE of [lab]`.
///
/// @param origin The origin.
/// @return The words, borrowed from the origin; none if `origin` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_origin_rule(origin: *const ltsp_origin) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; origin: handle => { Some(origin.rule.lend()) })
}

/// Answers all of it in one line: `/etc/lts.conf:7:1 [lab] (LIKE of [pc1])`. What is not printable
/// in the file's name is escaped.
///
/// @param origin The origin.
/// @return The text, borrowed from the origin; none if `origin` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_origin_text(origin: *const ltsp_origin) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; origin: handle => { Some(origin.text.lend()) })
}
