//! Labels and menus: what is doubled, missing or not closed.

use std::collections::{HashMap, HashSet};

use super::{Lint, shown};
use crate::formats::pxe::cmdline::KernelCommandLine;
use crate::formats::pxe::directive::{KEY_COUNT, Key};
use crate::formats::pxe::document::{Line, NONE};
use crate::formats::pxe::grammar::first_word;
use crate::text::{Edit, Span, line_end};

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut names: HashMap<&[u8], Span> = HashMap::new();
    for label in 0..lint.conf.labels().len() {
        let at = lint.conf.labels()[label];
        let disabled = lint.conf.lines_of(label).any(|line| line.key == Key::MenuDisable);
        let name = lint.conf.source.slice(at.name);
        if !disabled && !name.is_empty() {
            match names.get(name) {
                Some(first) => {
                    let what = format!(
                        "there is another label {} above: by that name, and as DEFAULT, only the first is booted",
                        shown(name)
                    );
                    let said = lint.warn("pxe-duplicate-label", at.name, what);
                    let said = lint.label(said, *first, "the first one");
                    lint.push(said.help("give it another name"));
                }
                None => {
                    names.insert(name, at.name);
                }
            }
        }
        one(lint, label, disabled);
    }
    menus(lint);
}

fn one(lint: &mut Lint<'_>, label: usize, disabled: bool) {
    let conf = lint.conf;
    let at = conf.labels()[label];
    let mut last: [Option<&Line>; KEY_COUNT] = [None; KEY_COUNT];
    let mut image: Option<&Line> = None;
    let mut ends = disabled;
    for line in conf.lines_of(label) {
        ends |= matches!(
            line.key,
            Key::MenuGoto | Key::MenuExit | Key::MenuQuit | Key::MenuHelp | Key::MenuSeparator
        );
        if line.key.is_image() {
            if let Some(before) = image.replace(line) {
                two_images(lint, before, line);
            }
            continue;
        }
        let single = matches!(
            line.key,
            Key::Append
                | Key::SysAppend
                | Key::Initrd
                | Key::MenuLabel
                | Key::MenuPasswd
                | Key::MenuIndent
        );
        if let Some(before) = last[line.key as usize].replace(line).filter(|_| single) {
            repeated(lint, before, line);
        }
    }
    let named = !at.name.is_empty() && at.first + 1 < at.end;
    if image.is_none() && !ends && (named || !at.name.is_empty()) {
        let name = conf.source.slice(at.name);
        let what = format!(
            "label {} names nothing to boot: pxelinux looks for a file of the label's name",
            shown(name)
        );
        let said = lint.warn("pxe-no-kernel", at.name, what);
        lint.push(
            said.help(
                "add KERNEL with the file's name, LOCALBOOT 0, or MENU DISABLE for a heading",
            ),
        );
    }
    let (Some(initrd), Some(append)) = (last[Key::Initrd as usize], last[Key::Append as usize])
    else {
        return;
    };
    if KernelCommandLine::parse(lint.value(append)).get(b"initrd").is_some() {
        let said = lint.warn(
            "pxe-initrd-twice",
            initrd.keyword,
            "APPEND has an initrd= as well: INITRD adds a second one behind it",
        );
        let said = lint.label(said, append.value, "the first one");
        lint.push(said.help("name all ram disks in one of them, separated by commas"));
    }
}

fn two_images(lint: &mut Lint<'_>, before: &Line, line: &Line) {
    let local = (before.key == Key::LocalBoot) != (line.key == Key::LocalBoot);
    let code = if local { "pxe-localboot-with-kernel" } else { "pxe-repeated" };
    let what = format!(
        "this {} does not count: of several lines that say what to boot the last does, {}",
        before.key.name().to_ascii_uppercase(),
        line.key.name().to_ascii_uppercase()
    );
    let said = lint.warn(code, before.keyword, what);
    let said = lint.label(said, line.keyword, "this one counts");
    lint.push(said.suggest("delete it", vec![Edit::delete(before.span)]));
}

pub(super) fn repeated(lint: &mut Lint<'_>, before: &Line, line: &Line) {
    let name = before.key.name().to_ascii_uppercase();
    let what = format!("this {name} does not count: of several the last does");
    let said = lint.warn("pxe-repeated", before.keyword, what);
    let said = lint.label(said, line.keyword, "this one counts");
    lint.push(said.suggest("delete it", vec![Edit::delete(before.span)]));
}

fn menus(lint: &mut Lint<'_>) {
    let conf = lint.conf;
    // The open menus: where each begins, and its MENU DEFAULT.
    let mut open: Vec<(Option<&Line>, Option<&Line>)> = vec![(None, None)];
    let mut names: HashSet<&[u8]> = HashSet::from([&b".top"[..]]);
    for line in conf.lines() {
        match line.key {
            Key::MenuBegin => {
                names.insert(lint.value(line));
            }
            Key::MenuInclude => {
                names.insert(first_word(lint.value(line)).1);
            }
            _ => {}
        }
    }
    for line in conf.lines() {
        match line.key {
            Key::MenuBegin => open.push((Some(line), None)),
            Key::MenuEnd if open.len() == 1 => {
                let said = lint.warn(
                    "pxe-menu-end-alone",
                    line.keyword,
                    "there is no MENU BEGIN for this MENU END: it ends a label, but no menu",
                );
                lint.push(said.suggest("delete the line", vec![Edit::delete(line.span)]));
            }
            Key::MenuEnd => {
                open.pop();
            }
            Key::MenuDefault if line.label != NONE => {
                let Some((_, default)) = open.last_mut() else { continue };
                if let Some(before) =
                    default.replace(line).filter(|before| before.label != line.label)
                {
                    let said = lint.warn(
                        "pxe-two-menu-defaults",
                        before.keyword,
                        "the menu has another MENU DEFAULT below: of several the last counts",
                    );
                    let said = lint.label(said, line.keyword, "this one counts");
                    lint.push(said.suggest("delete it", vec![Edit::delete(before.span)]));
                }
            }
            Key::MenuGoto | Key::MenuExit if !lint.includes && line.label != NONE => {
                let target = lint.value(line);
                let named = line.key == Key::MenuGoto || (!target.is_empty() && line.depth > 0);
                if named && !names.contains(target) {
                    let what = format!(
                        "there is no menu {}: the entry is shown, but cannot be chosen",
                        shown(target)
                    );
                    let said = lint.warn("pxe-goto-unknown", line.value, what);
                    lint.push(
                        said.help("name the menu as its MENU BEGIN does, or .top; case counts"),
                    );
                }
            }
            _ => {}
        }
    }
    let end = conf.source.bytes().len();
    for (begin, _) in open.iter().skip(1) {
        let Some(begin) = begin else { continue };
        let said = lint.warn(
            "pxe-menu-unclosed",
            begin.keyword,
            "there is no MENU END for this MENU BEGIN: everything below is in the submenu",
        );
        let upper = conf.source.slice(begin.keyword).iter().all(|byte| !byte.is_ascii_lowercase());
        let mut text = Vec::new();
        if !conf.source.bytes().ends_with(b"\n") {
            text.extend_from_slice(line_end(&conf.source));
        }
        text.extend_from_slice(if upper { b"MENU END" } else { b"menu end" });
        text.extend_from_slice(line_end(&conf.source));
        lint.push(said.suggest(
            "end it, at the latest at the end of the file",
            vec![Edit::insert(end, text)],
        ));
    }
}
