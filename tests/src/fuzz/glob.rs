//! What patterns mean, by plain dynamic programming: the specification of the fast matcher.

/// A pattern taken apart, if it makes sense.
pub(super) struct Glob<'p>(Vec<&'p [u8]>);

impl<'p> Glob<'p> {
    /// Takes a pattern apart as the documentation of the patterns has it.
    pub(super) fn parse(pattern: &'p [u8]) -> Option<Self> {
        let names: Vec<_> = pattern.split(|&b| b == b'/').filter(|name| !name.is_empty()).collect();
        let sound = |name: &&[u8]| *name != b"." && *name != b".." && is_sound(name);
        (!names.is_empty() && !pattern.contains(&0) && names.iter().all(sound))
            .then_some(Self(names))
    }

    /// Whether a path, or a directory above it, matches.
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        let parts = &self.0;
        // fits[p][n]: the parts from p on match the names from n on, or the first of them.
        let mut fits = vec![vec![true; path.len() + 1]; parts.len() + 1];
        for p in (0..parts.len()).rev() {
            for n in (0..=path.len()).rev() {
                fits[p][n] = if parts[p] != b"**" {
                    n < path.len() && fits[p + 1][n + 1] && name_matches(parts[p], path[n])
                } else if p + 1 == parts.len() {
                    n < path.len()
                } else {
                    fits[p + 1][n] || (n < path.len() && fits[p][n + 1])
                };
            }
        }
        fits[0][0]
    }
}

/// Whether every `[` has its `]` and no backslash stands last.
fn is_sound(name: &[u8]) -> bool {
    let mut at = 0;
    while at < name.len() {
        match step(name, at) {
            Some((_, next)) => at = next,
            None => return false,
        }
    }
    true
}

enum Token<'p> {
    Literal(u8),
    AnyChar,
    AnyBytes,
    Set(&'p [u8]),
}

/// The token at a place of a pattern's name, and where the next begins.
fn step(name: &[u8], at: usize) -> Option<(Token<'_>, usize)> {
    Some(match name[at] {
        b'*' => (Token::AnyBytes, at + 1),
        b'?' => (Token::AnyChar, at + 1),
        b'\\' => (Token::Literal(*name.get(at + 1)?), at + 2),
        b'[' => {
            let mut members = at + 1;
            if matches!(name.get(members), Some(b'!' | b'^')) {
                members += 1;
            }
            let mut end = members;
            // The end of a range is never the end of the set, and neither is a first member.
            while end == members || *name.get(end)? != b']' {
                name.get(end)?;
                let range = name.get(end + 1) == Some(&b'-')
                    && name.get(end + 2).is_some_and(|&last| last != b']');
                end += if range { 3 } else { 1 };
            }
            (Token::Set(&name[at + 1..end]), end + 1)
        }
        other => (Token::Literal(other), at + 1),
    })
}

fn in_set(set: &[u8], byte: u8) -> bool {
    let negated = matches!(set.first(), Some(b'!' | b'^'));
    let mut members = if negated { &set[1..] } else { set };
    let mut within = false;
    while let Some(&first) = members.first() {
        match members {
            [low, b'-', high, rest @ ..] => {
                within |= (*low..=*high).contains(&byte);
                members = rest;
            }
            _ => {
                within |= first == byte;
                members = &members[1..];
            }
        }
    }
    within != negated
}

/// How many bytes `?` takes: a character, or a byte that is no part of one.
fn char_length(rest: &[u8]) -> usize {
    let head = &rest[..rest.len().min(4)];
    let chunk = head.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    chunk.chars().next().map_or(1, char::len_utf8)
}

fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    // fits[p][n]: the pattern from p on matches the name from n on; filled from the end.
    let mut fits = vec![vec![false; name.len() + 1]; pattern.len() + 1];
    fits[pattern.len()][name.len()] = true;
    for p in (0..pattern.len()).rev() {
        // Places inside a token are filled, too; nothing ever begins there.
        let Some((token, next)) = step(pattern, p) else { continue };
        for n in (0..=name.len()).rev() {
            let rest = &name[n..];
            fits[p][n] = match token {
                Token::AnyBytes => fits[next][n] || (!rest.is_empty() && fits[p][n + 1]),
                _ if rest.is_empty() => false,
                Token::AnyChar => fits[next][n + char_length(rest)],
                Token::Literal(byte) => byte == rest[0] && fits[next][n + 1],
                Token::Set(set) => in_set(set, rest[0]) && fits[next][n + 1],
            };
        }
    }
    fits[0][0]
}
