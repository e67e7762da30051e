/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's workers: started, given clients, listened to, replaced when
 * they die, stopped.
 */
#ifndef HELPER_MONITOR_CHILDREN_WORKERS_H
#define HELPER_MONITOR_CHILDREN_WORKERS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/registry.h"
#include "setup/config.h"
#include "status/words.h"
#include "x509/ocsp.h"

struct tls_context;
struct workers;

struct workers_params {
	struct ev_loop *loop; /* the default one: it waits for children */
	const struct helper_config *config;
	struct tls_context *tls;
	struct registry *registry;
	/* worker_main(), but in tests */
	int (*run)(const struct helper_config *config, struct tls_context *tls,
	    int channel);
	/*
	 * Called in a new worker, which the rest of the monitor is nothing to:
	 * close descriptors, free memory; at last call workers_free() and
	 * destroy the loop.
	 */
	void (*forget)(void *owner);
	/* As in helper/monitor/registry/inbox.h. */
	void (*asked)(void *owner, const struct session_entry *entry,
	    const struct message_ask *ask);
	void (*check)(void *owner, struct session_entry *entry, const void *der,
	    size_t len);
	void (*failed)(void *owner, const struct session_entry *entry,
	    enum penalty_event event);
	/* A worker crashed whose clients all came from one source, this one. */
	void (*crashed)(void *owner, const struct stssl_address *peer);
	/*
	 * Give the keyholder the line of the worker with this process id; false
	 * when that has to wait for workers_connect().
	 */
	bool (*connect)(void *owner, uint32_t worker, int line);
	/* Until it says otherwise, no clients: they would only wait here. */
	void (*hold)(void *owner, bool hold);
	/* The last one is gone after workers_stop(). */
	void (*stopped)(void *owner);
	void *owner;
};

/* NULL when out of memory or randomness. */
struct workers *workers_new(const struct workers_params *params);

/* Takes NULL.  Returns NULL.  Processes are left alone. */
struct workers *workers_free(struct workers *workers);

/* Start as many as the configuration says.  Returns 0 or what fork(2) says. */
int workers_start(struct workers *workers);

/*
 * Hand over a client, whose socket stays the caller's to close.  Returns 0, when
 * a busy worker gets it later, too; or a negative errno, -EAGAIN when there is
 * no worker to take it.
 */
int workers_give(struct workers *workers, uint32_t listener, int fd,
    const struct stssl_address *peer, const struct stssl_address *local);

/*
 * Take in all that workers have said until now.  What is in the registry
 * afterwards is not older than this call.
 */
void workers_drain(struct workers *workers);

/*
 * Tell the worker of `entry` what was decided.  Returns 0; or a negative errno
 * when it cannot be told.
 */
int workers_verdict(struct workers *workers, const struct session_entry *entry,
    enum stssl_verdict verdict, bool data_private);

/* The same with advice for the session. */
int workers_advice(struct workers *workers, const struct session_entry *entry,
    const struct message_advice *advice);

/* The same with what OCSP says of its certificate. */
int workers_checked(struct workers *workers, const struct session_entry *entry,
    enum x509_ocsp found);

/*
 * From now on new workers use these, and those that are there get no more
 * clients: they end with their last session.  Returns 0, or why no new worker
 * could be started, which is tried again.
 */
int workers_renew(struct workers *workers, const struct helper_config *config,
    struct tls_context *tls);

/* The session is to end now.  Returns as workers_verdict(). */
int workers_end(struct workers *workers, const struct session_entry *entry,
    enum message_end_reason reason);

/* Connect those that are not; all of them, when the keyholder is a new one. */
void workers_connect(struct workers *workers, bool is_new);

/* Kill the one with this process id for what it has asked the keyholder. */
void workers_refuse(struct workers *workers, uint32_t worker);

/* Tell all what the name in a listener's passive-address stands for now. */
void workers_address(
    struct workers *workers, const struct message_resolved *resolved);

/* True when no process is left. */
bool workers_are_gone(const struct workers *workers);

/*
 * End all: sessions have `grace_ms`; who is still there two seconds later is
 * killed.  `stopped` is called when none is left, maybe at once.
 */
void workers_stop(struct workers *workers, uint32_t grace_ms);

#endif
