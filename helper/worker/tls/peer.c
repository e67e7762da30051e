/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a TLS session says of itself, and the client's certificate in it, which
 * x509/ verifies and describes.
 */
#include <config.h>
#include "helper/worker/tls/peer.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <time.h>

#include "x509/chain.h"
#include "x509/checks.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/verify.h"

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

static struct x509_chain *
chain_of(const gnutls_datum_t *certs, unsigned count)
{
	struct x509_chain *chain = x509_chain_new();

	for (unsigned i = 0; chain != NULL && i < count; i++)
		x509_chain_add(chain, certs[i].data, certs[i].size);
	return chain;
}

int
peer_describe(struct gnutls_session_int *session,
    const struct x509_store *store, enum stssl_failure otherwise,
    struct stssl_record *record)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };
	enum stssl_failure verdict;
	struct x509_chain *chain;
	const gnutls_datum_t *certs;
	unsigned count = 0;
	int r = describe_session(session, record);

	if (r < 0)
		return r;
	certs = gnutls_certificate_get_peers(session, &count);
	if (certs == NULL || count == 0)
		return stssl_record_put(
		    record, STSSL_KEY_SSL_CLIENT_VERIFY, "NONE");
	chain = chain_of(certs, count);
	if (chain == NULL)
		return -ENOMEM;
	verdict = x509_verify(store, chain, &terms);
	if (verdict == STSSL_FAILURE_NONE)
		verdict = otherwise;
	r = x509_describe(chain, verdict, record);
	(void)x509_chain_free(chain);
	return r;
}

int
peer_chain(struct gnutls_session_int *session, unsigned char *buf, size_t size,
    size_t *ret_len)
{
	unsigned count = 0;
	const gnutls_datum_t *certs;
	size_t len = 0;

	certs = gnutls_certificate_get_peers(session, &count);
	if (certs == NULL || count == 0)
		return -ENOENT;
	for (unsigned i = 0; i < count; i++) {
		if (certs[i].size > size - len)
			return -E2BIG;
		memcpy(buf + len, certs[i].data, certs[i].size);
		len += certs[i].size;
	}
	*ret_len = len;
	return 0;
}

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
peer_key_faults(struct gnutls_session_int *session,
    const unsigned char *message, size_t len)
{
	bool is_1_3 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
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

bool
peer_fingerprint(
    struct gnutls_session_int *session, char ret[static X509_FINGERPRINT])
{
	unsigned count = 0;
	const gnutls_datum_t *certs;

	certs = gnutls_certificate_get_peers(session, &count);
	return certs != NULL && count > 0 &&
	       x509_fingerprint(certs[0].data, certs[0].size, ret);
}
