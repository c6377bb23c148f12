//! The library as a packager installs it: files, symbols, soname, pkg-config.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::header::functions;
use crate::kit::{Scratch, need, run};

/// An installation below a scratch prefix.
pub(crate) struct Installation {
    prefix: Scratch,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let prefix = Scratch::new();
        let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        for dir in ["include", "lib/pkgconfig"] {
            fs::create_dir_all(prefix.join(dir)).expect("a new tree");
        }
        let copy = |from: PathBuf, to: &str| {
            fs::copy(&from, prefix.join(to))
                .unwrap_or_else(|why| panic!("{}: {why}", from.display()));
        };
        copy(crate_dir.join("include/ltsp.h"), "include/ltsp.h");
        let shared = format!("libltsp.so.{}", env!("CARGO_PKG_VERSION"));
        copy(built("libltsp.so"), &format!("lib/{shared}"));
        copy(built("libltsp.a"), "lib/libltsp.a");
        symlink(&shared, prefix.join("lib/libltsp.so.0")).expect("a new link");
        symlink("libltsp.so.0", prefix.join("lib/libltsp.so")).expect("a new link");
        let template =
            fs::read_to_string(crate_dir.join("ltsp.pc.in")).expect("it is beside the manifest");
        let filled = template
            .replace("@prefix@", prefix.path().to_str().expect("a plain name"))
            .replace("@version@", env!("CARGO_PKG_VERSION"));
        fs::write(prefix.join("lib/pkgconfig/ltsp.pc"), filled).expect("a new file");
        Self { prefix }
    }

    fn pkg_config(&self, arguments: &[&str]) -> Vec<String> {
        need("pkg-config", "pkg-config");
        let printed = run(Command::new("pkg-config")
            .args(arguments)
            .arg("ltsp")
            .env("PKG_CONFIG_PATH", self.prefix.join("lib/pkgconfig")));
        printed.split_whitespace().map(str::to_owned).collect()
    }

    /// Compiles the C source at `source`, a path below this crate, with `options`, against the
    /// shared library; answers the program, which is gone with this installation.
    #[track_caller]
    pub(crate) fn compile(&self, compiler: &str, options: &[&str], source: &str) -> PathBuf {
        let package = if compiler == "g++" { "g++" } else { "gcc" };
        need(compiler, &format!("{package} libc6-dev"));
        let name = Path::new(source).file_stem().expect("a file").to_str().expect("a plain name");
        let program = self.prefix.join(format!("{name}-{compiler}"));
        let flags = self.pkg_config(&["--cflags", "--libs"]);
        run(Command::new(compiler)
            .args(["-g", "-Wall", "-Wextra", "-Werror", "-pedantic"])
            .args(options)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(source))
            .arg(format!("-Wl,-rpath,{}", self.prefix.join("lib").display()))
            // What follows are libraries, even where the source was said to be C++.
            .args(["-x", "none"])
            .args(flags)
            .args(["-lpthread", "-o"])
            .arg(&program));
        program
    }

    /// Compiles the C source at `source` into a library to be preloaded.
    pub(crate) fn compile_preload(&self, source: &str) -> PathBuf {
        need("gcc", "gcc libc6-dev");
        let name = Path::new(source).file_stem().expect("a file").to_str().expect("a plain name");
        let library = self.prefix.join(format!("{name}.so"));
        run(Command::new("gcc")
            .args(["-g", "-std=gnu99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(source))
            .arg("-o")
            .arg(&library));
        library
    }

    fn library(&self) -> PathBuf {
        self.prefix.join("lib/libltsp.so")
    }
}

/// A library that cargo built for this very test: beside it.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("/proc is mounted");
    let library = test.parent().expect("it is in a directory").join(name);
    assert!(library.is_file(), "cargo did not build {}", library.display());
    library
}

/// The names that the shared library exports.
fn exported(library: &Path) -> BTreeSet<String> {
    need("nm", "binutils");
    let printed = run(Command::new("nm").args(["-D", "--defined-only"]).arg(library));
    printed.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let installed = Installation::new();
    assert_eq!(exported(&installed.library()), functions());
}

#[test]
fn programs_find_the_library_by_its_soname() {
    let installed = Installation::new();
    need("readelf", "binutils");
    let printed = run(Command::new("readelf").arg("-d").arg(installed.library()));
    assert!(printed.contains("soname: [libltsp.so.0]"), "{printed}");
    let program = installed.compile("gcc", &["-std=c99"], "examples/reset_home.c");
    let printed = run(Command::new("readelf").arg("-d").arg(program));
    assert!(printed.contains("Shared library: [libltsp.so.0]"), "{printed}");
}

#[test]
fn pkg_config_knows_where_everything_is() {
    let installed = Installation::new();
    let prefix = installed.prefix.path().display();
    assert_eq!(installed.pkg_config(&["--cflags"]), [format!("-I{prefix}/include")]);
    assert_eq!(installed.pkg_config(&["--libs"]), [format!("-L{prefix}/lib"), "-lltsp".to_owned()]);
    assert_eq!(installed.pkg_config(&["--modversion"]), [env!("CARGO_PKG_VERSION")]);
}

#[test]
fn a_program_can_be_linked_with_the_static_library() {
    need("gcc", "gcc libc6-dev");
    let installed = Installation::new();
    let program = installed.prefix.join("static");
    let mut flags = installed.pkg_config(&["--static", "--cflags", "--libs"]);
    let shared = flags.iter_mut().find(|flag| *flag == "-lltsp").expect("the library itself");
    "-l:libltsp.a".clone_into(shared);
    run(Command::new("gcc")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/torture.c"))
        .args(&flags)
        .arg("-o")
        .arg(&program));
    let needed = run(Command::new("readelf").arg("-d").arg(&program));
    assert!(!needed.contains("libltsp"), "{needed}");
    run(&mut Command::new(&program));
}

#[test]
fn the_manifest_tells_cargo_c_what_is_installed() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(crate_dir.join("Cargo.toml")).expect("it is there");
    let section = |name: &str| {
        let rest = manifest.split_once(&format!("[{name}]\n"));
        let (_, rest) = rest.unwrap_or_else(|| panic!("no section {name}"));
        rest.split("\n[").next().expect("the section").to_owned()
    };
    // Without this feature it does not build.
    assert!(section("features").lines().any(|line| line == "capi = []"));
    // Not made anew from the sources but the header that is tested.
    assert!(section("package.metadata.capi.header").contains("generation = false"));
    let headers = section("package.metadata.capi.install.include");
    assert!(headers.contains("from = \"include/ltsp.h\", to = \"\""), "{headers}");
    assert!(crate_dir.join("include/ltsp.h").is_file());
    // The soname's number is the first of the version, which is in build.rs, too.
    let library = section("package.metadata.capi.library");
    assert!(library.contains("version_suffix_components = 1"), "{library}");
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    let build = fs::read_to_string(crate_dir.join("build.rs")).expect("it is there");
    assert!(build.contains(&format!("soname,libltsp.so.{major}\"")), "{build}");
}
