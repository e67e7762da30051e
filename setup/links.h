/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links between Edge and Server in helper.conf: the rules that need more than
 * one key.
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

#endif
