/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The verifier's loop.  It takes one request of a line at a time, so that no
 * worker keeps others waiting for more than a verification.  The monitor is
 * told before the worker is: what the worker says next finds it there.
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
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/proof.h"
#include "helper/base/sandbox.h"
#include "helper/verifier/judge.h"

/* After this SIGALRM ends the process. */
#define VERIFY_SECONDS 10

/* The way to one worker. */
struct line {
	struct verifier *verifier;
	uint32_t worker;
	struct nonces nonces;
	struct ev_io io;
	LIST_ENTRY(line) others;
};

struct verifier {
	struct ev_loop *loop;
	const struct verifier_facts *facts;
	int channel;
	bool is_retired; /* no more lines come */
	struct ev_io io;
	LIST_HEAD(lines, line) lines;
};

static void
end_line(struct line *line)
{
	struct verifier *v = line->verifier;

	ev_io_stop(v->loop, &line->io);
	(void)close(line->io.fd);
	LIST_REMOVE(line, others);
	free(line);
	if (v->is_retired && LIST_EMPTY(&v->lines))
		ev_break(v->loop, EVBREAK_ALL);
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
	const struct proof_nonces *given = nonces_make(&line->nonces);

	if (given != NULL)
		say(line, given, sizeof *given);
}

/* To the monitor: the chain first, so that all is there with the rest. */
static int
tell(const struct line *line, uint64_t session, const struct finding *f)
{
	const int channel = line->verifier->channel;
	struct message m = { .type = MESSAGE_CHAIN,
		.u.chain = { session, line->worker, (uint32_t)f->der_len } };
	int r = 0;

	if (line->verifier->facts->tells_chain &&
	    f->failure == STSSL_FAILURE_NONE)
		r = message_send(channel, &m, -1, f->der, f->der_len);
	m = (struct message){ .type = MESSAGE_PROVEN,
		.u.proven = { .session = session,
		    .good_until = f->good_until,
		    .worker = line->worker,
		    .is_1_3 = f->is_1_3,
		    .failure = f->failure,
		    .text_len = (uint32_t)f->record.len } };
	return r < 0 ? r
		     : message_send(
			   channel, &m, -1, f->record.text, f->record.len);
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
	struct proof_answer a = { .session = session, .failure = f->failure };
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
		ev_break(line->verifier->loop, EVBREAK_ALL);
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
	const struct verifier_facts *facts = line->verifier->facts;
	const char *why;

	(void)alarm(VERIFY_SECONDS);
	why = judge_handshake(facts->judge, facts->store, &line->nonces,
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
	return r->type == PROOF_GIVEN || (r->type == PROOF_MORE && r->len == 0);
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
		end_line(line);
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
	struct line *line = calloc(1, sizeof *line);

	if (line == NULL) {
		(void)close(fd);
		return;
	}
	line->verifier = v;
	line->worker = worker;
	LIST_INSERT_HEAD(&v->lines, line, others);
	ev_io_init(&line->io, on_request, fd, EV_READ);
	line->io.data = line;
	ev_io_start(v->loop, &line->io);
	give_nonces(line);
}

static void
drain(struct verifier *v)
{
	v->is_retired = true;
	if (LIST_EMPTY(&v->lines))
		ev_break(v->loop, EVBREAK_ALL);
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
		drain(v);
	else /* nobody is left to be told */
		ev_break(loop, EVBREAK_ALL);
}

/* There may be many workers. */
static int
lock(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return -errno;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		return -errno;
	return sandbox_enter(&sandbox_verifier);
}

int
verifier_main(const struct verifier_facts *facts, int channel)
{
	struct verifier v = { .facts = facts, .channel = channel };
	struct line *line;

	(void)signal(SIGALRM, SIG_DFL);
	v.loop = ev_loop_new(EVFLAG_AUTO);
	if (v.loop == NULL || lock() < 0)
		return EXIT_FAILURE;
	LIST_INIT(&v.lines);
	ev_io_init(&v.io, on_channel, channel, EV_READ);
	v.io.data = &v;
	ev_io_start(v.loop, &v.io);
	ev_run(v.loop, 0);
	while ((line = LIST_FIRST(&v.lines)) != NULL)
		end_line(line);
	ev_loop_destroy(v.loop);
	return EXIT_SUCCESS;
}
