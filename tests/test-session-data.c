/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Data connections of a session: who may ask for one, where it leads to, and
 * who is taken for the backend.
 */
#include <config.h>
#include "tests/session-stage.h"

#include <sys/resource.h>

static const char *const transfers[] = { "RETR a", "STOR a", "APPE a", "STOU",
	"LIST", "NLST" };

START_TEST(a_transfer_needs_a_data_connection)
{
	struct play p = PASSWORD_PLAY;
	char line[64];

	begin_greeted(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", transfers[_i]);
	put(p.client, line);
	expect(&p, p.backend, line);
	pass_down(&p, "530 log in first\r\n");
	log_in(&p);
	put(p.client, line);
	expect_code(&p, "425 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

START_TEST(a_target_that_cannot_be_reached_does_not_reach_the_backend)
{
	struct play p = PASSWORD_PLAY;

	begin_greeted(&p);
	log_in(&p);
	put(p.client, "PORT 192,0,2,1,200,1\r\n");
	(void)agree_to_port(&p);
	expect_code(&p, "200 ");
	/* From 127.0.0.1 there is no way to 192.0.2.1. */
	put(p.client, "RETR a\r\n");
	expect_code(&p, "425 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* What a backend may say to PORT, and what its client is told. */
static const struct {
	const char *reply, *code;
} port_rows[] = {
	{ "530 log in first\r\n", "530 log in first" },
	{ "421 too late\r\n", "421 too late" },
	{ "500 never\r\n", "425 " },
	{ "550 not allowed\r\n", "425 " },
	{ "502-not\r\n502 here\r\n", "425 " },
};

START_TEST(a_backend_that_cannot_be_active_is_no_riddle_for_its_client)
{
	struct play p = PASSWORD_PLAY;
	char line[FTP_REPLY_MAX];

	begin_greeted(&p);
	log_in(&p);
	put(p.client, "EPSV\r\n");
	get(&p, p.backend, line, sizeof line);
	put(p.backend, port_rows[_i].reply);
	expect_code(&p, port_rows[_i].code);
	put(p.client, "RETR a\r\n");
	expect_code(&p, "425 ");
	end(&p);
}
END_TEST

/* Ports of a passive backend, with backend-passive-ports = "2000-65535". */
static const struct {
	const char *reply;
	bool is_good; /* it goes on with the port of a listening socket */
} passive_rows[] = {
	{ "227 ok (127,0,0,1,", true },
	{ "227 ok (10,0,0,1,", true },
	{ "227 ok (127,0,0,1,2,119)", false },
	{ "227 ok (127,0,0,1,7,207)", false },
	{ "229 ok (|||631|)", false },
	{ "227 ok (127,0,0,1,0,0)", false },
	{ "227 ok", false },
};

START_TEST(a_passive_backend_leads_to_its_own_ports_only)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.listen.backend_data = BACKEND_PASSIVE };
	struct stssl_address at;
	int port = listen_on_loopback(&at), fd;
	char line[FTP_REPLY_MAX];

	begin(&p);
	p.listen.backend_ports.low = 2000;
	pass_down(&p, "220 ready\r\n");
	log_in(&p);
	pass_up(&p, "PASV\r\n");
	(void)snprintf(
	    line, sizeof line, "%u,%u)", at.port >> 8, at.port & 255u);
	put(p.backend, passive_rows[_i].reply);
	put(p.backend, passive_rows[_i].is_good ? line : "");
	put(p.backend, "\r\n");
	expect_code(&p, passive_rows[_i].is_good ? "227 " : "425 ");
	/* It connects at once, before anybody else does. */
	if (passive_rows[_i].is_good) {
		fd = accept(port, NULL, NULL);
		ck_assert_int_ne(fd, -1);
		close(fd);
	}
	close(port);
	end(&p);
}
END_TEST

/* STOR empties the file that is there. */
START_TEST(a_transfer_without_a_descriptor_does_not_reach_the_backend)
{
	struct play p = PASSWORD_PLAY;
	struct stssl_address passive;
	struct rlimit limit, low;
	int fd;

	begin(&p);
	(void)begin_data(&p, &passive);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	/* The lowest number that is free is one too many. */
	fd = dup(p.client);
	ck_assert_int_ge(fd, 0);
	close(fd);
	low = limit;
	low.rlim_cur = (rlim_t)fd;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	put(p.client, "STOR a\r\n");
	expect_code(&p, "451 ");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	pass_up(&p, "NOOP\r\n");
	end(&p);
}
END_TEST

/* Who connects to the port that the backend was told, and when. */
enum visitor {
	NOBODY,
	BEFORE_THE_COMMAND, /* which it closes, and goes on */
	FROM_ELSEWHERE,     /* the same */
	BEFORE_THE_BACKEND, /* then it is one too many */
	AFTER_THE_BACKEND,  /* the same */
};
static const struct {
	enum visitor visitor;
	const char *code;
} visitor_rows[] = {
	{ NOBODY, "226 " },
	{ BEFORE_THE_COMMAND, "226 " },
	{ FROM_ELSEWHERE, "226 " },
	{ BEFORE_THE_BACKEND, "451 " },
	{ AFTER_THE_BACKEND, "451 " },
};

START_TEST(nobody_takes_the_backends_place_on_a_data_connection)
{
	enum visitor visitor = visitor_rows[_i].visitor;
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	struct stssl_address at, passive;
	int thief = -1, data, client;
	char got[64] = "";

	begin(&p);
	at = begin_data(&p, &passive);
	if (visitor == BEFORE_THE_COMMAND)
		thief = connect_from(&at, "127.0.0.1");
	pass_up(&p, "RETR a\r\n");
	if (visitor == FROM_ELSEWHERE)
		thief = connect_from(&at, "127.0.0.2");
	if (visitor == BEFORE_THE_BACKEND)
		thief = connect_from(&at, "127.0.0.1");
	data = connect_from(&at, "127.0.0.1");
	if (visitor == AFTER_THE_BACKEND)
		thief = connect_from(&at, "127.0.0.1");
	client = connect_from(&passive, "127.0.0.1");
	pass_down(&p, "150 here\r\n");
	if (thief != -1)
		(void)send(thief, "theirs", 6, MSG_NOSIGNAL);
	(void)send(data, "ours", 4, MSG_NOSIGNAL);
	shutdown(data, SHUT_WR);
	put(p.backend, "226 whole\r\n");
	expect_code(&p, visitor_rows[_i].code);
	/* Nothing of the thief's, whoever wins. */
	get(&p, client, got, sizeof got);
	ck_assert_str_eq(got, visitor_rows[_i].code[0] == '2' ? "ours" : "");
	if (thief != -1)
		close(thief);
	close(data);
	close(client);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_transfer_needs_a_data_connection, ROWS(transfers) },
		{ a_target_that_cannot_be_reached_does_not_reach_the_backend,
		    0 },
		{ a_backend_that_cannot_be_active_is_no_riddle_for_its_client,
		    ROWS(port_rows) },
		{ a_passive_backend_leads_to_its_own_ports_only,
		    ROWS(passive_rows) },
		{ a_transfer_without_a_descriptor_does_not_reach_the_backend,
		    0 },
		{ nobody_takes_the_backends_place_on_a_data_connection,
		    ROWS(visitor_rows) },
	};

	return test_main("session-data", cases, ROWS(cases));
}
