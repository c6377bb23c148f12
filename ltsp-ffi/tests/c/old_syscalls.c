/*
 * Preloaded under valgrind, which may be older than openat2(2) and then answers ENOSYS to it, so
 * that nothing could be reset: openat(2) opens instead. There are no attackers in these tests,
 * and no absolute links.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...)
{
    static long (*real)(long, ...);
    long a[6];
    va_list list;
    int i;

    va_start(list, number);
    for (i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_openat2) {
        const struct open_how *how = (const struct open_how *)a[2];
        const char *path = (const char *)a[1];
        if (how->resolve & RESOLVE_IN_ROOT)
            path += strspn(path, "/");
        return openat((int)a[0], *path ? path : ".", (int)how->flags, (mode_t)how->mode);
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
