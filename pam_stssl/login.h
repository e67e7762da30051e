/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One call of the module, without PAM: find the session behind the connection,
 * decide about the user name, report that to the helper.  Everything is
 * found out anew in each call and forgotten with it; but classes.conf, if the
 * caller has kept it, is read again only when it can have changed.
 */
#ifndef PAM_STSSL_LOGIN_H
#define PAM_STSSL_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "pam_stssl/connection.h"
#include "pam_stssl/ssh_info.h"
#include "policy/judge.h"
#include "policy/options.h"
#include "policy/user.h"
#include "status/address.h"
#include "status/query.h"
#include "status/record.h"

/* Room for a log line of it. */
#define LOGIN_TEXT 4096

/* The decision of auth, and the user that it is about. */
struct login_decided {
	enum stssl_verdict verdict;
	char user[STSSL_USER_MAX + 1];
};

struct login {
	/* Borrowed, as user and service are. */
	const struct stssl_options *options;
	const char *user;
	const char *service;
	const char *rhost;              /* borrowed; NULL for none */
	bool is_by_rhost;               /* that is how it was found */
	struct connections connections; /* of this process */
	struct stssl_line line;         /* to the helper */
	int left_ms;                    /* what the helper may still take */
	bool known;                     /* to the helper: `record` is its */
	const char *ssh_text;           /* borrowed; of sshd's, NULL for none */
	struct ssh_info ssh; /* what it says, with the option `ssh` */
	bool by_ssh;         /* and `record` is of its keys */
	bool needs_password; /* "password" counts if PAM has asked for it */
	struct stssl_record record;
	bool has_from;
	struct stssl_address from;        /* the client's */
	struct stssl_classes *classes;    /* read for this login */
	const struct stssl_classes *kept; /* borrowed; NULL for none */
	/* borrowed; NULL when nothing was decided before */
	const struct login_decided *decided;
	struct stssl_judgement judgement;
	struct stssl_error error; /* what went wrong, empty when nothing */
};

/* Begin: nothing is known, the judgement refuses. */
void login_init(struct login *l, const struct stssl_options *options,
    const char *user, const char *service);

/* Forget it all. */
void login_done(struct login *l);

/*
 * Find the session behind the connection: fills connections, record and from.
 * No connection at all, and one that did not come through the helper, are
 * answers too.  With the option `ssh`, these are sshd's, and ssh_text has their
 * keys; the helper is asked about connections on loopback only, and need not
 * run.  Returns 0; a negative errno when it cannot be found out, with
 * error and the judgement's reason set.
 */
int login_identify(struct login *l);

/*
 * Identify, judge, and report the judgement to the helper.  What does not
 * confirm l->decided is refused: a login by certificate is confirmed by nothing
 * but another judgement that the certificate is enough, a refusal by nothing,
 * and no judgement about another user confirms anything.  Never fails: what
 * goes wrong refuses, in l->judgement, with l->error set.
 */
void login_decide(struct login *l);

/*
 * The log line of design and pam_stssl(8): `word`, then key=value; with the
 * judgement when `judged`.  Untrusted text is quoted.  Returns `buf`.
 */
const char *login_format(const struct login *l, const char *word, bool judged,
    char buf[static LOGIN_TEXT]);

#endif
