//! Standard output, standard error and terminals.

use super::*;

#[test]
fn a_reader_that_has_gone_away_is_no_failure() {
    let host = host();
    for line in ["verify", "reset", "reset --json"] {
        let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = home(&host, &format!("{line} {TO_TEMPLATE} --user guest1"));
        let answer = Answer::of(command.stdout(writer).output().expect("ltspctl starts"));
        let expected = if line == "verify" { code::DIFFERENCES } else { code::FINE };
        assert_eq!(answer.ends_with(expected).err, "", "{line}");
    }
    assert_reset(&host, "guest1");
    for words in [&["--help"][..], &["man"], &["completions", "bash"]] {
        let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
        drop(reader);
        Answer::of(ltspctl(words).stdout(writer).output().expect("ltspctl starts")).fine();
    }
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let host = host();
    let full = File::options().write(true).open("/dev/full").expect("the kernel has /dev/full");
    let mut command = home(&host, &format!("reset {TO_TEMPLATE} --user guest1"));
    let answer = Answer::of(command.stdout(full).output().expect("ltspctl starts"));
    let answer = answer.ends_with(code::NO_SPACE);
    assert!(answer.err.contains("standard output"), "{answer:#?}");
    assert_reset(&host, "guest1");
}

/// Runs it on a terminal and returns what was to be seen there.
fn on_a_terminal(command: &Command) -> String {
    let mut line = Vec::new();
    for word in std::iter::once(command.get_program()).chain(command.get_args()) {
        line.extend_from_slice(b"'");
        line.extend_from_slice(word.as_bytes());
        line.extend_from_slice(b"' ");
    }
    let mut script = Command::new(oracle::need("script"));
    script
        .args(["--quiet", "--return", "--command"])
        .arg(OsStr::from_bytes(&line))
        .arg("/dev/null");
    let output = script.stdin(Stdio::null()).env("TERM", "xterm").output().expect("script starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_terminal_shows_progress_and_each_error_once() {
    let host = host();
    let session = session(&host);
    let line = format!("reset {TO_TEMPLATE} --user guest1 --busy terminate --term-limit 0.6");
    let seen = on_a_terminal(&home(&host, &line));
    assert!(seen.contains("/1 homes, "), "{seen:?}");
    drop(session);
    let quiet = on_a_terminal(&home(&host, &format!("reset {TO_TEMPLATE} --user guest2 --json")));
    assert!(serde_json::from_str::<Value>(quiet.trim()).is_ok(), "{quiet:?}");
    let missing = "--home /home/none --uid 7 --gid 7";
    let seen = on_a_terminal(&home(&host, &format!("reset {TO_TEMPLATE} {missing}")));
    assert_eq!(seen.matches("error: ").count(), 1, "{seen:?}");
}
