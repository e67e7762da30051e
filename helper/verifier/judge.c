/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One order is kept here: the nonce first, which is cheap; then whether the
 * client's keys are so large that their use is an attack; then signatures; and
 * the chain last.
 */
#include <config.h>
#include "helper/verifier/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/verifier/clients.h"
#include "helper/verifier/messages.h"
#include "helper/verifier/transcript.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/verify.h"

/* A certificate of ours. */
struct server {
	struct server *next;
	struct gnutls_pubkey_st *key;
	uint8_t name[KEY_NAME];
	size_t len;
	uint8_t der[];
};

struct judge {
	struct server *servers;
	struct clients *clients;
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
	judge->clients = clients_new();
	if (judge->clients == NULL) {
		free(judge);
		return NULL;
	}
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
	if (!key_name_of(der, len, server->name) ||
	    transcript_key((struct slice){ server->der, len }, &server->key) <
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
		transcript_key_free(server->key);
		free(server);
	}
	judge->clients = clients_free(judge->clients);
	free(judge);
	return NULL;
}

/* Our certificate that the handshake shows; NULL: none. */
static const struct server *
find_server(const struct judge *judge, const struct slice *leaf)
{
	const struct server *s = judge->servers;

	while (s != NULL && (s->len != leaf->len ||
				memcmp(s->der, leaf->at, leaf->len) != 0))
		s = s->next;
	return s;
}

static const char *
verify_server(const struct judge *judge, const struct messages *m,
    const uint8_t tag[static KEY_TAG])
{
	const struct transcript_terms terms = { judge->algorithms,
		judge->count };
	const struct server *s = find_server(judge, &m->server_leaf);
	struct transcript_server server;

	if (s == NULL)
		return "a handshake of another server";
	server = (struct transcript_server){ s->key, s->name, tag };
	return transcript_verify_server(m, &terms, &server);
}

static const char *
verify_client(const struct judge *judge, const struct messages *m,
    const struct client *client)
{
	const struct transcript_terms terms = { judge->algorithms,
		judge->count };

	return client->key == NULL
		   ? "a certificate without a usable key"
		   : transcript_verify_client(m, &terms, client->key);
}

/* The certificates, one after another. */
static void
copy_chain(struct messages m, struct finding *ret)
{
	struct slice certificate;

	ret->der_len = 0;
	/* What is longer is no good chain, and is not asked about. */
	while (messages_next_certificate(&m, &certificate) &&
	       certificate.len <= sizeof ret->der - ret->der_len) {
		memcpy(
		    ret->der + ret->der_len, certificate.at, certificate.len);
		ret->der_len += certificate.len;
	}
}

static int
copy_record(const struct stssl_record *from, struct stssl_record *ret)
{
	stssl_record_init(ret);
	ret->text = malloc(from->len);
	if (ret->text == NULL)
		return -ENOMEM;
	memcpy(ret->text, from->text, from->len);
	ret->len = ret->size = from->len;
	return 0;
}

/* The words of the record count: a name in it may be a fault of its own. */
static int
describe(const struct client *client, struct finding *ret)
{
	const char *verify;
	int r;

	stssl_record_init(&ret->record);
	r = x509_describe(client->chain, ret->failure, &ret->record);
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

/* A good certificate is always described in the same words. */
static int
describe_or_copy(struct client *client, struct finding *ret)
{
	int r;

	if (ret->failure == STSSL_FAILURE_NONE && client->record.len > 0)
		return copy_record(&client->record, &ret->record);
	r = describe(client, ret);
	/* Out of memory it is described again next time. */
	if (r == 0 && ret->failure == STSSL_FAILURE_NONE)
		(void)copy_record(&ret->record, &client->record);
	return r;
}

static const char *
judge_chain(
    const struct x509_store *store, struct client *client, struct finding *ret)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };

	ret->failure = x509_verify_kept(store, client->chain, &terms);
	ret->good_until = x509_chain_until(client->chain);
	return describe_or_copy(client, ret) < 0
		   ? "its certificate has no record"
		   : NULL;
}

static const char *
judge_client(const struct judge *judge, const struct x509_store *store,
    const struct messages *m, const uint8_t tag[static KEY_TAG],
    struct finding *ret)
{
	struct client *client = clients_take(judge->clients, m);
	const char *why = NULL;

	if (client == NULL)
		return "out of memory";
	if (client->is_huge)
		why = "a key that is too large";
	if (why == NULL)
		why = verify_server(judge, m, tag);
	if (why == NULL)
		why = verify_client(judge, m, client);
	if (why == NULL)
		why = judge_chain(store, client, ret);
	if (why == NULL)
		copy_chain(*m, ret);
	clients_give(judge->clients, client,
	    why == NULL && ret->failure == STSSL_FAILURE_NONE);
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
	return judge_client(judge, store, &m, request->tag, ret);
}
