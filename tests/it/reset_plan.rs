//! Looking before and while resetting: plans, progress, cancelling, many homes; and what a reset leaves of its process.
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use ltsp_core::home::{Action, Outcome, Policy, Strategy};
use ltsp_core::{CancelToken, ErrorKind, Event, Observer};
use testkit::tree::dir;
use testkit::{Digest, Host, Ignore, Snapshot, assert_same, new_ids, tree};

use crate::reset_support::{
    STRATEGIES, WAYS, disorder, everything, exact, fails, guest, is_the_template, plain, plan,
    reset, run, staged, threads, verified,
};

/// A template, and a home in which each thing is wrong in one way.
fn wrong() -> Host {
    let own = |host: &Host, path: &str, mode| {
        let account = host.of("guest");
        host.chown_chmod(path, account.uid, account.gid, mode);
    };
    let host = guest().template(plain());
    run(&exact(&host));
    let home = host.home("guest");
    fs::remove_dir(home.join("Documents")).expect("root may");
    fs::write(home.join(".profile"), "evil\n").expect("root may");
    fs::write(home.join("mine"), "x").expect("root may");
    own(&host, "/home/guest/mine", 0o600);
    own(&host, "/home/guest/.config", 0o777);
    host
}

#[test]
fn plan_and_verify_change_nothing() {
    let host = guest().template(everything()).home_tree("guest", disorder());
    let before = Snapshot::of(host.root());
    for (strategy, count) in WAYS {
        let reset = threads(exact(&host).strategy(strategy), count);
        assert!(!plan(&reset).is_empty());
        assert!(!reset.verify(&()).expect("begins").is_empty());
        before.assert_untouched();
    }
}

#[test]
fn a_plan_lists_what_a_run_in_place_then_does() {
    let host = wrong();
    let reset = exact(&host).strategy(Strategy::InPlace);
    let planned = plan(&reset);
    let changes: Vec<(Action, PathBuf)> = planned.homes[0]
        .changes
        .iter()
        .map(|change| (change.action, change.path.clone()))
        .collect();
    let expected = [
        (Action::Metadata, ""),
        (Action::Metadata, ".config"),
        (Action::Replace, ".profile"),
        (Action::Create, "Documents"),
        (Action::Remove, "mine"),
    ];
    assert_eq!(changes, expected.map(|(action, path)| (action, PathBuf::from(path))), "{planned}");
    let shown = planned.to_string();
    for line in
        ["  + Documents/  (", "  ~ .profile  (", "  - mine  (", "  = .config/  (", "  = ./  ("]
    {
        assert!(shown.contains(line), "{line:?} is not in:\n{shown}");
    }
    let json: serde_json::Value = serde_json::from_str(&planned.to_json()).expect("it is JSON");
    assert_eq!(json["homes"][0]["user"], "guest");
    assert_eq!(json["homes"][0]["strategy"], "in-place");
    assert_eq!(json["homes"][0]["changes"][2]["action"], "replace");
    assert_eq!(json["homes"][0]["changes"][2]["path"], ".profile");
    let done = run(&reset).counts;
    let counts = planned.homes[0].counts;
    assert_eq!(
        (counts.created, counts.replaced, counts.removed, counts.metadata),
        (done.created, done.replaced, done.removed, done.metadata),
    );
    assert_eq!(counts.bytes_written, done.bytes_written + done.bytes_shared);
    assert_eq!(done.bytes_written + done.bytes_shared, "umask 077\n".len() as u64);
    is_the_template(&host);
    assert!(plan(&reset).is_empty());
    assert!(plan(&reset).to_string().contains("as it should be"), "{}", plan(&reset));
}

#[test]
fn a_plan_for_everything_is_kept_to() {
    let host = guest().template(everything()).home_tree("guest", disorder());
    let reset = exact(&host).strategy(Strategy::InPlace);
    let planned = plan(&reset).homes[0].counts;
    let done = run(&reset).counts;
    assert_eq!((planned.created, planned.replaced), (done.created, done.replaced));
    assert_eq!((planned.metadata, planned.unchanged), (done.metadata, done.unchanged));
    assert!(plan(&reset).is_empty());
}

/// How often a home began, what was done in it (entries, bytes), and whether it failed.
type Seen = (u32, u64, u64, Vec<bool>);

/// What was reported, by home.
#[derive(Default)]
struct Log {
    homes: Mutex<Vec<usize>>,
    seen: Mutex<BTreeMap<PathBuf, Seen>>,
}

impl Observer for Log {
    fn event(&self, event: &Event<'_>) {
        let mut seen = self.seen.lock().expect("no panic while held");
        match *event {
            Event::Started { homes } => self.homes.lock().expect("no panic").push(homes),
            Event::HomeStarted { home } => seen.entry(home.into()).or_default().0 += 1,
            Event::HomeProgress { home, entries, bytes } => {
                let of = seen.get_mut(home).expect("it has started");
                assert!(of.3.is_empty(), "it has not finished");
                (of.1, of.2) = (of.1 + entries, of.2 + bytes);
            }
            Event::HomeFinished { home, error } => {
                seen.get_mut(home).expect("it has started").3.push(error.is_none());
            }
            _ => panic!("an event that nobody has told of: {event:?}"),
        }
    }
}

#[test]
fn many_homes_are_reset_and_the_failure_of_one_stops_no_other() {
    for (strategy, count) in WAYS {
        let mut host = Host::new().template(plain()).accounts("g", 12, new_ids(12));
        for number in 1..=12 {
            host = host.home_tree(&format!("g{number}"), tree! { "x" => file("x") });
        }
        host.chown_chmod("/home/g5", 1, 1, 0o700);
        let mut all = threads(reset(&host, Policy::Exact).strategy(strategy), count);
        for number in 1..=12 {
            all = all.user(format!("g{number}"));
        }
        let log = Log::default();
        let report = all.run(&log).expect("it begins");
        let failed: Vec<_> = report.failed().map(|home| home.home.clone()).collect();
        assert_eq!(failed, [PathBuf::from("/home/g5")], "{report}");
        for (number, home) in (1..).zip(&report.homes) {
            assert_eq!(home.user.as_deref(), Some(format!("g{number}").as_str()), "in order");
            if number == 5 {
                assert_eq!(home.error().map(ltsp_core::Error::kind), Some(ErrorKind::Refused));
                assert!(host.path("/home/g5/x").exists());
                continue;
            }
            let account = host.of(&format!("g{number}"));
            let same = Ignore::reset_for(account.uid, account.gid);
            let home = Digest::of(host.path(&account.home));
            assert_same(&Digest::of(host.template_path()), &home, &same);
        }
        assert!(report.to_string().contains("error: "), "{report}");
        assert_eq!(*log.homes.lock().expect("no panic"), [12]);
        let seen = log.seen.into_inner().expect("no panic");
        assert_eq!(seen.len(), 12);
        for home in &report.homes {
            let (started, _, bytes, finished) = &seen[&home.home];
            assert_eq!((*started, finished.as_slice()), (1, &[home.error().is_none()][..]));
            assert_eq!(*bytes, home.counts.bytes_written + home.counts.bytes_shared, "{home:?}");
        }
        let table = report.to_json();
        let json: serde_json::Value = serde_json::from_str(&table).expect("it is JSON");
        assert!(json["homes"][4]["outcome"]["failed"].is_object(), "{table}");
        assert_eq!(json["homes"][0]["outcome"], "reset");
    }
}

/// Cancels at the `at`th question.
struct CancelAt {
    asked: AtomicU64,
    at: u64,
}

impl Observer for CancelAt {
    fn cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.at
    }
}

#[test]
fn a_cancelled_swap_leaves_the_old_home_or_the_new_one() {
    let (mut old, mut new) = (0, 0);
    for at in (0..).map(|step| step * step) {
        let host = guest().template(plain()).home_tree("guest", tree! { "mine/x" => file("x") });
        let before = Snapshot::of(host.home("guest"));
        let observer = CancelAt { asked: AtomicU64::new(0), at };
        match exact(&host).run(&observer).and_then(ltsp_core::home::Report::into_result) {
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
                before.assert_untouched();
                old += 1;
            }
            Ok(_) => {
                is_the_template(&host);
                new += 1;
            }
        }
        run(&exact(&host));
        is_the_template(&host);
        assert_eq!(staged(&host, "run-"), Vec::<PathBuf>::new());
        if observer.asked.into_inner() <= at {
            break;
        }
    }
    assert!(old > 2 && new > 0, "{old} old, {new} new");
}

#[test]
fn who_cancels_before_the_beginning_finds_nothing_done() {
    for strategy in STRATEGIES {
        let host = guest().template(plain()).home_tree("guest", tree! { "mine" => file("x") });
        let before = Snapshot::of(host.root());
        let token = CancelToken::new();
        token.cancel();
        let report = exact(&host).strategy(strategy).run(&token);
        let error = report.and_then(ltsp_core::home::Report::into_result).expect_err("cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        before.assert_untouched();
    }
}

#[test]
fn a_missing_home_is_made_if_that_is_wanted() {
    for strategy in STRATEGIES {
        let uid = new_ids(2);
        let host = Host::new().account_without_home("guest", uid, uid + 1, "/home/guest");
        let host = host.template(plain());
        let reset = exact(&host).strategy(strategy);
        assert_eq!(fails(&reset).kind(), ErrorKind::NotFound);
        let reset = reset.create_missing(true);
        let planned = plan(&reset);
        assert_eq!(planned.homes[0].changes.len(), 1, "{planned}");
        assert!(!host.home("guest").exists());
        let report = run(&reset);
        assert_eq!(report.counts.created, planned.homes[0].counts.created);
        assert_eq!((report.uid, report.gid), (uid, uid + 1));
        assert!(matches!(report.outcome, Outcome::Reset), "{report:?}");
        is_the_template(&host);
        verified(&reset);
    }
}

/// Everything about this process that a library has no business to change.
fn process() -> BTreeMap<&'static str, String> {
    let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let mut found = BTreeMap::new();
    for name in [
        "Umask",
        "SigBlk",
        "SigIgn",
        "SigCgt",
        "Uid",
        "Gid",
        "Groups",
        "CapEff",
        "NoNewPrivs",
        "Threads",
    ] {
        let line = status.lines().find(|line| line.starts_with(&format!("{name}:")));
        found.insert(name, line.expect("the kernel tells it").to_owned());
    }
    let mut fds: Vec<_> = fs::read_dir("/proc/self/fd")
        .expect("/proc is mounted")
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| !target.ends_with("fd"))
        .collect();
    fds.sort();
    found.insert("descriptors", format!("{fds:?}"));
    found.insert("directory", format!("{:?}", std::env::current_dir()));
    found.insert("environment", format!("{:?}", std::env::vars_os().collect::<Vec<_>>()));
    // SAFETY: plain numbers.
    found.insert("dumpable", unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }.to_string());
    found
}

/// The environment variable by which the test below starts itself again, alone in a process.
const ALONE: &str = "LTSP_TEST_ALONE";

#[test]
fn a_reset_leaves_the_process_as_it_was() {
    if std::env::var_os(ALONE).is_none() {
        // Other tests of this process open files, start threads and programs meanwhile.
        let this = std::env::current_exe().expect("a test knows its own path");
        let name = "reset_plan::a_reset_leaves_the_process_as_it_was";
        let mut command = std::process::Command::new(this);
        command.args(["--exact", name, "--nocapture"]).env(ALONE, "1");
        let output = command.output().expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
        return;
    }
    let host = guest().template(everything().with_root(dir().mode(0o700)));
    let host = host.home_tree("guest", disorder());
    // What a library would have to set in order to get its modes right.
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o027));
    let before = process();
    for (strategy, count) in WAYS {
        let reset = threads(exact(&host).strategy(strategy), count);
        plan(&reset);
        reset.stage(&()).expect("begins");
        run(&reset);
        is_the_template(&host);
        verified(&reset);
        fs::write(host.home("guest").join("again"), "x").expect("root may");
        reset.clean(&()).expect("begins");
        // A refusal, too.
        fails(&reset.user("nobody at all"));
        assert_eq!(process(), before, "{strategy}, {count} threads");
    }
}
