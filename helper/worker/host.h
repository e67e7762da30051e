/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a session needs of the worker that it lives in: the loop, the
 * configuration, and a way to tell the monitor something.  host.c has it; unit
 * tests of sessions put functions of their own in its place.
 */
#ifndef HELPER_WORKER_HOST_H
#define HELPER_WORKER_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "setup/penalties.h"
#include "status/address.h"

struct ev_loop;
struct helper_config;
struct session;
struct tls_context;
struct tls_tickets;

struct session_host {
	struct ev_loop *loop;
	const struct helper_config *config;
	struct tls_context *tls;
	struct tls_tickets *tickets; /* for stream listeners */
	double noop_seconds;         /* see ftp.h: keep_awake */
	bool kernel_tls; /* the kernel can, and may, encrypt downloads */
	bool stopping;   /* sessions end as soon as they are not busy */
};

/*
 * Make the session's record known for `connection`, or unknown.  Publishing
 * returns 0 only when the monitor has it: a session that could not publish
 * forwards nothing.  `is_welcome` says what host_welcome() says, at the same
 * time.
 */
int host_publish(const struct session *s,
    const struct stssl_connection *connection, bool is_welcome);
void host_withdraw(const struct session *s);

/*
 * Ask what class policy says for `user`, or, with NULL, whom the certificate
 * lets in.  session_advice() is called with the answer, if one comes.
 */
void host_ask(const struct session *s, const char *user);

/*
 * Ask what OCSP says of the certificate whose chain this is in DER;
 * session_checked() is called with the answer, if one comes.  Returns 0 when
 * the question is on its way.
 */
int host_check(const struct session *s, const void *der, size_t len);

/* Something went wrong that the session's client is to be penalised for. */
void host_failed(const struct session *s, enum penalty_event event);

/* The session is authenticated: it counts as a newcomer no more. */
void host_welcome(const struct session *s);

/* The backend could not be reached. */
void host_unreachable(const struct session *s);

/* Take in what the monitor has said by now: verdicts, above all. */
void host_listen(struct session_host *host);

/*
 * The session is over, its connections and its memory about to go.  Withdraws
 * its record, and says how many bytes there were.
 */
void host_closed(struct session *s);

#endif
