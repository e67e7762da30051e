/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper.conf, parsed and checked as a whole.
 */
#ifndef SETUP_CONFIG_READ_H
#define SETUP_CONFIG_READ_H

#include "setup/config.h"

/*
 * Tell a mistake in `key` of the tls section that was found after
 * config_read(): fills error->text with "file:line: " and `text`, which may be
 * error->text itself; returns -EBADMSG.
 */
int config_tls_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error);

/* The same in the section link. */
int config_link_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error);

/* The same of a key, by the number that it has in the keyholder. */
int config_key_error(const struct helper_config *config, size_t number,
    const char *text, struct stssl_error *error);

/*
 * Read and check `path`, down to whether the named files can be read.  What
 * needs GnuTLS (does the key fit?) is checked by tls_context_new().
 * Returns 0 and *ret, to be freed by config_free(); or a negative errno with
 * error->text "file:line: what".
 */
int config_read(
    const char *path, struct helper_config **ret, struct stssl_error *error);

/* Takes NULL.  Returns NULL. */
struct helper_config *config_free(struct helper_config *config);

#endif
