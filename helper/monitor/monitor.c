/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts the monitor together: sockets first, then no privileges any more, then
 * its parts and their processes, then the event loop.  What a new process has
 * to forget of all this is said here, too.
 */
#include <config.h>
#include "helper/monitor/monitor.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "helper/base/keytag.h"
#include "helper/base/log.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keys.h"
#include "helper/monitor/children/advisors.h"
#include "helper/monitor/children/inquiries.h"
#include "helper/monitor/children/keyholders.h"
#include "helper/monitor/children/loglines.h"
#include "helper/monitor/children/pool.h"
#include "helper/monitor/children/review.h"
#include "helper/monitor/children/verifiers.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/doors.h"
#include "helper/monitor/expiry.h"
#include "helper/monitor/heap.h"
#include "helper/monitor/listeners.h"
#include "helper/monitor/registry/sources.h"
#include "helper/monitor/registry/tap.h"
#include "helper/monitor/reload.h"
#include "helper/monitor/status/answer.h"
#include "helper/monitor/status/reply.h"
#include "helper/monitor/status/status_socket.h"
#include "helper/monitor/wiring.h"
#include "helper/worker/tls/tls.h"

#define GRACE_MS       10000
#define ADVICE_SECONDS 2.0
#define REVIEW_SECONDS 5.0
/* Client, backend, two listeners; a transfer's two ends and its pipe. */
#define FILES_PER_SESSION 8
#define FILES_BESIDES     256

/* As sd_notify(3); nothing without systemd. */
static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}

/* Signals, and the end */

static void
on_stop(struct ev_loop *loop, struct ev_signal *signal, int events)
{
	struct monitor *m = signal->data;

	(void)loop;
	(void)events;
	log_info("stopping");
	notify("STOPPING=1");
	doors_close(m->doors);
	listeners_close(m->listeners);
	reload_stop(m->reload);
	m->reload = reload_free(m->reload);
	review_stop(m->review);
	inquiries_stop(m->inquiries);
	advisors_stop(m->advisors);
	workers_stop(m->workers, GRACE_MS);
}

void
monitor_ended(struct monitor *m, enum role role)
{
	/* As long as there are workers there may be handshakes. */
	if (role == ROLE_WORKER) {
		keyholders_stop(m->keyholders);
		verifiers_stop(m->verifiers);
	}
	if (m->processes == 0)
		ev_break(m->loop, EVBREAK_ALL);
}

void
monitor_reload(struct monitor *m, int fd)
{
	if (m->reload == NULL) {
		reply_reloaded(fd, "the helper stops");
		return;
	}
	notify("RELOADING=1");
	reload_begin(m->reload, fd);
}

void
monitor_reloaded(struct monitor *m)
{
	(void)m;
	notify("READY=1");
}

static void
on_reload(struct ev_loop *loop, struct ev_signal *signal, int events)
{
	(void)loop;
	(void)events;
	monitor_reload(signal->data, -1);
}

static const struct {
	int signal;
	void (*action)(struct ev_loop *loop, struct ev_signal *s, int events);
} signals[MONITOR_SIGNALS] = {
	{ SIGTERM, on_stop },
	{ SIGINT, on_stop },
	{ SIGHUP, on_reload },
};

static void
catch_signals(struct monitor *m)
{
	sigset_t none;

	for (size_t i = 0; i < MONITOR_SIGNALS; i++) {
		ev_signal_init(
		    &m->signals[i], signals[i].action, signals[i].signal);
		m->signals[i].data = m;
		ev_signal_start(m->loop, &m->signals[i]);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	/* main() holds SIGHUP; a parent process may hold others. */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What a new process has to forget */

/*
 * What a process keeps, a row for each role, of what was read with the
 * privileges of whoever started the helper.
 */
static const struct {
	bool key_files;    /* opened and not read yet */
	bool certificates; /* of the server, with CAs and lists */
	bool store;        /* CAs and lists alone */
	bool secret;       /* of tags: see helper/base/keytag.h */
} keeps[ROLE_COUNT] = {
	[ROLE_WORKER] = { .certificates = true },
	[ROLE_KEYHOLDER] = { .key_files = true, .secret = true },
	[ROLE_ADVISOR] = { false },
	[ROLE_INQUIRER] = { .store = true },
	[ROLE_REVIEWER] = { .store = true },
	[ROLE_VERIFIER] = { .store = true, .secret = true },
};

/* Also when only some of it is there. */
static void
forget_parts(struct monitor *m)
{
	for (size_t i = 0; m->loop != NULL && i < MONITOR_SIGNALS; i++)
		ev_signal_stop(m->loop, &m->signals[i]);
	doors_close(m->doors);
	listeners_close(m->listeners);
	m->reload = reload_free(m->reload);
	m->review = review_free(m->review);
	if (m->loop != NULL)
		expiry_stop(m->expiry, m->loop);
	m->answers = answers_free(m->answers);
	m->workers = workers_free(m->workers);
	m->keyholders = keyholders_free(m->keyholders);
	m->advisors = advisors_free(m->advisors);
	m->inquiries = inquiries_free(m->inquiries);
	m->verifiers = verifiers_free(m->verifiers);
	m->penalties = penalties_free(m->penalties);
	m->registry = registry_free(m->registry);
	m->sources = sources_free(m->sources);
	if (m->status->fd != -1)
		(void)close(m->status->fd);
	m->status->fd = -1;
	if (m->loop != NULL)
		ev_loop_destroy(m->loop);
	m->loop = NULL;
}

void
monitor_forget(struct monitor *m, enum role role)
{
	struct generation *g = m->generation;

	if (!keeps[role].key_files)
		keys_close_early();
	if (!keeps[role].secret)
		key_secret_forget();
	heap_join_late();
	forget_parts(m);
	if (keeps[role].store)
		tls_context_keep_store(g->tls);
	else if (!keeps[role].certificates)
		g->tls = tls_context_free(g->tls);
}

/* Its parts */

/* No process is started.  Returns 0; -ENOMEM, and -errno of the doors. */
static int
build(struct monitor *m, const char *path, const struct privileges *privileges)
{
	m->loop = ev_default_loop(0);
	m->registry = registry_new();
	if (m->registry != NULL)
		registry_use(m->registry, m->sources);
	m->sources = m->registry == NULL ? m->sources : NULL;
	m->penalties = penalties_new(&m->generation->config->penalties, NULL);
	if (m->loop == NULL || m->registry == NULL || m->penalties == NULL)
		return -ENOMEM;
	m->keyholders = keyholders_new(m);
	m->workers = workers_new(m);
	m->advisors = advisors_new(m, ADVICE_SECONDS);
	m->inquiries = inquiries_new(m);
	m->verifiers = verifiers_new(m);
	m->reload = reload_new(m, path);
	m->review = review_new(m, REVIEW_SECONDS);
	if (m->keyholders == NULL || m->workers == NULL ||
	    m->advisors == NULL || m->inquiries == NULL ||
	    m->verifiers == NULL || m->reload == NULL || m->review == NULL)
		return -ENOMEM;
	m->answers = answers_new(m, m->status->fd, privileges);
	if (m->answers == NULL)
		return -ENOMEM;
	m->status->fd = -1;
	review_begin(m->review, tls_context_store(m->generation->tls),
	    m->generation->config->tls.on_revocation);
	return doors_open(m->doors, m, m->listeners);
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
			    "sessions-per-worker = %u: raise the limit to %lu "
			    "(ulimit -n, LimitNOFILE=)",
		    (unsigned long)limit.rlim_cur, config->sessions_per_worker,
		    (unsigned long)files);
}

/* 0; or -errno, of which the operator has been told. */
static int
open_sources(struct monitor *m)
{
	struct tap *tap;
	int r;

	if (!generation_has_sources(m->generation))
		return 0;
	r = tap_open(&tap);
	if (r < 0)
		return log_errno(r,
		    "backend-source = per-session: who connects from there "
		    "cannot be watched%s",
		    r == -EPERM ? " without CAP_NET_RAW" : "");
	m->sources = sources_new(tap);
	return m->sources == NULL ? -ENOMEM : 0;
}

static enum exit_status
open_sockets(struct monitor *m, const struct privileges *p)
{
	const struct helper_config *config = m->generation->config;
	int r = listeners_open(config, m->listeners);

	if (r < 0)
		return r == -EINVAL ? STATUS_CONFIG : STATUS_SYSTEM;
	if (open_sources(m) < 0)
		return STATUS_SYSTEM;
	r = status_socket_start(config->status_socket, p, m->status);
	if (r < 0)
		return STATUS_SYSTEM;
	return STATUS_STOPPED;
}

/* The keyholder first: without keys there is nothing to start. */
static enum exit_status
start_processes(struct monitor *m)
{
	struct stssl_error error;
	int r = keyholders_prepare(m->keyholders, m->generation, &error);

	if (r == 0) {
		keyholders_wait(m->keyholders);
		r = keyholders_prepared(m->keyholders, true, &error);
	}
	if (r < 0) {
		log_error("%s", error.text);
		return r == -EBADMSG ? STATUS_CONFIG : STATUS_SYSTEM;
	}
	keyholders_renew(m->keyholders);
	return pools_fill(m) < 0 ? STATUS_SYSTEM : STATUS_STOPPED;
}

static enum exit_status
serve(struct monitor *m, const char *path, const struct privileges *privileges)
{
	enum exit_status status;
	int r = build(m, path, privileges);

	if (r < 0) {
		(void)log_errno(r, "cannot start");
		return STATUS_SYSTEM;
	}
	catch_signals(m);
	key_secret_make();
	status = start_processes(m);
	if (status != STATUS_STOPPED)
		return status;
	expiry_start(m->expiry, m->loop, m->generation);
	notify("READY=1");
	log_info("ready");
	ev_run(m->loop, 0);
	log_info("stopped");
	return STATUS_STOPPED;
}

static enum exit_status
leave_privileges(
    const struct monitor *m, const char *path, const struct privileges *p)
{
	struct stssl_error error;
	int r = privileges_leave(p, path, m->generation, &error);

	if (r == 0)
		return STATUS_STOPPED;
	log_error("%s", error.text);
	return r == -EBADMSG ? STATUS_CONFIG : STATUS_SYSTEM;
}

enum exit_status
monitor_main(const char *path, struct generation *generation,
    const struct privileges *privileges)
{
	struct listeners listeners = { NULL, 0 };
	struct doors doors = { .client_fd = -1 };
	struct status_socket socket = { .fd = -1 };
	struct expiry expiry = { .generation = NULL };
	struct monitor m = { .generation = generation,
		.listeners = &listeners,
		.doors = &doors,
		.status = &socket,
		.expiry = &expiry };
	enum exit_status status;
	sigset_t all;

	heap_join_early();
	raise_limits(generation->config);
	status = open_sockets(&m, privileges);
	if (status == STATUS_STOPPED)
		status = leave_privileges(&m, path, privileges);
	if (status == STATUS_STOPPED && sandbox_enter(&sandbox_monitor) < 0)
		status = STATUS_SYSTEM;
	if (status == STATUS_STOPPED)
		status = serve(&m, path, privileges);
	/* None changes anything from now on, and not the exit status either. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	/* The last words of those that have ended. */
	loglines_drain();
	loglines_forget();
	status_socket_close(&socket);
	keys_close_early();
	forget_parts(&m);
	return status;
}
