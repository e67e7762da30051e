/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/fuzz-pair.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

static const struct {
	gnutls_pk_algorithm_t algorithm;
	unsigned bits;
} kinds[] = {
	[FUZZ_P256] = { GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	[FUZZ_RSA] = { GNUTLS_PK_RSA, 2048 },
};

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static void
set_ca(gnutls_x509_crt_t cert, bool is_ca)
{
	check(gnutls_x509_crt_set_basic_constraints(cert, is_ca, -1) >= 0);
	check(gnutls_x509_crt_set_key_usage(
		  cert, is_ca ? GNUTLS_KEY_KEY_CERT_SIGN
			      : GNUTLS_KEY_DIGITAL_SIGNATURE) >= 0);
}

static void
set_names(gnutls_x509_crt_t cert, const char *name)
{
	const unsigned len = (unsigned)strlen(name);

	check(gnutls_x509_crt_set_dn_by_oid(
		  cert, GNUTLS_OID_X520_COMMON_NAME, 0, name, len) >= 0);
	check(gnutls_x509_crt_set_subject_alt_name(
		  cert, GNUTLS_SAN_DNSNAME, name, len, 0) >= 0);
}

struct fuzz_pair
fuzz_pair_new(
    enum fuzz_key kind, const char *name, const struct fuzz_pair *issuer)
{
	static unsigned char serial = 0;
	const time_t now = time(NULL);
	struct fuzz_pair pair;

	serial++;
	check(gnutls_x509_privkey_init(&pair.key) >= 0);
	check(gnutls_x509_privkey_generate(
		  pair.key, kinds[kind].algorithm, kinds[kind].bits, 0) >= 0);
	check(gnutls_x509_crt_init(&pair.cert) >= 0);
	check(gnutls_x509_crt_set_version(pair.cert, 3) >= 0);
	check(gnutls_x509_crt_set_serial(pair.cert, &serial, 1) >= 0);
	check(gnutls_x509_crt_set_activation_time(pair.cert, now - DAY) >= 0);
	check(gnutls_x509_crt_set_expiration_time(pair.cert, now + DAY) >= 0);
	check(gnutls_x509_crt_set_key(pair.cert, pair.key) >= 0);
	set_ca(pair.cert, issuer == NULL);
	set_names(pair.cert, name);
	check(gnutls_x509_crt_sign2(pair.cert,
		  issuer == NULL ? pair.cert : issuer->cert,
		  issuer == NULL ? pair.key : issuer->key, GNUTLS_DIG_SHA256,
		  0) >= 0);
	return pair;
}

void
fuzz_pair_free(struct fuzz_pair *pair)
{
	gnutls_x509_crt_deinit(pair->cert);
	gnutls_x509_privkey_deinit(pair->key);
}

static void
save(gnutls_datum_t *pem, char *path)
{
	int fd = mkstemp(path);

	check(fd != -1);
	check(write(fd, pem->data, pem->size) == (ssize_t)pem->size);
	(void)close(fd);
	gnutls_free(pem->data);
}

void
fuzz_pair_save(const struct fuzz_pair *pair, char *path)
{
	gnutls_datum_t pem;

	check(gnutls_x509_crt_export2(pair->cert, GNUTLS_X509_FMT_PEM, &pem) >=
	      0);
	save(&pem, path);
}

void
fuzz_pair_save_key(const struct fuzz_pair *pair, char *path)
{
	gnutls_datum_t pem;

	check(gnutls_x509_privkey_export2(
		  pair->key, GNUTLS_X509_FMT_PEM, &pem) >= 0);
	save(&pem, path);
}
