/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sessions that come through a proxy: nothing happens before the proxy has said
 * whose they are, and from then on they are that client's.
 */
#include <config.h>
#include "tests/session-stage.h"

#include <poll.h>

#include "status/address.h"

#define HEADER "PROXY TCP4 192.0.2.55 192.0.2.80 40055 21\r\n"
#define CLIENT "192.0.2.55:40055"
#define PROXY_PLAY                                                            \
	{                                                                     \
		.advice.verdict = STSSL_VERDICT_PASSWORD, .is_proxied = true, \
		.from = "127.0.0.77:5000",                                    \
		.listen.proxies = { .list = &proxies, .count = 1 },           \
	}

/* 127.0.0.77 */
static struct stssl_pattern proxies;

static void
turn(struct play *p)
{
	for (int i = 0; i < 8; i++)
		ev_run(p->host.loop, EVRUN_NOWAIT);
}

static void
start(struct play *p)
{
	ck_assert_int_eq(stssl_pattern_parse("127.0.0.77", &proxies), 0);
	begin_alone(p);
	turn(p);
}

static bool
asks_backend(const struct play *p)
{
	struct pollfd ready = { p->listener, POLLIN, 0 };

	return p->backend != -1 || poll(&ready, 1, 0) > 0;
}

static const char *
address(const struct stssl_address *a)
{
	static char text[STSSL_ADDRESS_TEXT];

	return stssl_address_format(a, text);
}

static void
greet(struct play *p)
{
	put(p->client, HEADER);
	turn(p);
	ck_assert_int_ne(p->backend, -1);
	pass_down(p, "220 ready\r\n");
}

START_TEST(nothing_happens_before_the_client_is_known)
{
	struct play p = PROXY_PLAY;

	start(&p);
	put(p.client, "PROXY TCP4 192.0.2.55 192.0.2.80 40055 21\r");
	turn(&p);
	ck_assert(!asks_backend(&p));
	ck_assert(is_silent(p.client));
	ck_assert_uint_eq(p.introduced, 0);
	put(p.client, "\nUSER alice\r\n");
	turn(&p);
	ck_assert_uint_eq(p.introduced, 1);
	ck_assert_str_eq(address(&p.announced), CLIENT);
	ck_assert_str_eq(address(&p.session->peer), CLIENT);
	ck_assert_str_eq(address(&p.session->local), "192.0.2.80:21");
	ck_assert_uint_eq(p.published, 1);
	/* What came along with the header is the client's first command. */
	put(p.backend, "220 ready\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	end(&p);
}
END_TEST

START_TEST(the_proxys_own_connection_keeps_its_addresses)
{
	struct play p = PROXY_PLAY;

	start(&p);
	put(p.client, "PROXY UNKNOWN\r\n");
	turn(&p);
	ck_assert_uint_eq(p.introduced, 1);
	ck_assert_str_eq(address(&p.announced), "[::]:0");
	ck_assert_str_eq(address(&p.session->peer), "127.0.0.77:5000");
	pass_down(&p, "220 ready\r\n");
	end(&p);
}
END_TEST

static const struct {
	enum listen_tls tls;
	const char *said;
} refusals[] = {
	{ LISTEN_EXPLICIT,
	    "421 Too many failures from your address, try again later.\r\n" },
	{ LISTEN_IMPLICIT, "" },
};

START_TEST(a_client_that_is_not_let_in_hears_what_a_direct_one_does)
{
	struct play p = PROXY_PLAY;

	p.is_refused = true;
	p.listen.tls = refusals[_i].tls;
	start(&p);
	put(p.client, HEADER "USER alice\r\n");
	turn(&p);
	expect(&p, p.client, refusals[_i].said);
	ck_assert(!asks_backend(&p));
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

static const struct {
	const char *from, *header;
	enum proxy_fault fault;
} faults[] = {
	{ "192.0.2.1:5000", "USER alice\r\n", PROXY_ABSENT },
	{ "192.0.2.1:5000", "\r\n\r\n", PROXY_NONE },
	{ "192.0.2.1:5000", "PROXY TCP4 224.0.0.1 192.0.2.80 1 21\r\n",
	    PROXY_ADDRESS },
	/* The proxy's loopback is not this machine's, but for one on it. */
	{ "192.0.2.1:5000", "PROXY TCP4 127.0.0.1 192.0.2.80 1 21\r\n",
	    PROXY_ADDRESS },
	{ "192.0.2.1:5000", "PROXY TCP6 ::1 2001:db8::1 1 21\r\n",
	    PROXY_ADDRESS },
	{ "127.0.0.77:5000", "PROXY TCP4 127.0.0.5 192.0.2.80 1 21\r\n",
	    PROXY_NONE },
};

START_TEST(without_a_good_header_the_connection_is_closed)
{
	struct play p = PROXY_PLAY;

	p.from = faults[_i].from;
	start(&p);
	put(p.client, faults[_i].header);
	turn(&p);
	ck_assert_uint_eq(p.closed, faults[_i].fault != PROXY_NONE);
	ck_assert_int_eq(asks_backend(&p), p.introduced == 1);
	if (p.closed == 1) {
		expect(&p, p.client, "");
		ck_assert_uint_eq(p.faults[faults[_i].fault], 1);
		ck_assert_uint_eq(p.introduced, 0);
	}
	end(&p);
}
END_TEST

START_TEST(who_leaves_or_waits_too_long_is_told_apart)
{
	struct play p = PROXY_PLAY;

	start(&p);
	if (_i == 0)
		shutdown(p.client, SHUT_WR);
	else
		ev_feed_event(p.host.loop, &p.session->deadline, EV_TIMER);
	turn(&p);
	expect(&p, p.client, "");
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.faults[_i == 0 ? PROXY_GONE : PROXY_TIMEOUT], 1);
	ck_assert(!asks_backend(&p));
	for (int event = 0; event < PENALTY_COUNT; event++)
		ck_assert_uint_eq(p.failed[event], 0);
	end(&p);
}
END_TEST

START_TEST(a_deadline_runs_from_the_beginning)
{
	struct play p = PROXY_PLAY;
	ev_tstamp left;

	start(&p);
	left = ev_timer_remaining(p.host.loop, &p.session->deadline);
	ck_assert(left > 0. && left <= 60.);
	put(p.client, "PROXY TCP4");
	turn(&p);
	ck_assert(
	    ev_timer_remaining(p.host.loop, &p.session->deadline) <= left);
	end(&p);
}
END_TEST

START_TEST(a_second_header_is_no_command)
{
	struct play p = PROXY_PLAY;

	start(&p);
	greet(&p);
	ck_assert_str_eq(address(&p.session->peer), CLIENT);
	put(p.client, HEADER);
	/* Neither a word nor a session any more. */
	expect(&p, p.client, "");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

/* To the backend */

static const struct {
	const char *says; /* a proxy in front, or nothing */
	const char *hears;
	size_t len;
} announcements[] = {
	{ "",
	    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\x7f\0\0\1"
	    "\x9c\x40\0\x15",
	    28 },
	{ HEADER,
	    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\x37\xc0\0\2"
	    "\x50\x9c\x77\0\x15",
	    28 },
};

START_TEST(a_backend_hears_first_of_all_who_its_client_is)
{
	struct play p = PROXY_PLAY;
	char line[64];

	p.is_proxied = announcements[_i].says[0] != '\0';
	p.from = p.is_proxied ? "127.0.0.77:5000" : NULL;
	p.listen.send_proxy = SEND_PROXY_V2;
	start(&p);
	put(p.client, announcements[_i].says);
	put(p.client, "FEAT\r\n");
	turn(&p);
	if (p.backend == -1)
		p.backend = accept(p.listener, NULL, NULL);
	/* The record was there before it. */
	ck_assert_uint_eq(p.published, 1);
	ck_assert(p.backend_was_silent);
	ck_assert_int_eq(recv(p.backend, line, sizeof line, MSG_DONTWAIT), 28);
	ck_assert_mem_eq(line, announcements[_i].hears, announcements[_i].len);
	pass_down(&p, "220 ready\r\n");
	expect(&p, p.backend, "FEAT\r\n");
	end(&p);
}
END_TEST

/* Data connections */

#define OF(source) "PROXY TCP4 " source " 192.0.2.80 40056 50000\r\n"

/* Where it connects from, what it says first, and what becomes of it. */
static const struct {
	const char *from, *says;
	bool is_taken;
} comers[] = {
	{ "127.0.0.77", OF("192.0.2.55") "data", true },
	{ "127.0.0.77", OF("192.0.2.56") "data", false },
	{ "127.0.0.77", "PROXY UNKNOWN\r\ndata", false },
	{ "127.0.0.77", "data", false },
	/* a header from elsewhere, and who is none of both */
	{ "127.0.0.78", OF("192.0.2.55") "data", false },
	{ "127.0.0.1", "data", false },
};

static struct stssl_address
ask_for_data(struct play *p)
{
	struct stssl_address passive;
	char line[FTP_REPLY_MAX];

	greet(p);
	log_in(p);
	put(p->client, "PASV\r\n");
	(void)agree_to_port(p);
	get(p, p->client, line, sizeof line);
	/* The address that the client knows, and a port of ours. */
	ck_assert_ptr_nonnull(strstr(line, "(192,0,2,80,"));
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &passive), 0);
	ck_assert_int_eq(ftp_parse_227(line, &passive.port), 0);
	return passive;
}

START_TEST(data_through_a_proxy_are_those_of_whom_it_names)
{
	struct play p = PROXY_PLAY;
	struct stssl_address passive;
	int first, own;

	start(&p);
	passive = ask_for_data(&p);
	first = connect_from(&passive, comers[_i].from);
	turn(&p);
	put(first, comers[_i].says);
	turn(&p);
	ck_assert_int_eq(is_silent(first), comers[_i].is_taken);
	/* The client's own comes second, and is in time. */
	own = connect_from(&passive, "127.0.0.77");
	turn(&p);
	if (!comers[_i].is_taken) {
		put(own, OF("192.0.2.55"));
		turn(&p);
		ck_assert(is_silent(own));
	}
	close(first);
	close(own);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ nothing_happens_before_the_client_is_known, 0 },
		{ the_proxys_own_connection_keeps_its_addresses, 0 },
		{ a_client_that_is_not_let_in_hears_what_a_direct_one_does,
		    ROWS(refusals) },
		{ without_a_good_header_the_connection_is_closed,
		    ROWS(faults) },
		{ who_leaves_or_waits_too_long_is_told_apart, 2 },
		{ a_deadline_runs_from_the_beginning, 0 },
		{ a_second_header_is_no_command, 0 },
		{ a_backend_hears_first_of_all_who_its_client_is,
		    ROWS(announcements) },
		{ data_through_a_proxy_are_those_of_whom_it_names,
		    ROWS(comers) },
	};

	return test_main("session-proxy", cases, ROWS(cases));
}
