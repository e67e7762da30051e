/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of addresses and networks in helper.conf.
 */
#ifndef SETUP_NETWORKS_H
#define SETUP_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/pattern.h"

struct networks {
	struct stssl_pattern *list; /* no host names */
	size_t count;
};

/* True when the address, whatever its port, is in one of them. */
bool networks_has(const struct networks *n, const struct stssl_address *a);

/* True when one of them has all IPv4 addresses, or all IPv6 addresses. */
bool networks_has_all(const struct networks *n);

#endif
