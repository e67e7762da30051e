/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/tools/early.h"

#include <string.h>

#include "status/tools/words.h"
#include "tests/test-policy.h"

/* What the client shows: SSL_PROTOCOL and SSL_CLIENT_VERIFY. */
#define CLEAR NULL, NULL
#define TLS_2 "TLSv1.2", "NONE"
#define TLS_3 "TLSv1.3", "NONE"
#define GOOD  "TLSv1.3", "SUCCESS"
#define BAD   "TLSv1.3", "FAILED:unknown-ca"

#define OPEN  "class z { ssl = optional }"

/* Of sam, from 192.0.2.7; without a word he is left to the Server. */
static const struct {
	const char *classes, *protocol, *verify, *refused;
} rows[] = {
	/* as on the Server */
	{ "", TLS_3, "no-class" },
	{ "class a { user = x }", TLS_3, "no-class" },
	{ "class a { service = x }", TLS_3, "no-class" },
	{ "class a { enabled = no }", TLS_3, "no-class" },
	{ "class a { from = 198.51.100.0/24 }", TLS_3, "no-class" },
	{ "class a { from = 192.0.2.0/24 }", TLS_3, NULL },
	{ "class a { login = refuse }", TLS_3, "class-refuses" },
	{ "class a { login = refuse } " OPEN, TLS_3, "class-refuses" },
	{ "class a { }", CLEAR, "tls-required" },
	{ "class a { } " OPEN, CLEAR, "tls-required" },
	{ "class a { user = x } " OPEN, CLEAR, NULL },
	{ OPEN, CLEAR, NULL },
	{ "class a { min-protocol = TLS1.3 }", TLS_2, "tls-too-old" },
	{ "class a { login = both }", TLS_3, "no-certificate" },
	{ "class a { login = password }", TLS_3, NULL },
	/* whose class it is, is not known */
	{ "class a { type = real } " OPEN, CLEAR, NULL },
	{ "class a { type = virtual } " OPEN, CLEAR, NULL },
	{ "class a { group = staff } " OPEN, CLEAR, NULL },
	{ "class a { listener = '*' } " OPEN, CLEAR, NULL },
	{ "class a { edge = '*' } " OPEN, CLEAR, NULL },
	{ "class a { from = { 192.0.2.7, x.example } } "
	  "resolve-names = yes " OPEN,
	    CLEAR, NULL },
	{ "class a { edge = dmz1 ssl = optional } class b { }", CLEAR, NULL },
	{ "class a { listener = x ssl = optional } class b { }", CLEAR, NULL },
	{ "class a { group = x ssl = optional } class b { }", CLEAR, NULL },
	{ "class a { type = virtual ssl = optional } class b { }", CLEAR,
	    NULL },
	{ "class a { edge = dmz1 ssl = optional }", CLEAR, NULL },
	/* but all that it can be refuse */
	{ "class a { edge = dmz1 }", CLEAR, "tls-required" },
	{ "class a { edge = dmz1 } class b { type = real }", CLEAR,
	    "tls-required" },
	{ "class a { edge = dmz1 login = refuse } class b { }", CLEAR,
	    "tls-required" },
	{ "class a { edge = dmz1 user = x ssl = optional } class b { }", CLEAR,
	    "tls-required" },
	{ "class a { group = staff login = both } class b { login = both }",
	    TLS_3, "no-certificate" },
	/* nor what the Server makes of a certificate */
	{ "class a { login = certificate identity = file }", GOOD, NULL },
	{ "class a { login = certificate identity = cn }", GOOD, NULL },
	{ "class a { login = both }", BAD, NULL },
	{ "class a { }", BAD, NULL },
	{ "class a { login = refuse }", GOOD, "class-refuses" },
	{ "class a { min-protocol = TLS1.3 }", "TLSv1.2", "SUCCESS",
	    "tls-too-old" },
	/* what the helper cannot have meant */
	{ OPEN, "TLSv1.3", NULL, "helper" },
	{ OPEN, "SSLv3", "NONE", "helper" },
};

static void
put(struct stssl_record *record, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(record, key, value), 0);
}

START_TEST(an_edge_refuses_only_what_its_server_refuses_for_sure)
{
	struct stssl_classes *classes = classes_of(rows[_i].classes);
	struct stssl_address from;
	struct stssl_judgement j;
	struct stssl_record record;
	const struct stssl_login login = { .user = "sam",
		.service = "ftp",
		.record = &record,
		.from = &from };

	ck_assert_int_eq(stssl_ip_parse("192.0.2.7", &from), 0);
	stssl_record_init(&record);
	put(&record, STSSL_KEY_STSSL_LISTENER, "edge");
	put(&record, STSSL_KEY_SSL_PROTOCOL, rows[_i].protocol);
	put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, rows[_i].verify);
	put(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN, "tom");
	stssl_judge_early(classes, &login, &j);
	ck_assert_str_eq(stssl_reason_word(j.reason),
	    rows[_i].refused != NULL ? rows[_i].refused : "by-password");
	ck_assert_int_eq(j.verdict, rows[_i].refused != NULL
					? STSSL_VERDICT_REFUSE
					: STSSL_VERDICT_PASSWORD);
	ck_assert_str_eq(j.class_name, "");
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

START_TEST(an_edge_refuses_a_name_that_is_none)
{
	struct stssl_classes *classes = classes_of(OPEN);
	const struct stssl_login login = { .user = "../x", .service = "ftp" };
	struct stssl_judgement j;

	stssl_judge_early(classes, &login, &j);
	ck_assert_int_eq(j.verdict, STSSL_VERDICT_REFUSE);
	ck_assert_int_eq(j.reason, STSSL_REASON_BAD_USER);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_early_cases(struct case_list *to)
{
	add_case(to, an_edge_refuses_only_what_its_server_refuses_for_sure,
	    ROWS(rows));
	add_case(to, an_edge_refuses_a_name_that_is_none, 0);
}
