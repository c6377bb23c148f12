//! Glob patterns over paths, matched one name at a time while a tree is walked.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// A set of patterns such as `Documents/**` or `.mozilla/firefox/*/places.sqlite`.
///
/// Names are bytes. Within one name `*` matches any bytes, leading dots too, `?` one character,
/// `[a-z]` and `[!a-z]` one byte of a set, and `\` takes the next byte as it is. A name that is
/// `**` matches any number of directories, and at the end everything below. Patterns are anchored
/// at the top; a slash at either end is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    parts: Vec<Part>,
    starts: Vec<usize>,
}

/// Where in the patterns a directory is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State(Vec<usize>);

/// What one more name led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The path matches, and so does everything below it.
    pub matched: bool,
    /// The state below it; dead if nothing below can match.
    pub below: State,
}

impl State {
    /// Whether nothing below can match any more.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Part {
    kind: PartKind,
    last: bool,
}

#[derive(Clone, PartialEq, Eq)]
enum PartKind {
    AnyDirectories,
    Name(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Byte(u8),
    AnyChar,
    AnyBytes,
    Set { negated: bool, ranges: Vec<(u8, u8)> },
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            PartKind::AnyDirectories => f.write_str("**"),
            PartKind::Name(tokens) => tokens.fmt(f),
        }
    }
}

impl Patterns {
    /// No patterns: nothing matches.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one pattern.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with the column, if it makes no sense.
    pub fn add(&mut self, pattern: &[u8]) -> Result<()> {
        let parts = parse(pattern).map_err(|(column, what)| {
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "the pattern \"{}\" {what} (at byte {})",
                    pattern.escape_ascii(),
                    column + 1
                ),
            )
            .help_with("patterns look like Documents/** or .config/*/cache")
        })?;
        self.starts.push(self.parts.len());
        self.parts.extend(parts);
        Ok(())
    }

    /// Compiles a list of patterns.
    ///
    /// # Errors
    /// Those of [`add`](Self::add).
    pub fn compile<P: AsRef<[u8]>>(patterns: impl IntoIterator<Item = P>) -> Result<Self> {
        let mut compiled = Self::new();
        for pattern in patterns {
            compiled.add(pattern.as_ref())?;
        }
        Ok(compiled)
    }

    /// The state at the top.
    #[must_use]
    pub fn start(&self) -> State {
        let mut positions = Vec::new();
        for start in &self.starts {
            self.enter(*start, &mut positions);
        }
        State(positions)
    }

    /// Goes from a directory in `state` to its entry called `name`.
    #[must_use]
    pub fn step(&self, state: &State, name: &[u8]) -> Match {
        let mut below = Vec::new();
        let mut matched = false;
        for &position in &state.0 {
            let part = &self.parts[position];
            match &part.kind {
                PartKind::AnyDirectories if part.last => matched = true,
                PartKind::AnyDirectories => self.enter(position, &mut below),
                PartKind::Name(tokens) if name_matches(tokens, name) => {
                    if part.last {
                        matched = true;
                    } else {
                        self.enter(position + 1, &mut below);
                    }
                }
                PartKind::Name(_) => {}
            }
        }
        below.sort_unstable();
        below.dedup();
        Match { matched, below: State(below) }
    }

    /// Whether the whole path, given as its names, matches.
    #[must_use]
    pub fn matches<'n>(&self, names: impl IntoIterator<Item = &'n [u8]>) -> bool {
        let mut state = self.start();
        for name in names {
            let step = self.step(&state, name);
            if step.matched {
                return true;
            }
            state = step.below;
        }
        false
    }

    /// Adds `position`, and what follows it if it may match no directory at all.
    fn enter(&self, mut position: usize, positions: &mut Vec<usize>) {
        loop {
            positions.push(position);
            let part = &self.parts[position];
            if part.last || !matches!(part.kind, PartKind::AnyDirectories) {
                return;
            }
            position += 1;
        }
    }
}

fn parse(pattern: &[u8]) -> Result<Vec<Part>, (usize, &'static str)> {
    let mut parts = Vec::new();
    let mut start = 0;
    if pattern.contains(&0) {
        return Err((0, "contains a NUL byte"));
    }
    for name in pattern.split(|byte| *byte == b'/') {
        let kind = match name {
            // A slash at either end, or two together.
            b"" => None,
            b"." | b".." => return Err((start, "has \".\" or \"..\" as a name")),
            b"**" => Some(PartKind::AnyDirectories),
            _ => {
                Some(PartKind::Name(tokens(name).map_err(|(offset, what)| (start + offset, what))?))
            }
        };
        // `**/**` is `**`.
        let doubled = matches!(
            (&kind, parts.last()),
            (Some(PartKind::AnyDirectories), Some(Part { kind: PartKind::AnyDirectories, .. }))
        );
        if let (Some(kind), false) = (kind, doubled) {
            parts.push(Part { kind, last: false });
        }
        start += name.len() + 1;
    }
    match parts.last_mut() {
        Some(part) => part.last = true,
        None => return Err((0, "is empty")),
    }
    Ok(parts)
}

fn tokens(name: &[u8]) -> Result<Vec<Token>, (usize, &'static str)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = name.get(at) {
        at += 1;
        tokens.push(match byte {
            b'*' => {
                // Two stars within a name are one: only a whole name of two is special.
                if tokens.last() == Some(&Token::AnyBytes) {
                    continue;
                }
                Token::AnyBytes
            }
            b'?' => Token::AnyChar,
            b'\\' => {
                let escaped = *name.get(at).ok_or((at - 1, "ends in a backslash"))?;
                at += 1;
                Token::Byte(escaped)
            }
            b'[' => {
                let (token, end) = set(name, at).ok_or((at - 1, "has a [ without its ]"))?;
                at = end;
                token
            }
            _ => Token::Byte(byte),
        });
    }
    Ok(tokens)
}

/// Reads a set whose `[` is just before `at`; answers it and where it ends.
fn set(name: &[u8], mut at: usize) -> Option<(Token, usize)> {
    let negated = matches!(name.get(at), Some(b'!' | b'^'));
    if negated {
        at += 1;
    }
    let mut ranges = Vec::new();
    loop {
        let first = *name.get(at)?;
        at += 1;
        match first {
            // A ] that comes first is a member.
            b']' if !ranges.is_empty() => return Some((Token::Set { negated, ranges }, at)),
            _ => {
                let is_range =
                    name.get(at) == Some(&b'-') && name.get(at + 1).is_some_and(|end| *end != b']');
                let last = if is_range {
                    at += 2;
                    name[at - 1]
                } else {
                    first
                };
                ranges.push((first, last));
            }
        }
    }
}

fn name_matches(tokens: &[Token], name: &[u8]) -> bool {
    if name.is_ascii() || !tokens.contains(&Token::AnyChar) {
        single_bytes_match(tokens, name)
    } else {
        characters_match(tokens, name)
    }
}

/// Matches where `?` may take several bytes, by looking at all ways at once: `reached` says of
/// every position in the name whether the tokens so far can end there.
fn characters_match(tokens: &[Token], name: &[u8]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            if *token == Token::AnyBytes {
                next[at] = reached[at] || (at > 0 && next[at - 1]);
            } else if let (true, Some(length)) = (reached[at], matched_length(token, &name[at..])) {
                next[at + length] = true;
            }
        }
        reached = next;
    }
    reached[name.len()]
}

/// Matches where every token but the star takes one byte, without backtracking over more than
/// the last star: linear in practice, and at most tokens times bytes.
fn single_bytes_match(tokens: &[Token], name: &[u8]) -> bool {
    let (mut token, mut byte) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while byte < name.len() || token < tokens.len() {
        let step = match tokens.get(token) {
            Some(Token::AnyBytes) => {
                star = Some((token, byte));
                token += 1;
                continue;
            }
            Some(single) => matched_length(single, &name[byte..]),
            None => None,
        };
        if let Some(length) = step {
            token += 1;
            byte += length;
            continue;
        }
        match star {
            // Let the star take one byte more.
            Some((star_token, star_byte)) if star_byte < name.len() => {
                star = Some((star_token, star_byte + 1));
                token = star_token + 1;
                byte = star_byte + 1;
            }
            _ => return false,
        }
    }
    true
}

fn matched_length(token: &Token, rest: &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    match token {
        Token::Byte(byte) => (*byte == first).then_some(1),
        Token::AnyChar => {
            let valid = rest[..rest.len().min(4)].utf8_chunks().next()?.valid();
            Some(valid.chars().next().map_or(1, char::len_utf8))
        }
        Token::Set { negated, ranges } => {
            let within = ranges.iter().any(|(low, high)| (*low..=*high).contains(&first));
            (within != *negated).then_some(1)
        }
        Token::AnyBytes => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let patterns = Patterns::compile([pattern]).expect("the pattern compiles");
        patterns.matches(path.split('/').map(str::as_bytes))
    }

    #[test]
    fn a_pattern_means_what_people_expect() {
        for (pattern, path, expected) in [
            ("Documents/**", "Documents/a/b", true),
            ("Documents/**", "Documents", false),
            ("Documents", "Documents/a/b", true),
            ("Documents/", "Documents/a", true),
            ("/Documents", "Documents", true),
            ("Documents", "x/Documents", false),
            ("**/Documents", "x/y/Documents", true),
            ("**/Documents", "Documents", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/x/y/c", false),
            (".mozilla/firefox/*/places.sqlite", ".mozilla/firefox/x.default/places.sqlite", true),
            (".mozilla/firefox/*/places.sqlite", ".mozilla/firefox/places.sqlite", false),
            ("*", ".hidden", true),
            ("[!.]*", ".hidden", false),
            ("[!.]*", "shown", true),
            ("Singleton*", "SingletonLock", true),
            ("*.sq*te", "a.sq.sqlite", true),
            ("??", "üx", true),
            ("*?*[!a]", "€", true),
            ("?", "€€", false),
            ("*?", "€", true),
            ("?", "ü", true),
            ("[]a]", "]", true),
            ("[a-c]x", "bx", true),
            ("[a-]", "-", true),
            (r"\*", "*", true),
            (r"\*", "x", false),
            ("**", "anything/at/all", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn a_pattern_without_sense_is_refused_with_its_column() {
        for (pattern, column) in
            [("", 1), ("/", 1), ("a/../b", 3), ("a[b", 2), ("x\\", 2), ("./a", 1), ("a\0", 1)]
        {
            let error = Patterns::compile([pattern]).expect_err("no sense");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains(&format!("(at byte {column})")), "{error}");
        }
    }

    #[test]
    fn a_directory_below_which_nothing_can_match_is_dead() {
        let patterns = Patterns::compile(["a/b/c"]).expect("compiles");
        let step = patterns.step(&patterns.start(), b"x");
        assert!(!step.matched && step.below.is_dead());
        let step = patterns.step(&patterns.start(), b"a");
        assert!(!step.matched && !step.below.is_dead());
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern = "*a".repeat(200);
        let name = "a".repeat(199) + "b";
        let started = std::time::Instant::now();
        assert!(!matches(&pattern, &name));
        assert!(started.elapsed().as_secs() < 1);
    }

    /// The same language by plain recursion, as the specification of the fast one.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some(b'*'), _) => {
                naive(&pattern[1..], text) || (!text.is_empty() && naive(pattern, &text[1..]))
            }
            (Some(b'?'), Some(_)) => naive(&pattern[1..], &text[1..]),
            (Some(p), Some(t)) if p == t => naive(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_agrees_with_its_specification(
            pattern in "[ab*?]{1,8}", text in "[ab]{1,8}",
        ) {
            // A whole name of two or more stars has a meaning of its own.
            prop_assume!(pattern != "**");
            prop_assert_eq!(matches(&pattern, &text), naive(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn any_bytes_either_compile_or_are_refused(
            pattern in proptest::collection::vec(any::<u8>(), 0..20),
            name in proptest::collection::vec(any::<u8>(), 1..20),
        ) {
            if let Ok(patterns) = Patterns::compile([&pattern]) {
                let _ = patterns.matches([&name[..]]);
            }
        }
    }
}
