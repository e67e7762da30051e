/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor, as far as advisors see it, and sessions that ask.
 */
#include <config.h>
#include "tests/test-helper-process-advisors.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/advisor/advisor.h"
#include "status/tools/address.h"
#include "tests/test-helper-process.h"

struct listen_config advisors_listener = { .name = "ftp", .service = "vsftpd" };
char advisors_classes[] = "/tmp/stssl-classes-XXXXXX/f";
static struct helper_config config = { .listeners = &advisors_listener,
	.listener_count = 1,
	.classes = advisors_classes };
static struct generation generation = { .config = &config };
static const int worker; /* only its address matters */
static advisor_role *role;
struct advisors_stage t;

/* Linked in the place of advisor_main(). */
advisor_role __wrap_advisor_main;

int
__wrap_advisor_main(const struct helper_config *c, int channel)
{
	return role(c, channel);
}

static void
forget(void)
{
	t.advisors = advisors_free(t.advisors);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

void
monitor_advise(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask, const struct message_advice *advice)
{
	(void)m;
	(void)ask;
	ck_assert_uint_eq(entry->session, advice->session);
	t.last = *advice;
	if (++t.count == t.until)
		ev_break(ev_default_loop(0), EVBREAK_ALL);
}

static void
penalise(const struct stssl_address *peer, enum penalty_event event)
{
	ck_assert_int_eq(event, PENALTY_ADVICE_TIMEOUT);
	t.late++;
	t.late_peer = *peer;
}

static void
ended(void)
{
	ev_break(ev_default_loop(0), EVBREAK_ALL);
}

/* Each from an address of its own, but for those above HOG. */
struct stssl_address
peer_of(uint64_t session)
{
	char text[STSSL_ADDRESS_TEXT] = "192.0.2.7:1000";
	struct stssl_address peer;

	if (session <= HOG)
		(void)snprintf(text, sizeof text, "10.0.%u.%u:1000",
		    (unsigned)session / 256, (unsigned)session % 256);
	ck_assert_int_eq(stssl_address_parse(text, &peer), 0);
	return peer;
}

static void
add_session(uint64_t session, const char *text, size_t len)
{
	struct stssl_connection c = { .netns = session };
	struct stssl_address peer = peer_of(session);

	ck_assert_int_eq(
	    registry_add(monitor.registry, session, &worker, 0, &peer), 0);
	if (text != NULL)
		ck_assert_int_eq(registry_publish(monitor.registry,
				     registry_find(monitor.registry, session),
				     &c, text, len),
		    0);
}

void
stage_begin(advisor_role *run, ev_tstamp patience, const char *text, size_t len)
{
	hooks = (struct hooks){
		.forget = forget, .ended = ended, .penalise = penalise
	};
	role = run;
	ck_assert_int_eq(pipe(t.pids), 0);
	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	monitor.registry = registry_new();
	for (uint64_t i = 1; i <= TRIES; i++)
		add_session(i, text, len);
	add_session(BARE, NULL, 0);
	t.advisors = advisors_new(&monitor, patience);
	ck_assert_ptr_nonnull(t.advisors);
	fill_pool(ROLE_ADVISOR);
}

void
stage_end(void)
{
	advisors_stop(t.advisors);
	if (monitor.processes > 0)
		ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(monitor.processes, 0);
	t.advisors = advisors_free(t.advisors);
	monitor.registry = registry_free(monitor.registry);
	ev_loop_destroy(ev_default_loop(0));
}

void
ask_about(uint64_t session, enum message_about about, const char *user)
{
	struct message_ask a = {
		.session = session, .serial = session + 5, .about = about
	};

	if (user != NULL)
		(void)snprintf(a.user, sizeof a.user, "%s", user);
	advisors_ask(t.advisors, registry_find(monitor.registry, session), &a);
}

void
ask(uint64_t session, const char *user)
{
	ask_about(session, user == NULL ? ABOUT_CERTIFICATE : ABOUT_USER, user);
}

void
wait_for(size_t count)
{
	t.until = count;
	if (t.count < count)
		ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(t.count, count);
}

void
is_advised(
    uint64_t session, enum stssl_verdict verdict, enum stssl_reason reason)
{
	ck_assert_uint_eq(t.last.session, session);
	ck_assert_uint_eq(t.last.serial, session + 5);
	ck_assert_uint_eq(t.last.verdict, verdict);
	ck_assert_str_eq(stssl_reason_word((enum stssl_reason)t.last.reason),
	    stssl_reason_word(reason));
}
