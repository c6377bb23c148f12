//! Sections that are lost, never reached, or reached by more than was meant.

use std::collections::{HashMap, HashSet};

use super::LtspConf;
use super::pattern::{is_wild, matches, subsumes};
use super::scan::{Header, Kind};
use super::typed::epoptes_group;
use crate::formats::MacAddr;
use crate::text::{Diagnostic, Document, Edit, Source, Span};

/// How many wildcards a section is compared with; who has more has no section without one.
const WILDCARDS: usize = 256;

/// Words by which LTSP looks sections up itself.
const SPECIAL: [&[u8]; 3] = [b"clients", b"common", b"server"];

pub(super) fn check(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let included = included(conf);
    duplicates(conf, found);
    for (index, header) in conf.headers().iter().enumerate() {
        if header.quote.is_none() {
            spelling(conf, header, &included, found);
            reached(conf, index, header, found);
        }
    }
    includes(conf, found);
    unnamed(conf, found);
}

fn show(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The names that other sections include.
fn included(conf: &LtspConf) -> HashSet<&[u8]> {
    (0..conf.functions().len())
        .flat_map(|function| conf.statements(function))
        .filter_map(|statement| match &statement.kind {
            Kind::Include { name } => Some(&name[..]),
            _ => None,
        })
        .collect()
}

/// The same function twice: only the last is left.
fn duplicates(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let mut last: HashMap<&[u8], usize> = HashMap::new();
    for function in 0..conf.functions().len() {
        let Some(header) = conf.header_of(function) else { continue };
        if header.id == b"unnamed" || header.id == b"call" || header.id == b"list" {
            let what = format!(
                "[{}] has the name of a function of LTSP's own: {}",
                show(&header.name),
                match &header.id[..] {
                    b"call" => "LTSP crashes when it looks this section up",
                    b"list" => "the section is never run",
                    _ => "it takes the place of the lines before all sections",
                }
            );
            found.push(
                Diagnostic::error("ltsp-reserved-section", source, header.line, what)
                    .help("choose another name"),
            );
        }
        let Some(first) = last.insert(&header.id, function) else { continue };
        let Some(other) = conf.header_of(first) else { continue };
        if other.name == header.name {
            let what = format!(
                "[{}] stands here again, so everything in the first one is lost",
                show(&header.name)
            );
            let said = Diagnostic::error("ltsp-duplicate-section", source, header.line, what)
                .label(source, other.line, "this one is never read");
            found.push(merge(conf, first, function, header, said));
        } else {
            let what = format!(
                "for LTSP [{}] and [{}] have one name, as all but letters and digits becomes `_`: \
                 whoever matches either gets these lines, and those of the other are lost",
                show(&other.name),
                show(&header.name)
            );
            found.push(
                Diagnostic::error("ltsp-section-collision", source, header.line, what)
                    .label(source, other.line, "the lines of this one are never read")
                    .help("write one of the names with other letters, or join them with `|`"),
            );
        }
    }
}

/// Moves the lines of the second section to the end of the first.
fn merge(
    conf: &LtspConf,
    first: usize,
    second: usize,
    header: &Header,
    said: Diagnostic,
) -> Diagnostic {
    let source = conf.source();
    let how = "move these lines to the end of the first one";
    let to = conf.functions()[first].body;
    let from = conf.functions()[second].body;
    let text = source.slice(from);
    let mut edits = Vec::new();
    if !text.is_empty() {
        let mut moved = Vec::new();
        if !source.slice(to).ends_with(b"\n") && !to.is_empty() {
            moved.push(b'\n');
        }
        moved.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            moved.push(b'\n');
        }
        edits.push(Edit::insert(to.end, moved));
    }
    edits.push(Edit::delete(Span::new(header.line.start, from.end)));
    let groups = source
        .slice(Span::new(to.start, from.end))
        .split(|byte| *byte == b'\n')
        .any(|line| epoptes_group(line).is_some());
    let plain = |function: usize| {
        conf.statements(function)
            .iter()
            .all(|statement| statement.sure && matches!(statement.kind, Kind::Assign { .. }))
    };
    // A comment between them says to which group of Epoptes the sections behind it belong.
    if !groups && plain(first) && plain(second) && conf.faults().is_empty() {
        said.mend(how, edits)
    } else {
        said.suggest(how, edits)
    }
}

/// Headers that are read otherwise than they look.
fn spelling(
    conf: &LtspConf,
    header: &Header,
    included: &HashSet<&[u8]>,
    found: &mut Vec<Diagnostic>,
) {
    let source = conf.source();
    let line = source.slice(header.line);
    let Some(open) = line.iter().position(|byte| *byte == b'[') else { return };
    let Some(close) = line.iter().position(|byte| *byte == b']') else { return };
    let inside = &line[open + 1..close];
    let name = show(&header.name);
    if inside.starts_with(b" ")
        && inside.ends_with(b" ")
        && line[close + 1..].iter().any(|b| b"&|;".contains(b))
    {
        let what = format!(
            "LTSP takes this test for the header of a section [{name}], and the lines below it for \
             that section's"
        );
        let edits = vec![
            Edit::replace(
                Span::new(header.line.start + open, header.line.start + open + 2),
                "test ",
            ),
            Edit::delete(Span::new(header.line.start + close - 1, header.line.start + close + 1)),
        ];
        found.push(
            Diagnostic::error("ltsp-test-as-header", source, header.line, what)
                .suggest("use the command `test`", edits),
        );
        return;
    }
    if inside.contains(&b'[') {
        let what = format!(
            "brackets are taken away, so the section's name is {name} and no range of characters"
        );
        found.push(
            Diagnostic::error("ltsp-bracket-glob", source, header.line, what)
                .help("use `?` or `*`, or list the names with `|` between them"),
        );
        return;
    }
    let tail = &line[close + 1..];
    let tail_end = tail.iter().position(|byte| *byte == b'#').unwrap_or(tail.len());
    let tail = &tail[..tail_end];
    if super::section_name(tail).is_empty() {
        if inside.contains(&b'#') {
            let what = format!("the name ends at the first `#`, so it is {name}");
            found.push(Diagnostic::warning("ltsp-text-after-header", source, header.line, what));
        }
    } else {
        let start = header.line.start + close + 1;
        let span = Span::new(start, start + tail.trim_ascii_end().len());
        let what = format!("text behind the bracket belongs to the name, which is {name}");
        found.push(
            Diagnostic::error("ltsp-text-after-header", source, span, what)
                .suggest("remove the text", vec![Edit::delete(span)]),
        );
        return;
    }
    let upper = inside.iter().any(u8::is_ascii_uppercase);
    let known = |name: &[u8]| {
        let text = String::from_utf8_lossy(name);
        SPECIAL.contains(&name)
            || included.contains(name)
            || text.parse::<MacAddr>().is_ok()
            || name.contains(&b':')
    };
    if upper && !header.name.split(|byte| *byte == b'|').all(known) {
        let what = format!(
            "names of sections become lower case and names of hosts do not: a host spelled {} does \
             not match [{name}]",
            show(inside)
        );
        found.push(
            Diagnostic::warning("ltsp-uppercase-section", source, header.line, what)
                .help("give the host a name in lower case, or use its hardware address"),
        );
    }
}

/// Sections that an earlier one hides, and sections that match too much.
fn reached(conf: &LtspConf, index: usize, header: &Header, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let line_of = |other: usize| conf.headers()[other].line;
    let mut hidden_by = None;
    let mut parts = 0;
    let mut hidden = 0;
    for name in header.name.split(|byte| *byte == b'|').filter(|name| !name.is_empty()) {
        parts += 1;
        let earlier =
            |other: usize| line_of(other) < header.line && conf.headers()[other].id != header.id;
        let literal = conf.arms().literal(name).filter(|other| !is_wild(name) && earlier(*other));
        let by = literal.or_else(|| {
            let wild = conf.arms().wild().iter().take(WILDCARDS);
            wild.filter(|(_, other)| *other != index && earlier(*other))
                .find(|(pattern, _)| subsumes(pattern, name))
                .map(|(_, other)| *other)
        });
        if let Some(by) = by {
            hidden += 1;
            hidden_by = Some(by);
        }
    }
    if let Some(by) = hidden_by {
        let other = &conf.headers()[by];
        let what = if hidden == parts {
            format!(
                "[{}] is never run: only the first section that matches is, and that is [{}]",
                show(&header.name),
                show(&other.name)
            )
        } else {
            format!(
                "a part of [{}] never matches, because [{}] comes first",
                show(&header.name),
                show(&other.name)
            )
        };
        found.push(
            Diagnostic::warning("ltsp-section-hidden", source, header.line, what)
                .label(source, other.line, "this one matches first")
                .help("put the more special section first"),
        );
    }
    let wild: Vec<&[u8]> =
        header.name.split(|byte| *byte == b'|').filter(|name| is_wild(name)).collect();
    let caught: Vec<String> = SPECIAL
        .iter()
        .filter(|word| wild.iter().any(|pattern| matches(pattern, word)))
        .map(|word| show(word))
        .collect();
    if !caught.is_empty() {
        let what = format!(
            "[{}] also matches the word{} {}, by which LTSP itself looks sections up: it takes \
             their place, or its settings reach the server",
            show(&header.name),
            if caught.len() == 1 { "" } else { "s" },
            caught.join(", ")
        );
        found.push(
            Diagnostic::warning("ltsp-greedy-section", source, header.line, what)
                .help("use [clients] for all clients, or a pattern that matches no such word"),
        );
    }
}

/// Includes of nothing and of themselves.
fn includes(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let mut graph: HashMap<usize, Vec<(usize, Span)>> = HashMap::new();
    for function in 0..conf.functions().len() {
        for statement in conf.statements(function) {
            let Kind::Include { name } = &statement.kind else { continue };
            if name == b"unnamed" {
                continue;
            }
            let span = super::lint::trim(source, statement.span);
            let Some((header, _)) = conf.arms().find(name) else {
                let known = conf.headers().iter().filter_map(|h| std::str::from_utf8(&h.name).ok());
                let close = std::str::from_utf8(name)
                    .ok()
                    .and_then(|name| crate::text::did_you_mean(name, known));
                let what = format!("there is no section [{}], so nothing is included", show(name));
                let said = Diagnostic::error("ltsp-include-missing", source, span, what);
                found.push(match close {
                    Some(close) => said.help(format!("did you mean {close}?")),
                    None => said,
                });
                continue;
            };
            if let Some(target) = conf.function(&conf.headers()[header].id) {
                graph.entry(function).or_default().push((target, span));
            }
        }
    }
    for (span, direct) in cycles(&graph) {
        let what = if direct {
            "a section cannot include itself: the line does nothing"
        } else {
            "these sections include each other: each is run once, and the last include does nothing"
        };
        found.push(Diagnostic::warning("ltsp-include-cycle", source, span, what));
    }
}

/// Includes that lead back to a section that is being run: depth first, without recursion.
fn cycles(graph: &HashMap<usize, Vec<(usize, Span)>>) -> Vec<(Span, bool)> {
    let mut back = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    let mut starts: Vec<usize> = graph.keys().copied().collect();
    starts.sort_unstable();
    for start in starts {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        let mut on_path: HashSet<usize> = HashSet::from([start]);
        if done.contains(&start) {
            continue;
        }
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some((target, span)) = graph.get(&node).and_then(|edges| edges.get(*next)) else {
                done.insert(node);
                on_path.remove(&node);
                path.pop();
                continue;
            };
            *next += 1;
            if on_path.contains(target) {
                back.push((*span, *target == node));
            } else if !done.contains(target) {
                on_path.insert(*target);
                path.push((*target, 0));
            }
        }
    }
    back
}

/// Settings above all sections.
fn unnamed(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let source: &Source = conf.source();
    let first = conf
        .statements(0)
        .iter()
        .find(|statement| matches!(statement.kind, Kind::Assign { .. } | Kind::Include { .. }));
    if let Some(first) = first {
        let what = "settings above all sections are read before them, by the server and by clients";
        let span = super::lint::trim(source, first.span);
        found.push(
            Diagnostic::advice("ltsp-before-sections", source, span, what)
                .help("put them into [common]"),
        );
    }
}
