/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The things that are kept with the PAM handle, from one call of the module to
 * the next: the decision of auth with its user, which account can only confirm;
 * the classes, which are read again only if they can have changed; the number
 * of the session; and PAM_RHOST as it was.  Modules behind us in the stack
 * shall see the client there, and not the helper, but the old value may be all
 * that leads to the session.
 */
#ifndef PAM_STSSL_KEPT_H
#define PAM_STSSL_KEPT_H

#include <security/pam_modules.h>

#include "pam_stssl/login.h"

/* The helper's number of a session, as text. */
#define KEPT_SESSION 17

struct kept {
	bool has_decided; /* auth was called */
	struct login_decided decided;
	struct stssl_classes *classes; /* NULL for none */
	/* For the log when it is closed; empty when there is none. */
	char session[KEPT_SESSION];
	/* As set by rhost_set(), and as it was before; or empty. */
	char rhost[STSSL_ADDRESS_TEXT], rhost_was[STSSL_ADDRESS_TEXT];
};

/* It lasts as long as the handle; empty at first.  NULL without memory. */
struct kept *kept_get(pam_handle_t *pamh);

/*
 * PAM_RHOST, as it was before rhost_set(), unless somebody else has set it
 * since.  NULL for none.  It lasts until one of the two is set.
 */
const char *rhost_get(pam_handle_t *pamh, const struct kept *kept);

/*
 * Set it to the client's address, if the login has a session and its options
 * want that.  Returns PAM_SUCCESS or PAM_SYSTEM_ERR.
 */
int rhost_set(pam_handle_t *pamh, struct kept *kept, const struct login *l);

#endif
