//! Which sections of an lts.conf a client gets, before and after the conversion.

use std::collections::{HashMap, HashSet};

use super::convert::{LtsSection, LtsSetting};
use super::pattern;
use crate::formats::MacAddr;

/// The sections of an lts.conf as its reader chains them. A section that stands there a second time
/// is in no chain.
pub(super) struct Ranks<'a> {
    pub(super) sections: &'a [LtsSection],
    names: Vec<Vec<u8>>,
    first: HashMap<Vec<u8>, usize>,
    wild: Vec<usize>,
}

/// The sections by which a client gets what it gets: the strongest first in lts.conf, and in the
/// order in which they are run in ltsp.conf.
pub(super) struct Meeting {
    before: Vec<usize>,
    pub(super) now: Vec<usize>,
}

impl<'a> Ranks<'a> {
    pub(super) fn new(sections: &'a [LtsSection]) -> Self {
        let names: Vec<Vec<u8>> =
            sections.iter().map(|section| section.name.to_ascii_lowercase()).collect();
        let mut first = HashMap::new();
        for (at, name) in names.iter().enumerate() {
            first.entry(name.clone()).or_insert(at);
        }
        let wild = (0..names.len())
            .filter(|at| pattern::is_wild(&names[*at]) && first[&names[*at]] == *at)
            .collect();
        Self { sections, names, first, wild }
    }

    /// Whether it is the first of its name, which is the one that is read.
    pub(super) fn counts(&self, section: usize) -> bool {
        self.first[&self.names[section]] == section
    }

    pub(super) fn is_default(&self, section: usize) -> bool {
        self.names[section] == b"default"
    }

    fn default(&self) -> Option<usize> {
        self.first.get(&b"default"[..]).copied()
    }

    /// The section that a LIKE names.
    pub(super) fn named(&self, name: &[u8]) -> Option<usize> {
        self.first.get(&name.to_ascii_lowercase()).copied()
    }

    /// The wildcard section that a client gets besides the one of its own name.
    pub(super) fn wildcard_of(&self, section: usize) -> Option<usize> {
        if self.is_default(section) || pattern::is_wild(&self.names[section]) {
            return None;
        }
        self.wild
            .iter()
            .copied()
            .find(|wild| pattern::matches(&self.names[*wild], &self.names[section]))
    }

    /// The declaration of `key` that counts in a section.
    pub(super) fn own(&self, section: usize, key: &str) -> Option<&'a LtsSetting> {
        let all = self.sections[section].settings.iter().rev();
        all.into_iter().find(|one| one.key.eq_ignore_ascii_case(key.as_bytes()))
    }

    /// What a client of that section gets for `key`; nothing if it is `NONE`.
    pub(super) fn value(&self, section: usize, key: &str) -> Option<&'a LtsSetting> {
        let chain = self.chain(&self.alone(section).before);
        let found = chain.into_iter().find_map(|at| self.own(at, key))?;
        (!found.value.eq_ignore_ascii_case(b"NONE")).then_some(found)
    }

    fn likes(&self, section: usize) -> Vec<usize> {
        let all = self.sections[section].settings.iter();
        all.filter(|one| one.key.eq_ignore_ascii_case(b"LIKE"))
            .filter_map(|one| self.named(&one.value))
            .collect()
    }

    /// The sections that a client gets in lts.conf by those, the strongest first.
    fn chain(&self, starts: &[usize]) -> Vec<usize> {
        let mut chain: Vec<usize> = Vec::new();
        let mut known = HashSet::new();
        for start in starts.iter().copied() {
            let mut next = chain.len();
            if known.insert(start) {
                chain.push(start);
            }
            while let Some(section) = chain.get(next).copied() {
                chain.extend(self.likes(section).into_iter().filter(|one| known.insert(*one)));
                next += 1;
            }
        }
        chain.extend(self.default().filter(|one| known.insert(*one)));
        chain
    }

    /// The sections that the same client gets in ltsp.conf, the strongest first.
    fn run(&self, roots: &[usize]) -> Vec<usize> {
        let mut done: HashSet<usize> = HashSet::new();
        let mut order = Vec::new();
        let starts = self.default().into_iter().chain(roots.iter().copied());
        for start in starts {
            // Entered, then left: a section's own values come behind its INCLUDEs.
            let mut stack = vec![(start, false)];
            while let Some((section, left)) = stack.pop() {
                if left {
                    order.push(section);
                } else if done.insert(section) {
                    stack.push((section, true));
                    // The first LIKE is included last; the wildcard before all.
                    stack.extend(self.likes(section).into_iter().map(|one| (one, false)));
                    stack.extend(self.wildcard_of(section).map(|one| (one, false)));
                }
            }
        }
        order.reverse();
        order
    }

    /// Where the two ranks differ: the section that counted for `has`, and the one that does now.
    pub(super) fn differences<K: Clone + Eq + std::hash::Hash>(
        &self,
        client: &Meeting,
        has: &dyn Fn(usize) -> Vec<K>,
    ) -> Vec<(K, usize, usize)> {
        let winners = |order: Vec<usize>| {
            let mut winners: HashMap<K, usize> = HashMap::new();
            let mut keys = Vec::new();
            for section in order {
                for key in has(section) {
                    if !winners.contains_key(&key) {
                        winners.insert(key.clone(), section);
                        keys.push(key);
                    }
                }
            }
            (keys, winners)
        };
        let (keys, before) = winners(self.chain(&client.before));
        let (_, now) = winners(self.run(&client.now));
        let pairs = keys.into_iter().filter_map(|key| {
            let (before, now) = (before[&key], *now.get(&key)?);
            (before != now).then_some((key, before, now))
        });
        pairs.collect()
    }

    fn alone(&self, section: usize) -> Meeting {
        let before = std::iter::once(section).chain(self.wildcard_of(section)).collect();
        Meeting { before, now: vec![section] }
    }

    /// Every kind of client whose settings can be told from the file: one for each section; for an
    /// address and a host name of which one only a wildcard matches, one for both.
    pub(super) fn clients(&self) -> Vec<Meeting> {
        let mut clients = Vec::new();
        let addresses: Vec<usize> =
            self.wild.iter().copied().filter(|at| self.may_be_address(*at)).collect();
        for section in (0..self.sections.len()).filter(|at| self.counts(*at)) {
            clients.push(self.alone(section));
            let name = std::str::from_utf8(&self.names[section]).unwrap_or_default();
            if name.parse::<MacAddr>().is_ok() || name.parse::<std::net::Ipv4Addr>().is_ok() {
                for host in self.wild.iter().filter(|at| self.is_of_hosts(**at)) {
                    let before = [section, *host].into_iter().chain(self.wildcard_of(section));
                    clients.push(Meeting { before: before.collect(), now: vec![section, *host] });
                }
            } else if !self.is_default(section) {
                // The host name goes before the address, in both.
                for address in addresses.iter().copied().filter(|address| *address != section) {
                    let mut before = self.alone(section).before;
                    before.push(address);
                    clients.push(Meeting { before, now: vec![address, section] });
                }
            }
        }
        clients
    }

    /// Whether a pattern may match an address.
    fn may_be_address(&self, wild: usize) -> bool {
        let part = |byte: &u8| byte.is_ascii_hexdigit() || b":.*?".contains(byte);
        self.names[wild].iter().all(part)
    }

    /// Whether a pattern is one of host names, and not only of addresses.
    fn is_of_hosts(&self, wild: usize) -> bool {
        let name = &self.names[wild];
        !name.contains(&b':') && name.iter().any(u8::is_ascii_alphabetic)
    }
}
