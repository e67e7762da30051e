/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A ring: a source that there is no room for takes the place of the oldest.
 */
#include <config.h>
#include "helper/monitor/registry/told.h"

#include <string.h>

#include "helper/base/source.h"

bool
told_is_new(struct told *told, const struct stssl_address *peer, int64_t now_ms)
{
	uint8_t ip[16];

	client_source(peer, ip);
	for (size_t i = 0; i < TOLD_SOURCES; i++)
		if (told->list[i].until_ms > now_ms &&
		    memcmp(told->list[i].ip, ip, sizeof ip) == 0)
			return false;
	memcpy(told->list[told->next].ip, ip, sizeof ip);
	told->list[told->next].until_ms = now_ms + TOLD_MS;
	told->next = (told->next + 1) % TOLD_SOURCES;
	return true;
}
