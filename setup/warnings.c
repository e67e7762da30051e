/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of questions that are asked about each listener, and what is asked
 * about the configuration as a whole.
 */
#include <config.h>
#include "setup/warnings.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

struct warner {
	unsigned first_open_port; /* that everybody may bind */
	void (*warn)(void *owner, const struct stssl_error *error);
	void *owner;
};

/* In this network namespace; ip_unprivileged_port_start in ip(7). */
static unsigned
first_open_port(void)
{
	unsigned long port = IPPORT_RESERVED;
	char line[16];
	FILE *file =
	    fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");

	if (file == NULL)
		return IPPORT_RESERVED;
	if (fgets(line, sizeof line, file) != NULL)
		port = strtoul(line, NULL, 10);
	(void)fclose(file);
	return port <= UINT16_MAX ? (unsigned)port : IPPORT_RESERVED;
}

/* While the daemon is away, another user there gets its clients' passwords. */
static void
warn_of_backend(const struct listen_config *l, const struct warner *w)
{
	const unsigned first = w->first_open_port;
	struct stssl_address a;
	struct stssl_error error;

	if (stssl_address_from(&l->backend.u.inet, &a) < 0 ||
	    !stssl_address_is_loopback(&a) || a.port < first)
		return;
	(void)stssl_conf_error(l->section, "backend", &error,
	    "backend: any local user may take this port while the daemon is "
	    "away; use one below %u",
	    first > 0 ? first : IPPORT_RESERVED);
	w->warn(w->owner, &error);
}

static void
warn_of_proxies(const struct listen_config *l, const struct warner *w)
{
	struct stssl_error error;

	if (!networks_has_all(&l->proxies))
		return;
	(void)stssl_conf_error(l->section, "accept-proxy", &error,
	    "accept-proxy: every client can say which address it has; name "
	    "the proxies alone");
	w->warn(w->owner, &error);
}

static bool
is_for_all(const struct stssl_address *a)
{
	struct stssl_address any[2];

	return (stssl_ip_parse("0.0.0.0", &any[0]) == 0 &&
		   stssl_address_same_ip(a, &any[0])) ||
	       (stssl_ip_parse("::", &any[1]) == 0 &&
		   stssl_address_same_ip(a, &any[1]));
}

static void
warn_of_addresses(const struct listen_config *l, const struct warner *w)
{
	struct stssl_error error;

	for (size_t i = 0; i < l->addresses.count; i++) {
		if (l->tls != LISTEN_LINK || !is_for_all(&l->addresses.list[i]))
			continue;
		(void)stssl_conf_wrong(l->section, "address", i,
		    "with tls = link, better the one address that Edges reach",
		    &error);
		w->warn(w->owner, &error);
	}
}

static void
warn_of_limits(const struct listen_config *l, const struct warner *w)
{
	static const char *const keys[] = { "max-sessions-per-address",
		"max-unauthenticated-per-address" };
	struct stssl_error error;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (l->tls != LISTEN_LINK ||
		    stssl_conf_given(l->section, keys[i]))
			continue;
		(void)stssl_conf_error(l->section, keys[i], &error,
		    "%s is missing: with tls = link all clients of an Edge "
		    "count as one address, and the default is for one client",
		    keys[i]);
		w->warn(w->owner, &error);
	}
}

static void (*const questions[])(
    const struct listen_config *l, const struct warner *w) = { warn_of_backend,
	warn_of_proxies, warn_of_addresses, warn_of_limits };

static void
warn_of_edges(const struct helper_config *config, const struct warner *w)
{
	struct stssl_error error;
	bool is_server = false;

	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].tls == LISTEN_LINK)
			is_server = true;
	if (!is_server || config->link.edge_certificates.count > 0)
		return;
	(void)stssl_conf_error(stssl_conf_next(config->conf, "link", NULL),
	    "edge-certificate", &error,
	    "edge-certificate is missing: a client's certificate counts only "
	    "where the Edge shows a certificate of tls");
	w->warn(w->owner, &error);
}

/* Another helper, or a reload, might look for it in another directory. */
static void
warn_of_paths(const struct stssl_conf_section *section, const char *key,
    const struct warner *w)
{
	const struct stssl_values values = stssl_conf_values(section, key);
	struct stssl_error error;

	for (size_t i = 0; i < values.count; i++) {
		const char *value = values.list[i];

		if (value[0] == '/' || strcmp(value, CONFIG_KEY_LINK) == 0 ||
		    config_key_is_url(value))
			continue;
		(void)stssl_conf_wrong(section, key, i,
		    "not an absolute path: which file it is depends on where "
		    "the helper is started",
		    &error);
		w->warn(w->owner, &error);
	}
}

static void
warn_of_files(const struct helper_config *config, const struct warner *w)
{
	static const char *const places[][2] = {
		{ "tls", "certificate" },
		{ "tls", "key" },
		{ "tls", "client-ca" },
		{ "tls", "client-crl" },
		{ "link", "certificate" },
		{ "link", "key" },
		{ "link", "edge-certificate" },
		{ "link", "edge-key" },
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const struct stssl_conf_section *section =
		    stssl_conf_next(config->conf, places[i][0], NULL);

		if (section != NULL)
			warn_of_paths(section, places[i][1], w);
	}
}

void
config_warn(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner)
{
	const struct warner w = { first_open_port(), warn, owner };

	for (size_t q = 0; q < sizeof questions / sizeof questions[0]; q++)
		for (size_t i = 0; i < config->listener_count; i++)
			questions[q](&config->listeners[i], &w);
	warn_of_edges(config, &w);
	warn_of_files(config, &w);
}
