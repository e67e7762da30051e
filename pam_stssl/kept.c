/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One thing is kept with the handle, so that there is one way to forget it.
 */
#include <config.h>
#include "pam_stssl/kept.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "pam_stssl"

static void
forget(pam_handle_t *pamh, void *data, int status)
{
	struct kept *kept = data;

	(void)pamh, (void)status;
	(void)stssl_classes_free(kept->classes);
	free(kept);
}

struct kept *
kept_get(pam_handle_t *pamh)
{
	const void *found = NULL;
	struct kept *kept;

	/* It is ours, though libpam hands it out as a constant. */
	if (pam_get_data(pamh, NAME, &found) == PAM_SUCCESS)
		return (struct kept *)(uintptr_t)found;
	kept = calloc(1, sizeof *kept);
	if (kept == NULL ||
	    pam_set_data(pamh, NAME, kept, forget) == PAM_SUCCESS)
		return kept;
	free(kept);
	return NULL;
}

const char *
rhost_get(pam_handle_t *pamh, const struct kept *kept)
{
	const void *rhost = NULL;

	(void)pam_get_item(pamh, PAM_RHOST, &rhost);
	if (rhost != NULL && kept->rhost[0] != '\0' &&
	    strcmp(rhost, kept->rhost) == 0)
		return kept->rhost_was;
	return rhost;
}

int
rhost_set(pam_handle_t *pamh, struct kept *kept, const struct login *l)
{
	char ip[STSSL_ADDRESS_TEXT];

	if (!l->known || !l->has_from || l->options->keep_rhost)
		return PAM_SUCCESS;
	stssl_ip_format(&l->from, ip);
	if (pam_set_item(pamh, PAM_RHOST, ip) != PAM_SUCCESS)
		return PAM_SYSTEM_ERR;
	if (l->is_by_rhost) {
		(void)snprintf(kept->rhost, sizeof kept->rhost, "%s", ip);
		stssl_ip_format(&l->connections.list[0].peer, kept->rhost_was);
	}
	return PAM_SUCCESS;
}
