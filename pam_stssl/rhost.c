/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keeps what PAM_RHOST was beside what it was set to: if the latter has
 * changed, the former counts no more.
 */
#include <config.h>
#include "pam_stssl/rhost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RHOST "pam_stssl-rhost"

struct kept {
	char set[STSSL_ADDRESS_TEXT], was[STSSL_ADDRESS_TEXT];
};

const char *
rhost_get(pam_handle_t *pamh)
{
	const void *rhost = NULL, *found = NULL;
	const struct kept *kept;

	(void)pam_get_item(pamh, PAM_RHOST, &rhost);
	if (pam_get_data(pamh, RHOST, &found) != PAM_SUCCESS)
		return rhost;
	kept = found;
	return rhost != NULL && strcmp(rhost, kept->set) == 0 ? kept->was
							      : rhost;
}

static void
forget(pam_handle_t *pamh, void *kept, int status)
{
	(void)pamh, (void)status;
	free(kept);
}

static int
keep(pam_handle_t *pamh, const struct login *l, const char *set)
{
	struct kept *kept = calloc(1, sizeof *kept);

	if (kept == NULL)
		return PAM_BUF_ERR;
	(void)snprintf(kept->set, sizeof kept->set, "%s", set);
	stssl_ip_format(&l->connections.list[0].peer, kept->was);
	if (pam_set_data(pamh, RHOST, kept, forget) == PAM_SUCCESS)
		return PAM_SUCCESS;
	free(kept);
	return PAM_BUF_ERR;
}

int
rhost_set(pam_handle_t *pamh, const struct login *l)
{
	char ip[STSSL_ADDRESS_TEXT];

	if (!l->known || !l->has_from || l->options->keep_rhost)
		return PAM_SUCCESS;
	stssl_ip_format(&l->from, ip);
	if ((!l->is_by_rhost || keep(pamh, l, ip) == PAM_SUCCESS) &&
	    pam_set_item(pamh, PAM_RHOST, ip) == PAM_SUCCESS)
		return PAM_SUCCESS;
	return PAM_SYSTEM_ERR;
}
