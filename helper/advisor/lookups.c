/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A ring.  It is short, so that a walk along it costs nothing beside a question
 * to the DNS.
 */
#include <config.h>
#include "helper/advisor/lookups.h"

#include <string.h>

#include "helper/base/source.h"

static bool
is_about(const struct lookup *l, const struct stssl_address *address)
{
	uint8_t source[16];

	if (!l->hosts.is_silent)
		return memcmp(l->ip, address->ip, sizeof l->ip) == 0;
	client_source(address, source);
	return memcmp(l->ip, source, sizeof l->ip) == 0;
}

struct stssl_hosts
lookups_find(const struct lookups *lookups, const struct stssl_address *address,
    int64_t now_ms)
{
	for (size_t i = 0; i < lookups->count; i++) {
		const struct lookup *l = &lookups->list[i];

		if (l->until_ms > now_ms && is_about(l, address))
			return l->hosts;
	}
	return (struct stssl_hosts){ .asked = false };
}

void
lookups_keep(struct lookups *lookups, const struct stssl_address *address,
    const struct stssl_hosts *hosts, int64_t now_ms)
{
	struct lookup *l = &lookups->list[lookups->next];

	/* Names that are remembered already are not kept for longer. */
	if (!hosts->asked || lookups_find(lookups, address, now_ms).asked)
		return;
	memcpy(l->ip, address->ip, sizeof l->ip);
	if (hosts->is_silent)
		client_source(address, l->ip);
	l->hosts = *hosts;
	l->until_ms = now_ms + LOOKUPS_MS;
	lookups->next = (lookups->next + 1) % LOOKUPS_MAX;
	if (lookups->count < LOOKUPS_MAX)
		lookups->count++;
}
