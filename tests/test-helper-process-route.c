/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the monitor does with an Edge's data, which a worker passes on: alice's
 * has sessions 1 and 4, bob's session 2 and, of another listener, session 3.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static struct listen_config listeners[] = { { .name = "ftp" },
	{ .name = "other" } };

static int
count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
begin(struct mail *mail, enum listen_tls tls)
{
	struct helper_config *config = registry_generation.config;

	mail_open(mail);
	(void)add_owned_session(mail->registry, 4, &alice);
	ck_assert_int_eq(
	    registry_add(mail->registry, 3, &bob, 1, &mail->entry->peer), 0);
	listeners[0].tls = listeners[1].tls = tls;
	config->listeners = listeners;
	config->listener_count = 2;
}

static void
end(struct mail *mail)
{
	registry_generation.config->listeners = &registry_listener;
	registry_generation.config->listener_count = 1;
	mail_close(mail);
}

/* Whose session a worker says is over, and whose data its client has. */
static const struct {
	enum listen_tls tls;
	struct message_route route;
	int outcome;
	bool is_routed;
} routes[] = {
	/* another worker's, and its own */
	{ LISTEN_LINK, { 1, 2 }, 0, true },
	{ LISTEN_LINK, { 1, 4 }, 0, true },
	/* itself, another listener's, nobody's: the Edge's lies */
	{ LISTEN_LINK, { 1, 1 }, 0, false },
	{ LISTEN_LINK, { 1, 3 }, 0, false },
	{ LISTEN_LINK, { 1, 0 }, 0, false },
	{ LISTEN_LINK, { 1, UINT64_MAX }, 0, false },
	/* a worker's: the session is bob's, is nobody's, comes from no Edge */
	{ LISTEN_LINK, { 2, 4 }, -EBADMSG, false },
	{ LISTEN_LINK, { 5, 2 }, -EBADMSG, false },
	{ LISTEN_EXPLICIT, { 1, 2 }, -EBADMSG, false },
	{ LISTEN_IMPLICIT, { 1, 2 }, -EBADMSG, false },
};

START_TEST(data_reach_a_session_of_the_same_link_only)
{
	const struct message m = { .type = MESSAGE_ROUTE,
		.u.route = routes[_i].route };
	struct mail mail;
	int before;

	begin(&mail, routes[_i].tls);
	before = count_fds();
	ck_assert_int_eq(post_fd(&mail, &m, 0), routes[_i].outcome);
	ck_assert_int_eq(count_fds(), before);
	ck_assert_uint_eq(routed, routes[_i].is_routed ? 1 : 0);
	if (routes[_i].is_routed)
		ck_assert_uint_eq(routed_to, m.u.route.to);
	/* Its own session is over by that. */
	ck_assert_int_eq(
	    registry_find(mail.registry, 1) == NULL, routes[_i].outcome == 0);
	ck_assert_uint_eq(mail.in.closed, routes[_i].outcome == 0 ? 1 : 0);
	ck_assert_ptr_nonnull(registry_find(mail.registry, 2));
	ck_assert_ptr_nonnull(registry_find(mail.registry, 4));
	end(&mail);
}
END_TEST

/* Its worker is dead, and it has yet to be swept. */
START_TEST(data_for_a_dead_worker_s_session_are_dropped)
{
	const struct message m = { .type = MESSAGE_ROUTE, .u.route = { 1, 2 } };
	struct mail mail;

	begin(&mail, LISTEN_LINK);
	registry_remove_owner(mail.registry, &bob);
	ck_assert_int_eq(post_fd(&mail, &m, 0), 0);
	ck_assert_uint_eq(routed, 0);
	ck_assert(registry_has_gone(mail.registry));
	end(&mail);
}
END_TEST

/* Its client was to log in, and not to bring data. */
START_TEST(a_session_that_has_a_record_is_none_for_data)
{
	const struct message m = { .type = MESSAGE_ROUTE, .u.route = { 1, 2 } };
	const struct stssl_connection here = connection_of(HERE);
	struct mail mail;

	begin(&mail, LISTEN_LINK);
	ck_assert_int_eq(
	    registry_publish(mail.registry, mail.entry, &here, TEXT(RECORD)),
	    0);
	ck_assert_int_eq(post_fd(&mail, &m, 0), -EBADMSG);
	ck_assert_uint_eq(routed, 0);
	end(&mail);
}
END_TEST

START_TEST(without_a_descriptor_for_data_the_worker_is_not_lost)
{
	const struct message m = { .type = MESSAGE_ROUTE, .u.route = { 1, 2 } };
	struct rlimit limit, low;
	struct mail mail;
	int fd, r;

	begin(&mail, LISTEN_LINK);
	mark(&mail);
	ck_assert_int_eq(message_send(mail.worker, &m, 0, NULL, 0), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	fd = dup(0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	low = limit;
	low.rlim_cur = (rlim_t)fd;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	r = worker_channel_drain(&mail.in);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(r, 0);
	ck_assert_ptr_null(registry_find(mail.registry, 1));
	ck_assert_uint_eq(mail.in.closed, 1);
	end(&mail);
}
END_TEST

size_t
route_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ data_reach_a_session_of_the_same_link_only, ROWS(routes) },
		{ data_for_a_dead_worker_s_session_are_dropped, 0 },
		{ a_session_that_has_a_record_is_none_for_data, 0 },
		{ without_a_descriptor_for_data_the_worker_is_not_lost, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
