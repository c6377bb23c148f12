//! What is wrong with a list of excludes.

use std::collections::HashMap;

use super::document::Excludes;
use super::glob;
use super::grammar::{Kind, LONGEST, Line, blank, components, rooted, sticky};
use crate::text::{Bytes, Diagnostic, Document as _, Edit, Source, Span, returns_before_ends};

/// Patterns with more components are not compared with others.
const COMPARED: usize = 64;

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn check(list: &Excludes) -> Vec<Diagnostic> {
    let source = list.source();
    let mut found = Vec::new();
    if source.bytes().starts_with(BOM) {
        found.push(
            Diagnostic::warning(
                "excludes-bom",
                source,
                Span::new(0, BOM.len()),
                "a byte order mark is part of the first line, so that its pattern matches nothing",
            )
            .mend("remove it", vec![Edit::delete(Span::new(0, BOM.len()))]),
        );
    }
    carriage_returns(list, &mut found);
    for line in list.lines() {
        if let Some(nul) = source.slice(line.span).iter().position(|byte| *byte == 0) {
            let nul = Span::new(line.span.start + nul, line.span.end);
            found.push(
                Diagnostic::warning(
                    "excludes-nul",
                    source,
                    nul,
                    "mksquashfs does not read what follows the NUL byte on this line",
                )
                .help("remove it"),
            );
        }
        match line.kind {
            Kind::Blank | Kind::Comment => {}
            Kind::TooLong => found.push(Diagnostic::error(
                "excludes-long-line",
                source,
                line.span,
                format!("mksquashfs stops at a line of {LONGEST} bytes or more: no image is built"),
            )),
            Kind::Rooted => found.push(rooted_pattern(list, line)),
            Kind::Pattern => pattern(list, line, &mut found),
        }
    }
    repeated(list, &mut found);
    found.sort_by_key(|diagnostic| diagnostic.place.span.start);
    found
}

fn carriage_returns(list: &Excludes, found: &mut Vec<Diagnostic>) {
    let source = list.source();
    let hit = list.lines().iter().find(|line| {
        matches!(line.kind, Kind::Pattern | Kind::Rooted)
            && line.text.end == line.span.end
            && list.text(line).ends_with(b"\r")
    });
    if let Some(hit) = hit {
        let edits = returns_before_ends(source).into_iter().map(Edit::delete).collect();
        let said = "the lines end as on Windows; the carriage return is part of each pattern, \
                    which so matches nothing";
        found.push(
            Diagnostic::warning(
                "excludes-crlf",
                source,
                Span::new(hit.span.end - 1, hit.span.end),
                said,
            )
            .mend("end the lines with a newline alone", edits),
        );
    }
}

fn rooted_pattern(list: &Excludes, line: &Line) -> Diagnostic {
    let text = list.text(line);
    let found = Diagnostic::error(
        "excludes-rooted",
        list.source(),
        line.text,
        "mksquashfs stops at a pattern that begins with `/`, `./` or `../`: no image is built",
    );
    let mut rest = text;
    let mut up = false;
    loop {
        rest = match rest {
            [b'/', rest @ ..] | [b'.', b'/', rest @ ..] => rest,
            [b'.', b'.', b'/', rest @ ..] => {
                up = true;
                rest
            }
            _ => break,
        };
    }
    if rest.iter().all(|byte| blank(*byte)) || matches!(rest, b"." | b"..") {
        return found.help("name what shall be left out, relative to the root of the image");
    }
    let span = Span::new(line.text.start, line.text.end - rest.len());
    let escaped = list.source().bytes()[..span.start].ends_with(b"\\");
    let needs = rest.first().is_some_and(|byte| blank(*byte) || b"#\\".contains(byte));
    let edit = Edit::replace(span, if needs && !escaped { "\\" } else { "" });
    if up {
        found.suggest("write it relative to the root of the image", vec![edit])
    } else {
        found.mend("write it relative to the root of the image, without that", vec![edit])
    }
}

fn pattern(list: &Excludes, line: &Line, found: &mut Vec<Diagnostic>) {
    let source = list.source();
    let text = list.text(line);
    let whole = line.text;
    let shown = Bytes::from(text);
    trailing_blank(source, text, whole, found);
    let hash = text.windows(2).position(|two| blank(two[0]) && two[1] == b'#');
    if let Some(hash) = hash {
        let kept = text[..hash].iter().rposition(|byte| !blank(*byte)).map_or(0, |last| last + 1);
        let span = Span::new(whole.start + kept, whole.end);
        found.push(
            Diagnostic::warning(
                "excludes-inline-comment",
                source,
                span,
                "a comment takes a line of its own; here it is part of the pattern, which so \
                 matches nothing",
            )
            .suggest("remove it", vec![Edit::delete(span)]),
        );
    }
    let swallowed = whole.start > line.span.start && source.bytes()[whole.start - 1] == b'\\';
    if swallowed && text.first().is_some_and(|byte| b"*?[".contains(byte)) {
        found.push(
            Diagnostic::warning(
                "excludes-lost-backslash",
                source,
                whole,
                format!(
                    "mksquashfs drops one backslash at the start, so that `{}` is a wildcard",
                    char::from(text[0])
                ),
            )
            .suggest("write two backslashes", vec![Edit::insert(whole.start, "\\")]),
        );
    }
    if text == b"..." || text.starts_with(b"...\t") || text.starts_with(b".../") {
        let mut said = Diagnostic::warning(
            "excludes-dots",
            source,
            whole,
            "this is the name `...`; a pattern for every depth begins with three dots and one blank",
        );
        if text.len() > 4 {
            let span = Span::new(whole.start + 3, whole.start + 4);
            said = said.suggest("put a blank there", vec![Edit::replace(span, " ")]);
        }
        found.push(said);
        return;
    }
    let (inner, sticky) = sticky(text);
    let parts = components(inner);
    if sticky && parts.len() > 1 {
        found.push(
            Diagnostic::warning(
                "excludes-sticky-path",
                source,
                whole,
                format!(
                    "of a pattern for every depth only the first component counts: everything \
                     that matches `{}` is left out, wherever it is",
                    Bytes::from(parts[0])
                ),
            )
            .help("name one component, or the path from the root of the image"),
        );
    }
    let parts = if sticky { &parts[..1] } else { &parts[..] };
    names(source, line, parts, &shown, found);
    if parts.iter().any(|part| glob::too_deep(part)) {
        found.push(Diagnostic::warning(
            "excludes-too-deep",
            source,
            whole,
            "the groups of this pattern are nested too deeply to say what it matches",
        ));
    }
    if let Some(part) = parts.iter().find(|part| glob::open_bracket(part)) {
        found.push(
            Diagnostic::warning(
                "excludes-open-bracket",
                source,
                whole,
                format!(
                    "the `[` in `{}` has no `]` within this component and stands for itself",
                    Bytes::from(*part)
                ),
            )
            .help("close it, or put a backslash before it"),
        );
    }
    if parts == [b"*"] {
        found.push(
            Diagnostic::warning(
                "excludes-everything",
                source,
                whole,
                "this leaves out everything whose name does not begin with a dot: the image is empty",
            )
            .help("remove it"),
        );
    }
}

fn trailing_blank(source: &Source, text: &[u8], whole: Span, found: &mut Vec<Diagnostic>) {
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let kept = text.iter().rposition(|byte| !blank(*byte)).map_or(0, |last| last + 1);
    if kept == 0 || kept == text.len() || text[kept - 1] == b'\\' || &text[..kept] == b"..." {
        return;
    }
    let span = Span::new(whole.start + kept, whole.start + text.len());
    let said = "the blank at the end is part of the pattern, which so matches nothing";
    found.push(
        Diagnostic::warning("excludes-trailing-blank", source, span, said)
            .mend("remove it", vec![Edit::delete(span)]),
    );
}

/// Components that no name can be.
fn names(
    source: &Source,
    line: &Line,
    parts: &[&[u8]],
    shown: &Bytes,
    found: &mut Vec<Diagnostic>,
) {
    let text = source.slice(line.text);
    if parts.first().is_none_or(|part| part.is_empty()) {
        let said = format!("`{shown}` names nothing and matches nothing");
        found.push(
            Diagnostic::warning("excludes-nothing", source, line.text, said).help("remove it"),
        );
    } else if parts.iter().any(|part| matches!(*part, b"." | b"..")) {
        let said = format!("no name is `.` or `..`, so that `{shown}` matches nothing");
        let found_here = Diagnostic::warning("excludes-dot-component", source, line.text, said);
        let plain = parts.iter().all(|part| *part != b"..") && !sticky(text).1;
        let kept: Vec<&[u8]> = parts.iter().filter(|part| **part != b".").copied().collect();
        let joined = kept.join(&b'/');
        let safe = plain && !kept.is_empty() && joined.first().is_some_and(|byte| *byte != b'#');
        found.push(if safe && !rooted(&joined) {
            found_here.mend("leave `.` out", vec![Edit::replace(line.text, joined)])
        } else {
            found_here.help("write the path without it")
        });
    }
}

/// Patterns that say what another one says already.
fn repeated(list: &Excludes, found: &mut Vec<Diagnostic>) {
    let source = list.source();
    let key = |line: &Line| {
        let (inner, sticky) = sticky(list.text(line));
        let parts = components(inner);
        (sticky, if sticky { parts[..1].join(&b'/') } else { parts.join(&b'/') }, parts.len())
    };
    let mut first: HashMap<(bool, Vec<u8>), Span> = HashMap::new();
    let mut repeats = Vec::new();
    for (number, line) in
        list.lines().iter().enumerate().filter(|(_, line)| line.kind == Kind::Pattern)
    {
        let (sticky, text, _) = key(line);
        match first.entry((sticky, text)) {
            std::collections::hash_map::Entry::Occupied(first) => {
                repeats.push(number);
                let end = list
                    .lines()
                    .get(number + 1)
                    .map_or(source.bytes().len(), |next| next.span.start);
                found.push(
                    Diagnostic::advice(
                        "excludes-duplicate",
                        source,
                        line.text,
                        "this pattern stands further up already",
                    )
                    .label(source, *first.get(), "here")
                    .mend("remove it", vec![Edit::delete(Span::new(line.span.start, end))]),
                );
            }
            std::collections::hash_map::Entry::Vacant(none) => {
                none.insert(line.text);
            }
        }
    }
    for (number, line) in
        list.lines().iter().enumerate().filter(|(_, line)| line.kind == Kind::Pattern)
    {
        let (sticky, text, parts) = key(line);
        if sticky || parts > COMPARED || repeats.binary_search(&number).is_ok() {
            continue;
        }
        let slashes = text.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let covering =
            slashes.map(|(end, _)| end).find_map(|end| first.get(&(false, text[..end].to_vec())));
        if let Some(covering) = covering {
            found.push(
                Diagnostic::advice(
                    "excludes-covered",
                    source,
                    line.text,
                    format!(
                        "`{}` leaves this out already, with everything in it",
                        Bytes::from(source.slice(*covering))
                    ),
                )
                .label(source, *covering, "here")
                .suggest("remove it", vec![Edit::delete(source.whole_line_at(line.span.start))]),
            );
        }
    }
}

impl Excludes {
    /// What is wrong with this text as `OMIT_IMAGE_EXCLUDES` of `list`: lines that drop nothing,
    /// because only exactly equal lines are dropped, and lines that drop one of several.
    pub fn check_omit(&self, list: &Excludes) -> Vec<Diagnostic> {
        let mut standing: HashMap<&[u8], usize> = HashMap::new();
        let mut alike: HashMap<Vec<u8>, &[u8]> = HashMap::new();
        for line in list.lines() {
            let whole = list.source().slice(line.span);
            *standing.entry(whole).or_default() += 1;
            if line.kind == Kind::Pattern {
                alike.entry(loosely(list.text(line))).or_insert(whole);
            }
        }
        let mut dropped: HashMap<&[u8], usize> = HashMap::new();
        for line in self.lines() {
            *dropped.entry(self.source().slice(line.span)).or_default() += 1;
        }
        let mut found = Vec::new();
        for line in self.lines() {
            let whole = self.source().slice(line.span);
            if matches!(line.kind, Kind::Blank | Kind::Comment) {
                continue;
            }
            let times = standing.get(whole).copied().unwrap_or(0);
            if times == 0 {
                let said = Diagnostic::warning(
                    "excludes-omit-nothing",
                    self.source(),
                    line.span,
                    "no line of the list is exactly this, so that nothing is omitted",
                );
                found.push(match alike.get(&loosely(self.text(line))) {
                    Some(meant) => said.suggest(
                        format!(
                            "write the line as it stands in the list: `{}`",
                            Bytes::from(*meant)
                        ),
                        vec![Edit::replace(line.span, *meant)],
                    ),
                    None => said.help("write a line as it stands in the list"),
                });
            } else if times > dropped.get(whole).copied().unwrap_or(0) {
                found.push(
                    Diagnostic::warning(
                        "excludes-omit-some",
                        self.source(),
                        line.span,
                        format!(
                            "the list has this line {times} times and one is dropped for each line \
                             here, so that it stays left out"
                        ),
                    )
                    .help("remove the repeated lines from the list"),
                );
            }
        }
        found
    }
}

/// A pattern without what people overlook: slashes, dots and blanks around it.
fn loosely(pattern: &[u8]) -> Vec<u8> {
    let edge = |byte: &u8| blank(*byte) || *byte == b'/';
    let start = pattern.iter().position(|byte| !edge(byte)).unwrap_or(pattern.len());
    let end = pattern.iter().rposition(|byte| !edge(byte)).map_or(start, |last| last + 1);
    let inner = &pattern[start..end];
    inner.strip_prefix(b"./").unwrap_or(inner).to_vec()
}
