/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TLS connections of a worker.  Their credentials come from tls_context.c,
 * certificates of clients are looked at in peer.c and x509/.
 */
#include <config.h>
#include "helper/worker/tls/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "helper/base/socket.h"
#include "helper/worker/tls/flight.h"
#include "helper/worker/tls/peer.h"
#include "helper/worker/tls/tls_context.h"
#include "helper/worker/tls/tls_groups.h"
#include "helper/worker/tls/tls_keys.h"
#include "helper/worker/tls/tls_tickets.h"
#include "x509/checks.h"

/* The longest handshake message: bounds a client's chain in bytes. */
#define HANDSHAKE_MAX 65536
/* Warning alerts and renegotiations that one connection may send. */
#define NOISE_MAX 4
/* Bytes of records that bring no data, one after the other, after the handshake:
 * GnuTLS takes any number of empty ones with TLS 1.3. */
#define BARREN_MAX 65536
/* Extensions, RFC 8446 section 4.2. */
#define SIGNATURE_ALGORITHMS 13
#define KEY_SHARE            51
/* Plaintext in one record, RFC 8446 section 5.1. */
#define RECORD_MAX 16384
/* GnuTLS gives one or two parts; more would be sent by the next call. */
#define PUSH_PARTS 8

struct tls {
	gnutls_session_t session;
	struct tls_context *context;
	struct tls_tickets *tickets;
	enum tls_use use;
	int fd;
	bool is_strict;      /* tls_refuse_unknown_name() */
	bool has_signatures; /* the client names those that it takes */
	bool has_hello;      /* the client's first message was whole */
	bool more;           /* another record follows at once */
	bool has_alerted;    /* tls_has_alerted() */
	bool is_elsewhere;   /* tls_sending_keys(): somebody else writes */
	bool is_ticket_due;  /* its rest goes before anything else */
	size_t unsent;       /* bytes that GnuTLS took but could not send yet */
	unsigned noise;
	struct flight flight; /* until is_up */
	bool is_agreed; /* nothing but the flight is left of the handshake */
	bool is_up;     /* the handshake is over */
	bool is_not_for_signing; /* the client's certificate */
	size_t barren; /* bytes received since, or since the last data */
	enum stssl_failure condemned; /* STSSL_FAILURE_NONE: it is not */
	int error;
};

/* Connections */

#define SESSION_FLAGS (GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL)

static const struct {
	unsigned flags;
	const char *alpn;
} uses[] = {
	[TLS_STREAM] = { SESSION_FLAGS, NULL },
	[TLS_FTP_CONTROL] = { SESSION_FLAGS | GNUTLS_NO_AUTO_SEND_TICKET,
	    "ftp" },
	[TLS_FTP_DATA] = { SESSION_FLAGS | GNUTLS_NO_AUTO_SEND_TICKET, NULL },
};

static const gnutls_certificate_request_t requests[] = {
	[CLIENT_NONE] = GNUTLS_CERT_IGNORE,
	[CLIENT_REQUEST] = GNUTLS_CERT_REQUEST,
	[CLIENT_REQUIRE] = GNUTLS_CERT_REQUIRE,
};

/* A client that offers protocols, but none of ours, is at the wrong door. */
static int
set_alpn(gnutls_session_t session, const char *name)
{
	union {
		const char *text;
		unsigned char *data;
	} u = { .text = name }; /* GnuTLS copies what it takes as non-const */
	gnutls_datum_t protocol = { u.data, 0 };

	if (name == NULL)
		return 0;
	protocol.size = (unsigned)strlen(name);
	return gnutls_alpn_set_protocols(
	    session, &protocol, 1, GNUTLS_ALPN_MANDATORY);
}

/*
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
			   MSG_NOSIGNAL | (tls->more ? MSG_MORE : 0));
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
	n = recv(tls->fd, buf, size, 0);
	if (n > 0 && tls->is_up)
		tls->barren += (size_t)n;
	return n;
}

/* GnuTLS calls it for each extension of the client's first message. */
static int
on_extension(void *ptr, unsigned type, const unsigned char *data, unsigned size)
{
	struct tls *tls = ptr;

	if (type == SIGNATURE_ALGORITHMS)
		tls->has_signatures = true;
	if (type == KEY_SHARE)
		tls_groups_prefer(
		    tls->context->groups, tls->session, data, size);
	return 0;
}

/* What is wrong in it is for GnuTLS to find out. */
static int
before_hello(struct tls *tls, const gnutls_datum_t *message)
{
	(void)gnutls_ext_raw_parse(
	    tls, on_extension, message, GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
	return 0;
}

/*
 * Before GnuTLS chooses one of the credentials' certificates, by what the client
 * can verify.
 */
static int
on_names(gnutls_session_t session)
{
	const struct tls *tls = gnutls_session_get_ptr(session);
	char name[TLS_NAME_MAX + 1];

	if (!tls_sni(tls, name))
		return 0;
	return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
	    tls_context_choose(tls->context, name));
}

/* A client that asks for a name that none of the certificates is for. */
static int
after_hello(struct tls *tls, const gnutls_datum_t *message)
{
	char name[TLS_NAME_MAX + 1];

	(void)message;
	tls->has_hello = true;
	return !tls->is_strict || !tls_sni(tls, name) ||
		       tls_context_names(tls->context, name)
		   ? 0
		   : GNUTLS_E_UNRECOGNIZED_NAME;
}

/*
 * The last moment for an alert that the client understands: what the server's
 * flight says is not sent when its signature fails.  In TLS 1.2 a client that
 * names no signatures wants SHA-1 (RFC 5246 section 7.4.1.4.1), which the
 * keyholder does not sign.
 */
static int
before_flight(struct tls *tls, const gnutls_datum_t *message)
{
	(void)message;
	if (gnutls_session_is_resumed(tls->session) != 0)
		return 0;
	if (!tls->has_signatures)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	return tls_context_likely_signs(tls->context) ? 0
						      : GNUTLS_E_INTERNAL_ERROR;
}

/*
 * The client's signature comes next.  A verify function would look at the key
 * too late: with TLS 1.3 GnuTLS calls it afterwards.  Whether a client has a
 * key of an unknown kind, nobody can tell: GnuTLS would call the certificate a
 * corrupt one.
 */
static int
before_certificate(struct tls *tls, const gnutls_datum_t *message)
{
	unsigned faults =
	    peer_key_faults(tls->session, message->data, message->size);

	tls->is_not_for_signing = (faults & X509_KEY_NOT_SIGNING) != 0;
	if ((faults & X509_KEY_UNKNOWN) != 0)
		return GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE;
	return (faults & X509_KEY_HUGE) != 0 ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

/*
 * A certificate that is not for signatures would end the handshake; here it is
 * a certificate that is not good, and the class says what comes of it.  GnuTLS
 * lets it pass in its compatibility mode only.  What else that mode changes
 * was settled before this message: extensions, and the client's key exchange.
 * The signature is verified as ever.
 */
static int
before_signature(struct tls *tls, const gnutls_datum_t *message)
{
	(void)message;
	if (tls->is_not_for_signing)
		gnutls_session_enable_compatibility_mode(tls->session);
	return 0;
}

static const struct {
	unsigned type;
	int when;
	bool incoming;
	int (*look)(struct tls *tls, const gnutls_datum_t *message);
} looks[] = {
	{ GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, true, before_hello },
	{ GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_POST, true, after_hello },
	{ GNUTLS_HANDSHAKE_SERVER_HELLO, GNUTLS_HOOK_PRE, false,
	    before_flight },
	{ GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_PRE, true,
	    before_certificate },
	{ GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY, GNUTLS_HOOK_PRE, true,
	    before_signature },
};

/* A session has one hook: the next that is set replaces it. */
static int
on_message(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof looks / sizeof looks[0]; i++)
		if (looks[i].type == type && looks[i].when == (int)when &&
		    looks[i].incoming == (incoming != 0))
			r = looks[i].look(
			    gnutls_session_get_ptr(session), message);
	return r;
}

struct tls *
tls_new(struct tls_context *context, enum tls_use use,
    enum client_certificate client_certificate, struct tls_tickets *tickets,
    int fd)
{
	struct tls *tls = calloc(1, sizeof *tls);

	if (tls == NULL)
		return NULL;
	if (gnutls_init(&tls->session, uses[use].flags) < 0) {
		free(tls);
		return NULL;
	}
	if (gnutls_priority_set(tls->session, context->priority) < 0 ||
	    gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
		context->credentials) < 0 ||
	    tls_tickets_enable(tls->session, tickets, use) < 0 ||
	    set_alpn(tls->session, uses[use].alpn) < 0)
		return tls_free(tls);

	gnutls_certificate_server_set_request(
	    tls->session, requests[client_certificate]);
	gnutls_handshake_set_max_packet_length(tls->session, HANDSHAKE_MAX);
	gnutls_session_set_ptr(tls->session, tls);
	gnutls_handshake_set_hook_function(
	    tls->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, on_message);
	gnutls_handshake_set_post_client_hello_function(tls->session, on_names);
	tls->context = context;
	tls->tickets = tickets;
	tls->use = use;
	tls->condemned = STSSL_FAILURE_NONE;
	tls->fd = fd;
	gnutls_transport_set_ptr(tls->session, tls);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_vec_push_function(tls->session, push);
	return tls;
}

bool
tls_sni(const struct tls *tls, char ret[static TLS_NAME_MAX + 1])
{
	size_t len = TLS_NAME_MAX + 1;
	unsigned type;

	/* With its NUL it fits, or GnuTLS does not give it. */
	if (gnutls_server_name_get(tls->session, ret, &len, &type, 0) < 0 ||
	    type != GNUTLS_NAME_DNS || strlen(ret) != len)
		return false;
	/* RFC 6066 section 3 has it left out; not every client does. */
	if (len > 1 && ret[len - 1] == '.')
		ret[len - 1] = '\0';
	return true;
}

void
tls_refuse_unknown_name(struct tls *tls)
{
	tls->is_strict = true;
}

struct tls *
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return NULL;
	gnutls_deinit(tls->session);
	flight_done(&tls->flight);
	free(tls);
	return NULL;
}

/* What a GnuTLS code below 0 means for who called. */
static enum tls_result
result(struct tls *tls, int code)
{
	bool again = code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;

	if (code == GNUTLS_E_WARNING_ALERT_RECEIVED && ++tls->noise < NOISE_MAX)
		again = true;
	if (again)
		return gnutls_record_get_direction(tls->session) == 0
			   ? TLS_WANT_READ
			   : TLS_WANT_WRITE;
	tls->error = code;
	return TLS_FAILED;
}

/* What the peer did, not what it said: there is nobody to be told, or no need. */
static bool
is_an_end(int code)
{
	switch (code) {
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return true;
	default:
		return false;
	}
}

/* RFC 8446 section 6.2: who ends a connection for an error says which. */
static void
alert(struct tls *tls, int code)
{
	if (!tls->is_elsewhere && !is_an_end(code))
		tls->has_alerted =
		    gnutls_alert_send_appropriate(tls->session, code) >= 0;
}

/* Our part of the handshake, up to the client's next. */
static enum tls_result
take_turn(struct tls *tls)
{
	int r = gnutls_handshake(tls->session);
	enum tls_result res;

	if (r >= 0) {
		tls->is_agreed = true;
		return TLS_DONE;
	}
	res = result(tls, r);
	if (res == TLS_FAILED)
		alert(tls, r);
	return res;
}

/* Whatever else there is to do, it is not done before this. */
static enum tls_result
send_flight(struct tls *tls, enum tls_result otherwise)
{
	int r = flight_send(&tls->flight, tls->fd);

	if (r == 0 || otherwise == TLS_FAILED)
		return otherwise;
	if (r == -EAGAIN)
		return TLS_WANT_WRITE;
	tls->error = GNUTLS_E_PUSH_ERROR;
	return TLS_FAILED;
}

enum tls_result
tls_handshake(struct tls *tls)
{
	enum tls_result res = send_flight(tls, TLS_DONE);

	if (res == TLS_DONE && !tls->is_agreed)
		res = send_flight(tls, take_turn(tls));
	if (res == TLS_DONE)
		tls->is_up = true;
	if (res == TLS_DONE && tls->use == TLS_FTP_CONTROL)
		tls_tickets_own(tls->tickets, tls->session);
	/* GnuTLS's clients write their last flight in two pieces. */
	if (res == TLS_WANT_READ)
		socket_acknowledge(tls->fd);
	return res;
}

bool
tls_is_peers_fault(const struct tls *tls)
{
	switch (tls->error) {
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return tls->has_hello;
	case GNUTLS_E_INTERNAL_ERROR:
	case GNUTLS_E_MEMORY_ERROR:
	case GNUTLS_E_PK_SIGN_FAILED:
		return false;
	default:
		return true;
	}
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

enum tls_result
tls_read(struct tls *tls, void *buf, size_t size, size_t *ret_n)
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
	res = result(tls, (int)n);
	if (res == TLS_FAILED)
		alert(tls, (int)n);
	return res;
}

bool
tls_pending(const struct tls *tls)
{
	return gnutls_record_check_pending(tls->session) > 0;
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

/* Begins one, or goes on with the one that did not fit into the socket. */
static int
send_ticket(struct tls *tls)
{
	int r = gnutls_session_ticket_send(tls->session, 1, 0);

	tls->is_ticket_due = r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED;
	return r;
}

enum tls_result
tls_send_ticket(struct tls *tls)
{
	int r;

	if (tls->use == TLS_FTP_DATA ||
	    gnutls_protocol_get_version(tls->session) != GNUTLS_TLS1_3)
		return TLS_DONE;
	r = send_ticket(tls);
	return r >= 0 || tls->is_ticket_due ? TLS_DONE : result(tls, r);
}

enum tls_result
tls_write(struct tls *tls, const void *buf, size_t len, size_t *ret_n)
{
	size_t done = 0;
	ssize_t n = tls->is_ticket_due ? send_ticket(tls) : 0;

	while (n >= 0 && done < len) {
		size_t left = len - done;

		tls->more = left > RECORD_MAX;
		n = send_record(tls, (const uint8_t *)buf + done,
		    tls->more ? RECORD_MAX : left);
		done += n < 0 ? 0 : (size_t)n;
	}
	tls->more = false;
	if (done == 0 && n < 0)
		return result(tls, (int)n);
	*ret_n = done;
	return TLS_DONE;
}

enum tls_result
tls_bye(struct tls *tls)
{
	int r = tls->is_ticket_due ? send_ticket(tls) : 0;

	if (r >= 0)
		r = gnutls_bye(tls->session, GNUTLS_SHUT_WR);

	return r >= 0 ? TLS_DONE : result(tls, r);
}

int
tls_sending_keys(struct tls *tls, struct ktls_keys *ret)
{
	int r = tls->unsent > 0 ? -EBUSY : tls_keys_get(tls->session, ret);

	tls->is_elsewhere = r == 0;
	return r;
}

void
tls_refuse_certificate(struct tls *tls)
{
	tls->has_alerted = gnutls_alert_send(tls->session, GNUTLS_AL_FATAL,
			       GNUTLS_A_BAD_CERTIFICATE) >= 0;
}

bool
tls_has_alerted(const struct tls *tls)
{
	return tls->has_alerted;
}

bool
tls_is_resumed(const struct tls *tls)
{
	return gnutls_session_is_resumed(tls->session) != 0;
}

bool
tls_resumes_control(const struct tls *tls)
{
	return tls_tickets_proves(tls->tickets, tls->session);
}

int
tls_describe(struct tls *tls, struct stssl_record *record)
{
	return peer_describe(
	    tls->session, tls->context->store, tls->condemned, record);
}

int
tls_peer_chain(
    struct tls *tls, unsigned char *buf, size_t size, size_t *ret_len)
{
	return peer_chain(tls->session, buf, size, ret_len);
}

void
tls_condemn(struct tls *tls, enum stssl_failure failure)
{
	tls->condemned = failure;
}

bool
tls_peer_fingerprint(struct tls *tls, char ret[static TLS_FINGERPRINT])
{
	return peer_fingerprint(tls->session, ret);
}

const char *
tls_error(const struct tls *tls)
{
	return tls->error == 0 ? "no error" : gnutls_strerror(tls->error);
}
