//! The choices that a reset is made of.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Error, ErrorKind};

/// Defines an enum whose values have one name each, the same in Rust, JSON, Python, C and on the
/// command line.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The value's name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                Self::ALL.iter().copied().find(|value| value.name() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|value| value.name()).collect();
                    Error::new(
                        ErrorKind::InvalidInput,
                        format!(concat!("\"{}\" is no ", $what), text.escape_default()),
                    )
                    .help_with(format!("give one of {}", names.join(", ")))
                })
            }
        }
    };
}

choices! {
    /// What a home is to become.
    Policy, "policy" {
        /// The template, and nothing else: for guests.
        #[default]
        Exact = "exact",
        /// Top-level dot entries become the skeleton's, ordinary files stay: for pupils.
        Revert = "revert",
        /// What it was, without what matches the volatile rules.
        Volatile = "volatile",
    }
}

choices! {
    /// How a home becomes it.
    Strategy, "strategy" {
        /// Whatever suits the home: a ready spare is swapped in; a home with a trusted receipt, a
        /// mount point and the policies that leave most of a home alone are mended in place;
        /// all others are swapped.
        Auto = "auto",
        /// Build a fresh home beside it and exchange the two in one step. Where that cannot be
        /// done (the home is a mount point, the file system cannot exchange, the policy is
        /// volatile) it is mended in place, and the report says why.
        #[default]
        Swap = "swap",
        /// Mend only what differs. The home keeps its inode, each entry is old or new, and a
        /// reset that was interrupted is completed by the next.
        InPlace = "in-place",
    }
}

choices! {
    /// What to do about processes of the account.
    Busy, "way to treat a busy home" {
        /// Fail with their process numbers.
        #[default]
        Refuse = "refuse",
        /// End them: SIGTERM, then SIGKILL.
        Terminate = "terminate",
        /// Go on. Nothing outside the home is at risk, but they may write into the fresh home, and
        /// no receipt is taken.
        Ignore = "ignore",
    }
}

choices! {
    /// Whether a swap may use a home that was built ahead by [`HomeReset::stage`](super::HomeReset::stage).
    SpareUse, "way to use spares" {
        /// If the template has not changed since.
        #[default]
        Checked = "checked",
        /// At once, without looking at the template: a reset in about a millisecond, whatever
        /// its size.
        Trusted = "trusted",
        /// Never.
        Never = "never",
    }
}

choices! {
    /// What a reset in place makes of the receipt of the last one: inode, change time and size of
    /// every entry.
    ///
    /// A change time cannot be set, and on every file system it tells of a change of names, types,
    /// links, owners, modes, times and attributes. Content is another matter, see `Trusted`.
    ReceiptUse, "way to use receipts" {
        /// Believe it where no user can deceive it: for everything but the content of files, and
        /// on btrfs for that, too. Content is compared.
        #[default]
        Checked = "checked",
        /// Believe it for the content of files on ext4 and xfs as well: several times faster, but
        /// the owner of a home can exchange a file's blocks for those of another of his files
        /// without moving its change time (`XFS_IOC_SWAPEXT`, `EXT4_IOC_MOVE_EXT`). For homes
        /// whose owners cannot run programs of their own.
        Trusted = "trusted",
        /// Neither believe one nor write one.
        Never = "never",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_is_answered_with_the_right_ones() {
        let error = "inplace".parse::<Strategy>().expect_err("no such strategy");
        assert_eq!(
            error.to_string(),
            "\"inplace\" is no strategy; give one of auto, swap, in-place"
        );
        for strategy in Strategy::ALL {
            assert_eq!(strategy.name().parse::<Strategy>().ok(), Some(*strategy));
        }
    }
}
