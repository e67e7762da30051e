/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How a data connection is agreed on, with the client and with the backend:
 * RFC 959, RFC 2428.  Whether the backend is active or passive is the
 * listener's matter (backend-data), not the client's.
 */
#include <config.h>
#include "helper/worker/ftp/ftp.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "helper/worker/link/edge.h"
#include "status/address.h"

#define NO_DATA "425 No data connection can be offered."

void
ftp_drop_data(struct ftp *f)
{
	if (f->data != NULL) {
		data_count(
		    f->data, &f->session->data.in, &f->session->data.out);
		ftp_log_data(f);
	}
	f->data = data_free(f->data);
}

/* The backend's replies */

/*
 * A fresh ticket, so that the next data connection can resume this session.  It
 * must not get between the halves of a reply that did not fit into the socket:
 * it is only a convenience for clients.  An Edge cannot do without.
 */
static int
send_ticket(struct ftp *f)
{
	bool is_edge = session_is_from_link(f->session);

	if (!is_edge && (!ftp_is_secure(f) || !f->offer.is_private))
		return 0;
	if (lines_has_output(&f->client))
		return is_edge ? -EBUSY : 0;
	if (tls_send_ticket(f->session->client.tls) != TLS_DONE)
		f->phase = FTP_CLOSED;
	return 0;
}

/* The backend's side is there, or will be: now the client's. */
static int
offer(struct ftp *f)
{
	char reply[FTP_REPLY_MAX];
	struct stssl_address at;
	int r = 0;

	if (f->offer.way == FTP_PORT) {
		client_data_target(&f->data->client, &f->offer.target);
		(void)send_ticket(f);
		ftp_say(f, "200 Command successful.");
		return 0;
	}
	if (session_is_from_link(f->session))
		at = client_data_offer(&f->data->client);
	else
		r = client_data_listen(&f->data->client, &at);
	if (r == 0)
		r = send_ticket(f);
	if (r < 0)
		return r;
	ftp_say(f, f->offer.way == FTP_PASV ? ftp_format_227(&at, reply)
					    : ftp_format_229(&at, reply));
	return 0;
}

static void
offer_or_refuse(struct ftp *f, int r)
{
	if (r == 0)
		r = offer(f);
	if (r == 0)
		return;
	ftp_drop_data(f);
	ftp_say(f, NO_DATA);
}

/* "Log in first" and "the service ends" are for the client to know. */
static bool
is_for_client(int code)
{
	return code == 530 || code == 421;
}

/* The reply to our PORT or EPRT. */
static void
on_active(struct ftp *f)
{
	if (f->reply.part == FTP_REPLY_MORE)
		return;
	if (f->reply.code / 100 == 2) {
		offer_or_refuse(f, 0);
	} else if (is_for_client(f->reply.code)) {
		ftp_drop_data(f);
		ftp_pass_reply(f);
	} else {
		session_note(f->session, "data", "failed=backend-refuses-port");
		offer_or_refuse(f, -ECONNREFUSED);
	}
	ftp_answered(f);
}

/* A Server listens for data where it listens for the link. */
static int
connect_link(struct ftp *f)
{
	const struct session *s = f->session;
	const struct backend_link link = { .context = s->host->tls,
		.control = s->backend.tls,
		.session = link_edge_server_session(s) };

	f->data = data_new(f->session);
	if (f->data == NULL)
		return -ENOMEM;
	backend_data_link(&f->data->backend, &link);
	return 0;
}

/* Connect to where the backend listens. */
static int
connect_backend(struct ftp *f, uint16_t port)
{
	const struct listen_config *listen = f->session->listen;

	if (session_is_to_link(f->session))
		return connect_link(f);
	if (port < listen->backend_ports.low ||
	    port > listen->backend_ports.high) {
		session_note(f->session, "data", "failed=backend-port");
		return -EACCES;
	}
	f->data = data_new(f->session);
	return f->data == NULL ? -ENOMEM
			       : backend_data_connect(&f->data->backend, port);
}

/* The reply to our PASV or EPSV. */
static void
on_passive(struct ftp *f)
{
	uint16_t port = 0;
	int r = -EPROTO;

	if (f->reply.part == FTP_REPLY_MORE)
		return;
	if (f->reply.code == 229)
		r = ftp_parse_229(f->reply.line, &port);
	else if (f->reply.code == 227 && !session_is_to_link(f->session))
		r = ftp_parse_227(f->reply.line, &port);
	if (f->reply.code / 100 == 2)
		offer_or_refuse(f, r == 0 ? connect_backend(f, port) : r);
	else
		ftp_pass_reply(f);
	ftp_answered(f);
}

/* The client's commands */

static void
ask_active(struct ftp *f)
{
	char line[FTP_REPLY_MAX];
	struct stssl_address at;

	f->data = data_new(f->session);
	if (f->data == NULL ||
	    backend_data_listen(&f->data->backend, &at) < 0) {
		ftp_drop_data(f);
		ftp_say(f, NO_DATA);
		return;
	}
	ftp_ask(f, ftp_format_port(&at, line), on_active);
}

/*
 * On one machine, everybody there can get at a port that the backend opens: it
 * is active then, unless the listener's backend-data says otherwise.
 */
static bool
is_backend_passive(const struct session *s)
{
	const struct stssl_connection *backend = &s->to_backend;
	enum backend_mode mode = s->listen->backend_data;
	bool is_near = stssl_address_same_ip(&backend->local, &backend->peer) ||
		       stssl_address_is_loopback(&backend->peer);

	return mode == BACKEND_PASSIVE ||
	       (mode == BACKEND_BY_PLACE && !is_near);
}

void
ftp_take_data(struct session *s, int fd)
{
	struct ftp *f = s->protocol_state;
	struct stssl_connection from = { .netns = 0 };

	if (f->data != NULL && client_data_take(&f->data->client, fd))
		return;
	(void)stssl_connection_of(fd, &from);
	(void)close(fd);
	if (!f->offer.had_stranger)
		session_note_stranger(s, "foreign", &from.peer);
	f->offer.had_stranger = true;
}

/* Ask the backend for its side of a data connection. */
static void
ask_data(struct ftp *f, enum ftp_data_way way)
{
	const bool is_link = session_is_to_link(f->session);

	f->offer.way = way;
	ftp_drop_data(f);
	if (!is_link && !is_backend_passive(f->session))
		ask_active(f);
	else if (is_link ||
		 !stssl_address_is_ipv4(&f->session->to_backend.peer))
		ftp_ask(f, "EPSV", on_passive);
	else
		ftp_ask(f, "PASV", on_passive);
}

void
ftp_do_pasv(struct ftp *f, const struct ftp_command *c)
{
	const struct listen_config *listen = f->session->listen;
	const struct stssl_address *offered = listen->passive_address != NULL
						  ? listen->passive_address
						  : &f->session->local;

	(void)c;
	if (f->offer.epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (!stssl_address_is_ipv4(offered))
		ftp_say(f, listen->passive_name == NULL
			       ? "425 PASV is for IPv4; use EPSV."
			       : "425 My address is not known yet; use EPSV.");
	else
		ask_data(f, FTP_PASV);
}

/* The protocol numbers of RFC 2428; another family cannot be reached. */
static void
say_other_family(struct ftp *f)
{
	ftp_say(f, stssl_address_is_ipv4(&f->session->peer)
		       ? "522 Network protocol not supported, use (1)"
		       : "522 Network protocol not supported, use (2)");
}

void
ftp_do_epsv(struct ftp *f, const struct ftp_command *c)
{
	const char *family =
	    stssl_address_is_ipv4(&f->session->local) ? "1" : "2";

	if (strcasecmp(c->arg, "ALL") == 0) {
		f->offer.epsv_all = true;
		ftp_say(f, "200 EPSV ALL.");
	} else if (*c->arg != '\0' && strcmp(c->arg, family) != 0) {
		say_other_family(f);
	} else {
		ask_data(f, FTP_EPSV);
	}
}

static void
set_target(struct ftp *f, const struct stssl_address *target)
{
	const struct stssl_address *client = &f->session->peer;

	if (stssl_address_is_ipv4(target) != stssl_address_is_ipv4(client)) {
		say_other_family(f);
	} else if (!stssl_address_same_ip(target, client)) {
		ftp_say(f, "500 Data connections to your own address only.");
	} else if (target->port < 1024) {
		ftp_say(f, "504 Not to a port below 1024.");
	} else {
		f->offer.target = *target;
		ask_data(f, FTP_PORT);
	}
}

void
ftp_do_port(struct ftp *f, const struct ftp_command *c)
{
	struct stssl_address target;

	if (f->offer.epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (ftp_parse_port(c->arg, &target) < 0)
		ftp_say(f, "501 PORT needs h1,h2,h3,h4,p1,p2.");
	else
		set_target(f, &target);
}

void
ftp_do_eprt(struct ftp *f, const struct ftp_command *c)
{
	struct stssl_address target;
	int r = ftp_parse_eprt(c->arg, &target);

	if (f->offer.epsv_all)
		ftp_say(f, "503 Only EPSV after EPSV ALL.");
	else if (r == -EAFNOSUPPORT)
		say_other_family(f);
	else if (r < 0)
		ftp_say(f, "501 EPRT needs |protocol|address|port|.");
	else
		set_target(f, &target);
}
