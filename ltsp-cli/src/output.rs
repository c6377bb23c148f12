//! Answers on standard output, errors on standard error, and the exit code that follows from them.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use ltsp_core::home::{HomeReport, Plan, Report};
use ltsp_core::{Error, ErrorKind, Result};

use crate::exit::Exit;

/// What an operation answers.
pub(crate) trait Answer: fmt::Display {
    /// As one JSON document.
    fn json(&self) -> String;
    /// What failed, in the order of the homes; `Display` shows it, too.
    fn errors(&self) -> Vec<&Error>;
}

impl Answer for Report {
    fn json(&self) -> String {
        self.to_json()
    }
    fn errors(&self) -> Vec<&Error> {
        self.homes.iter().filter_map(HomeReport::error).collect()
    }
}

impl Answer for Plan {
    fn json(&self) -> String {
        self.to_json()
    }
    fn errors(&self) -> Vec<&Error> {
        self.homes.iter().filter_map(|home| home.error.as_ref()).collect()
    }
}

/// Prints what came of an operation.
pub(crate) fn answer(json: bool, result: &Result<impl Answer>) -> Exit {
    let (text, errors) = match result {
        Ok(answer) if json => (answer.json() + "\n", answer.errors()),
        Ok(answer) => (answer.to_string(), answer.errors()),
        Err(error) if json => {
            (serde_json::json!({ "error": error }).to_string() + "\n", vec![error])
        }
        Err(error) => (String::new(), vec![error]),
    };
    let printed = text_exit(&text, &errors);
    // Errors that have just been shown to the same person in the table are not said twice.
    let shown = result.is_ok() && !json && io::stdout().is_terminal() && io::stderr().is_terminal();
    if !shown {
        for error in &errors {
            complain(error);
        }
    }
    printed
}

fn text_exit(out: &str, errors: &[&Error]) -> Exit {
    let printed = text(out.as_bytes());
    errors.first().map_or(printed, |error| Exit::Failed(error.kind()))
}

/// Prints text that is an answer by itself.
pub(crate) fn text(text: &[u8]) -> Exit {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        // Whoever closed the pipe has seen enough: `ltspctl ... | head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            fail(&from_io(&error, "cannot write to standard output"))
        }
        _ => Exit::Fine,
    }
}

/// Prints an error and ends with its code.
pub(crate) fn fail(error: &Error) -> Exit {
    complain(error);
    Exit::Failed(error.kind())
}

fn complain(error: &Error) {
    // In one piece, so that several commands may share a log. Nobody is left to be told that
    // standard error is closed.
    drop(io::stderr().lock().write_all(format!("ltspctl: error: {error}\n").as_bytes()));
}

/// An error of the command's own input or output.
pub(crate) fn from_io(error: &io::Error, what: &str) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::NoSpace,
        io::ErrorKind::ReadOnlyFilesystem => ErrorKind::ReadOnly,
        _ => ErrorKind::Io,
    };
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    Error::new(kind, format!("{what}: {text}"))
}

/// Prints, beside the answer, what people want to know of it.
pub(crate) fn note(text: &str) {
    // Nobody is left to be told that standard error is closed.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}
