/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Computes what the two have signed, RFC 8446 4.4.3 and RFC 5246 7.4.3, 7.4.8,
 * and lets GnuTLS verify it.
 */
#include <config.h>
#include "helper/verifier/transcript.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/keytag.h"

#define BLANKS   64
#define HASH_MAX 48
/* Of a signature algorithm. */
#define DIGEST_MAX 64
/* HandshakeType message_hash, RFC 8446 4.4.1, in front of a hash. */
#define MESSAGE_HASH 254

/* With their NULs, which count. */
static const char by_server[] = "TLS 1.3, server CertificateVerify";
static const char by_client[] = "TLS 1.3, client CertificateVerify";

/*
 * SignatureScheme, and what GnuTLS calls it in TLS 1.2 and 1.3.  Where it is
 * UNKNOWN there is none: SHA-1 in either.
 */
static const struct {
	uint16_t scheme;
	gnutls_sign_algorithm_t names[2]; /* by is_1_3 */
} schemes[] = {
	{ 0x0401, { GNUTLS_SIGN_RSA_SHA256, GNUTLS_SIGN_UNKNOWN } },
	{ 0x0501, { GNUTLS_SIGN_RSA_SHA384, GNUTLS_SIGN_UNKNOWN } },
	{ 0x0601, { GNUTLS_SIGN_RSA_SHA512, GNUTLS_SIGN_UNKNOWN } },
	{ 0x0403,
	    { GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256 } },
	{ 0x0503,
	    { GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384 } },
	{ 0x0603,
	    { GNUTLS_SIGN_ECDSA_SHA512, GNUTLS_SIGN_ECDSA_SECP521R1_SHA512 } },
#define BOTH(name)                                     \
	{                                              \
		GNUTLS_SIGN_##name, GNUTLS_SIGN_##name \
	}
	{ 0x0804, BOTH(RSA_PSS_RSAE_SHA256) },
	{ 0x0805, BOTH(RSA_PSS_RSAE_SHA384) },
	{ 0x0806, BOTH(RSA_PSS_RSAE_SHA512) },
	{ 0x0807, BOTH(EDDSA_ED25519) },
	{ 0x0808, BOTH(EDDSA_ED448) },
	{ 0x0809, BOTH(RSA_PSS_SHA256) },
	{ 0x080a, BOTH(RSA_PSS_SHA384) },
	{ 0x080b, BOTH(RSA_PSS_SHA512) },
};

/* RFC 8446 B.4. */
static const struct {
	uint16_t suite;
	gnutls_digest_algorithm_t hash;
} suites[] = {
	{ 0x1301, GNUTLS_DIG_SHA256 }, /* AES-128-GCM */
	{ 0x1302, GNUTLS_DIG_SHA384 }, /* AES-256-GCM */
	{ 0x1303, GNUTLS_DIG_SHA256 }, /* ChaCha20-Poly1305 */
	{ 0x1304, GNUTLS_DIG_SHA256 }, /* AES-128-CCM */
	{ 0x1305, GNUTLS_DIG_SHA256 }, /* AES-128-CCM-8 */
};

/* GnuTLS takes what it only reads as non-const. */
static gnutls_datum_t
datum(const void *bytes, size_t len)
{
	union {
		const void *in;
		unsigned char *out;
	} u = { .in = bytes };

	return (gnutls_datum_t){ u.out, (unsigned)len };
}

static gnutls_digest_algorithm_t
hash_of(uint16_t suite)
{
	for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
		if (suites[i].suite == suite)
			return suites[i].hash;
	return GNUTLS_DIG_UNKNOWN;
}

static bool
is_listed(const struct transcript_terms *terms, gnutls_sign_algorithm_t name)
{
	for (size_t i = 0; i < terms->count; i++)
		if (terms->algorithms[i] == (unsigned)name)
			return true;
	return false;
}

/* UNKNOWN for what does not count in this version. */
static gnutls_sign_algorithm_t
name_of(uint16_t scheme, bool is_1_3, const struct transcript_terms *terms)
{
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		/* A priority may name either: they are one on the wire. */
		if (schemes[i].scheme == scheme &&
		    (is_listed(terms, schemes[i].names[0]) ||
			is_listed(terms, schemes[i].names[1])))
			return schemes[i].names[is_1_3];
	return GNUTLS_SIGN_UNKNOWN;
}

int
transcript_key(struct slice der, struct gnutls_pubkey_st **ret)
{
	const gnutls_datum_t bytes = datum(der.at, der.len);
	gnutls_pubkey_t key;
	int r = gnutls_pubkey_init(&key);

	if (r < 0)
		return r;
	r = gnutls_pubkey_import_x509_raw(key, &bytes, GNUTLS_X509_FMT_DER, 0);
	if (r < 0)
		gnutls_pubkey_deinit(key);
	else
		*ret = key;
	return r;
}

void
transcript_key_free(struct gnutls_pubkey_st *key)
{
	if (key != NULL)
		gnutls_pubkey_deinit(key);
}

/* A ClientHello before a retry counts as a message of its hash. */
static int
hash_first_hello(gnutls_hash_hd_t hash, gnutls_digest_algorithm_t algorithm,
    const struct slice *hello)
{
	const uint8_t len = (uint8_t)gnutls_hash_get_len(algorithm);
	const uint8_t header[] = { MESSAGE_HASH, 0, 0, len };
	uint8_t digest[HASH_MAX];
	int r = gnutls_hash_fast(algorithm, hello->at, hello->len, digest);

	if (r >= 0)
		r = gnutls_hash(hash, header, sizeof header);
	return r < 0 ? r : gnutls_hash(hash, digest, len);
}

/* Of the first `mark` bytes; the length of `ret`, or a code below 0. */
static int
hash_transcript(
    const struct messages *m, size_t mark, uint8_t ret[static HASH_MAX])
{
	const gnutls_digest_algorithm_t algorithm = hash_of(m->suite);
	gnutls_hash_hd_t hash;
	int r;

	if (algorithm == GNUTLS_DIG_UNKNOWN)
		return GNUTLS_E_UNKNOWN_CIPHER_SUITE;
	r = gnutls_hash_init(&hash, algorithm);
	if (r < 0)
		return r;
	if (m->first_hello.len > 0)
		r = hash_first_hello(hash, algorithm, &m->first_hello);
	if (r >= 0)
		r = gnutls_hash(hash, m->rest.at, mark);
	gnutls_hash_deinit(hash, r >= 0 ? ret : NULL);
	return r < 0 ? r : (int)gnutls_hash_get_len(algorithm);
}

/* What was signed, and by whom. */
struct claim {
	const struct signature *signature;
	gnutls_pubkey_t key;
	const struct transcript_server *server; /* NULL: the client's */
	const void *bytes;
	size_t len;
};

static bool
is_edwards(uint16_t scheme)
{
	return scheme == 0x0807 || scheme == 0x0808;
}

/* The keyholder is asked for a signature of a digest where there is one. */
static bool
is_tagged(const struct claim *c, gnutls_sign_algorithm_t name)
{
	const gnutls_digest_algorithm_t hash =
	    gnutls_sign_get_hash_algorithm(name);
	struct key_signed what = { .scheme = c->signature->algorithm,
		.len = (uint32_t)c->len,
		.signature_len = (uint32_t)c->signature->bytes.len,
		.data = c->bytes,
		.signature = c->signature->bytes.at };
	uint8_t digest[DIGEST_MAX];

	memcpy(what.name, c->server->name, sizeof what.name);
	if (!is_edwards(c->signature->algorithm)) {
		if (gnutls_hash_get_len(hash) > sizeof digest ||
		    gnutls_hash_fast(hash, c->bytes, c->len, digest) < 0)
			return false;
		what.data = digest;
		what.len = gnutls_hash_get_len(hash);
	}
	return key_tag_is(&what, c->server->tag);
}

static const char *
verify(const struct messages *m, const struct transcript_terms *terms,
    const struct claim *c)
{
	const gnutls_datum_t data = datum(c->bytes, c->len);
	const gnutls_datum_t made =
	    datum(c->signature->bytes.at, c->signature->bytes.len);
	const gnutls_sign_algorithm_t name =
	    name_of(c->signature->algorithm, m->is_1_3, terms);

	if (name == GNUTLS_SIGN_UNKNOWN)
		return "a signature algorithm that does not count";
	if (c->server != NULL && is_tagged(c, name))
		return NULL;
	return gnutls_pubkey_verify_data2(c->key, name, 0, &data, &made) < 0
		   ? "a signature that does not verify"
		   : NULL;
}

static const char *
verify_1_3(const struct messages *m, const struct transcript_terms *terms,
    struct claim claim, size_t mark,
    const char context[static sizeof by_server])
{
	uint8_t signed_bytes[BLANKS + sizeof by_server + HASH_MAX];
	int len;

	memset(signed_bytes, ' ', BLANKS);
	memcpy(signed_bytes + BLANKS, context, sizeof by_server);
	len =
	    hash_transcript(m, mark, signed_bytes + BLANKS + sizeof by_server);
	if (len < 0)
		return "a cipher suite that is not of TLS 1.3";
	claim.bytes = signed_bytes;
	claim.len = BLANKS + sizeof by_server + (size_t)len;
	return verify(m, terms, &claim);
}

const char *
transcript_verify_server(const struct messages *m,
    const struct transcript_terms *terms,
    const struct transcript_server *server)
{
	const size_t randoms = m->client_random.len + m->server_random.len;
	struct claim claim = {
		.signature = &m->by_server, .key = server->key, .server = server
	};
	const char *why;
	uint8_t *bytes;

	if (m->is_1_3)
		return verify_1_3(m, terms, claim, m->server_mark, by_server);
	bytes = malloc(randoms + m->params.len);
	if (bytes == NULL)
		return "out of memory";
	memcpy(bytes, m->client_random.at, m->client_random.len);
	memcpy(bytes + m->client_random.len, m->server_random.at,
	    m->server_random.len);
	memcpy(bytes + randoms, m->params.at, m->params.len);
	claim.bytes = bytes;
	claim.len = randoms + m->params.len;
	why = verify(m, terms, &claim);
	free(bytes);
	return why;
}

const char *
transcript_verify_client(const struct messages *m,
    const struct transcript_terms *terms, struct gnutls_pubkey_st *key)
{
	struct claim claim = { .signature = &m->by_client,
		.key = key,
		.bytes = m->rest.at,
		.len = m->client_mark };

	if (m->is_1_3)
		return verify_1_3(m, terms, claim, m->client_mark, by_client);
	if (hash_of(m->suite) != GNUTLS_DIG_UNKNOWN)
		return "a cipher suite of another version";
	return verify(m, terms, &claim);
}
