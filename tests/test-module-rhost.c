/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module in a process without a client's connection, which knows its
 * session by PAM_RHOST; and user names that it has to ask for.
 */
#include <config.h>
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/record.h"
#include "status/tools/address.h"
#include "tests/module-stage.h"

static const struct fake_script alice = { STAGE_GOOD("alice"), STAGE_DONE };
static const struct fake_script stranger = { STAGE_NONE, STAGE_DONE };
static const struct fake_script shared = {
	FAKE_PACKET(STAGE_V "STSSL_RESULT=ambiguous"), STAGE_DONE
};

#define ALONE                                                \
	"auth [success=done ignore=ignore default=die] %M\n" \
	"auth required pam_deny.so\n"                        \
	"account required %M\n"

#define SOURCE "127.64.1.2"

static void
open_without_connection(struct stage *s, const struct fake_script *script)
{
	stage_open(s, script, stage_classes);
	stage_write(s, "vsftpd", ALONE);
	close(s->connection_fd);
	s->connection_fd = -1;
}

static pam_handle_t *
start(struct stage *s, const char *user, const char *rhost)
{
	pam_handle_t *pamh = stage_pam(s, "vsftpd", user);

	if (rhost != NULL)
		ck_assert_int_eq(
		    pam_set_item(pamh, PAM_RHOST, rhost), PAM_SUCCESS);
	return pamh;
}

static const char *
rhost_of(pam_handle_t *pamh)
{
	const void *rhost = NULL;

	ck_assert_int_eq(pam_get_item(pamh, PAM_RHOST, &rhost), PAM_SUCCESS);
	return rhost;
}

/* It names the address, in our network namespace, and nothing else. */
static void
check_question(const struct stage *s, const char *source)
{
	struct stssl_connection c, here;
	struct stssl_record question;
	struct stssl_address wanted;
	const char *text;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(stssl_connection_local(fd, &here), 0);
	close(fd);
	ck_assert_int_eq(stssl_ip_parse(source, &wanted), 0);
	stssl_record_init(&question);
	ck_assert_int_eq(stssl_record_decode(s->fake.seen->query,
			     s->fake.seen->query_len, &question),
	    0);
	text = stssl_record_get_nth(&question, STSSL_KEY_STSSL_CONNECTION, 0);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(stssl_connection_parse(text, &c), 0);
	ck_assert_uint_eq(c.netns, here.netns);
	ck_assert(stssl_address_same_ip(&c.peer, &wanted));
	ck_assert_uint_eq(c.peer.port, 0);
	ck_assert_uint_eq(c.local.port, 0);
	ck_assert_ptr_null(
	    stssl_record_get_nth(&question, STSSL_KEY_STSSL_CONNECTION, 1));
	stssl_record_done(&question);
}

static const struct {
	const char *rhost;
	const char *source; /* NULL: nobody is asked */
} rows[] = {
	{ SOURCE, SOURCE },
	{ "::ffff:" SOURCE, SOURCE },
	{ "0:0:0:0:0:FFFF:7f40:0102", SOURCE },
	{ "127.64.0.0", "127.64.0.0" },
	{ "127.127.255.255", "127.127.255.255" },
	{ "127.63.255.255", NULL },
	{ "127.128.0.0", NULL },
	{ "128.64.1.2", NULL },
	{ "::" SOURCE, NULL },
	{ "::1", NULL },
	{ "", NULL },
	{ SOURCE ".", NULL },
	{ SOURCE " ", NULL },
	{ "[::ffff:" SOURCE "]", NULL },
	{ "2134901002", NULL },
	{ "localhost", NULL },
	{ NULL, NULL },
};

START_TEST(a_session_is_found_by_an_address_of_the_range_only)
{
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, &alice);
	pamh = start(&s, "alice", rows[_i].rhost);
	ck_assert_int_eq(pam_authenticate(pamh, 0),
	    rows[_i].source != NULL ? PAM_SUCCESS : PAM_PERM_DENIED);
	ck_assert_uint_eq(s.fake.seen->queries, rows[_i].source != NULL);
	if (rows[_i].source != NULL)
		check_question(&s, rows[_i].source);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* PAM_RHOST is the client's by then. */
START_TEST(account_and_another_auth_find_the_session_again)
{
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, &alice);
	pamh = start(&s, "alice", SOURCE);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
		ck_assert_str_eq(rhost_of(pamh), "203.0.113.9");
		ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		check_question(&s, SOURCE);
		ck_assert_str_eq(rhost_of(pamh), "203.0.113.9");
	}
	ck_assert_uint_eq(s.fake.seen->queries, 4);
	pam_end(pamh, PAM_SUCCESS);
	/* In another process it is asked by its own. */
	pamh = start(&s, "alice", SOURCE);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	ck_assert_uint_eq(s.fake.seen->queries, 5);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(another_client_of_the_handle_is_not_the_first)
{
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, &alice);
	pamh = start(&s, "alice", SOURCE);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	(void)pam_set_item(pamh, PAM_RHOST, "198.51.100.7");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_PERM_DENIED);
	ck_assert_uint_eq(s.fake.seen->queries, 1);
	(void)pam_set_item(pamh, PAM_RHOST, "127.65.0.1");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	check_question(&s, "127.65.0.1");
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(rhost_stays_if_that_is_wanted)
{
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, &alice);
	stage_write(&s, "vsftpd",
	    "auth required %M rhost=keep\naccount required %M rhost=keep\n");
	pamh = start(&s, "alice", SOURCE);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_str_eq(rhost_of(pamh), SOURCE);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

static const struct {
	const struct fake_script *script;
	const char *user;
	int auth;
} answers[] = {
	{ &alice, "alice", PAM_SUCCESS },
	{ &alice, "bob", PAM_CRED_INSUFFICIENT },
	{ &stranger, "alice", PAM_PERM_DENIED },
	{ &stranger, "open", PAM_AUTH_ERR },
	/* Where it comes from is the helper's business only. */
	{ &stranger, "local", PAM_PERM_DENIED },
	{ &shared, "alice", PAM_AUTHINFO_UNAVAIL },
	{ &shared, "open", PAM_AUTHINFO_UNAVAIL },
};

START_TEST(what_the_helper_answers_counts)
{
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, answers[_i].script);
	pamh = start(&s, answers[_i].user, SOURCE);
	ck_assert_int_eq(pam_authenticate(pamh, 0), answers[_i].auth);
	if (answers[_i].script != &alice)
		ck_assert_str_eq(rhost_of(pamh), SOURCE);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* A database's, perhaps, whose address must not pass for the client's. */
static const struct {
	const struct fake_script *script;
	const char *user, *rhost;
	int auth;
} connected[] = {
	{ &alice, "alice", SOURCE, PAM_SUCCESS },
	{ &stranger, "alice", SOURCE, PAM_AUTHINFO_UNAVAIL },
	{ &stranger, "open", "::ffff:" SOURCE, PAM_AUTHINFO_UNAVAIL },
	{ &stranger, "local", SOURCE, PAM_AUTHINFO_UNAVAIL },
	{ &stranger, "local", "127.0.0.1", PAM_AUTH_ERR },
	{ &stranger, "local", "198.51.100.7", PAM_AUTH_ERR },
	{ &stranger, "local", NULL, PAM_AUTH_ERR },
};

START_TEST(a_process_with_a_connection_goes_by_that)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, connected[_i].script, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	pamh = start(&s, connected[_i].user, connected[_i].rhost);
	ck_assert_int_eq(pam_authenticate(pamh, 0), connected[_i].auth);
	ck_assert_ptr_null(memmem(s.fake.seen->query, s.fake.seen->query_len,
	    SOURCE, strlen(SOURCE)));
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* What people type when they are asked for their name. */
static const char *typed;
static unsigned questions;

static int
type_it(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	(void)data;
	ck_assert_int_eq(count, 1);
	ck_assert_int_eq(messages[0]->msg_style, PAM_PROMPT_ECHO_ON);
	questions++;
	if (typed == NULL)
		return PAM_CONV_ERR;
	*ret = calloc(1, sizeof **ret);
	(*ret)->resp = strdup(typed);
	return PAM_SUCCESS;
}

static const struct {
	const char *typed;
	int auth;
} names[] = {
	{ "alice", PAM_SUCCESS },
	{ "bob", PAM_CRED_INSUFFICIENT },
	{ "", PAM_USER_UNKNOWN },
	{ "a\nb", PAM_USER_UNKNOWN },
	{ NULL, PAM_USER_UNKNOWN },
};

START_TEST(a_user_name_that_is_not_there_is_asked_for_in_auth_alone)
{
	const struct pam_conv conv = { type_it, NULL };
	struct stage s;
	pam_handle_t *pamh;

	open_without_connection(&s, &alice);
	pamh = start(&s, NULL, SOURCE);
	ck_assert_int_eq(pam_set_item(pamh, PAM_CONV, &conv), PAM_SUCCESS);
	typed = names[_i].typed;
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_USER_UNKNOWN);
	ck_assert_uint_eq(questions, 0);
	ck_assert_int_eq(pam_authenticate(pamh, 0), names[_i].auth);
	ck_assert_uint_eq(questions, 1);
	if (names[_i].auth == PAM_SUCCESS)
		ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	ck_assert_uint_eq(questions, 1);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_session_is_found_by_an_address_of_the_range_only,
		    ROWS(rows) },
		{ account_and_another_auth_find_the_session_again, 0 },
		{ another_client_of_the_handle_is_not_the_first, 0 },
		{ rhost_stays_if_that_is_wanted, 0 },
		{ what_the_helper_answers_counts, ROWS(answers) },
		{ a_process_with_a_connection_goes_by_that, ROWS(connected) },
		{ a_user_name_that_is_not_there_is_asked_for_in_auth_alone,
		    ROWS(names) },
	};

	return test_main("rhost", cases, ROWS(cases));
}
