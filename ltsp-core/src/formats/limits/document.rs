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

/// Which pieces can be for whom; made when first asked for.
#[derive(Debug)]
struct Index {
    /// Numbers of the pieces without a colon in their domain, by their domains, then by their place.
    named: Vec<usize>,
    /// Numbers of the pieces with ids.
    ids: Vec<usize>,
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

    pub(super) fn all_fields(&self) -> impl DoubleEndedIterator<Item = Fields<'_>> {
        self.read.pieces.iter().map(|piece| Fields { source: &self.source, piece: *piece })
    }

    /// Numbers of the pieces with exactly this domain, which has no colon.
    pub(super) fn with_domain(&self, domain: &[u8]) -> &[usize] {
        let named = &self.index().named;
        let start = named.partition_point(|number| self.fields(*number).domain() < domain);
        let len = named[start..].partition_point(|number| self.fields(*number).domain() == domain);
        &named[start..start + len]
    }

    /// Numbers of the pieces whose domain has a colon.
    pub(super) fn with_ids(&self) -> &[usize] {
        &self.index().ids
    }

    fn index(&self) -> &Index {
        self.read.index.get_or_init(|| {
            let all = 0..self.read.pieces.len();
            let has_ids = |number: &usize| self.fields(*number).domain().contains(&b':');
            let (ids, mut named): (Vec<usize>, Vec<usize>) = all.partition(has_ids);
            named.sort_by_key(|number| self.fields(*number).domain());
            Index { named, ids }
        })
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
