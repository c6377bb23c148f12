//! Which entries of a home survive and which do not.

use super::pattern::{Patterns, State};

/// What is to become of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It stays as it is.
    Keep,
    /// It becomes what the template says: the template's entry, or nothing.
    Reset,
}

impl Fate {
    fn other(self) -> Self {
        match self {
            Self::Keep => Self::Reset,
            Self::Reset => Self::Keep,
        }
    }
}

/// The fates of all entries of a home: a default, rules that make an exception from it, and rules
/// that make an exception from those.
///
/// | policy | default | exceptions | exceptions from exceptions |
/// |---|---|---|---|
/// | exact | reset | keep rules | volatile rules |
/// | revert | reset | keep rules and `[!.]*` | volatile rules |
/// | volatile | keep | volatile rules | keep rules |
#[derive(Clone, Debug)]
pub struct Rules {
    default: Fate,
    exceptions: Patterns,
    vetoes: Patterns,
}

/// The rules' opinion of one directory entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The entry's own fate.
    pub fate: Fate,
    /// Whether something below it may have another fate.
    pub mixed: bool,
    exceptions: State,
    vetoes: State,
    is_exception: bool,
}

impl Rules {
    /// Rules with `default` for whatever `exceptions` do not match.
    #[must_use]
    pub fn new(default: Fate, exceptions: Patterns, vetoes: Patterns) -> Self {
        Self { default, exceptions, vetoes }
    }

    /// The opinion of the home itself.
    #[must_use]
    pub fn top(&self) -> Mark {
        self.mark(false, self.exceptions.start(), self.vetoes.start())
    }

    /// The opinion of the entry called `name` in a directory with the opinion `above`.
    #[must_use]
    pub fn below(&self, above: &Mark, name: &[u8]) -> Mark {
        if !above.mixed {
            return above.clone();
        }
        let veto = self.vetoes.step(&above.vetoes, name);
        if veto.matched {
            return self.mark(false, State::default(), State::default());
        }
        if above.is_exception {
            return self.mark(true, State::default(), veto.below);
        }
        let exception = self.exceptions.step(&above.exceptions, name);
        self.mark(exception.matched, exception.below, veto.below)
    }

    fn mark(&self, is_exception: bool, exceptions: State, vetoes: State) -> Mark {
        let (fate, mixed) = if is_exception {
            (self.default.other(), !vetoes.is_dead())
        } else {
            (self.default, !exceptions.is_dead())
        };
        Mark { fate, mixed, exceptions, vetoes, is_exception }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fate(rules: &Rules, path: &str) -> Fate {
        let mut mark = rules.top();
        for name in path.split('/') {
            mark = rules.below(&mark, name.as_bytes());
        }
        mark.fate
    }

    fn rules(default: Fate, exceptions: &[&str], vetoes: &[&str]) -> Rules {
        Rules::new(
            default,
            Patterns::compile(exceptions).expect("compiles"),
            Patterns::compile(vetoes).expect("compiles"),
        )
    }

    #[test]
    fn a_volatile_rule_reaches_into_what_is_kept() {
        let exact = rules(Fate::Reset, &[".config/chrome"], &[".config/chrome/Singleton*"]);
        assert_eq!(fate(&exact, ".config/chrome/Bookmarks"), Fate::Keep);
        assert_eq!(fate(&exact, ".config/chrome/SingletonLock"), Fate::Reset);
        assert_eq!(fate(&exact, ".config/other"), Fate::Reset);
    }

    #[test]
    fn a_keep_rule_narrows_what_is_volatile() {
        let volatile = rules(Fate::Keep, &[".cache"], &[".cache/thumbnails/**"]);
        assert_eq!(fate(&volatile, ".cache/x"), Fate::Reset);
        assert_eq!(fate(&volatile, ".cache/thumbnails/y"), Fate::Keep);
        assert_eq!(fate(&volatile, "Documents"), Fate::Keep);
    }

    #[test]
    fn a_subtree_of_one_fate_needs_no_look_inside() {
        let exact = rules(Fate::Reset, &["a/b"], &[]);
        assert!(exact.top().mixed);
        let a = exact.below(&exact.top(), b"a");
        assert!(a.mixed && a.fate == Fate::Reset);
        let b = exact.below(&a, b"b");
        assert!(!b.mixed && b.fate == Fate::Keep);
        assert!(!exact.below(&exact.top(), b"z").mixed);
    }
}
