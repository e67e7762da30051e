/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor and its inquirer, which the test provides.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/monitor/children/inquiries.h"

static char name[] = "nat.example.org";
static struct listen_config listener = { .passive_name = name };
static struct helper_config config = { .tls = { .ocsp = OCSP_HARD,
					   .ocsp_seconds = 1 } };
static struct generation generation = { .config = &config };
static struct inquiries *inquiries;
static unsigned answered, resolved, stopped;
static enum x509_ocsp answer;

/* What a fake one does with questions. */
static enum deed {
	TELLS, /* revoked */
	LIES,  /* says what is none of the enum */
	RAVES, /* says more than it is asked */
	NAMES, /* says first what the name stands for */
	DIES,
	HANGS,
} deed;

static const uint32_t says[] = {
	[TELLS] = X509_OCSP_REVOKED,
	[LIES] = X509_OCSP_COUNT,
	[RAVES] = X509_OCSP_GOOD,
	[NAMES] = X509_OCSP_GOOD,
};

static void
say_address(int channel)
{
	struct message m = { .type = MESSAGE_RESOLVED };
	struct stssl_address address;

	(void)stssl_ip_parse("192.0.2.1", &address);
	memcpy(m.u.resolved.ip, address.ip, sizeof m.u.resolved.ip);
	(void)message_send(channel, &m, -1, NULL, 0);
}

static int
fake_inquirer(
    const struct helper_config *c, const struct x509_store *store, int channel)
{
	static unsigned char der[MESSAGE_MORE_MAX];
	struct message m, said = { .type = MESSAGE_FOUND };
	struct pollfd p = { .fd = channel, .events = POLLIN };
	int fd;

	(void)c;
	(void)store;
	while (poll(&p, 1, -1) == 1 &&
	       message_receive(channel, SENDER_MONITOR, &m, &fd, der) == 0) {
		if (deed == DIES)
			_exit(0);
		if (deed == HANGS)
			continue;
		if (deed == NAMES)
			say_address(channel);
		said.u.found.session = m.u.inquiry.session;
		said.u.found.found = says[deed];
		(void)message_send(channel, &said, -1, NULL, 0);
		if (deed == RAVES)
			(void)message_send(channel, &said, -1, NULL, 0);
	}
	return 0;
}

static void
forget(void)
{
	inquiries = inquiries_free(inquiries);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

void
monitor_checked(
    struct monitor *m, struct session_entry *entry, enum x509_ocsp found)
{
	(void)m;
	ck_assert_ptr_null(entry->inquirer);
	answered++;
	answer = found;
	ev_break(ev_default_loop(0), EVBREAK_ONE);
}

static void
on_resolved(const struct message_resolved *r)
{
	ck_assert_uint_eq(r->listener, 0);
	resolved++;
}

static void
on_ended(void)
{
	stopped++;
	ev_break(ev_default_loop(0), EVBREAK_ONE);
}

#define SESSION 7

static struct session_entry *
begin(enum deed what, enum ocsp_mode mode)
{
	struct stssl_address peer = { .port = 1 };

	deed = what;
	config.tls.ocsp = mode;
	hooks = (struct hooks){ .forget = forget,
		.ended = on_ended,
		.resolved = on_resolved,
		.inquirer = fake_inquirer };
	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	monitor.registry = registry_new();
	inquiries = inquiries_new(&monitor);
	fill_pool(ROLE_INQUIRER);
	ck_assert_int_eq(
	    registry_add(monitor.registry, SESSION, &config, 0, &peer), 0);
	return registry_find(monitor.registry, SESSION);
}

static void
renew(void)
{
	inquiries_renew(inquiries);
	fill_pool(ROLE_INQUIRER);
}

/* End the process and all else. */
static void
finish(void)
{
	stopped = 0;
	inquiries_stop(inquiries);
	if (monitor.processes > 0) {
		ev_run(ev_default_loop(0), 0);
		ck_assert_uint_eq(stopped, 1);
	}
	inquiries = inquiries_free(inquiries);
	monitor.registry = registry_free(monitor.registry);
}

START_TEST(a_question_is_answered)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	for (unsigned i = 1; i <= 3; i++) {
		inquiries_ask(inquiries, entry, "der", 3);
		ck_assert_ptr_nonnull(entry->inquirer);
		ev_run(ev_default_loop(0), 0);
		ck_assert_uint_eq(answered, i);
		ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	}
	finish();
}
END_TEST

START_TEST(without_ocsp_there_is_no_process)
{
	struct session_entry *entry = begin(TELLS, OCSP_OFF);

	ck_assert_uint_eq(monitor.processes, 0);
	inquiries_ask(inquiries, entry, "der", 3);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

START_TEST(an_inquirer_that_fails_has_said_nothing)
{
	static const enum deed deeds[] = { LIES, DIES, HANGS };
	struct session_entry *entry = begin(deeds[_i], OCSP_HARD);

	answer = X509_OCSP_GOOD;
	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

/*
 * The next one is there some time after the old one's end; until that is
 * noticed, the old one is asked.
 */
static void
ask_until_a_good_one_tells(struct session_entry *entry)
{
	deed = TELLS;
	while (answer != X509_OCSP_REVOKED) {
		inquiries_ask(inquiries, entry, "der", 3);
		ev_run(ev_default_loop(0),
		    entry->inquirer != NULL ? 0 : EVRUN_ONCE | EVRUN_NOWAIT);
	}
}

START_TEST(an_inquirer_that_dies_is_replaced)
{
	struct session_entry *entry = begin(DIES, OCSP_HARD);

	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	ask_until_a_good_one_tells(entry);
	ck_assert_uint_gt(hooks.restarts[ROLE_INQUIRER], 0);
	finish();
}
END_TEST

START_TEST(an_answer_for_a_session_that_is_gone_is_dropped)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	registry_remove(monitor.registry, entry);
	while (answered == 0) {
		struct stssl_address peer = { .port = 2 };

		/* Another one of the same number has not asked anything. */
		if (registry_find(monitor.registry, SESSION) == NULL)
			ck_assert_int_eq(registry_add(monitor.registry, SESSION,
					     &config, 0, &peer),
			    0);
		entry = registry_find(monitor.registry, SESSION);
		ck_assert_ptr_null(entry->inquirer);
		ck_assert_int_eq(registry_add(monitor.registry, SESSION + 1,
				     &config, 0, &peer),
		    0);
		inquiries_ask(inquiries,
		    registry_find(monitor.registry, SESSION + 1), "der", 3);
		ev_run(ev_default_loop(0), 0);
	}
	ck_assert_uint_eq(answered, 1);
	finish();
}
END_TEST

START_TEST(who_says_more_than_asked_is_replaced)
{
	struct session_entry *entry = begin(RAVES, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_GOOD);
	ask_until_a_good_one_tells(entry);
	finish();
}
END_TEST

START_TEST(a_reload_loses_no_question)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	renew();
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	answer = X509_OCSP_GOOD;
	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	config.tls.ocsp = OCSP_OFF;
	renew();
	while (monitor.processes > 0)
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	finish();
}
END_TEST

/* After a reload listeners have other numbers; answers still count. */
START_TEST(names_of_before_a_reload_do_not_count)
{
	struct session_entry *entry;

	config.listeners = &listener;
	config.listener_count = 1;
	entry = begin(NAMES, OCSP_HARD);
	inquiries_ask(inquiries, entry, "der", 3);
	deed = TELLS;
	if (_i == 1)
		renew();
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_GOOD);
	ck_assert_uint_eq(resolved, _i == 0);
	finish();
}
END_TEST

/* It is there for names; who asks comes from before a reload. */
START_TEST(with_ocsp_off_nobody_is_asked)
{
	struct session_entry *entry;

	config.listeners = &listener;
	config.listener_count = 1;
	entry = begin(TELLS, OCSP_OFF);
	ck_assert(monitor.processes > 0);
	inquiries_ask(inquiries, entry, "der", 3);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

size_t
inquiries_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_question_is_answered, 0 },
		{ without_ocsp_there_is_no_process, 0 },
		{ an_inquirer_that_fails_has_said_nothing, 3 },
		{ an_inquirer_that_dies_is_replaced, 0 },
		{ an_answer_for_a_session_that_is_gone_is_dropped, 0 },
		{ who_says_more_than_asked_is_replaced, 0 },
		{ a_reload_loses_no_question, 0 },
		{ names_of_before_a_reload_do_not_count, 2 },
		{ with_ocsp_off_nobody_is_asked, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
