/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One order is kept here: the Server is known and has said HELLO before the
 * client's handshake begins; and the header has gone to it, whole, before
 * anything else does.
 */
#include <config.h>
#include "helper/worker/link/edge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "helper/worker/link/digest.h"
#include "helper/worker/link/header.h"
#include "helper/worker/link/record.h"
#include "helper/worker/session_steps.h"
#include "helper/worker/tls/tls_link.h"
#include "helper/worker/tls/tls_trust.h"

/* Absolute: for all addresses together, each its part, and for the header. */
#define LINK_SECONDS 10.

/* What is done at the address of its turn. */
enum dialling {
	DIAL_CONNECT,
	DIAL_HANDSHAKE,
	DIAL_HELLO,
	DIAL_DIGEST, /* of ours, which takes longer than the Server */
};

struct link_edge {
	enum dialling dialling;
	size_t turn;     /* of an address of link_to */
	bool has_answer; /* about our digest */
	struct link_digest digest;
	uint8_t bytes[LINK_HELLO_BYTES];
	size_t len; /* of these, what has come */
	struct link_hello hello;
	uint8_t *proof; /* the client's handshake, NULL: no certificate */
	size_t proof_len;
	uint8_t *header;
	size_t header_len, sent;
};

/* The Server cannot make a proof of that. */
static const uint8_t no_proof[] = { 0 };

/* What only leads to the header. */
static void
forget(struct link_edge *l)
{
	free(l->proof);
	l->proof = NULL;
	l->proof_len = 0;
	free(l->header);
	l->header = NULL;
}

struct link_edge *
link_edge_free(struct link_edge *l)
{
	if (l == NULL)
		return NULL;
	forget(l);
	free(l);
	return NULL;
}

/* Dialling */

static const struct backend_address *
address_of(const struct session *s)
{
	return &s->listen->link_to.list[s->edge->turn];
}

/* " server=10.0.0.5:5990" */
#define SERVER_TEXT (STSSL_ADDRESS_TEXT + 8)
static const char *
server_text(const struct session *s, char buf[static SERVER_TEXT])
{
	char text[STSSL_ADDRESS_TEXT] = "-";
	struct stssl_address a;

	if (stssl_address_from(&address_of(s)->u.inet, &a) == 0)
		(void)stssl_address_format(&a, text);
	(void)snprintf(buf, SERVER_TEXT, " server=%s", text);
	return buf;
}

static void
note_failure(const struct session *s, const char *why)
{
	char who[SESSION_LABEL], server[SERVER_TEXT];

	log_warning("link %s%s failed: %s", session_label(s, who),
	    server_text(s, server), why);
}

/* Begin with the address of its turn, or with one after it. */
static void
dial(struct session *s)
{
	struct link_edge *l = s->edge;
	int fd = -ENOLINK;

	for (; l->turn < s->listen->link_to.count; l->turn++) {
		fd = socket_connect(address_of(s), NULL);
		if (fd >= 0)
			break;
		note_failure(s, strerror(-fd));
	}
	if (fd < 0) {
		session_give_up_backend(s, fd);
		return;
	}
	l->dialling = DIAL_CONNECT;
	l->len = 0;
	session_set_deadline(
	    s, LINK_SECONDS / (double)s->listen->link_to.count);
	stream_init(&s->backend, s->host->loop, fd, session_on_stream, s);
	stream_watch(&s->backend, false, true);
}

static void
dial_next(struct session *s, const char *why)
{
	note_failure(s, why);
	session_close_backend(s);
	s->edge->turn++;
	dial(s);
}

void
link_edge_dial(struct session *s)
{
	s->edge = link_edge_free(s->edge);
	stream_watch(&s->client, false, false);
	s->state = SESSION_DIAL_LINK;
	s->edge = calloc(1, sizeof *s->edge);
	if (s->edge == NULL) {
		session_give_up_backend(s, -ENOMEM);
		return;
	}
	session_ask(s, ABOUT_DIGEST, NULL);
	dial(s);
}

bool
link_edge_dial_next(struct session *s)
{
	if (s->edge->turn + 1 >= s->listen->link_to.count)
		return false;
	dial_next(s, "it takes too long");
	return true;
}

void
link_edge_advice(struct session *s, const struct message_advice *advice)
{
	s->edge->digest = link_digest_of(advice);
	s->edge->has_answer = true;
}

static void
connected(struct session *s)
{
	int r = socket_connected(s->backend.fd, NULL);

	if (r == -EINPROGRESS)
		return;
	if (r < 0) {
		dial_next(s, strerror(-r));
		return;
	}
	socket_keep_alive(s->backend.fd);
	s->backend.tls = tls_link_connect(s->host->tls, s->backend.fd);
	if (s->backend.tls == NULL) {
		session_give_up_backend(s, -ENOMEM);
		return;
	}
	s->edge->dialling = DIAL_HANDSHAKE;
	link_edge_step_dial(s);
}

static void
shake_hands(struct session *s)
{
	enum io_result r = stream_handshake(&s->backend);
	char why[TLS_LINK_FAULT];

	if (r == IO_AGAIN)
		return;
	if (r != IO_OK) {
		dial_next(s, tls_link_fault(s->backend.tls, why));
	} else if (tls_link_peer(s->backend.tls) == NULL) {
		dial_next(s, "nobody that is known");
	} else {
		s->edge->dialling = DIAL_HELLO;
		link_edge_step_dial(s);
	}
}

/* A Server that does not know our key says so behind the handshake. */
static const char *
why_no_hello(const struct session *s)
{
	const char *refusal = tls_link_refusal(s->backend.tls);

	return refusal != NULL ? refusal : "it ends before HELLO";
}

static void
read_hello(struct session *s)
{
	struct link_edge *l = s->edge;
	enum io_result r = IO_OK;
	size_t n = 0;

	while (r == IO_OK && l->len < sizeof l->bytes) {
		r = stream_read(&s->backend, l->bytes + l->len,
		    sizeof l->bytes - l->len, &n);
		if (r == IO_OK)
			l->len += n;
	}
	if (r == IO_AGAIN) {
		stream_watch(&s->backend, true, false);
	} else if (r != IO_OK) {
		dial_next(s, why_no_hello(s));
	} else if (!link_hello_read(l->bytes, &l->hello)) {
		dial_next(s, "no HELLO");
	} else {
		stream_watch(&s->backend, false, false);
		l->dialling = DIAL_DIGEST;
		link_edge_step_dial(s);
	}
}

/* The Server decides what comes of it. */
static void
compare_policies(const struct session *s)
{
	const struct link_edge *l = s->edge;
	char server[SERVER_TEXT];

	(void)link_digest_compare(
	    s, server_text(s, server), &l->digest, &l->hello.digest);
}

static void
go_on(struct session *s)
{
	struct link_edge *l = s->edge;
	char what[SERVER_TEXT + 40], server[SERVER_TEXT];

	if (!l->has_answer)
		return;
	ev_timer_stop(s->host->loop, &s->deadline);
	(void)snprintf(what, sizeof what, "%s server-session=%" PRIx64,
	    server_text(s, server) + 1, l->hello.session);
	session_note(s, "linked", what);
	compare_policies(s);
	if (s->client.tls == NULL) {
		link_edge_tell(s);
		return;
	}
	if (l->hello.has_nonce)
		tls_use_nonce(s->client.tls, l->hello.nonce);
	tls_sign_over(s->client.tls, s->backend.tls);
	session_shake_hands(s);
}

void
link_edge_step_dial(struct session *s)
{
	static void (*const steps[])(struct session *) = {
		[DIAL_CONNECT] = connected,
		[DIAL_HANDSHAKE] = shake_hands,
		[DIAL_HELLO] = read_hello,
		[DIAL_DIGEST] = go_on,
	};

	steps[s->edge->dialling](s);
}

/* The header */

int
link_edge_keep_proof(struct session *s)
{
	struct link_edge *l = s->edge;
	int r;

	if (!s->certificate.is_sent)
		return 0;
	r = tls_proof_copy(s->client.tls, &l->proof, &l->proof_len);
	return r == -ENOENT ? 0 : r;
}

/* No client may make us say what the Server would refuse, and blame us for. */
static bool
is_sound(const struct link_edge *l)
{
	struct link_header header;
	size_t len;

	return link_header_read(l->header, l->header_len, &len, &header) ==
	       NULL;
}

static int
write_header(struct session *s)
{
	struct link_edge *l = s->edge;
	char record[LINK_RECORD_MAX];
	struct link_header header = { .client = s->peer,
		.local = s->local,
		.session = l->hello.session,
		.digest = l->digest,
		.record = record };
	int r = link_record_take(&s->record, record, &header.record_len);

	if (r < 0)
		return r;
	if (s->certificate.is_sent) {
		header.proof = l->proof != NULL ? l->proof : no_proof;
		header.proof_len =
		    l->proof != NULL ? l->proof_len : sizeof no_proof;
	}
	r = link_header_write(&header, &l->header, &l->header_len);
	return r == 0 && !is_sound(l) ? -EBADMSG : r;
}

static void
refuse_client(struct session *s)
{
	session_note(s, "link", "failed: the Server would refuse the header");
	if (session_can_be_told(s))
		session_refuse(s, "The service is not available.");
	session_end(s);
}

void
link_edge_tell(struct session *s)
{
	int r;

	s->state = SESSION_TELL;
	if (s->client.tls != NULL)
		tls_sign_over(s->client.tls, NULL);
	r = write_header(s);
	if (r == -EBADMSG) {
		refuse_client(s);
		return;
	}
	if (r < 0) {
		session_give_up_backend(s, r);
		return;
	}
	stream_watch(&s->client, false, false);
	session_set_deadline(s, LINK_SECONDS);
	link_edge_step_tell(s);
}

void
link_edge_step_tell(struct session *s)
{
	struct link_edge *l = s->edge;
	enum io_result r = IO_OK;
	size_t n = 0;

	while (r == IO_OK && l->sent < l->header_len) {
		r = stream_write(&s->backend, l->header + l->sent,
		    l->header_len - l->sent, &n);
		if (r == IO_OK)
			l->sent += n;
	}
	if (r == IO_AGAIN) {
		stream_watch(&s->backend, false, true);
	} else if (r != IO_OK) {
		session_give_up_backend(s, -EPIPE);
	} else {
		forget(l);
		session_open(s);
	}
}

uint64_t
link_edge_server_session(const struct session *s)
{
	return s->edge->hello.session;
}
