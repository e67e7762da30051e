/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Server's side of a link: nothing happens before the Edge is known and
 * has said, in one header that is right in all of it, whose session it is; from
 * then on the session is that client's.
 */
#include <config.h>
#include "tests/link-server-stage.h"

#include <stdlib.h>

#include "status/tools/address.h"

/* What comes of it */

static const struct {
	bool has_tls, has_proof;
	const char *protocol, *verify;
} clients[] = {
	{ true, true, "TLSv1.3", "(none)" }, /* which the verifier says */
	{ true, false, "TLSv1.3", "NONE" },
	{ false, false, "(none)", "(none)" },
};

START_TEST(a_client_is_whom_the_edge_names)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	char text[STSSL_ADDRESS_TEXT];

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	get_hello(&v);
	ck_assert_uint_eq(v.hello.session, 7);
	ck_assert(v.hello.digest.is_known);
	ck_assert_uint_eq(v.hello.digest.bytes[1], 0x11);
	h = header_for(&v);
	if (!clients[_i].has_tls)
		h.record_len = 0;
	if (!clients[_i].has_proof)
		h.proof_len = 0;
	turn(&v);
	ck_assert(!asks_backend(&v));
	introduce(&v, &h);
	ck_assert_uint_eq(v.play.introduced, 1);
	ck_assert_str_eq(stssl_address_format(&v.play.announced, text), CLIENT);
	ck_assert_uint_eq(v.play.published, 1);
	ck_assert(v.play.backend_was_silent);
	ck_assert_str_eq(recorded(&v, STSSL_KEY_REMOTE_ADDR), "198.51.100.7");
	ck_assert_str_eq(recorded(&v, STSSL_KEY_REMOTE_PORT), "40055");
	ck_assert_str_eq(recorded(&v, STSSL_KEY_STSSL_EDGE), "edge");
	ck_assert_str_eq(
	    recorded(&v, STSSL_KEY_SSL_PROTOCOL), clients[_i].protocol);
	ck_assert_str_eq(
	    recorded(&v, STSSL_KEY_SSL_CLIENT_VERIFY), clients[_i].verify);
	ck_assert_int_eq(
	    session_is_secure(v.play.session), clients[_i].has_tls);
	ck_assert(session_is_from_link(v.play.session));
	put(v.play.backend, "220 ready\r\n");
	hear(&v, "220 ready\r\n");
	say(&v, "USER alice\r\n", 12);
	expect(&v.play, v.play.backend, "USER alice\r\n");
	leave(&v);
}
END_TEST

/* However the Edge's bytes are cut into pieces. */
START_TEST(what_follows_a_header_is_the_protocols_however_it_comes)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	uint8_t *bytes;
	size_t len;

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	v.play.listen.protocol = LISTEN_STREAM;
	get_hello(&v);
	h = header_for(&v);
	bytes = write_header(&h, &len);
	for (size_t i = 0; i + 1 < len; i++)
		say(&v, bytes + i, 1);
	ck_assert_uint_eq(v.play.introduced, 0);
	ck_assert(!asks_backend(&v));
	bytes[0] = bytes[len - 1];
	memcpy(bytes + 1, "early", 5);
	say(&v, bytes, 6);
	free(bytes);
	ck_assert_uint_eq(v.play.published, 1);
	ck_assert(v.play.backend_was_silent);
	expect(&v.play, v.play.backend, "early");
	put(v.play.backend, "late");
	hear(&v, "late");
	leave(&v);
}
END_TEST

START_TEST(nothing_is_forwarded_without_a_record)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	char byte;

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	v.play.refuse_publish = true;
	v.play.listen.protocol = LISTEN_STREAM;
	get_hello(&v);
	h = header_for(&v);
	introduce(&v, &h);
	turn(&v);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_int_le(recv(v.play.backend, &byte, 1, MSG_DONTWAIT), 0);
	leave(&v);
}
END_TEST

/* Headers that end it */

static void
other_session(struct link_header *h)
{
	h->session++;
}

static void
loopback(struct link_header *h)
{
	ck_assert_int_eq(stssl_address_parse("127.0.0.1:4000", &h->client), 0);
}

static void
in_clear(struct link_header *h)
{
	h->record_len = 0;
}

static void
foreign_key(struct link_header *h)
{
	h->record = "STSSL_EDGE=dmz1";
	h->record_len = 16;
}

#define WHOLE SIZE_MAX

static const struct {
	const char *fault;
	void (*edit)(struct link_header *h);
	size_t at; /* of a byte that is changed, */
	uint8_t flip;
	size_t behind;   /* bytes behind the first 16 */
	bool is_cut;     /* the last byte does not come, but an end */
	bool is_clients; /* the fault, whom nobody here can penalise */
} faults[] = {
	{ "session", other_session, 0, 0, WHOLE, false, false },
	{ "address", loopback, 0, 0, WHOLE, false, true },
	{ "record", foreign_key, 0, 0, WHOLE, false, false },
	/* a proof of a handshake that there was not */
	{ "values", in_clear, 0, 0, WHOLE, false, false },
	{ "no-header", NULL, 0, 1, WHOLE, false, false },
	{ "command", NULL, 12, 1, WHOLE, false, false },
	{ "family", NULL, 13, 0x20, WHOLE, false, false },
	{ "no-link", NULL, 28, 1, WHOLE, false, false },
	{ "link-version", NULL, 31, 3, WHOLE, false, false },
	{ "no-link", NULL, 0, 0, 12, false, false },
	{ "length", NULL, 0, 0, 0, false, false },
	{ "truncated", NULL, 0, 0, WHOLE, true, false },
};

static void
spoil(uint8_t *bytes, size_t *len, int row)
{
	bytes[faults[row].at] ^= faults[row].flip;
	*len -= faults[row].is_cut;
	if (faults[row].behind == WHOLE)
		return;
	bytes[14] = 0;
	bytes[15] = (uint8_t)faults[row].behind;
	*len = 16 + faults[row].behind;
}

START_TEST(a_wrong_header_ends_it_and_the_edge_is_blamed)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	const char *line, *fault;
	uint8_t *bytes;
	size_t len;
	int log;

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	get_hello(&v);
	log = hear_log();
	h = header_for(&v);
	if (faults[_i].edit != NULL)
		faults[_i].edit(&h);
	bytes = write_header(&h, &len);
	spoil(bytes, &len, _i);
	say(&v, bytes, len);
	free(bytes);
	if (faults[_i].is_cut)
		ck_assert_int_eq(tls_bye(v.edge), TLS_DONE);
	turn(&v);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(
	    v.play.failed[PENALTY_HANDSHAKE_FAILED], !faults[_i].is_clients);
	ck_assert_uint_eq(v.play.introduced, 0);
	ck_assert(!asks_backend(&v));
	line = next_line(log, "link-refused");
	fault = strstr(line, " edge=edge fault=");
	ck_assert_msg(
	    fault != NULL && strcmp(fault + 17, faults[_i].fault) == 0, "%s",
	    line);
	leave(&v);
}
END_TEST

/* Who ends it, and how */

START_TEST(a_client_that_goes_before_the_header_is_nobodys_fault)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	get_hello(&v);
	if (_i == 0)
		ck_assert_int_eq(tls_bye(v.edge), TLS_DONE);
	else
		ck_assert_int_eq(shutdown(v.play.client, SHUT_RDWR), 0);
	turn(&v);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.failed[PENALTY_HANDSHAKE_FAILED], 0);
	ck_assert(!asks_backend(&v));
	leave(&v);
}
END_TEST

START_TEST(a_header_that_does_not_come_in_time_ends_it)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	get_hello(&v);
	if (_i == 1)
		say(&v, "\r\n", 2);
	ck_assert(ev_is_active(&v.play.session->deadline));
	ev_invoke(v.play.host.loop, &v.play.session->deadline, EV_TIMER);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.failed[PENALTY_HANDSHAKE_TIMEOUT], 0);
	ck_assert(!asks_backend(&v));
	leave(&v);
}
END_TEST

START_TEST(a_stranger_hears_nothing_and_is_penalised)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	char c;
	size_t n;

	arrive(&v);
	/* The pin is another one's from now on. */
	keys.edge.pin = link_pin_of(&keys.stranger, "edge");
	(void)shake(&v);
	ck_assert_int_ne(tls_read(v.edge, &c, 1, &n), TLS_DONE);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.failed[PENALTY_HANDSHAKE_FAILED], 1);
	ck_assert_uint_eq(v.play.asked, 0);
	leave(&v);
}
END_TEST

START_TEST(silence_instead_of_tls_is_penalised)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	arrive(&v);
	turn(&v);
	ev_invoke(v.play.host.loop, &v.play.session->deadline, EV_TIMER);
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.failed[PENALTY_HANDSHAKE_TIMEOUT], 1);
	leave(&v);
}
END_TEST

/* Policies */

static const struct {
	bool is_unanswered;
	const char *ours;
	bool is_theirs, has_theirs;
	enum edge_policy policy;
	bool is_let_in, is_said;
} policies[] = {
	{ false, DIGEST, true, true, EDGE_POLICY_REFUSE, true, false },
	{ false, DIGEST, false, true, EDGE_POLICY_REFUSE, false, true },
	{ false, DIGEST, false, true, EDGE_POLICY_LOG, true, true },
	/* one of them, or both, cannot say */
	{ false, DIGEST, true, false, EDGE_POLICY_REFUSE, false, true },
	{ false, "no digest", true, false, EDGE_POLICY_REFUSE, false, true },
	{ false, "no digest", true, false, EDGE_POLICY_LOG, true, true },
	{ true, DIGEST, true, false, EDGE_POLICY_REFUSE, false, true },
};

START_TEST(two_policies_are_told_apart)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;
	int log;

	v.play.advice.verdict = policies[_i].is_unanswered
				    ? STSSL_VERDICT_REFUSE
				    : STSSL_VERDICT_ACCEPT;
	(void)strcpy(v.play.advice.user, policies[_i].ours);
	get_hello(&v);
	v.play.config.link.policy = policies[_i].policy;
	log = hear_log();
	h = header_for(&v);
	h.digest.is_known = policies[_i].has_theirs;
	h.digest.bytes[0] ^= !policies[_i].is_theirs;
	if (!h.digest.is_known)
		memset(h.digest.bytes, 0, sizeof h.digest.bytes);
	introduce(&v, &h);
	ck_assert_uint_eq(v.play.published, policies[_i].is_let_in);
	ck_assert_uint_eq(v.play.closed, !policies[_i].is_let_in);
	ck_assert_uint_eq(v.play.failed[PENALTY_HANDSHAKE_FAILED], 0);
	if (policies[_i].is_said)
		(void)next_line(log, "policy-differs");
	if (!policies[_i].is_let_in)
		(void)next_line(log, "link-refused");
	leave(&v);
}
END_TEST

START_TEST(hello_waits_for_the_digest_which_may_be_unknown)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	uint8_t bytes[LINK_HELLO_BYTES];
	size_t n = 0;

	v.play.is_unanswered = true;
	arrive(&v);
	ck_assert_int_eq(shake(&v), TLS_DONE);
	turn(&v);
	ck_assert_int_eq(
	    tls_read(v.edge, bytes, sizeof bytes, &n), TLS_WANT_READ);
	ck_assert_str_eq(v.play.asked_for, "(digest)");
	ev_invoke(
	    v.play.host.loop, &v.play.session->question.deadline, EV_TIMER);
	turn(&v);
	ck_assert_int_eq(tls_read(v.edge, bytes, sizeof bytes, &n), TLS_DONE);
	ck_assert_uint_eq(n, sizeof bytes);
	ck_assert(link_hello_read(bytes, &v.hello));
	ck_assert(!v.hello.digest.is_known);
	leave(&v);
}
END_TEST

/* The certificate that the listener asks for. */
START_TEST(a_client_without_a_certificate_hears_that_one_is_required)
{
	struct server_play v = { .play = PASSWORD_PLAY };
	struct link_header h;

	v.play.advice.verdict = STSSL_VERDICT_ACCEPT;
	v.play.listen.client_certificate = CLIENT_REQUIRE;
	get_hello(&v);
	h = header_for(&v);
	h.proof_len = 0;
	introduce(&v, &h);
	hear(&v, "421 A good certificate is required.\r\n");
	ck_assert_uint_eq(v.play.closed, 1);
	ck_assert_uint_eq(v.play.published, 0);
	leave(&v);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_client_is_whom_the_edge_names, ROWS(clients) },
		{ what_follows_a_header_is_the_protocols_however_it_comes, 0 },
		{ nothing_is_forwarded_without_a_record, 0 },
		{ a_wrong_header_ends_it_and_the_edge_is_blamed, ROWS(faults) },
		{ a_client_that_goes_before_the_header_is_nobodys_fault, 2 },
		{ a_header_that_does_not_come_in_time_ends_it, 2 },
		{ a_stranger_hears_nothing_and_is_penalised, 0 },
		{ silence_instead_of_tls_is_penalised, 0 },
		{ two_policies_are_told_apart, ROWS(policies) },
		{ hello_waits_for_the_digest_which_may_be_unknown, 0 },
		{ a_client_without_a_certificate_hears_that_one_is_required,
		    0 },
	};

	return test_main("session-link-server", cases, ROWS(cases));
}
