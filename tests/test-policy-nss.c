/* SPDX-License-Identifier: BSD-2-Clause
 *
 * NSS as the tests want it: these functions stand in front of libc's in this
 * program, so that users, groups and outages are the same on every machine.
 */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"

#define BIG_ENTRY  100000
#define MANY_GIDS  200
#define MANY_FIRST 5000

static const struct {
	const char *name;
	int error;
	gid_t gid;
} users[] = {
	{ "root", 0, 0 },
	{ "alice", 0, 1000 },
	{ "bob", 0, 1001 },
	{ "many", 0, MANY_FIRST },
	{ "broken", EIO, 0 },
	{ "flaky", 0, 1002 },
	{ "lost", 0, 1003 },
};

static const struct {
	const char *name;
	int error;
	gid_t gid;
	size_t need; /* the buffer that it takes */
	const char *member;
	bool is_quiet; /* about its members */
} groups[] = {
	{ "root", 0, 0, 100, NULL, false },
	{ "staff", 0, 50, 100, "alice", false },
	{ "big", 0, 60, BIG_ENTRY, "alice", true },
	{ "empty", 0, 70, 100, NULL, false },
	{ "down", EIO, 80, 100, "bob", false },
	{ "quiet", 0, 90, 100, "flaky", true },
	{ "listed", 0, 91, 100, "lost", false },
};

int
getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t size,
    struct passwd **ret)
{
	(void)buf;
	(void)size;
	*ret = NULL;
	for (size_t i = 0; i < ROWS(users); i++) {
		if (strcmp(name, users[i].name) != 0)
			continue;
		if (users[i].error != 0)
			return users[i].error;
		memset(pw, 0, sizeof *pw);
		pw->pw_gid = users[i].gid;
		*ret = pw;
	}
	return 0;
}

/* The source of their groups is down: once, and every time. */
static bool
is_passed_over(const char *user)
{
	static unsigned times;

	return strcmp(user, "lost") == 0 ||
	       (strcmp(user, "flaky") == 0 && times++ == 0);
}

static int
give_group(size_t i, struct group *gr, size_t size, struct group **ret)
{
	static char *members[2], member[16];

	if (groups[i].error != 0)
		return groups[i].error;
	if (size < groups[i].need)
		return ERANGE;
	memset(gr, 0, sizeof *gr);
	gr->gr_gid = groups[i].gid;
	gr->gr_mem = members;
	if (groups[i].member != NULL)
		(void)snprintf(member, sizeof member, "%s", groups[i].member);
	members[0] =
	    groups[i].is_quiet || groups[i].member == NULL ? NULL : member;
	*ret = gr;
	return 0;
}

int
getgrnam_r(const char *name, struct group *gr, char *buf, size_t size,
    struct group **ret)
{
	(void)buf;
	*ret = NULL;
	for (size_t i = 0; i < ROWS(groups); i++)
		if (strcmp(name, groups[i].name) == 0)
			return give_group(i, gr, size, ret);
	return 0;
}

int
getgrgid_r(
    gid_t gid, struct group *gr, char *buf, size_t size, struct group **ret)
{
	(void)buf;
	*ret = NULL;
	for (size_t i = 0; i < ROWS(groups); i++)
		if (gid == groups[i].gid)
			return give_group(i, gr, size, ret);
	return 0;
}

/* As the real one: a source that is down is left out without a word. */
int
getgrouplist(const char *user, gid_t group, gid_t *gids, int *count)
{
	bool passed_over = is_passed_over(user);
	int room = *count, n = 0;

	if (n++ < room)
		gids[0] = group;
	for (size_t i = 0; i < ROWS(groups); i++)
		if (groups[i].member != NULL && groups[i].error == 0 &&
		    !passed_over && strcmp(user, groups[i].member) == 0 &&
		    n++ < room)
			gids[n - 1] = groups[i].gid;
	for (gid_t i = 1; strcmp(user, "many") == 0 && i < MANY_GIDS; i++)
		if (n++ < room)
			gids[n - 1] = MANY_FIRST + i;
	*count = n;
	return n <= room ? n : -1;
}
