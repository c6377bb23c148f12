//! What somebody gets: the files as pam_limits computes them.

use serde::Serialize;

use super::document::LimitsConf;
use super::domain::{Domain, Ids};
use super::item::{Item, Unit};
use super::rule::{Fields, Statement};
use super::value::Value;
use crate::text::{Bytes, Entry, Origin, Resolved};

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// Login name.
    pub name: Bytes,
    /// User id.
    pub uid: u32,
    /// Primary group's id.
    pub gid: u32,
    /// Every group that has the user, with its id: the primary one too, if the system knows a group
    /// of that id.
    pub groups: Vec<(Bytes, u32)>,
}

impl Who {
    fn is_root(&self) -> bool {
        self.uid == 0
    }

    fn is_in(&self, group: &[u8]) -> bool {
        self.groups.iter().any(|(name, _)| **name == *group)
    }

    fn group_of(&self, gid: u32) -> Option<&Bytes> {
        self.groups.iter().find(|(_, id)| *id == gid).map(|(name, _)| name)
    }

    /// Whether `@ids` is for them.
    fn has_gid(&self, ids: Ids) -> bool {
        match ids {
            Ids::Exactly(gid) => self.group_of(gid).is_some(),
            _ => ids.contains(self.gid),
        }
    }
}

/// A limit as setrlimit(2) takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// `RLIM_INFINITY`.
    Unlimited,
    /// Seconds for [`Item::Cpu`], bytes for sizes, 20 minus the nice value for [`Item::Nice`], else
    /// a count.
    Most(u64),
    /// What `/proc/sys/fs/nr_open` says; in the place of `Unlimited` for [`Item::Nofile`].
    NrOpen,
}

impl Bound {
    /// The number for setrlimit(2); [`u64::MAX`] is `RLIM_INFINITY`.
    #[must_use]
    pub fn number(self, nr_open: u64) -> u64 {
        match self {
            Self::Unlimited => u64::MAX,
            Self::Most(most) => most,
            Self::NrOpen => nr_open,
        }
    }

    pub(super) fn of(item: Item, value: &Value) -> Self {
        let times = |number: u64, factor: u64| {
            if number >= u64::MAX / factor { u64::MAX } else { number * factor }
        };
        let number = match value {
            Value::Number(number) => match item.unit() {
                Unit::Minutes => times(*number, 60),
                Unit::Kibibytes => times(*number, 1024),
                _ => *number,
            },
            Value::Signed(nice) => u64::from((20 - (*nice).clamp(-20, 19)).unsigned_abs()),
            _ => u64::MAX,
        };
        match number {
            u64::MAX if item == Item::Nofile => Self::NrOpen,
            u64::MAX => Self::Unlimited,
            number => Self::Most(number),
        }
    }

    /// Whether it is certainly the greater.
    pub(super) fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Unlimited, Self::Most(_) | Self::NrOpen) => true,
            (Self::Most(one), Self::Most(other)) => one > other,
            _ => false,
        }
    }
}

/// A value, the line that it comes from, and the lines that it hides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chosen<T> {
    /// The value.
    pub value: T,
    /// As it is written.
    pub written: Bytes,
    /// Its line.
    #[serde(flatten)]
    pub origin: Origin,
    /// Other lines for the same, as they are written, the next in rank first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<(Bytes, Origin)>,
}

/// What the files say about one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The resource.
    pub item: Item,
    /// The soft limit, if a line gives it. It is lowered to the hard one, see [`soft`](Self::soft).
    #[serde(rename = "soft", skip_serializing_if = "Option::is_none")]
    pub soft_rule: Option<Chosen<Bound>>,
    /// The hard limit, if a line gives it.
    #[serde(rename = "hard", skip_serializing_if = "Option::is_none")]
    pub hard_rule: Option<Chosen<Bound>>,
}

impl Limit {
    /// The soft limit as it will be set: a greater one than the files' hard limit is lowered to it.
    /// (If the files give only a soft limit, it is lowered to the hard limit that the session has
    /// anyway: see [`Effective::session`].)
    #[must_use]
    pub fn soft(&self) -> Option<Bound> {
        let soft = self.soft_rule.as_ref()?.value;
        let hard = self.hard();
        Some(hard.filter(|hard| soft.exceeds(*hard)).unwrap_or(soft))
    }

    /// The hard limit.
    #[must_use]
    pub fn hard(&self) -> Option<Bound> {
        Some(self.hard_rule.as_ref()?.value)
    }
}

/// Whose logins are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Counted {
    /// The user's own.
    User,
    /// Those of all members of the group.
    Group(Bytes),
    /// Those of everybody.
    Everybody,
}

/// How many may be logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logins {
    /// A further login is refused if so many are there, as utmp(5) of this machine has it; 0
    /// refuses every one. `None` is no limit.
    pub most: Chosen<Option<u32>>,
    /// Which logins count.
    pub counted: Counted,
}

/// A soft and a hard limit as setrlimit(2) takes them; [`u64::MAX`] is `RLIM_INFINITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Pair {
    pub soft: u64,
    pub hard: u64,
}

/// What a session has where no file says anything.
///
/// pam_limits of Debian and Ubuntu starts from the limits of process 1 (`/proc/1/limits`, with
/// the kernel's defaults instead of some that systemd raises), others from those of the program that logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// By [`Item::resource`].
    pub limits: [Pair; 15],
    /// What `/proc/sys/fs/nr_open` says; 1048576 unless somebody raised it.
    pub nr_open: u64,
}

/// What pam_limits does to a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The line `DOMAIN -` because of which it does nothing at all. Everything else is empty then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Origin>,
    /// The resources that a line is about, in the order of [`Item`].
    pub limits: Vec<Limit>,
    /// How many may be logged in; never for root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logins: Option<Logins>,
    /// The nice value that the session starts with, from -20 to 19.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Chosen<i32>>,
    /// Whether programs can no longer gain privileges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_new_privs: Option<Chosen<bool>>,
    /// The directory that becomes the root; only Debian's pam_limits does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chroot: Option<Chosen<Bytes>>,
}

impl Effective {
    /// What the files say about `item`.
    #[must_use]
    pub fn limit(&self, item: Item) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.item == item)
    }

    /// The limits that the session has then, by [`Item::resource`]; `None` if pam_limits does
    /// nothing ([`exempt`](Self::exempt)), and the session has those of the program that logs in.
    ///
    /// A limit that the kernel refuses (a [`Item::Nofile`] above `nr_open`) is here all the same.
    #[must_use]
    pub fn session(&self, baseline: &Baseline) -> Option<[Pair; 15]> {
        if self.exempt.is_some() {
            return None;
        }
        let mut pairs = baseline.limits;
        for limit in &self.limits {
            let Some(resource) = limit.item.resource() else { continue };
            let pair = &mut pairs[usize::from(resource)];
            let number = |rule: &Chosen<Bound>| rule.value.number(baseline.nr_open);
            pair.soft = limit.soft_rule.as_ref().map_or(pair.soft, number);
            pair.hard = limit.hard_rule.as_ref().map_or(pair.hard, number);
            pair.soft = pair.soft.min(pair.hard);
        }
        Some(pairs)
    }

    /// The same as names (`soft nproc`, `hard nproc`, `maxlogins`) with values as they are written.
    #[must_use]
    pub fn to_resolved(&self) -> Resolved {
        fn entry<T>(key: String, chosen: &Chosen<T>) -> Entry {
            Entry {
                key: key.into(),
                value: Some(chosen.written.clone()),
                origin: chosen.origin.clone(),
                hidden: chosen.hidden.clone(),
            }
        }
        let mut entries = Vec::new();
        for limit in &self.limits {
            entries
                .extend(limit.soft_rule.as_ref().map(|c| entry(format!("soft {}", limit.item), c)));
            entries
                .extend(limit.hard_rule.as_ref().map(|c| entry(format!("hard {}", limit.item), c)));
        }
        entries.extend(self.logins.as_ref().map(|l| entry("maxlogins".to_owned(), &l.most)));
        entries.extend(self.priority.as_ref().map(|c| entry("priority".to_owned(), c)));
        entries.extend(self.no_new_privs.as_ref().map(|c| entry("nonewprivs".to_owned(), c)));
        entries.extend(self.chroot.as_ref().map(|c| entry("chroot".to_owned(), c)));
        Resolved::new(entries)
    }
}

/// What pam_limits does to the session of `who`, if these are its files in the order in which it
/// reads them: limits.conf, then those of limits.d, see [`in_reading_order`](super::in_reading_order).
///
/// The rules, as Linux-PAM 1.5 of Debian and Ubuntu keeps them:
/// * A line for the user's name or id outranks one for a group, `@`, and that outranks `%group`,
///   `%` and `*`, in this order; among lines of one rank the last one counts, wherever it stands.
///   A line `-` that loses one of its two limits sets the other only if it lost the hard one.
/// * `priority`, `nonewprivs` and `chroot` have no ranks: the last line that is for the user counts.
/// * `maxlogins` and `maxsyslogins` share one number; what is counted depends on which of the two
///   names the last line has that is for the user, whether or not its number counts.
/// * `*`, `%` and groups are not for root (user id 0); ranges of ids are, and root's *user id* is
///   looked for in those of groups.
/// * `%` counts only with `maxlogins`.
/// * A line `DOMAIN -` ends it: nothing is set, neither by lines above nor by other files.
#[must_use]
pub fn effective(documents: &[LimitsConf], who: &Who) -> Effective {
    let mut sum = Sum::default();
    for document in documents {
        for number in candidates(document, who) {
            let fields = document.fields(number);
            let Some(domain) = Domain::read(fields.domain()) else { continue };
            if fields.is_exemption() {
                if exempts(&domain, fields.domain(), who) {
                    return Effective {
                        exempt: Some(origin(fields, &domain)),
                        ..Effective::default()
                    };
                }
            } else if fields.piece.count() >= 4 {
                if let Some(rank) = rank(&domain, fields.domain(), who) {
                    sum.add(fields, &domain, rank, who);
                }
            }
        }
    }
    sum.finish(who)
}

/// Numbers of the pieces that can be for them, in the order of the file.
fn candidates(document: &LimitsConf, who: &Who) -> Vec<usize> {
    let mut names: Vec<Vec<u8>> = vec![who.name.to_vec(), b"*".to_vec(), b"%".to_vec()];
    for (group, _) in &who.groups {
        names.push([b"@", &group[..]].concat());
        names.push([b"%", &group[..]].concat());
    }
    names.sort_unstable();
    names.dedup();
    let mut found: Vec<usize> = document.with_ids().to_vec();
    for name in names {
        found.extend(document.with_domain(&name));
    }
    found.sort_unstable();
    found
}

/// Ranks, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    User,
    Group,
    GroupCount,
    All,
    Any,
}

fn rank(domain: &Domain, text: &[u8], who: &Who) -> Option<Rank> {
    if *who.name == *text {
        return Some(Rank::User);
    }
    // Whatever its sign, a range is one of user ids for root: groups are skipped, and it is tried last.
    if let (true, Some(ids)) = (who.is_root(), domain.ids()) {
        return ids.contains(who.uid).then_some(Rank::User);
    }
    let not_root = !who.is_root();
    match domain {
        Domain::User(_) => None,
        Domain::Uids(ids) => ids.contains(who.uid).then_some(Rank::User),
        Domain::Group(name) => (not_root && who.is_in(name)).then_some(Rank::Group),
        Domain::Gids(ids) => who.has_gid(*ids).then_some(Rank::Group),
        Domain::GroupCount(name) => (not_root && who.is_in(name)).then_some(Rank::GroupCount),
        Domain::GidCount(Ids::Exactly(gid)) => who.group_of(*gid).map(|_| Rank::GroupCount),
        Domain::GidCount(_) => None,
        Domain::All => not_root.then_some(Rank::All),
        Domain::Any => not_root.then_some(Rank::Any),
    }
}

/// Whether `DOMAIN -` is for them: groups here are for root too, and ids after `%` are the user's.
fn exempts(domain: &Domain, text: &[u8], who: &Who) -> bool {
    if *who.name == *text {
        return true;
    }
    match domain {
        Domain::Group(name) => who.is_in(name),
        Domain::Gids(ids) => who.has_gid(*ids),
        Domain::Uids(ids) | Domain::GidCount(ids) => ids.contains(who.uid),
        Domain::User(_) | Domain::GroupCount(_) | Domain::Any | Domain::All => false,
    }
}

fn origin(fields: Fields<'_>, domain: &Domain) -> Origin {
    Origin { place: fields.place(), section: None, rule: domain.rule() }
}

/// One line for one value.
#[derive(Clone, Debug)]
struct Said<T> {
    rank: Rank,
    value: T,
    written: Bytes,
    origin: Origin,
}

/// All lines for one value; the last one counts.
#[derive(Clone, Debug)]
struct Slot<T> {
    counts: Option<Said<T>>,
    others: Vec<(Rank, Bytes, Origin)>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { counts: None, others: Vec::new() }
    }
}

impl<T> Slot<T> {
    /// Says whether it counts: unless one of a higher rank does.
    fn add(&mut self, said: Said<T>) -> bool {
        if self.counts.as_ref().is_some_and(|counts| counts.rank < said.rank) {
            self.hide(said);
            return false;
        }
        if let Some(lost) = self.counts.replace(said) {
            self.hide(lost);
        }
        true
    }

    fn hide(&mut self, lost: Said<T>) {
        self.others.push((lost.rank, lost.written, lost.origin));
    }

    fn finish(mut self) -> Option<Chosen<T>> {
        let said = self.counts?;
        // The last line of a rank is the next to count.
        self.others.reverse();
        self.others.sort_by_key(|(rank, ..)| *rank);
        let hidden = self.others.into_iter().map(|(_, written, origin)| (written, origin));
        let Said { value, written, origin, .. } = said;
        Some(Chosen { value, written, origin, hidden: hidden.collect() })
    }
}

/// What was read so far.
#[derive(Default)]
struct Sum {
    soft: [Slot<Bound>; 15],
    hard: [Slot<Bound>; 15],
    logins: Slot<i32>,
    count_everybody: bool,
    /// Of the last `%group` line that is for the user, whatever its item.
    counted_group: Bytes,
    priority: Slot<i32>,
    no_new_privs: Slot<bool>,
    chroot: Slot<Bytes>,
}

impl Sum {
    fn add(&mut self, fields: Fields<'_>, domain: &Domain, rank: Rank, who: &Who) {
        if rank == Rank::GroupCount {
            match domain {
                Domain::GroupCount(name) => self.counted_group = name.clone(),
                Domain::GidCount(Ids::Exactly(gid)) => {
                    self.counted_group = who.group_of(*gid).cloned().unwrap_or_default();
                }
                _ => {}
            }
        }
        // Even a line with a wrong type or value changes what is counted.
        match Item::of_name(fields.item()) {
            Some(Item::Maxlogins) => self.count_everybody = false,
            Some(Item::Maxsyslogins) => self.count_everybody = true,
            _ => {}
        }
        let Ok(Statement::Set(kind, item, value)) = fields.statement() else { return };
        if matches!(rank, Rank::GroupCount | Rank::All) && item != Item::Maxlogins {
            return;
        }
        // The last line counts where there is no precedence.
        let rank = if item.has_no_rank() { Rank::User } else { rank };
        let line = Line { fields, domain, rank };
        match (item, value) {
            (Item::Maxlogins | Item::Maxsyslogins, Value::Signed(number)) => {
                self.logins.add(line.says(number));
            }
            (Item::Maxlogins | Item::Maxsyslogins, _) => {
                self.logins.add(line.says(-1));
            }
            (Item::Priority, Value::Signed(nice)) => {
                self.priority.add(line.says(nice.clamp(-20, 19)));
            }
            (Item::Nonewprivs, Value::Switch(on)) => {
                self.no_new_privs.add(line.says(on));
            }
            (Item::Chroot, Value::Path(path)) => {
                self.chroot.add(line.says(path));
            }
            (item, value) => {
                let Some(resource) = item.resource().map(usize::from) else { return };
                let bound = Bound::of(item, &value);
                if kind.is_soft() && !self.soft[resource].add(line.says(bound)) {
                    return;
                }
                if kind.is_hard() {
                    self.hard[resource].add(line.says(bound));
                }
            }
        }
    }

    fn finish(self, who: &Who) -> Effective {
        let resources = Item::ALL.into_iter().filter(|item| item.resource().is_some());
        let pairs = self.soft.into_iter().zip(self.hard);
        let limits = resources.zip(pairs).filter_map(|(item, (soft, hard))| {
            let (soft_rule, hard_rule) = (soft.finish(), hard.finish());
            let said = soft_rule.is_some() || hard_rule.is_some();
            said.then_some(Limit { item, soft_rule, hard_rule })
        });
        let counted = match self.logins.counts.as_ref().map(|said| said.rank) {
            _ if self.count_everybody => Counted::Everybody,
            Some(Rank::All) => Counted::Everybody,
            Some(Rank::GroupCount) => Counted::Group(self.counted_group),
            _ => Counted::User,
        };
        let logins = self.logins.finish().map(|chosen| Logins {
            most: Chosen {
                value: u32::try_from(chosen.value).ok(),
                written: chosen.written,
                origin: chosen.origin,
                hidden: chosen.hidden,
            },
            counted,
        });
        Effective {
            exempt: None,
            limits: limits.collect(),
            logins: logins.filter(|_| !who.is_root()),
            priority: self.priority.finish(),
            no_new_privs: self.no_new_privs.finish(),
            chroot: self.chroot.finish(),
        }
    }
}

/// A line that is for the user.
#[derive(Clone, Copy)]
struct Line<'a> {
    fields: Fields<'a>,
    domain: &'a Domain,
    rank: Rank,
}

impl Line<'_> {
    fn says<T>(self, value: T) -> Said<T> {
        Said {
            rank: self.rank,
            value,
            written: self.fields.value().into(),
            origin: origin(self.fields, self.domain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Document, Source};

    fn who(name: &str, uid: u32, gid: u32, groups: &[(&str, u32)]) -> Who {
        let groups = groups.iter().map(|(name, gid)| (Bytes::from(*name), *gid)).collect();
        Who { name: name.into(), uid, gid, groups }
    }

    fn guest() -> Who {
        who("g1", 1001, 2001, &[("guests", 2001), ("pupils", 2002)])
    }

    fn of(who: &Who, text: &str) -> Effective {
        effective(&[LimitsConf::parse(Source::new("limits.conf", text))], who)
    }

    /// Soft and hard of one item as they are written, then how often lines are hidden.
    fn pair(who: &Who, item: Item, text: &str) -> (Option<String>, Option<String>) {
        let got = of(who, text);
        let written = |rule: &Option<Chosen<Bound>>| rule.as_ref().map(|c| c.written.to_string());
        got.limit(item).map_or((None, None), |l| (written(&l.soft_rule), written(&l.hard_rule)))
    }

    fn hard(who: &Who, text: &str) -> Option<String> {
        pair(who, Item::Nproc, text).1
    }

    #[test]
    fn users_outrank_groups_and_groups_everybody() {
        let lines = ["* hard nproc 1", "@guests hard nproc 2", "g1 hard nproc 3"];
        let forward = lines.join("\n");
        let backward = lines.iter().rev().copied().collect::<Vec<_>>().join("\n");
        for text in [forward, backward] {
            let got = of(&guest(), &text);
            let rule = got.limit(Item::Nproc).and_then(|limit| limit.hard_rule.as_ref()).unwrap();
            assert_eq!((rule.value, &rule.origin.rule[..]), (Bound::Most(3), "user name"));
            let hidden: Vec<_> = rule.hidden.iter().map(|(value, _)| value.text()).collect();
            assert_eq!(hidden, ["2", "1"], "the next in rank first");
        }
        assert_eq!(hard(&guest(), "@guests hard nproc 1\n@pupils hard nproc 2").unwrap(), "2");
        assert_eq!(hard(&guest(), "g1 hard nproc 1\n1000: hard nproc 2").unwrap(), "2");
        assert_eq!(hard(&guest(), "@2000:2002 hard nproc 1").unwrap(), "1");
        assert_eq!(hard(&guest(), "@2002: hard nproc 1"), None, "only the primary group");
        assert_eq!(hard(&guest(), "@:2002 hard nproc 1").unwrap(), "1");
    }

    #[test]
    fn root_is_everybody_for_no_wildcard_and_no_group() {
        let root = who("root", 0, 0, &[("root", 0)]);
        for domain in ["*", "@root", "%", "%root", "@guests", "1:"] {
            assert_eq!(hard(&root, &format!("{domain} hard nproc 1")), None, "{domain}");
        }
        for domain in ["root", "0:", ":0", "@0:", "@:0", "%:0", "%0:5"] {
            assert!(hard(&root, &format!("{domain} hard nproc 1")).is_some(), "{domain}");
        }
        let toor = who("toor", 0, 2001, &[("guests", 2001)]);
        assert_eq!(hard(&toor, "@:2001 hard nproc 1\n@2001: hard nproc 1"), None);
        assert!(of(&toor, "@guests -").exempt.is_some(), "but groups can exempt root");
    }

    #[test]
    fn a_lost_soft_limit_loses_the_hard_one_of_its_line() {
        let both = |text| pair(&guest(), Item::Nproc, text);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(both("g1 soft nproc 7\n* - nproc 5"), (some("7"), None));
        assert_eq!(both("g1 hard nproc 7\n* - nproc 5"), (some("5"), some("7")));
        assert_eq!(both("g1 - nproc 7\ng1 soft nproc 5"), (some("5"), some("7")));
    }

    #[test]
    fn units_become_those_of_setrlimit() {
        let bound = |item: &str, value: &str| {
            let got = of(&guest(), &format!("g1 hard {item} {value}"));
            got.limits.first().and_then(Limit::hard)
        };
        assert_eq!(bound("cpu", "2"), Some(Bound::Most(120)));
        assert_eq!(bound("core", "10"), Some(Bound::Most(10_240)));
        assert_eq!(bound("msgqueue", "10"), Some(Bound::Most(10)));
        assert_eq!(bound("nofile", "unlimited"), Some(Bound::NrOpen));
        assert_eq!(bound("nofile", "18446744073709551615"), Some(Bound::NrOpen));
        assert_eq!(bound("nice", "5"), Some(Bound::Most(15)));
        assert_eq!(bound("nice", "-1"), Some(Bound::Most(21)));
        assert_eq!(bound("nice", "-100"), Some(Bound::Most(40)));
        assert_eq!(bound("nice", "unlimited"), None);
        assert_eq!(bound("cpu", "307445734561825859"), Some(Bound::Most(18446744073709551540)));
        assert_eq!(bound("cpu", "307445734561825860"), Some(Bound::Unlimited));
        assert_eq!(bound("core", "18014398509481983"), Some(Bound::Unlimited));
    }

    #[test]
    fn a_soft_limit_is_lowered_to_the_hard_one() {
        let got = of(&guest(), "* hard nproc 5\n* soft nproc 7\n* soft nofile unlimited");
        let nproc = got.limit(Item::Nproc).unwrap();
        assert_eq!((nproc.soft(), nproc.hard()), (Some(Bound::Most(5)), Some(Bound::Most(5))));
        let start = Pair { soft: 1024, hard: 4096 };
        let session = got.session(&Baseline { limits: [start; 15], nr_open: 1 << 20 }).unwrap();
        assert_eq!(session[6], Pair { soft: 5, hard: 5 });
        assert_eq!(session[7], Pair { soft: 4096, hard: 4096 });
        assert_eq!(session[0], start);
    }

    #[test]
    fn an_exemption_ends_it_wherever_it_stands() {
        let text = "g1 hard nproc 5\n@pupils -\n";
        let got = of(&guest(), text);
        assert_eq!(got.exempt.as_ref().map(|origin| origin.place.line), Some(2));
        assert_eq!(
            got.session(&Baseline { limits: [Pair { soft: 0, hard: 0 }; 15], nr_open: 0 }),
            None
        );
        for domain in ["g1", "@guests", "@:2002", "@2001:", "1001:", ":1001", "%:1001", "%1001:"] {
            assert!(of(&guest(), &format!("{domain} -")).exempt.is_some(), "{domain}");
        }
        for domain in ["*", "%", "%guests", "%:2001", "@2002:", "@staff", "g2", "1:1000"] {
            assert!(of(&guest(), &format!("{domain} -")).exempt.is_none(), "{domain}");
        }
        assert!(of(&guest(), "g1 -x").exempt.is_some());
        assert!(of(&guest(), "g1 - nproc").exempt.is_none());
    }

    #[test]
    fn logins_share_one_number() {
        let logins = |text: &str| {
            of(&guest(), text).logins.map(|logins| (logins.most.value, logins.counted))
        };
        assert_eq!(logins("@guests - maxlogins 1"), Some((Some(1), Counted::User)));
        assert_eq!(logins("% - maxlogins 1"), Some((Some(1), Counted::Everybody)));
        let group = |name: &str| Counted::Group(name.into());
        assert_eq!(logins("%guests - maxlogins 1"), Some((Some(1), group("guests"))));
        assert_eq!(
            logins("%guests - maxlogins 1\n%:2002 - nproc 1"),
            Some((Some(1), group("pupils"))),
            "the last %group line names the group"
        );
        assert_eq!(logins("% - maxsyslogins 1"), None);
        assert_eq!(
            logins("g1 - maxlogins 3\n* - maxsyslogins x"),
            Some((Some(3), Counted::Everybody)),
            "even a line that is passed over says what is counted"
        );
        assert_eq!(logins("* - maxlogins -2"), Some((None, Counted::User)));
        let root = who("root", 0, 0, &[]);
        assert_eq!(of(&root, "root - maxlogins 0").logins, None);
    }

    #[test]
    fn some_items_know_no_rank() {
        let got =
            of(&guest(), "g1 - priority 5\n* - priority 600\n* x nonewprivs 1\ng1 - chroot /X");
        assert_eq!(got.priority.as_ref().map(|chosen| chosen.value), Some(19));
        assert_eq!(got.priority.map(|chosen| chosen.hidden.len()), Some(1));
        assert_eq!(got.no_new_privs.map(|chosen| chosen.value), Some(true));
        assert_eq!(got.chroot.map(|chosen| chosen.value), Some("/x".into()));
    }

    #[test]
    fn files_are_read_as_if_they_were_one() {
        let file = |name: &str, text: &str| LimitsConf::parse(Source::new(name, text));
        let files = [
            file("limits.conf", "* hard nproc 1\n"),
            file("limits.d/a.conf", "* hard nproc 2"),
            file("limits.d/b.conf", "broken"),
        ];
        let got = effective(&files, &guest());
        let rule = got.limits[0].hard_rule.as_ref().unwrap();
        assert_eq!(rule.origin.place.file.to_str(), Some("limits.d/a.conf"));
        let resolved = got.to_resolved();
        assert_eq!(resolved.get(b"hard nproc").unwrap(), "2");
        assert_eq!(resolved.entry(b"hard nproc").unwrap().hidden.len(), 1);
    }
}
