/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/fuzz-host.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "helper/base/socket.h"
#include "status/tools/address.h"

int
listen_somewhere(struct stssl_address *ret)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (stssl_address_parse("127.0.0.1:0", ret) < 0)
		abort();
	len = stssl_address_to(ret, &sa);
	if (bind(fd, (struct sockaddr *)&sa, len) == -1 ||
	    listen(fd, 4) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1 ||
	    stssl_address_from(&sa, ret) < 0)
		abort();
	return fd;
}

void
fuzz_begin(struct fuzz_session *f)
{
	struct message_client client = { .session = 1 };
	struct stssl_address at;
	int pair[2];

	f->host.loop = ev_loop_new(0);
	f->host.config = &f->config;
	f->host.tls = &f->tls;
	if (stssl_address_parse("127.0.0.1:40000", &client.peer) < 0 ||
	    stssl_address_parse("127.0.0.1:21", &client.local) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == -1)
		abort();
	f->config.listeners = &f->listen;
	f->config.listener_count = 1;
	f->listen.name = "fuzzed";
	f->listen.login_seconds = 60;
	f->listener = listen_somewhere(&at);
	f->listen.backend.len =
	    stssl_address_to(&at, &f->listen.backend.u.inet);
	f->fd[FUZZ_CLIENT] = pair[0];
	f->session = session_new(&f->host, &client, pair[1]);
	session_run(f->session);
	f->fd[FUZZ_BACKEND] = accept(f->listener, NULL, NULL);
}

void
fuzz_hang_up(int *fd)
{
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}

void
fuzz_finish(struct fuzz_session *f)
{
	if (f->session != NULL)
		session_kill(f->session);
	if (f->session != NULL)
		abort();
	for (int end = 0; end < FUZZ_ENDS; end++)
		fuzz_hang_up(&f->fd[end]);
	(void)close(f->listener);
	socket_linger_done(f->host.loop);
	buffer_done();
	ev_loop_destroy(f->host.loop);
}

void
fuzz_say(int fd, const char *text, size_t len, const char *end)
{
	const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

	(void)send(fd, text, len, flags);
	(void)send(fd, end, strlen(end), flags);
}

bool
fuzz_act(struct fuzz_session *f, char what, const char *text, size_t len)
{
	switch (what) {
	case 'c':
		fuzz_say(f->fd[FUZZ_CLIENT], text, len, "\r\n");
		return true;
	case 'b':
		fuzz_say(f->fd[FUZZ_BACKEND], text, len, "\r\n");
		return true;
	case 'C':
		fuzz_hang_up(&f->fd[FUZZ_CLIENT]);
		return true;
	case 'B':
		fuzz_hang_up(&f->fd[FUZZ_BACKEND]);
		return true;
	case '0':
	case '1':
	case '2':
		f->verdict = (uint32_t)(what - '0');
		return true;
	default:
		return false;
	}
}

void
fuzz_turn(const struct fuzz_session *f)
{
	for (int i = 0; i < 8; i++)
		ev_run(f->host.loop, EVRUN_NOWAIT);
}

/* The host: all is well, and nobody is told. */

int
host_publish(const struct session *s, const struct stssl_connection *connection,
    bool is_welcome)
{
	(void)s;
	(void)connection;
	(void)is_welcome;
	return 0;
}

void
host_ask(const struct session *s, enum message_about about, const char *user)
{
	struct fuzz_session *f = (struct fuzz_session *)(void *)s->host;
	const struct message_advice advice = { .session = s->id,
		.serial = s->question.serial,
		.verdict = f->verdict,
		.user = "alice" };

	if (s->protocol->advice == NULL ||
	    (about == ABOUT_USER) != (user != NULL) ||
	    (user != NULL && strlen(user) > MESSAGE_USER_MAX))
		abort();
	session_advice(f->session, &advice);
}

void
host_withdraw(const struct session *s)
{
	(void)s;
}

/* There is no verifier. */
int
host_prove(const struct session *s)
{
	(void)s;
	return -1;
}

void
host_closed(struct session *s, uint64_t in, uint64_t out)
{
	(void)in;
	(void)out;
	((struct fuzz_session *)(void *)s->host)->session = NULL;
}

void
host_failed(const struct session *s, enum penalty_event event)
{
	(void)s;
	(void)event;
}

void
host_route(struct session *s, uint64_t to)
{
	(void)to;
	s->route.is_over = true;
}

void
host_introduce(const struct session *s, enum proxy_fault fault,
    const struct stssl_address *client)
{
	(void)s;
	(void)fault;
	(void)client;
}

void
host_compared(const struct session *s, bool is_same, const uint8_t *digest)
{
	(void)s;
	(void)is_same;
	(void)digest;
}

void
host_unreachable(const struct session *s)
{
	(void)s;
}
