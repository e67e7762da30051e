/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session between a client and a backend that the input plays: each line is
 * who does what, as for fuzz_act(), and:
 *
 *	P       as the first line: the backend is passive on data connections
 *	v       the backend says 227 with a port that answers
 *	n       the backend connects to the port it was last told
 *	s       so does somebody else, from another address
 *	d       the client connects to the port it was last given
 *	a       the backend accepts on its port
 *	u TEXT  the client's data           w TEXT  the backend's data
 *	U       the client's data end       W       the backend's data end
 *	R       the client's data are reset
 *	p       protected data are demanded
 */
#include <config.h>
#include "helper/worker/session.h"

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/socket.h"
#include "helper/worker/ftp/ftp_text.h"
#include "status/tools/address.h"
#include "tests/fuzz-host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends of data connections. */
enum end {
	CLIENT_DATA,
	BACKEND_DATA,
	STRANGER,
	ENDS
};

struct stage {
	struct fuzz_session f; /* first: the host is the stage */
	int fd[ENDS];
	int data_listener;
	uint16_t data_port, offered, ordered;
	bool demand_private;
};

static struct stage *
stage_of(struct session_host *host)
{
	return (struct stage *)(void *)host;
}

void
host_listen(struct session_host *host)
{
	const struct message_verdict verdict = { .data_private = 1 };

	if (stage_of(host)->demand_private)
		session_verdict(stage_of(host)->f.session, &verdict);
}

void
host_welcome(const struct session *s)
{
	(void)s;
}

static void
begin(struct stage *s, bool passive)
{
	struct stssl_address at;

	if (gnutls_certificate_allocate_credentials(&s->f.tls.credentials) <
		0 ||
	    gnutls_priority_init(&s->f.tls.priority, "NORMAL", NULL) < 0)
		abort();
	s->f.host.noop_seconds = 60;
	s->f.listen.backend_data = passive ? BACKEND_PASSIVE : BACKEND_ACTIVE;
	s->f.listen.backend_ports.low = 1024;
	s->f.listen.backend_ports.high = 65535;
	s->data_listener = listen_somewhere(&at);
	s->data_port = at.port;
	fuzz_begin(&s->f);
	s->fd[CLIENT_DATA] = s->fd[BACKEND_DATA] = s->fd[STRANGER] = -1;
}

static void
finish(struct stage *s)
{
	fuzz_finish(&s->f);
	for (int end = 0; end < ENDS; end++)
		fuzz_hang_up(&s->fd[end]);
	(void)close(s->data_listener);
	gnutls_certificate_free_credentials(s->f.tls.credentials);
	gnutls_priority_deinit(s->f.tls.priority);
}

/* Read what one end got; "" when it is closed. */
static const char *
hear_out(int fd)
{
	static char buf[16384];
	ssize_t n = 0;

	if (fd != -1)
		n = recv(fd, buf, sizeof buf - 1, MSG_DONTWAIT);
	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

/* For the ports in it. */
static void
look(struct stage *s)
{
	const char *at = strstr(hear_out(s->f.fd[FUZZ_CLIENT]), "227 ");
	char order[FTP_REPLY_MAX];
	struct stssl_address to;

	if (at != NULL)
		(void)ftp_parse_227(at, &s->offered);
	at = strstr(hear_out(s->f.fd[FUZZ_BACKEND]), "PORT 127,");
	if (at == NULL)
		return;
	(void)snprintf(order, sizeof order, "%.*s", (int)strcspn(at, "\r"), at);
	if (ftp_parse_port(order + strlen("PORT "), &to) == 0)
		s->ordered = to.port;
}

static void
connect_to(struct stage *s, enum end end, uint16_t port, const char *source)
{
	struct stssl_address to, from;

	fuzz_hang_up(&s->fd[end]);
	if (port == 0 || stssl_ip_parse("127.0.0.1", &to) < 0 ||
	    stssl_ip_parse(source, &from) < 0)
		return;
	to.port = port;
	s->fd[end] = socket_connect_inet(&to, &from);
	if (s->fd[end] < 0)
		s->fd[end] = -1;
}

static void
say_227(struct stage *s)
{
	char line[64];

	(void)snprintf(line, sizeof line, "227 ok (127,0,0,1,%u,%u)",
	    s->data_port >> 8, s->data_port & 255u);
	fuzz_say(s->f.fd[FUZZ_BACKEND], line, strlen(line), "\r\n");
}

static void
reset_data(struct stage *s)
{
	const struct linger now = { 1, 0 };

	if (s->fd[CLIENT_DATA] != -1)
		(void)setsockopt(s->fd[CLIENT_DATA], SOL_SOCKET, SO_LINGER,
		    &now, sizeof now);
	fuzz_hang_up(&s->fd[CLIENT_DATA]);
}

static void
act(struct stage *s, const char *line, size_t len)
{
	size_t skip = len < 2 ? len : 2;

	switch (line[0]) {
	case 'u':
		fuzz_say(s->fd[CLIENT_DATA], line + skip, len - skip, "");
		break;
	case 'w':
		fuzz_say(s->fd[BACKEND_DATA], line + skip, len - skip, "");
		break;
	case 'U':
		fuzz_hang_up(&s->fd[CLIENT_DATA]);
		break;
	case 'W':
		fuzz_hang_up(&s->fd[BACKEND_DATA]);
		break;
	case 'R':
		reset_data(s);
		break;
	case 'v':
		say_227(s);
		break;
	case 'd':
		connect_to(s, CLIENT_DATA, s->offered, "127.0.0.1");
		break;
	case 'n':
		connect_to(s, BACKEND_DATA, s->ordered, "127.0.0.1");
		break;
	case 's':
		connect_to(s, STRANGER, s->ordered, "127.0.0.2");
		break;
	case 'a':
		fuzz_hang_up(&s->fd[BACKEND_DATA]);
		s->fd[BACKEND_DATA] = accept(s->data_listener, NULL, NULL);
		break;
	case 'p':
		s->demand_private = true;
		break;
	default:
		(void)fuzz_act(&s->f, line[0], line + skip, len - skip);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .f.verdict = STSSL_VERDICT_PASSWORD };
	char line[4200];
	size_t len = 0;

	/* As in all processes of the helper: splice(2) cannot do without. */
	(void)signal(SIGPIPE, SIG_IGN);
	begin(&s, size > 0 && data[0] == 'P');
	for (size_t i = 0; i < size && s.f.session != NULL; i++) {
		if (data[i] != '\n' && len < sizeof line - 1) {
			line[len++] = (char)data[i];
			continue;
		}
		if (len > 0)
			act(&s, line, len);
		len = 0;
		fuzz_turn(&s.f);
		look(&s);
	}
	finish(&s);
	return 0;
}
