//! Help, completions and manual pages.

use super::*;

#[test]
fn help_and_usage_errors_have_their_codes_and_channels() {
    let help = run(["home", "reset", "--help"]).fine();
    for line in ["   1  `verify` found differences", "  16  busy: ", "  23  cancelled: "] {
        assert!(help.out.contains(line), "{line:?} is missing: {}", help.out);
    }
    assert!(run(["--version"]).fine().out.starts_with("ltspctl "));
    for words in
        [&[][..], &["home"], &["home", "reset"], &["home", "melt"], &["home", "reset", "--user"]]
    {
        let answer = run(words).ends_with(code::USAGE);
        assert!(answer.out.is_empty() && answer.err.contains("--help"), "{words:?}: {answer:#?}");
    }
    let answer = run(["home", "reset", "--home", "/a", "--home", "/b", "--uid", "7", "--gid", "7"]);
    let answer = answer.ends_with(code::USAGE);
    assert!(answer.err.contains("--home stands here 2 times"), "{answer:#?}");
}

#[test]
fn completions_are_made_for_every_shell_and_bash_reads_its_own() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(["completions", shell]).fine().out;
        assert!(script.contains("create-missing"), "{shell} does not complete an option");
        if shell == "bash" {
            let mut bash = Command::new(oracle::need("bash"));
            let complete = "COMP_WORDS=(ltspctl home reset --policy ''); COMP_CWORD=4; \
                            _ltspctl ltspctl '' --policy; echo \"${COMPREPLY[@]}\"";
            let mut child =
                bash.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("bash starts");
            let mut input = child.stdin.take().expect("it is piped");
            write!(input, "{script}\n{complete}\n").expect("bash reads");
            drop(input);
            let output = child.wait_with_output().expect("bash ends");
            assert_eq!(String::from_utf8_lossy(&output.stdout), "exact revert volatile\n");
        }
    }
}

#[test]
fn manual_pages_please_the_programs_that_read_them() {
    let place = testkit::mount::tmpfs("size=8m");
    run([OsStr::new("man"), place.path().as_os_str()]).fine();
    let pages: Vec<PathBuf> = fs::read_dir(place.path())
        .expect("the directory is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    let names: BTreeSet<_> =
        pages.iter().filter_map(|page| page.file_name()?.to_str()).map(str::to_owned).collect();
    for verb in ["reset", "verify", "stage", "clean"] {
        assert!(names.contains(&format!("ltspctl-home-{verb}.8")), "{names:?}");
    }
    for page in &pages {
        let path = page.as_os_str();
        let lint = ["-T", "lint", "-W", "warning"].map(OsStr::new);
        let output = Command::new(oracle::need("mandoc")).args(lint).arg(path).output();
        let output = output.expect("mandoc starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{}", page.display());
        assert!(output.status.success(), "{}", page.display());
        let output = Command::new(oracle::need("groff"))
            .args(["-man", "-ww", "-z", "-Tutf8", "-Kutf8"])
            .arg(path)
            .output()
            .expect("groff starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", page.display());
    }
    let page = fs::read_to_string(place.path().join("ltspctl-home-reset.8")).expect("it is text");
    assert!(page.contains(".SH \"EXIT STATUS\"") && page.contains("\\fB23\\fR"), "{page}");
    assert_eq!(
        run(["man"]).fine().out,
        fs::read_to_string(place.path().join("ltspctl.8")).expect("text")
    );
    let answer = run(["man", "/nowhere/at/all"]).ends_with(code::NOT_FOUND);
    assert!(answer.err.contains("/nowhere/at/all/ltspctl.8"), "{answer:#?}");
}
