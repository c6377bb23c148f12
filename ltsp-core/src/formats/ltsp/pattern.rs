//! Section names as patterns of the shell's `case`, indexed so that one of 10,000 is found at once.

use std::collections::HashMap;

/// Whether the name has a wildcard.
pub(super) fn is_wild(pattern: &[u8]) -> bool {
    pattern.iter().any(|byte| matches!(byte, b'*' | b'?'))
}

/// Whether `text` matches one alternative of a pattern, in time proportional to their product.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    covers(pattern, text, |one, other| one == b'?' || one == other)
}

/// Whether whatever `special` matches is matched by `general`, too. May say no where it is so.
pub(super) fn subsumes(general: &[u8], special: &[u8]) -> bool {
    covers(general, special, |one, other| {
        (one == b'?' && other != b'*') || (one == other && one != b'*')
    })
}

/// A star takes any bytes; the rest compares byte by byte.
fn covers(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p + 1, t));
            p += 1;
        } else if p < pattern.len() && same(pattern[p], text[t]) {
            p += 1;
            t += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            p = after;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// The arms of the `case` that sections are looked up with, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Arms {
    literal: HashMap<Vec<u8>, usize>,
    wild: Vec<(Vec<u8>, usize)>,
}

impl Arms {
    /// Adds the next arm: all alternatives of `name` lead to header `index`.
    pub(super) fn push(&mut self, name: &[u8], index: usize) {
        for alternative in name.split(|byte| *byte == b'|') {
            if is_wild(alternative) {
                self.wild.push((alternative.to_vec(), index));
            } else {
                self.literal.entry(alternative.to_vec()).or_insert(index);
            }
        }
    }

    /// The first arm that `wanted` matches, and the wildcard by which it does.
    pub(super) fn find(&self, wanted: &[u8]) -> Option<(usize, Option<&[u8]>)> {
        let literal = self.literal.get(wanted).copied();
        let wild = self
            .wild
            .iter()
            .take_while(|(_, index)| literal.is_none_or(|literal| *index < literal))
            .find(|(pattern, _)| matches(pattern, wanted));
        match wild {
            Some((pattern, index)) => Some((*index, Some(pattern))),
            None => literal.map(|index| (index, None)),
        }
    }

    /// Every alternative with a wildcard, and the header it leads to.
    pub(super) fn wild(&self) -> &[(Vec<u8>, usize)] {
        &self.wild
    }

    /// The first header with that alternative, which has no wildcard.
    pub(super) fn literal(&self, name: &[u8]) -> Option<usize> {
        self.literal.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_case_does() {
        for (pattern, text, fits) in [
            ("pc*", "pc01", true),
            ("pc?", "pc01", false),
            ("*", "", true),
            ("?", "", false),
            ("b8:27:eb:*", "b8:27:eb:00:11:22", true),
            ("*a*b", "xaxxab", true),
            ("*a*b", "xaxxa", false),
            ("pc01", "PC01", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_is_covered_only_by_one_that_takes_all_of_it() {
        for (general, special, covered) in [
            ("pc*", "pc0*", true),
            ("pc?", "pc*", false),
            ("*", "?", true),
            ("pc0*", "pc*", false),
            ("p?0", "pc0", true),
            ("a*", "a*", true),
        ] {
            assert_eq!(
                subsumes(general.as_bytes(), special.as_bytes()),
                covered,
                "{general} {special}"
            );
        }
    }

    #[test]
    fn the_first_arm_wins_be_it_a_wildcard_or_not() {
        let mut arms = Arms::default();
        for (index, name) in ["a|b", "p*", "pc01", "b", "*"].iter().enumerate() {
            arms.push(name.as_bytes(), index);
        }
        assert_eq!(arms.find(b"b"), Some((0, None)));
        assert_eq!(arms.find(b"pc01"), Some((1, Some(&b"p*"[..]))));
        assert_eq!(arms.find(b"x"), Some((4, Some(&b"*"[..]))));
    }
}
