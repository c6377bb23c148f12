//! fnmatch(3) for one component of a path, in the C locale, with extended patterns and the rule for
//! leading dots (`FNM_PERIOD | FNM_EXTMATCH`), in polynomial time.
//!
//! The set of places at which a part of the pattern may end is carried from part to part, so nothing
//! is tried twice. Where the C library joins the text of an alternative with what follows the group
//! and then reads the two as one pattern (an alternative that ends in a backslash or in `?`, `*`,
//! `+`, `@`, `!` before a parenthesis, a star before a group at the end of an alternative), this reads
//! the alternative alone.

use std::collections::HashMap;

/// No name in a Linux file system is longer.
const NAME_MAX: usize = 255;

/// Groups within groups; a pattern with more matches nothing.
const DEEPEST: usize = 32;

/// A pattern for one component.
#[derive(Clone, Debug)]
pub(super) enum Component {
    /// Nothing special in it: this name.
    Literal(Vec<u8>),
    /// Whatever the items match.
    Glob(Vec<Item>),
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Byte(u8),
    Any,
    Star,
    Set(ByteSet),
    Group {
        kind: u8,
        id: usize,
        alternatives: Vec<Vec<Item>>,
    },
    /// Matches nothing, such as a backslash at the end.
    Never,
}

/// Which bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    fn insert(&mut self, byte: usize) {
        self.0[byte / 64] |= 1 << (byte % 64);
    }

    fn contains(&self, byte: usize) -> bool {
        self.0[byte / 64] & (1 << (byte % 64)) != 0
    }

    fn union(&mut self, other: &Self) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            *mine |= other;
        }
    }

    fn complement(&self) -> Self {
        Self(self.0.map(|word| !word))
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        (0..256).filter(move |byte| self.contains(*byte))
    }
}

/// Places between the bytes of a name of at most 255 bytes.
type Places = ByteSet;

impl Component {
    /// Reads a pattern.
    pub(super) fn new(pattern: &[u8]) -> Self {
        let mut groups = 0;
        let items = items(pattern, 0, &mut groups);
        let literal: Option<Vec<u8>> = items
            .iter()
            .map(|item| match item {
                Item::Byte(byte) => Some(*byte),
                _ => None,
            })
            .collect();
        match literal {
            Some(name) => Self::Literal(name),
            None => Self::Glob(items),
        }
    }

    /// Whether the name matches.
    pub(super) fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Literal(literal) => literal == name,
            Self::Glob(items) => {
                if name.len() > NAME_MAX {
                    return false;
                }
                let mut start = Places::default();
                start.insert(0);
                let mut run = Run { name, known: HashMap::new(), tails: HashMap::new() };
                run.ends(items, start).contains(name.len())
            }
        }
    }
}

/// Whether groups are nested deeper than is evaluated.
pub(super) fn too_deep(pattern: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut deepest = 0;
    let mut before = 0;
    for byte in pattern {
        match byte {
            b'(' if b"?*+@!".contains(&before) => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        before = *byte;
    }
    deepest > DEEPEST
}

/// Whether there is a `[` that opens no bracket expression.
pub(super) fn open_bracket(pattern: &[u8]) -> bool {
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'[' => match set(pattern, at) {
                Some((_, next)) => at = next,
                None => return true,
            },
            _ => {}
        }
    }
    false
}

fn items(pattern: &[u8], depth: usize, groups: &mut usize) -> Vec<Item> {
    let mut items = Vec::with_capacity(pattern.len());
    let mut at = 0;
    // Behind a star, what may be empty is covered by it, and what is one byte can stand before it.
    let mut star = false;
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        if star && matches!(byte, b'?' | b'*') {
            let skipped = match pattern.get(at) {
                Some(b'(') => end_of_skipped(pattern, at),
                _ => None,
            };
            match skipped {
                Some(next) => at = next,
                None if byte == b'?' => items.insert(items.len() - 1, Item::Any),
                None => {}
            }
            continue;
        }
        star = false;
        if b"?*+@!".contains(&byte) && pattern.get(at) == Some(&b'(') {
            if depth >= DEEPEST {
                return vec![Item::Never];
            }
            if let Some((alternatives, next)) = alternatives(pattern, at + 1) {
                let id = *groups;
                *groups += 1;
                let alternatives = alternatives
                    .into_iter()
                    .map(|alternative| self::items(alternative, depth + 1, groups))
                    .collect();
                items.push(Item::Group { kind: byte, id, alternatives });
                at = next;
                continue;
            }
        }
        items.push(match byte {
            b'?' => Item::Any,
            b'*' => {
                star = true;
                Item::Star
            }
            b'[' => match set(pattern, at) {
                Some((set, next)) => {
                    at = next;
                    set.map_or(Item::Never, Item::Set)
                }
                None => Item::Byte(b'['),
            },
            b'\\' => match pattern.get(at) {
                Some(escaped) => {
                    at += 1;
                    Item::Byte(*escaped)
                }
                None => Item::Never,
            },
            other => Item::Byte(other),
        });
    }
    items
}

/// Where the group ends whose parenthesis stands at `at`, as the C library finds it when it skips a
/// group behind a star: it steps over the byte behind each inner group, so that it may miss the end.
fn end_of_skipped(pattern: &[u8], mut at: usize) -> Option<usize> {
    let mut level = 0_usize;
    loop {
        at += 1;
        match *pattern.get(at)? {
            b'[' => {
                at += 1;
                if matches!(pattern.get(at), Some(b'!' | b'^')) {
                    at += 1;
                }
                if pattern.get(at) == Some(&b']') {
                    at += 1;
                }
                while *pattern.get(at)? != b']' {
                    at += 1;
                }
            }
            b'?' | b'*' | b'+' | b'@' | b'!' if pattern.get(at + 1) == Some(&b'(') => {
                level += 1;
                at += 1;
            }
            b')' if level == 0 => return Some(at + 1),
            b')' => {
                level -= 1;
                at += 1;
                pattern.get(at)?;
            }
            _ => {}
        }
    }
}

/// The alternatives of the group whose parenthesis stands before `at`, and where it ends; `None` if
/// it does not. A backslash does not protect a `|` or `)` here, only brackets do.
fn alternatives(pattern: &[u8], at: usize) -> Option<(Vec<&[u8]>, usize)> {
    let mut found = Vec::new();
    let (mut start, mut at, mut level) = (at, at, 0_usize);
    loop {
        match *pattern.get(at)? {
            b'[' => {
                at += 1;
                if matches!(pattern.get(at), Some(b'!' | b'^')) {
                    at += 1;
                }
                if pattern.get(at) == Some(&b']') {
                    at += 1;
                }
                while *pattern.get(at)? != b']' {
                    at += 1;
                }
            }
            b'?' | b'*' | b'+' | b'@' | b'!' if pattern.get(at + 1) == Some(&b'(') => level += 1,
            b')' if level == 0 => {
                found.push(&pattern[start..at]);
                return Some((found, at + 1));
            }
            b')' => level -= 1,
            b'|' if level == 0 => {
                found.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
}

/// The bracket expression whose `[` stands before `at`, and where it ends. `None` if it does not
/// end: then the `[` is one. Without a set if nothing can match.
fn set(pattern: &[u8], mut at: usize) -> Option<(Option<ByteSet>, usize)> {
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let mut set = ByteSet::default();
    // After an unknown class only what was listed before it matches, negated or not.
    let mut broken = false;
    let mut first = true;
    loop {
        let byte = *pattern.get(at)?;
        at += 1;
        if byte == b']' && !first {
            break;
        }
        first = false;
        let mut found = ByteSet::default();
        let mut low = byte;
        match (byte, pattern.get(at)) {
            (b'\\', None) => return Some((None, at)),
            (b'\\', Some(escaped)) => {
                low = *escaped;
                at += 1;
            }
            (b'[', Some(b':')) => {
                if let Some((name, next)) = class_name(pattern, at + 1) {
                    at = next;
                    match class(name) {
                        Some(class) if !broken => set.union(&class),
                        Some(_) => {}
                        None => broken = true,
                    }
                    continue;
                }
            }
            (b'[', Some(b'=')) => {
                if let (Some(symbol), Some(b"=]")) =
                    (pattern.get(at + 1), pattern.get(at + 2..at + 4))
                {
                    if !broken {
                        set.insert(usize::from(*symbol));
                    }
                    at += 4;
                    continue;
                }
            }
            (b'[', Some(b'.')) => match symbol(pattern, at + 1) {
                Some((Some(symbol), next)) => {
                    low = symbol;
                    at = next;
                }
                Some((None, next)) => {
                    broken = true;
                    at = next;
                    continue;
                }
                None => return Some((None, pattern.len())),
            },
            _ => {}
        }
        found.insert(usize::from(low));
        if pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|next| *next != b']') {
            at += 1;
            let mut high = *pattern.get(at)?;
            at += 1;
            match (high, pattern.get(at)) {
                (b'\\', next) => {
                    let Some(next) = next else { return Some((None, at)) };
                    high = *next;
                    at += 1;
                }
                (b'[', Some(b'.')) => match symbol(pattern, at + 1) {
                    Some((Some(symbol), next)) => {
                        high = symbol;
                        at = next;
                    }
                    Some((None, next)) => {
                        broken = true;
                        at = next;
                        continue;
                    }
                    None => return Some((None, pattern.len())),
                },
                _ => {}
            }
            found = ByteSet::default();
            (low..=high).for_each(|byte| found.insert(usize::from(byte)));
        }
        if !broken {
            set.union(&found);
        }
    }
    Some(match (negated, broken) {
        (false, _) => (Some(set), at),
        (true, false) => (Some(set.complement()), at),
        (true, true) => (None, at),
    })
}

/// The name of a class that starts at `at`, and where what follows its `:]` starts.
fn class_name(pattern: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let length = pattern[at..].iter().position(|byte| !matches!(byte, b'a'..=b'y'))?;
    let end = at + length;
    (pattern.get(end..end + 2) == Some(b":]")).then(|| (&pattern[at..end], end + 2))
}

/// The collating symbol that starts at `at`, if it is of one byte, and where what follows its `.]`
/// starts; `None` if it does not end.
fn symbol(pattern: &[u8], at: usize) -> Option<(Option<u8>, usize)> {
    let length = pattern.get(at..)?.windows(2).position(|two| two == b".]")?;
    Some(((length == 1).then(|| pattern[at]), at + length + 2))
}

fn class(name: &[u8]) -> Option<ByteSet> {
    let holds: fn(&u8) -> bool = match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | 0x09..=0x0d),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    };
    let mut class = ByteSet::default();
    (0..=u8::MAX).filter(holds).for_each(|byte| class.insert(usize::from(byte)));
    Some(class)
}

/// One name being matched.
struct Run<'a> {
    name: &'a [u8],
    /// Where the alternatives of a group may end when they start at a place.
    known: HashMap<(usize, usize), Places>,
    /// Where the rest of a pattern, known by its place in memory, may end from a place.
    tails: HashMap<(*const Item, usize), Places>,
}

impl Run<'_> {
    /// Where the items may end if they start at one of these places.
    fn ends(&mut self, items: &[Item], start: Places) -> Places {
        let mut places = start;
        for (number, item) in items.iter().enumerate() {
            if places.is_empty() {
                break;
            }
            places = self.after(item, places);
            let rest = &items[number + 1..];
            if let (Item::Star, Some(Item::Group { kind: b'@' | b'+' | b'!', .. })) =
                (item, rest.first())
            {
                return self.behind_star(rest, places);
            }
        }
        places
    }

    /// The C library does not try a group behind a star at the end of the name, where it could only
    /// be empty.
    fn behind_star(&mut self, rest: &[Item], starts: Places) -> Places {
        let mut all = Places::default();
        for start in starts.iter() {
            let key = (rest.as_ptr(), start);
            let ends = match self.tails.get(&key) {
                Some(known) => *known,
                None => {
                    let mut here = Places::default();
                    here.insert(start);
                    let ends = self.ends(rest, here);
                    self.tails.insert(key, ends);
                    ends
                }
            };
            ends.iter().filter(|end| *end > start).for_each(|end| all.insert(end));
        }
        all
    }

    fn after(&mut self, item: &Item, places: Places) -> Places {
        let mut after = Places::default();
        match item {
            Item::Never => {}
            Item::Star => {
                // A leading dot is matched by nothing but a dot, and what cannot pass it cannot
                // stand before it either.
                let first = places.iter().find(|place| !self.at_leading_dot(*place));
                if let Some(first) = first {
                    (first..=self.name.len()).for_each(|place| after.insert(place));
                }
            }
            Item::Byte(_) | Item::Any | Item::Set(_) => {
                for place in places.iter() {
                    let Some(byte) = self.name.get(place) else { continue };
                    let fits = match item {
                        Item::Byte(wanted) => byte == wanted,
                        Item::Set(set) => {
                            set.contains(usize::from(*byte)) && !self.at_leading_dot(place)
                        }
                        _ => !self.at_leading_dot(place),
                    };
                    if fits {
                        after.insert(place + 1);
                    }
                }
            }
            Item::Group { kind, id, alternatives } => {
                for place in places.iter() {
                    after.union(&self.group(*kind, *id, alternatives, place));
                }
            }
        }
        after
    }

    fn group(&mut self, kind: u8, id: usize, alternatives: &[Vec<Item>], place: usize) -> Places {
        let mut here = Places::default();
        here.insert(place);
        let once = self.once(id, alternatives, place);
        match kind {
            b'@' => once,
            b'?' => {
                here.union(&once);
                here
            }
            b'!' => {
                let mut ends = Places::default();
                (place..=self.name.len())
                    .filter(|end| !once.contains(*end))
                    .for_each(|end| ends.insert(end));
                ends
            }
            _ => {
                let mut seen = once;
                let mut done = here;
                loop {
                    let next = seen.iter().find(|place| !done.contains(*place));
                    let Some(next) = next else { break };
                    done.insert(next);
                    let more = self.once(id, alternatives, next);
                    seen.union(&more);
                }
                if kind == b'*' {
                    seen.union(&here);
                }
                seen
            }
        }
    }

    /// Where one alternative may end.
    fn once(&mut self, id: usize, alternatives: &[Vec<Item>], place: usize) -> Places {
        if let Some(known) = self.known.get(&(id, place)) {
            return *known;
        }
        let mut start = Places::default();
        start.insert(place);
        let mut ends = Places::default();
        for alternative in alternatives {
            let more = self.ends(alternative, start);
            ends.union(&more);
        }
        self.known.insert((id, place), ends);
        ends
    }

    fn at_leading_dot(&self, place: usize) -> bool {
        place == 0 && self.name.first() == Some(&b'.')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, name: &str) -> bool {
        Component::new(pattern.as_bytes()).matches(name.as_bytes())
    }

    #[test]
    fn components_match_as_fnmatch_does() {
        for (pattern, name) in [
            ("a", "a"),
            ("a*c", "abbc"),
            ("*", "a"),
            (".*", ".a"),
            ("[ab]x", "bx"),
            ("[!a]x", "bx"),
            ("[^a]x", "bx"),
            ("[]a]", "]"),
            ("[a-c]", "b"),
            ("[a-]", "-"),
            ("[[:digit:]-x]", "-"),
            ("\\*", "*"),
            ("[", "["),
            ("[a", "[a"),
            (".!(java)", ".git"),
            ("!(foo)", "bar"),
            ("!(foo)", ""),
            ("+(ab|c)", "abcab"),
            ("*(ab)", ""),
            ("?(a)b", "b"),
            ("@(a|b)c", "bc"),
            ("@(a", "@(a"),
            ("??-persistent-*.rules", "70-persistent-net.rules"),
            ("!(a)", ".x"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*", ".a"),
            ("?a", ".a"),
            ("[.]a", ".a"),
            (".!(java)", ".java"),
            ("a\\", "a\\"),
            ("a?", "a"),
            ("+(a)", ""),
            ("[[:nope:]]", "n"),
            ("*(?)", ".a"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let name = "a".repeat(255);
        assert!(!fits(&format!("{}b", "*a".repeat(500)), &name));
        assert!(!fits(&format!("{}b", "*(a|aa|+(a))".repeat(40)), &name));
        let nested = format!("{}a{}b", "!(".repeat(30), ")".repeat(30));
        assert!(!fits(&nested, &name));
        let deep = format!("{}a{}", "@(".repeat(5_000), ")".repeat(5_000));
        assert!(too_deep(deep.as_bytes()));
        assert!(!fits(&deep, "a"));
    }
}
