/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Serves the status socket: reads one question of each asker, or a query and
 * one more, and checks that he may ask it.  The helper does not wait for an
 * asker that sends nothing.
 */
#include <config.h>
#include "helper/monitor/status/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/acceptor.h"
#include "helper/base/log.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/status/reply.h"
#include "helper/monitor/status/request.h"

#define ASKERS_MAX 256
/*
 * Of one user but root, so that others get through: more than the processes of
 * a busy backend-user that are between connect(2) and send(2).
 */
#define ASKERS_PER_USER  64
#define PATIENCE_SECONDS 2.0
/* For a report after a query: it is a new connection's if it comes later. */
#define FOLLOW_SECONDS .05
#define DENIED_MAX     32

struct seat {
	struct answers *all;
	int fd; /* -1 when this place is free */
	uid_t uid;
	bool has_asked;
	struct ev_io io;
	struct ev_timer patience;
};

struct answers {
	struct monitor *monitor;
	const struct privileges *rights;
	struct acceptor acceptor;
	struct seat seats[ASKERS_MAX];
	size_t count;
	uid_t denied[DENIED_MAX]; /* logged already */
	size_t denied_count;
};

/* Our own user as well: the other roles know the records anyway. */
static bool
may_query(const struct answers *answers, uid_t uid)
{
	const struct privileges *rights = answers->rights;

	for (size_t i = 0; i < rights->status_user_count; i++)
		if (rights->status_users[i] == uid)
			return true;
	return uid == 0 || uid == geteuid();
}

/*
 * The administrator gives orders, and the module reports in daemons of root's.
 * Our own user is that of advisors and the inquirer, too: one that was taken
 * over must not speak for either.
 */
static bool
may_order(const struct answers *answers, uid_t uid)
{
	(void)answers;
	return uid == 0;
}

/* What the module asks and reports, in the daemon of some listener. */
static bool
is_backend_user(const struct answers *answers, uid_t uid)
{
	const struct privileges *rights = answers->rights;

	for (size_t i = 0; i < rights->listener_count; i++)
		if (rights->backend_users[i] == uid)
			return true;
	return false;
}

static void
log_denied(struct answers *answers, uid_t uid)
{
	for (size_t i = 0; i < answers->denied_count; i++)
		if (answers->denied[i] == uid)
			return;
	if (answers->denied_count == DENIED_MAX)
		return;
	answers->denied[answers->denied_count++] = uid;
	log_warning(
	    "status socket: user %lu may not ask that", (unsigned long)uid);
}

static void
dismiss(struct seat *seat)
{
	struct answers *answers = seat->all;

	ev_io_stop(answers->monitor->loop, &seat->io);
	ev_timer_stop(answers->monitor->loop, &seat->patience);
	(void)close(seat->fd);
	seat->fd = -1;
	answers->count--;
	acceptor_hold(&answers->acceptor, false);
}

static const struct {
	bool (*may)(const struct answers *answers, uid_t uid);
	bool backend_user_may; /* about sessions of his listeners */
} rules[] = {
	[REQUEST_QUERY] = { may_query, true },
	[REQUEST_VERDICT] = { may_order, true },
	[REQUEST_LIST] = { may_query, false },
	[REQUEST_KICK] = { may_order, false },
	[REQUEST_METRICS] = { may_query, false },
	[REQUEST_RELOAD] = { may_order, false },
	[REQUEST_PENALTIES] = { may_query, false },
	[REQUEST_PARDON] = { may_order, false },
};

/* True when the asker may ask once more. */
static bool
answer(const struct seat *seat, const struct stssl_record *record)
{
	struct answers *answers = seat->all;
	struct request request = { .kind = REQUEST_QUERY };
	bool is_request = request_parse(record, &request) == 0;
	bool may_all = rules[request.kind].may(answers, seat->uid);
	bool may_some = rules[request.kind].backend_user_may &&
			is_backend_user(answers, seat->uid);
	bool asked_of_others = false;
	const struct asker to = {
		.monitor = answers->monitor,
		.fd = seat->fd,
		.uid = seat->uid,
		.backend_users =
		    may_all ? NULL : answers->rights->backend_users,
		.may_query_all = may_query(answers, seat->uid),
		.asked_of_others = &asked_of_others,
	};

	if (!may_all && !may_some) {
		log_denied(answers, seat->uid);
		reply_word(&to, "denied");
	} else if (!is_request) {
		reply_word(&to, "malformed");
	} else {
		/* The answer has all that happened before the question. */
		workers_drain(answers->monitor->workers);
		reply(&to, &request);
		if (asked_of_others)
			log_denied(answers, seat->uid);
		return request.kind == REQUEST_QUERY && !seat->has_asked;
	}
	return false;
}

/* One question more, soon. */
static void
wait_for_more(struct seat *seat)
{
	struct ev_loop *loop = seat->all->monitor->loop;

	seat->has_asked = true;
	ev_timer_stop(loop, &seat->patience);
	ev_timer_set(&seat->patience, FOLLOW_SECONDS, 0.);
	ev_timer_start(loop, &seat->patience);
}

/* Answer, if the question has come.  False when it has not. */
static bool
attend(struct seat *seat)
{
	static char packet[STSSL_RECORD_MAX];
	struct stssl_record record;
	bool goes_on = false;
	ssize_t n;

	n = recv(seat->fd, packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;

	stssl_record_init(&record);
	if (n > 0 && (size_t)n <= sizeof packet)
		(void)stssl_record_decode(packet, (size_t)n, &record);
	/* Of an empty record nothing can be asked. */
	if (n > 0)
		goes_on = answer(seat, &record);
	stssl_record_done(&record);
	if (goes_on)
		wait_for_more(seat);
	else
		dismiss(seat);
	return true;
}

static void
on_question(struct ev_loop *loop, struct ev_io *io, int events)
{
	(void)loop;
	(void)events;
	(void)attend(io->data);
}

/* It may have come just now. */
static void
on_impatience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	if (!attend(timer->data))
		dismiss(timer->data);
}

/* How many places this user has taken. */
static size_t
count_of(const struct answers *answers, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < ASKERS_MAX; i++)
		n += answers->seats[i].fd != -1 && answers->seats[i].uid == uid;
	return n;
}

static struct seat *
take_seat(struct answers *answers, int fd, uid_t uid)
{
	struct ev_loop *loop = answers->monitor->loop;
	struct seat *seat = answers->seats;

	/* There is one: else the acceptor would be held. */
	while (seat->fd != -1)
		seat++;
	seat->all = answers;
	seat->fd = fd;
	seat->uid = uid;
	seat->has_asked = false;
	ev_io_init(&seat->io, on_question, fd, EV_READ);
	ev_timer_init(&seat->patience, on_impatience, PATIENCE_SECONDS, 0);
	seat->io.data = seat;
	seat->patience.data = seat;
	ev_io_start(loop, &seat->io);
	ev_timer_start(loop, &seat->patience);
	answers->count++;
	acceptor_hold(&answers->acceptor, answers->count == ASKERS_MAX);
	return seat;
}

/*
 * Most askers have sent by now: those of a busy daemon do not fill the places
 * of its user by waiting for the event loop.
 */
static void
accepted(struct acceptor *acceptor, int fd)
{
	struct answers *answers = acceptor->owner;
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    (peer.uid != 0 && count_of(answers, peer.uid) >= ASKERS_PER_USER))
		(void)close(fd);
	else
		(void)attend(take_seat(answers, fd, peer.uid));
}

struct answers *
answers_new(struct monitor *monitor, int fd, const struct privileges *rights)
{
	struct answers *answers = calloc(1, sizeof *answers);

	if (answers == NULL)
		return NULL;
	answers->monitor = monitor;
	answers->rights = rights;
	for (size_t i = 0; i < ASKERS_MAX; i++)
		answers->seats[i].fd = -1;
	acceptor_init(&answers->acceptor, monitor->loop, fd, accepted, answers);
	return answers;
}

struct answers *
answers_free(struct answers *answers)
{
	if (answers == NULL)
		return NULL;
	for (size_t i = 0; i < ASKERS_MAX; i++)
		if (answers->seats[i].fd != -1)
			dismiss(&answers->seats[i]);
	acceptor_done(&answers->acceptor);
	free(answers);
	return NULL;
}
