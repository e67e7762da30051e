/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The asking side of stssl-status(7).  Every answer but a well-formed one from
 * the right process is an error; what an answer means is in one table.
 */
#include <config.h>
#include "status/query.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "status/clock.h"
#include "status/trust.h"

/* What the words of STSSL_RESULT mean to the one who asked. */
struct meaning {
	const char *word;
	int code;
};

static const struct meaning query_meanings[] = {
	{ "found", 1 },
	{ "none", 0 },
	{ "ambiguous", -EMLINK },
	{ "denied", -EPERM },
	{ "malformed", -EBADMSG },
	{ NULL, 0 },
};

static const struct meaning report_meanings[] = {
	{ "done", 0 },
	{ "none", -ENOENT },
	{ "denied", -EPERM },
	{ "malformed", -EBADMSG },
	{ NULL, 0 },
};

/* Let the next call that `option` governs block until the deadline at most. */
static int
bound(int fd, int option, int64_t deadline_ms)
{
	int64_t left = deadline_ms - stssl_now_ms();
	struct timeval tv = { .tv_sec = (time_t)(left / 1000),
		.tv_usec = (suseconds_t)(left % 1000 * 1000) };

	/* Zero would mean for ever. */
	if (left <= 0)
		return -ETIMEDOUT;
	if (setsockopt(fd, SOL_SOCKET, option, &tv, sizeof tv) == -1)
		return -errno;
	return 0;
}

/* What to do about errno: 0 = try again. */
static int
failure(void)
{
	if (errno == EINTR)
		return 0;
	return errno == EAGAIN || errno == EWOULDBLOCK ? -ETIMEDOUT : -errno;
}

static int
dial(int fd, const char *path, int64_t deadline_ms)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int r = 0;

	if (len >= sizeof un.sun_path)
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, len + 1);
	while (r == 0) {
		r = bound(fd, SO_SNDTIMEO, deadline_ms);
		if (r < 0)
			return r;
		if (connect(fd, (struct sockaddr *)&un, sizeof un) == 0)
			return 0;
		r = failure();
	}
	/* The socket's mode refuses us in the name of the helper. */
	return r == -EACCES ? -EPERM : r;
}

/* Whoever listens there must be root or the owner of the socket. */
static int
check_peer(int fd, uid_t owner)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return -errno;
	return peer.uid == 0 || peer.uid == owner ? 0 : -EACCES;
}

static int
say(int fd, const struct stssl_record *question, int64_t deadline_ms)
{
	int r = 0;

	while (r == 0) {
		r = bound(fd, SO_SNDTIMEO, deadline_ms);
		if (r < 0)
			return r;
		/* One packet: sent whole or not at all. */
		if (send(fd, question->text, question->len, MSG_NOSIGNAL) != -1)
			return 0;
		r = failure();
	}
	return r;
}

/* MSG_TRUNC makes recv() tell the true length of a packet that is too long. */
static int
take(int fd, char *buf, size_t size, int64_t deadline_ms, size_t *ret_len)
{
	ssize_t n;
	int r = 0;

	while (r == 0) {
		r = bound(fd, SO_RCVTIMEO, deadline_ms);
		if (r < 0)
			return r;
		n = recv(fd, buf, size, MSG_TRUNC);
		if (n > 0 && (size_t)n <= size) {
			*ret_len = (size_t)n;
			return 0;
		}
		r = n == -1 ? failure() : n == 0 ? -ENODATA : -EBADMSG;
	}
	return r;
}

int
stssl_hear(int fd, int timeout_ms, struct stssl_record *ret)
{
	int64_t deadline_ms = stssl_now_ms() + timeout_ms;
	char *buf = malloc(STSSL_RECORD_MAX);
	size_t len;
	int r;

	if (buf == NULL)
		return -ENOMEM;
	r = take(fd, buf, STSSL_RECORD_MAX, deadline_ms, &len);
	if (r == 0)
		r = stssl_record_decode(buf, len, ret);
	free(buf);
	return r;
}

int
stssl_ask(const char *path, const struct stssl_record *question, int timeout_ms,
    int *ret_fd)
{
	int64_t deadline_ms = stssl_now_ms() + timeout_ms;
	uid_t owner;
	int fd, r;

	r = stssl_trusted_socket(path, &owner);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	r = dial(fd, path, deadline_ms);
	if (r == 0)
		r = check_peer(fd, owner);
	if (r == 0)
		r = say(fd, question, deadline_ms);
	if (r < 0)
		(void)close(fd);
	else
		*ret_fd = fd;
	return r;
}

void
stssl_hang_up(struct stssl_line *line)
{
	if (line->fd != -1)
		(void)close(line->fd);
	line->fd = -1;
}

static int
left(int64_t deadline_ms)
{
	return (int)(deadline_ms - stssl_now_ms());
}

/*
 * On the connection that is there, if the helper has waited for another
 * question, or else on a new one.  No answer at all is none that is
 * well-formed.
 */
static int
ask(struct stssl_line *line, const struct stssl_record *question,
    int timeout_ms, struct stssl_record *ret)
{
	int64_t deadline_ms = stssl_now_ms() + timeout_ms;
	int r = -EPIPE;

	if (line->fd != -1)
		r = say(line->fd, question, deadline_ms);
	if (r == 0)
		r = stssl_hear(line->fd, left(deadline_ms), ret);
	if (r == -EPIPE || r == -ECONNRESET || r == -ENODATA) {
		stssl_hang_up(line);
		r = stssl_ask(
		    line->path, question, left(deadline_ms), &line->fd);
		if (r == 0)
			r = stssl_hear(line->fd, left(deadline_ms), ret);
	}
	return r == -ENODATA ? -EBADMSG : r;
}

/* An answer that says nothing we know is none. */
static int
meaning_of(const struct stssl_record *answer, const struct meaning *meanings)
{
	const char *word = stssl_record_get(answer, STSSL_KEY_STSSL_RESULT);

	for (; word != NULL && meanings->word != NULL; meanings++) {
		if (strcmp(word, meanings->word) == 0)
			return meanings->code;
	}
	return -EBADMSG;
}

/* A session without these would be nobody's. */
static bool
is_complete(const struct stssl_record *record)
{
	const char *from = stssl_record_get(record, STSSL_KEY_REMOTE_ADDR);
	struct stssl_address address;

	return stssl_record_get(record, STSSL_KEY_STSSL_SESSION) != NULL &&
	       from != NULL && stssl_ip_parse(from, &address) == 0;
}

static int
put_query(struct stssl_record *question, const struct stssl_connection *keys,
    size_t count)
{
	char text[STSSL_CONNECTION_TEXT];
	int r = stssl_record_put(question, STSSL_KEY_STSSL_ASK, "query");

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = stssl_record_put_nth(question, STSSL_KEY_STSSL_CONNECTION,
		    i, stssl_connection_format(&keys[i], text));
	return r;
}

int
stssl_query(struct stssl_line *line, const struct stssl_connection *keys,
    size_t count, int timeout_ms, struct stssl_record *ret)
{
	struct stssl_record question, answer;
	int r;

	if (count == 0 || count > STSSL_QUERY_KEYS)
		return -EINVAL;
	stssl_record_init(&question);
	stssl_record_init(&answer);
	r = put_query(&question, keys, count);
	if (r == 0)
		r = ask(line, &question, timeout_ms, &answer);
	if (r == 0)
		r = meaning_of(&answer, query_meanings);
	if (r == 1 && !is_complete(&answer))
		r = -EBADMSG;
	stssl_record_done(&question);
	if (r == 1) {
		*ret = answer;
		return r;
	}
	stssl_record_done(&answer);
	stssl_hang_up(line);
	return r;
}

int
stssl_report(
    struct stssl_line *line, const struct stssl_record *verdict, int timeout_ms)
{
	struct stssl_record answer;
	int r;

	stssl_record_init(&answer);
	r = ask(line, verdict, timeout_ms, &answer);
	if (r == 0)
		r = meaning_of(&answer, report_meanings);
	stssl_record_done(&answer);
	stssl_hang_up(line);
	return r;
}
