/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links between Edge and Server in helper.conf: the rules that need more than
 * one key, and what an administrator may not have meant.
 */
#ifndef SETUP_LINKS_H
#define SETUP_LINKS_H

#include "setup/config.h"

/*
 * Check the section link, and the listeners that have to do with links.
 * Returns 0; or -EBADMSG with error->text "file:line: what".
 */
int config_check_links(
    const struct helper_config *config, struct stssl_error *error);

/*
 * Call `warn` for each thing about tls = link that may not be meant: limits per
 * address that are made for clients, an address that everybody reaches, no
 * edge-certificate.  `error` says it with file and line, and is valid during
 * the call.
 */
void config_warn_of_links(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner);

#endif
