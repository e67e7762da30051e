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
#include "policy/login.h"
#include "status/words.h"

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
