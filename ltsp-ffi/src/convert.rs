//! From lts.conf of LTSP 5 to ltsp.conf.

use std::ffi::c_char;

use ltsp_core::conf::AnyDocument;
use ltsp_core::formats::ltsp::{Conversion, Converted, Verdict};
use ltsp_core::text::Document as _;
use ltsp_core::{Error, ErrorKind};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::conf::ltsp_conf;
use crate::error::{ltsp_error, ltsp_status};
use crate::place::ltsp_place;

/// What became of a section or setting of lts.conf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_verdict {
    /// Answered for NULL.
    LTSP_VERDICT_NONE = 0,
    /// The same name and value.
    LTSP_VERDICT_KEPT = 1,
    /// Another name or spelling, with the same effect.
    LTSP_VERDICT_RENAMED = 2,
    /// Converted, but what it does is not quite the same: somebody should look.
    LTSP_VERDICT_CHANGED = 3,
    /// Nothing does this any more, or not by a setting.
    LTSP_VERDICT_GONE = 4,
    /// It had no effect in lts.conf either, and is left out.
    LTSP_VERDICT_UNREAD = 5,
}

/// An [`ltsp_verdict`] that a caller gives.
pub type VerdictNumber = i32;

impl From<Verdict> for ltsp_verdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Kept => Self::LTSP_VERDICT_KEPT,
            Verdict::Renamed => Self::LTSP_VERDICT_RENAMED,
            Verdict::Unread => Self::LTSP_VERDICT_UNREAD,
            Verdict::Changed => Self::LTSP_VERDICT_CHANGED,
            Verdict::Gone => Self::LTSP_VERDICT_GONE,
        }
    }
}

/// A new ltsp.conf and how it came about. It never changes, so threads may read it together.
#[derive(Debug)]
pub struct ltsp_conversion {
    bytes: Text,
    report: Vec<ltsp_converted>,
    open: usize,
    stops_at: Option<ltsp_place>,
}

/// What became of one section's header or of one setting; borrowed from its conversion.
#[derive(Debug)]
pub struct ltsp_converted {
    place: ltsp_place,
    section: Text,
    key: Option<Text>,
    verdict: ltsp_verdict,
    to: Option<(Text, Text)>,
    note: Text,
}

impl From<Conversion> for ltsp_conversion {
    fn from(conversion: Conversion) -> Self {
        Self {
            bytes: Text::new(conversion.conf.to_bytes()),
            report: conversion.report.iter().map(ltsp_converted::from).collect(),
            open: conversion.open().count(),
            stops_at: conversion.stops_at.as_ref().map(ltsp_place::from),
        }
    }
}

impl From<&Converted> for ltsp_converted {
    fn from(one: &Converted) -> Self {
        Self {
            place: ltsp_place::from(&one.place),
            section: Text::new(&one.section),
            key: one.key.as_ref().map(Text::new),
            verdict: one.verdict.into(),
            to: one.to.as_ref().map(|(section, key)| (Text::new(section), Text::new(key))),
            note: Text::new(&one.note),
        }
    }
}

/// Makes an ltsp.conf of an lts.conf, with the files that it includes, up to the first mistake that
/// ends the reading. The document stays as it is and nothing is written.
///
/// @param conf A document of LTSP_FORMAT_LTS.
/// @param conversion Where the new file and the report go, which the caller frees with
/// ltsp_conversion_free(); NULL goes there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if nothing could be taken over; LTSP_INVALID_INPUT if the document has
/// another format; what the kernel says of included files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_convert(
    conf: *const ltsp_conf,
    conversion: *mut *mut ltsp_conversion,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conversion: out, conf: handle => {
        let AnyDocument::Lts(document) = conf.document() else {
            return Err(Error::new(ErrorKind::InvalidInput, "only lts.conf can be converted")
                .at(conf.document().source().name())
                .help_with("open it with LTSP_FORMAT_LTS if it is one"));
        };
        let made = document.to_ltsp("ltsp.conf", conf.includes().includes())?;
        *conversion = Box::into_raw(Box::new(ltsp_conversion::from(made)));
        Ok(())
    })
}

/// Frees a conversion, and everything that was read from it.
///
/// @param conversion The conversion, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_free(conversion: *mut ltsp_conversion) {
    // SAFETY: the caller gives NULL or a conversion that is its own.
    unsafe { boundary::free(conversion) };
}

/// Answers the new ltsp.conf; ltsp_conf_set_bytes() takes it.
///
/// @param conversion The conversion.
/// @return The bytes, borrowed from the conversion; none (`ptr` is NULL) if `conversion` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_bytes(conversion: *const ltsp_conversion) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; conversion: handle => { Some(conversion.bytes.lend()) })
}

/// Answers how many sections and settings lts.conf has, as far as it is read.
///
/// @param conversion The conversion.
/// @return The number; 0 if `conversion` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_count(conversion: *const ltsp_conversion) -> usize {
    boundary!(else 0; conversion: handle => { Some(conversion.report.len()) })
}

/// Answers of how many of them somebody has to think: LTSP_VERDICT_CHANGED and LTSP_VERDICT_GONE.
///
/// @param conversion The conversion.
/// @return The number; 0 if `conversion` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_open(conversion: *const ltsp_conversion) -> usize {
    boundary!(else 0; conversion: handle => { Some(conversion.open) })
}

/// Answers where lts.conf has a mistake that ends the reading. What stands behind it never counted
/// and is not converted.
///
/// @param conversion The conversion.
/// @return The place, borrowed from the conversion; NULL if there is none or `conversion` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_stops_at(
    conversion: *const ltsp_conversion,
) -> *const ltsp_place {
    boundary!(else std::ptr::null(); conversion: handle => {
        conversion.stops_at.as_ref().map(std::ptr::from_ref)
    })
}

/// Answers what became of one section or setting.
///
/// @param conversion The conversion.
/// @param index From 0 to below ltsp_conversion_count(), in the order of lts.conf.
/// @return What became of it, borrowed from the conversion; NULL if there is none at `index` or
/// `conversion` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conversion_at(
    conversion: *const ltsp_conversion,
    index: usize,
) -> *const ltsp_converted {
    boundary!(else std::ptr::null(); conversion: handle => {
        conversion.report.get(index).map(std::ptr::from_ref)
    })
}

/// Answers where it stands in lts.conf.
///
/// @param converted What became of it.
/// @return The place, borrowed from the conversion; NULL if `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_place(
    converted: *const ltsp_converted,
) -> *const ltsp_place {
    boundary!(else std::ptr::null(); converted: handle => { Some(&raw const converted.place) })
}

/// Answers the section in lts.conf.
///
/// @param converted What became of it.
/// @return The section, borrowed from the conversion; none if `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_section(converted: *const ltsp_converted) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; converted: handle => { Some(converted.section.lend()) })
}

/// Answers the name in lts.conf.
///
/// @param converted What became of it.
/// @return The name, borrowed from the conversion; none if it is the section itself or `converted`
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_key(converted: *const ltsp_converted) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; converted: handle => { converted.key.as_ref().map(Text::lend) })
}

/// Answers what became of it.
///
/// @param converted What became of it.
/// @return The verdict; LTSP_VERDICT_NONE if `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_verdict(converted: *const ltsp_converted) -> ltsp_verdict {
    boundary!(else ltsp_verdict::LTSP_VERDICT_NONE; converted: handle => { Some(converted.verdict) })
}

/// Answers the section in ltsp.conf.
///
/// @param converted What became of it.
/// @return The section, borrowed from the conversion; none if it is in none or `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_to_section(converted: *const ltsp_converted) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; converted: handle => {
        converted.to.as_ref().map(|(section, _)| section.lend())
    })
}

/// Answers the name in ltsp.conf.
///
/// @param converted What became of it.
/// @return The name, borrowed from the conversion; none if it has none or `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_to_key(converted: *const ltsp_converted) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; converted: handle => {
        converted.to.as_ref().map(|(_, key)| key.lend())
    })
}

/// Answers what somebody has to know or do.
///
/// @param converted What became of it.
/// @return The words, borrowed from the conversion, of no bytes if there is nothing to know; none
/// (`ptr` is NULL) if `converted` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_converted_note(converted: *const ltsp_converted) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; converted: handle => { Some(converted.note.lend()) })
}

/// Answers the name of a verdict, such as `renamed`.
///
/// @param verdict The verdict.
/// @return A string that is never freed; `none` for LTSP_VERDICT_NONE, `unknown` for a number that
/// is no verdict.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_verdict_name(verdict: VerdictNumber) -> *const c_char {
    let name = match verdict {
        0 => c"none",
        1 => c"kept",
        2 => c"renamed",
        3 => c"changed",
        4 => c"gone",
        5 => c"unread",
        _ => c"unknown",
    };
    name.as_ptr()
}
