/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for traps in the configuration of daemons behind the helper.  A daemon
 * is behind it if its PAM stack has pam_stssl.so, or if it listens on the port
 * of a backend.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "status/address.h"
#include "stsslctl/daemons.h"
#include "stsslctl/settings.h"
#include "stsslctl/stack.h"

/* What is looked at: one server of a daemon. */
struct view {
	const struct helper_config *config;
	const char *pam_dir;
	struct findings *findings;
	const struct daemon *daemon;
	const struct settings *settings;
	const char *file; /* the main one */
	unsigned server;
	const char *service;
	const struct listen_config *listener; /* in front of it; or NULL */
	bool names_us[STACK_PHASE_COUNT];     /* has our line */
};

/* At the line of `key`, or at the file if there is none. */
static void
report(const struct view *v, enum finding_level level, const char *key,
    const char *text)
{
	const struct setting *at =
	    key == NULL ? NULL : settings_find(v->settings, v->server, key);

	if (at == NULL)
		at = settings_find(v->settings, v->server, "<VirtualHost");
	/* The name of a section begins with a bracket. */
	findings_add(v->findings, level, at == NULL ? v->file : at->file,
	    at == NULL ? 0 : at->line, "%s%s%s%s", key == NULL ? "" : key,
	    key != NULL && *key == '<' ? ">" : "", key == NULL ? "" : ": ",
	    text);
}

/* Which phases of the service's stack have a line of ours? */
static void
learn_stack(struct view *v)
{
	struct findings ignored;
	struct stack stack;

	findings_init(&ignored);
	if (stack_read(v->pam_dir, v->service, &ignored, &stack) == 0) {
		for (size_t i = 0; i < stack.count; i++)
			if (strcmp(stack_module_name(&stack.lines[i]),
				"pam_stssl.so") == 0)
				v->names_us[stack.lines[i].phase] = true;
		stack_done(&stack);
	}
	findings_done(&ignored);
}

/* The port of a backend on this machine, or 0. */
static unsigned
backend_port(const struct listen_config *listener)
{
	struct stssl_address a;

	return stssl_address_from(&listener->backend.u.inet, &a) == 0 &&
		       stssl_address_is_loopback(&a)
		   ? a.port
		   : 0;
}

static bool
is_occasion(const struct view *v, enum daemon_occasion occasion)
{
	const struct listen_config *l = v->listener;

	switch (occasion) {
	case DAEMON_ACTIVE:
		return l != NULL && l->protocol == LISTEN_FTP &&
		       l->backend_data != BACKEND_PASSIVE &&
		       backend_port(l) < IPPORT_RESERVED;
	case DAEMON_SESSION:
		return v->names_us[STACK_SESSION];
	case DAEMON_ALWAYS:
	default:
		return true;
	}
}

/* Is the daemon's PAM service the helper's, and has it our module? */
static void
check_service(const struct view *v)
{
	const struct helper_config *config = v->config;
	char name[STSSL_QUOTE_MAX], text[2 * STSSL_QUOTE_MAX + 200];
	bool is_served = false;

	(void)stssl_quote(name, sizeof name, v->service);
	for (size_t i = 0; i < config->listener_count; i++)
		is_served = is_served || strcmp(config->listeners[i].service,
					     v->service) == 0;
	if (!v->names_us[STACK_AUTH]) {
		(void)snprintf(text, sizeof text,
		    "the PAM service is %s, which has no auth line with "
		    "pam_stssl.so, although listener \"%s\" is in front of %s",
		    name, v->listener->name, v->daemon->name);
		report(v, FINDING_ERROR, v->daemon->service_key, text);
	} else if (!is_served) {
		(void)snprintf(text, sizeof text,
		    "the PAM service is %s, which no listener of helper.conf "
		    "has as its service",
		    name);
		report(v, FINDING_WARNING, v->daemon->service_key, text);
	}
}

static void
check_server(struct view *v)
{
	const struct helper_config *config = v->config;
	const struct daemon *d = v->daemon;
	unsigned port = d->port(v->settings, v->server);
	const char *key, *service = NULL;

	if (d->service_key != NULL)
		service = daemon_value(v->settings, v->server, d->service_key);
	v->service = service == NULL ? d->service : service;
	v->listener = NULL;
	memset(v->names_us, 0, sizeof v->names_us);
	for (size_t i = 0; i < config->listener_count; i++)
		if (port > 0 && backend_port(&config->listeners[i]) == port)
			v->listener = &config->listeners[i];
	learn_stack(v);
	if (port == 0 || (!v->names_us[STACK_AUTH] && v->listener == NULL))
		return;
	check_service(v);
	for (const struct daemon_trap *t = d->traps; t->key != NULL; t++)
		if (t->is_bad(daemon_value(v->settings, v->server, t->key)) &&
		    is_occasion(v, t->occasion))
			report(v, t->level, t->key, t->text);
	if (d->is_open(v->settings, v->server, &key))
		report(v, FINDING_WARNING, key,
		    "it listens on more than loopback: clients can come past "
		    "the helper, and count as clear");
}

/* Returns false if there is no such file. */
static bool
check_file(struct view v, const char *path, const char *etc)
{
	struct settings s = { .etc = etc, .findings = v.findings };
	char *file = settings_path(&s, path);
	bool is_there = v.daemon->read(&s, path);

	v.settings = &s;
	v.file = file;
	for (v.server = 0; is_there && v.server < s.servers; v.server++)
		check_server(&v);
	settings_done(&s);
	free(file);
	return is_there;
}

void
check_daemons(const struct helper_config *config, const char *etc,
    const char *pam_dir, struct findings *findings)
{
	struct view v = {
		.config = config, .pam_dir = pam_dir, .findings = findings
	};

	for (v.daemon = daemons; v.daemon->name != NULL; v.daemon++)
		for (size_t i = 0; v.daemon->paths[i] != NULL; i++)
			if (check_file(v, v.daemon->paths[i], etc))
				break;
}
