//! `ltspctl completions`: completion scripts, made from the same definitions as the parser.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::exit::Exit;
use crate::{Cli, output};

/// Print a shell's completion script
///
/// For example `ltspctl completions bash > /usr/share/bash-completion/completions/ltspctl`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ltspctl", &mut script);
        output::text(&script)
    }
}
