/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/judge.h"

#include <stdio.h>
#include <string.h>

#include "status/tools/words.h"
#include "tests/test-policy.h"

static const char class_list[] =
    "identities = '/nonexistent'\n"
    "class strict { user = 's*' login = certificate }\n"
    "class modern { user = 'm*' min-protocol = TLS1.3 }\n"
    "class open { user = 'o*' ssl = optional }\n"
    "class openbut { user = 'b*' ssl = optional bad-certificate = refuse "
    "data = private }\n"
    "class both { user = 't*' login = both data = any }\n"
    "class password { user = 'p*' login = password }\n"
    "class closed { user = 'c*' login = refuse }\n"
    "class shut { user = 'u*' ssl = optional login = refuse identity = cn }\n"
    "class ssh { user = 'h*' ssh = accept login = certificate "
    "min-protocol = TLS1.3 }\n"
    "class group { group = staff }\n";

/* protocol: NULL = no TLS, "-" = no record; verify: NULL = no such key. */
static const struct {
	const char *user, *protocol, *verify, *cn;
	const char *verdict, *reason, *failure, *class;
	bool private;
} rows[] = {
	{ "sam", "-", NULL, NULL, "refuse", "tls-required", "other", "strict",
	    true },
	{ "sam", NULL, NULL, NULL, "refuse", "tls-required", "other", "strict",
	    true },
	{ "sam", NULL, "SUCCESS", "sam", "refuse", "tls-required", "other",
	    "strict", true },
	{ "sam", "TLSv1.3", "NONE", NULL, "refuse", "no-certificate", "other",
	    "strict", true },
	{ "sam", "TLSv1.3", "FAILED:expired", "sam", "refuse",
	    "bad-certificate", "expired", "strict", true },
	{ "sam", "TLSv1.3", "FAILED:crl-stale", "sam", "refuse",
	    "bad-certificate", "crl-stale", "strict", true },
	{ "sam", "TLSv1.3", "SUCCESS", "sue", "refuse", "not-this-user",
	    "other", "strict", true },
	{ "sam", "TLSv1.3", "SUCCESS", NULL, "refuse", "not-this-user", "other",
	    "strict", true },
	{ "sam", "TLSv1.3", "SUCCESS", "sam", "accept", "certificate", "other",
	    "strict", true },
	{ "sam", "TLSv1.2", "SUCCESS", "sam", "accept", "certificate", "other",
	    "strict", true },
	{ "moe", "TLSv1.2", "SUCCESS", "moe", "refuse", "tls-too-old", "other",
	    "modern", true },
	{ "moe", "TLSv1.3", "SUCCESS", "moe", "accept", "certificate", "other",
	    "modern", true },
	{ "moe", "TLSv1.3", "NONE", NULL, "password", "by-password", "other",
	    "modern", true },
	{ "moe", "TLSv1.3", "FAILED:revoked", "moe", "refuse",
	    "bad-certificate", "revoked", "modern", true },
	{ "ole", "-", NULL, NULL, "password", "by-password", "other", "open",
	    false },
	{ "ole", "TLSv1.3", "FAILED:unknown-ca", "ole", "password",
	    "by-password", "unknown-ca", "open", false },
	{ "ole", "TLSv1.3", "SUCCESS", "sam", "password", "by-password",
	    "other", "open", false },
	{ "ole", "TLSv1.3", "SUCCESS", "ole", "accept", "certificate", "other",
	    "open", false },
	{ "bea", "TLSv1.3", "SUCCESS", "sam", "refuse", "not-this-user",
	    "other", "openbut", true },
	{ "tom", "TLSv1.3", "SUCCESS", "tom", "password", "and-password",
	    "other", "both", false },
	{ "tom", "TLSv1.3", "NONE", NULL, "refuse", "no-certificate", "other",
	    "both", false },
	{ "pia", "TLSv1.3", "SUCCESS", "pia", "password", "by-password",
	    "other", "password", true },
	{ "alice", "TLSv1.3", "SUCCESS", "alice", "accept", "certificate",
	    "other", "group", true },
	/* SSH is TLS of any version where the class says so, or needs none */
	{ "hal", "SSH", "SUCCESS", "hal", "accept", "certificate", "other",
	    "ssh", true },
	{ "hal", "SSH", "SUCCESS", "sam", "refuse", "not-this-user", "other",
	    "ssh", true },
	{ "hal", "SSH", "NONE", NULL, "refuse", "no-certificate", "other",
	    "ssh", true },
	{ "hal", "SSH", NULL, NULL, "refuse", "helper", "other", "ssh", true },
	{ "hal", "ssh", "SUCCESS", "hal", "refuse", "helper", "other", "ssh",
	    true },
	{ "hal", "SSHv2", "SUCCESS", "hal", "refuse", "helper", "other", "ssh",
	    true },
	{ "sam", "SSH", "SUCCESS", "sam", "refuse", "tls-required", "other",
	    "strict", true },
	{ "pia", "SSH", "SUCCESS", "pia", "refuse", "tls-required", "other",
	    "password", true },
	{ "ole", "SSH", "SUCCESS", "ole", "accept", "certificate", "other",
	    "open", false },
	{ "ole", "SSH", "SUCCESS", "sam", "password", "by-password", "other",
	    "open", false },
	{ "ole", "SSH", "NONE", NULL, "password", "by-password", "other",
	    "open", false },
	{ "cat", "SSH", "SUCCESS", "cat", "refuse", "class-refuses", "other",
	    "closed", true },
	/* in a class that refuses, with the best that one can show */
	{ "cat", "-", NULL, NULL, "refuse", "class-refuses", "other", "closed",
	    true },
	{ "cat", "TLSv1.3", "NONE", NULL, "refuse", "class-refuses", "other",
	    "closed", true },
	{ "cat", "TLSv1.3", "SUCCESS", "cat", "refuse", "class-refuses",
	    "other", "closed", true },
	{ "uma", NULL, NULL, NULL, "refuse", "class-refuses", "other", "shut",
	    false },
	{ "uma", "TLSv1.3", "SUCCESS", "uma", "refuse", "class-refuses",
	    "other", "shut", false },
	/* nobody's, and nobody's idea of a user */
	{ "zoe", "TLSv1.3", "SUCCESS", "zoe", "refuse", "no-class", "other", "",
	    true },
	{ "", "TLSv1.3", "SUCCESS", "", "refuse", "bad-user", "other", "",
	    true },
	{ "s/../x", "TLSv1.3", "SUCCESS", "s/../x", "refuse", "bad-user",
	    "other", "", true },
	{ NULL, "TLSv1.3", "SUCCESS", "sam", "refuse", "bad-user", "other", "",
	    true },
	/* records that cannot be */
	{ "ole", "TLSv1.1", "NONE", NULL, "refuse", "helper", "other", "open",
	    false },
	{ "ole", "", "NONE", NULL, "refuse", "helper", "other", "open", false },
	{ "ole", "TLSv1.3", NULL, "ole", "refuse", "helper", "other", "open",
	    false },
	{ "ole", "TLSv1.3", "", NULL, "refuse", "helper", "other", "open",
	    false },
	{ "ole", "TLSv1.3", "success", "ole", "refuse", "helper", "other",
	    "open", false },
	{ "ole", "TLSv1.3", "SUCCESS ", "ole", "refuse", "helper", "other",
	    "open", false },
	{ "ole", "TLSv1.3", "FAILED:", NULL, "refuse", "helper", "other",
	    "open", false },
	{ "ole", "TLSv1.3", "FAILED:bored", NULL, "refuse", "helper", "other",
	    "open", false },
	{ "pia", "TLSv1.3", NULL, NULL, "refuse", "helper", "other", "password",
	    true },
};

static void
put(struct stssl_record *record, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(record, key, value), 0);
}

START_TEST(a_login_is_judged)
{
	struct stssl_classes *classes = classes_of(class_list);
	const char *protocol = rows[_i].protocol;
	bool helper = protocol == NULL || strcmp(protocol, "-") != 0;
	struct stssl_judgement j;
	struct stssl_record record;
	struct stssl_login login = { .user = rows[_i].user, .service = "ftp" };

	stssl_record_init(&record);
	if (helper) {
		put(&record, STSSL_KEY_SSL_PROTOCOL, protocol);
		put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, rows[_i].verify);
		put(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN, rows[_i].cn);
		login.record = &record;
	}
	memset(&j, 0x5a, sizeof j);
	stssl_judge(classes, &login, &j);
	ck_assert_str_eq(stssl_verdict_word(j.verdict), rows[_i].verdict);
	ck_assert_str_eq(stssl_reason_word(j.reason), rows[_i].reason);
	ck_assert_str_eq(stssl_failure_word(j.failure), rows[_i].failure);
	ck_assert_str_eq(j.class_name, rows[_i].class);
	ck_assert_int_eq(j.data_private, rows[_i].private);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

START_TEST(a_file_without_a_class_refuses_everybody)
{
	struct stssl_classes *classes = classes_of("");
	struct stssl_login login = { .user = "alice", .service = "ftp" };
	struct stssl_judgement j;

	stssl_judge(classes, &login, &j);
	ck_assert_int_eq(j.verdict, STSSL_VERDICT_REFUSE);
	ck_assert_int_eq(j.reason, STSSL_REASON_NO_CLASS);
	(void)stssl_classes_free(classes);
}
END_TEST

/* The first class asks NSS, which is down; the second would let in. */
static const char *const outages[] = {
	"class a { group = staff } class b { ssl = optional }",
	"class a { group = 0 } class b { ssl = optional }",
	"class a { type = real } class b { ssl = optional }",
	"class a { type = virtual } class b { ssl = optional }",
};

START_TEST(an_outage_of_nss_refuses)
{
	struct stssl_classes *classes = classes_of(outages[_i]);
	struct stssl_login login = { .user = "broken", .service = "ftp" };
	struct stssl_judgement j;

	stssl_judge(classes, &login, &j);
	ck_assert_int_eq(j.verdict, STSSL_VERDICT_REFUSE);
	ck_assert_int_eq(j.reason, STSSL_REASON_INTERNAL);
	ck_assert_str_eq(j.class_name, "");
	(void)stssl_classes_free(classes);
}
END_TEST

START_TEST(an_identity_file_of_the_configured_folder_logs_in)
{
	static const char hex[] =
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
	struct folder f;
	struct stssl_classes *classes;
	struct stssl_record record;
	struct stssl_judgement j;
	struct stssl_login login = {
		.user = "alice", .service = "ftp", .record = &record
	};
	char text[512];

	folder_make(&f);
	(void)snprintf(text, sizeof text, "sha256:%s\n", hex);
	(void)folder_text(&f, "alice", text);
	(void)snprintf(text, sizeof text,
	    "identities = '%s' class x { identity = file }", f.path);
	classes = classes_of(text);
	stssl_record_init(&record);
	put(&record, STSSL_KEY_SSL_PROTOCOL, "TLSv1.3");
	put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	put(&record, STSSL_KEY_SSL_CLIENT_CERT_SHA256, hex);
	stssl_judge(classes, &login, &j);
	ck_assert_int_eq(j.verdict, STSSL_VERDICT_ACCEPT);
	login.user = "bob";
	stssl_judge(classes, &login, &j);
	ck_assert_int_eq(j.verdict, STSSL_VERDICT_REFUSE);
	ck_assert_int_eq(j.reason, STSSL_REASON_NOT_THIS_USER);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

void
add_judge_cases(struct case_list *to)
{
	add_case(to, a_login_is_judged, ROWS(rows));
	add_case(to, a_file_without_a_class_refuses_everybody, 0);
	add_case(to, an_outage_of_nss_refuses, ROWS(outages));
	add_case(to, an_identity_file_of_the_configured_folder_logs_in, 0);
}
