/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The TLS connections of a worker and the credentials they use.  Certificates
 * of clients are looked at in peer.c, private keys come from keyremote.c.
 */
#include <config.h>
#include "helper/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/keyremote.h"
#include "helper/peer.h"

/* A client's chain: design limits against giant ones. */
#define CHAIN_MAX     10
#define HANDSHAKE_MAX 65536
#define KEY_BITS_MAX  8192
/* Warning alerts and renegotiations that one connection may send. */
#define NOISE_MAX 4

struct tls_context {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

struct tls_tickets {
	gnutls_datum_t key;
};

struct tls {
	gnutls_session_t session;
	size_t unsent; /* bytes that GnuTLS took but could not send yet */
	unsigned noise;
	int error;
};

/* Context */

struct loading {
	struct tls_context *context;
	const struct tls_config *config;
	struct stssl_error *error;
};

static int
fault(struct loading *l, const char *what, const char *why)
{
	(void)snprintf(
	    l->error->text, sizeof l->error->text, "%s: %s", what, why);
	return -EBADMSG;
}

static int
load_pair(struct loading *l, const char *certificate, const char *key)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	struct gnutls_privkey_st *privkey;
	int r;

	r = keyremote_open(key, &privkey);
	if (r < 0)
		return fault(l, key, gnutls_strerror(r));
	r = gnutls_pcert_list_import_x509_file(
	    chain, &count, certificate, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);
	if (r < 0) {
		gnutls_privkey_deinit(privkey);
		return fault(l, certificate, gnutls_strerror(r));
	}
	/* The credentials own key and chain from here on. */
	r = gnutls_certificate_set_key(l->context->credentials, NULL, 0, chain,
	    (int)count, privkey);
	if (r < 0) {
		for (unsigned i = 0; i < count; i++)
			gnutls_pcert_deinit(&chain[i]);
		gnutls_privkey_deinit(privkey);
		return fault(l, key, gnutls_strerror(r));
	}
	return 0;
}

static int
load_pairs(struct loading *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->config->certificate_count; i++)
		r = load_pair(
		    l, l->config->certificates[i], l->config->keys[i]);
	return r;
}

static int
load_cas(struct loading *l)
{
	for (size_t i = 0; i < l->config->client_ca_count; i++) {
		int n = gnutls_certificate_set_x509_trust_file(
		    l->context->credentials, l->config->client_cas[i],
		    GNUTLS_X509_FMT_PEM);
		if (n <= 0)
			return fault(l, l->config->client_cas[i],
			    n < 0 ? gnutls_strerror(n) : "no certificate in it");
	}
	return 0;
}

static int
load_crl(struct loading *l, const char *path)
{
	gnutls_x509_trust_list_t list;
	gnutls_datum_t pem;
	gnutls_x509_crl_t *crls;
	unsigned count;
	int r;

	r = gnutls_load_file(path, &pem);
	if (r < 0)
		return fault(l, path, gnutls_strerror(r));
	r = gnutls_x509_crl_list_import2(
	    &crls, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(pem.data);
	if (r < 0)
		return fault(l, path, gnutls_strerror(r));

	/*
	 * Both flags: without the first GnuTLS believes any list, without the
	 * second it drops a bad one silently and accepts what it revokes.
	 */
	gnutls_certificate_get_trust_list(l->context->credentials, &list);
	r = gnutls_x509_trust_list_add_crls(list, crls, count,
	    GNUTLS_TL_VERIFY_CRL | GNUTLS_TL_FAIL_ON_INVALID_CRL, 0);
	gnutls_free(crls);
	if (r != (int)count)
		return fault(l, path,
		    "not signed by a client-ca, or out of date");
	return 0;
}

static int
load_crls(struct loading *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->config->client_crl_count; i++)
		r = load_crl(l, l->config->client_crls[i]);
	return r;
}

static int
load_priority(struct loading *l)
{
	const char *at;
	int r;

	r = gnutls_priority_init(
	    &l->context->priority, l->config->priority, &at);
	if (r < 0)
		return fault(l, at != NULL ? at : l->config->priority,
		    gnutls_strerror(r));
	return 0;
}

static const struct {
	const char *key;
	int (*load)(struct loading *l);
} loaders[] = {
	{ "key", load_pairs },
	{ "client-ca", load_cas },
	{ "client-crl", load_crls },
	{ "priority", load_priority },
};

int
tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error)
{
	struct loading l = { NULL, config, error };

	*ret_key = "certificate";
	l.context = calloc(1, sizeof *l.context);
	if (l.context == NULL ||
	    gnutls_certificate_allocate_credentials(&l.context->credentials) <
	        0) {
		free(l.context);
		return fault(&l, "tls", "out of memory");
	}
	gnutls_certificate_set_verify_limits(
	    l.context->credentials, KEY_BITS_MAX, CHAIN_MAX);

	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++) {
		int r = loaders[i].load(&l);
		if (r < 0) {
			*ret_key = loaders[i].key;
			tls_context_free(l.context);
			return r;
		}
	}
	*ret = l.context;
	return 0;
}

struct tls_context *
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return NULL;
	gnutls_certificate_free_credentials(context->credentials);
	if (context->priority != NULL)
		gnutls_priority_deinit(context->priority);
	free(context);
	return NULL;
}

/* Tickets */

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
	gnutls_memset(tickets->key.data, 0, tickets->key.size);
	gnutls_free(tickets->key.data);
	free(tickets);
	return NULL;
}

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

struct tls *
tls_new(struct tls_context *context, enum tls_use use,
    enum client_certificate client_certificate,
    const struct tls_tickets *tickets, int fd)
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
	    gnutls_session_ticket_enable_server(tls->session, &tickets->key) <
	        0 ||
	    set_alpn(tls->session, uses[use].alpn) < 0)
		return tls_free(tls);

	gnutls_certificate_server_set_request(
	    tls->session, requests[client_certificate]);
	gnutls_handshake_set_max_packet_length(tls->session, HANDSHAKE_MAX);
	gnutls_transport_set_int(tls->session, fd);
	return tls;
}

struct tls *
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return NULL;
	gnutls_deinit(tls->session);
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

enum tls_result
tls_handshake(struct tls *tls)
{
	int r = gnutls_handshake(tls->session);
	enum tls_result res;

	if (r >= 0)
		return TLS_DONE;
	res = result(tls, r);
	if (res == TLS_FAILED)
		(void)gnutls_alert_send_appropriate(tls->session, r);
	return res;
}

enum tls_result
tls_read(struct tls *tls, void *buf, size_t size, size_t *ret_n)
{
	ssize_t n = gnutls_record_recv(tls->session, buf, size);

	if (n > 0) {
		*ret_n = (size_t)n;
		return TLS_DONE;
	}
	if (n == 0)
		return TLS_CLOSED;
	if (n == GNUTLS_E_REHANDSHAKE)
		(void)gnutls_alert_send(tls->session, GNUTLS_AL_WARNING,
		    GNUTLS_A_NO_RENEGOTIATION);
	return result(tls, (int)n);
}

bool
tls_pending(const struct tls *tls)
{
	return gnutls_record_check_pending(tls->session) > 0;
}

enum tls_result
tls_write(struct tls *tls, const void *buf, size_t len, size_t *ret_n)
{
	ssize_t n;

	if (tls->unsent > 0)
		n = gnutls_record_send(tls->session, NULL, 0);
	else
		n = gnutls_record_send(tls->session, buf, len);
	if (n >= 0) {
		tls->unsent = 0;
		*ret_n = (size_t)n;
		return TLS_DONE;
	}
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		tls->unsent = len;
	return result(tls, (int)n);
}

enum tls_result
tls_bye(struct tls *tls)
{
	int r = gnutls_bye(tls->session, GNUTLS_SHUT_WR);

	return r >= 0 ? TLS_DONE : result(tls, r);
}

enum tls_result
tls_send_ticket(struct tls *tls)
{
	int r;

	if (gnutls_protocol_get_version(tls->session) != GNUTLS_TLS1_3)
		return TLS_DONE;
	r = gnutls_session_ticket_send(tls->session, 1, 0);
	return r >= 0 ? TLS_DONE : result(tls, r);
}

void
tls_refuse_certificate(struct tls *tls)
{
	(void)gnutls_alert_send(
	    tls->session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
}

bool
tls_is_resumed(const struct tls *tls)
{
	return gnutls_session_is_resumed(tls->session) != 0;
}

int
tls_describe(struct tls *tls, struct stssl_record *record)
{
	return peer_describe(tls->session, record);
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
