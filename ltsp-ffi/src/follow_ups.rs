//! What is to be done after a change.

use ltsp_core::conf::FollowUp;

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::conf::ltsp_conf;
use crate::error::{ltsp_error, ltsp_status};

/// What must be done, in this order, for changes to take effect. It never changes, so threads may
/// read it together.
#[derive(Debug)]
pub struct ltsp_follow_ups(Vec<ltsp_follow_up>);

/// One thing to do; borrowed from its list.
#[derive(Debug)]
pub struct ltsp_follow_up {
    command: Option<Text>,
    why: Text,
    disturbs: bool,
}

impl From<FollowUp> for ltsp_follow_up {
    fn from(todo: FollowUp) -> Self {
        Self {
            command: todo.command.as_ref().map(Text::new),
            why: Text::new(todo.why),
            disturbs: todo.disturbs,
        }
    }
}

/// Answers what must be done for the changes to take effect that were made since the document was
/// read or saved: so ask before ltsp_conf_save(). The library runs none of it.
///
/// @param conf The document.
/// @param follow_ups Where the list goes, which the caller frees with ltsp_follow_ups_free(); NULL
/// goes there on failure.
/// @param error Where the error goes, or NULL.
/// @return LTSP_OK, also if there is nothing to do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_conf_follow_ups(
    conf: *const ltsp_conf,
    follow_ups: *mut *mut ltsp_follow_ups,
    error: *mut *mut ltsp_error,
) -> ltsp_status {
    boundary!(error; follow_ups: out, conf: handle => {
        let list = conf.follow_ups().into_iter().map(ltsp_follow_up::from).collect();
        *follow_ups = Box::into_raw(Box::new(ltsp_follow_ups(list)));
        Ok(())
    })
}

/// Frees a list of things to do, and everything that was read from it.
///
/// @param follow_ups The list, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_ups_free(follow_ups: *mut ltsp_follow_ups) {
    // SAFETY: the caller gives NULL or a list that is its own.
    unsafe { boundary::free(follow_ups) };
}

/// Answers how many things are to be done.
///
/// @param follow_ups The list.
/// @return The number; 0 if `follow_ups` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_ups_count(follow_ups: *const ltsp_follow_ups) -> usize {
    boundary!(else 0; follow_ups: handle => { Some(follow_ups.0.len()) })
}

/// Answers one thing to do.
///
/// @param follow_ups The list.
/// @param index From 0 to below ltsp_follow_ups_count(), in the order in which they are to be done.
/// @return The thing, borrowed from the list; NULL if there is none at `index` or `follow_ups` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_ups_at(
    follow_ups: *const ltsp_follow_ups,
    index: usize,
) -> *const ltsp_follow_up {
    boundary!(else std::ptr::null(); follow_ups: handle => {
        follow_ups.0.get(index).map(std::ptr::from_ref)
    })
}

/// Answers the command to run on the server, as root.
///
/// @param follow_up The thing to do.
/// @return The command for a shell, borrowed from the list; none if it is no command or `follow_up`
/// is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_up_command(follow_up: *const ltsp_follow_up) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; follow_up: handle => {
        follow_up.command.as_ref().map(Text::lend)
    })
}

/// Answers why it is to be done, or what is to be done where there is no command.
///
/// @param follow_up The thing to do.
/// @return The words, borrowed from the list; none if `follow_up` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_up_why(follow_up: *const ltsp_follow_up) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; follow_up: handle => { Some(follow_up.why.lend()) })
}

/// Answers whether people who work on clients will notice.
///
/// @param follow_up The thing to do.
/// @return Whether they will; false if `follow_up` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_follow_up_disturbs(follow_up: *const ltsp_follow_up) -> bool {
    boundary!(else false; follow_up: handle => { Some(follow_up.disturbs) })
}
