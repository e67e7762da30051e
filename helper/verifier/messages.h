/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes the messages of a TLS handshake apart, RFC 8446 and RFC 5246.  They are
 * hostile: nothing is read beyond their end, nothing of them sizes memory, and
 * there is one order in which they may come.
 */
#ifndef HELPER_VERIFIER_MESSAGES_H
#define HELPER_VERIFIER_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some of the bytes that were given. */
struct slice {
	const uint8_t *at;
	size_t len;
};

/* CertificateVerify, and the end of ServerKeyExchange. */
struct signature {
	uint16_t algorithm; /* SignatureScheme */
	struct slice bytes;
};

/* The messages that all handshakes with a client's certificate have. */
struct messages {
	bool is_1_3; /* or 1.2 */
	uint16_t suite;
	struct slice first_hello;   /* of the client, when a retry follows */
	struct slice rest;          /* all, or all behind the first one */
	struct slice client_random; /* of the last ClientHello */
	struct slice server_random;
	struct slice server_leaf; /* DER */
	struct slice client_list; /* for messages_next_certificate() */
	size_t server_mark;       /* bytes of `rest` before its signature */
	size_t client_mark;       /* ... the client's */
	struct slice params;      /* TLS 1.2: what the server has signed */
	struct signature by_server, by_client;
};

/*
 * All messages from the first ClientHello to the client's CertificateVerify,
 * with their headers, one behind the other.  Returns NULL and *ret, which
 * points into `bytes`; or what is wrong, a constant.
 */
const char *messages_parse(
    const uint8_t *bytes, size_t len, struct messages *ret);

/* The client's next certificate in DER; false when there is none. */
bool messages_next_certificate(struct messages *m, struct slice *ret);

#endif
