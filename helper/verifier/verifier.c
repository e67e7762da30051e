/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The verifier's loop.  The monitor is told before the worker is: what the
 * worker says next finds it there.
 */
#include <config.h>
#include "helper/verifier/verifier.h"

#include <errno.h>
#include <ev.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper/base/line_server.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/proof.h"
#include "helper/base/sandbox.h"
#include "helper/verifier/judge.h"

/* After this SIGALRM ends the process. */
#define VERIFY_SECONDS 10

struct prover_line {
	struct line line; /* first: it is one */
	struct nonces nonces;
};

struct verifier {
	struct line_server server;
	const struct verifier_facts *facts;
	int channel;
	struct ev_io io;
};

static struct nonces *
nonces_of(struct line *line)
{
	return &((struct prover_line *)(void *)line)->nonces;
}

/* One that finds no room is for a worker that no longer waits for it. */
static void
say(const struct line *line, const void *bytes, size_t len)
{
	(void)send(line->io.fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
give_nonces(struct line *line)
{
	const struct proof_nonces *given = nonces_make(nonces_of(line));

	if (given != NULL)
		say(line, given, sizeof *given);
}

/* To the monitor: the chain first, so that all is there with the rest. */
static int
tell(const struct line *line, uint64_t session, const struct finding *f)
{
	const struct verifier *v = line->server->owner;
	struct message m = { .type = MESSAGE_CHAIN,
		.u.chain = { session, line->worker, (uint32_t)f->der_len } };
	int r = 0;

	if (v->facts->tells_chain && f->failure == STSSL_FAILURE_NONE)
		r = message_send(v->channel, &m, -1, f->der, f->der_len);
	m = (struct message){ .type = MESSAGE_PROVEN,
		.u.proven = { .session = session,
		    .good_until = f->good_until,
		    .worker = line->worker,
		    .is_1_3 = f->is_1_3,
		    .is_foreign = f->is_foreign,
		    .failure = f->failure,
		    .text_len = (uint32_t)f->record.len } };
	return r < 0 ? r
		     : message_send(
			   v->channel, &m, -1, f->record.text, f->record.len);
}

static void
copy(char *to, size_t size, const struct stssl_record *record,
    enum stssl_key key)
{
	const char *text = stssl_record_get(record, key);

	(void)snprintf(to, size, "%s", text == NULL ? "" : text);
}

/* A monitor that is not told grants nothing. */
static void
pronounce(const struct line *line, uint64_t session, const struct finding *f)
{
	struct proof_answer a = {
		.session = session, .failure = f->failure, .is_1_3 = f->is_1_3
	};
	const char *name =
	    stssl_record_get(&f->record, STSSL_KEY_SSL_CLIENT_S_DN_CN);

	copy(a.sha256, sizeof a.sha256, &f->record,
	    STSSL_KEY_SSL_CLIENT_CERT_SHA256);
	copy(
	    a.subject, sizeof a.subject, &f->record, STSSL_KEY_SSL_CLIENT_S_DN);
	if (name != NULL && strlen(name) <= PROOF_NAME_MAX)
		copy(a.name, sizeof a.name, &f->record,
		    STSSL_KEY_SSL_CLIENT_S_DN_CN);
	if (tell(line, session, f) < 0) {
		log_error("the monitor does not listen");
		ev_break(line->server->loop, EVBREAK_ALL);
		return;
	}
	say(line, &a, sizeof a);
}

static void
refuse(const struct line *line, uint64_t session, const char *why)
{
	const struct proof_answer a = { .session = session,
		.failure = STSSL_FAILURE_UNPROVEN };

	log_warning("unproven session=%" PRIx64 " worker=%lu why=\"%s\"",
	    session, (unsigned long)line->worker, why);
	say(line, &a, sizeof a);
}

static void
verify(struct line *line, const struct proof_request *request,
    const uint8_t *bytes)
{
	static struct finding finding;
	const struct verifier *v = line->server->owner;
	const char *why;

	(void)alarm(VERIFY_SECONDS);
	why = judge_handshake(v->facts->judge, v->facts->store, nonces_of(line),
	    request, bytes, &finding);
	(void)alarm(0);
	if (why != NULL) {
		refuse(line, request->session, why);
		return;
	}
	pronounce(line, request->session, &finding);
	stssl_record_done(&finding.record);
}

static bool
is_proper(const struct proof_request *r, size_t len)
{
	if (len < sizeof *r || r->zero != 0 || len != sizeof *r + r->len)
		return false;
	switch (r->type) {
	case PROOF_MORE:
		return r->len == 0;
	case PROOF_GIVEN:
		return true;
	case PROOF_FOREIGN:
		return r->batch == 0 && r->nonce == 0;
	default:
		return false;
	}
}

static void
on_request(struct ev_loop *loop, struct ev_io *io, int events)
{
	static uint8_t bytes[PROOF_MAX];
	struct line *line = io->data;
	struct proof_request request;
	struct iovec parts[] = { { &request, sizeof request },
		{ bytes, sizeof bytes } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n = recvmsg(io->fd, &m, MSG_DONTWAIT);

	(void)loop;
	(void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
	    !is_proper(&request, (size_t)n)) {
		if (n > 0)
			log_error("worker %lu: an impossible request",
			    (unsigned long)line->worker);
		line_end(line);
	} else if (request.type == PROOF_MORE) {
		give_nonces(line);
	} else {
		verify(line, &request, bytes);
	}
}

/* Its first nonces come without being asked for. */
static void
add_line(struct verifier *v, uint32_t worker, int fd)
{
	struct line *line = line_add(&v->server, worker, fd);

	if (line != NULL)
		give_nonces(line);
}

static void
on_channel(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct verifier *v = io->data;
	struct message m;
	int fd = -1, r;

	(void)events;
	r = message_receive(v->channel, SENDER_MONITOR, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == -EMFILE)
		log_warning("out of descriptors, a worker proves nothing");
	else if (r == 0 && m.type == MESSAGE_VERIFIER)
		add_line(v, m.u.verifier.worker, fd);
	else if (r == 0 && m.type == MESSAGE_DRAIN)
		line_server_retire(&v->server);
	else /* nobody is left to be told */
		ev_break(loop, EVBREAK_ALL);
}

int
verifier_main(const struct verifier_facts *facts, int channel)
{
	struct verifier v = { .facts = facts,
		.channel = channel,
		.server = { .owner = &v,
		    .size = sizeof(struct prover_line),
		    .on_request = on_request } };
	struct line *line;

	(void)signal(SIGALRM, SIG_DFL);
	v.server.loop = ev_loop_new(EVFLAG_AUTO);
	if (v.server.loop == NULL || line_server_lift_limit() < 0 ||
	    sandbox_enter(&sandbox_verifier) < 0)
		return EXIT_FAILURE;
	ev_io_init(&v.io, on_channel, channel, EV_READ);
	v.io.data = &v;
	ev_io_start(v.server.loop, &v.io);
	ev_run(v.server.loop, 0);
	while ((line = LIST_FIRST(&v.server.lines)) != NULL)
		line_end(line);
	ev_loop_destroy(v.server.loop);
	return EXIT_SUCCESS;
}
