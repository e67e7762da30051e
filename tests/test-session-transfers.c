/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Transfers: when they are a success, and what the client is told.
 */
#include <config.h>
#include "tests/session-stage.h"

/* The same, and the backend has connected and said 150. */
static int
begin_download(struct play *p)
{
	struct stssl_address at, passive;
	int data;

	at = begin_data(p, &passive);
	pass_up(p, "RETR a\r\n");
	data = connect_from(&at, "127.0.0.1");
	pass_down(p, "150 here\r\n");
	return data;
}

START_TEST(a_backend_that_is_done_is_kept_awake_while_its_client_reads)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000",
		.noop_seconds = .01 };
	struct stssl_address at, passive;
	int data, client;
	bool dies = _i == 1;

	begin(&p);
	at = begin_data(&p, &passive);
	pass_up(&p, "RETR a\r\n");
	data = connect_from(&at, "127.0.0.1");
	put(p.backend, "150 here\r\n226 done\r\n");
	expect(&p, p.client, "150 here\r\n");
	/* The client's data connection is not there yet: 226 is held. */
	for (int i = 0; i < 3; i++) {
		expect(&p, p.backend, "NOOP\r\n");
		ck_assert(is_silent(p.client));
		if (!dies)
			put(p.backend, "200-No\r\n200 operation\r\n");
		else if (i == 0)
			put(p.backend, "421 Timeout.\r\n");
		if (dies)
			break;
	}
	client = connect_from(&passive, "127.0.0.1");
	close(data);
	expect(&p, p.client, "226 done\r\n");
	put(p.client, "PWD\r\n");
	if (!dies) {
		expect(&p, p.backend, "PWD\r\n");
		pass_down(&p, "257 here\r\n");
	}
	close(client);
	end(&p);
}
END_TEST

/* The transfer that `command` begins, with both data connections. */
static void
begin_transfer(
    struct play *p, const char *command, int *ret_data, int *ret_client)
{
	struct stssl_address at, passive;

	at = begin_data(p, &passive);
	put(p->client, command);
	expect(p, p->backend, command);
	*ret_data = connect_from(&at, "127.0.0.1");
	*ret_client = connect_from(&passive, "127.0.0.1");
	pass_down(p, "150 go on\r\n");
}

START_TEST(a_download_that_the_backend_calls_a_failure_has_no_proper_end)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	int data, client;
	char got[64];

	begin(&p);
	begin_transfer(&p, "RETR a\r\n", &data, &client);
	put(data, "half");
	close(data);
	get(&p, client, got, sizeof got);
	ck_assert_str_eq(got, "half");
	put(p.backend, "451 the disk is broken\r\n");
	expect_code(&p, "451 the disk");
	ck_assert_int_eq(recv(client, got, sizeof got, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	close(client);
	end(&p);
}
END_TEST

/* What the backend does with an upload that it calls a success. */
enum reading {
	READS_AND_CLOSES,
	CLOSES_UNREAD,
	SAYS_IT_TOO_EARLY,
	SAYS_SOMETHING_BACK,
};
static const struct {
	enum reading reading;
	const char *code;
} upload_rows[] = {
	{ READS_AND_CLOSES, "226 " },
	{ CLOSES_UNREAD, "451 " },
	{ SAYS_IT_TOO_EARLY, "451 " },
	{ SAYS_SOMETHING_BACK, "451 " },
};

START_TEST(an_upload_is_a_success_when_the_backend_has_read_it_whole)
{
	enum reading reading = upload_rows[_i].reading;
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	int data, client;
	char got[64];

	begin(&p);
	begin_transfer(&p, "STOR a\r\n", &data, &client);
	ck_assert_int_eq(send(client, "mine", 4, 0), 4);
	if (reading != SAYS_IT_TOO_EARLY)
		shutdown(client, SHUT_WR);
	while (is_silent(data))
		ev_run(p.host.loop, EVRUN_ONCE);
	if (reading == READS_AND_CLOSES) {
		get(&p, data, got, sizeof got);
		ck_assert_str_eq(got, "mine");
		get(&p, data, got, sizeof got);
		ck_assert_str_eq(got, "");
		put(p.backend, "226 whole\r\n");
		/* Not yet: it may still find that it cannot keep it. */
		for (int i = 0; i < 8; i++)
			ev_run(p.host.loop, EVRUN_NOWAIT);
		ck_assert(is_silent(p.client));
	} else if (reading == SAYS_SOMETHING_BACK) {
		put(data, "thanks");
		put(p.backend, "226 whole\r\n");
	} else {
		put(p.backend, "226 whole\r\n");
	}
	if (reading != SAYS_IT_TOO_EARLY)
		close(data);
	expect_code(&p, upload_rows[_i].code);
	if (reading == SAYS_IT_TOO_EARLY)
		close(data);
	close(client);
	end(&p);
}
END_TEST

START_TEST(only_abor_may_follow_a_transfer_that_runs)
{
	struct play p = PASSWORD_PLAY;
	int data;

	begin(&p);
	data = begin_download(&p);
	put(p.client, "STAT\r\n");
	pass_down(&p, "426 broken\r\n");
	expect(&p, p.backend, "STAT\r\n");
	pass_down(&p, "211 fine\r\n");
	close(data);
	end(&p);
}
END_TEST

/* What the backend says of a transfer when it hears of ABOR. */
static const char *const abor_rows[] = { "226 whole", "425 no connection",
	"426 broken" };

START_TEST(abor_ends_a_transfer)
{
	struct play p = PASSWORD_PLAY;
	int data;

	begin(&p);
	data = begin_download(&p);
	put(p.client, "\377\364\377\362ABOR\r\n");
	expect(&p, p.backend, "ABOR\r\n");
	put(p.backend, abor_rows[_i]);
	put(p.backend, "\r\n225 aborted\r\n");
	/* The client was not done, whatever the backend was. */
	expect_code(&p, "426 ");
	close(data);
	end(&p);
}
END_TEST

/* The last replies of a backend's to a download that its client breaks off. */
#define BROKEN_OFF \
	"426 The data connection was broken off; transfer incomplete.\r\n"
static const struct {
	const char *reply, *seen;
} several_rows[] = {
	{ "226-Options: -l\r\n226 1 matches total\r\n", BROKEN_OFF },
	{ "226-a\r\n226-b\r\n c\r\n226 d\r\n", BROKEN_OFF },
	/* Pure-FTPd's; the first 150 was before. */
	{ "150 0.001 seconds (measured here)\r\n", BROKEN_OFF },
	{ "150-Warning: ASCII\r\n150 0.001 seconds\r\n", BROKEN_OFF },
	{ "551-no\r\n such\r\n551 file\r\n",
	    "551-no\r\n such\r\n551 file\r\n" },
	/* It remains a reply when there is not room for all of it. */
	{ "551-*\r\n **\r\n551 *\r\n", "551-*\r\n551 *\r\n" },
	{ "551-**\r\n551 *\r\n", "551 *\r\n" },
};

/* What is kept of a reply are 4096 bytes: each * is 1500 of them. */
static const char *
swell(const char *text, char buf[static 16384])
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		size_t n = *text == '*' ? 1500 : 1;

		memset(buf + len, *text, n);
		len += n;
	}
	buf[len] = '\0';
	return buf;
}

START_TEST(a_reply_of_several_lines_is_said_whole_or_replaced_whole)
{
	struct play p = PASSWORD_PLAY;
	char buf[16384];
	int data;

	begin(&p);
	data = begin_download(&p);
	pass_up(&p, "ABOR\r\n");
	put(p.backend, swell(several_rows[_i].reply, buf));
	expect(&p, p.client, swell(several_rows[_i].seen, buf));
	pass_down(&p, "226 aborted\r\n");
	close(data);
	end(&p);
}
END_TEST

START_TEST(a_reply_that_is_too_long_to_be_held_back_keeps_its_last_line)
{
	struct play p = PASSWORD_PLAY;
	char line[1024];
	int data;

	memset(line, 'x', sizeof line);
	memcpy(line, "451-", 4);
	line[sizeof line - 1] = '\0';
	begin(&p);
	data = begin_download(&p);
	for (int i = 0; i < 12; i++) {
		put(p.backend, line);
		put(p.backend, "\r\n");
	}
	put(p.backend, "451 sorry\r\n");
	for (size_t n = 0; n < 10; n++) {
		char buf[16384];
		const char *last;

		get(&p, p.client, buf, sizeof buf);
		ck_assert_uint_le(strlen(buf), 4096 + 2);
		last = strstr(buf, "451 sorry\r\n");
		if (last == NULL)
			continue;
		ck_assert_str_eq(last, "451 sorry\r\n");
		break;
	}
	close(data);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_backend_that_is_done_is_kept_awake_while_its_client_reads,
		    2 },
		{ a_download_that_the_backend_calls_a_failure_has_no_proper_end,
		    0 },
		{ an_upload_is_a_success_when_the_backend_has_read_it_whole,
		    ROWS(upload_rows) },
		{ only_abor_may_follow_a_transfer_that_runs, 0 },
		{ abor_ends_a_transfer, ROWS(abor_rows) },
		{ a_reply_of_several_lines_is_said_whole_or_replaced_whole,
		    ROWS(several_rows) },
		{ a_reply_that_is_too_long_to_be_held_back_keeps_its_last_line,
		    0 },
	};

	return test_main("session-transfers", cases, ROWS(cases));
}
