/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Describes the client's certificate in mod_ssl's words; verify.c judges it.
 * Names are exported byte for byte or, when they hold anything but printable
 * characters, not at all: a NUL in a name must never shorten it.
 */
#include <config.h>
#include "x509/leaf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "x509/checks.h"
#include "x509/inside.h"
#include "x509/name.h"
#include "status/words.h"

#define FIELD_TEXT 32

/* A leaf under description.  `failure` is COUNT while nothing is wrong. */
struct leaf {
	gnutls_x509_crt_t cert;
	struct stssl_record *record;
	enum stssl_failure failure;
	unsigned counts[X509_NAME_KINDS];
};

static void
fail(struct leaf *l, enum stssl_failure why)
{
	if (l->failure == STSSL_FAILURE_COUNT)
		l->failure = why;
}

/* Description */

bool
x509_is_printable(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		if (at[i] < 0x20 || at[i] == 0x7f)
			return false;
	return len > 0;
}

/* Turn name bytes into a string; false when they are unfit for one. */
static bool
name_text(
    const unsigned char *bytes, size_t len, char ret[static X509_NAME_MAX])
{
	if (len >= X509_NAME_MAX || !x509_is_printable(bytes, len))
		return false;
	memcpy(ret, bytes, len);
	ret[len] = '\0';
	return true;
}

static int
put_dn(struct leaf *l, enum stssl_key key,
    int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = 0;

	if (get(l->cert, &dn, 0) < 0) {
		fail(l, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	if (dn.size > 0) {
		if (x509_is_printable(dn.data, dn.size))
			r = stssl_record_put(
			    l->record, key, (const char *)dn.data);
		else
			fail(l, STSSL_FAILURE_BAD_NAME);
	}
	gnutls_free(dn.data);
	return r;
}

/* The CN when there is exactly one: of two, neither is the name. */
static int
put_cn(struct leaf *l)
{
	unsigned char cn[X509_NAME_MAX];
	char text[X509_NAME_MAX];
	size_t len = 0;
	int r = x509_name_common(l->cert, cn, &len);

	if (r == -ENOENT)
		return 0;
	if (r < 0 || !name_text(cn, len, text)) {
		fail(l, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	return stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_S_DN_CN, text);
}

static const enum stssl_key san_keys[X509_NAME_KINDS] = {
	[X509_NAME_EMAIL] = STSSL_KEY_SSL_CLIENT_SAN_Email,
	[X509_NAME_DNS] = STSSL_KEY_SSL_CLIENT_SAN_DNS,
	[X509_NAME_URI] = STSSL_KEY_SSL_CLIENT_SAN_URI,
	[X509_NAME_UPN] = STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN,
};

/* Names beyond those that a record can number are not a client's. */
static int
put_san(void *owner, enum x509_name_kind kind, const unsigned char *bytes,
    size_t len)
{
	struct leaf *l = owner;
	char text[X509_NAME_MAX];

	if (l->counts[kind] == STSSL_INDEX_MAX ||
	    !name_text(bytes, len, text)) {
		fail(l, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	return stssl_record_put_nth(
	    l->record, san_keys[kind], l->counts[kind]++, text);
}

static int
put_sans(struct leaf *l)
{
	int r = x509_name_alternatives(l->cert, put_san, l);

	if (r != -EBADMSG)
		return r;
	fail(l, STSSL_FAILURE_BAD_NAME);
	return 0;
}

/* mod_ssl's form of a time, whatever the locale: "Nov 24 03:00:00 2026 GMT". */
static int
put_time(struct leaf *l, enum stssl_key key, time_t when)
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
	return stssl_record_put(l->record, key, text);
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
put_serial(struct leaf *l)
{
	unsigned char serial[64];
	size_t len = sizeof serial;
	char hex[2 * sizeof serial + 1];

	if (gnutls_x509_crt_get_serial(l->cert, serial, &len) < 0)
		return 0;
	to_hex(serial, len, true, hex);
	return stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_M_SERIAL, hex);
}

static int
put_digests(struct leaf *l)
{
	unsigned char digest[32];
	size_t len = sizeof digest;
	char hex[2 * sizeof digest + 1];
	int r;

	if (gnutls_x509_crt_get_fingerprint(
		l->cert, GNUTLS_DIG_SHA256, digest, &len) < 0)
		return -EIO;
	to_hex(digest, len, false, hex);
	r = stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_CERT_SHA256, hex);
	if (r < 0)
		return r;
	len = sizeof digest;
	if (gnutls_x509_crt_get_key_id(
		l->cert, GNUTLS_KEYID_USE_SHA256, digest, &len) < 0)
		return -EIO;
	to_hex(digest, len, false, hex);
	return stssl_record_put(
	    l->record, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, hex);
}

static int
put_pem(struct leaf *l)
{
	gnutls_datum_t pem = { NULL, 0 };
	int r;

	if (gnutls_x509_crt_export2(l->cert, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return -EIO;
	r = stssl_record_put(
	    l->record, STSSL_KEY_SSL_CLIENT_CERT, (const char *)pem.data);
	gnutls_free(pem.data);
	return r;
}

static int
put_subject(struct leaf *l)
{
	return put_dn(l, STSSL_KEY_SSL_CLIENT_S_DN, gnutls_x509_crt_get_dn3);
}

static int
put_issuer(struct leaf *l)
{
	return put_dn(
	    l, STSSL_KEY_SSL_CLIENT_I_DN, gnutls_x509_crt_get_issuer_dn3);
}

static int
put_validity(struct leaf *l)
{
	int r;

	r = put_time(l, STSSL_KEY_SSL_CLIENT_V_START,
	    gnutls_x509_crt_get_activation_time(l->cert));
	if (r < 0)
		return r;
	return put_time(l, STSSL_KEY_SSL_CLIENT_V_END,
	    gnutls_x509_crt_get_expiration_time(l->cert));
}

static int
put_verify(struct leaf *l)
{
	char text[FIELD_TEXT];

	if (l->failure == STSSL_FAILURE_COUNT)
		return stssl_record_put(
		    l->record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	(void)snprintf(
	    text, sizeof text, "FAILED:%s", stssl_failure_word(l->failure));
	return stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_VERIFY, text);
}

/* In the order of the record; the outcome last, for names can spoil it. */
static int (*const fields[])(struct leaf *l) = { put_subject, put_issuer,
	put_cn, put_serial, put_validity, put_sans, put_digests, put_pem,
	put_verify };

int
x509_describe(const struct x509_chain *chain, enum stssl_failure verdict,
    struct stssl_record *record)
{
	struct leaf l = { .record = record, .failure = verdict };
	int r = 0;

	if (chain->count == 0 || chain->leaf_bytes > X509_LEAF_MAX) {
		fail(&l, STSSL_FAILURE_OTHER);
		return put_verify(&l);
	}
	l.cert = chain->certs[0];
	for (size_t i = 0; r == 0 && i < sizeof fields / sizeof fields[0]; i++)
		r = fields[i](&l);
	return r;
}

bool
x509_fingerprint(const void *der, size_t len, char ret[static X509_FINGERPRINT])
{
	union {
		const void *in;
		unsigned char *out;
	} u = { .in = der }; /* only read, but not const in GnuTLS */
	gnutls_datum_t datum = { u.out, (unsigned)len };
	unsigned char digest[32];
	size_t size = sizeof digest;

	if (gnutls_fingerprint(GNUTLS_DIG_SHA256, &datum, digest, &size) < 0)
		return false;
	to_hex(digest, size, false, ret);
	return true;
}
