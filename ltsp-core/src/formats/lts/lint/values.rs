//! Names nobody reads, and values that mean something else.

use std::collections::HashMap;

use super::super::document::is_like;
use super::super::line::declared_in;
use super::super::params::{self, Item, Kind, Known, Numbers, is_shell_name};
use super::super::parser::Declaration;
use super::super::values::{is_none, is_true_in_ldm, is_true_in_shell};
use super::{Lint, Way, is_secret};
use crate::text::{Bytes, Diagnostic, Edit, Span, did_you_mean};

/// Words that say no, and are taken for no.
const NO: [&[u8]; 10] =
    [b"", b"false", b"n", b"no", b"0", b"f", b"off", b"disable", b"disabled", b"never"];

/// Words that say yes, whatever they are taken for.
const YES: [&[u8]; 8] = [b"1", b"on", b"t", b"true", b"y", b"yes", b"enable", b"enabled"];

fn is_one_of(words: &[&[u8]], value: &[u8]) -> bool {
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

impl Lint<'_> {
    pub(super) fn declarations(&mut self) {
        let mut names: HashMap<Vec<u8>, Option<String>> = HashMap::new();
        for section in 0..self.body.parsed.sections.len() {
            self.duplicate_keys(section);
        }
        for one in self.body.parsed.declarations.clone() {
            let key = self.bytes[one.key.text.range()].to_vec();
            self.spread(&one);
            self.hash_in_value(&one);
            if is_like(&key) {
                continue;
            }
            if !is_shell_name(&key) {
                self.no_shell_name(&one, &key);
                continue;
            }
            self.greedy(&one);
            let known = params::find(&key);
            match known {
                Some(known) => self.known(&one, &key, known),
                None if !params::is_related(&key) => self.unknown(&one, &key, &mut names),
                None => {}
            }
            self.shell(&one, known.map(|known| known.param.kind));
            self.secret(&one, &key);
        }
    }

    fn duplicate_keys(&mut self, section: usize) {
        let mut last: HashMap<Vec<u8>, Span> = HashMap::new();
        let mut said = Vec::new();
        for one in self.body.parsed.of(section).iter().rev() {
            let key = self.bytes[one.key.text.range()].to_ascii_uppercase();
            if key == b"LIKE" {
                continue;
            }
            let span = one.span();
            if let Some(winner) = last.get(&key) {
                let shown = Bytes::from(&key[..]);
                let what = format!(
                    "{shown} is set again below in this section, and only the last value counts"
                );
                let line = self.source.whole_line_at(one.key.text.start);
                let before = self.bytes[line.start..one.key.text.start].trim_ascii();
                let behind = self.bytes.get(one.value.span.end..line.end).map(<[u8]>::trim_ascii);
                let alone = before.is_empty()
                    && behind.is_some_and(|behind| behind.is_empty() || behind[0] == b'#');
                let message = "remove this line".to_owned();
                let way = match alone && span.end <= line.end {
                    true => Way::Look(message, vec![Edit::delete(line)]),
                    false => Way::Words(message),
                };
                let diagnostic = Diagnostic::warning("lts-duplicate-name", self.source, span, what)
                    .label(self.source, *winner, "the value that counts");
                said.push((diagnostic, way));
            } else {
                last.insert(key, span);
            }
        }
        for (diagnostic, way) in said {
            self.say(diagnostic, way);
        }
    }

    /// Newlines mean nothing: a declaration can take its value from the next line.
    fn spread(&mut self, one: &Declaration) {
        let line = self.line(one.equals);
        if one.key.text.start >= line.start && one.value.span.start <= line.end {
            return;
        }
        // Said already where the line below was found to be wrong because of it.
        let above = self.line(one.key.text.start);
        if self.told.contains(&line.start) || self.told.contains(&above.start) {
            return;
        }
        let code = "lts-missing-value";
        let key = self.text(one.key.text);
        let taken = self.shown_value(one);
        let what = format!("{key} takes {taken} of another line for its value");
        let way = Way::Words("write NAME=value on one line, with \"\" for an empty value".into());
        let span = Span::new(one.key.text.start, one.equals + 1);
        self.say(Diagnostic::warning(code, self.source, span, what), way);
    }

    /// The value, unless it is one to keep quiet about.
    pub(super) fn shown_value(&self, one: &Declaration) -> String {
        if is_secret(&self.bytes[one.key.text.range()]) {
            return "the secret".to_owned();
        }
        let text = self.text(one.value.text).to_string();
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("{:?} and more", &text[..end]),
            None => format!("{text:?}"),
        }
    }

    /// `FOO=bar#x`.
    fn hash_in_value(&mut self, one: &Declaration) {
        let end = one.value.span.end;
        let line = self.line(end.saturating_sub(1));
        let is_cut = !one.value.quoted
            && self.bytes.get(end) == Some(&b'#')
            && one.value.text.end == end
            && one.value.span.start >= line.start
            && !self.told.contains(&line.start);
        if !is_cut {
            return;
        }
        let what = "the value ends here: outside of quotes # begins a comment anywhere";
        let way = match self.quote_all(one, &line) {
            Some(edits) => Way::Look("put the value in quotes".into(), edits),
            None => Way::Words("put the value in quotes".into()),
        };
        let span = Span::new(end, line.end);
        self.say(Diagnostic::warning("lts-hash-in-value", self.source, span, what), way);
    }

    fn quote_all(&self, one: &Declaration, line: &Span) -> Option<Vec<Edit>> {
        let start = one.value.text.start;
        let rest = &self.bytes[start..line.end];
        // Up to a comment that looks like one.
        let comment = (1..rest.len())
            .find(|at| rest[*at] == b'#' && rest[at - 1].is_ascii_whitespace())
            .unwrap_or(rest.len());
        let value = rest[..comment].trim_ascii_end();
        let end = start + value.len();
        let new = self.in_quotes(*line, start, end);
        let sound = declared_in(&new, &self.bytes[one.key.text.range()])? == value;
        sound.then(|| vec![Edit::insert(start, "\""), Edit::insert(end, "\"")])
    }

    fn no_shell_name(&mut self, one: &Declaration, key: &[u8]) {
        if key.starts_with(b";") || key.starts_with(b"//") {
            let what = "only # begins a comment: this sets a value under a name that breaks the \
                        client's shell line";
            let way = self.hash(one.key.text);
            let said = Diagnostic::error("lts-comment-mark", self.source, one.key.text, what);
            self.say(said, way);
            return;
        }
        let shown = Bytes::from(key);
        let what = format!(
            "{shown:?} is no name for the shell, which stops at it: the client loses the settings"
        );
        let better: Vec<u8> = key
            .iter()
            .map(|byte| if byte.is_ascii_alphanumeric() { *byte } else { b'_' })
            .collect();
        let way = match params::find(&better) {
            Some(_) => Way::Look(
                format!("did you mean {}?", Bytes::from(&better[..])),
                vec![Edit::replace(one.key.text, &better[..])],
            ),
            None => Way::Words("use letters, digits and underscores, no digit in front".into()),
        };
        self.say(Diagnostic::error("lts-name", self.source, one.key.text, what), way);
    }

    /// A quoted value with quotes inside that the shell will take for its end.
    fn greedy(&mut self, one: &Declaration) {
        if !one.value.quoted {
            return;
        }
        let inner = &self.bytes[one.value.text.range()];
        let mut at = 0;
        let mut bare = None;
        while at < inner.len() {
            match inner[at] {
                b'\\' => at += 2,
                b'"' => {
                    bare = Some(at);
                    break;
                }
                _ => at += 1,
            }
        }
        let Some(bare) = bare else { return };
        let span = Span::at(one.value.text.start + bare).to(one.value.span);
        let behind = &inner[bare + 1..];
        let is_comment = behind.trim_ascii_start().starts_with(b"#");
        let what = "the value does not end at this quote but at the last one of the line, and the \
                    client's shell cannot read what comes of it";
        let way = if is_comment {
            let from = one.value.text.start + bare + 1;
            let line = self.line(from);
            let edits = (from..line.end)
                .filter(|at| self.bytes[*at] == b'"')
                .map(|at| Edit::replace(Span::new(at, at + 1), "'"))
                .collect();
            Way::Safe("use single quotes in the comment".into(), edits)
        } else {
            Way::Words("write \\\" for a quote inside a value".into())
        };
        self.say(Diagnostic::error("lts-greedy-quote", self.source, span, what), way);
    }

    fn unknown(
        &mut self,
        one: &Declaration,
        key: &[u8],
        names: &mut HashMap<Vec<u8>, Option<String>>,
    ) {
        // Names of their own come again and again in large files; very many different ones are no
        // typing mistakes.
        let room = names.len() < 2_000;
        let near = names.entry(key.to_ascii_uppercase()).or_insert_with(|| {
            nearest(std::str::from_utf8(key).ok().filter(|name| name.len() > 3 && room)?)
        });
        let Some(near) = near else { return };
        let shown = Bytes::from(key);
        let what = format!("nothing in LTSP reads {shown}");
        let way = Way::Look(
            format!("did you mean {near}?"),
            vec![Edit::replace(one.key.text, near.as_str())],
        );
        let said = Diagnostic::warning("lts-unknown-name", self.source, one.key.text, what);
        self.say(said, way);
    }

    fn known(&mut self, one: &Declaration, key: &[u8], known: Known) {
        let span = one.key.text;
        let name = Bytes::from(key).to_string().to_ascii_uppercase();
        if let Some(instead) =
            known.instead.filter(|_| !known.param.is_read() || name == "X_TOUCH_RTPDELAY")
        {
            let what = format!("nothing reads {name}; the programs read {instead}");
            // Some take values of another kind.
            let alike = ["LDM_USER_ALLOW", "NBD_SWAP_HOST", "X_TOUCH_RPTDELAY"].contains(&instead);
            let message = format!("set {instead} in its place");
            let way = match alike {
                true => Way::Look(message, vec![Edit::replace(span, instead)]),
                false => Way::Words(message),
            };
            self.say(Diagnostic::warning("lts-unread-name", self.source, span, what), way);
            return;
        }
        if let Some(instead) = known.instead {
            let what = format!("{name} is an old name of {instead}");
            let way = Way::Look(format!("call it {instead}"), vec![Edit::replace(span, instead)]);
            self.say(Diagnostic::advice("lts-old-name", self.source, span, what), way);
        }
        if !known.param.is_read() {
            let what = format!("nothing reads {name}. {}", known.param.note);
            let way = Way::Words("remove the line".into());
            self.say(Diagnostic::warning("lts-unread-name", self.source, span, what), way);
            return;
        }
        if !known.counts {
            self.wrong_number(one, &name, known);
            return;
        }
        self.value(one, &name, known);
    }

    fn wrong_number(&mut self, one: &Declaration, name: &str, known: Known) {
        let (first, last) = match known.param.numbers {
            Numbers::Between(first, last) => (first, last),
            // A variable for one screen.
            Numbers::None => (1, 12),
        };
        let width = if known.param.name.contains("##") || known.screen.is_some() { 2 } else { 1 };
        let what = format!(
            "nothing reads {name}: the number goes from {first:0width$} to {last}, with {width} \
             digit{}",
            if width == 1 { "" } else { "s" }
        );
        let digits: String = name
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        let number: Option<u32> = digits.parse().ok();
        let way = match number.filter(|number| (first..=last).contains(number)) {
            Some(number) => {
                let better = name.replacen(&digits, &format!("{number:0width$}"), 1);
                Way::Look(
                    format!("did you mean {better}?"),
                    vec![Edit::replace(one.key.text, better)],
                )
            }
            None => Way::Words("choose another number".into()),
        };
        self.say(Diagnostic::warning("lts-number", self.source, one.key.text, what), way);
    }

    fn value(&mut self, one: &Declaration, name: &str, known: Known) {
        let value = self.bytes[one.value.text.range()].to_vec();
        // What the shell makes of it is not known here.
        if is_none(&value) || value.iter().any(|byte| matches!(byte, b'$' | b'`' | b'\\')) {
            return;
        }
        match known.param.kind {
            Kind::Bool => self.yes_or_no(one, name, &value),
            Kind::True => {
                if value != b"true" && (is_one_of(&YES, &value) || !is_one_of(&NO, &value)) {
                    let what =
                        format!("{name} knows no other word than true in lower case: this is no");
                    let way = self.replaced(one, "write true", "true", is_one_of(&YES, &value));
                    self.say(
                        Diagnostic::warning("lts-bool", self.source, one.value.text, what),
                        way,
                    );
                }
            }
            kind => {
                if let Some(wanted) = wrong(kind, &value) {
                    let what = format!("{name} takes {wanted}, not {}", self.shown_value(one));
                    let mut said =
                        Diagnostic::warning("lts-value", self.source, one.value.span, what);
                    if !known.param.default.is_empty() {
                        said = said.help(format!("without it, {} counts", known.param.default));
                    }
                    self.found.push(said);
                }
            }
        }
    }

    fn yes_or_no(&mut self, one: &Declaration, name: &str, value: &[u8]) {
        let shell = is_true_in_shell(value);
        // The display manager has a rule of its own.
        let ldm = if name.starts_with("LDM_") { is_true_in_ldm(value) } else { shell };
        let meant = is_one_of(&YES, value);
        if (shell && ldm) || (!shell && !ldm && is_one_of(&NO, value)) {
            return;
        }
        let shown = self.shown_value(one);
        let what = if shell == ldm {
            format!("{shown} counts as no: only true, y and yes count as yes")
        } else {
            format!("{shown} counts as yes for the display manager, but as no for the scripts")
        };
        let way = self.replaced(one, "write True", "True", meant);
        self.say(Diagnostic::warning("lts-bool", self.source, one.value.text, what), way);
    }

    fn replaced(&self, one: &Declaration, message: &str, value: &str, sure: bool) -> Way {
        let edits = vec![Edit::replace(one.value.text, value)];
        match sure {
            true => Way::Safe(message.into(), edits),
            false => Way::Words("write True or False".into()),
        }
    }

    /// What the client's shell does to a value before anybody gets it.
    fn shell(&mut self, one: &Declaration, kind: Option<Kind>) {
        let value = &self.bytes[one.value.text.range()];
        let mut command = false;
        let mut variable = false;
        let mut at = 0;
        while at < value.len() {
            match (value[at], value.get(at + 1)) {
                (b'\\', None) => {
                    let span = Span::new(one.value.text.end - 1, one.value.text.end);
                    let what = "a backslash at the end keeps the value from ending when the \
                                client's shell reads it: the settings behind it are lost";
                    let way = Way::Words("double it, or take it away".into());
                    let said = Diagnostic::error("lts-backslash-at-end", self.source, span, what);
                    return self.say(said, way);
                }
                (b'\\', Some(_)) => at += 1,
                (b'`', _) | (b'$', Some(b'(')) => command = true,
                (b'$', Some(next)) => {
                    variable |= next.is_ascii_alphanumeric() || b"_{@*#?$!-".contains(next);
                }
                _ => {}
            }
            at += 1;
        }
        if command {
            let what = "the client runs this command, as root, when it reads the settings, and \
                        takes what it prints for the value";
            let way = Way::Words("write \\$ and \\` for the characters themselves".into());
            let said = Diagnostic::warning("lts-shell-command", self.source, one.value.span, what);
            self.say(said, way);
        } else if variable {
            let what = "$ is replaced when the client reads the settings, with what the variable \
                        holds at that time";
            let way = Way::Words("write \\$ for the character itself".into());
            let said = Diagnostic::advice("lts-shell-variable", self.source, one.value.span, what);
            self.say(said, way);
        }
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let runs = value.windows(2).any(|pair| pair.iter().all(blank));
        let tabs = value.contains(&b'\t');
        if (runs || tabs) && !kind.is_some_and(Kind::ignores_blanks) {
            let what = "the client's shell makes one blank of several, and of each tab, when it \
                        reads the settings for the first time";
            let said = Diagnostic::advice("lts-blanks", self.source, one.value.span, what)
                .help("do not rely on them");
            self.found.push(said);
        }
    }

    fn secret(&mut self, one: &Declaration, key: &[u8]) {
        let value = &self.bytes[one.value.text.range()];
        if !is_secret(key) || value.is_empty() || is_none(value) {
            return;
        }
        let own = one.section.and_then(|section| self.body.declaration(section, b"LDM_USERNAME"));
        let is_public = key.eq_ignore_ascii_case(b"LDM_PASSWORD")
            && own.is_some_and(|user| self.body.text(user.value) == value);
        if is_public {
            return;
        }
        let shown = Bytes::from(key);
        let what = format!(
            "everybody on the network can read {shown}: the file is served by TFTP to whoever asks"
        );
        let said = Diagnostic::warning("lts-secret", self.source, one.key.text, what).help(
            "use it for accounts that anybody may use, such as guests; the password of a guest is \
             the account's name if none is set",
        );
        self.found.push(said);
    }
}

/// The name that was meant: `SCREEN_07` by `SCREN_07`.
fn nearest(name: &str) -> Option<String> {
    let near = did_you_mean(name, params::plain_names()).filter(|near| begins_alike(name, near));
    if let Some(near) = near {
        return Some(near.to_owned());
    }
    let shape = name.replace(|letter: char| letter.is_ascii_digit(), "#");
    let near = did_you_mean(&shape, params::family_names());
    let near = near.filter(|near| begins_alike(&shape, near) && *near != shape)?;
    let count = |name: &str| name.matches('#').count();
    let mut digits = name.chars().filter(char::is_ascii_digit);
    let digit = |letter| if letter == '#' { digits.next().unwrap_or(letter) } else { letter };
    (count(near) == count(&shape)).then(|| near.chars().map(digit).collect())
}

/// Whether the first words of two names are alike: `VNC_SERVER` is no mistyped `DNS_SERVER`.
fn begins_alike(name: &str, known: &str) -> bool {
    let first = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    let whole = |name: &str| name.replace('_', "");
    did_you_mean(&first(name), [&first(known)[..]]).is_some()
        || whole(name).eq_ignore_ascii_case(&whole(known))
}

/// What such a value has to be, if this is none.
fn wrong(kind: Kind, value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value);
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
    let sound = match kind {
        Kind::Int(first, last) => number(&text).is_some_and(|n| (first..=last).contains(&n)),
        Kind::Port => number(&text).is_some_and(|n| (1..=65_535).contains(&n)),
        Kind::Percent => number(text.strip_suffix('%').unwrap_or(&text)).is_some_and(|n| n <= 100),
        Kind::Range => text.split(',').all(|part| {
            let ends: Vec<&str> = part.trim().split('-').map(str::trim).collect();
            let plain = |end: &&str| {
                end.parse::<f64>().is_ok_and(f64::is_finite) && !end.starts_with(['+', 'e', 'E'])
            };
            (1..=2).contains(&ends.len()) && ends.iter().all(plain)
        }),
        Kind::Time => {
            let parts: Vec<Option<u32>> = text.split(':').map(number).collect();
            let below = |at: usize, end: u32| parts[at].is_some_and(|part| part < end);
            (2..=3).contains(&parts.len())
                && below(0, 24)
                && below(1, 60)
                && (parts.len() == 2 || below(2, 60))
        }
        Kind::OneOf(words) => words.iter().any(|word| word.eq_ignore_ascii_case(&text)),
        Kind::Words(Item::Address) => {
            text.split_ascii_whitespace().all(|one| one.parse::<std::net::IpAddr>().is_ok())
        }
        Kind::Replacement => text.split_once('/').is_some_and(|(from, _)| !from.is_empty()),
        _ => true,
    };
    if sound || (value.is_empty() && !matches!(kind, Kind::Replacement)) {
        return None;
    }
    Some(match kind {
        Kind::Int(0, u32::MAX) => "a number".to_owned(),
        Kind::Int(first, last) => format!("a number from {first} to {last}"),
        Kind::Port => "a port from 1 to 65535".to_owned(),
        Kind::Percent => "a number from 0 to 100".to_owned(),
        Kind::Range => "a number or a range such as 30.0-88.0".to_owned(),
        Kind::Time => "a time such as 20:45 or 20:45:00".to_owned(),
        Kind::OneOf(words) => format!("one of {}", words.join(", ")),
        Kind::Words(_) => "IP addresses with blanks between".to_owned(),
        _ => "two texts with a slash between, such as pc/guest".to_owned(),
    })
}
