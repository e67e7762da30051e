/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The backend's side of data connections by itself: whom it takes for the
 * backend.  The control connection is only said to be there.
 */
#include <config.h>
#include "helper/worker/ftp/backend_data.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/socket.h"
#include "status/tools/address.h"
#include "tests/test.h"

struct stage {
	struct ev_loop *loop;
	struct stssl_connection control;
	struct stssl_address at;
	struct backend_data b;
	unsigned changes, strangers;
	struct stssl_address stranger;
};

static void
changed(void *owner)
{
	((struct stage *)owner)->changes++;
}

static void
stranger(void *owner, const struct stssl_address *from)
{
	struct stage *s = owner;

	s->strangers++;
	s->stranger = *from;
}

static void
begin(struct stage *s, const char *backend)
{
	*s = (struct stage){ .loop = ev_loop_new(0) };
	ck_assert_int_eq(stssl_address_parse(backend, &s->control.peer), 0);
	s->control.local = s->control.peer;
	s->control.local.port = 40000;
	backend_data_init(&s->b, s->loop, &s->control);
	s->b.changed = changed;
	s->b.stranger = stranger;
	s->b.owner = s;
	ck_assert_int_eq(backend_data_listen(&s->b, &s->at), 0);
	ck_assert(stssl_address_same_ip(&s->at, &s->control.local));
}

static void
end(struct stage *s)
{
	backend_data_stop(&s->b);
	stream_close(&s->b.stream);
	ev_loop_destroy(s->loop);
}

/* Connects from an ordinary port of `source`, and lets the loop see it. */
static int
visit(struct stage *s, const char *source)
{
	struct stssl_address from;
	int fd;

	ck_assert_int_eq(stssl_ip_parse(source, &from), 0);
	fd = socket_connect_inet(&s->at, &from);
	ck_assert_int_ge(fd, 0);
	ev_run(s->loop, EVRUN_NOWAIT);
	return fd;
}

static const struct {
	const char *backend, *source;
	bool is_taken;
} source_rows[] = {
	{ "127.0.0.1:2121", "127.0.0.1", true },
	{ "127.0.0.1:1024", "127.0.0.1", true },
	{ "127.0.0.1:2121", "127.0.0.2", false },
	/* Ports below 1024 are root's, and so are its data connections'. */
	{ "127.0.0.1:1023", "127.0.0.1", false },
	{ "127.0.0.1:221", "127.0.0.1", false },
	{ "127.0.0.1:221", "127.0.0.2", false },
	{ "[::1]:2121", "::1", true },
	{ "[::1]:221", "::1", false },
};

START_TEST(the_backend_comes_from_its_address_and_a_port_like_its_own)
{
	bool is_taken = source_rows[_i].is_taken;
	struct stage s;
	int fd;

	begin(&s, source_rows[_i].backend);
	backend_data_expect(&s.b);
	fd = visit(&s, source_rows[_i].source);
	ck_assert_int_eq(
	    s.b.state, is_taken ? BACKEND_DATA_UP : BACKEND_DATA_AWAITED);
	ck_assert_uint_eq(s.strangers, is_taken ? 0 : 1);
	close(fd);
	end(&s);
}
END_TEST

START_TEST(the_first_stranger_is_told_of_and_the_port_stays_open)
{
	struct stage s;
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	struct stssl_address first;
	int fd[3];

	begin(&s, "127.0.0.1:2121");
	backend_data_expect(&s.b);
	fd[0] = visit(&s, "127.0.0.2");
	fd[1] = visit(&s, "127.0.0.3");
	ck_assert_int_eq(getsockname(fd[0], (struct sockaddr *)&sa, &len), 0);
	ck_assert_int_eq(stssl_address_from(&sa, &first), 0);
	ck_assert_uint_eq(s.strangers, 1);
	ck_assert(stssl_address_same_ip(&s.stranger, &first));
	ck_assert_uint_eq(s.stranger.port, first.port);
	fd[2] = visit(&s, "127.0.0.1");
	ck_assert_int_eq(s.b.state, BACKEND_DATA_UP);
	for (int i = 0; i < 3; i++)
		close(fd[i]);
	end(&s);
}
END_TEST

START_TEST(a_backend_that_connects_late_is_taken_and_nobody_after_it)
{
	struct stssl_address from;
	struct stage s;
	int fd, late;

	begin(&s, "127.0.0.1:2121");
	backend_data_expect(&s.b);
	backend_data_announced(&s.b);
	fd = visit(&s, "127.0.0.1");
	ck_assert_int_eq(s.b.state, BACKEND_DATA_UP);
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &from), 0);
	late = socket_connect_inet(&s.at, &from);
	ck_assert_int_ge(late, 0);
	ck_assert_int_eq(socket_connected(late, NULL), -ECONNREFUSED);
	ck_assert_int_eq(s.b.state, BACKEND_DATA_UP);
	close(late);
	close(fd);
	end(&s);
}
END_TEST

/* More than the queue has room for, so that the kernel drops some. */
START_TEST(a_crowd_before_the_command_is_sent_away)
{
	struct stssl_address from;
	struct stage s;
	int crowd[16], fd;

	begin(&s, "127.0.0.1:2121");
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &from), 0);
	for (size_t i = 0; i < ROWS(crowd); i++)
		crowd[i] = socket_connect_inet(&s.at, &from);
	backend_data_expect(&s.b);
	ck_assert_int_eq(s.b.state, BACKEND_DATA_AWAITED);
	ck_assert_uint_eq(s.strangers, 1);
	for (size_t i = 0; i < ROWS(crowd); i++)
		if (crowd[i] >= 0)
			close(crowd[i]);
	fd = visit(&s, "127.0.0.1");
	ck_assert_int_eq(s.b.state, BACKEND_DATA_UP);
	close(fd);
	end(&s);
}
END_TEST

START_TEST(without_a_descriptor_for_the_backend_it_is_not_waited_for)
{
	struct rlimit limit;
	struct stage s;
	int fd;

	begin(&s, "127.0.0.1:2121");
	backend_data_expect(&s.b);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = socket_connect_inet(&s.at, NULL);
	ck_assert_int_ge(fd, 0);
	/* The lowest number that is free is one too many. */
	limit.rlim_cur = (rlim_t)fd + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ev_run(s.loop, EVRUN_NOWAIT);
	ck_assert_int_eq(s.b.state, BACKEND_DATA_FAILED);
	ck_assert_uint_gt(s.changes, 0);
	close(fd);
	end(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_backend_comes_from_its_address_and_a_port_like_its_own,
		    ROWS(source_rows) },
		{ the_first_stranger_is_told_of_and_the_port_stays_open, 0 },
		{ a_backend_that_connects_late_is_taken_and_nobody_after_it,
		    0 },
		{ a_crowd_before_the_command_is_sent_away, 0 },
		{ without_a_descriptor_for_the_backend_it_is_not_waited_for,
		    0 },
	};

	return test_main("data", cases, ROWS(cases));
}
