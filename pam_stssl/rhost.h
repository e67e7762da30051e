/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PAM_RHOST.  Modules behind us in the stack shall see the client there, and
 * not the helper; but what it was may be all that leads to the session, so that
 * is kept with the PAM handle.
 */
#ifndef PAM_STSSL_RHOST_H
#define PAM_STSSL_RHOST_H

#include <security/pam_modules.h>

#include "pam_stssl/login.h"

/*
 * PAM_RHOST, as it was before rhost_set(), unless somebody else has set it
 * since.  NULL for none.  It lasts until one of the two is set.
 */
const char *rhost_get(pam_handle_t *pamh);

/*
 * Set it to the client's address, if the login has a session and its options
 * want that.  Returns PAM_SUCCESS or PAM_SYSTEM_ERR.
 */
int rhost_set(pam_handle_t *pamh, const struct login *l);

#endif
