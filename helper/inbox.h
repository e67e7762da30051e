/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What workers tell the monitor, checked and put into the registry.  A worker
 * is believed about its own sessions only, and not about their clients.
 */
#ifndef HELPER_INBOX_H
#define HELPER_INBOX_H

#include <stddef.h>

#include "helper/config.h"
#include "helper/registry.h"

/*
 * Take what lies in `channel`, whose worker is known to the registry as
 * `owner`; *closed grows by the sessions that ended.  Stops after more messages
 * than the channel could hold when the call began, so that nobody who writes
 * without end keeps us here.
 * Returns 0; -EPIPE at the end of the channel; -EBADMSG for a message that no
 * worker in its senses sends, which is logged.
 */
int inbox_drain(struct registry *registry, const struct helper_config *config,
    const void *owner, int channel, size_t *closed);

/* What a channel's buffer has to be for the promise above. */
#define INBOX_CHANNEL_BYTES (256 * 1024)

#endif
