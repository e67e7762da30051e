/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session between a client and a backend that the test plays itself, in one
 * process and one event loop.  The monitor is three functions.
 */
#include <config.h>
#include "helper/worker/session.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/buffer.h"
#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "helper/worker/ftp/ftp_text.h"
#include "helper/worker/relay/stream.h"
#include "helper/worker/tls/tls.h"
#include "policy/decide.h"
#include "tests/certificates.h"
#include "tests/keyholder-stage.h"
#include "tests/test.h"

struct play {
	struct session_host host; /* first: the host is the play */
	struct helper_config config;
	struct listen_config listen;
	struct session *session;
	int listener, client, backend;
	const char *from; /* NULL: 192.0.2.1:40000 */
	double noop_seconds;
	unsigned published, withdrawn, welcome, closed;
	unsigned failed[PENALTY_COUNT];
	bool refuse_publish, demand_private, demand_end;
	struct message_advice advice; /* what the advisor says */
	unsigned asked;
	char asked_for[MESSAGE_USER_MAX + 1];
	bool backend_was_silent, backend_was_open, was_welcome;
	bool backend_was_open_at_withdrawal;
};

static struct play *
play_of(struct session_host *host)
{
	return (struct play *)(void *)host;
}

static bool
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

static int
publish(struct session_host *host, uint64_t session,
    const struct stssl_connection *connection,
    const struct stssl_record *record, bool is_welcome)
{
	struct play *p = play_of(host);

	ck_assert_uint_eq(session, 7);
	ck_assert_ptr_nonnull(
	    stssl_record_get(record, STSSL_KEY_STSSL_SESSION));
	ck_assert_uint_ne(connection->peer.port, 0);
	take_backend(p);
	p->backend_was_silent = is_silent(p->backend);
	p->was_welcome = is_welcome;
	p->published++;
	return p->refuse_publish ? -EPIPE : 0;
}

static void
withdraw(struct session_host *host, uint64_t session)
{
	struct play *p = play_of(host);

	(void)session;
	p->backend_was_open_at_withdrawal =
	    stream_is_open(&p->session->backend) && is_silent(p->backend);
	p->withdrawn++;
}

static void
hear(struct session_host *host)
{
	struct play *p = play_of(host);
	const struct message_verdict verdict = { .data_private = 1 };

	if (p->demand_private)
		session_verdict(p->session, &verdict);
	if (p->demand_end)
		session_end_for(p->session, END_KICKED);
}

static void
welcome(struct session_host *host, uint64_t session)
{
	ck_assert_uint_eq(session, 7);
	play_of(host)->welcome++;
}

static void
failed(struct session_host *host, uint64_t session, enum penalty_event event)
{
	ck_assert_uint_eq(session, 7);
	play_of(host)->failed[event]++;
}

static void
closed(struct session_host *host, uint64_t session)
{
	struct play *p = play_of(host);

	(void)session;
	p->backend_was_open =
	    stream_is_open(&p->session->backend) && is_silent(p->backend);
	p->closed++;
}

static void
ask(struct session_host *host, uint64_t session, uint64_t serial,
    const char *user)
{
	struct play *p = play_of(host);
	struct message_advice advice = p->advice;

	ck_assert_ptr_nonnull(user);
	(void)snprintf(p->asked_for, sizeof p->asked_for, "%s", user);
	p->asked++;
	/* The last question's answer, come late, must count for nothing. */
	advice.session = session;
	advice.serial = serial - 1;
	advice.verdict = STSSL_VERDICT_ACCEPT;
	session_advice(p->session, &advice);
	advice.serial = serial;
	advice.verdict = p->advice.verdict;
	session_advice(p->session, &advice);
}

static int
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

/* A session whose backend connection is accepted, but has not greeted. */
static void
begin(struct play *p)
{
	struct message_client client = { .session = 7 };
	struct stssl_address at;
	int pair[2];

	log_open(LOG_TARGET_STDERR, "test", false);
	p->host = (struct session_host){ .loop = ev_loop_new(0),
		.config = &p->config,
		.noop_seconds = p->noop_seconds > 0 ? p->noop_seconds : 60,
		.publish = publish,
		.withdraw = withdraw,
		.ask = ask,
		.listen = hear,
		.failed = failed,
		.welcome = welcome,
		.closed = closed };
	p->config.listeners = &p->listen;
	p->config.listener_count = 1;
	p->listen.name = "ftp";
	p->listen.login_seconds = 60;
	p->listen.backend_ports.low = 1024;
	p->listen.backend_ports.high = 65535;
	p->listener = listen_on_loopback(&at);
	p->listen.backend.len =
	    stssl_address_to(&at, &p->listen.backend.u.inet);
	ck_assert_int_eq(
	    stssl_address_parse(
		p->from != NULL ? p->from : "192.0.2.1:40000", &client.peer),
	    0);
	ck_assert_int_eq(stssl_address_parse("127.0.0.1:21", &client.local), 0);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	p->client = pair[0];
	p->session = session_new(&p->host, &client, pair[1]);
	p->backend = -1;
	session_run(p->session);
	take_backend(p);
}

static void
end(struct play *p)
{
	if (p->closed == 0)
		session_kill(p->session);
	ck_assert_uint_eq(p->closed, 1);
	close(p->client);
	close(p->backend);
	close(p->listener);
	socket_linger_done(p->host.loop);
	buffer_done();
	ev_loop_destroy(p->host.loop);
}

static void
put(int fd, const char *text)
{
	ck_assert_int_eq(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Run until `fd` has something or has ended; read it. */
static void
get(struct play *p, int fd, char *buf, size_t size)
{
	struct pollfd ready = { fd, POLLIN, 0 };
	ssize_t n;

	while (poll(&ready, 1, 0) == 0)
		ev_run(p->host.loop, EVRUN_ONCE);
	n = recv(fd, buf, size - 1, MSG_DONTWAIT);
	buf[n < 0 ? 0 : n] = '\0';
}

static void
expect(struct play *p, int fd, const char *text)
{
	char buf[16384];

	get(p, fd, buf, sizeof buf);
	ck_assert_str_eq(buf, text);
}

static void
expect_code(struct play *p, const char *code)
{
	char buf[16384];

	get(p, p->client, buf, sizeof buf);
	ck_assert_msg(strncmp(buf, code, strlen(code)) == 0,
	    "expected %s, got %s", code, buf);
}

static void
greet(struct play *p)
{
	put(p->backend, "220 ready\r\n");
	expect(p, p->client, "220 ready\r\n");
}

START_TEST(nothing_is_forwarded_before_the_record_is_published)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	p.advice.verdict = STSSL_VERDICT_PASSWORD;
	/* Client and backend are ready to go on as soon as they may. */
	put(p.client, "USER alice\r\n");
	put(p.backend, "220 ready\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	ck_assert_uint_eq(p.published, 1);
	ck_assert(p.backend_was_silent);
	/* FTP clients are welcome when they have logged in. */
	ck_assert(!p.was_welcome);
	end(&p);
}
END_TEST

START_TEST(nothing_is_forwarded_when_the_record_cannot_be_published)
{
	struct play p = { .refuse_publish = true };

	begin(&p);
	put(p.client, "USER alice\r\n");
	put(p.backend, "220 ready\r\n");
	expect(&p, p.backend, "");
	expect_code(&p, "421 ");
	end(&p);
}
END_TEST

START_TEST(the_record_is_withdrawn_before_the_backend_connection_is_closed)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	shutdown(p.client, SHUT_WR);
	expect(&p, p.backend, "");
	/* With the session's own end, which says so, too. */
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.withdrawn, 0);
	ck_assert(p.backend_was_open);
	end(&p);
}
END_TEST

/* What a listener with a certificate has. */
static struct tls_context *
tls_with_certificate(const struct files *files)
{
	struct made ca = make_ca("Root", NULL, NULL);
	struct made server = make_leaf("server", &ca, NULL);
	char paths[2][256], *certificate = paths[0], *key = paths[1],
			    priority[] = "NORMAL";
	const struct tls_config config = { .certificates = { &certificate, 1 },
		.keys = { &key, 1 },
		.priority = priority };
	struct tls_context *context = NULL;
	struct stssl_error error = { "" };
	const char *wrong;
	gnutls_datum_t pem = pem_of(&server);

	(void)snprintf(certificate, sizeof paths[0], "%s",
	    write_file(files, "server.pem", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_int_eq(
	    gnutls_x509_privkey_export2(server.key, GNUTLS_X509_FMT_PEM, &pem),
	    0);
	(void)snprintf(key, sizeof paths[1], "%s",
	    write_file(files, "server.key", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_msg(tls_context_new(&config, &context, &wrong, &error) == 0,
	    "%s", error.text);
	tls_context_connect(context, keyholder_stage(&config));
	unmake(&server);
	unmake(&ca);
	return context;
}

/* A connection that has heard more than FEAT is not TLS's, nor is its record. */
START_TEST(before_tls_a_connection_that_has_heard_of_somebody_goes)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	struct tls_context *tls;
	struct files files;

	files_init(&files);
	/* First, for the keyholder's process has what is open by then. */
	tls = tls_with_certificate(&files);
	p.listen.handshake_seconds = 60;
	begin(&p);
	p.host.tls = tls;
	greet(&p);
	if (_i == 1) {
		put(p.client, "USER alice\r\n");
		expect(&p, p.backend, "USER alice\r\n");
		put(p.backend, "331 password?\r\n");
		expect(&p, p.client, "331 password?\r\n");
	}
	put(p.client, "AUTH TLS\r\n");
	expect_code(&p, "234 ");
	ck_assert_uint_eq(p.withdrawn, (unsigned)_i);
	if (_i == 1) {
		ck_assert(p.backend_was_open_at_withdrawal);
		expect(&p, p.backend, "");
	} else {
		ck_assert(is_silent(p.backend));
	}
	ck_assert_int_eq(p.session->state, SESSION_HANDSHAKE);
	end(&p);
	(void)tls_context_free(tls);
	files_done(&files);
}
END_TEST

/* By its own timeout: that of the login is far away. */
START_TEST(a_handshake_that_does_not_end_has_a_timeout_of_its_own)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	struct tls_context *tls;
	struct files files;

	files_init(&files);
	tls = tls_with_certificate(&files);
	p.listen.handshake_seconds = 1;
	begin(&p);
	p.host.tls = tls;
	greet(&p);
	put(p.client, "AUTH TLS\r\n");
	expect_code(&p, "234 ");
	expect(&p, p.client, "");
	ck_assert_uint_eq(p.closed, 1);
	ck_assert_uint_eq(p.failed[PENALTY_HANDSHAKE_TIMEOUT], 1);
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_TIMEOUT], 0);
	end(&p);
	(void)tls_context_free(tls);
	files_done(&files);
}
END_TEST

START_TEST(what_follows_auth_in_clear_ends_the_session)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "AUTH TLS\r\nUSER alice\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

/* What the gateway answers by itself, in clear. */
static const struct {
	const char *line, *code;
} own_rows[] = {
	{ "AUTH", "501 " },
	{ "AUTH KERBEROS_V4", "504 " },
	{ "PBSZ 0", "503 " },
	{ "PROT P", "503 " },
	{ "CCC", "533 " },
	{ "ADAT abc", "503 " },
	{ "MIC abc", "503 " },
	{ "CONF abc", "503 " },
	{ "ENC abc", "503 " },
	{ "HOST 127.0.0.1", "220 " },
	{ "HOST 127.0.0.2", "504 " },
	{ "HOST [::1]", "504 " },
	{ "HOST", "501 " },
	{ "HOST ftp.example.org:21", "501 " },
	{ "SITE AUTH", "530 TLS required" },
	{ "site auth", "530 TLS required" },
	{ "REIN", "502 " },
	{ "LPRT 4,1,2", "502 " },
	{ "LPSV", "502 " },
	{ "SSCN ON", "502 " },
	{ "CPSV", "502 " },
	{ "EPSV ALL", "200 " },
	{ "EPSV 2", "522 " },
	{ "PORT 192,0,2,2,200,1", "500 " },
	{ "PORT 192,0,2,1,0,25", "504 " },
	{ "PORT 192,0,2,1,3,255", "504 " },
	{ "EPRT |1|192.0.2.1|1023|", "504 " },
	{ "PORT x", "501 " },
	{ "EPRT |1|192.0.2.2|50000|", "500 " },
	{ "EPRT |3|x|50000|", "522 Network protocol not supported, use (1)" },
	{ "EPRT |2|::1|50000|", "522 Network protocol not supported, use (1)" },
	{ "EPSV ALL ", "200 " },
	{ "PROT P ", "503 " },

	{ "EPRT x", "501 " },
	{ "USER a\rb", "500 " },
	{ "USER\talice", "500 " },
	{ "\013PORT 127,0,0,1,31,144", "500 " },
	{ "PO\377\377\375\001RT 127,0,0,1,31,144", "500 " },
};

START_TEST(commands_of_ours_do_not_reach_the_backend)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[128];

	begin(&p);
	greet(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", own_rows[_i].line);
	put(p.client, line);
	expect_code(&p, own_rows[_i].code);
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

static const char *const passive_words[] = { "PASV", "PORT 192,0,2,1,200,1",
	"EPRT |1|192.0.2.1|50000|" };

START_TEST(epsv_all_leaves_epsv_alone)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[64];

	begin(&p);
	greet(&p);
	put(p.client, "EPSV ALL\r\n");
	expect_code(&p, "200 ");
	(void)snprintf(line, sizeof line, "%s\r\n", passive_words[_i]);
	put(p.client, line);
	expect_code(&p, "503 ");
	end(&p);
}
END_TEST

static const char *const browsers[] = { "GET / HTTP/1.1", "POST / HTTP/1.1",
	"HEAD /", "PUT /", "DELETE /", "OPTIONS *", "CONNECT a:21", "TRACE /",
	"PATCH /" };

START_TEST(a_browser_gets_no_word)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[64];

	begin(&p);
	greet(&p);
	(void)snprintf(line, sizeof line, "%s\r\nUSER a\r\n", browsers[_i]);
	put(p.client, line);
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(replies_keep_the_order_of_their_commands)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "NOOP\r\nPBSZ 0\r\nSYST\r\n");
	expect(&p, p.backend, "NOOP\r\n");
	put(p.backend, "200 noop\r\n");
	expect(&p, p.backend, "SYST\r\n");
	put(p.backend, "215 syst\r\n");
	expect(&p, p.client, "200 noop\r\n503 PBSZ needs AUTH TLS first.\r\n");
	expect(&p, p.client, "215 syst\r\n");
	end(&p);
}
END_TEST

START_TEST(features_are_merged)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "FEAT\r\n");
	expect(&p, p.backend, "FEAT\r\n");
	put(p.backend, "211-Features:\r\n AUTH KRB\r\n EPSV\r\n211 End\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n EPSV\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n"
	    "211 End\r\n");
	end(&p);
}
END_TEST

START_TEST(a_backend_without_features_leaves_ours)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "FEAT\r\n");
	expect(&p, p.backend, "FEAT\r\n");
	put(p.backend, "500 what?\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n211 End\r\n");
	end(&p);
}
END_TEST

START_TEST(lines_that_are_too_long_get_500_and_then_421)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[6001];

	begin(&p);
	greet(&p);
	memset(line, 'x', sizeof line);
	memcpy(line + sizeof line - 3, "\r\n", 3);
	for (int i = 0; i < 4; i++) {
		put(p.client, line);
		expect_code(&p, "500 ");
	}
	put(p.client, line);
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(a_stranger_may_not_talk_for_ever)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	for (int i = 0; i < 9; i++) {
		put(p.client, "HELO there\r\n");
		expect(&p, p.backend, "HELO there\r\n");
		put(p.backend, "530 log in\r\n");
		expect(&p, p.client, "530 log in\r\n");
	}
	put(p.client, "HELO there\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	end(&p);
}
END_TEST

START_TEST(a_class_that_demands_protected_data_gets_521)
{
	struct play p = { .demand_private = true };

	begin(&p);
	greet(&p);
	put(p.client, "RETR file\r\n");
	expect_code(&p, "521 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

static void
log_in(struct play *p)
{
	put(p->client, "USER alice\r\n");
	expect(p, p->backend, "USER alice\r\n");
	put(p->backend, "331 password?\r\n");
	expect(p, p->client, "331 password?\r\n");
	put(p->client, "PASS x\r\n");
	expect(p, p->backend, "PASS x\r\n");
	put(p->backend, "230 ok\r\n");
	expect(p, p->client, "230 ok\r\n");
}

static const struct {
	enum stssl_reason reason;
	const char *reply;
} refusal_rows[] = {
	{ STSSL_REASON_TLS_REQUIRED, "530 TLS required; use AUTH TLS.\r\n" },
	{ STSSL_REASON_TLS_TOO_OLD,
	    "530 A newer TLS version is required.\r\n" },
	{ STSSL_REASON_NO_CERTIFICATE, "530 Client certificate required.\r\n" },
	{ STSSL_REASON_BAD_CERTIFICATE,
	    "530 The certificate is not accepted: certificate expired.\r\n" },
	{ STSSL_REASON_NOT_THIS_USER,
	    "530 The certificate does not belong to this user.\r\n" },
	{ STSSL_REASON_AMBIGUOUS,
	    "530 The certificate is several users'; name one with USER.\r\n" },
	{ STSSL_REASON_NO_CLASS, "530 Login refused.\r\n" },
	{ STSSL_REASON_CLASS_REFUSES, "530 Login refused.\r\n" },
	{ STSSL_REASON_BAD_USER, "530 Login refused.\r\n" },
	{ STSSL_REASON_HELPER, "530 Login refused.\r\n" },
	{ STSSL_REASON_CONFIGURATION, "530 Login refused.\r\n" },
	{ STSSL_REASON_INTERNAL, "530 Login refused.\r\n" },
};

START_TEST(a_refused_user_is_told_at_user_and_the_backend_is_not)
{
	struct play p = { .advice = { .reason = refusal_rows[_i].reason,
			      .failure = STSSL_FAILURE_EXPIRED } };

	begin(&p);
	greet(&p);
	put(p.client, "USER alice\r\n");
	expect(&p, p.client, refusal_rows[_i].reply);
	put(p.client, "PASS secret\r\n");
	expect(&p, p.client, "503 Login with USER first.\r\n");
	ck_assert(is_silent(p.backend));
	ck_assert_str_eq(p.asked_for, "alice");
	end(&p);
}
END_TEST

/* lftp's default ftp:retry-530 and what it would make of our texts. */
START_TEST(no_refusal_makes_lftp_try_again)
{
	regex_t retry;

	ck_assert_int_eq(
	    regcomp(&retry,
		"too many|overloaded|try (again |back )?later|is restricted to|"
		"maximum number|number of connect|only.*session.*allowed|"
		"more connection|already connected|simultaneous login",
		REG_EXTENDED | REG_ICASE | REG_NOSUB),
	    0);
	ck_assert_int_eq(
	    regexec(&retry, refusal_rows[_i].reply, 0, NULL, 0), REG_NOMATCH);
	regfree(&retry);
}
END_TEST

START_TEST(refusals_have_an_end)
{
	struct play p = { .advice.reason = STSSL_REASON_NO_CLASS };

	begin(&p);
	greet(&p);
	for (int i = 0; i < 4; i++) {
		put(p.client, "USER alice\r\n");
		expect_code(&p, "530 ");
	}
	put(p.client, "USER alice\r\n");
	expect_code(&p, "421 ");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_FAILED], 5);
	end(&p);
}
END_TEST

START_TEST(wrong_passwords_have_an_end)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	for (int i = 0; i < 5; i++) {
		put(p.client, "USER alice\r\n");
		expect(&p, p.backend, "USER alice\r\n");
		put(p.backend, "331 password?\r\n");
		expect(&p, p.client, "331 password?\r\n");
		put(p.client, "PASS x\r\n");
		expect(&p, p.backend, "PASS x\r\n");
		put(p.backend, "530-No.\r\n530 Login incorrect.\r\n");
		expect(&p, p.client,
		    i < 4 ? "530-No.\r\n530 Login incorrect.\r\n"
			  : "421 Too many failed logins.\r\n");
	}
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.welcome, 0);
	ck_assert_uint_eq(p.failed[PENALTY_LOGIN_FAILED], 5);
	end(&p);
}
END_TEST

START_TEST(a_failed_login_is_answered_after_a_while)
{
	struct play p = { .advice.reason = STSSL_REASON_NO_CLASS };

	begin(&p);
	p.listen.failed_login_seconds = 1;
	greet(&p);
	put(p.client, "USER alice\r\nUSER bob\r\n");
	for (int i = 0; i < 8; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert(is_silent(p.client));
	ck_assert_uint_eq(p.asked, 1);
	expect(&p, p.client, "530 Login refused.\r\n");
	end(&p);
}
END_TEST

START_TEST(who_is_logged_in_is_no_newcomer)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "USER alice\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	put(p.backend, "331 password?\r\n");
	expect(&p, p.client, "331 password?\r\n");
	ck_assert_uint_eq(p.welcome, 0);
	put(p.client, "PASS x\r\n");
	expect(&p, p.backend, "PASS x\r\n");
	put(p.backend, "230 ok\r\n");
	expect(&p, p.client, "230 ok\r\n");
	ck_assert_uint_eq(p.welcome, 1);
	end(&p);
}
END_TEST

START_TEST(a_password_is_asked_about_again_before_it_is_forwarded)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "USER alice\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	put(p.backend, "331 password?\r\n");
	expect(&p, p.client, "331 password?\r\n");
	p.advice.verdict = STSSL_VERDICT_REFUSE;
	p.advice.reason = STSSL_REASON_TLS_REQUIRED;
	put(p.client, "PASS secret\r\n");
	expect_code(&p, "530 ");
	ck_assert(is_silent(p.backend));
	ck_assert_uint_eq(p.asked, 2);
	end(&p);
}
END_TEST

START_TEST(each_user_is_asked_about_anew)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "USER alice\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	put(p.backend, "331 password?\r\n");
	expect(&p, p.client, "331 password?\r\n");
	p.advice.verdict = STSSL_VERDICT_REFUSE;
	put(p.client, "USER bob\r\n");
	expect_code(&p, "530 ");
	put(p.client, "PASS secret\r\n");
	expect_code(&p, "503 ");
	ck_assert_str_eq(p.asked_for, "bob");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* Up to the nonce, which nobody can know. */
static void
log_in_by_certificate(struct play *p)
{
	char line[128];

	put(p->client, "USER alice\r\n");
	expect(p, p->backend, "USER alice\r\n");
	put(p->backend, "331 password?\r\n");
	get(p, p->backend, line, sizeof line);
	ck_assert_uint_eq(strspn(line + 5, "0123456789abcdef"), 32);
	memcpy(line + 5, "\r\n", 3);
	ck_assert_str_eq(line, "PASS \r\n");
}

START_TEST(who_logs_in_by_certificate_is_not_asked_for_a_password)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT };

	begin(&p);
	greet(&p);
	log_in_by_certificate(&p);
	put(p.backend, "230-Hello\r\n230 welcome\r\n");
	expect(&p, p.client,
	    "232-Hello\r\n"
	    "232 User logged in, authorized by certificate.\r\n");
	put(p.client, "PASS anyway\r\n");
	expect_code(&p, "230 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

START_TEST(clients_that_take_232_for_an_error_may_be_asked_for_any_password)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT,
		.listen.certificate_reply_331 = true };

	begin(&p);
	greet(&p);
	log_in_by_certificate(&p);
	put(p.backend, "230-Hello\r\n230 welcome\r\n");
	expect(&p, p.client,
	    "331-Hello\r\n"
	    "331 Authorized by certificate; any password will do.\r\n");
	put(p.client, "PASS whatever\r\n");
	expect_code(&p, "230 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* A password that follows a refused name is not taken for the old one's. */
START_TEST(a_password_after_a_name_that_was_refused_has_no_user)
{
	bool by_certificate = _i == 1;
	struct play p = { .advice.verdict = by_certificate
						? STSSL_VERDICT_ACCEPT
						: STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	if (by_certificate) {
		log_in_by_certificate(&p);
		put(p.backend, "230 welcome\r\n");
		expect_code(&p, "232 ");
	} else {
		log_in(&p);
	}
	put(p.client, "USER carol\r\n");
	expect_code(&p, "530 ");
	put(p.client, "PASS x\r\n");
	expect_code(&p, "503 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* Asked about or not, a name in use does not make way for another. */
START_TEST(who_is_logged_in_stays_who_he_is)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "USER bob\r\n");
	expect(&p, p.client, "530 Already logged in as another user.\r\n");
	ck_assert(is_silent(p.backend));
	put(p.client, "USER alice\r\n");
	expect(&p, p.backend, "USER alice\r\n");
	put(p.backend, "331 Any password will do.\r\n");
	expect_code(&p, "331 ");
	end(&p);
}
END_TEST

START_TEST(advice_to_accept_is_not_a_login)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_ACCEPT };

	begin(&p);
	greet(&p);
	log_in_by_certificate(&p);
	put(p.backend, "530 Login incorrect.\r\n");
	expect(&p, p.client, "530 Login incorrect.\r\n");
	put(p.client, "RETR a\r\n");
	expect(&p, p.backend, "RETR a\r\n");
	end(&p);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_refused_unasked)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[400] = "USER ";

	begin(&p);
	greet(&p);
	memset(line + 5, 'a', MESSAGE_USER_MAX + 1);
	memcpy(line + 5 + MESSAGE_USER_MAX + 1, "\r\n", 3);
	put(p.client, line);
	expect_code(&p, "530 ");
	ck_assert_uint_eq(p.asked, 0);
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

static const char *const transfers[] = { "RETR a", "STOR a", "APPE a", "STOU",
	"LIST", "NLST" };

START_TEST(a_transfer_needs_a_data_connection)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[64];

	begin(&p);
	greet(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", transfers[_i]);
	put(p.client, line);
	expect(&p, p.backend, line);
	put(p.backend, "530 log in first\r\n");
	expect(&p, p.client, "530 log in first\r\n");
	log_in(&p);
	put(p.client, line);
	expect_code(&p, "425 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

START_TEST(a_backend_that_has_no_mlsd_says_so_at_any_time)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "MLSD\r\n");
	expect(&p, p.backend, "MLSD\r\n");
	put(p.backend, "500 unknown\r\n");
	expect(&p, p.client, "500 unknown\r\n");
	end(&p);
}
END_TEST

/* What goes to the backend as it came, byte for byte. */
static const char *const as_they_come[] = { "DELE x\377y", "RMD x\377yz",
	"DELE x\377\377y", "DELE x\377\364", "RNFR \377\373\001x", "XMD5 a",
	"MD5 a", "XSHA256 a b", "CWD a ", "CWD  a" };

START_TEST(a_backend_hears_names_as_the_client_has_said_them)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[64];

	begin(&p);
	greet(&p);
	log_in(&p);
	(void)snprintf(line, sizeof line, "%s\r\n", as_they_come[_i]);
	put(p.client, line);
	expect(&p, p.backend, line);
	end(&p);
}
END_TEST

START_TEST(empty_lines_are_not_answered_and_before_a_login_they_have_an_end)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "\r\n\n\r\nNOOP\r\n");
	expect(&p, p.backend, "NOOP\r\n");
	put(p.backend, "200 ok\r\n");
	expect(&p, p.client, "200 ok\r\n");
	end(&p);

	p = (struct play){ .advice.verdict = STSSL_VERDICT_PASSWORD };
	begin(&p);
	greet(&p);
	put(p.client, "\n\n\n\n\n\n\n\n\n\n");
	expect_code(&p, "421 ");
	end(&p);
}
END_TEST

/* Connect to `at` from any port of `source`. */
static int
connect_from(const struct stssl_address *at, const char *source)
{
	struct stssl_address from;
	int fd;

	ck_assert_int_eq(stssl_ip_parse(source, &from), 0);
	fd = socket_connect_inet(at, &from);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* The backend is told to be active, and agrees.  Returns where it is to go. */
static struct stssl_address
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

START_TEST(a_target_that_cannot_be_reached_does_not_reach_the_backend)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "PORT 192,0,2,1,200,1\r\n");
	(void)agree_to_port(&p);
	expect_code(&p, "200 ");
	/* From 127.0.0.1 there is no way to 192.0.2.1. */
	put(p.client, "RETR a\r\n");
	expect_code(&p, "425 ");
	ck_assert(is_silent(p.backend));
	end(&p);
}
END_TEST

/* What a backend may say to PORT, and what its client is told. */
static const struct {
	const char *reply, *code;
} port_rows[] = {
	{ "530 log in first\r\n", "530 log in first" },
	{ "421 too late\r\n", "421 too late" },
	{ "500 never\r\n", "425 " },
	{ "550 not allowed\r\n", "425 " },
	{ "502-not\r\n502 here\r\n", "425 " },
};

START_TEST(a_backend_that_cannot_be_active_is_no_riddle_for_its_client)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[FTP_REPLY_MAX];

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "EPSV\r\n");
	get(&p, p.backend, line, sizeof line);
	put(p.backend, port_rows[_i].reply);
	expect_code(&p, port_rows[_i].code);
	put(p.client, "RETR a\r\n");
	expect_code(&p, "425 ");
	end(&p);
}
END_TEST

/* Ports of a passive backend, with backend-passive-ports = "2000-65535". */
static const struct {
	const char *reply;
	bool is_good; /* it goes on with the port of a listening socket */
} passive_rows[] = {
	{ "227 ok (127,0,0,1,", true },
	{ "227 ok (10,0,0,1,", true },
	{ "227 ok (127,0,0,1,2,119)", false },
	{ "227 ok (127,0,0,1,7,207)", false },
	{ "229 ok (|||631|)", false },
	{ "227 ok (127,0,0,1,0,0)", false },
	{ "227 ok", false },
};

START_TEST(a_passive_backend_leads_to_its_own_ports_only)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.listen.backend_data = BACKEND_PASSIVE };
	struct stssl_address at;
	int port = listen_on_loopback(&at), fd;
	char line[FTP_REPLY_MAX];

	begin(&p);
	p.listen.backend_ports.low = 2000;
	greet(&p);
	log_in(&p);
	put(p.client, "PASV\r\n");
	expect(&p, p.backend, "PASV\r\n");
	(void)snprintf(
	    line, sizeof line, "%u,%u)", at.port >> 8, at.port & 255u);
	put(p.backend, passive_rows[_i].reply);
	put(p.backend, passive_rows[_i].is_good ? line : "");
	put(p.backend, "\r\n");
	expect_code(&p, passive_rows[_i].is_good ? "227 " : "425 ");
	/* It connects at once, before anybody else does. */
	if (passive_rows[_i].is_good) {
		fd = accept(port, NULL, NULL);
		ck_assert_int_ne(fd, -1);
		close(fd);
	}
	close(port);
	end(&p);
}
END_TEST

/* Logged in, at 227.  Returns where the backend is to connect to. */
static struct stssl_address
begin_data(struct play *p, struct stssl_address *ret_passive)
{
	struct stssl_address at;
	char line[FTP_REPLY_MAX];

	greet(p);
	log_in(p);
	put(p->client, "PASV\r\n");
	at = agree_to_port(p);
	get(p, p->client, line, sizeof line);
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", ret_passive), 0);
	ck_assert_int_eq(ftp_parse_227(line, &ret_passive->port), 0);
	return at;
}

/* The same, and the backend has connected and said 150. */
static int
begin_download(struct play *p)
{
	struct stssl_address at, passive;
	int data;

	at = begin_data(p, &passive);
	put(p->client, "RETR a\r\n");
	expect(p, p->backend, "RETR a\r\n");
	data = connect_from(&at, "127.0.0.1");
	put(p->backend, "150 here\r\n");
	expect(p, p->client, "150 here\r\n");
	return data;
}

START_TEST(a_backend_that_is_done_is_kept_awake_while_its_client_reads)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000",
		.noop_seconds = .01 };
	struct stssl_address at, passive;
	int data, client;
	bool dies = _i == 1;

	begin(&p);
	at = begin_data(&p, &passive);
	put(p.client, "RETR a\r\n");
	expect(&p, p.backend, "RETR a\r\n");
	data = connect_from(&at, "127.0.0.1");
	put(p.backend, "150 here\r\n226 done\r\n");
	expect(&p, p.client, "150 here\r\n");
	/* The client's data connection is not there yet: 226 is held. */
	for (int i = 0; i < 3; i++) {
		expect(&p, p.backend, "NOOP\r\n");
		ck_assert(is_silent(p.client));
		if (!dies)
			put(p.backend, "200-No\r\n200 operation\r\n");
		else if (i == 0)
			put(p.backend, "421 Timeout.\r\n");
		if (dies)
			break;
	}
	client = connect_from(&passive, "127.0.0.1");
	close(data);
	expect(&p, p.client, "226 done\r\n");
	put(p.client, "PWD\r\n");
	if (!dies) {
		expect(&p, p.backend, "PWD\r\n");
		put(p.backend, "257 here\r\n");
		expect(&p, p.client, "257 here\r\n");
	}
	close(client);
	end(&p);
}
END_TEST

/* STOR empties the file that is there. */
START_TEST(what_the_backend_cannot_connect_for_it_does_not_hear_of)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	struct stssl_address passive;
	struct rlimit limit, low;
	int fd;

	begin(&p);
	(void)begin_data(&p, &passive);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	/* The lowest number that is free is one too many. */
	fd = dup(p.client);
	ck_assert_int_ge(fd, 0);
	close(fd);
	low = limit;
	low.rlim_cur = (rlim_t)fd;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	put(p.client, "STOR a\r\n");
	expect_code(&p, "451 ");
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	put(p.client, "NOOP\r\n");
	expect(&p, p.backend, "NOOP\r\n");
	end(&p);
}
END_TEST

/* Who connects to the port that the backend was told, and when. */
enum visitor {
	NOBODY,
	BEFORE_THE_COMMAND, /* which it closes, and goes on */
	FROM_ELSEWHERE,     /* the same */
	BEFORE_THE_BACKEND, /* then it is one too many */
	AFTER_THE_BACKEND,  /* the same */
};
static const struct {
	enum visitor visitor;
	const char *code;
} visitor_rows[] = {
	{ NOBODY, "226 " },
	{ BEFORE_THE_COMMAND, "226 " },
	{ FROM_ELSEWHERE, "226 " },
	{ BEFORE_THE_BACKEND, "451 " },
	{ AFTER_THE_BACKEND, "451 " },
};

START_TEST(nobody_takes_the_backends_place_on_a_data_connection)
{
	enum visitor visitor = visitor_rows[_i].visitor;
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	struct stssl_address at, passive;
	int thief = -1, data, client;
	char got[64] = "";

	begin(&p);
	at = begin_data(&p, &passive);
	if (visitor == BEFORE_THE_COMMAND)
		thief = connect_from(&at, "127.0.0.1");
	put(p.client, "RETR a\r\n");
	expect(&p, p.backend, "RETR a\r\n");
	if (visitor == FROM_ELSEWHERE)
		thief = connect_from(&at, "127.0.0.2");
	if (visitor == BEFORE_THE_BACKEND)
		thief = connect_from(&at, "127.0.0.1");
	data = connect_from(&at, "127.0.0.1");
	if (visitor == AFTER_THE_BACKEND)
		thief = connect_from(&at, "127.0.0.1");
	client = connect_from(&passive, "127.0.0.1");
	put(p.backend, "150 here\r\n");
	expect(&p, p.client, "150 here\r\n");
	if (thief != -1)
		(void)send(thief, "theirs", 6, MSG_NOSIGNAL);
	(void)send(data, "ours", 4, MSG_NOSIGNAL);
	shutdown(data, SHUT_WR);
	put(p.backend, "226 whole\r\n");
	expect_code(&p, visitor_rows[_i].code);
	/* Nothing of the thief's, whoever wins. */
	get(&p, client, got, sizeof got);
	ck_assert_str_eq(got, visitor_rows[_i].code[0] == '2' ? "ours" : "");
	if (thief != -1)
		close(thief);
	close(data);
	close(client);
	end(&p);
}
END_TEST

/* The transfer that `command` begins, with both data connections. */
static void
begin_transfer(
    struct play *p, const char *command, int *ret_data, int *ret_client)
{
	struct stssl_address at, passive;

	at = begin_data(p, &passive);
	put(p->client, command);
	expect(p, p->backend, command);
	*ret_data = connect_from(&at, "127.0.0.1");
	*ret_client = connect_from(&passive, "127.0.0.1");
	put(p->backend, "150 go on\r\n");
	expect(p, p->client, "150 go on\r\n");
}

START_TEST(a_download_that_the_backend_calls_a_failure_has_no_proper_end)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	int data, client;
	char got[64];

	begin(&p);
	begin_transfer(&p, "RETR a\r\n", &data, &client);
	put(data, "half");
	close(data);
	get(&p, client, got, sizeof got);
	ck_assert_str_eq(got, "half");
	put(p.backend, "451 the disk is broken\r\n");
	expect_code(&p, "451 the disk");
	ck_assert_int_eq(recv(client, got, sizeof got, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	close(client);
	end(&p);
}
END_TEST

/* What the backend does with an upload that it calls a success. */
enum reading {
	READS_AND_CLOSES,
	CLOSES_UNREAD,
	SAYS_IT_TOO_EARLY,
	SAYS_SOMETHING_BACK,
};
static const struct {
	enum reading reading;
	const char *code;
} upload_rows[] = {
	{ READS_AND_CLOSES, "226 " },
	{ CLOSES_UNREAD, "451 " },
	{ SAYS_IT_TOO_EARLY, "451 " },
	{ SAYS_SOMETHING_BACK, "451 " },
};

START_TEST(an_upload_is_a_success_when_the_backend_has_read_it_to_its_end)
{
	enum reading reading = upload_rows[_i].reading;
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD,
		.from = "127.0.0.1:40000" };
	int data, client;
	char got[64];

	begin(&p);
	begin_transfer(&p, "STOR a\r\n", &data, &client);
	ck_assert_int_eq(send(client, "mine", 4, 0), 4);
	if (reading != SAYS_IT_TOO_EARLY)
		shutdown(client, SHUT_WR);
	while (is_silent(data))
		ev_run(p.host.loop, EVRUN_ONCE);
	if (reading == READS_AND_CLOSES) {
		get(&p, data, got, sizeof got);
		ck_assert_str_eq(got, "mine");
		get(&p, data, got, sizeof got);
		ck_assert_str_eq(got, "");
		put(p.backend, "226 whole\r\n");
		/* Not yet: it may still find that it cannot keep it. */
		for (int i = 0; i < 8; i++)
			ev_run(p.host.loop, EVRUN_NOWAIT);
		ck_assert(is_silent(p.client));
	} else if (reading == SAYS_SOMETHING_BACK) {
		put(data, "thanks");
		put(p.backend, "226 whole\r\n");
	} else {
		put(p.backend, "226 whole\r\n");
	}
	if (reading != SAYS_IT_TOO_EARLY)
		close(data);
	expect_code(&p, upload_rows[_i].code);
	if (reading == SAYS_IT_TOO_EARLY)
		close(data);
	close(client);
	end(&p);
}
END_TEST

START_TEST(only_abor_may_follow_a_transfer_that_runs)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	int data;

	begin(&p);
	data = begin_download(&p);
	put(p.client, "STAT\r\n");
	put(p.backend, "426 broken\r\n");
	expect(&p, p.client, "426 broken\r\n");
	expect(&p, p.backend, "STAT\r\n");
	put(p.backend, "211 fine\r\n");
	expect(&p, p.client, "211 fine\r\n");
	close(data);
	end(&p);
}
END_TEST

/* What the backend says of a transfer when it hears of ABOR. */
static const char *const abor_rows[] = { "226 whole", "425 no connection",
	"426 broken" };

START_TEST(abor_ends_a_transfer)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	int data;

	begin(&p);
	data = begin_download(&p);
	put(p.client, "\377\364\377\362ABOR\r\n");
	expect(&p, p.backend, "ABOR\r\n");
	put(p.backend, abor_rows[_i]);
	put(p.backend, "\r\n225 aborted\r\n");
	/* The client was not done, whatever the backend was. */
	expect_code(&p, "426 ");
	close(data);
	end(&p);
}
END_TEST

/* The last replies of a backend's to a download that its client breaks off. */
static const struct {
	const char *reply, *seen;
} several_rows[] = {
	{ "226-Options: -l\r\n226 1 matches total\r\n",
	    "426 The data connection was broken off; transfer incomplete.\r\n" },
	{ "226-a\r\n226-b\r\n c\r\n226 d\r\n",
	    "426 The data connection was broken off; transfer incomplete.\r\n" },
	{ "551-no\r\n such\r\n551 file\r\n",
	    "551-no\r\n such\r\n551 file\r\n" },
	/* It remains a reply when there is not room for all of it. */
	{ "551-*\r\n **\r\n551 *\r\n", "551-*\r\n551 *\r\n" },
	{ "551-**\r\n551 *\r\n", "551 *\r\n" },
};

/* What is kept of a reply are 4096 bytes: each * is 1500 of them. */
static const char *
swell(const char *text, char buf[static 16384])
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		size_t n = *text == '*' ? 1500 : 1;

		memset(buf + len, *text, n);
		len += n;
	}
	buf[len] = '\0';
	return buf;
}

START_TEST(a_reply_of_several_lines_is_said_whole_or_replaced_whole)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char buf[16384];
	int data;

	begin(&p);
	data = begin_download(&p);
	put(p.client, "ABOR\r\n");
	expect(&p, p.backend, "ABOR\r\n");
	put(p.backend, swell(several_rows[_i].reply, buf));
	expect(&p, p.client, swell(several_rows[_i].seen, buf));
	put(p.backend, "226 aborted\r\n");
	expect(&p, p.client, "226 aborted\r\n");
	close(data);
	end(&p);
}
END_TEST

START_TEST(a_reply_that_is_too_long_to_be_held_back_keeps_its_last_line)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };
	char line[1024];
	int data;

	memset(line, 'x', sizeof line);
	memcpy(line, "451-", 4);
	line[sizeof line - 1] = '\0';
	begin(&p);
	data = begin_download(&p);
	for (int i = 0; i < 12; i++) {
		put(p.backend, line);
		put(p.backend, "\r\n");
	}
	put(p.backend, "451 sorry\r\n");
	for (size_t n = 0; n < 10; n++) {
		char buf[16384];
		const char *last;

		get(&p, p.client, buf, sizeof buf);
		ck_assert_uint_le(strlen(buf), 4096 + 2);
		last = strstr(buf, "451 sorry\r\n");
		if (last == NULL)
			continue;
		ck_assert_str_eq(last, "451 sorry\r\n");
		break;
	}
	close(data);
	end(&p);
}
END_TEST

START_TEST(a_backend_that_ends_in_the_middle_of_its_reply_gets_no_end_of_ours)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	put(p.client, "HELP\r\n");
	expect(&p, p.backend, "HELP\r\n");
	put(p.backend, "214-These\r\n");
	expect(&p, p.client, "214-These\r\n");
	shutdown(p.backend, SHUT_WR);
	expect(&p, p.client, "");
	end(&p);
}
END_TEST

START_TEST(features_of_a_backend_that_refuses_in_several_lines_are_ours)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	put(p.client, "FEAT\r\n");
	expect(&p, p.backend, "FEAT\r\n");
	put(p.backend, "530-log\r\n530 in\r\n");
	expect(&p, p.client,
	    "211-Features:\r\n AUTH TLS\r\n HOST\r\n PBSZ\r\n PROT\r\n"
	    "211 End\r\n");
	end(&p);
}
END_TEST

/* What a backend may do wrong, and what its client sees. */
static const struct {
	const char *bytes, *code;
} backend_rows[] = {
	{ "hello\r\n", "421 " },
	{ "", "421 " },
	{ "421 too busy\r\n", "421 too busy" },
	{ "530 go away\r\n", "530 go away" },
};

START_TEST(a_backend_that_does_not_greet_ends_the_session)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	put(p.backend, backend_rows[_i].bytes);
	shutdown(p.backend, SHUT_WR);
	expect_code(&p, backend_rows[_i].code);
	while (p.closed == 0)
		ev_run(p.host.loop, EVRUN_ONCE);
	end(&p);
}
END_TEST

/* It need not close the connection itself. */
START_TEST(a_backend_that_greets_with_a_refusal_ends_the_session)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	put(p.backend, "530 not today\r\n");
	expect(&p, p.client, "530 not today\r\n");
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

START_TEST(a_session_that_has_to_end_says_why)
{
	struct play p = { .advice.verdict = STSSL_VERDICT_PASSWORD };

	begin(&p);
	greet(&p);
	log_in(&p);
	session_end_for(p.session, END_CERTIFICATE);
	expect(&p, p.client, "421 Your certificate is not good any more.\r\n");
	expect(&p, p.client, "");
	expect(&p, p.backend, "");
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

START_TEST(an_end_that_comes_while_it_listens_is_not_forgotten)
{
	struct play p = { .demand_end = true };

	begin(&p);
	greet(&p);
	put(p.client, "RETR file\r\n");
	for (int i = 0; i < 8 && p.closed == 0; i++)
		ev_run(p.host.loop, EVRUN_NOWAIT);
	ck_assert_uint_eq(p.closed, 1);
	end(&p);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ nothing_is_forwarded_before_the_record_is_published, 0 },
		{ nothing_is_forwarded_when_the_record_cannot_be_published, 0 },
		{ the_record_is_withdrawn_before_the_backend_connection_is_closed,
		    0 },
		{ what_follows_auth_in_clear_ends_the_session, 0 },
		{ commands_of_ours_do_not_reach_the_backend, ROWS(own_rows) },
		{ epsv_all_leaves_epsv_alone, ROWS(passive_words) },
		{ a_browser_gets_no_word, ROWS(browsers) },
		{ replies_keep_the_order_of_their_commands, 0 },
		{ features_are_merged, 0 },
		{ a_backend_without_features_leaves_ours, 0 },
		{ lines_that_are_too_long_get_500_and_then_421, 0 },
		{ a_refused_user_is_told_at_user_and_the_backend_is_not,
		    ROWS(refusal_rows) },
		{ no_refusal_makes_lftp_try_again, ROWS(refusal_rows) },
		{ refusals_have_an_end, 0 },
		{ wrong_passwords_have_an_end, 0 },
		{ a_session_that_has_to_end_says_why, 0 },
		{ an_end_that_comes_while_it_listens_is_not_forgotten, 0 },
		{ a_failed_login_is_answered_after_a_while, 0 },
		{ who_is_logged_in_is_no_newcomer, 0 },
		{ a_password_is_asked_about_again_before_it_is_forwarded, 0 },
		{ each_user_is_asked_about_anew, 0 },
		{ who_logs_in_by_certificate_is_not_asked_for_a_password, 0 },
		{ clients_that_take_232_for_an_error_may_be_asked_for_any_password,
		    0 },
		{ a_password_after_a_name_that_was_refused_has_no_user, 2 },
		{ who_is_logged_in_stays_who_he_is, 0 },
		{ advice_to_accept_is_not_a_login, 0 },
		{ a_name_that_is_too_long_is_refused_unasked, 0 },
		{ a_transfer_needs_a_data_connection, ROWS(transfers) },
		{ a_backend_that_has_no_mlsd_says_so_at_any_time, 0 },
		{ a_backend_hears_names_as_the_client_has_said_them,
		    ROWS(as_they_come) },
		{ empty_lines_are_not_answered_and_before_a_login_they_have_an_end,
		    0 },
		{ a_stranger_may_not_talk_for_ever, 0 },
		{ a_class_that_demands_protected_data_gets_521, 0 },
		{ a_target_that_cannot_be_reached_does_not_reach_the_backend,
		    0 },
		{ a_backend_that_is_done_is_kept_awake_while_its_client_reads,
		    2 },
		{ a_backend_that_cannot_be_active_is_no_riddle_for_its_client,
		    ROWS(port_rows) },
		{ a_passive_backend_leads_to_its_own_ports_only,
		    ROWS(passive_rows) },
		{ what_the_backend_cannot_connect_for_it_does_not_hear_of, 0 },
		{ nobody_takes_the_backends_place_on_a_data_connection,
		    ROWS(visitor_rows) },
		{ a_download_that_the_backend_calls_a_failure_has_no_proper_end,
		    0 },
		{ an_upload_is_a_success_when_the_backend_has_read_it_to_its_end,
		    ROWS(upload_rows) },
		{ only_abor_may_follow_a_transfer_that_runs, 0 },
		{ abor_ends_a_transfer, ROWS(abor_rows) },
		{ a_reply_of_several_lines_is_said_whole_or_replaced_whole,
		    ROWS(several_rows) },
		{ a_reply_that_is_too_long_to_be_held_back_keeps_its_last_line,
		    0 },
		{ a_backend_that_ends_in_the_middle_of_its_reply_gets_no_end_of_ours,
		    0 },
		{ features_of_a_backend_that_refuses_in_several_lines_are_ours,
		    0 },
		{ a_backend_that_does_not_greet_ends_the_session,
		    ROWS(backend_rows) },
		{ before_tls_a_connection_that_has_heard_of_somebody_goes, 2 },
		{ a_backend_that_greets_with_a_refusal_ends_the_session, 0 },
		{ a_handshake_that_does_not_end_has_a_timeout_of_its_own, 0 },
	};

	return test_main("session", cases, ROWS(cases));
}
