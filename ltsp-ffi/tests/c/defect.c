/* Does wrong on purpose: what watches the other programs must see it. */
#include <ltsp.h>

#include "check.h"

int main(void)
{
    ltsp_error *error = NULL;

    CHECK(ltsp_home_reset_new((ltsp_policy)0, &error) == NULL);
#ifdef USE_AFTER_FREE
    {
        const uint8_t *text = ltsp_error_text(error).ptr;
        ltsp_error_free(error);
        return text[0] == 0;
    }
#endif
#ifdef LEAK
    error = NULL;
    return has(ltsp_error_text(error), "x");
#endif
}
