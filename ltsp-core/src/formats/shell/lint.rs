//! What is wrong with a file of assignments.

use std::collections::HashMap;

use super::document::ShellConf;
use super::lexer::{Flags, Word, is_name, name};
use super::names::is_read;
use super::parser::{Assign, Command, Kind};
use super::quote::bare;
use super::tools;
use crate::text::{Bytes, Diagnostic, Document as _, Edit, Source, Span, returns_before_ends};

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn check(conf: &ShellConf) -> Vec<Diagnostic> {
    let source = conf.source();
    let mut found = Vec::new();
    file_name(conf, &mut found);
    if source.bytes().starts_with(BOM) {
        let span = Span::new(0, BOM.len());
        let said = "a byte order mark makes the first line a command that does not exist";
        found.push(
            Diagnostic::error("shell-bom", source, span, said)
                .mend("remove it", vec![Edit::delete(span)]),
        );
    }
    carriage_returns(conf, &mut found);
    errors(conf, &mut found);
    for command in &conf.parsed().commands {
        let words = conf.parsed().words(command);
        let assigns = conf.parsed().assigns(command);
        match command.kind {
            Kind::Assign | Kind::Export => assigned(source, command, assigns, &mut found),
            Kind::Stop => stop(source, command, words, &mut found),
            _ => {
                if !mistaken(source, command, words, assigns, &mut found) {
                    let text = source.slice(command.span);
                    let shown = shorten(&Bytes::from(text).text());
                    let said = if secret(text) {
                        "this is code, which runs as root".to_owned()
                    } else {
                        format!("`{shown}` is code, which runs as root")
                    };
                    found.push(Diagnostic::advice("shell-code", source, command.span, said));
                }
            }
        }
    }
    twice(conf, &mut found);
    tools::check(conf, &mut found);
    found.sort_by_key(|diagnostic| diagnostic.place.span);
    found
}

/// Whether a password may stand there, which no message shall repeat.
pub(super) fn secret(text: &[u8]) -> bool {
    let text = text.to_ascii_uppercase();
    [&b"PASS"[..], b"SECRET"].iter().any(|word| text.windows(word.len()).any(|part| part == *word))
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

fn file_name(conf: &ShellConf, found: &mut Vec<Diagnostic>) {
    use std::os::unix::ffi::OsStrExt as _;
    let path = conf.source().name();
    let directory = path.parent().and_then(std::path::Path::file_name);
    let drop_in = directory.is_some_and(|name| name.as_bytes().ends_with(b".conf.d"));
    let name = path.file_name().map_or(&b""[..], |name| name.as_bytes());
    if drop_in && !is_read(name) {
        found.push(
            Diagnostic::error(
                "shell-ignored-name",
                conf.source(),
                Span::at(0),
                "the file is not read: in this directory names have only letters, digits, `_`, `-`",
            )
            .help("rename it, without a dot"),
        );
    }
}

fn carriage_returns(conf: &ShellConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let returns = returns_before_ends(source);
    let Some(first) = returns.first().copied() else { return };
    let edits = returns.into_iter().map(Edit::delete).collect();
    found.push(
        Diagnostic::error(
            "shell-crlf",
            source,
            first,
            "lines end as on Windows; the carriage return becomes part of the value or of a word",
        )
        .mend("end the lines with a newline alone", edits),
    );
}

fn errors(conf: &ShellConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    for (number, (span, what)) in conf.parsed().errors.iter().enumerate() {
        let quote = matches!(source.slice(*span), b"'" | b"\"");
        let code = if quote { "shell-open-quote" } else { "shell-syntax" };
        let said = if number == 0 {
            format!(
                "{what}; the shell stops here and with it the tool, and nothing from this line on is read"
            )
        } else {
            what.clone()
        };
        found.push(Diagnostic::error(code, source, *span, said));
    }
    if let Some(at) = conf.parsed().intricate {
        let said = "from here on the file is too intricate to be read without running it";
        found.push(Diagnostic::advice("shell-intricate", source, Span::at(at), said));
    }
}

fn assigned(source: &Source, command: &Command, assigns: &[Assign], found: &mut Vec<Diagnostic>) {
    for (number, assign) in assigns.iter().enumerate() {
        let raw = source.slice(assign.value);
        let name = Bytes::from(source.slice(assign.name));
        if assign.flags.has(Flags::DOLLAR_QUOTE) {
            let said = "shells differ about `$` before a quote; Debian's keeps it in the value";
            found.push(
                Diagnostic::warning("shell-dollar-quote", source, assign.value, said)
                    .help("use plain quotes"),
            );
        }
        let curly = ["\u{201c}", "\u{201d}", "\u{201e}", "\u{2018}", "\u{2019}"];
        if let Some(quote) = curly.iter().find(|quote| raw.starts_with(quote.as_bytes())) {
            let said = format!("`{quote}` quotes nothing and becomes part of the value");
            found.push(
                Diagnostic::warning("shell-curly-quotes", source, assign.value, said)
                    .help("use plain quotes"),
            );
        }
        let refers = |other: &&Assign| refers(raw, source.slice(other.name));
        if let Some(other) = assigns[..number].iter().find(refers) {
            let other = Bytes::from(source.slice(other.name));
            let said = format!("shells differ about which {other} this is, the old or the new");
            found.push(
                Diagnostic::warning("shell-same-command", source, assign.value, said)
                    .help("write the two on lines of their own"),
            );
        }
        if let Some(condition) = command.condition {
            let said = format!("{name} is assigned {condition}: it may or may not get this value");
            found.push(Diagnostic::advice("shell-conditional", source, assign.name, said));
        } else if assign.flags.has(Flags::CODE) {
            let said = format!("the value of {name} is made by code, which runs as root");
            found.push(Diagnostic::advice("shell-code", source, assign.value, said));
        }
    }
}

/// Whether the value has a reference to that variable.
fn refers(raw: &[u8], wanted: &[u8]) -> bool {
    raw.iter().enumerate().filter(|(_, byte)| **byte == b'$').any(|(at, _)| {
        let rest = &raw[at + 1..];
        let rest = rest.strip_prefix(b"{").unwrap_or(rest);
        matches!(name(rest), Ok((_, found)) if found == wanted)
    })
}

fn stop(source: &Source, command: &Command, words: &[Word], found: &mut Vec<Diagnostic>) {
    let program = words.first().map_or(&b""[..], |word| source.slice(word.span));
    let last = source.bytes()[command.span.end..].trim_ascii().is_empty();
    let said = match (program, command.condition.is_some()) {
        (b"return", _) if last => return,
        (b"return", false) => "the file ends here; what follows is not read",
        (b"return", true) => "the file may end here; what follows may not be read",
        (_, false) => "this ends the tool that reads the file",
        (_, true) => "this may end the tool that reads the file",
    };
    let severity =
        if command.condition.is_some() { Diagnostic::warning } else { Diagnostic::error };
    found.push(severity("shell-stop", source, command.span, said).help("remove it"));
}

/// A command that will have been meant as an assignment.
fn mistaken(
    source: &Source,
    command: &Command,
    words: &[Word],
    assigns: &[Assign],
    found: &mut Vec<Diagnostic>,
) -> bool {
    let Some(first) = words.first() else { return false };
    let text = source.slice(first.span);
    if let Some(assign) = assigns.last() {
        return blank_in_value(source, command, assign, words, found);
    }
    if let Ok((rest, variable)) = name(text) {
        let shown = Bytes::from(variable);
        let secret = secret(variable);
        if rest.starts_with(b"+=") {
            let said =
                format!("the shell that reads this has no `+=`: nothing is added to {shown}");
            let quoted = matches!(rest.get(2), Some(b'"'));
            let span = Span::new(
                first.span.start + variable.len(),
                first.span.start + variable.len() + 2 + usize::from(quoted),
            );
            let text = format!("=\"${{{shown}}}{}", if quoted { "" } else { "\"" });
            found.push(
                Diagnostic::error("shell-plus-equals", source, first.span, said)
                    .suggest("write the old value out", vec![Edit::replace(span, text)]),
            );
            return true;
        }
        // `NAME = value` and `NAME =value`.
        let second = words.get(1).map(|word| source.slice(word.span));
        if rest.is_empty() && second.is_some_and(|second| second.starts_with(b"=")) {
            let said = format!(
                "blanks around `=`: this runs a program called {shown}, and sets no variable"
            );
            let diagnostic = Diagnostic::error("shell-blank-equals", source, command.span, said);
            let last = words[words.len() - 1];
            let rest_start = if second == Some(b"=") {
                words.get(2).map_or(last.span.end, |word| word.span.start)
            } else {
                words[1].span.start + 1
            };
            let value = source.slice(Span::new(rest_start, last.span.end));
            let whole = first.span.to(last.span);
            let one = words.len() == if second == Some(b"=") { 3 } else { 2 };
            found.push(if one && !secret && !value.starts_with(b"=") {
                let text = [variable, b"=", value].concat();
                diagnostic.mend("remove the blanks", vec![Edit::replace(whole, text)])
            } else if !secret && value.split(|byte| *byte == b' ').all(bare) {
                let text = [variable, b"=\"", value, b"\""].concat();
                diagnostic.mend("remove the blanks and quote it", vec![Edit::replace(whole, text)])
            } else {
                diagnostic.help("remove the blanks, and quote the value if it has blanks")
            });
            return true;
        }
    }
    let equals = text.iter().position(|byte| *byte == b'=');
    if let Some(equals) = equals.filter(|_| first.flags == Flags::default()) {
        let shown = Bytes::from(&text[..equals]);
        if !shown.is_empty() && !shown.contains(&b'/') && !shown.starts_with(BOM) {
            let said =
                format!("`{shown}` is no name of a variable: this runs a program of that name");
            found.push(
                Diagnostic::error("shell-bad-name", source, first.span, said)
                    .help("names have only letters, digits and `_`"),
            );
            return true;
        }
    }
    if text == b"export" {
        let bad = words[1..].iter().find(|word| {
            let text = source.slice(word.span);
            let end = text.iter().position(|byte| *byte == b'=').unwrap_or(text.len());
            !is_name(&text[..end]) && !text.starts_with(b"-") && word.flags == Flags::default()
        });
        if let Some(bad) = bad {
            let said =
                "this is no name of a variable, at which the shell stops and with it the tool";
            found.push(
                Diagnostic::error("shell-bad-name", source, bad.span, said)
                    .help("names have only letters, digits and `_`, and no blank follows them"),
            );
            return true;
        }
    }
    false
}

/// `NAME=a b`: the variable is set for the program `b` alone.
fn blank_in_value(
    source: &Source,
    command: &Command,
    assign: &Assign,
    words: &[Word],
    found: &mut Vec<Diagnostic>,
) -> bool {
    let shown = Bytes::from(source.slice(assign.name));
    let last = words[words.len() - 1];
    let secret = secret(&shown);
    let program = match secret {
        true => Bytes::from("..."),
        false => Bytes::from(source.slice(words[0].span)),
    };
    let value = source.slice(Span::new(assign.value.start, last.span.end));
    let same_line = !value.contains(&b'\n');
    if assign.value.is_empty() {
        let said = format!(
            "{shown} is not set: this runs the program `{program}`, and only for it {shown} is empty"
        );
        let one = words.len() == 1;
        let diagnostic = Diagnostic::warning("shell-blank-equals", source, command.span, said);
        let gap = Span::new(assign.value.start, words[0].span.start);
        found.push(if one && same_line && !secret {
            diagnostic.suggest("remove the blank", vec![Edit::delete(gap)])
        } else {
            diagnostic.help("remove the blank, and quote the value if it has blanks")
        });
        return true;
    }
    let said = format!(
        "{shown} is not set: a value with blanks needs quotes; this runs the program `{program}`"
    );
    let diagnostic = Diagnostic::error("shell-unquoted-blank", source, command.span, said);
    let plain = same_line && !secret && value.split(|byte| *byte == b' ').all(bare);
    found.push(if plain {
        let text = [b"\"", value, b"\""].concat();
        let span = Span::new(assign.value.start, last.span.end);
        diagnostic.suggest("quote it", vec![Edit::replace(span, text)])
    } else {
        diagnostic.help("quote it")
    });
    true
}

/// Assignments that a later one makes useless.
fn twice(conf: &ShellConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let mut last: HashMap<&[u8], Span> = HashMap::new();
    let mut plain = |command: &Command, assign: &Assign| {
        let name = source.slice(assign.name);
        // A value that builds on the old one needs that.
        let builds = refers(source.slice(assign.value), name);
        match last.insert(name, assign.name) {
            Some(before) if !builds => {
                let shown = Bytes::from(name);
                let said = format!("{shown} is assigned again further down, which is what counts");
                found.push(Diagnostic::advice("shell-twice", source, before, said).label(
                    source,
                    assign.name,
                    "here",
                ));
            }
            _ => {}
        }
        let _ = command;
    };
    for command in conf.parsed().commands.iter().filter(|command| {
        command.read
            && command.condition.is_none()
            && matches!(command.kind, Kind::Assign | Kind::Export)
    }) {
        for assign in conf.parsed().assigns(command) {
            plain(command, assign);
        }
    }
}
