/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who can write is judged by permission bits; ACLs are not looked at for that.
 */
#include <config.h>
#include "stsslctl/access.h"

#include <errno.h>
#include <fcntl.h>
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

/* May a user with these effective ids?  Something else than a "no" is none. */
static bool
may_read(const char *path)
{
	struct stat st;
	int how = R_OK;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		how |= X_OK;
	return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0 ||
	       errno != EACCES;
}

/*
 * Asks the kernel, which knows ACLs and all directories above.  root needs no
 * groups to come back.
 */
static bool
can_read(const struct access_user *user, const char *path)
{
	const gid_t gid = getegid();
	bool can = true;

	if (user->uid == geteuid())
		return may_read(path);
	if (geteuid() != 0 || user->count == 0 ||
	    setgroups((size_t)user->count, user->gids) == -1)
		return true;
	if (setegid(user->gids[0]) == 0 && seteuid(user->uid) == 0)
		can = may_read(path);
	if (seteuid(0) == -1 || setegid(gid) == -1)
		abort();
	return can;
}

void
access_check_readable(const char *path, const struct access_user *helper,
    enum finding_level level, const char *then, struct findings *findings)
{
	if (!can_read(helper, path))
		findings_add(findings, level, path, 0,
		    "the helper's user cannot read it%s", then);
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
