/*
 * Everything that a program asks about images, below a scratch root.
 *
 *     images ROOT
 */
#include <ltsp.h>

#include "check.h"

int main(int argc, char **argv)
{
    ltsp_images *images = NULL;
    ltsp_error *error = NULL;
    const ltsp_image *image;
    size_t i, chroots = 0, squashed = 0, broken = 0;

    CHECK(argc == 2);
    CHECK_OK(ltsp_images_list(argv[1], &images, &error), error);
    CHECK(ltsp_images_at(images, ltsp_images_count(images)) == NULL);
    CHECK(has(ltsp_images_text(images), "i386"));
    for (i = 0; i < ltsp_images_count(images); i++) {
        image = ltsp_images_at(images, i);
        CHECK(ltsp_image_generation(image) == LTSP_GENERATION_5);
        CHECK(has(ltsp_image_json(image), "\"kind\":"));
        switch (ltsp_image_kind(image)) {
        case LTSP_KIND_CHROOT:
            chroots++;
            CHECK(is(ltsp_image_path(image), "/opt/ltsp/i386"));
            CHECK(ltsp_image_size(image) == 0);
            CHECK(ltsp_image_compression(image).ptr == NULL);
            break;
        case LTSP_KIND_SQUASHFS:
            squashed++;
            if (is(ltsp_image_name(image), "broken")) {
                broken++;
                CHECK(ltsp_image_problem_count(image) > 0);
                CHECK(has(ltsp_error_path(ltsp_image_problem(image, 0)), "broken.img"));
                CHECK(ltsp_image_problem(image, 1000) == NULL);
                CHECK(ltsp_image_architecture(image).ptr == NULL);
            }
            break;
        default:
            break;
        }
    }
    CHECK(chroots == 1 && squashed == 2 && broken == 1);
    ltsp_images_free(images);

    /* By a file's name it is that one alone. */
    CHECK_OK(ltsp_images_named(argv[1], "i386", &images, &error), error);
    CHECK(ltsp_images_count(images) == 2);
    ltsp_images_free(images);
    CHECK_OK(ltsp_images_named(argv[1], "i386.img", &images, &error), error);
    CHECK(ltsp_images_count(images) == 1);
    image = ltsp_images_at(images, 0);
    CHECK(is(ltsp_image_name(image), "i386"));
    CHECK(is(ltsp_image_path(image), "/opt/ltsp/images/i386.img"));
    CHECK(!ltsp_image_is_backup(image));
    CHECK(ltsp_image_size(image) > 600);
    CHECK(ltsp_image_modified(image) > 1600000000);
    CHECK(is(ltsp_image_architecture(image), "i386"));
    CHECK(is(ltsp_image_os(image), "Ubuntu 18.04.6 LTS"));
    CHECK(is(ltsp_image_compression(image), "gzip"));
    CHECK(ltsp_image_kernel_count(image) == 2);
    CHECK(is(ltsp_image_kernel(image, 0), "4.15.0-29-generic"));
    CHECK(is(ltsp_image_kernel(image, 1), "4.15.0-9-generic"));
    CHECK(ltsp_image_kernel(image, 2).ptr == NULL);
    CHECK(ltsp_image_package_count(image) == 2);
    CHECK(is(ltsp_image_package_version(image, "ltsp-client"), "5.18.07-1"));
    CHECK(is(ltsp_image_package_version(image, "base-files:i386"), "10.1"));
    CHECK(ltsp_image_package_version(image, "base-files:amd64").ptr == NULL);
    CHECK(ltsp_image_package_version(image, "ltsp").ptr == NULL);
    CHECK(ltsp_image_package_version(image, NULL).ptr == NULL);
    CHECK(ltsp_image_served_count(image) == 1);
    CHECK(has(ltsp_image_served(image, 0), "nbd: "));
    CHECK(has(ltsp_image_served(image, 0), "/etc/nbd-server/conf.d/ltsp_i386.conf:2"));
    CHECK(ltsp_image_served(image, 1).ptr == NULL);
    CHECK(ltsp_image_problem_count(image) == 0);
    CHECK(has(ltsp_image_json(image), "\"version\":\"5.18.07-1\""));
    CHECK(has(ltsp_image_text(image), "Ubuntu 18.04.6 LTS"));
    /* What was answered once is answered again, from the same place. */
    CHECK(ltsp_image_json(image).ptr == ltsp_image_json(image).ptr);
    ltsp_images_free(images);

    CHECK(ltsp_images_named(argv[1], "amd64", &images, &error) == LTSP_NOT_FOUND);
    CHECK(images == NULL && has(ltsp_error_text(error), "amd64"));
    ltsp_error_free(error);
    CHECK(ltsp_images_list("/no/such/root", &images, NULL) == LTSP_NOT_FOUND && images == NULL);
    return 0;
}
