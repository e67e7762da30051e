/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a client behind an Edge has signed, and what the Edge says of it.
 */
#include <config.h>
#include "tests/link-server-stage.h"

#include <string.h>

static const struct {
	bool is_1_2, has_certificate, is_let_in;
} rows[] = {
	{ false, true, true },
	/* It would have no record, in which the Edge's name is. */
	{ true, true, false },
	{ true, false, true },
};

START_TEST(a_proof_is_of_the_handshake_that_the_header_speaks_of)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	int log;

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	v.play.has_signed_1_2 = rows[_i].is_1_2;
	get_hello(&v);
	log = hear_log();
	h = header_for(&v);
	if (!rows[_i].has_certificate)
		h.proof_len = 0;
	introduce(&v, &h);
	ck_assert_uint_eq(v.play.closed, !rows[_i].is_let_in);
	ck_assert_uint_eq(v.play.published, rows[_i].is_let_in);
	if (!rows[_i].is_let_in)
		ck_assert_ptr_nonnull(
		    strstr(next_line(log, "link-refused"), " fault=handshake"));
	leave(&v);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_proof_is_of_the_handshake_that_the_header_speaks_of,
		    ROWS(rows) },
	};

	return test_main("session-link-proof", cases, ROWS(cases));
}
