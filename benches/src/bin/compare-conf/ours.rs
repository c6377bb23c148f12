//! The library's part, in a process of its own.

use std::ffi::OsString;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use benchkit::conf;
use ltsp_core::formats::Client;
use ltsp_core::formats::excludes::Excludes;
use ltsp_core::formats::limits::{self, LimitsConf, Who};
use ltsp_core::formats::lts::LtsConf;
use ltsp_core::formats::ltsp::{LtspConf, Request};
use ltsp_core::formats::pxe::PxeConf;
use ltsp_core::formats::shell::{self, ShellConf};
use ltsp_core::text::{Document, NoIncludes, Source};
use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

use crate::Cost;

/// One generated file.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) title: &'static str,
    make: fn() -> String,
}

const fn file(
    name: &'static str,
    path: &'static str,
    title: &'static str,
    make: fn() -> String,
) -> File {
    File { name, path, title, make }
}

/// All of them.
pub(crate) const FILES: [File; 6] = [
    file("lts", "etc/lts.conf", "lts.conf, 10,000 sections", || conf::lts(10_000)),
    file("limits", "etc/security/limits.conf", "limits.conf, 100,000 lines", || {
        conf::limits(100_000)
    }),
    file("pxe", "etc/pxe", "pxelinux, 2,000 labels", || conf::pxe(2000)),
    file("ltsp", "etc/ltsp.conf", "ltsp.conf, 1,000 clients", || conf::ltsp(1000)),
    file("shell", "etc/shell", "shell, 10,000 assignments", || conf::shell(10_000)),
    file("excludes", "etc/excludes", "image excludes, 10,000 lines", || conf::excludes(10_000)),
];

const MAKE: &str = "__make";
const OURS: &str = "__ours";

fn ask(words: &[&std::ffi::OsStr]) -> Vec<u8> {
    let this = std::env::current_exe().expect("a program knows its own path");
    let output = Command::new(this).args(words).output().expect("it can start itself");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Writes the files; in another process, because the peak memory of a process begins at that of its parent.
pub(crate) fn make_files(directory: &Path) {
    ask(&[MAKE.as_ref(), directory.as_os_str()]);
}

/// What the library needs for a file.
pub(crate) fn measure(file: &File, path: &Path, rounds: usize) -> Cost {
    let rounds = rounds.to_string();
    let said = ask(&[OURS.as_ref(), file.name.as_ref(), path.as_os_str(), rounds.as_ref()]);
    serde_json::from_slice(&said).expect("the helper prints its figures")
}

/// Does the helper's part if the command line says so.
pub(crate) fn as_helper(words: &[OsString]) -> Option<ExitCode> {
    match (words.first()?.to_str()?, &words[1..]) {
        (MAKE, [directory]) => {
            for file in &FILES {
                std::fs::write(Path::new(directory).join(file.path), (file.make)())
                    .expect("the scratch directory can be written");
            }
        }
        (OURS, [name, path, rounds]) => {
            let rounds = rounds.to_str().and_then(|text| text.parse().ok()).expect("a number");
            let cost = run(name.to_str().expect("a name"), Path::new(path), rounds);
            println!("{}", serde_json::to_string(&cost).expect("plain data"));
        }
        _ => return None,
    }
    Some(ExitCode::SUCCESS)
}

fn run(name: &str, path: &Path, rounds: usize) -> Cost {
    let client = Client {
        host: Some("pc-3-04242".into()),
        ip: "192.168.67.42".parse().ok(),
        mac: conf::mac(4242).parse().ok(),
        ..Client::default()
    };
    let who = Who {
        name: "pupil04242".into(),
        uid: 4242,
        gid: 4242,
        groups: vec![("pupil04242".into(), 4242), ("form042".into(), 100)],
    };
    match name {
        "lts" => cost(path, rounds, |document: &LtsConf| {
            document.resolve(&client, &NoIncludes).expect("it is sound")
        }),
        "limits" => cost(path, rounds, |document: &LimitsConf| {
            limits::effective(std::slice::from_ref(document), &who)
        }),
        "pxe" => cost(path, rounds, |document: &PxeConf| {
            document.resolve(&NoIncludes).expect("it is sound")
        }),
        "ltsp" => {
            let request = Request { client, ..Request::default() };
            cost(path, rounds, |document: &LtspConf| {
                document.resolve(&request, &[]).expect("it is sound")
            })
        }
        "shell" => cost(path, rounds, |document: &ShellConf| {
            shell::resolve(std::slice::from_ref(document))
        }),
        _ => cost(path, rounds, |document: &Excludes| {
            document.matches(b"home/pupil/Documents/letter.odt").is_some()
        }),
    }
}

/// Reading from the disk counts as parsing: it does for the others.
fn cost<D: Document, T>(path: &Path, rounds: usize, ask: impl Fn(&D) -> T) -> Cost {
    /// So short that one alone could not be measured.
    const QUESTIONS: u32 = 64;
    let read = || {
        let bytes = std::fs::read(path).expect("the file was made");
        D::parse(Source::new(path, bytes))
    };
    let parse = smallest(rounds * 4, || drop(black_box(read())));
    let once = smallest(rounds * 4, || drop(black_box(ask(&read()))));
    let document = read();
    // What is made at the first question is there for all others.
    black_box(ask(&document));
    let all = smallest(rounds, || {
        for _ in 0..QUESTIONS {
            black_box(ask(&document));
        }
    });
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("one may ask for one's own usage");
    Cost { parse, ask: Some(all / f64::from(QUESTIONS)), once, kibibytes: usage.max_rss() }
}

/// The smallest processor time of several rounds, in seconds.
fn smallest(rounds: usize, mut act: impl FnMut()) -> f64 {
    let now = || {
        let time = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("Linux has this clock");
        std::time::Duration::from(time)
    };
    let mut best = f64::INFINITY;
    for _ in 0..rounds.max(1) {
        let start = now();
        act();
        best = best.min((now() - start).as_secs_f64());
    }
    best
}
