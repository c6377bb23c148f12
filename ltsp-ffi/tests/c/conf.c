/*
 * Everything that a program does with configuration files, below a scratch root.
 *
 *     conf ROOT
 *
 * What ROOT has is in scenes.rs.
 */
#define _POSIX_C_SOURCE 200809L

#include <ltsp.h>

#include <pthread.h>
#include <sys/stat.h>

#include "check.h"

static const char *root;
static ltsp_error *error;

static const char *below(const char *path)
{
    static char whole[4096];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    return whole;
}

static ltsp_conf *opened(const char *path)
{
    ltsp_conf *conf = NULL;
    CHECK_OK(ltsp_conf_open_as(root, path, LTSP_FORMAT_BY_NAME, &conf, &error), error);
    return conf;
}

static ltsp_resolved *resolved(const ltsp_conf *conf, const ltsp_client *client)
{
    ltsp_resolved *found = NULL;
    CHECK_OK(ltsp_conf_resolve(conf, client, &found, &error), error);
    return found;
}

/* Whether the file on the disk is these bytes. */
static int holds(const char *path, ltsp_bytes bytes)
{
    char read[8192];
    FILE *file = fopen(below(path), "rb");
    size_t len;

    CHECK(file != NULL);
    len = fread(read, 1, sizeof read, file);
    fclose(file);
    return len == bytes.len && memcmp(read, bytes.ptr, len) == 0;
}

/* What a client gets, and from where. */
static void resolving(void)
{
    ltsp_client *client = ltsp_client_new();
    ltsp_conf *conf = NULL;
    ltsp_resolved *mine, *there = NULL;
    const ltsp_entry *entry;
    const ltsp_origin *origin;
    size_t i;

    /* By its path on this machine. */
    CHECK_OK(ltsp_conf_open(below("/etc/lts.conf"), &conf, &error), error);
    CHECK(ltsp_conf_format(conf) == LTSP_FORMAT_LTS);
    CHECK(is(ltsp_conf_path(conf), below("/etc/lts.conf")));
    CHECK_OK(ltsp_client_set_host(client, "PC1", &error), error);
    CHECK_OK(ltsp_client_set_ip(client, "192.168.67.20", &error), error);
    CHECK_OK(ltsp_client_set_mac(client, "52-54-00-12-34-56", &error), error);
    mine = resolved(conf, client);
    /* What was resolved needs neither. */
    ltsp_conf_free(conf);
    ltsp_client_free(client);

    CHECK(is(ltsp_resolved_get(mine, "LDM_SESSION"), "mate"));
    CHECK(is(ltsp_resolved_get(mine, "ldm_session"), "mate"));
    CHECK(is(ltsp_resolved_get(mine, "LANG"), "de_DE.UTF-8"));
    CHECK(ltsp_resolved_get(mine, "XKBLAYOUT").ptr == NULL);
    CHECK(ltsp_resolved_find(mine, "XKBLAYOUT") == NULL);
    CHECK(ltsp_resolved_is_true(mine, "LDM_GUESTLOGIN"));
    CHECK(!ltsp_resolved_is_true(mine, "SOUND") && !ltsp_resolved_is_true(mine, "XKBLAYOUT"));

    /* NONE is an entry without a value. */
    entry = ltsp_resolved_find(mine, "SOUND");
    CHECK(entry != NULL && ltsp_entry_value(entry).ptr == NULL);
    CHECK(ltsp_resolved_get(mine, "SOUND").ptr == NULL);

    entry = ltsp_resolved_find(mine, "LDM_SESSION");
    CHECK(is(ltsp_entry_key(entry), "LDM_SESSION") && is(ltsp_entry_value(entry), "mate"));
    origin = ltsp_entry_origin(entry);
    CHECK(is(ltsp_origin_section(origin), "lab"));
    CHECK(is(ltsp_origin_rule(origin), "LIKE of [pc1]"));
    CHECK(is(ltsp_place_file(ltsp_origin_place(origin)), below("/etc/lts.conf")));
    CHECK(ltsp_place_line(ltsp_origin_place(origin)) == 10);
    CHECK(ltsp_place_column(ltsp_origin_place(origin)) == 1);
    CHECK(ltsp_place_length(ltsp_origin_place(origin)) == strlen("LDM_SESSION = mate"));
    CHECK(has(ltsp_origin_text(origin), "/etc/lts.conf:10:1 [lab] (LIKE of [pc1])"));
    CHECK(ltsp_entry_hidden_count(entry) == 1);
    CHECK(is(ltsp_entry_hidden_value(entry, 0), "gnome"));
    CHECK(ltsp_place_line(ltsp_origin_place(ltsp_entry_hidden_origin(entry, 0))) == 3);
    CHECK(ltsp_entry_hidden_value(entry, 1).ptr == NULL);
    CHECK(ltsp_entry_hidden_origin(entry, 1) == NULL);

    CHECK(ltsp_resolved_count(mine) == 5);
    for (i = 0; i < 5; i++)
        CHECK(ltsp_entry_key(ltsp_resolved_at(mine, i)).len > 0);
    CHECK(ltsp_resolved_at(mine, 5) == NULL);
    CHECK(ltsp_resolved_exemption(mine) == NULL);

    CHECK(ltsp_resolved_on_screen(mine, 0, &there, NULL) == LTSP_INVALID_INPUT && there == NULL);
    CHECK(ltsp_resolved_on_screen(mine, 13, &there, &error) == LTSP_INVALID_INPUT);
    CHECK(is(ltsp_error_message(error), "13 is no screen"));
    ltsp_error_free(error);
    CHECK_OK(ltsp_resolved_on_screen(mine, 2, &there, &error), error);
    ltsp_resolved_free(mine);
    CHECK(is(ltsp_resolved_get(there, "ldm_session"), "kiosk"));
    CHECK(is(ltsp_entry_hidden_value(ltsp_resolved_find(there, "LDM_SESSION"), 0), "mate"));
    CHECK(ltsp_resolved_is_true(there, "LDM_GUESTLOGIN"));
    ltsp_resolved_free(there);

    /* No client: what all get. */
    conf = opened("/etc/lts.conf");
    mine = resolved(conf, NULL);
    CHECK(is(ltsp_resolved_get(mine, "LDM_SESSION"), "gnome"));
    ltsp_resolved_free(mine);
    /* The hardware address alone. */
    client = ltsp_client_new();
    CHECK(ltsp_client_set_mac(client, "525400123456", NULL) == LTSP_OK);
    /* An account matters for limits only, so nobody looks for this one. */
    CHECK(ltsp_client_set_user(client, "nobody there", NULL) == LTSP_OK);
    mine = resolved(conf, client);
    CHECK(is(ltsp_resolved_get(mine, "LDM_SESSION"), "xfce"));
    ltsp_resolved_free(mine);
    ltsp_client_free(client);
    ltsp_conf_free(conf);
}

/* Files that are included come from the same root, or from nowhere if there is none. */
static void including(void)
{
    ltsp_client *client = ltsp_client_new();
    ltsp_conf *conf = opened("/etc/parts/lts.conf"), *alone = NULL;
    ltsp_bytes text = ltsp_conf_to_bytes(conf);
    ltsp_resolved *mine = NULL;
    const ltsp_origin *origin;

    CHECK(ltsp_client_set_host(client, "pc1", NULL) == LTSP_OK);
    mine = resolved(conf, client);
    CHECK(is(ltsp_resolved_get(mine, "SOUND"), "False"));
    origin = ltsp_entry_origin(ltsp_resolved_find(mine, "SOUND"));
    CHECK(is(ltsp_place_file(ltsp_origin_place(origin)), below("/etc/parts/more")));
    CHECK(ltsp_place_line(ltsp_origin_place(origin)) == 2);
    ltsp_resolved_free(mine);

    CHECK_OK(ltsp_conf_parse("lts.conf", text.ptr, text.len, LTSP_FORMAT_BY_NAME, &alone, &error),
             error);
    CHECK(ltsp_conf_resolve(alone, client, &mine, &error) != LTSP_OK && mine == NULL);
    CHECK(has(ltsp_error_text(error), "/etc/parts/more") || ltsp_error_line(error) == 1);
    ltsp_error_free(error);
    ltsp_conf_free(alone);
    ltsp_conf_free(conf);
    ltsp_client_free(client);
}

/* The other formats that have values. */
static void resolving_others(void)
{
    ltsp_client *client = ltsp_client_new();
    ltsp_conf *conf = opened("/etc/ltsp/ltsp.conf");
    ltsp_resolved *mine;

    mine = resolved(conf, client);
    CHECK(is(ltsp_resolved_get(mine, "LANG"), "de_DE.UTF-8"));
    CHECK(ltsp_resolved_get(mine, "lang").ptr == NULL);
    CHECK(ltsp_resolved_get(mine, "TFTP_DIR").ptr == NULL);
    ltsp_resolved_free(mine);
    CHECK(ltsp_client_set_server(client, true, NULL) == LTSP_OK);
    CHECK(ltsp_client_set_applet(client, "image", NULL) == LTSP_OK);
    mine = resolved(conf, client);
    CHECK(is(ltsp_resolved_get(mine, "TFTP_DIR"), "/srv/tftp"));
    ltsp_resolved_free(mine);
    ltsp_conf_free(conf);
    ltsp_client_free(client);

    conf = opened("/etc/ltsp/ltsp-update-image.conf");
    CHECK(ltsp_conf_format(conf) == LTSP_FORMAT_SHELL);
    mine = resolved(conf, NULL);
    CHECK(is(ltsp_resolved_get(mine, "NO_COMP"), "-noF -noD"));
    /* From the directory beside it. */
    CHECK(is(ltsp_resolved_get(mine, "KEEP"), "2"));
    ltsp_resolved_free(mine);
    ltsp_conf_free(conf);
}

/* Limits are somebody's. */
static void limits(void)
{
    ltsp_client *client = ltsp_client_new();
    ltsp_conf *conf = opened("/etc/security/limits.conf");
    ltsp_resolved *mine = NULL;
    const ltsp_origin *origin;

    CHECK(ltsp_conf_resolve(conf, client, &mine, &error) == LTSP_INVALID_INPUT && mine == NULL);
    CHECK(has(ltsp_error_text(error), "limits.conf"));
    ltsp_error_free(error);
    CHECK(ltsp_client_set_user(client, "pupil", NULL) == LTSP_OK);
    mine = resolved(conf, client);
    CHECK(is(ltsp_resolved_get(mine, "soft nproc"), "200"));
    CHECK(is(ltsp_resolved_get(mine, "hard nproc"), "100"));
    ltsp_resolved_free(mine);
    CHECK(ltsp_client_set_user(client, "admin", NULL) == LTSP_OK);
    mine = resolved(conf, client);
    CHECK(ltsp_resolved_count(mine) == 0);
    CHECK(ltsp_place_line(ltsp_origin_place(ltsp_resolved_exemption(mine))) == 4);
    ltsp_resolved_free(mine);
    CHECK(ltsp_client_set_user(client, "nobody", NULL) == LTSP_OK);
    CHECK(ltsp_conf_resolve(conf, client, &mine, NULL) == LTSP_NOT_FOUND && mine == NULL);
    ltsp_conf_free(conf);
    ltsp_client_free(client);

    CHECK_OK(ltsp_limits_effective(root, "teacher", &mine, &error), error);
    CHECK(is(ltsp_resolved_get(mine, "soft nofile"), "4096"));
    CHECK(is(ltsp_resolved_get(mine, "hard nofile"), "4096"));
    CHECK(ltsp_resolved_get(mine, "SOFT NOFILE").ptr == NULL);
    origin = ltsp_entry_origin(ltsp_resolved_find(mine, "soft core"));
    CHECK(has(ltsp_place_file(ltsp_origin_place(origin)), "/etc/security/limits.d/more.conf"));
    ltsp_resolved_free(mine);
    CHECK_OK(ltsp_limits_effective(root, "admin", &mine, &error), error);
    CHECK(ltsp_resolved_count(mine) == 0 && ltsp_resolved_exemption(mine) != NULL);
    ltsp_resolved_free(mine);
    CHECK(ltsp_limits_effective(root, "nobody", &mine, &error) == LTSP_NOT_FOUND && mine == NULL);
    ltsp_error_free(error);
}

/* A setting that fails is answered by everything the client is used for. */
static void clients_that_are_none(void)
{
    static const char *const wrong[] = { "192.168.67", "::1", "\xff", "" };
    ltsp_conf *conf = opened("/etc/lts.conf");
    ltsp_resolved *mine = NULL;
    ltsp_strings *names = NULL;
    ltsp_client *client;
    size_t i;

    for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        client = ltsp_client_new();
        CHECK(ltsp_client_set_ip(client, wrong[i], NULL) == LTSP_INVALID_INPUT);
        CHECK(ltsp_client_set_host(client, "pc1", &error) == LTSP_INVALID_INPUT);
        CHECK(has(ltsp_error_text(error), "no IPv4 address"));
        ltsp_error_free(error);
        CHECK(ltsp_conf_resolve(conf, client, &mine, NULL) == LTSP_INVALID_INPUT && mine == NULL);
        CHECK(ltsp_pxe_search_order(client, &names, NULL) == LTSP_INVALID_INPUT && names == NULL);
        ltsp_client_free(client);
    }
    client = ltsp_client_new();
    CHECK(ltsp_client_set_mac(client, "52:54:00", &error) == LTSP_INVALID_INPUT);
    CHECK(has(ltsp_error_text(error), "no hardware address"));
    ltsp_error_free(error);
    ltsp_client_free(client);
    client = ltsp_client_new();
    CHECK(ltsp_client_set_applet(client, "../../etc/passwd", NULL) == LTSP_INVALID_INPUT);
    ltsp_client_free(client);
    ltsp_conf_free(conf);
}

/* A change is one line, and nothing is written before it is saved. */
static void changing(void)
{
    ltsp_conf *conf = opened("/etc/lts.conf"), *other;
    ltsp_follow_ups *todo = NULL;
    const ltsp_follow_up *first;
    ltsp_bytes value, before, after;
    bool changed = false;
    size_t length;

    before = ltsp_conf_to_bytes(conf);
    length = before.len;
    CHECK(holds("/etc/lts.conf", before));
    CHECK(!ltsp_conf_is_changed(conf) && is(ltsp_conf_diff(conf), ""));

    CHECK_OK(ltsp_conf_get(conf, "default", "LDM_SESSION", &value, &error), error);
    CHECK(is(value, "gnome"));
    CHECK_OK(ltsp_conf_get(conf, "Default", "XKBLAYOUT", &value, &error), error);
    CHECK(value.ptr == NULL && value.len == 0);
    CHECK(ltsp_conf_get(conf, "no such section", "SOUND", &value, &error) == LTSP_NOT_FOUND);
    ltsp_error_free(error);

    CHECK_OK(ltsp_conf_set(conf, "Default", "LDM_SESSION", "lxde", &error), error);
    after = ltsp_conf_to_bytes(conf);
    CHECK(after.len == length - 1 && memcmp(after.ptr, "# R\xe4ume", 7) == 0);
    CHECK(ltsp_conf_is_changed(conf));
    CHECK(has(ltsp_conf_diff(conf), "-    LDM_SESSION = gnome\n+    LDM_SESSION = lxde\n"));
    CHECK(!holds("/etc/lts.conf", after));

    CHECK_OK(ltsp_conf_uncomment(conf, "Default", "XKBLAYOUT", &changed, &error), error);
    CHECK(changed && has(ltsp_conf_to_bytes(conf), "\n    XKBLAYOUT = de\n"));
    CHECK_OK(ltsp_conf_comment_out(conf, "Default", "XKBLAYOUT", &changed, &error), error);
    CHECK(changed && has(ltsp_conf_to_bytes(conf), "#XKBLAYOUT = de\n"));
    CHECK_OK(ltsp_conf_unset(conf, "lab", "SOUND", &changed, &error), error);
    CHECK(changed && !has(ltsp_conf_to_bytes(conf), "NONE"));
    CHECK_OK(ltsp_conf_unset(conf, "lab", "SOUND", &changed, &error), error);
    CHECK(!changed);
    CHECK_OK(ltsp_conf_set(conf, "pc2", "SOUND", "a#b", &error), error);
    CHECK(has(ltsp_conf_to_bytes(conf), "[pc2]\n") && has(ltsp_conf_to_bytes(conf), "\"a#b\""));
    CHECK_OK(ltsp_conf_add_section(conf, "pc2", &changed, &error), error);
    CHECK(!changed);

    /* What cannot be written is refused, and the document is as it was. */
    CHECK(ltsp_conf_set(conf, "Default", "SOUND", "a\nb", &error) == LTSP_INVALID_INPUT);
    CHECK(ltsp_error_message(error).len > 0);
    ltsp_error_free(error);
    CHECK(!has(ltsp_conf_to_bytes(conf), "a\nb"));

    CHECK_OK(ltsp_conf_follow_ups(conf, &todo, &error), error);
    CHECK(ltsp_follow_ups_count(todo) > 0);
    first = ltsp_follow_ups_at(todo, 0);
    CHECK(ltsp_follow_up_why(first).len > 0);
    CHECK(ltsp_follow_up_command(first).ptr == NULL || ltsp_follow_up_command(first).len > 0);
    CHECK(ltsp_follow_up_disturbs(ltsp_follow_ups_at(todo, ltsp_follow_ups_count(todo) - 1)));
    CHECK(ltsp_follow_ups_at(todo, ltsp_follow_ups_count(todo)) == NULL);
    ltsp_follow_ups_free(todo);

    /* Whoever saves second is told. */
    other = opened("/etc/lts.conf");
    CHECK_OK(ltsp_conf_set(other, "Default", "SOUND", "False", &error), error);
    CHECK_OK(ltsp_conf_save(conf, &changed, &error), error);
    CHECK(changed && holds("/etc/lts.conf", ltsp_conf_to_bytes(conf)));
    CHECK(ltsp_conf_save(other, &changed, &error) == LTSP_CHANGED && !changed);
    CHECK(has(ltsp_error_path(error), "lts.conf"));
    ltsp_error_free(error);
    CHECK(holds("/etc/lts.conf", ltsp_conf_to_bytes(conf)));
    ltsp_conf_free(other);

    CHECK(!ltsp_conf_is_changed(conf) && is(ltsp_conf_diff(conf), ""));
    CHECK_OK(ltsp_conf_save(conf, &changed, &error), error);
    CHECK(!changed);
    CHECK_OK(ltsp_conf_follow_ups(conf, &todo, &error), error);
    CHECK(ltsp_follow_ups_count(todo) == 0);
    ltsp_follow_ups_free(todo);
    ltsp_conf_free(conf);
}

/* A file that is not there yet. */
static void beginning(void)
{
    const char *path = "/etc/new/lts.conf";
    ltsp_conf *conf = NULL;
    struct stat meta;
    bool changed;

    CHECK(mkdir(below("/etc/new"), 0755) == 0);
    CHECK(ltsp_conf_open_as(root, path, LTSP_FORMAT_LTS, &conf, NULL) == LTSP_NOT_FOUND);
    CHECK(conf == NULL);
    CHECK_OK(ltsp_conf_open_or_new(root, path, LTSP_FORMAT_BY_NAME, &conf, &error), error);
    CHECK(is(ltsp_conf_to_bytes(conf), "") && stat(below(path), &meta) != 0);
    CHECK_OK(ltsp_conf_set(conf, "Default", "SOUND", "True", &error), error);
    CHECK_OK(ltsp_conf_save(conf, &changed, &error), error);
    CHECK(changed && stat(below(path), &meta) == 0 && (meta.st_mode & 07777) == 0644);
    CHECK(holds(path, ltsp_conf_to_bytes(conf)));
    ltsp_conf_free(conf);
    CHECK_OK(ltsp_conf_open_or_new(root, path, LTSP_FORMAT_LTS, &conf, &error), error);
    CHECK(ltsp_conf_setting_count(conf) == 1);
    ltsp_conf_free(conf);
}

/* Bytes that are no file. */
static void parsing(void)
{
    static const uint8_t text[] = "D=e\n# b\0c\n";
    const size_t len = sizeof text - 1;
    ltsp_conf *conf = NULL;
    ltsp_resolved *mine;
    ltsp_bytes bytes;

    CHECK(ltsp_conf_parse("some file", text, len, LTSP_FORMAT_BY_NAME, &conf, &error)
          == LTSP_INVALID_INPUT);
    CHECK(conf == NULL && has(ltsp_error_help(error), "ltsp_format"));
    ltsp_error_free(error);
    CHECK_OK(ltsp_conf_parse("some file", text, len, LTSP_FORMAT_SHELL, &conf, &error), error);
    bytes = ltsp_conf_to_bytes(conf);
    CHECK(bytes.len == len && memcmp(bytes.ptr, text, len) == 0 && bytes.ptr[len] == 0);
    mine = resolved(conf, NULL);
    CHECK(is(ltsp_resolved_get(mine, "D"), "e"));
    CHECK(is(ltsp_place_file(ltsp_origin_place(ltsp_entry_origin(ltsp_resolved_find(mine, "D")))),
             "some file"));
    ltsp_resolved_free(mine);
    CHECK_OK(ltsp_conf_set(conf, NULL, "D", "f", &error), error);
    CHECK(ltsp_conf_is_changed(conf) && strstr((const char *)ltsp_conf_diff(conf).ptr, "\n+D=f\n"));
    CHECK(ltsp_conf_save(conf, NULL, &error) == LTSP_INVALID_INPUT);
    CHECK(is(ltsp_error_path(error), "some file"));
    ltsp_error_free(error);
    ltsp_conf_free(conf);

    CHECK_OK(ltsp_conf_parse("/etc/lts.conf", NULL, 0, LTSP_FORMAT_BY_NAME, &conf, &error), error);
    CHECK(ltsp_conf_format(conf) == LTSP_FORMAT_LTS && ltsp_conf_setting_count(conf) == 0);
    ltsp_conf_free(conf);
}

/* Files that are no good: each says why. */
static void failing(void)
{
    ltsp_conf *conf = NULL;
    ltsp_client *client = ltsp_client_new();
    ltsp_resolved *mine = NULL;

    CHECK(ltsp_conf_open(below("/etc/none/lts.conf"), &conf, &error) == LTSP_NOT_FOUND);
    CHECK(conf == NULL && is(ltsp_error_path(error), below("/etc/none/lts.conf")));
    ltsp_error_free(error);
    CHECK(ltsp_conf_open(below("/etc/directory/lts.conf"), &conf, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_conf_open(below("/etc/passwd"), &conf, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_conf_open("", &conf, NULL) == LTSP_INVALID_INPUT && conf == NULL);
    CHECK(ltsp_conf_open_as("/no/root", "/etc/lts.conf", LTSP_FORMAT_LTS, &conf, NULL)
          == LTSP_NOT_FOUND);

    conf = opened("/etc/circle/lts.conf");
    CHECK(ltsp_client_set_host(client, "pc1", NULL) == LTSP_OK);
    CHECK(ltsp_conf_resolve(conf, client, &mine, &error) == LTSP_PARSE && mine == NULL);
    CHECK(ltsp_error_line(error) > 0 && has(ltsp_error_path(error), "circle"));
    ltsp_error_free(error);
    ltsp_conf_free(conf);
    ltsp_client_free(client);

    conf = opened("/etc/ltsp/image.excludes");
    CHECK(ltsp_conf_format(conf) == LTSP_FORMAT_EXCLUDES);
    CHECK(ltsp_conf_resolve(conf, NULL, &mine, NULL) == LTSP_INVALID_INPUT);
    ltsp_conf_free(conf);
}

/* Mistakes are found, said with their place, and mended where that is safe. */
static void checking(void)
{
    ltsp_conf *conf = opened("/etc/wrong/lts.conf");
    ltsp_diagnostics *found = NULL, *mended = NULL;
    const ltsp_diagnostic *one;
    size_t i, safe = 0, labels;

    CHECK_OK(ltsp_conf_check(conf, &found, &error), error);
    CHECK(ltsp_diagnostics_count(found) > 0);
    CHECK(ltsp_diagnostics_worst(found) == LTSP_SEVERITY_ERROR);
    for (i = 0; i < ltsp_diagnostics_count(found); i++) {
        one = ltsp_diagnostics_at(found, i);
        CHECK(strncmp((const char *)ltsp_diagnostic_code(one).ptr, "lts-", 4) == 0);
        CHECK(ltsp_diagnostic_message(one).len > 0);
        CHECK(ltsp_place_line(ltsp_diagnostic_place(one)) > 0);
        CHECK(has(ltsp_diagnostic_text(one), (const char *)ltsp_diagnostic_message(one).ptr));
        CHECK(has(ltsp_diagnostic_text(one),
                  ltsp_severity_name(ltsp_diagnostic_severity(one))));
        CHECK(!ltsp_diagnostic_is_safe(one) || ltsp_diagnostic_has_edits(one));
        CHECK(!ltsp_diagnostic_has_edits(one) || ltsp_diagnostic_mend(one).len > 0);
        safe += ltsp_diagnostic_is_safe(one);
        labels = ltsp_diagnostic_label_count(one);
        CHECK(ltsp_diagnostic_label_place(one, labels) == NULL);
        CHECK(ltsp_diagnostic_label_message(one, labels).ptr == NULL);
        if (labels > 0)
            CHECK(ltsp_place_line(ltsp_diagnostic_label_place(one, 0)) > 0
                  && ltsp_diagnostic_label_message(one, 0).len > 0);
    }
    CHECK(ltsp_diagnostics_at(found, i) == NULL);
    CHECK_OK(ltsp_conf_fix(conf, &mended, &error), error);
    CHECK((ltsp_diagnostics_count(mended) > 0) == ltsp_conf_is_changed(conf));
    CHECK((safe > 0) == ltsp_conf_is_changed(conf));
    ltsp_diagnostics_free(mended);
    /* They stay, whatever becomes of the document. */
    ltsp_conf_free(conf);
    CHECK(ltsp_diagnostic_text(ltsp_diagnostics_at(found, 0)).len > 0);
    ltsp_diagnostics_free(found);

    /* What some editors put in front. */
    CHECK_OK(ltsp_conf_parse("x", (const uint8_t *)"\xef\xbb\xbf[Default]\nSOUND = True\n", 26,
                             LTSP_FORMAT_LTS, &conf, &error), error);
    CHECK_OK(ltsp_conf_fix(conf, &mended, &error), error);
    CHECK(ltsp_diagnostics_count(mended) > 0 && is(ltsp_conf_to_bytes(conf),
                                                   "[Default]\nSOUND = True\n"));
    CHECK(ltsp_diagnostic_is_safe(ltsp_diagnostics_at(mended, 0)));
    ltsp_diagnostics_free(mended);
    ltsp_conf_free(conf);
}

/* All that is written, line by line. */
static void listing(void)
{
    ltsp_conf *conf = opened("/etc/ltsp/ltsp.conf");
    const ltsp_setting *setting;

    CHECK(ltsp_conf_section_count(conf) == 2 && ltsp_conf_setting_count(conf) == 2);
    CHECK(is(ltsp_conf_section(conf, 0), "clients") && is(ltsp_conf_section(conf, 1), "server"));
    CHECK(ltsp_place_line(ltsp_conf_section_place(conf, 1)) == 4);
    CHECK(ltsp_conf_section(conf, 2).ptr == NULL && ltsp_conf_section_place(conf, 2) == NULL);
    setting = ltsp_conf_setting(conf, 1);
    CHECK(is(ltsp_setting_section(setting), "server"));
    CHECK(is(ltsp_setting_key(setting), "TFTP_DIR"));
    CHECK(is(ltsp_setting_value(setting), "/srv/tftp"));
    CHECK(ltsp_place_line(ltsp_setting_place(setting)) == 5);
    CHECK(ltsp_place_offset(ltsp_setting_place(setting)) > 0);
    CHECK(ltsp_conf_setting(conf, 2) == NULL);
    ltsp_conf_free(conf);

    conf = opened("/etc/ltsp/ltsp-update-image.conf");
    CHECK(ltsp_setting_section(ltsp_conf_setting(conf, 0)).ptr == NULL);
    ltsp_conf_free(conf);
}

/* An lts.conf becomes an ltsp.conf, and every line is accounted for. */
static void converting(void)
{
    ltsp_conf *lts = opened("/etc/lts.conf"), *made = NULL;
    ltsp_conversion *conversion = NULL;
    const ltsp_converted *one;
    ltsp_bytes text;
    size_t i, open = 0, settings = 0;
    bool changed;

    CHECK_OK(ltsp_conf_convert(lts, &conversion, &error), error);
    CHECK(!ltsp_conf_is_changed(lts));
    CHECK(ltsp_conversion_stops_at(conversion) == NULL);
    CHECK(ltsp_conversion_count(conversion)
          == ltsp_conf_section_count(lts) + ltsp_conf_setting_count(lts));
    for (i = 0; i < ltsp_conversion_count(conversion); i++) {
        one = ltsp_conversion_at(conversion, i);
        CHECK(ltsp_converted_section(one).len > 0);
        CHECK(has(ltsp_place_file(ltsp_converted_place(one)), "/etc/lts.conf"));
        CHECK(ltsp_place_line(ltsp_converted_place(one)) > 0);
        CHECK(ltsp_converted_note(one).ptr != NULL);
        CHECK((ltsp_converted_to_key(one).ptr == NULL)
              == (ltsp_converted_to_section(one).ptr == NULL));
        settings += ltsp_converted_key(one).ptr != NULL;
        open += ltsp_converted_verdict(one) >= LTSP_VERDICT_CHANGED;
        CHECK(strcmp(ltsp_verdict_name(ltsp_converted_verdict(one)), "unknown") != 0);
        if (is(ltsp_converted_key(one), "SOUND"))
            CHECK(ltsp_converted_verdict(one) == LTSP_VERDICT_GONE
                  && ltsp_converted_note(one).len > 0 && ltsp_converted_to_key(one).ptr == NULL);
    }
    CHECK(settings == ltsp_conf_setting_count(lts));
    CHECK(open > 0 && open == ltsp_conversion_open(conversion));
    CHECK(ltsp_conversion_at(conversion, i) == NULL);

    /* Onto the disk, as every change. */
    text = ltsp_conversion_bytes(conversion);
    CHECK(has(text, "[clients]"));
    CHECK_OK(ltsp_conf_open_or_new(root, "/etc/made/ltsp.conf", LTSP_FORMAT_LTSP, &made, &error),
             error);
    CHECK_OK(ltsp_conf_set_bytes(made, text.ptr, text.len, &error), error);
    CHECK(is(ltsp_conf_to_bytes(made), (const char *)text.ptr));
    CHECK_OK(ltsp_conf_save(made, &changed, &error), error);
    CHECK(changed && holds("/etc/made/ltsp.conf", text));
    ltsp_conversion_free(conversion);

    CHECK(ltsp_conf_convert(made, &conversion, &error) == LTSP_INVALID_INPUT);
    CHECK(conversion == NULL && has(ltsp_error_path(error), "ltsp.conf"));
    ltsp_error_free(error);
    CHECK_OK(ltsp_conf_set_bytes(made, NULL, 0, &error), error);
    CHECK(is(ltsp_conf_to_bytes(made), ""));
    ltsp_conf_free(made);
    ltsp_conf_free(lts);

    /* Up to the mistake that ends the reading. */
    lts = opened("/etc/stops/lts.conf");
    CHECK_OK(ltsp_conf_convert(lts, &conversion, &error), error);
    CHECK(ltsp_place_line(ltsp_conversion_stops_at(conversion)) == 3);
    ltsp_conversion_free(conversion);
    ltsp_conf_free(lts);
}

static void menus(void)
{
    ltsp_conf *conf = opened("/srv/tftp/pxelinux.cfg/default"), *lts = opened("/etc/lts.conf");
    ltsp_pxe_file *file = NULL;
    ltsp_strings *names = NULL;
    ltsp_client *client = ltsp_client_new();
    ltsp_bytes value;
    bool changed;

    CHECK(ltsp_conf_section_count(conf) == 2 && is(ltsp_conf_section(conf, 1), "two"));
    CHECK_OK(ltsp_pxe_set_default(conf, "two", &error), error);
    CHECK_OK(ltsp_conf_get(conf, NULL, "default", &value, &error), error);
    CHECK(is(value, "two"));
    CHECK_OK(ltsp_pxe_set_ontimeout(conf, "one", &error), error);
    CHECK_OK(ltsp_conf_get(conf, NULL, "ontimeout", &value, &error), error);
    CHECK(is(value, "one"));
    CHECK(ltsp_pxe_set_default(conf, "tow", &error) == LTSP_NOT_FOUND);
    CHECK(has(ltsp_error_help(error), "two"));
    ltsp_error_free(error);

    CHECK_OK(ltsp_pxe_command_line(conf, "one", &value, &error), error);
    CHECK(is(value, "ro quiet root=/dev/nfs console=tty0 console=ttyS0"));
    CHECK_OK(ltsp_pxe_command_line(conf, "two", &value, &error), error);
    CHECK(is(value, ""));
    CHECK_OK(ltsp_pxe_parameter(conf, "one", "console", &value, &error), error);
    CHECK(is(value, "ttyS0"));
    CHECK_OK(ltsp_pxe_parameter(conf, "one", "quiet", &value, &error), error);
    CHECK(is(value, ""));
    CHECK_OK(ltsp_pxe_parameter(conf, "one", "splash", &value, &error), error);
    CHECK(value.ptr == NULL);
    CHECK(ltsp_pxe_parameter(conf, "three", "quiet", &value, NULL) == LTSP_NOT_FOUND);
    CHECK_OK(ltsp_pxe_set_parameter(conf, "one", "root", "/dev/nbd0", &error), error);
    CHECK_OK(ltsp_pxe_set_parameter(conf, "one", "splash", NULL, &error), error);
    CHECK_OK(ltsp_pxe_remove_parameter(conf, "one", "console", &changed, &error), error);
    CHECK(changed);
    CHECK_OK(ltsp_pxe_remove_parameter(conf, "one", "console", &changed, &error), error);
    CHECK(!changed);
    CHECK_OK(ltsp_pxe_command_line(conf, "one", &value, &error), error);
    CHECK(is(value, "ro quiet root=/dev/nbd0 splash"));
    CHECK(ltsp_pxe_set_parameter(conf, "one", "a b", "c", NULL) == LTSP_INVALID_INPUT);

    CHECK_OK(ltsp_pxe_file_for_mac(conf, "52:54:00:AB:CD:0F", "two", &file, &error), error);
    CHECK(is(ltsp_pxe_file_name(file), "01-52-54-00-ab-cd-0f"));
    CHECK(has(ltsp_pxe_file_content(file), "include pxelinux.cfg/default\n"));
    CHECK(has(ltsp_pxe_file_content(file), "default two\n"));
    ltsp_pxe_file_free(file);
    CHECK(ltsp_pxe_file_for_mac(conf, "no address", "two", &file, NULL) == LTSP_INVALID_INPUT);
    CHECK(file == NULL);
    CHECK(ltsp_pxe_file_for_mac(conf, "525400abcd0f", "three", &file, NULL) == LTSP_NOT_FOUND);

    CHECK(ltsp_client_set_mac(client, "525400abcd0f", NULL) == LTSP_OK);
    CHECK(ltsp_client_set_ip(client, "10.0.0.1", NULL) == LTSP_OK);
    CHECK(ltsp_client_set_uuid(client, "B8945908-D6A6-41A9-611D-74A6AB80B83D", NULL) == LTSP_OK);
    CHECK_OK(ltsp_pxe_search_order(client, &names, &error), error);
    CHECK(ltsp_strings_count(names) == 11);
    CHECK(is(ltsp_strings_at(names, 0), "b8945908-d6a6-41a9-611d-74a6ab80b83d"));
    CHECK(is(ltsp_strings_at(names, 1), "01-52-54-00-ab-cd-0f"));
    CHECK(is(ltsp_strings_at(names, 2), "0A000001"));
    CHECK(is(ltsp_strings_at(names, 10), "default"));
    ltsp_strings_free(names);
    ltsp_client_free(client);

    /* Another format has no labels. */
    CHECK(ltsp_pxe_set_default(lts, "one", &error) == LTSP_INVALID_INPUT);
    CHECK(has(ltsp_error_text(error), "lts.conf"));
    ltsp_error_free(error);
    CHECK(ltsp_pxe_set_ontimeout(lts, "one", NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_pxe_command_line(lts, "one", &value, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_pxe_parameter(lts, "one", "root", &value, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_pxe_set_parameter(lts, "one", "root", NULL, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_pxe_remove_parameter(lts, "one", "root", NULL, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_pxe_file_for_mac(lts, "525400abcd0f", "one", &file, NULL) == LTSP_INVALID_INPUT);
    ltsp_conf_free(lts);
    ltsp_conf_free(conf);
}

/* Reads everything that is lent, at once with others. */
static void *read_all(void *user_data)
{
    const ltsp_conf *conf = (const ltsp_conf *)user_data;
    ltsp_bytes value;
    size_t i;

    for (i = 0; i < 50; i++) {
        ltsp_resolved *mine = NULL;
        CHECK(ltsp_conf_get(conf, "Default", "LANG", &value, NULL) == LTSP_OK);
        CHECK(is(value, "de_DE.UTF-8"));
        CHECK(ltsp_conf_get(conf, "Default", "lang", &value, NULL) == LTSP_OK);
        CHECK(is(ltsp_setting_value(ltsp_conf_setting(conf, 0)), "gnome")
              || is(ltsp_setting_value(ltsp_conf_setting(conf, 0)), "lxde"));
        CHECK(is(ltsp_conf_section(conf, 0), "Default"));
        CHECK(ltsp_conf_to_bytes(conf).len > 100 && is(ltsp_conf_diff(conf), ""));
        CHECK(ltsp_conf_resolve(conf, NULL, &mine, NULL) == LTSP_OK);
        ltsp_resolved_free(mine);
    }
    return NULL;
}

static void sharing(void)
{
    ltsp_conf *conf = opened("/etc/lts.conf");
    pthread_t threads[4];
    size_t i;

    for (i = 0; i < 4; i++)
        CHECK(pthread_create(&threads[i], NULL, read_all, conf) == 0);
    for (i = 0; i < 4; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    ltsp_conf_free(conf);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    root = argv[1];
    resolving();
    including();
    resolving_others();
    limits();
    clients_that_are_none();
    parsing();
    failing();
    checking();
    listing();
    sharing();
    menus();
    converting();
    changing();
    beginning();
    return 0;
}
