//! What can be limited, and in which units.

use std::fmt;

use serde::Serialize;

use crate::text::did_you_mean;

/// What a rule limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Item {
    /// Time on the processor of each process (`RLIMIT_CPU`).
    Cpu,
    /// Size of a file that a process writes (`RLIMIT_FSIZE`).
    Fsize,
    /// Size of the data segment (`RLIMIT_DATA`).
    Data,
    /// Size of the stack (`RLIMIT_STACK`).
    Stack,
    /// Size of a core file (`RLIMIT_CORE`).
    Core,
    /// Resident set; Linux has not heeded it since 2.4.30 (`RLIMIT_RSS`).
    Rss,
    /// Processes and threads of the user, all together (`RLIMIT_NPROC`).
    Nproc,
    /// Open file descriptors of a process (`RLIMIT_NOFILE`).
    Nofile,
    /// Locked memory (`RLIMIT_MEMLOCK`).
    Memlock,
    /// Address space of a process (`RLIMIT_AS`).
    As,
    /// File locks; Linux has not heeded it since 2.4.25 (`RLIMIT_LOCKS`).
    Locks,
    /// Pending signals of the user (`RLIMIT_SIGPENDING`).
    Sigpending,
    /// Bytes in POSIX message queues of the user (`RLIMIT_MSGQUEUE`).
    Msgqueue,
    /// The best nice value that a process may take (`RLIMIT_NICE`).
    Nice,
    /// The best real-time priority that a process may take (`RLIMIT_RTPRIO`).
    Rtprio,
    /// Logins of the user, of a group (`%group`) or of everybody (`%`), as utmp counts them.
    Maxlogins,
    /// Logins of everybody, as utmp counts them.
    Maxsyslogins,
    /// The nice value that a session starts with.
    Priority,
    /// Whether programs can no longer gain privileges, by setuid or otherwise.
    Nonewprivs,
    /// Directory that becomes the root of the session; only Debian's module knows it.
    Chroot,
}

/// What the number of an [`Item`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// 1024 bytes.
    Kibibytes,
    /// Bytes.
    Bytes,
    /// Things: processes, files, logins.
    Count,
    /// A nice value, -20 to 19, the lower the better.
    Nice,
    /// A real-time priority, 0 to 99, the higher the better.
    Realtime,
    /// 0 or 1.
    Switch,
    /// No number but a path.
    Path,
}

struct Facts {
    item: Item,
    name: &'static str,
    unit: Unit,
    /// Number of the resource in setrlimit(2) of Linux (all architectures but mips, sparc, alpha
    /// agree; the names are what counts).
    resource: Option<u8>,
}

const fn facts(item: Item, name: &'static str, unit: Unit, resource: Option<u8>) -> Facts {
    Facts { item, name, unit, resource }
}

const TABLE: [Facts; 20] = [
    facts(Item::Cpu, "cpu", Unit::Minutes, Some(0)),
    facts(Item::Fsize, "fsize", Unit::Kibibytes, Some(1)),
    facts(Item::Data, "data", Unit::Kibibytes, Some(2)),
    facts(Item::Stack, "stack", Unit::Kibibytes, Some(3)),
    facts(Item::Core, "core", Unit::Kibibytes, Some(4)),
    facts(Item::Rss, "rss", Unit::Kibibytes, Some(5)),
    facts(Item::Nproc, "nproc", Unit::Count, Some(6)),
    facts(Item::Nofile, "nofile", Unit::Count, Some(7)),
    facts(Item::Memlock, "memlock", Unit::Kibibytes, Some(8)),
    facts(Item::As, "as", Unit::Kibibytes, Some(9)),
    facts(Item::Locks, "locks", Unit::Count, Some(10)),
    facts(Item::Sigpending, "sigpending", Unit::Count, Some(11)),
    facts(Item::Msgqueue, "msgqueue", Unit::Bytes, Some(12)),
    facts(Item::Nice, "nice", Unit::Nice, Some(13)),
    facts(Item::Rtprio, "rtprio", Unit::Realtime, Some(14)),
    facts(Item::Maxlogins, "maxlogins", Unit::Count, None),
    facts(Item::Maxsyslogins, "maxsyslogins", Unit::Count, None),
    facts(Item::Priority, "priority", Unit::Nice, None),
    facts(Item::Nonewprivs, "nonewprivs", Unit::Switch, None),
    facts(Item::Chroot, "chroot", Unit::Path, None),
];

impl Item {
    /// Every item, in the order of its declaration; those of setrlimit(2) come first.
    pub const ALL: [Item; 20] = {
        let mut all = [Item::Cpu; 20];
        let mut at = 0;
        while at < 20 {
            all[at] = TABLE[at].item;
            at += 1;
        }
        all
    };

    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].name
    }

    /// What its number counts.
    #[must_use]
    pub fn unit(self) -> Unit {
        TABLE[self as usize].unit
    }

    /// The number of its resource in setrlimit(2), on every architecture but alpha, mips and
    /// sparc; `None` if it is none of the kernel's limits.
    #[must_use]
    pub fn resource(self) -> Option<u8> {
        TABLE[self as usize].resource
    }

    /// The item of that name; upper and lower case are the same to pam_limits.
    #[must_use]
    pub fn of_name(name: &[u8]) -> Option<Self> {
        TABLE.iter().find(|facts| facts.name.as_bytes().eq_ignore_ascii_case(name)).map(|f| f.item)
    }

    /// The name that a mistyped one is nearest to.
    pub(super) fn similar(name: &str) -> Option<&'static str> {
        did_you_mean(name, TABLE.iter().map(|facts| facts.name))
    }

    /// Whether the type of the line is of no account, as long as it is a known one: there is only
    /// one value.
    pub(super) fn has_one_value(self) -> bool {
        self.resource().is_none()
    }

    /// Whether pam_limits takes the line whatever stands for its type.
    pub(super) fn takes_any_type(self) -> bool {
        matches!(self, Self::Maxlogins | Self::Maxsyslogins | Self::Nonewprivs)
    }

    /// Whether the last line counts, whomever it is for: these have no order of precedence.
    pub(super) fn has_no_rank(self) -> bool {
        matches!(self, Self::Priority | Self::Nonewprivs | Self::Chroot)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_items() {
        for (at, item) in Item::ALL.into_iter().enumerate() {
            assert_eq!(item as usize, at);
            assert_eq!(Item::of_name(item.name().as_bytes()), Some(item));
            assert_eq!(Item::of_name(item.name().to_uppercase().as_bytes()), Some(item));
            assert_eq!(item.resource().map(usize::from), (at < 15).then_some(at));
        }
        assert_eq!(Item::of_name(b"rttime"), None);
        assert_eq!(Item::similar("nprocs"), Some("nproc"));
    }
}
