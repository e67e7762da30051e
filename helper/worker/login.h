/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is the same for the logins of all protocols that are understood here:
 * how failed ones are delayed and counted, and the lines of the log about them.
 */
#ifndef HELPER_WORKER_LOGIN_H
#define HELPER_WORKER_LOGIN_H

#include <ev.h>
#include <stdbool.h>

#include "policy/decide.h"

struct session;

/* By which the backend was to let a user in. */
enum login_by {
	LOGIN_BY_NAME, /* it has heard no password yet */
	LOGIN_BY_PASSWORD,
	LOGIN_BY_CERTIFICATE /* and some password */
};

/*
 * True for the reasons that count as an attempt to guess.  With the others TLS
 * or a certificate is still to come, or it is a fault of ours.
 */
bool login_is_attempt(enum stssl_reason reason);

/*
 * A password for one login by certificate, which nobody knows or looks at: 32
 * digits.  Returns 0 or -EIO.
 */
#define LOGIN_NONCE 33
int login_nonce(char ret[static LOGIN_NONCE]);

/* Failed logins of one session.  All zero is a good beginning. */
struct login_delay {
	unsigned failures;
	bool is_last; /* the session may not try again */
	struct ev_timer timer;
	char *reply; /* NULL: none waits */
};

/*
 * A login has failed.  Keeps `reply` until failed-login-delay is over, when the
 * session is run; or `last` in its place, when it was the last that the session
 * may try.  Returns 0 or -ENOMEM.
 */
int login_delay_begin(struct session *s, struct login_delay *d,
    const char *reply, const char *last);

/* The reply when its time has come: the caller's to free().  Else NULL. */
char *login_delay_end(struct login_delay *d);

/* True when the session may not try again. */
bool login_delay_is_last(const struct login_delay *d);

/* Its session ends. */
void login_delay_done(struct session *s, struct login_delay *d);

/*
 * Lines for the audit, see stssl-helper(8).  The backend has decided about a
 * login, with this word or number; and a refusal of which the advisor was not
 * asked.
 */
void login_log(struct session *s, const char *user, enum login_by by,
    bool success, const char *reply);
void login_log_refused(
    const struct session *s, const char *user, enum stssl_reason reason);

#endif
