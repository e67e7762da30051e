/* SPDX-License-Identifier: BSD-2-Clause
 *
 * NSS as the tests want it: these functions stand in front of libc's in this
 * program, so that users, groups and outages are the same on every machine.
 */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
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
};

static const struct {
	const char *name;
	int error;
	gid_t gid;
	size_t need; /* the buffer that it takes */
	const char *member;
} groups[] = {
	{ "root", 0, 0, 100, NULL },
	{ "staff", 0, 50, 100, "alice" },
	{ "big", 0, 60, BIG_ENTRY, "alice" },
	{ "empty", 0, 70, 100, NULL },
	{ "down", EIO, 80, 100, "bob" },
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

static int
give_group(size_t i, struct group *gr, size_t size, struct group **ret)
{
	if (groups[i].error != 0)
		return groups[i].error;
	if (size < groups[i].need)
		return ERANGE;
	memset(gr, 0, sizeof *gr);
	gr->gr_gid = groups[i].gid;
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
	int room = *count, n = 0;

	if (n++ < room)
		gids[0] = group;
	for (size_t i = 0; i < ROWS(groups); i++)
		if (groups[i].member != NULL && groups[i].error == 0 &&
		    strcmp(user, groups[i].member) == 0 && n++ < room)
			gids[n - 1] = groups[i].gid;
	for (gid_t i = 1; strcmp(user, "many") == 0 && i < MANY_GIDS; i++)
		if (n++ < room)
			gids[n - 1] = MANY_FIRST + i;
	*count = n;
	return n <= room ? n : -1;
}
