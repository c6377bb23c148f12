//! The rules of the house, read from the sources: who may know whom, where dangerous things may stand, and that what the
//! documents claim is there.
//!
//! Each rule is a function from text to complaints, so that the tests at the end can show it a bad text.

mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rust::{Kind, Token, inner_paths, outer_paths, path_tree, tokens};

/// Which rooms of ltsp-core a room may know. Everything not listed is forbidden.
const ROOMS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("progress", &["error"]),
    ("text", &["error"]),
    ("sys", &["error"]),
    ("formats", &["text", "error"]),
    ("tree", &["sys", "progress", "error"]),
    ("accounts", &["formats", "sys", "error"]),
    // A home is named by its account, so a reset looks accounts up.
    ("home", &["tree", "sys", "progress", "accounts", "error"]),
    ("backup", &["tree", "sys", "progress", "error"]),
    // Documents are bytes until somebody opens and saves them; limits are an account's.
    ("conf", &["formats", "accounts", "text", "sys", "error"]),
    ("image", &["conf", "formats", "text", "sys", "error"]),
    ("boot", &["formats", "text", "sys", "error"]),
    (
        "lab",
        &[
            "home", "backup", "image", "boot", "accounts", "tree", "formats", "text", "sys",
            "progress", "error",
        ],
    ),
];

/// The rooms of ltsp-core that may name these crates.
const CRATES: &[(&str, &[&str])] = &[
    ("sys", &["nix", "libc", "rustix"]),
    ("text", &["similar"]),
    ("formats", &["nom"]),
    ("image", &["flate2", "liblzma", "lz4_flex", "lzokay", "zstd"]),
    ("backup", &["tar", "zstd"]),
];

/// What may be named of serde: derives, and the functions that derives call.
const SERDE: &[&str] = &["Serialize", "Deserialize", "Serializer", "Deserializer"];

/// The sources of the faces: they see what any user of the library sees.
const FACES: &[&str] = &["ltsp-cli", "ltsp-py", "ltsp-ffi"];

/// Where `unsafe` may stand.
const UNSAFE: &[&str] = &["ltsp-core/src/sys/", "ltsp-ffi/", "tests/", "fuzz/"];

/// A longer file has more than one purpose.
const LINES: usize = 900;

// ---- The rules, on the project ----

#[test]
fn rooms_know_only_whom_the_table_allows() {
    let root = source(Path::new("ltsp-core/src/lib.rs"));
    let house = House::new(&tokens(&root.text));
    assert!(house.rooms.contains("sys"), "the rooms are read from lib.rs: {:?}", house.rooms);
    for room in &house.rooms {
        assert!(
            ROOMS.iter().any(|(name, _)| name == room),
            "the room `{room}` has no row in the table"
        );
    }
    let mut read = 0;
    let mut complaints = Vec::new();
    for file in sources("rs") {
        if let Some(module) = module_of(&file.path) {
            read += 1;
            complaints.extend(file.at(house.imports(&module, &tokens(&file.text))));
            complaints.extend(file.at(crates(&module[0], &tokens(&file.text))));
        }
    }
    assert!(read >= house.rooms.len(), "only {read} files were read");
    none(&complaints);
}

#[test]
fn faces_know_only_the_public_library() {
    let root = tokens(&source(Path::new("ltsp-core/src/lib.rs")).text);
    let hidden = hidden_items(&root);
    let mut complaints = Vec::new();
    for file in sources("rs") {
        if FACES.iter().any(|face| file.path.starts_with(Path::new(face).join("src"))) {
            complaints.extend(file.at(face(&hidden, &tokens(&file.text))));
        }
    }
    for name in FACES {
        let manifest = source(&Path::new(name).join("Cargo.toml"));
        assert!(manifest.text.contains("ltsp-core"), "{name} does not use the library");
        complaints.extend(manifest.at(siblings(name, &manifest.text)));
    }
    none(&complaints);
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    let mut complaints = Vec::new();
    for file in sources("rs") {
        let name = file.path.to_string_lossy();
        if !UNSAFE.iter().any(|room| name.starts_with(room)) {
            complaints.extend(file.at(unsafe_code(&tokens(&file.text))));
        }
    }
    none(&complaints);
}

#[test]
fn no_file_outgrows_its_purpose() {
    let mut complaints = Vec::new();
    for kind in ["rs", "py", "pyi", "c", "h"] {
        for file in sources(kind) {
            // The C header is generated.
            if !file.path.ends_with("ltsp-ffi/include/ltsp.h") {
                complaints.extend(file.at(too_long(&file.text)));
            }
        }
    }
    none(&complaints);
}

#[test]
fn no_test_is_left_out_without_a_reason() {
    let mut complaints = Vec::new();
    for file in sources("rs") {
        complaints.extend(file.at(ignored(&tokens(&file.text))));
    }
    for file in sources("py") {
        complaints.extend(file.at(skipped(&file.text)));
    }
    none(&complaints);
}

#[test]
fn every_test_that_security_md_names_exists() {
    let mut tests = BTreeSet::new();
    for file in sources("rs") {
        tests.extend(test_functions(&tokens(&file.text)));
    }
    for file in sources("py") {
        tests.extend(python_tests(&file.text));
    }
    let document = source(Path::new("SECURITY.md"));
    let named = named_tests(&document.text);
    assert!(named.len() >= 10, "the tables of SECURITY.md were not understood: {named:?}");
    none(&document.at(missing_tests(&named, &tests)).collect::<Vec<_>>());
}

// ---- The rules, on text ----

/// A complaint: a line, and what is wrong there.
type Complaint = (usize, String);

/// The rooms of the library and what its root re-exports, read from `lib.rs`.
struct House {
    rooms: BTreeSet<String>,
    reexports: BTreeMap<String, String>,
}

impl House {
    fn new(root: &[Token]) -> Self {
        let mut house = House { rooms: BTreeSet::new(), reexports: BTreeMap::new() };
        for (at, token) in root.iter().enumerate() {
            if token.is("mod") && root.get(at + 2).is_some_and(|next| next.is(";")) {
                house.rooms.insert(root[at + 1].text.clone());
            }
        }
        for (at, token) in root.iter().enumerate() {
            if token.is("use") {
                let mut paths = Vec::new();
                path_tree(root, at + 1, &[], &mut paths);
                for (_, path) in paths {
                    if let [room, .., name] = &path[..] {
                        house.reexports.insert(name.clone(), room.clone());
                    }
                }
            }
        }
        house
    }

    /// Complaints about what `module` imports from other rooms.
    fn imports(&self, module: &[String], tokens: &[Token]) -> Vec<Complaint> {
        let own = &module[0];
        let allowed =
            ROOMS.iter().find(|(name, _)| name == own).map_or(&[][..], |(_, allowed)| allowed);
        let mut complaints = Vec::new();
        for (line, path) in inner_paths(module, tokens) {
            let Some(first) = path.first() else { continue };
            let room = match self.reexports.get(first) {
                _ if self.rooms.contains(first) => first,
                Some(room) => room,
                // `use super::*` of the root's own names.
                None if first == "*" => continue,
                None => {
                    let what =
                        format!("`crate::{first}` is neither a room nor re-exported by lib.rs");
                    complaints.push((line, what));
                    continue;
                }
            };
            if room != own && !allowed.contains(&room.as_str()) {
                complaints
                    .push((line, format!("`{own}` may not know `{room}` ({})", path.join("::"))));
            }
        }
        complaints
    }
}

/// Complaints about crates that `room` may not name, and about serde used for more than derives.
fn crates(room: &str, tokens: &[Token]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let names: BTreeSet<&str> =
        CRATES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    for (line, path) in outer_paths(&Vec::from_iter(names), tokens) {
        let homes = CRATES.iter().filter(|(_, names)| names.contains(&path[0].as_str()));
        let homes: Vec<&str> = homes.map(|(home, _)| *home).collect();
        if !homes.contains(&room) {
            let what = format!("`{}` is named outside `{}`", path.join("::"), homes.join("`, `"));
            complaints.push((line, what));
        }
    }
    for (line, path) in outer_paths(&["serde"], tokens) {
        if !path.get(1).is_some_and(|name| SERDE.contains(&name.as_str())) {
            complaints
                .push((line, format!("`{}`: serde is for derives on plain data", path.join("::"))));
        }
    }
    for pair in tokens.windows(2) {
        // The error is opaque, so it alone writes itself out by hand.
        if pair[0].is("Serialize") && pair[1].is("for") && room != "error" {
            complaints.push((
                pair[0].line,
                "a hand-written Serialize: derive it on plain data".to_owned(),
            ));
        }
    }
    complaints
}

/// Complaints about what a face names beside the library's public interface.
fn face(hidden: &BTreeSet<String>, tokens: &[Token]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let names: Vec<&str> = CRATES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    for (line, path) in outer_paths(&names, tokens) {
        complaints
            .push((line, format!("`{}`: a face leaves that to the library", path.join("::"))));
    }
    for (line, path) in outer_paths(&["ltsp_core"], tokens) {
        if path.get(1).is_some_and(|name| hidden.contains(name)) {
            complaints
                .push((line, format!("`{}` is hidden from the library's users", path.join("::"))));
        }
    }
    complaints
}

/// Complaints about dependencies of `manifest` on other faces.
fn siblings(name: &str, manifest: &str) -> Vec<Complaint> {
    let other = |line: &str| FACES.iter().any(|face| *face != name && line.starts_with(face));
    let wrong = lines(manifest).filter(|(_, line)| other(line));
    wrong.map(|(at, line)| (at, format!("a face depends on another: {line}"))).collect()
}

/// Items of a crate root that are public only for its own programs.
fn hidden_items(root: &[Token]) -> BTreeSet<String> {
    let mut hidden = BTreeSet::new();
    let mut pending = false;
    for pair in root.windows(2) {
        pending |= pair[0].is("hidden") && pair[1].is(")");
        if pending && pair[0].is("mod") {
            hidden.insert(pair[1].text.clone());
        }
        pending &= !(pair[0].is(";") || pair[0].is("{"));
    }
    hidden
}

fn unsafe_code(tokens: &[Token]) -> Vec<Complaint> {
    let found = tokens.iter().filter(|token| token.is("unsafe"));
    found.map(|token| (token.line, "`unsafe` outside its rooms".to_owned())).collect()
}

fn too_long(text: &str) -> Vec<Complaint> {
    let count = text.lines().count();
    let complaint =
        (count > LINES).then(|| (count, format!("{count} lines: more than one purpose?")));
    complaint.into_iter().collect()
}

/// Complaints about `#[ignore]` that does not say why in a sentence.
fn ignored(tokens: &[Token]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let attribute = at >= 2 && tokens[at - 1].is("[") && tokens[at - 2].is("#");
        // Also the form `#[cfg_attr(..., ignore)]`.
        let conditional = at >= 1 && tokens[at - 1].is(",") && in_cfg_attr(&tokens[..at]);
        if token.is("ignore") && (attribute || conditional) {
            let given = tokens.get(at + 1).is_some_and(|next| next.is("="));
            let reason = tokens.get(at + 2).filter(|reason| given && reason.kind == Kind::String);
            if reason.is_none_or(|reason| reason.text.split_whitespace().count() < 3) {
                complaints.push((token.line, "a test is ignored without a reason".to_owned()));
            }
        }
    }
    complaints
}

fn in_cfg_attr(before: &[Token]) -> bool {
    let start = before.iter().rposition(|token| token.is("#"));
    start.is_some_and(|start| before[start..].iter().any(|token| token.is("cfg_attr")))
}

/// The same for pytest: what is skipped or may fail says why, and no missing package hides a test.
fn skipped(python: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for call in ["mark.skip", "mark.xfail", "pytest.skip(", "pytest.xfail(", "importorskip"] {
        for (at, _) in python.match_indices(call) {
            // The call goes on to the next definition or to its closing parenthesis at the start of a line.
            let rest = &python[at + call.len()..];
            let end = ["\ndef ", "\n)", "\nclass ", "\nasync "]
                .iter()
                .filter_map(|end| rest.find(end))
                .min();
            let rest = &rest[..end.unwrap_or(rest.len())];
            let reason = match call {
                "importorskip" => false,
                _ if call.starts_with("mark") => rest.contains("reason="),
                _ => rest
                    .split(')')
                    .next()
                    .is_some_and(|argument| argument.split_whitespace().count() >= 3),
            };
            if !reason {
                let line = python[..at].lines().count();
                complaints.push((line, format!("`{call}` leaves a test out without a reason")));
            }
        }
    }
    complaints
}

/// Names of the functions marked `#[test]`, also inside `proptest!`.
fn test_functions(tokens: &[Token]) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for (at, token) in tokens.iter().enumerate() {
        marked |= token.is("test")
            && tokens.get(at + 1).is_some_and(|next| next.is("]"))
            && at >= 2
            && (tokens[at - 1].is("[") || tokens[at - 1].is("::"));
        if marked && token.is("fn") {
            names.extend(tokens.get(at + 1).map(|name| name.text.clone()));
            marked = false;
        }
    }
    names
}

fn python_tests(python: &str) -> Vec<String> {
    let names = python.lines().filter_map(|line| line.trim_start().strip_prefix("def test_"));
    names.filter_map(|rest| Some(format!("test_{}", rest.split_once('(')?.0))).collect()
}

/// For each row of the tables whose last column is headed `Test`: its line and the names in backticks there.
fn named_tests(markdown: &str) -> Vec<(usize, Vec<String>)> {
    let mut named = Vec::new();
    let mut inside = false;
    for (at, line) in lines(markdown) {
        let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            inside = false;
            continue;
        };
        let last = row.rsplit('|').next().unwrap_or_default().trim();
        if inside && !last.trim_matches(['-', ':']).is_empty() {
            named.push((at, last.split('`').skip(1).step_by(2).map(str::to_owned).collect()));
        }
        inside |= last == "Test";
    }
    named
}

fn missing_tests(named: &[(usize, Vec<String>)], tests: &BTreeSet<String>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (line, names) in named {
        if names.is_empty() {
            complaints.push((*line, "a claim without a test".to_owned()));
        }
        for name in names.iter().filter(|name| !tests.contains(*name)) {
            complaints.push((*line, format!("there is no test `{name}`")));
        }
    }
    complaints
}

// ---- Reading the project ----

/// A file of the project; its path is relative to the top.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// Complaints with their place in front.
    fn at(&self, complaints: Vec<Complaint>) -> impl Iterator<Item = String> + '_ {
        complaints.into_iter().map(|(line, what)| format!("{}:{line}: {what}", self.path.display()))
    }
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the test kit lies in the workspace")
}

fn source(path: &Path) -> Source {
    let text = fs::read_to_string(top().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Source { path: path.to_owned(), text }
}

/// Every file of the project that ends in `.kind`, but for what was built or installed.
fn sources(kind: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(top().join(&folder)).expect("the project's folders can be read") {
            let entry = entry.expect("the project's folders can be read");
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().expect("the kernel tells types").is_dir();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // What cargo builds is tagged, except where a script made the directory before cargo did.
            let built = path == Path::new("target") || path == Path::new("fuzz/target");
            if is_folder && !hidden && !built && !top().join(&path).join("CACHEDIR.TAG").exists() {
                pending.push(path);
            } else if !is_folder && path.extension().is_some_and(|extension| extension == kind) {
                found.push(source(&path));
            }
        }
    }
    assert!(
        kind != "rs" || found.len() > 5,
        "the project's sources were not found below {}",
        top().display()
    );
    found
}

/// The module path of a file of ltsp-core below its root, such as `tree::copy`.
fn module_of(path: &Path) -> Option<Vec<String>> {
    let inside = path.strip_prefix("ltsp-core/src").ok()?.with_extension("");
    let mut module: Vec<String> =
        inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    (!module.is_empty()).then_some(module)
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()))
}

#[track_caller]
fn none(complaints: &[String]) {
    assert!(
        complaints.is_empty(),
        "{} against the rules of the house:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

// ---- The rules can be broken ----

fn of(module: &str, text: &str) -> Vec<Complaint> {
    let root = "pub mod error; pub mod sys; pub mod tree; pub mod home; mod formats; pub use error::{Error, Result}; pub use sys::SysRoot;";
    let module: Vec<String> = module.split("::").map(str::to_owned).collect();
    House::new(&tokens(root)).imports(&module, &tokens(text))
}

#[test]
fn a_forbidden_import_is_seen_however_it_is_written() {
    for text in [
        "use crate::home::Policy;",
        "use crate::{error::Error, home::Policy};",
        "use crate::{\n  error::{Error, Result},\n  home,\n};",
        "fn f() -> crate::home::Policy { todo() }",
        "use super::super::home::Policy;",
        "mod tests { use super::super::super::home::{self as h}; }",
        "mod tests { mod deeper { } fn f() { super::super::super::home::run() } }",
    ] {
        assert_eq!(of("tree::copy", text).len(), 1, "{text}: {:?}", of("tree::copy", text));
    }
    // By the name that the root gives it.
    assert_eq!(of("sys::dir", "use crate::SysRoot;"), [], "the same room under its own name");
    assert_eq!(
        of("error", "use crate::SysRoot;"),
        [(1, "`error` may not know `sys` (SysRoot)".to_owned())]
    );
    assert_eq!(of("tree", "use crate::unheard_of::Thing;").len(), 1);
}

#[test]
fn an_allowed_import_is_not_complained_about() {
    for text in [
        "use crate::sys::{Dir, FileName};",
        "use crate::{Error, SysRoot};",
        "use super::walk::Walk; use super::*;",
        "mod tests { use super::*; use super::super::walk; }",
        "pub(crate) fn f() {} // crate::home::Policy",
        "/* crate::home /* nested */ crate::home */ const TEXT: &str = \"crate::home\";",
        "const RAW: &str = r#\"a \" crate::home\"#; const C: char = '\"'; fn f<'a>(x: &'a str) {}",
    ] {
        assert_eq!(of("tree::copy", text), [], "{text}");
    }
}

#[test]
fn a_crate_outside_its_room_is_seen() {
    for text in [
        "use nix::unistd;",
        "use libc;",
        "fn f() { ::libc::close(3) }",
        "use {nom::bytes, std::fs};",
        "extern crate zstd;",
    ] {
        assert_eq!(crates("home", &tokens(text)).len(), 1, "{text}");
    }
    for text in ["use serde::de::Visitor;", "impl serde::Serialize for Report {}"] {
        assert_eq!(crates("home", &tokens(text)).len(), 1, "{text}");
    }
    for text in [
        "use serde::{Serialize, Serializer};",
        "#[derive(serde::Serialize)] struct S;",
        "let tar = x.tar(); crate::sys::nix::f()",
    ] {
        assert_eq!(crates("home", &tokens(text)), [], "{text}");
    }
    assert_eq!(crates("sys", &tokens("use nix::unistd; use libc::c_int;")), []);
    assert_eq!(crates("sys", &tokens("use nom::bytes;")).len(), 1);
}

#[test]
fn a_face_that_goes_behind_the_library_is_seen() {
    let hidden = hidden_items(&tokens("#[doc(hidden)]\npub mod testing;\npub mod home;"));
    assert_eq!(hidden, BTreeSet::from(["testing".to_owned()]));
    assert_eq!(face(&hidden, &tokens("use ltsp_core::testing::raw; use nix::unistd;")).len(), 2);
    assert_eq!(face(&hidden, &tokens("use ltsp_core::home::HomeReset;")), []);
    assert_eq!(
        siblings(
            "ltsp-py",
            "[dependencies]\nltsp-core.workspace = true\nltsp-ffi = { path = \"../ltsp-ffi\" }"
        )
        .len(),
        1
    );
}

#[test]
fn unsafe_long_and_ignored_things_are_seen() {
    assert_eq!(
        unsafe_code(&tokens("// unsafe\n#![forbid(unsafe_code)]\nfn f() { unsafe { g() } }")).len(),
        1
    );
    assert_eq!(too_long(&"x\n".repeat(LINES)), []);
    assert_eq!(too_long(&"x\n".repeat(LINES + 1)).len(), 1);
    for text in [
        "#[ignore] fn f() {}",
        "#[ignore = \"slow\"] fn f() {}",
        "#[cfg_attr(miri, ignore)] fn f() {}",
    ] {
        assert_eq!(ignored(&tokens(text)).len(), 1, "{text}");
    }
    assert_eq!(
        ignored(&tokens(
            "#[ignore = \"needs a kernel that is older than 5.6\"] fn ignore() { x.ignore() }"
        )),
        []
    );
    let reasoned = "@pytest.mark.skipif(\n    x,\n    reason='why',\n)\ndef test_a(): pytest.skip('no such file system')";
    assert_eq!(skipped(reasoned), []);
    let unreasoned =
        "@pytest.mark.skip()\ndef test_a():\n    pytest.skip()\n    pytest.importorskip('x')";
    assert_eq!(skipped(unreasoned).len(), 3);
}

#[test]
fn a_claim_without_its_test_is_seen() {
    let tests = BTreeSet::from_iter(test_functions(&tokens(
        "#[test] fn here() {} #[test]\n#[should_panic] fn also_here() {} #[cfg(test)] mod t { fn helper() {} }",
    )));
    assert_eq!(tests, BTreeSet::from(["also_here".to_owned(), "here".to_owned()]));
    assert_eq!(python_tests("def test_a(x: int) -> None:\n    def helper(): ..."), ["test_a"]);
    let named = named_tests(
        "| What | Test |\n|---|---|\n| a | `here`, `gone` |\n| b | none yet |\n\n| Other | Table |\n|--|--|\n| `x` | `y` |",
    );
    assert_eq!(named.len(), 2, "{named:?}");
    let complaints = missing_tests(&named, &tests);
    assert_eq!(
        complaints,
        [(3, "there is no test `gone`".to_owned()), (4, "a claim without a test".to_owned())]
    );
}
