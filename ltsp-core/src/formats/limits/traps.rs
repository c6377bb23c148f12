//! What goes wrong between lines.

use std::collections::{HashMap, HashSet};

use super::document::LimitsConf;
use super::domain::Domain;
use super::effective::Bound;
use super::grammar::PIECE;
use super::item::Item;
use super::rule::{Fields, Kind, Statement};
use super::value::Value;
use crate::text::{Bytes, Diagnostic, Document, Edit, Source, Span};

/// A line that is taken.
struct Taken<'a> {
    fields: Fields<'a>,
    domain: Domain,
    kind: Kind,
    item: Item,
    value: Value,
}

impl Taken<'_> {
    fn span(&self) -> Span {
        self.fields.piece.content()
    }

    /// Which halves of the item it sets.
    fn sets(&self) -> (bool, bool) {
        let one = self.item.has_one_value();
        (one || self.kind.is_soft(), one || self.kind.is_hard())
    }

    /// Whether it is ignored for its `%`.
    fn is_void(&self) -> bool {
        let counts =
            matches!(self.domain, Domain::All | Domain::GroupCount(_) | Domain::GidCount(_));
        counts && self.item != Item::Maxlogins
    }
}

pub(super) fn check(document: &LimitsConf) -> Vec<Diagnostic> {
    let source = document.source();
    let (mut taken, mut exempt) = (Vec::new(), HashMap::new());
    for fields in document.all_fields() {
        match fields.read() {
            Ok((domain, Statement::Set(kind, item, value))) => {
                taken.push(Taken { fields, domain, kind, item, value });
            }
            Ok((Domain::Any | Domain::All | Domain::GroupCount(_) | Domain::GidCount(_), _)) => {}
            Ok((_, Statement::Exempt)) => {
                exempt.entry(fields.domain()).or_insert_with(|| fields.piece.content());
            }
            Err(_) => {}
        }
    }
    taken.retain(|line| !line.is_void());
    let mut found = Vec::new();
    for line in &taken {
        if let Some(by) = exempt.get(line.fields.domain()) {
            let message = format!(
                "`{}` is exempt from all limits by another line, so this one is never applied",
                line.domain
            );
            let told = Diagnostic::warning("limits-exempt-rest", source, line.span(), message);
            found.push(told.label(source, *by, "exempts them").help("remove one of the two lines"));
        }
    }
    same_domain(source, &taken, &mut found);
    last_line_wins(source, &taken, &mut found);
    half_lost(source, &taken, &mut found);
    logins(source, &taken, &mut found);
    root(source, &taken, &mut found);
    group_names(source, &taken, &mut found);
    found
}

/// Lines that later ones for the same hide, and soft limits above hard ones.
fn same_domain(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    // From the last line to the first: what was met so far counts.
    let mut counting: HashMap<(&[u8], Item), [Option<usize>; 2]> = HashMap::new();
    for (at, line) in taken.iter().enumerate().rev() {
        let halves = counting.entry((line.fields.domain(), line.item)).or_default();
        let (soft, hard) = line.sets();
        let hiders = [(soft, halves[0]), (hard, halves[1])];
        let sets = hiders.into_iter().filter(|(sets, _)| *sets);
        let by: Option<Vec<usize>> = sets.map(|(_, by)| by).collect();
        match by.and_then(|by| by.into_iter().min()) {
            Some(by) => {
                let what = if line.fields.value().eq_ignore_ascii_case(taken[by].fields.value()) {
                    "says it again"
                } else {
                    "counts"
                };
                let message = format!(
                    "this line has no effect: a later one for `{}` and {} {what}",
                    line.domain, line.item
                );
                let whole = source.whole_line_at(line.span().start);
                let told = Diagnostic::warning("limits-hidden", source, line.span(), message)
                    .label(source, taken[by].span(), "this one counts");
                // A longer line has other rules in it.
                found.push(if whole.len() <= PIECE {
                    told.suggest("remove the line", vec![Edit::delete(whole)])
                } else {
                    told.help("break the line, then remove this part")
                });
            }
            None => {
                for (half, sets) in halves.iter_mut().zip([soft, hard]) {
                    if sets && half.is_none() {
                        *half = Some(at);
                    }
                }
            }
        }
    }
    for ((_, item), halves) in counting {
        let [Some(soft), Some(hard)] = halves.map(|at| at.map(|at| &taken[at])) else { continue };
        let bound = |line: &Taken<'_>| Bound::of(item, &line.value);
        if item.resource().is_some() && bound(soft).exceeds(bound(hard)) {
            let message = format!(
                "the soft limit is above the hard one of `{}`; pam_limits lowers it to {}",
                soft.domain, hard.value
            );
            found.push(
                Diagnostic::warning(
                    "limits-soft-above-hard",
                    source,
                    soft.fields.piece.field(3),
                    message,
                )
                .label(source, hard.fields.piece.field(3), "the hard limit")
                .help("raise the hard limit, or lower the soft one"),
            );
        }
    }
}

/// `priority` and the like have no order of precedence.
fn last_line_wins(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    let mut narrower: HashMap<Item, &Taken<'_>> = HashMap::new();
    for line in taken.iter().filter(|line| line.item.has_no_rank()) {
        if line.domain != Domain::Any {
            narrower.insert(line.item, line);
            continue;
        }
        let Some(other) = narrower.get(&line.item).filter(|other| other.value != line.value) else {
            continue;
        };
        let message = format!(
            "for {} the last line counts, not the most exact one: this overrules the line for `{}`",
            line.item, other.domain
        );
        found.push(
            Diagnostic::warning("limits-last-wins", source, line.span(), message)
                .label(source, other.span(), "overruled")
                .help("put the line for everybody first"),
        );
    }
}

/// A `-` line that comes behind a stronger soft one sets no hard limit either.
fn half_lost(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    let mut soft: HashMap<Item, &Taken<'_>> = HashMap::new();
    for line in taken.iter().filter(|line| line.item.resource().is_some()) {
        match (&line.domain, line.kind) {
            (Domain::Any, Kind::Both) => {
                let Some(other) = soft.get(&line.item) else { continue };
                let message = format!(
                    "because of the line for `{}` above, this one gives them no hard limit: pam_limits drops a `-` line whose soft limit has no effect",
                    other.domain
                );
                found.push(
                    Diagnostic::warning("limits-half-lost", source, line.span(), message)
                        .label(source, other.span(), "their soft limit")
                        .help("put this line first, or write a soft and a hard one"),
                );
            }
            (Domain::Any, _) | (_, Kind::Hard | Kind::Both) => {}
            (_, Kind::Soft) => {
                soft.insert(line.item, line);
            }
        }
    }
}

fn logins(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    let first = |item| taken.iter().find(|line| line.item == item);
    let (own, all) = (first(Item::Maxlogins), first(Item::Maxsyslogins));
    if let Some(line) = [own, all].into_iter().flatten().min_by_key(|line| line.span()) {
        let message = format!(
            "{} counts the logins in this machine's utmp only: where sessions run on the clients (fat clients) it limits nothing",
            line.item
        );
        found.push(Diagnostic::advice(
            "limits-logins-local",
            source,
            line.fields.piece.field(2),
            message,
        ));
    }
    let (Some(own), Some(all)) = (own, all) else { return };
    let apart = matches!((&own.domain, &all.domain), (Domain::User(one), Domain::User(other)) if one != other);
    if !apart {
        let (line, other) = if own.span() < all.span() { (all, own) } else { (own, all) };
        let message = "maxlogins and maxsyslogins share one number: for a user with both, one of the two is dropped, and the last of these lines says what is counted";
        found.push(
            Diagnostic::warning("limits-logins-shared", source, line.span(), message)
                .label(source, other.span(), "the other one")
                .help("use only one of the two"),
        );
    }
}

fn root(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    let is_root = |line: &Taken<'_>| matches!(&line.domain, Domain::User(name) if name == "root");
    let any =
        taken.iter().find(|line| line.domain == Domain::Any && line.item.resource().is_some());
    if let (Some(line), false) = (any, taken.iter().any(is_root)) {
        let message = "`*` is everybody but root";
        let told = Diagnostic::advice("limits-root", source, line.fields.piece.field(0), message);
        found.push(told.help("write a line for `root` too if it is meant"));
    }
}

/// A name that stands as a group elsewhere in the file.
fn group_names(source: &Source, taken: &[Taken<'_>], found: &mut Vec<Diagnostic>) {
    let mut groups: HashSet<Bytes> = HashSet::new();
    for line in taken {
        if let Domain::Group(name) = &line.domain {
            groups.insert(name.clone());
        }
    }
    for line in taken {
        let Domain::User(name) = &line.domain else { continue };
        // These are reported wherever they stand.
        if !groups.contains(name) || super::lint::is_usual_group(name) {
            continue;
        }
        let message =
            format!("elsewhere in this file `{name}` is a group; without `@` it is a user's name");
        let span = line.fields.piece.field(0);
        found.push(Diagnostic::advice("limits-user-or-group", source, span, message).suggest(
            format!("write `@{name}` for the group"),
            vec![Edit::insert(span.start, "@")],
        ));
    }
}
