/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a certificate says in the record: names byte for byte, or not at all.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "status/record.h"
#include "tests/certificates.h"
#include "x509/chain.h"
#include "x509/inside.h"
#include "x509/leaf.h"
#include "x509/name.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define KEY(key) STSSL_KEY_##key
#define OID_UPN  "1.3.6.1.4.1.311.20.2.3"

static void
set_dn_part(struct making *m, const char *oid, const char *value, size_t len)
{
	OK(gnutls_x509_crt_set_dn_by_oid(
	    m->cert, oid, 0, value, (unsigned)len));
}

#define CN(m, value) \
	set_dn_part(m, GNUTLS_OID_X520_COMMON_NAME, value, sizeof value - 1)

static void
set_alt(struct making *m, gnutls_x509_subject_alt_name_t type, const char *name,
    size_t len)
{
	OK(gnutls_x509_crt_set_subject_alt_name(
	    m->cert, type, name, (unsigned)len, GNUTLS_FSAN_APPEND));
}

#define SAN(m, type, value) \
	set_alt(m, GNUTLS_SAN_##type, value, sizeof value - 1)

static void
set_upn(struct making *m, const char *oid, const char *name, size_t len,
    unsigned flags)
{
	OK(gnutls_x509_crt_set_subject_alt_othername(
	    m->cert, oid, name, (unsigned)len, flags | GNUTLS_FSAN_APPEND));
}

#define UPN(m, value)                                \
	set_upn(m, OID_UPN, value, sizeof value - 1, \
	    GNUTLS_FSAN_ENCODE_UTF8_STRING)

static void
with_second_cn(struct making *m)
{
	CN(m, "root");
}

static void
without_cn(struct making *m)
{
	m->name = NULL;
	set_dn_part(m, GNUTLS_OID_X520_ORGANIZATION_NAME, "Acme", 4);
}

static void
with_nul_in_cn(struct making *m)
{
	m->name = NULL;
	CN(m, "root\0.evil");
}

static void
with_newline_in_cn(struct making *m)
{
	m->name = NULL;
	CN(m, "root\nroot");
}

static void
with_delete_in_cn(struct making *m)
{
	m->name = NULL;
	CN(m, "root\177");
}

static void
with_control_in_cn(struct making *m)
{
	m->name = NULL;
	CN(m, "root\037");
}

static void
with_a_long_address(struct making *m)
{
	char name[4096];

	memset(name, 'a', sizeof name);
	name[1] = '@';
	set_alt(m, GNUTLS_SAN_RFC822NAME, name, sizeof name);
}

static void
with_letters_in_its_number(struct making *m)
{
	OK(gnutls_x509_crt_set_serial(m->cert, "\x0a\xbc", 2));
}

static void
with_long_cn(struct making *m)
{
	char name[5000];

	memset(name, 'a', sizeof name);
	m->name = NULL;
	set_dn_part(m, GNUTLS_OID_X520_COMMON_NAME, name, sizeof name);
}

static void
with_utf8_in_cn(struct making *m)
{
	m->name = NULL;
	CN(m, "J\xc3\xb6rg, \"X\"");
}

static void
with_all_kinds(struct making *m)
{
	SAN(m, RFC822NAME, "alice@example.org");
	SAN(m, DNSNAME, "alice.example.org");
	SAN(m, URI, "https://example.org/alice");
	UPN(m, "alice@corp.example.org");
	SAN(m, RFC822NAME, "al@example.org");
	UPN(m, "al@corp.example.org");
}

/* GnuTLS does not make such names: the extension as it is. */
static void
with_nul_in_mail(struct making *m)
{
	add_extension(m, "2.5.29.17", false,
	    "\x30\x11\x81\x08"
	    "al@b\0cde"
	    "\x81\x05"
	    "al@bc",
	    19);
}

static void
with_escape_in_uri(struct making *m)
{
	add_extension(m, "2.5.29.17", false,
	    "\x30\x07\x86\x05"
	    "u:\x1b[2",
	    9);
}

static void
with_names_cut_short(struct making *m)
{
	add_extension(m, "2.5.29.17", false,
	    "\x30\x09\x81\x05"
	    "al@bc"
	    "\x81\x05",
	    11);
}

static void
with_nul_in_upn(struct making *m)
{
	UPN(m, "alice@example.org\0.evil");
}

static void
with_upn_that_is_no_text(struct making *m)
{
	set_upn(m, OID_UPN,
	    "\x04\x05"
	    "alice",
	    7, 0);
}

static void
with_upn_as_bmp(struct making *m)
{
	set_upn(m, OID_UPN, "\x1e\x06\0a\0@\0b", 8, 0);
}

static void
with_an_empty_mail(struct making *m)
{
	add_extension(m, "2.5.29.17", false,
	    "\x30\x09\x81\x00\x81\x05"
	    "al@bc",
	    11);
}

static void
with_nul_in_o(struct making *m)
{
	set_dn_part(m, GNUTLS_OID_X520_ORGANIZATION_NAME, "Ac\0me", 5);
}

static void
with_upn_cut_short(struct making *m)
{
	set_upn(m, OID_UPN,
	    "\x0c\x05"
	    "alice\x05\x00",
	    9, 0);
}

static void
with_another_other_name(struct making *m)
{
	set_upn(m, "1.2.3.4",
	    "\x0c\x05"
	    "alice",
	    7, 0);
}

static void
with_many_names(struct making *m)
{
	for (int i = 0; i < 257; i++)
		SAN(m, RFC822NAME, "a@b");
}

static void
with_a_large_extension(struct making *m)
{
	static char bytes[20000];

	add_extension(m, "1.2.3.4", false, bytes, sizeof bytes);
}

static const struct leaf_case {
	const char *what;
	making_edit edit;
	const char *verify;
	struct {
		enum stssl_key key;
		unsigned n;
		const char *value; /* NULL: must be absent */
	} facts[8];
} leaves[] = {
	{ "plain", NULL, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN), 0, "CN=alice" },
		{ KEY(SSL_CLIENT_I_DN), 0, "CN=Root" },
		{ KEY(SSL_CLIENT_S_DN_CN), 0, "alice" },
		{ KEY(SSL_CLIENT_V_START), 0, "May 18 02:33:20 2033 GMT" },
		{ KEY(SSL_CLIENT_V_END), 0, "May 18 04:33:20 2033 GMT" } } },
	{ "two CNs", with_second_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN), 0, "CN=alice,CN=root" },
		{ KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "no CN", without_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN), 0, "O=Acme" },
		{ KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "NUL in the CN", with_nul_in_cn, "FAILED:bad-name",
	    { { KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "NUL in the O", with_nul_in_o, "FAILED:bad-name",
	    { { KEY(SSL_CLIENT_S_DN), 0, NULL } } },
	/* what cannot be mistaken is no fault, but no name either */
	{ "newline in the CN", with_newline_in_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN), 0, "CN=root\\0Aroot" },
		{ KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "long CN", with_long_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "DEL in the CN", with_delete_in_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "the last control character in the CN", with_control_in_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN_CN), 0, NULL } } },
	{ "a long address", with_a_long_address, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_Email), 1, NULL } } },
	{ "letters in the number", with_letters_in_its_number, "SUCCESS",
	    { { KEY(SSL_CLIENT_M_SERIAL), 0, "0ABC" } } },
	{ "UTF-8 in the CN", with_utf8_in_cn, "SUCCESS",
	    { { KEY(SSL_CLIENT_S_DN_CN), 0, "J\xc3\xb6rg, \"X\"" } } },
	{ "all kinds", with_all_kinds, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_Email), 0, "alice@example.org" },
		{ KEY(SSL_CLIENT_SAN_Email), 1, "al@example.org" },
		{ KEY(SSL_CLIENT_SAN_Email), 2, NULL },
		{ KEY(SSL_CLIENT_SAN_DNS), 0, "alice.example.org" },
		{ KEY(SSL_CLIENT_SAN_URI), 0, "https://example.org/alice" },
		{ KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0,
		    "alice@corp.example.org" },
		{ KEY(SSL_CLIENT_SAN_OTHER_msUPN), 1,
		    "al@corp.example.org" } } },
	{ "NUL in an address", with_nul_in_mail, "FAILED:bad-name",
	    { { KEY(SSL_CLIENT_SAN_Email), 0, "al@bc" },
		{ KEY(SSL_CLIENT_SAN_Email), 1, NULL } } },
	/* GnuTLS does not take in such a certificate at all. */
	{ "cut short", with_names_cut_short, "FAILED:other", { { 0 } } },
	{ "empty address", with_an_empty_mail, "FAILED:other", { { 0 } } },
	{ "escape in an URI", with_escape_in_uri, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_URI), 0, "" },
		{ KEY(SSL_CLIENT_SAN_URI), 1, NULL } } },
	{ "NUL in a UPN", with_nul_in_upn, "FAILED:bad-name",
	    { { KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0, NULL } } },
	{ "UPN of bytes", with_upn_that_is_no_text, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0, "" },
		{ KEY(SSL_CLIENT_SAN_OTHER_msUPN), 1, NULL } } },
	{ "UPN as BMPString", with_upn_as_bmp, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0, "" } } },
	{ "UPN and more", with_upn_cut_short, "FAILED:other",
	    { { KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0, NULL } } },
	{ "another other name", with_another_other_name, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_OTHER_msUPN), 0, NULL } } },
	{ "257 names", with_many_names, "SUCCESS",
	    { { KEY(SSL_CLIENT_SAN_Email), 255, "a@b" } } },
	{ "20 kB", with_a_large_extension, "FAILED:other",
	    { { KEY(SSL_CLIENT_S_DN), 0, NULL },
		{ KEY(SSL_CLIENT_CERT), 0, NULL } } },
};

void
x509_describe_made(
    making_edit edit, enum stssl_failure verdict, struct stssl_record *record)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", &root, edit);
	gnutls_datum_t pem = pem_of(&leaf);
	struct x509_chain *chain;

	stssl_record_init(record);
	OK(x509_chain_parse(pem.data, pem.size, &chain));
	ck_assert_int_eq(x509_describe(chain, verdict, record), 0);
	(void)x509_chain_free(chain);
	gnutls_free(pem.data);
	unmake(&leaf);
	unmake(&root);
}

/* A numbered key by its number, another one as it is. */
static const char *
fact(const struct stssl_record *record, enum stssl_key key, unsigned n)
{
	const char *value = stssl_record_get_nth(record, key, n);

	return value != NULL ? value : stssl_record_get(record, key);
}

START_TEST(the_record_has_names_as_they_are_or_not_at_all)
{
	const struct leaf_case *c = &leaves[_i];
	struct stssl_record record;

	x509_describe_made(c->edit, STSSL_FAILURE_NONE, &record);
	ck_assert_str_eq(
	    stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)), c->verify);
	for (size_t i = 0; i < 8 && c->facts[i].key != 0; i++) {
		const char *value =
		    fact(&record, c->facts[i].key, c->facts[i].n);

		if (c->facts[i].value == NULL)
			ck_assert_msg(value == NULL, "%s: %s", c->what, value);
		else
			ck_assert_str_eq(value, c->facts[i].value);
	}
	stssl_record_done(&record);
}
END_TEST

START_TEST(a_failure_is_a_word_and_the_names_are_there_all_the_same)
{
	struct stssl_record record;

	x509_describe_made(NULL, STSSL_FAILURE_REVOKED, &record);
	ck_assert_str_eq(stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)),
	    "FAILED:revoked");
	ck_assert_str_eq(
	    stssl_record_get(&record, KEY(SSL_CLIENT_S_DN_CN)), "alice");
	stssl_record_done(&record);

	/* The first reason counts. */
	x509_describe_made(with_nul_in_cn, STSSL_FAILURE_EXPIRED, &record);
	ck_assert_str_eq(stssl_record_get(&record, KEY(SSL_CLIENT_VERIFY)),
	    "FAILED:expired");
	stssl_record_done(&record);
}
END_TEST

size_t
leaf_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ the_record_has_names_as_they_are_or_not_at_all,
		    ROWS(leaves) },
		{ a_failure_is_a_word_and_the_names_are_there_all_the_same, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
