//! The library's choices as option values: each word with one line of help.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ltsp_core::home::{Busy, Policy, ReceiptUse, SpareUse, Strategy};

/// A closed set of words.
pub(crate) trait Choice: Copy + Send + Sync + 'static {
    /// Every value, in the order of the help.
    const ALL: &'static [Self];
    /// The word.
    fn word(self) -> &'static str;
    /// What it means.
    fn help(self) -> &'static str;
}

/// Parses one of `T`'s words.
pub(crate) fn parser<T: Choice>() -> impl TypedValueParser<Value = T> {
    let values = T::ALL.iter().map(|value| PossibleValue::new(value.word()).help(value.help()));
    PossibleValuesParser::new(values).map(|text| {
        let chosen = T::ALL.iter().find(|value| value.word() == text);
        *chosen.expect("only the words of T::ALL are possible")
    })
}

impl Choice for Policy {
    const ALL: &'static [Self] = Policy::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
    fn help(self) -> &'static str {
        match self {
            Self::Exact => "The home becomes the template and nothing else (guests)",
            Self::Revert => {
                "Top-level dot entries become the skeleton's, ordinary files stay (pupils)"
            }
            Self::Volatile => "Only what matches a volatile rule goes",
        }
    }
}

impl Choice for Strategy {
    const ALL: &'static [Self] = Strategy::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
    fn help(self) -> &'static str {
        match self {
            Self::Auto => "Whichever is quicker for the home",
            Self::Swap => "Build a fresh home beside it, then exchange the two in one step",
            Self::InPlace => "Mend only what differs and keep the home's inode",
        }
    }
}

impl Choice for Busy {
    const ALL: &'static [Self] = Busy::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
    fn help(self) -> &'static str {
        match self {
            Self::Refuse => "Fail and name the processes",
            Self::Terminate => "End them: SIGTERM, then SIGKILL",
            Self::Ignore => "Go on; they may write into the fresh home",
        }
    }
}

impl Choice for SpareUse {
    const ALL: &'static [Self] = SpareUse::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
    fn help(self) -> &'static str {
        match self {
            Self::Checked => "If the template has not changed since it was built",
            Self::Trusted => "At once, without looking at the template",
            Self::Never => "Never",
        }
    }
}

impl Choice for ReceiptUse {
    const ALL: &'static [Self] = ReceiptUse::ALL;
    fn word(self) -> &'static str {
        self.name()
    }
    fn help(self) -> &'static str {
        match self {
            Self::Checked => "Believe it where no user can deceive it, and compare contents",
            Self::Trusted => "Believe it for contents, too",
            Self::Never => "Neither believe one nor write one",
        }
    }
}
