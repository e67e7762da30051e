/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages of a worker that somebody has taken over, as the monitor gets
 * them, by the channel or the ring.  Whatever they say, the session of another
 * worker stays as it is, and who speaks of what is not his is not listened to
 * again.
 *
 * The input is packets, each
 *
 *	type, session, quirks		a byte each; quirks: see below
 *	lengths				a byte each: of the body, in pairs of
 *					bytes; of what follows
 *	the body, what follows		as long as they say
 *
 * of which sound messages are made but for the quirks.
 */
#include <config.h>
#include "helper/monitor/registry/worker_channel.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/monitor/registry/metrics.h"
#include "status/tools/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum quirk {
	QUIRK_SESSION = 1, /* the session is what the body says */
	QUIRK_LENGTH = 2,  /* so is the length of what follows */
	QUIRK_ZERO = 4,    /* what has to be 0 is not */
	QUIRK_FD = 8,      /* a descriptor comes along; see also QUIRK_RING */
	QUIRK_CUT = 16,    /* the last byte is missing */
	QUIRK_RING = 32,   /* it lies in the ring; with QUIRK_FD a verifier
			    * accuses the worker if it is heard */
	QUIRK_MARK = 64,   /* there is a mark for another, or there is none */
	QUIRK_LIE = 128,   /* the ring's memory is not as it should be */
};

#define HEAD        5
#define BODY(head)  (2 * (size_t)(head)[3])
#define PACKETS_MAX 64

/*
 * Two are the worker's, then one of another's, one that nobody has, and one of
 * the worker's that came through a proxy.
 */
static const uint64_t sessions[] = { 1, 2, 3, 4, 5 };
#define PROXIED 5
#define FOREIGN 3

static const char foreign_text[] =
    "STSSL_VERSION=1\0STSSL_SESSION=3\0STSSL_RESULT=found";
static struct listen_config listener = { .name = "ftp", .tls = LISTEN_LINK };
static struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };

static struct generation generation = { .config = &config };

struct stage {
	struct monitor monitor; /* first: it is the stage */
	struct registry *registry;
	int channel[2];         /* the worker's end first */
	struct ring ring, said; /* the worker's view last */
	char own, other;        /* their addresses are the workers */
	bool will_be_accused, is_accused;
	struct session_entry before; /* the foreign session */
	struct stssl_connection connection;
};

static void
check(bool truth)
{
	if (!truth)
		abort();
}

void
monitor_asked(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask)
{
	const struct stage *s = (const struct stage *)m;

	check(entry->of->owner == &s->own);
	check(memchr(ask->user, '\0', sizeof ask->user) != NULL);
}

void
monitor_introduced(struct monitor *m, struct session_entry *entry,
    const struct message_introduce *introduced)
{
	struct stage *s = (struct stage *)m;

	check(entry->of->owner == &s->own && entry->record == RECORD_NONE);
	check(introduced->fault < PROXY_FAULT_COUNT);
	if (introduced->fault == PROXY_NONE)
		check(registry_introduce(s->registry, entry,
			  introduced->is_own != 0 ? NULL
						  : &introduced->client) == 0);
}

void
monitor_penalise(struct monitor *m, const struct stssl_address *peer,
    enum penalty_event event)
{
	(void)m;
	/* What a worker may not say is no event. */
	check(peer != NULL && event < PENALTY_CRASH);
}

void
monitor_route(struct monitor *m, const struct session_entry *to, int fd)
{
	(void)m;
	check(to != NULL && to->listener == 0 && fd >= 0);
}

/* They prove no certificate.  A worker that they accuse is lost. */
void
monitor_hear_verifiers(struct monitor *m)
{
	struct stage *s = (struct stage *)m;

	if (s->will_be_accused)
		registry_remove_owner(s->registry, &s->own);
	s->is_accused = s->will_be_accused;
}

static void
begin(struct stage *s)
{
	const int bytes = WORKER_CHANNEL_BYTES;
	struct session_entry *foreign;
	struct stssl_address peer;

	s->registry = registry_new();
	check(s->registry != NULL);
	s->monitor.registry = s->registry;
	s->monitor.generation = &generation;
	check(stssl_address_parse("192.0.2.7:1000", &peer) == 0);
	check(registry_add(s->registry, 1, &s->own, 0, &peer) == 0);
	check(registry_add(s->registry, 2, &s->own, 0, &peer) == 0);
	check(registry_add(s->registry, FOREIGN, &s->other, 0, &peer) == 0);
	check(stssl_connection_parse(
		  "1 127.0.0.1:2121 127.0.0.1:40003", &s->connection) == 0);
	check(registry_add(s->registry, PROXIED, &s->own, 0, &peer) == 0);
	registry_await(s->registry, registry_find(s->registry, PROXIED));
	foreign = registry_find(s->registry, FOREIGN);
	check(registry_publish(s->registry, foreign, &s->connection,
		  foreign_text, sizeof foreign_text) == 0);
	s->before = *foreign;
	check(socketpair(
		  AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s->channel) == 0);
	check(setsockopt(s->channel[0], SOL_SOCKET, SO_SNDBUF, &bytes,
		  sizeof bytes) == 0);
	check(ring_open(&s->ring) == 0);
	s->said = s->ring;
}

static void
finish(struct stage *s)
{
	s->registry = registry_free(s->registry);
	(void)close(s->channel[0]);
	(void)close(s->channel[1]);
	ring_close(&s->ring);
}

/* Neighbours in the list may come and go. */
static void
look_at_foreign(const struct stage *s)
{
	const struct session_entry *now = registry_find(s->registry, FOREIGN);

	check(now != NULL && now->of->owner == &s->other);
	check(now == registry_find_connection(s->registry, &s->connection));
	check(now->record == RECORD_KNOWN && now->text == s->before.text);
	check(now->text_len == sizeof foreign_text &&
	      memcmp(now->text, foreign_text, sizeof foreign_text) == 0);
	check(now->is_newcomer == s->before.is_newcomer && now->bytes_in == 0 &&
	      now->bytes_out == 0 && now->good_until == 0 &&
	      now->inquirer == NULL && !now->is_decided && !now->is_ending);
}

static void
set_length(struct message *m, uint32_t len)
{
	if (m->type == MESSAGE_PUBLISH)
		m->u.publish.text_len = len;
}

/* All that a worker sends begins with the session. */
static struct message
compose(const uint8_t head[static HEAD], const uint8_t *body)
{
	const size_t len = BODY(head);
	const uint8_t quirks = head[2];
	struct message m = { .type = head[0] };

	memcpy(&m.u, body, len < sizeof m.u ? len : sizeof m.u);
	m.zero = (quirks & QUIRK_ZERO) != 0;
	if ((quirks & QUIRK_SESSION) == 0)
		m.u.closed.session = sessions[head[1] % 5];
	if ((quirks & QUIRK_LENGTH) == 0)
		set_length(&m, head[4]);
	return m;
}

static void
put_fd(struct msghdr *msg, int fd, void *control, size_t size)
{
	struct cmsghdr *c;

	memset(control, 0, size);
	msg->msg_control = control;
	msg->msg_controllen = size;
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

/* Somewhere in the memory, whatever that is. */
static void
lie(struct stage *s, const uint8_t *body, size_t len)
{
	uint8_t *memory = (uint8_t *)s->said.memory;
	size_t at = len < 2 ? 0 : (size_t)body[0] << 8 | body[1];

	/* The position is at the beginning. */
	if (len > 2)
		memory[at % 512] = body[2];
}

/* The place of one that comes by the channel, if it is to have one. */
static void
mark(struct stage *s, uint8_t quirks)
{
	const struct message next = { .type = MESSAGE_NEXT };
	bool is_marked = (quirks & QUIRK_RING) == 0;

	if ((quirks & QUIRK_MARK) != 0)
		is_marked = !is_marked;
	if (is_marked)
		check(message_put(&s->said, &next, NULL, 0, 0) == 0);
}

static void
post(struct stage *s, struct message *m, const uint8_t *more, size_t len,
    uint8_t quirks)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	uint8_t packet[sizeof *m + UINT8_MAX];
	struct iovec iov = { packet, sizeof *m + len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(packet, m, sizeof *m);
	memcpy(packet + sizeof *m, more, len);
	if ((quirks & QUIRK_CUT) != 0)
		iov.iov_len--;
	if ((quirks & QUIRK_RING) != 0) {
		const struct iovec parts[RING_PARTS] = { iov, { NULL, 0 } };

		check(ring_put(&s->said, parts, 0) == 0);
		return;
	}
	if ((quirks & QUIRK_FD) != 0)
		put_fd(
		    &msg, s->channel[0], control.bytes, sizeof control.bytes);
	check(
	    sendmsg(s->channel[0], &msg, MSG_NOSIGNAL) == (ssize_t)iov.iov_len);
}

/* What the monitor does with a worker: true while it is believed. */
static bool
is_believed(struct stage *s)
{
	struct worker_channel in = { .monitor = &s->monitor,
		.worker = &s->own,
		.ring = &s->ring,
		.channel = s->channel[1],
		.looks = true };
	int r = worker_channel_drain(&in);

	check(r == 0 || r == -EBADMSG || r == -EPIPE);
	check((r == -EPIPE) == s->is_accused);
	(void)registry_settle(s->registry);
	check(!registry_is_unsettled(s->registry));
	look_at_foreign(s);
	return r == 0;
}

/* Returns how many bytes of the input a packet was; 0 when it is to end. */
static size_t
play(struct stage *s, const uint8_t *data, size_t size)
{
	const struct session_entry *entry;
	struct message m;
	size_t len;
	bool is_own;

	if (size < HEAD)
		return 0;
	len = HEAD + BODY(data) + data[4];
	if (size < len)
		return 0;
	m = compose(data, data + HEAD);
	entry = registry_find(s->registry, m.u.closed.session);
	is_own = entry != NULL && entry->of->owner == &s->own;
	s->will_be_accused =
	    (data[2] & QUIRK_FD) != 0 && (data[2] & QUIRK_RING) != 0;
	mark(s, data[2]);
	post(s, &m, data + HEAD + BODY(data), data[4], data[2]);
	if ((data[2] & QUIRK_LIE) != 0)
		lie(s, data + HEAD, BODY(data));
	if (!is_believed(s))
		return 0;
	/* After that, and behind a mark for nothing, it may be anything. */
	if ((data[2] & (QUIRK_LIE | QUIRK_MARK)) != 0 || m.type == MESSAGE_NEXT)
		return 0;
	check(is_own);
	check((data[2] & QUIRK_ZERO) == 0);
	if ((data[2] & QUIRK_RING) != 0)
		check(m.type != MESSAGE_ROUTE);
	else
		check(((data[2] & QUIRK_FD) != 0) == (m.type == MESSAGE_ROUTE));
	return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .registry = NULL };
	size_t n = 1;

	begin(&s);
	for (int i = 0; i < PACKETS_MAX && n > 0; i++) {
		n = play(&s, data, size);
		data += n;
		size -= n;
	}
	registry_remove_owner(s.registry, &s.own);
	look_at_foreign(&s);
	check(registry_find(s.registry, 1) == NULL &&
	      registry_find(s.registry, 2) == NULL);
	finish(&s);
	return 0;
}
