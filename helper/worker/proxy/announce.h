/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The header of the PROXY protocol, version 2, that tells a backend who its
 * client is, and what TLS there is with it.
 */
#ifndef HELPER_WORKER_PROXY_ANNOUNCE_H
#define HELPER_WORKER_PROXY_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/address.h"

/* What fits the smallest segment, so that it arrives in one piece. */
#define PROXY_ANNOUNCE_MAX 536

/* NULL, also for a text of more than 128 bytes: it is not said. */
struct proxy_announcement {
	const struct stssl_address *source, *destination;
	const char *version; /* of TLS, "TLSv1.3"; NULL: in clear */
	const char *cipher;
	bool has_certificate; /* the client does */
	bool is_resumed;      /* and has shown it on an earlier connection */
	bool is_verified;     /* its chain is good */
	const char *name;     /* its CN, said only when it is verified */
};

/* Write it; returns its length. */
size_t proxy_announce(
    const struct proxy_announcement *a, uint8_t ret[static PROXY_ANNOUNCE_MAX]);

#endif
