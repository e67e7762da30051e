/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nonces are asked for when half of them are used, or half of their time is
 * over, so that a handshake finds some.  What finds no room on the line waits
 * in a queue.
 */
#include <config.h>
#include "helper/worker/tls/prover.h"

#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "status/clock.h"
#include "status/words.h"

/* With a verifier that gives no nonces, and between attempts. */
#define IMPATIENCE_MS 200
#define REST_MS       1000
/* Asking for nonces again that did not come. */
#define ASK_MS 2000

/* A handshake that is to be handed in. */
struct given {
	struct proof_request request;
	struct buffer *messages;
	STAILQ_ENTRY(given) next;
};

struct prover {
	struct ev_loop *loop; /* NULL: there is no line */
	struct ev_io io;
	prover_hear hear;
	void *owner;
	STAILQ_HEAD(queue, given) queue;
	struct proof_nonces nonces; /* batch 0: none have come yet */
	uint32_t used;
	int64_t received, asked; /* by stssl_now_ms() */
	int64_t rest_until;
};

struct prover *
prover_new(void)
{
	struct prover *p = calloc(1, sizeof *p);

	if (p != NULL)
		STAILQ_INIT(&p->queue);
	return p;
}

static void
drop_first(struct prover *p)
{
	struct given *g = STAILQ_FIRST(&p->queue);

	STAILQ_REMOVE_HEAD(&p->queue, next);
	(void)buffer_give(BUFFER_RELAY, g->messages);
	free(g);
}

static void
hang_up(struct prover *p)
{
	if (p->loop == NULL)
		return;
	ev_io_stop(p->loop, &p->io);
	(void)close(p->io.fd);
	p->loop = NULL;
	p->nonces.batch = 0;
	while (!STAILQ_EMPTY(&p->queue))
		drop_first(p);
}

void
prover_disconnect(struct prover *p)
{
	hang_up(p);
}

struct prover *
prover_free(struct prover *p)
{
	if (p != NULL)
		hang_up(p);
	free(p);
	return NULL;
}

static void
lose(struct prover *p)
{
	if (p->loop == NULL)
		return;
	hang_up(p);
	p->hear(p->owner, NULL);
}

/* What it says */

static bool
is_answer(const struct proof_answer *a, size_t len)
{
	return len == sizeof *a && a->failure <= STSSL_FAILURE_NONE &&
	       a->is_1_3 <= 1 &&
	       memchr(a->sha256, '\0', sizeof a->sha256) != NULL &&
	       memchr(a->subject, '\0', sizeof a->subject) != NULL &&
	       memchr(a->name, '\0', sizeof a->name) != NULL;
}

/* One word.  False when there is none. */
static bool
receive(struct prover *p)
{
	union {
		struct proof_nonces nonces;
		struct proof_answer answer;
	} word;
	ssize_t n;

	if (p->loop == NULL)
		return false;
	n = recv(p->io.fd, &word, sizeof word, MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n == sizeof word.nonces && word.nonces.batch != 0) {
		p->nonces = word.nonces;
		p->used = 0;
		p->received = stssl_now_ms();
		p->asked = 0;
	} else if (n > 0 && is_answer(&word.answer, (size_t)n)) {
		p->hear(p->owner, &word.answer);
	} else {
		lose(p);
		return false;
	}
	return true;
}

static void
receive_all(struct prover *p)
{
	while (receive(p))
		;
}

/* What it is told */

/* Returns 0; -EAGAIN; or -EPIPE, and the line is lost. */
static int
say(struct prover *p, const struct proof_request *request,
    const struct buffer *messages)
{
	union {
		const void *in;
		void *out;
	} head = { .in = request },
	  tail = { .in = messages == NULL ? NULL : messages->bytes };
	struct iovec parts[] = { { head.out, sizeof *request },
		{ tail.out, request->len } };
	const struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };

	if (sendmsg(p->io.fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	lose(p);
	return -EPIPE;
}

static void
watch(struct prover *p, int events)
{
	const int fd = p->io.fd;

	ev_io_stop(p->loop, &p->io);
	ev_io_set(&p->io, fd, events);
	ev_io_start(p->loop, &p->io);
}

static void
flush(struct prover *p)
{
	int r = 0;

	while (r == 0 && !STAILQ_EMPTY(&p->queue)) {
		r = say(p, &STAILQ_FIRST(&p->queue)->request,
		    STAILQ_FIRST(&p->queue)->messages);
		if (r == 0)
			drop_first(p);
	}
	if (p->loop != NULL && r == 0)
		watch(p, EV_READ);
}

static void
on_line(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct prover *p = io->data;

	(void)loop;
	if ((events & EV_READ) != 0)
		receive_all(p);
	if (p->loop != NULL && (events & EV_WRITE) != 0)
		flush(p);
}

void
prover_connect(struct prover *p, struct ev_loop *loop, int line,
    prover_hear hear, void *owner)
{
	p->hear = hear;
	p->owner = owner;
	lose(p);
	p->loop = loop;
	p->rest_until = 0;
	/* The first ones come without being asked for. */
	p->asked = stssl_now_ms();
	ev_io_init(&p->io, on_line, line, EV_READ);
	p->io.data = p;
	ev_io_start(loop, &p->io);
}

/* Nonces */

static bool
is_old(const struct prover *p, int64_t seconds)
{
	return stssl_now_ms() - p->received >= seconds * 1000;
}

static bool
has_nonce(const struct prover *p)
{
	return p->nonces.batch != 0 && p->used < PROOF_NONCES &&
	       !is_old(p, PROOF_NONCE_SECONDS);
}

void
prover_refresh(struct prover *p)
{
	const struct proof_request more = { .type = PROOF_MORE };
	const int64_t now = stssl_now_ms();

	if (p->loop == NULL || (p->asked != 0 && now - p->asked < ASK_MS) ||
	    (p->nonces.batch != 0 && p->used < PROOF_NONCES / 2 &&
		!is_old(p, PROOF_NONCE_SECONDS / 2)))
		return;
	/* In a full line there are words that are not heard yet. */
	if (say(p, &more, NULL) == 0)
		p->asked = now;
}

static void
await_nonces(struct prover *p)
{
	const int64_t end = stssl_now_ms() + IMPATIENCE_MS;
	int64_t now = stssl_now_ms();

	if (now < p->rest_until)
		return;
	for (; p->loop != NULL && !has_nonce(p) && now < end;
	     now = stssl_now_ms()) {
		struct pollfd f = { .fd = p->io.fd, .events = POLLIN };

		if (poll(&f, 1, (int)(end - now)) > 0)
			receive_all(p);
	}
	p->rest_until = has_nonce(p) ? 0 : now + REST_MS;
}

bool
prover_take(struct prover *p, struct prover_nonce *ret)
{
	prover_refresh(p);
	if (!has_nonce(p))
		await_nonces(p);
	if (!has_nonce(p))
		return false;
	ret->batch = p->nonces.batch;
	ret->number = p->used++;
	memcpy(ret->bytes, p->nonces.nonces[ret->number], sizeof ret->bytes);
	return true;
}

/* Handshakes */

static int
enqueue(struct prover *p, const struct proof_request *request,
    struct buffer *messages)
{
	struct given *g = calloc(1, sizeof *g);

	if (g == NULL)
		return -ENOMEM;
	g->request = *request;
	g->messages = messages;
	STAILQ_INSERT_TAIL(&p->queue, g, next);
	watch(p, EV_READ | EV_WRITE);
	return 0;
}

int
prover_give(struct prover *p, uint64_t session,
    const struct prover_nonce *nonce, const uint8_t tag[static KEY_TAG],
    struct buffer *messages)
{
	struct proof_request request = {
		.type = nonce->batch == 0 ? PROOF_FOREIGN : PROOF_GIVEN,
		.len = (uint32_t)buffer_len(messages),
		.session = session,
		.batch = nonce->batch,
		.nonce = nonce->number
	};
	int r = p->loop == NULL ? -EPIPE : -EAGAIN;

	memcpy(request.tag, tag, sizeof request.tag);
	if (r == -EAGAIN && STAILQ_EMPTY(&p->queue))
		r = say(p, &request, messages);
	if (r == -EAGAIN && enqueue(p, &request, messages) == 0)
		return 0;
	(void)buffer_give(BUFFER_RELAY, messages);
	return r == 0 ? 0 : -EPIPE;
}
