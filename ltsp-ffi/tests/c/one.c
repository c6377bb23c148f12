/*
 * The one-call reset, on a root of its own: it always works on the machine's.
 *
 *     one ROOT FIRST_UID
 *
 * ROOT is as for lifecycle.c.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <ltsp.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    ltsp_error *error = NULL;
    struct stat meta;
    uint32_t uid;

    CHECK(argc == 3);
    uid = (uint32_t)atoi(argv[2]) + 1;
    /* What is mounted here is seen by this process alone and goes with it. */
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(chdir(argv[1]) == 0);
    CHECK(mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) == 0);
    CHECK(chroot(".") == 0);
    CHECK(chdir("/") == 0);

    CHECK(stat("/home/guest1/game.exe", &meta) == 0);
    CHECK_OK(ltsp_home_reset_one("/home/guest1", uid, uid, "/home/guest", &error), error);
    CHECK(stat("/home/guest1/game.exe", &meta) != 0);
    CHECK(stat("/home/guest1/Desktop/welcome.txt", &meta) == 0 && meta.st_uid == uid);

    CHECK(ltsp_home_reset_one("/home/guest2", 0, 0, "/home/guest", &error) == LTSP_REFUSED);
    CHECK(ltsp_error_kind(error) == LTSP_REFUSED);
    CHECK(has(ltsp_error_text(error), "/home/guest2"));
    ltsp_error_free(error);
    CHECK(ltsp_home_reset_one("/home/missing", uid, uid, "/home/guest", NULL) == LTSP_NOT_FOUND);
    CHECK(ltsp_home_reset_one("/home/guest2", uid, uid, "/home/none", NULL) == LTSP_NOT_FOUND);
    CHECK(stat("/home/guest2/game.exe", &meta) == 0);
    return 0;
}
