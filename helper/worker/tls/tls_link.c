/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Both sides of links: connections as tls_new() makes them, and as a client.
 */
#include <config.h>
#include "helper/worker/tls/tls_link.h"

#include <gnutls/gnutls.h>

#include "helper/base/keyrequest.h"
#include "helper/worker/tls/keylink.h"
#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/tls.h"
#include "helper/worker/tls/tls_inside.h"
#include "helper/worker/tls/tls_trust.h"

/*
 * GnuTLS asks how long ago the first handshake was, however new the ticket is,
 * and allows for no more than this (RFC 8446 section 4.6.1).
 */
#define RESUMABLE_SECONDS (7 * 24 * 60 * 60)

static struct tls *
open_link(struct tls_context *context, unsigned flags, enum tls_use use, int fd)
{
	const struct tls_link *l = &context->link;
	struct tls *tls;

	if (l->config == NULL)
		return NULL;
	tls = tls_open(context, flags, l->credentials, l->priority, fd);
	if (tls == NULL)
		return NULL;
	tls->use = use;
	tls->pins = (flags & GNUTLS_CLIENT) != 0 ? &l->config->servers
						 : &l->config->edges;
	return tls_require_alpn(tls, TLS_LINK_ALPN) < 0 ? tls_free(tls) : tls;
}

/* One share: both sides are ours, and like the same group best. */
static struct tls *
connect_link(struct tls_context *context, enum tls_use use, int fd)
{
	struct tls *tls =
	    open_link(context, GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP, use, fd);

	if (tls != NULL)
		gnutls_db_set_cache_expiration(tls->session, RESUMABLE_SECONDS);
	return tls;
}

static struct tls *
accept_link(struct tls_context *context, enum tls_use use,
    struct tls_tickets *tickets, int fd)
{
	struct tls *tls = open_link(
	    context, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET, use, fd);

	if (tls == NULL)
		return NULL;
	if (tls_tickets_enable(tls->session, tickets, use) < 0)
		return tls_free(tls);
	gnutls_db_set_cache_expiration(tls->session, RESUMABLE_SECONDS);
	gnutls_certificate_server_set_request(
	    tls->session, GNUTLS_CERT_REQUIRE);
	tls->tickets = tickets;
	return tls;
}

struct tls *
tls_link_accept(
    struct tls_context *context, struct tls_tickets *tickets, int fd)
{
	return accept_link(context, TLS_CONTROL, tickets, fd);
}

struct tls *
tls_link_accept_data(
    struct tls_context *context, struct tls_tickets *tickets, int fd)
{
	return accept_link(context, TLS_DATA, tickets, fd);
}

struct tls *
tls_link_connect(struct tls_context *context, int fd)
{
	return connect_link(context, TLS_SINGLE, fd);
}

struct tls *
tls_link_connect_data(struct tls_context *context, struct tls *control, int fd)
{
	struct tls *tls;
	gnutls_datum_t session;
	int r;

	/* GnuTLS would wait for one. */
	if (!control->has_ticket)
		return NULL;
	tls = connect_link(context, TLS_DATA, fd);
	if (tls == NULL)
		return NULL;
	r = gnutls_session_get_data2(control->session, &session);
	if (r < 0)
		return tls_free(tls);
	control->has_ticket = false;
	r = gnutls_session_set_data(tls->session, session.data, session.size);
	gnutls_memset(session.data, 0, session.size);
	gnutls_free(session.data);
	return r < 0 ? tls_free(tls) : tls;
}

void
tls_sign_over(struct tls *tls, struct tls *link)
{
	tls->signer = link;
	tls->on_sign = link == NULL ? NULL : keylink_ask;
}

/* The keyholder listens no more to a worker that asks for anything else. */
const char *
tls_link_sign(struct tls_context *context, const uint8_t *name,
    struct key_request *request, struct key_answer *ret)
{
	if (!tls_link_key(context, name, &request->key))
		return "key";
	if (request->algorithm == KEY_NOTHING ||
	    !key_request_is_proper(request, KEY_NO_LINK))
		return "request";
	if (!keyremote_sign(context->keys, request, ret))
		ret->len = 0;
	return NULL;
}

const struct link_pin *
tls_link_peer(const struct tls *tls)
{
	return tls->pin;
}
