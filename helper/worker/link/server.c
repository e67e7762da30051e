/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One order is kept here: nothing of the header counts before all of it is
 * read, and right; then the monitor hears of the client, then the verifier of
 * its handshake.
 */
#include <config.h>
#include "helper/worker/link/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/buffer.h"
#include "helper/base/log.h"
#include "helper/worker/link/digest.h"
#include "helper/worker/link/header.h"
#include "helper/worker/link/record.h"
#include "helper/worker/link/sign.h"
#include "helper/worker/session_steps.h"
#include "helper/worker/tls/prover.h"
#include "helper/worker/tls/tls_link.h"

/* Before its length is known. */
#define FRONT   16

#define TLS_1_2 "TLS1.2"
#define TLS_1_3 "TLS1.3"

struct link_server {
	const struct link_pin *pin;
	struct stssl_address from; /* where the Edge is */
	struct link_digest digest; /* ours */
	bool has_answer, is_greeted, has_nonce, has_signed;
	struct prover_nonce nonce;
	uint8_t *bytes; /* of the header */
	size_t len, wanted;
	struct buffer *proof; /* out of it */
	const char *version;  /* of the client's TLS; NULL: in clear */
};

struct link_server *
link_server_free(struct link_server *l)
{
	if (l == NULL)
		return NULL;
	l->proof = buffer_give(BUFFER_RELAY, l->proof);
	free(l->bytes);
	free(l);
	return NULL;
}

int
link_server_prepare(struct session *s)
{
	struct link_server *l = s->server = calloc(1, sizeof *l);

	s->tickets = tls_tickets_new();
	if (l == NULL || s->tickets == NULL)
		return -ENOMEM;
	s->client.tls = tls_link_accept(s->host->tls, s->tickets, s->client.fd);
	return s->client.tls == NULL ? -ENOMEM : 0;
}

/* The link, or what came over it, is not as it has to be: nothing is said. */
static void
refuse_link(struct session *s, const char *fault)
{
	char who[SESSION_LABEL];

	log_warning("link-refused %s fault=%s", session_label(s, who), fault);
	session_end(s);
}

/* As above, and it is the Edge's fault. */
static void
blame_edge(struct session *s, const char *fault)
{
	refuse_link(s, fault);
	host_failed(s, PENALTY_HANDSHAKE_FAILED);
}

/* HELLO */

void
link_server_greet(struct session *s)
{
	struct link_server *l = s->server;
	struct prover *prover = tls_context_prover(s->host->tls);

	l->pin = tls_link_peer(s->client.tls);
	if (l->pin == NULL) {
		session_note(s, "link", "failed: nobody that is known");
		host_failed(s, PENALTY_HANDSHAKE_FAILED);
		session_end(s);
		return;
	}
	stream_watch(&s->client, false, false);
	s->state = SESSION_GREET;
	session_set_deadline(
	    s, s->listen->handshake_seconds + PROOF_EDGE_SECONDS);
	l->has_nonce = prover != NULL && prover_take(prover, &l->nonce);
	session_ask(s, ABOUT_DIGEST, NULL);
}

void
link_server_advice(struct session *s, const struct message_advice *advice)
{
	s->server->digest = link_digest_of(advice);
	s->server->has_answer = true;
}

/* A connection that has just been made has room for it. */
static bool
write_hello(struct session *s)
{
	const struct link_server *l = s->server;
	struct link_hello hello = {
		.session = s->id, .has_nonce = l->has_nonce, .digest = l->digest
	};
	uint8_t bytes[LINK_HELLO_BYTES];
	size_t n = 0;

	memcpy(hello.nonce, l->nonce.bytes, sizeof hello.nonce);
	link_hello_write(&hello, bytes);
	return stream_write(&s->client, bytes, sizeof bytes, &n) == IO_OK &&
	       n == sizeof bytes;
}

/* The header */

/* Not a byte behind it is taken: that is the protocol's. */
static enum io_result
read_bytes(struct session *s)
{
	struct link_server *l = s->server;
	enum io_result r = IO_OK;
	size_t n = 0;

	while (r == IO_OK && l->len < l->wanted) {
		r = stream_read(
		    &s->client, l->bytes + l->len, l->wanted - l->len, &n);
		if (r == IO_OK)
			l->len += n;
	}
	return r;
}

static bool
want(struct link_server *l, size_t wanted)
{
	uint8_t *bytes = realloc(l->bytes, wanted);

	if (bytes == NULL)
		return false;
	l->bytes = bytes;
	l->wanted = wanted;
	return true;
}

/* What is said of the client's TLS, and by whom. */
static int
describe(struct session *s, const struct link_header *h)
{
	struct stssl_record *record = &s->record;
	int r = session_describe(s);

	if (r == 0 && h->record_len > 0)
		r = link_record_put(h->record, h->record_len, record);
	if (r == 0)
		r = stssl_record_put(
		    record, STSSL_KEY_STSSL_EDGE, s->server->pin->name);
	return r;
}

/* The verifier gets it as it would get one of ours. */
static int
keep_proof(struct session *s, const struct link_header *h)
{
	struct buffer *b;

	s->certificate.is_sent = h->proof_len > 0;
	if (h->proof_len == 0)
		return 0;
	s->certificate.failure = STSSL_FAILURE_UNPROVEN;
	b = s->server->proof = buffer_take(BUFFER_RELAY);
	if (b == NULL)
		return -ENOMEM;
	if (h->proof_len > b->size)
		return -E2BIG;
	memcpy(b->bytes, h->proof, h->proof_len);
	b->end = h->proof_len;
	return 0;
}

static void
introduce(struct session *s, const struct link_header *h)
{
	char what[STSSL_ADDRESS_TEXT + 8], text[STSSL_ADDRESS_TEXT];

	(void)snprintf(
	    what, sizeof what, "from=%s", stssl_address_format(&s->peer, text));
	s->server->from = s->peer;
	s->peer = h->client;
	s->local = h->local;
	session_note(s, "linked", what);
	host_introduce(s, PROXY_NONE, &s->peer);
}

static void
go_on(struct session *s)
{
	ev_timer_stop(s->host->loop, &s->deadline);
	if (s->certificate.is_sent)
		session_begin_proof(s);
	else if (session_is_secure(s))
		session_admit(s);
	else
		session_connect(s);
}

static void
take_header(struct session *s, const struct link_header *h)
{
	struct link_server *l = s->server;
	int r;

	if (h->session != s->id) {
		blame_edge(s, "session");
		return;
	}
	/* Any client on the Edge's own machine can bring that about. */
	if (!session_is_possible(s, &h->client)) {
		refuse_link(s, "address");
		return;
	}
	introduce(s, h);
	if (!link_digest_compare(s, "", &l->digest, &h->digest) &&
	    s->host->config->link.policy == EDGE_POLICY_REFUSE) {
		refuse_link(s, "policy");
		return;
	}
	if (h->record_len > 0)
		l->version = strcmp(link_record_get(h->record, h->record_len,
					STSSL_KEY_SSL_PROTOCOL),
				 "TLSv1.3") == 0
				 ? TLS_1_3
				 : TLS_1_2;
	r = describe(s, h);
	if (r == 0)
		r = keep_proof(s, h);
	free(l->bytes);
	l->bytes = NULL;
	if (r < 0)
		session_lack_record(s, r);
	else
		go_on(s);
}

/* The client's handshake needs one signature; then the header follows. */
static void
take_request(struct session *s)
{
	struct link_server *l = s->server;
	const bool is_whole = l->len == KEY_WIRE_REQUEST;
	const char *fault = l->has_signed ? "signature" : NULL;

	if (is_whole) {
		fault = link_sign(s, l->bytes);
		l->has_signed = true;
		l->len = 0;
	}
	if (fault != NULL)
		blame_edge(s, fault);
	else if (want(l, is_whole ? FRONT : KEY_WIRE_REQUEST))
		link_server_step(s);
	else
		session_lack_record(s, -ENOMEM);
}

/* All that was wanted is there: a header, or as much as says its length. */
static void
parse_header(struct session *s)
{
	struct link_server *l = s->server;
	struct link_header header;
	size_t len;
	const char *fault;

	if (key_wire_is_request(l->bytes)) {
		take_request(s);
		return;
	}
	fault = link_header_read(l->bytes, l->len, &len, &header);
	if (fault != NULL)
		blame_edge(s, fault);
	else if (len > 0)
		take_header(s, &header);
	else if (want(l, FRONT + (size_t)(l->bytes[FRONT - 2] << 8 |
					  l->bytes[FRONT - 1])))
		link_server_step(s);
	else
		session_lack_record(s, -ENOMEM);
}

void
link_server_step(struct session *s)
{
	struct link_server *l = s->server;

	if (!l->has_answer)
		return;
	if (!l->is_greeted && (!write_hello(s) || !want(l, FRONT))) {
		session_end(s);
		return;
	}
	l->is_greeted = true;
	switch (read_bytes(s)) {
	case IO_OK:
		parse_header(s);
		break;
	case IO_AGAIN:
		stream_watch(&s->client, true, false);
		break;
	case IO_END:
	case IO_FAILED:
		/* Clients often go before their handshake is over. */
		if (l->len > 0)
			blame_edge(s, "truncated");
		session_end(s);
		break;
	}
}

/* The client */

int
link_server_prove(const struct session *s)
{
	/* It is the Edge's keyholder that has signed. */
	static const uint8_t no_tag[KEY_TAG];
	struct link_server *l = s->server;
	struct buffer *proof = l->proof;

	if (!l->has_nonce || proof == NULL)
		return -ENOENT;
	l->proof = NULL;
	return prover_give(
	    tls_context_prover(s->host->tls), s->id, &l->nonce, no_tag, proof);
}

bool
link_server_confirms(struct session *s, bool is_1_3)
{
	const char *version = is_1_3 ? TLS_1_3 : TLS_1_2;

	if (strcmp(s->server->version, version) == 0)
		return true;
	refuse_link(s, "handshake");
	return false;
}

const char *
link_server_tls_version(const struct session *s)
{
	return s->server == NULL ? NULL : s->server->version;
}

const char *
link_server_edge_name(const struct session *s)
{
	return s->server == NULL || s->server->pin == NULL
		   ? NULL
		   : s->server->pin->name;
}

const struct stssl_address *
link_server_edge(const struct session *s)
{
	return &s->server->from;
}
