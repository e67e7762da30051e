/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The decision about a login: finds the user's class, reads in the record what
 * the channel and the certificate are, and applies the table of
 * policy/decide.h.  The module, the advisor and `stsslctl explain` all decide
 * here.  Nothing is kept between two calls.
 */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include <stdbool.h>

#include "policy/classes.h"
#include "policy/decide.h"
#include "status/address.h"
#include "status/record.h"
#include "status/words.h"

struct stssl_hosts;
struct stssl_trace;

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

struct stssl_judgement {
	enum stssl_verdict verdict;
	enum stssl_reason reason;
	enum stssl_failure failure; /* for reasons that say "bad certificate" */
	const char *class_name;     /* owned by the classes; "" when none */
	bool data_private;
};

/*
 * Decide.  Never fails: when something cannot be found out, the verdict is
 * "refuse", with the reason.  If a criterion of a class needs it, looks the
 * user up in NSS (getpwnam_r(3), getgrouplist(3)), which may block, and the
 * names of the address in the DNS, for STSSL_HOSTS_MS at most.
 */
void stssl_judge(const struct stssl_classes *classes,
    const struct stssl_login *login, struct stssl_judgement *ret);

#endif
