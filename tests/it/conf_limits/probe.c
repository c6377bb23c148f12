/* Opens a PAM session as login programs do, and tells what pam_limits did to the process.
 *
 * Usage: probe kernel|table SERVICE USER LOGINS PROC
 *
 * LOGINS are the names of who is logged in already, separated by commas. PROC is a directory that the module sees as /proc.
 * With `table`, setrlimit and setpriority work on a table of this program, which permits everything that a kernel permits to root:
 * containers lack the right to raise limits. It starts with 7000 plus the resource's number (soft) and 8000 plus that (hard).
 * With `kernel` they are the kernel's, and the limits are told by prlimit, started from the session.
 *
 * Prints a line for each message of the module (`log TEXT`), then `opened CODE`, `limit RESOURCE SOFT HARD`..., `priority N`,
 * `nonewprivs N`, and `chroot DIR` where it happens.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utmp.h>

static int with_table;
static struct rlimit table[RLIM_NLIMITS];
static unsigned long long nr_open;
static int nice_value;
static const char *logged_in;
static const char *next_login;
static const char *proc;

/* The dynamic linker finds these before those of libpam and of the C library. */

void pam_syslog(const pam_handle_t *pam, int priority, const char *format, ...)
{
    char text[8192];
    char *at;
    va_list arguments;
    (void)pam;
    (void)priority;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (at = text; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    printf("log %s\n", text);
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    if (!with_table)
        return (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
    if (limit->rlim_cur > limit->rlim_max) {
        errno = EINVAL;
        return -1;
    }
    if (resource == RLIMIT_NOFILE && limit->rlim_max > nr_open) {
        errno = EPERM;
        return -1;
    }
    table[resource] = *limit;
    return 0;
}

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    if (!with_table)
        return (int)syscall(SYS_prlimit64, 0, resource, NULL, limit);
    *limit = table[resource];
    return 0;
}

int setpriority(__priority_which_t which, id_t who, int value)
{
    if (!with_table)
        return (int)syscall(SYS_setpriority, which, who, value);
    nice_value = value < -20 ? -20 : value > 19 ? 19 : value;
    return 0;
}

int chroot(const char *path)
{
    printf("chroot %s\n", path);
    return 0;
}

int chdir(const char *path)
{
    (void)path;
    return 0;
}

FILE *fopen(const char *path, const char *mode)
{
    static FILE *(*real)(const char *, const char *);
    char other[4096];
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fopen");
    if (with_table && strncmp(path, "/proc/", 6) == 0) {
        snprintf(other, sizeof other, "%s/%s", proc, path + 6);
        path = other;
    }
    return real(path, mode);
}

void setutent(void)
{
    next_login = logged_in;
}

void endutent(void)
{
}

struct utmp *getutent(void)
{
    static struct utmp entry;
    size_t length;
    if (next_login == NULL || *next_login == '\0')
        return NULL;
    memset(&entry, 0, sizeof entry);
    length = strcspn(next_login, ",");
    memcpy(entry.ut_user, next_login, length < sizeof entry.ut_user ? length : sizeof entry.ut_user);
    entry.ut_type = USER_PROCESS;
    entry.ut_pid = getpid();
    next_login += length + (next_login[length] == ',');
    return &entry;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void tell(const char *word, rlim_t value)
{
    if (value == RLIM_INFINITY)
        printf("%sunlimited", word);
    else
        printf("%s%llu", word, (unsigned long long)value);
}

int main(int count, char **arguments)
{
    struct pam_conv conversation = { converse, NULL };
    pam_handle_t *pam = NULL;
    FILE *file;
    int at, code;
    if (count != 6)
        return 2;
    with_table = strcmp(arguments[1], "table") == 0;
    logged_in = arguments[4];
    proc = arguments[5];
    nice_value = getpriority(PRIO_PROCESS, 0);
    for (at = 0; at < RLIM_NLIMITS; at++) {
        table[at].rlim_cur = 7000 + (rlim_t)at;
        table[at].rlim_max = 8000 + (rlim_t)at;
    }
    file = fopen("/proc/sys/fs/nr_open", "r");
    if (file == NULL || fscanf(file, "%llu", &nr_open) != 1)
        return 2;
    fclose(file);
    if (pam_start(arguments[2], arguments[3], &conversation, &pam) != PAM_SUCCESS)
        return 2;
    code = pam_open_session(pam, 0);
    printf("opened %d\n", code);
    printf("priority %d\n", with_table ? nice_value : getpriority(PRIO_PROCESS, 0));
    printf("nonewprivs %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (!with_table) {
        fflush(stdout);
        execlp("prlimit", "prlimit", "--raw", "--noheadings", "--output", "RESOURCE,SOFT,HARD", (char *)NULL);
        return 2;
    }
    for (at = 0; at < RLIM_NLIMITS; at++) {
        printf("limit %d", at);
        tell(" ", table[at].rlim_cur);
        tell(" ", table[at].rlim_max);
        printf("\n");
    }
    pam_end(pam, code);
    return 0;
}
