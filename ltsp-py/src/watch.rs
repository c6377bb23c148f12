//! Runs an operation while Python goes on.
//!
//! The work is done in a thread of its own with the interpreter released. The calling thread waits
//! for it and does what only that thread may: it lets Python handle signals (Ctrl-C) and calls the
//! progress function. So the progress function runs where its author expects it, slow Python code
//! never stops the threads that work, and no thread of the library ever waits for the interpreter.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ltsp_core::{CancelToken, Error, ErrorKind, Observer, Result};
use pyo3::prelude::*;

use crate::errors::raise;
use crate::event::{Event, Note};

/// How often signals are looked for: no more than a keypress can be felt to lag.
const TICK: Duration = Duration::from_millis(50);

/// Runs `work` and answers what it answers.
///
/// An exception of `progress` or of a signal handler stops the work; once every home is old or new,
/// it is raised.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    cancel: Option<CancelToken>,
    work: impl FnOnce(&dyn Observer) -> Result<T> + Send,
) -> PyResult<T> {
    let mailbox = Mailbox::new(progress.is_some(), cancel);
    let (result, exception) = py.detach(|| {
        thread::scope(|scope| {
            let worker = thread::Builder::new().name("ltsp".to_owned()).spawn_scoped(scope, || {
                // A panic is a bug in the library; it must not become Python's problem.
                let result = catch_unwind(AssertUnwindSafe(|| work(&mailbox)));
                mailbox.close();
                result.unwrap_or_else(|panic| Err(bug(panic.as_ref())))
            });
            match worker {
                Ok(worker) => {
                    let exception = attend(&mailbox, progress.as_ref());
                    (worker.join().unwrap_or_else(|panic| Err(bug(panic.as_ref()))), exception)
                }
                Err(error) => (Err(no_thread(&error)), None),
            }
        })
    });
    match (exception, result) {
        (Some(exception), _) => Err(exception),
        (None, Ok(answer)) => Ok(answer),
        (None, Err(error)) => Err(raise(py, &error)),
    }
}

/// Delivers events and looks for signals until the work is done; answers the exception that ended
/// it early.
fn attend(mailbox: &Mailbox, progress: Option<&Py<PyAny>>) -> Option<PyErr> {
    let mut exception = None;
    loop {
        let (notes, closed) = mailbox.wait();
        if exception.is_none() {
            let told = Python::try_attach(|py| {
                py.check_signals()?;
                tell(py, progress, notes)
            });
            match told {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    exception = Some(error);
                    mailbox.stop.cancel();
                }
                // The interpreter is shutting down around a thread that was left running.
                None => mailbox.stop.cancel(),
            }
        }
        if closed {
            return exception;
        }
    }
}

fn tell(py: Python<'_>, progress: Option<&Py<PyAny>>, notes: Vec<Note>) -> PyResult<()> {
    if let Some(progress) = progress {
        for note in notes {
            progress.call1(py, (Event::new(py, note)?,))?;
        }
    }
    Ok(())
}

/// Where the working threads leave events for the calling thread.
struct Mailbox {
    /// Whether anybody wants the events.
    wanted: bool,
    stop: CancelToken,
    /// The caller's own switch.
    cancel: Option<CancelToken>,
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    notes: Vec<Note>,
    /// Where in `notes` a home's progress is, so that more of it is added there: a slow progress
    /// function gets fewer, larger events, and the box stays small.
    progress: HashMap<PathBuf, usize>,
    closed: bool,
}

impl Mailbox {
    fn new(wanted: bool, cancel: Option<CancelToken>) -> Self {
        Self {
            wanted,
            stop: CancelToken::new(),
            cancel,
            inside: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// What came since the last call, after waiting at most a tick for it; and whether the work is
    /// done.
    fn wait(&self) -> (Vec<Note>, bool) {
        let idle = |inside: &mut Inside| inside.notes.is_empty() && !inside.closed;
        let (mut inside, _) = self
            .changed
            .wait_timeout_while(self.lock(), TICK, idle)
            .unwrap_or_else(PoisonError::into_inner);
        inside.progress.clear();
        (std::mem::take(&mut inside.notes), inside.closed)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Mailbox {
    fn event(&self, event: &ltsp_core::Event<'_>) {
        use ltsp_core::Event as E;
        if !self.wanted {
            return;
        }
        let mut guard = self.lock();
        let inside = &mut *guard;
        match *event {
            E::Started { homes } => inside.notes.push(Note::Started { homes }),
            E::HomeStarted { home } => {
                inside.notes.push(Note::HomeStarted { home: home.to_owned() });
            }
            E::HomeProgress { home, entries, bytes } => {
                let known = inside.progress.get(home).and_then(|at| inside.notes.get_mut(*at));
                if let Some(Note::HomeProgress { entries: more, bytes: larger, .. }) = known {
                    *more += entries;
                    *larger += bytes;
                } else {
                    inside.progress.insert(home.to_owned(), inside.notes.len());
                    inside.notes.push(Note::HomeProgress { home: home.to_owned(), entries, bytes });
                }
            }
            E::HomeFinished { home, error } => {
                inside.progress.remove(home);
                inside
                    .notes
                    .push(Note::HomeFinished { home: home.to_owned(), error: error.cloned() });
            }
            // Kinds of events that this face does not know yet.
            _ => return,
        }
        drop(guard);
        self.changed.notify_one();
    }

    fn cancelled(&self) -> bool {
        self.stop.is_cancelled() || self.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }
}

fn bug(panic: &(dyn Any + Send)) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without words");
    Error::new(ErrorKind::Internal, format!("a bug in ltsp: {said}"))
        .help_with("please report it; the next reset completes what this one began")
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("cannot start a thread: {error}"))
        .help_with("raise the limit of threads (ulimit -u, or the service's TasksMax)")
}
