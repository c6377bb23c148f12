//! The reset: a handle, its settings and what it can do.

use std::ffi::{OsStr, c_char, c_int, c_void};
use std::num::NonZeroUsize;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ltsp_core::home::{HomeReset, Plan, Policy, Report};
use ltsp_core::{CancelToken, Error, ErrorKind, Result, SysRoot};

use crate::boundary;
use crate::error::{ltsp_error, ltsp_status};
use crate::options::{self, BusyNumber, PolicyNumber, ReceiptsNumber, SpareNumber, StrategyNumber};
use crate::plan::ltsp_plan;
use crate::progress::{Callback, Watch, ltsp_cancel_token, ltsp_progress_fn};
use crate::report::ltsp_report;

/// A reset of one or many homes.
///
/// Nothing happens until ltsp_home_reset_run(), ltsp_home_reset_plan(), ltsp_home_reset_verify(),
/// ltsp_home_reset_stage() or ltsp_home_reset_clean() is called; each may be called again, also by
/// several threads at once.
///
/// **A setting that fails is remembered**: from then on every function answers its error. So the
/// settings' results need not be looked at one by one; a reset whose keep rule was wrong never
/// runs.
#[derive(Debug)]
pub struct ltsp_home_reset {
    reset: Result<HomeReset>,
    callback: Option<Callback>,
    token: Option<CancelToken>,
}

impl ltsp_home_reset {
    /// Changes the settings, unless one failed before.
    pub(crate) fn change(
        &mut self,
        change: impl FnOnce(HomeReset) -> Result<HomeReset>,
    ) -> Result<()> {
        let unfinished = Error::new(ErrorKind::Internal, "a setting was left unfinished");
        let before = std::mem::replace(&mut self.reset, Err(unfinished));
        self.reset = before.and_then(change);
        self.ready().map(drop)
    }

    fn ready(&self) -> Result<&HomeReset> {
        self.reset.as_ref().map_err(Clone::clone)
    }

    fn watch(&self) -> Watch {
        Watch::new(self.callback, self.token.clone())
    }

    fn report(
        &self,
        act: impl FnOnce(&HomeReset, &Watch) -> Result<Report>,
    ) -> Result<*mut ltsp_report> {
        let report = act(self.ready()?, &self.watch())?;
        Ok(Box::into_raw(Box::new(ltsp_report::from(report))))
    }

    fn plan(&self, act: impl FnOnce(&HomeReset, &Watch) -> Result<Plan>) -> Result<*mut ltsp_plan> {
        let plan = act(self.ready()?, &self.watch())?;
        Ok(Box::into_raw(Box::new(ltsp_plan::from(plan))))
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    OsStr::from_bytes(bytes).into()
}

/// Resets one guest's home: the common case in one call, for a login hook. The policy is
/// LTSP_POLICY_EXACT, all else is as ltsp_home_reset_new() has it: the home becomes the template,
/// and while processes of the account run, it is refused.
///
/// Blocks until it is done. May be called from any thread.
///
/// @param home The home, a path on this machine.
/// @param uid The user it belongs to; not 0.
/// @param gid The group it belongs to.
/// @param template_dir The template, a directory on this machine.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK if the home is now as the template; else why not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_one(
    home: *const c_char,
    uid: u32,
    gid: u32,
    template_dir: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; home: text, template_dir: text => {
        HomeReset::new(Policy::Exact)
            .template(path(template_dir))
            .home(path(home), uid, gid)
            .run(&())?
            .into_result()
            .map(drop)
    })
}

/// Makes a reset with no homes yet. It works on this machine's own root, swaps, refuses busy
/// homes, checks spares, keeps receipts and uses as many threads as there are processors.
///
/// @param policy What the homes are to become.
/// @param error Where the error goes, or NULL.
/// @return The reset, which the caller frees with ltsp_home_reset_free(); NULL if `policy` is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_new(
    policy: PolicyNumber,
    error: *mut *mut ltsp_error,
) -> *mut ltsp_home_reset {
    let mut made = std::ptr::null_mut();
    let slot = &mut made;
    // The status is that of the error.
    let _ = boundary!(error; => {
        let reset = Ok(HomeReset::new(options::policy(policy)?));
        *slot = Box::into_raw(Box::new(ltsp_home_reset { reset, callback: None, token: None }));
        Ok(())
    });
    made
}

/// Frees a reset. Reports and plans that it gave stay.
///
/// @param reset The reset, or NULL. Not while one of its functions runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_free(reset: *mut ltsp_home_reset) {
    // SAFETY: the caller gives NULL or a reset that is its own.
    unsafe { boundary::free(reset) };
}

/// Sets where `/` is: every other path is looked up below it and cannot leave it. Without this it
/// is this machine's own root. The directory is opened now and is the same whatever becomes of its
/// name.
///
/// @param reset The reset.
/// @param root A directory: a chroot, an unpacked image, a scratch directory.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_NOT_FOUND, LTSP_PERMISSION_DENIED or LTSP_UNSAFE if it is no directory
/// that can be opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_root(
    reset: *mut ltsp_home_reset,
    root: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; root: text => |builder: HomeReset| {
        Ok(builder.root(SysRoot::open(path(root))?))
    })
}

/// Sets where `/` is, as ltsp_home_reset_set_root() does, by an open directory.
///
/// @param reset The reset.
/// @param fd A file descriptor of a directory. It is duplicated and stays the caller's, who may
/// close it at once.
/// @param shown What the directory is called in messages. May be NULL: then it is called by its
/// number, `/proc/self/fd/N`.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT or LTSP_UNSAFE if `fd` is not open or no directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_root_fd(
    reset: *mut ltsp_home_reset,
    fd: c_int,
    shown: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| {
        let shown = if shown.is_null() {
            format!("/proc/self/fd/{fd}").into()
        } else {
            // SAFETY: the caller gives NULL or a string that ends with a NUL byte.
            path(unsafe { boundary::text(shown, "shown") }?)
        };
        let fd = duplicate(fd, &shown)?;
        Ok(builder.root(SysRoot::from_fd(fd, shown)?))
    })
}

fn duplicate(fd: c_int, shown: &Path) -> Result<OwnedFd> {
    let closed = || {
        Error::new(ErrorKind::InvalidInput, format!("the file descriptor {fd} is not open"))
            .at(shown)
    };
    if fd < 0 {
        return Err(closed());
    }
    // SAFETY: it is not -1. If it is not open after all, the kernel answers EBADF; it is not used
    // beyond the next line.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    borrowed.try_clone_to_owned().map_err(|why| match why.raw_os_error() {
        // EMFILE, ENFILE
        Some(23 | 24) => Error::new(
            ErrorKind::TooManyOpenFiles,
            format!("cannot duplicate the file descriptor {fd}: no more can be open"),
        )
        .at(shown)
        .help_with("raise the limit of open files (ulimit -n)"),
        _ => closed(),
    })
}

/// Sets the template: what the homes are to become. Symbolic links on the way to it are followed if
/// only trusted users could make them. LTSP_POLICY_REVERT takes `/etc/skel` without this.
///
/// @param reset The reset.
/// @param template_dir A directory below the root.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK. Whether it exists and can be trusted is found out later, by what it is used
/// for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_template(
    reset: *mut ltsp_home_reset,
    template_dir: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; template_dir: text => |builder: HomeReset| {
        Ok(builder.template(path(template_dir)))
    })
}

/// Trusts a user with the template. Without this it may belong to root, to the user this process
/// runs as, or to the account whose home it is, if that is not one of the homes to reset.
///
/// @param reset The reset.
/// @param uid The user.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_template_owner(
    reset: *mut ltsp_home_reset,
    uid: u32,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.template_owner(uid)))
}

/// Accepts a template with nothing in it, which empties the homes. Without this it is refused,
/// because it is usually a mistake: a file system that is not mounted.
///
/// @param reset The reset.
/// @param allow Whether to accept it.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_allow_empty_template(
    reset: *mut ltsp_home_reset,
    allow: bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.allow_empty_template(allow)))
}

/// Adds a rule for what survives the reset: a glob, relative to the home, such as `Documents`.
/// `*`, `?` and `[...]` match within one name, leading dots too; `**` matches any number of
/// directories. A rule that matches a directory is about everything below it.
///
/// @param reset The reset.
/// @param pattern The rule.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK. Whether the rule makes sense is found out later, by what it is used for
/// (LTSP_INVALID_INPUT, before any home is touched).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_add_keep(
    reset: *mut ltsp_home_reset,
    pattern: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; pattern: text => |builder: HomeReset| Ok(builder.keep(pattern)))
}

/// Adds a rule, of the same form as ltsp_home_reset_add_keep(), for what goes: with
/// LTSP_POLICY_VOLATILE that and nothing else; with the other policies even though a keep rule
/// matches.
///
/// @param reset The reset.
/// @param pattern The rule.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK. Whether the rule makes sense is found out later, by what it is used for
/// (LTSP_INVALID_INPUT, before any home is touched).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_add_volatile(
    reset: *mut ltsp_home_reset,
    pattern: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; pattern: text => |builder: HomeReset| Ok(builder.volatile(pattern)))
}

/// Adds the home of an account, which is looked up in the root's own `/etc/passwd`.
///
/// @param reset The reset.
/// @param name The account's login name.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK. Whether there is such an account is found out later and stands in the report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_add_user(
    reset: *mut ltsp_home_reset,
    name: *const c_char,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; name: text => |builder: HomeReset| Ok(builder.user(name)))
}

/// Adds a home by its path.
///
/// @param reset The reset.
/// @param home The home, a path below the root.
/// @param uid The user it belongs to; not 0.
/// @param gid The group it belongs to.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK. Whether it can be reset is found out later and stands in the report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_add_home(
    reset: *mut ltsp_home_reset,
    home: *const c_char,
    uid: u32,
    gid: u32,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; home: text => |builder: HomeReset| {
        Ok(builder.home(path(home), uid, gid))
    })
}

/// Makes homes that do not exist, instead of failing.
///
/// @param reset The reset.
/// @param create Whether to make them.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_create_missing(
    reset: *mut ltsp_home_reset,
    create: bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.create_missing(create)))
}

/// Sets how the homes become what they should be; LTSP_STRATEGY_SWAP without this.
///
/// @param reset The reset.
/// @param strategy LTSP_STRATEGY_AUTO, LTSP_STRATEGY_SWAP or LTSP_STRATEGY_IN_PLACE.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_strategy(
    reset: *mut ltsp_home_reset,
    strategy: StrategyNumber,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| {
        Ok(builder.strategy(options::strategy(strategy)?))
    })
}

/// Sets what to do about processes of the accounts; LTSP_BUSY_REFUSE without this.
///
/// @param reset The reset.
/// @param busy LTSP_BUSY_REFUSE, LTSP_BUSY_TERMINATE or LTSP_BUSY_IGNORE.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_busy(
    reset: *mut ltsp_home_reset,
    busy: BusyNumber,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.busy(options::busy(busy)?)))
}

/// Sets how long LTSP_BUSY_TERMINATE waits for processes to end.
///
/// @param reset The reset.
/// @param term_ms Milliseconds after SIGTERM; 3000 without this.
/// @param kill_ms Milliseconds after SIGKILL; 5000 without this.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_busy_limits_ms(
    reset: *mut ltsp_home_reset,
    term_ms: u64,
    kill_ms: u64,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| {
        Ok(builder.busy_limits(Duration::from_millis(term_ms), Duration::from_millis(kill_ms)))
    })
}

/// Sets how long to wait for another reset of the same home.
///
/// @param reset The reset.
/// @param limit_ms Milliseconds; 30000 without this.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_lock_limit_ms(
    reset: *mut ltsp_home_reset,
    limit_ms: u64,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| {
        Ok(builder.lock_limit(Duration::from_millis(limit_ms)))
    })
}

/// Sets whether homes that ltsp_home_reset_stage() built ahead may be used; LTSP_SPARE_CHECKED
/// without this.
///
/// @param reset The reset.
/// @param spare LTSP_SPARE_CHECKED, LTSP_SPARE_TRUSTED or LTSP_SPARE_NEVER.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_spare(
    reset: *mut ltsp_home_reset,
    spare: SpareNumber,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.spare(options::spare(spare)?)))
}

/// Sets the number of threads; as many as there are processors without this. They end before the
/// function that started them returns.
///
/// @param reset The reset.
/// @param threads The number of threads, at least 1.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_threads(
    reset: *mut ltsp_home_reset,
    threads: usize,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| {
        let threads = NonZeroUsize::new(threads).ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, "nothing can be done with 0 threads")
                .help_with("give at least 1, or leave it unset")
        })?;
        Ok(builder.threads(threads))
    })
}

/// Waits until the fresh home is on the disk before it goes live, so that not even a power failure
/// in the next half minute leaves template files empty. Costs what the disk costs; off without
/// this.
///
/// @param reset The reset.
/// @param durable Whether to wait.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_durable(
    reset: *mut ltsp_home_reset,
    durable: bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.durable(durable)))
}

/// Leaves the old home's remains in the staging directory for ltsp_home_reset_clean() or the next
/// reset, so that nobody waits for their removal; off without this.
///
/// @param reset The reset.
/// @param defer Whether to leave them.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_defer_cleanup(
    reset: *mut ltsp_home_reset,
    defer: bool,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.defer_cleanup(defer)))
}

/// Sets what is made of receipts, which let the next reset in place skip what has not been touched
/// since; LTSP_RECEIPTS_CHECKED without this.
///
/// @param reset The reset.
/// @param receipts LTSP_RECEIPTS_CHECKED, LTSP_RECEIPTS_TRUSTED or LTSP_RECEIPTS_NEVER.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, or LTSP_INVALID_INPUT if it is another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_receipts(
    reset: *mut ltsp_home_reset,
    receipts: ReceiptsNumber,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error, reset; => |builder: HomeReset| Ok(builder.receipts(options::receipts(receipts)?)))
}

/// Sets a function that is told what happens and can stop it.
///
/// @param reset The reset.
/// @param callback The function; see ltsp_progress_fn for what it may do. NULL for none.
/// @param user_data Passed to the function as it is; may be NULL. It must live as long as the reset
/// may run, and is used from the threads that call the function.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_progress(
    reset: *mut ltsp_home_reset,
    callback: ltsp_progress_fn,
    user_data: *mut c_void,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    let body = || {
        // SAFETY: the caller gives NULL or a reset that nobody else uses meanwhile.
        let reset = unsafe { boundary::borrow_mut(reset, "reset") }?;
        reset.callback = callback.map(|function| Callback { function, user_data });
        reset.ready().map(drop)
    };
    // SAFETY: the caller gives NULL or a place for an error.
    unsafe { boundary::status(error, body) }
}

/// Sets a switch that stops the reset, from another thread or a signal handler.
///
/// @param reset The reset.
/// @param token The switch, which stays the caller's. NULL for none.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_set_cancel_token(
    reset: *mut ltsp_home_reset,
    token: *const ltsp_cancel_token,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    let body = || {
        // SAFETY: the caller gives NULL or a reset that nobody else uses meanwhile.
        let reset = unsafe { boundary::borrow_mut(reset, "reset") }?;
        // SAFETY: the caller gives NULL or a token that is alive.
        reset.token = unsafe { token.as_ref() }.map(|token| token.0.clone());
        reset.ready().map(drop)
    };
    // SAFETY: the caller gives NULL or a place for an error.
    unsafe { boundary::status(error, body) }
}

/// Resets the homes. One that fails neither hides nor stops the others: its error stands in the
/// report, so look at ltsp_report_failed(), too.
///
/// Blocks until it is done.
///
/// @param reset The reset.
/// @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK if the work was begun; else why nothing could be begun: a setting or rule that
/// makes no sense, a template that is missing, empty or not to be trusted, no homes given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_run(
    reset: *const ltsp_home_reset,
    report: *mut *mut ltsp_report,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; report: out, reset: handle => {
        *report = reset.report(|reset, watch| reset.run(watch))?;
        Ok(())
    })
}

/// Finds out what ltsp_home_reset_run() would do. Changes nothing; contents are compared, receipts
/// are not believed.
///
/// Blocks until it is done.
///
/// @param reset The reset.
/// @param plan Where the plan goes, which the caller frees with ltsp_plan_free(); NULL goes there
/// on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_home_reset_run().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_plan(
    reset: *const ltsp_home_reset,
    plan: *mut *mut ltsp_plan,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; plan: out, reset: handle => {
        *plan = reset.plan(|reset, watch| reset.plan(watch))?;
        Ok(())
    })
}

/// Compares the homes with what they should be, content and all: a plan for which
/// ltsp_plan_is_empty() is true means that they are. The same as ltsp_home_reset_plan(), except
/// that busy homes are compared, too.
///
/// Blocks until it is done.
///
/// @param reset The reset.
/// @param plan Where the plan goes, which the caller frees with ltsp_plan_free(); NULL goes there
/// on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_home_reset_run().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_verify(
    reset: *const ltsp_home_reset,
    plan: *mut *mut ltsp_plan,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; plan: out, reset: handle => {
        *plan = reset.plan(|reset, watch| reset.verify(watch))?;
        Ok(())
    })
}

/// Builds a spare for each home, which the next swap only has to exchange. A home has one spare;
/// one that is ready and fits is left as it is.
///
/// Blocks until it is done.
///
/// @param reset The reset.
/// @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_home_reset_run().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_stage(
    reset: *const ltsp_home_reset,
    report: *mut *mut ltsp_report,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; report: out, reset: handle => {
        *report = reset.report(|reset, watch| reset.stage(watch))?;
        Ok(())
    })
}

/// Removes what interrupted runs and ltsp_home_reset_set_defer_cleanup() left beside the homes.
/// Spares stay. The template is not looked at.
///
/// Blocks until it is done.
///
/// @param reset The reset.
/// @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
/// there on failure.
/// @param error Where the error goes, or NULL.
/// @return As ltsp_home_reset_run().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_reset_clean(
    reset: *const ltsp_home_reset,
    report: *mut *mut ltsp_report,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; report: out, reset: handle => {
        *report = reset.report(|reset, watch| reset.clean(watch))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_setting_leaves_a_reset_that_never_runs() {
        let mut reset = ltsp_home_reset {
            reset: Ok(HomeReset::new(Policy::Exact)),
            callback: None,
            token: None,
        };
        let panicked = boundary::caught(|| reset.change(|_| panic!("boom")));
        assert!(panicked.is_err());
        let error = reset.ready().expect_err("the settings are gone");
        assert_eq!(error.kind(), ErrorKind::Internal);
        assert!(reset.change(Ok).is_err(), "no later setting brings it back");
    }

    #[test]
    fn the_first_setting_that_fails_is_remembered() {
        let mut reset = ltsp_home_reset {
            reset: Ok(HomeReset::new(Policy::Exact)),
            callback: None,
            token: None,
        };
        let wrong = || Err(Error::new(ErrorKind::Parse, "first"));
        assert!(reset.change(|_| wrong()).is_err());
        let later = reset.change(Ok).expect_err("the first error");
        assert_eq!(later.kind(), ErrorKind::Parse);
        assert_eq!(reset.ready().expect_err("still").message(), "first");
    }

    #[test]
    fn handles_that_are_only_read_may_be_shared_by_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<ltsp_home_reset>();
        shared::<ltsp_report>();
        shared::<ltsp_plan>();
        shared::<ltsp_error>();
        shared::<ltsp_cancel_token>();
    }
}
