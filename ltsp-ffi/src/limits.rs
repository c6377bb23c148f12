//! What PAM limits somebody to.

use std::ffi::c_char;

use ltsp_core::conf::{effective_limits, who};

use crate::conf::sys_root;
use crate::error::{ltsp_error, ltsp_status};
use crate::resolved::ltsp_resolved;

/// Answers what pam_limits does to the sessions of an account, from `/etc/security/limits.conf` and
/// the files of `/etc/security/limits.d`, in the order in which it reads them. Names are such as
/// `soft nproc`, `hard nofile`, `maxlogins`; values are as they are written.
///
/// @param root The directory that stands for `/`. May be NULL: then it is this machine's own root.
/// @param user The account's login name, of that root.
/// @param resolved Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL
/// goes there on failure. If ltsp_resolved_exemption() is not NULL, nothing is limited.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK; LTSP_NOT_FOUND if there is no such account; what the kernel says of the files.
/// Files that are missing limit nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_limits_effective(
    root: *const c_char,
    user: *const c_char,
    resolved: *mut *mut ltsp_resolved,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; resolved: out, root: maybe_text, user: text => {
        let root = sys_root(root)?;
        let effective = effective_limits(&root, &who(&root, user)?)?;
        let answer = ltsp_resolved::new(effective.to_resolved(), false);
        *resolved = answer.exempt(effective.exempt.as_ref()).into_raw();
        Ok(())
    })
}
