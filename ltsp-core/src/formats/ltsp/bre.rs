//! Basic regular expressions of sed, as far as they can be translated without changing a match.

use regex::bytes::{Regex, RegexBuilder};

/// Why an expression is not translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// sed refuses it.
    Invalid,
    /// sed takes it, but it was not translated; why.
    Unknown(&'static str),
}

/// A translated expression.
pub(super) struct Bre {
    body: Regex,
    from_start: bool,
    to_end: bool,
    /// Number of groups.
    pub(super) groups: usize,
    /// What a group takes may differ from what sed says.
    pub(super) vague_groups: bool,
}

/// Longer names than any host has would make the search slow.
const LONGEST: usize = 255;

impl Bre {
    /// Translates `text`.
    pub(super) fn new(text: &[u8]) -> Result<Self, Wrong> {
        if text.is_empty() {
            return Err(Wrong::Invalid);
        }
        let mut from_start = false;
        let mut to_end = false;
        let mut rest = text;
        if let Some(after) = rest.strip_prefix(b"^") {
            from_start = true;
            rest = after;
        }
        let slashes = |text: &[u8]| text.iter().rev().take_while(|byte| **byte == b'\\').count();
        if let Some(before) = rest.strip_suffix(b"$") {
            if slashes(before) % 2 == 0 {
                to_end = true;
                rest = before;
            }
        }
        let mut out = Translation::default();
        let mut at = 0;
        while at < rest.len() {
            at = out.atom(rest, at)?;
        }
        if out.open > 0 {
            return Err(Wrong::Invalid);
        }
        if out.alternatives && (from_start || to_end) {
            return Err(Wrong::Unknown("it has an anchor and alternatives"));
        }
        let body = RegexBuilder::new(&format!(r"\A(?:{})\z", out.text))
            .unicode(false)
            .dot_matches_new_line(true)
            .size_limit(1 << 20)
            .build()
            .map_err(|_| Wrong::Unknown("it is too large"))?;
        let vague_groups = out.alternatives || out.repeated_group;
        Ok(Self { body, from_start, to_end, groups: out.groups, vague_groups })
    }

    /// The leftmost longest match in `text`: its range and what its groups took.
    #[allow(clippy::type_complexity, reason = "one match")]
    pub(super) fn find<'t>(
        &self,
        text: &'t [u8],
    ) -> Result<Option<(usize, usize, Vec<&'t [u8]>)>, Wrong> {
        if text.len() > LONGEST {
            return Err(Wrong::Unknown("the name is too long"));
        }
        // Engines that backtrack take the first match, sed the longest: ask for each length.
        let last_start = if self.from_start { 0 } else { text.len() };
        for start in 0..=last_start {
            let shortest = if self.to_end { text.len() } else { start };
            for end in (shortest..=text.len()).rev() {
                if let Some(found) = self.body.captures(&text[start..end]) {
                    let groups = (1..=self.groups)
                        .map(|group| found.get(group).map_or(&b""[..], |group| group.as_bytes()))
                        .collect();
                    return Ok(Some((start, end, groups)));
                }
            }
        }
        Ok(None)
    }
}

#[derive(Default)]
struct Translation {
    text: String,
    /// Groups that are open.
    open: usize,
    groups: usize,
    /// Something that `*` can repeat stands in front.
    repeatable: bool,
    /// What stands in front is a group.
    after_group: bool,
    repeated: bool,
    alternatives: bool,
    repeated_group: bool,
}

impl Translation {
    fn literal(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            self.text.push(char::from(byte));
        } else {
            self.text.push_str(&format!("\\x{byte:02x}"));
        }
        self.atom_done(false);
    }

    fn atom_done(&mut self, group: bool) {
        self.repeatable = true;
        self.after_group = group;
        self.repeated = false;
    }

    fn repeat(&mut self, how: &str) -> Result<(), Wrong> {
        if self.repeated {
            return Err(Wrong::Unknown("it repeats a repetition"));
        }
        self.text.push_str(how);
        self.repeated_group |= self.after_group;
        self.repeated = true;
        Ok(())
    }

    fn atom(&mut self, bre: &[u8], at: usize) -> Result<usize, Wrong> {
        match bre[at] {
            b'\\' => return self.escape(bre, at),
            b'[' => return self.bracket(bre, at),
            b'*' if self.repeatable => self.repeat("*")?,
            b'.' => {
                self.text.push('.');
                self.atom_done(false);
            }
            b'^' | b'$' => return Err(Wrong::Unknown("it has an anchor in the middle")),
            byte if !byte.is_ascii() => {
                return Err(Wrong::Unknown("it has letters that are not ASCII"));
            }
            byte => self.literal(byte),
        }
        Ok(at + 1)
    }

    fn escape(&mut self, bre: &[u8], at: usize) -> Result<usize, Wrong> {
        let Some(&byte) = bre.get(at + 1) else { return Err(Wrong::Invalid) };
        match byte {
            b'(' => {
                self.text.push('(');
                self.open += 1;
                self.groups += 1;
                self.repeatable = false;
                self.repeated = false;
            }
            b')' => {
                self.open = self.open.checked_sub(1).ok_or(Wrong::Invalid)?;
                self.text.push(')');
                self.atom_done(true);
            }
            b'|' => {
                self.text.push('|');
                self.alternatives = true;
                self.repeatable = false;
                self.repeated = false;
            }
            b'+' | b'?' if self.repeatable => self.repeat(if byte == b'+' { "+" } else { "?" })?,
            b'{' if self.repeatable => return self.interval(bre, at + 2),
            b'n' => self.literal(b'\n'),
            b'.' | b'*' | b'[' | b']' | b'^' | b'$' | b'/' | b'\\' | b'-' => self.literal(byte),
            _ => return Err(Wrong::Unknown("it has an escape with a meaning of its own")),
        }
        Ok(at + 2)
    }

    fn interval(&mut self, bre: &[u8], at: usize) -> Result<usize, Wrong> {
        let length = bre[at..].windows(2).position(|two| two == b"\\}").ok_or(Wrong::Invalid)?;
        let inside = &bre[at..at + length];
        let number = |text: &[u8]| -> Result<u32, Wrong> {
            let text = std::str::from_utf8(text).map_err(|_| Wrong::Invalid)?;
            text.parse().ok().filter(|number| *number <= 255).ok_or(Wrong::Invalid)
        };
        let how = match inside.split(|byte| *byte == b',').collect::<Vec<_>>()[..] {
            [count] => format!("{{{}}}", number(count)?),
            [least, b""] => format!("{{{},}}", number(least)?),
            [least, most] => {
                let least = if least.is_empty() { 0 } else { number(least)? };
                let most = number(most)?;
                if least > most {
                    return Err(Wrong::Invalid);
                }
                format!("{{{least},{most}}}")
            }
            _ => return Err(Wrong::Invalid),
        };
        self.repeat(&how)?;
        Ok(at + length + 2)
    }

    fn bracket(&mut self, bre: &[u8], start: usize) -> Result<usize, Wrong> {
        let mut at = start + 1;
        let mut out = String::from("[");
        if bre.get(at) == Some(&b'^') {
            out.push('^');
            at += 1;
        }
        let first = at;
        loop {
            let byte = *bre.get(at).ok_or(Wrong::Invalid)?;
            if byte == b']' && at > first {
                break;
            }
            if byte == b'[' && matches!(bre.get(at + 1), Some(b':')) {
                let rest = &bre[at..];
                let end = rest.windows(2).position(|two| two == b":]").ok_or(Wrong::Invalid)?;
                let name = std::str::from_utf8(&rest[2..end]).map_err(|_| Wrong::Invalid)?;
                const CLASSES: [&str; 12] = [
                    "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print",
                    "punct", "space", "upper", "xdigit",
                ];
                if !CLASSES.contains(&name) {
                    return Err(Wrong::Invalid);
                }
                out.push_str(&format!("[:{name}:]"));
                at += end + 2;
                continue;
            }
            if byte == b'[' && matches!(bre.get(at + 1), Some(b'.' | b'=')) {
                return Err(Wrong::Unknown("it has a collating element"));
            }
            // sed itself turns these into other characters first.
            if byte == b'\\' || !byte.is_ascii() {
                return Err(Wrong::Unknown("it has a backslash or a letter beyond ASCII in a set"));
            }
            out.push_str(&format!("\\x{byte:02x}"));
            at += 1;
            if bre.get(at) == Some(&b'-') && bre.get(at + 1).is_some_and(|last| *last != b']') {
                let last = bre[at + 1];
                if last == b'[' || last == b'\\' || !last.is_ascii() {
                    return Err(Wrong::Unknown("it has an unusual range"));
                }
                if last < byte {
                    return Err(Wrong::Invalid);
                }
                // Ranges of letters may follow the language's order.
                let plain = |from: u8, to: u8| byte >= from && last <= to;
                if !plain(b'0', b'9') && !plain(b'a', b'z') && !plain(b'A', b'Z') {
                    return Err(Wrong::Unknown("it has an unusual range"));
                }
                out.push_str(&format!("-\\x{last:02x}"));
                at += 2;
            }
        }
        out.push(']');
        self.text.push_str(&out);
        self.atom_done(false);
        Ok(at + 1)
    }
}
