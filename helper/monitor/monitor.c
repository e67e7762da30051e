/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Puts the monitor together: sockets first, then no privileges any more, then
 * workers and advisors, then the event loop.  What it does in detail is its
 * parts' matter; parts.c ties them together.
 */
#include <config.h>
#include "helper/monitor/monitor.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "helper/base/log.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keys.h"
#include "helper/monitor/children/loglines.h"
#include "helper/monitor/notify.h"
#include "helper/monitor/parts.h"
#include "helper/worker/tls/tls.h"

#define GRACE_MS 10000
/* Client, backend, two listeners; a transfer's two ends and its pipe. */
#define FILES_PER_SESSION 8
#define FILES_BESIDES     256

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
	inquiries_stop(m->inquiries);
	advisors_stop(m->advisors);
	workers_stop(m->workers, GRACE_MS);
}

static void
on_reload(struct ev_loop *loop, struct ev_signal *signal, int events)
{
	struct stssl_error error;

	(void)loop;
	(void)events;
	(void)parts_reload(signal->data, &error);
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
	for (size_t i = 0; i < MONITOR_SIGNALS; i++) {
		ev_signal_init(
		    &m->signals[i], signals[i].action, signals[i].signal);
		m->signals[i].data = m;
		ev_signal_start(m->loop, &m->signals[i]);
	}
	(void)signal(SIGPIPE, SIG_IGN);
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
	const char *path = parts_config(m)->status_socket;
	int r = listeners_open(parts_config(m), &m->listeners);

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

/* The keyholder first: without keys there is nothing to start. */
static enum exit_status
start_processes(struct monitor *m)
{
	struct stssl_error error;
	int r = keyholders_prepare(m->keyholders, parts_config(m), &error);

	if (r < 0) {
		log_error("%s", error.text);
		return r == -EBADMSG ? STATUS_CONFIG : STATUS_SYSTEM;
	}
	keyholders_renew(m->keyholders, parts_config(m));
	r = advisors_start(m->advisors);
	if (r == 0)
		r = inquiries_begin(m->inquiries, parts_config(m),
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
	m->penalties = penalties_new(&parts_config(m)->penalties, NULL);
	r = m->loop == NULL || m->registry == NULL || m->penalties == NULL
		? -ENOMEM
		: parts_build(m);
	if (r < 0) {
		(void)log_errno(r, "cannot start");
		return STATUS_SYSTEM;
	}
	catch_signals(m);
	status = start_processes(m);
	if (status != STATUS_STOPPED)
		return status;
	expiry_start(&m->expiry, m->loop, m->params->generation);
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
	/* The last words of those who have ended. */
	loglines_drain();
	loglines_forget();
	status_socket_close(&m.status);
	parts_forget(&m);
	return status;
}
