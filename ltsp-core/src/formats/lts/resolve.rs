//! Which sections a client gets, in which rank, and what they come to.
//!
//! The original makes a chain of sections: the one for the client, those it names with LIKE, then
//! one wildcard section for each of the client's names, then again all that the chain names with
//! LIKE, and last the default. The first one in the chain that has a key decides its value; the keys
//! are printed as they come up from the end of the chain.

use std::collections::{HashMap, HashSet};

use super::document::{Body, LtsConf, is_like};
use super::glob;
use super::include::join;
use super::values::is_none;
use crate::error::{Error, ErrorKind, Result};
use crate::formats::Client;
use crate::text::{Bytes, Entry, Includes, Origin, Resolved, Span};

/// A section in the chain and why it is there.
struct Link {
    section: usize,
    rule: Rule,
}

enum Rule {
    Exact(&'static str),
    Like(usize),
    Wildcard(&'static str),
    Default,
}

/// The values of a key, the one that counts first.
type Candidates = Vec<(Bytes, Origin)>;

/// The sections in their rank, the first one deciding; and in the order of printing.
struct Chain {
    rank: Vec<Link>,
    printed: Vec<usize>,
}

impl LtsConf {
    /// What `client` gets: exactly what the original reads, and where each value comes from.
    ///
    /// The client's host name, IP address and hardware address are tried in this order; a client
    /// [named](Client::named) is what `getltscfg -n NAME` asks for. Names are in upper case and in
    /// the original's order. A value `NONE` is an entry without a value. What stands behind the
    /// first mistake of the file counts for nothing, see [`stops_at`](LtsConf::stops_at).
    ///
    /// # Errors
    /// Where the original runs until memory ends or crashes: [`ErrorKind::Parse`] for sections that
    /// name each other with LIKE in a circle or for more than ten files; what `includes` says for a
    /// file that cannot be included. Path, line and column say where.
    pub fn resolve(&self, client: &Client, includes: &dyn Includes) -> Result<Resolved> {
        self.read(includes, |body, _| resolve(body, client))
    }

    /// Does something with this document and all it includes.
    pub(super) fn read<T>(
        &self,
        includes: &dyn Includes,
        act: impl FnOnce(&Body, &[u8]) -> Result<T>,
    ) -> Result<T> {
        if self.body.parsed.includes.is_empty() {
            return act(&self.body, b"");
        }
        let (body, warnings) = join(self, includes)?;
        act(&body, &warnings)
    }
}

pub(super) fn resolve(body: &Body, client: &Client) -> Result<Resolved> {
    let chain = chain(body, client)?;
    let mut at: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut found: Vec<(Vec<u8>, Candidates)> = Vec::new();
    for section in chain.printed {
        for one in body.parsed.of(section) {
            let key = body.text(one.key);
            if !is_like(key) {
                let key = key.to_ascii_uppercase();
                at.entry(key).or_insert_with_key(|key| {
                    found.push((key.clone(), Vec::new()));
                    found.len() - 1
                });
            }
        }
    }
    for link in &chain.rank {
        let rule = link.rule.words(body);
        let section = Bytes::from(body.name(link.section));
        // The last one of a section decides.
        for one in body.parsed.of(link.section).iter().rev() {
            if let Some(at) = at.get(&body.text(one.key).to_ascii_uppercase()) {
                let origin = Origin {
                    place: body.place(one.span()),
                    section: Some(section.clone()),
                    rule: rule.clone(),
                };
                found[*at].1.push((Bytes::from(body.text(one.value)), origin));
            }
        }
    }
    let entries = found.into_iter().filter_map(|(key, values)| {
        let mut values = values.into_iter();
        let (value, origin) = values.next()?;
        let value = (!is_none(&value)).then_some(value);
        Some(Entry { key: key.into(), value, origin, hidden: values.collect() })
    });
    Ok(Resolved::new(entries.collect()))
}

impl Rule {
    fn words(&self, body: &Body) -> String {
        match self {
            Self::Exact(whose) => format!("exact section of the {whose}"),
            Self::Like(section) => format!("LIKE of [{}]", Bytes::from(body.name(*section))),
            Self::Wildcard(whose) => format!("wildcard for the {whose}"),
            Self::Default => "default".to_owned(),
        }
    }
}

/// What a client is called, in the original's order.
fn identities(client: &Client) -> Vec<(&'static str, Vec<u8>)> {
    let host = client.host.as_ref().map(|host| ("host name", host.to_vec()));
    let ip = client.ip.map(|ip| ("IP address", ip.to_string().into_bytes()));
    let mac = client.mac.map(|mac| ("MAC address", mac.to_string().into_bytes()));
    host.into_iter().chain(ip).chain(mac).collect()
}

fn chain(body: &Body, client: &Client) -> Result<Chain> {
    let identities = identities(client);
    let exact = identities.iter().find_map(|(whose, name)| Some((body.find(name)?, *whose)));
    let roots: Vec<usize> = exact.iter().map(|(section, _)| *section).collect();
    let patterns = &body.index().patterns;
    let wildcards: Vec<(usize, &'static str)> = identities
        .iter()
        .filter_map(|(whose, name)| {
            let fits = |section: &&usize| {
                let pattern = body.name(**section);
                !pattern.eq_ignore_ascii_case(name) && glob::matches(pattern, name)
            };
            Some((*patterns.iter().find(fits)?, *whose))
        })
        .collect();
    let wild_roots: Vec<usize> = wildcards.iter().map(|(section, _)| *section).collect();

    let mut known = HashSet::new();
    let mut rank = Vec::new();
    let starts = [
        exact.iter().map(|(section, whose)| (*section, Rule::Exact(whose))).collect::<Vec<_>>(),
        wildcards.iter().map(|(section, whose)| (*section, Rule::Wildcard(whose))).collect(),
    ];
    for start in starts {
        // Breadth first. A section that comes a second time decides nothing any more.
        let mut done = rank.len();
        for (section, rule) in start {
            if known.insert(section) {
                rank.push(Link { section, rule });
            }
        }
        while let Some(link) = rank.get(done) {
            let from = link.section;
            for section in likes(body, from) {
                if known.insert(section) {
                    rank.push(Link { section, rule: Rule::Like(from) });
                }
            }
            done += 1;
        }
    }
    let mut printed = Vec::new();
    if let Some(section) = body.find(b"default") {
        if known.insert(section) {
            rank.push(Link { section, rule: Rule::Default });
        }
        printed.push(section);
    }
    // Where each section comes last in the chain: the deeper its LIKE, the later, because the
    // original goes through all LIKEs once more behind the wildcards.
    let mut last: HashMap<usize, (usize, usize, usize)> = HashMap::new();
    for (part, roots) in [(0, &roots), (1, &wild_roots)] {
        for (section, (level, place)) in depths(body, roots)? {
            let here = (level, part, place);
            let entry = last.entry(section).or_insert(here);
            *entry = here.max(*entry);
        }
    }
    let mut others: Vec<_> = last.into_iter().map(|(section, last)| (last, section)).collect();
    others.sort_unstable_by(|one, other| other.cmp(one));
    printed.extend(others.into_iter().map(|(_, section)| section));
    Ok(Chain { rank, printed })
}

/// The sections that a section names with LIKE.
pub(super) fn likes(body: &Body, section: usize) -> impl Iterator<Item = usize> + '_ {
    let all = body.parsed.of(section).iter().filter(|one| is_like(body.text(one.key)));
    all.filter_map(|one| body.find(body.text(one.value)))
}

/// The longest way of LIKEs to each section from one of `roots`, and its place among those equally
/// far away if it is there more than once.
fn depths(body: &Body, roots: &[usize]) -> Result<HashMap<usize, (usize, usize)>> {
    let mut ways_in: HashMap<usize, usize> = HashMap::new();
    let mut pending: Vec<usize> = roots.to_vec();
    for root in roots {
        ways_in.insert(*root, 0);
    }
    let mut seen: HashSet<usize> = HashSet::new();
    while let Some(section) = pending.pop() {
        if seen.insert(section) {
            for target in likes(body, section) {
                *ways_in.entry(target).or_default() += 1;
                pending.push(target);
            }
        }
    }
    // Topological order, level by level.
    let mut level: HashMap<usize, usize> = ways_in.keys().map(|section| (*section, 0)).collect();
    let mut ready: Vec<usize> =
        ways_in.iter().filter(|(_, ways)| **ways == 0).map(|(section, _)| *section).collect();
    let mut sorted = 0;
    while let Some(section) = ready.pop() {
        sorted += 1;
        for target in likes(body, section) {
            let deeper = level[&section] + 1;
            let found = level.entry(target).or_default();
            *found = deeper.max(*found);
            let ways = ways_in.entry(target).or_default();
            *ways -= 1;
            if *ways == 0 {
                ready.push(target);
            }
        }
    }
    if sorted < level.len() {
        let unsorted = level.keys().copied().filter(|section| ways_in[section] > 0).collect();
        return Err(circular(body, &unsorted));
    }
    let mut result = HashMap::new();
    let mut here: Vec<usize> = roots.iter().copied().filter(|root| level[root] == 0).collect();
    let mut depth = 0;
    while !here.is_empty() {
        let mut next = Vec::new();
        for (place, section) in last_of_each(&here).into_iter().enumerate() {
            result.insert(section, (depth, place));
            next.extend(likes(body, section).filter(|target| level[target] == depth + 1));
        }
        here = next;
        depth += 1;
    }
    Ok(result)
}

/// Each section once, where it stands last.
fn last_of_each(sections: &[usize]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let mut last: Vec<usize> =
        sections.iter().rev().copied().filter(|section| seen.insert(*section)).collect();
    last.reverse();
    last
}

/// LIKEs that lead in circles: each circle once, among sections that all have one of the others
/// before them.
pub(super) fn circles(body: &Body, among: &HashSet<usize>) -> Vec<Vec<usize>> {
    let mut before: HashMap<usize, usize> = HashMap::new();
    let mut all: Vec<usize> = among.iter().copied().collect();
    all.sort_unstable();
    for section in &all {
        for target in likes(body, *section).filter(|target| among.contains(target)) {
            before.entry(target).or_insert(*section);
        }
    }
    let mut found = Vec::new();
    // On which walk a section was met, and when.
    let mut met: HashMap<usize, (usize, usize)> = HashMap::new();
    for (walk, start) in all.into_iter().enumerate() {
        let mut way = Vec::new();
        let mut at = start;
        while !met.contains_key(&at) {
            met.insert(at, (walk, way.len()));
            way.push(at);
            match before.get(&at) {
                Some(one) => at = *one,
                None => break,
            }
        }
        match met.get(&at) {
            Some((this, when)) if *this == walk && before.contains_key(&at) => {
                let mut circle = way.split_off(*when);
                circle.reverse();
                let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or_default();
                circle.rotate_left(first);
                found.push(circle);
            }
            _ => {}
        }
    }
    found
}

/// What to call a circle, and the LIKE in its first section that leads on.
pub(super) fn describe(body: &Body, circle: &[usize]) -> (String, Span) {
    let names: Vec<String> =
        circle.iter().map(|one| format!("[{}]", Bytes::from(body.name(*one)))).collect();
    let what = match names.as_slice() {
        [one] => format!("the section {one} names itself with LIKE"),
        many if many.len() > 8 => format!(
            "{} sections name each other with LIKE in a circle: {} and more",
            many.len(),
            many[..8].join(", ")
        ),
        many => format!("the sections {} name each other with LIKE in a circle", many.join(", ")),
    };
    let target = circle.get(1).or(circle.first());
    let leads_on = body.parsed.of(circle[0]).iter().find(|one| {
        is_like(body.text(one.key)) && body.find(body.text(one.value)).as_ref() == target
    });
    (what, leads_on.map_or(body.parsed.sections[circle[0]].header, |one| one.span()))
}

fn circular(body: &Body, among: &HashSet<usize>) -> Error {
    let circle = circles(body, among).into_iter().next().unwrap_or_default();
    let (what, span) = describe(body, &circle);
    let place = body.place(span);
    Error::new(ErrorKind::Parse, what).at(&*place.file).at_line(place.line, place.column).help_with(
        "getltscfg never ends here, and the client does not start; remove one of the LIKE lines",
    )
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
