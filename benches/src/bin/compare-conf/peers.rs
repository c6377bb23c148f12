//! The others: Python's configparser, loops over lines, Augeas.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::{Cost, Row};

const SCRIPT: &str = include_str!("peers.py");
const PROGRAM: &str = "__program";

/// The interpreter that Debian's packages are for.
const PYTHON: &str = "/usr/bin/python3";

/// Panics with what to install if a peer is missing: a comparison without it would be none.
pub(crate) fn need() {
    let present = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let missing: Vec<&str> = [
        ("augeas-tools", present("augtool", &["--version"])),
        ("python3-augeas", present(PYTHON, &["-c", "import augeas"])),
        ("mawk", present("awk", &["BEGIN { exit 0 }"])),
        ("dash", present("dash", &["-c", ":"])),
    ]
    .into_iter()
    .filter_map(|(package, present)| (!present).then_some(package))
    .collect();
    assert!(
        missing.is_empty(),
        "what the library is compared with is not here: apt-get install {}",
        missing.join(" ")
    );
}

/// What each of them needs for the file.
pub(crate) fn measure(file: &str, directory: &Path, rounds: usize) -> Vec<Row> {
    let root = directory.to_str().expect("a plain path");
    let python = |contender, name: &str| {
        let mut command = Command::new(PYTHON);
        command.args(["-c", SCRIPT, name, root, &rounds.to_string()]);
        Row { contender, cost: figures(&mut command) }
    };
    let program = |contender, words: &[&str]| {
        let all = (0..rounds.max(1)).map(|_| {
            let this = std::env::current_exe().expect("a program knows its own path");
            figures(Command::new(this).arg(PROGRAM).args(words))
        });
        let best = all.min_by(|one, other| one.parse.total_cmp(&other.parse));
        Row { contender, cost: best.expect("there is a round") }
    };
    let augtool = |contender, lens: &str, path: &str, question: &str| {
        let transform = format!("{lens} incl {path}");
        let question = format!("/files{path}{question}");
        let words =
            ["augtool", "-r", root, "--noautoload", "--transform", &transform, "match", &question];
        program(contender, &words)
    };
    match file {
        "lts" => vec![
            python("Python configparser", "configparser"),
            python("libaugeas, Puppet lens", "augeas-lts"),
            augtool("augtool, Puppet lens", "Puppet.lns", "/etc/lts.conf", "/00:16:3e:00:10:92/*"),
        ],
        "limits" => {
            let path = format!("{root}/etc/security/limits.conf");
            vec![
                python("Python, a loop over lines", "lines"),
                python("libaugeas, Limits lens", "augeas-limits"),
                augtool(
                    "augtool, Limits lens",
                    "Limits.lns",
                    "/etc/security/limits.conf",
                    "/domain[. = 'pupil04242']/value",
                ),
                program("awk, a loop over lines", &["awk", AWK, &path]),
                program("dash, a loop over lines", &["dash", "-c", DASH, "dash", &path]),
            ]
        }
        _ => Vec::new(),
    }
}

const AWK: &str = r#"{ sub(/#.*/, "") } $1 == "pupil04242" || $1 == "@form042" || $1 == "*" { found[$2, $3] = $4 } END { for (key in found) print key, found[key] }"#;

const DASH: &str = r#"while read -r domain kind item value rest; do
    case $domain in pupil04242|@form042|\*) echo "$kind $item $value" ;; esac
done < "$1""#;

fn figures(command: &mut Command) -> Cost {
    let output = command.output().expect("what was found can start");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    serde_json::from_slice(&output.stdout).expect("it prints its figures")
}

/// Runs a program to its end and prints what it cost, if the command line says so.
pub(crate) fn as_helper(words: &[OsString]) -> Option<ExitCode> {
    let (first, rest) = words.split_first()?;
    let (program, arguments) = rest.split_first().filter(|_| first == PROGRAM)?;
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("what was found can start");
    if !output.status.success() || output.stdout.is_empty() {
        eprintln!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
        return Some(ExitCode::FAILURE);
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("one may ask for one's own usage");
    let taken = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    let taken = taken as f64 / 1e6;
    let cost = Cost { parse: taken, ask: None, once: taken, kibibytes: usage.max_rss() };
    println!("{}", serde_json::to_string(&cost).expect("plain data"));
    Some(ExitCode::SUCCESS)
}
