/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The record of a leaf that is large, or empty, or malformed; and its digests.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "x509/chain.h"
#include "x509/inside.h"
#include "x509/leaf.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define KEY(key) STSSL_KEY_##key

/* As many names as go into a leaf that is still looked at. */
static void
with_15_kilobytes_of_names(struct making *m)
{
	char uri[65] = "https://";

	memset(uri + 8, ',', sizeof uri - 9);
	m->name = NULL;
	for (int i = 0; i < 100; i++)
		OK(gnutls_x509_crt_set_dn_by_oid(m->cert,
		    GNUTLS_OID_X520_ORGANIZATION_NAME, 0, uri + 8, 56));
	for (int i = 0; i < 110; i++)
		OK(gnutls_x509_crt_set_subject_alt_name(
		    m->cert, GNUTLS_SAN_URI, uri, 64, GNUTLS_FSAN_APPEND));
}

START_TEST(the_largest_leaf_has_a_record)
{
	struct stssl_record record;

	x509_describe_made(
	    with_15_kilobytes_of_names, STSSL_FAILURE_NONE, &record);
	ck_assert_str_eq(
	    stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)), "SUCCESS");
	ck_assert_uint_gt(record.len, 40000);
	stssl_record_done(&record);
}
END_TEST

START_TEST(an_empty_subject_is_absent)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct stssl_record record;
	gnutls_x509_crt_t cert;
	struct x509_chain *chain;
	gnutls_datum_t pem;

	OK(gnutls_x509_crt_init(&cert));
	OK(gnutls_x509_crt_set_version(cert, 3));
	OK(gnutls_x509_crt_set_serial(cert, "\x07", 1));
	OK(gnutls_x509_crt_set_activation_time(cert, NOON));
	OK(gnutls_x509_crt_set_expiration_time(cert, NOON));
	OK(gnutls_x509_crt_set_key(cert, root.key));
	OK(gnutls_x509_crt_sign2(
	    cert, root.cert, root.key, GNUTLS_DIG_SHA256, 0));
	OK(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &pem));
	OK(x509_chain_parse(pem.data, pem.size, &chain));
	stssl_record_init(&record);
	ck_assert_int_eq(x509_describe(chain, STSSL_FAILURE_NONE, &record), 0);
	ck_assert_ptr_null(stssl_record_get(&record, KEY(SSL_CLIENT_S_DN)));
	ck_assert_str_eq(
	    stssl_record_get(&record, KEY(SSL_CLIENT_M_SERIAL)), "07");
	stssl_record_done(&record);
	(void)x509_chain_free(chain);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(cert);
	unmake(&root);
}
END_TEST

/* In small hexadecimal digits; freed here. */
static const char *
sha256_of(gnutls_datum_t bytes)
{
	static char hex[65];
	unsigned char digest[32];

	OK(gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes.data, bytes.size, digest));
	for (size_t i = 0; i < sizeof digest; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	gnutls_free(bytes.data);
	return hex;
}

START_TEST(its_digests_are_of_all_its_bytes_and_of_its_key)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", &root, NULL);
	gnutls_datum_t pem = pem_of(&leaf), der, spki;
	char fingerprint[X509_FINGERPRINT];
	struct x509_chain *chain;
	struct stssl_record record;
	gnutls_pubkey_t key;

	OK(x509_chain_parse(pem.data, pem.size, &chain));
	stssl_record_init(&record);
	ck_assert_int_eq(x509_describe(chain, STSSL_FAILURE_NONE, &record), 0);
	OK(gnutls_x509_crt_export2(leaf.cert, GNUTLS_X509_FMT_DER, &der));
	OK(gnutls_pubkey_init(&key));
	OK(gnutls_pubkey_import_x509(key, leaf.cert, 0));
	OK(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &spki));
	ck_assert(x509_fingerprint(der.data, der.size, fingerprint));
	ck_assert_str_eq(stssl_record_get(&record, KEY(SSL_CLIENT_CERT_SHA256)),
	    sha256_of(der));
	ck_assert_str_eq(stssl_record_get(&record, KEY(SSL_CLIENT_CERT_SHA256)),
	    fingerprint);
	ck_assert_str_eq(stssl_record_get(&record, KEY(SSL_CLIENT_SPKI_SHA256)),
	    sha256_of(spki));
	gnutls_pubkey_deinit(key);
	stssl_record_done(&record);
	(void)x509_chain_free(chain);
	gnutls_free(pem.data);
	unmake(&leaf);
	unmake(&root);
}
END_TEST

/*
 * Each of these GnuTLS refuses to take in, by today's versions: so they are
 * put into a certificate that it has made itself.
 */
static const struct {
	const char *der;
	size_t len;
} malformed_names[] = {
	{ "\x04\x07\x81\x05"
	  "al@bc",
	    9 },
	{ "\x30\x07\x81\x05"
	  "al@bc\x00",
	    10 },
	{ "\x30\x80\x81\x05"
	  "al@bc\x00\x00",
	    11 },
	{ "\x30\x09\x81\x05"
	  "al@bc\x81\x05",
	    11 },
	{ "\x30", 1 },
};

START_TEST(names_that_are_malformed_are_no_success)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", &root, NULL);
	struct x509_chain *chain = x509_chain_new();
	struct stssl_record record;

	OK(gnutls_x509_crt_set_extension_by_oid(leaf.cert, "2.5.29.17",
	    malformed_names[_i].der, malformed_names[_i].len, 0));
	OK(gnutls_x509_crt_sign2(
	    leaf.cert, root.cert, root.key, GNUTLS_DIG_SHA256, 0));
	chain->certs[chain->count++] = leaf.cert;
	stssl_record_init(&record);
	ck_assert_int_eq(x509_describe(chain, STSSL_FAILURE_NONE, &record), 0);
	ck_assert_str_eq(
	    stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)), "FAILED:other");
	stssl_record_done(&record);
	/* The certificate goes with its chain. */
	(void)x509_chain_free(chain);
	gnutls_x509_privkey_deinit(leaf.key);
	unmake(&root);
}
END_TEST

size_t
record_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ the_largest_leaf_has_a_record, 0 },
		{ an_empty_subject_is_absent, 0 },
		{ its_digests_are_of_all_its_bytes_and_of_its_key, 0 },
		{ names_that_are_malformed_are_no_success,
		    ROWS(malformed_names) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
