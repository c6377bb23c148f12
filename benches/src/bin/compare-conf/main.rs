//! Compares the reading of configuration files with the tools people use for it today: the same files, in one run.
//!
//! What is compared is processor time, the smallest of several rounds, to read a file and ask it once. Each contender runs in a
//! process of its own; that of a shell, awk or augtool is measured whole, because nothing else can be.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]
#![allow(clippy::disallowed_methods, reason = "it starts the programs it compares with")]

mod ours;
mod peers;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde::{Deserialize, Serialize};

/// Compare the reading of configuration files with the tools people use for it today
#[derive(Debug, Parser)]
struct Options {
    /// Rounds of each contender, of which the fastest counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

/// What one contender needs: processor time in seconds, peak memory in KiB.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Cost {
    /// To read the file; all of it where a program cannot be looked into.
    parse: f64,
    /// To ask once more, when everything that is made at the first question is there.
    ask: Option<f64>,
    /// From the file to the first answer: what is compared.
    once: f64,
    kibibytes: i64,
}

#[derive(Debug, Serialize)]
struct Row {
    contender: &'static str,
    #[serde(flatten)]
    cost: Cost,
}

#[derive(Debug, Serialize)]
struct Table {
    file: &'static str,
    bytes: u64,
    /// The library first.
    rows: Vec<Row>,
}

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(done) = ours::as_helper(&words).or_else(|| peers::as_helper(&words)) {
        return done;
    }
    let options = Options::parse();
    peers::need();
    let scratch = Scratch::new();
    ours::make_files(scratch.path());
    let tables: Vec<Table> = ours::FILES
        .iter()
        .map(|file| {
            let path = scratch.path().join(file.path);
            let ours = ours::measure(file, &path, options.rounds);
            let mut rows = vec![Row { contender: "this library", cost: ours }];
            rows.extend(peers::measure(file.name, scratch.path(), options.rounds));
            let bytes = path.metadata().expect("the file was made").len();
            Table { file: file.title, bytes, rows }
        })
        .collect();
    if options.json {
        println!("{}", serde_json::to_string(&tables).expect("plain data"));
    } else {
        tables.iter().for_each(print);
    }
    ExitCode::SUCCESS
}

fn print(table: &Table) {
    println!("{} ({:.1} MB)", table.file, table.bytes as f64 / 1e6);
    println!(
        "  {:30} {:>9} {:>9} {:>12} {:>9} {:>10} {:>9}",
        "contender", "parse ms", "MB/s", "ask us", "once ms", "ratio", "memory MB"
    );
    for row in &table.rows {
        let cost = &row.cost;
        let speed = table.bytes as f64 / 1e6 / cost.parse;
        let ask = cost.ask.map(|ask| format!("{:.1}", ask * 1e6)).unwrap_or_default();
        println!(
            "  {:30} {:>9.2} {speed:>9.1} {ask:>12} {:>9.2} {:>9.1}x {:>9.1}",
            row.contender,
            cost.parse * 1e3,
            cost.once * 1e3,
            cost.once / table.rows[0].cost.once,
            cost.kibibytes as f64 * 1024.0 / 1e6,
        );
    }
}

/// A directory that goes with the program.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("compare-conf-{}", std::process::id()));
        std::fs::create_dir_all(path.join("etc/security")).expect("a scratch directory");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whatever is left lies in the directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
