/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What works, and may not be meant.
 */
#ifndef SETUP_WARNINGS_H
#define SETUP_WARNINGS_H

#include "setup/config.h"

/*
 * Call `warn` for each thing in helper.conf that an administrator may not have
 * meant.  `error` says it with file and line, and is valid during the call.
 */
void config_warn(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner);

#endif
