//! Our reading against that of the `ltsp` package, whose script runs under dash in a mount namespace of its own.
use ltsp_core::formats::ltsp::{LtspConf, Request, Side};
use ltsp_core::formats::{Client, MacAddr};
use ltsp_core::text::{Document, Source};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::oracle::need;

/// Variables that generated files use.
const NAMES: [&str; 9] = ["A", "B", "C", "D", "E_1", "HOSTNAME", "KEY", "INCLUDE", "section_lab"];

/// How many files are generated.
const FILES: u64 = 400;

/// Reads the given files as `ltsp APPLET` does and prints the variables. What `re` of LTSP does beside running a
/// command, to stop at a failure, is left out: a section whose last command fails is read all the same.
const ONE: &str = r#"
re() { "$@"; }
die() { exit 98; }
. "$LIBRARY"
_APPLET=$1
_APPLET_DIR=$2
MAC_ADDRESS=$3 IP_ADDRESS=$4 HOSTNAME=$5
out=$6
shift 6
for file in "$@"; do
    oracle_more="$oracle_more $file"
done
set --
for oracle_file in $oracle_more; do
    eval_ini "$oracle_file" >/dev/null 2>&1
done
for oracle_name in $NAMES; do
    eval "oracle_set=\${$oracle_name+x}"
    test -n "$oracle_set" || continue
    eval "printf '%s\\000%s\\000' $oracle_name \"\$$oracle_name\""
done >"$out"
exit 0
"#;

/// Runs every case; a client is known by a directory in /run.
const ALL: &str = r#"
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
for case in "$1"/*; do
    . "$case/arguments"
    rm -rf /run/ltsp
    test "$side" = server || mkdir -p /run/ltsp/client
    set +e
    (
        cd "$case"
        ulimit -s 1024
        exec timeout 120 env -i PATH="$PATH" LC_ALL=C LIBRARY="$LIBRARY" NAMES="$NAMES" \
            dash "$1/../one" "$applet" "$applet_dir" "$mac" "$ip" "$host" out $files
    ) </dev/null >/dev/null 2>&1
    echo $? >"$case/status"
    set -e
done
"#;

/// The unpacked package.
fn library() -> PathBuf {
    let this = std::env::current_exe().expect("a test knows its own path");
    let file = "oracles/ltsp/usr/share/ltsp/common/ltsp/55-config.sh";
    let found = this.ancestors().map(|above| above.join(file)).find(|file| file.is_file());
    found.expect("LTSP's own scripts are needed: run scripts/fetch-ltsp (scripts/setup-tests does)")
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("53 bits") % end
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

const HEADERS: [&str; 46] = [
    "[clients]",
    "[common]",
    "[server]",
    "[Server]",
    "[lab]",
    "[pc01]",
    "[pc*]",
    "[pc0?]",
    "[pc-01]",
    "[pc_01]",
    "[52:54:00:00:00:01]",
    "[52:54:00:AA:*]",
    "[10.0.0.7]",
    "[10.0.*]",
    "[*]",
    "[c*]",
    "[init/]",
    "[init/pc01]",
    "[image/*]",
    "[init/10.0.0.7]",
    "[image/52:54:00:00:00:01]",
    "[a|lab|pc01]",
    "[Foo Bar] tail # c",
    "  [lab]",
    "\t[lab]",
    "[b#c]",
    "[unnamed]",
    "[list]",
    "[pc[0-9]]",
    "[pc02] # comment",
    "[monitor]",
    "[foobartail]",
    "[b]",
    "[lab]",
    "[clients]",
    "[common]",
    "[PC01]",
    "[?c01]",
    "[*/*]",
    "[pc01|]",
    "[|a]",
    "[esac]",
    "[a|esac]",
    "[]",
    "[a||b]",
    "[call]",
];

const LINES: [&str; 70] = [
    "A=1",
    "A=2",
    "B=x",
    "A = spaced",
    "A= 'one two'",
    "B =\"two $A\"",
    "C=${A}b",
    "C=$B$A",
    "D=",
    "D=\"\"",
    "A='q\"u'",
    "B=\"a\\\"b\\$c\\d\"",
    "C=a\\ b",
    "D=$'x'",
    "E_1=${A:-none}",
    "E_1=${D:-none}",
    "E_1=${D-none}",
    "E_1=${A:+some}",
    "E_1=\"${D+some} $C\"",
    "KEY=a#b",
    "KEY=a # b",
    "KEY = #c",
    "# A=9",
    "",
    "   ",
    "A=3; B=4",
    "  A=5",
    "\tB=6",
    "  D = 4",
    "INCLUDE=lab",
    "include = \"Monitor\" # x",
    "INCLUDE=pc01",
    "INCLUDE=nosuch",
    "INCLUDE=common",
    "  INCLUDE=lab",
    "INCLUDE=unnamed",
    "HOSTNAME=pc02",
    "HOSTNAME=pc-01",
    "HOSTNAME=\"PC01\"",
    "export A=7",
    "export B",
    "export C='x y' D=z",
    "unset A",
    "unset B C",
    "A=1 nosuchcommand",
    "B=two nosuchwords",
    "nosuchcommand A=3",
    "1A=3",
    "=x",
    "A=$(printf %s sub)",
    "B=`printf back`",
    "A = inside",
    "A=\"l1\nD = l2\n l3\"",
    "KEY='x\n[inside]\ny'",
    "KEY=\"x\n[monitor]\ny\" # tail",
    "section_lab=1",
    "section_lab",
    "section_call monitor",
    "return",
    "A=8 || B=9",
    "test -n \"\" && B=9",
    "test -z \"\" && B=8",
    "if test -z \"\"; then\nA=10\nfi",
    "for KEY in 1 2; do B=$KEY; done",
    "case \"$A\" in 1) B=one ;; *) B=other ;; esac",
    "A=joined\\\nB",
    "( A=11 )",
    "A=12 | true",
    "{ A=13; }",
    "while false; do\nA=14\ndone",
];

const BROKEN: [&str; 16] = [
    "A=\"multi",
    "line\"",
    "B='multi",
    "line'",
    "A=(1 2)",
    "fi",
    "A='",
    "B=\"",
    "if true",
    "| A=1",
    "A=1 &&",
    "}",
    "A=x\\",
    "; A=1",
    "C=$(",
    "done",
];

fn file(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.below(10) > 0 {
        text.push_str("[common]\n");
    }
    for _ in 0..dice.below(30) {
        let line = match dice.below(100) {
            0 => dice.pick(&BROKEN),
            1..30 => {
                let sound = if dice.below(12) == 0 { HEADERS.len() } else { 39 };
                HEADERS[dice.below(sound)]
            }
            _ => dice.pick(&LINES),
        };
        text.push_str(line);
        text.push_str(if dice.below(60) == 0 { "\r\n" } else { "\n" });
    }
    if dice.below(5) == 0 {
        text.pop();
    }
    text
}

/// A directory that is gone when the test is over, however that ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("ltsp-conf-{}", std::process::id()));
        fs::create_dir(&path).expect("a new directory");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing more can be done if it fails.
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Case {
    files: Vec<String>,
    request: Request,
}

fn case(seed: u64) -> Case {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let files = (0..=usize::from(dice.below(4) == 0)).map(|_| file(&mut dice)).collect();
    let mac: MacAddr =
        dice.pick(&["52:54:00:00:00:01", "52:54:00:aa:00:02"]).parse().expect("a hardware address");
    let request = Request {
        client: Client {
            host: Some(dice.pick(&["pc01", "pc02", "pc-01", "PC01", "other"]).into()),
            ip: Some(dice.pick(&["10.0.0.7", "192.168.67.20"]).parse().expect("an address")),
            mac: Some(mac),
            uuid: None,
        },
        applet: Some(dice.pick(&["init", "image", "ltsp", "login"]).into()),
        side: if dice.below(3) == 0 { Side::Server } else { Side::Client },
        variables: Vec::new(),
    };
    Case { files, request }
}

impl Case {
    fn write(&self, directory: &Path) {
        fs::create_dir_all(directory).expect("a scratch directory");
        let mut names = String::new();
        for (number, text) in self.files.iter().enumerate() {
            fs::write(directory.join(format!("conf{number}")), text).expect("scratch");
            names.push_str(&format!(" conf{number}"));
        }
        let client = &self.request.client;
        let applet = self.request.applet.as_ref().expect("every case has one");
        let room = if *applet == "image" { "server" } else { "client" };
        let arguments = format!(
            "side={}\napplet={applet}\napplet_dir=/x/{room}/{applet}\nmac={}\nip={}\nhost={}\nfiles='{names}'\n",
            if self.request.side == Side::Server { "server" } else { "client" },
            client.mac.expect("set"),
            client.ip.expect("set"),
            client.host.as_ref().expect("set"),
        );
        fs::write(directory.join("arguments"), arguments).expect("scratch");
    }
}

/// What the original ended with.
fn theirs(directory: &Path) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    let status = fs::read_to_string(directory.join("status")).expect("every case is run");
    assert_ne!(status.trim(), "124", "{} takes too long", directory.display());
    if status.trim() != "0" {
        return None;
    }
    let out = fs::read(directory.join("out")).expect("a case that ends well prints");
    let mut words = out.split(|byte| *byte == 0);
    let mut variables = BTreeMap::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        variables.insert(name.to_vec(), value.to_vec());
    }
    Some(variables)
}

#[test]
fn ltsp_itself_ends_with_the_same_variables() {
    let scratch = Scratch::new();
    let scratch = &scratch.0;
    let cases = scratch.join("cases");
    for seed in 0..FILES {
        case(seed).write(&cases.join(format!("{seed:05}")));
    }
    fs::write(scratch.join("one"), ONE).expect("scratch");
    for program in ["dash", "awk", "mount", "timeout"] {
        need(program);
    }
    let run = Command::new(need("unshare"))
        .args(["--mount", "--net", "dash", "-c", ALL, "dash"])
        .arg(&cases)
        .env("LIBRARY", library())
        .env("NAMES", NAMES.join(" "))
        .output()
        .expect("unshare starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));

    let (mut known, mut unknown, mut refused, mut complaints) = (0, 0, 0, Vec::new());
    let mut closed_by_chance = 0;
    for seed in 0..FILES {
        let case = case(seed);
        let documents: Vec<LtspConf> = (0..)
            .zip(&case.files)
            .map(|(number, text)| {
                LtspConf::parse(Source::new(format!("conf{number}"), text.as_str()))
            })
            .collect();
        let ours = documents[0].read_as(&case.request, &documents[1..]);
        let theirs = theirs(&cases.join(format!("{seed:05}")));
        let mut complain = |what: String| {
            let text = case.files.join("\n---- the second file ----\n");
            complaints.push(format!("case {seed}: {what}\n{:?}\n{text}\n", case.request));
        };
        let (ours, theirs) = match (ours, theirs) {
            (Ok(ours), Some(theirs)) => (ours, theirs),
            (Err(_), None) => {
                refused += 1;
                continue;
            }
            (Ok(_), None) => {
                complain("the original refuses it".to_owned());
                continue;
            }
            // LTSP's own last lines have quotes, too, so an open one may find an end among them: garbage that
            // is better refused.
            (Err(error), Some(_)) if error.message().contains("never closed") => {
                closed_by_chance += 1;
                continue;
            }
            (Err(error), Some(_)) => {
                complain(format!("the original takes it: {error}"));
                continue;
            }
        };
        for name in NAMES {
            let there = theirs.get(name.as_bytes()).map(|value| &value[..]);
            let host = case.request.client.host.as_deref().filter(|_| name == "HOSTNAME");
            // Its own guard is a variable, too.
            if name == "section_lab" {
                continue;
            }
            match ours.setting(name.as_bytes()).map(|one| one.value.as_deref()) {
                Some(None) => unknown += 1,
                Some(here) if here == there => known += 1,
                None if there == host || there.is_none() => known += 1,
                here => complain(format!(
                    "{name}: ours {:?}, theirs {:?}",
                    here.flatten().map(|value| value.escape_ascii().to_string()),
                    there.map(|value| value.escape_ascii().to_string())
                )),
            }
        }
    }
    assert!(
        complaints.is_empty(),
        "{} complaints:\n{}",
        complaints.len(),
        complaints.iter().take(12).cloned().collect::<Vec<_>>().join("\n")
    );
    println!(
        "{known} values equal, {unknown} unknown, {refused} files refused by both, {closed_by_chance} by us alone"
    );
    assert!(known > 1500 && known > 4 * unknown, "{known} values are known and {unknown} are not");
    assert!(closed_by_chance < FILES / 10, "{closed_by_chance} files are refused by us alone");
    assert!(refused > 10 && refused < FILES / 2, "{refused} files are refused by both");
}
