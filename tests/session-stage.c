/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/session-stage.h"

#include <netinet/in.h>
#include <poll.h>

#include "helper/base/buffer.h"
#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "helper/worker/relay/stream.h"
#include "status/tools/address.h"

static struct play *
play_of(struct session_host *host)
{
	return (struct play *)(void *)host;
}

bool
is_silent(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	       errno == EAGAIN;
}

/* A connection on this machine stands at once, before it is accepted. */
static void
take_backend(struct play *p)
{
	if (p->backend == -1)
		p->backend = accept(p->listener, NULL, NULL);
	ck_assert_int_ne(p->backend, -1);
}

int
host_publish(const struct session *s, const struct stssl_connection *connection,
    bool is_welcome)
{
	struct play *p = play_of(s->host);

	ck_assert_uint_eq(s->id, 7);
	ck_assert_ptr_nonnull(
	    stssl_record_get(&s->record, STSSL_KEY_STSSL_SESSION));
	ck_assert_uint_ne(connection->peer.port, 0);
	take_backend(p);
	stssl_record_done(&p->record);
	ck_assert_int_eq(
	    stssl_record_decode(s->record.text, s->record.len, &p->record), 0);
	p->backend_was_silent = is_silent(p->backend);
	p->was_welcome = is_welcome;
	p->published++;
	return p->refuse_publish ? -EPIPE : 0;
}

void
host_withdraw(const struct session *s)
{
	struct play *p = play_of(s->host);

	p->backend_was_open_at_withdrawal =
	    stream_is_open(&p->session->backend) && is_silent(p->backend);
	p->withdrawn++;
}

void
host_listen(struct session_host *host)
{
	struct play *p = play_of(host);
	const struct message_verdict verdict = { .verdict = p->decision,
		.data_private = p->demand_private,
		.class_name = "staff" };

	if (p->demand_private || p->decides)
		session_verdict(p->session, &verdict);
	if (p->demand_end)
		session_end_for(p->session, END_KICKED);
}

void
host_welcome(const struct session *s)
{
	play_of(s->host)->welcome++;
}

void
host_route(struct session *s, uint64_t to)
{
	play_of(s->host)->routed++;
	play_of(s->host)->routed_to = to;
	s->route.is_over = true;
}

void
host_failed(const struct session *s, enum penalty_event event)
{
	play_of(s->host)->failed[event]++;
}

void
host_introduce(const struct session *s, enum proxy_fault fault,
    const struct stssl_address *client)
{
	struct play *p = play_of(s->host);

	p->faults[fault]++;
	if (fault != PROXY_NONE)
		return;
	p->introduced++;
	if (client != NULL)
		p->announced = *client;
	if (p->is_refused)
		session_end_for(p->session, END_PENALTY);
	else
		session_admitted(p->session);
}

void
host_unreachable(const struct session *s)
{
	play_of(s->host)->unreachable++;
}

void
host_compared(const struct session *s, bool is_same, const uint8_t *digest)
{
	(void)digest;
	play_of(s->host)->compared[is_same]++;
}

void
host_closed(struct session *s, uint64_t in, uint64_t out)
{
	struct play *p = play_of(s->host);

	(void)in;
	(void)out;
	p->backend_was_open =
	    stream_is_open(&p->session->backend) && is_silent(p->backend);
	p->closed++;
}

/* Whoever has a certificate has signed, and it is good. */
int
host_prove(const struct session *s)
{
	const struct proof_answer answer = { .session = s->id,
		.failure = STSSL_FAILURE_NONE,
		.is_1_3 = !play_of(s->host)->has_signed_1_2,
		.sha256 = "7f",
		.subject = "CN=alice" };

	session_proven(play_of(s->host)->session, &answer);
	return 0;
}

/* In the place of a name. */
static const char *const abouts[] = {
	[ABOUT_CERTIFICATE] = "(certificate)",
	[ABOUT_CLEAR] = "(clear)",
	[ABOUT_DIGEST] = "(digest)",
};

void
host_ask(const struct session *s, enum message_about about, const char *user)
{
	struct play *p = play_of(s->host);
	struct message_advice advice = p->advice;

	ck_assert_int_eq(user != NULL, about == ABOUT_USER);
	(void)snprintf(p->asked_for, sizeof p->asked_for, "%s",
	    user == NULL ? abouts[about] : user);
	p->asked++;
	/* The last question's answer, come late, must count for nothing. */
	advice.session = s->id;
	advice.serial = s->question.serial - 1;
	advice.verdict = STSSL_VERDICT_ACCEPT;
	session_advice(p->session, &advice);
	if (p->is_unanswered)
		return;
	advice.serial++;
	advice.verdict = p->advice.verdict;
	session_advice(p->session, &advice);
}

int
listen_on_loopback(struct stssl_address *ret)
{
	struct sockaddr_storage sa = { .ss_family = AF_INET };
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&sa;
	socklen_t len = sizeof *in;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, len), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	ck_assert_int_eq(stssl_address_from(&sa, ret), 0);
	return fd;
}

void
begin_alone(struct play *p)
{
	struct message_client client = { .session = 7,
		.is_proxied = p->is_proxied };
	const char *from = p->from != NULL ? p->from : "192.0.2.1:40000";
	struct stssl_address at;
	int pair[2];

	log_open(LOG_TARGET_STDERR, "test", false);
	p->host = (struct session_host){ .loop = ev_loop_new(0),
		.config = &p->config,
		.tls = p->tls,
		.tickets = p->tickets,
		.noop_seconds = p->noop_seconds > 0 ? p->noop_seconds : 60 };
	p->config.listeners = &p->listen;
	p->config.listener_count = 1;
	p->listen.name = "ftp";
	p->listen.login_seconds = 60;
	if (p->listen.handshake_seconds == 0)
		p->listen.handshake_seconds = 60;
	p->listen.backend_ports = (struct port_range){ 1024, 65535 };
	p->listener = listen_on_loopback(&at);
	p->listen.backend.len =
	    stssl_address_to(&at, &p->listen.backend.u.inet);
	ck_assert_int_eq(stssl_address_parse(from, &client.peer), 0);
	ck_assert_int_eq(stssl_address_parse("127.0.0.1:21", &client.local), 0);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	p->client = pair[0];
	p->session = session_new(&p->host, &client, pair[1]);
	p->backend = -1;
	session_run(p->session);
}

void
begin(struct play *p)
{
	begin_alone(p);
	/* With implicit TLS there is none before the handshake. */
	if (p->listen.tls == LISTEN_EXPLICIT)
		take_backend(p);
}

void
end(struct play *p)
{
	if (p->closed == 0)
		session_kill(p->session);
	ck_assert_uint_eq(p->closed, 1);
	stssl_record_done(&p->record);
	close(p->client);
	close(p->backend);
	close(p->listener);
	socket_linger_done(p->host.loop);
	buffer_done();
	ev_loop_destroy(p->host.loop);
}

void
put(int fd, const char *text)
{
	ck_assert_int_eq(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

void
get(struct play *p, int fd, char *buf, size_t size)
{
	struct pollfd ready = { fd, POLLIN, 0 };
	ssize_t n;

	while (poll(&ready, 1, 0) == 0)
		ev_run(p->host.loop, EVRUN_ONCE);
	n = recv(fd, buf, size - 1, MSG_DONTWAIT);
	buf[n < 0 ? 0 : n] = '\0';
}

void
expect(struct play *p, int fd, const char *text)
{
	char buf[16384];

	get(p, fd, buf, sizeof buf);
	ck_assert_str_eq(buf, text);
}

void
expect_code(struct play *p, const char *code)
{
	char buf[16384];

	get(p, p->client, buf, sizeof buf);
	ck_assert_msg(strncmp(buf, code, strlen(code)) == 0,
	    "expected %s, got %s", code, buf);
}

void
begin_greeted(struct play *p)
{
	begin(p);
	pass_down(p, "220 ready\r\n");
}

void
pass_up(struct play *p, const char *line)
{
	put(p->client, line);
	expect(p, p->backend, line);
}

void
pass_down(struct play *p, const char *line)
{
	put(p->backend, line);
	expect(p, p->client, line);
}

void
name_user(struct play *p)
{
	pass_up(p, "USER alice\r\n");
	pass_down(p, "331 password?\r\n");
}

void
log_in(struct play *p)
{
	name_user(p);
	pass_up(p, "PASS x\r\n");
	pass_down(p, "230 ok\r\n");
}

int
connect_from(const struct stssl_address *at, const char *source)
{
	struct stssl_address from;
	int fd;

	ck_assert_int_eq(stssl_ip_parse(source, &from), 0);
	fd = socket_connect_inet(at, &from);
	ck_assert_int_ge(fd, 0);
	return fd;
}

struct stssl_address
agree_to_port(struct play *p)
{
	struct stssl_address at;
	char line[FTP_REPLY_MAX];

	get(p, p->backend, line, sizeof line);
	line[strcspn(line, "\r")] = '\0';
	ck_assert_int_eq(strncmp(line, "PORT ", 5), 0);
	ck_assert_int_eq(ftp_parse_port(line + 5, &at), 0);
	ck_assert(stssl_address_is_loopback(&at));
	ck_assert_uint_ge(at.port, 1024);
	put(p->backend, "200 fine\r\n");
	return at;
}

struct stssl_address
begin_data(struct play *p, struct stssl_address *ret_passive)
{
	struct stssl_address at;
	char line[FTP_REPLY_MAX];

	pass_down(p, "220 ready\r\n");
	log_in(p);
	put(p->client, "PASV\r\n");
	at = agree_to_port(p);
	get(p, p->client, line, sizeof line);
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", ret_passive), 0);
	ck_assert_int_eq(ftp_parse_227(line, &ret_passive->port), 0);
	return at;
}
