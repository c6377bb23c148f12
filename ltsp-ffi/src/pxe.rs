//! Boot menus: what is booted, with which kernel parameters, and from which file.

use std::ffi::c_char;

use ltsp_core::conf::AnyDocument;
use ltsp_core::formats::pxe::{KernelCommandLine, PxeConf, search_order};
use ltsp_core::text::Bytes;
use ltsp_core::{Error, ErrorKind, Result};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::client::{ltsp_client, mac_addr, request};
use crate::conf::{Question, ltsp_conf};
use crate::error::{ltsp_error, ltsp_status};

/// A file below `pxelinux.cfg/` for one machine. It never changes, so threads may read it together.
#[derive(Debug)]
pub struct ltsp_pxe_file {
    name: Text,
    content: Text,
}

/// A list of strings. It never changes, so threads may read it together.
#[derive(Debug)]
pub struct ltsp_strings(Vec<Text>);

fn wrong(document: &AnyDocument) -> Error {
    Error::new(ErrorKind::InvalidInput, "only pxelinux and syslinux configuration has labels")
        .at(document.source().name())
        .help_with("open it with LTSP_FORMAT_PXE if it is one")
}

fn pxe(document: &AnyDocument) -> Result<&PxeConf> {
    match document {
        AnyDocument::Pxe(pxe) => Ok(pxe),
        other => Err(wrong(other)),
    }
}

fn pxe_mut(document: &mut AnyDocument) -> Result<&mut PxeConf> {
    match document {
        AnyDocument::Pxe(pxe) => Ok(pxe),
        other => Err(wrong(other)),
    }
}

/// The value of a parameter; of no bytes if it is a flag.
fn parameter(line: &KernelCommandLine, name: &[u8]) -> Option<Bytes> {
    line.get(name).or_else(|| line.has_flag(name).then(Bytes::default))
}

/// Sets which label clients boot unless somebody at the client chooses another one. If the menu is
/// shown by DEFAULT, it still is.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if it cannot be
/// booted by its name or the document has another format, LTSP_REFUSED if an included file would
/// count instead. The document is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_set_default(
    conf: *mut ltsp_conf,
    label: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: change, label: text => {
        let files = conf.includes();
        pxe_mut(conf.document_mut())?.set_default_with(label, files.includes())
    })
}

/// Sets which label clients boot when nobody touches a key until the time is over.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_pxe_set_default().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_set_ontimeout(
    conf: *mut ltsp_conf,
    label: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: change, label: text => {
        let files = conf.includes();
        pxe_mut(conf.document_mut())?.set_ontimeout_with(label, files.includes())
    })
}

/// Answers the kernel parameters of a label: its own APPEND, or else the one for all labels of this
/// file.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param line Where the parameters go, in one line, borrowed from the document; of no bytes if
/// there are none.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if the document has
/// another format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_command_line(
    conf: *const ltsp_conf,
    label: *const c_char,
    line: *mut ltsp_bytes,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; line: value, conf: handle, label: text => {
        *line = conf.lend(Question::CommandLine(label.to_vec()), |document| {
            Ok(Some(Bytes::from(pxe(document)?.command_line(label)?.as_bytes())))
        })?;
        Ok(())
    })
}

/// Answers one kernel parameter of a label.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param name The parameter's name, such as `nbdroot`.
/// @param value Where the value goes, borrowed from the document: the last one if there are several,
/// of no bytes for a flag such as `quiet`; none (`ptr` is NULL) if it is missing.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_pxe_command_line().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_parameter(
    conf: *const ltsp_conf,
    label: *const c_char,
    name: *const c_char,
    value: *mut ltsp_bytes,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; value: value, conf: handle, label: text, name: text => {
        let question = Question::Parameter(label.to_vec(), name.to_vec());
        *value = conf.lend(question, |document| {
            Ok(parameter(&pxe(document)?.command_line(label)?, name))
        })?;
        Ok(())
    })
}

/// Gives a kernel parameter of a label a value; the others stay. A label without an APPEND of its
/// own gets one, with the parameters that it had from the one for all labels.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param name The parameter's name.
/// @param value The value; NULL for a flag, such as `quiet`.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if a command line
/// cannot express it or the document has another format. The document is then as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_set_parameter(
    conf: *mut ltsp_conf,
    label: *const c_char,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; conf: change, label: text, name: text, value: maybe_text => {
        pxe_mut(conf.document_mut())?.set_parameter(label, name, value)
    })
}

/// Removes a kernel parameter of a label, however often it is there, with or without a value.
///
/// @param conf A document of LTSP_FORMAT_PXE.
/// @param label The label.
/// @param name The parameter's name.
/// @param changed Where it goes whether it was there, or NULL.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_pxe_set_parameter().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_remove_parameter(
    conf: *mut ltsp_conf,
    label: *const c_char,
    name: *const c_char,
    changed: *mut bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; changed: flag, conf: change, label: text, name: text => {
        let removed = pxe_mut(conf.document_mut())?.remove_parameter(label, name)?;
        if let Some(changed) = changed {
            *changed = removed > 0;
        }
        Ok(())
    })
}

/// Makes a file for one machine: it boots a label of this menu, and otherwise is the menu. It is
/// not written.
///
/// @param conf A document of LTSP_FORMAT_PXE: `pxelinux.cfg/default`.
/// @param mac The hardware address of the network card that the machine boots from.
/// @param label The label.
/// @param made Where the file goes, which the caller frees with ltsp_pxe_file_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if `mac` is no
/// hardware address, if the label cannot be booted by its name or the document has another format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_file_for_mac(
    conf: *const ltsp_conf,
    mac: *const c_char,
    label: *const c_char,
    made: *mut *mut ltsp_pxe_file,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; made: out, conf: handle, mac: text, label: text => {
        let mac = mac_addr(mac)?;
        let files = conf.includes();
        let file = pxe(conf.document())?.for_mac_with(mac, label, files.includes())?;
        let file =
            ltsp_pxe_file { name: Text::new(&file.name), content: Text::new(&file.content) };
        *made = Box::into_raw(Box::new(file));
        Ok(())
    })
}

/// Frees a file for one machine, and everything that was read from it.
///
/// @param file The file, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_file_free(file: *mut ltsp_pxe_file) {
    // SAFETY: the caller gives NULL or a file that is its own.
    unsafe { boundary::free(file) };
}

/// Answers what the file is to be called, beside `default`: such as `01-52-54-00-12-34-56`.
///
/// @param file The file.
/// @return The name, borrowed from the file; none if `file` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_file_name(file: *const ltsp_pxe_file) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; file: handle => { Some(file.name.lend()) })
}

/// Answers what is to be written into the file.
///
/// @param file The file.
/// @return The bytes, borrowed from the file; none if `file` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_file_content(file: *const ltsp_pxe_file) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; file: handle => { Some(file.content.lend()) })
}

/// Answers the names below `pxelinux.cfg/` that a client asks the TFTP server for, in order: it
/// takes the first that there is.
///
/// @param client The client: its UUID, hardware and IPv4 address count. May be NULL: then it asks
/// for `default` alone.
/// @param file_names Where the names go, which the caller frees with ltsp_strings_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or the error of a setting of the client that failed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_pxe_search_order(
    client: *const ltsp_client,
    file_names: *mut *mut ltsp_strings,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; file_names: out, client: maybe => {
        let order = search_order(&request(client)?.client);
        let strings = ltsp_strings(order.iter().map(Text::new).collect());
        *file_names = Box::into_raw(Box::new(strings));
        Ok(())
    })
}

/// Frees a list of strings, and the strings.
///
/// @param strings The list, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_strings_free(strings: *mut ltsp_strings) {
    // SAFETY: the caller gives NULL or a list that is its own.
    unsafe { boundary::free(strings) };
}

/// Answers how many strings there are.
///
/// @param strings The list.
/// @return The number; 0 if `strings` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_strings_count(strings: *const ltsp_strings) -> usize {
    boundary!(else 0; strings: handle => { Some(strings.0.len()) })
}

/// Answers one string.
///
/// @param strings The list.
/// @param index From 0 to below ltsp_strings_count().
/// @return The string, borrowed from the list; none if there is none at `index` or `strings` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_strings_at(strings: *const ltsp_strings, index: usize) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; strings: handle => { strings.0.get(index).map(Text::lend) })
}
