//! What a client does with a configuration when nobody touches it.

use std::time::Duration;

use serde::Serialize;

use super::grammar::first_word;
use super::menu::{Action, Menu};
use crate::text::Bytes;

/// What a client does at first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum First {
    /// It shows the `boot:` prompt.
    Prompt,
    /// It shows the menu of this number.
    Menu(usize),
    /// It boots without asking.
    Boot(Target),
}

/// What is booted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The entry of this number, with options behind the label's name.
    Label {
        /// The entry's number.
        entry: usize,
        /// What follows the label's name.
        options: Bytes,
    },
    /// A file that no label names, with options.
    File(Bytes),
    /// Nothing: there is no such label, and IMPLICIT 0 forbids files.
    Refused(Bytes),
}

/// What happens when nobody touches the keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unattended {
    /// What is booted; `None` if it waits for ever or ends at the prompt.
    pub target: Option<Target>,
    /// After how long; zero if it does not ask at all.
    pub after: Duration,
}

impl Menu {
    /// What a client does at first.
    ///
    /// UI goes before DEFAULT and PROMPT; PROMPT 1 goes before DEFAULT. `DEFAULT menu.c32` (or
    /// vesamenu.c32, or either without its ending) shows the menu.
    #[must_use]
    pub fn first(&self) -> First {
        let (line, is_ui) = match (&self.ui, &self.default) {
            (Some(ui), _) => (&ui.value, true),
            (None, _) if self.prompt => return First::Prompt,
            (None, Some(default)) => (&default.value, false),
            (None, None) => return First::Prompt,
        };
        if line.is_empty() {
            return First::Prompt;
        }
        let (name, _) = first_word(line);
        if is_menu_program(name) && (is_ui || self.find(name).is_none()) {
            return First::Menu(self.start);
        }
        First::Boot(self.target(line))
    }

    /// What is booted when nobody touches the keyboard, and after how long.
    ///
    /// At the prompt and in a menu this is ONTIMEOUT, else DEFAULT or the entry that the menu begins
    /// at, once the shorter of TIMEOUT and TOTALTIMEOUT is over. A configuration that boots without
    /// asking (DEFAULT names a label, PROMPT is 0) never gets to its ONTIMEOUT.
    #[must_use]
    pub fn unattended(&self) -> Unattended {
        let times = [&self.timeout, &self.total_timeout];
        let after = times.into_iter().flatten().map(|time| time.value).min();
        let nothing = Unattended { target: None, after: Duration::ZERO };
        let on_timeout = || {
            let line = &self.on_timeout.as_ref()?.value;
            (!line.is_empty()).then(|| self.target(line))
        };
        match self.first() {
            First::Boot(target) => Unattended { target: Some(target), after: Duration::ZERO },
            First::Prompt => {
                let Some(after) = after else { return nothing };
                let default = || {
                    let line = &self.default.as_ref()?.value;
                    (!line.is_empty()).then(|| self.target(line))
                };
                Unattended { target: on_timeout().or_else(default), after }
            }
            First::Menu(menu) => {
                let default = || {
                    let entry = self.menus.get(menu)?.default?;
                    let boots = &self.entries[entry];
                    let boots = matches!(boots.action, Action::Boot(_)) && !boots.disabled;
                    boots.then_some(Target::Label { entry, options: Bytes::default() })
                };
                if self.shift_key {
                    return Unattended { target: default(), after: Duration::ZERO };
                }
                let Some(after) = after else { return nothing };
                Unattended { target: on_timeout().or_else(default), after }
            }
        }
    }

    /// What a command line boots: a label, or else a file.
    #[must_use]
    pub fn target(&self, line: &[u8]) -> Target {
        let (name, options) = first_word(line);
        match self.find(name) {
            Some(entry) => Target::Label { entry, options: options.into() },
            None if self.implicit => Target::File(line.into()),
            None => Target::Refused(line.into()),
        }
    }
}

/// Whether a file is one of the two menu programs.
pub(super) fn is_menu_program(file: &[u8]) -> bool {
    let name = file.rsplit(|byte| matches!(byte, b'/' | b':')).next().unwrap_or_default();
    let name = name.strip_suffix(b".c32").unwrap_or(name);
    name == b"menu" || name == b"vesamenu"
}
