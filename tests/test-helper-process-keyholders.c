/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's side of keyholders, with one that the test plays.
 */
#include <config.h>
#include "helper/monitor/children/keyholders.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/keyholder/keyholder.h"
#include "setup/config_read.h"
#include "tests/test-helper-process.h"
#include "tests/test.h"

#define WORKER 7

static struct keyholders *keyholders;
static unsigned refused, prepared;
static uint32_t refused_worker;
static const char *complaint = ""; /* it has none */

/* It has the keys, and is asked by a worker for what is not to be signed. */
int
keyholder_main(const struct helper_config *config, int channel)
{
	struct message loaded = { .type = MESSAGE_LOADED };
	struct message word = { .type = MESSAGE_REFUSED,
		.u.refused.worker = WORKER };
	struct pollfd end = { channel, POLLIN, 0 };

	(void)config;
	loaded.u.loaded.text_len = (uint32_t)strlen(complaint);
	if (message_send(channel, &loaded, -1, complaint,
		loaded.u.loaded.text_len) < 0 ||
	    complaint[0] != '\0' ||
	    message_send(channel, &word, -1, NULL, 0) < 0)
		return 1;
	/* The monitor ends it by closing the channel. */
	return poll(&end, 1, -1) == 1 ? 0 : 1;
}

/* There is no file that it could be about. */
int __wrap_config_key_error(const struct helper_config *config, size_t number,
    const char *text, struct stssl_error *error);

int
__wrap_config_key_error(const struct helper_config *config, size_t number,
    const char *text, struct stssl_error *error)
{
	(void)config;
	(void)number;
	(void)snprintf(error->text, sizeof error->text, "key: %s", text);
	return -EBADMSG;
}

void
monitor_connect_workers(struct monitor *m, bool is_new)
{
	(void)m;
	(void)is_new;
}

void
monitor_refused(struct monitor *m, uint32_t worker)
{
	(void)m;
	refused++;
	refused_worker = worker;
}

void
monitor_prepared(struct monitor *m)
{
	(void)m;
	prepared++;
}

START_TEST(a_worker_that_asks_for_what_is_not_to_be_signed_is_named)
{
	static struct helper_config config;
	struct generation generation = { .config = &config };
	struct stssl_error error;

	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	keyholders = keyholders_new(&monitor);
	ck_assert_ptr_nonnull(keyholders);
	ck_assert_int_eq(
	    keyholders_prepare(keyholders, &generation, &error), 0);
	ck_assert_int_eq(
	    keyholders_prepared(keyholders, false, &error), -EAGAIN);
	while (prepared == 0)
		ev_run(monitor.loop, EVRUN_ONCE);
	ck_assert_int_eq(keyholders_prepared(keyholders, false, &error), 0);
	keyholders_renew(keyholders);
	while (refused == 0)
		ev_run(monitor.loop, EVRUN_ONCE);
	ck_assert_uint_eq(refused, 1);
	ck_assert_uint_eq(refused_worker, WORKER);
	ck_assert_uint_eq(monitor.processes, 1);
	keyholders_stop(keyholders);
	while (monitor.processes > 0)
		ev_run(monitor.loop, EVRUN_ONCE);
	ck_assert_ptr_null(keyholders_free(keyholders));
}
END_TEST

/* Its end and its last word are seen at the same time. */
START_TEST(a_keyholder_that_ends_at_once_is_heard)
{
	static struct helper_config config;
	struct generation generation = { .config = &config };
	struct stssl_error error;
	siginfo_t info;

	complaint = "no such file";
	monitor.loop = ev_default_loop(0);
	monitor.generation = &generation;
	keyholders = keyholders_new(&monitor);
	ck_assert_ptr_nonnull(keyholders);
	ck_assert_int_eq(
	    keyholders_prepare(keyholders, &generation, &error), 0);
	ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	while (monitor.processes > 0)
		ev_run(monitor.loop, EVRUN_ONCE);
	ck_assert_uint_gt(prepared, 0);
	ck_assert_int_eq(
	    keyholders_prepared(keyholders, false, &error), -EBADMSG);
	ck_assert_str_eq(error.text, "key: no such file");
	ck_assert_uint_eq(hooks.restarts[ROLE_KEYHOLDER], 0);
	ck_assert_ptr_null(keyholders_free(keyholders));
}
END_TEST

size_t
keyholders_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_worker_that_asks_for_what_is_not_to_be_signed_is_named, 0 },
		{ a_keyholder_that_ends_at_once_is_heard, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
