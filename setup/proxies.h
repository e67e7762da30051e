/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a listener takes everybody for a proxy.
 */
#ifndef SETUP_PROXIES_H
#define SETUP_PROXIES_H

#include "setup/config.h"

/*
 * Call `warn` for each listener whose accept-proxy has all addresses: then
 * every client can say which address it has.  `error` says so with file and
 * line, and is valid during the call.
 */
void config_warn_of_proxies(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner);

#endif
