/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How certificates come into records: from the verifier, whatever a worker says
 * of them, and with the word of OCSP.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define UNTIL   1795489200
#define TLS_1_3 "SSL_PROTOCOL=TLSv1.3\0SSL_SESSION_RESUMED=Initial\0"
#define GOOD    "STSSL_VERSION=1\0SSL_CLIENT_VERIFY=SUCCESS\0"
#define BAD     "STSSL_VERSION=1\0SSL_CLIENT_VERIFY=FAILED:expired\0"
#define NAME    "SSL_CLIENT_S_DN_CN=alice\0"

/* What the verifier has told, to be heard when it is listened to. */
static struct {
	struct message_proven m;
	const char *text; /* NULL: nothing */
	bool is_asked, is_answered;
	enum x509_ocsp found;
} told_proof;

static void
say_proof(struct registry *registry)
{
	struct session_entry *entry = registry_find(registry, 1);

	if (told_proof.is_asked)
		ck_assert(proof_ask(&entry->proof));
	entry->proof.is_answered = told_proof.is_answered;
	entry->proof.found = told_proof.found;
	if (told_proof.text != NULL)
		ck_assert_int_eq(
		    proof_take(&entry->proof, &told_proof.m, told_proof.text),
		    0);
}

static void
tell_proof(const char *text, size_t len, bool is_good)
{
	on_hear = say_proof;
	told_proof.text = text;
	told_proof.m = (struct message_proven){ .session = 1,
		.good_until = UNTIL,
		.is_1_3 = 1,
		.failure = is_good ? STSSL_FAILURE_NONE : STSSL_FAILURE_EXPIRED,
		.text_len = (uint32_t)len };
}

static bool
record_has(const struct mail *mail, const char *string)
{
	return mail->entry->text != NULL &&
	       memmem(mail->entry->text, mail->entry->text_len, string,
		   strlen(string) + 1) != NULL;
}

static const struct {
	const char *proof; /* NULL: the verifier has told nothing */
	size_t proof_len;
	bool is_good;
	const char *text; /* of the worker */
	size_t len;
	bool claims; /* that there is a proof */
	int outcome;
	const char *found; /* in the record; NULL: there is no record */
	time_t until;
} certificates[] = {
#define CLAIM true
	{ TEXT(GOOD NAME), true, TEXT(RECORD TLS_1_3), CLAIM, 0,
	    "SSL_CLIENT_S_DN_CN=alice", UNTIL },
	{ TEXT(GOOD NAME), true, TEXT(RECORD TLS_1_3), CLAIM, 0,
	    "SSL_CLIENT_VERIFY=SUCCESS", UNTIL },
	{ TEXT(BAD NAME), false, TEXT(RECORD TLS_1_3), CLAIM, 0,
	    "SSL_CLIENT_VERIFY=FAILED:expired", 0 },
	/* nobody has told of it */
	{ NULL, 0, true, TEXT(RECORD TLS_1_3), CLAIM, 0, NULL, 0 },
	/* of another handshake */
	{ TEXT(GOOD NAME), true,
	    TEXT(RECORD "SSL_PROTOCOL=TLSv1.2\0SSL_SESSION_RESUMED=Initial\0"),
	    CLAIM, 0, NULL, 0 },
	{ TEXT(GOOD NAME), true,
	    TEXT(RECORD "SSL_PROTOCOL=TLSv1.3\0SSL_SESSION_RESUMED=Resumed\0"),
	    CLAIM, 0, NULL, 0 },
	{ TEXT(GOOD NAME), true, TEXT(RECORD), CLAIM, 0, NULL, 0 },
	/* the worker's own words, beside a proof and without one */
	{ TEXT(GOOD NAME), true,
	    TEXT(RECORD TLS_1_3 "SSL_CLIENT_VERIFY=SUCCESS\0"), CLAIM, -EBADMSG,
	    NULL, 0 },
	{ TEXT(GOOD NAME), true,
	    TEXT(RECORD TLS_1_3 "SSL_CLIENT_S_DN_CN=root\0"), CLAIM, -EBADMSG,
	    NULL, 0 },
	{ TEXT(GOOD NAME), true,
	    TEXT(RECORD TLS_1_3 "SSL_CLIENT_SAN_Email_0=root@example.org\0"),
	    CLAIM, -EBADMSG, NULL, 0 },
#undef CLAIM
#define CLAIM false
	{ NULL, 0, true, TEXT(RECORD TLS_1_3 "SSL_CLIENT_VERIFY=SUCCESS\0"),
	    CLAIM, -EBADMSG, NULL, 0 },
	{ NULL, 0, true,
	    TEXT(RECORD TLS_1_3
		"SSL_CLIENT_VERIFY=NONE\0SSL_CLIENT_S_DN_CN=root\0"),
	    CLAIM, -EBADMSG, NULL, 0 },
	{ NULL, 0, true, TEXT(RECORD TLS_1_3 "SSL_CLIENT_VERIFY=NONE\0"), CLAIM,
	    0, "SSL_CLIENT_VERIFY=NONE", 0 },
	{ NULL, 0, true,
	    TEXT(RECORD TLS_1_3 "SSL_CLIENT_VERIFY=FAILED:unproven\0"), CLAIM,
	    0, "SSL_CLIENT_VERIFY=FAILED:unproven", 0 },
	{ NULL, 0, true, TEXT(RECORD), CLAIM, 0, "STSSL_RESULT=found", 0 },
#undef CLAIM
};

START_TEST(a_certificate_is_as_the_verifier_tells_it_or_not_there)
{
	struct mail mail;

	mail_open(&mail);
	tell_proof(certificates[_i].proof, certificates[_i].proof_len,
	    certificates[_i].is_good);
	ck_assert_int_eq(
	    post_record(&mail, certificates[_i].text, certificates[_i].len,
		certificates[_i].claims, false),
	    certificates[_i].outcome);
	if (certificates[_i].found == NULL)
		ck_assert_ptr_null(mail.entry->text);
	else
		ck_assert(record_has(&mail, certificates[_i].found));
	ck_assert_int_eq(mail.entry->good_until, certificates[_i].until);
	mail_close(&mail);
}
END_TEST

/* Nor does the first one count again, in another record. */
START_TEST(what_is_proven_counts_once)
{
	struct mail mail;

	mail_open(&mail);
	tell_proof(TEXT(GOOD NAME), true);
	ck_assert_int_eq(
	    post_record(&mail, TEXT(RECORD TLS_1_3), true, false), 0);
	ck_assert(record_has(&mail, "SSL_CLIENT_VERIFY=SUCCESS"));
	ck_assert_int_eq(
	    post_record(&mail, TEXT(RECORD TLS_1_3), true, false), 0);
	ck_assert_ptr_null(mail.entry->text);
	mail_close(&mail);
}
END_TEST

static const struct {
	enum ocsp_mode mode;
	bool is_answered;
	enum x509_ocsp found;
	const char *verify;
} answers[] = {
	{ OCSP_SOFT, true, X509_OCSP_GOOD, "SUCCESS" },
	{ OCSP_SOFT, true, X509_OCSP_UNKNOWN, "SUCCESS" },
	{ OCSP_SOFT, true, X509_OCSP_REVOKED, "FAILED:revoked" },
	{ OCSP_HARD, true, X509_OCSP_GOOD, "SUCCESS" },
	{ OCSP_HARD, true, X509_OCSP_UNKNOWN, "FAILED:crl-stale" },
	/* A worker that does not wait for the answer. */
	{ OCSP_SOFT, false, X509_OCSP_UNKNOWN, "FAILED:crl-stale" },
	{ OCSP_HARD, false, X509_OCSP_GOOD, "FAILED:crl-stale" },
};

START_TEST(the_monitor_puts_the_word_of_ocsp_into_the_record)
{
	char expected[64];
	struct mail mail;

	(void)snprintf(expected, sizeof expected, "SSL_CLIENT_VERIFY=%s",
	    answers[_i].verify);
	mail_open(&mail);
	mail.in.monitor->generation->config->tls.ocsp = answers[_i].mode;
	tell_proof(TEXT(GOOD NAME), true);
	told_proof.is_asked = true;
	told_proof.is_answered = answers[_i].is_answered;
	told_proof.found = answers[_i].found;
	ck_assert_int_eq(
	    post_record(&mail, TEXT(RECORD TLS_1_3), true, false), 0);
	ck_assert(record_has(&mail, expected));
	ck_assert(record_has(&mail, "SSL_CLIENT_S_DN_CN=alice"));
	ck_assert_int_eq(mail.entry->good_until,
	    strcmp(answers[_i].verify, "SUCCESS") == 0 ? UNTIL : 0);
	mail_close(&mail);
}
END_TEST

/* An answer of OCSP about one certificate is none about the next. */
START_TEST(what_ocsp_says_of_a_certificate_does_not_count_for_another)
{
	struct session_proof proof = { .is_there = false };
	struct message_proven m = { .session = 1,
		.failure = STSSL_FAILURE_NONE,
		.text_len = sizeof(GOOD NAME) - 1 };

	ck_assert(proof_ask(&proof));
	ck_assert(!proof_ask(&proof));
	ck_assert_int_eq(proof_take(&proof, &m, GOOD NAME), 0);
	ck_assert(!proof.is_there);
}
END_TEST

static const struct {
	uint32_t failure, is_1_3, is_foreign;
	const char *text;
	size_t len;
} impossible[] = {
	{ STSSL_FAILURE_NONE, 1, 0, TEXT(BAD NAME) },
	{ STSSL_FAILURE_EXPIRED, 1, 0, TEXT(GOOD NAME) },
	{ STSSL_FAILURE_NONE, 1, 0, TEXT("STSSL_VERSION=1\0" NAME) },
	{ STSSL_FAILURE_NONE, 1, 0, TEXT(GOOD "STSSL_SESSION=2\0") },
	{ STSSL_FAILURE_NONE, 1, 0, TEXT(GOOD GOOD) },
	{ STSSL_FAILURE_NONE + 1, 1, 0, TEXT(GOOD) },
	{ STSSL_FAILURE_NONE, 2, 0, TEXT(GOOD NAME) },
	{ STSSL_FAILURE_NONE, 1, 2, TEXT(GOOD NAME) },
};

START_TEST(a_verifier_tells_of_certificates_and_of_nothing_else)
{
	struct session_proof proof = { .is_there = false };
	const struct message_proven m = { .session = 1,
		.failure = impossible[_i].failure,
		.is_1_3 = impossible[_i].is_1_3,
		.is_foreign = impossible[_i].is_foreign,
		.text_len = (uint32_t)impossible[_i].len };

	ck_assert_int_eq(proof_take(&proof, &m, impossible[_i].text), -EBADMSG);
	ck_assert(!proof.is_there);
}
END_TEST

size_t
proof_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_certificate_is_as_the_verifier_tells_it_or_not_there,
		    ROWS(certificates) },
		{ what_is_proven_counts_once, 0 },
		{ the_monitor_puts_the_word_of_ocsp_into_the_record,
		    ROWS(answers) },
		{ what_ocsp_says_of_a_certificate_does_not_count_for_another,
		    0 },
		{ a_verifier_tells_of_certificates_and_of_nothing_else,
		    ROWS(impossible) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
