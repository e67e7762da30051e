/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one header with which an Edge says whose session it passes on: PROXY,
 * version 2, with private values as stssl-link(7) has them.
 */
#ifndef HELPER_WORKER_LINK_HEADER_H
#define HELPER_WORKER_LINK_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/worker/link/hello.h"
#include "status/address.h"

/* Its length is a number of two bytes, which does not count the first 16. */
#define LINK_HEADER_MAX (16 + 65535)

struct link_header {
	struct stssl_address client, local; /* the Edge's connection */
	uint64_t session;                   /* of the HELLO that it answers */
	struct link_digest digest;          /* of the Edge's policy */
	const char *record; /* strings as helper/worker/link/record.h has */
	size_t record_len;  /* 0: the client has no TLS */
	/* All messages of its handshake, if it has shown a certificate. */
	const uint8_t *proof;
	size_t proof_len;
};

/*
 * Write it.  0, and the caller frees *ret; -E2BIG when it has no room for the
 * proof; -ENOMEM.
 */
int link_header_write(
    const struct link_header *header, uint8_t **ret, size_t *ret_len);

/*
 * Read the header at the beginning of `bytes`.  NULL, and *ret_len is its
 * length: *ret points into `bytes`; or 0 when all bytes belong to a header that
 * is not complete yet.  Otherwise what is wrong, a word for the log.  The
 * caller sees whether the session is the right one, and ends the connection if
 * anything is wrong.
 */
const char *link_header_read(
    const uint8_t *bytes, size_t len, size_t *ret_len, struct link_header *ret);

#endif
