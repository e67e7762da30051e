/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answers of stssl-status(7), and what is done for them.
 */
#ifndef HELPER_MONITOR_STATUS_REPLY_H
#define HELPER_MONITOR_STATUS_REPLY_H

#include <stdbool.h>
#include <sys/types.h>

#include "helper/monitor/status/request.h"
#include "helper/monitor/wiring.h"

/* Sessions in the answers to one question: the rest is asked for again. */
#define ANSWER_SESSIONS_MAX 32

/* The other end of a connection to the status socket. */
struct asker {
	struct monitor *monitor;
	int fd;
	uid_t uid;
	/*
	 * NULL when this kind of question is answered about all sessions; else
	 * about those of the listeners whose user he is: others are not there.
	 */
	const uid_t *backend_users;
	bool may_query_all;
	bool *asked_of_others; /* set when he means another session */
};

/* Do what is asked, and answer, without waiting.  The asker had the right. */
void reply(const struct asker *to, const struct request *request);

/* The answer about a reload: why it failed, or NULL.  `fd` may be -1. */
void reply_reloaded(int fd, const char *error);

/* Answer with nothing but this word of STSSL_RESULT. */
void reply_word(const struct asker *to, const char *word);

#endif
