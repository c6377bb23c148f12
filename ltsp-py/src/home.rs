//! The common case: one home.

use std::path::{Path, PathBuf};

use ltsp_core::accounts::Accounts;
use ltsp_core::error::show;
use ltsp_core::home::HomeReset;
use ltsp_core::{Error, ErrorKind, Result, SysRoot};
use pyo3::prelude::*;

use crate::args::{BytesArg, Id, Many, PathArg};
use crate::cancel::CancelToken;
use crate::errors::invalid;
use crate::options::{Options, open_root};
use crate::report::HomeReport;
use crate::watch;

/// Put one home back to its template and say what was done.
///
/// Name the home by its path, or by its account as `user=`. A path's owner is the account that
/// has this home in the root's /etc/passwd, unless uid and gid are given. All paths are below
/// `root`. Raises the subclass of `ltsp.LtspError` that says what went wrong; the home is then
/// what it was before or, mended in place, is completed by the next reset.
#[pyfunction]
#[pyo3(signature = (
    home = None,
    *,
    user = None,
    uid = None,
    gid = None,
    template = None,
    policy = "exact",
    keep = Many::default(),
    volatile = Many::default(),
    strategy = "swap",
    busy = "refuse",
    busy_limits = (3.0, 5.0),
    lock_limit = 30.0,
    root = PathArg("/".into()),
    threads = None,
    spare = "checked",
    allow_empty_template = false,
    template_owner = None,
    create_missing = false,
    receipts = "checked",
    durable = false,
    defer_cleanup = false,
    progress = None,
    cancel = None,
), text_signature = "(home=None, *, user=None, uid=None, gid=None, template=None, policy='exact', \
    keep=(), volatile=(), strategy='swap', busy='refuse', busy_limits=(3.0, 5.0), lock_limit=30.0, \
    root='/', threads=None, spare='checked', allow_empty_template=False, template_owner=None, \
    create_missing=False, receipts='checked', durable=False, defer_cleanup=False, progress=None, \
    cancel=None)")]
#[expect(clippy::too_many_arguments, reason = "they are keywords")]
pub(crate) fn reset_home(
    py: Python<'_>,
    home: Option<PathArg>,
    user: Option<BytesArg>,
    uid: Option<Id>,
    gid: Option<Id>,
    template: Option<PathArg>,
    policy: &str,
    keep: Many<BytesArg>,
    volatile: Many<BytesArg>,
    strategy: &str,
    busy: &str,
    busy_limits: (f64, f64),
    lock_limit: f64,
    root: PathArg,
    threads: Option<i64>,
    spare: &str,
    allow_empty_template: bool,
    template_owner: Option<Id>,
    create_missing: bool,
    receipts: &str,
    durable: bool,
    defer_cleanup: bool,
    progress: Option<Py<PyAny>>,
    cancel: Option<&Bound<'_, CancelToken>>,
) -> PyResult<HomeReport> {
    let target = Target::new(py, home, user, uid, gid)?;
    let root = open_root(py, &root)?;
    let options = Options {
        policy,
        template,
        keep,
        volatile,
        strategy,
        busy,
        busy_limits,
        lock_limit,
        spare,
        threads,
        allow_empty_template,
        template_owner,
        create_missing,
        receipts,
        durable,
        defer_cleanup,
    };
    let reset = options.build(py, root.clone())?;
    let cancel = cancel.map(|cancel| cancel.get().inner());
    let report = watch::run(py, progress, cancel, |observer| {
        target.add(reset, &root)?.run(observer)?.into_result()
    })?;
    let home = report.homes.into_iter().next().expect("one home was given, so one is reported");
    HomeReport::new(py, home)
}

/// The one home, as it was named.
enum Target {
    User(Vec<u8>),
    Path(PathBuf),
    Home(PathBuf, u32, u32),
}

impl Target {
    fn new(
        py: Python<'_>,
        home: Option<PathArg>,
        user: Option<BytesArg>,
        uid: Option<Id>,
        gid: Option<Id>,
    ) -> PyResult<Self> {
        match (home, user, uid, gid) {
            (None, Some(user), None, None) => Ok(Self::User(user.0)),
            (Some(home), None, None, None) => Ok(Self::Path(home.0)),
            (Some(home), None, Some(uid), Some(gid)) => Ok(Self::Home(home.0, uid.0, gid.0)),
            (Some(_), None, ..) => Err(invalid(py, "uid and gid are given together")),
            _ => Err(invalid(
                py,
                "a home is named by its path, by its path with uid and gid, or by user alone",
            )),
        }
    }

    fn add(self, reset: HomeReset, root: &SysRoot) -> Result<HomeReset> {
        match self {
            Self::User(name) => Ok(reset.user(name)),
            Self::Home(path, uid, gid) => Ok(reset.home(path, uid, gid)),
            Self::Path(path) => {
                let (uid, gid) = owner(root, &path)?;
                Ok(reset.home(path, uid, gid))
            }
        }
    }
}

/// The ids of the one account whose home is at `path`.
fn owner(root: &SysRoot, path: &Path) -> Result<(u32, u32)> {
    let accounts = Accounts::read(root)?;
    let mut found = accounts.with_home(path);
    let Some(account) = found.next() else {
        let what = format!("there is no account with the home {}", show(path));
        return Err(Error::new(ErrorKind::NotFound, what).at("/etc/passwd").help_with(
            "check the path; homes of LDAP or NIS accounts are given with uid and gid",
        ));
    };
    if let Some(other) = found.find(|other| other.uid != account.uid) {
        let what = format!(
            "two accounts share this home: \"{}\" and \"{}\"",
            account.name.escape_ascii(),
            other.name.escape_ascii()
        );
        return Err(Error::new(ErrorKind::Refused, what)
            .at(path)
            .help_with("give each account a home of its own"));
    }
    Ok((account.uid, account.gid))
}
