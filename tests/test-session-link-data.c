/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FTP at the Server: an Edge's data connections, of which each EPSV takes one,
 * and what stays the Edge's.
 */
#include <config.h>
#include "tests/link-server-stage.h"

#include "helper/base/socket.h"
#include "status/tools/address.h"

#define BROKEN_OFF \
	"426 The data connection was broken off; transfer incomplete.\r\n"

static void
read_whole(struct server_play *v, struct tls *tls, int fd, const char *text)
{
	ck_assert_int_eq(
	    link_read_all(v->play.host.loop, tls, fd, text), TLS_DONE);
	ck_assert_int_eq(
	    link_read_all(v->play.host.loop, tls, fd, ""), TLS_CLOSED);
}

static void
hear_reply(struct server_play *v, const char *text)
{
	ck_assert_int_eq(
	    link_read_all(v->play.host.loop, v->edge, v->play.client, text),
	    TLS_DONE);
}

/* One command of the Edge's, and the backend's reply. */
static void
exchange(struct server_play *v, const char *command, const char *reply)
{
	say(v, command, strlen(command));
	expect(&v->play, v->play.backend, command);
	put(v->play.backend, reply);
	hear_reply(v, reply);
}

/* A command that the Server answers itself. */
static void
ask(struct server_play *v, const char *command, const char *reply)
{
	say(v, command, strlen(command));
	hear_reply(v, reply);
}

/* A client has come, through an Edge at 127.0.0.1. */
static void
begin_greeted_link(struct server_play *v)
{
	struct link_header h;

	v->play.from = "127.0.0.1:5000";
	v->play.advice.verdict = STSSL_VERDICT_ACCEPT;
	get_hello(v);
	v->play.advice.verdict = STSSL_VERDICT_PASSWORD;
	h = header_for(v);
	introduce(v, &h);
	put(v->play.backend, "220 ready\r\n");
	hear_reply(v, "220 ready\r\n");
}

/* It is alice, and has logged in. */
static void
begin_link(struct server_play *v)
{
	begin_greeted_link(v);
	exchange(v, "USER alice\r\n", "331 password?\r\n");
	exchange(v, "PASS x\r\n", "230 ok\r\n");
}

/* Returns where the backend is told to go. */
static struct stssl_address
offer(struct server_play *v)
{
	struct stssl_address at;

	say(v, "EPSV\r\n", 6);
	at = agree_to_port(&v->play);
	hear_reply(v, "229 Entering Extended Passive Mode (|||21|).\r\n");
	return at;
}

/* The Edge's end of a connection that the monitor has passed on; or -1. */
static int
bring(struct server_play *v, const char *source)
{
	struct stssl_address at;
	int listener = listen_on_loopback(&at), edge, here;

	edge = connect_from(&at, source);
	here = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ne(here, -1);
	close(listener);
	session_data(v->play.session, here);
	turn(v);
	return edge;
}

static bool
is_closed(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

/* Go on with a data connection's TLS. */
static enum tls_result
resume(struct server_play *v, struct tls *data)
{
	enum tls_result r = TLS_WANT_READ;

	for (int i = 0; i < 100 && r != TLS_DONE && r != TLS_FAILED; i++) {
		r = tls_handshake(data);
		turn(v);
	}
	return r;
}

static struct tls *
resumed(struct server_play *v, int fd)
{
	struct tls *data =
	    tls_link_connect_data(keys.edge.context, v->edge, fd);

	ck_assert_ptr_nonnull(data);
	return data;
}

/* Who comes with data, and when. */
enum visitor {
	EDGE,
	EDGE_BEFORE_EPSV, /* which it closes, and waits for the next one */
	EDGE_TWICE,       /* the same with the second */
	FROM_ELSEWHERE,   /* the same */
	WITHOUT_TICKET,
	IN_CLEAR,
};
static const struct {
	enum visitor visitor;
	const char *reply;
} visitors[] = {
	{ EDGE, "226 whole\r\n" },
	{ EDGE_BEFORE_EPSV, "226 whole\r\n" },
	{ EDGE_TWICE, "226 whole\r\n" },
	{ FROM_ELSEWHERE, "226 whole\r\n" },
	{ WITHOUT_TICKET, "522 TLS on the data connection failed.\r\n" },
	{ IN_CLEAR, "522 TLS on the data connection failed.\r\n" },
};

static struct tls *
dress(struct server_play *v, enum visitor visitor, int fd)
{
	struct tls *data = visitor == WITHOUT_TICKET
			       ? tls_link_connect(keys.edge.context, fd)
			       : resumed(v, fd);

	if (visitor == IN_CLEAR)
		put(fd, "no TLS at all");
	else
		ck_assert_int_eq(resume(v, data),
		    visitor == WITHOUT_TICKET ? TLS_FAILED : TLS_DONE);
	return data;
}

START_TEST(an_epsv_takes_one_connection_that_resumes_the_link)
{
	enum visitor visitor = visitors[_i].visitor;
	bool is_whole = visitors[_i].reply[0] == '2';
	struct server_play v = { .play = PASSWORD_PLAY };
	struct stssl_address at;
	struct tls *data;
	int other = -1, fd, backend;

	begin_link(&v);
	if (visitor == EDGE_BEFORE_EPSV)
		other = bring(&v, "127.0.0.1");
	at = offer(&v);
	if (visitor == FROM_ELSEWHERE)
		other = bring(&v, "127.0.0.2");
	fd = bring(&v, "127.0.0.1");
	if (visitor == EDGE_TWICE)
		other = bring(&v, "127.0.0.1");
	if (other != -1)
		ck_assert(is_closed(other));
	say(&v, "RETR a\r\n", 8);
	expect(&v.play, v.play.backend, "RETR a\r\n");
	backend = connect_from(&at, "127.0.0.1");
	put(v.play.backend, "150 here\r\n");
	hear_reply(&v, "150 here\r\n");
	data = dress(&v, visitor, fd);
	if (is_whole)
		put(backend, "ours");
	shutdown(backend, SHUT_WR);
	turn(&v);
	put(v.play.backend, "226 whole\r\n");
	hear_reply(&v, visitors[_i].reply);
	if (is_whole)
		read_whole(&v, data, fd, "ours");
	(void)tls_free(data);
	if (other != -1)
		close(other);
	close(fd);
	close(backend);
	leave(&v);
}
END_TEST

/* How the Edge ends an upload, and what becomes of it. */
static const struct {
	bool has_notify, is_reset;
	const char *reply;
} upload_ends[] = {
	{ true, false, "226 whole\r\n" },
	{ false, false, BROKEN_OFF },
	{ false, true, BROKEN_OFF },
};

static void
end_upload(struct tls *data, int fd, bool has_notify, bool is_reset)
{
	const struct linger linger = { .l_onoff = is_reset };

	if (has_notify)
		ck_assert_int_eq(tls_bye(data), TLS_DONE);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	if (is_reset)
		close(fd);
	else
		shutdown(fd, SHUT_WR);
}

/* What recv(2) says of the end, and errno. */
static ssize_t
await_end(struct server_play *v, int fd)
{
	char c;

	link_await(v->play.host.loop, fd);
	errno = 0;
	return recv(fd, &c, 1, 0);
}

/* Also with PROT C: the backend hears of STOR when there is TLS. */
START_TEST(an_upload_that_the_edge_cuts_off_is_not_whole_to_the_backend)
{
	bool is_whole = upload_ends[_i].has_notify;
	struct server_play v = { .play = PASSWORD_PLAY };
	struct stssl_address at;
	struct tls *data;
	int fd, backend;
	char got[64];
	size_t n;

	begin_link(&v);
	at = offer(&v);
	fd = bring(&v, "127.0.0.1");
	ask(&v, "STOR a\r\n", "150 Ok to send data.\r\n");
	ck_assert(is_silent(v.play.backend));
	data = resumed(&v, fd);
	ck_assert_int_eq(resume(&v, data), TLS_DONE);
	expect(&v.play, v.play.backend, "STOR a\r\n");
	backend = connect_from(&at, "127.0.0.1");
	put(v.play.backend, "150 go on\r\n");
	ck_assert_int_eq(tls_write(data, "ours", 4, &n), TLS_DONE);
	get(&v.play, backend, got, sizeof got);
	ck_assert_str_eq(got, "ours");
	end_upload(data, fd, is_whole, upload_ends[_i].is_reset);
	ck_assert_int_eq(await_end(&v, backend), is_whole ? 0 : -1);
	ck_assert(is_whole || errno == ECONNRESET);
	close(backend);
	put(v.play.backend, is_whole ? "226 whole\r\n" : "426 cut\r\n");
	hear_reply(&v, is_whole ? "226 whole\r\n" : "426 cut\r\n");
	(void)tls_free(data);
	leave(&v);
}
END_TEST

static const char *const edges[] = { "AUTH TLS\r\n", "HOST example.org\r\n",
	"PASV\r\n", "PORT 127,0,0,1,200,1\r\n",
	"EPRT |1|127.0.0.1|50000|\r\n" };

START_TEST(what_is_between_client_and_edge_is_not_the_servers)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	begin_link(&v);
	ask(&v, edges[_i], "502 Command not implemented.\r\n");
	ck_assert(is_silent(v.play.backend));
	leave(&v);
}
END_TEST

START_TEST(the_server_demands_what_the_verdict_does)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	begin_link(&v);
	v.play.demand_private = true;
	(void)offer(&v);
	ask(&v, "RETR a\r\n", "521 Data must be protected; use PROT P.\r\n");
	ask(&v, "PROT C\r\n",
	    "534 Unprotected data are not allowed for you.\r\n");
	ask(&v, "PROT P\r\n", "200 PROT P, data are protected.\r\n");
	say(&v, "RETR a\r\n", 8);
	expect(&v.play, v.play.backend, "RETR a\r\n");
	leave(&v);
}
END_TEST

/* So that it is the Edge that counts its client's last one, and ends it. */
START_TEST(the_server_lets_a_client_try_once_more_than_its_edge)
{
	struct server_play v = { .play = PASSWORD_PLAY };

	begin_greeted_link(&v);
	for (int i = 0; i < 6; i++) {
		exchange(&v, "USER alice\r\n", "331 password?\r\n");
		say(&v, "PASS x\r\n", 8);
		expect(&v.play, v.play.backend, "PASS x\r\n");
		put(v.play.backend, "530 Login incorrect.\r\n");
		hear_reply(&v, i < 5 ? "530 Login incorrect.\r\n"
				     : "421 Too many failed logins.\r\n");
	}
	leave(&v);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ an_epsv_takes_one_connection_that_resumes_the_link,
		    ROWS(visitors) },
		{ an_upload_that_the_edge_cuts_off_is_not_whole_to_the_backend,
		    ROWS(upload_ends) },
		{ what_is_between_client_and_edge_is_not_the_servers,
		    ROWS(edges) },
		{ the_server_demands_what_the_verdict_does, 0 },
		{ the_server_lets_a_client_try_once_more_than_its_edge, 0 },
	};

	return test_main("session-link-data", cases, ROWS(cases));
}
