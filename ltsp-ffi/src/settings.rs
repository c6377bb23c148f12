//! Settings of a document: read and change them, line by line.

use std::ffi::c_char;

use ltsp_core::Result;
use ltsp_core::conf::AnyDocument;
use ltsp_core::text::Setting;

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::conf::{Question, ltsp_conf};
use crate::diagnostics::ltsp_diagnostics;
use crate::error::{ltsp_error, ltsp_status};
use crate::place::ltsp_place;

/// One line that gives a name a value; borrowed from its document.
#[derive(Debug)]
pub struct ltsp_setting {
    section: Option<Text>,
    key: Text,
    value: Text,
    place: ltsp_place,
}

impl From<&Setting> for ltsp_setting {
    fn from(setting: &Setting) -> Self {
        Self {
            section: setting.section.as_ref().map(Text::new),
            key: Text::new(&setting.key),
            value: Text::new(&setting.value),
            place: ltsp_place::from(&setting.place),
        }
    }
}

/// A change that says whether there was anything to change.
fn changes(
    conf: &mut ltsp_conf,
    changed: Option<&mut bool>,
    change: impl FnOnce(&mut AnyDocument) -> Result<bool>,
) -> Result<()> {
    let done = change(conf.document_mut())?;
    if let Some(changed) = changed {
        *changed = done;
    }
    Ok(())
}

/// Answers the value that the program would take for a name from one section alone. What a client
/// gets, by all sections that count for it, is answered by ltsp_conf_resolve().
///
/// @param conf The document.
/// @param section The section, or the label of a boot menu. NULL for what stands before or outside
/// of all sections, and for formats without sections.
/// @param key The name.
/// @param value Where the value goes, borrowed from the document; none (`ptr` is NULL) if the name
/// is not set there.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if the name is not set; LTSP_NOT_FOUND if there is no such section.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_get(
    conf: *const ltsp_conf,
    section: *const c_char,
    key: *const c_char,
    value: *mut ltsp_bytes,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; value: value, conf: handle, section: maybe_text, key: text => {
        let question = Question::Setting(section.map(<[u8]>::to_vec), key.to_vec());
        *value = conf.lend(question, |document| {
            Ok(document.get(section, key)?.map(|(value, _)| value))
        })?;
        Ok(())
    })
}

/// Gives a name a value: in its line if it has one, else in a new line at the end of the section.
/// A missing section is added at the end of the file. The line imitates its neighbours; every other
/// byte stays.
///
/// @param conf The document.
/// @param section As for ltsp_conf_get().
/// @param key The name.
/// @param value The value, without quotes: they are added where the format needs them.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_INVALID_INPUT if the format cannot express it, or if the file has a mistake
/// above that would keep the line from being read. The document is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_set(
    conf: *mut ltsp_conf,
    section: *const c_char,
    key: *const c_char,
    value: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: change, section: maybe_text, key: text, value: text => {
        conf.document_mut().set(section, key, value)
    })
}

/// Removes every line that gives a name a value in a section.
///
/// @param conf The document.
/// @param section As for ltsp_conf_get().
/// @param key The name.
/// @param changed Where it goes whether there was one, or NULL.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_unset(
    conf: *mut ltsp_conf,
    section: *const c_char,
    key: *const c_char,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change, section: maybe_text, key: text => {
        changes(conf, changed, |document| document.unset(section, key))
    })
}

/// Turns every line that gives a name a value in a section into a comment.
///
/// @param conf The document.
/// @param section As for ltsp_conf_get().
/// @param key The name.
/// @param changed Where it goes whether there was one, or NULL.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_comment_out(
    conf: *mut ltsp_conf,
    section: *const c_char,
    key: *const c_char,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change, section: maybe_text, key: text => {
        changes(conf, changed, |document| document.comment_out(section, key))
    })
}

/// Turns the last comment of a section that would give a name a value (`#KEY=value`) into a line
/// that counts.
///
/// @param conf The document.
/// @param section As for ltsp_conf_get().
/// @param key The name.
/// @param changed Where it goes whether there was one, or NULL.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section;
/// LTSP_INVALID_INPUT if the format cannot express what stands there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_uncomment(
    conf: *mut ltsp_conf,
    section: *const c_char,
    key: *const c_char,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change, section: maybe_text, key: text => {
        changes(conf, changed, |document| document.uncomment(section, key))
    })
}

/// Adds an empty section at the end of the file, if it is missing.
///
/// @param conf The document.
/// @param section Its name.
/// @param changed Where it goes whether it was missing, or NULL.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_INVALID_INPUT if the format has no sections or cannot express the name;
/// LTSP_REFUSED if an empty section would be a mistake in it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_add_section(
    conf: *mut ltsp_conf,
    section: *const c_char,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change, section: text => {
        changes(conf, changed, |document| document.add_section(section))
    })
}

/// Replaces all of a document, as if somebody had written the file anew: what an editor does.
///
/// @param conf The document.
/// @param text The bytes, which are copied. May be NULL if `len` is 0.
/// @param len The number of bytes.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, whatever the bytes are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_set_bytes(
    conf: *mut ltsp_conf,
    text: *const u8,
    len: usize,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: change => {
        // SAFETY: the caller gives NULL or that many bytes.
        let text = unsafe { boundary::bytes(text, len, "text") }?.to_vec();
        let document = conf.document_mut();
        *document = AnyDocument::parse(document.kind(), document.source().with_bytes(text));
        Ok(())
    })
}

/// Makes every change that ltsp_conf_check() knows and calls safe.
///
/// @param conf The document.
/// @param mended Where the diagnostics go that were mended, which the caller frees with
/// ltsp_diagnostics_free(); NULL goes there on failure. Their places are those of the file as it was
/// when each was found.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_fix(
    conf: *mut ltsp_conf,
    mended: *mut *mut ltsp_diagnostics,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; mended: out, conf: change => {
        let found = ltsp_diagnostics::from(conf.document_mut().fix());
        *mended = Box::into_raw(Box::new(found));
        Ok(())
    })
}

/// Answers how many sections a document has; of a boot menu, labels.
///
/// @param conf The document.
/// @return The number of sections; 0 if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_section_count(conf: *const ltsp_conf) -> usize {
    boundary!(else 0; conf: handle => { Some(conf.sections().len()) })
}

/// Answers the name of one section.
///
/// @param conf The document.
/// @param index From 0 to below ltsp_conf_section_count(), in the order of the file.
/// @return The name, borrowed from the document; none if there is none at `index` or `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_section(conf: *const ltsp_conf, index: usize) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; conf: handle => {
        conf.sections().get(index).map(|(name, _)| name.lend())
    })
}

/// Answers where one section begins.
///
/// @param conf The document.
/// @param index From 0 to below ltsp_conf_section_count(), in the order of the file.
/// @return The place, borrowed from the document; NULL if there is none at `index` or `conf` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_section_place(
    conf: *const ltsp_conf,
    index: usize,
) -> *const ltsp_place {
    boundary!(else std::ptr::null(); conf: handle => {
        conf.sections().get(index).map(|(_, place)| std::ptr::from_ref(place))
    })
}

/// Answers how many lines of a document give a name a value.
///
/// @param conf The document.
/// @return The number of settings; 0 if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_setting_count(conf: *const ltsp_conf) -> usize {
    boundary!(else 0; conf: handle => { Some(conf.settings().len()) })
}

/// Answers one line that gives a name a value.
///
/// @param conf The document.
/// @param index From 0 to below ltsp_conf_setting_count(), in the order of the file.
/// @return The setting, borrowed from the document; NULL if there is none at `index` or `conf` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_setting(
    conf: *const ltsp_conf,
    index: usize,
) -> *const ltsp_setting {
    boundary!(else std::ptr::null(); conf: handle => {
        conf.settings().get(index).map(std::ptr::from_ref)
    })
}

/// Answers the section that a setting stands in.
///
/// @param setting The setting.
/// @return Its name, borrowed from the document; none if it stands in no section or `setting` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_setting_section(setting: *const ltsp_setting) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; setting: handle => {
        setting.section.as_ref().map(Text::lend)
    })
}

/// Answers the name that a setting gives a value, as it is written.
///
/// @param setting The setting.
/// @return The name, borrowed from the document; none if `setting` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_setting_key(setting: *const ltsp_setting) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; setting: handle => { Some(setting.key.lend()) })
}

/// Answers the value of a setting, without its quotes.
///
/// @param setting The setting.
/// @return The value, borrowed from the document; none (`ptr` is NULL) if `setting` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_setting_value(setting: *const ltsp_setting) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; setting: handle => { Some(setting.value.lend()) })
}

/// Answers where a setting stands.
///
/// @param setting The setting.
/// @return The place, borrowed from the document; NULL if `setting` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_setting_place(setting: *const ltsp_setting) -> *const ltsp_place {
    boundary!(else std::ptr::null(); setting: handle => { Some(&raw const setting.place) })
}
