//! Sections that do not count, or not for whom they were meant.

use std::collections::{HashMap, HashSet};

use super::super::document::is_like;
use super::super::resolve::{circles, describe, likes};
use super::super::{glob, parser};
use super::{Lint, Way};
use crate::text::{Bytes, Diagnostic, Edit, Span, did_you_mean};

/// Comparing each pattern with each other takes too long in a file that has more.
const PATTERNS: usize = 200;

/// No name of a client is longer.
const LONGEST: usize = 255;

/// How far to follow LIKEs to tell one section's way to another.
const FAR: usize = 1_000;

impl Lint<'_> {
    pub(super) fn sections(&mut self) {
        self.brackets();
        self.duplicates();
        self.like();
        self.circles();
        self.wildcards();
        self.names();
    }

    fn name(&self, section: usize) -> &[u8] {
        self.body.name(section)
    }

    fn shown(&self, section: usize) -> String {
        format!("[{}]", Bytes::from(self.name(section)))
    }

    fn header(&self, section: usize) -> Span {
        self.body.parsed.sections[section].header
    }

    /// A value with brackets opens a section.
    fn brackets(&mut self) {
        for section in 1..self.body.parsed.sections.len() {
            let header = self.header(section);
            let Some(before) = self.body.parsed.of(section - 1).last().copied() else { continue };
            let line = self.line(header.start);
            if before.equals < line.start
                || before.value.span.start < line.start
                || !self.told.insert(line.start)
            {
                continue;
            }
            let key = &self.bytes[before.key.text.range()];
            // Not its name: it may be a part of a password.
            let what = "the bracket ends the value and opens a section, which gets the settings that follow";
            let message = "put the value in quotes".to_owned();
            let apart = self.bytes[header.start - 1].is_ascii_whitespace();
            let way = match self.quote_rest(before.equals, key) {
                Some(edits) if apart => Way::Look(message, edits),
                Some(edits) => Way::Safe(message, edits),
                None => Way::Words(message),
            };
            self.say(Diagnostic::error("lts-bracket-in-value", self.source, header, what), way);
        }
    }

    fn duplicates(&mut self) {
        let mut first: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut counted = 0;
        for section in 0..self.body.parsed.sections.len() {
            let name = self.name(section).to_ascii_lowercase();
            let known = *first.entry(name).or_insert(section);
            if known == section {
                continue;
            }
            counted += 1;
            let what = format!(
                "this second section {} is not read: only the first one of a name counts",
                self.shown(section)
            );
            // The text of one move only: several would have to know of each other.
            let moved = if counted == 1 { self.moved(section, known) } else { None };
            let way = match moved {
                Some(edits) => Way::Look("move its settings to the first one".into(), edits),
                None => Way::Words("move its settings to the first one".into()),
            };
            let said =
                Diagnostic::error("lts-duplicate-section", self.source, self.header(section), what)
                    .label(self.source, self.header(known), "the section that counts");
            self.say(said, way);
        }
    }

    /// Takes the lines of a section to the end of another one above.
    fn moved(&self, section: usize, to: usize) -> Option<Vec<Edit>> {
        let header = self.source.whole_line_at(self.header(section).start);
        let last = self.body.parsed.of(section).last()?;
        let end = self.source.whole_line_at(last.value.span.end.saturating_sub(1)).end;
        let first = self.body.parsed.of(section).first()?;
        let target = self.body.parsed.of(to).last()?;
        let at = self.source.whole_line_at(target.value.span.end.saturating_sub(1)).end;
        let apart = first.key.text.start >= header.end && at <= header.start;
        let whole = self.bytes[..end].ends_with(b"\n");
        (apart && whole).then(|| {
            vec![
                Edit::insert(at, &self.bytes[header.end..end]),
                Edit::delete(Span::new(header.start, end)),
            ]
        })
    }

    fn like(&mut self) {
        let body = &self.body;
        let mut said = Vec::new();
        let is_default = |section: usize| body.name(section).eq_ignore_ascii_case(b"default");
        let mut names: Vec<&str> = Vec::new();
        for section in 0..body.parsed.sections.len() {
            if body.find(body.name(section)) == Some(section) {
                names.extend(std::str::from_utf8(body.name(section)).ok());
            }
        }
        for one in &body.parsed.declarations {
            if !is_like(body.text(one.key)) {
                continue;
            }
            let Some(section) = one.section else { continue };
            let wanted = body.text(one.value);
            if is_default(section) {
                let what = "LIKE in [Default] is not followed: only sections that name Default \
                            themselves get what it names";
                let said_here =
                    Diagnostic::warning("lts-like-in-default", self.source, one.span(), what);
                let way = Way::Words("write the settings into [Default] itself".into());
                said.push((said_here, way));
            }
            if body.find(wanted).is_some() {
                continue;
            }
            let shown = Bytes::from(wanted);
            let parts: Vec<&[u8]> = wanted
                .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
                .filter(|part| !part.is_empty())
                .collect();
            let several = parts.len() > 1 && parts.iter().all(|part| body.find(part).is_some());
            let (what, way) = if several {
                (
                    format!(
                        "LIKE names one section, and there is none called [{shown}]: it does nothing"
                    ),
                    Way::Words("write a LIKE line for each of them".into()),
                )
            } else {
                // Among very many names the nearest one says little and takes long to find.
                let near = std::str::from_utf8(wanted)
                    .ok()
                    .filter(|_| names.len() <= 10_000 && said.len() < 100)
                    .and_then(|name| did_you_mean(name, names.iter().copied()));
                let way = match near {
                    Some(near) => Way::Look(
                        format!("did you mean {near}?"),
                        vec![Edit::replace(one.value.text, near)],
                    ),
                    None => Way::Words("add that section, or take the LIKE line away".into()),
                };
                (format!("there is no section [{shown}]: this LIKE does nothing"), way)
            };
            said.push((
                Diagnostic::warning("lts-like-nothing", self.source, one.span(), what),
                way,
            ));
        }
        for (diagnostic, way) in said {
            self.say(diagnostic, way);
        }
    }

    fn circles(&mut self) {
        let body = &self.body;
        let count = body.parsed.sections.len();
        // What no LIKE leads to drops out, until only circles and what they lead to are left.
        let mut ways_in = vec![0_usize; count];
        let firsts: Vec<usize> =
            (0..count).filter(|one| body.find(body.name(*one)) == Some(*one)).collect();
        for section in &firsts {
            for target in likes(body, *section) {
                ways_in[target] += 1;
            }
        }
        let mut left: HashSet<usize> = firsts.iter().copied().collect();
        let mut ready: Vec<usize> =
            firsts.iter().copied().filter(|section| ways_in[*section] == 0).collect();
        while let Some(section) = ready.pop() {
            left.remove(&section);
            for target in likes(body, section) {
                ways_in[target] -= 1;
                if ways_in[target] == 0 {
                    ready.push(target);
                }
            }
        }
        for circle in circles(body, &left) {
            // [Default] alone follows no LIKE unless another section names it.
            let lone = circle.len() == 1 && body.name(circle[0]).eq_ignore_ascii_case(b"default");
            if lone && ways_in[circle[0]] == own_likes(body, circle[0]) {
                continue;
            }
            let (what, span) = describe(body, &circle);
            let what = format!(
                "{what}: getltscfg never ends for a client that gets them, and the client does \
                 not start"
            );
            let said = Diagnostic::error("lts-like-circle", self.source, span, what)
                .help("remove one of the LIKE lines");
            self.found.push(said);
        }
    }

    fn wildcards(&mut self) {
        let short = |section: &usize| self.name(*section).len() <= LONGEST;
        let all = self.body.index().patterns.iter().copied();
        let patterns: Vec<usize> = all.filter(short).take(PATTERNS).collect();
        let mut said = Vec::new();
        for (at, second) in patterns.iter().enumerate() {
            let hiding = patterns[..at].iter().find(|first| {
                !self.name(**first).eq_ignore_ascii_case(self.name(*second))
                    && glob::overlap(self.name(**first), self.name(*second))
                    && !reaches(&self.body, **first, *second)
            });
            let Some(first) = hiding else { continue };
            let what = format!(
                "a client that {} and {} match gets the first one only: of the wildcards one \
                 section counts",
                self.shown(*first),
                self.shown(*second)
            );
            let span = self.header(*second);
            let way = format!(
                "put the narrower one first, with LIKE = {} in it if need be",
                Bytes::from(self.name(*first))
            );
            said.push(
                Diagnostic::warning("lts-wildcard-hidden", self.source, span, what)
                    .label(self.source, self.header(*first), "the section that counts")
                    .help(way),
            );
        }
        self.found.extend(said);
    }

    /// Sections by host name.
    fn names(&mut self) {
        let body = &self.body;
        let mut liked = HashSet::new();
        let mut named: Vec<(usize, usize, parser::Declaration)> = Vec::new();
        for one in &body.parsed.declarations {
            let key = body.text(one.key);
            if is_like(key) {
                liked.extend(body.find(body.text(one.value)));
            } else if key.eq_ignore_ascii_case(b"HOSTNAME") {
                let found = body.find(body.text(one.value));
                named.extend(found.zip(one.section).map(|(host, from)| (host, from, *one)));
            }
        }
        let mut said = Vec::new();
        for (host, from, one) in named {
            if !is_address(body.name(from)) || reaches(body, host, from) {
                continue;
            }
            let what = format!(
                "where the client's host name is already known, [{}] hides this section: a client \
                 gets one exact section, and the host name comes first",
                Bytes::from(body.name(host))
            );
            said.push(
                Diagnostic::warning("lts-hidden-section", self.source, self.header(from), what)
                    .label(self.source, one.span(), "the host name")
                    .help(format!(
                        "keep all in one section, or add LIKE = {} to the other",
                        Bytes::from(body.name(from))
                    )),
            );
        }
        for section in 0..body.parsed.sections.len() {
            let name = body.name(section);
            if liked.contains(&section) || !is_host_name(name) {
                continue;
            }
            let what = "getltscfg runs before the client has its host name, so that a section by \
                        host name may match nobody";
            said.push(
                Diagnostic::advice("lts-host-section", self.source, self.header(section), what)
                    .help("name it by the hardware address (MAC) or the IP address"),
            );
        }
        self.found.extend(said);
    }
}

/// How many LIKEs lead from a section to itself.
fn own_likes(body: &super::super::document::Body, section: usize) -> usize {
    likes(body, section).filter(|target| *target == section).count()
}

/// Whether LIKEs lead from one section to the other, or so far that it may be.
fn reaches(body: &super::super::document::Body, from: usize, to: usize) -> bool {
    let mut seen = HashSet::new();
    let mut pending = vec![from];
    while let Some(section) = pending.pop() {
        if section == to || seen.len() > FAR {
            return true;
        }
        if seen.insert(section) {
            pending.extend(likes(body, section));
        }
    }
    false
}

fn is_address(name: &[u8]) -> bool {
    let text = String::from_utf8_lossy(name);
    text.parse::<std::net::Ipv4Addr>().is_ok() || is_mac(name)
}

fn is_mac(name: &[u8]) -> bool {
    let pairs: Vec<&[u8]> = name.split(|byte| matches!(byte, b':' | b'-')).collect();
    pairs.len() == 6
        && pairs.iter().all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))
}

/// Whether it can be meant for the host name of a client: `pc01`, `lab-*`.
fn is_host_name(name: &[u8]) -> bool {
    let wild = |byte: &u8| matches!(byte, b'*' | b'?');
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let has_digit = name.iter().any(|byte| byte.is_ascii_digit() || wild(byte));
    let letters = name.iter().any(|byte| byte.is_ascii_alphabetic());
    !name.eq_ignore_ascii_case(b"default")
        && !is_mac(name)
        && has_digit
        && letters
        && name.iter().all(|byte| plain(byte) || wild(byte))
}
