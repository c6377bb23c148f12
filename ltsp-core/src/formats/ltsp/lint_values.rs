//! Settings in the wrong section, under the wrong name, with the wrong value.

use std::collections::{HashMap, HashSet};

use super::autologin::{Autologin, evaluate};
use super::grammar::is_name;
use super::lint::literal;
use super::params::{ParamType, Place, param, params, successor};
use super::pattern::is_wild;
use super::scan::{Kind, Statement};
use super::secret::base64;
use super::typed::{list, split_password};
use super::value::Value;
use super::{LtspConf, Param};
use crate::formats::MacAddr;
use crate::text::{Diagnostic, Document, Edit, Span, did_you_mean};

/// Variables that are set when the file is read.
const RUNTIME: [&[u8]; 17] = [
    b"BASE_DIR",
    b"DEVICE",
    b"GATEWAY",
    b"HOME",
    b"HOME_DIR",
    b"HOSTNAME",
    b"IP_ADDRESS",
    b"LANG",
    b"LOGNAME",
    b"MAC_ADDRESS",
    b"PATH",
    b"PWD",
    b"SERVER",
    b"SHELL",
    b"TERM",
    b"TFTP_DIR",
    b"USER",
];

struct Given<'a> {
    function: usize,
    statement: &'a Statement,
    name: &'a [u8],
    name_span: Span,
    value: Span,
    code: bool,
}

pub(super) fn check(conf: &LtspConf, found: &mut Vec<Diagnostic>) {
    let all = given(conf);
    let used = used(conf);
    let mut known: HashSet<&[u8]> = HashSet::new();
    for one in &all {
        name(conf, one, &used, found);
        let value = Value::read(conf.source(), one.value);
        undefined(conf, one, &value, &known, found);
        known.insert(one.name);
        if value == Value::Code && !one.code {
            let what = "only a shell can tell this value, and it does so as root at every ltsp \
                        command and at each boot; it is not known here";
            found.push(Diagnostic::advice("ltsp-code", conf.source(), one.value, what));
        }
        if let Some(text) = literal(conf, one.value, one.code) {
            typed(conf, one, &text, found);
        }
    }
    twice(conf, &all, found);
    overridden(conf, &all, found);
    mountpoints(conf, &all, found);
    host_names(conf, &all, found);
}

fn given(conf: &LtspConf) -> Vec<Given<'_>> {
    conf.assignments()
        .filter_map(|(function, statement, name, value, code)| match statement.kind {
            Kind::Assign { name: name_span, .. } => {
                Some(Given { function, statement, name, name_span, value, code })
            }
            _ => None,
        })
        .collect()
}

/// Names behind a `$` or `%` anywhere in the file.
fn used(conf: &LtspConf) -> HashSet<&[u8]> {
    let bytes = conf.source().bytes();
    let mut names = HashSet::new();
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(byte, b'$' | b'%') {
            let start = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{'));
            let rest = bytes.get(start..).unwrap_or_default();
            names.insert(&rest[..rest.iter().take_while(|byte| is_name(**byte)).count()]);
        }
    }
    names
}

fn section<'a>(conf: &'a LtspConf, one: &Given<'_>) -> &'a [u8] {
    conf.header_of(one.function).map_or(b"", |header| &header.name)
}

fn show(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn name(conf: &LtspConf, one: &Given<'_>, used: &HashSet<&[u8]>, found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    if let Some(param) = param(one.name).filter(|param| param.name != "INCLUDE") {
        return place(conf, one, param, found);
    }
    let Ok(text) = std::str::from_utf8(one.name) else { return };
    let known = params().iter().map(|param| param.name).filter(|name| !name.contains('*'));
    if let Some(old) = successor(one.name) {
        let what = format!("{text} belongs to LTSP 5, and nobody reads it any more");
        let help = match (old.by, old.note) {
            ([], note) => note.to_owned(),
            (names, "") => format!("use {}", names.join(", ").replace('*', "x")),
            (names, note) => format!("use {}; {note}", names.join(", ").replace('*', "x")),
        };
        let said = Diagnostic::warning("ltsp-old-parameter", source, one.name_span, what);
        found.push(said.help(help));
    } else if used.contains(one.name) || text == "INCLUDE" || text.starts_with("section_") {
        // The file's own variable.
    } else if let Some(meant) = did_you_mean(text, known) {
        let what = format!("nobody reads {text}");
        let edits = vec![Edit::replace(one.name_span, meant)];
        found.push(
            Diagnostic::warning("ltsp-unknown-parameter", source, one.name_span, what)
                .suggest(format!("did you mean {meant}?"), edits),
        );
    } else if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        let what = format!("no script of LTSP 23.02 reads {text}, and nothing in this file does");
        found.push(Diagnostic::advice("ltsp-unknown-parameter", source, one.name_span, what));
    }
}

fn place(conf: &LtspConf, one: &Given<'_>, param: &Param, found: &mut Vec<Diagnostic>) {
    let section = section(conf, one);
    let text = show(one.name);
    let single = std::str::from_utf8(section).is_ok_and(|name| {
        name.parse::<std::net::Ipv4Addr>().is_ok()
            || (is_wild(section) && (name.contains(':') || name.contains('.')))
    });
    let what = match (param.place, section) {
        (Place::Server, b"clients") => {
            format!("clients do not read {text}, and the server does not read [clients]")
        }
        (Place::ServerOrMac, b"clients") => format!(
            "{text} is for the boot menu, which the server makes, and it does not read [clients]"
        ),
        (Place::ServerOrMac, _) if single => format!(
            "{text} is for the boot menu, which is made from sections of one whole hardware address"
        ),
        (Place::Client, b"server") => {
            format!("{text} is for clients, and they do not read [server]")
        }
        _ => return,
    };
    let belongs = match param.place {
        Place::Client => "[clients]",
        Place::ServerOrMac => "[server] or the section of a hardware address",
        _ => "[server]",
    };
    found.push(
        Diagnostic::warning("ltsp-wrong-section", conf.source(), one.name_span, what)
            .help(format!("put it into {belongs}")),
    );
}

fn undefined(
    conf: &LtspConf,
    one: &Given<'_>,
    value: &Value,
    known: &HashSet<&[u8]>,
    found: &mut Vec<Diagnostic>,
) {
    for name in value.variables() {
        if !known.contains(&name[..]) && !RUNTIME.contains(&&name[..]) && !name.starts_with(b"_") {
            let what = format!(
                "nothing above gives {name} a value, so it is empty unless the environment of the \
                 command has it"
            );
            found.push(Diagnostic::warning(
                "ltsp-undefined-variable",
                conf.source(),
                one.value,
                what,
            ));
            break;
        }
    }
}

fn typed(conf: &LtspConf, one: &Given<'_>, text: &[u8], found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let Some(param) = param(one.name) else { return };
    let name = show(one.name);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.is_empty() {
        return;
    }
    let mut warn = |code, what: String, help: &str| {
        found.push(Diagnostic::warning(code, source, one.value, what).help(help));
    };
    match param.kind {
        ParamType::Bool if !matches!(text, b"0" | b"1") => {
            warn("ltsp-value", format!("{name} is 0 or 1"), "write 0 or 1");
        }
        ParamType::Number
            if std::str::from_utf8(text).map(str::parse::<i64>).ok().is_none_or(|n| n.is_err()) =>
        {
            warn("ltsp-value", format!("{name} is a number"), "write a whole number");
        }
        ParamType::Passwords => return passwords(conf, one, text, found),
        _ => {}
    }
    match one.name {
        b"AUTOLOGIN"
            if matches!(text, b"0" | b"1" | b"true" | b"yes" | b"True" | b"no" | b"false") =>
        {
            let what = "AUTOLOGIN is a user's name, and nobody is called that".to_owned();
            warn("ltsp-autologin", what, "write the user's name, or from/to");
        }
        b"AUTOLOGIN" => match evaluate(text, b"pc01") {
            Autologin::Literal(_) => {
                let what = "sed refuses this expression, so it is taken for a user's name, and \
                            nobody is logged in"
                    .to_owned();
                warn("ltsp-autologin", what, "write from/to with one slash");
            }
            Autologin::Unknown(why) => {
                found.push(Diagnostic::advice("ltsp-autologin", source, one.value, why));
            }
            _ => {}
        },
        b"HOSTNAME" if text.iter().any(|byte| b" \t\n".contains(byte)) => {
            let what = "a host name ends at its first blank".to_owned();
            warn("ltsp-value", what, "leave the rest out");
        }
        name if (matches!(name, b"DEFAULT_IMAGE" | b"KERNEL_PARAMETERS")
            || name.starts_with(b"IPXE_"))
            && text.iter().any(|byte| b"|&\\\n".contains(byte)) =>
        {
            let what = format!(
                "{} goes through a sed command in which `|`, `&`, `\\` and line ends have a \
                 meaning: the boot menu breaks",
                show(name)
            );
            found.push(Diagnostic::error("ltsp-sed-character", source, one.value, what));
        }
        name if name.starts_with(b"CRONTAB_") => crontab(conf, one, text, found),
        name if name.starts_with(b"FSTAB_") && list(text).count() < 4 => {
            let what =
                "a line of fstab has at least device, directory, type and options".to_owned();
            warn("ltsp-value", what, "write all four");
        }
        _ => {}
    }
}

fn passwords(conf: &LtspConf, one: &Given<'_>, text: &[u8], found: &mut Vec<Diagnostic>) {
    let source = conf.source();
    let name = show(one.name);
    let mut secret = false;
    for word in list(text) {
        let Some((users, password, cut)) = split_password(word) else {
            let what = format!(
                "a word of {name} has no slash between accounts and password, so all of it is taken \
                 for both"
            );
            found.push(
                Diagnostic::error("ltsp-password-separator", source, one.value, what)
                    .help("write account/base64"),
            );
            secret = true;
            continue;
        };
        secret |= !password.is_empty();
        let users = show(users);
        if cut {
            let what = format!(
                "the password of {users} has a slash in its base64: only what stands behind the \
                 last one is taken, and it is wrong"
            );
            found.push(
                Diagnostic::error("ltsp-password-slash", source, one.value, what)
                    .help("choose a password whose base64 has no slash"),
            );
        } else if base64(password).is_none() {
            let what =
                format!("the password of {users} is no base64, so nobody can log in with it");
            found.push(
                Diagnostic::error("ltsp-password-base64", source, one.value, what)
                    .help("run `base64`, type the password, and take what it prints"),
            );
        }
    }
    if secret {
        let what = format!(
            "everybody on the network can read {name}: ltsp initrd packs this file into an image \
             that TFTP serves"
        );
        found.push(
            Diagnostic::warning("ltsp-public-secret", source, one.name_span, what)
                .help("use passwords that protect nothing, for accounts of guests"),
        );
    }
}

/// Lines of cron here have a user, which those of crontab(1) have not.
fn crontab(conf: &LtspConf, one: &Given<'_>, text: &[u8], found: &mut Vec<Diagnostic>) {
    let line = text.split(|byte| *byte == b'\n').find(|line| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#") && !line.contains(&b'=')
    });
    let Some(line) = line else { return };
    let words: Vec<&[u8]> = list(line).collect();
    let times = if line.trim_ascii_start().starts_with(b"@") { 1 } else { 5 };
    let user = words.get(times).copied().unwrap_or_default();
    let name = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && word.iter().all(|b| is_name(*b) || b"-.$".contains(b))
    };
    if words.len() < times + 2 || !name(user) {
        let what = format!(
            "{} has no user between the times and the command, so cron takes the command for one",
            show(one.name)
        );
        found.push(
            Diagnostic::error("ltsp-crontab-user", conf.source(), one.value, what)
                .help("write the user, such as root, behind the times"),
        );
    }
}

/// The same variable twice in a section: the first is lost.
fn twice(conf: &LtspConf, all: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    let mut last: HashMap<(usize, &[u8]), &Given<'_>> = HashMap::new();
    for one in all.iter().filter(|one| one.statement.sure) {
        let Some(first) = last.insert((one.function, one.name), one) else { continue };
        let value = Value::read(conf.source(), one.value);
        let own = Value::read(conf.source(), one.value);
        if value == Value::Code || own.variables().iter().any(|name| name[..] == *one.name) {
            continue;
        }
        let what = format!("{} is set here again, so its first value is lost", show(one.name));
        found.push(
            Diagnostic::warning("ltsp-duplicate-parameter", conf.source(), one.name_span, what)
                .label(conf.source(), first.name_span, "this one is lost")
                .help("write both into one value, or leave one out"),
        );
    }
}

/// What [clients] says, [common] overrides.
fn overridden(conf: &LtspConf, all: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    let function = |name: &[u8]| conf.function(name);
    let (Some(clients), Some(common)) = (function(b"clients"), function(b"common")) else { return };
    let common: HashMap<&[u8], &Given<'_>> =
        all.iter().filter(|one| one.function == common).map(|one| (one.name, one)).collect();
    for one in all.iter().filter(|one| one.function == clients) {
        let Some(other) = common.get(one.name) else { continue };
        let what = format!(
            "[common] is read after [clients] and sets {}, too, so this value is lost",
            show(one.name)
        );
        found.push(
            Diagnostic::warning("ltsp-common-overrides", conf.source(), one.name_span, what)
                .label(conf.source(), other.name_span, "this one counts")
                .help("keep one for the server in [server] and one for clients in [clients]"),
        );
    }
}

/// Mounts on directories that no image has.
fn mountpoints(conf: &LtspConf, all: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    const USUAL: [&[u8]; 16] = [
        b"/",
        b"/boot",
        b"/dev",
        b"/dev/shm",
        b"/home",
        b"/media",
        b"/mnt",
        b"/opt",
        b"/proc",
        b"/run",
        b"/srv",
        b"/sys",
        b"/tmp",
        b"/usr/local",
        b"/var",
        b"/var/tmp",
    ];
    let code: Vec<Vec<u8>> = all
        .iter()
        .filter(|one| one.name.starts_with(b"PRE_") || one.name.starts_with(b"POST_"))
        .map(|one| conf.source().slice(one.value).to_vec())
        .filter(|code| code.windows(5).any(|word| word == b"mkdir"))
        .collect();
    for one in all.iter().filter(|one| one.name.starts_with(b"FSTAB_")) {
        let Some(text) = literal(conf, one.value, one.code) else { continue };
        let mut words = list(&text).skip(1);
        let (Some(directory), kind) = (words.next(), words.next()) else { continue };
        let made =
            code.iter().any(|code| code.windows(directory.len()).any(|window| window == directory));
        let usual = USUAL.contains(&directory) || directory.starts_with(b"/home/");
        if directory.starts_with(b"/") && kind != Some(b"swap") && !usual && !made {
            let what = format!(
                "if the image has no directory {}, it is not mounted; LTSP makes none",
                show(directory)
            );
            found.push(
                Diagnostic::advice("ltsp-mount-point", conf.source(), one.value, what)
                    .help("make it in the image, or with mkdir in a POST_INIT_x"),
            );
        }
    }
}

/// Host names with capitals, whose section is not found.
fn host_names(conf: &LtspConf, all: &[Given<'_>], found: &mut Vec<Diagnostic>) {
    for one in all.iter().filter(|one| one.name == b"HOSTNAME") {
        let Some(text) = literal(conf, one.value, one.code) else { continue };
        let lower = text.to_ascii_lowercase();
        let mac = std::str::from_utf8(&lower).is_ok_and(|name| name.parse::<MacAddr>().is_ok());
        if lower != text && !mac && conf.arms().find(&lower).is_some() {
            let what = format!(
                "names of sections are lower case, so this host does not match [{}]",
                show(&lower)
            );
            found.push(
                Diagnostic::warning("ltsp-uppercase-host", conf.source(), one.value, what)
                    .help("write the name in lower case"),
            );
        }
    }
}
