//! What is wrong with a file.

use std::ffi::c_char;

use ltsp_core::text::{Diagnostic, Label, Severity};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::place::ltsp_place;

/// How bad something is; worse is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_severity {
    /// Answered for NULL.
    LTSP_SEVERITY_NONE = 0,
    /// It works, but there is something to know.
    LTSP_SEVERITY_ADVICE = 1,
    /// It is read, but not as whoever wrote it will have meant.
    LTSP_SEVERITY_WARNING = 2,
    /// It, or what follows it, is not read at all, or stops the program that reads it.
    LTSP_SEVERITY_ERROR = 3,
}

/// An [`ltsp_severity`] that a caller gives.
pub type SeverityNumber = i32;

impl From<Severity> for ltsp_severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Advice => Self::LTSP_SEVERITY_ADVICE,
            Severity::Warning => Self::LTSP_SEVERITY_WARNING,
            Severity::Error => Self::LTSP_SEVERITY_ERROR,
        }
    }
}

/// Mistakes and traps of a file, in its order. It never changes, so threads may read it together.
#[derive(Debug)]
pub struct ltsp_diagnostics(Vec<ltsp_diagnostic>);

/// One mistake or trap; borrowed from its list.
#[derive(Debug)]
pub struct ltsp_diagnostic {
    code: Text,
    severity: ltsp_severity,
    place: ltsp_place,
    message: Text,
    text: Text,
    labels: Vec<(ltsp_place, Text)>,
    mend: Option<Text>,
    edits: bool,
    safe: bool,
}

impl From<Vec<Diagnostic>> for ltsp_diagnostics {
    fn from(found: Vec<Diagnostic>) -> Self {
        Self(found.iter().map(ltsp_diagnostic::from).collect())
    }
}

impl From<&Diagnostic> for ltsp_diagnostic {
    fn from(found: &Diagnostic) -> Self {
        let label = |label: &Label| (ltsp_place::from(&label.place), Text::new(&label.message));
        let mend = found.mend.as_ref();
        Self {
            code: Text::new(found.code),
            severity: found.severity.into(),
            place: ltsp_place::from(&found.place),
            message: Text::new(&found.message),
            text: Text::new(found.to_string()),
            labels: found.labels.iter().map(label).collect(),
            mend: mend.map(|mend| Text::new(&mend.message)),
            edits: mend.is_some_and(|mend| !mend.edits.is_empty()),
            safe: mend.is_some_and(|mend| mend.safe && !mend.edits.is_empty()),
        }
    }
}

/// Frees a list of diagnostics, and everything that was read from it.
///
/// @param diagnostics The list, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostics_free(diagnostics: *mut ltsp_diagnostics) {
    // SAFETY: the caller gives NULL or a list that is its own.
    unsafe { boundary::free(diagnostics) };
}

/// Answers how many diagnostics there are.
///
/// @param diagnostics The list.
/// @return The number; 0 if `diagnostics` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostics_count(diagnostics: *const ltsp_diagnostics) -> usize {
    boundary!(else 0; diagnostics: handle => { Some(diagnostics.0.len()) })
}

/// Answers how bad the worst of them is.
///
/// @param diagnostics The list.
/// @return The severity; LTSP_SEVERITY_NONE if there are none or `diagnostics` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostics_worst(
    diagnostics: *const ltsp_diagnostics,
) -> ltsp_severity {
    boundary!(else ltsp_severity::LTSP_SEVERITY_NONE; diagnostics: handle => {
        diagnostics.0.iter().map(|one| one.severity).max_by_key(|severity| *severity as i32)
    })
}

/// Answers one diagnostic.
///
/// @param diagnostics The list.
/// @param index From 0 to below ltsp_diagnostics_count(), in the order of the file.
/// @return The diagnostic, borrowed from the list; NULL if there is none at `index` or
/// `diagnostics` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostics_at(
    diagnostics: *const ltsp_diagnostics,
    index: usize,
) -> *const ltsp_diagnostic {
    boundary!(else std::ptr::null(); diagnostics: handle => {
        diagnostics.0.get(index).map(std::ptr::from_ref)
    })
}

/// Answers the stable name of a kind of mistake, such as `lts-greedy-quote`.
///
/// @param diagnostic The diagnostic.
/// @return The name, borrowed from the list; none if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_code(diagnostic: *const ltsp_diagnostic) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; diagnostic: handle => { Some(diagnostic.code.lend()) })
}

/// Answers how bad it is.
///
/// @param diagnostic The diagnostic.
/// @return The severity; LTSP_SEVERITY_NONE if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_severity(
    diagnostic: *const ltsp_diagnostic,
) -> ltsp_severity {
    boundary!(else ltsp_severity::LTSP_SEVERITY_NONE; diagnostic: handle => {
        Some(diagnostic.severity)
    })
}

/// Answers what is wrong and what really happens, in a sentence.
///
/// @param diagnostic The diagnostic.
/// @return The sentence, borrowed from the list; none if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_message(diagnostic: *const ltsp_diagnostic) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; diagnostic: handle => { Some(diagnostic.message.lend()) })
}

/// Answers where it is.
///
/// @param diagnostic The diagnostic.
/// @return The place, borrowed from the list; NULL if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_place(
    diagnostic: *const ltsp_diagnostic,
) -> *const ltsp_place {
    boundary!(else std::ptr::null(); diagnostic: handle => { Some(&raw const diagnostic.place) })
}

/// Answers all of it in one line, as compilers print it:
/// `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE; MEND`.
///
/// @param diagnostic The diagnostic.
/// @return The text, borrowed from the list; none if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_text(diagnostic: *const ltsp_diagnostic) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; diagnostic: handle => { Some(diagnostic.text.lend()) })
}

/// Answers what to do about it, as an instruction.
///
/// @param diagnostic The diagnostic.
/// @return The instruction, borrowed from the list; none if there is none or `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_mend(diagnostic: *const ltsp_diagnostic) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; diagnostic: handle => {
        diagnostic.mend.as_ref().map(Text::lend)
    })
}

/// Answers whether the library knows the change that ltsp_diagnostic_mend() speaks of, so that
/// nobody has to type it.
///
/// @param diagnostic The diagnostic.
/// @return Whether it does; false if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_has_edits(diagnostic: *const ltsp_diagnostic) -> bool {
    boundary!(else false; diagnostic: handle => { Some(diagnostic.edits) })
}

/// Answers whether ltsp_conf_fix() makes that change: the file then means what its author saw in
/// it.
///
/// @param diagnostic The diagnostic.
/// @return Whether it does; false if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_is_safe(diagnostic: *const ltsp_diagnostic) -> bool {
    boundary!(else false; diagnostic: handle => { Some(diagnostic.safe) })
}

/// Answers how many other places have to do with it.
///
/// @param diagnostic The diagnostic.
/// @return The number of places; 0 if `diagnostic` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_label_count(diagnostic: *const ltsp_diagnostic) -> usize {
    boundary!(else 0; diagnostic: handle => { Some(diagnostic.labels.len()) })
}

/// Answers another place that has to do with it.
///
/// @param diagnostic The diagnostic.
/// @param index From 0 to below ltsp_diagnostic_label_count().
/// @return The place, borrowed from the list; NULL if there is none at `index` or `diagnostic` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_label_place(
    diagnostic: *const ltsp_diagnostic,
    index: usize,
) -> *const ltsp_place {
    boundary!(else std::ptr::null(); diagnostic: handle => {
        diagnostic.labels.get(index).map(|(place, _)| std::ptr::from_ref(place))
    })
}

/// Answers what is at another place that has to do with it.
///
/// @param diagnostic The diagnostic.
/// @param index From 0 to below ltsp_diagnostic_label_count().
/// @return The words, borrowed from the list; none if there are none at `index` or `diagnostic` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_diagnostic_label_message(
    diagnostic: *const ltsp_diagnostic,
    index: usize,
) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; diagnostic: handle => {
        diagnostic.labels.get(index).map(|(_, message)| message.lend())
    })
}

/// Answers the name of a severity, such as `warning`.
///
/// @param severity The severity.
/// @return A string that is never freed; `none` for LTSP_SEVERITY_NONE, `unknown` for a number that
/// is no severity.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_severity_name(severity: SeverityNumber) -> *const c_char {
    let name = match severity {
        0 => c"none",
        1 => c"advice",
        2 => c"warning",
        3 => c"error",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn a_severity_has_the_name_it_has_elsewhere() {
        for severity in [Severity::Advice, Severity::Warning, Severity::Error] {
            // SAFETY: the name is a literal.
            let name =
                unsafe { CStr::from_ptr(ltsp_severity_name(ltsp_severity::from(severity) as i32)) };
            assert_eq!(name.to_str(), Ok(&severity.to_string()[..]));
        }
    }
}
