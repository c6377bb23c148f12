/* Gives NULL wherever there is a pointer, to what is about configuration and images. */
#include <ltsp.h>

#include "check.h"

/* A function that can fail: NULL is named in the message, with and without a place for it. */
#define REFUSED(name, call_with)                                                        \
    do {                                                                                \
        ltsp_error *error = NULL;                                                       \
        CHECK(call_with(NULL) == LTSP_INVALID_INPUT);                                   \
        CHECK(call_with(&error) == LTSP_INVALID_INPUT);                                 \
        CHECK(is(ltsp_error_message(error), "\"" name "\" is NULL"));                   \
        ltsp_error_free(error);                                                         \
    } while (0)

/* The same with an output that held rubbish: it is cleared whatever else is wrong. */
#define REFUSED_AND_CLEARED(name, output, call_with)                                    \
    do {                                                                                \
        memset(&output, 0xff, sizeof output);                                           \
        REFUSED(name, call_with);                                                       \
        CHECK(output == NULL);                                                          \
    } while (0)

static void nothing(ltsp_bytes bytes)
{
    CHECK(bytes.ptr == NULL && bytes.len == 0);
}

static ltsp_conf *lts, *pxe;
static ltsp_conf *conf;
static ltsp_resolved *resolved;
static ltsp_diagnostics *diagnostics;
static ltsp_follow_ups *follow_ups;
static ltsp_strings *strings;
static ltsp_pxe_file *file;
static ltsp_images *images;
static ltsp_conversion *conversion;

static ltsp_conf *parsed(const char *text, ltsp_format format)
{
    ltsp_error *error = NULL;
    CHECK_OK(ltsp_conf_parse("some", (const uint8_t *)text, strlen(text), format, &conf, &error),
             error);
    return conf;
}

static void opening(void)
{
#define CALL(e) ltsp_conf_open(NULL, &conf, e)
    REFUSED_AND_CLEARED("file_path", conf, CALL);
#undef CALL
#define CALL(e) ltsp_conf_open("/etc/lts.conf", NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_open_as(NULL, NULL, LTSP_FORMAT_LTS, &conf, e)
    REFUSED_AND_CLEARED("file_path", conf, CALL);
#undef CALL
#define CALL(e) ltsp_conf_open_as("/", "/etc/lts.conf", LTSP_FORMAT_LTS, NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_open_or_new(NULL, NULL, LTSP_FORMAT_LTS, &conf, e)
    REFUSED_AND_CLEARED("file_path", conf, CALL);
#undef CALL
#define CALL(e) ltsp_conf_open_or_new("/", "/etc/lts.conf", LTSP_FORMAT_LTS, NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_parse(NULL, NULL, 0, LTSP_FORMAT_LTS, &conf, e)
    REFUSED_AND_CLEARED("name", conf, CALL);
#undef CALL
#define CALL(e) ltsp_conf_parse("lts.conf", NULL, 1, LTSP_FORMAT_LTS, &conf, e)
    REFUSED_AND_CLEARED("text", conf, CALL);
#undef CALL
#define CALL(e) ltsp_conf_parse("lts.conf", NULL, 0, LTSP_FORMAT_LTS, NULL, e)
    REFUSED("conf", CALL);
#undef CALL
}

static void documents(void)
{
    ltsp_bytes value;

#define CALL(e) ltsp_conf_get(NULL, NULL, "K", &value, e)
    memset(&value, 0xff, sizeof value);
    REFUSED("conf", CALL);
    nothing(value);
#undef CALL
#define CALL(e) ltsp_conf_get(lts, NULL, NULL, &value, e)
    REFUSED("key", CALL);
#undef CALL
#define CALL(e) ltsp_conf_get(lts, NULL, "K", NULL, e)
    REFUSED("value", CALL);
#undef CALL
#define CALL(e) ltsp_conf_set(NULL, NULL, "K", "v", e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_set(lts, NULL, NULL, "v", e)
    REFUSED("key", CALL);
#undef CALL
#define CALL(e) ltsp_conf_set(lts, NULL, "K", NULL, e)
    REFUSED("value", CALL);
#undef CALL
#define CALL(e) ltsp_conf_set_bytes(NULL, NULL, 0, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_set_bytes(lts, NULL, 1, e)
    REFUSED("text", CALL);
#undef CALL
#define CALL(e) ltsp_conf_convert(NULL, &conversion, e)
    REFUSED_AND_CLEARED("conf", conversion, CALL);
#undef CALL
#define CALL(e) ltsp_conf_convert(lts, NULL, e)
    REFUSED("conversion", CALL);
#undef CALL
#define LINES(function)                                                                 \
    do {                                                                                \
        bool changed;                                                                   \
        memset(&changed, 1, sizeof changed);                                            \
        CHECK(function(NULL, NULL, "K", &changed, NULL) == LTSP_INVALID_INPUT);         \
        CHECK(!changed);                                                                \
        CHECK(function(NULL, NULL, "K", NULL, NULL) == LTSP_INVALID_INPUT);             \
        CHECK(function(lts, NULL, NULL, NULL, NULL) == LTSP_INVALID_INPUT);             \
        CHECK(function(lts, "Default", "NO_SUCH_NAME", NULL, NULL) == LTSP_OK);         \
    } while (0)
    LINES(ltsp_conf_unset);
    LINES(ltsp_conf_comment_out);
    LINES(ltsp_conf_uncomment);
#define CALL(e) ltsp_conf_add_section(NULL, "pc1", NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_conf_add_section(lts, NULL, NULL, e)
    REFUSED("section", CALL);
#undef CALL
#define CALL(e) ltsp_conf_fix(NULL, &diagnostics, e)
    REFUSED_AND_CLEARED("conf", diagnostics, CALL);
#undef CALL
#define CALL(e) ltsp_conf_fix(lts, NULL, e)
    REFUSED("mended", CALL);
#undef CALL
#define CALL(e) ltsp_conf_check(NULL, &diagnostics, e)
    REFUSED_AND_CLEARED("conf", diagnostics, CALL);
#undef CALL
#define CALL(e) ltsp_conf_check(lts, NULL, e)
    REFUSED("diagnostics", CALL);
#undef CALL
#define CALL(e) ltsp_conf_resolve(NULL, NULL, &resolved, e)
    REFUSED_AND_CLEARED("conf", resolved, CALL);
#undef CALL
#define CALL(e) ltsp_conf_resolve(lts, NULL, NULL, e)
    REFUSED("resolved", CALL);
#undef CALL
#define CALL(e) ltsp_conf_follow_ups(NULL, &follow_ups, e)
    REFUSED_AND_CLEARED("conf", follow_ups, CALL);
#undef CALL
#define CALL(e) ltsp_conf_follow_ups(lts, NULL, e)
    REFUSED("follow_ups", CALL);
#undef CALL
#define CALL(e) ltsp_conf_save(NULL, NULL, e)
    REFUSED("conf", CALL);
#undef CALL

    nothing(ltsp_conf_path(NULL));
    CHECK(ltsp_conf_format(NULL) == LTSP_FORMAT_BY_NAME);
    nothing(ltsp_conf_to_bytes(NULL));
    nothing(ltsp_conf_diff(NULL));
    CHECK(!ltsp_conf_is_changed(NULL));
    CHECK(ltsp_conf_section_count(NULL) == 0);
    nothing(ltsp_conf_section(NULL, 0));
    CHECK(ltsp_conf_section_place(NULL, 0) == NULL);
    CHECK(ltsp_conf_setting_count(NULL) == 0);
    CHECK(ltsp_conf_setting(NULL, 0) == NULL);
    nothing(ltsp_setting_section(NULL));
    nothing(ltsp_setting_key(NULL));
    nothing(ltsp_setting_value(NULL));
    CHECK(ltsp_setting_place(NULL) == NULL);

    /* Behind the end. */
    nothing(ltsp_conf_section(lts, 1000));
    CHECK(ltsp_conf_section_place(lts, (size_t)-1) == NULL);
    CHECK(ltsp_conf_setting(lts, (size_t)-1) == NULL);
}

static void clients(void)
{
    ltsp_client *client;

/* A setting without its string is remembered: what the client is used for fails. */
#define STRING(name, function)                                                          \
    do {                                                                                \
        ltsp_error *error = NULL;                                                       \
        CHECK(function(NULL, "x", NULL) == LTSP_INVALID_INPUT);                         \
        client = ltsp_client_new();                                                     \
        CHECK(function(client, NULL, &error) == LTSP_INVALID_INPUT);                    \
        CHECK(is(ltsp_error_message(error), "\"" name "\" is NULL"));                   \
        ltsp_error_free(error);                                                         \
        CHECK(ltsp_conf_resolve(lts, client, &resolved, &error) == LTSP_INVALID_INPUT); \
        CHECK(is(ltsp_error_message(error), "\"" name "\" is NULL"));                   \
        CHECK(resolved == NULL);                                                        \
        ltsp_error_free(error);                                                         \
        ltsp_client_free(client);                                                       \
    } while (0)
    STRING("host", ltsp_client_set_host);
    STRING("ip", ltsp_client_set_ip);
    STRING("mac", ltsp_client_set_mac);
    STRING("uuid", ltsp_client_set_uuid);
    STRING("applet", ltsp_client_set_applet);
    STRING("name", ltsp_client_set_user);
    CHECK(ltsp_client_set_server(NULL, true, NULL) == LTSP_INVALID_INPUT);
}

static void menus(void)
{
    ltsp_bytes value;

#define CALL(e) ltsp_pxe_set_default(NULL, "one", e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_default(pxe, NULL, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_ontimeout(NULL, "one", e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_ontimeout(pxe, NULL, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_command_line(NULL, "one", &value, e)
    memset(&value, 0xff, sizeof value);
    REFUSED("conf", CALL);
    nothing(value);
#undef CALL
#define CALL(e) ltsp_pxe_command_line(pxe, NULL, &value, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_command_line(pxe, "one", NULL, e)
    REFUSED("line", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_parameter(NULL, "one", "root", &value, e)
    memset(&value, 0xff, sizeof value);
    REFUSED("conf", CALL);
    nothing(value);
#undef CALL
#define CALL(e) ltsp_pxe_parameter(pxe, NULL, "root", &value, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_parameter(pxe, "one", NULL, &value, e)
    REFUSED("name", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_parameter(pxe, "one", "root", NULL, e)
    REFUSED("value", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_parameter(NULL, "one", "root", NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_parameter(pxe, NULL, "root", NULL, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_set_parameter(pxe, "one", NULL, NULL, e)
    REFUSED("name", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_remove_parameter(NULL, "one", "root", NULL, e)
    REFUSED("conf", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_remove_parameter(pxe, NULL, "root", NULL, e)
    REFUSED("label", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_remove_parameter(pxe, "one", NULL, NULL, e)
    REFUSED("name", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_file_for_mac(NULL, "52:54:00:12:34:56", "one", &file, e)
    REFUSED_AND_CLEARED("conf", file, CALL);
#undef CALL
#define CALL(e) ltsp_pxe_file_for_mac(pxe, NULL, "one", &file, e)
    REFUSED_AND_CLEARED("mac", file, CALL);
#undef CALL
#define CALL(e) ltsp_pxe_file_for_mac(pxe, "52:54:00:12:34:56", NULL, &file, e)
    REFUSED_AND_CLEARED("label", file, CALL);
#undef CALL
#define CALL(e) ltsp_pxe_file_for_mac(pxe, "52:54:00:12:34:56", "one", NULL, e)
    REFUSED("made", CALL);
#undef CALL
#define CALL(e) ltsp_pxe_search_order(NULL, NULL, e)
    REFUSED("file_names", CALL);
#undef CALL
    nothing(ltsp_pxe_file_name(NULL));
    nothing(ltsp_pxe_file_content(NULL));
    CHECK(ltsp_strings_count(NULL) == 0);
    nothing(ltsp_strings_at(NULL, 0));
}

static void lists(void)
{
    ltsp_image *image = NULL;

#define CALL(e) ltsp_limits_effective("/", NULL, &resolved, e)
    REFUSED_AND_CLEARED("user", resolved, CALL);
#undef CALL
#define CALL(e) ltsp_limits_effective(NULL, "root", NULL, e)
    REFUSED("resolved", CALL);
#undef CALL
#define CALL(e) ltsp_images_list(NULL, NULL, e)
    REFUSED("images", CALL);
#undef CALL
#define CALL(e) ltsp_images_named(NULL, NULL, &images, e)
    REFUSED_AND_CLEARED("name", images, CALL);
#undef CALL
#define CALL(e) ltsp_images_named(NULL, "i386", NULL, e)
    REFUSED("images", CALL);
#undef CALL

    nothing(ltsp_place_file(NULL));
    CHECK(ltsp_place_line(NULL) == 0);
    CHECK(ltsp_place_column(NULL) == 0);
    CHECK(ltsp_place_offset(NULL) == 0);
    CHECK(ltsp_place_length(NULL) == 0);
    CHECK(ltsp_origin_place(NULL) == NULL);
    nothing(ltsp_origin_section(NULL));
    nothing(ltsp_origin_rule(NULL));
    nothing(ltsp_origin_text(NULL));

    nothing(ltsp_resolved_get(NULL, "K"));
    CHECK(!ltsp_resolved_is_true(NULL, "K"));
#define CALL(e) ltsp_resolved_on_screen(NULL, 7, &resolved, e)
    REFUSED_AND_CLEARED("resolved", resolved, CALL);
#undef CALL
    CHECK(ltsp_resolved_find(NULL, "K") == NULL);
    CHECK(ltsp_resolved_count(NULL) == 0);
    CHECK(ltsp_resolved_at(NULL, 0) == NULL);
    CHECK(ltsp_resolved_exemption(NULL) == NULL);
    nothing(ltsp_entry_key(NULL));
    nothing(ltsp_entry_value(NULL));
    CHECK(ltsp_entry_origin(NULL) == NULL);
    CHECK(ltsp_entry_hidden_count(NULL) == 0);
    nothing(ltsp_entry_hidden_value(NULL, 0));
    CHECK(ltsp_entry_hidden_origin(NULL, 0) == NULL);

    CHECK(ltsp_diagnostics_count(NULL) == 0);
    CHECK(ltsp_diagnostics_worst(NULL) == LTSP_SEVERITY_NONE);
    CHECK(ltsp_diagnostics_at(NULL, 0) == NULL);
    nothing(ltsp_diagnostic_code(NULL));
    CHECK(ltsp_diagnostic_severity(NULL) == LTSP_SEVERITY_NONE);
    nothing(ltsp_diagnostic_message(NULL));
    CHECK(ltsp_diagnostic_place(NULL) == NULL);
    nothing(ltsp_diagnostic_text(NULL));
    nothing(ltsp_diagnostic_mend(NULL));
    CHECK(!ltsp_diagnostic_has_edits(NULL));
    CHECK(!ltsp_diagnostic_is_safe(NULL));
    CHECK(ltsp_diagnostic_label_count(NULL) == 0);
    CHECK(ltsp_diagnostic_label_place(NULL, 0) == NULL);
    nothing(ltsp_diagnostic_label_message(NULL, 0));

    nothing(ltsp_conversion_bytes(NULL));
    CHECK(ltsp_conversion_count(NULL) == 0);
    CHECK(ltsp_conversion_open(NULL) == 0);
    CHECK(ltsp_conversion_stops_at(NULL) == NULL);
    CHECK(ltsp_conversion_at(NULL, 0) == NULL);
    CHECK(ltsp_converted_place(NULL) == NULL);
    nothing(ltsp_converted_section(NULL));
    nothing(ltsp_converted_key(NULL));
    CHECK(ltsp_converted_verdict(NULL) == LTSP_VERDICT_NONE);
    nothing(ltsp_converted_to_section(NULL));
    nothing(ltsp_converted_to_key(NULL));
    nothing(ltsp_converted_note(NULL));

    CHECK(ltsp_follow_ups_count(NULL) == 0);
    CHECK(ltsp_follow_ups_at(NULL, 0) == NULL);
    nothing(ltsp_follow_up_command(NULL));
    nothing(ltsp_follow_up_why(NULL));
    CHECK(!ltsp_follow_up_disturbs(NULL));

    CHECK(ltsp_images_count(NULL) == 0);
    CHECK(ltsp_images_at(NULL, 0) == NULL);
    nothing(ltsp_images_text(NULL));
    nothing(ltsp_image_name(image));
    CHECK(ltsp_image_kind(image) == LTSP_KIND_NONE);
    CHECK(ltsp_image_generation(image) == LTSP_GENERATION_NONE);
    CHECK(!ltsp_image_is_backup(image));
    nothing(ltsp_image_path(image));
    CHECK(ltsp_image_size(image) == 0);
    CHECK(ltsp_image_modified(image) == 0);
    nothing(ltsp_image_architecture(image));
    nothing(ltsp_image_os(image));
    nothing(ltsp_image_compression(image));
    CHECK(ltsp_image_kernel_count(image) == 0);
    nothing(ltsp_image_kernel(image, 0));
    CHECK(ltsp_image_package_count(image) == 0);
    nothing(ltsp_image_package_version(image, "ltsp-client"));
    CHECK(ltsp_image_served_count(image) == 0);
    nothing(ltsp_image_served(image, 0));
    CHECK(ltsp_image_problem_count(image) == 0);
    CHECK(ltsp_image_problem(image, 0) == NULL);
    nothing(ltsp_image_json(image));
    nothing(ltsp_image_text(image));
}

/* Numbers that are no constants. */
static void numbers(void)
{
    ltsp_error *error = NULL;

    CHECK(ltsp_conf_parse("x", NULL, 0, (ltsp_format)7, &conf, &error) == LTSP_INVALID_INPUT);
    CHECK(is(ltsp_error_message(error), "7 is no format") && conf == NULL);
    ltsp_error_free(error);
    CHECK(ltsp_conf_open_as(NULL, "/x", (ltsp_format)7, &conf, NULL) == LTSP_INVALID_INPUT);
    CHECK(ltsp_conf_open_or_new(NULL, "/x", (ltsp_format)7, &conf, NULL) == LTSP_INVALID_INPUT);

    CHECK(strcmp(ltsp_format_name(LTSP_FORMAT_PXE), "pxe") == 0);
    CHECK(strcmp(ltsp_format_name((ltsp_format)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_severity_name(LTSP_SEVERITY_WARNING), "warning") == 0);
    CHECK(strcmp(ltsp_severity_name((ltsp_severity)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_verdict_name(LTSP_VERDICT_KEPT), "kept") == 0);
    CHECK(strcmp(ltsp_verdict_name((ltsp_verdict)1000), "unknown") == 0);
    CHECK(strcmp(ltsp_kind_name(LTSP_KIND_SQUASHFS), "squashfs") == 0);
    CHECK(strcmp(ltsp_kind_name((ltsp_kind)1000), "unknown") == 0);
}

int main(void)
{
    lts = parsed("[Default]\nLDM_SESSION=mate\n", LTSP_FORMAT_LTS);
    pxe = parsed("label one\nkernel vmlinuz\nappend root=/dev/nfs\n", LTSP_FORMAT_PXE);

    opening();
    documents();
    clients();
    menus();
    lists();
    numbers();

    CHECK(ltsp_conf_resolve(lts, NULL, &resolved, NULL) == LTSP_OK);
    nothing(ltsp_resolved_get(resolved, NULL));
    CHECK(!ltsp_resolved_is_true(resolved, NULL));
    CHECK(ltsp_resolved_find(resolved, NULL) == NULL);
    CHECK(is(ltsp_resolved_get(resolved, "LDM_SESSION"), "mate"));
    CHECK(ltsp_resolved_on_screen(resolved, 7, NULL, NULL) == LTSP_INVALID_INPUT);
    ltsp_resolved_free(resolved);
    CHECK(!ltsp_conf_is_changed(lts) && !ltsp_conf_is_changed(pxe));

    CHECK(ltsp_pxe_search_order(NULL, &strings, NULL) == LTSP_OK);
    CHECK(ltsp_strings_count(strings) == 1 && is(ltsp_strings_at(strings, 0), "default"));
    nothing(ltsp_strings_at(strings, 1));
    ltsp_strings_free(strings);

    ltsp_conf_free(lts);
    ltsp_conf_free(pxe);
    ltsp_conf_free(NULL);
    ltsp_conversion_free(NULL);
    ltsp_client_free(NULL);
    ltsp_resolved_free(NULL);
    ltsp_diagnostics_free(NULL);
    ltsp_follow_ups_free(NULL);
    ltsp_pxe_file_free(NULL);
    ltsp_strings_free(NULL);
    ltsp_images_free(NULL);
    return 0;
}
