/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TLS connections of a worker: how they begin and end, and their records.
 * tls_handshake.c brings them up with the credentials of tls_context.c.
 */
#include <config.h>
#include "helper/worker/tls/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "helper/worker/tls/ahead.h"
#include "helper/worker/tls/flight.h"
#include "helper/worker/tls/tls_inside.h"

/*
 * Bytes of records that bring no data, one after the other, after the
 * handshake: GnuTLS takes any number of empty ones with TLS 1.3.
 */
#define BARREN_MAX 65536
/* Plaintext in one record, RFC 8446 section 5.1. */
#define RECORD_MAX 16384
/* GnuTLS gives one or two parts; more would be sent by the next call. */
#define PUSH_PARTS 8

/* Connections */

/* Sessions of TLS_SINGLE whose clients are asked for a certificate. */
#define UNRESUMED_FLAGS (GNUTLS_NO_AUTO_SEND_TICKET | GNUTLS_NO_TICKETS_TLS12)

static const unsigned flags[] = {
	[TLS_SINGLE] = GNUTLS_SERVER,
	[TLS_CONTROL] = GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET,
	[TLS_DATA] = GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET,
};

static const gnutls_certificate_request_t requests[] = {
	[CLIENT_NONE] = GNUTLS_CERT_IGNORE,
	[CLIENT_REQUEST] = GNUTLS_CERT_REQUEST,
	[CLIENT_REQUIRE] = GNUTLS_CERT_REQUIRE,
};

/*
 * An Edge's data connection may come from another worker, which could have it
 * block: so no call relies on that it does not.
 *
 * Records that follow each other leave as one: sixteen kilobytes at a time
 * would cost a trip through the network stack each.
 */
static ssize_t
push(gnutls_transport_ptr_t ptr, const giovec_t *parts, int count)
{
	struct tls *tls = ptr;
	struct iovec copies[PUSH_PARTS];
	struct msghdr message = { .msg_iov = copies };
	ssize_t n;

	for (;
	     (int)message.msg_iovlen < count && message.msg_iovlen < PUSH_PARTS;
	     message.msg_iovlen++)
		copies[message.msg_iovlen] =
		    (struct iovec){ parts[message.msg_iovlen].iov_base,
			    parts[message.msg_iovlen].iov_len };
	n = tls->is_up ? -ENOMEM
		       : flight_add(&tls->flight, copies, message.msg_iovlen);
	if (n == 0) {
		gnutls_transport_set_errno(tls->session, EAGAIN);
		return -1;
	}
	/* Without memory for them, records leave one by one. */
	return n > 0 ? n
		     : sendmsg(tls->fd, &message,
			   MSG_NOSIGNAL | MSG_DONTWAIT |
			       (tls->more ? MSG_MORE : 0));
}

static ssize_t
pull(gnutls_transport_ptr_t ptr, void *buf, size_t size)
{
	struct tls *tls = ptr;
	ssize_t n;

	if (tls->barren > BARREN_MAX) {
		gnutls_transport_set_errno(tls->session, ECONNABORTED);
		return -1;
	}
	/* Nobody answers what was not sent yet. */
	if (!flight_is_empty(&tls->flight)) {
		gnutls_transport_set_errno(tls->session, EAGAIN);
		return -1;
	}
	/* The kernel could not have what was taken ahead. */
	n = tls->keeps_secret ? recv(tls->fd, buf, size, MSG_DONTWAIT)
			      : ahead_take(&tls->ahead, tls->fd, buf, size);
	if (n > 0 && tls->is_up)
		tls->barren += (size_t)n;
	return n;
}

struct tls *
tls_open(struct tls_context *context, unsigned session_flags,
    gnutls_certificate_credentials_t credentials, gnutls_priority_t priority,
    int fd)
{
	struct tls *tls = calloc(1, sizeof *tls);

	if (tls == NULL)
		return NULL;
	if (gnutls_init(&tls->session,
		session_flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		free(tls);
		return NULL;
	}
	if (gnutls_priority_set(tls->session, priority) < 0 ||
	    gnutls_credentials_set(
		tls->session, GNUTLS_CRD_CERTIFICATE, credentials) < 0)
		return tls_free(tls);
	gnutls_session_set_ptr(tls->session, tls);
	tls_prepare_handshake(tls);
	tls->context = context;
	tls->fd = fd;
	gnutls_transport_set_ptr(tls->session, tls);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_vec_push_function(tls->session, push);
	return tls;
}

struct tls *
tls_new(struct tls_context *context, enum tls_use use,
    enum client_certificate client_certificate, struct tls_tickets *tickets,
    int fd)
{
	const bool asks = client_certificate != CLIENT_NONE;
	const bool gives_no_tickets = asks && use == TLS_SINGLE;
	struct tls *tls = tls_open(context,
	    flags[use] | (gives_no_tickets ? UNRESUMED_FLAGS : 0),
	    context->credentials, context->priority, fd);

	if (tls == NULL)
		return NULL;
	if (tls_tickets_enable(tls->session, tickets, use) < 0)
		return tls_free(tls);
	gnutls_certificate_server_set_request(
	    tls->session, requests[client_certificate]);
	tls->gives_no_tickets = gives_no_tickets;
	tls->tickets = tickets;
	tls->use = use;
	tls->proof.is_wanted =
	    asks && use != TLS_DATA && context->prover != NULL;
	return tls;
}

struct tls *
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return NULL;
	gnutls_deinit(tls->session);
	flight_done(&tls->flight);
	ahead_done(&tls->ahead);
	tls_proof_done(&tls->proof);
	tls_forget_secret(tls);
	free(tls);
	return NULL;
}

/*
 * Java closes TLS 1.3 with user_canceled and then close_notify (RFC 8446 6.1),
 * but GnuTLS reads nothing after the former.
 */
static bool
is_farewell(const struct tls *tls)
{
	return gnutls_alert_get(tls->session) == GNUTLS_A_USER_CANCELED &&
	       gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_3;
}

/* One record, or as much of one as has come. */
static enum tls_result
read_record(struct tls *tls, void *buf, size_t size, size_t *ret_n)
{
	ssize_t n = gnutls_record_recv(tls->session, buf, size);
	enum tls_result res;

	if (n > 0) {
		tls->barren = 0;
		*ret_n = (size_t)n;
		return TLS_DONE;
	}
	if (n == 0 || (n == GNUTLS_E_FATAL_ALERT_RECEIVED && is_farewell(tls)))
		return TLS_CLOSED;
	res = tls_meaning(tls, (int)n);
	if (res == TLS_FAILED)
		tls_alert(tls, (int)n);
	return res;
}

enum tls_result
tls_read(struct tls *tls, void *buf, size_t size, size_t *ret_n)
{
	enum tls_result res;

	ahead_look_again(&tls->ahead);
	/* After a record without data, a ticket, the next may be here. */
	do
		res = read_record(tls, buf, size, ret_n);
	while (res == TLS_WANT_READ && !ahead_is_empty(&tls->ahead));
	return res;
}

bool
tls_pending(const struct tls *tls)
{
	return gnutls_record_check_pending(tls->session) > 0 ||
	       !ahead_is_empty(&tls->ahead);
}

bool
tls_is_dry(const struct tls *tls)
{
	return ahead_is_dry(&tls->ahead) &&
	       gnutls_record_check_pending(tls->session) == 0;
}

/* One record, or what is left of the one before. */
static ssize_t
send_record(struct tls *tls, const uint8_t *at, size_t len)
{
	ssize_t n;

	if (tls->unsent > 0)
		n = gnutls_record_send(tls->session, NULL, 0);
	else
		n = gnutls_record_send(tls->session, at, len);
	if (n >= 0)
		tls->unsent = 0;
	else if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		tls->unsent = len;
	return n;
}

/* Begins some, or goes on with those that did not fit into the socket. */
static int
send_tickets(struct tls *tls, unsigned count)
{
	int r = gnutls_session_ticket_send(tls->session, count, 0);

	tls->tickets_due =
	    r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED ? count : 0;
	return r;
}

enum tls_result
tls_send_tickets(struct tls *tls, unsigned count)
{
	int r;

	if (tls->use == TLS_DATA ||
	    gnutls_protocol_get_version(tls->session) != GNUTLS_TLS1_3)
		return TLS_DONE;
	r = send_tickets(tls, count);
	return r >= 0 || tls->tickets_due > 0 ? TLS_DONE : tls_meaning(tls, r);
}

enum tls_result
tls_send_ticket(struct tls *tls)
{
	return tls_send_tickets(tls, 1);
}

enum tls_result
tls_write(struct tls *tls, const void *buf, size_t len, size_t *ret_n)
{
	size_t done = 0;
	ssize_t n =
	    tls->tickets_due > 0 ? send_tickets(tls, tls->tickets_due) : 0;

	while (n >= 0 && done < len) {
		size_t left = len - done;

		tls->more = left > RECORD_MAX;
		n = send_record(tls, (const uint8_t *)buf + done,
		    tls->more ? RECORD_MAX : left);
		done += n < 0 ? 0 : (size_t)n;
	}
	tls->more = false;
	if (done == 0 && n < 0)
		return tls_meaning(tls, (int)n);
	*ret_n = done;
	return TLS_DONE;
}

enum tls_result
tls_bye(struct tls *tls)
{
	int r = tls->tickets_due > 0 ? send_tickets(tls, tls->tickets_due) : 0;

	if (r >= 0)
		r = gnutls_bye(tls->session, GNUTLS_SHUT_WR);

	return r >= 0 ? TLS_DONE : tls_meaning(tls, r);
}

bool
tls_resumes_control(const struct tls *tls)
{
	return tls->tickets != NULL &&
	       tls_tickets_proves(tls->tickets, tls->session);
}
