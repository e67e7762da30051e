/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The answering side of stssl-status(7): one question, one answer, close.
 */
#ifndef HELPER_MONITOR_STATUS_ANSWER_H
#define HELPER_MONITOR_STATUS_ANSWER_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/registry/penalties.h"
#include "helper/monitor/registry/registry.h"
#include "status/words.h"

struct answers;

struct answer_params {
	struct ev_loop *loop;
	int fd;             /* a listening SOCK_SEQPACKET socket, taken over */
	const uid_t *users; /* may query, besides root and ourselves */
	size_t user_count;
	struct registry *registry;
	struct penalties *penalties;
	/* The one in use, whose certificates are counted; NULL for none. */
	const struct generation *generation;
	/* Bring the registry up to this moment. */
	void (*drain)(void *owner);
	/* Tell the worker of a session: 0 or -errno. */
	int (*decided)(void *owner, const struct session_entry *entry,
	    enum stssl_verdict verdict, bool data_private);
	/* The module refused a session, for `reason`. */
	void (*refused)(
	    void *owner, const struct session_entry *entry, const char *reason);
	/* Have a session ended: 0 or -errno. */
	int (*kick)(void *owner, const struct session_entry *entry);
	/* Load all anew: 0; or -errno with error->text. */
	int (*reload)(void *owner, struct stssl_error *error);
	/* The name of a listener; NULL behind the last. */
	const char *(*listener)(void *owner, uint32_t listener);
	void *owner;
};

/* NULL when out of memory; `fd` is the caller's then. */
struct answers *answers_new(const struct answer_params *params);

/* Close all.  Takes NULL.  Returns NULL. */
struct answers *answers_free(struct answers *answers);

#endif
