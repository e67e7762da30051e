/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's process has the private keys, and signs with them what
 * workers need for handshakes.  It opens no file once it has begun, and knows
 * nothing of clients.
 */
#ifndef HELPER_KEYHOLDER_KEYHOLDER_H
#define HELPER_KEYHOLDER_KEYHOLDER_H

#include "setup/config.h"

/* Time for loading the keys: a token may be slow. */
#define KEYHOLDER_LOAD_SECONDS 10

/*
 * Load the keys, tell the monitor the result (MESSAGE_LOADED), and serve the
 * lines that it sends (MESSAGE_KEYS) until `channel` and every line have ended.
 * To be called in a process of its own, as the helper's user.  Returns the exit
 * status.
 */
int keyholder_main(const struct helper_config *config, int channel);

#endif
