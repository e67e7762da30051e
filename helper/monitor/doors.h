/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's listening sockets: accepts clients, sends away those who are
 * too many, and gives away the others.
 */
#ifndef HELPER_MONITOR_DOORS_H
#define HELPER_MONITOR_DOORS_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/monitor/listeners.h"
#include "helper/monitor/registry/admission.h"
#include "helper/monitor/registry/penalties.h"
#include "helper/monitor/registry/registry.h"
#include "setup/config.h"

struct door;

struct doors {
	struct ev_loop *loop;
	const struct helper_config *config;
	struct registry *registry; /* who is there already */
	struct penalties *penalties;
	/*
	 * Take over a client, whose socket stays ours.  Returns 0 or -errno.
	 */
	int (*give)(void *owner, uint32_t listener, int fd,
	    const struct stssl_address *peer,
	    const struct stssl_address *local);
	void *owner;
	/* Set by doors_open(). */
	struct door *list;
	size_t count;
	struct admission_log *logs; /* for each listener */
	int giving_fd;              /* while it is given away; may fork */
};

/*
 * Take over the sockets and accept.  The fields in front of `list` are set.
 * Returns 0 or -ENOMEM.
 */
int doors_open(struct doors *doors, struct listeners *listeners);

/* Accept nobody until the hold is off again; for use in give(), too. */
void doors_hold(struct doors *doors, bool hold);

/* Count and log one who is sent away; admission_note() says how often. */
void doors_note(struct doors *doors, uint32_t listener, enum admission why,
    const struct stssl_address *peer);

/*
 * Close all, in a new process also the client's socket that it was started
 * for.  Again does nothing.
 */
void doors_close(struct doors *doors);

#endif
