/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One order is kept here: the nonce first, which is cheap; then whether the
 * client's keys are so large that their use is an attack; then signatures; and
 * the chain last.
 */
#include <config.h>
#include "helper/verifier/judge.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "helper/verifier/messages.h"
#include "helper/verifier/transcript.h"
#include "x509/chain.h"
#include "x509/checks.h"
#include "x509/leaf.h"
#include "x509/verify.h"

/* A certificate of ours. */
struct server {
	struct server *next;
	gnutls_pubkey_t key;
	size_t len;
	uint8_t der[];
};

struct judge {
	struct server *servers;
	unsigned seconds;
	size_t count;
	unsigned algorithms[];
};

struct judge *
judge_new(const unsigned *algorithms, size_t count, unsigned seconds)
{
	struct judge *judge =
	    calloc(1, sizeof *judge + count * sizeof *algorithms);

	if (judge == NULL)
		return NULL;
	judge->seconds = seconds;
	judge->count = count;
	memcpy(judge->algorithms, algorithms, count * sizeof *algorithms);
	return judge;
}

int
judge_add_server(struct judge *judge, const void *der, size_t len)
{
	struct server *server = malloc(sizeof *server + len);

	if (server == NULL)
		return -ENOMEM;
	memcpy(server->der, der, len);
	server->len = len;
	if (transcript_key((struct slice){ server->der, len }, &server->key) <
	    0) {
		free(server);
		return -EBADMSG;
	}
	server->next = judge->servers;
	judge->servers = server;
	return 0;
}

struct judge *
judge_free(struct judge *judge)
{
	struct server *server;

	if (judge == NULL)
		return NULL;
	while ((server = judge->servers) != NULL) {
		judge->servers = server->next;
		gnutls_pubkey_deinit(server->key);
		free(server);
	}
	free(judge);
	return NULL;
}

/* The key of our certificate that the handshake shows; NULL: of none. */
static gnutls_pubkey_t
key_of_server(const struct judge *judge, const struct slice *leaf)
{
	const struct server *s = judge->servers;

	while (s != NULL && (s->len != leaf->len ||
				memcmp(s->der, leaf->at, leaf->len) != 0))
		s = s->next;
	return s == NULL ? NULL : s->key;
}

static const char *
verify_server(const struct judge *judge, const struct messages *m)
{
	const struct transcript_terms terms = { judge->algorithms,
		judge->count };
	gnutls_pubkey_t key = key_of_server(judge, &m->server_leaf);

	return key == NULL ? "a handshake of another server"
			   : transcript_verify_server(m, &terms, key);
}

static const char *
verify_client(
    const struct judge *judge, const struct messages *m, struct slice leaf)
{
	const struct transcript_terms terms = { judge->algorithms,
		judge->count };
	const char *why;
	gnutls_pubkey_t key;

	if (transcript_key(leaf, &key) < 0)
		return "a certificate without a usable key";
	why = transcript_verify_client(m, &terms, key);
	gnutls_pubkey_deinit(key);
	return why;
}

/* The leaf, and all of them as a chain; NULL when out of memory. */
static struct x509_chain *
gather(struct messages *m, struct slice *ret_leaf, struct finding *ret)
{
	struct x509_chain *chain = x509_chain_new();
	struct slice certificate;
	bool is_first = true;

	ret->der_len = 0;
	while (chain != NULL && messages_next_certificate(m, &certificate)) {
		x509_chain_add(chain, certificate.at, certificate.len);
		if (is_first)
			*ret_leaf = certificate;
		is_first = false;
		/* What is longer is no good chain, and is not asked about. */
		if (certificate.len <= sizeof ret->der - ret->der_len) {
			memcpy(ret->der + ret->der_len, certificate.at,
			    certificate.len);
			ret->der_len += certificate.len;
		}
	}
	return chain;
}

/* The words of the record count: a name in it may be a fault of its own. */
static int
describe(const struct x509_chain *chain, struct finding *ret)
{
	const char *verify;
	int r;

	stssl_record_init(&ret->record);
	r = x509_describe(chain, ret->failure, &ret->record);
	verify = stssl_record_get(&ret->record, STSSL_KEY_SSL_CLIENT_VERIFY);
	if (r < 0 || verify == NULL) {
		stssl_record_done(&ret->record);
		return r < 0 ? r : -EIO;
	}
	if (ret->failure == STSSL_FAILURE_NONE &&
	    strcmp(verify, "SUCCESS") != 0)
		ret->failure = STSSL_FAILURE_BAD_NAME;
	return 0;
}

static const char *
judge_chain(const struct x509_store *store, const struct x509_chain *chain,
    struct finding *ret)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };

	ret->failure = x509_verify(store, chain, &terms);
	ret->good_until = x509_chain_until(chain);
	return describe(chain, ret) < 0 ? "its certificate has no record"
					: NULL;
}

static const char *
judge_client(const struct judge *judge, const struct x509_store *store,
    struct messages *m, struct finding *ret)
{
	struct slice leaf = { NULL, 0 };
	struct x509_chain *chain = gather(m, &leaf, ret);
	const char *why = NULL;

	if (chain == NULL)
		return "out of memory";
	/* GnuTLS would have to compute with it. */
	if ((x509_key_faults(leaf.at, leaf.len) & X509_KEY_HUGE) != 0)
		why = "a key that is too large";
	if (why == NULL)
		why = verify_server(judge, m);
	if (why == NULL)
		why = verify_client(judge, m, leaf);
	if (why == NULL)
		why = judge_chain(store, chain, ret);
	(void)x509_chain_free(chain);
	return why;
}

const char *
judge_handshake(const struct judge *judge, const struct x509_store *store,
    struct nonces *nonces, const struct proof_request *request,
    const uint8_t *bytes, struct finding *ret)
{
	struct messages m;
	const char *why = messages_parse(bytes, request->len, &m);

	if (why != NULL)
		return why;
	ret->is_foreign = request->type == PROOF_FOREIGN;
	if (!ret->is_foreign &&
	    !nonces_spend(nonces, request, m.server_random.at, judge->seconds))
		return "a nonce that is used, too old, or not this worker's";
	ret->is_1_3 = m.is_1_3;
	return judge_client(judge, store, &m, ret);
}
