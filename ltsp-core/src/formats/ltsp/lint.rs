//! What is wrong with a file: bytes, syntax and lines; then sections, then values.

use super::grammar::{Line, classify, is_variable};
use super::resolve::LOCAL;
use super::scan::Kind;
use super::value::Value;
use super::{LtspConf, lint_sections, lint_values, param};
use crate::text::{Diagnostic, Document, Edit, Source, Span, returns_before_ends};

/// Every mistake, in the order of the file.
pub(super) fn check(conf: &LtspConf) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    bytes(conf.source(), &mut found);
    syntax(conf, &mut found);
    lines(conf, &mut found);
    lint_sections::check(conf, &mut found);
    lint_values::check(conf, &mut found);
    found.sort_by_key(|one| (one.place.span, one.code));
    found
}

fn bytes(source: &Source, found: &mut Vec<Diagnostic>) {
    let bytes = source.bytes();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let span = Span::new(0, 3);
        let what = "the file begins with a byte order mark, so its first line is a command that \
                    does not exist";
        found.push(
            Diagnostic::error("ltsp-bom", source, span, what)
                .mend("remove the mark", vec![Edit::delete(span)]),
        );
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let what = "NUL is left out by the shell, so that what surrounds it runs together";
        found.push(Diagnostic::error("ltsp-nul", source, Span::new(at, at + 1), what));
    }
    let returns = returns_before_ends(source);
    if let Some(first) = returns.first().copied() {
        let what = "lines end with CR LF, so every value ends with a CR that nobody sees, and \
                    empty lines are commands that do not exist";
        let edits = returns.into_iter().map(Edit::delete).collect();
        found.push(
            Diagnostic::error("ltsp-crlf", source, first, what)
                .mend("let lines end with LF alone", edits),
        );
    }
}

fn syntax(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    if conf.headers().is_empty() {
        let what = "LTSP refuses a file without any section, and no ltsp command works";
        let said = Diagnostic::error("ltsp-no-section", source, Span::at(0), what);
        let how = "put the settings into [common]";
        found.push(if conf.statements(0).is_empty() {
            said.help("add a section such as [common], or remove the file")
        } else {
            said.suggest(how, vec![Edit::insert(0, "[common]\n")])
        });
    }
    for fault in conf.faults() {
        let at = fault.at.min(source.bytes().len());
        let span = Span::new(at, (at + 1).min(source.bytes().len()));
        let what =
            format!("{}; the shell refuses the whole file, and no ltsp command works", fault.what);
        found.push(Diagnostic::error("ltsp-syntax", source, span, what));
    }
    for header in conf.headers() {
        if let Some(quote) = header.quote {
            let what = "this line is in a value, but LTSP takes it for a section's header: the \
                        value becomes garbage, and the section does not exist";
            found.push(
                Diagnostic::error("ltsp-header-in-value", source, header.line, what)
                    .label(source, Span::new(quote, quote + 1), "the value's quote opens here")
                    .help(
                        "put the text into a file below /etc/ltsp and give its name as the value",
                    ),
            );
        }
    }
}

/// Lines that are not what they look like.
fn lines(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    for function in 0..conf.functions().len() {
        for statement in conf.statements(function) {
            match &statement.kind {
                Kind::Assign { name, .. } => {
                    if !statement.sure {
                        let what = "shell code decides whether this is set";
                        found.push(Diagnostic::advice("ltsp-code", source, statement.span, what));
                    }
                    let name_text = source.slice(*name);
                    let text = String::from_utf8_lossy(name_text);
                    if LOCAL.iter().any(|local| local.as_bytes() == name_text) {
                        let what = format!(
                            "LTSP uses {text} itself while it reads the file, and forgets it then"
                        );
                        found.push(
                            Diagnostic::warning("ltsp-reserved-name", source, *name, what)
                                .help("choose another name"),
                        );
                    }
                }
                Kind::Stop { word } => {
                    let what = "this is no name of a variable, and the shell stops here";
                    found.push(Diagnostic::error("ltsp-bad-name", source, *word, what));
                }
                Kind::Code { word, prefix } => {
                    code(conf, statement.span, *word, *prefix, statement.sure, found)
                }
                _ => {}
            }
            if matches!(statement.kind, Kind::Code { .. } | Kind::Assign { .. }) {
                indented_include(source, statement.span, statement.sure, found);
            }
        }
    }
}

/// A command: shell code on purpose, or a setting that went wrong.
fn code(
    conf: &LtspConf,
    span: Span,
    word: Span,
    prefix: Option<Span>,
    sure: bool,
    found: &mut Vec<Diagnostic>,
) {
    let source = conf.source();
    let text = source.slice(word);
    let line = source.whole_line_at(span.start);
    let before = source.slice(Span::new(line.start, span.start));
    let indented = !before.is_empty() && before.iter().all(|byte| b" \t".contains(byte));
    let whole = trim(source, Span::new(span.start, line.end.max(span.start)));
    if let Some(name) = prefix {
        return unquoted(source, span, name, found);
    }
    if text.starts_with(b"[") && text.len() > 1 && text.ends_with(b"]") && indented && sure {
        let what = "a header indented with a TAB is none: this is a command that does not exist";
        let edits = vec![Edit::delete(Span::new(line.start, span.start))];
        found.push(
            Diagnostic::error("ltsp-tab-header", source, word, what)
                .mend("remove the indentation", edits),
        );
        return;
    }
    let name = text.split(|byte| *byte == b'=').next().unwrap_or_default();
    if text.contains(&b'=')
        && !is_variable(name)
        && name.iter().all(|b| super::grammar::is_name(*b))
    {
        let what = "this is no name of a variable, so the line is a command that does not exist";
        found.push(Diagnostic::error("ltsp-bad-name", source, word, what));
        return;
    }
    let assignment = classify(source.slice(whole));
    if indented && is_variable(text) {
        if let Line::Assignment { name, .. } = assignment {
            if name == text.len() {
                let what = format!(
                    "in an indented line blanks around `=` make a command of it: `{}` does not exist",
                    String::from_utf8_lossy(text)
                );
                let edits = vec![Edit::delete(Span::new(line.start, span.start))];
                found.push(
                    Diagnostic::error("ltsp-indented-assignment", source, span, what)
                        .mend("remove the indentation", edits),
                );
                return;
            }
        }
    }
    let what = "shell code: it is run as root by every ltsp command and at each boot; what it does \
                to settings is not known here";
    found.push(Diagnostic::advice("ltsp-code", source, span, what));
}

/// `NAME=two words`: the second is run as a command, and the variable is not set.
fn unquoted(source: &Source, span: Span, name: Span, found: &mut Vec<Diagnostic>) {
    let name_text = String::from_utf8_lossy(source.slice(name)).into_owned();
    let line = trim(source, source.whole_line_at(span.start));
    let what = format!(
        "{name_text} is not set: without quotes only the first word is its value, and the next one \
         is run as a command with it"
    );
    let said = Diagnostic::error("ltsp-unquoted-blank", source, span, what);
    let equals =
        source.slice(line).iter().position(|byte| *byte == b'=').map(|at| line.start + at + 1);
    let start = equals.map(|at| {
        at + source.bytes()[at..line.end].iter().take_while(|byte| **byte == b' ').count()
    });
    let how = "put the value into double quotes";
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -_./:,@%+=^*".contains(byte);
    found.push(match start.map(|start| Span::new(start, line.end)) {
        Some(value)
            if name.start == line.start
                && span.end == line.end
                && source.slice(value).iter().all(plain) =>
        {
            let edits = vec![Edit::insert(value.start, "\""), Edit::insert(value.end, "\"")];
            // `NAME=value command` is good shell, too.
            if param(source.slice(name)).is_some() {
                said.mend(how, edits)
            } else {
                said.suggest(how, edits)
            }
        }
        _ => said.help(how),
    });
}

fn indented_include(source: &Source, span: Span, sure: bool, found: &mut Vec<Diagnostic>) {
    let line = source.whole_line_at(span.start);
    let before = source.slice(Span::new(line.start, span.start));
    if before.is_empty() || !before.iter().all(|byte| b" \t".contains(byte)) || !sure {
        return;
    }
    let text = trim(source, Span::new(span.start, line.end));
    if classify(source.slice(text)) == Line::Include && source.slice(text).starts_with(b"INCLUDE") {
        let what = "an indented INCLUDE includes nothing: it is a variable that nobody reads";
        let edits = vec![Edit::delete(Span::new(line.start, span.start))];
        found.retain(|one| {
            one.place.span != span
                || !(one.code == "ltsp-code" || one.code == "ltsp-indented-assignment")
        });
        found.push(
            Diagnostic::error("ltsp-indented-include", source, span, what)
                .mend("remove the indentation", edits),
        );
    }
}

/// Without blanks and line end behind.
pub(super) fn trim(source: &Source, span: Span) -> Span {
    Span::new(span.start, span.start + source.slice(span).trim_ascii_end().len())
}

/// The literal value at `span`, if it is one.
pub(super) fn literal(conf: &LtspConf, value: Span, code: bool) -> Option<Vec<u8>> {
    match Value::read(conf.source(), value) {
        Value::Literal(text) if !code => Some(text.into_vec()),
        _ => None,
    }
}
