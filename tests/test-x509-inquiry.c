/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests to responders: for which certificates, in which bytes, and where to.
 */
#include <config.h>
#include "tests/ocsp-stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_request_is_as_openssl_makes_it)
{
	gnutls_datum_t ours = { NULL, 0 };
	struct ocsp_stage s;
	size_t len;

	ocsp_stage_set(&s);
	ck_assert_int_eq(x509_inquiry_request(s.inquiry, &ours.data, &len), 0);
	ours.size = (unsigned)len;
	(void)write_file(&s.files, "ours", &ours, 1);
	ocsp_shell(&s, "openssl ocsp -no_nonce " ASK_ALICE " -reqout theirs "
		       ">/dev/null 2>&1; cmp ours theirs");
	free(ours.data);
	ocsp_stage_clear(&s);
}
END_TEST

/* Chains */

static const struct {
	enum who leaf;
	int later;
	int result;
} chains[] = {
	{ BOB, 0, 0 },
	{ BOB, 2 * HOUR, -EBADMSG },
	{ REVOKED, 0, -EBADMSG },
	{ OUTSIDER, 0, -EBADMSG },
	{ CA, 0, -EBADMSG },
};

START_TEST(only_verified_certificates_are_asked_about)
{
	struct x509_inquiry *inquiry = NULL;
	gnutls_datum_t der;
	struct ocsp_stage s;

	ocsp_stage_set(&s);
	der = ocsp_der_of(&s.made[chains[_i].leaf]);
	ck_assert_int_eq(x509_inquiry_new(s.store, der.data, der.size,
			     s.now + chains[_i].later, &inquiry),
	    chains[_i].result);
	ck_assert(chains[_i].result == 0 || inquiry == NULL);
	for (size_t len = 0; len < der.size; len++)
		ck_assert_int_eq(
		    x509_inquiry_new(s.store, der.data, len, s.now, &inquiry),
		    -EBADMSG);
	(void)x509_inquiry_free(inquiry);
	gnutls_free(der.data);
	ocsp_stage_clear(&s);
}
END_TEST

static const char *urls_in[3];

/* GnuTLS writes one, of any length. */
static void
with_url(struct making *m)
{
	union {
		const char *in;
		unsigned char *out;
	} u = { .in = urls_in[0] };
	gnutls_datum_t url = { u.out, (unsigned)strlen(urls_in[0]) };

	OK(gnutls_x509_crt_set_authority_info_access(
	    m->cert, GNUTLS_IA_OCSP_URI, &url));
}

/* All of them in less than 128 bytes, behind who else has signed it. */
static void
with_urls(struct making *m)
{
	static const unsigned char ocsp[] = { 6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30,
		1, 0x86 };
	static const unsigned char issuers[] = { 0x30, 12, 6, 8, 0x2b, 6, 1, 5,
		5, 7, 0x30, 2, 0x82, 0 };
	unsigned char der[128] = { 0x30 };
	size_t len = 2;

	memcpy(der + len, issuers, sizeof issuers);
	len += sizeof issuers;
	for (size_t i = 0; i < 3 && urls_in[i] != NULL; i++) {
		size_t url_len = strlen(urls_in[i]);

		der[len++] = 0x30;
		der[len++] = (unsigned char)(sizeof ocsp + 1 + url_len);
		memcpy(der + len, ocsp, sizeof ocsp);
		len += sizeof ocsp;
		der[len++] = (unsigned char)url_len;
		memcpy(der + len, urls_in[i], url_len);
		len += url_len;
	}
	der[1] = (unsigned char)(len - 2);
	add_extension(m, "1.3.6.1.5.5.7.1.1", false, der, len);
}

#define TEN_X  "xxxxxxxxxx"
#define MANY_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X

static const struct {
	const char *in[3];
	const char *out;
} urls[] = {
	{ { NULL }, NULL },
	{ { "http://ocsp.example/" }, "http://ocsp.example/" },
	{ { "https://ocsp.example/" }, NULL },
	{ { "https://a.example/", "ldap://b.example/",
	      "HTTP://c.example:81/x" },
	    "HTTP://c.example:81/x" },
	{ { "http://a.example/b c" }, NULL },
	{ { "http://a.example/\n", "http://b.example/\x7f" }, NULL },
	{ { "http://\xc3\xa4.example/", "http://b.example" },
	    "http://b.example" },
	{ { "http://" }, NULL },
	{ { "http:///no-host" }, NULL },
	{ { "file:///etc/passwd" }, NULL },
	{ { "http://" MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X
		  MANY_X MANY_X MANY_X },
	    NULL },
};

START_TEST(the_certificate_names_its_responder)
{
	char url[STSSL_URL_MAX + 1] = "";
	struct x509_inquiry *inquiry;
	struct made leaf;
	gnutls_datum_t der;
	struct ocsp_stage s;

	ocsp_stage_set(&s);
	memcpy(urls_in, urls[_i].in, sizeof urls_in);
	leaf = make_leaf("leaf", &s.made[CA],
	    urls_in[0] == NULL ? NULL
			       : (urls_in[1] == NULL ? with_url : with_urls));
	der = ocsp_der_of(&leaf);
	OK(x509_inquiry_new(s.store, der.data, der.size, s.now, &inquiry));
	ck_assert_int_eq(x509_inquiry_url(inquiry, url), urls[_i].out != NULL);
	ck_assert_str_eq(url, urls[_i].out != NULL ? urls[_i].out : "");
	(void)x509_inquiry_free(inquiry);
	gnutls_free(der.data);
	unmake(&leaf);
	ocsp_stage_clear(&s);
}
END_TEST

size_t
inquiry_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_request_is_as_openssl_makes_it, 0 },
		{ only_verified_certificates_are_asked_about, ROWS(chains) },
		{ the_certificate_names_its_responder, ROWS(urls) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
