//! `ltspctl`: what `ltsp-core` can do, for sudoers, login hooks, cron and people at a prompt.
//!
//! `ltspctl NOUN VERB`: each noun has one file here. There is no logic beyond arguments and printing.

mod change;
mod choice;
mod completions;
mod conf;
mod exit;
mod home;
mod image;
mod limits;
mod man;
mod output;
mod progress;
mod pxe;
mod signals;
mod targets;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit::Exit;

/// Run an LTSP classroom server.
///
/// Made to be run as root inside directories that pupils control: it follows no symbolic link that
/// a pupil made, and changes nothing outside the homes it is told to deal with.
#[derive(Debug, Parser)]
#[command(name = "ltspctl", version, max_term_width = 100, after_long_help = exit::table())]
struct Cli {
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    #[command(subcommand)]
    Home(Box<home::Verb>),
    #[command(subcommand)]
    Image(image::Verb),
    #[command(subcommand)]
    Conf(Box<conf::Verb>),
    #[command(subcommand)]
    Pxe(Box<pxe::Verb>),
    #[command(subcommand)]
    Limits(limits::Verb),
    Completions(completions::Completions),
    Man(man::Pages),
}

fn main() -> ExitCode {
    let exit = match Cli::try_parse() {
        Ok(cli) => match cli.noun {
            Noun::Home(verb) => verb.run(),
            Noun::Image(verb) => verb.run(),
            Noun::Conf(verb) => verb.run(),
            Noun::Pxe(verb) => verb.run(),
            Noun::Limits(verb) => verb.run(),
            Noun::Completions(completions) => completions.run(),
            Noun::Man(pages) => pages.run(),
        },
        // Also the answer to --help and --version.
        Err(error) => Exit::usage(&error),
    };
    exit.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The parsed verb, or the text of the usage error.
    #[track_caller]
    fn parse(line: &str) -> Result<home::Verb, String> {
        let words = ["ltspctl", "home"].into_iter().chain(line.split_whitespace());
        match Cli::try_parse_from(words) {
            Ok(Cli { noun: Noun::Home(verb) }) => Ok(*verb),
            Ok(cli) => panic!("another noun: {cli:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn every_option_of_reset_is_understood() {
        let line = "reset --user a --home /h/b --uid 7 --gid 8 --user c --root /r --template /t \
                    --policy revert --keep Documents/** --keep *.odt --volatile .cache --strategy auto \
                    --busy terminate --term-limit 0.5 --kill-limit 2 --lock-limit 9 --spare trusted \
                    --receipts never --durable --defer-cleanup --create-missing --allow-empty-template \
                    --template-owner 1000 --threads 3 --dry-run --json";
        let verb = parse(line).expect("a valid line");
        assert!(matches!(verb, home::Verb::Reset(_)), "{verb:?}");
    }

    #[test]
    fn a_verb_without_homes_is_a_usage_error() {
        for verb in ["reset", "verify", "stage", "clean", "reset --root /r"] {
            let error = parse(verb).expect_err("no homes");
            assert!(error.contains("<--user <NAME>|--home <DIR>>"), "{verb}: {error}");
        }
    }

    #[test]
    fn a_home_by_path_needs_its_ids() {
        let error = parse("reset --home /home/a --uid 7").expect_err("no gid");
        assert!(error.contains("--gid"), "{error}");
        let error = parse("reset --user a --uid 7").expect_err("no home");
        assert!(error.contains("--home"), "{error}");
    }

    #[test]
    fn words_and_numbers_outside_their_range_are_usage_errors() {
        for wrong in [
            "--policy exakt",
            "--strategy inplace",
            "--busy kill",
            "--spare always",
            "--receipts sometimes",
            "--threads 0",
            "--uid -1",
            "--term-limit -1",
            "--term-limit nan",
            "--template-owner root",
        ] {
            assert!(parse(&format!("reset --user a {wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_without_meaning_for_a_verb_are_not_taken() {
        for wrong in [
            "clean --user a --template /t",
            "verify --user a --dry-run",
            "stage --user a --busy ignore",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
