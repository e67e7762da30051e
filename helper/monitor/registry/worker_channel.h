/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What workers tell the monitor, checked and put into the registry.  A worker
 * is believed about its own sessions only, and not about their clients.
 */
#ifndef HELPER_MONITOR_REGISTRY_WORKER_CHANNEL_H
#define HELPER_MONITOR_REGISTRY_WORKER_CHANNEL_H

#include "helper/monitor/registry/worker_sessions.h"

/*
 * Take what lies in the channel, or `most` of it.  Stops after more messages
 * than the channel could hold when the call began, so that nobody who writes
 * without end keeps us here.
 * Returns 0; -EPIPE at the end of the channel; -EBADMSG for a message that no
 * worker in its senses sends, which is logged.
 */
int worker_channel_drain(struct worker_channel *in);

/* What a channel's buffer has to be for the promise above. */
#define WORKER_CHANNEL_BYTES (256 * 1024)

#endif
