/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks workers' messages, and puts them into the registry.  A worker
 * is believed about its own sessions only, and not about their clients.
 */
#ifndef HELPER_MONITOR_REGISTRY_WORKER_CHANNEL_H
#define HELPER_MONITOR_REGISTRY_WORKER_CHANNEL_H

#include "helper/monitor/registry/worker_sessions.h"

/*
 * Take what lies in the ring, or `most` of it, and what is in the channel in
 * the places that the ring has for it.  Stops where the ring ended when the
 * call began, so that nobody who writes without end keeps us here.
 * Returns 0; -EBADMSG for a message that no worker in its senses sends, which
 * is logged; -EPIPE at the end of the channel, which is only seen if it `looks`
 * there, when all is taken that was said before.
 */
int worker_channel_drain(struct worker_channel *in);

/* For how much the buffer of a process's channel is made. */
#define WORKER_CHANNEL_BYTES (256 * 1024)

#endif
