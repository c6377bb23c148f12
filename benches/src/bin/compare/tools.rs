//! The programs that are compared: those of this workspace and those of others.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::oracle;

/// Where they are.
pub(crate) struct Tools {
    /// The command of this workspace, as built for release.
    pub(crate) ltspctl: PathBuf,
    /// Directory of `rmz` and `cpz`.
    pub(crate) fuc: PathBuf,
}

impl Tools {
    /// Builds and installs what is missing; panics where that is not possible.
    pub(crate) fn prepare() -> Self {
        for program in ["rsync", "cp", "chown"] {
            oracle::need(program);
        }
        let this = std::env::current_exe().expect("a program knows its own path");
        let profile = this.parent().expect("a program is in a directory");
        let target = profile.parent().expect("target/<profile>/compare");
        // As `make install` does.
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        run(cargo().arg("ltspctl").env("CARGO_TARGET_DIR", target).current_dir(workspace));
        let tools = target.join("tools");
        let fuc = tools.join("bin");
        if !(fuc.join("rmz").is_file() && fuc.join("cpz").is_file()) {
            eprintln!("installing rmz and cpz, to compare with, into {}", tools.display());
            let mut install = cargo();
            install.args(["install", "--quiet", "--locked", "rmz", "cpz", "--root"]).arg(&tools);
            // Elsewhere than the workspace, whose lowest Rust version would apply.
            run(install.env_remove("CARGO_TARGET_DIR").current_dir("/"));
        }
        Self { ltspctl: target.join("release/ltspctl"), fuc }
    }
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn run(command: &mut Command) {
    let status = command.status().expect("cargo can start");
    assert!(status.success(), "{command:?}: {status}");
}
