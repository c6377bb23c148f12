//! What the variables are when all files have been read.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::document::ShellConf;
use super::lint::secret;
use super::parser::{Assign, Command, Kind};
use super::value::{Known, Value, expand};
use crate::text::{Bytes, Document as _, Entry, Origin, Place, Resolved, Source, Span};

/// All values together are not made longer than this and the files.
const MOST_BYTES: usize = 16 << 20;

/// So many earlier values are kept for each variable.
const MOST_HIDDEN: usize = 100;

/// How sure the value of a variable is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "certainty", content = "reason")]
pub enum Certainty {
    /// Every shell gives it this value.
    Known,
    /// It is assigned only under a condition, for which the words say where it stands.
    Conditional(String),
    /// Only running the file tells its value, for the reason that the words say.
    Code(String),
}

/// A variable that the files assign. `Debug` does not print the values of passwords.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: Bytes,
    /// Its value; `None` unless it is [known](Certainty::Known).
    pub value: Option<Bytes>,
    /// How sure that is.
    #[serde(flatten)]
    pub certainty: Certainty,
    /// The assignment that decides, or the code that may.
    pub place: Place,
    /// Whether programs that are started see it.
    pub exported: bool,
    /// Values it had before, the last first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<(Bytes, Place)>,
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Variable");
        shown.field("name", &self.name).field("certainty", &self.certainty);
        if !secret(&self.name) {
            shown.field("value", &self.value).field("hidden", &self.hidden);
        }
        shown.field("place", &self.place).field("exported", &self.exported).finish()
    }
}

/// Every variable that the files assign, read in that order into one shell, in the order in which
/// they are first assigned. Takes time in proportion to the files.
#[must_use]
pub fn variables(documents: &[ShellConf]) -> Vec<Variable> {
    let read: usize = documents.iter().map(|document| document.to_bytes().len()).sum();
    let mut shell = Shell { room: MOST_BYTES + read, ..Shell::default() };
    for document in documents {
        if !shell.read(document) {
            break;
        }
    }
    shell.finish()
}

/// [`variables`] with one entry for each name. The entry's value is `None` if it is not known for
/// certain; the origin's rule then says why.
#[must_use]
pub fn resolve(documents: &[ShellConf]) -> Resolved {
    let entry = |variable: Variable| {
        let rule = match &variable.certainty {
            Certainty::Known if variable.exported => "export".to_owned(),
            Certainty::Known => "assignment".to_owned(),
            Certainty::Conditional(why) | Certainty::Code(why) => why.clone(),
        };
        let origin =
            |place: Place, rule: &str| Origin { place, section: None, rule: rule.to_owned() };
        Entry {
            key: variable.name,
            value: variable.value,
            origin: origin(variable.place, &rule),
            hidden: variable
                .hidden
                .into_iter()
                .map(|(value, place)| (value, origin(place, "earlier assignment")))
                .collect(),
        }
    };
    Resolved::new(variables(documents).into_iter().map(entry).collect())
}

/// What decides over a variable.
#[derive(Clone, Debug)]
struct State {
    value: Option<Vec<u8>>,
    reason: Certainty,
    at: (Source, Span),
    /// Number of the command.
    when: usize,
    exported: bool,
    hidden: Vec<(Vec<u8>, (Source, Span))>,
}

#[derive(Default)]
struct Shell {
    order: Vec<Vec<u8>>,
    states: HashMap<Vec<u8>, State>,
    now: usize,
    /// The last command after which nothing is sure.
    wild: Option<(usize, Source, Span)>,
    room: usize,
}

impl Shell {
    /// Reads a file; says whether the shell comes to its end alive.
    fn read(&mut self, document: &ShellConf) -> bool {
        let source = document.source();
        let parsed = document.parsed();
        for command in parsed.commands.iter().filter(|command| command.read) {
            self.now += 1;
            match command.kind {
                Kind::Assign | Kind::Export => {
                    for (number, assign) in parsed.assigns(command).iter().enumerate() {
                        let before = &parsed.assigns(command)[..number];
                        self.assign(source, command, assign, before);
                    }
                    if command.kind == Kind::Export && command.condition.is_none() {
                        for word in parsed.words(command) {
                            if let Some(state) = self.states.get_mut(source.slice(word.span)) {
                                state.exported = true;
                            }
                        }
                    }
                }
                Kind::Touches => {
                    for name in parsed.touched(command) {
                        let why = "it is set by code".to_owned();
                        self.unsure(source, *name, command.span, Certainty::Code(why));
                    }
                }
                Kind::Wild => self.wild = Some((self.now, source.clone(), command.span)),
                Kind::Plain | Kind::Stop => {}
            }
        }
        if let Some(at) = parsed.intricate {
            self.now += 1;
            let rest = Span::new(at, source.bytes().len());
            self.wild = Some((self.now, source.clone(), rest));
            return true;
        }
        parsed.errors.is_empty()
    }

    fn assign(&mut self, source: &Source, command: &Command, assign: &Assign, before: &[Assign]) {
        let span = assign.name.to(assign.value);
        if let Some(condition) = command.condition {
            let why = format!("it is assigned {condition}");
            return self.unsure(source, assign.name, span, Certainty::Conditional(why));
        }
        let name = source.slice(assign.name);
        let result = expand(source.slice(assign.value), assign.flags, &|wanted| {
            // Shells differ about when the assignments of one command count.
            if before.iter().any(|other| source.slice(other.name) == wanted) {
                return Known::Unknown;
            }
            match self.states.get(wanted) {
                Some(State { value: Some(value), when, .. }) if self.sure(*when) => {
                    Known::Value(value)
                }
                _ => Known::Unknown,
            }
        });
        let result = match result {
            Ok(Value { splits: true, .. }) if command.kind == Kind::Export => {
                Err("an old shell splits it at blanks".to_owned())
            }
            Ok(value) if value.bytes.len() <= self.room => {
                self.room -= value.bytes.len();
                Ok(value.bytes)
            }
            Ok(_) => Err("its value is too long".to_owned()),
            Err(unknown) => Err(unknown.words().to_owned()),
        };
        // The shell gives these a meaning of its own.
        let special = [&b"OPTIND"[..], b"LINENO", b"PPID", b"PWD", b"OLDPWD", b"_", b"RANDOM"];
        let result = if special.contains(&name) {
            Err("the shell gives it a meaning of its own".to_owned())
        } else {
            result
        };
        let (value, reason) = match result {
            Ok(value) => (Some(value), Certainty::Known),
            Err(why) => (None, Certainty::Code(why)),
        };
        let exported = command.kind == Kind::Export;
        self.store(source, assign.name, span, value, reason, exported);
    }

    fn unsure(&mut self, source: &Source, name: Span, span: Span, reason: Certainty) {
        self.store(source, name, span, None, reason, false);
    }

    fn store(
        &mut self,
        source: &Source,
        name: Span,
        span: Span,
        value: Option<Vec<u8>>,
        reason: Certainty,
        exported: bool,
    ) {
        let name = source.slice(name);
        let now = self.now;
        let at = (source.clone(), span);
        match self.states.get_mut(name) {
            Some(state) => {
                let was = std::mem::replace(&mut state.value, value);
                let place = std::mem::replace(&mut state.at, at);
                if let Some(was) = was {
                    if state.hidden.len() >= MOST_HIDDEN {
                        state.hidden.remove(0);
                    }
                    state.hidden.push((was, place));
                }
                state.reason = reason;
                state.when = now;
                state.exported |= exported;
            }
            None => {
                self.order.push(name.to_vec());
                let state = State { value, reason, at, when: now, exported, hidden: Vec::new() };
                self.states.insert(name.to_vec(), state);
            }
        }
    }

    /// Whether what was assigned then still stands.
    fn sure(&self, when: usize) -> bool {
        self.wild.as_ref().is_none_or(|(wild, ..)| when > *wild)
    }

    fn finish(mut self) -> Vec<Variable> {
        let mut variables = Vec::with_capacity(self.order.len());
        for name in std::mem::take(&mut self.order) {
            let Some(state) = self.states.remove(&name) else { continue };
            let sure = self.sure(state.when);
            let place = |(source, span): &(Source, Span)| Place::new(source, *span);
            let mut hidden: Vec<(Bytes, Place)> = state
                .hidden
                .iter()
                .rev()
                .map(|(value, at)| (value.clone().into(), place(at)))
                .collect();
            let (value, certainty, at) = match (&self.wild, sure) {
                (Some((_, source, span)), false) => {
                    if let Some(value) = &state.value {
                        hidden.insert(0, (value.clone().into(), place(&state.at)));
                    }
                    let why = "it may be changed by code further down".to_owned();
                    (None, Certainty::Code(why), (source.clone(), *span))
                }
                _ => (state.value, state.reason, state.at),
            };
            variables.push(Variable {
                name: name.into(),
                value: value.map(Bytes::from),
                certainty,
                place: place(&at),
                exported: state.exported,
                hidden,
            });
        }
        variables
    }
}
