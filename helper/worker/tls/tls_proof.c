/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets ServerHello.random and records.  GnuTLS would mark a random number of
 * its own against downgrades (RFC 8446 4.1.3), but one that it is given it
 * takes as it is: the marks are ours to set.
 */
#include <config.h>
#include "helper/worker/tls/tls_proof.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/buffer.h"
#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/tls_inside.h"

#define RANDOM  32
#define TLS_1_2 0x0303
#define TLS_1_3 0x0304
#define HEADER  4
/* A client's Certificate message without a certificate, in either version. */
#define EMPTY_CHAIN 4

_Static_assert(PROOF_MAX <= BUFFER_RELAY_SIZE, "the messages fit");

static const unsigned char mark_1_2[RANDOM - PROOF_NONCE_BYTES] = "DOWNGRD\1";

static bool
does(const struct tls *tls, gnutls_protocol_t version)
{
	const unsigned *list;
	int count =
	    gnutls_priority_protocol_list(tls->context->priority, &list);

	for (int i = 0; i < count; i++)
		if (list[i] == (unsigned)version)
			return true;
	return false;
}

/* Is it in supported_versions, RFC 8446 4.2.1? */
static bool
is_offered(const unsigned char *list, unsigned len, unsigned version)
{
	for (unsigned i = 1; i + 1 < len; i += 2)
		if ((list[i] << 8 | list[i + 1]) == (int)version)
			return true;
	return false;
}

/* Which of the two it will be; 0 for neither. */
static unsigned
negotiate(const struct tls *tls, unsigned legacy, const unsigned char *versions,
    unsigned len)
{
	bool has_1_3 = does(tls, GNUTLS_TLS1_3);

	if (has_1_3 && is_offered(versions, len, TLS_1_3))
		return TLS_1_3;
	if (!does(tls, GNUTLS_TLS1_2) || legacy < TLS_1_2 ||
	    (has_1_3 && len > 0 && !is_offered(versions, len, TLS_1_2)))
		return 0;
	return TLS_1_2;
}

/* Of a second ClientHello, too: GnuTLS forgets it when a ticket comes. */
static bool
set_random(struct tls *tls)
{
	struct tls_proof *p = &tls->proof;
	unsigned char bytes[RANDOM];
	const gnutls_datum_t random = { bytes, sizeof bytes };

	memcpy(bytes, p->nonce.bytes, PROOF_NONCE_BYTES);
	memcpy(bytes + PROOF_NONCE_BYTES, mark_1_2, sizeof mark_1_2);
	if ((p->expects_1_3 || !does(tls, GNUTLS_TLS1_3)) &&
	    gnutls_rnd(GNUTLS_RND_NONCE, bytes + PROOF_NONCE_BYTES,
		sizeof mark_1_2) < 0)
		return false;
	return gnutls_handshake_set_random(tls->session, &random) >= 0;
}

void
tls_proof_begin(struct tls *tls, const unsigned char *hello, unsigned len,
    const unsigned char *versions, unsigned versions_len)
{
	struct tls_proof *p = &tls->proof;
	unsigned version;

	if (!p->is_wanted || len < 2)
		return;
	if (!p->has_nonce) {
		version = negotiate(tls, (unsigned)(hello[0] << 8 | hello[1]),
		    versions, versions_len);
		if (version == 0 ||
		    (!p->is_foreign &&
			!prover_take(tls->context->prover, &p->nonce))) {
			p->is_wanted = false;
			return;
		}
		p->expects_1_3 = version == TLS_1_3;
		p->messages = buffer_take(BUFFER_RELAY);
	}
	p->has_nonce = set_random(tls);
	p->is_wanted = p->has_nonce;
}

static void
forget(struct tls_proof *p)
{
	p->messages = buffer_give(BUFFER_RELAY, p->messages);
}

static void
keep(
    struct tls_proof *p, unsigned type, const unsigned char *body, unsigned len)
{
	struct buffer *b = p->messages;

	if (b->end + HEADER + len > PROOF_MAX) {
		forget(p);
		return;
	}
	b->bytes[b->end++] = (uint8_t)type;
	b->bytes[b->end++] = (uint8_t)(len >> 16);
	b->bytes[b->end++] = (uint8_t)(len >> 8);
	b->bytes[b->end++] = (uint8_t)len;
	memcpy(b->bytes + b->end, body, len);
	b->end += len;
}

/* The signature in this message was made just now. */
static void
keep_tag(struct tls *tls)
{
	memcpy(tls->proof.tag, keyremote_tag(tls->context->keys),
	    sizeof tls->proof.tag);
}

static bool
is_as_expected(const struct tls *tls)
{
	return gnutls_protocol_get_version(tls->session) ==
	       (tls->proof.expects_1_3 ? GNUTLS_TLS1_3 : GNUTLS_TLS1_2);
}

int
tls_proof_add(struct tls *tls, unsigned type, bool incoming,
    const unsigned char *body, unsigned len)
{
	struct tls_proof *p = &tls->proof;

	if (p->has_nonce && !incoming &&
	    type == GNUTLS_HANDSHAKE_SERVER_HELLO && !is_as_expected(tls))
		return GNUTLS_E_INTERNAL_ERROR;
	if (p->messages == NULL || p->is_whole ||
	    type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC)
		return 0;
	if (type == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST)
		type = GNUTLS_HANDSHAKE_SERVER_HELLO;
	if (incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT &&
	    len <= EMPTY_CHAIN)
		forget(p);
	else
		keep(p, type, body, len);
	if (!incoming && tls->context->keys != NULL &&
	    (type == GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY ||
		type == GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE))
		keep_tag(tls);
	p->is_whole = incoming && type == GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY;
	return 0;
}

void
tls_use_nonce(struct tls *tls, const uint8_t nonce[PROOF_NONCE_BYTES])
{
	tls->proof.is_foreign = true;
	memcpy(tls->proof.nonce.bytes, nonce, PROOF_NONCE_BYTES);
}

int
tls_proof_copy(const struct tls *tls, uint8_t **ret, size_t *ret_len)
{
	const struct buffer *b = tls->proof.messages;
	uint8_t *copy;

	if (b == NULL || !tls->proof.is_whole)
		return -ENOENT;
	copy = malloc(b->end);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, b->bytes, b->end);
	*ret = copy;
	*ret_len = b->end;
	return 0;
}

int
tls_prove(struct tls *tls, uint64_t session)
{
	struct buffer *messages = tls->proof.messages;

	if (messages == NULL || !tls->proof.is_whole)
		return -ENOENT;
	tls->proof.messages = NULL;
	return prover_give(tls->context->prover, session, &tls->proof.nonce,
	    tls->proof.tag, messages);
}

void
tls_proof_done(struct tls_proof *p)
{
	forget(p);
}
