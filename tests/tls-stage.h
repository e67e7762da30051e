/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A TLS server of the helper's and clients of GnuTLS's, in one process, for
 * tests.  All fail the test when anything fails.
 */
#ifndef TESTS_TLS_STAGE_H
#define TESTS_TLS_STAGE_H

#include <gnutls/gnutls.h>

#include "helper/worker/tls/tls.h"
#include "setup/config.h"
#include "tests/certificates.h"

#define OK(call) ck_assert_int_ge((call), 0)

/* A server with a CA and its lists; and a client with a certificate of it. */
struct stage {
	struct files files;
	struct made ca, server, alice;
	struct tls_tickets *tickets;
	const char *priority, *group; /* of the server, one or both */
	enum client_certificate asks; /* CLIENT_REQUEST, if not changed */
	/* Of the next client: GnuTLS's flags, and its certificate. */
	unsigned client_flags;
	gnutls_certificate_credentials_t credentials;
	gnutls_datum_t ticket; /* of the last client's session */
};
void stage_set(struct stage *s);
void stage_clear(struct stage *s);

/* Write a certificate and its key to NAME.pem and NAME.key. */
void stage_store(
    const struct stage *s, const char *name, const struct made *made);

/* An edit for make_leaf(): a certificate that is good for clients only. */
void for_clients(struct making *m);

/* Credentials with one certificate, or, NULL, with none; the caller's. */
gnutls_certificate_credentials_t credentials_of(const struct made *made);

/* See tls_context_new(); `list` may be NULL.  A keyholder is there, too. */
int load(struct stage *s, const char *list, enum stale_crl stale,
    struct tls_context **ret, const char **ret_key, struct stssl_error *error);
struct tls_context *must_load(
    struct stage *s, const char *list, enum stale_crl stale);

/* Both ends of a connection. */
struct meeting {
	gnutls_session_t client;
	struct tls *tls;
	int pair[2];
};

/* Before the handshake, the handshake, and both and a byte from the server. */
void meet_begin(struct meeting *m, struct stage *s, struct tls_context *context,
    enum tls_use use, const char *priority);
void shake_hands(struct meeting *m);
void meet(struct meeting *m, struct stage *s, struct tls_context *context,
    enum tls_use use, const char *priority);
void part(struct meeting *m);

#endif
