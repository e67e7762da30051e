/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for accept-proxy that leaves nobody out.
 */
#include <config.h>
#include "setup/proxies.h"

#include "conf/conf.h"

void
config_warn_of_proxies(const struct helper_config *config,
    void (*warn)(void *owner, const struct stssl_error *error), void *owner)
{
	const struct stssl_conf_section *section = NULL;
	struct stssl_error error;

	for (size_t i = 0; i < config->listener_count; i++) {
		section = stssl_conf_next(config->conf, "listen", section);
		if (!networks_has_all(&config->listeners[i].proxies))
			continue;
		(void)stssl_conf_error(section, "accept-proxy", &error,
		    "accept-proxy: every client can say which address it has; "
		    "name the proxies alone");
		warn(owner, &error);
	}
}
