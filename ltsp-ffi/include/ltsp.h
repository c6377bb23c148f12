/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Made by cbindgen from the library's sources; changes belong there. */
/**
 * @file ltsp.h
 * Run an LTSP classroom server: put home directories back to their template, as root, safely and
 * fast, even while their owners are hostile; read, check and change the lab's configuration files
 * without losing a byte; look into client images. Link with `pkg-config --cflags --libs ltsp`.
 *
 *     ltsp_error *error = NULL;
 *     if (ltsp_home_reset_one("/home/guest1", 1001, 1001, "/home/guest", &error) != LTSP_OK)
 *         fprintf(stderr, "%s\n", (const char *)ltsp_error_text(error).ptr);
 *     ltsp_error_free(error);
 *
 * What a client gets from lts.conf:
 *
 *     ltsp_conf *conf = NULL;
 *     ltsp_resolved *mine = NULL;
 *     if (ltsp_conf_open("/etc/lts.conf", &conf, &error) == LTSP_OK
 *         && ltsp_conf_resolve(conf, client, &mine, &error) == LTSP_OK)
 *         session = ltsp_resolved_get(mine, "LDM_SESSION");
 *
 * Rules that hold for every function:
 *
 * - **Errors.** What can fail answers an `ltsp_status` (or a handle, NULL on failure) and has
 *   `ltsp_error **error` as its last parameter. It may be NULL. Otherwise `*error` is set: to NULL
 *   on success, to an error that the caller frees on failure. What was there before is neither
 *   read nor freed.
 * - **Ownership.** A handle that is answered or put somewhere without `const` is the caller's, who
 *   frees it once, with the `_free` function of its type; freeing NULL does nothing. `const` handles
 *   and `ltsp_bytes` are borrowed: they live as long as what they were taken from, and are not to be
 *   freed. Arguments are copied; the library keeps no pointer of the caller's, but for a callback
 *   and its `user_data`.
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
 * The format of a file.
 */
typedef enum {
    /**
     * To be told by the file's name: `lts.conf`, `ltsp.conf`, `pxelinux.cfg/default`,
     * `limits.conf`, `image.excludes`, `ltsp-update-image.conf` and so on, where LTSP, pxelinux
     * and PAM look for them.
     */
    LTSP_FORMAT_BY_NAME = 0,
    /**
     * lts.conf of LTSP 5.
     */
    LTSP_FORMAT_LTS = 1,
    /**
     * ltsp.conf of LTSP 19 and newer.
     */
    LTSP_FORMAT_LTSP = 2,
    /**
     * pxelinux and syslinux configuration. Its sections are labels.
     */
    LTSP_FORMAT_PXE = 3,
    /**
     * limits.conf(5) and the files of limits.d.
     */
    LTSP_FORMAT_LIMITS = 4,
    /**
     * What a client image leaves out.
     */
    LTSP_FORMAT_EXCLUDES = 5,
    /**
     * Shell assignments: the configuration of LTSP 5's server programs.
     */
    LTSP_FORMAT_SHELL = 6,
} ltsp_format;

/**
 * How bad something is; worse is greater.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_SEVERITY_NONE = 0,
    /**
     * It works, but there is something to know.
     */
    LTSP_SEVERITY_ADVICE = 1,
    /**
     * It is read, but not as whoever wrote it will have meant.
     */
    LTSP_SEVERITY_WARNING = 2,
    /**
     * It, or what follows it, is not read at all, or stops the program that reads it.
     */
    LTSP_SEVERITY_ERROR = 3,
} ltsp_severity;

/**
 * What became of a section or setting of lts.conf.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_VERDICT_NONE = 0,
    /**
     * The same name and value.
     */
    LTSP_VERDICT_KEPT = 1,
    /**
     * Another name or spelling, with the same effect.
     */
    LTSP_VERDICT_RENAMED = 2,
    /**
     * Converted, but what it does is not quite the same: somebody should look.
     */
    LTSP_VERDICT_CHANGED = 3,
    /**
     * Nothing does this any more, or not by a setting.
     */
    LTSP_VERDICT_GONE = 4,
    /**
     * It had no effect in lts.conf either, and is left out.
     */
    LTSP_VERDICT_UNREAD = 5,
} ltsp_verdict;

/**
 * What kind of thing clients run from.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_KIND_NONE = 0,
    /**
     * The server itself, of which an image is made without a chroot.
     */
    LTSP_KIND_CHROOTLESS = 1,
    /**
     * A directory that is a system's root.
     */
    LTSP_KIND_CHROOT = 2,
    /**
     * The disk of a virtual machine, of which an image is made.
     */
    LTSP_KIND_VMDISK = 3,
    /**
     * An image that clients mount.
     */
    LTSP_KIND_SQUASHFS = 4,
} ltsp_kind;

/**
 * A generation of LTSP.
 */
typedef enum {
    /**
     * Answered for NULL.
     */
    LTSP_GENERATION_NONE = 0,
    /**
     * LTSP 5: `/opt/ltsp`, images exported by nbd-server, booted by pxelinux.
     */
    LTSP_GENERATION_5 = 5,
    /**
     * LTSP 19 and newer: `/srv/ltsp`, images exported by NFS, booted by iPXE.
     */
    LTSP_GENERATION_19 = 19,
} ltsp_generation;

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
 * Whose configuration is asked for: a client by its names and addresses, and where a format needs
 * it, who runs there. What is not set is not known and matches nothing.
 *
 * **A setting that fails is remembered**, as with ltsp_home_reset: what the client is used for
 * answers its error. So the settings' results need not be looked at one by one.
 */
typedef struct ltsp_client ltsp_client;

/**
 * A configuration file: every byte of it, and what the program that reads it makes of it.
 *
 * Whatever is in the file, it can be opened: what is wrong with it is what ltsp_conf_check()
 * answers. What is changed is changed in memory, one line at a time, until ltsp_conf_save().
 *
 * **What is borrowed from a document** lives until the document is freed or a function is called
 * that takes it without `const`, whether or not that succeeds.
 */
typedef struct ltsp_conf ltsp_conf;

/**
 * A new ltsp.conf and how it came about. It never changes, so threads may read it together.
 */
typedef struct ltsp_conversion ltsp_conversion;

/**
 * What became of one section's header or of one setting; borrowed from its conversion.
 */
typedef struct ltsp_converted ltsp_converted;

/**
 * One mistake or trap; borrowed from its list.
 */
typedef struct ltsp_diagnostic ltsp_diagnostic;

/**
 * Mistakes and traps of a file, in its order. It never changes, so threads may read it together.
 */
typedef struct ltsp_diagnostics ltsp_diagnostics;

/**
 * One name, its value, and where the value comes from; borrowed from what was resolved.
 */
typedef struct ltsp_entry ltsp_entry;

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
 * One thing to do; borrowed from its list.
 */
typedef struct ltsp_follow_up ltsp_follow_up;

/**
 * What must be done, in this order, for changes to take effect. It never changes, so threads may
 * read it together.
 */
typedef struct ltsp_follow_ups ltsp_follow_ups;

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
 * One thing that clients can run from; borrowed from its list. What could not be read is missing
 * in it, and ltsp_image_problem() says why. What comes from inside an image was written by whoever
 * made it and may be any bytes.
 */
typedef struct ltsp_image ltsp_image;

/**
 * Things that clients can run from. The list never changes, so threads may read it together.
 */
typedef struct ltsp_images ltsp_images;

/**
 * Where a value comes from and why it counts; borrowed from what it was read from.
 */
typedef struct ltsp_origin ltsp_origin;

/**
 * A place in a file that people can find; borrowed from what it was read from.
 */
typedef struct ltsp_place ltsp_place;

/**
 * What would change in each home, in the order the homes were given. It never changes, so threads
 * may read it together.
 */
typedef struct ltsp_plan ltsp_plan;

/**
 * A file below `pxelinux.cfg/` for one machine. It never changes, so threads may read it together.
 */
typedef struct ltsp_pxe_file ltsp_pxe_file;

/**
 * What happened to each home, in the order the homes were given. It never changes, so threads may
 * read it together.
 */
typedef struct ltsp_report ltsp_report;

/**
 * Names with values, in the order of the program that reads the file. It never changes, so threads
 * may read it together.
 */
typedef struct ltsp_resolved ltsp_resolved;

/**
 * One line that gives a name a value; borrowed from its document.
 */
typedef struct ltsp_setting ltsp_setting;

/**
 * A list of strings. It never changes, so threads may read it together.
 */
typedef struct ltsp_strings ltsp_strings;

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

/**
 * Answers the file in which something stands, as it is called from outside of the root.
 *
 * @param place The place.
 * @return The path, borrowed from the place; none if `place` is NULL.
 */
ltsp_bytes ltsp_place_file(const ltsp_place *place);

/**
 * Answers the line in which something begins.
 *
 * @param place The place.
 * @return The line, counted from 1; 0 if `place` is NULL.
 */
uint64_t ltsp_place_line(const ltsp_place *place);

/**
 * Answers the column at which something begins.
 *
 * @param place The place.
 * @return The column, counted from 1 and in bytes; 0 if `place` is NULL.
 */
uint64_t ltsp_place_column(const ltsp_place *place);

/**
 * Answers how many bytes of the file stand before something.
 *
 * @param place The place.
 * @return The number of bytes; 0 if `place` is NULL.
 */
size_t ltsp_place_offset(const ltsp_place *place);

/**
 * Answers how long something is, from where it begins.
 *
 * @param place The place.
 * @return The number of bytes; 0 for something that is missing there, and if `place` is NULL.
 */
size_t ltsp_place_length(const ltsp_place *place);

/**
 * Answers the file and line that a value comes from.
 *
 * @param origin The origin.
 * @return The place, borrowed from the origin; NULL if `origin` is NULL.
 */
const ltsp_place *ltsp_origin_place(const ltsp_origin *origin);

/**
 * Answers the section that a value comes from.
 *
 * @param origin The origin.
 * @return Its name, borrowed from the origin; none if it stands in no section or `origin` is NULL.
 */
ltsp_bytes ltsp_origin_section(const ltsp_origin *origin);

/**
 * Answers why that line counts, in a few words such as `wildcard for the host name` or
 * `LIKE of [lab]`.
 *
 * @param origin The origin.
 * @return The words, borrowed from the origin; none if `origin` is NULL.
 */
ltsp_bytes ltsp_origin_rule(const ltsp_origin *origin);

/**
 * Answers all of it in one line: `/etc/lts.conf:7:1 [lab] (LIKE of [pc1])`. What is not printable
 * in the file's name is escaped.
 *
 * @param origin The origin.
 * @return The text, borrowed from the origin; none if `origin` is NULL.
 */
ltsp_bytes ltsp_origin_text(const ltsp_origin *origin);

/**
 * Makes a client of which nothing is known yet.
 *
 * @return The client, which the caller frees with ltsp_client_free().
 */
ltsp_client *ltsp_client_new(void);

/**
 * Frees a client. What was resolved for it stays.
 *
 * @param client The client, or NULL.
 */
void ltsp_client_free(ltsp_client *client);

/**
 * Sets the client's host name.
 *
 * @param client The client.
 * @param host The name, as `hostname` prints it on the client.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_client_set_host(ltsp_client *client, const char *host, ltsp_error **error);

/**
 * Sets the client's IPv4 address.
 *
 * @param client The client.
 * @param ip The address, such as `192.168.67.20`.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is no IPv4 address.
 */
ltsp_status ltsp_client_set_ip(ltsp_client *client, const char *ip, ltsp_error **error);

/**
 * Sets the hardware address of the network card that the client boots from.
 *
 * @param client The client.
 * @param mac The address: six pairs of hexadecimal digits, separated by colons or hyphens or not
 * at all.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is no hardware address.
 */
ltsp_status ltsp_client_set_mac(ltsp_client *client, const char *mac, ltsp_error **error);

/**
 * Sets the client's UUID (SMBIOS), which pxelinux asks for.
 *
 * @param client The client.
 * @param uuid The UUID, in groups separated by hyphens. What is none matches nothing.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is no text.
 */
ltsp_status ltsp_client_set_uuid(ltsp_client *client, const char *uuid, ltsp_error **error);

/**
 * Sets which applet of `ltsp` reads ltsp.conf; other formats do not ask for it.
 *
 * @param client The client.
 * @param applet The applet, such as `init` or `image`.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if it is no applet's name.
 */
ltsp_status ltsp_client_set_applet(ltsp_client *client, const char *applet, ltsp_error **error);

/**
 * Sets whether it is the server itself that reads ltsp.conf; other formats do not ask for it.
 *
 * @param client The client.
 * @param server Whether it is the server; false without this.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_client_set_server(ltsp_client *client, bool server, ltsp_error **error);

/**
 * Sets whose session it is that limits.conf limits; other formats do not ask for it.
 *
 * @param client The client.
 * @param name The account's login name. It is looked up when it is needed, in the root of the
 * file; on this machine for a document from memory.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_client_set_user(ltsp_client *client, const char *name, ltsp_error **error);

/**
 * Opens a configuration file of this machine that must exist. Its name tells the format.
 *
 * @param file_path The file. Symbolic links are followed.
 * @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK whatever is written in the file; LTSP_INVALID_INPUT if its name does not tell the
 * format or it is no regular file, LTSP_NOT_FOUND, LTSP_PERMISSION_DENIED, or LTSP_REFUSED if it is
 * larger than 64 MiB.
 */
ltsp_status ltsp_conf_open(const char *file_path, ltsp_conf **conf, ltsp_error **error);

/**
 * Opens a configuration file that must exist, of any root and format.
 *
 * @param root The directory that stands for `/`, also for files that are included: a chroot, an
 * unpacked image. May be NULL: then it is this machine's own root.
 * @param file_path The file, a path below the root.
 * @param format The format, or LTSP_FORMAT_BY_NAME.
 * @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_conf_open(), and what ltsp_home_reset_set_root() answers for the root.
 */
ltsp_status ltsp_conf_open_as(const char *root,
                              const char *file_path,
                              ltsp_format format,
                              ltsp_conf **conf,
                              ltsp_error **error);

/**
 * Opens a configuration file, or begins an empty one if there is none, which ltsp_conf_save()
 * makes, with mode 0644.
 *
 * @param root As for ltsp_conf_open_as().
 * @param file_path The file, a path below the root.
 * @param format The format, or LTSP_FORMAT_BY_NAME.
 * @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_conf_open_as(), but not LTSP_NOT_FOUND for the file.
 */
ltsp_status ltsp_conf_open_or_new(const char *root,
                                  const char *file_path,
                                  ltsp_format format,
                                  ltsp_conf **conf,
                                  ltsp_error **error);

/**
 * Reads a document from memory. Files that it includes are not read, and it cannot be saved.
 *
 * @param name What it is called in messages and places.
 * @param text The bytes, which are copied. May be NULL if `len` is 0.
 * @param len The number of bytes.
 * @param format The format, or LTSP_FORMAT_BY_NAME.
 * @param conf Where the document goes, which the caller frees with ltsp_conf_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK whatever the bytes are; LTSP_INVALID_INPUT if the name does not tell the format.
 */
ltsp_status ltsp_conf_parse(const char *name,
                            const uint8_t *text,
                            size_t len,
                            ltsp_format format,
                            ltsp_conf **conf,
                            ltsp_error **error);

/**
 * Frees a document, and everything that was borrowed from it. Changes that were not saved are
 * gone. What was resolved or found by ltsp_conf_check() stays.
 *
 * @param conf The document, or NULL.
 */
void ltsp_conf_free(ltsp_conf *conf);

/**
 * Answers which file a document is, as it is called from outside of the root; the name of one from
 * memory.
 *
 * @param conf The document.
 * @return The path, borrowed from the document; none if `conf` is NULL.
 */
ltsp_bytes ltsp_conf_path(const ltsp_conf *conf);

/**
 * Answers the format of a document.
 *
 * @param conf The document.
 * @return The format; LTSP_FORMAT_BY_NAME if `conf` is NULL.
 */
ltsp_format ltsp_conf_format(const ltsp_conf *conf);

/**
 * Answers the document as it would be written: every byte that was not changed is as it was read.
 *
 * @param conf The document.
 * @return The bytes, borrowed from the document; none (`ptr` is NULL) if `conf` is NULL.
 */
ltsp_bytes ltsp_conf_to_bytes(const ltsp_conf *conf);

/**
 * Answers whether a document differs from what was read; a new file does.
 *
 * @param conf The document.
 * @return Whether it does; false if `conf` is NULL.
 */
bool ltsp_conf_is_changed(const ltsp_conf *conf);

/**
 * Answers what was changed since the document was read or saved, as `diff -u` prints it.
 *
 * @param conf The document.
 * @return The difference, borrowed from the document, of no bytes if there is none; none (`ptr` is
 * NULL) if `conf` is NULL.
 */
ltsp_bytes ltsp_conf_diff(const ltsp_conf *conf);

/**
 * Finds every mistake and every silent trap in a document.
 *
 * @param conf The document.
 * @param diagnostics Where they go, which the caller frees with ltsp_diagnostics_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, whatever was found.
 */
ltsp_status ltsp_conf_check(const ltsp_conf *conf,
                            ltsp_diagnostics **diagnostics,
                            ltsp_error **error);

/**
 * Answers what the program that reads a file takes from it for a client, and from which line:
 *
 * - lts.conf: what `getltscfg -a` gives the client, with included files;
 * - ltsp.conf: what `ltsp` gives the applet on the client or server; `ltsp-APPLET.conf` beside it
 *   is read after it;
 * - shell: what a shell has that sources the file and then those of its `.d` directory;
 * - limits.conf: what pam_limits takes from this one file for the client's user; for all of them
 *   there is ltsp_limits_effective().
 *
 * @param conf The document.
 * @param client The client. May be NULL: then it is one of which nothing is known, which gets what
 * all clients get.
 * @param resolved Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL
 * goes there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_PARSE where the program itself would fail, as with sections that are LIKE
 * each other in a circle; LTSP_INVALID_INPUT for pxelinux and excludes, which have no such values,
 * for limits.conf without a user, and for a client with a setting that failed; LTSP_NOT_FOUND if
 * there is no such user; what the kernel says of included files.
 */
ltsp_status ltsp_conf_resolve(const ltsp_conf *conf,
                              const ltsp_client *client,
                              ltsp_resolved **resolved,
                              ltsp_error **error);

/**
 * Writes a document back, in one step: whoever reads the file sees it as it was or as it is now.
 * Owner, group, mode and extended attributes stay.
 *
 * What has to be done next is answered by ltsp_conf_follow_ups(), which is to be asked before.
 *
 * @param conf The document.
 * @param changed Where it goes whether there was anything to write, or NULL.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_CHANGED if somebody else has changed the file since it was read,
 * LTSP_REFUSED if somebody untrusted could exchange it meanwhile, LTSP_INVALID_INPUT if the
 * document is no file, and what the kernel says. Nothing is written then.
 */
ltsp_status ltsp_conf_save(ltsp_conf *conf, bool *changed, ltsp_error **error);

/**
 * Answers the name of a format, such as `lts`: the one that `ltspctl --format` takes.
 *
 * @param format The format.
 * @return A string that is never freed; `by-name` for LTSP_FORMAT_BY_NAME, `unknown` for a number
 * that is no format.
 */
const char *ltsp_format_name(ltsp_format format);

/**
 * Answers the value that the program would take for a name from one section alone. What a client
 * gets, by all sections that count for it, is answered by ltsp_conf_resolve().
 *
 * @param conf The document.
 * @param section The section, or the label of a boot menu. NULL for what stands before or outside
 * of all sections, and for formats without sections.
 * @param key The name.
 * @param value Where the value goes, borrowed from the document; none (`ptr` is NULL) if the name
 * is not set there.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if the name is not set; LTSP_NOT_FOUND if there is no such section.
 */
ltsp_status ltsp_conf_get(const ltsp_conf *conf,
                          const char *section,
                          const char *key,
                          ltsp_bytes *value,
                          ltsp_error **error);

/**
 * Gives a name a value: in its line if it has one, else in a new line at the end of the section.
 * A missing section is added at the end of the file. The line imitates its neighbours; every other
 * byte stays.
 *
 * @param conf The document.
 * @param section As for ltsp_conf_get().
 * @param key The name.
 * @param value The value, without quotes: they are added where the format needs them.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_INVALID_INPUT if the format cannot express it, or if the file has a mistake
 * above that would keep the line from being read. The document is then as it was.
 */
ltsp_status ltsp_conf_set(ltsp_conf *conf,
                          const char *section,
                          const char *key,
                          const char *value,
                          ltsp_error **error);

/**
 * Removes every line that gives a name a value in a section.
 *
 * @param conf The document.
 * @param section As for ltsp_conf_get().
 * @param key The name.
 * @param changed Where it goes whether there was one, or NULL.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section.
 */
ltsp_status ltsp_conf_unset(ltsp_conf *conf,
                            const char *section,
                            const char *key,
                            bool *changed,
                            ltsp_error **error);

/**
 * Turns every line that gives a name a value in a section into a comment.
 *
 * @param conf The document.
 * @param section As for ltsp_conf_get().
 * @param key The name.
 * @param changed Where it goes whether there was one, or NULL.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section.
 */
ltsp_status ltsp_conf_comment_out(ltsp_conf *conf,
                                  const char *section,
                                  const char *key,
                                  bool *changed,
                                  ltsp_error **error);

/**
 * Turns the last comment of a section that would give a name a value (`#KEY=value`) into a line
 * that counts.
 *
 * @param conf The document.
 * @param section As for ltsp_conf_get().
 * @param key The name.
 * @param changed Where it goes whether there was one, or NULL.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if there was none; LTSP_NOT_FOUND if there is no such section;
 * LTSP_INVALID_INPUT if the format cannot express what stands there.
 */
ltsp_status ltsp_conf_uncomment(ltsp_conf *conf,
                                const char *section,
                                const char *key,
                                bool *changed,
                                ltsp_error **error);

/**
 * Adds an empty section at the end of the file, if it is missing.
 *
 * @param conf The document.
 * @param section Its name.
 * @param changed Where it goes whether it was missing, or NULL.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_INVALID_INPUT if the format has no sections or cannot express the name;
 * LTSP_REFUSED if an empty section would be a mistake in it.
 */
ltsp_status ltsp_conf_add_section(ltsp_conf *conf,
                                  const char *section,
                                  bool *changed,
                                  ltsp_error **error);

/**
 * Replaces all of a document, as if somebody had written the file anew: what an editor does.
 *
 * @param conf The document.
 * @param text The bytes, which are copied. May be NULL if `len` is 0.
 * @param len The number of bytes.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, whatever the bytes are.
 */
ltsp_status ltsp_conf_set_bytes(ltsp_conf *conf,
                                const uint8_t *text,
                                size_t len,
                                ltsp_error **error);

/**
 * Makes every change that ltsp_conf_check() knows and calls safe.
 *
 * @param conf The document.
 * @param mended Where the diagnostics go that were mended, which the caller frees with
 * ltsp_diagnostics_free(); NULL goes there on failure. Their places are those of the file as it was
 * when each was found.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK.
 */
ltsp_status ltsp_conf_fix(ltsp_conf *conf, ltsp_diagnostics **mended, ltsp_error **error);

/**
 * Answers how many sections a document has; of a boot menu, labels.
 *
 * @param conf The document.
 * @return The number of sections; 0 if `conf` is NULL.
 */
size_t ltsp_conf_section_count(const ltsp_conf *conf);

/**
 * Answers the name of one section.
 *
 * @param conf The document.
 * @param index From 0 to below ltsp_conf_section_count(), in the order of the file.
 * @return The name, borrowed from the document; none if there is none at `index` or `conf` is NULL.
 */
ltsp_bytes ltsp_conf_section(const ltsp_conf *conf, size_t index);

/**
 * Answers where one section begins.
 *
 * @param conf The document.
 * @param index From 0 to below ltsp_conf_section_count(), in the order of the file.
 * @return The place, borrowed from the document; NULL if there is none at `index` or `conf` is
 * NULL.
 */
const ltsp_place *ltsp_conf_section_place(const ltsp_conf *conf, size_t index);

/**
 * Answers how many lines of a document give a name a value.
 *
 * @param conf The document.
 * @return The number of settings; 0 if `conf` is NULL.
 */
size_t ltsp_conf_setting_count(const ltsp_conf *conf);

/**
 * Answers one line that gives a name a value.
 *
 * @param conf The document.
 * @param index From 0 to below ltsp_conf_setting_count(), in the order of the file.
 * @return The setting, borrowed from the document; NULL if there is none at `index` or `conf` is
 * NULL.
 */
const ltsp_setting *ltsp_conf_setting(const ltsp_conf *conf, size_t index);

/**
 * Answers the section that a setting stands in.
 *
 * @param setting The setting.
 * @return Its name, borrowed from the document; none if it stands in no section or `setting` is
 * NULL.
 */
ltsp_bytes ltsp_setting_section(const ltsp_setting *setting);

/**
 * Answers the name that a setting gives a value, as it is written.
 *
 * @param setting The setting.
 * @return The name, borrowed from the document; none if `setting` is NULL.
 */
ltsp_bytes ltsp_setting_key(const ltsp_setting *setting);

/**
 * Answers the value of a setting, without its quotes.
 *
 * @param setting The setting.
 * @return The value, borrowed from the document; none (`ptr` is NULL) if `setting` is NULL.
 */
ltsp_bytes ltsp_setting_value(const ltsp_setting *setting);

/**
 * Answers where a setting stands.
 *
 * @param setting The setting.
 * @return The place, borrowed from the document; NULL if `setting` is NULL.
 */
const ltsp_place *ltsp_setting_place(const ltsp_setting *setting);

/**
 * Frees a list of diagnostics, and everything that was read from it.
 *
 * @param diagnostics The list, or NULL.
 */
void ltsp_diagnostics_free(ltsp_diagnostics *diagnostics);

/**
 * Answers how many diagnostics there are.
 *
 * @param diagnostics The list.
 * @return The number; 0 if `diagnostics` is NULL.
 */
size_t ltsp_diagnostics_count(const ltsp_diagnostics *diagnostics);

/**
 * Answers how bad the worst of them is.
 *
 * @param diagnostics The list.
 * @return The severity; LTSP_SEVERITY_NONE if there are none or `diagnostics` is NULL.
 */
ltsp_severity ltsp_diagnostics_worst(const ltsp_diagnostics *diagnostics);

/**
 * Answers one diagnostic.
 *
 * @param diagnostics The list.
 * @param index From 0 to below ltsp_diagnostics_count(), in the order of the file.
 * @return The diagnostic, borrowed from the list; NULL if there is none at `index` or
 * `diagnostics` is NULL.
 */
const ltsp_diagnostic *ltsp_diagnostics_at(const ltsp_diagnostics *diagnostics, size_t index);

/**
 * Answers the stable name of a kind of mistake, such as `lts-greedy-quote`.
 *
 * @param diagnostic The diagnostic.
 * @return The name, borrowed from the list; none if `diagnostic` is NULL.
 */
ltsp_bytes ltsp_diagnostic_code(const ltsp_diagnostic *diagnostic);

/**
 * Answers how bad it is.
 *
 * @param diagnostic The diagnostic.
 * @return The severity; LTSP_SEVERITY_NONE if `diagnostic` is NULL.
 */
ltsp_severity ltsp_diagnostic_severity(const ltsp_diagnostic *diagnostic);

/**
 * Answers what is wrong and what really happens, in a sentence.
 *
 * @param diagnostic The diagnostic.
 * @return The sentence, borrowed from the list; none if `diagnostic` is NULL.
 */
ltsp_bytes ltsp_diagnostic_message(const ltsp_diagnostic *diagnostic);

/**
 * Answers where it is.
 *
 * @param diagnostic The diagnostic.
 * @return The place, borrowed from the list; NULL if `diagnostic` is NULL.
 */
const ltsp_place *ltsp_diagnostic_place(const ltsp_diagnostic *diagnostic);

/**
 * Answers all of it in one line, as compilers print it:
 * `FILE:LINE:COLUMN: SEVERITY[CODE]: MESSAGE; MEND`.
 *
 * @param diagnostic The diagnostic.
 * @return The text, borrowed from the list; none if `diagnostic` is NULL.
 */
ltsp_bytes ltsp_diagnostic_text(const ltsp_diagnostic *diagnostic);

/**
 * Answers what to do about it, as an instruction.
 *
 * @param diagnostic The diagnostic.
 * @return The instruction, borrowed from the list; none if there is none or `diagnostic` is NULL.
 */
ltsp_bytes ltsp_diagnostic_mend(const ltsp_diagnostic *diagnostic);

/**
 * Answers whether the library knows the change that ltsp_diagnostic_mend() speaks of, so that
 * nobody has to type it.
 *
 * @param diagnostic The diagnostic.
 * @return Whether it does; false if `diagnostic` is NULL.
 */
bool ltsp_diagnostic_has_edits(const ltsp_diagnostic *diagnostic);

/**
 * Answers whether ltsp_conf_fix() makes that change: the file then means what its author saw in
 * it.
 *
 * @param diagnostic The diagnostic.
 * @return Whether it does; false if `diagnostic` is NULL.
 */
bool ltsp_diagnostic_is_safe(const ltsp_diagnostic *diagnostic);

/**
 * Answers how many other places have to do with it.
 *
 * @param diagnostic The diagnostic.
 * @return The number of places; 0 if `diagnostic` is NULL.
 */
size_t ltsp_diagnostic_label_count(const ltsp_diagnostic *diagnostic);

/**
 * Answers another place that has to do with it.
 *
 * @param diagnostic The diagnostic.
 * @param index From 0 to below ltsp_diagnostic_label_count().
 * @return The place, borrowed from the list; NULL if there is none at `index` or `diagnostic` is
 * NULL.
 */
const ltsp_place *ltsp_diagnostic_label_place(const ltsp_diagnostic *diagnostic, size_t index);

/**
 * Answers what is at another place that has to do with it.
 *
 * @param diagnostic The diagnostic.
 * @param index From 0 to below ltsp_diagnostic_label_count().
 * @return The words, borrowed from the list; none if there are none at `index` or `diagnostic` is
 * NULL.
 */
ltsp_bytes ltsp_diagnostic_label_message(const ltsp_diagnostic *diagnostic, size_t index);

/**
 * Answers the name of a severity, such as `warning`.
 *
 * @param severity The severity.
 * @return A string that is never freed; `none` for LTSP_SEVERITY_NONE, `unknown` for a number that
 * is no severity.
 */
const char *ltsp_severity_name(ltsp_severity severity);

/**
 * Frees what was resolved, and everything that was read from it.
 *
 * @param resolved What was resolved, or NULL.
 */
void ltsp_resolved_free(ltsp_resolved *resolved);

/**
 * Answers the value of a name: the question that most programs have.
 *
 * @param resolved What was resolved.
 * @param key The name, such as `LDM_SESSION`. Case does not matter in lts.conf, and does in all
 * other formats.
 * @return The value, borrowed from what was resolved: the bytes of the file without their quotes,
 * a C string unless there is a NUL byte among them. None (`ptr` is NULL) if the name has no value
 * and if an argument is NULL; a value of no bytes has a `ptr`.
 */
ltsp_bytes ltsp_resolved_get(const ltsp_resolved *resolved, const char *key);

/**
 * Answers whether a name is set to yes, as the display manager LDM understands it: its value
 * begins with `t`, `T`, `y` or `Y`.
 *
 * @param resolved What was resolved.
 * @param key The name, as for ltsp_resolved_get().
 * @return Whether it is; false if it has no value or an argument is NULL.
 */
bool ltsp_resolved_is_true(const ltsp_resolved *resolved, const char *key);

/**
 * Answers what the session on one screen of the client gets from lts.conf: there,
 * `SCREEN_07_LDM_SESSION` takes the place of `LDM_SESSION`.
 *
 * @param resolved What was resolved for the client.
 * @param number The screen, from 1 to 12.
 * @param there Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL goes
 * there on failure. It does not need `resolved` any more.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or LTSP_INVALID_INPUT if there is no such screen.
 */
ltsp_status ltsp_resolved_on_screen(const ltsp_resolved *resolved,
                                    uint8_t number,
                                    ltsp_resolved **there,
                                    ltsp_error **error);

/**
 * Answers the entry of a name, to ask where its value comes from.
 *
 * @param resolved What was resolved.
 * @param key The name, as for ltsp_resolved_get().
 * @return The entry, borrowed from what was resolved; NULL if the name is not set or an argument
 * is NULL.
 */
const ltsp_entry *ltsp_resolved_find(const ltsp_resolved *resolved, const char *key);

/**
 * Answers how many names are set.
 *
 * @param resolved What was resolved.
 * @return The number of entries; 0 if `resolved` is NULL.
 */
size_t ltsp_resolved_count(const ltsp_resolved *resolved);

/**
 * Answers one entry.
 *
 * @param resolved What was resolved.
 * @param index From 0 to below ltsp_resolved_count().
 * @return The entry, borrowed from what was resolved; NULL if there is none at `index` or
 * `resolved` is NULL.
 */
const ltsp_entry *ltsp_resolved_at(const ltsp_resolved *resolved, size_t index);

/**
 * Answers the line because of which nothing is limited at all (limits.conf: `DOMAIN -`). There are
 * no entries then.
 *
 * @param resolved What was resolved.
 * @return The line, borrowed from what was resolved; NULL if there is none or `resolved` is NULL.
 */
const ltsp_origin *ltsp_resolved_exemption(const ltsp_resolved *resolved);

/**
 * Answers an entry's name: in lts.conf in upper case, in limits.conf as in `soft nproc`.
 *
 * @param entry The entry.
 * @return The name, borrowed from what was resolved; none if `entry` is NULL.
 */
ltsp_bytes ltsp_entry_key(const ltsp_entry *entry);

/**
 * Answers an entry's value.
 *
 * @param entry The entry.
 * @return The value, borrowed from what was resolved; none if the file says that there shall be
 * none (`NONE` in lts.conf), if only a shell could tell, and if `entry` is NULL.
 */
ltsp_bytes ltsp_entry_value(const ltsp_entry *entry);

/**
 * Answers where an entry's value comes from.
 *
 * @param entry The entry.
 * @return Where, borrowed from what was resolved; NULL if `entry` is NULL.
 */
const ltsp_origin *ltsp_entry_origin(const ltsp_entry *entry);

/**
 * Answers how many values an entry's value hides.
 *
 * @param entry The entry.
 * @return The number of values; 0 if `entry` is NULL.
 */
size_t ltsp_entry_hidden_count(const ltsp_entry *entry);

/**
 * Answers a value that an entry's value hides.
 *
 * @param entry The entry.
 * @param index From 0 to below ltsp_entry_hidden_count(), the next in rank first.
 * @return The value, borrowed from what was resolved; none if there is none at `index` or `entry`
 * is NULL.
 */
ltsp_bytes ltsp_entry_hidden_value(const ltsp_entry *entry, size_t index);

/**
 * Answers where a value stands that an entry's value hides.
 *
 * @param entry The entry.
 * @param index From 0 to below ltsp_entry_hidden_count(), the next in rank first.
 * @return Where, borrowed from what was resolved; NULL if there is none at `index` or `entry` is
 * NULL.
 */
const ltsp_origin *ltsp_entry_hidden_origin(const ltsp_entry *entry, size_t index);

/**
 * Answers what must be done for the changes to take effect that were made since the document was
 * read or saved: so ask before ltsp_conf_save(). The library runs none of it.
 *
 * @param conf The document.
 * @param follow_ups Where the list goes, which the caller frees with ltsp_follow_ups_free(); NULL
 * goes there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if there is nothing to do.
 */
ltsp_status ltsp_conf_follow_ups(const ltsp_conf *conf,
                                 ltsp_follow_ups **follow_ups,
                                 ltsp_error **error);

/**
 * Frees a list of things to do, and everything that was read from it.
 *
 * @param follow_ups The list, or NULL.
 */
void ltsp_follow_ups_free(ltsp_follow_ups *follow_ups);

/**
 * Answers how many things are to be done.
 *
 * @param follow_ups The list.
 * @return The number; 0 if `follow_ups` is NULL.
 */
size_t ltsp_follow_ups_count(const ltsp_follow_ups *follow_ups);

/**
 * Answers one thing to do.
 *
 * @param follow_ups The list.
 * @param index From 0 to below ltsp_follow_ups_count(), in the order in which they are to be done.
 * @return The thing, borrowed from the list; NULL if there is none at `index` or `follow_ups` is
 * NULL.
 */
const ltsp_follow_up *ltsp_follow_ups_at(const ltsp_follow_ups *follow_ups, size_t index);

/**
 * Answers the command to run on the server, as root.
 *
 * @param follow_up The thing to do.
 * @return The command for a shell, borrowed from the list; none if it is no command or `follow_up`
 * is NULL.
 */
ltsp_bytes ltsp_follow_up_command(const ltsp_follow_up *follow_up);

/**
 * Answers why it is to be done, or what is to be done where there is no command.
 *
 * @param follow_up The thing to do.
 * @return The words, borrowed from the list; none if `follow_up` is NULL.
 */
ltsp_bytes ltsp_follow_up_why(const ltsp_follow_up *follow_up);

/**
 * Answers whether people who work on clients will notice.
 *
 * @param follow_up The thing to do.
 * @return Whether they will; false if `follow_up` is NULL.
 */
bool ltsp_follow_up_disturbs(const ltsp_follow_up *follow_up);

/**
 * Makes an ltsp.conf of an lts.conf, with the files that it includes, up to the first mistake that
 * ends the reading. The document stays as it is and nothing is written.
 *
 * @param conf A document of LTSP_FORMAT_LTS.
 * @param conversion Where the new file and the report go, which the caller frees with
 * ltsp_conversion_free(); NULL goes there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if nothing could be taken over; LTSP_INVALID_INPUT if the document has
 * another format; what the kernel says of included files.
 */
ltsp_status ltsp_conf_convert(const ltsp_conf *conf,
                              ltsp_conversion **conversion,
                              ltsp_error **error);

/**
 * Frees a conversion, and everything that was read from it.
 *
 * @param conversion The conversion, or NULL.
 */
void ltsp_conversion_free(ltsp_conversion *conversion);

/**
 * Answers the new ltsp.conf; ltsp_conf_set_bytes() takes it.
 *
 * @param conversion The conversion.
 * @return The bytes, borrowed from the conversion; none (`ptr` is NULL) if `conversion` is NULL.
 */
ltsp_bytes ltsp_conversion_bytes(const ltsp_conversion *conversion);

/**
 * Answers how many sections and settings lts.conf has, as far as it is read.
 *
 * @param conversion The conversion.
 * @return The number; 0 if `conversion` is NULL.
 */
size_t ltsp_conversion_count(const ltsp_conversion *conversion);

/**
 * Answers of how many of them somebody has to think: LTSP_VERDICT_CHANGED and LTSP_VERDICT_GONE.
 *
 * @param conversion The conversion.
 * @return The number; 0 if `conversion` is NULL.
 */
size_t ltsp_conversion_open(const ltsp_conversion *conversion);

/**
 * Answers where lts.conf has a mistake that ends the reading. What stands behind it never counted
 * and is not converted.
 *
 * @param conversion The conversion.
 * @return The place, borrowed from the conversion; NULL if there is none or `conversion` is NULL.
 */
const ltsp_place *ltsp_conversion_stops_at(const ltsp_conversion *conversion);

/**
 * Answers what became of one section or setting.
 *
 * @param conversion The conversion.
 * @param index From 0 to below ltsp_conversion_count(), in the order of lts.conf.
 * @return What became of it, borrowed from the conversion; NULL if there is none at `index` or
 * `conversion` is NULL.
 */
const ltsp_converted *ltsp_conversion_at(const ltsp_conversion *conversion, size_t index);

/**
 * Answers where it stands in lts.conf.
 *
 * @param converted What became of it.
 * @return The place, borrowed from the conversion; NULL if `converted` is NULL.
 */
const ltsp_place *ltsp_converted_place(const ltsp_converted *converted);

/**
 * Answers the section in lts.conf.
 *
 * @param converted What became of it.
 * @return The section, borrowed from the conversion; none if `converted` is NULL.
 */
ltsp_bytes ltsp_converted_section(const ltsp_converted *converted);

/**
 * Answers the name in lts.conf.
 *
 * @param converted What became of it.
 * @return The name, borrowed from the conversion; none if it is the section itself or `converted`
 * is NULL.
 */
ltsp_bytes ltsp_converted_key(const ltsp_converted *converted);

/**
 * Answers what became of it.
 *
 * @param converted What became of it.
 * @return The verdict; LTSP_VERDICT_NONE if `converted` is NULL.
 */
ltsp_verdict ltsp_converted_verdict(const ltsp_converted *converted);

/**
 * Answers the section in ltsp.conf.
 *
 * @param converted What became of it.
 * @return The section, borrowed from the conversion; none if it is in none or `converted` is NULL.
 */
ltsp_bytes ltsp_converted_to_section(const ltsp_converted *converted);

/**
 * Answers the name in ltsp.conf.
 *
 * @param converted What became of it.
 * @return The name, borrowed from the conversion; none if it has none or `converted` is NULL.
 */
ltsp_bytes ltsp_converted_to_key(const ltsp_converted *converted);

/**
 * Answers what somebody has to know or do.
 *
 * @param converted What became of it.
 * @return The words, borrowed from the conversion, of no bytes if there is nothing to know; none
 * (`ptr` is NULL) if `converted` is NULL.
 */
ltsp_bytes ltsp_converted_note(const ltsp_converted *converted);

/**
 * Answers the name of a verdict, such as `renamed`.
 *
 * @param verdict The verdict.
 * @return A string that is never freed; `none` for LTSP_VERDICT_NONE, `unknown` for a number that
 * is no verdict.
 */
const char *ltsp_verdict_name(ltsp_verdict verdict);

/**
 * Sets which label clients boot unless somebody at the client chooses another one. If the menu is
 * shown by DEFAULT, it still is.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if it cannot be
 * booted by its name or the document has another format, LTSP_REFUSED if an included file would
 * count instead. The document is then as it was.
 */
ltsp_status ltsp_pxe_set_default(ltsp_conf *conf, const char *label, ltsp_error **error);

/**
 * Sets which label clients boot when nobody touches a key until the time is over.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_pxe_set_default().
 */
ltsp_status ltsp_pxe_set_ontimeout(ltsp_conf *conf, const char *label, ltsp_error **error);

/**
 * Answers the kernel parameters of a label: its own APPEND, or else the one for all labels of this
 * file.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param line Where the parameters go, in one line, borrowed from the document; of no bytes if
 * there are none.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if the document has
 * another format.
 */
ltsp_status ltsp_pxe_command_line(const ltsp_conf *conf,
                                  const char *label,
                                  ltsp_bytes *line,
                                  ltsp_error **error);

/**
 * Answers one kernel parameter of a label.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param name The parameter's name, such as `nbdroot`.
 * @param value Where the value goes, borrowed from the document: the last one if there are several,
 * of no bytes for a flag such as `quiet`; none (`ptr` is NULL) if it is missing.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_pxe_command_line().
 */
ltsp_status ltsp_pxe_parameter(const ltsp_conf *conf,
                               const char *label,
                               const char *name,
                               ltsp_bytes *value,
                               ltsp_error **error);

/**
 * Gives a kernel parameter of a label a value; the others stay. A label without an APPEND of its
 * own gets one, with the parameters that it had from the one for all labels.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param name The parameter's name.
 * @param value The value; NULL for a flag, such as `quiet`.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if a command line
 * cannot express it or the document has another format. The document is then as it was.
 */
ltsp_status ltsp_pxe_set_parameter(ltsp_conf *conf,
                                   const char *label,
                                   const char *name,
                                   const char *value,
                                   ltsp_error **error);

/**
 * Removes a kernel parameter of a label, however often it is there, with or without a value.
 *
 * @param conf A document of LTSP_FORMAT_PXE.
 * @param label The label.
 * @param name The parameter's name.
 * @param changed Where it goes whether it was there, or NULL.
 * @param error Where the error goes, or NULL.
 * @return As ltsp_pxe_set_parameter().
 */
ltsp_status ltsp_pxe_remove_parameter(ltsp_conf *conf,
                                      const char *label,
                                      const char *name,
                                      bool *changed,
                                      ltsp_error **error);

/**
 * Makes a file for one machine: it boots a label of this menu, and otherwise is the menu. It is
 * not written.
 *
 * @param conf A document of LTSP_FORMAT_PXE: `pxelinux.cfg/default`.
 * @param mac The hardware address of the network card that the machine boots from.
 * @param label The label.
 * @param made Where the file goes, which the caller frees with ltsp_pxe_file_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is no such label, LTSP_INVALID_INPUT if `mac` is no
 * hardware address, if the label cannot be booted by its name or the document has another format.
 */
ltsp_status ltsp_pxe_file_for_mac(const ltsp_conf *conf,
                                  const char *mac,
                                  const char *label,
                                  ltsp_pxe_file **made,
                                  ltsp_error **error);

/**
 * Frees a file for one machine, and everything that was read from it.
 *
 * @param file The file, or NULL.
 */
void ltsp_pxe_file_free(ltsp_pxe_file *file);

/**
 * Answers what the file is to be called, beside `default`: such as `01-52-54-00-12-34-56`.
 *
 * @param file The file.
 * @return The name, borrowed from the file; none if `file` is NULL.
 */
ltsp_bytes ltsp_pxe_file_name(const ltsp_pxe_file *file);

/**
 * Answers what is to be written into the file.
 *
 * @param file The file.
 * @return The bytes, borrowed from the file; none if `file` is NULL.
 */
ltsp_bytes ltsp_pxe_file_content(const ltsp_pxe_file *file);

/**
 * Answers the names below `pxelinux.cfg/` that a client asks the TFTP server for, in order: it
 * takes the first that there is.
 *
 * @param client The client: its UUID, hardware and IPv4 address count. May be NULL: then it asks
 * for `default` alone.
 * @param file_names Where the names go, which the caller frees with ltsp_strings_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, or the error of a setting of the client that failed.
 */
ltsp_status ltsp_pxe_search_order(const ltsp_client *client,
                                  ltsp_strings **file_names,
                                  ltsp_error **error);

/**
 * Frees a list of strings, and the strings.
 *
 * @param strings The list, or NULL.
 */
void ltsp_strings_free(ltsp_strings *strings);

/**
 * Answers how many strings there are.
 *
 * @param strings The list.
 * @return The number; 0 if `strings` is NULL.
 */
size_t ltsp_strings_count(const ltsp_strings *strings);

/**
 * Answers one string.
 *
 * @param strings The list.
 * @param index From 0 to below ltsp_strings_count().
 * @return The string, borrowed from the list; none if there is none at `index` or `strings` is
 * NULL.
 */
ltsp_bytes ltsp_strings_at(const ltsp_strings *strings, size_t index);

/**
 * Answers what pam_limits does to the sessions of an account, from `/etc/security/limits.conf` and
 * the files of `/etc/security/limits.d`, in the order in which it reads them. Names are such as
 * `soft nproc`, `hard nofile`, `maxlogins`; values are as they are written.
 *
 * @param root The directory that stands for `/`. May be NULL: then it is this machine's own root.
 * @param user The account's login name, of that root.
 * @param resolved Where the answer goes, which the caller frees with ltsp_resolved_free(); NULL
 * goes there on failure. If ltsp_resolved_exemption() is not NULL, nothing is limited.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is no such account; what the kernel says of the files.
 * Files that are missing limit nothing.
 */
ltsp_status ltsp_limits_effective(const char *root,
                                  const char *user,
                                  ltsp_resolved **resolved,
                                  ltsp_error **error);

/**
 * Lists the images of a system: of each generation of LTSP that is there the server itself,
 * chroots, disks of virtual machines, and squashfs images with their backups. Nothing is mounted,
 * started or changed. One that cannot be read is in the list with its problems.
 *
 * @param root The directory that stands for `/`. May be NULL: then it is this machine's own root.
 * @param images Where the list goes, which the caller frees with ltsp_images_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK, also if there are none; what the kernel says of the directories.
 */
ltsp_status ltsp_images_list(const char *root, ltsp_images **images, ltsp_error **error);

/**
 * Lists the images of one name: a chroot, the image that was made of it and that one's backup have
 * the same.
 *
 * @param root As for ltsp_images_list().
 * @param name A name, such as `i386`; or, for one image alone, a file name (`i386.img.old`) or a
 * path below the root (`/` is the server itself).
 * @param images Where the list goes, which the caller frees with ltsp_images_free(); NULL goes
 * there on failure.
 * @param error Where the error goes, or NULL.
 * @return LTSP_OK; LTSP_NOT_FOUND if there is none; what the kernel says of the directories.
 */
ltsp_status ltsp_images_named(const char *root,
                              const char *name,
                              ltsp_images **images,
                              ltsp_error **error);

/**
 * Frees a list of images, and everything that was read from it.
 *
 * @param images The list, or NULL.
 */
void ltsp_images_free(ltsp_images *images);

/**
 * Answers how many images there are.
 *
 * @param images The list.
 * @return The number; 0 if `images` is NULL.
 */
size_t ltsp_images_count(const ltsp_images *images);

/**
 * Answers one image.
 *
 * @param images The list.
 * @param index From 0 to below ltsp_images_count().
 * @return The image, borrowed from the list; NULL if there is none at `index` or `images` is NULL.
 */
const ltsp_image *ltsp_images_at(const ltsp_images *images, size_t index);

/**
 * Answers all images for people: a table with a line for each.
 *
 * @param images The list.
 * @return The table, borrowed from the list; none if `images` is NULL.
 */
ltsp_bytes ltsp_images_text(const ltsp_images *images);

/**
 * Answers what LTSP calls an image: the name of the directory, or of the file without `.img`.
 *
 * @param image The image.
 * @return The name, borrowed from the list; none if `image` is NULL.
 */
ltsp_bytes ltsp_image_name(const ltsp_image *image);

/**
 * Answers what kind of thing an image is.
 *
 * @param image The image.
 * @return The kind; LTSP_KIND_NONE if `image` is NULL.
 */
ltsp_kind ltsp_image_kind(const ltsp_image *image);

/**
 * Answers which generation of LTSP has an image where it is.
 *
 * @param image The image.
 * @return The generation; LTSP_GENERATION_NONE if `image` is NULL.
 */
ltsp_generation ltsp_image_generation(const ltsp_image *image);

/**
 * Answers whether it is the backup (`.img.old`) of the image of that name.
 *
 * @param image The image.
 * @return Whether it is; false if `image` is NULL.
 */
bool ltsp_image_is_backup(const ltsp_image *image);

/**
 * Answers where an image is, below the root.
 *
 * @param image The image.
 * @return The path, borrowed from the list; none if `image` is NULL.
 */
ltsp_bytes ltsp_image_path(const ltsp_image *image);

/**
 * Answers the size of an image's file.
 *
 * @param image The image.
 * @return The number of bytes; 0 if it is a directory, could not be found out or `image` is NULL.
 */
uint64_t ltsp_image_size(const ltsp_image *image);

/**
 * Answers when an image's file or directory was last changed.
 *
 * @param image The image.
 * @return Seconds since 1970 UTC; 0 if it could not be found out or `image` is NULL.
 */
int64_t ltsp_image_modified(const ltsp_image *image);

/**
 * Answers what processor the system inside is made for: `x86_64`, `i386`, `arm64` and so on.
 *
 * @param image The image.
 * @return The name, borrowed from the list; none if it could not be found out or `image` is NULL.
 */
ltsp_bytes ltsp_image_architecture(const ltsp_image *image);

/**
 * Answers which system is inside, such as `Ubuntu 18.04.6 LTS`.
 *
 * @param image The image.
 * @return The name, borrowed from the list; none if it could not be found out or `image` is NULL.
 */
ltsp_bytes ltsp_image_os(const ltsp_image *image);

/**
 * Answers how a squashfs image is compressed, such as `xz`.
 *
 * @param image The image.
 * @return The compressor, borrowed from the list; none if it is no squashfs image or `image` is
 * NULL.
 */
ltsp_bytes ltsp_image_compression(const ltsp_image *image);

/**
 * Answers how many kernels are inside, in `/boot`.
 *
 * @param image The image.
 * @return The number of kernels; 0 if `image` is NULL.
 */
size_t ltsp_image_kernel_count(const ltsp_image *image);

/**
 * Answers the version of a kernel inside.
 *
 * @param image The image.
 * @param index From 0, the newest, to below ltsp_image_kernel_count().
 * @return The version, borrowed from the list; none if there is none at `index` or `image` is NULL.
 */
ltsp_bytes ltsp_image_kernel(const ltsp_image *image, size_t index);

/**
 * Answers how many packages are inside.
 *
 * @param image The image.
 * @return The number of packages; 0 if the system inside has no dpkg or `image` is NULL.
 */
size_t ltsp_image_package_count(const ltsp_image *image);

/**
 * Answers which version of a package is inside.
 *
 * @param image The image.
 * @param name The package, such as `ltsp-client` or `libc6:i386`.
 * @return The version, borrowed from the list; none if the package is not inside or an argument is
 * NULL.
 */
ltsp_bytes ltsp_image_package_version(const ltsp_image *image, const char *name);

/**
 * Answers how many lines of the configuration give an image to clients.
 *
 * @param image The image.
 * @return The number of lines; 0 if `image` is NULL.
 */
size_t ltsp_image_served_count(const ltsp_image *image);

/**
 * Answers what gives an image to clients, in a line such as
 * `nbd: export i386 (/etc/nbd-server/conf.d/ltsp_i386.conf:2)`. What is not printable is escaped.
 *
 * @param image The image.
 * @param index From 0 to below ltsp_image_served_count().
 * @return The line, borrowed from the list; none if there is none at `index` or `image` is NULL.
 */
ltsp_bytes ltsp_image_served(const ltsp_image *image, size_t index);

/**
 * Answers how many things of an image could not be read.
 *
 * @param image The image.
 * @return The number of problems; 0 if `image` is NULL.
 */
size_t ltsp_image_problem_count(const ltsp_image *image);

/**
 * Answers why something of an image could not be read.
 *
 * @param image The image.
 * @param index From 0 to below ltsp_image_problem_count().
 * @return The error, borrowed from the list; NULL if there is none at `index` or `image` is NULL.
 */
const ltsp_error *ltsp_image_problem(const ltsp_image *image, size_t index);

/**
 * Answers everything that is known of an image as JSON, in one line, with the list of packages.
 *
 * @param image The image.
 * @return The JSON, borrowed from the list; none if `image` is NULL.
 */
ltsp_bytes ltsp_image_json(const ltsp_image *image);

/**
 * Answers everything that is known of an image for people, in several lines. What is not printable
 * is escaped.
 *
 * @param image The image.
 * @return The text, borrowed from the list; none if `image` is NULL.
 */
ltsp_bytes ltsp_image_text(const ltsp_image *image);

/**
 * Answers the name of a kind of image, such as `squashfs`.
 *
 * @param kind The kind.
 * @return A string that is never freed; `none` for LTSP_KIND_NONE, `unknown` for a number
 * that is no kind.
 */
const char *ltsp_kind_name(ltsp_kind kind);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LTSP_H */
