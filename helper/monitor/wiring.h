/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor as its parts see it: what they have in common, and what one of
 * them says that concerns others.  monitor.c and dispatch.c have the functions;
 * a unit test of a part links functions of its own.
 */
#ifndef HELPER_MONITOR_WIRING_H
#define HELPER_MONITOR_WIRING_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper/base/message.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/registry/penalties.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/role.h"
#include "x509/ocsp.h"

#define MONITOR_SIGNALS 3

struct child;
struct pool;

struct monitor {
	struct ev_loop *loop; /* the default one: it waits for children */
	struct generation *generation; /* the one in use */
	struct sources *sources;       /* until the registry has them */
	struct registry *registry;
	struct penalties *penalties;
	size_t processes; /* of all roles, until they are reaped */
	struct pool *pools[ROLE_COUNT]; /* their owners' */

	struct listeners *listeners;
	struct doors *doors;
	struct status_socket *status;
	struct workers *workers;
	struct keyholders *keyholders;
	struct advisors *advisors;
	struct inquiries *inquiries;
	struct verifiers *verifiers;
	struct review *review;
	struct answers *answers;
	struct reload *reload;
	struct expiry *expiry;
	struct ev_signal signals[MONITOR_SIGNALS];
};

/*
 * In a new process of this role: closes and frees all that it must not have.
 * What other processes see is left alone.
 */
void monitor_forget(struct monitor *m, enum role role);

/* The role was told to stop, and none of its processes is left. */
void monitor_ended(struct monitor *m, enum role role);

/* A process of the role ended that was to stay, and is replaced. */
void monitor_restarts(struct monitor *m, enum role role);

/* Until it says otherwise, no clients: they would only wait for workers. */
void monitor_hold(struct monitor *m, bool hold);

/*
 * Give the keyholder the line of the worker with this process id; false when
 * that has to wait for monitor_connect_workers().
 */
bool monitor_connect(struct monitor *m, uint32_t worker, int line);

/* The keyholder takes lines; those of all workers, when it is a new one. */
void monitor_connect_workers(struct monitor *m, bool is_new);

/*
 * This worker has asked the keyholder for what is not to be signed, or the
 * verifier about a session that is not its own.
 */
void monitor_refused(struct monitor *m, uint32_t worker);

/*
 * Give this worker and the verifier a line between them, and set its verifier;
 * if that has to wait monitor_introduce_workers() is called.
 */
void monitor_introduce(struct monitor *m, struct child *worker);

/* The verifier takes lines: those of workers that have none. */
void monitor_introduce_workers(struct monitor *m);

/* The verifier with this process id is gone: its workers have none. */
void monitor_abandoned(struct monitor *m, pid_t verifier);

/* Take in what verifiers have said until now. */
void monitor_hear_verifiers(struct monitor *m);

/* Has the worker with this process id the session? */
bool monitor_is_worker(
    struct monitor *m, const struct session_entry *entry, uint32_t worker);

/* Something went wrong that clients from there are penalised for. */
void monitor_penalise(struct monitor *m, const struct stssl_address *peer,
    enum penalty_event event);

/* A proxy has said, or has not, whose session it is. */
void monitor_introduced(struct monitor *m, struct session_entry *entry,
    const struct message_introduce *introduced);

/*
 * An Edge has data for a session: socket `fd`, which stays the caller's; -1
 * when it is lost.
 */
void monitor_route(struct monitor *m, const struct session_entry *to, int fd);

/* A worker asks what class policy says for a session of its own. */
void monitor_asked(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask);

/* The answer. */
void monitor_advise(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask, const struct message_advice *advice);

/* OCSP is to be asked about a session's certificate, a chain in DER. */
void monitor_check(struct monitor *m, struct session_entry *entry,
    const void *der, size_t len);

/* The answer. */
void monitor_checked(
    struct monitor *m, struct session_entry *entry, enum x509_ocsp found);

/* The name in a listener's passive-address stands for this address now. */
void monitor_resolved(
    struct monitor *m, const struct message_resolved *resolved);

/*
 * A session's worker has to end it.  Returns 0, or a negative errno when it
 * cannot be told now.
 */
int monitor_end(struct monitor *m, const struct session_entry *entry,
    enum message_end_reason reason);

/*
 * The module refused a session's login, for `reason`: one that may be its
 * client's fault is counted.
 */
void monitor_refused_login(
    struct monitor *m, const struct session_entry *entry, const char *reason);

/*
 * The files are to be loaded anew; reply_reloaded() answers the asker at `fd`,
 * which is borrowed, or -1.
 */
void monitor_reload(struct monitor *m, int fd);

/* The reload has ended, well or not. */
void monitor_reloaded(struct monitor *m);

/* The keyholder of the next generation has loaded the keys, or has not. */
void monitor_prepared(struct monitor *m);

/* Another generation is in use; the old one is freed afterwards. */
void monitor_renewed(struct monitor *m);

#endif
