/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The messages of a handshake as a worker hands them in that an attacker
 * controls: any bytes.  What is taken for parts of them lies within them, and
 * in order; signatures are looked at with the keys that they name themselves.
 */
#include <config.h>
#include "helper/base/keytag.h"
#include "helper/verifier/transcript.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static const unsigned algorithms[] = { GNUTLS_SIGN_RSA_SHA256,
	GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_SIGN_ECDSA_SHA256,
	GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_EDDSA_ED25519,
	GNUTLS_SIGN_EDDSA_ED448 };
static const struct transcript_terms terms = { algorithms,
	sizeof algorithms / sizeof algorithms[0] };

struct input {
	const uint8_t *data;
	size_t size;
};

static void
check_inside(const struct input *all, const struct slice *part)
{
	check(part->len <= all->size && part->at >= all->data &&
	      part->at + part->len <= all->data + all->size);
}

static void
check_messages(const struct input *all, const struct messages *m)
{
	const struct slice *const parts[] = { &m->rest, &m->client_random,
		&m->server_random, &m->server_leaf, &m->client_list,
		&m->by_server.bytes, &m->by_client.bytes };

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_inside(all, parts[i]);
	check(m->client_random.len == 32 && m->server_random.len == 32);
	check(m->server_leaf.len > 0 && m->client_list.len > 0);
	check(m->server_mark < m->client_mark && m->client_mark < m->rest.len);
	check(m->first_hello.len + m->rest.len == all->size);
	if (!m->is_1_3)
		check_inside(all, &m->params);
}

/* Keys of this size take longer than a fuzzer waits. */
#define BITS_MAX 4096

static bool
take_key(struct slice der, gnutls_pubkey_t *ret)
{
	unsigned bits = 0;

	if (transcript_key(der, ret) < 0)
		return false;
	(void)gnutls_pubkey_get_pk_algorithm(*ret, &bits);
	if (bits <= BITS_MAX)
		return true;
	gnutls_pubkey_deinit(*ret);
	return false;
}

static void
look_at_signatures(struct messages *m)
{
	struct slice leaf;
	gnutls_pubkey_t key;

	if (take_key(m->server_leaf, &key)) {
		const uint8_t name[KEY_NAME] = { 0 }, tag[KEY_TAG] = { 0 };
		const struct transcript_server server = { key, name, tag };

		(void)transcript_verify_server(m, &terms, &server);
		gnutls_pubkey_deinit(key);
	}
	check(messages_next_certificate(m, &leaf));
	if (take_key(leaf, &key)) {
		(void)transcript_verify_client(m, &terms, key);
		gnutls_pubkey_deinit(key);
	}
	while (messages_next_certificate(m, &leaf))
		check(leaf.len > 0);
	check(m->client_list.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct input all = { data, size };
	struct messages m;

	if (messages_parse(data, size, &m) != NULL)
		return 0;
	check_messages(&all, &m);
	look_at_signatures(&m);
	return 0;
}
