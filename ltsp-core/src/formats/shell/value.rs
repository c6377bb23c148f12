//! The value of a word, where it can be told without running anything.

use super::lexer::{Flags, name};

/// Longer values are not made.
const LONGEST: usize = 1 << 20;

/// What is known of a variable that a value refers to.
pub(super) enum Known<'a> {
    Value(&'a [u8]),
    /// It was not assigned, or not in a way that tells its value.
    Unknown,
}

/// Why a value is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    Code,
    Tilde,
    DollarQuote,
    Reference,
    TooLong,
}

impl Unknown {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Code => "its value is made by code",
            Self::Tilde => "its value has the home directory of whoever runs it",
            Self::DollarQuote => "shells differ about its quotes",
            Self::Reference => "it refers to a variable whose value is not known",
            Self::TooLong => "its value is too long",
        }
    }
}

/// A value, and whether an expansion outside quotes has in it what old shells split or match.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) bytes: Vec<u8>,
    pub(super) splits: bool,
}

/// What a variable gets by `=raw`.
pub(super) fn expand<'v>(
    raw: &[u8],
    flags: Flags,
    lookup: &dyn Fn(&[u8]) -> Known<'v>,
) -> Result<Value, Unknown> {
    if flags.has(Flags::CODE) {
        return Err(Unknown::Code);
    }
    if flags.has(Flags::DOLLAR_QUOTE) {
        return Err(Unknown::DollarQuote);
    }
    let mut value = Value::default();
    unquoted(raw, lookup, &mut value, 0)?;
    Ok(value)
}

fn unquoted<'v>(
    raw: &[u8],
    lookup: &dyn Fn(&[u8]) -> Known<'v>,
    value: &mut Value,
    depth: usize,
) -> Result<(), Unknown> {
    let mut at = 0;
    // At the start and behind a colon a tilde is a home directory.
    let mut tilde = true;
    while let Some(&byte) = raw.get(at) {
        let was_tilde = std::mem::replace(&mut tilde, byte == b':');
        match (byte, raw.get(at + 1)) {
            (b'\\', Some(b'\n')) => {
                tilde = was_tilde;
                at += 2;
            }
            (b'\\', Some(next)) => {
                value.bytes.push(*next);
                at += 2;
            }
            (b'\'', _) => {
                let length = raw[at + 1..].iter().position(|byte| *byte == b'\'');
                let end = at + 1 + length.ok_or(Unknown::Code)?;
                value.bytes.extend_from_slice(&raw[at + 1..end]);
                at = end + 1;
            }
            (b'"', _) => at = quoted(raw, at + 1, lookup, value, depth)?,
            (b'$', _) => at = dollar(raw, at, lookup, value, false, depth)?,
            (b'~', _) if was_tilde => return Err(Unknown::Tilde),
            _ => {
                value.bytes.push(byte);
                at += 1;
            }
        }
        if value.bytes.len() > LONGEST {
            return Err(Unknown::TooLong);
        }
    }
    Ok(())
}

/// Within double quotes, up to behind the closing one.
fn quoted<'v>(
    raw: &[u8],
    mut at: usize,
    lookup: &dyn Fn(&[u8]) -> Known<'v>,
    value: &mut Value,
    depth: usize,
) -> Result<usize, Unknown> {
    loop {
        match (*raw.get(at).ok_or(Unknown::Code)?, raw.get(at + 1)) {
            (b'"', _) => return Ok(at + 1),
            (b'\\', Some(b'\n')) => at += 2,
            (b'\\', Some(next @ (b'$' | b'`' | b'"' | b'\\'))) => {
                value.bytes.push(*next);
                at += 2;
            }
            (b'$', _) => at = dollar(raw, at, lookup, value, true, depth)?,
            (byte, _) => {
                value.bytes.push(byte);
                at += 1;
            }
        }
        if value.bytes.len() > LONGEST {
            return Err(Unknown::TooLong);
        }
    }
}

/// The reference at a `$`, if it is one.
fn dollar<'v>(
    raw: &[u8],
    at: usize,
    lookup: &dyn Fn(&[u8]) -> Known<'v>,
    value: &mut Value,
    quoted: bool,
    depth: usize,
) -> Result<usize, Unknown> {
    if let Ok((rest, variable)) = name(&raw[at + 1..]) {
        let Known::Value(known) = lookup(variable) else { return Err(Unknown::Reference) };
        push(value, known, quoted);
        return Ok(raw.len() - rest.len());
    }
    if raw.get(at + 1) != Some(&b'{') {
        value.bytes.push(b'$');
        return Ok(at + 1);
    }
    let (rest, variable) = name(&raw[at + 2..]).map_err(|_| Unknown::Code)?;
    let Known::Value(known) = lookup(variable) else { return Err(Unknown::Reference) };
    let (colon, rest) = match rest.strip_prefix(b":") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let word = match rest.split_first() {
        Some((b'}', after)) if !colon => {
            push(value, known, quoted);
            return Ok(raw.len() - after.len());
        }
        Some((b'-' | b'+', word)) => word,
        _ => return Err(Unknown::Code),
    };
    let end = closing(word).ok_or(Unknown::Code)?;
    let next = raw.len() - word.len() + end + 1;
    let empty = colon && known.is_empty();
    let replaced = if rest[0] == b'-' { empty } else { !empty };
    if replaced {
        let word = &word[..end];
        if depth > 8 || word.iter().any(|byte| b"~'\"\\`".contains(byte)) {
            return Err(Unknown::Code);
        }
        let mut inner = Value::default();
        unquoted(word, lookup, &mut inner, depth + 1)?;
        push(value, &inner.bytes, quoted);
    } else if rest[0] == b'-' {
        push(value, known, quoted);
    }
    Ok(next)
}

fn push(value: &mut Value, known: &[u8], quoted: bool) {
    value.splits |= !quoted && known.iter().any(|byte| b" \t\n*?[\\".contains(byte));
    value.bytes.extend_from_slice(known);
}

/// Where the brace that is open closes.
fn closing(word: &[u8]) -> Option<usize> {
    let mut level = 0_usize;
    for (at, byte) in word.iter().enumerate() {
        match byte {
            b'{' if at > 0 && word[at - 1] == b'$' => level += 1,
            b'}' if level == 0 => return Some(at),
            b'}' => level -= 1,
            _ => {}
        }
    }
    None
}
