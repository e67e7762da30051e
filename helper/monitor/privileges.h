/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who the helper is, and giving up being root.
 */
#ifndef HELPER_MONITOR_PRIVILEGES_H
#define HELPER_MONITOR_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "setup/config.h"

struct generation;

#define PRIVILEGES_NOBODY ((uid_t)-1)

/* The names of helper.conf, resolved. */
struct privileges {
	bool is_change; /* we are root and have to become `uid`, `gid` */
	uid_t uid;
	gid_t gid;
	gid_t status_gid; /* (gid_t)-1: none */
	uid_t *status_users;
	size_t status_user_count;
	uid_t *backend_users; /* of each listener; PRIVILEGES_NOBODY: none */
	size_t listener_count;
};

/*
 * Look the names up.  Returns 0 and *ret; or -EINVAL when there is no such
 * user or group, or when a backend-user is the helper's; -ENOMEM; or what
 * getpwnam_r(3) says; error->text says "file:line: what" then.
 */
int privileges_resolve(const struct helper_config *config,
    struct privileges *ret, struct stssl_error *error);

void privileges_done(struct privileges *p);

/*
 * Become the user, for good, without any other group; from now on no program
 * that is executed gains privileges.  Returns 0; or a negative errno, -EPERM
 * when the way back is still open: the process must end then.
 */
int privileges_drop(const struct privileges *p);

/*
 * The same, after the keys of `g` were opened; then it is seen whether the user
 * can read the rest.  Returns 0; -EBADMSG when he cannot; or as
 * privileges_drop(); and error->text.
 */
int privileges_leave(const struct privileges *p, const char *path,
    const struct generation *g, struct stssl_error *error);

#endif
