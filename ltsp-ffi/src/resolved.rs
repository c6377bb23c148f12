//! What a client really gets, and from which line.

use std::ffi::c_char;

use ltsp_core::formats::lts::{is_true_in_ldm, on_screen};
use ltsp_core::text::{Entry, Origin, Resolved};
use ltsp_core::{Error, ErrorKind};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::error::{ltsp_error, ltsp_status};
use crate::place::ltsp_origin;

/// Names with values, in the order of the program that reads the file. It never changes, so threads
/// may read it together.
#[derive(Debug)]
pub struct ltsp_resolved {
    resolved: Resolved,
    entries: Vec<ltsp_entry>,
    /// Whether names are compared as lts.conf compares them.
    any_case: bool,
    exemption: Option<ltsp_origin>,
}

/// One name, its value, and where the value comes from; borrowed from what was resolved.
#[derive(Debug)]
pub struct ltsp_entry {
    key: Text,
    value: Option<Text>,
    origin: ltsp_origin,
    hidden: Vec<(Text, ltsp_origin)>,
}

impl ltsp_resolved {
    pub(crate) fn new(resolved: Resolved, any_case: bool) -> Self {
        let entries = resolved.entries().iter().map(ltsp_entry::from).collect();
        Self { resolved, entries, any_case, exemption: None }
    }

    pub(crate) fn exempt(mut self, because: Option<&Origin>) -> Self {
        self.exemption = because.map(ltsp_origin::from);
        self
    }

    pub(crate) fn into_raw(self) -> *mut Self {
        Box::into_raw(Box::new(self))
    }

    fn find(&self, key: &[u8]) -> Option<&ltsp_entry> {
        self.entries.iter().find(|entry| match self.any_case {
            true => entry.key.bytes().eq_ignore_ascii_case(key),
            false => entry.key.bytes() == key,
        })
    }
}

impl From<&Entry> for ltsp_entry {
    fn from(entry: &Entry) -> Self {
        let hidden = entry.hidden.iter();
        Self {
            key: Text::new(&entry.key),
            value: entry.value.as_ref().map(Text::new),
            origin: ltsp_origin::from(&entry.origin),
            hidden: hidden
                .map(|(value, origin)| (Text::new(value), ltsp_origin::from(origin)))
                .collect(),
        }
    }
}

/// Frees what was resolved, and everything that was read from it.
///
/// @param resolved What was resolved, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_free(resolved: *mut ltsp_resolved) {
    // SAFETY: the caller gives NULL or something resolved that is its own.
    unsafe { boundary::free(resolved) };
}

/// Answers the value of a name: the question that most programs have.
///
/// @param resolved What was resolved.
/// @param key The name, such as `LDM_SESSION`. Case does not matter in lts.conf, and does in all
/// other formats.
/// @return The value, borrowed from what was resolved: the bytes of the file without their quotes,
/// a C string unless there is a NUL byte among them. None (`ptr` is NULL) if the name has no value
/// and if an argument is NULL; a value of no bytes has a `ptr`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_get(
    resolved: *const ltsp_resolved,
    key: *const c_char,
) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; resolved: handle, key: text => {
        resolved.find(key)?.value.as_ref().map(Text::lend)
    })
}

/// Answers whether a name is set to yes, as the display manager LDM understands it: its value
/// begins with `t`, `T`, `y` or `Y`.
///
/// @param resolved What was resolved.
/// @param key The name, as for ltsp_resolved_get().
/// @return Whether it is; false if it has no value or an argument is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_is_true(
    resolved: *const ltsp_resolved,
    key: *const c_char,
) -> bool {
    boundary!(else false; resolved: handle, key: text => {
        resolved.find(key)?.value.as_ref().map(|value| is_true_in_ldm(value.bytes()))
    })
}

/// Answers what the session on one screen of the client gets from lts.conf: there,
/// `SCREEN_07_LDM_SESSION` takes the place of `LDM_SESSION`.
///
/// @param resolved What was resolved for the client.
/// @param number The screen, from 1 to 12.
/// @param there Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL goes
/// there on failure. It does not need `resolved` any more.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if there is no such screen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_on_screen(
    resolved: *const ltsp_resolved,
    number: u8,
    there: *mut *mut ltsp_resolved,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; there: out, resolved: handle => {
        if !(1..=12).contains(&number) {
            return Err(Error::new(ErrorKind::InvalidInput, format!("{number} is no screen"))
                .help_with("screens are counted from 1 to 12"));
        }
        let found = on_screen(&resolved.resolved, number);
        *there = ltsp_resolved::new(found, resolved.any_case).into_raw();
        Ok(())
    })
}

/// Answers the entry of a name, to ask where its value comes from.
///
/// @param resolved What was resolved.
/// @param key The name, as for ltsp_resolved_get().
/// @return The entry, borrowed from what was resolved; NULL if the name is not set or an argument
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_find(
    resolved: *const ltsp_resolved,
    key: *const c_char,
) -> *const ltsp_entry {
    boundary!(else std::ptr::null(); resolved: handle, key: text => {
        resolved.find(key).map(std::ptr::from_ref)
    })
}

/// Answers how many names are set.
///
/// @param resolved What was resolved.
/// @return The number of entries; 0 if `resolved` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_count(resolved: *const ltsp_resolved) -> usize {
    boundary!(else 0; resolved: handle => { Some(resolved.entries.len()) })
}

/// Answers one entry.
///
/// @param resolved What was resolved.
/// @param index From 0 to below ltsp_resolved_count().
/// @return The entry, borrowed from what was resolved; NULL if there is none at `index` or
/// `resolved` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_at(
    resolved: *const ltsp_resolved,
    index: usize,
) -> *const ltsp_entry {
    boundary!(else std::ptr::null(); resolved: handle => {
        resolved.entries.get(index).map(std::ptr::from_ref)
    })
}

/// Answers the line because of which nothing is limited at all (limits.conf: `DOMAIN -`). There are
/// no entries then.
///
/// @param resolved What was resolved.
/// @return The line, borrowed from what was resolved; NULL if there is none or `resolved` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_resolved_exemption(
    resolved: *const ltsp_resolved,
) -> *const ltsp_origin {
    boundary!(else std::ptr::null(); resolved: handle => {
        resolved.exemption.as_ref().map(std::ptr::from_ref)
    })
}

/// Answers an entry's name: in lts.conf in upper case, in limits.conf as in `soft nproc`.
///
/// @param entry The entry.
/// @return The name, borrowed from what was resolved; none if `entry` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_key(entry: *const ltsp_entry) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; entry: handle => { Some(entry.key.lend()) })
}

/// Answers an entry's value.
///
/// @param entry The entry.
/// @return The value, borrowed from what was resolved; none if the file says that there shall be
/// none (`NONE` in lts.conf), if only a shell could tell, and if `entry` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_value(entry: *const ltsp_entry) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; entry: handle => { entry.value.as_ref().map(Text::lend) })
}

/// Answers where an entry's value comes from.
///
/// @param entry The entry.
/// @return Where, borrowed from what was resolved; NULL if `entry` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_origin(entry: *const ltsp_entry) -> *const ltsp_origin {
    boundary!(else std::ptr::null(); entry: handle => { Some(&raw const entry.origin) })
}

/// Answers how many values an entry's value hides.
///
/// @param entry The entry.
/// @return The number of values; 0 if `entry` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_hidden_count(entry: *const ltsp_entry) -> usize {
    boundary!(else 0; entry: handle => { Some(entry.hidden.len()) })
}

/// Answers a value that an entry's value hides.
///
/// @param entry The entry.
/// @param index From 0 to below ltsp_entry_hidden_count(), the next in rank first.
/// @return The value, borrowed from what was resolved; none if there is none at `index` or `entry`
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_hidden_value(
    entry: *const ltsp_entry,
    index: usize,
) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; entry: handle => {
        entry.hidden.get(index).map(|(value, _)| value.lend())
    })
}

/// Answers where a value stands that an entry's value hides.
///
/// @param entry The entry.
/// @param index From 0 to below ltsp_entry_hidden_count(), the next in rank first.
/// @return Where, borrowed from what was resolved; NULL if there is none at `index` or `entry` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_entry_hidden_origin(
    entry: *const ltsp_entry,
    index: usize,
) -> *const ltsp_origin {
    boundary!(else std::ptr::null(); entry: handle => {
        entry.hidden.get(index).map(|(_, origin)| std::ptr::from_ref(origin))
    })
}
