/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The first bytes of a link's connections, stssl-link(7): what the Server says
 * on one for a session, and the Edge in front of TLS on one for data.
 */
#ifndef HELPER_WORKER_LINK_HELLO_H
#define HELPER_WORKER_LINK_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/proof.h"

#define LINK_VERSION      1
#define LINK_DIGEST_BYTES 32 /* SHA-256 of a policy */

/* Signature, version, flags, six zeroes, session, nonce, digest. */
#define LINK_HELLO_BYTES (8 + 1 + 1 + 6 + 8 + PROOF_NONCE_BYTES + 32)

/* Which policy a side judges by: what `stsslctl digest` shows. */
struct link_digest {
	bool is_known;
	uint8_t bytes[LINK_DIGEST_BYTES]; /* zero when it is not */
};

struct link_hello {
	uint64_t session; /* the Server's; never 0 */
	bool has_nonce;   /* false: the Server has none to give */
	uint8_t nonce[PROOF_NONCE_BYTES];
	struct link_digest digest; /* of the Server's policy */
};

void link_hello_write(
    const struct link_hello *hello, uint8_t ret[static LINK_HELLO_BYTES]);

/* False when it is none, or one of another version; *ret is untouched then. */
bool link_hello_read(
    const uint8_t bytes[static LINK_HELLO_BYTES], struct link_hello *ret);

/* In front of a connection for data, in clear: whose data it is for. */
#define LINK_ROUTE_BYTES 16
/* It begins with this, and TLS does with another byte. */
#define LINK_ROUTE_FIRST 'S'

void link_route_write(uint64_t session, uint8_t ret[static LINK_ROUTE_BYTES]);

/* False when it is none. */
bool link_route_read(
    const uint8_t bytes[static LINK_ROUTE_BYTES], uint64_t *ret_session);

/* Eight bytes in network order. */
void link_put64(uint64_t number, uint8_t ret[static 8]);
uint64_t link_get64(const uint8_t bytes[static 8]);

#endif
