//! From lts.conf of LTSP 5 to ltsp.conf: what stays, what changes, what has no successor.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::convert_rank::Ranks;
use super::params::{Param, param, successor};
use super::secret::to_base64;
use super::{LtspConf, ParamPlace, section_name};
use crate::text::{Bytes, Document, Place, Settings, Source};

/// A section of an lts.conf, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LtsSection {
    /// Its name.
    pub name: Bytes,
    /// Where its header stands.
    pub place: Place,
    /// What it sets.
    pub settings: Vec<LtsSetting>,
}

/// A setting of an lts.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LtsSetting {
    /// Its name.
    pub key: Bytes,
    /// Its value.
    pub value: Bytes,
    /// Where it stands.
    pub place: Place,
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The same name and value.
    Kept,
    /// Another name or spelling, with the same effect.
    Renamed,
    /// It had no effect in lts.conf either, and is left out.
    Unread,
    /// Converted, but what it does is not quite the same: somebody should look.
    Changed,
    /// Nothing does this any more, or not by a setting.
    Gone,
}

/// What became of one section's header or of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Converted {
    /// Where it stands in lts.conf.
    #[serde(flatten)]
    pub place: Place,
    /// The section there.
    pub section: Bytes,
    /// The setting; none for the section itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Bytes>,
    /// What became of it.
    pub verdict: Verdict,
    /// The section and the name in ltsp.conf.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<(Bytes, Bytes)>,
    /// What somebody has to know or do; may be empty.
    pub note: String,
}

/// A new file and how it came about.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The ltsp.conf.
    pub conf: LtspConf,
    /// What became of each section and setting, in the order of lts.conf.
    pub report: Vec<Converted>,
    /// Where lts.conf has a mistake that ends the reading; what stands behind it never counted and
    /// is not converted.
    pub stops_at: Option<Place>,
}

impl Conversion {
    /// What was not converted as it was.
    pub fn open(&self) -> impl Iterator<Item = &Converted> {
        self.report.iter().filter(|one| one.verdict >= Verdict::Changed)
    }
}

const CLIENTS: &[u8] = b"clients";

/// Names of sections that mean something else in ltsp.conf than a client of that name.
const RESERVED: [&[u8]; 6] = [b"clients", b"common", b"server", b"unnamed", b"call", b"list"];

/// Makes an ltsp.conf called `name` of the sections of an lts.conf.
#[must_use]
pub fn from_lts(name: impl Into<std::path::PathBuf>, sections: &[LtsSection]) -> Conversion {
    let mut writer = Writer {
        conf: LtspConf::parse(Source::new(name, Vec::new())),
        ranks: Ranks::new(sections),
        names: sections.iter().map(name_of).collect(),
        rows: sections.iter().map(|_| Vec::new()).collect(),
        gone: HashSet::new(),
    };
    // The first match wins in ltsp.conf, so what has no wildcard comes first.
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|at| {
        let name = &writer.names[*at];
        (name != CLIENTS, super::pattern::is_wild(name))
    });
    writer.guards();
    for section in &order {
        writer.header(*section);
    }
    for section in order {
        writer.settings(section);
    }
    if writer.conf.headers().is_empty() {
        // LTSP refuses a file without any section. There is nothing to be said if this fails, too.
        let _ = writer.conf.add_section(CLIENTS);
    }
    writer.tell_of_ranks();
    writer.tell_of_names();
    Conversion {
        conf: writer.conf,
        report: writer.rows.into_iter().flatten().collect(),
        stops_at: None,
    }
}

/// The section's name in ltsp.conf.
fn name_of(section: &LtsSection) -> Vec<u8> {
    if section.name.eq_ignore_ascii_case(b"default") {
        CLIENTS.to_vec()
    } else {
        section_name(&section.name)
    }
}

struct Writer<'a> {
    conf: LtspConf,
    ranks: Ranks<'a>,
    /// For each section its new name.
    names: Vec<Vec<u8>>,
    /// For each section its row of the report, and those of its settings.
    rows: Vec<Vec<Converted>>,
    /// Sections that are not in the new file.
    gone: HashSet<usize>,
}

/// What becomes of a setting.
struct New<'a> {
    key: String,
    value: Vec<u8>,
    verdict: Verdict,
    note: &'a str,
}

impl<'a> Writer<'a> {
    fn say(
        &mut self,
        section: usize,
        setting: Option<&LtsSetting>,
        verdict: Verdict,
        to: Option<&str>,
        note: impl Into<String>,
    ) {
        let from = &self.ranks.sections[section];
        let row = Converted {
            place: setting.map_or_else(|| from.place.clone(), |setting| setting.place.clone()),
            section: from.name.clone(),
            key: setting.map(|setting| setting.key.clone()),
            verdict,
            to: to.map(|key| (self.names[section].as_slice().into(), key.into())),
            note: note.into(),
        };
        self.rows[section].push(row);
    }

    /// Where settings of two names have one name now, one of them decides where both counted.
    fn tell_of_names(&mut self) {
        let mut names: BTreeMap<Bytes, BTreeSet<Vec<u8>>> = BTreeMap::new();
        let rows = self.rows.iter_mut().flatten();
        let mut rows: Vec<_> = rows.filter(|row| row.key.is_some() && row.to.is_some()).collect();
        for row in &rows {
            if let (Some(key), Some((_, to))) = (&row.key, &row.to) {
                names.entry(to.clone()).or_default().insert(key.to_ascii_uppercase());
            }
        }
        for row in &mut rows {
            let Some((_, to)) = &row.to else { continue };
            // These are put together section by section.
            let joined = matches!(&**to, b"AUTOLOGIN" | b"PASSWORDS_LDM");
            if joined || row.verdict > Verdict::Renamed || names[to].len() < 2 {
                continue;
            }
            let all: Vec<_> = names[to].iter().map(|name| String::from_utf8_lossy(name)).collect();
            row.verdict = Verdict::Changed;
            row.note =
                format!("{} are one setting now, {to}: see which one counts", all.join(" and "));
        }
    }

    /// Empty sections for those that LTSP looks up besides a client's own: it takes the first that
    /// matches, and without these that were a wildcard.
    fn guards(&mut self) {
        for name in [CLIENTS, b"common", b"server"] {
            let written = name == CLIENTS && self.ranks.named(b"default").is_some();
            let caught = |names: &Vec<u8>| {
                super::pattern::is_wild(names) && super::pattern::matches(names, name)
            };
            if !written && self.names.iter().any(caught) {
                // If this fails, so will the wildcard itself, which is told.
                let _ = self.conf.add_section(name);
            }
        }
    }

    fn header(&mut self, section: usize) {
        let (name, from) = (self.names[section].clone(), &self.ranks.sections[section].name);
        let refused = if !self.ranks.counts(section) {
            Some((Verdict::Unread, "lts.conf reads only the first section of a name".to_owned()))
        } else if RESERVED.contains(&&name[..]) && !self.ranks.is_default(section) {
            Some((
                Verdict::Gone,
                "a section of this name is not a client's in ltsp.conf".to_owned(),
            ))
        } else if from.contains(&b'[') || from.contains(&b'\\') {
            let note = "patterns have only * and ? in ltsp.conf; name each, with | between them";
            Some((Verdict::Gone, note.to_owned()))
        } else {
            let added = self.conf.add_section(&name);
            let taken = || "for ltsp.conf it has the same name as another section".to_owned();
            match added {
                Ok(true) => None,
                Ok(false) => Some((Verdict::Gone, taken())),
                Err(error) => Some((Verdict::Gone, error.message())),
            }
        };
        if let Some((verdict, note)) = refused {
            self.gone.insert(section);
            return self.say(section, None, verdict, None, note);
        }
        let catches_all =
            super::pattern::is_wild(&name) && super::pattern::matches(&name, b"init/");
        let (verdict, note) = if catches_all {
            let note = "it matches the names of LTSP's own sections, such as init/, too: should it \
                        not, name the clients more closely, or use [clients]";
            (Verdict::Changed, note)
        } else if name == **from {
            (Verdict::Kept, "")
        } else if name == CLIENTS {
            (Verdict::Renamed, "the section of all clients is [clients] now")
        } else if name.eq_ignore_ascii_case(from) {
            (Verdict::Renamed, "names of sections are lower case")
        } else {
            (Verdict::Changed, "names of sections have only letters, digits and -*./:?@_|")
        };
        self.say(section, None, verdict, Some(""), note);
    }

    fn settings(&mut self, section: usize) {
        let all = &self.ranks.sections[section].settings;
        if self.gone.contains(&section) {
            let verdict = self.rows[section][0].verdict;
            for setting in all {
                self.say(section, Some(setting), verdict, None, "its section is left out");
            }
            return;
        }
        for (at, setting) in all.iter().enumerate() {
            let again = |other: &LtsSetting| setting.key.eq_ignore_ascii_case(&other.key);
            if is(setting, "LIKE") {
                self.like(section, setting);
            } else if all[at + 1..].iter().any(again) {
                let note = "a later line of the section gives it another value";
                self.say(section, Some(setting), Verdict::Unread, None, note);
            } else {
                self.setting(section, setting);
            }
        }
        // A client gets the section of its name only, unless that takes in the wildcard's.
        if let Some(wild) = self.ranks.wildcard_of(section).filter(|one| !self.gone.contains(one)) {
            let name = self.names[wild].clone();
            if let Err(note) = self.include(section, &name) {
                self.rows[section][0].verdict = Verdict::Changed;
                self.rows[section][0].note = note;
            }
        }
    }

    fn setting(&mut self, section: usize, setting: &'a LtsSetting) {
        let key = String::from_utf8_lossy(&setting.key.to_ascii_uppercase()).into_owned();
        match key.as_str() {
            "LDM_PASSWORD" => return self.password(section, setting),
            "LDM_AUTOLOGIN" | "LDM_USERNAME" => return self.autologin(section, setting),
            _ => {}
        }
        let old = successor(key.as_bytes());
        let note = old.map_or("", |old| old.note);
        if setting.value.eq_ignore_ascii_case(b"NONE") {
            return self.none(section, setting, &key);
        }
        let new = |key: &str, value: Vec<u8>, verdict, note| New {
            key: key.to_owned(),
            value,
            verdict,
            note,
        };
        let written = match (key.as_str(), old) {
            ("LDM_SESSION", _) => {
                let line = [b"user-session=", base(&setting.value)].concat();
                new("LIGHTDM_CONF", line, Verdict::Changed, note)
            }
            ("HOSTNAME_BASE", _) => {
                let extra = self.ranks.value(section, "HOSTNAME_EXTRA");
                let mac = extra.is_some_and(|extra| *extra.value == *b"mac");
                let extra: &[u8] = if mac { b"%{MAC}" } else { b"%{IP}" };
                new("HOSTNAME", [&setting.value[..], extra].concat(), Verdict::Changed, note)
            }
            ("USE_LOCAL_SWAP", _) => {
                let on = crate::formats::lts::is_true_in_shell(&setting.value);
                let value: &[u8] = if on { b"1" } else { b"0" };
                new("LOCAL_SWAP", value.to_vec(), Verdict::Renamed, note)
            }
            (_, _) if key.starts_with("RCFILE_") => {
                let code = [b". ", &setting.value[..]].concat();
                let to = key.replacen("RCFILE_", "POST_INIT_", 1);
                new(&to, code, Verdict::Changed, note)
            }
            (_, Some(old)) => match old.by {
                [] => return self.say(section, Some(setting), Verdict::Gone, None, note),
                [by] if old.same && !by.contains('*') => {
                    let verdict = if *by == key { Verdict::Kept } else { Verdict::Renamed };
                    new(by, setting.value.to_vec(), verdict, note)
                }
                // A family of the same name keeps its lines.
                [by] if old.name == *by => {
                    new(&key, setting.value.to_vec(), Verdict::Changed, note)
                }
                _ => {
                    let names = old.by.join(", ").replace('*', "x");
                    let note = format!("set {names} by hand: {note}");
                    return self.say(section, Some(setting), Verdict::Gone, None, note);
                }
            },
            (_, None)
                if param(key.as_bytes())
                    .is_some_and(|param: &Param| param.place != ParamPlace::Server) =>
            {
                new(&key, setting.value.to_vec(), Verdict::Kept, note)
            }
            (_, None) => {
                let note = "no script of LTSP reads it; it is kept for scripts of your own";
                new(&key, setting.value.to_vec(), Verdict::Changed, note)
            }
        };
        self.write(section, setting, written);
    }

    fn write(&mut self, section: usize, setting: &LtsSetting, new: New<'_>) {
        let New { key, value, mut verdict, mut note } = new;
        // Two old names may have one successor; the one that is called so goes before.
        let taken = self.rows[section].iter().position(|row| {
            row.key.is_some() && row.to.as_ref().is_some_and(|(_, to)| to.to_str() == Some(&key))
        });
        if let Some(taken) = taken {
            let already = format!("{key} is written there for another setting already");
            if !is(setting, &key) {
                return self.say(section, Some(setting), Verdict::Gone, None, already);
            }
            let row = &mut self.rows[section][taken];
            (row.verdict, row.to, row.note) = (Verdict::Gone, None, already);
        }
        // What getltscfg printed went through a shell; what is written here does not again.
        if verdict < Verdict::Changed && setting.value.iter().any(|byte| b"$`\\\"".contains(byte)) {
            verdict = Verdict::Changed;
            note =
                "the client's shell took $, ` and \\ in it for more than text; now they are text";
        }
        match self.conf.set(Some(&self.names[section]), key.as_bytes(), &value) {
            Ok(()) => self.say(section, Some(setting), verdict, Some(&key), note),
            Err(error) => self.say(section, Some(setting), Verdict::Gone, None, error.message()),
        }
    }

    /// `NONE` takes away what a weaker section gives.
    fn none(&mut self, section: usize, setting: &LtsSetting, key: &str) {
        let to = match successor(key.as_bytes()) {
            Some(old) if old.same => old.by.first().copied(),
            Some(old) if old.by.first() == Some(&old.name) => Some(key),
            Some(_) => None,
            None => Some(key),
        };
        let Some(to) = to else {
            let note = "it takes away what has no successor of the same meaning";
            return self.say(section, Some(setting), Verdict::Gone, None, note);
        };
        let note = "NONE is written as an empty value, which scripts take for none";
        let (key, value, verdict) = (to.to_owned(), Vec::new(), Verdict::Renamed);
        self.write(section, setting, New { key, value, verdict, note });
    }

    fn like(&mut self, section: usize, setting: &LtsSetting) {
        let Some(target) = self.ranks.named(&setting.value) else {
            let note = "there is no such section";
            return self.say(section, Some(setting), Verdict::Unread, None, note);
        };
        if self.gone.contains(&target) {
            let note = "the section it names is left out";
            return self.say(section, Some(setting), Verdict::Gone, None, note);
        }
        let name = self.names[target].clone();
        match self.include(section, &name) {
            Ok(()) => {
                let note = "it stands first, so that the section's own values win as before";
                self.say(section, Some(setting), Verdict::Renamed, Some("INCLUDE"), note);
            }
            Err(note) => self.say(section, Some(setting), Verdict::Gone, None, note),
        }
    }

    /// Takes a section in before all that this one has: in lts.conf its own values win, and those
    /// of the first LIKE over those of the next.
    fn include(&mut self, section: usize, name: &[u8]) -> Result<(), String> {
        let line = [b"INCLUDE=\"", name, b"\"\n"].concat();
        let function = self.conf.function_named(Some(&self.names[section]));
        let Some(function) = function else { return Err("its section is left out".to_owned()) };
        let at = self.conf.functions()[function].body.start;
        let done = self.conf.edit(&[crate::text::Edit::insert(at, line)]);
        done.map_err(|error| error.message())
    }

    /// Who is logged in depends on two settings, which may stand in two sections.
    fn autologin(&mut self, section: usize, setting: &LtsSetting) {
        let on = self.ranks.value(section, "LDM_AUTOLOGIN");
        let on = on.is_some_and(|on| crate::formats::lts::is_true_in_ldm(&on.value));
        let user = self.ranks.value(section, "LDM_USERNAME").filter(|user| !user.value.is_empty());
        let both = self.ranks.own(section, "LDM_AUTOLOGIN").is_some()
            && self.ranks.own(section, "LDM_USERNAME").is_some();
        let written = match (on, is(setting, "LDM_AUTOLOGIN")) {
            (true, switch) => {
                if switch && both && user.is_some() {
                    let note = "AUTOLOGIN takes the user's name from LDM_USERNAME";
                    let verdict = Verdict::Renamed;
                    return self.say(section, Some(setting), verdict, Some("AUTOLOGIN"), note);
                }
                if both && !switch && user.is_none() {
                    let note = "without a name a client logs in as itself";
                    let verdict = Verdict::Renamed;
                    return self.say(section, Some(setting), verdict, Some("AUTOLOGIN"), note);
                }
                match user {
                    Some(user) if user.value.contains(&b'/') => {
                        let note = "a name with a slash is an expression in AUTOLOGIN";
                        return self.say(section, Some(setting), Verdict::Gone, None, note);
                    }
                    Some(user) => (user.value.to_vec(), "AUTOLOGIN takes the user's name"),
                    // Replaces nothing in front of the host's name by nothing.
                    None => (b"^/".to_vec(), "without a name a client logs in as itself"),
                }
            }
            (false, true) => (Vec::new(), "without a name nobody is logged in"),
            (false, false) => {
                let note = "nobody is logged in automatically; there is no guest button";
                return self.say(section, Some(setting), Verdict::Gone, None, note);
            }
        };
        let (value, note) = written;
        let (key, verdict) = ("AUTOLOGIN".to_owned(), Verdict::Renamed);
        // The row of the other one names AUTOLOGIN, too, but it is this one that writes it.
        match self.conf.set(Some(&self.names[section]), key.as_bytes(), &value) {
            Ok(()) => self.say(section, Some(setting), verdict, Some(&key), note),
            Err(error) => self.say(section, Some(setting), Verdict::Gone, None, error.message()),
        }
    }

    fn password(&mut self, section: usize, setting: &LtsSetting) {
        let user = self.ranks.value(section, "LDM_USERNAME").filter(|user| !user.value.is_empty());
        let Some(user) = user else {
            let note = "without LDM_USERNAME nobody knows whose password it is";
            return self.say(section, Some(setting), Verdict::Gone, None, note);
        };
        let encoded = to_base64(&setting.value);
        if encoded.contains('/') {
            let note = "its base64 has a slash, which PASSWORDS_x cannot hold; choose another";
            return self.say(section, Some(setting), Verdict::Gone, None, note);
        }
        let value = [&user.value[..], b"/", encoded.as_bytes()].concat();
        let (key, verdict) = ("PASSWORDS_LDM".to_owned(), Verdict::Changed);
        let note = "the file is as readable for the whole network as lts.conf was";
        self.write(section, setting, New { key, value, verdict, note });
    }

    /// Marks the settings that a client no longer gets because another section wins now.
    fn tell_of_ranks(&mut self) {
        let written: Vec<Vec<Bytes>> = self
            .rows
            .iter()
            .map(|rows| {
                let of_settings = rows.iter().filter(|row| row.key.is_some());
                let keys = of_settings.filter_map(|row| Some(row.to.as_ref()?.1.clone()));
                keys.filter(|key| **key != *b"INCLUDE").collect()
            })
            .collect();
        let mut told: HashSet<(Bytes, usize, usize)> = HashSet::new();
        for client in self.ranks.clients() {
            let has = |section: usize| written[section].clone();
            for (key, before, now) in self.ranks.differences(&client, &has) {
                if !told.insert((key.clone(), before, now)) {
                    continue;
                }
                let name = |section: usize| format!("[{}]", self.ranks.sections[section].name);
                let whose: Vec<String> = client.now.iter().map(|at| name(*at)).collect();
                let note =
                    format!("a client of {} gets that of {} now", whose.join(" and "), name(now));
                let same = |row: &&mut Converted| {
                    row.key.is_some() && row.to.as_ref().is_some_and(|(_, to)| *to == key)
                };
                for row in self.rows[before].iter_mut().filter(same) {
                    row.verdict = row.verdict.max(Verdict::Changed);
                    let gap = if row.note.is_empty() { "" } else { "; " };
                    row.note.push_str(&format!("{gap}{note}"));
                }
            }
        }
    }
}

fn is(setting: &LtsSetting, name: &str) -> bool {
    setting.key.eq_ignore_ascii_case(name.as_bytes())
}

/// A session's name, of the path of its program.
fn base(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn lts(sections: &[(&str, &[(&str, &str)])]) -> Vec<LtsSection> {
        let place = |line: u64| Place {
            file: std::path::Path::new("/lts.conf").into(),
            line,
            column: 1,
            span: Span::at(usize::try_from(line).unwrap()),
        };
        let mut line = 0;
        sections
            .iter()
            .map(|(name, settings)| {
                line += 1;
                let header = place(line);
                let settings = settings
                    .iter()
                    .map(|(key, value)| {
                        line += 1;
                        LtsSetting {
                            key: (*key).into(),
                            value: (*value).into(),
                            place: place(line),
                        }
                    })
                    .collect();
                LtsSection { name: (*name).into(), place: header, settings }
            })
            .collect()
    }

    #[test]
    fn what_maps_is_mapped_and_everything_is_in_the_report() {
        let sections = lts(&[
            (
                "default",
                &[
                    ("LDM_AUTOLOGIN", "True"),
                    ("LDM_USERNAME", "guest"),
                    ("LDM_PASSWORD", "guest1"),
                    ("SCREEN_07", "ldm"),
                    ("CRONTAB_01", "0 1 * * * poweroff"),
                    ("X_HORZSYNC", "28-87"),
                    ("MY_OWN", "a $b"),
                ],
            ),
            ("PC*", &[("LIKE", "lab"), ("hostname_base", "pc")]),
            ("pc01", &[("USE_LOCAL_SWAP", "True"), ("LDM_SERVER", "a b")]),
            ("lab", &[("RCFILE_01", "/etc/rc.lab")]),
        ]);
        let done = from_lts("/etc/ltsp/ltsp.conf", &sections);
        assert_eq!(
            String::from_utf8_lossy(done.conf.to_bytes()),
            "[clients]\nAUTOLOGIN=\"guest\"\nPASSWORDS_LDM=\"guest/Z3Vlc3Qx\"\n\
             CRONTAB_01=\"0 1 * * * poweroff\"\nX_HORIZSYNC=\"28-87\"\nMY_OWN=\"a \\$b\"\n\n\
             [pc01]\nINCLUDE=\"pc*\"\nLOCAL_SWAP=\"1\"\n\n[lab]\nPOST_INIT_01=\". /etc/rc.lab\"\n\n\
             [pc*]\nINCLUDE=\"lab\"\nHOSTNAME=\"pc%{IP}\"\n"
        );
        let settings: usize = sections.iter().map(|section| section.settings.len()).sum();
        assert_eq!(done.report.len(), sections.len() + settings);
        let verdict = |key: &str| {
            let found = done.report.iter().find(|one| one.key.as_ref().is_some_and(|k| *k == key));
            found.expect(key).verdict
        };
        assert_eq!(verdict("LDM_USERNAME"), Verdict::Renamed);
        assert_eq!(verdict("SCREEN_07"), Verdict::Gone);
        assert_eq!(verdict("CRONTAB_01"), Verdict::Changed);
        assert_eq!(verdict("LDM_SERVER"), Verdict::Gone);
        assert!(done.open().count() >= 5);
    }

    #[test]
    fn what_the_new_file_cannot_hold_is_said() {
        let sections = lts(&[
            ("pc*", &[("SERVER", "a")]),
            ("pc?1", &[("SERVER", "b")]),
            ("pc-1", &[("LDM_PASSWORD", "x")]),
            ("pc_1", &[("LDM_USERNAME", "u"), ("LDM_PASSWORD", "???")]),
        ]);
        let done = from_lts("ltsp.conf", &sections);
        let gone: Vec<_> = done
            .report
            .iter()
            .filter(|one| one.verdict == Verdict::Gone)
            .map(|one| one.section.to_string())
            .collect();
        // A section that is left out takes its settings with it.
        assert_eq!(gone, ["pc?1", "pc?1", "pc-1", "pc_1", "pc_1", "pc_1"]);
    }
}
