/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a key, completely, and writes it as DER.  There is one way only to
 * write a key, so that two texts never mean the same one.
 */
#include <config.h>
#include "policy/ssh_key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "status/base64.h"

#define BLOB_MAX (STSSL_SSH_KEY_MAX / 4 * 3)
/* OpenSSH knows RSA keys of 16384 bits, in front of which there is a zero. */
#define MPINT_MAX (16384 / 8 + 1)
#define SPKI_MAX  (2 * MPINT_MAX + 64)
#define CERT      "-cert-v01@openssh.com"
#define CERT_USER 1

struct bytes {
	const uint8_t *at;
	size_t len;
};

/* Once it has failed it gives nothing more. */
struct reader {
	struct bytes left;
	bool failed;
};

static struct bytes
take(struct reader *r, size_t len)
{
	struct bytes taken = { r->left.at, len };

	if (r->failed || len > r->left.len) {
		r->failed = true;
		return (struct bytes){ r->left.at, 0 };
	}
	r->left.at += len;
	r->left.len -= len;
	return taken;
}

static uint32_t
take_u32(struct reader *r)
{
	struct bytes b = take(r, 4);

	return b.len == 0 ? 0
			  : (uint32_t)b.at[0] << 24 | (uint32_t)b.at[1] << 16 |
				(uint32_t)b.at[2] << 8 | b.at[3];
}

static struct bytes
take_string(struct reader *r)
{
	return take(r, take_u32(r));
}

static bool
is_text(struct bytes b, const char *text, size_t len)
{
	return b.len == len && memcmp(b.at, text, len) == 0;
}

/* Above zero, and as short as it can be: then DER has the same bytes. */
static bool
is_positive(struct bytes mpint)
{
	if (mpint.len == 0 || mpint.len > MPINT_MAX || mpint.at[0] > 0x7f)
		return false;
	return mpint.at[0] != 0 || (mpint.len > 1 && mpint.at[1] > 0x7f);
}

/* DER that is being written; everything that is put has room. */
struct der {
	uint8_t bytes[SPKI_MAX];
	size_t len;
};

static void
put(struct der *der, const void *bytes, size_t len)
{
	memcpy(der->bytes + der->len, bytes, len);
	der->len += len;
}

/* A tag and the length of what follows, which is less than 64 KiB. */
static size_t
header_of(uint8_t tag, size_t len, uint8_t ret[static 4])
{
	size_t n = 0;

	ret[n++] = tag;
	if (len > 0x7f)
		ret[n++] = len > 0xff ? 0x82 : 0x81;
	if (len > 0xff)
		ret[n++] = (uint8_t)(len >> 8);
	ret[n++] = (uint8_t)len;
	return n;
}

static void
put_header(struct der *der, uint8_t tag, size_t len)
{
	uint8_t header[4];
	size_t size = header_of(tag, len, header);

	put(der, header, size);
}

/* The whole of it, with its header. */
static size_t
size_of(size_t len)
{
	uint8_t header[4];

	return header_of(0, len, header) + len;
}

#define SEQUENCE   0x30
#define INTEGER    0x02
#define BIT_STRING 0x03

/* RFC 8017, A.1.1, in RFC 3279, 2.3.1. */
static bool
read_rsa(struct reader *r, struct der *der)
{
	static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	struct bytes e = take_string(r), n = take_string(r);
	size_t numbers, key;

	if (!is_positive(e) || !is_positive(n))
		return false;
	numbers = size_of(n.len) + size_of(e.len);
	key = 1 + size_of(numbers);
	put_header(der, SEQUENCE, sizeof algorithm + size_of(key));
	put(der, algorithm, sizeof algorithm);
	put_header(der, BIT_STRING, key);
	put(der, "", 1);
	put_header(der, SEQUENCE, numbers);
	put_header(der, INTEGER, n.len);
	put(der, n.at, n.len);
	put_header(der, INTEGER, e.len);
	put(der, e.at, e.len);
	return true;
}

/* All but the bytes of a key that always has the same size. */
#define ED25519 "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"
#define EC_OID  "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define P256                      \
	"\x30\x59\x30\x13" EC_OID \
	"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
#define P384 \
	"\x30\x76\x30\x10" EC_OID "\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"
#define P521                          \
	"\x30\x81\x9b\x30\x10" EC_OID \
	"\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"

static const struct type {
	const char *name;
	const char *curve; /* NULL: none is named */
	const char *front; /* NULL: RSA */
	size_t front_len;
	size_t key_len;
} types[] = {
#define FRONT(text) (text), sizeof(text) - 1
	{ "ssh-rsa", NULL, NULL, 0, 0 },
	{ "ssh-ed25519", NULL, FRONT(ED25519), 32 },
	{ "ecdsa-sha2-nistp256", "nistp256", FRONT(P256), 1 + 2 * 32 },
	{ "ecdsa-sha2-nistp384", "nistp384", FRONT(P384), 1 + 2 * 48 },
	{ "ecdsa-sha2-nistp521", "nistp521", FRONT(P521), 1 + 2 * 66 },
#undef FRONT
};

/* Of a point only the form without compression: certificates have that. */
static bool
read_fixed(struct reader *r, const struct type *type, struct der *der)
{
	struct bytes key;

	if (type->curve != NULL &&
	    !is_text(take_string(r), type->curve, strlen(type->curve)))
		return false;
	key = take_string(r);
	if (key.len != type->key_len ||
	    (type->curve != NULL && key.at[0] != 0x04))
		return false;
	put(der, type->front, type->front_len);
	put(der, key.at, key.len);
	return true;
}

/* What a certificate has behind its key: 0 is a string. */
static bool
read_certified(struct reader *r)
{
	(void)take(r, 8); /* serial number */
	if (take_u32(r) != CERT_USER)
		return false;
	(void)take_string(r); /* key id */
	(void)take_string(r); /* principals */
	(void)take(r, 16);    /* valid after, valid before */
	for (int i = 0; i < 5; i++)
		(void)take_string(r); /* options, extensions, reserved, CA */
	return true;
}

static const struct type *
find_type(const char *name, size_t len, bool *ret_certified)
{
	size_t cert = strlen(CERT);

	*ret_certified =
	    len > cert && memcmp(name + len - cert, CERT, cert) == 0;
	if (*ret_certified)
		len -= cert;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strlen(types[i].name) == len &&
		    memcmp(types[i].name, name, len) == 0)
			return &types[i];
	return NULL;
}

static int
read_blob(struct bytes blob, const char *name, size_t len, struct der *der)
{
	struct reader r = { blob, false };
	bool certified, good;
	const struct type *type = find_type(name, len, &certified);

	if (type == NULL)
		return -ENOTSUP;
	good = is_text(take_string(&r), name, len);
	if (certified)
		(void)take_string(&r); /* nonce */
	good = good && (type->front == NULL ? read_rsa(&r, der)
					    : read_fixed(&r, type, der));
	good = good && (!certified || read_certified(&r));
	return good && !r.failed && r.left.len == 0 ? 0 : -EBADMSG;
}

int
stssl_ssh_key_spki(
    const char *text, size_t len, char ret[static STSSL_SHA256_TEXT])
{
	const char *blank = memchr(text, ' ', len);
	uint8_t blob[BLOB_MAX];
	struct bytes bytes = { blob, 0 };
	struct der der = { .len = 0 };
	size_t name;
	int r;

	if (len > STSSL_SSH_KEY_MAX)
		return -EMSGSIZE;
	if (blank == NULL || blank == text)
		return -EBADMSG;
	name = (size_t)(blank - text);
	if (stssl_base64_decode(blank + 1, len - name - 1, blob, &bytes.len) !=
		0 ||
	    bytes.len == 0)
		return -EBADMSG;
	r = read_blob(bytes, text, name, &der);
	return r == 0 ? stssl_sha256(der.bytes, der.len, ret) : r;
}
