//! Plans: what a reset would do.

use std::ffi::c_char;
use std::sync::OnceLock;

use ltsp_core::home::{Action, Change, Counts, HomePlan, Plan};
use ltsp_core::sys::FileType;

use crate::boundary;
use crate::bytes::{Text, ltsp_bytes};
use crate::error::ltsp_error;
use crate::options::{CounterNumber, counter, ltsp_strategy};

/// What would be done about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_action {
    /// Answered for NULL.
    LTSP_ACTION_NONE = 0,
    /// Made, with everything below it.
    LTSP_ACTION_CREATE = 1,
    /// Made anew.
    LTSP_ACTION_REPLACE = 2,
    /// Removed, with everything below it.
    LTSP_ACTION_REMOVE = 3,
    /// A directory's owner, mode, times or attributes set right.
    LTSP_ACTION_METADATA = 4,
}

/// What kind of file an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum ltsp_file_type {
    /// Answered for NULL.
    LTSP_FILE_TYPE_NONE = 0,
    /// A regular file.
    LTSP_FILE_TYPE_FILE = 1,
    /// A directory.
    LTSP_FILE_TYPE_DIRECTORY = 2,
    /// A symbolic link.
    LTSP_FILE_TYPE_SYMLINK = 3,
    /// A named pipe.
    LTSP_FILE_TYPE_FIFO = 4,
    /// A Unix socket.
    LTSP_FILE_TYPE_SOCKET = 5,
    /// A block or character device.
    LTSP_FILE_TYPE_DEVICE = 6,
}

/// An [`ltsp_action`] that a caller gives.
pub type ActionNumber = i32;
/// An [`ltsp_file_type`] that a caller gives.
pub type FileTypeNumber = i32;

impl From<Action> for ltsp_action {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => Self::LTSP_ACTION_CREATE,
            Action::Replace => Self::LTSP_ACTION_REPLACE,
            Action::Remove => Self::LTSP_ACTION_REMOVE,
            Action::Metadata => Self::LTSP_ACTION_METADATA,
        }
    }
}

impl From<FileType> for ltsp_file_type {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::File => Self::LTSP_FILE_TYPE_FILE,
            FileType::Directory => Self::LTSP_FILE_TYPE_DIRECTORY,
            FileType::Symlink => Self::LTSP_FILE_TYPE_SYMLINK,
            FileType::Fifo => Self::LTSP_FILE_TYPE_FIFO,
            FileType::Socket => Self::LTSP_FILE_TYPE_SOCKET,
            FileType::Device => Self::LTSP_FILE_TYPE_DEVICE,
        }
    }
}

/// What would change in each home, in the order the homes were given. It never changes, so threads
/// may read it together.
#[derive(Debug)]
pub struct ltsp_plan {
    plan: Plan,
    homes: Vec<ltsp_home_plan>,
    json: OnceLock<Text>,
    text: OnceLock<Text>,
}

/// What would change in one home; borrowed from its plan.
#[derive(Debug)]
pub struct ltsp_home_plan {
    path: Text,
    user: Option<Text>,
    uid: u32,
    gid: u32,
    strategy: ltsp_strategy,
    fallback: Option<Text>,
    changes: Vec<ltsp_change>,
    counts: Counts,
    error: Option<ltsp_error>,
}

/// One entry that is not as it should be; borrowed from its plan.
#[derive(Debug)]
pub struct ltsp_change {
    action: ltsp_action,
    path: Text,
    kind: ltsp_file_type,
    size: u64,
    why: Text,
}

impl From<Plan> for ltsp_plan {
    fn from(plan: Plan) -> Self {
        Self {
            homes: plan.homes.iter().map(ltsp_home_plan::from).collect(),
            json: OnceLock::new(),
            text: OnceLock::new(),
            plan,
        }
    }
}

impl From<&HomePlan> for ltsp_home_plan {
    fn from(home: &HomePlan) -> Self {
        Self {
            path: Text::of_path(&home.home),
            user: home.user.as_ref().map(Text::new),
            uid: home.uid,
            gid: home.gid,
            strategy: home.strategy.into(),
            fallback: home.fallback.as_ref().map(Text::new),
            changes: home.changes.iter().map(ltsp_change::from).collect(),
            counts: home.counts,
            error: home.error.clone().map(ltsp_error::from),
        }
    }
}

impl From<&Change> for ltsp_change {
    fn from(change: &Change) -> Self {
        Self {
            action: change.action.into(),
            path: Text::of_path(&change.path),
            kind: change.kind.into(),
            size: change.size,
            why: Text::new(change.why),
        }
    }
}

/// Frees a plan, and everything that was read from it.
///
/// @param plan The plan, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_free(plan: *mut ltsp_plan) {
    // SAFETY: the caller gives NULL or a plan that is its own.
    unsafe { boundary::free(plan) };
}

/// Answers how many homes a plan is about.
///
/// @param plan The plan.
/// @return The number of homes; 0 if `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_count(plan: *const ltsp_plan) -> usize {
    boundary!(else 0; plan: handle => { Some(plan.homes.len()) })
}

/// Answers whether every home is as it should be: none has changes, and none failed.
///
/// @param plan The plan.
/// @return Whether it is so; false if `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_is_empty(plan: *const ltsp_plan) -> bool {
    boundary!(else false; plan: handle => { Some(plan.plan.is_empty()) })
}

/// Answers how many of the homes would be refused or could not be looked at.
///
/// @param plan The plan.
/// @return The number of those homes; 0 if `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_failed(plan: *const ltsp_plan) -> usize {
    boundary!(else 0; plan: handle => { Some(plan.plan.failed().count()) })
}

/// Answers the error of the first home that has one: enough to know where there is one home.
///
/// @param plan The plan.
/// @return The error, borrowed from the plan; NULL if none has one or `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_error(plan: *const ltsp_plan) -> *const ltsp_error {
    boundary!(else std::ptr::null(); plan: handle => {
        plan.homes.iter().find_map(|home| home.error.as_ref()).map(std::ptr::from_ref)
    })
}

/// Answers what would change in one home.
///
/// @param plan The plan.
/// @param index From 0 to below ltsp_plan_count(), in the order the homes were given.
/// @return The home's plan, borrowed from the plan; NULL if there is none at `index` or `plan` is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_home(
    plan: *const ltsp_plan,
    index: usize,
) -> *const ltsp_home_plan {
    boundary!(else std::ptr::null(); plan: handle => {
        plan.homes.get(index).map(std::ptr::from_ref)
    })
}

/// Answers the whole plan as JSON, in one line. What is no text in a path is escaped in it.
///
/// @param plan The plan.
/// @return The JSON, borrowed from the plan; none if `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_json(plan: *const ltsp_plan) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; plan: handle => {
        Some(plan.json.get_or_init(|| Text::new(plan.plan.to_json())).lend())
    })
}

/// Answers the whole plan for people: a line for each home and each change.
///
/// @param plan The plan.
/// @return The text, borrowed from the plan; none if `plan` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_plan_text(plan: *const ltsp_plan) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; plan: handle => {
        Some(plan.text.get_or_init(|| Text::new(plan.plan.to_string())).lend())
    })
}

/// Answers the home's path below the root.
///
/// @param home The home's plan.
/// @return The path, borrowed from the plan; none if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_path(home: *const ltsp_home_plan) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { Some(home.path.lend()) })
}

/// Answers the account's name, if the home was given by it.
///
/// @param home The home's plan.
/// @return The name, borrowed from the plan; none if it was given by path or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_user(home: *const ltsp_home_plan) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { home.user.as_ref().map(Text::lend) })
}

/// Answers the account's user id.
///
/// @param home The home's plan.
/// @return The user id; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_uid(home: *const ltsp_home_plan) -> u32 {
    boundary!(else 0; home: handle => { Some(home.uid) })
}

/// Answers the account's group id.
///
/// @param home The home's plan.
/// @return The group id; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_gid(home: *const ltsp_home_plan) -> u32 {
    boundary!(else 0; home: handle => { Some(home.gid) })
}

/// Answers the strategy that would be used.
///
/// @param home The home's plan.
/// @return The strategy; LTSP_STRATEGY_NONE if none would be or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_strategy(home: *const ltsp_home_plan) -> ltsp_strategy {
    boundary!(else ltsp_strategy::LTSP_STRATEGY_NONE; home: handle => { Some(home.strategy) })
}

/// Answers why the strategy is not the one that was asked for.
///
/// @param home The home's plan.
/// @return The reason, borrowed from the plan; none if it is the one or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_fallback(home: *const ltsp_home_plan) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; home: handle => { home.fallback.as_ref().map(Text::lend) })
}

/// Answers one number of what would be done in a home. LTSP_COUNTER_BYTES_WRITTEN is the size of
/// what would be made.
///
/// @param home The home's plan.
/// @param which What is counted.
/// @return The number; 0 if `which` is no counter or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_count(
    home: *const ltsp_home_plan,
    which: CounterNumber,
) -> u64 {
    boundary!(else 0; home: handle => { counter(&home.counts, which) })
}

/// Answers why a home would be refused or could not be looked at.
///
/// @param home The home's plan.
/// @return The error, borrowed from the plan; NULL if there is none or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_error(home: *const ltsp_home_plan) -> *const ltsp_error {
    boundary!(else std::ptr::null(); home: handle => { home.error.as_ref().map(std::ptr::from_ref) })
}

/// Answers how many entries of a home are not as they should be.
///
/// @param home The home's plan.
/// @return The number of changes; 0 if `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_change_count(home: *const ltsp_home_plan) -> usize {
    boundary!(else 0; home: handle => { Some(home.changes.len()) })
}

/// Answers one entry that is not as it should be.
///
/// @param home The home's plan.
/// @param index From 0 to below ltsp_home_plan_change_count(), in the order of their paths.
/// @return The change, borrowed from the plan; NULL if there is none at `index` or `home` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_home_plan_change(
    home: *const ltsp_home_plan,
    index: usize,
) -> *const ltsp_change {
    boundary!(else std::ptr::null(); home: handle => {
        home.changes.get(index).map(std::ptr::from_ref)
    })
}

/// Answers what would be done about an entry.
///
/// @param change The change.
/// @return The action; LTSP_ACTION_NONE if `change` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_change_action(change: *const ltsp_change) -> ltsp_action {
    boundary!(else ltsp_action::LTSP_ACTION_NONE; change: handle => { Some(change.action) })
}

/// Answers an entry's path below the home; of no bytes for the home itself.
///
/// @param change The change.
/// @return The path, borrowed from the plan; none (`ptr` is NULL) if `change` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_change_path(change: *const ltsp_change) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; change: handle => { Some(change.path.lend()) })
}

/// Answers what an entry is; for LTSP_ACTION_REPLACE, what it would become.
///
/// @param change The change.
/// @return The type of file; LTSP_FILE_TYPE_NONE if `change` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_change_file_type(change: *const ltsp_change) -> ltsp_file_type {
    boundary!(else ltsp_file_type::LTSP_FILE_TYPE_NONE; change: handle => { Some(change.kind) })
}

/// Answers the size of the content that a file would be given.
///
/// @param change The change.
/// @return The number of bytes; 0 for what is removed or no file, and if `change` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_change_size(change: *const ltsp_change) -> u64 {
    boundary!(else 0; change: handle => { Some(change.size) })
}

/// Answers why an entry is not as it should be, in a few words.
///
/// @param change The change.
/// @return The words, borrowed from the plan; none if `change` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ltsp_change_why(change: *const ltsp_change) -> ltsp_bytes {
    boundary!(else ltsp_bytes::NONE; change: handle => { Some(change.why.lend()) })
}

/// Answers the name of an action, such as `create`.
///
/// @param action The action.
/// @return A string that is never freed; `none` for LTSP_ACTION_NONE, `unknown` for a number that
/// is no action.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_action_name(action: ActionNumber) -> *const c_char {
    let name = match action {
        0 => c"none",
        1 => c"create",
        2 => c"replace",
        3 => c"remove",
        4 => c"metadata",
        _ => c"unknown",
    };
    name.as_ptr()
}

/// Answers the name of a type of file, such as `symbolic link`.
///
/// @param file_type The type of file.
/// @return A string that is never freed; `none` for LTSP_FILE_TYPE_NONE, `unknown` for a number
/// that is no type of file.
#[unsafe(no_mangle)]
pub extern "C" fn ltsp_file_type_name(file_type: FileTypeNumber) -> *const c_char {
    let name = match file_type {
        0 => c"none",
        1 => c"file",
        2 => c"directory",
        3 => c"symbolic link",
        4 => c"FIFO",
        5 => c"socket",
        6 => c"device",
        _ => c"unknown",
    };
    name.as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn text(name: *const c_char) -> &'static str {
        // SAFETY: the tests give literals.
        unsafe { CStr::from_ptr(name) }.to_str().expect("names are text")
    }

    #[test]
    fn actions_and_types_of_files_have_the_names_they_have_elsewhere() {
        for action in [Action::Create, Action::Replace, Action::Remove, Action::Metadata] {
            assert_eq!(text(ltsp_action_name(ltsp_action::from(action) as i32)), action.name());
        }
        for kind in [
            FileType::File,
            FileType::Directory,
            FileType::Symlink,
            FileType::Fifo,
            FileType::Socket,
            FileType::Device,
        ] {
            assert_eq!(text(ltsp_file_type_name(ltsp_file_type::from(kind) as i32)), kind.name());
        }
    }
}
