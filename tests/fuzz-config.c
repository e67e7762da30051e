/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as helper.conf: they are refused with a message of one line, or
 * everything in the configuration is within its bounds.
 */
#include <config.h>

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "setup/config_read.h"
#include "tests/fuzz-file.h"
#include "tests/private-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It knows whom to talk to, and by which key. */
static void
check_link(const struct helper_config *config, const struct listen_config *l)
{
	const struct link_config *link = &config->link;

	if (l->tls != LISTEN_LINK && l->link_to.count == 0)
		return;
	if (link->certificate == NULL || link->key == NULL ||
	    (l->tls == LISTEN_LINK && link->edges.count == 0) ||
	    (l->link_to.count > 0 && link->servers.count == 0))
		abort();
	for (size_t i = 0; i < link->edges.count; i++)
		if (link->edges.list[i].name[0] == '\0')
			abort();
	for (size_t i = 0; i < l->link_to.count; i++)
		if (!l->link_to.list[i].is_link || l->link_to.list[i].len == 0)
			abort();
}

static void
check(const struct helper_config *config)
{
	const struct tls_config *tls = &config->tls;

	if (config->workers > 256 || config->sessions_per_worker < 1 ||
	    config->listener_count == 0 || tls->ocsp_seconds < 1)
		abort();
	for (size_t i = 0; i < tls->certificates.count; i++)
		if (tls->certificates.list[i] == NULL ||
		    tls->keys.list[i] == NULL)
			abort();
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct listen_config *l = &config->listeners[i];

		if (l->name[0] == '\0' || l->service[0] == '\0' ||
		    (l->backend.len == 0) != (l->link_to.count > 0) ||
		    (l->tls != LISTEN_LINK && tls->certificates.count == 0) ||
		    l->passive_ports.low > l->passive_ports.high ||
		    l->handshake_seconds < 1 ||
		    l->max_sessions > CONFIG_SESSIONS_MAX)
			abort();
		check_link(config, l);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stssl-fuzz-config-XXXXXX/f";
	struct helper_config *config = NULL;
	struct stssl_error error;

	if (fuzz_file_write(path, data, size) == 0) {
		if (config_read(path, &config, &error) == 0)
			check(config);
		else if (error.text[0] == '\0' ||
			 strchr(error.text, '\n') != NULL)
			abort();
	}
	private_file_remove(path);
	(void)config_free(config);
	return 0;
}
