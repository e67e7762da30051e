/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the verifier has told of a session's certificate, until it is in the
 * session's record.
 */
#ifndef HELPER_MONITOR_REGISTRY_PROOF_H
#define HELPER_MONITOR_REGISTRY_PROOF_H

#include <stdbool.h>
#include <time.h>

#include "helper/base/message.h"
#include "setup/config.h"
#include "status/record.h"
#include "status/words.h"
#include "x509/ocsp.h"

struct session_proof {
	bool was_told; /* nothing more is taken for the session */
	bool is_there; /* and not in the record yet */
	bool is_1_3;
	bool is_asked; /* OCSP, in advance of the proof */
	bool is_answered;
	enum x509_ocsp found;
	enum stssl_failure failure;
	time_t good_until;
	struct stssl_record record; /* SSL_CLIENT_* */
};

/*
 * Take what is told, with the record in `text`.  Returns 0, also for a second
 * one, which does not count; -EBADMSG for what no verifier says; or -ENOMEM.
 */
int proof_take(struct session_proof *proof, const struct message_proven *m,
    const char *text);

/*
 * OCSP is asked for the proof that comes next.  False when it must not be: it
 * was asked for another one, or has come too late.
 */
bool proof_ask(struct session_proof *proof);

/* Does a worker's record say no more of the certificate than it may? */
bool proof_is_modest(const struct stssl_record *record, bool is_proven);

/*
 * Add what is there to `record`, a worker's, and use it up.  While OCSP's
 * answer is awaited the certificate is not good.  Returns 0 and *ret_until, 0
 * for one that is not good; -ENOENT when nothing is there; -EBADMSG when it is
 * of another handshake; -ENOMEM or -E2BIG, and then it is gone.
 */
int proof_add(struct session_proof *proof, enum ocsp_mode mode,
    struct stssl_record *record, time_t *ret_until);

/* Drop what is there. */
void proof_done(struct session_proof *proof);

#endif
