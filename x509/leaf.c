/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Describes the client's certificate in mod_ssl's words; verify.c judges it.
 * A name is exported byte for byte or, if it has a control character, not at
 * all: a NUL in a name must never shorten it.  Digests are made of the bytes
 * that arrived.
 */
#include <config.h>
#include "x509/leaf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status/ascii.h"
#include "status/tools/hex.h"
#include "status/tools/words.h"
#include "status/words.h"
#include "x509/certificate.h"
#include "x509/checks.h"
#include "x509/dn.h"
#include "x509/inside.h"
#include "x509/name.h"
#include "x509/text.h"

#define FIELD_TEXT 32
/* Longer names are not read; nothing that matches is longer than 256. */
#define NAME_TEXT  4096
#define SERIAL_MAX 64

/* The fields of a certificate as they stand in it. */
struct fields {
	struct x509_der serial, issuer, subject; /* contents */
	struct x509_der key; /* SubjectPublicKeyInfo, with tag and length */
};

/* A leaf under description. */
struct leaf {
	gnutls_x509_crt_t cert;
	struct x509_der der;
	struct fields fields;
	struct stssl_record *record;
	enum stssl_failure failure;
	unsigned counts[X509_NAME_KINDS];
};

/* The next item, which must have this tag: its content, and all of it. */
static bool
next(struct x509_der *der, unsigned long tag, struct x509_der *ret_content,
    struct x509_der *ret_whole)
{
	const unsigned char *at = der->at;
	struct x509_der_item item;

	if (!x509_der_next(der, &item) || item.tag != tag)
		return false;
	*ret_content = item.content;
	*ret_whole = (struct x509_der){ at, (size_t)(der->at - at) };
	return true;
}

/* RFC 5280, 4.1: TBSCertificate up to the key. */
static bool
find_fields(struct x509_der der, struct fields *ret)
{
	struct x509_der all, tbs, rest, skipped, whole;

	if (!x509_der_only(der, X509_DER_SEQUENCE, &all) ||
	    !next(&all, X509_DER_SEQUENCE, &tbs, &whole))
		return false;
	rest = tbs;
	if (next(&rest, X509_DER_CONTEXT | 0, &skipped, &whole))
		tbs = rest; /* behind the version */
	return next(&tbs, X509_DER_INTEGER, &ret->serial, &whole) &&
	       next(&tbs, X509_DER_SEQUENCE, &skipped, &whole) &&
	       next(&tbs, X509_DER_SEQUENCE, &ret->issuer, &whole) &&
	       next(&tbs, X509_DER_SEQUENCE, &skipped, &whole) &&
	       next(&tbs, X509_DER_SEQUENCE, &ret->subject, &whole) &&
	       next(&tbs, X509_DER_SEQUENCE, &skipped, &ret->key);
}

static void
fail(struct leaf *l, enum stssl_failure why)
{
	if (l->failure == STSSL_FAILURE_NONE)
		l->failure = why;
}

/* Description */

bool
x509_is_printable(const void *bytes, size_t len)
{
	const char *at = bytes;

	for (size_t i = 0; i < len; i++)
		if (stssl_is_control(at[i]))
			return false;
	return len > 0;
}

/* Turn name bytes into a string; false when they are unfit for one. */
static bool
name_text(const unsigned char *bytes, size_t len, char ret[static NAME_TEXT])
{
	if (len >= NAME_TEXT || !x509_is_printable(bytes, len))
		return false;
	memcpy(ret, bytes, len);
	ret[len] = '\0';
	return true;
}

/* An empty name is absent, and so is one too long for any comparison. */
static int
put_dn(struct leaf *l, enum stssl_key key, struct x509_der name)
{
	char *text;
	int r = x509_dn_text(name, &text);

	if (r == -EBADMSG)
		fail(l, STSSL_FAILURE_BAD_NAME);
	if (r == -EBADMSG || r == -E2BIG)
		return 0;
	if (r < 0)
		return r;
	if (text[0] != '\0')
		r = stssl_record_put(l->record, key, text);
	free(text);
	return r;
}

/*
 * The CN when there is exactly one: of two, neither is the name.  An empty one,
 * or one that is no printable text, is no name either.
 */
static int
put_cn(struct leaf *l)
{
	unsigned char cn[NAME_TEXT];
	char text[NAME_TEXT];
	struct x509_der_item value;
	size_t len = 0;
	int r = x509_dn_only(l->fields.subject, X509_OID_CN, &value);
	enum x509_text read = r < 0
				  ? X509_TEXT_NONE
				  : x509_text_read(&value, cn, sizeof cn, &len);

	if (r == -EBADMSG || read == X509_TEXT_NUL)
		fail(l, STSSL_FAILURE_BAD_NAME);
	if (read != X509_TEXT_FINE || !name_text(cn, len, text))
		return 0;
	return stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_S_DN_CN, text);
}

static const enum stssl_key san_keys[X509_NAME_KINDS] = {
	[X509_NAME_EMAIL] = STSSL_KEY_SSL_CLIENT_SAN_Email,
	[X509_NAME_DNS] = STSSL_KEY_SSL_CLIENT_SAN_DNS,
	[X509_NAME_URI] = STSSL_KEY_SSL_CLIENT_SAN_URI,
	[X509_NAME_UPN] = STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN,
};

/*
 * A name that is no printable text keeps its place as an empty one: it counts
 * when there may be one name of its kind only, but it is nobody's.  A record
 * cannot number more names, and no way of identity takes as many.
 */
static int
put_san(void *owner, enum x509_name_kind kind, const unsigned char *bytes,
    size_t len)
{
	struct leaf *l = owner;
	char text[NAME_TEXT];

	if (len > 0 && memchr(bytes, '\0', len) != NULL) {
		fail(l, STSSL_FAILURE_BAD_NAME);
		return 0;
	}
	if (l->counts[kind] == STSSL_INDEX_MAX)
		return 0;
	return stssl_record_put_nth(l->record, san_keys[kind],
	    l->counts[kind]++, name_text(bytes, len, text) ? text : "");
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

bool
x509_fingerprint(const void *der, size_t len, char ret[static X509_FINGERPRINT])
{
	const gnutls_datum_t datum = x509_datum(der, len);
	unsigned char digest[32];
	size_t size = sizeof digest;

	if (gnutls_fingerprint(GNUTLS_DIG_SHA256, &datum, digest, &size) < 0)
		return false;
	(void)stssl_hex(digest, size, ret);
	return true;
}

bool
x509_key_digest(const void *der, size_t len, unsigned char ret[static X509_KEY])
{
	const gnutls_datum_t datum = x509_datum(der, len);
	gnutls_x509_crt_t cert;
	bool has;

	if (gnutls_x509_crt_init(&cert) < 0)
		return false;
	has = gnutls_x509_crt_import(cert, &datum, GNUTLS_X509_FMT_DER) >= 0 &&
	      x509_key_of(cert, ret);
	gnutls_x509_crt_deinit(cert);
	return has;
}

/* A negative number as OpenSSL writes it: "-66" for the byte 9A. */
static int
put_serial(struct leaf *l)
{
	struct x509_der from = l->fields.serial;
	unsigned char bytes[SERIAL_MAX], carry = 1;
	char hex[1 + 2 * SERIAL_MAX + 1] = "-";
	bool is_negative;

	if (from.left == 0 || from.left > sizeof bytes)
		return 0;
	is_negative = (from.at[0] & 0x80) != 0;
	for (size_t i = from.left; i-- > 0;) {
		bytes[i] = from.at[i];
		if (is_negative) {
			bytes[i] = (unsigned char)(~bytes[i] + carry);
			carry = carry != 0 && bytes[i] == 0;
		}
	}
	(void)stssl_hex(bytes, from.left, hex + (is_negative ? 1 : 0));
	for (char *digit = hex; *digit != '\0'; digit++)
		*digit = stssl_upper(*digit);
	return stssl_record_put(l->record, STSSL_KEY_SSL_CLIENT_M_SERIAL, hex);
}

static int
put_digest(struct leaf *l, enum stssl_key key, struct x509_der of)
{
	char hex[X509_FINGERPRINT];

	return x509_fingerprint(of.at, of.left, hex)
		   ? stssl_record_put(l->record, key, hex)
		   : -EIO;
}

static int
put_digests(struct leaf *l)
{
	int r = put_digest(l, STSSL_KEY_SSL_CLIENT_CERT_SHA256, l->der);

	return r < 0 ? r
		     : put_digest(
			   l, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, l->fields.key);
}

static int
put_pem(struct leaf *l)
{
	const gnutls_datum_t der = x509_datum(l->der.at, l->der.left);
	gnutls_datum_t pem = { NULL, 0 };
	int r;

	if (gnutls_pem_base64_encode2("CERTIFICATE", &der, &pem) < 0)
		return -EIO;
	r = stssl_record_put(
	    l->record, STSSL_KEY_SSL_CLIENT_CERT, (const char *)pem.data);
	gnutls_free(pem.data);
	return r;
}

static int
put_subject(struct leaf *l)
{
	return put_dn(l, STSSL_KEY_SSL_CLIENT_S_DN, l->fields.subject);
}

static int
put_issuer(struct leaf *l)
{
	return put_dn(l, STSSL_KEY_SSL_CLIENT_I_DN, l->fields.issuer);
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

	if (l->failure == STSSL_FAILURE_NONE)
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

	l.der = (struct x509_der){ chain->leaf, chain->leaf_bytes };
	if (chain->count == 0 || chain->leaf == NULL ||
	    chain->leaf_bytes > X509_LEAF_MAX ||
	    !find_fields(l.der, &l.fields)) {
		fail(&l, STSSL_FAILURE_OTHER);
		return put_verify(&l);
	}
	l.cert = chain->certs[0];
	for (size_t i = 0; r == 0 && i < sizeof fields / sizeof fields[0]; i++)
		r = fields[i](&l);
	return r;
}
