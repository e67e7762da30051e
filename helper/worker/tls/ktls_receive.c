/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The receiving half of the kernel's interface: splice(2) for data; recvmsg(2)
 * for one record of another type, which splice(2) stops at.
 */
#include <config.h>
#include "helper/worker/tls/ktls_receive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/clock.h"

#define RECORD_ALERT     21
#define RECORD_HANDSHAKE 22

/* More than any record that is taken here has. */
#define CONTROL_MAX         16

#define ALERT_WARNING       1
#define ALERT_CLOSE_NOTIFY  0
#define ALERT_USER_CANCELED 90

/* RFC 8446 section 4.6.3. */
#define KEY_UPDATE       24
#define UPDATE_REQUESTED 1 /* 0: it is not */

/*
 * Records without data, one after the other.  One that is empty and the end of
 * the socket look alike to splice(2): so many of them are the end.
 */
#define BARREN_MAX 32

/* Alerts that are passed over, on one connection. */
#define WARNINGS_MAX 4

/* As many as GnuTLS takes. */
#define UPDATES_MAX 8
#define WINDOW_MS   1000

/* Handing over */

#define PROBE_MS 1000

/* A connection to oneself: that nobody accepts it makes no difference. */
static int
connect_pair(int listener, int fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	if (bind(listener, (struct sockaddr *)&at, len) == -1 ||
	    listen(listener, 1) == -1 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) == -1)
		return -errno;
	if (connect(fd, (struct sockaddr *)&at, len) == -1 &&
	    errno != EINPROGRESS)
		return -errno;
	return poll(&wait, 1, PROBE_MS) == 1 ? 0 : -ETIMEDOUT;
}

/* Keys that nothing is ever encrypted with. */
static int
try_keys(int fd)
{
	const struct ktls_keys keys = { .is_tls13 = true, .key_len = 16 };
	int r = ktls_name(fd);

	for (int i = 0; r == 0 && i < 2; i++)
		r = ktls_set_keys(fd, KTLS_RECEIVING, &keys);
	return r;
}

int
ktls_receive_probe(void)
{
	const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int listener = socket(AF_INET, type, 0), fd = socket(AF_INET, type, 0);
	int r =
	    listener == -1 || fd == -1 ? -errno : connect_pair(listener, fd);

	if (r == 0)
		r = try_keys(fd);
	if (fd != -1)
		(void)close(fd);
	if (listener != -1)
		(void)close(listener);
	return r;
}

int
ktls_receive_start(int fd, const struct ktls_keys *keys,
    const struct traffic_secret *secret, struct ktls_receiver *ret)
{
	int r;

	if (keys->is_tls13 && secret->len == 0)
		return -ENOTSUP;
	r = ktls_name(fd);
	if (r == 0)
		r = ktls_set_keys(fd, KTLS_RECEIVING, keys);
	if (r == 0)
		*ret = (struct ktls_receiver){ .is_on = true,
			.is_tls13 = keys->is_tls13,
			.key_len = keys->key_len,
			.secret = *secret };
	return r;
}

void
ktls_receive_done(struct ktls_receiver *k)
{
	explicit_bzero(&k->secret, sizeof k->secret);
}

/* Records that are not data */

struct control {
	uint8_t type;
	size_t len;
	uint8_t bytes[CONTROL_MAX];
};

/*
 * One whole record.  Returns 0; -EPROTO when it is longer than any that has a
 * place here: its bytes are the client's; -EBADMSG when it is no record.
 */
static int
read_control(int fd, struct control *ret)
{
	struct iovec part = { ret->bytes, sizeof ret->bytes };
	union ktls_type type;
	struct msghdr message = ktls_message(&part, &type);
	const struct cmsghdr *head;
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);

	if (n == -1)
		return -EBADMSG;
	head = CMSG_FIRSTHDR(&message);
	if (head == NULL || head->cmsg_level != SOL_TLS ||
	    head->cmsg_type != TLS_GET_RECORD_TYPE ||
	    head->cmsg_len != CMSG_LEN(1))
		return -EBADMSG;
	if ((message.msg_flags & MSG_EOR) == 0)
		return -EPROTO;
	ret->type = *CMSG_DATA(head);
	ret->len = (size_t)n;
	return 0;
}

/* Without data there is an end to what one may send. */
static int
count_barren(struct ktls_receiver *k)
{
	return ++k->barren > BARREN_MAX ? -EPIPE : 0;
}

/* Before TLS 1.3 there are warnings; in it user_canceled announces the end. */
static bool
is_passed_over(const struct ktls_receiver *k, const uint8_t alert[static 2])
{
	return k->is_tls13 ? alert[1] == ALERT_USER_CANCELED
			   : alert[0] == ALERT_WARNING;
}

/* -ENODATA is close_notify. */
static int
take_alert(struct ktls_receiver *k, int fd, const struct control *c)
{
	(void)fd;
	if (c->len != 2)
		return -EPROTO;
	if (c->bytes[1] == ALERT_CLOSE_NOTIFY)
		return -ENODATA;
	return is_passed_over(k, c->bytes) && ++k->warnings < WARNINGS_MAX
		   ? 0
		   : -ECONNABORTED;
}

/* New keys for what comes next: the kernel reads nothing before it has them. */
static int
change_keys(struct ktls_receiver *k, int fd)
{
	struct ktls_keys keys = { 0 };
	int r = keyupdate_next(&k->secret);

	if (r == 0)
		r = keyupdate_keys(&k->secret, k->key_len, &keys);
	if (r == 0)
		r = ktls_set_keys(fd, KTLS_RECEIVING, &keys);
	explicit_bzero(&keys, sizeof keys);
	return r;
}

/* A change costs us more than it costs the client. */
static int
count_update(struct ktls_receiver *k)
{
	int64_t now = stssl_now_ms();

	if (k->updates == 0 || now - k->window > WINDOW_MS) {
		k->window = now;
		k->updates = 0;
	}
	return ++k->updates > UPDATES_MAX ? -E2BIG : 0;
}

static int
take_handshake(struct ktls_receiver *k, int fd, const struct control *c)
{
	static const uint8_t update[] = { KEY_UPDATE, 0, 0, 1 };
	int r;

	if (!k->is_tls13 || c->len != sizeof update + 1 ||
	    memcmp(c->bytes, update, sizeof update) != 0 ||
	    c->bytes[sizeof update] > UPDATE_REQUESTED)
		return -EPROTO;
	r = count_update(k);
	if (r == 0)
		r = change_keys(k, fd);
	if (r == 0 && c->bytes[sizeof update] == UPDATE_REQUESTED)
		k->owes_update = true;
	return r;
}

static const struct {
	uint8_t type;
	int (*take)(struct ktls_receiver *k, int fd, const struct control *c);
} records[] = {
	{ RECORD_ALERT, take_alert },
	{ RECORD_HANDSHAKE, take_handshake },
};

static int
take_control(struct ktls_receiver *k, int fd)
{
	struct control c = { 0 };
	int r = read_control(fd, &c);

	for (size_t i = 0; r == 0 && i < sizeof records / sizeof records[0];
	     i++)
		if (records[i].type == c.type)
			return records[i].take(k, fd, &c);
	return r == 0 ? -EPROTO : r;
}

/* Receiving */

/* The next record has no data, or there is none: 0 to go on. */
static int
take_other(struct ktls_receiver *k, int fd, ssize_t n)
{
	if (n == 0)
		return count_barren(k);
	return errno == EINVAL ? take_control(k, fd) : -errno;
}

ssize_t
ktls_receive(struct ktls_receiver *k, int fd, int pipe_fd, size_t size)
{
	for (;;) {
		ssize_t n = splice(fd, NULL, pipe_fd, NULL, size,
		    SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		int r;

		if (n > 0) {
			k->barren = 0;
			return n;
		}
		r = take_other(k, fd, n);
		if (r == -ENODATA)
			return 0;
		if (r < 0)
			return r == -EINTR ? -EAGAIN : r;
	}
}
