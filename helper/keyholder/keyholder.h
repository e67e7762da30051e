/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder role: has the private keys, and signs with them what workers
 * need for handshakes.  Opens no file once it has begun, and knows nothing of
 * clients.
 */
#ifndef HELPER_KEYHOLDER_KEYHOLDER_H
#define HELPER_KEYHOLDER_KEYHOLDER_H

#include "setup/config.h"

/* A token may be slow, but not for ever. */
#define KEYHOLDER_LOAD_SECONDS 10

/*
 * Load the keys, say to the monitor how that went (MESSAGE_LOADED), and serve
 * the lines that it sends (MESSAGE_KEYS), until `channel` has ended and so has
 * every line.  Called in a process of its own, as the helper's user.  Returns
 * the exit status.
 */
int keyholder_main(const struct helper_config *config, int channel);

#endif
