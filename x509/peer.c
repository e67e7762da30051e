/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Describes the client's certificate in mod_ssl's words; verify.c judges it.
 * Names are exported byte for byte or, when they hold anything but printable
 * characters, not at all: a NUL in a name must never shorten it.
 */
#include <config.h>
#include "x509/peer.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "x509/verify.h"
#include "status/words.h"

/* Longest name that is looked at; nothing that matches is longer than 256. */
#define NAME_MAX_BYTES 4096
#define FIELD_TEXT     32

/* A leaf under description.  `failure` is COUNT while nothing is wrong. */
struct peer {
	gnutls_x509_crt_t leaf;
	struct stssl_record *record;
	enum stssl_failure failure;
};

static void
fail(struct peer *p, enum stssl_failure why)
{
	if (p->failure == STSSL_FAILURE_COUNT)
		p->failure = why;
}

/* Description */

static bool
is_printable(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] < 0x20 || bytes[i] == 0x7f)
			return false;
	return len > 0;
}

/* Turn name bytes into a string; NULL, and the name failed, when unfit. */
static const char *
name_text(struct peer *p, unsigned char *bytes, size_t len)
{
	if (len >= NAME_MAX_BYTES || !is_printable(bytes, len)) {
		fail(p, STSSL_FAILURE_BAD_NAME);
		return NULL;
	}
	bytes[len] = '\0';
	return (const char *)bytes;
}

static int
put_dn(struct peer *p, enum stssl_key key,
    int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = 0;

	if (get(p->leaf, &dn, 0) < 0) {
		fail(p, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	if (dn.size > 0) {
		if (is_printable(dn.data, dn.size))
			r = stssl_record_put(
			    p->record, key, (const char *)dn.data);
		else
			fail(p, STSSL_FAILURE_BAD_NAME);
	}
	gnutls_free(dn.data);
	return r;
}

/* The CN when there is exactly one: of two, neither is the name. */
static int
put_cn(struct peer *p)
{
	unsigned char first[NAME_MAX_BYTES], second[NAME_MAX_BYTES];
	size_t len = sizeof first, more = sizeof second;
	const char *cn;
	int r;

	r = gnutls_x509_crt_get_dn_by_oid(
	    p->leaf, GNUTLS_OID_X520_COMMON_NAME, 0, 0, first, &len);
	if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return 0;
	if (r < 0) {
		fail(p, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	if (gnutls_x509_crt_get_dn_by_oid(p->leaf, GNUTLS_OID_X520_COMMON_NAME,
		1, 0, second, &more) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return 0;
	cn = name_text(p, first, len);
	return cn == NULL ? 0
			  : stssl_record_put(
				p->record, STSSL_KEY_SSL_CLIENT_S_DN_CN, cn);
}

static const struct {
	int type;
	enum stssl_key key;
} san_kinds[] = {
	{ GNUTLS_SAN_RFC822NAME, STSSL_KEY_SSL_CLIENT_SAN_Email },
	{ GNUTLS_SAN_DNSNAME, STSSL_KEY_SSL_CLIENT_SAN_DNS },
	{ GNUTLS_SAN_URI, STSSL_KEY_SSL_CLIENT_SAN_URI },
};
#define SAN_KINDS (sizeof san_kinds / sizeof san_kinds[0])

static int
put_san(struct peer *p, int type, unsigned char *bytes, size_t len,
    unsigned counts[static SAN_KINDS])
{
	for (size_t i = 0; i < SAN_KINDS; i++) {
		const char *name;

		if (san_kinds[i].type != type)
			continue;
		name = name_text(p, bytes, len);
		if (name == NULL)
			return 0;
		return stssl_record_put_nth(
		    p->record, san_kinds[i].key, counts[i]++, name);
	}
	return 0;
}

static int
put_sans(struct peer *p)
{
	unsigned counts[SAN_KINDS] = { 0 };

	for (unsigned i = 0;; i++) {
		unsigned char name[NAME_MAX_BYTES];
		size_t len = sizeof name;
		int type, r;

		type = gnutls_x509_crt_get_subject_alt_name(
		    p->leaf, i, name, &len, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return 0;
		if (type < 0 || i == STSSL_INDEX_MAX) {
			fail(p, STSSL_FAILURE_BAD_NAME);
			return 0;
		}
		r = put_san(p, type, name, len, counts);
		if (r < 0)
			return r;
	}
}

/* mod_ssl's form of a time, whatever the locale: "Nov 24 03:00:00 2026 GMT". */
static int
put_time(struct peer *p, enum stssl_key key, time_t when)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[FIELD_TEXT * 2];
	struct tm tm;

	if (when == (time_t)-1 || gmtime_r(&when, &tm) == NULL)
		return 0;
	(void)snprintf(text, sizeof text, "%s %2d %02d:%02d:%02d %d GMT",
	    months[tm.tm_mon], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    tm.tm_year + 1900);
	return stssl_record_put(p->record, key, text);
}

static void
to_hex(const unsigned char *bytes, size_t len, bool upper, char *ret)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = digits[bytes[i] >> 4];
		ret[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret[2 * len] = '\0';
}

static int
put_serial(struct peer *p)
{
	unsigned char serial[64];
	size_t len = sizeof serial;
	char hex[2 * sizeof serial + 1];

	if (gnutls_x509_crt_get_serial(p->leaf, serial, &len) < 0)
		return 0;
	to_hex(serial, len, true, hex);
	return stssl_record_put(p->record, STSSL_KEY_SSL_CLIENT_M_SERIAL, hex);
}

static int
put_digests(struct peer *p)
{
	unsigned char digest[32];
	size_t len = sizeof digest;
	char hex[2 * sizeof digest + 1];
	int r;

	if (gnutls_x509_crt_get_fingerprint(
		p->leaf, GNUTLS_DIG_SHA256, digest, &len) < 0)
		return -EIO;
	to_hex(digest, len, false, hex);
	r = stssl_record_put(p->record, STSSL_KEY_SSL_CLIENT_CERT_SHA256, hex);
	if (r < 0)
		return r;
	len = sizeof digest;
	if (gnutls_x509_crt_get_key_id(
		p->leaf, GNUTLS_KEYID_USE_SHA256, digest, &len) < 0)
		return -EIO;
	to_hex(digest, len, false, hex);
	return stssl_record_put(
	    p->record, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, hex);
}

static int
put_pem(struct peer *p)
{
	gnutls_datum_t pem = { NULL, 0 };
	int r;

	if (gnutls_x509_crt_export2(p->leaf, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return -EIO;
	r = stssl_record_put(
	    p->record, STSSL_KEY_SSL_CLIENT_CERT, (const char *)pem.data);
	gnutls_free(pem.data);
	return r;
}

static int
put_subject(struct peer *p)
{
	return put_dn(p, STSSL_KEY_SSL_CLIENT_S_DN, gnutls_x509_crt_get_dn3);
}

static int
put_issuer(struct peer *p)
{
	return put_dn(
	    p, STSSL_KEY_SSL_CLIENT_I_DN, gnutls_x509_crt_get_issuer_dn3);
}

static int
put_validity(struct peer *p)
{
	int r;

	r = put_time(p, STSSL_KEY_SSL_CLIENT_V_START,
	    gnutls_x509_crt_get_activation_time(p->leaf));
	if (r < 0)
		return r;
	return put_time(p, STSSL_KEY_SSL_CLIENT_V_END,
	    gnutls_x509_crt_get_expiration_time(p->leaf));
}

static int
put_verify(struct peer *p)
{
	char text[FIELD_TEXT];

	if (p->failure == STSSL_FAILURE_COUNT)
		return stssl_record_put(
		    p->record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	(void)snprintf(
	    text, sizeof text, "FAILED:%s", stssl_failure_word(p->failure));
	return stssl_record_put(p->record, STSSL_KEY_SSL_CLIENT_VERIFY, text);
}

/* In the order of the record; the outcome last, for names can spoil it. */
static int (*const fields[])(struct peer *) = { put_subject, put_issuer, put_cn,
	put_serial, put_validity, put_sans, put_digests, put_pem, put_verify };

/* The session's own facts */

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
	    !is_printable(name, len))
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

static int
describe_leaf(gnutls_session_t session, const gnutls_datum_t *der, bool stale,
    struct stssl_record *record)
{
	struct peer p = { NULL, record, STSSL_FAILURE_COUNT };
	int r = 0;

	if (gnutls_x509_crt_init(&p.leaf) < 0)
		return -ENOMEM;
	if (gnutls_x509_crt_import(p.leaf, der, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(p.leaf);
		return -EBADMSG;
	}
	p.failure = verify_peer(session, p.leaf, stale);
	for (size_t i = 0; r == 0 && i < sizeof fields / sizeof fields[0]; i++)
		r = fields[i](&p);
	gnutls_x509_crt_deinit(p.leaf);
	return r;
}

int
peer_describe(
    struct gnutls_session_int *session, bool stale, struct stssl_record *record)
{
	unsigned count = 0;
	const gnutls_datum_t *chain;
	int r;

	r = describe_session(session, record);
	if (r < 0)
		return r;
	chain = gnutls_certificate_get_peers(session, &count);
	if (chain == NULL || count == 0)
		return stssl_record_put(
		    record, STSSL_KEY_SSL_CLIENT_VERIFY, "NONE");
	return describe_leaf(session, &chain[0], stale, record);
}

bool
peer_fingerprint(struct gnutls_session_int *session, char ret[static 65])
{
	unsigned char digest[32];
	size_t len = sizeof digest;
	unsigned count = 0;
	const gnutls_datum_t *chain;

	chain = gnutls_certificate_get_peers(session, &count);
	if (chain == NULL || count == 0 ||
	    gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], digest, &len) < 0)
		return false;
	to_hex(digest, len, false, ret);
	return true;
}
