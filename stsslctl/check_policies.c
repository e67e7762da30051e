/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares the policy here with what the other sides of links have said of
 * theirs, if a helper runs that has heard it.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <stdlib.h>
#include <string.h>

#include "stsslctl/command.h"
#include "stsslctl/metrics_text.h"
#include "stsslctl/output.h"

#define DIGITS (X509_FINGERPRINT - 1)

static bool
has_links(const struct listen_config *l)
{
	return l->tls == LISTEN_LINK || l->link_to.count > 0;
}

/* The other side's, of the listener's last link; NULL: nobody has said. */
static const char *
heard(const char *metrics, const char *listener)
{
	char *front = output_format(
	    "\nstssl_link_policy_info{listener=\"%s\",sha256=\"", listener);
	const char *found = strstr(metrics, front);

	if (found != NULL)
		found += strlen(front);
	free(front);
	return found != NULL && strspn(found, "0123456789abcdef") == DIGITS
		   ? found
		   : NULL;
}

void
check_policies(const struct helper_config *config,
    const struct stssl_classes *classes, const char *path,
    struct findings *findings)
{
	char ours[X509_FINGERPRINT], *metrics = NULL;

	for (size_t i = 0; i < config->listener_count; i++) {
		const struct listen_config *l = &config->listeners[i];
		const char *theirs;

		if (!has_links(l) ||
		    (metrics == NULL &&
			metrics_get(config->status_socket, &metrics) < 0))
			continue;
		command_digest_of(classes, ours, NULL);
		theirs = heard(metrics, l->name);
		if (theirs == NULL || strncmp(theirs, ours, DIGITS) == 0)
			continue;
		findings_add(findings, FINDING_WARNING, path, 0,
		    "%s of listener \"%s\" judges by another policy: "
		    "stsslctl digest says %s here, and %.*s was there when it "
		    "was last linked",
		    l->tls == LISTEN_LINK ? "an Edge" : "the Server", l->name,
		    ours, DIGITS, theirs);
	}
	free(metrics);
}
