/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Few, in the order in which they came, and found by all of their bytes: to
 * compare is cheaper than to take apart.
 */
#include <config.h>
#include "helper/verifier/clients.h"

#include <stdlib.h>
#include <string.h>

#include "helper/verifier/transcript.h"
#include "x509/chain.h"
#include "x509/checks.h"

#define KEPT 64
/* Of a list in a handshake; larger ones are not kept. */
#define KEPT_BYTES 8192

/* With the bytes that it was made of, and how they are to be read. */
struct entry {
	struct client client; /* first: it is one */
	bool is_kept, is_1_3;
	size_t len;
	uint8_t list[KEPT_BYTES];
};

struct clients {
	struct entry *kept[KEPT];
	unsigned next;
};

static struct entry *
entry_of(struct client *client)
{
	return (struct entry *)(void *)client;
}

static void
end(struct entry *e)
{
	if (e == NULL)
		return;
	(void)x509_chain_free(e->client.chain);
	transcript_key_free(e->client.key);
	stssl_record_done(&e->client.record);
	free(e);
}

struct clients *
clients_new(void)
{
	return calloc(1, sizeof(struct clients));
}

struct clients *
clients_free(struct clients *clients)
{
	if (clients == NULL)
		return NULL;
	for (size_t i = 0; i < KEPT; i++)
		end(clients->kept[i]);
	free(clients);
	return NULL;
}

static struct entry *
find(const struct clients *clients, const struct messages *m)
{
	for (size_t i = 0; i < KEPT && clients->kept[i] != NULL; i++) {
		struct entry *e = clients->kept[i];

		if (e->is_1_3 == m->is_1_3 && e->len == m->client_list.len &&
		    memcmp(e->list, m->client_list.at, e->len) == 0)
			return e;
	}
	return NULL;
}

static void
take_apart(struct client *c, struct messages m)
{
	struct slice certificate;
	bool is_first = true;

	while (messages_next_certificate(&m, &certificate)) {
		x509_chain_add(c->chain, certificate.at, certificate.len);
		if (!is_first)
			continue;
		is_first = false;
		c->is_huge = (x509_key_faults(certificate.at, certificate.len) &
				 X509_KEY_HUGE) != 0;
		if (!c->is_huge && transcript_key(certificate, &c->key) < 0)
			c->key = NULL;
	}
}

struct client *
clients_take(struct clients *clients, const struct messages *m)
{
	struct entry *e = find(clients, m);

	if (e != NULL)
		return &e->client;
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return NULL;
	e->client.chain = x509_chain_new();
	if (e->client.chain == NULL) {
		free(e);
		return NULL;
	}
	e->is_1_3 = m->is_1_3;
	e->len = m->client_list.len;
	if (e->len <= sizeof e->list)
		memcpy(e->list, m->client_list.at, e->len);
	take_apart(&e->client, *m);
	return &e->client;
}

/* One that was good, and is not any more, stays: it has a place already. */
void
clients_give(struct clients *clients, struct client *client, bool is_good)
{
	struct entry *e = entry_of(client);

	if (e->is_kept)
		return;
	if (!is_good || e->len > sizeof e->list) {
		end(e);
		return;
	}
	end(clients->kept[clients->next]);
	e->is_kept = true;
	clients->kept[clients->next] = e;
	clients->next = (clients->next + 1) % KEPT;
}
