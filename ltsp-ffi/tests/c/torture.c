/* Gives NULL wherever there is a pointer: every function answers, none crashes. */
#include <ltsp.h>

#include "check.h"

/* A function that can fail: NULL is named in the message, with and without a place for it. */
#define REFUSED(name, call_with)                                                        \
    do {                                                                                \
        ltsp_error *error = NULL;                                                       \
        CHECK(call_with(NULL) == LTSP_INVALID_INPUT);                                   \
        CHECK(call_with(&error) == LTSP_INVALID_INPUT);                                 \
        CHECK(ltsp_error_kind(error) == LTSP_INVALID_INPUT);                            \
        CHECK(is(ltsp_error_message(error), "\"" name "\" is NULL"));                   \
        ltsp_error_free(error);                                                         \
    } while (0)

/* A setting, on no reset and with a NULL string on a real one. */
#define SETTING(arguments_and_error)                                                    \
    do {                                                                                \
        reset = NULL;                                                                   \
        REFUSED("reset", arguments_and_error);                                          \
    } while (0)

#define STRING_SETTING(name, arguments_and_error)                                       \
    do {                                                                                \
        SETTING(arguments_and_error);                                                   \
        reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);                           \
        CHECK(reset != NULL);                                                           \
        REFUSED(name, arguments_and_error);                                             \
        /* It is remembered: a reset that lacks a rule never runs. */                   \
        CHECK(ltsp_home_reset_run(reset, &report, NULL) == LTSP_INVALID_INPUT);         \
        CHECK(report == NULL);                                                          \
        ltsp_home_reset_free(reset);                                                    \
    } while (0)

static void nothing(ltsp_bytes bytes)
{
    CHECK(bytes.ptr == NULL && bytes.len == 0);
}

static ltsp_home_reset *reset;
static ltsp_report *report;
static ltsp_plan *plan;

static void settings(void)
{
#define CALL(e) ltsp_home_reset_set_root(reset, NULL, e)
    STRING_SETTING("root", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_template(reset, NULL, e)
    STRING_SETTING("template_dir", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_add_keep(reset, NULL, e)
    STRING_SETTING("pattern", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_add_volatile(reset, NULL, e)
    STRING_SETTING("pattern", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_add_user(reset, NULL, e)
    STRING_SETTING("name", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_add_home(reset, NULL, 1, 1, e)
    STRING_SETTING("home", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_root_fd(reset, 0, NULL, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_template_owner(reset, 1, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_allow_empty_template(reset, true, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_create_missing(reset, true, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_strategy(reset, LTSP_STRATEGY_AUTO, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_busy(reset, LTSP_BUSY_REFUSE, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_busy_limits_ms(reset, 1, 1, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_lock_limit_ms(reset, 1, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_spare(reset, LTSP_SPARE_NEVER, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_threads(reset, 1, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_durable(reset, true, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_defer_cleanup(reset, true, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_receipts(reset, LTSP_RECEIPTS_CHECKED, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_progress(reset, NULL, NULL, e)
    SETTING(CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_set_cancel_token(reset, NULL, e)
    SETTING(CALL);
#undef CALL
}

/* No reset, and a reset but nowhere for the answer; outputs are cleared either way. */
static void actions(void)
{
    ltsp_home_reset *real = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    CHECK(real != NULL);

#define ACTION(name, function, output)                                                  \
    do {                                                                                \
        int junk;                                                                       \
        memset(&output, 0xff, sizeof output);                                           \
        CHECK(function(NULL, &output, NULL) == LTSP_INVALID_INPUT);                     \
        CHECK(output == NULL);                                                          \
        for (junk = 0; junk < 2; junk++) {                                              \
            ltsp_error *error;                                                          \
            memset(&error, junk ? 0xff : 0, sizeof error);                              \
            CHECK(function(real, NULL, &error) == LTSP_INVALID_INPUT);                  \
            CHECK(is(ltsp_error_message(error), "\"" name "\" is NULL"));               \
            ltsp_error_free(error);                                                     \
        }                                                                               \
        CHECK(function(NULL, NULL, NULL) == LTSP_INVALID_INPUT);                        \
    } while (0)
    ACTION("report", ltsp_home_reset_run, report);
    ACTION("report", ltsp_home_reset_stage, report);
    ACTION("report", ltsp_home_reset_clean, report);
    ACTION("plan", ltsp_home_reset_plan, plan);
    ACTION("plan", ltsp_home_reset_verify, plan);

    /* The settings that take NULL as "none" do so. */
    CHECK(ltsp_home_reset_set_progress(real, NULL, NULL, NULL) == LTSP_OK);
    CHECK(ltsp_home_reset_set_cancel_token(real, NULL, NULL) == LTSP_OK);
    ltsp_home_reset_free(real);

#define CALL(e) ltsp_home_reset_one(NULL, 1, 1, "/home/guest", e)
    REFUSED("home", CALL);
#undef CALL
#define CALL(e) ltsp_home_reset_one("/home/guest1", 1, 1, NULL, e)
    REFUSED("template_dir", CALL);
#undef CALL
}

static void readers(void)
{
    CHECK(ltsp_error_kind(NULL) == LTSP_OK);
    nothing(ltsp_error_text(NULL));
    nothing(ltsp_error_message(NULL));
    nothing(ltsp_error_help(NULL));
    nothing(ltsp_error_path(NULL));
    CHECK(ltsp_error_errno(NULL) == 0);
    CHECK(ltsp_error_line(NULL) == 0);
    CHECK(ltsp_error_column(NULL) == 0);
    CHECK(ltsp_error_pid_count(NULL) == 0);
    CHECK(ltsp_error_pid(NULL, 0) == 0);

    CHECK(ltsp_event_get_kind(NULL) == LTSP_EVENT_NONE);
    CHECK(ltsp_event_homes(NULL) == 0);
    nothing(ltsp_event_home(NULL));
    CHECK(ltsp_event_entries(NULL) == 0);
    CHECK(ltsp_event_bytes(NULL) == 0);
    CHECK(ltsp_event_error(NULL) == NULL);

    CHECK(ltsp_report_count(NULL) == 0);
    CHECK(ltsp_report_failed(NULL) == 0);
    CHECK(ltsp_report_error(NULL) == NULL);
    CHECK(ltsp_report_home(NULL, 0) == NULL);
    CHECK(ltsp_report_total(NULL, LTSP_COUNTER_CREATED) == 0);
    CHECK(ltsp_report_elapsed_ns(NULL) == 0);
    nothing(ltsp_report_json(NULL));
    nothing(ltsp_report_text(NULL));

    nothing(ltsp_home_report_path(NULL));
    nothing(ltsp_home_report_user(NULL));
    CHECK(ltsp_home_report_uid(NULL) == 0);
    CHECK(ltsp_home_report_gid(NULL) == 0);
    CHECK(ltsp_home_report_outcome(NULL) == LTSP_OUTCOME_NONE);
    CHECK(ltsp_home_report_strategy(NULL) == LTSP_STRATEGY_NONE);
    nothing(ltsp_home_report_fallback(NULL));
    CHECK(ltsp_home_report_count(NULL, LTSP_COUNTER_CREATED) == 0);
    CHECK(ltsp_home_report_note_count(NULL) == 0);
    nothing(ltsp_home_report_note(NULL, 0));
    CHECK(ltsp_home_report_elapsed_ns(NULL) == 0);
    CHECK(ltsp_home_report_error(NULL) == NULL);

    CHECK(ltsp_plan_count(NULL) == 0);
    CHECK(!ltsp_plan_is_empty(NULL));
    CHECK(ltsp_plan_failed(NULL) == 0);
    CHECK(ltsp_plan_error(NULL) == NULL);
    CHECK(ltsp_plan_home(NULL, 0) == NULL);
    nothing(ltsp_plan_json(NULL));
    nothing(ltsp_plan_text(NULL));

    nothing(ltsp_home_plan_path(NULL));
    nothing(ltsp_home_plan_user(NULL));
    CHECK(ltsp_home_plan_uid(NULL) == 0);
    CHECK(ltsp_home_plan_gid(NULL) == 0);
    CHECK(ltsp_home_plan_strategy(NULL) == LTSP_STRATEGY_NONE);
    nothing(ltsp_home_plan_fallback(NULL));
    CHECK(ltsp_home_plan_count(NULL, LTSP_COUNTER_CREATED) == 0);
    CHECK(ltsp_home_plan_error(NULL) == NULL);
    CHECK(ltsp_home_plan_change_count(NULL) == 0);
    CHECK(ltsp_home_plan_change(NULL, 0) == NULL);

    CHECK(ltsp_change_action(NULL) == LTSP_ACTION_NONE);
    nothing(ltsp_change_path(NULL));
    CHECK(ltsp_change_file_type(NULL) == LTSP_FILE_TYPE_NONE);
    CHECK(ltsp_change_size(NULL) == 0);
    nothing(ltsp_change_why(NULL));
}

/* Numbers that are no constants. */
static void numbers(void)
{
    ltsp_error *error = NULL;

    CHECK(ltsp_home_reset_new((ltsp_policy)0, NULL) == NULL);
    CHECK(ltsp_home_reset_new((ltsp_policy)4, &error) == NULL);
    CHECK(is(ltsp_error_message(error), "4 is no policy"));
    ltsp_error_free(error);

#define UNKNOWN(function, type, number)                                                 \
    do {                                                                                \
        reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, &error);                         \
        CHECK(error == NULL);                                                           \
        CHECK(function(reset, (type)number, &error) == LTSP_INVALID_INPUT);             \
        CHECK(has(ltsp_error_text(error), #number));                                    \
        ltsp_error_free(error);                                                         \
        CHECK(ltsp_home_reset_plan(reset, &plan, NULL) == LTSP_INVALID_INPUT);          \
        CHECK(plan == NULL);                                                            \
        ltsp_home_reset_free(reset);                                                    \
    } while (0)
    UNKNOWN(ltsp_home_reset_set_strategy, ltsp_strategy, 0);
    UNKNOWN(ltsp_home_reset_set_busy, ltsp_busy, 0);
    UNKNOWN(ltsp_home_reset_set_spare, ltsp_spare, 7);
    UNKNOWN(ltsp_home_reset_set_threads, size_t, 0);

    CHECK(strcmp(ltsp_status_name(LTSP_NO_SPACE), "no-space") == 0);
    CHECK(strcmp(ltsp_status_name((ltsp_status)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_strategy_name(LTSP_STRATEGY_IN_PLACE), "in-place") == 0);
    CHECK(strcmp(ltsp_strategy_name((ltsp_strategy)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_outcome_name(LTSP_OUTCOME_RESET), "reset") == 0);
    CHECK(strcmp(ltsp_outcome_name((ltsp_outcome)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_action_name(LTSP_ACTION_REMOVE), "remove") == 0);
    CHECK(strcmp(ltsp_action_name((ltsp_action)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_file_type_name(LTSP_FILE_TYPE_SYMLINK), "symbolic link") == 0);
    CHECK(strcmp(ltsp_file_type_name((ltsp_file_type)1000), "unknown") == 0);
}

/* File descriptors that are not open. */
static void descriptors(void)
{
    static const int fds[] = { -1, -100, 1000000, 987 };
    size_t i;

    for (i = 0; i < sizeof fds / sizeof *fds; i++) {
        ltsp_error *error = NULL;
        reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
        CHECK(ltsp_home_reset_set_root_fd(reset, fds[i], "/srv/image", &error)
              == LTSP_INVALID_INPUT);
        CHECK(is(ltsp_error_path(error), "/srv/image"));
        ltsp_error_free(error);
        ltsp_home_reset_free(reset);
    }
}

int main(void)
{
    char version[32];
    ltsp_cancel_token *token = ltsp_cancel_token_new();

    sprintf(version, "%d.%d.%d", LTSP_VERSION_MAJOR, LTSP_VERSION_MINOR, LTSP_VERSION_PATCH);
    CHECK(strcmp(ltsp_version(), version) == 0);

    settings();
    actions();
    readers();
    numbers();
    descriptors();

    ltsp_cancel_token_cancel(NULL);
    CHECK(!ltsp_cancel_token_is_cancelled(NULL));
    CHECK(!ltsp_cancel_token_is_cancelled(token));
    ltsp_cancel_token_cancel(token);
    CHECK(ltsp_cancel_token_is_cancelled(token));
    ltsp_cancel_token_free(token);

    ltsp_error_free(NULL);
    ltsp_home_reset_free(NULL);
    ltsp_report_free(NULL);
    ltsp_plan_free(NULL);
    ltsp_cancel_token_free(NULL);
    return 0;
}
