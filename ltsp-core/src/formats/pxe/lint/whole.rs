//! What concerns the configuration as a whole: what is booted, when, and who may change it.

use std::collections::HashMap;

use super::{Lint, labels, shown};
use crate::formats::pxe::boot::is_menu_program;
use crate::formats::pxe::directive::{KEY_COUNT, Key, Scope};
use crate::formats::pxe::document::{Line, is_global};
use crate::formats::pxe::grammar::{first_word, number};
use crate::text::{Edit, Span};

pub(super) fn check(lint: &mut Lint<'_>) {
    repeated(lint);
    for key in [Key::Default, Key::OnTimeout] {
        if let Some(line) = lint.conf.global(key).copied() {
            names_label(lint, &line);
        }
    }
    menu_program(lint);
    timeout(lint);
    passwords(lint);
    if lint.conf.generated_by_ltsp() {
        let first = lint.conf.source.line(1).unwrap_or_default();
        let said = lint.advise(
            "pxe-generated-by-ltsp",
            first,
            "LTSP's update-kernels writes this file: changes are lost when it, or ltsp-update-kernels, runs next",
        );
        lint.push(said.help(
            "set PXELINUX_DEFAULT and ONTIMEOUT (or BOOT_METHODS) in /etc/ltsp/update-kernels.conf of the client's system and run update-kernels there, or write a file for the machine (01-...)",
        ));
    }
}

fn repeated(lint: &mut Lint<'_>) {
    let mut last: [Option<&Line>; KEY_COUNT] = [None; KEY_COUNT];
    let conf = lint.conf;
    for line in conf.lines() {
        let whole = matches!(line.key.scope(), Some(Scope::Global | Scope::Menu));
        let several = matches!(
            line.key,
            Key::Say
                | Key::Path
                | Key::Display
                | Key::MenuColor
                | Key::MenuMsgColor
                | Key::MenuHiddenKey
                | Key::MenuStart
        );
        if !whole || several || !is_global(line.key, line.label, line.depth) {
            continue;
        }
        if let Some(before) = last[line.key as usize].replace(line) {
            if conf.source.slice(before.value) != conf.source.slice(line.value) {
                labels::repeated(lint, before, line);
            }
        }
    }
}

/// Whether a word looks like a label's name, and not like a file's.
pub(super) fn could_be_label(word: &[u8]) -> bool {
    !word.is_empty()
        && !is_menu_program(word)
        && !word.iter().any(|byte| matches!(byte, b'/' | b':' | b'.'))
}

fn names_label(lint: &mut Lint<'_>, line: &Line) {
    let conf = lint.conf;
    let value = lint.value(line);
    let (word, _) = first_word(value);
    let name = line.key.name().to_ascii_uppercase();
    let span = Span::new(line.value.start, line.value.start + word.len());
    if word.is_empty() {
        let said = lint.warn("pxe-empty-value", line.keyword, format!("{name} names no label"));
        return lint.push(said.help("say which one"));
    }
    if let Some(label) = conf.label(word) {
        let has =
            |key: Key| conf.lines_of(label).find(|line| line.key == key).map(|line| line.keyword);
        let duplicates =
            || conf.labels().iter().filter(|one| conf.source.slice(one.name) == word).count() > 1;
        if let Some(disabled) = has(Key::MenuDisable).filter(|_| !duplicates()) {
            let what =
                format!("{name} names {}, which is disabled: it cannot be booted", shown(word));
            let said = lint.warn("pxe-disabled-default", span, what);
            let said = lint.label(said, disabled, "here");
            lint.push(said.help("name another label"));
        }
        return;
    }
    if lint.includes || !could_be_label(word) {
        return;
    }
    let said = lint.warn(
        "pxe-no-such-label",
        span,
        format!(
            "{name} names {}, but there is no such label: pxelinux looks for a file of that name",
            shown(word)
        ),
    );
    let mut other_case = conf
        .labels()
        .iter()
        .map(|label| conf.source.slice(label.name))
        .filter(|label| label.eq_ignore_ascii_case(word));
    let cased = other_case.next().filter(|first| other_case.all(|other| other == *first));
    lint.push(match cased {
        Some(label) => said.mend(
            format!("write {}: in labels case counts", shown(label)),
            vec![Edit::replace(span, label)],
        ),
        None => match conf.similar_label(word) {
            Some(similar) => said
                .suggest(format!("did you mean {similar:?}?"), vec![Edit::replace(span, similar)]),
            None if conf.labels().is_empty() => said,
            None => said.help("name a label of the file"),
        },
    });
}

fn menu_program(lint: &mut Lint<'_>) {
    let conf = lint.conf;
    let Some(default) = conf.global(Key::Default).copied() else { return };
    let word = first_word(lint.value(&default)).0;
    if !is_menu_program(word) || conf.label(word).is_some() {
        return;
    }
    if let Some(ui) = conf.global(Key::Ui) {
        let said = lint.warn(
            "pxe-default-and-ui",
            default.value,
            "UI shows the menu already: here DEFAULT should name the label that the menu begins at",
        );
        let said = lint.label(said, ui.keyword, "UI goes before DEFAULT");
        return lint
            .push(said.suggest("delete it, or name a label", vec![Edit::delete(default.span)]));
    }
    if let Some(prompt) =
        conf.global(Key::Prompt).copied().filter(|line| number(lint.value(line)) != 0)
    {
        let said = lint.warn(
            "pxe-prompt-before-menu",
            prompt.keyword,
            "with PROMPT 1 the boot: prompt is shown, and the menu only when somebody presses Enter or the time is over",
        );
        let said = lint.label(said, default.value, "the menu");
        let edits = vec![Edit::replace(prompt.value, "0")];
        lint.push(said.suggest("write PROMPT 0, or UI instead of DEFAULT", edits));
    }
}

/// A file that boots its default at once never waits.
fn timeout(lint: &mut Lint<'_>) {
    let conf = lint.conf;
    let Some(line) = conf.global(Key::Timeout).copied() else { return };
    let Some(default) = conf.global(Key::Default).copied() else { return };
    let is_menu =
        |line: &Line| line.key == Key::UnknownMenu || line.key.name().starts_with("menu ");
    let asks = conf.global(Key::Ui).is_some()
        || is_menu_program(first_word(lint.value(&default)).0)
        || conf.global(Key::Prompt).is_some_and(|line| number(lint.value(line)) != 0)
        // Pieces of a menu are included by a file that shows it.
        || conf.lines().iter().any(is_menu);
    if number(lint.value(&line)) > 0 && !asks && !lint.includes {
        let said = lint.advise(
            "pxe-timeout-unused",
            line.keyword,
            "without PROMPT 1 or a menu DEFAULT is booted at once, so nobody waits for TIMEOUT",
        );
        lint.push(said.help("add PROMPT 1, or UI menu.c32"));
    }
}

fn passwords(lint: &mut Lint<'_>) {
    let conf = lint.conf;
    if lint.includes {
        return;
    }
    let first = conf
        .lines()
        .iter()
        .find(|line| matches!(line.key, Key::MenuPasswd | Key::MenuMasterPasswd));
    let Some(first) = first else { return };
    let values: HashMap<u8, i64> = [Key::NoEscape, Key::AllowOptions, Key::Prompt]
        .into_iter()
        .filter_map(|key| Some((key as u8, number(lint.value(conf.global(key)?)))))
        .collect();
    let value = |key: Key, default| values.get(&(key as u8)).copied().unwrap_or(default);
    let mut open = Vec::new();
    if value(Key::NoEscape, 0) == 0 {
        open.push("NOESCAPE 1 (else Shift goes to the prompt)");
    }
    if value(Key::Prompt, 0) != 0 {
        open.push("PROMPT 0");
    }
    let master = conf.lines().iter().any(|line| line.key == Key::MenuMasterPasswd);
    if value(Key::AllowOptions, 1) != 0 && !master {
        open.push("ALLOWOPTIONS 0 or MENU MASTER PASSWD (else Tab and Esc get round it)");
    }
    if !open.is_empty() {
        let said = lint.advise(
            "pxe-password-bypass",
            first.keyword,
            "the password can be got round at the boot: prompt",
        );
        lint.push(said.help(format!("add {}", open.join(", "))));
    }
}
