/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an advisor has found out of the names of addresses, remembered for a
 * while: an address costs the time that the DNS takes once, however often its
 * client asks.  It grants nothing: the module asks the DNS itself.
 */
#ifndef HELPER_ADVISOR_LOOKUPS_H
#define HELPER_ADVISOR_LOOKUPS_H

#include <stddef.h>
#include <stdint.h>

#include "policy/hosts.h"
#include "status/address.h"

#define LOOKUPS_MS  30000
#define LOOKUPS_MAX 256 /* then the oldest is forgotten */

struct lookup {
	/* The address, or where the DNS was silent its source: all addresses
	 * of an IPv6 network are in the same silent zone. */
	uint8_t ip[16];
	int64_t until_ms;
	struct stssl_hosts hosts;
};

/* All zero is empty. */
struct lookups {
	struct lookup list[LOOKUPS_MAX];
	size_t count;
	size_t next; /* the oldest, or the first empty place */
};

/* The names that are remembered at `now_ms`; all zero when there are none. */
struct stssl_hosts lookups_find(const struct lookups *lookups,
    const struct stssl_address *address, int64_t now_ms);

/* Remember it, unless nobody was asked. */
void lookups_keep(struct lookups *lookups, const struct stssl_address *address,
    const struct stssl_hosts *hosts, int64_t now_ms);

#endif
