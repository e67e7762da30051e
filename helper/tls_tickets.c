/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How sessions are resumed.  Tickets are all there is for TLS 1.3.  In TLS 1.2
 * some clients, curl and Java among them, know session IDs only: for their
 * data connections the control connection's session is kept, and no other.
 */
#include <config.h>
#include "helper/tls_tickets.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "helper/tls.h"

/* A session with a client's chain that is longer is not kept. */
#define SESSION_MAX 16384
/* As long as a key for tickets lives at most, which is as long as its owner. */
#define RESUMABLE_SECONDS (24 * 60 * 60)

struct tls_tickets {
	gnutls_datum_t key;
	gnutls_datum_t id, session; /* kept, when there is a size */
};

static void
wipe(gnutls_datum_t *d)
{
	if (d->data != NULL)
		gnutls_memset(d->data, 0, d->size);
	gnutls_free(d->data);
	d->size = 0;
}

static int
copy(gnutls_datum_t *to, gnutls_datum_t from)
{
	to->data = gnutls_malloc(from.size);
	if (to->data == NULL)
		return -1;
	memcpy(to->data, from.data, from.size);
	to->size = from.size;
	return 0;
}

struct tls_tickets *
tls_tickets_new(void)
{
	struct tls_tickets *tickets = calloc(1, sizeof *tickets);

	if (tickets == NULL)
		return NULL;
	if (gnutls_session_ticket_key_generate(&tickets->key) < 0) {
		free(tickets);
		return NULL;
	}
	return tickets;
}

struct tls_tickets *
tls_tickets_free(struct tls_tickets *tickets)
{
	if (tickets == NULL)
		return NULL;
	wipe(&tickets->key);
	wipe(&tickets->id);
	wipe(&tickets->session);
	free(tickets);
	return NULL;
}

/* GnuTLS's calls: the first session stays, as long as its connection does. */

static int
store(void *owner, gnutls_datum_t id, gnutls_datum_t session)
{
	struct tls_tickets *t = owner;

	if (t->session.size > 0 || session.size > SESSION_MAX || id.size == 0)
		return 0;
	if (copy(&t->id, id) < 0)
		return -1;
	if (copy(&t->session, session) < 0) {
		wipe(&t->id);
		return -1;
	}
	return 0;
}

static gnutls_datum_t
retrieve(void *owner, gnutls_datum_t id)
{
	const struct tls_tickets *t = owner;
	gnutls_datum_t found = { NULL, 0 };

	if (t->session.size > 0 && id.size == t->id.size &&
	    memcmp(id.data, t->id.data, id.size) == 0)
		(void)copy(&found, t->session);
	return found;
}

static int
forget(void *owner, gnutls_datum_t id)
{
	(void)owner;
	(void)id;
	return 0;
}

int
tls_tickets_enable(
    gnutls_session_t session, struct tls_tickets *tickets, bool remembers)
{
	/* GnuTLS's hour is too short: who idles longer goes on with data. */
	gnutls_db_set_cache_expiration(session, RESUMABLE_SECONDS);
	if (remembers) {
		gnutls_db_set_ptr(session, tickets);
		gnutls_db_set_store_function(session, store);
		gnutls_db_set_retrieve_function(session, retrieve);
		gnutls_db_set_remove_function(session, forget);
	}
	return gnutls_session_ticket_enable_server(session, &tickets->key);
}
