/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The source of a client.
 */
#include <config.h>
#include "helper/base/source.h"

#include <string.h>

#define IPV6_NETWORK_BYTES 8

void
client_source(const struct stssl_address *peer, uint8_t ret[static 16])
{
	memset(ret, 0, sizeof peer->ip);
	memcpy(ret, peer->ip,
	    stssl_address_is_ipv4(peer) ? sizeof peer->ip : IPV6_NETWORK_BYTES);
}
