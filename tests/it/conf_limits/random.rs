//! Random files of limits, users and groups, of everything that pam_limits looks at.
use ltsp_core::formats::limits::Who;

/// A small generator of numbers (SplitMix64), the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = (mixed ^ (mixed >> 31)) % u64::try_from(end).expect("usize fits");
        usize::try_from(number).expect("less than a usize")
    }

    pub(super) fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Names with user and primary group's ids; some ids are both, and one group has no name.
const USERS: [(&str, u32, u32); 6] = [
    ("root", 0, 0),
    ("toor", 0, 4001),
    ("g1", 1001, 4001),
    ("g2", 1002, 4002),
    ("t1", 4003, 1001),
    ("u9", 1009, 4999),
];

const GROUPS: [(&str, u32); 6] = [
    ("root", 0),
    ("guests", 4001),
    ("pupils", 4002),
    ("staff", 4003),
    ("mixed", 1001),
    ("g1", 5000),
];

/// Users and groups of a machine.
pub(super) struct Accounts {
    /// For each of `GROUPS`, the supplementary members.
    members: Vec<Vec<&'static str>>,
}

impl Accounts {
    pub(super) fn new(random: &mut Random) -> Self {
        let names = USERS.map(|(name, ..)| name);
        let some = |random: &mut Random| names.into_iter().filter(|_| random.one_in(4)).collect();
        Self { members: GROUPS.map(|_| some(random)).to_vec() }
    }

    pub(super) fn users(&self) -> [&'static str; 6] {
        USERS.map(|(name, ..)| name)
    }

    pub(super) fn passwd(&self) -> String {
        let line = |(name, uid, gid)| format!("{name}:x:{uid}:{gid}::/home/{name}:/bin/sh\n");
        USERS.map(line).concat()
    }

    pub(super) fn group(&self) -> String {
        let groups = GROUPS.iter().zip(&self.members);
        groups
            .map(|((name, gid), members)| format!("{name}:x:{gid}:{}\n", members.join(",")))
            .collect()
    }

    pub(super) fn who(&self, user: &str) -> Who {
        let (name, uid, gid) =
            *USERS.iter().find(|(name, ..)| *name == user).expect("one of the users");
        let groups = GROUPS.iter().zip(&self.members);
        let of_user = groups.filter(|((_, id), members)| *id == gid || members.contains(&name));
        let groups = of_user.map(|((name, id), _)| ((*name).into(), *id)).collect();
        Who { name: name.into(), uid, gid, groups }
    }
}

const DOMAINS: [&str; 12] =
    ["*", "*", "%", "@", "@nobody", "*x", "%:", ":", "@:x", "1:2:3", "-1:", "\u{feff}g1"];
const IDS: [&str; 13] = [
    "0",
    "1",
    "1001",
    "1002",
    "1009",
    "4001",
    "4002",
    "4003",
    "5000",
    "+1001",
    "4294968297",
    "007",
    "9x",
];
const KINDS: [&str; 12] =
    ["hard", "hard", "hard", "soft", "soft", "soft", "-", "-", "-", "HARD", "both", "-x"];
const VALUES: [&str; 36] = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "10",
    "50",
    "100",
    "1000",
    "4096",
    "65536",
    "1048576",
    "2000000",
    "unlimited",
    "infinity",
    "-1",
    "-",
    "UNLIMITED",
    "Infinity",
    "-2",
    "-5",
    "-21",
    "+7",
    "19",
    "20",
    "0x10",
    "010",
    "5x",
    "1G",
    "x",
    "99999999999999999999",
    "18446744073709551615",
    "18014398509481984",
    "307445734561825860",
    "4294967297",
    "-99999999999999999999",
];
const ITEMS: [&str; 28] = [
    "cpu",
    "fsize",
    "data",
    "stack",
    "core",
    "rss",
    "nproc",
    "nproc",
    "nproc",
    "nofile",
    "nofile",
    "memlock",
    "as",
    "locks",
    "sigpending",
    "msgqueue",
    "nice",
    "nice",
    "rtprio",
    "priority",
    "maxlogins",
    "maxlogins",
    "maxlogins",
    "maxsyslogins",
    "nonewprivs",
    "NPROC",
    "rttime",
    "chroot",
];

fn domain(random: &mut Random) -> String {
    let sign = ["", "@", "%"][random.below(3)];
    match random.below(10) {
        0..3 => random.of(&USERS.map(|(name, ..)| name)).to_owned(),
        3..6 => format!(
            "{}{}",
            if random.one_in(3) { "%" } else { "@" },
            random.of(&GROUPS.map(|(name, _)| name))
        ),
        6 => format!("{sign}:{}", random.of(&IDS)),
        7 => format!("{sign}{}:", random.of(&IDS)),
        8 => format!("{sign}{}:{}", random.of(&IDS), random.of(&IDS)),
        _ => random.of(&DOMAINS).to_owned(),
    }
}

/// A file. With `odd`, also what only a damaged one has; exemptions are rare, for they end everything.
pub(super) fn file(random: &mut Random, odd: bool) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..1 + random.below(14) {
        let gap = |random: &mut Random| {
            random.of(&[" ", " ", "\t", "  \t", "\x0b", "        "]).to_owned()
        };
        let gaps = [gap(random), gap(random), gap(random)];
        let (domain, kind) = (domain(random), random.of(&KINDS));
        let item = random.of(&ITEMS);
        let value = match item {
            "chroot" => random.of(&["/ftp", "/Srv/X"]),
            "nonewprivs" => random.of(&["0", "1", "1", "yes"]),
            _ => random.of(&VALUES),
        };
        let rule = format!("{domain}{}{kind}{}{item}{}{value}", gaps[0], gaps[1], gaps[2]);
        let line = match random.below(40) {
            0 if random.one_in(2) => format!("{domain} -"),
            1 => format!("{domain} {kind}{}", if kind == "hard" { "" } else { " nproc" }),
            2 => format!("# {rule}"),
            3 => format!("{rule} # why"),
            4 => format!(" \t{rule} more words"),
            5 => format!("{rule}\r"),
            6 => String::new(),
            7 if odd => format!("{rule}\0{rule}"),
            8 if odd => format!("{}{rule}", " ".repeat(1010 + random.below(20))),
            9 if odd => format!("#{}{rule}", "x".repeat(1000 + random.below(30))),
            10 if odd => format!("{rule} {} {rule}", "y".repeat(900 + random.below(200))),
            _ => rule,
        };
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    if random.one_in(4) {
        text.pop();
    }
    text
}
