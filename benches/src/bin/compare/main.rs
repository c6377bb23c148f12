//! Compares home reset with the tools people use for it today: the same used homes, in one run, in turns.
//!
//! What is compared is a ratio: the median over the rounds of (the script's time) / (the contender's time), where both ran in
//! the same round. The start of the process counts for all.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints a table")]
#![allow(clippy::disallowed_methods, reason = "it starts the programs it compares with")]

mod contender;
mod figures;
mod many;
mod measure;
mod one;
mod place;
mod table;
mod tools;

use std::process::ExitCode;

use benchkit::Size;
use clap::Parser;
use testkit::FileSystem;

/// Compare home reset with the tools people use for it today
#[derive(Debug, Parser)]
struct Options {
    /// Sizes of homes: S, M, L; without this S and M everywhere, and L on ext4
    #[arg(long, value_delimiter = ',')]
    sizes: Vec<Size>,
    /// File systems: ext4, xfs, btrfs, tmpfs; without this all of them
    #[arg(long, value_delimiter = ',', value_parser = file_system)]
    fs: Vec<FileSystem>,
    /// Rounds for S; M has two thirds of them, L two
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// How many homes S to reset in one go, on ext4; 0 to leave that out
    #[arg(long, default_value_t = 255)]
    homes: u32,
    /// Only contenders whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

fn file_system(text: &str) -> Result<FileSystem, String> {
    let all = FileSystem::all();
    let found = all.into_iter().find(|each| format!("{each:?}").eq_ignore_ascii_case(text));
    found.ok_or_else(|| format!("\"{text}\" is none of ext4, xfs, btrfs, tmpfs"))
}

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some(done) = measure::as_helper(&words) {
        return done;
    }
    let options = Options::parse();
    if !nix::unistd::geteuid().is_root() {
        eprintln!("the comparison needs root: it mounts file systems and gives homes to accounts");
        return ExitCode::FAILURE;
    }
    let tools = tools::Tools::prepare();
    let mut tables = Vec::new();
    let mut show = |table: table::Table| {
        if !options.json {
            println!("{table}");
        }
        tables.push(table);
    };
    let file_systems = if options.fs.is_empty() {
        vec![FileSystem::Ext4, FileSystem::Xfs, FileSystem::Btrfs, FileSystem::Tmpfs]
    } else {
        options.fs.clone()
    };
    for &file_system in &file_systems {
        for size in Size::ALL {
            let wanted = if options.sizes.is_empty() {
                size != Size::L || file_system == FileSystem::Ext4
            } else {
                options.sizes.contains(&size)
            };
            if wanted {
                let rounds = match size {
                    Size::S => options.rounds,
                    Size::M => (options.rounds * 2).div_ceil(3),
                    Size::L => options.rounds.min(2),
                };
                show(one::compare(&tools, file_system, size, rounds, options.only.as_deref()));
            }
        }
    }
    if options.homes > 0 && file_systems.contains(&FileSystem::Ext4) {
        show(many::compare(&tools, options.homes));
    }
    if options.json {
        println!("{}", serde_json::to_string(&tables).expect("plain data"));
    }
    ExitCode::SUCCESS
}
