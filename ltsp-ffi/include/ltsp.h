/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Made by cbindgen from the library's sources; changes belong there. */
/**
 * @file ltsp.h
 * Run an LTSP classroom server: put home directories back to their template, as root, safely and
 * fast, even while their owners are hostile. Link with `pkg-config --cflags --libs ltsp`.
 *
 *     ltsp_error *error = NULL;
 *     if (ltsp_home_reset_one("/home/guest1", 1001, 1001, "/home/guest", &error) != LTSP_OK)
 *         fprintf(stderr, "%s\n", (const char *)ltsp_error_text(error).ptr);
 *     ltsp_error_free(error);
 *
 * Rules that hold for every function:
 *
 * - **Errors.** What can fail answers an `ltsp_status` (or a handle, NULL on failure) and has
 *   `ltsp_error **error` as its last parameter. It may be NULL. Otherwise `*error` is set: to NULL
 *   on success, to an error that the caller frees on failure. What was there before is neither
 *   read nor freed.
 * - **Ownership.** What a function named `_new`, `_run`, `_plan`, `_verify`, `_stage` or `_clean`
 *   gives is the caller's, who frees it once, with the `_free` function of its type; freeing NULL
 *   does nothing. Everything else is borrowed: it lives as long as what it was taken from, and is
 *   not to be freed. Arguments are copied; the library keeps no pointer of the caller's, but for
 *   a callback and its `user_data`.
 * - **Strings in** end with a NUL byte and may be any bytes, as paths are.
 * - **Strings out** are `ltsp_bytes`. A NUL byte follows them, too, which `len` does not count.
 * - **NULL.** Where a handle, string or output is needed, NULL is answered with
 *   LTSP_INVALID_INPUT. Functions that only read answer 0, or NULL, or no bytes.
 * - **Threads.** There is no global state. Different handles may be used by different threads at
 *   once. One handle may be used by several threads as long as it is only read, which is what
 *   `const` in a parameter says.
 * - **The process** stays the caller's: no signal, umask or working directory is changed and
 *   nothing is printed. A bug of the library is answered with LTSP_INTERNAL. Only when memory runs
 *   out, it aborts.
 * - **Numbers** of enum constants never change and are never used again. New ones may be added:
 *   be prepared for constants that you do not know.
 */

#ifndef LTSP_H
#define LTSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The version of this header: changes when programs must be changed.
 */
#define LTSP_VERSION_MAJOR 0

/**
 * The version of this header: changes when something is new (while the major version is 0, when
 * programs must be changed).
 */
#define LTSP_VERSION_MINOR 1

/**
 * The version of this header: changes with every release.
 */
#define LTSP_VERSION_PATCH 0

/**
 * How a call went: LTSP_OK, or the kind of its error, which is the part that programs branch on.
 */
typedef enum {
    /**
     * It was done.
     */
    LTSP_OK = 0,
    /**
     * An argument makes no sense: NULL, a bad pattern, a name with a slash.
     */
    LTSP_INVALID_INPUT = 1,
    /**
     * A file of the system could not be understood; line and column say where.
     */
    LTSP_PARSE = 2,
    /**
     * A file, directory or account does not exist.
     */
    LTSP_NOT_FOUND = 3,
    /**
     * The kernel said EACCES or EPERM.
     */
    LTSP_PERMISSION_DENIED = 4,
    /**
     * The library declines to do it, for the reason in the message.
     */
    LTSP_REFUSED = 5,
    /**
     * Somebody is using it: processes of the account, or another reset.
     */
    LTSP_BUSY = 6,
    /**
     * A symbolic link, a mount point or a swapped directory stood where a directory was expected.
     */
    LTSP_UNSAFE = 7,
    /**
     * The kernel or the file system cannot do it.
     */
    LTSP_UNSUPPORTED = 8,
    /**
     * The disk or the quota is full.
     */
    LTSP_NO_SPACE = 9,
    /**
     * The process or the system has no file descriptors left.
     */
    LTSP_TOO_MANY_OPEN_FILES = 10,
    /**
     * The file system is mounted read-only.
     */
    LTSP_READ_ONLY = 11,
    /**
     * A time limit passed.
     */
    LTSP_TIMED_OUT = 12,
    /**
     * The caller asked to stop.
     */
    LTSP_CANCELLED = 13,
    /**
     * The tree was changed by somebody else while it was being worked on.
     */
    LTSP_CHANGED = 14,
    /**
     * Any other failure that the kernel reported.
     */
    LTSP_IO = 15,
    /**
     * A bug in the library.
     */
    LTSP_INTERNAL = 16,
} ltsp_status;

/**
 * What an event is about.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_EVENT_NONE = 0,
    /**
     * The work begins: ltsp_event_homes() homes will be dealt with.
     */
    LTSP_EVENT_STARTED = 1,
    /**
     * The home ltsp_event_home() begins.
     */
    LTSP_EVENT_HOME_STARTED = 2,
    /**
     * Work in that home went on, by ltsp_event_entries() and ltsp_event_bytes().
     */
    LTSP_EVENT_HOME_PROGRESS = 3,
    /**
     * That home is done; ltsp_event_error() says whether it failed.
     */
    LTSP_EVENT_HOME_FINISHED = 4,
} ltsp_event_kind;

/**
 * How the work on one home ended.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_OUTCOME_NONE = 0,
    /**
     * It was put back.
     */
    LTSP_OUTCOME_RESET = 1,
    /**
     * It was as it should be.
     */
    LTSP_OUTCOME_UNCHANGED = 2,
    /**
     * A spare is ready.
     */
    LTSP_OUTCOME_STAGED = 3,
    /**
     * Leftovers were removed.
     */
    LTSP_OUTCOME_CLEANED = 4,
    /**
     * It failed; the home is what it was before, or, in place, is completed by the next reset.
     */
    LTSP_OUTCOME_FAILED = 5,
} ltsp_outcome;

/**
 * How a home becomes it.
 */
typedef enum {
    /**
     * In reports and plans: none, since nothing was done.
     */
    LTSP_STRATEGY_NONE = 0,
    /**
     * Whatever suits the home: a ready spare is swapped in; a home with a trusted receipt, a
     * mount point and the policies that leave most of a home alone are mended in place; all
     * others are swapped.
     */
    LTSP_STRATEGY_AUTO = 1,
    /**
     * Build a fresh home beside it and exchange the two in one step. Where that cannot be done,
     * it is mended in place, and the report says why.
     */
    LTSP_STRATEGY_SWAP = 2,
    /**
     * Mend only what differs. The home keeps its inode, each entry is old or new, and a reset
     * that was interrupted is completed by the next.
     */
    LTSP_STRATEGY_IN_PLACE = 3,
} ltsp_strategy;

/**
 * What would be done about an entry.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_ACTION_NONE = 0,
    /**
     * Made, with everything below it.
     */
    LTSP_ACTION_CREATE = 1,
    /**
     * Made anew.
     */
    LTSP_ACTION_REPLACE = 2,
    /**
     * Removed, with everything below it.
     */
    LTSP_ACTION_REMOVE = 3,
    /**
     * A directory's owner, mode, times or attributes set right.
     */
    LTSP_ACTION_METADATA = 4,
} ltsp_action;

/**
 * What kind of file an entry is.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_FILE_TYPE_NONE = 0,
    /**
     * A regular file.
     */
    LTSP_FILE_TYPE_FILE = 1,
    /**
     * A directory.
     */
    LTSP_FILE_TYPE_DIRECTORY = 2,
    /**
     * A symbolic link.
     */
    LTSP_FILE_TYPE_SYMLINK = 3,
    /**
     * A named pipe.
     */
    LTSP_FILE_TYPE_FIFO = 4,
    /**
     * A Unix socket.
     */
    LTSP_FILE_TYPE_SOCKET = 5,
    /**
     * A block or character device.
     */
    LTSP_FILE_TYPE_DEVICE = 6,
} ltsp_file_type;

/**
 * What a home is to become.
 */
typedef enum {
    /**
     * The template, and nothing else: for guests.
     */
    LTSP_POLICY_EXACT = 1,
    /**
     * Top-level dot entries become the skeleton's, ordinary files stay: for pupils.
     */
    LTSP_POLICY_REVERT = 2,
    /**
     * What it was, without what matches the volatile rules.
     */
    LTSP_POLICY_VOLATILE = 3,
} ltsp_policy;

/**
 * What to do about processes of the account.
 */
typedef enum {
    /**
     * Fail with their process numbers.
     */
    LTSP_BUSY_REFUSE = 1,
    /**
     * End them: SIGTERM, then SIGKILL.
     */
    LTSP_BUSY_TERMINATE = 2,
    /**
     * Go on. Nothing outside the home is at risk, but they may write into the fresh home.
     */
    LTSP_BUSY_IGNORE = 3,
} ltsp_busy;

/**
 * What a reset in place makes of the receipt of the last one: inode, change time and size of every
 * entry.
 */
typedef enum {
    /**
     * Believe it where no user can deceive it: for everything but the content of files, and on
     * btrfs for that, too. Content is compared.
     */
    LTSP_RECEIPTS_CHECKED = 1,
    /**
     * Believe it for the content of files on ext4 and xfs as well: several times faster, but only
     * for homes whose owners cannot run programs of their own.
     */
    LTSP_RECEIPTS_TRUSTED = 2,
    /**
     * Neither believe one nor write one.
     */
    LTSP_RECEIPTS_NEVER = 3,
} ltsp_receipts;

/**
 * Whether a swap may use a home that ltsp_home_reset_stage() built ahead.
 */
typedef enum {
    /**
     * If the template has not changed since.
     */
    LTSP_SPARE_CHECKED = 1,
    /**
     * At once, without looking at the template: a reset in about a millisecond, whatever its
     * size.
     */
    LTSP_SPARE_TRUSTED = 2,
    /**
     * Never.
     */
    LTSP_SPARE_NEVER = 3,
} ltsp_spare;

/**
 * What reports and plans count. It is asked for by number, one by one, so that there can be more
 * of them without any structure growing under a program that was compiled before.
 */
typedef enum {
    /**
     * Entries that were missing and have been made.
     */
    LTSP_COUNTER_CREATED = 1,
    /**
     * Entries that differed and have been made anew.
     */
    LTSP_COUNTER_REPLACED = 2,
    /**
     * Entries that are gone. In a swap: all of the old home's.
     */
    LTSP_COUNTER_REMOVED = 3,
    /**
     * Directories whose owner, mode, times or attributes were set right.
     */
    LTSP_COUNTER_METADATA = 4,
    /**
     * Entries that survived by a keep rule; a directory that is kept whole may count as one.
     */
    LTSP_COUNTER_KEPT = 5,
    /**
     * Entries that were as they should be.
     */
    LTSP_COUNTER_UNCHANGED = 6,
    /**
     * Bytes of content written.
     */
    LTSP_COUNTER_BYTES_WRITTEN = 7,
    /**
     * Bytes of content shared with the template on disk (reflink).
     */
    LTSP_COUNTER_BYTES_SHARED = 8,
} ltsp_counter;

/**
 * A switch that stops operations.
 */
typedef struct ltsp_cancel_token ltsp_cancel_token;

/**
 * One entry that is not as it should be; borrowed from its plan.
 */
typedef struct ltsp_change ltsp_change;

/**
 * Why something could not be done.
 *
 * An error that a function gave by its last parameter is freed with ltsp_error_free(). One that
 * was read out of a report, a plan or an event is borrowed from it and is not freed.
 */
typedef struct ltsp_error ltsp_error;

/**
 * What a callback is told. It is gone when the callback returns.
 */
typedef struct ltsp_event ltsp_event;

/**
 * What would change in one home; borrowed from its plan.
 */
typedef struct ltsp_home_plan ltsp_home_plan;

/**
 * What happened to one home; borrowed from its report.
 */
typedef struct ltsp_home_report ltsp_home_report;

/**
 * A reset of one or many homes.
 *
 * Nothing happens until ltsp_home_reset_run(), ltsp_home_reset_plan(), ltsp_home_reset_verify(),
 * ltsp_home_reset_stage() or ltsp_home_reset_clean() is called; each may be called again, also by
 * several threads at once.
 *
 * **A setting that fails is remembered**: from then on every function answers its error. So the
 * settings' results need not be looked at one by one; a reset whose keep rule was wrong never
 * runs.
 */
typedef struct ltsp_home_reset ltsp_home_reset;

/**
 * What would change in each home, in the order the homes were given. It never changes, so threads
 * may read it together.
 */
typedef struct ltsp_plan ltsp_plan;

/**
 * What happened to each home, in the order the homes were given. It never changes, so threads may
 * read it together.
 */
typedef struct ltsp_report ltsp_report;

/**
 * Bytes that belong to somebody else: they live as long as what they were taken from.
 *
 * A NUL byte follows them, which `len` does not count, so `(const char *)bytes.ptr` is a C
 * string. Texts are UTF-8; paths and names are whatever bytes they are on disk, and may contain
 * line breaks. Where there is nothing, such as the path of an error that has none, `ptr` is NULL
 * and `len` 0.
 */
typedef struct {
    /**
     * The first byte, or NULL.
     */
    const uint8_t *ptr;
    /**
     * The number of bytes, without the NUL byte that follows.
     */
    size_t len;
} ltsp_bytes;

/**
 * Is told what happens, and says whether to go on.
 *
 * It is called from threads of the library, by one at a time while one function runs, so it needs
 * no lock of its own for what only it uses; it should be quick, because all of them may come to
 * wait for it. It must return: not by longjmp(), not by a C++ exception, not by ending its thread.
 * It must not change or free the reset that calls it.
 *
 * @param event What happened; borrowed until the callback returns.
 * @param user_data What was given to ltsp_home_reset_set_progress().
 * @return 0 to go on. Anything else stops the operation as soon as each home is old or new; homes
 * that were not dealt with fail with LTSP_CANCELLED, and the callback is not called again.
 */
typedef int (*ltsp_progress_fn)(const ltsp_event *event, void *user_data);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Answers the version of the library that the program runs with, such as `0.1.0`. It may be
 * newer than the header's, `LTSP_VERSION_MAJOR.LTSP_VERSION_MINOR.LTSP_VERSION_PATCH`.
 *
 * @return A string that is never freed. May be called from any thread.
 */
const char *ltsp_version(void);

/**
 * Frees an error that a function gave by its last parameter.
 *
 * @param error The error, or NULL. Everything that was read from it is gone with it.
 */
void ltsp_error_free(ltsp_error *error);

/**
 * Answers the kind of an error: the status that the failed call answered, too.
 *
 * @param error The error.
 * @return The kind; LTSP_OK if `error` is NULL.
 */
ltsp_status ltsp_error_kind(const ltsp_error *error);

/**
 * Answers the whole error as people should see it, in one line: where, what, and what to do about
 * it. What is not printable in a path is escaped, so that it cannot harm a terminal.
 *
 * @param error The error.
 * @return The text, borrowed from the error; none if `error` is NULL.
 */
ltsp_bytes ltsp_error_text(const ltsp_error *error);

/**
 * Answers what went wrong, without the path and without what to do about it.
 *
 * @param error The error.
 * @return The text, borrowed from the error; none if `error` is NULL.
 */
ltsp_bytes ltsp_error_message(const ltsp_error *error);

/**
 * Answers what the reader can do about it.
 *
 * @param error The error.
 * @return The text, borrowed from the error; none if there is none or `error` is NULL.
 */
ltsp_bytes ltsp_error_help(const ltsp_error *error);

/**
 * Answers the path at which it happened, unescaped.
 *
 * @param error The error.
 * @return The path, borrowed from the error; none if there is none or `error` is NULL.
 */
ltsp_bytes ltsp_error_path(const ltsp_error *error);

/**
 * Answers the kernel's error number, as in `errno.h`.
 *
 * @param error The error.
 * @return The number; 0 if the error is not the kernel's or `error` is NULL.
 */
int ltsp_error_errno(const ltsp_error *error);

/**
 * Answers the line, counted from 1, of the file at ltsp_error_path() that is not understood.
 *
 * @param error The error.
 * @return The line; 0 if there is none or `error` is NULL.
 */
uint64_t ltsp_error_line(const ltsp_error *error);

/**
 * Answers the column, counted from 1 and in bytes, in ltsp_error_line().
 *
 * @param error The error.
 * @return The column; 0 if there is none or `error` is NULL.
 */
uint64_t ltsp_error_column(const ltsp_error *error);

/**
 * Answers how many processes stand in the way (LTSP_BUSY).
 *
 * @param error The error.
 * @return The number of processes; 0 if `error` is NULL.
 */
size_t ltsp_error_pid_count(const ltsp_error *error);

/**
 * Answers the number of one process that stands in the way. It may have ended by now, and its
 * number may be another process's.
 *
 * @param error The error.
 * @param index From 0 to below ltsp_error_pid_count().
 * @return The process's number; 0 if there is none at `index` or `error` is NULL.
 */
int32_t ltsp_error_pid(const ltsp_error *error, size_t index);

/**
 * Answers the name of a status, such as `no-space`: the one that stands in JSON.
 *
 * @param status The status.
 * @return A string that is never freed; `unknown` for a number that is none.
 */
const char *ltsp_status_name(ltsp_status status);

/**
 * Answers the name of a strategy, such as `in-place`.
 *
 * @param strategy The strategy.
 * @return A string that is never freed; `none` for LTSP_STRATEGY_NONE, `unknown` for a number
 * that is no strategy.
 */
const char *ltsp_strategy_name(ltsp_strategy strategy);

/**
 * Answers what an event is about.
 *
 * @param event The event.
 * @return Its kind; LTSP_EVENT_NONE if `event` is NULL.
 */
ltsp_event_kind ltsp_event_get_kind(const ltsp_event *event);

/**
 * Answers how many homes will be dealt with (LTSP_EVENT_STARTED).
 *
 * @param event The event.
 * @return The number of homes; 0 for other events and if `event` is NULL.
 */
size_t ltsp_event_homes(const ltsp_event *event);

/**
 * Answers the path of the home that an event is about, as it was given.
 *
 * @param event The event.
 * @return The path, borrowed from the event; none for LTSP_EVENT_STARTED and if `event` is NULL.
 */
ltsp_bytes ltsp_event_home(const ltsp_event *event);

/**
 * Answers how many entries were made, replaced or removed in this home since the event before
 * (LTSP_EVENT_HOME_PROGRESS).
 *
 * @param event The event.
 * @return The number of entries; 0 for other events and if `event` is NULL.
 */
uint64_t ltsp_event_entries(const ltsp_event *event);

/**
 * Answers how many bytes of file content were written in this home since the event before
 * (LTSP_EVENT_HOME_PROGRESS).
 *
 * @param event The event.
 * @return The number of bytes; 0 for other events and if `event` is NULL.
 */
uint64_t ltsp_event_bytes(const ltsp_event *event);

/**
 * Answers why this home failed (LTSP_EVENT_HOME_FINISHED).
 *
 * @param event The event.
 * @return The error, borrowed from the event; NULL if it did not fail or `event` is NULL.
 */
const ltsp_error *ltsp_event_error(const ltsp_event *event);

/**
 * Makes a switch that is off. Give it to resets by ltsp_home_reset_set_cancel_token(), before
 * they run.
 *
 * @return The switch, which the caller frees with ltsp_cancel_token_free().
 */
ltsp_cancel_token *ltsp_cancel_token_new(void);

/**
 * Asks every operation that has this switch to stop as soon as each home is old or new. Homes
 * that were not dealt with fail with LTSP_CANCELLED. A switch stays on.
 *
 * May be called from any thread while operations run, and from a signal handler.
 *
 * @param token The switch; nothing happens if it is NULL.
 */
void ltsp_cancel_token_cancel(const ltsp_cancel_token *token);

/**
 * Answers whether a switch is on. May be called from any thread, and from a signal handler.
 *
 * @param token The switch.
 * @return Whether ltsp_cancel_token_cancel() was called; false if `token` is NULL.
 */
bool ltsp_cancel_token_is_cancelled(const ltsp_cancel_token *token);

/**
 * Frees a switch. Resets that have it keep what they need of it, so this may be done at any time
 * that nobody uses `token` itself.
 *
 * @param token The switch, or NULL.
 */
void ltsp_cancel_token_free(ltsp_cancel_token *token);

/**
 * Resets one guest's home: the common case in one call, for a login hook. The policy is
 * LTSP_POLICY_EXACT, all else is as ltsp_home_reset_new() has it: the home becomes the template,
 * and while processes of the account run, it is refused.
 *
 * Blocks until it is done. May be called from any thread.
 *
 * @param home The home, a path on this machine.
 * @param uid The user it belongs to; not 0.
 * @param gid The group it belongs to.
 * @param template_dir The template, a directory on this machine.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK if the home is now as the template; else why not.
 */
ltsp_status ltsp_home_reset_one(const char *home,
                                uint32_t uid,
                                uint32_t gid,
                                const char *template_dir,
                                ltsp_error **error);

/**
 * Makes a reset with no homes yet. It works on this machine's own root, swaps, refuses busy
 * homes, checks spares, keeps receipts and uses as many threads as there are processors.
 *
 * @param policy What the homes are to become.
 * @param error Where the error goes, or NULL.
 * @return The reset, which the caller frees with ltsp_home_reset_free(); NULL if `policy` is none.
 */
ltsp_home_reset *ltsp_home_reset_new(ltsp_policy policy, ltsp_error **error);

/**
 * Frees a reset. Reports and plans that it gave stay.
 *
 * @param reset The reset, or NULL. Not while one of its functions runs.
 */
void ltsp_home_reset_free(ltsp_home_reset *reset);

/**
 * Sets where `/` is: every other path is looked up below it and cannot leave it. Without this it
 * is this machine's own root. The directory is opened now and is the same whatever becomes of its
 * name.
 *
 * @param reset The reset.
 * @param root A directory: a chroot, an unpacked image, a scratch directory.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_NOT_FOUND, LTSP_PERMISSION_DENIED or LTSP_UNSAFE if it is no directory
 * that can be opened.
 */
ltsp_status ltsp_home_reset_set_root(ltsp_home_reset *reset, const char *root, ltsp_error **error);

/**
 * Sets where `/` is, as ltsp_home_reset_set_root() does, by an open directory.
 *
 * @param reset The reset.
 * @param fd A file descriptor of a directory. It is duplicated and stays the caller's, who may
 * close it at once.
 * @param shown What the directory is called in messages. May be NULL: then it is called by its
 * number, `/proc/self/fd/N`.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT or LTSP_UNSAFE if `fd` is not open or no directory.
 */
ltsp_status ltsp_home_reset_set_root_fd(ltsp_home_reset *reset,
                                        int fd,
                                        const char *shown,
                                        ltsp_error **error);

/**
 * Sets the template: what the homes are to become. Symbolic links on the way to it are followed if
 * only trusted users could make them. LTSP_POLICY_REVERT takes `/etc/skel` without this.
 *
 * @param reset The reset.
 * @param template_dir A directory below the root.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK. Whether it exists and can be trusted is found out later, by what it is used
 * for.
 */
ltsp_status ltsp_home_reset_set_template(ltsp_home_reset *reset,
                                         const char *template_dir,
                                         ltsp_error **error);

/**
 * Trusts a user with the template. Without this it may belong to root, to the user this process
 * runs as, or to the account whose home it is, if that is not one of the homes to reset.
 *
 * @param reset The reset.
 * @param uid The user.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_template_owner(ltsp_home_reset *reset,
                                               uint32_t uid,
                                               ltsp_error **error);

/**
 * Accepts a template with nothing in it, which empties the homes. Without this it is refused,
 * because it is usually a mistake: a file system that is not mounted.
 *
 * @param reset The reset.
 * @param allow Whether to accept it.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_allow_empty_template(ltsp_home_reset *reset,
                                                     bool allow,
                                                     ltsp_error **error);

/**
 * Adds a rule for what survives the reset: a glob, relative to the home, such as `Documents`.
 * `*`, `?` and `[...]` match within one name, leading dots too; `**` matches any number of
 * directories. A rule that matches a directory is about everything below it.
 *
 * @param reset The reset.
 * @param pattern The rule.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK. Whether the rule makes sense is found out later, by what it is used for
 * (LTSP_INVALID_INPUT, before any home is touched).
 */
ltsp_status ltsp_home_reset_add_keep(ltsp_home_reset *reset,
                                     const char *pattern,
                                     ltsp_error **error);

/**
 * Adds a rule, of the same form as ltsp_home_reset_add_keep(), for what goes: with
 * LTSP_POLICY_VOLATILE that and nothing else; with the other policies even though a keep rule
 * matches.
 *
 * @param reset The reset.
 * @param pattern The rule.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK. Whether the rule makes sense is found out later, by what it is used for
 * (LTSP_INVALID_INPUT, before any home is touched).
 */
ltsp_status ltsp_home_reset_add_volatile(ltsp_home_reset *reset,
                                         const char *pattern,
                                         ltsp_error **error);

/**
 * Adds the home of an account, which is looked up in the root's own `/etc/passwd`.
 *
 * @param reset The reset.
 * @param name The account's login name.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK. Whether there is such an account is found out later and stands in the report.
 */
ltsp_status ltsp_home_reset_add_user(ltsp_home_reset *reset, const char *name, ltsp_error **error);

/**
 * Adds a home by its path.
 *
 * @param reset The reset.
 * @param home The home, a path below the root.
 * @param uid The user it belongs to; not 0.
 * @param gid The group it belongs to.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK. Whether it can be reset is found out later and stands in the report.
 */
ltsp_status ltsp_home_reset_add_home(ltsp_home_reset *reset,
                                     const char *home,
                                     uint32_t uid,
                                     uint32_t gid,
                                     ltsp_error **error);

/**
 * Makes homes that do not exist, instead of failing.
 *
 * @param reset The reset.
 * @param create Whether to make them.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_create_missing(ltsp_home_reset *reset,
                                               bool create,
                                               ltsp_error **error);

/**
 * Sets how the homes become what they should be; LTSP_STRATEGY_SWAP without this.
 *
 * @param reset The reset.
 * @param strategy LTSP_STRATEGY_AUTO, LTSP_STRATEGY_SWAP or LTSP_STRATEGY_IN_PLACE.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
 */
ltsp_status ltsp_home_reset_set_strategy(ltsp_home_reset *reset,
                                         ltsp_strategy strategy,
                                         ltsp_error **error);

/**
 * Sets what to do about processes of the accounts; LTSP_BUSY_REFUSE without this.
 *
 * @param reset The reset.
 * @param busy LTSP_BUSY_REFUSE, LTSP_BUSY_TERMINATE or LTSP_BUSY_IGNORE.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
 */
ltsp_status ltsp_home_reset_set_busy(ltsp_home_reset *reset, ltsp_busy busy, ltsp_error **error);

/**
 * Sets how long LTSP_BUSY_TERMINATE waits for processes to end.
 *
 * @param reset The reset.
 * @param term_ms Milliseconds after SIGTERM; 3000 without this.
 * @param kill_ms Milliseconds after SIGKILL; 5000 without this.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_busy_limits_ms(ltsp_home_reset *reset,
                                               uint64_t term_ms,
                                               uint64_t kill_ms,
                                               ltsp_error **error);

/**
 * Sets how long to wait for another reset of the same home.
 *
 * @param reset The reset.
 * @param limit_ms Milliseconds; 30000 without this.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_lock_limit_ms(ltsp_home_reset *reset,
                                              uint64_t limit_ms,
                                              ltsp_error **error);

/**
 * Sets whether homes that ltsp_home_reset_stage() built ahead may be used; LTSP_SPARE_CHECKED
 * without this.
 *
 * @param reset The reset.
 * @param spare LTSP_SPARE_CHECKED, LTSP_SPARE_TRUSTED or LTSP_SPARE_NEVER.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is none of them.
 */
ltsp_status ltsp_home_reset_set_spare(ltsp_home_reset *reset, ltsp_spare spare, ltsp_error **error);

/**
 * Sets the number of threads; as many as there are processors without this. They end before the
 * function that started them returns.
 *
 * @param reset The reset.
 * @param threads The number of threads, at least 1.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is 0.
 */
ltsp_status ltsp_home_reset_set_threads(ltsp_home_reset *reset, size_t threads, ltsp_error **error);

/**
 * Waits until the fresh home is on the disk before it goes live, so that not even a power failure
 * in the next half minute leaves template files empty. Costs what the disk costs; off without
 * this.
 *
 * @param reset The reset.
 * @param durable Whether to wait.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_durable(ltsp_home_reset *reset, bool durable, ltsp_error **error);

/**
 * Leaves the old home's remains in the staging directory for ltsp_home_reset_clean() or the next
 * reset, so that nobody waits for their removal; off without this.
 *
 * @param reset The reset.
 * @param defer Whether to leave them.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_defer_cleanup(ltsp_home_reset *reset,
                                              bool defer,
                                              ltsp_error **error);

/**
 * Sets what is made of receipts, which let the next reset in place skip what has not been touched
 * since; LTSP_RECEIPTS_CHECKED without this.
 *
 * @param reset The reset.
 * @param receipts LTSP_RECEIPTS_CHECKED, LTSP_RECEIPTS_TRUSTED or LTSP_RECEIPTS_NEVER.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is another number.
 */
ltsp_status ltsp_home_reset_set_receipts(ltsp_home_reset *reset,
                                         ltsp_receipts receipts,
                                         ltsp_error **error);

/**
 * Sets a function that is told what happens and can stop it.
 *
 * @param reset The reset.
 * @param callback The function; see ltsp_progress_fn for what it may do. NULL for none.
 * @param user_data Passed to the function as it is; may be NULL. It must live as long as the reset
 * may run, and is used from the threads that call the function.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_progress(ltsp_home_reset *reset,
                                         ltsp_progress_fn callback,
                                         void *user_data,
                                         ltsp_error **error);

/**
 * Sets a switch that stops the reset, from another thread or a signal handler.
 *
 * @param reset The reset.
 * @param token The switch, which stays the caller's. NULL for none.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_home_reset_set_cancel_token(ltsp_home_reset *reset,
                                             const ltsp_cancel_token *token,
                                             ltsp_error **error);

/**
 * Resets the homes. One that fails neither hides nor stops the others: its error stands in the
 * report, so look at ltsp_report_failed(), too.
 *
 * Blocks until it is done.
 *
 * @param reset The reset.
 * @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK if the work was begun; else why nothing could be begun: a setting or rule that
 * makes no sense, a template that is missing, empty or not to be trusted, no homes given.
 */
ltsp_status ltsp_home_reset_run(const ltsp_home_reset *reset,
                                ltsp_report **report,
                                ltsp_error **error);

/**
 * Finds out what ltsp_home_reset_run() would do. Changes nothing; contents are compared, receipts
 * are not believed.
 *
 * Blocks until it is done.
 *
 * @param reset The reset.
 * @param plan Where the plan goes, which the caller frees with ltsp_plan_free(); NULL goes there
 * on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_home_reset_run().
 */
ltsp_status ltsp_home_reset_plan(const ltsp_home_reset *reset,
                                 ltsp_plan **plan,
                                 ltsp_error **error);

/**
 * Compares the homes with what they should be, content and all: a plan for which
 * ltsp_plan_is_empty() is true means that they are. The same as ltsp_home_reset_plan(), except
 * that busy homes are compared, too.
 *
 * Blocks until it is done.
 *
 * @param reset The reset.
 * @param plan Where the plan goes, which the caller frees with ltsp_plan_free(); NULL goes there
 * on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_home_reset_run().
 */
ltsp_status ltsp_home_reset_verify(const ltsp_home_reset *reset,
                                   ltsp_plan **plan,
                                   ltsp_error **error);

/**
 * Builds a spare for each home, which the next swap only has to exchange. A home has one spare;
 * one that is ready and fits is left as it is.
 *
 * Blocks until it is done.
 *
 * @param reset The reset.
 * @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_home_reset_run().
 */
ltsp_status ltsp_home_reset_stage(const ltsp_home_reset *reset,
                                  ltsp_report **report,
                                  ltsp_error **error);

/**
 * Removes what interrupted runs and ltsp_home_reset_set_defer_cleanup() left beside the homes.
 * Spares stay. The template is not looked at.
 *
 * Blocks until it is done.
 *
 * @param reset The reset.
 * @param report Where the report goes, which the caller frees with ltsp_report_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_home_reset_run().
 */
ltsp_status ltsp_home_reset_clean(const ltsp_home_reset *reset,
                                  ltsp_report **report,
                                  ltsp_error **error);

/**
 * Frees a report, and everything that was read from it.
 *
 * @param report The report, or NULL.
 */
void ltsp_report_free(ltsp_report *report);

/**
 * Answers how many homes a report is about.
 *
 * @param report The report.
 * @return The number of homes; 0 if `report` is NULL.
 */
size_t ltsp_report_count(const ltsp_report *report);

/**
 * Answers how many of the homes failed.
 *
 * @param report The report.
 * @return The number of homes that failed; 0 if `report` is NULL.
 */
size_t ltsp_report_failed(const ltsp_report *report);

/**
 * Answers the error of the first home that failed: enough to know where there is one home.
 *
 * @param report The report.
 * @return The error, borrowed from the report; NULL if none failed or `report` is NULL.
 */
const ltsp_error *ltsp_report_error(const ltsp_report *report);

/**
 * Answers what happened to one home.
 *
 * @param report The report.
 * @param index From 0 to below ltsp_report_count(), in the order the homes were given.
 * @return The home's report, borrowed from the report; NULL if there is none at `index` or
 * `report` is NULL.
 */
const ltsp_home_report *ltsp_report_home(const ltsp_report *report, size_t index);

/**
 * Answers one number, summed over all homes.
 *
 * @param report The report.
 * @param which What is counted.
 * @return The sum; 0 if `which` is no counter or `report` is NULL.
 */
uint64_t ltsp_report_total(const ltsp_report *report, ltsp_counter which);

/**
 * Answers how long the whole operation took.
 *
 * @param report The report.
 * @return Nanoseconds of wall time; 0 if `report` is NULL.
 */
uint64_t ltsp_report_elapsed_ns(const ltsp_report *report);

/**
 * Answers the whole report as JSON, in one line. What is no text in a path is escaped in it.
 *
 * @param report The report.
 * @return The JSON, borrowed from the report; none if `report` is NULL.
 */
ltsp_bytes ltsp_report_json(const ltsp_report *report);

/**
 * Answers the whole report as a table for people, with notes and errors below it.
 *
 * @param report The report.
 * @return The table, borrowed from the report; none if `report` is NULL.
 */
ltsp_bytes ltsp_report_text(const ltsp_report *report);

/**
 * Answers the home's path below the root.
 *
 * @param home The home's report.
 * @return The path, borrowed from the report; none if `home` is NULL.
 */
ltsp_bytes ltsp_home_report_path(const ltsp_home_report *home);

/**
 * Answers the account's name, if the home was given by it.
 *
 * @param home The home's report.
 * @return The name, borrowed from the report; none if it was given by path or `home` is NULL.
 */
ltsp_bytes ltsp_home_report_user(const ltsp_home_report *home);

/**
 * Answers the account's user id.
 *
 * @param home The home's report.
 * @return The user id; 0 if `home` is NULL.
 */
uint32_t ltsp_home_report_uid(const ltsp_home_report *home);

/**
 * Answers the account's group id.
 *
 * @param home The home's report.
 * @return The group id; 0 if `home` is NULL.
 */
uint32_t ltsp_home_report_gid(const ltsp_home_report *home);

/**
 * Answers how the work on a home ended.
 *
 * @param home The home's report.
 * @return The outcome; LTSP_OUTCOME_NONE if `home` is NULL.
 */
ltsp_outcome ltsp_home_report_outcome(const ltsp_home_report *home);

/**
 * Answers the strategy that was used.
 *
 * @param home The home's report.
 * @return The strategy; LTSP_STRATEGY_NONE if none was used or `home` is NULL.
 */
ltsp_strategy ltsp_home_report_strategy(const ltsp_home_report *home);

/**
 * Answers why the strategy is not the one that was asked for.
 *
 * @param home The home's report.
 * @return The reason, borrowed from the report; none if it is the one or `home` is NULL.
 */
ltsp_bytes ltsp_home_report_fallback(const ltsp_home_report *home);

/**
 * Answers one number of what was done in a home.
 *
 * @param home The home's report.
 * @param which What is counted.
 * @return The number; 0 if `which` is no counter or `home` is NULL.
 */
uint64_t ltsp_home_report_count(const ltsp_home_report *home, ltsp_counter which);

/**
 * Answers how many notes there are about a home.
 *
 * @param home The home's report.
 * @return The number of notes; 0 if `home` is NULL.
 */
size_t ltsp_home_report_note_count(const ltsp_home_report *home);

/**
 * Answers what else is worth knowing about a home.
 *
 * @param home The home's report.
 * @param index From 0 to below ltsp_home_report_note_count().
 * @return The note, borrowed from the report; none if there is none at `index` or `home` is NULL.
 */
ltsp_bytes ltsp_home_report_note(const ltsp_home_report *home, size_t index);

/**
 * Answers how long the work on a home took.
 *
 * @param home The home's report.
 * @return Nanoseconds of wall time; 0 if `home` is NULL.
 */
uint64_t ltsp_home_report_elapsed_ns(const ltsp_home_report *home);

/**
 * Answers why a home failed.
 *
 * @param home The home's report.
 * @return The error, borrowed from the report; NULL if it did not fail or `home` is NULL.
 */
const ltsp_error *ltsp_home_report_error(const ltsp_home_report *home);

/**
 * Answers the name of an outcome, such as `reset`.
 *
 * @param outcome The outcome.
 * @return A string that is never freed; `none` for LTSP_OUTCOME_NONE, `unknown` for a number that
 * is no outcome.
 */
const char *ltsp_outcome_name(ltsp_outcome outcome);

/**
 * Frees a plan, and everything that was read from it.
 *
 * @param plan The plan, or NULL.
 */
void ltsp_plan_free(ltsp_plan *plan);

/**
 * Answers how many homes a plan is about.
 *
 * @param plan The plan.
 * @return The number of homes; 0 if `plan` is NULL.
 */
size_t ltsp_plan_count(const ltsp_plan *plan);

/**
 * Answers whether every home is as it should be: none has changes, and none failed.
 *
 * @param plan The plan.
 * @return Whether it is so; false if `plan` is NULL.
 */
bool ltsp_plan_is_empty(const ltsp_plan *plan);

/**
 * Answers how many of the homes would be refused or could not be looked at.
 *
 * @param plan The plan.
 * @return The number of those homes; 0 if `plan` is NULL.
 */
size_t ltsp_plan_failed(const ltsp_plan *plan);

/**
 * Answers the error of the first home that has one: enough to know where there is one home.
 *
 * @param plan The plan.
 * @return The error, borrowed from the plan; NULL if none has one or `plan` is NULL.
 */
const ltsp_error *ltsp_plan_error(const ltsp_plan *plan);

/**
 * Answers what would change in one home.
 *
 * @param plan The plan.
 * @param index From 0 to below ltsp_plan_count(), in the order the homes were given.
 * @return The home's plan, borrowed from the plan; NULL if there is none at `index` or `plan` is
 * NULL.
 */
const ltsp_home_plan *ltsp_plan_home(const ltsp_plan *plan, size_t index);

/**
 * Answers the whole plan as JSON, in one line. What is no text in a path is escaped in it.
 *
 * @param plan The plan.
 * @return The JSON, borrowed from the plan; none if `plan` is NULL.
 */
ltsp_bytes ltsp_plan_json(const ltsp_plan *plan);

/**
 * Answers the whole plan for people: a line for each home and each change.
 *
 * @param plan The plan.
 * @return The text, borrowed from the plan; none if `plan` is NULL.
 */
ltsp_bytes ltsp_plan_text(const ltsp_plan *plan);

/**
 * Answers the home's path below the root.
 *
 * @param home The home's plan.
 * @return The path, borrowed from the plan; none if `home` is NULL.
 */
ltsp_bytes ltsp_home_plan_path(const ltsp_home_plan *home);

/**
 * Answers the account's name, if the home was given by it.
 *
 * @param home The home's plan.
 * @return The name, borrowed from the plan; none if it was given by path or `home` is NULL.
 */
ltsp_bytes ltsp_home_plan_user(const ltsp_home_plan *home);

/**
 * Answers the account's user id.
 *
 * @param home The home's plan.
 * @return The user id; 0 if `home` is NULL.
 */
uint32_t ltsp_home_plan_uid(const ltsp_home_plan *home);

/**
 * Answers the account's group id.
 *
 * @param home The home's plan.
 * @return The group id; 0 if `home` is NULL.
 */
uint32_t ltsp_home_plan_gid(const ltsp_home_plan *home);

/**
 * Answers the strategy that would be used.
 *
 * @param home The home's plan.
 * @return The strategy; LTSP_STRATEGY_NONE if none would be or `home` is NULL.
 */
ltsp_strategy ltsp_home_plan_strategy(const ltsp_home_plan *home);

/**
 * Answers why the strategy is not the one that was asked for.
 *
 * @param home The home's plan.
 * @return The reason, borrowed from the plan; none if it is the one or `home` is NULL.
 */
ltsp_bytes ltsp_home_plan_fallback(const ltsp_home_plan *home);

/**
 * Answers one number of what would be done in a home. LTSP_COUNTER_BYTES_WRITTEN is the size of
 * what would be made.
 *
 * @param home The home's plan.
 * @param which What is counted.
 * @return The number; 0 if `which` is no counter or `home` is NULL.
 */
uint64_t ltsp_home_plan_count(const ltsp_home_plan *home, ltsp_counter which);

/**
 * Answers why a home would be refused or could not be looked at.
 *
 * @param home The home's plan.
 * @return The error, borrowed from the plan; NULL if there is none or `home` is NULL.
 */
const ltsp_error *ltsp_home_plan_error(const ltsp_home_plan *home);

/**
 * Answers how many entries of a home are not as they should be.
 *
 * @param home The home's plan.
 * @return The number of changes; 0 if `home` is NULL.
 */
size_t ltsp_home_plan_change_count(const ltsp_home_plan *home);

/**
 * Answers one entry that is not as it should be.
 *
 * @param home The home's plan.
 * @param index From 0 to below ltsp_home_plan_change_count(), in the order of their paths.
 * @return The change, borrowed from the plan; NULL if there is none at `index` or `home` is NULL.
 */
const ltsp_change *ltsp_home_plan_change(const ltsp_home_plan *home, size_t index);

/**
 * Answers what would be done about an entry.
 *
 * @param change The change.
 * @return The action; LTSP_ACTION_NONE if `change` is NULL.
 */
ltsp_action ltsp_change_action(const ltsp_change *change);

/**
 * Answers an entry's path below the home; of no bytes for the home itself.
 *
 * @param change The change.
 * @return The path, borrowed from the plan; none (`ptr` is NULL) if `change` is NULL.
 */
ltsp_bytes ltsp_change_path(const ltsp_change *change);

/**
 * Answers what an entry is; for LTSP_ACTION_REPLACE, what it would become.
 *
 * @param change The change.
 * @return The type of file; LTSP_FILE_TYPE_NONE if `change` is NULL.
 */
ltsp_file_type ltsp_change_file_type(const ltsp_change *change);

/**
 * Answers the size of the content that a file would be given.
 *
 * @param change The change.
 * @return The number of bytes; 0 for what is removed or no file, and if `change` is NULL.
 */
uint64_t ltsp_change_size(const ltsp_change *change);

/**
 * Answers why an entry is not as it should be, in a few words.
 *
 * @param change The change.
 * @return The words, borrowed from the plan; none if `change` is NULL.
 */
ltsp_bytes ltsp_change_why(const ltsp_change *change);

/**
 * Answers the name of an action, such as `create`.
 *
 * @param action The action.
 * @return A string that is never freed; `none` for LTSP_ACTION_NONE, `unknown` for a number that
 * is no action.
 */
const char *ltsp_action_name(ltsp_action action);

/**
 * Answers the name of a type of file, such as `symbolic link`.
 *
 * @param file_type The type of file.
 * @return A string that is never freed; `none` for LTSP_FILE_TYPE_NONE, `unknown` for a number
 * that is no type of file.
 */
const char *ltsp_file_type_name(ltsp_file_type file_type);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LTSP_H */
