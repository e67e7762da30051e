/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known of a login when it is judged.
 */
#ifndef POLICY_LOGIN_H
#define POLICY_LOGIN_H

#include "status/address.h"
#include "status/record.h"

struct stssl_hosts;
struct stssl_trace;

/* SSL_PROTOCOL when it is sshd that has verified a key; no certificate then. */
#define STSSL_PROTOCOL_SSH "SSH"

/* A login that is to be decided.  All is borrowed. */
struct stssl_login {
	const char *user;
	const char *service;
	const struct stssl_record *record; /* NULL: not through the helper */
	const struct stssl_address *from;  /* the client; NULL: not known */
	const struct stssl_trace *trace;   /* policy/trace.h; NULL: nobody */
	struct stssl_hosts *hosts; /* policy/hosts.h: what is found out of
				    * `from`, for more judgements of the
				    * same address; NULL: for this one only */
};

#endif
