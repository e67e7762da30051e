/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Serves the status socket: who asks, may he, what is the answer.  An asker
 * waits nowhere: what he does not send in time, or cannot take at once, is his
 * loss.
 */
#include <config.h>
#include "helper/monitor/status/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/acceptor.h"
#include "helper/base/log.h"
#include "helper/monitor/registry/metrics.h"
#include "helper/monitor/status/audit.h"
#include "helper/monitor/status/live.h"
#include "helper/monitor/status/question.h"
#include "policy/decide.h"

#define ASKERS_MAX 64
/* Of one user but root, so that others get through. */
#define ASKERS_PER_USER  16
#define PATIENCE_SECONDS 2.0
#define DENIED_MAX       32

struct asker {
	struct answers *all;
	int fd; /* -1 when this place is free */
	uid_t uid;
	struct ev_io io;
	struct ev_timer patience;
};

struct answers {
	struct answer_params params;
	struct acceptor acceptor;
	struct asker askers[ASKERS_MAX];
	size_t count;
	uid_t denied[DENIED_MAX]; /* logged already */
	size_t denied_count;
};

/* Our own user as well: the other roles know the records anyway. */
static bool
may_query(const struct answers *answers, uid_t uid)
{
	for (size_t i = 0; i < answers->params.user_count; i++)
		if (answers->params.users[i] == uid)
			return true;
	return uid == 0 || uid == geteuid();
}

/*
 * Not our own user, which is that of advisors and inquirers, too:
 * one that was taken over must not speak for the administrator.
 */
static bool
may_order(const struct answers *answers, uid_t uid)
{
	(void)answers;
	return uid == 0;
}

/* The module reports, and it runs in daemons of root's. */
static bool
may_report(const struct answers *answers, uid_t uid)
{
	(void)answers;
	return uid == 0;
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
dismiss(struct asker *asker)
{
	struct answers *answers = asker->all;

	ev_io_stop(answers->params.loop, &asker->io);
	ev_timer_stop(answers->params.loop, &asker->patience);
	(void)close(asker->fd);
	asker->fd = -1;
	answers->count--;
	acceptor_hold(&answers->acceptor, false);
}

static void
say(const struct asker *asker, const char *text, size_t len)
{
	(void)send(asker->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
say_word(const struct asker *asker, const char *word)
{
	struct stssl_record answer;

	stssl_record_init(&answer);
	if (stssl_record_put(&answer, STSSL_KEY_STSSL_RESULT, word) == 0)
		say(asker, answer.text, answer.len);
	stssl_record_done(&answer);
}

/*
 * Another client of the session's backend, who came past us or whose record is
 * not there (yet).  The port alone counts: a backend may listen on several
 * addresses, and what it connects to has other ports on its side.
 */
static bool
is_another_client(
    const struct session_entry *found, const struct stssl_connection *key)
{
	const struct stssl_connection *own = &found->connection;

	return key->local.port == own->local.port &&
	       stssl_connection_compare(key, own) != 0;
}

static bool
has_another_client(const struct session_entry *found, const struct question *q)
{
	for (size_t i = 0; i < q->key_count; i++)
		if (is_another_client(found, &q->keys[i]))
			return true;
	return false;
}

static void
answer_query(const struct asker *asker, const struct question *q)
{
	const struct session_entry *found = NULL;
	const struct registry *registry = asker->all->params.registry;

	for (size_t i = 0; i < q->key_count; i++) {
		const struct session_entry *entry =
		    registry_find_connection(registry, &q->keys[i]);

		if (entry == NULL || entry == found)
			continue;
		if (found != NULL) {
			say_word(asker, "ambiguous");
			return;
		}
		found = entry;
	}
	if (found == NULL)
		say_word(asker, "none");
	else if (has_another_client(found, q))
		say_word(asker, "ambiguous");
	else
		say(asker, found->text, found->text_len);
}

/* Reasons that would not be without a good certificate. */
static bool
needs_certificate(const char *reason)
{
	return strcmp(reason, stssl_reason_word(STSSL_REASON_CERTIFICATE)) ==
		   0 ||
	       strcmp(reason, stssl_reason_word(STSSL_REASON_AND_PASSWORD)) ==
		   0;
}

static void
answer_verdict(const struct asker *asker, const struct question *q)
{
	const struct answer_params *params = &asker->all->params;
	struct session_entry *entry =
	    registry_find(params->registry, q->session);
	int r;

	if (entry == NULL || entry->record != RECORD_KNOWN) {
		say_word(asker, "none");
		return;
	}
	r = params->decided(params->owner, entry, q->verdict, q->data_private);
	audit_login(entry, q, r);
	if (r < 0) {
		say_word(asker, "none");
		return;
	}
	entry->is_decided = true;
	entry->by_certificate = needs_certificate(q->reason);
	entry->verdict = q->verdict;
	if (q->verdict == STSSL_VERDICT_REFUSE)
		params->refused(params->owner, entry, q->reason);
	live_login(entry, q);
	metrics_verdict(
	    registry_metrics(params->registry), q->verdict, q->reason);
	say_word(asker, "done");
}

static void
answer_kick(const struct asker *asker, const struct question *q)
{
	const struct answer_params *params = &asker->all->params;
	const struct session_entry *entry =
	    registry_find(params->registry, q->session);

	if (entry == NULL || params->kick(params->owner, entry) < 0) {
		say_word(asker, "none");
		return;
	}
	log_notice("kicked session=%" PRIx64 " by uid=%lu", entry->session,
	    (unsigned long)asker->uid);
	say_word(asker, "done");
}

static void
answer_pardon(const struct asker *asker, const struct question *q)
{
	char ip[STSSL_ADDRESS_TEXT];

	if (!penalties_pardon(asker->all->params.penalties, &q->address)) {
		say_word(asker, "none");
		return;
	}
	log_notice("pardoned address=%s by uid=%lu",
	    stssl_ip_format(&q->address, ip), (unsigned long)asker->uid);
	say_word(asker, "done");
}

/* What is told of sessions that nobody asks about by name. */
static void
answer_live(const struct asker *asker, const struct question *q)
{
	static char packet[STSSL_RECORD_MAX];
	const struct answer_params *params = &asker->all->params;
	const struct live_source source = { params->registry, params->penalties,
		params->generation, params->listener, params->owner };

	size_t len = live_answer(&source, q, packet);

	if (len > 0)
		say(asker, packet, len);
}

static void
answer_reload(const struct asker *asker, const struct question *q)
{
	const struct answer_params *params = &asker->all->params;
	struct stssl_error error = { "" };
	struct stssl_record answer;
	int r;

	(void)q;
	if (params->reload(params->owner, &error) == 0) {
		say_word(asker, "done");
		return;
	}
	stssl_record_init(&answer);
	r = stssl_record_put(&answer, STSSL_KEY_STSSL_RESULT, "failed");
	if (r == 0)
		r = stssl_record_put(
		    &answer, STSSL_KEY_STSSL_ERROR, error.text);
	if (r == 0)
		say(asker, answer.text, answer.len);
	stssl_record_done(&answer);
}

static const struct {
	bool (*may)(const struct answers *answers, uid_t uid);
	void (*answer)(const struct asker *asker, const struct question *q);
} kinds[] = {
	[QUESTION_QUERY] = { may_query, answer_query },
	[QUESTION_VERDICT] = { may_report, answer_verdict },
	[QUESTION_LIST] = { may_query, answer_live },
	[QUESTION_KICK] = { may_order, answer_kick },
	[QUESTION_METRICS] = { may_query, answer_live },
	[QUESTION_RELOAD] = { may_order, answer_reload },
	[QUESTION_PENALTIES] = { may_query, answer_live },
	[QUESTION_PARDON] = { may_order, answer_pardon },
};

static void
answer(const struct asker *asker, const struct stssl_record *record)
{
	struct answers *answers = asker->all;
	struct question q = { .kind = QUESTION_QUERY };
	bool is_question = question_parse(record, &q) == 0;

	if (!kinds[q.kind].may(answers, asker->uid)) {
		log_denied(answers, asker->uid);
		say_word(asker, "denied");
	} else if (!is_question) {
		say_word(asker, "malformed");
	} else {
		/* What happened before the question is in the answer. */
		answers->params.drain(answers->params.owner);
		kinds[q.kind].answer(asker, &q);
	}
}

static void
on_question(struct ev_loop *loop, struct ev_io *io, int events)
{
	static char packet[STSSL_RECORD_MAX];
	struct asker *asker = io->data;
	struct stssl_record record;
	ssize_t n;

	(void)loop;
	(void)events;
	n = recv(asker->fd, packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;

	stssl_record_init(&record);
	if (n > 0 && (size_t)n <= sizeof packet)
		(void)stssl_record_decode(packet, (size_t)n, &record);
	/* Of an empty record nothing can be asked. */
	if (n > 0)
		answer(asker, &record);
	stssl_record_done(&record);
	dismiss(asker);
}

static void
on_impatience(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	dismiss(timer->data);
}

/* How many places this user has taken. */
static size_t
count_of(const struct answers *answers, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < ASKERS_MAX; i++)
		n += answers->askers[i].fd != -1 &&
		     answers->askers[i].uid == uid;
	return n;
}

static void
seat(struct answers *answers, int fd, uid_t uid)
{
	struct ev_loop *loop = answers->params.loop;
	struct asker *asker = answers->askers;

	/* There is one: else the acceptor would be held. */
	while (asker->fd != -1)
		asker++;
	asker->all = answers;
	asker->fd = fd;
	asker->uid = uid;
	ev_io_init(&asker->io, on_question, fd, EV_READ);
	ev_timer_init(&asker->patience, on_impatience, PATIENCE_SECONDS, 0);
	asker->io.data = asker;
	asker->patience.data = asker;
	ev_io_start(loop, &asker->io);
	ev_timer_start(loop, &asker->patience);
	answers->count++;
	acceptor_hold(&answers->acceptor, answers->count == ASKERS_MAX);
}

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
		seat(answers, fd, peer.uid);
}

struct answers *
answers_new(const struct answer_params *params)
{
	struct answers *answers = calloc(1, sizeof *answers);

	if (answers == NULL)
		return NULL;
	answers->params = *params;
	for (size_t i = 0; i < ASKERS_MAX; i++)
		answers->askers[i].fd = -1;
	acceptor_init(
	    &answers->acceptor, params->loop, params->fd, accepted, answers);
	return answers;
}

struct answers *
answers_free(struct answers *answers)
{
	if (answers == NULL)
		return NULL;
	for (size_t i = 0; i < ASKERS_MAX; i++)
		if (answers->askers[i].fd != -1)
			dismiss(&answers->askers[i]);
	acceptor_done(&answers->acceptor);
	free(answers);
	return NULL;
}
