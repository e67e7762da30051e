/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answers of an advisor, with real files of classes.
 */
#include <config.h>
#include "tests/test-helper-process-advisors.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "policy/decide.h"
#include "status/address.h"
#include "tests/private-file.h"
#include "tests/test-helper-process.h"

#define TLS RECORD "SSL_PROTOCOL=TLSv1.3\0"

static const char clear[] = RECORD;
static const char anonymous[] = TLS "SSL_CLIENT_VERIFY=NONE\0";
static const char expired[] = TLS "SSL_CLIENT_VERIFY=FAILED:expired\0";
static const char alice[] =
    TLS "SSL_CLIENT_VERIFY=SUCCESS\0SSL_CLIENT_S_DN_CN=alice\0";

static void
write_classes(const char *text)
{
	int fd = open(advisors_classes, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	(void)close(fd);
}

#define CLASS(keys) "class \"c\" {\n" keys "\n}\n"
#define CN          "identity = { \"cn\" }\n"
#define ROW(record) record, sizeof(record) - 1

static const struct {
	const char *classes, *text;
	size_t len;
	const char *user;
	enum stssl_verdict verdict;
	enum stssl_reason reason;
	enum stssl_failure failure;
} judged[] = {
	{ CLASS("ssl = required login = either " CN), ROW(alice), "alice",
	    STSSL_VERDICT_ACCEPT, STSSL_REASON_CERTIFICATE,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = certificate " CN), ROW(alice), "bob",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_NOT_THIS_USER,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = certificate " CN), ROW(expired),
	    "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_BAD_CERTIFICATE,
	    STSSL_FAILURE_EXPIRED },
	{ CLASS("ssl = required login = password"), ROW(anonymous), "alice",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD,
	    STSSL_FAILURE_NONE },
	{ CLASS("ssl = required login = password"), ROW(clear), "alice",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED,
	    STSSL_FAILURE_NONE },
	{ CLASS("user = { \"bob\" }"), ROW(alice), "alice",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS, STSSL_FAILURE_NONE },
	{ CLASS("service = { \"vsftpd\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("service = { \"ftp\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS,
	    STSSL_FAILURE_NONE },
	{ CLASS("from = { \"192.0.2.0/24\" } ssl = optional login = password"),
	    ROW(clear), "alice", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("from = { \"198.51.100.0/24\" } login = password"), ROW(clear),
	    "alice", STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS,
	    STSSL_FAILURE_NONE },
	{ CLASS("login = refuse"), ROW(alice), "alice", STSSL_VERDICT_REFUSE,
	    STSSL_REASON_CLASS_REFUSES, STSSL_FAILURE_NONE },
	{ CLASS("ssl = optional login = password"), ROW(clear), "",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_BAD_USER, STSSL_FAILURE_NONE },
	/* a user whom NSS does not know, by the same way */
	{ CLASS("type = virtual ssl = optional login = password"), ROW(clear),
	    "nobody-has-this-name", STSSL_VERDICT_PASSWORD,
	    STSSL_REASON_BY_PASSWORD, STSSL_FAILURE_NONE },
	{ CLASS("colour = red"), ROW(alice), "alice", STSSL_VERDICT_REFUSE,
	    STSSL_REASON_CONFIGURATION, STSSL_FAILURE_NONE },
};

static void
stage_begin_role(const char *classes, const char *text, size_t len)
{
	int fd = private_file_make(advisors_classes);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
	write_classes(classes);
	stage_begin(__real_advisor_main, LONG, text, len);
}

START_TEST(an_advisor_says_what_the_module_would_decide)
{
	stage_begin_role(judged[_i].classes, judged[_i].text, judged[_i].len);
	ask(1, judged[_i].user);
	wait_for(1);
	is_advised(1, judged[_i].verdict, judged[_i].reason);
	ck_assert_uint_eq(t.last.failure, judged[_i].failure);
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

static const struct {
	const char *classes, *text;
	size_t len;
	enum stssl_reason reason;
	const char *user;
} owned[] = {
	{ CLASS("login = either " CN), ROW(alice), STSSL_REASON_CERTIFICATE,
	    "alice" },
	{ CLASS("login = both " CN), ROW(alice), STSSL_REASON_NOT_THIS_USER,
	    "" },
	{ CLASS("login = either " CN), ROW(expired), STSSL_REASON_NOT_THIS_USER,
	    "" },
	{ CLASS("login = either " CN), ROW(clear), STSSL_REASON_NOT_THIS_USER,
	    "" },
};

START_TEST(an_advisor_says_whose_a_certificate_is)
{
	bool found = owned[_i].user[0] != '\0';

	stage_begin_role(owned[_i].classes, owned[_i].text, owned[_i].len);
	ask(1, NULL);
	wait_for(1);
	is_advised(1, found ? STSSL_VERDICT_ACCEPT : STSSL_VERDICT_REFUSE,
	    owned[_i].reason);
	ck_assert_str_eq(t.last.user, owned[_i].user);
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

#define OPEN   CLASS("ssl = optional login = either")
#define TLS_1  "class \"d\" { ssl = required login = either }"
#define CLOSED "class \"e\" { ssl = required login = refuse }"

/* The service is "vsftpd"; the DNS and the user do not matter. */
static const struct {
	const char *classes;
	enum stssl_verdict verdict;
	enum stssl_reason reason;
} clears[] = {
	{ OPEN, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ OPEN TLS_1, STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED },
	{ TLS_1 OPEN, STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED },
	{ OPEN CLOSED, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ CLOSED, STSSL_VERDICT_REFUSE, STSSL_REASON_NO_CLASS },
	{ OPEN "class \"d\" { enabled = no ssl = required login = either }",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ OPEN "class \"d\" { service = { \"ftp\" } ssl = required "
	       "login = either }",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ OPEN "class \"d\" { service = { \"ftp\", \"vsftpd\" } ssl = required "
	       "login = either }",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED },
	{ OPEN "class \"d\" { listener = { \"ftps\" } ssl = required "
	       "login = either }",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ OPEN "class \"d\" { listener = { \"f*\" } ssl = required "
	       "login = either }",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED },
	{ OPEN "class \"d\" { edge = { \"*\" } ssl = required "
	       "login = either }",
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ CLASS("ssl = optional login = certificate"), STSSL_VERDICT_REFUSE,
	    STSSL_REASON_TLS_REQUIRED },
	{ "colour = red", STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION },
};

START_TEST(passwords_in_clear_are_announced_where_no_class_refuses_them)
{
	stage_begin_role(clears[_i].classes, clear, sizeof clear - 1);
	ask_about(1, ABOUT_CLEAR, NULL);
	wait_for(1);
	is_advised(1, clears[_i].verdict, clears[_i].reason);
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

#define PLAIN    clear, sizeof clear - 1
#define PASSWORD CLASS("ssl = optional login = password")

/* sha256sum(1) of what `stsslctl digest --text` prints of them. */
static const struct {
	const char *classes, *digest;
} digests[] = {
	{ PASSWORD, "8a07fbd5fefa34e8fb01f898526a3195"
		    "6ddfd4a81c6ca5f9276034b18511d7cc" },
	{ "# the same\nclass \"c\" { login = password ssl = optional }",
	    "8a07fbd5fefa34e8fb01f898526a3195"
	    "6ddfd4a81c6ca5f9276034b18511d7cc" },
	{ OPEN, "bb60d287628cec88034560cb599c8687"
		"c07ad0c85190267acb2015f322f6aae6" },
	{ "", "63e14d3367ee60be16e87e6a6b2b8882"
	      "8cdc2b7fe7c83f5b221ff8b3c4679ade" },
	{ "colour = red", "" },
};

static void
is_digest(const char *hex)
{
	ck_assert_str_eq(t.last.user, hex);
	if (hex[0] != '\0')
		ck_assert_uint_eq(t.last.verdict, STSSL_VERDICT_ACCEPT);
	else
		is_advised(
		    BARE, STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION);
}

START_TEST(an_advisor_says_which_policy_it_is)
{
	stage_begin_role("", PLAIN);
	write_classes(digests[_i].classes);
	for (size_t i = 1; i <= 2; i++) {
		ask_about(BARE, ABOUT_DIGEST, NULL);
		wait_for(i);
		is_digest(digests[_i].digest);
	}
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

START_TEST(a_change_of_the_classes_is_another_policy)
{
	char before[sizeof t.last.user];

	stage_begin_role(PASSWORD, PLAIN);
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++)
		ask_about(i, ABOUT_DIGEST, NULL);
	wait_for(ADVISORS_COUNT);
	memcpy(before, t.last.user, sizeof before);
	write_classes(OPEN);
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++) {
		ask_about(i, ABOUT_DIGEST, NULL);
		wait_for(ADVISORS_COUNT + i);
		ck_assert_uint_eq(t.last.verdict, STSSL_VERDICT_ACCEPT);
		ck_assert_str_ne(t.last.user, before);
	}
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

static const struct {
	enum message_about about;
	const char *user, *classes;
	enum stssl_verdict verdict;
	enum stssl_reason reason;
} lefts[] = {
	{ ABOUT_USER, "alice", "class \"a\" { type = real }" OPEN,
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ ABOUT_USER, "alice", "class \"a\" { type = real }",
	    STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED },
	{ ABOUT_CERTIFICATE, NULL, CLASS("login = refuse"),
	    STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD },
	{ ABOUT_CERTIFICATE, NULL, "colour = red", STSSL_VERDICT_REFUSE,
	    STSSL_REASON_CONFIGURATION },
};

START_TEST(what_an_edge_cannot_know_is_left_to_the_server)
{
	advisors_listener.link_to.count = 1;
	stage_begin_role(lefts[_i].classes, PLAIN);
	ask_about(1, lefts[_i].about, lefts[_i].user);
	wait_for(1);
	is_advised(1, lefts[_i].verdict, lefts[_i].reason);
	ck_assert_str_eq(t.last.user, "");
	stage_end();
	advisors_listener.link_to.count = 0;
	private_file_remove(advisors_classes);
}
END_TEST

START_TEST(a_change_of_the_classes_holds_from_the_next_question)
{
	stage_begin_role(PASSWORD, PLAIN);
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++)
		ask(i, "alice");
	wait_for(ADVISORS_COUNT);
	is_advised(
	    t.last.session, STSSL_VERDICT_PASSWORD, STSSL_REASON_BY_PASSWORD);
	write_classes(CLASS("ssl = required login = password"));
	for (uint64_t i = 1; i <= ADVISORS_COUNT; i++) {
		ask(i, "alice");
		wait_for(ADVISORS_COUNT + i);
		is_advised(i, STSSL_VERDICT_REFUSE, STSSL_REASON_TLS_REQUIRED);
	}
	write_classes("class");
	ask(1, "alice");
	wait_for(2 * ADVISORS_COUNT + 1);
	is_advised(1, STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION);
	ck_assert_int_eq(unlink(advisors_classes), 0);
	ask(1, "alice");
	wait_for(2 * ADVISORS_COUNT + 2);
	is_advised(1, STSSL_VERDICT_REFUSE, STSSL_REASON_CONFIGURATION);
	stage_end();
	private_file_remove(advisors_classes);
}
END_TEST

size_t
advisor_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_advisor_says_what_the_module_would_decide, ROWS(judged) },
		{ an_advisor_says_whose_a_certificate_is, ROWS(owned) },
		{ passwords_in_clear_are_announced_where_no_class_refuses_them,
		    ROWS(clears) },
		{ what_an_edge_cannot_know_is_left_to_the_server, ROWS(lefts) },
		{ an_advisor_says_which_policy_it_is, ROWS(digests) },
		{ a_change_of_the_classes_is_another_policy, 0 },
		{ a_change_of_the_classes_holds_from_the_next_question, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
