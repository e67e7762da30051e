/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's processes under test, one file for each part.  Each function
 * writes its cases to `ret` and returns how many there are.
 */
#ifndef TESTS_TEST_HELPER_PROCESS_H
#define TESTS_TEST_HELPER_PROCESS_H

#include <stddef.h>

#include "helper/monitor/wiring.h"
#include "tests/test.h"

/* More than any of them has. */
#define CASES_MAX 24

/* What is logged from now on is kept, and not shown. */
void capture_log(void);

/* All of it so far. */
const char *captured_log(void);

struct x509_store;

typedef int inquirer_role(const struct helper_config *config,
    const struct x509_store *store, int channel);

/* The role itself: inquirer_main() starts hooks.inquirer. */
inquirer_role __real_inquirer_main;

/*
 * What the monitor's parts tell it that several tests are about: set by a test,
 * all NULL at first.  A new process forgets by the first.
 */
struct hooks {
	void (*forget)(void);
	void (*ended)(void);
	void (*penalise)(
	    const struct stssl_address *peer, enum penalty_event event);
	void (*resolved)(const struct message_resolved *resolved);
	int (*end)(
	    const struct session_entry *entry, enum message_end_reason reason);
	unsigned restarts[ROLE_COUNT];
	inquirer_role *inquirer; /* is started for inquirer_main() */
};

extern struct hooks hooks;

/* The monitor of all of them; what a test needs of it, the test sets. */
extern struct monitor monitor;

/* Start those that are missing. */
void fill_pool(enum role role);

size_t message_cases(struct test_case *ret);
size_t ring_cases(struct test_case *ret);
size_t voice_cases(struct test_case *ret);
size_t registry_cases(struct test_case *ret);
size_t worker_channel_cases(struct test_case *ret);
size_t worker_ring_cases(struct test_case *ret);
size_t proof_cases(struct test_case *ret);
size_t introduce_cases(struct test_case *ret);
size_t route_cases(struct test_case *ret);
size_t advisor_cases(struct test_case *ret);
size_t advisors_cases(struct test_case *ret);
size_t questions_cases(struct test_case *ret);
size_t answer_cases(struct test_case *ret);
size_t askers_cases(struct test_case *ret);
size_t listing_cases(struct test_case *ret);
size_t metrics_cases(struct test_case *ret);
size_t admission_cases(struct test_case *ret);
size_t penalties_cases(struct test_case *ret);
size_t penalty_table_cases(struct test_case *ret);
size_t lookups_cases(struct test_case *ret);
size_t names_cases(struct test_case *ret);
size_t inquiries_cases(struct test_case *ret);
size_t ocsp_cases(struct test_case *ret);
size_t review_cases(struct test_case *ret);
size_t chore_cases(struct test_case *ret);
size_t pool_cases(struct test_case *ret);
size_t reload_cases(struct test_case *ret);
size_t keyholders_cases(struct test_case *ret);
size_t log_cases(struct test_case *ret);
size_t sandbox_cases(struct test_case *ret);

#endif
