/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Edge's side of a link: the Server is dialled before the client's
 * handshake, and is told in one header who the client is before anything else
 * reaches it.  Without it, the client is sent away.
 */
#include <config.h>
#include "tests/link-edge-stage.h"

#include "helper/worker/link/record.h"

/* In clear */

START_TEST(the_server_is_told_before_anything_else_and_after_its_hello)
{
	struct edge_play v = { .play = PASSWORD_PLAY,
		.to_count = (size_t)_i + 1 };
	uint8_t bytes[HEADER_MAX];
	struct link_header h;

	arrive(&v);
	put(v.play.client, "NOOP\r\n");
	pick_up(&v);
	ck_assert_int_eq(shake(&v), TLS_DONE);
	ck_assert(hears_nothing(&v));
	ck_assert_uint_eq(v.play.published, 0);
	say_hello(&v);
	h = hear_header(&v, bytes);
	check_header(&h);
	ck_assert_uint_eq(h.record_len, 0);
	ck_assert_uint_eq(v.play.published, 1);
	ck_assert_str_eq(
	    stssl_record_get(&v.play.record, STSSL_KEY_REMOTE_ADDR),
	    "198.51.100.7");
	ck_assert(session_is_to_link(v.play.session));
	ck_assert(!session_is_secure(v.play.session));
	say(&v, "220 ready\r\n", 11);
	expect(&v.play, v.play.client, "220 ready\r\n");
	ck_assert_uint_eq(hear(&v, bytes, sizeof bytes), 6);
	leave(&v);
}
END_TEST

/* Inside TLS */

static const struct {
	bool is_explicit, has_certificate;
	const char *priority;
} handshakes[] = {
	{ false, false, "NORMAL" },
	{ false, true, "NORMAL" },
	{ true, true, "NORMAL" },
	{ false, true, "NORMAL:-VERS-TLS1.3" },
	{ true, false, "NORMAL:-VERS-TLS1.3" },
};

START_TEST(the_servers_nonce_is_in_the_clients_handshake)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[HEADER_MAX], nonce[PROOF_NONCE_BYTES], byte;
	struct link_header h;
	size_t n;

	v.play.listen.tls =
	    handshakes[_i].is_explicit ? LISTEN_EXPLICIT : LISTEN_IMPLICIT;
	arrive(&v);
	if (handshakes[_i].is_explicit) {
		serve(&v);
		(void)hear_header(&v, bytes);
		say(&v, "220 ready\r\n", 11);
		expect(&v.play, v.play.client, "220 ready\r\n");
		put(v.play.client, "AUTH TLS\r\n");
		expect_code(&v.play, "234");
		turn(&v);
		/* Dialled anew, with nothing said on the old one. */
		ck_assert_int_ne(
		    tls_read(v.link.server, &byte, 1, &n), TLS_DONE);
		ck_assert_int_ne(
		    tls_read(v.link.server, &byte, 1, &n), TLS_WANT_READ);
		ck_assert_uint_eq(v.play.withdrawn, 1);
		hang_up(&v);
	}
	client_begin(
	    &v, handshakes[_i].has_certificate, handshakes[_i].priority);
	pick_up(&v);
	ck_assert_int_eq(client_step(&v), IO_AGAIN);
	ck_assert_int_eq(shake(&v), TLS_DONE);
	ck_assert_int_eq(client_step(&v), IO_AGAIN);
	ck_assert(is_silent(v.play.client));
	say_hello(&v);
	ck_assert(hears_nothing(&v));
	for (int i = 0; i < 100 && client_step(&v) != IO_OK; i++)
		;
	h = hear_header(&v, bytes);
	check_header(&h);
	ck_assert_str_eq(
	    link_record_get(h.record, h.record_len, STSSL_KEY_SSL_PROTOCOL),
	    strstr(handshakes[_i].priority, "-VERS") ? "TLSv1.2" : "TLSv1.3");
	ck_assert_int_eq(h.proof_len > 0, handshakes[_i].has_certificate);
	memset(nonce, 0x5a, sizeof nonce);
	if (h.proof_len > 0)
		ck_assert_ptr_nonnull(
		    memmem(h.proof, h.proof_len, nonce, sizeof nonce));
	ck_assert(session_is_secure(v.play.session));
	ck_assert_uint_eq(v.play.published, 1 + handshakes[_i].is_explicit);
	leave(&v);
}
END_TEST

/* Without a Server */

static void
close_it(struct edge_play *v)
{
	hang_up(v);
}

static void
say_garbage(struct edge_play *v)
{
	put(v->link.server_fd, "220 not TLS at all, and never was\r\n");
}

static void
be_a_stranger(struct edge_play *v)
{
	keys.server.pin = link_pin_of(&keys.stranger, "server");
	(void)shake(v);
}

static void
end_after_tls(struct edge_play *v)
{
	ck_assert_int_eq(shake(v), TLS_DONE);
	ck_assert_int_eq(tls_bye(v->link.server), TLS_DONE);
}

static void
cut_hello(struct edge_play *v)
{
	ck_assert_int_eq(shake(v), TLS_DONE);
	say(v, "STSSL", 5);
	hang_up(v);
}

static void
other_hello(struct edge_play *v)
{
	uint8_t bytes[LINK_HELLO_BYTES] = { 0 };

	ck_assert_int_eq(shake(v), TLS_DONE);
	say(v, bytes, sizeof bytes);
}

static void (*const failures[])(struct edge_play *v) = {
	close_it,
	say_garbage,
	be_a_stranger,
	end_after_tls,
	cut_hello,
	other_hello,
};

/* Twice each: in clear, and in front of a handshake. */
START_TEST(without_a_server_the_client_is_sent_away)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	bool is_implicit = (size_t)_i >= ROWS(failures);
	int log;

	v.play.listen.tls = is_implicit ? LISTEN_IMPLICIT : LISTEN_EXPLICIT;
	arrive(&v);
	log = hear_log();
	pick_up(&v);
	failures[(size_t)_i % ROWS(failures)](&v);
	turn(&v);
	ck_assert_ptr_nonnull(strstr(next_line(log, "link"), " failed: "));
	expect(&v.play, v.play.client,
	    is_implicit ? "" : "421 The service is not available.\r\n");
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.unreachable, 1);
	ck_assert_uint_eq(v.play.published, 0);
	leave(&v);
}
END_TEST

/* Whatever the Server is silent at: after TCP, TLS, a part of HELLO. */
START_TEST(a_slow_server_is_waited_for_only_so_long)
{
	struct edge_play v = { .play = PASSWORD_PLAY };

	arrive(&v);
	pick_up(&v);
	if (_i > 0)
		ck_assert_int_eq(shake(&v), TLS_DONE);
	if (_i > 1)
		say(&v, "STSSL", 5);
	turn(&v);
	ck_assert(ev_is_active(&v.play.session->deadline));
	ev_invoke(v.play.host.loop, &v.play.session->deadline, EV_TIMER);
	expect(&v.play, v.play.client, "421 Timeout.\r\n");
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.unreachable, 1);
	ck_assert_uint_eq(v.play.published, 0);
	leave(&v);
}
END_TEST

/* Whatever the first is silent at. */
START_TEST(behind_a_slow_server_the_next_one_is_dialled)
{
	struct edge_play v = {
		.play = PASSWORD_PLAY, .to_count = 2, .is_everywhere = true
	};
	uint8_t bytes[HEADER_MAX];
	struct link_header h;

	arrive(&v);
	pick_up(&v);
	if (_i > 0)
		ck_assert_int_eq(shake(&v), TLS_DONE);
	if (_i > 1)
		say(&v, "STSSL", 5);
	ck_assert(!is_dialled(&v));
	ev_invoke(v.play.host.loop, &v.play.session->deadline, EV_TIMER);
	hang_up(&v);
	ck_assert(ev_is_active(&v.play.session->deadline));
	serve(&v);
	h = hear_header(&v, bytes);
	check_header(&h);
	pass(&v, "220 ready\r\n", "SYST\r\n");
	ck_assert_uint_eq(v.play.unreachable, 0);
	leave(&v);
}
END_TEST

/* No host has this address: the Server would blame the Edge for it. */
START_TEST(nothing_is_sent_that_the_server_would_refuse)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	char byte;
	size_t n;
	int log;

	v.play.from = "0.0.0.0:40055";
	arrive(&v);
	log = hear_log();
	serve(&v);
	turn(&v);
	ck_assert_ptr_nonnull(
	    strstr(next_line(log, "link"), "the Server would refuse"));
	ck_assert_int_eq(
	    tls_read(v.link.server, &byte, 1, &n) == TLS_DONE, false);
	expect(&v.play, v.play.client, "421 The service is not available.\r\n");
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.published, 0);
	leave(&v);
}
END_TEST

START_TEST(the_digest_is_waited_for_and_may_be_unknown)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[HEADER_MAX];
	struct link_header h;
	int log;

	v.play.is_unanswered = true;
	arrive(&v);
	serve(&v);
	log = hear_log();
	ck_assert(hears_nothing(&v));
	ev_invoke(
	    v.play.host.loop, &v.play.session->question.deadline, EV_TIMER);
	h = hear_header(&v, bytes);
	ck_assert(!h.digest.is_known);
	ck_assert_ptr_nonnull(strstr(
	    next_line(log, "policy-differs"), " ours=unknown theirs=77"));
	leave(&v);
}
END_TEST

/* As one does that refuses the header: in clear, and inside TLS. */
START_TEST(a_server_that_ends_at_once_sends_the_client_away)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[HEADER_MAX];
	char c;

	v.play.listen.protocol = _i == 0 ? LISTEN_FTP : LISTEN_STREAM;
	v.play.listen.tls = LISTEN_EXPLICIT;
	arrive(&v);
	serve(&v);
	(void)hear_header(&v, bytes);
	hang_up(&v);
	if (_i == 0)
		expect_code(&v.play, "421");
	turn(&v);
	ck_assert_int_le(recv(v.play.client, &c, 1, MSG_DONTWAIT), 0);
	ck_assert_uint_eq(v.play.closed, 1);
	leave(&v);
}
END_TEST

START_TEST(commands_and_replies_go_through)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[HEADER_MAX];

	arrive(&v);
	serve(&v);
	(void)hear_header(&v, bytes);
	pass(&v, "220 ready\r\n", "SYST\r\n");
	pass(&v, "215 UNIX\r\n", "NOOP\r\n");
	leave(&v);
}
END_TEST

START_TEST(a_session_may_be_ended_while_it_dials)
{
	struct edge_play v = { .play = PASSWORD_PLAY };

	v.play.listen.tls = _i == 0 ? LISTEN_EXPLICIT : LISTEN_IMPLICIT;
	arrive(&v);
	pick_up(&v);
	session_end_for(v.play.session, END_KICKED);
	turn(&v);
	expect(&v.play, v.play.client,
	    _i == 0 ? "421 Ended by the administrator.\r\n" : "");
	ck_assert_uint_eq(v.play.closed, 1);
	leave(&v);
}
END_TEST

START_TEST(a_header_that_finds_no_room_goes_before_all_else_in_pieces)
{
	struct edge_play v = { .play = PASSWORD_PLAY, .is_narrow = true };
	static uint8_t bytes[LINK_HEADER_MAX];
	const int least = 1;
	struct link_header h;
	size_t len = 0, used = 0;

	v.play.listen.tls = LISTEN_IMPLICIT;
	arrive(&v);
	grow_chain(&v);
	client_begin(&v, true, "NORMAL");
	pick_up(&v);
	ck_assert_int_eq(shake(&v), TLS_DONE);
	ck_assert_int_eq(setsockopt(v.play.session->backend.fd, SOL_SOCKET,
			     SO_SNDBUF, &least, sizeof least),
	    0);
	say_hello(&v);
	for (int i = 0; i < 100 && client_step(&v) != IO_OK; i++)
		;
	ck_assert_int_eq(gnutls_record_send(v.client, "NOOP\r\n", 6), 6);
	turn(&v);
	ck_assert_int_eq(v.play.session->state, SESSION_TELL);
	ck_assert_uint_eq(v.play.published, 0);
	while (used == 0) {
		len += hear(&v, bytes + len, sizeof bytes - len);
		ck_assert_ptr_null(link_header_read(bytes, len, &used, &h));
	}
	ck_assert_uint_eq(used, len);
	ck_assert_uint_gt(h.proof_len, 4096);
	ck_assert_uint_eq(v.play.published, 1);
	say(&v, "220 ready\r\n", 11);
	ck_assert_uint_eq(hear(&v, bytes, sizeof bytes), 6);
	leave(&v);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_server_is_told_before_anything_else_and_after_its_hello,
		    2 },
		{ the_servers_nonce_is_in_the_clients_handshake,
		    ROWS(handshakes) },
		{ without_a_server_the_client_is_sent_away,
		    2 * ROWS(failures) },
		{ a_slow_server_is_waited_for_only_so_long, 3 },
		{ behind_a_slow_server_the_next_one_is_dialled, 3 },
		{ nothing_is_sent_that_the_server_would_refuse, 0 },
		{ the_digest_is_waited_for_and_may_be_unknown, 0 },
		{ a_server_that_ends_at_once_sends_the_client_away, 2 },
		{ commands_and_replies_go_through, 0 },
		{ a_header_that_finds_no_room_goes_before_all_else_in_pieces,
		    0 },
		{ a_session_may_be_ended_while_it_dials, 2 },
	};

	return test_main("session-link-edge", cases, ROWS(cases));
}
