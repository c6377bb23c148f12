//! From lts.conf of LTSP 5 to ltsp.conf: what stays, what changes, what has no successor.

use serde::Serialize;

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

/// Makes an ltsp.conf called `name` of the sections of an lts.conf.
#[must_use]
pub fn from_lts(name: impl Into<std::path::PathBuf>, sections: &[LtsSection]) -> Conversion {
    let mut writer = Writer {
        conf: LtspConf::parse(Source::new(name, Vec::new())),
        report: Vec::new(),
        hidden: Vec::new(),
    };
    // The first match wins in ltsp.conf, so what has no wildcard comes first.
    let mut ordered: Vec<(&LtsSection, Vec<u8>)> =
        sections.iter().map(|section| (section, name_of(section))).collect();
    ordered.sort_by_key(|(_, name)| (name != CLIENTS, super::pattern::is_wild(name)));
    for (section, name) in &ordered {
        writer.section(section, name);
    }
    // Places of lts.conf lie in that order.
    writer.report.sort_by(|a, b| a.place.cmp(&b.place));
    Conversion { conf: writer.conf, report: writer.report, stops_at: None }
}

fn name_of(section: &LtsSection) -> Vec<u8> {
    if section.name.eq_ignore_ascii_case(b"default") {
        CLIENTS.to_vec()
    } else {
        section_name(&section.name)
    }
}

struct Writer {
    conf: LtspConf,
    report: Vec<Converted>,
    hidden: Vec<Vec<u8>>,
}

impl Writer {
    fn say(
        &mut self,
        section: &LtsSection,
        setting: Option<&LtsSetting>,
        verdict: Verdict,
        to: Option<(&[u8], &str)>,
        note: impl Into<String>,
    ) {
        self.report.push(Converted {
            place: setting.map_or_else(|| section.place.clone(), |setting| setting.place.clone()),
            section: section.name.clone(),
            key: setting.map(|setting| setting.key.clone()),
            verdict,
            to: to.map(|(section, key)| (section.into(), key.into())),
            note: note.into(),
        });
    }

    fn section(&mut self, section: &LtsSection, name: &[u8]) {
        let exists = self.conf.function_named(Some(name)).is_some();
        let verdict = if exists || self.hidden.contains(&name.to_vec()) {
            let note = "lts.conf reads only the first section of a name; this one is left out";
            self.say(section, None, Verdict::Gone, None, note);
            return;
        } else if *name == *section.name {
            Verdict::Kept
        } else if name == CLIENTS || name.eq_ignore_ascii_case(&section.name) {
            Verdict::Renamed
        } else {
            Verdict::Changed
        };
        if let Err(error) = self.conf.add_section(name) {
            self.hidden.push(name.to_vec());
            self.say(section, None, Verdict::Gone, None, error.message());
            return;
        }
        let note = match verdict {
            Verdict::Kept => "",
            Verdict::Renamed if name == CLIENTS => "the section of all clients is [clients] now",
            _ => "names of sections are lower case, of letters, digits and -*./:?@_|",
        };
        self.say(section, None, verdict, Some((name, "")), note);
        for setting in &section.settings {
            self.setting(section, name, setting);
        }
    }

    fn setting(&mut self, section: &LtsSection, name: &[u8], setting: &LtsSetting) {
        let key = setting.key.to_ascii_uppercase();
        let key = String::from_utf8_lossy(&key).into_owned();
        if key == "LIKE" {
            return self.like(section, name, setting);
        }
        let new = match key.as_str() {
            "LDM_PASSWORD" => return self.password(section, name, setting),
            "LDM_AUTOLOGIN" if section.settings.iter().any(|other| is(other, "LDM_USERNAME")) => {
                let note = "AUTOLOGIN takes the user's name from LDM_USERNAME";
                return self.say(
                    section,
                    Some(setting),
                    Verdict::Renamed,
                    Some((name, "AUTOLOGIN")),
                    note,
                );
            }
            "LDM_SESSION" => Some((
                "LIGHTDM_CONF".to_owned(),
                [b"user-session=", base(&setting.value)].concat(),
                Verdict::Changed,
            )),
            "HOSTNAME_BASE" => {
                let mac = section.settings.iter().any(|other| {
                    is(other, "HOSTNAME_EXTRA") && other.value.eq_ignore_ascii_case(b"mac")
                });
                let extra: &[u8] = if mac { b"%{MAC}" } else { b"%{IP}" };
                Some((
                    "HOSTNAME".to_owned(),
                    [&setting.value[..], extra].concat(),
                    Verdict::Changed,
                ))
            }
            "USE_LOCAL_SWAP" => {
                let on = setting.value.eq_ignore_ascii_case(b"true")
                    || setting.value.eq_ignore_ascii_case(b"y")
                    || setting.value.eq_ignore_ascii_case(b"yes");
                let value: &[u8] = if on { b"1" } else { b"0" };
                Some(("LOCAL_SWAP".to_owned(), value.to_vec(), Verdict::Renamed))
            }
            _ => {
                if let Some(member) = key.strip_prefix("RCFILE_") {
                    let code = [b". ", &setting.value[..]].concat();
                    Some((format!("POST_INIT_{member}"), code, Verdict::Changed))
                } else {
                    None
                }
            }
        };
        let old = successor(key.as_bytes());
        let note = old.map_or("", |old| old.note);
        let (to, value, verdict) = match (new, old) {
            (Some(new), _) => new,
            (None, Some(old)) => match old.by {
                [] => return self.say(section, Some(setting), Verdict::Gone, None, note),
                [by] if old.same && !by.contains('*') => {
                    let verdict = if *by == key { Verdict::Kept } else { Verdict::Renamed };
                    ((*by).to_owned(), setting.value.to_vec(), verdict)
                }
                // A family of the same name keeps its lines.
                [by] if old.name == *by => (key.clone(), setting.value.to_vec(), Verdict::Changed),
                _ => {
                    let names = old.by.join(", ").replace('*', "x");
                    let note = format!("set {names} by hand: {note}");
                    return self.say(section, Some(setting), Verdict::Gone, None, note);
                }
            },
            (None, None)
                if param(key.as_bytes())
                    .is_some_and(|param: &Param| param.place != ParamPlace::Server) =>
            {
                (key.clone(), setting.value.to_vec(), Verdict::Kept)
            }
            (None, None) => {
                let note = "no script of LTSP reads it; it is kept for scripts of your own";
                let (value, verdict) = (setting.value.to_vec(), Verdict::Changed);
                return self.write(section, name, setting, &key, &value, verdict, note);
            }
        };
        self.write(section, name, setting, &to, &value, verdict, note);
    }

    #[allow(clippy::too_many_arguments, reason = "one row of the report")]
    fn write(
        &mut self,
        section: &LtsSection,
        name: &[u8],
        setting: &LtsSetting,
        to: &str,
        value: &[u8],
        verdict: Verdict,
        note: &str,
    ) {
        // What getltscfg printed went through a shell; what is written here does not again.
        match self.conf.set(Some(name), to.as_bytes(), value) {
            Ok(()) => self.say(section, Some(setting), verdict, Some((name, to)), note),
            Err(error) => self.say(section, Some(setting), Verdict::Gone, None, error.message()),
        }
    }

    fn like(&mut self, section: &LtsSection, name: &[u8], setting: &LtsSetting) {
        let target = section_name(&setting.value);
        let target = if target == b"default" { CLIENTS.to_vec() } else { target };
        let line = [b"INCLUDE=\"", &target[..], b"\"\n"].concat();
        let Some(function) = self.conf.function_named(Some(name)) else { return };
        // In lts.conf a section's own values win over those it takes from elsewhere.
        let at = self.conf.functions()[function].body.start;
        let done = if target.is_empty() {
            Err("the section it names cannot be written".to_owned())
        } else {
            self.conf.edit(&[crate::text::Edit::insert(at, line)]).map_err(|error| error.message())
        };
        match done {
            Ok(()) => {
                let note = "it stands first, so that the section's own values win as before";
                self.say(section, Some(setting), Verdict::Renamed, Some((name, "INCLUDE")), note);
            }
            Err(note) => self.say(section, Some(setting), Verdict::Gone, None, note),
        }
    }

    fn password(&mut self, section: &LtsSection, name: &[u8], setting: &LtsSetting) {
        let user = section.settings.iter().find(|other| is(other, "LDM_USERNAME"));
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
        let note = "the file is as readable for the whole network as lts.conf was";
        self.write(section, name, setting, "PASSWORDS_LDM", &value, Verdict::Changed, note);
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
             [pc01]\nLOCAL_SWAP=\"1\"\n\n[lab]\nPOST_INIT_01=\". /etc/rc.lab\"\n\n\
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
        assert_eq!(gone, ["pc?1", "pc-1", "pc_1"]);
    }
}
