//! `ltspctl man`: manual pages, made from the same definitions as the parser.

use std::io;
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::exit::{self, Exit};
use crate::{Cli, output};

/// System administration, for which one must be root.
const SECTION: &str = "8";

/// When what the pages say last changed.
const DATE: &str = "2026-11-23";

/// Print the manual page, or write all pages into a directory
///
/// For example `ltspctl man /usr/local/share/man/man8`, then `man ltspctl-home-reset`.
#[derive(Args, Debug)]
pub(crate) struct Pages {
    /// An existing directory that gets one page a command
    #[arg(value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

impl Pages {
    pub(crate) fn run(self) -> Exit {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let Some(dir) = self.dir else {
            return match page(&command) {
                Ok(page) => output::text(page.as_bytes()),
                Err(error) => output::fail(&output::from_io(&error, "cannot make the page")),
            };
        };
        for command in family(&command) {
            let file = dir.join(format!("{}.{SECTION}", name(command)));
            #[expect(
                clippy::disallowed_methods,
                reason = "the caller's own file, named by the caller"
            )]
            let written = page(command).and_then(|page| std::fs::write(&file, page));
            if let Err(error) = written {
                return output::fail(&output::from_io(&error, "cannot write the page").at(file));
            }
        }
        Exit::Fine
    }
}

/// The command and all below it.
fn family(command: &Command) -> Vec<&Command> {
    let mut family = vec![command];
    for child in command.get_subcommands() {
        family.extend(self::family(child));
    }
    family
}

/// `ltspctl-home-reset`
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone())
        .title(name(command).to_uppercase())
        .section(SECTION)
        .date(DATE)
        .source(concat!("ltsp ", env!("CARGO_PKG_VERSION")))
        .manual("LTSP classroom server");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    ending(command).to_writer(&mut page)?;
    Ok(tidy(&String::from_utf8_lossy(&page)))
}

fn ending(command: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, name, meaning) in exit::rows() {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        let gap = if name.is_empty() { "" } else { ": " };
        roff.text([roman(format!("{name}{gap}{meaning}."))]);
    }
    roff.control("PP", []);
    roff.text([roman(exit::INTRODUCTION)]);
    if name(command) != "ltspctl" {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold("ltspctl"), roman(format!("({SECTION})"))]);
    }
    roff
}

/// What the checkers of manual pages complain about: each section comes with a preamble, lines end
/// in spaces, and a break stands on either side of an empty line.
fn tidy(page: &str) -> String {
    let preamble = |line: &&str| line.starts_with(".ie ") || line.starts_with(".el ");
    let body: Vec<_> = page.lines().filter(|line| !preamble(line)).map(str::trim_end).collect();
    let mut tidy: String =
        page.lines().take_while(preamble).flat_map(|line| [line, "\n"]).collect();
    tidy += &body.join("\n").replace("\n.br\n\n.br\n", "\n.sp\n");
    tidy.push('\n');
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_one_document() {
        let mut command = Cli::command();
        command.build();
        for command in family(&command) {
            let page = page(command).expect("a page is made in memory");
            assert_eq!(page.matches(".TH ").count(), 1, "{page}");
            assert_eq!(page.matches("\n.el ").count(), 1, "{page}");
            assert!(page.contains(&format!("\\fB{}\\fR\n", Exit::Differences.code())), "{page}");
        }
    }
}
