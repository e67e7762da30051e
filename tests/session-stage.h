/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session between a client and a backend that the test plays itself, in one
 * process and one event loop.  The worker is a few functions.  All fail the
 * test when anything fails.
 */
#ifndef TESTS_SESSION_STAGE_H
#define TESTS_SESSION_STAGE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/worker/ftp/ftp_text.h"
#include "helper/worker/session.h"
#include "policy/decide.h"
#include "tests/test.h"

/* Before begin() set what is to differ, afterwards see what has come of it. */
struct play {
	struct session_host host; /* first: the host is the play */
	struct helper_config config;
	struct listen_config listen;
	struct session *session;
	int listener, client, backend;
	struct tls_context *tls;
	struct tls_tickets *tickets;
	const char *from; /* NULL: 192.0.2.1:40000 */
	bool is_proxied;  /* `from` is a proxy's */
	bool is_refused;  /* the client that it names */
	unsigned introduced, faults[PROXY_FAULT_COUNT];
	struct stssl_address announced;
	double noop_seconds;
	struct stssl_record record; /* that was published last */
	unsigned routed;
	uint64_t routed_to;
	unsigned published, withdrawn, welcome, unreachable, closed;
	unsigned compared[2]; /* policies: other ones; the same */
	unsigned failed[PENALTY_COUNT];
	bool has_signed_1_2;
	bool refuse_publish, demand_private, demand_end;
	bool decides; /* the module does, and what; the class is "staff" */
	enum stssl_verdict decision;
	bool is_unanswered;           /* the advisor says nothing */
	struct message_advice advice; /* or this */
	unsigned asked;
	char asked_for[MESSAGE_USER_MAX + 1];
	bool backend_was_silent, backend_was_open, was_welcome;
	bool backend_was_open_at_withdrawal;
};

/* A play whose advisor wants a password. */
#define PASSWORD_PLAY                                    \
	{                                                \
		.advice.verdict = STSSL_VERDICT_PASSWORD \
	}

/*
 * A session whose backend connection is accepted, but has not greeted; one that
 * has not asked for a backend yet.
 */
void begin(struct play *p);
void begin_alone(struct play *p);
void end(struct play *p);

/* begin(), and the greeting. */
void begin_greeted(struct play *p);

/* True when nothing can be read, not even an end. */
bool is_silent(int fd);

void put(int fd, const char *text);

/* Run until `fd` has something or has ended; read it. */
void get(struct play *p, int fd, char *buf, size_t size);
void expect(struct play *p, int fd, const char *text);
/* The same for the first bytes of what the client gets. */
void expect_code(struct play *p, const char *code);

/* One side says a line, and the other gets it as it is. */
void pass_up(struct play *p, const char *line);
void pass_down(struct play *p, const char *line);

/* Alice says USER and is asked for a password; and gives it. */
void name_user(struct play *p);
void log_in(struct play *p);

/* Where all lines of the log go from now on: a level in front of each. */
int hear_log(void);
/* The next line that begins with `event`; fails when there is none. */
const char *next_line(int log, const char *event);

int listen_on_loopback(struct stssl_address *ret);

/* Connect to `at` from any port of `source`. */
int connect_from(const struct stssl_address *at, const char *source);

/* The backend is told to be active, and agrees.  Returns where it is to go. */
struct stssl_address agree_to_port(struct play *p);

/*
 * The greeting, a login, and PASV up to 227: where the client is to connect to.
 * Returns where the backend is.
 */
struct stssl_address begin_data(
    struct play *p, struct stssl_address *ret_passive);

#endif
