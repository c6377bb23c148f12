//! Configuration documents: open, look, resolve, save.

use std::collections::HashMap;
use std::ffi::{OsStr, c_char};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ltsp_core::conf::{
    AnyDocument, ConfFile, FollowUp, Kind, RootIncludes, follow_ups, ltsp_request,
};
use ltsp_core::formats::{limits, shell};
use ltsp_core::text::{Bytes, Diagnostic, Includes, NoIncludes, Source};
use ltsp_core::{Error, ErrorKind, Result, SysRoot};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::client::{ltsp_client, request, user};
use crate::diagnostics::ltsp_diagnostics;
use crate::error::{ltsp_error, ltsp_status};
use crate::place::ltsp_place;
use crate::resolved::ltsp_resolved;
use crate::settings::ltsp_setting;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_format {
    /// To be told by the file's name: `lts.conf`, `ltsp.conf`, `pxelinux.cfg/default`,
    /// `limits.conf`, `image.excludes`, `ltsp-update-image.conf` and so on, where LTSP, pxelinux
    /// and PAM look for them.
    LTSP_FORMAT_BY_NAME = 0,
    /// lts.conf of LTSP 5.
    LTSP_FORMAT_LTS = 1,
    /// ltsp.conf of LTSP 19 and newer.
    LTSP_FORMAT_LTSP = 2,
    /// pxelinux and syslinux configuration. Its sections are labels.
    LTSP_FORMAT_PXE = 3,
    /// limits.conf(5) and the files of limits.d.
    LTSP_FORMAT_LIMITS = 4,
    /// What a client image leaves out.
    LTSP_FORMAT_EXCLUDES = 5,
    /// Shell assignments: the configuration of LTSP 5's server programs.
    LTSP_FORMAT_SHELL = 6,
}

/// An [`ltsp_format`] that a caller gives.
pub type FormatNumber = i32;

impl From<Kind> for ltsp_format {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Lts => Self::LTSP_FORMAT_LTS,
            Kind::Ltsp => Self::LTSP_FORMAT_LTSP,
            Kind::Pxe => Self::LTSP_FORMAT_PXE,
            Kind::Limits => Self::LTSP_FORMAT_LIMITS,
            Kind::Excludes => Self::LTSP_FORMAT_EXCLUDES,
            Kind::Shell => Self::LTSP_FORMAT_SHELL,
        }
    }
}

/// The format that a caller gives; `None` if the name is to tell it.
fn kind(number: FormatNumber) -> Result<Option<Kind>> {
    if number == ltsp_format::LTSP_FORMAT_BY_NAME as i32 {
        return Ok(None);
    }
    let found = Kind::ALL.into_iter().find(|kind| ltsp_format::from(*kind) as i32 == number);
    found.map(Some).ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, format!("{number} is no format"))
            .help_with("give one of the constants of ltsp_format")
    })
}

/// A configuration file: every byte of it, and what the program that reads it makes of it.
///
/// Whatever is in the file, it can be opened: what is wrong with it is what ltsp_conf_check()
/// answers. What is changed is changed in memory, one line at a time, until ltsp_conf_save().
///
/// **What is borrowed from a document** lives until the document is freed or a function is called
/// that takes it without `const`, whether or not that succeeds.
#[derive(Debug)]
pub struct ltsp_conf {
    held: Held,
    path: Text,
    lent: Lent,
}

/// Where the document is from.
#[derive(Debug)]
enum Held {
    File(ConfFile),
    Memory { document: AnyDocument, before: Source },
}

/// What was lent of a document; gone as soon as the document changes.
#[derive(Debug, Default)]
struct Lent {
    bytes: OnceLock<Text>,
    diff: OnceLock<Text>,
    settings: OnceLock<Vec<ltsp_setting>>,
    sections: OnceLock<Vec<(Text, ltsp_place)>>,
    /// One for each question that had an answer.
    answers: Mutex<HashMap<Question, Text>>,
}

/// A question whose answer is lent.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Question {
    Setting(Option<Vec<u8>>, Vec<u8>),
    Parameter(Vec<u8>, Vec<u8>),
    CommandLine(Vec<u8>),
}

/// Where included files come from: from the root of the file, or nowhere.
pub(crate) enum IncludesOf {
    Root(RootIncludes),
    Nowhere,
}

impl IncludesOf {
    pub(crate) fn includes(&self) -> &dyn Includes {
        match self {
            Self::Root(root) => root,
            Self::Nowhere => &NoIncludes,
        }
    }
}

impl ltsp_conf {
    fn of_file(file: ConfFile) -> Self {
        let path = Text::of_path(&file.root().outside(file.path()));
        Self { held: Held::File(file), path, lent: Lent::default() }
    }

    pub(crate) fn in_memory(document: AnyDocument) -> Self {
        let before = document.source().clone();
        let path = Text::of_path(before.name());
        Self { held: Held::Memory { document, before }, path, lent: Lent::default() }
    }

    pub(crate) fn into_raw(self) -> *mut Self {
        Box::into_raw(Box::new(self))
    }

    pub(crate) fn document(&self) -> &AnyDocument {
        match &self.held {
            Held::File(file) => file.document(),
            Held::Memory { document, .. } => document,
        }
    }

    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        match &self.held {
            Held::File(file) => file.check(),
            Held::Memory { document, .. } => document.check(),
        }
    }

    /// The document, to change it: nothing is lent any more.
    pub(crate) fn document_mut(&mut self) -> &mut AnyDocument {
        self.lent = Lent::default();
        match &mut self.held {
            Held::File(file) => file.document_mut(),
            Held::Memory { document, .. } => document,
        }
    }

    pub(crate) fn includes(&self) -> IncludesOf {
        match &self.held {
            Held::File(file) => IncludesOf::Root(file.includes()),
            Held::Memory { .. } => IncludesOf::Nowhere,
        }
    }

    pub(crate) fn settings(&self) -> &[ltsp_setting] {
        self.lent
            .settings
            .get_or_init(|| self.document().settings().iter().map(ltsp_setting::from).collect())
    }

    pub(crate) fn sections(&self) -> &[(Text, ltsp_place)] {
        self.lent.sections.get_or_init(|| {
            let sections = self.document().sections();
            let lent = |(name, place)| (Text::new(&name), ltsp_place::from(&place));
            sections.into_iter().map(lent).collect()
        })
    }

    pub(crate) fn follow_ups(&self) -> Vec<FollowUp> {
        match &self.held {
            Held::File(file) => file.follow_ups(),
            Held::Memory { document, before } => {
                let old = AnyDocument::parse(document.kind(), before.clone());
                follow_ups(before.name(), &old, document)
            }
        }
    }

    /// Lends the answer to a question, if it has one.
    pub(crate) fn lend(
        &self,
        question: Question,
        answer: impl FnOnce(&AnyDocument) -> Result<Option<Bytes>>,
    ) -> Result<ltsp_bytes> {
        if let Some(known) = self.answers().get(&question) {
            return Ok(known.lend());
        }
        let Some(found) = answer(self.document())? else { return Ok(ltsp_bytes::NONE) };
        // Another thread may have had the same question; its answer has been lent then.
        Ok(self.answers().entry(question).or_insert_with(|| Text::new(&found)).lend())
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<Question, Text>> {
        self.lent.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resolve(&self, client: Option<&ltsp_client>) -> Result<ltsp_resolved> {
        let name = self.document().source().name();
        let unanswerable = |what: &'static str, help: &'static str| {
            Err(Error::new(ErrorKind::InvalidInput, what).at(name).help_with(help))
        };
        let request = request(client)?;
        let resolved = match (self.document(), &self.held) {
            (AnyDocument::Limits(document), held) => {
                let root = match held {
                    Held::File(file) => file.root().clone(),
                    Held::Memory { .. } => SysRoot::host()?,
                };
                let Some(who) = user(client, &root)? else {
                    return unanswerable(
                        "limits are somebody's",
                        "say whose: ltsp_client_set_user()",
                    );
                };
                let effective = limits::effective(std::slice::from_ref(document), &who);
                return Ok(ltsp_resolved::new(effective.to_resolved(), false)
                    .exempt(effective.exempt.as_ref()));
            }
            (AnyDocument::Pxe(_) | AnyDocument::Excludes(_), _) => {
                return unanswerable(
                    "this format has no names with values for a client",
                    "list its settings: ltsp_conf_setting()",
                );
            }
            (_, Held::File(file)) => file.resolve(&request)?,
            (AnyDocument::Lts(document), _) => document.resolve(&request.client, &NoIncludes)?,
            (AnyDocument::Ltsp(document), _) => document.resolve(&ltsp_request(&request), &[])?,
            (AnyDocument::Shell(document), _) => shell::resolve(std::slice::from_ref(document)),
            _ => return unanswerable("this format is not known here", "open it as a file"),
        };
        Ok(ltsp_resolved::new(resolved, self.document().kind() == Kind::Lts))
    }
}

/// A path as bytes have it.
pub(crate) fn path(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// The root that a caller gives: this machine's if it gives none.
pub(crate) fn sys_root(root: Option<&[u8]>) -> Result<SysRoot> {
    root.map_or_else(SysRoot::host, |root| SysRoot::open(path(root)))
}

/// The root, and a path below it: on this machine a relative one begins in the working directory.
fn find(root: Option<&[u8]>, file: &[u8]) -> Result<(SysRoot, PathBuf)> {
    let file = path(file);
    let below = match root {
        Some(_) => Path::new("/").join(file),
        None => std::path::absolute(file)
            .map_err(|_| Error::new(ErrorKind::InvalidInput, "this is no path").at(file))?,
    };
    Ok((sys_root(root)?, below))
}

/// Opens a configuration file of this machine that must exist. Its name tells the format.
///
/// @param file_path The file. Symbolic links are followed.
/// @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK whatever is written in the file; LTSP_INVALID_INPUT if its name does not tell the
/// format or it is no regular file, LTSP_NOT_FOUND, LTSP_PERMISSION_DENIED, or LTSP_REFUSED if it is
/// larger than 64 MiB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_open(
    file_path: *const c_char,
    conf: *mut *mut ltsp_conf,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: out, file_path: text => {
        let (root, below) = find(None, file_path)?;
        *conf = ltsp_conf::of_file(ConfFile::open(&root, below)?).into_raw();
        Ok(())
    })
}

/// Opens a configuration file that must exist, of any root and format.
///
/// @param root The directory that stands for `/`, also for files that are included: a chroot, an
/// unpacked image. May be NULL: then it is this machine's own root.
/// @param file_path The file, a path below the root.
/// @param format The format, or LTSP_FORMAT_BY_NAME.
/// @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_conf_open(), and what ltsp_home_reset_set_root() answers for the root.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_open_as(
    root: *const c_char,
    file_path: *const c_char,
    format: FormatNumber,
    conf: *mut *mut ltsp_conf,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: out, root: maybe_text, file_path: text => {
        let format = kind(format)?;
        let (root, below) = find(root, file_path)?;
        let file = match format {
            Some(kind) => ConfFile::open_as(&root, below, kind)?,
            None => ConfFile::open(&root, below)?,
        };
        *conf = ltsp_conf::of_file(file).into_raw();
        Ok(())
    })
}

/// Opens a configuration file, or begins an empty one if there is none, which ltsp_conf_save()
/// makes, with mode 0644.
///
/// @param root As for ltsp_conf_open_as().
/// @param file_path The file, a path below the root.
/// @param format The format, or LTSP_FORMAT_BY_NAME.
/// @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_conf_open_as(), but not LTSP_NOT_FOUND for the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_open_or_new(
    root: *const c_char,
    file_path: *const c_char,
    format: FormatNumber,
    conf: *mut *mut ltsp_conf,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: out, root: maybe_text, file_path: text => {
        let format = kind(format)?;
        let (root, below) = find(root, file_path)?;
        *conf = ltsp_conf::of_file(ConfFile::open_or_new(&root, below, format)?).into_raw();
        Ok(())
    })
}

/// Reads a document from memory. Files that it includes are not read, and it cannot be saved.
///
/// @param name What it is called in messages and places.
/// @param text The bytes, which are copied. May be NULL if `len` is 0.
/// @param len The number of bytes.
/// @param format The format, or LTSP_FORMAT_BY_NAME.
/// @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK whatever the bytes are; LTSP_INVALID_INPUT if the name does not tell the format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_parse(
    name: *const c_char,
    text: *const u8,
    len: usize,
    format: FormatNumber,
    conf: *mut *mut ltsp_conf,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: out, name: text => {
        // SAFETY: the caller gives NULL or that many bytes.
        let text = unsafe { boundary::bytes(text, len, "text") }?;
        let name = path(name);
        let kind = kind(format)?.or_else(|| Kind::of(name)).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "this name does not tell the format")
                .at(name)
                .help_with("give one of the constants of ltsp_format")
        })?;
        let document = AnyDocument::parse(kind, Source::new(name, text));
        *conf = ltsp_conf::in_memory(document).into_raw();
        Ok(())
    })
}

/// Frees a document, and everything that was borrowed from it. Changes that were not saved are
/// gone. What was resolved or found by ltsp_conf_check() stays.
///
/// @param conf The document, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_free(conf: *mut ltsp_conf) {
    // SAFETY: the caller gives NULL or a document that is its own.
    unsafe { boundary::free(conf) };
}

/// Answers which file a document is, as it is called from outside of the root; the name of one from
/// memory.
///
/// @param conf The document.
/// @return The path, borrowed from the document; none if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_path(conf: *const ltsp_conf) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; conf: handle => { Some(conf.path.lend()) })
}

/// Answers the format of a document.
///
/// @param conf The document.
/// @return The format; LTSP_FORMAT_BY_NAME if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_format(conf: *const ltsp_conf) -> ltsp_format {
    boundary!(else ltsp_format::LTSP_FORMAT_BY_NAME; conf: handle => {
        Some(conf.document().kind().into())
    })
}

/// Answers the document as it would be written: every byte that was not changed is as it was read.
///
/// @param conf The document.
/// @return The bytes, borrowed from the document; none (`ptr` is NULL) if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_to_bytes(conf: *const ltsp_conf) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; conf: handle => {
        Some(conf.lent.bytes.get_or_init(|| Text::new(conf.document().to_bytes())).lend())
    })
}

/// Answers whether a document differs from what was read; a new file does.
///
/// @param conf The document.
/// @return Whether it does; false if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_is_changed(conf: *const ltsp_conf) -> bool {
    boundary!(else false; conf: handle => {
        Some(match &conf.held {
            Held::File(file) => file.is_changed(),
            Held::Memory { document, before } => document.to_bytes() != before.bytes(),
        })
    })
}

/// Answers what was changed since the document was read or saved, as `diff -u` prints it.
///
/// @param conf The document.
/// @return The difference, borrowed from the document, of no bytes if there is none; none (`ptr` is
/// NULL) if `conf` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_diff(conf: *const ltsp_conf) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; conf: handle => {
        let diff = || Text::new(match &conf.held {
            Held::File(file) => file.diff(),
            Held::Memory { document, before } => document.diff(before),
        });
        Some(conf.lent.diff.get_or_init(diff).lend())
    })
}

/// Finds every mistake and every silent trap in a document.
///
/// @param conf The document.
/// @param diagnostics Where they go, which the caller frees with ltsp_diagnostics_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, whatever was found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_check(
    conf: *const ltsp_conf,
    diagnostics: *mut *mut ltsp_diagnostics,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; diagnostics: out, conf: handle => {
        let found = ltsp_diagnostics::from(conf.check());
        *diagnostics = Box::into_raw(Box::new(found));
        Ok(())
    })
}

/// Answers what the program that reads a file takes from it for a client, and from which line:
///
/// - lts.conf: what `getltscfg -a` gives the client, with included files;
/// - ltsp.conf: what `ltsp` gives the applet on the client or server; `ltsp-APPLET.conf` beside it
///   is read after it;
/// - shell: what a shell has that sources the file and then those of its `.d` directory;
/// - limits.conf: what pam_limits takes from this one file for the client's user; for all of them
///   there is ltsp_limits_effective().
///
/// @param conf The document.
/// @param client The client. May be NULL: then it is one of which nothing is known, which gets what
/// all clients get.
/// @param resolved Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL
/// goes there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_PARSE where the program itself would fail, as with sections that are LIKE
/// each other in a circle; LTSP_INVALID_INPUT for pxelinux and excludes, which have no such values,
/// for limits.conf without a user, and for a client with a setting that failed; LTSP_NOT_FOUND if
/// there is no such user; what the kernel says of included files.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_resolve(
    conf: *const ltsp_conf,
    client: *const ltsp_client,
    resolved: *mut *mut ltsp_resolved,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; resolved: out, conf: handle, client: maybe => {
        *resolved = conf.resolve(client)?.into_raw();
        Ok(())
    })
}

/// Writes a document back, in one step: whoever reads the file sees it as it was or as it is now.
/// Owner, group, mode and extended attributes stay.
///
/// What has to be done next is answered by ltsp_conf_follow_ups(), which is to be asked before.
///
/// @param conf The document.
/// @param changed Where it goes whether there was anything to write, or NULL.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_CHANGED if somebody else has changed the file since it was read,
/// LTSP_REFUSED if somebody untrusted could exchange it meanwhile, LTSP_INVALID_INPUT if the
/// document is no file, and what the kernel says. Nothing is written then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_save(
    conf: *mut ltsp_conf,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change => {
        conf.lent = Lent::default();
        let saved = match &mut conf.held {
            Held::File(file) => file.save()?,
            Held::Memory { before, .. } => {
                return Err(Error::new(ErrorKind::InvalidInput, "this document is no file")
                    .at(before.name())
                    .help_with("write what ltsp_conf_to_bytes() answers"));
            }
        };
        if let Some(changed) = changed {
            *changed = saved;
        }
        Ok(())
    })
}

/// Answers the name of a format, such as `lts`: the one that `ltspctl --format` takes.
///
/// @param format The format.
/// @return A string that is never freed; `by-name` for LTSP_FORMAT_BY_NAME, `unknown` for a number
/// that is no format.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_format_name(format: FormatNumber) -> *const c_char {
    let name = match format {
        0 => c"by-name",
        1 => c"lts",
        2 => c"ltsp",
        3 => c"pxe",
        4 => c"limits",
        5 => c"excludes",
        6 => c"shell",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn a_format_has_one_number_and_the_name_it_has_elsewhere() {
        for format in Kind::ALL {
            let number = ltsp_format::from(format) as i32;
            assert_eq!(kind(number).expect("a format"), Some(format));
            // SAFETY: the name is a literal.
            let name = unsafe { CStr::from_ptr(ltsp_format_name(number)) };
            assert_eq!(name.to_str(), Ok(format.name()));
        }
        assert_eq!(kind(0).expect("the name tells it"), None);
        assert!(kind(7).is_err() && kind(-1).is_err());
    }

    #[test]
    fn documents_that_are_only_read_may_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<ltsp_conf>();
        shared::<ltsp_client>();
        shared::<ltsp_diagnostics>();
        shared::<ltsp_resolved>();
    }

    #[test]
    fn an_answer_that_was_lent_stays_where_it_is_while_others_are_asked_for() {
        let text = (0..1000).map(|at| format!("K{at}=\"v{at}\"\n")).collect::<String>();
        let document = AnyDocument::parse(Kind::Shell, Source::new("x", text));
        let conf = ltsp_conf::in_memory(document);
        let ask = |at: usize| {
            let key = format!("K{at}").into_bytes();
            let question = Question::Setting(None, key.clone());
            conf.lend(question, |document| Ok(document.get(None, &key)?.map(|(value, _)| value)))
                .expect("no sections")
        };
        let first = ask(0);
        assert!((1..1000).all(|at| ask(at).len > 1));
        let again = ask(0);
        assert_eq!((first.ptr, first.len), (again.ptr, 2));
    }
}
