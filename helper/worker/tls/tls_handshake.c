/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a connection comes up: looks at the client's messages before and after
 * GnuTLS reads them, chooses the certificate for the name that it asks for, and
 * sends our part in one piece.
 */
#include <config.h>
#include "helper/worker/tls/tls_handshake.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "helper/base/socket.h"
#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/peer.h"
#include "helper/worker/tls/tls_context.h"
#include "helper/worker/tls/tls_fault.h"
#include "helper/worker/tls/tls_groups.h"
#include "helper/worker/tls/tls_inside.h"
#include "helper/worker/tls/tls_proof.h"
#include "helper/worker/tls/tls_tickets.h"
#include "helper/worker/tls/tls_trust.h"
#include "x509/checks.h"

/* That a client gets, as GnuTLS has it. */
#define TICKETS 2
/* The longest handshake message: bounds a client's chain in bytes. */
#define HANDSHAKE_MAX 65536
/* Extensions, RFC 8446 section 4.2. */
#define SIGNATURE_ALGORITHMS 13
#define SUPPORTED_VERSIONS   43
#define KEY_SHARE            51

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

int
tls_require_alpn(struct tls *tls, const char *name)
{
	union {
		const char *text;
		unsigned char *data;
	} u = { .text = name }; /* GnuTLS copies what it takes as non-const */
	const gnutls_datum_t protocol = { u.data, (unsigned)strlen(name) };

	return gnutls_alpn_set_protocols(
		   tls->session, &protocol, 1, GNUTLS_ALPN_MANDATORY) < 0
		   ? -ENOMEM
		   : 0;
}

/* A ClientHello while it is looked at. */
struct hello {
	struct tls *tls;
	const unsigned char *versions;
	unsigned versions_size;
};

/* GnuTLS calls it for each extension of the client's first message. */
static int
on_extension(void *ptr, unsigned type, const unsigned char *data, unsigned size)
{
	struct hello *hello = ptr;
	struct tls *tls = hello->tls;

	if (type == SUPPORTED_VERSIONS) {
		hello->versions = data;
		hello->versions_size = size;
	}

	if (type == SIGNATURE_ALGORITHMS)
		tls->has_signatures = true;
	if (type == KEY_SHARE && tls->pins == NULL)
		tls_groups_prefer(
		    tls->context->groups, tls->session, data, size);
	return 0;
}

/* GnuTLS reads the message afterwards, and complains of what is wrong. */
static int
before_hello(struct tls *tls, const gnutls_datum_t *message)
{
	struct hello hello = { .tls = tls };

	(void)gnutls_ext_raw_parse(&hello, on_extension, message,
	    GNUTLS_EXT_RAW_FLAG_TLS_CLIENT_HELLO);
	tls_proof_begin(tls, message->data, message->size, hello.versions,
	    hello.versions_size);
	return 0;
}

/*
 * GnuTLS chooses one of the credentials' certificates after this, by what the
 * client can verify.
 */
static int
on_names(gnutls_session_t session)
{
	const struct tls *tls = gnutls_session_get_ptr(session);
	char name[TLS_NAME_MAX + 1];

	if (tls->pins != NULL || !tls_sni(tls, name))
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
	if (tls->pins != NULL && tls->use == TLS_DATA)
		return GNUTLS_E_INSUFFICIENT_CREDENTIALS;
	if (!tls->has_signatures)
		return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
	return tls_context_likely_signs(tls->context) ? 0
						      : GNUTLS_E_INTERNAL_ERROR;
}

/*
 * The client's signature comes next.  A verify function would look at the key
 * too late: with TLS 1.3 GnuTLS calls it afterwards.  A key of an unknown kind
 * is refused here with a fitting alert: GnuTLS would call the certificate a
 * corrupt one.
 */
static int
before_certificate(struct tls *tls, const gnutls_datum_t *message)
{
	unsigned faults = peer_key_faults(tls, message->data, message->size);

	tls->is_not_for_signing = (faults & X509_KEY_NOT_SIGNING) != 0;
	if ((faults & X509_KEY_UNKNOWN) != 0)
		return GNUTLS_E_UNSUPPORTED_CERTIFICATE_TYPE;
	return (faults & X509_KEY_HUGE) != 0 ? GNUTLS_E_CERTIFICATE_ERROR : 0;
}

/*
 * A certificate that is not for signatures would end the handshake; here it is
 * a certificate that is not good, and the class says what comes of it.  GnuTLS
 * lets it pass in its compatibility mode only.  The other effects of that mode
 * concern what is settled by now: extensions, and the client's key exchange.
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

/* For a data connection. */
static int
after_ticket(struct tls *tls, const gnutls_datum_t *message)
{
	(void)message;
	tls->has_ticket = true;
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
	{ GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, GNUTLS_HOOK_POST, true,
	    after_ticket },
};

/* A session has one hook: the next that is set replaces it. */
static int
on_message(gnutls_session_t session, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	struct tls *tls = gnutls_session_get_ptr(session);
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof looks / sizeof looks[0]; i++)
		if (looks[i].type == type && looks[i].when == (int)when &&
		    looks[i].incoming == (incoming != 0))
			r = looks[i].look(tls, message);
	if (r == 0 && when == GNUTLS_HOOK_PRE)
		r = tls_proof_add(
		    tls, type, incoming != 0, message->data, message->size);
	return r;
}

void
tls_prepare_handshake(struct tls *tls)
{
	gnutls_handshake_set_max_packet_length(tls->session, HANDSHAKE_MAX);
	gnutls_handshake_set_hook_function(
	    tls->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, on_message);
	gnutls_handshake_set_post_client_hello_function(tls->session, on_names);
}

/* The handshake */

/*
 * As many as GnuTLS would send.  A session with a client's certificate is not
 * resumed: nobody signs then, so that nothing can be proven.  In TLS 1.2 there
 * is no ticket, for it would be sent before that is known.
 */
static void
give_tickets(struct tls *tls)
{
	unsigned count = 0;

	if (tls->gives_no_tickets &&
	    gnutls_certificate_get_peers(tls->session, &count) == NULL)
		(void)tls_send_tickets(tls, TICKETS);
}

/* Our part of the handshake, up to the client's next. */
static int
go_on(struct tls *tls)
{
	int r;

	if (tls->on_sign == NULL)
		return gnutls_handshake(tls->session);
	keyremote_use_link(tls->context->keys, tls->on_sign, tls);
	r = gnutls_handshake(tls->session);
	keyremote_use_link(tls->context->keys, NULL, NULL);
	return r;
}

static enum tls_result
take_turn(struct tls *tls)
{
	int r = go_on(tls);
	enum tls_result res;

	if (r >= 0) {
		tls->is_agreed = true;
		give_tickets(tls);
		return TLS_DONE;
	}
	res = tls_meaning(tls, r);
	if (res == TLS_FAILED)
		tls_alert(tls, r);
	return res;
}

/* Nothing else is done before the flight is sent. */
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
	bool has_spoken = !flight_is_empty(&tls->flight);
	enum tls_result res = send_flight(tls, TLS_DONE);

	ahead_look_again(&tls->ahead);
	if (res == TLS_DONE && !tls->is_agreed) {
		res = take_turn(tls);
		has_spoken = has_spoken || !flight_is_empty(&tls->flight);
		res = send_flight(tls, res);
	}
	if (res == TLS_DONE) {
		tls->is_up = true;
		if (!tls->proof.is_whole)
			tls_proof_done(&tls->proof);
	}
	if (res == TLS_DONE && tls->use == TLS_CONTROL)
		tls_tickets_own(tls->tickets, tls->session);
	if (res == TLS_DONE && tls->pins != NULL)
		res = tls_link_settle(tls);
	/*
	 * GnuTLS's clients write their last flight in two pieces: the second
	 * comes after the first, with no word of ours between.
	 */
	if (res == TLS_WANT_READ && !has_spoken)
		socket_acknowledge(tls->fd);
	return res;
}
