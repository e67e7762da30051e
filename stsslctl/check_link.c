/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links of helper.conf, but for what the helper itself says of them.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <stdio.h>

#include "setup/config_values.h"
#include "stsslctl/pin.h"

/* A machine that is both sides has its own key in both lists. */
static void
check_own(const struct helper_config *config, const char *path,
    struct findings *findings)
{
	const struct link_config *link = &config->link;
	char text[PIN_TEXT];
	struct x509_error unread;
	struct stssl_error error;
	struct link_pin own;
	bool is_edge, is_server;

	/* A certificate that cannot be read is another finding. */
	if (pin_read(link->certificate, text, &unread) < 0 ||
	    config_parse_pin(text, &own) != NULL)
		return;
	is_edge = config_pin_find(&link->edges, own.sha256) != NULL;
	is_server = config_pin_find(&link->servers, own.sha256) != NULL;
	if (is_edge == is_server)
		return;
	(void)stssl_conf_error(stssl_conf_next(config->conf, "link", NULL),
	    is_edge ? "edges" : "servers", &error,
	    "%s: the key of this machine's own certificate is there, in place "
	    "of the other side's",
	    is_edge ? "edges" : "servers");
	findings_add_conf(findings, FINDING_WARNING, path, &error);
}

void
check_link(const struct helper_config *config, const char *path,
    struct findings *findings)
{
	if (config->link.certificate != NULL)
		check_own(config, path, findings);
}
