/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's inquirer: kept running while helper.conf has ocsp on or a name
 * in passive-address, given the questions of workers, and listened to.  What it
 * is asked about is passed on unread.
 */
#ifndef HELPER_MONITOR_CHILDREN_INQUIRIES_H
#define HELPER_MONITOR_CHILDREN_INQUIRIES_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/registry.h"
#include "setup/config.h"
#include "x509/ocsp.h"

struct inquiries;
struct x509_store;

struct inquiries_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	struct registry *registry;
	/* inquirer_main(), but in tests */
	int (*run)(const struct helper_config *config,
	    const struct x509_store *store, int channel);
	/* As in helper/monitor/children/workers.h, with inquiries_free(); the store stays. */
	void (*forget)(void *owner);
	/* The answer, for a session that is still there. */
	void (*checked)(void *owner, const struct session_entry *entry,
	    enum x509_ocsp found);
	/* The name of this listener stands for this address now. */
	void (*resolved)(void *owner, const struct message_resolved *resolved);
	/* The last process is gone after inquiries_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory. */
struct inquiries *inquiries_new(const struct inquiries_params *params);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct inquiries *inquiries_free(struct inquiries *inquiries);

/*
 * From now on these count.  A process that is there answers what it has been
 * asked, and ends.  Returns 0, or what fork(2) says, and then it is tried
 * again.
 */
int inquiries_begin(struct inquiries *inquiries,
    const struct helper_config *config, const struct x509_store *store);

/*
 * Answer by `checked`, once, maybe before this returns: with what the inquirer
 * says; or X509_OCSP_UNKNOWN when ocsp is off, it dies, or it does not keep
 * up.  There is no answer when the session ends before.
 */
void inquiries_ask(struct inquiries *inquiries, struct session_entry *entry,
    const void *der, size_t len);

/* True when no process is left. */
bool inquiries_are_gone(const struct inquiries *inquiries);

/* End it; what it keeps can be asked again. */
void inquiries_stop(struct inquiries *inquiries);

#endif
