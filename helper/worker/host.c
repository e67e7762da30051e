/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sessions of a worker, and the messages from them to the monitor.  A
 * monitor that is slow costs one session or one question, a monitor that is
 * gone ends the worker.
 */
#include <config.h>
#include "helper/worker/host.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/worker/session_state.h"
#include "helper/worker/tls/ktls.h"
#include "helper/worker/tls/ktls_receive.h"

/* The kernel */

static bool
logged(const char *what, int r)
{
	if (r < 0)
		log_info("%s=no why=\"%s\"", what, strerror(-r));
	else
		log_info("%s=yes", what);
	return r == 0;
}

void
host_ask_kernel(struct session_host *host)
{
	host->kernel_tls = logged("kernel-tls", ktls_probe());
	host->kernel_uploads =
	    host->kernel_tls && logged("kernel-uploads", ktls_receive_probe());
}

/* The sessions */

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int
host_add(struct session_host *host, struct session *s)
{
	if (tsearch(s, &host->by_id, compare_ids) == NULL)
		return -ENOMEM;
	TAILQ_INSERT_TAIL(&host->sessions, s, others);
	host->count++;
	return 0;
}

struct session *
host_find(struct session_host *host, uint64_t id)
{
	void *node = tfind(&id, &host->by_id, compare_ids);

	return node == NULL ? NULL : *(struct session **)node;
}

static void
forget(struct session_host *host, struct session *s)
{
	if (tdelete(s, &host->by_id, compare_ids) == NULL)
		return;
	TAILQ_REMOVE(&host->sessions, s, others);
	host->count--;
}

/* To the monitor */

void
host_give_up(struct session_host *host)
{
	host->status = EXIT_FAILURE;
	ev_break(host->loop, EVBREAK_ALL);
}

/* It cannot be told anything. */
static void
on_failed(void *owner)
{
	host_give_up(owner);
}

void
host_begin(struct session_host *host, struct ring *ring)
{
	voice_init(&host->voice, host->loop, ring, host->channel);
	host->voice.failed = on_failed;
	host->voice.owner = host;
}

void
host_done(struct session_host *host)
{
	voice_done(&host->voice);
}

/* A message that only its session needs; the session hears of a failure. */
static int
try_to_tell(struct session_host *host, const struct message *m,
    const void *more, size_t len)
{
	int r = voice_say(&host->voice, m, more, len);

	if (r < 0 && r != -EAGAIN)
		host_give_up(host);
	return r;
}

/* A message that must not be lost: a monitor that cannot take it is gone. */
static void
tell(struct session_host *host, const struct message *m)
{
	if (voice_say(&host->voice, m, NULL, 0) < 0)
		host_give_up(host);
}

/* The same for what somebody waits for. */
static void
call(struct session_host *host, const struct message *m, int fd)
{
	if (voice_call(&host->voice, m, fd) < 0)
		host_give_up(host);
}

int
host_publish(const struct session *s, const struct stssl_connection *connection,
    bool is_welcome)
{
	const struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = s->id,
		    .connection = *connection,
		    .text_len = (uint32_t)s->record.len,
		    .is_welcome = is_welcome,
		    .is_proven = s->certificate.is_proven } };

	return try_to_tell(s->host, &m, s->record.text, s->record.len);
}

void
host_withdraw(const struct session *s)
{
	const struct message m = { .type = MESSAGE_WITHDRAW,
		.u.withdraw = { s->id } };

	tell(s->host, &m);
}

void
host_ask(const struct session *s, enum message_about about, const char *user)
{
	struct message m = { .type = MESSAGE_ASK,
		.u.ask = { .session = s->id,
		    .serial = s->question.serial,
		    .about = about } };
	size_t len = user == NULL ? 0 : strlen(user);

	/* Nobody has the empty name, and nobody one that is too long. */
	if (user != NULL && len <= MESSAGE_USER_MAX)
		memcpy(m.u.ask.user, user, len);
	call(s->host, &m, -1);
}

void
host_welcome(const struct session *s)
{
	const struct message m = { .type = MESSAGE_WELCOME,
		.u.welcome = { s->id } };

	tell(s->host, &m);
}

void
host_introduce(const struct session *s, enum proxy_fault fault,
    const struct stssl_address *client)
{
	struct message m = { .type = MESSAGE_INTRODUCE,
		.u.introduce = { .session = s->id,
		    .fault = fault,
		    .is_own = client == NULL } };

	if (client != NULL)
		m.u.introduce.client = *client;
	call(s->host, &m, -1);
}

void
host_failed(const struct session *s, enum penalty_event event)
{
	const struct message m = { .type = MESSAGE_FAILED,
		.u.failed = { s->id, event } };

	tell(s->host, &m);
}

void
host_route(struct session *s, uint64_t to)
{
	const struct message m = { .type = MESSAGE_ROUTE,
		.u.route = { .session = s->id, .to = to } };

	call(s->host, &m, s->client.fd);
	s->route.is_over = true;
}

void
host_unreachable(const struct session *s)
{
	const struct message m = { .type = MESSAGE_UNREACHABLE,
		.u.unreachable = { s->id } };

	tell(s->host, &m);
}

static void
leave_after_last(const struct session_host *host)
{
	if ((host->stopping || host->is_draining) && host->count == 0)
		ev_break(host->loop, EVBREAK_ALL);
}

void
host_compared(const struct session *s, bool is_same, const uint8_t *digest)
{
	struct message m = { .type = MESSAGE_COMPARED,
		.u.compared = { .session = s->id,
		    .is_same = is_same,
		    .is_known = digest != NULL } };

	if (digest != NULL)
		memcpy(m.u.compared.digest, digest, MESSAGE_DIGEST_BYTES);
	tell(s->host, &m);
}

void
host_tell_closed(
    struct session_host *host, uint64_t session, uint64_t in, uint64_t out)
{
	const struct message m = { .type = MESSAGE_CLOSED,
		.u.closed = { session, in, out } };

	tell(host, &m);
	leave_after_last(host);
}

void
host_closed(struct session *s, uint64_t in, uint64_t out)
{
	forget(s->host, s);
	if (s->route.is_over)
		leave_after_last(s->host);
	else
		host_tell_closed(s->host, s->id, in, out);
}

bool
host_tell_traffic(struct session *s, uint64_t in, uint64_t out)
{
	const struct message m = { .type = MESSAGE_TRAFFIC,
		.u.traffic = { s->id, in, out,
		    s->data.is_encrypted || s->data.is_decrypted } };

	if (in + out == s->bytes_told)
		return false;
	s->bytes_told = in + out;
	tell(s->host, &m);
	return true;
}
