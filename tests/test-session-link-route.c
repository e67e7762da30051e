/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a link's port is told in clear, before there is TLS: whose data they
 * are.
 */
#include <config.h>
#include "tests/session-stage.h"

/* What comes to the link's port before TLS does. */
static const struct {
	const char *bytes;
	size_t len;
	uint64_t to; /* 0: it is no data */
	unsigned failed;
} fronts[] = {
	{ "STSSL-DT\0\0\0\0\0\0\1\2", 16, 0x102, 0 },
	{ "STSSL-DT\1\0\0\0\0\0\1\2\x16\3\1", 19, 0x100000000000102, 0 },
	{ "STSSL-DX\0\0\0\0\0\0\1\2", 16, 0, 1 },
	{ "SSH-2.0-a-client", 16, 0, 1 },
};

/* In one piece, and byte by byte. */
START_TEST(data_are_told_from_tls_by_their_first_bytes)
{
	size_t row = (size_t)_i / 2, n = _i % 2 == 0 ? fronts[row].len : 1;
	struct play p = { .listen.tls = LISTEN_LINK };
	int log;

	begin_alone(&p);
	log = hear_log();
	for (size_t i = 0; i < fronts[row].len && p.closed == 0; i += n) {
		ck_assert_uint_eq(p.routed, 0);
		ck_assert_int_eq(
		    send(p.client, fronts[row].bytes + i, n, MSG_NOSIGNAL),
		    (ssize_t)n);
		for (int k = 0; k < 8; k++)
			ev_run(p.host.loop, EVRUN_NOWAIT);
	}
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.routed, fronts[row].to != 0);
	ck_assert_uint_eq(p.routed_to, fronts[row].to);
	ck_assert_uint_eq(
	    p.failed[PENALTY_HANDSHAKE_FAILED], fronts[row].failed);
	ck_assert_uint_eq(p.introduced + p.published + p.asked, 0);
	/* Data are another session's, whose log has them. */
	if (fronts[row].to != 0)
		ck_assert(is_silent(log));
	else
		(void)next_line(log, "closed");
	end(&p);
}
END_TEST

START_TEST(a_route_that_does_not_come_in_time_is_penalised)
{
	struct play p = { .listen.tls = LISTEN_LINK };

	begin_alone(&p);
	put(p.client, _i == 0 ? "" : "STSSL-DT");
	for (int k = 0; k < 8; k++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert(ev_is_active(&p.session->deadline));
	ev_invoke(p.host.loop, &p.session->deadline, EV_TIMER);
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.failed[PENALTY_HANDSHAKE_TIMEOUT], 1);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ data_are_told_from_tls_by_their_first_bytes,
		    2 * ROWS(fronts) },
		{ a_route_that_does_not_come_in_time_is_penalised, 2 },
	};

	return test_main("session-link-route", cases, ROWS(cases));
}
