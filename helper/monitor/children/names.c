/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Supervises one process.  What it says is checked; it can set addresses of
 * listeners that have names, and nothing else.
 */
#include <config.h>
#include "helper/monitor/children/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/children/child.h"
#include "helper/monitor/children/spawn.h"

struct names {
	struct names_params params;
	struct child *list; /* one, or none */
	bool is_stopping;
	ev_tstamp delay; /* before the next start; 0 after a good one */
	struct ev_timer respawn;
};

static bool
is_sensible(const struct names *n, const struct message_resolved *m)
{
	const struct helper_config *config = n->params.config;
	struct stssl_address address = { .port = 0 };

	memcpy(address.ip, m->ip, sizeof address.ip);
	return m->listener < config->listener_count &&
	       config->listeners[m->listener].passive_name != NULL &&
	       stssl_address_is_ipv4(&address);
}

static void
readable(struct child *c)
{
	struct names *n = c->owner;
	struct message m;
	int fd, r;

	r = message_receive(c->channel, SENDER_RESOLVER, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0 && !is_sensible(n, &m.u.resolved))
		r = -EBADMSG;
	if (r == -EBADMSG)
		log_error("impossible message from the resolver");
	if (r < 0) {
		child_kill(c);
		return;
	}
	c->has_served = true;
	n->params.resolved(n->params.owner, &m.u.resolved);
}

static void
wait_to_respawn(struct names *n)
{
	ev_timer_stop(n->params.loop, &n->respawn);
	ev_timer_set(&n->respawn, n->delay, 0);
	ev_timer_start(n->params.loop, &n->respawn);
}

static void
ended(struct child *c)
{
	struct names *n = c->owner;

	child_lose(c);
	if (!n->is_stopping && !c->is_retired)
		child_log_end(c);
	n->delay = child_delay(c, n->delay);
	child_free(c, &n->list);
	if (!n->is_stopping)
		wait_to_respawn(n);
	else
		n->params.stopped(n->params.owner);
}

/* In the child.  `arg` is on start()'s stack: the names are freed here. */
static void
forget(void *arg)
{
	const struct names_params *params = arg;

	params->forget(params->owner);
}

static int
run(void *arg, int channel)
{
	const struct names_params *params = arg;

	return params->run(params->config, channel);
}

static bool
has_names(const struct names *n)
{
	const struct helper_config *config = n->params.config;

	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].passive_name != NULL)
			return true;
	return false;
}

static int
start(struct names *n)
{
	struct names_params params = n->params;
	struct child *c;
	int channel;
	pid_t pid =
	    spawn(params.loop, "resolver", forget, run, &params, &channel);

	if (pid < 0)
		return (int)pid;
	c = child_new(params.loop, "resolver", pid, channel, &n->list);
	if (c == NULL) {
		/* Without its channel it ends. */
		(void)close(channel);
		return -ENOMEM;
	}
	c->readable = readable;
	c->ended = ended;
	c->owner = n;
	return 0;
}

int
names_start(struct names *n)
{
	return has_names(n) ? start(n) : 0;
}

static void
on_respawn(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct names *n = timer->data;
	int r = n->list == NULL ? names_start(n) : 0;

	(void)loop;
	(void)events;
	if (r < 0) {
		(void)log_errno(r, "cannot start the resolver");
		n->delay = CHILD_DELAY_MAX;
		wait_to_respawn(n);
	}
}

struct names *
names_new(const struct names_params *params)
{
	struct names *n = calloc(1, sizeof *n);

	if (n == NULL)
		return NULL;
	n->params = *params;
	ev_init(&n->respawn, on_respawn);
	n->respawn.data = n;
	return n;
}

struct names *
names_free(struct names *n)
{
	if (n == NULL)
		return NULL;
	while (n->list != NULL)
		child_free(n->list, &n->list);
	ev_timer_stop(n->params.loop, &n->respawn);
	free(n);
	return NULL;
}

void
names_renew(struct names *n, const struct helper_config *config)
{
	bool is_none = n->list == NULL;

	n->params.config = config;
	/* Who is killed is replaced when it is reaped. */
	for (struct child *c = n->list; c != NULL; c = c->next) {
		c->is_retired = true;
		/* It would not see the end of its channel while DNS hangs. */
		child_kill(c);
	}
	if (is_none)
		on_respawn(n->params.loop, &n->respawn, 0);
}

bool
names_are_gone(const struct names *n)
{
	return n->list == NULL;
}

void
names_stop(struct names *n)
{
	n->is_stopping = true;
	ev_timer_stop(n->params.loop, &n->respawn);
	for (struct child *c = n->list; c != NULL; c = c->next)
		child_kill(c);
}
