/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owners and modes: who can write to a file, and can the helper read it?
 */
#ifndef STSSLCTL_ACCESS_H
#define STSSLCTL_ACCESS_H

#include <sys/types.h>

#include "stsslctl/findings.h"

/* A user with all groups; root, who may do anything, has uid 0. */
struct access_user {
	uid_t uid;
	gid_t *gids;
	int count;
};

/*
 * Look up `name`.  NULL is the user who asks.  The first group is the primary
 * one.  Returns 0 and *ret, to be emptied by access_user_done(); -ENOENT when
 * there is none; -ENOMEM.
 */
int access_user_find(const char *name, struct access_user *ret);
void access_user_done(struct access_user *user);

/*
 * A finding when the helper's user cannot read a file, or search and list a
 * directory, with the consequence `then`.  Nothing is said of files that are
 * not there, nor by an ordinary user about another one.
 */
void access_check_readable(const char *path, const struct access_user *helper,
    enum finding_level level, const char *then, struct findings *findings);

/*
 * An error when the file, links followed, can be written to by others than
 * root and `user`.  Nothing is said of files that are not there.
 */
void access_check(const char *path, const struct access_user *user,
    struct findings *findings);

/*
 * The same for the directories that the file is in: all but the last may be
 * sticky, as in status/trust.h.  For a path that is not absolute these are the
 * directories that it names, and those of the file that it leads to.
 */
void access_check_way(const char *path, const struct access_user *user,
    struct findings *findings);

/* Both: others may neither change the file nor replace it. */
void access_check_owned(const char *path, const struct access_user *user,
    struct findings *findings);

#endif
