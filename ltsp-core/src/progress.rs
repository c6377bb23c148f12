//! Progress and cancellation: the [`Observer`] that an operation reports to and asks.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// What an operation tells its [`Observer`] while it runs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The work begins: this many homes will be dealt with.
    Started {
        /// Number of homes.
        homes: usize,
    },
    /// One home begins.
    HomeStarted {
        /// The home's path, as it was given.
        home: &'a Path,
    },
    /// Work in one home went on; numbers are what was done since the last such event.
    HomeProgress {
        /// The home's path, as it was given.
        home: &'a Path,
        /// Entries made, replaced or removed.
        entries: u64,
        /// Bytes of file content written.
        bytes: u64,
    },
    /// One home is done.
    HomeFinished {
        /// The home's path, as it was given.
        home: &'a Path,
        /// The error, if it failed.
        error: Option<&'a Error>,
    },
}

/// Somebody who watches an operation and may stop it.
///
/// Both methods are called from the threads that do the work, so they should be quick. `()` is
/// the observer that does not care.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>) {
        let _ = event;
    }

    /// Whether to stop. Asked often; once it said `true` the operation winds up, leaving each home
    /// old or new, and reports [`ErrorKind::Cancelled`].
    fn cancelled(&self) -> bool {
        false
    }
}

impl Observer for () {}

impl<T: Observer + ?Sized> Observer for &T {
    fn event(&self, event: &Event<'_>) {
        (**self).event(event);
    }
    fn cancelled(&self) -> bool {
        (**self).cancelled()
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn event(&self, event: &Event<'_>) {
        (**self).event(event);
    }
    fn cancelled(&self) -> bool {
        (**self).cancelled()
    }
}

/// A switch that stops operations: clone it, hand one clone to the operation and keep the other.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every operation that watches this token to stop. May be called from a signal handler.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Observer for CancelToken {
    fn cancelled(&self) -> bool {
        self.is_cancelled()
    }
}

/// `Err` of kind [`ErrorKind::Cancelled`] once `observer` wants to stop.
pub(crate) fn check(observer: &dyn Observer) -> Result<()> {
    if observer.cancelled() {
        return Err(Error::new(ErrorKind::Cancelled, "stopped at the caller's request"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_token_stops_whoever_checks_it() {
        let token = CancelToken::new();
        let watching: Arc<dyn Observer> = Arc::new(token.clone());
        assert!(check(&watching).is_ok());
        token.cancel();
        let error = check(&watching).expect_err("a cancelled token is an error");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}
