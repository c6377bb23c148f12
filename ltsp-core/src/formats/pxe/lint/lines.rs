//! Lines that are wrong by themselves or where they stand.

use super::{Lint, shown};
use crate::formats::pxe::directive::{Key, Scope, Takes};
use crate::formats::pxe::document::{Line, NONE};
use crate::formats::pxe::grammar::{first_word, is_blank, mask, number};
use crate::formats::pxe::menu::SysAppend;
use crate::formats::pxe::{DIRECTIVES, cmdline};
use crate::text::{Edit, Span, did_you_mean};

/// Of how many unknown directives the nearest known one is looked for.
const MOST_GUESSES: usize = 500;

pub(super) fn check(lint: &mut Lint<'_>) {
    let mut guesses = 0;
    let mut seen_label = false;
    for line in lint.conf.lines() {
        seen_label |= line.key == Key::Label;
        match line.key {
            Key::Unknown | Key::UnknownMenu => {
                guesses += 1;
                unknown(lint, line, guesses <= MOST_GUESSES);
            }
            Key::TextHelp | Key::OtherText => text(lint, line),
            Key::Label => label(lint, line),
            _ => {
                place(lint, line, seen_label);
                value(lint, line);
            }
        }
    }
}

fn unknown(lint: &mut Lint<'_>, line: &Line, guess: bool) {
    let word = lint.conf.source.slice(line.keyword);
    if line.keyword.start == 0 && word.starts_with(b"\xef\xbb\xbf") {
        return;
    }
    if word.eq_ignore_ascii_case(b"endtext") {
        let said = lint.warn(
            "pxe-endtext-alone",
            line.keyword,
            "there is no TEXT HELP above this ENDTEXT: it is not read",
        );
        return lint.push(said.suggest("delete the line", vec![Edit::delete(line.span)]));
    }
    let code = "pxe-unknown-directive";
    let what =
        format!("pxelinux knows no directive {}: it skips the line, and says nothing", shown(word));
    let said = lint.warn(code, line.keyword, what);
    let text = String::from_utf8_lossy(word);
    let known = if line.key == Key::UnknownMenu {
        let last = text.rsplit(|c: char| c <= ' ').next().unwrap_or_default();
        let names = DIRECTIVES.iter().filter_map(|one| one.name.strip_prefix("menu "));
        did_you_mean(last, names).filter(|_| guess).map(|name| format!("menu {name}"))
    } else {
        let names = DIRECTIVES.iter().map(|one| one.name).filter(|name| !name.contains(' '));
        did_you_mean(&text, names).filter(|_| guess).map(ToOwned::to_owned)
    };
    lint.push(match known {
        Some(known) => {
            let upper = !word.iter().any(u8::is_ascii_lowercase);
            let name = if upper { known.to_ascii_uppercase() } else { known };
            let edit = Edit::replace(line.keyword, name.clone());
            said.suggest(format!("did you mean {name}?"), vec![edit])
        }
        None if matches!(word, [b'/', b'/', ..] | [b';', ..]) => said.help("comments begin with #"),
        None => said,
    });
}

fn text(lint: &mut Lint<'_>, line: &Line) {
    if !line.closed {
        let said = lint.error(
            "pxe-text-unclosed",
            line.keyword,
            "there is no ENDTEXT: all that follows, to the end of the file, is taken for text",
        );
        lint.push(said.help("put a line ENDTEXT behind the text"));
    }
    if line.key == Key::OtherText {
        let said = lint.warn(
            "pxe-text-kind",
            line.keyword,
            "pxelinux knows only TEXT HELP: it skips everything up to ENDTEXT",
        );
        lint.push(
            said.suggest("make it TEXT HELP", vec![Edit::replace(line.keyword, "text help")]),
        );
    } else if line.label == NONE {
        outside(lint, line);
    }
}

fn label(lint: &mut Lint<'_>, line: &Line) {
    let value = lint.value(line);
    let (name, rest) = first_word(value);
    if name.is_empty() {
        let said = lint.warn(
            "pxe-empty-label",
            line.keyword,
            "the label has no name, so nothing can boot it by name",
        );
        lint.push(said.help("give it a name of one word"));
    } else if !rest.is_empty() {
        let what = format!(
            "a label is one word: pxelinux 6 calls this one {}, older ones take the whole line",
            shown(name)
        );
        let span = Span::new(line.value.end - rest.len(), line.value.end);
        let said = lint.warn("pxe-label-blanks", span, what);
        lint.push(said.help("write the label as one word, and the rest in MENU LABEL"));
    }
}

fn outside(lint: &mut Lint<'_>, line: &Line) {
    let what = format!(
        "no label is open here, so pxelinux does not read this {}",
        line.key.name().to_ascii_uppercase()
    );
    let said = lint.warn("pxe-outside-label", line.keyword, what);
    lint.push(said.help("put it below its LABEL, before MENU SEPARATOR, MENU BEGIN and MENU END"));
}

fn place(lint: &mut Lint<'_>, line: &Line, seen_label: bool) {
    match line.key.scope() {
        Some(Scope::Label) if line.label == NONE => outside(lint, line),
        Some(Scope::LabelOrMenu)
            if line.label == NONE
                && line.depth == 0
                && !matches!(line.key, Key::MenuSave | Key::MenuNoSave) =>
        {
            outside(lint, line);
        }
        Some(Scope::LabelOrGlobal) if line.label == NONE && (seen_label || line.depth > 0) => {
            let what = format!(
                "no label is open here, so this {} is for all labels below that have none of their own",
                line.key.name().to_ascii_uppercase()
            );
            let said = lint.warn("pxe-late-global", line.keyword, what);
            lint.push(said.help("put it below its LABEL, or above the first one"));
        }
        _ => {}
    }
    if line.key == Key::MenuExit && line.label != NONE && line.depth == 0 {
        let said = lint.warn(
            "pxe-exit-outside",
            line.keyword,
            "MENU EXIT does nothing in the outermost menu: the label boots a file of its own name",
        );
        lint.push(said.help("use MENU QUIT to leave the menu"));
    }
    if line.key == Key::Include && !first_word(lint.value(line)).1.is_empty() {
        let said = lint.advise(
            "pxe-include-name",
            line.value,
            "pxelinux 6 takes only the file's name of INCLUDE: what follows makes no submenu",
        );
        let edit = Edit::insert(line.keyword.start, "menu ");
        lint.push(said.suggest("use MENU INCLUDE for a submenu", vec![edit]));
    }
}

fn value(lint: &mut Lint<'_>, line: &Line) {
    let value = lint.value(line);
    let takes = line.key.directive().map_or(Takes::Nothing, |directive| directive.takes);
    match takes {
        Takes::Number | Takes::Tenths => number_value(lint, line, takes),
        Takes::Bits => bits(lint, line),
        Takes::File if value.is_empty() && line.label != NONE => {
            let what = format!("{} names no file", line.key.name().to_ascii_uppercase());
            let said = lint.warn("pxe-empty-value", line.keyword, what);
            lint.push(said.help("say which one"));
        }
        _ => {}
    }
    let passed_on = line.key.is_image()
        || matches!(line.key, Key::Append | Key::Initrd | Key::Default | Key::OnTimeout | Key::Ui);
    if let Some(at) = comment_in(value).filter(|_| passed_on) {
        let span = Span::new(line.value.start + at, line.value.end);
        let said = lint.warn(
            "pxe-comment-in-value",
            span,
            "a comment must have a line of its own: this one is a part of the value",
        );
        lint.push(said.suggest("take it out of the line", vec![Edit::delete(span)]));
    }
    match line.key {
        Key::Append if cmdline::has_open_quote(value) => {
            let said = lint.warn(
                "pxe-open-quote",
                line.value,
                "a quote is not closed: the kernel takes all that follows, also what IPAPPEND adds, for one parameter",
            );
            lint.push(said.help("close the quote"));
        }
        Key::Append if value.len() > 2047 => {
            let what = format!(
                "the command line has {} bytes, but a kernel for PCs reads no more than 2047",
                value.len()
            );
            let said = lint.warn("pxe-long-command-line", line.value, what);
            lint.push(said.help("make it shorter"));
        }
        Key::LocalBoot => {
            let text = first_word(value).0;
            let known = matches!(mask(text).0, 0 | 4 | 5 | u32::MAX);
            if !known {
                let said = lint.advise(
                    "pxe-localboot-type",
                    line.value,
                    "over the network only LOCALBOOT 0, 4, 5 and -1 mean something: numbers of disks are for isolinux",
                );
                let edit = Edit::replace(line.value, "0");
                lint.push(said.suggest(
                    "use 0 for a normal boot from disk, -1 for the next boot device",
                    vec![edit],
                ));
            }
        }
        Key::MenuPasswd | Key::MenuMasterPasswd => password(lint, line),
        _ => {}
    }
}

/// Where a comment behind a value begins, with the blanks before it.
fn comment_in(value: &[u8]) -> Option<usize> {
    let at = value.windows(2).position(|pair| is_blank(pair[0]) && pair[1] == b'#')?;
    let before = value[..at].iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1);
    Some(before)
}

fn number_value(lint: &mut Lint<'_>, line: &Line, takes: Takes) {
    let value = lint.value(line);
    let word = first_word(value).0;
    let digits = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    let read = number(value);
    let name = line.key.name().to_ascii_uppercase();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        let what = format!("{name} takes a number: pxelinux reads {} as {read}", shown(value));
        let span = if value.is_empty() { line.keyword } else { line.value };
        let said = lint.warn("pxe-not-a-number", span, what);
        let yes =
            [&b"yes"[..], b"on", b"true", b"y"].iter().any(|yes| word.eq_ignore_ascii_case(yes));
        lint.push(if yes && takes == Takes::Number && !value.is_empty() {
            said.suggest("write 1", vec![Edit::replace(line.value, "1")])
        } else {
            said.help("write a number, 0 for off")
        });
    } else if takes == Takes::Tenths && (1..20).contains(&read) {
        let span = Span::new(line.value.start, line.value.start + word.len());
        let what = format!(
            "{name} counts tenths of a second: {read} is {}.{} seconds",
            read / 10,
            read % 10
        );
        let said = lint.warn("pxe-short-timeout", span, what);
        let edit = Edit::replace(span, format!("{}", read * 10));
        lint.push(said.suggest(format!("for {read} seconds write {}", read * 10), vec![edit]));
    }
}

fn bits(lint: &mut Lint<'_>, line: &Line) {
    let value = lint.value(line);
    let (read, _) = mask(value);
    let (_, clean) = mask(first_word(value).0);
    let span = if value.is_empty() { line.keyword } else { line.value };
    if !clean {
        let what = format!("IPAPPEND takes a number: pxelinux reads {} as {read}", shown(value));
        let said = lint.warn("pxe-ipappend-bits", span, what);
        lint.push(said.help("write the sum of 1 (ip=), 2 (BOOTIF=), 4 (SYSUUID=), ..."));
    } else if read & !SysAppend::ALL.0 != 0 && read != u32::MAX {
        let what = format!(
            "{read:#x} has bits that mean nothing: those that do are {:#x}",
            SysAppend::ALL.0
        );
        let said = lint.warn("pxe-ipappend-bits", span, what);
        lint.push(said.help("write the sum of 1 (ip=), 2 (BOOTIF=), 4 (SYSUUID=), ..."));
    }
}

/// Says nothing of what the password is.
fn password(lint: &mut Lint<'_>, line: &Line) {
    let value = lint.value(line);
    let hashed = [&b"$1$"[..], b"$4$", b"$5$", b"$6$"].iter().any(|kind| value.starts_with(kind));
    if !hashed && !value.is_empty() {
        let said = lint.warn(
            "pxe-plain-password",
            line.keyword,
            "the password stands in plain text in a file that every machine of the network can fetch",
        );
        lint.push(said.help("write its hash, as `openssl passwd -6` prints it"));
    }
}
