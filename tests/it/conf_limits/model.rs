//! A second, plain reading of the rules of pam_limits, for any number of random files.
use super::random::{Accounts, Random, file};
use ltsp_core::formats::limits::{Item, LimitsConf, Who, effective};
use ltsp_core::text::{Document, Source};
use std::collections::HashMap;

/// Item and half, to rank and value as it is written.
type Found = HashMap<(Item, &'static str), (u8, String)>;

fn ids(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let (first, last) = text.split_once(':')?;
    // As numbers of 64 bits, the lower half of which counts.
    let id = |text: &str| -> Option<Option<u32>> {
        if text.is_empty() {
            return Some(None);
        }
        let (minus, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = all_digits.then(|| digits.parse().ok())??;
        let number = if minus { number.wrapping_neg() } else { number };
        Some(u32::try_from(number & u64::from(u32::MAX)).ok())
    };
    match (id(first)?, id(last)?) {
        (None, None) => None,
        pair => Some(pair),
    }
}

fn within((first, last): (Option<u32>, Option<u32>), id: u32) -> bool {
    match (first, last) {
        (None, Some(only)) => id == only,
        (first, last) => {
            first.is_none_or(|first| first <= id) && last.is_none_or(|last| id <= last)
        }
    }
}

/// 0 for users, 1 for groups, 4 for everybody; lines with `%` matter to logins only.
fn rank(domain: &str, who: &Who) -> Option<u8> {
    if who.name == *domain {
        return Some(0);
    }
    let (sign, rest) = match domain.chars().next() {
        Some(sign @ ('@' | '%')) => (sign, &domain[1..]),
        _ => (' ', domain),
    };
    if rest.contains(':') {
        let range = ids(rest)?;
        return match sign {
            _ if who.uid == 0 => within(range, 0).then_some(0),
            ' ' => within(range, who.uid).then_some(0),
            '@' if range.0.is_none() => {
                who.groups.iter().any(|(_, gid)| Some(*gid) == range.1).then_some(1)
            }
            '@' => within(range, who.gid).then_some(1),
            _ => None,
        };
    }
    match sign {
        _ if who.uid == 0 => None,
        '@' => who.groups.iter().any(|(name, _)| *name == *rest).then_some(1),
        ' ' if domain == "*" => Some(4),
        _ => None,
    }
}

fn is_exempt(domain: &str, who: &Who) -> bool {
    let rest = domain.trim_start_matches(['@', '%']);
    match domain.as_bytes().first() {
        _ if who.name == *domain => true,
        Some(b'@') if !rest.contains(':') => who.groups.iter().any(|(name, _)| *name == *rest),
        Some(b'@') if rest.starts_with(':') => {
            let only = ids(rest).and_then(|range| range.1);
            who.groups.iter().any(|(_, gid)| Some(*gid) == only)
        }
        Some(b'@') => ids(rest).is_some_and(|range| within(range, who.gid)),
        _ => rest.contains(':') && ids(rest).is_some_and(|range| within(range, who.uid)),
    }
}

fn is_taken(item: Item, value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let number = digits.starts_with(|first: char| first.is_ascii_digit());
    let words = ["-", "unlimited", "infinity"];
    number || (item != Item::Nice && words.contains(&&value.to_lowercase()[..]))
}

/// What the limits of the kernel are; `None` for who is exempt.
fn plain(text: &str, who: &Who) -> Option<Found> {
    let mut found = Found::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let blank = |byte: char| matches!(byte, ' ' | '\t' | '\r' | '\x0b' | '\x0c');
        let words: Vec<&str> = line.split(blank).filter(|word| !word.is_empty()).collect();
        match words[..] {
            [domain, kind] if kind.starts_with('-') && is_exempt(domain, who) => return None,
            [domain, kind, item, value, ..] => {
                let Some(item) = Item::of_name(item.as_bytes()) else { continue };
                let Some(rank) = rank(domain, who) else { continue };
                let halves: &[_] = match &kind.to_lowercase()[..] {
                    "soft" => &["soft"],
                    "hard" => &["hard"],
                    "-" => &["soft", "hard"],
                    _ => continue,
                };
                if item.resource().is_none() || !is_taken(item, value) {
                    continue;
                }
                for half in halves {
                    if found.get(&(item, *half)).is_some_and(|(other, _)| *other < rank) {
                        break;
                    }
                    found.insert((item, half), (rank, value.to_owned()));
                }
            }
            _ => {}
        }
    }
    Some(found)
}

#[test]
fn the_effective_limits_are_those_of_a_plain_reading() {
    let random = &mut Random::new(99);
    let mut compared = 0;
    for _ in 0..3_000 {
        let accounts = Accounts::new(random);
        let text = String::from_utf8(file(random, false)).expect("made of text");
        let document = LimitsConf::parse(Source::new("limits.conf", &text[..]));
        assert_eq!(document.to_bytes(), text.as_bytes());
        for user in accounts.users() {
            let who = accounts.who(user);
            let got = effective(std::slice::from_ref(&document), &who);
            let Some(expected) = plain(&text, &who) else {
                assert!(got.exempt.is_some(), "{who:?}\n{text}");
                continue;
            };
            assert!(got.exempt.is_none(), "{who:?}\n{text}");
            let mut found = HashMap::new();
            for limit in &got.limits {
                let halves = [("soft", &limit.soft_rule), ("hard", &limit.hard_rule)];
                for (half, rule) in halves {
                    let Some(rule) = rule else { continue };
                    found.insert((limit.item, half), rule.written.to_string());
                    let line = text
                        .lines()
                        .nth(usize::try_from(rule.origin.place.line).expect("small") - 1);
                    assert!(
                        line.is_some_and(|line| line.contains(&*rule.written.text())),
                        "{text}"
                    );
                }
            }
            let expected: HashMap<_, _> =
                expected.into_iter().map(|(key, (_, value))| (key, value)).collect();
            assert_eq!(found, expected, "{who:?}\n{text}");
            compared += found.len();
        }
    }
    assert!(compared > 5_000, "{compared}");
}
