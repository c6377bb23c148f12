//! One program's wall time and peak memory, taken by a small process between this one and the measured one.
//!
//! Peak memory of a process begins at that of its parent, which has the digests of whole trees in memory; and a large process
//! takes longer to start another.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use ltsp_core::home::{HomeReset, Policy, SpareUse, Strategy};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde::{Deserialize, Serialize};

/// What one run cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Cost {
    /// Wall time.
    pub(crate) time: Duration,
    /// Time on all processors together, the kernel's for it included: what counts where other work waits.
    pub(crate) processor: Duration,
    /// Peak memory in KiB.
    pub(crate) kibibytes: i64,
    /// What it said, if it failed.
    pub(crate) failure: Option<String>,
}

const PROGRAM: &str = "__program";
const LIBRARY: &str = "__library";

/// Measures a program with its arguments.
pub(crate) fn program(words: &[OsString]) -> Cost {
    ask(PROGRAM, words)
}

/// Measures one swap by the library alone, without the start of a process.
pub(crate) fn library(template: &OsStr, home: &OsStr) -> Cost {
    ask(LIBRARY, &[template.to_owned(), home.to_owned()])
}

fn ask(what: &str, words: &[OsString]) -> Cost {
    let this = std::env::current_exe().expect("a program knows its own path");
    let output = Command::new(this).arg(what).args(words).output().expect("it can start itself");
    serde_json::from_slice(&output.stdout).expect("the helper prints its figures")
}

/// Does the helper's part if the command line says so.
pub(crate) fn as_helper(words: &[OsString]) -> Option<ExitCode> {
    let (first, rest) = words.split_first()?;
    let cost = match first.to_str()? {
        PROGRAM => run_program(rest),
        LIBRARY => run_library(rest),
        _ => return None,
    };
    println!("{}", serde_json::to_string(&cost).expect("plain data"));
    Some(ExitCode::SUCCESS)
}

fn run_program(words: &[OsString]) -> Cost {
    let (program, arguments) = words.split_first().expect("a program");
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let started = Instant::now();
    let output = command.spawn().and_then(std::process::Child::wait_with_output);
    let time = started.elapsed();
    let failure = match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(format!("{}: {}", output.status, said.lines().last().unwrap_or_default()))
        }
        Err(error) => Some(error.to_string()),
    };
    cost(time, UsageWho::RUSAGE_CHILDREN, failure)
}

fn run_library(words: &[OsString]) -> Cost {
    let [template, home] = words else { panic!("a template and a home") };
    let reset = HomeReset::new(Policy::Exact)
        .template(template)
        .home(home, benchkit::UID, benchkit::GID)
        .strategy(Strategy::Swap)
        .spare(SpareUse::Never);
    let started = Instant::now();
    let result = reset.run(&()).and_then(ltsp_core::home::Report::into_result);
    let time = started.elapsed();
    let failure = result.err().map(|error| error.to_string());
    cost(time, UsageWho::RUSAGE_SELF, failure)
}

fn cost(time: Duration, who: UsageWho, failure: Option<String>) -> Cost {
    let usage = getrusage(who).expect("one may ask for one's own usage");
    let microseconds =
        usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let processor = Duration::from_micros(microseconds.try_into().expect("a time is not negative"));
    Cost { time, processor, kibibytes: usage.max_rss(), failure }
}
