//! Progress by callback, and cancellation.

use std::ffi::{c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ltsp_core::{CancelToken, Event, Observer};

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::error::ltsp_error;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_event_kind {
    /// Answered for NULL.
    LTSP_EVENT_NONE = 0,
    /// The work begins: ltsp_event_homes() homes will be dealt with.
    LTSP_EVENT_STARTED = 1,
    /// The home ltsp_event_home() begins.
    LTSP_EVENT_HOME_STARTED = 2,
    /// Work in that home went on, by ltsp_event_entries() and ltsp_event_bytes().
    LTSP_EVENT_HOME_PROGRESS = 3,
    /// That home is done; ltsp_event_error() says whether it failed.
    LTSP_EVENT_HOME_FINISHED = 4,
}

/// What a callback is told. It is gone when the callback returns.
#[derive(Debug)]
pub struct ltsp_event {
    kind: ltsp_event_kind,
    homes: usize,
    home: Option<Text>,
    entries: u64,
    bytes: u64,
    error: Option<ltsp_error>,
}

impl ltsp_event {
    fn new(kind: ltsp_event_kind) -> Self {
        Self { kind, homes: 0, home: None, entries: 0, bytes: 0, error: None }
    }

    fn about(kind: ltsp_event_kind, home: &Path) -> Self {
        Self { home: Some(Text::of_path(home)), ..Self::new(kind) }
    }

    /// The event in C; none if it has no number there yet.
    fn translate(event: &Event<'_>) -> Option<Self> {
        Some(match event {
            Event::Started { homes } => {
                Self { homes: *homes, ..Self::new(ltsp_event_kind::LTSP_EVENT_STARTED) }
            }
            Event::HomeStarted { home } => {
                Self::about(ltsp_event_kind::LTSP_EVENT_HOME_STARTED, home)
            }
            Event::HomeProgress { home, entries, bytes } => Self {
                entries: *entries,
                bytes: *bytes,
                ..Self::about(ltsp_event_kind::LTSP_EVENT_HOME_PROGRESS, home)
            },
            Event::HomeFinished { home, error } => Self {
                error: error.map(|error| error.clone().into()),
                ..Self::about(ltsp_event_kind::LTSP_EVENT_HOME_FINISHED, home)
            },
            _ => return None,
        })
    }
}

/// Is told what happens, and says whether to go on.
///
/// It is called from threads of the library, by one at a time while one function runs, so it needs
/// no lock of its own for what only it uses; it should be quick, because all of them may come to
/// wait for it. It must return: not by longjmp(), not by a C++ exception, not by ending its thread.
/// It must not change or free the reset that calls it.
///
/// @param event What happened; borrowed until the callback returns.
/// @param user_data What was given to ltsp_home_reset_set_progress().
/// @return 0 to go on. Anything else stops the operation as soon as each home is old or new; homes
/// that were not dealt with fail with LTSP_CANCELLED, and the callback is not called again.
pub type ltsp_progress_fn =
    Option<unsafe extern "C" fn(event: *const ltsp_event, user_data: *mut c_void) -> c_int>;

/// A callback with its data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callback {
    pub(crate) function: unsafe extern "C" fn(*const ltsp_event, *mut c_void) -> c_int,
    pub(crate) user_data: *mut c_void,
}

// SAFETY: the library only hands `user_data` back, and the header says that the callback is called
// from other threads than the one that gave it.
unsafe impl Send for Callback {}
// SAFETY: as above; two calls of one operation at once are prevented by `Watch`.
unsafe impl Sync for Callback {}

/// Watches one operation for a caller in C.
#[derive(Debug)]
pub(crate) struct Watch {
    callback: Option<Mutex<Callback>>,
    token: Option<CancelToken>,
    stop: AtomicBool,
}

impl Watch {
    pub(crate) fn new(callback: Option<Callback>, token: Option<CancelToken>) -> Self {
        Self { callback: callback.map(Mutex::new), token, stop: AtomicBool::new(false) }
    }
}

impl Observer for Watch {
    fn event(&self, event: &Event<'_>) {
        let Some(callback) = &self.callback else { return };
        let Some(event) = ltsp_event::translate(event) else { return };
        let callback = callback.lock().unwrap_or_else(PoisonError::into_inner);
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        // SAFETY: the caller gave this function for these arguments, and the event outlives the
        // call.
        let answer = unsafe { (callback.function)(&raw const event, callback.user_data) };
        if answer != 0 {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
            || self.token.as_ref().is_some_and(CancelToken::is_cancelled)
    }
}

/// Answers what an event is about.
///
/// @param event The event.
/// @return Its kind; LTSP_EVENT_NONE if `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_get_kind(event: *const ltsp_event) -> ltsp_event_kind {
    boundary!(else ltsp_event_kind::LTSP_EVENT_NONE; event: handle => { Some(event.kind) })
}

/// Answers how many homes will be dealt with (LTSP_EVENT_STARTED).
///
/// @param event The event.
/// @return The number of homes; 0 for other events and if `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_homes(event: *const ltsp_event) -> usize {
    boundary!(else 0; event: handle => { Some(event.homes) })
}

/// Answers the path of the home that an event is about, as it was given.
///
/// @param event The event.
/// @return The path, borrowed from the event; none for LTSP_EVENT_STARTED and if `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_home(event: *const ltsp_event) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; event: handle => { event.home.as_ref().map(Text::lend) })
}

/// Answers how many entries were made, replaced or removed in this home since the event before
/// (LTSP_EVENT_HOME_PROGRESS).
///
/// @param event The event.
/// @return The number of entries; 0 for other events and if `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_entries(event: *const ltsp_event) -> u64 {
    boundary!(else 0; event: handle => { Some(event.entries) })
}

/// Answers how many bytes of file content were written in this home since the event before
/// (LTSP_EVENT_HOME_PROGRESS).
///
/// @param event The event.
/// @return The number of bytes; 0 for other events and if `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_bytes(event: *const ltsp_event) -> u64 {
    boundary!(else 0; event: handle => { Some(event.bytes) })
}

/// Answers why this home failed (LTSP_EVENT_HOME_FINISHED).
///
/// @param event The event.
/// @return The error, borrowed from the event; NULL if it did not fail or `event` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_event_error(event: *const ltsp_event) -> *const ltsp_error {
    boundary!(else std::ptr::null(); event: handle => { event.error.as_ref().map(std::ptr::from_ref) })
}

/// A switch that stops operations.
#[derive(Debug)]
pub struct ltsp_cancel_token(pub(crate) CancelToken);

/// Makes a switch that is off. Give it to resets by ltsp_home_reset_set_cancel_token(), before
/// they run.
///
/// @return The switch, which the caller frees with ltsp_cancel_token_free().
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_cancel_token_new() -> *mut ltsp_cancel_token {
    boundary!(else std::ptr::null_mut(); => {
        Some(Box::into_raw(Box::new(ltsp_cancel_token(CancelToken::new()))))
    })
}

/// Asks every operation that has this switch to stop as soon as each home is old or new. Homes
/// that were not dealt with fail with LTSP_CANCELLED. A switch stays on.
///
/// May be called from any thread while operations run, and from a signal handler.
///
/// @param token The switch; nothing happens if it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_cancel_token_cancel(token: *const ltsp_cancel_token) {
    // An atomic store and nothing else, because of the signal handler: no panic can come from it.
    // SAFETY: the caller gives NULL or a token that is alive.
    if let Some(token) = unsafe { token.as_ref() } {
        token.0.cancel();
    }
}

/// Answers whether a switch is on. May be called from any thread, and from a signal handler.
///
/// @param token The switch.
/// @return Whether ltsp_cancel_token_cancel() was called; false if `token` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_cancel_token_is_cancelled(token: *const ltsp_cancel_token) -> bool {
    // SAFETY: the caller gives NULL or a token that is alive.
    unsafe { token.as_ref() }.is_some_and(|token| token.0.is_cancelled())
}

/// Frees a switch. Resets that have it keep what they need of it, so this may be done at any time
/// that nobody uses `token` itself.
///
/// @param token The switch, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_cancel_token_free(token: *mut ltsp_cancel_token) {
    // SAFETY: the caller gives NULL or a token that is its own.
    unsafe { boundary::free(token) };
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn count_and_stop(event: *const ltsp_event, user_data: *mut c_void) -> c_int {
        // SAFETY: the test gives a number, and calls come one at a time.
        let calls = unsafe { &mut *user_data.cast::<c_int>() };
        *calls += 1;
        // SAFETY: an event is alive while the callback runs.
        let kind = unsafe { ltsp_event_get_kind(event) };
        c_int::from(kind == ltsp_event_kind::LTSP_EVENT_HOME_STARTED)
    }

    #[test]
    fn a_callback_that_said_stop_is_not_called_again() {
        let mut calls: c_int = 0;
        let user_data = (&raw mut calls).cast();
        let watch = Watch::new(Some(Callback { function: count_and_stop, user_data }), None);
        watch.event(&Event::Started { homes: 2 });
        assert!(!watch.cancelled());
        watch.event(&Event::HomeStarted { home: Path::new("/home/a") });
        assert!(watch.cancelled());
        watch.event(&Event::HomeStarted { home: Path::new("/home/b") });
        assert_eq!(calls, 2);
    }
}
