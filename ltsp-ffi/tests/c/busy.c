/*
 * A home that somebody uses, below a scratch root.
 *
 *     busy ROOT FIRST_UID PID
 *
 * ROOT is as for lifecycle.c. The process PID is guest4's.
 */
#define _POSIX_C_SOURCE 200809L

#include <ltsp.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    ltsp_home_reset *reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    const ltsp_error *why;
    int pid;

    CHECK(argc == 4);
    pid = atoi(argv[3]);
    CHECK(chdir(argv[1]) == 0);
    CHECK_OK(ltsp_home_reset_set_root(reset, ".", &error), error);
    CHECK_OK(ltsp_home_reset_set_template(reset, "/home/guest", &error), error);
    CHECK_OK(ltsp_home_reset_add_user(reset, "guest4", &error), error);

    /* Refused, with its processes. */
    CHECK_OK(ltsp_home_reset_run(reset, &report, &error), error);
    CHECK(ltsp_report_failed(report) == 1);
    why = ltsp_report_error(report);
    CHECK(ltsp_error_kind(why) == LTSP_BUSY);
    CHECK(ltsp_error_pid_count(why) == 1);
    CHECK(ltsp_error_pid(why, 0) == pid);
    CHECK(ltsp_error_pid(why, 1) == 0);
    CHECK(ltsp_error_help(why).len > 0);
    ltsp_report_free(report);
    CHECK(access("home/guest4/game.exe", F_OK) == 0);

    /* Ignored. */
    CHECK_OK(ltsp_home_reset_set_busy(reset, LTSP_BUSY_IGNORE, &error), error);
    CHECK_OK(ltsp_home_reset_run(reset, &report, &error), error);
    CHECK(ltsp_report_failed(report) == 0);
    ltsp_report_free(report);
    CHECK(access("home/guest4/game.exe", F_OK) != 0);
    CHECK(kill(pid, 0) == 0);

    /* Ended. */
    CHECK_OK(ltsp_home_reset_set_busy(reset, LTSP_BUSY_TERMINATE, &error), error);
    CHECK_OK(ltsp_home_reset_set_busy_limits_ms(reset, 20000, 20000, &error), error);
    CHECK_OK(ltsp_home_reset_run(reset, &report, &error), error);
    if (ltsp_report_failed(report) > 0)
        fprintf(stderr, "%s", (const char *)ltsp_report_text(report).ptr);
    CHECK(ltsp_report_failed(report) == 0);
    ltsp_report_free(report);
    ltsp_home_reset_free(reset);
    return 0;
}
