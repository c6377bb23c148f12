//! The parameters of lts.conf that LTSP 5 and LDM know: names, kinds of values, defaults.
//!
//! Other names are legal: every variable reaches the client's scripts.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

/// Rows of `"NAME" Use Kind, numbers, "default", "note";` below the name of their group.
macro_rules! params {
    (@numbers -) => { Numbers::None };
    (@numbers $first:literal $last:literal) => { Numbers::Between($first, $last) };
    ($( [$group:ident] $(
        $name:literal $place:ident $kind:ident $(($($argument:tt)*))?,
        $first:tt $(..= $last:literal)?, $default:literal, $note:literal;
    )* )*) => {
        pub(super) const PARAMS: &[Param] = &[$( $(
            Param {
                name: $name,
                numbers: params!(@numbers $first $($last)?),
                kind: Kind::$kind $(($($argument)*))?,
                default: $default,
                group: Group::$group,
                place: Use::$place,
                note: $note,
            },
        )* )*];
    };
}

mod display;
mod login;
mod machine;

/// One parameter, or a family of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Param {
    /// Its name. `#` stands for a digit and `##` for two digits, see [`numbers`](Self::numbers);
    /// `*` for anything.
    pub name: &'static str,
    /// Which numbers count.
    pub numbers: Numbers,
    /// What its values are.
    pub kind: Kind,
    /// What counts without it; empty if nothing does.
    pub default: &'static str,
    /// What it has to do with.
    pub group: Group,
    /// Where it occurs.
    pub place: Use,
    /// What else there is to know; often empty.
    pub note: &'static str,
}

impl Param {
    /// Whether a program reads it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.place, Use::Both | Use::Code)
    }

    /// Whether the manual page has it.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        matches!(self.place, Use::Both | Use::Manual)
    }
}

/// The numbers that may stand for `#` or `##` in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Numbers {
    /// There is no number in the name.
    None,
    /// From the first to the last.
    Between(u32, u32),
}

/// Where a parameter occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// In the manual page and in a program.
    Both,
    /// Only in a program.
    Code,
    /// Only in the manual page: it does nothing.
    Manual,
    /// Only in old examples: it does nothing.
    Neither,
}

/// What parameters have to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Group {
    General,
    Swap,
    Services,
    Scripts,
    Localdev,
    Printer,
    Keyboard,
    Touch,
    Sound,
    Xorg,
    Xrandr,
    Screens,
    Ldm,
    Localapps,
    Env,
}

/// What the members of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Anything.
    Text,
    /// Host names or addresses.
    Host,
    /// IP addresses.
    Address,
    /// Paths.
    Path,
}

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Yes or no, see [`is_true_in_shell`](super::is_true_in_shell) and
    /// [`is_true_in_ldm`](super::is_true_in_ldm).
    Bool,
    /// The word `true`, in this case only, or anything else for no.
    True,
    /// A number, from the first to the last.
    Int(u32, u32),
    /// A TCP port.
    Port,
    /// 0 to 100.
    Percent,
    /// A number or two with a hyphen between, or several such with commas.
    Range,
    /// Hour and minute, perhaps seconds.
    Time,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Free text.
    Text,
    /// A path or the name of a program.
    Path,
    /// A host name or an address.
    Host,
    /// Separated by blanks.
    Words(Item),
    /// Separated by commas.
    Commas(Item),
    /// Separated by vertical bars.
    Bars(Item),
    /// A locale's name.
    Locale,
    /// Two texts with a slash between.
    Replacement,
    /// Arguments of a program or of the X server's configuration.
    Arguments,
    /// A command line for the shell.
    ShellLine,
    /// A line of fstab(5).
    FstabLine,
    /// A line of a system's crontab(5).
    CronLine,
    /// A line of hosts(5).
    HostsLine,
}

impl Kind {
    /// Whether runs of blanks mean the same as one blank.
    #[must_use]
    pub fn ignores_blanks(self) -> bool {
        !matches!(self, Self::Text | Self::Path | Self::ShellLine)
    }
}

/// What is known of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The parameter; for `SCREEN_07_LDM_USERNAME` that of `LDM_USERNAME`.
    pub param: &'static Param,
    /// Whether its number is one that is read, written as it is read: `SCREEN_7` is not.
    pub counts: bool,
    /// The screen (1 to 12) it is for, in names such as `SCREEN_07_LDM_USERNAME`.
    pub screen: Option<u8>,
    /// The name that took this one's place.
    pub instead: Option<&'static str>,
}

/// Names that go with a parameter of the table and have no row of their own.
const RELATED: &[&str] = &[
    "INITRD_NAME",
    "KERNEL_DIR",
    "KERNEL_NAME",
    "KIOSKUSER",
    "KIOSK_DAEMON",
    "KIOSK_OPTIONS",
    "KIOSK_WM",
    "LIKE",
    "LTSP_BINDFILES_EXTRA",
    "LTSP_COPY_DIRS_EXTRA",
    "LTSP_RW_DIRS_EXTRA",
    "XINITRC_COMMAND_ON_ERROR",
    "XINITRC_COMMAND_ON_EXIT",
    "XINITRC_ERROR_CODES",
    "XINITRC_PROMPT_ON_ERROR",
    "XINITRC_PROMPT_ON_EXIT",
];

/// Names of LTSP 4 that are still read, and their names now.
pub const ALIASES: &[(&str, &str)] = &[
    ("LOCAL_STORAGE", "LOCALDEV"),
    ("XF86CONFIG_FILE", "X_CONF"),
    ("X_HORIZSYNC", "X_HORZSYNC"),
    ("X_VIDEORAM", "X_VIDEO_RAM"),
];

/// Names that nothing reads, and what to set in their place.
pub const REPLACED: &[(&str, &str)] = &[
    ("LDM_ALLOW_GUEST", "LDM_GUESTLOGIN"),
    ("LDM_ALLOW_USER", "LDM_USER_ALLOW"),
    ("LDM_DEBUG", "LDM_LOGLEVEL"),
    ("NBD_SWAP_SERVER", "NBD_SWAP_HOST"),
    ("X_TOUCH_RTPDELAY", "X_TOUCH_RPTDELAY"),
];

/// Every parameter.
pub fn all() -> impl Iterator<Item = &'static Param> {
    [machine::PARAMS, display::PARAMS, login::PARAMS].into_iter().flatten()
}

static EXACT: LazyLock<HashMap<&'static str, &'static Param>> = LazyLock::new(|| {
    let plain = all().filter(|param| !param.name.contains(['#', '*']));
    plain.map(|param| (param.name, param)).collect()
});

static FAMILIES: LazyLock<Vec<&'static Param>> =
    LazyLock::new(|| all().filter(|param| param.name.contains(['#', '*'])).collect());

/// What is known of a name, whatever its case; `None` if it is a site's own.
#[must_use]
pub fn find(name: &[u8]) -> Option<Known> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_uppercase();
    let known = |param, counts| Known { param, counts, screen: None, instead: None };
    if let Some(param) = EXACT.get(&name[..]).copied() {
        return Some(Known { instead: second(REPLACED, &name), ..known(param, true) });
    }
    if let Some(instead) = second(ALIASES, &name).or_else(|| second(REPLACED, &name)) {
        let param = EXACT.get(instead).copied()?;
        return Some(Known { instead: Some(instead), ..known(param, true) });
    }
    if let Some((screen, variable)) = on_screen(&name) {
        let own = find(variable.as_bytes());
        let param = own.map_or_else(|| family("SCREEN_##_*"), |own| Some(own.param))?;
        return Some(Known {
            screen: Some(screen),
            counts: (1..=12).contains(&screen),
            ..known(param, true)
        });
    }
    // A number that is read wins over one that is not.
    let found = FAMILIES.iter().filter_map(|param| Some((*param, fits(param, &name)?)));
    let (param, counts) = found.max_by_key(|(param, counts)| (*counts, param.name.len()))?;
    Some(known(param, counts))
}

/// Whether a name, though it is not in the table, goes with one that is.
#[must_use]
pub fn is_related(name: &[u8]) -> bool {
    RELATED.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// Names to compare a mistyped one with.
pub(super) fn plain_names() -> impl Iterator<Item = &'static str> {
    let table = all().map(|param| param.name).filter(|name| !name.contains(['#', '*']));
    table.chain(RELATED.iter().copied())
}

/// Names of families to compare a mistyped one with, `#` for each digit.
pub(super) fn family_names() -> impl Iterator<Item = &'static str> {
    all().map(|param| param.name).filter(|name| name.contains('#') && !name.contains('*'))
}

/// Whether the shell takes it for a variable's name.
pub(super) fn is_shell_name(name: &[u8]) -> bool {
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn second(pairs: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    pairs.iter().find(|(first, _)| *first == name).map(|(_, second)| *second)
}

fn family(name: &str) -> Option<&'static Param> {
    FAMILIES.iter().find(|param| param.name == name).copied()
}

/// `SCREEN_07_NAME`, taken apart.
fn on_screen(name: &str) -> Option<(u8, &str)> {
    let rest = name.strip_prefix("SCREEN_")?;
    let (number, variable) = rest.split_once('_')?;
    let two_digits = number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    (two_digits && !variable.is_empty()).then(|| number.parse().ok().map(|n| (n, variable)))?
}

/// Whether the name is of the family; and whether its number is read.
fn fits(param: &Param, name: &str) -> Option<bool> {
    let pattern = param.name;
    let holes: &[char] = &['#', '*'];
    let prefix = &pattern[..pattern.find(holes)?];
    let rest = name.strip_prefix(prefix)?;
    let pattern = &pattern[prefix.len()..];
    let width = pattern.bytes().take_while(|byte| *byte == b'#').count();
    let pattern = &pattern[width..];
    if width == 0 {
        let suffix = pattern.strip_prefix('*')?;
        return (rest.len() > suffix.len() && rest.ends_with(suffix)).then_some(true);
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let tail = match pattern.strip_suffix('*') {
        Some(start) => rest.starts_with(start) && rest.len() > start.len(),
        None => rest == pattern,
    };
    let Numbers::Between(first, last) = param.numbers else { return None };
    let counts =
        digits == width && number.parse().is_ok_and(|number: u32| (first..=last).contains(&number));
    (tail && digits > 0).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_parameter_once() {
        let mut names: Vec<_> = all().map(|param| param.name).collect();
        assert_eq!(names.len(), 198);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 198);
        for (old, new) in ALIASES.iter().chain(REPLACED) {
            assert!(EXACT.contains_key(new), "{old} -> {new}");
        }
        for param in all() {
            let has_number = param.name.contains('#');
            assert_eq!(has_number, param.numbers != Numbers::None, "{}", param.name);
        }
    }

    #[test]
    fn numbered_names_are_found_and_numbers_nobody_reads_are_known_as_such() {
        let of = |name: &str| find(name.as_bytes()).map(|known| (known.param.name, known.counts));
        assert_eq!(of("fstab_1"), Some(("FSTAB_*", true)));
        assert_eq!(of("INIT_COMMAND_MV"), Some(("INIT_COMMAND_*", true)));
        assert_eq!(of("SCREEN_07"), Some(("SCREEN_##", true)));
        assert_eq!(of("SCREEN_7"), Some(("SCREEN_##", false)));
        assert_eq!(of("SCREEN_13"), Some(("SCREEN_##", false)));
        assert_eq!(of("SCREEN_DEFAULT"), Some(("SCREEN_DEFAULT", true)));
        assert_eq!(of("XRANDR_MODE_0"), Some(("XRANDR_MODE_#", true)));
        assert_eq!(of("XRANDR_MODE_9"), Some(("XRANDR_MODE_#", false)));
        assert_eq!(of("PRINTER_0_DEVICE"), Some(("PRINTER_#_DEVICE", true)));
        assert_eq!(of("PRINTER_3_DEVICE"), Some(("PRINTER_#_DEVICE", false)));
        assert_eq!(of("SPEAKER_VOLUME"), Some(("*_VOLUME", true)));
        assert_eq!(of("PCM_VOLUME"), Some(("PCM_VOLUME", true)));
        assert_eq!(of("MENU_ITEM_01"), Some(("MENU_ITEM_##", true)));
        assert_eq!(of("FSTAB_"), None, "there has to be a suffix");
        assert_eq!(of("MY_OWN"), None);
    }

    #[test]
    fn names_for_one_screen_and_old_names_lead_to_the_parameter() {
        let one = find(b"SCREEN_08_LDM_USERNAME").unwrap();
        assert_eq!((one.param.name, one.screen), ("LDM_USERNAME", Some(8)));
        assert_eq!(find(b"SCREEN_08_MINE").unwrap().param.name, "SCREEN_##_*");
        assert_eq!(find(b"X_VIDEORAM").unwrap().instead, Some("X_VIDEO_RAM"));
        let replaced = find(b"LDM_ALLOW_USER").unwrap();
        assert_eq!(replaced.instead, Some("LDM_USER_ALLOW"));
        assert!(!replaced.param.is_read());
    }
}
