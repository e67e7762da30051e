/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of what a worker says in its ring and in its channel: alice's has
 * session 1.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <errno.h>
#include <ev.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/monitor/children/worker_process.h"

/* In the channel there is one question, and behind it the session has ended. */
START_TEST(ring_and_channel_have_one_order)
{
	const struct message ask = { .type = MESSAGE_ASK, .u.ask.session = 1 },
			     end = { .type = MESSAGE_CLOSED,
				     .u.closed.session = 1 };
	struct mail mail;

	mail_open(&mail);
	mark(&mail);
	say(&mail, &end, NULL, 0);
	/* It is not there yet: what comes behind it has to wait. */
	ck_assert_int_eq(worker_channel_drain(&mail.in), 0);
	ck_assert_ptr_nonnull(registry_find(mail.registry, 1));
	ck_assert_int_eq(message_send(mail.worker, &ask, -1, NULL, 0), 0);
	ck_assert_int_eq(worker_channel_drain(&mail.in), 0);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(mail.in.closed, 1);
	mail_close(&mail);
}
END_TEST

START_TEST(what_was_said_before_the_end_is_taken)
{
	const struct message end = { .type = MESSAGE_CLOSED,
		.u.closed.session = 1 };
	struct mail mail;

	mail_open(&mail);
	mail.in.looks = _i == 0;
	say(&mail, &end, NULL, 0);
	(void)shutdown(mail.worker, SHUT_RDWR);
	ck_assert_int_eq(worker_channel_drain(&mail.in), _i == 0 ? -EPIPE : 0);
	ck_assert_uint_eq(mail.in.closed, 1);
	mail_close(&mail);
}
END_TEST

/* In the channel without a mark is a lie. */
static const struct {
	enum message_type type;
	bool is_sent, is_marked;
	int outcome;
} places[] = {
	{ MESSAGE_NEXT, true, true, 0 },
	{ MESSAGE_NEXT, true, false, -EBADMSG },
	{ MESSAGE_ASK, true, true, 0 },
	{ MESSAGE_ASK, true, false, -EBADMSG },
	{ MESSAGE_ASK, false, false, 0 },
};

START_TEST(each_message_of_the_channel_has_its_place_in_the_ring)
{
	struct message m = { .type = places[_i].type };
	struct mail mail;

	mail_open(&mail);
	if (m.type == MESSAGE_ASK)
		m.u.ask.session = 1;
	if (places[_i].is_marked)
		mark(&mail);
	if (places[_i].is_sent)
		ck_assert_int_eq(message_send(mail.worker, &m, -1, NULL, 0), 0);
	else
		say(&mail, &m, NULL, 0);
	ck_assert_int_eq(worker_channel_drain(&mail.in), places[_i].outcome);
	mail_close(&mail);
}
END_TEST

/* Lines to keyholder and verifier: nobody has one here. */

bool
monitor_connect(struct monitor *m, uint32_t worker, int line)
{
	(void)m;
	(void)worker;
	(void)line;
	return false;
}

void
monitor_introduce(struct monitor *m, struct child *worker)
{
	(void)m;
	(void)worker;
}

static struct child *liar;

/* As the verifier does with a worker that names another one's session. */
static void
accuse(struct registry *registry)
{
	(void)registry;
	pool_kill(liar);
}

static struct child *
add_worker(struct pool *pool, int channel)
{
	const pid_t pid = fork();
	struct child *c;

	if (pid == 0)
		for (;;)
			(void)pause();
	ck_assert_int_gt(pid, 0);
	*pool = (struct pool){ .kind = &worker_kind, .monitor = &monitor };
	LIST_INIT(&pool->list);
	c = child_new(ev_default_loop(0), "worker", pid, channel, &pool->list);
	ck_assert_ptr_nonnull(c);
	c->pool = pool;
	return c;
}

/*
 * Two of its sessions have ended.  The third claims a proof, and bob's
 * connection; the verifier is heard for it.
 */
START_TEST(a_worker_accused_while_it_is_heard_is_heard_no_further)
{
	static const char text[] = "STSSL_VERSION=1\0STSSL_SESSION=5\0"
				   "STSSL_LISTENER=ftp\0"
				   "REMOTE_ADDR=192.0.2.7\0"
				   "REMOTE_PORT=1000";
	const struct stssl_connection here = connection_of(HERE);
	struct message end = { .type = MESSAGE_CLOSED },
		       publish = { .type = MESSAGE_PUBLISH,
			       .u.publish = { .session = 5,
				   .is_proven = 1,
				   .connection = here,
				   .text_len = sizeof text } };
	struct session_entry *bobs;
	struct pool pool;
	struct mail mail;

	mail_open(&mail);
	bobs = registry_find(mail.registry, 2);
	ck_assert_int_eq(
	    registry_publish(mail.registry, bobs, &here, "", 1), 0);
	liar = add_worker(&pool, dup(mail.in.channel));
	liar->ring = mail.ring;
	for (uint64_t i = 3; i <= 5; i++, liar->tasks++)
		(void)add_owned_session(mail.registry, i, liar);
	for (end.u.closed.session = 3; end.u.closed.session <= 4;
	     end.u.closed.session++)
		say(&mail, &end, NULL, 0);
	say(&mail, &publish, text, sizeof text);
	mark(&mail);
	on_hear = accuse;

	worker_kind.readable(liar);
	ck_assert(liar->is_lost);
	ck_assert(!registry_is_unsettled(mail.registry));
	ck_assert_ptr_null(registry_find(mail.registry, 5));
	ck_assert_ptr_eq(registry_find_connection(mail.registry, &here), bobs);
	ck_assert_int_eq(waitpid(liar->pid, NULL, 0), liar->pid);
	liar->ring.memory = NULL;
	child_free(liar);
	on_hear = NULL;
	mail_close(&mail);
}
END_TEST

size_t
worker_ring_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ ring_and_channel_have_one_order, 0 },
		{ what_was_said_before_the_end_is_taken, 2 },
		{ each_message_of_the_channel_has_its_place_in_the_ring,
		    ROWS(places) },
		{ a_worker_accused_while_it_is_heard_is_heard_no_further, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
