/*
 * Puts the homes of guests back to a template; what is in their Documents stays.
 *
 *     reset_home [--root DIR] TEMPLATE [USER...]
 *
 * Without a user it is the one that pam_exec(8) names, so that it can be a hook of every login:
 *
 *     session required pam_exec.so /usr/local/libexec/reset_home /home/guest
 *
 * Compile: cc reset_home.c -o reset_home $(pkg-config --cflags --libs ltsp)
 */
#include <ltsp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *pam_user = getenv("PAM_USER");
    ltsp_home_reset *reset = ltsp_home_reset_new(LTSP_POLICY_EXACT, NULL);
    ltsp_report *report = NULL;
    ltsp_error *error = NULL;
    int failed = 1, next = 1;

    if (argc > 2 && strcmp(argv[1], "--root") == 0) {
        ltsp_home_reset_set_root(reset, argv[2], NULL);
        next = 3;
    }
    if (next >= argc) {
        fprintf(stderr, "usage: reset_home [--root DIR] TEMPLATE [USER...]\n");
        ltsp_home_reset_free(reset);
        return 2;
    }
    ltsp_home_reset_set_template(reset, argv[next++], NULL);
    ltsp_home_reset_add_keep(reset, "Documents", NULL);
    if (next == argc && pam_user != NULL)
        ltsp_home_reset_add_user(reset, pam_user, NULL);
    while (next < argc)
        ltsp_home_reset_add_user(reset, argv[next++], NULL);

    /* A setting that failed is answered here, too: nothing is reset by halves of a wish. */
    if (ltsp_home_reset_run(reset, &report, &error) == LTSP_OK) {
        fputs((const char *)ltsp_report_text(report).ptr, stdout);
        failed = ltsp_report_failed(report) > 0;
    } else {
        fprintf(stderr, "reset_home: %s\n", (const char *)ltsp_error_text(error).ptr);
    }
    ltsp_error_free(error);
    ltsp_report_free(report);
    ltsp_home_reset_free(reset);
    return failed;
}
