/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges permission bits; ACLs are not looked at.
 */
#include <config.h>
#include "stsslctl/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stsslctl/output.h"

int
access_user_find(const char *name, struct access_user *ret)
{
	const struct passwd *pw =
	    name == NULL ? getpwuid(geteuid()) : getpwnam(name);
	struct access_user user = { .count = 0 };

	if (pw == NULL)
		return -ENOENT;
	user.uid = pw->pw_uid;
	/* The first call only counts. */
	(void)getgrouplist(pw->pw_name, pw->pw_gid, NULL, &user.count);
	user.gids = calloc((size_t)user.count + 1, sizeof *user.gids);
	if (user.gids == NULL)
		return -ENOMEM;
	if (getgrouplist(pw->pw_name, pw->pw_gid, user.gids, &user.count) < 0)
		user.count = 0;
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

static bool
can_read(const struct access_user *user, const struct stat *st)
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
access_check_readable(const char *path, const struct access_user *helper,
    struct findings *findings)
{
	struct stat st;

	if (stat(path, &st) == 0 && !can_read(helper, &st))
		findings_add(findings, FINDING_ERROR, path, 0,
		    "the helper's user cannot read it");
}

/* In a sticky directory others can neither rename nor remove a file. */
static void
judge(const char *path, bool may_be_sticky, const struct access_user *user,
    struct findings *findings)
{
	struct stat st;
	bool is_written;

	if (stat(path, &st) == -1)
		return;
	is_written = (st.st_mode & (S_IWGRP | S_IWOTH)) != 0;
	if (may_be_sticky && (st.st_mode & S_ISVTX) != 0)
		is_written = false;
	if ((st.st_uid != 0 && st.st_uid != user->uid) || is_written)
		findings_add(findings, FINDING_ERROR, path, 0,
		    "can be written to by others than root");
}

void
access_check(
    const char *path, const struct access_user *user, struct findings *findings)
{
	judge(path, false, user, findings);
}

/* From the directory that the path's last component is in, up to the root. */
static void
judge_above(
    const char *path, const struct access_user *user, struct findings *findings)
{
	char *above = output_copy(path), *slash;
	bool is_home = true;

	while ((slash = strrchr(above, '/')) != NULL) {
		bool is_root = slash == above;

		slash[is_root ? 1 : 0] = '\0';
		judge(above, !is_home, user, findings);
		is_home = false;
		if (is_root)
			break;
	}
	free(above);
}

void
access_check_way(
    const char *path, const struct access_user *user, struct findings *findings)
{
	char *real = realpath(path, NULL);

	judge_above(path, user, findings);
	/* A link's target is in other directories. */
	if (real != NULL && strcmp(real, path) != 0)
		judge_above(real, user, findings);
	free(real);
}

void
access_check_owned(
    const char *path, const struct access_user *user, struct findings *findings)
{
	access_check(path, user, findings);
	access_check_way(path, user, findings);
}
