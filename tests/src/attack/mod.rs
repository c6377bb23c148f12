//! Hostile owners: threads with an account's uid that work against whoever resets its home.
mod account;
mod canary;
mod churner;
mod escapee;
mod files;
mod links;
mod mounter;
mod running;
mod swapper;

pub use canary::Canary;
pub use links::HardLinksUnprotected;
pub use running::{AttackStats, Running};

use running::Tally;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// Whose home, and what the attacker would like root to damage.
#[derive(Clone, Debug)]
pub struct Target {
    /// The home, by path; it may vanish and come back as another directory at any time.
    pub home: PathBuf,
    /// The account's uid.
    pub uid: u32,
    /// The account's gid.
    pub gid: u32,
    /// A directory with a [`Canary`].
    pub canary: PathBuf,
    /// A directory outside of the home where the account may write.
    pub outside: PathBuf,
}

/// A way to attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attacker {
    /// Exchanges directories, at several depths, with symlinks to the canary, as fast as the kernel can.
    SymlinkSwapper,
    /// Gives the canary's files further names in the home, in place of its own files.
    HardLinker,
    /// Replaces files by named pipes, on which a careless open waits for ever.
    FifoPlanter,
    /// Replaces files by sockets, which no open can open.
    SocketPlanter,
    /// Makes, renames and removes deep directories all the time.
    DirChurner,
    /// Mounts a file system in the home, in a user namespace of its own.
    Mounter,
    /// Holds directories open and moves them out of the home while root works below them.
    Escapee,
}

impl Attacker {
    /// All of them.
    pub fn all() -> [Self; 7] {
        [
            Self::SymlinkSwapper,
            Self::HardLinker,
            Self::FifoPlanter,
            Self::SocketPlanter,
            Self::DirChurner,
            Self::Mounter,
            Self::Escapee,
        ]
    }

    /// Starts the attack; it goes on until [`Running::stop`].
    ///
    /// Call it in the thread that has the file systems mounted: the attacker inherits its mount namespace.
    #[track_caller]
    pub fn start(self, target: &Target) -> Running {
        let target = target.clone();
        Running::start(format!("{self:?}"), move |tally| {
            if self == Self::Mounter {
                return mounter::run(&target, tally);
            }
            account::become_account(target.uid, target.gid).expect("root may become anyone");
            let mut attack: Box<dyn Attack> = match self {
                Self::SymlinkSwapper => Box::new(swapper::SymlinkSwapper::new(&target)),
                Self::HardLinker => Box::new(links::HardLinker::new(&target)),
                Self::FifoPlanter => Box::new(files::Planter::new(libc::S_IFIFO)),
                Self::SocketPlanter => Box::new(files::Planter::new(libc::S_IFSOCK)),
                Self::DirChurner => Box::new(churner::DirChurner::new()),
                Self::Escapee => Box::new(escapee::Escapee::new(&target)),
                Self::Mounter => unreachable!("the mounter is a process"),
            };
            while !tally.stopping() {
                // The home is exchanged and removed under the attacker; it comes back by path, again and again.
                match open_home(&target.home) {
                    Some(home) => attack.round(&home, tally),
                    None => std::thread::yield_now(),
                }
            }
        })
    }
}

/// An attack of one's own: `round` is called again and again, under the account's ids, until [`Running::stop`].
///
/// Successes count as churned, failures as refused.
#[track_caller]
pub fn custom(
    name: &str,
    uid: u32,
    gid: u32,
    mut round: impl FnMut() -> std::io::Result<()> + Send + 'static,
) -> Running {
    Running::start(name.to_owned(), move |tally| {
        account::become_account(uid, gid).expect("root may become anyone");
        while !tally.stopping() {
            tally.count(running::Count::Churned, &round());
        }
    })
}

/// One attacker's work on the home as it is now; a round ends soon, so that an exchanged home is found again.
trait Attack {
    fn round(&mut self, home: &OwnedFd, tally: &Tally);
}

fn open_home(home: &Path) -> Option<OwnedFd> {
    account::open_dir(nix::fcntl::AT_FDCWD, home)
}
