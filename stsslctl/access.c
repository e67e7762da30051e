/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges permission bits; ACLs are not looked at.
 */
#include <config.h>
#include "stsslctl/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#define GROUPS_MAX 65536

int
access_user_find(const char *name, struct access_user *ret)
{
	const struct passwd *pw =
	    name == NULL ? getpwuid(geteuid()) : getpwnam(name);
	struct access_user user = { .count = 64 };
	gid_t *gids = NULL;

	if (pw == NULL)
		return -ENOENT;
	user.uid = pw->pw_uid;
	for (int had = 0; had < user.count && user.count <= GROUPS_MAX;) {
		had = user.count;
		free(gids);
		gids = calloc((size_t)had, sizeof *gids);
		if (gids == NULL)
			return -ENOMEM;
		if (getgrouplist(pw->pw_name, pw->pw_gid, gids, &user.count) >=
		    0)
			break;
	}
	user.gids = gids;
	*ret = user;
	return 0;
}

void
access_user_done(struct access_user *user)
{
	free(user->gids);
	*user = (struct access_user){ 0 };
}

static bool
in_group(const struct access_user *user, gid_t gid)
{
	for (int i = 0; i < user->count; i++)
		if (user->gids[i] == gid)
			return true;
	return false;
}

bool
access_can_read(const struct access_user *user, const struct stat *st)
{
	unsigned need = S_ISDIR(st->st_mode) ? 5 : 4, shift = 0;

	if (user->uid == 0)
		return true;
	if (user->uid == st->st_uid)
		shift = 6;
	else if (in_group(user, st->st_gid))
		shift = 3;
	return (st->st_mode >> shift & need) == need;
}

void
access_check(
    const char *path, const struct access_user *user, struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return;
	if ((st.st_uid != 0 && st.st_uid != user->uid) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		findings_add(findings, FINDING_ERROR, path, 0,
		    "can be written to by others than root");
}
