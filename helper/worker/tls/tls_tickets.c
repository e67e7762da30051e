/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How sessions are resumed.  Tickets are all there is for TLS 1.3.  In TLS 1.2
 * some clients, curl and Java among them, know session IDs only: for their
 * data connections the control connection's session is kept, and no other.
 *
 * Somebody else may have had a handshake on a data connection, so a resumed
 * session belongs to the control connection's client only if it comes from the
 * control connection's session.  TLS 1.2 shows that by the master secret, which
 * stays the same.  In TLS 1.3 data connections are sent no tickets, so each
 * that there is was sent on the control connection; TLS 1.2's have another
 * form, and GnuTLS takes neither for the other.
 */
#include <config.h>
#include "helper/worker/tls/tls_tickets.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

/* A session with a client's chain that is longer is not kept. */
#define SESSION_MAX 16384
/* As long as a key for tickets lives at most, which is as long as its owner. */
#define RESUMABLE_SECONDS (24 * 60 * 60)
/* RFC 5246 section 8.1. */
#define MASTER_SECRET 48

struct tls_tickets {
	gnutls_datum_t key;
	gnutls_datum_t id, session; /* kept, when there is a size */
	/* Of the control connection, once its handshake is over. */
	gnutls_protocol_t version;
	unsigned char secret[MASTER_SECRET]; /* TLS 1.2 */
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
	gnutls_memset(tickets->secret, 0, sizeof tickets->secret);
	free(tickets);
	return NULL;
}

/* GnuTLS's calls: the session stays, as long as its connection does. */

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

/* A session that began on a data connection is not kept. */
static int
store_nothing(void *owner, gnutls_datum_t id, gnutls_datum_t session)
{
	(void)owner;
	(void)id;
	(void)session;
	return -1;
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

/* NULL: there are no session IDs. */
static const gnutls_db_store_func stores[] = {
	[TLS_SINGLE] = NULL,
	[TLS_CONTROL] = store,
	[TLS_DATA] = store_nothing,
};

int
tls_tickets_enable(
    gnutls_session_t session, struct tls_tickets *tickets, enum tls_use use)
{
	/* GnuTLS's hour is too short: a session may idle longer than that. */
	gnutls_db_set_cache_expiration(session, RESUMABLE_SECONDS);
	if (stores[use] != NULL) {
		gnutls_db_set_ptr(session, tickets);
		gnutls_db_set_store_function(session, stores[use]);
		gnutls_db_set_retrieve_function(session, retrieve);
		gnutls_db_set_remove_function(session, forget);
	}
	return gnutls_session_ticket_enable_server(session, &tickets->key);
}

void
tls_tickets_own(struct tls_tickets *tickets, gnutls_session_t session)
{
	gnutls_datum_t secret;

	tickets->version = gnutls_protocol_get_version(session);
	gnutls_session_get_master_secret(session, &secret);
	if (secret.size == sizeof tickets->secret)
		memcpy(tickets->secret, secret.data, secret.size);
}

static bool
has_secret(const struct tls_tickets *tickets, gnutls_session_t session)
{
	gnutls_datum_t secret;

	gnutls_session_get_master_secret(session, &secret);
	return secret.size == sizeof tickets->secret &&
	       gnutls_memcmp(secret.data, tickets->secret, secret.size) == 0;
}

bool
tls_tickets_proves(const struct tls_tickets *tickets, gnutls_session_t session)
{
	gnutls_protocol_t version = gnutls_protocol_get_version(session);

	if (gnutls_session_is_resumed(session) == 0 ||
	    version != tickets->version)
		return false;
	return version == GNUTLS_TLS1_3 ||
	       (version == GNUTLS_TLS1_2 && has_secret(tickets, session));
}
