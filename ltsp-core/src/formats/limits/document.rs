//! The file as a document.

use std::sync::{Arc, OnceLock};

use super::grammar::{Piece, pieces};
use super::lint;
use super::rule::{Exemption, Fields, Rule, Statement};
use crate::text::{Diagnostic, Document, Source};

/// A limits.conf(5), or a file of limits.d.
#[derive(Clone, Debug)]
pub struct LimitsConf {
    source: Source,
    read: Arc<Read>,
}

/// What is made of the bytes.
#[derive(Debug)]
struct Read {
    pieces: Vec<Piece>,
    index: OnceLock<Index>,
}

/// Which pieces can be for whom; made when first asked for. A table of chains, as that is made in one
/// pass: large files are often asked only once.
#[derive(Debug)]
struct Index {
    /// For each hash of a domain without a colon the first piece, or [`NONE`].
    first: Vec<u32>,
    /// For each piece the next one of the same hash, or [`NONE`].
    next: Vec<u32>,
    /// Numbers of the pieces with ids.
    ids: Vec<usize>,
}

/// No piece.
const NONE: u32 = u32::MAX;

impl Index {
    fn new<'a>(domains: impl ExactSizeIterator<Item = &'a [u8]> + DoubleEndedIterator) -> Self {
        let slots = (domains.len() * 2).next_power_of_two();
        let mut this =
            Self { first: vec![NONE; slots], next: vec![NONE; domains.len()], ids: Vec::new() };
        // From the last to the first, so that chains are in the order of the file.
        for (number, domain) in domains.enumerate().rev() {
            if domain.contains(&b':') {
                this.ids.push(number);
                continue;
            }
            let slot = this.slot(domain);
            this.next[number] = this.first[slot];
            this.first[slot] = u32::try_from(number).expect("a file has fewer lines than bytes");
        }
        this.ids.reverse();
        this
    }

    /// FNV-1a: domains are short, and many of one hash cost no more than reading the file does.
    fn slot(&self, domain: &[u8]) -> usize {
        let hash = domain.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        // The upper half is mixed better; there are at most 2^27 slots.
        (hash >> 32) as usize & (self.first.len() - 1)
    }

    /// Numbers of the pieces of the domain's hash, in the order of the file.
    fn chain(&self, domain: &[u8]) -> impl Iterator<Item = usize> + '_ {
        let piece = |number: u32| (number != NONE).then_some(number as usize);
        let first = piece(self.first[self.slot(domain)]);
        std::iter::successors(first, move |number| piece(self.next[*number]))
    }
}

impl Document for LimitsConf {
    fn parse(source: Source) -> Self {
        let pieces = pieces(source.bytes());
        Self { source, read: Arc::new(Read { pieces, index: OnceLock::new() }) }
    }

    fn source(&self) -> &Source {
        &self.source
    }

    fn check(&self) -> Vec<Diagnostic> {
        lint::check(self)
    }
}

impl LimitsConf {
    /// Every line that pam_limits takes as `DOMAIN TYPE ITEM VALUE`, in the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = Rule> + '_ {
        self.all_fields().filter_map(|fields| match fields.read() {
            Ok((domain, Statement::Set(kind, item, value))) => {
                Some(Rule { domain, kind, item, value, place: fields.place() })
            }
            _ => None,
        })
    }

    /// Every line `DOMAIN -`, in the order of the file.
    pub fn exemptions(&self) -> impl Iterator<Item = Exemption> + '_ {
        self.all_fields().filter_map(|fields| match fields.read() {
            Ok((domain, Statement::Exempt)) => Some(Exemption { domain, place: fields.place() }),
            _ => None,
        })
    }

    pub(super) fn fields(&self, number: usize) -> Fields<'_> {
        Fields { source: &self.source, piece: self.read.pieces[number] }
    }

    pub(super) fn all_fields(
        &self,
    ) -> impl DoubleEndedIterator<Item = Fields<'_>> + ExactSizeIterator {
        self.read.pieces.iter().map(|piece| Fields { source: &self.source, piece: *piece })
    }

    /// Numbers of the pieces with exactly this domain, which has no colon.
    pub(super) fn with_domain(&self, domain: &[u8]) -> Vec<usize> {
        let chain = self.index().chain(domain);
        chain.filter(|number| self.fields(*number).domain() == domain).collect()
    }

    /// Numbers of the pieces whose domain has a colon.
    pub(super) fn with_ids(&self) -> &[usize] {
        &self.index().ids
    }

    fn index(&self) -> &Index {
        self.read.index.get_or_init(|| Index::new(self.all_fields().map(|fields| fields.domain())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_exemptions_come_in_the_order_of_the_file() {
        let text = "# head\n@guest hard nproc 5\nx y z\n * - core unlimited # no\nroot -\n:7 x maxlogins 1\n";
        let file = LimitsConf::parse(Source::new("limits.conf", text));
        let rules: Vec<_> = file.rules().collect();
        let said: Vec<String> = rules
            .iter()
            .map(|rule| format!("{} {} {} {}", rule.domain, rule.kind, rule.item, rule.value))
            .collect();
        assert_eq!(said, ["@guest hard nproc 5", "* - core unlimited", ":7 - maxlogins 1"]);
        assert_eq!((rules[1].place.line, rules[1].place.column), (4, 2));
        assert_eq!(file.source().slice(rules[1].place.span), b"* - core unlimited");
        let exempt: Vec<_> = file.exemptions().collect();
        assert_eq!((exempt[0].domain.to_string(), exempt[0].place.line), ("root".to_owned(), 5));
        let json = serde_json::to_value(&rules[0]).unwrap();
        assert_eq!((&json["domain"]["group"], &json["line"]), (&"guest".into(), &2.into()));
    }

    #[test]
    fn a_domain_is_found_in_all_its_lines() {
        let file = LimitsConf::parse(Source::new("f", "b -\na -\n:5 -\nb 1\nab -\nb -\n"));
        assert_eq!(file.with_domain(b"b"), [0, 3, 5]);
        assert_eq!(file.with_domain(b"a"), [1]);
        assert_eq!(file.with_domain(b"aa"), [0usize; 0]);
        assert_eq!(file.with_ids(), [2]);
    }
}
