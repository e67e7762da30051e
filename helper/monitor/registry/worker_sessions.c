/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/monitor/registry/worker_sessions.h"

struct session_entry *
worker_session(const struct worker_channel *in, uint64_t session)
{
	struct session_entry *entry =
	    registry_find(in->monitor->registry, session);

	return entry != NULL && entry->of->owner == in->worker ? entry : NULL;
}

const struct listen_config *
worker_session_listener(
    const struct worker_channel *in, const struct session_entry *entry)
{
	return &in->monitor->generation->config->listeners[entry->listener];
}

bool
worker_session_is_introduced(
    const struct worker_channel *in, const struct session_entry *entry)
{
	return worker_session_listener(in, entry)->tls == LISTEN_LINK
		   ? entry->origin == ORIGIN_LINK
		   : entry->origin != ORIGIN_AWAITED;
}
