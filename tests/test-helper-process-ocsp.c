/* SPDX-License-Identifier: BSD-2-Clause
 *
 * OCSP in the helper: what comes of an answer, and what is remembered.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <stdio.h>
#include <string.h>

#include "helper/base/ocsp.h"
#include "helper/inquirer/ocsp_cache.h"
#include "helper/inquirer/responders.h"
#include "helper/worker/session_steps.h"

#define GOOD    STSSL_FAILURE_NONE
#define F(word) STSSL_FAILURE_##word

/* What comes of an answer */

static const struct {
	enum ocsp_mode mode;
	enum x509_ocsp found;
	enum stssl_failure failure;
} judgements[] = {
	{ OCSP_SOFT, X509_OCSP_GOOD, GOOD },
	{ OCSP_SOFT, X509_OCSP_REVOKED, F(REVOKED) },
	{ OCSP_SOFT, X509_OCSP_UNKNOWN, GOOD },
	{ OCSP_HARD, X509_OCSP_GOOD, GOOD },
	{ OCSP_HARD, X509_OCSP_REVOKED, F(REVOKED) },
	{ OCSP_HARD, X509_OCSP_UNKNOWN, F(CRL_STALE) },
};

START_TEST(soft_and_hard_differ_without_an_answer)
{
	ck_assert_int_eq(ocsp_judge(judgements[_i].mode, judgements[_i].found),
	    judgements[_i].failure);
}
END_TEST

static const struct {
	enum ocsp_mode mode;
	struct tls_certificate certificate;
	bool matters;
} certificates[] = {
	{ OCSP_OFF, { true, true, GOOD }, false },
	{ OCSP_SOFT, { true, true, GOOD }, true },
	{ OCSP_HARD, { true, true, GOOD }, true },
	{ OCSP_HARD, { false, false, GOOD }, false },
	{ OCSP_HARD, { true, false, GOOD }, false },
	{ OCSP_HARD, { true, true, F(EXPIRED) }, false },
};

START_TEST(only_good_certificates_are_asked_about)
{
	ck_assert(
	    session_ocsp_matters(certificates[_i].mode,
		&certificates[_i].certificate) == certificates[_i].matters);
}
END_TEST

/* What is remembered */

static struct x509_ocsp_id
id_of(unsigned char key, unsigned char serial)
{
	return (struct x509_ocsp_id){ .key = { [31] = key },
		.serial = { .len = 2, .bytes = { 1, serial } } };
}

START_TEST(an_answer_is_kept_until_its_end)
{
	const struct x509_finding good = { X509_OCSP_GOOD, 100, NULL };
	const struct x509_finding revoked = { X509_OCSP_REVOKED, 200, NULL };
	struct x509_ocsp_id a = id_of(1, 1), b = id_of(1, 2), c = id_of(2, 1);
	struct ocsp_cache f = { NULL, 0 };

	ck_assert_int_eq(ocsp_cache_find(&f, &a, 50), X509_OCSP_UNKNOWN);
	ocsp_cache_keep(&f, &a, &good);
	ocsp_cache_keep(&f, &b, &revoked);
	ck_assert_int_eq(ocsp_cache_find(&f, &a, 99), X509_OCSP_GOOD);
	ck_assert_int_eq(ocsp_cache_find(&f, &a, 100), X509_OCSP_UNKNOWN);
	ck_assert_int_eq(ocsp_cache_find(&f, &b, 100), X509_OCSP_REVOKED);
	ck_assert_int_eq(ocsp_cache_find(&f, &c, 50), X509_OCSP_UNKNOWN);
	ocsp_cache_keep(&f, &a, &revoked);
	ck_assert_int_eq(ocsp_cache_find(&f, &a, 100), X509_OCSP_REVOKED);
	ck_assert_uint_eq(f.count, 2);
	ocsp_cache_done(&f);
	ck_assert_int_eq(ocsp_cache_find(&f, &a, 50), X509_OCSP_UNKNOWN);
}
END_TEST

START_TEST(the_cache_has_an_end)
{
	const struct x509_finding good = { X509_OCSP_GOOD, 100, NULL };
	struct x509_ocsp_id id = id_of(1, 0);
	struct ocsp_cache f = { NULL, 0 };

	for (unsigned i = 0; i <= OCSP_CACHE_MAX; i++) {
		id.key[0] = (unsigned char)(i >> 8);
		id.key[1] = (unsigned char)i;
		ocsp_cache_keep(&f, &id, &good);
		ck_assert_uint_le(f.count, OCSP_CACHE_MAX);
	}
	ck_assert_int_eq(ocsp_cache_find(&f, &id, 50), X509_OCSP_GOOD);
	ocsp_cache_done(&f);
}
END_TEST

START_TEST(a_responder_that_failed_rests)
{
	static struct responders r;
	char url[32];

	ck_assert(!responders_rest(&r, "http://a/", 10));
	responders_failed(&r, "http://a/", 10);
	ck_assert(responders_rest(&r, "http://a/", 10 + RESPONDERS_REST - 1));
	ck_assert(!responders_rest(&r, "http://a/", 10 + RESPONDERS_REST));
	ck_assert(!responders_rest(&r, "http://b/", 10));
	ck_assert(responders_complain(&r, "http://a/", 10));
	ck_assert(
	    !responders_complain(&r, "http://a/", 10 + RESPONDERS_SILENCE - 1));
	ck_assert(
	    responders_complain(&r, "http://a/", 10 + RESPONDERS_SILENCE));
	for (int i = 0; i < 2 * RESPONDERS_MAX; i++) {
		(void)snprintf(url, sizeof url, "http://%d/", i);
		responders_failed(&r, url, 10);
		ck_assert(responders_rest(&r, url, 10));
	}
	ck_assert(!responders_rest(&r, "http://0/", 10));
}
END_TEST

size_t
ocsp_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ soft_and_hard_differ_without_an_answer, ROWS(judgements) },
		{ only_good_certificates_are_asked_about, ROWS(certificates) },
		{ an_answer_is_kept_until_its_end, 0 },
		{ the_cache_has_an_end, 0 },
		{ a_responder_that_failed_rests, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
