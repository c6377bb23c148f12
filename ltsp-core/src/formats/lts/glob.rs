//! Sections' names as patterns: fnmatch(3) with no flag but the one that ignores case.

/// Whether a name has characters that mean something in a pattern.
pub(super) fn is_pattern(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

/// Whether the pattern matches all of the text. Linear in practice: only the last star is retried.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let fits = match step(pattern, p) {
            Step::End if t == text.len() => return true,
            Step::Star => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Step::End | Step::Never => None,
            Step::Any(next) => (t < text.len()).then_some(next),
            Step::Byte(byte, next) => {
                text.get(t).is_some_and(|found| found.eq_ignore_ascii_case(&byte)).then_some(next)
            }
            Step::Set(set, next) => {
                text.get(t).is_some_and(|found| in_set(set, *found)).then_some(next)
            }
        };
        match (fits, star) {
            (Some(next), _) => (p, t) = (next, t + 1),
            (None, Some((after, from))) if from < text.len() => {
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
            (None, _) => return false,
        }
    }
}

pub(super) enum Step<'p> {
    End,
    Star,
    /// One byte, whichever; and where the pattern goes on.
    Any(usize),
    Byte(u8, usize),
    Set(&'p [u8], usize),
    /// A backslash at the end.
    Never,
}

/// What stands at a place of the pattern.
pub(super) fn step(pattern: &[u8], at: usize) -> Step<'_> {
    match pattern.get(at) {
        None => Step::End,
        Some(b'*') => Step::Star,
        Some(b'?') => Step::Any(at + 1),
        Some(b'\\') => match pattern.get(at + 1) {
            Some(byte) => Step::Byte(*byte, at + 2),
            None => Step::Never,
        },
        Some(b'[') => match set_end(pattern, at) {
            Some(end) => Step::Set(&pattern[at + 1..end], end + 1),
            None => Step::Byte(b'[', at + 1),
        },
        Some(byte) => Step::Byte(*byte, at + 1),
    }
}

/// Where the `]` stands that closes the set opened at `at`.
fn set_end(pattern: &[u8], at: usize) -> Option<usize> {
    let mut here = at + 1;
    if matches!(pattern.get(here), Some(b'!' | b'^')) {
        here += 1;
    }
    let first = here;
    loop {
        match pattern.get(here)? {
            b']' if here > first => return Some(here),
            b'\\' => here += 2,
            b'[' if pattern.get(here + 1) == Some(&b':') => {
                let name = &pattern[here + 2..];
                let end = name.iter().position(|byte| !byte.is_ascii_lowercase());
                match end {
                    Some(end) if name[end..].starts_with(b":]") => here += 2 + end + 2,
                    _ => here += 1,
                }
            }
            _ => here += 1,
        }
    }
}

/// Whether the byte is in the set, whose brackets are gone.
pub(super) fn in_set(set: &[u8], byte: u8) -> bool {
    let (negated, set) = match set.first() {
        Some(b'!' | b'^') => (true, &set[1..]),
        _ => (false, set),
    };
    let byte = byte.to_ascii_lowercase();
    let mut found = false;
    let mut at = 0;
    while at < set.len() {
        if let Some((class, length)) = class(&set[at..]) {
            found |= is_in_class(class, byte);
            at += length;
            continue;
        }
        let (low, next) = member(set, at);
        let is_range = set.get(next) == Some(&b'-') && next + 1 < set.len();
        let (high, next) = if is_range { member(set, next + 1) } else { (low, next) };
        found |= (low.to_ascii_lowercase()..=high.to_ascii_lowercase()).contains(&byte);
        at = next;
    }
    found != negated
}

fn member(set: &[u8], at: usize) -> (u8, usize) {
    match (set[at], set.get(at + 1)) {
        (b'\\', Some(byte)) => (*byte, at + 2),
        (byte, _) => (byte, at + 1),
    }
}

/// `[:name:]` at the start of what is left, and its length.
fn class(set: &[u8]) -> Option<(&[u8], usize)> {
    let name = set.strip_prefix(b"[:")?;
    let end = name.iter().position(|byte| !byte.is_ascii_lowercase())?;
    name[end..].starts_with(b":]").then_some((&name[..end], end + 4))
}

fn is_in_class(class: &[u8], byte: u8) -> bool {
    match class {
        b"alnum" => byte.is_ascii_alphanumeric(),
        // Case does not count, so neither do these two.
        b"alpha" | b"lower" | b"upper" => byte.is_ascii_alphabetic(),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => super::lexer::is_space(byte),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Whether some text matches both patterns; says yes where sets make it hard to tell.
pub(super) fn overlap(one: &[u8], other: &[u8]) -> bool {
    let (a, b) = (steps(one), steps(other));
    // meets[j]: the rest of `a` from i on and of `b` from j on have a text in common.
    let mut below = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some(Step::Star), _) => below[j] || (j < b.len() && row[j + 1]),
                (_, Some(Step::Star)) => row[j + 1] || (i < a.len() && below[j]),
                (Some(x), Some(y)) => below[j + 1] && share(x, y),
                _ => false,
            };
        }
        below = row;
    }
    below[0]
}

fn steps(pattern: &[u8]) -> Vec<Step<'_>> {
    let mut at = 0;
    let mut all = Vec::new();
    loop {
        let step = step(pattern, at);
        at = match step {
            Step::End => return all,
            Step::Star => at + 1,
            Step::Any(next) | Step::Byte(_, next) | Step::Set(_, next) => next,
            Step::Never => pattern.len(),
        };
        all.push(step);
    }
}

fn share(one: &Step<'_>, other: &Step<'_>) -> bool {
    match (one, other) {
        (Step::Never, _) | (_, Step::Never) => false,
        (Step::Byte(a, _), Step::Byte(b, _)) => a.eq_ignore_ascii_case(b),
        (Step::Byte(byte, _), Step::Set(set, _)) | (Step::Set(set, _), Step::Byte(byte, _)) => {
            in_set(set, *byte)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whatever_the_case_and_across_dots_and_slashes() {
        for (pattern, text) in [
            ("pc*", "PC01"),
            ("*", ""),
            ("*", ".a/b"),
            ("pc0?", "pc07"),
            ("pc[0-4]", "pc3"),
            ("[!a-c]x", "dx"),
            ("[[:digit:]]x", "7x"),
            ("p\\c", "pc"),
            ("a[", "a["),
            ("[]a]", "]"),
            ("*a*b", "xaxxab"),
            ("[P]c", "pc"),
        ] {
            assert!(matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
        for (pattern, text) in
            [("pc?", "pc"), ("pc", "pc1"), ("[!a-c]x", "Bx"), ("a\\", "a"), ("*a*b", "xb")]
        {
            assert!(!matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_overlap_if_a_text_matches_both() {
        for (one, other, both) in [
            ("p*", "pc*", true),
            ("pc*", "*01", true),
            ("pc*", "lab*", false),
            ("192.168.*", "pc*", false),
            ("pc?", "pc??", false),
            ("*a", "*b", false),
            ("[a-c]x", "bx", true),
            ("[a-c]x", "dx", false),
            ("*", "*", true),
        ] {
            assert_eq!(overlap(one.as_bytes(), other.as_bytes()), both, "{one} {other}");
        }
    }
}
