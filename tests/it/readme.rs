//! The README keeps its word: its examples are executed as they are printed, its links and `make` targets exist.
//!
//! The one in Python is executed by ltsp-py/tests/test_readme.py.
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::mount::{self, Mount};
use testkit::{Digest, Ignore, Snapshot, assert_same, oracle, tree};

/// The languages of the examples, one of each for each topic; each has a test here or, Python, in ltsp-py.
const LANGUAGES: [&str; 8] = ["c", "c", "python", "python", "rust", "rust", "sh", "sh"];

/// What the examples are about, in the order of the README.
#[derive(Clone, Copy)]
enum Topic {
    Home,
    Conf,
}

// ---- Reading the README ----

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the test kit lies in the workspace")
}

fn readme() -> String {
    fs::read_to_string(top().join("README.md")).expect("the project has a README")
}

/// Language and text of every fenced block.
fn blocks(markdown: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in markdown.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some((language.trim(), String::new())),
            (None, Some((_, text))) => text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a block without an end");
    blocks
}

/// The example of that topic in this language.
#[track_caller]
fn example(language: &str, topic: Topic) -> String {
    let readme = readme();
    let mut found = blocks(&readme).into_iter().filter(|(of, _)| *of == language);
    found.nth(topic as usize).expect("the README has an example in this language").1
}

/// The files that a text links to, without those of the web and of the text itself.
fn linked_files(markdown: &str) -> Vec<&str> {
    let targets = markdown.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let files = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    files.filter_map(|target| target.split('#').next()).filter(|file| !file.is_empty()).collect()
}

/// The targets that a text tells to make: at the start of a line or of a piece of code.
fn told_to_make(markdown: &str) -> Vec<&str> {
    let told = markdown.split(['\n', '`']).filter_map(|piece| piece.strip_prefix("make "));
    told.filter_map(|rest| rest.split_whitespace().next()).collect()
}

#[test]
fn every_example_in_the_readme_is_executed() {
    let readme = readme();
    // What is `text` is for the reader to type; an example has its language.
    let examples = blocks(&readme).into_iter().map(|(language, _)| language);
    let mut languages: Vec<&str> = examples.filter(|language| *language != "text").collect();
    languages.sort_unstable();
    assert_eq!(languages, LANGUAGES);
    let python = fs::read_to_string(top().join("ltsp-py/tests/test_readme.py"));
    assert!(python.expect("the Python example has its test").contains("```python"));
}

#[test]
fn every_file_the_readme_links_to_exists() {
    let readme = readme();
    let files = linked_files(&readme);
    assert!(files.contains(&"SECURITY.md"), "links are found: {files:?}");
    let missing: Vec<_> = files.iter().filter(|file| !top().join(file).exists()).collect();
    assert!(missing.is_empty(), "links to nothing: {missing:?}");
}

#[test]
fn everything_the_readme_tells_to_make_can_be_made() {
    let makefile = fs::read_to_string(top().join("Makefile")).expect("the project has a Makefile");
    let readme = readme();
    let told = told_to_make(&readme);
    assert!(told.contains(&"demo"), "targets are found: {told:?}");
    for target in told {
        let rule = format!("{target}:");
        assert!(makefile.lines().any(|line| line.starts_with(&rule)), "cannot make {target}");
    }
}

#[test]
fn blocks_links_and_targets_are_found_in_a_text() {
    let text = "a [b](c.md) [d](#e)\n```sh\nx\n\ny\n```\n[f](g/h.md#i \"j\") [k](https://l.org)\n\
                ```\nz\n```\nmake m  # n\n`make o`, to make p\n";
    assert_eq!(blocks(text), [("sh", "x\n\ny\n".to_owned()), ("", "z\n".to_owned())]);
    assert_eq!(linked_files(text), ["c.md", "g/h.md"]);
    assert_eq!(told_to_make(text), ["m", "o"]);
}

// ---- Building ----

/// Has cargo build something of the workspace as this test was built; answers where the products are.
#[track_caller]
fn build(arguments: &[&str]) -> PathBuf {
    let this = std::env::current_exe().expect("a test knows its own path");
    let products = this.ancestors().nth(2).expect("a test lies in target/<profile>/deps");
    let target = products.parent().expect("a profile lies in the target directory");
    let release = products.ends_with("release").then_some("--release");
    cargo_build(&top().join("Cargo.toml"), target, arguments.iter().copied().chain(release));
    products.to_path_buf()
}

#[track_caller]
fn cargo_build<'a>(manifest: &Path, target: &Path, arguments: impl Iterator<Item = &'a str>) {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(["build", "--quiet", "--offline", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(target).args(arguments).current_dir(top());
    succeeds(&mut command);
}

/// Runs a command that must succeed; answers what it printed.
#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("the program can be started");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{printed}{messages}", output.status);
    printed
}

/// A copy in a directory of its own: what was built may lie below the very /home that is covered later.
fn copied(from: &Path, to: &Path) -> PathBuf {
    let file = to.join(from.file_name().expect("a file has a name"));
    fs::create_dir_all(to).expect("a new directory on one's own tmpfs");
    fs::copy(from, &file).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
    file
}

// ---- The place that the examples speak of ----

const GUESTS: [(&str, u32); 2] = [("guest1", 2001), ("guest2", 2002)];

/// A template and two guests' homes in disorder, at the very paths that the examples name: for this thread
/// and what it starts, the machine's own /home and /etc are covered.
struct Classroom {
    template: Snapshot,
    before: [Digest; 2],
    _covers: [Mount; 2],
}

impl Classroom {
    fn open() -> Self {
        let covers = ["/etc", "/home"].map(|place| mount::tmpfs_at(Path::new(place)));
        fs::write(
            "/etc/passwd",
            "root:x:0:0::/root:/bin/sh\n\
             guest:x:2000:2000::/home/guest:/bin/sh\n\
             guest1:x:2001:2001::/home/guest1:/bin/sh\n\
             guest2:x:2002:2002::/home/guest2:/bin/sh\n",
        )
        .expect("one's own tmpfs can be written");
        tree! {
            ".profile" => file("umask 022\n"),
            ".config/app/settings" => file("colour=blue\n").mode(0o600),
            "Desktop/welcome.txt" => file("Welcome!\n"),
            "Desktop/again.txt" => hard_link("Desktop/welcome.txt"),
            "welcome" => symlink("Desktop/welcome.txt"),
        }
        .with_root(tree::dir().mode(0o750))
        .dated(1_500_000_000, 123_456_789)
        .owned_by(2000, 2000)
        .build_at("/home/guest");
        let before = GUESTS.map(|(name, id)| {
            let home = Path::new("/home").join(name);
            tree! {
                ".profile" => file("exec game\n"),
                ".config" => symlink("/etc"),
                "Desktop/game" => file("x").mode(0o4755),
                "Documents/x" => file(name),
                "Documents/school/essay.txt" => file("To be kept\n").mode(0o600),
                "a name\n" => fifo(),
            }
            .with_root(tree::dir().mode(0o700))
            .owned_by(id, id)
            .build_at(&home);
            Digest::of(home)
        });
        Self { template: Snapshot::of("/home/guest"), before, _covers: covers }
    }

    /// Runs an example among processes of its own, so that no process of this machine is ever ended or in the way;
    /// answers what it printed.
    #[track_caller]
    fn run(&self, script: &str, program: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let mut command = Command::new(oracle::need("unshare"));
        command.args(["--pid", "--fork", "--kill-child", "--mount-proc"]);
        command.args(["sh", "-c", script, "sh"]).args(program).current_dir("/");
        // The program's own way to its library counts, not that of the tests.
        command.env_remove("LD_LIBRARY_PATH");
        let printed = succeeds(&mut command);
        self.template.assert_untouched();
        let names = fs::read_dir("/home").expect("it is there");
        let mut names: Vec<_> = names.map(|name| name.expect("it is read").file_name()).collect();
        names.sort_unstable();
        names.retain(|name| name != ".ltsp-staging");
        assert_eq!(names, ["guest", "guest1", "guest2"]);
        printed
    }

    /// The template, but for Documents, which are as they were.
    #[track_caller]
    fn assert_reset_but_documents(&self, guest: usize) {
        let (name, id) = GUESTS[guest];
        let after = Digest::of(Path::new("/home").join(name));
        let ignore = Ignore::reset_for(id, id).without("Documents");
        assert_same(&Digest::of("/home/guest"), &after, &ignore);
        let documents = |of: &Digest| {
            let mut of = of.clone();
            of.entries.retain(|path, _| path.starts_with(b"Documents"));
            of
        };
        assert!(after.has("Documents/school/essay.txt"), "{name} lost what was to be kept");
        assert_same(&documents(&self.before[guest]), &documents(&after), &Ignore::nothing());
    }
}

/// Only the example.
const ALONE: &str = r#"exec "$@""#;

/// The example while guest2 has left something running, which the example must have ended.
const WHILE_BUSY: &str = r#"
    setpriv --reuid 2002 --regid 2002 --clear-groups sleep 100 &
    until [ "$(stat -c %u /proc/$!)" = 2002 ]; do sleep 0.01; done
    "$@" || exit
    wait $!
    [ $? = 143 ] || { echo "what the guest left running was not ended by SIGTERM" >&2; exit 1; }
"#;

/// Builds an example in Rust; answers the program.
#[track_caller]
fn rust_program(topic: Topic) -> PathBuf {
    // Below the target directory, so that only its first build takes long; one at a time.
    static BUILDS: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _mine = BUILDS.lock();
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::create_dir_all(package.join("src/bin")).expect("cargo made the place");
    let manifest = format!(
        "[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\nltsp-core = {{ path = {:?} }}\n\
         [lints.rust]\nwarnings = \"deny\"\n[profile.dev]\ndebug = false\n[workspace]\n",
        top().join("ltsp-core")
    );
    let name = ["home", "conf"][topic as usize];
    let source = package.join("src/bin").join(name).with_extension("rs");
    fs::write(package.join("Cargo.toml"), manifest).expect("a file of ours");
    fs::write(source, example("rust", topic)).expect("a file of ours");
    // The versions that are here already.
    fs::copy(top().join("Cargo.lock"), package.join("Cargo.lock")).expect("a file of ours");
    let target = package.join("target");
    cargo_build(&package.join("Cargo.toml"), &target, ["--bin", name].into_iter());
    target.join("debug").join(name)
}

/// Builds an example in C in `place`, with the library beside it; answers the program.
#[track_caller]
fn c_program(topic: Topic, place: &Path) -> PathBuf {
    let library = build(&["--package", "ltsp-ffi", "--lib"]).join("libltsp.so");
    let library = copied(&library, place);
    // By this name programs look for it.
    fs::hard_link(&library, place.join("libltsp.so.0")).expect("a new name");
    let (source, program) = (place.join("example.c"), place.join("example"));
    fs::write(&source, example("c", topic)).expect("one's own tmpfs can be written");
    let mut cc = Command::new(oracle::need("cc"));
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"]);
    cc.arg(top().join("ltsp-ffi/include")).arg(&source);
    cc.arg("-L").arg(place).arg(format!("-Wl,-rpath,{}", place.display()));
    cc.args(["-lltsp", "-o"]).arg(&program);
    succeeds(&mut cc);
    program
}

/// An example in shell as a script in `place`, and how to run it: with `ltspctl` in its way.
fn shell_script(topic: Topic, place: &Path) -> [std::ffi::OsString; 5] {
    copied(oracle::ltspctl(), &place.join("bin"));
    let script = place.join("example.sh");
    fs::write(&script, example("sh", topic)).expect("one's own tmpfs can be written");
    let path = std::env::var("PATH").expect("there is a PATH");
    let path = format!("PATH={}:{path}", place.join("bin").display());
    ["env".into(), path.into(), "sh".into(), "-eu".into(), script.into()]
}

#[test]
fn the_shell_example_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let command = shell_script(Topic::Home, scratch.path());
    let classroom = Classroom::open();
    let printed = classroom.run(WHILE_BUSY, command);
    assert!(printed.contains("a spare was swapped in"), "{printed}");
    for (name, _) in GUESTS {
        assert!(printed.contains(&format!("/home/{name}")), "{printed}");
    }
    classroom.assert_reset_but_documents(0);
    classroom.assert_reset_but_documents(1);
}

#[test]
fn the_rust_example_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let program = copied(&rust_program(Topic::Home), scratch.path());
    let classroom = Classroom::open();
    let printed = classroom.run(WHILE_BUSY, [program]);
    for (name, _) in GUESTS {
        assert!(printed.contains(&format!("/home/{name}")), "{printed}");
    }
    classroom.assert_reset_but_documents(0);
    classroom.assert_reset_but_documents(1);
}

#[test]
fn the_c_example_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let program = c_program(Topic::Home, scratch.path());
    let classroom = Classroom::open();
    let bystander = Snapshot::of("/home/guest2");
    let printed = classroom.run(ALONE, [program]);
    assert_eq!(printed, "");
    bystander.assert_untouched();
    let (home, id) = ("/home/guest1", GUESTS[0].1);
    assert_same(&Digest::of("/home/guest"), &Digest::of(home), &Ignore::reset_for(id, id));
}

// ---- Configuration ----

const LTS: &str = "/srv/tftp/ltsp/i386/lts.conf";
const LTS_TEXT: &str = "[Default]\n    LDM_SESSION = mate\n    SCREN_07 = ldm\n    LDM_GUESTLOGIN = Y\n\n\
                        [ws01]\n    LDM_SESSION = gnome\n    XKBLAYOUT = de\n";
const PXE_TEXT: &str = "DEFAULT local\nLABEL ltsp\n  KERNEL ltsp/i386/vmlinuz\n  APPEND ro root=/dev/nbd0\n\
                        LABEL local\n  LOCALBOOT 0\n";

/// A lab of LTSP 5 at the paths that the examples name; the machine's own /etc and /srv are covered.
struct Lab {
    _covers: [Mount; 2],
}

impl Lab {
    fn open() -> Self {
        let covers = ["/etc", "/srv"].map(|place| mount::tmpfs_at(Path::new(place)));
        tree! {
            "etc/passwd" => file("root:x:0:0::/root:/bin/sh\nguest1:x:2001:2001::/home/guest1:/bin/sh\n"),
            "etc/group" => file("root:x:0:\nguest1:x:2001:\n"),
            "etc/ltsp" => dir(),
            "etc/security/limits.conf" => file("@pupils hard nproc 90\nguest1 hard nproc 200\n"),
            "srv/tftp/ltsp/i386/lts.conf" => file(LTS_TEXT),
            "srv/tftp/pxelinux.cfg/default" => file(PXE_TEXT),
            "srv/ltsp/lab/proc" => dir(),
        }
        .build_at("/");
        Self { _covers: covers }
    }

    /// Runs an example that answers what it printed; lts.conf is then `changed`.
    #[track_caller]
    fn run(&self, program: impl IntoIterator<Item = impl AsRef<OsStr>>, changed: bool) -> String {
        let mut words = program.into_iter();
        let mut command = Command::new(words.next().expect("a program"));
        let printed = succeeds(command.args(words).current_dir("/").env_remove("LD_LIBRARY_PATH"));
        let wanted = LTS_TEXT.replace("gnome", if changed { "xfce" } else { "gnome" });
        assert_eq!(fs::read_to_string(LTS).expect("it is there"), wanted);
        printed
    }
}

#[test]
fn the_shell_example_about_configuration_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let command = shell_script(Topic::Conf, scratch.path());
    let lab = Lab::open();
    let printed = lab.run(command, true);
    for wanted in ["lts.conf:7:", "did you mean SCREEN_07?", "hard nproc = 200", "lab"] {
        assert!(printed.contains(wanted), "{wanted} is not in {printed}");
    }
    let pxe = fs::read_to_string("/srv/tftp/pxelinux.cfg/default").expect("it is there");
    assert_eq!(pxe, PXE_TEXT.replace("DEFAULT local", "DEFAULT ltsp"));
    let new = fs::read_to_string("/etc/ltsp/ltsp.conf").expect("it was made");
    assert!(new.contains("[ws01]"), "{new}");
}

#[test]
fn the_rust_example_about_configuration_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let program = copied(&rust_program(Topic::Conf), scratch.path());
    let printed = Lab::open().run([program], true);
    for wanted in ["LDM_SESSION from /srv/tftp/ltsp/i386/lts.conf:7:", "SCREN_07"] {
        assert!(printed.contains(wanted), "{wanted} is not in {printed}");
    }
}

#[test]
fn the_c_example_about_configuration_does_what_it_says() {
    let scratch = mount::tmpfs("");
    let program = c_program(Topic::Conf, scratch.path());
    assert_eq!(Lab::open().run([program], false), "guests are welcome\n");
}
