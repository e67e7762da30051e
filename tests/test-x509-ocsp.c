/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Answers of responders, made by openssl, and what they count for.
 */
#include <config.h>
#include "tests/ocsp-stage.h"

#include <stdio.h>
#include <string.h>

#define MINUTE 60
/* openssl's answers are as of now, and good for ten minutes if so told. */
#define UPDATE (10 * MINUTE)

/* What a responder whose memory is `index` answers. */
static gnutls_datum_t
respond(const struct ocsp_stage *s, const char *index, const char *request,
    const char *ca, const char *signer, const char *more)
{
	gnutls_datum_t response;
	char line[1024];

	(void)snprintf(line, sizeof line,
	    "{ %s; } >index && "
	    "openssl ocsp -no_nonce %s -reqout request >/dev/null 2>&1; "
	    "openssl ocsp -index index -CA %s -rsigner %s -rkey %s.key "
	    "-reqin request -respout response %s >/dev/null 2>&1",
	    index, request, ca, signer, signer, more);
	ocsp_shell(s, line);
	OK(gnutls_load_file(file_name(&s->files, "response"), &response));
	return response;
}

#define V(who) \
	"printf 'V\\t%s\\t\\t%s\\tunknown\\t/CN=" who "\\n' $E $(S " who ");"
#define R(who)                                                                \
	"printf 'R\\t%s\\t%s\\t%s\\tunknown\\t/CN=" who "\\n' $E $E $(S " who \
	");"
#define BOTH V("bob") V("alice") ":"
#define TEN  "-nmin 10"

static const struct {
	const char *index, *request, *ca, *signer, *more;
	int later;
	enum x509_ocsp found;
	const char *why;
} answers[] = {
	/* what it says */
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_GOOD, NULL },
	{ R("alice") ":", ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_REVOKED,
	    NULL },
	{ V("bob") ":", ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_UNKNOWN,
	    "the responder does not know the certificate" },
	{ BOTH, "-sha256 " ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_GOOD,
	    NULL },
	/* of whom */
	{ V("bob") R("alice") ":", "-issuer ca -cert bob -cert alice", "ca",
	    "ca", TEN, 0, X509_OCSP_REVOKED, NULL },
	{ R("bob") V("alice") ":", "-issuer ca -cert bob -cert alice", "ca",
	    "ca", TEN, 0, X509_OCSP_GOOD, NULL },
	{ BOTH, "-issuer ca -cert bob", "ca", "ca", TEN, 0, X509_OCSP_UNKNOWN,
	    "nothing about the certificate" },
	{ BOTH, "-issuer twin -serial 0x$(S alice)", "twin", "ca", TEN, 0,
	    X509_OCSP_UNKNOWN, "nothing about the certificate" },
	/* who signs */
	{ BOTH, ASK_ALICE, "ca", "delegate", TEN, 0, X509_OCSP_GOOD, NULL },
	{ R("alice") ":", ASK_ALICE, "ca", "delegate", TEN, 0,
	    X509_OCSP_REVOKED, NULL },
	{ BOTH, ASK_ALICE, "ca", "pretender", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "beginner", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "old", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "revoked", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "stranger", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "outsider", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "twin", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "twin", TEN " -resp_no_certs", 0,
	    X509_OCSP_UNKNOWN, "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -resp_no_certs", 0, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -resp_key_id", 0, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -rmd sha1", 0, X509_OCSP_UNKNOWN,
	    "weak signature" },
	/* when */
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, UPDATE - MINUTE, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, UPDATE + MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
	{ R("alice") ":", ASK_ALICE, "ca", "ca", TEN, UPDATE + MINUTE,
	    X509_OCSP_UNKNOWN, "out of date" },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, -4 * MINUTE, X509_OCSP_GOOD, NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, -6 * MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
	{ BOTH, ASK_ALICE, "ca", "ca", "", 0, X509_OCSP_GOOD, NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", "", HOUR - MINUTE, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", "", HOUR + MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
};

START_TEST(an_answer_counts_for_what_it_is)
{
	struct x509_finding f;
	gnutls_datum_t response;
	struct ocsp_stage s;
	time_t now;

	ocsp_stage_set(&s);
	now = s.now + answers[_i].later;
	response = respond(&s, answers[_i].index, answers[_i].request,
	    answers[_i].ca, answers[_i].signer, answers[_i].more);
	f = x509_inquiry_read(
	    s.inquiry, s.store, response.data, response.size, now);
	ck_assert_msg(f.found == answers[_i].found, "%s: %s",
	    x509_ocsp_word(f.found), f.why == NULL ? "" : f.why);
	if (f.found == X509_OCSP_UNKNOWN) {
		ck_assert_str_eq(f.why, answers[_i].why);
	} else {
		ck_assert(f.until > now);
		ck_assert(f.until <= s.now + UPDATE + MINUTE ||
			  f.until == now + 5 * MINUTE);
	}
	gnutls_free(response.data);
	ocsp_stage_clear(&s);
}
END_TEST

static void
expect_nothing(const struct ocsp_stage *s, const void *bytes, size_t len)
{
	struct x509_finding f =
	    x509_inquiry_read(s->inquiry, s->store, bytes, len, s->now);

	ck_assert_int_eq(f.found, X509_OCSP_UNKNOWN);
	ck_assert_ptr_nonnull(f.why);
}

START_TEST(malformed_answers_count_for_nothing)
{
	static unsigned char huge[X509_OCSP_MAX + 1];
	/* a status, and nothing else: tryLater, successful */
	static const unsigned char later[] = { 0x30, 3, 0x0a, 1, 3 };
	static const unsigned char empty[] = { 0x30, 3, 0x0a, 1, 0 };
	gnutls_datum_t response;
	struct ocsp_stage s;

	ocsp_stage_set(&s);
	response = respond(&s, BOTH, ASK_ALICE, "ca", "delegate", TEN);
	expect_nothing(&s, "", 0);
	expect_nothing(&s, "HTTP/1.0 200 OK", 15);
	expect_nothing(&s, later, sizeof later);
	expect_nothing(&s, empty, sizeof empty);
	for (size_t len = 0; len < response.size; len++)
		expect_nothing(&s, response.data, len);
	memcpy(huge, response.data, response.size);
	expect_nothing(&s, huge, sizeof huge);
	gnutls_free(response.data);
	ocsp_stage_clear(&s);
}
END_TEST

/* A changed bit may be one that nobody has signed, but changes nothing then. */
START_TEST(a_changed_answer_never_says_something_else)
{
	gnutls_datum_t response;
	struct ocsp_stage s;

	ocsp_stage_set(&s);
	response = respond(&s, R("alice") ":", ASK_ALICE, "ca", "ca", TEN);
	for (size_t i = 0; i < response.size; i++) {
		const unsigned bit = 1u << i % 8;

		response.data[i] = (unsigned char)(response.data[i] ^ bit);
		ck_assert_int_ne(x509_inquiry_read(s.inquiry, s.store,
				     response.data, response.size, s.now)
				     .found,
		    X509_OCSP_GOOD);
		response.data[i] = (unsigned char)(response.data[i] ^ bit);
	}
	gnutls_free(response.data);
	ocsp_stage_clear(&s);
}
END_TEST

size_t
ocsp_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_answer_counts_for_what_it_is, ROWS(answers) },
		{ malformed_answers_count_for_nothing, 0 },
		{ a_changed_answer_never_says_something_else, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
