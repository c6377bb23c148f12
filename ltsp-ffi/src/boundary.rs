//! What stands between C and Rust: pointers are checked and panics end here.

use std::any::Any;
use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ltsp_core::{Error, ErrorKind, Result};

use crate::bytes::ltsp_bytes;
use crate::error::{ltsp_error, ltsp_status};

/// The body of an exported function.
///
/// * `boundary!(error; report: out, reset: handle => { ... })` answers an [`ltsp_status`]; the
///   body is a `Result<()>`.
/// * `boundary!(else 0; report: handle => { ... })` answers a value, which is the one given if a
///   pointer is NULL or the body is `None`.
/// * `boundary!(error, reset; path: text => |builder| ...)` changes a reset. What is wrong with
///   the arguments is remembered there.
///
/// Arguments are `handle` (becomes `&T`), `change` (`&mut T`), `text` (`&[u8]`), `out` (`&mut *mut T`,
/// NULL so far) or `value` (`&mut ltsp_bytes`, none so far). Those that may be NULL are `maybe`
/// (`Option<&T>`), `maybe_text` and `flag` (`Option<&mut bool>`, false so far). Outputs come first, so
/// that they are cleared whatever else is wrong.
macro_rules! boundary {
    ($error:ident; $($name:ident: $kind:ident),* => $body:block) => {{
        let body = || {
            $(let $name = boundary!(@take $kind $name)?;)*
            $body
        };
        // SAFETY: the caller gives NULL or a place for an error.
        unsafe { $crate::boundary::status($error, body) }
    }};
    ($error:ident, $reset:ident; $($name:ident: $kind:ident),* => $change:expr) => {{
        let body = || {
            // SAFETY: the caller gives NULL or a handle that nobody else uses meanwhile.
            let reset = unsafe { $crate::boundary::borrow_mut($reset, stringify!($reset)) }?;
            reset.change(|builder| {
                $(let $name = boundary!(@take $kind $name)?;)*
                $change(builder)
            })
        };
        // SAFETY: the caller gives NULL or a place for an error.
        unsafe { $crate::boundary::status($error, body) }
    }};
    (else $default:expr; $($name:ident: $kind:ident),* => $body:block) => {{
        let body = || {
            $(let $name = boundary!(@take $kind $name).ok()?;)*
            $body
        };
        $crate::boundary::caught(body).ok().flatten().unwrap_or($default)
    }};
    (@take handle $name:ident) => {
        // SAFETY: the caller gives NULL or a handle that is alive.
        unsafe { $crate::boundary::borrow($name, stringify!($name)) }
    };
    (@take change $name:ident) => {
        // SAFETY: the caller gives NULL or a handle that nobody else uses meanwhile.
        unsafe { $crate::boundary::borrow_mut($name, stringify!($name)) }
    };
    (@take maybe $name:ident) => {
        // SAFETY: the caller gives NULL or a handle that is alive.
        unsafe { $crate::boundary::maybe($name) }
    };
    (@take maybe_text $name:ident) => {
        // SAFETY: the caller gives NULL or a string that ends with a NUL byte.
        unsafe { $crate::boundary::maybe_text($name) }
    };
    (@take value $name:ident) => {
        // SAFETY: the caller gives NULL or a place for bytes.
        unsafe { $crate::boundary::value($name, stringify!($name)) }
    };
    (@take flag $name:ident) => {
        // SAFETY: the caller gives NULL or a place for a bool.
        unsafe { $crate::boundary::flag($name) }
    };
    (@take text $name:ident) => {
        // SAFETY: the caller gives NULL or a string that ends with a NUL byte.
        unsafe { $crate::boundary::text($name, stringify!($name)) }
    };
    (@take out $name:ident) => {
        // SAFETY: the caller gives NULL or a place for a pointer.
        unsafe { $crate::boundary::out($name, stringify!($name)) }
    };
}

/// Runs `body`; a panic becomes an error.
pub(crate) fn caught<T>(body: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| panicked(&*payload))
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let what = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(ErrorKind::Internal, format!("this is a bug in the library: {what}"))
        .help_with("please report it")
}

/// Runs `body` and says how it went: by the status and, if `error` is not NULL, there.
///
/// # Safety
/// `error` is NULL or a place for a pointer.
pub(crate) unsafe fn status(
    error: *mut *mut ltsp_error,
    body: impl FnOnce() -> Result<()>,
) -> ltsp_status {
    let (status, given) = match caught(body).flatten_result() {
        Ok(()) => (ltsp_status::LTSP_OK, std::ptr::null_mut()),
        Err(why) => {
            let status = ltsp_status::from(why.kind());
            let given = match error.is_null() {
                true => std::ptr::null_mut(),
                false => Box::into_raw(Box::new(ltsp_error::from(why))),
            };
            (status, given)
        }
    };
    if !error.is_null() {
        // SAFETY: not NULL, so a place for a pointer, as this function's caller promises.
        unsafe { error.write(given) };
    }
    status
}

/// `Result::flatten` is younger than the oldest compiler this is built with.
trait FlattenResult {
    fn flatten_result(self) -> Result<()>;
}

impl FlattenResult for Result<Result<()>> {
    fn flatten_result(self) -> Result<()> {
        self?
    }
}

fn null(name: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("\"{name}\" is NULL"))
        .help_with("check what was answered when it was made")
}

/// The handle at `pointer`.
///
/// # Safety
/// `pointer` is NULL or a handle that lives as long as the answer is used and is not changed
/// meanwhile.
pub(crate) unsafe fn borrow<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: NULL or alive, as this function's caller promises.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// The handle at `pointer`, to be changed.
///
/// # Safety
/// `pointer` is NULL or a handle that lives as long as the answer is used, by nobody else.
pub(crate) unsafe fn borrow_mut<'a, T>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: NULL or alive and unshared, as this function's caller promises.
    unsafe { pointer.as_mut() }.ok_or_else(|| null(name))
}

/// The string at `pointer`, without its NUL byte.
///
/// # Safety
/// `pointer` is NULL or a string that ends with a NUL byte and lives as long as the answer is
/// used.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a [u8]> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so a string, as this function's caller promises.
    Ok(unsafe { CStr::from_ptr(pointer) }.to_bytes())
}

/// The handle at `pointer`, if there is one.
///
/// # Safety
/// As [`borrow`].
pub(crate) unsafe fn maybe<'a, T>(pointer: *const T) -> Result<Option<&'a T>> {
    // SAFETY: NULL or alive, as this function's caller promises.
    Ok(unsafe { pointer.as_ref() })
}

/// The string at `pointer`, if there is one.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn maybe_text<'a>(pointer: *const c_char) -> Result<Option<&'a [u8]>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so a string, as this function's caller promises.
    unsafe { text(pointer, "string") }.map(Some)
}

/// The `len` bytes at `pointer`.
///
/// # Safety
/// `pointer` is NULL or that many bytes, which live as long as the answer is used.
pub(crate) unsafe fn bytes<'a>(pointer: *const u8, len: usize, name: &str) -> Result<&'a [u8]> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so that many bytes, as this function's caller promises.
    Ok(unsafe { std::slice::from_raw_parts(pointer, len) })
}

/// The place where bytes go, set to none for now.
///
/// # Safety
/// `pointer` is NULL or a place for [`ltsp_bytes`] that lives as long as the answer is used, by
/// nobody else.
pub(crate) unsafe fn value<'a>(pointer: *mut ltsp_bytes, name: &str) -> Result<&'a mut ltsp_bytes> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so a place for bytes; written first, as it may be uninitialised.
    unsafe { pointer.write(ltsp_bytes::NONE) };
    // SAFETY: as above, and initialised by now.
    Ok(unsafe { &mut *pointer })
}

/// The place where a yes or no goes, set to no for now, if somebody wants to know.
///
/// # Safety
/// `pointer` is NULL or a place for a bool that lives as long as the answer is used, by nobody
/// else.
pub(crate) unsafe fn flag<'a>(pointer: *mut bool) -> Result<Option<&'a mut bool>> {
    if !pointer.is_null() {
        // SAFETY: not NULL, so a place for a bool; written first, as it may be uninitialised.
        unsafe { pointer.write(false) };
    }
    // SAFETY: NULL, or initialised by now.
    Ok(unsafe { pointer.as_mut() })
}

/// The place where a new handle goes, set to NULL for now.
///
/// # Safety
/// `pointer` is NULL or a place for a pointer that lives as long as the answer is used, by nobody
/// else.
pub(crate) unsafe fn out<'a, T>(pointer: *mut *mut T, name: &str) -> Result<&'a mut *mut T> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so a place for a pointer; written first, as it may be uninitialised.
    unsafe { pointer.write(std::ptr::null_mut()) };
    // SAFETY: as above, and initialised by now.
    Ok(unsafe { &mut *pointer })
}

/// Frees what [`Box::into_raw`] gave.
///
/// # Safety
/// `pointer` is NULL or came from `Box::into_raw` and is used by nobody from here on.
pub(crate) unsafe fn free<T>(pointer: *mut T) {
    if pointer.is_null() {
        return;
    }
    // SAFETY: not NULL, so a box that is the caller's, as it promises.
    let owned = unsafe { Box::from_raw(pointer) };
    // There is nobody left to tell.
    drop(caught(|| drop(owned)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let mut error = std::ptr::null_mut();
        // SAFETY: the error has a place.
        let status = unsafe { status(&raw mut error, || panic!("boom")) };
        assert_eq!(status, ltsp_status::LTSP_INTERNAL);
        // SAFETY: it was set just now.
        let given = unsafe { borrow(error, "error") }.expect("an error");
        assert_eq!(
            given.error().to_string(),
            "this is a bug in the library: boom; please report it"
        );
        // SAFETY: it came from a box and is not used again.
        unsafe { free(error) };
    }

    #[test]
    fn a_panic_where_nothing_can_fail_is_answered_with_the_default() {
        let seven = 7;
        let value = &raw const seven;
        let answer = boundary!(else 3; value: handle => { (*value == 7).then(|| panic!("boom")) });
        assert_eq!(answer, 3);
    }

    #[test]
    fn success_clears_what_was_in_the_place_for_the_error() {
        let mut error: *mut ltsp_error = std::ptr::dangling_mut();
        // SAFETY: the error has a place, which may hold anything.
        let status = unsafe { status(&raw mut error, || Ok(())) };
        assert_eq!((status, error), (ltsp_status::LTSP_OK, std::ptr::null_mut()));
    }
}
