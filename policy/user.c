/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The only file of policy/ that asks NSS.  An outage of a directory server is
 * an error here, and never "no such user".
 */
#include <config.h>
#include "policy/user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"

#define BUFFER_START 4096
#define BUFFER_MAX   (1024 * 1024) /* for groups with very many members */
#define GROUPS_START 64
#define GROUPS_MAX   NGROUPS_MAX

bool
stssl_user_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > STSSL_USER_MAX || name[0] == '-')
		return false;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!stssl_is_graph(name[i]) || name[i] == '/')
			return false;
	return true;
}

int
stssl_group_parse(const char *text, struct stssl_group *ret)
{
	size_t len = strlen(text);
	unsigned long long n;

	if (len == 0 || len > STSSL_USER_MAX)
		return -EINVAL;
	if (text[strspn(text, STSSL_DIGITS)] != '\0') {
		*ret = (struct stssl_group){ .name = text };
		return 0;
	}
	/* (gid_t)-1 is "no group" to the kernel. */
	n = len > 10 ? ULLONG_MAX : strtoull(text, NULL, 10);
	if (n >= (gid_t)-1)
		return -ERANGE;
	*ret = (struct stssl_group){ .gid = (gid_t)n };
	return 0;
}

void
stssl_user_init(struct stssl_user *user, const char *name)
{
	*user = (struct stssl_user){ .name = name };
}

void
stssl_user_done(struct stssl_user *user)
{
	free(user->gids);
	*user = (struct stssl_user){ 0 };
}

/* A group that is asked about, and whether it names the user as a member. */
struct asked {
	const struct stssl_group *group;
	const char *user;
	bool has_member;
};

/* One look-up with a buffer of `size` bytes: 1 found, 0 not, or an error. */
typedef int lookup(void *key, char *buf, size_t size, gid_t *ret);

static int
by_user(void *key, char *buf, size_t size, gid_t *ret)
{
	const struct stssl_user *user = key;
	struct passwd pw, *found;
	int r = getpwnam_r(user->name, &pw, buf, size, &found);

	if (r != 0 || found == NULL)
		return -r;
	*ret = pw.pw_gid;
	return 1;
}

static bool
is_among(char *const *members, const char *user)
{
	for (; members != NULL && *members != NULL; members++)
		if (strcmp(*members, user) == 0)
			return true;
	return false;
}

static int
by_group(void *key, char *buf, size_t size, gid_t *ret)
{
	struct asked *asked = key;
	const struct stssl_group *group = asked->group;
	struct group gr, *found;
	int r = group->name != NULL
		    ? getgrnam_r(group->name, &gr, buf, size, &found)
		    : getgrgid_r(group->gid, &gr, buf, size, &found);

	if (r != 0 || found == NULL)
		return -r;
	*ret = gr.gr_gid;
	asked->has_member = is_among(gr.gr_mem, asked->user);
	return 1;
}

/* With a buffer that grows until the answer fits. */
static int
look_up(lookup *ask, void *key, gid_t *ret)
{
	int r = -ERANGE;

	for (size_t size = BUFFER_START; r == -ERANGE && size <= BUFFER_MAX;
	     size *= 2) {
		char *buf = malloc(size);

		if (buf == NULL)
			return -ENOMEM;
		r = ask(key, buf, size, ret);
		free(buf);
	}
	return r;
}

int
stssl_user_is_real(struct stssl_user *user)
{
	if (user->kind == STSSL_USER_UNKNOWN) {
		int r = look_up(by_user, user, &user->primary);

		if (r < 0)
			return r;
		user->kind = r == 1 ? STSSL_USER_REAL : STSSL_USER_VIRTUAL;
	}
	return user->kind == STSSL_USER_REAL;
}

static int
ask_for_groups(const struct stssl_user *user, gid_t **ret_gids, int *ret_count)
{
	for (int size = GROUPS_START; size <= GROUPS_MAX; size *= 2) {
		int count = size;
		gid_t *gids = reallocarray(NULL, (size_t)size, sizeof *gids);

		if (gids == NULL)
			return -ENOMEM;
		if (getgrouplist(user->name, user->primary, gids, &count) >=
		    0) {
			*ret_gids = gids;
			*ret_count = count;
			return 0;
		}
		free(gids);
	}
	return -E2BIG;
}

/* Fill user->gids, once. */
static int
list_groups(struct stssl_user *user)
{
	return user->gids != NULL
		   ? 0
		   : ask_for_groups(user, &user->gids, &user->gid_count);
}

static bool
has_gid(const gid_t *gids, int count, gid_t gid)
{
	for (int i = 0; i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

static bool
is_in(const struct stssl_user *user, gid_t gid)
{
	return has_gid(user->gids, user->gid_count, gid);
}

int
stssl_user_in_group(struct stssl_user *user, const struct stssl_group *group)
{
	struct asked asked = { .group = group, .user = user->name };
	gid_t gid = group->gid;
	int r = stssl_user_is_real(user);

	if (r <= 0)
		return r;
	r = list_groups(user);
	if (r < 0)
		return r;
	if (group->name == NULL && is_in(user, gid))
		return 1;
	r = look_up(by_group, &asked, &gid);
	if (r < 0)
		return r;
	if (r == 1 && is_in(user, gid))
		return 1;
	user->is_denied = true;
	return asked.has_member ? -EIO : 0;
}

int
stssl_user_confirm(const struct stssl_user *user)
{
	gid_t *gids;
	int count, r;

	if (!user->is_denied)
		return 0;
	r = ask_for_groups(user, &gids, &count);
	if (r < 0)
		return r;
	for (int i = 0; r == 0 && i < count; i++)
		if (!is_in(user, gids[i]))
			r = -EIO;
	free(gids);
	return r;
}
