/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A link's data connections: they resume their session's connection, or fail.
 */
#include <config.h>
#include "helper/worker/tls/tls_link.h"

#include <stdlib.h>
#include <time.h>

#include "helper/worker/tls/tls_inside.h"
#include "tests/link-stage.h"
#include "tests/test.h"

static struct link_stage stage;

static void
begin_data(struct link *l, struct link *control, struct tls_tickets *tickets)
{
	link_pair(l);
	l->edge = tls_link_connect_data(
	    stage.edge.context, control->edge, l->edge_fd);
	ck_assert_ptr_nonnull(l->edge);
	l->server =
	    tls_link_accept_data(stage.server.context, tickets, l->server_fd);
	ck_assert_ptr_nonnull(l->server);
}

/* A session's connection, with one ticket; and the end of both, and of all. */
static void
begin_control(struct link *control)
{
	link_stage_set(&stage, NULL, NULL);
	link_begin(control, &stage);
	link_meet(control);
	link_send_ticket(control);
}

static void
end_all(struct link *control, struct link *data)
{
	link_end(data);
	link_end(control);
	link_stage_clear(&stage);
}

START_TEST(a_data_connection_resumes_its_session_with_each_ticket_once)
{
	unsigned char *bytes = link_bytes();
	struct link control, data;

	link_stage_set(&stage, link_keys[_i], link_keys[_i]);
	link_begin(&control, &stage);
	link_meet(&control);
	ck_assert_ptr_null(tls_link_connect_data(
	    stage.edge.context, control.edge, control.edge_fd));
	for (int i = 0; i < 3; i++) {
		link_send_ticket(&control);
		begin_data(&data, &control, stage.tickets);
		ck_assert_ptr_null(tls_link_connect_data(
		    stage.edge.context, control.edge, control.edge_fd));
		link_meet(&data);
		ck_assert(gnutls_session_is_resumed(data.edge->session));
		ck_assert(tls_resumes_control(data.server));
		ck_assert(!tls_resumes_control(control.server));
		link_carry(data.edge, data.server, bytes, LINK_BYTES);
		link_carry(data.server, data.edge, bytes, LINK_BYTES);
		link_check_ends(data.edge, data.edge_fd, data.server);
		link_end(&data);
	}
	/* The newest counts, and no data connection sends one. */
	link_send_ticket(&control);
	link_send_ticket(&control);
	begin_data(&data, &control, stage.tickets);
	link_meet(&data);
	link_send_ticket(&data);
	ck_assert_ptr_null(tls_link_connect_data(
	    stage.edge.context, data.edge, control.edge_fd));
	end_all(&control, &data);
	free(bytes);
}
END_TEST

static time_t later;

static time_t
tell_time(time_t *ret)
{
	const time_t now = time(NULL) + later;

	if (ret != NULL)
		*ret = now;
	return now;
}

#define DAY (24 * HOUR)
static const struct {
	time_t age;
	bool is_up;
} ages[] = {
	{ HOUR / 2, true },
	{ 2 * HOUR, true },
	{ 30 * HOUR, true },
	{ 7 * DAY - HOUR, true },
	{ 7 * DAY + HOUR, false },
};

/* A session of FTP may last long, and transfer something at its end. */
START_TEST(a_session_resumes_for_a_week)
{
	enum tls_result edge, server;
	struct link control, data;

	gnutls_global_set_time_function(tell_time);
	link_stage_set(&stage, NULL, NULL);
	link_begin(&control, &stage);
	link_meet(&control);
	if (_i % 2 == 0)
		link_send_ticket(&control);
	later = ages[_i / 2].age;
	if (_i % 2 == 1)
		link_send_ticket(&control);
	begin_data(&data, &control, stage.tickets);
	link_shake(&data, &edge, &server);
	ck_assert_int_eq(server, ages[_i / 2].is_up ? TLS_DONE : TLS_FAILED);
	ck_assert_int_eq(edge, server);
	end_all(&control, &data);
}
END_TEST

START_TEST(a_ticket_of_another_session_opens_no_data_connection)
{
	struct tls_tickets *other = tls_tickets_new();
	enum tls_result edge, server;
	struct link control, data;

	begin_control(&control);
	begin_data(&data, &control, other);
	link_shake(&data, &edge, &server);
	ck_assert_int_eq(server, TLS_FAILED);
	link_fails(data.edge, edge);
	ck_assert_ptr_null(tls_link_peer(data.server));
	ck_assert_ptr_null(tls_link_peer(data.edge));
	end_all(&control, &data);
	(void)tls_tickets_free(other);
}
END_TEST

/* A whole handshake is none of a data connection's, though the keys fit. */
START_TEST(a_data_connection_that_resumes_nothing_fails)
{
	enum tls_result edge, server;
	struct link control, data;

	begin_control(&control);
	if (_i == 0) {
		/* Before anything is signed. */
		tls_context_connect(stage.server.context, -1);
		link_pair(&data);
		data.edge = tls_link_connect(stage.edge.context, data.edge_fd);
		data.server = tls_link_accept_data(
		    stage.server.context, stage.tickets, data.server_fd);
	} else {
		/* A Server that has forgotten the session. */
		begin_data(&data, &control, stage.tickets);
		(void)tls_free(data.server);
		(void)tls_tickets_free(stage.tickets);
		stage.tickets = tls_tickets_new();
		data.server = tls_link_accept(
		    stage.server.context, stage.tickets, data.server_fd);
	}
	link_shake(&data, &edge, &server);
	ck_assert_int_eq(_i == 0 ? server : edge, TLS_FAILED);
	ck_assert_str_eq(tls_error(_i == 0 ? data.server : data.edge),
	    gnutls_strerror(GNUTLS_E_INSUFFICIENT_CREDENTIALS));
	ck_assert_ptr_null(tls_link_peer(_i == 0 ? data.server : data.edge));
	link_fails(_i == 0 ? data.edge : data.server, _i == 0 ? edge : server);
	end_all(&control, &data);
}
END_TEST

START_TEST(a_ticket_opens_no_session)
{
	enum tls_result edge, server;
	struct link control, again;

	begin_control(&control);
	begin_data(&again, &control, stage.tickets);
	(void)tls_free(again.server);
	again.server = tls_link_accept(
	    stage.server.context, stage.tickets, again.server_fd);
	link_shake(&again, &edge, &server);
	ck_assert_int_eq(server, TLS_FAILED);
	ck_assert_ptr_null(tls_link_peer(again.server));
	link_fails(again.edge, edge);
	end_all(&control, &again);
}
END_TEST

/* The pin is asked again: a reload may have taken it away meanwhile. */
START_TEST(a_resumed_session_is_with_a_peer_that_is_known_now)
{
	enum tls_result edge, server;
	struct link control, data;

	begin_control(&control);
	(_i == 0 ? &stage.edge : &stage.server)->pin =
	    link_pin_of(&stage.stranger, "stranger");
	begin_data(&data, &control, stage.tickets);
	link_shake(&data, &edge, &server);
	ck_assert_int_eq(_i == 0 ? server : edge, TLS_FAILED);
	ck_assert_ptr_null(tls_link_peer(_i == 0 ? data.server : data.edge));
	end_all(&control, &data);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_data_connection_resumes_its_session_with_each_ticket_once,
		    LINK_KEYS },
		{ a_session_resumes_for_a_week, 2 * ROWS(ages) },
		{ a_ticket_of_another_session_opens_no_data_connection, 0 },
		{ a_data_connection_that_resumes_nothing_fails, 2 },
		{ a_ticket_opens_no_session, 0 },
		{ a_resumed_session_is_with_a_peer_that_is_known_now, 2 },
	};

	return test_main("tls-link-data", cases, ROWS(cases));
}
