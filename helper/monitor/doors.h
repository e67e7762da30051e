/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's listening sockets: accepts clients, sends away those that are
 * too many, and gives the others to workers.
 */
#ifndef HELPER_MONITOR_DOORS_H
#define HELPER_MONITOR_DOORS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/monitor/listeners.h"
#include "helper/monitor/registry/admission.h"
#include "helper/monitor/registry/told.h"
#include "helper/monitor/wiring.h"

struct door;

struct doors {
	struct monitor *monitor;
	struct door *list;
	size_t count;
	struct admission_log *logs; /* for each listener */
	struct told proxies;        /* whose headers were bad */
	/* Who is accepted, and not given to a worker yet; -1: nobody. */
	int client_fd;
	struct message_client client;
};

/* Take over the sockets and accept.  Returns 0 or -ENOMEM. */
int doors_open(
    struct doors *doors, struct monitor *monitor, struct listeners *listeners);

/*
 * Accept nobody until the hold is off again, which lets in whoever is accepted
 * already.
 */
void doors_hold(struct doors *doors, bool hold);

/*
 * The header of a proxy has come, or what has come is none.  A client that is
 * not let in is sent away by its worker.
 */
void doors_introduce(struct doors *doors, struct session_entry *entry,
    const struct message_introduce *introduced);

/* Count and log a client that is sent away; admission_note() says how often. */
void doors_note(struct doors *doors, uint32_t listener, enum admission why,
    const struct stssl_address *peer);

/* Close all, also who is accepted.  Again does nothing. */
void doors_close(struct doors *doors);

#endif
