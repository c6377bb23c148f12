/*
 * Everything that a program does with resets, below a scratch root.
 *
 *     lifecycle ROOT FIRST_UID
 *
 * ROOT has homes /home/guest1 to guest4 of the users FIRST_UID + 1 and so on, and their template
 * /home/guest.
 */
#define _POSIX_C_SOURCE 200809L

#include <ltsp.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static const char *root;
static uint32_t first_uid;

/* A reset of no homes yet. */
static ltsp_home_reset *a_reset(ltsp_policy policy)
{
    ltsp_error *error = NULL;
    ltsp_home_reset *reset = ltsp_home_reset_new(policy, &error);

    CHECK(reset != NULL && error == NULL);
    CHECK_OK(ltsp_home_reset_set_root(reset, root, &error), error);
    CHECK_OK(ltsp_home_reset_set_template(reset, "/home/guest", &error), error);
    CHECK_OK(ltsp_home_reset_set_threads(reset, 2, &error), error);
    return reset;
}

static ltsp_home_reset *a_reset_of(const char *user)
{
    ltsp_home_reset *reset = a_reset(LTSP_POLICY_EXACT);
    CHECK(ltsp_home_reset_add_user(reset, user, NULL) == LTSP_OK);
    return reset;
}

/* Runs a reset of homes that must all be put back. */
static ltsp_report *run_well(const ltsp_home_reset *reset)
{
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;

    CHECK_OK(ltsp_home_reset_run(reset, &report, &error), error);
    if (ltsp_report_failed(report) > 0)
        fprintf(stderr, "%s", (const char *)ltsp_report_text(report).ptr);
    CHECK(ltsp_report_failed(report) == 0);
    return report;
}

static int exists(const char *path)
{
    char whole[4096];
    struct stat meta;

    snprintf(whole, sizeof whole, "%s%s", root, path);
    if (lstat(whole, &meta) == 0)
        return 1;
    CHECK(errno == ENOENT);
    return 0;
}

static int is_like_the_template(const ltsp_home_reset *reset)
{
    ltsp_plan *plan = NULL;
    ltsp_error *error = NULL;
    int empty;

    CHECK_OK(ltsp_home_reset_verify(reset, &plan, &error), error);
    empty = ltsp_plan_is_empty(plan);
    ltsp_plan_free(plan);
    return empty;
}

/* ---- What would be done ---- */

static void a_plan_tells_each_change_and_changes_nothing(void)
{
    ltsp_home_reset *reset = a_reset_of("guest1");
    ltsp_plan *plan = NULL;
    ltsp_error *error = NULL;
    const ltsp_home_plan *home;
    size_t i, removals = 0, creations = 0, replacements = 0;

    CHECK_OK(ltsp_home_reset_add_home(reset, "/home/guest2", first_uid + 2, first_uid + 2, &error),
             error);
    CHECK_OK(ltsp_home_reset_add_user(reset, "nobody-knows", &error), error);
    CHECK_OK(ltsp_home_reset_plan(reset, &plan, &error), error);
    ltsp_home_reset_free(reset);

    CHECK(ltsp_plan_count(plan) == 3);
    CHECK(!ltsp_plan_is_empty(plan));
    CHECK(ltsp_plan_failed(plan) == 1);
    CHECK(ltsp_error_kind(ltsp_plan_error(plan)) == LTSP_NOT_FOUND);
    CHECK(ltsp_plan_error(plan) == ltsp_home_plan_error(ltsp_plan_home(plan, 2)));
    CHECK(ltsp_plan_home(plan, 3) == NULL);

    home = ltsp_plan_home(plan, 0);
    CHECK(is(ltsp_home_plan_path(home), "/home/guest1"));
    CHECK(is(ltsp_home_plan_user(home), "guest1"));
    CHECK(ltsp_home_plan_uid(home) == first_uid + 1);
    CHECK(ltsp_home_plan_gid(home) == first_uid + 1);
    CHECK(ltsp_home_plan_strategy(home) == LTSP_STRATEGY_SWAP);
    CHECK(ltsp_home_plan_fallback(home).ptr == NULL);
    CHECK(ltsp_home_plan_error(home) == NULL);
    CHECK(ltsp_home_plan_change_count(home) > 0);
    for (i = 0; i < ltsp_home_plan_change_count(home); i++) {
        const ltsp_change *change = ltsp_home_plan_change(home, i);
        CHECK(ltsp_change_why(change).len > 0);
        if (is(ltsp_change_path(change), "game.exe")) {
            CHECK(ltsp_change_action(change) == LTSP_ACTION_REMOVE);
            CHECK(ltsp_change_file_type(change) == LTSP_FILE_TYPE_FILE);
        }
        if (is(ltsp_change_path(change), ".profile")) {
            CHECK(ltsp_change_action(change) == LTSP_ACTION_REPLACE);
            CHECK(ltsp_change_size(change) == strlen("umask 077\n"));
            replacements++;
        }
        if (is(ltsp_change_path(change), "-rf\n"))
            CHECK(ltsp_change_action(change) == LTSP_ACTION_REMOVE);
        if (is(ltsp_change_path(change), "welcome"))
            CHECK(ltsp_change_file_type(change) == LTSP_FILE_TYPE_SYMLINK);
        removals += ltsp_change_action(change) == LTSP_ACTION_REMOVE;
        creations += ltsp_change_action(change) == LTSP_ACTION_CREATE;
    }
    CHECK(ltsp_home_plan_change(home, i) == NULL);
    CHECK(removals >= 3 && creations >= 3 && replacements == 1);
    CHECK(ltsp_home_plan_count(home, LTSP_COUNTER_REMOVED) >= removals);
    CHECK(ltsp_home_plan_count(home, LTSP_COUNTER_CREATED) >= creations);
    CHECK(ltsp_home_plan_count(home, (ltsp_counter)99) == 0);

    home = ltsp_plan_home(plan, 1);
    CHECK(is(ltsp_home_plan_path(home), "/home/guest2"));
    CHECK(ltsp_home_plan_user(home).ptr == NULL);

    CHECK(has(ltsp_plan_json(plan), "\"/home/guest1\""));
    CHECK(has(ltsp_plan_text(plan), "game.exe"));
    /* Borrowed: the same each time. */
    CHECK(ltsp_plan_text(plan).ptr == ltsp_plan_text(plan).ptr);
    ltsp_plan_free(plan);
    CHECK(exists("/home/guest1/game.exe") && !exists("/home/guest1/welcome"));
}

/* ---- Progress, report, rules ---- */

struct seen {
    int started, begun, finished, failed;
    uint64_t entries, bytes;
};

static int watch(const ltsp_event *event, void *user_data)
{
    struct seen *seen = (struct seen *)user_data;

    switch (ltsp_event_get_kind(event)) {
    case LTSP_EVENT_STARTED:
        CHECK(ltsp_event_homes(event) == 3);
        CHECK(ltsp_event_home(event).ptr == NULL);
        seen->started++;
        break;
    case LTSP_EVENT_HOME_STARTED:
        CHECK(has(ltsp_event_home(event), "/home/"));
        seen->begun++;
        break;
    case LTSP_EVENT_HOME_PROGRESS:
        seen->entries += ltsp_event_entries(event);
        seen->bytes += ltsp_event_bytes(event);
        break;
    case LTSP_EVENT_HOME_FINISHED:
        seen->finished++;
        if (ltsp_event_error(event) != NULL) {
            CHECK(ltsp_error_text(ltsp_event_error(event)).len > 0);
            seen->failed++;
        }
        break;
    default:
        CHECK(!"an event that this program knows");
    }
    return 0;
}

static void a_run_reports_each_home_and_keeps_what_the_rules_say(void)
{
    ltsp_home_reset *reset = a_reset_of("guest1");
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    const ltsp_home_report *home;
    struct seen seen = { 0, 0, 0, 0, 0, 0 };

    CHECK_OK(ltsp_home_reset_add_home(reset, "/home/guest2", first_uid + 2, first_uid + 2, &error),
             error);
    CHECK_OK(ltsp_home_reset_add_home(reset, "/home/missing", first_uid + 9, first_uid + 9, &error),
             error);
    CHECK_OK(ltsp_home_reset_add_keep(reset, "Documents/**", &error), error);
    CHECK_OK(ltsp_home_reset_set_progress(reset, watch, &seen, &error), error);
    CHECK_OK(ltsp_home_reset_run(reset, &report, &error), error);
    ltsp_home_reset_free(reset);

    CHECK(ltsp_report_count(report) == 3);
    CHECK(ltsp_report_failed(report) == 1);
    CHECK(ltsp_report_home(report, 3) == NULL);
    CHECK(ltsp_report_elapsed_ns(report) > 0);
    CHECK(seen.started == 1 && seen.begun == 3 && seen.finished == 3 && seen.failed == 1);
    CHECK(seen.entries > 0 && seen.bytes > 0);

    home = ltsp_report_home(report, 0);
    CHECK(is(ltsp_home_report_path(home), "/home/guest1"));
    CHECK(is(ltsp_home_report_user(home), "guest1"));
    CHECK(ltsp_home_report_uid(home) == first_uid + 1);
    CHECK(ltsp_home_report_gid(home) == first_uid + 1);
    CHECK(ltsp_home_report_outcome(home) == LTSP_OUTCOME_RESET);
    CHECK(ltsp_home_report_error(home) == NULL);
    CHECK(ltsp_home_report_elapsed_ns(home) > 0);
    CHECK(ltsp_home_report_count(home, LTSP_COUNTER_CREATED) > 0);
    CHECK(ltsp_home_report_count(home, LTSP_COUNTER_KEPT) > 0);
    CHECK(ltsp_home_report_count(home, (ltsp_counter)0) == 0);
    /* Where the file system cannot exchange, the reason is told. */
    if (ltsp_home_report_strategy(home) == LTSP_STRATEGY_SWAP)
        CHECK(ltsp_home_report_fallback(home).ptr == NULL);
    else
        CHECK(ltsp_home_report_fallback(home).len > 0);
    CHECK(ltsp_home_report_note(home, ltsp_home_report_note_count(home)).ptr == NULL);

    home = ltsp_report_home(report, 1);
    CHECK(ltsp_home_report_outcome(home) == LTSP_OUTCOME_RESET);
    CHECK(ltsp_home_report_user(home).ptr == NULL);

    home = ltsp_report_home(report, 2);
    CHECK(ltsp_home_report_outcome(home) == LTSP_OUTCOME_FAILED);
    CHECK(ltsp_error_kind(ltsp_home_report_error(home)) == LTSP_NOT_FOUND);
    CHECK(ltsp_report_error(report) == ltsp_home_report_error(home));

    CHECK(ltsp_report_total(report, LTSP_COUNTER_KEPT)
          == ltsp_home_report_count(ltsp_report_home(report, 0), LTSP_COUNTER_KEPT)
              + ltsp_home_report_count(ltsp_report_home(report, 1), LTSP_COUNTER_KEPT));
    CHECK(has(ltsp_report_json(report), "\"outcome\""));
    CHECK(has(ltsp_report_text(report), "/home/guest2"));
    ltsp_report_free(report);

    CHECK(!exists("/home/guest1/game.exe") && !exists("/home/guest1/-rf\n"));
    CHECK(exists("/home/guest1/Desktop/welcome.txt") && exists("/home/guest1/welcome"));
    CHECK(exists("/home/guest1/Documents/essay.txt"));
}

static void a_home_that_is_reset_is_like_its_template(void)
{
    ltsp_home_reset *reset = a_reset_of("guest1");

    /* Its documents were kept. */
    CHECK(!is_like_the_template(reset));
    ltsp_report_free(run_well(reset));
    CHECK(is_like_the_template(reset));
    CHECK(!exists("/home/guest1/Documents"));
    ltsp_home_reset_free(reset);
}

static void in_place_mends_only_what_differs(void)
{
    ltsp_home_reset *reset = a_reset_of("guest1");
    ltsp_report *report;
    ltsp_error *error = NULL;
    char path[4096];

    CHECK_OK(ltsp_home_reset_set_strategy(reset, LTSP_STRATEGY_IN_PLACE, &error), error);
    snprintf(path, sizeof path, "%s/home/guest1/Desktop/welcome.txt", root);
    CHECK(unlink(path) == 0);
    report = run_well(reset);
    CHECK(ltsp_home_report_strategy(ltsp_report_home(report, 0)) == LTSP_STRATEGY_IN_PLACE);
    CHECK(ltsp_report_total(report, LTSP_COUNTER_CREATED) == 1);
    CHECK(ltsp_report_total(report, LTSP_COUNTER_BYTES_WRITTEN)
              + ltsp_report_total(report, LTSP_COUNTER_BYTES_SHARED)
          == strlen("Welcome!\n"));
    ltsp_report_free(report);
    CHECK(is_like_the_template(reset));
    report = run_well(reset);
    CHECK(ltsp_home_report_outcome(ltsp_report_home(report, 0)) == LTSP_OUTCOME_UNCHANGED);
    ltsp_report_free(report);
    ltsp_home_reset_free(reset);
}

static void volatile_rules_take_what_they_match_and_nothing_else(void)
{
    ltsp_home_reset *reset = a_reset(LTSP_POLICY_VOLATILE);
    ltsp_error *error = NULL;

    CHECK_OK(ltsp_home_reset_add_user(reset, "guest3", &error), error);
    CHECK_OK(ltsp_home_reset_add_volatile(reset, "*.exe", &error), error);
    ltsp_report_free(run_well(reset));
    ltsp_home_reset_free(reset);
    CHECK(!exists("/home/guest3/game.exe"));
    CHECK(exists("/home/guest3/-rf\n") && exists("/home/guest3/Documents/essay.txt"));
}

static void spares_are_staged_and_leftovers_cleaned(void)
{
    ltsp_home_reset *reset = a_reset_of("guest2");
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;

    CHECK_OK(ltsp_home_reset_set_spare(reset, LTSP_SPARE_TRUSTED, &error), error);
    CHECK_OK(ltsp_home_reset_set_defer_cleanup(reset, true, &error), error);
    CHECK_OK(ltsp_home_reset_set_durable(reset, true, &error), error);
    CHECK_OK(ltsp_home_reset_set_receipts(reset, LTSP_RECEIPTS_NEVER, &error), error);
    CHECK_OK(ltsp_home_reset_set_lock_limit_ms(reset, 60000, &error), error);

    CHECK_OK(ltsp_home_reset_stage(reset, &report, &error), error);
    CHECK(ltsp_home_report_outcome(ltsp_report_home(report, 0)) == LTSP_OUTCOME_STAGED);
    ltsp_report_free(report);
    report = run_well(reset);
    CHECK(ltsp_home_report_outcome(ltsp_report_home(report, 0)) == LTSP_OUTCOME_RESET);
    ltsp_report_free(report);
    CHECK(is_like_the_template(reset));
    CHECK_OK(ltsp_home_reset_clean(reset, &report, &error), error);
    CHECK(ltsp_home_report_outcome(ltsp_report_home(report, 0)) == LTSP_OUTCOME_CLEANED);
    ltsp_report_free(report);
    ltsp_home_reset_free(reset);
}

static void homes_that_are_missing_can_be_made(void)
{
    ltsp_home_reset *reset = a_reset(LTSP_POLICY_EXACT);
    ltsp_error *error = NULL;
    struct stat meta;
    char path[4096];

    CHECK_OK(ltsp_home_reset_add_home(reset, "/home/new", first_uid + 8, first_uid + 8, &error),
             error);
    CHECK_OK(ltsp_home_reset_set_create_missing(reset, true, &error), error);
    ltsp_report_free(run_well(reset));
    CHECK(is_like_the_template(reset));
    ltsp_home_reset_free(reset);
    snprintf(path, sizeof path, "%s/home/new", root);
    CHECK(stat(path, &meta) == 0 && meta.st_uid == first_uid + 8);
}

/* ---- Roots by descriptor ---- */

static void a_root_can_be_an_open_directory(void)
{
    ltsp_home_reset *reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    int fd = open(root, O_RDONLY | O_DIRECTORY);

    CHECK(fd >= 0);
    CHECK_OK(ltsp_home_reset_set_root_fd(reset, fd, "/srv/image", &error), error);
    CHECK(fcntl(fd, F_GETFD) >= 0);
    CHECK(close(fd) == 0);
    CHECK(ltsp_home_reset_set_template(reset, "/home/guest", NULL) == LTSP_OK);
    CHECK(ltsp_home_reset_add_user(reset, "guest1", NULL) == LTSP_OK);
    ltsp_report_free(run_well(reset));
    CHECK(is_like_the_template(reset));

    /* Messages call it as it was said. */
    CHECK(ltsp_home_reset_set_template(reset, "/home/none", NULL) == LTSP_OK);
    CHECK(ltsp_home_reset_run(reset, &report, &error) == LTSP_NOT_FOUND);
    CHECK(report == NULL);
    CHECK(has(ltsp_error_text(error), "/srv/image/home/none"));
    ltsp_error_free(error);
    ltsp_home_reset_free(reset);
}

static void a_root_that_is_no_directory_is_refused(void)
{
    ltsp_home_reset *reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    ltsp_error *error = NULL;
    ltsp_status status;
    char path[4096];
    int fd;

    snprintf(path, sizeof path, "%s/etc/passwd", root);
    fd = open(path, O_RDONLY);
    CHECK(fd >= 0);
    status = ltsp_home_reset_set_root_fd(reset, fd, NULL, &error);
    CHECK(status != LTSP_OK && status != LTSP_INTERNAL);
    CHECK(has(ltsp_error_path(error), "/proc/self/fd/"));
    ltsp_error_free(error);
    CHECK(close(fd) == 0);
    ltsp_home_reset_free(reset);

    reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    CHECK(ltsp_home_reset_set_root(reset, "/no/such/root", &error) == LTSP_NOT_FOUND);
    CHECK(ltsp_error_kind(error) == LTSP_NOT_FOUND);
    CHECK(ltsp_error_errno(error) == ENOENT);
    CHECK(is(ltsp_error_path(error), "/no/such/root"));
    CHECK(has(ltsp_error_text(error), "/no/such/root: "));
    CHECK(has(ltsp_error_message(error), "No such file or directory"));
    CHECK(ltsp_error_line(error) == 0 && ltsp_error_column(error) == 0);
    CHECK(ltsp_error_pid_count(error) == 0);
    ltsp_error_free(error);

    /* It is remembered. */
    CHECK(ltsp_home_reset_add_user(reset, "guest1", &error) == LTSP_NOT_FOUND);
    CHECK(is(ltsp_error_path(error), "/no/such/root"));
    ltsp_error_free(error);
    ltsp_home_reset_free(reset);
}

/* ---- What stands in the way ---- */

static void a_template_must_be_worth_it(void)
{
    ltsp_home_reset *reset = a_reset_of("guest1");
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    char path[4096];

    snprintf(path, sizeof path, "%s/home/empty", root);
    CHECK(mkdir(path, 0755) == 0);
    CHECK_OK(ltsp_home_reset_set_template(reset, "/home/empty", &error), error);
    CHECK(ltsp_home_reset_run(reset, &report, &error) != LTSP_OK);
    CHECK(report == NULL && ltsp_error_text(error).len > 0);
    ltsp_error_free(error);
    CHECK(exists("/home/guest1/.profile"));

    /* A template of somebody's is trusted only if the caller says so. */
    CHECK(chown(path, first_uid + 7, first_uid + 7) == 0);
    CHECK_OK(ltsp_home_reset_set_allow_empty_template(reset, true, &error), error);
    CHECK(ltsp_home_reset_run(reset, &report, &error) != LTSP_OK);
    ltsp_error_free(error);
    CHECK_OK(ltsp_home_reset_set_template_owner(reset, first_uid + 7, &error), error);
    ltsp_report_free(run_well(reset));
    CHECK(!exists("/home/guest1/.profile"));
    ltsp_home_reset_free(reset);
}

/* ---- Stopping ---- */

static int stop(const ltsp_event *event, void *user_data)
{
    (void)event;
    ++*(int *)user_data;
    return 1;
}

/* Runs a reset that is stopped: home 0 is as it was. */
static void is_stopped(const ltsp_home_reset *reset)
{
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    ltsp_status status = ltsp_home_reset_run(reset, &report, &error);

    if (status == LTSP_OK)
        CHECK(ltsp_error_kind(ltsp_report_error(report)) == LTSP_CANCELLED);
    else
        CHECK(status == LTSP_CANCELLED && report == NULL);
    ltsp_report_free(report);
    ltsp_error_free(error);
    CHECK(exists("/home/guest3/-rf\n"));
}

static ltsp_cancel_token *token;

static void on_signal(int number)
{
    (void)number;
    ltsp_cancel_token_cancel(token);
}

static void a_callback_and_a_switch_stop_a_run(void)
{
    ltsp_home_reset *reset = a_reset_of("guest3");
    ltsp_error *error = NULL;
    int calls = 0;
    void (*before)(int);

    CHECK_OK(ltsp_home_reset_set_progress(reset, stop, &calls, &error), error);
    is_stopped(reset);
    CHECK(calls == 1);
    CHECK_OK(ltsp_home_reset_set_progress(reset, NULL, NULL, &error), error);

    token = ltsp_cancel_token_new();
    CHECK_OK(ltsp_home_reset_set_cancel_token(reset, token, &error), error);
    before = signal(SIGUSR1, on_signal);
    CHECK(before != SIG_ERR);
    CHECK(raise(SIGUSR1) == 0);
    CHECK(ltsp_cancel_token_is_cancelled(token));
    ltsp_cancel_token_free(token);
    is_stopped(reset);
    CHECK(signal(SIGUSR1, before) != SIG_ERR);

    CHECK_OK(ltsp_home_reset_set_cancel_token(reset, NULL, &error), error);
    ltsp_report_free(run_well(reset));
    CHECK(!exists("/home/guest3/-rf\n"));
    ltsp_home_reset_free(reset);
}

/* ---- Threads ---- */

static void *verify_many(void *reset)
{
    int i;

    for (i = 0; i < 5; i++)
        CHECK(is_like_the_template((const ltsp_home_reset *)reset));
    return NULL;
}

static void one_reset_serves_several_threads(void)
{
    ltsp_home_reset *reset = a_reset_of("guest3");
    pthread_t threads[3];
    size_t i;

    ltsp_report_free(run_well(reset));
    for (i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, verify_many, reset) == 0);
    for (i = 0; i < 3; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    ltsp_home_reset_free(reset);
}

int main(int argc, char **argv)
{
    CHECK(argc == 3);
    root = argv[1];
    first_uid = (uint32_t)atoi(argv[2]);

    a_plan_tells_each_change_and_changes_nothing();
    a_run_reports_each_home_and_keeps_what_the_rules_say();
    a_home_that_is_reset_is_like_its_template();
    in_place_mends_only_what_differs();
    volatile_rules_take_what_they_match_and_nothing_else();
    spares_are_staged_and_leftovers_cleaned();
    homes_that_are_missing_can_be_made();
    a_root_can_be_an_open_directory();
    a_root_that_is_no_directory_is_refused();
    a_callback_and_a_switch_stop_a_run();
    one_reset_serves_several_threads();
    a_template_must_be_worth_it();
    return 0;
}
