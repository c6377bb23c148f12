//! `ltspctl home`: reset, verify, stage, clean.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueHint};
use ltsp_core::home::{Busy, HomeReset, Policy, ReceiptUse, SpareUse, Strategy};
use ltsp_core::{Observer, Result};

use crate::exit::Exit;
use crate::output::{self, Answer};
use crate::progress::Watch;
use crate::targets::{Targets, usage};
use crate::{choice, exit, signals};

/// Put home directories back to their template
#[derive(Debug, Subcommand)]
#[command(after_long_help = exit::table())]
pub(crate) enum Verb {
    Reset(Reset),
    Verify(Verify),
    Stage(Stage),
    Clean(Clean),
}

/// Put homes back to their template
///
/// A home that fails neither hides nor stops the others. Whenever it is interrupted, each home is
/// the old or the new one (swap), or is completed by the next reset (in place).
#[derive(Args, Debug)]
#[command(override_usage = usage!("reset"), after_long_help = exit::table())]
pub(crate) struct Reset {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    goal: Goal,
    #[command(flatten)]
    way: Way,
    /// Print what would change, and change nothing
    #[arg(long, help_heading = "Output")]
    dry_run: bool,
    #[command(flatten)]
    output: Output,
}

/// Compare homes with their template and list the differences
///
/// Contents are compared, not only sizes and times. Changes nothing. Ends with 0 if the homes are
/// what a reset with the same options would make of them, with 1 if they are not.
#[derive(Args, Debug)]
#[command(override_usage = usage!("verify"), after_long_help = exit::table())]
pub(crate) struct Verify {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    goal: Goal,
    #[command(flatten)]
    output: Output,
}

/// Build a spare of each home ahead, which the next reset only has to swap in
#[derive(Args, Debug)]
#[command(override_usage = usage!("stage"), after_long_help = exit::table())]
pub(crate) struct Stage {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    goal: Goal,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    output: Output,
}

/// Remove what interrupted resets and --defer-cleanup left beside the homes
///
/// Spares stay.
#[derive(Args, Debug)]
#[command(override_usage = usage!("clean"), after_long_help = exit::table())]
pub(crate) struct Clean {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    output: Output,
}

/// What the homes are to become.
#[derive(Args, Debug)]
#[command(next_help_heading = "What they become")]
struct Goal {
    /// What a home is to become
    #[arg(long, value_parser = choice::parser::<Policy>(), default_value = "exact")]
    policy: Policy,
    /// The template, a path below the root; `revert` takes /etc/skel without it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    template: Option<PathBuf>,
    /// What survives, relative to the home, such as 'Documents/**'; repeatable
    ///
    /// `*`, `?` and `[...]` match within one name, leading dots too; `**` matches any number of
    /// directories. A rule that matches a directory is about everything below it.
    #[arg(long, value_name = "GLOB")]
    keep: Vec<OsString>,
    /// What goes even though a keep rule matches; with `volatile`, the only things that go; repeatable
    #[arg(long, value_name = "GLOB")]
    volatile: Vec<OsString>,
    /// Accept a template with nothing in it, which would empty the homes
    #[arg(long)]
    allow_empty_template: bool,
    /// Trust this user id with the template, beside root
    #[arg(long, value_name = "UID")]
    template_owner: Option<u32>,
    /// Make homes that do not exist, instead of failing
    #[arg(long)]
    create_missing: bool,
}

/// How a reset goes about it.
#[derive(Args, Debug)]
#[command(next_help_heading = "How")]
struct Way {
    /// How a home becomes it
    #[arg(long, value_parser = choice::parser::<Strategy>(), default_value = "swap")]
    strategy: Strategy,
    /// What to do about processes of the account
    #[arg(long, value_parser = choice::parser::<Busy>(), default_value = "refuse")]
    busy: Busy,
    /// How long `--busy terminate` waits after SIGTERM
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3")]
    term_limit: Duration,
    /// How long `--busy terminate` waits after SIGKILL
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "5")]
    kill_limit: Duration,
    /// Whether to swap in a spare that `stage` has built
    #[arg(long, value_parser = choice::parser::<SpareUse>(), default_value = "checked")]
    spare: SpareUse,
    /// What to make of the receipt of the last reset in place
    ///
    /// `trusted` is faster on ext4 and xfs, for homes whose owners cannot run programs of their own.
    #[arg(long, value_parser = choice::parser::<ReceiptUse>(), default_value = "checked")]
    receipts: ReceiptUse,
    /// Leave the removal of the old homes to `clean` or to the next reset
    #[arg(long)]
    defer_cleanup: bool,
    #[command(flatten)]
    waiting: Waiting,
}

/// What verbs that write have in common.
#[derive(Args, Debug)]
#[command(next_help_heading = "How")]
struct Waiting {
    /// How long to wait for another reset of the same home
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    lock_limit: Duration,
    /// Wait until the fresh homes are on the disk, so that a power failure leaves no empty files
    #[arg(long)]
    durable: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
struct Output {
    /// Print one JSON document instead of a table, also if homes failed
    #[arg(long)]
    json: bool,
    /// Number of threads; without this, as many as there are processors
    #[arg(long, value_name = "N", help_heading = "How")]
    threads: Option<NonZeroUsize>,
}

impl Verb {
    /// Does it and prints the outcome.
    pub(crate) fn run(self) -> Exit {
        let targets = match &self {
            Self::Reset(Reset { targets, .. })
            | Self::Verify(Verify { targets, .. })
            | Self::Stage(Stage { targets, .. })
            | Self::Clean(Clean { targets, .. }) => targets,
        };
        if let Err(error) = targets.check() {
            return Exit::usage(&error);
        }
        match self {
            Self::Reset(verb) => {
                let reset = verb.way.add_to(verb.goal.reset());
                if verb.dry_run {
                    verb.output.of(&verb.targets, reset, HomeReset::plan).0
                } else {
                    verb.output.of(&verb.targets, reset, HomeReset::run).0
                }
            }
            Self::Verify(verb) => {
                match verb.output.of(&verb.targets, verb.goal.reset(), HomeReset::verify) {
                    (Exit::Fine, Ok(plan)) if !plan.is_empty() => Exit::Differences,
                    (exit, _) => exit,
                }
            }
            Self::Stage(verb) => {
                let reset = verb.waiting.add_to(verb.goal.reset());
                verb.output.of(&verb.targets, reset, HomeReset::stage).0
            }
            Self::Clean(verb) => {
                let reset = verb.waiting.add_to(HomeReset::new(Policy::Exact));
                verb.output.of(&verb.targets, reset, HomeReset::clean).0
            }
        }
    }
}

impl Goal {
    fn reset(&self) -> HomeReset {
        let mut reset = HomeReset::new(self.policy)
            .allow_empty_template(self.allow_empty_template)
            .create_missing(self.create_missing);
        if let Some(template) = &self.template {
            reset = reset.template(template);
        }
        if let Some(uid) = self.template_owner {
            reset = reset.template_owner(uid);
        }
        for rule in &self.keep {
            reset = reset.keep(rule.as_bytes());
        }
        for rule in &self.volatile {
            reset = reset.volatile(rule.as_bytes());
        }
        reset
    }
}

impl Way {
    fn add_to(&self, reset: HomeReset) -> HomeReset {
        let reset = reset
            .strategy(self.strategy)
            .busy(self.busy)
            .busy_limits(self.term_limit, self.kill_limit)
            .spare(self.spare)
            .receipts(self.receipts)
            .defer_cleanup(self.defer_cleanup);
        self.waiting.add_to(reset)
    }
}

impl Waiting {
    fn add_to(&self, reset: HomeReset) -> HomeReset {
        reset.lock_limit(self.lock_limit).durable(self.durable)
    }
}

impl Output {
    /// Runs one operation of the library under the eyes of the terminal, and prints its answer.
    fn of<A: Answer>(
        &self,
        targets: &Targets,
        mut reset: HomeReset,
        operation: impl Fn(&HomeReset, &dyn Observer) -> Result<A>,
    ) -> (Exit, Result<A>) {
        let stop = match signals::stop_flag() {
            Ok(stop) => stop,
            Err(error) => {
                let error = output::from_io(&error, "cannot watch for signals");
                return (output::fail(&error), Err(error));
            }
        };
        if let Some(threads) = self.threads {
            reset = reset.threads(threads);
        }
        let watch = Watch::new(stop, self.json);
        let result = targets.add_to(reset).and_then(|reset| operation(&reset, &watch));
        watch.finish();
        (output::answer(self.json, &result), result)
    }
}

/// A number of seconds, also with a fraction.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 =
        text.parse().map_err(|_| "give a number of seconds, such as 1.5".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
