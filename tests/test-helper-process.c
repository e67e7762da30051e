/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/test-helper-process.h"

#include <sys/mman.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/pool.h"

static size_t (*const parts[])(struct test_case *ret) = {
	message_cases,
	ring_cases,
	voice_cases,
	registry_cases,
	worker_channel_cases,
	worker_ring_cases,
	proof_cases,
	introduce_cases,
	route_cases,
	advisor_cases,
	advisors_cases,
	questions_cases,
	answer_cases,
	askers_cases,
	listing_cases,
	metrics_cases,
	admission_cases,
	penalties_cases,
	penalty_table_cases,
	lookups_cases,
	names_cases,
	ocsp_cases,
	inquiries_cases,
	review_cases,
	chore_cases,
	pool_cases,
	reload_cases,
	keyholders_cases,
	log_cases,
/* The sanitizers' runtime does what no role may. */
#ifndef STSSL_SANITIZED
	sandbox_cases,
#endif
};

struct hooks hooks;
struct monitor monitor;

void
monitor_forget(struct monitor *m, enum role role)
{
	(void)m;
	(void)role;
	if (hooks.forget != NULL)
		hooks.forget();
}

void
monitor_ended(struct monitor *m, enum role role)
{
	(void)m;
	(void)role;
	if (hooks.ended != NULL)
		hooks.ended();
}

void
monitor_restarts(struct monitor *m, enum role role)
{
	(void)m;
	hooks.restarts[role]++;
}

void
monitor_penalise(struct monitor *m, const struct stssl_address *peer,
    enum penalty_event event)
{
	(void)m;
	ck_assert(hooks.penalise != NULL);
	hooks.penalise(peer, event);
}

void
monitor_resolved(struct monitor *m, const struct message_resolved *resolved)
{
	(void)m;
	hooks.resolved(resolved);
}

void
fill_pool(enum role role)
{
	ck_assert_int_eq(pool_fill(monitor.pools[role]), 0);
}

int
monitor_end(struct monitor *m, const struct session_entry *entry,
    enum message_end_reason reason)
{
	(void)m;
	return hooks.end(entry, reason);
}

/* Linked in the place of inquirer_main(). */
inquirer_role __wrap_inquirer_main;

int
__wrap_inquirer_main(const struct helper_config *config,
    const struct x509_store *store, int channel)
{
	return hooks.inquirer(config, store, channel);
}

void
capture_log(void)
{
	int fd = memfd_create("log", 0);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)close(fd);
}

const char *
captured_log(void)
{
	static char text[16384];
	ssize_t n = pread(STDERR_FILENO, text, sizeof text - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return text;
}

int
main(void)
{
	struct test_case cases[ROWS(parts) * CASES_MAX];
	size_t count = 0;

	log_open(LOG_TARGET_STDERR, "test", true);
	for (size_t i = 0; i < ROWS(parts); i++)
		count += parts[i](cases + count);
	return test_main("helper-process", cases, count);
}
