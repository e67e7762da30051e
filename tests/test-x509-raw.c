/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Certificates as the field has them, which GnuTLS would write otherwise: they
 * are verified, and what is said of them is about the bytes that arrived.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/record.h"
#include "tests/raw.h"
#include "tests/x509-stage.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/verify.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define KEY(key) STSSL_KEY_##key

#define SPIFFE   "\x86\x13spiffe://acme/alice"

static const struct {
	const char *what;
	struct raw raw;
	const char *verify, *dn, *cn;
} leaves[] = {
	{ "no subject, a critical name",
	    { RAW(names, SPIFFE), .names_are_critical = true }, "SUCCESS", NULL,
	    NULL },
	{ "no subject", { RAW(names, SPIFFE) }, "SUCCESS", NULL, NULL },
	{ "no name at all", { 0 }, "SUCCESS", NULL, NULL },
	{ "outer length in long form",
	    { RAW(subject, "\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
			   "bob"),
		.long_form = true },
	    "SUCCESS", "CN=bob", "bob" },
	{ "an RDN in another order than DER's",
	    { RAW(subject, "\x31\x16\x30\x0a\x06\x03\x55\x04\x0b\x0c\x03"
			   "lab\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
			   "b") },
	    "SUCCESS", "OU=lab+CN=b", "b" },
	{ "an empty CN",
	    { RAW(subject, "\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00") },
	    "SUCCESS", "CN=", NULL },
	{ "a CN in T61String beyond ASCII",
	    { RAW(subject, "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x14\x02"
			   "a\xe9") },
	    "SUCCESS", "CN=#140261e9", NULL },
	{ "a CN in T61String",
	    { RAW(subject, "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x14\x02"
			   "ab") },
	    "SUCCESS", "CN=ab", "ab" },
	{ "a CN in BMPString",
	    { RAW(subject, "\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x1e\x04"
			   "\0a\0b") },
	    "SUCCESS", "CN=ab", "ab" },
	{ "a CN in UniversalString",
	    { RAW(subject, "\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x1c\x04"
			   "\0\0\0a") },
	    "SUCCESS", "CN=#1c0400000061", NULL },
	{ "an O in T61String beyond ASCII",
	    { RAW(subject, "\x31\x0b\x30\x09\x06\x03\x55\x04\x0a\x14\x02"
			   "a\xe9") },
	    "SUCCESS", "O=#140261e9", NULL },
	{ "an O in UniversalString",
	    { RAW(subject, "\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x1c\x04"
			   "\0\0\0a") },
	    "SUCCESS", "O=#1c0400000061", NULL },
	{ "a type without a name, as PrintableString",
	    { RAW(subject, "\x31\x0b\x30\x09\x06\x03\x55\x04\x61\x13\x02"
			   "ab") },
	    "SUCCESS", "2.5.4.97=#13026162", NULL },
	{ "a type without a name, as BMPString",
	    { RAW(subject, "\x31\x0d\x30\x0b\x06\x03\x55\x04\x61\x1e\x04"
			   "\0a\0b") },
	    "SUCCESS", "2.5.4.97=#0c026162", NULL },
	{ "a CN in broken UTF-8",
	    { RAW(subject, "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			   "a\xe9") },
	    "SUCCESS", "CN=#0c0261e9", NULL },
	{ "another other name, in IA5String",
	    { RAW(names, "\xa0\x0c\x06\x03\x2a\x03\x04\xa0\x05\x16\x03"
			 "a@b") },
	    "SUCCESS", NULL, NULL },
	{ "a principal name in IA5String",
	    { RAW(names, "\xa0\x13\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02"
			 "\x03\xa0\x05\x16\x03"
			 "a@b") },
	    "SUCCESS", NULL, NULL },
	/* what could be mistaken */
	{ "NUL in a BMPString",
	    { RAW(subject, "\x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x1e\x06"
			   "\0a\0\0\0b") },
	    "FAILED:bad-name", NULL, NULL },
	{ "NUL in a UniversalString",
	    { RAW(subject, "\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x1c\x04"
			   "\0\0\0\0") },
	    "FAILED:bad-name", NULL, NULL },
	{ "NUL in a T61String",
	    { RAW(subject, "\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x14\x03"
			   "a\0\xe9") },
	    "FAILED:bad-name", NULL, NULL },
	{ "NUL in a type without a name",
	    { RAW(subject, "\x31\x0c\x30\x0a\x06\x03\x55\x04\x61\x0c\x03"
			   "a\0b") },
	    "FAILED:bad-name", NULL, NULL },
};

/* Verified and described, as by the helper. */
static void
describe(
    const struct raw *raw, gnutls_datum_t *ret_der, struct stssl_record *ret)
{
	const struct x509_terms terms = { NOON, X509_CLIENT_AUTH };
	struct made root = make_ca("Root", NULL, NULL);
	struct x509_store *store = chain_trusting(&root);
	struct x509_chain *chain = x509_chain_new();

	*ret_der = raw_leaf(&root, raw);
	x509_chain_add(chain, ret_der->data, ret_der->size);
	stssl_record_init(ret);
	ck_assert_int_eq(
	    x509_describe(chain, x509_verify(store, chain, &terms), ret), 0);
	(void)x509_chain_free(chain);
	(void)x509_store_free(store);
	unmake(&root);
}

static void
check(const char *what, const char *value, const char *expected)
{
	if (expected == NULL)
		ck_assert_msg(value == NULL, "%s: %s", what, value);
	else
		ck_assert_msg(value != NULL && strcmp(value, expected) == 0,
		    "%s: %s, not %s", what, value == NULL ? "none" : value,
		    expected);
}

START_TEST(an_odd_name_is_a_name_or_nothing_and_only_nul_is_a_fault)
{
	struct stssl_record record;
	gnutls_datum_t der;

	describe(&leaves[_i].raw, &der, &record);
	check(leaves[_i].what,
	    stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)),
	    leaves[_i].verify);
	check(leaves[_i].what, stssl_record_get(&record, KEY(SSL_CLIENT_S_DN)),
	    leaves[_i].dn);
	check(leaves[_i].what,
	    stssl_record_get(&record, KEY(SSL_CLIENT_S_DN_CN)), leaves[_i].cn);
	stssl_record_done(&record);
	free(der.data);
}
END_TEST

START_TEST(fingerprint_and_pem_are_those_of_the_bytes_that_arrived)
{
	char hex[X509_FINGERPRINT], text[8192];
	gnutls_datum_t der, pem = { (unsigned char *)text, 0 }, back;
	struct stssl_record record;

	describe(&leaves[_i].raw, &der, &record);
	ck_assert(x509_fingerprint(der.data, der.size, hex));
	check(leaves[_i].what,
	    stssl_record_get(&record, KEY(SSL_CLIENT_CERT_SHA256)), hex);
	pem.size = (unsigned)snprintf(text, sizeof text, "%s",
	    stssl_record_get(&record, KEY(SSL_CLIENT_CERT)));
	OK(gnutls_pem_base64_decode2("CERTIFICATE", &pem, &back));
	ck_assert_uint_eq(back.size, der.size);
	ck_assert_mem_eq(back.data, der.data, der.size);
	gnutls_free(back.data);
	stssl_record_done(&record);
	free(der.data);
}
END_TEST

static const struct {
	struct raw raw;
	const char *serial;
} serials[] = {
	{ { RAW(serial, "\x07") }, "07" },
	{ { RAW(serial, "\0\x9a") }, "009A" },
	{ { RAW(serial, "\x9a") }, "-66" },
	{ { RAW(serial, "\xff") }, "-01" },
	{ { RAW(serial, "\x80\0") }, "-8000" },
	{ { RAW(serial, "\xfe\x0b\0") }, "-01F500" },
	{ { RAW(serial, "\0") }, "00" },
};

START_TEST(a_serial_number_below_zero_has_its_sign)
{
	struct stssl_record record;
	gnutls_datum_t der;

	describe(&serials[_i].raw, &der, &record);
	check(serials[_i].serial,
	    stssl_record_get(&record, KEY(SSL_CLIENT_M_SERIAL)),
	    serials[_i].serial);
	stssl_record_done(&record);
	free(der.data);
}
END_TEST

size_t
raw_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_odd_name_is_a_name_or_nothing_and_only_nul_is_a_fault,
		    ROWS(leaves) },
		{ fingerprint_and_pem_are_those_of_the_bytes_that_arrived,
		    ROWS(leaves) },
		{ a_serial_number_below_zero_has_its_sign, ROWS(serials) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
