/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's side of keyholders, with one that the test plays.
 */
#include <config.h>
#include "helper/monitor/children/keyholders.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "tests/test-helper-process.h"
#include "tests/test.h"

#define WORKER 7

struct seen {
	unsigned refused;
	uint32_t worker;
	bool stopped;
	struct keyholders *keyholders;
};

/* It has the keys, and is asked by a worker for what is not to be signed. */
static int
play(const struct helper_config *config, int channel)
{
	struct message loaded = { .type = MESSAGE_LOADED };
	struct message refused = { .type = MESSAGE_REFUSED,
		.u.refused.worker = WORKER };
	struct pollfd end = { channel, POLLIN, 0 };

	(void)config;
	if (message_send(channel, &loaded, -1, "", 0) < 0 ||
	    message_send(channel, &refused, -1, NULL, 0) < 0)
		return 1;
	/* The monitor ends it by closing the channel. */
	return poll(&end, 1, -1) == 1 ? 0 : 1;
}

static void
forget(void *owner)
{
	(void)owner;
}

static void
connect_workers(void *owner, bool is_new)
{
	(void)owner;
	(void)is_new;
}

static void
note_refused(void *owner, uint32_t worker)
{
	struct seen *seen = owner;

	seen->refused++;
	seen->worker = worker;
}

static void
note_stopped(void *owner)
{
	((struct seen *)owner)->stopped = true;
}

START_TEST(a_worker_that_asks_for_what_is_not_to_be_signed_is_named)
{
	static const struct helper_config config;
	struct seen seen = { .refused = 0 };
	struct stssl_error error;
	const struct keyholders_params params = {
		.loop = ev_default_loop(0),
		.run = play,
		.forget = forget,
		.connect = connect_workers,
		.refused = note_refused,
		.stopped = note_stopped,
		.owner = &seen,
	};

	seen.keyholders = keyholders_new(&params);
	ck_assert_ptr_nonnull(seen.keyholders);
	ck_assert_int_eq(
	    keyholders_prepare(seen.keyholders, &config, &error), 0);
	keyholders_renew(seen.keyholders, &config);
	while (seen.refused == 0)
		ev_run(params.loop, EVRUN_ONCE);
	ck_assert_uint_eq(seen.refused, 1);
	ck_assert_uint_eq(seen.worker, WORKER);
	keyholders_stop(seen.keyholders);
	while (!seen.stopped)
		ev_run(params.loop, EVRUN_ONCE);
	ck_assert(keyholders_are_gone(seen.keyholders));
	ck_assert_ptr_null(keyholders_free(seen.keyholders));
}
END_TEST

size_t
keyholders_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_worker_that_asks_for_what_is_not_to_be_signed_is_named, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
