/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answers of stssl-status(7), and what is done for them.
 */
#ifndef HELPER_MONITOR_STATUS_REPLY_H
#define HELPER_MONITOR_STATUS_REPLY_H

#include <sys/types.h>

#include "helper/monitor/status/request.h"
#include "helper/monitor/wiring.h"

/* Sessions in the answers to one question: the rest is asked for again. */
#define ANSWER_SESSIONS_MAX 64

/* The other end of a connection to the status socket. */
struct asker {
	struct monitor *monitor;
	int fd;
	uid_t uid;
};

/* Do what is asked, and answer, without waiting.  The asker had the right. */
void reply(const struct asker *to, const struct request *request);

/* Answer with nothing but this word of STSSL_RESULT. */
void reply_word(const struct asker *to, const char *word);

#endif
