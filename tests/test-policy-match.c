/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which class a user is in; users and groups are test-policy-nss.c's.
 */
#include <config.h>
#include "policy/match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/test-policy.h"

static const char class_list[] =
    "class off { enabled = false }\n"
    "class glob { user = { 'acme-*', 'globex-?', 'x[0-9]', 'a*/*' } }\n"
    "class service { service = { vsftpd, pop3 } user = 'svc*' }\n"
    "class net { from = { 10.0.0.0/8, ::1 } user = 'net*' }\n"
    "class gid { group = { 4, 5007 } }\n"
    "class staff { group = { empty, absent, staff } }\n"
    "class root { type = real user = { root, toor } }\n"
    "class virtual { type = virtual user = 'v*' }\n"
    "class down { group = down user = { bob, ghost } }\n"
    "class quiet { group = { quiet, listed } user = 'f*' }\n"
    "class listed { group = { quiet, listed } user = lost }\n"
    "class real { type = real }\n"
    "class rest { user = 'rest' }\n";

static const struct {
	const char *user, *service, *from;
	const char *class; /* NULL: none */
	int error;
} finds[] = {
	{ "acme-", "vsftpd", NULL, "glob", 0 },
	{ "acme-x", "vsftpd", NULL, "glob", 0 },
	{ "xacme-x", "vsftpd", NULL, NULL, 0 },
	{ "Acme-x", "vsftpd", NULL, NULL, 0 },
	{ "globex-1", "vsftpd", NULL, "glob", 0 },
	{ "globex-12", "vsftpd", NULL, NULL, 0 },
	{ "x7", "vsftpd", NULL, "glob", 0 },
	{ "x77", "vsftpd", NULL, NULL, 0 },
	{ "svc", "vsftpd", NULL, "service", 0 },
	{ "svc", "pop3", NULL, "service", 0 },
	{ "svc", "pop", NULL, NULL, 0 },
	{ "svc", "vsftpd2", NULL, NULL, 0 },
	{ "svc", NULL, NULL, NULL, 0 },
	{ "net1", "ftp", "10.9.9.9", "net", 0 },
	{ "net1", "ftp", "::1", "net", 0 },
	{ "net1", "ftp", "11.9.9.9", NULL, 0 },
	{ "net1", "ftp", NULL, NULL, 0 },
	{ "alice", "ftp", NULL, "staff", 0 },
	{ "many", "ftp", NULL, "gid", 0 },
	{ "root", "ftp", NULL, "root", 0 },
	{ "toor", "ftp", NULL, NULL, 0 },
	{ "virtual", "ftp", NULL, "virtual", 0 },
	{ "rest", "ftp", NULL, "rest", 0 },
	{ "ghost", "ftp", NULL, NULL, 0 },
	/* NSS is down: the next class would be a guess */
	{ "broken", "ftp", NULL, NULL, -EIO },
	{ "bob", "ftp", NULL, NULL, -EIO },
	/* it was for a moment: not in a later class, and not in this one */
	{ "flaky", "ftp", NULL, NULL, -EIO },
	/* one source says no, another one yes */
	{ "lost", "ftp", NULL, NULL, -EIO },
};

/* Patterns and a user name, and whether they match with each of user-names. */
static const struct {
	const char *keys, *user;
	int exact, lower;
} capitals[] = {
	{ "user = anonymous", "anonymous", 1, 1 },
	{ "user = anonymous", "ANONYMOUS", 0, 1 },
	{ "user = anonymous", "AnonyMous", 0, 1 },
	{ "user = anonymous", "anonymou", 0, 0 },
	{ "user = { root, FTP }", "Ftp", 0, 1 },
	{ "user = { root, FTP }", "FTP", 1, 1 },
	{ "user = { root, FTP }", "ftp", 0, 1 },
	{ "user = 'Acme-*'", "aCME-7", 0, 1 },
	{ "user = 'a[A-C]z'", "abz", 0, 1 },
	{ "user = '[!a-z]*'", "ALICE", 1, 0 },
	{ "user = '[]ab]z'", "az", 1, 1 },
	{ "user = '[[:alpha:]]z'", "az", 1, 1 },
	{ "user = '[[]z'", "[z", 1, 1 },
	{ "user = '\\[z'", "[z", 1, 1 },
	{ "", "ALICE", 1, 1 },
	/* NSS has an alice in staff, and knows no ALICE */
	{ "group = staff", "alice", 1, 1 },
	{ "group = staff", "ALICE", 0, 0 },
	{ "type = virtual", "ALICE", 1, 1 },
	{ "user = alice type = real", "ALICE", 0, 0 },
};

START_TEST(capitals_count_as_user_names_says)
{
	const char *const names[] = { "", "user-names = exact",
		"user-names = lower" };

	for (size_t i = 0; i < ROWS(names); i++) {
		const struct stssl_class *class = NULL;
		struct stssl_login login = { .user = capitals[_i].user,
			.service = "ftp" };
		struct stssl_classes *classes;
		char text[256];

		(void)snprintf(text, sizeof text, "class c { %s }\n%s\n",
		    capitals[_i].keys, names[i]);
		classes = classes_of(text);
		ck_assert_int_eq(stssl_class_find(classes, &login, &class),
		    i < 2 ? capitals[_i].exact : capitals[_i].lower);
		(void)stssl_classes_free(classes);
	}
}
END_TEST

/* The keys of a class, what the helper has told, and whether they match. */
static const struct {
	const char *keys, *listener, *edge;
	bool matches;
} tolds[] = {
	{ "", "ftp", "dmz1", true },
	{ "listener = ftp", "ftp", NULL, true },
	{ "listener = ftp", "ftps", NULL, false },
	{ "listener = FTP", "ftp", NULL, false },
	{ "listener = 'ftp*'", "ftps", NULL, true },
	{ "listener = { pop3, ftp }", "ftp", "dmz1", true },
	{ "listener = ftp", NULL, NULL, false },
	{ "listener = ftp", NULL, "ftp", false },
	{ "listener = '*'", NULL, NULL, false },
	{ "edge = dmz1", "ftp", "dmz1", true },
	{ "edge = dmz1", "ftp", "dmz11", false },
	{ "edge = dmz1", "dmz1", NULL, false },
	{ "edge = { a, 'dmz?' }", "ftp", "dmz2", true },
	{ "edge = '*'", "ftp", "dmz1", true },
	{ "edge = '*'", "ftp", NULL, false },
	{ "edge = dmz1 listener = ftp", "ftp", "dmz1", true },
	{ "edge = dmz1 listener = ftp", "ftps", "dmz1", false },
	{ "edge = dmz1 listener = ftp", "ftp", "dmz2", false },
	{ "edge = dmz1 user = other", "ftp", "dmz1", false },
};

static void
put(struct stssl_record *record, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(record, key, value), 0);
}

START_TEST(a_class_can_be_for_a_listener_or_an_edge)
{
	const struct stssl_class *class = NULL;
	struct stssl_record record;
	struct stssl_login login = { .user = "sam", .service = "ftp" };
	struct stssl_classes *classes;
	char text[256];

	(void)snprintf(text, sizeof text, "class c { %s }\n", tolds[_i].keys);
	classes = classes_of(text);
	stssl_record_init(&record);
	put(&record, STSSL_KEY_STSSL_LISTENER, tolds[_i].listener);
	put(&record, STSSL_KEY_STSSL_EDGE, tolds[_i].edge);
	if (record.len > 0)
		login.record = &record;
	ck_assert_int_eq(
	    stssl_class_find(classes, &login, &class), tolds[_i].matches);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

START_TEST(the_first_class_that_matches_is_found)
{
	struct stssl_classes *classes = classes_of(class_list);
	const struct stssl_class *class = NULL;
	struct stssl_address from;
	struct stssl_login login = { .user = finds[_i].user,
		.service = finds[_i].service };
	int expect =
	    finds[_i].error != 0 ? finds[_i].error : finds[_i].class != NULL;

	if (finds[_i].from != NULL) {
		ck_assert_int_eq(stssl_ip_parse(finds[_i].from, &from), 0);
		login.from = &from;
	}
	ck_assert_int_eq(stssl_class_find(classes, &login, &class), expect);
	if (expect == 1)
		ck_assert_str_eq(class->name, finds[_i].class);
	else
		ck_assert_ptr_null(class);
	(void)stssl_classes_free(classes);
}
END_TEST

static const struct {
	const char *text, *user;
	int is;
} members[] = {
	{ "0", "root", 1 },
	{ "root", "root", 1 },
	{ "1000", "alice", 1 }, /* a group that is not in the database */
	{ "50", "alice", 1 },
	{ "staff", "alice", 1 },
	{ "big", "alice", 1 },
	{ "60", "alice", 1 },
	{ "big", "root", 0 },
	{ "absent", "alice", 0 },
	{ "999", "alice", 0 },
	{ "5199", "many", 1 },
	{ "5200", "many", 0 },
	{ "root", "ghost", 0 },
	{ "down", "ghost", 0 },
	{ "down", "bob", -EIO },
	{ "80", "bob", -EIO },
	{ "root", "broken", -EIO },
	{ "listed", "lost", -EIO },
	{ "91", "lost", -EIO },
	{ "listed", "alice", 0 },
	{ "quiet", "flaky", 0 },
};

START_TEST(membership_is_yes_no_or_an_error)
{
	struct stssl_group group;
	struct stssl_user user;

	ck_assert_int_eq(stssl_group_parse(members[_i].text, &group), 0);
	stssl_user_init(&user, members[_i].user);
	for (int twice = 0; twice < 2; twice++)
		ck_assert_int_eq(
		    stssl_user_in_group(&user, &group), members[_i].is);
	stssl_user_done(&user);
}
END_TEST

/* Whose groups have changed is asked again, and nobody else. */
START_TEST(a_no_is_confirmed_by_asking_again)
{
	const struct stssl_group quiet = { .name = "quiet" },
				 own = { .gid = 1002 };
	struct stssl_user user;

	stssl_user_init(&user, "flaky");
	ck_assert_int_eq(stssl_user_in_group(&user, &own), 1);
	ck_assert_int_eq(stssl_user_confirm(&user), 0);
	ck_assert_int_eq(stssl_user_in_group(&user, &quiet), 0);
	ck_assert_int_eq(stssl_user_confirm(&user), -EIO);
	stssl_user_done(&user);
	stssl_user_init(&user, "alice");
	ck_assert_int_eq(stssl_user_in_group(&user, &quiet), 0);
	ck_assert_int_eq(stssl_user_confirm(&user), 0);
	stssl_user_done(&user);
}
END_TEST

#define CLASSES 1000

START_TEST(a_thousand_classes_can_be_read_and_searched)
{
	size_t size = CLASSES * 100, len = 0;
	char *text = malloc(size);
	struct stssl_classes *classes;
	const struct stssl_class *class = NULL;
	struct stssl_login login = { .user = "user999", .service = "ftp" };

	ck_assert_ptr_nonnull(text);
	for (int i = 0; i < CLASSES; i++)
		len += (size_t)snprintf(text + len, size - len,
		    "class c%d { user = { 'user%d', 'other%d-*' } "
		    "service = ftp }\n",
		    i, i, i);
	classes = classes_of(text);
	free(text);
	ck_assert_int_eq(stssl_class_find(classes, &login, &class), 1);
	ck_assert_str_eq(class->name, "c999");
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_match_cases(struct case_list *to)
{
	add_case(to, the_first_class_that_matches_is_found, ROWS(finds));
	add_case(to, a_class_can_be_for_a_listener_or_an_edge, ROWS(tolds));
	add_case(to, capitals_count_as_user_names_says, ROWS(capitals));
	add_case(to, membership_is_yes_no_or_an_error, ROWS(members));
	add_case(to, a_no_is_confirmed_by_asking_again, 0);
	add_case(to, a_thousand_classes_can_be_read_and_searched, 0);
}
