//! Whoever takes part: how each puts a home back.

use std::ffi::OsString;

use crate::place::{Home, Place, ltspctl};
use crate::tools::Tools;

/// One way to put a home back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// The start of a program that does nothing.
    Floor,
    /// What people run at login.
    Script,
    /// rsync, which also deletes.
    Rsync,
    /// Remove, copy with everything, give away.
    CopyAnew,
    /// Remove and copy by programs made to be fast.
    Fuc,
    /// A fresh copy, exchanged, the old home removed.
    Swap,
    /// The same by a call of the library.
    Library,
    /// A fresh copy, exchanged, the old home left for later.
    SwapDeferred,
    /// A spare that was ready, exchanged, the old home left for later.
    Spare,
    /// Only what differs, known by the receipt.
    InPlaceTrusted,
    /// Only what differs; the receipt is not believed for contents where a user could deceive it.
    InPlaceChecked,
    /// Only what differs, contents compared.
    InPlace,
    /// rsync on a home that is as it should be.
    RsyncSame,
    /// The receipt says so.
    InPlaceTrustedSame,
    /// The receipt says so, and contents are compared where a user could deceive it.
    InPlaceCheckedSame,
    /// Contents are compared.
    InPlaceSame,
}

impl Contender {
    pub(crate) const ALL: [Self; 16] = [
        Self::Script,
        Self::Rsync,
        Self::CopyAnew,
        Self::Fuc,
        Self::Swap,
        Self::Library,
        Self::SwapDeferred,
        Self::Spare,
        Self::InPlaceTrusted,
        Self::InPlaceChecked,
        Self::InPlace,
        Self::RsyncSame,
        Self::InPlaceTrustedSame,
        Self::InPlaceCheckedSame,
        Self::InPlaceSame,
        Self::Floor,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor: start /bin/true",
            Self::Script => "script: rm -rf .* *; rsync -a; chown -R",
            Self::Rsync => "rsync -a --delete --chown",
            Self::CopyAnew => "rm -rf; cp -a; chown -R",
            Self::Fuc => "rmz; cpz; chown -R",
            Self::Swap => "ltspctl, swap, fresh copy",
            Self::Library => "library, swap, fresh copy",
            Self::SwapDeferred => "ltspctl, swap, removal deferred",
            Self::Spare => "ltspctl, swap, spare ready",
            Self::InPlaceTrusted => "ltspctl, in place, receipt trusted",
            Self::InPlaceChecked => "ltspctl, in place, receipt checked",
            Self::InPlace => "ltspctl, in place, no receipt",
            Self::RsyncSame => "unchanged home: rsync -a --delete",
            Self::InPlaceTrustedSame => "unchanged home: in place, trusted",
            Self::InPlaceCheckedSame => "unchanged home: in place, checked",
            Self::InPlaceSame => "unchanged home: in place, no receipt",
        }
    }

    /// Whose time its ratio is to.
    pub(crate) fn measure_of(self) -> Self {
        if self.finds_it_unchanged() { Self::RsyncSame } else { Self::Script }
    }

    /// Whether the home is as it should be before.
    pub(crate) fn finds_it_unchanged(self) -> bool {
        matches!(
            self,
            Self::RsyncSame
                | Self::InPlaceTrustedSame
                | Self::InPlaceCheckedSame
                | Self::InPlaceSame
                | Self::Floor
        )
    }

    /// What is done before the clock runs, and counts in the total.
    pub(crate) fn ahead(self, tools: &Tools, place: &Place, home: &Home) -> Option<Vec<OsString>> {
        let template = place.template.to_str().expect("a plain path");
        let homes = std::slice::from_ref(home);
        (self == Self::Spare)
            .then(|| ltspctl(&tools.ltspctl, "stage", homes, &["--template", template]))
    }

    /// What is left for later, and counts in the total.
    pub(crate) fn later(self, tools: &Tools, home: &Home) -> Option<Vec<OsString>> {
        let homes = std::slice::from_ref(home);
        matches!(self, Self::Spare | Self::SwapDeferred)
            .then(|| ltspctl(&tools.ltspctl, "clean", homes, &[]))
    }

    /// The command line; `None` for the library.
    pub(crate) fn command(
        self,
        tools: &Tools,
        place: &Place,
        home: &Home,
    ) -> Option<Vec<OsString>> {
        let template = place.template.to_str().expect("a plain path");
        let path = home.path.to_str().expect("a plain path");
        let (uid, gid) = (home.uid, home.gid);
        let shell = |script: String| Some(vec!["/bin/sh".into(), "-c".into(), script.into()]);
        let ours = |more: &[&str]| {
            let all = [&["--template", template][..], more].concat();
            Some(ltspctl(&tools.ltspctl, "reset", std::slice::from_ref(home), &all))
        };
        match self {
            Self::Floor => Some(vec!["/bin/true".into()]),
            // rm says that it will not remove `.` and `..`, and goes on.
            Self::Script => shell(format!(
                "cd {path} || exit; rm -rf .* *; rsync -a {template}/ . && chown -R {uid} ."
            )),
            Self::Rsync | Self::RsyncSame => Some(
                ["rsync", "-a", "--delete", &format!("--chown={uid}:{gid}")]
                    .map(OsString::from)
                    .into_iter()
                    .chain([format!("{template}/").into(), format!("{path}/").into()])
                    .collect(),
            ),
            Self::CopyAnew => shell(format!(
                "rm -rf {path} && cp -a {template} {path} && chown -R {uid}:{gid} {path}"
            )),
            Self::Fuc => {
                let bin = tools.fuc.display();
                shell(format!(
                    "{bin}/rmz {path} && {bin}/cpz {template} {path} && chown -R {uid}:{gid} {path}"
                ))
            }
            Self::Swap => ours(&["--strategy", "swap", "--spare", "never"]),
            Self::SwapDeferred => {
                ours(&["--strategy", "swap", "--spare", "never", "--defer-cleanup"])
            }
            Self::Spare => ours(&["--strategy", "swap", "--spare", "trusted", "--defer-cleanup"]),
            Self::InPlaceTrusted | Self::InPlaceTrustedSame => {
                ours(&["--strategy", "in-place", "--receipts", "trusted"])
            }
            Self::InPlaceChecked | Self::InPlaceCheckedSame => {
                ours(&["--strategy", "in-place", "--receipts", "checked"])
            }
            Self::InPlace | Self::InPlaceSame => {
                ours(&["--strategy", "in-place", "--receipts", "never"])
            }
            Self::Library => None,
        }
    }
}
