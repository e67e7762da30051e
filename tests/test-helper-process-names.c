/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names in passive-address: the inquirer that looks them up and the monitor
 * that listens to it, with one that the test provides, too.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "helper/monitor/children/inquiries.h"

static char name[] = "localhost";
static struct stssl_address address;
static struct listen_config listener;
static struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };
static struct generation generation = { .config = &config };
static struct inquiries *inquiries;
static unsigned resolved, stopped;

/* What the fake one says, and then waits for its end. */
static struct message_resolved word;

static int
fake_inquirer(
    const struct helper_config *c, const struct x509_store *store, int channel)
{
	struct message m = { .type = MESSAGE_RESOLVED, .u.resolved = word };
	struct pollfd p = { .fd = channel };

	(void)c;
	(void)store;
	(void)message_send(channel, &m, -1, NULL, 0);
	(void)poll(&p, 1, -1);
	return 0;
}

/* One that does not see the end of its channel. */
static int
hanging_inquirer(
    const struct helper_config *c, const struct x509_store *store, int channel)
{
	(void)c;
	(void)store;
	(void)channel;
	for (;;)
		(void)pause();
	return 0;
}

static void
forget(void)
{
	inquiries = inquiries_free(inquiries);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

static void
on_resolved(const struct message_resolved *r)
{
	memcpy(address.ip, r->ip, sizeof address.ip);
	resolved++;
	inquiries_stop(inquiries);
}

static void
on_ended(void)
{
	stopped++;
	ev_break(ev_default_loop(0), EVBREAK_ALL);
}

static void
begin(inquirer_role *run, char *passive_name)
{
	hooks = (struct hooks){ .forget = forget,
		.ended = on_ended,
		.resolved = on_resolved,
		.inquirer = run };
	listener = (struct listen_config){ .name = "ftp",
		.passive_name = passive_name,
		.passive_address = &address };
	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	monitor.registry = registry_new();
	inquiries = inquiries_new(&monitor);
	fill_pool(ROLE_INQUIRER);
}

static void
finish(void)
{
	inquiries = inquiries_free(inquiries);
	monitor.registry = registry_free(monitor.registry);
}

START_TEST(a_name_is_looked_up_and_told)
{
	begin(__real_inquirer_main, name);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(resolved, 1);
	ck_assert_uint_eq(stopped, 1);
	ck_assert(stssl_address_is_ipv4(&address));
	ck_assert_int_eq(address.ip[12], 127);
	finish();
}
END_TEST

START_TEST(without_a_name_there_is_no_process)
{
	begin(__real_inquirer_main, NULL);
	ck_assert_uint_eq(monitor.processes, 0);
	finish();
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
	if (monitor.processes == 0)
		ev_break(loop, EVBREAK_ALL);
}

START_TEST(an_inquirer_can_set_addresses_of_names_only)
{
	struct ev_timer look;
	struct stssl_address said;

	ck_assert_int_eq(
	    stssl_ip_parse(words[_i].ipv4 ? "192.0.2.1" : "::1", &said), 0);
	word.listener = words[_i].listener;
	memcpy(word.ip, said.ip, sizeof word.ip);
	begin(fake_inquirer, name);
	listener.passive_name = words[_i].has_name ? name : NULL;
	ev_timer_init(&look, give_up, 0.01, 0.01);
	ev_timer_start(ev_default_loop(0), &look);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(resolved, words[_i].is_taken);
	ev_timer_stop(ev_default_loop(0), &look);
	finish();
}
END_TEST

START_TEST(an_inquirer_that_hangs_is_not_waited_for)
{
	begin(hanging_inquirer, name);
	inquiries_renew(inquiries);
	inquiries_stop(inquiries);
	while (monitor.processes > 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	ck_assert_uint_eq(stopped, 1);
	finish();
}
END_TEST

size_t
names_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_name_is_looked_up_and_told, 0 },
		{ without_a_name_there_is_no_process, 0 },
		{ an_inquirer_that_hangs_is_not_waited_for, 0 },
		{ an_inquirer_can_set_addresses_of_names_only, ROWS(words) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
