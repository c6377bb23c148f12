/*
 * Says which session a client starts and whether guests may log in there: what a plugin of the
 * display manager LDM has to know from lts.conf.
 *
 *     read_lts_conf FILE [HOST [MAC]]
 *
 * Compile: cc read_lts_conf.c -o read_lts_conf $(pkg-config --cflags --libs ltsp)
 */
#include <ltsp.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    ltsp_client *client = ltsp_client_new();
    ltsp_conf *conf = NULL;
    ltsp_resolved *mine = NULL;
    ltsp_error *error = NULL;
    int failed = 1;

    if (argc < 2) {
        fprintf(stderr, "usage: read_lts_conf FILE [HOST [MAC]]\n");
        ltsp_client_free(client);
        return 2;
    }
    if (argc > 2)
        ltsp_client_set_host(client, argv[2], NULL);
    if (argc > 3)
        ltsp_client_set_mac(client, argv[3], NULL);

    /* A setting of the client that failed is answered here, too. */
    if (ltsp_conf_open(argv[1], &conf, &error) == LTSP_OK
        && ltsp_conf_resolve(conf, client, &mine, &error) == LTSP_OK) {
        ltsp_bytes session = ltsp_resolved_get(mine, "LDM_SESSION");
        const ltsp_entry *entry = ltsp_resolved_find(mine, "LDM_SESSION");

        if (session.ptr != NULL)
            printf("session %s, from %s\n", (const char *)session.ptr,
                   (const char *)ltsp_origin_text(ltsp_entry_origin(entry)).ptr);
        else
            printf("no session of its own\n");
        printf("guests %s\n", ltsp_resolved_is_true(mine, "LDM_GUESTLOGIN") ? "welcome" : "refused");
        failed = 0;
    } else {
        fprintf(stderr, "read_lts_conf: %s\n", (const char *)ltsp_error_text(error).ptr);
    }
    ltsp_error_free(error);
    ltsp_resolved_free(mine);
    ltsp_conf_free(conf);
    ltsp_client_free(client);
    return failed;
}
