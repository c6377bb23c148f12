//! What is wrong with the settings of LTSP 5's tools.

use std::collections::HashSet;

use super::document::ShellConf;
use super::lexer::name;
use super::params::{Kind, Param, Tool, is_true};
use super::parser::{self, Assign};
use crate::text::{Bytes, Diagnostic, Document as _, Edit, Source, Span, did_you_mean};

/// An assignment that counts, with its value if that is known.
struct Given<'a> {
    name: &'a str,
    value: Option<&'a [u8]>,
    assign: Assign,
}

pub(super) fn check(conf: &ShellConf, found: &mut Vec<Diagnostic>) {
    let Some(tool) = conf.tool() else { return };
    let source = conf.source();
    let given = given(conf);
    unknown(source, tool, &given, found);
    for setting in &given {
        if let Some(param) = tool.params().iter().find(|param| param.name == setting.name) {
            value(source, tool, param, setting, found);
        }
    }
    match tool {
        Tool::LtspUpdateImage => update_image(source, &given, found),
        Tool::UpdateKernels => update_kernels(source, &given, found),
        Tool::LtspChroot => {
            let root = set(&given, "ROOT");
            for name in ["BASE", "ARCH"] {
                if let (Some(root), Some(other)) = (root, set(&given, name)) {
                    let said = format!("{name} does not count beside ROOT");
                    found.push(
                        Diagnostic::warning("shell-root-wins", source, other.assign.name, said)
                            .label(source, root.assign.name, "here"),
                    );
                }
            }
        }
        _ => {}
    }
}

/// The last assignment of each variable that is carried out in any case.
fn given(conf: &ShellConf) -> Vec<Given<'_>> {
    let source = conf.source();
    let values: std::collections::HashMap<&[u8], _> = conf
        .variables()
        .iter()
        .map(|variable| (&*variable.name, variable.value.as_deref()))
        .collect();
    let mut seen = HashSet::new();
    let mut given = Vec::new();
    for command in conf.parsed().commands.iter().rev() {
        let plain = matches!(command.kind, parser::Kind::Assign | parser::Kind::Export);
        if !plain || !command.read || command.condition.is_some() {
            continue;
        }
        for assign in conf.parsed().assigns(command).iter().rev() {
            let bytes = source.slice(assign.name);
            if let (true, Ok(name)) = (seen.insert(bytes), std::str::from_utf8(bytes)) {
                let value = values.get(bytes).copied().flatten();
                given.push(Given { name, value, assign: *assign });
            }
        }
    }
    given.reverse();
    given
}

fn set<'a>(given: &'a [Given<'a>], name: &str) -> Option<&'a Given<'a>> {
    given.iter().find(|setting| setting.name == name && setting.value != Some(b""))
}

fn unknown(source: &Source, tool: Tool, given: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    // A variable that the file itself uses has a use.
    let mut used: HashSet<&[u8]> = HashSet::new();
    for (at, byte) in source.bytes().iter().enumerate() {
        if *byte == b'$' {
            let rest = &source.bytes()[at + 1..];
            if let Ok((_, name)) = name(rest.strip_prefix(b"{").unwrap_or(rest)) {
                used.insert(name);
            }
        }
    }
    for setting in given {
        let known = tool.params().iter().any(|param| param.name == setting.name);
        let of_environment = ["PATH", "LANG", "LC_ALL", "TMPDIR", "http_proxy", "https_proxy"];
        let own_cmdline = tool == Tool::UpdateKernels && setting.name.starts_with("CMDLINE_");
        if known
            || own_cmdline
            || used.contains(setting.name.as_bytes())
            || of_environment.contains(&setting.name)
        {
            continue;
        }
        let span = setting.assign.name;
        if tool == Tool::LtspUpdateImage && setting.name == "NO_COMP" {
            let said = "NO_COMP is no longer read; the setting is called NO_COMPRESS";
            found.push(
                Diagnostic::warning("shell-obsolete", source, span, said)
                    .suggest("rename it", vec![Edit::replace(span, "NO_COMPRESS")]),
            );
            continue;
        }
        let known = tool.params().iter().map(|param| param.name);
        match did_you_mean(setting.name, known) {
            Some(meant) => found.push(
                Diagnostic::warning(
                    "shell-unknown-name",
                    source,
                    span,
                    format!("{} does not read {}", tool.name(), setting.name),
                )
                .suggest(format!("did you mean {meant}?"), vec![Edit::replace(span, meant)]),
            ),
            None => {
                let said = format!("{} is no setting of {}", setting.name, tool.name());
                found.push(Diagnostic::advice("shell-unknown-name", source, span, said));
            }
        }
    }
}

fn value(
    source: &Source,
    tool: Tool,
    param: &Param,
    setting: &Given<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(value) = setting.value.filter(|value| !value.is_empty()) else { return };
    let span = setting.assign.value;
    let shown = Bytes::from(value);
    match param.kind {
        Kind::Bool => {
            let no =
                ["false", "n", "no"].iter().any(|no| value.eq_ignore_ascii_case(no.as_bytes()));
            if !is_true(value) && !no {
                let said = format!(
                    "LTSP takes only `true`, `y` and `yes` for true, so that `{shown}` may count as false"
                );
                found.push(
                    Diagnostic::warning("shell-bool", source, span, said)
                        .help("write `true` or `false`"),
                );
            }
        }
        Kind::Number if !value.iter().all(u8::is_ascii_digit) => {
            let said = format!("{} is a whole number, not `{shown}`", param.name);
            found.push(Diagnostic::warning("shell-number", source, span, said));
        }
        Kind::OneOf(words) if !words.iter().any(|word| word.as_bytes() == value) => {
            let said = format!("{} is one of {}, not `{shown}`", param.name, words.join(", "));
            found.push(Diagnostic::warning("shell-choice", source, span, said));
        }
        Kind::List if value.contains(&b' ') => {
            let said = format!("{} is a list with commas and without blanks", param.name);
            let commas = value.split(|byte| b" ,".contains(byte)).filter(|part| !part.is_empty());
            let joined = commas.collect::<Vec<_>>().join(&b',');
            let text = super::quote::quote(&joined, super::quote::Style::Double);
            found.push(
                Diagnostic::warning("shell-list", source, span, said)
                    .suggest("put commas between the words", vec![Edit::replace(span, text)]),
            );
        }
        _ => {}
    }
    if tool == Tool::LtspBuildClient && param.name == "ROOTPASS" {
        let said = "everybody who can read this file learns the password of root in the chroot";
        found.push(
            Diagnostic::advice("shell-secret", source, setting.assign.name, said)
                .help("let only root read the file"),
        );
    }
}

fn update_image(source: &Source, given: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    let Some(exclude) = set(given, "EXCLUDE") else { return };
    let span = exclude.assign.value;
    if let Some(value) = exclude.value {
        if value.iter().any(|byte| b" \t\n,".contains(byte)) {
            let said = "EXCLUDE is one pattern, not a list: mksquashfs looks for a name with these \
                        blanks or commas, and nothing is left out";
            found.push(
                Diagnostic::warning("shell-exclude-list", source, span, said)
                    .help("write the patterns into /etc/ltsp/ltsp-update-image.excludes"),
            );
        }
        if [&b"/"[..], b"./", b"../"].iter().any(|prefix| value.starts_with(prefix)) {
            let said = "mksquashfs stops at a pattern that begins with `/`, `./` or `../`: no \
                        image is built";
            found.push(
                Diagnostic::error("shell-exclude-rooted", source, span, said)
                    .help("write it relative to the root of the image"),
            );
        }
    }
    for name in ["COMPRESSION", "NO_COMPRESS"] {
        let Some(other) = set(given, name) else { continue };
        if name == "NO_COMPRESS" && other.value.is_some_and(|value| !is_true(value)) {
            continue;
        }
        let said = format!(
            "beside EXCLUDE, {name} does not count: mksquashfs takes its options for patterns, and \
             compresses with gzip"
        );
        found.push(
            Diagnostic::warning("shell-exclude-swallows", source, other.assign.name, said)
                .label(source, exclude.assign.name, "here")
                .help("write the pattern into /etc/ltsp/ltsp-update-image.excludes"),
        );
    }
}

fn update_kernels(source: &Source, given: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    let number = |setting: &Given<'_>| -> Option<u64> {
        std::str::from_utf8(setting.value?).ok()?.parse().ok()
    };
    let value_of = |setting: &Given<'_>| -> Span { setting.assign.value };
    if let Some(timeout) = set(given, "TIMEOUT") {
        if let Some(tenths @ 1..10) = number(timeout) {
            let said = format!("TIMEOUT is in tenths of a second: this is 0.{tenths} s");
            let text = format!("{}", tenths * 10);
            found.push(
                Diagnostic::warning("shell-timeout", source, value_of(timeout), said).suggest(
                    format!("write {text} for {tenths} s"),
                    vec![Edit::replace(value_of(timeout), text)],
                ),
            );
        }
        if let Some(tenths @ 1000..) = number(timeout) {
            let said = format!("TIMEOUT is in tenths of a second: this is {} s", tenths / 10);
            found.push(Diagnostic::advice("shell-timeout", source, value_of(timeout), said));
        }
    }
    if let Some(default) = set(given, "PXELINUX_DEFAULT") {
        let label = default.value.filter(|value| value.starts_with(b"ltsp"));
        let first = set(given, "BOOT_METHODS").and_then(|methods| {
            let value = methods.value?;
            value.split(|byte| byte.is_ascii_whitespace()).find(|method| !method.is_empty())
        });
        let by_method = first.map(|method| [b"ltsp-", method].concat());
        if let (Some(label), None) = (label, set(given, "ONTIMEOUT")) {
            if by_method.as_deref() != Some(label) {
                let said = "without ONTIMEOUT a client that nobody attends still boots the first \
                            of BOOT_METHODS, not this label";
                let text = [b"\nONTIMEOUT=", source.slice(value_of(default))].concat();
                let end = value_of(default).end;
                let line = source.whole_line_at(end);
                let last = source.slice(Span::new(end, line.end)).trim_ascii().is_empty();
                let diagnostic =
                    Diagnostic::warning("shell-no-ontimeout", source, default.assign.name, said);
                found.push(if last {
                    diagnostic.suggest("set ONTIMEOUT too", vec![Edit::insert(end, text)])
                } else {
                    diagnostic.help("set ONTIMEOUT too")
                });
            }
        }
    }
    if let Some(append) = set(given, "IPAPPEND") {
        let said = match number(append) {
            Some(0) => "with 0 the client's kernel learns neither its address nor its network card",
            Some(1) => {
                "with 1 the client's kernel does not learn which network card it booted from"
            }
            Some(8..) | None => "IPAPPEND is the sum of 1 (ip=), 2 (BOOTIF=) and 4 (SYSUUID=)",
            Some(_) => "",
        };
        if !said.is_empty() {
            found.push(
                Diagnostic::warning("shell-ipappend", source, value_of(append), said)
                    .suggest("write 3", vec![Edit::replace(value_of(append), "3")]),
            );
        }
    }
    if let Some(options) = set(given, "BOOTPROMPT_OPTS") {
        let said = "BOOTPROMPT_OPTS is overwritten by the tool; only old versions read it";
        found.push(
            Diagnostic::warning("shell-overwritten", source, options.assign.name, said)
                .help("use CMDLINE_LINUX_DEFAULT"),
        );
    }
    if let Some(methods) = set(given, "BOOT_METHODS") {
        for method in methods.value.unwrap_or_default().split(u8::is_ascii_whitespace) {
            let own = [b"CMDLINE_", method].concat();
            let known = [&b""[..], b"NBD", b"NFS", b"AOE"].contains(&method)
                || given.iter().any(|setting| setting.name.as_bytes() == own);
            if !known {
                let said = format!(
                    "`{}` is no way to boot that update-kernels knows, and {} is not set here",
                    Bytes::from(method),
                    Bytes::from(own)
                );
                found.push(Diagnostic::warning(
                    "shell-boot-method",
                    source,
                    value_of(methods),
                    said,
                ));
            }
        }
    }
}
