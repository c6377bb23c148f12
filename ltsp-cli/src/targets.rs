//! Which homes: by account name, or by path and ids, below any root.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgGroup, Args, ValueHint};
use ltsp_core::home::HomeReset;
use ltsp_core::{Result, SysRoot};

/// The usage line of every verb that deals with homes.
macro_rules! usage {
    ($verb:literal) => {
        concat!(
            "ltspctl home ",
            $verb,
            " [OPTIONS] {--user <NAME> | --home <DIR> --uid <N> --gid <N>}..."
        )
    };
}
pub(crate) use usage;

/// The options that name homes.
#[derive(Args, Debug)]
#[command(
    next_help_heading = "Which homes",
    group = ArgGroup::new("homes").args(["user", "home"]).required(true).multiple(true)
)]
pub(crate) struct Targets {
    /// The home of this account, as the root's /etc/passwd has it; repeatable
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Username)]
    user: Vec<OsString>,
    /// A home by its path below the root; repeatable, each with its --uid and --gid
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires_all = ["uid", "gid"])]
    home: Vec<PathBuf>,
    /// The user id that the home belongs to; the first is the first home's, and so on
    #[arg(long, value_name = "N", requires = "home")]
    uid: Vec<u32>,
    /// The group id that the home belongs to; the first is the first home's, and so on
    #[arg(long, value_name = "N", requires = "home")]
    gid: Vec<u32>,
    /// Take this directory for /: a chroot, an unpacked image
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    root: Option<PathBuf>,
}

impl Targets {
    /// What clap cannot check: each home has its ids.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        let (homes, uids, gids) = (self.home.len(), self.uid.len(), self.gid.len());
        if homes == uids && homes == gids {
            return Ok(());
        }
        let what = format!(
            "--home stands here {homes} times, --uid {uids} times and --gid {gids} times; \
             give --uid and --gid once for each --home, in the same order\n\n\
             For more information, try '--help'.\n"
        );
        Err(clap::Error::raw(ErrorKind::WrongNumberOfValues, what))
    }

    /// Adds them to a reset.
    pub(crate) fn add_to(&self, mut reset: HomeReset) -> Result<HomeReset> {
        if let Some(root) = &self.root {
            reset = reset.root(SysRoot::open(root)?);
        }
        for user in &self.user {
            reset = reset.user(user.as_bytes());
        }
        for ((home, uid), gid) in self.home.iter().zip(&self.uid).zip(&self.gid) {
            reset = reset.home(home, *uid, *gid);
        }
        Ok(reset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use std::os::unix::ffi::OsStringExt as _;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        targets: Targets,
    }

    fn parse<const N: usize>(words: [&str; N]) -> Targets {
        let words = ["x"].into_iter().chain(words);
        Line::try_parse_from(words).expect("a valid line").targets
    }

    #[test]
    fn each_home_by_path_has_its_own_ids() {
        let targets = parse([
            "--home", "/a", "--uid", "1", "--gid", "2", "--home", "/b", "--uid", "3", "--gid", "4",
        ]);
        targets.check().expect("two of each");
        let reset = targets.add_to(HomeReset::new(ltsp_core::home::Policy::Exact));
        let reset = format!("{:?}", reset.expect("no root is opened"));
        for home in [r#"path: "/a", uid: 1, gid: 2"#, r#"path: "/b", uid: 3, gid: 4"#] {
            assert!(reset.contains(home), "{reset}");
        }
    }

    #[test]
    fn a_home_that_lacks_an_id_is_a_usage_error() {
        let targets = parse(["--home", "/a", "--home", "/b", "--uid", "1", "--gid", "2"]);
        let error = targets.check().expect_err("one uid for two homes");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("--home stands here 2 times, --uid 1 times"), "{error}");
    }

    #[test]
    fn names_that_are_no_text_arrive_as_they_are() {
        let name = OsString::from_vec(b"k\xe4the".to_vec());
        let words = [OsString::from("x"), OsString::from("--user"), name.clone()];
        let targets = Line::try_parse_from(words).expect("any bytes are a name").targets;
        assert_eq!(targets.user, [name]);
    }
}
