/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the sessions that a worker's messages are about.
 */
#ifndef HELPER_MONITOR_REGISTRY_WORKER_SESSIONS_H
#define HELPER_MONITOR_REGISTRY_WORKER_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/monitor/wiring.h"

/* A worker's ring and channel; all is borrowed. */
struct worker_channel {
	struct monitor *monitor;
	const void *worker; /* as the registry knows it */
	bool is_older;      /* it may verify by an older generation's lists */
	struct ring *ring;
	int channel;
	unsigned most; /* messages to take; 0: all that lie there */
	bool looks;    /* has its channel ended? */
	int fd;        /* that came with the message at hand; or -1 */
	size_t heard;  /* messages of the channel */
	size_t closed; /* out: grows by the sessions that ended */
	bool has_more; /* out: not all was taken */
};

/* NULL unless the session is this worker's. */
struct session_entry *worker_session(
    const struct worker_channel *in, uint64_t session);

const struct listen_config *worker_session_listener(
    const struct worker_channel *in, const struct session_entry *entry);

/* Is it known whose session it is, where somebody else has to say it? */
bool worker_session_is_introduced(
    const struct worker_channel *in, const struct session_entry *entry);

#endif
