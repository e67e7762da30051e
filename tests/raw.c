/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/raw.h"

#include <check.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>

#define OK(call)  ck_assert_int_ge((call), 0)
#define BYTES_MAX 4096

/* Grows to the right; what is wrapped gets its header in front. */
struct bytes {
	unsigned char at[BYTES_MAX];
	size_t len;
};

static void
add(struct bytes *to, const void *from, size_t len)
{
	ck_assert_uint_le(to->len + len, sizeof to->at);
	if (len > 0)
		memcpy(to->at + to->len, from, len);
	to->len += len;
}

#define ADD(to, text) add(to, text, sizeof text - 1)

/* From `start` on it becomes the content of an item. */
static void
wrap(struct bytes *to, size_t start, unsigned char tag, bool long_form)
{
	size_t len = to->len - start;
	unsigned char head[5] = { tag, 0x83, 0, (unsigned char)(len >> 8),
		(unsigned char)len };
	size_t head_len = sizeof head;
	unsigned char content[BYTES_MAX];

	if (!long_form && len < 0x80) {
		head[1] = (unsigned char)len;
		head_len = 2;
	} else if (!long_form) {
		head[1] = len < 0x100 ? 0x81 : 0x82;
		head_len = len < 0x100 ? 3 : 4;
		memmove(head + 2, head + (len < 0x100 ? 4 : 3), head_len - 2);
	}
	memcpy(content, to->at + start, len);
	to->len = start;
	add(to, head, head_len);
	add(to, content, len);
}

static void
add_item(struct bytes *to, unsigned char tag, const void *content, size_t len)
{
	size_t start = to->len;

	add(to, content, len);
	wrap(to, start, tag, false);
}

static void
add_time(struct bytes *to, time_t when)
{
	char text[20];
	struct tm tm;

	ck_assert_ptr_nonnull(gmtime_r(&when, &tm));
	ck_assert_uint_eq(
	    strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm), 15);
	add_item(to, 0x17, text + 2, 13);
}

static void
add_key(struct bytes *to, gnutls_x509_crt_t cert)
{
	gnutls_datum_t der;
	gnutls_pubkey_t key;

	OK(gnutls_pubkey_init(&key));
	OK(gnutls_pubkey_import_x509(key, cert, 0));
	OK(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der));
	add(to, der.data, der.size);
	gnutls_free(der.data);
	gnutls_pubkey_deinit(key);
}

static void
add_issuer(struct bytes *to, gnutls_x509_crt_t cert)
{
	gnutls_datum_t name;

	OK(gnutls_x509_crt_get_raw_dn(cert, &name));
	add(to, name.data, name.size);
	gnutls_free(name.data);
}

/* keyUsage digitalSignature, and the names */
static void
add_extensions(struct bytes *to, const struct raw *raw)
{
	size_t start = to->len, names, value;

	ADD(to, "\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x07"
		"\x80");
	if (raw->names != NULL) {
		names = to->len;
		ADD(to, "\x06\x03\x55\x1d\x11");
		if (raw->names_are_critical)
			ADD(to, "\x01\x01\xff");
		value = to->len;
		add_item(to, 0x30, raw->names, raw->names_len);
		wrap(to, value, 0x04, false);
		wrap(to, names, 0x30, false);
	}
	wrap(to, start, 0x30, false);
	wrap(to, start, 0xa3, false);
}

#define ECDSA_SHA256 "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"

static void
add_tbs(struct bytes *to, const struct made *issuer, const struct raw *raw)
{
	size_t validity;

	ADD(to, "\xa0\x03\x02\x01\x02");
	if (raw->serial != NULL)
		add_item(to, 0x02, raw->serial, raw->serial_len);
	else
		ADD(to, "\x02\x01\x07");
	ADD(to, ECDSA_SHA256);
	add_issuer(to, issuer->cert);
	validity = to->len;
	add_time(to, NOON - HOUR);
	add_time(to, NOON + HOUR);
	wrap(to, validity, 0x30, false);
	add_item(to, 0x30, raw->subject, raw->subject_len);
	add_key(to, issuer->cert);
	add_extensions(to, raw);
	wrap(to, 0, 0x30, false);
}

gnutls_datum_t
raw_leaf(const struct made *issuer, const struct raw *raw)
{
	struct bytes all = { .len = 0 };
	gnutls_datum_t tbs, signature, ret;
	gnutls_privkey_t key;
	size_t start;

	add_tbs(&all, issuer, raw);
	tbs = (gnutls_datum_t){ all.at, (unsigned)all.len };
	OK(gnutls_privkey_init(&key));
	OK(gnutls_privkey_import_x509(key, issuer->key, 0));
	OK(gnutls_privkey_sign_data(
	    key, GNUTLS_DIG_SHA256, 0, &tbs, &signature));
	ADD(&all, ECDSA_SHA256);
	start = all.len;
	ADD(&all, "\0");
	add(&all, signature.data, signature.size);
	wrap(&all, start, 0x03, false);
	wrap(&all, 0, 0x30, raw->long_form);
	gnutls_free(signature.data);
	gnutls_privkey_deinit(key);

	ret = (gnutls_datum_t){ malloc(all.len), (unsigned)all.len };
	ck_assert_ptr_nonnull(ret.data);
	memcpy(ret.data, all.at, all.len);
	return ret;
}
