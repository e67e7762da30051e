/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Data connections from the Edge to the Server, which is the test: how they
 * begin, and that none that was cut is whole to anybody.
 */
#include <config.h>
#include "tests/link-edge-stage.h"

#define BROKEN_OFF \
	"426 The data connection was broken off; transfer incomplete.\r\n"

#include "status/tools/address.h"

struct transfer {
	struct tls *tls;           /* the Server's end */
	struct tls_tickets *other; /* of no session */
	int fd, client;
};

/* Up to the command; the Server has given a ticket. */
static void
begin_transfer(struct edge_play *v, const char *command, struct transfer *t)
{
	char line[FTP_REPLY_MAX];
	struct stssl_address at;

	begin_edge(v);
	pass_through(v, "USER alice\r\n", "331 password?\r\n");
	pass_through(v, "PASS x\r\n", "230 ok\r\n");
	put(v->play.client, "PASV\r\n");
	hear_command(v, "EPSV\r\n");
	ck_assert_int_eq(tls_send_ticket(v->link.server), TLS_DONE);
	reply(v, "229 ok (|||9|)\r\n");
	get(&v->play, v->play.client, line, sizeof line);
	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &at), 0);
	ck_assert_int_eq(ftp_parse_227(line, &at.port), 0);
	ck_assert(!is_dialled(v));
	put(v->play.client, command);
	hear_command(v, command);
	t->client = connect_from(&at, "127.0.0.1");
	t->fd = accept4(v->inlet, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ne(t->fd, -1);
	reply(v, "150 here\r\n");
	expect(&v->play, v->play.client, "150 here\r\n");
}

/* The Edge says whose data they are, and resumes the link. */
static void
accept_data(struct edge_play *v, struct transfer *t, bool resumes)
{
	enum tls_result r = TLS_WANT_READ;
	uint8_t route[LINK_ROUTE_BYTES];
	uint64_t session;

	link_await(v->play.host.loop, t->fd);
	ck_assert_int_eq(recv(t->fd, route, sizeof route, 0), sizeof route);
	ck_assert(link_route_read(route, &session));
	ck_assert_uint_eq(session, THERE);
	t->other = tls_tickets_new();
	t->tls =
	    resumes
		? tls_link_accept_data(keys.server.context, keys.tickets, t->fd)
		: tls_link_accept(keys.server.context, t->other, t->fd);
	for (int i = 0; i < 100 && r != TLS_DONE && r != TLS_FAILED; i++) {
		turn(v);
		r = tls_handshake(t->tls);
	}
	ck_assert(!resumes || tls_resumes_control(t->tls));
	turn(v);
}

static void
end_transfer(struct edge_play *v, struct transfer *t)
{
	t->tls = tls_free(t->tls);
	t->other = tls_tickets_free(t->other);
	close(t->fd);
	close(t->client);
	leave(v);
}

static void
reset(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* How the Server's end of a download ends, if it resumed the link. */
enum ending {
	BY_NOTIFY,
	BY_FIN,
	BY_RST,
	NOT_RESUMED,
};
static const struct {
	enum ending ending;
	const char *reply;
} downloads[] = {
	{ BY_NOTIFY, "226 whole\r\n" },
	{ BY_FIN, "451 The transfer is incomplete.\r\n" },
	{ BY_RST, "451 The transfer is incomplete.\r\n" },
	{ NOT_RESUMED, "451 The transfer is incomplete.\r\n" },
};

/* Whatever the Server says of it. */
START_TEST(a_download_that_is_cut_on_the_link_is_not_whole)
{
	enum ending ending = downloads[_i].ending;
	struct edge_play v = { .play = PASSWORD_PLAY };
	struct transfer t;
	char got[64] = "";
	size_t n;

	begin_transfer(&v, "RETR a\r\n", &t);
	accept_data(&v, &t, ending != NOT_RESUMED);
	if (ending != NOT_RESUMED) {
		ck_assert_int_eq(tls_write(t.tls, "ours", 4, &n), TLS_DONE);
		get(&v.play, t.client, got, sizeof got);
		ck_assert_str_eq(got, "ours");
	}
	if (ending == BY_NOTIFY)
		ck_assert_int_eq(tls_bye(t.tls), TLS_DONE);
	if (ending == BY_RST)
		reset(t.fd);
	else
		shutdown(t.fd, SHUT_WR);
	if (ending == BY_RST)
		close(t.fd);
	turn(&v);
	reply(&v, "226 whole\r\n");
	expect(&v.play, v.play.client, downloads[_i].reply);
	errno = 0;
	ck_assert_int_eq(
	    recv(t.client, got, 1, 0), ending == BY_NOTIFY ? 0 : -1);
	ck_assert(ending == BY_NOTIFY || errno == ECONNRESET);
	end_transfer(&v, &t);
}
END_TEST

/* In clear, a client's FIN is a proper end. */
static const struct {
	bool is_reset;
	enum tls_result end;
	const char *said, *heard;
} uploads[] = {
	{ false, TLS_CLOSED, "226 whole\r\n", "226 whole\r\n" },
	{ true, TLS_FAILED, "426 cut\r\n", "426 cut\r\n" },
	{ true, TLS_FAILED, "226 whole\r\n", BROKEN_OFF },
};

START_TEST(an_upload_that_its_client_cuts_off_is_cut_on_the_link)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	struct transfer t;

	begin_transfer(&v, "STOR a\r\n", &t);
	accept_data(&v, &t, true);
	put(t.client, "ours");
	ck_assert_int_eq(
	    link_read_all(v.play.host.loop, t.tls, t.fd, "ours"), TLS_DONE);
	if (uploads[_i].is_reset)
		reset(t.client);
	else
		shutdown(t.client, SHUT_WR);
	if (uploads[_i].is_reset)
		close(t.client);
	ck_assert_int_eq(
	    link_read_all(v.play.host.loop, t.tls, t.fd, ""), uploads[_i].end);
	if (!uploads[_i].is_reset) {
		ck_assert_int_eq(tls_bye(t.tls), TLS_DONE);
		shutdown(t.fd, SHUT_WR);
	}
	reply(&v, uploads[_i].said);
	expect(&v.play, v.play.client, uploads[_i].heard);
	end_transfer(&v, &t);
}
END_TEST

/* The Server ends an upload without having read it: never whole. */
START_TEST(an_upload_that_the_link_loses_is_not_whole)
{
	struct edge_play v = { .play = PASSWORD_PLAY };
	struct transfer t;

	begin_transfer(&v, "STOR a\r\n", &t);
	accept_data(&v, &t, true);
	put(t.client, "ours");
	ck_assert_int_eq(
	    link_read_all(v.play.host.loop, t.tls, t.fd, "ours"), TLS_DONE);
	shutdown(t.client, SHUT_WR);
	ck_assert_int_eq(
	    link_read_all(v.play.host.loop, t.tls, t.fd, ""), TLS_CLOSED);
	if (_i == 0)
		shutdown(t.fd, SHUT_WR);
	else
		reset(t.fd);
	if (_i == 1)
		close(t.fd);
	turn(&v);
	reply(&v, "226 whole\r\n");
	expect(&v.play, v.play.client, "451 The transfer is incomplete.\r\n");
	end_transfer(&v, &t);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_download_that_is_cut_on_the_link_is_not_whole,
		    ROWS(downloads) },
		{ an_upload_that_its_client_cuts_off_is_cut_on_the_link,
		    ROWS(uploads) },
		{ an_upload_that_the_link_loses_is_not_whole, 2 },
	};

	return test_main("session-link-transfers", cases, ROWS(cases));
}
