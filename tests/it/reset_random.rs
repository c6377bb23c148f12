//! Random homes under random rules become what a naive model says.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ltsp_core::home::{HomeReset, Policy};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use testkit::digest::{Kind, Record};
use testkit::tree::{RandomTrees, Tree, dir, trees};
use testkit::{Digest, Host, Snapshot};

use crate::reset_support::{STRATEGIES, guest, reset, run, verified};

/// As many cases as there is time for, but no more than these.
const CASES: u8 = 40;
const TIME: Duration = Duration::from_secs(15);
/// What a machine must manage in that time for the test to mean anything.
const LEAST: u8 = 10;

/// The patterns that cases draw from: whole top-level names, so that a model needs no globs.
const NAMES: [&str; 6] = [".config", ".cache", "Documents", ".bashrc", "-rf", ".b"];

struct Case {
    template: Tree,
    home: Tree,
    keep: Vec<&'static str>,
    volatile: Vec<&'static str>,
}

impl Case {
    /// The same number, the same case.
    fn new(number: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[number; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let bounds = RandomTrees { entries: 25, ..RandomTrees::default() };
        let mut tree = || trees(bounds).new_tree(&mut runner).expect("it can be made").current();
        // Others must not be able to pass the template's top: random modes let them write below it.
        let template = tree().with_root(dir().mode(0o700)).dated(1_500_000_000, 7);
        let home = tree().with_root(dir().mode(0o755)).dated(1_600_000_000, 7);
        let chosen = |shift: u8| {
            let bits = number.wrapping_mul(37).rotate_left(u32::from(shift));
            let some = NAMES.iter().enumerate().filter(move |(at, _)| bits >> at & 3 == 3);
            some.map(|(_, name)| *name).collect::<Vec<_>>()
        };
        Self { template, home, keep: chosen(0), volatile: chosen(3) }
    }

    fn reset(&self, host: &Host) -> HomeReset {
        let mut reset = reset(host, Policy::Exact).user("guest").allow_empty_template(true);
        for name in &self.keep {
            reset = reset.keep(name);
        }
        for name in &self.volatile {
            reset = reset.volatile(name);
        }
        reset
    }

    /// Whether a rule keeps what is at `path`: a volatile rule wins over a keep rule.
    fn keeps(&self, path: &[u8]) -> bool {
        let first = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        let has = |rules: &[&str]| rules.iter().any(|name| name.as_bytes() == first);
        has(&self.keep) && !has(&self.volatile)
    }
}

fn is_device(record: &Record) -> bool {
    matches!(record.kind, Kind::CharDevice | Kind::BlockDevice)
}

/// What can be said of an entry whatever becomes of those around it.
type Essence = (
    Kind,
    u32,
    (u32, u32),
    (i64, i64),
    Option<testkit::digest::Content>,
    Option<Vec<u8>>,
    BTreeMap<Vec<u8>, Vec<u8>>,
);

fn essence(record: &Record, owner: Option<(u32, u32)>) -> Essence {
    let drop = if owner.is_some() { 0o6000 } else { 0 };
    // Linux gives symlinks no modes.
    let mode = if record.kind == Kind::Symlink { 0 } else { record.mode & !drop };
    let owner = owner.unwrap_or((record.uid, record.gid));
    let (content, target) = (record.content.clone(), record.target.clone());
    (record.kind, mode, owner, record.mtime, content, target, record.xattrs.clone())
}

/// The model: what is kept stays, everything else is the template's, which fills the gaps of what is kept.
fn model(
    case: &Case,
    template: &Digest,
    home: &Digest,
    owner: (u32, u32),
) -> BTreeMap<Vec<u8>, Essence> {
    let mut wanted = BTreeMap::new();
    for (path, record) in &home.entries {
        if case.keeps(path) {
            wanted.insert(path.clone(), essence(record, None));
        }
    }
    for (path, record) in &template.entries {
        let mut above = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let blocked = above.any(|(at, _)| {
            let above = wanted.get(&path[..at]);
            above.is_some_and(|above: &Essence| above.0 != Kind::Dir)
        });
        if !blocked && !is_device(record) {
            wanted.entry(path.clone()).or_insert_with(|| essence(record, Some(owner)));
        }
    }
    wanted
}

#[track_caller]
fn is_as_the_model_says(what: &str, wanted: &BTreeMap<Vec<u8>, Essence>, home: &Path) {
    let found: BTreeMap<_, _> = Digest::of(home)
        .entries
        .iter()
        .map(|(path, record)| (path.clone(), essence(record, None)))
        .collect();
    let mut lines = Vec::new();
    for path in wanted.keys().chain(found.keys().filter(|path| !wanted.contains_key(*path))) {
        let (wanted, found) = (wanted.get(path), found.get(path));
        if wanted != found {
            lines.push(format!("{}: {found:?}\n      instead of {wanted:?}", path.escape_ascii()));
        }
    }
    assert!(lines.is_empty(), "{what}:\n  {}", lines.join("\n  "));
}

#[test]
fn a_random_home_becomes_what_a_naive_model_says() {
    let begun = Instant::now();
    let (mut done, mut kept, mut ruled) = (0, 0, 0);
    for number in 0..CASES {
        let case = Case::new(number);
        let mut cases = 0;
        for strategy in STRATEGIES {
            let host = guest().template(case.template.clone());
            let host = host.home_tree("guest", case.home.clone());
            let owner = (host.of("guest").uid, host.of("guest").gid);
            let (home, template) = (host.home("guest"), Snapshot::of(host.template_path()));
            let wanted = model(&case, &Digest::of(host.template_path()), &Digest::of(&home), owner);
            kept += wanted.keys().filter(|path| case.keeps(path)).count();
            let what = format!(
                "case {number}, {strategy}, keep {:?}, volatile {:?}",
                case.keep, case.volatile
            );
            let reset = case.reset(&host).strategy(strategy);
            run(&reset);
            is_as_the_model_says(&what, &wanted, &home);
            verified(&reset);
            // A second one, with or without a receipt, finds the same.
            fs::write(home.join("new"), "").expect("root may");
            run(&reset);
            is_as_the_model_says(&format!("{what}, again"), &wanted, &home);
            template.assert_untouched();
            cases += 1;
        }
        done += cases / 2;
        ruled += u8::from(!case.keep.is_empty());
        if begun.elapsed() > TIME {
            break;
        }
    }
    assert!(done >= LEAST, "only {done} cases in {TIME:?}");
    assert!(
        kept > 0 && ruled > 0,
        "no rule had an effect: {kept} entries kept, {ruled} with rules"
    );
}
