/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts the monitor together: sockets first, then no privileges any more, then
 * workers and advisors, then the event loop.  What it does in detail is in
 * listeners.c, doors.c, workers.c, inbox.c, advisors.c, registry.c and answer.c.
 */
#include <config.h>
#include "helper/monitor.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "helper/advisors.h"
#include "helper/answer.h"
#include "helper/audit.h"
#include "helper/doors.h"
#include "helper/inquiries.h"
#include "helper/keyholders.h"
#include "helper/keys.h"
#include "helper/listeners.h"
#include "helper/log.h"
#include "helper/names.h"
#include "helper/registry.h"
#include "helper/reload.h"
#include "helper/review.h"
#include "helper/sandbox.h"
#include "helper/revocation.h"
#include "helper/status_socket.h"
#include "helper/tls.h"
#include "helper/workers.h"

#define GRACE_MS       10000
#define ADVICE_SECONDS 2.0
/* Client, backend, two listeners and two ends of a transfer; and the rest. */
#define FILES_PER_SESSION 6
#define FILES_BESIDES     256

#define SIGNALS           3

struct monitor {
	const struct monitor_params *params;
	struct ev_loop *loop;
	struct listeners listeners;
	struct doors doors;
	struct status_socket status;
	struct registry *registry;
	struct keyholders *keyholders;
	struct workers *workers;
	struct advisors *advisors;
	struct names *names;
	struct inquiries *inquiries;
	struct answers *answers;
	struct reload *reload;
	struct review *review;
	struct revocation revocation;
	struct ev_signal signals[SIGNALS];
};

static const struct helper_config *
config_of(const struct monitor *m)
{
	return m->params->generation->config;
}

static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}

/* Signals */

static void
on_stop(struct ev_loop *loop, struct ev_signal *signal, int events)
{
	struct monitor *m = signal->data;

	(void)loop;
	(void)events;
	log_info("stopping");
	notify("STOPPING=1");
	doors_close(&m->doors);
	listeners_close(&m->listeners);
	m->reload = reload_free(m->reload);
	review_stop(m->review);
	names_stop(m->names);
	inquiries_stop(m->inquiries);
	advisors_stop(m->advisors);
	workers_stop(m->workers, GRACE_MS);
}

static int
load_anew(void *owner, struct stssl_error *error)
{
	struct monitor *m = owner;
	int r;

	if (m->reload == NULL) {
		(void)snprintf(
		    error->text, sizeof error->text, "the helper stops");
		return -EAGAIN;
	}
	notify("RELOADING=1");
	r = reload_now(m->reload, error);
	notify("READY=1");
	return r;
}

static void
on_reload(struct ev_loop *loop, struct ev_signal *signal, int events)
{
	struct stssl_error error;

	(void)loop;
	(void)events;
	(void)load_anew(signal->data, &error);
}

static const struct {
	int signal;
	void (*action)(struct ev_loop *loop, struct ev_signal *s, int events);
} signals[SIGNALS] = {
	{ SIGTERM, on_stop },
	{ SIGINT, on_stop },
	{ SIGHUP, on_reload },
};

static void
catch_signals(struct monitor *m)
{
	for (size_t i = 0; i < SIGNALS; i++) {
		ev_signal_init(
		    &m->signals[i], signals[i].action, signals[i].signal);
		m->signals[i].data = m;
		ev_signal_start(m->loop, &m->signals[i]);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Between workers and answers */

static void
drain(void *owner)
{
	struct monitor *m = owner;

	workers_drain(m->workers);
}

static int
decided(void *owner, const struct session_entry *entry,
    enum stssl_verdict verdict, bool data_private)
{
	struct monitor *m = owner;

	return workers_verdict(m->workers, entry, verdict, data_private);
}

static int
kick(void *owner, const struct session_entry *entry)
{
	struct monitor *m = owner;

	return workers_end(m->workers, entry, END_KICKED);
}

static const char *
listener_name(void *owner, uint32_t listener)
{
	const struct helper_config *config = config_of(owner);

	return listener < config->listener_count
		   ? config->listeners[listener].name
		   : NULL;
}

static void
asked(void *owner, const struct session_entry *entry,
    const struct message_ask *ask)
{
	struct monitor *m = owner;

	advisors_ask(m->advisors, entry, ask);
}

static void
advise(void *owner, const struct session_entry *entry, const char *user,
    const struct message_advice *advice)
{
	struct monitor *m = owner;
	int r = workers_advice(m->workers, entry, advice);

	audit_advice(entry, user, advice);
	if (advice->verdict == STSSL_VERDICT_REFUSE)
		metrics_refusal(registry_metrics(m->registry),
		    (enum stssl_reason)advice->reason);
	/* Its end, or its silence, is the worker's supervisor's matter. */
	if (r < 0)
		log_debug("advice is lost: %s", strerror(-r));
}

static void
check(void *owner, struct session_entry *entry, const void *der, size_t len)
{
	struct monitor *m = owner;

	inquiries_ask(m->inquiries, entry, der, len);
}

static void
checked(void *owner, const struct session_entry *entry, enum x509_ocsp found)
{
	struct monitor *m = owner;
	int r = workers_checked(m->workers, entry, found);

	if (r < 0)
		log_debug("an answer of OCSP is lost: %s", strerror(-r));
}

static void
resolved(void *owner, const struct message_resolved *resolved)
{
	struct monitor *m = owner;

	/* Ours is what workers that are started later begin with. */
	memcpy(config_of(m)->listeners[resolved->listener].passive_address->ip,
	    resolved->ip, sizeof resolved->ip);
	workers_address(m->workers, resolved);
}

static int
give(void *owner, uint32_t listener, int fd, const struct stssl_address *peer,
    const struct stssl_address *local)
{
	struct monitor *m = owner;

	return workers_give(m->workers, listener, fd, peer, local);
}

static int
load_keys(
    void *owner, const struct helper_config *config, struct stssl_error *error)
{
	struct monitor *m = owner;

	return keyholders_prepare(m->keyholders, config, error);
}

/* Between workers and the keyholder */

static bool
connect_line(void *owner, uint32_t worker, int line)
{
	struct monitor *m = owner;

	return keyholders_connect(m->keyholders, worker, line);
}

static void
connect_lines(void *owner, bool is_new)
{
	struct monitor *m = owner;

	workers_connect(m->workers, is_new);
}

static void
refused(void *owner, uint32_t worker)
{
	struct monitor *m = owner;

	workers_refuse(m->workers, worker);
}

/* All who come from now on get the new generation. */
static void
renewed(void *owner)
{
	struct monitor *m = owner;

	m->doors.config = config_of(m);
	(void)inquiries_begin(m->inquiries, config_of(m),
	    tls_context_store(m->params->generation->tls));
	keyholders_renew(m->keyholders, config_of(m));
	(void)workers_renew(
	    m->workers, config_of(m), m->params->generation->tls);
	advisors_renew(m->advisors, config_of(m));
	names_renew(m->names, config_of(m));
	review_begin(m->review, tls_context_store(m->params->generation->tls),
	    config_of(m)->tls.on_revocation);
	revocation_stop(&m->revocation, m->loop);
	revocation_start(&m->revocation, m->loop,
	    tls_context_store(m->params->generation->tls));
}

static int
end_session(void *owner, const struct session_entry *entry)
{
	struct monitor *m = owner;

	return workers_end(m->workers, entry, END_CERTIFICATE);
}

static void
stopped(void *owner)
{
	struct monitor *m = owner;

	/* Until then there may be handshakes. */
	if (workers_are_gone(m->workers))
		keyholders_stop(m->keyholders);
	if (workers_are_gone(m->workers) &&
	    keyholders_are_gone(m->keyholders) &&
	    advisors_are_gone(m->advisors) && names_are_gone(m->names) &&
	    inquiries_are_gone(m->inquiries) && review_is_gone(m->review))
		ev_break(m->loop, EVBREAK_ALL);
}

/* Also in a new process, so: close, free, and leave what others see alone. */
static void
forget_most(void *owner)
{
	struct monitor *m = owner;

	for (size_t i = 0; m->loop != NULL && i < SIGNALS; i++)
		ev_signal_stop(m->loop, &m->signals[i]);
	doors_close(&m->doors);
	listeners_close(&m->listeners);
	m->reload = reload_free(m->reload);
	m->review = review_free(m->review);
	if (m->loop != NULL)
		revocation_stop(&m->revocation, m->loop);
	m->answers = answers_free(m->answers);
	m->workers = workers_free(m->workers);
	m->keyholders = keyholders_free(m->keyholders);
	m->advisors = advisors_free(m->advisors);
	m->names = names_free(m->names);
	m->inquiries = inquiries_free(m->inquiries);
	m->registry = registry_free(m->registry);
	if (m->status.fd != -1)
		(void)close(m->status.fd);
	m->status.fd = -1;
	if (m->loop != NULL)
		ev_loop_destroy(m->loop);
	m->loop = NULL;
}

static void
forget(void *owner)
{
	keys_close_early();
	forget_most(owner);
}

/* A keyholder has still to read the files with its keys. */
static void
forget_but_keys(void *owner)
{
	struct monitor *m = owner;
	struct generation *g = m->params->generation;

	forget_most(owner);
	g->tls = tls_context_free(g->tls);
}

/* Workers alone have a use for certificates. */
static void
forget_more(void *owner)
{
	struct monitor *m = owner;
	struct generation *g = m->params->generation;

	forget(owner);
	g->tls = tls_context_free(g->tls);
}

/* The inquirer needs the store, but none of the keys. */
static void
forget_keys(void *owner)
{
	struct monitor *m = owner;

	forget(owner);
	tls_context_keep_store(m->params->generation->tls);
}

/* Start */

/* A worker needs many descriptors, and they inherit our limit. */
static void
raise_limits(const struct helper_config *config)
{
	rlim_t files = (rlim_t)config->sessions_per_worker * FILES_PER_SESSION +
		       FILES_BESIDES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= files)
		return;
	limit.rlim_cur = files < limit.rlim_max ? files : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		log_warning("RLIMIT_NOFILE: %s", strerror(errno));
	else if (limit.rlim_cur < files)
		log_warning("%lu open files are not enough for "
			    "sessions-per-worker = %u",
		    (unsigned long)limit.rlim_cur, config->sessions_per_worker);
}

static enum exit_status
open_sockets(struct monitor *m)
{
	const struct privileges *p = m->params->privileges;
	const char *path = config_of(m)->status_socket;
	int r = listeners_open(config_of(m), &m->listeners);

	if (r < 0)
		return r == -EINVAL ? STATUS_CONFIG : STATUS_SYSTEM;
	r = status_socket_open(
	    path, p->is_change ? p->uid : (uid_t)-1, p->status_gid, &m->status);
	if (r < 0) {
		(void)log_errno(r, "status-socket %s%s", path,
		    r == -ENOENT ? ": its directory" : "");
		return STATUS_SYSTEM;
	}
	return STATUS_STOPPED;
}

/* Returns 0 or -ENOMEM. */
static int
build(struct monitor *m)
{
	const struct monitor_params *params = m->params;
	const struct workers_params workers = { .loop = m->loop,
		.config = config_of(m),
		.tls = params->generation->tls,
		.registry = m->registry,
		.run = params->worker,
		.forget = forget,
		.asked = asked,
		.check = check,
		.connect = connect_line,
		.stopped = stopped,
		.owner = m };
	const struct keyholders_params keyholders = { .loop = m->loop,
		.run = params->keyholder,
		.forget = forget_but_keys,
		.connect = connect_lines,
		.refused = refused,
		.stopped = stopped,
		.owner = m };
	const struct advisors_params advisors = { .loop = m->loop,
		.config = config_of(m),
		.registry = m->registry,
		.patience = ADVICE_SECONDS,
		.run = params->advisor,
		.forget = forget_more,
		.advise = advise,
		.stopped = stopped,
		.owner = m };
	const struct names_params names = { .loop = m->loop,
		.config = config_of(m),
		.run = params->resolver,
		.forget = forget_more,
		.resolved = resolved,
		.stopped = stopped,
		.owner = m };
	const struct inquiries_params inquiries = { .loop = m->loop,
		.registry = m->registry,
		.run = params->inquirer,
		.forget = forget_keys,
		.checked = checked,
		.stopped = stopped,
		.owner = m };
	const struct reload_params reload = { .loop = m->loop,
		.path = params->path,
		.generation = params->generation,
		.load_keys = load_keys,
		.changed = renewed,
		.owner = m };
	const struct review_params review = { .loop = m->loop,
		.registry = m->registry,
		.forget = forget,
		.end = end_session,
		.stopped = stopped,
		.owner = m };
	const struct answer_params answers = { .loop = m->loop,
		.fd = m->status.fd,
		.users = params->privileges->status_users,
		.user_count = params->privileges->status_user_count,
		.registry = m->registry,
		.drain = drain,
		.decided = decided,
		.kick = kick,
		.reload = load_anew,
		.listener = listener_name,
		.owner = m };

	m->keyholders = keyholders_new(&keyholders);
	m->workers = workers_new(&workers);
	m->advisors = advisors_new(&advisors);
	m->names = names_new(&names);
	m->inquiries = inquiries_new(&inquiries);
	m->reload = reload_new(&reload);
	m->review = review_new(&review);
	if (m->keyholders == NULL || m->workers == NULL ||
	    m->advisors == NULL || m->names == NULL || m->inquiries == NULL ||
	    m->reload == NULL || m->review == NULL)
		return -ENOMEM;
	review_begin(m->review, tls_context_store(params->generation->tls),
	    params->generation->config->tls.on_revocation);
	m->answers = answers_new(&answers);
	if (m->answers == NULL)
		return -ENOMEM;
	m->status.fd = -1;
	m->doors = (struct doors){ .loop = m->loop,
		.config = config_of(m),
		.registry = m->registry,
		.give = give,
		.owner = m };
	return doors_open(&m->doors, &m->listeners);
}

/* The keyholder first: without keys there is nothing to start. */
static enum exit_status
start_processes(struct monitor *m)
{
	struct stssl_error error;
	int r = keyholders_prepare(m->keyholders, config_of(m), &error);

	if (r < 0) {
		log_error("%s", error.text);
		return r == -EBADMSG ? STATUS_CONFIG : STATUS_SYSTEM;
	}
	keyholders_renew(m->keyholders, config_of(m));
	r = advisors_start(m->advisors);
	if (r == 0)
		r = names_start(m->names);
	if (r == 0)
		r = inquiries_begin(m->inquiries, config_of(m),
		    tls_context_store(m->params->generation->tls));
	if (r == 0)
		r = workers_start(m->workers);
	if (r < 0)
		(void)log_errno(r, "cannot start");
	return r < 0 ? STATUS_SYSTEM : STATUS_STOPPED;
}

static enum exit_status
serve(struct monitor *m)
{
	enum exit_status status;
	int r;

	m->loop = ev_default_loop(0);
	m->registry = registry_new();
	r = m->loop == NULL || m->registry == NULL ? -ENOMEM : build(m);
	if (r < 0) {
		(void)log_errno(r, "cannot start");
		return STATUS_SYSTEM;
	}
	catch_signals(m);
	status = start_processes(m);
	if (status != STATUS_STOPPED)
		return status;
	revocation_start(&m->revocation, m->loop,
	    tls_context_store(m->params->generation->tls));
	notify("READY=1");
	log_info("ready");
	ev_run(m->loop, 0);
	log_info("stopped");
	return STATUS_STOPPED;
}

enum exit_status
monitor_main(const struct monitor_params *params)
{
	struct monitor m = {
		.params = params, .status.fd = -1, .doors.giving_fd = -1
	};
	enum exit_status status;
	int r;

	raise_limits(params->generation->config);
	status = open_sockets(&m);
	if (status == STATUS_STOPPED) {
		keys_open_early(&params->generation->config->tls);
		r = privileges_drop(params->privileges);
		if (r < 0) {
			(void)log_errno(r, "cannot give up privileges");
			status = STATUS_SYSTEM;
		}
	}
	if (status == STATUS_STOPPED && sandbox_enter(&sandbox_monitor) < 0) {
		status = STATUS_SYSTEM;
	}
	if (status == STATUS_STOPPED)
		status = serve(&m);
	status_socket_close(&m.status);
	forget(&m);
	return status;
}
