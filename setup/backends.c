/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares the ports of backends with those that only root may bind.
 */
#include <config.h>
#include "setup/backends.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "status/address.h"

/* The first port that everybody may bind, in this network namespace. */
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

static bool
is_open(const struct backend_address *backend, unsigned first)
{
	struct stssl_address a;

	return stssl_address_from(&backend->u.inet, &a) == 0 &&
	       stssl_address_is_loopback(&a) && a.port >= first;
}

void
config_warn_of_backends(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner)
{
	const struct stssl_conf_section *section = NULL;
	unsigned first = first_open_port();
	struct stssl_error error;

	for (size_t i = 0; i < config->listener_count; i++) {
		section = stssl_conf_next(config->conf, "listen", section);
		if (!is_open(&config->listeners[i].backend, first))
			continue;
		(void)stssl_conf_error(section, "backend", &error,
		    "backend: any local user may take this port while the "
		    "daemon is away; use one below %u",
		    first > 0 ? first : IPPORT_RESERVED);
		warn(owner, &error);
	}
}
