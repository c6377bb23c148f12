//! What is wrong with single lines, and with the bytes.

use super::block::{find, script_rules};
use super::document::LimitsConf;
use super::domain::{Domain, Ids};
use super::files::is_read;
use super::grammar::PIECE;
use super::item::{Item, Unit};
use super::rule::{Fields, Flaw, Kind, Statement};
use super::traps;
use super::value::{Number, Value};
use crate::text::{
    Bytes, Diagnostic, Document, Edit, Source, Span, did_you_mean, returns_before_ends,
};

/// Names that are groups nearly everywhere.
const GROUPS: [&str; 16] = [
    "users", "students", "pupils", "teachers", "guests", "staff", "faculty", "wheel", "sudo",
    "adm", "audio", "video", "plugdev", "dialout", "epoptes", "lpadmin",
];

pub(super) fn check(document: &LimitsConf) -> Vec<Diagnostic> {
    let source = document.source();
    let bytes = source.bytes();
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message =
            "the file is UTF-16: a NUL stands behind each character, and pam_limits reads nothing";
        let found = Diagnostic::error("limits-utf16", source, Span::new(0, 2), message);
        return vec![found.help("save it as UTF-8 without byte order mark")];
    }
    let mut found = Vec::new();
    file(source, &mut found);
    markers(source, &mut found);
    let mut long_line_end = 0;
    for fields in document.all_fields() {
        let start = fields.piece.start;
        if start > 0 && bytes[start - 1] != b'\n' {
            if start >= long_line_end {
                let line = source.whole_line_at(start);
                long_line_end = line.end;
                found.push(long_line(source, fields));
            }
            continue;
        }
        line(fields, &mut found);
    }
    found.extend(traps::check(document));
    found.sort_by_key(|diagnostic| diagnostic.place.span);
    found
}

/// What is wrong with the file as a whole.
fn file(source: &Source, found: &mut Vec<Diagnostic>) {
    let bytes = source.bytes();
    let path = source.name();
    let in_limits_d = path.parent().is_some_and(|dir| dir.ends_with("limits.d"));
    let name = path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
    if let (true, Some(name)) = (in_limits_d, name) {
        if !is_read(name) {
            let message = "pam_limits does not read this file: in limits.d it reads those that end in `.conf` and do not begin with a dot";
            let wrong = Diagnostic::error("limits-file-name", source, Span::at(0), message);
            found.push(wrong.help("rename it"));
        }
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let message = "a byte order mark stands before the first line, which pam_limits therefore takes for somebody else's or passes over";
        let wrong = Diagnostic::error("limits-bom", source, Span::new(0, 3), message);
        let edits = vec![Edit::delete(Span::new(0, 3))];
        found.push(wrong.mend("remove the byte order mark", edits));
    }
    let returns = returns_before_ends(source);
    if let Some(first) = returns.first().copied() {
        let message = "lines end as on Windows; pam_limits does not mind, other programs do";
        let told = Diagnostic::advice("limits-crlf", source, first, message);
        let edits = returns.into_iter().map(Edit::delete).collect();
        found.push(told.mend("end every line with a newline alone", edits));
    }
    let mut line_start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = line.iter().position(|byte| matches!(byte, b'#' | 0));
        if let Some(nul) = end.filter(|at| line[*at] == 0) {
            let span = Span::new(line_start + nul, line_start + nul + 1);
            let message = "a NUL ends this line for pam_limits: it does not read what follows";
            let wrong = Diagnostic::error("limits-nul", source, span, message);
            found.push(wrong.help("remove the NUL"));
        }
        line_start += line.len();
    }
}

/// Marker lines of blocks, ours and the script's.
fn markers(source: &Source, found: &mut Vec<Diagnostic>) {
    for broken in find(source).1 {
        let wrong = Diagnostic::error("limits-block", source, broken.span, broken.what);
        found.push(
            wrong.help("mend the marker lines: until then no block of this file can be changed"),
        );
    }
    let Some((mark, last)) = script_rules(source) else { return };
    let behind = &source.bytes()[last.end..];
    if !behind.trim_ascii().is_empty() {
        let message = "the script that wrote this line deletes everything from here to the end of the file when it runs again, what others wrote below its rules included";
        let told = Diagnostic::warning("limits-script-block", source, mark, message);
        found.push(
            told.label(source, source.whole_line_at(last.end), "what would be lost")
                .help("turn its rules into a managed block"),
        );
    }
}

fn long_line(source: &Source, piece: Fields<'_>) -> Diagnostic {
    let message = format!(
        "pam_limits reads {PIECE} bytes of a line at a time and takes what is left for a line of its own, even behind a `#`"
    );
    Diagnostic::error("limits-long-line", source, piece.piece.content(), message)
        .help("break the line, or shorten the comment")
}

fn line(fields: Fields<'_>, found: &mut Vec<Diagnostic>) {
    match fields.read() {
        Err(flaw) => found.extend(flawed(fields, flaw)),
        Ok((domain, Statement::Exempt)) => found.extend(exemption(fields, &domain)),
        Ok((domain, Statement::Set(kind, item, value))) => {
            found.extend(for_nobody(fields, &domain, item));
            found.extend(group_sign(fields, &domain));
            found.extend(trailing(fields));
            // A number that is read otherwise than it looks is no quantity that somebody chose.
            found.extend(number(fields, item).or_else(|| quantity(fields, kind, item, &value)));
        }
    }
}

fn text(bytes: &[u8]) -> Bytes {
    bytes.into()
}

fn flawed(fields: Fields<'_>, flaw: Flaw) -> Option<Diagnostic> {
    let (source, piece) = (fields.source, fields.piece);
    Some(match flaw {
        Flaw::Fields if fields.domain() == b"\xef\xbb\xbf" && piece.count() == 1 => return None,
        Flaw::Fields => {
            let count = match piece.count() {
                1 => "one field".to_owned(),
                count => format!("{count} fields"),
            };
            let message = format!(
                "pam_limits passes this line over: it has {count}, not the four of DOMAIN TYPE ITEM VALUE"
            );
            let wrong = Diagnostic::error("limits-fields", source, piece.content(), message);
            if piece.count() == 3 && fields.kind() == b"-" {
                wrong.help("add a value; or remove the item, if nothing at all shall be limited")
            } else {
                wrong.help("write the fields that are missing, or a `#` before the line")
            }
        }
        Flaw::Range => {
            let domain = text(fields.domain());
            let message =
                format!("pam_limits passes this line over: `{domain}` is no range of ids");
            Diagnostic::error("limits-range", source, piece.field(0), message).help(
                "write 1000:2000, 1000: or :1000, with @ before it for groups; names have no colon",
            )
        }
        Flaw::Item if is_swapped(fields) => {
            let message = "pam_limits passes this line over: the type comes before the item";
            let edits = vec![
                Edit::replace(piece.field(1), fields.item()),
                Edit::replace(piece.field(2), fields.kind()),
            ];
            Diagnostic::error("limits-swapped", source, piece.field(1).to(piece.field(2)), message)
                .mend("exchange the two", edits)
        }
        Flaw::Item => {
            let item = text(fields.item());
            let message = format!("pam_limits passes this line over: there is no item `{item}`");
            let wrong = Diagnostic::error("limits-item", source, piece.field(2), message);
            match Item::similar(&item.text()) {
                Some(name) => wrong.suggest(
                    format!("did you mean `{name}`?"),
                    vec![Edit::replace(piece.field(2), name)],
                ),
                None => wrong.help("`man limits.conf` lists the items"),
            }
        }
        Flaw::Kind => {
            let kind = text(fields.kind());
            let message = format!("pam_limits passes this line over: `{kind}` is no type");
            let wrong = Diagnostic::error("limits-type", source, piece.field(1), message);
            let both = ["both", "all", "*"].iter().any(|word| kind == *word).then_some("-");
            match both.or_else(|| did_you_mean(&kind.text(), ["soft", "hard"])) {
                Some(name) => wrong.suggest(
                    format!("did you mean `{name}`?"),
                    vec![Edit::replace(piece.field(1), name)],
                ),
                None => wrong.help("write soft, hard, or - for both"),
            }
        }
        Flaw::Value => {
            let value = text(fields.value());
            let item = text(fields.item());
            let message =
                format!("pam_limits passes this line over: `{value}` is no value for {item}");
            let help = match Item::of_name(fields.item()).map(Item::unit) {
                Some(Unit::Nice) => "write a number from -20 to 19; this item cannot be unlimited",
                _ => "write a number, or unlimited",
            };
            Diagnostic::error("limits-value", source, piece.field(3), message).help(help)
        }
    })
}

fn is_swapped(fields: Fields<'_>) -> bool {
    Item::of_name(fields.kind()).is_some() && Kind::of_name(fields.item()).is_some()
}

fn exemption(fields: Fields<'_>, domain: &Domain) -> Option<Diagnostic> {
    let (source, piece) = (fields.source, fields.piece);
    match domain {
        Domain::Any | Domain::All | Domain::GroupCount(_) => {
            let message = format!(
                "`{domain} -` exempts nobody: pam_limits looks only for users, @groups and ids here"
            );
            let wrong =
                Diagnostic::error("limits-exempts-nobody", source, piece.content(), message);
            Some(wrong.help("name the user, @group or range of ids"))
        }
        Domain::GidCount(_) => {
            let message = format!(
                "`{domain} -` exempts the *users* of these ids, not the members of the group"
            );
            let wrong =
                Diagnostic::warning("limits-percent-exempt", source, piece.field(0), message);
            Some(wrong.help("write @ for groups, or the ids alone for users"))
        }
        _ if fields.kind() != b"-" => {
            let message = format!(
                "two fields, the second of which begins with `-`, exempt `{domain}` from every limit"
            );
            let wrong = Diagnostic::warning("limits-exempt-word", source, piece.content(), message);
            Some(wrong.help("write `-` alone if that is meant, else the fields that are missing"))
        }
        _ => None,
    }
}

/// Lines that pam_limits takes, and then does nothing with.
fn for_nobody(fields: Fields<'_>, domain: &Domain, item: Item) -> Option<Diagnostic> {
    let (source, piece) = (fields.source, fields.piece);
    let error = |code, message: String| Diagnostic::error(code, source, piece.field(0), message);
    let warning =
        |code, message: String| Diagnostic::warning(code, source, piece.field(0), message);
    match domain {
        Domain::All | Domain::GroupCount(_) | Domain::GidCount(_) if item != Item::Maxlogins => {
            let message = format!(
                "pam_limits ignores this line: `{domain}` is for maxlogins only, not for {item}"
            );
            let wrong = error("limits-percent-item", message);
            Some(match domain {
                Domain::All => {
                    wrong.suggest("write `*`".to_owned(), vec![Edit::replace(piece.field(0), "*")])
                }
                _ => wrong.suggest(
                    "write `@` for the members of a group".to_owned(),
                    vec![Edit::replace(
                        Span::new(piece.field(0).start, piece.field(0).start + 1),
                        "@",
                    )],
                ),
            })
        }
        Domain::GidCount(Ids::From(_) | Ids::Between(..)) => {
            let message =
                format!("pam_limits ignores this line: it supports no range after % (`{domain}`)");
            Some(error("limits-percent-range", message).help("write %:GID or %group"))
        }
        Domain::Group(name) | Domain::GroupCount(name) if name.is_empty() => {
            let message = "this line is for nobody: no group's name follows the sign".to_owned();
            Some(
                error("limits-group-name", message)
                    .help("write the group's name right behind the sign"),
            )
        }
        Domain::Group(name) if name == "root" => {
            let message =
                "this line is not for root: limits of groups are not applied to user id 0"
                    .to_owned();
            let wrong = warning("limits-root-group", message);
            let edits = vec![Edit::replace(piece.field(0), "root")];
            Some(wrong.suggest("write `root` for the user".to_owned(), edits))
        }
        Domain::Uids(ids) | Domain::Gids(ids) | Domain::GidCount(ids) => {
            if let Ids::Between(first, last) = ids {
                if first > last {
                    let message =
                        format!("this line is for nobody: {first} is greater than {last}");
                    return Some(
                        warning("limits-range-empty", message).help("put the lower id first"),
                    );
                }
            }
            let written = fields.domain().iter().filter(|byte| **byte != b'+');
            let read = domain.to_string().into_bytes();
            let plain: Vec<u8> = written.copied().collect();
            (strip_zeros(&plain) != strip_zeros(&read)).then(|| {
                let message = format!("pam_limits cuts ids to 32 bits and reads `{domain}` here");
                warning("limits-id-wraps", message)
                    .help("user and group ids are from 0 to 4294967294")
            })
        }
        _ => None,
    }
}

/// Without the zeros that numbers begin with.
fn strip_zeros(text: &[u8]) -> Vec<u8> {
    let mut plain: Vec<u8> = Vec::with_capacity(text.len());
    for (at, byte) in text.iter().enumerate() {
        let in_number = plain.last().is_some_and(u8::is_ascii_digit);
        let more = text.get(at + 1).is_some_and(u8::is_ascii_digit);
        if *byte != b'0' || in_number || !more {
            plain.push(*byte);
        }
    }
    plain
}

pub(super) fn is_usual_group(name: &Bytes) -> bool {
    GROUPS.iter().any(|group| name == *group)
}

fn group_sign(fields: Fields<'_>, domain: &Domain) -> Option<Diagnostic> {
    let Domain::User(name) = domain else { return None };
    is_usual_group(name).then(|| {
        let message = format!("`{name}` looks like a group, but without `@` it is a user's name");
        let at = fields.piece.field(0).start;
        Diagnostic::warning("limits-group-sign", fields.source, fields.piece.field(0), message)
            .suggest(format!("write `@{name}` for the group"), vec![Edit::insert(at, "@")])
    })
}

fn trailing(fields: Fields<'_>) -> Option<Diagnostic> {
    if fields.piece.count() < 5 {
        return None;
    }
    let rest = fields.piece.field(4);
    let message = "pam_limits ignores what follows the value";
    let told = Diagnostic::warning("limits-trailing", fields.source, rest, message);
    // A longer line would be read in other pieces.
    let fits = fields.piece.span().len() + 2 < PIECE;
    Some(if fits {
        told.mend("write a `#` before the comment", vec![Edit::insert(rest.start, "# ")])
    } else {
        told.help("move the comment to a line of its own")
    })
}

/// Numbers that are read otherwise than they look.
fn number(fields: Fields<'_>, item: Item) -> Option<Diagnostic> {
    let (source, written) = (fields.source, fields.value());
    let span = fields.piece.field(3);
    let warning = |code, message: String| Diagnostic::warning(code, source, span, message);
    if item.unit() == Unit::Switch && !matches!(written, b"0" | b"1") {
        let message =
            format!("pam_limits takes `{}` for 0, whatever lines above say", text(written));
        return Some(warning("limits-switch", message).help("write 0 or 1"));
    }
    let endless = ["-1", "-", "unlimited", "infinity"];
    if matches!(item.unit(), Unit::Path | Unit::Switch)
        || endless.iter().any(|word| written.eq_ignore_ascii_case(word.as_bytes()))
    {
        return None;
    }
    let number = Number::read(written)?;
    if number.len < written.len() {
        let read = text(&written[..number.len]);
        let message = format!("pam_limits reads the digits only: {}", counted(item, &read.text()));
        let told = warning("limits-value-cut", message);
        return Some(match in_kibibytes(item, written) {
            Some(kib) => told.suggest(
                format!("write {kib}, which is that many KiB"),
                vec![Edit::replace(span, kib.to_string())],
            ),
            None => told.help("write the number alone, in the unit of the item"),
        });
    }
    let unsigned = !matches!(item.unit(), Unit::Nice);
    if number.negative && unsigned && number.digits != Some(0) {
        let message = match item {
            Item::Maxlogins | Item::Maxsyslogins => "a negative number is no limit at all",
            _ => "a negative number wraps around to a huge one",
        };
        return Some(
            warning("limits-negative", message.to_owned()).help("write unlimited if that is meant"),
        );
    }
    if number.digits.is_none() {
        let message = "the number is too large for 64 bits; pam_limits takes the largest instead";
        return Some(
            warning("limits-value-huge", message.to_owned())
                .help("write unlimited if that is meant"),
        );
    }
    None
}

/// A number with its unit, for messages.
fn counted(item: Item, number: &str) -> String {
    match item.unit() {
        Unit::Minutes => format!("{number} minutes"),
        Unit::Kibibytes => format!("{number} KiB"),
        Unit::Bytes => format!("{number} bytes"),
        _ => number.to_owned(),
    }
}

/// What `10M` and the like should have been.
fn in_kibibytes(item: Item, written: &[u8]) -> Option<u64> {
    let number = Number::read(written)?;
    let unit = written[number.len..].to_ascii_lowercase();
    let factor = match &unit[..] {
        b"k" | b"kb" | b"kib" => 1,
        b"m" | b"mb" | b"mib" => 1 << 10,
        b"g" | b"gb" | b"gib" => 1 << 20,
        b"t" | b"tb" | b"tib" => 1 << 30,
        _ => return None,
    };
    let fits = item.unit() == Unit::Kibibytes && !number.negative;
    number.digits.filter(|_| fits)?.checked_mul(factor)
}

/// Numbers that hardly anybody means.
fn quantity(fields: Fields<'_>, kind: Kind, item: Item, value: &Value) -> Option<Diagnostic> {
    let (source, span) = (fields.source, fields.piece.field(3));
    let warning = |code, message: String| Diagnostic::warning(code, source, span, message);
    let advice = |code, message: String| Diagnostic::advice(code, source, span, message);
    /// 4 TiB.
    const BYTES: u64 = 1 << 32;
    match (item, value) {
        (Item::Cpu, Value::Number(minutes @ 0..60)) => {
            let message = format!(
                "each process is {} after {minutes} MINUTES of processor time, browsers and the desktop itself too",
                if kind == Kind::Soft { "told to end" } else { "killed" }
            );
            Some(
                warning("limits-cpu-minutes", message)
                    .help("a session of some hours needs several hundred"),
            )
        }
        (Item::As | Item::Data, Value::Number(kib @ 0..65_536)) => {
            let message =
                format!("{kib} KiB is too little for most programs to start: the unit is KiB");
            Some(warning("limits-small", message).help("1 GiB is 1048576"))
        }
        (Item::Fsize, Value::Number(kib @ 0..1024)) => {
            let message = format!(
                "no file can grow beyond {kib} KiB, logs of the session included: the unit is KiB"
            );
            Some(warning("limits-small", message).help("1 GiB is 1048576"))
        }
        (Item::Stack, Value::Number(kib @ 0..256)) => {
            let message = format!("programs fail with a stack of {kib} KiB: the unit is KiB");
            Some(warning("limits-small", message).help("the kernel's default is 8192"))
        }
        (Item::Nofile, Value::Number(files @ 0..64)) => {
            let message = format!("hardly a program starts with {files} open files");
            Some(warning("limits-small", message).help("1024 is usual"))
        }
        (Item::Rss | Item::Locks, _) => {
            let message =
                format!("Linux has not heeded {item} for twenty years: nothing is limited");
            let told = advice("limits-unheeded", message);
            Some(if item == Item::Rss {
                told.help("limit the memory of the session by its cgroup, or with `as`")
            } else {
                told
            })
        }
        (_, Value::Number(kib @ BYTES..)) if item.unit() == Unit::Kibibytes => {
            let message = format!(
                "{kib} KiB are {} TiB: that looks like bytes, but the unit is KiB",
                kib >> 30
            );
            Some(warning("limits-unit-bytes", message).help("divide it by 1024"))
        }
        (Item::Nproc, Value::Number(most @ 1..200)) => {
            let message = format!(
                "all threads of all sessions of the user count: a desktop with a browser needs several hundred, not {most}"
            );
            Some(advice("limits-nproc-low", message).help("1000 and more suit a desktop"))
        }
        (Item::Nofile, Value::Number(files @ 1_048_577..u64::MAX)) => {
            let message = format!(
                "the kernel refuses {files} open files unless the sysctl fs.nr_open is as great, and the limit is then not set at all"
            );
            Some(
                warning("limits-nofile-high", message)
                    .help("write unlimited, which means fs.nr_open"),
            )
        }
        (Item::Nice | Item::Priority, Value::Signed(nice)) if !(-20..=19).contains(nice) => {
            let message =
                format!("{nice} is no nice value; {} is taken instead", (*nice).clamp(-20, 19));
            Some(warning("limits-nice-range", message).help("nice values are from -20 to 19"))
        }
        (Item::Rtprio, Value::Number(most @ 100..)) => {
            let message = format!("real-time priorities end at 99; {most} limits nothing");
            Some(advice("limits-rtprio-range", message))
        }
        (Item::Chroot, Value::Path(path)) if *path != *fields.value() => {
            let message = format!("pam_limits turns the path into lower case: `{path}`");
            Some(
                warning("limits-chroot-case", message)
                    .help("give the directory a name in lower case"),
            )
        }
        _ => None,
    }
}
