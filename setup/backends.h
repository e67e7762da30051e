/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whether a listener's backend is where only root can be.
 */
#ifndef SETUP_BACKENDS_H
#define SETUP_BACKENDS_H

#include "setup/config.h"

/*
 * Call `warn` for each listener whose backend has a loopback port that every
 * local user may bind (ip_unprivileged_port_start in ip(7)): while the backend
 * is away, such a user gets its clients' passwords.  `error` says so with file
 * and line, and is valid during the call.
 */
void config_warn_of_backends(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner);

#endif
