//! The committed header is what the sources say, and says all that a caller needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::kit::{Scratch, need, run};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("include/ltsp.h")
}

fn committed() -> String {
    fs::read_to_string(path()).expect("the header is committed")
}

/// The header as the sources, in the order of `lib.rs`, have it.
fn generated() -> String {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml"))
        .expect("cbindgen.toml is well-formed");
    let order = [
        "version",
        "error",
        "bytes",
        "options",
        "progress",
        "reset",
        "report",
        "plan",
        "place",
        "client",
        "conf",
        "settings",
        "diagnostics",
        "resolved",
        "follow_ups",
        "convert",
        "pxe",
        "limits",
        "images",
    ];
    let mut builder = cbindgen::Builder::new().with_config(config);
    for module in order {
        builder = builder.with_src(crate_dir.join(format!("src/{module}.rs")));
    }
    let mut header = Vec::new();
    builder.generate().expect("the sources are understood").write(&mut header);
    String::from_utf8(header).expect("the sources are text")
}

/// The names of the functions that the header declares.
pub(crate) fn functions() -> BTreeSet<String> {
    declarations(&committed()).into_iter().map(|(name, _)| name).collect()
}

/// Each function with its comment.
fn declarations(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut comment = String::new();
    for line in header.lines() {
        if line.starts_with("/**") {
            comment.clear();
        }
        if line.starts_with("/**") || line.starts_with(" *") {
            comment.push_str(line);
            comment.push('\n');
        } else if line.starts_with(' ') || line.starts_with("typedef") {
            // Inside an enum or a list of parameters, or a type.
        } else if let Some((before, _)) = line.split_once('(') {
            let name = before.rsplit([' ', '*']).next().unwrap_or_default();
            if name.starts_with("ltsp_") {
                found.push((name.to_owned(), std::mem::take(&mut comment)));
            }
        }
    }
    found
}

#[test]
fn the_header_is_what_the_sources_say() {
    let generated = generated();
    if std::env::var_os("LTSP_UPDATE_HEADER").is_some_and(|value| value == "1") {
        // In one step: other tests compile it meanwhile.
        let new = path().with_extension("h.new");
        fs::write(&new, &generated).expect("the sources may be changed");
        fs::rename(&new, path()).expect("it is in the same directory");
    }
    assert!(
        committed() == generated,
        "include/ltsp.h is out of date: run `LTSP_UPDATE_HEADER=1 cargo test -p ltsp-ffi header`"
    );
}

#[test]
fn every_function_is_documented_with_each_parameter_and_what_it_answers() {
    let header = committed();
    let found = declarations(&header);
    assert!(found.len() > 180, "only {} functions were found", found.len());
    for (name, comment) in found {
        assert!(comment.starts_with("/**"), "{name} has no comment");
        let parameters = parameters(&header, &name);
        for parameter in &parameters {
            assert!(
                comment.contains(&format!("@param {parameter} ")),
                "{name} does not say what {parameter} is:\n{comment}"
            );
        }
        let described = comment.matches("@param ").count();
        assert_eq!(described, parameters.len(), "{name} describes other parameters:\n{comment}");
        let answers = !header.contains(&format!("\nvoid {name}("));
        assert_eq!(comment.contains("@return "), answers, "{name}:\n{comment}");
    }
}

/// The names of the parameters of the function `name`.
fn parameters(header: &str, name: &str) -> Vec<String> {
    let is_declaration = |line: &&str| !line.starts_with(' ') && line.contains(&format!("{name}("));
    let line = header.lines().find(is_declaration).expect("it is declared");
    let begin = line.as_ptr().addr() - header.as_ptr().addr() + line.find('(').expect("a bracket");
    let (list, _) = header[begin + 1..].split_once(')').expect("it ends");
    list.split(',')
        .map(|parameter| parameter.trim().rsplit([' ', '*']).next().unwrap_or_default().to_owned())
        .filter(|parameter| parameter != "void")
        .collect()
}

#[test]
fn the_header_alone_is_clean_c_and_cpp() {
    need("gcc", "gcc libc6-dev");
    need("g++", "g++");
    let scratch = Scratch::new();
    let source = scratch.join("only.c");
    // Twice, for the include guard. A file with no declaration is no C.
    let text = "#include \"ltsp.h\"\n#include \"ltsp.h\"\nextern ltsp_status some;\n";
    fs::write(&source, text).expect("a new file");
    let include = path().parent().expect("it is in a directory").to_owned();
    for (compiler, standard) in [
        ("gcc", "c99"),
        ("gcc", "c11"),
        ("gcc", "c17"),
        ("gcc", "gnu2x"),
        ("g++", "c++11"),
        ("g++", "c++17"),
        ("g++", "c++20"),
    ] {
        let language = if compiler == "g++" { "c++" } else { "c" };
        run(Command::new(compiler)
            .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"])
            .args(["-Wstrict-prototypes"].iter().filter(|_| language == "c"))
            .arg(format!("-std={standard}"))
            .args(["-x", language, "-I"])
            .arg(&include)
            .arg(&source));
    }
}
