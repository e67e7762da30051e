/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for an address in a list of patterns.
 */
#include <config.h>
#include "setup/networks.h"

#include <string.h>

bool
networks_has(const struct networks *n, const struct stssl_address *a)
{
	for (size_t i = 0; i < n->count; i++)
		if (stssl_pattern_has(&n->list[i], a))
			return true;
	return false;
}

/* A network that has the first address and the last has all between them. */
bool
networks_has_all(const struct networks *n)
{
	struct stssl_address ends[2][2];

	(void)stssl_ip_parse("0.0.0.0", &ends[0][0]);
	(void)stssl_ip_parse("255.255.255.255", &ends[0][1]);
	memset(&ends[1][0], 0, sizeof ends[1][0]);
	memset(&ends[1][1], 0xff, sizeof ends[1][1]);
	for (size_t i = 0; i < n->count; i++)
		for (size_t family = 0; family < 2; family++)
			if (stssl_pattern_has(&n->list[i], &ends[family][0]) &&
			    stssl_pattern_has(&n->list[i], &ends[family][1]))
				return true;
	return false;
}
