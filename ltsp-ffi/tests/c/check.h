/* What the test programs share: CHECK ends the program where a promise is broken. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(promise)                                                                  \
    do {                                                                                \
        if (!(promise)) {                                                               \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #promise);       \
            exit(1);                                                                    \
        }                                                                               \
    } while (0)

/* As CHECK(call == LTSP_OK), and says why not. `error` must be the call's last argument. */
#define CHECK_OK(call, error)                                                           \
    do {                                                                                \
        if ((call) != LTSP_OK) {                                                        \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call,               \
                    (const char *)ltsp_error_text(error).ptr);                          \
            exit(1);                                                                    \
        }                                                                               \
        CHECK((error) == NULL);                                                         \
    } while (0)

/* Whether bytes are this string, and a NUL byte follows them. */
static inline int is(ltsp_bytes bytes, const char *string)
{
    return bytes.ptr != NULL && bytes.len == strlen(string) && bytes.ptr[bytes.len] == 0
        && memcmp(bytes.ptr, string, bytes.len) == 0;
}

/* Whether bytes are there, with this string somewhere in them, and a NUL byte follows them. */
static inline int has(ltsp_bytes bytes, const char *string)
{
    return bytes.ptr != NULL && strlen((const char *)bytes.ptr) == bytes.len
        && strstr((const char *)bytes.ptr, string) != NULL;
}

#endif
