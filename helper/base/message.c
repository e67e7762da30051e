/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sends and receives the messages between the processes.  Every message
 * is checked here, completely: type, sender, length, descriptor.
 */
#include <config.h>
#include "helper/base/message.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message_ring.h"
#include "helper/base/ring.h"

_Static_assert(X509_CHAIN_BYTES <= MESSAGE_MORE_MAX, "a chain fits");

/* One more than is ever right, so that a second one is seen. */
#define FDS_MAX 2

static const struct {
	enum message_sender sender;
	size_t more_max;
} rows[MESSAGE_COUNT] = {
#define X(name, body, sender, more) \
	[MESSAGE_##name] = { SENDER_##sender, more },
	MESSAGES(X)
#undef X
};

union control {
	char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* Clients, lines and an Edge's data are sockets; nothing else has one. */
static bool
has_fd(const struct message *m)
{
	return m->type == MESSAGE_CLIENT || m->type == MESSAGE_KEYS ||
	       m->type == MESSAGE_VERIFIER || m->type == MESSAGE_ROUTE ||
	       m->type == MESSAGE_DATA;
}

static size_t
more_of(const struct message *m)
{
	switch (m->type) {
	case MESSAGE_PUBLISH:
		return m->u.publish.text_len;
	case MESSAGE_QUESTION:
		return m->u.question.text_len;
	case MESSAGE_PROVEN:
		return m->u.proven.text_len;
	case MESSAGE_CHAIN:
		return m->u.chain.der_len;
	case MESSAGE_INQUIRY:
		return m->u.inquiry.der_len;
	case MESSAGE_LOADED:
		return m->u.loaded.text_len;
	default:
		return 0;
	}
}

static bool
is_terminated(const char *name, size_t size)
{
	return memchr(name, '\0', size) != NULL;
}

static bool
is_sound(const struct message *m)
{
#define IS_TERMINATED(name) is_terminated(name, sizeof(name))
	switch (m->type) {
	case MESSAGE_ASK:
		return IS_TERMINATED(m->u.ask.user) &&
		       m->u.ask.about < ABOUT_COUNT;
	case MESSAGE_ADVICE:
		return IS_TERMINATED(m->u.advice.user);
	case MESSAGE_QUESTION:
		return IS_TERMINATED(m->u.question.user) &&
		       m->u.question.about < ABOUT_COUNT;
	case MESSAGE_ANSWER:
		return IS_TERMINATED(m->u.answer.user);
	case MESSAGE_VERDICT:
		return IS_TERMINATED(m->u.verdict.class_name);
	default:
		return true;
	}
#undef IS_TERMINATED
}

static void
put_fd(struct msghdr *msg, union control *control, int fd)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof *control);
	msg->msg_control = control->bytes;
	msg->msg_controllen = CMSG_SPACE(sizeof fd);
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
}

int
message_send(int channel, const struct message *m, int fd, const void *more,
    size_t more_len)
{
	struct message head = *m;
	union { /* sendmsg() does not write to it */
		const void *from;
		void *base;
	} tail = { .from = more };
	struct iovec iov[] = { { &head, sizeof head },
		{ tail.base, more_len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	union control control;
	ssize_t n;

	assert(m->type > MESSAGE_NONE && m->type < MESSAGE_COUNT);
	assert(more_len == more_of(m) && more_len <= rows[m->type].more_max);
	assert((fd != -1) == has_fd(m));
	if (fd != -1)
		put_fd(&msg, &control, fd);
	do {
		n = sendmsg(channel, &msg, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == ECONNRESET ? -EPIPE : -errno;
	return 0;
}

/* All descriptors that came, at most FDS_MAX: the control buffer ends there. */
static size_t
take_fds(struct msghdr *msg, int fds[static FDS_MAX])
{
	size_t count = 0, n;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		assert(count + n <= FDS_MAX);
		memcpy(fds + count, CMSG_DATA(c), n * sizeof(int));
		count += n;
	}
	return count;
}

static bool
is_possible(enum message_sender sender, const struct message *m, size_t len)
{
	if (len < sizeof *m || m->type <= MESSAGE_NONE ||
	    m->type >= MESSAGE_COUNT || m->zero != 0)
		return false;
	return rows[m->type].sender == sender &&
	       more_of(m) <= rows[m->type].more_max && is_sound(m) &&
	       len == sizeof *m + more_of(m);
}

/* Is it a message, with all that belongs to it?  0, -EMFILE or -EBADMSG. */
static int
check(enum message_sender sender, const struct message *m, size_t len,
    int flags, size_t fd_count)
{
	if ((flags & MSG_TRUNC) != 0 || !is_possible(sender, m, len))
		return -EBADMSG;
	/* The kernel drops descriptors that we have no room for. */
	if ((flags & MSG_CTRUNC) != 0 && has_fd(m) && fd_count == 0)
		return -EMFILE;
	if ((flags & MSG_CTRUNC) != 0 || fd_count != (has_fd(m) ? 1 : 0))
		return -EBADMSG;
	return 0;
}

int
message_receive(int channel, enum message_sender sender, struct message *m,
    int *ret_fd, void *more)
{
	struct message head = { 0 };
	struct iovec iov[] = { { &head, sizeof head },
		{ more, more != NULL ? MESSAGE_MORE_MAX : 0 } };
	union control control;
	struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	int fds[FDS_MAX] = { -1, -1 }, r;
	size_t fd_count;
	ssize_t n;

	do {
		n = recvmsg(channel, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;

	fd_count = take_fds(&msg, fds);
	r = check(sender, &head, (size_t)n, msg.msg_flags, fd_count);
	if (r < 0) {
		for (size_t i = 0; i < fd_count; i++)
			(void)close(fds[i]);
		if (r == -EMFILE)
			*m = head;
		return r;
	}
	*m = head;
	*ret_fd = fds[0];
	return 0;
}

int
message_put(struct ring *ring, const struct message *m, const void *more,
    size_t more_len, size_t spare)
{
	union { /* they are only read */
		const void *from;
		void *base;
	} head = { .from = m }, tail = { .from = more };
	const struct iovec parts[RING_PARTS] = { { head.base, sizeof *m },
		{ tail.base, more_len } };

	assert(m->type > MESSAGE_NONE && m->type < MESSAGE_COUNT);
	assert(more_len == more_of(m) && more_len <= rows[m->type].more_max);
	assert(!has_fd(m));
	return ring_put(ring, parts, spare);
}

int
message_get(struct ring *ring, uint64_t end, struct message *m, void *more)
{
	struct message head;
	const struct iovec parts[RING_PARTS] = { { &head, sizeof head },
		{ more, MESSAGE_MORE_MAX } };
	size_t len;
	int r = ring_get(ring, end, parts, &len);

	if (r == 0)
		r = check(SENDER_WORKER, &head, len, 0, 0);
	if (r == 0)
		*m = head;
	return r;
}
