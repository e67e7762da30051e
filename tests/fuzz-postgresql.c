/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A client of PostgreSQL that has not asked for TLS yet, or cannot have it: the
 * first byte says how many of the others it says at a time.  The backend must
 * hear what a model of a few lines says, and the client nothing but its N.
 */
#include <config.h>
#include "helper/worker/session.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/fuzz-host.h"

#define INPUT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stage {
	struct fuzz_session f; /* first: the host is the stage; without a key */
	/* What is to be: */
	uint8_t pending[INPUT_MAX];
	size_t pending_len, to_hear;
	bool passes, has_ended, has_asked;
};

static struct stage *
stage_of(struct session_host *host)
{
	return (struct stage *)(void *)host;
}

static void
check(bool is_so)
{
	if (!is_so)
		abort();
}

void
host_listen(struct session_host *host)
{
	(void)host;
}

/* As soon as bytes only go through, and no sooner. */
void
host_welcome(const struct session *s)
{
	check(stage_of(s->host)->passes);
}

static bool
is_request(const struct stage *s, uint8_t last)
{
	const uint8_t request[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, last };

	return memcmp(s->pending, request, sizeof request) == 0;
}

/* Some more bytes have come, and those before have been dealt with. */
static void
foresee(struct stage *s, const uint8_t *bytes, size_t len)
{
	if (s->has_ended)
		return;
	memcpy(s->pending + s->pending_len, bytes, len);
	s->pending_len += len;
	if (s->passes || s->pending[0] == 0x16 || s->pending_len < 8) {
		s->has_ended = !s->passes && s->pending[0] == 0x16;
	} else if (is_request(s, 0x2f)) {
		s->has_ended = true;
	} else if (is_request(s, 0x30) && !s->has_asked) {
		s->has_asked = true;
		s->has_ended = s->pending_len > 8;
		s->pending_len = 0;
	} else {
		s->passes = true;
	}
	s->to_hear = s->passes ? s->pending_len : 0;
}

static void
say(struct stage *s, const uint8_t *bytes, size_t len)
{
	foresee(s, bytes, len);
	(void)send(
	    s->f.fd[FUZZ_CLIENT], bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	for (int i = 0; i < 8 && s->f.session != NULL; i++)
		ev_run(s->f.host.loop, EVRUN_NOWAIT);
	check((s->f.session == NULL) == s->has_ended);
}

/* All that is to be, which may have to wait for acknowledgements; no more. */
static void
hear(const struct stage *s)
{
	struct pollfd ready = { s->f.fd[FUZZ_BACKEND], POLLIN, 0 };
	uint8_t heard[INPUT_MAX + 1] = { 0 };
	size_t len = 0;
	ssize_t n;

	while (len < s->to_hear && poll(&ready, 1, 10000) == 1) {
		n = recv(
		    s->f.fd[FUZZ_BACKEND], heard + len, sizeof heard - len, 0);
		check(n > 0);
		len += (size_t)n;
	}
	check(len == s->to_hear && memcmp(heard, s->pending, len) == 0 &&
	      recv(s->f.fd[FUZZ_BACKEND], heard, 1, MSG_DONTWAIT) <= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .f.listen.protocol = LISTEN_POSTGRESQL };
	char letters[2];
	size_t step;
	ssize_t n;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	(void)signal(SIGPIPE, SIG_IGN);
	fuzz_begin(&s.f);
	check(s.f.fd[FUZZ_BACKEND] != -1);
	step = data[0] == 0 ? size : data[0];
	for (size_t at = 1; at < size && !s.has_ended; at += step)
		say(&s, data + at, size - at < step ? size - at : step);
	hear(&s);
	/* A session that has ended may have taken its N with it. */
	n = recv(s.f.fd[FUZZ_CLIENT], letters, sizeof letters, MSG_DONTWAIT);
	check(n <= (s.has_asked ? 1 : 0) && (n <= 0 || letters[0] == 'N') &&
	      (n == 1 || s.has_ended || !s.has_asked));
	fuzz_finish(&s.f);
	return 0;
}
