//! The real pam_limits in a private /etc, against what the library computes.
use super::random::{Accounts, Random, file};
use ltsp_core::formats::limits::{
    Baseline, Counted, Effective, LimitsConf, Logins, Pair, Who, effective, in_reading_order,
};
use ltsp_core::text::{Document, Source};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use testkit::mount::{Mount, bind, tmpfs};
use testkit::oracle;

const PROBE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/it/conf_limits/probe.c");

/// What the module sees as `/proc/sys/fs/nr_open`.
const NR_OPEN: u64 = 777_777;

/// PAM's codes.
const SUCCESS: i32 = 0;
const PERMISSION_DENIED: i32 = 6;

/// The program that opens a session, compiled once.
fn probe() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let this = std::env::current_exe().expect("a test knows its own path");
        let program = this.with_file_name("limits-probe");
        // Under a name of its own first: another run of the tests may be executing it.
        let fresh = this.with_file_name(format!("limits-probe.{}", std::process::id()));
        let mut compiler = Command::new(oracle::need("gcc"));
        compiler.args(["-std=gnu99", "-Wall", "-Wextra", "-Werror", "-rdynamic", "-o"]).arg(&fresh);
        let output = compiler.arg(PROBE).args(["-lpam", "-ldl"]).output().expect("gcc can start");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "needs libpam0g-dev: apt install libpam0g-dev\n{told}");
        fs::rename(&fresh, &program).expect("a file beside this program can be renamed");
        program
    })
}

/// A machine with an /etc of its own, seen by the processes of this thread.
struct Machine {
    place: Mount,
    _etc: Mount,
}

/// What a session got.
#[derive(Debug)]
struct Session {
    code: i32,
    limits: Vec<Pair>,
    /// By name, from prlimit.
    named: BTreeMap<String, Pair>,
    priority: i32,
    no_new_privs: bool,
    chroot: Option<String>,
    log: Vec<String>,
}

impl Machine {
    fn new() -> Self {
        // Before /etc is gone.
        probe();
        let place = tmpfs("size=16m");
        let etc = place.path().join("etc");
        for dir in ["etc/security/limits.d", "etc/pam.d", "proc/1", "proc/sys/fs"] {
            fs::create_dir_all(place.path().join(dir)).expect("a fresh tmpfs");
        }
        let write = |name: &str, text: &str| {
            fs::write(place.path().join(name), text).expect("a fresh tmpfs");
        };
        write("etc/nsswitch.conf", "passwd: files\ngroup: files\n");
        write("etc/pam.d/limits-probe", "session required pam_limits.so\n");
        write("etc/pam.d/other", "session required pam_deny.so\n");
        write("proc/sys/fs/nr_open", &format!("{NR_OPEN}\n"));
        let own = fs::read_to_string("/proc/self/limits").expect("every process has limits");
        write("proc/1/limits", &own);
        let machine = Self { _etc: bind(&etc, Path::new("/etc")), place };
        machine.limits(b"", &[]);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn accounts(&self, accounts: &Accounts) {
        fs::write(self.path("etc/passwd"), accounts.passwd()).expect("a tmpfs of our own");
        fs::write(self.path("etc/group"), accounts.group()).expect("a tmpfs of our own");
    }

    fn limits(&self, main: &[u8], others: &[(String, Vec<u8>)]) {
        fs::write(self.path("etc/security/limits.conf"), main).expect("a tmpfs of our own");
        let dir = self.path("etc/security/limits.d");
        fs::remove_dir_all(&dir).expect("a tmpfs of our own");
        fs::create_dir(&dir).expect("a tmpfs of our own");
        for (name, text) in others {
            fs::write(dir.join(name), text).expect("a tmpfs of our own");
        }
    }

    fn open(&self, mode: &str, user: &str, logins: &[&str]) -> Session {
        let output = Command::new(probe())
            .args([mode, "limits-probe", user, &logins.join(",")])
            .arg(self.path("proc"))
            .current_dir("/")
            .output()
            .expect("the probe can start");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{user}: {}: {text}", output.status);
        session(&text)
    }

    /// What a session has if no file says anything.
    fn baseline(&self, user: &str) -> Baseline {
        self.limits(b"", &[]);
        let limits = self.open("table", user, &[]).limits;
        Baseline {
            limits: limits[..15].try_into().expect("fifteen resources and more"),
            nr_open: NR_OPEN,
        }
    }
}

fn session(text: &str) -> Session {
    let mut found = Session {
        code: -1,
        limits: Vec::new(),
        named: BTreeMap::new(),
        priority: 0,
        no_new_privs: false,
        chroot: None,
        log: Vec::new(),
    };
    let number = |word: &str| match word {
        "unlimited" => u64::MAX,
        word => word.parse().expect("a limit is a number"),
    };
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["log", ..] => found.log.push(line[4..].to_owned()),
            ["opened", code] => found.code = code.parse().expect("a code"),
            ["limit", _, soft, hard] => {
                found.limits.push(Pair { soft: number(soft), hard: number(hard) });
            }
            ["priority", nice] => found.priority = nice.parse().expect("a nice value"),
            ["nonewprivs", on] => found.no_new_privs = on == "1",
            ["chroot", path] => found.chroot = Some(path.to_owned()),
            [name, soft, hard] => {
                let pair = Pair { soft: number(soft), hard: number(hard) };
                found.named.insert(name.to_lowercase(), pair);
            }
            _ => panic!("the probe said {line:?}"),
        }
    }
    found
}

/// Who is counted with that limit.
fn count(logins: &Logins, accounts: &Accounts, who: &Who, present: &[&str]) -> usize {
    let counts = |name: &&&str| match &logins.counted {
        Counted::Everybody => true,
        Counted::User => who.name == ***name,
        Counted::Group(group) => accounts.who(name).groups.iter().any(|(name, _)| name == group),
    };
    present.iter().filter(counts).count()
}

/// The nice value that the tests run with, and every session without a rule.
fn own_priority() -> i32 {
    // SAFETY: the call reads a number of this process and takes no pointer.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

#[track_caller]
fn compare(what: &str, got: &Effective, real: &Session, baseline: &Baseline, refused: bool) {
    let inherited = |at: u64| Pair { soft: 7000 + at, hard: 8000 + at };
    let mut expected: Vec<Pair> = match got.session(baseline) {
        None => (0..15).map(inherited).collect(),
        Some(pairs) => pairs.to_vec(),
    };
    // The kernel refuses that, and the module goes on.
    if expected[7].hard > NR_OPEN {
        expected[7] = inherited(7);
    }
    assert_eq!(real.limits[..15], expected, "{what}\n{got:#?}");
    let priority = got.priority.as_ref().map(|chosen| chosen.value);
    assert_eq!(real.priority, priority.unwrap_or_else(own_priority), "{what}\n{got:#?}");
    let code = if refused { PERMISSION_DENIED } else { SUCCESS };
    assert_eq!(real.code, code, "{what}\n{real:?}\n{got:#?}");
    let switched = got.no_new_privs.as_ref().is_some_and(|chosen| chosen.value);
    assert_eq!(real.no_new_privs, switched, "{what}\n{got:#?}");
    let chroot = got.chroot.as_ref().map(|chosen| chosen.value.to_string());
    // A refused session need not have got there.
    assert!(
        real.chroot == chroot || (refused && real.chroot.is_none()),
        "{what}\n{real:?}\n{got:#?}"
    );
}

#[test]
fn pam_limits_does_what_is_computed_on_random_files_users_and_groups() {
    let machine = Machine::new();
    // Other seeds, for a longer hunt.
    let seed = std::env::var("LTSP_LIMITS_SEED").map_or(20, |seed| seed.parse().expect("a number"));
    let random = &mut Random::new(seed);
    let mut tally = BTreeMap::new();
    for case in 0..160 {
        let accounts = Accounts::new(random);
        machine.accounts(&accounts);
        let baseline = machine.baseline("g1");
        let main = file(random, case % 3 == 0);
        let names =
            ["10-a.conf", "9.conf", "Z.conf", "b.conf", ".hidden.conf", "old.conf~", "é.conf"];
        let others: Vec<(String, Vec<u8>)> = (0..random.below(4))
            .map(|_| (random.of(&names).to_owned(), file(random, case % 5 == 0)))
            .collect();
        let others: BTreeMap<_, _> = others.into_iter().collect();
        let written: Vec<_> = others.clone().into_iter().collect();
        machine.limits(&main, &written);
        let mut documents = vec![LimitsConf::parse(Source::new("limits.conf", main))];
        for name in in_reading_order(others.keys()) {
            let source = Source::new(Path::new("limits.d").join(name), others[name].clone());
            documents.push(LimitsConf::parse(source));
        }
        for user in accounts.users() {
            let who = accounts.who(user);
            let present: Vec<&str> =
                (0..random.below(5)).map(|_| random.of(&accounts.users())).collect();
            let real = machine.open("table", user, &present);
            let got = effective(&documents, &who);
            let refused = got.logins.as_ref().is_some_and(|logins| {
                let present = count(logins, &accounts, &who, &present);
                logins.most.value.is_some_and(|most| present >= most as usize)
            });
            let text: Vec<String> = documents
                .iter()
                .map(|file| {
                    format!(
                        "== {}\n{}",
                        file.source().name().display(),
                        file.to_bytes().escape_ascii()
                    )
                    .replace("\\n", "\n")
                })
                .collect();
            let what =
                format!("case {case}, {who:?} with {present:?} logged in\n{}", text.join("\n"));
            compare(&what, &got, &real, &baseline, refused);
            compare_messages(&what, &documents, &got, &real);
            for (name, met) in [
                ("exempt", got.exempt.is_some()),
                ("limited", !got.limits.is_empty()),
                ("refused", refused),
                ("priority", got.priority.is_some()),
                ("no_new_privs", real.no_new_privs),
                ("chroot", got.chroot.is_some()),
            ] {
                *tally.entry(name).or_insert(0) += usize::from(met);
            }
        }
    }
    assert!(tally.len() == 6 && tally.values().all(|count| *count >= 10), "{tally:?}");
}

/// Lines that the module passes over whomever they are for: we report just these.
#[track_caller]
fn compare_messages(what: &str, documents: &[LimitsConf], got: &Effective, real: &Session) {
    let found: Vec<_> = documents.iter().flat_map(Document::check).collect();
    let reported = |code: &str| found.iter().filter(|found| found.code == code).count();
    // The module stops at an exemption, and pieces of long lines are reported as such.
    if got.exempt.is_some() || reported("limits-long-line") > 0 {
        return;
    }
    let logged = |text: &str| real.log.iter().filter(|line| line.starts_with(text)).count();
    assert_eq!(logged("invalid line"), reported("limits-fields"), "{what}\n{real:?}\n{found:#?}");
    assert_eq!(
        logged("invalid uid range"),
        reported("limits-range"),
        "{what}\n{real:?}\n{found:#?}"
    );
}

/// Each rule of the module alone, so that a failure names it.
#[test]
fn pam_limits_does_what_is_computed_on_each_rule_alone() {
    let machine = Machine::new();
    let accounts = Accounts::new(&mut Random::new(3));
    machine.accounts(&accounts);
    let baseline = machine.baseline("g1");
    let rules = [
        "g1 hard nproc 5\n* - nproc 6\n",
        "g1 soft nproc 7\n* - nproc 5\n",
        "* - nproc 5\ng1 soft nproc 7\n",
        "@guests hard nproc 6\n@4001: hard nproc 5\n",
        "1001: hard nproc 5\ng1 hard nproc 6\n:1001 hard nproc 7\n",
        "0: - nproc 5\n%:0 - cpu 2\n@:0 - core 1\n",
        " *  hard core 0\n",
        "% hard maxsyslogins 0\n% hard nproc 5\n",
        "@guests -\nroot -\n",
        "%:1001 -\n* -\n% -\n",
        "g1 - nofile unlimited\n* soft nofile unlimited\n",
        "* - nofile 99999999\n",
        "* - nice -1\n* soft nice 30\n",
        "* - priority 7\ntoor - priority -3\n",
        "* x nonewprivs 1\n",
        "* - cpu 307445734561825860\n* - core 18014398509481983\n* - rtprio unlimited\n",
        "* hard nproc 0x10\n* soft nproc 1G\n",
        "* hard nproc 7 8 9\n* hard cpu\n* hard\n*\n",
        "\u{feff}* hard nproc 5\n* hard cpu 5\n",
        "* hard nproc 5\r\n* hard cpu 5\r\n",
        "* hard nproc 5",
        "",
    ];
    for text in rules {
        machine.limits(text.as_bytes(), &[]);
        let documents = [LimitsConf::parse(Source::new("limits.conf", text))];
        for user in accounts.users() {
            let got = effective(&documents, &accounts.who(user));
            let real = machine.open("table", user, &[]);
            compare(&format!("{user}: {text}"), &got, &real, &baseline, false);
            compare_messages(text, &documents, &got, &real);
        }
    }
}

#[test]
fn pam_limits_does_what_is_computed_on_files_of_real_sites() {
    let machine = Machine::new();
    let accounts = Accounts::new(&mut Random::new(5));
    machine.accounts(&accounts);
    let baseline = machine.baseline("g1");
    for (name, text) in super::corpus::files() {
        // Their groups are not ours.
        let text = String::from_utf8_lossy(&text);
        let text = text.replace("@guest ", "@guests ").replace("@users", "@staff");
        machine.limits(text.as_bytes(), &[]);
        let documents = [LimitsConf::parse(Source::new(&name, &text[..]))];
        for user in accounts.users() {
            let got = effective(&documents, &accounts.who(user));
            let real = machine.open("table", user, &[]);
            compare(&format!("{name}: {user}"), &got, &real, &baseline, false);
        }
    }
}

/// With nothing in between: what prlimit tells, started from the session.
#[test]
fn the_kernel_holds_the_session_to_what_is_computed() {
    let machine = Machine::new();
    let accounts = Accounts::new(&mut Random::new(7));
    machine.accounts(&accounts);
    // Lower than anything a machine starts with, so that no special right is needed.
    let text = "* - cpu 2\n@guests hard fsize 30000\n@guests soft fsize 40000\n* - core 0\n\
                * - stack 4096\n* - nproc 500\n1000: - nofile 200\ng1 soft nofile 100\n\
                * - sigpending 60\n* - msgqueue 7000\n* - nice 19\n* - rtprio 0\n* - as 4000000\n\
                * - priority 19\n* - nonewprivs 1\n* - data 3000000\n* - memlock 40\n* - locks 5\n";
    machine.limits(text.as_bytes(), &[]);
    let documents = [LimitsConf::parse(Source::new("limits.conf", text))];
    for user in ["g1", "g2", "root"] {
        let got = effective(&documents, &accounts.who(user));
        let real = machine.open("kernel", user, &[]);
        assert_eq!(real.code, SUCCESS, "{real:?}");
        // `nice 19` asks for the number 1, which is more than most processes may: only root may raise it.
        for limit in got.limits.iter().filter(|limit| limit.item.name() != "nice") {
            let set = real.named[limit.item.name()];
            let number = |bound: ltsp_core::formats::limits::Bound| bound.number(NR_OPEN);
            assert_eq!(limit.hard().map(number), Some(set.hard), "{user}: {}", limit.item);
            assert_eq!(limit.soft().map(number), Some(set.soft), "{user}: {}", limit.item);
        }
        let limited = user != "root";
        assert_eq!(got.limits.len() > 3, limited, "wildcards are not for root");
        let expected = if limited { (19, true) } else { (own_priority(), false) };
        assert_eq!((real.priority, real.no_new_privs), expected, "{user}");
    }
}
