//! Which pattern leaves a path out: an index over the patterns.

use std::collections::HashMap;

use super::glob::Component;
use super::grammar::{components, sticky};

/// A pattern's components, ready to match.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    components: Vec<Component>,
}

/// All patterns of a file: looked up by the first component if that is a plain name, tried one after
/// the other if not.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    matchers: Vec<Matcher>,
    named: HashMap<Vec<u8>, Vec<usize>>,
    wild: Vec<usize>,
    sticky_named: HashMap<Vec<u8>, usize>,
    sticky_wild: Vec<usize>,
}

impl Index {
    pub(super) fn new<'a>(patterns: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut index = Self::default();
        for (number, pattern) in patterns.enumerate() {
            let (pattern, sticky) = sticky(pattern);
            let components: Vec<Component> =
                components(pattern).into_iter().map(Component::new).collect();
            match (components.first(), sticky) {
                (Some(Component::Literal(name)), false) => {
                    index.named.entry(name.clone()).or_default().push(number);
                }
                (Some(Component::Literal(name)), true) => {
                    index.sticky_named.entry(name.clone()).or_insert(number);
                }
                (_, false) => index.wild.push(number),
                (_, true) => index.sticky_wild.push(number),
            }
            index.matchers.push(Matcher { components });
        }
        index
    }

    /// The number of the first pattern that leaves out the path or a directory it lies in.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        let names: Vec<&[u8]> = path
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty() && *name != b".")
            .collect();
        let first = *names.first()?;
        let named = self.named.get(first).into_iter().flatten();
        let anchored = [
            named.copied().find(|number| self.anchored(*number, &names)),
            self.wild.iter().copied().find(|number| self.anchored(*number, &names)),
        ];
        let named = names.iter().filter_map(|name| self.sticky_named.get(*name).copied());
        let wild = self.sticky_wild.iter().copied().find(|number| {
            let pattern = &self.matchers[*number].components[0];
            names.iter().any(|name| pattern.matches(name))
        });
        anchored.into_iter().flatten().chain(named).chain(wild).min()
    }

    fn anchored(&self, number: usize, names: &[&[u8]]) -> bool {
        let components = &self.matchers[number].components;
        components.len() <= names.len()
            && components.iter().zip(names).all(|(pattern, name)| pattern.matches(name))
    }
}
