/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The resolver and who listens to it, with a resolver that the test provides.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "helper/inquirer/resolver.h"
#include "helper/monitor/children/names.h"

static char name[] = "localhost";
static struct stssl_address address;
static struct listen_config listener;
static const struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };
static struct names *names;
static unsigned resolved, stopped;

/* What the fake one says, and then waits for its end. */
static struct message_resolved word;

static int
fake_resolver(const struct helper_config *c, int channel)
{
	struct message m = { .type = MESSAGE_RESOLVED, .u.resolved = word };
	struct pollfd p = { .fd = channel };

	(void)c;
	(void)message_send(channel, &m, -1, NULL, 0);
	(void)poll(&p, 1, -1);
	return 0;
}

/* One whom DNS holds: it does not see the end of its channel. */
static int
hanging_resolver(const struct helper_config *c, int channel)
{
	(void)c;
	(void)channel;
	for (;;)
		(void)pause();
	return 0;
}

static void
forget(void *owner)
{
	(void)owner;
	names = names_free(names);
	ev_loop_destroy(ev_default_loop(0));
}

static void
on_resolved(void *owner, const struct message_resolved *r)
{
	(void)owner;
	memcpy(address.ip, r->ip, sizeof address.ip);
	resolved++;
	names_stop(names);
}

static void
on_stopped(void *owner)
{
	(void)owner;
	stopped++;
	ev_break(ev_default_loop(0), EVBREAK_ALL);
}

static void
begin(int (*run)(const struct helper_config *c, int channel))
{
	const struct names_params params = { .loop = ev_default_loop(0),
		.config = &config,
		.run = run,
		.forget = forget,
		.resolved = on_resolved,
		.stopped = on_stopped };

	listener = (struct listen_config){
		.name = "ftp", .passive_name = name, .passive_address = &address
	};
	names = names_new(&params);
}

START_TEST(a_name_is_looked_up_and_told)
{
	begin(resolver_main);
	ck_assert_int_eq(names_start(names), 0);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(resolved, 1);
	ck_assert_uint_eq(stopped, 1);
	ck_assert(stssl_address_is_ipv4(&address));
	ck_assert_int_eq(address.ip[12], 127);
	names = names_free(names);
}
END_TEST

START_TEST(without_a_name_there_is_no_process)
{
	begin(resolver_main);
	listener.passive_name = NULL;
	ck_assert_int_eq(names_start(names), 0);
	ck_assert(names_are_gone(names));
	names = names_free(names);
}
END_TEST

/* An address of ::1 or 192.0.2.1 for listener `listener`. */
static const struct {
	uint32_t listener;
	bool ipv4, has_name, is_taken;
} words[] = {
	{ 0, true, true, true },
	{ 0, false, true, false },
	{ 0, true, false, false },
	{ 1, true, true, false },
};

static void
give_up(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)timer;
	(void)events;
	/* By now the liar is killed, and nothing came of it. */
	if (names_are_gone(names))
		ev_break(loop, EVBREAK_ALL);
}

START_TEST(a_resolver_can_set_addresses_of_names_only)
{
	struct ev_timer look;
	struct stssl_address said;

	ck_assert_int_eq(
	    stssl_ip_parse(words[_i].ipv4 ? "192.0.2.1" : "::1", &said), 0);
	word.listener = words[_i].listener;
	memcpy(word.ip, said.ip, sizeof word.ip);
	begin(fake_resolver);
	ck_assert_int_eq(names_start(names), 0);
	listener.passive_name = words[_i].has_name ? name : NULL;
	ev_timer_init(&look, give_up, 0.01, 0.01);
	ev_timer_start(ev_default_loop(0), &look);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(resolved, words[_i].is_taken);
	ev_timer_stop(ev_default_loop(0), &look);
	names = names_free(names);
}
END_TEST

START_TEST(a_resolver_that_hangs_is_not_waited_for)
{
	begin(hanging_resolver);
	ck_assert_int_eq(names_start(names), 0);
	names_renew(names, &config);
	names_stop(names);
	while (!names_are_gone(names))
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_eq(stopped, 1);
	names = names_free(names);
}
END_TEST

size_t
names_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_name_is_looked_up_and_told, 0 },
		{ without_a_name_there_is_no_process, 0 },
		{ a_resolver_that_hangs_is_not_waited_for, 0 },
		{ a_resolver_can_set_addresses_of_names_only, ROWS(words) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
