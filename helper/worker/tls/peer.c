/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The facts of a TLS session for its record, but for the client's certificate:
 * that is the verifier's.
 */
#include <config.h>
#include "helper/worker/tls/peer.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "helper/worker/tls/tls_inside.h"
#include "x509/checks.h"
#include "x509/leaf.h"

static const char *
protocol_name(gnutls_session_t session)
{
	switch ((int)gnutls_protocol_get_version(session)) {
	case GNUTLS_TLS1_3:
		return "TLSv1.3";
	case GNUTLS_TLS1_2:
		return "TLSv1.2";
	default:
		return "unknown";
	}
}

const char *
tls_version(const struct tls *tls)
{
	switch ((int)gnutls_protocol_get_version(tls->session)) {
	case GNUTLS_TLS1_3:
		return "TLS1.3";
	case GNUTLS_TLS1_2:
		return "TLS1.2";
	default:
		return "unknown";
	}
}

static int
put_sni(gnutls_session_t session, struct stssl_record *record)
{
	unsigned char name[256];
	size_t len = sizeof name;
	unsigned type;

	if (gnutls_server_name_get(session, name, &len, &type, 0) < 0 ||
	    type != GNUTLS_NAME_DNS || len >= sizeof name ||
	    !x509_is_printable(name, len))
		return 0;
	name[len] = '\0';
	return stssl_record_put(
	    record, STSSL_KEY_SSL_TLS_SNI, (const char *)name);
}

static int
describe_session(gnutls_session_t session, struct stssl_record *record)
{
	const char *cipher = gnutls_ciphersuite_get(session);
	int r;

	r = stssl_record_put(
	    record, STSSL_KEY_SSL_PROTOCOL, protocol_name(session));
	if (r == 0 && cipher != NULL)
		r = stssl_record_put(record, STSSL_KEY_SSL_CIPHER, cipher);
	if (r == 0)
		r = put_sni(session, record);
	if (r == 0)
		r = stssl_record_put(record, STSSL_KEY_SSL_SESSION_RESUMED,
		    gnutls_session_is_resumed(session) != 0 ? "Resumed"
							    : "Initial");
	return r;
}

/* The chain that the client has sent; NULL when it has sent none. */
static const gnutls_datum_t *
peer_certificates(const struct tls *tls, unsigned *ret_count)
{
	const gnutls_datum_t *certs =
	    gnutls_certificate_get_peers(tls->session, ret_count);

	return *ret_count == 0 ? NULL : certs;
}

int
tls_describe(const struct tls *tls, struct stssl_record *record)
{
	return describe_session(tls->session, record);
}

bool
tls_has_certificate(const struct tls *tls)
{
	unsigned count = 0;

	return peer_certificates(tls, &count) != NULL;
}

void
tls_refuse_certificate(struct tls *tls)
{
	tls->has_alerted = gnutls_alert_send(tls->session, GNUTLS_AL_FATAL,
			       GNUTLS_A_BAD_CERTIFICATE) >= 0;
}

bool
tls_same_certificate(const struct tls *tls, const struct tls *other)
{
	unsigned count = 0;
	const gnutls_datum_t *a = peer_certificates(tls, &count);
	const gnutls_datum_t *b = peer_certificates(other, &count);

	return a != NULL && b != NULL && a->size == b->size &&
	       memcmp(a->data, b->data, a->size) == 0;
}

/* Before the handshake is over */

/* A length of three bytes, cut off; 0 when it is more than there is. */
static size_t
cut_length(const unsigned char **at, size_t *left)
{
	size_t len;

	if (*left < 3)
		return 0;
	len = (size_t)((*at)[0] << 16 | (*at)[1] << 8 | (*at)[2]);
	*at += 3;
	*left -= 3;
	return len <= *left ? len : 0;
}

unsigned
peer_key_faults(const struct tls *tls, const unsigned char *message, size_t len)
{
	bool is_1_3 =
	    gnutls_protocol_get_version(tls->session) == GNUTLS_TLS1_3;
	size_t context = is_1_3 && len > 0 ? 1U + message[0] : 0, left, first;

	if (context > len)
		return 0;
	message += context;
	left = len - context;
	if (cut_length(&message, &left) == 0)
		return 0;
	first = cut_length(&message, &left);
	return first == 0 ? 0 : x509_key_faults(message, first);
}
