//! Threads for the time of one operation.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::progress::{Event, Observer, check};

/// Runs `work` on `threads` threads at once, this one among them, and waits for all. The first
/// error is answered.
pub(crate) fn parallel(threads: usize, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    if threads <= 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads)
            .filter_map(|_| {
                // Where the system has no thread to spare, the others do the work.
                std::thread::Builder::new().name("ltsp".into()).spawn_scoped(scope, &work).ok()
            })
            .collect();
        let mut outcome = work();
        for helper in helpers {
            let result = helper.join().unwrap_or_else(|panic| resume_unwind(panic));
            outcome = outcome.and(result);
        }
        outcome
    })
}

/// Work that makes more work: threads take from it until all is done.
pub(crate) struct Queue<T> {
    state: Mutex<QueueState<T>>,
    wake: Condvar,
    waiting: AtomicUsize,
    queued: AtomicUsize,
}

struct QueueState<T> {
    items: VecDeque<T>,
    working: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(items: impl IntoIterator<Item = T>) -> Self {
        let items: VecDeque<T> = items.into_iter().collect();
        let queued = AtomicUsize::new(items.len());
        Self {
            state: Mutex::new(QueueState { items, working: 0, closed: false }),
            wake: Condvar::new(),
            waiting: AtomicUsize::new(0),
            queued,
        }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work.
    pub(crate) fn push(&self, item: T) {
        self.extend([item]);
    }

    /// Adds work for one more thread.
    pub(crate) fn extend(&self, items: impl IntoIterator<Item = T>) {
        let mut state = self.lock();
        state.items.extend(items);
        self.queued.store(state.items.len(), Ordering::Relaxed);
        drop(state);
        self.wake.notify_one();
    }

    /// Whether a thread waits for work that is not there yet.
    pub(crate) fn is_hungry(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > self.queued.load(Ordering::Relaxed)
    }

    /// Lets `work` take from the queue until nothing is left and nobody may add anything, or
    /// until somebody fails.
    pub(crate) fn drain(&self, mut work: impl FnMut(T) -> Result<()>) -> Result<()> {
        while let Some(item) = self.take() {
            // A panic must not leave the others waiting for ever.
            let guard = Working(self);
            let result = work(item);
            if result.is_err() {
                self.lock().closed = true;
            }
            drop(guard);
            result?;
        }
        Ok(())
    }

    fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(item) = state.items.pop_front() {
                state.working += 1;
                self.queued.store(state.items.len(), Ordering::Relaxed);
                return Some(item);
            }
            if state.working == 0 {
                return None;
            }
            self.waiting.fetch_add(1, Ordering::Relaxed);
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

struct Working<'q, T>(&'q Queue<T>);

impl<T> Drop for Working<'_, T> {
    fn drop(&mut self) {
        self.0.lock().working -= 1;
        self.0.wake.notify_all();
    }
}

/// What the threads that work on one home tell the observer, and how they learn that one of them
/// has failed.
pub(crate) struct Progress<'a> {
    observer: &'a dyn Observer,
    home: &'a Path,
    failed: AtomicBool,
    entries: AtomicU64,
    bytes: AtomicU64,
}

/// How many entries make it worth telling the observer.
const TELL_EVERY: u64 = 256;

impl<'a> Progress<'a> {
    pub(crate) fn new(observer: &'a dyn Observer, home: &'a Path) -> Self {
        Self {
            observer,
            home,
            failed: AtomicBool::new(false),
            entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// `Err` once the caller wants to stop.
    pub(crate) fn check(&self) -> Result<()> {
        check(self.observer)
    }

    /// Whether another thread has failed, so that there is no point in going on.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Passes a result on, remembering a failure.
    pub(crate) fn watch<T>(&self, result: Result<T>) -> Result<T> {
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Counts work that was done.
    pub(crate) fn done(&self, entries: u64, bytes: u64) {
        let before = self.entries.fetch_add(entries, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before % TELL_EVERY + entries >= TELL_EVERY {
            self.flush();
        }
    }

    /// Tells the observer what it has not been told yet.
    pub(crate) fn flush(&self) {
        let entries = self.entries.swap(0, Ordering::Relaxed);
        let bytes = self.bytes.swap(0, Ordering::Relaxed);
        if entries + bytes > 0 {
            self.observer.event(&Event::HomeProgress { home: self.home, entries, bytes });
        }
    }
}
